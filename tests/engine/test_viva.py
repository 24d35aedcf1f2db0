"""Questions on students' own code: the keys are true, and nobody shares them all."""

import contextlib
import re

import pytest

from autograder.lessons.markers import ANSWER
from autograder.verdict.rebuild import Step
from autograder.viva import forms, questions
from byhand import exercises

CONV1D = """
def conv1d_plain(x, w, b=0.0):
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1, dtype=x.dtype)
    for i in range(n - k + 1):
        y[i] = b + np.sum(w * x[i:i + k])
    return y
"""
STEPS = [
    Step(ANSWER, "code", source, runs=True) for source in ("import numpy as np", CONV1D)
]


@pytest.fixture
def held(worker, limits):
    """Return the questions on a right function, their keys found in the sandbox."""
    drafts = list(questions.drafts_of("conv1d_plain", STEPS))

    def found():
        with contextlib.closing(worker.session(limits, seed=1)) as session:
            return questions.keys(session, STEPS, drafts, 10)

    return questions.agreed(drafts, found(), found())


def test_each_key_is_what_the_changed_function_gives(held):
    assert len(held) >= 3
    cases = exercises.get("conv1d_plain").cases()
    for question in held:
        assert question.changed != question.code
        assert 0 < sum(question.same) < len(question.same) <= len(cases)
        line = CONV1D.strip().splitlines()[question.line - 1].strip()
        assert line == question.code


def test_a_sign_that_changes_every_sum_leaves_no_call_as_it_was(worker, limits):
    drafts = [
        draft
        for draft in questions.drafts_of("conv1d_plain", STEPS)
        if draft.question.changed == "y[i] = b - np.sum(w * x[i:i + k])"
    ]
    with contextlib.closing(worker.session(limits, seed=1)) as session:
        found = questions.keys(session, STEPS, drafts, 10)
    assert not any(map(any, found))


def test_what_a_student_defines_is_only_read(worker, limits):
    broken = [Step(ANSWER, "code", "def conv1d_plain(x, w:", runs=True)]
    assert list(questions.drafts_of("conv1d_plain", broken)) == []
    hostile = CONV1D.replace("n, k =", "raise SystemExit\n    n, k =")
    steps = [STEPS[0], Step(ANSWER, "code", hostile, runs=True)]
    drafts = list(questions.drafts_of("conv1d_plain", steps))
    with contextlib.closing(worker.session(limits, seed=1)) as session:
        keys = questions.keys(session, steps, drafts, 10)
    assert questions.agreed(drafts, keys, keys) == []


def question(exercise="conv1d_plain", code="n - k + 1", new="0", same=(True, False)):
    calls = ("conv1d_plain([1, 2], [1])", "f(x, stride={2: 1})")
    return questions.Question(exercise, "2.1", 3, code, new, calls, same)


def test_no_question_goes_to_more_than_half_of_the_class():
    same = [question(new=str(k)) for k in range(3)]
    found = {name: list(same) for name in ("ada", "bob", "cyd", "dan")}
    found["eve"] = "It changed since it was graded: grade first."
    asked = {each.student: each for each in questions.chosen(found, 3)}
    for one in same:
        assert sum(one in each.questions for each in asked.values()) <= 2
    assert len(asked["ada"].questions) == 3
    assert asked["eve"].why.startswith("It changed")
    assert any(each.why.startswith("Nothing in") for each in asked.values())


def test_exercises_take_turns():
    many = [question(new=str(k)) for k in range(9)] + [question("pad2d")]
    (asked,) = questions.chosen({"ada": many}, 2)
    assert {q.exercise for q in asked.questions} == {"conv1d_plain", "pad2d"}


def test_the_pages_show_the_key_to_the_teacher_alone(tmp_path):
    asked = [questions.Asked("<b>ada</b>", (question(),))]
    forms.write(asked, "02_convolution", tmp_path)
    theirs = (tmp_path / "questions.html").read_text()
    ours = (tmp_path / "keys.html").read_text()
    assert "&lt;b&gt;ada" in theirs and "<b>ada" not in theirs
    assert "the same</li>" not in theirs and "another result" not in theirs
    assert ours.count("the same</li>") == 1 and ours.count("another result") == 1


def test_the_quiz_is_gift():
    asked = [questions.Asked("a/da", (question(same=(True, False)),))]
    text = forms.gift(asked, "02_convolution")
    assert "$CATEGORY: 02_convolution/a_da\n" in text
    assert re.search(r"^  ~%100%conv1d_plain\(\[1, 2\], \[1\]\)$", text, re.M)
    assert r"  ~%-100%f(x, stride\=\{2\: 1\})" in text
    unescaped = re.sub(r"\\.", "", text)
    assert unescaped.count("{") == unescaped.count("}") == 1
