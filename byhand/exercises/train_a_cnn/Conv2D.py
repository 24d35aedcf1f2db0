"""``Conv2D``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import LayerRun
from byhand.exercises.windows import convolution_window, gradient_window


def _right(w, b, x, dy):
    return referee.convolution(x, w, b), *referee.convolution(x, w, b, dy=dy)


def _conv_case(name, rng, n, size, kernel, c_in, c_out):
    out = (a - k + 1 for a, k in zip(size, kernel, strict=True))
    return Case(
        name,
        (
            eighths(rng, *kernel, c_in, c_out),
            eighths(rng, c_out),
            eighths(rng, n, *size, c_in),
            eighths(rng, n, *out, c_out),
        ),
    )


def _cases():
    rng = seeded(8, 2)
    return (
        _conv_case("one window", rng, 1, (2, 3), (2, 3), 1, 1),
        _conv_case("one channel, one filter", rng, 1, (3, 4), (2, 2), 1, 1),
        _conv_case("two channels into three", rng, 2, (4, 5), (3, 2), 2, 3),
        _conv_case("as many channels out as in", rng, 3, (5, 4), (2, 3), 2, 2),
        _conv_case("square", rng, 2, (5, 5), (3, 3), 3, 2),
        _conv_case("many of each", rng, 6, (3, 4), (2, 2), 5, 4),
    )


def _hidden(rng):
    settings = (
        (2, (6, 4), (3, 3), 1, 4),
        (3, (4, 7), (2, 3), 3, 2),
        (1, (5, 5), (1, 2), 2, 2),
    )
    return [_conv_case("hidden", rng, *s) for s in settings]


def _window(arguments, index, part):
    if part == "y":
        return _forward(arguments, index)
    return gradient_window()(arguments, index, part)


_forward = convolution_window(first=1, channels=True, filters=True)


EXERCISE = Exercise(
    signature="Conv2D(w, b, x, dy)",
    layer="keras.layers.Conv2D(filters, (kh, kw))",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("y", "dx", "dw", "db"),
    adapt=lambda kind: LayerRun(kind, 2),
    window=_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.exercises.train_a_cnn.networks import layer_slips
from byhand.slips import Call, union, without
from byhand.slips.backward import gradient_mistakes
from byhand.slips.forward import mistakes

PLAIN = BATCH.redeclared(settings="")


def _turned(w, b, x, dy):
    """Turn the kernel round, going forward and back."""
    c = Call.of(PLAIN, x, w[::-1, ::-1], b, dy, {})
    return c.y(), c.dx(), np.flip(c.dw(), (0, 1)), c.db()


def _reshaped(w, b, x, dy):
    """Read the kernel's numbers as (filters, the rest), in place of transposing."""
    other = w.reshape(w.shape[-1], -1).T.reshape(w.shape)
    c = Call.of(PLAIN, x, w, b, dy, {})
    return c.y(), Call.of(PLAIN, x, other, b, dy, {}).dx(), c.dw(), c.db()


FORWARD = without(mistakes(PLAIN), "kernel flipped")  # it is, going back as well
SLIPS = union(
    layer_slips(PLAIN, FORWARD, gradient_mistakes(PLAIN)),
    {
        "kernel flipped": _turned,
        "reshaped where axes should move": _reshaped,
    },
)

### END MISTAKES
