"""What several models share: numbers to start from, and a comparison of wirings."""

from dataclasses import dataclass

import numpy as np

LARGE = 16  # above this many rows or columns a picture is an image, not a table


def whole(shape, seed, low=-3, high=4):
    """Return seeded whole numbers, as floats."""
    rng = np.random.default_rng(seed)
    return rng.integers(low, high, size=shape, endpoint=True).astype(float)


def times(shape):
    """Write a shape as 6×6."""
    return "×".join(str(n) for n in shape)


def extent(shape, dims):
    """Write height and width as 6×6, or the length of a signal."""
    return times(shape[2 - dims : 2])


def nested(array):
    """Return an array as nested tuples of floats, which compare with ``==``."""
    array = np.asarray(array, dtype=float)
    if array.ndim == 1:
        return tuple(array.tolist())
    return tuple(nested(part) for part in array)


def resized(array, shape):
    """Crop an array to ``shape``, or fill it up with zeros at its ends."""
    result = np.zeros(shape)
    part = tuple(slice(0, min(a, b)) for a, b in zip(array.shape, shape, strict=True))
    result[part] = array[part]
    return result


@dataclass(frozen=True)
class Tap:
    """One product of a sum: frame index, weight, its role and its factor."""

    i: int
    k: int
    role: str  # lit, extra or missing
    factor: float = 1.0


@dataclass(frozen=True)
class Taps:
    """The taps of every output, ours or the learner's, compared with the true ones."""

    by_output: tuple
    extra: int
    missing: int
    tangled: frozenset

    @property
    def agree(self):
        """Whether all taps are the true ones."""
        return not (self.extra or self.missing or self.tangled)


def taps(wiring, found=None, like=None):
    """List the taps of every output.

    ``found`` holds the learner's triples, whose inputs are counted without padding.
    Padding can't be probed: where the window of ``like`` (the wiring that the learner's
    equals; the true one unless told) hangs over the border and the learner reads
    nothing, its tap counts as read.
    """
    rows = [[] for _ in range(int(np.prod(wiring.outputs)))]
    real = wiring.real
    true = _triples(wiring)
    if found is None:
        for i, k, o in true:
            rows[o].append(Tap(i, k, "lit"))
        return Taps(tuple(map(tuple, rows)), 0, 0, frozenset())
    place = wiring.frame_index().ravel()
    theirs = {(int(place[i]), k, o): t for t in found.triples for i, k, o in [t]}
    used = {(k, o) for _, k, o in theirs} | found.tangled
    wanted = {t for t in true if real[t[0]]}
    for i, k, o in true:
        if (i, k, o) in theirs:
            factor = found.factor.get(theirs[i, k, o], 1.0)
            rows[o].append(Tap(i, k, "lit", factor))
        elif real[i]:
            rows[o].append(Tap(i, k, "missing", 0.0))
    for i, k, o in _triples(like or wiring):
        if not real[i] and (k, o) not in used:
            rows[o].append(Tap(i, k, "lit"))
    extra = sorted(set(theirs) - wanted, key=lambda t: (t[2], t[1], t[0]))
    for i, k, o in extra:
        factor = found.factor.get(theirs[i, k, o], 1.0)
        rows[o].append(Tap(i, k, "extra", factor))
    missing = len(wanted - set(theirs))
    ordered = (tuple(sorted(row, key=lambda t: (t.k, t.i))) for row in rows)
    return Taps(tuple(ordered), len(extra), missing, found.tangled)


def _triples(wired):
    return list(zip(wired.i.tolist(), wired.k.tolist(), wired.o.tolist(), strict=True))


def different(mine, true):
    """Return the flat indices at which two arrays differ."""
    close = np.isclose(mine, true, rtol=1e-6, atol=1e-6)
    return tuple(np.flatnonzero(~close).tolist())


def refusal(s, layer):
    """Say what Keras's own layer would not take, or return nothing."""
    if s["stride"] > 1 and s["dilation"] > 1:
        return (
            f"Keras refuses this setting: its {layer} takes stride over 1 or dilation "
            "over 1, not both. The numbers here follow the definition."
        )
    return ""


def unexplained(rows, wired, x, w, b, y):
    """Return the outputs that differ from the sum of their own taps."""
    frame, weights = wired.padded(x).ravel(), w.ravel()
    sums = [
        b + sum(t.factor * frame[t.i] * weights[t.k] for t in row)
        for row in rows.by_output
    ]
    return different(y.ravel(), np.array(sums))
