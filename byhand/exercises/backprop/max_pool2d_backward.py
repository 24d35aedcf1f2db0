"""``max_pool2d_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import fitting, pool_case
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import seeded, whole
from byhand.exercises.windows import back_window
from byhand.gradients import along


def _cases():
    rng = seeded(6, 8)
    row = (np.array([10.0, 20.0]), np.array([1.0, 4.0, 2.0]))
    paper = tuple(v.reshape(1, 1, -1, 1) for v in row)
    tie = np.array([[3.0, 3.0], [1.0, 3.0]]).reshape(1, 2, 2, 1)
    return (
        Case("overlap on paper", (*paper, (1, 2)), {"stride": 1}),
        Case("a tie", (np.full((1, 1, 1, 1), 5.0), tie, 2)),
        pool_case("windows side by side", rng, (1, 4, 6, 1), 2),
        pool_case("a row left over", rng, (2, 5, 7, 2), 2),
        pool_case("overlap", rng, (2, 5, 4, 2), 3, stride=1),
        pool_case("overlap, unequal", rng, (2, 6, 7, 3), (3, 2), stride=(2, 1)),
        pool_case("gaps", rng, (1, 7, 8, 2), 2, stride=3),
        pool_case("ties and overlaps", rng, (2, 6, 5, 2), 3, stride=2, draw=whole),
        pool_case("many ties", rng, (2, 4, 4, 2), (2, 3), stride=1, draw=_few),
    )


def _few(rng, *shape):
    return rng.integers(-2, 1, size=shape).astype(np.float64)


def _hidden(rng):
    return [
        pool_case("hidden", rng, (2, 6, 8, 2), 2),
        pool_case("hidden", rng, (2, 7, 5, 2), 3, stride=2),
        pool_case("hidden", rng, (1, 5, 6, 3), (2, 3), stride=1, draw=whole),
        pool_case("hidden", rng, (2, 5, 5, 2), 2, stride=1, draw=_few),
        pool_case("hidden", rng, (2, 7, 6, 3), (2, 3), stride=(1, 2)),
        pool_case("hidden", rng, (2, 4, 6, 1), (4, 6)),
    ]


EXERCISE = Exercise(
    layer="keras.layers.MaxPooling2D(size, strides=stride)",
    referee=fitting(referee.max_pool2d_backward),
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
    witness=lambda dy, x, size, **k: along(lambda a: referee.max_pool2d(a, size, **k))(
        dy, x
    ),
    window=back_window,
)

### BEGIN MISTAKES

from byhand.slips.pool_gradients import max_gradient_mistakes

SLIPS = max_gradient_mistakes()

### END MISTAKES
