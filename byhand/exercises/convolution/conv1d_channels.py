"""``conv1d_channels``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _right(x, w, b=0.0):
    """Ask Keras for one signal (n, C) and one filter (k, C)."""
    return referee.convolution(x[None], w[..., None], b)[0, :, 0]


def _series_case(name, rng, n, k, channels):
    x, w = eighths(rng, n, channels), eighths(rng, k, channels)
    return Case(name, (x, w, float(eighths(rng))))


def _cases():
    rng = seeded(2, 11)
    x, w = [[1.0, 2], [3, -1], [0, 2]], [[2.0, 1], [-1, 3]]
    return (
        Case("two channels", (np.array(x), np.array(w), 1.0)),
        _series_case("one channel", rng, 4, 2, 1),
        _series_case("three channels", rng, 6, 3, 3),
        _series_case("a kernel of one", rng, 4, 1, 2),
        _series_case("one stop", rng, 3, 3, 4),
        Case("no bias given", (eighths(rng, 5, 2), eighths(rng, 2, 2))),
    )


def _hidden(rng):
    sizes = ((9, 3, 2), (12, 5, 3), (7, 2, 5), (6, 6, 2), (8, 1, 4))
    return [_series_case("hidden", rng, *size) for size in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=1, channels=True),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(Operation(x="w c", w="kw c", b="", y="w"))

### END MISTAKES
