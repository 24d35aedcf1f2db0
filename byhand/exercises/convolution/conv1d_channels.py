"""``conv1d_channels``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _right(x, w, b=0.0):
    """Ask Keras for one signal (n, C) and one filter (k, C)."""
    return referee.convolution(x[None], w[..., None], b)[0, :, 0]


def _series_case(name, rng, n, k, channels, draw=eighths):
    x, w = draw(rng, n, channels), draw(rng, k, channels)
    return Case(name, (x, w, float(draw(rng))))


def _cases():
    rng, paper = seeded(2, 11), seeded(2, 110)
    return (
        _series_case("two channels", paper, 3, 2, 2, small),
        _series_case("one channel", paper, 4, 2, 1, small),
        _series_case("three channels", rng, 6, 3, 3),
        _series_case("a kernel of one", rng, 4, 1, 2),
        _series_case("one stop", rng, 3, 3, 4),
        Case("no bias given", (eighths(rng, 5, 2), eighths(rng, 2, 2))),
    )


def _hidden(rng):
    sizes = ((9, 3, 2), (12, 5, 3), (7, 2, 5), (6, 6, 2), (8, 1, 4))
    return [_series_case("hidden", rng, *size) for size in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=1, channels=True),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(Operation(x="w c", w="kw c", b="", y="w"))

### END MISTAKES
