"""Depthwise arrays: what the checks of lesson 04 share."""

import numpy as np

from byhand.exercises.convolution_cases import examples
from byhand.exercises.inputs import eighths


def depthwise_arrays(
    rng: np.random.Generator,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    c_in: int,
    multiplier: int,
) -> tuple[np.ndarray, ...]:
    """Return x, w and b of a depthwise convolution."""
    x = eighths(rng, examples(size), *size, c_in)
    w = eighths(rng, *kernel, c_in, multiplier)
    return x, w, eighths(rng, c_in * multiplier)
