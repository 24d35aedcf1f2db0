"""``grouped_conv2d_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.backprop.upstream import (
    GROUPED_SETTINGS,
    conv_case,
    some_settings_of,
    upstream_gradient,
    witness_conv,
)
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded

GROUPS = ((4, 6, 2), (3, 3, 3), (6, 4, 2), (4, 3, 1))  # channels, filters, groups


def _grouped_case(name, rng, size, kernel, settings, channels):
    c_in, c_out, groups = channels
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in // groups, c_out)
    dy = upstream_gradient(rng, x, w, settings)
    return Case(name, (dy, x, w), {"groups": groups, **settings})


def _without_groups(rng):
    """Return the case that says nothing: one group, stride 1, no padding."""
    case = conv_case("no groups given", rng, (3, 4), (2, 3), {})
    return Case(case.name, case.args)


def _cases():
    rng = seeded(6, 6)
    return (_without_groups(rng), *_with_groups(rng))


def _with_groups(rng):
    return tuple(
        _grouped_case(f"{name}, {g[2]} groups", rng, size, kernel, settings, g)
        for (name, size, kernel, settings), g in zip(
            GROUPED_SETTINGS, (*GROUPS, *GROUPS), strict=False
        )
    )


def _hidden(rng):
    return [
        _without_groups(rng),
        *(
            _grouped_case("hidden", rng, *s, g)
            for s, g in zip(some_settings_of(rng), GROUPS, strict=True)
        ),
    ]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw), groups=groups)",
    referee=referee.grouped_conv2d_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    witness=witness_conv,
)

### BEGIN MISTAKES

import numpy as np

from byhand.exercises.backprop.upstream import split_groups
from byhand.slips_gradients import convolution_slips


def _woven(count, groups):
    """Return the order that takes every ``groups``-th channel first."""
    return np.arange(count).reshape(-1, groups).T.ravel()


def _interleaved(ins, outs):
    """Return a slip: groups take every g-th channel, of the input, the output, both."""

    def slip(dy, x, w, *, groups=1, **k):
        c_in, c_out = x.shape[-1], dy.shape[-1]
        a = _woven(c_in, groups) if ins else np.arange(c_in)
        b = _woven(c_out, groups) if outs else np.arange(c_out)
        dx, dw, db = split_groups(dy[..., b], x[..., a], w[..., b], groups=groups, **k)
        back_a, back_b = np.argsort(a), np.argsort(b)
        return dx[..., back_a], dw[..., back_b], db[back_b]

    return slip


def _one_group(which):
    def slip(dy, x, w, *, groups=1, **k):
        keep = np.zeros((groups, dy.shape[-1] // groups))
        keep[which] = 1.0
        dx, dw, _ = split_groups(dy * keep.ravel(), x, w, groups=groups, **k)
        return dx, dw, split_groups(dy, x, w, groups=groups, **k)[2]

    return slip


SLIPS = {
    **convolution_slips(split_groups),
    "groups take every other channel": (
        _interleaved(True, True),
        _interleaved(True, False),
        _interleaved(False, True),
    ),
    "only one group": (_one_group(0), _one_group(-1)),
}

### END MISTAKES
