"""The marks in a lesson: kinds of cells, and regions that learners don't see.

A cell's marker says what it is for, ``# %% nbgrader="autograded-answer"``. Within a
cell a region stands between two lines, ``### BEGIN SOLUTION`` and ``### END SOLUTION``.
nbgrader knows the names of kinds and regions as well, "demonstration" aside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ANSWER, TESTS, MANUAL = "autograded-answer", "autograder-tests", "manual-answer"
READ_ONLY, GIVEN, DEMONSTRATION = "read-only", "given", "demonstration"
PROSE = "prose"  # markdown without a marker

SOLUTION, HIDDEN_TESTS, MARK_SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"
WRONG_ANSWERS = "WRONG ANSWERS"
REGION_HOMES = {
    SOLUTION: {ANSWER, MANUAL},
    HIDDEN_TESTS: {TESTS},
    MARK_SCHEME: {MANUAL},
    WRONG_ANSWERS: {ANSWER},
}

# What a learner finds in place of a solution. An unsolved function returns None, so
# that *Restart and run all* passes and the check says calmly that it waits.
CODE_STUB = "# your lines here\npass"
TEXT_STUB = "Your answer:"

_EDGE = re.compile(rf"\b(BEGIN|END) ({'|'.join(REGION_HOMES)})\b")


@dataclass(frozen=True)
class Region:
    """Lines ``start`` to ``stop`` of a cell's text, delimiters included."""

    name: str
    start: int
    stop: int


def marker(
    cell_type: str,
    kind: str = "",
    grade_id: str | None = None,
    points: float | None = None,
    exercise: str | None = None,
) -> str:
    """Return the line that stands above a cell in a percent source."""
    line = "# %% [markdown]" if cell_type == "markdown" else "# %%"
    line += f' nbgrader="{kind}"' if kind else ""
    line += f' exercise="{exercise}"' if exercise else ""
    line += f' grade_id="{grade_id}"' if grade_id else ""
    return line + (f" points={points:g}" if points is not None else "")


def edges(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (index of line, "BEGIN" or "END", name) for each edge of a region."""
    for number, line in enumerate(text.split("\n")):
        if match := _EDGE.search(line):
            yield number, match[1], match[2]


def regions(text: str, *names: str) -> list[Region]:
    """Return the whole regions of a cell's text; all, or those with the names."""
    found, opened = [], None
    for number, edge, name in edges(text):
        if edge == "BEGIN":
            opened = Region(name, number, number)
        elif opened and opened.name == name:
            found.append(Region(name, opened.start, number + 1))
            opened = None
    return [region for region in found if not names or region.name in names]


def inside(text: str, name: str) -> list[str]:
    """Return the text between the delimiters of each region with that name."""
    lines = text.split("\n")
    return ["\n".join(lines[r.start + 1 : r.stop - 1]) for r in regions(text, name)]


def without(text: str, *names: str) -> str:
    """Return the text without the regions of those names."""
    lines = text.split("\n")
    for region in reversed(regions(text, *names)):
        del lines[region.start : region.stop]
    return "\n".join(lines)


def without_delimiters(text: str) -> str:
    """Return the text with what stands in its regions, and no line that marks one."""
    marked = {number for number, _, _ in edges(text)}
    lines = text.split("\n")
    return "\n".join(line for k, line in enumerate(lines) if k not in marked)


def lines_within(text: str, name: str) -> set[int]:
    """Return the numbers, from 1, of the lines in regions with that name.

    The delimiters count. A region that doesn't end reaches to the end of the text.
    """
    found, opened = set(), None
    for number, edge, here in [*edges(text), (text.count("\n"), "END", name)]:
        if here == name and edge == "BEGIN" and opened is None:
            opened = number
        elif here == name and edge == "END" and opened is not None:
            found |= set(range(opened + 1, number + 2))
            opened = None
    return found
