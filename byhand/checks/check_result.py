"""What a check found, for a report, a grade and a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from byhand.checks.comparing import Difference
from byhand.checks.running import Outcome
from byhand.exercises import Case

UNKNOWN = "not recognised"  # so begins what is said where nothing is known
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
    report. ``failing`` holds what the drawing needs.
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

    @property
    def clue(self) -> str:
        """Return the sentence that tells an unnamed mistake from others, or "".

        It is the wiring of the result, or the place of an exception, or the exception.
        """
        lines = {} if self.misconception or self.hidden else dict(self.lines)
        words = ("wiring", "place", "raised")
        return next((lines[word] for word in words if word in lines), self._stated)

    @property
    def _stated(self) -> str:
        """Return what is said to be likely without a name, "" where nothing is."""
        likely = "" if self.misconception else dict(self.lines).get("likely", "")
        return "" if likely.startswith(UNKNOWN) else likely

    @property
    def evidence(self) -> str:
        """Return the strongest kind of evidence that the report gives, "" without any.

        "name" (a misconception), "wiring", "place" (of an exception), "line"
        (that one change puts right), "stated" (what is
        wrong with the call or its result in general) or "call" (a failing call alone).
        """
        if self.state != "failed":
            return ""
        words = {word for word, _ in self.lines}
        if self.misconception:
            return "name"
        found = next(
            (word for word in ("wiring", "place", "change") if word in words), ""
        )
        alone = self.kind in ("values", "shape", "finite", "raised", "open")
        alone &= not any("by hand:" in text for _, text in self.lines)
        alone &= not self._stated
        found = "line" if found == "change" else found
        return found or ("call" if alone and "wanted" not in words else "stated")
