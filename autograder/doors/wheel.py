"""Build ``byhand`` as a package of its own: the checks, the explorers and the data."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder import paths
from autograder.doors import buttons
from autograder.errors import ProblemError
from autograder.lessons import archive
from autograder.site import website

SOURCE = paths.ROOT / "packages" / "byhand"
STORED = "byhand/stored"  # where the package keeps what lies in data/
LICENCES = ("LICENSE", "LICENSE-prose.md")
PICTURE = "convolution_flipped.png"
SHOWN = "The convolution explorer marks the weights that meet the wrong pixels."
_BUILD = "import sys; from setuptools.build_meta import *; build_wheel(sys.argv[1])"
_EARLIEST = "315532800"  # a zip file cannot hold a time before 1980


def package_files() -> dict[str, bytes]:
    """Return {name: bytes} of all that the wheel is built from.

    As in the students' archive, what computes mistakes stays away.
    """
    notebooks = {path: path.read_bytes() for path in website.notebooks()}
    files = {}
    for name, content in archive.archive_files(notebooks).items():
        if name.startswith("byhand/") or name in LICENCES:
            files[name] = content
        elif name.startswith("data/"):
            files[STORED + name.removeprefix("data")] = content
        elif name.startswith("notebooks/"):
            files[f"{STORED}/{name}"] = content
    for name in ("pyproject.toml", "README.md"):
        files[name] = (SOURCE / name).read_bytes()
    if slug := buttons.published():  # an index shows what has an address, else nothing
        urls = f'\n[project.urls]\nRepository = "https://github.com/{slug}"\n'
        files["pyproject.toml"] += urls.encode()
        files["README.md"] += (
            f"\n![{SHOWN}]({buttons.pictures(slug)}{PICTURE})\n".encode()
        )
    return files


def build(into: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """Build the wheel into a folder and return its path; nothing is downloaded."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="byhand-wheel-") as folder:
        for name, content in (files or package_files()).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
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
    return max(into.glob("byhand-*.whl"), key=lambda path: path.stat().st_mtime_ns)
