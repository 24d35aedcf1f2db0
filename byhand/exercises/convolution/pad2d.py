"""``pad2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.referee import pad_widths


def _cases():
    rng = seeded(2, 4)
    return (
        Case("a ring of 1", (eighths(rng, 2, 3),), {"padding": 1}),
        Case("the default", (eighths(rng, 3, 2),)),
        Case("a ring of 2", (eighths(rng, 3, 3), 2)),
        Case("rows 2, columns 0", (eighths(rng, 3, 4),), {"padding": (2, 0)}),
        Case("rows 1, columns 3", (eighths(rng, 4, 2), (1, 3))),
        Case("no padding", (eighths(rng, 2, 2), 0)),
    )


def _hidden(rng):
    pads = (3, (0, 2), (4, 1), 1, 0)
    return [
        Case("hidden", (eighths(rng, int(rng.integers(2, 6)), 3),), {"padding": p})
        for p in pads
    ]


def _window(arguments, index):
    pads = pad_widths(arguments["padding"], 2)
    place = tuple(n - before for n, (before, _) in zip(index, pads, strict=True))
    inside = all(0 <= n < m for n, m in zip(place, arguments["x"].shape, strict=True))
    return {"x": place} if inside else {}


EXERCISE = Exercise(
    layer="keras.layers.ZeroPadding2D(padding)",
    referee=referee.pad2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

import numpy as np


def _padded(make, **mode):
    """Return a slip that pads by ``make((rows, columns))``, one pair for each axis."""

    def slip(x, padding=1):
        rows, columns = (p for p, _ in referee.pad_widths(padding, 2))
        return np.pad(x, make(rows, columns), **mode)

    return slip


def _sides(before, after):
    return _padded(lambda r, c: [(before * r, after * r), (before * c, after * c)])


SLIPS = {
    "a pair read as before and after": lambda x, padding=1: np.pad(x, padding),
    "padding ignored": _padded(lambda r, c: 0),
    "padding on one side only": (
        _sides(1, 0),
        _sides(0, 1),
        _sides(2, 0),
        _sides(0, 2),
    ),
    "padding of rows and columns swapped": _padded(lambda r, c: [(c, c), (r, r)]),
    "edge padding instead of zeros": _padded(
        lambda r, c: [(r, r), (c, c)], mode="edge"
    ),
    "padding applied twice": _sides(2, 2),
    "a setting in one direction only": (
        _padded(lambda r, c: [(r, r), (0, 0)]),
        _padded(lambda r, c: [(0, 0), (c, c)]),
    ),
    "one number for both directions": (
        _padded(lambda r, c: r),
        _padded(lambda r, c: c),
    ),
}

### END MISTAKES
