"""``conv2d_bias``: its cases, what Keras answers, and its mistakes."""

from byhand.exercises.channels.volumes import filters, grids
from byhand.exercises.declaring import Exercise
from byhand.exercises.windows import convolution_window

EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw))",
    referee=filters,
    **grids(303, bias=True),
    window=convolution_window(channels=True, filters=True),
)

### BEGIN MISTAKES

from byhand.exercises.channels.volumes import (
    WITH_BIAS,
    all_slips,
    bias_slips,
    filter_slips,
)

SLIPS = all_slips(
    filters,
    offers=WITH_BIAS,
    more=(filter_slips(filters), bias_slips(filters)),
)

### END MISTAKES
