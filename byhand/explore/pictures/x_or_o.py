"""The X-or-O explorer's figure."""

import numpy as np

from byhand import data
from byhand.explore.figure import Figure, Grid, Link, Raw, number, text
from byhand.explore.models.x_or_o import FEATURES, Numbers
from byhand.explore.pictures import pieces


def picture(m: Numbers) -> Figure:
    """Draw the picture, the features, a match map, and the verdict on request."""
    s = m.setting
    marks = pieces.marks(m.differs, m.true)
    row = [
        _ink("x", f"picture, {pieces.times(m.x.shape)}", m.x),
        Grid("y", "match map", m.y, main=True, marks=marks, name="the match map"),
    ]
    figure = Figure("X or O", [row, _features(m)], _links(m))
    figure.legend = "values" if m.differs else ""
    figure.says = [
        "+1 is ink, −1 is paper (·). The score of a place is the mean of nine "
        "products: 1 where feature and picture agree everywhere.",
    ]
    if m.differs:
        figure.alerts.append(
            f"{len(m.differs)} of {m.y.size} scores of <code>{text(m.mine)}</code> "
            "differ from the mean of the products; they are hatched and carry ≠."
        )
    figure.pin = ("y", s["row"] * m.y.shape[1] + s["col"])
    return figure


def _ink(key, title, values):
    """Draw ink as a dark square with 1, paper as a light one with a dot."""
    shown = ["1" if v > 0 else "·" for v in values.ravel()]
    name = "picture" if key == "x" else "feature"
    return Grid(key, title, values, "ink", shown=shown, name=name)


def _features(m: Numbers):
    """Draw the three features, with their strongest matches beside a verdict."""
    s, blocks = m.setting, []
    triples = zip(FEATURES, data.features(), m.strongest, strict=True)
    for k, (name, feature, score) in enumerate(triples):
        reached = "at least" if score >= s["threshold"] else "below"
        chosen = ", chosen" if name == s["feature"] else ""
        grid = _ink(f"f{k}", f"{name}{chosen}", feature)
        if s["verdict"]:
            grid.note = f"strongest {number(score)}, {reached} {s['threshold']:g}"
        blocks.append(grid)
    return [*blocks, _verdict(m)] if s["verdict"] else blocks


def _verdict(m: Numbers):
    why = {
        "X": "the crossing is there, and only an X has one",
        "O": "no crossing, but a diagonal",
        "neither": "no feature is strong enough",
    }[m.verdict]
    return Raw(
        f'<p><b style="font-size:20px">{m.verdict}</b>: {why}.</p>'
        f'<p class="bx-note">The whole picture against the clean X: '
        f"{number(m.whole)}.</p>",
        "Verdict",
    )


def _links(m: Numbers):
    at, wired = pieces.Places(m.wiring), m.wiring
    x, f = m.x.ravel(), m.feature.ravel()
    windows = [[] for _ in range(m.y.size)]
    for i, k, o in zip(wired.i, wired.k, wired.o, strict=True):
        windows[int(o)].append((int(i), int(k)))
    strongest = int(np.argmax(m.y))
    links = []
    for o, taps in enumerate(windows):
        lights = [("x", i, "lit", pieces.label(f[k])) for i, k in taps]
        terms = " + ".join(pieces.product(x[i], f[k]) for i, k in taps)
        total = sum(x[i] * f[k] for i, k in taps)
        r, c = divmod(o, m.y.shape[1])
        said = (
            f"<b>score[{r},{c}]</b> = ({terms}) / {len(taps)} = {number(total)} / "
            f"{len(taps)} = <b>{number(total / len(taps), pieces.DIGITS)}</b>"
        )
        if o in m.differs:
            mine = number(m.y.ravel()[o], pieces.DIGITS)
            said += f"; but your function gives <b>{mine}</b>"
        if o == strongest and m.setting["verdict"]:
            said += ": the strongest match"
        links.append(Link("y", o, lights, said))
    for i in range(m.x.size):
        into = [(o, k) for o, taps in enumerate(windows) for j, k in taps if j == i]
        lights = [("y", o, "lit", "") for o, _ in into]
        name = at.name_input(i).replace("x", "picture")
        links.append(
            Link("x", i, lights, f"<b>{name}</b> takes part in {len(into)} scores.")
        )
    return links
