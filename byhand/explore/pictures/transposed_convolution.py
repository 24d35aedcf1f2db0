"""The transposed-convolution explorer's figure, in three views."""

import numpy as np

from byhand import wiring
from byhand.explore.figure import Figure, Grid, Image, Link, number, text
from byhand.explore.models.arrays import LARGE
from byhand.explore.models.transposed_convolution import Numbers
from byhand.explore.pictures import pieces


def picture(m: Numbers) -> Figure:
    """Draw stamps, the gaps between inputs, or the matrix."""
    s = m.setting
    views = {"scatter": _scatter, "zero insertion": _stuffed, "matrix": _matrix}
    misshapen = m.wiring.outputs != m.size
    figure = (_scatter if misshapen else views[s["view"]])(m)
    row, col = min(s["row"], m.y.shape[0] - 1), min(s["col"], m.y.shape[1] - 1)
    figure.pin = ("y0", row * m.y.shape[1] + col)
    figure.says = [_size(m), _keras(s)]
    if s["view"] == "matrix":
        figure.says.append("M has a row for each output and a column for each input.")
        if m.sides:
            figure.says.append(_both_ways(*m.sides))
    figure.alerts = [text(m.refusal)] if m.refusal else []
    if misshapen:
        said = pieces.misshapen(m.mine, m.wiring.outputs, m.size, s["dims"])
        figure.alerts.append(said)
    figure.alerts += pieces.disagreements(m.taps, m.differs, m.y.size, m.mine)
    if m.unexplained and m.taps.agree:
        figure.alerts.append(
            "The stamps are right, but the values are not their sums: look at the bias."
        )
    if not m.taps.agree:
        figure.legend = "wiring"
    elif m.differs:
        figure.legend = "values"
    return figure


def _grids(m: Numbers):
    """Return the grids of x, w and y."""
    dims = m.setting["dims"]
    x = Grid("x0", f"x, {pieces.extent(m.x.shape, dims)}", m.x[:, :, 0], name="x")
    w = Grid("w0.0", f"w, {pieces.extent(m.w.shape, dims)}", m.w[:, :, 0, 0], name="w")
    y = Grid(
        "y0",
        f"y, {pieces.extent(m.y.shape, dims)}",
        m.y[:, :, 0],
        main=True,
        name="y",
        marks=pieces.marks(m.differs, m.true),
    )
    return x, w, y


def _scatter(m: Numbers):
    x, w, y = _grids(m)
    over = Grid(
        "n", "stamps that overlap", m.counts[:, :, 0], "amount", name="overlaps"
    )
    links = [*_outputs(m), *_stamps(m)]
    return Figure("transposed", [[x, w, y, over]], links, labels=pieces.labels(m.w))


def _outputs(m: Numbers):
    """Link every output to its contributions."""
    links = pieces.output_links(
        m.wiring, m.taps, m.x, m.w, m.b, m.y.ravel(), m.true.ravel()
    )
    for o, (link, row) in enumerate(zip(links, m.taps.by_output, strict=True)):
        link.lights += tuple(("w0.0", tap.k, tap.role, "") for tap in row)
        if m.setting["view"] == "scatter":
            link.lights += (("n", o, "lit", ""),)
    return links


def _stamps(m: Numbers):
    """Link every input to its stamp, and every weight to what it makes."""
    at = pieces.Places(m.wiring)
    x, w = m.x.ravel(), m.w.ravel()
    stamps = [[] for _ in range(x.size)]
    for o, row in enumerate(m.taps.by_output):
        for tap in row:
            stamps[tap.i].append((o, tap))
    links = []
    for i, stamp in enumerate(stamps):
        lights = [
            ("y0", o, tap.role, f"+{number(x[i] * w[tap.k] * tap.factor, 1)}")
            for o, tap in stamp
        ]
        inside = sum(tap.role != "missing" for _, tap in stamp)
        said = f"<b>{at.name_input(i)}</b> = {number(x[i])} stamps {number(x[i])}·w"
        cropped = w.size - inside
        said += f" on {inside} outputs"
        if cropped > 0:
            said += f"; {cropped} of its products fall outside and are cropped"
        links.append(Link("x0", i, lights, said + "."))
    return links


def _stuffed(m: Numbers):
    """Draw the same as an ordinary convolution over the input with gaps."""
    s = m.setting
    _, _, y = _grids(m)
    gap = Grid(
        "g",
        f"x, gaps of {s['stride'] - 1} between, zeros around",
        m.stuffed,
        faded=frozenset(np.flatnonzero(~m.real.ravel()).tolist()),
        name="x with gaps",
    )
    turned = m.w[::-1, ::-1, 0, 0]
    kernel = Grid("t", "w, turned by half a circle", turned, name="turned w")
    wired = wiring.convolution((*m.stuffed.shape, 1), m.w.shape, dilation=s["dilation"])
    at = pieces.Places(m.wiring)
    flat, weights = m.stuffed.ravel(), turned.ravel()
    taps = [[] for _ in range(m.y.size)]
    for i, k, o in zip(
        wired.i.tolist(), wired.k.tolist(), wired.o.tolist(), strict=True
    ):
        taps[o].append((i, k))
    links = []
    for o, row in enumerate(taps):
        lights = [("g", i, "lit", pieces.label(weights[k])) for i, k in row]
        real = [(i, k) for i, k in row if m.real.ravel()[i]]
        terms = " + ".join(pieces.product(flat[i], weights[k]) for i, k in real)
        total = sum(flat[i] * weights[k] for i, k in real) + m.b
        bias = f" + {pieces.value(m.b)}" if m.b else ""
        said = (
            f"<b>{at.name_output(o)}</b> = {terms or 'nothing but zeros'}{bias} = "
            f"<b>{number(total, pieces.DIGITS)}</b>; {len(row) - len(real)} of "
            f"{len(row)} products are with an inserted zero"
        )
        if o in m.differs:
            mine = number(m.y.ravel()[o], pieces.DIGITS)
            said += f"; but your function gives <b>{mine}</b>"
        links.append(Link("y0", o, lights, f"{said}."))
    return Figure("transposed", [[gap, kernel, y]], links)


def _matrix(m: Numbers):
    """Draw the matrix whose columns are the stamps."""
    x, w, y = _grids(m)
    rows, cols = m.matrix.shape
    flat = Grid("f", "x, flat", m.x.reshape(-1, 1), name="flat x")
    if rows > LARGE or cols > LARGE:
        return _large_matrix(m, x, w, y)
    zero = frozenset(np.flatnonzero(m.matrix.ravel() == 0).tolist())
    at = pieces.Places(m.wiring)
    matrix = Grid("m", f"M, {rows}×{cols}", m.matrix, faded=zero, name="M")
    links = []
    for o in range(rows):
        lights = [("m", o * cols + i, "lit", "") for i in range(cols)]
        lights += [("f", i, "lit", "") for i in range(cols)]
        links.append(Link("y0", o, lights, _row_said(m, o)))
    for i in range(cols):
        lights = [("m", o * cols + i, "lit", "") for o in range(rows)]
        said = (
            f"<b>column {i}</b> of M is the stamp of {at.name_input(i)}; as a row of "
            "Mᵀ it is the window of a convolution."
        )
        links.append(Link("f", i, lights, said))
    return Figure("transposed", [[w, matrix, flat, y]], links)


def _large_matrix(m: Numbers, x, w, y):
    """Draw the matrix as an image, on which a row or a column is framed."""
    rows, cols = m.matrix.shape
    scale = max(3, min(12, 300 // max(rows, cols)))
    title = f"M, {rows}×{cols}"
    image = Image("m", title, m.matrix, "signed", scale=scale)
    at = pieces.Places(m.wiring)
    links = []
    for o, row in enumerate(m.matrix):
        lights = [("x0", i, "lit", pieces.label(v)) for i, v in enumerate(row) if v]
        frame = f'<rect x="0" y="{o}" width="{cols}" height="1"/>'
        links.append(Link("y0", o, lights, _row_said(m, o), {"m": frame}))
    for i, column in enumerate(m.matrix.T):
        lights = [("y0", o, "lit", "") for o, v in enumerate(column) if v]
        frame = f'<rect x="{i}" y="0" width="1" height="{rows}"/>'
        said = f"<b>column {i}</b> of M is the stamp of {at.name_input(i)}."
        links.append(Link("x0", i, lights, said, {"m": frame}))
    return Figure("transposed", [[w, image, x, y]], links)


def _row_said(m: Numbers, o):
    row, x = m.matrix[o], m.x.ravel()
    terms = " + ".join(pieces.product(v, x[i]) for i, v in enumerate(row) if v)
    bias = f" + {pieces.value(m.b)}" if m.b else ""
    total = float(row @ x) + m.b
    name = pieces.Places(m.wiring).name_output(o)
    said = (
        f"<b>{name}</b> = row {o} of M times x = {terms or 'nothing'}{bias} = "
        f"<b>{number(total, pieces.DIGITS)}</b>"
    )
    if o in m.differs:
        mine = number(m.y.ravel()[o], pieces.DIGITS)
        said += f"; but your function gives <b>{mine}</b>"
    return said


def _size(m: Numbers):
    s = m.setting
    said = {}
    for name, axis, k in (("height", 0, s["kh"]), ("width", 1, s["kw"])):
        if s["dims"] == 2 or axis == 1:
            n = m.x.shape[axis]
            sum_ = (
                f"({n} − 1)·{s['stride']} + {s['dilation']}·({k} − 1) + 1 − "
                f"2·{s['padding']} + {s['output_padding']} = <b>{m.size[axis]}</b>"
            )
            said.setdefault(sum_, []).append(name)
    sums = "; ".join(f"{' and '.join(names)} {sum_}" for sum_, names in said.items())
    return f"Output size (n − 1)·s + d(k − 1) + 1 − 2p + output_padding: {sums}"


def _keras(s):
    rank = s["dims"]
    size = (s["kh"], s["kw"]) if rank == 2 else s["kw"]
    words = f'1, {size}, strides={s["stride"]}, padding="valid"'
    least = min(s["kh"], s["kw"]) if rank == 2 else s["kw"]
    if s["output_padding"] or least < s["stride"]:
        words += f", output_padding={s['output_padding']}"
    if s["dilation"] > 1:
        words += f", dilation_rate={s['dilation']}"
    crop = f", then Cropping{rank}D({s['padding']})" if s["padding"] else ""
    return f"Keras: <code>Conv{rank}DTranspose({text(words)}){crop}</code>"


def _both_ways(left: float, right: float) -> str:
    """Say the adjoint identity in words that come before its name in the lesson."""
    word = "equal, as for every u" if np.isclose(left, right) else "<b>not equal</b>"
    return (
        "A test with random numbers u, as many as y has: u times y − b, cell by cell "
        f"and added up, is {number(right, 3)}. An ordinary convolution of u with w, "
        f"times x and added up, is {number(left, 3)}: {word}."
    )
