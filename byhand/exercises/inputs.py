"""Random inputs of the cases: numbers that leave no room for rounding."""

import numpy as np


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
