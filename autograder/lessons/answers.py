"""Run the answer cells of a lesson's source and hand out what they define.

Tests, the recording of values and the sample class reach the course's answers here and
nowhere else; ``byhand`` holds none.
"""

import contextlib
import functools
import io
from typing import Any

from autograder import paths
from autograder.lessons.markers import ANSWER, GIVEN, READ_ONLY
from autograder.lessons.source import Lesson, read_lesson

SOLUTIONS = paths.SOLUTIONS


def lesson_source(lesson: str) -> Lesson:
    """Return a lesson of the course, read."""
    return read_lesson(SOLUTIONS / f"{lesson}.py")


@functools.cache
def namespace(lesson: str) -> dict[str, Any]:
    """Return all that the given and answer cells of a lesson define.

    Demonstrations and test cells are left out; so are checks.
    """
    read = lesson_source(lesson)
    scope = {"__name__": lesson}
    for cell in read.cells:
        if cell.cell_type == "code" and cell.kind in (ANSWER, GIVEN, READ_ONLY):
            code = "\n" * cell.line + cell.text  # lines are numbered as in the source
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, str(read.path), "exec"), scope)
    return scope


def lessons() -> list[str]:
    """Return the names of the lessons that have a source, in order."""
    return [path.stem for path in paths.lesson_sources(SOLUTIONS)]
