"""What misconceptions about convolutions compute, for any operation of the family.

Each slip is the referee's own call with one thing changed, so that it works for
planes and batches, strides and pairs alike. ``convolution(referee, ...)`` gives those
that make sense for an operation; a lesson adds its own.
"""

import numpy as np

from byhand.exercises.inputs import eighths, whole
from byhand.exercises.windows import convolution_window as window
from byhand.referee import pad_widths, per_axis

__all__ = ["Layout", "convolution", "eighths", "fill", "sizes", "whole", "window"]


def fill(y, shape):
    """Return y in the corner of zeros of another shape, cut where it is larger."""
    out = np.zeros(shape)
    inner = tuple(slice(0, min(a, b)) for a, b in zip(y.shape, shape, strict=True))
    out[inner] = y[inner]
    return out


class Layout:
    """Where the spatial axes of an operation's input, kernel and result lie.

    ``first`` is the first spatial axis of input and result: 0 for planes and signals,
    1 for batches. Kernels begin with theirs.
    """

    def __init__(self, rank, first=0):
        """Keep the number of spatial axes and the first of them."""
        self.rank, self.first = rank, first
        self.axes = tuple(range(first, first + rank))

    def space(self, array):
        """Return the spatial sizes of an input or result."""
        return array.shape[self.first : self.first + self.rank]

    def resize(self, y, sizes):
        """Return y with other spatial sizes: cut, or filled with zeros at the end."""
        shape = list(y.shape)
        shape[self.first : self.first + self.rank] = sizes
        return fill(y, shape)

    def every(self, y, steps):
        """Return y subsampled along its spatial axes."""
        every = (slice(None, None, s) for s in steps)
        return y[(slice(None),) * self.first + tuple(every)]


def sizes(n, k, stride, padding, dilation, gap=1):
    """Return floor((n + 2p - span) / s) + 1 per axis, span = d * (k - 1) + gap."""
    return [
        max((a + sum(p) - d * (b - 1) - gap) // s + 1, 0)
        for a, b, s, p, d in zip(n, k, stride, padding, dilation, strict=True)
    ]


def convolution(referee, *, rank=2, first=0, offers=(), channels=False):
    """Return {misconception: what it computes} for a convolution's referee.

    Parameters
    ----------
    referee : ``referee(x, w[, b], **settings)``
    rank : number of spatial axes; ``first`` : the first of them in x
    offers : which of "bias", "stride", "padding", "dilation", "batch", "filters" the
        operation has
    channels : whether x ends with channels that a filter adds up
    """
    lay = Layout(rank, first)
    axes = tuple(range(rank))

    def settings(k):
        return (
            per_axis(k.get("stride", 1), rank),
            pad_widths(k.get("padding", 0), rank),
            per_axis(k.get("dilation", 1), rank),
        )

    def change(**new):
        return lambda x, w, *b, **k: referee(x, w, *b, **{**k, **_made(new, k, rank)})

    def kernel(make):
        return lambda x, w, *b, **k: referee(x, make(w), *b, **k)

    def result(make):
        return lambda x, w, *b, **k: make(referee(x, w, *b, **k), x, w, k)

    found = {"kernel flipped": kernel(lambda w: np.flip(w, axes))}
    taps = rank + (1 if channels else 0)

    def mean(x, w, *b, **k):
        zero = [np.zeros_like(np.asarray(v, dtype=float)) for v in b]
        plain = referee(x, w, *zero, **k)
        y = plain / np.prod(w.shape[:taps])
        return y + (referee(x, w, *b, **k) - plain) if b else y

    found["mean instead of sum"] = mean

    def full_size(y, x, w, k):
        return lay.resize(y, lay.space(x))

    found["input height for output height"] = result(full_size)
    found["one stop too few"] = result(
        lambda y, x, w, k: lay.resize(y, [max(n - 1, 0) for n in lay.space(y)])
    )
    if rank == 2:
        found |= _plane_slips(referee, lay, kernel, result)
    if "bias" in offers:
        found["bias forgotten"] = lambda x, w, *b, **k: referee(
            x, w, *[np.zeros_like(np.asarray(v, dtype=float)) for v in b], **k
        )
        found["bias added per tap"] = lambda x, w, *b, **k: referee(
            x, w, *[np.asarray(v) * np.prod(w.shape[:taps]) for v in b], **k
        )
    if "stride" in offers:
        found |= _stride_slips(referee, lay, change, settings)
    if "padding" in offers:
        found |= _padding_slips(referee, lay, change)
    if "dilation" in offers:
        found |= _dilation_slips(referee, lay, change, settings)
    if channels:
        found |= _channel_slips(referee, offers)
    return found


def _made(new, k, rank):
    """Return the settings to change: a value, or a function of the old one."""
    default = {"stride": 1, "padding": 0, "dilation": 1}
    return {
        name: make(k.get(name, default[name])) if callable(make) else make
        for name, make in new.items()
        if name in k or name == "padding"
    }


def _plane_slips(referee, lay, kernel, result):
    def transposed(x, w, *b, **k):
        if w.shape[0] != w.shape[1]:
            raise IndexError("w is not square")
        return referee(x, w.swapaxes(0, 1), *b, **k)

    def square(y, x, w, k):
        return lay.resize(y, [lay.space(y)[0]] * 2)

    return {
        "kernel transposed": (kernel(lambda w: w.swapaxes(0, 1)), transposed),
        "kernel flipped upside down": kernel(lambda w: w[::-1]),
        "kernel flipped left to right": kernel(lambda w: w[:, ::-1]),
        "rows and columns swapped": result(lambda y, x, w, k: y.swapaxes(*lay.axes)),
        "height for width": result(square),
    }


def _stride_slips(referee, lay, change, settings):
    def start_only(x, w, *b, **k):
        _, p, d = settings(k)
        dense = sizes(lay.space(x), w.shape[: lay.rank], (1,) * lay.rank, p, d)
        return lay.resize(referee(x, w, *b, **k), dense)

    def size_only(x, w, *b, **k):
        y = referee(x, w, *b, **k)
        dense = referee(x, w, *b, **{**k, "stride": 1})
        return lay.resize(dense, lay.space(y))

    def ceiling(x, w, *b, **k):
        s, p, d = settings(k)
        span = [
            n + sum(q) - t * (m - 1) - 1
            for n, q, t, m in zip(lay.space(x), p, d, w.shape, strict=False)
        ]
        more = [
            (a, after + (-n) % step)
            for (a, after), n, step in zip(p, span, s, strict=True)
        ]
        return referee(_padded(x, more, lay), w, *b, **_without_padding(k))

    def ceiling_empty(x, w, *b, **k):
        y = referee(x, w, *b, **k)
        return lay.resize(y, lay.space(ceiling(x, w, *b, **k)))

    slips = {
        "stride ignored": change(stride=1),
        "stride in the start only": start_only,
        "stride in the size only": size_only,
        "stride applied twice": change(
            stride=lambda s: tuple(v * v for v in per_axis(s, lay.rank))
        ),
        "ceiling for floor": (ceiling, ceiling_empty),
    }
    if lay.rank == 2:
        slips["strides of rows and columns swapped"] = change(
            stride=lambda s: per_axis(s, 2)[::-1]
        )
    return slips


def _padded(x, pads, lay):
    after = x.ndim - lay.first - lay.rank
    return np.pad(x, [(0, 0)] * lay.first + list(pads) + [(0, 0)] * after)


def _without_padding(k):
    return {name: value for name, value in k.items() if name != "padding"}


def _padding_slips(referee, lay, change):
    def sides(make):
        return lambda p: tuple(make(a) for a, _ in pad_widths(p, lay.rank))

    def edge(x, w, *b, **k):
        pads = pad_widths(k.get("padding", 0), lay.rank)
        after = x.ndim - lay.first - lay.rank
        widths = [(0, 0)] * lay.first + list(pads) + [(0, 0)] * after
        return referee(np.pad(x, widths, mode="edge"), w, *b, **{**k, "padding": 0})

    slips = {
        "padding ignored": change(padding=0),
        "padding on one side only": (
            change(padding=sides(lambda p: (p, 0))),
            change(padding=sides(lambda p: (0, p))),
            change(padding=sides(lambda p: (2 * p, 0))),
            change(padding=sides(lambda p: (0, 2 * p))),
        ),
        "edge padding instead of zeros": edge,
    }
    if lay.rank == 2:
        slips["padding of rows and columns swapped"] = change(
            padding=lambda p: pad_widths(p, 2)[::-1]
        )
    return slips


def _dilation_slips(referee, lay, change, settings):
    def taps_only(x, w, *b, **k):
        s, p, _ = settings(k)
        y = referee(x, w, *b, **k)
        flat = (1,) * lay.rank
        return lay.resize(y, sizes(lay.space(x), w.shape[: lay.rank], s, p, flat))

    def size_only(x, w, *b, **k):
        y = referee(x, w, *b, **k)
        return lay.resize(referee(x, w, *b, **{**k, "dilation": 1}), lay.space(y))

    def off_by_one(x, w, *b, **k):
        s, p, d = settings(k)
        y = referee(x, w, *b, **k)
        wrong = [
            max((n + sum(q) - t * m) // step + 1, 0)
            for n, m, step, q, t in zip(lay.space(x), w.shape, s, p, d, strict=False)
        ]
        return lay.resize(y, wrong)

    def moves(x, w, *b, **k):
        s, _, d = settings(k)
        both = tuple(a * c for a, c in zip(s, d, strict=True))
        return referee(x, w, *b, **{**k, "dilation": 1, "stride": both})

    slips = {
        "dilation ignored": change(dilation=1),
        "dilation in the taps but not in the output size": taps_only,
        "dilation in the output size but not in the taps": size_only,
        "dilation off by one": (off_by_one, change(dilation=_one_more)),
    }
    slips["dilation moves the window"] = moves
    return slips


def _one_more(dilation):
    """Take the dilation for the number of gaps between two taps."""
    return (
        tuple(int(v) + 1 for v in np.atleast_1d(dilation))
        if np.ndim(dilation)
        else int(dilation) + 1
    )


def _channel_slips(referee, offers):
    def first_channel(x, w, *b, **k):
        keep = np.zeros(x.shape[-1])
        keep[0] = 1.0
        return referee(x * keep, w, *b, **k)

    slips = {"only the first channel": first_channel}
    if "filters" in offers:
        slips["only the first filter"] = lambda x, w, *b, **k: referee(
            x, np.repeat(w[..., :1], w.shape[-1], axis=-1), *b, **k
        )
        if "bias" in offers:
            slips["the same bias for every filter"] = (
                lambda x, w, b, **k: referee(x, w, np.full_like(b, b[0]), **k),
                lambda x, w, b, **k: referee(x, w, np.full_like(b, b.sum()), **k),
            )
    if "batch" in offers:
        slips["only the first example"] = lambda x, w, *b, **k: referee(
            np.repeat(x[:1], len(x), axis=0), w, *b, **k
        )
    return slips
