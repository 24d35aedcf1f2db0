"""``classify``: how it is judged."""

import itertools

import numpy as np

from byhand import data, misconceptions
from byhand.checks import running
from byhand.checks.comparing import shortened
from byhand.checks.desk import current
from byhand.exercises import get
from byhand.exercises.declaring import Case, Exercise, Finding, stopped

ENOUGH = 0.9  # share of each group that a classifier has to name


def _groups(rng=None):
    """Return [(what, pictures, letters)], the groups that a classifier meets."""
    moves = list(itertools.product((-4, 0, 3), (-3, 0, 4)))
    if rng is not None:
        moves = [tuple(map(int, rng.integers(-4, 5, size=2))) for _ in moves]
    names = (("clean X, moved", "X"), ("bent X, moved", "X"), ("round O, moved", "O"))
    groups = [
        (what, [data.place(glyph, *move) for move in moves], [letter] * len(moves))
        for glyph, (what, letter) in zip(data.glyphs(), names, strict=True)
    ]
    seed = 11 if rng is None else int(rng.integers(2**31))
    pictures, labels = data.xo_pictures(40, seed=seed, turn=10, scale=0.1)
    for picture in pictures[:20]:
        _spoil(picture)
    letters = [data.XO_NAMES[label] for label in labels]
    return [*groups, ("turned, resized, dirty", list(pictures), letters)]


def _spoil(picture):
    """Wipe one pixel of a crossing out: it then scores 0.78, and the O's best 0.56."""
    crossing = data.features()[2]
    patches = np.lib.stride_tricks.sliding_window_view(picture, crossing.shape)
    places = np.argwhere((patches == crossing).all(axis=(2, 3)))
    if len(places):
        picture[tuple(places[0])] = -1.0


def _examine(classify, rng=None):
    """Judge a classifier by the share of each group that it names correctly."""
    groups = _groups(rng)
    cases = [Case("picture", (p,)) for _, ps, _ in groups for p in ps]
    if announce := current().announce:
        announce(cases)
    outcomes = [running.call(classify, case.args, plain=True) for case in cases]
    wrong = next(filter(None, map(_no_letter, outcomes)), None)
    if wrong:
        return wrong
    answers = np.array([outcome.value.strip() for outcome in outcomes])
    letters = np.concatenate([right for _, _, right in groups])
    ends = np.cumsum([len(right) for _, _, right in groups])[:-1]
    shares = [float(np.mean(part)) for part in np.split(answers == letters, ends)]
    lines = [
        ("named", f"{share:4.0%} of {len(right)}: {what}")
        for share, (what, _, right) in zip(shares, groups, strict=True)
    ]
    if min(shares) >= ENOUGH:
        return Finding(1.0, tuple(lines))
    slip = _known_classifier(answers, letters, groups)
    if slip:
        lines.append(("likely", misconceptions.find(slip, "01_x_or_o").likely))
    return Finding(0.0, tuple(lines), slip, groups[int(np.argmin(shares))][0])


def _no_letter(outcome):
    """Return the Finding on a call that gave no letter, or None."""
    nothing = stopped(outcome, "no answer after 10 s: does a loop never end?")
    if nothing is not None:
        return nothing
    if isinstance(outcome.value, str) and outcome.value.strip() in data.XO_NAMES:
        return None
    line = ("type", f'it returns {shortened(outcome.value)[:30]}; wanted "X" or "O"')
    return Finding(0.0, (line,))


def _known_classifier(answers, letters, groups):
    """Return the misconception that gives all of these answers, or None."""
    pictures = np.array([p for _, ps, _ in groups for p in ps])
    found = [
        name
        for name, slip in get("classify").slips.items()
        if any(((answers == "X") == is_x).all() for is_x in slip(pictures, letters))
    ]
    if len(set(answers)) == 1:  # then only the first, "always the same letter"
        found = found[:1]
    return found[0] if len(found) == 1 else None


EXERCISE = Exercise(examine=_examine)

### BEGIN MISTAKES


def _whole_pictures(pictures, letters):
    clean_x, _, round_o = (data.place(g) for g in data.glyphs())
    as_x, as_o = ((pictures * g).mean(axis=(1, 2)) for g in (clean_x, round_o))
    return as_x > as_o, as_x >= as_o


def _diagonals(pictures, letters):
    falling, rising, _ = (_best(pictures, f) for f in data.features())
    return falling > 0.9, rising > 0.9, np.minimum(falling, rising) > 0.9


def _crossings(pictures):
    return _best(pictures, data.features()[2])


def _best(pictures, feature):
    """Return each picture's best match, by Fourier transform (no loop to copy)."""
    size = pictures.shape[1:]
    spectrum = np.fft.rfft2(pictures) * np.conj(np.fft.rfft2(feature, s=size))
    around = np.fft.irfft2(spectrum, s=size) / feature.size
    rows, columns = (n - k + 1 for n, k in zip(size, feature.shape, strict=True))
    return around[:, :rows, :columns].max(axis=(1, 2))


SLIPS = {
    "always the same letter": lambda pictures, letters: (
        np.ones(len(letters), bool),
        np.zeros(len(letters), bool),
    ),
    "letters exchanged": lambda pictures, letters: (
        letters == "O",
        _crossings(pictures) < 0.7,
    ),
    "whole-picture matching": _whole_pictures,
    "diagonals trusted": _diagonals,
    "threshold too strict": lambda pictures, letters: (_crossings(pictures) > 0.9,),
    "threshold too low": lambda pictures, letters: [
        _crossings(pictures) > t for t in (0.2, 0.4, 0.5)
    ],
}

### END MISTAKES
