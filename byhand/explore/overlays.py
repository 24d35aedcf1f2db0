"""What links light up, drawn once for all links that look alike.

The windows of a convolution are one shape in many places. A shape is drawn once, at the
top left of its grid, and moved to the place that a link has for it: a picture of 12 by
12 has some tens of shapes where it has hundreds of links.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from byhand.explore.figure import Figure, Grid, Light

Item = tuple[int, int, str, str | int]  # row and column in the shape, role, label
Shape = tuple[Item, ...]
_LETTER, _EDGE = 6.5, 8  # pixels of a label


@dataclass
class Overlays:
    """The shapes of each grid, and which of them a link shows where.

    ``shapes`` maps a grid to {items: number}, ``drawings`` a canvas to (link, SVG),
    ``places`` holds (shape, row, column) for every link, ``pinned`` is the link that
    shows at the start, ``labels`` are the figure's.
    """

    labels: Sequence[str] = ()
    shapes: dict[str, dict[Shape, int]] = field(default_factory=dict)
    drawings: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    places: list[list[tuple[int, int, int]]] = field(default_factory=list)
    pinned: int = -1

    @property
    def keys(self) -> set[str]:
        """The grids and canvases that have something drawn over them."""
        return {*self.shapes, *self.drawings}

    def html(self, key: str | None) -> str:
        """Return all that can show over one grid or canvas."""
        first = self.places[self.pinned] if self.pinned >= 0 else ()
        at = {shape: f' on" style="{moved(r, c)}' for shape, r, c in first}
        shapes = "".join(
            f'<div class="s o{number}{at.get(number, "")}">'
            f"{''.join(map(self._item, items))}</div>"
            for items, number in self.shapes.get(key or "", {}).items()
        )
        return shapes + "".join(
            f'<g class="s s{n}{" on" * (n == self.pinned)}">{svg}</g>'
            for n, svg in self.drawings.get(key or "", ())
        )

    def room(self, key: str) -> int:
        """Return how many pixels the labels on one cell of a grid take at most."""
        return max(map(self._room, self.shapes.get(key, ())), default=0)

    def _label(self, item: Item) -> str:
        label = item[3]
        return label if isinstance(label, str) else self.labels[label]

    def _item(self, item: Item) -> str:
        row, column, role, _ = item
        place = "all" if row < 0 else f"r{row} c{column}"
        label = self._label(item)
        tag = f"<b>{label}</b>" if label else ""
        return f'<i class="{role} {place}">{tag}</i>'

    def _room(self, items: Iterable[Item]) -> int:
        wide: Counter[tuple[int, int]] = Counter()
        for item in items:
            label = self._label(item)
            if label:
                wide[item[0], item[1]] += round(_LETTER * len(label)) + _EDGE
        return max(wide.values(), default=0)


def collect(figure: Figure) -> Overlays:
    """Find the shapes of a figure."""
    over = Overlays(figure.labels)
    columns = tuple(
        (block.key, block.values.shape[1])
        for row in figure.rows
        for block in row
        if isinstance(block, Grid)
    )
    count = 0
    for n, link in enumerate(figure.links):
        if (link.grid, link.index) == figure.pin:
            over.pinned = n
        places = []
        for key, items, row, column in _shapes(tuple(link.lights), columns):
            known = over.shapes.setdefault(key, {})
            if items not in known:
                known[items] = count
                count += 1
            places.append((known[items], row, column))
        over.places.append(places)
        for key, svg in link.draw.items():
            over.drawings.setdefault(key, []).append((n, svg))
    return over


@functools.lru_cache(maxsize=2000)  # most links stay when a number changes
def _shapes(
    lights: tuple[Light, ...], columns: tuple[tuple[str, int], ...]
) -> list[tuple[str, Shape, int, int]]:
    """Return a link's shape on each grid, and where its top left stands."""
    per_grid: dict[str, list[Light]] = {}
    for light in lights:
        per_grid.setdefault(light[0], []).append(light)
    wide = dict(columns)
    return [(key, *_shape(on, wide.get(key, 1))) for key, on in per_grid.items()]


def _shape(lights: list[Light], columns: int) -> tuple[Shape, int, int]:
    """Return a link's lights on one grid from their own top left, and where that is."""
    twice = {light[1] for light in lights if light[2] == "extra"}
    cells = [divmod(light[1] or 0, columns) for light in lights]
    row, column = min(r for r, _ in cells), min(c for _, c in cells)
    if any(light[1] is None for light in lights):  # the frame of a grid stays there
        row = column = 0
    items = []
    for _, index, role, label in lights:
        if role == "missing" and index in twice:
            role = "missing both"
        r, c = (-1, -1) if index is None else divmod(index, columns)
        items.append((r - row, c - column, role, label))
    return tuple(items), row, column


def moved(row: int, column: int) -> str:
    """Return the style that moves a shape from the top left to its place."""
    return f"translate:calc(var(--cw)*{column}) calc(var(--ch)*{row})"
