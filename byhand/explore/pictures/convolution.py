"""The convolution explorer's figure."""

import numpy as np

from byhand import wiring
from byhand.explore.figure import Figure, Grid, Image, Raw, number, text
from byhand.explore.mistakes import likely
from byhand.explore.models.convolution import Numbers, turns_itself
from byhand.explore.pictures import pieces


def picture(m: Numbers) -> Figure:
    """Draw padded input, kernel and output, linked; or images when they are large."""
    says = [_size(m), _keras(m)]
    if m.setting["flip"]:
        says.append(_turned(m))
    if not (m.probed or m.large):
        says.append(
            "Your function is slow here, so its wiring was not probed: the values are "
            "its own, the lit cells are the definition's."
        )
    alerts = [text(m.refusal)] if m.refusal else []
    alerts += _wrong(m)
    draw = _large if m.large else _tables
    figure = draw(m)
    figure.says, figure.alerts = says, alerts
    figure.legend = "" if m.taps.agree else "wiring"
    if m.differs and m.taps.agree:
        figure.legend = "values"
    return figure


def _turned(m: Numbers) -> str:
    said = "True convolution: the kernel is turned by half a circle before it slides."
    if m.mine and not turns_itself(m.mine):
        said += f" <code>{text(m.mine)}</code> gets it turned."
    return said


def _wrong(m: Numbers) -> list[str]:
    """Say where the learner's function leaves the definition, and why perhaps."""
    said = []
    if m.misshapen:
        said.append(
            pieces.misshapen(m.mine, m.wiring.outputs, m.size, m.setting["dims"])
        )
    if m.mistake:
        said.append(f"Likely: {likely(m.mistake, m.mine, m.setting['dims'])}.")
    said += pieces.disagreements(m.taps, m.differs, m.y.size, m.mine)
    if not m.taps.agree and not m.differs:
        said.append(
            "The values agree all the same, because of these weights and inputs: try "
            "kernel numbers, or another seed."
        )
    if m.unexplained and m.taps.agree:
        said.append(
            "The wiring is right, but the values are not the sums of its products: "
            "look at the bias, or at what happens after the sum."
        )
    return said


def _tables(m: Numbers):
    wired, w_shape, dims = m.wiring, m.wiring.weights, m.setting["dims"]
    frame = wired.padded(m.x)
    (top, _), (left, _) = wired.pad
    padding = np.flatnonzero(~wired.real.reshape(wired.frame)[:, :, 0].ravel())
    inputs = pieces.planes(
        "x",
        frame,
        _x_title(wired, dims),
        faded=frozenset(padding.tolist()),
        origin=(-top, -left),
    )
    outputs = pieces.planes("y", m.y, pieces.extent(wired.outputs, dims), main=True)
    split = pieces.split_marks(pieces.marks(m.differs, m.true), wired.outputs[2])
    for grid, wrong in zip(outputs, split, strict=True):
        grid.marks = wrong
    kernels = pieces.kernels(m.w, pieces.extent(w_shape, dims))
    b = m.b if m.b else 0.0
    links = pieces.output_links(wired, m.taps, m.x, m.w, b, m.y.ravel(), m.true.ravel())
    links += pieces.input_links(wired, m.taps)
    links += pieces.weight_links(wired, m.taps)
    single = len(inputs) == 1
    rows = [[*inputs, *kernels, *outputs]] if single else [inputs, kernels, outputs]
    f = wired.outputs[2]
    row, col = (
        min(m.setting[n], size - 1)
        for n, size in zip(("row", "col"), wired.outputs, strict=False)
    )
    pin = (row * wired.outputs[1] + col) * f
    pinned = pieces.Places(wired).output(pin)
    return Figure("convolution", rows, links, pin=pinned, labels=pieces.labels(m.w))


def _large(m: Numbers):
    """Draw images, and the one window that the row and column choose."""
    wired, s = m.wiring, m.setting
    (top, _), (left, _) = wired.pad
    frame = wired.padded(m.x)[:, :, 0]
    d = s["dilation"]
    r, c = s["row"] * s["stride"], s["col"] * s["stride"]
    tall, wide = wiring.reach(s["kh"], d), wiring.reach(s["kw"], d)
    window = frame[r : r + tall : d, c : c + wide : d]
    span = float(frame.min()), float(frame.max())
    scale = max(2, min(8, 300 // max(frame.shape)))
    kernel = m.w[::-1, ::-1, 0, 0] if s["flip"] else m.w[:, :, 0, 0]
    out = m.y[:, :, 0]
    products = window * kernel
    terms = " + ".join(
        pieces.product(a, b)
        for a, b in zip(window.ravel(), kernel.ravel(), strict=True)
    )
    bias = f" + {pieces.value(m.b)}" if m.b else ""
    here = pieces.index("y", (s["row"], s["col"]))
    figure = Figure(
        "convolution",
        [
            [
                Image(
                    "x",
                    f"x, {_x_title(wired, 2)}",
                    frame,
                    "grey",
                    boxes=((r, c, tall, wide),),
                    scale=scale,
                ),
                Image(
                    "y",
                    f"y, {pieces.times(out.shape)}",
                    out,
                    "signed",
                    boxes=((s["row"], s["col"], 1, 1),),
                    scale=scale,
                ),
            ],
            [
                Grid(
                    "v", "window", window, "grey", origin=(r - top, c - left), span=span
                ),
                Grid("k", "w" + (", turned" if s["flip"] else ""), kernel),
                Grid("p", "products", products),
            ],
        ],
    )
    total = number(out[s["row"], s["col"]], pieces.DIGITS)
    said = f"<b>{here}</b> = {terms}{bias} = <b>{total}</b>"
    figure.rows.append([Raw(f'<p class="bx-here">{said}</p>')])
    planes = {"x": frame, "w": kernel, "y": out}
    figure.pointing = {name: np.round(a, 4).tolist() for name, a in planes.items()}
    figure.pointing |= {"b": m.b, "s": s["stride"], "d": d, "top": top, "left": left}
    figure.pointing |= {"low": span[0], "high": span[1]}
    return figure


def _x_title(wired, dims):
    title = pieces.extent(wired.inputs, dims)
    if wired.frame != wired.inputs:
        title += f", padded to {pieces.extent(wired.frame, dims)}"
    return title


def _size(m: Numbers):
    """Write the size formula with the numbers of this setting.

    Where no setting is used it is the one that lesson 02 begins with.
    """
    s, wired = m.setting, m.wiring
    even = all(before == after for before, after in wired.pad)
    plain = s["stride"] == s["dilation"] == 1 and not np.any(wired.pad)
    said = {}
    for name, axis, k in (("height", 0, s["kh"]), ("width", 1, s["kw"])):
        if s["dims"] == 2 or axis == 1:
            n, pad = wired.inputs[axis], wired.pad[axis]
            zeros = f"2·{pad[0]}" if even else sum(pad)
            steps = f"⌊({n} + {zeros} − {s['dilation']}·({k} − 1) − 1) / {s['stride']}⌋"
            if plain:
                steps = f"{n} − {k}"
            said.setdefault(f"{steps} + 1 = <b>{m.size[axis]}</b>", []).append(name)
    sums = "; ".join(f"{' and '.join(names)} {sum_}" for sum_, names in said.items())
    zeros = "2p" if even else "zeros"
    steps = "n − k" if plain else f"⌊(n + {zeros} − d(k − 1) − 1) / s⌋"
    return f"Output size {steps} + 1: {sums}"


def _keras(m: Numbers):
    s = m.setting
    f, rank = m.wiring.outputs[2], s["dims"]
    size = (s["kh"], s["kw"]) if rank == 2 else s["kw"]
    if s["padding"] in ("same", "valid"):
        before, pad = "", s["padding"]
    else:
        p = s["padding"]
        before = f"ZeroPadding{rank}D({p}), then " if p else ""
        pad = "valid"
    words = [str(f), str(size)]
    if s["stride"] > 1:
        words.append(f"strides={s['stride']}")
    words.append(f'padding="{pad}"')
    if s["dilation"] > 1:
        words.append(f"dilation_rate={s['dilation']}")
    if s["groups"] > 1:
        words.append(f"groups={s['groups']}")
    return f"Keras: <code>{before}Conv{rank}D({text(', '.join(words))})</code>"
