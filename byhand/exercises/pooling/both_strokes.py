"""``both_strokes``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data, referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(pictures, falling, rising):
    kernels = np.stack([falling, rising], axis=-1)[:, :, None, :]
    maps = referee.conv2d(pictures[..., None], kernels, np.zeros(2))
    smaller = -referee.max_pool2d(-maps.reshape(len(maps), -1, 2, 1), (1, 2))
    return smaller.max(axis=(1, 2, 3))


def _drawn_case(name, rng, shape, kernel):
    first, second = eighths(rng, 2, *kernel)
    return Case(name, (eighths(rng, *shape), first, second))


def _cases():
    rng = seeded(5, 9)
    falling, rising, _ = data.features()
    ones = np.ones((1, 2, 2))
    return (
        Case("one place", (ones, np.full((2, 2), 0.5), np.full((2, 2), -0.25))),
        _drawn_case("one picture", rng, (1, 4, 5), (2, 2)),
        Case("the three drawings", (np.stack(data.glyphs()), falling, rising)),
        _drawn_case("three pictures", rng, (3, 5, 6), (3, 3)),
        Case("nowhere positive", (np.ones((2, 4, 4)), -np.ones((3, 3)), -falling)),
        _drawn_case("wide kernels", rng, (2, 4, 7), (2, 3)),
    )


def _hidden(rng):
    settings = (((4, 6, 5), (3, 3)), ((2, 7, 7), (5, 5)), ((3, 4, 6), (1, 2)))
    return [_drawn_case("hidden", rng, *s) for s in settings]


EXERCISE = Exercise(
    layer="Conv2D(2, k, activation='relu'), Conv2D(1, 1) and GlobalMaxPooling2D()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _of_maps(change):
    """Return a slip that does something else with the two maps."""

    def slip(pictures, falling, rising):
        shape = falling.shape
        view = np.lib.stride_tricks.sliding_window_view(pictures, shape, axis=(1, 2))
        return change(*(np.einsum("nijpq,pq->nij", view, w) for w in (falling, rising)))

    return slip


def _best(maps):
    return maps.max(axis=(1, 2))


def _cut(maps):
    return np.maximum(maps, 0)


SLIPS = {
    "each stroke at its own best place": _of_maps(
        lambda a, b: np.minimum(_best(a), _best(b))
    ),
    "the two added": (
        _of_maps(lambda a, b: _best(a + b)),
        _of_maps(lambda a, b: _best(_cut(a) + _cut(b))),
    ),
    "maximum for minimum": _of_maps(lambda a, b: _best(np.maximum(a, b))),
    "one stroke only": (
        _of_maps(lambda a, b: _best(a)),
        _of_maps(lambda a, b: _best(b)),
    ),
    "the lead without the number": (
        _of_maps(lambda a, b: _best(_cut(a - b))),
        _of_maps(lambda a, b: _best(_cut(b - a))),
    ),
    "a negative number cut off": (
        _of_maps(lambda a, b: _best(_cut(np.minimum(a, b)))),
        _of_maps(lambda a, b: _best(_cut(a) - _cut(a - b))),
        _of_maps(lambda a, b: _best(_cut(b) - _cut(b - a))),
    ),
    "mean of the map": _of_maps(lambda a, b: np.minimum(a, b).mean(axis=(1, 2))),
    "the map returned": (
        _of_maps(np.minimum),
        _of_maps(lambda a, b: np.minimum(a, b)[..., None]),
    ),
    "the channel's axis kept": _of_maps(
        lambda a, b: _best(np.minimum(a, b))[:, None],
    ),
    "everything in one number": _of_maps(lambda a, b: np.minimum(a, b).max()),
}

### END MISTAKES
