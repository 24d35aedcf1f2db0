"""``depthwise_conv2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.conv_family.families import depthwise_arrays
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import seeded
from byhand.exercises.windows import convolution_window

DEPTHWISE = ((1, 2), (3, 1), (2, 3), (3, 2), (4, 2), (2, 2), (3, 3), (2, 4), (2, 3))


def _cases():
    rng = seeded(4, 3)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        c_in, multiplier = DEPTHWISE[k % len(DEPTHWISE)]
        arrays = depthwise_arrays(rng, size, kernel, c_in, multiplier)
        word = "channel" if c_in == 1 else "channels"
        cases.append(Case(f"{c_in} {word}, {name}", arrays, dict(settings)))
    return tuple(cases)


def _hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        c_in, multiplier = (int(v) for v in rng.integers(2, 5, size=2))
        arrays = depthwise_arrays(rng, *case.args, c_in, multiplier)
        cases.append(Case("hidden", arrays, case.kwargs))
    return cases


def _window(arguments, index):
    found = convolution_window(first=1, channels=True)(arguments, index)
    if found:
        c, m = divmod(index[-1], arguments["w"].shape[-1])
        found["x"] = (*found["x"][:-1], c)
        found["w"] = (slice(None), slice(None), c, m)
    return found


EXERCISE = Exercise(
    layer="keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=M)",
    referee=referee.depthwise_conv2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand import slips
from byhand.exercises.conv_family.families import (
    SPATIAL,
    multiplier_first,
    order_of_channels,
    order_of_kernels,
    zeros,
)
from byhand.slips_gradients import first_example
from byhand.slips_settings import more_slips


def _order(x, w, b, **k):
    plain = referee.depthwise_conv2d(x, w, zeros(b), **k)
    return multiplier_first(plain, x.shape[-1]) + b


def _order_with_bias(x, w, b, **k):
    return multiplier_first(referee.depthwise_conv2d(x, w, b, **k), x.shape[-1])


def _channels_added(x, w, b, **k):
    y = referee.depthwise_conv2d(x, w, b, **k)
    return y.reshape(*y.shape[:-1], x.shape[-1], -1).sum(axis=-2)


def _one_sum(x, w, b, **k):
    return referee.depthwise_conv2d(x, w, b, **k).sum(axis=-1, keepdims=True)


def _full_convolution(x, w, b, **k):
    """Sum over the channels, as Conv2D does, with M filters."""
    y = referee.conv2d(x, w, None, **k)
    return y + b[: y.shape[-1]]


def _multiplier_dropped(x, w, b, **k):
    return referee.depthwise_conv2d(x, w[..., :1], b[: x.shape[-1]], **k)


def _first_multiplier(x, w, b, **k):
    wide = np.repeat(w[..., :1], w.shape[-1], axis=-1)
    return referee.depthwise_conv2d(x, wide, b, **k)


def _one_kernel(x, w, b, **k):
    wide = np.repeat(w[:, :, :1], w.shape[2], axis=2)
    return referee.depthwise_conv2d(x, wide, b, **k)


def _bias_by_channel(x, w, b, **k):
    b = np.repeat(b[: x.shape[-1]], w.shape[-1])
    return referee.depthwise_conv2d(x, w, b, **k)


def _bias_by_multiplier(x, w, b, **k):
    b = np.tile(b[: w.shape[-1]], x.shape[-1])
    return referee.depthwise_conv2d(x, w, b, **k)


def _only_first_channel(x, w, b, **k):
    same = np.repeat(x[..., :1], x.shape[-1], axis=-1)
    return referee.depthwise_conv2d(same, w, b, **k)


SLIPS = {
    **slips.convolution(referee.depthwise_conv2d, first=1, offers=SPATIAL),
    **more_slips(referee.depthwise_conv2d, first=1, offers=SPATIAL),
    "depthwise multiplier order": (
        _order,
        _order_with_bias,
        order_of_kernels,
        order_of_channels,
    ),
    "channels added up": (_channels_added, _one_sum, _full_convolution),
    "only the first kernel of each channel": (_multiplier_dropped, _first_multiplier),
    "the same kernel for every channel": _one_kernel,
    "only the first channel": _only_first_channel,
    "only the first example": lambda x, w, b, **k: referee.depthwise_conv2d(
        first_example(x), w, b, **k
    ),
    "the same bias for every filter": (
        lambda x, w, b, **k: referee.depthwise_conv2d(x, w, np.full_like(b, b[0]), **k),
        lambda x, w, b, **k: referee.depthwise_conv2d(
            x, w, np.full_like(b, b.sum()), **k
        ),
    ),
    "bias counted by channel or by kernel": (_bias_by_channel, _bias_by_multiplier),
}

### END MISTAKES
