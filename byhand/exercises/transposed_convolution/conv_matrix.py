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


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

from byhand.referee import per_axis


def _rows_of(w, h, w_in, stride, place):
    """Return a matrix whose weights stand at ``place(r, i, j, p, q)``.

    It differs from the right one in that place alone; outside of the matrix the
    mistake raises IndexError, as it does in Python.
    """
    right = _right(w, h, w_in, stride=stride)
    columns = (w_in - w.shape[1]) // stride[1] + 1
    out = np.zeros_like(right)
    for r, row in enumerate(right):
        i, j = divmod(r, columns)
        start = i * stride[0] * w_in + j * stride[1]
        for (p, q), _ in np.ndenumerate(w):
            out[r, place(r, i, j, p, q)] = row[start + p * w_in + q]
    return out


def _misplaced(place):
    def slip(w, h, w_in, *, stride=1):
        s = per_axis(stride, 2)
        where = place(w, h, w_in, s)
        return _rows_of(w, h, w_in, s, where)

    return slip


def _matrix_of(make):
    return lambda w, h, w_in, *, stride=1: _right(make(w), h, w_in, stride=stride)


def _matrix_turned(error):
    def slip(w, h, w_in, *, stride=1):
        if w.shape[0] != w.shape[1]:
            raise error("w is not square")
        return _right(w.T, h, w_in, stride=stride)

    return slip


def _first_rows(w, h, w_in, *, stride=1):
    """Return the rows of the first outputs at stride 1, as many as at the stride."""
    s = per_axis(stride, 2)
    rows, columns = (
        (n - k) // a + 1 for n, k, a in zip((h, w_in), w.shape, s, strict=True)
    )
    dense = _right(w, h, w_in).reshape(h - w.shape[0] + 1, w_in - w.shape[1] + 1, -1)
    return dense[:rows, :columns].reshape(rows * columns, -1)


def _column_major(w, h, w_in, *, stride=1):
    s = per_axis(stride, 2)
    right = _right(w, h, w_in, stride=s)
    columns = (w_in - w.shape[1]) // s[1] + 1
    return right.reshape(-1, columns, h * w_in).swapaxes(0, 1).reshape(right.shape)


SLIPS = {
    "Toeplitz columns for rows": lambda w, h, w_in, *, stride=1: (
        _right(w, h, w_in, stride=stride).T
    ),
    "kernel flipped": _matrix_of(lambda w: w[::-1, ::-1]),
    "kernel transposed": (_matrix_turned(IndexError), _matrix_turned(ValueError)),
    "stride ignored": lambda w, h, w_in, *, stride=1: _right(w, h, w_in),
    "stride in the size only": _first_rows,
    "strides of rows and columns swapped": (
        lambda w, h, w_in, *, stride=1: _right(
            w, h, w_in, stride=per_axis(stride, 2)[::-1]
        )
    ),
    "kernel rows not spread out": _misplaced(
        lambda w, h, w_in, s: (
            lambda r, i, j, p, q: (i * s[0]) * w_in + j * s[1] + p * w.shape[1] + q
        )
    ),
    "shift runs on over the line ends": (
        _misplaced(lambda w, h, w_in, s: lambda r, i, j, p, q: r + p * w_in + q),
        _misplaced(lambda w, h, w_in, s: lambda r, i, j, p, q: r * s[1] + p * w_in + q),
    ),
    "height for width": _misplaced(
        lambda w, h, w_in, s: lambda r, i, j, p, q: (i * s[0] + p) * h + j * s[1] + q
    ),
    "rows and columns swapped": _column_major,
}

### END MISTAKES
