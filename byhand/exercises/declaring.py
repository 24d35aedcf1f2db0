"""The words in which an exercise is declared: `Case`, `Exercise`, `Finding`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def travels(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function that a case hands over run where the learner's code runs.

    A grader passes on its text; otherwise each call asks the grader. It needs NumPy
    alone, as ``np``, and tells nothing that a learner mustn't read.
    """
    vars(function)["__byhand_travels__"] = True
    return function


@dataclass(frozen=True)
class Case:
    """One call that a check makes: a name for the report, and the arguments."""

    name: str
    args: tuple = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """The judgement of an "open" exercise.

    ``share`` of the points is earned, from 0 to 1. ``lines`` go into the report, each
    a pair (word, sentence). ``misconception`` names the mistake where it is known.
    """

    share: float
    lines: tuple[tuple[str, str], ...] = ()
    misconception: str | None = None
    case: str = ""


def stopped(outcome: Any, late: str, case: str = "") -> Finding | None:
    """Return the Finding on a call that gave nothing to judge, or None.

    ``outcome`` is that of ``running.call``, ``late`` what to say when it ran out of
    time, ``case`` the name of the case; a result of None waits.
    """
    if outcome.timed_out:
        return Finding(0.0, (("time", late),), case=case)
    if outcome.error is not None:
        error = outcome.error
        lines = [("raised", f"{error.type_name}: {error.message}")]
        if error.text:
            lines.append(("line", f"{error.line}: {error.text}"))
        if error.place:
            lines.append(("place", error.place))
        return Finding(0.0, tuple(lines), case=case)
    if outcome.value is None:
        line = ("waits", "not written yet: it returns None")
        return Finding(0.0, (line,), case="waiting")
    return None


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """All that the course knows about one exercise.

    The lesson's source states the facts, which come first here; they reach this class
    through ``table.json``. The exercise's own file gives the rest.

    Parameters
    ----------
    id : the name that the learner defines, and the name of the file
    lesson : the folder of the lesson, "02_convolution"
    number : "2.4", the lesson and the place in it
    title : a few words for tables and reports
    kind : "function" (compared with a referee), "value" (one answer, compared with a
        digest), "choices" (a dict of answers, one digest each) or "open" (judged by
        ``examine``)
    signature : "conv1d(x, w, b=0.0, *, stride=1)"; "" for values and choices. A file
        states it only where ``adapt`` makes a function out of something else.
    points, minutes, lines : what it earns, how long it takes, how long ours is
    counted : False for predictions and warm-ups, which earn points and aren't counted
        among the exercises
    decimals : to how many places the answer of a "value" is compared
    worked : of a prediction, the line that works the answer out, sealed; with one, an
        answer of the right form earns the points, right or wrong; for several
        answers a piece for each, with | between them
    options : of a prediction, the names to choose from, with | between them
    layer : the Keras call that computes the same, as text
    referee : ``referee(*args, **kwargs)`` gives the right result in float64
    each : ``each(stack, *rest)`` gives a list of the same for many first arguments of
        one shape, stacked. A map asks a part for all its windows at once then.
    cases : ``cases()`` gives the visible cases, the smallest first
    hidden : ``hidden(rng)`` gives fresh cases from a NumPy generator
    slips : name of a misconception -> what it would compute from the same arguments;
        several callables where the same misconception can show in several ways. For an
        "open" exercise, whatever its ``examine`` makes of them. Empty where the file's
        region of mistakes was left out, as in the students' archive.
    parts : names of the results, ("dx", "dw", "db"); ("y",) by default
    window : ``window(arguments, index)`` -> {argument: index tuple}: what the output
        at ``index`` reads, for the drawing and the last line of a report
    witness : ``witness(*args, **kwargs)`` gives, for each of ``parts``, what central
        differences of the loss say along one direction; None at a kink
    adapt : ``adapt(subject)`` makes a function of the signature out of what the
        learner defined, where that is a class
    on_parts : ``on_parts(function)`` gives the function as a check calls it: with
        stand-ins for earlier functions of the learner's that it uses and that fail
        their own checks, so that a mistake is charged once
    examine : for "open" ones, ``examine(subject, rng)`` -> Finding, where ``subject``
        is what the learner defined and ``rng`` is None in the visible check
    seconds : the time limit of one call; in an exercise that may take long, hidden
        cases are the drawn ones alone, and not the visible ones with other numbers
    """

    id: str = ""
    lesson: str = ""
    number: str = ""
    title: str = ""
    kind: str = "function"
    signature: str = ""
    points: float = 0
    minutes: int = 0
    lines: int = 0
    counted: bool = True
    decimals: int = 6
    worked: str = ""
    options: str = ""
    layer: str = ""
    referee: Callable | None = None
    each: Callable[..., list] | None = None
    cases: Callable[[], Sequence[Case]] | None = None
    hidden: Callable[[np.random.Generator], Sequence[Case]] | None = None
    slips: Mapping[str, Callable | tuple] = field(default_factory=dict)
    parts: tuple[str, ...] = ("y",)
    window: Callable[[dict, tuple], dict] | None = None
    witness: Callable | None = None
    adapt: Callable | None = None
    on_parts: Callable | None = None
    examine: Callable[..., Finding] | None = None
    seconds: float = 10.0
