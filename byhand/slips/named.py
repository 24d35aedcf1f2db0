"""Operations declared by the names of their axes.

``Operation(x="n h w c", w="kh kw c f", b="f", y="n h w f", settings="stride padding")``
says everything from which the result, its gradients and the mistakes follow. The names
are those of the course: n examples, d h w places, c channels, f filters, g groups, m
multipliers. An axis of the kernel called "kh" holds the taps along "h". Two names in
brackets share one axis of the array, the first one outside: "(g c)".
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

NEUTRAL = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}


@functools.cache
def axes_of(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Return one tuple of names for each axis of an array: "n (g c)" has two."""
    parts = re.findall(r"\(([^)]*)\)|(\S+)", pattern)
    return tuple(tuple((both or one).split()) for both, one in parts)


def names_of(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern in order, brackets opened."""
    return tuple(name for axis in axes_of(pattern) for name in axis)


def place_of(pattern: str, name: str) -> int:
    """Return which axis of an array holds a name; LookupError if none does."""
    for place, axis in enumerate(axes_of(pattern)):
        if name in axis:
            return place
    raise LookupError(f"{pattern!r} has no axis {name!r}")


def measured(pattern: str, array: np.ndarray, known: dict[str, int]) -> None:
    """Add the sizes of an array's axes to ``known``; one of a bracket may be open."""
    for axis, size in zip(axes_of(pattern), array.shape, strict=True):
        unknown = [name for name in axis if name not in known]
        if len(unknown) == 1:
            rest = [known[name] for name in axis if name in known]
            known[unknown[0]] = size // int(np.prod(rest, dtype=int))


def opened(pattern: str, array: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    """Return an array with one axis for each name; ``sizes`` says how brackets part."""
    shape: list[int] = []
    for axis, size in zip(axes_of(pattern), array.shape, strict=True):
        shape += [size] if len(axis) == 1 else [sizes[name] for name in axis]
    return array.reshape(shape)


def closed(pattern: str, array: np.ndarray) -> np.ndarray:
    """Return an array with the names of a bracket in one axis again."""
    shape, at = [], 0
    for axis in axes_of(pattern):
        shape.append(int(np.prod(array.shape[at : at + len(axis)], dtype=int)))
        at += len(axis)
    return array.reshape(shape)


def pairs(setting: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """Return paddings as (before, after) for each axis."""
    if np.ndim(setting) == 2:
        return tuple((int(a), int(b)) for a, b in setting)
    return tuple((p, p) for p in each(setting, rank))


def each(setting: Any, rank: int) -> tuple[int, ...]:
    """Return a stride or dilation as one number for each axis."""
    if np.ndim(setting) == 0:
        return (int(setting),) * rank
    return tuple(int(v) for v in setting)


@dataclasses.dataclass(frozen=True)
class Operation:
    """A sum of products of an input ``x`` and a kernel ``w``, with or without a bias.

    Parameters
    ----------
    x, w, y : patterns of the input, the kernel and the result
    b : pattern of the bias; "" for a number, None where there is none
    settings : which of "stride", "padding", "dilation", "output_padding" and "groups"
        it takes
    """

    x: str
    w: str
    y: str
    b: str | None = None
    settings: str = ""

    @property
    def space(self) -> tuple[str, ...]:
        """Names of the axes along which the kernel moves."""
        return tuple(n for n in names_of(self.x) if f"k{n}" in names_of(self.w))

    @property
    def rank(self) -> int:
        """Number of axes along which the kernel moves."""
        return len(self.space)

    @property
    def taps(self) -> tuple[str, ...]:
        """Names of the kernel's own axes."""
        return tuple(f"k{n}" for n in self.space)

    @property
    def summed(self) -> tuple[str, ...]:
        """Names of the axes that are added up: taps, then channels."""
        x, w, y = (names_of(p) for p in (self.x, self.w, self.y))
        return self.taps + tuple(n for n in w if n in x and n not in y)

    @property
    def kept(self) -> tuple[str, ...]:
        """Names that input, kernel and result share: each has a kernel of its own."""
        x, w, y = (names_of(p) for p in (self.x, self.w, self.y))
        return tuple(n for n in w if n in x and n in y)

    @property
    def filters(self) -> tuple[str, ...]:
        """Names that only the kernel brings into the result."""
        x, w, y = (names_of(p) for p in (self.x, self.w, self.y))
        return tuple(n for n in w if n in y and n not in x)

    @property
    def offers(self) -> tuple[str, ...]:
        """Names of the settings that move the kernel."""
        return tuple(n for n in NEUTRAL if n in self.settings.split())

    def where(self, array: str, name: str) -> int:
        """Return which axis of "x", "w", "y" or "b" holds a name."""
        return place_of(getattr(self, array), name)

    def redeclared(self, **patterns: str) -> Operation:
        """Return the operation with some arrays read in another way."""
        return dataclasses.replace(self, **patterns)


Slip = Callable[..., Any]
Slips = dict[str, Slip | tuple[Slip, ...]]


def variants(slip: Slip | tuple[Slip, ...]) -> tuple[Slip, ...]:
    """Return the callables of a slip as a tuple."""
    return slip if isinstance(slip, tuple) else (slip,)


def union(*tables: Slips) -> Slips:
    """Return the slips of all tables; a name in two of them is an error.

    Where the same mistake shows in ways of its own, say so: ``joined``.
    """
    found: Slips = {}
    for table in tables:
        twice = found.keys() & table.keys()
        if twice:
            raise ValueError(f"two tables have {', '.join(map(repr, sorted(twice)))}")
        found |= table
    return found


def joined(*tables: Slips) -> Slips:
    """Return the slips of all tables; a name in two of them has the ways of both."""
    found: Slips = {}
    for table in tables:
        for name, slip in table.items():
            found[name] = variants(found.get(name, ())) + variants(slip)
    return found


def only(table: Slips, *names: str) -> Slips:
    """Return the named slips of a table."""
    return {name: table[name] for name in names}


def without(table: Slips, *names: str) -> Slips:
    """Return a table without some slips; a name that it lacks is an error."""
    absent = set(names) - table.keys()
    if absent:
        raise ValueError(f"no slip is called {', '.join(map(repr, sorted(absent)))}")
    return {name: slip for name, slip in table.items() if name not in names}


def mapped(change: Callable[[Slip], Slip], table: Slips) -> Slips:
    """Return a table with every callable changed, such as to other arguments."""
    return {name: tuple(map(change, variants(slip))) for name, slip in table.items()}
