"""Inputs and kernels of the convolution explorer, and how they follow a change."""

from functools import cache

import numpy as np

from byhand import data
from byhand.explore.controls import State
from byhand.explore.models import arrays, limits

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


@cache
def _photograph() -> np.ndarray:
    return np.round(data.photograph()[::3, ::3], 2)


def make_input(s: State) -> np.ndarray:
    """Make the input that the setting names, as a plane or as (H, W, C)."""
    shape = (s["height"], s["width"])
    if s["channels"] > 1:
        shape = (*shape, s["channels"])
    if s["input"] == "photograph":
        return arrays.resized(_photograph(), shape)
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
        return arrays.resized(x, shape) if x.ndim == len(shape) else np.ones(shape)
    fixed = FIXED if s["dims"] == 2 else SIGNALS
    if s["input"] in fixed:
        return np.array(fixed[s["input"]], dtype=float)
    return arrays.whole(shape, s["seed"], 0 if s["dims"] == 2 else -2, 4)


def make_kernel(s: State) -> np.ndarray:
    """Make the kernel that the setting names."""
    kernels = KERNELS if s["dims"] == 2 else SIGNAL_KERNELS
    if s["channels"] > 1:
        shape = (s["kh"], s["kw"], s["channels"] // s["groups"], s["channels"])
        return arrays.whole(shape, s["seed"] + 100, -2, 2)
    if s["kernel"] in kernels:
        return np.array(kernels[s["kernel"]], dtype=float)
    shape = (s["kh"], s["kw"])
    if s["kernel"] == "typed":
        return arrays.resized(np.array(s["w"], dtype=float), shape)
    return arrays.whole(shape, s["seed"] + 100, -2, 3)


def follow(s: State, before: State) -> None:
    """Bring input and kernel to the rest of the setting after a change."""
    changed = limits.changed(s, before)
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
    changed = limits.changed(s, before)
    if {"input", "seed", "height", "width", "channels"} & changed:
        s["x"] = arrays.nested(make_input(s))
    _follow_kernel(s, changed)


def _adopt_input(s: State) -> None:
    """Take the size that a fixed input has, or one that suits its kind."""
    if s["input"] in (*FIXED, *SIGNALS):
        s["channels"] = s["groups"] = 1
        s["height"], s["width"] = np.shape(make_input(s))[:2]
    elif s["input"] == "photograph":
        s["channels"] = s["groups"] = 1
        s["height"] = s["width"] = 48
    elif s["dims"] == 2 and max(s["height"], s["width"]) > 12:
        s["height"] = s["width"] = 7


def _follow_kernel(s: State, changed: set[str]) -> None:
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
        s["w"] = arrays.nested(make_kernel(s))
