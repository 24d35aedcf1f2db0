"""``conv2d_dw``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import conv_case
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import seeded
from byhand.exercises.windows import gradient_window
from byhand.gradients import along


def _right(dy, x, kh, kw, *, stride=1):
    w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
    return referee.conv2d_backward(dy, x, w, stride=stride)[1]


def _dw_case(name, rng, size, kernel, stride=1, **shape):
    settings = {} if stride == 1 else {"stride": stride}
    case = conv_case(name, rng, size, kernel, settings, **shape)
    dy, x, w = case.args
    return Case(name, (dy, x, *w.shape[:2]), dict(case.kwargs))


def _cases():
    rng = seeded(6, 11)
    return (
        _dw_case("one stop", rng, (2, 2), (2, 2), n=1, c_in=1, c_out=1),
        _dw_case("one channel", rng, (4, 3), (2, 2), n=1, c_in=1, c_out=1),
        _dw_case("a kernel of one row", rng, (3, 5), (1, 3)),
        _dw_case("stride 2", rng, (6, 7), (3, 2), stride=2),
        _dw_case("rows 1, columns 3", rng, (5, 8), (2, 3), stride=(1, 3)),
        _dw_case("square, stride 2", rng, (5, 5), (3, 3), stride=2),
        _dw_case("many of each", rng, (4, 3), (2, 2), n=6, c_in=5, c_out=4),
    )


def _hidden(rng):
    return [
        _dw_case("hidden", rng, (5, 7), (3, 2), c_in=4, c_out=5),
        _dw_case("hidden", rng, (8, 6), (2, 3), stride=(3, 2), c_in=1, c_out=5),
        _dw_case("hidden", rng, (6, 6), (3, 3), stride=2),
    ]


def _witness(dy, x, kh, kw, *, stride=1):
    w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
    return along(lambda w: referee.conv2d(x, w, stride=stride))(dy, w)


def _window(arguments, index):
    return gradient_window()(arguments, index, part="dw")


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw), strides=stride)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("dw",),
    witness=_witness,
    window=_window,
)

### BEGIN MISTAKES

from byhand.exercises.channels.conv2d_batch import BATCH
from byhand.slips import mapped
from byhand.slips.backward import gradient_mistakes


def _of_dw(slip):
    """Return a slip of dw alone, which is given the kernel's size and not w."""

    def one(dy, x, kh, kw, *, stride=1):
        w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
        return slip(dy, x, w, stride=stride)

    return one


STRIDED = BATCH.redeclared(settings="stride")
SLIPS = mapped(_of_dw, gradient_mistakes(STRIDED, parts=("dw",)))

### END MISTAKES
