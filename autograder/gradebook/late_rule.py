"""The one place where nbgrader is told to take points off a late submission."""

from datetime import UTC
from typing import TYPE_CHECKING

from traitlets.config import Config

from autograder.classroom import lateness
from autograder.course import Course
from autograder.gradebook.rows import penalties

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def apply_rule(config: Config, lesson: str, student: str) -> None:
    """Run nbgrader's own step, which asks the plugin and checks what it says.

    It reads and writes through a connection of its own: commit before, and read again
    after. ``config`` is what `Course.settings` returns.
    """
    from nbformat.v4 import new_notebook
    from nbgrader.preprocessors import AssignLatePenalties

    names = {"notebook": lesson, "assignment": lesson, "student": student}
    url = config.CourseDirectory.db_url
    step = AssignLatePenalties(config=config)
    step.log.setLevel("ERROR")
    step.preprocess(new_notebook(), {"nbgrader": {**names, "db_url": url}})


def bring_up_to_date(course: Course) -> dict[tuple[str, str], tuple[float, float]]:
    """Bring due dates, extensions and penalties of the whole gradebook up to date.

    Returns
    -------
    changed : {(lesson, student): (penalty before, after)}
    """
    rules = lateness.read_rules(course.grading / lateness.FILE, course.lessons())
    config = course.settings()
    with course.gradebook() as gradebook:
        before = penalties(gradebook)
        late = _dates(gradebook, rules)
        for (lesson, student), penalty in before.items():
            if penalty and (lesson, student) not in late:
                notebook = gradebook.find_submission_notebook(lesson, lesson, student)
                notebook.late_submission_penalty = None
        gradebook.db.commit()
    for lesson, student in late:
        apply_rule(config, lesson, student)
    with course.gradebook() as gradebook:
        after = penalties(gradebook)
    return {
        place: (before[place] or 0.0, after[place] or 0.0)
        for place in before
        if (before[place] or 0.0) != (after[place] or 0.0)
    }


def _dates(gradebook: "Gradebook", rules: lateness.Rules) -> list[tuple[str, str]]:
    """Write due dates and extensions; return the (lesson, student) that are late."""
    late = []
    for assignment in gradebook.assignments:
        due = rules.due.get(assignment.name)
        assignment.duedate = due and due.astimezone(UTC).replace(tzinfo=None)
        for submission in assignment.submissions:
            student = submission.student_id
            submission.extension = rules.extension(assignment.name, student)
            if assignment.duedate and submission.total_seconds_late > 0:
                late.append((assignment.name, student))
    return late
