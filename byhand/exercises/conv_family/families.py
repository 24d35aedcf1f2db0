"""Depthwise arrays and common slips: what the checks of lesson 04 share."""

from typing import Any

import numpy as np

from byhand.exercises.inputs import eighths


def depthwise_arrays(
    rng: np.random.Generator,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    c_in: int,
    multiplier: int,
) -> tuple[np.ndarray, ...]:
    """Return x, w and b of a depthwise convolution."""
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in, multiplier)
    return x, w, eighths(rng, c_in * multiplier)


### BEGIN MISTAKES


from byhand import referee

SPATIAL = ("bias", "stride", "padding", "dilation")
ALL = (*SPATIAL, "batch", "filters")


def zeros(b: np.ndarray) -> np.ndarray:
    """Return a bias of zeros like b."""
    return np.zeros_like(np.asarray(b, dtype=float))


def square_only(w: np.ndarray) -> np.ndarray:
    """Return w transposed; other shapes raise, as a matrix product does."""
    if w.shape[0] != w.shape[1]:
        raise ValueError("the shapes don't fit")
    return w.T


def first_channel(x: np.ndarray) -> np.ndarray:
    """Return x with nothing left but its first channel."""
    keep = np.zeros(x.shape[-1])
    keep[0] = 1.0
    return x * keep


def first_example(x: np.ndarray) -> np.ndarray:
    """Return a batch of the first example alone, as often as there are examples."""
    return np.repeat(x[:1], len(x), axis=0)


def multiplier_first(y: np.ndarray, c_in: int) -> np.ndarray:
    """Return channel c * M + m moved to place m * C + c."""
    parts = y.reshape(*y.shape[:-1], c_in, -1)
    return parts.swapaxes(-1, -2).reshape(y.shape)


def order_of_kernels(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, **k: Any
) -> np.ndarray:
    """Lay the kernels out as m * C + c, and read them as c * M + m."""
    c_in, multiplier = w.shape[2:]
    mixed = w.swapaxes(2, 3).reshape(*w.shape[:2], c_in, multiplier)
    return referee.depthwise_conv2d(x, mixed, b, **k)


def order_of_channels(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, **k: Any
) -> np.ndarray:
    """Let channel f % C feed map f, with kernel f of the flat list."""
    c_in, multiplier = w.shape[2:]
    x = np.concatenate([x] * multiplier, axis=-1)
    w = w.reshape(*w.shape[:2], c_in * multiplier, 1)
    return referee.depthwise_conv2d(x, w, b, **k)


### END MISTAKES
