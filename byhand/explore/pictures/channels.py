"""The channels explorer's figure: a row per filter."""

import numpy as np

from byhand.explore.figure import Figure, Grid, Link, number, text
from byhand.explore.models.channels import Numbers
from byhand.explore.pictures import pieces


def picture(m: Numbers) -> Figure:
    """Draw planes, then per filter its kernels, partial sums and map."""
    wired = m.wiring
    many = wired.outputs[2]
    (top, _), (left, _) = wired.pad
    padding = np.flatnonzero(~wired.real.reshape(wired.frame)[:, :, 0].ravel())
    frame = wired.padded(m.x)
    size = pieces.times(wired.inputs[:2])
    rows = [
        pieces.planes(
            "x", frame, size, faded=frozenset(padding.tolist()), origin=(-top, -left)
        )
    ]
    kernels = pieces.kernels(m.w, pieces.times(wired.weights[:2]))
    marks = pieces.split_marks(pieces.marks(m.differs, m.true), many)
    for f in range(many):
        of_filter = [grid for grid in kernels if grid.key.startswith(f"w{f}.")]
        for c, grid in enumerate(of_filter):
            grid.title = f"filter {f}, plane {c}" if many > 1 else f"w, plane {c}"
        parts = [_part(m, c, f) for c in range(m.x.shape[2])]
        bias = f" + {number(m.b[f])}" if m.b[f] else ""
        added = " + ".join(f"part {c}" for c in range(len(parts)))
        title = f"map {f} = {added}{bias}" if many > 1 else f"map = {added}{bias}"
        name = f"y channel {f}" if many > 1 else "y"
        y = Grid(f"y{f}", title, m.y[:, :, f], main=True, name=name, marks=marks[f])
        rows.append([*of_filter, *parts, y])
    figure = Figure("channels", rows, _links(m), labels=pieces.labels(m.w))
    figure.legend = "values" if m.differs else ""
    figure.says = [_shapes(m)]
    figure.alerts = [text(m.refusal)] if m.refusal else []
    figure.alerts += pieces.disagreements(m.taps, m.differs, m.y.size, m.mine)
    if m.differs and not np.allclose(m.parts.sum(axis=2) + m.b, m.y):
        figure.alerts.append("The maps are not the sums of the partial sums and b.")
    pin = (m.setting["row"] * wired.outputs[1] + m.setting["col"]) * many
    figure.pin = pieces.Places(wired).output(pin)
    return figure


def _part(m: Numbers, c, f):
    differs = np.flatnonzero(~np.isclose(m.parts[:, :, c, f], m.true_parts[:, :, c, f]))
    right = m.true_parts[:, :, c, f].ravel()
    return Grid(
        f"p{f}.{c}",
        f"part {c}",
        m.parts[:, :, c, f],
        name=f"part of plane {c}, filter {f}",
        marks={k: f"differs; right is {number(right[k])}" for k in differs.tolist()},
    )


def _shapes(m: Numbers):
    h, w, c = m.wiring.inputs
    kh, kw, _, f = m.wiring.weights
    ho, wo, _ = m.wiring.outputs
    count = f"{kh}·{kw}·{c}·{f}"
    total = kh * kw * c * f
    if m.setting["bias"]:
        count, total = f"{count} + {f}", total + f
    return (
        f"x {h}×{w}×{c}, {f} filter{'s' * (f > 1)} of {kh}×{kw}×{c}: "
        f"<b>{ho}×{wo}×{f}</b>, with {count} = {total} parameters. "
        "A filter has one kernel per plane; their partial sums add up to one map."
    )


def _links(m: Numbers):
    wired = m.wiring
    links = [_map_link(m, o, row) for o, row in enumerate(m.taps.by_output)]
    links += [
        _part_link(m, o, row, c)
        for o, row in enumerate(m.taps.by_output)
        for c in range(m.x.shape[2])
    ]
    links += pieces.input_links(wired, m.taps)
    links += pieces.weight_links(wired, m.taps)
    return links


def _map_link(m: Numbers, o, row):
    at, wired = pieces.Places(m.wiring), m.wiring
    f, cell = o % wired.outputs[2], o // wired.outputs[2]
    lights = [(*at.input(t.i), "lit", t.k) for t in row]
    planes = range(m.x.shape[2])
    lights += [(f"w{f}.{c}", None, "lit", "") for c in planes]
    lights += [(f"p{f}.{c}", cell, "lit", "") for c in planes]
    parts = [m.parts[:, :, c, f].ravel()[cell] for c in planes]
    terms = " + ".join(pieces.value(part) for part in parts)
    bias = f" + {pieces.value(m.b[f])}" if m.b[f] else ""
    mine, true = m.y.ravel()[o], m.true.ravel()[o]
    said = f"<b>{at.name_output(o)}</b> = {terms}{bias} = <b>{number(mine, 3)}</b>"
    if not np.isclose(mine, true):
        said += f". Right is <b>{number(true, 3)}</b>"
    return Link(f"y{f}", cell, lights, f"{said} (one term per plane)")


def _part_link(m: Numbers, o, row, c):
    at, wired = pieces.Places(m.wiring), m.wiring
    f, cell = o % wired.outputs[2], o // wired.outputs[2]
    frame, weights = wired.padded(m.x).ravel(), m.w.ravel()
    own = [t for t in row if at.input(t.i)[0] == f"x{c}"]
    lights = [(*at.input(t.i), "lit", t.k) for t in own]
    lights.append((f"w{f}.{c}", None, "lit", ""))
    lights.append((f"y{f}", cell, "lit", ""))
    terms = " + ".join(pieces.product(frame[t.i], weights[t.k]) for t in own)
    total = number(sum(frame[t.i] * weights[t.k] for t in own), 3)
    r, s = divmod(cell, wired.outputs[1])
    said = f"<b>part {c} of y[{r},{s},{f}]</b> = {terms} = <b>{total}</b>"
    mine = m.parts[r, s, c, f]
    if not np.isclose(mine, m.true_parts[r, s, c, f]):
        said += f"; your function gives {number(mine, 3)}"
    return Link(f"p{f}.{c}", cell, lights, said)
