"""Write the graded notebook that formgrader and the feedback read."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.lessons.markers import MANUAL
from autograder.verdict.cells import GradedLesson, LessonCell, Node
from autograder.verdict.rebuild import Step

EMPTY_CODE: Node = {"execution_count": None, "outputs": []}


def graded_notebook(
    lesson: GradedLesson, steps: Sequence[Step], outputs: Sequence[list[Node]]
) -> Node:
    """Return the rebuilt notebook with each step's outputs, as nbformat 4.5.

    Cells and metadata are the release's; of the student's only the text of answers and
    of added cells is in it, and what the cells printed in the verdict's run.
    """
    cells = [
        _cell(number, step, shown)
        for number, (step, shown) in enumerate(zip(steps, outputs, strict=True))
    ]
    return _notebook(lesson, cells)


def unread_notebook(lesson: GradedLesson, why: str) -> Node:
    """Return a notebook that tells a person why there is no verdict."""
    notice = {
        "cell_type": "markdown",
        "id": "for-a-person",
        "metadata": {},
        "source": f"**This submission needs a person.** {why}",
    }
    return _notebook(
        lesson, [notice, *(_released(cell, cell.full) for cell in lesson.cells)]
    )


def _notebook(lesson: GradedLesson, cells: list[Node]) -> Node:
    metadata = {k: v for k, v in lesson.metadata.items() if k != "widgets"}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(number: int, step: Step, outputs: list[Node]) -> Node:
    if step.lesson is not None:
        cell = _released(step.lesson, step.source)
    else:
        cell = _plain(step.cell_type, f"added-{number}", step.source)
    if cell["cell_type"] == "code":
        cell["outputs"] = outputs
    return cell


def _released(cell: LessonCell, source: str) -> Node:
    kind = "markdown" if cell.kind == MANUAL and cell.cell_type != "code" else None
    made = _plain(kind or cell.cell_type, cell.cell_id, source)
    made["metadata"] = json.loads(json.dumps(cell.metadata))
    nbgrader = made["metadata"].get("nbgrader")
    if nbgrader:
        nbgrader["cell_type"] = cell.cell_type
        nbgrader["checksum"] = checksum(cell)
    return made


def _plain(cell_type: str, cell_id: str, source: str) -> Node:
    cell: Node = {
        "cell_type": cell_type,
        "id": cell_id,
        "metadata": {},
        "source": source,
    }
    return cell | (EMPTY_CODE if cell_type == "code" else {})


def checksum(cell: LessonCell) -> str:
    """Return nbgrader's checksum of a lesson's cell as its gradebook knows it.

    The same as nbgrader.utils.compute_checksum, whose import takes seconds.
    """
    nbgrader = cell.metadata["nbgrader"]
    grade, solution = bool(nbgrader.get("grade")), bool(nbgrader.get("solution"))
    locked = not solution and (grade or bool(nbgrader.get("locked")))
    parts = [cell.full, cell.cell_type, str(grade), str(solution), str(locked)]
    parts.append(nbgrader["grade_id"])
    if grade:
        parts.append(str(float(nbgrader["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def as_text(notebook: Mapping[str, Any]) -> str:
    """Return a notebook as the text of its file; without indents, which are slow."""
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "replace").decode()  # halves of letters have no bytes


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o444)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
