"""Judge experiments: inputs with which a learner exposes wrong code.

A "break it" exercise shows several wrong functions, the suspects. The learner's answer
is a dict with an experiment for each; this module reads and counts them.
"""

from collections.abc import Callable, Mapping

import numpy as np

from byhand.exercises.declaring import Finding


class Refused(Exception):
    """An experiment that can't be run, with the reason in a sentence."""


def plane(name: str, value: object) -> np.ndarray:
    """Return rows of numbers as an array of two axes, or raise Refused."""
    try:
        rows = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise Refused(f"{name} isn't rows of numbers, all equally long") from None
    if rows.ndim != 2 or not rows.size:
        axes = "1 axis" if rows.ndim == 1 else f"{rows.ndim} axes"
        raise Refused(f"{name} has {axes}; wanted rows, as [[1, 2]]")
    if not np.isfinite(rows).all() or np.abs(rows).max() > 1e6:
        raise Refused(f"{name} holds numbers beyond a million, or NaN")
    return rows


def pair(name: str, value: object, low: int, high: int) -> tuple[int, int]:
    """Return a setting as two whole numbers from low to high, or raise Refused."""
    axes = value if isinstance(value, tuple | list) else (value, value)
    whole = all(
        isinstance(v, int | np.integer) and not isinstance(v, bool) for v in axes
    )
    if len(axes) != 2 or not whole or not low <= min(axes) <= max(axes) <= high:
        raise Refused(f"{name} is a whole number from {low} to {high}, or a pair")
    return tuple(int(v) for v in axes)


def examiner(suspects: Mapping[str, Callable], run: Callable) -> Callable[..., Finding]:
    """Return the ``examine`` of an exercise that asks for an experiment per suspect.

    ``run(name, entry)`` returns (share, sentence, misconception or None) or raises
    Refused. Equal parts of the points go to the experiments. A misconception is named
    when all that went wrong has the same one.
    """

    def examine(subject, rng=None):
        if not isinstance(subject, dict) or not set(suspects) <= subject.keys():
            names = ", ".join(suspects)
            return Finding(0.0, (("type", f"wanted a dict with the keys {names}"),))
        if all(_open(subject[name]) for name in suspects):
            return Finding(0.0, (("waits", "no experiment yet"),), case="waiting")
        tried = {name: _tried(run, name, subject[name]) for name in suspects}
        lines = tuple((name, sentence) for name, (_, sentence, _) in tried.items())
        reasons = {reason for share, _, reason in tried.values() if share < 1}
        reason = reasons.pop() if len(reasons) == 1 else None
        share = sum(share for share, *_ in tried.values()) / len(tried)
        return Finding(share, lines, reason)

    return examine


def _open(entry):
    return entry is None or entry is Ellipsis


def _tried(run, name, entry):
    if _open(entry):
        return 0.0, "no experiment yet", None
    try:
        return run(name, entry)
    except Refused as refusal:
        return 0.0, str(refusal), None
