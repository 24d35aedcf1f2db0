"""Arrays within tuples, lists and dicts: found, copied and compared."""

from collections.abc import Iterator
from typing import Any

import numpy as np

DEPTH = 8  # of lists within lists in which arrays are looked for


def arrays_in(value: Any, depth: int = DEPTH) -> Iterator["np.ndarray[Any, Any]"]:
    """Yield every array, down to some depth."""
    if isinstance(value, np.ndarray):
        yield value
    elif depth and isinstance(value, dict):
        yield from (a for v in value.values() for a in arrays_in(v, depth - 1))
    elif depth and isinstance(value, tuple | list):
        yield from (a for v in value for a in arrays_in(v, depth - 1))


def same(a: "np.ndarray[Any, Any]", b: "np.ndarray[Any, Any]") -> bool:
    """Return whether two arrays are equal, bit for bit."""
    return (
        a.shape == b.shape
        and a.dtype == b.dtype
        and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    )
