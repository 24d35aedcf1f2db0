"""From submissions to grades: collect, run and judge, feedback, export, table."""

import shutil
import time

from tqdm import tqdm

from autograder import sample, table
from autograder import stock as engine
from autograder.problems import ProblemError
from autograder.results import read_results


def grade_class(course, submissions=None, seed=0):
    """Grade a class and return the exit status: 1 when something has no grade."""
    lessons = course.lessons()
    if not lessons:
        raise ProblemError("There are no notebooks: run `make build` first.")
    started = time.monotonic()
    course.grading.mkdir(exist_ok=True)
    lost = _receive(course, submissions, seed)
    print(f"Preparing {len(lessons)} lessons")
    engine.prepare(course, lessons)
    found = course.submissions()
    failed = engine.run(course, found, _progress(len(found)))
    results = read_results(course, found, failed)
    grades = export(course)
    print(table.as_text(results, lessons))
    print(f"Feedback: {course.feedback}\nGrades:   {grades}")
    print(f"{len(found)} submissions in {time.monotonic() - started:.0f} s")
    return _status(results, lost)


def _receive(course, submissions, seed):
    """Put the class in place; return the files that nobody could be found for."""
    mark = course.grading / sample.MARK
    if submissions is not None:
        from autograder.collect import collect

        if mark.exists():  # a made-up class must not mix with a real one
            forget(course)
        return collect(course, submissions)
    if mark.exists() or not course.submissions():
        forget(course)
        count = sample.make_class(course, seed)
        print(f"Made up {count} submissions of {len(sample.CLASS)} students")
    return []


def forget(course):
    """Remove a made-up class with its grades."""
    for name in ("submitted", "autograded", "feedback", "downloaded"):
        shutil.rmtree(course.grading / name, ignore_errors=True)
    for name in ("gradebook.db", "grades.csv", sample.MARK):
        (course.grading / name).unlink(missing_ok=True)


def _progress(total):
    return lambda done: tqdm(done, total=total, desc="Grading", unit="notebook")


def export(course):
    """Write grades.csv with nbgrader's exporter and return its path."""
    from nbgrader.plugins import CsvExportPlugin

    path = course.grading / "grades.csv"
    with course.gradebook() as gradebook:
        exporter = CsvExportPlugin()
        exporter.to = str(path)
        exporter.export(gradebook)
    return path


def _status(results, lost):
    ungraded = [each for each in results if each.score is None]
    for file in lost:
        print(f"Not collected: {file}")
    if ungraded:
        print(f"{len(ungraded)} submissions have no grade; see the lines marked with !")
    return 1 if ungraded or lost else 0
