"""Ranges within which a convolution of height and width stays possible."""

from byhand import wiring
from byhand.explore import controls as c


def extent(s, high):
    """Return controls of height and width that keep the kernel inside."""
    result = []
    for name, k in (("height", s["kh"]), ("width", s["kw"])):
        low = max(wiring.reach(k, s["dilation"]) - 2 * s["padding"], 1)
        result.append(c.Number(name, name, low, max(high, low)))
    return result[1:] if s.get("dims") == 1 else result


def kernel(s, high):
    """Return controls of the kernel's height and width."""
    result = []
    for name, label, n in (
        ("kh", "kernel height", s["height"]),
        ("kw", "kernel width", s["width"]),
    ):
        room = (n + 2 * s["padding"] - 1) // s["dilation"] + 1
        result.append(c.Number(name, label, 1, max(min(room, high), 1)))
    return result[1:] if s.get("dims") == 1 else result


def steps(s, takes, most=(3, 2, 3)):
    """Return controls of those of stride, padding and dilation that are taken.

    ``most`` holds the largest of each on offer.
    """
    axes = [(s["height"], s["kh"]), (s["width"], s["kw"])]
    if s.get("dims") == 1:
        axes = axes[1:]
    d, both = s["dilation"], 2 * s["padding"]
    stops = max(n + both - wiring.reach(k, d) + 1 for n, k in axes)
    short = max(wiring.reach(k, d) - n for n, k in axes)
    spread = min(((n + both - 1) // (k - 1) for n, k in axes if k > 1), default=1)
    least = max(0, -(-short // 2))
    every = {
        "stride": c.Number("stride", "stride", 1, min(max(stops - 1, 1), most[0])),
        "padding": c.Number("padding", "padding", least, max(least, most[1])),
        "dilation": c.Number("dilation", "dilation", 1, min(max(spread, 1), most[2])),
    }
    return [control for name, control in every.items() if name in takes]


def place(h, w):
    """Return hidden controls of the cell that is pinned at the start."""
    return [
        c.Number("row", "row", 0, h - 1, hidden=True),
        c.Number("col", "column", 0, w - 1, hidden=True),
    ]


def choice(name, label, values):
    """Return a Choice whose labels are the values."""
    return c.Choice(name, label, tuple((str(v), v) for v in values))


def changed(s, before):
    """Return the names of entries that differ."""
    return {name for name in s if s[name] != before.get(name)}


def as_call(name, function_name, s, base, skip=()):
    """Write ``explore.name(function, ...)`` with what differs from the start."""
    words = [function_name] if function_name else []
    words += [f"{n}={s[n]!r}" for n in s if n not in skip and s[n] != base.get(n)]
    call = f"explore.{name}({', '.join(words)})"
    return f"from byhand import explore\n\n{call}"


def leave_example(s, before):
    """Leave the worked example as soon as its sizes are left."""
    moved = changed(s, before)
    if "input" in moved and s["input"] == "lesson":
        s.update(width=4, kw=3)
    elif s["input"] == "lesson" and (
        (s["width"], s["kw"]) != (4, 3) or "seed" in moved
    ):
        s["input"] = "numbers"
