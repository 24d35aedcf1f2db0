"""Grades in the form that Moodle and Canvas import again.

Either in new files made from the roster, or filled into the table that the teacher
downloaded there: every other cell of it stays as it was.
"""

import csv
import io
import re
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from pathlib import Path

from autograder.classroom import class_list
from autograder.classroom.class_list import Person
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.report.class_results import ClassData
from autograder.verdict.graded_notebook import write_whole

Points = Mapping[tuple[str, str], float]  # (lesson, id of the person): points
Row = tuple[str, ...]

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("First name", "Last name", "ID number", "Email address")
WORKSHEET = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
POINTS = "    Points Possible"  # Canvas knows its second line by this


def write_all(course: Course, data: ClassData) -> list[Path]:
    """Write the files for both platforms and return their paths."""
    folder = course.grading / "export"
    people = sorted(_people(data), key=lambda p: p.sort_name)
    files = {
        "canvas.csv": canvas_rows(people, data.lessons, grades(data)),
        "moodle.csv": moodle_rows(people, data.lessons, grades(data)),
    }
    if all(person.moodle for person in people):
        for lesson, most in data.lessons.items():
            rows = worksheet_rows(people, lesson, most, grades(data))
            files[f"moodle-{lesson.replace('/', '-')}.csv"] = rows
    for name, rows in files.items():
        write_whole(folder / name, _text(rows))
    return [folder / name for name in files]


def grades(data: ClassData) -> Points:
    """Return {(lesson, id of the person): points}; who has none is left out."""
    return {
        (s.lesson, data.people[s.student].id): s.final
        for s in data.submissions
        if s.final is not None
    }


def _people(data: ClassData) -> Collection[Person]:
    return {person.id: person for person in data.people.values()}.values()


def canvas_rows(
    people: Iterable[Person], lessons: Mapping[str, float], points: Points
) -> Iterator[Row]:
    """Return the rows of Canvas's gradebook."""
    yield (*CANVAS, *lessons)
    yield (POINTS, "", "", "", "", *map(_number, lessons.values()))
    for p in people:
        name = f"{p.last}, {p.first}" if p.last else p.name
        yield (
            *(name, p.canvas, p.sis, p.login, p.section),
            *(_number(points.get((lesson, p.id))) for lesson in lessons),
        )


def moodle_rows(
    people: Iterable[Person], lessons: Iterable[str], points: Points
) -> Iterator[Row]:
    """Return the rows for Grades, Import, CSV file of Moodle."""
    yield (*MOODLE, *lessons)
    for p in people:
        own = (_number(points.get((lesson, p.id))) for lesson in lessons)
        yield (p.first, p.last, p.sis, p.email, *own)


def worksheet_rows(
    people: Iterable[Person], lesson: str, most: float, points: Points
) -> Iterator[Row]:
    """Return the rows of the grading worksheet of one assignment of Moodle."""
    yield WORKSHEET
    for p in people:
        own = _number(points.get((lesson, p.id)))
        yield (
            *(f"Participant {p.moodle}", p.name, p.email, "", own, _number(most)),
            *("Yes", "", "-", ""),
        )


def _number(points: float | None) -> str:
    return "" if points is None else f"{round(points, 4):g}"


def _text(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


# --- filling in ----------------------------------------------------------------------


def fill(
    course: Course, data: ClassData, path: Path, lesson: str | None = None
) -> tuple[Path, int]:
    """Fill grades into a downloaded table; return (path of the result, how many).

    A worksheet of Moodle is about one assignment: ``lesson`` names it. In Canvas's
    gradebook a column belongs to the lesson whose name or number it begins with.
    """
    rows = [cells for _, cells in class_list.rows_of(path)]
    class_list.read_roster(path)  # tells of all lines that can't be used
    titles = [title.strip() for title in rows[0]]
    columns = _columns(path, titles, data.lessons, lesson)
    find, points, filled = _finder(_people(data)), grades(data), 0
    for cells in rows[1:]:
        person = find(class_list.person_in(path, titles, cells))
        for column, name in columns.items():
            if person and (name, person.id) in points:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = _number(points[name, person.id])
                filled += 1
    target = course.grading / "export" / path.name
    write_whole(target, _text(rows))
    return target, filled


def _columns(
    path: Path, titles: list[str], lessons: Mapping[str, float], lesson: str | None
) -> dict[int, str]:
    """Return {column: lesson} of the columns to fill."""
    if "Identifier" in titles and "Grade" in titles:
        if lesson is None or lesson not in lessons:
            raise ProblemError(f"{path}: say which lesson it is: {', '.join(lessons)}")
        return {titles.index("Grade"): lesson}
    found = {
        column: name
        for column, title in enumerate(titles)
        for name in lessons
        if re.match(rf"({re.escape(name)}|{name[:2]})\b", title)
    }
    if not found:
        raise ProblemError(f"{path}: no column begins with the name of a lesson")
    return found


def _finder(ours: Iterable[Person]) -> Callable[[Person | None], Person | None]:
    """Return find(theirs): our Person for one that stands in a table of an LMS."""
    fields = ("canvas", "sis", "login", "email", "id")
    by_own = {
        (field, value): person
        for person in ours
        for field in fields
        if (value := getattr(person, field).lower())
    }
    by_name = class_list.finder({person.id: person for person in ours})

    def find(theirs: Person | None) -> Person | None:
        if theirs is None:
            return None
        for field in fields:
            if person := by_own.get((field, getattr(theirs, field).lower())):
                return person
        return by_name(f"{theirs.name}-{theirs.moodle or 0}")

    return find
