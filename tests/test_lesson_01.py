"""Lesson 01: every number that its text states, and what its exercises promise."""

import numpy as np
import pytest

from autograder.lessons import answers
from autograder.lessons.source import read_lesson
from byhand import data, referee
from byhand.checks import checking
from byhand.exercises.x_or_o import classify

LESSON = read_lesson(answers.SOLUTIONS / "01_x_or_o.py")
CLEAN_X, BENT_X, ROUND_O = data.glyphs()
FALLING, RISING, CROSSING = data.features()


@pytest.fixture(scope="module")
def lesson():
    """Return what the lesson's given and answer cells define."""
    return answers.namespace("01_x_or_o")


def ninths(values):
    return np.rint(np.asarray(values) * 9).astype(int).tolist()


def test_falling_diagonal_fits_rows_and_columns_1_to_3_of_the_clean_x(lesson):
    patch = CLEAN_X[1:4, 1:4]
    np.testing.assert_array_equal(patch * FALLING, np.ones((3, 3)))
    assert lesson["match_score"](patch, FALLING) == 1.0


def test_map_of_the_falling_diagonal_reads_as_the_text_says(lesson):
    scores = lesson["match_map"](CLEAN_X, FALLING)
    assert scores.shape == lesson["map_shape"] == (7, 7)
    assert ninths(scores[0]) == [7, -1, 1, 3, 5, -1, 3]
    assert ninths(np.diag(scores)[1:6]) == [9, 9, 5, 9, 9]


def test_round_o_scores_1_on_both_diagonals_and_only_the_crossing_tells(lesson):
    best = lesson["strongest_matches"](lesson["glyphs"], lesson["features"])
    assert ninths(best) == [[9, 9, 9], [7, 7, 9], [9, 9, 5]]
    separates = best[:2].min(axis=0) > best[2]
    assert separates.tolist() == [False, False, True]
    assert lesson["telling_feature"] == "crossing"


def test_falling_stroke_of_the_o_is_upper_right_and_lower_left(lesson):
    places = np.argwhere(np.isclose(lesson["match_map"](ROUND_O, FALLING), 1.0))
    assert places.tolist() == [[1, 5], [5, 1]]


def test_bent_x_and_clean_x_have_5_of_13_pixels_of_ink_in_common():
    clean, bent = CLEAN_X == 1, BENT_X == 1
    assert (clean.sum(), bent.sum(), (clean & bent).sum()) == (13, 13, 5)


def test_bent_x_has_the_lowest_best_score_on_the_falling_diagonal(lesson):
    best = lesson["strongest_matches"](lesson["glyphs"], lesson["features"])[:, 0]
    names = ("clean X", "bent X", "round O")
    assert lesson["worst_falling"] == names[int(np.argmin(best))]


def test_sliding_makes_the_place_not_matter(lesson):
    for shift in range(5):
        assert lesson["share_right"](lesson["sliding_whole"], shift=shift) == 1.0
        assert lesson["share_right"](lesson["classify"], shift=shift) == 1.0
    far = lesson["share_right"](lesson["pinned_whole"], shift=4)
    assert far <= 0.6


@pytest.mark.parametrize("scale", [0.2, 0.3, 0.4, 0.5])
def test_small_pieces_make_the_size_matter_less(lesson, scale):
    shares = {
        name: lesson["share_right"](rival, scale=scale)
        for name, rival in lesson["rivals"].items()
    }
    assert lesson["size_winner"] == max(shares, key=shares.get)
    assert shares["piece, sliding"] >= shares["whole, sliding"] + 0.2


def test_an_unwritten_classifier_has_no_share(lesson):
    scope = lesson["share_right"].__globals__
    kept, scope["classify"] = scope["classify"], lambda picture: None
    try:
        assert lesson["share_right"](lesson["sliding_whole"], shift=0) is None
    finally:
        scope["classify"] = kept


def test_first_learned_filter_is_a_crossing_and_the_third_a_bar():
    filters, right, votes = data.learned_filters()
    corners = [filters[0][i, j] for i in (0, 2) for j in (0, 2)]
    sides = [filters[0][i, j] for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))]
    assert min(*corners, filters[0][1, 1]) > 0.5 > max(np.abs(sides))
    assert filters[2][1].min() > 0.5 > np.abs(filters[2][[0, 2]]).max()
    assert votes.tolist() == ["X", "O", "O"]
    assert right.argmin() == 1


@pytest.mark.tf
@pytest.mark.slow
def test_learned_filters_are_learned_again():
    """Keras's arithmetic may differ in the last bits, so the story is compared."""
    from tools.learned_filters import learn

    kernel, share, vote = learn(0)
    filters, right, votes = data.learned_filters()
    np.testing.assert_allclose(kernel, filters[0], atol=0.05)
    assert vote == votes[0] and abs(share - right[0]) < 0.02


def test_challenge_of_thick_strokes_can_be_met(lesson):
    """A ring of ink with a hole of paper, its corners not counted, marks the O."""
    ring = np.pad(-np.ones((3, 3)), 2, constant_values=1.0)
    ring[np.ix_([0, -1], [0, 1, -2, -1])] = 0
    ring[np.ix_([1, -2], [0, -1])] = 0

    def classify_any(picture):
        room = np.pad(picture, 2, constant_values=-1.0)
        return "O" if classify._best(room[None], ring)[0] > 0.22 else "X"

    assert lesson["share_right"](classify_any, thicken=0.5) >= 0.95


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
