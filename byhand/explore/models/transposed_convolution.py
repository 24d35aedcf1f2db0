"""The transposed-convolution explorer: stamps, overlaps, and the adjoint."""

from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.models import common, limits

VIEWS = ("scatter", "zero insertion", "matrix")
MOST = 12  # rows and columns of the output


@dataclass(frozen=True)
class Numbers:
    """Arrays in (H, W, 1); ``counts`` is how many stamps cover each output.

    ``stuffed`` is the input with gaps and padding over which the turned kernel slides;
    ``matrix`` times the flat input is the flat output. ``sides`` are the two inner
    products of the adjoint identity, with ``u`` random.
    """

    setting: dict
    wiring: wiring.Wiring
    taps: common.Taps
    x: np.ndarray
    w: np.ndarray
    b: float
    y: np.ndarray
    true: np.ndarray
    counts: np.ndarray
    stuffed: np.ndarray
    real: np.ndarray
    matrix: np.ndarray
    sides: tuple
    differs: tuple
    unexplained: tuple
    refusal: str
    mine: str


def start(function=None, dims=None):
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


def offered(function):
    """Return which of the settings a function takes."""
    names = {"b", "stride", "padding", "output_padding", "dilation"}
    return names if function is None else probe.accepted(function, names)


follow = limits.leave_example


def controls(s, function=None):
    """Return what can be set from here."""
    takes = offered(function)
    one = s["dims"] == 1
    inputs = ("lesson", "numbers", "one pixel", "ones")
    result = [limits.choice("input", "input", inputs if one else inputs[1:])]
    if not one:
        result.append(_extent(s, "height", "kh"))
    result.append(_extent(s, "width", "kw"))
    if not one:
        result.append(_kernel(s, "kh", "kernel height", "height"))
    result.append(_kernel(s, "kw", "kernel width", "width"))
    axes = (
        [(s["width"], s["kw"])]
        if one
        else [
            (s["height"], s["kh"]),
            (s["width"], s["kw"]),
        ]
    )
    most = {
        "stride": _most(s, axes, "stride", 4),
        "padding": _most_padding(s, axes),
        "output_padding": min(s["stride"] - 1, 3),
        "dilation": _most(s, axes, "dilation", 3),
    }
    for name, label in (
        ("stride", "stride"),
        ("padding", "padding"),
        ("output_padding", "output padding"),
        ("dilation", "dilation"),
    ):
        if name in takes:
            low = 0 if "padding" in name else 1
            result.append(c.Number(name, label, low, max(low, most[name])))
    if "b" in takes:
        result.append(c.Real("b", "bias", -4.0, 4.0, 0.5))
    result.append(limits.choice("view", "view", VIEWS))
    result.append(c.Number("seed", "seed", 0, 99))
    h, w, _ = wired_for(s).outputs
    return [*result, *limits.place(h, w)]


def _size(s, n, k, **other):
    names = ("stride", "padding", "output_padding", "dilation")
    return wiring.transposed_size(n, k, **({name: s[name] for name in names} | other))


def _extent(s, name, k):
    possible = [n for n in range(1, 9) if 1 <= _size(s, n, s[k]) <= MOST]
    return c.Number(name, name, min(possible, default=1), max(possible, default=1))


def _kernel(s, name, label, n):
    low = 1 + -(
        -s["padding"] // s["dilation"]
    )  # padding crops no more than the overhang
    possible = [k for k in range(low, 5) if 1 <= _size(s, s[n], k) <= MOST]
    return c.Number(name, label, min(possible, default=low), max(possible, default=low))


def _most(s, axes, name, top):
    possible = [
        v
        for v in range(1, top + 1)
        if all(1 <= _size(s, n, k, **{name: v}) <= MOST for n, k in axes)
    ]
    return max(possible, default=1)


def _most_padding(s, axes):
    """Crop no more than a kernel's overhang, and leave one output."""
    possible = [
        p
        for p in range(4)
        if all(
            p <= wiring.reach(k, s["dilation"]) - 1 and _size(s, n, k, padding=p) >= 1
            for n, k in axes
        )
    ]
    return max(possible, default=0)


def wired_for(s):
    """Return the true wiring of a setting."""
    return wiring.transposed(
        (s["height"], s["width"]),
        (s["kh"], s["kw"]),
        stride=s["stride"],
        padding=s["padding"],
        output_padding=s["output_padding"],
        dilation=s["dilation"],
    )


def arrays(s, wired):
    """Return x and w."""
    if s["input"] == "lesson":
        x, w = np.array([2.0, 3, 0, -1]), np.array([1.0, 2, -1])
        return x.reshape(wired.inputs), w.reshape(wired.weights)
    w = common.whole(wired.weights, s["seed"] + 100, -2, 3)
    if s["input"] == "one pixel":
        x = np.zeros(wired.inputs)
        x[(s["height"] - 1) // 2, (s["width"] - 1) // 2] = 1.0
        return x, w
    if s["input"] == "ones":
        return np.ones(wired.inputs), np.ones(wired.weights)
    return common.whole(wired.inputs, s["seed"], 1, 4), w


def numbers(s, function=None):
    """Compute everything that the picture shows."""
    wired = wired_for(s)
    x, w = arrays(s, wired)
    true = wired.apply(x, w, s["b"])
    y, found = true, None
    if function is not None:
        y, found = _learners(s, function, wired, x, w)
    rows = common.taps(wired, found)
    stuffed, real = stuff(s, x)
    u = common.whole(wired.outputs, s["seed"] + 200, -2, 3)
    back, _ = wired.back(u, x, w)
    return Numbers(
        setting=s,
        wiring=wired,
        taps=rows,
        x=x,
        w=w,
        b=s["b"],
        y=y,
        true=true,
        counts=wired.apply(np.ones_like(x), np.ones_like(w)),
        stuffed=stuffed,
        real=real,
        matrix=_matrix(wired, w),
        sides=(float(np.sum(back * x)), float(np.sum(u * (y - s["b"])))),
        differs=common.different(y, true),
        unexplained=()
        if found is None
        else common.unexplained(rows, wired, x, w, s["b"], y),
        refusal=common.refusal(s, f"Conv{s['dims']}DTranspose"),
        mine="" if function is None else probe.name_of(function),
    )


def stuff(s, x):
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


def _matrix(wired, w):
    matrix = np.zeros((int(np.prod(wired.outputs)), int(np.prod(wired.inputs))))
    np.add.at(matrix, (wired.o, wired.i), w.ravel()[wired.k])
    return matrix


def _learners(s, function, wired, x, w):
    name = probe.name_of(function)
    takes = offered(function)
    names = ("stride", "padding", "output_padding", "dilation")
    options = {n: s[n] for n in names if n in takes}
    signal = s["dims"] == 1

    def run(x, w, b=0.0):
        if signal:
            args, bias = (x.ravel(), w.ravel()), b
        else:
            args, bias = (x[None], w), np.full(1, float(b))
        return function(*args, *((bias,) if "b" in takes else ()), **options)

    shape = wired.outputs[1:2] if signal else (1, *wired.outputs)
    value = probe.guarded(probe.Many(function, run), (x, w, s["b"]), {}, name=name)
    y = probe.array(value, shape, name=name).reshape(wired.outputs)
    return y, probe.find(function, run, x.shape, w.shape, shape, name=name)


def code(s, function=None):
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    base = start(function)
    if s["dims"] != base["dims"]:
        base = start(function, dims=s["dims"]) | {"dims": base["dims"]}
    skip = ("row", "col")
    return limits.as_call("transposed_convolution", name, s, base, skip=skip)
