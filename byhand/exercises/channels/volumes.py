"""Volumes and banks of filters: what the checks of lesson 03 share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand import referee
from byhand.exercises.convolution_cases import MANY, conv_cases, conv_hidden
from byhand.exercises.inputs import eighths


def depths(size: tuple[int, int], kernel: tuple[int, int]) -> tuple[int, int, int]:
    """Return (examples, channels, filters): few at first, once more of each."""
    if size == MANY:
        return 6, 5, 7
    if kernel == (2, 2):
        return 1, 2, 2
    return (2, 2, 2) if size[0] == size[1] else (2, 3, 2)


def filters(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, **settings: Any
) -> np.ndarray:
    """Ask Keras for one picture (H, W, C) and a bank of filters (kh, kw, C, F)."""
    return referee.convolution(x[None], w, b, **settings)[0]


def _arrays(*, batch=False, filters=True, bias=False):
    """Return ``make(rng, size, kernel)`` for the arrays of one call."""

    def make(rng, size, kernel):
        n, c, f = depths(size, kernel)
        x = eighths(rng, *((n,) if batch else ()), *size, c)
        w = eighths(rng, *kernel, c, *((f,) if filters else ()))
        return (x, w, eighths(rng, f)) if bias else (x, w)

    return make


def grids(number: int, **which: bool) -> dict[str, Callable]:
    """Return the visible and hidden cases of one of the four."""
    make = _arrays(**which)
    return {
        "cases": lambda: conv_cases(make, number),
        "hidden": lambda rng: conv_hidden(make, rng),
    }


def one_row_a_place(maps: np.ndarray) -> np.ndarray:
    """Return maps as a matrix with one row for each place of each map."""
    return maps.reshape(-1, maps.shape[-1])
