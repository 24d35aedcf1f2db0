"""One running course: its folders, its database, and nbgrader's settings for it."""

import copy
import functools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import course_file, nbgrader_folders, paths, seam

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from traitlets.config import Config

    from autograder.sandbox.kits import Kit

CELL_SECONDS = 120  # a cell of a student; training in lesson 08 takes under a minute


def parts_of(lesson: str) -> tuple[str, str]:
    """Return (assignment, notebook): a lesson is one notebook, "ps1/part2" or "ps1"."""
    assignment, _, notebook = lesson.partition("/")
    return assignment, notebook or assignment


def lesson_of(assignment: str, notebook: str) -> str:
    """Return the name of a notebook of an assignment; short where they are the same."""
    return assignment if assignment == notebook else f"{assignment}/{notebook}"


@dataclass(frozen=True)
class Course:
    """The folders of a course, from the folder that holds nbgrader_config.py.

    A course of nbgrader's own has them where its configuration says.
    """

    root: Path = field(default_factory=paths.course)

    @classmethod
    def of(cls, config: "Config") -> "Course":
        """Return the course that nbgrader's settings are for."""
        root = config.get("CourseDirectory", {}).get("root")
        place = Path(root) if isinstance(root, str) else Path.cwd()
        return cls(place.parent if place.name == "grading" else place)

    @functools.cached_property
    def folders(self) -> nbgrader_folders.Folders | None:
        """What nbgrader's configuration says; None for a course laid out as ours."""
        plain = nbgrader_folders.is_plain(self.root)
        return nbgrader_folders.of_course(self.root) if plain else None

    @property
    def grading(self) -> Path:
        """Where all state of the course is; git ignores it."""
        return (self.folders.root if self.folders else self.root) / "grading"

    @property
    def submitted(self) -> Path:
        """The folder around all submissions."""
        parts = self.submitted_parts
        names = (nbgrader_folders.STUDENT, nbgrader_folders.ASSIGNMENT)
        return Path(*parts[: min(map(parts.index, names))])

    @property
    def submitted_parts(self) -> tuple[str, ...]:
        """The parts of a submission's path, with STUDENT and ASSIGNMENT in it."""
        if self.folders:
            return self.folders.parts("submitted")
        names = (nbgrader_folders.STUDENT, nbgrader_folders.ASSIGNMENT)
        return (self.grading / "submitted").joinpath(*names).parts

    @property
    def feedback(self) -> Path:
        """The folder around what students read."""
        if self.folders:
            return self.folders.root / str(self.folders.place.feedback_directory)
        return self.grading / "feedback"

    @property
    def db_url(self) -> str:
        """The gradebook of formgrader; BYHAND_DB_URL puts it on another server."""
        own = f"sqlite:///{self.grading / 'gradebook.db'}"
        if self.folders:
            own = self.folders.place.db_url
        return os.environ.get("BYHAND_DB_URL", own)

    @property
    def course_id(self) -> str:
        """What nbgrader's gradebook calls the course."""
        if self.folders:
            return str(self.folders.place.course_id)
        return "convolution_by_hand"

    @property
    def checks(self) -> seam.Checks:
        """The course's own checks, those of a plain course where it has none."""
        return seam.Checks() if self.folders else seam.own()

    def command(self, name: str) -> str:
        """Return how a teacher of this course calls a command."""
        return f"`autograder {name}`" if self.folders else f"`make {name}`"

    def kit(self, lesson: str) -> "Kit":
        """Return what students' code of a lesson finds in the sandbox."""
        from autograder.sandbox.kits import Kit

        assignment = parts_of(lesson)[0]
        packages = course_file.read(self.root).allowed(assignment)
        beside = ""
        if self.folders and self.folders.files(assignment):
            beside = str(self.folders.folder("release", ".", assignment))
        return Kit(self.checks.name, packages, beside)

    def lessons(self) -> list[str]:
        """Return the names of the notebooks that students got, in the course's order.

        An assignment of nbgrader's is one of them when it has been generated.
        """
        if self.folders:
            released = set(self.folders.notebooks("release"))
            found = self.folders.notebooks("source")
            return [lesson_of(*each) for each in found if each in released]
        names = [
            path.stem
            for path in sorted(self.root.glob("solutions/*/*.ipynb"))
            if path.stem == path.parent.name and self.notebooks(path.stem)[1].exists()
        ]
        return course_file.read(self.root).chosen(names)

    def notebooks(self, lesson: str) -> tuple[Path, Path]:
        """Return the paths of a lesson's source notebook and of the released one.

        What nbgrader generates in our course lies in its own folder ``release``.
        """
        if self.folders:
            assignment, notebook = parts_of(lesson)
            full, source, released = (
                self.folders.folder(step, ".", assignment) / f"{notebook}.ipynb"
                for step in ("source_with_tests", "source", "release")
            )
            return full if full.exists() else source, released
        path = f"{lesson}/{lesson}.ipynb"
        released = self.root / "notebooks" / path
        generated = self.grading / "release" / path
        if generated.exists() and not released.exists():
            released = generated
        return self.root / "solutions" / path, released

    def submission(self, student: str, lesson: str) -> Path:
        """Return the folder of what a student handed in."""
        assignment = parts_of(lesson)[0]
        if self.folders:
            return self.folders.folder("submitted", student, assignment)
        return self.submitted / student / assignment

    def graded(self, student: str, lesson: str) -> Path:
        """Return the path of a submission's graded notebook."""
        assignment, notebook = parts_of(lesson)
        folder = self.grading / "autograded" / student / assignment
        if self.folders:
            folder = self.folders.folder("autograded", student, assignment)
        return folder / f"{notebook}.ipynb"

    def page(self, student: str, lesson: str) -> Path:
        """Return the path of a submission's page of feedback."""
        assignment, notebook = parts_of(lesson)
        folder = self.feedback / student / assignment
        if self.folders:
            folder = self.folders.folder("feedback", student, assignment)
        return folder / f"{notebook}.html"

    def submissions(self) -> list[tuple[str, str]]:
        """Return (student, lesson) of the notebooks that were handed in by name."""
        return sorted(
            (student, lesson_of(assignment, path.stem))
            for student, assignment, folder in self.handed_in()
            for path in folder.glob("*.ipynb")
            if self.folders or path.stem == assignment
        )

    def handed_in(self) -> Iterator[tuple[str, str, Path]]:
        """Yield (student, assignment, folder) of all that lies in ``submitted``."""
        around = self.submitted
        return _walked(around, self.submitted_parts[len(around.parts) :], {})

    def settings(self, **course_directory: str) -> "Config":
        """Return nbgrader's settings; keywords go to its CourseDirectory."""
        from autograder.classroom import lateness
        from autograder.gradebook.nbgrader_pages import page_settings

        config = self._settings()
        place = config.CourseDirectory
        place.db_url = self.db_url
        place.course_id = self.course_id
        for name, value in course_directory.items():
            setattr(place, name, value)
        page_settings(config)
        file = self.grading / lateness.FILE
        if file.exists() or not self.folders:
            lateness.settings(config, lateness.read_rules(file, self.lessons()))
        return config

    def _settings(self) -> "Config":
        if self.folders:
            return copy.deepcopy(self.folders.config)
        from autograder.lessons.release_step import nbgrader_settings

        config: Config = nbgrader_settings()
        config.CourseDirectory.root = str(self.grading)
        config.CourseDirectory.source_directory = os.path.join("..", "solutions")
        config.Execute.timeout = CELL_SECONDS
        config.Execute.startup_timeout = 120
        # a student's answer that prints without end must not fill the disk
        config.LimitOutput.max_lines = 1000
        config.LimitOutput.max_traceback = 100
        return config

    def gradebook(self) -> "Gradebook":
        """Open nbgrader's gradebook; use it in a ``with`` statement."""
        from nbgrader.api import Gradebook

        self.grading.mkdir(exist_ok=True)
        _note_version(self.db_url)
        return Gradebook(self.db_url, self.course_id)


def _walked(
    place: Path, parts: Sequence[str], names: dict[str, str]
) -> Iterator[tuple[str, str, Path]]:
    """Walk down the parts of a submission's path; links are named, and not judged."""
    if not parts:
        student, assignment = nbgrader_folders.STUDENT, nbgrader_folders.ASSIGNMENT
        yield names[student], names[assignment], place
    elif parts[0] in (nbgrader_folders.STUDENT, nbgrader_folders.ASSIGNMENT):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.is_dir() or path.is_symlink():
                yield from _walked(path, parts[1:], {**names, parts[0]: path.name})
    else:
        yield from _walked(place / parts[0], parts[1:], names)


def _note_version(db_url: str) -> None:
    """Note the version of nbgrader's tables in a gradebook that has none yet.

    nbgrader would start alembic as a program for it, which takes a second, or three.
    """
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from nbgrader import dbutil
    from sqlalchemy import create_engine, inspect

    engine = create_engine(db_url)
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            tables = ScriptDirectory(dbutil.ALEMBIC_DIR)
            MigrationContext.configure(connection).stamp(tables, "head")
    engine.dispose()
