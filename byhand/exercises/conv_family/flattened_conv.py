"""``flattened_conv``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _block(w_channel, w_column, w_row):
    """Return the full kernel whose products the three vectors give."""
    return np.einsum("pf,qf,cf->pqcf", w_column, w_row, w_channel)


def _right(x, w_channel, w_column, w_row, b):
    return referee.conv2d(x, _block(w_channel, w_column, w_row), b)


def _flattened_case(name, rng, size, kernel, c_in, filters, n=2):
    x = eighths(rng, n, *size, c_in)
    vectors = (eighths(rng, n, filters) for n in (c_in, *kernel))
    return Case(name, (x, *vectors, eighths(rng, filters)))


def _cases():
    rng = seeded(4, 7)
    return (
        _flattened_case("one output, one filter", rng, (2, 3), (2, 3), 2, 1),
        _flattened_case("one channel", rng, (3, 4), (2, 2), 1, 2),
        _flattened_case("3 channels, 2 filters", rng, (4, 5), (3, 2), 3, 2),
        _flattened_case("2 channels, 4 filters", rng, (5, 4), (2, 3), 2, 4),
        _flattened_case("a column only", rng, (5, 3), (3, 1), 2, 3),
        _flattened_case("square", rng, (5, 5), (3, 3), 3, 3),
        _flattened_case("many of each", rng, (4, 3), (2, 2), 5, 6, n=6),
    )


def _hidden(rng):
    sizes = ((6, 5, 3, 2), (5, 7, 2, 4), (4, 4, 3, 3), (7, 3, 4, 1), (3, 8, 1, 3))
    return [
        _flattened_case("hidden", rng, s[:2], s[2:], *map(int, rng.integers(1, 5, 2)))
        for s in sizes
    ]


def _window(arguments, index):
    n, i, j, f = index
    kh, kw = len(arguments["w_column"]), len(arguments["w_row"])
    places = (n, slice(i, i + kh), slice(j, j + kw), slice(None))
    of_filter = (slice(None), f)
    weights = ("w_channel", "w_column", "w_row")
    return {"x": places, **dict.fromkeys(weights, of_filter)}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D with the outer product of the three vectors",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.slips import mapped, right, union, without
from byhand.slips.forward import mistakes, repeated


def _of_block(slip):
    """Return a convolution's slip on the full kernel."""
    return lambda x, *vectors_and_b: slip(
        x, _block(*vectors_and_b[:3]), vectors_and_b[3]
    )


_flattened = _of_block(right(BATCH))


def _early_bias(last):
    """Return a slip that adds the bias before the two vectors of space are done."""

    def slip(x, w_channel, w_column, w_row, b):
        y = _flattened(x, w_channel, w_column, w_row, np.zeros_like(b))
        return y + b * last(w_column.sum(axis=0), w_row.sum(axis=0))

    return slip


def _first_filter(which):
    """Return a slip that uses one vector of the first filter for all filters."""

    def slip(x, *rest):
        each = enumerate(rest)
        return _flattened(x, *(repeated(a, 1, 0) if k == which else a for k, a in each))

    return slip


OF_W = ("kernel transposed", "in and out of the kernel swapped")
OF_W += ("the first kernel for every channel",)
PLAIN = BATCH.redeclared(settings="")
SLIPS = union(
    mapped(_of_block, without(mistakes(PLAIN), *OF_W)),
    {
        "column and row exchanged": lambda x, wc, wp, wq, b: _flattened(
            x, wc, wq, wp, b
        ),
        "bias before the last step": (
            _early_bias(lambda down, across: down * across),
            _early_bias(lambda down, across: across),
            _early_bias(lambda down, across: down),
            _early_bias(lambda down, across: down * across + across + 1),
            _early_bias(lambda down, across: down * across + down + 1),
        ),
        "vector of the first filter for all": tuple(map(_first_filter, range(3))),
    },
)

### END MISTAKES
