"""Find the line in which one small change makes a learner's function right.

The function is changed by machine in one place, and run: on the smallest case that
failed, then on all visible cases, then on hidden ones. Only a change that makes all of
them right counts. This takes up to two seconds, so it runs after the report is shown.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import sys
import textwrap
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand import exercises
from byhand.checks import by_hand, comparing, material, running
from byhand.checks.check_result import CheckResult
from byhand.evidence import edits
from byhand.evidence import tree as tree_of
from byhand.exercises import Case, Exercise

CALLS = 6000  # of changed functions, the same on any machine
SECONDS = 2.0  # of processor time
ONE_CALL = 0.5
FURTHER = 400  # calls in which other changes of the same kind are looked for
NEVER = ("conv2d_dw", "break_conv2d", "break_pooling")  # finding it is the exercise

WHAT = {
    "number": "A number or a size in this line isn't what it should be.",
    "name": "A name in this line stands for something else than it should.",
    "operator": "Look at the operators in this line.",
    "comparison": "Look at the comparison: which numbers does it let through?",
    "brackets": "Look at the brackets: what belongs together here?",
    "order": "Look at the order in which things stand in this line.",
    "slice end": "Look at where the slice ends.",
    "slice start": "Look at where the slice starts.",
    "slice step": "Look at the step of the slice.",
    "index": "Look at the index: what does it take, and along which axis?",
    "place": "Which place does this line mean at the second stop, and at the third?",
    "axes": "Look at the axes: which of them are meant, and in which order?",
    "function": "Look at the function that is called here, or isn't.",
    "adds up": "Does this line add to what was there, or replace it?",
    "indent": "Look at where the line stands: inside which loop, or outside?",
    "loops": "Which of these two loops goes outside?",
    "order of lines": "Look at the line above: which of the two comes first?",
    "return": "Look at what the function returns, and when.",
    "thrown away": "This line computes something that nobody keeps.",
    "left over": "What does this line do that the next ones need?",
    "copy": "Is this a copy, or a second name for the same array?",
    "keyword": "Look at the settings of this call.",
    "default": "What does the function take when a call leaves this one out?",
    "setting": "Which setting isn't handed on in this line?",
    "term": "A term of this line is missing, or is one too many.",
    "factor": "A factor of this line is missing, or is one too many.",
    "sign": "Look at the signs in this line.",
    "flip": "In which order does this line read the array?",
    "pair": "This is a pair: which of its two numbers belongs here?",
    "result": "Look at what is returned, and in which form.",
}


@dataclass(frozen=True)
class Found:
    """A line, its code, and the edit that makes the function right."""

    line: int
    code: str
    edit: tree_of.Edit
    calls: int = 0

    def told(self) -> tuple[str, str]:
        """Return the line of the report."""
        return "line", f"{self.line}: {self.code}"

    def hints(self, count: int) -> tuple[str, str, str]:
        """Return what is wrong there, which piece, and the change."""
        edit, every = self.edit, f"all {count} cases come out right"
        old, new = f"`{edit.old}`", f"`{_tidy(edit.new)}`"
        piece = f"It is about {old}." if edit.old else "It is about this line."
        if edit.what == "indent":
            change = f"With the line {edit.new}, {every}."
        elif edit.what == "loops":
            change = f"With the two loops exchanged, {every}."
        elif edit.what == "order of lines":
            change = f"With the line before the one above it, {every}."
        elif not edit.new:
            change = f"Without the line, {every}."
        elif not edit.old:
            change = f"With {new}, {every}."
        else:
            change = f"With {new} in its place, {every}."
        if edit.also:
            _, before, after = edit.also
            change = change.replace(
                ", all", f" and `{_tidy(after)}` for `{before}`, all"
            )
        return WHAT[edit.what], piece, change


def _tidy(code: str) -> str:
    """Return code without brackets that aren't needed."""
    try:
        return ast.unparse(ast.parse(code))
    except SyntaxError:
        return code


def found(result: CheckResult, subject: Any) -> CheckResult | None:
    """Return a failed check's result with the line, None when there is none to say.

    The report has been shown before; nothing here runs while a verdict is taken.
    """
    exercise = exercises.get(result.exercise)
    again = result.state == "waiting" and callable(subject)
    if exercise.id in NEVER or exercise.kind != "function" or result.hidden:
        return None
    if not again and (result.state != "failed" or result.evidence not in ("", "call")):
        return None
    name = exercise.id
    cases, expected = (
        material.visible(name),
        material.expected(material.OWN, name, None),
    )
    more, wanted = material.spare(name)
    hits = search(exercise, subject, [*cases, *more], [*expected, *wanted])
    if not hits:
        return None
    votes = Counter(hit.line for hit in hits)
    best = max(hits, key=lambda hit: votes[hit.line])
    what = f"{best.line}: {best.code}"
    told = (
        "change",
        f"one small change in this line makes all {len(cases)} cases right",
    )
    return dataclasses.replace(
        result,
        state="failed",
        lines=(("line", what), told),
        hints=best.hints(len(cases)),
        failing=None,
    )


def added(result: CheckResult, subject: Any) -> CheckResult:
    """Return a result with the line that was found after it, where there is one."""
    more = found(result, subject)
    if more is None:
        return result
    lines = (*result.lines, *more.lines)
    return dataclasses.replace(result, lines=lines, hints=more.hints)


def search(
    exercise: Exercise,
    subject: Any,
    cases: Sequence[Case],
    expected: Sequence[Any],
    calls: int = CALLS,
    seconds: float = SECONDS,
) -> list[Found]:
    """Return edits that make all cases right, the likeliest first.

    The search ends with its budget, or `FURTHER` calls after the first that it finds.
    """
    source = _source(subject)
    if source is None:
        return []
    text, first = source
    tree = ast.parse(text).body[0]
    tree.decorator_list = []
    runner = _Runner(exercise, subject, tree, cases, expected)
    end = time.process_time() + seconds
    hits: list[Found] = []
    with _quietly(subject):
        if not runner.order:
            return []
        for edit in edits.of(tree, runner.kinds(), runner.space):
            if runner.calls >= calls or time.process_time() > end:
                break
            if runner.right(edit):
                code = text.splitlines()[edit.line - 1].strip()
                hits.append(Found(first + edit.line - 1, code, edit, runner.calls))
                calls = min(calls, hits[0].calls + FURTHER)
    return hits


def _source(subject: Any) -> tuple[str, int] | None:
    """Return the source of a function or class and its first line."""
    try:
        lines, first = inspect.getsourcelines(subject)
        text = textwrap.dedent("".join(lines))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if not tree.body or not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        return None
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return None if names & {"open", "exec", "eval", "input"} else (text, first)


@contextlib.contextmanager
def _quietly(subject: Any) -> Iterator[None]:
    with (
        running.captured(),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        by_hand.refused(subject),
    ):
        warnings.simplefilter("ignore")
        yield


class _Runner:
    """Runs changed functions on cases."""

    def __init__(
        self,
        exercise: Exercise,
        subject: Any,
        tree: ast.stmt,
        cases: Sequence[Case],
        expected: Sequence[Any],
    ) -> None:
        self.exercise, self.subject, self.tree = exercise, subject, tree
        self.cases, self.expected = cases, expected
        self.calls = 0
        inside = subject
        if inspect.isclass(subject):
            inside = next(filter(inspect.isfunction, vars(subject).values()), None)
        self.space = dict(getattr(inside, "__globals__", {}))
        with contextlib.suppress(Exception):
            self.space.update(inspect.getclosurevars(inside).nonlocals)
        self.order = self._order()

    def _order(self) -> list[int]:
        """Return the cases, those that fail first; [] when none fails."""
        with _quietly(self.subject):
            function = self._built()
            fits = [self._fits(function, k) for k in range(len(self.cases))]
        return [] if all(fits) else sorted(range(len(fits)), key=lambda k: fits[k])

    def kinds(self) -> dict[str, type]:
        """Return what the local names held when the function ran as it is."""
        found: dict[str, type] = {}
        function = self._built()
        code = {c for c in _codes(function)}

        def watch(frame: Any, event: str, arg: Any) -> None:
            if event == "return" and frame.f_code in code:
                found.update({k: tree_of.kind_of(v) for k, v in frame.f_locals.items()})

        case = self.cases[self.order[0]]
        before = sys.getprofile()
        sys.setprofile(watch)
        try:
            with contextlib.suppress(Exception):
                self._answer(function, case)
        finally:
            sys.setprofile(before)
        return found

    def _built(self) -> Any:
        module = ast.Module([self.tree], [])
        space = dict(self.space)
        exec(compile(module, "<changed>", "exec"), space)
        return space[self.tree.name]

    def right(self, edit: tree_of.Edit) -> bool:
        """Return whether the function with this edit gives what Keras gives."""
        kept = [(slot, slot.get()) for slot, _ in edit.changes]
        try:
            for (slot, new), (_, old) in zip(edit.changes, kept, strict=True):
                slot.put(tree_of.made(new, old))
            function = self._built()
        except (SyntaxError, ValueError, TypeError):
            return False
        finally:
            for slot, old in reversed(kept):
                slot.put(old)
        return all(self._fits(function, k) for k in self.order)

    def _fits(self, function: Any, k: int) -> bool:
        case = self.cases[k]
        try:
            value, unchanged = self._answer(function, case)
            return unchanged and (
                comparing.difference(self.expected[k], value, parts=self.exercise.parts)
                is None
            )
        except (Exception, running.TimedOut):
            return False

    def _answer(self, function: Any, case: Case) -> tuple[Any, bool]:
        self.calls += 1
        args, kwargs = running.copied(case.args), running.copied(case.kwargs)
        adapt = self.exercise.adapt
        call: Callable[..., Any] = adapt(function) if adapt else function
        with running.limited(ONE_CALL):
            value = call(*args, **kwargs)
        return value, all(map(running.same, case.args, args))


def _codes(subject: Any) -> Iterator[Any]:
    functions = vars(subject).values() if inspect.isclass(subject) else [subject]
    for function in functions:
        if inspect.isfunction(function):
            yield function.__code__
