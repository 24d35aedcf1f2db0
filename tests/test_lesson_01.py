"""Lesson 01: every number that its text states, and what its exercises promise."""

import numpy as np
import pytest

from autograder.lessons import answers
from autograder.lessons.source import read_lesson
from byhand import data, referee
from byhand.checks import checking
from byhand.exercises.x_or_o import classify

LESSON = read_lesson(answers.SOLUTIONS / "01_x_or_o.py")
PROSE = " ".join(" ".join(c.text.split()) for c in LESSON.cells)
CLEAN_X, BENT_X, ROUND_O = data.glyphs()
FALLING, RISING, CROSSING = data.features()


@pytest.fixture(scope="module")
def lesson():
    """Return what the lesson's given and answer cells define."""
    return answers.namespace("01_x_or_o")


def ninths(values):
    return np.rint(np.asarray(values) * 9).astype(int).tolist()


def test_worked_share_of_two_small_pictures_is_4_of_6(lesson):
    share = lesson["share_equal"](lesson["a"], lesson["b"])
    assert share == pytest.approx(4 / 6)
    assert "4 of 6, or 0.67" in PROSE


def test_bent_x_shares_65_of_81_pixels_with_the_clean_x_and_the_o_74_percent(lesson):
    assert (BENT_X == CLEAN_X).sum() == lesson["equal_pixels"] == 65
    assert lesson["share_equal"](BENT_X, CLEAN_X) == pytest.approx(0.802, abs=5e-4)
    assert lesson["share_equal"](ROUND_O, CLEAN_X) == pytest.approx(0.74, abs=5e-3)
    assert "80 % of the bent X's pixels" in PROSE
    assert "74 % of the round O's" in PROSE


def test_clean_and_bent_x_have_13_pixels_of_ink_and_5_in_common():
    clean, bent = CLEAN_X == 1, BENT_X == 1
    assert (clean.sum(), bent.sum(), (clean & bent).sum()) == (13, 13, 5)
    assert "hold 13 pixels of ink each, and 5 of these" in PROSE


def test_o_is_closer_to_the_x_than_the_x_moved_by_one_pixel(lesson):
    moved = np.mean(lesson["middle"] == lesson["moved"])
    other = np.mean(lesson["middle"] == lesson["o_middle"])
    assert (round(moved, 3), round(other, 3)) == (0.910, 0.927)
    assert "0.927 of its pixels" in PROSE and "against 0.910" in PROSE


def test_falling_diagonal_fits_rows_and_columns_1_to_3_of_the_clean_x(lesson):
    patch = CLEAN_X[1:4, 1:4]
    np.testing.assert_array_equal(patch * FALLING, np.ones((3, 3)))
    assert lesson["match_score"](patch, FALLING) == 1.0


def test_one_wrong_pixel_of_nine_costs_two_ninths(lesson):
    spoilt = FALLING.copy()
    spoilt[0, 2] = 1.0
    assert lesson["match_score"](spoilt, FALLING) == pytest.approx(7 / 9)
    assert lesson["one_pixel_off"] == pytest.approx(7 / 9)
    assert [f"{1 - k * 2 / 9:.2f}" for k in range(3)] == ["1.00", "0.78", "0.56"]
    assert "from 1.00 to 0.78 to 0.56" in PROSE


def test_map_of_the_falling_diagonal_reads_as_the_text_says(lesson):
    scores = lesson["match_map"](CLEAN_X, FALLING)
    assert scores.shape == lesson["map_shape"] == (7, 7)
    assert ninths(scores[0]) == [7, -1, 1, 3, 5, -1, 3]
    assert ninths(np.diag(scores)[1:6]) == [9, 9, 5, 9, 9]
    assert "0.78, −0.11, 0.11, 0.33, 0.56, −0.11, 0.33" in PROSE
    assert "map reads 1, 1, 0.56, 1, 1" in PROSE


def test_round_o_scores_1_on_both_diagonals_and_only_the_crossing_tells(lesson):
    best = lesson["strongest_matches"](lesson["glyphs"], lesson["features"])
    assert ninths(best) == [[9, 9, 9], [7, 7, 9], [9, 9, 5]]
    separates = best[:2].min(axis=0) > best[2]
    assert separates.tolist() == [False, False, True]
    assert lesson["telling_feature"] == "crossing"


def test_falling_stroke_of_the_o_is_upper_right_and_lower_left(lesson):
    places = np.argwhere(np.isclose(lesson["match_map"](ROUND_O, FALLING), 1.0))
    assert places.tolist() == [[1, 5], [5, 1]]


def test_averaging_all_three_features_cannot_tell_the_bent_x_from_the_o(lesson):
    best = lesson["strongest_matches"](lesson["glyphs"], lesson["features"])
    assert best[1].mean() == pytest.approx(best[2].mean())
    assert best[1].mean() == pytest.approx(0.85, abs=5e-3)
    assert "(0.78 + 0.78 + 1.00) / 3 = 0.85" in PROSE


def test_whole_picture_matching_scores_60_and_48_hundredths():
    assert np.mean(BENT_X * CLEAN_X) == pytest.approx(0.60, abs=5e-3)
    assert np.mean(ROUND_O * CLEAN_X) == pytest.approx(0.48, abs=5e-3)
    assert "scores 0.60 with the clean X, the O only 0.48" in PROSE


def test_classifier_beats_whole_pictures_by_a_wide_margin_once_they_move(lesson):
    how = dict(turn=10, noise=0.01)
    for shift in range(5):
        by_piece = lesson["share_right"](lesson["classify"], shift, **how)
        as_whole = lesson["share_right"](lesson["match_whole"], shift, **how)
        assert by_piece > 0.9
        if shift >= 2:
            assert as_whole <= 0.5
    assert lesson["share_right"](lesson["match_whole"], 0, **how) == 1.0


def test_thick_strokes_bring_the_classifier_down_to_7_of_10(lesson):
    assert lesson["share_right"](lesson["classify"], 4, thicken=0.0) == 1.0
    thick = lesson["share_right"](lesson["classify"], 4, thicken=0.5)
    assert 0.65 <= thick <= 0.75


def test_challenge_of_thick_strokes_can_be_met(lesson):
    """A ring of ink with a hole of paper, its corners not counted, marks the O."""
    ring = np.pad(-np.ones((3, 3)), 2, constant_values=1.0)
    ring[np.ix_([0, -1], [0, 1, -2, -1])] = 0
    ring[np.ix_([1, -2], [0, -1])] = 0

    def classify_any(picture):
        room = np.pad(picture, 2, constant_values=-1.0)
        return "O" if classify._best(room[None], ring)[0] > 0.22 else "X"

    assert lesson["share_right"](classify_any, 4, thicken=0.5) >= 0.95


@pytest.mark.tf
def test_keras_adds_what_the_match_map_averages(lesson):
    keras_map = referee.conv2d(CLEAN_X, FALLING)
    np.testing.assert_allclose(
        keras_map / 9, lesson["match_map"](CLEAN_X, FALLING), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("threshold", [0.57, 0.67, 0.77])
@pytest.mark.parametrize("seed", range(20))
def test_every_threshold_between_the_scores_passes_every_seed(threshold, seed):
    for _, pictures, letters in classify._groups(np.random.default_rng(seed)):
        best = classify._best(np.array(pictures), CROSSING)
        named = np.where(best > threshold, "X", "O")
        assert np.mean(named == np.array(letters)) >= classify.ENOUGH


def test_referee_of_classifiers_agrees_with_the_loops_of_the_lesson(lesson):
    pictures, _ = data.xo_pictures(5, seed=2, turn=10, noise=0.02)
    loops = lesson["strongest_matches"](pictures, lesson["features"])
    for k, feature in enumerate(data.features()):
        np.testing.assert_allclose(classify._best(pictures, feature), loops[:, k])


@pytest.mark.parametrize(
    ("classify", "said"),
    [
        (lambda picture: None, "waits"),
        (lambda picture: True, "type"),
        (lambda picture: "neither", "type"),
        (lambda picture: picture[99], "raised"),
        (lambda picture, more: "X", "raised"),
    ],
)
def test_classifier_that_names_nothing_gets_a_sentence_of_its_own(classify, said):
    verdict = checking.judge("classify", classify)
    assert verdict.earned == 0.0
    assert verdict.lines[0][0] == said


def test_untouched_stub_of_every_exercise_waits():
    scope = dict(answers.namespace("01_x_or_o"))
    for cell in LESSON.cells:
        if cell.kind == "autograded-answer":
            exec(cell.without("SOLUTION").rstrip() + "\n", scope)
            verdict = checking.judge(cell.grade_id, scope[cell.grade_id])
            assert verdict.state == "waiting", cell.grade_id
