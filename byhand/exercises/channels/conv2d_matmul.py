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

from byhand.exercises.channels.volumes import BATCH_SLIPS, one_row_a_place


def _misread_kernel(make):
    return lambda x, w, b, **k: referee.convolution(x, make(w), b, **k)


def _filter_by_filter(w):
    f = w.shape[-1]
    return w.reshape(f, -1).T.reshape(w.shape)


def _channels_outside(w):
    kh, kw, c, f = w.shape
    return np.moveaxis(w.reshape(c, kh, kw, f), 0, 2)


def _misshaped(make):
    """Return variants: the wrong reshape with the bias before it, and after it."""

    def before(x, w, b, **k):
        return make(referee.convolution(x, w, b, **k))

    def after(x, w, b, **k):
        return make(referee.convolution(x, w, **k)) + b

    return before, after


SLIPS = BATCH_SLIPS | {
    "kernel numbers read filter by filter": _misread_kernel(_filter_by_filter),
    "patches in another order than the kernel": _misread_kernel(_channels_outside),
    "result reshaped in the wrong order": (
        *_misshaped(lambda y: y.reshape(y.shape[0], y.shape[2], y.shape[1], -1)),
        *_misshaped(lambda y: one_row_a_place(y).T.reshape(y.shape)),
        *_misshaped(lambda y: y.reshape(y.shape[1], y.shape[2], y.shape[0], -1)),
    ),
    "not brought back into maps": lambda x, w, b, **k: one_row_a_place(
        referee.convolution(x, w, b, **k)
    ),
}

### END MISTAKES
