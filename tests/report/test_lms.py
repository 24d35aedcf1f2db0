"""Grades out for Moodle and Canvas, read again by the rules of each importer."""

import csv

import pytest

from autograder.classroom import class_list, lms
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.report.class_results import ClassData, Submission

LESSONS = {"00_start_here": 7.0, "02_convolution": 27.0}
PEOPLE = {
    "ada": class_list.Person(
        *("ada", "Ada", "Lovelace", "ada@example.org"), "55", "101", "s1", "ada", "A"
    ),
    "bek": class_list.Person(
        *("bek", "Björn", 'Ek "B"', "bek@example.org"), "56", "102", "s2", "bek", "B"
    ),
    "kim": class_list.Person("kim", "Kim", "Lee", "", "57", "103", "s3", "kim", "B"),
}
POINTS = {
    ("00_start_here", "ada"): 6.5,
    ("02_convolution", "ada"): 20.0,
    ("02_convolution", "bek"): 0.0,
}


@pytest.fixture
def data():
    """Return a class: ada with a penalty, bek with one lesson, kim with a flag."""
    submissions = [
        Submission("ada", "00_start_here", "saved", score=6.5),
        Submission("ada", "02_convolution", "saved", score=22.0, penalty=2.0),
        Submission("bek", "02_convolution", "saved", score=0.0),
        Submission("kim", "02_convolution", "person", why="unreadable"),
    ]
    return ClassData(LESSONS, PEOPLE, submissions, [])


def test_a_notebook_that_nobody_began_is_no_zero(tmp_path, data):
    untouched = Submission("kim", "00_start_here", "saved", score=0.0, started=False)
    marked = Submission("bek", "00_start_here", "saved", score=1.0, started=False)
    data.submissions += [untouched, marked]
    assert untouched.final is None
    assert marked.final == 1.0  # a person has given a point
    (path,) = (p for p in lms.write_all(Course(tmp_path), data) if "canvas" in p.name)
    _, found = canvas_imports(list(csv.reader(open_text(path))))
    assert ("00_start_here", "57") not in found
    assert found["00_start_here", "56"] == 1.0
    assert found["02_convolution", "56"] == 0.0  # begun, and wrong throughout


@pytest.fixture
def written(tmp_path, data):
    """Write the files and return {name: rows}."""
    paths = lms.write_all(Course(tmp_path), data)
    return {path.name: list(csv.reader(open_text(path))) for path in paths}


def open_text(path):
    return path.read_text(encoding="utf-8").splitlines()


def canvas_imports(rows):
    """Read rows as Canvas does: titles, points possible, then a student a row."""
    assert rows[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert rows[1][0].strip() == "Points Possible"
    maxima = dict(zip(rows[0][5:], map(float, rows[1][5:]), strict=True))
    found = {
        (lesson, row[1]): float(cell)
        for row in rows[2:]
        for lesson, cell in zip(rows[0][5:], row[5:], strict=True)
        if cell
    }
    return maxima, found


def moodle_imports(rows):
    """Read a worksheet as Moodle does: by number, "-" and "" being no grade."""
    titles = rows[0]
    who, grade = titles.index("Identifier"), titles.index("Grade")
    assert "Last modified (grade)" in titles
    return {
        int(row[who].removeprefix("Participant ")): float(row[grade])
        for row in rows[1:]
        if row[grade] not in ("", "-")
    }


def test_canvas_gets_back_every_grade_and_no_other(written):
    maxima, found = canvas_imports(written["canvas.csv"])
    assert maxima == LESSONS
    numbers = {p.canvas: p.id for p in PEOPLE.values()}
    assert {(lesson, numbers[n]): v for (lesson, n), v in found.items()} == POINTS


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_worksheet_of_moodle_gets_back_every_grade_and_no_other(written, lesson):
    found = moodle_imports(written[f"moodle-{lesson}.csv"])
    numbers = {int(p.moodle): p.id for p in PEOPLE.values()}
    mine = {who: v for (name, who), v in POINTS.items() if name == lesson}
    assert {numbers[n]: v for n, v in found.items()} == mine


def test_moodles_gradebook_knows_each_student_by_number_and_address(written):
    rows = written["moodle.csv"]
    found = {
        (lesson, row[2]): float(cell)
        for row in rows[1:]
        for lesson, cell in zip(rows[0][4:], row[4:], strict=True)
        if cell
    }
    by_number = {p.sis: p.id for p in PEOPLE.values()}
    assert {(lesson, by_number[n]): v for (lesson, n), v in found.items()} == POINTS


def test_a_name_with_quotes_and_accents_comes_back_as_it_was(written):
    assert 'Ek "B", Björn' in [row[0] for row in written["canvas.csv"]]


def test_a_downloaded_gradebook_of_canvas_is_filled_and_else_unchanged(tmp_path, data):
    before = [
        [*lms.CANVAS, "Essay (3)", "02 Convolution (44)"],
        ["    Points Possible", "", "", "", "", "5", "27"],
        ["Lovelace, Ada", "55", "s1", "ada", "A", "4", ""],
        ["Ek, Björn", "56", "s2", "bek", "B", "3", "9"],
        ["Lee, Kim", "57", "s3", "kim", "B", "2", "8"],
        ["Stranger, A", "58", "s4", "str", "B", "1", ""],
    ]
    path = tmp_path / "canvas.csv"
    path.write_text(lms._text(before), encoding="utf-8")
    target, count = lms.fill(Course(tmp_path), data, path)
    after = list(csv.reader(open_text(target)))
    assert count == 2
    changed = {
        (r, c): after[r][c]
        for r, row in enumerate(before)
        for c, cell in enumerate(row)
        if after[r][c] != cell
    }
    assert changed == {(2, 6): "20", (3, 6): "0"}


def test_a_worksheet_is_filled_though_moodle_numbers_each_assignment_anew(
    tmp_path, data
):
    path = tmp_path / "sheet.csv"
    path.write_text(
        "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
        "Participant 901,Ada Lovelace,ada@example.org,,-\n"
        "Participant 902,Kim Lee,,,-\n",
        encoding="utf-8-sig",
    )
    target, count = lms.fill(Course(tmp_path), data, path, "00_start_here")
    assert moodle_imports(list(csv.reader(open_text(target)))) == {901: 6.5}
    assert count == 1
    with pytest.raises(ProblemError, match="say which lesson"):
        lms.fill(Course(tmp_path), data, path)
