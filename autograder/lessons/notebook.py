"""Turn a lesson into nbgrader's notebooks, byte for byte the same every time."""

import ast
import collections
import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from autograder.doors import buttons
from autograder.lessons.facts import read_facts, shown
from autograder.lessons.markers import (
    ANSWER,
    DEMONSTRATION,
    HIDDEN_TESTS,
    MANUAL,
    MARK_SCHEME,
    READ_ONLY,
    SOLUTION,
    TESTS,
    WRONG_ANSWERS,
    without,
    without_delimiters,
)
from autograder.lessons.source import Cell, Lesson

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
_PLACEHOLDER = re.compile(  # of an answer that is one value
    rf"^\w+ = \.\.\..*\n(?=### BEGIN {SOLUTION}$)", re.MULTILINE
)
# (grade, solution, locked) of nbgrader's schema 3
_ROLES = {
    ANSWER: (False, True, False),
    TESTS: (True, False, True),
    MANUAL: (True, True, False),
    READ_ONLY: (False, False, True),
}


def instructor_notebook(lesson: Lesson, slug: str = "") -> nbformat.NotebookNode:
    """Return the notebook with the solutions in it, without outputs.

    ``slug`` is where the course is published, "owner/name", and gives it buttons.
    """
    metadata = {**METADATA, "byhand": {"source": lesson.digest}}
    notebook = nbformat.v4.new_notebook(metadata=metadata, nbformat_minor=5)
    facts = read_facts(lesson)
    for cell, cell_id in zip(lesson.cells, cell_ids(lesson), strict=True):
        new = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        text = buttons.with_install(shown(cell, facts), slug)
        notebook.cells.append(new(text, id=cell_id, metadata=cell_metadata(cell)))
    if slug:
        line = buttons.links(slug, lesson.name)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(line, id=buttons.CELL))
    return notebook


def solved_notebook(lesson: Lesson) -> nbformat.NotebookNode:
    """Return the notebook that learners may see after the deadline.

    It holds the answers and the mark schemes, no hidden test, and none of nbgrader's
    metadata, so that nobody takes it for a notebook to be handed in.
    """
    notebook = instructor_notebook(lesson)
    del notebook.metadata["byhand"]
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        text = without(cell.source, HIDDEN_TESTS, WRONG_ANSWERS)
        text = _PLACEHOLDER.sub("", text).replace(
            f"### BEGIN {MARK_SCHEME}", "**What the mark scheme says**\n"
        )
        cell.source = without_delimiters(text).strip("\n")
    return notebook


def cell_ids(lesson: Lesson) -> list[str]:
    """Return an id per cell, from its grade_id, else from its text.

    Equal texts are counted, so that an id depends on nothing but the source: an edit
    elsewhere in the lesson leaves it alone.
    """
    seen: collections.Counter[str] = collections.Counter()
    ids = []
    for cell in lesson.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.text}".encode()).hexdigest()
        name = cell.grade_id or digest[:12]
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return ids


def cell_metadata(cell: Cell) -> dict:
    """Return what nbgrader, or for a demonstration our grader, reads of a cell."""
    if cell.kind == DEMONSTRATION:
        return {"tags": [DEMONSTRATION]}
    if cell.kind not in _ROLES:
        return {}
    grade, solution, locked = _ROLES[cell.kind]
    metadata: dict[str, Any] = {
        "grade": grade,
        "grade_id": cell.grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if cell.points is not None:
        metadata["points"] = cell.points
    return {"nbgrader": metadata}


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """Return the file's bytes; keys are sorted, the last line ends."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def student_notebooks(
    notebooks: Mapping[str, nbformat.NotebookNode],
) -> dict[str, nbformat.NotebookNode]:
    """Return {name: student's notebook} for {name: instructor's notebook}.

    nbgrader makes them, in a course folder of its own that is gone afterwards:
    a build must not depend on a course that is running.
    """
    from autograder.lessons.release_step import generate_assignments

    with tempfile.TemporaryDirectory(prefix="byhand-build-") as folder:
        course = Path(folder)
        for name, notebook in notebooks.items():
            path = course / "source" / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(as_bytes(notebook))
        generate_assignments(course, sorted(notebooks))
        return {
            name: _checked_student(course / "release" / name / f"{name}.ipynb")
            for name in notebooks
        }


def _checked_student(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    del notebook.metadata["byhand"]  # only `adopt` needs it
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
    return notebook
