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
    (source, place), _ = found.items()
    c, m = divmod(index[-1], arguments["w"].shape[-1])
    return {source: (*place[:-1], c), "w": (slice(None), slice(None), c, m)}


EXERCISE = Exercise(
    layer="keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=M)",
    referee=referee.depthwise_conv2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

from byhand.slips import Operation, union
from byhand.slips.brackets import of_multipliers
from byhand.slips.forward import mistakes

BY_CHANNEL = Operation(
    x="n h w c",
    w="kh kw c m",
    b="(c m)",
    y="n h w (c m)",
    settings="stride padding dilation",
)
SLIPS = union(mistakes(BY_CHANNEL), of_multipliers(BY_CHANNEL))

### END MISTAKES
