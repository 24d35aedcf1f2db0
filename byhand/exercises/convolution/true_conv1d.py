"""``true_conv1d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(x, w):
    return referee.conv1d(x, w[::-1])


def _cases():
    rng, paper = seeded(2, 2), seeded(2, 20)
    pairs = ((6, 2), (7, 4), (4, 4), (3, 1))
    return (
        *(_pair(small, paper, n, k) for n, k in ((2, 2), (5, 3))),
        *(_pair(eighths, rng, n, k) for n, k in pairs),
    )


def _pair(draw, rng, n, k):
    return Case(f"{n} values, kernel of {k}", (draw(rng, n), draw(rng, k)))


def _hidden(rng):
    sizes = ((9, 3), (12, 5), (8, 1), (6, 6), (15, 4))
    return [Case("hidden", (eighths(rng, n), eighths(rng, k))) for n, k in sizes]


def _window(arguments, index):
    (i,) = index
    return {"x": (slice(i, i + len(arguments["w"])),), "w[::-1]": (slice(None),)}


EXERCISE = Exercise(
    layer="keras.layers.Conv1D with the kernel reversed",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

import numpy as np


def _slid(x, w):
    return np.correlate(x, w, mode="valid")


SLIPS = {
    "kernel not flipped": _slid,
    "the input flipped as well": lambda x, w: _slid(x[::-1], w[::-1]),
    "the result flipped": lambda x, w: _slid(x, w[::-1])[::-1],
    "mean instead of sum": lambda x, w: _slid(x, w[::-1]) / len(w),
    "one stop too few": lambda x, w: _slid(x, w[::-1])[:-1],
    "the kernel hangs over the ends": (
        np.convolve,
        lambda x, w: np.convolve(x, w, mode="same"),
    ),
}

### END MISTAKES
