"""Compare which inputs a learner's outputs read with what they read in Keras.

The wires of everything linear follow from the shapes and settings of a call. They are
believed only where they give Keras's numbers on the case. The learner's are read by
impulses: one input is 1, the others 0, and the other argument holds numbers that tell
by themselves which of them came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.referee import pad_widths, per_axis

MOST = 120  # inputs that are moved one at a time


@dataclass(frozen=True)
class Wires:
    """What the entries of one result read.

    ``matrix`` (results, inputs) holds the factor of each input; ``meets`` the flat
    index in ``other`` that this factor comes from, -1 where there is none.
    """

    moved: str
    matrix: np.ndarray
    other: str = ""
    meets: np.ndarray | None = None


CONVOLUTIONS = {  # rank, and whether there are examples, channels, filters
    "conv1d": (1, 0, 0, 0),
    "conv1d_plain": (1, 0, 0, 0),
    "conv1d_channels": (1, 0, 1, 0),
    "true_conv1d": (1, 0, 0, 0),
    "weighted_sum": (1, 0, 0, 0),
    "conv2d_plain": (2, 0, 0, 0),
    "conv2d_strided": (2, 0, 0, 0),
    "conv2d": (2, 0, 0, 0),
    "match_score": (2, 0, 0, 0),
    "match_map": (2, 0, 0, 0),
    "conv2d_channels": (2, 0, 1, 0),
    "conv2d_filters": (2, 0, 1, 1),
    "conv2d_bias": (2, 0, 1, 1),
    "conv2d_batch": (2, 1, 1, 1),
    "conv2d_matmul": (2, 1, 1, 1),
    "grouped_conv2d": (2, 1, 1, 1),
    "depthwise_conv2d": (2, 1, 1, 1),
    "conv3d": (3, 1, 1, 1),
    "conv1d_backward": (1, 0, 0, 0),
    "conv2d_plane_backward": (2, 0, 0, 0),
    "conv2d_backward": (2, 1, 1, 1),
    "grouped_conv2d_backward": (2, 1, 1, 1),
    "depthwise_conv2d_backward": (2, 1, 1, 1),
    "conv2d_dw": (2, 1, 1, 1),
    "Conv2D": (2, 1, 1, 1),
    "conv1d_transpose": (1, 0, 0, 0),
    "conv2d_transpose": (2, 1, 1, 1),
    "conv2d_transpose_backward": (2, 1, 1, 1),
}
PICKS = ("max_pool2d", "l2_pool2d", "relu", "MaxPool2D", "global_pool2d", "pool2d")
POOLS = ("avg_pool2d", *(name for name in PICKS if name != "relu"))
GRADIENTS = ("max_pool2d_backward", "avg_pool2d_backward", "global_avg_pool2d_backward")


def wired(name: str, part: str, at: Mapping[str, Any], shape: tuple) -> Wires | None:
    """Return the wires of one part of a result, None where nothing is linear.

    ``at`` holds the arguments by name, ``shape`` is that of the part.
    """
    if name in CONVOLUTIONS:
        return _convolution(name, part, at, shape)
    if name in ("Dense", "dense_backward"):
        return _dense(part, at)
    if name == "pointwise":
        i, k, o = _triples((*at["x"].shape[:-1],), at["w"].shape[-2:], {}, 0)
        return _wires("x", at["x"], (o, i), "w", at["w"], k)
    if name in POOLS or name in GRADIENTS:
        return _pool(name, part, at)
    if name == "relu_backward":
        return Wires("dy", np.diag((at["x"].ravel() > 0) * 1.0))
    if name == "relu":
        return Wires("x", np.diag((at["x"].ravel() > 0) * 1.0))
    if name == "separable_conv2d":
        return _separable(at, int(np.prod(shape)))
    return None


def _triples(
    xs: tuple, ws: tuple, at: Mapping[str, Any], rank: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return flat indices (input, weight, output) of x (N, *space, C), w (*k, C, F)."""
    stride = per_axis(at.get("stride") or 1, rank) if rank else ()
    pads = pad_widths(at.get("padding", 0), rank) if rank else ()
    dilation = per_axis(at.get("dilation", 1), rank) if rank else ()
    if rank == 0:
        xs = (int(np.prod(xs)), ws[0])
    space, kernel = xs[1:-1], ws[:rank]
    steps = zip(space, kernel, stride, pads, dilation, strict=True)
    out = tuple((n + sum(p) - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in steps)
    grid = np.indices((xs[0], *out, ws[-1], *kernel, ws[-2]))
    n, f, c = grid[0], grid[1 + rank], grid[-1]
    stops, taps = grid[1 : 1 + rank], grid[2 + rank : -1]
    axes = range(rank)
    place = [stops[a] * stride[a] + taps[a] * dilation[a] - pads[a][0] for a in axes]
    real = np.ones(n.shape, dtype=bool)
    for a in axes:
        real &= (place[a] >= 0) & (place[a] < space[a])
    groups = xs[-1] // ws[-2]
    channel = f // (ws[-1] // groups) * ws[-2] + c
    index = (n, *place, channel)
    flat = (
        np.ravel_multi_index(tuple(i[real] for i in index), xs),
        np.ravel_multi_index((*(t[real] for t in taps), c[real], f[real]), ws),
        np.ravel_multi_index((n[real], *(s[real] for s in stops), f[real]),
                             (xs[0], *out, ws[-1])),
    )  # fmt: skip
    return flat


def _wires(
    moved: str,
    inputs: Any,
    places: tuple[np.ndarray, np.ndarray],
    other: str = "",
    weights: Any = None,
    k: np.ndarray | None = None,
    size: int = 0,
) -> Wires:
    """Return wires into ``places`` (results, inputs) with the weights ``k``."""
    outs, ins = places
    matrix = np.zeros((size or int(outs.max()) + 1, np.size(inputs)))
    if k is None:
        np.add.at(matrix, (outs, ins), 1.0)
        return Wires(moved, matrix)
    meets = np.full(matrix.shape, -1)
    meets[outs, ins] = k
    np.add.at(matrix, (outs, ins), np.ravel(weights)[k])
    return Wires(moved, matrix, other, meets)


def _full(shape: tuple, batch: int, channels: int) -> tuple:
    return (*(() if batch else (1,)), *shape, *(() if channels else (1,)))


def _convolution(
    name: str, part: str, at: Mapping[str, Any], shape: tuple
) -> Wires | None:
    rank, batch, channels, filters = CONVOLUTIONS[name]
    dy = at.get("dy")
    x, w = (at.get("x", at.get("picture", at.get("patch"))),
            at.get("w", at.get("feature")))  # fmt: skip
    first = "x" if "x" in at else next(iter(at))
    second = "feature" if "feature" in at else "w"
    count = int(np.prod(shape))
    if name == "conv2d_dw":
        w = np.zeros((at["kh"], at["kw"], x.shape[-1], dy.shape[-1]))
    ws = (*w.shape, *((1,) if not channels else ()), *((1,) if not filters else ()))
    if "depthwise" in name:
        ws = (*ws[:2], 1, ws[2] * ws[3])
    size = {} if name == "weighted_sum" else at
    if "transpose" in name:
        big = dy if dy is not None else np.zeros(shape)
        settings = {k: v for k, v in at.items() if k != "output_padding"}
        i, k, o = _triples(_full(big.shape, batch, channels), ws, settings, rank)
        made = {
            "y": lambda: _wires("x", x, (i, o), "w", w, k, big.size),
            "dx": lambda: _wires("dy", dy, (o, i), "w", w, k, x.size),
            "dw": lambda: _wires("dy", dy, (k, i), "x", x, o, w.size),
        }
    else:
        i, k, o = _triples(_full(x.shape, batch, channels), ws, size, rank)
        if name == "true_conv1d":
            k = w.size - 1 - k
        made = {
            "y": lambda: _wires(first, x, (o, i), second, w, k, count),
            "dx": lambda: _wires("dy", dy, (i, o), "w", w, k, x.size),
            "dw": lambda: _wires("dy", dy, (k, o), "x", x, i, w.size),
        }
        made["map"] = made["y"]
    if part == "db":
        places = np.arange(dy.size)
        return _wires(
            "dy", dy, (places % ws[-2 if "transpose" in name else -1], places)
        )
    if part not in made:
        return None
    found = made[part]()
    if name.startswith("match"):
        found = Wires(found.moved, found.matrix / w.size, found.other, found.meets)
    return found


def _dense(part: str, at: Mapping[str, Any]) -> Wires:
    x, w, dy = at["x"], at["w"], at["dy"]
    i, k, o = _triples(x.shape[:1], w.shape, {}, 0)
    if part == "y":
        return _wires("x", x, (o, i), "w", w, k)
    if part == "dx":
        return _wires("dy", dy, (i, o), "w", w, k)
    if part == "dw":
        return _wires("dy", dy, (k, o), "x", x, i)
    places = np.arange(dy.size)
    return _wires("dy", dy, (places % dy.shape[-1], places))


def _pool(name: str, part: str, at: Mapping[str, Any]) -> Wires | None:
    x = at["x"]
    channels = x.shape[-1]
    size = x.shape[1:3] if name.startswith("global") else per_axis(at.get("size", 2), 2)
    stride = per_axis(at.get("stride") or size, 2)
    pads = [(0, 0)] * 2
    if at.get("padding") == "same":
        pads = []
        for n, k, s in zip(x.shape[1:3], size, stride, strict=True):
            total = max((-(-n // s) - 1) * s + k - n, 0)
            pads.append((total // 2, total - total // 2))
    places = np.arange(x.size).reshape(x.shape)
    wide = np.pad(places, ((0, 0), *pads, (0, 0)), constant_values=-1)
    i, _, o = _triples(wide.shape, (*size, 1, channels), {"stride": stride}, 2)
    i = wide.ravel()[i]
    o, i = o[i >= 0], i[i >= 0]
    reads = np.zeros((int(o.max()) + 1, x.size))
    reads[o, i] = 1.0
    if "avg" in name or at.get("kind") == "average":
        reads /= reads.sum(axis=1, keepdims=True)
    if part == "y":
        return Wires("x", reads)
    if "avg" in name:
        return Wires("dy", reads.T)
    values = np.where(reads > 0, x.ravel(), -np.inf)
    winners = np.zeros_like(reads)
    winners[np.arange(len(reads)), values.argmax(axis=1)] = 1.0
    return Wires("dy", winners.T)


def _separable(at: Mapping[str, Any], count: int) -> Wires:
    depth = at["w_depth"]
    ws = (*depth.shape[:2], 1, depth.shape[2] * depth.shape[3])
    i, k, o = _triples(at["x"].shape, ws, at, 2)
    point = at["w_point"]
    size = count // point.shape[1] * len(point)
    maps = _wires("x", at["x"], (o, i), "w_depth", depth, k, size).matrix
    i, k, o = _triples((len(maps) // len(point),), point.shape, {}, 0)
    mixed = _wires("", np.zeros(len(maps)), (o, i), "w_point", point, k).matrix
    return Wires("x", mixed @ maps)


# Reading the learner's ------------------------------------------------------------

_PRIMES = [n for n in range(2, 3600) if all(n % d for d in range(2, int(n**0.5) + 1))]
CODES = np.log(_PRIMES)  # no sum of some of them is a multiple of another


def compare(
    name: str,
    part: str,
    arguments: Mapping[str, Any],
    run: Callable[[Mapping[str, Any]], Any],
    expected: np.ndarray,
    offset: Any = 0.0,
) -> str:
    """Return one sentence on the first wire that differs, "" when none does.

    ``run(arguments)`` gives the learner's part; ``expected`` is Keras's on these
    arguments, and ``offset`` what it is without any input, the bias.
    """
    expected = np.asarray(expected)
    right = wired(name, part, arguments, expected.shape)
    if right is None:
        return ""
    moved = np.asarray(arguments[right.moved], dtype=float)
    picks = name in PICKS and part == "y" and arguments.get("kind") != "average"
    if moved.size > MOST or len(right.matrix) != expected.size:
        return ""
    told = (
        right.matrix @ moved.ravel() + np.broadcast_to(offset, expected.shape).ravel()
    )
    if not picks and not np.allclose(told, expected.ravel()):
        return ""
    coded = dict(arguments)
    if right.other:
        other = np.asarray(arguments[right.other])
        coded[right.other] = CODES[: other.size].reshape(other.shape)
        right = wired(name, part, coded, expected.shape)
    elif picks:
        coded[right.moved] = np.ones_like(moved)
        right = wired(name, part, coded, expected.shape)
    mine = _read(run, coded, right.moved, moved.shape, picks)
    if mine is None:
        return ""
    return _Sentences(part, coded, right, expected.shape, offset, *mine, picks).first()


def _read(
    run: Callable, at: Mapping[str, Any], name: str, shape: tuple, picks: bool
) -> tuple[np.ndarray, np.ndarray, tuple, bool] | None:
    """Return the learner's matrix, offset and shape, and whether it is linear."""

    def answer(values: np.ndarray) -> np.ndarray:
        return np.array(run({**at, name: values.reshape(shape)}), dtype=float)

    size = int(np.prod(shape))
    zero = answer(np.zeros(size))
    columns = []
    for k in range(size):
        impulse = np.zeros(size)
        impulse[k] = 1.0
        columns.append((answer(impulse) - zero).ravel())
    matrix = np.array(columns).T
    matrix[np.abs(matrix) < 1e-9] = 0.0
    some = np.cos(np.arange(size) + 1.0)
    linear = np.allclose(answer(some).ravel(), matrix @ some + zero.ravel())
    if not np.isfinite(matrix).all():
        return None
    return matrix, zero.ravel(), zero.shape, linear or picks


class _Sentences:
    """The learner's wires beside the right ones."""

    def __init__(
        self,
        part: str,
        at: Mapping[str, Any],
        right: Wires,
        shape: tuple,
        offset: Any,
        matrix: np.ndarray,
        zero: np.ndarray,
        mine: tuple,
        linear: bool,
        picks: bool,
    ) -> None:
        self.part, self.at, self.right, self.shape = part, at, right, shape
        self.offset, self.matrix, self.zero, self.mine = offset, matrix, zero, mine
        self.linear, self.picks = linear, picks
        self.inputs = np.shape(at[right.moved])

    def first(self) -> str:
        """Return the first sentence that is true."""
        if len(self.mine) != len(self.shape):
            return ""
        pairs = list(self.shared())
        reads = [
            (place, a, b) for place, a, b in pairs
            if not np.array_equal(self.matrix[a] != 0, self.right.matrix[b] != 0)
        ]  # fmt: skip
        if reads:
            return self.other_reads(reads, len(pairs))
        if not self.linear:
            moved, part = self.right.moved, self.part
            return f"twice the {moved} doesn't give twice your {part}, as in Keras"
        if self.picks:
            return self.longer()
        wires = [
            (place, a, b) for place, a, b in pairs
            if not np.allclose(self.matrix[a], self.right.matrix[b])
        ]  # fmt: skip
        if wires:
            return self.other_wires(wires, len(pairs))
        return self.added(pairs) or self.longer()

    def shared(self) -> Iterator[tuple[tuple, int, int]]:
        """Yield the places that both results have, with their flat indices."""
        both = tuple(map(min, self.mine, self.shape))
        for place in np.ndindex(*both):
            a = int(np.ravel_multi_index(place, self.mine)) if place else 0
            b = int(np.ravel_multi_index(place, self.shape)) if place else 0
            yield place, a, b

    def named(self, place: tuple) -> str:
        return self.part + brackets(map(str, place)) if place else self.part

    def reads(self, row: np.ndarray) -> str:
        """Return the inputs that a row reads, "x[2:5, 0:2]"."""
        name = self.right.moved
        found = np.flatnonzero(row)
        if not found.size:
            return f"nothing of {name}"
        places = np.array(np.unravel_index(found, self.inputs)).T
        axes = [np.unique(column) for column in places.T]
        even = all(len(a) < 3 or len(set(np.diff(a))) == 1 for a in axes)
        if even and np.prod([len(a) for a in axes]) == len(found):
            ends = list(map(_ends, axes, self.inputs))
            whole = all(end == ":" for end in ends)
            return f"all of {name}" if whole else name + brackets(ends)
        shown = [name + brackets(map(str, p)) for p in places[:3].tolist()]
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return ", ".join(shown) + more

    def other_reads(self, reads: list, count: int) -> str:
        place, a, b = reads[0]
        yours, keras = self.reads(self.matrix[a]), self.reads(self.right.matrix[b])
        many = f" ({len(reads)} of {count} places differ so)" if count > 1 else ""
        return f"your {self.named(place)} reads {yours}; Keras's reads {keras}{many}"

    def other_wires(self, wires: list, count: int) -> str:
        place, a, b = wires[0]
        k = int(np.flatnonzero(~np.isclose(self.matrix[a], self.right.matrix[b]))[0])
        mine, right = self.matrix[a, k], self.right.matrix[b, k]
        there = np.unravel_index(k, self.inputs)
        source = self.right.moved + brackets(map(str, there))
        out = self.named(place)
        if self.right.meets is None:
            return (
                f"your {out} takes {source} {mine:.4g} times; Keras's takes it "
                f"{right:.4g} times"
            )
        at = int(self.right.meets[b, k])
        met = self.weight(at)
        shape = np.shape(self.at[self.right.other])
        codes = CODES[: int(np.prod(shape))]
        single = np.flatnonzero(np.isclose(codes, mine))
        if single.size == 1:
            turned = self.turned(wires)
            other = self.weight(int(single[0]))
            right_one = f"in Keras's it meets {met}{turned}"
            return f"in your {out}, {source} meets {other}; {right_one}"
        row = self.right.matrix[b] != 0
        times = self.matrix[a][row] / self.right.matrix[b][row]
        if np.allclose(times, times[0]):
            count = f"counts {times[0]:.4g} times what it should"
            return f"in your {out}, {source} times {met} {count}"
        sums = np.argwhere(np.isclose(codes[:, None] + codes, mine))
        if 0 < len(sums) <= 2:
            first, second = map(self.weight, sums[0].tolist())
            both = f"meets {first} and {second}"
            return f"in your {out}, {source} {both}; in Keras's only {met}"
        return f"in your {out}, {source} doesn't meet {met} alone, as in Keras's"

    def weight(self, flat: int) -> str:
        shape = np.shape(self.at[self.right.other])
        return self.right.other + brackets(map(str, np.unravel_index(flat, shape)))

    def turned(self, wires: list) -> str:
        """Return a word when the other argument is met turned round everywhere."""
        other = np.asarray(self.at[self.right.other])
        for axes in ((0,), (1,), (0, 1)):
            if max(axes) >= other.ndim or min(other.shape[a] for a in axes) < 3:
                continue
            flat = np.flip(other, axes).ravel()
            wanted = np.where(self.right.meets < 0, 0, flat[self.right.meets])
            if all(np.allclose(self.matrix[a], wanted[b]) for _, a, b in wires):
                what = {(0,): "rows" if other.ndim > 1 else "", (1,): "columns"}
                along = what.get(axes, "rows and columns")
                return f": {self.right.other} is turned round" + (
                    f" in its {along}" if along else ""
                )
        return ""

    def added(self, pairs: list) -> str:
        """Return a sentence on what is there without any input."""
        offset = np.broadcast_to(self.offset, self.shape).ravel()
        for place, a, b in pairs:
            if not np.isclose(self.zero[a], offset[b]):
                head = f"every product is right; with {self.right.moved} all 0 your"
                mine = f"{self.named(place)} is {self.zero[a]:.4g}"
                return f"{head} {mine}, Keras's {offset[b]:.4g}"
        return ""

    def longer(self) -> str:
        """Return a sentence on what one of both has more of."""
        if self.mine == self.shape:
            return ""
        axis = next(
            k
            for k, (a, b) in enumerate(zip(self.mine, self.shape, strict=True))
            if a != b
        )
        place = [0] * len(self.shape)
        place[axis] = min(self.mine[axis], self.shape[axis])
        missing = self.mine[axis] < self.shape[axis]
        matrix, shape = (
            (self.right.matrix, self.shape) if missing else (self.matrix, self.mine)
        )
        if 0 in shape:
            return ""
        reads = self.reads(matrix[np.ravel_multi_index(tuple(place), shape)])
        out = self.named(tuple(place))
        if missing:
            return f"{out} is missing in yours; Keras's reads {reads}"
        return (
            f"your {out} is too many: it reads {reads}, and Keras's has no such place"
        )


def _ends(axis: np.ndarray, length: int) -> str:
    if len(axis) == 1:
        return str(axis[0])
    step = int(axis[1] - axis[0])
    if step == 1 and len(axis) == length:
        return ":"
    return f"{axis[0]}:{axis[-1] + 1}" + (f":{step}" if step > 1 else "")


def brackets(parts: Any) -> str:
    """Return an index of parts, "[0, 2:5]"; nothing without any."""
    inside = ", ".join(parts)
    return f"[{inside}]" if inside else ""
