"""``global_avg_pool2d_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.gradients import along


def _right(dy, x):
    return referee.global_pool2d(x, dy=dy)


def _global_case(name, rng, *shape):
    return Case(name, (eighths(rng, shape[0], shape[3]), eighths(rng, *shape)))


def _cases():
    rng = seeded(6, 10)
    return (
        _global_case("one map", rng, 1, 2, 2, 1),
        _global_case("two examples, three maps", rng, 2, 3, 4, 3),
        _global_case("a map of one pixel", rng, 3, 1, 1, 2),
        _global_case("a wide map", rng, 2, 2, 5, 2),
        _global_case("square", rng, 3, 3, 3, 3),
    )


def _hidden(rng):
    shapes = ((2, 4, 5, 3), (3, 6, 2, 1), (1, 3, 7, 4))
    return [_global_case("hidden", rng, *s) for s in shapes]


EXERCISE = Exercise(
    layer="keras.layers.GlobalAveragePooling2D()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
    witness=along(referee.global_pool2d),
    window=lambda given, at: {"dy": (at[0], at[-1])},
)

### BEGIN MISTAKES

import numpy as np


def _spread(dy, x):
    return np.broadcast_to(dy[:, None, None] / (x.shape[1] * x.shape[2]), x.shape)


def _times(factor):
    return lambda dy, x: _spread(dy, x) * factor(x)


def _to_the_maximum(share):
    """Return a slip; ``share(mask)`` parts each map's gradient among its maxima."""

    def slip(dy, x):
        mask = (x == x.max(axis=(1, 2), keepdims=True)).astype(float)
        return dy[:, None, None] * share(mask)

    return slip


def _evenly(mask):
    return mask / mask.sum(axis=(1, 2), keepdims=True)


def _first(mask):
    n, h, w, c = mask.shape
    order = np.cumsum(mask.reshape(n, h * w, c), axis=1).reshape(mask.shape)
    return mask * (order == 1)


SLIPS = {
    "gradient shared instead of divided": _times(lambda x: x.shape[1] * x.shape[2]),
    "divided by one side of the window": (
        _times(lambda x: x.shape[2]),
        _times(lambda x: x.shape[1]),
    ),
    "divided by the channels as well": _times(lambda x: 1 / x.shape[3]),
    "batch divided twice": _times(lambda x: 1 / len(x)),
    "gradient sent to the maximum": tuple(
        map(_to_the_maximum, (_evenly, _first, lambda mask: mask))
    ),
    "upstream gradient ignored": lambda dy, x: _spread(np.ones(dy.shape), x),
    "not spread over the map": (
        lambda dy, x: _spread(dy, x)[:, :1, :1],
        lambda dy, x: _spread(dy, x)[:, 0, 0],
    ),
    "the input in place of the slope": _times(lambda x: x),
}

### END MISTAKES
