"""``input_gradient``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import (
    framed,
    gradient_of_pixels,
    initial,
)
from byhand.exercises.train_a_cnn.stand_ins import LAYERS, OnParts


def _pixel_case(name, rng, n, size, c_in, widths):
    c1, c2, classes = widths
    return Case(
        name,
        (
            initial(rng, size, c_in, c1, c2, classes),
            eighths(rng, n, *size, c_in) / 4,
            (np.arange(n) + 1) % classes,
        ),
    )


def _cases():
    rng = seeded(8, 11)
    pictures, labels = data.xo_pictures(4, seed=1)
    return (
        _pixel_case("one picture", rng, 1, (10, 12), 1, (2, 3, 3)),
        _pixel_case("three pictures, two channels", rng, 3, (11, 14), 2, (3, 2, 4)),
        Case(
            "X and O",
            (initial(rng, (18, 18), 1, 4, 6, 2), framed(pictures, -1.0), labels),
        ),
    )


def _hidden(rng):
    return [
        _pixel_case("hidden", rng, 4, (12, 10), 1, (2, 2, 3)),
        _pixel_case("hidden", rng, 2, (14, 15), 3, (2, 3, 2)),
    ]


EXERCISE = Exercise(
    layer="tape.gradient(loss, x)",
    referee=gradient_of_pixels,
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
    on_parts=lambda function: OnParts(function, LAYERS),
    seconds=30.0,
)

### BEGIN MISTAKES

from byhand import referee
from byhand.exercises.train_a_cnn.networks import logits_of


def _at_the_logits(weights, x, labels):
    return referee.softmax_cross_entropy(logits_of(weights, x), labels)[1]


def _times(factor):
    """Return a slip that gives a multiple of the gradient."""
    return lambda weights, x, labels: (
        factor(len(x)) * gradient_of_pixels(weights, x, labels)
    )


SLIPS = {
    "stopped at the logits": _at_the_logits,
    "gradient with the wrong sign": _times(lambda n: -1),
    "gradient not divided by the batch": _times(lambda n: n),
    "batch divided twice": _times(lambda n: 1 / n),
}

### END MISTAKES
