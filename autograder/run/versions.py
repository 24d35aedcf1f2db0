"""Digests of all that a verdict depends on beside the submission."""

import functools
import hashlib

from autograder import paths, seam
from autograder.course import Course, parts_of

ROOMS = ("run", "verdict", "sandbox", "worker", "gradebook", "checks")


@functools.cache
def grader_version() -> str:
    """Return a digest of the rooms that have a say in a verdict."""
    rooms = (paths.ROOT / "autograder" / room for room in ROOMS)
    return seam.digest(path for room in rooms for path in room.glob("*.py"))


def code_version(checks: seam.Checks) -> str:
    """Return a digest of the checks and the grader, as this machine has them."""
    return checks.version() + grader_version()


@functools.cache
def version_of(course: Course, lesson: str) -> str:
    """Return a digest of all that a verdict depends on beside the submission."""
    parts = [seam.digest(course.notebooks(lesson)), code_version(course.checks)]
    kit = course.kit(lesson)
    if kit.packages:
        parts += kit.packages
    if course.folders:
        parts.append(seam.digest(course.folders.files(parts_of(lesson)[0])))
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
