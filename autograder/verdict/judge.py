"""Run the test cells on our side, with the student's functions behind proxies."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import (
    CellTimeoutError,
    JudgeError,
    SessionLostError,
    StudentError,
)
from autograder.lessons.markers import ANSWER, HIDDEN_TESTS, MANUAL, TESTS, lines_within
from autograder.sandbox.client import Sandbox, Session
from autograder.sandbox.process_limits import Limits
from autograder.seam import BenchMaker
from autograder.verdict import graded_notebook, proxies, scoring
from autograder.verdict.cells import GradedLesson, LessonCell, Node, SubmittedCell
from autograder.verdict.rebuild import Step, rebuild
from autograder.verdict.verdicts import CellVerdict, Diagnosis, Verdict

JUDGE_SECONDS = 600  # on a processor, for one test cell
MAX_SHOWN = 20_000  # letters of one output
ROOM = 2_000_000  # letters of all that a submission's own cells show
HIDDEN_FAILED = "a hidden test did not pass"


def take_verdict(
    lesson: GradedLesson,
    cells: Sequence[SubmittedCell],
    sandbox: Sandbox,
    limits: Limits,
    seed: int,
    benches: BenchMaker,
    session: Session | None = None,
) -> Verdict:
    """Judge the cells of a submission and return its Verdict.

    ``session`` is a process that has run nothing yet, if there is one. ``benches``
    makes what the course's own checks need. Raises a GraderError when the machine
    fails; all else is a verdict.
    """
    started = time.monotonic()
    steps = rebuild(lesson, cells)
    examination = _Examination(lesson, sandbox, limits, seed, benches, session)
    try:
        with examination.seated():
            outputs = [examination.step(step) for step in steps]
    finally:
        examination.student.close()
    notebook = graded_notebook.graded_notebook(lesson, steps, outputs)
    return Verdict(
        cells=examination.verdicts,
        notebook=graded_notebook.as_text(notebook),
        seconds=time.monotonic() - started,
        restarts=examination.student.restarts,
    )


@contextlib.contextmanager
def beside(folder: Path | str) -> Iterator[None]:
    """Let test cells find the files of their assignment in ``folder``, "" for none."""
    if not folder:
        yield
        return
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:  # another assignment's may be called so
            file = getattr(sys.modules[name], "__file__", None) or ""
            if Path(file).is_relative_to(folder):
                del sys.modules[name]


class _Examination:
    """One submission's way through the lesson."""

    def __init__(
        self,
        lesson: GradedLesson,
        sandbox: Sandbox,
        limits: Limits,
        seed: int,
        benches: BenchMaker,
        session: Session | None,
    ) -> None:
        self.lesson = lesson
        self.bench = benches(lesson, limits, seed)
        self.verdicts: list[CellVerdict] = []
        kind = self.bench.student or proxies.Student
        self.student: proxies.Student = kind(
            sandbox, limits, seed, self.bench.serving, session
        )
        wanted = frozenset().union(*lesson.answers.values())
        self.namespace = proxies.Namespace(self.student, wanted)
        self.printed = Printed()
        self.room = ROOM
        self.found: list[Any] = []

    def seated(self) -> contextlib.AbstractContextManager[Any]:
        """Let checks run under ``with``."""
        return self.bench.seated(self.student, self._report)

    def _report(self, result: Any, shown: Mapping[str, str]) -> None:
        """Keep what a check found, and show it below the test cell."""
        self.found.append(result)
        self.printed.show(shown)

    def step(self, step: Step) -> list[Node]:
        """Run one step on the sides that it runs on; return its outputs."""
        outputs: list[Node] = []
        if step.lesson:
            self.bench.at(step.lesson.index)
        if step.runs:
            outputs = self._students_cell(step)
        if step.lesson is None:
            return outputs
        index = step.lesson.index
        if step.kind == ANSWER:
            for name in self.lesson.answers[index]:
                self.namespace.pop(name, None)
        if step.kind == TESTS and step.cell_type == "code":
            return self._test(step.lesson, step.name)
        if index in self.lesson.judged:
            self._quietly(self.lesson.judged[index], step.name)
        if step.lesson.is_solution or step.lesson.is_grade:
            self._answer(step.lesson, step)
        return outputs

    def _answer(self, cell: LessonCell, step: Step) -> None:
        """Note an answer cell; a written one waits for a person."""
        verdict = CellVerdict(str(cell.grade_id), step.kind, cell.points)
        verdict.unanswered = not step.own and not cell.is_task
        verdict.text = hashlib.sha256(step.source.encode()).hexdigest()[:16]
        if step.kind == MANUAL and cell.is_grade and verdict.unanswered:
            verdict.auto_score = 0.0
        self.verdicts.append(verdict)

    def _students_cell(self, step: Step) -> list[Node]:
        outputs: list[Node] = []
        shown = None
        try:
            shown = self.student.run(step.source, step.name)
        except StudentError as error:
            outputs = [error_output(error.args[0])]
        except CellTimeoutError:
            outputs = [_plain_error("Timeout", "the cell was stopped at its limit")]
        except SessionLostError as error:
            outputs = [_plain_error("Stopped", str(error))]
        if printed := self.student.printed():
            outputs.insert(0, stream_output(printed))
        if shown is not None:
            outputs.append(result_output(shown))
        self.room -= len(str(outputs))
        if self.room < 0:
            return [_plain_error("TooMuch", "this notebook shows more than is kept")]
        return outputs

    def _quietly(self, code: str, name: str) -> None:
        """Run trusted code whose failure isn't anyone's points."""
        with contextlib.suppress(Exception):
            self._execute(code, name)

    def _test(self, cell: LessonCell, name: str) -> list[Node]:
        """Run a test cell and keep its points."""
        most = cell.points or 0.0
        verdict = CellVerdict(str(cell.grade_id), TESTS, most)
        self.verdicts.append(verdict)
        code = self.lesson.judged[cell.index]
        self.bench.testing(frozenset(_strings(code)))
        try:
            value, students = self._execute(code, name)
        except Exception as error:
            if not hasattr(error, "told") and (why := self.bench.fault(error)):
                raise JudgeError(f"a check failed by itself: {why}") from error
            verdict.auto_score = 0.0
            last = _test_error(error, code, name)
        else:
            points = scoring.points_of(value, most, students=students)
            verdict.auto_score, verdict.doubt = points.earned, points.doubt
            # for nbgrader, a number in the cell's result is its points
            last = result_output(repr(points.earned))
        verdict.diagnoses = [Diagnosis.of(result) for result in self.found]
        return [*self.printed.outputs, last]

    def _execute(self, code: str, name: str) -> tuple[Any, bool]:
        """Run code; return its last value, and whether that is the student's."""
        tree, last = ast.parse(code), None
        if tree.body and isinstance(end := tree.body[-1], ast.Expr):
            last = ast.Expression(end.value)
            tree.body.pop()
        self.found, self.printed = [], Printed()
        with self.printed.captured(), _at_most(JUDGE_SECONDS):
            exec(compile(tree, f"<{name}>", "exec"), self.namespace)
            if last is None:
                return scoring.NOTHING, False
            value = eval(compile(last, f"<{name}>", "eval"), self.namespace)
        value = scoring.NOTHING if value is None else value
        return value, self._hands_out(last.body)

    def _hands_out(self, node: ast.expr) -> bool:
        """Tell whether an expression gives a value of the student's as it is."""
        while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and not dict.__contains__(
            self.namespace, node.id
        )


def _strings(code: str) -> Iterator[str]:
    """Return the names that a test cell checks, and all that it reads."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.Name):
            yield node.id


# --- outputs, in nbformat's form -----------------------------------------------------


def stream_output(text: str) -> Node:
    """Return printed text as an output."""
    return {"output_type": "stream", "name": "stdout", "text": text[:MAX_SHOWN]}


def result_output(text: str) -> Node:
    """Return the text of a result as an output."""
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {"text/plain": text},
    }


def error_output(told: Mapping[str, Any]) -> Node:
    """Return what the student's code raised as an output."""
    name, message = str(told.get("type")), str(told.get("message"))[:2000]
    trace = told.get("trace")
    lines = str(trace).splitlines()[:40] if isinstance(trace, str) else []
    return _plain_error(name, message, lines)


def _plain_error(name: str, message: str, lines: Sequence[str] = ()) -> Node:
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [*lines, f"{name}: {message}"],
    }


def _test_error(error: Exception, code: str, name: str) -> Node:
    """Describe why a test failed; of a hidden test only that it failed."""
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename == f"<{name}>"
    ]
    line = frames[0].lineno if frames else None
    if line is None or line in lines_within(code, HIDDEN_TESTS):
        return _plain_error("HiddenTest", HIDDEN_FAILED)
    text = code.split("\n")[line - 1].strip()
    told = getattr(error, "told", None)
    lines = [f"line {line}: {text}"]
    if isinstance(told, dict) and isinstance(told.get("trace"), str):
        lines += told["trace"].splitlines()[:40]
    return _plain_error(type(error).__name__, str(error)[:2000], lines)


class Printed:
    """What a test cell prints and reports, in order, as outputs."""

    def __init__(self) -> None:
        self.outputs: list[Node] = []
        self._text = io.StringIO()

    @contextlib.contextmanager
    def captured(self) -> Iterator[None]:
        """Collect what is printed under ``with``; warnings are dropped."""
        try:
            with (
                contextlib.redirect_stdout(self._text),
                contextlib.redirect_stderr(io.StringIO()),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore")
                yield
        finally:
            self._flush()

    def show(self, data: Mapping[str, str]) -> None:
        """Add something that is displayed, by MIME type."""
        self._flush()
        self.outputs.append(
            {"output_type": "display_data", "metadata": {}, "data": dict(data)}
        )

    def _flush(self) -> None:
        if text := self._text.getvalue():
            self.outputs.append(stream_output(text))
            self._text.seek(0)
            self._text.truncate()


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise JudgeError when a test cell takes a processor far too long."""

    def ring(signum: int, frame: object) -> None:
        raise JudgeError(f"a test cell took more than {seconds} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
