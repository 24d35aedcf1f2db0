"""``dense_to_conv``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(w, h, w_in, c):
    """Ask Keras's Reshape, unit by unit, how a flat block was laid out."""
    layer = referee.load_keras().layers.Reshape((h, w_in, c), dtype="float64")
    return np.moveaxis(referee.run(layer, np.ascontiguousarray(w.T)), 0, -1).copy()


def _block_case(h, w_in, c, units, rng):
    name = f"block {h} x {w_in} x {c}, {units} units"
    return Case(name, (eighths(rng, h * w_in * c, units), h, w_in, c))


def _cases():
    rng, sizes = seeded(8, 10), ((1, 2, 1, 1), (2, 3, 1, 2), (2, 3, 4, 2), (2, 2, 2, 2))
    return tuple(_block_case(*s, rng) for s in sizes)


def _hidden(rng):
    return [_block_case(*s, rng) for s in ((3, 2, 5, 4), (1, 4, 3, 3), (3, 3, 3, 3))]


EXERCISE = Exercise(
    layer="keras.layers.Reshape((h, w_in, c))",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("kernel",),
)

### BEGIN MISTAKES

SLIPS = {
    "block read in another order": (
        lambda w, h, w_in, c: np.moveaxis(w.reshape(c, h, w_in, -1), 0, 2),
        lambda w, h, w_in, c: w.reshape(w_in, h, c, -1).swapaxes(0, 1),
        lambda w, h, w_in, c: w.reshape(h, w_in, c, -1, order="F"),
    ),
    "units before the channels": (
        lambda w, h, w_in, c: _right(w, h, w_in, c).swapaxes(2, 3),
        lambda w, h, w_in, c: w.reshape(h, w_in, -1, c),
    ),
    "kernel flipped": lambda w, h, w_in, c: _right(w, h, w_in, c)[::-1, ::-1],
    "reshaped where axes should move": lambda w, h, w_in, c: w.T.reshape(
        h, w_in, c, -1
    ),
}

### END MISTAKES
