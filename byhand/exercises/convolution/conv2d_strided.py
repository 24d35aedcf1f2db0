"""``conv2d_strided``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.convolution.planes import plane_case, small
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window


def _cases():
    rng, paper = seeded(2, 5), seeded(2, 50)
    return (
        plane_case("stride 1", paper, (3, 4), (2, 2), small),
        plane_case("stride 2", paper, (5, 4), (2, 2), small, stride=2),
        plane_case("stride 2, a row left over", rng, (6, 7), (3, 2), stride=2),
        plane_case("rows 2, columns 1", rng, (5, 5), (3, 3), stride=(2, 1)),
        plane_case("rows 1, columns 3", rng, (4, 9), (2, 3), stride=(1, 3)),
        plane_case("stride 3", rng, (8, 11), (3, 3), stride=3),
        plane_case("one stop", rng, (4, 3), (3, 3), stride=2),
        Case("the defaults", (eighths(rng, 3, 4), eighths(rng, 2, 2))),
    )


def _hidden(rng):
    settings = ((1, 2, 3), (2, 3, 2), ((3, 1), 2, 3), ((1, 4), 3, 1), (4, 2, 2))
    return [
        plane_case(
            "hidden",
            rng,
            (int(rng.integers(6, 11)), int(rng.integers(6, 13))),
            (kh, kw),
            stride=s,
        )
        for s, kh, kw in settings
    ]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
    referee=referee.conv2d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.forward import mistakes

SLIPS = mistakes(Operation(x="h w", w="kh kw", b="", y="h w", settings="stride"))

### END MISTAKES
