"""What a class earned, read from the gradebook, and what a person must look at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, parts_of

Pair = tuple[str, str]  # student, lesson


@dataclass(frozen=True)
class Result:
    """One student's result in one lesson.

    ``score`` is None when the submission has no grade. ``to_mark`` counts written
    answers that wait for a teacher, ``notes`` says what a person must settle.
    """

    student: str
    lesson: str
    score: float | None
    max_score: float
    to_mark: int = 0
    notes: tuple[str, ...] = ()


def _no_notes(course: Course, student: str, lesson: str) -> list[str]:
    return []


def read_results(
    course: Course,
    submissions: Iterable[Pair],
    failed: Mapping[Pair, str],
    notes: Callable[[Course, str, str], list[str]] = _no_notes,
) -> list[Result]:
    """Return a `Result` for each (student, lesson).

    ``failed`` says why one has no grade; ``notes(course, student, lesson)`` adds what
    a person should know of one that has.
    """
    with course.gradebook() as gradebook:
        return [
            _without_grade(gradebook, *each, failed[each])
            if each in failed
            else _result(gradebook, *each, notes(course, *each))
            for each in submissions
        ]


def _without_grade(gradebook: Any, student: str, lesson: str, why: str) -> Result:
    assignment, name = parts_of(lesson)
    maximum: float = gradebook.find_notebook(name, assignment).max_score
    return Result(student, lesson, None, maximum, notes=(f"not graded: {why}",))


def _result(gradebook: Any, student: str, lesson: str, more: list[str]) -> Result:
    assignment, name = parts_of(lesson)
    notebook = gradebook.find_submission_notebook(name, assignment, student)
    waiting = [grade for grade in notebook.grades if grade.needs_manual_grade]
    answers = {comment.name for comment in notebook.comments}
    written = [grade for grade in waiting if grade.name in answers]
    notes = [f"no score: {grade.name}" for grade in waiting if grade not in written]
    return Result(
        student,
        lesson,
        notebook.score,
        notebook.max_score,
        len(written),
        tuple(notes + more),
    )


def notes_on_stock(course: Course, student: str, lesson: str) -> list[str]:
    """Return what stock nbgrader passes over: cells gone, tests without a result."""
    released = _tests(course.notebooks(lesson)[1])
    name = f"{parts_of(lesson)[1]}.ipynb"
    submitted = _tests(course.submission(student, lesson) / name)
    graded = _tests(course.graded(student, lesson))
    notes = [f"test cell deleted: {name}" for name in released.keys() - submitted]
    for name in released.keys() & graded:
        kinds = {output.output_type for output in graded[name].get("outputs", ())}
        if not kinds & {"execute_result", "error"}:
            notes.append(f"test without a result counts in full: {name}")
    return sorted(notes)


def _tests(path: Path) -> dict[str, NotebookNode]:
    """Return {grade_id: cell} of a notebook's test cells."""
    notebook = nbformat.read(path, as_version=4)
    found = {}
    for cell in notebook.cells:
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade") and not role.get("solution") and "grade_id" in role:
            found[role["grade_id"]] = cell
    return found
