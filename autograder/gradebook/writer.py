"""The one writer of results into nbgrader's own gradebook."""

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from autograder.course import Course, parts_of
from autograder.gradebook.late_rule import apply_rule
from autograder.gradebook.rows import grade_rows
from autograder.lessons.markers import MANUAL
from autograder.verdict.cells import GradedLesson
from autograder.verdict.graded_notebook import write_whole
from autograder.verdict.verdicts import CellVerdict

SECONDS_TO_WAIT = 60  # for a gradebook that somebody else writes to


class Writer:
    """Writes verdicts; nbgrader's database is opened once."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.gradebook = course.gradebook()
        _wait_for_others(self.gradebook)
        self.names: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        """Close the database."""
        self.gradebook.close()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Commit all that is written under ``with`` at once.

        nbgrader's own methods commit after each step, which costs more than the step.
        """
        db = self.gradebook.db
        db.commit = db.flush
        try:
            yield
        except BaseException:
            db.rollback()
            raise
        finally:
            del db.commit
        db.commit()

    def prepare(self, lessons: Iterable[GradedLesson]) -> None:
        """Tell the gradebook of lessons that it lacks or knows in another form."""
        from autograder.gradebook import stock

        old = [lesson.name for lesson in lessons if not self._knows(lesson)]
        if old:
            stock.prepare(self.course, old)
            self.gradebook.db.expire_all()

    def _knows(self, lesson: GradedLesson) -> bool:
        from nbgrader.api import MissingEntry

        try:
            assignment, name = parts_of(lesson.name)
            notebook = self.gradebook.find_notebook(name, assignment)
        except MissingEntry:
            return False
        known = {c.name: c.source for c in notebook.source_cells}
        ours = {str(c.grade_id): c.full for c in lesson.cells if c.grade_id}
        if self.course.folders:  # there, a scheme is cleared after it was saved
            written = [str(c.grade_id) for c in lesson.cells if c.kind == MANUAL]
            ours |= {name: known[name] for name in written if name in known}
        return ours == known

    def scores(self, lesson: str) -> dict[str, dict[str, float | None]]:
        """Return {student: {grade_id: auto_score}} of a lesson."""
        found: dict[str, dict[str, float | None]] = {}
        for row in grade_rows(self.gradebook, lesson):
            found.setdefault(row.student, {})[row.cell] = row.auto
        return found

    def save(
        self,
        lesson: GradedLesson,
        student: str,
        received: float,
        cells: Iterable[CellVerdict],
        resubmitted: set[str],
    ) -> None:
        """Write the cells of a verdict, every one of them.

        Parameters
        ----------
        received : seconds since the epoch
        cells : of one verdict, every cell
        resubmitted : grade_ids whose text differs from what was graded before:
            a teacher's marks for the old text go
        """
        notebook = self._notebook(lesson, student, received)
        verdicts = {cell.grade_id: cell for cell in cells}
        names = self._names(notebook)
        with self.gradebook.db.no_autoflush:
            for grade in notebook.grades:
                name = names[grade.cell_id]
                _write_grade(grade, verdicts[name], name in resubmitted)
            for comment in notebook.comments:
                name = names[comment.cell_id]
                unanswered = verdicts[name].unanswered
                comment.auto_comment = "No response." if unanswered else None
                if name in resubmitted:
                    comment.manual_comment = None
        self._late(notebook, lesson, student)

    def _names(self, notebook: Any) -> dict[str, str]:
        """Return {id of a cell: its name}; asking each grade would be a query each."""
        key = notebook.notebook_id
        if key not in self.names:
            from nbgrader.api import BaseCell

            rows = self.gradebook.db.query(BaseCell.id, BaseCell.name)
            self.names[key] = dict(map(tuple, rows.filter_by(notebook_id=key)))
        return self.names[key]

    def save_for_a_person(
        self, lesson: GradedLesson, student: str, received: float
    ) -> None:
        """Take away what was graded before; all cells wait for a person."""
        notebook = self._notebook(lesson, student, received)
        for grade in notebook.grades:
            grade.auto_score = grade.manual_score = grade.extra_credit = None
            grade.needs_manual_grade = True
        self._late(notebook, lesson, student)

    def _notebook(self, lesson: GradedLesson, student: str, received: float) -> Any:
        moment = datetime.fromtimestamp(received, UTC).replace(tzinfo=None)
        self._stamp(lesson, student, moment)
        book = self.gradebook
        assignment, name = parts_of(lesson.name)
        book.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader 0.9.6 with SQLAlchemy 2.1
            warnings.simplefilter("ignore")
            submission = book.update_or_create_submission(
                assignment, student, timestamp=str(moment)
            )
        return next(n for n in submission.notebooks if n.name == name)

    def _stamp(self, lesson: GradedLesson, student: str, moment: datetime) -> None:
        """Note the time beside the file: formgrader compares it with the gradebook.

        Where they differ, it shows the submission as one that isn't graded yet.
        """
        folder = self.course.submission(student, lesson.name)
        if self.course.folders and (folder / "timestamp.txt").exists():
            return  # nbgrader's own
        if folder.is_dir() and not (folder.is_symlink() or folder.parent.is_symlink()):
            with contextlib.suppress(OSError):
                write_whole(folder / "timestamp.txt", f"{moment} UTC\n")

    def _late(self, notebook: Any, lesson: GradedLesson, student: str) -> None:
        """Let nbgrader's own plugin decide on a late submission."""
        notebook.late_submission_penalty = None
        db = self.gradebook.db
        db.commit()
        if notebook.assignment.total_seconds_late > 0:
            type(db).commit(db)  # the plugin reads it through a connection of its own
            apply_rule(self.course.settings(), lesson.name, student)
            db.expire_all()


def _wait_for_others(gradebook: Any) -> None:
    """Let SQLite wait while a person saves a mark in formgrader."""
    from sqlalchemy import event

    def wait(connection: Any, record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {1000 * SECONDS_TO_WAIT}")

    if gradebook.engine.dialect.name == "sqlite":
        event.listen(gradebook.engine, "connect", wait)
        gradebook.engine.dispose()  # the next connection waits


def _write_grade(grade: Any, verdict: CellVerdict, resubmitted: bool) -> None:
    """Write one cell as nbgrader's SaveAutoGrades would."""
    if resubmitted:
        grade.manual_score = grade.extra_credit = None
    grade.auto_score = verdict.auto_score
    waits = grade.manual_score is not None or grade.auto_score is None
    grade.needs_manual_grade = waits or bool(verdict.doubt)
