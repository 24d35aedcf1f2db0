"""Pictures of one plane: what the checks of lesson 02 share."""

from typing import Any

import numpy as np

from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths


def plane_case(
    name: str,
    rng: np.random.Generator,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    **settings: Any,
) -> Case:
    """Return a case of a convolution of one plane, with a bias."""
    bias = float(eighths(rng))
    return Case(name, (eighths(rng, *size), eighths(rng, *kernel), bias), settings)
