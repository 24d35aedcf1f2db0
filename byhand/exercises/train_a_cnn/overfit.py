"""``overfit``: how it is judged."""

import numpy as np

from byhand import referee
from byhand.checks import running
from byhand.exercises.declaring import Exercise, Finding, stopped
from byhand.exercises.inputs import seeded
from byhand.exercises.train_a_cnn.networks import (
    digits_sets,
    initial,
    logits_of,
    problem_of,
)
from byhand.exercises.train_a_cnn.stand_ins import TRAINING, OnParts

LATE = "no answer after 25 s: make fewer steps, or end when the loss is small"


def _examine(overfit, rng=None):
    """Let the learner's function memorise eight pictures, with two kinds of labels."""
    draw = seeded(8, 9) if rng is None else rng
    (x, labels), *_ = digits_sets()
    first = draw.permutation(len(x))[:8]
    x, labels = x[first], labels[first]
    groups = (
        ("eight digits", labels),
        ("the same, with random labels", draw.permutation(10)[:8]),
    )
    lines, done, grown, dead = [], 0, False, False
    function = OnParts(overfit, TRAINING)
    for what, wanted in groups:
        weights = initial(draw, (18, 18), 1, 6, 8, 10)
        outcome = running.call(function, (weights, x, wanted), seconds=25, plain=True)
        if (nothing := stopped(outcome, LATE)) is not None:
            return nothing
        problem = problem_of(outcome.value, x, 10)
        if problem:
            return Finding(0.0, (("weights", problem),))
        logits = logits_of(outcome.value, x)
        right = int(np.sum(logits.argmax(axis=1) == wanted))
        grown |= _loss(logits, wanted) > _loss(logits_of(weights, x), wanted)
        with np.errstate(invalid="ignore"):  # weights that ran away give inf and nan
            dead |= bool(np.ptp(logits, axis=0).max() < 1e-9)
        lines.append(("named", f"{right} of 8: {what}"))
        done += right == 8
        if all(
            np.array_equal(a, b) for a, b in zip(outcome.value, weights, strict=True)
        ):
            lines.append(("weights", "they are the same as at the start"))
    lines += [
        ("given", line) for line in outcome.printed.splitlines() if "given." in line
    ]
    if done == len(groups):
        return Finding(1.0, tuple(lines))
    more = "the loss has fallen: make more steps, until it is below 0.01"
    less = "the loss has grown: take a smaller learning rate"
    if dead:
        less = "every picture gets the same answer now: take a smaller learning rate"
    lines.append(("try", less if grown or dead else more))
    return Finding(0.0, tuple(lines), case="memorising")


def _loss(logits, labels):
    return referee.softmax_cross_entropy(logits, labels)[0]


EXERCISE = Exercise(
    examine=_examine,
    layer="model.fit(x, labels)",
)
