"""Build all that the lessons' sources determine, or tell where it differs.

That is both notebooks of every lesson, and the table of exercises; and the buttons in
the README, which follow from the address in ``pyproject.toml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder import paths
from autograder.doors import buttons
from autograder.errors import LessonError, ProblemError
from autograder.lessons import notebook
from autograder.lessons.adopting import saved_by_hand
from autograder.lessons.facts import as_table
from autograder.lessons.leaks import leaks
from autograder.lessons.rules import hold_to_rules
from autograder.lessons.source import Lesson, read_lesson


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


def built_files(root: Path = paths.ROOT) -> dict[Path, bytes]:
    """Return {path: bytes} of all that is built from the sources under ``root``."""
    lessons = read_lessons(paths.lesson_sources(root / "solutions"))
    ours = {each.name: notebook.instructor_notebook(each) for each in lessons}
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
        text = buttons.readme(
            readme.read_text(encoding="utf-8"), buttons.published(root)
        )
        files[readme] = text.encode("utf-8")
    return files


def refuse_unadopted(files: Mapping[Path, bytes]) -> None:
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
    for folder in ("solutions", "notebooks"):
        for path in sorted((root / folder).glob("*/*")):
            # Jupyter and the checks keep files of their own beside a notebook
            if path not in files and not path.name.startswith("."):
                yield f"{path.relative_to(root)} has no source; delete it"
