"""``global_pool2d``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _cases():
    rng = seeded(5, 6)
    shapes = ((1, 2, 3, 1), (1, 1, 1, 2), (2, 3, 2, 4), (3, 2, 5, 3), (2, 4, 4, 4))
    cases = [
        Case(f"{kind}, {'x'.join(map(str, s))}", (eighths(rng, *s), kind))
        for s in shapes
        for kind in ("average", "max")
    ]
    x = -np.abs(eighths(rng, 2, 3, 4, 2))
    return (*cases, Case("max, all negative", (x, "max")))


def _hidden(rng):
    shapes = ((2, 5, 3, 4), (1, 6, 6, 2), (4, 1, 3, 3), (3, 3, 3, 3))
    cases = [
        Case("hidden", (eighths(rng, *s), kind))
        for s in shapes
        for kind in ("average", "max")
    ]
    return [*cases, Case("hidden", (-np.abs(eighths(rng, 2, 3, 2, 3)), "max"))]


EXERCISE = Exercise(
    layer="keras.layers.GlobalAveragePooling2D(), GlobalMaxPooling2D()",
    referee=referee.global_pool2d,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _over(axis, keepdims=False):
    """Return a slip that pools along other axes."""

    def slip(x, kind):
        reduce = np.mean if kind == "average" else np.max
        return reduce(x, axis=axis, keepdims=keepdims)

    return slip


def _global(change):
    def slip(x, kind):
        return change(referee.global_pool2d(x, kind), x, kind)

    return slip


SLIPS = {
    "kinds exchanged": lambda x, kind: referee.global_pool2d(
        x, "max" if kind == "average" else "average"
    ),
    "kind ignored": (
        lambda x, kind: referee.global_pool2d(x, "average"),
        lambda x, kind: referee.global_pool2d(x, "max"),
    ),
    "axes of one kept": _over((1, 2), keepdims=True),
    "channels pooled together": (
        _over((1, 2, 3)),
        _global(
            lambda y, x, kind: np.repeat(_over(1)(y, kind)[:, None], y.shape[1], 1)
        ),
    ),
    "examples pooled together": _over((0, 1, 2)),
    "everything in one number": _over(None),
    "rows taken for channels": _over((2, 3)),
    "only rows or only columns": (_over(1), _over(2)),
    "sum instead of mean": lambda x, kind: (
        referee.global_pool2d(x, kind)
        * (x.shape[1] * x.shape[2] if kind == "average" else 1)
    ),
    "divided by one side of the window": tuple(
        lambda x, kind, n=n: (
            referee.global_pool2d(x, kind) * (x.shape[n] if kind == "average" else 1)
        )
        for n in (1, 2)
    ),
    "maximum started at 0": lambda x, kind: (
        np.maximum(referee.global_pool2d(x, kind), 0)
        if kind == "max"
        else referee.global_pool2d(x, kind)
    ),
    "only the first example": _global(
        lambda y, x, kind: np.repeat(y[:1], len(y), axis=0)
    ),
    "only the first channel": _global(
        lambda y, x, kind: np.repeat(y[:, :1], y.shape[1], axis=1)
    ),
    "rows and columns swapped": _global(lambda y, x, kind: y.T),
}

### END MISTAKES
