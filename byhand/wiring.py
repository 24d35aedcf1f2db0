"""Which input meets which weight in which output.

A convolution is a list of triples (input, weight, output): "input 8 times weight 2 goes
into output 3". The explorers draw these triples and add up along them; a transposed
convolution is the same list read backwards, and a receptive field is a walk through
several lists. Flat indices count in C order over the layouts of the course: inputs
(H, W, C), weights (kh, kw, C // groups, F), outputs (H_out, W_out, F). Inputs are
counted in the *padded* frame, so that a window that hangs over the border can be drawn;
``real`` tells which are no padding.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

Pads = tuple[tuple[int, int], tuple[int, int]]
Layer = Mapping[str, int]  # kernel, stride, padding, dilation
Edges = list[list[tuple[int, int]]]


@dataclass(frozen=True, eq=False)
class Wiring:
    """Triples of flat indices into a padded frame, a kernel and an output.

    ``pad`` is ((top, bottom), (left, right)); ``dims`` is 1 for a signal, which is
    laid out as one row.
    """

    frame: tuple[int, ...]
    weights: tuple[int, ...]
    outputs: tuple[int, ...]
    pad: Pads
    i: np.ndarray
    k: np.ndarray
    o: np.ndarray
    dims: int = 2

    @property
    def inputs(self) -> tuple[int, int, int]:
        """Shape of the input without its padding."""
        (top, bottom), (left, right) = self.pad
        h, w, c = self.frame
        return (h - top - bottom, w - left - right, c)

    @property
    def real(self) -> np.ndarray:
        """One flag per cell of the frame: False for padding."""
        (top, _), (left, _) = self.pad
        h, w, _ = self.inputs
        flags = np.zeros(self.frame, dtype=bool)
        flags[top : top + h, left : left + w] = True
        return flags.ravel()

    def frame_index(self) -> np.ndarray:
        """Flat index in the frame of every input, in the shape of the input."""
        return np.flatnonzero(self.real).reshape(self.inputs)

    def padded(self, x: np.ndarray) -> np.ndarray:
        """Put an input (H, W, C) in its frame of zeros."""
        frame = np.zeros(self.real.size)
        frame[self.real] = np.ravel(x)
        return frame.reshape(self.frame)

    def triples(self) -> set[tuple[int, int, int]]:
        """Return the triples without padding as a set of (input, weight, output)."""
        keep = self.real[self.i]
        columns = (index[keep].tolist() for index in (self.i, self.k, self.o))
        return set(zip(*columns, strict=True))

    def all_triples(self) -> list[tuple[int, int, int]]:
        """Return every triple, those of padding included, in order."""
        return list(zip(self.i.tolist(), self.k.tolist(), self.o.tolist(), strict=True))

    def unpadded(self) -> frozenset[tuple[int, int, int]]:
        """Return the triples with inputs counted without padding."""
        order = np.full(self.real.size, -1)
        order[self.frame_index().ravel()] = np.arange(np.prod(self.inputs))
        return frozenset((int(order[i]), k, o) for i, k, o in self.triples())

    def refitted(self, outputs: Sequence[int]) -> "Wiring":
        """Return the same wires into an output of another height and width.

        What doesn't fit is left out, and new outputs have no wires.
        """
        place = np.unravel_index(self.o, self.outputs)
        keep = (place[0] < outputs[0]) & (place[1] < outputs[1])
        into = np.ravel_multi_index(tuple(p[keep] for p in place), tuple(outputs))
        i, k = self.i[keep], self.k[keep]
        return replace(self, outputs=tuple(outputs), i=i, k=k, o=into)


def reach(k: int, dilation: int = 1) -> int:
    """Count the inputs from the first tap of a kernel to its last."""
    return dilation * (k - 1) + 1


def _pair(value: object) -> tuple:
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _starts(n: int, k: int, stride: int, dilation: int) -> range:
    """Return where the windows begin that fit into ``n`` places."""
    return range(0, n - reach(k, dilation) + 1, stride)


def _axis(
    n: int, k: int, stride: int, padding: int | str, dilation: int
) -> tuple[tuple[int, int], np.ndarray]:
    """Return the zeros around one axis, and the places (stop, tap) of its taps."""
    around = (0, 0) if isinstance(padding, str) else (padding, padding)
    if padding == "same":  # the fewest zeros that leave an output per step
        wanted = len(range(0, n, stride))
        fits = (len(_starts(n + t, k, stride, dilation)) for t in itertools.count())
        total = next(t for t, stops in enumerate(fits) if stops >= wanted)
        around = (total // 2, total - total // 2)
    starts = _starts(n + sum(around), k, stride, dilation)
    first = np.array(starts, dtype=int)
    return around, np.add.outer(first, np.arange(k) * dilation)


def convolution(
    shape: Sequence[int],
    kernel: Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
    dims: int = 2,
) -> Wiring:
    """Wire a convolution of inputs (H, W, C) with kernels (kh, kw, C // groups, F).

    ``padding`` is a number for all sides, ``"valid"``, or Keras's ``"same"``, whose
    odd row goes after. With ``dims`` 1 stride, padding and dilation act along the row
    alone.
    """
    (h, w, c), (kh, kw, c_group, f) = shape, kernel
    down, right = _pair(stride)
    rows = (1, 0, 1) if dims == 1 else (down, padding, dilation)
    above, row = _axis(h, kh, *rows)
    beside, column = _axis(w, kw, right, padding, dilation)
    frame = (h + sum(above), w + sum(beside), c)
    outputs = (len(row), len(column), f)
    i, j, m, p, q, g = (
        axis.ravel() for axis in np.indices((*outputs, kh, kw, c_group))
    )
    channel = m // max(f // groups, 1) * c_group + g
    return Wiring(
        frame,
        tuple(kernel),
        outputs,
        (above, beside),
        np.ravel_multi_index((row[i, p], column[j, q], channel), frame),
        np.ravel_multi_index((p, q, g, m), tuple(kernel)),
        np.ravel_multi_index((i, j, m), outputs),
        dims,
    )


def flipped(wiring: Wiring, axes: Iterable[int] = (0, 1)) -> Wiring:
    """Return the same windows met by the kernel turned over along some axes."""
    place = list(np.unravel_index(wiring.k, wiring.weights))
    for axis in axes:
        place[axis] = wiring.weights[axis] - 1 - place[axis]
    return replace(wiring, k=np.ravel_multi_index(tuple(place), wiring.weights))


def transposed(
    shape: Sequence[int],
    kernel: Sequence[int],
    *,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
    dims: int = 2,
) -> Wiring:
    """Wire a transposed convolution of one plane (H, W) with a kernel (kh, kw).

    Every input stamps the kernel on a canvas, ``stride`` apart; ``output_padding``
    makes the canvas longer at its end, ``padding`` is cropped from both ends.
    """
    (h, w), (kh, kw) = shape, kernel
    settings = (stride, padding, output_padding, dilation)
    row, tall = _stamps(h, kh, *((1, 0, 0, 1) if dims == 1 else settings))
    column, wide = _stamps(w, kw, *settings)
    i, j, p, q = (axis.ravel() for axis in np.indices((h, w, kh, kw)))
    r, s = row[i, p], column[j, q]
    keep = (r >= 0) & (r < tall) & (s >= 0) & (s < wide)
    return Wiring(
        (h, w, 1),
        (kh, kw, 1, 1),
        (tall, wide, 1),
        ((0, 0), (0, 0)),
        (i * w + j)[keep],
        (p * kw + q)[keep],
        (r * wide + s)[keep],
        dims,
    )


def _stamps(
    n: int, k: int, stride: int, padding: int, more: int, dilation: int
) -> tuple[np.ndarray, int]:
    """Return where the taps of every stamp land along one axis, and its length."""
    places = np.add.outer(np.arange(n) * stride, np.arange(k) * dilation) - padding
    return places, int(places.max()) + 1 + more - padding


def stack(n: int, layers: Iterable[Layer]) -> list[Wiring]:
    """Wire layers on top of each other over a signal of ``n`` inputs.

    Each layer is a mapping with ``kernel``, ``stride``, ``padding``, ``dilation``.
    """
    wired = []
    for layer in layers:
        shape, kernel = (1, n, 1), (1, layer["kernel"], 1, 1)
        rest = {name: layer[name] for name in ("stride", "padding", "dilation")}
        wired.append(convolution(shape, kernel, dims=1, **rest))
        n = wired[-1].outputs[1]
    return wired


def edges(wired: Iterable[Wiring]) -> Edges:
    """Return, per layer of a stack, the pairs (unit below, unit above) of its wires."""
    return [sorted({(i, o) for i, _, o in one.unpadded()}) for one in wired]


def cone(pairs: Edges, top: int) -> list[set[int]]:
    """Return, per layer from the input up, the units that feed unit ``top``."""
    levels = [{top}]
    for layer in reversed(pairs):
        levels.insert(0, {below for below, above in layer if above in levels[0]})
    return levels
