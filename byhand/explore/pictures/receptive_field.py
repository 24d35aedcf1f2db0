"""The receptive-field explorer's figure: a cone in 1D, a square in 2D."""

import numpy as np

from byhand import wiring
from byhand.explore import colours
from byhand.explore.figure import Canvas, Figure, Grid, Link, Raw, text
from byhand.explore.models.receptive_field import Numbers

LEVEL = 58  # pixels from one layer to the next
_SHADES = ("#e8f1fa", "#cfe3f5", "#b3d3ee", "#97c2e6", "#7bb0dd", "#5f9dd3", "#4389c7")


def picture(m: Numbers) -> Figure:
    """Draw the stack, linked unit by unit, and the table of its formula."""
    top = m.rows[-1]
    if m.setting["view"] == "grid":
        figure = _square(m)
    else:
        figure = _cone(m)
    side = top["size"]
    weights = sum(layer["kernel"] ** 2 for layer in m.layers)
    figure.says = [
        f"A unit of the last layer sees <b>{side}</b> inputs in 1D, "
        f"{side}×{side} in 2D, through {weights} weights per channel; "
        f"neighbours look {top['jump']} apart.",
    ]
    if m.mine:
        figure.says.append(_compared(m))
        figure.whose = False
    if m.wrong:
        figure.alerts.append(
            f"<code>{text(m.mine)}</code> and the impulse differ in "
            f"{' and '.join(m.wrong)}."
        )
    figure.rows.append([Raw(_table(m), "layer by layer")])
    return figure


def _compared(m: Numbers):
    right = m.rows[-1]
    pairs = zip(("size", "jump", "start"), m.own, strict=False)
    said = [
        f"{name} yours <b>{_minus(value)}</b>, the impulse {_minus(right[name])}"
        for name, value in pairs
    ]
    return f"An impulse through the stack beside your formula: {'; '.join(said)}."


def _table(m: Numbers):
    head = ("layer", "kernel", "stride", "padding", "dilation", "units")
    head += ("size", "jump", "start")
    rows = [("input", "", "", "", "", m.widths[0], 1, 1, 0)]
    for k, (layer, row) in enumerate(zip(m.layers, m.rows, strict=True)):
        numbers = (row["size"], row["jump"], row["start"])
        rows.append((k + 1, *layer.values(), m.widths[k + 1], *numbers))
    cells = "".join(
        f"<tr>{''.join(f'<td>{_minus(v)}</td>' for v in row)}</tr>" for row in rows
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    return (
        f'<table class="bx-plain" aria-label="layers"><tr>{heads}</tr>{cells}</table>'
        '<div class="bx-note">size = size + d(k − 1)·jump; start = start − p·jump; '
        "jump = jump·s. start is the input under the first unit's first tap.</div>"
    )


def _minus(value):
    return str(value).replace("-", "−")


def _cone(m: Numbers):
    """Draw every layer as a row of units above the inputs that it sees."""
    pitch = max(20, min(38, 760 // m.widths[0]))
    positions = _positions(m)
    zeros = _zeros(m)
    low = min([*zeros, *(min(row) for row in positions if row)])
    high = max([*zeros, *(max(row) for row in positions if row)])
    levels = len(m.widths)
    left, height = 70, LEVEL * levels
    width = left + (high - low) * pitch + 40

    def point(level, unit):
        x = left + (positions[level][unit] - low) * pitch
        return x, height - LEVEL * level - 26

    def beside(place):
        return left + (place - low) * pitch, height - 26

    lines = _lines(m, point)
    svg = "".join(
        f'<path d="{"".join(pairs.values())}" stroke="#8888" fill="none"/>'
        for pairs in lines
    )
    names = ["input", *(f"layer {k}" for k in range(1, levels))]
    svg += '<g class="bx-curve">' + "".join(
        f'<text x="0" y="{height - LEVEL * k - 22}">{name}</text>'
        for k, name in enumerate(names)
    )
    svg += "".join(_zero(*beside(n), n) for n in zeros)
    svg += "</g>"
    number = _numbering(m.widths)
    cells = {
        n: (*point(k, u), str(u), _SHADES[k % len(_SHADES)])
        for (k, u), n in number.items()
    }
    canvas = Canvas(
        "c", "cone, one row of units per layer", (width, height), cells, svg, True
    )
    canvas.name = "the cone"
    links = [
        _unit_link(m, k, u, number[k, u], lines, point, beside)
        for k in range(levels)
        for u in range(m.widths[k])
    ]
    figure = Figure("receptive field", [[canvas]], links)
    figure.pin = ("c", number[levels - 1, m.setting["top"]])
    return figure


def _zeros(m: Numbers):
    """Return the places beside the input at which units of the top see padding."""
    top, n = m.rows[-1], m.widths[0]
    end = top["start"] + (m.widths[-1] - 1) * top["jump"] + top["size"]
    return [*range(top["start"], 0), *range(n, end)]


def _zeros_of(m: Numbers, level, unit):
    """Return those of these places that one unit sees."""
    if level == 0:
        return []
    row = m.rows[level - 1]
    first = row["start"] + unit * row["jump"]
    return [n for n in _zeros(m) if first <= n < first + row["size"]]


def _zero(x, y, place):
    return (
        f'<rect x="{x - 13:g}" y="{y - 11}" width="26" height="22" rx="5" fill="none" '
        'stroke="#888" stroke-dasharray="3 2"/>'
        f'<text x="{x:g}" y="{y + 4}" text-anchor="middle" opacity=".8">'
        f"{_minus(place)}</text>"
    )


def _numbering(widths):
    """Give every unit a number, the top layer first: there the arrow keys begin."""
    order = [(k, u) for k in reversed(range(len(widths))) for u in range(widths[k])]
    return {unit: n for n, unit in enumerate(order)}


def _positions(m: Numbers):
    """Return the input coordinate over which each unit of each layer stands."""
    result = [list(map(float, range(m.widths[0])))]
    for row, width in zip(m.rows, m.widths[1:], strict=True):
        middle = row["start"] + (row["size"] - 1) / 2
        result.append([middle + u * row["jump"] for u in range(width)])
    return result


def _lines(m: Numbers, point):
    """Return, per layer, the line of every pair of wired units."""
    result = []
    for k, pairs in enumerate(m.edges):
        lines = {}
        for below, above in pairs:
            (x1, y1), (x2, y2) = point(k, below), point(k + 1, above)
            # from the upper edge of one to the lower edge of the other
            lines[below, above] = f"M{x1:g} {y1 - 11:g}L{x2:g} {y2 + 11:g}"
        result.append(lines)
    return result


def _unit_link(m: Numbers, level, unit, number, lines, point, beside):
    """Light a unit's cone down to the input and up to the top."""
    down, up = _down(m, level, unit), _up(m, level, unit)
    path = "".join(
        line
        for k, pairs in enumerate(lines)
        for (below, above), line in pairs.items()
        if (below in down[k] and above in down[k + 1])
        or (below in up[k] and above in up[k + 1])
    )
    rings = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="16" fill="none" '
        f'stroke="{colours.BLUE}" stroke-width="3" class="ring"/>'
        for k in range(len(m.widths))
        for x, y in (point(k, u) for u in sorted(down[k] | up[k]))
    )
    rings += "".join(
        f'<rect x="{x - 15:g}" y="{y - 13:g}" width="30" height="26" rx="7" '
        f'fill="none" stroke="{colours.BLUE}" stroke-width="2" '
        'stroke-dasharray="4 3"/>'
        for x, y in (beside(n) for n in _zeros_of(m, level, unit))
    )
    svg = f'<path d="{path}" stroke="{colours.BLUE}" stroke-width="2.5" fill="none"/>'
    return Link("c", number, [], _said(m, level, unit, down, up), {"c": svg + rings})


def _down(m: Numbers, level, unit):
    below = wiring.cone(m.edges[:level], unit)
    return [*below, *(set() for _ in range(len(m.widths) - level - 1))]


def _up(m: Numbers, level, unit):
    result = [set() for _ in m.widths]
    result[level] = {unit}
    for k in range(level, len(m.edges)):
        result[k + 1] = {a for b, a in m.edges[k] if b in result[k]}
    return result


def _said(m: Numbers, level, unit, down, up):
    if level == 0:
        top = up[-1]
        return f"<b>input {unit}</b> reaches {_units(top)} of the last layer."
    seen = down[0]
    size, jump, start = (m.rows[level - 1][n] for n in ("size", "jump", "start"))
    first = start + unit * jump
    said = (
        f"<b>layer {level}, unit {unit}</b>: from {_minus(first)} to "
        f"{_minus(first + size - 1)}, a field of <b>{size}</b>"
    )
    inside = len(seen)
    if first < 0 or first + size > m.widths[0]:
        said += "; part of it lies in the padding"
    holes = inside < size and first >= 0 and first + size <= m.widths[0]
    if holes:
        said += f", of which it reads {inside}: dilation or stride leave holes"
    return f"{said}."


def _units(units):
    if not units:
        return "no unit"
    return f"{len(units)} unit{'s' * (len(units) > 1)}"


def _square(m: Numbers):
    """Draw the input with the number of paths to the pinned unit, and the top."""
    n, top = m.widths[0], m.widths[-1]
    u = m.setting["top"]
    paths = np.outer(m.paths, m.paths)
    shown = ["" if v == 0 else _short(v) for v in paths.ravel()]
    x = Grid(
        "x",
        f"input {n}×{n}: paths to the last layer's unit [{u},{u}]",
        paths,
        "amount",
        shown=shown,
        name="input",
        faded=frozenset(np.flatnonzero(paths.ravel() == 0).tolist()),
    )
    tops = Grid(
        "t",
        f"last layer, {top}×{top} units",
        np.zeros((top, top)),
        "none",
        shown=["·"] * top**2,
        main=True,
        name="unit",
    )
    fields = [sorted(wiring.cone(m.edges, k)[0]) for k in range(top)]
    links = []
    for k in range(top * top):
        rows, cols = fields[k // top], fields[k % top]
        lights = [("x", r * n + c, "lit", "") for r in rows for c in cols]
        said = (
            f"<b>unit [{k // top},{k % top}]</b> reads {len(rows)}×{len(cols)} inputs "
            f"of a field of {m.rows[-1]['size']}×{m.rows[-1]['size']}."
        )
        links.append(Link("t", k, lights, said))
    figure = Figure("receptive field", [[x, tops]], links)
    figure.pin = ("t", u * top + u)
    return figure


def _short(value):
    return f"{value:.0f}" if value < 1000 else f"{value / 1000:.0f}k"
