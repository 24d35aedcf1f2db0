"""Judge what a learner wrote, name the mistake, report, and return the points.

``check("conv1d", points=2)`` is all that a notebook calls. ``judge`` is the same
without a report, for the command line, the tests and the graders. What differs between
those, the seed for example, is asked from the ``desk``.
"""

from __future__ import annotations

import dataclasses
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from byhand import exercises
from byhand.checks import (
    choosing,
    comparing,
    diagnosing,
    log,
    material,
    reporting,
    running,
    window,
)
from byhand.checks.check_result import CheckResult, Failing, Line
from byhand.checks.comparing import Difference
from byhand.checks.desk import Desk, Referee, current, seated
from byhand.checks.running import Failure, Outcome
from byhand.checks.taming import tamed
from byhand.evidence import linear
from byhand.exercises import Case, Exercise, Finding, parts

MISSING = object()  # nothing of that name is defined
BLANK = 2  # so many first results of None say that nothing is written yet
UNUSED = "settings is never used: stride, padding and dilation reach no call"
PROBE = "probe"  # a case whose name begins so serves the diagnosis and isn't shown

Problem = tuple[str, list[Line], Difference | None]


def check(
    name: str | Callable,
    *,
    points: float = 1.0,
    hidden: bool = False,
    against: Callable | None = None,
    cases: Iterable[tuple[Any, ...]] = (),
) -> float:
    """Check what the caller defined as ``name``, show a report, return the points.

    Parameters
    ----------
    name : str, an id of the table (``python -m byhand exercises``), or of an exercise
        that was registered; with ``against``, a function
    points : number, what a right answer earns
    hidden : bool, whether fresh cases from the seed are used and not the visible ones
    against : a function that gives the right result
    cases : with ``against``, a tuple of arguments for each call

    Returns
    -------
    earned : float, finite, from 0.0 to ``points``
    """
    namespace = sys._getframe(1).f_globals
    if against:
        from byhand.exercises.own_exercises import compared

        if not callable(name):
            raise TypeError("check(f, against=reference) takes the function f itself")
        value, name = name, compared(name, against, cases)
    elif isinstance(name, str):
        value = namespace.get(name, MISSING)
    else:
        raise TypeError(
            'check takes the name as text, check("conv1d", points=2), '
            "or a function and what to compare it with, check(f, against=reference)"
        )
    found = judge(name, value, points=points, hidden=hidden)
    if reporting.in_notebook() and current().report is None:
        found = choosing.with_first_answer(found, value)
        found = _with_broken_helper(found, name, namespace)
    (current().report or reporting.show)(found)
    if current().report is None:
        log.note(found)
    if current().report is None and "NBGRADER_EXECUTION" not in os.environ:
        from byhand.evidence import line

        more = line.found(found, value)
        if more:
            reporting.show(more, more=True)
    return reporting.Earned(found)


def passes(name: str, subject: Any) -> bool:
    """Return whether ``subject`` passes the check of an exercise, without a report."""
    return judge(name, subject).state == "passed"


def stands_alone(name: str, function: Any) -> bool:
    """Return whether a function passes its visible check as it is.

    `passes` also counts what is right once references stand in for parts of it.
    """
    if exercises.get(name).kind != "function":
        return passes(name, function)
    return _passes(name, function)


def judge(
    name: str,
    subject: Any,
    *,
    points: float | None = None,
    hidden: bool = False,
    desk: Desk | None = None,
) -> CheckResult:
    """Return the CheckResult on ``subject``, a function, a value, or MISSING.

    ``desk`` is the one to use; None takes that at which the caller sits.
    """
    exercise = exercises.get(name)
    points = float(exercise.points if points is None else points)
    with seated(desk or current()) as used:
        found = _judge(exercise, subject, used, hidden)
    share = min(max(float(found.earned), 0.0), 1.0) if points > 0 else 0.0
    return dataclasses.replace(
        found, points=points, earned=round(share * points, 6), hidden=hidden
    )


def _judge(exercise: Exercise, subject: Any, desk: Desk, hidden: bool) -> CheckResult:
    """Return a CheckResult whose ``earned`` is a share from 0 to 1."""
    if not exercise.signature and subject is not MISSING:
        subject = tamed(subject)
    if subject is MISSING:
        what = f"{exercise.id} isn't defined: run the cell that defines it"
        return choosing.waiting(exercise, "missing", what)
    if subject is None or subject is Ellipsis:
        return choosing.waiting(exercise, "missing", "not written yet")
    if exercise.signature and not callable(subject):
        what = f"{exercise.id} is now {comparing.a_kind(subject)}, not a function"
        more = "another line used this name; run the cell of the function again"
        lines = (("name", what), ("try", more))
        return choosing.failed(exercise, "overwritten", "", lines)
    if exercise.kind == "open":
        seed = desk.seed if hidden else None
        found = _open(exercise, subject, seed)
        if found.earned < 1.0 and exercise.signature and found.state == "failed":
            again = parts.again(
                exercise, subject, lambda: _open(exercise, subject, seed), _passes
            )
            found = again if again and again.earned > found.earned else found
        return found
    if exercise.kind == "choices":
        return choosing.of_choices(exercise, subject)
    if exercise.kind == "value":
        return choosing.of_value(exercise, subject)
    return _Function(exercise, subject, desk, hidden).result()


# Functions ------------------------------------------------------------------------


class _Function:
    """The check of one function on the visible or on the hidden cases."""

    def __init__(
        self, exercise: Exercise, subject: Any, desk: Desk, hidden: bool
    ) -> None:
        self.exercise = exercise
        as_called = exercise.adapt or exercise.on_parts
        self.function = as_called(subject) if as_called else subject
        self.desk = desk
        self.referee: Referee = desk.referee or material.OWN
        self.seed = desk.seed if hidden else None
        self.hidden = hidden

    def result(self) -> CheckResult:
        """Say what came of all calls, if need be with references for wrong parts."""
        found = self._result()
        if found.state == "passed" or found.kind in ("time", "missing"):
            return found
        again = parts.again(self.exercise, self.function, self._result, _passes)
        return again or found

    def passes(self) -> bool:
        """Return whether every case is right, without a word on what isn't."""
        cases, expected = self._material(self.seed)
        outcomes, problems = self._tried(cases, expected)
        return len(outcomes) == len(cases) and not any(problems)

    def _result(self) -> CheckResult:
        exercise = self.exercise
        cases, expected = self._material(self.seed)
        outcomes, found = self._tried(cases, expected)
        if all(map(_untouched, outcomes)):
            what = "not written yet: it returns None (or its return line is missing)"
            return choosing.waiting(exercise, "missing", what)
        wrong = {k: problem for k, problem in enumerate(found) if problem}
        if not wrong:
            seen = [] if self.hidden else _all_witnessed(exercise, outcomes)
            right = _all_equal(exercise, cases, self.hidden)
            return choosing.passed(exercise, [right, *seen, *_notes(outcomes, True)])
        first = min(wrong, key=lambda k: cases[k].name.startswith(PROBE))
        slip = self._named(outcomes, found) if len(outcomes) == len(cases) else None
        if self.hidden:
            count = f"{len(wrong)} of {len(cases)} differ"
            return self._hidden_failed(first, wrong[first], count, slip)
        kind, told, difference = wrong[first]
        failing = Failing(cases[first], outcomes[first], expected[first], difference)
        unused = not slip and diagnosing.settings_unused(self.function)
        read = (
            ""
            if slip or unused or kind == "raised"
            else self._wiring(outcomes, expected, wrong, first)
        )
        lines = [
            ("call", window.call(exercise, cases[first])),
            *told,
            *(
                [("likely", UNUSED)]
                if unused
                else choosing.likely(exercise, slip, kind, read)
            ),
            *_changed_too(exercise, cases[first], outcomes[first], kind),
            *_try(exercise, failing),
            *_witnessed(exercise, first, failing),
            *_notes(outcomes),
        ]
        case = window.title(exercise, cases[first])
        return choosing.failed(exercise, kind, case, lines, slip, failing)

    def _wiring(
        self,
        outcomes: Sequence[Outcome],
        expected: Sequence[Any],
        wrong: Mapping[int, Problem],
        first: int,
    ) -> str:
        """Return a sentence on how the results are put together, "" without one."""
        kinds = ("values", "shape", "finite")
        differ = [k for k, p in wrong.items() if p[0] in kinds]
        differ.sort(key=lambda k: k != first)
        values = [o.value if o.error is None else None for o in outcomes]
        cases = material.cases(self.referee, self.exercise.id, None)[: len(outcomes)]
        if not differ:
            return ""
        return linear.wiring(
            self.exercise, self.function, cases, values, expected, differ
        )

    def _hidden_failed(
        self, first: int, problem: Problem, count: str, slip: str | None
    ) -> CheckResult:
        """Say of hidden cases how many failed, and nothing of what is in them."""
        kind, told, _ = problem
        lines = [
            ("hidden", count),
            *(line for line in told if line[0] in ("raised", "wanted")),
            *(choosing.likely(self.exercise, slip, kind) if slip else ()),
        ]
        return choosing.failed(self.exercise, kind, f"hidden {first + 1}", lines, slip)

    def _material(self, seed: int | None) -> tuple[tuple[Case, ...], Sequence[Any]]:
        name = self.exercise.id
        cases = material.cases(self.referee, name, seed)
        return cases, material.expected(self.referee, name, seed)

    def _tried(
        self, cases: Sequence[Case], expected: Sequence[Any]
    ) -> tuple[list[Outcome], list[Problem | None]]:
        """Call the function on each case: return the Outcomes and what is wrong.

        A case that never ends is the last that is tried, and so is the second of two
        that give None: then nothing is written yet.
        """
        if self.desk.announce:
            self.desk.announce(cases)
        outcomes: list[Outcome] = []
        found: list[Problem | None] = []
        for case, right in zip(cases, expected, strict=True):
            outcome = running.call(
                self.function,
                case.args,
                case.kwargs,
                seconds=self.exercise.seconds,
                plain=True,
            )
            outcomes.append(outcome)
            found.append(_problem(self.exercise, case, right, outcome))
            blank = len(outcomes) == BLANK and all(map(_untouched, outcomes))
            if outcome.timed_out or blank:
                break
        return outcomes, found

    def _named(
        self, outcomes: list[Outcome], found: list[Problem | None]
    ) -> str | None:
        """Return the misconception that fits all outcomes, or None.

        A name for hidden outcomes has to fit the visible ones as well. So those are
        asked first, and Keras computes the hidden ones only for the few names that
        remain.
        """
        if not diagnosing.is_evidence(outcomes, _wrong(found)):
            return None
        visible, problems = outcomes, found
        if self.hidden:
            seen, right = self._material(None)
            visible, problems = self._tried(seen, right)
            if len(visible) < len(seen):
                return None
        if not diagnosing.is_evidence(visible, _wrong(problems)):
            return None
        name, exact = self.exercise.id, comparing.EXACT
        predicted = material.predictions(self.referee, name)
        names = diagnosing.fitting(predicted, visible, exact)
        if self.hidden and names:
            predicted = self.referee.predicted(name, self.seed, names)
            names = diagnosing.fitting(predicted, outcomes, exact)
        return names[0] if len(names) == 1 else None


def _passes(name: str, function: Any) -> bool:
    return _Function(exercises.get(name), function, current(), False).passes()


def _wrong(found: Sequence[Problem | None]) -> list[bool]:
    """Return whether each problem is one of the result."""
    return [p is not None and p[0] != "changed" for p in found]


def _untouched(outcome: Outcome) -> bool:
    return outcome.value is None and outcome.error is None and not outcome.timed_out


def _problem(
    exercise: Exercise, case: Case, expected: Any, outcome: Outcome
) -> Problem | None:
    """Return None, or (kind, lines, Difference) for one case."""
    if outcome.timed_out:
        what = f"no answer after {exercise.seconds:g} s: does a loop never end?"
        return "time", [("time", what)], None
    if outcome.error is not None:
        return "raised", _raised(exercise, outcome.error), None
    found = comparing.difference(expected, outcome.value, parts=exercise.parts)
    if found is not None:
        return found.kind, _differs(exercise, expected, outcome.value, found), found
    if outcome.changed:
        return "changed", [_changed(exercise, case, outcome.changed)], None
    return None


def _changed(exercise: Exercise, case: Case, names: Sequence[str]) -> Line:
    """Say which arguments were modified in place, and how to copy such a one."""
    given = window.bind(exercise, case)
    arrays = all(isinstance(given.get(name, case), np.ndarray) for name in names)
    lists = all(isinstance(given.get(name), list | tuple) for name in names)
    copies = [f"{n}.copy()" if arrays else f"[a.copy() for a in {n}]" for n in names]
    how = f"copies, {' and '.join(copies)}" if arrays or lists else "copies"
    verb = "are" if names[1:] else "is"
    return "changed", f"{' and '.join(names)} {verb} modified in place: work on {how}"


def _changed_too(
    exercise: Exercise, case: Case, outcome: Outcome, kind: str
) -> list[Line]:
    if not outcome.changed or kind == "changed":
        return []
    return [_changed(exercise, case, outcome.changed)]


SIGNATURE = re.compile(r"\(\) (got|takes|missing) .*argument")


def _raised(exercise: Exercise, error: Failure) -> list[Line]:
    lines = [("raised", f"{error.type_name}: {error.message}".strip())]
    if error.line is None and SIGNATURE.search(error.message):
        lines.append(("wanted", f"def {exercise.signature}:"))
    if error.text:
        lines.append(("line", f"{error.line}: {error.text}"))
    if error.inside:
        lines.append(("inside", error.inside))
    if error.place:
        lines.append(("place", error.place))
    return lines


def _differs(
    exercise: Exercise, expected: Any, got: Any, found: Difference
) -> list[Line]:
    """Return the lines up to the first that fails: shape, dtype, finite, values."""
    word = {"missing": "value", "length": "type"}.get(found.kind, found.kind)
    what = found.what
    if not exercise.layer:  # then no number is Keras's
        what = what.replace(", Keras ", ", wanted ").replace("Keras gives", "wanted")
    lines = [(word, f"differ   {what}" if word == "values" else what)]
    array = window.part_of(exercise, expected, found.part)
    states = _states(exercise, expected, got)
    if states:
        return [("parts", states), *lines]
    if word in ("values", "finite") and isinstance(array, np.ndarray):
        lines.insert(0, ("shape", f"ok       {comparing._shape(array.shape)}"))
    return lines


def _states(exercise: Exercise, expected: Any, got: Any) -> str:
    """Return "dx ok, dw differs, db ok" for a result of several parts, else ""."""
    parts = exercise.parts
    if len(parts) == 1 or not isinstance(got, tuple | list) or len(got) != len(parts):
        return ""
    wrong = _wrong_parts(exercise, expected, got)
    return ", ".join(f"{p} {'differs' if p in wrong else 'ok'}" for p in parts)


def _wrong_parts(exercise: Exercise, expected: Any, got: Any) -> list[str]:
    """Return the names of the parts in which a result differs."""
    parts = exercise.parts
    if len(parts) == 1:
        return [p for p in parts if comparing.difference(expected, got, parts=parts)]
    if not isinstance(got, tuple | list) or len(got) != len(parts):
        return list(parts)
    both = zip(parts, expected, got, strict=True)
    return [p for p, a, b in both if comparing.difference(a, b, parts=(p,))]


def _try(exercise: Exercise, failing: Failing) -> list[Line]:
    text = window.as_code(exercise, failing)
    return [("try", text)] if text else []


def _notes(outcomes: Sequence[Outcome], right: bool = False) -> list[Line]:
    """Return lines on what costs nothing and is worth a word."""
    notes = []
    given: list[str] = []
    printed: list[str] = []
    for line in "".join(o.printed for o in outcomes).splitlines():
        (given if line.startswith("given.") else printed).append(line)
    notes += [("given", line) for line in dict.fromkeys(given)]
    if printed:
        notes.append(("prints", f"{printed[0][:50]!r}: a print costs nothing"))
    warned = dict.fromkeys(w for o in outcomes for w in o.warned)
    notes += [("warns", w.splitlines()[0][:66]) for w in list(warned)[:1]]
    if right and any(o.shares for o in outcomes):
        what = "it is a view of an argument and not a copy, which is fine here"
        notes.append(("shares", what))
    arrays = (a for o in outcomes for a in running.arrays_in(o.value))
    if any(a.dtype == np.float32 for a in arrays):
        notes.append(("dtype", "float32, compared at 1e-5; the input is float64"))
    return notes


def _witnessed(exercise: Exercise, at: int, failing: Failing) -> list[Line]:
    """Return the line on central differences for one case, where there is one."""
    value, right = failing.outcome.value, failing.expected
    if exercise.witness is None or value is None:
        return []
    from byhand import gradients

    numbers = material.testimony(exercise.id)[at]
    wrong = _wrong_parts(exercise, right, value)
    text = gradients.agreement(exercise.parts, value, right, numbers, wrong)
    return [("central", text)] if text else []


def _all_witnessed(exercise: Exercise, outcomes: Sequence[Outcome]) -> list[Line]:
    """Return the line on central differences when every case is right."""
    if exercise.witness is None:
        return []
    from byhand import gradients

    heard = [
        gradients.agreeing(o.value, o.value, numbers)
        for o, numbers in zip(outcomes, material.testimony(exercise.id), strict=True)
        if not any(None in told for told in numbers)
    ]
    kinks = len(outcomes) - len(heard)
    more = f"; the loss has a kink in {kinks}" if kinks else ""
    count = f"{sum(map(all, heard))} of {len(heard)} cases"
    parts = ", ".join(exercise.parts)
    return [("central", f"differences agree with your {parts} in {count}{more}")]


def _all_equal(exercise: Exercise, cases: Sequence[Case], hidden: bool) -> Line:
    word = "hidden" if hidden else "cases"
    whose = "Keras" if exercise.layer else "the reference"
    count = f"{len(cases)} of {len(cases)}"
    return word, f"ok       {count}: shape, dtype and every value as {whose}"


def _with_broken_helper(
    found: CheckResult, name: str, namespace: Mapping[str, Any]
) -> CheckResult:
    """Say which earlier function, called by this one, doesn't pass its own check."""
    replaced = any("yours doesn't pass its check" in text for _, text in found.lines)
    asked = found.state == "failed" and not replaced  # else the mistake is its own
    told = asked and diagnosing.broken_helper(name, namespace, _stands)
    if not told:
        return found
    about_this = ("place", "try")  # of little use while an earlier function is wrong
    lines = [(word, text) for word, text in found.lines if word not in about_this]
    lines = [line for line in lines if line[1] != choosing.NOT_RECOGNISED]
    return dataclasses.replace(found, lines=(*lines, ("calls", told)))


def _stands(name: str, subject: Any) -> str:
    """Return "passed", "failed" or "waiting" for an exercise's function, else ""."""
    known = exercises.table().get(name)
    is_function = known is not None and known.kind == "function"
    return judge(name, subject).state if is_function else ""


# Open exercises -------------------------------------------------------------------


def _open(exercise: Exercise, subject: Any, seed: int | None) -> CheckResult:
    rng = None if seed is None else material.generator(exercise, seed)
    finding = exercise.examine(subject, rng)
    return _found(exercise, finding)


def _found(exercise: Exercise, finding: Finding) -> CheckResult:
    if finding.share >= 1:
        return choosing.passed(exercise, finding.lines)
    if finding.case == "waiting":
        return dataclasses.replace(
            choosing.waiting(exercise, "missing", ""), lines=tuple(finding.lines)
        )
    failed = choosing.failed(
        exercise, "open", finding.case, finding.lines, finding.misconception
    )
    return dataclasses.replace(failed, earned=finding.share)
