"""What mistaken gradients of convolutions and of a dense layer compute.

Each slip is the referee's own call with one thing changed, for any convolution on
batches (N, *space, C).
"""

import numpy as np

from byhand import referee
from byhand.slips import Layout


def remembering(back, most=64):
    """Return ``back`` with its last answers kept: slips ask the same thing often."""
    kept = {}

    def asked(dy, x, w, **k):
        arrays = [np.ascontiguousarray(a) for a in (dy, x, w)]
        key = (*((a.shape, a.tobytes()) for a in arrays), repr(sorted(k.items())))
        if key not in kept:
            if len(kept) >= most:
                kept.clear()
            kept[key] = tuple(back(*arrays, **k))
        return kept[key]

    return asked


class Parts:
    """The three gradients of one convolution, and ways to get each of them wrong.

    ``back(dy, x, w, **settings)`` is the referee, on batches with channels.
    """

    def __init__(self, back, rank=2):
        """Keep the referee and the number of spatial axes."""
        self.back, self.rank = remembering(back), rank
        self.lay = Layout(rank, first=1)
        self.space = tuple(range(1, rank + 1))  # spatial axes of dy and x
        self.taps = tuple(range(rank))  # of w
        self.places = (0, *self.space)  # all axes of dy but the filters

    def settings(self, k):
        """Return stride, padding and dilation per axis."""
        return (
            referee.per_axis(k.get("stride", 1), self.rank),
            referee.pad_widths(k.get("padding", 0), self.rank),
            referee.per_axis(k.get("dilation", 1), self.rank),
        )

    def pad(self, x, k):
        """Return x with its zeros around."""
        return np.pad(x, [(0, 0), *self.settings(k)[1], (0, 0)])

    def swap(self, **made):
        """Return a slip that computes some parts anew: dx=, dw=, db= functions."""

        def slip(dy, x, w, **k):
            right = dict(zip(("dx", "dw", "db"), self.back(dy, x, w, **k), strict=True))
            return tuple(
                made[name](dy, x, w, k, value) if name in made else value
                for name, value in right.items()
            )

        return slip

    def uncropped(self, dy, x, w, k, _=None):
        """Return dx of the padded input."""
        return self.back(dy, self.pad(x, k), w, **{**k, "padding": 0})[0]

    def inner(self, padded, k):
        """Return the part of a padded array that belongs to the input."""
        _, pads, _ = self.settings(k)
        cut = [slice(a, padded.shape[1 + t] - b) for t, (a, b) in enumerate(pads)]
        return padded[(slice(None), *cut)]

    def reach(self, dy, w, k, change):
        """Return other settings, without padding, and the input size they need."""
        stride, _, dilation = self.settings({**k, **change})
        need = [
            (n - 1) * s + d * (m - 1) + 1
            for n, s, d, m in zip(
                self.lay.space(dy), stride, dilation, w.shape, strict=False
            )
        ]
        return {**k, **change, "padding": 0}, need

    def scatter(self, dy, x, w, k, **change):
        """Return dx when windows are laid out with changed settings."""
        settings, need = self.reach(dy, w, k, change)
        padded = self.pad(x, k)
        dx = self.back(dy, np.zeros((len(x), *need, x.shape[-1])), w, **settings)[0]
        return self.inner(self.lay.resize(dx, self.lay.space(padded)), k)

    def collect(self, dy, x, w, k, **change):
        """Return dw when windows of the padded x are read with changed settings."""
        settings, need = self.reach(dy, w, k, change)
        return self.back(dy, self.lay.resize(self.pad(x, k), need), w, **settings)[1]

    def late(self, x, k):
        """Return x with all of its padding at the end."""
        return self.lay.resize(x, self.lay.space(self.pad(x, k)))

    def stops(self, dy):
        """Return one copy of dy for each stop, zero everywhere else: (S, N, ...)."""
        places = list(np.ndindex(*self.lay.space(dy)))
        alone = np.zeros((len(places), *dy.shape))
        for s, place in enumerate(places):
            alone[(s, slice(None), *place)] = dy[(slice(None), *place)]
        return alone

    def assigned(self, dy, x, w, k, backwards=False):
        """Return dx when a later stop overwrites what an earlier one wrote."""
        padded, alone = self.pad(x, k), self.stops(dy)
        settings = {**k, "padding": 0}
        zeros = np.zeros((len(alone) * len(x), *padded.shape[1:]))
        each = self.back(alone.reshape(-1, *dy.shape[1:]), zeros, w, **settings)[0]
        each = each.reshape(len(alone), *padded.shape)
        ones = self.stops(np.ones((1, *self.lay.space(dy), 1)))[:, 0]
        touched = referee.convolution(
            np.zeros((len(ones), *self.lay.space(padded), 1)),
            np.ones((*w.shape[: self.rank], 1, 1)),
            **{name: v for name, v in settings.items() if name != "groups"},
            dy=ones,
        )[0]
        dx = np.zeros(padded.shape)
        order = range(len(each))
        for s in reversed(order) if backwards else order:
            dx = np.where(touched[s] != 0, each[s], dx)
        return self.inner(dx, k)


def convolution_slips(back, *, rank=2, padding=True, dilation=True, batch=True):
    """Return {misconception: what it computes} for the gradients of a convolution."""
    p = Parts(back, rank)
    found = {**_dx_slips(p), **_dw_slips(p), **_whole_slips(p), **_db_slips(p, batch)}
    found |= _stride_slips(p)
    if rank == 2:
        found |= _plane_slips(p)
    if dilation:
        found |= _dilation_slips(p)
    if padding:
        found |= _padding_slips(p)
    if batch:
        found |= _batch_slips(p)
    return found


def _dx_slips(p):
    def last_filter(dy, x, w, k, right):
        return p.assigned(dy * _only(dy.shape[-1], -1), x, w, k)

    return {
        "dx assigned instead of accumulated": (
            p.swap(dx=lambda dy, x, w, k, _: p.assigned(dy, x, w, k)),
            p.swap(dx=lambda dy, x, w, k, _: p.assigned(dy, x, w, k, True)),
            p.swap(dx=last_filter),
        ),
        "kernel not flipped in the full-convolution form": (
            p.swap(dx=lambda dy, x, w, k, _: p.back(dy, x, np.flip(w, p.taps), **k)[0]),
            p.swap(
                dx=lambda dy, x, w, k, _: p.back(np.flip(dy, p.space), x, w, **k)[0]
            ),
        ),
    }


def _plane_slips(p):
    """Return slips that need two spatial axes: half flips, exchanged axes."""

    def dx(make):
        return p.swap(dx=lambda dy, x, w, k, _: p.back(dy, x, make(w), **k)[0])

    def dw(make):
        return p.swap(dw=lambda dy, x, w, k, dw: make(dw))

    def exchanged(error):
        def make(w):
            if w.shape[0] != w.shape[1]:
                raise error("the kernel is not square")
            return w.swapaxes(0, 1)

        return dx(make)

    orders = ((1, 0, 2, 3), (0, 1, 3, 2), (3, 0, 1, 2), (2, 3, 0, 1), (3, 2, 0, 1))
    return {
        "kernel flipped upside down": dx(lambda w: w[::-1]),
        "kernel flipped left to right": dx(lambda w: w[:, ::-1]),
        "kernel transposed": (exchanged(ValueError), exchanged(IndexError)),
        "dw turned round along one axis": (
            dw(lambda dw: dw[::-1]),
            dw(lambda dw: dw[:, ::-1]),
        ),
        "the axes of dw in another order": tuple(
            dw(lambda dw, order=order: dw.transpose(order)) for order in orders
        ),
    }


def _dw_slips(p):
    def last_stop(dy, x, w, k, right):
        alone = np.zeros(dy.shape)
        end = (slice(None), *(-1,) * p.rank)
        alone[end] = dy[end]
        return p.back(alone, x, w, **k)[1]

    def last_of_all(dy, x, w, k, right):
        return last_stop(dy[-1:], x[-1:], w, k, right)

    def mean(axes):
        def make(dy, x, w, k, dw):
            return dw / np.prod([dy.shape[a] for a in axes])

        return p.swap(dw=make)

    return {
        "dw turned round": p.swap(dw=lambda dy, x, w, k, dw: np.flip(dw, p.taps)),
        "dy turned round in dw": p.swap(
            dw=lambda dy, x, w, k, _: p.back(np.flip(dy, p.space), x, w, **k)[1]
        ),
        "dw assigned instead of accumulated": (
            p.swap(dw=last_stop),
            p.swap(dw=last_of_all),
        ),
        "dw a mean instead of a sum": (mean(p.places), mean(p.space)),
    }


def _whole_slips(p):
    def ones(dy, x, w, **k):
        return p.back(np.ones(dy.shape), x, w, **k)

    def exchanged(dy, x, w, **k):
        dx, dw, db = p.back(dy, x, w, **k)
        return dw, dx, db

    return {
        "upstream gradient ignored": (
            ones,
            p.swap(dx=lambda dy, x, w, k, _: ones(dy, x, w, **k)[0]),
            p.swap(dw=lambda dy, x, w, k, _: ones(dy, x, w, **k)[1]),
            p.swap(db=lambda dy, x, w, k, _: ones(dy, x, w, **k)[2]),
        ),
        "the results in another order": (
            exchanged,
            lambda dy, x, w, **k: p.back(dy, x, w, **k)[::-1],
            lambda dy, x, w, **k: p.back(dy, x, w, **k)[1:] + p.back(dy, x, w, **k)[:1],
        ),
    }


def _db_slips(p, batch):
    def db(make):
        return p.swap(db=lambda dy, x, w, k, _: make(dy))

    means = (db(lambda dy: dy.mean(axis=p.places)),)
    slips = {
        "db not summed over the positions": db(lambda dy: dy.sum(axis=0)),
        "db of the last position only": db(
            lambda dy: dy[(slice(None), *(-1,) * p.rank)].sum(axis=0)
        ),
    }
    if batch:
        means += (db(lambda dy: dy.mean(axis=p.space).sum(axis=0)),)
        slips |= {
            "db summed over the filters": (
                db(lambda dy: dy.sum()),
                db(lambda dy: np.full(dy.shape[-1], dy.sum())),
            ),
            "db not summed over the examples": db(lambda dy: dy.sum(axis=p.space)),
            "db of the last example only": db(lambda dy: dy[-1].sum(axis=p.taps)),
        }
    return {"db a mean instead of a sum": means, **slips}


def _stride_slips(p):
    def dx(dy, x, w, k, _=None):
        return p.scatter(dy, x, w, k, stride=1)

    def dw(dy, x, w, k, _=None):
        return p.collect(dy, x, w, k, stride=1)

    return {
        "stride ignored": p.swap(dx=dx, dw=dw),
        "stride ignored in dx": p.swap(dx=dx),
        "stride ignored in dw": p.swap(dw=dw),
    }


def _dilation_slips(p):
    def dx(dy, x, w, k, _=None):
        return p.scatter(dy, x, w, k, dilation=1)

    def dw(dy, x, w, k, _=None):
        return p.collect(dy, x, w, k, dilation=1)

    return {
        "dilation ignored": p.swap(dx=dx, dw=dw),
        "dilation ignored in dx": p.swap(dx=dx),
        "dilation ignored in dw": p.swap(dw=dw),
    }


def _padding_slips(p):
    def last_rows(dy, x, w, k, _):
        padded = p.uncropped(dy, x, w, k)
        ends = [slice(-n, None) for n in p.lay.space(x)]
        return padded[(slice(None), *ends)]

    def first_rows(dy, x, w, k, _):
        return p.lay.resize(p.uncropped(dy, x, w, k), p.lay.space(x))

    def minus_zero(dy, x, w, k, _):
        _, pads, _ = p.settings(k)
        cut = [slice(a, -b) for a, b in pads]
        return p.uncropped(dy, x, w, k)[(slice(None), *cut)]

    def late(dy, x, w, k, _):
        return p.back(dy, p.late(x, k), w, **{**k, "padding": 0})[1]

    def one_side(make):
        def slip(dy, x, w, **k):
            pads = tuple(make(a + b) for a, b in p.settings(k)[1])
            return p.back(dy, x, w, **{**k, "padding": pads})

        return slip

    return {
        "dx not cropped": p.swap(dx=p.uncropped),
        "dx cropped with [p:-p] at p = 0": p.swap(dx=minus_zero),
        "dx cropped on the wrong side": p.swap(dx=last_rows),
        "padding ignored in dx": p.swap(dx=first_rows),
        "padding ignored in dw": p.swap(dw=late),
        "padding on one side only": (
            one_side(lambda t: (0, t)),
            one_side(lambda t: (t, 0)),
        ),
    }


def _batch_slips(p):
    def divided(*names):
        def slip(dy, x, w, **k):
            parts = zip(("dx", "dw", "db"), p.back(dy, x, w, **k), strict=True)
            return tuple(v / len(x) if name in names else v for name, v in parts)

        return slip

    def first(a):
        return np.repeat(a[:1], len(a), axis=0)

    def last_dw(dy, x, w, k, _):
        return p.back(dy[-1:], x[-1:], w, **k)[1]

    return {
        "batch divided twice": tuple(
            divided(*names)
            for names in (("dx", "dw", "db"), ("dw", "db"), ("dw",), ("dx",), ("db",))
        ),
        "dw of the last example only": (
            p.swap(dw=last_dw),
            p.swap(dw=last_dw, db=lambda dy, x, w, k, _: dy[-1].sum(axis=p.taps)),
        ),
        "only the first example": (
            p.swap(dw=lambda dy, x, w, k, _: p.back(dy, first(x), w, **k)[1]),
            p.swap(dx=lambda dy, x, w, k, _: p.back(first(dy), x, w, **k)[0]),
            lambda dy, x, w, **k: p.back(first(dy), first(x), w, **k),
            p.swap(dw=lambda dy, x, w, k, _: p.back(dy[:1], x[:1], w, **k)[1]),
        ),
        "dx summed over the batch": p.swap(
            dx=lambda dy, x, w, k, dx: np.repeat(
                dx.sum(axis=0, keepdims=True), len(x), axis=0
            )
        ),
        "only the first filter": (
            p.swap(
                dx=lambda dy, x, w, k, _: p.back(
                    dy * _only(dy.shape[-1], 0), x, w, **k
                )[0]
            ),
            p.swap(
                dx=lambda dy, x, w, k, _: p.back(
                    dy * _only(dy.shape[-1], -1), x, w, **k
                )[0]
            ),
        ),
        "dw summed over the channels": p.swap(
            dw=lambda dy, x, w, k, dw: np.repeat(
                dw.sum(axis=p.rank, keepdims=True), dw.shape[p.rank], axis=p.rank
            )
        ),
    }


def _only(count, index):
    keep = np.zeros(count)
    keep[index] = 1.0
    return keep


def on_signals(slips):
    """Return slips of batches as slips of one signal (n,) with a kernel (k,)."""

    def lower(slip):
        def on_signal(dy, x, w, **k):
            result = slip(dy[None, :, None], x[None, :, None], w[:, None, None], **k)
            return tuple(_squeezed(part) for part in result)

        return on_signal

    return {
        name: tuple(map(lower, slip)) if isinstance(slip, tuple) else lower(slip)
        for name, slip in slips.items()
    }


def _squeezed(part):
    """Return a part without the axes of batch, channel and filter."""
    if np.ndim(part) == 3:
        return part[:, 0, 0] if part.shape[1:] == (1, 1) else part[0, :, 0]
    if np.ndim(part) == 2:
        return part[:, 0]
    return float(np.squeeze(part))


# Dense layers ---------------------------------------------------------------------

_PARTS = ("dx", "dw", "db")


def _dense(**made):
    """Return a slip of dense_backward: some parts are computed anew."""

    def slip(dy, x, w):
        right = dict(zip(_PARTS, referee.dense_backward(dy, x, w), strict=True))
        return tuple(
            made[name](dy, x, w, value) if name in made else value
            for name, value in right.items()
        )

    return slip


def first_example(a):
    """Return a batch of the first example alone, as often as there are examples."""
    return np.repeat(a[:1], len(a), axis=0)


def _dense_divided(*names):
    return _dense(**{name: lambda dy, x, w, value: value / len(x) for name in names})


def _dense_of_ones(part):
    return lambda dy, x, w, _: referee.dense_backward(np.ones(dy.shape), x, w)[part]


DENSE_SLIPS = {
    "w not transposed": _dense(dx=lambda dy, x, w, _: dy @ w),
    "dw transposed": _dense(dw=lambda dy, x, w, dw: dw.T),
    "dw of the last example only": (
        _dense(dw=lambda dy, x, w, _: referee.dense_backward(dy[-1:], x[-1:], w)[1]),
        _dense(
            dw=lambda dy, x, w, _: referee.dense_backward(dy[-1:], x[-1:], w)[1],
            db=lambda dy, x, w, _: dy[-1],
        ),
    ),
    "only the first example": (
        _dense(
            dw=lambda dy, x, w, _: referee.dense_backward(dy, first_example(x), w)[1]
        ),
        _dense(dw=lambda dy, x, w, _: referee.dense_backward(dy[:1], x[:1], w)[1]),
    ),
    "db a mean instead of a sum": _dense(db=lambda dy, x, w, _: dy.mean(axis=0)),
    "db of the last example only": _dense(db=lambda dy, x, w, _: dy[-1]),
    "db not summed over the examples": _dense(db=lambda dy, x, w, _: dy),
    "db summed over the filters": (
        _dense(db=lambda dy, x, w, _: dy.sum()),
        _dense(db=lambda dy, x, w, _: dy.sum(axis=1)),
        _dense(db=lambda dy, x, w, _: np.full(dy.shape[1], dy.sum())),
    ),
    "batch divided twice": (
        _dense_divided(*_PARTS),
        _dense_divided("dw", "db"),
        _dense_divided("dw"),
        _dense_divided("dx"),
    ),
    "upstream gradient ignored": (
        lambda dy, x, w: referee.dense_backward(np.ones(dy.shape), x, w),
        _dense(dx=_dense_of_ones(0)),
        _dense(dw=_dense_of_ones(1)),
        _dense(db=_dense_of_ones(2)),
    ),
    "the results in another order": (
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (1, 0, 2)),
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (1, 2, 0)),
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (2, 1, 0)),
    ),
}
