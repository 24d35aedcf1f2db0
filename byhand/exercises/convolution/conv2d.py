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

from byhand.slips import Operation, slip_of
from byhand.slips.forward import mistakes

OPERATION = Operation(
    x="h w", w="kh kw", b="", y="h w", settings="stride padding dilation"
)


def _pair_on_both_axes(call):
    """Pad as ``np.pad(x, padding)`` does, and take the size from the result."""
    (rows, _), (columns, _) = call.padding
    return call.changed(padding=[(rows, columns)] * 2).y()


SLIPS = {
    **mistakes(OPERATION),
    "a pair read as before and after": slip_of(OPERATION, _pair_on_both_axes),
}

### END MISTAKES
