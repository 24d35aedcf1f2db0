"""Every error of the grader, by who can do something about it.

`ProblemError` is for the person who ran a command. `SubmissionError` leaves one
submission to a person. `StudentError` and its two neighbours are what students' code
did. A `GraderError` is nobody's fault but ours: the submission is tried again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# --- for the person who ran a command ------------------------------------------------


class ProblemError(Exception):
    """Something that the person who ran a command can put right."""


class NoSandboxError(ProblemError):
    """The machine has no level of isolation that suffices."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one line of a lesson's source."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        """Say it as compilers do, so that editors can jump to the line."""
        return f"{self.path}:{self.line}: {self.text}"


class LessonError(ProblemError):
    """A lesson that cannot be built, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


# --- about one submission ------------------------------------------------------------


class SubmissionError(Exception):
    """What was submitted can't be opened; the message is a sentence for a person."""


class FileChangedError(Exception):
    """A file isn't any more what it was when its digest was noted."""


# --- what students' code does --------------------------------------------------------


class StudentError(Exception):
    """What the student's code raised; ``args[0]`` is `worker.kernel.ErrorTold`."""


class CellTimeoutError(Exception):
    """The code was stopped at its limit of time, and the session lives on."""


class SessionLostError(Exception):
    """A session died, hung or sent what is no answer; the message says which."""

    def __init__(self, why: str, late: bool = False) -> None:
        super().__init__(why)
        self.late = late


class RefusedError(Exception):
    """What the judge answers to a request that it doesn't serve.

    The arguments are the name of the exception to raise in the student's code, and its
    message.
    """


class QuestionError(Exception):
    """A question to Keras was too much for it; the message says in what way."""


# --- of the grader itself ------------------------------------------------------------


class GraderError(BaseException):
    """The machine or the grader failed.

    No ``except Exception`` of a test cell swallows it: it is not a verdict.
    """


class SandboxError(GraderError):
    """The warm parent of the sandbox failed."""


class JudgeError(GraderError):
    """The judge could not finish a test cell."""


class RefereeError(GraderError):
    """The process that asks Keras failed."""
