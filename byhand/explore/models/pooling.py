"""The pooling explorer: windows, winners and what is thrown away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits

LESSON = ((1, 4, 2, 1), (5, 8, 3, 4), (7, 6, 4, 5), (1, 3, 1, 2))
KINDS = ("max", "average", "L2", "global max", "global average")
PATIENCE = 10.0  # seconds, where a function may have to wait for Keras
BIG, SMALL = 1000.0, 1e-4  # a push that reaches any window, and one that only a winner
# feels


@dataclass(frozen=True)
class Numbers:
    """``windows`` and ``winners`` hold, per output, flat indices of inputs.

    ``shares`` are the true windows; ``shifted`` says how many outputs stay when the
    input moves by one column.
    """

    setting: State
    x: np.ndarray
    y: np.ndarray
    true: np.ndarray
    windows: tuple[frozenset, ...]
    true_windows: tuple[frozenset, ...]
    winners: tuple[frozenset, ...]
    differs: tuple[int, ...]
    pad: wiring.Pads
    kept: int
    mine: str


def kind_of(function: Function) -> str:
    """Tell from a function's name what it takes of a window."""
    name = "" if function is None else probe.name_of(function).lower()
    if "global" in name:
        return "global max"
    if "l2" in name.replace("pool2d", ""):  # poo-l2-d isn't one
        return "L2"
    return "average" if "avg" in name or "average" in name or "mean" in name else "max"


def start(function: Function = None, kind: str | None = None) -> State:
    """Return the first setting: the worked example of the lesson."""
    return {
        "kind": kind or kind_of(function),
        "input": "lesson",
        "height": 4,
        "width": 4,
        "window": 2,
        "stride": 2,
        "padding": "valid",
        "shift": 0,
        "seed": 0,
        "row": 0,
        "col": 0,
    }


def follow(s: State, before: State) -> None:
    """Leave the worked example as soon as its size is left."""
    changed = limits.changed(s, before)
    if "input" in changed and s["input"] == "lesson":
        s.update(height=4, width=4)
    elif s["input"] == "lesson" and (
        (s["height"], s["width"]) != (4, 4) or "seed" in changed
    ):
        s["input"] = "numbers"


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    kinds = KINDS if function is None else _kinds(kind_of(function), s["kind"])
    inputs = ("lesson", "numbers", "all negative", "ties")
    result: list[c.Control] = [
        limits.choice("kind", "pooling", kinds),
        limits.choice("input", "input", inputs),
    ]
    low = 1 if s["padding"] == "same" or is_global(s) else s["window"]
    result.append(c.Number("height", "height", max(low, 2), 8))
    result.append(c.Number("width", "width", max(low, 2), 8))
    if not is_global(s):
        most = 4 if s["padding"] == "same" else min(s["height"], s["width"], 4)
        takes = {"stride", "padding"}
        if function is not None:
            takes = probe.accepted(function, takes)
        result.append(c.Number("window", "window", 1, most))
        if "stride" in takes:
            result.append(c.Number("stride", "stride", 1, 4))
        if "padding" in takes:
            result.append(limits.choice("padding", "padding", ("valid", "same")))
    result.append(c.Number("shift", "shift right", -2, 2))
    result.append(limits.seed())
    return [*result, *limits.place(*_wired(s).outputs[:2])]


def _kinds(own: str, chosen: str) -> tuple[str, ...]:
    if own.startswith("global"):
        return ("global max", "global average")
    return (chosen,) if chosen in KINDS else (own,)


def is_global(s: State) -> bool:
    """Return whether one window covers the whole plane."""
    return s["kind"].startswith("global")


def make_input(s: State) -> np.ndarray:
    """Make the plane, moved right by ``shift``; columns wrap around."""
    if s["input"] == "lesson":
        x = np.array(LESSON, dtype=float)
    else:
        low, high = {"numbers": (-4, 9), "all negative": (-9, -1), "ties": (0, 2)}[
            s["input"]
        ]
        x = arrays.whole((s["height"], s["width"]), s["seed"], low, high)
    return np.roll(x, s["shift"], axis=1)


def _wired(s: State) -> wiring.Wiring:
    if is_global(s):
        shape = (s["height"], s["width"])
        return wiring.convolution((*shape, 1), (*shape, 1, 1))
    return wiring.convolution(
        (s["height"], s["width"], 1),
        (s["window"], s["window"], 1, 1),
        stride=s["stride"],
        padding=s["padding"],
    )


def _reduced(kind: str, values: np.ndarray) -> float:
    """Reduce the values of one window; padding is left out."""
    if kind.endswith("max"):
        return values.max()
    if kind.endswith("average"):
        return values.mean()
    return np.sqrt(np.sum(values**2))


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    wired, x = _wired(s), make_input(s)
    windows = _windows(wired)
    true = _pooled(s, x, windows, wired)
    y, own, winners = true, windows, _winners(s, x, windows)
    if function is not None:
        y, own, winners = _learners(s, function, x, wired.outputs[:2])
    moved = _pooled(s, np.roll(x, 1, axis=1), windows, wired)
    return Numbers(
        setting=s,
        x=x,
        y=y,
        true=true,
        windows=own,
        true_windows=windows,
        winners=winners,
        differs=arrays.different(y, true),
        pad=wired.pad,
        kept=int(np.isclose(moved, true).sum()),
        mine="" if function is None else probe.name_of(function),
    )


def _windows(wired: wiring.Wiring) -> tuple[frozenset, ...]:
    """Return, per output, the flat indices of its real inputs."""
    rows = [set() for _ in range(int(np.prod(wired.outputs)))]
    for i, _, o in wired.unpadded():
        rows[o].add(i)
    return tuple(map(frozenset, rows))


def _pooled(
    s: State, x: np.ndarray, windows: tuple[frozenset, ...], wired: wiring.Wiring
) -> np.ndarray:
    flat = x.ravel()
    values = [_reduced(s["kind"], flat[sorted(w)]) if w else 0.0 for w in windows]
    return np.array(values).reshape(wired.outputs[:2])


def _winners(
    s: State, x: np.ndarray, windows: tuple[frozenset, ...]
) -> tuple[frozenset, ...]:
    if not s["kind"].endswith("max"):
        return tuple(frozenset() for _ in windows)
    flat = x.ravel()
    best = (max(flat[i] for i in w) for w in windows)
    return tuple(
        frozenset(i for i in w if flat[i] == top)
        for w, top in zip(windows, best, strict=True)
    )


def _learners(
    s: State, function: Callable, x: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, tuple[frozenset, ...], tuple[frozenset, ...]]:
    """Return the learner's output, windows and winners, the last two by pushing."""
    name = probe.name_of(function)
    options = {}
    if not is_global(s):
        options = {n: s[n] for n in probe.accepted(function, ("stride", "padding"))}
    args = (s["kind"].removeprefix("global "),) if is_global(s) else (s["window"],)
    if is_global(s) and len(probe.takes(function) or (1, 2)) < 2:
        args = ()

    def run(planes: np.ndarray) -> object:
        return function(planes.copy()[..., None], *args, **options)

    full = (1, 1) if is_global(s) else (1, *shape, 1)
    # without lesson 02 next door, the widths of "same" are asked of Keras
    seconds = PATIENCE if s["padding"] == "same" else None
    once = probe.Many(function, run)
    first = probe.guarded(once, (x[None],), {}, name=name, seconds=seconds)
    y = probe.array(first, full, name=name).ravel()
    moves = _answers(function, run, x, len(y), name, seconds) - y
    reached = np.abs(moves[::2]) > SMALL / 10
    won = np.isclose(moves[1::2], SMALL, rtol=1e-3, atol=0)
    return y.reshape(shape), _columns(reached), _columns(won)


def _answers(
    function: Callable,
    run: Callable,
    x: np.ndarray,
    size: int,
    name: str,
    seconds: float | None,
) -> np.ndarray:
    """Return what the function gives for every push, one row each.

    All pushes go into one batch: what a call costs, such as asking Keras for the
    padding, is paid once. A function that fails on a batch gets one at a time.
    """
    planes = np.array([pushed for i in range(x.size) for pushed in _pushed(x, i)])
    try:
        once = probe.Many(function, run)
        together = probe.guarded(once, (planes,), {}, name=name, seconds=seconds)
        return np.asarray(together, dtype=float).reshape(len(planes), size)
    except (probe.TroubleError, TypeError, ValueError):
        pass

    def singly() -> list:
        return [np.array(run(plane[None])).ravel() for plane in planes]

    every = probe.Many(function, singly)
    return np.array(probe.guarded(every, (), {}, name=name, seconds=seconds))


def _pushed(x: np.ndarray, i: int) -> Iterator[np.ndarray]:
    """Yield the plane with one input pushed far up, and a little."""
    for by in (BIG, SMALL):
        more = x.copy()
        more.flat[i] += by
        yield more


def _columns(flags: np.ndarray) -> tuple[frozenset, ...]:
    """Return, per column, the set of rows that are true."""
    return tuple(frozenset(np.flatnonzero(col).tolist()) for col in flags.T)


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    return limits.as_call("pooling", name, s, start(function), skip=("row", "col"))


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("kind", "input", "window", "stride", "padding", "shift")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    return "Try to shift the input right by 1. Which outputs stay as they are?"
