"""Read figures back: what is lit, what is printed, what a sum adds up to."""

import html
import re

_TAG = re.compile(r"<[^>]+>")
_NUMBER = r"\(?−?\d+(\.\d+)?\)?"


def inputs_lit(figure, grid, index, target, roles=("lit",)):
    """Return the cells of ``target`` that one cell's link lights."""
    link = link_of(figure, grid, index)
    return {
        cell for key, cell, role, _ in link.lights if key == target and role in roles
    }


def says(page):
    """Return the visible text of a figure."""
    without = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return html.unescape(_TAG.sub(" ", without))


def parse_sum(text):
    """Evaluate a printed sum; return what the terms make and what is printed."""
    plain = _TAG.sub("", text)
    _, terms, *rest = plain.split(" = ")
    total = re.match(_NUMBER, rest[-1]).group()
    return sum(_product(term) for term in terms.split(" + ")), _value(total)


def _product(term):
    if term == "nothing":
        return 0.0
    result = 1.0
    for factor in term.split("·"):
        result *= _value(factor)
    return result


def _value(text):
    return float(text.strip("()").replace("−", "-"))


def drawn(explorer):
    """Return an explorer's numbers and its figure."""
    numbers = explorer.kind.numbers(explorer.state, explorer.function)
    return numbers, explorer.kind.picture(numbers)


def link_of(figure, grid, index):
    """Return the link of one cell."""
    return next(k for k in figure.links if (k.grid, k.index) == (grid, index))


def grid_of(figure, key):
    """Return the block with this key."""
    return next(b for row in figure.rows for b in row if getattr(b, "key", 0) == key)


def contrast(a, b):
    """Return the contrast of two CSS colours as WCAG defines it."""
    one, two = sorted((luminance(a), luminance(b)), reverse=True)
    return (one + 0.05) / (two + 0.05)


def luminance(colour):
    """Return the relative luminance of ``rgb(...)``."""
    parts = [float(v) for v in colour.split("(")[1].rstrip(")").split(",")[:3]]
    linear = [
        v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4
        for v in (p / 255 for p in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# what is behind an element: the first ancestor that is painted
SHOWN = """element => {
    let behind = element;
    const clear = () => getComputedStyle(behind).backgroundColor;
    while (behind.parentElement && /, 0\\)$|transparent/.test(clear())) {
        behind = behind.parentElement;
    }
    return [getComputedStyle(element).color, clear()];
}"""
