"""The roster: who is in the class, read from a table of a teacher, Moodle or Canvas.

It is kept as ``grading/roster.csv`` in a form of our own. Every line that can't be
used is named with its number.
"""

import csv
import io
import re
import unicodedata
from dataclasses import asdict, dataclass, fields

from autograder.problems import ProblemError

FILE = "roster.csv"


@dataclass(frozen=True)
class Person:
    """A student: ``id`` is the folder under ``submitted``; the rest is for the LMS.

    ``number`` is what Moodle calls the participant and Canvas the ID: it stands in the
    names of the files that they hand out.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""
    sis: str = ""
    login: str = ""
    section: str = ""

    @property
    def name(self):
        """The name to show."""
        return f"{self.first} {self.last}".strip() or self.id

    @property
    def sort_name(self):
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
    "number": ("number", "identifier", "canvas_id", "moodle_id"),
    "sis": ("sis", "sis user id", "id number", "idnumber"),
    "login": ("login", "sis login id", "username"),
    "section": ("section", "group", "groups"),
}
_TITLES = {title: field for field, titles in _COLUMNS.items() for title in titles}


def read_roster(path):
    """Return {id: Person} of a CSV file, or raise ProblemError with all bad lines."""
    rows = _rows(path)
    if not rows:
        raise ProblemError(f"{path}: the file is empty")
    titles = _titles(path, rows[0][1])
    people, problems, seen = {}, [], {}
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells) or _no_student(cells):
            continue
        if len(cells) > len(titles):
            problems.append((line, f"{len(cells)} cells, and {len(titles)} columns"))
            continue
        person, problem = _person(dict(zip(titles, cells, strict=False)))
        if not problem and person.id in seen:
            problem = f"{person.id!r} stands in line {seen[person.id]} already"
        if problem:
            problems.append((line, problem))
            continue
        seen[person.id], people[person.id] = line, person
    if problems:
        raise ProblemError("\n".join(f"{path}:{n}: {why}" for n, why in problems))
    if not people:
        raise ProblemError(f"{path}: there is no student in it")
    return people


def _rows(path):
    """Return [(line number, cells)] whatever separates the cells."""
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


def _titles(path, cells):
    """Return the field of each column, or None for one that isn't ours."""
    plain = [cell.strip().lower() for cell in cells]
    titles = [_TITLES.get(title) for title in plain]
    if "id" in plain:  # Canvas's ID is a number of its own, a teacher's is the folder
        ours = "number" if "sis login id" in plain or "section" in plain else "id"
        titles[plain.index("id")] = ours
    for field in {t for t in titles if t and titles.count(t) > 1}:
        raise ProblemError(f"{path}:1: two columns give the {field}")
    if not {"id", "number", "email", "login"} & set(titles):
        raise ProblemError(
            f"{path}:1: no column says who a student is; name one of them id, "
            "Identifier, Email address or SIS Login ID"
        )
    return titles


def _no_student(cells):
    """Tell whether a row is Canvas's line of maximal points or its test student."""
    first = cells[0].strip().lower()
    return first in ("points possible", "student, test")


def _person(row):
    row = {field: cell.strip() for field, cell in row.items() if field}
    name = row.pop("name", "")
    if name and not row.get("last"):
        last, comma, first = name.partition(",")
        if not comma:
            first, _, last = name.rpartition(" ")
        row["first"], row["last"] = first.strip(), last.strip()
    if "number" in row:
        digits = re.search(r"\d+$", row["number"])
        if row["number"] and not digits:
            return None, f"{row['number']!r} holds no number"
        row["number"] = digits[0] if digits else ""
    if row.get("email") and "@" not in row["email"]:
        return None, f"{row['email']!r} is no address"
    given = row.get("id") or row.get("login") or row.get("email", "").partition("@")[0]
    row["id"] = given or row.get("number", "")
    if not row["id"]:
        return None, "nothing says who this student is"
    if not re.fullmatch(r"[\w.@+-]+", row["id"]) or row["id"].startswith("."):
        return None, f"{row['id']!r} can't be a folder's name"
    return Person(**row), ""


def keep(course, people):
    """Write the roster into the course."""
    course.grading.mkdir(exist_ok=True)
    with open(course.grading / FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Person)])
        writer.writeheader()
        writer.writerows(asdict(person) for person in people.values())


def of_course(course):
    """Return {id: Person} of the course's roster; {} when it has none."""
    path = course.grading / FILE
    if not path.exists():
        return {}
    with open(path, newline="", encoding="utf-8") as file:
        people = [Person(**row) for row in csv.DictReader(file)]
    return {person.id: person for person in people}


def finder(people):
    """Return find(student): the Person behind a folder's name.

    The name itself counts first, then the number that Moodle and Canvas put at its
    end, then the login or the address. Who isn't in the roster is a Person as well.
    """
    by_number = {p.number: p for p in people.values() if p.number}
    by_word = {}
    for person in people.values():
        mail = person.email.lower()
        for word in (mail.partition("@")[0], mail, person.login.lower()):
            if word:
                by_word[word] = person

    def find(student):
        number = re.search(r"-(\d+)$", student)
        return (
            people.get(student)
            or (number and by_number.get(number[1]))
            or by_word.get(student.lower())
            or Person(student)
        )

    return find
