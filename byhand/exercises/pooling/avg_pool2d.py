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

from byhand.exercises.pooling.pools import AVG_SLIPS

SLIPS = AVG_SLIPS

### END MISTAKES
