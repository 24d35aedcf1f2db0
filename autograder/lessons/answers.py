"""Run the answer cells of a lesson's source and hand out what they define.

Tests, the recording of values and the sample class reach the course's answers here and
nowhere else; ``byhand`` holds none.
"""

import contextlib
import functools
import io
import re

from autograder import paths

SOLUTIONS = paths.SOLUTIONS
CELL = re.compile(r"^# %%(?P<head>.*)$", re.MULTILINE)


def cells(source):
    """Yield (header, body) of each cell of a percent-format source.

    Empty lines stand before a body, so that its line numbers are those of the source.
    """
    marks = list(CELL.finditer(source))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(source)
        above = "\n" * source.count("\n", 0, mark.end())
        yield mark["head"], above + source[mark.end() : end]


@functools.cache
def namespace(lesson):
    """Return all that the given and answer cells of a lesson define.

    Demonstrations and test cells are left out; so are checks.
    """
    path = SOLUTIONS / f"{lesson}.py"
    scope = {"__name__": lesson}
    for head, body in cells(path.read_text(encoding="utf-8")):
        markdown = "[markdown]" in head
        if markdown or "demonstration" in head or "autograder-tests" in head:
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(body, str(path), "exec"), scope)
    return scope


def lessons():
    """Return the names of the lessons that have a source, in order."""
    return sorted(p.stem for p in SOLUTIONS.glob("[0-9][0-9]_*.py"))
