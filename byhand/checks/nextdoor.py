"""Find the learner's own function in the notebook next door, if it passes its check."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand import exercises
from byhand.checks.checking import stands_alone


def find(name: str, start: Path | None = None) -> Callable[..., Any] | None:
    """Return the learner's function for an exercise of an earlier lesson, or None.

    ``notebooks/02_convolution/02_convolution.ipynb`` stands next door to the folder of
    the running lesson. What its cells define is defined again in a namespace of its
    own; a cell that raises is passed over. The function is taken when it passes its
    visible check, and nothing has to stand in for a part of it.
    """
    exercise = exercises.table().get(name)
    if exercise is None:
        return None
    notebook = _notebook(exercise.lesson, Path(start or Path.cwd()))
    function = _defined(notebook).get(name) if notebook else None
    if not callable(function):
        return None
    return function if stands_alone(name, function) else None


def _notebook(lesson: str, start: Path) -> Path | None:
    for folder in (start, *start.parents):
        for place in (folder / lesson, folder / "notebooks" / lesson):
            if (place / f"{lesson}.ipynb").is_file():
                return place / f"{lesson}.ipynb"
    return None


def _defined(notebook: Path) -> dict[str, Any]:
    """Return what the imports, functions and classes of a notebook define.

    Nothing else runs: no plot appears, no network is trained.
    """
    scope: dict[str, Any] = {"__name__": notebook.stem}
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        try:
            tree = ast.parse("".join(cell["source"]))
            tree.body = [n for n in tree.body if isinstance(n, _DEFINING)]
            exec(compile(tree, str(notebook), "exec"), scope)
        except Exception:
            continue
    return scope


_DEFINING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.ClassDef,
)
