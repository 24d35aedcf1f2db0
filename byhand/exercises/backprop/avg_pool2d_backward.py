"""``avg_pool2d_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import fitting, pool_case
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import back_window
from byhand.gradients import along


def _cases():
    rng = seeded(6, 9)
    return (
        Case("one window", (np.full((1, 1, 1, 1), 8.0), eighths(rng, 1, 2, 2, 1), 2)),
        pool_case("a wide window", rng, (1, 2, 6, 1), (1, 3)),
        pool_case("a row left over", rng, (2, 5, 7, 2), 2),
        pool_case("overlap", rng, (2, 5, 4, 2), 3, stride=1),
        pool_case("overlap, unequal", rng, (2, 6, 7, 3), (3, 2), stride=(2, 1)),
        pool_case("gaps", rng, (1, 7, 8, 2), 2, stride=3),
    )


def _hidden(rng):
    return [
        pool_case("hidden", rng, (2, 6, 8, 2), 2),
        pool_case("hidden", rng, (2, 7, 5, 2), 3, stride=2),
        pool_case("hidden", rng, (1, 5, 6, 3), (2, 3), stride=1),
        pool_case("hidden", rng, (2, 7, 6, 3), (2, 3), stride=(1, 2)),
        pool_case("hidden", rng, (2, 4, 6, 1), (4, 6)),
    ]


EXERCISE = Exercise(
    layer="keras.layers.AveragePooling2D(size, strides=stride)",
    referee=fitting(referee.avg_pool2d_backward),
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
    witness=lambda dy, x, size, **k: along(lambda a: referee.avg_pool2d(a, size, **k))(
        dy, x
    ),
    window=back_window,
)

### BEGIN MISTAKES

from byhand.slips.pool_gradients import average_gradient_mistakes

SLIPS = average_gradient_mistakes()

### END MISTAKES
