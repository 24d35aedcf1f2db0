"""Read a lesson's percent source: its cells, their markers, and where they stand."""

import ast
import functools
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import jupytext

from autograder.errors import LessonError, Problem
from autograder.lessons import markers
from autograder.lessons.markers import (
    ANSWER,
    DEMONSTRATION,
    GIVEN,
    MANUAL,
    PROSE,
    READ_ONLY,
    REGION_HOMES,
    TESTS,
)

CODE_KINDS = {ANSWER, TESTS, READ_ONLY, GIVEN, DEMONSTRATION}
MARKDOWN_KINDS = {MANUAL, READ_ONLY, PROSE}
NEEDS_ID = {ANSWER, TESTS, MANUAL, READ_ONLY}
NEEDS_POINTS = {TESTS, MANUAL}

_MARKER = re.compile(r"# ?%%(\s|$)")
_GRADE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_VISIBLE = 'check("{name}", points={points:g})'
_BOTH = """\
earned = check("{name}", points={points:g})
### BEGIN HIDDEN TESTS
earned = min(earned, check("{name}", points={points:g}, hidden=True))
### END HIDDEN TESTS
earned"""
# what jupytext notes about the layout of the file, of no use in a notebook
_LAYOUT_KEYS = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"}
_MARKER_KEYS = {"nbgrader", "grade_id", "points", "exercise", "hidden"}


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson, and the line of the source where its marker stands."""

    line: int
    cell_type: str
    kind: str
    text: str
    grade_id: str | None = None
    points: float | None = None
    exercise: str = ""
    hidden: bool | None = None

    @functools.cached_property
    def _body(self) -> list[ast.stmt]:
        try:
            return ast.parse(self.text).body if self.cell_type == "code" else []
        except SyntaxError:  # a rule says so
            return []

    @property
    def callables(self) -> set[str]:
        """The functions and classes that the cell defines at its top level."""
        kinds = ast.FunctionDef | ast.ClassDef
        return {node.name for node in self._body if isinstance(node, kinds)}

    @property
    def defined(self) -> set[str]:
        """All names that the cell defines at its top level."""
        names = self.callables
        for node in self._body:
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            for target in filter(None, targets):
                names |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        return names

    @property
    def lines(self) -> list[str]:
        """The text as a list of lines."""
        return self.text.split("\n")

    def inside(self, name: str) -> list[str]:
        """Return the text between the delimiters of each region with that name."""
        return markers.inside(self.text, name)

    def without(self, *names: str) -> str:
        """Return the text without the regions of those names."""
        return markers.without(self.text, *names)


@dataclass(frozen=True)
class Lesson:
    """A lesson's source, read."""

    path: Path
    source: str
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The name of the lesson, of its folder and of its notebook."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """A short digest of the source, by which a notebook knows what built it."""
        return hashlib.sha256(self.source.encode("utf-8")).hexdigest()[:16]


def read_lesson(path: Path) -> Lesson:
    """Read a percent source and return a `Lesson`, or raise `LessonError`."""
    source = path.read_text(encoding="utf-8")
    lines = [n for n, text in enumerate(source.splitlines(), 1) if _MARKER.match(text)]
    first = lines[0] if lines else 1
    if any(line.strip() for line in source.splitlines()[: first - 1]) or not lines:
        raise LessonError([Problem(path, 1, "a lesson starts with a cell marker")])
    form = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    parsed = jupytext.reads(source, fmt=form).cells
    if len(parsed) != len(lines):
        text = f"jupytext reads {len(parsed)} cells where {len(lines)} markers stand"
        raise LessonError([Problem(path, 1, text)])
    cells, problems = [], []
    for line, node in zip(lines, parsed, strict=True):
        cell = _read_cell(line, node)
        cells.append(cell)
        problems += [Problem(path, *found) for found in _cell_problems(cell, node)]
    problems += [Problem(path, *found) for found in _repeated_ids(cells)]
    if problems:
        raise LessonError(problems)
    return Lesson(path, source, tuple(_written_out(cells)))


def _written_out(cells):
    """Yield the cells; a test cell that only names its exercise is written out.

    Hidden cases are drawn for functions and classes, and where the marker says so.
    """
    callables = set()
    for cell in cells:
        if cell.kind == ANSWER:
            callables |= cell.callables
        if cell.kind == TESTS and not cell.text.strip():
            hidden = cell.exercise in callables if cell.hidden is None else cell.hidden
            text = _BOTH if hidden else _VISIBLE
            text = text.format(name=cell.exercise, points=cell.points)
            cell = replace(cell, text=text)
        yield cell


def _read_cell(line, node):
    kind = node.metadata.get("nbgrader")
    if kind is None:
        kind = PROSE if node.cell_type == "markdown" else GIVEN
    exercise = node.metadata.get("exercise", "")
    return Cell(
        line=line,
        cell_type=node.cell_type,
        kind=kind,
        text=node.source,
        grade_id=node.metadata.get(
            "grade_id", f"test_{exercise}" if exercise else None
        ),
        points=node.metadata.get("points"),
        exercise=exercise,
        hidden=node.metadata.get("hidden"),
    )


def _cell_problems(cell, node):
    """Yield (line, sentence) for what is wrong with a cell by itself."""
    unknown = sorted(set(node.metadata) - _LAYOUT_KEYS - _MARKER_KEYS)
    if unknown:
        yield cell.line, f"unknown in a marker: {', '.join(unknown)}"
    kinds = {"code": CODE_KINDS, "markdown": MARKDOWN_KINDS}.get(cell.cell_type, set())
    if cell.kind not in kinds:
        known = ", ".join(sorted(kinds - {PROSE})) or "no marker"
        yield (
            cell.line,
            f"unknown kind {cell.kind!r} for a {cell.cell_type} cell; known: {known}",
        )
        return
    if cell.kind in NEEDS_ID and not cell.grade_id:
        yield cell.line, f"a cell of kind {cell.kind} needs a grade_id"
    if cell.kind == TESTS and not cell.exercise and not cell.text.strip():
        yield cell.line, "a cell of kind autograder-tests needs an exercise, or asserts"
    if cell.kind != TESTS and (cell.exercise or cell.hidden is not None):
        yield cell.line, f"a cell of kind {cell.kind} takes no exercise and no hidden"
    if cell.grade_id and not _GRADE_ID.fullmatch(str(cell.grade_id)):
        yield cell.line, f"grade_id {cell.grade_id!r}: letters, digits and _ only"
    if cell.kind in NEEDS_POINTS and not _is_points(cell.points):
        yield cell.line, f"a cell of kind {cell.kind} needs points above 0"
    if cell.kind not in NEEDS_POINTS and cell.points is not None:
        yield cell.line, f"a cell of kind {cell.kind} takes no points"
    yield from _region_problems(cell)


def _is_points(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _region_problems(cell):
    opened = None
    for number, edge, name in markers.edges(cell.text):
        line = cell.line + 1 + number
        if cell.kind not in REGION_HOMES[name]:
            homes = " or ".join(sorted(REGION_HOMES[name]))
            yield line, f"{edge} {name} in a cell that is not {homes}"
        if edge == "BEGIN" and opened:
            yield line, f"BEGIN {name} before END {opened[0]}"
        if edge == "END" and (not opened or opened[0] != name):
            yield line, f"END {name} without its BEGIN"
        opened = (name, line) if edge == "BEGIN" else None
    if opened:
        yield opened[1], f"BEGIN {opened[0]} without its END"


def _repeated_ids(cells):
    first = {}
    for cell in cells:
        if cell.grade_id and cell.grade_id in first:
            line = first[cell.grade_id]
            yield cell.line, f"grade_id {cell.grade_id!r} stands in line {line} already"
        first.setdefault(cell.grade_id, cell.line)
