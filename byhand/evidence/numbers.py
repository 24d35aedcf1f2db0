"""Say how all numbers of a result differ in the same way: order, factor, form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from byhand.evidence.reads import brackets
from byhand.referee import per_axis


def related(
    part: str,
    yours: Sequence[Any],
    expected: Sequence[Any],
    arguments: Sequence[Mapping[str, Any]],
) -> str:
    """Return how all numbers of a part differ in the same way in every case, or ""."""
    try:
        if not all(np.asarray(v).dtype.kind in "fiu" for v in yours):
            return ""
        mine = [np.asarray(v, dtype=float) for v in yours]
        right = [np.asarray(v, dtype=float) for v in expected]
    except (TypeError, ValueError):
        return ""
    if len(mine) < 2 or any(m.ndim > 5 for m in mine):
        return ""
    return _axes(part, mine, right) or _factor(part, mine, right, arguments)


PLACES = "your numbers are right, but in other places"


def _axes(part: str, mine: list, right: list) -> str:
    """Say that the axes stand in another order, or are others."""
    ndim = right[0].ndim
    if all(m.ndim == r.ndim == ndim for m, r in zip(mine, right, strict=True)):
        for order in list(itertools.permutations(range(ndim)))[1:]:
            turned = [m.transpose(order) for m in mine]
            if all(map(_same, turned, right)):
                what = f"{part}.transpose{order} is Keras's"
                return f"your numbers are right, the order of the axes isn't: {what}"
    shapes = [(m.shape, r.shape) for m, r in zip(mine, right, strict=True)]
    same = all(m.size == r.size for m, r in zip(mine, right, strict=True))
    if same and any(a != b for a, b in shapes):
        if all(_same(m.ravel(), r.ravel()) for m, r in zip(mine, right, strict=True)):
            return "your numbers are right and in the right order; only the shape isn't"
    if same and all(
        m.size > 3 and np.allclose(np.sort(m, axis=None), np.sort(r, axis=None))
        for m, r in zip(mine, right, strict=True) if m.size > 1
    ) and max(m.size for m in mine) > 3:  # fmt: skip
        pairs = zip(mine, right, strict=True)
        m, r = next(p for p in pairs if not _same(*p))
        if m.shape == r.shape:
            place = np.argwhere(~np.isclose(m, r))[0]
            at = np.argwhere(np.isclose(m, r[tuple(place)]))
            if len(at) == 1:
                here, there = (part + brackets(map(str, p)) for p in (place, at[0]))
                return f"{PLACES}: what belongs in {here} stands in {there}"
        return PLACES
    return ""


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b)


def _factor(
    part: str, mine: list, right: list, arguments: Sequence[Mapping[str, Any]]
) -> str:
    """Say that every number is the same number of times too large."""
    ratios = []
    for m, r in zip(mine, right, strict=True):
        if m.shape != r.shape:
            return ""
        sure = np.abs(r) > 1e-9
        if not sure.any() or not np.isfinite(m).all():
            ratios.append(np.nan)
            continue
        with np.errstate(all="ignore"):
            times = (m / r)[sure]
        if not np.allclose(times, times[0]) or not np.allclose(m, times[0] * r):
            return ""
        ratios.append(times[0])
    told = np.array(ratios)
    known = ~np.isnan(told)
    if known.sum() < 2 or np.allclose(told[known], 1) or np.allclose(told[known], 0):
        return ""
    finite = all(np.isfinite(m).all() for m in mine)
    every = ("" if finite else "where it is finite, ") + (
        f"every number of your {part} is"
        if max(m.size for m in mine) > 1
        else f"your {part} is"
    )
    if np.allclose(told[known], told[known][0]):
        return f"{every} {told[known][0]:.4g} times Keras's"
    for what, sizes in _sizes(arguments):
        for power, word in ((1, "times Keras's"), (-1, "of Keras's")):
            if np.allclose(told[known], np.asarray(sizes, dtype=float)[known] ** power):
                value = sizes[int(np.flatnonzero(known)[-1])]
                text = what if power == 1 else f"1 / {what}"
                return f"{every} {text} {word} ({what} is {value:g} in the last case)"
    return ""


def _sizes(arguments: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[float]]]:
    """Yield sizes of the arguments in all cases, with the code for each."""
    names = [n for n, v in arguments[0].items()]
    for name in names:
        values = [a.get(name) for a in arguments]
        if all(isinstance(v, np.ndarray) for v in values):
            ndim = min(v.ndim for v in values)
            for axis in range(ndim):
                yield f"{name}.shape[{axis}]", [v.shape[axis] for v in values]
            yield f"{name}.size", [v.size for v in values]
            for a, b in itertools.combinations(range(ndim), 2):
                sizes = [v.shape[a] * v.shape[b] for v in values]
                yield f"{name}.shape[{a}] * {name}.shape[{b}]", sizes
        elif name == "size":
            pairs = [per_axis(v, 2) for v in values]
            yield "the window's size", [p[0] * p[1] for p in pairs]
        elif all(isinstance(v, int | float) and v for v in values):
            yield name, [float(v) for v in values]
