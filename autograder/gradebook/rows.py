"""The one join of nbgrader's tables: a row per grade, a row per submission."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

    grade, cell = api.Grade, api.GradeCell
    rows = (
        _submissions(
            gradebook,
            *(grade.id, api.Assignment.name, api.SubmittedAssignment.student_id),
            *(cell.name, cell.max_score, cell.cell_type == "markdown"),
            *(grade.auto_score, grade.manual_score, grade.extra_credit),
            *(grade.needs_manual_grade, api.SubmittedNotebook.late_submission_penalty),
        )
        .join(grade, grade.notebook_id == api.SubmittedNotebook.id)
        .join(cell, grade.cell_id == cell.id)
    )
    if lesson is not None:
        rows = rows.filter(api.Assignment.name == lesson)
    for row in rows:
        yield GradeRow(*row)


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
        .filter(api.Assignment.name == lesson, said.manual_comment.is_not(None))
    )
    yield from ((student, cell, text) for student, cell, text in rows if text.strip())


def penalties(gradebook: "Gradebook") -> dict[tuple[str, str], float | None]:
    """Return {(lesson, student): points taken off for being late} of all."""
    from nbgrader import api

    student = api.SubmittedAssignment.student_id
    penalty = api.SubmittedNotebook.late_submission_penalty
    rows = _submissions(gradebook, api.Assignment.name, student, penalty)
    return {(lesson, student): taken for lesson, student, taken in rows}


def _submissions(gradebook: "Gradebook", *columns: Any) -> Any:
    """Return a query of columns of submitted notebooks and what they belong to."""
    from nbgrader import api

    whole, part = api.SubmittedAssignment, api.SubmittedNotebook
    return (
        gradebook.db.query(*columns)
        .select_from(part)
        .join(whole, part.assignment_id == whole.id)
        .join(api.Assignment, whole.assignment_id == api.Assignment.id)
    )
