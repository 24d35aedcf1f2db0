"""``conv_matrix``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(w, h, w_in, *, stride=1):
    """Ask a convolution what it makes of each picture with a single 1."""
    single = np.eye(h * w_in).reshape(-1, h, w_in, 1)
    maps = referee.conv2d(single, w[:, :, None, None], stride=stride)
    return maps.reshape(len(single), -1).T.copy()


def _cases():
    rng = seeded(7, 3)
    settings = (
        ("one output", (2, 2), (2, 2), 1),
        ("a row of two outputs", (2, 2), (2, 3), 1),
        ("2 x 2 on 3 x 4", (2, 2), (3, 4), 1),
        ("a wide kernel", (2, 3), (3, 5), 1),
        ("a tall kernel", (3, 1), (4, 3), 1),
        ("stride 2", (2, 3), (5, 6), 2),
        ("stride of rows 2, of columns 1", (3, 2), (5, 4), (2, 1)),
        ("3 x 3 on 4 x 4", (3, 3), (4, 4), 1),
    )
    cases = [
        Case(name, (eighths(rng, *kernel), *size), {"stride": s})
        for name, kernel, size, s in settings
    ]
    return (*cases, Case("the default", (eighths(rng, 2, 2), 4, 5)))


def _hidden(rng):
    settings = (
        ((2, 3), (4, 5), 1),
        ((3, 2), (5, 4), 2),
        ((1, 3), (3, 6), (1, 2)),
        ((3, 3), (5, 6), (2, 3)),
        ((2, 1), (2, 4), 1),
    )
    return [
        Case("hidden", (eighths(rng, *kernel), *size), {"stride": s})
        for kernel, size, s in settings
    ]


def _weight(arguments, index):
    """Return the weight that stands at a place of the matrix, or no mark for a 0."""
    w, width = arguments["w"], arguments["w_in"]
    stride = referee.per_axis(arguments["stride"], 2)
    stop = divmod(index[0], (width - w.shape[1]) // stride[1] + 1)
    pixel = divmod(index[1], width)
    tap = tuple(m - i * s for m, i, s in zip(pixel, stop, stride, strict=True))
    if all(0 <= t < n for t, n in zip(tap, w.shape, strict=True)):
        return {"w": tap}
    return {"w": np.zeros(w.shape, dtype=bool)}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("M",),
    window=_weight,
)

### BEGIN MISTAKES

from byhand.referee import per_axis
from byhand.slips import Operation, mapped, right, union, without
from byhand.slips.forward import mistakes

PICTURES = Operation(x="n h w", w="kh kw", y="n h w", settings="stride")


def _of_pictures(slip):
    """Return a slip of the matrix: each column is the map of a single 1."""

    def one(w, h, w_in, *, stride=1):
        single = np.eye(h * w_in).reshape(-1, h, w_in)
        return slip(single, w, stride=stride).reshape(len(single), -1).T.copy()

    return one


_matrix = _of_pictures(right(PICTURES))


def _misplaced(place):
    """Return a slip whose weights stand at ``place(r, i, j, p, q, h, w_in, kw, s)``.

    It differs from the right one in that place alone; outside of the matrix the
    mistake raises IndexError, as it does in Python.
    """

    def slip(w, h, w_in, *, stride=1):
        s = per_axis(stride, 2)
        columns = (w_in - w.shape[1]) // s[1] + 1
        out = np.zeros_like(_matrix(w, h, w_in, stride=s))
        for r in range(len(out)):
            for (p, q), weight in np.ndenumerate(w):
                at = divmod(r, columns)
                out[r, place(r, *at, p, q, h, w_in, w.shape[1], s)] = weight
        return out

    return slip


ABOUT_MAPS = ("only the first example", "only the last example", "the batch added up")
ABOUT_MAPS += ("one stop too few", "input height for output height")
ABOUT_MAPS += ("mean instead of sum",)
ABOUT_MAPS += ("stride in the start only", "height for width")
SLIPS = union(
    mapped(_of_pictures, without(mistakes(PICTURES), *ABOUT_MAPS)),
    {
        "Toeplitz columns for rows": lambda *a, **k: _matrix(*a, **k).T,
        "kernel rows not spread out": _misplaced(
            lambda r, i, j, p, q, h, w_in, kw, s: (
                i * s[0] * w_in + j * s[1] + p * kw + q
            )
        ),
        "shift runs on over the line ends": (
            _misplaced(lambda r, i, j, p, q, h, w_in, kw, s: r + p * w_in + q),
            _misplaced(lambda r, i, j, p, q, h, w_in, kw, s: r * s[1] + p * w_in + q),
        ),
        "height for width": _misplaced(
            lambda r, i, j, p, q, h, w_in, kw, s: (i * s[0] + p) * h + j * s[1] + q
        ),
    },
)

### END MISTAKES
