"""The pooling explorer's figure."""

from byhand.explore.figure import Figure, Grid, Link, number, text
from byhand.explore.models.pooling import Numbers
from byhand.explore.pictures import pieces


def picture(m: Numbers) -> Figure:
    """Draw the input, the inputs that win, and the output."""
    s = m.setting
    is_max = s["kind"].endswith("max")
    won = frozenset().union(*m.winners)
    x = Grid("x", f"x, {pieces.times(m.x.shape)}", m.x)
    marks = pieces.marks(m.differs, m.true)
    y = Grid(
        "y", f"y, {pieces.times(m.y.shape)}", m.y, main=True, name="y", marks=marks
    )
    row = [x, y]
    if is_max:
        flat = m.x.ravel()
        shown = [number(v) if i in won else "·" for i, v in enumerate(flat)]
        # what doesn't win is drawn like padding
        lost = frozenset(range(m.x.size)) - won
        row.insert(
            1, Grid("v", "inputs that win a window", m.x, shown=shown, faded=lost)
        )
    figure = Figure("pooling", [row], _links(m, is_max))
    figure.pin = ("y", s["row"] * m.y.shape[1] + s["col"])
    figure.says = _says(m, is_max, won)
    figure.alerts = _alerts(m)
    figure.legend = "wiring" if figure.alerts else ""
    return figure


def _says(m: Numbers, is_max, won):
    s = m.setting
    said = [_keras(s)]
    lost = 1 - m.y.size / m.x.size
    share = (
        f"{m.x.size} numbers become {m.y.size}: "
        f"<b>{100 * max(lost, 0):.0f} % are thrown away</b>"
    )
    if is_max:
        share += f"; {len(won)} of {m.x.size} inputs win a window"
    said.append(f"{share}. There are no weights to learn.")
    said.append(
        f"If x moved right by one more column, {m.kept} of {m.y.size} outputs would "
        "stay as they are."
    )
    if s["padding"] == "same" and any(sum(sides) for sides in m.pad):
        (top, bottom), (left, right) = m.pad
        said.append(
            f"same pads {top} above, {bottom} below, {left} left, {right} right; Keras "
            "never counts that padding, neither in a maximum nor in an average."
        )
    return said


def _keras(s):
    if s["kind"] == "L2":
        return "Keras has no L2 pooling layer; the definition is √(Σ x²)."
    name = {"max": "Max", "average": "Average"}[s["kind"].removeprefix("global ")]
    if s["kind"].startswith("global"):
        return f"Keras: <code>Global{name}Pooling2D()</code>"
    words = f'{s["window"]}, strides={s["stride"]}, padding="{s["padding"]}"'
    return f"Keras: <code>{name}Pooling2D({text(words)})</code>"


def _alerts(m: Numbers):
    if not m.mine:
        return []
    said = []
    if m.differs:
        said.append(
            f"{len(m.differs)} of {m.y.size} outputs of <code>{text(m.mine)}</code> "
            "differ from the definition; they are hatched and carry ≠."
        )
    pairs = list(zip(m.windows, m.true_windows, strict=True))
    extra = sum(len(own - true) for own, true in pairs)
    missing = sum(len(true - own) for own, true in pairs)
    if extra or missing:
        said.append(
            f"The windows differ: {missing} inputs are left out (dotted), {extra} are "
            "taken that should not be (hatched)."
        )
    return said


def _links(m: Numbers, is_max):
    links = [_output_link(m, o, is_max) for o in range(m.y.size)]
    for i in range(m.x.size):
        into = [o for o, window in enumerate(m.windows) if i in window]
        wins = sum(i in m.winners[o] for o in into)
        r, c = divmod(i, m.x.shape[1])
        said = f"<b>x[{r},{c}]</b> lies in {len(into)} window{'s' * (len(into) != 1)}"
        said += f" and wins {wins}." if is_max else "."
        lights = [("y", o, "win" if i in m.winners[o] else "lit", "") for o in into]
        links.append(Link("x", i, lights, said))
    return links


def _output_link(m: Numbers, o, is_max):
    flat = m.x.ravel()
    own, true, won = m.windows[o], m.true_windows[o], m.winners[o]
    lights = [("x", i, _role(i, own, true, won), "") for i in sorted(own | true)]
    if is_max:
        lights += [("v", i, "win", "") for i in sorted(won)]
    r, c = divmod(o, m.y.shape[1])
    mine, right = m.y.ravel()[o], m.true.ravel()[o]
    how = _formula(m.setting["kind"], [flat[i] for i in sorted(own)])
    said = f"<b>y[{r},{c}]</b> = {how} = <b>{number(mine, pieces.DIGITS)}</b>"
    if o in m.differs:
        said += f". Right is <b>{number(right, pieces.DIGITS)}</b>"
    if is_max and len(won) > 1:
        said += f". {len(won)} inputs tie; going back, the gradient goes to the first"
    return Link("y", o, lights, said)


def _role(i, own, true, won):
    if i not in own:
        return "missing"
    if i not in true:
        return "extra"
    return "win" if i in won else "lit"


def _formula(kind, values):
    if kind.endswith("max"):
        return f"max({', '.join(number(v) for v in values)})"
    if kind.endswith("average"):
        return f"({' + '.join(map(pieces.value, values))}) / {len(values)}"
    return f"√({' + '.join(f'{pieces.value(v)}²' for v in values)})"
