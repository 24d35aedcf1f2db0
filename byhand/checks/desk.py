"""The desk of a check: all that differs between a notebook, a file and a judge.

The same check runs in a learner's notebook, on the command line and for a grade. What
is not the same there (who answers for Keras, which seed hidden cases come from, where
a report goes) is asked from the desk that ``current()`` gives. A learner's desk needs
no setting up; a grader takes a seat at one of its own: ``with seated(desk):``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from byhand.checks.check_result import CheckResult
    from byhand.exercises import Case

Compute = Callable[[str, Sequence[Any], Mapping[str, Any]], Any]


class Referee(Protocol):
    """Whoever answers for Keras: this process, or one that it asks.

    ``seed`` None means the visible cases of an exercise.
    """

    def expected(self, exercise_id: str, seed: int | None) -> list[Any]:
        """Return the right result of each case."""

    def predicted(
        self, exercise_id: str, seed: int | None, names: Sequence[str] | None = None
    ) -> dict[str, list[list[Any]]]:
        """Return what the named misconceptions give, or all, in each variant."""

    def usable(self, exercise_id: str, seed: int) -> tuple[int, ...]:
        """Return which hidden cases can do without what has a default."""

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute an operation of ``byhand.referee``."""


def seed_of_environment() -> int:
    """Return the setting BYHAND_SEED, a whole number, 0 without it."""
    return int(os.environ.get("BYHAND_SEED", "0"))


@dataclass(frozen=True)
class Desk:
    """What a check asks for; without any setting, a learner's.

    Parameters
    ----------
    seed : int, of hidden cases
    referee : Referee, None for recorded answers and Keras in this process
    given : ``given(name, args, kwargs)`` computes an operation of ``byhand.given``;
        None takes the learner's own function where it passes, else the referee's
    report : called with each result of ``check``; None shows it on the screen
    announce : called with the cases of a check before it runs them
    """

    seed: int = field(default_factory=seed_of_environment)
    referee: Referee | None = None
    given: Compute | None = None
    report: Callable[[CheckResult], None] | None = None
    announce: Callable[[Sequence[Case]], None] | None = None


_current: ContextVar[Desk] = ContextVar("desk")
_of_process: Desk | None = None


def current() -> Desk:
    """Return the desk of the check that runs now, a learner's by default."""
    return _current.get(None) or _of_process or Desk()


def settle(desk: Desk) -> None:
    """Use this desk in all threads of this process where nobody is seated."""
    global _of_process
    _of_process = desk


@contextlib.contextmanager
def seated(desk: Desk) -> Iterator[Desk]:
    """Let all checks under ``with`` use this desk."""
    token = _current.set(desk)
    try:
        yield desk
    finally:
        _current.reset(token)
