"""``dense_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import dense_window
from byhand.gradients import along


def _dense_case(name, rng, n, c_in, c_out):
    arrays = eighths(rng, n, c_out), eighths(rng, n, c_in), eighths(rng, c_in, c_out)
    return Case(name, arrays)


def _cases():
    rng = seeded(6, 3)
    paper = np.array([[1.0], [10.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    return (
        Case("one unit, two examples", (*paper, np.array([[0.5], [-1.0]]))),
        _dense_case("one example", rng, 1, 3, 2),
        _dense_case("more inputs than units", rng, 2, 4, 3),
        _dense_case("more units than inputs", rng, 5, 2, 4),
        _dense_case("as many units as inputs", rng, 4, 3, 3),
        _dense_case("everything square", rng, 3, 3, 3),
        _dense_case("many of each", rng, 7, 5, 6),
    )


def _hidden(rng):
    return [_dense_case("hidden", rng, *s) for s in ((3, 5, 2), (2, 2, 6), (4, 4, 4))]


def _witness(dy, x, w):
    return along(referee.dense)(dy, x, w, np.zeros(w.shape[-1]))


EXERCISE = Exercise(
    layer="keras.layers.Dense(units)",
    referee=referee.dense_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    witness=_witness,
    window=dense_window,
)

### BEGIN MISTAKES

from byhand.slips import Operation, without
from byhand.slips.backward import gradient_mistakes

DENSE = Operation(x="n c", w="c f", b="f", y="n f")
OWN = {
    "w not transposed": ({"dx": lambda c: c.dy @ c.w},),
    "dw transposed": ({"dw": lambda c: c.dw().T},),
}
OF_MAPS = ("only the first filter", "dw summed over the channels")
SLIPS = without(gradient_mistakes(DENSE, OWN), *OF_MAPS)

### END MISTAKES
