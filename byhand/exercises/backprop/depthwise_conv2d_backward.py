"""``depthwise_conv2d_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import (
    GROUPED_SETTINGS,
    some_settings_of,
    upstream_gradient,
)
from byhand.exercises.convolution_cases import examples
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import gradient_window
from byhand.gradients import along


def _witness(dy, x, w, **settings):
    zeros = np.zeros(dy.shape[-1])
    return along(referee.depthwise_conv2d)(dy, x, w, zeros, **settings)


def _depthwise_case(name, rng, size, kernel, settings, channels=(3, 2)):
    x = eighths(rng, examples(size), *size, channels[0])
    w = eighths(rng, *kernel, *channels)
    grouped = w.reshape(*kernel, 1, -1)
    return Case(
        name, (upstream_gradient(rng, x, grouped, settings), x, w), dict(settings)
    )


def _cases():
    rng = seeded(6, 7)
    first = _depthwise_case("multiplier 1", rng, (3, 4), (2, 2), {}, (2, 1))
    return (first, *(_depthwise_case(n, rng, *s) for n, *s in GROUPED_SETTINGS))


def _hidden(rng):
    channels = ((2, 3), (3, 1), (4, 2), (3, 2))
    return [
        _depthwise_case("hidden", rng, *s, c)
        for s, c in zip(some_settings_of(rng), channels, strict=True)
    ]


def _window(arguments, index, part):
    """See the depthwise convolution as one with a group for each channel."""
    kh, kw, c, m = arguments["w"].shape
    grouped = {**arguments, "w": arguments["w"].reshape(kh, kw, 1, c * m), "groups": c}
    if part == "dw":
        index = (*index[:2], 0, index[2] * m + index[3])
    found = gradient_window()(grouped, index, part)
    return {k: v.reshape(arguments[k].shape) for k, v in found.items()}


EXERCISE = Exercise(
    layer="keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=...)",
    referee=referee.depthwise_conv2d_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    witness=_witness,
    window=_window,
)

### BEGIN MISTAKES

from byhand.exercises.conv_family.depthwise_conv2d import BY_CHANNEL
from byhand.slips.backward import gradient_mistakes
from byhand.slips.brackets import gradients_of_multipliers

SLIPS = gradient_mistakes(BY_CHANNEL, gradients_of_multipliers(BY_CHANNEL))

### END MISTAKES
