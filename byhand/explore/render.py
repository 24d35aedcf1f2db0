"""Turn a Figure into one HTML string.

All cells stand in one layer, all overlays in a second one of the same layout that lies
on it. Every cell that can be pinned holds a radio button, every other one that answers
can take the focus, so Tab goes from grid to grid and the arrow keys from cell to cell;
a radio button costs a browser more than all else of a cell. What belongs to the pinned
cell is shown at the start; ``script`` shows what belongs to the cell under the pointer
or with the focus.
"""

import itertools

from byhand.explore import colours, overlays, png, script, style
from byhand.explore.figure import (
    Block,
    Canvas,
    Figure,
    Grid,
    Image,
    Raw,
    text,
)
from byhand.explore.overlays import Overlays

_numbers = itertools.count(1)
_KEYS = " data-lm-suppress-shortcuts"  # JupyterLab asks the element with the focus
HEAD = 18, 14  # pixels for the indices of rows and columns
GAP = 24  # between two blocks
TEXT_LINE = 22
CHROME = 320  # pixels of a window that JupyterLab, the controls and the task take
WIDEST = 1100  # a row that is wider wraps anyway
LEAST = style.ZOOMS[-1]  # a row that needs a smaller zoom than this wraps
Numbered = dict[tuple[str, int], int]  # (grid, cell) -> number of its link


def sentence(what: str, label: str) -> Figure:
    """Return a figure that is one sentence, for what can't be drawn."""
    return Figure(label=label, rows=[], alerts=[what])


def new_id() -> str:
    """Return an id that no other figure has."""
    return f"byhand-{next(_numbers)}"


def sheet(figure: Figure, uid: str) -> str:
    """Return the rules of a figure, which hold for the element with this id."""
    own = figure.css.replace("{u}", f"#{uid}")
    return f"<style>{style.common(uid)}{_fitted(uid, figure)}{own}</style>"


def render(figure: Figure, uid: str | None = None, *, styled: bool = True) -> str:
    """Return the figure as one HTML string, with its own scoped style.

    Without, it goes where its style is and where one of the same id was before. No two
    are the same text, so that even the same picture replaces one with a pinned cell.
    """
    uid = uid or new_id()
    again = "" if styled else f' data-drawn="{next(_numbers)}"'
    over = overlays.collect(figure)
    grids = [b for row in figure.rows for b in row if isinstance(b, Grid)]
    many = any(max(grid.values.shape) > style.MANY for grid in grids)
    for grid in grids:
        grid.tags, grid.dense = over.room(grid.key), many
    parts = [
        f'<div class="byhand-x" id="{uid}" role="group"'
        f'{again} aria-label="{text(figure.label)}">',
        sheet(figure, uid) if styled else "",
        f'<p class="bx-task">{figure.task}</p>' if figure.task else "",
        _alert(figure.alerts),
        _stage(figure, uid, over),
    ]
    if figure.legend:
        parts.append(style.LEGENDS[figure.legend])
    parts += [f'<p class="bx-says">{what}</p>' for what in figure.says]
    if figure.links or figure.pointing is not None:
        parts.append(f'<p class="bx-hint">{_hint(figure)}</p>')
    if figure.code:
        parts.append(
            f"<details><summary{_KEYS}>This setting as code</summary>"
            f'<pre tabindex="0"{_KEYS}>{text(figure.code)}</pre></details>'
        )
    parts.append("</div>")
    return "".join(parts)


def summary(figure: Figure) -> str:
    """Return a figure in a few words (HTML): what is wrong, the sizes, the pinned sum.

    A screen reader says it when a control has changed the figure.
    """
    tables = [b.title for row in figure.rows for b in row if isinstance(b, Grid)]
    said = [*figure.alerts, "; ".join(tables), _pinned(figure), figure.said]
    return ". ".join(filter(None, said))


def _pinned(figure: Figure) -> str:
    """Return what is said of the pinned cell."""
    links = (link for link in figure.links if (link.grid, link.index) == figure.pin)
    return next((link.text for link in links), "")


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


def _stage(figure: Figure, uid: str, over: Overlays) -> str:
    """Lay out the cells, the overlays on them, and the sentences under them."""
    links = {(link.grid, link.index): n for n, link in enumerate(figure.links)}
    used = {*over.keys, *(link.grid for link in figure.links)}
    linked = (
        k
        for k, row in enumerate(figure.rows)
        if any(getattr(block, "key", None) in used for block in row)
    )
    last = max(linked, default=-1)
    if figure.pointing is not None:
        last = len(figure.rows) - 2  # all but the sum
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
    play = script.play() if _walks(figure) else ""
    sums = ""
    if figure.links:
        pinned = _pinned(figure)
        said = f'<div class="bx-sums">{f"<p>{pinned}</p>" if pinned else ""}</div>'
        sums = f'<div class="bx-foot">{play}{said}</div>{_texts(uid, figure)}'
    attributes = script.stage(figure.pointing, over.places)
    return (
        f'<div class="bx-stage"{attributes}><div id="{uid}-c">{"".join(cells)}</div>'
        f'<div class="bx-layer" aria-hidden="true">{"".join(layer)}</div>'
        f"{sums}{''.join(rest)}</div>"
    )


def _walks(figure: Figure) -> bool:
    """Return whether there are outputs through which the window can walk."""
    grids = (b for row in figure.rows for b in row if isinstance(b, Grid | Canvas))
    main = {block.key for block in grids if block.main}
    return sum(link.grid in main for link in figure.links) > 1


def _fitted(uid: str, figure: Figure) -> str:
    """Shrink the cells, within reason, to the width and the height that there is.

    What stays wider than its place wraps into a column of its own.
    """
    boxes = [[_needs(block) for block in row] for row in figure.rows]
    rows = [sum(w + GAP for w, _ in row) for row in boxes]
    wide = max((row for row in rows if row < WIDEST), default=0)
    high = sum(max((h for _, h in row), default=0) for row in boxes)
    high += TEXT_LINE * (len(figure.alerts) + 3 * bool(figure.links))
    stage = f"#{uid}-c,#{uid} .bx-layer{{zoom:"
    rules, last = "", 1.0
    for zoom in style.ZOOMS:
        narrow = f"(max-width:{last * wide:.0f}px) and (min-width:{LEAST * wide:.0f}px)"
        rules += f"@container {narrow}{{{stage}{zoom}}}}}"
        if zoom >= style.LEGIBLE:
            low = f"(max-height:{last * high + CHROME:.0f}px)"
            rules += f"@media {low}{{{stage}{zoom}}}}}"
        last = zoom
    return rules


def _needs(block: Block) -> tuple[float, float]:
    """Return about how many pixels a block takes, across and down."""
    title = getattr(block, "title", "")
    across, down = 6.8 * len(title), 24.0 if title else 4.0
    if isinstance(block, Grid):
        width, height = _extent(block)
        down += 18 * bool(block.note)
    elif isinstance(block, Canvas):
        width, height = block.size
    elif isinstance(block, Image):
        height, width = (n * block.scale for n in block.values.shape)
    else:
        width, height = 200, 100
    return max(across, width), height + down


def _alert(sentences: list[str]) -> str:
    if not sentences:
        return ""
    first, *rest = sentences
    more = " ".join(f"<span>{what}</span>" for what in rest)
    return f'<div class="bx-alert"><p><b>{first}</b> {more}</p></div>'


def _hint(figure: Figure) -> str:
    blocks = (block for row in figure.rows for block in row)
    main = next((b for b in blocks if getattr(b, "main", False)), None)
    if figure.pointing is not None:
        return "Point at either picture: the window goes there."
    said = "Point at a cell, or press Tab and step with the arrow keys."
    if main is not None:
        said += f" A click in {main.name} pins a cell until a control moves."
    return said if figure.seed is None else f"{said} Seed {figure.seed}."


def _texts(uid: str, figure: Figure) -> str:
    """Hold the sentence of every link, for the cells to be described by."""
    said = "".join(
        f'<p id="{uid}-t{n}">{link.text}</p>' for n, link in enumerate(figure.links)
    )
    return f'<div class="bx-texts">{said}</div>'


def _framed(block: Block, inner: str) -> str:
    """Put a block's title above and its note below."""
    title = f'<div class="bx-title">{block.title}</div>' if block.title else ""
    note = getattr(block, "note", "")
    note = f'<div class="bx-note">{note}</div>' if note else ""
    kind, look = "bx-block", ""
    if isinstance(block, Grid):
        kind += " bx-dense" * block.dense
        look = f' style="--cw:{_wide(block)}px;--ch:{_high(block)}px"'
    return f'<div class="{kind}"{look}>{title}{inner}{note}</div>'


def _block(block: Block, uid: str, figure: Figure, links: Numbered) -> str:
    if isinstance(block, Raw):
        return _framed(block, block.html.replace("{u}", uid))
    if isinstance(block, Image):
        return _framed(block, _image(block))
    draw = _canvas if isinstance(block, Canvas) else _grid
    return _framed(block, draw(block, uid, figure, links))


def _spacer(block: Block, over: Overlays) -> str:
    """Take a block's room in the layer above, and hold its overlays."""
    overlay = over.html(getattr(block, "key", None))
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


def _wide(grid: Grid) -> int:
    """Return the width of a cell in pixels, which its longest number needs."""
    longest = max((len(s) for s in grid.texts), default=1)
    marked = 12 if grid.marks else 0
    if grid.dense:
        return max(27, round(6.5 * longest) + 9 + marked, grid.tags)
    return max(36, 8 * longest + 12 + marked, grid.tags)


def _high(grid: Grid) -> int:
    return style.LOW if grid.dense else style.CELL


def _extent(grid: Grid) -> tuple[int, int]:
    """Return the width and the height of a grid with its indices, in pixels."""
    h, w = grid.values.shape
    return HEAD[0] + w * _wide(grid) + 1, HEAD[1] + h * _high(grid) + 1


def _size(grid: Grid) -> str:
    width, height = _extent(grid)
    return f' style="width:{width}px;height:{height}px"'


def _grid(grid: Grid, uid: str, figure: Figure, links: Numbered) -> str:
    h, w = grid.values.shape
    shown, colour = grid.texts, _colours(grid)
    first = min((n for (key, _), n in links.items() if key == grid.key), default=-1)
    attributes = ' role="grid"' if first >= 0 and not grid.main else ""
    attributes += f' aria-label="{text(grid.name or grid.key)}"'
    heads = "".join(f"<th>{c + grid.origin[1]}</th>" for c in range(w))
    rows = []
    for r in range(h):
        cells = (
            _cell(grid, r * w + c, shown, colour, uid, figure, links, first)
            for c in range(w)
        )
        rows.append(f"<tr><th>{r + grid.origin[0]}</th>{''.join(cells)}</tr>")
    return (
        f'<div class="bx-grid{" bx-tagged" * bool(grid.tags)}"{_size(grid)}>'
        f"<table{attributes}><tr><th></th>{heads}</tr>"
        f"{''.join(rows)}</table></div>"
    )


def _colours(grid: Grid) -> list[tuple[str, str]]:
    if grid.tint == "none":
        return [("", "")] * grid.values.size
    return colours.tints(grid.values, grid.tint, grid.span)


def _cell(grid, index, shown, colour, uid, figure, links, first):
    r, c = divmod(index, grid.values.shape[1])
    back, ink = colour[index]
    classes = ["pad"] if index in grid.faded else []
    mark = grid.marks.get(index)
    if mark:
        classes.append("diff")
    paint = f"background-color:{back};color:{ink}" if back and not classes else ""
    inner = shown[index]
    n = links.get((grid.key, index))
    tip = f' title="{text(mark)}"' if mark else ""
    if n is not None:
        at = f"{r + grid.origin[0]},{c + grid.origin[1]}"
        spoken = f"{grid.name or grid.key}[{at}]: {inner}"
        spoken += f", {mark}" if mark else ""
        if grid.main:
            classes.append("m")
            inner = _source(inner, n, grid, index, uid, figure, spoken)
        else:
            classes += ["h", "q"]
            tip += _focused(n, uid, spoken)
            tip += f' tabindex="{0 if n == first else -1}"'
    kind = f' class="{" ".join(classes)}"' if classes else ""
    look = f' style="{paint}"' if paint else ""
    return f"<td{kind}{look}{tip}>{inner}</td>"


def _focused(n: int, uid: str, spoken: str) -> str:
    """Return the attributes of a cell that shows what belongs to it when focused."""
    return (
        f' data-n="{n}"{_KEYS} aria-label="{text(spoken)}" '
        f'aria-describedby="{uid}-t{n}"'
    )


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
        f'<label class="h"><input type="radio" name="{uid}-{group}" value="{n}" '
        f'class="{kind}"{_KEYS} '
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
    side = f' data-side="{image.key}"' if image.boxes else ""
    return (
        f'<div class="bx-image"{side} style="width:{width}px;height:{height}px">'
        f'<img {size} alt="{text(image.title)}" '
        f'src="{png.address(image.values, image.tint)}">'
        f'<svg {size} viewBox="0 0 {w} {h}" aria-hidden="true">{boxes}</svg></div>'
    )
