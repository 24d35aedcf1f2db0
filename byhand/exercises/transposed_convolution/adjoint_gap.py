"""``adjoint_gap``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(f, g, x, y):
    """Ask a dense layer for both inner products."""

    def inner(a, b):
        return float(referee.dense(np.ravel(a)[None], np.ravel(b)[:, None])[0, 0])

    return abs(inner(f(x), y) - inner(x, g(y)))


def _named(name, function):
    function.__name__ = name
    return function


def _matrix_pair(rng, rows, columns, spoil=0.0):
    m = eighths(rng, rows, columns)
    wrong = m.copy()
    wrong[0, -1] += spoil
    return (
        _named(f"matrix {m.tolist()}", lambda x: m @ x),
        _named(f"turned matrix {wrong.tolist()}", lambda y: wrong.T @ y),
    )


def _roll_pair(back):
    return (
        _named("down one row", lambda x: np.roll(x, 1, axis=0)),
        _named(f"down {back} rows", lambda y: np.roll(y, back, axis=0)),
    )


def _pick_pair(first):
    """Return (every second row, zeros between rows, the rows starting at first)."""

    def spread(y):
        out = np.zeros((2 * len(y), *y.shape[1:]))
        out[first::2] = y
        return out

    return (
        _named("every second row", lambda x: x[::2].copy()),
        _named(f"rows with gaps from {first}", spread),
    )


def _scale_pair(a, b):
    return (
        _named(f"times {a}", lambda x: a * x),
        _named(f"times {b}", lambda y: b * y),
    )


def _gap_case(name, rng, pair, x, y):
    return Case(name, (*pair, eighths(rng, *x), eighths(rng, *y)))


def _cases():
    rng = seeded(7, 4)
    return (
        _gap_case("twice, and twice", rng, _scale_pair(2, 2), (3,), (3,)),
        _gap_case("twice, and half", rng, _scale_pair(2, 0.5), (3,), (3,)),
        _gap_case("half, and twice", rng, _scale_pair(0.5, 2), (4,), (4,)),
        _gap_case("a matrix, transposed", rng, _matrix_pair(rng, 2, 4), (4,), (2,)),
        _gap_case("one number wrong", rng, _matrix_pair(rng, 3, 2, 1), (2,), (3,)),
        _gap_case("moved down and up", rng, _roll_pair(-1), (3, 4), (3, 4)),
        _gap_case("moved down twice", rng, _roll_pair(1), (3, 2), (3, 2)),
        _gap_case("rows picked, gaps put in", rng, _pick_pair(0), (4, 3), (2, 3)),
        _gap_case("gaps at the wrong place", rng, _pick_pair(1), (4, 3), (2, 3)),
        _gap_case("a batch", rng, _scale_pair(3, 1), (2, 2, 3, 2), (2, 2, 3, 2)),
    )


def _hidden(rng):
    return [
        _gap_case("hidden", rng, _matrix_pair(rng, 3, 5), (5, 2), (3, 2)),
        _gap_case("hidden", rng, _matrix_pair(rng, 4, 3, 2.5), (3,), (4,)),
        _gap_case("hidden", rng, _matrix_pair(rng, 2, 3, -1.5), (3, 2), (2, 2)),
        _gap_case("hidden", rng, _pick_pair(1), (6, 2), (3, 2)),
        _gap_case("hidden", rng, _roll_pair(2), (5, 3), (5, 3)),
        _gap_case("hidden", rng, _scale_pair(-1, 2), (7,), (7,)),
    ]


EXERCISE = Exercise(
    layer="keras.layers.Dense(1, use_bias=False)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _by_difference(measure):
    return lambda f, g, x, y: float(measure(f, g, x, y))


SLIPS = {
    "sign kept": (
        _by_difference(lambda f, g, x, y: np.sum(f(x) * y) - np.sum(x * g(y))),
        _by_difference(lambda f, g, x, y: np.sum(x * g(y)) - np.sum(f(x) * y)),
    ),
    "mean instead of sum": _by_difference(
        lambda f, g, x, y: abs(np.mean(f(x) * y) - np.mean(x * g(y)))
    ),
    "f and g exchanged": _by_difference(
        lambda f, g, x, y: abs(np.sum(g(x) * y) - np.sum(x * f(y)))
    ),
    "sums without a partner": (
        _by_difference(lambda f, g, x, y: abs(np.sum(f(x)) - np.sum(g(y)))),
        _by_difference(
            lambda f, g, x, y: abs(np.linalg.norm(f(x)) - np.linalg.norm(g(y)))
        ),
    ),
    "inverse instead of adjoint": (
        _by_difference(lambda f, g, x, y: np.max(np.abs(x - g(f(x))))),
        _by_difference(lambda f, g, x, y: np.sum(np.abs(x - g(f(x))))),
        _by_difference(lambda f, g, x, y: np.linalg.norm(x - g(f(x)))),
    ),
}

### END MISTAKES
