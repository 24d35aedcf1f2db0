"""Where things stand, from the place of this file."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"
DIST = ROOT / "dist"


def lesson_sources(folder: Path = SOLUTIONS) -> list[Path]:
    """Return the sources of the lessons that exist, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))
