"""A plane of numbers as a PNG, for pictures too large for a table."""

import base64
import struct
import zlib

import numpy as np

from byhand.explore import colours


def address(
    values: np.ndarray,
    tint: str = "amount",
    span: tuple[float, float] | None = None,
) -> str:
    """Encode a plane as a data address, one pixel per value."""
    h, w = values.shape
    pixels = colours.shades(values, tint, span)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines))
    data = b"\x89PNG\r\n\x1a\n" + body + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
