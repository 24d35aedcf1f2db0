"""Let ``nbgrader autograde``, and formgrader's button, use our sandbox and judge.

``nbgrader_config.py`` puts `JudgeInSandbox` in the place of nbgrader's Execute.
nbgrader has parsed the file by then; running and judging are ours, and its own
SaveAutoGrades finds the points in the outputs.
"""

import atexit
import functools
import json
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets.config import Config

from autograder.course import Course, lesson_of
from autograder.run.journal import Journal
from autograder.sandbox import levels
from autograder.sandbox.client import Sandbox
from autograder.sandbox.process_limits import limits_of
from autograder.seam import BenchMaker
from autograder.verdict.cells import read_lesson
from autograder.verdict.judge import beside, take_verdict


class JudgeInSandbox(NbGraderPreprocessor):
    """Run a submission in the sandbox and judge it outside; see the module."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the lesson rebuilt with the student's cells, outputs and points."""
        names = resources["nbgrader"]
        course = Course.of(self.config)
        name = lesson_of(names["assignment"], names["notebook"])
        lesson = read_lesson(name, *course.notebooks(name))
        cells = [
            (cell.cell_type, cell.source, cell.get("id"), _grade_id(cell))
            for cell in nb.cells
        ]
        with Journal(course.grading) as journal:
            seed = journal.seed_of(name, None)
        sandbox, benches = _machine(course)
        sandbox.equip(course.kit(name))
        limits, (source, _) = limits_of(name), course.notebooks(name)
        with beside(sandbox.kit.folder and source.parent):
            verdict = take_verdict(lesson, cells, sandbox, limits, seed, benches)
        return from_dict(json.loads(verdict.notebook)), resources


def _grade_id(cell: NotebookNode) -> str | None:
    grade_id: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return grade_id


@functools.cache
def _machine(course: Course) -> tuple[Sandbox, BenchMaker]:
    """Return this process's sandbox, and what makes the bench of a submission."""
    level, _ = levels.strongest()
    sandbox, service = Sandbox(level), course.checks.service(course.grading / "keras")
    benches = course.checks.benches(service.start())
    atexit.register(sandbox.close)
    atexit.register(service.stop)
    return sandbox, benches


def use_ours(config: Config) -> None:
    """Put `JudgeInSandbox` in the place of Execute in nbgrader's settings."""
    from nbgrader.converters import Autograde

    steps = Autograde().autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        JudgeInSandbox if step is Execute else step for step in steps
    ]
