"""``separable_conv2d``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.conv_family.families import depthwise_arrays
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window

SEPARABLE = ((1, 2, 3), (3, 1, 2), (2, 2, 4), (3, 2, 1), (2, 3, 5), (4, 2, 3))


def _separable_arrays(rng, size, kernel, c_in, multiplier, filters):
    x, w, _ = depthwise_arrays(rng, size, kernel, c_in, multiplier)
    point = eighths(rng, c_in * multiplier, filters)
    return x, w, point, eighths(rng, filters)


def _cases():
    rng = seeded(4, 4)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        shape = SEPARABLE[k % len(SEPARABLE)]
        arrays = _separable_arrays(rng, size, kernel, *shape)
        cases.append(Case(f"{shape[0]} to {shape[2]}, {name}", arrays, dict(settings)))
    return tuple(cases)


def _hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        shape = (int(v) for v in rng.integers(2, 5, size=3))
        arrays = _separable_arrays(rng, *case.args, *shape)
        cases.append(Case("hidden", arrays, case.kwargs))
    return cases


def _window(arguments, index):
    """Return what an output reads: all channels, each tap, and one column of 1x1."""
    read = convolution_window(first=1, channels=True)
    given = {**arguments, "w": arguments["w_depth"][..., 0]}
    (code, place), _ = read(given, index).items()
    depth, point = (np.ones(arguments[k].shape, bool) for k in ("w_depth", "w_point"))
    point[:, : index[-1]] = point[:, index[-1] + 1 :] = False
    return {code: place, "w_depth": depth, "w_point": point}


EXERCISE = Exercise(
    layer="keras.layers.SeparableConv2D(C_out, (kh, kw), depth_multiplier=M)",
    referee=referee.separable_conv2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES


from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.exercises.conv_family.depthwise_conv2d import BY_CHANNEL
from byhand.slips import mapped, only, right, union, without
from byhand.slips.brackets import of_multipliers
from byhand.slips.forward import exchanged, mistakes, repeated

_depthwise = right(BY_CHANNEL)


def _of_full_kernel(slip):
    """Return a convolution's slip on the kernel that the two steps make together."""

    def both(x, w_depth, w_point, b, **k):
        point = w_point.reshape(*w_depth.shape[2:], -1)
        return slip(x, np.einsum("pqcm,cmf->pqcf", w_depth, point), b, **k)

    return both


def _in_two_steps(
    first=_depthwise, between=lambda y, k: y, point=lambda w: w, bias=lambda b, w: b
):
    """Return a slip of the two steps, one of them done otherwise."""

    def slip(x, w_depth, w_point, b, **k):
        plain = np.zeros(w_depth.shape[2] * w_depth.shape[3])
        y = between(first(x, w_depth, plain, **k), k)
        return y @ point(w_point) + bias(b, w_point)

    return slip


def _padded_again(y, k):
    pads = referee.pad_widths(k.get("padding", 0), 2)
    return np.pad(y, ((0, 0), *pads, (0, 0)))


FIRST = only(
    of_multipliers(BY_CHANNEL),
    "depthwise multiplier order",
    "the same kernel for every channel",
)
ALSO = ("mean instead of sum", "bias added per tap", "bias added per channel")
ALSO += ("channels averaged", "the first kernel for every channel")
ALSO += ("in and out of the kernel swapped",)
ALSO += ("a 2D slice per channel instead of the volume",)
SLIPS = union(
    mapped(_of_full_kernel, without(mistakes(BATCH), *ALSO)),
    mapped(_in_two_steps, FIRST),
    {
        "only the first kernel of each channel": _in_two_steps(
            lambda x, w, b, **k: _depthwise(x, repeated(w, 3, 0), b, **k)
        ),
        "pointwise step forgotten": lambda x, w, point, b, **k: _depthwise(x, w, **k),
        "bias counted in both steps": _in_two_steps(bias=lambda b, w: 2 * b),
        "ReLU between the steps": _in_two_steps(between=lambda y, k: np.maximum(y, 0)),
        "padding used in both steps": _in_two_steps(between=_padded_again),
        "point weights transposed": tuple(
            _in_two_steps(point=lambda w, error=error: exchanged(w, 0, 1, error))
            for error in (ValueError, IndexError)
        ),
        "bias added per tap": _in_two_steps(bias=lambda b, w: b * len(w)),
        "mean instead of sum": (
            _in_two_steps(
                lambda x, w, b, **k: _depthwise(x, w / w[..., 0, 0].size, b, **k)
            ),
            _in_two_steps(point=lambda w: w / len(w)),
        ),
    },
)

### END MISTAKES
