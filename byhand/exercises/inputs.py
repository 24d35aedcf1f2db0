"""Random inputs of the cases: numbers that leave no room for rounding."""

from typing import Any

import numpy as np


def small(values: Any, kinds: tuple[type, ...] = (np.ndarray,)) -> Any:
    """Return multiples of 1/8 as whole numbers from -3 to 3, for work on paper.

    Signs and zeros stay; whole numbers and all else stay as they are.
    """
    if isinstance(values, tuple | list):
        return type(values)(small(v, kinds) for v in values)
    if not isinstance(values, kinds) or not np.isfinite(values).all():
        return values
    array = np.asarray(values)
    steps = 8 * array if array.dtype == np.float64 else array
    single = isinstance(values, float) and abs(values) > 3
    if ((steps % 8 == 0).all() and not single) or (steps % 1 != 0).any():
        return values
    found = np.sign(array) * (np.maximum(np.abs(steps) - 1, 0) % 3 + 1)
    return float(found) if isinstance(values, float) else found


def redrawn(rng: np.random.Generator, values: Any) -> Any:
    """Return the same numbers at other places: all that is special of them stays."""
    if isinstance(values, tuple | list):
        return type(values)(redrawn(rng, v) for v in values)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return rng.permutation(values.ravel()).reshape(values.shape)
    return values


def seeded(lesson: int, number: int) -> np.random.Generator:
    """Return the generator of one exercise's visible cases."""
    return np.random.default_rng([lesson, number])


def eighths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return multiples of 1/8 from -4 to 4, never 0: float32 holds them exactly."""
    size = rng.integers(1, 33, size=shape)
    return rng.choice([-1.0, 1.0], size=shape) * size / 8


def whole(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return whole numbers from -4 to 4 as float64: many ties."""
    return rng.integers(-4, 5, size=shape).astype(np.float64)
