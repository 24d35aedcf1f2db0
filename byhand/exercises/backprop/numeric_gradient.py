"""``numeric_gradient``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand.exercises.declaring import Case, Exercise, travels
from byhand.exercises.inputs import eighths, seeded


@travels
def doubles(x: np.ndarray) -> np.ndarray:
    """Return 2x + 1."""
    return 2.0 * x + 1.0


@travels
def squares(x: np.ndarray) -> np.ndarray:
    """Return x squared, place by place."""
    return x * x


@travels
def cubes(x: np.ndarray) -> np.ndarray:
    """Return x cubed, place by place."""
    return x * x * x


@travels
def gentle(x: np.ndarray) -> np.ndarray:
    """Return (x / 32) cubed: so small that nothing is lost at a step of 1e-6."""
    return (x / 32.0) ** 3


@travels
def neighbours(x: np.ndarray) -> np.ndarray:
    """Return the product of each value and the next: one output fewer."""
    return x[1:] * x[:-1]


@travels
def backwards(x: np.ndarray) -> np.ndarray:
    """Return a view of x, read backwards: it changes when x is moved again."""
    return x[::-1]


@travels
def mix(x: np.ndarray) -> np.ndarray:
    """Return x times a matrix: three columns become four."""
    rows = [1.0, -2.0, 0.5, 3.0], [2.0, 0.25, -1.0, 1.0], [-0.5, 1.0, 4.0, -3.0]
    return x @ np.array(rows)


def _neighbours_slope(x, dy, before=0.0):
    """Return the slope; ``before`` shifts the entries that come earlier."""
    out = np.zeros(x.shape)
    out[:-1] += dy * x[1:]
    out[1:] += dy * (x[:-1] + before)
    return out


_SLOPES = {
    "doubles": lambda x, dy: (2.0 * dy, 0.0, 0.0),
    "squares": lambda x, dy: (2.0 * x * dy, dy, 0.0),
    "cubes": lambda x, dy: (3.0 * x * x * dy, 3.0 * x * dy, dy),
    "gentle": lambda x, dy: tuple(
        v / 32.0**3 for v in (3.0 * x * x * dy, 3.0 * x * dy, dy)
    ),
    "neighbours": lambda x, dy: (_neighbours_slope(x, dy), 0.0, 0.0),
    "mix": lambda x, dy: (dy @ mix(np.eye(3)).T, 0.0, 0.0),
    "backwards": lambda x, dy: (dy[::-1], 0.0, 0.0),
}


def _difference(bend):
    """Return the difference with its bend counted ``bend`` times: 0 is central.

    Only ``gentle`` may be asked without ``eps``: with the others, honest answers
    differ by more than 1e-9 at a step of 1e-6.
    """

    def compute(f, x, dy, *, eps=None):
        if eps is None and f.__name__ != "gentle":
            raise ValueError(f"{f.__name__} needs an eps")
        eps = 1e-6 if eps is None else eps
        slope, curve, twist = _SLOPES[f.__name__](x, dy)
        return slope + bend * eps * curve + eps**2 * twist

    return compute


_right = _difference(0.0)


def _numeric_case(f, rng, shape, eps):
    x = eighths(rng, *shape)
    if eps is None:
        return Case("the default step", (f, x, eighths(rng, *shape)))
    name = f"{f.__name__}, x of {' x '.join(map(str, shape))}, eps {eps:g}"
    return Case(name, (f, x, eighths(rng, *f(x).shape)), {"eps": eps})


def _cases():
    rng = seeded(6, 1)
    settings = (
        (doubles, (2,), 0.125),
        (squares, (3,), 0.5),
        (neighbours, (4,), 0.25),
        (cubes, (2, 3), 0.125),
        (mix, (2, 3), 0.0625),
        (gentle, (3,), None),
        (backwards, (3, 2), 0.125),
    )
    return tuple(_numeric_case(f, rng, shape, eps) for f, shape, eps in settings)


def _hidden(rng):
    settings = (
        (squares, (2, 1, 3), 0.25),
        (cubes, (4,), 0.5),
        (neighbours, (6,), 0.125),
        (mix, (4, 3), 0.5),
        (gentle, (2, 2), None),
        (backwards, (4,), 0.25),
    )
    return [_numeric_case(f, rng, shape, eps) for f, shape, eps in settings]


EXERCISE = Exercise(
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("dx",),
)

### BEGIN MISTAKES


def _scaled(factor):
    def slip(f, x, dy, *, eps=1e-6):
        return factor(f, dy, eps) * _right(f, x, dy, eps=eps)

    return slip


def _one_memory(right):
    """Keep two results of f until both are there: of a view, they are the same."""

    def slip(f, x, dy, *, eps=1e-6):
        if f.__name__ == "backwards":
            return np.zeros(x.shape)
        return right(f, x, dy, eps=eps)

    return slip


def _left_moved(shift):
    def slip(f, x, dy, *, eps=1e-6):
        if f.__name__ == "neighbours":
            return _neighbours_slope(x, dy, shift * eps)
        return _right(f, x, dy, eps=eps)

    return slip


def _all_at_once(f, x, dy, *, eps=1e-6):
    return dy * (f(x + eps) - f(x - eps)) / (2 * eps)


def _one_number(f, x, dy, *, eps=1e-6):
    return np.full(x.shape, np.sum(_all_at_once(f, x, dy, eps=eps)))


SLIPS = {
    "forward difference instead of central": _difference(1.0),
    "backward difference instead of central": _difference(-1.0),
    "divided by eps instead of 2 eps": _scaled(lambda f, dy, eps: 2.0),
    "the difference isn't divided": _scaled(lambda f, dy, eps: 2.0 * eps),
    "multiplied by eps instead of divided": _scaled(lambda f, dy, eps: eps**2),
    "the sign turned round": _scaled(lambda f, dy, eps: -1.0),
    "upstream gradient ignored": lambda f, x, dy, *, eps=1e-6: _right(
        f, x, np.ones(dy.shape), eps=eps
    ),
    "mean instead of sum": _scaled(lambda f, dy, eps: 1.0 / dy.size),
    "eps ignored": lambda f, x, dy, *, eps=1e-6: _right(f, x, dy, eps=1e-6),
    "earlier entries not put back": (
        *(_left_moved(1.0), _left_moved(-1.0)),
        *(_one_memory(_left_moved(1.0)), _one_memory(_left_moved(-1.0))),
    ),
    "both results are one array": _one_memory(_right),
    "all entries moved at once": (_all_at_once, _one_number),
}

### END MISTAKES
