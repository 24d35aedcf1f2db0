"""The receptive-field explorer: a stack of layers, and what its units see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import limits

NAMES = ("kernel", "stride", "padding", "dilation")
PRESETS = {
    "two 3s": ((3, 1, 0, 1),) * 2,
    "one 5": ((5, 1, 0, 1),),
    "one 3, dilation 2": ((3, 1, 0, 2),),
    "dilations 1 2 4": ((3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)),
    "conv pool conv": ((3, 1, 0, 1), (2, 2, 0, 1), (3, 1, 0, 1)),
    "strides of 2": ((3, 2, 1, 1),) * 3,
    "six 3s": ((3, 1, 0, 1),) * 6,
}


@dataclass(frozen=True)
class Numbers:
    """``rows`` is what impulses find per layer: size, jump and start.

    ``paths`` counts the ways from each input to the pinned top unit; ``own`` is the
    learner's (size, jump, start), as far as given.
    """

    setting: State
    layers: tuple[wiring.Layer, ...]
    widths: tuple[int, ...]
    rows: tuple[wiring.Layer, ...]
    edges: wiring.Edges
    paths: np.ndarray
    own: tuple[float, ...]
    mine: str

    @property
    def wrong(self) -> tuple[str, ...]:
        """Which of the learner's numbers differ from the impulse's."""
        names = ("size", "jump", "start")
        right = self.rows[-1]
        return tuple(
            name
            for name, value in zip(names, self.own, strict=False)
            if value != right[name]
        )


def start(function: Function = None) -> State:
    """Return the first setting: two layers of 3."""
    return {
        "preset": "two 3s",
        "view": "cone",
        "n": 9,
        "layers": PRESETS["two 3s"],
        "depth": 2,
        "layer": 1,
        "kernel": 3,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "top": 0,
    }


def described(s: State) -> tuple[wiring.Layer, ...]:
    """Return the layers as the learner's function takes them."""
    return tuple(dict(zip(NAMES, layer, strict=True)) for layer in s["layers"])


def follow(s: State, before: State) -> None:
    """Keep the list of layers and the layer on the sliders together."""
    changed = limits.changed(s, before)
    if "preset" in changed and s["preset"] in PRESETS:
        s["layers"] = PRESETS[s["preset"]]
    if "layers" in changed:
        s["layers"] = _readable(s["layers"])
    if {"preset", "layers"} & changed:
        s["depth"] = len(s["layers"])
        s["layer"] = min(s["layer"], s["depth"])
        s["n"] = max(s["n"], needed(s["layers"]))
    elif "depth" in changed:
        plain = (3, 1, 0, 1)
        s["layers"] = (s["layers"] + (plain,) * 6)[: s["depth"]]
        s["layer"] = s["depth"]
        s["n"] = max(s["n"], needed(s["layers"]))
    elif not {"layer"} & changed and set(NAMES) & changed:
        layers = list(s["layers"])
        layers[s["layer"] - 1] = tuple(s[name] for name in NAMES)
        s["layers"] = tuple(layers)
    s["layer"] = min(s["layer"], s["depth"])
    s.update(zip(NAMES, s["layers"][s["layer"] - 1], strict=True))
    if s["layers"] != PRESETS.get(s["preset"]):
        s["preset"] = next((n for n, p in PRESETS.items() if p == s["layers"]), "own")


def _readable(layers: tuple) -> tuple:
    """Accept dicts as well as (kernel, stride, padding, dilation)."""
    rows = [
        tuple(layer[name] for name in NAMES) if isinstance(layer, dict) else layer
        for layer in layers
    ]
    return tuple(tuple(int(v) for v in row) for row in rows)


def needed(layers: Sequence[Sequence[int]]) -> int:
    """Return the least input of which the last layer still has one unit."""
    width = 1
    for k, s, p, d in reversed(layers):
        width = max((width - 1) * s + wiring.reach(k, d) - 2 * p, 1)
    return width


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    low = needed(s["layers"])
    most = {n: _most(s, n) for n in ("kernel", "stride", "dilation")}
    return [
        limits.choice("preset", "stack", (*PRESETS, "own")),
        limits.choice("view", "view", ("cone", "grid")),
        c.Number("n", "input size", low, max(low, 16 if s["view"] == "grid" else 32)),
        c.Number("depth", "layers", 1, _most_depth(s)),
        c.Number("layer", "change layer", 1, s["depth"]),
        c.Number("kernel", "its kernel", 1, most["kernel"]),
        c.Number("stride", "its stride", 1, most["stride"]),
        c.Number("padding", "its padding", _least_padding(s), 3),
        c.Number("dilation", "its dilation", 1, most["dilation"]),
        c.Number("top", "unit", 0, _tops(s) - 1, hidden=s["view"] == "cone"),
        c.Layers("layers", "layers"),
    ]


def _with(s: State, name: str, value: int) -> tuple:
    """Return the layers with one number of the chosen layer changed."""
    layers = [list(layer) for layer in s["layers"]]
    layers[s["layer"] - 1][NAMES.index(name)] = value
    return tuple(map(tuple, layers))


def _most(s: State, name: str) -> int:
    """Return the largest number that the input still allows."""
    top = {"kernel": 7, "stride": 4, "dilation": 8}[name]
    possible = [v for v in range(1, top + 1) if needed(_with(s, name, v)) <= s["n"]]
    return max(possible, default=1)


def _least_padding(s: State) -> int:
    possible = (p for p in range(4) if needed(_with(s, "padding", p)) <= s["n"])
    return next(possible, 0)


def _most_depth(s: State) -> int:
    """Return how many layers fit in the largest input."""
    most = 16 if s["view"] == "grid" else 32
    depth = len(s["layers"])
    layers = s["layers"]
    while depth < 6 and needed((*layers, (3, 1, 0, 1))) <= most:
        layers = (*layers, (3, 1, 0, 1))
        depth += 1
    return depth


def _widths(stack: list[wiring.Wiring]) -> tuple[int, ...]:
    """Return how many units the input and every layer have."""
    return (stack[0].inputs[1], *(one.outputs[1] for one in stack))


def _tops(s: State) -> int:
    return _widths(wiring.stack(s["n"], described(s)))[-1]


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    layers = described(s)
    stack = wiring.stack(s["n"], layers)
    pairs = wiring.edges(stack)
    own, mine = (), ""
    if function is not None:
        mine = probe.name_of(function)
        own = _learners(function, layers, mine)
    return Numbers(
        setting=s,
        layers=layers,
        widths=_widths(stack),
        rows=tuple(measure(layers[: k + 1]) for k in range(len(layers))),
        edges=pairs,
        paths=_paths(_widths(stack), pairs, s["top"]),
        own=own,
        mine=mine,
    )


def _learners(
    function: Callable, layers: Sequence[wiring.Layer], name: str
) -> tuple[float, ...]:
    """Return what the learner's formula says, as a tuple of whole numbers."""
    value = probe.guarded(function, ([dict(layer) for layer in layers],), {}, name=name)
    probe.written(value, name)
    values = tuple(value.values()) if isinstance(value, dict) else value
    try:
        values = (values,) if np.ndim(values) == 0 else tuple(values)
        return tuple(float(v) if v != int(v) else int(v) for v in values)
    except (TypeError, ValueError, OverflowError):
        raise probe.TroubleError(
            f"{name} returned {value!r}; the size, the jump and the start are three "
            "whole numbers."
        ) from None


def measure(layers: Sequence[wiring.Layer]) -> dict[str, int]:
    """Send impulses through a stack, and see which inputs move two neighbours.

    The input is wide enough that the middle units see no padding.
    """
    top = sum(layer["padding"] for layer in layers) + 1
    width = needed([tuple(layer[n] for n in NAMES) for layer in layers])
    for layer in layers:
        width += 2 * layer["padding"] * 4
    jump = int(np.prod([layer["stride"] for layer in layers]))
    width += (2 * top + 4) * jump
    pairs = wiring.edges(wiring.stack(width, layers))
    first, after = wiring.cone(pairs, top)[0], wiring.cone(pairs, top + 1)[0]
    moved = min(after) - min(first)
    return {
        "size": max(first) - min(first) + 1,
        "jump": moved,
        "start": min(first) - top * moved,
    }


def _paths(widths: Sequence[int], pairs: wiring.Edges, top: int) -> np.ndarray:
    """Count the ways from every input to one unit of the top."""
    counts = np.zeros(widths[-1])
    counts[top] = 1
    for width, layer in zip(reversed(widths[:-1]), reversed(pairs), strict=True):
        under = np.zeros(width)
        for below, above in layer:
            under[below] += counts[above]
        counts = under
    return counts


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    skip = (*NAMES, "depth", "layer", "top")
    skip += ("preset",) if s["preset"] == "own" else ("layers",)
    return limits.as_call("receptive_field", name, s, start(), skip=skip)


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("preset", "depth", "layer", "kernel", "stride", "padding", "dilation")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    return "Try stride 2 in layer 1. How much more does a unit at the top see?"
