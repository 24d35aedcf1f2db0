"""nbgrader's own commands go on as ever, with our verdicts."""

import sqlite3

import pytest
from bs4 import BeautifulSoup
from nbformat import read as read_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum, determine_grade, is_grade

from autograder.course import Course
from autograder.feedback.pages import write_pages
from autograder.gradebook.preprocessor import use_ours
from autograder.run.batch import grade
from autograder.verdict import graded_notebook
from tests.engine import attacks, little
from tools import soak

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(300),
]


def _autograde(course, student):
    config = course.settings(student_id=student, assignment_id=little.NAME)
    use_ours(config)
    config.Autograde.force = True
    Autograde(coursedir=CourseDirectory(config=config), config=config).start()


def _submit(lesson):
    wrong = little.notebook(
        answers={"slide": "def slide(x, w):\n    return [-2.0] * 3"}
    )
    lesson.submit("ada", little.as_bytes(little.notebook()))
    lesson.submit("bob", little.as_bytes(wrong))


def test_autograde_gives_the_grades_that_we_give(lesson):
    _submit(lesson)
    grade(lesson.course, seed=4)
    ours = {k: v for k, v in soak.grades(lesson.course).items() if k[0] != "file"}
    for student in ("ada", "bob"):
        _autograde(lesson.course, student)
    theirs = {k: v for k, v in soak.grades(lesson.course).items() if k[0] != "file"}
    assert ours == theirs
    assert ours[little.NAME, "ada", "test_slide"] == [(3.0, False)]


def test_autograde_does_not_fall_for_a_skipped_test(lesson):
    attack = next(a for a in attacks.ATTACKS if a.name == "skip-execution")
    attack.write(lesson, "eve")
    grade(lesson.course, [], seed=4)
    from autograder.gradebook import stock

    stock.prepare(lesson.course, [little.NAME])
    _autograde(lesson.course, "eve")
    with lesson.course.gradebook() as book:
        assert book.find_submission(little.NAME, "eve").score == 0


def test_nbgrader_reads_our_points_from_the_graded_notebook(lesson):
    _submit(lesson)
    grade(lesson.course, seed=4)
    path = lesson.course.grading / "autograded" / "bob" / little.NAME / "little.ipynb"
    graded = read_notebook(path, as_version=4)
    for cell in graded.cells:
        if is_grade(cell) and cell.cell_type == "code":
            ours = soak.grades(lesson.course)[
                little.NAME, "bob", cell.metadata.nbgrader.grade_id
            ][0][0]
            assert determine_grade(cell)[0] == ours


def test_a_new_gradebook_has_the_tables_and_the_version_of_nbgrader(tmp_path):
    theirs, ours = tmp_path / "theirs.db", tmp_path / "grading" / "gradebook.db"
    with Gradebook(f"sqlite:///{theirs}"), Course(tmp_path).gradebook():
        made = [sqlite3.connect(path) for path in (theirs, ours)]
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    version = "SELECT version_num FROM alembic_version"
    for query in (tables, version):
        first, second = (connection.execute(query).fetchall() for connection in made)
        assert first == second


def test_our_checksum_is_nbgraders(read):
    from nbformat.notebooknode import from_dict

    for cell in read.cells:
        if cell.grade_id:
            node = from_dict(
                {
                    "cell_type": cell.cell_type,
                    "source": cell.full,
                    "metadata": cell.metadata,
                }
            )
            assert graded_notebook.checksum(cell) == compute_checksum(node)


def test_a_late_submission_is_late_by_our_clock(lesson):
    from datetime import datetime

    _submit(lesson)
    (lesson.course.grading / "received.csv").write_text(
        "student,lesson,time\nada,little,2030-01-02T00:00:00+00:00\n"
    )
    stamp = lesson.course.submitted / "ada" / little.NAME / "timestamp.txt"
    stamp.write_text("1999-01-01 00:00:00 UTC")
    grade(lesson.course, seed=4)
    with lesson.course.gradebook() as book:
        due = datetime(2030, 1, 1)
        book.update_or_create_assignment(little.NAME, duedate=due)
        assert book.find_submission(little.NAME, "ada").total_seconds_late == 86400
        assert book.find_submission(little.NAME, "bob").total_seconds_late == 0


def test_a_marker_in_a_student_s_text_is_text_on_the_page(lesson):
    """Nbgrader's own step raises over a marker that never ends."""
    marked = "def slide(x, w):\n    ### BEGIN HIDDEN TESTS\n    return [-2.0] * 3"
    odd = little.notebook(answers={"slide": marked})
    lesson.submit("ada", little.as_bytes(odd))
    grade(lesson.course, seed=4)
    assert write_pages(lesson.course, [("ada", little.NAME)]) == {}
    page = next((lesson.course.feedback / "ada").rglob("*.html"))
    text = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text()
    assert "### BEGIN HIDDEN TESTS" in text
    assert text.count("BEGIN HIDDEN TESTS") == 1


def test_feedback_that_nbgrader_writes_is_our_page(lesson):
    _submit(lesson)
    grade(lesson.course, seed=4)
    assert write_pages(lesson.course, [("bob", little.NAME)]) == {}
    page = lesson.course.feedback / "bob" / little.NAME / f"{little.NAME}.html"
    ours = page.read_text(encoding="utf-8")
    page.unlink()
    config = lesson.course.settings(student_id="bob", assignment_id=little.NAME)
    place = CourseDirectory(config=config)
    GenerateFeedback(coursedir=place, config=config).start()
    assert page.read_text(encoding="utf-8") == ours
    assert "HIDDEN" not in ours
