"""``pointwise``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _pointwise_case(name, rng, shape, filters):
    x = eighths(rng, *shape)
    return Case(name, (x, eighths(rng, shape[-1], filters), eighths(rng, filters)))


def _cases():
    rng = seeded(4, 1)
    return (
        _pointwise_case("one pixel", rng, (1, 1, 1, 2), 3),
        _pointwise_case("one channel", rng, (1, 2, 3, 1), 2),
        _pointwise_case("one filter", rng, (2, 2, 3, 4), 1),
        _pointwise_case("as many filters as channels", rng, (2, 3, 2, 3), 3),
        _pointwise_case("two pictures", rng, (2, 3, 4, 3), 5),
        _pointwise_case("square", rng, (3, 3, 3, 4), 2),
    )


def _hidden(rng):
    shapes = ((2, 5, 3, 4), (3, 1, 6, 2), (1, 4, 4, 4), (2, 2, 2, 7), (4, 3, 5, 1))
    return [_pointwise_case("hidden", rng, s, int(rng.integers(1, 6))) for s in shapes]


def _window(arguments, index):
    *pixel, f = index
    return {"x": (*pixel, slice(None)), "w": (slice(None), f)}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(C_out, 1)",
    referee=referee.pointwise,
    cases=_cases,
    hidden=_hidden,
    window=_window,
)

### BEGIN MISTAKES

import numpy as np

from byhand.exercises.conv_family.families import first_channel, square_only, zeros
from byhand.slips_gradients import first_example

SLIPS = {
    "bias forgotten": lambda x, w, b: referee.pointwise(x, w, zeros(b)),
    "bias added per tap": lambda x, w, b: referee.pointwise(x, w, b * len(w)),
    "the same bias for every filter": (
        lambda x, w, b: referee.pointwise(x, w, np.full_like(b, b[0])),
        lambda x, w, b: referee.pointwise(x, w, np.full_like(b, b.sum())),
    ),
    "only the first channel": lambda x, w, b: referee.pointwise(first_channel(x), w, b),
    "only the first filter": lambda x, w, b: referee.pointwise(
        x, np.repeat(w[:, :1], w.shape[1], axis=1), b
    ),
    "only the first example": lambda x, w, b: referee.pointwise(first_example(x), w, b),
    "mean instead of sum": lambda x, w, b: referee.pointwise(x, w / len(w), b),
    "point weights transposed": lambda x, w, b: referee.pointwise(x, square_only(w), b),
    "rows and columns swapped": lambda x, w, b: referee.pointwise(
        x.swapaxes(1, 2), w, b
    ),
    "channels not added up": lambda x, w, b: x[..., None] * w + b,
    "channels in reverse order": lambda x, w, b: referee.pointwise(x, w[::-1], b),
}

### END MISTAKES
