"""``pool2d``: its cases, what Keras answers, and its mistakes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.exercises.declaring import Case, Exercise, travels
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.pooling.pools import (
    pool_window,
    pooled,
    same_pads,
    window_and_steps,
)

SETTINGS = (
    ("one window", (1, 2, 3, 1), (2, 3), {}),
    ("windows side by side", (1, 4, 6, 1), 2, {}),
    ("a row and a column left over", (2, 5, 7, 2), 2, {}),
    ("windows overlap", (1, 5, 4, 2), 2, {"stride": 1}),
    ("strides 2 and 1", (1, 5, 5, 2), (2, 3), {"stride": (2, 1)}),
    ('one column short, "same"', (1, 2, 3, 1), 2, {"padding": "same"}),
    ('windows overlap, "same"', (2, 4, 5, 2), 3, {"stride": 2, "padding": "same"}),
    (
        'two strides, "same"',
        (1, 6, 7, 2),
        (2, 4),
        {"stride": (3, 2), "padding": "same"},
    ),
    ('stride 1, "same"', (1, 3, 4, 2), (3, 2), {"stride": 1, "padding": "same"}),
)


@travels
def largest(window: np.ndarray, axis: Any = None) -> Any:
    """Return the largest value."""
    return np.max(window, axis=axis)


@travels
def mean(window: np.ndarray, axis: Any = None) -> Any:
    """Return the mean of what isn't NaN."""
    number = ~np.isnan(window)
    return np.where(number, window, 0.0).sum(axis=axis) / number.sum(axis=axis)


@travels
def length(window: np.ndarray, axis: Any = None) -> Any:
    """Return the root of the sum of squares."""
    return np.sqrt(np.square(window).sum(axis=axis))


MAX_ITEMS = 16_000_000  # of all windows: a learner's own call may ask for any
KINDS = {"largest": "max", "mean": "average", "length": "L2"}
FILLS: tuple[tuple[Callable[..., Any], float], ...] = (
    (largest, -np.inf),
    (mean, np.nan),
    (length, 0.0),
    (largest, 7.0),
    (mean, 4.0),
    (length, 3.0),
)


def _right(x, size, reduce, fill, *, stride=None, padding="valid"):
    """Pad with the value that is asked for, and let Keras pool what is there then.

    Where this stands in for a learner's, ``reduce`` may be a function of theirs, which
    no layer has: it gets all windows at once, as so many examples.
    """
    size, steps = window_and_steps(size, stride)
    known = any(reduce is ours for ours, _ in FILLS)
    grown = [n + k for n, k in zip(x.shape[1:3], size, strict=True)]
    if len(x) * x.shape[3] * math.prod(grown) * math.prod(size) > MAX_ITEMS:
        raise ValueError(f"windows of {size} over {x.shape} are too many numbers")
    if padding == "same" and (np.isfinite(fill) or not known):
        around = ((0, 0), *same_pads(x, size, steps), (0, 0))
        x, padding = np.pad(x, around, constant_values=fill), "valid"
    if known:
        kind = KINDS[reduce.__name__]
        return pooled(kind, x, size, stride=steps, padding=padding)
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    windows = np.moveaxis(view[:, :: steps[0], :: steps[1]], 3, -1)
    flat = windows.reshape(-1, *windows.shape[3:])
    return np.reshape(reduce(flat, axis=(1, 2)), (*windows.shape[:3], x.shape[3]))


def _cases():
    rng = seeded(5, 8)
    cases = []
    for k, (name, shape, size, settings) in enumerate(SETTINGS):
        for reduce, fill in FILLS[:1] if k < 2 else (FILLS[k % 3], FILLS[3 + k % 3]):
            x = eighths(rng, *shape)
            what = f"{name}, {reduce.__name__}, fill {fill:g}"
            cases.append(Case(what, (x, size, reduce, fill), dict(settings)))
    return tuple(cases)


def _hidden(rng):
    cases = []
    for reduce, fill in FILLS:
        shape = tuple(int(v) for v in rng.integers((1, 3, 3, 1), (3, 7, 7, 4)))
        size = tuple(int(v) for v in rng.integers(1, 4, size=2))
        stride = tuple(int(v) for v in rng.integers(1, 4, size=2))
        settings = {"stride": stride, "padding": str(rng.choice(["valid", "same"]))}
        arguments = (-np.abs(eighths(rng, *shape)), size, reduce, fill)
        cases.append(Case("hidden", arguments, settings))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.MaxPooling2D and AveragePooling2D",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=pool_window,
)

### BEGIN MISTAKES

import dataclasses

from byhand.slips import mapped
from byhand.slips.pooled import Pooling, pooling_ways


@dataclasses.dataclass(frozen=True)
class _Filled(Pooling):
    """One call of pool2d: any function of a window, any value in the padding."""

    reduce: Callable[..., Any] = largest
    fill: float = 0.0

    def y(self):
        """Return the result."""
        wide = self.windows(self.pads, constant_values=self.fill)
        return self.reduce(wide, axis=(2, 4))


def _slip(way):
    def slip(x, size, reduce, fill, *, stride=None, padding="valid"):
        call = _Filled.of(KINDS[reduce.__name__], x, size, stride, padding)
        return way(call.changed(reduce=reduce, fill=fill))

    return slip


OWN = {
    "fill ignored": tuple(
        lambda c, value=value: c.changed(fill=value).y()
        for value in (0.0, -np.inf, np.nan)
    ),
    "reduce ignored": tuple(
        lambda c, reduce=reduce: c.changed(reduce=reduce).y()
        for reduce in (largest, mean)
    ),
    "fill put around without being asked": (
        lambda c: c.changed(pads=c.same() if c.mode == "valid" else c.pads).y(),
    ),
}
SLIPS = mapped(_slip, pooling_ways("max", OWN))

### END MISTAKES
