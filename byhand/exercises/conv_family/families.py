"""Depthwise arrays and common slips: what the checks of lesson 04 share."""

from byhand.exercises.inputs import eighths


def depthwise_arrays(rng, size, kernel, c_in, multiplier):
    """Return x, w and b of a depthwise convolution."""
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in, multiplier)
    return x, w, eighths(rng, c_in * multiplier)
