"""Which packages an assignment allows, from ``course.toml`` beside the configuration.

::

    [assignments."ps1"]
    packages = ["scipy", "pandas"]

    [assignments."*"]          # in every assignment
    packages = ["sympy"]

NumPy and matplotlib are always there. The names are those that one imports.
"""

import functools
import tomllib
from pathlib import Path
from typing import Any

from autograder.errors import ProblemError

FILE, TABLE, KEY, EVERY = "course.toml", "assignments", "packages", "*"


def packages(root: Path, assignment: str) -> tuple[str, ...]:
    """Return the packages that an assignment allows, sorted."""
    path = root / FILE
    if not path.exists():
        return ()
    told = _told(path, path.stat().st_mtime_ns)
    return tuple(sorted({*told.get(EVERY, ()), *told.get(assignment, ())}))


@functools.lru_cache(1)
def _told(path: Path, changed: int) -> dict[str, list[str]]:
    """Return {assignment: packages} of a file, read again when it changed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get(TABLE, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path}: {error}") from None
    if not isinstance(tables, dict):
        raise ProblemError(f'{path}: write it as [{TABLE}."ps1"]')
    return {name: _names(path, name, table) for name, table in tables.items()}


def _names(path: Path, assignment: str, table: Any) -> list[str]:
    found = table.get(KEY, []) if isinstance(table, dict) else None
    if isinstance(found, list) and all(
        isinstance(name, str) and name.isidentifier() for name in found
    ):
        return found
    raise ProblemError(
        f"{path}: {KEY} of {assignment!r} is a list of names to import: "
        f'{KEY} = ["scipy", "pandas"]'
    )
