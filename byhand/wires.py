"""Which wires a layer has, from unit to unit and from channel to map."""

from collections.abc import Mapping, Sequence

import numpy as np

from byhand import plots

MOST_WEIGHTS = 7  # that get a colour and a dash of their own


def layers(
    panels: Mapping[str, np.ndarray],
    *,
    names: Sequence[tuple[str, str]] = (),
    alt: str,
) -> None:
    """Draw inputs and units as two columns of dots, and the wires between them.

    Parameters
    ----------
    panels : dict of str to ndarray of int, shape (units, inputs)
        Which weight each wire has, counted from 1; 0 is no wire. Where there are seven
        weights or fewer, each has a colour and a dash of its own.
    names : list of (str, str)
        The names of each panel's inputs and of its units, separated by spaces. Without
        them both are counted from 1.
    alt : str
        The finding in a sentence.
    """
    plots.show(lambda: _layers(panels, names), alt, panels.values())


def channels(panels: Mapping[str, tuple[np.ndarray, int]], *, alt: str) -> None:
    """Draw which maps read which channels, with the window in each wired block.

    Parameters
    ----------
    panels : dict of str to (ndarray of bool, int)
        Which map (row) is wired to which channel (column), shape (C_out, C_in), and
        how many rows and columns the window has.
    alt : str
        The finding in a sentence.
    """
    plots.show(lambda: _channels(panels), alt, panels.values())


def fields(
    pictures: Sequence[tuple[np.ndarray, str]],
    fields: Mapping[str, tuple[int, int, int]],
    *,
    alt: str,
) -> None:
    """Draw pictures side by side, each with the same receptive fields around it.

    Parameters
    ----------
    pictures : list of (ndarray, str)
        Pictures (H, W) with their titles.
    fields : dict of str to (row, column, size)
        Up to seven squares, each with its upper left pixel and its side.
    alt : str
        The finding in a sentence.
    """
    plots.show(lambda: _fields(pictures, fields), alt, [x for x, _ in pictures])


def _figure(panels, height):
    from matplotlib.figure import Figure

    width = 2.9 * len(panels)
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    return figure, np.ravel(figure.subplots(1, len(panels)))


def _bare(axes, title):
    axes.set_title(title, fontsize=10)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _layers(panels, names):
    figure, drawn = _figure(panels, 4.6)
    names = names or [_counted(weights) for weights in panels.values()]
    rows = zip(drawn, panels.items(), names, strict=True)
    for axes, (title, weights), (before, after) in rows:
        units, inputs = weights.shape
        few = weights.max() <= MOST_WEIGHTS
        left = np.linspace(1, 0, inputs)
        right = np.linspace(1, 0, units + 2)[1:-1]
        for unit, pixel in zip(*np.nonzero(weights), strict=True):
            k = int(weights[unit, pixel]) - 1
            look = (plots.OKABE_ITO[k], plots.DASHES[k], 1.5) if few else None
            colour, dash, wide = look or ("#777777", "-", 0.6)
            ends = left[pixel], right[unit]
            axes.plot((0, 1), ends, color=colour, linestyle=dash, linewidth=wide)
        _dots(axes, 0, left, before)
        _dots(axes, 1, right, after)
        axes.set_xlim(-0.25, 1.25)
        wires, used = np.count_nonzero(weights), len(np.unique(weights[weights > 0]))
        axes.set_xlabel(f"{wires} wires, {used} weights", fontsize=9)
        _bare(axes, title)
    return figure


def _counted(weights):
    """Return the numbers of inputs and units, from 1, as names."""
    units, inputs = weights.shape
    return tuple(" ".join(map(str, range(1, n + 1))) for n in (inputs, units))


def _dots(axes, x, places, names):
    axes.scatter([x] * len(places), places, s=42, color="black", zorder=3)
    shift, side = (0.07, "left") if x else (-0.07, "right")
    for name, y in zip(names.split(), places, strict=True):
        axes.text(x + shift, y, name, ha=side, va="center", fontsize=8)


def _channels(panels):
    figure, drawn = _figure(panels, 3.3)
    for axes, (title, (wired, k)) in zip(drawn, panels.items(), strict=True):
        maps, inputs = wired.shape
        for (row, column), on in np.ndenumerate(wired):
            _block(axes, row, column, k if on else 0)
        axes.set_xlim(-0.1, inputs + 0.1)
        axes.set_ylim(maps + 0.1, -0.1)
        axes.set_aspect("equal")
        _bare(axes, title)
        axes.set_xlabel("channels in", fontsize=9)
    drawn[0].set_ylabel("maps out", fontsize=9)
    return figure


def _block(axes, row, column, k):
    """Draw one kernel as k x k cells, or an empty frame where no wire is."""
    from matplotlib.patches import Rectangle

    def box(left, top, side, **look):
        axes.add_patch(Rectangle((left, top), side, side, **look))

    box(column, row, 1, facecolor="white", edgecolor="#BBBBBB", linewidth=0.8)
    room = 0.78 * k / 3 if k else 0
    for p, q in np.ndindex(k, k):
        left, top = (v + (1 - room) / 2 for v in (column, row))
        side = room / k
        look = dict(facecolor=plots.BLUE, edgecolor="white", linewidth=0.5)
        box(left + q * side, top + p * side, side, **look)


def _fields(pictures, fields):
    from matplotlib.patches import Rectangle

    figure, drawn = _figure(pictures, 3.6)
    for axes, (picture, title) in zip(drawn, pictures, strict=True):
        axes.imshow(picture, cmap="Greys", vmin=-1.0, vmax=1.6)
        for k, (name, (row, column, size)) in enumerate(fields.items()):
            look = dict(edgecolor=plots.OKABE_ITO[k], linestyle=plots.DASHES[k])
            corner = column - 0.5, row - 0.5
            axes.add_patch(
                Rectangle(corner, size, size, fill=False, linewidth=2.5, **look)
            )
            axes.text(
                column - 0.5,
                row - 0.7,
                name,
                color=plots.OKABE_ITO[k],
                fontsize=7,
                va="bottom",
            )
        _bare(axes, title)
    return figure
