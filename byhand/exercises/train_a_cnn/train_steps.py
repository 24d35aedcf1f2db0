"""``train_steps``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import initial, walk
from byhand.exercises.train_a_cnn.stand_ins import STEP, OnParts


def _whole(x, steps):
    every = np.arange(len(x))
    return [(every, every)] * steps


def _right(weights, x, labels, *, learning_rate, steps):
    return walk(weights, x, labels, _whole(x, steps), learning_rate)


def _train_case(name, rng, n, size, c_in, widths, steps, learning_rate):
    c1, c2, classes = widths
    return Case(
        name,
        (
            initial(rng, size, c_in, c1, c2, classes),
            eighths(rng, n, *size, c_in) / 4,
            np.arange(n) % classes,
        ),
        {"learning_rate": learning_rate, "steps": steps},
    )


def _cases():
    rng = seeded(8, 6)
    pictures, labels = data.xo_pictures(8, seed=1)
    return (
        _train_case("two steps", rng, 3, (10, 12), 1, (2, 3, 3), 2, 0.25),
        _train_case("three steps", rng, 4, (11, 14), 2, (3, 2, 2), 3, 0.125),
        Case(
            "twenty steps on eight pictures",
            (initial(rng, (17, 17), 1, 4, 6, 2), pictures[..., None], labels),
            {"learning_rate": 2.0**-6, "steps": 20},
        ),
    )


def _hidden(rng):
    return [
        _train_case("hidden", rng, 5, (12, 10), 1, (2, 2, 4), 4, 0.25),
        _train_case("hidden", rng, 3, (14, 11), 2, (2, 3, 2), 2, 0.0625),
    ]


EXERCISE = Exercise(
    layer="model.train_on_batch(x, labels)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("losses", "weights"),
    on_parts=lambda function: OnParts(function, STEP),
    seconds=30.0,
)

### BEGIN MISTAKES


def _trained(change=lambda steps: steps, rate=lambda r: r, **options):
    """Return a slip of train_steps with something else changed."""

    def slip(weights, x, labels, *, learning_rate, steps):
        batches = _whole(x, change(steps))
        return walk(weights, x, labels, batches, rate(learning_rate), **options)

    return slip


def _later_loss(weights, x, labels, *, learning_rate, steps):
    losses, _ = walk(weights, x, labels, _whole(x, steps + 1), learning_rate)
    _, after = walk(weights, x, labels, _whole(x, steps), learning_rate)
    return losses[1:], after


def _never(weights, x, labels, *, learning_rate, steps):
    losses, _ = walk(weights, x, labels, _whole(x, 1), learning_rate)
    return np.full(steps, losses[0]), weights


SLIPS = {
    "step uphill": _trained(rate=lambda r: -r),
    "learning rate ignored": _trained(rate=lambda r: 1.0),
    "weights never updated": _never,
    "only the last layer updated": _trained(learns=slice(4, None)),
    "loss after the step instead of before": _later_loss,
    "same gradients in every step": _trained(stale=True),
    "one step too few": _trained(lambda steps: steps - 1),
    "one step too many": _trained(lambda steps: steps + 1),
}

### END MISTAKES
