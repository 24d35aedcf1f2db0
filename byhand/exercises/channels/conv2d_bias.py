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

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SETTINGS = "stride padding dilation"
SLIPS = mistakes(
    Operation(x="h w c", w="kh kw c f", b="f", y="h w f", settings=SETTINGS)
)

### END MISTAKES
