"""``output_size``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _cases():
    settings = [
        (3, 3, 1, 0, 1),
        (6, 3, 1, 0, 1),
        (6, 3, 2, 1, 1),
        (7, 3, 2, 0, 1),
        (9, 3, 2, 0, 2),
        (10, 4, 3, 2, 2),
        (5, 1, 2, 0, 3),
        (32, 5, 1, 0, 1),
        (12, 3, 4, 1, 3),
        (7, 3, 1, 2, 1),
        (8, 4, 1, 3, 2),
    ]
    return (*(_size_case(*s) for s in settings), Case("the defaults", (7, 3)))


def _size_case(n, k, stride, padding, dilation):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    name = f"n={n} k={k} s={stride} p={padding} d={dilation}"
    return Case(name, (n, k), settings)


def _hidden(rng):
    cases = []
    while len(cases) < 24:
        n, k, s, p, d = (int(rng.integers(1, top)) for top in (40, 7, 5, 5, 4))
        if n + 2 * p >= d * (k - 1) + 1:
            cases.append(_size_case(n, k, s, p, d))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv1D(1, k, strides=..., dilation_rate=...)",
    referee=referee.output_size,
    cases=_cases,
    hidden=_hidden,
    parts=("size",),
)

### BEGIN MISTAKES


def _size(change):
    """Return a slip of output_size, the formula being written with one mistake."""

    def slip(n, k, *, stride=1, padding=0, dilation=1):
        return int(change(n, k, stride, padding, dilation))

    return slip


SLIPS = {
    "one stop too few": _size(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s),
    "padding on one side only": _size(
        lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1
    ),
    "padding ignored": _size(lambda n, k, s, p, d: (n - d * (k - 1) - 1) // s + 1),
    "stride ignored": _size(lambda n, k, s, p, d: n + 2 * p - d * (k - 1)),
    "dilation ignored": _size(lambda n, k, s, p, d: (n + 2 * p - k) // s + 1),
    "dilation off by one": (
        _size(lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1),
        _size(lambda n, k, s, p, d: (n + 2 * p - (d + 1) * (k - 1) - 1) // s + 1),
    ),
    "ceiling for floor": _size(
        lambda n, k, s, p, d: -((d * (k - 1) + 1 - n - 2 * p) // s) + 1
    ),
}

### END MISTAKES
