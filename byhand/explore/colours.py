"""Colours that every reader can tell apart, for cells with numbers in them."""

from collections.abc import Sequence

import numpy as np

Colour = tuple[int, ...]  # red, green, blue from 0 to 255

BLUE, VERMILLION, ORANGE, SKY = "#0072B2", "#D55E00", "#E69F00", "#56B4E9"
GREEN, YELLOW, PURPLE = "#009E73", "#F0E442", "#CC79A7"

# ColorBrewer's PuOr from orange (negative) over white to purple (positive)
_PUOR = ((179, 88, 6), (241, 163, 64), (255, 247, 236), (153, 142, 195), (84, 39, 136))
# four stations of cividis, dark to light
_CIVIDIS = ((0, 34, 78), (87, 92, 109), (166, 157, 117), (253, 231, 55))

_GREY = ((0, 0, 0), (255, 255, 255))

_INK, _PAPER = ("#1b4965", "#ffffff"), ("#ffffff", "#6b6b6b")


def rgb(value: float, low: float, high: float, scale: Sequence[Colour]) -> Colour:
    """Interpolate one value of ``low..high`` in a tuple of colours."""
    share = 0.5 if high == low else (value - low) / (high - low)
    place = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    k = min(int(place), len(scale) - 2)
    return tuple(
        round(a + (b - a) * (place - k))
        for a, b in zip(scale[k], scale[k + 1], strict=True)
    )


def tints(
    values: np.ndarray, kind: str, span: tuple[float, float] | None = None
) -> list[tuple[str, str]]:
    """Return a background and an ink colour for every value, flat, as CSS text.

    ``kind`` is ``"signed"`` (PuOr around 0), ``"amount"`` (cividis), ``"grey"`` or
    ``"ink"`` (dark above 0, white below). Values that are not finite get a plain
    background. ``span`` is what the colours go from and to, unless that is the values'
    own.
    """
    if kind == "ink":
        return [_INK if v > 0 else _PAPER for v in np.ravel(values)]
    flat = np.ravel(values).astype(float)
    finite = flat[np.isfinite(flat)]
    if kind == "signed":
        top = max(np.abs(finite).max(initial=0.0), 1e-12)
        low, high, scale = -top, top, _PUOR
    else:
        low, high = span or (finite.min(initial=0.0), finite.max(initial=0.0))
        scale = _GREY if kind == "grey" else _CIVIDIS
    return [_css(v, low, high, scale) for v in flat]


def _css(
    value: float, low: float, high: float, scale: Sequence[Colour]
) -> tuple[str, str]:
    if not np.isfinite(value):
        return ("#ffffff", "#000000")
    r, g, b = rgb(value, low, high, scale)
    # at this luminance black and white stand out equally, by 4.6 to 1
    ink = "#000000" if luminance((r, g, b)) > 0.179 else "#ffffff"
    return (f"#{r:02x}{g:02x}{b:02x}", ink)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    r, g, b = (
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in (part / 255 for part in colour)
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
