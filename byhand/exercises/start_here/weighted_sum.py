"""``weighted_sum``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(x, w):
    """Ask a dense layer with one unit and no bias."""
    return float(referee.dense(x[None], w[:, None])[0, 0])


def _cases():
    """Return the visible cases: other lengths, negative weights, no symmetry."""
    return (
        Case("one value", (np.array([5.0]), np.array([0.5]))),
        Case("three values", (np.array([2.0, 5.0, 1.0]), np.array([3.0, 0.0, -2.0]))),
        Case(
            "five values",
            (np.array([1.5, -2.0, 0.25, 4.0, 3.0]), np.array([2.0, 1.0, -4.0, 0.5, 1])),
        ),
    )


def _hidden(rng):
    """Return three fresh cases, in eighths, whose weights don't add up to 0 or 1."""
    cases = []
    for n in (2, 4, 7):
        x, w = rng.integers(-32, 33, size=(2, n)) / 8
        w[0] += 1.5 - w.sum()
        cases.append(Case(f"{n} values", (x, w)))
    return cases


def _window(arguments, index):
    """Return what the only output reads: all of x and all of w."""
    every = (slice(0, len(arguments["x"])),)
    return {"x": every, "w": every}


EXERCISE = Exercise(
    layer="keras.layers.Dense(1, use_bias=False)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

SLIPS = {
    "added instead of multiplied": lambda x, w: float(np.sum(x + w)),
    "products not added": lambda x, w: x * w,
    "product of the sums": lambda x, w: float(np.sum(x) * np.sum(w)),
    "weights ignored": lambda x, w: float(np.sum(x)),
    "divided by the weights": lambda x, w: float(np.sum(x * w) / np.sum(w)),
    "mean instead of sum": lambda x, w: float(np.mean(x * w)),
    "kernel flipped": lambda x, w: float(np.sum(x * w[::-1])),
}

### END MISTAKES
