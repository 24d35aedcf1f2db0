"""Run the test cells on our side, with the student's functions behind proxies."""

import ast
import contextlib
import hashlib
import io
import os
import signal
import time
import traceback
import warnings
from dataclasses import dataclass, field

import byhand
from autograder.errors import (
    CellTimeoutError,
    JudgeError,
    SessionLostError,
    StudentError,
)
from autograder.verdict import proxies, scoring
from autograder.verdict.cells import ANSWER, BEGIN_HIDDEN, END_HIDDEN, TESTS, WRITTEN
from autograder.verdict.rebuild import rebuild

JUDGE_SECONDS = 600  # for one test cell, Keras's start included
MAX_SHOWN = 20_000
HIDDEN_FAILED = "a hidden test did not pass"


@dataclass
class CellVerdict:
    """What became of one cell that nbgrader keeps a grade or a comment for."""

    grade_id: str
    kind: str
    max_score: float | None = None
    auto_score: float | None = None
    unanswered: bool = False
    diagnoses: list = field(default_factory=list)
    doubt: str = ""
    text: str = ""  # digest of the student's answer


@dataclass
class Verdict:
    """The verdict on a submission: cells with scores, all outputs, what it took."""

    cells: list
    outputs: list  # one list of outputs per step
    steps: list
    seconds: float = 0.0
    restarts: int = 0

    @property
    def score(self):
        """The points that need no person."""
        return sum(c.auto_score or 0.0 for c in self.cells)


def take_verdict(lesson, cells, worker, limits, seed, referee, session=None):
    """Judge the cells of a submission and return its Verdict.

    ``session`` is a process that has run nothing yet, if there is one.
    ``referee(name, args, kwargs)`` computes an operation of ``given``. Raises
    a GraderError when the machine fails; all else is a verdict.
    """
    started = time.monotonic()
    steps = rebuild(lesson, cells)
    run = _Run(lesson, steps, worker, limits, seed, referee, session)
    try:
        outputs = [run.step(step) for step in run.steps]
    finally:
        run.student.close()
    return Verdict(
        cells=run.verdicts,
        outputs=outputs,
        steps=run.steps,
        seconds=time.monotonic() - started,
        restarts=run.student.restarts,
    )


class _Run:
    """One submission's way through the lesson."""

    def __init__(self, lesson, steps, worker, limits, seed, referee, session):
        self.lesson = lesson
        self.steps = steps
        self.seed = seed
        self.given = proxies.Given(limits, referee)
        self.verdicts = []
        self.offered = frozenset()  # given.<name> that may be asked for now
        self.student = proxies.Student(worker, limits, seed, self._given, session)
        wanted = frozenset().union(*lesson.answers.values())
        self.namespace = proxies.Namespace(self.student, wanted)

    def step(self, step):
        """Run one step on the sides that it runs on; return its outputs."""
        outputs = []
        if step.lesson:
            self.offered = self.lesson.given_before(step.lesson.index)
        if step.runs:
            outputs = self._students_cell(step)
        if step.lesson is None:
            return outputs
        index = step.lesson.index
        if step.kind == ANSWER:
            for name in self.lesson.answers[index]:
                self.namespace.pop(name, None)
        if step.kind == TESTS and step.cell_type == "code":
            return self._test(step)
        if index in self.lesson.judged:
            self._quietly(self.lesson.judged[index], step.name)
        if step.lesson.is_solution or step.lesson.is_grade:
            self._answer(step)
        return outputs

    def _answer(self, step):
        """Note an answer cell; a written one waits for a person."""
        verdict = CellVerdict(step.lesson.grade_id, step.kind, step.lesson.points)
        verdict.unanswered = not step.own
        verdict.text = hashlib.sha256(step.source.encode()).hexdigest()[:16]
        if step.kind == WRITTEN and step.lesson.points is not None and not step.own:
            verdict.auto_score = 0.0
        self.verdicts.append(verdict)

    def _students_cell(self, step):
        outputs, shown = [], None
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
        return outputs

    def _quietly(self, code, name):
        """Run trusted code whose failure isn't anyone's points."""
        with contextlib.suppress(Exception), _watched():
            self._execute(code, name, [])

    def _test(self, step):
        """Run a test cell and keep its points."""
        verdict = CellVerdict(step.lesson.grade_id, TESTS, step.lesson.points)
        self.verdicts.append(verdict)
        code, outputs = self.lesson.judged[step.lesson.index], []
        tested = frozenset(_strings(code))
        self.offered -= tested
        try:
            with _watched() as seen:
                value, students = self._execute(code, step.name, outputs)
        except Exception as error:
            _blame(error)
            verdict.auto_score = 0.0
            outputs.append(_test_error(error, code, step.name))
        else:
            points = scoring.points_of(value, verdict.max_score, students=students)
            verdict.auto_score, verdict.doubt = points.earned, points.doubt
            # for nbgrader, a number in the cell's result is its points
            outputs.append(result_output(repr(points.earned)))
        verdict.diagnoses = [_diagnosis(v) for v in seen]
        return outputs

    def _execute(self, code, name, outputs):
        """Run code; return its last value, and whether that is the student's."""
        tree, last = ast.parse(code), None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        os.environ["BYHAND_SEED"] = str(self.seed)
        with (
            _captured(outputs),
            _at_most(JUDGE_SECONDS),
            _cases_told(self.student),
        ):
            exec(compile(tree, f"<{name}>", "exec"), self.namespace)
            if last is None:
                return scoring.NOTHING, False
            value = eval(compile(last, f"<{name}>", "eval"), self.namespace)
        value = scoring.NOTHING if value is None else value
        return value, self._hands_out(last.body)

    def _hands_out(self, node):
        """Tell whether an expression gives a value of the student's as it is."""
        while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and not dict.__contains__(
            self.namespace, node.id
        )

    def _given(self, name, args, kwargs):
        """Answer ``given.<name>`` with Keras's numbers, where the lesson offers it."""
        offered = isinstance(name, str) and name in self.offered
        return self.given(name, args, kwargs, offered)


def _strings(code):
    """Return the names that a test cell checks, and all that it reads."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.Name):
            yield node.id


def _blame(error):
    """Raise JudgeError when the checks themselves failed, and no student's code."""
    if hasattr(error, "told"):
        return
    checks = os.path.dirname(byhand.__file__) + os.sep
    for place in traceback.extract_tb(error.__traceback__):
        if place.filename.startswith(checks):
            why = f"{type(error).__name__}: {error} ({place.name})"
            raise JudgeError(f"a check failed by itself: {why}") from error


def _diagnosis(verdict):
    return {
        "exercise": verdict.exercise,
        "state": verdict.state,
        "kind": verdict.kind,
        "case": verdict.case,
        "misconception": verdict.misconception,
        "hidden": verdict.hidden,
        "earned": verdict.earned,
    }


# --- outputs, in nbformat's form -----------------------------------------------------


def stream_output(text):
    """Return printed text as an output."""
    return {"output_type": "stream", "name": "stdout", "text": text[:MAX_SHOWN]}


def result_output(text):
    """Return the text of a result as an output."""
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {"text/plain": text},
    }


def error_output(told):
    """Return what the student's code raised as an output."""
    name, message = str(told.get("type")), str(told.get("message"))[:2000]
    trace = told.get("trace")
    lines = str(trace).splitlines()[:40] if isinstance(trace, str) else []
    return _plain_error(name, message, lines)


def _plain_error(name, message, lines=()):
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [*lines, f"{name}: {message}"],
    }


def _test_error(error, code, name):
    """Describe why a test failed; of a hidden test only that it failed."""
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename == f"<{name}>"
    ]
    line = frames[0].lineno if frames else None
    if line is None or line in hidden_lines(code):
        return _plain_error("HiddenTest", HIDDEN_FAILED)
    text = code.split("\n")[line - 1].strip()
    told = getattr(error, "told", None)
    lines = [f"line {line}: {text}"]
    if isinstance(told, dict) and isinstance(told.get("trace"), str):
        lines += told["trace"].splitlines()[:40]
    return _plain_error(type(error).__name__, str(error)[:2000], lines)


def hidden_lines(code):
    """Return the numbers of the lines that students never see."""
    hidden, inside = set(), False
    for number, line in enumerate(code.split("\n"), 1):
        inside = inside or BEGIN_HIDDEN in line
        if inside:
            hidden.add(number)
        inside = inside and END_HIDDEN not in line
    return hidden


@contextlib.contextmanager
def _captured(outputs):
    """Collect what test cells print and report, in order, as outputs."""
    from byhand.checks import reporting

    text = io.StringIO()

    def flush():
        if text.getvalue():
            outputs.append(stream_output(text.getvalue()))
            text.seek(0)
            text.truncate()

    def show(verdict):
        flush()
        outputs.append(
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {
                    "text/plain": reporting.text(verdict),
                    "text/html": reporting.page(verdict),
                },
            }
        )

    before = reporting.show
    reporting.show = show
    try:
        with (
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        reporting.show = before
        flush()


@contextlib.contextmanager
def _watched():
    """Yield the list of the Verdicts that checks come to under ``with``."""
    from byhand.checks import checking

    seen = []
    checking.listeners.append(seen.append)
    try:
        yield seen
    finally:
        checking.listeners.remove(seen.append)


@contextlib.contextmanager
def _cases_told(student):
    """Tell the student's side of the cases that a check is about to run."""
    from byhand.checks import checking

    find = checking.material

    def material(*args, **kwargs):
        found = find(*args, **kwargs)
        student.expect(found[0])
        return found

    checking.material = material
    try:
        yield
    finally:
        checking.material = find


@contextlib.contextmanager
def _at_most(seconds):
    """Raise JudgeError in our own code when a test cell takes far too long."""

    def ring(signum, frame):
        raise JudgeError(f"a test cell took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
