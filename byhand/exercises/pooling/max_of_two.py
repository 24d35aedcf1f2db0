"""``max_of_two``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(a, b):
    """Ask a maximum over windows of two numbers, one of a and one of b."""
    pairs = np.stack([a.ravel(), b.ravel()])[None, :, :, None]
    return referee.max_pool2d(pairs, (2, 1)).reshape(a.shape)


def _cases():
    rng = seeded(5, 7)
    return (
        Case("5 3 and 3 5", (np.array([5.0, 3.0]), np.array([3.0, 5.0]))),
        Case("all negative", tuple(-np.abs(eighths(rng, 2, 4)) - 0.125)),
        Case("equal numbers", (np.array([2.0, -1.0, 0.0]),) * 2),
        Case("two maps", tuple(eighths(rng, 2, 3, 4))),
        Case("a batch of volumes", tuple(eighths(rng, 2, 2, 3, 2, 2))),
    )


def _hidden(rng):
    shapes = ((6,), (4, 5), (2, 3, 3, 2), (1,))
    return [Case("hidden", tuple(eighths(rng, 2, *s))) for s in shapes]


EXERCISE = Exercise(
    layer="keras.layers.Maximum()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _g(x):
    return np.maximum(x, 0)


SLIPS = {
    "minimum instead of maximum": (np.minimum, lambda a, b: b - _g(b - a)),
    "the difference turned round": (
        lambda a, b: b + _g(b - a),
        lambda a, b: a + _g(a - b),
    ),
    "the lead without the number": (
        lambda a, b: _g(a - b),
        lambda a, b: _g(b - a),
    ),
    "the distance of the two": lambda a, b: np.abs(a - b),
    "cut before the difference": (
        lambda a, b: b + _g(a) - _g(b),
        lambda a, b: a + _g(b) - _g(a),
    ),
    "a negative number cut off": (
        lambda a, b: _g(b) + _g(a - b),
        lambda a, b: _g(a) + _g(b - a),
        lambda a, b: _g(np.maximum(a, b)),
    ),
    "no bend at all": (lambda a, b: a + 0.0, lambda a, b: b + 0.0),
    "the two added": lambda a, b: a + b,
    "the mean of the two": lambda a, b: (a + b) / 2,
    "one maximum for many": lambda a, b: float(max(a.max(), b.max())),
}

### END MISTAKES
