"""Compute a declared operation and its gradients with NumPy.

Along each axis of space an array of zeros and ones, ``reads[j, i, p]``, says that tap p
of stop i reads input j. Every result is then a sum of products over named axes, and a
mistake is the same sum with one thing changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from byhand.slips.named import (
    NEUTRAL,
    Operation,
    Slip,
    closed,
    each,
    measured,
    names_of,
    opened,
    pairs,
)


def product(to: Sequence[str], *factors: tuple[np.ndarray, Sequence[str]]) -> Any:
    """Multiply arrays with named axes, and add up over the names not in ``to``."""
    number: dict[str, int] = {}
    for _, names in factors:
        for name in names:
            number.setdefault(name, len(number))
    (value, names), *rest = factors
    for k, (other, theirs) in enumerate(rest):
        later = {*to, *(n for _, more in rest[k + 1 :] for n in more)}
        kept = [n for n in dict.fromkeys([*names, *theirs]) if n in later]
        lists = [[number[n] for n in part] for part in (names, theirs, kept)]
        value, names = np.einsum(value, lists[0], other, lists[1], lists[2]), kept
    return np.einsum(value, [number[n] for n in names], [number[n] for n in to])


def count(n: int, k: int, stride: int, pad: Sequence[int], dilation: int) -> int:
    """Return the stops of a kernel along one axis, never below 0."""
    return max((n + sum(pad) - dilation * (k - 1) - 1) // stride + 1, 0)


def reads(
    n: int, stops: int, k: int, stride: int, before: int, dilation: int, edge: bool
) -> np.ndarray:
    """Return (n, stops, k), 1 where a tap reads an input; beyond it, 0 or the edge."""
    at = np.arange(stops)[:, None] * stride + np.arange(k) * dilation - before
    if edge:
        at = np.clip(at, 0, n - 1)
    return (np.arange(n)[:, None, None] == at).astype(np.float64)


def resized(y: np.ndarray, sizes: Mapping[int, int]) -> np.ndarray:
    """Return y with other sizes along some axes: cut, or zeros at the end."""
    shape = [sizes.get(a, n) for a, n in enumerate(y.shape)]
    out = np.zeros(shape)
    inner = tuple(slice(0, min(a, b)) for a, b in zip(y.shape, shape, strict=True))
    out[inner] = y[inner]
    return out


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of an operation: arrays, and the geometry along each axis of space.

    ``stops`` are the sizes of the result, None where they follow from the settings;
    ``loose`` allows a kernel that doesn't fit, which otherwise raises ValueError.
    """

    op: Operation
    x: np.ndarray
    w: np.ndarray
    b: Any = None
    dy: np.ndarray | None = None
    stride: tuple[int, ...] = ()
    padding: tuple[tuple[int, int], ...] = ()
    dilation: tuple[int, ...] = ()
    stops: tuple[int, ...] | None = None
    sizes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    edge: bool = False
    loose: bool = False
    output_padding: tuple[int, ...] = ()
    whole = "x"  # the array whose places the taps read or reach; the other has stops

    @classmethod
    def of(cls, op: Operation, x: Any, w: Any, b: Any, dy: Any, k: Mapping) -> Call:
        """Return the call of an operation with an exercise's arguments."""
        sizes = {"g": k["groups"]} if k.get("groups") else {}
        if "groups" in op.settings.split():
            sizes.setdefault("g", 1)
        for pattern, array in ((op.x, x), (op.w, w), (op.x, x)):
            measured(pattern, array, sizes)
        values = {n: k.get(n, NEUTRAL[n]) for n in NEUTRAL}
        return cls(
            op,
            x,
            w,
            b,
            dy,
            each(values["stride"], op.rank),
            pairs(values["padding"], op.rank),
            each(values["dilation"], op.rank),
            None if dy is None else tuple(dy.shape[op.where("y", a)] for a in op.space),
            sizes,
            output_padding=each(values["output_padding"], op.rank),
        )

    # Sizes ------------------------------------------------------------------------

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the input along the axes of space."""
        return tuple(self.x.shape[self.op.where("x", a)] for a in self.op.space)

    @property
    def kernel(self) -> tuple[int, ...]:
        """Sizes of the kernel along the axes of space."""
        return tuple(self.w.shape[self.op.where("w", t)] for t in self.op.taps)

    def counted(self, **other: Any) -> tuple[int, ...]:
        """Return the stops that the settings give, some of them changed."""
        c = dataclasses.replace(self, **other)
        rows = zip(c.space, c.kernel, c.stride, c.padding, c.dilation, strict=True)
        return tuple(count(*row) for row in rows)

    def changed(self, **new: Any) -> Call:
        """Return the call with other arrays or settings.

        Each is a value, or a function of the old one; a number stands for all axes.
        """
        made = {n: v(getattr(self, n)) if callable(v) else v for n, v in new.items()}
        for name in ("stride", "dilation", "output_padding"):
            if name in made:
                made[name] = each(made[name], self.op.rank)
        if "padding" in made:
            made["padding"] = pairs(made["padding"], self.op.rank)
        return dataclasses.replace(self, **made)

    def declared(self, **patterns: str) -> Call:
        """Return the call with some arrays read as other patterns say."""
        return dataclasses.replace(self, op=self.op.redeclared(**patterns))

    def on(self, array: str, name: str, change: Callable[..., Any], *more: Any) -> Call:
        """Return the call with ``change(array, axis, *more)`` along a named axis."""
        pattern = getattr(self.op, "y" if array == "dy" else array)
        wide = opened(pattern, np.asarray(getattr(self, array)), self.sizes)
        made = change(wide, names_of(pattern).index(name), *more)
        return self.changed(**{array: closed(pattern, made)})

    # Results ----------------------------------------------------------------------

    def ends(self) -> tuple[int, ...]:
        """Return the sizes of the result along space; no stop at all is an error."""
        if self.stops is not None:
            return self.stops
        stops = self.counted()
        if not self.loose and not all(stops):
            raise ValueError("the kernel doesn't fit into the input")
        return stops

    def maps(self) -> list[tuple[np.ndarray, tuple[str, str, str]]]:
        """Return ``reads`` for each axis of space, with the names of its axes."""
        return self.wired(self.space, self.ends())

    def wired(
        self, inputs: Sequence[int], stops: Sequence[int]
    ) -> list[tuple[np.ndarray, tuple[str, str, str]]]:
        """Return ``reads`` for each axis, between so many inputs and stops."""
        geometry = (self.kernel, self.stride, self.padding, self.dilation)
        return [
            (reads(n, m, k, s, pad[0], d, self.edge), (f"in {a}", a, f"k{a}"))
            for a, n, m, k, s, pad, d in zip(
                self.op.space, inputs, stops, *geometry, strict=True
            )
        ]

    def names(self, array: str) -> tuple[str, ...]:
        """Return the names of an array; along space, one counts stops, one inputs."""
        names = names_of(getattr(self.op, array))
        if array != self.whole:
            return names
        return tuple(f"in {n}" if n in self.op.space else n for n in names)

    def factor(self, array: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Return x, w or dy with its axes opened, and their names."""
        pattern = getattr(self.op, "y" if array == "dy" else array)
        value = opened(pattern, getattr(self, array), self.sizes)
        return value, self.names("y" if array == "dy" else array)

    def plain(self, to: str | None = None) -> np.ndarray:
        """Return the result without the bias, in the pattern of y or another."""
        c = self.declared(y=to or self.op.y)
        factors = [c.factor("x"), *c.maps(), c.factor("w")]
        return closed(c.op.y, product(c.names("y"), *factors))

    def bias(self, to: str | None = None) -> Any:
        """Return the bias, ready to be added to a result in the pattern of y."""
        op, to = self.op, to or self.op.y
        if op.b is None or self.b is None:
            return 0.0
        if not op.b:
            return self.b
        b = opened(op.b, np.asarray(self.b), self.sizes)
        own = names_of(op.b)
        if own == names_of(to)[-len(own) :]:
            return np.ravel(b)
        order = [own.index(n) for n in names_of(to) if n in own]
        return np.ravel(b.transpose(order))

    def y(self) -> np.ndarray:
        """Return the result."""
        return self.plain() + self.bias()

    def padded(self) -> Call:
        """Return the call on the input with its zeros around, and no padding."""
        widths = [(0, 0)] * self.x.ndim
        for name, pad in zip(self.op.space, self.padding, strict=True):
            widths[self.op.where("x", name)] = pad
        return self.changed(x=np.pad(self.x, widths), padding=0)

    def at(self, y: np.ndarray, sizes: Iterable[int], array: str = "y") -> np.ndarray:
        """Return y cut or filled to other sizes along the axes of space."""
        places = (self.op.where(array, a) for a in self.op.space)
        return resized(y, dict(zip(places, sizes, strict=True)))

    def overwritten(
        self, to: str, factors: Sequence[str], backwards: bool = False
    ) -> np.ndarray:
        """Return x or y when a later stop overwrites what an earlier one wrote."""
        maps, space = self.maps(), self.op.space
        names, inputs = self.names(to), tuple(f"in {n}" for n in space)
        order = (*space, *(n for n in names if n not in inputs), *inputs)
        alone = product(order, *map(self.factor, factors), *maps)
        touched = product(
            (*space, *inputs), *((m.max(axis=2), three[:2]) for m, three in maps)
        )
        value = np.zeros(alone.shape[len(space) :])
        stops = list(np.ndindex(*alone.shape[: len(space)]))
        for stop in reversed(stops) if backwards else stops:
            value = np.where(touched[stop] > 0, alone[stop], value)
        back = [order[len(space) :].index(n) for n in names]
        return closed(getattr(self.op, to), value.transpose(back))

    # Gradients --------------------------------------------------------------------

    def dx(self) -> np.ndarray:
        """Return the gradient with respect to x."""
        factors = [self.factor("dy"), self.factor("w"), *self.maps()]
        return closed(self.op.x, product(self.names("x"), *factors))

    def dw(self) -> np.ndarray:
        """Return the gradient with respect to w."""
        factors = [self.factor("x"), *self.maps(), self.factor("dy")]
        return closed(self.op.w, product(self.names("w"), *factors))

    def db(self) -> Any:
        """Return the gradient with respect to the bias: a float for a number."""
        pattern = self.op.b or ""
        db = product(names_of(pattern), self.factor("dy"))
        return closed(pattern, db) if pattern else float(db)

    def gradients(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (dx, dw, db)."""
        return self.dx(), self.dw(), self.db()


class Stamped(Call):
    """One call of a transposed convolution: each input leaves a stamp of the kernel.

    The same taps lead the other way: the input has the stops, and the result the
    places. Padding is what is cropped from both ends.
    """

    whole = "y"

    def counted(self, crop: int = 2, more: int = 1, **other: Any) -> tuple[int, ...]:
        """Return the sizes of the result, or with other shares of crop and more."""
        c = dataclasses.replace(self, **other)
        rows = zip(c.canvas(), c.padding, c.output_padding, strict=True)
        return tuple(max(n - crop * p[0] + more * o, 0) for n, p, o in rows)

    def canvas(self) -> tuple[int, ...]:
        """Return the sizes of the result before anything is cropped."""
        rows = zip(self.space, self.kernel, self.stride, self.dilation, strict=True)
        return tuple((n - 1) * s + d * (k - 1) + 1 for n, k, s, d in rows)

    def ends(self) -> tuple[int, ...]:
        """Return the sizes of the result along space."""
        return self.counted() if self.stops is None else self.stops

    def maps(self) -> list[tuple[np.ndarray, tuple[str, str, str]]]:
        """Return ``reads``: which place of the result each tap of a stamp reaches."""
        return self.wired(self.ends(), self.space)

    def piece(self, start: Sequence[int], size: Sequence[int]) -> Call:
        """Return the call that cuts this piece out of the canvas, zeros beyond."""
        return self.changed(padding=[(p, p) for p in start], stops=tuple(size))

    def uncropped(self) -> Call:
        """Return the call for the whole canvas."""
        return self.piece((0,) * self.op.rank, self.canvas())


Made = Callable[[Call], Any]


def slip_of(op: Operation, make: Made, kind: type[Call] = Call) -> Slip:
    """Return what ``make`` computes, with the arguments (x, w[, b], **settings)."""

    def slip(x: Any, w: Any, *b: Any, **k: Any) -> Any:
        return make(kind.of(op, x, w, b[0] if b else None, None, k))

    return slip


def right(op: Operation, kind: type[Call] = Call) -> Slip:
    """Return the operation itself, with the arguments (x, w[, b], **settings)."""
    return slip_of(op, lambda c: c.y(), kind)
