"""A class from submission to table with the course's own worker and judge."""

import csv
import shutil

import pytest

from autograder.classroom import made_up
from autograder.course import Course
from autograder.run import pipeline
from tests.conftest import ROOT
from tests.test_grading_stock import automatic_points

LESSON = "00_start_here"
STUDENTS = ("ada", "pierre", "evariste")
pytestmark = [
    pytest.mark.tf,
    pytest.mark.slow,
    pytest.mark.xdist_group("grading"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with lesson 00 and three real submissions."""
    folder = tmp_path_factory.mktemp("course")
    for kind in ("solutions", "notebooks"):
        shutil.copytree(ROOT / kind / LESSON, folder / kind / LESSON)
    course = Course(folder)
    course.grading.mkdir()
    made_up.make_class(course, students=STUDENTS)
    (course.grading / made_up.MARK).unlink()
    return course


@pytest.fixture(scope="module")
def first_run(course):
    """Grade the class once; return (exit status, {student: row of the export})."""
    status = pipeline.grade_class(course, judges=1)
    with open(course.grading / "grades.csv", newline="") as file:
        return status, {row["student_id"]: row for row in csv.DictReader(file)}


def pages(course):
    return {p: p.stat().st_mtime_ns for p in course.feedback.rglob("*.html")}


def test_every_submission_is_graded_a_deleted_test_cell_included(first_run):
    status, rows = first_run
    assert status == 0
    assert {name: float(row["raw_score"]) for name, row in rows.items()} == {
        "ada": automatic_points(),
        "evariste": automatic_points(),
        "pierre": 0.0,
    }


def test_grading_again_writes_only_the_page_that_a_mark_has_changed(course, first_run):
    before = pages(course)
    assert len(before) == len(STUDENTS)
    assert pipeline.grade_class(course, judges=1) == 0
    assert pages(course) == before
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("written_weights", LESSON, LESSON, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    assert pipeline.grade_class(course, judges=1) == 0
    after = pages(course)
    assert [p.parent.parent.name for p in after if after[p] != before.get(p)] == ["ada"]


def test_feedback_shows_the_report_and_no_hidden_test(course, first_run):
    page = course.feedback / "ada" / LESSON / f"{LESSON}.html"
    text = page.read_text(encoding="utf-8")
    assert 'class="byhand-report' in text
    assert "HIDDEN TESTS" not in text
