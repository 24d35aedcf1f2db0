"""``l2_pool2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Exercise
from byhand.exercises.pooling.pools import pool_cases, pool_hidden, pool_window

EXERCISE = Exercise(
    layer="keras.layers.AveragePooling2D of x ** 2, times the count, under a root",
    referee=referee.l2_pool2d,
    cases=lambda: pool_cases(5),
    hidden=pool_hidden,
    window=pool_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand.slips.pooled import by, filled, pooling_mistakes


def _length(windows, axis):
    return np.sqrt(np.square(windows).sum(axis=axis))


SLIPS = pooling_mistakes(
    "L2",
    {
        "L2 without the root": (by("L2", after=np.square),),
        "L2 with a mean": (
            by("average", np.square, np.sqrt),
            by("average", np.square, np.sqrt, inside="zeros"),
        ),
        "absolute values added": (lambda c: c.changed(x=np.abs(c.x)).total(),),
        "added before squaring": (
            lambda c: np.abs(c.total()),
            lambda c: np.square(c.total()),
        ),
        "maximum instead of L2": (by("max"), by("max", np.abs)),
        "mean instead of L2": (by("average"),),
        "edge padding instead of zeros": (by("L2", inside="edge"),),
        "NaN goes through": (filled(np.nan, _length),),
        "minus infinity goes through": (filled(-np.inf, _length),),
    },
)

### END MISTAKES
