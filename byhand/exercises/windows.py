"""What an output of a convolution or of its gradients reads: the window behind it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.referee import pad_widths, per_axis

Marks = tuple[Any, ...] | np.ndarray  # an index, or one flag for each entry


def convolution_window(
    rank: int = 2, first: int = 0, channels: bool = False, filters: bool = False
) -> Callable[[dict, tuple], dict]:
    """Return a ``window(arguments, index)`` for a convolution's exercise.

    The result maps "x" and "w" to index tuples. Where the window reaches into the
    padding, the first is code for the padded x.
    """

    def read(arguments, index):
        stride = per_axis(arguments.get("stride", 1), rank)
        pads = pad_widths(arguments.get("padding", 0), rank)
        dilation = per_axis(arguments.get("dilation", 1), rank)
        x, w = arguments["x"], arguments["w"]
        place, outside = [], False
        for axis in range(rank):
            start = index[first + axis] * stride[axis] - pads[axis][0]
            stop = start + dilation[axis] * (w.shape[axis] - 1) + 1
            outside |= start < 0 or stop > x.shape[first + axis]
            step = dilation[axis] if dilation[axis] > 1 else None
            place.append((start, stop, step))
        source = "x"
        if outside:
            around = [(0, 0)] * first + list(pads) + [(0, 0)] * (x.ndim - first - rank)
            source = f"np.pad(x, {tuple(around)})"
            place = [
                (a + before, b + before, s)
                for (a, b, s), (before, _) in zip(place, pads, strict=True)
            ]
        every = slice(None)
        slices = [slice(*p) for p in place]
        in_x = [*index[:first], *slices, *([every] if channels else [])]
        in_w = [every] * (rank + channels) + ([index[-1]] if filters else [])
        return {source: tuple(in_x), "w": tuple(in_w)}

    return read


def gradient_window(rank: int = 2) -> Callable[[dict, tuple, str], dict]:
    """Return a ``window(arguments, index, part)`` for dx, dw and db of a convolution.

    Arrays are (N, H, W, C) and (kh, kw, C // groups, F), or bare signals for rank 1.
    """

    def read(arguments, index, part="dx"):
        given = {k: arguments[k] for k in ("dy", "x", "w") if k in arguments}
        if "kh" in arguments:  # dw alone is asked for, by the size of the kernel
            given["w"] = np.zeros((arguments["kh"], arguments["kw"], 1, 1))
        marks = {k: np.zeros(v.shape, dtype=bool) for k, v in given.items()}
        shape = {k: v.shape[v.ndim > 1 :][:rank] for k, v in given.items()}
        shape["w"] = given["w"].shape[:rank]
        places = _places(shape, arguments, rank)
        dy, w = marks["dy"], marks["w"]
        group = _group(given, arguments)
        if part == "db":
            dy[..., index[-1] if index else slice(None)] = True
            return {"dy": dy}
        if part == "dw":
            taps, at = places, index[:rank]
            for stop in np.ndindex(shape["dy"]):
                spot = tuple(taps[a][stop[a], at[a]] for a in range(rank))
                if all(0 <= s < n for s, n in zip(spot, shape["x"], strict=True)):
                    if rank == 1:
                        marks["x"][spot] = dy[stop] = True
                        continue
                    c = index[2] + group(index[3]) * given["w"].shape[2]
                    marks["x"][(slice(None), *spot, c)] = True
                    dy[(slice(None), *stop, index[3])] = True
            return {"x": marks["x"], "dy": dy}
        at = index[rank > 1 :][:rank]
        for stop in np.ndindex(shape["dy"]):
            for tap in np.ndindex(shape["w"]):
                spot = tuple(places[a][stop[a], tap[a]] for a in range(rank))
                if spot != tuple(at):
                    continue
                if rank == 1:
                    dy[stop] = w[tap] = True
                    continue
                per = w.shape[2]
                for f in range(w.shape[3]):
                    if group(f) == index[3] // per:
                        dy[(index[0], *stop, f)] = w[(*tap, index[3] % per, f)] = True
        return {"dy": dy, "w": w}

    return read


def _places(
    shape: dict[str, tuple], arguments: dict[str, Any], rank: int
) -> list[np.ndarray]:
    """Return, per axis, which input tap p of stop i reads, as an array [i, p]."""
    stride = per_axis(arguments.get("stride", 1), rank)
    pads = pad_widths(arguments.get("padding", 0), rank)
    dilation = per_axis(arguments.get("dilation", 1), rank)
    return [
        np.add.outer(np.arange(stops) * s, np.arange(k) * d) - p
        for stops, k, s, (p, _), d in zip(
            shape["dy"], shape["w"], stride, pads, dilation, strict=True
        )
    ]


def _group(given: dict[str, np.ndarray], arguments: dict) -> Callable[[int], int]:
    """Return which group of channels each filter reads."""
    groups, filters = arguments.get("groups", 1), given["dy"].shape[-1]
    return lambda f: f // max(filters // groups, 1)


def stamped_window(rank: int = 2) -> Callable[[dict, tuple], dict]:
    """Return a window for a transposed convolution: the gradient dx of another."""
    read = gradient_window(rank)

    def window(arguments, index):
        swapped = {**arguments, "dy": arguments["x"]}
        swapped["x"] = np.zeros([n + 1 for n in index])
        found = read(swapped, index)
        return {"x": found["dy"], "w": found["w"]}

    return window


def dense_window(arguments: dict, index: tuple, part: str = "dx") -> dict:
    """Return what y, dx, dw or db of a dense layer reads at a place."""
    every = slice(None)
    if part == "y":
        return {"x": (index[0], every), "w": (every, index[1])}
    if part == "dx":
        return {"dy": (index[0], every), "w": (index[1], every)}
    of_unit = {"dy": (every, index[-1])}
    return of_unit if part == "db" else {"x": (every, index[0]), **of_unit}


def back_window(arguments: dict[str, Any], index: tuple[int, ...]) -> dict[str, Any]:
    """Return which dy belong to windows with a pixel, and what these windows read."""
    n, *place, c = index
    size = per_axis(arguments["size"], 2)
    stride = arguments.get("stride")
    steps = size if stride is None else per_axis(stride, 2)
    x, dy = (np.zeros(arguments[k].shape, dtype=bool) for k in ("x", "dy"))
    for stop in np.ndindex(dy.shape[1:3]):
        rows, columns = (
            range(i * s, i * s + k) for i, s, k in zip(stop, steps, size, strict=True)
        )
        if place[0] in rows and place[1] in columns:
            dy[(n, *stop, c)] = x[n, rows[0] : rows[-1] + 1, :, c][
                :, columns[0] : columns[-1] + 1
            ] = True
    return {"x": x, "dy": dy}
