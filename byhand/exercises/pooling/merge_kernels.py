"""``merge_kernels``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(w1, w2):
    """Ask Keras: two convolutions of an impulse show their common kernel, flipped."""
    pads = [(n - 1) + (m - 1) for n, m in zip(w1.shape, w2.shape, strict=True)]
    impulse = np.zeros([2 * p + 1 for p in pads])
    impulse[tuple(pads)] = 1.0
    return referee.conv2d(referee.conv2d(impulse, w1), w2)[::-1, ::-1]


def _cases():
    rng = seeded(5, 2)
    sizes = ((1, 2, 1, 2), (1, 3, 1, 2), (2, 2, 3, 1), (2, 3, 3, 2), (3, 3, 3, 3))
    return tuple(
        Case(
            f"{a}x{b} and {c}x{d}",
            (eighths(rng, a, b), eighths(rng, c, d)),
        )
        for a, b, c, d in sizes
    )


def _hidden(rng):
    sizes = ((3, 2, 2, 4), (1, 1, 3, 2), (4, 3, 1, 1), (3, 3, 3, 3), (2, 5, 3, 3))
    return [
        Case("hidden", (eighths(rng, a, b), eighths(rng, c, d))) for a, b, c, d in sizes
    ]


def _pairs(arguments, index):
    """Return the weights that meet at a place: the second kernel is read backwards."""
    w1, w2 = arguments["w1"], arguments["w2"]
    first, second = [], []
    for r, n, m in zip(index, w1.shape, w2.shape, strict=True):
        start, stop = max(0, r - m + 1), min(r, n - 1) + 1
        first.append(slice(start, stop))
        second.append(slice(m - 1 - r + start, m - 1 - r + stop))
    return {"w1": tuple(first), "w2[::-1, ::-1]": tuple(second)}


EXERCISE = Exercise(
    layer="one keras.layers.Conv2D in place of two",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    window=_pairs,
)

### BEGIN MISTAKES

from byhand.slips import Operation, Stamped, right

# the merged kernel is what w2 leaves as stamps of w1
_merged = right(Operation(x="h w", w="kh kw", y="h w"), Stamped)


def _as_they_lie(join):
    def slip(w1, w2):
        if w1.shape != w2.shape:
            raise ValueError("the shapes don't fit")
        return join(w1, w2)

    return slip


def _overwritten(w1, w2):
    """Return one product per place, that of the last weight of w1 that gets there."""
    last, rest = [], []
    for n, m in zip(w1.shape, w2.shape, strict=True):
        places = np.arange(n + m - 1)
        last.append(np.minimum(places, n - 1))
        rest.append(places - last[-1])
    return w1[np.ix_(*last)] * w2[np.ix_(*rest)]


SLIPS = {
    "kernel flipped": lambda w1, w2: _merged(w1, w2)[::-1, ::-1],
    "one of the two kernels flipped": (
        lambda w1, w2: _merged(w1, w2[::-1, ::-1]),
        lambda w1, w2: _merged(w1[::-1, ::-1], w2),
    ),
    "multiplied place by place": _as_they_lie(np.multiply),
    "kernels added": _as_they_lie(np.add),
    "stamps replace each other": _overwritten,
    "kernel transposed": lambda w1, w2: _merged(w1, w2).T,
    "one stop too few": lambda w1, w2: _merged(w1, w2)[:-1, :-1],
    "the border of the merged kernel missing": lambda w1, w2: referee.conv2d(
        *((w1, w2[::-1, ::-1]) if w1.size >= w2.size else (w2, w1[::-1, ::-1]))
    ),
}

### END MISTAKES
