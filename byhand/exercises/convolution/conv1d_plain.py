"""``conv1d_plain``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _signal_case(name, rng, n, k, draw=eighths):
    return Case(name, (draw(rng, n), draw(rng, k), float(draw(rng))))


def _cases():
    rng, paper = seeded(2, 10), seeded(2, 100)
    return (
        _signal_case("one stop", paper, 2, 2, small),
        _signal_case("3 stops", paper, 5, 3, small),
        _signal_case("a kernel of one", rng, 4, 1),
        _signal_case("2 weights", rng, 6, 2),
        _signal_case("5 weights", rng, 8, 5),
        Case("no bias given", (eighths(rng, 6), eighths(rng, 3))),
    )


def _hidden(rng):
    sizes = ((9, 3), (14, 5), (8, 1), (6, 6), (15, 4))
    return [_signal_case("hidden", rng, n, k) for n, k in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k)",
    referee=referee.conv1d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=1),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = {
    **mistakes(Operation(x="w", w="kw", b="", y="w")),
    "only the last product": lambda x, w, b=0.0: b + w[-1] * x[len(w) - 1 :],
}

### END MISTAKES
