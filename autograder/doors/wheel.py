"""Build packages out of this tree: byhand for learners, the grader for any course."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from autograder import paths
from autograder.errors import ProblemError
from autograder.lessons import archive

PACKAGES = paths.ROOT / "packages"
SOURCE = PACKAGES / "byhand"
STORED = "byhand/stored"  # where the package keeps what lies in data/
LICENCES = ("LICENSE", "LICENSE-prose.md")
# what belongs to this course, and not to the grader of any
OF_THIS_COURSE = re.compile(
    r"(checks|doors|site|viva)/"
    r"|lessons/(?!(__init__|markers|stub)\.py)"
    r"|commands/(adopt|build|new|release|sample|site)\.py"
    r"|classroom/(made_up|packing|wrong_versions|platform/)"
    r"|worker/course_kernel\.py"
)
_BUILD = "import sys; from setuptools.build_meta import *; build_wheel(sys.argv[1])"
_EARLIEST = "315532800"  # a zip file cannot hold a time before 1980


def package_files() -> dict[str, bytes]:
    """Return {name: bytes} of all that the wheel of byhand is built from.

    As in the students' archive, what computes mistakes stays away.
    """
    notebooks = {path: path.read_bytes() for path in paths.NOTEBOOKS.glob("*/*.ipynb")}
    files = {}
    for name, content in archive.archive_files(notebooks).items():
        if name.startswith("byhand/") or name in LICENCES:
            files[name] = content
        elif name.startswith("data/"):
            files[STORED + name.removeprefix("data")] = content
        elif name.startswith("notebooks/"):
            files[f"{STORED}/{name}"] = content
    return files | _description("byhand")


def grader_files() -> dict[str, bytes]:
    """Return {name: bytes} of the grader without what belongs to this course."""
    folder = paths.ROOT / "autograder"
    files = {"LICENSE": (paths.ROOT / "LICENSE").read_bytes()}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        wanted = path.suffix == ".py" or "/templates/" in name
        if path.is_file() and wanted and not OF_THIS_COURSE.match(name):
            files[f"autograder/{name}"] = path.read_bytes()
    return files | _description("sandboxed-autograder")


def _description(package: str) -> dict[str, bytes]:
    names = "pyproject.toml", "README.md"
    return {name: (PACKAGES / package / name).read_bytes() for name in names}


FILES: dict[str, Callable[[], dict[str, bytes]]] = {
    "byhand": package_files,
    "sandboxed-autograder": grader_files,
}


def build(into: Path, package: str = "byhand") -> Path:
    """Build a wheel into a folder and return its path; nothing is downloaded."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="byhand-wheel-") as folder:
        _write(Path(folder), FILES[package]())
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(into.resolve())],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": _EARLIEST},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ProblemError(f"The package was not built:\n{done.stderr}")
    wheels = into.glob(f"{package.replace('-', '_')}-*.whl")
    return max(wheels, key=lambda path: path.stat().st_mtime_ns)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
