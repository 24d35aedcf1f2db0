"""Small helpers that several lessons share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

MOST_NUMBERS = 18  # of a result that is printed


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


def beside(yours: Any, theirs: Any, names: Sequence[str] = ()) -> None:
    """Print a result and Keras's, and the largest difference between the two.

    Of results with more than eighteen numbers only the shapes are printed.

    Parameters
    ----------
    yours, theirs : array_like, or tuples of such
    names : list of str
        What the members of a tuple are called, such as ("dx", "dw", "db").
    """
    if names:
        mine = (None,) * len(names) if yours is None else yours
        for name, a, b in zip(names, mine, theirs, strict=True):
            print(name)
            beside(a, b)
        return
    theirs = np.asarray(theirs)
    print("Keras", _brief(theirs))
    print("yours", "not written yet" if yours is None else _brief(np.asarray(yours)))
    if yours is not None and np.shape(yours) == theirs.shape:
        gap = np.abs(np.asarray(yours) - theirs).max(initial=0.0)
        print(f"largest difference {gap:.0e}")


def _brief(array):
    if array.size > MOST_NUMBERS:
        return f"shape {array.shape}"
    return ("\n" if array.ndim > 1 else "") + str(array.round(6) + 0.0)
