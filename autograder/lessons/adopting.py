"""Bring an edit made in a built notebook back to the lesson's percent source.

Cells that weren't touched keep the very lines that they have in the source, so the
difference that git shows is the edit and nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.doors import buttons
from autograder.errors import ProblemError
from autograder.lessons import markers
from autograder.lessons.facts import HEADING, TEMPLATE, expand, read_facts, shown
from autograder.lessons.notebook import cell_ids
from autograder.lessons.source import read_lesson

CHECK = re.compile(r'\bcheck\("(\w+)"')


def adopted(path: Path, notebook: NotebookNode) -> str:
    """Return the new text of the source at ``path`` after edits in ``notebook``."""
    lesson = read_lesson(path)
    if notebook.metadata.get("byhand", {}).get("source") != lesson.digest:
        raise ProblemError(
            f"{path.name} has changed since the notebook was built from it. Put the "
            "source back as it was, adopt, and make your change again."
        )
    lines = lesson.source.split("\n")
    edges = [cell.line - 1 for cell in lesson.cells] + [len(lines)]
    known = {
        name: (cell, lines[start:stop])
        for name, cell, start, stop in zip(
            cell_ids(lesson), lesson.cells, edges, edges[1:], strict=False
        )
    }
    facts = read_facts(lesson)
    blocks = lines[: edges[0]]
    for node in notebook.cells:
        if node.id == buttons.CELL:  # written at each build
            continue
        cell, old = known.pop(node.id, (None, []))
        blocks += _block(node, cell, old, facts)
    return "\n".join(blocks).rstrip("\n") + "\n"


def _block(node, cell, old, facts):
    """Return the source's lines for one cell of the edited notebook."""
    if cell is None or cell.cell_type != node.cell_type:
        return [new_marker(node), *_body(node, node.source), ""]
    text = buttons.without_install(node.source)
    if text == shown(cell, facts):
        return old
    return [old[0], *_body(node, _with_unshown(text, cell, facts)), ""]


def _with_unshown(text, cell, facts):
    """Put back what the source has and a notebook doesn't show.

    Templates of headings go where the heading still stands, others to the start, and
    wrong answers to the end.
    """
    if cell.cell_type == "code":
        regions = markers.regions(cell.text, markers.WRONG_ANSWERS)
        hidden = (line for r in regions for line in cell.lines[r.start : r.stop])
        return "\n".join([text, *hidden])
    for match in TEMPLATE.finditer(cell.text):
        if match["word"] == HEADING:
            text = text.replace(expand(match[0], facts), match[0])
        else:
            text = match[0] + text
    return text


def _body(node, text):
    if node.cell_type == "code":
        return text.split("\n")
    return [f"# {line}".rstrip() for line in text.split("\n")]


def new_marker(node: NotebookNode) -> str:
    """Return the marker for a cell that was added in the notebook."""
    meta = node.metadata.get("nbgrader", {})
    role = tuple(bool(meta.get(key)) for key in ("grade", "solution", "locked"))
    kinds = {
        (False, True, False): markers.ANSWER,
        (True, False, True): markers.TESTS,
        (True, False, False): markers.TESTS,
        (True, True, False): markers.MANUAL,
        (False, False, True): markers.READ_ONLY,
    }
    if role in kinds:
        points = meta["points"] if meta.get("grade") else None
        return markers.marker(
            node.cell_type, kinds[role], points=points, **_names(node, kinds[role])
        )
    shown = markers.DEMONSTRATION in node.metadata.get("tags", ())
    return markers.marker(node.cell_type, markers.DEMONSTRATION if shown else "")


def _names(node: NotebookNode, kind: str) -> dict[str, Any]:
    """Return what a marker names: the exercise of a test, and the cell's id."""
    grade_id = node.metadata["nbgrader"].get("grade_id", "")
    checked = CHECK.search(node.source) if kind == markers.TESTS else None
    if not checked:
        return {"grade_id": grade_id}
    other = grade_id != f"test_{checked[1]}"
    return {"exercise": checked[1], "grade_id": grade_id if other else None}


def find_source(name: str, sources: Sequence[Path]) -> Path:
    """Return the one source whose name starts so: "02" or "02_convolution"."""
    found = [path for path in sources if name and path.stem.startswith(name)]
    if len(found) != 1:
        known = ", ".join(path.stem for path in sources) or "none yet"
        raise ProblemError(f"LESSON={name or '?'} names no lesson; there are: {known}")
    return found[0]


def saved_by_hand(path: Path, metadata: Mapping[str, object]) -> bool:
    """Tell whether someone saved a built notebook in JupyterLab since."""
    if not path.exists():
        return False
    notebook = nbformat.read(path, as_version=4)
    ran = any(cell.get("outputs") for cell in notebook.cells)
    ours = {key: notebook.metadata.get(key) for key in metadata}
    return ran or ours != metadata
