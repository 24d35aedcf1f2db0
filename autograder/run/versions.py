"""Digests of all that a verdict depends on beside the submission."""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import byhand
from autograder import paths
from autograder.course import Course
from byhand.checks import recorded

ROOMS = ("run", "verdict", "sandbox", "worker", "gradebook")


@functools.cache
def checks_version() -> str:
    """Return a digest of the checks, as installed, with their recorded cases."""
    package = Path(byhand.__file__).parent
    place = recorded.folder()
    kept = place.glob("*") if place.is_dir() else ()
    kinds = ("*.py", "*.json", "*.toml")
    files = (path for kind in kinds for path in package.rglob(kind))
    return _digest([*files, *kept])


@functools.cache
def grader_version() -> str:
    """Return a digest of the rooms that have a say in a verdict."""
    rooms = (paths.ROOT / "autograder" / room for room in ROOMS)
    return _digest(path for room in rooms for path in room.glob("*.py"))


def code_version() -> str:
    """Return a digest of the checks and the grader, as this machine has them."""
    return checks_version() + grader_version()


@functools.cache
def version_of(course: Course, lesson: str) -> str:
    """Return a digest of all that a verdict depends on beside the submission."""
    parts = _digest(course.notebooks(lesson)), checks_version(), grader_version()
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def _digest(files: Iterable[Path]) -> str:
    state = hashlib.sha256()
    for path in sorted(files):
        state.update(path.name.encode())
        state.update(path.read_bytes())
    return state.hexdigest()
