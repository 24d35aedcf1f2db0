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


def _flattened_case(name, rng, size, kernel, c_in, filters):
    x = eighths(rng, 2, *size, c_in)
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
    )


def _hidden(rng):
    sizes = ((6, 5, 3, 2), (5, 7, 2, 4), (4, 4, 3, 3), (7, 3, 4, 1), (3, 8, 1, 3))
    return [
        _flattened_case("hidden", rng, s[:2], s[2:], *map(int, rng.integers(1, 5, 2)))
        for s in sizes
    ]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D with the outer product of the three vectors",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

from byhand import slips
from byhand.slips_settings import more_slips


def _of_block(known):
    """Return a convolution's slip on the full kernel."""

    def slip(x, w_channel, w_column, w_row, b):
        return known(x, _block(w_channel, w_column, w_row), b)

    return slip


def _early_bias(last):
    """Return a slip that adds the bias before the two vectors of space are done."""

    def slip(x, w_channel, w_column, w_row, b):
        y = _right(x, w_channel, w_column, w_row, np.zeros_like(b))
        across = w_row.sum(axis=0)
        down = w_column.sum(axis=0)
        return y + last(b, down, across)

    return slip


def _first_filter(k):
    """Return a slip that uses the first filter's vector k for all filters."""

    def slip(x, *rest):
        rest = list(rest)
        rest[k] = np.repeat(rest[k][:, :1], rest[k].shape[1], axis=1)
        return _right(x, *rest)

    return slip


_OFFERS = ("bias", "batch", "filters")


_WHOLE = slips.convolution(
    referee.conv2d, first=1, offers=_OFFERS, channels=True
) | more_slips(referee.conv2d, first=1, offers=_OFFERS)


SLIPS = {
    name: tuple(map(_of_block, known)) if isinstance(known, tuple) else _of_block(known)
    for name, known in _WHOLE.items()
    if name != "kernel transposed"
} | {
    "column and row exchanged": lambda x, wc, wp, wq, b: _right(x, wc, wq, wp, b),
    "bias before the last step": (
        _early_bias(lambda b, down, across: b * down * across),
        _early_bias(lambda b, down, across: b * across),
        _early_bias(lambda b, down, across: b * down),
        _early_bias(lambda b, down, across: b * down * across + b * across + b),
        _early_bias(lambda b, down, across: b * down * across + b * down + b),
    ),
    "vector of the first filter for all": tuple(_first_filter(k) for k in range(3)),
}

### END MISTAKES
