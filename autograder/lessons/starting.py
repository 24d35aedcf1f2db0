"""Start a new exercise: what stands in every exercise, with blanks for the rest.

A blank is a line with ``FILL IN`` and its name. ``docs/new-exercise.md`` fills in those
of one exercise, and a test does what that page says.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from autograder import paths
from autograder.errors import ProblemError
from autograder.lessons.adopting import find_source
from autograder.lessons.markers import MANUAL, TESTS
from autograder.lessons.source import Lesson, read_lesson
from byhand import exercises

BLANK = re.compile(r"FILL IN (?P<name>[\w-]+)(?:: (?P<what>.*?))?(?:\"|$)")

FILE = '''\
"""``{id}``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


# FILL IN referee: _right, a function that gets the right result from Keras


def _cases():
    rng = seeded({lesson}, {number})
    return (
        # FILL IN cases: at least three, the smallest first
    )


def _hidden(rng):
    return [
        # FILL IN hidden: fresh ones, with other sizes and settings
    ]


EXERCISE = Exercise(
    layer="",  # FILL IN layer: the call of Keras that computes the same
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES

SLIPS = {{
    # FILL IN slips: a mistake's name, and what it computes from the same arguments
}}

### END MISTAKES
'''

CELLS = '''\
# %% [markdown] nbgrader="read-only" grade_id="{id}_statement"
# ### {{{{exercise {id} minutes=10 title="FILL IN heading"}}}}
#
# FILL IN statement: what is asked, in a few sentences


# %% nbgrader="autograded-answer" grade_id="{id}"
def {id}(x):  # FILL IN signature: the parameters, settings by name only
    """FILL IN docstring: what it computes, shapes, Keras's layer, the source."""
    ### BEGIN SOLUTION
    # FILL IN solution: ours
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="{id}" points=2

'''

HEAD = "[exercises]\n"
HINTS = """\
{id} = [
    # FILL IN hints: three, from what to look at to how ours goes, in words
]
"""

WORDS = """
# FILL IN words: likely, look, where and how of each mistake that has none yet
"""

ZOO_HEAD = '''\
"""Functions as learners write them, with what each must be told."""

import numpy as np

from tests.zoo import right, wrong
'''

ZOO = """

# {id} {line}


# FILL IN right: @right("{id}", "its style") over a right function


# FILL IN first-wrong: @wrong("{id}", "a mistake") over a function that makes it


# FILL IN second-wrong: the same with another mistake, or with None for no known one
"""


def started(
    lesson: str, name: str, after: str | None = None, root: Path = paths.ROOT
) -> dict[Path, str]:
    """Return {path: text} of what a new exercise writes or changes.

    Raises `ProblemError` when the name can't be used, or a place isn't found.
    """
    source = find_source(lesson, paths.lesson_sources(root / "solutions"))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ProblemError(f"{name!r} can't be the name of a function")
    if name in exercises.table():
        raise ProblemError(f"there is an exercise {name!r} in the course already")
    room = exercises.room(source.stem)
    new_room = root / "byhand" / "exercises" / room / "__init__.py"
    words = root / "byhand" / "sentences" / f"{source.stem}.toml"
    zoo = root / "tests" / "zoo" / f"{room}.py"
    line = "-" * (82 - len(name))
    number = sum(e.lesson == source.stem for e in exercises.table().values()) + 1
    file = FILE.format(id=name, lesson=int(source.stem[:2]), number=number)
    return {
        root / "byhand" / "exercises" / room / f"{name}.py": file,
        source: _with_cells(read_lesson(source), CELLS.format(id=name), after),
        words: _with_hints(_text(words, HEAD), HINTS.format(id=name)) + WORDS,
        zoo: _text(zoo, ZOO_HEAD) + ZOO.format(id=name, line=line),
        **({} if new_room.exists() else {new_room: ""}),
    }


def blanks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wanted) for the blanks of a text."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := BLANK.search(line):
            yield number, ": ".join(filter(None, (found["name"], found["what"])))


def _text(path: Path, new: str) -> str:
    """Return a file's text, or that of a new one for a lesson of a teacher's own."""
    return path.read_text(encoding="utf-8") if path.exists() else new


def _with_cells(lesson: Lesson, cells: str, after: str | None) -> str:
    """Return a lesson's source with cells before or behind one of its own."""
    lines = lesson.source.splitlines(keepends=True)
    starts = [cell.line for cell in lesson.cells] + [len(lines) + 1]
    for place, cell in enumerate(lesson.cells):
        if after and cell.kind == TESTS and cell.exercise == after:
            at = starts[place + 1]
        elif not after and cell.kind == MANUAL:
            at = cell.line
        else:
            continue
        return "".join([*lines[: at - 1], cells, *lines[at - 1 :]])
    if not after:
        return "".join([*lines, "\n", cells])
    what = f"the check of {after!r} isn't there"
    raise ProblemError(f"{lesson.path.name} has no place: {what}")


def _with_hints(toml: str, hints: str) -> str:
    """Return a file of sentences with hints at the end of its exercises."""
    table = re.search(
        r"^\[exercises\]\n(?:(?!\[mistakes).*\n)*?(?=\n*\[|\Z)", toml, re.M
    )
    if not table:
        raise ProblemError("the lesson's sentences have no table [exercises]")
    return toml[: table.end()] + hints + toml[table.end() :]
