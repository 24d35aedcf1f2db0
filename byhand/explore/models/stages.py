"""What each layer of a network reads, told from its weights and from what it gives.

A stage is one layer on one picture. A kernel is the first array of four axes among a
layer's attributes, the weights of a dense layer the first of two; ``stride``,
``padding``, ``dilation`` and ``size`` are attributes where they exist. A layer without
weights that shrinks its maps pools: its window is how many times it shrinks them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand import wiring
from byhand.explore.models.arrays import different

WEIGHTS = ("params", "parameters", "w", "W", "kernel", "kernels", "filters", "weights")
BIASES = ("b", "bias", "biases")
Axis = tuple[int, int, int, int]  # kernel, stride, padding before, dilation
Field = tuple[int, int, int]  # size, jump, start


@dataclass(frozen=True)
class Stage:
    """One layer on one picture.

    ``y`` is (H, W, F), where rows of numbers are F maps of 1x1, and flattened maps one
    column. ``kind`` is ``"input"``, ``"sum"`` (kernel times patch), ``"pick"`` (each
    map from its own plane), ``"flat"``, or ``"none"`` when it isn't known what feeds a
    cell. ``source`` is the number of the stage that feeds it, ``fields`` what a cell
    sees of the picture. ``how`` is ``"max"``, ``"mean"``, ``"relu"`` or nothing, and
    ``differs`` holds the flat indices at which the layer gives something else.
    """

    name: str
    y: np.ndarray
    kind: str
    source: int = -1
    axes: tuple[Axis, Axis] | None = None
    fields: tuple[Field, Field] | None = None
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    how: str = ""
    differs: tuple[int, ...] = ()


def follow(
    picture: np.ndarray, layers: Sequence[Any], outputs: Sequence[np.ndarray]
) -> list[Stage]:
    """Return the picture (H, W, C) and one stage for each output of a layer."""
    whole = ((1, 1, 0), (1, 1, 0))
    stages = [Stage("picture", picture, "input", fields=whole)]
    for layer, y in zip(layers, outputs, strict=False):
        stages.append(_stage(stages, layer, y))
    return stages


def _stage(stages: list[Stage], layer: Any, y: np.ndarray) -> Stage:
    name = type(layer).__name__.lstrip("_")
    number, last = len(stages) - 1, stages[-1]
    if y.ndim == 1 and last.y.size == y.size and last.y.shape[:2] != (1, 1):
        if np.array_equal(last.y.ravel(), y):
            return Stage(name, y[:, None, None], "flat", number)
    y = y.reshape(1, 1, -1) if y.ndim == 1 else y
    if last.kind == "flat":  # a dense layer behind it reads the maps
        number, last = last.source, stages[last.source]
    kernel = weights(layer)
    if y.shape[:2] == (1, 1) and kernel is None:
        kernel = _dense(layer, last.y.shape, y.shape[2])
        axes = tuple((n, 1, 0, 1) for n in last.y.shape[:2])
    else:
        found = [_axis(layer, kernel, a, last.y.shape, y.shape) for a in (0, 1)]
        axes = tuple(found) if None not in found else None
    fed = y.shape[2] if kernel is None else kernel.shape[2]
    if axes is None or fed != last.y.shape[2]:
        return Stage(name, y, "none", number)
    windows = _windows(last.y, axes, y.shape)
    fields = _fields(last.fields, axes)
    if kernel is None:
        how = _how(name, windows, y)
        right = _PICKS[how](windows) if how else y
        differs = different(y, right)
        return Stage(name, y, "pick", number, axes, fields, how=how, differs=differs)
    bias = _bias(layer, y.shape[2])
    right = np.einsum("ijcpq,pqcf->ijf", np.nan_to_num(windows), kernel) + bias
    differs = different(y, right)
    return Stage(name, y, "sum", number, axes, fields, kernel, bias, differs=differs)


_PICKS = {
    "max": lambda windows: np.nanmax(windows, axis=(3, 4)),
    "mean": lambda windows: np.nanmean(windows, axis=(3, 4)),
    "relu": lambda windows: np.maximum(windows[..., 0, 0], 0.0),
}


def _how(name: str, windows: np.ndarray, y: np.ndarray) -> str:
    """Tell from a layer's name, or from its numbers, what it makes of a window."""
    ways = ("max", "mean") if windows.shape[3] * windows.shape[4] > 1 else ("relu",)
    plain = name.lower().replace("average", "mean").replace("avg", "mean")
    said = [how for how in ways if how in plain]
    likely = [how for how in ways if not different(y, _PICKS[how](windows))]
    return (said + likely + [""])[0]


def _windows(x: np.ndarray, axes: Sequence[Axis], shape: Sequence[int]) -> np.ndarray:
    """Return the window of each output (H, W, C, kh, kw); padding is NaN."""
    places, holes = [], []
    for axis, (k, stride, before, dilation) in enumerate(axes):
        starts, n = np.arange(shape[axis]) * stride - before, x.shape[axis]
        at = np.add.outer(starts, np.arange(k) * dilation)
        places.append(at.clip(0, n - 1))
        holes.append((at < 0) | (at >= n))
    (rows, columns), (above, beside) = places, holes
    found = x[rows[:, None, :, None], columns[None, :, None, :]]  # (H, W, kh, kw, C)
    hole = above[:, None, :, None] | beside[None, :, None, :]
    return np.where(hole[..., None], np.nan, found).transpose(0, 1, 4, 2, 3)


def _axis(
    layer: Any,
    kernel: np.ndarray | None,
    axis: int,
    before: Sequence[int],
    after: Sequence[int],
) -> Axis | None:
    """Describe a layer along one axis; None when that doesn't give its output."""
    below, above = before[axis], after[axis]
    pool = next(
        (getattr(layer, n) for n in ("size", "pool_size") if hasattr(layer, n)), None
    )
    try:
        if kernel is not None:
            k, step = kernel.shape[axis], 1
        else:
            k = step = _on(pool, axis) if pool is not None else max(below // above, 1)
        stride = getattr(layer, "stride", None)
        stride = step if stride is None else _on(stride, axis)
        dilation = _on(getattr(layer, "dilation", 1), axis)
        padding = getattr(layer, "padding", 0)
        if not isinstance(padding, str):
            padding = _on(padding, axis)
        wired = wiring.convolution(
            (1, below, 1),
            (1, k, 1, 1),
            stride=stride,
            padding=padding,
            dilation=dilation,
            dims=1,
        )
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return None
    return (k, stride, wired.pad[1][0], dilation) if wired.outputs[1] == above else None


def _on(value: Any, axis: int) -> int:
    """Return an int, or the entry of a pair for one axis."""
    return int(value) if np.ndim(value) == 0 else int(value[axis])


def _fields(
    below: tuple[Field, Field] | None, axes: Sequence[Axis]
) -> tuple[Field, Field] | None:
    """Return size, jump and start of what a cell sees of the picture."""
    if below is None:
        return None
    (one, two) = (
        (size + (k - 1) * dilation * jump, jump * stride, start - before * jump)
        for (size, jump, start), (k, stride, before, dilation) in zip(
            below, axes, strict=True
        )
    )
    return one, two


def _arrays(layer: Any, names: Sequence[str]) -> Iterator[np.ndarray]:
    for name in names:
        value = getattr(layer, name, None)
        if isinstance(value, dict):
            value = list(value.values())
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, np.ndarray):
                yield part


def weights(layer: Any) -> np.ndarray | None:
    """Return a layer's kernels (kh, kw, C, F), or None."""
    return next((a for a in _arrays(layer, WEIGHTS) if a.ndim == 4), None)


def _dense(layer: Any, below: Sequence[int], units: int) -> np.ndarray | None:
    """Return the weights of a dense layer as kernels that cover whole maps."""
    shape = (int(np.prod(below)), units)
    found = (a for a in _arrays(layer, WEIGHTS) if a.shape == shape)
    w = next(found, None)
    return None if w is None else w.reshape(*below, units)


def _bias(layer: Any, units: int) -> np.ndarray:
    found = (a for a in _arrays(layer, (*BIASES, *WEIGHTS)) if a.shape == (units,))
    return next(found, np.zeros(units))


def patch(stage: Stage, row: int, col: int) -> tuple[int, int, int, int]:
    """Return the box (top, left, height, width) that a cell reads of its source."""
    assert stage.axes is not None
    (kh, down, above, high), (kw, right, beside, wide) = stage.axes
    top, left = row * down - above, col * right - beside
    return top, left, (kh - 1) * high + 1, (kw - 1) * wide + 1


def seen(stage: Stage, row: int, col: int) -> tuple[int, int, int, int] | None:
    """Return the box (top, left, height, width) that a cell sees of the picture."""
    if stage.fields is None:
        return None
    (tall, down, top), (wide, right, left) = stage.fields
    return top + row * down, left + col * right, tall, wide
