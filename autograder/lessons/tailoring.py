"""Fit a lesson to a course: other points, and exercises that are left out.

An exercise goes with its statement, its cell, its check, and what follows and speaks of
it. Where a course leaves out all exercises and questions of a section, the section
goes. A section of predictions alone stays, since its text stands by itself.

Where other cells call the exercise and ``given`` offers the same, ``given`` takes its
place and the text stays. Otherwise demonstrations that call it go, and when an exercise
needs it the course can't be built.
"""

import ast
import functools
import itertools
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from autograder.course_file import Changes, CourseFile, near
from autograder.errors import LessonError
from autograder.lessons.facts import HEADING, SECTION, TEMPLATE
from autograder.lessons.markers import ANSWER, DEMONSTRATION, GIVEN, MANUAL, TESTS
from autograder.lessons.source import Cell, Lesson

_HEADING = re.compile(r"^#{1,3} ", re.MULTILINE)
_STARTS = re.compile(r"^## ", re.MULTILINE)
LOG_TEXT = """\
**A log.** In this course the next cell notes each of your checks in `checks.jsonl`,
beside this notebook: the time, the exercise and what came out, no code and no name. You
can read that file and hand it in. Delete the cell if you don't want a log."""
LOG_CODE = """\
from byhand import log

log.start()"""
GIVEN_TEXT = """\
### `{name}` is given

You don't write `{name}` in this course. `help(given.{name})` says what it takes and
what it gives."""
GIVEN_CODE = """\
from byhand import given

{name} = given.{name}"""


def tailored(lesson: Lesson, course: CourseFile) -> Lesson:
    """Return the lesson as the course has it; the same where it changes nothing.

    Raises
    ------
    LessonError
        When the course names an exercise that isn't there, or leaves one out that
        others need.
    """
    if course.log:
        lesson = replace(lesson, cells=(*_with_log(lesson.cells),))
    changes = course.changes.get(lesson.name)
    if changes is None:
        return lesson
    items = named_in(lesson)
    unknown = [n for n in (*changes.left_out, *changes.points) if n not in items]
    if unknown:
        raise LessonError(
            course.problem(n, f"{lesson.name} has no exercise {n!r}; {near(n, items)}")
            for n in unknown
        )
    if both := [name for name in changes.points if name in changes.left_out]:
        what = "is left out and has points; take it out of one of the two"
        raise LessonError(course.problem(n, f"{n!r} {what}") for n in both)
    cells = _with_points(lesson.cells, items, changes)
    cut = _Cut(lesson, items, changes.left_out)
    if cut.needed:
        raise LessonError(
            course.problem(name, _cannot(lesson, name, needing))
            for name, needing in cut.needed.items()
        )
    kept = [new for k in range(len(cells)) for new in cut.instead(k, cells[k])]
    return replace(lesson, cells=tuple(kept))


def mentions(lesson: Lesson, fitted: Lesson) -> Iterator[str]:
    """Yield a sentence for each text that still speaks of what was left out."""
    left = {name for cell in fitted.cells for name in cell.defined}
    names = {name for cell in lesson.cells for name in cell.defined} - left
    for cell in fitted.cells:
        for name in sorted(names):
            if cell.cell_type == "markdown" and f"`{name}`" in cell.text:
                yield f"{lesson.path}:{cell.line}: still speaks of {name}"


def _with_log(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Yield the cells, and behind the first imports of byhand one that keeps a log."""
    begun = False
    for cell in cells:
        yield cell
        if not begun and cell.kind == GIVEN and "from byhand import" in cell.text:
            begun = True
            yield Cell(cell.line, "markdown", "prose", LOG_TEXT)
            yield Cell(cell.line, "code", DEMONSTRATION, LOG_CODE)


# --- what a course can name -----------------------------------------------------------


def named_in(lesson: Lesson) -> dict[str, set[int]]:
    """Return {name: indices of the cells that make it up} of all that has points.

    An exercise has the name that learners define, another test that of the answer
    which it asks for, a written question its grade_id.
    """
    found: dict[str, set[int]] = {}
    answers = {k: c for k, c in enumerate(lesson.cells) if c.kind == ANSWER}
    for place, cell in enumerate(lesson.cells):
        if cell.kind == MANUAL:
            found[str(cell.grade_id)] = {place}
        if cell.kind == TESTS:
            asked = {cell.exercise} if cell.exercise else free_names(cell.text)
            own = {k for k, c in answers.items() if k < place and c.defined & asked}
            name = cell.exercise or str(lesson.cells[max(own)].grade_id)
            found.setdefault(name, set()).update({place, *own})
    for place, cell in enumerate(lesson.cells):
        for name in _told(cell):
            found.get(name, set()).add(place)
    return found


def _told(cell: Cell) -> list[str]:
    """Return the exercises whose templates stand in a cell."""
    if cell.cell_type != "markdown":
        return []
    return [(m["rest"].split() or [""])[0] for m in TEMPLATE.finditer(cell.text)]


def _with_points(
    cells: Sequence[Cell], items: dict[str, set[int]], changes: Changes
) -> list[Cell]:
    new = list(cells)
    for name, points in changes.points.items():
        for place in items[name]:
            if (cell := cells[place]).points is not None:
                call = rf'(check\(\s*"{re.escape(name)}",\s*points=)[\d.]+'
                text = re.sub(call, rf"\g<1>{points:g}", cell.text)
                new[place] = replace(cell, points=points, text=text)
    return new


# --- names ----------------------------------------------------------------------------


@functools.cache
def free_names(code: str) -> frozenset[str]:
    """Return the names that code reads and doesn't bind before, at any depth."""
    found: set[str] = set()
    bound: set[str] = set()
    for node in ast.parse(code).body:
        reads, binds = _names(ast.unparse(node))
        found |= reads - bound
        bound |= binds
    return frozenset(found)


def _names(code: str) -> tuple[set[str], set[str]]:
    """Return the names that a statement reads from outside, and those it binds."""
    top = symtable.symtable(code, "cell", "exec")
    binds = {s.get_name() for s in top.get_symbols() if s.is_assigned()}
    binds |= {s.get_name() for s in top.get_symbols() if s.is_imported()}
    reads = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        reads |= {
            s.get_name()
            for s in table.get_symbols()
            if s.is_global() and s.is_referenced()
        }
    first = ast.parse(code).body[0]
    if isinstance(first, ast.FunctionDef | ast.ClassDef):
        reads -= binds
    elif isinstance(first, ast.For):
        reads -= {n.id for n in ast.walk(first.target) if isinstance(n, ast.Name)}
    return reads, binds


@functools.cache
def bound_names(code: str) -> frozenset[str]:
    """Return the names that code binds at its top level."""
    return frozenset(_names(code)[1] if code else ())


# --- what goes ------------------------------------------------------------------------


@dataclass
class _Cut:
    """What leaving out some exercises does to a lesson.

    ``gone`` holds the cells that go, ``given`` the exercises for which ``given`` steps
    in, ``needed`` for each other one the cells that can't do without it.
    """

    lesson: Lesson
    items: dict[str, set[int]]
    left_out: Sequence[str]
    gone: set[int] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    needed: dict[str, list[Cell]] = field(default_factory=dict)
    sound: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = self.lesson.cells
        for name in self.left_out:
            self.gone |= self.items[name]
        sections = [s for s in self._sections() if self._is_empty(s)]
        for section in sections:
            self.gone |= set(section)
        self.given = {n for n in self.left_out if _on_offer(n) and self._readers(n)}
        for section in sections:  # a text about what is given stays
            if any(self.items[name] & set(section) for name in self.given):
                self.gone -= set(section)
        for name in self.left_out:
            self.gone |= self.items[name]
            if name not in self.given:
                self.gone |= self._about(name)
        self._follow()

    def instead(self, place: int, cell: Cell) -> Iterator[Cell]:
        """Yield what stands in the place of a cell."""
        for name in _told(cell):
            if name in self.given:
                text = GIVEN_TEXT.format(name=name)
                code = GIVEN_CODE.format(name=name)
                yield Cell(cell.line, "markdown", "prose", text)
                yield Cell(cell.line, "code", GIVEN, code)
        if place not in self.gone:
            yield cell
        elif cell.cell_type == "code" and (kept := self._still_needed(place)):
            yield Cell(cell.line, "code", GIVEN, kept)

    def _is_code(self, place: int) -> bool:
        return self.cells[place].cell_type == "code"

    def _sections(self) -> Iterator[range]:
        starts = [
            k
            for k, cell in enumerate(self.cells)
            if cell.cell_type == "markdown" and _STARTS.search(cell.text)
        ]
        for start, stop in itertools.pairwise([*starts, len(self.cells)]):
            yield range(start, stop)

    def _is_empty(self, section: range) -> bool:
        """Tell whether all in a section is left out; predictions alone aren't all."""
        inside = {n for n, places in self.items.items() if places & set(section)}
        words = {
            match["word"]
            for place in section
            for match in TEMPLATE.finditer(self.cells[place].text)
        }
        return bool({HEADING, SECTION} & words) and inside <= set(self.left_out)

    def _readers(self, name: str) -> list[int]:
        """Return the cells that stay and read a name."""
        return [
            k
            for k, cell in enumerate(self.cells)
            if k not in self.gone and self._is_code(k) and name in free_names(cell.text)
        ]

    def _about(self, name: str) -> set[int]:
        """Return the cells behind an exercise's check that speak of it."""
        last = max(self.items[name]) + 1
        stop = last
        while stop < len(self.cells) and not self._begins(stop):
            stop += 1
        told = [k for k in range(last, stop) if self._speaks(k, name)]
        if not told:
            return set()
        end = max(told) + 1
        if self._is_code(end - 1) and end < stop and not self._is_code(end):
            end += 1  # the text on what was just shown
        return {k for k in range(last, end) if self.cells[k].kind != GIVEN}

    def _speaks(self, place: int, name: str) -> bool:
        text = self.cells[place].text
        return name in free_names(text) if self._is_code(place) else f"`{name}`" in text

    def _begins(self, place: int) -> bool:
        """Tell whether a cell begins something new."""
        cell = self.cells[place]
        if cell.cell_type == "markdown":
            return bool(_HEADING.search(cell.text) or TEMPLATE.search(cell.text))
        return cell.kind in (ANSWER, TESTS, MANUAL)

    def _follow(self) -> None:
        """Let demonstrations go that read what is gone, and note who needs it."""
        lost: dict[str, str] = {}  # name: the exercise without which it isn't there
        for place, cell in enumerate(self.cells):
            if not self._is_code(place):
                continue
            missing = [
                lost[name] for name in sorted(lost.keys() & free_names(cell.text))
            ]
            if cell.kind == DEMONSTRATION and missing:
                self.gone.add(place)
            if place not in self.gone:
                for name in missing[:1]:
                    self.needed.setdefault(name, []).append(cell)
                for name in bound_names(cell.text):
                    lost.pop(name, None)
            elif cell.kind in (GIVEN, DEMONSTRATION):
                self.sound[place] = list(_sound(cell.text, lost))
            else:
                owner = self._left_out_at(place)
                lost |= {n: owner for n in cell.defined if owner not in self.given}

    def _left_out_at(self, place: int) -> str:
        return next(n for n in self.left_out if place in self.items[n])

    def _still_needed(self, place: int) -> str:
        """Return those statements of a cell that goes which later cells need."""
        later: set[str] = set()
        for k in range(len(self.cells) - 1, place, -1):
            if not self._is_code(k):
                continue
            text = self.cells[k].text if k not in self.gone else ""
            text = "\n".join(self.sound.get(k, [])) or text
            later = (later - bound_names(text)) | free_names(text)
        kept: list[str] = []
        for code in reversed(self.sound.get(place, [])):
            reads, binds = _names(code)
            if binds & later:
                kept.insert(0, code)
                later |= reads
        return "\n".join(kept)


def _sound(code: str, lost: dict[str, str]) -> Iterator[str]:
    """Yield the statements that read nothing lost; what others bind is lost as well."""
    for node in ast.parse(code).body:
        text = ast.get_source_segment(code, node) or ""
        reads, binds = _names(text)
        missing = sorted(reads & lost.keys())
        for name in binds:
            lost.pop(name, None)
            if missing:
                lost[name] = lost.get(missing[0], missing[0])
        if not missing:
            yield text


def _on_offer(name: str) -> bool:
    from byhand import referee

    return name in referee.OPERATIONS


def _cannot(lesson: Lesson, name: str, needing: Sequence[Cell]) -> str:
    exercises = [c.exercise or c.grade_id for c in needing if c.kind in (ANSWER, TESTS)]
    others = [f"the cell in line {c.line}" for c in needing if c.grade_id is None]
    who = list(dict.fromkeys([*map(repr, exercises), *others]))
    need = "needs" if len(who) == 1 else "need"
    told = (
        f"{name!r} can't be left out, since {' and '.join(who)} of {lesson.path.name}"
    )
    if others:
        return f"{told} {need} it. Keep {name!r}."
    them = "that" if len(who) == 1 else "those"
    return f"{told} {need} it. Leave {them} out as well, or keep {name!r}."
