"""The one sanitizer: foreign markup comes out as a few harmless tags and text."""

import functools
import re
from html import escape
from typing import TYPE_CHECKING

import nh3

from autograder.pages.formulas import mathml

if TYPE_CHECKING:
    from mistune import Markdown

TAGS = frozenset(
    "a b blockquote br caption code dd del details div dl dt em figcaption figure h1 "
    "h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub summary sup table tbody td th "
    "thead tr u ul".split()
)
# of our reports and of coloured code; a class of the page's own could cover the page
_CLASS = re.compile(
    r"byhand-report|passed|failed|waiting|on|off|highlight|hl-ipython3|[a-z][a-z0-9]?"
)
_LONGEST = 50_000  # characters of markdown; with more it is shown as it was typed
_FORMULA = re.compile(  # or code, in which a dollar is a dollar
    r"(```.*?(?:```|\Z)|(?<!`)`[^`\n]+`)|\$\$(.+?)\$\$|\$(?![\s$])((?:[^$\n]|\n(?!\s))+?)(?<!\s)\$",
    re.DOTALL,
)
_PLACE = re.compile("\ue000(\\d{1,4})\ue001")


def _kept(tag: str, name: str, value: str) -> str | None:
    """Return what stays of an attribute: of classes those of our own reports."""
    if name != "class":
        return value
    return " ".join(c for c in value.split() if _CLASS.fullmatch(c)) or None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags={"script", "style"},
    attributes={"*": {"class"}, "a": {"href"}, "figure": {"aria-label"}},
    attribute_filter=_kept,
    set_tag_attribute_values={"figure": {"role": "group"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


def clean(markup: str | bytes) -> str:
    """Return foreign HTML without anything that acts, loads or covers."""
    text = markup.decode() if isinstance(markup, bytes) else str(markup)
    return _CLEANER.clean(text)


@functools.lru_cache(maxsize=4096)
def markdown(text: str) -> str:
    """Return markdown as HTML; tags that were typed stay text, formulas are MathML."""
    formulas: list[str] = []

    def taken(found: re.Match[str]) -> str:
        if found[1] or len(formulas) > 500:
            return found[0]
        formulas.append(mathml(found[2] or found[3], display=bool(found[2])))
        return f"\ue000{len(formulas) - 1}\ue001"

    if len(text) > _LONGEST:
        return f"<pre>{escape(text)}</pre>"
    try:
        made = str(_reader()(_FORMULA.sub(taken, _PLACE.sub("", text))))
    except RecursionError:
        return f"<pre>{escape(text)}</pre>"
    return _PLACE.sub(lambda place: formulas[int(place[1])], clean(made))


@functools.cache
def _reader() -> "Markdown":
    """Return the reader of markdown; a picture from elsewhere becomes its words."""
    import mistune
    from mistune.plugins.table import table

    class Renderer(mistune.HTMLRenderer):
        def image(self, text: str, url: str, title: str | None = None) -> str:
            return escape(text)

    return mistune.Markdown(Renderer(escape=True), plugins=[table])
