"""Drawings of a network: its stages as stacks of maps, or its steps as a chain."""

import sys
from collections.abc import Sequence

from byhand import plots

MOST_SHEETS = 8  # of a stack; deeper ones are drawn as deep as this
SLANT = 0.45  # how far each sheet of a stack lies behind the one before


def draw(stages: Sequence[tuple[str, tuple[int, ...]]], *, alt: str) -> None:
    """Draw a network's stages from left to right.

    Parameters
    ----------
    stages : list of (str, tuple)
        What made the stage, and its shape: (H, W, C) for maps, (n,) for a vector.
    alt : str
        The finding in a sentence.
    """
    _display(lambda: _figure(stages), alt)


def chain(
    steps: Sequence[str],
    forward: Sequence[str],
    backward: Sequence[str] = (),
    *,
    lit: Sequence[str] = (),
    alt: str,
) -> None:
    """Draw the steps of a network as boxes on a line, joined by wires.

    Parameters
    ----------
    steps : list of str
        The names of the boxes, from the input to the loss.
    forward : list of str, one more than steps
        What each wire carries forward; it stands above the wire.
    backward : list of str, as many as forward, optional
        What comes back; it stands below. An empty one leaves its arrow dotted.
    lit : list of str
        The steps that are filled and marked with a tick, because they are done.
    alt : str
        The finding in a sentence.
    """
    back = tuple(backward) or ("",) * len(forward)
    if not len(forward) == len(back) == len(steps) + 1:
        raise ValueError("the wires are one more than the steps, both ways")
    _display(lambda: _chain(steps, forward, back, lit), alt)


def _display(make, alt):
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        return
    ipython.display.display(
        plots.bundle(make(), alt),
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )


def _chain(steps, forward, backward, lit):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.9), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    for k, (above, below) in enumerate(zip(forward, backward, strict=True)):
        _wire(axes, 2 * k, above, below)
    for k, name in enumerate(steps):
        _link(axes, 2 * k + 1, name, name in lit)
    axes.set_xlim(-0.7, 2 * len(steps) + 0.7)
    axes.set_ylim(-1.1, 1.1)
    axes.axis("off")
    return figure


def _wire(axes, middle, above, below):
    """Draw a wire: values run to the right above, gradients to the left below."""
    for height, ends, colour, line in (
        (0.18, (-0.5, 0.5), plots.BLUE, "-"),
        (-0.18, (0.5, -0.5), plots.VERMILLION, "-" if below else ":"),
    ):
        start, end = ((middle + x, height) for x in ends)
        style = dict(arrowstyle="->", color=colour, linestyle=line, linewidth=1.4)
        axes.annotate("", xy=end, xytext=start, arrowprops=style)
    say = dict(ha="center", fontsize=9)
    axes.text(middle, 0.32, above, va="bottom", color=plots.BLUE, **say)
    axes.text(middle, -0.32, below, va="top", color=plots.VERMILLION, **say)


def _link(axes, middle, name, done):
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch(
        (middle - 0.36, -0.4),
        0.72,
        0.8,
        boxstyle="round,pad=0.05",
        facecolor="#FBE3CF" if done else "white",
        edgecolor="#444444",
        linewidth=2 if done else 0.8,
    )
    axes.add_patch(box)
    said = f"{name}\n\N{CHECK MARK}" if done else name
    axes.text(middle, 0, said, ha="center", va="center", fontsize=9)


def _figure(stages):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.6), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    tallest = max(shape[0] for _, shape in stages if len(shape) == 3)
    left = 0.0
    for name, shape in stages:
        wide = _stage(axes, left, shape, tallest)
        middle = left + wide / 2
        text = plots.TIMES.join(map(str, shape))
        axes.text(middle, -1.2, text, ha="center", va="top", fontsize=8)
        axes.text(middle, -3.2, name, ha="center", va="top", fontsize=9)
        left += max(wide, 5.0) + 2.5
    axes.set_xlim(-1, left)
    axes.set_ylim(-5, tallest + MOST_SHEETS * SLANT + 1)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure


def _stage(axes, left, shape, tallest):
    """Draw one stage and return its width."""
    from matplotlib.patches import Rectangle

    style = dict(edgecolor="#444444", linewidth=0.8)
    if len(shape) == 1:
        height = min(shape[0] ** 0.5 * 2, tallest)
        box = Rectangle((left, 0), 1, height, facecolor=plots.OKABE_ITO[4], **style)
        axes.add_patch(box)
        return 1.0
    h, w, depth = shape
    sheets = min(depth, MOST_SHEETS)
    for k in reversed(range(sheets)):
        corner = (left + k * SLANT, k * SLANT)
        axes.add_patch(Rectangle(corner, w, h, facecolor="#CFE3F1", **style))
    return w + (sheets - 1) * SLANT
