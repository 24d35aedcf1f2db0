"""The filters-and-maps explorer: what each layer of a network makes of a picture."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from byhand import data, wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import State
from byhand.explore.models import arrays, limits, sums
from byhand.explore.models.receptive_field import measure

SECONDS = 5.0
Fields = tuple[tuple[int, int, int], ...]  # (size, jump, start) per axis
WEIGHTS = ("w", "W", "kernel", "kernels", "filters", "weights", "params", "parameters")
STRONGEST = 6


class Network:
    """Layers with ``forward``, and the pictures that are shown to them."""

    def __init__(
        self,
        layers: Any = None,
        pictures: np.ndarray | None = None,
        name: str = "network",
    ) -> None:
        self.own, self.given = layers is not None, True
        self.__name__ = name
        self.layers = _layers(layers) if self.own else _example()
        if pictures is None:
            pictures = _drawn() if self.own else np.stack(data.glyphs())
            self.given = False
        pictures = np.asarray(pictures, dtype=float)
        self.pictures = pictures if pictures.ndim == 4 else pictures[..., None]

        self.known = []  # shapes, once a forward pass has succeeded

    def outputs(self) -> list[np.ndarray]:
        """Return what every layer gives for all pictures."""

        def forward() -> list[np.ndarray]:
            x, kept = self.pictures.copy(), []
            for layer in self.layers:
                x = layer.forward(x)
                kept.append(np.array(x, dtype=float))
            return kept

        first = self.layers[0].forward
        many = probe.Many(getattr(first, "__func__", first), forward)
        outputs = probe.guarded(many, (), {}, name="forward", seconds=SECONDS)
        self.known = [y.shape for y in outputs]
        return outputs


def _layers(network: Any) -> list:
    layers = getattr(network, "layers", network)
    try:
        layers = list(layers)
    except TypeError:
        layers = []
    if not layers or not all(hasattr(layer, "forward") for layer in layers):
        raise ValueError(
            "filters_and_maps takes a list of layers, each with forward(x), or a "
            "network that has them in .layers."
        )
    return layers


def _drawn() -> np.ndarray:
    return data.xo_pictures(8, seed=0)[0]


@dataclass
class _Convolve:
    """The convolution of the example network: fixed features, no padding."""

    w: np.ndarray
    stride: int = 1

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maps of a batch."""
        wired = wiring.convolution(x.shape[1:], self.w.shape, stride=self.stride)
        return np.stack([sums.per_output(wired, one, self.w) / 9 for one in x])


class _Rectify:
    """The ReLU of the example network."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x where it is positive, else 0."""
        return np.maximum(x, 0.0)


@dataclass
class _Pool:
    """The maximum pooling of the example network."""

    size: int = 2
    stride: int = field(default=2)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the largest of each window."""
        windows = np.lib.stride_tricks.sliding_window_view(
            x, (self.size, self.size), axis=(1, 2)
        )
        return windows[:, :: self.stride, :: self.stride].max(axis=(4, 5))


def _example() -> list:
    """Return the three features of lesson 01 as a layer, a ReLU and a pooling."""
    features = np.stack(data.features(), axis=-1)[:, :, None]
    return [_Convolve(features), _Rectify(), _Pool()]


@dataclass(frozen=True)
class Numbers:
    """``maps`` are those of one picture; ``fields`` is (size, jump, start) per axis.

    ``strongest`` holds (picture, value, patch) with the strongest first.
    """

    setting: State
    picture: np.ndarray
    maps: np.ndarray
    name: str
    shapes: tuple[tuple[int, ...], ...]
    kernel: np.ndarray | None
    fields: Fields | None
    strongest: tuple
    mine: str


def start(function: Network | None = None) -> State:
    """Return the first setting: the first layer's first filter, the first picture."""
    return {"picture": 0, "layer": 0, "filter": 0, "row": 1, "col": 1}


def follow(s: State, before: State) -> None:
    """Nothing depends on anything else here."""


def controls(s: State, function: Network) -> list[c.Control]:
    """Return what can be set from here."""
    shapes = _shapes(function)
    maps = {k: shape for k, shape in enumerate(shapes) if len(shape) == 4}
    options = tuple(
        (f"{k} {_kind(function.layers[k])} {arrays.times(shape[1:])}", k)
        for k, shape in maps.items()
    ) or (("0", 0),)
    shape = maps.get(s["layer"], (1, 1, 1, 1))
    return [
        c.Number("picture", "picture", 0, len(function.pictures) - 1),
        c.Choice("layer", "layer", options),
        c.Number("filter", "filter", 0, shape[3] - 1),
        *limits.place(*shape[1:3]),
    ]


def _kind(layer: Any) -> str:
    return type(layer).__name__.lstrip("_")


def _shapes(function: Network) -> list[tuple[int, ...]]:
    """Return the shape that every layer gives, or nothing when one fails."""
    if not function.known:
        with contextlib.suppress(probe.TroubleError):
            function.outputs()
    return function.known


def geometry(layers: Sequence[Any], shapes: Sequence[tuple[int, int]]) -> Fields | None:
    """Return (size, jump, start) of a stack along height and width, or None.

    ``shapes`` holds (height, width) of the picture and after each layer. A kernel is
    the first two axes of an array of four; ``stride``, ``padding``, ``dilation`` and
    ``size`` are attributes where they exist. A layer without weights that shrinks its
    maps pools: its window is how many times it shrinks them.
    """
    axes = []
    for axis in (0, 1):
        widths = [shape[axis] for shape in shapes]
        described = [
            _described(layer, axis, below, above)
            for layer, (below, above) in zip(layers, pairwise(widths), strict=True)
        ]
        if None in described:
            return None
        top = measure(tuple(described))
        axes.append((top["size"], top["jump"], top["start"]))
    return tuple(axes)


def _described(layer: Any, axis: int, below: int, above: int) -> dict[str, int] | None:
    """Describe a layer along one axis; None when that doesn't give its output."""
    kernel = weights(layer)
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
    if wired.outputs[1] != above:
        return None
    before = wired.pad[1][0]
    return {"kernel": k, "stride": stride, "padding": before, "dilation": dilation}


def _on(value: Any, axis: int) -> int:
    """Return an int, or the entry of a pair for one axis."""
    return int(value) if np.ndim(value) == 0 else int(value[axis])


def weights(layer: Any) -> np.ndarray | None:
    """Return a layer's kernels (kh, kw, C, F), or None."""
    for name in WEIGHTS:
        value = getattr(layer, name, None)
        if isinstance(value, dict):
            value = list(value.values())
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, np.ndarray) and part.ndim == 4:
                return part
    return None


def numbers(s: State, function: Network) -> Numbers:
    """Compute everything that the picture shows."""
    outputs = function.outputs()
    maps = outputs[s["layer"]]
    if maps.ndim != 4:
        raise probe.TroubleError("No layer of this network gives maps (N, H, W, C).")
    if not np.isfinite(maps).all():
        raise probe.TroubleError(
            f"Layer {s['layer']} gives numbers that are not finite."
        )
    layers = function.layers[: s["layer"] + 1]
    shapes = [function.pictures.shape, *(y.shape for y in outputs[: s["layer"] + 1])]
    fields = None
    if all(len(shape) == 4 for shape in shapes):
        fields = geometry(layers, [shape[1:3] for shape in shapes])
    layer = function.layers[s["layer"]]
    kernel = weights(layer)
    return Numbers(
        setting=s,
        picture=function.pictures[s["picture"], :, :, 0],
        maps=maps[s["picture"]],
        name=_kind(layer),
        shapes=tuple(y.shape[1:] for y in outputs),
        kernel=None if kernel is None else kernel[:, :, :, s["filter"]],
        fields=fields,
        strongest=_strongest(function.pictures, maps[..., s["filter"]], fields),
        mine=function.__name__ if function.own else "",
    )


def patch(
    fields: Fields, shape: Sequence[int], row: int, col: int
) -> tuple[int, int, int, int]:
    """Return the box (top, left, height, width) that a map's pixel sees, clipped."""
    boxes = []
    for (size, jump, start), unit, n in zip(fields, (row, col), shape, strict=True):
        low, high = start + unit * jump, start + unit * jump + size
        boxes.append((max(low, 0), min(high, n)))
    (top, bottom), (left, right) = boxes
    return top, left, bottom - top, right - left


def _strongest(pictures: np.ndarray, maps: np.ndarray, fields: Fields | None) -> tuple:
    """Return the patches at which a filter answers most, one per picture."""
    found = []
    for n, one in enumerate(maps):
        r, col = np.unravel_index(int(one.argmax()), one.shape)
        piece = None
        if fields is not None:
            top, left, h, w = patch(fields, pictures.shape[1:3], int(r), int(col))
            piece = pictures[n, top : top + h, left : left + w, 0]
        found.append((n, float(one[r, col]), piece))
    return tuple(sorted(found, key=lambda item: -item[1])[:STRONGEST])


def code(s: State, function: Network) -> str:
    """Return the setting as code."""
    name = function.__name__ if function.own else ""
    skip = ("row", "col")
    if function.given:
        name += ", pictures=pictures" if name else "pictures=pictures"
    return limits.as_call("filters_and_maps", name, s, start(), skip=skip)


def first(function: Network) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("picture", "layer", "filter")


def task(s: State, function: Network) -> str:
    """Return one thing to try."""
    return "Try to point at the largest number of the map. What does it see?"
