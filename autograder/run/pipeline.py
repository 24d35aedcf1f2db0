"""From submissions to grades: collect, run and judge, feedback, export, table.

Most modules are imported where they are used: nbgrader's imports take longer than
judging a small class, and the judges start meanwhile.
"""

import contextlib
import itertools
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import tqdm

from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run import faults, journal

if TYPE_CHECKING:
    from autograder.run.pool import Pool
    from autograder.run.results import Pair, Result

T = TypeVar("T")


def grade_class(
    course: Course,
    submissions: Path | None = None,
    *,
    lesson: str | None = None,
    sample_seed: int = 0,
    stock: bool = False,
    **options: Any,
) -> int:
    """Grade a class and return the exit status: 1 when something has no grade.

    ``lesson`` is the beginning of a lesson's name, the only one that is graded; None
    grades all. ``stock`` judges with stock nbgrader; otherwise ``options`` go to
    `autograder.run.batch.grade`.
    """
    lessons = course.lessons()
    if not lessons:
        raise ProblemError(
            "There are no notebooks: run `make build` first."
            if course.checks.name
            else f"No assignment is released in {course.root}: run `nbgrader "
            "generate_assignment` first, and name the course with --course."
        )
    chosen = [name for name in lessons if name.startswith(lesson or "")]
    if not chosen:
        raise ProblemError(f"{lesson} names no lesson; there are: {', '.join(lessons)}")
    with faults.told(course.grading):
        return _grade_all(course, chosen, submissions, sample_seed, stock, options)


def _grade_all(
    course: Course,
    chosen: Sequence[str],
    submissions: Path | None,
    sample_seed: int,
    stock: bool,
    options: dict[str, Any],
) -> int:
    course.grading.mkdir(exist_ok=True)
    clock = [time.monotonic()]
    with contextlib.ExitStack() as stack:
        is_new = submissions is not None or not (course.grading / journal.FILE).exists()
        if is_new and not stock and (pool := _judges(course, **options)):
            options["pool"] = stack.enter_context(pool)
        lost = _receive(course, submissions, sample_seed)
        clock.append(time.monotonic())
        results = (
            _with_stock(course, chosen)
            if stock
            else _with_ours(course, chosen, **options)
        )
    clock.append(time.monotonic())

    from autograder.feedback import pages
    from autograder.run import table

    graded = [(r.student, r.lesson) for r in results if r.score is not None]
    without = pages.write_pages(course, graded, progress("Feedback"))
    clock.append(time.monotonic())
    grades = export(course)
    receiving, judging, telling = (b - a for a, b in itertools.pairwise(clock))
    print(
        f"{len(results)} submissions: received in {receiving:.1f} s, "
        f"graded in {judging:.1f} s, feedback in {telling:.1f} s"
    )
    print(table.as_text(results, chosen, course.command("mark")))
    print(f"Feedback: {course.feedback}\nGrades:   {grades}")
    return _status(results, lost, without)


def _judges(
    course: Course,
    judges: int | None = None,
    trust: bool = False,
    scheduler: str | None = None,
    **others: Any,
) -> "Pool | None":
    """Start judges for a class that comes now; they get ready while it is received.

    None where other machines judge, or this one can't: grading says why.
    """
    from autograder.run.batch import pool_of
    from autograder.sandbox import levels

    if scheduler:
        return None
    try:
        level, _ = levels.strongest(trust)
    except ProblemError:
        return None
    return pool_of(course, level, judges).begin()


def _with_stock(course: Course, lessons: Sequence[str]) -> list["Result"]:
    """Judge with stock nbgrader, in the students' own processes."""
    from autograder.gradebook import stock
    from autograder.run.results import notes_on_stock, read_results

    stock.prepare(course, lessons)
    found = [each for each in course.submissions() if each[1] in lessons]
    failed = stock.run(course, found, progress("Grading"))
    return read_results(course, found, failed, notes_on_stock)


def _with_ours(
    course: Course, lessons: Sequence[str], **options: Any
) -> list["Result"]:
    """Run in the sandbox and judge outside of it."""
    from autograder.gradebook import late_rule
    from autograder.run import changes
    from autograder.run.batch import grade
    from autograder.run.results import read_results
    from autograder.run.submissions import find_submissions

    found = [each for each in find_submissions(course) if each.lesson in lessons]
    before = changes.points(course)
    batch = grade(course, found, progress=progress("Grading"), **options)
    print(batch)
    late_rule.bring_up_to_date(course)
    for line in changes.told(before, changes.points(course)):
        print(line)
    pairs = [(each.student, each.lesson) for each in found]
    return read_results(course, pairs, batch.for_a_person)


def _receive(course: Course, submissions: Path | None, seed: int) -> list[str]:
    """Put the class in place; return the files that nobody could be found for."""
    if course.folders:
        return _handed_in(course, submissions)
    from autograder.classroom import made_up  # of lessons laid out as ours

    mark = course.grading / made_up.MARK
    if submissions is not None:
        from autograder.classroom.collecting import collect

        if mark.exists():  # a made-up class must not mix with a real one
            forget(course)
        lost: list[str] = collect(course, submissions)
        return lost
    if mark.exists() or not course.submissions():
        if mark.exists() and mark.read_text() != made_up.told(seed):
            forget(course)
        count = made_up.make_class(course, seed)
        print(f"Made up {count} submissions of {len(made_up.CLASS)} students")
    return []


def _handed_in(course: Course, submissions: Path | None) -> list[str]:
    """Find the class where nbgrader puts it."""
    if submissions is not None:
        raise ProblemError(
            f"Put the submissions into {course.submitted}, with `nbgrader zip_collect` "
            "or `nbgrader collect`; then grade without naming them."
        )
    if not any(course.handed_in()):
        raise ProblemError(f"Nothing is handed in: {course.submitted} is empty.")
    return []


def forget(course: Course) -> None:
    """Remove a made-up class with its grades and the journal of its grading.

    The gradebook is emptied and not deleted: formgrader may hold it open.
    """
    from nbgrader import api

    from autograder.classroom import made_up

    for name in ("submitted", "autograded", "feedback", "downloaded"):
        shutil.rmtree(course.grading / name, ignore_errors=True)
    for pattern in (f"{journal.FILE}*", "grades.csv", made_up.MARK):
        for path in course.grading.glob(pattern):
            path.unlink()
    with course.gradebook() as gradebook:
        below = (api.Grade, api.Comment, api.SubmittedNotebook)
        for rows in (*below, api.SubmittedAssignment, api.Student):
            gradebook.db.query(rows).delete()
        gradebook.db.commit()


def progress(name: str) -> Callable[[Iterable[T], int], Iterator[T]]:
    """Return what wraps an iterator of known length in a bar."""

    def wrapped(done: Iterable[T], total: int) -> Iterator[T]:
        yield from tqdm(done, name, total, unit="notebook", leave=False)

    return wrapped


def export(course: Course) -> Path:
    """Write grades.csv with nbgrader's exporter and return its path."""
    from nbgrader.plugins import CsvExportPlugin

    path = course.grading / "grades.csv"
    with course.gradebook() as gradebook:
        exporter = CsvExportPlugin()
        exporter.to = str(path)
        exporter.export(gradebook)
    return path


def _status(
    results: Sequence["Result"], lost: Sequence[str], without_page: Mapping["Pair", str]
) -> int:
    ungraded = [each for each in results if each.score is None]
    for file in lost:
        print(f"Not collected: {file}")
    for (student, lesson), why in without_page.items():
        print(f"No feedback: {student}, {lesson}: {why}")
    if ungraded:
        print(f"{len(ungraded)} submissions have no grade; see the lines marked with !")
    return 1 if ungraded or lost or without_page else 0
