"""Build static pages of all lessons, to read without a kernel or a network.

The pages show the learner's notebooks, with explorers in their static form. Outputs
come from a run of the solved notebook, so that a page shows what the text speaks of; an
answer and a question's report stay away.
Sphinx with myst-nb and the book theme makes them; formulas are set by a MathJax that is
copied into the site. ``outside_addresses`` finds anything that a page would load from
elsewhere, which is a fault.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder import course_file, paths
from autograder.errors import ProblemError
from autograder.site import landing

SETTINGS = paths.ROOT / "docs" / "site"
# what makes a browser fetch: links that a reader may follow do not
_LOADS = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?
        \b(?:src|data)\s*=\s*["']((?:https?:)?//[^"']+)
      | <link\b(?=[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|icon|modulepreload))
        [^>]*?\bhref\s*=\s*["']((?:https?:)?//[^"']+)
      | @import\s+(?:url\()?["']?((?:https?:)?//[^"')]+)
      | url\(\s*["']?((?:https?:)?//[^"')]+)""",
    re.VERBOSE | re.IGNORECASE,
)


def notebooks() -> list[Path]:
    """Return the learner's notebooks of the course's lessons, in order."""
    found = sorted(paths.NOTEBOOKS.glob("[0-9][0-9]_*/*.ipynb"))
    names = {path.stem: path for path in found}
    return [names[name] for name in course_file.read().chosen(list(names))]


def stage(folder: Path, lessons: Iterable[Path]) -> None:
    """Copy Sphinx's settings and the notebooks into one folder, as it wants them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SETTINGS, folder, ignore=shutil.ignore_patterns("_build"))
    lessons = list(lessons)
    index = folder / "index.md"
    template = index.read_text(encoding="utf-8")
    index.write_text(landing.page(template, lessons), encoding="utf-8")
    (folder / "hero.html").write_text(landing.hero(), encoding="utf-8")
    (folder / "lessons").mkdir()
    for notebook in lessons:
        nbformat.write(with_outputs(notebook), folder / "lessons" / notebook.name)


def with_outputs(notebook: Path) -> nbformat.NotebookNode:
    """Return a learner's notebook with what its cells print when it is solved.

    A notebook that has no solved one is run as it is. `ProblemError` says which cell
    fails.
    """
    shown = nbformat.read(notebook, as_version=4)
    solved = paths.SOLUTIONS / notebook.stem / notebook.name
    source = solved if solved.is_file() else notebook
    ran = nbformat.read(source, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        place = {"metadata": {"path": folder}}
        client = NotebookClient(ran, timeout=600, resources=place)
        try:
            client.execute(env=_environment())
        except CellExecutionError as error:
            raise ProblemError(f"{source.name} was not run:\n{error}") from None
    shown.metadata.language_info = ran.metadata.language_info
    outputs = {cell.id: cell.outputs for cell in ran.cells if "outputs" in cell}
    for cell in shown.cells:
        if cell.cell_type == "code":
            cell.outputs = list(_for_readers(cell, outputs.get(cell.id, [])))
    return shown


def _for_readers(
    cell: nbformat.NotebookNode, outputs: Iterable[nbformat.NotebookNode]
) -> Iterator[nbformat.NotebookNode]:
    """Leave out answers, reports that tell one, and the points for nbgrader."""
    own = cell.metadata.get("nbgrader", {})
    question = own.get("grade") and cell.source.startswith("check(")
    if own.get("solution") or question:
        return
    for output in outputs:
        if not (own.get("grade") and output.output_type == "execute_result"):
            yield output


def build(into: Path, lessons: Iterable[Path]) -> Path:
    """Build the site into ``into`` and return the path of its first page."""
    staged = into.parent / "site-source"
    stage(staged, lessons)
    # a page of an older build must not stay
    shutil.rmtree(into, ignore_errors=True)
    options = ("-q", "-W", "--keep-going", "-b", "html")
    cache = ("-d", str(staged / "_build"))
    command = [sys.executable, "-m", "sphinx", *options, *cache, str(staged), str(into)]
    done = subprocess.run(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()
        raise ProblemError(f"The site was not built:\n{said}")
    shutil.rmtree(staged)
    return into / "index.html"


def _environment() -> dict[str, str]:
    """Let the lessons find byhand, and explorers know that no kernel will answer."""
    known = [str(paths.ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "BYHAND_STATIC": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, known)),
    }


def outside_addresses(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield (page, address) for all that a page would load from elsewhere."""
    for page in sorted([*folder.rglob("*.html"), *folder.rglob("*.css")]):
        for found in _LOADS.finditer(page.read_text(encoding="utf-8")):
            yield page.relative_to(folder), next(filter(None, found.groups()))
