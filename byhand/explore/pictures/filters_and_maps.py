"""The filters-and-maps explorer's figure: all maps in one drawing, and one product."""

import base64
import html
import json
from dataclasses import dataclass

import numpy as np

from byhand.explore import png
from byhand.explore.colours import BLUE, GREEN, ORANGE, VERMILLION
from byhand.explore.figure import Figure, Raw, text
from byhand.explore.models.filters_and_maps import CLASSES, MOST, Numbers
from byhand.explore.models.stages import Stage
from byhand.explore.pictures import pieces, pointer, product

TALL, TOP = 246, 32  # height of the maps, and of the words above them
GAP, BETWEEN = 4, 10  # between two maps, and between two layers
LETTER = 6.9  # pixels, of the words in the drawing
PICTURE, SMALL = 92, 28  # sides of the picture and of the others below it
ROW, BAR = 24, 56  # a class and the bar of its probability
Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class Column:
    """Where one stage stands: its words, and a box for each map."""

    x: float
    width: float
    boxes: tuple[Box, ...]


def picture(m: Numbers) -> Figure:
    """Draw the network, and the product of the chosen cell."""
    columns, width = _columns(m)
    thumbs = _thumbs(m)
    height = TOP + TALL + 2
    parts = [_thumbnail(m, n, box) for n, box in thumbs.items()]
    parts += [_stage(m, k, column) for k, column in enumerate(columns)]
    parts.append(_classes(m, columns[-1]))
    boxes = [column.boxes for column in columns]
    best = m.strongest[m.place[0]]
    lit = product.lit(m.stages, m.place, boxes, thumbs, best)
    parts.append(f'<g class="bx-lit">{lit}</g>')
    look = f"width:min(100%,{36 * width / height:.0f}vh,900px)"
    drawing = (
        f'<div class="bx-scroll"><svg class="bx-net" viewBox="0 0 {width:g} {height:g}"'
        f' style="{look}" role="group" aria-label="the network, layer by layer">'
        f"{''.join(parts)}</svg></div>"
    )
    data = html.escape(_data(m, columns, thumbs, width))
    verdict = f'<p class="bx-verdict">{_verdict(m)}</p>' if m.scores else ""
    panel = product.panel(m.stages, m.place, _tint(m.pictures))
    root = (
        f'<div class="bx-network" data-name="{{u}}" data-net="{data}"'
        f"{pointer.attributes()}>{verdict}{drawing}"
        f'<div class="bx-product" tabindex="-1" data-lm-suppress-shortcuts role="group"'
        f' aria-label="the chosen cell">{panel}</div>{HINT}{pointer.restore()}</div>'
    )
    figure = Figure("filters and maps", [[Raw(root)]], css=CSS)
    figure.whose = m.own
    figure.says = _says(m)
    figure.alerts = _alerts(m)
    figure.said = f"{_verdict(m)} {product.sentence(m.stages, m.place)}"
    return figure


HINT = (
    '<p class="bx-hint">Point at any map: <i class="a"></i> is what the cell is made '
    'of, <i class="f"></i> what it sees. A click holds it. With keys: Tab to a layer, '
    "arrows to a cell, Page Down to the next map, Enter to its product.</p>"
)


def _says(m: Numbers) -> list[str]:
    said = []
    if not m.own:
        said.append(
            "This network was <b>recorded</b>, and our layers compute it. Yours comes "
            "once <code>filters_and_maps</code> gets your own trained layers."
        )
    hidden = [s.name for s in m.stages if s.y.shape[2] > MOST]
    if hidden:
        said.append(f"Of {', '.join(hidden)} the first {MOST} maps are drawn.")
    return said


def _alerts(m: Numbers) -> list[str]:
    said = []
    if m.trouble:
        last = "The picture ends before it."
        said.append(f"{text(m.trouble)}{'' if m.trouble.endswith('.') else '.'} {last}")
    for k, stage in enumerate(m.stages[1:]):
        if stage.differs:
            count = f"{len(stage.differs)} of {stage.y.size} numbers"
            said.append(
                f"Layer {k}, {text(stage.name)}: {count} aren't "
                f"{product.WHAT[stage.how or stage.kind]}. Point at a map to see one."
            )
        elif stage.kind == "none":
            before = m.stages[stage.source]
            said.append(
                f"Layer {k}, {text(stage.name)}, makes {_size(stage)} of "
                f"{_size(before)}; which patch feeds a cell can't be told."
            )
    return said


def _size(stage: Stage) -> str:
    """Write a stage's shape, of 1x1 maps only how many there are."""
    h, w, f = stage.y.shape
    if stage.kind == "flat":
        return str(h)
    return pieces.times((h, w, f)) if (h, w) != (1, 1) else str(f)


def _verdict(m: Numbers) -> str:
    if m.scores is None:
        return ""
    chances = m.scores[1]
    said = int(chances.argmax())
    share = f"{100 * chances[said]:.0f} %"
    whose = "Your" if m.own else "The recorded"
    verdict = f"{whose} network says <b>{text(m.names[said])}</b>, with {share}"
    if m.truth is None:
        return f"{verdict}."
    if m.truth == said:
        return f"{verdict}. That is right."
    return f"{verdict}. That is wrong: it is {text(m.names[m.truth])}."


CSS = f"""
{{u}} .bx-block:has(.bx-network){{width:100%}}
{{u}} .bx-row,{{u}} .bx-verdict{{margin:0}}
{{u}} .bx-scroll{{overflow-x:auto}}
{{u}} .bx-net{{min-width:600px;display:block;font-size:11px;fill:currentColor}}
{{u}} .bx-net image{{image-rendering:pixelated}}
{{u}} .bx-net text{{fill:currentColor}}
{{u}} .bx-name{{font-weight:700}}
{{u}} .bx-soft{{font-size:10px}}
{{u}} .bx-net g[data-stage]{{cursor:crosshair}}
{{u}} .bx-net g[data-stage]:focus-visible{{outline:3px solid {ORANGE}}}
{{u}} .bx-thumb{{cursor:pointer}}
{{u}} .bx-net rect{{fill:none;vector-effect:non-scaling-stroke}}
{{u}} .bx-net .off{{stroke:#8886;stroke-width:1;pointer-events:none}}
{{u}} .bx-net .on{{stroke:{ORANGE};stroke-width:3;pointer-events:none}}
{{u}} .bx-lit{{pointer-events:none}}
{{u}} .bx-lit line{{stroke:{BLUE};stroke-width:1;
vector-effect:non-scaling-stroke}}
{{u}} .bx-lit .a{{stroke:{BLUE};stroke-width:2}}
{{u}} .bx-lit .f{{stroke:{VERMILLION};stroke-width:2;stroke-dasharray:4 2}}
{{u}} .bx-lit .t{{stroke:{VERMILLION};stroke-width:1.5}}
{{u}} .bx-lit .m{{stroke:{ORANGE};stroke-width:2}}
{{u}} .bx-lit .c{{stroke:#000;stroke-width:2}}
{{u}} .bx-lit .halo{{stroke:#fff;stroke-width:4;stroke-dasharray:none}}
{{u}} .bx-lit .halo.t{{stroke-width:2.5}}
{{u}} .bx-net .track{{fill:#8884}}
{{u}} .bx-net .bar{{fill:#888}}
{{u}} .bx-net .said{{fill:{BLUE}}}
{{u}} .bx-net .truth{{stroke:currentColor;stroke-width:1.5}}
{{u}} .bx-hint i{{display:inline-block;width:11px;height:11px;vertical-align:-1px}}
{{u}} .bx-hint .a{{border:2px solid {BLUE}}}
{{u}} .bx-hint .f{{border:2px dashed {VERMILLION}}}
{{u}} .bx-product{{border-left:4px solid {BLUE};padding:2px 0 2px 8px;
min-height:172px;--cw:42px;--ch:22px}}
{{u}} .bx-product:focus-visible{{outline:3px solid {ORANGE}}}
{{u}} .bx-here{{max-width:none;min-height:2.9em;font-variant-numeric:tabular-nums}}
{{u}} .bx-parts i{{font-size:15px;padding:0 2px}}
{{u}} .bx-minis{{display:flex;flex-wrap:wrap;gap:4px;margin:0 0 6px}}
{{u}} .bx-minis label{{position:relative;width:72px;height:46px;flex-wrap:wrap;
border:1px solid #8888;border-radius:3px}}
{{u}} .bx-minis svg{{width:26px;height:26px}}
{{u}} .bx-minis i{{font-size:11px;padding:0 1px}}
{{u}} .bx-minis span{{flex:1 0 100%;text-align:center;font-size:11px;line-height:13px}}
{{u}} .bx-minis input{{position:absolute;left:0;top:0;width:100%;height:100%}}
{{u}} .bx-minis input:checked{{outline:3px solid {BLUE};outline-offset:-2px}}
{{u}} .bx-tables{{display:flex;flex-wrap:wrap;gap:2px 8px;align-items:center}}
{{u}} .bx-tables span{{display:block;font-size:11px;line-height:14px}}
{{u}} .bx-tables td{{font-size:11px}}
{{u}} .bx-tables td.won{{outline:3px solid {GREEN};outline-offset:-3px;font-weight:700}}
"""


def _columns(m: Numbers) -> tuple[list[Column], float]:
    """Return the place of every stage, and the width of all."""
    counts = [min(s.y.shape[2], MOST) for s in m.stages]
    tall = max(-(-f // _across(f)) for f in counts)
    side = min(40.0, (TALL + GAP) / tall - GAP)
    x, columns = 2.0, []
    for k, (stage, f) in enumerate(zip(m.stages, counts, strict=True)):
        h, w = stage.y.shape[:2]
        if k == 0:
            one, side_by_side = (PICTURE if f == 1 else PICTURE / 2), 1
            step = one + GAP
        elif stage.kind == "flat":
            one, side_by_side, step = TALL, 1, TALL
        elif (h, w) == (1, 1):
            one, side_by_side = 14.0, 1 if f <= CLASSES else _across(f)
            step = min(ROW, TALL / -(-f // side_by_side))
        else:
            one, side_by_side, step = side, _across(f), side + GAP
        down = -(-f // side_by_side)
        scale = one / max(h, w)
        size = (8.0, TALL) if stage.kind == "flat" else (w * scale, h * scale)
        places = [divmod(n, down) for n in range(f)]
        boxes = tuple((x + c * (one + GAP), TOP + r * step, *size) for c, r in places)
        width = max(boxes[-1][0] + size[0] - x, _wide(stage.name), _wide(_size(stage)))
        columns.append(Column(x, width, boxes))
        x += width + BETWEEN
    x += _class_room(m) - BETWEEN
    return columns, x + 4


def _across(f: int) -> int:
    """Return into how many columns a layer's maps go."""
    return max(1, -(-f // 8))


def _wide(word: str) -> float:
    return LETTER * len(word)


def _class_room(m: Numbers) -> float:
    if m.scores is None:
        return 0.0
    return 26 + max(_wide(name) for name in m.names) + BAR + 42


def _thumbs(m: Numbers) -> dict[int, Box]:
    """Return the places of up to nine pictures below the chosen one."""
    page = m.setting["picture"] // 9 * 9
    shown = range(page, min(page + 9, len(m.pictures)))
    step = SMALL + GAP
    top = TOP + PICTURE + 26
    if m.pictures.shape[3] > 2:
        top = TOP + TALL - 3 * step
    return {
        n: (2 + k % 3 * step, top + k // 3 * step, SMALL, SMALL)
        for k, n in enumerate(shown)
    }


def _tint(values: np.ndarray) -> str:
    """Draw pictures of two values as ink on paper."""
    return "ink" if np.unique(values).size <= 2 else "amount"


def _image(values, tint, box, label, span=None, more=""):
    x, y, w, h = (f"{n:.4g}" for n in box)
    return (
        f'<image x="{x}" y="{y}" width="{w}" height="{h}" preserveAspectRatio="none" '
        f'role="img" aria-label="{text(label)}"{more} '
        f'href="{png.address(values, tint, span)}"/>'
    )


def _thumbnail(m: Numbers, n: int, box: Box) -> str:
    plane = m.pictures[n, :, :, 0]
    more = f' class="bx-thumb" data-picture="{n}"'
    x, y, w, h = box
    chosen = ' class="on"' if n == m.setting["picture"] else ' class="off"'
    frame = f'<rect{chosen} x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"/>'
    return _image(plane, _tint(m.pictures), box, f"picture {n}", None, more) + frame


def _stage(m: Numbers, k: int, column: Column) -> str:
    """Draw the maps of one stage, and its name and size above them."""
    stage = m.stages[k]
    top = float(np.abs(stage.y).max(initial=1e-12))
    words = [stage.name, _size(stage)]
    said = f"layer {k - 1}, {stage.name}, {len(column.boxes)} maps, {_size(stage)}"
    if k == 0:
        words[0] = f"picture {m.setting['picture']}"
        said = f"{words[0]}, {_size(stage)}"
    tint = _tint(m.pictures) if k == 0 else "signed"
    span = None if k == 0 else (-top, top)
    images = [
        _image(stage.y[:, :, f], tint, box, f"map {f} of {said}" if k else said, span)
        for f, box in enumerate(column.boxes)
    ]
    frames = "".join(
        f'<rect class="off" x="{x:.4g}" y="{y:.4g}" width="{w:.4g}" height="{h:.4g}"/>'
        for x, y, w, h in column.boxes
    )
    return (
        f'<text x="{column.x:g}" y="11" class="bx-name">{text(words[0])}</text>'
        f'<text x="{column.x:g}" y="23">{words[1]}</text>'
        f'<g role="application" tabindex="0" data-stage="{k}" '
        f'data-lm-suppress-shortcuts aria-label="{text(said)}" '
        f'aria-describedby="{{u}}-sum">{"".join(images)}{frames}</g>'
    )


def _classes(m: Numbers, column: Column) -> str:
    """Draw a bar for every class beside the last layer's numbers."""
    if m.scores is None:
        return ""
    said = int(m.scores[1].argmax())
    wide = max(_wide(name) for name in m.names)
    parts = []
    for k, (box, chance) in enumerate(zip(column.boxes, m.scores[1], strict=True)):
        x, y = box[0] + box[2] + 6, box[1] + 11
        bold = ' class="bx-name"' if k == said else ""
        parts.append(f'<text x="{x:g}" y="{y:g}"{bold}>{text(m.names[k])}</text>')
        x += wide + 9
        look = f'y="{y - 9:g}" height="10"'
        kind = "bar said" if k == said else "bar"
        parts.append(
            f'<rect class="track" x="{x:g}" {look} width="{BAR}"/>'
            f'<rect class="{kind}" x="{x:g}" {look} width="{BAR * chance:.4g}"/>'
            f'<text x="{x + BAR + 7:g}" y="{y:g}"{bold}>{100 * chance:.0f} %</text>'
        )
        if k == m.truth:
            parts.append(
                f'<rect class="truth" x="{x - 3:g}" y="{y - 12:g}" '
                f'width="{BAR + 6}" height="16" rx="3"/>'
            )
    x, y = column.boxes[-1][0], column.boxes[-1][1] + ROW + 10
    words = [f"softmax of layer {len(m.stages) - 2}"]
    words += ["framed: the truth"] * (m.truth is not None)
    if y < TOP + TALL - 12:
        parts += [
            f'<text x="{x:g}" y="{y + 12 * n:g}" class="bx-soft">{word}</text>'
            for n, word in enumerate(words)
        ]
    return "".join(parts)


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def _data(m: Numbers, columns, thumbs, width) -> str:
    """Return all numbers that the script needs, as JSON."""
    stages = []
    for k, (stage, column) in enumerate(zip(m.stages, columns, strict=True)):
        one = {
            "name": stage.name,
            "kind": stage.kind,
            "size": stage.y.shape,
            "y": _packed(stage.y),
            "from": stage.source,
            "boxes": np.round(column.boxes, 2).tolist(),
            "how": stage.how,
            "top": float(np.abs(stage.y).max(initial=1e-12)),
            "axes": stage.axes,
            "sees": stage.fields,
            "bad": stage.differs,
            "best": m.strongest[k],
        }
        if stage.kernel is not None:
            one |= {"w": _packed(stage.kernel), "b": stage.bias.tolist()}
            one["taps"] = stage.kernel.shape
        stages.append(one)
    found = {
        "stages": stages,
        "place": m.place,
        "width": round(width, 2),
        "thumbs": thumbs,
        "tint": _tint(m.pictures),
        "span": (float(m.stages[0].y.min()), float(m.stages[0].y.max())),
    }
    return json.dumps(found, separators=(",", ":"))
