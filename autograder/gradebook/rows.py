"""The one join of nbgrader's tables: a row per grade, a row per submission."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.course import lesson_of, parts_of

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@dataclass(frozen=True)
class GradeRow:
    """One grade of one student; None stands for points that nobody has given.

    ``key`` is the gradebook's own, which tells nobody's name.
    ``auto`` are the grader's points, ``manual`` a person's, ``extra`` those that a
    person adds; ``waits`` says that a person has to look, ``penalty`` what the whole
    submission loses for being late, ``most`` how many points the cell is worth.
    """

    key: str
    lesson: str
    student: str
    cell: str
    most: float
    is_written: bool
    auto: float | None
    manual: float | None
    extra: float | None
    waits: bool
    penalty: float | None

    @property
    def points(self) -> float | None:
        """The points without extra ones: a person's mark comes before ours."""
        return self.auto if self.manual is None else self.manual


def grade_rows(gradebook: "Gradebook", lesson: str | None = None) -> Iterator[GradeRow]:
    """Yield a row for each grade, of all lessons or of one."""
    from nbgrader import api
    from sqlalchemy import func
    from sqlalchemy.orm import aliased, with_polymorphic

    grade, answer = api.Grade, aliased(api.SolutionCell)
    cell = with_polymorphic(api.BaseCell, [api.GradeCell, api.TaskCell])
    points = cell.GradeCell.max_score, cell.TaskCell.max_score
    rows = (
        _submissions(
            gradebook,
            *(api.Assignment.name, api.Notebook.name),
            *(grade.id, api.SubmittedAssignment.student_id),
            *(cell.name, func.coalesce(*points)),
            answer.id.is_not(None) | (cell.type == "TaskCell"),
            *(grade.auto_score, grade.manual_score, grade.extra_credit),
            *(grade.needs_manual_grade, api.SubmittedNotebook.late_submission_penalty),
        )
        .join(grade, grade.notebook_id == api.SubmittedNotebook.id)
        .join(cell, grade.cell_id == cell.id)
        .outerjoin(
            answer,
            (answer.name == cell.name) & (answer.notebook_id == cell.notebook_id),
        )
    )
    if lesson is not None:
        rows = rows.filter(*_is(lesson))
    for assignment, notebook, key, *rest in rows:
        yield GradeRow(key, lesson_of(assignment, notebook), *rest)


def comment_rows(gradebook: "Gradebook", lesson: str) -> Iterator[tuple[str, str, str]]:
    """Yield (student, cell, comment) of what a person wrote to answers of a lesson."""
    from nbgrader import api

    said = api.Comment
    rows = (
        _submissions(
            gradebook,
            *(api.SubmittedAssignment.student_id, api.SolutionCell.name),
            said.manual_comment,
        )
        .join(said, said.notebook_id == api.SubmittedNotebook.id)
        .join(api.SolutionCell, said.cell_id == api.SolutionCell.id)
        .filter(*_is(lesson), said.manual_comment.is_not(None))
    )
    yield from ((student, cell, text) for student, cell, text in rows if text.strip())


def penalties(gradebook: "Gradebook") -> dict[tuple[str, str], float | None]:
    """Return {(lesson, student): points taken off for being late} of all."""
    from nbgrader import api

    student = api.SubmittedAssignment.student_id
    penalty = api.SubmittedNotebook.late_submission_penalty
    names = api.Assignment.name, api.Notebook.name
    rows = _submissions(gradebook, *names, student, penalty)
    return {(lesson_of(*names), who): taken for *names, who, taken in rows}


def _is(lesson: str) -> tuple[Any, Any]:
    """Return what keeps the rows of one lesson."""
    from nbgrader import api

    assignment, notebook = parts_of(lesson)
    return api.Assignment.name == assignment, api.Notebook.name == notebook


def _submissions(gradebook: "Gradebook", *columns: Any) -> Any:
    """Return a query of columns of submitted notebooks and what they belong to."""
    from nbgrader import api

    whole, part = api.SubmittedAssignment, api.SubmittedNotebook
    return (
        gradebook.db.query(*columns)
        .select_from(part)
        .join(whole, part.assignment_id == whole.id)
        .join(api.Assignment, whole.assignment_id == api.Assignment.id)
        .join(api.Notebook, part.notebook_id == api.Notebook.id)
    )
