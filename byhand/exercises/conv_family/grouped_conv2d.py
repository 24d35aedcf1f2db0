"""``grouped_conv2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden, examples
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window

GROUPS = (2, 1, 2, 3, 2, 2, 3, 2, 2, 4, 2, 3, 5)
PER_GROUP = ((1, 2), (2, 3), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2), (2, 2), (1, 3))


def _grouped_arrays(rng, size, kernel, groups, inputs, filters):
    x = eighths(rng, examples(size), *size, groups * inputs)
    w = eighths(rng, *kernel, inputs, groups * filters)
    return x, w, eighths(rng, groups * filters)


def _cases():
    rng = seeded(4, 2)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        groups, shape = GROUPS[k], PER_GROUP[k % len(PER_GROUP)]
        arrays = _grouped_arrays(rng, size, kernel, groups, *shape)
        word = "group" if groups == 1 else "groups"
        name = f"{groups} {word}, {name}"
        cases.append(Case(name, arrays, {"groups": groups, **settings}))
    return (*cases, _without_groups(rng))


def _without_groups(rng):
    return Case("groups not given", _grouped_arrays(rng, (4, 3), (2, 2), 1, 2, 4))


def _hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        groups, inputs, filters = (int(v) for v in rng.integers(1, 4, size=3))
        arrays = _grouped_arrays(rng, *case.args, groups + 1, inputs, filters)
        cases.append(Case("hidden", arrays, {"groups": groups + 1, **case.kwargs}))
    return [*cases, _without_groups(rng)]


def _window(arguments, index):
    found = convolution_window(first=1, channels=True, filters=True)(arguments, index)
    (source, place), (_, weights) = found.items()
    inputs, filters = arguments["w"].shape[2:]
    g = index[-1] // (filters // arguments["groups"])
    channels = slice(g * inputs, (g + 1) * inputs)
    return {source: (*place[:-1], channels), "w": weights}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(C_out, (kh, kw), groups=groups)",
    referee=referee.grouped_conv2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

from byhand.slips import Operation, union, without
from byhand.slips.brackets import of_groups
from byhand.slips.forward import mistakes

GROUPED = Operation(
    x="n h w (g c)",
    w="kh kw c (g f)",
    b="(g f)",
    y="n h w (g f)",
    settings="groups stride padding dilation",
)
SLIPS = union(
    without(mistakes(GROUPED), "in and out of the kernel swapped"), of_groups(GROUPED)
)

### END MISTAKES
