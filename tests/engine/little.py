"""A small lesson with a teacher's own tests, and a course around it.

Its tests need no TensorFlow and no exercise of ours: plain asserts, partial credit, a
layer object, a function that is handed to the student's, a changed argument.
"""

import copy
import json
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.lessons.markers import HIDDEN_TESTS, without

NAME = "little"
STUB = "# your lines here\npass"

# (id, kind, text, points); a solution stands where a learner's lines go
CELLS = [
    (
        *("title", "prose"),
        "# A little lesson\n\n`given.conv2d` and `given.same_padding` answer here.",
        None,
    ),
    ("imports", "given", "import numpy as np", None),
    ("signal", "locked", "signal = np.arange(6.0)\n", None),
    (
        "kernel",
        "given",
        "kernel = np.array([1.0, 0.0, -1.0])\nprint(kernel)",
        None,
    ),
    ("double", "answer", "def double(x):\n    {}", None),
    (
        "test_double",
        "tests",
        "assert double(3) == 6\n"
        "assert np.allclose(double(signal), 2 * np.arange(6.0))\n"
        "### BEGIN HIDDEN TESTS\n"
        "assert double(-41) == -82, 'hidden-word-82'\n"
        "assert double(signal).shape == (6,)\n"
        "### END HIDDEN TESTS",
        2,
    ),
    ("slide", "answer", "def slide(x, w):\n    {}", None),
    (
        "test_slide",
        "tests",
        "wanted = [-2.0, -2.0, -2.0, -2.0]\n"
        "got = slide(signal, kernel)\n"
        "earned = 3.0 * sum(a == b for a, b in zip(got, wanted)) / 4\n"
        "earned = min(earned, 3.0 if len(got) == 4 else 0.0)\n"
        "earned",
        3,
    ),
    (
        "scale",
        "answer",
        "class Scale:\n"
        "    def __init__(self, factor):\n        self.factor = factor\n"
        "    def forward(self, x):\n        {}",
        None,
    ),
    (
        "test_scale",
        "tests",
        "layer = Scale(2.5)\n"
        "assert layer.factor == 2.5\n"
        "assert np.array_equal(layer.forward(np.ones(3)), [2.5, 2.5, 2.5])\n"
        "layer.factor = 4.0\n"
        "assert layer.forward(np.ones((2, 2))).sum() == 16.0",
        2,
    ),
    ("slope", "answer", "def slope(f, x):\n    {}", None),
    (
        "test_slope",
        "tests",
        "assert abs(slope(lambda t: t * t, 3.0) - 6.0) < 1e-3\n"
        "assert abs(slope(double, 1.0) - 2.0) < 1e-3",
        1,
    ),
    ("clear", "answer", "def clear(x):\n    {}", None),
    (
        "test_clear",
        "tests",
        "numbers = np.ones(4)\nclear(numbers)\nassert (numbers == 0).all()",
        1,
    ),
    ("stops", "answer", "stops = ...", None),
    ("test_stops", "tests", "assert stops == (4, 2)", 1),
    ("why", "written", "Why does the window stop early?", 2),
]

ANSWERS = {
    "double": "return 2 * x",
    "slide": "n = len(x) - len(w) + 1\n"
    "    return np.array([np.sum(x[i:i + len(w)] * w) for i in range(n)])",
    "scale": "return self.factor * x",
    "slope": "return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5",
    "clear": "x[...] = 0",
    "stops": "stops = (4, 2)",
}
FULL = 10.0
_ROLES = {  # grade, solution, locked
    "answer": (False, True, False),
    "tests": (True, False, True),
    "written": (True, True, False),
    "locked": (False, False, True),
}


def notebook(solved=True, hidden=False, answers=None):
    """Return the lesson as a dict; ``answers`` replace whole answer cells."""
    cells = []
    for cell_id, kind, text, points in CELLS:
        source = text
        if kind == "answer":
            source = _answer(cell_id, text, solved)
        if answers and cell_id in answers:
            source = answers[cell_id]
        if kind == "tests" and not hidden:
            source = without(text, HIDDEN_TESTS)
        cells.append(_cell(cell_id, kind, source, points))
    return {
        "cells": cells,
        "metadata": copy.deepcopy(_KERNEL),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
}


def _answer(cell_id, text, solved):
    if cell_id == "stops":
        return ANSWERS["stops"] if solved else text
    inside = ANSWERS[cell_id] if solved else STUB.replace("\n", "\n    ")
    if cell_id == "scale":
        inside = inside.replace("\n    ", "\n        ")
    return text.format(inside)


def _cell(cell_id, kind, source, points):
    markdown = kind in ("prose", "written")
    cell = {
        "cell_type": "markdown" if markdown else "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
    }
    if not markdown:
        cell |= {"execution_count": None, "outputs": []}
    if kind in _ROLES:
        grade, solution, locked = _ROLES[kind]
        cell["metadata"]["nbgrader"] = {
            "grade": grade,
            "grade_id": cell_id,
            "locked": locked,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
        if points is not None:
            cell["metadata"]["nbgrader"]["points"] = points
    return cell


def code(source, cell_id="own"):
    """Return a code cell of the student's own."""
    return _cell(cell_id, "given", source, None)


def as_bytes(tree):
    """Return a notebook's file."""
    return json.dumps(tree, indent=1).encode()


def find(tree, cell_id):
    """Return a cell by its id."""
    return next(cell for cell in tree["cells"] if cell.get("id") == cell_id)


@dataclass(frozen=True)
class Little:
    """The lesson on disk, as a course; ``notebook`` gives copies to submit."""

    course: Course

    @property
    def source(self):
        """The path of the notebook with the hidden tests."""
        return self.course.root / "solutions" / NAME / f"{NAME}.ipynb"

    @property
    def released(self):
        """The path of the notebook that students got."""
        return self.course.root / "notebooks" / NAME / f"{NAME}.ipynb"

    def submit(self, student, content, name=f"{NAME}.ipynb", lesson=NAME):
        """Put a file into a student's folder and return its path."""
        folder = self.course.submitted / student / lesson
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content)
        return path


def make(root, others=()):
    """Write the lesson into a folder, under other names too; return it as a Little."""
    little = Little(Course(Path(root)))
    for name in (NAME, *others):
        source, released = little.course.notebooks(name)
        for path, tree in (
            (source, _with_solutions(notebook(solved=True, hidden=True))),
            (released, notebook(solved=False)),
        ):
            path.parent.mkdir(parents=True)
            path.write_bytes(as_bytes(tree))
    little.course.grading.mkdir()
    return little


def _with_solutions(tree):
    """Put nbgrader's delimiters around the solutions, for generate_assignment."""
    tree = copy.deepcopy(tree)
    for cell in tree["cells"]:
        if cell["id"] in ANSWERS:
            cell["source"] = _delimited(cell["id"], cell["source"])
    return tree


def _delimited(cell_id, source):
    if cell_id == "stops":
        return f"stops = ...\n### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    inside = ANSWERS[cell_id].replace(
        "\n    ", "\n        " if cell_id == "scale" else "\n    "
    )
    pad = " " * (8 if cell_id == "scale" else 4)
    return source.replace(
        inside, f"### BEGIN SOLUTION\n{pad}{inside}\n{pad}### END SOLUTION"
    )
