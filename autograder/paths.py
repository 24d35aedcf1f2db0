"""Where things stand, from the place of this file, and which course is meant."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"
DIST = ROOT / "dist"
_chosen: ContextVar[Path] = ContextVar("course")


def course() -> Path:
    """Return the folder of the course that a command is for.

    It is the one that was chosen, else the one around this file, else the one here.
    """
    around = ROOT if SOLUTIONS.is_dir() else Path.cwd()
    return _chosen.get(around)


@contextlib.contextmanager
def chosen(folder: Path | None) -> Iterator[None]:
    """Let commands under ``with`` be for the course in a folder, if one is given."""
    token = _chosen.set(folder.resolve()) if folder else None
    try:
        yield
    finally:
        if token:
            _chosen.reset(token)


def lesson_sources(folder: Path = SOLUTIONS) -> list[Path]:
    """Return the sources of the lessons that exist, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))
