"""Colours that every reader can tell apart, for cells with numbers in them."""

import numpy as np

BLUE, VERMILLION, ORANGE, SKY = "#0072B2", "#D55E00", "#E69F00", "#56B4E9"
GREEN, YELLOW, PURPLE = "#009E73", "#F0E442", "#CC79A7"

# ColorBrewer's PuOr from orange (negative) over white to purple (positive)
PUOR = ((179, 88, 6), (241, 163, 64), (255, 247, 236), (153, 142, 195), (84, 39, 136))
# four stations of cividis, dark to light
CIVIDIS = ((0, 34, 78), (87, 92, 109), (166, 157, 117), (253, 231, 55))

_GREY = ((0, 0, 0), (255, 255, 255))

_SCALES = {"signed": PUOR, "amount": CIVIDIS, "grey": _GREY}
INK_AND_PAPER = (27, 73, 101), (255, 255, 255)


def shades(
    values: np.ndarray, kind: str, span: tuple[float, float] | None = None
) -> np.ndarray:
    """Return red, green and blue from 0 to 255 for every value, shape (..., 3), uint8.

    ``kind`` is ``"signed"`` (PuOr around 0), ``"amount"`` (cividis), ``"grey"`` or
    ``"ink"`` (dark above 0, white below). Values that are not finite are white.
    ``span`` is what the colours go from and to, unless that is the values' own.
    """
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    plain = np.where(known, values, 0.0)
    if kind == "ink":
        return np.where(plain[..., None] > 0, *INK_AND_PAPER).astype(np.uint8)
    scale = np.array(_SCALES[kind], dtype=float)
    if span is None and kind == "signed":
        top = np.abs(plain).max(initial=1e-12)
        span = -top, top
    elif span is None:
        inner = values[known]
        span = inner.min(initial=0.0), inner.max(initial=0.0)
    low, high = span
    share = (plain - low) / (high - low) if high > low else np.full(plain.shape, 0.5)
    place = share.clip(0.0, 1.0) * (len(scale) - 1)
    k = np.minimum(place.astype(int), len(scale) - 2)
    mixed = scale[k] + (scale[k + 1] - scale[k]) * (place - k)[..., None]
    mixed[~known] = 255.0
    return np.rint(mixed).astype(np.uint8)


def tints(
    values: np.ndarray, kind: str, span: tuple[float, float] | None = None
) -> list[tuple[str, str]]:
    """Return a background and an ink colour for every value, flat, as CSS text."""
    if kind == "ink":
        both = ("#1b4965", "#ffffff"), ("#ffffff", "#6b6b6b")
        return [both[0] if v > 0 else both[1] for v in np.ravel(values)]
    flat = shades(np.ravel(values), kind, span)
    # at this luminance black and white stand out equally, by 4.6 to 1
    dark = luminance(flat) <= 0.179
    text = flat.tobytes().hex()
    return [
        (f"#{text[6 * n : 6 * n + 6]}", "#ffffff" if one else "#000000")
        for n, one in enumerate(dark.tolist())
    ]


def luminance(colours: np.ndarray) -> np.ndarray:
    """Return the relative luminance of colours (..., 3), as WCAG defines it."""
    part = np.asarray(colours) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)
