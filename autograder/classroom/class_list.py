"""The roster: who is in the class, read from a table of a teacher, Moodle or Canvas.

It is kept as ``grading/roster.csv`` in a form of our own. Every line that can't be
used is named with its number.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from autograder.course import Course
from autograder.errors import ProblemError

FILE = "roster.csv"


@dataclass(frozen=True)
class Person:
    """A student: ``id`` is the folder under ``submitted``; the rest is for the LMS.

    ``canvas`` is Canvas's ID, which stays. ``moodle`` is the participant's number,
    which Moodle gives anew for each assignment. Both stand in the names of files.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    canvas: str = ""
    moodle: str = ""
    sis: str = ""
    login: str = ""
    section: str = ""

    @property
    def name(self) -> str:
        """The name to show."""
        return f"{self.first} {self.last}".strip() or self.id

    @property
    def sort_name(self) -> str:
        """The name to sort by, without accents."""
        text = f"{self.last} {self.first}".strip() or self.id
        plain = unicodedata.normalize("NFKD", text)
        return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


# what teachers, Moodle and Canvas call the columns, in lower case
_COLUMNS = {
    "id": ("student_id", "student id", "folder"),
    "first": ("first name", "first_name", "firstname", "given name"),
    "last": ("last name", "last_name", "lastname", "surname", "family name"),
    "name": ("full name", "name", "student"),
    "email": ("email", "email address", "e-mail"),
    "canvas": ("canvas_id",),
    "moodle": ("identifier", "moodle_id"),
    "sis": ("sis", "sis user id", "id number", "idnumber"),
    "login": ("login", "sis login id", "username"),
    "section": ("section", "group", "groups"),
}
_TITLES = {title: field for field, titles in _COLUMNS.items() for title in titles}


def read_roster(path: Path) -> dict[str, Person]:
    """Return {id: Person} of a CSV file, or raise ProblemError with all bad lines."""
    rows = rows_of(path)
    if not rows:
        raise ProblemError(f"{path}: the file is empty")
    titles = _titles(path, rows[0][1])
    people: dict[str, Person] = {}
    problems: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells) or _no_student(cells):
            continue
        if len(cells) > len(titles):
            problems.append((line, f"{len(cells)} cells, and {len(titles)} columns"))
            continue
        try:
            person = _person(titles, cells)
        except _Unusable as why:
            problems.append((line, str(why)))
            continue
        if person.id in seen:
            told = f"{person.id!r} stands in line {seen[person.id]} already"
            problems.append((line, told))
            continue
        seen[person.id], people[person.id] = line, person
    if problems:
        raise ProblemError("\n".join(f"{path}:{n}: {why}" for n, why in problems))
    if not people:
        raise ProblemError(f"{path}: there is no student in it")
    return people


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    """Return [(line number, cells)] of a CSV file, whatever separates the cells."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ProblemError(f"{path} does not exist") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ProblemError(f"{path}:{line}: not UTF-8; save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        found, start = [], 1
        for cells in reader:
            found.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise ProblemError(f"{path}:{reader.line_num}: {error}") from None
    return found


def _titles(path: Path, cells: Sequence[str]) -> list[str | None]:
    """Return the field of each column, or None for one that isn't ours."""
    plain = [cell.strip().lower() for cell in cells]
    titles = [_TITLES.get(title) for title in plain]
    if "id" in plain:  # Canvas's ID is a number of its own, a teacher's is the folder
        ours = "canvas" if "sis login id" in plain or "section" in plain else "id"
        titles[plain.index("id")] = ours
    for field in {t for t in titles if t and titles.count(t) > 1}:
        raise ProblemError(f"{path}:1: two columns give the {field}")
    if not {"id", "canvas", "moodle", "email", "login"} & set(titles):
        raise ProblemError(
            f"{path}:1: no column says who a student is; name one of them id, "
            "Identifier, Email address or SIS Login ID"
        )
    return titles


def _no_student(cells: Sequence[str]) -> bool:
    """Tell whether a row is Canvas's line of maximal points or its test student."""
    first = cells[0].strip().lower()
    return first in ("points possible", "student, test")


def person_in(path: Path, titles: Sequence[str], cells: Sequence[str]) -> Person | None:
    """Return the Person of one line of a table, or None where nobody is in it."""
    if _no_student(cells):
        return None
    try:
        return _person(_titles(path, titles), cells)
    except _Unusable:
        return None


class _Unusable(Exception):
    """A sentence on a line of a table."""


def _person(titles: Sequence[str | None], cells: Sequence[str]) -> Person:
    both = zip(titles, cells, strict=False)
    row = {field: cell.strip() for field, cell in both if field}
    name = row.pop("name", "")
    if name and not row.get("last"):
        last, comma, first = name.partition(",")
        if not comma:
            first, _, last = name.rpartition(" ")
        row["first"], row["last"] = first.strip(), last.strip()
    for field in ("canvas", "moodle"):
        digits = re.search(r"\d+$", row.get(field, ""))
        if row.get(field) and not digits:
            raise _Unusable(f"{row[field]!r} holds no number")
        row[field] = digits[0] if digits else ""
    if row.get("email") and "@" not in row["email"]:
        raise _Unusable(f"{row['email']!r} is no address")
    given = row.get("id") or row.get("login") or row.get("email", "").partition("@")[0]
    row["id"] = given or row["canvas"] or row["moodle"]
    if not row["id"]:
        raise _Unusable("nothing says who this student is")
    if not re.fullmatch(r"[\w.@+-]+", row["id"]) or row["id"].startswith("."):
        raise _Unusable(f"{row['id']!r} can't be a folder's name")
    return Person(**row)


def keep(course: Course, people: Mapping[str, Person]) -> None:
    """Write the roster into the course."""
    course.grading.mkdir(exist_ok=True)
    with open(course.grading / FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Person)])
        writer.writeheader()
        writer.writerows(asdict(person) for person in people.values())


def of_course(course: Course) -> dict[str, Person]:
    """Return {id: Person} of the course's roster; {} when it has none."""
    path = course.grading / FILE
    if not path.exists():
        return {}
    with open(path, newline="", encoding="utf-8") as file:
        people = [Person(**row) for row in csv.DictReader(file)]
    return {person.id: person for person in people}


def finder(people: Mapping[str, Person]) -> Callable[[str], Person]:
    """Return find(student): the Person behind a folder's name.

    A name of our own counts first, then login and address, then what an LMS makes:
    "Ada-Lovelace-123" of Moodle, "lovelaceada-55" of Canvas. A name that two people
    share is settled by the number. Who isn't in the roster is a Person as well.
    """
    by_word: dict[str, Person] = {}
    by_name: dict[str, list[Person]] = {}
    by_canvas: dict[str, Person] = {}
    for person in people.values():
        mail = person.email.lower()
        for word in filter(None, (mail.partition("@")[0], mail, person.login.lower())):
            by_word[word] = person
        for name in _written(person):
            by_name.setdefault(name, []).append(person)
        if person.canvas:
            by_canvas[person.canvas] = person

    def find(student: str) -> Person:
        name, _, number = student.rpartition("-")
        alike = by_name.get(_letters(name), []) if number.isdigit() else []
        if len(alike) > 1:
            alike = [p for p in alike if number in (p.canvas, p.moodle)]
        return (
            people.get(student)
            or by_word.get(student.lower())
            or (alike[0] if len(alike) == 1 else None)
            or (by_canvas.get(number) if not alike else None)
            or Person(student)
        )

    return find


def _written(person: Person) -> set[str]:
    """Return a name as Moodle and as Canvas write it into the name of a file."""
    both = (person.first + person.last, person.last + person.first)
    return {_letters(name) for name in both} - {""}


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
