"""Further single mistakes of convolutions: taps left out, settings mixed up."""

import numpy as np

from byhand import referee, slips

NEUTRAL = {"stride": 1, "padding": 0, "dilation": 1}


def more_slips(ask, *, rank=2, first=0, offers=()):
    """Return {misconception: slip} that ``slips.convolution`` doesn't have.

    ``ask(x, w[, b], **settings)`` is the referee's convolution; the other arguments
    are those of ``slips.convolution``.
    """
    axes = range(rank) if rank == 1 else (range(2), range(1), range(1, 2))
    axes = (axes,) if rank == 1 else axes
    found = {"last taps left out": tuple(_last_taps(ask, some) for some in axes)}
    if "bias" in offers:
        found["bias subtracted"] = lambda x, w, *b, **k: ask(
            x, w, *[-np.asarray(v, dtype=float) for v in b], **k
        )
    pairs = [name for name in ("stride", "padding", "dilation") if name in offers]
    if rank == 2 and pairs:
        found["one number for both directions"] = tuple(
            _one_for_both(ask, names, axis)
            for names in dict.fromkeys([*((name,) for name in pairs), tuple(pairs)])
            for axis in (0, 1)
        )
    if "padding" in offers:
        found |= _padding_slips(ask, rank, first)
    if rank == 2:
        found["kernel transposed"] = tuple(_transposed(ask, first))
    return found


def direction_slips(ask, offers):
    """Return what goes wrong when rows and columns aren't kept apart."""

    def dilation_swapped(x, w, *b, **k):
        spread = referee.per_axis(k.get("dilation", 1), 2)[::-1]
        return ask(x, w, *b, **{**k, "dilation": spread})

    found = {
        "a setting in one direction only": tuple(
            _neutral_in(ask, name, axis)
            for name in ("stride", "padding", "dilation")
            if name in offers
            for axis in (0, 1)
        )
    }
    if "dilation" in offers:
        found["dilations of rows and columns swapped"] = dilation_swapped
    return found


def _neutral_in(ask, name, axis):
    def slip(x, w, *b, **k):
        pair = list(referee.per_axis(k.get(name, NEUTRAL[name]), 2))
        pair[axis] = NEUTRAL[name]
        return ask(x, w, *b, **{**k, name: tuple(pair)})

    return slip


def _transposed(ask, first):
    """Yield what a transposed kernel gives: an error, or nothing, where it is large."""
    lay = slips.Layout(2, first)

    def turned(x, w, *b, **k):
        return ask(x, w.swapaxes(0, 1), *b, **k)

    def square_only(x, w, *b, **k):
        if w.shape[0] != w.shape[1]:
            raise IndexError("w is not square")
        return turned(x, w, *b, **k)

    def nothing_where_large(x, w, *b, **k):
        pads = referee.pad_widths(k.get("padding", 0), 2)
        steps, spread = (
            referee.per_axis(k.get(n, 1), 2) for n in ("stride", "dilation")
        )
        size = slips.sizes(lay.space(x), w.shape[1::-1], steps, pads, spread)
        return (
            turned(x, w, *b, **k) if all(size) else lay.resize(ask(x, w, *b, **k), size)
        )

    return turned, square_only, nothing_where_large


def _last_taps(ask, axes):
    def slip(x, w, *b, **k):
        kept = w.copy()
        for axis in axes:
            np.moveaxis(kept, axis, 0)[-1] = 0.0
        return ask(x, kept, *b, **k)

    return slip


def _one_for_both(ask, names, axis):
    def slip(x, w, *b, **k):
        same = {n: referee.per_axis(k.get(n, NEUTRAL[n]), 2)[axis] for n in names}
        return ask(x, w, *b, **{**k, **same})

    return slip


def _padding_slips(ask, rank, first):
    lay = slips.Layout(rank, first)

    def twice(x, w, *b, **k):
        pads = referee.pad_widths(k.get("padding", 0), rank)
        double = tuple((2 * before, 2 * after) for before, after in pads)
        return ask(x, w, *b, **{**k, "padding": double})

    def unpadded_size(x, w, *b, **k):
        each = (referee.per_axis(k.get(n, 1), rank) for n in ("stride", "dilation"))
        steps, spread = each
        none = ((0, 0),) * rank
        size = slips.sizes(lay.space(x), w.shape[:rank], steps, none, spread)
        return lay.resize(ask(x, w, *b, **k), size)

    return {
        "padding applied twice": twice,
        "padding left out of the output size": unpadded_size,
    }
