"""The points of a test cell, as nbgrader counts them, and never more by a forgery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

NOTHING = object()  # a cell whose last line is no expression


@dataclass(frozen=True)
class Points:
    """The points of a cell; ``doubt`` says why a person should look, or is ""."""

    earned: float
    doubt: str = ""


def points_of(value: Any, most: float, *, students: bool = False) -> Points:
    """Return the points for the value of a test cell that raised nothing.

    Parameters
    ----------
    value : what the cell's last line gave, or NOTHING
    most : float, the points of the cell
    students : bool, whether the last line hands out a value of the student's own

    A finite number from 0 to ``most`` is partial credit. Anything that isn't a number
    counts as passed, as nbgrader does. A number that can't be points earns nothing,
    where nbgrader gives all of them or leaves the whole submission ungraded. Nor does
    an array of them: a sum of comparisons with arrays of the student's becomes one.
    """
    if value is NOTHING or students:
        return Points(most)
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, np.ndarray):
        shape = " x ".join(map(str, value.shape))
        return Points(0.0, f"the test cell gave an array of {shape} as its points")
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        return Points(most)
    number = float(value)
    if not math.isfinite(number) or not 0 <= number <= most:
        return Points(0.0, f"the test cell gave {number:g} of {most:g} points")
    return Points(number)
