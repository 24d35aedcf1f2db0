"""Run and judge submissions with stock nbgrader: a kernel each, two at a time.

The seam of the grading: ``run(course, submissions)`` is all that the rest knows.
"""

import concurrent.futures
import multiprocessing
import os
import shutil

from autograder.logs import errors_of_nbgrader, kept_log
from autograder.problems import ProblemError


def prepare(course, lessons):
    """Write lessons to the gradebook and the release folder, as nbgrader wants."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    course.gradebook().close()
    for lesson in lessons:
        config = course.settings(assignment_id=lesson)
        config.GenerateAssignment.force = True
        with errors_of_nbgrader(f"nbgrader cannot prepare {lesson}"):
            place = CourseDirectory(config=config)
            GenerateAssignment(coursedir=place, config=config).start()


def run(course, submissions, progress=lambda done: done):
    """Grade (student, lesson) pairs; return {pair: why it has no grade}.

    ``progress`` wraps the iterator of finished ones, as tqdm does. The scores are in
    the gradebook, where `autograder.results` reads them.
    """
    course.gradebook().close()  # made once, not by two processes at the same time
    failed = {}
    with concurrent.futures.ProcessPoolExecutor(
        max_workers=min(len(submissions), os.cpu_count() or 1) or 1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_quiet,
        initargs=(course.grading / "autograde.log",),
    ) as pool:
        waiting = {pool.submit(_grade, course, *each): each for each in submissions}
        for future in progress(concurrent.futures.as_completed(waiting)):
            try:
                future.result()
            except Exception as error:  # of one submission: the others go on
                failed[waiting[future]] = str(error) or type(error).__name__
    return failed


def _quiet(log):
    """Send what kernels and libraries write to stderr to a file instead."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 2)


def _grade(course, student, lesson):
    """Grade one submission and write its feedback, in a process of its own."""
    from nbgrader.converters import Autograde, GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    for folder in ("autograded", "feedback"):  # an old result must not pass for new
        shutil.rmtree(course.grading / folder / student / lesson, ignore_errors=True)
    config = course.settings(student_id=student, assignment_id=lesson)
    config.Autograde.force = True
    place = CourseDirectory(config=config)
    _one_step(Autograde(coursedir=place, config=config))
    _one_step(GenerateFeedback(coursedir=place, config=config))


def _one_step(converter):
    with kept_log() as lines:
        try:
            converter.start()
        except Exception as error:
            raise ProblemError(_cause(lines) or str(error)) from None


def _cause(lines):
    """Return the last line of the traceback that nbgrader logged, if there is one."""
    for text in lines:
        if "Traceback" in text:
            return text.strip().splitlines()[-1]
    return ""
