"""Take grades back from Gradescope: the table that it exports for one assignment.

In Gradescope that is *Review Grades*, *Download Grades*, *Download CSV*, with the
columns First Name, Last Name, SID, Email, Total Score, Max Points and Status. What is
taken is kept in ``grading/gradescope``, one file a lesson, and stands in each export.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autograder.classroom import class_list
from autograder.classroom.class_list import Person
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.report.class_results import ClassData, Submission, read_class
from autograder.run.journal import SAVED

FOLDER = "gradescope"
SCORES = ("Total Score", "Max Points")
NEEDED = ("Email", *SCORES, "Status")
KEPT = ("email", "sid", "first", "last", "points", "most")


def take(course: Course, path: Path, lesson: str) -> list[str]:
    """Keep the grades of a lesson; return sentences on students without one.

    Raises
    ------
    ProblemError
        When the table isn't Gradescope's, or a score in it is no number.
    """
    (_, titles), *rows = class_list.rows_of(path) or [(1, [])]
    titles = [title.strip() for title in titles]
    if missing := [name for name in NEEDED if name not in titles]:
        raise ProblemError(
            f"{path}: no column {' and '.join(missing)}. Take the table of the "
            "assignment: Review Grades, Download Grades, Download CSV."
        )
    kept, told = [], []
    for line, cells in rows:
        row = dict(zip(titles, (cell.strip() for cell in cells), strict=False))
        if not row.get("Email"):
            continue
        if not row["Total Score"]:
            told.append(f"{row['Email']}: {row['Status'].lower() or 'no score'}")
            continue
        if row["Status"] == "Ungraded":
            told.append(f"{row['Email']}: a part has no mark on Gradescope yet")
        names = (row.get(key, "") for key in ("SID", "First Name", "Last Name"))
        points = (
            _number(path, line, row, key) for key in ("Total Score", "Max Points")
        )
        kept.append((row["Email"], *names, *points))
    place = course.grading / FOLDER / f"{lesson}.csv"
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([KEPT, *kept])
    return told


def _number(path: Path, line: int, row: dict[str, str], key: str) -> float:
    try:
        return float(row[key])
    except ValueError:
        what = f"{key} is {row[key]!r}, and no number"
        raise ProblemError(f"{path}:{line}: {what}") from None


def read_all(course: Course) -> ClassData:
    """Return the class with all that was taken back; those points count."""
    taken = {path.stem: path for path in sorted(_files(course))}
    try:
        data = read_class(course)
    except ProblemError:  # all of it was graded there
        if not taken:
            raise
        data = ClassData({}, class_list.of_course(course), [], [])
    roster = class_list.of_course(course)
    for lesson, path in taken.items():
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        people = [_person(row, roster) for row in rows]
        ids = {person.id for person in people}
        data.people |= {p.id: data.people.get(p.id, p) for p in people}
        data.lessons[lesson] = max((float(row["most"]) for row in rows), default=0.0)
        data.submissions = [
            s
            for s in data.submissions
            if s.lesson != lesson or data.people[s.student].id not in ids
        ]
        data.submissions += [
            Submission(person.id, lesson, SAVED, score=float(row["points"]))
            for person, row in zip(people, rows, strict=True)
        ]
    names = [name for name in course.lessons() if name in data.lessons]
    names += [name for name in data.lessons if name not in names]
    return replace(data, lessons={name: data.lessons[name] for name in names})


def _files(course: Course) -> Iterator[Path]:
    return (course.grading / FOLDER).glob("*.csv")


def _person(row: dict[str, str], roster: dict[str, Person]) -> Person:
    """Return the Person of the roster by number or address, or one of this row."""
    by_number = {person.sis: person for person in roster.values() if person.sis}
    found = by_number.get(row["sid"]) or class_list.finder(roster)(row["email"])
    if found.id in roster:
        return found
    name = row["email"].partition("@")[0]
    return Person(name, row["first"], row["last"], row["email"], sis=row["sid"])
