"""Run the answer cells of a lesson's source and hand out what they define.

Tests, the recording of values and the sample class reach the course's answers here and
nowhere else; ``byhand`` holds none.
"""

import contextlib
import functools
import io
from typing import Any

from autograder import paths
from autograder.lessons.source import ANSWER, GIVEN, READ_ONLY, read_lesson

SOLUTIONS = paths.SOLUTIONS


@functools.cache
def namespace(lesson: str) -> dict[str, Any]:
    """Return all that the given and answer cells of a lesson define.

    Demonstrations and test cells are left out; so are checks.
    """
    path = SOLUTIONS / f"{lesson}.py"
    scope = {"__name__": lesson}
    for cell in read_lesson(path).cells:
        if cell.cell_type == "code" and cell.kind in (ANSWER, GIVEN, READ_ONLY):
            code = "\n" * cell.line + cell.text  # line numbers are the source's
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, str(path), "exec"), scope)
    return scope


def lessons() -> list[str]:
    """Return the names of the lessons that have a source, in order."""
    return sorted(p.stem for p in SOLUTIONS.glob("[0-9][0-9]_*.py"))
