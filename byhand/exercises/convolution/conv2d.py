"""``conv2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution_cases import conv_cases, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _arrays(rng, size, kernel):
    return eighths(rng, *size), eighths(rng, *kernel), float(eighths(rng))


def _cases():
    bare = Case("the defaults", _arrays(seeded(2, 9), (4, 3), (2, 2))[:2])
    return (*conv_cases(_arrays, 208), bare)


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), strides=..., dilation_rate=...)",
    referee=referee.conv2d,
    cases=_cases,
    hidden=lambda rng: conv_hidden(_arrays, rng),
    window=convolution_window(),
)

### BEGIN MISTAKES

import numpy as np

from byhand.slips import Operation, slip_of
from byhand.slips.forward import mistakes

OPERATION = Operation(
    x="h w", w="kh kw", b="", y="h w", settings="stride padding dilation"
)


def _pair_on_both_axes(call):
    """Pad as ``np.pad(x, padding)`` does, and take the size from the result."""
    (rows, _), (columns, _) = call.padding
    return call.changed(padding=[(rows, columns)] * 2).y()


def _pair_and_counted_stops(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Pad as ``np.pad(x, padding)`` does, and take the size from ``output_size``."""
    s, p, d = (np.array(referee.per_axis(a, 2)) for a in (stride, padding, dilation))
    reach = d * (np.array(w.shape) - 1) + 1
    y = np.zeros((np.array(x.shape) + 2 * p - reach) // s + 1)
    for place in np.ndindex(y.shape):
        window = np.pad(x, padding)[tuple(map(slice, place * s, place * s + reach, d))]
        y[place] = np.sum(window * w) + b
    return y


SLIPS = {
    **mistakes(OPERATION),
    "a pair read as before and after": (
        slip_of(OPERATION, _pair_on_both_axes),
        _pair_and_counted_stops,
    ),
}

### END MISTAKES
