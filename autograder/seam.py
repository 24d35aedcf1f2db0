"""What a course's own checks give the grader: all of it is declared here.

A plain nbgrader course has ``assert`` cells and nothing else, and these classes are
what it has: they do nothing. A course with checks of its own puts subclasses into
`autograder.checks`; no other module of the grader knows of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

Use: TypeAlias = Literal["judge", "show", "probe"]  # what a worker is started for
Serving: TypeAlias = Mapping[str, Callable[..., Any]]
Report: TypeAlias = Callable[[Any, Mapping[str, str]], None]
_OWN = "autograder.checks"


class Named(Protocol):
    """An exercise as pages and reports name it."""

    title: str
    number: str
    kind: str
    lesson: str


class Service:
    """A process beside the judges that answers their questions; here, none."""

    def start(self) -> Any:
        """Start it where it doesn't run; return the line to it, as plain data."""
        return None

    def expect(self, seeds: Mapping[str, int]) -> None:
        """Note which lessons are going to be judged, and with which seed each."""

    def stop(self) -> None:
        """End it."""


class Bench:
    """What the judge of one submission has beside the student's names.

    ``student`` is the class of the judge's end of the student's process, None for
    `autograder.verdict.proxies.Student`; ``serving`` answers what the student's code
    asks, by kind of request.
    """

    student: Any = None
    serving: Serving = MappingProxyType({})

    def seated(self, student: Any, report: Report) -> AbstractContextManager[Any]:
        """Let test cells run under ``with``.

        ``report(result, shown)`` takes what a check found, and how it is displayed by
        MIME type. The fields of a result are those of
        `autograder.verdict.verdicts.Diagnosis`.
        """
        return contextlib.nullcontext()

    def at(self, index: int) -> None:
        """Note which cell of the lesson comes now."""

    def testing(self, names: frozenset[str]) -> None:
        """Note what the test cell that comes now reads."""

    def fault(self, error: Exception) -> str:
        """Say what failed when it was a check and no student's code; "" otherwise."""
        return ""


BenchMaker: TypeAlias = Callable[..., Bench]  # of (lesson, limits, seed)


class Checks:
    """A course's own checks; this class stands for a course that has none.

    ``name`` is what `named` finds them by, ``style`` the CSS of their reports,
    ``inside`` the module of `autograder.worker` that belongs to them.
    """

    name = ""
    inside = ""

    @property
    def style(self) -> str:
        """The style of their reports, for pages."""
        return ""

    def version(self) -> str:
        """Return a digest of all of theirs that a verdict depends on."""
        return ""

    def places(self, use: Use) -> dict[str, Path]:
        """Return {place in the sandbox: path} of what students' code may read."""
        return {}

    def service(self, folder: Path) -> Service:
        """Return what answers the judges, and keeps its answers in a folder."""
        return Service()

    def benches(self, line: Any) -> BenchMaker:
        """Return what makes the Bench of a submission; a lesson None offers all."""
        return lambda lesson, limits, seed: Bench()

    def exercises(self) -> Mapping[str, Named]:
        """Return the exercises by name."""
        return {}

    def likely(self, misconception: str, exercise: str) -> str:
        """Return the sentence on a mistake that was recognised in an exercise."""
        return ""

    def smallest_of(self, mistake: Any) -> Any:
        """Return the smallest case that shows a mistake of the report, or None."""
        return None

    def questions(self, data: Any) -> Sequence[Any]:
        """Return the questions asked before and after the course."""
        return ()


def digest(files: Iterable[Path]) -> str:
    """Return a digest of files, of their names and bytes."""
    state = hashlib.sha256()
    for path in sorted(files):
        state.update(path.name.encode())
        state.update(path.read_bytes())
    return state.hexdigest()


def own() -> Checks:
    """Return the checks that are installed, or those of a plain course."""
    try:
        found = importlib.util.find_spec(_OWN) and importlib.util.find_spec("byhand")
    except ImportError:
        found = None
    if not found:
        return Checks()
    checks: Checks = importlib.import_module(_OWN).CHECKS
    return checks


def named(name: str) -> Checks:
    """Return the checks of that name, "" for a plain course."""
    return own() if name else Checks()
