"""The one place where nbgrader is told to take points off a late submission."""

from datetime import UTC
from typing import TYPE_CHECKING

from traitlets.config import Config

from autograder.classroom import lateness
from autograder.course import Course, lesson_of, parts_of
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

    assignment, notebook = parts_of(lesson)
    names = {"notebook": notebook, "assignment": assignment, "student": student}
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
    file = course.grading / lateness.FILE
    rules = lateness.read_rules(file, course.lessons())
    config = course.settings()
    ours = file.exists() or not course.folders
    with course.gradebook() as gradebook:
        before = penalties(gradebook)
        late = _dates(gradebook, rules if ours else None)
        for (lesson, student), penalty in before.items():
            if penalty and (lesson, student) not in late:
                assignment, name = parts_of(lesson)
                notebook = gradebook.find_submission_notebook(name, assignment, student)
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


def _dates(
    gradebook: "Gradebook", rules: lateness.Rules | None
) -> list[tuple[str, str]]:
    """Write due dates and extensions; return the (lesson, student) that are late.

    Without rules of ours the dates that the gradebook has stay.
    """
    late = []
    for assignment in gradebook.assignments:
        name = assignment.name
        if rules is not None:
            due = rules.due.get(name)
            assignment.duedate = due and due.astimezone(UTC).replace(tzinfo=None)
        for submission in assignment.submissions:
            student = submission.student_id
            if rules is not None:
                submission.extension = rules.extension(name, student)
            if assignment.duedate and submission.total_seconds_late > 0:
                parts = submission.notebooks
                late += [(lesson_of(name, part.name), student) for part in parts]
    return late
