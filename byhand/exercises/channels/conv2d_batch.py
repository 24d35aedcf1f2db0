"""``conv2d_batch``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.channels.volumes import grids
from byhand.exercises.declaring import Exercise
from byhand.exercises.windows import convolution_window

EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw))",
    referee=referee.convolution,
    **grids(304, batch=True, bias=True),
    window=convolution_window(first=1, channels=True, filters=True),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SETTINGS = "stride padding dilation"
BATCH = Operation(x="n h w c", w="kh kw c f", b="f", y="n h w f", settings=SETTINGS)
SLIPS = mistakes(BATCH)

### END MISTAKES
