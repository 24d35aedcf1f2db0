"""What the grader knows of a lesson: its cells, and which of their code the judge runs.

Both notebooks of the lesson are read: the released one, for what students got, and the
source, for the tests with their hidden part. Solutions are never executed or kept.
"""

from __future__ import annotations

import ast
import builtins
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import ProblemError
from autograder.lessons.markers import (
    ANSWER,
    DEMONSTRATION,
    GIVEN,
    MANUAL,
    PROSE,
    READ_ONLY,
    TESTS,
)
from autograder.worker.magics import plain_python

SubmittedCell = tuple[str, str, str | None, str | None]  # kind, source, id, grade_id
Node = dict[str, Any]  # a part of a notebook's file


@dataclass(frozen=True)
class LessonCell:
    """A cell of a lesson: ``source`` as released, ``full`` with the hidden tests."""

    index: int
    kind: str
    cell_type: str
    source: str
    full: str
    cell_id: str
    metadata: dict[str, Any] = field(hash=False)
    grade_id: str | None = None
    points: float | None = None

    @property
    def is_grade(self) -> bool:
        """Tell whether nbgrader keeps a grade for it."""
        return self.points is not None

    @property
    def is_task(self) -> bool:
        """Tell whether it only says what to do; a person marks the cells below it."""
        return bool(self.metadata.get("nbgrader", {}).get("task"))

    @property
    def is_solution(self) -> bool:
        """Tell whether nbgrader keeps a comment for it."""
        return self.kind in (ANSWER, MANUAL)


@dataclass(frozen=True)
class GradedLesson:
    """A lesson as the grader uses it; see `read_lesson`."""

    name: str
    cells: tuple[LessonCell, ...]
    metadata: dict[str, Any] = field(hash=False)

    @functools.cached_property
    def judged(self) -> dict[int, str]:
        """Return {index: code} of what the judge runs of each cell."""
        return _judged(self.cells)

    @functools.cached_property
    def answers(self) -> dict[int, set[str]]:
        """Return {index: names} that each answer cell is meant to define."""
        return {c.index: names_bound(c.source) for c in self.cells if c.kind == ANSWER}


def read_lesson(name: str, source: Path, released: Path) -> GradedLesson:
    """Read both notebooks of a lesson.

    Parameters
    ----------
    name : str, the lesson's and its notebook's name
    source : Path of the source notebook, with hidden tests
    released : Path of the notebook that students got
    """
    ours = json.loads(Path(source).read_text(encoding="utf-8"))
    theirs = json.loads(Path(released).read_text(encoding="utf-8"))
    full = {name: "".join(cell["source"]) for name, cell in _named(ours).items()}
    if full.keys() != _named(theirs).keys():
        raise ProblemError(f"{released} was not made from {source}: make it again")
    cells = tuple(_cell(index, full, c) for index, c in enumerate(theirs["cells"]))
    return GradedLesson(name, cells, theirs.get("metadata", {}))


def _named(notebook: Node) -> dict[str, Node]:
    """Return {grade_id: cell}; a header or footer that nbgrader added has none."""
    roles = [(c.get("metadata", {}).get("nbgrader", {}), c) for c in notebook["cells"]]
    return {role["grade_id"]: cell for role, cell in roles if "grade_id" in role}


def _cell(index: int, full: dict[str, str], released: Node) -> LessonCell:
    metadata = released.get("metadata", {})
    nbgrader = metadata.get("nbgrader", {})
    kind = _kind(released, nbgrader)
    text = "".join(released["source"])
    return LessonCell(
        index=index,
        kind=kind,
        cell_type=released["cell_type"],
        source=text,
        full=full[nbgrader["grade_id"]] if kind == TESTS else text,
        cell_id=released.get("id") or f"cell-{index}",
        metadata=metadata,
        grade_id=nbgrader.get("grade_id"),
        points=float(nbgrader["points"]) if _has_points(nbgrader) else None,
    )


def _has_points(role: Node) -> bool:
    return bool(role.get("grade") or role.get("task"))


def _kind(cell: Node, nbgrader: Node) -> str:
    code = cell["cell_type"] == "code"
    if nbgrader.get("solution"):
        return ANSWER if code and not nbgrader.get("grade") else MANUAL
    if nbgrader.get("grade"):
        return TESTS
    if nbgrader.get("task"):
        return MANUAL
    if not code:
        return PROSE
    if DEMONSTRATION in cell.get("metadata", {}).get("tags", []):
        return DEMONSTRATION
    return READ_ONLY if nbgrader.get("locked") else GIVEN


# --- which code the judge runs ---------------------------------------------------


def _parse(code: str) -> list[ast.stmt]:
    try:
        tree: ast.Module = ast.parse(plain_python(code))
    except (SyntaxError, ValueError):
        return []
    return tree.body


def names_bound(code: str) -> set[str]:
    """Return the names that code binds at its top level."""
    return {name for node in _parse(code) for name in _binds(node)}


def _judged(cells: Sequence[LessonCell]) -> dict[int, str]:
    """Choose code: test and locked cells whole, of given cells what those need.

    A given cell mostly shows things; only its statements that bind a name which a test
    reads, directly or through other statements, are run by the judge.
    """
    chosen: dict[int, str] = {}
    needed: set[str] = set()
    for cell in reversed(cells):
        if cell.cell_type != "code":
            continue
        if cell.kind in (TESTS, READ_ONLY):
            chosen[cell.index] = plain_python(cell.full)
            for node in _parse(cell.full):
                needed |= _reads(node)
        elif cell.kind == GIVEN:
            kept = []
            for node in reversed(_parse(cell.source)):
                if _binds(node) & needed:
                    kept.append(_only(node, needed))
                    needed |= _reads(node)
            if kept:
                module = ast.Module(body=kept[::-1], type_ignores=[])
                chosen[cell.index] = ast.unparse(module)
    return chosen


def _only(node: ast.stmt, needed: set[str]) -> ast.stmt:
    """Leave out what an import brings and nothing needs: Keras takes seconds."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return node
    kept = [a for a in node.names if _imported(a) in needed]
    return ast.copy_location(type(node)(**{**vars(node), "names": kept}), node)


def _imported(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _reads(node: ast.AST) -> set[str]:
    return {
        n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and not hasattr(builtins, n.id)
    }


def _binds(node: ast.stmt) -> set[str]:
    """Return the top-level names that a statement binds or changes."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {_imported(a) for a in node.names}
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        root = _root(node.value.func)
        # rng.shuffle(x) changes rng and x; plots.draw(x) changes nothing that counts
        return {root} if root and isinstance(node.value.func, ast.Attribute) else set()
    bound: set[str | None] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            bound.add(part.id)
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(
            part.ctx, ast.Store | ast.Del
        ):
            bound.add(_root(part))
    return {name for name in bound if name}


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
