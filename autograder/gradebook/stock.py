"""Run and judge submissions with stock nbgrader: a kernel each, two at a time.

``autograder grade --stock`` uses it, to compare; so do the benchmarks.
"""

import concurrent.futures
import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from autograder.course import Course, parts_of
from autograder.errors import ProblemError
from autograder.logs import errors_of_nbgrader, kept_log, quiet_stderr

Pair = tuple[str, str]  # student, lesson
Progress = Callable[[Iterator[Future[Any]], int], Iterable[Future[Any]]]


def prepare(course: Course, lessons: Iterable[str]) -> None:
    """Write lessons to the gradebook and the release folder, as nbgrader wants."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    course.gradebook().close()
    for assignment in dict.fromkeys(parts_of(lesson)[0] for lesson in lessons):
        config = course.settings(assignment_id=assignment)
        config.GenerateAssignment.force = True
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(course.root),  # where nbgrader is started by hand
            errors_of_nbgrader(f"nbgrader cannot prepare {assignment}"),
        ):
            if course.folders:  # what students got stays as it is
                config.CourseDirectory.release_directory = folder
            place = CourseDirectory(config=config)
            GenerateAssignment(coursedir=place, config=config).start()


def run(
    course: Course,
    submissions: Iterable[Pair],
    progress: Progress = lambda done, total: done,
) -> dict[Pair, str]:
    """Grade (student, lesson) pairs; return {pair: why it has no grade}.

    ``progress`` wraps an iterator of known length, as tqdm does. The scores are in
    the gradebook, where `autograder.run.results` reads them.
    """
    work: dict[Pair, list[Pair]] = {}  # of one assignment: one after the other
    for student, lesson in submissions:
        work.setdefault((student, parts_of(lesson)[0]), []).append((student, lesson))
    course.gradebook().close()  # made once, not by two processes at the same time
    failed: dict[Pair, str] = {}
    with concurrent.futures.ProcessPoolExecutor(
        max_workers=min(len(work), os.cpu_count() or 1) or 1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=quiet_stderr,
        initargs=(course.grading / "autograde.log",),
    ) as pool:
        waiting = {pool.submit(_grade, course, *each): work[each] for each in work}
        done = concurrent.futures.as_completed(waiting)
        for future in progress(done, len(waiting)):
            try:
                future.result()
            except Exception as error:  # of one submission: the others go on
                why = str(error) or type(error).__name__
                failed |= dict.fromkeys(waiting[future], why)
    return failed


def _grade(course: Course, student: str, assignment: str) -> None:
    """Grade one student's notebooks, in a process of their own."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    # an old result must not pass for a new one
    old = course.graded(student, assignment).parent
    shutil.rmtree(old, ignore_errors=True)
    config = course.settings(student_id=student, assignment_id=assignment)
    config.Autograde.force = True
    place = CourseDirectory(config=config)
    with kept_log() as lines, contextlib.chdir(course.root):
        try:
            Autograde(coursedir=place, config=config).start()
        except Exception as error:
            raise ProblemError(_cause(lines) or str(error)) from None


def _cause(lines: list[str]) -> str:
    """Return the last line of the traceback that nbgrader logged, if there is one."""
    for text in lines:
        if "Traceback" in text:
            return text.strip().splitlines()[-1]
    return ""
