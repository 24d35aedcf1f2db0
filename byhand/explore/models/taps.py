"""The taps of every output: ours, or the learner's compared with the true ones."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from byhand.explore.models.arrays import different
from byhand.explore.probe import Found
from byhand.wiring import Wiring


@dataclass(frozen=True)
class Tap:
    """One product of a sum: frame index, weight, its role and its factor."""

    i: int
    k: int
    role: str  # lit, extra or missing
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Taps:
    """The taps of every output, and how many differ from the true ones."""

    by_output: tuple[tuple[Tap, ...], ...]
    extra: int
    missing: int
    tangled: frozenset

    @property
    def agree(self) -> bool:
        """Whether all taps are the true ones."""
        return not (self.extra or self.missing or self.tangled)


def taps(
    wiring: Wiring, found: Found | None = None, like: Wiring | None = None
) -> Taps:
    """List the taps of every output.

    ``found`` holds the learner's triples, whose inputs are counted without padding.
    Padding can't be probed: where the window of ``like`` (the wiring that the learner's
    equals; the true one unless told) hangs over the border and the learner reads
    nothing, its tap counts as read.
    """
    rows: list[list[Tap]] = [[] for _ in range(int(np.prod(wiring.outputs)))]
    if found is None:
        for i, k, o in wiring.all_triples():
            rows[o].append(Tap(i, k, "lit"))
        return Taps(tuple(map(tuple, rows)), 0, 0, frozenset())
    place = wiring.frame_index().ravel()
    theirs = {
        (int(place[i]), k, o): found.factor.get((i, k, o), 1.0)
        for i, k, o in found.triples
    }
    wanted = wiring.triples()
    for i, k, o in wanted:
        role = "lit" if (i, k, o) in theirs else "missing"
        rows[o].append(Tap(i, k, role, theirs.get((i, k, o), 0.0)))
    used = {(k, o) for _, k, o in theirs} | found.tangled
    for i, k, o in _over_the_border(like or wiring):
        if (k, o) not in used:
            rows[o].append(Tap(i, k, "lit"))
    extra = set(theirs) - wanted
    for i, k, o in extra:
        rows[o].append(Tap(i, k, "extra", theirs[i, k, o]))
    ordered = tuple(tuple(sorted(row, key=lambda t: (t.k, t.i))) for row in rows)
    return Taps(ordered, len(extra), len(wanted - set(theirs)), found.tangled)


def _over_the_border(wiring: Wiring) -> Iterable[tuple[int, int, int]]:
    real = wiring.real
    return [(i, k, o) for i, k, o in wiring.all_triples() if not real[i]]


def unexplained(
    rows: Taps,
    wired: Wiring,
    x: np.ndarray,
    w: np.ndarray,
    b: float,
    y: np.ndarray,
) -> tuple[int, ...]:
    """Return the outputs that differ from the sum of their own taps."""
    frame, weights = wired.padded(x).ravel().tolist(), w.ravel().tolist()
    sums = [
        b + sum(t.factor * frame[t.i] * weights[t.k] for t in row)
        for row in rows.by_output
    ]
    return different(y.ravel(), np.array(sums))
