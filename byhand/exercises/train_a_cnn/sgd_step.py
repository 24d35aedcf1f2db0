"""``sgd_step``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _step_case(name, rng, shapes, learning_rate):
    values = [eighths(rng, *shape) for shape in shapes]
    grads = [eighths(rng, *shape) for shape in shapes]
    return Case(name, (values, grads, learning_rate))


def _cases():
    rng = seeded(8, 5)
    return (
        Case("one number", ([np.array([3.0])], [np.array([-2.0])], 0.25)),
        _step_case("one array", rng, ((2, 3),), 0.5),
        _step_case("a kernel and a bias", rng, ((2, 2, 1, 3), (3,)), 0.125),
        _step_case("three arrays", rng, ((4,), (2, 2), (1, 3)), 2.0),
        Case("no weights", ([], [], 0.5)),
    )


def _hidden(rng):
    return [
        _step_case("hidden", rng, ((3, 2), (2,)), 2.0**-4),
        _step_case("hidden", rng, ((5,), (1,), (2, 2)), 0.25),
    ]


EXERCISE = Exercise(
    layer="keras.optimizers.SGD(learning_rate)",
    referee=referee.sgd_step,
    cases=_cases,
    hidden=_hidden,
    parts=("values",),
)

### BEGIN MISTAKES


def _steps(make):
    """Return a slip of sgd_step, array by array."""

    def slip(values, grads, learning_rate):
        right = referee.sgd_step(values, grads, learning_rate)
        return [make(*each) for each in zip(right, values, grads, strict=True)]

    return slip


def _first_only(values, grads, learning_rate):
    right = referee.sgd_step(values, grads, learning_rate)
    return [*right[:1], *values[1:]]


SLIPS = {
    "step uphill": _steps(lambda new, old, g: 2 * old - new),
    "learning rate ignored": _steps(lambda new, old, g: old - g),
    "only the step returned": (
        _steps(lambda new, old, g: old - new),
        _steps(lambda new, old, g: new - old),
    ),
    "divided by the learning rate": lambda values, grads, learning_rate: (
        referee.sgd_step(values, grads, 1 / learning_rate)
    ),
    "weights never updated": _steps(lambda new, old, g: old),
    "only the first array updated": (
        _first_only,
        lambda values, grads, learning_rate: _first_only(values, grads, learning_rate)[
            :1
        ],
    ),
}

### END MISTAKES
