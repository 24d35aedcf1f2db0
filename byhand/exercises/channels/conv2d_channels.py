"""``conv2d_channels``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.channels.volumes import grids
from byhand.exercises.declaring import Exercise
from byhand.exercises.windows import convolution_window


def _right(x, w, **settings):
    """Ask Keras for one picture (H, W, C) and one filter (kh, kw, C)."""
    return referee.convolution(x[None], w[..., None], **settings)[0, ..., 0]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), use_bias=False)",
    referee=_right,
    **grids(301, filters=False),
    window=convolution_window(channels=True),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(
    Operation(x="h w c", w="kh kw c", y="h w", settings="stride padding dilation")
)

### END MISTAKES
