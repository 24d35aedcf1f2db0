"""Where nbgrader's own configuration says that things of a course are."""

import functools
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import ProblemError

if TYPE_CHECKING:
    from traitlets.config import Config

CONFIG = "nbgrader_config.py"
STUDENT, ASSIGNMENT = "\N{BLACK STAR}", "\N{WHITE STAR}"  # stand for names in a path


def is_plain(root: Path) -> bool:
    """Tell whether a folder holds a course of nbgrader's, and not one laid out as ours.

    Ours has ``solutions/`` and ``notebooks/``, and a configuration that asks us. A
    course of nbgrader's may do without a configuration.
    """
    config = root / CONFIG
    if config.exists():
        return "autograder.course" not in config.read_text(encoding="utf-8")
    return (root / "source").is_dir() and not (root / "solutions").is_dir()


@functools.cache
def of_course(root: Path) -> "Folders":
    """Return the Folders of a course; its configuration is read once."""
    return Folders(root)


class Folders:
    """The folders of a course, as nbgrader's CourseDirectory gives them."""

    def __init__(self, root: Path) -> None:
        from nbgrader.coursedir import CourseDirectory

        self.config = _read(root)
        place = self.config.CourseDirectory
        if not isinstance(place.get("root"), str):
            place.root = str(root)
        self.place: CourseDirectory = CourseDirectory(config=self.config)
        for step in ("source", "submitted"):
            parts = self.parts(step)
            if ASSIGNMENT not in parts or (step != "source" and STUDENT not in parts):
                raise ProblemError(
                    f"directory_structure is {self.place.directory_structure!r}: "
                    "student_id and assignment_id each have to be the name of a folder"
                )

    @property
    def root(self) -> Path:
        """The folder around all of the course."""
        return Path(self.place.root)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of an assignment; ``step`` as in "submitted_directory"."""
        name = getattr(self.place, f"{step}_directory")
        path = self.place.format_path(name, student, assignment)
        return self.root / Path(path)

    def parts(self, step: str) -> tuple[str, ...]:
        """Return the parts of a folder's path, with STUDENT and ASSIGNMENT in it."""
        student = "." if step in ("source", "release") else STUDENT
        return self.folder(step, student, ASSIGNMENT).parts

    def notebooks(self, step: str) -> Iterator[tuple[str, str]]:
        """Yield (assignment, notebook) of all that lies in a step, in order."""
        parts = self.parts(step)
        at = parts.index(ASSIGNMENT)
        above = Path(*parts[:at])
        names = sorted(above.iterdir()) if above.is_dir() else []
        for assignment in (path.name for path in names if path.is_dir()):
            for path in sorted(self.folder(step, ".", assignment).glob("*.ipynb")):
                if not path.name.startswith("."):
                    yield assignment, path.stem

    def files(self, assignment: str) -> list[Path]:
        """Return the files beside the notebooks, as students got them."""
        from nbgrader.utils import find_all_files

        folder = self.folder("release", ".", assignment)
        ignored = [*self.place.ignore, "*.ipynb"]
        return [Path(path) for path in find_all_files(str(folder), ignored)]


def stamped(folder: Path) -> float | None:
    """Return the time that nbgrader noted beside a submission, None without one."""
    from nbgrader.utils import parse_utc

    path = folder / "timestamp.txt"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
        return None
    try:
        moment: datetime = parse_utc(path.read_text(encoding="utf-8").strip())
        return moment.replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _read(root: Path) -> "Config":
    """Return what nbgrader would read for this course, from all of its places."""
    from nbgrader.apps.baseapp import NbGrader
    from traitlets.config import Application
    from traitlets.config.loader import ConfigFileNotFound

    app = NbGrader()
    app.load_cwd_config = False
    app.raise_config_file_errors = True
    app.log = logging.getLogger("autograder.configuration")
    app.log.addHandler(logging.NullHandler())
    app.log.setLevel(logging.CRITICAL)
    app.log.propagate = False
    try:
        app.load_config_file()  # what Jupyter's own folders hold
        Application.load_config_file(app, "nbgrader_config", path=str(root))
    except ConfigFileNotFound:
        pass
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise ProblemError(f"{root / CONFIG} can't be read: {why}") from None
    config: Config = app.config
    return config
