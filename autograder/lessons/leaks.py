"""Prove that what students receive holds nothing that they shouldn't see.

Two ways of looking. Within a lesson the student's notebook may hold a line of the
source no more often than the source has it outside solutions, hidden tests, mark
schemes and wrong answers: exact, whatever the line. In any other file, whole solutions
and hidden tests are looked for, whatever their layout.
"""

import collections
import re
from collections.abc import Iterable, Iterator, Mapping

import nbformat

from autograder.lessons.markers import (
    CODE_STUB,
    HIDDEN_TESTS,
    MARK_SCHEME,
    SOLUTION,
    TEXT_STUB,
    WRONG_ANSWERS,
)
from autograder.lessons.source import Lesson

SECRET = (SOLUTION, HIDDEN_TESTS, MARK_SCHEME, WRONG_ANSWERS)
_MARKS = re.compile(rf"\b(BEGIN|END) ({'|'.join(SECRET)})\b|hidden=True")
_SHORT = 40  # a solution that is one line must be this long to be known again


def leaks(lesson: Lesson, student: nbformat.NotebookNode) -> Iterator[str]:
    """Yield a sentence for everything in a student's notebook that gives away."""
    shown = collections.Counter(_lines("\n".join(c.source for c in student.cells)))
    public = collections.Counter(
        line for cell in lesson.cells for line in _lines(cell.without(*SECRET))
    )
    where = f"the student's notebook of {lesson.name}"
    secret = dict.fromkeys(_secret_lines(lesson))
    for line in secret.keys() - _lines(f"{CODE_STUB}\n{TEXT_STUB}"):
        if shown[line] > public[line]:
            yield f"{where} shows a line of a solution or hidden test: {line!r}"
    for cell in student.cells:
        if _MARKS.search(cell.source):
            yield f"{where} shows a hidden region's marks: cell {cell.id}"
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            yield f"{where} holds an output: cell {cell.id}"


def _secret_lines(lesson):
    for cell in lesson.cells:
        for name in SECRET:
            for text in cell.inside(name):
                yield from _lines(text)


def _lines(text):
    """Return the lines that say something, without their indentation."""
    return [line.strip() for line in text.split("\n") if re.search(r"\w", line)]


def secrets(lessons: Iterable[Lesson]) -> dict[str, str]:
    """Return {squeezed text: what it is} of all that must stay out of an archive."""
    found = {}
    for lesson in lessons:
        for cell in lesson.cells:
            for name in SECRET:
                for text in cell.inside(name):
                    if len(_lines(text)) > 1 or len(text.strip()) >= _SHORT:
                        what = f"{name.lower()} of {cell.grade_id}, {lesson.name}"
                        found[_squeezed(text)] = what
    return found


def secrets_in(text: str, known: Mapping[str, str]) -> list[str]:
    """Return what of the secrets stands in a text, spaces and line ends aside."""
    squeezed = _squeezed(text)
    return [what for secret, what in known.items() if secret in squeezed]


def _squeezed(text):
    """Return the text without white space, quotes and commas, as JSON adds them."""
    return re.sub(r"\\n|\\t|[\s\"',\\]", "", text)
