"""HTML and SVG as text: whatever isn't made here is escaped."""

import html


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


_EMPTY = {"meta", "br", "col", "line", "rect", "circle", "path", "use"}


def tag(name, /, *inside, **attributes):
    """Return an element; ``class_`` is class, ``aria_label`` is aria-label.

    Attributes that are None are left out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY and not inside:
        return Markup(
            f"<{name}{given}/>" if name not in ("meta", "br") else f"<{name}{given}>"
        )
    return Markup(f"<{name}{given}>{join(inside)}</{name}>")


def join(parts):
    """Return parts as one piece of markup; text among them is escaped."""
    return Markup("".join(_one(part) for part in parts))


def _one(part):
    if part is None:
        return ""
    if isinstance(part, Markup):
        return part
    if isinstance(part, list | tuple):
        return join(part)
    return html.escape(str(part))


def table(titles, rows, caption=None, numbers=(), **attributes):
    """Return a table; the columns in ``numbers`` are aligned as numbers."""

    def cells(kind, row):
        return [
            tag(
                kind,
                cell,
                class_="n" if k in numbers else None,
                scope="col" if kind == "th" else None,
            )
            for k, cell in enumerate(row)
        ]

    head = tag("thead", tag("tr", *cells("th", titles)))
    body = tag("tbody", *(tag("tr", *cells("td", row)) for row in rows))
    told = tag("caption", caption) if caption else None
    return tag("div", tag("table", told, head, body, **attributes), class_="wide")


def figure(picture, caption):
    """Return a figure whose caption says what the picture shows."""
    return tag("figure", picture, tag("figcaption", caption))
