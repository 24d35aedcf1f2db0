"""The transposed-convolution explorer: stamps, overlaps, and the adjoint."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits, sums
from byhand.explore.models.taps import Taps, taps, unexplained

VIEWS = ("scatter", "zero insertion", "matrix")
MOST = 12  # rows and columns of the output


@dataclass(frozen=True)
class Numbers:
    """Arrays in (H, W, 1); ``counts`` is how many stamps cover each output.

    ``stuffed`` is the input with gaps and padding over which the turned kernel slides;
    ``matrix`` times the flat input is the flat output. ``sides`` are the two inner
    products of the adjoint identity, with ``u`` random; None when the sizes differ.
    """

    setting: State
    wiring: wiring.Wiring
    taps: Taps
    x: np.ndarray
    w: np.ndarray
    b: float
    y: np.ndarray
    true: np.ndarray
    counts: np.ndarray
    stuffed: np.ndarray
    real: np.ndarray
    matrix: np.ndarray
    sides: tuple[float, float] | None
    size: tuple[int, ...]  # the true shape, which a wrong function may miss
    differs: tuple[int, ...]
    unexplained: tuple[int, ...]
    refusal: str
    mine: str


def start(function: Function = None, dims: int | None = None) -> State:
    """Return the first setting: 2x2 to 5x5, or the worked signal."""
    dims = dims or probe.dims_of(function)
    one = dims == 1
    return {
        "dims": dims,
        "input": "lesson" if one else "numbers",
        "height": 1 if one else 2,
        "width": 4 if one else 2,
        "kh": 1 if one else 3,
        "kw": 3,
        "stride": 1 if one else 2,
        "padding": 0,
        "output_padding": 0,
        "dilation": 1,
        "b": 0.0,
        "view": "scatter",
        "seed": 0,
        "row": 0,
        "col": 0,
    }


def offered(function: Function) -> set[str]:
    """Return which of the settings a function takes."""
    names = {"b", "stride", "padding", "output_padding", "dilation"}
    return names if function is None else probe.accepted(function, names)


follow = limits.leave_example


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    takes = offered(function)
    inputs = ("lesson", "numbers", "one pixel", "ones")[s["dims"] == 2 :]
    result: list[c.Control] = [limits.choice("input", "input", inputs)]
    axes = limits.axes(s)
    result += [_extent(s, name, k) for name, k in axes]
    labels = zip(limits.kernel_labels(s), axes, strict=True)
    result += [_kernel(s, k, label, n) for label, (n, k) in labels]
    result += [control for control in _steps(s) if control.name in takes]
    if "b" in takes:
        result.append(c.Real("b", "bias", -4.0, 4.0, 0.5))
    result += [limits.choice("view", "view", VIEWS), limits.seed()]
    h, w, _ = wired_for(s).outputs
    return [*result, *limits.place(h, w)]


def _length(s: State, n: int, k: int, **other: int) -> int:
    """Count the outputs along one axis."""
    s = s | other
    stamps = (n - 1) * s["stride"] + wiring.reach(k, s["dilation"])
    return stamps - 2 * s["padding"] + s["output_padding"]


def _possible(s: State, n: int, k: int, **other: int) -> bool:
    """Return whether an axis has an output, and no more than fit the picture."""
    return 1 <= _length(s, n, k, **other) <= MOST


def _extent(s: State, name: str, k: str) -> c.Number:
    return limits.within(name, name, range(1, 9), lambda n: _possible(s, n, s[k]))


def _kernel(s: State, name: str, label: str, n: str) -> c.Number:
    """Offer kernels whose overhang is at least what padding crops."""
    low = 1 + -(-s["padding"] // s["dilation"])
    return limits.within(
        name, label, range(low, 5), lambda k: _possible(s, s[n], k), low
    )


def _steps(s: State) -> list[c.Number]:
    """Offer steps at which every axis stays possible."""
    axes = [(s[n], s[k]) for n, k in limits.axes(s)]

    def every(name: str) -> Callable[[int], bool]:
        return lambda v: all(_possible(s, n, k, **{name: v}) for n, k in axes)

    def crops(p: int) -> bool:
        return all(
            p < wiring.reach(k, s["dilation"]) and _length(s, n, k, padding=p) >= 1
            for n, k in axes
        )

    last = min(s["stride"] - 1, 3)
    return [
        limits.within("stride", "stride", range(1, 5), every("stride")),
        limits.within("padding", "padding", range(4), crops, 0),
        c.Number("output_padding", "output padding", 0, last),
        limits.within("dilation", "dilation", range(1, 4), every("dilation")),
    ]


def wired_for(s: State) -> wiring.Wiring:
    """Return the true wiring of a setting."""
    return wiring.transposed(
        (s["height"], s["width"]),
        (s["kh"], s["kw"]),
        stride=s["stride"],
        padding=s["padding"],
        output_padding=s["output_padding"],
        dilation=s["dilation"],
        dims=s["dims"],
    )


def made(s: State, wired: wiring.Wiring) -> tuple[np.ndarray, np.ndarray]:
    """Return x and w."""
    if s["input"] == "lesson":
        x, w = np.array([2.0, 3, 0, -1]), np.array([1.0, 2, -1])
        return x.reshape(wired.inputs), w.reshape(wired.weights)
    w = arrays.whole(wired.weights, s["seed"] + 100, -2, 3)
    if s["input"] == "one pixel":
        x = np.zeros(wired.inputs)
        x[(s["height"] - 1) // 2, (s["width"] - 1) // 2] = 1.0
        return x, w
    if s["input"] == "ones":
        return np.ones(wired.inputs), np.ones(wired.weights)
    return arrays.whole(wired.inputs, s["seed"], 1, 4), w


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    wired = wired_for(s)
    x, w = made(s, wired)
    true = sums.per_output(wired, x, w, s["b"])
    y, found = true, None
    if function is not None:
        y, found = _learners(s, function, wired, x, w)
    stuffed, real = stuff(s, x)
    size, matrix, sides = wired.outputs, _matrix(wired, w), None
    if y.shape == size:
        sides = _sides(s, wired, x, w, y - s["b"])
    else:
        wired, true = wired.refitted(y.shape), arrays.resized(true, y.shape, np.nan)
    rows = taps(wired, found)
    return Numbers(
        setting=s,
        wiring=wired,
        taps=rows,
        x=x,
        w=w,
        b=s["b"],
        y=y,
        true=true,
        counts=sums.per_output(wired, np.ones_like(x), np.ones_like(w)),
        stuffed=stuffed,
        real=real,
        matrix=matrix,
        sides=sides,
        size=size,
        differs=arrays.different(y, true),
        unexplained=() if found is None else unexplained(rows, wired, x, w, s["b"], y),
        refusal=arrays.refusal(s, f"Conv{s['dims']}DTranspose"),
        mine="" if function is None else probe.name_of(function),
    )


def _sides(
    s: State, wired: wiring.Wiring, x: np.ndarray, w: np.ndarray, y: np.ndarray
) -> tuple[float, float]:
    """Return both sides of the adjoint identity, for a random u."""
    u = arrays.whole(wired.outputs, s["seed"] + 200, -2, 3)
    return float(np.sum(sums.per_input(wired, u, w) * x)), float(np.sum(u * y))


def stuff(s: State, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put gaps of ``stride - 1`` between the inputs, and zeros around them.

    A convolution with the turned kernel and stride 1 over it gives the same output.
    """
    pads, steps = [], []
    for axis, k in ((0, s["kh"]), (1, s["kw"])):
        signal = s["dims"] == 1 and axis == 0
        around = 0 if signal else wiring.reach(k, s["dilation"]) - 1 - s["padding"]
        pads.append((around, around + (0 if signal else s["output_padding"])))
        steps.append(1 if signal else s["stride"])
    h, w = ((n - 1) * step + 1 for n, step in zip(x.shape, steps, strict=False))
    gaps, real = np.zeros((h, w)), np.zeros((h, w), dtype=bool)
    gaps[:: steps[0], :: steps[1]] = x[:, :, 0]
    real[:: steps[0], :: steps[1]] = True
    return np.pad(gaps, pads), np.pad(real, pads)


def _matrix(wired: wiring.Wiring, w: np.ndarray) -> np.ndarray:
    matrix = np.zeros((int(np.prod(wired.outputs)), int(np.prod(wired.inputs))))
    np.add.at(matrix, (wired.o, wired.i), w.ravel()[wired.k])
    return matrix


def _learners(
    s: State, function: Callable, wired: wiring.Wiring, x: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, probe.Found]:
    name = probe.name_of(function)
    takes = offered(function)
    names = ("stride", "padding", "output_padding", "dilation")
    options = {n: s[n] for n in names if n in takes}
    signal = s["dims"] == 1

    def run(x: np.ndarray, w: np.ndarray, b: float = 0.0) -> object:
        if signal:
            args, bias = (x.ravel(), w.ravel()), b
        else:
            args, bias = (x[None], w), np.full(1, float(b))
        return function(*args, *((bias,) if "b" in takes else ()), **options)

    shape = wired.outputs[1:2] if signal else (1, *wired.outputs)
    value = probe.guarded(probe.Many(function, run), (x, w, s["b"]), {}, name=name)
    y = probe.array(value, shape, name=name, free=(0,) if signal else (1, 2))
    found = probe.find(function, run, x.shape, w.shape, y.shape, name=name)
    return y.reshape((1, -1, 1) if signal else y.shape[1:]), found


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    base = start(function)
    if s["dims"] != base["dims"]:
        base = start(function, dims=s["dims"]) | {"dims": base["dims"]}
    skip = ("row", "col")
    return limits.as_call("transposed_convolution", name, s, base, skip=skip)


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("view", "input", "stride", "padding", "output_padding", "dilation")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    return "Try stride 1, then 3. On how many outputs do stamps overlap?"
