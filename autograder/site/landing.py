"""The front page of the site: a moving explorer, what one builds, how to begin.

Facts that the README has come from there. The explorer stands in all its settings on
the page, and radio buttons choose which one is seen: no kernel answers there.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder import paths
from autograder.lessons import archive
from byhand import explore

_TABLE = re.compile(r"^\| lesson \|.*?(?=\n\n)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(notebooks/(\w+)/\w+\.ipynb\)")
_SITE_LINK = re.compile(r"\]\(lessons/(\w+)\.ipynb\)")
_REPORT = re.compile(r"^```\n(.*?case.*?)^```", re.DOTALL | re.MULTILINE)

CHOICES: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "conv2d": (("right", False), ("turns the kernel", True)),
    "stride": (("1", 1), ("2", 2)),
    "padding": (("0", 0), ("1", 1)),
}
_MOVES = (
    "if(!matchMedia('(prefers-reduced-motion: reduce)').matches)"
    "this.closest('.hero').querySelector('.hero-shown .bx-play').click()"
)


def conv2d(
    x: np.ndarray, w: np.ndarray, b: float = 0.0, *, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Turn the kernel round, as many do at first; the explorer is to find it."""
    padded = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape)
    turned = w[::-1, ::-1]
    return np.einsum("ijpq,pq->ij", windows[::stride, ::stride], turned) + b


def hero() -> str:
    """Return the explorer in all its settings, as HTML."""
    names = list(CHOICES)
    fields, rules, figures = [], [], []
    for name, options in CHOICES.items():
        buttons = "".join(
            f'<label><input type="radio" name="hero-{name}" id="hero-{name}-{n}"'
            f"{' checked' if n == 0 else ''}> {label}</label>"
            for n, (label, _) in enumerate(options)
        )
        fields.append(f"<fieldset><legend>{name}</legend>{buttons}</fieldset>")
    for picks in itertools.product(*(range(len(o)) for o in CHOICES.values())):
        values = [CHOICES[n][k][1] for n, k in zip(names, picks, strict=True)]
        number = "-".join(map(str, picks))
        chosen = "".join(
            f":has(#hero-{n}-{k}:checked)" for n, k in zip(names, picks, strict=True)
        )
        rules.append(f".hero{chosen} .hero-{number}{{display:block}}")
        shown = " hero-shown" if not any(picks) else ""
        figures.append(
            f'<div class="hero-figure hero-{number}{shown}">{_figure(*values)}</div>'
        )
    style = f'<style onload="{_MOVES}">.hero-figure{{display:none}}{"".join(rules)}'
    return (
        f'<div class="hero"><div class="hero-controls">{"".join(fields)}</div>'
        f"{''.join(figures)}{style}</style></div>\n"
    )


def _figure(turns: bool, stride: int, padding: int) -> str:
    explorer = explore.convolution(
        conv2d if turns else None,
        **{"input": "numbers", "kernel": "numbers", "height": 5, "width": 5},
        **{"stride": stride, "padding": padding},
    )
    return explorer.static(whose=False)


def page(template: str, lessons: Iterable[Path]) -> str:
    """Fill the front page: the table of lessons and a report, out of the README.

    A lesson that this build leaves out gets no link.
    """
    readme = archive.with_lessons((paths.ROOT / "README.md").read_text("utf-8"))
    built = [path.stem for path in lessons]
    titles = {name: title for title, name in _LINK.findall(readme)}

    def link(match: re.Match) -> str:
        title, name = match.groups()
        return f"[{title}](lessons/{name}.ipynb)" if name in built else title

    table, report = _TABLE.search(readme), _REPORT.search(readme)
    if table is None or report is None:
        raise ValueError("The README has lost its table of lessons or its report.")
    minutes = sum(map(int, re.findall(r"(\d+) \|$", table[0], re.MULTILINE)))
    outside = set(_SITE_LINK.findall(template)) - set(built)
    parts = template.split("\n\n")  # a paragraph on a lesson that isn't there goes
    template = "\n\n".join(p for p in parts if not outside & {*_SITE_LINK.findall(p)})
    page = template.replace("{{lessons}}", _LINK.sub(link, table[0]))
    page = page.replace("{{hours}}", str(round(minutes / 60)))
    entries = [f"{titles.get(name, name)} <lessons/{name}>" for name in built]
    page = page.replace("{{contents}}", "\n".join(entries))
    return page.replace("{{report}}", f"```text\n{report[1]}```")
