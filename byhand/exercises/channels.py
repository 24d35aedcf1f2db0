"""Lesson 03: channels, filters, bias, batch, layouts, one matrix product, counting."""

import numpy as np

from byhand import referee, slips
from byhand.exercises import Case, Exercise
from byhand.exercises.convolution import (
    conv_cases,
    conv_hidden,
    direction_slips,
    more_slips,
)
from byhand.misconceptions import Misconception
from byhand.slips import eighths

SETTINGS = ("stride", "padding", "dilation")


def _seeded(number):
    return np.random.default_rng([3, number])


def _depths(size):
    """Return (channels, filters): unequal, but for square pictures."""
    return (2, 2) if size[0] == size[1] else (3, 2)


# The four convolutions --------------------------------------------------------------


def _channels(x, w, **settings):
    """Ask Keras for one picture (H, W, C) and one filter (kh, kw, C)."""
    return referee.convolution(x[None], w[..., None], **settings)[0, ..., 0]


def _filters(x, w, b=None, **settings):
    """Ask Keras for one picture (H, W, C) and a bank of filters (kh, kw, C, F)."""
    return referee.convolution(x[None], w, b, **settings)[0]


def _arrays(*, batch=False, filters=True, bias=False):
    """Return ``make(rng, size, kernel)`` for the arrays of one call."""

    def make(rng, size, kernel):
        c, f = _depths(size)
        x = eighths(rng, *((2,) if batch else ()), *size, c)
        w = eighths(rng, *kernel, c, *((f,) if filters else ()))
        return (x, w, eighths(rng, f)) if bias else (x, w)

    return make


def _grids(number, **which):
    """Return the visible and hidden cases of one of the four."""
    make = _arrays(**which)
    return {
        "cases": lambda: conv_cases(make, number),
        "hidden": lambda rng: conv_hidden(make, rng),
    }


def _only(x, channel):
    """Return x with every other channel set to 0."""
    keep = np.zeros(x.shape[-1])
    keep[channel] = 1.0
    return x * keep


def _without_bias(b):
    return [np.zeros_like(v) for v in b]


def _channel_slips(ask):
    """Return what goes wrong where channels are added up."""

    def averaged(x, w, *b, **k):
        plain = ask(x, w, *_without_bias(b), **k)
        rest = ask(x, w, *b, **k) - plain
        return plain / x.shape[-1] + rest

    def first_kernel(x, w, *b, **k):
        return ask(x, np.repeat(w[:, :, :1], w.shape[2], axis=2), *b, **k)

    return {
        "only the last channel": lambda x, w, *b, **k: ask(_only(x, -1), w, *b, **k),
        "channels averaged": averaged,
        "the first kernel for every channel": first_kernel,
    }


def _slices(ask):
    """Return what comes out when the maps of the channels aren't added."""

    def stacked(x, w, **k):
        each = [ask(_only(x, c), w, **k) for c in range(x.shape[-1])]
        return np.stack(each, axis=2)

    def flat(x, w, **k):
        y = stacked(x, w, **k)
        return y.reshape(*y.shape[:2], -1)

    def filters_first(x, w, **k):
        y = stacked(x, w, **k)
        return y.swapaxes(2, 3).reshape(*y.shape[:2], -1) if y.ndim == 4 else y

    return {
        "a 2D slice per channel instead of the volume": (stacked, flat, filters_first)
    }


def _filter_slips(ask, first=0):
    """Return what goes wrong where several filters stand side by side."""

    def result(make):
        return lambda x, w, *b, **k: make(ask(x, w, *b, **k))

    def repeated(which):
        def slip(x, w, *b, **k):
            y = ask(x, w, *b, **k)
            return np.repeat(y[..., [which]], y.shape[-1], axis=-1)

        return slip

    def exchanged(error):
        def slip(x, w, *b, **k):
            if w.shape[2] != w.shape[3]:
                raise error("channels and filters differ in number")
            return ask(x, w.swapaxes(2, 3), *b, **k)

        return slip

    def one(which):
        def weights_only(x, w, *b, **k):
            kernel = np.repeat(w[..., [which]], w.shape[-1], axis=-1)
            return ask(x, kernel, *b, **k)

        return (
            weights_only,
            repeated(which),
            result(lambda y: y[..., which]),
            result(lambda y: y[..., [which]]),
        )

    return {
        "only the first filter": one(0),
        "only the last filter": one(-1),
        "the maps added up into one": (
            result(lambda y: y.sum(axis=-1)),
            result(lambda y: y.sum(axis=-1, keepdims=True)),
        ),
        "channels first for channels last": result(lambda y: np.moveaxis(y, -1, first)),
        "in and out of the kernel swapped": (
            exchanged(ValueError),
            exchanged(IndexError),
        ),
    }


def _bias_slips(ask):
    def with_bias(make):
        return lambda x, w, b, **k: ask(x, w, make(b, w), **k)

    return {
        "bias added per channel": with_bias(lambda b, w: b * w.shape[2]),
        "the same bias for every filter": tuple(
            with_bias(lambda b, w, one=one: np.full_like(b, one(b)))
            for one in (np.sum, np.mean, lambda b: b[0], lambda b: b[-1])
        ),
    }


def _batch_slips(ask):
    def result(make):
        return lambda x, w, *b, **k: make(ask(x, w, *b, **k))

    def only(which):
        def others_zero(y):
            kept = np.zeros_like(y)
            kept[which] = y[which]
            return kept

        return (
            result(lambda y: np.repeat(y[[which]], len(y), axis=0)),
            result(others_zero),
            result(lambda y: y[which]),
            result(lambda y: y[[which]]),
        )

    return {
        "only the first example": only(0),
        "only the last example": only(-1),
        "the batch added up": (
            result(lambda y: y.sum(axis=0)),
            result(lambda y: y.sum(axis=0, keepdims=True)),
            result(lambda y: y.mean(axis=0)),
            result(lambda y: y.mean(axis=0, keepdims=True)),
        ),
    }


def _all_slips(ask, *, first=0, offers=SETTINGS, more=()):
    found = slips.convolution(ask, first=first, channels=True, offers=offers)
    found |= more_slips(ask, first=first, offers=offers) | _channel_slips(ask)
    found |= direction_slips(ask, offers)
    for some in more:
        found |= some
    return found


WITH_BIAS = (*SETTINGS, "filters", "bias")
BATCH_SLIPS = _all_slips(
    referee.convolution,
    first=1,
    offers=(*WITH_BIAS, "batch"),
    more=(
        _filter_slips(referee.convolution, first=1),
        _bias_slips(referee.convolution),
        _batch_slips(referee.convolution),
    ),
)


# to_keras ---------------------------------------------------------------------------


def _permuted(array, *places):
    """Ask Keras to permute axes; the layer counts them from 1."""
    layer = referee.load_keras().layers.Permute(places, dtype="float64")
    return np.array(layer(array[None]))[0]


def _to_keras(x, w):
    return _permuted(x, 2, 3, 1), _permuted(w, 3, 4, 2, 1)


TWO_PLANES = (
    np.array(
        [
            [[1, -2, 2, 2], [2, 1, 3, -2], [-2, 3, -3, 1], [-1, 2, -4, 2]],
            [[3, 0, 0, 0], [-2, -2, 1, -1], [2, -1, 3, 1], [5, -2, 0, 1]],
        ],
        dtype=float,
    ),
    np.array(
        [[[[1, -2], [-2, 1]], [[1, 0], [0, 1]]], [[[3, 1], [2, 2]], [[0, 0], [0, 4]]]],
        dtype=float,
    ),
)


def _layout_case(name, rng, x, w):
    return Case(name, (eighths(rng, *x), eighths(rng, *w)))


def _layout_cases():
    rng = _seeded(5)
    return (
        _layout_case("one row, two channels", rng, (2, 1, 3), (1, 2, 1, 2)),
        _layout_case("one filter", rng, (2, 3, 4), (1, 2, 3, 2)),
        _layout_case("all sizes differ", rng, (3, 4, 5), (6, 3, 2, 1)),
        _layout_case("one channel", rng, (1, 4, 2), (3, 1, 2, 3)),
        Case("two planes, all sizes alike", TWO_PLANES),
    )


def _layout_hidden(rng):
    sizes = (((2, 5, 3), (4, 2, 3, 2)), ((4, 2, 6), (2, 4, 1, 5)), ((1, 1, 1),) * 2)
    cases = [_layout_case("hidden", rng, *s) for s in sizes[:2]]
    return [*cases, _layout_case("hidden", rng, (3, 3, 3), (3, 3, 3, 3))]


def _x_as(make):
    return lambda x, w: (make(x), _to_keras(x, w)[1])


def _w_as(make):
    return lambda x, w: (_to_keras(x, w)[0], make(w))


def _reshaped(array):
    """Return the numbers in their old order, in the new shape."""
    *_, h, w = array.shape
    return array.reshape(h, w, *array.shape[-3::-1])


LAYOUT_SLIPS = {
    "channels first for channels last": _x_as(lambda x: x.copy()),
    "(out, in, kh, kw) for (kh, kw, in, out)": _w_as(lambda w: w.copy()),
    "reshape instead of transpose": (
        _x_as(_reshaped),
        _w_as(_reshaped),
        lambda x, w: (_reshaped(x), _reshaped(w)),
    ),
    "rows and columns swapped": (
        _x_as(lambda x: x.T),
        _w_as(lambda w: w.T),
        lambda x, w: (x.T, w.T),
    ),
    "in and out of the kernel swapped": _w_as(
        lambda w: _permuted(w.swapaxes(0, 1), 3, 4, 2, 1)
    ),
}


# im2col -----------------------------------------------------------------------------


def _one_hot(kh, kw, c):
    """Return a filter for each tap, which reads that tap alone."""
    return np.eye(kh * kw * c).reshape(kh, kw, c, -1)


def _rows(maps):
    return maps.reshape(-1, maps.shape[-1])


def _by_filters(ask):
    """Return a slip of im2col made of one of a convolution."""

    def slip(x, kh, kw, **settings):
        return _rows(ask(x, _one_hot(kh, kw, x.shape[-1]), **settings))

    return slip


_im2col = _by_filters(referee.convolution)


def _im2col_case(name, rng, size, kernel, settings):
    x = eighths(rng, 2, *size, 3 if size[0] != size[1] else 2)
    return Case(name, (x, *kernel), settings)


def _im2col_cases():
    shared = conv_cases(lambda rng, size, kernel: (size, kernel), 306)
    rng = _seeded(6)
    return tuple(_im2col_case(c.name, rng, *c.args, c.kwargs) for c in shared)


def _im2col_hidden(rng):
    shared = conv_hidden(lambda rng, size, kernel: (size, kernel), rng)
    return [_im2col_case("hidden", rng, *c.args, c.kwargs) for c in shared]


KEPT = {
    "one stop too few",
    "input height for output height",
    "rows and columns swapped",
    "height for width",
    "only the first example",
    "only the last example",
    "one number for both directions",
    "a setting in one direction only",
} | {
    name
    for name in BATCH_SLIPS
    if any(word in name for word in ("stride", "padding", "dilation", "ceiling"))
}


def _reordered(order):
    """Return a slip whose columns have the taps (p, q, c) in another order."""

    def slip(x, kh, kw, **settings):
        places = np.arange(kh * kw * x.shape[-1]).reshape(kh, kw, x.shape[-1])
        return _im2col(x, kh, kw, **settings)[:, order(places).ravel()]

    return slip


IM2COL_SLIPS = {
    name: tuple(map(_by_filters, slip if isinstance(slip, tuple) else (slip,)))
    for name, slip in BATCH_SLIPS.items()
    if name in KEPT
} | {
    "stops as columns": lambda x, kh, kw, **k: _im2col(x, kh, kw, **k).T,
    "channels first for channels last": _reordered(lambda p: np.moveaxis(p, -1, 0)),
    "taps column by column": _reordered(lambda p: p.swapaxes(0, 1)),
    "taps turned round": _reordered(lambda p: p[::-1, ::-1]),
    "all numbers in one row": lambda x, kh, kw, **k: _im2col(x, kh, kw, **k).ravel(),
    "only the first channel": (
        lambda x, kh, kw, **k: _im2col(x[..., :1], kh, kw, **k),
        lambda x, kh, kw, **k: _im2col(_only(x, 0), kh, kw, **k),
    ),
}


# conv2d_matmul ----------------------------------------------------------------------


def _misread_kernel(make):
    return lambda x, w, b, **k: referee.convolution(x, make(w), b, **k)


def _filter_by_filter(w):
    f = w.shape[-1]
    return w.reshape(f, -1).T.reshape(w.shape)


def _channels_outside(w):
    kh, kw, c, f = w.shape
    return np.moveaxis(w.reshape(c, kh, kw, f), 0, 2)


def _misshaped(make):
    """Return variants: the wrong reshape with the bias before it, and after it."""

    def before(x, w, b, **k):
        return make(referee.convolution(x, w, b, **k))

    def after(x, w, b, **k):
        return make(referee.convolution(x, w, **k)) + b

    return before, after


MATMUL_SLIPS = BATCH_SLIPS | {
    "kernel numbers read filter by filter": _misread_kernel(_filter_by_filter),
    "patches in another order than the kernel": _misread_kernel(_channels_outside),
    "result reshaped in the wrong order": (
        *_misshaped(lambda y: y.reshape(y.shape[0], y.shape[2], y.shape[1], -1)),
        *_misshaped(lambda y: _rows(y).T.reshape(y.shape)),
        *_misshaped(lambda y: y.reshape(y.shape[1], y.shape[2], y.shape[0], -1)),
    ),
    "not brought back into maps": lambda x, w, b, **k: _rows(
        referee.convolution(x, w, b, **k)
    ),
}


# count_conv2d -----------------------------------------------------------------------


def _count(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    """Ask Keras: its own count of weights, and ones convolved with ones, added up."""
    pads = referee.pad_widths(padding, 2)
    x = np.ones((1, h + sum(pads[0]), w_in + sum(pads[1]), c_in))
    w = np.ones((kh, kw, c_in, filters))
    y = referee.convolution(x, w, stride=stride)
    layer = referee.load_keras().layers.Conv2D(filters, (kh, kw), use_bias=use_bias)
    layer.build(x.shape)
    return int(layer.count_params()), int(y.sum())


def _count_case(*sizes, **settings):
    h, w_in, c_in, filters, kh, kw = sizes
    name = f"{h}x{w_in}x{c_in}, {filters} of {kh}x{kw}"
    more = "".join(f", {key}={value}" for key, value in settings.items())
    return Case(name + more, sizes, settings)


def _count_cases():
    return (
        _count_case(3, 4, 1, 1, 2, 2),
        _count_case(5, 7, 2, 3, 3, 2),
        _count_case(5, 7, 2, 3, 3, 2, use_bias=False),
        _count_case(8, 9, 3, 4, 3, 2, stride=2),
        _count_case(8, 9, 3, 2, 2, 3, padding=1),
        _count_case(28, 28, 1, 8, 3, 3),
        _count_case(13, 13, 8, 16, 3, 3),
        _count_case(9, 12, 3, 5, 2, 4, stride=(2, 3), padding=(1, 2), use_bias=False),
    )


def _count_hidden(rng):
    cases = []
    for use_bias in (True, False, True, False):
        h, w_in = rng.integers(6, 15, size=2).tolist()
        kh, kw = rng.permutation(np.arange(1, 6))[:2].tolist()
        c_in, filters = rng.permutation(np.arange(2, 8))[:2].tolist()
        settings = {"stride": int(rng.integers(1, 4)), "padding": int(rng.integers(3))}
        cases.append(
            _count_case(h, w_in, c_in, filters, kh, kw, use_bias=use_bias, **settings)
        )
    stride = tuple(rng.permutation([1, 3]).tolist())
    padding = tuple(rng.permutation([0, 2]).tolist())
    cases.append(_count_case(9, 11, 3, 2, 2, 3, stride=stride))
    cases.append(_count_case(7, 10, 2, 3, 3, 2, padding=padding))
    return cases


def _counted(weights=None, work=None):
    """Return a slip of count_conv2d: one of the two numbers is counted otherwise.

    ``weights`` and ``work`` take the right number and the sizes as a dict.
    """

    def slip(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
        settings = {"stride": stride, "padding": padding, "use_bias": use_bias}
        right = _count(h, w_in, c_in, filters, kh, kw, **settings)
        sizes = dict(h=h, w_in=w_in, c_in=c_in, filters=filters, kh=kh, kw=kw)
        sizes |= {
            "bias": filters * use_bias,
            "stops": right[1] // (kh * kw * c_in * filters),
        }
        return tuple(
            int(make(number, sizes)) if make else number
            for number, make in zip(right, (weights, work), strict=True)
        )

    return slip


def _recounted(**change):
    def slip(*sizes, **settings):
        return _count(*sizes, **{**settings, **change})

    return slip


def _one_kernel(number, s):
    """Return the number without the factor of the channels; the bias stays."""
    return (number - s["bias"]) // s["c_in"] + s["bias"]


COUNT_SLIPS = {
    "channels left out of the count": (
        _counted(_one_kernel, lambda n, s: n // s["c_in"]),
        _counted(_one_kernel),
        _counted(None, lambda n, s: n // s["c_in"]),
    ),
    "filters left out of the count": (
        _counted(lambda n, s: n // s["filters"], lambda n, s: n // s["filters"]),
        _counted(lambda n, s: (n - s["bias"]) // s["filters"] + s["bias"]),
        _counted(None, lambda n, s: n // s["filters"]),
    ),
    "bias forgotten": _counted(lambda n, s: n - s["bias"]),
    "a bias although there is none": _recounted(use_bias=True),
    "one bias for the layer": _counted(
        lambda n, s: n - s["bias"] + (1 if s["bias"] else 0)
    ),
    "a bias for every kernel": _counted(lambda n, s: n + s["bias"] * (s["c_in"] - 1)),
    "weights counted for every stop": _counted(lambda n, s: n * s["stops"]),
    "one stop counted": _counted(None, lambda n, s: n // s["stops"]),
    "input height for output height": _counted(
        None, lambda n, s: n // s["stops"] * s["h"] * s["w_in"]
    ),
    "bias counted as a multiplication": _counted(
        None, lambda n, s: n + s["bias"] * s["stops"]
    ),
    "each multiply-add counted twice": _counted(None, lambda n, s: 2 * n),
    "height for width": _counted(
        lambda n, s: (n - s["bias"]) // s["kw"] * s["kh"] + s["bias"],
        lambda n, s: n // s["kw"] * s["kh"],
    ),
    "stride ignored": _recounted(stride=1),
    "padding ignored": _recounted(padding=0),
    "weights and work exchanged": lambda *s, **k: _count(*s, **k)[::-1],
}


# values -------------------------------------------------------------------------------


def _prediction(id, number, title, minutes, slips, **more):
    return Exercise(
        id=id,
        number=number,
        title=title,
        points=1,
        minutes=minutes,
        kind="value",
        counted=False,
        slips=slips,
        **more,
    )


MISCONCEPTIONS = (
    Misconception(
        "only the last channel",
        "each channel's sum replaces the one before, so only the last is left",
        "Change a value in channel 0: does your result change?",
        "Look for = inside of the loop over channels where += belongs.",
        "Start from zeros and add each channel's share, or take the window as a whole.",
    ),
    Misconception(
        "channels averaged",
        "the channels are averaged, and a filter adds them up",
        "By what factor does your result differ, and how many channels are there?",
        "Look for a mean over channels, or a division by their number.",
        "Add the products of all channels: nothing is divided.",
    ),
    Misconception(
        "the first kernel for every channel",
        "every channel meets kernel 0 of the filter; each has a kernel of its own",
        "Set kernel 1 of the filter to zeros: does your result change?",
        "Look for a fixed 0 as the channel's index of w.",
        "Channel c meets w[:, :, c].",
    ),
    Misconception(
        "only the last filter",
        "each filter's map replaces the one before, so only the last is left",
        "Are your maps all alike, or is there only one?",
        "Look at where each map is stored: the filter's index is missing.",
        "Map f goes to y[..., f].",
    ),
    Misconception(
        "the maps added up into one",
        "the maps of all filters are added up; each filter keeps its own map",
        "How many maps should come out of two filters?",
        "Look at the axes of your sum: the filters are among them.",
        "Add over kh, kw and channels; the axis of filters stays.",
    ),
    Misconception(
        "channels first for channels last",
        "the channels stand before rows and columns; here they come last",
        "Compare your shape with Keras's: where does the depth stand?",
        "Look at the order of the axes in your result.",
        "Rows, columns, channels: (H, W, C), with the batch in front.",
    ),
    Misconception(
        "in and out of the kernel swapped",
        "the axes of channels and filters of w are exchanged",
        "Which axis of w is as long as x has channels?",
        "Look at the last two indices of w.",
        "w[p, q, c, f]: channel c of the input goes to filter f.",
    ),
    Misconception(
        "bias added per channel",
        "the bias is added once for each channel, and not once for each output",
        "Set w to zeros: what do you get, b or a multiple of it?",
        "Look at which loop adds b.",
        "Add up all channels first; then add b[f] once.",
    ),
    Misconception(
        "only the last example",
        "every result comes from the last example, or only that one is kept",
        "Are the results the same for all examples?",
        "Look at where each result is stored: the example's index is missing.",
        "Example n goes to y[n].",
    ),
    Misconception(
        "the batch added up",
        "the examples are added up or averaged; each keeps a result of its own",
        "How many results should a batch of two give?",
        "Look at the axes of your sum: the batch is among them.",
        "The first axis of the result is the batch, as long as that of x.",
    ),
    Misconception(
        "(out, in, kh, kw) for (kh, kw, in, out)",
        "the kernel keeps its old order of axes",
        "Compare the shape of your w with the one that Keras wants.",
        "Look at w: it is returned as it came.",
        "The kernel's rows and columns come first, then in, then out.",
    ),
    Misconception(
        "reshape instead of transpose",
        "the numbers keep their order in memory, only the brackets are moved",
        "Which numbers belong to the top left pixel, one of each plane?",
        "Look for reshape: it never moves a number.",
        "transpose(...) names the old axes in their new order.",
    ),
    Misconception(
        "stops as columns",
        "each stop is a column, and here it is a row",
        "How many rows should the matrix have: one per stop, or one per tap?",
        "Look at the order of the two axes, or for a stray .T.",
        "A row holds what one window reads; there are N * H_out * W_out rows.",
    ),
    Misconception(
        "taps column by column",
        "the taps of a window are read column by column, and not row by row",
        "In which order stand the taps in w.reshape(-1, F)?",
        "Look at the order of the axes of p and q before the reshape.",
        "Rows of the window outside, then columns, then channels.",
    ),
    Misconception(
        "taps turned round",
        "the taps of a window come in reverse order",
        "Which pixel of the window should stand first in its row?",
        "Look for [::-1], or for an index that counts down.",
        "The top left pixel of the window comes first.",
    ),
    Misconception(
        "all numbers in one row",
        "the patches are one long row, and not a matrix",
        "How many dimensions has your result?",
        "Look at the last reshape: it needs two sizes.",
        "Reshape to (-1, kh * kw * C): one row for each window.",
    ),
    Misconception(
        "kernel numbers read filter by filter",
        "w is reshaped as if the filters came first",
        "Which numbers of w stand in the first column of the matrix?",
        "Look at the reshape of w: the filters are its last axis.",
        "w.reshape(-1, F) keeps the filters as columns; no transpose is needed.",
    ),
    Misconception(
        "patches in another order than the kernel",
        "patches and kernel order rows, columns and channels differently",
        "Which weight meets the second number of a patch?",
        "Compare the order of axes in the patches with that of w.",
        "Both go rows, columns, channels.",
    ),
    Misconception(
        "result reshaped in the wrong order",
        "the rows of the product are put back in another order than they were made",
        "Which stop belongs to row 1 of the product?",
        "Look at the sizes in the last reshape, and their order.",
        "Rows came as n, i, j: reshape to (N, H_out, W_out, F).",
    ),
    Misconception(
        "not brought back into maps",
        "the product is right, but it is still a matrix",
        "Which shape should the maps have?",
        "Look at the last line: a reshape is missing.",
        "Reshape the product to (N, H_out, W_out, F).",
    ),
    Misconception(
        "channels left out of the count",
        "a filter has a kernel for every channel, and yours is counted once",
        "How many weights has one 5x5 filter on a colour picture?",
        "Look for c_in in your lines.",
        "A filter has kh * kw * c_in weights.",
    ),
    Misconception(
        "filters left out of the count",
        "only one filter is counted",
        "Double the filters: does your number double?",
        "Look for filters in your lines.",
        "Everything counts once for each filter.",
    ),
    Misconception(
        "a bias although there is none",
        "biases are counted although use_bias is False",
        "What should use_bias change?",
        "Look for use_bias in your lines.",
        "Add the biases only when use_bias is True.",
    ),
    Misconception(
        "one bias for the layer",
        "one bias is counted for the whole layer; each filter has its own",
        "How many biases have eight filters?",
        "Look for + 1 in the count of parameters.",
        "There are as many biases as filters.",
    ),
    Misconception(
        "a bias for every kernel",
        "a bias is counted for every kernel; a filter has one, whatever its depth",
        "How many biases has one filter on three channels?",
        "Look at what c_in is multiplied with.",
        "Multiply kh * kw * c_in, add 1 for the bias, then multiply by the filters.",
    ),
    Misconception(
        "weights counted for every stop",
        "the weights are counted at every stop, but all stops share them",
        "Does a larger picture need more weights?",
        "Look for the size of the map in the count of parameters.",
        "Parameters don't depend on the picture.",
    ),
    Misconception(
        "one stop counted",
        "the multiplications of one stop are counted, and every stop needs them",
        "How many outputs does one filter compute?",
        "Look for the size of the map in the multiply-adds.",
        "Each of the h_out * w_out * filters outputs takes kh * kw * c_in of them.",
    ),
    Misconception(
        "bias counted as a multiplication",
        "adding the bias is counted, and it multiplies nothing",
        "How many products stand in one output?",
        "Look at what you multiply by the number of outputs.",
        "Count products alone: kh * kw * c_in for each output.",
    ),
    Misconception(
        "each multiply-add counted twice",
        "a multiplication with its addition counts as one, and yours as two",
        "By what factor does your number differ?",
        "Look for a factor of 2.",
        "One product, with its addition, is one multiply-add.",
    ),
    Misconception(
        "weights and work exchanged",
        "the two numbers are returned in the other order",
        "Which of the two grows with the picture?",
        "Look at your return line.",
        "First the parameters, then the multiply-adds.",
    ),
    Misconception(
        "weights for every example",
        "the weights are counted for every picture of the batch, which shares them",
        "Does a larger batch make a network larger?",
        "Look at where the number of pictures enters.",
        "The number of weights doesn't depend on the batch.",
    ),
)

EXERCISES = (
    Exercise(
        id="warm_up_03",
        number="3.0",
        title="Warm up: lessons 01 and 02",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    _prediction(
        "second_stop",
        "3.1",
        "Predict a sum over two planes",
        3,
        {
            "only the first channel": lambda: -5,
            "only the last channel": lambda: 1,
            "channels averaged": lambda: -2,
            "a 2D slice per channel instead of the volume": lambda: (-5, 1),
        },
    ),
    Exercise(
        id="conv2d_channels",
        number="3.1",
        title="Add up the channels",
        signature="conv2d_channels(x, w, *, stride=1, padding=0, dilation=1)",
        points=2,
        minutes=10,
        lines=5,
        layer="keras.layers.Conv2D(1, (kh, kw), use_bias=False)",
        referee=_channels,
        **_grids(301, filters=False),
        slips=_all_slips(_channels, more=(_slices(_channels),)),
        window=slips.window(channels=True),
        hints=(
            "How many products stand in one output, for a 2x2 kernel and 3 channels?",
            "The window x[np.ix_(r, c)] has the shape of w: three axes.",
            "Make zeros, visit every pair of a stop's rows and columns, multiply the "
            "window by w and add everything, channels included.",
        ),
    ),
    _prediction(
        "six_filters",
        "3.2",
        "Predict the shape of a volume",
        2,
        {
            "a 2D slice per channel instead of the volume": lambda: (28, 28, 18),
            "the maps added up into one": lambda: (28, 28, 1),
            "input height for output height": lambda: (32, 32, 6),
            "channels first for channels last": lambda: (6, 28, 28),
            "only the first filter": lambda: (28, 28, 3),
        },
    ),
    Exercise(
        id="conv2d_filters",
        number="3.2",
        title="Many filters, many maps",
        signature="conv2d_filters(x, w, *, stride=1, padding=0, dilation=1)",
        points=2,
        minutes=8,
        lines=6,
        layer="keras.layers.Conv2D(filters, (kh, kw), use_bias=False)",
        referee=_filters,
        **_grids(302),
        slips=_all_slips(
            _filters,
            offers=(*SETTINGS, "filters"),
            more=(_filter_slips(_filters), _slices(_filters)),
        ),
        window=slips.window(channels=True, filters=True),
        hints=(
            "One filter is w[..., f]: three axes, as before.",
            "A third loop runs over filters; the result has a third axis.",
            "For each stop and each filter, add the products of the window and "
            "w[..., f], and store them in y[i, j, f].",
        ),
    ),
    _prediction(
        "only_bias",
        "3.3",
        "Predict what the bias alone gives",
        2,
        {
            "bias added per tap": lambda: 1.6,
            "bias added per channel": lambda: 0.4,
            "the same bias for every filter": lambda: 0.1,
            "bias forgotten": lambda: 0,
        },
    ),
    Exercise(
        id="conv2d_bias",
        number="3.3",
        title="A bias for each filter",
        signature="conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1)",
        points=1,
        minutes=5,
        lines=6,
        layer="keras.layers.Conv2D(filters, (kh, kw))",
        referee=_filters,
        **_grids(303, bias=True),
        slips=_all_slips(
            _filters,
            offers=WITH_BIAS,
            more=(_filter_slips(_filters), _bias_slips(_filters)),
        ),
        window=slips.window(channels=True, filters=True),
        hints=(
            "Set w to zeros: which number should stand in map f?",
            "One line of conv2d_filters changes.",
            "To the sum of all products of filter f, add b[f] once.",
        ),
    ),
    _prediction(
        "batch_weights",
        "3.4",
        "Predict how many weights a batch needs",
        2,
        {
            "weights for every example": lambda: 4500,
            "channels left out of the count": lambda: 150,
            "filters left out of the count": lambda: 75,
        },
    ),
    Exercise(
        id="conv2d_batch",
        number="3.4",
        title="A batch of pictures",
        signature="conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1)",
        points=2,
        minutes=8,
        lines=7,
        layer="keras.layers.Conv2D(filters, (kh, kw))",
        referee=referee.convolution,
        **_grids(304, batch=True, bias=True),
        slips=BATCH_SLIPS,
        window=slips.window(first=1, channels=True, filters=True),
        hints=(
            "What is x[n], and which shape has it?",
            "A fourth loop runs over examples; the result has a fourth axis.",
            "For each example, stop and filter, add the products of the window of x[n] "
            "and w[..., f], add b[f], and store it in y[n, i, j, f].",
        ),
    ),
    _prediction(
        "corner_pixel",
        "3.5",
        "Predict a pixel after a transpose",
        3,
        {
            "reshape instead of transpose": lambda: (1, 2),
            "rows and columns swapped": lambda: (1, 3),
        },
    ),
    Exercise(
        id="to_keras",
        number="3.5",
        title="From channels first to channels last",
        signature="to_keras(x, w)",
        points=1,
        minutes=8,
        lines=1,
        layer="keras.layers.Permute(...)",
        referee=_to_keras,
        cases=_layout_cases,
        hidden=_layout_hidden,
        slips=LAYOUT_SLIPS,
        parts=("x", "w"),
        hints=(
            "Write the letters of the old axes, and below them those of the new ones.",
            "transpose takes, for each new axis, the number of the old one.",
            "For x the old axis 0 moves to the end; for w rows and columns of the "
            "kernel come first, then in, then out.",
        ),
    ),
    _prediction(
        "patches_shape",
        "3.6",
        "Predict the shape of the patches",
        3,
        {
            "stops as columns": lambda: (18, 20),
            "only the first channel": lambda: (20, 6),
            "only the first example": lambda: (10, 18),
            "input height for output height": lambda: (48, 18),
        },
    ),
    Exercise(
        id="im2col",
        number="3.6",
        title="Every window becomes a row",
        signature="im2col(x, kh, kw, *, stride=1, padding=0, dilation=1)",
        points=2,
        minutes=12,
        lines=2,
        layer="keras.ops.image.extract_patches(x, (kh, kw))",
        referee=_im2col,
        cases=_im2col_cases,
        hidden=_im2col_hidden,
        slips=IM2COL_SLIPS,
        parts=("patches",),
        hints=(
            "Which numbers stand in row 0, and which in row 1?",
            "A window's .ravel() is a row: rows outside, then columns, then channels.",
            "Visit examples, then rows, then columns; append each window, flattened; "
            "make one array of the list.",
        ),
    ),
    _prediction(
        "kernel_matrix",
        "3.7",
        "Predict the shape of the kernel as a matrix",
        2,
        {
            "kernel numbers read filter by filter": lambda: (4, 18),
            "channels left out of the count": lambda: (6, 4),
        },
    ),
    Exercise(
        id="conv2d_matmul",
        number="3.7",
        title="One matrix product",
        signature="conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1)",
        points=2,
        minutes=8,
        lines=3,
        layer="keras.layers.Conv2D(filters, (kh, kw))",
        referee=referee.convolution,
        **_grids(307, batch=True, bias=True),
        slips=MATMUL_SLIPS,
        window=slips.window(first=1, channels=True, filters=True),
        hints=(
            "Which shapes have the patches, the kernel as a matrix, their product?",
            "Three steps: patches, product, reshape. The bias is a row.",
            "Multiply im2col's matrix by w.reshape(-1, F), add b, and reshape to "
            "examples, rows, columns, filters.",
        ),
    ),
    _prediction(
        "two_layers",
        "3.8",
        "Predict the weights of two layers",
        3,
        {
            "channels left out of the count": lambda: (150, 400),
            "filters left out of the count": lambda: (25, 150),
            "a bias although there is none": lambda: (156, 2416),
        },
    ),
    Exercise(
        id="count_conv2d",
        number="3.8",
        title="Count parameters and multiply-adds",
        signature="count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, "
        "padding=0, use_bias=True)",
        points=2,
        minutes=10,
        lines=4,
        layer="keras.layers.Conv2D(filters, (kh, kw)).count_params()",
        referee=_count,
        cases=_count_cases,
        hidden=_count_hidden,
        slips=COUNT_SLIPS,
        parts=("parameters", "multiply_adds"),
        hints=(
            "Count one filter first, then one output.",
            "Weights don't depend on the picture; the work does.",
            "A filter has kh * kw * c_in weights and perhaps a bias; each output takes "
            "kh * kw * c_in multiply-adds, and there are h_out * w_out * filters.",
        ),
    ),
    Exercise(
        id="second_network",
        number="3.9",
        title="Size a network",
        points=1,
        minutes=8,
        kind="value",
        slips={
            "bias forgotten": lambda: (500, 10000, 500),
            "channels left out of the count": lambda: (520, 520, 500),
            "one bias for the layer": lambda: (501, 10001, 500),
        },
    ),
)
