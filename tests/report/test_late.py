"""Late rules: from the time of arrival to the points, through nbgrader's plugin."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from autograder.classroom import lateness
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.gradebook import late_rule, stock
from tests.engine import little

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
TEXT = """
per_day = "10 %"
at_most = "50 %"
grace_minutes = 15
[due]
little = 2026-11-20T23:59:00Z
[extensions.emmy]
little = 3
[extensions.kurt]
all = 2026-11-21T12:00:00Z
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return a folder of a course with one lesson in the gradebook."""
    folder = tmp_path_factory.mktemp("prepared") / "course"
    stock.prepare(little.make(folder).course, [little.NAME])
    return folder


@pytest.fixture
def course(prepared, tmp_path):
    """Return a fresh copy of the course."""
    shutil.copytree(prepared, tmp_path / "course")
    return Course(tmp_path / "course")


def write_rules(course, text=TEXT):
    (course.grading / lateness.FILE).write_text(text)


def hand_in(course, student, moment, points=10.0):
    """Put a submission with points into the gradebook, as received at a moment."""
    with course.gradebook() as book:
        book.update_or_create_student(student)
        stamp = str(moment.astimezone(UTC).replace(tzinfo=None))
        with book.db.no_autoflush:
            submission = book.update_or_create_submission(
                little.NAME, student, timestamp=stamp
            )
        grade = next(g for n in submission.notebooks for g in n.grades)
        grade.manual_score = points
        book.db.commit()


def penalty(course, student):
    with course.gradebook() as book:
        found = book.find_submission(little.NAME, student)
        return found.late_submission_penalty or 0.0


@pytest.mark.parametrize(
    ("late", "taken"),
    [
        (timedelta(minutes=-1), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=16), 1),
        (timedelta(hours=25), 2),
        (timedelta(days=5), 5),
        (timedelta(days=9), 5),
    ],
)
def test_each_day_begun_takes_a_tenth_and_no_more_than_half(course, late, taken):
    write_rules(course)
    hand_in(course, "ada", DUE + late)
    late_rule.bring_up_to_date(course)
    assert penalty(course, "ada") == taken


def test_points_per_day_never_take_more_than_the_score(course):
    write_rules(course, "per_day = 4\n[due]\nlittle = 2026-11-20T23:59:00Z")
    hand_in(course, "ada", DUE + timedelta(hours=1))
    hand_in(course, "alan", DUE + timedelta(hours=1), points=3)
    late_rule.bring_up_to_date(course)
    assert (penalty(course, "ada"), penalty(course, "alan")) == (4, 3)


def test_an_extension_moves_the_due_date_of_one_student(course):
    write_rules(course)
    for student in ("ada", "emmy", "kurt"):
        hand_in(course, student, DUE + timedelta(hours=36))
    changed = late_rule.bring_up_to_date(course)
    found = {student: penalty(course, student) for student in ("ada", "emmy", "kurt")}
    # kurt had until noon of the 21st: 23 h 59 min before his arrival
    assert found == {"ada": 2, "emmy": 0, "kurt": 1}
    assert changed[little.NAME, "ada"] == (0.0, 2.0)
    assert (little.NAME, "emmy") not in changed


def test_a_later_extension_takes_a_penalty_back_and_says_so(course):
    write_rules(course)
    hand_in(course, "ada", DUE + timedelta(hours=36))
    late_rule.bring_up_to_date(course)
    write_rules(course, TEXT + "[extensions.ada]\nlittle = 2\n")
    assert late_rule.bring_up_to_date(course) == {(little.NAME, "ada"): (2.0, 0.0)}
    assert late_rule.bring_up_to_date(course) == {}


def test_without_rules_nothing_is_late(course):
    hand_in(course, "ada", DUE + timedelta(days=100))
    assert late_rule.bring_up_to_date(course) == {}
    assert penalty(course, "ada") == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("per_dya = 1", "unknown: per_dya"),
        ('per_day = "110 %"', "not between"),
        ("per_day = -1", "neither a number"),
        ("at_most = 3", "a share of the score"),
        ("[due]\nlitle = 2026-11-20T23:59:00Z", "no lesson 'litle'"),
        ("[due]\nlittle = 2026-11-20T23:59:00", "time zone"),
        ("[due]\nlittle = 3", "write a moment"),
        ("[extensions]\nada = 3", "ada is a table"),
        ("due = 3", "due is a table"),
        ("[due\n", "line 1"),
    ],
)
def test_a_faulty_rule_is_told_in_a_sentence(course, text, said):
    write_rules(course, text)
    with pytest.raises(ProblemError, match=said):
        lateness.read_rules(course.grading / lateness.FILE, course.lessons())
