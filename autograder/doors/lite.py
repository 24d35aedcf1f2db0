"""Build a site on which the lessons run in the reader's own browser: JupyterLite.

The kernel is Pyodide. It fetches NumPy, matplotlib and ipywidgets from Pyodide's
address when a lesson starts, and ``byhand`` from the site. Learners' changes stay in
their browser's storage.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat

from autograder.doors import wheel
from autograder.errors import ProblemError

NEEDED = ("jupyterlite-core", "jupyterlite-pyodide-kernel")
INSTALL = 'if find_spec("byhand") is None:'  # what a lesson's first cell says
SETTINGS = {  # nbgrader's panels come along from the environment that builds
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {"disabledExtensions": ["@jupyter/nbgrader"]},
}
IN_BROWSER = """\
# This fetches the course. The first time takes a minute.
%pip install -q byhand"""


def build(into: Path, notebooks: Iterable[Path]) -> Path:
    """Build the site into a folder and return the page that opens lesson 00."""
    missing = [n for n in NEEDED if not importlib.util.find_spec(n.replace("-", "_"))]
    if missing:
        raise ProblemError(
            "JupyterLite isn't part of the course's environment. Install it with\n"
            f"    .venv/bin/python -m pip install {' '.join(missing)}"
        )
    with tempfile.TemporaryDirectory(prefix="byhand-lite-") as folder:
        contents = stage(Path(folder), notebooks)
        command = [sys.executable, "-m", "jupyter", "lite", "build"]
        command += ["--contents", str(contents), "--output-dir", str(into.resolve())]
        command += ["--piplite-wheels", str(wheel.build(Path(folder, "wheels")))]
        command += ["--apps", "lab", "--no-sourcemaps"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise ProblemError(f"JupyterLite was not built:\n{done.stderr[-3000:]}")
    return into / "lab" / "index.html"


def stage(folder: Path, notebooks: Iterable[Path]) -> Path:
    """Write the lessons as a browser wants them, and return their folder."""
    contents = folder / "contents"
    for path in notebooks:
        place = contents / "notebooks" / path.parent.name / path.name
        place.parent.mkdir(parents=True)
        nbformat.write(for_browser(nbformat.read(path, as_version=4)), place)
    (folder / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return contents


def for_browser(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Let the first cell install the course as Pyodide does it."""
    (cell,) = (cell for cell in notebook.cells if INSTALL in cell.source)
    cell.source = IN_BROWSER
    notebook.metadata.kernelspec = {
        "display_name": "Python (Pyodide)",
        "language": "python",
        "name": "python",
    }
    return notebook
