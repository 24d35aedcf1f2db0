"""The grader by itself: from the command line to the export, without byhand."""

import csv
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.plain import courses

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
BLOCKED = ROOT / "tests" / "plain" / "blocked"


def autograder(course, *words, path=(BLOCKED, ROOT)):
    """Run a command where an import of byhand fails, in judges' processes too."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words, "--course", course.root],
        cwd=course.root.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with two submissions, one right and one untouched."""
    made = courses.NESTED.make(tmp_path_factory.mktemp("alone") / "course")
    (lesson,) = made.lessons()
    courses.hand_in(made, "ada", lesson, courses.solved(made, lesson))
    path = courses.hand_in(made, "bob", lesson, {})
    path.write_bytes(made.notebooks(lesson)[1].read_bytes())
    return made


def test_the_blocker_blocks(course):
    code = "import byhand"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (BLOCKED, ROOT)))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True
    )
    assert "must not be needed" in done.stderr


def test_a_class_is_graded_reported_and_exported(course):
    status, said = autograder(course, "grade")
    assert status == 0, said
    assert "received 2 = saved 2 + for a person 0" in said
    with open(course.grading / "grades.csv", newline="") as file:
        scores = {row["student_id"]: row["raw_score"] for row in csv.DictReader(file)}
    assert scores == {"ada": "6.0", "bob": "0.0"}
    (lesson,) = course.lessons()
    for student in scores:
        assert course.page(student, lesson).exists()
    for words in (["report"], ["export"], ["pictures"]):
        status, said = autograder(course, *words)
        assert status == 0, said
    report = (course.grading / "report" / "class.html").read_text(encoding="utf-8")
    assert "Concept test" not in report
    assert (course.grading / "export" / "moodle.csv").exists()


def test_one_file_is_judged(course):
    (lesson,) = course.lessons()
    path = course.submission("ada", lesson) / "task_1a.ipynb"
    status, said = autograder(course, "one", str(path), "--lesson", lesson)
    assert status == 0, said
    assert "6 of 6" in said


def test_nbgraders_own_command_takes_our_judge_with_two_lines(course):
    config = course.root / "nbgrader_config.py"
    lines = "from autograder.gradebook.preprocessor import use_ours\nuse_ours(c)\n"
    config.write_text(config.read_text() + lines)
    bin_ = os.path.dirname(sys.executable)
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (BLOCKED, ROOT))),
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "problem_1", "--force"],
        cwd=course.root,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with course.gradebook() as book:
        assert book.find_submission("problem_1", "ada").score == 6
        assert book.find_submission("problem_1", "bob").score == 0
