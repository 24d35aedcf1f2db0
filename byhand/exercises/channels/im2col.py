"""``im2col``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.channels.volumes import depths, one_row_a_place
from byhand.exercises.convolution_cases import conv_cases, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _one_hot(kh, kw, c):
    """Return a filter for each tap, which reads that tap alone."""
    return np.eye(kh * kw * c).reshape(kh, kw, c, -1)


def _by_filters(ask):
    """Return a slip of im2col made of one of a convolution."""

    def slip(x, kh, kw, **settings):
        return one_row_a_place(ask(x, _one_hot(kh, kw, x.shape[-1]), **settings))

    return slip


_right = _by_filters(referee.convolution)


def _im2col_case(name, rng, size, kernel, settings):
    n, c, _ = depths(size, kernel)
    x = eighths(rng, n, *size, c)
    return Case(name, (x, *kernel), settings)


def _cases():
    shared = conv_cases(lambda rng, size, kernel: (size, kernel), 306)
    rng = seeded(3, 6)
    cases = tuple(_im2col_case(c.name, rng, *c.args, c.kwargs) for c in shared)
    return (*cases, Case("three pictures", (eighths(rng, 3, 3, 4, 2), 2, 2)))


def _hidden(rng):
    shared = conv_hidden(lambda rng, size, kernel: (size, kernel), rng)
    return [_im2col_case("hidden", rng, *c.args, c.kwargs) for c in shared]


def _copied(arguments, index):
    """Return the one number of x that stands at a place of the result."""
    x, kernel = arguments["x"], (arguments["kh"], arguments["kw"])
    given = {**arguments, "w": np.empty((*kernel, x.shape[-1], 1))}
    span = zip(x.shape[1:3], kernel, *(referee.per_axis(given[k], 2) for k in
               ("stride", "padding", "dilation")), strict=True)  # fmt: skip
    stops = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in span]
    n, *stop = np.unravel_index(index[0], (len(x), *stops))
    *tap, c = np.unravel_index(index[1], (*kernel, x.shape[-1]))
    read = convolution_window(first=1, channels=True, filters=True)
    (code, place), _ = read(given, (n, *stop, 0)).items()
    steps = (s.start + t * (s.step or 1) for s, t in zip(place[1:3], tap, strict=True))
    return {code: tuple(int(i) for i in (n, *steps, c))}


EXERCISE = Exercise(
    layer="keras.ops.image.extract_patches(x, (kh, kw))",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("patches",),
    window=_copied,
)

### BEGIN MISTAKES

from byhand.slips import Operation, mapped, only, right, union
from byhand.slips.forward import kept, mistakes

FILTERS = Operation(
    x="n h w c", w="kh kw c f", y="n h w f", settings="stride padding dilation"
)
KEPT = ("one stop", "input height", "rows and", "height for", "only the first example")
KEPT += ("only the last example", "one number", "a setting", "ceiling")


def _kept(name):
    """Tell whether a mistake of a convolution shows in its patches."""
    about = ("stride", "padding", "dilation")
    return name.startswith(KEPT) or any(word in name for word in about)


_patches = _by_filters(right(FILTERS))


def _reordered(order):
    """Return a slip whose columns have the taps (p, q, c) in another order."""

    def slip(x, kh, kw, **settings):
        places = np.arange(kh * kw * x.shape[-1]).reshape(kh, kw, x.shape[-1])
        return _patches(x, kh, kw, **settings)[:, order(places).ravel()]

    return slip


def _examples_innermost(x, kh, kw, **settings):
    """Return the rows ordered by stops first, and by examples last."""
    rows = _patches(x, kh, kw, **settings)
    return rows.reshape(len(x), -1, rows.shape[1]).swapaxes(0, 1).reshape(rows.shape)


ALL = mistakes(FILTERS)
SLIPS = union(
    mapped(_by_filters, only(ALL, *filter(_kept, ALL))),
    {
        "stops as columns": lambda x, kh, kw, **k: _patches(x, kh, kw, **k).T,
        "examples innermost": _examples_innermost,
        "channels first for channels last": _reordered(
            lambda places: np.moveaxis(places, -1, 0)
        ),
        "taps column by column": _reordered(lambda places: places.swapaxes(0, 1)),
        "taps turned round": _reordered(lambda places: places[::-1, ::-1]),
        "all numbers in one row": lambda *a, **k: _patches(*a, **k).ravel(),
        "only the first channel": (
            lambda x, kh, kw, **k: _patches(x[..., :1], kh, kw, **k),
            lambda x, kh, kw, **k: _patches(kept(x, 3, 0), kh, kw, **k),
        ),
    },
)

### END MISTAKES
