"""One cell of a network: what lights up for it, and the product that makes it.

``network.js`` draws the same while the pointer moves; a test compares the two.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from byhand.explore import colours
from byhand.explore.figure import number, text
from byhand.explore.models.stages import Stage, patch, seen

PLANES = 16  # at most are drawn of a product
WHAT = {
    "sum": "kernel times patch, summed, plus the bias",
    "max": "the largest of their window",
    "mean": "the mean of their window",
    "relu": "the larger of x and 0",
}
Place = tuple[int, int, int, int]  # stage, map, row, column
Box = tuple[float, float, float, float]  # x, y, width, height
Feed = tuple[int, int, int, int, int, int]  # stage, map, top, left, height, width


def feeds(stages: Sequence[Stage], place: Place) -> list[Feed]:
    """Return the patches that a cell is made of."""
    k, f, row, col = place
    stage = stages[k]
    if stage.kind == "flat":
        r, c, plane = np.unravel_index(row, stages[stage.source].y.shape)
        return [(stage.source, int(plane), int(r), int(c), 1, 1)]
    if stage.axes is None:
        return []
    box = patch(stage, row, col)
    planes = range(stages[stage.source].y.shape[2]) if stage.kind == "sum" else (f,)
    return [(stage.source, plane, *box) for plane in planes]


def sight(stages: Sequence[Stage], place: Place) -> tuple[int, int, int, int] | None:
    """Return the box of the picture that a cell sees, clipped."""
    k, _, row, col = place
    stage = stages[k]
    if stage.kind == "flat":
        ((source, plane, r, c, _, _),) = feeds(stages, place)
        return sight(stages, (source, plane, r, c))
    box = seen(stage, row, col)
    return None if box is None else _clipped(box, stages[0].y.shape)


def _clipped(box: Sequence[int], shape: Sequence[int]) -> tuple[int, int, int, int]:
    top, left, h, w = box
    down, right = max(top, 0), max(left, 0)
    return down, right, min(top + h, shape[0]) - down, min(left + w, shape[1]) - right


def lit(
    stages: Sequence[Stage],
    place: Place,
    boxes: Sequence[Sequence[Box]],
    thumbs: Mapping[int, Box],
    best: Sequence[Sequence[int]],
) -> str:
    """Return the SVG of all that lights up for a cell.

    ``boxes`` are the places of the maps of each stage, ``thumbs`` those of the other
    pictures, ``best`` the strongest cell of each map in each of them.
    """
    k, f, row, col = place
    stage = stages[k]
    target = _on(boxes[k][f], stage.y.shape, (row, col, 1, 1))
    lines, frames = "", ""
    for source, plane, *box in feeds(stages, place):
        if plane < len(boxes[source]):
            shape = stages[source].y.shape
            part = _on(boxes[source][plane], shape, _clipped(box, shape))
            lines += _line(part, target)
            frames += _frame(part, "a")
    field = sight(stages, place)
    if field is not None and stage.source > 0:
        for box in boxes[0]:
            frames += _frame(_on(box, stages[0].y.shape, field), "f")
    if best and stage.fields is not None:
        for n, box in thumbs.items():
            at = divmod(best[f][n], stage.y.shape[1])
            where = sight(stages, (k, f, *at))
            assert where is not None
            frames += _frame(_on(box, stages[0].y.shape, where), "t")
    return lines + frames + _frame(boxes[k][f], "m") + _frame(target, "c")


def _on(box: Box, shape: Sequence[int], part: Sequence[int]) -> Box:
    """Return where a part (top, left, height, width) of a map lies in the drawing."""
    x, y, w, h = box
    one, two = w / shape[1], h / shape[0]
    top, left, tall, wide = part
    return x + left * one, y + top * two, wide * one, tall * two


def _frame(box: Box, kind: str) -> str:
    x, y, w, h = (f"{n:.2f}" for n in box)
    rect = f'x="{x}" y="{y}" width="{w}" height="{h}"/>'
    return f'<rect class="halo {kind}" {rect}<rect class="{kind}" {rect}'


def _line(a: Box, b: Box) -> str:
    ends = (a[0] + a[2], a[1] + a[3] / 2, b[0], b[1] + b[3] / 2)
    x, y, u, v = (f"{n:.2f}" for n in ends)
    return f'<line x1="{x}" y1="{y}" x2="{u}" y2="{v}"/>'


def title(stages: Sequence[Stage], place: Place) -> str:
    """Name a cell."""
    k, f, row, col = place
    stage = stages[k]
    if k == 0:
        return f"Picture, row {row}, column {col}"
    name = f"Layer {k - 1}, {text(stage.name)}"
    if stage.kind == "flat":
        return f"{name}, number {row}"
    if stage.y.shape[:2] == (1, 1):
        return f"{name}, unit {f}"
    return f"{name}, map {f}, row {row}, column {col}"


def _window(stages: Sequence[Stage], feed: Feed, stage: Stage) -> np.ndarray:
    """Return the numbers of a patch (kh, kw), NaN outside the map."""
    source, plane, top, left, _, _ = feed
    assert stage.axes is not None
    (kh, _, _, down), (kw, _, _, right) = stage.axes
    y = stages[source].y[:, :, plane]
    h, w = y.shape
    rows, columns = top + np.arange(kh) * down, left + np.arange(kw) * right
    inside = ((rows >= 0) & (rows < h))[:, None] & ((columns >= 0) & (columns < w))
    cells = y[rows.clip(0, h - 1)[:, None], columns.clip(0, w - 1)]
    return np.where(inside, cells, np.nan)


def _products(stages: Sequence[Stage], place: Place) -> list[tuple]:
    """Return (plane, patch, kernel, their product summed) of a cell."""
    stage, f = stages[place[0]], place[1]
    assert stage.kernel is not None
    found = []
    for feed in feeds(stages, place):
        window, kernel = _window(stages, feed, stage), stage.kernel[:, :, feed[1], f]
        total = float(np.nansum(window * kernel))
        found.append((feed[1], window, kernel, total))
    return found


def sentence(stages: Sequence[Stage], place: Place) -> str:
    """Say how a cell comes about, and what it sees (HTML)."""
    k, f, row, col = place
    stage = stages[k]
    value = stage.y[row, col, f]
    said = f"<b>{title(stages, place)}</b> = "
    if stage.kind == "sum":
        sums = [total for _, _, _, total in _products(stages, place)]
        bias = float(stage.bias[f])
        over = f", summed over {len(sums)} planes," if len(sums) > 1 else ","
        total = sum(sums) + bias
        said += (
            f"kernel times patch{over} {number(sum(sums), 3)} + bias "
            f"{_signed(bias)} = <b>{number(total, 3)}</b>"
        )
        said += _but(stage, place, value)
    elif stage.kind == "pick" and stage.how:
        (feed,) = feeds(stages, place)
        window = _window(stages, feed, stage)
        words, right = {
            "max": ("the largest of its window", np.nanmax(window)),
            "mean": ("the mean of its window", np.nanmean(window)),
            "relu": (
                f"the larger of {number(window[0, 0], 3)} and 0",
                max(window[0, 0], 0.0),
            ),
        }[stage.how]
        said += f"{words}, <b>{number(float(right), 3)}</b>"
        said += _but(stage, place, value)
    elif stage.kind == "flat":
        source, plane, r, c, _, _ = feeds(stages, place)[0]
        said += (
            f"row {r}, column {c} of map {plane} of layer {source - 1}: "
            f"<b>{number(value, 3)}</b>"
        )
    else:
        said += f"<b>{number(value, 3)}</b>"
    field = sight(stages, place)
    if k == 0 or field is None:
        return f"{said}."
    top, left, h, w = field
    return (
        f"{said}. It sees rows {top} to {top + h - 1} and columns {left} to "
        f"{left + w - 1} of the picture."
    )


def _but(stage: Stage, place: Place, value: float) -> str:
    """Contradict when the layer gives another number."""
    _, f, row, col = place
    flat = (row * stage.y.shape[1] + col) * stage.y.shape[2] + f
    if flat not in stage.differs:
        return ""
    return f"; but your layer gives <b>{number(value, 3)}</b>"


def _signed(value: float) -> str:
    plain = number(value, 3)
    return f"({plain})" if plain.startswith("−") else plain


def panel(stages: Sequence[Stage], place: Place, tint: str) -> str:
    """Return the HTML of the chosen cell's product; ``tint`` is the picture's."""
    stage = stages[place[0]]
    said = (
        f'<p class="bx-here" id="{{u}}-sum" aria-live="polite">'
        f"{sentence(stages, place)}</p>"
    )
    tables = ""
    if stage.kind == "sum":
        tables = _product(stages, place, tint)
    elif stage.kind == "pick":
        (feed,) = feeds(stages, place)
        window = _window(stages, feed, stage)
        won = ()
        if stage.how == "max":
            won = np.flatnonzero(window.ravel() == np.nanmax(window)).tolist()
        paint = _paint(stages, stage.source, window, tint)
        tables = f'<div class="bx-tables">{_table("window", window, paint, won)}</div>'
    return f'{said}<div class="bx-parts">{tables}</div>'


def _product(stages: Sequence[Stage], place: Place, tint: str) -> str:
    stage, f = stages[place[0]], place[1]
    parts = _products(stages, place)
    largest = max(range(len(parts)), key=lambda n: abs(parts[n][3]))
    order = sorted(range(len(parts)), key=lambda n: -abs(parts[n][3]))[:PLANES]
    top = float(np.abs(stage.kernel[..., f]).max(initial=1e-12))
    source = stage.source
    minis = ""
    for n in sorted(order) if len(parts) > 1 else ():
        plane, window, kernel, total = parts[n]
        checked = " checked" if n == largest else ""
        pictures = _mini(_paint(stages, source, window, tint), window.shape)
        pictures += "<i>×</i>" + _mini(_signed_paint(kernel, top), kernel.shape)
        shown = number(total)
        minis += (
            f'<label><input type="radio" name="{{u}}-plane" value="{plane}" '
            f'data-lm-suppress-shortcuts aria-describedby="{{u}}-sum" '
            f'aria-label="plane {plane}: {shown}"{checked}>{pictures}'
            f"<span>{shown}</span></label>"
        )
    if minis:
        group = 'class="bx-minis" role="radiogroup" aria-label="planes"'
        minis = f"<div {group}>{minis}</div>"
    plane, window, kernel, total = parts[largest]
    products = np.nan_to_num(window) * kernel
    most = float(np.abs(products).max(initial=1e-12))
    name = f"plane {plane}" if len(parts) > 1 else "patch"
    tables = (
        f"{_table(name, window, _paint(stages, source, window, tint))}<i>×</i>"
        f"{_table('kernel', kernel, _signed_paint(kernel, top))}<i>=</i>"
        f"{_table('products', products, _signed_paint(products, most))}"
        f"<i>sum</i><b>{number(total, 3)}</b>"
    )
    return f'{minis}<div class="bx-tables">{tables}</div>'


Paint = list[tuple[str, str]]


def _paint(
    stages: Sequence[Stage], source: int, window: np.ndarray, tint: str
) -> Paint:
    """Return the colours of a patch, those of its map."""
    y = stages[source].y
    if source == 0 and tint != "signed":
        return colours.tints(window, tint, (float(y.min()), float(y.max())))
    return _signed_paint(window, float(np.abs(y).max(initial=1e-12)))


def _signed_paint(values: np.ndarray, top: float) -> Paint:
    return colours.tints(values, "signed", (-top, top))


def _mini(paint: Paint, shape: Sequence[int]) -> str:
    h, w = shape
    cells = "".join(
        f'<rect x="{n % w}" y="{n // w}" width="1" height="1" fill="{back}"/>'
        for n, (back, _) in enumerate(paint)
    )
    return f'<svg viewBox="0 0 {w} {h}" aria-hidden="true">{cells}</svg>'


def _table(name: str, values: np.ndarray, paint: Paint, won: Sequence[int] = ()) -> str:
    w = values.shape[1]
    cells = []
    for n, (value, (back, ink)) in enumerate(zip(values.ravel(), paint, strict=True)):
        if np.isnan(value):
            cells.append('<td class="pad">0</td>')
            continue
        kind = ' class="won"' if n in won else ""
        look = f'style="background-color:{back};color:{ink}"'
        cells.append(f"<td{kind} {look}>{number(value)}</td>")
    starts = range(0, len(cells), w)
    rows = "".join(f"<tr>{''.join(cells[n : n + w])}</tr>" for n in starts)
    return f'<div><span>{name}</span><table aria-label="{name}">{rows}</table></div>'
