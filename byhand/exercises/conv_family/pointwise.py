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

from byhand.slips import Operation, without
from byhand.slips.forward import mistakes

CALLED = {
    "in and out of the kernel swapped": "point weights transposed",
    "a 2D slice per channel instead of the volume": "channels not added up",
}
SLIPS = without(
    mistakes(Operation(x="n h w c", w="c f", b="f", y="n h w f"), CALLED),
    "the maps added up into one",
)

### END MISTAKES
