"""What a check found, for a report, a grade and a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from byhand.checks.comparing import Difference
from byhand.checks.running import Outcome
from byhand.exercises import Case

Line = tuple[str, str]  # a word and a sentence of a report


@dataclass(frozen=True)
class Failing:
    """The first case that failed: its arguments, both results, and the difference."""

    case: Case
    outcome: Outcome
    expected: Any
    difference: Difference | None


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    ``state`` is "passed", "failed" or "waiting"; ``kind`` says in what it failed:
    "missing", "overwritten", "raised", "time", "changed", "type", "length", "shape",
    "dtype", "finite", "values" or "open". ``lines`` are pairs (word, sentence) for the
    report. ``failing`` holds what the drawing needs. ``evidence`` is what a failed
    check goes on: "named", "wiring", "place", "stated" (the report's own sentence is
    the mistake) or "", where a line is looked for after the report.
    """

    exercise: str
    points: float
    earned: float
    state: str
    kind: str = ""
    case: str = ""
    lines: tuple[Line, ...] = ()
    misconception: str | None = None
    hints: tuple[str, ...] = ()
    hidden: bool = False
    failing: Failing | None = None
    evidence: str = ""
