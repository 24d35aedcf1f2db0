"""Let ``nbgrader autograde``, and formgrader's button, use our worker and judge.

``nbgrader_config.py`` puts `ExecuteInSandbox` in the place of nbgrader's Execute.
nbgrader has parsed the file by then; running and judging are ours, and its own
SaveAutoGrades finds the points in the outputs.
"""

import atexit
import functools
import json
from pathlib import Path

from nbformat.notebooknode import from_dict
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from autograder.course import Course
from autograder.run.grading import checks_version, lesson_files
from autograder.run.journal import Journal
from autograder.run.pool import Keras
from autograder.sandbox import levels
from autograder.sandbox.client import Worker
from autograder.sandbox.process_limits import limits_of
from autograder.verdict.cells import read_lesson
from autograder.verdict.judge import take_verdict
from autograder.verdict.keras_answers import Asker


class ExecuteInSandbox(NbGraderPreprocessor):
    """Run a submission in the sandbox and judge it outside; see the module."""

    def preprocess(self, nb, resources):
        """Return the lesson rebuilt with the student's cells, outputs and points."""
        names = resources["nbgrader"]
        course = _course(self.config)
        name = names["assignment"]
        lesson = read_lesson(name, *lesson_files(course, name))
        cells = [
            (cell.cell_type, cell.source, cell.get("id"), _grade_id(cell))
            for cell in nb.cells
        ]
        with Journal(course.grading) as journal:
            seed = journal.seed_of(name, None)
        worker, asker = _machine(course.grading)
        verdict = take_verdict(lesson, cells, worker, limits_of(name), seed, asker)
        return from_dict(json.loads(verdict.notebook)), resources


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _course(config):
    root = config.get("CourseDirectory", {}).get("root")
    return Course(Path(root).parent) if isinstance(root, str) else Course()


@functools.cache
def _machine(folder):
    """Return this process's worker and its line to Keras."""
    level, _ = levels.strongest()
    worker, keras = Worker(level), Keras(1, folder / "keras", checks_version())
    asker = Asker(keras.pipe())
    atexit.register(worker.close)
    atexit.register(keras.stop)
    return worker, asker


def use_ours(config):
    """Put `ExecuteInSandbox` in the place of Execute in nbgrader's settings."""
    from nbgrader.converters import Autograde

    steps = Autograde().autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        ExecuteInSandbox if step is Execute else step for step in steps
    ]
