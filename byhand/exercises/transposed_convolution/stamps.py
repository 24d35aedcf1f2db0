"""Cases of stamping: what the checks of lesson 07 share."""

from typing import Any

import numpy as np

from byhand.exercises.inputs import eighths
from byhand.referee import per_axis


def settings_of(k: dict[str, Any]) -> list[tuple]:
    """Return stride, padding and output padding as pairs."""
    names = ("stride", "padding", "output_padding")
    return [per_axis(k.get(n, 1 if n == "stride" else 0), 2) for n in names]


def _canvas(x, w, stride):
    """Return (rows, columns) of the whole canvas."""
    return [
        (n - 1) * s + k
        for n, s, k in zip(x.shape[1:3], stride, w.shape[:2], strict=True)
    ]


def sizes(
    x: np.ndarray, w: np.ndarray, k: dict[str, Any], crop: int = 2, more: int = 1
) -> list[int]:
    """Return the right size, or one with another share of crop and output_padding."""
    s, p, o = settings_of(k)
    return [
        n - crop * a + more * b for n, a, b in zip(_canvas(x, w, s), p, o, strict=True)
    ]


def drawn_arrays(
    rng: np.random.Generator,
    n: int,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    c_in: int,
    c_out: int,
) -> tuple[np.ndarray, ...]:
    """Return x, w and b of a transposed convolution."""
    return (
        eighths(rng, n, *size, c_in),
        eighths(rng, *kernel, c_out, c_in),
        eighths(rng, c_out),
    )


TRANSPOSE_SETTINGS = (
    ("one stamp", (1, (1, 1), (2, 3), 1, 1), {}),
    ("two stamps that overlap", (1, (1, 2), (2, 2), 1, 1), {}),
    ("stride 2", (1, (2, 3), (3, 2), 1, 1), {"stride": 2}),
    ("two channels into three", (2, (2, 3), (2, 3), 2, 3), {}),
    ("as many channels out as in", (2, (3, 2), (2, 3), 2, 2), {"stride": (1, 2)}),
    ("padding 1", (1, (3, 4), (3, 4), 2, 3), {"padding": 1}),
    (
        "output_padding 1",
        (1, (2, 3), (3, 2), 3, 2),
        {"stride": 2, "output_padding": 1},
    ),
    (
        "padding 1 and output_padding 1",
        (2, (3, 2), (3, 4), 2, 3),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
    (
        "rows and columns differ",
        (2, (2, 3), (4, 3), 2, 3),
        {"stride": (3, 2), "padding": (1, 0), "output_padding": (2, 1)},
    ),
    ("gaps between stamps", (1, (3, 2), (2, 1), 2, 2), {"stride": 3}),
    ("one pixel comes out", (2, (1, 1), (3, 3), 3, 2), {"padding": 1}),
    (
        "square",
        (1, (3, 3), (3, 3), 2, 2),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
)


def drawn_settings(
    rng: np.random.Generator, size: tuple[int, ...], kernel: tuple[int, ...]
) -> dict[str, tuple]:
    """Draw a stride, a padding and an output_padding that leave something over."""
    while True:
        s = tuple(int(v) for v in rng.integers(1, 4, size=2))
        p = tuple(int(v) for v in rng.integers(0, 3, size=2))
        o = tuple(int(rng.integers(0, v)) for v in s)
        left = [
            (n - 1) * a - 2 * c + k + e
            for n, a, c, k, e in zip(size, s, p, kernel, o, strict=True)
        ]
        if min(left) > 0:
            return {"stride": s, "padding": p, "output_padding": o}
