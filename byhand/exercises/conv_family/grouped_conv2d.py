"""``grouped_conv2d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window

GROUPS = (2, 1, 2, 3, 2, 2, 3, 2, 2, 4, 2)


PER_GROUP = ((1, 2), (2, 3), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2), (2, 2), (1, 3))


def _grouped_arrays(rng, size, kernel, groups, inputs, filters):
    x = eighths(rng, 2, *size, groups * inputs)
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
    if found:
        inputs, filters = arguments["w"].shape[2:]
        g = index[-1] // (filters // arguments["groups"])
        channels = slice(g * inputs, (g + 1) * inputs)
        found["x"] = (*found["x"][:-1], channels)
    return found


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(C_out, (kh, kw), groups=groups)",
    referee=referee.grouped_conv2d,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand import slips
from byhand.exercises.conv_family.families import ALL
from byhand.slips_settings import more_slips


def _split(groups, *arrays):
    """Yield, group by group, each array's share of its last axis."""
    yield from zip(*(np.split(a, groups, axis=-1) for a in arrays), strict=True)


def _by_group(x, w, b, *, groups=1, **settings):
    """Return one ordinary convolution per group, side by side.

    TensorFlow compiles each grouped convolution on a CPU anew, which takes a quarter
    of a second; a test holds this to be the same.
    """
    parts = [referee.conv2d(*part, **settings) for part in _split(groups, x, w, b)]
    return np.concatenate(parts, axis=-1)


def _every_filter_the_first(x, w, b, *, groups=1, **k):
    return referee.conv2d(x[..., : w.shape[2]], w, b, **k)


def _every_filter_all(x, w, b, *, groups=1, **k):
    return referee.conv2d(x, np.tile(w, (1, 1, groups, 1)), b, **k)


def _groups_added(x, w, b, *, groups=1, **k):
    parts = [referee.conv2d(*part, **k) for part in _split(groups, x, w, b)]
    return np.sum(parts, axis=0)


def _all_filters_per_group(x, w, b, *, groups=1, **k):
    parts = [referee.conv2d(p, w, b, **k) for p in np.split(x, groups, axis=-1)]
    return np.concatenate(parts, axis=-1)


def _dealt(a, groups):
    """Return the last axis dealt out in turn: 0 2 4 1 3 5 for two groups of six."""
    return np.concatenate([a[..., g::groups] for g in range(groups)], axis=-1)


def _inputs_dealt(x, w, b, *, groups=1, **k):
    return _by_group(_dealt(x, groups), w, b, groups=groups, **k)


def _filters_dealt(x, w, b, *, groups=1, **k):
    wide, tall = _dealt(w, groups), _dealt(b, groups)
    return _by_group(x, wide, tall, groups=groups, **k)


def _inputs_and_filters_dealt(x, w, b, *, groups=1, **k):
    return _filters_dealt(_dealt(x, groups), w, b, groups=groups, **k)


def _interleaved(x, w, b, *, groups=1, **k):
    y = _by_group(x, w, b, groups=groups, **k)
    return y.reshape(*y.shape[:-1], groups, -1).swapaxes(-1, -2).reshape(y.shape)


def _first_of_group(a, groups):
    """Return the first group's share of the last axis, once per group."""
    return np.concatenate([np.split(a, groups, axis=-1)[0]] * groups, axis=-1)


def _grouped(change):
    """Return a slip that changes x, w or b and keeps the rest."""

    def slip(x, w, b, *, groups=1, **k):
        return _by_group(*change(x, w, b, groups), groups=groups, **k)

    return slip


SLIPS = {
    **slips.convolution(_by_group, first=1, offers=ALL, channels=True),
    **more_slips(_by_group, first=1, offers=ALL),
    "groups not split": (_every_filter_the_first, _every_filter_all),
    "groups added up": _groups_added,
    "all filters on every group": _all_filters_per_group,
    "channels dealt out in turn": (
        _inputs_dealt,
        _filters_dealt,
        _inputs_and_filters_dealt,
    ),
    "maps of the groups interleaved": _interleaved,
    "filters of the first group only": _grouped(
        lambda x, w, b, g: (x, _first_of_group(w, g), b)
    ),
    "bias of the first group only": _grouped(
        lambda x, w, b, g: (x, w, _first_of_group(b, g))
    ),
    "groups in reverse order": _grouped(
        lambda x, w, b, g: (
            np.concatenate(np.split(x, g, axis=-1)[::-1], axis=-1),
            w,
            b,
        )
    ),
    "first channel of each group only": _grouped(
        lambda x, w, b, g: (x * (np.arange(x.shape[-1]) % w.shape[2] == 0), w, b)
    ),
}

### END MISTAKES
