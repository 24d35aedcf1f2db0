"""Windows and cases of pooling: what the checks of lesson 05 share."""

from typing import Any

import numpy as np

from byhand import referee, wiring
from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths, seeded, whole

SETTINGS = (
    ("one window", (1, 2, 3, 1), (2, 3), {}),
    ("windows side by side", (1, 4, 6, 1), 2, {}),
    ("a row and a column left over", (2, 5, 7, 3), 2, {}),
    ("tall windows", (2, 6, 4, 2), (3, 2), {}),
    ("windows overlap", (1, 5, 4, 2), 2, {"stride": 1}),
    ("overlap, a column left over", (2, 5, 8, 2), 3, {"stride": 2}),
    ("strides 2 and 1", (1, 5, 5, 2), (2, 3), {"stride": (2, 1)}),
    ("gaps between windows", (2, 7, 8, 2), 2, {"stride": 3}),
    ('"same", one column short', (1, 2, 3, 1), 2, {"padding": "same"}),
    ('"same", both short', (2, 5, 3, 2), 2, {"padding": "same"}),
    ('"same", windows overlap', (2, 4, 5, 2), 3, {"stride": 2, "padding": "same"}),
    ('"same", tall windows', (1, 7, 5, 2), (4, 2), {"padding": "same"}),
    (
        '"same", two strides',
        (1, 6, 7, 3),
        (2, 4),
        {"stride": (3, 2), "padding": "same"},
    ),
    ('"same", stride 1', (1, 3, 4, 2), (3, 2), {"stride": 1, "padding": "same"}),
    ("windows of one pixel", (1, 3, 2, 2), 1, {}),
    ("square", (2, 6, 6, 2), 3, {"stride": 2}),
    ("many pictures, many channels", (6, 4, 5, 5), (2, 3), {"stride": (2, 1)}),
)


NEGATIVE = (2, 8, 12)  # settings that are tried once more with negative numbers alone


def pool_cases(number: int) -> tuple[Case, ...]:
    """Return the visible cases that the three kinds of pooling share."""
    rng = seeded(5, number)
    cases = [
        Case(name, (eighths(rng, *shape), size), dict(settings))
        for name, shape, size, settings in SETTINGS
    ]
    for k in NEGATIVE:
        name, shape, size, settings = SETTINGS[k]
        x = -np.abs(eighths(rng, *shape))
        cases.append(Case(f"all negative, {name}", (x, size), dict(settings)))
    x = whole(rng, 1, 5, 6, 2)
    cases.append(Case("whole numbers", (x, 2), {"stride": 2, "padding": "same"}))
    return tuple(cases)


def pool_hidden(rng: np.random.Generator) -> list[Case]:
    """Return hidden cases in which window, stride and padding are drawn."""
    cases = []
    while len(cases) < 10:
        shape = tuple(int(v) for v in rng.integers((1, 3, 3, 1), (4, 9, 9, 4)))
        size = tuple(int(v) for v in rng.integers(1, 4, size=2))
        stride = tuple(int(v) for v in rng.integers(1, 4, size=2))
        settings = {"padding": str(rng.choice(["valid", "same"]))}
        if rng.random() < 0.8:
            settings["stride"] = stride if rng.random() < 0.6 else stride[0]
        x = eighths(rng, *shape)
        if rng.random() < 0.4:
            x = -np.abs(x)
        window = size if rng.random() < 0.6 else size[0]
        cases.append(Case("hidden", (x, window), settings))
    x = -np.abs(eighths(rng, 2, 5, 4, 3))
    cases.append(Case("hidden", (x, (2, 3)), {"padding": "same"}))
    return cases


OPERATIONS = {"max": "max_pool2d", "average": "avg_pool2d", "L2": "l2_pool2d"}


def pooled(
    kind: str, x: np.ndarray, size: int | tuple[int, int], **settings: Any
) -> np.ndarray:
    """Ask the referee for the "max", "average" or "L2" pooling of x."""
    return getattr(referee, OPERATIONS[kind])(x, size, **settings)


def window_and_steps(size: Any, stride: Any) -> tuple[tuple, tuple]:
    """Return the window and the steps as pairs; no stride means the window."""
    size = referee.per_axis(size, 2)
    return size, size if stride is None else referee.per_axis(stride, 2)


def same_pads(
    x: np.ndarray, size: Any, steps: tuple[int, ...]
) -> list[tuple[int, int]]:
    """Return Keras's pads for "same"."""
    shape, kernel = (*x.shape[1:3], 1), (*size, 1, 1)
    return wiring.convolution(shape, kernel, stride=steps, padding="same").pad


def pool_window(arguments: dict[str, Any], index: tuple[int, ...]) -> dict[str, tuple]:
    """Return what an output reads, without the padding."""
    x = arguments["x"]
    size, steps = window_and_steps(arguments["size"], arguments["stride"])
    pads = [(0, 0)] * 2
    if arguments["padding"] == "same":
        pads = same_pads(x, size, steps)
    place = []
    for axis in range(2):
        start = index[axis + 1] * steps[axis] - pads[axis][0]
        stop = min(start + size[axis], x.shape[axis + 1])
        place.append(slice(max(start, 0), stop))
    return {"x": (index[0], *place, index[-1])}
