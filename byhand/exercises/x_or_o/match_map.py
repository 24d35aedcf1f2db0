"""``match_map``: its cases, what Keras answers, and its mistakes."""

from byhand import data
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.x_or_o.glyph_cases import match_maps


def _map_case(name, rng, size, kernel):
    return Case(name, (eighths(rng, *size), eighths(rng, *kernel)))


def _cases():
    rng = seeded(1, 3)
    clean_x, _, round_o = data.glyphs()
    falling, _, crossing = data.features()
    return (
        _map_case("one place", rng, (2, 3), (2, 3)),
        _map_case("2 by 2 on 3 by 4", rng, (3, 4), (2, 2)),
        _map_case("a tall feature", rng, (6, 4), (3, 1)),
        _map_case("a wide feature", rng, (4, 7), (2, 3)),
        _map_case("square", rng, (5, 5), (2, 2)),
        Case("the falling diagonal on the clean X", (clean_x, falling)),
        Case("the crossing on the round O", (round_o, crossing)),
    )


def _hidden(rng):
    sizes = ((7, 5, 3, 2), (5, 8, 2, 4), (6, 6, 3, 3), (3, 9, 1, 5), (9, 4, 9, 1))
    return [_map_case("hidden", rng, s[:2], s[2:]) for s in sizes]


def _window(arguments, index):
    """Return the patch of the picture that a place of the map reads."""
    rows, columns = (
        slice(i, i + k) for i, k in zip(index, arguments["feature"].shape, strict=True)
    )
    return {"picture": (rows, columns), "feature": (slice(None), slice(None))}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw)), divided by kh * kw",
    referee=match_maps,
    cases=_cases,
    hidden=_hidden,
    window=_window,
    parts=("map",),
)

### BEGIN MISTAKES

import numpy as np

from byhand import referee, slips


def _centred(picture, feature):
    """Return the map with the feature centred on every pixel, zeros outside."""
    kh, kw = feature.shape
    pads = ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2))
    return match_maps(np.pad(picture, pads), feature)


def _side_by_side(picture, feature):
    return referee.conv2d(picture, feature, stride=feature.shape) / feature.size


def _resized(change):
    def slip(picture, feature):
        y = match_maps(picture, feature)
        return slips.fill(y, change(y.shape, picture.shape))

    return slip


def _last_left_out(picture, feature):
    """Return a map of the right size whose last row and column stay 0."""
    y = match_maps(picture, feature)
    return slips.fill(y[:-1, :-1], y.shape)


SLIPS = {
    "sum instead of mean": referee.conv2d,
    "divided by the rows only": lambda picture, feature: (
        referee.conv2d(picture, feature) / len(feature)
    ),
    "kernel flipped": lambda picture, feature: match_maps(picture, feature[::-1, ::-1]),
    "kernel transposed": lambda picture, feature: match_maps(picture, feature.T),
    "rows and columns swapped": lambda picture, feature: match_maps(picture, feature).T,
    "input height for output height": (_resized(lambda y, x: x), _centred),
    "one stop too few": (
        _resized(lambda y, x: (y[0] - 1, y[1] - 1)),
        _last_left_out,
    ),
    "patches side by side": (
        _side_by_side,
        lambda picture, feature: slips.fill(
            _side_by_side(picture, feature), match_maps(picture, feature).shape
        ),
    ),
    "height for width": _resized(lambda y, x: (y[0], y[0])),
}

### END MISTAKES
