"""Name the mistake, or say that it isn't known.

A misconception is named only when, in every case that was run, the learner's outcome
equals what that misconception gives on the same inputs, right results included. When
two fit, or none, nothing is named.
"""

from dataclasses import dataclass

from byhand.comparing import difference


@dataclass(frozen=True)
class Raises:
    """Stands for the result of a misconception that can't run on a case."""

    type_name: str


def attempt(function, args, kwargs):
    """Return what a misconception gives, or Raises where it can't run."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return Raises(type(error).__name__)


def fits(predicted, outcome, exact):
    """Return whether an Outcome is what a misconception predicts."""
    if isinstance(predicted, Raises):
        return (
            outcome.error is not None
            and outcome.error.type_name == predicted.type_name
        )
    if outcome.error is not None or outcome.timed_out:
        return False
    if predicted is None:
        return outcome.value is None
    return difference(predicted, outcome.value, exact=exact) is None


def name(predictions, outcomes, wrong, exact):
    """Return the one misconception that fits every outcome, else None.

    At least one wrong outcome has to be a result: an exception alone, which a typing
    error raises as well, is no evidence.

    Parameters
    ----------
    predictions : {name: [variant, ...]}, a variant being a list with one predicted
        result per outcome
    outcomes : list of Outcome
    wrong : list of bool, whether each outcome differs from the right result
    exact : relative and absolute tolerance
    """
    if not any(w and o.error is None for w, o in zip(wrong, outcomes, strict=True)):
        return None
    found = [
        slip
        for slip, variants in predictions.items()
        if any(
            all(fits(p, o, exact) for p, o in zip(variant, outcomes, strict=True))
            for variant in variants
        )
    ]
    return found[0] if len(found) == 1 else None
