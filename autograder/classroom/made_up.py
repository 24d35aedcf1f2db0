"""A made-up class: honest, partly wrong, odd and untouched submissions.

Everything follows from a seed, the built notebooks and ``mistakes``, so that a class
can be made again anywhere, also where the tests are not.
"""

import re
import shutil
import textwrap
from collections.abc import Sequence

import nbformat
import numpy as np

from autograder.classroom.wrong_versions import wrong_versions
from autograder.course import Course
from autograder.lessons.markers import SOLUTION, regions, without_delimiters
from autograder.lessons.notebook import as_bytes

GUESSED = "concept_before"  # the test before the course, which nobody can know
MARK = "made-up-class.txt"  # tells a made-up class from a real one

# student: (share of exercises right, share wrong; the rest is left blank, oddity)
CLASS = {
    "ada": (1, 0, None),
    "alan": (1, 0, None),
    "emmy": (1, 0, "own cells"),
    "carl": (0.8, 0.2, None),
    "mary": (0.6, 0.4, None),
    "george": (0.5, 0.3, None),
    "sofia": (0.3, 0.2, None),
    "leonhard": (0.2, 0.8, "saved outputs"),
    "pierre": (0, 0, "untouched"),
    "joseph": (1, 0, "first lesson only"),
    "grace": (1, 0, "prints and warns"),
    "hedy": (1, 0, "imports tensorflow"),
    "kurt": (1, 0, "syntax error"),
    "blaise": (1, 0, "endless loop"),
    "maria": (1, 0, "old format"),
    "evariste": (1, 0, "test cell deleted"),
}


def make_class(
    course: Course, seed: int = 0, students: Sequence[str] = tuple(CLASS)
) -> int:
    """Write a class's submissions into the course; return their number.

    A file that is there already stays as it is, with what is known of it.
    """
    wanted = {}
    for place, name in enumerate(course.lessons()):
        for number, student in enumerate(students):
            rng = np.random.default_rng([seed, number, place])
            content = submission(course, name, student, rng, first=place == 0)
            if content is not None:
                path = course.submitted / student / name / f"{name}.ipynb"
                wanted[path] = content
    for path in set(course.submitted.glob("*/*/*.ipynb")) - wanted.keys():
        shutil.rmtree(path.parent)
    for path, content in wanted.items():
        if not (path.exists() and path.read_bytes() == content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (course.grading / MARK).write_text(told(seed))
    return len(wanted)


def told(seed: int) -> str:
    """Return what a file beside a made-up class says of it."""
    return f"Made from seed {seed}; `make grade` keeps its marks.\n"


def submission(
    course: Course,
    lesson: str,
    student: str,
    rng: np.random.Generator,
    *,
    first: bool,
) -> bytes | None:
    """Return the bytes that one student submits of one lesson, or None."""
    right, wrong, oddity = CLASS[student]
    if oddity == "first lesson only" and not first:
        return None
    both = course.notebooks(lesson)
    solved, notebook = (nbformat.read(path, as_version=4) for path in both)
    if oddity != "untouched":
        _answer(notebook, solved, rng, right, wrong)
    if oddity in _ODD:
        _ODD[oddity](notebook, first)
    return as_bytes(notebook)


def _answer(notebook, solved, rng, right, wrong):
    """Fill in each answer: right, with a mistake, or not at all."""
    for cell, solution in zip(notebook.cells, solved.cells, strict=True):
        role = cell.metadata.get("nbgrader", {})
        if not role.get("solution"):
            continue
        if role.get("grade"):
            cell.source += "\n\nThe window moves, and each stop is a sum of products."
            continue
        if role.get("grade_id") == GUESSED:
            cell.source = _guessed(cell.source, rng)
            continue
        luck = rng.random()
        if luck < right:
            cell.source = solved_text(solution.source)
        elif luck < right + wrong:
            cell.source = _mistaken(solution.source, rng) or cell.source


def _guessed(source, rng):
    """Return a cell with a letter in the place of each ``...``."""
    return re.sub(r"\.\.\.", lambda _: f'"{rng.choice(list("abcde"))}"', source)


def solved_text(source: str) -> str:
    """Return an instructor's answer as a learner would have written it."""
    return without_delimiters(source).rstrip()


def _mistaken(source, rng):
    """Return the answer with one mistake in its solution, or None."""
    for region in regions(source, SOLUTION):
        lines = source.split("\n")
        inner = "\n".join(lines[region.start + 1 : region.stop - 1])
        found = wrong_versions(textwrap.dedent(inner))
        if found:
            text = found[sorted(found)[rng.integers(len(found))]]
            indent = re.match(r"\s*", inner)[0]
            lines[region.start : region.stop] = [textwrap.indent(text, indent)]
            return solved_text("\n".join(lines))
    return None


def _answers(notebook):
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.metadata.get("nbgrader", {}).get("solution")
    ]


def _functions(notebook):
    return [cell for cell in _answers(notebook) if cell.source.startswith("def ")]


def _own_cells(notebook, _first):
    note = nbformat.v4.new_markdown_cell("My notes.", id="own-note")
    code = nbformat.v4.new_code_cell("scratch = 1 + 1\nscratch", id="own-code")
    notebook.cells[1:1] = [note, code]


def _saved_outputs(notebook, _first):
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="seen before\n")]


def _prints_and_warns(notebook, _first):
    noise = (
        '    print("here")\n    import warnings\n'
        '    warnings.warn("look at this", stacklevel=1)\n'
    )
    for cell in _functions(notebook):
        cell.source = _before_last_return(cell.source, noise)


def _before_last_return(source, lines):
    head, keyword, tail = source.rpartition("    return ")
    own_line = not head or head.endswith("\n")
    return f"{head}{lines}{keyword}{tail}" if keyword and own_line else source


def _imports_tensorflow(notebook, _first):
    code = nbformat.v4.new_code_cell("import tensorflow as tf", id="own-code")
    notebook.cells.insert(1, code)


def _syntax_error(notebook, _first):
    _answers(notebook)[-1].source += "\ndef unfinished(:"


def _endless_loop(notebook, first):
    for cell in _functions(notebook)[: 1 if first else 0]:
        line = cell.source.index("\n", cell.source.rindex('"""')) + 1
        head, tail = cell.source[:line], cell.source[line:]
        cell.source = f"{head}    while True:\n        pass\n{tail}"


def _old_format(notebook, _first):
    """Save as before cell ids and without a kernel, as older editors do."""
    notebook.nbformat_minor = 4
    notebook.metadata = {}
    for cell in notebook.cells:
        del cell["id"]


def _test_cell_deleted(notebook, _first):
    tests = [
        number
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    ]
    del notebook.cells[tests[0]]


_ODD = {
    "own cells": _own_cells,
    "saved outputs": _saved_outputs,
    "prints and warns": _prints_and_warns,
    "imports tensorflow": _imports_tensorflow,
    "syntax error": _syntax_error,
    "endless loop": _endless_loop,
    "old format": _old_format,
    "test cell deleted": _test_cell_deleted,
}
