"""``conv2d_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.backprop.upstream import conv_case, settings_of, witness_conv
from byhand.exercises.convolution_cases import CONV_SETTINGS
from byhand.exercises.declaring import Exercise
from byhand.exercises.inputs import seeded
from byhand.exercises.windows import gradient_window


def _cases():
    rng = seeded(6, 5)
    first = conv_case("one channel", rng, (3, 3), (2, 2), {}, n=1, c_in=1, c_out=1)
    cases = [conv_case(name, rng, *s) for name, *s in CONV_SETTINGS[:-1]]
    return (first, *cases, conv_case(*_MANY[:1], rng, *_MANY[1:], n=6, c_in=5))


_MANY = CONV_SETTINGS[-1]


def _hidden(rng):
    return [conv_case("hidden", rng, *s, c_in=4, c_out=5) for s in settings_of(rng)]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw), strides=..., dilation_rate=...)",
    referee=referee.conv2d_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    witness=witness_conv,
    window=gradient_window(),
)

### BEGIN MISTAKES

from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.slips.backward import gradient_mistakes

SLIPS = gradient_mistakes(BATCH)

### END MISTAKES
