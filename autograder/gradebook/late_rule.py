"""The one place where nbgrader is told to take points off a late submission."""

from traitlets.config import Config


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
