"""``max_pool2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Exercise
from byhand.exercises.pooling.pools import pool_cases, pool_hidden, pool_window

EXERCISE = Exercise(
    layer="keras.layers.MaxPooling2D(size, strides=stride, padding=padding)",
    referee=referee.max_pool2d,
    cases=lambda: pool_cases(3),
    hidden=pool_hidden,
    window=pool_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand.slips.pooled import by, filled, pooling_mistakes


def _largest_magnitude(c):
    high, low = c.y(), by("max", np.negative, np.negative)(c)
    return np.where(high >= -low, high, low)


SLIPS = pooling_mistakes(
    "max",
    {
        "max pooling padded with 0": (by("max", inside="zeros"),),
        "maximum started at 0": (by("max", after=lambda y: np.maximum(y, 0)),),
        "mean instead of maximum": (by("average"),),
        "sum instead of maximum": (lambda c: c.total(),),
        "minimum instead of maximum": (by("max", np.negative, np.negative),),
        "largest absolute value": (by("max", np.abs), _largest_magnitude),
        "NaN goes through": (filled(np.nan, np.max),),
    },
)

### END MISTAKES
