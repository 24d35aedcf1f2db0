"""``split_kernel``: how it is judged."""

import dataclasses

import numpy as np

from byhand import misconceptions
from byhand.checks import running
from byhand.exercises import get
from byhand.exercises.declaring import Exercise, Finding, stopped
from byhand.exercises.inputs import eighths, seeded


def _kernels(rng=None):
    """Return [(name, kernel)]: rank one first, then some that aren't."""
    fresh = rng is not None
    rng = rng if fresh else seeded(4, 6)
    outer = [np.outer(eighths(rng, a), eighths(rng, b)) for a, b in ((2, 3), (4, 3))]
    hole = np.outer(eighths(rng, 3), eighths(rng, 4))
    hole[0], hole[:, 0] = 0.0, 0.0
    named = [
        ("2 by 3, rank one", outer[0]),
        ("4 by 3, rank one", outer[1]),
        ("zeros in the first row and column", hole),
        ("one column", eighths(rng, 3, 1)),
        ("2 by 4, not rank one", eighths(rng, 2, 4)),
        ("3 by 3, not rank one", eighths(rng, 3, 3)),
    ]
    return [("hidden", w) for _, w in named] if fresh else named


def _factors(w):
    return np.linalg.svd(w)


def _examine(split, rng=None):
    """Judge the outer product of the two vectors, since their lengths are free."""
    seen = []
    for name, w in _kernels(rng):
        outcome = running.call(split, (w,), plain=True)
        finding = _split_problem(name, w, outcome, not seen)
        if finding:
            return finding
        seen.append((name, w, np.outer(*map(np.ravel, outcome.value))))
    wrong = [(name, w, got) for name, w, got in seen if not _nearest(w, got)]
    if not wrong:
        what = f"{len(seen)} of {len(seen)}: column times row is the nearest kernel"
        return Finding(1.0, (("cases", f"ok       {what}"),))
    name, w, got = wrong[0]
    lines = [("outer", f"np.outer(column, row) gives {_brief(got)}"), _best(w)]
    slip = _split_slip([(w, got) for _, w, got in seen])
    lines.append(_likely(slip))
    return Finding(0.0, tuple(lines), slip, name)


def _best(w):
    u, s, vh = _factors(w)
    return ("wanted", f"{_brief(s[0] * np.outer(u[:, 0], vh[0]))}, the nearest to w")


def _nearest(w, got):
    u, s, vh = _factors(w)
    best = s[0] * np.outer(u[:, 0], vh[0])
    same = got.shape == w.shape
    tolerance = 1e-4 if got.dtype == np.float32 else 1e-9
    return same and np.allclose(got, best, rtol=tolerance, atol=tolerance)


def _brief(w):
    rows = [" ".join(f"{v:.3g}" for v in row) for row in w[:2]]
    return " / ".join(rows) + (" / ..." if len(w) > 2 else "")


def _likely(slip):
    if slip is None:
        return ("likely", "not recognised; above is the smallest case that fails")
    return ("likely", misconceptions.find(slip, "04_conv_family").likely)


def _split_slip(seen):
    """Return the one misconception that gives every outer product, or None."""
    found = [
        name
        for name, slip in get("split_kernel").slips.items()
        if all(_equal(slip(*_factors(w), w), got) for w, got in seen)
    ]
    return found[0] if len(found) == 1 else None


def _equal(a, b):
    # singular vectors have a free sign, so a mixed product may come out negated
    return a.shape == b.shape and (np.allclose(a, b) or np.allclose(a, -b))


def _split_problem(name, w, outcome, first):
    """Return a Finding on a call that gave no two vectors, or None."""
    nothing = stopped(outcome, "no answer after 10 s", name)
    if nothing is not None:  # a None after other results is one case's
        waits = nothing.case == "waiting" and not first
        return dataclasses.replace(nothing, case=name) if waits else nothing
    value = outcome.value
    pair = isinstance(value, tuple | list) and len(value) == 2
    if not pair or not all(isinstance(v, np.ndarray) for v in value):
        line = ("type", "wanted a tuple of two arrays: (column, row)")
        return Finding(0.0, (line,), case=name)
    if not all(np.isfinite(v).all() for v in value):
        return Finding(0.0, (("finite", "NaN or infinity in the result"),), case=name)
    if outcome.changed:
        return Finding(0.0, (("changed", "w is modified in place"),), case=name)
    if tuple(v.size for v in value) != w.shape:
        exchanged = tuple(v.size for v in value[::-1]) == w.shape
        slip = "column and row exchanged" if exchanged else None
        sizes = " and ".join(str(v.size) for v in value)
        what = f"sizes {sizes}; wanted {w.shape[0]} for the column, {w.shape[1]} for "
        lines = (("shape", what + "the row"), _likely(slip))
        return Finding(0.0, lines, slip, name)
    return None


EXERCISE = Exercise(examine=_examine)

### BEGIN MISTAKES

SLIPS = {
    "singular value forgotten": lambda u, s, vh, w: np.outer(u[:, 0], vh[0]),
    "singular value used twice": (
        lambda u, s, vh, w: s[0] ** 2 * np.outer(u[:, 0], vh[0])
    ),
    "only the root of the singular value": (
        lambda u, s, vh, w: np.sqrt(s[0]) * np.outer(u[:, 0], vh[0])
    ),
    "row of U for its column": lambda u, s, vh, w: s[0] * np.outer(u[0], vh[0]),
    "column of Vh for its row": (
        lambda u, s, vh, w: s[0] * np.outer(u[:, 0], vh[:, 0])
    ),
    "last singular value for the first": (
        lambda u, s, vh, w: s[-1] * np.outer(u[:, len(s) - 1], vh[len(s) - 1])
    ),
    "column and row exchanged": lambda u, s, vh, w: s[0] * np.outer(vh[0], u[:, 0]),
    "first column and row as they are": lambda u, s, vh, w: np.outer(w[:, 0], w[0]),
    "column and row averaged": (
        lambda u, s, vh, w: np.outer(w.mean(axis=1), w.mean(axis=0))
    ),
}

### END MISTAKES
