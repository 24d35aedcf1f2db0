"""The house keeps its rules: who imports whom, and what is imported when."""

import ast
import re
import subprocess
import sys

import pytest

from autograder.lessons.archive import MISTAKES
from byhand import exercises

HEAVY = {"tensorflow", "keras", "matplotlib", "ipywidgets", "IPython", "numpy"}


def imports(path):
    """Yield the top-level package of every import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def test_byhand_never_imports_what_teachers_run(root):
    upwards = {
        path.name
        for path in (root / "byhand").rglob("*.py")
        if {"autograder", "tests", "benchmarks", "nbgrader"} & set(imports(path))
    }
    assert not upwards


def test_no_lesson_imports_the_autograder(root):
    for path in (root / "solutions").glob("*.py"):
        assert "autograder" not in set(imports(path)), path.name


def modules(path):
    """Yield every module that a file imports from, in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_lesson_of_exercises_imports_from_another(root):
    place = root / "byhand" / "exercises"
    for path in place.glob("*/*.py"):
        for module in modules(path):
            for other in exercises.LESSONS.values():
                inside = module.startswith(f"byhand.exercises.{other}.")
                assert not inside or other == path.parent.name, (path.name, module)


def test_only_mistakes_import_what_mistakes_compute(root):
    for path in (root / "byhand").rglob("*.py"):
        if not path.name.startswith("slips"):
            text = MISTAKES.sub("", path.read_text(encoding="utf-8"))
            assert "byhand.slips" not in text, path
            assert not re.search(r"import .*\bslips\b", text), path


def test_import_byhand_imports_nothing_heavy():
    code = "import sys, byhand; print(*{m.split('.')[0] for m in sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(result.stdout.split())


@pytest.mark.parametrize("name", ["check", "data", "explore", "given", "plots"])
def test_what_a_lesson_imports_brings_no_tensorflow(name):
    code = f"import sys; from byhand import {name}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"tensorflow", "keras"} & set(result.stdout.split())


def test_no_tracked_file_is_larger_than_a_mebibyte(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: the tracked files can't be listed")
    large = [
        name
        for name in listed.stdout.split("\0")
        if name and (root / name).exists() and (root / name).stat().st_size > 2**20
    ]
    assert not large
