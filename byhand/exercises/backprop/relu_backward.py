"""``relu_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded, whole
from byhand.gradients import along


def _relu_case(name, rng, *shape):
    return Case(name, (eighths(rng, *shape), whole(rng, *shape) / 2))


def _both_signs(rng):
    """Return six numbers other than 0, three of them positive."""
    signs = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
    return signs * (np.abs(eighths(rng, 2, 3)) + 0.125)


def _cases():
    rng = seeded(6, 2)
    paper = (np.array([5.0, 7.0, -1.0]), np.array([-2.0, 0.0, 3.0]))
    return (
        Case("three values", paper),
        Case("no zero among them", (eighths(rng, 2, 3), _both_signs(rng))),
        Case("all negative", (eighths(rng, 3), -np.abs(eighths(rng, 3)))),
        _relu_case("a batch of maps", rng, 2, 3, 4, 2),
    )


def _hidden(rng):
    return [
        _relu_case("hidden", rng, 2, 4, 3, 3),
        _relu_case("hidden", rng, 20),
        Case("hidden", (eighths(rng, 4, 5), eighths(rng, 4, 5))),
    ]


def _window(arguments, index):
    return {"x": index}


EXERCISE = Exercise(
    layer="keras.layers.ReLU()",
    referee=referee.relu_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
    window=_window,
    witness=along(referee.relu),
)

### BEGIN MISTAKES

SLIPS = {
    "ReLU's slope at 0": (
        lambda dy, x: np.where(x >= 0, dy, 0.0),
        lambda dy, x: dy * np.heaviside(x, 0.5),
    ),
    "upstream gradient ignored": lambda dy, x: np.heaviside(x, 0.0),
    "the wrong array decides": lambda dy, x: np.maximum(dy, 0.0),
    "negative gradients lost": lambda dy, x: np.where(x > 0, np.maximum(dy, 0.0), 0.0),
    "the gate turned round": (
        lambda dy, x: np.where(x < 0, dy, 0.0),
        lambda dy, x: np.where(x <= 0, dy, 0.0),
    ),
    "ReLU left out": lambda dy, x: dy * 1.0,
    "the input in place of the slope": (
        lambda dy, x: dy * np.maximum(x, 0.0),
        lambda dy, x: dy * x,
        lambda dy, x: np.maximum(x, 0.0),
    ),
}

### END MISTAKES
