"""Ranges within which a setting stays possible: the one place for all explorers.

A setting of a convolution has ``height``, ``width``, ``kh``, ``kw``, ``stride``,
``padding``, ``dilation`` and, for a signal, ``dims`` 1.
"""

from collections.abc import Callable, Collection, Iterable

from byhand import wiring
from byhand.explore import controls as c
from byhand.explore.controls import State

ALWAYS = 99  # more room than any kernel needs
MOST_SAME_DILATION = 3


def axes(s: State) -> tuple[tuple[str, str], ...]:
    """Return the names of size and kernel along each axis that counts."""
    return (("height", "kh"), ("width", "kw"))[2 - s.get("dims", 2) :]


def room(s: State) -> int:
    """Return how much padding adds to an axis; with ``same`` every kernel fits."""
    if s["padding"] == "same":
        return ALWAYS
    return 0 if s["padding"] == "valid" else 2 * s["padding"]


def extent(s: State, high: int, low: int = 1) -> list[c.Number]:
    """Return controls of height and width that keep the kernel inside."""
    result = []
    for name, k in axes(s):
        need = max(wiring.reach(s[k], s["dilation"]) - room(s), low)
        result.append(c.Number(name, name, need, max(high, need)))
    return result


def kernel_labels(s: State) -> tuple[str, ...]:
    """Return what the kernel's extent is called along each axis that counts."""
    return ("kernel height", "kernel width") if len(axes(s)) == 2 else ("kernel size",)


def kernel(s: State, high: int) -> list[c.Number]:
    """Return controls of the kernel's height and width."""
    result = []
    for label, (n, k) in zip(kernel_labels(s), axes(s), strict=True):
        most = (s[n] + room(s) - 1) // s["dilation"] + 1
        result.append(c.Number(k, label, 1, max(min(most, high), 1)))
    return result


def steps(
    s: State, takes: Collection[str], most: tuple[int, int, int] = (3, 2, 3)
) -> list[c.Number]:
    """Return controls of those of stride, padding and dilation that are taken.

    ``most`` holds the largest of each on offer.
    """
    every = (stride(s, most[0]), padding(s, most[1]), dilation(s, most[2]))
    return [control for control in every if control.name in takes]


def stride(s: State, most: int) -> c.Number:
    """Return a control of the stride that leaves two stops on some axis."""
    same = s["padding"] == "same"
    around, d = (0, 1) if same else (room(s), s["dilation"])
    last = max(s[n] + around - wiring.reach(s[k], d) for n, k in axes(s))
    return c.Number("stride", "stride", 1, min(max(last, 1), most))


def padding(s: State, most: int) -> c.Number:
    """Return a control of the padding, at least as much as the kernel needs."""
    short = max(wiring.reach(s[k], s["dilation"]) - s[n] for n, k in axes(s))
    least = max(0, -(-short // 2))
    return c.Number("padding", "padding", least, max(least, most))


def dilation(s: State, most: int) -> c.Number:
    """Return a control of the dilation that keeps the kernel inside."""
    if s["padding"] == "same":
        return c.Number("dilation", "dilation", 1, MOST_SAME_DILATION)
    spread = [(s[n] + room(s) - 1) // (s[k] - 1) for n, k in axes(s) if s[k] > 1]
    return c.Number(
        "dilation", "dilation", 1, min(max(min(spread, default=1), 1), most)
    )


def within(
    name: str,
    label: str,
    values: Iterable[int],
    possible: Callable[[int], bool],
    least: int = 1,
) -> c.Number:
    """Return a control from the first to the last of the values that are possible.

    Without any it offers ``least`` alone.
    """
    found = [v for v in values if possible(v)] or [least]
    return c.Number(name, label, found[0], found[-1])


def place(h: int, w: int, hidden: bool = True) -> list[c.Number]:
    """Return controls of the cell that is pinned at the start."""
    return [
        c.Number("row", "output row", 0, max(h - 1, 0), hidden=hidden),
        c.Number("col", "output col", 0, max(w - 1, 0), hidden=hidden),
    ]


def choice(name: str, label: str, values: Iterable[object]) -> c.Choice:
    """Return a Choice whose labels are the values."""
    return c.Choice(name, label, tuple((str(v), v) for v in values))


def seed() -> c.Number:
    """Return the control of the seed of random numbers."""
    return c.Number("seed", "seed", 0, 99)


def changed(s: State, before: State) -> set[str]:
    """Return the names of entries that differ."""
    return {name for name in s if s[name] != before.get(name)}


def as_call(
    name: str, function_name: str, s: State, base: State, skip: Collection[str] = ()
) -> str:
    """Write ``explore.name(function, ...)`` with what differs from the start."""
    words = [function_name] if function_name else []
    words += [f"{n}={s[n]!r}" for n in s if n not in skip and s[n] != base.get(n)]
    call = f"explore.{name}({', '.join(words)})"
    return f"from byhand import explore\n\n{call}"


def leave_example(s: State, before: State) -> None:
    """Leave the worked example as soon as its sizes are left."""
    moved = changed(s, before)
    if "input" in moved and s["input"] == "lesson":
        s.update(width=4, kw=3)
    elif s["input"] == "lesson" and (
        (s["width"], s["kw"]) != (4, 3) or "seed" in moved
    ):
        s["input"] = "numbers"
