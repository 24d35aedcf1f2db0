"""Name the mistake, or say that it isn't known.

A misconception is named only when, in every case that was run, the learner's outcome
equals what that misconception gives on the same inputs, right results included. When
two fit, or none, nothing is named.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from byhand.checks.comparing import difference
from byhand.checks.running import Outcome


@dataclass(frozen=True)
class Raises:
    """Stands for the result of a misconception that can't run on a case."""

    type_name: str


def attempt(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """Return what a misconception gives, or Raises where it can't run."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return Raises(type(error).__name__)


def fits(predicted: Any, outcome: Outcome, exact: float) -> bool:
    """Return whether an Outcome is what a misconception predicts."""
    if isinstance(predicted, Raises):
        return (
            outcome.error is not None and outcome.error.type_name == predicted.type_name
        )
    if outcome.error is not None or outcome.timed_out:
        return False
    if predicted is None:
        return outcome.value is None
    return difference(predicted, outcome.value, exact=exact) is None


def is_evidence(outcomes: Sequence[Outcome], wrong: Sequence[bool]) -> bool:
    """Return whether a wrong outcome is a result.

    An exception alone is none: a typing error raises as well.
    """
    return any(w and o.error is None for w, o in zip(wrong, outcomes, strict=True))


def fitting(
    predictions: Mapping[str, Sequence[Sequence[Any]]],
    outcomes: Sequence[Outcome],
    exact: float,
) -> list[str]:
    """Return the misconceptions that fit every outcome.

    Parameters
    ----------
    predictions : {name: [variant, ...]}, a variant being a list with one predicted
        result per outcome
    outcomes : list of Outcome
    exact : relative and absolute tolerance
    """
    return [
        slip
        for slip, variants in predictions.items()
        if any(
            all(fits(p, o, exact) for p, o in zip(variant, outcomes, strict=True))
            for variant in variants
        )
    ]


def broken_helper(
    name: str,
    namespace: Mapping[str, Any],
    stands: Callable[[str, Any], str],
    seen: tuple[str, ...] = (),
) -> str:
    """Return a sentence on a function that this one calls and that isn't right, or "".

    In a chain of calls it is the one that calls no other such function.
    ``stands(name, function)`` says "failed" or "waiting" where a check doesn't pass.
    """
    code = getattr(namespace.get(name), "__code__", None)
    for called in dict.fromkeys(_names_in(code) if code else ()):
        if called not in namespace or called in (name, *seen):
            continue
        told = broken_helper(called, namespace, stands, (name, *seen))
        if told:
            return told
        state = stands(called, namespace[called])
        if state in ("failed", "waiting"):
            what = "fails its own check" if state == "failed" else "isn't written yet"
            return f"{called}, which {what}: begin there"
    return ""


def settings_unused(function: Any) -> bool:
    """Return whether a function makes ``settings``, uses it nowhere, nor its values.

    The exercises that build on an earlier function begin with such a line.
    """
    code = getattr(function, "__code__", None)
    if code is None or "settings" not in code.co_varnames:
        return False
    loaded = [
        i.argval for i in dis.get_instructions(code) if i.opname.startswith("LOAD_FAST")
    ]
    prepared = "prepare" in code.co_names  # which the same exercises may begin with
    return "settings" not in loaded and loaded.count("stride") <= 1 + prepared


def _names_in(code: CodeType) -> Iterator[str]:
    """Yield the names that a function looks up, in its comprehensions as well."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names_in(inner)
