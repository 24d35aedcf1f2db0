"""``overfit``: how it is judged."""

import numpy as np

from byhand.checks import running
from byhand.exercises.declaring import Exercise, Finding
from byhand.exercises.inputs import seeded
from byhand.exercises.train_a_cnn.networks import (
    digits_split,
    initial,
    logits_of,
    problem_of,
)


def _examine(overfit, rng=None):
    """Let the learner's function memorise eight pictures, once rightly labelled."""
    draw = seeded(8, 9) if rng is None else rng
    x, labels, _, _ = digits_split()
    first = draw.permutation(len(x))[:8]
    x, labels = x[first], labels[first]
    groups = (
        ("eight digits", labels),
        ("the same, with labels drawn by lot", draw.permutation(10)[:8]),
    )
    lines, done = [], 0
    for what, wanted in groups:
        weights = initial(draw, (16, 16), 1, 6, 8, 10)
        outcome = running.call(overfit, (weights, x, wanted), seconds=25)
        if (stopped := _stopped(outcome)) is not None:
            return stopped
        problem = problem_of(outcome.value, x, 10)
        if problem:
            return Finding(0.0, (("weights", problem),))
        right = int(np.sum(logits_of(outcome.value, x).argmax(axis=1) == wanted))
        lines.append(("named", f"{right} of 8: {what}"))
        done += right == 8
        if all(
            np.array_equal(a, b) for a, b in zip(outcome.value, weights, strict=True)
        ):
            lines.append(("weights", "they are the same as at the start"))
    if done == len(groups):
        return Finding(1.0, tuple(lines))
    lines.append(("try", "more steps; if the loss stays high, a smaller learning rate"))
    return Finding(0.0, tuple(lines), case="memorising")


def _stopped(outcome):
    """Return the Finding on a call that gave nothing to judge, or None."""
    if outcome.timed_out:
        what = "no answer after 25 s: make fewer steps, or end when the loss is small"
        return Finding(0.0, (("time", what),))
    if outcome.error is not None:
        error = outcome.error
        lines = [("raised", f"{error.type_name}: {error.message}")]
        if error.text:
            lines.append(("line", f"{error.line}: {error.text}"))
        return Finding(0.0, tuple(lines))
    if outcome.value is None:
        line = ("waits", "not written yet: it returns None")
        return Finding(0.0, (line,), case="waiting")
    return None


EXERCISE = Exercise(
    examine=_examine,
    layer="model.fit(x, labels)",
)
