"""The convolution explorer: a setting, and the numbers that follow from it."""

import inspect
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from byhand import data, wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.models import common

LESSON = (
    (1, 0, 0, 0, 0, 1),
    (0, 1, 0, 0, 1, 0),
    (0, 0, 1, 1, 0, 0),
    (1, 0, 0, 0, 1, 0),
    (0, 1, 0, 0, 1, 0),
    (0, 0, 1, 0, 1, 0),
)
BINARY = (
    (1, 1, 1, 0, 0),
    (0, 1, 1, 1, 0),
    (0, 0, 1, 1, 1),
    (0, 0, 1, 1, 0),
    (0, 1, 1, 0, 0),
)
FIXED = {"lesson 6x6": LESSON, "binary 5x5": BINARY}
KERNELS = {
    "falling diagonal": ((1, -1, -1), (-1, 1, -1), (-1, -1, 1)),
    "upright bar": ((-1, 1, -1), (-1, 1, -1), (-1, 1, -1)),
    "cross 1 0 1": ((1, 0, 1), (0, 1, 0), (1, 0, 1)),
    "Sobel": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "Laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "blur": ((1 / 9,) * 3,) * 3,
}
SIGNALS = {"1 2 3 4": ((1, 2, 3, 4),)}
SIGNAL_KERNELS = {
    "1 2 3": ((1, 2, 3),),
    "difference 1 0 -1": ((1, 0, -1),),
    "mean of three": ((1 / 3,) * 3,),
}
NOT_DEEP = (*FIXED, *SIGNALS, "typed", "photograph")  # inputs of one channel


@dataclass(frozen=True)
class Numbers:
    """All that the picture needs; arrays are (H, W, C), (kh, kw, C/groups, F)."""

    setting: dict
    wiring: wiring.Wiring
    taps: common.Taps
    x: np.ndarray
    w: np.ndarray
    b: float
    y: np.ndarray
    true: np.ndarray
    differs: tuple
    unexplained: tuple  # outputs that their own taps do not add up to
    refusal: str
    mine: str = ""
    probed: bool = True  # whether the taps are the learner's
    guess: str = ""  # a setting or mistake that has exactly the learner's wiring

    @property
    def large(self):
        """Whether tables would be too large."""
        return max(*self.wiring.frame[:2], *self.wiring.outputs[:2]) > common.LARGE


def start(function=None, dims=None):
    """Return the first setting: the worked example of the lesson."""
    dims = dims or probe.dims_of(function)
    setting = {
        "dims": dims,
        "input": "lesson 6x6" if dims == 2 else "numbers",
        "x": nested2(LESSON),
        "height": 6 if dims == 2 else 1,
        "width": 6 if dims == 2 else 8,
        "channels": 1,
        "kernel": "falling diagonal" if dims == 2 else "1 2 3",
        "w": nested2(KERNELS["falling diagonal"] if dims == 2 else ((1, 2, 3),)),
        "kh": 3 if dims == 2 else 1,
        "kw": 3,
        "b": 0.0,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "flip": function is not None and "true" in probe.name_of(function).lower(),
        "seed": 0,
        "row": 0,
        "col": 0,
    }
    if function is not None and "groups" in offered(function):
        setting.update(input="numbers", kernel="numbers", channels=4, groups=2)
        setting.update(height=5, width=5)
    if setting["input"] == "numbers":
        setting["x"] = common.nested(make_input(setting))
    if setting["kernel"] == "numbers":
        setting["w"] = common.nested(make_kernel(setting))
    return setting


def nested2(rows):
    """Return a table of numbers as nested tuples of floats."""
    return common.nested(np.array(rows, dtype=float))


@cache
def _photograph():
    return np.round(data.photograph()[::3, ::3], 2)


def make_input(s):
    """Make the input that the setting names, as a plane or as (H, W, C)."""
    shape = (s["height"], s["width"])
    if s["channels"] > 1:
        shape = (*shape, s["channels"])
    if s["input"] == "photograph":
        return common.resized(_photograph(), shape)
    if s["input"] == "one pixel":
        x = np.zeros(shape)
        x[(shape[0] - 1) // 2, (shape[1] - 1) // 2] = 1.0
        return x
    if s["input"] == "edge":
        x = np.zeros(shape)
        x[:, shape[1] // 2 :] = 4.0
        return x
    if s["input"] == "typed":
        x = np.array(s["x"], dtype=float)
        return common.resized(x, shape) if x.ndim == len(shape) else np.ones(shape)
    fixed = FIXED if s["dims"] == 2 else SIGNALS
    if s["input"] in fixed:
        return np.array(fixed[s["input"]], dtype=float)
    return common.whole(shape, s["seed"], 0 if s["dims"] == 2 else -2, 4)


def make_kernel(s):
    """Make the kernel that the setting names."""
    kernels = KERNELS if s["dims"] == 2 else SIGNAL_KERNELS
    if s["channels"] > 1:
        shape = (s["kh"], s["kw"], s["channels"] // s["groups"], s["channels"])
        return common.whole(shape, s["seed"] + 100, -2, 2)
    if s["kernel"] in kernels:
        return np.array(kernels[s["kernel"]], dtype=float)
    shape = (s["kh"], s["kw"])
    if s["kernel"] == "typed":
        return common.resized(np.array(s["w"], dtype=float), shape)
    return common.whole(shape, s["seed"] + 100, -2, 3)


def offered(function):
    """Return which of the settings a function takes."""
    names = {"b", "stride", "padding", "dilation"}
    if function is None:
        return names | {"groups"}
    if "groups" in (probe.takes(function) or ()):
        names.add("groups")
    return probe.accepted(function, names)


def follow(s, before):
    """Bring input and kernel to the rest of the setting after a change."""
    changed = {name for name in s if s[name] != before.get(name)}
    if s["channels"] > 1 and "input" not in changed and s["input"] in NOT_DEEP:
        s["input"] = "numbers"
    if "x" in changed and "input" not in changed:
        s["input"] = "typed"
        s["height"], s["width"] = np.shape(s["x"])[:2]
    elif "input" in changed:
        _adopt_input(s)
    elif {"height", "width"} & changed and s["input"] in (*FIXED, *SIGNALS):
        if (s["height"], s["width"]) != np.shape(make_input(s))[:2]:
            s["input"] = "numbers"
    changed = {name for name in s if s[name] != before.get(name)}
    if {"input", "seed", "height", "width", "channels"} & changed:
        s["x"] = common.nested(make_input(s))
    _follow_kernel(s, changed)


def _adopt_input(s):
    """Take the size that a fixed input has, or one that suits its kind."""
    if s["input"] in (*FIXED, *SIGNALS):
        s["channels"] = s["groups"] = 1
        s["height"], s["width"] = np.shape(make_input(s))[:2]
    elif s["input"] == "photograph":
        s["channels"] = s["groups"] = 1
        s["height"] = s["width"] = 48
    elif s["dims"] == 2 and max(s["height"], s["width"]) > 12:
        s["height"] = s["width"] = 7


def _follow_kernel(s, changed):
    kernels = KERNELS if s["dims"] == 2 else SIGNAL_KERNELS
    if "w" in changed and "kernel" not in changed:
        s["kernel"] = "typed"
        s["kh"], s["kw"] = np.shape(s["w"])[:2]
    elif "kernel" in changed and s["kernel"] in kernels:
        s["kh"], s["kw"] = np.shape(kernels[s["kernel"]])
    elif {"kh", "kw"} & changed and s["kernel"] in kernels:
        if (s["kh"], s["kw"]) != np.shape(kernels[s["kernel"]]):
            s["kernel"] = "numbers"
    if {"kernel", "kh", "kw", "channels", "groups"} & changed or (
        "seed" in changed and s["kernel"] == "numbers"
    ):
        s["w"] = common.nested(make_kernel(s))


def controls(s, function=None):
    """Return what can be set from here, each within what is possible."""
    takes = offered(function)
    two = s["dims"] == 2
    room = _room(s)
    tall, wide = s["height"] + room[0], s["width"] + room[1]
    d = s["dilation"]
    most_h = min((tall - 1) // d + 1, 5) if two else 1
    most_w = min((wide - 1) // d + 1, 5)
    if s["channels"] > 1:
        most_h, most_w = min(most_h, 3), min(most_w, 3)
    kernels = KERNELS if two else SIGNAL_KERNELS
    inputs = _inputs(s, function)
    result = [_choice("input", "input", inputs), *_extent(s)]
    if s["channels"] == 1 and s["input"] != "photograph":
        result.append(c.Numbers("x", "values", (16 if two else 1, 16)))
    if s["channels"] == 1:
        fits = [n for n, k in kernels.items() if _fits(np.shape(k), tall, wide, d)]
        result.append(_choice("kernel", "kernel", ("numbers", *fits, "typed")))
    if two:
        result.append(c.Number("kh", "kernel height", 1, most_h))
    result.append(c.Number("kw", "kernel width" if two else "kernel size", 1, most_w))
    if s["channels"] == 1:
        result.append(c.Numbers("w", "weights", (most_h, most_w)))
    result += _steps(s, function, takes)
    if "b" in takes:
        result.append(c.Real("b", "bias", -4.0, 4.0, 0.5))
    if "groups" in takes:
        result.append(_choice("channels", "channels", (1, 2, 4) if two else (1,)))
        halves = [g for g in (1, 2, 4) if s["channels"] % g == 0]
        result.append(_choice("groups", "groups", halves))
    result.append(c.Flag("flip", "flip the kernel"))
    result.append(c.Number("seed", "seed", 0, 99))
    return [*result, *_place(s)]


def _choice(name, label, values):
    return c.Choice(name, label, tuple((str(v), v) for v in values))


def _inputs(s, function):
    if s["dims"] == 1:
        return ("numbers", *SIGNALS, "one pixel", "edge", "typed")
    if function is not None and "groups" in offered(function):
        return ("numbers", "one pixel", "edge")
    return ("numbers", *FIXED, "one pixel", "edge", "photograph", "typed")


def _extent(s):
    """Height and width; the kernel must keep fitting."""
    room = _room(s)
    need_h = max(wiring.reach(s["kh"], s["dilation"]) - room[0], 1)
    need_w = max(wiring.reach(s["kw"], s["dilation"]) - room[1], 1)
    low, high = (20, 50) if s["input"] == "photograph" else (1, 12)
    if s["channels"] > 1:
        high = 6
    height = c.Number("height", "height", max(low, need_h), max(high, need_h))
    width = c.Number("width", "width", max(low, need_w), max(high, need_w))
    if s["input"] in FIXED or s["input"] == "typed":
        height = c.Number("height", "height", max(1, need_h), max(16, need_h))
        width = c.Number("width", "width", max(1, need_w), max(16, need_w))
    return [height, width] if s["dims"] == 2 else [width]


def _fits(shape, tall, wide, dilation):
    return (
        wiring.reach(shape[0], dilation) <= tall
        and wiring.reach(shape[1], dilation) <= wide
    )


def _room(s):
    """How much padding adds to height and width; ``same`` always fits."""
    if s["padding"] == "same":
        return (99, 99)
    total = 0 if s["padding"] == "valid" else 2 * s["padding"]
    return (total if s["dims"] == 2 else 0, total)


def _steps(s, function, takes):
    result = []
    if "stride" in takes:
        result.append(c.Number("stride", "stride", 1, _most_stride(s)))
    if "padding" in takes:
        result.append(_paddings(s, function))
    if "dilation" in takes:
        result.append(c.Number("dilation", "dilation", 1, _most_dilation(s)))
    return result


def _most_stride(s):
    room = (0, 0) if s["padding"] == "same" else _room(s)
    d = 1 if s["padding"] == "same" else s["dilation"]
    stops = (
        s["height"] + room[0] - wiring.reach(s["kh"], d) + 1,
        s["width"] + room[1] - wiring.reach(s["kw"], d) + 1,
    )
    return min(max(max(stops) - 1, 1), 4)


def _paddings(s, function):
    reach = (
        wiring.reach(s["kh"], s["dilation"]) if s["dims"] == 2 else 1,
        wiring.reach(s["kw"], s["dilation"]),
    )
    short = (reach[0] - s["height"], reach[1] - s["width"])
    low = max(0, *(-(-n // 2) for n in short))
    high = max(low, min(max(reach) - 1, 4))
    numbers = [("0 (valid)" if p == 0 else str(p), p) for p in range(low, high + 1)]
    if function is None:
        return c.Choice("padding", "padding", (*numbers, ("same (Keras)", "same")))
    default = inspect.signature(function).parameters.get("padding")
    if default is not None and isinstance(default.default, str):
        words = [("same", "same")]
        if low == 0:
            words.insert(0, ("valid", "valid"))
        return c.Choice("padding", "padding", tuple(words))
    return c.Choice("padding", "padding", tuple(numbers))


def _most_dilation(s):
    if s["padding"] == "same":
        return 3
    room = _room(s)
    limits = [
        (n + extra - 1) // (k - 1)
        for n, extra, k in (
            (s["height"], room[0], s["kh"]),
            (s["width"], room[1], s["kw"]),
        )
        if k > 1
    ]
    return min(max(min(limits, default=1), 1), 4)


def _place(s):
    """Where the window stands: a control for images, hidden for tables."""
    wired = wired_for(s)
    h, w, _ = wired.outputs
    large = max(*wired.frame[:2], h, w) > common.LARGE
    return [
        c.Number("row", "output row", 0, h - 1, hidden=not large),
        c.Number("col", "output col", 0, w - 1, hidden=not large),
    ]


def wired_for(s):
    """Return the true wiring of a setting."""
    c_in, groups = s["channels"], s["groups"]
    wired = wiring.convolution(
        (s["height"], s["width"], c_in),
        (s["kh"], s["kw"], c_in // groups, c_in),
        stride=s["stride"],
        padding=s["padding"],
        dilation=s["dilation"],
        groups=groups,
    )
    return wiring.flipped(wired) if s["flip"] else wired


def numbers(s, function=None):
    """Compute everything that the picture shows; raise TroubleError when it can't."""
    wired = wired_for(s)
    x = np.array(s["x"], dtype=float).reshape(wired.inputs)
    w = np.array(s["w"], dtype=float).reshape(wired.weights)
    true = wired.apply(x, w, s["b"])
    y, found = true, None
    if function is not None:
        y, found = _learners(s, function, wired, x, w)
    probed = found is not None or function is None
    sentence, like = ("", None) if found is None else guess(s, wired, found)
    rows = common.taps(wired, found, like)
    return Numbers(
        setting=s,
        wiring=wired,
        taps=rows,
        x=x,
        w=w,
        b=s["b"],
        y=y,
        true=true,
        differs=common.different(y, true),
        unexplained=()
        if found is None
        else common.unexplained(rows, wired, x, w, s["b"], y),
        refusal=common.refusal(s, f"Conv{s['dims']}D"),
        mine="" if function is None else probe.name_of(function),
        probed=probed,
        guess="" if rows.agree else sentence,
    )


def guess(s, wired, found):
    """Name the mistake whose wiring is exactly the one found, and give that wiring."""
    for sentence, candidate in _candidates(s, wired):
        if _plain(candidate) == found.triples:
            return sentence, candidate
    for sentence, triples in _shifted(wired):
        if triples == found.triples:
            return sentence, None
    return "", None


def _candidates(s, wired):
    """Yield well-known mistakes and their wiring, in the true frame."""
    yield "the kernel were turned by half a circle", wiring.flipped(wired)
    p, q, g, f = np.unravel_index(wired.k, wired.weights)
    if s["kh"] == s["kw"]:
        turned = np.ravel_multi_index((q, p, g, f), wired.weights)
        yield "the kernel were transposed", replace(wired, k=turned)
    if s["dilation"] > 1:
        yield "the taps were not spread (dilation 1)", _undilated(s, wired)


def _undilated(s, wired):
    """Return the wiring with each window's taps side by side."""
    p, q, _, _ = np.unravel_index(wired.k, wired.weights)
    if s["flip"]:
        p, q = s["kh"] - 1 - p, s["kw"] - 1 - q
    back = s["dilation"] - 1
    row, col, channel = np.unravel_index(wired.i, wired.frame)
    moved = (row - p * back, col - q * back, channel)
    return replace(wired, i=np.ravel_multi_index(moved, wired.frame))


def _plain(wired):
    """Return the triples with inputs counted without padding."""
    order = np.full(wired.real.size, -1)
    order[wired.frame_index().ravel()] = np.arange(np.prod(wired.inputs))
    return frozenset((int(order[i]), k, o) for i, k, o in wired.triples())


def _shifted(wired):
    """Yield wirings whose window starts elsewhere: padding on one side only."""
    (top, _), (left, _) = wired.pad
    r, q, ch = np.unravel_index(wired.i, wired.frame)
    h, w, c = wired.inputs
    for down, right, what in (
        (top, left, "all padding stood at the bottom and right"),
        (-top, -left, "all padding stood at the top and left"),
        (1, 1, "the window started one row and column too late"),
        (-1, -1, "the window started one row and column too early"),
    ):
        rows, cols = r - top + down, q - left + right
        keep = (rows >= 0) & (rows < h) & (cols >= 0) & (cols < w)
        flat = (rows * w + cols) * c + ch
        yield (
            what,
            frozenset(
                zip(
                    flat[keep].tolist(),
                    wired.k[keep].tolist(),
                    wired.o[keep].tolist(),
                    strict=True,
                )
            ),
        )


def caller(s, function, wired):
    """Return ``run(x, w, b)`` that calls a function with this setting."""
    takes = offered(function)
    options = {n: s[n] for n in ("stride", "padding", "dilation", "groups")}
    options = {n: v for n, v in options.items() if n in takes}
    batch = "groups" in takes

    def run(x, w, b=0.0):
        if batch:
            bias = (np.full(wired.weights[3], float(b)),) if "b" in takes else ()
            return function(x[None], w, *bias, **options)
        shape = (s["height"], s["width"]), (s["kh"], s["kw"])
        if s["dims"] == 1:
            shape = (s["width"],), (s["kw"],)
        args = (x.reshape(shape[0]), w.reshape(shape[1]))
        return function(*args, *((b,) if "b" in takes else ()), **options)

    return run, (1, *wired.outputs) if batch else wired.outputs[2 - s["dims"] : 2]


def _learners(s, function, wired, x, w):
    name = probe.name_of(function)
    run, shape = caller(s, function, wired)
    many = probe.Many(function, run)
    value, seconds = probe.timed(many, (x, w, s["b"]), {}, name=name)
    y = probe.array(value, shape, name=name).reshape(wired.outputs)
    too_slow = seconds * probe.calls_needed(w.shape) > probe.SECONDS / 2
    if too_slow or max(wired.frame[:2]) > common.LARGE:
        return y, None
    found = probe.find(function, run, x.shape, w.shape, shape, name=name)
    return y, found


def code(s, function=None):
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


def _own_call(s, function):
    takes = offered(function)
    words = ["x", "w"] + ([f"{s['b']:g}"] if "b" in takes else [])
    words += [f"{n}={s[n]!r}" for n in ("stride", "padding", "dilation") if n in takes]
    return f"{probe.name_of(function)}({', '.join(words)})"
