"""One file, judged and told to another platform."""

import json
import xml.etree.ElementTree as ET

import pytest

from autograder.course import Course
from autograder.errors import ProblemError
from autograder.lessons.building import built_files
from autograder.run import single
from autograder.run.batch import grade
from tests.engine import little
from tests.test_build import plain

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(300)]


@pytest.fixture
def wrong(lesson, tmp_path):
    path = tmp_path / "handed-in.ipynb"
    answers = {
        "slide": "def slide(x, w):\n    return [-2.0] * 3",
        "why": "Because the window has three places to stand.",
    }
    path.write_bytes(little.as_bytes(little.notebook(answers=answers)))
    return single.judge(lesson.course, path, little.NAME, seed=4)


def test_one_file_gets_the_points_that_the_class_gets(lesson, tmp_path):
    path = tmp_path / "ada.ipynb"
    answered = little.notebook(answers={"why": "Because of the window."})
    path.write_bytes(little.as_bytes(answered))
    lesson.submit("ada", path.read_bytes())
    grade(lesson.course, seed=4)
    with lesson.course.gradebook() as book:
        score = book.find_submission(little.NAME, "ada").score
    found = single.judge(lesson.course, path, little.NAME, seed=4)
    assert found.earned == found.most == score > 0
    assert found.waiting == ["why"]


def test_every_form_tells_the_same_points(wrong):
    assert 0 < wrong.earned < wrong.most
    told = json.loads(single.as_json(wrong))
    assert (told["earned"], told["most"]) == (wrong.earned, wrong.most)
    tests = json.loads(single.as_gradescope(wrong))["tests"]
    assert sum(test["score"] for test in tests) == wrong.earned
    assert sum(test["max_score"] for test in tests) == wrong.most
    suite = ET.fromstring(single.as_junit(wrong))
    failures = [f.get("message") for f in suite.iter("failure")]
    assert len(failures) == int(suite.get("failures")) > 0
    assert len(list(suite.iter("skipped"))) == len(wrong.waiting) == 1
    assert single.as_text(wrong).splitlines()[-1].split()[0] == f"{wrong.earned:g}"


def test_no_form_shows_a_hidden_test(wrong):
    hidden = little.notebook(hidden=True)
    shown = little.notebook(hidden=False)
    both = zip(hidden["cells"], shown["cells"], strict=True)
    secret = {
        line.strip()
        for with_them, without in both
        for line in set(with_them["source"].split("\n"))
        - set(without["source"].split("\n"))
        if len(line.strip()) > 8
    }
    assert secret
    for form in single.FORMS.values():
        assert not [line for line in secret if line in form(wrong)]


def test_a_file_that_is_no_notebook_is_a_problem_and_not_a_zero_in_silence(
    lesson, tmp_path
):
    path = tmp_path / "little.ipynb"
    path.write_text("not a notebook")
    found = single.judge(lesson.course, path, little.NAME, seed=4)
    assert found.problem
    assert json.loads(single.as_gradescope(found))["output"] == found.problem
    assert ET.fromstring(single.as_junit(found)).get("errors") == "1"


def test_a_file_whose_lesson_nobody_can_tell_is_refused(lesson, tmp_path):
    with pytest.raises(ProblemError, match="Say it with --lesson"):
        single.lesson_of(lesson.course, tmp_path / "homework.ipynb", None)
    named = tmp_path / f"{little.NAME}-ada.ipynb"
    assert single.lesson_of(lesson.course, named, None) == little.NAME
    with pytest.raises(ProblemError, match="There is no file"):
        single.judge(lesson.course, named, little.NAME)


def test_a_lesson_of_asserts_is_graded(tmp_path):
    path = plain(tmp_path)
    for file, content in built_files(tmp_path).items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    course = Course(tmp_path)
    solved, released = course.notebooks(path.stem)
    assert single.judge(course, solved, path.stem, seed=1).earned == 2.0
    assert single.judge(course, released, path.stem, seed=1).earned == 0.0
