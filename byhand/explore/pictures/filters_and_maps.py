"""The filters-and-maps explorer's figure."""

import numpy as np

from byhand.explore.figure import Figure, Grid, Image, Link, number
from byhand.explore.models.arrays import LARGE
from byhand.explore.models.filters_and_maps import Numbers, patch
from byhand.explore.pictures import pieces

PLANES = 4  # of a filter, at most, are drawn
FINE = 9  # rows or columns of a map whose numbers have two decimals


def picture(m: Numbers) -> Figure:
    """Draw the picture, the chosen map, all maps, the filter, the strongest patches."""
    s = m.setting
    h, w, f = m.maps.shape
    chosen = m.maps[:, :, s["filter"]]
    first = [_picture(m)]
    large = max(h, w) > LARGE
    title = f"map {s['filter']} of layer {s['layer']}, {pieces.times((h, w))}"
    if large:
        first.append(Image("m", title, chosen, "signed", (), 8))
    else:
        digits = 2 if max(h, w) <= FINE else 1
        shown = [number(v, digits) for v in chosen.ravel()]
        first.append(Grid("m", title, chosen, main=True, name="the map", shown=shown))
    rows = [[*first, *_kernels(m)], [*_gallery(m), *_strongest(m)]]
    figure = Figure("filters and maps", rows)
    figure.links = [] if large else _links(m, chosen)
    figure.pin = ("m", s["row"] * w + s["col"])
    figure.says = [_shapes(m)]
    figure.whose = bool(m.mine)
    if f > 1:
        figure.says.append(f"Layer {s['layer']} ({m.name}) makes {f} maps.")
    return figure


def _picture(m: Numbers):
    title = f"picture {m.setting['picture']}, {pieces.times(m.picture.shape)}"
    if max(m.picture.shape) > LARGE:
        return Image("x", title, m.picture, _tint(m.picture), scale=16)
    return Grid("x", title, m.picture, _tint(m.picture), name="picture")


def _tint(picture):
    """Draw pictures of +1 and -1 as ink on paper."""
    ink = set(np.unique(picture).tolist()) <= {-1.0, 1.0}
    return "ink" if ink else "amount"


def _shapes(m: Numbers):
    height, width = m.picture.shape
    steps = " → ".join(pieces.times(shape) for shape in m.shapes)
    return f"Shapes, layer by layer: {height}×{width} → {steps}"


def _kernels(m: Numbers):
    if m.kernel is None:
        return []
    f, planes = m.setting["filter"], m.kernel.shape[2]
    grids = [
        Grid(
            f"w{c}",
            f"filter {f}" + (f", plane {c}" if planes > 1 else ""),
            m.kernel[:, :, c],
        )
        for c in range(min(planes, PLANES))
    ]
    if planes > PLANES:
        grids[-1].note = f"and {planes - PLANES} more planes"
    return grids


def _gallery(m: Numbers):
    h, w, f = m.maps.shape
    scale = max(2, min(12, 80 // max(h, w)))
    return [
        Image(
            f"g{k}",
            f"map {k}" + (" (chosen)" if k == m.setting["filter"] else ""),
            m.maps[:, :, k],
            "signed",
            scale=scale,
        )
        for k in range(min(f, 16))
    ]


def _strongest(m: Numbers):
    blocks = []
    for n, value, piece in m.strongest:
        if piece is not None and piece.size:
            scale = max(2, min(20, 60 // max(piece.shape)))
            title = f"picture {n}: {number(value)}"
            blocks.append(Image(f"p{n}", title, piece, _tint(m.picture), (), scale))
    if blocks:
        blocks[0].title = f"strongest: {blocks[0].title}"
    return blocks


def _links(m: Numbers, chosen):
    w = chosen.shape[1]
    height, width = m.picture.shape
    links = []
    for k, value in enumerate(chosen.ravel()):
        r, c = divmod(k, w)
        said = f"<b>map[{r},{c}]</b> = <b>{number(value, pieces.DIGITS)}</b>"
        link = Link("m", k, [], said)
        if m.fields is not None:
            top, left, bh, bw = patch(m.fields, (height, width), r, c)
            link.text += (
                f" sees rows {top} to {top + bh - 1} and columns {left} to "
                f"{left + bw - 1} of the picture."
            )
            _show(link, m, (top, left, bh, bw))
        links.append(link)
    return links


def _show(link, m, box):
    """Outline a patch on the picture, whether table or image."""
    top, left, height, width = box
    if max(m.picture.shape) > LARGE:
        link.draw["x"] = (
            f'<rect x="{left}" y="{top}" width="{width}" height="{height}"/>'
        )
        return
    columns = m.picture.shape[1]
    link.lights += [
        ("x", r * columns + c, "lit", "")
        for r in range(top, top + height)
        for c in range(left, left + width)
    ]
