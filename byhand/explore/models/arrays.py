"""What several models share: numbers to start from, their sizes and a comparison."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.explore.controls import State

LARGE = 16  # above this many rows or columns a picture is an image, not a table


def whole(shape: Sequence[int], seed: int, low: int = -3, high: int = 4) -> np.ndarray:
    """Return seeded whole numbers, as floats."""
    rng = np.random.default_rng(seed)
    return rng.integers(low, high, size=tuple(shape), endpoint=True).astype(float)


def times(shape: Sequence[int]) -> str:
    """Write a shape as 6×6."""
    return "×".join(str(n) for n in shape)


def extent(shape: Sequence[int], dims: int) -> str:
    """Write height and width as 6×6, or the length of a signal."""
    return times(shape[2 - dims : 2])


def nested(array: Any) -> tuple:
    """Return an array as nested tuples of floats, which compare with ``==``."""
    array = np.asarray(array, dtype=float)
    if array.ndim == 1:
        return tuple(array.tolist())
    return tuple(nested(part) for part in array)


def resized(array: np.ndarray, shape: Sequence[int], fill: float = 0.0) -> np.ndarray:
    """Crop an array to ``shape``, or fill it up at its ends."""
    result = np.full(tuple(shape), fill)
    part = tuple(slice(0, min(a, b)) for a, b in zip(array.shape, shape, strict=True))
    result[part] = array[part]
    return result


def different(mine: np.ndarray, true: np.ndarray) -> tuple[int, ...]:
    """Return the flat indices at which two arrays differ."""
    close = np.isclose(mine, true, rtol=1e-6, atol=1e-6)
    return tuple(np.flatnonzero(~close).tolist())


def refusal(s: State, layer: str) -> str:
    """Say what Keras's own layer would not take, or return nothing."""
    if s["stride"] > 1 and s["dilation"] > 1:
        return (
            f"Keras refuses this setting: its {layer} takes stride over 1 or dilation "
            "over 1, not both. The numbers here follow the definition."
        )
    return ""
