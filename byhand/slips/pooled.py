"""The mistakes of pooling: a window's maximum, mean, or root of squares.

A pooling's windows are those of a convolution with one number for each channel, so
that axes, strides and paddings go wrong in the same ways; what stands in the padding,
and what a window is divided by, are its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byhand.slips.forward import repeated
from byhand.slips.named import Slips, each, union
from byhand.slips.named_axes import count, resized

Pair = tuple[int, int]
NONE = ((0, 0), (0, 0))


@dataclasses.dataclass(frozen=True)
class Pooling:
    """One call of a pooling on x (N, H, W, C).

    ``inside`` says what counts as a part of a window: "x" alone, "zeros" around it as
    well, or its repeated "edge".
    """

    kind: str
    x: np.ndarray
    size: Pair
    stride: Pair
    given: bool  # whether a stride was
    mode: str
    pads: Sequence[Pair] = NONE
    inside: str = "x"

    @classmethod
    def of(cls, kind: str, x: Any, size: Any, stride: Any, padding: str) -> Pooling:
        """Return the call of a pooling with an exercise's arguments."""
        window = each(size, 2)
        steps = window if stride is None else each(stride, 2)
        return cls(kind, x, window, steps, stride is not None, padding).fitted()

    def changed(self, **new: Any) -> Pooling:
        """Return the call with some fields changed."""
        return dataclasses.replace(self, **new)

    def rows(self) -> zip:
        """Return (n, k, s) for both axes of space."""
        return zip(self.x.shape[1:3], self.size, self.stride, strict=True)

    def fitted(self, **new: Any) -> Pooling:
        """Return the call with another window or stride, padded as Keras would."""
        c = self.changed(**new)
        return c.changed(pads=c.same() if c.mode == "same" else NONE)

    def same(self) -> list[Pair]:
        """Return the pads of "same", the odd row after."""
        totals = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in self.rows()]
        return [(t // 2, t - t // 2) for t in totals]

    def stops(self) -> tuple[int, ...]:
        """Return the sizes of the result."""
        rows = zip(self.rows(), self.pads, strict=True)
        return tuple(count(n, k, s, pad, 1) for (n, k, s), pad in rows)

    def windows(self, pads: Sequence[Pair], **fill: Any) -> np.ndarray:
        """Return (N, i, kh, j, kw, C), what every window holds."""
        x = np.pad(self.x, ((0, 0), *pads, (0, 0)), **fill)
        for axis, m, k, s in zip(
            (2, 1), self.stops()[::-1], self.size[::-1], self.stride[::-1], strict=True
        ):
            at = np.arange(m)[:, None] * s + np.arange(k)
            x = np.take(x, at, axis=axis)
        return x

    def y(self) -> np.ndarray:
        """Return the result."""
        if self.inside == "edge":
            return reduced(self.kind, self.windows(self.pads, mode="edge"))
        if self.inside == "zeros" or self.kind == "L2":
            return reduced(self.kind, self.windows(self.pads))
        empty = -np.inf if self.kind == "max" else np.nan
        wide = self.windows(self.pads, constant_values=empty)
        return reduced(self.kind, wide)

    def total(self) -> np.ndarray:
        """Return the sum of every window."""
        return self.windows(self.pads).sum(axis=(2, 4))


def reduced(kind: str, windows: np.ndarray, axis: Any = (2, 4), **keep: Any) -> Any:
    """Return the maximum, the mean of what is a number, or the root of squares."""
    if kind == "max":
        return windows.max(axis=axis, **keep)
    if kind == "average":
        real = np.isfinite(windows)
        total = np.where(real, windows, 0).sum(axis=axis, **keep)
        return total / real.sum(axis=axis, **keep)
    return np.sqrt(np.square(windows).sum(axis=axis, **keep))


Way = Callable[[Pooling], Any]
Ways = dict[str, tuple[Way, ...]]


def pooled(kind: str, way: Way) -> Callable[..., Any]:
    """Return what a way computes, with an exercise's arguments."""

    def slip(x: Any, size: Any, *, stride: Any = None, padding: str = "valid") -> Any:
        return way(Pooling.of(kind, x, size, stride, padding))

    return slip


def pooling_ways(kind: str, own: Ways) -> Ways:
    """Return the ways in which "max", "average" or "L2" goes wrong, and its own."""
    tables = (_padding(kind), _strides(), _windows(kind), _sizes(), _together())
    return union(*tables, own)


def pooling_mistakes(kind: str, own: Ways) -> Slips:
    """Return the slips of "max", "average" or "L2" pooling, and those of its own."""
    return {
        name: tuple(pooled(kind, way) for way in ways)
        for name, ways in pooling_ways(kind, own).items()
    }


def by(
    kind: str,
    before: Callable[[Any], Any] = lambda x: x,
    after: Callable[[Any], Any] = lambda y: y,
    **new: Any,
) -> Way:
    """Return a way that pools in another way: after(kind(before(x)))."""
    return lambda c: after(c.changed(kind=kind, x=before(c.x), **new).y())


def filled(value: float, reduce: Callable[..., Any]) -> Way:
    """Return a way that takes a value in the padding for a part of the window."""
    return lambda c: reduce(c.windows(c.pads, constant_values=value), axis=(2, 4))


# Padding --------------------------------------------------------------------------


def other_pads(make: Callable[[Pooling], Any], mode: str = "same", **new: Any) -> Way:
    """Return a way that pads by another rule where ``mode`` asks for padding."""
    return lambda c: (c.changed(pads=make(c), **new) if c.mode == mode else c).y()


def _floor_total(c: Pooling) -> list[Pair]:
    totals = [max((n // s - 1) * s + k - n, 0) for n, k, s in c.rows()]
    return [(t // 2, t - t // 2) for t in totals]


def _at_the_end(c: Pooling) -> list[Pair]:
    """Return the pads that complete the last window of "valid"."""
    return [(0, max(-(-(n - k) // s), 0) * s + k - n) for n, k, s in c.rows()]


def _padding(kind: str) -> Ways:
    ends = [other_pads(_at_the_end, mode="valid")]
    if kind != "L2":
        ends.append(other_pads(_at_the_end, mode="valid", inside="zeros"))
    return {
        "padding ignored": (lambda c: c.changed(pads=NONE).y(),),
        "Keras `same` with the odd row on top": (
            other_pads(lambda c: [p[::-1] for p in c.same()]),
        ),
        "the odd row dropped": (other_pads(lambda c: [(p, p) for p, _ in c.same()]),),
        "padding that ignores the stride": (
            other_pads(lambda c: c.changed(stride=(1, 1)).same()),
            other_pads(lambda c: [(k // 2, k // 2) for k in c.size]),
        ),
        "floor for ceiling": (other_pads(_floor_total),),
        "ceiling for floor": tuple(ends),
        "all padding on top and left": (
            other_pads(lambda c: [(p + q, 0) for p, q in c.same()]),
        ),
        "padding left out of the output size": (
            lambda c: sized(c.y(), c.changed(pads=NONE).stops()),
        ),
    }


# Windows and strides --------------------------------------------------------------


def sized(y: np.ndarray, space: Sequence[int]) -> np.ndarray:
    """Return a result cut or filled to other spatial sizes."""
    return resized(y, dict(enumerate(space, start=1)))


def _strides() -> Ways:
    def dense(c: Pooling) -> np.ndarray:
        return c.fitted(stride=(1, 1)).y()

    def crawling(c: Pooling) -> np.ndarray:
        return c.changed(stride=(1, 1)).y()  # padded for the stride that it ignores

    return {
        "stride 1 by default": (lambda c: c.y() if c.given else dense(c),),
        "windows never overlap": (lambda c: c.fitted(stride=c.size).y(),),
        "stride ignored": (dense, crawling),
        "stride in the size only": (
            lambda c: sized(dense(c), c.stops()),
            lambda c: sized(crawling(c), c.stops()),
        ),
        "stride applied twice": (lambda c: c.y()[:, :: c.stride[0], :: c.stride[1]],),
        "strides of rows and columns swapped": (
            lambda c: c.fitted(stride=c.stride[:: -1 if c.given else 1]).y(),
        ),
    }


def _both(a: int) -> tuple[Way, ...]:
    """Return the ways to use number ``a`` of window, stride, or both."""

    def window(c: Pooling) -> Pair:
        return (c.size[a],) * 2

    def default(c: Pooling) -> Pair:
        return c.stride if c.given else window(c)

    return (
        lambda c: c.fitted(size=window(c)).y(),
        lambda c: c.fitted(size=window(c), stride=default(c)).y(),
        lambda c: c.fitted(stride=(c.stride[a],) * 2).y(),
        lambda c: c.fitted(size=window(c), stride=(c.stride[a],) * 2).y(),
    )


def _short(*less: int, empty: bool = False) -> Way:
    """Return a way whose windows end too early, by so many rows and columns.

    A window of nothing is an error, or has a sum of 0 and no mean where ``empty``.
    """

    def way(c: Pooling) -> np.ndarray:
        size = tuple(k - cut for k, cut in zip(c.size, less, strict=True))
        if min(size) < 1 and not empty:
            raise ValueError("a window of nothing")
        ends = [b - cut for (_, b), cut in zip(c.pads, less, strict=True)]
        h, w = (n + min(b, 0) for n, b in zip(c.x.shape[1:3], ends, strict=True))
        pads = [(p[0], max(b, 0)) for p, b in zip(c.pads, ends, strict=True)]
        return c.changed(x=c.x[:, :h, :w], size=size, pads=pads).y()

    return way


def _windows(kind: str) -> Ways:
    ends = ((1, 1), (1, 0), (0, 1))
    short = [_short(*less) for less in ends]
    if kind != "max":
        short += [_short(*less, empty=True) for less in ends]

    def turned(c: Pooling, stride: Pair) -> np.ndarray:
        return c.fitted(size=c.size[::-1], stride=stride).y()

    return {
        "window's height and width exchanged": (
            lambda c: turned(c, c.stride if c.given else c.stride[::-1]),
            lambda c: turned(c, c.stride),
        ),
        "one number for both directions": (*_both(0), *_both(1)),
        "last taps left out": tuple(short),
    }


# The result -----------------------------------------------------------------------


def _sizes() -> Ways:
    def one_less(c: Pooling) -> np.ndarray:
        return sized(c.y(), [max(n - 1, 0) for n in c.stops()])

    return {
        "height for width": (lambda c: sized(c.y(), [c.stops()[0]] * 2),),
        "rows and columns swapped": (lambda c: c.y().swapaxes(1, 2),),
        "one stop too few": (one_less,),
        "input height for output height": (lambda c: sized(c.y(), c.x.shape[1:3]),),
    }


def _together() -> Ways:
    """Return what goes wrong with channels and examples."""

    def one(c: Pooling, axis: int) -> np.ndarray:
        return reduced(c.kind, c.y(), axis=axis, keepdims=True)

    def for_all(c: Pooling, axis: int) -> np.ndarray:
        return np.repeat(one(c, axis), c.x.shape[axis], axis=axis)

    return {
        "only the first channel": (lambda c: repeated(c.y(), 3, 0),),
        "only the first example": (lambda c: repeated(c.y(), 0, 0),),
        "channels pooled together": (
            lambda c: one(c, 3),
            lambda c: one(c, 3)[..., 0],
            lambda c: for_all(c, 3),
        ),
        "examples pooled together": (lambda c: for_all(c, 0), lambda c: one(c, 0)),
    }
