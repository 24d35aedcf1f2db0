"""Errors that a person can act on: where, and what is wrong there."""

from dataclasses import dataclass
from pathlib import Path


class ProblemError(Exception):
    """Something that the person who ran a command can put right."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one line of a lesson's source."""

    path: Path
    line: int
    text: str

    def __str__(self):
        """Say it as compilers do, so that editors can jump to the line."""
        return f"{self.path}:{self.line}: {self.text}"


class LessonError(ProblemError):
    """A lesson that cannot be built, with every problem found in it."""

    def __init__(self, problems):
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))
