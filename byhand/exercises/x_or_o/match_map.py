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

from byhand.slips import Operation, joined, mapped, only, right, slip_of, union
from byhand.slips.forward import mistakes

MAPS = Operation(x="h w", w="kh kw", y="h w", settings="stride")
_sums = right(MAPS)


def _averaged(slip):
    """Return a convolution's slip as one of a map of means."""
    return lambda picture, feature: slip(picture, feature) / feature.size


def _centred(picture, feature):
    """Return the map with the feature centred on every pixel, zeros outside."""
    kh, kw = feature.shape
    pads = ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2))
    return _sums(np.pad(picture, pads), feature) / feature.size


def _last_left_out(c):
    """Return a map of the right size whose last row and column stay 0."""
    return c.at(c.at(c.y(), [n - 1 for n in c.counted()]), c.counted())


def _side_by_side(c):
    return c.changed(stride=c.kernel).y()


DERIVED = only(
    mistakes(MAPS),
    "kernel flipped",
    "kernel transposed",
    "rows and columns swapped",
    "input height for output height",
    "one stop too few",
    "height for width",
)
OWN = {
    "one stop too few": slip_of(MAPS, _last_left_out),
    "patches side by side": (
        slip_of(MAPS, _side_by_side),
        slip_of(MAPS, lambda c: c.at(_side_by_side(c), c.counted())),
    ),
}
SLIPS = union(
    joined(
        mapped(_averaged, joined(DERIVED, OWN)),
        {"input height for output height": _centred},
    ),
    {
        "sum instead of mean": _sums,
        "divided by the rows only": lambda picture, feature: (
            _sums(picture, feature) / len(feature)
        ),
    },
)

### END MISTAKES
