"""The mistakes of a pooling's gradient: where each window sends what it gets.

A window shares its upstream gradient out among the pixels that it covers. All of these
mistakes are other shares, other places, or another way to bring overlaps together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.slips.forward import repeated
from byhand.slips.named import Slips, each
from byhand.slips.named_axes import product, reads

SHARE = ("n", "h", "kh", "w", "kw", "c")
Pair = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Sent:
    """One call of a pooling's gradient, on dy (N, i, j, C) and x (N, H, W, C).

    ``share`` is computed from the windows: "max" sends all to the first maximum,
    "average" the same to every pixel.
    """

    kind: str
    dy: np.ndarray
    x: np.ndarray
    size: Pair
    stride: Pair
    given: bool

    @classmethod
    def of(cls, kind: str, dy: Any, x: Any, size: Any, stride: Any) -> Sent:
        """Return the call with an exercise's arguments."""
        window = each(size, 2)
        steps = window if stride is None else each(stride, 2)
        return cls(kind, dy, x, window, steps, stride is not None)

    def changed(self, **new: Any) -> Sent:
        """Return the call with some fields changed."""
        return dataclasses.replace(self, **new)

    def windows(self) -> np.ndarray:
        """Return (N, i, kh, j, kw, C), minus infinity beyond x."""
        x, rows = self.x, zip(self.dy.shape[1:3], self.size, self.stride, strict=True)
        for axis, (m, k, s) in reversed(list(enumerate(rows, start=1))):
            at = np.arange(m)[:, None] * s + np.arange(k)
            if self.kind == "max" and at[:, 0].max() >= x.shape[axis]:
                raise ValueError("a window of nothing has no maximum")
            inside = at < x.shape[axis]
            x = np.take(x, np.minimum(at, x.shape[axis] - 1), axis=axis)
            shape = [1] * axis + list(at.shape) + [1] * (x.ndim - axis - 2)
            x = np.where(inside.reshape(shape), x, -np.inf)
        return x

    def top(self, axes: tuple[int, ...] = (2, 4)) -> np.ndarray:
        """Return the maximum over some axes of the windows, the axes kept."""
        return self.windows().max(axis=axes, keepdims=True)

    def share(self) -> np.ndarray:
        """Return which part of its gradient a window sends to each of its pixels."""
        windows = self.windows()
        if self.kind == "average":
            return np.full(windows.shape, 1.0 / np.prod(self.size))
        return winners(windows)

    def maps(self) -> list[tuple[np.ndarray, tuple[str, str, str]]]:
        """Return which pixel each tap of each window covers."""
        rows = zip("hw", self.x.shape[1:3], self.dy.shape[1:3], strict=True)
        return [
            (reads(n, m, k, s, 0, 1, False), (f"in {a}", a, f"k{a}"))
            for (a, n, m), k, s in zip(rows, self.size, self.stride, strict=True)
        ]

    def dx(self, share: np.ndarray | None = None) -> np.ndarray:
        """Return the gradient, with the shares of the kind or with others."""
        share = self.share() if share is None else share
        sent = share * self.dy[:, :, None, :, None]
        return product(("n", "in h", "in w", "c"), (sent, SHARE), *self.maps())

    def overwritten(self, touched: Any = None, backwards: bool = False) -> np.ndarray:
        """Return dx when a later window overwrites an earlier one, where it writes."""
        share = self.share()
        touched = np.ones(share.shape) if touched is None else touched
        to = ("h", "w", "n", "in h", "in w", "c")
        sent = share * self.dy[:, :, None, :, None]
        alone = product(to, (sent, SHARE), *self.maps())
        where = product(to, (touched, SHARE), *self.maps())
        dx = np.zeros(self.x.shape)
        stops = list(np.ndindex(*alone.shape[:2]))
        for stop in reversed(stops) if backwards else stops:
            dx = np.where(where[stop] > 0, alone[stop], dx)
        return dx


def winners(windows: np.ndarray) -> np.ndarray:
    """Return 1 at each window's first maximum; windows are (N, i, kh, j, kw, C)."""
    n, h, kh, w, kw, c = windows.shape
    flat = windows.transpose(0, 1, 3, 5, 2, 4).reshape(n, h, w, c, kh * kw)
    first = np.eye(kh * kw)[flat.argmax(axis=-1)]
    return first.reshape(n, h, w, c, kh, kw).transpose(0, 1, 4, 2, 5, 3)


Way = Callable[[Sent], Any]
Ways = dict[str, tuple[Way, ...]]


def sent_slips(kind: str, ways: Ways) -> Slips:
    """Return slips with the arguments (dy, x, size, *, stride=None)."""

    def one(way: Way) -> Callable[..., Any]:
        def slip(dy: Any, x: Any, size: Any, *, stride: Any = None) -> Any:
            return way(Sent.of(kind, dy, x, size, stride))

        return slip

    return {name: tuple(map(one, some)) for name, some in ways.items()}


SHARED: Ways = {
    "stride ignored": (lambda c: c.changed(stride=(1, 1)).dx(),),
    "the default stride taken for 1": (
        lambda c: (c if c.given else c.changed(stride=(1, 1))).dx(),
    ),
    "the window's size taken for the stride": (
        lambda c: c.changed(stride=c.size).dx(),
    ),
    "upstream gradient ignored": (lambda c: c.changed(dy=np.ones(c.dy.shape)).dx(),),
}


def max_gradient_mistakes() -> Slips:
    """Return the slips of max pooling's gradient."""

    def every(c: Sent) -> np.ndarray:
        return (c.windows() == c.top()).astype(np.float64)

    def of_maximum(c: Sent) -> np.ndarray:
        return c.changed(dy=c.top()[:, :, 0, :, 0]).dx()

    def with_top(*axes: int) -> Way:
        return lambda c: c.dx(c.windows() == c.top(axes))

    return sent_slips(
        "max",
        {
            **SHARED,
            "ties sent to every maximum": (lambda c: c.dx(every(c)),),
            "ties shared between the maxima": (
                lambda c: c.dx(every(c) / every(c).sum(axis=(2, 4), keepdims=True)),
            ),
            "ties sent to the last maximum": (
                lambda c: c.dx(
                    winners(every(c)[:, :, ::-1, :, ::-1])[:, :, ::-1, :, ::-1]
                ),
            ),
            "dx assigned instead of accumulated": (
                lambda c: c.overwritten(),
                lambda c: c.overwritten(c.share()),
            ),
            "gradient sent to the whole window": (
                lambda c: c.dx(np.ones(c.windows().shape)),
            ),
            "averaged instead of sent to the maximum": (
                lambda c: c.changed(kind="average").dx(),
            ),
            "the smallest instead of the largest": (
                lambda c: c.dx(c.changed(x=-c.x).share()),
            ),
            "the maximum in place of the gradient": (of_maximum,),
            "one maximum for all channels": (with_top(2, 4, 5), with_top(0, 2, 4, 5)),
            "the winner's place counted from the corner": (
                lambda c: c.changed(stride=(0, 0)).dx(c.share()),
            ),
            "only the first example": (
                lambda c: c.dx(c.changed(x=repeated(c.x, 0, 0)).share()),
            ),
        },
    )


def average_gradient_mistakes() -> Slips:
    """Return the slips of average pooling's gradient."""

    def times(factor: Callable[[Sent], float]) -> Way:
        return lambda c: c.dx() * factor(c)

    def overlaps_averaged(c: Sent) -> np.ndarray:
        ones = c.changed(dy=np.ones(c.dy.shape))
        return c.dx() / np.maximum(ones.dx(np.ones(c.windows().shape)), 1)

    return sent_slips(
        "average",
        {
            **SHARED,
            "gradient shared instead of divided": (times(lambda c: np.prod(c.size)),),
            "divided by one side of the window": (
                times(lambda c: c.size[1]),
                times(lambda c: c.size[0]),
            ),
            "divided by the stride instead of the window": (
                times(lambda c: np.prod(c.size) / np.prod(c.stride)),
            ),
            "divided by the window twice": (times(lambda c: 1 / np.prod(c.size)),),
            "overlaps averaged instead of added": (overlaps_averaged,),
            "dx assigned instead of accumulated": (
                lambda c: c.overwritten(),
                lambda c: c.overwritten(backwards=True),
            ),
            "gradient sent to the maximum": (lambda c: c.changed(kind="max").dx(),),
        },
    )
