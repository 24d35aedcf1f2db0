"""The course's own checks, as the grader asks for them: all of byhand is behind this.

What the grader needs of a course's checks is declared in `autograder.seam`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder import seam

HELPERS = (
    *("__init__.py", "data.py", "given.py", "helpers.py", "checks/__init__.py"),
    *("checks/by_hand.py", "checks/desk.py", "checks/running.py", "checks/taming.py"),
    *("evidence/__init__.py", "evidence/place.py", "evidence/reached.py"),
)


class OwnChecks(seam.Checks):
    """``byhand``, which is imported when something is asked of it."""

    name = "byhand"
    inside = "course_kernel"

    @property
    def style(self) -> str:
        """The style of a check's report."""
        from byhand.checks.reporting import STYLE

        return STYLE

    @functools.cache  # noqa: B019, there is one of it
    def version(self) -> str:
        """Return a digest of the checks, as installed, with their recorded cases."""
        import byhand
        from byhand.checks import recorded

        package = Path(byhand.__file__).parent
        place = recorded.folder()
        kept = place.glob("*") if place.is_dir() else ()
        kinds = ("*.py", "*.json", "*.toml")
        files = (path for kind in kinds for path in package.rglob(kind))
        return seam.digest([*files, *kept])

    def places(self, use: seam.Use) -> dict[str, Path]:
        """Return the helpers and the data; to draw, all of the package."""
        import byhand.data

        package = Path(byhand.data.__file__).parent
        if use == "show":
            places = {"/opt/worker/byhand": package}
        else:
            places = {f"/opt/worker/byhand/{n}": package / n for n in HELPERS}
        data = byhand.data.folder().glob("*.npz")
        return places | {f"/opt/worker/data/{path.name}": path for path in data}

    def service(self, folder: Path) -> seam.Service:
        """Return the process that asks Keras."""
        from autograder.checks.keras_answers import Keras

        return Keras(folder, str(self.version()))

    def benches(self, line: Any) -> seam.BenchMaker:
        """Return what seats a check at the judge's desk."""
        from autograder.checks.bench import maker
        from autograder.checks.keras_answers import Asker

        return maker(Asker(line))

    def exercises(self) -> Mapping[str, seam.Named]:
        """Return the table of exercises."""
        from byhand import exercises

        table: Mapping[str, Any] = exercises.table()
        return table

    def likely(self, misconception: str, exercise: str) -> str:
        """Return what a report says is likely."""
        from byhand import exercises, misconceptions

        known = exercises.table().get(exercise)
        return misconceptions.find(misconception, known.lesson).likely if known else ""

    def smallest_of(self, mistake: Any) -> Any:
        """Return the smallest visible case in which a mistake shows."""
        from autograder.checks.smallest import smallest_of

        return smallest_of(mistake)

    def questions(self, data: Any) -> Sequence[Any]:
        """Return the questions of the concept test."""
        from autograder.checks.concept_test import questions

        return questions(data)


CHECKS = OwnChecks()
