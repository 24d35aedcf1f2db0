"""``conv2d_transpose``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import seeded
from byhand.exercises.transposed_convolution.stamps import (
    TRANSPOSE_SETTINGS,
    drawn_arrays,
    drawn_settings,
)
from byhand.exercises.windows import stamped_window


def _cases():
    rng = seeded(7, 2)
    return tuple(
        Case(name, drawn_arrays(rng, *shape), dict(settings))
        for name, shape, settings in TRANSPOSE_SETTINGS
    )


def _hidden(rng):
    cases = [Case("hidden", drawn_arrays(rng, 2, (2, 3), (3, 2), 2, 3), {"stride": 2})]
    while len(cases) < 8:
        size = tuple(int(v) for v in rng.integers(1, 5, size=2))
        kernel = tuple(int(v) for v in rng.integers(1, 5, size=2))
        c_in, c_out = (int(v) for v in rng.integers(1, 4, size=2))
        settings = drawn_settings(rng, size, kernel)
        arrays = drawn_arrays(rng, 2, size, kernel, c_in, c_out)
        cases.append(Case("hidden", arrays, settings))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv2DTranspose(c_out, (kh, kw), strides=stride)",
    referee=referee.conv2d_transpose,
    cases=_cases,
    hidden=_hidden,
    window=stamped_window(),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.stamped import stamp_mistakes

SETTINGS = "stride padding output_padding"
STAMPS = Operation(x="n h w c", w="kh kw f c", b="f", y="n h w f", settings=SETTINGS)
SLIPS = stamp_mistakes(STAMPS)

### END MISTAKES
