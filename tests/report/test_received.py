"""Times of arrival from a platform's table reach the grader."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.classroom import class_list, receipts
from autograder.errors import ProblemError
from autograder.run.submissions import Submission, received_at
from tests.engine import little

SHEET = """Identifier,Full name,Email address,Last modified (submission),Grade
Participant 7,Ada Lovelace,,"Friday, 20 November 2026, 11:59 PM",
Participant 8,Kim Lee,,-,
Participant 9,Björn Ek,,2026-11-21T08:30,
"""
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def made(tmp_path):
    return little.make(tmp_path)


def take_in(made, text=SHEET, lesson=little.NAME):
    path = made.course.root / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return receipts.take_in(made.course, path, lesson, BERLIN)


def arrival(made, student):
    """Return when the grader says that a submission arrived."""
    folder = made.course.submitted / student / little.NAME
    moment = received_at(made.course, Submission(student, little.NAME, folder), None)
    return datetime.fromtimestamp(moment, UTC)


def test_the_grader_takes_the_platforms_time_in_its_zone(made):
    assert take_in(made) == 2
    assert arrival(made, "Ada-Lovelace-7") == datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
    assert arrival(made, "Björn-Ek-9") == datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


def test_with_a_roster_the_time_is_kept_under_the_students_own_id(made):
    class_list.keep(made.course, {"ada": class_list.Person("ada", "Ada", "Lovelace")})
    take_in(made)
    assert arrival(made, "ada") == datetime(2026, 11, 20, 22, 59, tzinfo=UTC)


def test_a_second_worksheet_of_a_lesson_replaces_the_first_one_only(made):
    path = made.course.grading / receipts.FILE
    path.write_text("student,lesson,time\nada,other,2026-01-01T00:00:00+00:00\n")
    take_in(made)
    assert take_in(made, SHEET.replace("11:59", "10:59")) == 2
    assert arrival(made, "Ada-Lovelace-7").hour == 21
    assert "ada,other,2026-01-01" in path.read_text()


@pytest.mark.parametrize(
    ("text", "lesson", "said"),
    [
        (SHEET.replace("2026-11-21T08:30", "gestern"), little.NAME, "csv:4: 'gestern'"),
        (SHEET.replace("modified", "seen"), little.NAME, "no column"),
        (SHEET, "other", "no lesson 'other'"),
    ],
)
def test_what_cannot_be_read_is_told(made, text, lesson, said):
    with pytest.raises(ProblemError, match=said):
        take_in(made, text, lesson)
