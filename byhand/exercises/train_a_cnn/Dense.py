"""``Dense``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import LayerRun
from byhand.exercises.windows import dense_window


def _right(w, b, x, dy):
    dx, dw, db = referee.dense(x, w, b, dy=dy)
    return referee.dense(x, w, b), dx, dw, db


def _dense_case(name, rng, n, c_in, units):
    return Case(
        name,
        (
            eighths(rng, c_in, units),
            eighths(rng, units),
            eighths(rng, n, c_in),
            eighths(rng, n, units),
        ),
    )


def _cases():
    rng = seeded(8, 1)
    return (
        _dense_case("one picture, two values, one unit", rng, 1, 2, 1),
        _dense_case("three pictures", rng, 3, 2, 4),
        _dense_case("as many units as values", rng, 2, 3, 3),
        _dense_case("more pictures than values", rng, 5, 3, 2),
        _dense_case("seven pictures", rng, 7, 5, 4),
    )


def _hidden(rng):
    return [_dense_case("hidden", rng, *s) for s in ((2, 5, 3), (4, 4, 4), (1, 3, 6))]


EXERCISE = Exercise(
    signature="Dense(w, b, x, dy)",
    layer="keras.layers.Dense(units)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("y", "dx", "dw", "db"),
    adapt=lambda kind: LayerRun(kind, 2),
    window=dense_window,
)

### BEGIN MISTAKES

from byhand.exercises.backprop import dense_backward
from byhand.exercises.train_a_cnn.networks import layer_slips
from byhand.slips import only
from byhand.slips.forward import mistakes

DENSE = dense_backward.DENSE
FORWARD = ("bias forgotten", "bias subtracted", "only the last example")
SLIPS = layer_slips(DENSE, only(mistakes(DENSE), *FORWARD), dense_backward.SLIPS)

### END MISTAKES
