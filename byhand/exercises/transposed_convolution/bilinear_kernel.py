"""``bilinear_kernel``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(stride):
    """Ask Keras's bilinear UpSampling2D what it makes of a single 1."""
    picture = np.zeros((1, 5, 5, 1))
    picture[0, 2, 2, 0] = 1.0
    layer = referee.load_keras().layers.UpSampling2D(
        stride, interpolation="bilinear", dtype="float64"
    )
    y = referee.run(layer, picture)[0, :, :, 0]
    unit = 4 * stride**2  # weights are multiples of 1 / unit; Keras's are float32
    y = np.rint(y * unit) / unit
    reached = np.flatnonzero(y.sum(axis=1))
    inside = slice(reached[0], reached[-1] + 1)
    return y[inside, inside]


EXERCISE = Exercise(
    layer='keras.layers.UpSampling2D(stride, interpolation="bilinear")',
    referee=_right,
    cases=lambda: tuple(Case(f"stride {s}", (s,)) for s in (2, 3, 4, 5)),
    hidden=lambda rng: [Case("hidden", (s,)) for s in (6, 7, 8)],
    parts=("w",),
)

### BEGIN MISTAKES


def _line(stride):
    """Return the middle of Keras's kernel as one tent along an axis."""
    w = _right(stride)
    return np.sqrt(np.diag(w))


def _tent(taps, middle, stride):
    return np.maximum(1 - np.abs(np.arange(taps) - middle) / stride, 0)


def _off_middle(back):
    """Return a slip whose tent has its middle on a tap, k // 2 or the one before."""

    def slip(stride):
        k = len(_right(stride))
        line = 1 - np.abs(np.arange(k) - (k // 2 + back * (1 - k % 2))) / stride
        return np.outer(line, line)

    return slip


def _half_of_all(stride):
    """Take k / 2 for the middle."""
    k = len(_right(stride))
    line = 1 - np.abs(np.arange(k) - k / 2) / stride
    return np.outer(line, line)


SLIPS = {
    "box instead of tent": (
        lambda stride: np.ones((stride, stride)),
        lambda stride: np.ones_like(_right(stride)),
    ),
    "tent divided by its sum": (lambda stride: _right(stride) / _right(stride).sum(),),
    "tent of the wrong width": (
        lambda stride: np.outer(*[_tent(2 * stride - 1, stride - 1, stride)] * 2),
        lambda stride: np.outer(*[_tent(2 * stride + 1, stride, stride)] * 2),
        lambda stride: np.outer(*[_tent(2 * stride, stride - 0.5, stride)] * 2),
        lambda stride: np.outer(*[_tent(stride, (stride - 1) / 2, stride)] * 2),
    ),
    "the middle half a tap off": (_off_middle(0), _off_middle(-1), _half_of_all),
    "one direction only": (
        _line,
        lambda stride: np.tile(_line(stride), (len(_line(stride)), 1)),
        lambda stride: np.tile(_line(stride), (len(_line(stride)), 1)).T,
    ),
    "tents added instead of multiplied": (
        lambda stride: np.add.outer(_line(stride), _line(stride)),
        lambda stride: np.add.outer(_line(stride), _line(stride)) / 2,
    ),
}

### END MISTAKES
