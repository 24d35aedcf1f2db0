"""``conv2d_transpose_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.transposed_convolution.stamps import (
    TRANSPOSE_SETTINGS,
    drawn_arrays,
    drawn_settings,
    sizes,
)
from byhand.exercises.windows import convolution_window, gradient_window


def _backward_arrays(rng, n, size, kernel, c_in, c_out, settings):
    """Return (dy, x, w), dy with the shape of the result."""
    x, w, _ = drawn_arrays(rng, n, size, kernel, c_in, c_out)
    return eighths(rng, n, *sizes(x, w, settings), c_out), x, w


BACKWARD_SETTINGS = tuple(
    entry for entry in TRANSPOSE_SETTINGS if entry[0] != "two stamps that overlap"
)


def _cases():
    rng = seeded(7, 5)
    return tuple(
        Case(name, _backward_arrays(rng, *shape, settings), dict(settings))
        for name, shape, settings in BACKWARD_SETTINGS
    )


def _hidden(rng):
    plain = _backward_arrays(rng, 2, (2, 3), (3, 2), 2, 3, {})
    cases = [Case("plain", plain)]
    while len(cases) < 8:
        size = tuple(int(v) for v in rng.integers(1, 5, size=2))
        kernel = tuple(int(v) for v in rng.integers(1, 4, size=2))
        c_in, c_out = (int(v) for v in rng.integers(1, 4, size=2))
        k = drawn_settings(rng, size, kernel)
        arrays = _backward_arrays(rng, 2, size, kernel, c_in, c_out, k)
        cases.append(Case("hidden", arrays, k))
    return cases


def _window(arguments, index, part="dx"):
    """Return what a gradient reads: going back is a convolution of dy."""
    swapped = {**arguments, "x": arguments["dy"], "dy": arguments["x"]}
    if part == "dx":
        read = convolution_window(first=1, channels=True, filters=True)
        (code, place), (_, weights) = read(swapped, index).items()
        return {code.replace("x", "dy"): place, "w": weights}
    if part == "dw":
        found = gradient_window()(swapped, index, part)
        return {"x": found["dy"], "dy": found["x"]}
    every = slice(None)
    return {"dy": (every, every, every, index[-1])}


EXERCISE = Exercise(
    layer="keras.layers.Conv2DTranspose with tf.GradientTape",
    referee=referee.conv2d_transpose_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    window=_window,
)

### BEGIN MISTAKES

from byhand.exercises.transposed_convolution.conv2d_transpose import STAMPS
from byhand.slips.stamped import stamp_gradient_mistakes

SLIPS = stamp_gradient_mistakes(STAMPS)

### END MISTAKES
