"""nbgrader's generate_assignment, with the two things that our lessons need of it.

A value cell (``stops = ...`` and a solution) shows the learner that line and no stub
under it; a written question keeps its text, and only the mark scheme goes.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from autograder.lessons.markers import (
    CODE_STUB,
    MARK_SCHEME,
    SOLUTION,
    TEXT_STUB,
    regions,
    without,
)
from autograder.logs import errors_of_nbgrader


class ClearAnswers(ClearSolutions):
    """Clear solutions; see the module's docstring for what differs."""

    def _replace_solution_region(self, cell, language):
        if cell.cell_type == "markdown" and regions(cell.source, MARK_SCHEME):
            question = without(cell.source, SOLUTION, MARK_SCHEME).strip()
            cell.source = f"{question}\n\n{self.text_stub}".strip()
            return True
        if cell.cell_type == "code" and (bare := without_value_regions(cell.source)):
            cell.source = bare
            super()._replace_solution_region(cell, language)
            return True
        return super()._replace_solution_region(cell, language)


def without_value_regions(source: str) -> str:
    """Drop the regions right below a ``name = ...``; "" when there is none."""
    lines, dropped = source.split("\n"), False
    for region in reversed(regions(source, SOLUTION)):
        above = without("\n".join(lines[: region.start]), SOLUTION)
        if _ends_in_ellipsis(above):
            del lines[region.start : region.stop]
            dropped = True
    return "\n".join(lines).rstrip("\n") if dropped else ""


def _ends_in_ellipsis(code):
    """Tell whether the code's last statement, at top level, assigns ``...``."""
    try:
        body = ast.parse(code).body
    except SyntaxError:  # the region stands inside a function
        return False
    if not body or not isinstance(body[-1], ast.Assign | ast.AnnAssign):
        return False
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis
        for node in ast.walk(body[-1])
    )


def nbgrader_settings() -> Config:
    """Return the settings of the release step, for the build and for a course."""
    config = Config()
    config.GenerateAssignment.preprocessors = [  # by name: formgrader shows it as JSON
        _dotted(ClearAnswers if step is ClearSolutions else step)
        for step in GenerateAssignment().preprocessors
        if step is not ClearMarkScheme  # it refuses a scheme in a written answer
    ]
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    return config


def _dotted(step):
    return f"{step.__module__}.{step.__qualname__}"


def generate_assignments(course: Path, names: Iterable[str]) -> None:
    """Run nbgrader over ``course/source``, into ``course/release``, without database.

    The same as ``nbgrader generate_assignment --no-db --force`` for each name, in
    this process.
    """
    for name in names:
        config = nbgrader_settings()
        config.CourseDirectory.root = str(course)
        config.CourseDirectory.assignment_id = name
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        config.GenerateAssignment.force = True
        place = CourseDirectory(config=config)
        with errors_of_nbgrader(f"nbgrader cannot make the student's {name}"):
            GenerateAssignment(coursedir=place, config=config).start()
