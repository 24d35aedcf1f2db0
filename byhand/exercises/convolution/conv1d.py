"""``conv1d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _signal_case(name, rng, n, k, draw=eighths, **settings):
    return Case(name, (draw(rng, n), draw(rng, k), float(draw(rng))), settings)


def _cases():
    rng, paper = seeded(2, 1), seeded(2, 12)
    return (
        _signal_case("one stop", paper, 2, 2, small),
        _signal_case("stride 1", paper, 5, 3, small),
        _signal_case("a kernel of one", rng, 4, 1, stride=3),
        _signal_case("stride 2", rng, 7, 3, stride=2),
        _signal_case("stride 2, a value left over", rng, 8, 3, stride=2),
        _signal_case("stride 3, a value left over", rng, 12, 4, stride=3),
        Case("no bias given", (eighths(rng, 6), eighths(rng, 2)), {}),
    )


def _hidden(rng):
    return [
        _signal_case(
            f"hidden {t}", rng, int(rng.integers(8, 20)), int(k), stride=int(s)
        )
        for t, (k, s) in enumerate(((1, 2), (2, 3), (3, 1), (5, 2), (4, 4), (7, 3)))
    ] + [_signal_case("one stop", rng, 6, 6, stride=2)]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k, strides=stride)",
    referee=referee.conv1d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=1),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(Operation(x="w", w="kw", b="", y="w", settings="stride"))

### END MISTAKES
