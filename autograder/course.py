"""One running course: its folders, its database, and nbgrader's settings for it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import course_file, paths

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from traitlets.config import Config

CELL_SECONDS = 120  # a cell of a student; training in lesson 08 takes under a minute


@dataclass(frozen=True)
class Course:
    """The folders of a course, from the folder that holds nbgrader_config.py."""

    root: Path = paths.ROOT

    @classmethod
    def of(cls, config: "Config") -> "Course":
        """Return the course that nbgrader's settings are for."""
        root = config.get("CourseDirectory", {}).get("root")
        return cls(Path(root).parent) if isinstance(root, str) else cls()

    @property
    def grading(self) -> Path:
        """Where all state of the course is; git ignores it."""
        return self.root / "grading"

    @property
    def submitted(self) -> Path:
        """Where submissions lie: <student>/<lesson>/<lesson>.ipynb."""
        return self.grading / "submitted"

    @property
    def feedback(self) -> Path:
        """Where nbgrader writes what students read."""
        return self.grading / "feedback"

    @property
    def db_url(self) -> str:
        """The gradebook of formgrader; BYHAND_DB_URL puts it on another server."""
        own = f"sqlite:///{self.grading / 'gradebook.db'}"
        return os.environ.get("BYHAND_DB_URL", own)

    def lessons(self) -> list[str]:
        """Return the names of the lessons that are built, in the course's order.

        An assignment of nbgrader's is one of them when it has been generated.
        """
        names = [
            path.stem
            for path in sorted(self.root.glob("solutions/*/*.ipynb"))
            if path.stem == path.parent.name and self.notebooks(path.stem)[1].exists()
        ]
        return course_file.read(self.root).chosen(names)

    def notebooks(self, lesson: str) -> tuple[Path, Path]:
        """Return the paths of a lesson's source notebook and of the released one.

        What nbgrader generates lies in its own folder ``release``.
        """
        path = f"{lesson}/{lesson}.ipynb"
        released = self.root / "notebooks" / path
        generated = self.grading / "release" / path
        if generated.exists() and not released.exists():
            released = generated
        return self.root / "solutions" / path, released

    def graded(self, student: str, lesson: str) -> Path:
        """Return the path of a submission's graded notebook."""
        return self.grading / "autograded" / student / lesson / f"{lesson}.ipynb"

    def submissions(self) -> list[tuple[str, str]]:
        """Return (student, lesson) of everything that lies in ``submitted``."""
        return sorted(
            (path.parent.parent.name, path.parent.name)
            for path in self.submitted.glob("*/*/*.ipynb")
            if path.stem == path.parent.name
        )

    def settings(self, **course_directory: str) -> "Config":
        """Return nbgrader's settings; keywords go to its CourseDirectory."""
        from autograder.classroom import lateness
        from autograder.gradebook.nbgrader_pages import page_settings
        from autograder.lessons.release_step import nbgrader_settings

        config: Config = nbgrader_settings()
        place = config.CourseDirectory
        place.root = str(self.grading)
        place.source_directory = os.path.join("..", "solutions")
        place.db_url = self.db_url
        place.course_id = "convolution_by_hand"
        for name, value in course_directory.items():
            setattr(place, name, value)
        config.Execute.timeout = CELL_SECONDS
        config.Execute.startup_timeout = 120
        # a student's answer that prints without end must not fill the disk
        config.LimitOutput.max_lines = 1000
        config.LimitOutput.max_traceback = 100
        page_settings(config)
        rules = lateness.read_rules(self.grading / lateness.FILE, self.lessons())
        lateness.settings(config, rules)
        return config

    def gradebook(self) -> "Gradebook":
        """Open nbgrader's gradebook; use it in a ``with`` statement."""
        from nbgrader.api import Gradebook

        self.grading.mkdir(exist_ok=True)
        with tools_on_path():
            return Gradebook(self.db_url, "convolution_by_hand")


@contextlib.contextmanager
def tools_on_path() -> Iterator[None]:
    """Put the environment's tools first on PATH: nbgrader calls alembic by name."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before
