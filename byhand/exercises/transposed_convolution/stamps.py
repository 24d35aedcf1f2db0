"""What several exercises of this lesson share."""

from byhand.exercises.inputs import eighths
from byhand.referee import per_axis


def settings_of(k):
    """Return stride, padding and output padding as pairs."""
    names = ("stride", "padding", "output_padding")
    return [per_axis(k.get(n, 1 if n == "stride" else 0), 2) for n in names]


def _canvas(x, w, stride):
    """Return (rows, columns) of the whole canvas."""
    return [
        (n - 1) * s + k
        for n, s, k in zip(x.shape[1:3], stride, w.shape[:2], strict=True)
    ]


def sizes(x, w, k, crop=2, more=1):
    """Return the right size, or one with another share of crop and output_padding."""
    s, p, o = settings_of(k)
    return [
        n - crop * a + more * b for n, a, b in zip(_canvas(x, w, s), p, o, strict=True)
    ]


def drawn_arrays(rng, n, size, kernel, c_in, c_out):
    """Return x, w and b of a transposed convolution."""
    return (
        eighths(rng, n, *size, c_in),
        eighths(rng, *kernel, c_out, c_in),
        eighths(rng, c_out),
    )


TRANSPOSE_SETTINGS = (
    ("one stamp", (1, (1, 1), (2, 3), 1, 1), {}),
    ("two stamps that overlap", (1, (1, 2), (2, 2), 1, 1), {}),
    ("stride 2", (1, (2, 3), (3, 2), 1, 1), {"stride": 2}),
    ("two channels into three", (2, (2, 3), (2, 3), 2, 3), {}),
    ("as many channels out as in", (2, (3, 2), (2, 3), 2, 2), {"stride": (1, 2)}),
    ("padding 1", (1, (3, 4), (3, 4), 2, 3), {"padding": 1}),
    (
        "output_padding 1",
        (1, (2, 3), (3, 2), 3, 2),
        {"stride": 2, "output_padding": 1},
    ),
    (
        "padding 1 and output_padding 1",
        (2, (3, 2), (3, 4), 2, 3),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
    (
        "rows and columns differ",
        (2, (2, 3), (4, 3), 2, 3),
        {"stride": (3, 2), "padding": (1, 0), "output_padding": (2, 1)},
    ),
    ("gaps between stamps", (1, (3, 2), (2, 1), 2, 2), {"stride": 3}),
    ("one pixel comes out", (2, (1, 1), (3, 3), 3, 2), {"padding": 1}),
    (
        "square",
        (1, (3, 3), (3, 3), 2, 2),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
)


def drawn_settings(rng, size, kernel):
    """Draw a stride, a padding and an output_padding that leave something over."""
    while True:
        s = tuple(int(v) for v in rng.integers(1, 4, size=2))
        p = tuple(int(v) for v in rng.integers(0, 3, size=2))
        o = tuple(int(rng.integers(0, v)) for v in s)
        left = [
            (n - 1) * a - 2 * c + k + e
            for n, a, c, k, e in zip(size, s, p, kernel, o, strict=True)
        ]
        if min(left) > 0:
            return {"stride": s, "padding": p, "output_padding": o}


### BEGIN MISTAKES

import numpy as np

from byhand import referee
from byhand.slips import fill


def _full(x, w, stride):
    """Return the whole canvas, before anything is cropped, without a bias."""
    return referee.conv2d_transpose(x, w, stride=stride)


def _cut(full, start, size):
    """Return ``size`` rows and columns from ``start`` on, zeros outside of full."""
    out = np.zeros((len(full), *(max(n, 0) for n in size), full.shape[-1]))
    places = []
    for n, first, length in zip(full.shape[1:3], start, out.shape[1:3], strict=True):
        low, high = max(first, 0), max(min(first + length, n), 0)
        low = min(low, high)
        places.append((slice(low, high), slice(low - first, high - first)))
    (rows, to_rows), (columns, to_columns) = places
    out[:, to_rows, to_columns] = full[:, rows, columns]
    return out


def _from_full(start, crop=2, more=1):
    """Return a slip that cuts another piece out of the right canvas."""

    def slip(x, w, b, **k):
        s, p, o = settings_of(k)
        first = [start(a, c) for a, c in zip(p, o, strict=True)]
        return _cut(_full(x, w, s), first, sizes(x, w, k, crop, more)) + b

    return slip


def _on_canvas(make):
    """Return a slip that fills the canvas in another way and crops it rightly."""

    def slip(x, w, b, **k):
        s, p, _ = settings_of(k)
        full, bias = make(x, w, b, s)
        return _cut(full, p, sizes(x, w, k)) + _cut(bias, p, sizes(x, w, k))

    return slip


def with_bias(make):
    """Return a slip that puts stamps on a canvas which holds the bias already."""

    def both(x, w, b, stride):
        full = make(x, w, stride)
        size = (len(x), *(4 * n + 40 for n in full.shape[1:3]), len(b))
        return full, np.zeros(size) + b

    return _on_canvas(both)


def _classes(x, w, stride):
    """Yield (mask of inputs, their stamps alone): stamps of a class never overlap."""
    apart = [-(-k // s) for k, s in zip(w.shape[:2], stride, strict=True)]
    for i in range(apart[0]):
        for j in range(apart[1]):
            keep = np.zeros((1, *x.shape[1:3], 1))
            keep[:, i :: apart[0], j :: apart[1]] = 1.0
            yield keep, _full(x * keep, w, stride)


def _overwritten(best):
    """Return a canvas maker where of several stamps only one stays."""

    def make(x, w, stride):
        ones = np.ones((*w.shape[:2], 1, 1))
        number = np.arange(1.0, x[0, :, :, 0].size + 1).reshape(1, *x.shape[1:3], 1)
        winner, y = None, None
        for keep, stamps in _classes(x, w, stride):
            place = np.rint(_full(number * keep, ones, stride))
            if winner is None:
                winner, y = place, stamps
                continue
            wins = (place > 0) & ((winner == 0) | best(place, winner))
            winner, y = np.where(wins, place, winner), np.where(wins, stamps, y)
        return y

    return make


LAST, FIRST = _overwritten(np.greater), _overwritten(np.less)


def _counts(x, w, stride):
    ones = np.ones((1, *x.shape[1:3], 1))
    return _full(ones, np.ones((*w.shape[:2], 1, 1)), stride)


def _bias_per_stamp(x, w, b, stride):
    return _full(x, w, stride), _counts(x, w, stride) * b


def _bias_per_product(x, w, b, stride):
    return _full(x, w, stride), _counts(x, w, stride) * b * x.shape[-1]


def _filled_with_zeros(biased):
    def slip(x, w, b, **k):
        s, p, _ = settings_of(k)
        inner = _cut(_full(x, w, s), p, sizes(x, w, k, more=0))
        full = fill(inner, (len(x), *sizes(x, w, k), len(b)))
        return full + b if biased else fill(inner + b, full.shape)

    return slip


def _zeros_put_on(x, w, b, **k):
    s, p, _ = settings_of(k)
    return _cut(_full(x, w, s), [-a for a in p], sizes(x, w, k, crop=-2)) + b


def _input_padded(x, w, b, **k):
    s, p, o = settings_of(k)
    wide = np.pad(x, ((0, 0), (p[0], p[0]), (p[1], p[1]), (0, 0)))
    return referee.conv2d_transpose(wide, w, b, stride=s, output_padding=o)


def _subsampled(x, w, b, **k):
    s, p, o = settings_of(k)
    few = x[:, :: s[0], :: s[1]]
    return referee.conv2d_transpose(few, w, b, padding=p, output_padding=o)


def _few_stamps(space):
    """Return a canvas maker: every s-th input, on the canvas of all of them."""

    def make(x, w, stride):
        keep = np.zeros_like(x)
        few = x[:, :: stride[0], :: stride[1]]
        if space:
            keep[:, :: stride[0], :: stride[1]] = few
        else:
            keep[:, : few.shape[1], : few.shape[2]] = few
        return _full(keep, w, (1, 1))

    return make


def _too_short(error):
    """Return a slip: a canvas of n * stride, where the last stamp has no room."""

    def slip(x, w, b, **k):
        s, p, _ = settings_of(k)
        short = [n * a for n, a in zip(x.shape[1:3], s, strict=True)]
        needed = _canvas(x, w, s)
        if any(a < c for a, c in zip(short, needed, strict=True)):
            raise error("the last stamp has no room")
        more = [a - c for a, c in zip(short, needed, strict=True)]
        size = [n + m for n, m in zip(sizes(x, w, k), more, strict=True)]
        return _cut(_full(x, w, s), p, size) + b

    return slip


def _not_swapped(error):
    def slip(x, w, b, **k):
        if w.shape[2] != w.shape[3]:
            raise error("C_in and C_out differ")
        return referee.conv2d_transpose(x, w.swapaxes(2, 3), b, **k)

    return slip


def _misread(x, w, b, **k):
    kh, kw, c_out, c_in = w.shape
    read = w.reshape(kh, kw, c_in, c_out).swapaxes(2, 3)
    return referee.conv2d_transpose(x, read, b, **k)


def _turned(error):
    """Return a slip: rows and columns of the kernel exchanged."""

    def slip(x, w, b, **k):
        if error is not None and w.shape[0] != w.shape[1]:
            raise error("w is not square")
        return referee.conv2d_transpose(x, w.swapaxes(0, 1), b, **k)

    return slip


def _kernel(make):
    return lambda x, w, b, **k: referee.conv2d_transpose(x, make(w), b, **k)


def _change(**new):
    """Return a slip with other settings, each made from the old one."""

    def slip(x, w, b, **k):
        made = {n: make(per_axis(k[n], 2)) for n, make in new.items() if n in k}
        return referee.conv2d_transpose(x, w, b, **{**k, **made})

    return slip


def _gathered(x, w, b, **k):
    s, p, _ = settings_of(k)
    return referee.conv2d(x, w.swapaxes(2, 3), b, stride=s, padding=p)


def _square(x, w, b, **k):
    size = sizes(x, w, k)
    return _cut(referee.conv2d_transpose(x, w, b, **k), (0, 0), [size[0]] * 2)


def _first_channel(x, w, b, **k):
    keep = np.zeros(x.shape[-1])
    keep[0] = 1.0
    return referee.conv2d_transpose(x * keep, w, b, **k)


def _last_channel(x, w, stride):
    keep = np.zeros(x.shape[-1])
    keep[-1] = 1.0
    return LAST(x * keep, w, stride)


def _spread_kernel(x, w, b, **k):
    s, p, o = settings_of(k)
    return referee.conv2d_transpose(x, w, b, dilation=s, padding=p, output_padding=o)


def _spread_on_canvas(x, w, stride):
    spread = referee.conv2d_transpose(x, w, dilation=stride)
    return fill(spread, (len(x), *_canvas(x, w, stride), w.shape[2]))


TRANSPOSE_SLIPS = {
    "kernel flipped": _kernel(lambda w: w[::-1, ::-1]),
    "kernel transposed": tuple(map(_turned, (None, ValueError, IndexError))),
    "kernel flipped upside down": _kernel(lambda w: w[::-1]),
    "kernel flipped left to right": _kernel(lambda w: w[:, ::-1]),
    "in and out not swapped": (
        _not_swapped(ValueError),
        _not_swapped(IndexError),
        _misread,
    ),
    "stamps assigned instead of added": tuple(
        map(with_bias, (LAST, FIRST, _last_channel))
    ),
    "overlaps averaged": with_bias(
        lambda x, w, s: _full(x, w, s) / np.maximum(_counts(x, w, s), 1)
    ),
    "gathered instead of scattered": _gathered,
    "stride ignored": _change(stride=lambda s: (1, 1)),
    "stride in the size only": with_bias(
        lambda x, w, s: fill(
            _full(x, w, (1, 1)), (len(x), *_canvas(x, w, s), w.shape[2])
        )
    ),
    "stride applied twice": _change(stride=lambda s: tuple(v * v for v in s)),
    "stride applied to the input": (
        _subsampled,
        with_bias(_few_stamps(True)),
        with_bias(_few_stamps(False)),
    ),
    "stride applied to the kernel": (_spread_kernel, with_bias(_spread_on_canvas)),
    "strides of rows and columns swapped": _change(stride=lambda s: s[::-1]),
    "size without the last stamp": (_too_short(ValueError), _too_short(IndexError)),
    "padding ignored": _change(padding=lambda p: (0, 0)),
    "padding added instead of cropped": (
        _zeros_put_on,
        _input_padded,
        _from_full(lambda p, o: 0, crop=-2),
    ),
    "padding of rows and columns swapped": _change(padding=lambda p: p[::-1]),
    "cropped on the wrong side": _from_full(lambda p, o: p - o),
    "cropped on one side only": (
        _from_full(lambda p, o: 0),
        _from_full(lambda p, o: 2 * p),
        _from_full(lambda p, o: p, crop=1),
        _from_full(lambda p, o: 0, crop=1),
    ),
    "output_padding filled with zeros where cropping hides values": (
        _filled_with_zeros(True),
        _filled_with_zeros(False),
    ),
    "output_padding ignored": _change(output_padding=lambda o: (0, 0)),
    "output_padding on both sides": _from_full(lambda p, o: p - o, more=2),
    "output_padding of rows and columns swapped": _change(
        output_padding=lambda o: o[::-1]
    ),
    "bias forgotten": lambda x, w, b, **k: referee.conv2d_transpose(
        x, w, np.zeros_like(b), **k
    ),
    "bias per stamp": (_on_canvas(_bias_per_stamp), _on_canvas(_bias_per_product)),
    "the same bias for every filter": (
        lambda x, w, b, **k: referee.conv2d_transpose(x, w, np.full_like(b, b[0]), **k),
        lambda x, w, b, **k: referee.conv2d_transpose(
            x, w, np.full_like(b, b.sum()), **k
        ),
    ),
    "only the first example": lambda x, w, b, **k: referee.conv2d_transpose(
        np.repeat(x[:1], len(x), axis=0), w, b, **k
    ),
    "only the first channel": _first_channel,
    "only the first filter": _kernel(
        lambda w: np.repeat(w[:, :, :1], w.shape[2], axis=2)
    ),
    "rows and columns swapped": lambda x, w, b, **k: referee.conv2d_transpose(
        x, w, b, **k
    ).swapaxes(1, 2),
    "height for width": _square,
}

### END MISTAKES
