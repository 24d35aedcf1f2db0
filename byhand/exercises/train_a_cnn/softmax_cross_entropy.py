"""``softmax_cross_entropy``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _logits_case(name, rng, n, k, scale=1.0):
    logits = eighths(rng, n, k) * scale
    labels = rng.integers(0, k, size=n)
    labels[0] = k - 1  # never only the first class
    return Case(name, (logits, labels))


def _cases():
    rng = seeded(8, 4)
    large = np.array([[1000.0, 999.0, 998.5], [-1000.0, 3.0, 2.0]])
    far = np.array([[900.0, -900.0, 3.0], [1.0, 2000.0, -1.5]])
    return (
        Case("one picture", (np.array([[1.0, 0.0]]), np.array([1]))),
        Case("equal logits", (np.zeros((2, 4)), np.array([3, 1]))),
        _logits_case("three pictures, two classes", rng, 3, 2),
        _logits_case("four pictures, five classes", rng, 4, 5),
        Case("logits of a thousand", (large, np.array([2, 1]))),
        Case("a label far below the largest logit", (far, np.array([1, 2]))),
        _logits_case("seven pictures, six classes", rng, 7, 6),
    )


def _apart(case):
    """Move every other row of logits far below the rest."""
    logits, labels = case.args
    low = np.where(np.arange(len(logits)) % 2, 0.0, -1200.0)
    return Case(case.name, (logits + low[:, None], labels))


def _far_below(case):
    """Put the first label, which is the last class, far below the first class."""
    logits, labels = case.args
    logits[0, 0] = logits[0, labels[0]] + 1500.0
    return case


def _hidden(rng):
    return [
        _apart(_logits_case("hidden", rng, 4, 3)),
        _logits_case("hidden", rng, 3, 4),
        _logits_case("hidden", rng, 5, 3, 2.0),
        _far_below(_logits_case("hidden", rng, 2, 6, 300.0)),
    ]


def _window(arguments, index, part):
    picture = index[0] if index else slice(None)
    return {"logits": (picture, slice(None)), "labels": (picture,)}


EXERCISE = Exercise(
    layer="keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    referee=referee.softmax_cross_entropy,
    cases=_cases,
    hidden=_hidden,
    parts=("loss", "dlogits"),
    window=_window,
)

### BEGIN MISTAKES

import math


def _logits(make):
    """Return a slip: ``make(loss, d, logits, labels)`` from the right result."""

    def slip(logits, labels):
        loss, d = referee.softmax_cross_entropy(logits, labels)
        return make(loss, d, logits, labels)

    return slip


def _softmax(logits):
    """Return the probabilities as the gradient with respect to every label tells."""
    n = len(logits)
    zero = np.zeros(n, dtype=int)
    _, d = referee.softmax_cross_entropy(logits, zero)
    p = d * n
    p[np.arange(n), zero] += 1
    return p


def _one_hot(logits, labels):
    hot = np.zeros(logits.shape)
    hot[np.arange(len(labels)), labels] = 1
    return hot


def _over_the_batch(logits, labels):
    p, n = _softmax(logits.T).T, len(logits)
    with np.errstate(divide="ignore"):
        loss = float(np.mean(-np.log(p[np.arange(n), labels])))
    return loss, (p - _one_hot(logits, labels)) / n


def _of_probabilities(loss, d, logits, labels):
    right = _softmax(logits)[np.arange(len(labels)), labels]
    return float(np.mean(-right)), d


def _less(subtracted):
    """Return a slip that goes on with the logits less ``subtracted(logits)``."""

    def slip(logits, labels):
        with np.errstate(all="ignore"):
            z = logits - subtracted(logits)
            log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
            loss = -log_p[np.arange(len(labels)), labels].mean()
            return float(loss), (np.exp(log_p) - _one_hot(logits, labels)) / len(labels)

    return slip


def _divided(subtracted):
    """Return the same slip for the logarithm of a fraction."""

    def slip(logits, labels):
        with np.errstate(all="ignore"):
            powers = np.exp(logits - subtracted(logits))
            p = powers / powers.sum(axis=1, keepdims=True)
            loss = -np.log(p[np.arange(len(labels)), labels]).mean()
            return float(loss), (p - _one_hot(logits, labels)) / len(labels)

    return slip


def _nothing(logits):
    return 0.0


def _of_the_row(logits):
    return logits.max(axis=1, keepdims=True)


SLIPS = {
    "one maximum for all rows": (_less(np.max), _divided(np.max)),
    "no maximum subtracted": (_less(_nothing), _divided(_nothing)),
    "logarithm of a probability that is 0": _divided(_of_the_row),
    "softmax over the batch": _over_the_batch,
    "loss added up over the batch": (
        _logits(lambda loss, d, z, y: (loss * len(z), d * len(z))),
        _logits(lambda loss, d, z, y: (loss * len(z), d)),
    ),
    "gradient not divided by the batch": _logits(
        lambda loss, d, z, y: (loss, d * len(z))
    ),
    "batch divided twice": (
        _logits(lambda loss, d, z, y: (loss, d / len(z))),
        _logits(lambda loss, d, z, y: (loss / len(z), d / len(z))),
        _logits(lambda loss, d, z, y: (loss / len(z), d)),
    ),
    "label not subtracted": (
        _logits(lambda loss, d, z, y: (loss, _softmax(z) / len(z))),
        _logits(lambda loss, d, z, y: (loss, _softmax(z))),
    ),
    "gradient with the wrong sign": _logits(lambda loss, d, z, y: (loss, -d)),
    "the sign turned round": _logits(lambda loss, d, z, y: (-loss, d)),
    "logarithm forgotten": (
        _logits(_of_probabilities),
        _logits(lambda loss, d, z, y: (-_of_probabilities(loss, d, z, y)[0], d)),
    ),
    "averaged over the classes": (
        _logits(lambda loss, d, z, y: (loss / z.shape[1], d)),
        _logits(lambda loss, d, z, y: (loss / z.shape[1], d / z.shape[1])),
    ),
    "another base of the logarithm": tuple(
        _logits(lambda loss, d, z, y, base=base: (loss / math.log(base), d))
        for base in (2, 10)
    ),
}

### END MISTAKES
