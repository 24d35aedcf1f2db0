"""Inputs that the checks of lesson 02 share: whole numbers, and pictures of a plane."""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths


def small(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return whole numbers from -3 to 3, never 0: a case to work out on paper."""
    sign = rng.choice([-1.0, 1.0], size=shape)
    return sign * rng.integers(1, 4, size=shape)


def plane_case(
    name: str,
    rng: np.random.Generator,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    draw: Callable[..., np.ndarray] = eighths,
    **settings: Any,
) -> Case:
    """Return a case of a convolution of one plane, with a bias."""
    bias = float(draw(rng))
    return Case(name, (draw(rng, *size), draw(rng, *kernel), bias), settings)
