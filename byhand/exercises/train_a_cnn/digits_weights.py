"""``digits_weights``: how it is judged."""

from byhand.exercises.declaring import Exercise, Finding
from byhand.exercises.train_a_cnn.networks import (
    LEARNED,
    digits_sets,
    is_open,
    measured,
)


def _examine(weights, rng=None):
    """Judge digit weights on the validation set, and for a grade on the test set."""
    if is_open(weights):
        return Finding(0.0, (("waits", "not trained yet"),), case="waiting")
    _, validation, test = digits_sets()
    x, labels = validation if rng is None else test
    return measured(weights, x, labels, 10, LEARNED["digits"])


EXERCISE = Exercise(
    examine=_examine,
    layer="model.evaluate(x, labels)",
)
