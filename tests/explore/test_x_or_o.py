"""The X-or-O explorer, without a browser."""

import numpy as np
import pytest

from byhand import data, explore
from byhand.explore.models import x_or_o as model
from tests.explore import learners
from tests.explore.reading import drawn, grid_of, inputs_lit, parse_sum, says

SETTINGS = [
    {},
    {"picture": "bent X", "feature": "crossing"},
    {"picture": "round O", "feature": "rising diagonal", "room": 2, "down": 2},
    {"picture": "clean X", "noise": 0.2, "seed": 3, "right": -1},
    {"picture": "blank", "feature": "crossing"},
    {"picture": "round O", "room": 3, "down": -4, "right": 4, "noise": 0.1},
]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("function", [None, learners.match_score])
def test_lit_pixels_are_those_whose_change_changes_the_score(setting, function):
    numbers, figure = drawn(explore.x_or_o(function, **setting))
    assert not numbers.differs
    base = model._scores(numbers.x, numbers.feature)
    for o in range(0, numbers.y.size, 5):
        changes = set()
        for i in range(numbers.x.size):
            x = numbers.x.copy()
            x.flat[i] *= -1
            if model._scores(x, numbers.feature).flat[o] != base.flat[o]:
                changes.add(i)
        assert inputs_lit(figure, "y", o, "x") == changes


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_printed_sum_of_nine_products_is_the_score_times_nine(setting):
    numbers, figure = drawn(explore.x_or_o(**setting))
    for link in figure.links:
        if link.grid == "y":
            inner = link.text.replace("= (", "= ").replace(") / 9", "", 1)
            terms, mean = parse_sum(inner)
            assert terms == pytest.approx(9 * mean, abs=0.01)
            assert mean == pytest.approx(numbers.y.flat[link.index], abs=0.001)


def test_the_worked_map_of_the_lesson_is_what_opens():
    numbers, _ = drawn(explore.x_or_o())
    row = [round(v * 9) for v in numbers.y[0]]
    assert row == [7, -1, 1, 3, 5, -1, 3]
    np.testing.assert_allclose(np.diag(numbers.y)[1:6], [1, 1, 5 / 9, 1, 1])


@pytest.mark.parametrize(
    ("picture", "strongest", "verdict"),
    [
        ("clean X", (1, 1, 1), "X"),
        ("bent X", (7 / 9, 7 / 9, 1), "X"),
        ("round O", (1, 1, 5 / 9), "O"),
        ("blank", (3 / 9, 3 / 9, -1 / 9), "neither"),
    ],
)
def test_the_crossing_tells_x_from_o(picture, strongest, verdict):
    numbers, figure = drawn(explore.x_or_o(picture=picture, verdict=True))
    np.testing.assert_allclose(numbers.strongest, strongest)
    assert numbers.verdict == verdict
    assert f">{verdict}<" in figure.rows[1][-1].html


@pytest.mark.parametrize("picture", ["clean X", "bent X", "round O", "blank"])
def test_nothing_gives_the_letter_away_until_it_is_asked_for(picture):
    explorer = explore.x_or_o(picture=picture)
    page = says(explorer.drawn(live=True))
    for word in ("Verdict", "threshold", "strongest", "at least", "below", "neither"):
        assert word not in page
    assert "threshold" not in [control.name for control in explorer.controls()]
    explorer.set(verdict=True)
    assert "Verdict" in says(explorer.drawn(live=True))
    assert "threshold" in [control.name for control in explorer.controls()]


def test_whole_picture_matching_is_what_the_lesson_says():
    bent, _ = drawn(explore.x_or_o(picture="bent X"))
    o, _ = drawn(explore.x_or_o(picture="round O"))
    assert (round(bent.whole, 2), round(o.whole, 2)) == (0.60, 0.48)


def test_a_sum_in_place_of_a_mean_is_marked_in_every_score_but_zeros():
    numbers, figure = drawn(explore.x_or_o(learners.match_sum))
    marks = grid_of(figure, "y").marks
    assert set(marks) == set(np.flatnonzero(numbers.true.ravel() != 0))
    assert "but your function gives" in figure.links[0].text


def test_pressing_pixels_makes_a_drawing_of_its_own():
    explorer = explore.x_or_o()
    assert explorer.widget
    explorer._view.made["pixels"].toggles[0].click()
    assert explorer.state["picture"] == "drawn"
    numbers, _ = drawn(explorer)
    assert numbers.x[0, 0] == 1.0
    explorer.set(picture="clean X")
    assert drawn(explorer)[0].x.tolist() == data.glyphs()[0].tolist()


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (lambda patch, feature: None, "returned nothing yet"),
        (lambda patch, feature: patch, "it is one number"),
        (lambda patch, feature: np.nan, "gave nan"),
    ],
)
def test_a_score_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.x_or_o(function).static())
