"""How large a student's question to Keras is, before Keras sees it.

A plausible slip, ``padding=8000`` for 8, asks for gigabytes. All bounds are generous
for what lessons do, and estimates are from above.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.errors import RefusedError
from byhand.referee import COMPUTED

MAX_ITEMS = 8_000_000  # of an array, given, padded, spread or returned
MAX_WORK = 4_000_000_000  # products
MAX_LOOP = 512  # calls of Keras for one answer
_ARRAYS = ("x", "w", "w_depth", "w_point", "dy", "logits")


def refuse_large(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise RefusedError for a call that would take Keras too much time or memory."""
    try:
        call = _signature(name).bind(*args, **kwargs)
    except TypeError:
        return  # the call itself raises it again, before it computes
    given = dict(call.arguments)
    try:
        items, work = _cost(name, given)
    except (TypeError, ValueError, OverflowError):
        items, work = 0, 0  # not numbers: Keras refuses them
    if items > MAX_ITEMS:
        what = f"about {items:.1g} numbers at once; at most {MAX_ITEMS:,}"
    elif work > MAX_WORK:
        what = f"about {work:.1g} products; at most {MAX_WORK:,}"
    elif name == "same_padding" and int(given["k"]) > MAX_LOOP:
        what = f"a kernel of {given['k']} taps; at most {MAX_LOOP}"
    else:
        return
    raise RefusedError("ValueError", f"given.{name} would take {what}")


@functools.cache
def _signature(name: str) -> inspect.Signature:
    return inspect.signature(COMPUTED[name])


def _cost(name: str, given: Mapping[str, Any]) -> tuple[int, int]:
    """Return (items of the largest array, products), both from above."""
    shapes = {name: np.shape(given[name]) for name in _ARRAYS if name in given}
    if "n" in given:  # settings alone, for a signal of n ones
        shapes = {"x": (int(given["n"]),), "w": (int(given["k"]),)}
    x = shapes.get("x", shapes.get("logits", ()))
    dense = name.startswith("dense")
    space = x[1:-1] if dense or len(x) > 2 else x
    kernel = shapes.get("w", shapes.get("w_depth", ()))
    if name == "pointwise" or not kernel:
        kernel = (*(1 for _ in space), *kernel)
    if len(kernel) == len(space):
        kernel = (*kernel, 1)
    sizes = [k * _largest(given.get("dilation", 1)) for k in kernel[: len(space)]]
    if "size" in given:  # of a pool
        sizes = [_largest(given["size"])] * len(space)
    # a transposed convolution spreads its input
    stride = _largest(given.get("stride", 1)) if "transpose" in name else 1
    edge = 2 * _largest(given.get("padding", 0)) + _largest(given.get("output_padding"))
    grown = [n * stride + edge + k for n, k in zip(space, sizes, strict=True)]
    pictures, channels = (x[0], x[-1]) if dense or len(x) > 2 else (1, 1)
    inner = kernel[len(space) :]  # channels of the kernel, in either order
    maps = math.prod(inner) if "w_depth" in given or "depth" in name else max(inner)
    points, spread = math.prod(grown) * pictures, math.prod(sizes) * math.prod(inner)
    items = max(points * max(channels, maps), spread, math.prod(x))
    return items, points * spread


def _largest(setting: Any) -> int:
    """Return the largest whole number of a setting, 0 of a word or of None."""
    if setting is None or isinstance(setting, str):
        return 0
    return int(np.max(np.abs(np.asarray(setting, dtype=float)), initial=0))
