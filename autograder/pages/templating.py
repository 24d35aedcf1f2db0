"""The environment of all templates, and how they write things."""

import functools
from datetime import UTC, datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder import paths


@functools.cache
def templates() -> Environment:
    """Return the environment; whatever a template prints is escaped.

    A template is called by its path, "feedback/templates/page.html".
    """
    found = Environment(
        loader=FileSystemLoader(paths.ROOT / "autograder"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for each in (count, moment, percent, points, sentence):
        found.filters[each.__name__] = each
    return found


def percent(share: float | None, sign: str = "") -> str:
    """Return a share as "83%", or "–" where there is none."""
    return "–" if share is None else f"{share:{sign}.0%}"


def points(number: float) -> str:
    """Return points with at most two decimals, without needless zeros."""
    return f"{round(number, 2):g}"


def count(number: float, noun: str) -> str:
    """Return "1 student" or "2 students"."""
    return f"{points(number)} {noun}{'' if number == 1 else 's'}"


def sentence(text: str) -> str:
    """Return a text with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def moment(seconds: float | None) -> str:
    """Return a time in seconds since the epoch, in UTC."""
    if not seconds:
        return "?"
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M UTC")
