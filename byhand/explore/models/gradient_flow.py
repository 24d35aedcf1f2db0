"""The gradient-flow explorer: dy, dw and dx beside central differences."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits, sums

LOSSES = ("half the squares", "distance to a target", "weighted sum")
STEPS = 20
EPS = 1e-5


@dataclass(frozen=True)
class Numbers:
    """Arrays in (H, W, C) and (kh, kw, C, F) with one channel.

    ``near_dw`` and ``near_dx`` are central differences of the loss; ``dw_differs`` and
    ``dx_differs`` are flat indices where the gradient leaves them.
    """

    setting: State
    wiring: wiring.Wiring
    x: np.ndarray
    w: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    dw: np.ndarray
    dx: np.ndarray
    db: float | None
    near_dw: np.ndarray
    near_dx: np.ndarray
    near_db: float
    dw_differs: tuple[int, ...]
    dx_differs: tuple[int, ...]
    db_differs: bool
    losses: tuple[float, ...]
    refusal: str
    mine: str


def start(function: Function = None, dims: int | None = None) -> State:
    """Return the first setting; a signal opens with the worked example."""
    dims = dims or probe.dims_of(function)
    one = dims == 1
    return {
        "dims": dims,
        "input": "lesson" if one else "numbers",
        "height": 1 if one else 4,
        "width": 4,
        "kh": 1 if one else 2,
        "kw": 3 if one else 2,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "loss": "weighted sum" if one else "distance to a target",
        "rate": 0.01,
        "step": 0,
        "seed": 0,
        "row": 0,
        "col": 0,
    }


def offered(function: Function) -> set[str]:
    """Return which of the settings a function takes."""
    names = {"stride", "padding", "dilation"}
    return names if function is None else probe.accepted(function, names)


follow = limits.leave_example


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    inputs = ("lesson", "numbers") if s["dims"] == 1 else ("numbers",)
    result: list[c.Control] = [
        limits.choice("input", "input", inputs),
        *limits.extent(s, 8 if s["dims"] == 1 else 5),
        *limits.kernel(s, 3),
        *limits.steps(s, offered(function)),
        limits.choice("loss", "loss", LOSSES),
        c.Real("rate", "step size", 0.0, 0.05, 0.001),
        c.Number("step", "steps taken", 0, STEPS),
        limits.seed(),
    ]
    return [*result, *limits.place(s["kh"], s["kw"])]


def _wired(s: State) -> wiring.Wiring:
    return wiring.convolution(
        (s["height"], s["width"], 1),
        (s["kh"], s["kw"], 1, 1),
        stride=s["stride"],
        padding=s["padding"],
        dilation=s["dilation"],
        dims=s["dims"],
    )


def made(s: State, wired: wiring.Wiring) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, the first w, and the target or weights of the loss."""
    if s["input"] == "lesson":
        x, w = np.arange(1.0, 5.0), np.arange(1.0, 4.0)
    else:
        x = arrays.whole(wired.inputs, s["seed"], -2, 3)
        w = arrays.whole(wired.weights, s["seed"] + 100, -2, 2)
    aim = np.arange(1.0, np.prod(wired.outputs) + 1).reshape(wired.outputs)
    if s["loss"] == "distance to a target":
        aim = sums.per_output(wired, x, _aim(s, wired))
    return x.reshape(wired.inputs), w.reshape(wired.weights), aim


def _aim(s: State, wired: wiring.Wiring) -> np.ndarray:
    """Return the kernel that makes the target: the loss can reach 0."""
    return arrays.whole(wired.weights, s["seed"] + 200, -2, 2)


def loss_of(kind: str, y: np.ndarray, aim: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the loss and its gradient with respect to y."""
    if kind == "half the squares":
        return 0.5 * float(np.sum(y**2)), y.copy()
    if kind == "distance to a target":
        return 0.5 * float(np.sum((y - aim) ** 2)), y - aim
    return float(np.sum(aim * y)), aim.copy()


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    wired = _wired(s)
    x, w, aim = made(s, wired)

    def gradient(dy: np.ndarray, w: np.ndarray) -> tuple:
        if function is None:
            dx, dw = sums.per_input(wired, dy, w), sums.per_weight(wired, dy, x)
            return dx, dw, float(dy.sum())
        return _learners(s, function, wired, dy, x, w)

    w, losses = _descend(s, wired, x, w, aim, gradient)
    y = sums.per_output(wired, x, w)
    _, dy = loss_of(s["loss"], y, aim)
    dx, dw, db = gradient(dy, w)

    def loss(x: np.ndarray = x, w: np.ndarray = w, b: float = 0.0) -> float:
        return loss_of(s["loss"], sums.per_output(wired, x, w, b), aim)[0]

    near_dw = _near(lambda v: loss(w=v), w)
    near_dx = _near(lambda v: loss(x=v), x)
    near_db = (loss(b=EPS) - loss(b=-EPS)) / (2 * EPS)
    return Numbers(
        setting=s,
        wiring=wired,
        x=x,
        w=w,
        y=y,
        dy=dy,
        dw=dw,
        dx=dx,
        db=db,
        near_dw=near_dw,
        near_dx=near_dx,
        near_db=near_db,
        dw_differs=_far(dw, near_dw),
        dx_differs=_far(dx, near_dx),
        db_differs=db is not None and bool(_far(np.array(db), np.array(near_db))),
        losses=losses,
        refusal=arrays.refusal(s, f"Conv{s['dims']}D"),
        mine="" if function is None else probe.name_of(function),
    )


def _descend(
    s: State,
    wired: wiring.Wiring,
    x: np.ndarray,
    w: np.ndarray,
    aim: np.ndarray,
    gradient: Callable,
) -> tuple[np.ndarray, tuple[float, ...]]:
    """Take all steps of gradient descent; return w after ``step`` and every loss."""
    losses, here = [], w
    for step in range(STEPS + 1):
        if step == s["step"]:
            here = w
        value, dy = loss_of(s["loss"], sums.per_output(wired, x, w), aim)
        losses.append(value)
        if step == STEPS or not abs(value) < 1e12:
            break
        w = w - s["rate"] * gradient(dy, w)[1]
    return here, tuple(losses)


def _near(loss: Callable, values: np.ndarray) -> np.ndarray:
    """Return central differences of a loss, cell by cell."""
    result = np.zeros(values.size)
    for k in range(values.size):
        up, down = values.copy(), values.copy()
        up.flat[k] += EPS
        down.flat[k] -= EPS
        result[k] = (loss(up) - loss(down)) / (2 * EPS)
    return result.reshape(values.shape)


def _far(gradient: np.ndarray, near: np.ndarray) -> tuple[int, ...]:
    scale = max(1.0, float(np.abs(near).max(initial=0.0)))
    return tuple(np.flatnonzero(np.abs(gradient - near) > 1e-5 * scale).tolist())


def _learners(
    s: State,
    function: Callable,
    wired: wiring.Wiring,
    dy: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, float | None]:
    """Return the learner's dx, dw and db in the shapes of the wiring."""
    name = probe.name_of(function)
    takes = offered(function)
    options = {n: s[n] for n in ("stride", "padding", "dilation") if n in takes}
    if s["dims"] == 1:
        args = (dy.ravel(), x.ravel(), w.ravel())
    else:
        args = (dy[None], x[None], w)
    value = probe.guarded(function, args, options, name=name)
    probe.written(value, name)
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        raise probe.TroubleError(
            f"{name} returned {type(value).__name__}; it is dx, dw, db."
        )
    dx = probe.array(value[0], args[1].shape, name=f"{name}: dx")
    dw = probe.array(value[1], args[2].shape, name=f"{name}: dw")
    db = _bias(value[2], name) if len(value) == 3 else None
    return dx.reshape(wired.inputs), dw.reshape(wired.weights), db


def _bias(value: object, name: str) -> float:
    if np.size(value) != 1:
        raise probe.TroubleError(
            f"{name}: db has shape {np.shape(value)}; one filter has one."
        )
    return float(probe.array(np.ravel(value), (1,), name=f"{name}: db")[0])


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    base = start(function)
    if s["dims"] != base["dims"]:
        base = start(function, dims=s["dims"]) | {"dims": base["dims"]}
    return limits.as_call("gradient_flow", name, s, base, skip=("row", "col"))


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("loss", "step", "rate", "stride", "padding", "dilation")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    return "Try five steps. What becomes of the loss, and of dy?"
