"""Pixels, and the map of a feature: what the checks of lesson 01 share."""

import numpy as np

from byhand import referee


def signs(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return random +1 and -1, as the pixels of a glyph."""
    return rng.choice([-1.0, 1.0], size=shape)


def match_maps(picture: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Ask a convolution, and divide by the number of the feature's pixels."""
    return referee.conv2d(picture, feature) / feature.size
