"""Show a result: six lines of plain text, and HTML with the window drawn."""

from __future__ import annotations

import html
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np

from byhand import exercises
from byhand.checks import window
from byhand.checks.check_result import CheckResult, Failing
from byhand.checks.window import Marks
from byhand.exercises import Exercise

WIDTH = 78
SHOWN = 8  # rows and columns of a plane that are drawn with numbers

STYLE = """
.byhand-report{font-family:var(--jp-code-font-family,monospace);font-size:13px;
 line-height:1.45;border-left:4px solid;padding:2px 0 2px 10px;margin:4px 0}
.byhand-report pre{margin:0;white-space:pre-wrap;word-break:normal;
overflow-wrap:anywhere;background:none;color:inherit;
 font:inherit}
.byhand-report.passed{border-color:#009E73}.byhand-report.failed{border-color:#D55E00}
.byhand-report.waiting{border-color:#999}
.byhand-report table{border-collapse:collapse;margin:0;font-size:12px}
.byhand-report td{border:1px solid #8888;padding:1px 5px;text-align:right;
 min-width:2.2em}
.byhand-report td.on{outline:2px solid #0072B2;outline-offset:-2px;font-weight:bold}
.byhand-report td.off{outline:2px dashed #D55E00;outline-offset:-2px;font-weight:bold}
.byhand-report figure{display:inline-block;margin:6px 18px 6px 0;vertical-align:top}
.byhand-report figcaption{font-size:12px}
.byhand-report details{margin-top:2px}
"""


LINES = 6  # of a report that a learner sees at first
# what is folded first where a report gets longer; what isn't here always shows
FOLDED = ("prints", "warns", "shares", "dtype", "given", "central", "shape", "try")


def text(result: CheckResult, *, whole: bool = False, more: bool = False) -> str:
    """Return the report as plain text, 78 columns wide: six lines, or the whole.

    With ``more`` it goes on from one that has been shown, and has no head.
    """
    lines, folded = _lines(result)
    return "\n".join([*lines[more:], *(folded if whole else ())])


def _lines(result: CheckResult) -> tuple[list[str], list[str]]:
    """Return the lines of a report that show at first, and those that are folded."""
    title = result.exercise + (f', case "{result.case}"' if result.case else "")
    unit = "point" if result.points == 1 else "points"
    score = f"{round(result.earned, 2):g} of {result.points:g} {unit}"
    head = f"{title}{score:>{max(WIDTH - len(title), len(score) + 1)}}"
    blocks = [(word, _wrapped(word, sentence)) for word, sentence in result.lines]
    shown = list(range(len(blocks)))
    for word in FOLDED if result.state == "failed" else ():
        for k in [k for k in shown if blocks[k][0] == word]:
            if 1 + sum(len(blocks[n][1]) for n in shown) > LINES:
                shown.remove(k)
    folded = [line for k, (_, b) in enumerate(blocks) if k not in shown for line in b]
    return [head, *(line for k in shown for line in blocks[k][1])], folded


def _wrapped(word: str, sentence: str) -> list[str]:
    return textwrap.wrap(
        f"{word:<8}{sentence}",
        WIDTH - 2,
        initial_indent="  ",
        subsequent_indent=" " * 10,
        drop_whitespace=True,
        break_on_hyphens=False,
    )


def show(result: CheckResult, *, more: bool = False) -> None:
    """Display a report in a notebook, or print it elsewhere."""
    plain = text(result, more=more)
    if not in_notebook():
        print(plain)
        return
    bundle = {"text/plain": plain, "text/html": page(result, more=more)}
    sys.modules["IPython"].display.display(bundle, raw=True)


class Earned(float):
    """The points of a check: a number, and below its cell a quiet mark.

    nbgrader reads the number, which is the plain text; a notebook shows the HTML.
    """

    told: str

    def __new__(cls, result: CheckResult) -> Earned:
        """Return the points of a result, which know how they are shown."""
        made = super().__new__(cls, result.earned)
        mark = "✓ " if result.state == "passed" else ""
        made.told = f"{mark}{round(result.earned, 2):g} of {result.points:g}"
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Come back from a copy as a plain number."""
        return float, (float(self),)

    def _repr_html_(self) -> str:
        soft = "var(--jp-content-font-color2,#555)"
        return f'<span style="color:{soft};font-size:12px">{self.told}</span>'


def in_notebook() -> bool:
    """Return whether a notebook is running."""
    notebook = sys.modules.get("IPython")
    return notebook is not None and notebook.get_ipython() is not None


def page(result: CheckResult, *, more: bool = False) -> str:
    """Return the report as HTML: the text, the failing window, and folded hints."""
    shown, folded = _lines(result)
    lines, rest = "\n".join(shown[more:]), "\n".join(folded)
    parts = [f"<pre>{html.escape(lines)}</pre>"]
    if result.failing is not None:
        parts.append(drawing(result))
    for number, hint in enumerate(result.hints, 1):
        parts.append(
            f"<details><summary>Hint {number} of {len(result.hints)}</summary>"
            f"{html.escape(hint)}</details>"
        )
    if rest:
        parts.append(
            "<details><summary>More on this case</summary>"
            f"<pre>{html.escape(rest)}</pre></details>"
        )
    inside = "".join(parts)
    return (
        f'<div class="byhand-report {result.state}"><style>{STYLE}</style>'
        f"{inside}</div>"
    )


def drawing(result: CheckResult) -> str:
    """Return the failing case as small tables: arguments, yours, Keras, difference."""
    failing, exercise = result.failing, exercises.get(result.exercise)
    if failing is None:
        return ""
    figures = [
        figure
        for title, (value, marks) in window.drawn(exercise, failing).items()
        if isinstance(value, np.ndarray) and value.size
        for figure in _figures(title, value, marks, "on")
    ]
    return "".join([*figures, *_both(exercise, failing)])


def _both(exercise: Exercise, failing: Failing) -> list[str]:
    """Return the learner's result, Keras's, and the difference, where they compare."""
    found = failing.difference
    if found is None or found.kind not in ("values", "finite"):
        return []
    part = found.part
    yours = window.part_of(exercise, failing.outcome.value, part)
    keras = window.part_of(exercise, failing.expected, part)
    if not (isinstance(keras, np.ndarray) and keras.ndim):
        return []
    if not (isinstance(yours, np.ndarray) and yours.shape == keras.shape):
        return []
    whose = "Keras" if exercise.layer else "wanted"
    return [
        *_figures(f"{part}, yours", yours, found.index, "off"),
        *_figures(f"{part}, {whose}", keras, found.index, "off"),
        *_figures(f"yours - {whose}", yours - keras, found.index, "off"),
    ]


PLANES = 6  # of one array that are drawn at most, such as one for each channel
STACKED = ("pictures", "features")  # (N, H, W), without channels


def _figures(title: str, array: Any, marks: Marks | None, mark: str) -> list[str]:
    """Return the planes of an array in which cells are marked, or the first plane."""
    array = np.asarray(array)
    mask = np.zeros(array.shape, dtype=bool)
    if isinstance(marks, np.ndarray):
        mask |= marks
    elif marks:
        mask[tuple(marks)] = True
    size = " x ".join(map(str, array.shape))
    first = 1 if title in STACKED else 0 if title.startswith("w") else None
    planes = list(_planes(array, mask, first))
    return [
        _figure(title + place, size, plane, marked, mark)
        for plane, marked, place in planes[:PLANES]
    ]


def _figure(
    title: str, size: str, plane: np.ndarray, marked: np.ndarray, mark: str
) -> str:
    """Return one plane of an array as a table, the cells of a mask marked."""
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="{mark}">{_cell(v)}</td>' if m else f"<td>{_cell(v)}</td>"
            for v, m in zip(row, line, strict=True)
        )
        + "</tr>"
        for row, line in zip(plane[:SHOWN, :SHOWN], marked[:SHOWN, :SHOWN], strict=True)
    )
    count = int(marked.sum())
    alt = f"{title}, size {size}" + (f"; {count} cells marked" if count else "")
    more = " (cut to 8 x 8)" if max(plane.shape) > SHOWN else ""
    return (
        f'<figure role="group" aria-label="{html.escape(alt)}">'
        f"<figcaption>{html.escape(title + more)}</figcaption>"
        f"<table>{rows}</table></figure>"
    )


def _planes(
    array: np.ndarray, mask: np.ndarray, first: int | None
) -> Iterator[tuple[np.ndarray, np.ndarray, str]]:
    """Yield the planes of rows and columns that hold marks, their masks and places.

    ``first`` is the axis of the rows, 0 in kernels and 1 in stacks, where every plane
    counts; in batches (N, H, W, C) and volumes, where it is None, rows and columns are
    the two axes before the channels. A bare array is one plane.
    """
    if array.ndim <= 2:
        wide = np.atleast_2d(array)
        yield wide, mask.reshape(wide.shape), ""
        return
    rows = max(array.ndim - 3, 0) if first is None else first
    axes = (rows, rows + 1)
    others = [n for axis, n in enumerate(array.shape) if axis not in axes]
    every = np.ones(others, dtype=bool) if first == 1 else mask.any(axis=axes)
    held = np.argwhere(every) if every.any() else [(0,) * len(others)]
    for number in held:
        rest = iter(map(int, number))
        pick = tuple(
            slice(None) if axis in axes else next(rest) for axis in range(array.ndim)
        )
        place = ",".join(":" if isinstance(p, slice) else str(p) for p in pick)
        yield array[pick], mask[pick], f"[{place}]"


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return html.escape(str(value))
