"""A sheet of drawings, each stroke in the colour of what a network takes it for."""

import numpy as np

from byhand import plots

COLOURS = ("white", *plots.OKABE_ITO[:2])  # paper, the first name, the second
WIDTH = 8  # of the figure, in inches


def coloured(
    ink: np.ndarray,
    score: np.ndarray | None,
    *,
    names: tuple[str, str],
    alt: str,
) -> None:
    """Draw the ink of a sheet, coloured by the sign of a score.

    Parameters
    ----------
    ink : ndarray of bool, shape (H, W)
    score : ndarray, shape (H, W), or None
        Below 0 for the first name, above for the second.
    names : (str, str)
    alt : str
        The finding in a sentence.
    """
    plots.show(lambda: _coloured(ink, score, names), alt, [ink, score])


def _coloured(ink, score, names):
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    size = WIDTH, WIDTH * len(ink) / ink.shape[1] + 0.6
    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    kind = np.where(ink, 1 + (np.asarray(score) > 0), 0)
    axes.imshow(kind, cmap=ListedColormap(COLOURS), vmin=0, vmax=2)
    axes.axis("off")
    patches = [
        Patch(color=colour, label=f"taken for {name}")
        for colour, name in zip(COLOURS[1:], names, strict=True)
    ]
    figure.legend(
        handles=patches, loc="outside lower center", ncols=2, frameon=False, fontsize=9
    )
    return figure
