"""Sums along the triples of a wiring: per output, per input, per weight."""

import numpy as np

from byhand.wiring import Wiring


def _added(terms: np.ndarray, into: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(into, weights=terms, minlength=size)


def per_output(
    wired: Wiring, x: np.ndarray, w: np.ndarray, b: float | np.ndarray = 0.0
) -> np.ndarray:
    """Add up, per output, the products input times weight; then ``b``."""
    products = wired.padded(x).ravel()[wired.i] * np.ravel(w)[wired.k]
    size = int(np.prod(wired.outputs))
    return _added(products, wired.o, size).reshape(wired.outputs) + b


def per_input(wired: Wiring, dy: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Add up, per input, the products upstream gradient times weight."""
    products = np.ravel(dy)[wired.o] * np.ravel(w)[wired.k]
    frame = _added(products, wired.i, wired.real.size)
    return frame[wired.frame_index()]


def per_weight(wired: Wiring, dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Add up, per weight, the products upstream gradient times input."""
    products = np.ravel(dy)[wired.o] * wired.padded(x).ravel()[wired.i]
    size = int(np.prod(wired.weights))
    return _added(products, wired.k, size).reshape(wired.weights)
