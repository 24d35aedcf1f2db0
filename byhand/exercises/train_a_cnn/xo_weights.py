"""``xo_weights``: how it is judged."""

from byhand import data
from byhand.exercises.declaring import Exercise, Finding
from byhand.exercises.train_a_cnn.networks import LEARNED, framed, is_open, measured


def _examine(weights, rng=None):
    """Judge X/O weights on shifted, turned and resized pictures of another seed."""
    if is_open(weights):
        return Finding(0.0, (("waits", "not trained yet"),), case="waiting")
    seed = 8_001 if rng is None else int(rng.integers(10_000, 2**31))
    x, labels = data.xo_pictures(400, seed=seed, turn=10, scale=0.1)
    return measured(weights, framed(x, -1.0), labels, 2, LEARNED["xo"])


EXERCISE = Exercise(
    examine=_examine,
    layer="model.evaluate(x, labels)",
)
