"""``separable_conv2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.conv_family.families import depthwise_arrays
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded

SEPARABLE = ((1, 2, 3), (3, 1, 2), (2, 2, 4), (3, 2, 1), (2, 3, 5), (2, 2, 3))


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


EXERCISE = Exercise(
    layer="keras.layers.SeparableConv2D(C_out, (kh, kw), depth_multiplier=M)",
    referee=referee.separable_conv2d,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

import numpy as np

from byhand import slips
from byhand.exercises.conv_family.families import (
    SPATIAL,
    first_channel,
    multiplier_first,
    order_of_channels,
    order_of_kernels,
    square_only,
)
from byhand.slips_gradients import first_example
from byhand.slips_settings import more_slips


def _of_first_step(name):
    """Return all variants of a convolution's slip, made in the depthwise step."""

    def variant(number):
        def slip(x, w_depth, w_point, b, **k):
            def whole(x, w, b, **k):
                return referee.separable_conv2d(x, w, w_point, b, **k)

            known = _all_slips(whole)[name]
            return _as_tuple(known)[number](x, w_depth, b, **k)

        return slip

    return tuple(map(variant, range(len(_as_tuple(_FIRST_STEP[name])))))


def _as_tuple(slip):
    return slip if isinstance(slip, tuple) else (slip,)


def _all_slips(ask):
    return slips.convolution(ask, first=1, offers=SPATIAL) | more_slips(
        ask, first=1, offers=SPATIAL
    )


_FIRST_STEP = _all_slips(referee.depthwise_conv2d)


def _in_two_steps(between=lambda y: y, depth=lambda w: w, point=lambda w: w):
    """Return a slip of the separable convolution in two calls of the referee."""

    def slip(x, w_depth, w_point, b, **k):
        y = between(referee.depthwise_conv2d(x, depth(w_depth), **k))
        return referee.pointwise(y, point(w_point), b)

    return slip


def _no_pointwise(x, w_depth, w_point, b, **k):
    return referee.depthwise_conv2d(x, w_depth, **k)


def _separable_order(x, w_depth, w_point, b, **k):
    y = referee.depthwise_conv2d(x, w_depth, **k)
    return referee.pointwise(multiplier_first(y, x.shape[-1]), w_point, b)


def _separable_order_of_kernels(x, w_depth, w_point, b, **k):
    plain = np.zeros(w_depth.shape[2] * w_depth.shape[3])
    y = order_of_kernels(x, w_depth, plain, **k)
    return referee.pointwise(y, w_point, b)


def _separable_order_of_channels(x, w_depth, w_point, b, **k):
    plain = np.zeros(w_depth.shape[2] * w_depth.shape[3])
    y = order_of_channels(x, w_depth, plain, **k)
    return referee.pointwise(y, w_point, b)


def _padded_twice(x, w_depth, w_point, b, *, padding=0, **k):
    y = referee.depthwise_conv2d(x, w_depth, padding=padding, **k)
    rows, columns = referee.pad_widths(padding, 2)
    y = np.pad(y, ((0, 0), rows, columns, (0, 0)))
    return referee.pointwise(y, w_point, b)


def _with(x=lambda x: x, b=lambda b: b, point=lambda w: w):
    def slip(x_, w_depth, w_point, b_, **k):
        return referee.separable_conv2d(x(x_), w_depth, point(w_point), b(b_), **k)

    return slip


def _point_bias_per_tap(x, w_depth, w_point, b, **k):
    return referee.separable_conv2d(x, w_depth, w_point, b * len(w_point), **k)


SLIPS = {
    name: _of_first_step(name)
    for name in _FIRST_STEP
    if name not in ("bias added per tap", "mean instead of sum")
} | {
    "depthwise multiplier order": (
        _separable_order,
        _separable_order_of_kernels,
        _separable_order_of_channels,
    ),
    "pointwise step forgotten": _no_pointwise,
    "ReLU between the steps": _in_two_steps(between=lambda y: np.maximum(y, 0)),
    "padding used in both steps": _padded_twice,
    "point weights transposed": _with(point=square_only),
    "only the first kernel of each channel": _in_two_steps(
        depth=lambda w: np.repeat(w[..., :1], w.shape[-1], axis=-1)
    ),
    "the same kernel for every channel": _in_two_steps(
        depth=lambda w: np.repeat(w[:, :, :1], w.shape[2], axis=2)
    ),
    "only the first channel": _with(x=first_channel),
    "only the first filter": _with(
        point=lambda w: np.repeat(w[:, :1], w.shape[1], axis=1)
    ),
    "only the first example": _with(x=first_example),
    "the same bias for every filter": (
        _with(b=lambda b: np.full_like(b, b[0])),
        _with(b=lambda b: np.full_like(b, b.sum())),
    ),
    "bias added per tap": _point_bias_per_tap,
    "mean instead of sum": (
        lambda x, w, p, b, **k: referee.separable_conv2d(
            x, w / np.prod(w.shape[:2]), p, b, **k
        ),
        lambda x, w, p, b, **k: referee.separable_conv2d(x, w, p / len(p), b, **k),
    ),
}

### END MISTAKES
