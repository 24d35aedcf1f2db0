"""A verdict, from the judge to the journal, the gradebook and the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.lessons.markers import ANSWER, MANUAL, TESTS

# how version 0.1 called the kinds in its journals
_OF_0_1 = {"answer": ANSWER, "tests": TESTS, "written": MANUAL}


@dataclass(frozen=True)
class Diagnosis:
    """What one check of a test cell found, as it is kept."""

    exercise: str
    state: str
    kind: str = ""
    case: str = ""
    misconception: str | None = None
    hidden: bool = False
    earned: float = 0.0
    clue: str = ""

    @classmethod
    def of(cls, result: Any) -> Diagnosis:
        """Return what is kept of a check's result, which has the same fields."""
        return cls(**{name: getattr(result, name) for name in cls.__annotations__})


@dataclass
class CellVerdict:
    """What became of one cell that nbgrader keeps a grade or a comment for.

    ``doubt`` says why a person should look; ``text`` is a digest of the answer.
    """

    grade_id: str
    kind: str
    max_score: float | None = None
    auto_score: float | None = None
    unanswered: bool = False
    diagnoses: list[Diagnosis] = field(default_factory=list)
    doubt: str = ""
    text: str = ""


@dataclass
class Verdict:
    """The verdict on a submission: cells with scores, the graded notebook, its cost.

    ``notebook`` is the text of the file, ``seconds`` the time that the verdict took,
    ``restarts`` how often the student's process was lost.
    """

    cells: list[CellVerdict]
    notebook: str
    seconds: float = 0.0
    restarts: int = 0

    @property
    def score(self) -> float:
        """The points that need no person."""
        return sum(c.auto_score or 0.0 for c in self.cells)

    @property
    def scores(self) -> dict[str, float | None]:
        """The points of each cell that has some, None where a person gives them."""
        return {c.grade_id: c.auto_score for c in self.cells if c.max_score is not None}

    @property
    def started(self) -> bool:
        """Tell whether the student has written anything in an answer."""
        written = (c for c in self.cells if c.kind in (ANSWER, MANUAL))
        return not all(c.unanswered for c in written)

    def changed_since(self, old: Verdict | None) -> set[str]:
        """Return the grade_ids whose text differs from what an older verdict saw."""
        if old is None:
            return set()
        before = {c.grade_id: c.text for c in old.cells}
        changed = {c.grade_id for c in self.cells if before.get(c.grade_id) != c.text}
        if changed:  # a test judges answers: with any of them, all tests are new
            changed |= {c.grade_id for c in self.cells if c.kind == TESTS}
        return changed

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, for the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Verdict:
        """Return the verdict that ``as_json`` gave as plain data."""
        cells = []
        for cell in told["cells"]:
            diagnoses = [Diagnosis(**d) for d in cell["diagnoses"]]
            kind = _OF_0_1.get(cell["kind"], cell["kind"])
            cells.append(CellVerdict(**{**cell, "kind": kind, "diagnoses": diagnoses}))
        return cls(cells, told["notebook"], told["seconds"], told["restarts"])
