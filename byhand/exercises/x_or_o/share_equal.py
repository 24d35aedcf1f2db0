"""``share_equal``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data, referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.x_or_o.glyph_cases import signs


def _right(a, b):
    """Ask Keras's accuracy: the share of entries that are equal."""
    metric = referee.load_keras().metrics.Accuracy(dtype="float64")
    metric.update_state(a.ravel(), b.ravel())
    return float(metric.result())


def _cases():
    rng = seeded(1, 1)
    clean_x, bent_x, round_o = data.glyphs()
    one = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
    other = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])
    grey = eighths(rng, 2, 3)
    return (
        Case("2 by 3, two pixels differ", (one, other)),
        Case("equal pictures", (other, other.copy())),
        Case("opposite pictures", (one, -one)),
        Case("two empty pictures", (-np.ones((3, 2)), -np.ones((3, 2)))),
        Case("bent X and clean X", (bent_x, clean_x)),
        Case("round O and clean X", (round_o, clean_x)),
        Case("4 by 6, at random", (signs(rng, 4, 6), signs(rng, 4, 6))),
        Case("grey pixels, nearly alike", (grey, grey + 0.25 * (one == other))),
    )


def _hidden(rng):
    sizes = ((3, 5), (1, 7), (6, 2), (9, 9), (4, 4))
    cases = [Case("hidden", (signs(rng, *s), signs(rng, *s))) for s in sizes]
    grey = eighths(rng, 3, 4)
    near = np.where(signs(rng, 3, 4) > 0, 0.25, 0.0)
    near[0, :2] = 0.0, 0.25  # some are equal, some nearly
    return [*cases, Case("hidden", (grey, grey + near))]


EXERCISE = Exercise(
    layer="keras.metrics.Accuracy()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

SLIPS = {
    "counted instead of shared": lambda a, b: int(np.sum(a == b)),
    "divided by the rows only": (
        lambda a, b: float(np.sum(a == b) / len(a)),
        lambda a, b: float(np.sum(a == b) / len(a) ** 2),
    ),
    "divided by a fixed number": lambda a, b: float(np.sum(a == b) / 81),
    "the share that differs": (
        lambda a, b: float(np.mean(a != b)),
        lambda a, b: float(np.mean(np.abs(a - b))),
    ),
    "only the ink counts": (
        lambda a, b: float(np.mean((a == 1) & (b == 1))),
        lambda a, b: float(np.mean((a > 0) & (b > 0))),
        lambda a, b: float(np.sum((a == 1) & (b == 1)) / np.sum(a == 1)),
        lambda a, b: float(np.sum((a == 1) & (b == 1)) / np.sum(b == 1)),
    ),
    "all or nothing": (
        lambda a, b: bool(np.all(a == b)),
        lambda a, b: float(np.all(a == b)),
    ),
    "products instead of equality": lambda a, b: float(np.mean(a * b)),
}

### END MISTAKES
