"""The spatial view of a network: each stage as a stack of maps, drawn to scale."""

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
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        return
    ipython.display.display(
        plots.bundle(_figure(stages), alt),
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )


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
