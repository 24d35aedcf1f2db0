"""Turn a Figure into one HTML string that needs no JavaScript.

All cells stand in one layer, all overlays in a second one of the same layout that lies
on it. Every source cell holds a radio button, so Tab goes from grid to grid and the
arrow keys from cell to cell; ``:has()`` on the first layer shows what belongs to a cell
in the second. The browser searches the first layer once per rule: keeping overlays out
of it makes a change of picture several times as fast.
"""

import itertools
from collections import Counter

from byhand.explore import colours, png, style
from byhand.explore.figure import (
    Block,
    Canvas,
    Figure,
    Grid,
    Image,
    Raw,
    number,
    text,
)

_numbers = itertools.count(1)
HEAD = 18, 14  # pixels for the indices of rows and columns
Numbered = dict[tuple[str, int], int]  # (grid, cell) -> number of its link


def sentence(what: str, *, label: str) -> str:
    """Return a figure that is one sentence, for what can't be drawn."""
    return render(Figure(label=label, rows=[], alerts=[what]))


def render(figure: Figure, uid: str | None = None) -> str:
    """Return the figure as one HTML string with its own scoped style."""
    uid = uid or f"byhand-{next(_numbers)}"
    _make_room(figure)
    parts = [
        f'<div class="byhand-x" id="{uid}" role="group" '
        f'aria-label="{text(figure.label)}">',
        f"<style>{style.common(uid)}{_rules(uid, figure)}</style>",
        f'<p class="bx-task">{figure.task}</p>' if figure.task else "",
        _alert(figure.alerts),
        _stage(figure, uid),
    ]
    if figure.legend:
        parts.append(style.LEGENDS[figure.legend])
    parts += [f'<p class="bx-says">{what}</p>' for what in figure.says]
    if figure.links:
        parts.append(f'<p class="bx-hint">{_hint(figure)}</p>')
    if figure.code:
        parts.append(
            "<details><summary data-lm-suppress-shortcuts>This setting as code"
            f"</summary><pre>{text(figure.code)}</pre></details>"
        )
    parts.append("</div>")
    return "".join(parts)


def kept(page: str, mark: str) -> str:
    """Return a figure that shows while nothing of class ``mark`` is on the page.

    It stands before the controls in a saved notebook. Once the kernel is gone the
    controls are an error line, which is hidden, and this picture is seen.
    """
    own = f"{mark}-kept"
    before = f".jp-OutputArea-child:has(#{own})"
    return (
        f'<div id="{own}"><style>:root:has(.{mark}) #{own},'
        f":root:has(.{mark}) {before},"
        f"{before}+.jp-OutputArea-child:not(:has(.{mark})){{display:none}}</style>"
        "<p><em>The picture as it opened. Run this cell again to get its controls."
        f"</em></p>{page}</div>"
    )


def _stage(figure: Figure, uid: str) -> str:
    """Lay out the cells, the overlays on them, and the sentences under them."""
    over = _overlays(figure)
    links = {(link.grid, link.index): n for n, link in enumerate(figure.links)}
    used = {*over, *(link.grid for link in figure.links)}
    linked = (
        k
        for k, row in enumerate(figure.rows)
        if any(getattr(block, "key", None) in used for block in row)
    )
    last = max(linked, default=-1)
    cells: list[str] = []
    layer: list[str] = []
    rest: list[str] = []
    for k, row in enumerate(figure.rows):
        drawn = "".join(_block(block, uid, figure, links) for block in row)
        # a row that answers nothing stands under the sum
        (cells if k <= last else rest).append(f'<div class="bx-row">{drawn}</div>')
        if k <= last:
            spaced = "".join(_spacer(block, over) for block in row)
            layer.append(f'<div class="bx-row">{spaced}</div>')
    sums = f'<div class="bx-sums">{_texts(uid, figure)}</div>' if figure.links else ""
    return (
        f'<div class="bx-stage"><div id="{uid}-c">{"".join(cells)}</div>'
        f'<div class="bx-layer" aria-hidden="true">{"".join(layer)}</div>'
        f"{sums}{''.join(rest)}</div>"
    )


def _rules(uid: str, figure: Figure) -> str:
    """Show a link while its source is pinned, focused or under the pointer."""
    main = {b.key for row in figure.rows for b in row if getattr(b, "main", False)}
    pinned, focused, hovered = [], [], []
    for n, link in enumerate(figure.links):
        shown = f"~* .s{n}{{display:block}}"
        if link.grid in main:
            pinned.append(f"#{uid}-c:has(.p{n}:checked){shown}")
        else:
            focused.append(f"#{uid}-c:has(.p{n}:focus){shown}")
        hovered.append(f"#{uid}-c:has(.h{n}:hover){shown}")
    hide = "~* .s{display:none}"
    return "".join(
        [
            f"#{uid} .s{{display:none}}",
            *pinned,
            f"#{uid}-c:has(.q:focus){hide}",
            *focused,
            f"#{uid}-c:has(.h:hover){hide}",
            *hovered,
        ]
    )


def _overlays(figure: Figure) -> dict[str, list[str]]:
    """Collect, per grid, what every link draws over it."""
    over = {}
    columns = {
        block.key: block.values.shape[1]
        for row in figure.rows
        for block in row
        if isinstance(block, Grid)
    }
    for n, link in enumerate(figure.links):
        per_grid: dict[str, list[str]] = {}
        extra = {light[:2] for light in link.lights if light[2] == "extra"}
        for key, index, role, label in link.lights:
            if role == "missing" and (key, index) in extra:
                role = "missing both"
            if index is None:
                place = "all"
            else:
                r, c = divmod(index, columns[key])
                place = f"r{r} c{c}"
            tag = f"<b>{label}</b>" if label else ""
            item = f'<i class="{role} {place}">{tag}</i>'
            per_grid.setdefault(key, []).append(item)
        for key, items in per_grid.items():
            over.setdefault(key, []).append(
                f'<div class="s s{n}">{"".join(items)}</div>'
            )
        for key, svg in link.draw.items():
            over.setdefault(key, []).append(f'<g class="s s{n}">{svg}</g>')
    return over


def _alert(sentences: list[str]) -> str:
    if not sentences:
        return ""
    inner = "".join(f"<p>{what}</p>" for what in sentences)
    return f'<div class="bx-alert" role="status">{inner}</div>'


def _hint(figure: Figure) -> str:
    blocks = (block for row in figure.rows for block in row)
    main = next((b for b in blocks if getattr(b, "main", False)), None)
    said = "Point at a cell, or press Tab and step with the arrow keys."
    if main is not None:
        said += f" A click in {main.name} pins a cell until a control moves."
    return said if figure.seed is None else f"{said} Seed {figure.seed}."


def _texts(uid: str, figure: Figure) -> str:
    return "".join(
        f'<p class="s s{n}" id="{uid}-t{n}">{link.text}</p>'
        for n, link in enumerate(figure.links)
    )


def _framed(block: Block, inner: str) -> str:
    """Put a block's title above and its note below."""
    title = f'<div class="bx-title">{block.title}</div>' if block.title else ""
    note = getattr(block, "note", "")
    note = f'<div class="bx-note">{note}</div>' if note else ""
    wide = f' style="--cw:{_wide(block)}px"' if isinstance(block, Grid) else ""
    return f'<div class="bx-block"{wide}>{title}{inner}{note}</div>'


def _block(block: Block, uid: str, figure: Figure, links: Numbered) -> str:
    if isinstance(block, Raw):
        return _framed(block, block.html)
    if isinstance(block, Image):
        return _framed(block, _image(block))
    draw = _canvas if isinstance(block, Canvas) else _grid
    return _framed(block, draw(block, uid, figure, links))


def _spacer(block: Block, over: dict[str, list[str]]) -> str:
    """Take a block's room in the layer above, and hold its overlays."""
    overlay = "".join(over.get(getattr(block, "key", None), ()))
    if isinstance(block, Raw):
        return _framed(block, block.html)
    if isinstance(block, Grid):
        inner = f'<div class="bx-over">{overlay}</div>'
        return _framed(block, f'<div class="bx-grid"{_size(block)}>{inner}</div>')
    if isinstance(block, Canvas):
        width, height = block.size
        box = f"0 0 {width:g} {height:g}"
    else:
        box = f"0 0 {block.values.shape[1]} {block.values.shape[0]}"
        width, height = (n * block.scale for n in reversed(block.values.shape))
    size = f'width="{width:g}" height="{height:g}"'
    svg = f'<svg {size} viewBox="{box}">{overlay}</svg>'
    look = f"width:{width:g}px;height:{height:g}px"
    return _framed(block, f'<div class="bx-image" style="{look}">{svg}</div>')


def _make_room(figure: Figure) -> None:
    """Tell every grid how wide the tags are that can lie on one of its cells."""
    grids = {b.key: b for row in figure.rows for b in row if isinstance(b, Grid)}
    for link in figure.links:
        wide: Counter[tuple[str, int | None]] = Counter()
        for key, index, _, label in link.lights:
            if label:
                wide[key, index] += round(6.5 * len(label)) + 8
        for (key, _), pixels in wide.items():
            grids[key].tags = max(grids[key].tags, pixels)


def _shown(grid: Grid) -> list[str]:
    return grid.shown or [number(v) for v in grid.values.ravel()]


def _wide(grid: Grid) -> int:
    """Return the width of a cell in pixels, which its longest number needs."""
    longest = max((len(s) for s in _shown(grid)), default=1)
    return max(36, 8 * longest + (24 if grid.marks else 12), grid.tags)


def _size(grid: Grid) -> str:
    h, w = grid.values.shape
    width, height = HEAD[0] + w * _wide(grid) + 1, HEAD[1] + h * style.CELL + 1
    return f' style="width:{width}px;height:{height}px"'


def _grid(grid: Grid, uid: str, figure: Figure, links: Numbered) -> str:
    h, w = grid.values.shape
    shown, colour = _shown(grid), _colours(grid)
    heads = "".join(f"<th>{c + grid.origin[1]}</th>" for c in range(w))
    rows = []
    for r in range(h):
        cells = (
            _cell(grid, r * w + c, shown, colour, uid, figure, links) for c in range(w)
        )
        rows.append(f"<tr><th>{r + grid.origin[0]}</th>{''.join(cells)}</tr>")
    return (
        f'<div class="bx-grid{" bx-tagged" * bool(grid.tags)}"{_size(grid)}>'
        f'<table aria-label="{text(grid.name or grid.key)}"><tr><th></th>{heads}</tr>'
        f"{''.join(rows)}</table></div>"
    )


def _colours(grid: Grid) -> list[tuple[str, str]]:
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
    inner = shown[index]
    n = links.get((grid.key, index))
    if n is not None:
        at = f"{r + grid.origin[0]},{c + grid.origin[1]}"
        spoken = f"{grid.name or grid.key}[{at}]: {inner}"
        spoken += f", {mark}" if mark else ""
        inner = _source(inner, n, grid, index, uid, figure, spoken)
    tip = f' title="{text(mark)}"' if mark else ""
    kind = f' class="{" ".join(classes)}"' if classes else ""
    look = f' style="{paint}"' if paint else ""
    return f"<td{kind}{look}{tip}>{inner}</td>"


def _source(
    inner: str,
    n: int,
    block: Grid | Canvas,
    index: int,
    uid: str,
    figure: Figure,
    spoken: str,
) -> str:
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


def _canvas(canvas: Canvas, uid: str, figure: Figure, links: Numbered) -> str:
    width, height = canvas.size
    cells = []
    for index, (x, y, shown, colour) in canvas.cells.items():
        inner = shown
        n = links.get((canvas.key, index))
        if n is not None:
            spoken = f"{canvas.name or canvas.key} {shown}"
            inner = _source(inner, n, canvas, index, uid, figure, spoken)
        look = f"left:{x:g}px;top:{y:g}px;background:{colour}"
        cells.append(f'<div class="bx-unit" style="{look}">{inner}</div>')
    return (
        f'<div class="bx-canvas" style="width:{width:g}px;height:{height:g}px">'
        f'<svg width="{width:g}" height="{height:g}" aria-hidden="true">'
        f"{canvas.svg}</svg>{''.join(cells)}</div>"
    )


def _image(image: Image) -> str:
    h, w = image.values.shape
    boxes = "".join(
        f'<rect x="{c}" y="{r}" width="{bw}" height="{bh}"/>'
        for r, c, bh, bw in image.boxes
    )
    width, height = w * image.scale, h * image.scale
    size = f'width="{width}" height="{height}"'
    return (
        f'<div class="bx-image" style="width:{width}px;height:{height}px">'
        f'<img {size} alt="{text(image.title)}" '
        f'src="{png.address(image.values, image.tint)}">'
        f'<svg {size} viewBox="0 0 {w} {h}" aria-hidden="true">{boxes}</svg></div>'
    )
