"""Written questions, their answers, and the points that a person gives."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from autograder.course import Course, lesson_of
from autograder.errors import ProblemError
from autograder.feedback.pages import page_of, read_marks, released
from autograder.feedback.student_page import answer_apart, heading_of
from autograder.gradebook.rows import GradeRow, comment_rows, grade_rows
from autograder.lessons.markers import MARK_SCHEME, inside, without
from autograder.pages.markup import markdown

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@dataclass(frozen=True)
class Question:
    """A written question: its text, and how points are given for it."""

    lesson: str
    cell: str
    title: str
    text: Markup
    scheme: Markup
    most: float

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/{self.lesson}/{self.cell}"

    @property
    def steps(self) -> list[float]:
        """The points that can be given by a click."""
        return [k / 2 for k in range(int(2 * self.most) + 1)]


@dataclass(frozen=True)
class Answer:
    """One answer; ``key`` is the gradebook's, which tells nobody's name."""

    key: str
    text: Markup
    points: float | None
    comment: str


@dataclass(frozen=True)
class Answers:
    """The answers to a question; ``empty`` counts those who wrote nothing."""

    written: list[Answer]
    empty: int

    @property
    def waiting(self) -> int:
        """How many have no mark yet."""
        return sum(answer.points is None for answer in self.written)


@dataclass
class Count:
    """How many answered a question, and how many of them have no mark yet."""

    written: int = 0
    waiting: int = 0


def questions(course: Course, lesson: str = "") -> list[Question]:
    """Return the Questions of the lessons whose names begin with ``lesson``."""
    return [
        question
        for name in course.lessons()
        if name.startswith(lesson)
        for question in _questions(name, course.notebooks(name)[0])
    ]


def _questions(lesson: str, source: Path) -> Iterator[Question]:
    for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
        role, text = cell["metadata"].get("nbgrader", {}), "".join(cell["source"])
        if role.get("grade") and role.get("solution"):
            asked = without(text, MARK_SCHEME).strip()
            scheme = "\n\n".join(inside(text, MARK_SCHEME))
            name = role["grade_id"]
            yield Question(
                *(lesson, name, heading_of(asked) or name, Markup(markdown(asked))),
                *(Markup(markdown(scheme)), float(role["points"])),
            )


def counts(course: Course, asked: Iterable[Question]) -> dict[Question, Count]:
    """Return the Count of each question, from the gradebook alone."""
    found = {(q.lesson, q.cell): (q, Count()) for q in asked}
    with course.gradebook() as gradebook:
        for row in grade_rows(gradebook):
            if (row.lesson, row.cell) in found and not _is_empty(row):
                count = found[row.lesson, row.cell][1]
                count.written += 1
                count.waiting += row.manual is None
    return dict(found.values())


def _is_empty(row: GradeRow) -> bool:
    """Tell whether nothing was written: the grader has given 0, and nobody a mark."""
    return row.points is not None and row.manual is None


def answers(course: Course, question: Question) -> Answers:
    """Return what was written to a question, in an order that tells no names."""
    theirs = released(course, question.lesson)
    found, empty = [], 0
    with course.gradebook() as gradebook:
        said = {(s, c): text for s, c, text in comment_rows(gradebook, question.lesson)}
        for row in grade_rows(gradebook, question.lesson):
            if row.cell != question.cell:
                continue
            if _is_empty(row):
                empty += 1
                continue
            text = _text(course, row.student, question, theirs)
            if text is not None:
                comment = said.get((row.student, row.cell), "")
                found.append(Answer(row.key, text, row.manual, comment))
    return Answers(sorted(found, key=lambda answer: answer.key), empty)


def _text(
    course: Course, student: str, question: Question, theirs: dict[str, str]
) -> Markup | None:
    """Return the answer of a student; None without a graded notebook."""
    path = course.graded(student, question.lesson)
    if not path.exists():
        return None
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        role = cell["metadata"].get("nbgrader", {})
        if role.get("grade_id") == question.cell:
            text = "".join(cell["source"])
            _, answer = answer_apart(text, theirs.get(cell.get("id", ""), ""))
            if cell["cell_type"] == "code":
                return Markup("<pre>{}</pre>").format(answer)
            return Markup(markdown(answer))
    return None


def save(course: Course, key: str, points: float | None, comment: str) -> None:
    """Write a mark and a comment into the gradebook, as formgrader does.

    Parameters
    ----------
    key : of the answer
    points : None takes the mark away
    comment : "" for none

    Raises
    ------
    ProblemError
        There is no such answer, or it has no such points.
    """
    with course.gradebook() as gradebook:
        grade = _grade(gradebook, key)
        if points is not None and not 0 <= points <= grade.max_score:
            raise ProblemError(f"between 0 and {grade.max_score:g} points")
        grade.manual_score = points
        grade.needs_manual_grade = points is None and grade.auto_score is None
        for each in grade.notebook.comments:
            if each.name == grade.name:
                each.manual_comment = comment.strip() or None
        gradebook.db.commit()


def whole_page(course: Course, key: str) -> str:
    """Return the page of feedback of the submission that an answer belongs to."""
    with course.gradebook() as gradebook:
        grade = _grade(gradebook, key)
        student = grade.student.id
        lesson = lesson_of(grade.assignment.name, grade.notebook.name)
    marks = read_marks(course, [lesson])[student, lesson]
    return page_of(course, student, lesson, marks)


def _grade(gradebook: "Gradebook", key: str) -> Any:
    from nbgrader.api import MissingEntry

    try:
        grade = gradebook.find_grade_by_id(key)
    except MissingEntry:
        raise ProblemError("there is no such answer") from None
    if all(each.name != grade.name for each in grade.notebook.comments):
        raise ProblemError("that is no written answer")
    return grade
