"""``true_conv1d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(x, w):
    return referee.conv1d(x, w[::-1])


def _cases():
    rng = seeded(2, 2)
    pairs = ((2, 2), (5, 3), (6, 2), (7, 4), (4, 4), (3, 1))
    return tuple(
        Case(f"{n} values, kernel of {k}", (eighths(rng, n), eighths(rng, k)))
        for n, k in pairs
    )


def _hidden(rng):
    sizes = ((9, 3), (12, 5), (8, 1), (6, 6), (15, 4))
    return [Case("hidden", (eighths(rng, n), eighths(rng, k))) for n, k in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D with the kernel reversed",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

import numpy as np

SLIPS = {
    "kernel not flipped": referee.conv1d,
    "the input flipped as well": lambda x, w: referee.conv1d(x[::-1], w[::-1]),
    "the result flipped": lambda x, w: referee.conv1d(x, w[::-1])[::-1],
    "mean instead of sum": lambda x, w: _right(x, w) / len(w),
    "one stop too few": lambda x, w: _right(x, w)[:-1],
    "the kernel hangs over the ends": (
        lambda x, w: _right(np.pad(x, len(w) - 1), w),
        lambda x, w: np.convolve(x, w, mode="same"),
    ),
}

### END MISTAKES
