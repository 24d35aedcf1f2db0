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
    window=lambda given, at: {"x": (at[0], slice(None), slice(None), at[1])},
)

### BEGIN MISTAKES


def _over(axis, keepdims=False):
    """Return a slip that pools along other axes."""

    def slip(x, kind):
        reduce = np.mean if kind == "average" else np.max
        return reduce(x, axis=axis, keepdims=keepdims)

    return slip


_pooled = _over((1, 2))


def _times(factor):
    """Return a slip that divides a mean by something else."""
    return lambda x, kind: _pooled(x, kind) * (factor(x) if kind == "average" else 1)


def _channels_together(x, kind):
    return np.repeat(_over((1, 2, 3))(x, kind)[:, None], x.shape[3], 1)


def _from_zero(x, kind):
    return np.maximum(_pooled(x, kind), 0 if kind == "max" else -np.inf)


SLIPS = {
    "kinds exchanged": lambda x, kind: _pooled(
        x, "max" if kind == "average" else "average"
    ),
    "kind ignored": (
        lambda x, kind: _pooled(x, "average"),
        lambda x, kind: _pooled(x, "max"),
    ),
    "axes of one kept": _over((1, 2), keepdims=True),
    "channels pooled together": (_over((1, 2, 3)), _channels_together),
    "examples pooled together": _over((0, 1, 2)),
    "everything in one number": _over(None),
    "rows taken for channels": _over((2, 3)),
    "only rows or only columns": (_over(1), _over(2)),
    "sum instead of mean": _times(lambda x: x.shape[1] * x.shape[2]),
    "divided by one side of the window": (
        _times(lambda x: x.shape[1]),
        _times(lambda x: x.shape[2]),
    ),
    "maximum started at 0": _from_zero,
    "only the first example": lambda x, kind: _pooled(x[:1].repeat(len(x), 0), kind),
    "only the first channel": lambda x, kind: _pooled(
        x[..., :1].repeat(x.shape[3], 3), kind
    ),
    "rows and columns swapped": lambda x, kind: _pooled(x, kind).T,
}

### END MISTAKES
