"""Small helpers that several lessons share."""

from collections.abc import Iterable
from typing import Any

import numpy as np


def tqdm(items: Iterable, **words: Any) -> Iterable:
    """Show a bar that moves with the items, where the package tqdm is installed."""
    try:
        from tqdm.auto import tqdm as bar
    except ImportError:
        return items
    return bar(items, **words)


def both(value: Any) -> tuple[int, int]:
    """Return one number as a pair (rows, columns), and a pair as it is."""
    down, right = tuple(value) if np.ndim(value) else (value, value)
    return down, right


def prepare(
    x: np.ndarray, kh: int, kw: int, stride: Any, padding: Any, dilation: Any
) -> tuple[np.ndarray, list[slice], list[slice]]:
    """Pad the rows and columns of x, and list a slice for each stop of a window.

    ``padded[rows[i], columns[j]]`` is the window at stop (i, j), all channels included.

    Parameters
    ----------
    x : ndarray, shape (..., H, W, C)
    kh, kw : int, rows and columns of the window
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    padded : ndarray, shape (..., H + 2 * ph, W + 2 * pw, C)
    rows, columns : lists of slice, one for each stop down and across
    """
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    around = [(0, 0)] * (x.ndim - 3)
    padded = np.pad(x, [*around, (ph, ph), (pw, pw), (0, 0)])
    rows = _stops(padded.shape[-3], kh, sh, dh)
    return padded, rows, _stops(padded.shape[-2], kw, sw, dw)


def _stops(size, k, stride, dilation):
    reach = dilation * (k - 1) + 1
    starts = range(0, size - reach + 1, stride)
    return [slice(start, start + reach, dilation) for start in starts]
