"""``avg_pool2d_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import fitting, pool_case
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
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
)

### BEGIN MISTAKES

from byhand.slips_pools import (
    AVG,
    MAX,
    as_pairs,
    asked,
    default_of_one,
    neighbouring,
    of_ones,
    on_windows,
    side_by_side,
)


def _times(factor):
    def slip(dy, x, size, stride):
        return AVG(dy, x, size, stride=stride) * factor(size, stride)

    return as_pairs(slip)


def _averaged_overlaps(dy, x, size, stride):
    count = AVG(np.ones(dy.shape), x, size, stride=stride) * np.prod(size)
    return AVG(dy, x, size, stride=stride) / np.maximum(count, 1)


def _last_average(backwards):
    def slip(seen):
        each = 1.0 / seen.covers[0, 0, :, :, 0].sum()
        return seen.overwritten(lambda s: each, seen.covers, backwards)

    return on_windows(slip)


SLIPS = {
    "gradient shared instead of divided": _times(lambda size, stride: np.prod(size)),
    "divided by one side of the window": (
        _times(lambda size, stride: size[1]),
        _times(lambda size, stride: size[0]),
    ),
    "divided by the stride instead of the window": _times(
        lambda size, stride: np.prod(size) / np.prod(stride)
    ),
    "divided by the window twice": _times(lambda size, stride: 1 / np.prod(size)),
    "overlaps averaged instead of added": as_pairs(_averaged_overlaps),
    "dx assigned instead of accumulated": (_last_average(False), _last_average(True)),
    "gradient sent to the maximum": asked(MAX),
    "stride ignored": neighbouring(AVG),
    "the default stride taken for 1": default_of_one(AVG),
    "the window's size taken for the stride": side_by_side(AVG),
    "upstream gradient ignored": asked(AVG, of_ones),
}

### END MISTAKES
