"""The desk of the judge at which checks of ours run, for one submission."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import traceback
from collections.abc import Iterator
from typing import Any

import byhand
from autograder import seam
from autograder.checks.functions import CheckedStudent
from autograder.checks.keras_answers import Asker, StudentsQuestions
from autograder.checks.question_size import refuse_large
from autograder.errors import RefusedError
from autograder.sandbox.process_limits import Limits
from autograder.verdict.cells import GradedLesson
from autograder.verdict.proxies import hold_to_shape
from byhand.checks import reporting
from byhand.checks.check_result import CheckResult
from byhand.checks.desk import Compute, Desk, Referee, seated
from byhand.referee import OPERATIONS

_GIVEN = re.compile(r"\bgiven\.(\w+)")


class Given:
    """Keras's operations for a student's code, capped in count and in size."""

    def __init__(self, limits: Limits, compute: Compute) -> None:
        self.left = limits.given_calls
        self.compute = compute

    def __call__(self, name: Any, args: Any, kwargs: Any, offered: bool = True) -> Any:
        """Answer a call, or raise RefusedError, also when it isn't ``offered`` now."""
        self.left -= 1
        if self.left < 0:
            raise RefusedError("RuntimeError", "given was called too often")
        if not isinstance(name, str) or not offered:
            raise RefusedError("RuntimeError", f"by hand: given.{name} is not for here")
        hold_to_shape(args, kwargs)
        if name not in OPERATIONS:
            raise AttributeError(f"given has no operation {name!r}")
        return self.compute(name, args, kwargs)


class CheckBench(seam.Bench):
    """What checks ask for while one submission is judged.

    ``referee`` answers for Keras; with a lesson, ``given.<name>`` may be asked for once
    its text has offered it.
    """

    student = CheckedStudent

    def __init__(
        self, referee: Referee, lesson: GradedLesson | None, limits: Limits, seed: int
    ) -> None:
        self.referee, self.seed = referee, seed
        ask: Compute = functools.partial(_small, referee.operation)
        if isinstance(referee, Asker):
            ask = StudentsQuestions(referee, limits.total_seconds, refuse_large)
        self.given = Given(limits, ask)
        self.offers = None if lesson is None else _offers(lesson)
        self.offered: frozenset[str] = frozenset()
        self.serving = {"given": self.answer}

    @contextlib.contextmanager
    def seated(self, student: Any, report: seam.Report) -> Iterator[None]:
        """Give checks a desk that reports to the judge."""

        def tell(result: CheckResult) -> None:
            text, page = reporting.text(result), reporting.page(result)
            report(result, {"text/plain": text, "text/html": page})

        desk = Desk(
            seed=self.seed,
            referee=self.referee,
            given=self.referee.operation,
            report=tell,
            announce=student.expect,
        )
        student.compute = self.given.compute
        with seated(desk):
            yield

    def at(self, index: int) -> None:
        """Offer what the text up to a cell offers."""
        if self.offers is not None:
            self.offered = self.offers[index]

    def testing(self, names: frozenset[str]) -> None:
        """Offer nothing that is tested now."""
        self.offered -= names

    def answer(self, name: Any, args: Any, kwargs: Any) -> Any:
        """Answer ``given.<name>`` with Keras's numbers, where the lesson offers it."""
        offered = isinstance(name, str) and name in self.offered
        return self.given(name, args, kwargs, offered or self.offers is None)

    def fault(self, error: Exception) -> str:
        """Say where a check raised that should have judged."""
        checks = os.path.dirname(byhand.__file__) + os.sep
        for place in traceback.extract_tb(error.__traceback__):
            if place.filename.startswith(checks):
                return f"{type(error).__name__}: {error} ({place.name})"
        return ""


def _small(compute: Compute, name: str, args: Any, kwargs: Any) -> Any:
    refuse_large(name, args, kwargs)
    return compute(name, args, kwargs)


def maker(referee: Referee) -> seam.BenchMaker:
    """Return what makes a submission's bench; ``referee`` answers for Keras."""

    def make(lesson: GradedLesson | None, limits: Limits, seed: int) -> CheckBench:
        return CheckBench(referee, lesson, limits, seed)

    return make


def _offers(lesson: GradedLesson) -> list[frozenset[str]]:
    """Return the operations that the text offers as ``given.name`` up to each cell."""
    offered: list[frozenset[str]] = []
    found: frozenset[str] = frozenset()
    for cell in lesson.cells:
        found |= frozenset(_GIVEN.findall(cell.source))
        offered.append(found)
    return offered
