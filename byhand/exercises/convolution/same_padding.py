"""``same_padding``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _cases():
    settings = [
        (4, 3, 1, 1),
        (6, 3, 2, 1),
        (5, 3, 2, 1),
        (7, 4, 1, 1),
        (9, 2, 3, 1),
        (8, 3, 1, 2),
        (8, 3, 2, 2),
        (10, 1, 3, 1),
        (11, 5, 4, 1),
    ]
    return (*(_same_case(*s) for s in settings), Case("the defaults", (6, 4)))


def _same_case(n, k, s, d):
    settings = {"stride": s, "dilation": d}
    return Case(f"n={n} k={k} s={s} d={d}", (n, k), settings)


def _hidden(rng):
    settings = ((2, 1), (3, 1), (1, 3), (2, 2), (1, 1), (4, 1), (3, 2))
    return [
        _same_case(int(rng.integers(5, 25)), int(rng.integers(1, 7)), s, d)
        for s, d in settings
    ]


EXERCISE = Exercise(
    layer='keras.layers.Conv1D(1, k, padding="same")',
    referee=referee.same_padding,
    cases=_cases,
    hidden=_hidden,
    parts=("before", "after"),
)

### BEGIN MISTAKES


def _same(total, split=lambda t: (t // 2, t - t // 2)):
    def slip(n, k, *, stride=1, dilation=1):
        return split(total(n, k, stride, dilation))

    return slip


def _right_total(n, k, s, d):
    return sum(referee.same_padding(n, k, stride=s, dilation=d))


SLIPS = {
    "Keras `same` with the odd row on top": _same(
        _right_total, lambda t: (t - t // 2, t // 2)
    ),
    "stride ignored": _same(lambda n, k, s, d: d * (k - 1)),
    "dilation ignored": _same(lambda n, k, s, d: _right_total(n, k, s, 1)),
    "floor for ceiling": _same(
        lambda n, k, s, d: max((n // s - 1) * s + d * (k - 1) + 1 - n, 0)
    ),
    "never below zero forgotten": _same(
        lambda n, k, s, d: (-(-n // s) - 1) * s + d * (k - 1) + 1 - n
    ),
    "dilation off by one": _same(
        lambda n, k, s, d: max((-(-n // s) - 1) * s + d * k - n, 0)
    ),
    "padding on one side only": (
        _same(_right_total, lambda t: (0, t)),
        _same(_right_total, lambda t: (t, 0)),
    ),
    "the odd row dropped": _same(_right_total, lambda t: (t // 2, t // 2)),
    "half the kernel on both sides": (
        lambda n, k, *, stride=1, dilation=1: (k // 2, k // 2),
        lambda n, k, *, stride=1, dilation=1: (k // 2 * dilation, k // 2 * dilation),
    ),
}

### END MISTAKES
