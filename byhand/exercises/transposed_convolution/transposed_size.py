"""``transposed_size``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(n, k, *, stride=1, padding=0, output_padding=0):
    """Ask Keras how long the result is for an input of zeros."""
    y = referee.conv2d_transpose(
        np.zeros((1, n, 1, 1)),
        np.zeros((k, 1, 1, 1)),
        stride=(stride, 1),
        padding=(padding, 0),
        output_padding=(output_padding, 0),
    )
    return int(y.shape[1])


def _size_case(n, k, s, p, o):
    settings = {"stride": s, "padding": p, "output_padding": o}
    return Case(f"n={n} k={k} s={s} p={p} o={o}", (n, k), settings)


def _cases():
    settings = (
        (1, 3, 1, 0, 0),
        (4, 3, 1, 0, 0),
        (2, 3, 2, 0, 0),
        (3, 3, 2, 1, 0),
        (3, 3, 2, 1, 1),
        (5, 4, 3, 2, 2),
        (4, 2, 3, 0, 1),
        (6, 5, 1, 2, 0),
        (7, 1, 2, 0, 1),
    )
    return (*(_size_case(*s) for s in settings), Case("the defaults", (5, 3)))


def _hidden(rng):
    cases = []
    while len(cases) < 10:
        n, k, s = (int(rng.integers(1, top)) for top in (12, 7, 5))
        p, o = int(rng.integers(0, 3)), int(rng.integers(0, s))
        if (n - 1) * s - 2 * p + k > 0:
            cases.append(_size_case(n, k, s, p, o))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv1DTranspose(1, k, strides=stride)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _size(change):
    """Return a slip of transposed_size, the formula written with one mistake."""

    def slip(n, k, *, stride=1, padding=0, output_padding=0):
        return int(change(n, k, stride, padding, output_padding))

    return slip


SLIPS = {
    "stride ignored": _size(lambda n, k, s, p, o: n - 1 - 2 * p + k + o),
    "padding ignored": _size(lambda n, k, s, p, o: (n - 1) * s + k + o),
    "padding added instead of cropped": _size(
        lambda n, k, s, p, o: (n - 1) * s + 2 * p + k + o
    ),
    "cropped on one side only": _size(lambda n, k, s, p, o: (n - 1) * s - p + k + o),
    "output_padding ignored": _size(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k),
    "output_padding on both sides": _size(
        lambda n, k, s, p, o: (n - 1) * s - 2 * p + k + 2 * o
    ),
    "size without the last stamp": (
        _size(lambda n, k, s, p, o: n * s - 2 * p + o),
        _size(lambda n, k, s, p, o: (n - 1) * s - 2 * p + o),
    ),
    "one place too few": _size(lambda n, k, s, p, o: (n - 1) * s + k - 1 - 2 * p + o),
    "output_padding subtracted": _size(
        lambda n, k, s, p, o: (n - 1) * s + k - 2 * p - o
    ),
    "a step counted for every stamp": _size(
        lambda n, k, s, p, o: n * s - 2 * p + k + o
    ),
    "stamps laid side by side": _size(lambda n, k, s, p, o: n * k - 2 * p + o),
    "the size of a convolution": (
        _size(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1),
        _size(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1 + o),
    ),
}

### END MISTAKES
