"""``match_score``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data, referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.x_or_o.glyph_cases import signs


def _each(patches, feature):
    """Put the patches below each other: a convolution has a stop at the top of each."""
    rows, columns = feature.shape
    if patches.shape[1:] != feature.shape:
        raise ValueError(
            f"a patch of {patches.shape[1:]}, a feature of {feature.shape}"
        )
    sums = referee.conv2d(patches.reshape(-1, columns), feature)[::rows, 0]
    return (sums / feature.size).tolist()


def _right(patch, feature):
    return _each(patch[np.newaxis], feature)[0]


def _cases():
    rng = seeded(1, 2)
    falling, rising, crossing = data.features()
    return (
        Case("2 by 3, two pixels differ", (signs(rng, 2, 3), signs(rng, 2, 3))),
        Case("a perfect match", (falling.copy(), falling)),
        Case("the exact opposite", (-crossing, crossing)),
        Case("the other diagonal", (rising, falling)),
        Case("a grey patch", (eighths(rng, 3, 3), crossing)),
        Case("4 by 2, any numbers", (eighths(rng, 4, 2), eighths(rng, 4, 2))),
    )


def _hidden(rng):
    sizes = ((3, 3), (2, 5), (5, 1), (4, 4), (1, 1))
    return [Case("hidden", (eighths(rng, *s), eighths(rng, *s))) for s in sizes]


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw)) with one stop, divided by kh * kw",
    referee=_right,
    each=_each,
    cases=_cases,
    hidden=_hidden,
    window=lambda given, at: {name: (slice(None),) * 2 for name in given},
)

### BEGIN MISTAKES


def _ink_only(patch, feature):
    return float(np.sum((patch * feature)[feature > 0]) / np.sum(feature > 0))


SLIPS = {
    "sum instead of mean": lambda patch, feature: float(np.sum(patch * feature)),
    "divided by the rows only": lambda patch, feature: float(
        np.sum(patch * feature) / len(patch)
    ),
    "divided by a fixed number": lambda patch, feature: float(
        np.sum(patch * feature) / 9
    ),
    "equal pixels instead of products": lambda patch, feature: float(
        np.mean(patch == feature)
    ),
    "difference instead of product": (
        lambda patch, feature: float(np.mean(patch - feature)),
        lambda patch, feature: float(np.mean(np.abs(patch - feature))),
        lambda patch, feature: float(np.mean((patch - feature) ** 2)),
        lambda patch, feature: float(np.sum(np.abs(patch - feature))),
    ),
    "matrix product": (
        lambda patch, feature: float(np.mean(patch @ feature)),
        lambda patch, feature: patch @ feature,
    ),
    "only the ink counts": _ink_only,
    "the two means multiplied": lambda patch, feature: float(
        np.mean(patch) * np.mean(feature)
    ),
    "kernel flipped": lambda patch, feature: float(
        np.mean(patch * feature[::-1, ::-1])
    ),
    "products not averaged": lambda patch, feature: patch * feature,
}

### END MISTAKES
