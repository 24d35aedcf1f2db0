"""Find the learner's own function in the notebook next door, if it passes its check."""

import json
from pathlib import Path

import numpy as np

from byhand import exercises


def find(name, start=None):
    """Return the learner's function for an exercise of an earlier lesson, or None.

    ``notebooks/02_convolution/02_convolution.ipynb`` stands next door to the folder of
    the running lesson. Its answer cells are run in a namespace of their own, in order;
    a cell that raises is passed over. The function is taken when its visible check
    passes.
    """
    exercise = exercises.table().get(name)
    if exercise is None:
        return None
    notebook = _notebook(exercise.lesson, Path(start or Path.cwd()))
    function = _answers(notebook).get(name) if notebook else None
    if not callable(function):
        return None
    from byhand.checking import judge

    return function if judge(name, function).state == "passed" else None


def _notebook(lesson, start):
    for folder in (start, *start.parents):
        for place in (folder / lesson, folder / "notebooks" / lesson):
            if (place / f"{lesson}.ipynb").is_file():
                return place / f"{lesson}.ipynb"
    return None


def _answers(notebook):
    """Return what the answer cells of a notebook define."""
    from byhand import data, given

    scope = {"np": np, "given": given, "data": data, "__name__": notebook.stem}
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    for cell in cells:
        marks = cell.get("metadata", {}).get("nbgrader", {})
        if cell.get("cell_type") == "code" and marks.get("solution"):
            try:
                exec("".join(cell["source"]), scope)
            except Exception:
                continue
    return scope
