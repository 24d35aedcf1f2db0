"""The one sanitizer: foreign markup comes out as a few harmless tags and text.

Nothing is copied. What is kept is written anew from a list of tags and attributes,
each value escaped and each tag closed, so that no browser can read more into it.
"""

import functools
import re
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from autograder.pages.formulas import mathml

if TYPE_CHECKING:
    from mistune import Markdown

Attributes = list[tuple[str, str | None]]
TAGS = frozenset(
    "a b blockquote br caption code dd del details div dl dt em figcaption figure h1 "
    "h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub summary sup table tbody td th "
    "thead tr u ul".split()
)
# of our reports and of coloured code; a class of the page's own could cover the page
_CLASS = re.compile(
    r"byhand-report|passed|failed|waiting|on|off|highlight|hl-ipython3|[a-z][a-z0-9]?"
)
_VOID = frozenset({"br", "hr"})
_UNSHOWN = frozenset({"script", "style"})
_ADDRESS = re.compile(r"(https?://|mailto:)[^\x00-\x20]+\Z", re.IGNORECASE)
_LONGEST = 50_000  # characters of markdown; with more it is shown as it was typed
_FORMULA = re.compile(  # or code, in which a dollar is a dollar
    r"(```.*?(?:```|\Z)|(?<!`)`[^`\n]+`)|\$\$(.+?)\$\$|\$(?![\s$])([^$\n]+?)(?<!\s)\$",
    re.DOTALL,
)
_PLACE = re.compile("\ue000(\\d{1,4})\ue001")


class _Cleaner(HTMLParser):
    """Writes down the tags and texts that may stay."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.open: list[str] = []
        self.unshown = ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Write a tag of the list anew."""
        if tag in _UNSHOWN:
            self.unshown = tag
        if tag in TAGS and not self.unshown:
            self.parts.append(f"<{tag}{_kept(tag, dict(attrs))}>")
            if tag not in _VOID:
                self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Take ``<p/>`` as a browser does, as ``<p>``."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag that is open, and what was opened in it."""
        if tag == self.unshown:
            self.unshown = ""
        if tag in self.open:
            while (last := self.open.pop()) != tag:
                self.parts.append(f"</{last}>")
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text as text."""
        if not self.unshown:
            self.parts.append(escape(data))

    def result(self) -> str:
        """Return all that was written, every tag closed."""
        self.close()
        return "".join([*self.parts, *(f"</{tag}>" for tag in reversed(self.open))])


def _kept(tag: str, attrs: dict[str, str | None]) -> str:
    """Return the attributes that a tag may have, with a space before each."""
    found = {}
    classes = [c for c in (attrs.get("class") or "").split() if _CLASS.fullmatch(c)]
    if classes:
        found["class"] = " ".join(classes)
    if tag == "a" and _ADDRESS.match(address := (attrs.get("href") or "").strip()):
        found |= {"href": address, "rel": "noopener noreferrer nofollow"}
    if tag == "figure" and (label := attrs.get("aria-label")):
        found |= {"role": "group", "aria-label": label}
    return "".join(f' {name}="{escape(value)}"' for name, value in found.items())


def clean(markup: str | bytes) -> str:
    """Return foreign HTML without anything that acts, loads or covers."""
    cleaner = _Cleaner()
    cleaner.feed(markup.decode() if isinstance(markup, bytes) else str(markup))
    return cleaner.result()


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
