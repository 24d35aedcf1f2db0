"""``to_keras``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _permuted(array, *places):
    """Ask Keras to permute axes; the layer counts them from 1."""
    layer = referee.load_keras().layers.Permute(places, dtype="float64")
    return np.array(layer(array[None]))[0]


def _right(x, w):
    return _permuted(x, 2, 3, 1), _permuted(w, 3, 4, 2, 1)


TWO_PLANES = (
    np.array(
        [
            [[1, -2, 2, 2], [2, 1, 3, -2], [-2, 3, -3, 1], [-1, 2, -4, 2]],
            [[3, 0, 0, 0], [-2, -2, 1, -1], [2, -1, 3, 1], [5, -2, 0, 1]],
        ],
        dtype=float,
    ),
    np.array(
        [[[[1, -2], [-2, 1]], [[1, 0], [0, 1]]], [[[3, 1], [2, 2]], [[0, 0], [0, 4]]]],
        dtype=float,
    ),
)


def _layout_case(name, rng, x, w):
    return Case(name, (eighths(rng, *x), eighths(rng, *w)))


def _cases():
    rng = seeded(3, 5)
    return (
        _layout_case("one row, two channels", rng, (2, 1, 3), (1, 2, 1, 2)),
        _layout_case("one filter", rng, (2, 3, 4), (1, 2, 3, 2)),
        _layout_case("all sizes differ", rng, (3, 4, 5), (6, 3, 2, 1)),
        _layout_case("one channel", rng, (1, 4, 2), (3, 1, 2, 3)),
        Case("two planes, all sizes alike", TWO_PLANES),
    )


def _hidden(rng):
    sizes = (((2, 5, 3), (4, 2, 3, 2)), ((4, 2, 6), (2, 4, 1, 5)), ((1, 1, 1),) * 2)
    cases = [_layout_case("hidden", rng, *s) for s in sizes[:2]]
    return [*cases, _layout_case("hidden", rng, (3, 3, 3), (3, 3, 3, 3))]


def _moved(arguments, index, part="x"):
    """Return the place from which a number comes."""
    if part == "x":
        return {"x": (index[2], *index[:2])}
    return {"w": (index[3], index[2], *index[:2])}


EXERCISE = Exercise(
    layer="keras.layers.Permute(...)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("x", "w"),
    window=_moved,
)

### BEGIN MISTAKES


def _x_as(make):
    return lambda x, w: (make(x), _right(x, w)[1])


def _w_as(make):
    return lambda x, w: (_right(x, w)[0], make(w))


def _reshaped(array):
    """Return the numbers in their old order, in the new shape."""
    *_, h, w = array.shape
    return array.reshape(h, w, *array.shape[-3::-1])


SLIPS = {
    "channels first for channels last": _x_as(lambda x: x.copy()),
    "(out, in, kh, kw) for (kh, kw, in, out)": _w_as(lambda w: w.copy()),
    "reshape instead of transpose": (
        _x_as(_reshaped),
        _w_as(_reshaped),
        lambda x, w: (_reshaped(x), _reshaped(w)),
    ),
    "rows and columns swapped": (
        _x_as(lambda x: x.T),
        _w_as(lambda w: w.T),
        lambda x, w: (x.T, w.T),
    ),
    "axes moved the wrong way": (
        _x_as(lambda x: x.transpose(2, 0, 1)),
        _w_as(lambda w: w.transpose(3, 2, 0, 1)),
        lambda x, w: (x.transpose(2, 0, 1), w.transpose(3, 2, 0, 1)),
    ),
    "in and out of the kernel swapped": _w_as(
        lambda w: _permuted(w.swapaxes(0, 1), 3, 4, 2, 1)
    ),
}

### END MISTAKES
