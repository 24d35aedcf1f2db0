"""Turn grids of numbers and the links between their cells into one HTML string.

The figure needs no JavaScript. A *link* belongs to one cell, its source: while the
pointer is over the source, or the keyboard's focus is on it, the link's overlays and
its text are shown and all other links are hidden. Every source holds a radio button,
so Tab goes from grid to grid and the arrow keys go from cell to cell; the cell that is
checked in the *main* grid stays shown when nothing else is pointed at: it is pinned.

Nothing here knows what a convolution is.
"""

import base64
import html
import itertools
import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

from byhand.explore import colours, style

_numbers = itertools.count(1)


@dataclass
class Grid:
    """A table of numbers.

    ``faded`` holds flat indices of cells that are drawn as padding, ``marks`` maps a
    flat index to what is wrong there, ``origin`` is the index printed at the first row
    and column, ``shown`` replaces numbers by texts.
    """

    key: str
    title: str
    values: np.ndarray
    tint: str = "signed"
    main: bool = False
    name: str = ""
    faded: frozenset = frozenset()
    marks: dict = field(default_factory=dict)
    origin: tuple = (0, 0)
    shown: list | None = None
    note: str = ""


@dataclass
class Canvas:
    """A drawing with cells that stand anywhere in it; sizes are in CSS pixels.

    ``cells`` maps an index to (x, y, text, colour), ``svg`` lies behind them.
    """

    key: str
    title: str
    size: tuple
    cells: dict
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
    boxes: tuple = ()
    scale: int = 6


@dataclass
class Raw:
    """A piece of HTML that stands among the grids."""

    html: str
    title: str = ""


@dataclass
class Link:
    """What is shown for one cell: lit cells elsewhere, drawings, and a sentence.

    ``lights`` holds (grid, flat index, role, label). Roles are ``lit``, ``extra``
    (read, and should not be), ``missing`` (not read, and should be) and ``win``.
    ``draw`` maps a canvas to SVG. ``text`` is HTML.
    """

    grid: str
    index: int
    lights: list = field(default_factory=list)
    text: str = ""
    draw: dict = field(default_factory=dict)


@dataclass
class Figure:
    """Everything on one picture, top to bottom.

    ``rows`` are rows of grids; ``says`` are sentences above them (HTML), ``alerts``
    are sentences about something wrong, ``code`` is this setting as code, ``pin`` is
    the (grid, index) of the main cell that is checked at the start. ``whose`` asks for
    a sentence that the numbers are the learner's, ``legend`` for the signs of
    ``"values"`` or of ``"wiring"`` that differ.
    """

    label: str
    rows: list
    links: list = field(default_factory=list)
    says: list = field(default_factory=list)
    alerts: list = field(default_factory=list)
    code: str = ""
    pin: tuple = ()
    legend: str = ""
    whose: bool = True


def text(value):
    """Return plain text as HTML."""
    return html.escape(str(value), quote=True)


def number(value, digits=2):
    """Print a number for a cell: whole numbers whole, a true minus sign."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    rounded = round(float(value), digits)
    if rounded == 0 and value != 0 and abs(value) < 10**-digits / 2:
        return "≈0"
    plain = f"{rounded:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{rounded}"
    if abs(rounded) >= 1e6:
        plain = f"{rounded:.3g}"
    return plain.replace("-", "−") if float(plain) != 0 else "0"


def sentence(what, *, label):
    """Return a figure that is one sentence, for what can't be drawn."""
    return render(Figure(label=label, rows=[], alerts=[what]))


def render(figure, uid=None):
    """Return the figure as one HTML string with its own scoped style."""
    uid = uid or f"byhand-{next(_numbers)}"
    links = {(link.grid, link.index): n for n, link in enumerate(figure.links)}
    over = _overlays(figure)
    parts = [
        f'<div class="byhand-x" id="{uid}" role="group" '
        f'aria-label="{text(figure.label)}">',
        f"<style>{style.common(uid)}{_rules(uid, figure)}</style>",
        _alert(figure.alerts),
        *(f'<p class="bx-says">{what}</p>' for what in figure.says),
    ]
    for row in figure.rows:
        drawn = (_block(block, uid, figure, links, over) for block in row)
        parts.append(f'<div class="bx-row">{"".join(drawn)}</div>')
    if figure.links:
        parts.append(f'<div class="bx-sums">{_texts(uid, figure)}</div>')
    if figure.legend:
        parts.append(style.LEGENDS[figure.legend])
    if figure.links:
        parts.append(f'<p class="bx-hint">{_hint(figure)}</p>')
    if figure.code:
        parts.append(
            "<details><summary data-lm-suppress-shortcuts>This setting as code"
            f"</summary><pre>{text(figure.code)}</pre></details>"
        )
    parts.append("</div>")
    return "".join(parts)


def _rules(uid, figure):
    """Show a link while its source is pinned, focused or under the pointer."""
    main = {b.key for row in figure.rows for b in row if getattr(b, "main", False)}
    pinned, focused, hovered = [], [], []
    for n, link in enumerate(figure.links):
        shown = f".s{n}{{display:block}}"
        if link.grid in main:
            pinned.append(f"#{uid}:has(.p{n}:checked) {shown}")
        else:
            focused.append(f"#{uid}:has(.p{n}:focus) {shown}")
        hovered.append(f"#{uid}:has(.h{n}:hover) {shown}")
    hide = "{display:none}"
    return "".join(
        [
            f"#{uid} .s{hide}",
            *pinned,
            f"#{uid}:has(.q:focus) .s{hide}",
            *focused,
            f"#{uid}:has(.h:hover) .s{hide}",
            *hovered,
        ]
    )


def _overlays(figure):
    """Collect, per grid, what every link draws over it."""
    over = {}
    shapes = {
        block.key: block.values.shape
        for row in figure.rows
        for block in row
        if isinstance(block, Grid)
    }
    for n, link in enumerate(figure.links):
        per_grid = {}
        for key, index, role, label in link.lights:
            r, c = divmod(index, shapes[key][1])
            per_grid.setdefault(key, []).append(
                f'<i class="{role} r{r} c{c}">{_tag(label)}</i>'
            )
        for key, items in per_grid.items():
            over.setdefault(key, []).append(
                f'<div class="s s{n}">{"".join(items)}</div>'
            )
        for key, svg in link.draw.items():
            over.setdefault(key, []).append(f'<g class="s s{n}">{svg}</g>')
    return over


def _alert(sentences):
    if not sentences:
        return ""
    inner = "".join(f"<p>{what}</p>" for what in sentences)
    return f'<div class="bx-alert" role="status">{inner}</div>'


def _hint(figure):
    blocks = (block for row in figure.rows for block in row)
    main = next((b for b in blocks if getattr(b, "main", False)), None)
    said = "Point at a cell, or press Tab and step with the arrow keys."
    return said if main is None else f"{said} A click in {main.name} pins a cell."


def _tag(label):
    return f"<b>{label}</b>" if label else ""


def _texts(uid, figure):
    return "".join(
        f'<p class="s s{n}" id="{uid}-t{n}">{link.text}</p>'
        for n, link in enumerate(figure.links)
    )


def _block(block, uid, figure, links, over):
    if isinstance(block, Raw):
        title = f'<div class="bx-title">{block.title}</div>' if block.title else ""
        return f'<div class="bx-block">{title}{block.html}</div>'
    overlay = "".join(over.get(block.key, ()))
    if isinstance(block, Image):
        return _image(block, overlay)
    if isinstance(block, Canvas):
        return _canvas(block, uid, figure, links, overlay)
    return _grid(block, uid, figure, links, overlay)


def _grid(grid, uid, figure, links, overlay):
    h, w = grid.values.shape
    shown = grid.shown or [number(v) for v in grid.values.ravel()]
    widest = max((len(s) for s in shown), default=1)
    wide = max(36, 8 * widest + 12)
    heads = "".join(f"<th>{c + grid.origin[1]}</th>" for c in range(w))
    colour = _colours(grid)
    rows = []
    for r in range(h):
        cells = (
            _cell(grid, r * w + c, shown, colour, uid, figure, links) for c in range(w)
        )
        rows.append(f"<tr><th>{r + grid.origin[0]}</th>{''.join(cells)}</tr>")
    note = f'<div class="bx-note">{grid.note}</div>' if grid.note else ""
    return (
        f'<div class="bx-block" style="--cw:{wide}px">'
        f'<div class="bx-title">{grid.title}</div><div class="bx-grid">'
        f'<table aria-label="{text(grid.name or grid.key)}"><tr><th></th>{heads}</tr>'
        f'{"".join(rows)}</table><div class="bx-over">{overlay}</div></div>{note}</div>'
    )


def _colours(grid):
    if grid.tint == "none":
        return [("", "")] * grid.values.size
    return colours.tints(grid.values, grid.tint)


def _cell(grid, index, shown, colour, uid, figure, links):
    r, c = divmod(index, grid.values.shape[1])
    back, ink = colour[index]
    classes = ["pad"] if index in grid.faded else []
    mark = grid.marks.get(index)
    if mark:
        classes.append("diff")
    paint = f"background-color:{back};color:{ink}" if back and not classes else ""
    name = grid.name or grid.key
    at = f"{r + grid.origin[0]},{c + grid.origin[1]}"
    spoken = f"{name}[{at}]: {shown[index]}" + (f", {mark}" if mark else "")
    inner = f"<span>{shown[index]}</span>"
    n = links.get((grid.key, index))
    if n is not None:
        inner = _source(inner, n, grid, index, uid, figure, spoken)
    tip = f' title="{text(mark)}"' if mark else ""
    kind = f' class="{" ".join(classes)}"' if classes else ""
    look = f' style="{paint}"' if paint else ""
    return f"<td{kind}{look}{tip}>{inner}</td>"


def _source(inner, n, block, index, uid, figure, spoken):
    """Wrap a cell's content so that it can be pointed at, focused and pinned."""
    checked = " checked" if (block.key, index) == figure.pin else ""
    kind = "p" if block.main else "q"
    group = "main" if block.main else block.key
    return (
        f'<label class="h h{n}"><input type="radio" name="{uid}-{group}" '
        f'class="{kind} p{n}" data-lm-suppress-shortcuts '
        f'aria-label="{text(spoken)}" aria-describedby="{uid}-t{n}"{checked}>'
        f"{inner}</label>"
    )


def _canvas(canvas, uid, figure, links, overlay):
    width, height = canvas.size
    cells = []
    for index, (x, y, shown, colour) in canvas.cells.items():
        inner = f"<span>{shown}</span>"
        n = links.get((canvas.key, index))
        if n is not None:
            spoken = f"{canvas.name or canvas.key} {shown}"
            inner = _source(inner, n, canvas, index, uid, figure, spoken)
        look = f"left:{x:g}px;top:{y:g}px;background:{colour}"
        cells.append(f'<div class="bx-unit" style="{look}">{inner}</div>')
    return (
        f'<div class="bx-block"><div class="bx-title">{canvas.title}</div>'
        f'<div class="bx-canvas" style="width:{width:g}px;height:{height:g}px">'
        f'<svg width="{width:g}" height="{height:g}" aria-hidden="true">'
        f"{canvas.svg}{overlay}</svg>{''.join(cells)}</div></div>"
    )


def _image(image, overlay):
    h, w = image.values.shape
    boxes = "".join(
        f'<rect x="{c}" y="{r}" width="{bw}" height="{bh}"/>'
        for r, c, bh, bw in image.boxes
    )
    size = f'width="{w * image.scale}" height="{h * image.scale}"'
    return (
        f'<div class="bx-block"><div class="bx-title">{image.title}</div>'
        f'<div class="bx-image"><img {size} alt="{text(image.title)}" '
        f'src="{png(image.values, image.tint)}">'
        f'<svg {size} viewBox="0 0 {w} {h}" aria-hidden="true">{boxes}{overlay}</svg>'
        "</div></div>"
    )


def png(values, tint="amount"):
    """Encode a plane as a PNG data address, one pixel per value."""
    h, w = values.shape
    hexes = [back for back, _ in colours.tints(values, tint)]
    pixels = bytes.fromhex("".join(c[1:] for c in hexes))
    lines = b"".join(b"\0" + pixels[r * w * 3 : (r + 1) * w * 3] for r in range(h))
    head = struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines))
    data = b"\x89PNG\r\n\x1a\n" + body + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
