"""Name the mistake whose wiring is exactly the one that impulses found.

The names are those of ``byhand.misconceptions``, so that an explorer and a check say
the same about the same function. A name is given only when one alone fits.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from byhand import wiring
from byhand.explore.controls import State
from byhand.explore.probe import Found
from byhand.wiring import Wiring

Wrong = Callable[[State, Wiring], Iterator[Wiring]]


def name(
    s: State,
    wired: Wiring,
    found: Found,
    shape: tuple[int, ...],
    turns: bool = False,
) -> tuple[str, Wiring | None]:
    """Return the one mistake that explains a wiring, and its wires; else "".

    ``wired`` is the true wiring, ``shape`` that of the learner's output (H, W, F);
    ``turns`` says that the function is one that turns the kernel itself.
    """
    if wired.outputs == tuple(shape) and wired.unpadded() == found.triples:
        return "", None
    fitting: dict[str, Wiring] = {}
    for label, wrong in WIRINGS.items():
        for one in wrong(s, wired):
            if one.outputs == tuple(shape) and one.unpadded() == found.triples:
                fitting.setdefault(label, one)
    if len(fitting) != 1:
        return "", None
    label, one = fitting.popitem()
    return (OF_A_TRUE_ONE.get(label, "") if turns else label), one


def likely(label: str, function_name: str, dims: int = 2) -> str:
    """Return the sentence that a check says about a mistake."""
    from byhand import exercises, misconceptions

    known = exercises.table()
    exercise = known.get(function_name) or known[f"conv{dims}d"]
    return misconceptions.find(label, exercise.lesson).likely


def _again(s: State, wired: Wiring, **changes: object) -> Wiring:
    """Wire the same shapes with something else changed."""
    settings = {n: s[n] for n in ("stride", "padding", "dilation")}
    settings |= {"groups": s.get("groups", 1), "dims": wired.dims} | changes
    one = wiring.convolution(wired.inputs, wired.weights, **settings)
    return wiring.flipped(one) if s.get("flip") else one


def _possible(one: Wiring) -> Iterator[Wiring]:
    if min(one.outputs) > 0:
        yield one


def _flipped(s: State, wired: Wiring) -> Iterator[Wiring]:
    yield wiring.flipped(wired)


def _flipped_along(axis: int) -> Wrong:
    def wrong(s: State, wired: Wiring) -> Iterator[Wiring]:
        if min(wired.weights[:2]) > 1:
            yield wiring.flipped(wired, (axis,))

    return wrong


def _transposed(s: State, wired: Wiring) -> Iterator[Wiring]:
    p, q, *rest = np.unravel_index(wired.k, wired.weights)
    if wired.weights[0] == wired.weights[1] > 1:
        yield replace(wired, k=np.ravel_multi_index((q, p, *rest), wired.weights))


def _strideless(s: State, wired: Wiring) -> Iterator[Wiring]:
    if s["stride"] > 1:
        yield from _possible(_again(s, wired, stride=1))


def _strideless_starts(s: State, wired: Wiring) -> Iterator[Wiring]:
    if s["stride"] > 1 and s["padding"] != "same":
        yield _again(s, wired, stride=1).refitted(wired.outputs)


def _strideless_size(s: State, wired: Wiring) -> Iterator[Wiring]:
    if s["stride"] > 1 and s["padding"] != "same":
        yield wired.refitted(_again(s, wired, stride=1).outputs)


def _unpadded(s: State, wired: Wiring) -> Iterator[Wiring]:
    if any(map(sum, wired.pad)):
        yield from _possible(_again(s, wired, padding=0))


def _padded_twice(s: State, wired: Wiring) -> Iterator[Wiring]:
    if isinstance(s["padding"], int) and s["padding"]:
        yield _again(s, wired, padding=2 * s["padding"])


def _one_sided(s: State, wired: Wiring) -> Iterator[Wiring]:
    """Yield all zeros before or after, as many as both sides have or as one has."""
    (top, _), (left, _) = wired.pad
    if not (top or left):
        return
    after = _moved(wired, top, left)
    yield after
    yield _moved(wired, -top, -left)
    if isinstance(s["padding"], int):
        shape = wired.frame[0] - top, wired.frame[1] - left, wired.frame[2]
        small = wiring.convolution(
            shape, wired.weights, stride=s["stride"], dilation=s["dilation"]
        )
        if wired.dims == 2 and min(small.outputs) > 0 and s.get("groups", 1) == 1:
            yield after.refitted(small.outputs)
            yield wired.refitted(small.outputs)


def _moved(wired: Wiring, down: int, right: int) -> Wiring:
    """Move every window over the input; what leaves the frame reads a zero."""
    row, col, channel = np.unravel_index(wired.i, wired.frame)
    row, col = row + down, col + right
    keep = (row >= 0) & (row < wired.frame[0]) & (col >= 0) & (col < wired.frame[1])
    place = (row[keep], col[keep], channel[keep])
    i = np.ravel_multi_index(place, wired.frame)
    return replace(wired, i=i, k=wired.k[keep], o=wired.o[keep])


def _edge_padded(s: State, wired: Wiring) -> Iterator[Wiring]:
    if any(map(sum, wired.pad)):
        (top, _), (left, _) = wired.pad
        h, w, _ = wired.inputs
        row, col, channel = np.unravel_index(wired.i, wired.frame)
        place = row.clip(top, top + h - 1), col.clip(left, left + w - 1), channel
        yield replace(wired, i=np.ravel_multi_index(place, wired.frame))


def _undilated(s: State, wired: Wiring) -> Iterator[Wiring]:
    if s["dilation"] > 1:
        yield from _possible(_again(s, wired, dilation=1))


def _undilated_taps(s: State, wired: Wiring) -> Iterator[Wiring]:
    if s["dilation"] > 1 and s["padding"] != "same":
        yield _again(s, wired, dilation=1).refitted(wired.outputs)


def _dilation_off_by_one(s: State, wired: Wiring) -> Iterator[Wiring]:
    """Yield the size of a kernel that is taken to be dilation * k long."""
    d, stride = s["dilation"], s["stride"]
    lengths = [(wired.frame[a] - d * wired.weights[a]) // stride + 1 for a in (0, 1)]
    if wired.dims == 1:
        lengths[0] = 1
    if d > 1 and min(lengths) > 0:
        yield wired.refitted((*lengths, wired.outputs[2]))


def _size_of_the_input(s: State, wired: Wiring) -> Iterator[Wiring]:
    if wired.outputs[:2] != wired.inputs[:2]:
        yield wired.refitted((*wired.inputs[:2], wired.outputs[2]))


def _one_stop_too_few(s: State, wired: Wiring) -> Iterator[Wiring]:
    h, w, f = wired.outputs
    less = (h if wired.dims == 1 else h - 1, w - 1, f)
    if min(less) > 0:
        yield wired.refitted(less)


def _rows_and_columns_swapped(s: State, wired: Wiring) -> Iterator[Wiring]:
    r, c, f = np.unravel_index(wired.o, wired.outputs)
    outputs = (wired.outputs[1], wired.outputs[0], wired.outputs[2])
    if wired.dims == 2:
        o = np.ravel_multi_index((c, r, f), outputs)
        yield replace(wired, outputs=outputs, o=o)


def _first_channel(s: State, wired: Wiring) -> Iterator[Wiring]:
    channel = wired.i % wired.frame[2]
    if wired.frame[2] > 1 and s.get("groups", 1) == 1:
        keep = channel == 0
        yield replace(wired, i=wired.i[keep], k=wired.k[keep], o=wired.o[keep])


def _first_filter(s: State, wired: Wiring) -> Iterator[Wiring]:
    filters = wired.weights[3]
    if filters > 1 and s.get("groups", 1) == 1:
        yield replace(wired, k=wired.k // filters * filters)


WIRINGS: dict[str, Wrong] = {
    "kernel flipped": _flipped,
    "kernel flipped upside down": _flipped_along(0),
    "kernel flipped left to right": _flipped_along(1),
    "kernel transposed": _transposed,
    "stride ignored": _strideless,
    "stride in the size only": _strideless_starts,
    "stride in the start only": _strideless_size,
    "padding ignored": _unpadded,
    "padding applied twice": _padded_twice,
    "padding on one side only": _one_sided,
    "edge padding instead of zeros": _edge_padded,
    "dilation ignored": _undilated,
    "dilation in the output size but not in the taps": _undilated_taps,
    "dilation off by one": _dilation_off_by_one,
    "input height for output height": _size_of_the_input,
    "one stop too few": _one_stop_too_few,
    "rows and columns swapped": _rows_and_columns_swapped,
    "only the first channel": _first_channel,
    "only the first filter": _first_filter,
}

# what the same wiring means for a function that is to turn the kernel
OF_A_TRUE_ONE = {"kernel flipped": "kernel not flipped"}
NAMES = {*WIRINGS, *OF_A_TRUE_ONE.values()}
