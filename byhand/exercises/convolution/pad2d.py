"""``pad2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


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


EXERCISE = Exercise(
    layer="keras.layers.ZeroPadding2D(padding)",
    referee=referee.pad2d,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

import numpy as np


def _pad_slip(make):
    def slip(x, padding=1):
        return make(x, referee.pad_widths(padding, 2))

    return slip


def _one_sided(x, pads, keep):
    return np.pad(x, [keep(p) for p, _ in pads])


SLIPS = {
    "padding ignored": _pad_slip(lambda x, p: x),
    "padding on one side only": tuple(
        _pad_slip(lambda x, p, keep=keep: _one_sided(x, p, keep))
        for keep in (
            lambda p: (p, 0),
            lambda p: (0, p),
            lambda p: (2 * p, 0),
            lambda p: (0, 2 * p),
        )
    ),
    "padding of rows and columns swapped": _pad_slip(
        lambda x, p: referee.pad2d(x, p[::-1])
    ),
    "edge padding instead of zeros": _pad_slip(lambda x, p: np.pad(x, p, mode="edge")),
    "padding applied twice": _pad_slip(lambda x, p: np.pad(x, 2 * np.array(p))),
    "a setting in one direction only": (
        _pad_slip(lambda x, p: np.pad(x, (p[0], (0, 0)))),
        _pad_slip(lambda x, p: np.pad(x, ((0, 0), p[1]))),
    ),
    "one number for both directions": (
        _pad_slip(lambda x, p: np.pad(x, (p[0], p[0]))),
        _pad_slip(lambda x, p: np.pad(x, (p[1], p[1]))),
    ),
}

### END MISTAKES
