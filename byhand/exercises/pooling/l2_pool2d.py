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

from byhand.exercises.pooling.pools import (
    AVG_SLIPS,
    edge_slip,
    other_poolings,
    padding_slip,
    pads_before,
    pool_slips,
    sum_pool2d,
)


def _mean_with_padding(x, size, **settings):
    """Return the root of the mean square, the padding counted as zeros."""
    return np.sqrt(AVG_SLIPS["average counts the padding"](x**2, size, **settings))


SLIPS = {
    **pool_slips("L2"),
    "L2 without the root": other_poolings("L2", after=np.square),
    "L2 with a mean": (
        other_poolings("average", np.square, np.sqrt),
        _mean_with_padding,
    ),
    "absolute values added": lambda x, size, **k: sum_pool2d(np.abs(x), size, **k),
    "added before squaring": (
        lambda x, size, **k: np.abs(sum_pool2d(x, size, **k)),
        lambda x, size, **k: np.square(sum_pool2d(x, size, **k)),
    ),
    "maximum instead of L2": (other_poolings("max"), other_poolings("max", np.abs)),
    "mean instead of L2": other_poolings("average"),
    "edge padding instead of zeros": edge_slip("L2"),
    "all padding on top and left": padding_slip("L2", pads_before),
}

### END MISTAKES
