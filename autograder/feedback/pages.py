"""Write the pages of feedback, those only that would come out differently."""

import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path

from autograder.course import Course, parts_of
from autograder.feedback.student_page import Marks, page
from autograder.gradebook.rows import comment_rows, grade_rows
from autograder.verdict.graded_notebook import write_whole

Pair = tuple[str, str]  # student, lesson
Progress = Callable[[Iterable[Pair], int], Iterable[Pair]]
_MADE = ".made-from"


def write_pages(
    course: Course,
    submissions: Iterable[Pair],
    progress: Progress = lambda pairs, total: pairs,
) -> dict[Pair, str]:
    """Write feedback for (student, lesson) pairs; return {pair: why there is none}.

    ``progress`` wraps an iterable of known length, as tqdm does.
    """
    wanted = list(submissions)
    marks = read_marks(course, {lesson for _, lesson in wanted})
    failed = {}
    for student, lesson in progress(wanted, len(wanted)):
        try:
            _write(course, student, lesson, marks[student, lesson])
        except Exception as error:  # of one page: the others go on
            failed[student, lesson] = f"{type(error).__name__}: {error}"
    return failed


def read_marks(course: Course, lessons: Iterable[str]) -> dict[Pair, Marks]:
    """Return the Marks of each submission of some lessons."""
    found: dict[Pair, Marks] = defaultdict(lambda: Marks({}, {}))
    with course.gradebook() as gradebook:
        for lesson in lessons:
            for row in grade_rows(gradebook, lesson):
                found[row.student, lesson].grades[row.cell] = row
            for student, cell, comment in comment_rows(gradebook, lesson):
                found[student, lesson].comments[cell] = comment
    return found


def page_of(course: Course, student: str, lesson: str, marks: Marks) -> str:
    """Return the page of a submission; "" without a graded notebook."""
    path = course.graded(student, lesson)
    if not path.exists():
        return ""
    graded = path.read_text(encoding="utf-8")
    return page(
        *(student, lesson, graded, released(course, lesson), marks, course.checks)
    )


def released(course: Course, lesson: str) -> dict[str, str]:
    """Return {id of a cell: its text} of a lesson as students got it."""
    path = course.notebooks(lesson)[1]
    return _texts(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=32)
def _texts(path: Path, changed: int) -> dict[str, str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if "id" in cell}


def _write(course: Course, student: str, lesson: str, marks: Marks) -> None:
    """Write one page, unless it is made of the same notebook, marks and comments."""
    graded = course.graded(student, lesson)
    if not graded.exists():
        return
    said = repr((sorted(marks.grades.items()), sorted(marks.comments.items())))
    text = graded.read_bytes() + said.encode() + _looks()
    digest = hashlib.sha256(text).hexdigest()
    place = course.page(student, lesson)
    whole = parts_of(lesson)[0] == place.stem
    made = place.with_name(_MADE if whole else f"{_MADE}-{place.stem}")
    if made.exists() and made.read_text() == digest:
        return
    write_whole(place, page_of(course, student, lesson, marks))
    write_whole(made, digest)


@functools.cache
def _looks() -> bytes:
    """Return the templates, with which pages change as well."""

    def files() -> Iterator[bytes]:
        for room in ("autograder.pages", "autograder.feedback"):
            folder = resources.files(room) / "templates"
            yield from (f.read_bytes() for f in sorted(folder.iterdir(), key=str))

    return b"".join(files())
