"""The mistakes of a transposed convolution, from the same declaration.

What it shares with a convolution (kernels, biases, channels, examples) comes from the
same rules; here stand those of stamps: overlaps, the canvas, and how it is cropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byhand.slips.backward import Change, Changes, changes_of, slips_of
from byhand.slips.forward import Ways, exchanged, kept, ways_of
from byhand.slips.named import Operation, Slips, names_of, only, union
from byhand.slips.named_axes import Call, Made, Stamped, product, resized, slip_of

SWAPPED = "in and out of the kernel swapped"


def stamp_mistakes(op: Operation) -> Slips:
    """Return the slips of a transposed convolution."""
    tables = [*_shared(op), _overlaps(op), _stride(), _gathered(op), _no_room()]
    if op.b is not None:
        tables.append(_bias_of_stamps())
    if "padding" in op.offers:
        tables += [_crop(), _more_at_the_end()]
    ways: Ways = union(*tables)
    if SWAPPED in ways:
        ways["in and out not swapped"] = (*ways.pop(SWAPPED), _misread)
    return {
        name: tuple(slip_of(op, way, Stamped) for way in some)
        for name, some in ways.items()
    }


def _shared(op: Operation) -> list[Ways]:
    """Return what goes wrong as in a convolution, in words that hold for stamps."""
    gathering = ("mean instead of sum", "bias added per tap", "bias added per channel")
    gathering += ("the first kernel for every channel",)
    return [
        {name: some for name, some in table.items() if name not in gathering}
        for table in ways_of(op)
    ]


def _misread(c: Stamped) -> np.ndarray:
    """Read the numbers of the kernel as (..., in, out)."""
    shape = (*c.w.shape[:-2], c.w.shape[-1], c.w.shape[-2])
    return c.changed(w=c.w.reshape(shape).swapaxes(-1, -2)).y()


# Stamps that meet -----------------------------------------------------------------


def counts(c: Stamped) -> np.ndarray:
    """Return how many stamps reach each place, ready to meet a result."""
    names = names_of(c.op.y)
    number = product(tuple(f"in {n}" for n in c.op.space), *c.maps())
    return number.reshape(
        [number.shape[c.op.space.index(n)] if n in c.op.space else 1 for n in names]
    )


def _overlaps(op: Operation) -> Ways:
    def one_stays(backwards: bool) -> Made:
        return lambda c: c.overwritten("y", ("x", "w"), backwards) + c.bias()

    def last_channel(c: Stamped) -> Any:
        return one_stays(False)(c.changed(x=kept(c.x, c.x.ndim - 1, -1)))

    found: Ways = {
        "stamps assigned instead of added": (one_stays(False), one_stays(True)),
        "overlaps averaged": (
            lambda c: c.plain() / np.maximum(counts(c), 1) + c.bias(),
        ),
    }
    if "c" in op.summed:
        found["stamps assigned instead of added"] += (last_channel,)
    return found


def _bias_of_stamps() -> Ways:
    return {
        "bias per stamp": (
            lambda c: c.plain() + counts(c) * c.bias(),
            lambda c: c.plain() + counts(c) * c.bias() * c.x.shape[-1],
        )
    }


def _gathered(op: Operation) -> Ways:
    def gathered(c: Stamped) -> np.ndarray:
        return _convolution(c).y()

    found: Ways = {"gathered instead of scattered": (gathered,)}
    if op.rank == 1:
        found["gathered instead of scattered"] += (
            lambda c: _convolution(c).changed(loose=True).y(),
            lambda c: _convolution(c).changed(w=c.w[::-1], padding=len(c.w) - 1).y(),
        )
    return found


def _convolution(c: Stamped) -> Call:
    """Return the convolution with the same arguments."""
    return Call(
        c.op, c.x, c.w, c.b, None, c.stride, c.padding, c.dilation, None, c.sizes
    )


# Where the stamps go --------------------------------------------------------------


def _few(c: Stamped, in_place: bool) -> np.ndarray:
    """Return every s-th input alone, at its place or in the corner."""
    every = [slice(None)] * c.x.ndim
    for name, step in zip(c.op.space, c.stride, strict=True):
        every[c.op.where("x", name)] = slice(None, None, step)
    few = c.x[tuple(every)]
    if in_place is None:
        return few
    x = np.zeros(c.x.shape)
    x[tuple(every) if in_place else tuple(map(slice, few.shape))] = few
    return x


def _stride() -> Ways:
    def on_canvas(x: Callable[[Stamped], Any]) -> Made:
        return lambda c: c.changed(x=x(c), stops=c.counted(), stride=1).y()

    def spread(c: Stamped) -> Call:
        return c.changed(stride=1, dilation=c.stride)

    def spread_on_canvas(c: Stamped) -> Any:
        full = c.at(spread(c).uncropped().plain(), c.canvas())
        return cut(c, full, [p for p, _ in c.padding], c.counted()) + c.bias()

    return {
        "stride ignored": (lambda c: c.changed(stride=1).y(),),
        "stride in the size only": (on_canvas(lambda c: c.x),),
        "stride applied twice": (
            lambda c: c.changed(stride=lambda s: [v * v for v in s]).y(),
        ),
        "stride applied to the input": (
            lambda c: c.changed(x=_few(c, None), stride=1).y(),
            on_canvas(lambda c: _few(c, True)),
            on_canvas(lambda c: _few(c, False)),
        ),
        "stride applied to the kernel": (lambda c: spread(c).y(), spread_on_canvas),
    }


def cut(
    c: Stamped, full: np.ndarray, start: Sequence[int], size: Sequence[int]
) -> np.ndarray:
    """Return a piece of a canvas, ``size`` places from ``start`` on, zeros beyond."""
    for name, first, length in zip(c.op.space, start, size, strict=True):
        axis = c.op.where("y", name)
        at = np.arange(length) + first
        inside = (at >= 0) & (at < full.shape[axis])
        shape = [-1 if k == axis else 1 for k in range(full.ndim)]
        clipped = np.clip(at, 0, full.shape[axis] - 1)
        full = np.take(full, clipped, axis=axis) * inside.reshape(shape)
    return full


def _no_room() -> Ways:
    """Return a canvas of n * stride, where the last stamp may have no room."""

    def short(error: type[Exception]) -> Made:
        def way(c: Stamped) -> Any:
            sizes = [n * s for n, s in zip(c.space, c.stride, strict=True)]
            more = [a - b for a, b in zip(sizes, c.canvas(), strict=True)]
            if min(more) < 0:
                raise error("the last stamp has no room")
            size = [n + m for n, m in zip(c.counted(), more, strict=True)]
            return c.changed(stops=tuple(size)).y()

        return way

    return {"size without the last stamp": (short(ValueError), short(IndexError))}


# How the canvas is cropped --------------------------------------------------------


def _cropped(start: Callable[[int, int], int], crop: int = 2, more: int = 1) -> Made:
    """Return a way that cuts another piece out of the right canvas."""

    def way(c: Stamped) -> Any:
        rows = zip(c.padding, c.output_padding, strict=True)
        first = [start(p[0], o) for p, o in rows]
        return c.piece(first, c.counted(crop, more)).y()

    return way


def _crop() -> Ways:
    def input_padded(c: Stamped) -> Any:
        widths = [(0, 0)] * c.x.ndim
        for name, pad in zip(c.op.space, c.padding, strict=True):
            widths[c.op.where("x", name)] = pad
        return c.changed(x=np.pad(c.x, widths), padding=0).y()

    def minus_zero(c: Stamped) -> Any:
        y = c.y()
        for name, (p, _) in zip(c.op.space, c.padding, strict=True):
            if p == 0:
                y = y.take([], axis=c.op.where("y", name))
        return y

    return {
        "padding ignored": (lambda c: c.changed(padding=0).y(),),
        "padding added instead of cropped": (
            _cropped(lambda p, o: -p, crop=-2),
            input_padded,
            _cropped(lambda p, o: 0, crop=-2),
        ),
        "cropped on the wrong side": (_cropped(lambda p, o: p - o),),
        "cropped with [p:-p] at p = 0": (minus_zero,),
        "cropped on one side only": (
            _cropped(lambda p, o: 0),
            _cropped(lambda p, o: 2 * p),
            _cropped(lambda p, o: p, crop=1),
            _cropped(lambda p, o: 0, crop=1),
        ),
    }


def _more_at_the_end() -> Ways:
    def inner(c: Stamped) -> Call:
        return c.changed(stops=c.counted(more=0))

    return {
        "output_padding ignored": (lambda c: c.changed(output_padding=0).y(),),
        "output_padding on both sides": (_cropped(lambda p, o: p - o, more=2),),
        "output_padding filled with zeros where cropping hides values": (
            lambda c: c.at(inner(c).plain(), c.counted()) + c.bias(),
            lambda c: c.at(inner(c).y(), c.counted()),
        ),
    }


# Gradients ------------------------------------------------------------------------

SHARED = (
    "upstream gradient ignored",
    "dw turned round",
    "dw of the last example only",
    "batch divided twice",
    "only the first example",
    "dx summed over the batch",
    "db a mean instead of a sum",
    "db of the last example only",
    "db of the last position only",
    "db not summed over the examples",
    "db not summed over the positions",
    "db summed over the filters",
)


def stamp_gradient_mistakes(op: Operation) -> Slips:
    """Return the slips of a transposed convolution's gradients."""
    convolution = op.redeclared(x=op.y, y=op.x)

    def gathered(c: Stamped, **new: Any) -> Call:
        """Return the convolution of dy that gives dx."""
        back = (c.stride, c.padding, c.dilation, None, c.sizes)
        return Call(convolution, c.dy, c.w, None, None, *back).changed(**new)

    def dx(**new: Any) -> Change:
        return {"dx": lambda c: gathered(c, **new).plain()}

    def cut_off(c: Stamped) -> np.ndarray:
        places = [op.where("y", name) for name in op.space]
        rows = zip(places, c.output_padding, strict=True)
        less = {a: c.dy.shape[a] - more for a, more in rows}
        return gathered(c, x=resized(c.dy, less)).plain()

    def scattered(c: Stamped) -> np.ndarray:
        back = (c.stride, c.padding, c.dilation, None, c.sizes)
        return Stamped(
            convolution, c.dy, c.w, None, None, *back, output_padding=(0,) * op.rank
        ).plain()

    def read_otherwise(c: Stamped) -> np.ndarray:
        axes = op.where("w", "f"), op.where("w", "c")
        return gathered(c, w=exchanged(c.w, *axes, ValueError)).plain()

    flipped = lambda w: np.flip(w, tuple(range(op.rank)))  # noqa: E731
    changes: Changes = only(changes_of(op), *SHARED) | {
        "kernel flipped": (dx(w=flipped),),
        "in and out not swapped": ({"dx": read_otherwise},),
        "stride ignored in dx": (dx(stride=1),),
        "padding ignored in dx": (dx(padding=0),),
        "output_padding cut from dy": ({"dx": cut_off},),
        "scattered instead of gathered": ({"dx": scattered},),
    }
    return slips_of(op, changes, kind=Stamped)
