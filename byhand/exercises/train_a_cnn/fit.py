"""``fit``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.train_a_cnn.networks import initial, walk
from byhand.exercises.train_a_cnn.stand_ins import TRAINING, OnParts


def _cut(order, batch):
    return [order[k : k + batch] for k in range(0, len(order), batch)]


def _by_picture(losses, sizes):
    """Return the mean over pictures, as ``model.fit`` reports it for an epoch."""
    return np.average(losses, weights=sizes)


def _epochs(weights, x, labels, orders, batch, learning_rate, pick, mean=_by_picture):
    """Walk through epochs; ``pick(order, number)`` gives an epoch's batches.

    ``mean(losses, sizes)`` makes an epoch's loss of those of its batches.
    """
    batches = [pick(order, number) for number, order in enumerate(orders)]
    flat = [b for epoch in batches for b in epoch]
    losses, after = walk(weights, x, labels, flat, learning_rate)
    ends = np.cumsum([len(epoch) for epoch in batches])
    sizes = [[len(chosen) for chosen, _ in epoch] for epoch in batches]
    both = zip(np.split(losses, ends[:-1]), sizes, strict=True)
    return np.array([mean(*each) for each in both]), after


def _right(weights, x, labels, orders, *, batch, learning_rate):
    def pick(order, number):
        return [(part, part) for part in _cut(order, batch)]

    return _epochs(weights, x, labels, orders, batch, learning_rate, pick)


def _fit_case(name, rng, n, size, widths, epochs, batch, learning_rate):
    c1, c2, classes = widths
    return Case(
        name,
        (
            initial(rng, size, 1, c1, c2, classes),
            eighths(rng, n, *size, 1) / 4,
            rng.integers(0, classes, size=n),
            np.array([rng.permutation(n) for _ in range(epochs)]),
        ),
        {"batch": batch, "learning_rate": learning_rate},
    )


def _cases():
    rng = seeded(8, 7)
    return (
        _fit_case("two epochs of two batches", rng, 4, (10, 12), (2, 2, 2), 2, 2, 0.25),
        _fit_case("a shorter last batch", rng, 5, (12, 10), (2, 3, 3), 2, 2, 0.125),
        _fit_case("three epochs", rng, 7, (10, 14), (3, 2, 2), 3, 3, 0.25),
    )


def _hidden(rng):
    return [
        _fit_case("hidden", rng, 7, (11, 10), (2, 2, 3), 2, 4, 0.125),
        _fit_case("hidden", rng, 6, (10, 10), (2, 3, 2), 3, 4, 0.25),
    ]


EXERCISE = Exercise(
    layer="model.fit(x, labels, batch_size=batch, epochs=epochs)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("losses", "weights"),
    on_parts=lambda function: OnParts(function, TRAINING),
    seconds=30.0,
)

### BEGIN MISTAKES


def _picked(pick, mean=_by_picture):
    """Return a slip of fit; ``pick(orders, order, batch)`` gives an epoch's batches."""

    def slip(weights, x, labels, orders, *, batch, learning_rate):
        def epoch(order, number):
            return pick(orders, order, batch)

        return _epochs(weights, x, labels, orders, batch, learning_rate, epoch, mean)

    return slip


def _same(parts):
    return [(part, part) for part in parts]


def _labels_stay(orders, order, batch):
    places = _cut(np.arange(len(order)), batch)
    return list(zip(_cut(order, batch), places, strict=True))


def _reset(weights, x, labels, orders, *, batch, learning_rate):
    results = [
        _right(weights, x, labels, [order], batch=batch, learning_rate=learning_rate)
        for order in orders
    ]
    return np.array([losses[0] for losses, _ in results]), results[-1][1]


SLIPS = {
    "labels not shuffled with the pictures": _picked(_labels_stay),
    "order ignored": _picked(
        lambda orders, order, batch: _same(_cut(np.arange(len(order)), batch))
    ),
    "first order in every epoch": _picked(
        lambda orders, order, batch: _same(_cut(orders[0], batch))
    ),
    "last batch dropped": _picked(
        lambda orders, order, batch: _same(
            _cut(order[: len(order) // batch * batch], batch)
        )
    ),
    "only the first batch": _picked(
        lambda orders, order, batch: _same([order[:batch]])
    ),
    "the whole set in every step": (
        _picked(lambda orders, order, batch: _same([order] * len(_cut(order, batch)))),
        _picked(lambda orders, order, batch: _same([order])),
    ),
    "weights reset in every epoch": _reset,
    "losses added up instead of averaged": _picked(
        lambda orders, order, batch: _same(_cut(order, batch)),
        lambda losses, sizes: np.sum(losses),
    ),
    "steps averaged instead of pictures": _picked(
        lambda orders, order, batch: _same(_cut(order, batch)),
        lambda losses, sizes: np.mean(losses),
    ),
    "last loss instead of the mean": _picked(
        lambda orders, order, batch: _same(_cut(order, batch)),
        lambda losses, sizes: losses[-1],
    ),
}

### END MISTAKES
