"""Judge what a learner wrote, name the mistake, report, and return the points.

``check("conv1d", points=2)`` is all that a notebook calls. ``judge`` is the same
without a report on the screen, for the command line, the tests and the graders.
"""

import dataclasses
import functools
import itertools
import os
import sys
import zlib
from dataclasses import dataclass

import numpy as np

from byhand import exercises, misconceptions
from byhand.checks import comparing, diagnosing, recorded, running

MISSING = object()  # nothing of that name is defined
PROBE = "probe"  # a case whose name begins so serves the diagnosis and isn't shown


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    ``state`` is "passed", "failed" or "waiting"; ``kind`` says in what it failed:
    "missing", "overwritten", "raised", "time", "changed", "type", "length", "shape",
    "dtype", "finite", "values" or "open". ``lines`` are pairs (word, sentence) for the
    report. ``failing`` holds what the drawing needs.
    """

    exercise: str
    points: float
    earned: float
    state: str
    kind: str = ""
    case: str = ""
    lines: tuple = ()
    misconception: str | None = None
    hints: tuple = ()
    hidden: bool = False
    failing: object = None


@dataclass(frozen=True)
class Failing:
    """The first case that failed: its arguments, both results, and the difference."""

    case: exercises.Case
    outcome: running.Outcome
    expected: object
    difference: comparing.Difference | None


def check(name, *, points, hidden=False):
    """Check what the caller defined as ``name``, show a report, return the points.

    Parameters
    ----------
    name : str, an id of the table (``python -m byhand exercises``)
    points : number, what a right answer earns
    hidden : bool, whether fresh cases from the seed are used and not the visible ones

    Returns
    -------
    earned : float, finite, from 0.0 to ``points``
    """
    from byhand.checks import reporting

    namespace = sys._getframe(1).f_globals
    verdict = judge(name, namespace.get(name, MISSING), points=points, hidden=hidden)
    reporting.show(verdict)
    for listener in listeners:
        listener(verdict)
    return verdict.earned


listeners = []  # called with each Verdict of ``check``; a grader appends its own


def judge(name, subject, *, points=None, hidden=False):
    """Return the Verdict on ``subject``, a function, a value, or MISSING."""
    exercise = exercises.get(name)
    points = float(exercise.points if points is None else points)
    verdict = _judge(exercise, subject, hidden)
    share = min(max(float(verdict.earned), 0.0), 1.0) if points > 0 else 0.0
    return dataclasses.replace(
        verdict, points=points, earned=round(share * points, 6), hidden=hidden
    )


def seed():
    """Return the seed of hidden cases: the setting BYHAND_SEED, a whole number."""
    return int(os.environ.get("BYHAND_SEED", "0"))


def generator(exercise, at=None):
    """Return the NumPy generator of an exercise's hidden cases."""
    at = seed() if at is None else at
    return np.random.default_rng([at, zlib.crc32(exercise.id.encode())])


def _judge(exercise, subject, hidden):
    """Return a Verdict whose ``earned`` is a share from 0 to 1."""
    if subject is MISSING:
        what = f"{exercise.id} isn't defined: run the cell that defines it"
        return _waiting(exercise, "missing", what)
    if subject is None or subject is Ellipsis:
        return _waiting(exercise, "missing", "not written yet")
    if exercise.signature and not callable(subject):
        what = f"{exercise.id} is now {comparing.a_kind(subject)}, not a function"
        more = "another line used this name; run the cell of the function again"
        lines = (("name", what), ("try", more))
        return _failed(exercise, "overwritten", "", lines)
    if exercise.kind == "open":
        return _open(exercise, subject, hidden)
    if exercise.kind == "choices":
        return _choices(exercise, subject)
    if exercise.kind == "value":
        return _value(exercise, subject)
    return _function(exercise, subject, hidden)


def _waiting(exercise, kind, what):
    return Verdict(exercise.id, 0.0, 0.0, "waiting", kind, lines=(("waits", what),))


def _failed(exercise, kind, case, lines, slip=None, failing=None):
    if slip:
        hints = misconceptions.find(slip, exercise.lesson).hints
    else:
        hints = misconceptions.hints(exercise.id, exercise.lesson)
    return Verdict(
        exercise.id,
        0.0,
        0.0,
        "failed",
        kind,
        case,
        tuple(lines),
        slip,
        tuple(hints),
        failing=failing,
    )


def _passed(exercise, lines):
    return Verdict(exercise.id, 0.0, 1.0, "passed", lines=tuple(lines))


# Functions ------------------------------------------------------------------------


@functools.lru_cache(maxsize=512)
def material(exercise_id, at=None):
    """Return (cases, expected) of an exercise, Keras's answers being kept.

    ``at`` None gives the visible cases as recorded; a whole number gives the hidden
    ones of that seed.
    """
    exercise = exercises.get(exercise_id)
    if at is None:
        cases = tuple(exercise.cases())
        found = _recording(exercise, cases)
        return cases, found[0] if found else recorded.expect(exercise, cases)
    cases = hidden_cases(exercise, at)
    return cases, recorded.expect(exercise, cases)


@functools.lru_cache(maxsize=512)
def predictions(exercise_id):
    """Return what each misconception gives on the visible cases."""
    exercise = exercises.get(exercise_id)
    cases = material(exercise_id)[0]
    found = _recording(exercise, cases)
    return found[1] if found else recorded.predict(exercise, cases)


def _recording(exercise, cases):
    """Return (expected, predictions) as recorded, None when the inputs are others."""
    try:
        expected, predicted, inputs = recorded.read(exercise.id)
    except FileNotFoundError:
        return None
    return (expected, predicted) if inputs == recorded.fingerprint(cases) else None


def hidden_cases(exercise, at):
    """Return the hidden cases of a seed.

    Up to three more leave out all that the signature has defaults for. Those that the
    referee refuses, such as a kernel that needs its padding, don't count.
    """
    drawn, bare = drawn_cases(exercise, at)
    return drawn + tuple(bare[place] for place in usable(exercise, bare))


def drawn_cases(exercise, at):
    """Return the cases of a seed, and the same without what there are defaults for."""
    cases = tuple(exercise.hidden(generator(exercise, at)))
    return cases, _bare(exercise, cases)


def _bare(exercise, cases):
    if "=" not in exercise.signature:
        return ()
    required = exercise.signature.split("(", 1)[1].split("*")[0].rstrip(", )")
    count = len([name for name in required.split(",") if name and "=" not in name])
    return tuple(exercises.Case("defaults", case.args[:count]) for case in cases)


def usable(exercise, bare):
    """Return the places of the first three cases that the referee doesn't refuse."""
    found = (
        place
        for place, case in enumerate(bare)
        if not isinstance(
            diagnosing.attempt(exercise.referee, running.copied(case.args), {}),
            diagnosing.Raises,
        )
    )
    return tuple(itertools.islice(found, 3))


def _function(exercise, function, hidden):
    at = seed() if hidden else None
    cases, expected = material(exercise.id, at)
    function = exercise.adapt(function) if exercise.adapt else function
    outcomes, found = _tried(exercise, function, cases, expected)
    if _untouched(outcomes[0]):
        what = "not written yet: it returns None (or its return line is missing)"
        return _waiting(exercise, "missing", what)
    notes = _notes(outcomes)
    wrong = [k for k, problem in enumerate(found) if problem]
    if not wrong:
        seen = [] if hidden else _all_witnessed(exercise, outcomes)
        return _passed(exercise, [_all_equal(exercise, cases, hidden), *seen, *notes])
    first = min(wrong, key=lambda k: cases[k].name.startswith(PROBE))
    problem = found[first]
    slip = None
    if len(outcomes) == len(cases):
        slip = _named(exercise, function, cases, (outcomes, found), hidden)
    failing = Failing(cases[first], outcomes[first], expected[first], problem[2])
    lines = [
        *problem[1],
        *_likely(exercise, slip, problem[0]),
        *([] if hidden else _witnessed(exercise, first, outcomes[first])),
        *_try(exercise, failing, slip),
        *notes,
    ]
    case = f"hidden {first + 1}" if hidden else cases[first].name
    if hidden:
        count = f"{len(wrong)} of {len(cases)} differ"
        lines = [("hidden", count), *(p for p in lines if p[0] in ("likely", "raised"))]
        failing = None
    return _failed(exercise, problem[0], case, lines, slip, failing)


def _tried(exercise, function, cases, expected):
    """Call the function on each case: return the Outcomes and what is wrong in each.

    A case that never ends is the last that is tried.
    """
    outcomes, found = [], []
    for case, right in zip(cases, expected, strict=True):
        outcome = running.call(
            function, case.args, case.kwargs, seconds=exercise.seconds
        )
        outcomes.append(outcome)
        found.append(_problem(exercise, right, outcome))
        if outcome.timed_out or (not outcomes[1:] and _untouched(outcome)):
            break
    return outcomes, found


def _named(exercise, function, cases, heard, hidden):
    """Return the misconception that fits all outcomes, or None.

    A name for hidden outcomes has to fit the visible ones as well. So those are asked
    first, and Keras computes the hidden ones only for the few names that remain.
    """
    outcomes, found = heard
    if not diagnosing.is_evidence(outcomes, _wrong(found)):
        return None
    if hidden:
        seen, right = material(exercise.id)
        visible, problems = _tried(exercise, function, seen, right)
        if len(visible) < len(seen):
            return None
    else:
        visible, problems = outcomes, found
    if not diagnosing.is_evidence(visible, _wrong(problems)):
        return None
    names = diagnosing.fitting(predictions(exercise.id), visible, comparing.EXACT)
    if hidden and names:
        predicted = recorded.predict(exercise, cases, names)
        names = diagnosing.fitting(predicted, outcomes, comparing.EXACT)
    return names[0] if len(names) == 1 else None


def _wrong(found):
    """Return whether each problem is one of the result."""
    return [bool(p) and p[0] != "changed" for p in found]


def _untouched(outcome):
    return outcome.value is None and outcome.error is None and not outcome.timed_out


def _problem(exercise, expected, outcome):
    """Return None, or (kind, lines, Difference) for one case."""
    if outcome.timed_out:
        what = f"no answer after {exercise.seconds:g} s: does a loop never end?"
        return "time", [("time", what)], None
    if outcome.error is not None:
        return "raised", _raised(outcome.error), None
    found = comparing.difference(expected, outcome.value, parts=exercise.parts)
    if found is not None:
        return found.kind, _differs(exercise, expected, outcome.value, found), found
    if outcome.changed:
        names = " and ".join(outcome.changed)
        what = f"{names} is modified in place: work on a copy, {names}.copy()"
        return "changed", [("changed", what)], None
    return None


def _raised(error):
    lines = [("raised", f"{error.type_name}: {error.message}".strip())]
    if error.text:
        lines.append(("line", f"{error.line}: {error.text}"))
    return lines


def _differs(exercise, expected, got, found):
    """Return the lines up to the first that fails: shape, dtype, finite, values."""
    word = {"missing": "value", "length": "type"}.get(found.kind, found.kind)
    lines = [(word, f"differ   {found.what}" if word == "values" else found.what)]
    array = _part(exercise, expected, found.part)
    states = _states(exercise, expected, got)
    if states:
        return [("parts", states), *lines]
    if word in ("values", "finite") and isinstance(array, np.ndarray):
        lines.insert(0, ("shape", f"ok       {comparing._shape(array.shape)}"))
    return lines


def _states(exercise, expected, got):
    """Return "dx ok, dw differs, db ok" for a result of several parts, else ""."""
    parts = exercise.parts
    if len(parts) == 1 or not isinstance(got, tuple | list) or len(got) != len(parts):
        return ""
    both = zip(parts, expected, got, strict=True)
    return ", ".join(
        f"{part} {'differs' if comparing.difference(a, b, parts=(part,)) else 'ok'}"
        for part, a, b in both
    )


def _part(exercise, value, part):
    if isinstance(value, tuple) and part in exercise.parts:
        return value[exercise.parts.index(part)]
    return value


def _likely(exercise, slip, kind):
    if slip:
        return [("likely", misconceptions.find(slip, exercise.lesson).likely)]
    if kind in ("values", "shape", "finite"):
        return [("likely", "not recognised; above is the smallest case that fails")]
    return []


def _try(exercise, failing, slip):
    text = window_text(exercise, failing)
    return [("try", text)] if text else []


def window_text(exercise, failing):
    """Return the products behind the first differing output, as code, or ""."""
    found = failing.difference
    if exercise.window is None or found is None or found.kind != "values":
        return ""
    windows = exercise.window(bind(exercise, failing.case), found.index)
    if not windows:
        return ""
    return " * ".join(name + _brackets(index) for name, index in windows.items())


def bind(exercise, case):
    """Return a case's arguments by name, defaults of the signature included."""
    import inspect

    scope = {}
    exec(f"def {exercise.signature}: ...", scope)
    call = inspect.signature(scope[exercise.id]).bind(*case.args, **case.kwargs)
    call.apply_defaults()
    return dict(call.arguments)


def _brackets(index):
    """Return an index as code, "[0:3, 2:5, 0]"; nothing when it takes everything."""
    if all(i == slice(None) for i in index):
        return ""
    return "[" + ", ".join(map(_one_index, index)) + "]"


def _one_index(i):
    if not isinstance(i, slice):
        return str(i)
    if i == slice(None):
        return ":"
    step = f":{i.step}" if i.step is not None else ""
    return f"{i.start}:{i.stop}{step}"


def _notes(outcomes):
    """Return lines on what costs nothing and is worth a word."""
    notes = []
    given, printed = [], []
    for line in "".join(o.printed for o in outcomes).splitlines():
        (given if line.startswith("given.") else printed).append(line)
    notes += [("given", line) for line in dict.fromkeys(given)]
    if printed:
        notes.append(("prints", f"{printed[0][:50]!r}: a print costs nothing"))
    warned = dict.fromkeys(w for o in outcomes for w in o.warned)
    notes += [("warns", w.splitlines()[0][:66]) for w in list(warned)[:1]]
    if any(o.shares for o in outcomes):
        what = "it is a view of an argument: a later change of one changes both"
        notes.append(("shares", what))
    arrays = (a for o in outcomes for a in running.arrays_in(o.value))
    if any(a.dtype == np.float32 for a in arrays):
        notes.append(("dtype", "float32, compared at 1e-5; the input is float64"))
    return notes


def _testimony(exercise):
    """Return the witness's numbers for the visible cases, recorded or live."""
    cases = tuple(exercise.cases())
    try:
        if recorded.read(exercise.id)[2] == recorded.fingerprint(cases):
            return recorded.witness(exercise.id)
    except FileNotFoundError:
        pass
    return recorded.testify(exercise, cases)


def _witnessed(exercise, at, outcome):
    """Return the line on central differences for one case, where there is one."""
    if exercise.witness is None or outcome.value is None:
        return []
    from byhand import gradients

    numbers = _testimony(exercise)[at]
    text = gradients.agreement(exercise.parts, outcome.value, numbers)
    return [("central", text)] if text else []


def _all_witnessed(exercise, outcomes):
    """Return the line on central differences when every case is right."""
    if exercise.witness is None:
        return []
    from byhand import gradients

    heard = [
        gradients.agreeing(o.value, numbers)
        for o, numbers in zip(outcomes, _testimony(exercise), strict=True)
        if None not in numbers
    ]
    kinks = len(outcomes) - len(heard)
    more = f"; the loss has a kink in {kinks}" if kinks else ""
    count = f"{sum(map(all, heard))} of {len(heard)} cases"
    parts = ", ".join(exercise.parts)
    return [("central", f"differences agree with your {parts} in {count}{more}")]


def _all_equal(exercise, cases, hidden):
    word = "hidden" if hidden else "cases"
    whose = "Keras" if exercise.layer else "the reference"
    count = f"{len(cases)} of {len(cases)}"
    return word, f"ok       {count}: shape, dtype and every value as {whose}"


# Values and choices ---------------------------------------------------------------


def _unanswered(value):
    if isinstance(value, dict):
        return any(_unanswered(v) for v in value.values())
    if isinstance(value, tuple | list):
        return any(_unanswered(v) for v in value)
    return value is None or value is Ellipsis or value == ""


def _value(exercise, value):
    if not isinstance(value, np.ndarray | np.generic) and _unanswered(value):
        return _waiting(exercise, "missing", "a ... stands for an answer of yours")
    entry = recorded.digests()[exercise.id]
    mine = recorded.digest(exercise.id, value, exercise.decimals)
    if mine == entry["answer"]:
        return _passed(exercise, [("answer", "right")])
    slips = [name for name, digest in entry["slips"].items() if digest == mine]
    lines = [("answer", f"{_brief(value)} isn't it")]
    slip = slips[0] if len(slips) == 1 else None
    if slip:
        lines += _likely(exercise, slip, "values")
    return _failed(exercise, "values", "", lines, slip)


def _brief(value):
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:37] + "..."


def _choices(exercise, answers):
    entry = recorded.digests()[exercise.id]["answer"]
    if not isinstance(answers, dict):
        what = f"{comparing.a_kind(answers)}; wanted a dict of letters"
        return _failed(exercise, "type", "", [("type", what)])
    open_ones = [k for k in entry if _unanswered(answers.get(k))]
    if open_ones:
        what = f"no answer yet to {', '.join(open_ones)}"
        return _waiting(exercise, "missing", what)
    right = [
        k
        for k in entry
        if recorded.digest(f"{exercise.id}.{k}", answers[k]) == entry[k]
    ]
    wrong = [k for k in entry if k not in right]
    count = f"{len(right)} of {len(entry)} right"
    if not wrong:
        return _passed(exercise, [("answers", count)])
    lines = [("answers", count), ("again", "look once more at " + ", ".join(wrong))]
    failed = _failed(exercise, "values", "", lines)
    return dataclasses.replace(failed, earned=len(right) / len(entry))


# Open exercises -------------------------------------------------------------------


def _open(exercise, subject, hidden):
    rng = generator(exercise) if hidden else None
    finding = exercise.examine(subject, rng)
    if finding.share >= 1:
        return _passed(exercise, finding.lines)
    if finding.case == "waiting":
        return dataclasses.replace(
            _waiting(exercise, "missing", ""), lines=tuple(finding.lines)
        )
    failed = _failed(
        exercise, "open", finding.case, finding.lines, finding.misconception
    )
    return dataclasses.replace(failed, earned=finding.share)
