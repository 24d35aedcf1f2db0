"""What several pictures share: grids of planes, links from taps, sums as text."""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from byhand.explore.figure import Grid, Light, Link, number, text
from byhand.explore.models.arrays import extent as extent
from byhand.explore.models.arrays import times as times
from byhand.explore.models.taps import Tap, Taps
from byhand.wiring import Wiring

DIGITS = 3  # decimals in a sum


def planes(key: str, array: np.ndarray, title: str, **options: Any) -> list[Grid]:
    """Return one Grid per channel of an array (H, W, C); ``title`` follows its name."""
    many = array.shape[2] > 1
    return [
        Grid(
            f"{key}{c}",
            f"{key} channel {c}, {title}" if many else f"{key}, {title}",
            array[:, :, c],
            name=f"{key} channel {c}" if many else key,
            **options,
        )
        for c in range(array.shape[2])
    ]


def kernels(array: np.ndarray, title: str) -> list[Grid]:
    """Return one Grid per kernel plane of an array (kh, kw, C, F), filter by filter."""
    c_in, f_out = array.shape[2:]
    grids = []
    for f in range(f_out):
        for c in range(c_in):
            name = "w"
            name += f" filter {f}" if f_out > 1 else ""
            name += f" plane {c}" if c_in > 1 else ""
            values = array[:, :, c, f]
            grids.append(Grid(f"w{f}.{c}", f"{name}, {title}", values, name=name))
    return grids


class Places:
    """From flat indices of a wiring to cells of the grids above."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.rows = slice(2 - wiring.dims, None)  # a signal has none

    def input(self, i: int) -> tuple[str, int]:
        """Return (grid, cell) of a flat index in the padded frame."""
        _, w, c = self.wiring.frame
        return f"x{i % c}", i // c // w * w + i // c % w

    def inputs(self) -> list[tuple[str, int]]:
        """Return (grid, cell) of every place in the padded frame."""
        return [self.input(i) for i in range(int(np.prod(self.wiring.frame)))]

    def outputs(self) -> list[tuple[str, int]]:
        """Return (grid, cell) of every output."""
        return [self.output(o) for o in range(int(np.prod(self.wiring.outputs)))]

    def weight(self, k: int) -> tuple[str, int]:
        """Return (grid, cell) of a flat index in the kernel."""
        p, q, c, f = np.unravel_index(k, self.wiring.weights)
        return f"w{f}.{c}", int(p * self.wiring.weights[1] + q)

    def output(self, o: int) -> tuple[str, int]:
        """Return (grid, cell) of a flat index in the output."""
        f = self.wiring.outputs[2]
        return f"y{o % f}", o // f

    def name_input(self, i: int) -> str:
        """Name an input as the code does; padding has an index below 0."""
        (top, _), (left, _) = self.wiring.pad
        r, s, c = np.unravel_index(i, self.wiring.frame)
        place = (r - top, s - left)[self.rows]
        return index("x", place, (c, self.wiring.frame[2]))

    def name_output(self, o: int) -> str:
        """Name an output as the code does."""
        r, s, f = np.unravel_index(o, self.wiring.outputs)
        return index("y", (r, s)[self.rows], (f, self.wiring.outputs[2]))

    def name_weight(self, k: int) -> str:
        """Name a weight as the code does."""
        p, q, c, f = np.unravel_index(k, self.wiring.weights)
        place = [*(p, q)[self.rows]]
        place += [c] if self.wiring.weights[2] > 1 else []
        place += [f] if self.wiring.weights[3] > 1 else []
        return index("w", place)


def index(letter: str, place: Sequence[int], channel: tuple[int, int] = (0, 1)) -> str:
    """Write ``y[0,1]``, and ``y[0,1,2]`` when there is more than one channel."""
    more = (channel[0],) if channel[1] > 1 else ()
    return f"{letter}[{','.join(str(n) for n in (*place, *more))}]"


def value(v: float) -> str:
    """Write a number in a sum, in brackets when negative."""
    plain = number(v, DIGITS)
    return f"({plain})" if plain.startswith("−") else plain


def product(a: float, b: float) -> str:
    """Write one product of a sum."""
    return f"{value(a)}·{value(b)}"


def _times(factor: float) -> str:
    return "" if factor == 1.0 else f"{value(factor)}·"


def label(weight: float) -> str:
    """Write the weight on a lit cell, where there is little room."""
    return f"×{number(weight, 1)}"


def labels(w: np.ndarray) -> list[str]:
    """Return what stands on the lights of the links here: the weights."""
    return [label(v) for v in np.ravel(w).tolist()]


def output_links(
    wired: Wiring,
    taps: Taps,
    x: np.ndarray,
    w: np.ndarray,
    b: float | np.ndarray,
    y: np.ndarray,
    true: np.ndarray,
) -> list[Link]:
    """Return a Link per output: its window, its weights, its sum."""
    frame, weights = wired.padded(x).ravel().tolist(), np.ravel(w).tolist()
    shown = [value(v) for v in frame], [value(v) for v in weights]
    bias = np.broadcast_to(b, (wired.outputs[2],)).tolist()
    y, true = y.tolist(), true.tolist()
    links = []
    for o, (cell, name, lights) in enumerate(_windows(wired, taps)):
        row = taps.by_output[o]
        used = [t for t in row if t.role != "missing"]
        b = bias[o % len(bias)]
        total = sum(t.factor * frame[t.i] * weights[t.k] for t in used) + b
        said = f"<b>{name}</b> = {_terms(used, *shown, b)}"
        said += _result(total, y[o], true[o])
        links.append(Link(*cell, lights, said))
    return links


@functools.lru_cache(maxsize=4)  # no number changes it
def _windows(
    wired: Wiring, taps: Taps
) -> list[tuple[tuple[str, int], str, tuple[Light, ...]]]:
    """Return the cell of every output, its name and what lights up for it."""
    at = Places(wired)
    inputs, found = at.inputs(), []
    many = wired.weights[2] * wired.weights[3] > 1
    for o, row in enumerate(taps.by_output):
        lights: list[Light] = [(*inputs[tap.i], tap.role, tap.k) for tap in row]
        if many:
            kernels = {at.weight(tap.k)[0] for tap in row}
            lights += [(key, None, "lit", "") for key in sorted(kernels)]
        found.append((at.output(o), at.name_output(o), tuple(lights)))
    return found


def _terms(
    used: Sequence[Tap], inputs: Sequence[str], weights: Sequence[str], b: float
) -> str:
    """Write the products of a sum, of inputs and weights as text."""
    products = (f"{_times(t.factor)}{inputs[t.i]}·{weights[t.k]}" for t in used)
    terms = " + ".join(products) or "nothing"
    return f"{terms} + {value(b)}" if b else terms


def _result(total: float, mine: float, true: float) -> str:
    """Say what the sum is, what the learner's function gives and what is right."""
    said = f" = <b>{number(total, DIGITS)}</b>"
    if not _close(total, mine):
        said += f"; but your function gives {number(mine, DIGITS)}"
    if math.isnan(true):
        said += ". At this setting there is no such output"
    elif not _close(mine, true):
        said += f". Right is <b>{number(true, DIGITS)}</b>"
    return said


def _close(a: float, b: float) -> bool:
    """Compare as ``models.arrays.different`` does; one pair takes no array."""
    return abs(a - b) <= 1e-6 + 1e-6 * abs(b)


@functools.lru_cache(maxsize=4)
def input_links(wired: Wiring, taps: Taps) -> tuple[Link, ...]:
    """Return a Link per real input: the outputs that it feeds."""
    at = Places(wired)
    outputs = at.outputs()
    fed = {}
    for o, row in enumerate(taps.by_output):
        for tap in row:
            fed.setdefault(tap.i, []).append((o, tap))
    links = []
    for i in np.flatnonzero(wired.real).tolist():
        meets = fed.get(i, [])
        lights = tuple((*outputs[o], tap.role, tap.k) for o, tap in meets)
        read = [o for o, tap in meets if tap.role != "missing"]
        links.append(
            Link(*at.input(i), lights, f"<b>{at.name_input(i)}</b> {feeds(len(read))}.")
        )
    return tuple(links)


def feeds(count: int) -> str:
    """Say how many outputs an input goes into."""
    if count == 0:
        return "goes into no output"
    return f"goes into {count} output{'s' * (count > 1)}"


@functools.lru_cache(maxsize=4)
def weight_links(wired: Wiring, taps: Taps) -> tuple[Link, ...]:
    """Return a Link per weight: the inputs that it meets, and where."""
    at = Places(wired)
    places = at.inputs()
    met = {}
    for o, row in enumerate(taps.by_output):
        for tap in row:
            met.setdefault(tap.k, []).append((o, tap))
    links = []
    for k in range(int(np.prod(wired.weights))):
        pairs = met.get(k, [])
        inputs = {tap.i: (*places[tap.i], tap.role, "") for _, tap in pairs}
        said = f"<b>{at.name_weight(k)}</b> meets {len(inputs)} inputs"
        links.append(
            Link(
                *at.weight(k),
                tuple(inputs.values()),
                f"{said}, one for each of {len(pairs)} outputs: the same weight "
                "everywhere.",
            )
        )
    return tuple(links)


def marks(indices: Iterable[int], true: np.ndarray) -> dict[int, str]:
    """Return the mark of every differing output: what would be right."""
    flat = np.ravel(true)
    return {o: _mark(flat[o]) for o in indices}


def _mark(right: float) -> str:
    if np.isnan(right):
        return "is not there at this setting"
    return f"differs; right is {number(right, DIGITS)}"


def split_marks(per_output: dict[int, str], channels: int) -> list[dict[int, str]]:
    """Give each channel its own marks, by cell."""
    split: list[dict[int, str]] = [{} for _ in range(channels)]
    for o, what in per_output.items():
        split[o % channels][o // channels] = what
    return split


def misshapen(name: str, own: Sequence[int], size: Sequence[int], dims: int) -> str:
    """Say that an output has a wrong size, and what the picture shows then."""
    shapes = (tuple(shape[2 - dims : 2]) for shape in (own, size))
    gave, right = (f"({shape[0]},)" if dims == 1 else str(shape) for shape in shapes)
    return (
        f"<code>{text(name)}</code> gave shape {gave}; at this setting it is {right}. "
        "The picture shows what each of your outputs reads."
    )


def disagreements(
    taps: Taps, differs: Sequence[int], total: int, name: str
) -> list[str]:
    """Return sentences about where a learner's function leaves the true wiring."""
    said = []
    if differs:
        verb = "differs" if len(differs) == 1 else "differ"
        said.append(
            f"{len(differs)} of {total} outputs of <code>{text(name)}</code> {verb} "
            "from the definition; they are hatched and carry ≠."
        )
    if taps.missing or taps.extra:
        said.append(
            f"The wiring differs: {taps.missing} products are missing (dotted), "
            f"{taps.extra} are there that should not be (hatched)."
        )
    if taps.tangled:
        said.append(
            f"At {len(taps.tangled)} places a weight meets more than one input, or its "
            "product is not linear."
        )
    return said
