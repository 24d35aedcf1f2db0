"""``conv2d_filters``: its cases, what Keras answers, and its mistakes."""

from byhand.exercises.channels.volumes import filters, grids
from byhand.exercises.declaring import Exercise
from byhand.exercises.windows import convolution_window

EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw), use_bias=False)",
    referee=filters,
    **grids(302),
    window=convolution_window(channels=True, filters=True),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(
    Operation(x="h w c", w="kh kw c f", y="h w f", settings="stride padding dilation")
)

### END MISTAKES
