"""Read a submitted notebook, however odd, and keep the source of its cells.

This runs in a process of its own, with limits, on bytes that nobody has looked at.
Of each cell it keeps the kind, the text, the id and nbgrader's ``grade_id``; outputs,
tags, time stamps and every other word of metadata stay behind.
"""

import codecs
import json
from typing import Any

Cell = tuple[str, str, str | None, str | None]  # kind, source, id, grade_id

MAX_CELLS = 5_000
MAX_SOURCE = 4 << 20  # characters of all cells together
MAX_NAME = 200

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotReadable(Exception):
    """The bytes are no notebook; the message is a sentence for a person."""


def read_cells(raw: bytes) -> list[Cell]:
    """Return [(kind, source, id, grade_id), ...] for the bytes of a notebook."""
    tree = _parsed(_decoded(raw))
    kept: list[Cell] = []
    size = 0
    for cell in _cells(tree):
        if isinstance(cell, dict):
            kept.append(_kept(cell))
            size += len(kept[-1][1])
    if not kept:
        raise NotReadable("The notebook holds no cells.")
    if len(kept) > MAX_CELLS or size > MAX_SOURCE:
        raise NotReadable("The notebook holds more text than a lesson can.")
    return kept


def _decoded(raw: bytes) -> str:
    if not raw.strip(b"\0 \t\r\n"):
        raise NotReadable("The file is empty.")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace").lstrip("\ufeff")
    if raw[1:2] == b"\0" or raw[:1] == b"\0":
        return raw.decode(json.detect_encoding(raw), "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _parsed(text: str) -> dict[str, Any]:
    try:
        tree, _ = _DECODER.raw_decode(text.lstrip("\ufeff \t\r\n\0"))
    except RecursionError:
        raise NotReadable("The file nests deeper than any notebook.") from None
    except ValueError as error:
        where = getattr(error, "lineno", None)
        place = f", at line {where}" if where else ""
        raise NotReadable(f"The file holds no JSON{place}.") from None
    if not isinstance(tree, dict):
        raise NotReadable("The file holds JSON, but no notebook.")
    return tree


# numbers mean nothing here, and a long one is slow to convert
_DECODER = json.JSONDecoder(
    strict=False, parse_int=lambda text: 0, parse_float=lambda text: 0.0
)


def _cells(tree: dict[str, Any]) -> list[Any]:
    """Return the cells of nbformat 4 and 5, or of the work sheets of 2 and 3."""
    cells = tree.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = tree.get("worksheets")
    if not isinstance(sheets, list):
        raise NotReadable("The file holds JSON, but no notebook.")
    return [
        cell
        for sheet in sheets
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        for cell in sheet["cells"]
    ]


def _kept(cell: dict[str, Any]) -> Cell:
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    source = cell.get("source", cell.get("input", ""))
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return kind, _text(source), _name(cell.get("id")), _name(grade_id)


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    text = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_NAME else None
