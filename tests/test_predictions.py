"""Predictions: a first answer counts, the report works it out, forms aren't wrong."""

import ast
import json
import re
from fractions import Fraction

import numpy as np
import pytest

from byhand import exercises, predictions
from byhand.checks import checking, choosing, recorded, reporting
from tests.test_checks import said

WORKED = [e for e in exercises.table().values() if e.worked]


def test_a_wrong_prediction_earns_its_point_and_is_worked_out_in_one_line():
    verdict = checking.judge("equal_pixels", 16)
    assert (verdict.state, verdict.earned, verdict.points) == ("failed", 1.0, 1.0)
    assert verdict.misconception == "the share that differs"
    lines = dict(verdict.lines)
    assert lines["answer"] == "16 isn't it"
    assert lines["worked"].endswith("81 - 16 = 65 are equal")
    assert len(reporting.text(verdict).splitlines()) <= 6


def test_several_answers_are_worked_out_each_in_a_line():
    answers = {"q1": "a", "q2": "a", "q3": "e"}
    verdict = checking.judge("upstream_of", answers)
    assert (verdict.state, verdict.earned, verdict.hints) == ("failed", 1.0, ())
    assert verdict.lines[1:] == (
        ("worked", "q1: b, each y counts once, so every slope is 1"),
        ("worked", "q3: c, each y counts u times"),
    )
    nothing = dict.fromkeys(answers, "d")
    assert len(reporting.text(checking.judge("upstream_of", nothing)).split("\n")) <= 6
    right = checking.judge("upstream_of", {"q1": "b", "q2": "a", "q3": "c"})
    assert (right.state, len(right.lines)) == ("passed", 4)


@pytest.mark.parametrize(
    ("name", "answers", "wanted"),
    [
        ("sees_five", dict.fromkeys("ABCD", 5), "A: wanted one of the names"),
        ("sees_five", {**dict.fromkeys("ABCD", "no"), "C": "y"}, "'yes', 'no'"),
        ("learned_kernels", {"q1": "a", "q2": "b", "q3": "0"}, "q3: wanted one number"),
    ],
)
def test_an_answer_of_several_has_a_form_too(name, answers, wanted):
    verdict = checking.judge(name, answers)
    assert (verdict.state, verdict.kind, verdict.earned) == ("waiting", "form", 0.0)
    assert wanted in said(verdict)


def test_true_and_false_are_yes_and_no():
    answers = {"A": True, "B": "Yes", "C": False, "D": True}
    assert checking.judge("sees_five", answers).state == "passed"


def test_a_known_mistake_of_another_form_is_named_and_not_refused():
    verdict = checking.judge("second_stop", (-5, 1))
    assert verdict.misconception == "a 2D slice per channel instead of the volume"
    assert checking.judge("second_stop", (-5, 2)).state == "waiting"


def test_every_known_mistake_of_a_prediction_can_be_reached(root):
    from autograder.lessons.recording import values

    predicted = [e for e in WORKED if e.kind == "value"]
    for name, (_, wrong) in values([e.id for e in predicted]).items():
        for slip, answer in wrong.items() if exercises.get(name) in predicted else ():
            assert checking.judge(name, answer).misconception == slip, (name, slip)


def test_an_exercise_without_a_worked_line_wants_the_right_answer():
    assert checking.judge("telling_feature", "falling").earned == 0.0


@pytest.mark.parametrize(
    ("name", "answer", "wanted"),
    [
        ("equal_pixels", "65", "wanted one number, without quotes; '65' isn't that"),
        ("equal_pixels", (65,), "wanted one number; (65,) isn't that"),
        ("map_shape", 7, "wanted two numbers in brackets"),
        ("two_steps", [3, -3, 0, 0], "three numbers in brackets; [3, -3, 0, 0] has 4"),
        ("relu_slope", "0 0 -1", "wanted three numbers in brackets, without quotes"),
        ("map_shape", [np.ones(2), np.ones(2)], "wanted two numbers in brackets"),
        ("worst_falling", "bentX", "wanted one of 'clean X', 'bent X', 'round O'"),
        ("worst_falling", 2, "wanted one of the names, in quotes"),
    ],
)
def test_an_error_of_form_is_no_wrong_answer(name, answer, wanted):
    verdict = checking.judge(name, answer)
    assert (verdict.state, verdict.kind, verdict.earned) == ("waiting", "form", 0.0)
    assert wanted in said(verdict)


@pytest.mark.parametrize(
    ("right", "wrong", "wanted"),
    [
        ((1, 2), (3, 4), "two numbers in brackets"),
        ([[1, 2], [3, 4]], [[1, 2], [0, 0]], "two rows of two numbers"),
        ([[1, 2], [3, 4]], [[1, 2, 3]] * 3, "rows of numbers in brackets"),
        ((1, 2), (3,), "numbers in brackets"),
        (1, (2, 3), "what the comment beside the three dots says"),
    ],
)
def test_a_form_is_what_right_and_wrong_answers_share(right, wrong, wanted):
    form = predictions.common(*map(predictions.form_of, (right, wrong)))
    assert predictions.in_words(form) == wanted
    assert predictions.has_form(right, form)
    assert predictions.has_form(np.array(wrong), form)


def test_no_answer_that_a_misconception_gives_has_the_wrong_form():
    for name, entry in recorded.digests().items():
        if exercises.get(name).kind == "value":
            assert json.dumps(entry["form"])


@pytest.mark.parametrize("answer", [np.int64(65), np.array(65), 65.0, np.float32(65)])
def test_a_number_of_numpys_is_a_number(answer):
    assert checking.judge("equal_pixels", answer).state == "passed"


def test_a_worked_line_lies_sealed_and_holds_the_answer(root):
    from autograder.lessons.recording import values

    table = (root / "byhand/exercises/table.json").read_text("utf-8")
    lessons = {e.lesson for e in WORKED}
    assert lessons
    right = values([e.id for e in WORKED])
    for exercise in WORKED:
        line = predictions.unseal(exercise.worked)
        assert line not in table
        answer = right[exercise.id][0]
        if exercise.kind == "choices":
            pieces = line.split(" | ")
            for (key, one), piece in zip(answer.items(), pieces, strict=True):
                assert piece.startswith(f"{key}: {one},")
                assert len(piece) <= 66  # one line of a report
            continue
        assert len(line) <= 100
        missing = [one for one in leaves(answer) if not is_told(one, line)]
        assert not missing, (exercise.id, line, missing)


def leaves(answer):
    """Return the numbers of an answer, to two decimals, and its words."""
    plain = predictions.plain(answer)
    if isinstance(plain, list):
        return {one for part in plain for one in leaves(part)}
    return {plain} if isinstance(plain, str) else {round(float(plain), 2)}


def is_told(part, line):
    """Tell whether a line holds a word, or a number in digits or as a fraction."""
    if isinstance(part, str):
        return part.casefold() in line.casefold()
    digits = re.sub(r"(?<=\d)[ ,](?=\d{3}\b)", "", line)
    found = re.findall(r"-?\d+(?:\.\d+)?(?:/\d+)?", digits.replace(" / ", "/"))
    return part in {round(float(Fraction(number)), 2) for number in found}


def test_no_prediction_on_paper_gets_hints_on_code():
    for name, entry in recorded.digests().items():
        if exercises.get(name).kind == "value" and entry["slips"]:
            assert checking.judge(name, -1e9).hints == ()


def test_the_first_answer_is_kept_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(predictions, "_first", {})
    first = choosing.with_first_answer(checking.judge("equal_pixels", 16), 16)
    assert "first" not in dict(first.lines)
    monkeypatch.setattr(predictions, "_first", {})  # a new kernel
    later = choosing.with_first_answer(checking.judge("equal_pixels", 65), 65)
    assert dict(later.lines)["first"] == "your first answer was 16"
    assert ast.literal_eval((tmp_path / predictions.FIRST).read_text())
    waiting = choosing.with_first_answer(checking.judge("map_shape", ...), ...)
    assert waiting.state == "waiting"
    assert "map_shape" not in (tmp_path / predictions.FIRST).read_text()
