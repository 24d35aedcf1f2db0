"""The filters-and-maps explorer: a whole network on one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand import data, wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import State
from byhand.explore.models import limits, sums
from byhand.explore.models.stages import Stage
from byhand.explore.models.stages import follow as stages_of

SECONDS = 5.0
MOST = 32  # maps of a layer that are drawn
CLASSES = 16  # numbers of the last layer, at most, that are classes


class Network:
    """Layers with ``forward``, and the pictures that are shown to them.

    Without layers they are ours, with weights that were recorded.
    """

    def __init__(
        self,
        layers: Any = None,
        pictures: np.ndarray | None = None,
        labels: Sequence[int] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self.own, self.given = layers is not None, pictures is not None
        self.__name__ = "network"
        self.layers = _layers(layers) if self.own else _recorded()
        if pictures is None:
            pictures, labels = data.xo_pictures(8, seed=5, turn=10, scale=0.1)
            names = names or data.XO_NAMES
        pictures = np.asarray(pictures, dtype=float)
        pictures = pictures if pictures.ndim == 4 else pictures[..., None]
        self.pictures = pictures if self.own else _as_recorded(pictures)
        self.labels = None if labels is None else [int(k) for k in labels]
        self.names = names
        self.known: dict[int, tuple] = {}  # the shape (N, H, W, C) of each layer
        self.first: State = {}

    def outputs(self) -> tuple[list[np.ndarray], str]:
        """Return what every layer gives for all pictures, and what stopped one."""
        x, kept, self.known = self.pictures.copy(), [], {}
        for k, layer in enumerate(self.layers):
            name = f"{kind(layer)}.forward, layer {k},"
            try:
                y = probe.guarded(layer.forward, (x,), {}, name=name, seconds=SECONDS)
                x = _checked(y, len(x), name)
            except probe.TroubleError as trouble:
                return kept, str(trouble)
            self.known[k] = _as_maps(x, kept[-1] if kept else self.pictures)
            kept.append(x)
        return kept, ""


def _as_maps(y: np.ndarray, before: np.ndarray) -> tuple:
    """Return (N, H, W, C): rows are maps of 1x1, and flattened maps one column."""
    if y.ndim == 4:
        return y.shape
    flat = before.ndim == 4 and y.shape[1] == before[0].size
    return (len(y), y.shape[1], 1, 1) if flat else (len(y), 1, 1, y.shape[1])


def _checked(y: Any, count: int, name: str) -> np.ndarray:
    """Return a batch of maps or of rows, or raise TroubleError."""
    try:
        y = np.asarray(probe.written(y, name))
    except ValueError:  # rows of several lengths
        y = np.array(None)
    if y.dtype.kind not in "fiub" or y.ndim not in (2, 4) or len(y) != count:
        what = f"shape {y.shape}" if y.dtype.kind in "fiub" else "no numbers"
        raise probe.TroubleError(
            f"{name} gave {what}; of {count} pictures a layer makes {count} stacks of "
            f"maps, ({count}, H, W, C), or {count} rows, ({count}, C)."
        )
    if 0 in y.shape or not np.isfinite(y).all():
        what = "an empty array" if 0 in y.shape else "numbers that are not finite"
        raise probe.TroubleError(f"{name} gave {what}.")
    return y.astype(float)


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


def kind(layer: Any) -> str:
    """Return what a layer's class is called."""
    return type(layer).__name__.lstrip("_")


def _as_recorded(pictures: np.ndarray) -> np.ndarray:
    """Frame pictures to 18x18, ink 1 and paper 0, as the recorded network has them."""
    more = [max(18 - n, 0) for n in pictures.shape[1:3]]
    edges = [(n // 2, n - n // 2) for n in more]
    ink = (pictures[..., :1] > 0).astype(float)
    return np.pad(ink, ((0, 0), *edges, (0, 0)))


@dataclass
class _Conv2D:
    """The convolution of the recorded network: stride 1, no padding."""

    w: np.ndarray
    b: np.ndarray

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the maps of a batch."""
        wired = wiring.convolution(x.shape[1:], self.w.shape)
        return np.stack([sums.per_output(wired, one, self.w, self.b) for one in x])


class _ReLU:
    """The ReLU of the recorded network."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x where it is positive, else 0."""
        return np.maximum(x, 0.0)


@dataclass
class _MaxPool2D:
    """The maximum pooling of the recorded network."""

    size: int = 2

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the largest of each window."""
        windows = np.lib.stride_tricks.sliding_window_view(
            x, (self.size, self.size), axis=(1, 2)
        )
        return windows[:, :: self.size, :: self.size].max(axis=(4, 5))


class _Flatten:
    """Maps as one row of numbers."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return rows."""
        return x.reshape(len(x), -1)


@dataclass
class _Dense(_Conv2D):
    """The dense layer of the recorded network: a 1x1 convolution of 1x1 maps."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return a number per class."""
        wide = _Conv2D(self.w[None, None], self.b)
        return wide.forward(x[:, None, None])[:, 0, 0]


def _recorded() -> list:
    """Return the network that stands in until the learner has trained one."""
    w1, b1, w2, b2, w3, b3 = data.network()
    first = [_Conv2D(w1, b1), _ReLU(), _MaxPool2D()]
    return [*first, _Conv2D(w2, b2), _ReLU(), _MaxPool2D(), _Flatten(), _Dense(w3, b3)]


@dataclass(frozen=True)
class Numbers:
    """The stages of one picture, the chosen place, and what the network says.

    ``place`` is (stage, map, row, column), where stage 0 is the picture. ``strongest``
    holds for each stage and each of its maps the flat index of the largest number in
    every picture. ``scores`` are the last layer's numbers and their softmax.
    """

    setting: State
    stages: list[Stage]
    place: tuple[int, int, int, int]
    pictures: np.ndarray
    strongest: list[list[list[int]]]
    scores: tuple[np.ndarray, np.ndarray] | None
    names: tuple[str, ...]
    truth: int | None
    trouble: str
    own: bool


def start(function: Network | None = None) -> State:
    """Return the first setting: where the last convolution answers most."""
    function = function or Network()
    if function.first:
        return dict(function.first)
    outputs, _ = function.outputs()
    shapes = function.known
    convolved = [k for k, shape in shapes.items() if shape[3] > 1 and shape[1] > 1]
    summed = [k for k in convolved if "conv" in kind(function.layers[k]).lower()]
    layer = (summed or convolved or [0])[-1]
    place = (0, 0, 0)
    if layer in shapes:
        y = outputs[layer][0].reshape(shapes[layer][1:])
        place = tuple(int(n) for n in np.unravel_index(int(y.argmax()), y.shape))
    row, col, number = place
    setting = {"picture": 0, "layer": layer, "filter": number, "row": row, "col": col}
    function.first = setting
    return dict(setting)


def follow(s: State, before: State) -> None:
    """Nothing depends on anything else here."""


def controls(s: State, function: Network | None) -> list[c.Control]:
    """Return what can be set from here."""
    function = function or Network()
    shapes = function.known
    options = tuple((f"{k} {kind(function.layers[k])}", k) for k in shapes) or (
        ("0", 0),
    )
    _, h, w, f = shapes.get(s["layer"], (1, 1, 1, 1))
    return [
        c.Number("picture", "picture", 0, len(function.pictures) - 1),
        c.Choice("layer", "layer", options),
        c.Number("filter", "map", 0, min(f, MOST) - 1),
        c.Number("row", "row", 0, h - 1),
        c.Number("col", "column", 0, w - 1),
    ]


def numbers(s: State, function: Network | None) -> Numbers:
    """Compute everything that the picture shows."""
    function = function or Network()
    outputs, trouble = function.outputs()
    n = s["picture"]
    stages = stages_of(function.pictures[n], function.layers, [y[n] for y in outputs])
    place = (s["layer"] + 1, s["filter"], s["row"], s["col"])
    if place[0] >= len(stages):
        place = (0, 0, 0, 0)
    last = stages[-1].y
    scores = None
    if not trouble and last.shape[:2] == (1, 1) and 2 <= last.size <= CLASSES:
        powers = np.exp(last.ravel() - last.max())
        scores = last.ravel(), powers / powers.sum()
    names = [str(name) for name in function.names or ()][: last.size]
    names += [str(k) for k in range(len(names), last.size)]
    truth = None if function.labels is None else function.labels[n]
    return Numbers(
        setting=s,
        stages=stages,
        place=place,
        pictures=function.pictures,
        strongest=[_strongest(y) for y in (function.pictures, *outputs)],
        scores=scores,
        names=tuple(names),
        truth=truth if truth in range(last.size) else None,
        trouble=trouble,
        own=function.own,
    )


def _strongest(maps: np.ndarray) -> list[list[int]]:
    """Return for each map and picture the flat index of its largest number."""
    if maps.ndim != 4:
        return []
    flat = maps.reshape(len(maps), -1, maps.shape[3])
    return flat.argmax(axis=1).T.tolist()


def code(s: State, function: Network | None) -> str:
    """Return the setting as code."""
    name = "network" if function is not None and function.own else ""
    if function is not None and function.given:
        name += ", pictures=pictures" if name else "pictures=pictures"
    base, skip = start(function), ("row", "col")
    return limits.as_call("filters_and_maps", name, s, base, skip=skip)


def first(function: Network | None) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("picture", "layer", "filter")


def task(s: State, function: Network | None) -> str:
    """Return one thing to try."""
    return "Try to find the map that answers most to this picture. What does it see?"
