"""What students pushed with GitHub Classroom, graded as the page says."""

import csv

import nbformat
import pytest

from autograder.classroom import class_list, lms
from autograder.classroom.class_list import Person
from autograder.classroom.made_up import solved_text
from autograder.course import Course
from autograder.lessons.building import built_files
from autograder.report.class_results import read_class
from autograder.run.pipeline import grade_class
from tests.test_build import plain

LESSON = "09_our_own"


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    plain(root)
    for path, content in built_files(root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Course(root)


def pushed(folder, course, solved):
    """Write a student's repository as `gh classroom clone` leaves it."""
    ours, theirs = (nbformat.read(p, as_version=4) for p in course.notebooks(LESSON))
    for cell, answer in zip(theirs.cells, ours.cells, strict=True):
        if solved and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = solved_text(answer.source)
    path = folder / "notebooks" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(theirs, path)
    (folder / "README.md").write_text("handed out with make release")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main")


@pytest.mark.sandbox
def test_grades_come_back_from_what_was_pushed(course, tmp_path, capsys):
    place = tmp_path / "lesson-09-submissions"
    pushed(place / "lesson-09-ada-l", course, solved=True)
    pushed(place / "lesson-09-alan", course, solved=False)
    course.grading.mkdir()
    class_list.keep(course, {"1815": Person("1815", "Ada", "Lovelace", login="ada-l")})
    assert grade_class(course, place, lesson="09") == 0
    assert course.submissions() == [("1815", LESSON), ("alan", LESSON)]
    capsys.readouterr()
    lms.write_all(course, read_class(course))
    with open(course.grading / "export" / "moodle.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert {row[1] or "alan": row[-1] for row in rows[1:]} == {
        "Lovelace": "2",
        "alan": "",  # not started, and no 0
    }


@pytest.mark.sandbox
def test_the_class_of_one_is_called_by_its_name_too(course, tmp_path):
    place = tmp_path / "lesson-09-submissions"
    pushed(place / "lesson-09-ada", course, solved=True)
    assert grade_class(course, place, lesson="09") == 0
    assert course.submissions() == [("ada", LESSON)]
