"""Put a submission's own cells into the released lesson, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.lessons.markers import (
    ANSWER,
    DEMONSTRATION,
    GIVEN,
    MANUAL,
    PROSE,
    READ_ONLY,
    TESTS,
)
from autograder.verdict.cells import GradedLesson, LessonCell, SubmittedCell

ADDED = "added"


@dataclass(frozen=True)
class Step:
    """A cell of the rebuilt notebook: its text, and the lesson's cell behind it.

    ``own`` says that the text is the student's and not what was released; ``runs``
    that the worker executes it.
    """

    kind: str
    cell_type: str
    source: str
    lesson: LessonCell | None = None
    own: bool = False
    runs: bool = False

    @property
    def name(self) -> str:
        """What tracebacks and the journal call the cell."""
        return f"cell {self.lesson.cell_id}" if self.lesson else "cell of your own"


@dataclass(frozen=True)
class Submitted:
    """A cell of the submission, and the index of the lesson's cell that it is."""

    cell_type: str
    source: str
    index: int | None
    anchor: int


def rebuild(lesson: GradedLesson, cells: Iterable[SubmittedCell]) -> list[Step]:
    """Return the steps of the rebuilt notebook.

    Parameters
    ----------
    lesson : GradedLesson
    cells : of the submission, as the reading process gave them
    """
    matched = _matched(lesson, cells)
    by_index: dict[int, list[Submitted]] = {}
    added: dict[int, list[Submitted]] = {}
    for sent in matched:
        if sent.index is None:
            added.setdefault(sent.anchor, []).append(sent)
        else:
            by_index.setdefault(sent.index, []).append(sent)
    steps = [*_added(added.get(-1, ()))]
    for cell in lesson.cells:
        steps += _steps(cell, by_index.get(cell.index, ()))
        steps += _added(added.get(cell.index, ()))
    return steps


def belongs(lesson: GradedLesson, cells: Iterable[SubmittedCell]) -> int:
    """Count how many of the lesson's own cells the submission holds."""
    return len({c.index for c in _matched(lesson, cells)} - {None})


def _matched(lesson: GradedLesson, cells: Iterable[SubmittedCell]) -> list[Submitted]:
    by_grade_id = {c.grade_id: c.index for c in lesson.cells if c.grade_id}
    by_id = {c.cell_id: c.index for c in lesson.cells}
    by_text: dict[str, int] = {}
    for cell in lesson.cells:
        by_text.setdefault(cell.source.strip(), cell.index)
    found, anchor = [], -1
    for kind, source, cell_id, grade_id in cells:
        index = by_grade_id.get(grade_id) if grade_id else None
        if index is None:
            index = by_id.get(cell_id or "")
        if index is None and source.strip():
            index = by_text.get(source.strip())
        if index is not None:
            anchor = index
        found.append(Submitted(kind, source, index, anchor))
    return found


def _steps(cell: LessonCell, versions: Sequence[Submitted]) -> list[Step]:
    """Return the steps for one cell of the lesson, given its submitted versions."""
    if cell.kind in (TESTS, PROSE, READ_ONLY) or cell.is_task:
        return [Step(cell.kind, cell.cell_type, cell.full, cell, runs=_runs(cell))]
    changed = [v for v in versions if not _same(v.source, cell.source)]
    if cell.kind == DEMONSTRATION:
        runs = bool(changed)  # a student may define something there
    elif cell.kind == ANSWER:
        runs = bool(versions)  # one that was deleted must not undo another's work
    else:
        runs = cell.kind == GIVEN or (cell.cell_type == "code" and bool(versions))
    kept = changed or list(versions[-1:])
    earlier = [Step(ADDED, "code", v.source, own=True, runs=True) for v in kept[:-1]]
    if cell.kind == MANUAL:
        earlier = []
        kept = kept and [_joined(kept)]
    source = kept[-1].source if kept else cell.source
    own = bool(changed)
    return [*earlier, Step(cell.kind, cell.cell_type, source, cell, own, runs)]


def _joined(versions: Sequence[Submitted]) -> Submitted:
    text = "\n\n".join(v.source for v in versions)
    return Submitted("markdown", text, versions[0].index, versions[0].anchor)


def _same(a: str, b: str) -> bool:
    return a.strip() == b.strip()


def _runs(cell: LessonCell) -> bool:
    return cell.kind == READ_ONLY and cell.cell_type == "code"


def _added(cells: Iterable[Submitted]) -> list[Step]:
    return [
        Step(ADDED, c.cell_type, c.source, own=True, runs=c.cell_type == "code")
        for c in cells
        if c.source.strip()
    ]
