"""``strongest_matches``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import data, referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(pictures, features):
    """Ask a convolution with one filter per feature, then a global maximum."""
    w = np.moveaxis(np.asarray(features), 0, -1)[:, :, None, :]
    maps = referee.conv2d(pictures[..., None], w) / features[0].size
    return referee.global_pool2d(maps, "max")


def _cases():
    rng = seeded(1, 4)
    glyphs, features = np.stack(data.glyphs()), np.stack(data.features())
    return (
        Case(
            "one picture, two features", (eighths(rng, 1, 3, 4), eighths(rng, 2, 2, 2))
        ),
        Case(
            "two pictures, one feature", (eighths(rng, 2, 4, 3), eighths(rng, 1, 2, 3))
        ),
        Case(
            "three pictures, two features",
            (eighths(rng, 3, 5, 4), eighths(rng, 2, 3, 2)),
        ),
        Case(
            "nothing matches well",
            (np.abs(eighths(rng, 2, 4, 5)), -np.abs(eighths(rng, 2, 2, 2))),
        ),
        Case("the three glyphs", (glyphs, features)),
    )


def _hidden(rng):
    sizes = ((2, 6, 5, 3, 2, 3), (4, 4, 7, 2, 3, 3), (1, 5, 5, 4, 2, 2))
    cases = [
        Case("hidden", (eighths(rng, n, h, w), eighths(rng, f, kh, kw)))
        for n, h, w, f, kh, kw in sizes
    ]
    pictures, features = eighths(rng, 2, 3, 4), eighths(rng, 3, 2, 2)
    return [*cases, Case("hidden", (np.abs(pictures), -np.abs(features)))]


EXERCISE = Exercise(
    layer="keras.layers.GlobalMaxPooling2D() on the maps",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("best",),
)

### BEGIN MISTAKES

from byhand.exercises.x_or_o.glyph_cases import match_maps


def _per_map(reduce):
    """Return a slip that reduces every map in another way."""

    def slip(pictures, features):
        maps = [[match_maps(x, f) for f in features] for x in pictures]
        return np.array([[reduce(m) for m in row] for row in maps])

    return slip


def _by_feature(pictures, features):
    return np.repeat(_right(pictures, features)[:, :1], len(features), 1)


def _by_picture(pictures, features):
    return np.repeat(_right(pictures, features)[:1], len(pictures), 0)


SLIPS = {
    "mean of the map instead of its maximum": _per_map(np.mean),
    "place instead of score": (
        _per_map(np.argmax),
        _per_map(lambda m: float(np.argmax(m))),
    ),
    "sign ignored": _per_map(lambda m: np.abs(m).max()),
    "maximum started at 0": _per_map(lambda m: max(m.max(), 0.0)),
    "pictures and features exchanged": lambda pictures, features: (
        _right(pictures, features).T
    ),
    "only the first example": _by_picture,
    "only the first filter": _by_feature,
    "best feature only": lambda pictures, features: _right(pictures, features).max(
        axis=1
    ),
    "sum instead of mean": lambda pictures, features: (
        _right(pictures, features) * features[0].size
    ),
}

### END MISTAKES
