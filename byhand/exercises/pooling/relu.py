"""``relu``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _cases():
    rng = seeded(5, 1)
    return (
        Case("four numbers", (np.array([-2.0, 0.0, 0.5, 3.0]),)),
        Case("all negative", (-np.abs(eighths(rng, 2, 3)),)),
        Case("a plane", (eighths(rng, 3, 4),)),
        Case("a batch of volumes", (eighths(rng, 2, 3, 2, 4),)),
    )


def _hidden(rng):
    shapes = ((7,), (5, 4), (2, 4, 3, 2), (1, 1), (3, 2, 2))
    return [Case("hidden", (eighths(rng, *s),)) for s in shapes]


EXERCISE = Exercise(
    layer="keras.layers.ReLU()",
    referee=referee.relu,
    cases=_cases,
    hidden=_hidden,
    window=lambda arguments, index: {"x": index},
)

### BEGIN MISTAKES

SLIPS = {
    "negative part kept": lambda x: np.minimum(x, 0),
    "absolute value for ReLU": np.abs,
    "negative numbers turned to a small slope": (
        lambda x: np.where(x > 0, x, 0.01 * x),
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: np.where(x > 0, x, 0.2 * x),
    ),
    "step for ReLU": (
        lambda x: (x > 0).astype(np.float64),
        lambda x: x > 0,
        lambda x: (x >= 0).astype(np.float64),
    ),
    "one maximum for many": (
        lambda x: np.max(x, 0),
        lambda x: float(max(x.max(), 0)),
        lambda x: x.max(),
    ),
    "negative numbers thrown out": (lambda x: x[x > 0], lambda x: x[x >= 0]),
    "cut off at one as well": lambda x: np.clip(x, 0, 1),
    "the input returned": np.copy,
    "at least one": lambda x: np.maximum(x, 1),
    "softplus for ReLU": lambda x: np.log1p(np.exp(x)),
    "sign turned round": lambda x: np.maximum(-x, 0),
}

### END MISTAKES
