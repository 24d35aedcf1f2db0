"""``course.toml``: which lessons a course has, and what it changes in them.

The file is optional, and lies beside ``nbgrader_config.py``. Without it a course has
all lessons as their sources state them.

    lessons = ["02_convolution", "09_our_own", "ps1"]    # in this order; all without it
    log = true                                           # learners keep a log of checks

    [exercises.02_convolution]
    leave_out = ["turned_sums", "true_conv1d"]
    points = { conv2d = 5, written_dilation = 4 }

    [assignments."ps1"]
    packages = ["scipy", "pandas"]    # beside NumPy and matplotlib, as one imports them

    [assignments."*"]                 # in every assignment
    packages = ["sympy"]

Only the shape is checked here. `autograder.lessons.tailoring` knows the exercises. A
course in nbgrader's own layout has the last kind of table alone.
"""

import difflib
import functools
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import paths
from autograder.errors import LessonError, Problem

FILE = "course.toml"
KEYS = ("lessons", "exercises", "log", "assignments")
CHANGES = ("leave_out", "points")
EVERY = "*"  # stands for all assignments


@dataclass(frozen=True)
class Changes:
    """What a course changes in one lesson."""

    left_out: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CourseFile:
    """A course's own choices; one without a file has none.

    ``lessons`` None stands for all. ``text`` is the file's, for the lines of problems.
    """

    path: Path
    text: str = ""
    lessons: tuple[str, ...] | None = None
    changes: Mapping[str, Changes] = field(default_factory=dict)
    log: bool = False
    packages: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chosen(self, names: Sequence[str]) -> list[str]:
        """Return those of the lessons that the course has, in its order."""
        if self.lessons is None:
            return list(names)
        return [name for name in self.lessons if name in names]

    def allowed(self, assignment: str) -> tuple[str, ...]:
        """Return the packages that an assignment allows, sorted."""
        both = (self.packages.get(name, ()) for name in (EVERY, assignment))
        return tuple(sorted({name for names in both for name in names}))

    def hold_to(self, known: Sequence[str]) -> None:
        """Raise `LessonError` when the file names a lesson that isn't there."""
        asked = [*(self.lessons or ()), *self.changes]
        unknown = [name for name in dict.fromkeys(asked) if name not in known]
        if unknown:
            raise LessonError(
                self.problem(name, f"there is no lesson {name!r}; {near(name, known)}")
                for name in unknown
            )

    def problem(self, word: str, text: str) -> Problem:
        """Return a problem in the line of the file where a word stands."""
        return _problem(self.path, self.text, word, text)


def read(root: Path = paths.ROOT) -> CourseFile:
    """Return what the course file of a folder says; `LessonError` when it is wrong."""
    path = root / FILE
    if not path.is_file():
        return CourseFile(path)
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(1)
def _read(path: Path, changed: int) -> CourseFile:
    """Read a file, and again when it changed: each submission asks for its packages."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        what = f"this isn't TOML: {error}"
        raise LessonError([Problem(path, int(line[1]) if line else 1, what)]) from None
    if found := list(_problems(table)):
        raise LessonError(_problem(path, text, *each) for each in found)
    return CourseFile(
        path,
        text,
        tuple(table["lessons"]) if "lessons" in table else None,
        {
            name: Changes(tuple(c.get("leave_out", ())), c.get("points", {}))
            for name, c in table.get("exercises", {}).items()
        },
        table.get("log", False),
        {
            name: each.get("packages", [])
            for name, each in table.get("assignments", {}).items()
        },
    )


def near(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that says which names there are."""
    known = list(known)
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {found[0]!r}?" if found else f"there are {', '.join(known)}"


def _problem(path: Path, text: str, word: str, what: str) -> Problem:
    whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    lines = enumerate(text.splitlines(), 1)
    return Problem(path, next((n for n, t in lines if whole.search(t)), 1), what)


def _problems(table: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield (word, sentence) for what has the wrong shape."""
    for key in table.keys() - set(KEYS):
        yield key, f"unknown key {key!r}; {near(key, KEYS)}"
    if not _are_names(table.get("lessons", [])):
        yield "lessons", 'lessons is a list of names, such as ["02_convolution"]'
    elif len(set(table.get("lessons", []))) < len(table.get("lessons", [])):
        yield "lessons", "lessons names one twice; take one of them out"
    if not isinstance(table.get("log", False), bool):
        yield "log", "log is true or false"
    yield from _problems_of_packages(table.get("assignments", {}))
    lessons = table.get("exercises", {})
    if not isinstance(lessons, dict):
        yield "exercises", "write a table for each lesson, [exercises.02_convolution]"
        return
    for lesson, changes in lessons.items():
        if not isinstance(changes, dict):
            yield lesson, f"write [exercises.{lesson}], and what changes below it"
            continue
        yield from _problems_of(lesson, changes)


def _problems_of(lesson: str, changes: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for key in changes.keys() - set(CHANGES):
        yield key, f"unknown key {key!r} of {lesson}; {near(key, CHANGES)}"
    if not _are_names(changes.get("leave_out", [])):
        yield "leave_out", "leave_out is a list of exercises' names"
    points = changes.get("points", {})
    if not isinstance(points, dict):
        yield "points", "points is a table, such as { conv2d = 5 }"
        return
    for name, value in points.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and math.isfinite(value) and value > 0):
            what = f"the points of {name!r} are {value!r}, and must be a number above 0"
            yield name, f"{what}; to drop the exercise, name it in leave_out"


def _problems_of_packages(assignments: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(assignments, dict):
        yield "assignments", 'write a table for each assignment, [assignments."ps1"]'
        return
    for name, table in assignments.items():
        found = table.get("packages", []) if isinstance(table, dict) else None
        if not (_are_names(found) and all(each.isidentifier() for each in found or ())):
            what = f"packages of {name!r} is a list of names to import"
            yield name, f'{what}: packages = ["scipy", "pandas"]'


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
