"""When submissions arrived, read from the grading worksheet of an assignment.

A zip of a learning platform is put here when the teacher fetches it, so its files say
nothing about who was late. ``grading/received.csv`` does: student, lesson, time.
"""

import csv
import io
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.classroom import class_list
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.verdict.graded_notebook import write_whole

FILE = "received.csv"
COLUMN = "Last modified (submission)"  # as Moodle calls it in English
FORMS = (
    "%A, %d %B %Y, %I:%M %p",
    "%A, %d %B %Y, %H:%M",
    "%d %B %Y, %I:%M %p",
    "%d %B %Y, %H:%M",
    "%d/%m/%Y, %H:%M",
)


def take_in(course: Course, path: Path, lesson: str, zone: tzinfo) -> int:
    """Keep the times of a worksheet for one lesson; return how many there are.

    ``zone`` is the time zone that the platform writes times in.
    """
    if lesson not in course.lessons():
        raise ProblemError(f"there is no lesson {lesson!r}")
    rows = class_list.rows_of(path)
    class_list.read_roster(path)  # tells of all lines that can't be used
    titles = [title.strip() for title in rows[0][1]]
    if COLUMN not in titles:
        raise ProblemError(f"{path}:1: no column {COLUMN!r}")
    find, at = class_list.finder(class_list.of_course(course)), titles.index(COLUMN)
    times = {key: time for key, time in _kept(course).items() if key[1] != lesson}
    for line, cells in rows[1:]:
        text = cells[at].strip() if at < len(cells) else ""
        if text not in ("", "-"):
            if person := class_list.person_in(path, titles, cells):
                moment = _moment(path, line, text).replace(tzinfo=zone)
                times[find(_folder(person)).id, lesson] = moment.isoformat()
    _write(course, times)
    return sum(name == lesson for _, name in times)


def _folder(person: class_list.Person) -> str:
    """Return the name of the folder that a file of this person's comes to."""
    if person.moodle and person.first + person.last:
        return "-".join([*person.name.split(), person.moodle])
    return person.id


def _moment(path: Path, line: int, text: str) -> datetime:
    for form in FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ProblemError(
            f"{path}:{line}: {text!r} is no time that is known here; "
            "write it as 2026-11-20T23:59"
        ) from None


def _kept(course: Course) -> dict[tuple[str, str], str]:
    path = course.grading / FILE
    if not path.exists():
        return {}
    with open(path, newline="", encoding="utf-8") as file:
        return {(r["student"], r["lesson"]): r["time"] for r in csv.DictReader(file)}


def _write(course: Course, times: dict[tuple[str, str], str]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("student", "lesson", "time"))
    writer.writerows((*key, time) for key, time in sorted(times.items()))
    write_whole(course.grading / FILE, text.getvalue())
