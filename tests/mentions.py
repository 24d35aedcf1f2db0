"""What a sentence speaks of, and whether an exercise has it.

A mistake shows in many operations, and its hints were written for one of them. A hint
that mentions a stride, a filter or a second direction is of no use where there is none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from byhand import misconceptions
from byhand.checks import material, running, window
from byhand.exercises import Exercise, get

WORDS = {
    "stride": r"\bstrides?\b",
    "padding": r"\b(padding|padded|pads?|np\.pad)\b",
    "output_padding": r"\boutput_padding\b",
    "dilation": r"\b(dilations?|dilated)\b",
    "bias": r"\b(bias(es)?|b)\b(?!\d)",
    "kernel": r"\b(kernels?|weights?|taps?)\b|(?<!\* )\bw\b",
    "x": r"\bx\[|\bx\b(?= (to|is|are|into))",
    "filters": r"\bfilters?\b",
    "channels": r"\bchannels?\b|\bc_in\b",
    "examples": r"\b(batch(es)?|examples?)\b|\bx\[n\]",
    "rows": r"\b(rows?|columns?|height|width|vertical|sideways)\b|\[i, j\]",
    "dy": r"\b(dy|upstream|gradients?)\b|\bd[xwb]\b",
    "groups": r"\bgroups?\b",
}
_PATTERNS = {thing: re.compile(pattern) for thing, pattern in WORDS.items()}


def missing(text: str, exercise: Exercise) -> list[str]:
    """Return what a sentence mentions and the exercise doesn't have."""
    spoken = (thing for thing, pattern in _PATTERNS.items() if pattern.search(text))
    return [thing for thing in spoken if thing not in things(exercise.id)]


@functools.cache
def things(name: str) -> frozenset[str]:
    """Return which of the things of ``WORDS`` an exercise has.

    What the exercise's own hints mention it has as well. One that isn't a function of
    arguments may speak of all.
    """
    exercise = get(name)
    if exercise.kind != "function":
        return frozenset(WORDS)
    call = window.bind(exercise, material.visible(name)[-1])
    results = material.expected(material.OWN, name, None)[-1:]
    call |= {f"result {k}": a for k, a in enumerate(running.arrays_in(results))}
    call = {k: v for one in map(_with_keys, call.items()) for k, v in one}
    own = " ".join(misconceptions.hints(name, exercise.lesson))
    return frozenset(
        thing
        for thing, has in _HAS.items()
        if has(call, exercise) or _PATTERNS[thing].search(own) or thing in name
    )


def _with_keys(item: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Return an argument, and what a list of settings holds besides."""
    _, value = item
    first = value[0] if isinstance(value, list) and value else None
    return [item, *(first.items() if isinstance(first, dict) else ())]


def _axes(call: dict[str, Any], *names: str) -> int:
    """Return the most axes that one of the named arrays has."""
    arrays = [(k, v) for k, v in call.items() if isinstance(v, np.ndarray)]
    return max((v.ndim for k, v in arrays if not names or k in names), default=0)


def _named(*names: str) -> Callable[[dict[str, Any], Exercise], bool]:
    return lambda call, exercise: bool({*names} & {*call, *exercise.parts})


_KERNELS = ("w", "w1", "w_depth", "w_channel", "kh", "k", "kernel", "feature")
_TRAINED = ("values", "weights", "layers")
_HAS: dict[str, Callable[[dict[str, Any], Exercise], bool]] = {
    "stride": _named("stride"),
    "padding": _named("padding"),
    "output_padding": _named("output_padding"),
    "dilation": _named("dilation"),
    "bias": _named("b", "db", "use_bias"),
    "kernel": _named(*_KERNELS, *_TRAINED, "features"),
    "x": _named("x"),
    "filters": lambda call, e: (
        _axes(call, "w") > 3
        or _axes(call, "w") == _axes(call, "x") > 2  # one filter that has channels
        or _axes(call, "x") == 4 > 2 == _axes(call, "w")  # of one pixel
        or bool({"filters", "c_out", "w_point", "w_channel", "features"} & call.keys())
    ),
    "channels": lambda call, e: (
        _axes(call, "x", "w") > 2 or bool({"c_in", "channels", "c"} & call.keys())
    ),
    "examples": lambda call, e: (
        _axes(call, "x") > 3
        or bool({"labels", "pictures"} & call.keys())
        or ("w" in call and _axes(call, "x") == 2 == _axes(call, "dy"))
    ),
    "rows": lambda call, e: (
        _axes(call) > 1 or bool({"kh", "h", "h_out", "size"} & call.keys())
    ),
    "dy": lambda call, e: (
        bool({"dy", "learning_rate"} & call.keys())
        or any(part[0] == "d" for part in e.parts)
    ),
    "groups": _named("groups"),
}
