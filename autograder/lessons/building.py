"""Build all that the lessons' sources determine, or tell where it differs.

That is both notebooks of every lesson, and the table of exercises; and the buttons in
the README, which follow from the address in ``pyproject.toml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder import course_file, paths
from autograder.doors import buttons
from autograder.errors import LessonError, ProblemError
from autograder.lessons import notebook, tailoring
from autograder.lessons.adopting import saved_by_hand
from autograder.lessons.facts import as_table
from autograder.lessons.leaks import leaks
from autograder.lessons.rules import hold_to_rules
from autograder.lessons.source import Lesson, read_lesson
from byhand.checks import log


def read_lessons(sources: Iterable[Path]) -> list[Lesson]:
    """Read and check lessons; raise one `LessonError` for all of them together."""
    lessons, problems = [], []
    for source in sources:
        try:
            lesson = read_lesson(source)
            hold_to_rules(lesson)
        except LessonError as error:
            problems += error.problems
        else:
            lessons.append(lesson)
    if problems:
        raise LessonError(problems)
    return lessons


def course_lessons(root: Path = paths.ROOT) -> list[Lesson]:
    """Return the lessons as the course under ``root`` has them, in its order."""
    course = course_file.read(root)
    sources = {path.stem: path for path in paths.lesson_sources(root / "solutions")}
    others = [path.stem for path in _of_nbgrader(root, course)]
    course.hold_to([*sources, *others])
    lessons = read_lessons(sources.values())
    fitted = {each.name: tailoring.tailored(each, course) for each in lessons}
    return [fitted[name] for name in course.chosen(list(fitted))]


def mentions(root: Path = paths.ROOT) -> Iterator[str]:
    """Yield a sentence for each text that speaks of an exercise that is left out."""
    course = course_file.read(root)
    for name in course.changes:
        lesson = read_lesson(root / "solutions" / f"{name}.py")
        yield from tailoring.mentions(lesson, tailoring.tailored(lesson, course))


def built_files(root: Path = paths.ROOT) -> dict[Path, bytes]:
    """Return {path: bytes} of all that is built from the sources under ``root``."""
    lessons = course_lessons(root)
    slug = buttons.published(root)
    ours = {each.name: notebook.instructor_notebook(each, slug) for each in lessons}
    theirs = notebook.student_notebooks(ours)
    found = [leak for each in lessons for leak in leaks(each, theirs[each.name])]
    if found:
        raise ProblemError("\n".join(found))
    files = {root / "byhand" / "exercises" / "table.json": as_table(lessons)}
    for name in ours:
        path = f"{name}/{name}.ipynb"
        files[root / "solutions" / path] = notebook.as_bytes(ours[name])
        files[root / "notebooks" / path] = notebook.as_bytes(theirs[name])
    if (readme := root / "README.md").exists():  # its buttons lead to the address
        text = buttons.readme(readme.read_text(encoding="utf-8"), slug)
        files[readme] = text.encode("utf-8")
    return files


def dropped(root: Path = paths.ROOT) -> list[Path]:
    """Return the built notebooks of lessons that the course file leaves out."""
    names = [path.stem for path in paths.lesson_sources(root / "solutions")]
    kept = course_file.read(root).chosen(names)
    return [
        path
        for name in names
        if name not in kept
        for folder in ("solutions", "notebooks")
        if (path := root / folder / name / f"{name}.ipynb").exists()
    ]


def _of_nbgrader(root: Path, course: course_file.CourseFile) -> list[Path]:
    """Return the folders of assignments of nbgrader's that the course names."""
    names = course.lessons or ()
    found = [root / "solutions" / name for name in names]
    return [path for path in found if path.is_dir() and not _has_source(path)]


def _has_source(folder: Path) -> bool:
    return folder.with_name(f"{folder.name}.py").exists()


def refuse_unadopted(files: Iterable[Path]) -> None:
    """Raise when a build would write over an edit that was made in JupyterLab."""
    edited = [
        path.stem
        for path in files
        if path.parent.parent.name == "solutions"
        and saved_by_hand(path, notebook.METADATA)
    ]
    if edited:
        raise ProblemError(
            "\n".join(
                f"{name}.ipynb was saved in JupyterLab since it was built: bring its "
                f"edits back with `make adopt LESSON={name}`, or delete it"
                for name in edited
            )
        )


def differences(files: Mapping[Path, bytes], root: Path = paths.ROOT) -> Iterator[str]:
    """Yield a sentence for each notebook that isn't what its source builds."""
    for path, content in files.items():
        if not path.exists():
            yield f"{path.relative_to(root)} is missing"
        elif path.read_bytes() != content:
            yield f"{path.relative_to(root)} differs from what its source builds"
    others = {path.name for path in _of_nbgrader(root, course_file.read(root))}
    gone = dropped(root)
    for path in gone:
        yield f"{path.relative_to(root)} is of no lesson of {course_file.FILE}"
    for folder in ("solutions", "notebooks"):
        for path in sorted((root / folder).glob("*/*")):
            # Jupyter and the checks keep files of their own beside a notebook
            known = path in files or path in gone or path.parent.name in others
            if not known and not path.name.startswith(".") and path.name != log.FILE:
                yield f"{path.relative_to(root)} has no source; delete it"
