"""Grades that come back from Gradescope, into the tables of the whole course."""

import csv

import pytest

from autograder import __main__ as command
from autograder.classroom import class_list, gradescope
from autograder.classroom.class_list import Person
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.lessons.building import built_files
from autograder.report.class_results import ClassData, Submission
from autograder.run.journal import SAVED
from tests.test_build import plain

LESSON = "09_our_own"
HEAD = (
    "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,"
    "Submission ID,Submission Time,Lateness (H:M:S),View Count,Submission Count,"
    "test_moving_sum (2.0 pts)\n"
)
ADA = "Ada,Lovelace,17,ada@uni.edu,,1.5,2.0,Graded,1,2026-11-20,00:00:00,0,1,1.5\n"
ALAN = "Alan,Turing,,alan@uni.edu,,2.0,2.0,Ungraded,2,2026-11-20,00:00:00,0,1,2.0\n"
EMMY = "Emmy,Noether,,emmy@uni.edu,,,2.0,Missing,,,,,,\n"


@pytest.fixture
def course(tmp_path, monkeypatch):
    plain(tmp_path)
    for path, content in built_files(tmp_path).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    made = Course(tmp_path)
    monkeypatch.setattr("autograder.course.Course", lambda: made)
    return made


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_the_command_of_the_page_takes_the_grades_back(course, tmp_path, capsys):
    scores = tmp_path / "scores.csv"
    scores.write_text(HEAD + ADA + ALAN + EMMY, encoding="utf-8")
    class_list.keep(
        course,
        {
            "lovelace": Person("lovelace", "Ada", "King", "a.king@uni.edu", sis="17"),
            "emmy": Person("emmy", "Emmy", "Noether", "emmy@uni.edu"),
        },
    )
    given = ["export", "--gradescope", str(scores), "--lesson", "09"]
    assert command.main(given) == 0
    told = capsys.readouterr().out
    assert "alan@uni.edu: a part has no mark on Gradescope yet" in told
    assert "emmy@uni.edu: missing" in told
    rows = table(course.grading / "export" / "canvas.csv")
    assert rows[0][-1] == LESSON and rows[1][-1] == "2"
    assert {row[0]: row[-1] for row in rows[2:]} == {
        "King, Ada": "1.5",
        "Noether, Emmy": "",
        "Turing, Alan": "2",
    }
    scores.write_text(HEAD + ADA.replace("1.5", "1.75") + ALAN, encoding="utf-8")
    assert command.main(given) == 0
    assert command.main(["export"]) == 0  # what was taken back stays
    rows = table(course.grading / "export" / "moodle.csv")
    assert {row[1]: row[-1] for row in rows[1:]}["King"] == "1.75"


def test_what_comes_from_gradescope_stands_beside_what_is_graded_here(
    course, tmp_path, monkeypatch
):
    here = ClassData(
        {"02_convolution": 33.0, LESSON: 2.0},
        {"ada": Person("ada")},
        [
            Submission("ada", "02_convolution", SAVED, score=30.0),
            Submission("ada", LESSON, SAVED, score=0.0),
        ],
        [],
    )
    monkeypatch.setattr(gradescope, "read_class", lambda course: here)
    scores = tmp_path / "scores.csv"
    scores.write_text(HEAD + ADA, encoding="utf-8")
    gradescope.take(course, scores, LESSON)
    data = gradescope.read_all(course)
    found = {(s.student, s.lesson): s.final for s in data.submissions}
    assert found == {("ada", "02_convolution"): 30.0, ("ada", LESSON): 1.5}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Name,Email\nAda,a@b.c\n", "no column Total Score and Max Points and Status"),
        (HEAD + ADA.replace("1.5,2.0", "many,2.0"), ":2: Total Score is 'many'"),
        ("", "no column Email"),
    ],
)
def test_another_table_is_refused(course, tmp_path, text, sentence):
    scores = tmp_path / "scores.csv"
    scores.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=sentence):
        gradescope.take(course, scores, LESSON)


def test_without_any_grade_the_export_says_so(course):
    with pytest.raises(ProblemError, match="Nothing is graded yet"):
        gradescope.read_all(course)
