"""The mistakes of a sum over windows, as they follow from the names of its axes.

``mistakes(operation)`` returns {misconception: ways to make it}, each on the arguments
of the operation itself. A rule stands here once, and holds for signals, planes,
volumes and batches, with groups or without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from byhand.slips.named import (
    Operation,
    Slips,
    names_of,
    union,
)
from byhand.slips.named_axes import Call, Made, slip_of

SLICES = "a 2D slice per channel instead of the volume"
Ways = dict[str, tuple[Made, ...]]


def ways_of(op: Operation) -> list[Ways]:
    """Return what every sum over windows has, whichever way its taps lead."""
    tables = [_sums(op), _results(op), _bias(op)]
    if op.rank:
        tables.append(_taps(op))
    if op.rank > 1:
        tables += [_directions(op), _planes(op) if op.rank == 2 else {}]
    return [*tables, _channels(op), _filters(op), _examples(op)]


def mistakes(op: Operation, called: Mapping[str, str] | None = None) -> Slips:
    """Return the slips of an operation.

    ``called`` gives some mistakes the names of a lesson of its own: {"in and out of the
    kernel swapped": "point weights transposed"}.
    """
    more = [_stops(op)] if op.rank else []
    ways: Ways = union(*ways_of(op), *more, _settings(op), _slices(op))
    names = {name: (called or {}).get(name, name) for name in ways}
    return {
        names[name]: tuple(slip_of(op, way) for way in some)
        for name, some in ways.items()
    }


# Arrays along a named axis ------------------------------------------------------------


def along(a: np.ndarray, axis: int, index: Any) -> np.ndarray:
    """Return a part of an array along one axis, the axis kept."""
    return np.take(a, np.atleast_1d(index), axis=axis)


def repeated(a: np.ndarray, axis: int, index: int) -> np.ndarray:
    """Return one entry along an axis in place of all."""
    return np.repeat(along(a, axis, index), a.shape[axis], axis=axis)


def kept(a: np.ndarray, axis: int, index: int) -> np.ndarray:
    """Return zeros but for one entry along an axis."""
    mask = np.zeros(a.shape[axis])
    mask[index] = 1.0
    return a * mask.reshape([-1 if k == axis else 1 for k in range(a.ndim)])


def last_zeroed(a: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Return an array whose last entry along some axes is 0."""
    out = np.array(a)
    for axis in axes:
        np.moveaxis(out, axis, 0)[-1] = 0.0
    return out


def exchanged(a: np.ndarray, one: int, other: int, error: type[Exception]) -> Any:
    """Return an array with two axes exchanged; unequal ones raise ``error``."""
    if a.shape[one] != a.shape[other]:
        raise error(f"axes {one} and {other} differ")
    return a.swapaxes(one, other)


def subsets(axes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return all axes together, then each alone."""
    return tuple(dict.fromkeys([axes, *((a,) for a in axes)]))


# What is added up -----------------------------------------------------------------


def _terms(c: Call) -> int:
    """Return how many products an output adds up."""
    return int(np.prod([c.w.shape[c.op.where("w", n)] for n in c.op.summed]))


def _sums(op: Operation) -> Ways:
    return {"mean instead of sum": (lambda c: c.plain() / _terms(c) + c.bias(),)}


def _bias(op: Operation) -> Ways:
    if op.b is None:
        return {}

    def biased(make: Callable[[Any, Call], Any]) -> Made:
        return lambda c: c.changed(
            b=make(np.asarray(c.b if c.b is not None else 0), c)
        ).y()

    found = {
        "bias forgotten": (lambda c: c.plain(),),
        "bias added per tap": (lambda c: c.plain() + c.bias() * _terms(c),),
        "bias subtracted": (lambda c: c.plain() - c.bias(),),
    }
    if op.b:
        found["the same bias for every filter"] = tuple(
            biased(lambda b, c, one=one: np.full_like(b, one(b)))
            for one in (np.sum, np.mean, lambda b: b[0], lambda b: b[-1])
        )
    if op.rank and len(op.summed) > op.rank:
        found["bias added per channel"] = (
            lambda c: c.plain() + c.bias() * c.w.shape[c.op.where("w", "c")],
        )
    return found


# The kernel -----------------------------------------------------------------------


def _flip(*axes: int) -> Made:
    return lambda c: c.changed(w=np.flip(c.w, axes)).y()


def _taps(op: Operation) -> Ways:
    taps = tuple(range(op.rank))

    def shortened(axes: tuple[int, ...]) -> Made:
        return lambda c: c.changed(w=last_zeroed(c.w, axes)).y()

    return {
        "kernel flipped": (_flip(*taps),),
        "last taps left out": tuple(map(shortened, subsets(taps))),
    }


def _stops(op: Operation) -> Ways:
    def one_less(c: Call) -> Any:
        return c.at(c.y(), [max(n - 1, 0) for n in c.counted()])

    return {
        "one stop too few": (one_less,),
        "input height for output height": (lambda c: c.at(c.y(), c.space),),
    }


def _planes(op: Operation) -> Ways:
    def turned(c: Call) -> np.ndarray:
        return c.changed(w=c.w.swapaxes(0, 1)).y()

    square_only = (
        lambda c, error=error: c.changed(w=exchanged(c.w, 0, 1, error)).y()
        for error in (IndexError, ValueError)
    )
    return {
        "kernel transposed": (
            turned,
            lambda c: turned(c.changed(loose=True)),
            *square_only,
        ),
        "kernel flipped upside down": (_flip(0),),
        "kernel flipped left to right": (_flip(1),),
        "height for width": (lambda c: c.at(c.y(), [c.counted()[0]] * 2),),
    }


def _results(op: Operation) -> Ways:
    """Return what goes wrong in the order of the result's axes."""
    found: Ways = {}
    names = names_of(op.y)
    if {"h", "w"} <= set(names) and "d" not in names:
        h, w = op.where("y", "h"), op.where("y", "w")
        found["rows and columns swapped"] = (lambda c: c.y().swapaxes(h, w),)
    if "d" in names:
        found["axes of the result exchanged"] = tuple(
            lambda c, order=order: c.y().transpose(order)
            for order in (
                (0, 3, 2, 1, 4),
                (0, 1, 3, 2, 4),
                (0, 2, 1, 3, 4),
                (0, 2, 3, 1, 4),
            )
        )
    if op.rank == 2 and "f" in names:
        first = 1 if "n" in names else 0
        found["channels first for channels last"] = (
            lambda c: np.moveaxis(c.y(), -1, first),
        )
    return found


# Settings -------------------------------------------------------------------------


def _settings(op: Operation) -> Ways:
    tables = {"stride": _stride, "padding": _padding, "dilation": _dilation}
    return union(*(tables[name](op) for name in op.offers))


def _stride(op: Operation) -> Ways:
    flat = (1,) * op.rank

    def wider(c: Call) -> Call:
        """Return the call padded at the end until the last window is full."""
        rows = zip(c.space, c.padding, c.dilation, c.kernel, c.stride, strict=True)
        more = [
            (p[0], p[1] + (d * (k - 1) + 1 - n - sum(p)) % s) for n, p, d, k, s in rows
        ]
        return c.changed(padding=more)

    return {
        "stride ignored": (lambda c: c.changed(stride=1).y(),),
        "stride in the start only": (lambda c: c.at(c.y(), c.counted(stride=flat)),),
        "stride in the size only": (
            lambda c: c.changed(stops=c.counted(), stride=1).y(),
        ),
        "stride applied twice": (
            lambda c: c.changed(stride=lambda s: [v * v for v in s]).y(),
        ),
        "ceiling for floor": (
            lambda c: wider(c).y(),
            lambda c: c.at(c.y(), wider(c).counted()),
        ),
    }


def _padding(op: Operation) -> Ways:
    none = ((0, 0),) * op.rank

    def sides(before: int, after: int) -> Made:
        return lambda c: c.changed(
            padding=lambda pads: [(before * p, after * p) for p, _ in pads]
        ).y()

    return {
        "padding ignored": (lambda c: c.changed(padding=0).y(),),
        "padding on one side only": (
            sides(1, 0),
            sides(0, 1),
            sides(2, 0),
            sides(0, 2),
        ),
        "padding applied twice": (sides(2, 2),),
        "padding left out of the output size": (
            lambda c: c.at(c.y(), c.counted(padding=none)),
        ),
        "edge padding instead of zeros": (lambda c: c.changed(edge=True).y(),),
    }


def _dilation(op: Operation) -> Ways:
    flat = (1,) * op.rank

    def one_more(c: Call) -> Call:
        return c.changed(dilation=lambda d: [v + 1 for v in d])

    def moved(c: Call) -> Any:
        steps = [s * d for s, d in zip(c.stride, c.dilation, strict=True)]
        return c.changed(stride=steps, dilation=1).y()

    def long_size(c: Call) -> Any:
        rows = zip(c.space, c.padding, c.dilation, c.kernel, c.stride, strict=True)
        sizes = [max((n + sum(p) - d * k) // s + 1, 0) for n, p, d, k, s in rows]
        return c.at(c.y(), sizes)

    return {
        "dilation ignored": (lambda c: c.changed(dilation=1).y(),),
        "dilation in the taps but not in the output size": (
            lambda c: c.at(c.y(), c.counted(dilation=flat)),
        ),
        "dilation in the output size but not in the taps": (
            lambda c: c.changed(stops=c.counted(), dilation=1).y(),
        ),
        "dilation off by one": (
            long_size,
            lambda c: one_more(c).y(),
            lambda c: one_more(c).changed(loose=True).y(),
        ),
        "dilation moves the window": (moved,),
    }


# Rows and columns -----------------------------------------------------------------


def _directions(op: Operation) -> Ways:
    """Return what goes wrong when the axes of space aren't kept apart."""
    names, axes = op.offers, range(op.rank)
    if not names:
        return {}

    def same(some: tuple[str, ...], axis: int) -> Made:
        return lambda c: c.changed(
            **{n: [getattr(c, n)[axis]] * op.rank for n in some}
        ).y()

    def reverse(*some: str) -> Made:
        return lambda c: c.changed(**{n: getattr(c, n)[::-1] for n in some}).y()

    def neutral(name: str, axis: int) -> Made:
        plain = (0, 0) if name == "padding" else 1

        def way(c: Call) -> Any:
            values = list(getattr(c, name))
            values[axis] = plain
            return c.changed(**{name: values}).y()

        return way

    sets = dict.fromkeys([*((n,) for n in names), names])
    both = "both directions" if op.rank == 2 else "all three directions"
    found = {
        f"one number for {both}": tuple(same(some, a) for some in sets for a in axes)
    }
    if op.rank == 2:
        for n in names:
            plural = n if n.endswith("padding") else f"{n}s"
            found[f"{plural} of rows and columns swapped"] = (reverse(n),)
        found["a setting in one direction only"] = tuple(
            neutral(n, a) for n in names for a in axes
        )
        return found
    return found | {
        "axes of a setting in reverse order": tuple(reverse(*some) for some in sets),
        "depth moves one step at a time": (neutral("stride", 0),),
        "depth not padded": (neutral("padding", 0),),
        "depth not dilated": (neutral("dilation", 0),),
        "kernel flipped in depth only": (_flip(0),),
        "kernel flipped in the plane only": (_flip(1, 2),),
        "only the first plane of the kernel": (
            lambda c: c.changed(w=kept(c.w, 0, 0)).y(),
        ),
    }


# Channels, filters, examples ------------------------------------------------------


def _channels(op: Operation) -> Ways:
    channels = op.summed[op.rank :]
    if not channels:
        return {}
    axis = op.where("w", channels[0])

    def one(index: int) -> Made:
        return lambda c: c.changed(x=kept(c.x, -1 % c.x.ndim, index)).y()

    found = {"only the first channel": (one(0),), "only the last channel": (one(-1),)}
    if not op.rank:
        return found | {
            "channels in reverse order": (
                lambda c: c.changed(w=np.flip(c.w, axis)).y(),
            )
        }
    return found | {
        "channels averaged": (lambda c: c.plain() / c.w.shape[axis] + c.bias(),),
        "the first kernel for every channel": (
            lambda c: c.changed(w=repeated(c.w, axis, 0)).y(),
        ),
    }


def _slices(op: Operation) -> Ways:
    """Return what comes out when the maps of the channels aren't added up."""
    if "c" not in op.summed or "g" in op.kept or op.rank not in (0, 2):
        return {}
    if not op.filters:
        return {SLICES: (lambda c: c.plain(f"{op.y} c") + c.bias(),)}
    lead = op.y.removesuffix(" f")

    def merged(order: str, spread: Callable[..., Any]) -> Made:
        def way(c: Call) -> Any:
            each_map = c.plain(f"{lead} ({order})")
            return each_map + (spread(c.b, c.sizes["c"]) if op.b else 0.0)

        return way

    return {
        SLICES: (
            lambda c: c.plain(f"{lead} c f") + c.bias(),
            merged("c f", np.tile),
            merged("f c", np.repeat),
        )
    }


def _filters(op: Operation) -> Ways:
    if "f" not in op.filters:
        return {}
    axis, other = op.where("w", "f"), op.where("w", "c")

    def one(index: int) -> tuple[Made, ...]:
        return (
            lambda c: c.changed(w=repeated(c.w, axis, index)).y(),
            lambda c: repeated(c.y(), -1, index),
            lambda c: c.y()[..., index],
            lambda c: along(c.y(), -1, index),
        )

    def swapped(error: type[Exception]) -> Made:
        return lambda c: c.changed(w=exchanged(c.w, axis, other, error)).y()

    return {
        "only the first filter": one(0),
        "only the last filter": one(-1),
        "the maps added up into one": (
            lambda c: c.y().sum(axis=-1),
            lambda c: c.y().sum(axis=-1, keepdims=True),
        ),
        "in and out of the kernel swapped": (swapped(ValueError), swapped(IndexError)),
    }


def _examples(op: Operation) -> Ways:
    if "n" not in names_of(op.y):
        return {}

    def only(index: int) -> Iterator[Made]:
        yield lambda c: repeated(c.y(), 0, index)
        yield lambda c: kept(c.y(), 0, index)
        yield lambda c: c.y()[index]
        yield lambda c: along(c.y(), 0, index)

    return {
        "only the first example": tuple(only(0)),
        "only the last example": tuple(only(-1)),
        "the batch added up": tuple(
            lambda c, add=add, keep=keep: add(c.y(), axis=0, keepdims=keep)
            for add in (np.sum, np.mean)
            for keep in (False, True)
        ),
    }
