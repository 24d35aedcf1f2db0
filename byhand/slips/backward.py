"""The mistakes of gradients, as they follow from the names of an operation's axes.

A gradient is again a sum over named axes. Each rule changes some of the parts dx, dw
and db, and leaves the others right, so that an exercise that asks for one part alone
takes the rules that touch it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.slips.forward import along, exchanged, kept, repeated
from byhand.slips.named import Operation, Slip, Slips, axes_of, names_of, union
from byhand.slips.named_axes import Call, Made

PARTS = ("dx", "dw", "db")
Change = dict[str, Made]  # part -> what it comes out as
Changes = dict[str, tuple[Change, ...]]


def gradient_mistakes(
    op: Operation, own: Changes | None = None, parts: tuple[str, ...] = PARTS
) -> Slips:
    """Return the slips of ``f(dy, x, w, **settings)``, and those of its own.

    Where ``parts`` are fewer than dx, dw and db, f gives these alone.
    """
    return slips_of(op, union(changes_of(op), own or {}), parts)


def changes_of(op: Operation) -> Changes:
    """Return every change of dx, dw or db that the declaration allows."""
    tables = [_upstream(), _bias(op)]
    if op.rank:
        tables += [_windows(op), _ignored(op)]
    if op.rank == 2:
        tables.append(_planes(op))
    if "padding" in op.offers:
        tables.append(_padding())
    if "n" in names_of(op.x):
        tables.append(_examples(op))
    return union(*tables)


def slips_of(
    op: Operation,
    changes: Changes,
    parts: tuple[str, ...] = PARTS,
    kind: type[Call] = Call,
) -> Slips:
    """Return the slips of the changes whose parts an exercise asks for.

    ``kind`` is ``Stamped`` for the gradients of a transposed convolution.
    """
    found: Slips = {}
    for name, some in changes.items():
        makes = [_with(change, parts) for change in some if {*change} <= {*parts}]
        if makes:
            found[name] = tuple(gradient_slip(op, make, kind) for make in makes)
    if parts == PARTS:
        found["the results in another order"] = tuple(
            gradient_slip(op, _ordered(order), kind)
            for order in ((1, 0, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1))
        )
    return found


def _ordered(order: tuple[int, ...]) -> Made:
    return lambda c: tuple(c.gradients()[place] for place in order)


def _with(change: Change, parts: tuple[str, ...]) -> Made:
    def make(c: Call) -> Any:
        found = tuple(
            change[part](c) if part in change else getattr(c, part)() for part in parts
        )
        return found if len(parts) > 1 else found[0]

    return make


def gradient_slip(op: Operation, make: Made, kind: type[Call] = Call) -> Slip:
    """Return what ``make`` computes, with the arguments (dy, x, w, **settings)."""
    return lambda dy, x, w, **k: make(kind.of(op, x, w, None, dy, k))


def computed(parts: str, change: Callable[[Call], Call]) -> Change:
    """Return the change of some parts, "dx dw", that are taken from another call."""
    return {p: lambda c, p=p: getattr(change(c), p)() for p in parts.split()}


def together_or_alone(parts: str, change: Callable[[Call], Call]) -> tuple[Change, ...]:
    """Return the change of all these parts at once, then of each alone."""
    return tuple(computed(some, change) for some in (parts, *parts.split()))


# dy -------------------------------------------------------------------------------


def _upstream() -> Changes:
    def ones(c: Call) -> Call:
        return c.changed(dy=np.ones(c.dy.shape))

    return {"upstream gradient ignored": together_or_alone("dx dw db", ones)}


def _bias(op: Operation) -> Changes:
    space = tuple(op.where("y", n) for n in op.space)
    batch = (0,) if "n" in names_of(op.y) else ()

    def db(make: Callable[[np.ndarray], Any]) -> Change:
        return {"db": lambda c: _number(make(c.dy))}

    means = [db(lambda dy: dy.mean(axis=(*batch, *space)))]
    found: Changes = {}
    if batch and space:
        means.append(db(lambda dy: dy.mean(axis=space).sum(axis=0)))
    if space:
        end = (slice(None),) * len(batch) + (-1,) * len(space)
        found |= {
            "db not summed over the positions": (db(lambda dy: dy.sum(axis=batch)),),
            "db of the last position only": (db(lambda dy: dy[end].sum(axis=batch)),),
        }
    if batch:
        ends = tuple(a - 1 for a in space)
        found |= {
            "db summed over the filters": (
                db(np.sum),
                db(lambda dy: np.full(dy.shape[-1], dy.sum())),
                *([] if space else [db(lambda dy: dy.sum(axis=1))]),
            ),
            "db not summed over the examples": (db(lambda dy: dy.sum(axis=space)),),
            "db of the last example only": (db(lambda dy: dy[-1].sum(axis=ends)),),
        }
    return {"db a mean instead of a sum": tuple(means), **found}


def _number(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


# Windows --------------------------------------------------------------------------


def assigned(c: Call, backwards: bool = False) -> np.ndarray:
    """Return dx when a later stop overwrites what an earlier one wrote."""
    return c.overwritten("x", ("dy", "w"), backwards)


def _last_stop(c: Call) -> Call:
    dy = c.dy
    for name in c.op.space:
        dy = kept(dy, c.op.where("y", name), -1)
    return c.changed(dy=dy)


def _last_filter(c: Call) -> Call:
    return c.changed(dy=kept(c.dy, c.dy.ndim - 1, -1))


def _turned_dy(c: Call) -> Call:
    return c.changed(dy=np.flip(c.dy, [c.op.where("y", n) for n in c.op.space]))


def _divided(places: Callable[[Operation], tuple[int, ...]]) -> Change:
    return {"dw": lambda c: c.dw() / np.prod([c.dy.shape[a] for a in places(c.op)])}


def _windows(op: Operation) -> Changes:
    taps = tuple(range(op.rank))
    space = tuple(op.where("y", n) for n in op.space)
    channels = "f" in names_of(op.y) or "m" in names_of(op.y)
    batch = "n" in names_of(op.x)
    return {
        "dx assigned instead of accumulated": (
            {"dx": assigned},
            {"dx": lambda c: assigned(c, backwards=True)},
            *([{"dx": lambda c: assigned(_last_filter(c))}] if channels else []),
        ),
        "kernel not flipped in the full-convolution form": (
            computed("dx", lambda c: c.changed(w=np.flip(c.w, taps))),
            computed("dx", _turned_dy),
        ),
        "dw turned round": ({"dw": lambda c: np.flip(c.dw(), taps)},),
        "dy turned round in dw": (computed("dw", _turned_dy),),
        "dw assigned instead of accumulated": (
            computed("dw", _last_stop),
            *([computed("dw", lambda c: _last_stop(_example(c, -1)))] if batch else []),
        ),
        "dw a mean instead of a sum": (
            *([_divided(lambda op: (0, *space))] if batch else []),
            _divided(lambda op: space),
        ),
    }


def _ignored(op: Operation) -> Changes:
    """Return the settings that a part doesn't use."""
    found: Changes = {}
    for name in ("stride", "dilation"):
        if name in op.offers:
            both, *alone = together_or_alone(
                "dx dw", lambda c, n=name: c.changed(**{n: 1})
            )
            found[f"{name} ignored"] = (both,)
            for part, change in zip(("dx", "dw"), alone, strict=True):
                found[f"{name} ignored in {part}"] = (change,)
    return found


def _padding() -> Changes:
    def side(before: int, after: int) -> Callable[[Call], Call]:
        return lambda c: c.changed(
            padding=lambda pads: [(before * sum(p), after * sum(p)) for p in pads]
        )

    def minus_zero(c: Call) -> np.ndarray:
        dx = c.padded().dx()
        for name, (a, b) in zip(c.op.space, c.padding, strict=True):
            axis = c.op.where("x", name)
            dx = np.moveaxis(np.moveaxis(dx, axis, 0)[a:-b], 0, axis)
        return dx

    return {
        "dx not cropped": ({"dx": lambda c: c.padded().dx()},),
        "dx cropped with [p:-p] at p = 0": ({"dx": minus_zero},),
        "dx cropped on the wrong side": (computed("dx", side(1, 0)),),
        "padding ignored in dx": (computed("dx", side(0, 1)),),
        "padding ignored in dw": (computed("dw", side(0, 1)),),
        "padding on one side only": (
            computed("dx dw", side(0, 1)),
            computed("dx dw", side(1, 0)),
        ),
    }


def _planes(op: Operation) -> Changes:
    def dx(make: Callable[[np.ndarray], np.ndarray]) -> Change:
        return computed("dx", lambda c: c.changed(w=make(c.w)))

    def dw(make: Callable[[np.ndarray], np.ndarray]) -> Change:
        return {"dw": lambda c: make(c.dw())}

    found: Changes = {
        "kernel flipped upside down": (dx(lambda w: w[::-1]),),
        "kernel flipped left to right": (dx(lambda w: w[:, ::-1]),),
        "kernel transposed": tuple(
            dx(lambda w, error=error: exchanged(w, 0, 1, error))
            for error in (ValueError, IndexError)
        ),
        "dw turned round along one axis": (
            dw(lambda dw: dw[::-1]),
            dw(lambda dw: dw[:, ::-1]),
        ),
    }
    if len(axes_of(op.w)) == 4:
        orders = ((1, 0, 2, 3), (0, 1, 3, 2), (3, 0, 1, 2), (2, 3, 0, 1), (3, 2, 0, 1))
        found["the axes of dw in another order"] = tuple(
            dw(lambda dw, order=order: dw.transpose(order)) for order in orders
        )
    return found


# Examples, channels, filters ------------------------------------------------------


def _example(c: Call, index: int) -> Call:
    return c.changed(x=along(c.x, 0, index), dy=along(c.dy, 0, index))


def _first(*arrays: str) -> Callable[[Call], Call]:
    return lambda c: c.changed(**{a: repeated(getattr(c, a), 0, 0) for a in arrays})


def _examples(op: Operation) -> Changes:
    def divided(*names: str) -> Change:
        return {n: lambda c, n=n: getattr(c, n)() / len(c.x) for n in names}

    def last_db(c: Call) -> np.ndarray:
        return _example(c, -1).db()

    def one_filter(index: int) -> Change:
        return computed("dx", lambda c: c.changed(dy=kept(c.dy, c.dy.ndim - 1, index)))

    def everywhere(part: str, axis: int) -> Change:
        def make(c: Call) -> np.ndarray:
            value = getattr(c, part)()
            total = value.sum(axis=axis, keepdims=True)
            return np.repeat(total, value.shape[axis], axis=axis)

        return {part: make}

    last_dw = computed("dw", lambda c: _example(c, -1))
    return {
        "batch divided twice": tuple(
            divided(*names)
            for names in (PARTS, ("dw", "db"), ("dw",), ("dx",), ("db",))
            if op.rank or names != ("db",)  # else it is a mean instead of a sum
        ),
        "dw of the last example only": (last_dw, {**last_dw, "db": last_db}),
        "only the first example": (
            computed("dw", _first("x")),
            computed("dx", _first("dy")),
            computed("dx dw db", _first("dy", "x")),
            computed("dw", lambda c: _example(c, 0)),
        ),
        "dx summed over the batch": (everywhere("dx", 0),),
        "only the first filter": (one_filter(0), one_filter(-1)),
        "dw summed over the channels": (everywhere("dw", op.where("w", "c")),),
    }
