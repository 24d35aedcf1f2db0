"""Say how a learner's results are put together, where no misconception fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from byhand.exercises import Case, Exercise

CALLS = 110  # of a learner's function, to read its wiring for a first report


def wiring(*args: Any) -> str:
    """Return a sentence on how results are put together, "" when there is none.

    Takes what `_wiring` takes. A result may be anything, so nothing raises here.
    """
    try:
        return _wiring(*args)
    except Exception:
        return ""


def _wiring(
    exercise: Exercise,
    function: Callable[..., Any],
    cases: Sequence[Case],
    values: Sequence[Any],
    expected: Sequence[Any],
    wrong: Sequence[int],
) -> str:
    """Return the sentence.

    ``values`` are the learner's results, None where an exception was raised; ``wrong``
    the places of the cases that failed, that of the report first.
    """
    from byhand.checks import window
    from byhand.evidence import numbers, reads

    arguments = [window.bind(exercise, case) for case in cases]
    calls = iter(range(CALLS))
    for number, part in enumerate(exercise.parts):

        def only(value: Any, number: int = number) -> Any:
            if len(exercise.parts) == 1:
                return value
            fits = isinstance(value, tuple | list) and len(value) == len(exercise.parts)
            return value[number] if fits else None

        known = [k for k, v in enumerate(values) if only(v) is not None]
        yours = [only(values[k]) for k in known]
        right = [only(expected[k]) for k in known]
        differ = [
            k
            for k, a, b in zip(known, yours, right, strict=True)
            if k in wrong and not _same(a, b)
        ]
        if not differ:
            continue
        said = numbers.related(part, yours, right, [arguments[k] for k in known])
        for k in () if said else differ[:3]:
            run = _runner(exercise, function, cases[k], only, calls)
            bias = arguments[k].get("b", 0.0) if part in ("y", "map") else 0.0
            told = (exercise.id, part, arguments[k], run, only(expected[k]), bias)
            said = _guarded(reads.compare, *told)
            if said:
                said = said if k == wrong[0] else f'in case "{cases[k].name}" {said}'
                break
        if said and not (exercise.layer and np.ndim(right[0])):  # "wanted", above it
            said = said.replace("Keras's", "the right one")
            said = said.replace("Keras", "it should")
        if said and not np.ndim(right[0]):
            said = said.replace("your y ", "your result ").replace(
                "in your y, ", "in your result, "
            )
        if said:
            return said
    return ""


def _same(a: Any, b: Any) -> bool:
    mine, right = np.asarray(a), np.asarray(b)
    if mine.dtype.kind not in "fiu":
        return False
    return mine.shape == right.shape and np.allclose(mine, right, equal_nan=True)


def _runner(
    exercise: Exercise,
    function: Callable[..., Any],
    case: Case,
    only: Callable[[Any], Any],
    calls: Iterator[int],
) -> Callable[[dict[str, Any]], Any]:
    """Return ``run(arguments)``, which gives one part of the learner's result.

    It raises StopIteration when there are no ``calls`` left.
    """
    from byhand.checks import running

    elsewhere = hasattr(function, "__byhand_call__")

    def run(at: dict[str, Any]) -> Any:
        next(calls)
        names = list(at)
        args = running.copied([at[n] for n in names[: len(case.args)]])
        kwargs = {n: at[n] for n in case.kwargs}
        if elsewhere:
            return only(running.call(function, args, kwargs).value)
        return only(function(*args, **kwargs))

    return run


def _guarded(compare: Callable[..., str], *args: Any) -> str:
    """Return what a comparison says; all that goes wrong in it says nothing."""
    from byhand.checks import running

    said = running.call(lambda: compare(*args), seconds=5).value
    return said if isinstance(said, str) else ""
