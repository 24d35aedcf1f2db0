"""The channels explorer: planes, filters, partial sums and maps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits, sums
from byhand.explore.models.taps import Taps, taps

# the worked example of the lesson, in the layout (H, W, C) and (kh, kw, C, F)
_X = np.array(
    [
        [[1, -2, 2, 2], [2, 1, 3, -2], [-2, 3, -3, 1], [-1, 2, -4, 2]],
        [[3, 0, 0, 0], [-2, -2, 1, -1], [2, -1, 3, 1], [5, -2, 0, 1]],
    ],
    dtype=float,
).transpose(1, 2, 0)
_W = np.array(
    [[[[1, -2], [-2, 1]], [[1, 0], [0, 1]]], [[[3, 1], [2, 2]], [[0, 0], [0, 4]]]],
    dtype=float,
).transpose(2, 3, 1, 0)


@dataclass(frozen=True)
class Numbers:
    """Arrays in Keras's layout; ``parts`` is (H_out, W_out, C, F)."""

    setting: State
    wiring: wiring.Wiring
    taps: Taps
    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    parts: np.ndarray
    y: np.ndarray
    true: np.ndarray
    true_parts: np.ndarray
    differs: tuple[int, ...]
    refusal: str
    mine: str


def form_of(function: Function) -> str:
    """Tell from a function's name which arrays it takes.

    ``one`` is (H, W, C) with one filter (kh, kw, C), ``image`` is (H, W, C) with
    (kh, kw, C, F), ``batch`` is (N, H, W, C).
    """
    name = "" if function is None else probe.name_of(function).lower()
    if "channels" in name:
        return "one"
    return "image" if "filters" in name or "bias" in name else "batch"


def start(function: Function = None, form: str | None = None) -> State:
    """Return the first setting: the worked example of the lesson."""
    form = form or form_of(function)
    return {
        "form": form,
        "input": "lesson",
        "planes": 2,
        "filters": 1 if form == "one" else 2,
        "height": 4,
        "width": 4,
        "kh": 2,
        "kw": 2,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "bias": function is None or "b" in offered(function),
        "seed": 0,
        "row": 0,
        "col": 0,
    }


def offered(function: Function) -> set[str]:
    """Return which of the settings a function takes."""
    names = {"b", "stride", "padding", "dilation"}
    return names if function is None else probe.accepted(function, names)


def follow(s: State, before: State) -> None:
    """Leave the worked example as soon as its shapes are left."""
    at_lesson = {"planes": 2, "height": 4, "width": 4, "kh": 2, "kw": 2}
    changed = limits.changed(s, before)
    if "input" in changed and s["input"] == "lesson":
        s.update(at_lesson, filters=1 if s["form"] == "one" else 2)
    elif s["input"] == "lesson" and (
        any(s[n] != v for n, v in at_lesson.items())
        or s["filters"] > 2
        or "seed" in changed
    ):
        s["input"] = "numbers"


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    takes = offered(function)
    result: list[c.Control] = [
        limits.choice("input", "input", ("lesson", "numbers")),
        c.Number("planes", "planes", 1, 3),
        c.Number("filters", "filters", 1, 1 if s["form"] == "one" else 3),
        *limits.extent(s, 6),
        *limits.kernel(s, 3),
        *limits.steps(s, takes),
    ]
    if "b" in takes:
        result.append(c.Flag("bias", "add a bias"))
    result.append(limits.seed())
    h, w, _ = wired_for(s).outputs
    return [*result, *limits.place(h, w)]


def wired_for(s: State) -> wiring.Wiring:
    """Return the true wiring of a setting."""
    return wiring.convolution(
        (s["height"], s["width"], s["planes"]),
        (s["kh"], s["kw"], s["planes"], s["filters"]),
        stride=s["stride"],
        padding=s["padding"],
        dilation=s["dilation"],
    )


def made(s: State) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, w and b of a setting."""
    f = s["filters"]
    if s["input"] == "lesson":
        x, w, b = _X, _W[..., :f], np.array([0.1, 0.2])[:f]
    else:
        x = arrays.whole((s["height"], s["width"], s["planes"]), s["seed"], -2, 3)
        w = arrays.whole((s["kh"], s["kw"], s["planes"], f), s["seed"] + 100, -2, 2)
        b = np.array([0.5, -1.0, 2.0])[:f]
    return x, w, b if s["bias"] else np.zeros(f)


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    wired = wired_for(s)
    x, w, b = made(s)
    true_parts = _parts(x, lambda part: sums.per_output(wired, part, w))
    true = true_parts.sum(axis=2) + b
    y, parts = true, true_parts
    if function is not None:
        y, parts = _learners(s, function, wired, x, w, b)
    return Numbers(
        setting=s,
        wiring=wired,
        taps=taps(wired),
        x=x,
        w=w,
        b=b,
        parts=parts,
        y=y,
        true=true,
        true_parts=true_parts,
        differs=arrays.different(y, true),
        refusal=arrays.refusal(s, "Conv2D"),
        mine="" if function is None else probe.name_of(function),
    )


def _parts(x: np.ndarray, run: Callable) -> np.ndarray:
    """Run once per plane with all other planes at 0: the partial sums."""
    maps = []
    for plane in range(x.shape[2]):
        alone = np.zeros_like(x)
        alone[:, :, plane] = x[:, :, plane]
        maps.append(run(alone))
    return np.stack(maps, axis=2)


def _learners(
    s: State,
    function: Callable,
    wired: wiring.Wiring,
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the learner's maps, and the partial sums that they are made of."""
    name = probe.name_of(function)
    takes = offered(function)
    options = {n: s[n] for n in ("stride", "padding", "dilation") if n in takes}
    h, v, f = wired.outputs
    shape = {"one": (h, v), "image": (h, v, f), "batch": (1, h, v, f)}[s["form"]]

    def run(x, b):
        images = x[None] if s["form"] == "batch" else x
        kernel = w[..., 0] if s["form"] == "one" else w
        bias = (b.copy(),) if "b" in takes else ()
        return function(images, kernel.copy(), *bias, **options)

    def every():
        return _parts(x, lambda part: np.array(run(part, 0 * b)))

    first = probe.guarded(probe.Many(function, run), (x, b), {}, name=name)
    y = probe.array(first, shape, name=name)
    parts = probe.guarded(probe.Many(function, every), (), {}, name=name)
    return y.reshape(wired.outputs), _arranged(parts, s["form"])


def _arranged(parts: np.ndarray, form: str) -> np.ndarray:
    """Bring stacked partial sums to (H_out, W_out, C, F)."""
    if form == "batch":  # the batch stands first, so planes were stacked as axis 2
        return np.moveaxis(parts[0], 1, 2)
    return parts[..., None] if form == "one" else parts


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    base = start(function)
    return limits.as_call("channels", name, s, base, skip=("row", "col"))


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("planes", "filters", "stride", "padding", "dilation", "bias")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    return "Try one plane less. Which numbers of a map change, and by how much?"
