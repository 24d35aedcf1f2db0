"""``overlap_counts``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(n, k, *, stride=1):
    return referee.conv1d_transpose(np.ones(n), np.ones(k), stride=stride)


def _overlap_case(n, k, s):
    return Case(f"n={n} k={k} s={s}", (n, k), {"stride": s})


def _cases():
    settings = (
        (1, 2, 1),
        (2, 2, 1),
        (4, 3, 1),
        (3, 3, 2),
        (4, 4, 2),
        (3, 2, 3),
        (4, 5, 3),
        (3, 2, 2),
    )
    return (*(_overlap_case(*s) for s in settings), Case("the default", (5, 3)))


def _hidden(rng):
    return [
        _overlap_case(*(int(rng.integers(1, top)) for top in (8, 7, 5)))
        for _ in range(8)
    ] + [_overlap_case(6, 5, 2)]


EXERCISE = Exercise(
    layer='Conv1DTranspose(1, k, strides=stride, kernel_initializer="ones")',
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("counts",),
)

### BEGIN MISTAKES


def _counts(n, k, stride=1):
    stamps = np.arange(n)[:, None] * stride + np.arange(k)
    return np.bincount(stamps.ravel()).astype(float)


def _long(counts, size):
    """Return counts cut or filled with zeros to another size."""
    return np.pad(counts, (0, max(size - len(counts), 0)))[:size]


def _size(n, k, stride):
    return (n - 1) * stride + k


SLIPS = {
    "counted once": lambda n, k, *, stride=1: np.minimum(_counts(n, k, stride), 1),
    "border counted like the middle": lambda n, k, *, stride=1: np.full(
        _size(n, k, stride), float(-(-k // stride))
    ),
    "stride ignored": lambda n, k, *, stride=1: _counts(n, k),
    "size without the last stamp": (
        lambda n, k, *, stride=1: _long(_counts(n, k, stride), n * stride),
        lambda n, k, *, stride=1: _long(_counts(n, k, stride), (n - 1) * stride),
    ),
    "stride in the size only": lambda n, k, *, stride=1: _long(
        _counts(n, k), _size(n, k, stride)
    ),
}

### END MISTAKES
