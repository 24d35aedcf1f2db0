"""Lesson 01: tell X from O by small features, from equal pixels to a classifier."""

import itertools

import numpy as np

from byhand import data, referee, slips
from byhand.checks import running
from byhand.exercises import Case, Exercise, Finding
from byhand.misconceptions import Misconception
from byhand.slips import eighths

MISCONCEPTIONS = (
    Misconception(
        "counted instead of shared",
        "the equal pixels are counted, and not divided by how many there are",
        "Which of your results could a share be: is each of them from 0 to 1?",
        "Look at what comes after the comparison.",
        "Divide the count by the number of pixels, or let the mean do both.",
    ),
    Misconception(
        "divided by the rows only",
        "the total is divided by the number of rows; a picture has more pixels",
        "By which number should a 2 by 3 picture's total be divided?",
        "Look for len(...), which counts rows, and not pixels.",
        "The number of pixels is rows times columns, .size in NumPy.",
    ),
    Misconception(
        "the share that differs",
        "the pixels that differ are counted, and not those that are equal",
        "What should two equal pictures give, 1 or 0?",
        "Look at the comparison: != or - in place of ==.",
        "Compare with ==, then take the mean.",
    ),
    Misconception(
        "only the ink counts",
        "only ink is looked at; paper where paper should be is a match as well",
        "What should two empty pictures give?",
        "Look for a selection such as == 1 or > 0.",
        "Every pixel of the patch takes part, ink and paper alike.",
    ),
    Misconception(
        "all or nothing",
        "the answer is whether all pixels are equal, and not how many of them",
        "What should two pictures give that differ in one pixel of six?",
        "Look for all(...), array_equal, or an if.",
        "The mean of the comparison says which share of it is True.",
    ),
    Misconception(
        "products instead of equality",
        "the products are averaged, so that a pixel that differs costs twice",
        "What should two opposite pictures give: 0 or -1?",
        "Look for * where == belongs.",
        "Compare with ==, then take the mean.",
    ),
    Misconception(
        "products not averaged",
        "the products are right, but they aren't brought together into one number",
        "How many numbers does your function return, and how many are wanted?",
        "Look at what stands around the product: nothing averages.",
        "np.mean of the products gives the one number.",
    ),
    Misconception(
        "sum instead of mean",
        "the products are added, but not divided by how many there are",
        "A perfect match should score 1.00: which number do you get?",
        "Look for a sum that nothing divides.",
        "Take the mean of all products; the size of the feature then doesn't matter.",
    ),
    Misconception(
        "equal pixels instead of products",
        "equal pixels are counted; a match score multiplies",
        "What should a patch score that is the feature's exact opposite?",
        "Look for == in your lines.",
        "Multiply place by place: equal signs give +1, opposite ones -1.",
    ),
    Misconception(
        "difference instead of product",
        "patch and feature are subtracted; a match score multiplies",
        "A perfect match should score 1.00: what do you get?",
        "Look at the sign between patch and feature.",
        "Multiply place by place, then take the mean.",
    ),
    Misconception(
        "matrix product",
        "@ or np.dot mixes rows with columns; here each pixel meets its own place only",
        "Which pixel of the feature should the patch's first pixel meet?",
        "Look for @, np.dot or np.matmul.",
        "* multiplies two arrays place by place.",
    ),
    Misconception(
        "the two means multiplied",
        "patch and feature are averaged first, and only the averages are multiplied",
        "Try a patch and a feature that both hold as much ink as paper.",
        "Look for two means in your lines.",
        "First all the products, then one mean of them.",
    ),
    Misconception(
        "kernel flipped",
        "the feature is turned by half a turn before it is laid on the picture",
        "Which pixel of the feature meets the first pixel of the patch?",
        "Look for [::-1], or for an index that counts down.",
        "Lay the feature on the patch as it is: first pixel on first pixel.",
    ),
    Misconception(
        "kernel transposed",
        "rows and columns of the feature are exchanged",
        "Take a feature that is taller than wide: which way does yours lie?",
        "Look for .T, or for a stray exchange of two indices.",
        "Row p of the feature meets row p of the patch.",
    ),
    Misconception(
        "rows and columns swapped",
        "rows and columns of the map are exchanged",
        "Compare the two shapes for a picture that isn't square.",
        "Look at the order of the two indices where you write into the map.",
        "Place (i, j) of the map belongs to the patch that starts at row i, column j.",
    ),
    Misconception(
        "input height for output height",
        "the map has the picture's size, and places where no patch fits stay 0",
        "At how many rows can a feature of 3 rows start in a picture of 9?",
        "Look at the shape that you give to np.zeros.",
        "There are as many rows as places to start: H - kh + 1; columns likewise.",
    ),
    Misconception(
        "one stop too few",
        "the last place where the feature still fits isn't visited",
        "In a picture as large as the feature there is one place: how many have you?",
        "Look at the + 1 in the size of the map, or at the end of range(...).",
        "H - kh is the last place to start, and counting begins at 0.",
    ),
    Misconception(
        "patches side by side",
        "the feature jumps by its own size; it should move by one pixel",
        "Where does your second patch start?",
        "Look at the start of the slice, or at the step of a range.",
        "Place (i, j) of the map starts at row i and column j of the picture.",
    ),
    Misconception(
        "height for width",
        "the height stands where the width belongs",
        "Try a picture that isn't square: which side is wrong?",
        "Look at the line that computes the number of columns.",
        "Columns use picture.shape[1] and feature.shape[1], rows the two [0].",
    ),
    Misconception(
        "mean of the map instead of its maximum",
        "the whole map is averaged; only its best place is asked for",
        "An X in a corner of a large sheet: should the paper around it count?",
        "Look for mean where the strongest match is wanted.",
        "Take the largest number of each map.",
    ),
    Misconception(
        "maximum started at 0",
        "the search begins at 0, so that a best score below 0 comes out as 0",
        "What is the best score where nothing matches, and all are below 0?",
        "Look at the number that your search for the largest begins with.",
        "Begin with the first score of the map, or take .max() of it.",
    ),
    Misconception(
        "place instead of score",
        "the result says where the best match is, and not how good it is",
        "Which of your numbers could be scores, from -1 to 1?",
        "Look for argmax.",
        "The largest number itself is .max().",
    ),
    Misconception(
        "pictures and features exchanged",
        "rows of the result should be pictures and columns features",
        "Compare the two shapes: which is which?",
        "Look at the order of the two loops or indices.",
        "Result [k, f] belongs to picture k and feature f.",
    ),
    Misconception(
        "sign ignored",
        "the strongest match is taken without its sign: an opposite isn't a match",
        "What should a feature score on its own negative?",
        "Look for abs, or for a square.",
        "Take the largest number, negative ones being small.",
    ),
    Misconception(
        "only the first example",
        "every row of the result comes from picture 0",
        "Are your rows all alike?",
        "Look for a fixed 0 as the index of pictures.",
        "Row k uses pictures[k].",
    ),
    Misconception(
        "only the first filter",
        "every column of the result comes from feature 0",
        "Are your columns all alike?",
        "Look for a fixed 0 as the index of features.",
        "Column f uses features[f].",
    ),
    Misconception(
        "best feature only",
        "one number per picture: the features are mixed, and can't be compared",
        "How many numbers should one picture and three features give?",
        "Look at the shape of your result: one axis is missing.",
        "Keep one number for each pair of a picture and a feature.",
    ),
    Misconception(
        "whole-picture matching",
        "the answers are those of a comparison with the X in the middle of the sheet",
        "Which of your answers change when the same X moves by three pixels?",
        "Look for a comparison with clean_x or round_o at a fixed place.",
        "Slide a small feature over the sheet, and ask for its best place.",
    ),
    Misconception(
        "letters exchanged",
        "each X is called O and each O is called X",
        "Which of the two has a crossing?",
        "Look at the sign of your comparison, or at the order of the two letters.",
        "A strong crossing means X.",
    ),
    Misconception(
        "always the same letter",
        "every picture gets the same letter, so nothing that you ask tells them apart",
        "What does the round O score on the falling diagonal, and what the clean X?",
        "Look at which feature you ask, and at the number that you compare with.",
        "Both diagonals match the O as well; only the crossing, features[2], differs.",
    ),
    Misconception(
        "diagonals trusted",
        "a strong diagonal is taken for an X, but a round O has both diagonals",
        "What does the round O score on the falling diagonal?",
        "Look at which of the three features you ask.",
        "Only the crossing tells the two apart: take features[2].",
    ),
    Misconception(
        "threshold too low",
        "a crossing counts as found where it isn't: the O scores up to 0.56 on it",
        "What is the round O's best score on the crossing?",
        "Look at the number that you compare with.",
        "Choose a number between the O's best score and that of a spoilt crossing.",
    ),
    Misconception(
        "threshold too strict",
        "only perfect crossings count as X, and a pixel of dirt spoils them",
        "What does the crossing score when one of its nine pixels is wrong?",
        "Look at the number that you compare with.",
        "Choose a number between the O's best score and that of a spoilt crossing.",
    ),
)


def _seeded(number):
    return np.random.default_rng([1, number])


def _signs(rng, *shape):
    return rng.choice([-1.0, 1.0], size=shape)


# share_equal ----------------------------------------------------------------------


def _share_equal(a, b):
    """Ask Keras's accuracy: the share of entries that are equal."""
    metric = referee.load_keras().metrics.Accuracy(dtype="float64")
    metric.update_state(a.ravel(), b.ravel())
    return float(metric.result())


def _share_cases():
    rng = _seeded(1)
    clean_x, bent_x, round_o = data.glyphs()
    one = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
    other = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])
    return (
        Case("2 by 3, two pixels differ", (one, other)),
        Case("equal pictures", (other, other.copy())),
        Case("opposite pictures", (one, -one)),
        Case("two empty pictures", (-np.ones((3, 2)), -np.ones((3, 2)))),
        Case("bent X and clean X", (bent_x, clean_x)),
        Case("round O and clean X", (round_o, clean_x)),
        Case("4 by 6, at random", (_signs(rng, 4, 6), _signs(rng, 4, 6))),
    )


def _share_hidden(rng):
    sizes = ((3, 5), (1, 7), (6, 2), (9, 9), (4, 4))
    return [Case("hidden", (_signs(rng, *s), _signs(rng, *s))) for s in sizes]


SHARE_SLIPS = {
    "counted instead of shared": lambda a, b: int(np.sum(a == b)),
    "divided by the rows only": lambda a, b: float(np.sum(a == b) / len(a)),
    "the share that differs": (
        lambda a, b: float(np.mean(a != b)),
        lambda a, b: float(np.mean(np.abs(a - b))),
    ),
    "only the ink counts": (
        lambda a, b: float(np.mean((a == 1) & (b == 1))),
        lambda a, b: float(np.sum((a == 1) & (b == 1)) / np.sum(a == 1)),
        lambda a, b: float(np.sum((a == 1) & (b == 1)) / np.sum(b == 1)),
    ),
    "all or nothing": (
        lambda a, b: bool(np.all(a == b)),
        lambda a, b: float(np.all(a == b)),
    ),
    "products instead of equality": lambda a, b: float(np.mean(a * b)),
}


# match_score ----------------------------------------------------------------------


def _match_score(patch, feature):
    """Ask a convolution with one stop, and divide by the number of pixels."""
    return float(referee.conv2d(patch, feature)[0, 0]) / feature.size


def _score_cases():
    rng = _seeded(2)
    falling, rising, crossing = data.features()
    return (
        Case("2 by 3, two pixels differ", (_signs(rng, 2, 3), _signs(rng, 2, 3))),
        Case("a perfect match", (falling.copy(), falling)),
        Case("the exact opposite", (-crossing, crossing)),
        Case("the other diagonal", (rising, falling)),
        Case("a grey patch", (eighths(rng, 3, 3), crossing)),
        Case("4 by 2, any numbers", (eighths(rng, 4, 2), eighths(rng, 4, 2))),
    )


def _score_hidden(rng):
    sizes = ((3, 3), (2, 5), (5, 1), (4, 4), (1, 1))
    return [Case("hidden", (eighths(rng, *s), eighths(rng, *s))) for s in sizes]


def _ink_only(patch, feature):
    return float(np.sum((patch * feature)[feature > 0]) / np.sum(feature > 0))


SCORE_SLIPS = {
    "sum instead of mean": lambda patch, feature: float(np.sum(patch * feature)),
    "divided by the rows only": lambda patch, feature: float(
        np.sum(patch * feature) / len(patch)
    ),
    "equal pixels instead of products": lambda patch, feature: float(
        np.mean(patch == feature)
    ),
    "difference instead of product": (
        lambda patch, feature: float(np.mean(patch - feature)),
        lambda patch, feature: float(np.mean(np.abs(patch - feature))),
        lambda patch, feature: float(np.mean((patch - feature) ** 2)),
        lambda patch, feature: float(np.sum(np.abs(patch - feature))),
    ),
    "matrix product": (
        lambda patch, feature: float(np.mean(patch @ feature)),
        lambda patch, feature: patch @ feature,
    ),
    "only the ink counts": _ink_only,
    "the two means multiplied": lambda patch, feature: float(
        np.mean(patch) * np.mean(feature)
    ),
    "kernel flipped": lambda patch, feature: float(
        np.mean(patch * feature[::-1, ::-1])
    ),
    "products not averaged": lambda patch, feature: patch * feature,
}


# match_map ------------------------------------------------------------------------


def _match_map(picture, feature):
    """Ask a convolution, and divide by the number of the feature's pixels."""
    return referee.conv2d(picture, feature) / feature.size


def _map_case(name, rng, size, kernel):
    return Case(name, (eighths(rng, *size), eighths(rng, *kernel)))


def _map_cases():
    rng = _seeded(3)
    clean_x, _, round_o = data.glyphs()
    falling, _, crossing = data.features()
    return (
        _map_case("one place", rng, (2, 3), (2, 3)),
        _map_case("2 by 2 on 3 by 4", rng, (3, 4), (2, 2)),
        _map_case("a tall feature", rng, (6, 4), (3, 1)),
        _map_case("a wide feature", rng, (4, 7), (2, 3)),
        _map_case("square", rng, (5, 5), (2, 2)),
        Case("the falling diagonal on the clean X", (clean_x, falling)),
        Case("the crossing on the round O", (round_o, crossing)),
    )


def _map_hidden(rng):
    sizes = ((7, 5, 3, 2), (5, 8, 2, 4), (6, 6, 3, 3), (3, 9, 1, 5), (9, 4, 9, 1))
    return [_map_case("hidden", rng, s[:2], s[2:]) for s in sizes]


def _centred(picture, feature):
    """Return the map with the feature centred on every pixel, zeros outside."""
    kh, kw = feature.shape
    pads = ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2))
    return _match_map(np.pad(picture, pads), feature)


def _side_by_side(picture, feature):
    return referee.conv2d(picture, feature, stride=feature.shape) / feature.size


def _resized(change):
    def slip(picture, feature):
        y = _match_map(picture, feature)
        return slips.fill(y, change(y.shape, picture.shape))

    return slip


def _last_left_out(picture, feature):
    """Return a map of the right size whose last row and column stay 0."""
    y = _match_map(picture, feature)
    return slips.fill(y[:-1, :-1], y.shape)


MAP_SLIPS = {
    "sum instead of mean": referee.conv2d,
    "divided by the rows only": lambda picture, feature: (
        referee.conv2d(picture, feature) / len(feature)
    ),
    "kernel flipped": lambda picture, feature: _match_map(picture, feature[::-1, ::-1]),
    "kernel transposed": lambda picture, feature: _match_map(picture, feature.T),
    "rows and columns swapped": lambda picture, feature: _match_map(picture, feature).T,
    "input height for output height": (_resized(lambda y, x: x), _centred),
    "one stop too few": (
        _resized(lambda y, x: (y[0] - 1, y[1] - 1)),
        _last_left_out,
    ),
    "patches side by side": (
        _side_by_side,
        lambda picture, feature: slips.fill(
            _side_by_side(picture, feature), _match_map(picture, feature).shape
        ),
    ),
    "height for width": _resized(lambda y, x: (y[0], y[0])),
}


def _map_window(arguments, index):
    """Return the patch of the picture that a place of the map reads."""
    rows, columns = (
        slice(i, i + k) for i, k in zip(index, arguments["feature"].shape, strict=True)
    )
    return {"picture": (rows, columns), "feature": (slice(None), slice(None))}


# strongest_matches ----------------------------------------------------------------


def _strongest_matches(pictures, features):
    """Ask a convolution with one filter per feature, then a global maximum."""
    w = np.moveaxis(np.asarray(features), 0, -1)[:, :, None, :]
    maps = referee.conv2d(pictures[..., None], w) / features[0].size
    return referee.global_pool2d(maps, "max")


def _strongest_cases():
    rng = _seeded(4)
    glyphs, features = np.stack(data.glyphs()), np.stack(data.features())
    return (
        Case(
            "one picture, two features", (eighths(rng, 1, 3, 4), eighths(rng, 2, 2, 2))
        ),
        Case(
            "two pictures, one feature", (eighths(rng, 2, 4, 3), eighths(rng, 1, 2, 3))
        ),
        Case(
            "three pictures, two features",
            (eighths(rng, 3, 5, 4), eighths(rng, 2, 3, 2)),
        ),
        Case(
            "nothing matches well",
            (np.abs(eighths(rng, 2, 4, 5)), -np.abs(eighths(rng, 2, 2, 2))),
        ),
        Case("the three glyphs", (glyphs, features)),
    )


def _strongest_hidden(rng):
    sizes = ((2, 6, 5, 3, 2, 3), (4, 4, 7, 2, 3, 3), (1, 5, 5, 4, 2, 2))
    cases = [
        Case("hidden", (eighths(rng, n, h, w), eighths(rng, f, kh, kw)))
        for n, h, w, f, kh, kw in sizes
    ]
    pictures, features = eighths(rng, 2, 3, 4), eighths(rng, 3, 2, 2)
    return [*cases, Case("hidden", (np.abs(pictures), -np.abs(features)))]


def _per_map(reduce):
    """Return a slip that reduces every map in another way."""

    def slip(pictures, features):
        maps = [[_match_map(x, f) for f in features] for x in pictures]
        return np.array([[reduce(m) for m in row] for row in maps])

    return slip


def _by_feature(pictures, features):
    return np.repeat(_strongest_matches(pictures, features)[:, :1], len(features), 1)


def _by_picture(pictures, features):
    return np.repeat(_strongest_matches(pictures, features)[:1], len(pictures), 0)


STRONGEST_SLIPS = {
    "mean of the map instead of its maximum": _per_map(np.mean),
    "place instead of score": (
        _per_map(np.argmax),
        _per_map(lambda m: float(np.argmax(m))),
    ),
    "sign ignored": _per_map(lambda m: np.abs(m).max()),
    "maximum started at 0": _per_map(lambda m: max(m.max(), 0.0)),
    "pictures and features exchanged": lambda pictures, features: (
        _strongest_matches(pictures, features).T
    ),
    "only the first example": _by_picture,
    "only the first filter": _by_feature,
    "best feature only": lambda pictures, features: _strongest_matches(
        pictures, features
    ).max(axis=1),
    "sum instead of mean": lambda pictures, features: (
        _strongest_matches(pictures, features) * features[0].size
    ),
}


# classify -------------------------------------------------------------------------

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


def _examine_classify(classify, rng=None):
    """Judge a classifier by the share of each group that it names rightly."""
    groups = _groups(rng)
    outcomes = [running.call(classify, (p,)) for _, ps, _ in groups for p in ps]
    stopped = next(filter(None, map(_stopped, outcomes)), None)
    if stopped:
        return stopped
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
        likely = next(m.likely for m in MISCONCEPTIONS if m.name == slip)
        lines.append(("likely", likely))
    return Finding(0.0, tuple(lines), slip, groups[int(np.argmin(shares))][0])


def _stopped(outcome):
    """Return the Finding on a call that gave no letter, or None."""
    if outcome.timed_out:
        return Finding(0.0, (("time", "no answer after 10 s: does a loop never end?"),))
    if outcome.error is not None:
        error = outcome.error
        lines = [("raised", f"{error.type_name}: {error.message}")]
        if error.text:
            lines.append(("line", f"{error.line}: {error.text}"))
        return Finding(0.0, tuple(lines))
    if outcome.value is None:
        line = ("waits", "not written yet: it returns None")
        return Finding(0.0, (line,), case="waiting")
    if isinstance(outcome.value, str) and outcome.value.strip() in data.XO_NAMES:
        return None
    line = ("type", f'it returns {repr(outcome.value)[:30]}; wanted "X" or "O"')
    return Finding(0.0, (line,))


def _known_classifier(answers, letters, groups):
    """Return the misconception that gives all of these answers, or None."""
    if len(set(answers)) == 1:
        return "always the same letter"
    pictures = np.array([p for _, ps, _ in groups for p in ps])
    falling, rising, crossing = (_best(pictures, f) for f in data.features())
    clean_x, _, round_o = (data.place(g) for g in data.glyphs())
    as_x, as_o = ((pictures * g).mean(axis=(1, 2)) for g in (clean_x, round_o))
    both = np.minimum(falling, rising)
    known = {
        "letters exchanged": [letters == "O", crossing < 0.7],
        "whole-picture matching": [as_x > as_o, as_x >= as_o],
        "diagonals trusted": [m > 0.9 for m in (falling, rising, both)],
        "threshold too strict": [crossing > 0.9],
        "threshold too low": [crossing > t for t in (0.2, 0.4, 0.5)],
    }
    found = [
        name
        for name, variants in known.items()
        if any(((answers == "X") == is_x).all() for is_x in variants)
    ]
    return found[0] if len(found) == 1 else None


def _best(pictures, feature):
    """Return each picture's best match, by Fourier transform (no loop to copy)."""
    size = pictures.shape[1:]
    spectrum = np.fft.rfft2(pictures) * np.conj(np.fft.rfft2(feature, s=size))
    around = np.fft.irfft2(spectrum, s=size) / feature.size
    rows, columns = (n - k + 1 for n, k in zip(size, feature.shape, strict=True))
    return around[:, :rows, :columns].max(axis=(1, 2))


# table ----------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        id="warm_up_01",
        number="1.0",
        title="Warm up: lesson 00",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="equal_pixels",
        number="1.1",
        title="Predict how many pixels agree",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "the share that differs": lambda: 16,
            "only the ink counts": lambda: 5,
        },
    ),
    Exercise(
        id="share_equal",
        number="1.1",
        title="Compare pixel by pixel",
        signature="share_equal(a, b)",
        points=1,
        minutes=5,
        lines=1,
        layer="keras.metrics.Accuracy()",
        referee=_share_equal,
        cases=_share_cases,
        hidden=_share_hidden,
        slips=SHARE_SLIPS,
        hints=(
            "Compare two pixels on paper: what does == give for them?",
            "a == b is an array of True and False; what is the mean of that?",
            "Compare the two pictures with == and take the mean of the result.",
        ),
    ),
    Exercise(
        id="one_pixel_off",
        number="1.2",
        title="Predict the score of a spoilt patch",
        points=1,
        minutes=3,
        kind="value",
        decimals=2,
        counted=False,
        slips={
            "equal pixels instead of products": lambda: 8 / 9,
            "sum instead of mean": lambda: 7,
        },
    ),
    Exercise(
        id="match_score",
        number="1.2",
        title="Score a patch",
        signature="match_score(patch, feature)",
        points=1,
        minutes=5,
        lines=1,
        layer="keras.layers.Conv2D(1, (kh, kw)) with one stop, divided by kh * kw",
        referee=_match_score,
        cases=_score_cases,
        hidden=_score_hidden,
        slips=SCORE_SLIPS,
        hints=(
            "Work the failing case out on paper: one product for each pixel.",
            "Two steps: all the products, and one number made of them.",
            "Multiply patch and feature place by place, and take the mean.",
        ),
    ),
    Exercise(
        id="map_shape",
        number="1.3",
        title="Predict the size of a map",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "input height for output height": lambda: (9, 9),
            "one stop too few": lambda: (6, 6),
            "patches side by side": lambda: (3, 3),
        },
    ),
    Exercise(
        id="match_map",
        number="1.3",
        title="Try every place",
        signature="match_map(picture, feature)",
        points=3,
        minutes=12,
        lines=5,
        layer="keras.layers.Conv2D(1, (kh, kw)), divided by kh * kw",
        referee=_match_map,
        cases=_map_cases,
        hidden=_map_hidden,
        slips=MAP_SLIPS,
        window=_map_window,
        parts=("map",),
        hints=(
            "Which rows and columns does the patch of map[0, 1] cover?",
            "Three parts: the size of the map, the slice of a patch, its score.",
            "Make zeros with a row for each place to start, and columns likewise; loop "
            "over both; cut the patch as large as the feature; write its match score.",
        ),
    ),
    Exercise(
        id="strongest_matches",
        number="1.4",
        title="Keep the best of every map",
        signature="strongest_matches(pictures, features)",
        points=2,
        minutes=8,
        lines=5,
        layer="keras.layers.GlobalMaxPooling2D() on the maps",
        referee=_strongest_matches,
        cases=_strongest_cases,
        hidden=_strongest_hidden,
        slips=STRONGEST_SLIPS,
        parts=("best",),
        hints=(
            "How many rows and columns should the result have?",
            "One number for each pair of a picture and a feature: two loops.",
            "For each pair, make the match map and keep its largest number.",
        ),
    ),
    Exercise(
        id="telling_feature",
        number="1.5",
        title="Choose the feature that tells X from O",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={"diagonals trusted": lambda: "falling"},
    ),
    Exercise(
        id="classify",
        number="1.5",
        title="Tell X from O",
        signature="classify(picture)",
        points=3,
        minutes=10,
        lines=2,
        kind="open",
        examine=_examine_classify,
        hints=(
            "Which of the three features scores differently on X and O?",
            "One match map, its largest number, one comparison.",
            "Take the crossing's best score; X is what lies above a number between "
            "0.56 and 0.78.",
        ),
    ),
)
