"""Judge predictions and choices, which are compared with digests; say what came of it.

Right and wrong answers stand in a lesson's source and reach ``byhand`` as digests.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from byhand import exercises, misconceptions, predictions
from byhand.checks import comparing, recorded
from byhand.checks.check_result import CheckResult, Failing, Line
from byhand.exercises import Exercise

NOT_RECOGNISED = "not recognised; the call above is the first that fails"


def waiting(exercise: Exercise, kind: str, what: str) -> CheckResult:
    """Return the result on something that isn't written yet."""
    return CheckResult(exercise.id, 0.0, 0.0, "waiting", kind, lines=(("waits", what),))


def failed(
    exercise: Exercise,
    kind: str,
    case: str,
    lines: Sequence[Line],
    slip: str | None = None,
    failing: Failing | None = None,
) -> CheckResult:
    """Return the result on something wrong, with the hints of its slip or exercise."""
    if slip:
        hints = misconceptions.find(slip, exercise.lesson).hints
    else:
        hints = misconceptions.hints(exercise.id, exercise.lesson)
    return CheckResult(
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


def passed(exercise: Exercise, lines: Sequence[Line]) -> CheckResult:
    """Return the result on something right."""
    return CheckResult(exercise.id, 0.0, 1.0, "passed", lines=tuple(lines))


def likely(
    exercise: Exercise, slip: str | None, kind: str, read: str = ""
) -> list[Line]:
    """Return the line that names the cause, or shows what the function reads."""
    if slip:
        return [("likely", misconceptions.find(slip, exercise.lesson).likely)]
    if read:
        return [("wiring", read)]
    if kind in ("values", "shape", "finite"):
        return [("likely", NOT_RECOGNISED)]
    return []


def unanswered(value: Any, depth: int = predictions.DEPTH) -> bool:
    """Tell whether an answer, or a part of it, is still open."""
    if depth and isinstance(value, dict | tuple | list):
        inside = value.values() if isinstance(value, dict) else value
        return any(unanswered(v, depth - 1) for v in inside)
    return value is None or value is Ellipsis or (isinstance(value, str) and not value)


def of_value(exercise: Exercise, value: Any) -> CheckResult:
    """Judge one answer."""
    if unanswered(value):
        return waiting(exercise, "missing", "a ... stands for an answer of yours")
    entry = recorded.digests()[exercise.id]
    mine = recorded.digest(exercise.id, value, exercise.decimals)
    form = entry.get("form", predictions.ANY)
    slips = [name for name, digest in entry["slips"].items() if digest == mine]
    complaint = predictions.complaint(value, form, exercise.options)
    if complaint and not slips:  # a known mistake may have a form of its own
        return waiting(exercise, "form", complaint)
    worked = exercise.worked and ("worked", predictions.unseal(exercise.worked))
    if mine == entry["answer"]:
        return passed(exercise, [("answer", "right"), *([worked] if worked else ())])
    slip = slips[0] if len(slips) == 1 else None
    lines = [
        ("answer", f"{comparing.shortened(value)} isn't it"),
        *(likely(exercise, slip, "values") if slip else ()),
        *([worked] if worked else ()),
    ]
    found = failed(exercise, "values", "", lines, slip)
    # an answer is worked on paper: hints on a mistake in code would be about nothing
    hints = () if worked else misconceptions.hints(exercise.id, exercise.lesson)
    return dataclasses.replace(found, hints=hints, earned=1.0 if worked else 0.0)


def with_first_answer(found: CheckResult, value: Any) -> CheckResult:
    """Keep the first answer to a prediction, and say it beside a later one."""
    if not exercises.get(found.exercise).worked or found.state == "waiting":
        return found
    first = predictions.keep_first(found.exercise, value)
    if first == comparing.shortened(value):
        return found
    line = ("first", f"your first answer was {first}")
    return dataclasses.replace(found, lines=(*found.lines, line))


def of_choices(exercise: Exercise, answers: Any) -> CheckResult:
    """Judge a dict of answers."""
    entry = recorded.digests()[exercise.id]["answer"]
    if not isinstance(answers, dict):
        what = ", ".join(f'"{k}": ...' for k in entry)
        what = f"{comparing.a_kind(answers)}; wanted a dict, {{{what}}}"
        return failed(exercise, "type", "", [("type", what)])
    open_ones = [k for k in entry if unanswered(answers.get(k))]
    if open_ones:
        what = f"no answer yet to {', '.join(open_ones)}"
        return waiting(exercise, "missing", what)
    forms = recorded.digests()[exercise.id].get("form", {})
    said = {key: _in_words(answers[key]) for key in entry}
    complaint = predictions.first_complaint(said, forms, exercise.options)
    if exercise.worked and complaint:
        return waiting(exercise, "form", complaint)
    right = [
        k for k in entry if recorded.digest(f"{exercise.id}.{k}", said[k]) == entry[k]
    ]
    wrong = [k for k in entry if k not in right]
    lines = [("answers", f"{len(right)} of {len(entry)} right")]
    pieces = predictions.unseal(exercise.worked).split(" | ")
    if exercise.worked:
        asked = zip(entry, pieces, strict=True)
        lines += [("worked", piece) for k, piece in asked if k in wrong or not wrong]
    if not wrong:
        return passed(exercise, lines)
    if not exercise.worked:
        lines.append(("again", "look once more at " + ", ".join(wrong)))
    for key in () if exercise.worked else wrong:
        form = _complaint(answers[key], exercise)
        lines += [("form", f"{key}: {form}")] if form else []
    found = failed(exercise, "values", "", lines)
    if exercise.worked:
        return dataclasses.replace(found, hints=(), earned=1.0)
    return dataclasses.replace(found, earned=len(right) / len(entry))


def _in_words(answer: Any) -> Any:
    """Return yes for True and no for False: a choice has no other truth values."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer.strip().lower() if isinstance(answer, str) else answer


def _complaint(answer: Any, exercise: Exercise) -> str:
    """Return what is wrong with the form of one of several answers, or ""."""
    if not isinstance(answer, str):
        return ""
    if re.fullmatch(r"\s*-?[\d.]+\s*", answer):
        return f"{answer!r} is a text: a number stands without quotes"
    return predictions.complaint(answer, predictions.ANY, exercise.options)
