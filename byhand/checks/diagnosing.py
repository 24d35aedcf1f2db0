"""Name the mistake, or say that it isn't known.

A misconception is named only when, in every case that was run, the learner's outcome
equals what that misconception gives on the same inputs, right results included. When
two fit, or none, nothing is named.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
