"""Lesson 00: its worked numbers, its first check, and the ten questions."""

import nbformat
import numpy as np
import pytest

from autograder.lessons import answers
from autograder.lessons.source import read_lesson
from byhand import referee
from byhand.checks import checking, reporting
from byhand.exercises import concept
from byhand.exercises.start_here import concept_before

LESSON = read_lesson(answers.SOLUTIONS / "00_start_here.py")
PROSE = " ".join(" ".join(c.text.split()) for c in LESSON.cells)


def test_worked_weighted_sum_is_4():
    scope = answers.namespace("00_start_here")
    products = scope["prices"] * scope["amounts"]
    assert products.tolist() == [6, 0, -2]
    assert scope["weighted_sum"](scope["prices"], scope["amounts"]) == 4
    assert "2·3 + 5·0 + 1·(\N{MINUS SIGN}2) = 4" in PROSE


def test_predicted_weighted_sum_is_9():
    x, w = np.array([4.0, 1.0, 2.0]), np.array([1.0, -1.0, 3.0])
    assert checking.judge("first_sum", float(np.sum(x * w))).state == "passed"
    assert "`x` = 4, 1, 2 and `w` = 1, \N{MINUS SIGN}1, 3" in PROSE


def test_line_with_the_mistake_fails_and_is_named_before_anything_is_written():
    (cell,) = [c for c in LESSON.cells if c.grade_id == "weighted_sum"]
    scope = {"np": np}
    exec(cell.without("SOLUTION"), scope)
    verdict = checking.judge("weighted_sum", scope["weighted_sum"])
    assert (verdict.state, verdict.earned) == ("failed", 0.0)
    assert verdict.misconception == "added instead of multiplied"
    assert "yours 6.0, wanted 5.0" in reporting.text(verdict)
    assert len(verdict.hints) == 3


def test_report_that_the_learner_reads_is_one_that_the_check_writes():
    verdict = checking.judge("weighted_sum", lambda x, w: np.sum(x * w[::-1]))
    printed = " ".join(reporting.text(verdict).split())
    assert f"``` {printed} ```" in PROSE
    prices, amounts = verdict.failing.case.args
    assert (prices.tolist(), amounts.tolist()) == ([2, 5, 1], [3, 0, -2])
    answer = answers.namespace("00_start_here")["read_a_report"]
    assert answer["returned"] == verdict.failing.outcome.value
    assert answer["products"] == tuple(prices * amounts)


@pytest.mark.parametrize("question", concept_before.QUESTIONS, ids=lambda q: q.key)
def test_question_stands_in_the_lesson_word_for_word(question):
    (cell,) = [
        c for c in LESSON.cells if c.grade_id == f"concept_before_{question.key}"
    ]
    assert cell.text == concept.as_markdown(question)


def test_there_are_ten_questions_of_four_different_options():
    assert [q.key for q in concept_before.QUESTIONS] == [f"q{k}" for k in range(1, 11)]
    assert all(len(set(q.options)) == 4 for q in concept_before.QUESTIONS)


@pytest.mark.parametrize("question", concept_before.QUESTIONS, ids=lambda q: q.key)
def test_question_has_one_right_option_and_not_knowing_is_none(question):
    right = [
        k for k in concept.LETTERS if concept_before.TEST.is_right(question.key, k)
    ]
    assert len(right) == 1
    assert right != ["e"]


def test_right_options_do_not_share_one_letter():
    right = {
        next(k for k in "abcd" if concept_before.TEST.is_right(q.key, k))
        for q in concept_before.QUESTIONS
    }
    assert right == set("abcd")


def option(key, text):
    """Return the letter of an option."""
    (question,) = [q for q in concept_before.QUESTIONS if q.key == key]
    return concept.LETTERS[question.options.index(text)]


def read_inputs():
    """Return the places that output 1 reads with stride 1 and dilation 2."""
    w = np.ones(3)
    reads = [referee.conv1d(one, w, dilation=2)[1] != 0 for one in np.eye(9)]
    return "{}, {} and {}".format(*np.flatnonzero(reads))


def learned_numbers():
    keras = referee.load_keras()
    layer = keras.layers.Conv2D(8, 3)
    layer.build((None, 32, 32, 3))
    return str(layer.count_params())


def framework_convolution():
    y = referee.conv1d(np.array([2.0, 5.0, 1.0, 4.0]), np.array([1.0, 0.0, 3.0]))
    return " ".join(f"{v:.0f}" for v in y)


def same_length():
    x, w = np.zeros((1, 8, 1)), np.zeros((3, 1, 1))
    return str(referee.convolution(x, w, stride=2, padding="same").shape[1])


def pooled_gradient():
    x = np.array([[1.0, 4.0], [3.0, 2.0]])[None, :, :, None]
    dx = referee.max_pool2d_backward(np.full((1, 1, 1, 1), 8.0), x)[0, :, :, 0]
    assert dx.tolist() == [[0, 8], [0, 0]]
    return "8 for the value 4, and 0 for the others"


def transposed_result():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 6, 5, 1)), rng.normal(size=(3, 3, 1, 1))
    back = referee.conv2d_transpose(referee.conv2d(x, w), w)
    assert back.shape == x.shape
    assert not np.allclose(back, x)
    return "a picture of the first one's shape, in general with other values"


def pixels_behind_two_layers():
    w = np.ones((3, 3))
    seen = 0
    for place in range(81):
        one = np.zeros(81)
        one[place] = 1.0
        y = referee.conv2d(referee.conv2d(one.reshape(9, 9), w), w)
        seen += y[2, 2] != 0
    return str(seen)


def weights_of_shared_filter():
    keras = referee.load_keras()
    counts = []
    for size in (28, 56):
        layer = keras.layers.Conv2D(1, 3)
        layer.build((None, size, size, 1))
        counts.append(layer.count_params())
    assert counts == [10, 10]
    return "it stays 10"


def maps_of_one_filter():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 5, 5, 16)), rng.normal(size=(3, 3, 16, 1))
    y = referee.conv2d(x, w)
    assert y.shape[-1] == 1
    assert np.isclose(y[0, 0, 0, 0], np.sum(x[0, :3, :3] * w[..., 0]))
    return "one map: 9 weights for each channel, and all products add up"


def channels_last():
    x = np.arange(3 * 32 * 48).reshape(3, 32, 48)
    moved = x.transpose(1, 2, 0)
    assert moved.shape == (32, 48, 3)
    assert moved[5, 7, 2] == x[2, 5, 7]
    assert x.reshape(32, 48, 3)[5, 7, 2] != x[2, 5, 7]
    assert x.T.shape != (32, 48, 3)
    return "`x.transpose(1, 2, 0)`"


FACTS = {
    "q1": read_inputs,
    "q2": learned_numbers,
    "q3": framework_convolution,
    "q4": same_length,
    "q5": pooled_gradient,
    "q6": transposed_result,
    "q7": pixels_behind_two_layers,
    "q8": weights_of_shared_filter,
    "q9": maps_of_one_filter,
    "q10": channels_last,
}


@pytest.mark.tf
@pytest.mark.parametrize("key", FACTS)
def test_right_option_is_what_keras_computes(key):
    assert concept_before.TEST.is_right(key, option(key, FACTS[key]()))


def test_before_the_course_any_letters_earn_the_point_and_nothing_is_revealed():
    guessed = {q.key: "a" for q in concept_before.QUESTIONS}
    unknown = {q.key: "e" for q in concept_before.QUESTIONS}
    one, other = (checking.judge("concept_before", a) for a in (guessed, unknown))
    assert (one.earned, other.earned) == (1.0, 1.0)
    assert one.lines == other.lines


def test_before_the_course_an_open_question_waits_and_names_itself():
    some = {q.key: "b" for q in concept_before.QUESTIONS} | {"q4": ..., "q9": ""}
    verdict = checking.judge("concept_before", some)
    assert (verdict.state, verdict.earned) == ("waiting", 0.0)
    assert "q4, q9" in reporting.text(verdict)


def test_how_to_write_in_a_text_cell_is_said_before_one_has_to():
    path = answers.SOLUTIONS.parent / "notebooks" / "00_start_here"
    book = nbformat.read(path / "00_start_here.ipynb", as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "markdown"]
    said = [k for k, cell in enumerate(cells) if "Double-click" in cell.source]
    written = [
        k
        for k, cell in enumerate(cells)
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    assert len(said) == 1 and said[0] < written[0]
    for word in ("Your answer:", "Enter", "Shift"):
        assert word in cells[said[0]].source
    assert all("Your answer:" in cells[k].source for k in written)
