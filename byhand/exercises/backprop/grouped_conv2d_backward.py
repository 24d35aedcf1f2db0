"""``grouped_conv2d_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.backprop.upstream import (
    GROUPED_SETTINGS,
    conv_case,
    some_settings_of,
    upstream_gradient,
    witness_conv,
)
from byhand.exercises.convolution_cases import examples
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import gradient_window

GROUPS = ((4, 6, 2), (3, 3, 3), (6, 4, 2), (4, 3, 1))  # channels, filters, groups


def _grouped_case(name, rng, size, kernel, settings, channels):
    c_in, c_out, groups = channels
    x = eighths(rng, examples(size), *size, c_in)
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
    window=gradient_window(),
)

### BEGIN MISTAKES

from byhand.exercises.conv_family.grouped_conv2d import GROUPED
from byhand.slips.backward import gradient_mistakes
from byhand.slips.brackets import gradients_of_groups

SLIPS = gradient_mistakes(GROUPED, gradients_of_groups(GROUPED))

### END MISTAKES
