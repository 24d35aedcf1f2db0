"""The gradient-flow explorer's figure."""

import numpy as np

from byhand.explore import colours
from byhand.explore.figure import Figure, Grid, Link, Raw, number, text
from byhand.explore.models.gradient_flow import Numbers
from byhand.explore.pictures import pieces

_FORMULAS = {
    "half the squares": "L = ½ Σ y², so dy = y",
    "distance to a target": "L = ½ Σ (y − t)², so dy = y − t",
    "weighted sum": "L = Σ r·y with r = 1, 2, 3, …, so dy = r",
}


def picture(m: Numbers) -> Figure:
    """Draw forward values, gradients, central differences and the loss curve."""
    s, wired = m.setting, m.wiring
    (top, _), (left, _) = wired.pad
    padding = np.flatnonzero(~wired.real.reshape(wired.frame)[:, :, 0].ravel())
    frame = wired.padded(m.x)[:, :, 0]
    x = Grid("x0", "x", frame, faded=frozenset(padding.tolist()), origin=(-top, -left))
    x.title = f"x, {pieces.extent(wired.inputs, s['dims'])}"
    w = Grid("w0.0", f"w after {s['step']} steps", m.w[:, :, 0, 0], name="w")
    y = Grid("y0", "y", m.y[:, :, 0], name="y")
    dy = Grid("dy", "dy = ∂L/∂y", m.dy[:, :, 0])
    dw = Grid("dw", "dw = ∂L/∂w", m.dw[:, :, 0, 0], main=True, name="dw")
    dx = Grid("dx", "dx = ∂L/∂x", m.dx[:, :, 0])
    dw.marks = _marks(m.dw_differs, m.near_dw)
    dx.marks = _marks(m.dx_differs, m.near_dx)
    near_w = Grid("nw", "dw by difference", m.near_dw[:, :, 0, 0], name="near dw")
    near_x = Grid("nx", "dx by difference", m.near_dx[:, :, 0], name="near dx")
    rows = [[x, w, y, dy], [dw, near_w, dx, near_x], [_curve(m)]]
    figure = Figure("gradient flow", rows, _links(m))
    figure.pin = ("dw", s["row"] * s["kw"] + s["col"])
    figure.says = [_FORMULAS[s["loss"]], _bias(m)]
    figure.alerts = _alerts(m)
    figure.legend = "values" if m.dw_differs or m.dx_differs else ""
    return figure


def _marks(indices, near):
    flat = near.ravel()
    return {k: f"differs; the central difference is {number(flat[k])}" for k in indices}


def _bias(m: Numbers):
    near = number(m.near_db, pieces.DIGITS)
    few = m.dy.size <= 9
    terms = " + ".join(pieces.value(v) for v in m.dy.ravel()) if few else "…"
    if m.db is None:
        return f"db = Σ dy = {terms} = {near}"
    return f"db = Σ dy = {terms} = {number(m.db, pieces.DIGITS)}, by difference {near}"


def _alerts(m: Numbers):
    said = [text(m.refusal)] if m.refusal else []
    for name, differs in (("dw", m.dw_differs), ("dx", m.dx_differs)):
        if differs:
            total = m.dw.size if name == "dw" else m.dx.size
            said.append(
                f"{len(differs)} of {total} numbers of {name} leave the finite "
                "difference; they are hatched and carry ≠."
            )
    if m.db_differs:
        said.append(
            f"db is {number(m.db, 3)}, the central difference {number(m.near_db, 3)}."
        )
    if len(m.losses) < 21 or (m.losses[-1] > m.losses[0] and m.setting["rate"] > 0):
        said.append("The loss grows: the step is too large, or the gradient is wrong.")
    return said


def _links(m: Numbers):
    wired, at = m.wiring, pieces.Places(m.wiring)
    frame, weights, dy = wired.padded(m.x).ravel(), m.w.ravel(), m.dy.ravel()
    order = {int(i): n for n, i in enumerate(wired.frame_index().ravel())}
    by_w, by_x = {}, {n: [] for n in order.values()}
    by_y = {}
    for i, k, o in zip(
        wired.i.tolist(), wired.k.tolist(), wired.o.tolist(), strict=True
    ):
        by_w.setdefault(k, []).append((i, o))
        by_y.setdefault(o, []).append((i, k))
        if i in order:
            by_x[order[i]].append((k, o))
    links = []
    for k in range(m.w.size):
        pairs = by_w.get(k, [])
        lights = [(*at.input(i), "lit", pieces.label(dy[o])) for i, o in pairs]
        lights += [("dy", o, "lit", "") for _, o in pairs]
        lights += [("w0.0", k, "lit", ""), ("nw", k, "lit", "")]
        terms = [(frame[i], dy[o]) for i, o in pairs]
        said = _sum(at.name_weight(k), "dw", terms, m.dw, m.near_dw, k, "Σ x·dy")
        links.append(Link("dw", k, lights, said))
    place = {n: i for i, n in order.items()}
    for n, pairs in by_x.items():
        lights = [("w0.0", k, "lit", pieces.label(dy[o])) for k, o in pairs]
        lights += [("dy", o, "lit", "") for _, o in pairs]
        lights += [(*at.input(place[n]), "lit", ""), ("nx", n, "lit", "")]
        terms = [(weights[k], dy[o]) for k, o in pairs]
        name = at.name_input(place[n])
        said = _sum(name, "dx", terms, m.dx, m.near_dx, n, "Σ w·dy")
        links.append(Link("dx", n, lights, said))
    for o, pairs in by_y.items():
        lights = [(*at.input(i), "lit", pieces.label(weights[k])) for i, k in pairs]
        lights.append(("dy", o, "lit", ""))
        terms = " + ".join(pieces.product(frame[i], weights[k]) for i, k in pairs)
        total = number(m.y.ravel()[o], pieces.DIGITS)
        said = f"<b>{at.name_output(o)}</b> = {terms} = <b>{total}</b>"
        links.append(Link("y0", o, lights, said))
    return links


def _sum(cell, name, terms, gradient, near, k, formula):
    total = sum(a * b for a, b in terms)
    shown = " + ".join(pieces.product(a, b) for a, b in terms) or "nothing"
    cell = f"d{cell}"
    mine, close = gradient.ravel()[k], near.ravel()[k]
    said = f"<b>{cell}</b> = {formula} = {shown} = <b>{number(total, 3)}</b>"
    if not np.isclose(total, mine, rtol=1e-5, atol=1e-5):
        said += f"; but your function gives <b>{number(mine, 3)}</b>"
    return f"{said}; central difference {number(close, 3)}"


def _curve(m: Numbers):
    """Draw the loss over the steps, with a dot at the step shown."""
    wide, high, left = 330, 110, 46
    values = np.array(m.losses)
    low, top = float(values.min()), float(values.max())
    span = top - low or 1.0
    xs = left + np.arange(len(values)) * (wide - left - 12) / 20
    ys = 12 + (top - values) * (high - 34) / span
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    at = min(m.setting["step"], len(values) - 1)
    steps = dict.fromkeys((0, at, len(values) - 1))
    said = ", ".join(f"{number(values[k])} at step {k}" for k in steps)
    said = f"Loss {said}."
    svg = (
        f'<svg class="bx-curve" width="{wide}" height="{high}" role="img" '
        f'aria-label="{said}">'
        f'<path d="M{left} 8V{high - 20}H{wide - 6}" stroke="#888" fill="none"/>'
        f'<polyline points="{points}" fill="none" stroke="{colours.BLUE}" '
        'stroke-width="2"/>'
        f'<circle cx="{xs[at]:.1f}" cy="{ys[at]:.1f}" r="5" '
        f'fill="{colours.VERMILLION}"/>'
        f'<text x="2" y="16">{number(top, 1)}</text>'
        f'<text x="2" y="{high - 24}">{number(low, 1)}</text>'
        f'<text x="{left}" y="{high - 6}">step 0</text>'
        f'<text x="{wide - 22}" y="{high - 6}">20</text></svg>'
    )
    title = f"loss while w − {m.setting['rate']:g}·dw is taken 20 times"
    return Raw(f'{svg}<div class="bx-note">{said}</div>', title)
