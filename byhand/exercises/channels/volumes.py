"""Volumes and banks of filters: what the checks of lesson 03 share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand import referee
from byhand.exercises.convolution_cases import conv_cases, conv_hidden
from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths


def _depths(size):
    """Return (pictures, channels, filters): unequal, but for square pictures."""
    return (2, 2, 2) if size[0] == size[1] else (2, 3, 2)


def filters(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, **settings: Any
) -> np.ndarray:
    """Ask Keras for one picture (H, W, C) and a bank of filters (kh, kw, C, F)."""
    return referee.convolution(x[None], w, b, **settings)[0]


def _arrays(*, batch=False, filters=True, bias=False):
    """Return ``make(rng, size, kernel, depths)`` for the arrays of one call."""

    def make(rng, size, kernel, depths=None):
        n, c, f = depths or _depths(size)
        x = eighths(rng, *((n,) if batch else ()), *size, c)
        w = eighths(rng, *kernel, c, *((f,) if filters else ()))
        return (x, w, eighths(rng, f)) if bias else (x, w)

    return make


def grids(number: int, **which: bool) -> dict[str, Callable]:
    """Return the visible and hidden cases of one of the five.

    Two filters on three channels are what the shared cases have. One case more has
    other numbers of pictures, channels and filters, where these count.
    """
    make, name = _arrays(**which), "four filters on two channels"
    name = f"three pictures, {name}" if which.get("batch") else name

    def cases():
        if not which.get("filters", True):
            return conv_cases(make, number)
        arrays = make(np.random.default_rng([number, 1]), (3, 4), (2, 2), (3, 2, 4))
        return (*conv_cases(make, number), Case(name, arrays))

    def hidden(rng):
        depths = tuple(int(v) for v in (3, rng.integers(2, 4), rng.integers(4, 6)))
        more = make(rng, (4, 5), (2, 3), depths)
        return [*conv_hidden(make, rng), Case("more filters than channels", more)]

    return {"cases": cases, "hidden": hidden}


def one_row_a_place(maps: np.ndarray) -> np.ndarray:
    """Return maps as a matrix with one row for each place of each map."""
    return maps.reshape(-1, maps.shape[-1])
