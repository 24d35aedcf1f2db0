"""``MaxPool2D``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import LayerRun
from byhand.exercises.windows import back_window


def _right(x, dy):
    return referee.max_pool2d(x, 2), referee.max_pool2d(x, 2, dy=dy)


def _pool_case(name, rng, shape, draw=eighths):
    n, h, w, c = shape
    return Case(name, (draw(rng, *shape), eighths(rng, n, h // 2, w // 2, c)))


def _few(rng, *shape):
    return rng.integers(-2, 1, size=shape).astype(np.float64)


def _cases():
    rng = seeded(8, 3)
    tie = np.array([[3.0, 7.0], [7.0, 1.0]]).reshape(1, 2, 2, 1)
    return (
        Case("a tie", (tie, np.full((1, 1, 1, 1), 5.0))),
        _pool_case("one channel", rng, (1, 4, 6, 1)),
        _pool_case("a row and a column left over", rng, (2, 5, 7, 2)),
        Case(
            "all negative",
            (-np.abs(eighths(rng, 2, 4, 2, 3)), eighths(rng, 2, 2, 1, 3)),
        ),
        _pool_case("many ties", rng, (2, 6, 4, 2), _few),
    )


def _hidden(rng):
    return [
        _pool_case("hidden", rng, (3, 6, 5, 2)),
        _pool_case("hidden", rng, (2, 4, 8, 3), _few),
        _pool_case("hidden", rng, (1, 7, 7, 1)),
    ]


def _window(arguments, index, part):
    n, i, j, c = index
    if part == "y":
        return {"x": (n, slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2), c)}
    return back_window({**arguments, "size": 2, "stride": None}, index)


EXERCISE = Exercise(
    signature="MaxPool2D(x, dy)",
    layer="keras.layers.MaxPooling2D(2)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("y", "dx"),
    adapt=lambda kind: LayerRun(kind, 0),
    window=_window,
)

### BEGIN MISTAKES

from byhand.slips import mapped, only, union
from byhand.slips.pool_gradients import Sent, max_gradient_mistakes

SHARED = (
    "ties sent to every maximum",
    "ties shared between the maxima",
    "ties sent to the last maximum",
    "gradient sent to the whole window",
    "averaged instead of sent to the maximum",
    "upstream gradient ignored",
    "the maximum in place of the gradient",
    "one maximum for all channels",
)


def _sent(x, dy, kind="max"):
    return Sent.of(kind, dy, x, 2, None)


def _highest(x, dy):
    return _sent(x, dy).top()[:, :, 0, :, 0]


def _behind(slip):
    """Return a slip of the layer from one of its gradient: forward is right."""
    return lambda x, dy: (_highest(x, dy), slip(dy, x, 2))


SLIPS = union(
    mapped(_behind, only(max_gradient_mistakes(), *SHARED)),
    {
        "average in place of maximum": lambda x, dy: (
            _sent(x, dy).windows().mean(axis=(2, 4)),
            _sent(x, dy, "average").dx(),
        ),
        "maximum started at 0": lambda x, dy: (
            np.maximum(_highest(x, dy), 0),
            _sent(x, dy).dx(),
        ),
    },
)

### END MISTAKES
