"""``conv2d_matmul``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.channels.volumes import grids
from byhand.exercises.declaring import Exercise
from byhand.exercises.windows import convolution_window

EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw))",
    referee=referee.convolution,
    **grids(307, batch=True, bias=True),
    window=convolution_window(first=1, channels=True, filters=True),
)

### BEGIN MISTAKES

import numpy as np

from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.exercises.channels.volumes import one_row_a_place
from byhand.slips import slip_of, union
from byhand.slips.forward import mistakes


def _misread(w):
    """Read the numbers of w filter by filter, or channel by channel."""
    kh, kw, c, f = w.shape
    yield w.reshape(f, -1).T.reshape(w.shape)
    yield np.moveaxis(w.reshape(c, kh, kw, f), 0, 2)


def _misshaped(make):
    """Return variants: the wrong reshape with the bias before it, and after it."""
    return lambda c: make(c.y()), lambda c: make(c.plain()) + c.b


def _reshaped(n, h, w):
    return lambda y: y.reshape(y.shape[n], y.shape[h], y.shape[w], -1)


OWN = {
    "kernel numbers read filter by filter": (
        lambda c: c.changed(w=next(_misread(c.w))).y(),
    ),
    "patches in another order than the kernel": (
        lambda c: c.changed(w=[*_misread(c.w)][1]).y(),
    ),
    "result reshaped in the wrong order": (
        *_misshaped(_reshaped(0, 2, 1)),
        *_misshaped(lambda y: one_row_a_place(y).T.reshape(y.shape)),
        *_misshaped(_reshaped(1, 2, 0)),
    ),
    "not brought back into maps": (lambda c: one_row_a_place(c.y()),),
}
SLIPS = union(
    mistakes(BATCH),
    {name: tuple(slip_of(BATCH, way) for way in ways) for name, ways in OWN.items()},
)

### END MISTAKES
