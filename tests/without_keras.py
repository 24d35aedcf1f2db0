"""Run the lessons in a process that can't import TensorFlow, Keras or tqdm.

``python -m tests.without_keras`` prints JSON: for each lesson its points, the cells
that raised, and those whose numbers of Keras's weren't recorded. Cells run in
IPython's shell, without a kernel.
"""

import contextlib
import io
import json
import os
import sys

import nbformat

BLOCKED = ("tensorflow", "keras", "tqdm", "autograder", "nbgrader")
COMPUTED = "NumPy computed this in its place"
UNTOUCHED, SOLVED = "notebooks", "solutions"


def ran(shell, path, wanted):
    """Run cells of a notebook and return what came of them."""
    notebook = nbformat.read(path, as_version=4)
    shell.reset(new_session=False)
    earned = possible = 0
    raised, unrecorded = [], []
    os.chdir(path.parent)
    for cell in notebook.cells:
        if cell.cell_type != "code" or not wanted(cell):
            continue
        with contextlib.redirect_stdout(io.StringIO()) as said:
            result = shell.run_cell(cell.source, store_history=True)
        if COMPUTED in said.getvalue():
            unrecorded.append(cell.source)
        role = cell.metadata.get("nbgrader", {})
        if result.error_before_exec or result.error_in_exec:
            raised.append([cell.source, said.getvalue()[-1500:]])
        elif role.get("grade"):
            possible += role["points"]
            earned += result.result
    return {
        "earned": earned,
        "possible": possible,
        "raised": raised,
        "unrecorded": unrecorded,
    }


def main(root):
    """Run every lesson and print what came of it."""
    import matplotlib

    for name in BLOCKED:
        sys.modules[name] = None
    matplotlib.use("Agg")
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("colors", "NoColor")
    told = {}
    for folder in sorted((root / UNTOUCHED).glob("[0-9][0-9]_*")):
        file = f"{folder.name}/{folder.name}.ipynb"
        untouched = ran(shell, root / UNTOUCHED / file, lambda cell: True)
        solved = ran(
            shell,
            root / SOLVED / file,
            lambda cell: "demonstration" not in cell.metadata.get("tags", ()),
        )
        told[folder.name] = {UNTOUCHED: untouched, SOLVED: solved}
    print(json.dumps(told))


if __name__ == "__main__":
    from tests.conftest import ROOT

    main(ROOT)
