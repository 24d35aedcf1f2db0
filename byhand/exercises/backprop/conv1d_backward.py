"""``conv1d_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import gradient_window
from byhand.gradients import along


def _signal_case(name, rng, n, k, stride=1):
    stops = (n - k) // stride + 1
    arrays = eighths(rng, stops), eighths(rng, n), eighths(rng, k)
    return Case(name, arrays, {"stride": stride})


def _cases():
    rng = seeded(6, 4)
    paper = tuple(np.array(v) for v in ((1.0, 2.0), (1.0, 2, 3, 4), (1.0, 2, 3)))
    return (
        Case("the one on paper", paper),
        _signal_case("one stop", rng, 3, 3),
        _signal_case("windows overlap", rng, 6, 3),
        _signal_case("a kernel of one", rng, 5, 1, stride=2),
        _signal_case("stride 2", rng, 7, 3, stride=2),
        _signal_case("stride 2, a value left over", rng, 8, 3, stride=2),
        _signal_case("stride 3, gaps between windows", rng, 9, 2, stride=3),
        _signal_case("stride 2, a long kernel", rng, 11, 5, stride=2),
    )


def _hidden(rng):
    settings = ((9, 4, 1), (12, 5, 2), (10, 2, 3), (8, 8, 2), (13, 4, 3))
    return [_signal_case("hidden", rng, *s) for s in settings]


def _witness(dy, x, w, *, stride=1):
    return along(referee.conv1d)(dy, x, w, np.zeros(()), stride=stride)


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k, strides=stride)",
    referee=referee.conv1d_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    witness=_witness,
    window=gradient_window(rank=1),
)

### BEGIN MISTAKES

from byhand.slips import Operation, joined, only
from byhand.slips.backward import gradient_mistakes, slips_of

SIGNAL = Operation(x="w", w="kw", b="", y="w", settings="stride")
CROWDED = "stride ignored in dx"
SLIPS = joined(
    gradient_mistakes(SIGNAL),
    only(  # the full convolution, which is right at stride 1 alone
        slips_of(SIGNAL, {CROWDED: ({"dx": lambda c: np.convolve(c.dy, c.w)},)}),
        CROWDED,
    ),
)

### END MISTAKES
