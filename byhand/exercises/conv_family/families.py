"""What several exercises of this lesson share."""

from byhand.exercises.inputs import eighths


def depthwise_arrays(rng, size, kernel, c_in, multiplier):
    """Return x, w and b of a depthwise convolution."""
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in, multiplier)
    return x, w, eighths(rng, c_in * multiplier)


### BEGIN MISTAKES

import numpy as np

from byhand import referee

SPATIAL = ("bias", "stride", "padding", "dilation")


ALL = (*SPATIAL, "batch", "filters")


def zeros(b):
    """Return a bias of zeros like b."""
    return np.zeros_like(np.asarray(b, dtype=float))


def square_only(w):
    """Return w transposed; other shapes raise, as a matrix product does."""
    if w.shape[0] != w.shape[1]:
        raise ValueError("the shapes don't fit")
    return w.T


def first_channel(x):
    """Return x with nothing left but its first channel."""
    keep = np.zeros(x.shape[-1])
    keep[0] = 1.0
    return x * keep


def first_example(x):
    """Return a batch of the first example alone, as often as there are examples."""
    return np.repeat(x[:1], len(x), axis=0)


def multiplier_first(y, c_in):
    """Return channel c * M + m moved to place m * C + c."""
    parts = y.reshape(*y.shape[:-1], c_in, -1)
    return parts.swapaxes(-1, -2).reshape(y.shape)


def order_of_kernels(x, w, b, **k):
    """Lay the kernels out as m * C + c, and read them as c * M + m."""
    c_in, multiplier = w.shape[2:]
    mixed = w.swapaxes(2, 3).reshape(*w.shape[:2], c_in, multiplier)
    return referee.depthwise_conv2d(x, mixed, b, **k)


def order_of_channels(x, w, b, **k):
    """Let channel f % C feed map f, with kernel f of the flat list."""
    c_in, multiplier = w.shape[2:]
    x = np.concatenate([x] * multiplier, axis=-1)
    w = w.reshape(*w.shape[:2], c_in * multiplier, 1)
    return referee.depthwise_conv2d(x, w, b, **k)


### END MISTAKES
