"""Figures of the lessons, each with its finding as alt text and as visible caption.

Matplotlib is imported when the first figure is drawn. A figure never passes through
pyplot, so no state is left behind and nothing has to be closed. In a notebook it is
displayed as one HTML ``<figure>`` beside the bare PNG; in plain Python there is
nothing to show it on, and the functions return without drawing. A result that isn't
there yet, None, gives a sentence in place of a figure. ``beside`` only prints.
"""

import base64
import html
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Mark = tuple[int, ...] | Sequence[tuple[int, ...]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
OKABE_ITO = (BLUE, VERMILLION, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^vPX"
DASHES = ("-", "--", "-.", ":", "-", "--", "-.")
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo")
MOST_NUMBERS = 8  # rows and columns of a grid that shows its numbers
DPI = 110
WAITING = (
    "Nothing to draw yet: a function above still returns None. "
    "Solve its exercise, then run this cell again."
)
UNFIT = "Nothing to draw: a result isn't an array of rows and columns. See its check."
TIMES = "\N{MULTIPLICATION SIGN}"


def grid(
    array: np.ndarray,
    *,
    title: str = "",
    alt: str,
    signed: bool = False,
    mark: Mark | None = None,
) -> None:
    """Show an array as coloured cells, with its numbers when it is 8x8 or smaller.

    Parameters
    ----------
    array : ndarray, one or two dimensions
    title : str
    alt : str
        The finding in a sentence: alt text and visible caption.
    signed : bool
        Colours centred on 0 (purple to orange) in place of magnitudes (cividis).
        An array of nothing but +1 and -1 is drawn as ink on paper.
    mark : (row, column) or (row, column, height, width), or a list of such
        Cells or windows to outline.
    """
    show(lambda: _grid(np.atleast_2d(array), title, signed, mark), alt, [array], (1, 2))


def images(pairs: Sequence[tuple[np.ndarray, str]], *, alt: str) -> None:
    """Show pictures in a row; under each title stands the picture's shape.

    Parameters
    ----------
    pairs : list of (ndarray, str)
        Pictures ``(H, W)`` or, in colour from 0 to 1, ``(H, W, 3)``, and their names.
        Nothing but +1 and -1 is ink on paper, any other negative number
        makes purple to orange centred on 0, the rest is grey, white highest.
    alt : str
        The finding in a sentence.
    """
    show(lambda: _images(pairs), alt, [picture for picture, _ in pairs], (2, 3))


def differing(a: np.ndarray, b: np.ndarray, *, titles: Sequence[str], alt: str) -> None:
    """Show two pictures of one shape, a cross on each pixel in which they differ.

    Parameters
    ----------
    a, b : ndarray, shape (H, W)
    titles : pair of str
    alt : str
        The finding in a sentence.
    """
    show(lambda: _differing((a, b), titles), alt, [a, b])


def panel(
    maps: Sequence[Sequence[np.ndarray]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    alt: str,
) -> None:
    """Show a table of maps with one scale, a ring on the largest value of each.

    Parameters
    ----------
    maps : list of lists of ndarray, shape (H, W) each
    rows, columns : lists of str
        What each row and each column of the table shows.
    alt : str
        The finding in a sentence.
    """
    flat = [each for row in maps for each in row]
    show(lambda: _panel(maps, rows, columns), alt, flat, (2,))


def draw_window(
    x: np.ndarray,
    w: np.ndarray,
    at: int | tuple[int, int] = 0,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    alt: str | None = None,
) -> None:
    """Show which cells lie under the kernel, the products, and their sum.

    Parameters
    ----------
    x : ndarray, shape (n,) or (H, W)
    w : ndarray, shape (k,) or (kh, kw)
    at : int, or (i, j) for a plane
        Which output.
    stride, padding, dilation : int
    alt : str, optional
        Replaces the sentence that reports the products and their sum.
    """
    if _is_missing(x) or _is_missing(w):
        show(None, WAITING, [None])
        return
    x, w = np.asarray(x, dtype=float), np.asarray(w, dtype=float)
    if x.ndim not in (1, 2) or w.ndim != x.ndim:
        raise ValueError(f"x and w are both 1D or both 2D, here {x.ndim} and {w.ndim}")
    where = (at,) * x.ndim if np.isscalar(at) else tuple(at)
    padded = np.pad(x, padding)
    taps = [
        i * stride + dilation * np.arange(k)
        for i, k in zip(where, w.shape, strict=True)
    ]
    for axis, (places, size) in enumerate(zip(taps, padded.shape, strict=True)):
        if places[0] < 0 or places[-1] >= size:
            raise ValueError(f"at={at}: the window leaves the input on axis {axis}")
    products = padded[np.ix_(*taps)] * w
    drawn = _window_1d if x.ndim == 1 else _window_2d
    show(
        lambda: drawn(padded, w, taps, products, padding),
        alt or _sum_sentence(padded[np.ix_(*taps)], w, where),
        [x, w],
    )


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    title: str = "",
    log: bool = False,
) -> None:
    """Draw curves, each with its own colour, marker and dash, and a legend.

    Parameters
    ----------
    series : dict of str to (xs, ys)
    xlabel, ylabel : str
        With the unit.
    alt : str
        The finding in a sentence.
    log : bool
        A logarithmic y axis.
    """
    found = [values for curve in series.values() for values in curve]
    show(lambda: _lines(series, xlabel, ylabel, title, log), alt, found)


def bars(
    values: Mapping[str, Any],
    *,
    ylabel: str,
    alt: str,
    title: str = "",
    names: Sequence[str] | None = None,
) -> None:
    """Draw bars with their values on top.

    Parameters
    ----------
    values : dict of str to number, or dict of str to a sequence
        One bar per name; or, with ``names``, one group of bars per name and one
        colour and hatch per key.
    ylabel : str
        With the unit.
    alt : str
        The finding in a sentence.
    names : list of str, optional
        The names of the groups.
    """
    show(lambda: _bars(values, ylabel, title, names), alt, values.values())


def beside(yours: Any, theirs: Any) -> None:
    """Print a result of the learner under Keras's, and their largest difference.

    Of results with more numbers than a grid shows, only the shapes are printed.

    Parameters
    ----------
    yours : ndarray or None
        None where the function isn't written yet.
    theirs : array
    """
    theirs = np.asarray(theirs)
    if theirs.size > MOST_NUMBERS**2:
        print("Keras", theirs.shape)
        print("yours", "not written yet" if yours is None else np.shape(yours))
    else:
        between = "\n" if theirs.ndim > 1 else " "
        print("Keras", theirs, sep=between)
        print("yours", "not written yet" if yours is None else yours, sep=between)
    if np.shape(yours) == theirs.shape:
        print("largest difference", f"{np.abs(yours - theirs).max():.0e}")


# showing


def show(
    make: Callable[[], "Figure"] | None,
    alt: str,
    values: Iterable[object],
    axes: Sequence[int] = (),
) -> None:
    """Draw a figure of values and display it, where there is a notebook.

    Parameters
    ----------
    make : callable that returns the figure
    alt : str
        The finding in a sentence.
    values : iterable
        What is drawn; a sentence is, where one is missing or has other ``axes``.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("alt is the finding of the figure, in a sentence")
    if not _in_ipython():
        return
    from IPython.display import display

    values = list(values)
    missing = any(map(_is_missing, values))
    if missing or (axes and any(np.ndim(value) not in axes for value in values)):
        display({"text/plain": WAITING if missing else UNFIT}, raw=True)
        return
    display(bundle(make(), alt), raw=True, metadata={"image/png": {"alt": alt}})


def _is_missing(value):
    """Return whether a value, or one of the values in it, is None or ``...``."""
    if isinstance(value, list | tuple):
        return any(_is_missing(v) for v in value)
    return value is None or value is Ellipsis


def _in_ipython():
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def bundle(figure: "Figure", alt: str) -> dict[str, str]:
    """Return a figure as the MIME bundle that a notebook displays."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, bbox_inches="tight")
    png = base64.b64encode(stream.getvalue()).decode("ascii")
    sentence = html.escape(alt, quote=True)
    page = (
        '<figure style="margin:0.5em 0">'
        f'<img alt="{sentence}" src="data:image/png;base64,{png}" '
        'style="max-width:100%;height:auto;background:white">'
        f'<figcaption style="font-size:0.9em">{sentence}</figcaption></figure>'
    )
    return {"image/png": png, "text/html": page, "text/plain": alt}


def _figure(width, height):
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


# cells


def number(value: float, *, whole: bool = True) -> str:
    """Write a number short, with a real minus sign: ``3``, ``0.11``, ``12.50``.

    ``whole`` leaves the decimals of a whole number away.
    """
    value = float(value) + 0.0  # no minus sign on zero
    if not np.isfinite(value):
        text = str(value)
    elif whole and value == round(value) and abs(value) < 1e6:
        text = f"{value:.0f}"
    else:
        plain = 0.005 <= abs(value) < 100 or not value
        text = f"{value:.2f}" if plain else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _style(array, signed=None):
    """Return the colour map and limits that fit the values of a picture."""
    finite = np.asarray(array, dtype=float)[np.isfinite(array)]
    if finite.size and np.isin(finite, (-1.0, 1.0)).all():
        return dict(cmap="Greys", vmin=-1.0, vmax=1.6)
    if signed or (signed is None and finite.size and finite.min() < 0):
        most = max(float(np.abs(finite).max(initial=0.0)), 1e-12)
        return dict(cmap="PuOr", vmin=-most, vmax=most)
    return dict(cmap="gray" if signed is None else "cividis")


def _cells(axes, array, style, *, numbers, mark=None):
    """Draw an array as cells on axes, its numbers legible on their colours."""
    picture = axes.imshow(array, interpolation="nearest", **style)
    height, width = array.shape[:2]
    if max(height, width) <= 2 * MOST_NUMBERS + 1:
        axes.set_xticks(np.arange(width + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(height + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="#999999", linewidth=0.6)
        axes.set_xticks(range(width), range(width), fontsize=7)
        axes.set_yticks(range(height), range(height), fontsize=7)
    axes.tick_params(which="both", length=0)
    if numbers:
        whole = bool((array == np.round(array)).all())
        for (i, j), value in np.ndenumerate(array):
            ink = "white" if _is_dark(picture.to_rgba(value)) else "black"
            text = number(value, whole=whole)
            axes.text(j, i, text, ha="center", va="center", color=ink)
    for place in _marks(mark):
        _outline(axes, *place)


def _is_dark(rgba):
    return 0.299 * rgba[0] + 0.587 * rgba[1] + 0.114 * rgba[2] < 0.5


def _marks(mark):
    """Return outlines as a list of (row, column, height, width)."""
    if mark is None:
        return []
    if np.isscalar(mark[0]):
        mark = [mark]
    return [(*m, 1, 1)[:4] if len(m) == 2 else tuple(m) for m in mark]


def _outline(axes, row, column, height=1, width=1, *, line="-"):
    from matplotlib.patches import Rectangle

    for colour, thick in (("white", 4.5), (VERMILLION, 2.5)):
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                width,
                height,
                fill=False,
                edgecolor=colour,
                linewidth=thick,
                linestyle=line,
                clip_on=False,
                zorder=4,
            )
        )


def _grid(array, title, signed, mark):
    height, width = array.shape
    cell = 0.55 if max(height, width) <= MOST_NUMBERS else 0.3
    figure = _figure(
        max(1.6, cell * width + 0.6), max(1.0, cell * height + (0.7 if title else 0.4))
    )
    axes = figure.add_subplot()
    small = max(height, width) <= MOST_NUMBERS
    _cells(axes, array, _style(array, signed), numbers=small, mark=mark)
    axes.set_title(title, fontsize=10)
    return figure


def _images(pairs):
    pairs = [(np.asarray(picture), title) for picture, title in pairs]
    each = min(2.6, 10.0 / len(pairs))
    figure = _figure(each * len(pairs), each + 0.5)
    for axes, (picture, title) in zip(
        np.ravel(figure.subplots(1, len(pairs))), pairs, strict=True
    ):
        style = _style(picture) if picture.ndim == 2 else {}
        axes.imshow(picture, interpolation="nearest", **style)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(TIMES.join(map(str, picture.shape)), fontsize=8)
    return figure


def _differing(pictures, titles):
    rows, columns = np.nonzero(pictures[0] != pictures[1])
    figure = _figure(5.6, 3.1)
    for axes, picture, title in zip(
        figure.subplots(1, 2), pictures, titles, strict=True
    ):
        _cells(axes, picture, _style(picture), numbers=False)
        axes.scatter(columns, rows, marker="x", s=70, color="white", linewidths=4)
        axes.scatter(columns, rows, marker="x", s=70, color=VERMILLION, linewidths=2)
        axes.set_title(title, fontsize=10)
    return figure


def _panel(maps, rows, columns):
    figure = _figure(1.9 * len(columns) + 0.8, 1.75 * len(rows) + 0.4)
    table = figure.subplots(len(rows), len(columns), squeeze=False)
    most = max(float(np.abs(each).max()) for row in maps for each in row)
    style = dict(cmap="PuOr", vmin=-most, vmax=most)
    for i, j in np.ndindex(table.shape):
        axes, scores = table[i, j], np.asarray(maps[i][j])
        axes.imshow(scores, interpolation="nearest", **style)
        place = np.unravel_index(np.argmax(scores), scores.shape)
        _outline(axes, *map(int, place))
        axes.set_xlabel(f"largest {number(scores.max())}", fontsize=8)
        axes.set_xticks([])
        axes.set_yticks([])
        if i == 0:
            axes.set_title(columns[j], fontsize=10)
        if j == 0:
            axes.set_ylabel(rows[i], fontsize=10)
    return figure


# windows


def _sum_sentence(under, w, where):
    terms = [
        f"{number(a)}·{_bracketed(b)}" if a >= 0 else f"({number(a)})·{_bracketed(b)}"
        for a, b in zip(under.flat, w.flat, strict=True)
    ]
    index = ", ".join(map(str, where))
    return f"y[{index}] = {' + '.join(terms)} = {number(np.sum(under * w))}"


def _bracketed(value):
    return number(value) if value >= 0 else f"({number(value)})"


def _plain(axes):
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _box(axes, row, column, value, *, lit=False, padded=False):
    """Draw one cell of a window: lit under the kernel, hatched where it is padding."""
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            1,
            1,
            facecolor="#FBE3CF" if lit else "white",
            edgecolor=VERMILLION if lit else "#999999",
            linewidth=2 if lit else 0.8,
            hatch="////" if padded else None,
            zorder=3 if lit else 2,
        )
    )
    axes.text(
        column,
        row,
        number(value),
        ha="center",
        va="center",
        zorder=5,
        fontweight="bold" if lit else "normal",
        bbox=dict(boxstyle="square,pad=0.1", facecolor="white", linewidth=0)
        if padded
        else None,
    )


def _window_1d(padded, w, taps, products, padding):
    (places,) = taps
    n = len(padded)
    figure = _figure(0.55 * (n + 4), 2.4)
    axes = figure.add_subplot()
    for j, value in enumerate(padded):
        outside = j < padding or j >= n - padding
        _box(axes, 0, j, value, lit=j in places, padded=outside)
    for place, weight, product in zip(places, w, products, strict=True):
        _box(axes, 1.3, place, weight)
        axes.text(place, 2.5, number(product), ha="center", va="center")
    for row, name in ((0, "x"), (1.3, f"{TIMES} w"), (2.5, "products")):
        axes.text(-0.8, row, name, ha="right", va="center", fontsize=9)
    total = f"sum {number(products.sum())}"
    axes.text(n - 0.3, 2.5, total, ha="left", va="center", fontweight="bold")
    axes.set_xlim(-2.6, n + 1.6)
    axes.set_ylim(3.1, -0.7)
    _plain(axes)
    return figure


def _window_2d(padded, w, taps, products, padding):
    (kh, kw), (height, width) = w.shape, padded.shape
    wide = width + 2 * kw + 2
    figure = _figure(0.42 * (wide + 1), 0.42 * (max(height, kh + 1) + 2))
    axes = figure.add_subplot()
    for (i, j), value in np.ndenumerate(padded):
        outside = not (
            padding <= i < height - padding and padding <= j < width - padding
        )
        _box(axes, i, j, value, lit=i in taps[0] and j in taps[1], padded=outside)
    for name, numbers, left in (("w", w, width + 1), ("products", products, wide - kw)):
        axes.text(left + (kw - 1) / 2, -0.9, name, ha="center", fontsize=9)
        for (p, q), value in np.ndenumerate(numbers):
            _box(axes, p, left + q, value)
    axes.text((width - 1) / 2, -0.9, "x", ha="center", fontsize=9)
    total = f"sum {number(products.sum())}"
    axes.text(wide - kw / 2 - 0.5, kh, total, ha="center", fontweight="bold")
    axes.set_xlim(-0.8, wide - 0.2)
    axes.set_ylim(max(height, kh + 1) - 0.2, -1.6)
    axes.set_aspect("equal")
    _plain(axes)
    return figure


# curves and bars


def _tidy(axes, xlabel, ylabel, title):
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_title(title, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _lines(series, xlabel, ylabel, title, log):
    figure = _figure(5.2, 3.2)
    axes = figure.add_subplot()
    for k, (label, (xs, ys)) in enumerate(series.items()):
        k %= len(OKABE_ITO)
        axes.plot(
            xs,
            ys,
            color=OKABE_ITO[k],
            marker=MARKERS[k],
            linestyle=DASHES[k],
            markevery=max(1, len(xs) // 12),
            label=label,
        )
    if log:
        axes.set_yscale("log")
    if all(np.equal(np.mod(xs, 1), 0).all() for xs, _ in series.values()):
        axes.xaxis.get_major_locator().set_params(integer=True)
    _tidy(axes, xlabel, ylabel, title)
    if len(series) > 1:
        axes.legend(frameon=False, fontsize=9)
    return figure


def _bars(values, ylabel, title, names):
    if names is None:
        names, groups = list(values), {"": list(values.values())}
    else:
        groups = values
    figure = _figure(max(3.2, 0.55 * len(names) * len(groups) + 1.5), 3.0)
    axes = figure.add_subplot()
    width = 0.8 / len(groups)
    for k, (label, heights) in enumerate(groups.items()):
        places = np.arange(len(names)) + (k - (len(groups) - 1) / 2) * width
        drawn = axes.bar(
            places,
            heights,
            width,
            color=OKABE_ITO[k % len(OKABE_ITO)],
            hatch=HATCHES[k % len(HATCHES)],
            edgecolor="white",
            label=label or None,
        )
        axes.bar_label(drawn, [number(v) for v in heights], fontsize=8)
    axes.set_xticks(range(len(names)), names)
    axes.axhline(0, color="#444444", linewidth=0.8)
    _tidy(axes, "", ylabel, title)
    if len(groups) > 1:
        axes.legend(frameon=False, fontsize=9)
    return figure
