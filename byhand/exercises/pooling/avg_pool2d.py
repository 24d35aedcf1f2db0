"""``avg_pool2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Exercise
from byhand.exercises.pooling.pools import pool_cases, pool_hidden, pool_window

EXERCISE = Exercise(
    layer="keras.layers.AveragePooling2D(size, strides=stride, padding=padding)",
    referee=referee.avg_pool2d,
    cases=lambda: pool_cases(4),
    hidden=pool_hidden,
    window=pool_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand.slips.pooled import by, filled, pooling_mistakes

SLIPS = pooling_mistakes(
    "average",
    {
        "average counts the padding": (by("average", inside="zeros"),),
        "sum instead of mean": (lambda c: c.total(),),
        "maximum instead of mean": (by("max"),),
        "divided by one side of the window": (
            lambda c: c.total() / c.size[0],
            lambda c: c.total() / c.size[1],
        ),
        "edge padding instead of zeros": (by("average", inside="edge"),),
        "NaN goes through": (filled(np.nan, np.mean),),
        "minus infinity goes through": (filled(-np.inf, np.mean),),
    },
)

### END MISTAKES
