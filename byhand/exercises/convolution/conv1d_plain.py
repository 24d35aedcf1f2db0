"""``conv1d_plain``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _signal_case(name, rng, n, k):
    return Case(name, (eighths(rng, n), eighths(rng, k), float(eighths(rng))))


def _whole_case(name, x, w, b):
    return Case(name, (np.array(x, dtype=float), np.array(w, dtype=float), float(b)))


def _cases():
    rng = seeded(2, 10)
    return (
        _whole_case("one stop", [2, -1], [1, 3], 2),
        _whole_case("3 stops", [1, 3, -2, 0, 2], [2, -1, 1], -1),
        _signal_case("a kernel of one", rng, 4, 1),
        _signal_case("2 weights", rng, 6, 2),
        _signal_case("5 weights", rng, 8, 5),
        Case("no bias given", (eighths(rng, 6), eighths(rng, 3))),
    )


def _hidden(rng):
    sizes = ((9, 3), (14, 5), (8, 1), (6, 6), (15, 4))
    return [_signal_case("hidden", rng, n, k) for n, k in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k)",
    referee=referee.conv1d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=1),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(Operation(x="w", w="kw", b="", y="w"))

### END MISTAKES
