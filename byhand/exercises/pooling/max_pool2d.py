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

from byhand.exercises.pooling.pools import (
    other_poolings,
    padding_slip,
    pads_before,
    pool_slips,
    same_pads,
    sum_pool2d,
    zeros_counted,
)


def _largest_magnitude(x, size, **settings):
    high = referee.max_pool2d(x, size, **settings)
    low = -referee.max_pool2d(-x, size, **settings)
    return np.where(high >= -low, high, low)


SLIPS = {
    **pool_slips("max"),
    "max pooling padded with 0": padding_slip("max", same_pads, pool=zeros_counted),
    "maximum started at 0": other_poolings("max", after=lambda y: np.maximum(y, 0)),
    "mean instead of maximum": other_poolings("average"),
    "sum instead of maximum": sum_pool2d,
    "minimum instead of maximum": other_poolings("max", lambda x: -x, lambda y: -y),
    "largest absolute value": (other_poolings("max", np.abs), _largest_magnitude),
    "all padding on top and left": padding_slip("max", pads_before),
}

### END MISTAKES
