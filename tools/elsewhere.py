"""Try the learner's package where nothing else of the course is installed.

``python -m tools.elsewhere`` builds the wheel, installs it into environments of its own
and runs all lessons there with real kernels: the solved ones have to earn every
automatic point, the untouched ones nothing, and no cell may raise. "plain" has neither
TensorFlow nor Keras, "colab" the versions of Colab. "grader" has the grader's package
with pandas and SciPy, and grades a course of nbgrader's own. The environments stay in
``build/elsewhere`` until what they are made of changes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "elsewhere"
RUNNER = ("nbclient", "ipykernel")
# name: (Python's version, what is installed before the package)
ENVIRONMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("", ("numpy", "matplotlib", "ipywidgets", *RUNNER)),
    "colab": (  # Colab's own versions in autumn 2026
        "3.13",
        (
            *("numpy==2.1.*", "matplotlib", "ipywidgets==7.7.1", "ipykernel==6.17.1"),
            *("keras==3.13.*", "tensorflow==2.20.*", "nbclient", "ipython<9"),
        ),
    ),
    "grader": ("", ("pandas", "scipy")),
}
SECONDS = 600  # for one cell


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lessons in each environment, print a table, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.elsewhere")
    parser.add_argument("names", nargs="*", default=list(ENVIRONMENTS))
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--lesson", default="", help="lessons that begin so")
    options = parser.parse_args(arguments)
    if options.inside:
        return _inside(Path(options.inside), options.lesson)
    found = [_try(name, options.lesson) for name in options.names]
    return 0 if all(found) else 1


def _try(name: str, lesson: str) -> bool:
    from autograder.doors import wheel

    if name == "grader":
        return _graded(_environment(name, wheel.build(KEPT, "sandboxed-autograder")))
    python = _environment(name, wheel.build(KEPT))
    with tempfile.TemporaryDirectory(prefix="byhand-elsewhere-") as folder:
        for kind in ("notebooks", "solutions"):
            for path in (ROOT / kind).glob("[0-9][0-9]_*/*.ipynb"):
                place = Path(folder, kind, path.parent.name, path.name)
                place.parent.mkdir(parents=True)
                shutil.copyfile(path, place)
        runner = shutil.copy(__file__, folder)
        variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [python, str(runner), "--inside", folder, "--lesson", lesson],
            cwd=folder,
            env={**variables, "PYDEVD_DISABLE_FILE_VALIDATION": "1"},
            check=False,
        )
    return done.returncode == 0


def _graded(python: Path) -> bool:
    """Grade a solved and an untouched notebook from the command line."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    tools = f"{python.parent}{os.pathsep}{variables['PATH']}"
    with tempfile.TemporaryDirectory(prefix="byhand-elsewhere-") as folder:
        shutil.copy(ROOT / "tests" / "plain" / "courses.py", folder)
        done = subprocess.run(
            [python, "-c", _GRADE], cwd=folder, env={**variables, "PATH": tools}
        )
    return done.returncode == 0


_GRADE = """
import importlib.util, json, pathlib, subprocess, sys
import courses
assert importlib.util.find_spec("byhand") is None
course = courses.FRAMES.make(pathlib.Path("course").resolve())
courses.hand_in(course, "ada", "ps1", courses.solved(course, "ps1"))
untouched = json.loads(course.notebooks("ps1")[1].read_bytes())
courses.hand_in(course, "bob", "ps1", untouched)
command = pathlib.Path(sys.executable).with_name("autograder")
subprocess.run([command, "grade", "--course", "."], cwd=course.root, check=True)
with course.gradebook() as book:
    scores = [book.find_submission("ps1", who).score for who in ("ada", "bob")]
print(f"  {'grader':<26} {scores[0]:g} of 6 points solved, {scores[1]:g} untouched")
assert scores == [6.0, 0.0]
"""


def _environment(name: str, package: Path) -> Path:
    """Return the Python of an environment with the package, made where it must be."""
    version, wanted = ENVIRONMENTS[name]
    folder = KEPT / name
    python = folder / "bin" / "python"
    mark, told = folder / "made.json", json.dumps([version, *wanted])
    if not mark.exists() or mark.read_text() != told:
        started = time.monotonic()
        interpreter = _interpreter(version)
        subprocess.run([interpreter, "-m", "venv", "--clear", folder], check=True)
        _pip(python, *wanted)
        mark.write_text(told)
        print(f"{name}: installed in {time.monotonic() - started:.0f} s")
    _pip(python, "--force-reinstall", "--no-deps", str(package))
    _pip(python, str(package))  # what it needs, where that isn't here yet
    named = package.name.partition("-")[0].removeprefix("sandboxed_")
    size = [python, "-I", "-c", _SIZE, named]
    used = subprocess.run(size, capture_output=True, text=True, check=True)
    print(f"{name}: {used.stdout.strip()}")
    return python


def _pip(python: Path, *wanted: str) -> None:
    quiet = ("-m", "pip", "install", "-q", "--disable-pip-version-check")
    subprocess.run([python, *quiet, *wanted], check=True)


def _interpreter(version: str) -> str:
    """Return a Python of a version, or this one where the machine has none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    known = sorted(pyenv.glob(f"{version}*/bin/python")) if version else []
    for python in [shutil.which(f"python{version}") if version else None, *known]:
        if python and not subprocess.run([python, "-c", ""], check=False).returncode:
            return str(python)
    return sys.executable


_SIZE = """
import pathlib, sys
place = pathlib.Path(sys.prefix)
size = sum(p.stat().st_size for p in place.rglob("*") if p.is_file())
import importlib, numpy, ipywidgets, ipykernel
print(f"Python {sys.version.split()[0]}, NumPy {numpy.__version__}, "
      f"ipywidgets {ipywidgets.__version__}, ipykernel {ipykernel.__version__}, "
      f"{size / 1e6:.0f} MB")
assert str(place) in importlib.import_module(sys.argv[1]).__file__
"""


def _inside(folder: Path, begins: str) -> int:
    """Run all lessons of a folder with this Python, print a line for each."""
    fine, sums = True, [0.0, 0.0, 0.0, 0]
    for path in sorted((folder / "solutions").glob(f"{begins}*/*.ipynb")):
        earned, possible, raised = _ran(path)
        place = folder / "notebooks" / path.parent.name / path.name
        nothing, _, more = _ran(place)
        for source, error in raised + more:
            print(f"--- raised\n{source}\n{error}")
        wrong = len(raised) + len(more)
        figures = f"{earned:g} of {possible:g} points solved, {nothing:g} untouched"
        print(f"  {path.stem:<26} {figures}, {wrong} cells raised", flush=True)
        fine = fine and earned == possible and not (nothing or wrong)
        here = (earned, possible, nothing, wrong)
        sums = [a + b for a, b in zip(sums, here, strict=True)]
    earned, possible, nothing, wrong = sums
    figures = f"{earned:g} of {possible:g} points solved, {nothing:g} untouched"
    print(f"  {'in all':<26} {figures}, {wrong} cells raised")
    return 0 if fine and possible else 1


def _ran(path: Path) -> tuple[float, float, list[tuple[str, str]]]:
    """Return (points earned, points there are, [(cell, error)]) of a notebook.

    An explorer that can't be displayed says so on the error stream, and counts as
    raised as well.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    earned = possible = 0.0
    raised = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        raised += [(cell.source, said) for said in _errors(cell.outputs)]
        role: Any = cell.metadata.get("nbgrader", {})
        if role.get("grade"):
            possible += role["points"]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    earned += float(output.data["text/plain"])
    return earned, possible, raised


def _errors(outputs: Sequence[Any]) -> list[str]:
    said = [o.evalue for o in outputs if o.output_type == "error"]
    streams = (o.text for o in outputs if o.get("name") == "stderr")
    return said + [text for text in streams if "Traceback" in text or "Error" in text]


if __name__ == "__main__":
    sys.exit(main())
