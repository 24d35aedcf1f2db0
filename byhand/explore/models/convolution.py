"""The convolution explorer: a setting, and the numbers that follow from it."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import mistakes, probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits, presets, sums
from byhand.explore.models.taps import Taps, taps, unexplained

FIRST = ("input", "kernel", "stride", "padding", "dilation", "row", "col")
# what a wiring depends on
_STRUCTURE = ("dims", "height", "width", "channels", "groups", "kh", "kw")
_STRUCTURE += ("stride", "padding", "dilation", "flip")
_KEPT = 8  # wirings
follow = presets.follow


@dataclass(frozen=True)
class Wires:
    """What feeds what, whatever the numbers are.

    ``function`` is whose it is, None for the definition's; ``wiring`` is the true one,
    for an output as large as theirs; ``mistake`` is the one misconception that fits.
    """

    function: Function
    wiring: wiring.Wiring
    taps: Taps
    mistake: str = ""


_kept: dict[tuple, Wires] = {}  # the oldest first


@dataclass(frozen=True)
class Numbers:
    """All that the picture needs; arrays are (H, W, C), (kh, kw, C/groups, F).

    ``wiring`` and ``true`` have the shape of ``y``, which is the learner's; where the
    definition has no output, ``true`` is NaN. ``size`` is the true shape.
    """

    setting: State
    wiring: wiring.Wiring
    taps: Taps
    x: np.ndarray
    w: np.ndarray
    b: float
    y: np.ndarray
    true: np.ndarray
    size: tuple[int, ...]
    differs: tuple[int, ...]
    unexplained: tuple[int, ...]  # outputs that their own taps do not add up to
    refusal: str
    mine: str = ""
    probed: bool = True  # whether the taps are the learner's
    mistake: str = ""  # the misconception that has exactly the learner's wiring

    @property
    def large(self) -> bool:
        """Whether tables would be too large."""
        shapes = (*self.wiring.frame[:2], *self.wiring.outputs[:2])
        return max(shapes) > arrays.LARGE

    @property
    def misshapen(self) -> bool:
        """Whether the learner's output has another size than the definition's."""
        return self.wiring.outputs != self.size


def start(function: Function = None, dims: int | None = None) -> State:
    """Return the first setting: the worked example of the lesson."""
    dims = dims or probe.dims_of(function)
    setting = {
        "dims": dims,
        "input": "lesson 6x6" if dims == 2 else "numbers",
        "x": arrays.nested(presets.LESSON),
        "height": 6 if dims == 2 else 1,
        "width": 6 if dims == 2 else 8,
        "channels": 1,
        "kernel": "falling diagonal" if dims == 2 else "1 2 3",
        "w": arrays.nested(_first_kernel(dims)),
        "kh": 3 if dims == 2 else 1,
        "kw": 3,
        "b": 0.0,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "flip": turns(function),
        "seed": 0,
        "row": 0,
        "col": 0,
    }
    if function is not None and "groups" in offered(function):
        setting.update(input="numbers", kernel="numbers", channels=4, groups=2)
        setting.update(height=5, width=5)
    if setting["input"] == "numbers":
        setting["x"] = arrays.nested(presets.make_input(setting))
    if setting["kernel"] == "numbers":
        setting["w"] = arrays.nested(presets.make_kernel(setting))
    return setting


def _first_kernel(dims: int) -> tuple:
    return presets.KERNELS["falling diagonal"] if dims == 2 else ((1, 2, 3),)


def turns(function: Function) -> bool:
    """Tell from a function's name whether it turns the kernel itself."""
    return function is not None and turns_itself(probe.name_of(function))


def turns_itself(name: str) -> bool:
    """Tell whether a function of this name is a true convolution."""
    return "true" in name.lower()


def offered(function: Function) -> set[str]:
    """Return which of the settings a function takes."""
    names = {"b", "stride", "padding", "dilation"}
    if function is None:
        return names | {"groups"}
    if "groups" in (probe.takes(function) or ()):
        names.add("groups")
    return probe.accepted(function, names)


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here, each within what is possible."""
    takes = offered(function)
    plain = s["channels"] == 1
    kernel = limits.kernel(s, 5 if plain else 3)
    result: list[c.Control] = [
        limits.choice("input", "input", _inputs(s, function)),
        *_extent(s),
    ]
    if plain and s["input"] != "photograph":
        result.append(c.Numbers("x", "values", (16 if s["dims"] == 2 else 1, 16)))
    if plain:
        result.append(_kernels(s))
    result += kernel
    if plain:
        highs = [control.high for control in kernel]
        result.append(c.Numbers("w", "weights", (1, *highs)[-2:]))
    result += _steps(s, function, takes)
    if "b" in takes:
        result.append(c.Real("b", "bias", -4.0, 4.0, 0.5))
    if "groups" in takes:
        result += _groups(s)
    result += [c.Flag("flip", "flip the kernel"), limits.seed()]
    return [*result, *_place(s)]


def _groups(s: State) -> list[c.Control]:
    halves = [g for g in (1, 2, 4) if s["channels"] % g == 0]
    return [
        limits.choice("channels", "channels", (1, 2, 4) if s["dims"] == 2 else (1,)),
        limits.choice("groups", "groups", halves),
    ]


def _inputs(s: State, function: Function) -> tuple[str, ...]:
    if s["dims"] == 1:
        return ("numbers", *presets.SIGNALS, "one pixel", "edge", "typed")
    if function is not None and "groups" in offered(function):
        return ("numbers", "one pixel", "edge")
    return ("numbers", *presets.FIXED, "one pixel", "edge", "photograph", "typed")


def _extent(s: State) -> list[c.Number]:
    if s["channels"] > 1:
        return limits.extent(s, 6)
    if s["input"] == "photograph":
        return limits.extent(s, 50, 20)
    shaped = s["input"] in presets.FIXED or s["input"] == "typed"
    return limits.extent(s, 16 if shaped else 12)


def _kernels(s: State) -> c.Choice:
    """Return the kernels that fit."""
    every = presets.KERNELS if s["dims"] == 2 else presets.SIGNAL_KERNELS
    most = {k.name: k.high for k in limits.kernel(s, limits.ALWAYS)}
    fits = [
        name
        for name, kernel in every.items()
        if np.shape(kernel)[0] <= most.get("kh", 1)
        and np.shape(kernel)[1] <= most["kw"]
    ]
    return limits.choice("kernel", "kernel", ("numbers", *fits, "typed"))


def _steps(s: State, function: Function, takes: set[str]) -> list[c.Control]:
    result: list[c.Control] = []
    if "stride" in takes:
        result.append(limits.stride(s, 4))
    if "padding" in takes:
        result.append(_paddings(s, function))
    if "dilation" in takes:
        result.append(limits.dilation(s, 4))
    return result


def _paddings(s: State, function: Function) -> c.Choice:
    longest = max(wiring.reach(s[k], s["dilation"]) for _, k in limits.axes(s))
    number = limits.padding(s, min(longest - 1, 4))
    numbers = [
        ("0 (valid)" if p == 0 else str(p), p)
        for p in range(number.low, number.high + 1)
    ]
    if function is None:
        return c.Choice("padding", "padding", (*numbers, ("same (Keras)", "same")))
    default = inspect.signature(function).parameters.get("padding")
    if default is not None and isinstance(default.default, str):
        words = [("same", "same")]
        if number.low == 0:
            words.insert(0, ("valid", "valid"))
        return c.Choice("padding", "padding", tuple(words))
    return c.Choice("padding", "padding", tuple(numbers))


def _place(s: State) -> list[c.Number]:
    """Where the window stands: a control for images, hidden for tables."""
    wired = wired_for(s)
    h, w, _ = wired.outputs
    large = max(*wired.frame[:2], h, w) > arrays.LARGE
    return limits.place(h, w, hidden=not large)


def wired_for(s: State) -> wiring.Wiring:
    """Return the true wiring of a setting."""
    return _wired(*(s[name] for name in _STRUCTURE))


@functools.lru_cache(maxsize=_KEPT)
def _wired(*structure: Any) -> wiring.Wiring:
    s = dict(zip(_STRUCTURE, structure, strict=True))
    c_in, groups = s["channels"], s["groups"]
    wired = wiring.convolution(
        (s["height"], s["width"], c_in),
        (s["kh"], s["kw"], c_in // groups, c_in),
        stride=s["stride"],
        padding=s["padding"],
        dilation=s["dilation"],
        groups=groups,
        dims=s["dims"],
    )
    return wiring.flipped(wired) if s["flip"] else wired


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows; raise TroubleError when it can't."""
    wired = wired_for(s)
    size = wired.outputs
    x = np.array(s["x"], dtype=float).reshape(wired.inputs)
    w = np.array(s["w"], dtype=float).reshape(wired.weights)
    true = sums.per_output(wired, x, w, s["b"])
    y, probed = true, False
    if function is not None:
        y, probed = _learners(s, function, wired, x, w)
    wires, strange = _explained(s, function if probed else None, x, w, y)
    if y.shape != size:
        true = arrays.resized(true, y.shape, np.nan)
    return Numbers(
        setting=s,
        wiring=wires.wiring,
        taps=wires.taps,
        x=x,
        w=w,
        b=s["b"],
        y=y,
        true=true,
        size=size,
        differs=arrays.different(y, true),
        unexplained=strange,
        refusal=arrays.refusal(s, f"Conv{s['dims']}D"),
        mine="" if function is None else probe.name_of(function),
        probed=probed or function is None,
        mistake=wires.mistake,
    )


def _explained(
    s: State, function: Function, x: np.ndarray, w: np.ndarray, y: np.ndarray
) -> tuple[Wires, tuple[int, ...]]:
    """Return the wires of a function, and the outputs that they don't add up to.

    Probing takes longer than all else, so its wires are kept while only numbers change.
    When kept ones leave an output open, the function does something else by now.
    """
    key = (id(function), y.shape, *(s[name] for name in _STRUCTURE))
    kept = _kept.pop(key, None)
    strange = _open(kept, s, x, w, y) if kept else ()
    if kept is None or strange:
        kept = _wires(s, function, y.shape)
        strange = _open(kept, s, x, w, y)
    _kept[key] = kept
    if len(_kept) > _KEPT:
        del _kept[next(iter(_kept))]
    return kept, strange


def _open(
    wires: Wires, s: State, x: np.ndarray, w: np.ndarray, y: np.ndarray
) -> tuple[int, ...]:
    if wires.function is None:
        return ()
    return unexplained(wires.taps, wires.wiring, x, w, s["b"], y)


def _wires(s: State, function: Function, shape: tuple[int, ...]) -> Wires:
    """Probe a function whose output has this shape (H, W, F)."""
    true = wired_for(s)
    wired = true if shape == true.outputs else true.refitted(shape)
    if function is None:
        return Wires(None, wired, taps(wired))
    run, of_y = caller(s, function, true)
    of_y = (1, *shape) if len(of_y) == 4 else shape[2 - s["dims"] : 2]
    name = probe.name_of(function)
    found = probe.find(function, run, true.inputs, true.weights, of_y, name=name)
    mistake, like = mistakes.name(s, true, found, shape, turns=turns(function))
    if like is not None and like.frame != true.frame:
        like = None
    return Wires(function, wired, taps(wired, found, like), mistake)


def caller(
    s: State, function: Callable, wired: wiring.Wiring
) -> tuple[Callable, tuple[int, ...]]:
    """Return ``run(x, w, b)`` that calls a function with this setting, and its shape.

    Where the setting flips the kernel and the function doesn't, it gets it turned.
    """
    takes = offered(function)
    options = {n: s[n] for n in ("stride", "padding", "dilation", "groups")}
    options = {n: v for n, v in options.items() if n in takes}
    batch = "groups" in takes
    turned = s["flip"] != turns(function)

    def run(x: np.ndarray, w: np.ndarray, b: float = 0.0) -> object:
        w = w[::-1, ::-1].copy() if turned else w
        if batch:
            bias = (np.full(wired.weights[3], float(b)),) if "b" in takes else ()
            return function(x[None], w, *bias, **options)
        shape = (s["height"], s["width"]), (s["kh"], s["kw"])
        if s["dims"] == 1:
            shape = (s["width"],), (s["kw"],)
        args = (x.reshape(shape[0]), w.reshape(shape[1]))
        return function(*args, *((b,) if "b" in takes else ()), **options)

    return run, (1, *wired.outputs) if batch else wired.outputs[2 - s["dims"] : 2]


def _learners(
    s: State, function: Callable, wired: wiring.Wiring, x: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Return the learner's output (H, W, F), and whether there is time to probe."""
    name = probe.name_of(function)
    run, shape = caller(s, function, wired)
    many = probe.Many(function, run)
    value, seconds = probe.timed(many, (x, w, s["b"]), {}, name=name)
    free = (1, 2) if len(shape) == 4 else tuple(range(s["dims"]))
    y = probe.array(value, shape, name=name, free=free)
    planes = (1,) * (2 - s["dims"]) + y.shape if len(shape) < 4 else y.shape[1:3]
    own = y.reshape(*planes, wired.outputs[2])
    calls, most = probe.calls_needed(w.shape), probe.SECONDS / 2
    if seconds * calls > most:  # a busy machine may have held up this one call
        again = probe.timed(many, (x, w, s["b"]), {}, name=name)[1]
        seconds = min(seconds, again)
    small = max(wired.frame[:2]) <= arrays.LARGE
    return own, small and seconds * calls <= most


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    two = s["dims"] == 2
    lines = ["import numpy as np", "from byhand import explore", ""]
    plain = s["channels"] == 1 and s["input"] != "photograph"
    if plain:
        x, w = (np.array(s[n]) for n in "xw")
        flat = (lambda a: a.tolist()) if two else (lambda a: a[0].tolist())
        lines += [f"x = np.array({flat(x)})", f"w = np.array({flat(w)})"]
        if function is not None:
            lines += [_own_call(s, function), ""]
    first = probe.name_of(function) if function is not None else ""
    names = ["input", "kernel", "height", "width", "kh", "kw", "stride", "padding"]
    names += ["dilation", "channels", "groups", "b", "flip", "seed"]
    base = start(function, dims=s["dims"])
    words = [first] if first else []
    if s["dims"] != probe.dims_of(function):
        words.append(f"dims={s['dims']}")
    if s["input"] == "typed":
        words.append("x=x" if two else "x=[x]")
    if s["kernel"] == "typed":
        words.append("w=w" if two else "w=[w]")
    words += [f"{n}={s[n]!r}" for n in names if s[n] != base[n] and s[n] != "typed"]
    lines.append(f"explore.convolution({', '.join(words)})")
    return "\n".join(lines)


def _own_call(s: State, function: Callable) -> str:
    takes = offered(function)
    words = ["x", "w"] + ([f"{s['b']:g}"] if "b" in takes else [])
    words += [f"{n}={s[n]!r}" for n in ("stride", "padding", "dilation") if n in takes]
    return f"{probe.name_of(function)}({', '.join(words)})"


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    grouped = function is not None and "groups" in offered(function)
    return (*FIRST, "channels", "groups") if grouped else FIRST


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    if s["input"] == "photograph":
        return "Point along the edges of the coat. What does this kernel answer there?"
    if s["input"] in ("1 2 3 4", "binary 5x5"):  # in lesson 02, before any setting
        return "Point at an input. Which outputs does it feed?"
    if "stride" in offered(function):
        return "Try stride 2. Which inputs does no window read any more?"
    return "Try another kernel. Where does the output get its largest number?"
