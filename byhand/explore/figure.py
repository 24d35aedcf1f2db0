"""What a figure consists of: grids of numbers, and links between their cells.

A *link* belongs to one cell, its source: while the pointer is over the source, or the
keyboard's focus is on it, the link's overlays and its text are shown and all other
links are hidden. The cell that is checked in the *main* grid stays shown when nothing
else is pointed at: it is pinned. ``render`` turns all of it into HTML; nothing here
knows what a convolution is.
"""

import functools
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Grid:
    """A table of numbers.

    ``faded`` holds flat indices of cells that are drawn as padding, ``marks`` maps a
    flat index to what is wrong there, ``origin`` is the index printed at the first row
    and column, ``shown`` replaces numbers by texts, ``tags`` is how many pixels the
    weights on one lit cell need, ``dense`` asks for small cells; ``render`` sets both.
    ``span`` is the smallest and the largest value of the colours, when those are not
    the table's own.
    """

    key: str
    title: str
    values: np.ndarray
    tint: str = "signed"
    main: bool = False
    name: str = ""
    faded: frozenset[int] = frozenset()
    marks: dict[int, str] = field(default_factory=dict)
    origin: tuple[int, int] = (0, 0)
    shown: list[str] | None = None
    note: str = ""
    tags: int = 0
    dense: bool = False
    span: tuple[float, float] | None = None

    @functools.cached_property
    def texts(self) -> list[str]:
        """What stands in the cells."""
        return self.shown or [number(v) for v in self.values.ravel().tolist()]


@dataclass
class Canvas:
    """A drawing with cells that stand anywhere in it; sizes are in CSS pixels.

    ``cells`` maps an index to (x, y, text, colour), ``svg`` lies behind them.
    """

    key: str
    title: str
    size: tuple[float, float]
    cells: dict[int, tuple[float, float, str, str]]
    svg: str = ""
    main: bool = False
    name: str = ""


@dataclass
class Image:
    """A picture too large for a table, with boxes (row, column, height, width)."""

    key: str
    title: str
    values: np.ndarray
    tint: str = "amount"
    boxes: tuple[tuple[int, int, int, int], ...] = ()
    scale: int = 6


@dataclass
class Raw:
    """A piece of HTML that stands among the grids."""

    html: str
    title: str = ""


Block = Grid | Canvas | Image | Raw
Light = tuple[str, int | None, str, str | int]


@dataclass
class Link:
    """What is shown for one cell: lit cells elsewhere, drawings, and a sentence.

    ``lights`` holds (grid, flat index, role, label); the index None is the whole grid,
    in one frame. Roles are ``lit``, ``extra``
    (read, and should not be), ``missing`` (not read, and should be) and ``win``. A
    label that is a number counts in the figure's ``labels``.
    ``draw`` maps a canvas to SVG. ``text`` is HTML.
    """

    grid: str
    index: int
    lights: Sequence[Light] = ()
    text: str = ""
    draw: dict[str, str] = field(default_factory=dict)


@dataclass
class Figure:
    """Everything on one picture, top to bottom.

    ``rows`` are rows of grids; ``says`` are sentences above them (HTML), ``alerts``
    are sentences about something wrong, ``code`` is this setting as code, ``pin`` is
    the (grid, index) of the main cell that is checked at the start. ``whose`` asks for
    a sentence that the numbers are the learner's, ``legend`` for the signs of
    ``"values"`` or of ``"wiring"`` that differ, ``task`` is one thing to try,
    ``pointing`` is what the pointer needs to choose a window of a photograph,
    ``labels`` are what changes on lights that don't: the weights, as text. ``css``
    are rules of this figure alone, ``said`` is what a screen reader hears of it (HTML).
    In both, as in a Raw block, {u} stands for the figure's own id.
    """

    label: str
    rows: list[list[Block]]
    links: list[Link] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    code: str = ""
    pin: tuple[str, int] | tuple[()] = ()
    legend: str = ""
    whose: bool = True
    seed: int | None = None
    task: str = ""
    pointing: dict[str, Any] | None = None
    labels: Sequence[str] = ()
    css: str = ""
    said: str = ""


def text(value: Any) -> str:
    """Return plain text as HTML."""
    return html.escape(str(value), quote=True)


@functools.lru_cache(maxsize=4096)
def number(value: float, digits: int = 2) -> str:
    """Print a number for a cell: whole numbers whole, a true minus sign."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    rounded = round(float(value), digits)
    if rounded == 0 and value != 0 and abs(value) < 10**-digits / 2:
        return "≈0"
    plain = f"{rounded:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{rounded}"
    if abs(rounded) >= 1e6:
        plain = f"{rounded:.3g}"
    return plain.replace("-", "−") if float(plain) != 0 else "0"
