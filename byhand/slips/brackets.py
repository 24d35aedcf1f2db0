"""The mistakes of axes that share one place: groups of channels, and multipliers.

"(g c)" holds the channels of group 0, then those of group 1. Whoever reads it as
"(c g)", takes the first group for all, or adds groups up, makes one of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from byhand.slips.backward import Change, Changes, computed
from byhand.slips.forward import Ways, kept, repeated
from byhand.slips.named import Operation, Slips, names_of, opened
from byhand.slips.named_axes import Call, Made, slip_of


def of_groups(op: Operation) -> Slips:
    """Return what goes wrong with groups: x "... (g c)", w "... c (g f)"."""
    mixed_x = op.x.replace("(g c)", "(c g)")
    mixed = {"w": op.w.replace("(g f)", "(f g)"), "b": "(f g)"}

    def first(array: str) -> Made:
        return lambda c: c.on(array, "g", repeated, 0).y()

    def every_group(c: Call) -> Any:
        """Let each filter add up the channels of all groups."""
        return c.on("x", "g", _sum_for_all).y()

    def all_filters(c: Call) -> Any:
        wide = c.changed(sizes={**c.sizes, "e": c.sizes["g"]}).declared(
            x=op.x.replace("(g c)", "(e c)")
        )
        return wide.plain(op.y.replace("(g f)", "(e g f)")) + np.tile(c.b, c.sizes["g"])

    ways: Ways = {
        "groups not split": (first("x"), every_group),
        "groups added up": (lambda c: _added(c, "g"),),
        "all filters on every group": (all_filters,),
        "channels dealt out in turn": (
            lambda c: c.declared(x=mixed_x).y(),
            lambda c: c.declared(**mixed).y(),
            lambda c: c.declared(x=mixed_x, **mixed).y(),
        ),
        "maps of the groups interleaved": (
            lambda c: c.declared(y=op.y.replace("(g f)", "(f g)")).y(),
        ),
        "filters of the first group only": (first("w"),),
        "bias of the first group only": (first("b"),),
        "groups in reverse order": (lambda c: c.on("x", "g", np.flip).y(),),
        "first channel of each group only": (lambda c: c.on("x", "c", kept, 0).y(),),
    }
    return {name: tuple(slip_of(op, w) for w in some) for name, some in ways.items()}


def _sum_for_all(x: np.ndarray, axis: int) -> np.ndarray:
    return np.broadcast_to(x.sum(axis=axis, keepdims=True), x.shape)


def _added(c: Call, name: str) -> np.ndarray:
    """Return the result added up over one of its names."""
    wide = opened(c.op.y, c.y(), c.sizes)
    return wide.sum(axis=names_of(c.op.y).index(name))


def of_multipliers(op: Operation) -> Slips:
    """Return what goes wrong where each channel has kernels of its own: w "... c m"."""
    turned = op.y.replace("(c m)", "(m c)")

    def flat(c: Call) -> Call:
        """Read the kernels as one list, that of map m * C + c at each place."""
        one_axis = c.w.reshape(*c.w.shape[: op.rank], -1)
        return c.changed(w=one_axis).declared(w="kh kw (m c)", b="(m c)", y=turned)

    def kernels(c: Call) -> Any:
        return c.changed(w=c.w.swapaxes(-1, -2).reshape(c.w.shape)).y()

    def dropped(c: Call) -> Any:
        one = {**c.sizes, "m": 1}
        return c.changed(w=c.w[..., :1], b=c.b[: c.sizes["c"]], sizes=one).y()

    ways: Ways = {
        "depthwise multiplier order": (
            lambda c: c.declared(y=turned).plain() + c.b,
            lambda c: c.declared(y=turned).y(),
            kernels,
            lambda c: flat(c).y(),
        ),
        "channels added up": (
            lambda c: _added(c, "c"),
            lambda c: c.y().sum(axis=-1, keepdims=True),
            lambda c: c.plain(op.y.replace("(c m)", "m")) + c.b[: c.sizes["m"]],
        ),
        "only the first kernel of each channel": (
            dropped,
            lambda c: c.on("w", "m", repeated, 0).y(),
        ),
        "the same kernel for every channel": (
            lambda c: c.on("w", "c", repeated, 0).y(),
        ),
        "only the first channel": (lambda c: c.on("x", "c", repeated, 0).y(),),
        "bias counted by channel or by kernel": (
            lambda c: c.changed(b=np.repeat(c.b[: c.sizes["c"]], c.sizes["m"])).y(),
            lambda c: c.changed(b=np.tile(c.b[: c.sizes["m"]], c.sizes["c"])).y(),
        ),
    }
    return {name: tuple(slip_of(op, w) for w in some) for name, some in ways.items()}


# Gradients ------------------------------------------------------------------------


def gradients_of_groups(op: Operation) -> Changes:
    """Return what goes wrong with groups in the gradients."""
    of_x = {"x": op.x.replace("(g c)", "(c g)")}
    of_y = {n: getattr(op, n).replace("(g f)", "(f g)") for n in ("w", "b", "y")}

    def alone(index: int) -> Change:
        return computed("dx dw", lambda c: c.on("dy", "g", kept, index))

    return {
        "groups take every other channel": tuple(
            computed("dx dw db", lambda c, new=new: c.declared(**new))
            for new in (of_x, of_y, of_x | of_y)
        ),
        "only one group": (alone(0), alone(-1)),
    }


def gradients_of_multipliers(op: Operation) -> Changes:
    """Return what goes wrong where each channel has kernels of its own."""
    turned = op.y.replace("(c m)", "(m c)")
    other = computed("dx dw", lambda c: c.declared(y=turned))
    return {"multiplier order turned round": (other,)}
