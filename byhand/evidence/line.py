"""Find the line in which one small change makes a learner's function right.

The function is changed by machine in one place, and run: on the smallest case that
failed, then on all visible cases, then on hidden ones. Only a change that makes all of
them right counts. This takes up to two seconds, so it runs after the report is shown.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.checks import by_hand, comparing, running
from byhand.evidence import edits
from byhand.exercises import Case, Exercise

CALLS = 6000  # of changed functions, the same on any machine
SECONDS = 2.0  # of processor time
ONE_CALL = 0.5


@dataclass(frozen=True)
class Found:
    """A line, its code, and the edit that makes the function right."""

    line: int
    code: str
    edit: edits.Edit
    calls: int = 0


def search(
    exercise: Exercise,
    subject: Any,
    cases: Sequence[Case],
    expected: Sequence[Any],
    order: Sequence[int] = (),
    calls: int = CALLS,
    seconds: float = SECONDS,
) -> list[Found]:
    """Return every edit that makes all cases right, until the budget is spent.

    ``order`` says which cases come first, those that failed.
    """
    source = _source(subject)
    if source is None:
        return []
    text, first = source
    tree = ast.parse(text).body[0]
    tree.decorator_list = []
    order = [*order, *(k for k in range(len(cases)) if k not in order)]
    runner = _Runner(exercise, subject, tree, cases, expected, order)
    kinds = runner.kinds()
    end = time.process_time() + seconds
    found = []
    with _quietly(subject):
        for edit in edits.of(tree, kinds, runner.space):
            if runner.calls >= calls or time.process_time() > end:
                break
            if runner.right(edit):
                lines = text.splitlines()
                code = lines[edit.line - 1].strip()
                found.append(Found(first + edit.line - 1, code, edit, runner.calls))
    return found


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
        by_hand.loops_refused(subject),
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
        order: Sequence[int],
    ) -> None:
        self.exercise, self.subject, self.tree = exercise, subject, tree
        self.cases, self.expected, self.order = cases, expected, order
        self.calls = 0
        self.seen: set[bytes] = set()
        inside = subject
        if inspect.isclass(subject):
            inside = next(filter(inspect.isfunction, vars(subject).values()), None)
        self.space = dict(getattr(inside, "__globals__", {}))
        with contextlib.suppress(Exception):
            self.space.update(inspect.getclosurevars(inside).nonlocals)

    def kinds(self) -> dict[str, type]:
        """Return what the local names held when the function ran as it is."""
        found: dict[str, type] = {}
        function = self._built()
        code = {c for c in _codes(function)}

        def watch(frame: Any, event: str, arg: Any) -> None:
            if event == "return" and frame.f_code in code:
                found.update({k: edits.kind_of(v) for k, v in frame.f_locals.items()})

        case = self.cases[self.order[0]]
        before = sys.getprofile()
        sys.setprofile(watch)
        try:
            with _quietly(self.subject), contextlib.suppress(Exception):
                self._answer(function, case)
        finally:
            sys.setprofile(before)
        return found

    def _built(self) -> Any:
        module = ast.Module([self.tree], [])
        space = dict(self.space)
        exec(compile(module, "<changed>", "exec"), space)
        return space[self.tree.name]

    def right(self, edit: edits.Edit) -> bool:
        """Return whether the function with this edit gives what Keras gives."""
        kept = [(slot, slot.get()) for slot, _ in edit.changes]
        try:
            for (slot, new), (_, old) in zip(edit.changes, kept, strict=True):
                slot.put(edits.made(new, old))
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
