"""``conv2d_plain``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import plane_case, small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _cases():
    rng, paper = seeded(2, 3), seeded(2, 30)
    return (
        plane_case("one stop", paper, (2, 3), (2, 3), small),
        plane_case("2 x 2 on 3 x 4", paper, (3, 4), (2, 2), small),
        plane_case("a tall kernel", rng, (5, 4), (3, 1)),
        plane_case("a wide kernel", rng, (4, 7), (2, 3)),
        plane_case("square", rng, (5, 5), (3, 3)),
        plane_case("a wide picture", rng, (4, 6), (3, 3)),
        Case("no bias given", (eighths(rng, 4, 3), eighths(rng, 2, 2))),
    )


def _hidden(rng):
    sizes = ((7, 5, 3, 2), (5, 8, 2, 4), (6, 6, 3, 3), (3, 9, 1, 5), (9, 4, 9, 1))
    return [plane_case("hidden", rng, s[:2], s[2:]) for s in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw))",
    referee=referee.conv2d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = {
    **mistakes(Operation(x="h w", w="kh kw", b="", y="h w")),
    "only the last product": lambda x, w, b=0.0: (
        b + w[-1, -1] * x[len(w) - 1 :, w.shape[1] - 1 :]
    ),
}

### END MISTAKES
