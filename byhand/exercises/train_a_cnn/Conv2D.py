"""``Conv2D``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import LayerRun


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
    )


def _hidden(rng):
    settings = (
        (2, (6, 4), (3, 3), 1, 4),
        (3, (4, 7), (2, 3), 3, 2),
        (1, (5, 5), (1, 2), 2, 2),
    )
    return [_conv_case("hidden", rng, *s) for s in settings]


EXERCISE = Exercise(
    signature="Conv2D(w, b, x, dy)",
    layer="keras.layers.Conv2D(filters, (kh, kw))",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("y", "dx", "dw", "db"),
    adapt=lambda kind: LayerRun(kind, 2),
)

### BEGIN MISTAKES

from byhand import slips
from byhand.exercises.train_a_cnn.networks import (
    backward_slips,
    gradients_kept,
    variants,
)
from byhand.slips_gradients import convolution_slips


def _forward(right, slips, names=None):
    """Return slips of a layer from those of its forward pass: backward is right."""

    def one(slip):
        return lambda w, b, x, dy: (slip(x, w, b), *right(w, b, x, dy)[1:])

    return {
        name: tuple(map(one, variants(slip)))
        for name, slip in slips.items()
        if names is None or name in names
    }


_FORWARD = slips.convolution(
    lambda x, w, b, **k: referee.convolution(x, w, b),
    first=1,
    offers=("bias", "batch", "filters"),
    channels=True,
)


_BACKWARD = convolution_slips(
    lambda dy, x, w, **k: referee.conv2d_backward(dy, x, w, **k),
    padding=False,
    dilation=False,
)


def _turned_layer(w, b, x, dy):
    y, dx, dw, db = _right(w[::-1, ::-1], b, x, dy)
    return y, dx, dw[::-1, ::-1], db


SLIPS = {
    **backward_slips(
        _right,
        {name: slip for name, slip in _BACKWARD.items() if "stride" not in name},
    ),
    **_forward(
        _right,
        _FORWARD,
        {
            "mean instead of sum",
            "kernel transposed",
            "bias forgotten",
            "bias added per tap",
            "the same bias for every filter",
            "rows and columns swapped",
        },
    ),
    "kernel flipped": _turned_layer,
    "gradients of earlier steps kept": gradients_kept(_right),
}

### END MISTAKES
