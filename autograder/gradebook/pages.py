"""Write nbgrader's feedback pages, those only that would come out differently."""

import concurrent.futures
import hashlib
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from autograder.course import Course
from autograder.logs import errors_of_nbgrader, quiet_stderr

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

Pair = tuple[str, str]  # student, lesson
Progress = Callable[[Iterator[Future[Any]], int], Iterable[Future[Any]]]
_MADE = ".made-from"


def write_pages(
    course: Course,
    submissions: Iterable[Pair],
    progress: Progress = lambda done, total: done,
) -> dict[Pair, str]:
    """Write feedback for (student, lesson) pairs; return {pair: why there is none}.

    ``progress`` wraps an iterator of known length, as tqdm does.
    """
    wanted = _outdated(course, submissions)
    if not wanted:
        return {}
    failed = {}
    with concurrent.futures.ProcessPoolExecutor(
        max_workers=min(len(wanted), os.cpu_count() or 1),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=quiet_stderr,
        initargs=(course.grading / "feedback.log",),
    ) as pool:
        waiting = {
            pool.submit(_write, course, *pair, digest): pair
            for pair, digest in wanted.items()
        }
        done = concurrent.futures.as_completed(waiting)
        for future in progress(done, len(waiting)):
            try:
                future.result()
            except Exception as error:  # of one page: the others go on
                failed[waiting[future]] = str(error) or type(error).__name__
    return failed


def _outdated(course: Course, submissions: Iterable[Pair]) -> dict[Pair, str]:
    """Return {pair: digest} of the pages whose notebook, marks or comments changed."""
    wanted = {}
    with course.gradebook() as gradebook:
        for student, lesson in submissions:
            path = f"{student}/{lesson}"
            digest = _digest(course, gradebook, student, lesson)
            made = course.feedback / path / _MADE
            if digest and not (made.exists() and made.read_text() == digest):
                wanted[student, lesson] = digest
    return wanted


def _digest(course: Course, gradebook: "Gradebook", student: str, lesson: str) -> str:
    """Return a digest of all that a page is made from; "" without a notebook."""
    graded = course.grading / "autograded" / student / lesson / f"{lesson}.ipynb"
    if not graded.exists():
        return ""
    notebook = gradebook.find_submission_notebook(lesson, lesson, student)
    marks = [[g.name, g.score, g.extra_credit] for g in notebook.grades]
    comments = [[c.name, c.comment] for c in notebook.comments]
    penalty = notebook.late_submission_penalty
    said = json.dumps([sorted(marks), sorted(comments, key=str), penalty])
    return hashlib.sha256(graded.read_bytes() + said.encode()).hexdigest()


def _write(course: Course, student: str, lesson: str, digest: str) -> None:
    """Write one page, in a process of its own."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    folder = course.feedback / student / lesson
    shutil.rmtree(folder, ignore_errors=True)
    config = course.settings(student_id=student, assignment_id=lesson)
    place = CourseDirectory(config=config)
    with errors_of_nbgrader("no feedback"):
        GenerateFeedback(coursedir=place, config=config).start()
    (folder / _MADE).write_text(digest)
