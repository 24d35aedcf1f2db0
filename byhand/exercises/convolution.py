"""Lesson 02: output size, 1D and 2D convolution, padding, stride, dilation."""

import numpy as np

from byhand import referee, slips
from byhand.checks.comparing import difference
from byhand.exercises import Case, Exercise
from byhand.experiments import Refused, examiner, pair, plane
from byhand.misconceptions import Misconception
from byhand.slips import eighths

BY_HAND = ("np.convolve", "np.correlate")


def _seeded(number):
    return np.random.default_rng([2, number])


# output_size ----------------------------------------------------------------------


def _size_cases():
    settings = [
        (3, 3, 1, 0, 1),
        (6, 3, 1, 0, 1),
        (6, 3, 2, 1, 1),
        (7, 3, 2, 0, 1),
        (9, 3, 2, 0, 2),
        (10, 4, 3, 2, 2),
        (5, 1, 2, 0, 3),
        (32, 5, 1, 0, 1),
        (12, 3, 4, 1, 3),
        (7, 3, 1, 2, 1),
        (8, 4, 1, 3, 2),
    ]
    return (*(_size_case(*s) for s in settings), Case("the defaults", (7, 3)))


def _size_case(n, k, stride, padding, dilation):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    name = f"n={n} k={k} s={stride} p={padding} d={dilation}"
    return Case(name, (n, k), settings)


def _size_hidden(rng):
    cases = []
    while len(cases) < 24:
        n, k, s, p, d = (int(rng.integers(1, top)) for top in (40, 7, 5, 5, 4))
        if n + 2 * p >= d * (k - 1) + 1:
            cases.append(_size_case(n, k, s, p, d))
    return cases


def _size(change):
    """Return a slip of output_size, the formula being written with one mistake."""

    def slip(n, k, *, stride=1, padding=0, dilation=1):
        return int(change(n, k, stride, padding, dilation))

    return slip


SIZE_SLIPS = {
    "one stop too few": _size(lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s),
    "padding on one side only": _size(
        lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1
    ),
    "padding ignored": _size(lambda n, k, s, p, d: (n - d * (k - 1) - 1) // s + 1),
    "stride ignored": _size(lambda n, k, s, p, d: n + 2 * p - d * (k - 1)),
    "dilation ignored": _size(lambda n, k, s, p, d: (n + 2 * p - k) // s + 1),
    "dilation off by one": (
        _size(lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1),
        _size(lambda n, k, s, p, d: (n + 2 * p - (d + 1) * (k - 1) - 1) // s + 1),
    ),
    "ceiling for floor": _size(
        lambda n, k, s, p, d: -((d * (k - 1) + 1 - n - 2 * p) // s) + 1
    ),
}


# conv1d and true_conv1d -----------------------------------------------------------


def _signal_case(name, rng, n, k, **settings):
    return Case(name, (eighths(rng, n), eighths(rng, k), float(eighths(rng))), settings)


def _conv1d_cases():
    rng = _seeded(1)
    return (
        _signal_case("one stop", rng, 2, 2),
        _signal_case("stride 1", rng, 5, 3),
        _signal_case("a kernel of one", rng, 4, 1, stride=3),
        _signal_case("stride 2", rng, 7, 3, stride=2),
        _signal_case("stride 2, a value left over", rng, 8, 3, stride=2),
        _signal_case("stride 3, a value left over", rng, 12, 4, stride=3),
        Case("no bias given", (eighths(rng, 6), eighths(rng, 2)), {}),
    )


def _conv1d_hidden(rng):
    return [
        _signal_case(
            f"hidden {t}", rng, int(rng.integers(8, 20)), int(k), stride=int(s)
        )
        for t, (k, s) in enumerate(((1, 2), (2, 3), (3, 1), (5, 2), (4, 4), (7, 3)))
    ] + [_signal_case("one stop", rng, 6, 6, stride=2)]


def _true_conv1d(x, w):
    return referee.conv1d(x, w[::-1])


def _true_cases():
    rng = _seeded(2)
    pairs = ((2, 2), (5, 3), (6, 2), (7, 4), (4, 4), (3, 1))
    return tuple(
        Case(f"{n} values, kernel of {k}", (eighths(rng, n), eighths(rng, k)))
        for n, k in pairs
    )


def _true_hidden(rng):
    sizes = ((9, 3), (12, 5), (8, 1), (6, 6), (15, 4))
    return [Case("hidden", (eighths(rng, n), eighths(rng, k))) for n, k in sizes]


# Planes ---------------------------------------------------------------------------


def _plane_case(name, rng, size, kernel, **settings):
    bias = float(eighths(rng))
    return Case(name, (eighths(rng, *size), eighths(rng, *kernel), bias), settings)


def _plain_cases():
    rng = _seeded(3)
    return (
        _plane_case("one stop", rng, (2, 3), (2, 3)),
        _plane_case("2 x 2 on 3 x 4", rng, (3, 4), (2, 2)),
        _plane_case("a tall kernel", rng, (5, 4), (3, 1)),
        _plane_case("a wide kernel", rng, (4, 7), (2, 3)),
        _plane_case("square", rng, (5, 5), (3, 3)),
        _plane_case("a wide picture", rng, (4, 6), (3, 3)),
        Case("no bias given", (eighths(rng, 4, 3), eighths(rng, 2, 2))),
    )


def _plain_hidden(rng):
    sizes = ((7, 5, 3, 2), (5, 8, 2, 4), (6, 6, 3, 3), (3, 9, 1, 5), (9, 4, 9, 1))
    return [_plane_case("hidden", rng, s[:2], s[2:]) for s in sizes]


def _pad_cases():
    rng = _seeded(4)
    return (
        Case("a ring of 1", (eighths(rng, 2, 3),), {"padding": 1}),
        Case("the default", (eighths(rng, 3, 2),)),
        Case("a ring of 2", (eighths(rng, 3, 3), 2)),
        Case("rows 2, columns 0", (eighths(rng, 3, 4),), {"padding": (2, 0)}),
        Case("rows 1, columns 3", (eighths(rng, 4, 2), (1, 3))),
        Case("no padding", (eighths(rng, 2, 2), 0)),
    )


def _pad_hidden(rng):
    pads = (3, (0, 2), (4, 1), 1, 0)
    return [
        Case("hidden", (eighths(rng, int(rng.integers(2, 6)), 3),), {"padding": p})
        for p in pads
    ]


def _pad_slip(make):
    def slip(x, padding=1):
        return make(x, referee.pad_widths(padding, 2))

    return slip


def _one_sided(x, pads, keep):
    return np.pad(x, [keep(p) for p, _ in pads])


PAD_SLIPS = {
    "padding ignored": _pad_slip(lambda x, p: x),
    "padding on one side only": tuple(
        _pad_slip(lambda x, p, keep=keep: _one_sided(x, p, keep))
        for keep in (
            lambda p: (p, 0),
            lambda p: (0, p),
            lambda p: (2 * p, 0),
            lambda p: (0, 2 * p),
        )
    ),
    "padding of rows and columns swapped": _pad_slip(
        lambda x, p: referee.pad2d(x, p[::-1])
    ),
    "edge padding instead of zeros": _pad_slip(lambda x, p: np.pad(x, p, mode="edge")),
    "padding applied twice": _pad_slip(lambda x, p: np.pad(x, 2 * np.array(p))),
    "a setting in one direction only": (
        _pad_slip(lambda x, p: np.pad(x, (p[0], (0, 0)))),
        _pad_slip(lambda x, p: np.pad(x, ((0, 0), p[1]))),
    ),
    "one number for both directions": (
        _pad_slip(lambda x, p: np.pad(x, (p[0], p[0]))),
        _pad_slip(lambda x, p: np.pad(x, (p[1], p[1]))),
    ),
}


def _same_cases():
    settings = [
        (4, 3, 1, 1),
        (6, 3, 2, 1),
        (5, 3, 2, 1),
        (7, 4, 1, 1),
        (9, 2, 3, 1),
        (8, 3, 1, 2),
        (8, 3, 2, 2),
        (10, 1, 3, 1),
        (11, 5, 4, 1),
    ]
    return (*(_same_case(*s) for s in settings), Case("the defaults", (6, 4)))


def _same_case(n, k, s, d):
    settings = {"stride": s, "dilation": d}
    return Case(f"n={n} k={k} s={s} d={d}", (n, k), settings)


def _same_hidden(rng):
    settings = ((2, 1), (3, 1), (1, 3), (2, 2), (1, 1), (4, 1), (3, 2))
    return [
        _same_case(int(rng.integers(5, 25)), int(rng.integers(1, 7)), s, d)
        for s, d in settings
    ]


def _same(total, split=lambda t: (t // 2, t - t // 2)):
    def slip(n, k, *, stride=1, dilation=1):
        return split(total(n, k, stride, dilation))

    return slip


def _right_total(n, k, s, d):
    return sum(referee.same_padding(n, k, stride=s, dilation=d))


SAME_SLIPS = {
    "Keras `same` with the odd row on top": _same(
        _right_total, lambda t: (t - t // 2, t // 2)
    ),
    "stride ignored": _same(lambda n, k, s, d: d * (k - 1)),
    "dilation ignored": _same(lambda n, k, s, d: _right_total(n, k, s, 1)),
    "floor for ceiling": _same(
        lambda n, k, s, d: max((n // s - 1) * s + d * (k - 1) + 1 - n, 0)
    ),
    "never below zero forgotten": _same(
        lambda n, k, s, d: (-(-n // s) - 1) * s + d * (k - 1) + 1 - n
    ),
    "dilation off by one": _same(
        lambda n, k, s, d: max((-(-n // s) - 1) * s + d * k - n, 0)
    ),
    "padding on one side only": (
        _same(_right_total, lambda t: (0, t)),
        _same(_right_total, lambda t: (t, 0)),
    ),
    "the odd row dropped": _same(_right_total, lambda t: (t // 2, t // 2)),
    "half the kernel on both sides": (
        lambda n, k, *, stride=1, dilation=1: (k // 2, k // 2),
        lambda n, k, *, stride=1, dilation=1: (k // 2 * dilation, k // 2 * dilation),
    ),
}


def _strided_cases():
    rng = _seeded(5)
    return (
        _plane_case("stride 1", rng, (3, 4), (2, 2)),
        _plane_case("stride 2", rng, (5, 4), (2, 2), stride=2),
        _plane_case("stride 2, a row left over", rng, (6, 7), (3, 2), stride=2),
        _plane_case("rows 2, columns 1", rng, (5, 5), (3, 3), stride=(2, 1)),
        _plane_case("rows 1, columns 3", rng, (4, 9), (2, 3), stride=(1, 3)),
        _plane_case("stride 3", rng, (8, 11), (3, 3), stride=3),
        _plane_case("one stop", rng, (4, 3), (3, 3), stride=2),
        Case("the defaults", (eighths(rng, 3, 4), eighths(rng, 2, 2))),
    )


def _strided_hidden(rng):
    settings = ((1, 2, 3), (2, 3, 2), ((3, 1), 2, 3), ((1, 4), 3, 1), (4, 2, 2))
    return [
        _plane_case(
            "hidden",
            rng,
            (int(rng.integers(6, 11)), int(rng.integers(6, 13))),
            (kh, kw),
            stride=s,
        )
        for s, kh, kw in settings
    ]


CONV_SETTINGS = (
    ("stride 1", (3, 4), (2, 2), {}),
    ("stride 2", (5, 6), (2, 3), {"stride": 2}),
    ("padding 1", (3, 4), (3, 2), {"padding": 1}),
    ("dilation 2", (5, 6), (2, 3), {"dilation": 2}),
    ("rows 2, columns 1", (6, 5), (3, 2), {"stride": (2, 1), "padding": (0, 1)}),
    ("padding of rows only", (4, 4), (3, 3), {"padding": (2, 0)}),
    ("dilation of columns only", (4, 8), (2, 3), {"dilation": (1, 3)}),
    ("stride and dilation", (8, 9), (3, 2), {"stride": 2, "dilation": (2, 3)}),
    ("all three", (7, 9), (3, 3), {"stride": (3, 2), "padding": (1, 2), "dilation": 2}),
    ("one stop", (5, 3), (3, 2), {"dilation": 2, "stride": 2}),
    ("square", (7, 7), (3, 3), {"stride": 2, "padding": 1, "dilation": (2, 1)}),
)


def conv_cases(make, number):
    """Return the visible cases that every 2D convolution of the course shares.

    ``make(rng, size, kernel)`` gives the arrays of one call.
    """
    rng = np.random.default_rng([number])
    return tuple(
        Case(name, make(rng, size, kernel), dict(settings))
        for name, size, kernel, settings in CONV_SETTINGS
    )


def conv_hidden(make, rng):
    """Return hidden cases in which each setting is drawn, and each shows.

    Sizes follow from a drawn number of stops, two or more along both axes, and a drawn
    remainder that the stride leaves over.
    """
    kinds = (
        ("plain", {}),
        ("strides", {"stride": _unequal(rng, 1, 4)}),
        ("paddings", {"padding": _unequal(rng, 0, 3)}),
        ("dilations", {"dilation": _unequal(rng, 1, 4)}),
        ("stride", {"stride": _drawn(rng, 2, 4), "padding": 1}),
        ("dilation", {"dilation": _drawn(rng, 2, 4), "padding": 2}),
        ("all", _all_settings(rng, _drawn)),
        ("unequal", _all_settings(rng, _unequal)),
        ("unequal again", _all_settings(rng, _unequal)),
    )
    cases = []
    for name, settings in kinds:
        kernel = tuple(int(v) for v in rng.permutation([2, 3]))
        if name == "all":
            kernel = (3, 3)
        size = size_for(rng, kernel, **settings)
        cases.append(Case(name, make(rng, size, kernel), settings))
    one = {"stride": 2, "dilation": (2, 1)}
    return [*cases, Case("one stop", make(rng, (5, 3), (3, 2)), one)]


def _all_settings(rng, draw):
    return {
        "stride": draw(rng, 2, 4) if draw is _drawn else draw(rng, 1, 4),
        "padding": draw(rng, 1, 3) if draw is _drawn else draw(rng, 0, 3),
        "dilation": draw(rng, 2, 3) if draw is _drawn else draw(rng, 1, 4),
    }


def _drawn(rng, low, high):
    return int(rng.integers(low, high))


def _unequal(rng, low, high):
    return tuple(int(v) for v in rng.permutation(np.arange(low, high))[:2])


def size_for(rng, kernel, *, stride=1, padding=0, dilation=1):
    """Return a drawn input size for which a kernel makes two stops or more."""
    rank = len(kernel)
    size = []
    for k, s, p, d in zip(
        kernel,
        referee.per_axis(stride, rank),
        referee.per_axis(padding, rank),
        referee.per_axis(dilation, rank),
        strict=True,
    ):
        stops, left = int(rng.integers(2, 5)), int(rng.integers(0, s))
        n = d * (k - 1) + 1 + s * (stops - 1) + left - 2 * p
        while n < 2:
            n += s
        size.append(n)
    return tuple(size)


def _arrays(rng, size, kernel):
    return eighths(rng, *size), eighths(rng, *kernel), float(eighths(rng))


def _conv2d_cases():
    bare = Case("the defaults", _arrays(_seeded(9), (4, 3), (2, 2))[:2])
    return (*conv_cases(_arrays, 208), bare)


NEUTRAL = {"stride": 1, "padding": 0, "dilation": 1}

# Further single mistakes, for all convolutions of planes, volumes and batches --------


def more_slips(ask, *, rank=2, first=0, offers=()):
    """Return {misconception: slip} that ``slips.convolution`` doesn't have.

    ``ask(x, w[, b], **settings)`` is the referee's convolution; the other arguments
    are those of ``slips.convolution``.
    """
    axes = range(rank) if rank == 1 else (range(2), range(1), range(1, 2))
    axes = (axes,) if rank == 1 else axes
    found = {"last taps left out": tuple(_last_taps(ask, some) for some in axes)}
    if "bias" in offers:
        found["bias subtracted"] = lambda x, w, *b, **k: ask(
            x, w, *[-np.asarray(v, dtype=float) for v in b], **k
        )
    pairs = [name for name in ("stride", "padding", "dilation") if name in offers]
    if rank == 2 and pairs:
        found["one number for both directions"] = tuple(
            _one_for_both(ask, names, axis)
            for names in dict.fromkeys([*((name,) for name in pairs), tuple(pairs)])
            for axis in (0, 1)
        )
    if "padding" in offers:
        found |= _padding_slips(ask, rank, first)
    if rank == 2:
        found["kernel transposed"] = tuple(_transposed(ask, first))
    return found


def direction_slips(ask, offers):
    """Return what goes wrong when rows and columns aren't kept apart."""

    def dilation_swapped(x, w, *b, **k):
        spread = referee.per_axis(k.get("dilation", 1), 2)[::-1]
        return ask(x, w, *b, **{**k, "dilation": spread})

    found = {
        "a setting in one direction only": tuple(
            _neutral_in(ask, name, axis)
            for name in ("stride", "padding", "dilation")
            if name in offers
            for axis in (0, 1)
        )
    }
    if "dilation" in offers:
        found["dilations of rows and columns swapped"] = dilation_swapped
    return found


def _neutral_in(ask, name, axis):
    def slip(x, w, *b, **k):
        pair = list(referee.per_axis(k.get(name, NEUTRAL[name]), 2))
        pair[axis] = NEUTRAL[name]
        return ask(x, w, *b, **{**k, name: tuple(pair)})

    return slip


def _transposed(ask, first):
    """Yield what a transposed kernel gives: an error, or nothing, where it is large."""
    lay = slips.Layout(2, first)

    def turned(x, w, *b, **k):
        return ask(x, w.swapaxes(0, 1), *b, **k)

    def square_only(x, w, *b, **k):
        if w.shape[0] != w.shape[1]:
            raise IndexError("w is not square")
        return turned(x, w, *b, **k)

    def nothing_where_large(x, w, *b, **k):
        pads = referee.pad_widths(k.get("padding", 0), 2)
        steps, spread = (
            referee.per_axis(k.get(n, 1), 2) for n in ("stride", "dilation")
        )
        size = slips.sizes(lay.space(x), w.shape[1::-1], steps, pads, spread)
        return (
            turned(x, w, *b, **k) if all(size) else lay.resize(ask(x, w, *b, **k), size)
        )

    return turned, square_only, nothing_where_large


def _last_taps(ask, axes):
    def slip(x, w, *b, **k):
        kept = w.copy()
        for axis in axes:
            np.moveaxis(kept, axis, 0)[-1] = 0.0
        return ask(x, kept, *b, **k)

    return slip


def _one_for_both(ask, names, axis):
    def slip(x, w, *b, **k):
        same = {n: referee.per_axis(k.get(n, NEUTRAL[n]), 2)[axis] for n in names}
        return ask(x, w, *b, **{**k, **same})

    return slip


def _padding_slips(ask, rank, first):
    lay = slips.Layout(rank, first)

    def twice(x, w, *b, **k):
        pads = referee.pad_widths(k.get("padding", 0), rank)
        double = tuple((2 * before, 2 * after) for before, after in pads)
        return ask(x, w, *b, **{**k, "padding": double})

    def unpadded_size(x, w, *b, **k):
        each = (referee.per_axis(k.get(n, 1), rank) for n in ("stride", "dilation"))
        steps, spread = each
        none = ((0, 0),) * rank
        size = slips.sizes(lay.space(x), w.shape[:rank], steps, none, spread)
        return lay.resize(ask(x, w, *b, **k), size)

    return {
        "padding applied twice": twice,
        "padding left out of the output size": unpadded_size,
    }


# break_conv2d ---------------------------------------------------------------------

ALL = ("bias", "stride", "padding", "dilation")
CONV2D_SLIPS = {
    **slips.convolution(referee.conv2d, offers=ALL),
    **more_slips(referee.conv2d, offers=ALL),
    **direction_slips(referee.conv2d, ALL),
}


def _leans(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    pads = tuple(
        (before + after, 0) for before, after in referee.pad_widths(padding, 2)
    )
    return referee.conv2d(x, w, b, stride=stride, padding=pads, dilation=dilation)


# Four wrong convolutions which all return an array of the right shape.
SUSPECTS = {
    "turned": CONV2D_SLIPS["kernel flipped"],
    "crawls": CONV2D_SLIPS["stride in the size only"],
    "leans": _leans,
    "cramped": CONV2D_SLIPS["dilation in the output size but not in the taps"],
}
SETTING = {"crawls": "stride", "leans": "padding", "cramped": "dilation"}
SMALL = {"x": 8, "w": 4}  # most rows and columns of an experiment
HIGHEST = 4  # of a stride, padding or dilation


def _experiment(entry):
    """Return (x, w, settings) of a learner's experiment, or raise Refused."""
    if not isinstance(entry, tuple | list) or len(entry) not in (2, 3):
        raise Refused("wanted a tuple (x, w, settings)")
    x, w = (_small(name, v) for name, v in zip("xw", entry[:2], strict=True))
    settings = entry[2] if len(entry) == 3 else {}
    if not isinstance(settings, dict) or not settings.keys() <= NEUTRAL.keys():
        raise Refused(f"settings is a dict with any of {', '.join(NEUTRAL)}")
    return (
        x,
        w,
        {name: pair(name, v, NEUTRAL[name], HIGHEST) for name, v in settings.items()},
    )


def _small(name, value):
    rows = plane(name, value)
    if max(rows.shape) > SMALL[name]:
        raise Refused(f"{name} is too large: at most {SMALL[name]} rows and columns")
    return rows


def _exposed(x, w, settings):
    """Return the suspects whose map differs from the right one."""
    try:
        right = referee.conv2d(x, w, **settings)
    except ValueError:
        raise Refused("the kernel doesn't fit into the padded picture") from None
    return [
        name
        for name, suspect in SUSPECTS.items()
        if not _why(name, w, settings)  # then it can't differ: Keras needn't be asked
        and difference(right, suspect(x, w, **settings)) is not None
    ]


def _run(name, entry):
    """Return (share, sentence, misconception or None) for one experiment."""
    x, w, settings = _experiment(entry)
    caught = _exposed(x, w, settings)
    others = [other for other in caught if other != name]
    if name not in caught:
        return 0.0, "not exposed: here it gives the right map", _why(name, w, settings)
    if others:
        what = f"exposed, and also {', '.join(others)}: half"
        return 0.5, what, "several mistakes exposed at once"
    return 1.0, "exposed, and the other three are cleared", None


def _why(name, w, settings):
    if name == "turned":
        same = np.array_equal(w, w[::-1, ::-1])
        return "a kernel that is the same when turned" if same else None
    setting = SETTING[name]
    neutral = (NEUTRAL[setting],) * 2
    return "the setting is off" if settings.get(setting, neutral) == neutral else None


MISCONCEPTIONS = (
    Misconception(
        "last taps left out",
        "the last row or column of the kernel is never read",
        "Set only the last weight to 1 and the others to 0: what comes out?",
        "Look at the end of the loops over the kernel, or at the end of the window.",
        "range(k) and the slice i : i + k already stop before their end.",
    ),
    Misconception(
        "bias subtracted",
        "the bias is subtracted, and it should be added",
        "Set w to zeros: what do you get, b or -b?",
        "Look at the sign in front of b.",
        "Each output is the sum of the products plus b.",
    ),
    Misconception(
        "one number for both directions",
        "of a pair (rows, columns), one number is used for both directions",
        "Try a pair of two different numbers: which direction goes wrong?",
        "Look for an index [0] where [1] belongs, or for the same name twice.",
        "The first number of a pair belongs to rows, the second to columns.",
    ),
    Misconception(
        "a setting in one direction only",
        "stride, padding or dilation acts on rows or on columns, and not on both",
        "Try a setting of 2 with neutral others: in which direction does it act?",
        "Compare your line for rows with the one for columns, name by name.",
        "Whatever is done along rows is done along columns, each with its number.",
    ),
    Misconception(
        "dilations of rows and columns swapped",
        "the rows are spread by the dilation of the columns, and the other way round",
        "Try dilation=(2, 1): in which direction lie the taps apart?",
        "Look at which of the two numbers multiplies p and which q.",
        "The first number belongs to rows (p), the second to columns (q).",
    ),
    Misconception(
        "padding applied twice",
        "twice as many zeros as asked stand on each side",
        "How many rows should the padded picture have?",
        "Look for 2 * padding where the zeros are put on, or for padding done twice.",
        "Padding p puts p zeros on each side; 2 * p belongs to the size alone.",
    ),
    Misconception(
        "padding left out of the output size",
        "the picture is padded, but the size is that without padding",
        "How many stops fit into the padded picture?",
        "Look at the size of y: it uses the height and width before padding.",
        "Add 2 * padding to the height and to the width, or measure after padding.",
    ),
    Misconception(
        "the kernel hangs over the ends",
        "stops are counted where a part of the kernel lies outside of the signal",
        "How many stops has a kernel as long as the signal?",
        "Look at the size of the result: it is larger than n - k + 1.",
        "Count only the stops where the kernel fits whole: n - k + 1 of them.",
    ),
    Misconception(
        "half the kernel on both sides",
        "half the kernel keeps the size at stride 1 for an odd kernel, and no further",
        "How many outputs does Keras promise when the stride is 2?",
        "Look at the total: it doesn't depend on n and the stride.",
        "Count what ceil(n / stride) stops need, and subtract n.",
    ),
    Misconception(
        "several mistakes exposed at once",
        "an input exposes its suspect, and others too, so it can't tell them apart",
        "Which settings does your input use, and which suspects mind them?",
        "Look at the lines that say 'and also': what do those suspects react to?",
        "Leave all neutral but what the suspect gets wrong; a kernel that is the same "
        "when turned round clears the first.",
    ),
    Misconception(
        "a kernel that is the same when turned",
        "the kernel looks the same turned round, so turning it changes nothing",
        "Turn your kernel by half a circle: what do you see?",
        "Look at w and w[::-1, ::-1]: they are equal.",
        "Give two weights that trade places in a half turn different values.",
    ),
    Misconception(
        "the setting is off",
        "the setting that this suspect gets wrong is at its neutral value",
        "Which of stride, padding and dilation does the suspect misuse?",
        "Look at the settings of the entry: that name is missing, or neutral.",
        "Set it to 2, padding to 1, and leave the other two neutral.",
    ),
    Misconception(
        "kernel not flipped",
        "the kernel meets the input in its own order; here it is turned round",
        "Which weight meets the first value under the window, w[0] or w[-1]?",
        "Look for the place where you read w: it counts up.",
        "Reverse the kernel once, then slide it as conv1d does.",
    ),
    Misconception(
        "the input flipped as well",
        "the input is reversed too, so that both run backwards",
        "In which order do your results come?",
        "Look for [::-1] on x.",
        "Only the kernel is reversed; the window still walks from left to right.",
    ),
    Misconception(
        "the result flipped",
        "the results come in reverse order",
        "Which window belongs to y[0]?",
        "Look for [::-1] on the result, or a list that grows at its front.",
        "y[0] belongs to the window that starts at x[0].",
    ),
    Misconception(
        "never below zero forgotten",
        "where the stride is longer than the kernel, the total comes out negative",
        "What total do you get for n=10, k=1, stride 3?",
        "Look at the total: nothing keeps it from falling below zero.",
        "Take the larger of 0 and the total before you halve it.",
    ),
    Misconception(
        "the odd row dropped",
        "an odd total loses one: both sides get its half, rounded down",
        "Add your two numbers: do they give the total?",
        "Look at the second number: it is the same as the first.",
        "The second is the total less the first.",
    ),
)

EXERCISES = (
    Exercise(
        id="warm_up_02",
        number="2.0",
        title="Warm up: lessons 00 and 01",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="stops",
        number="2.1",
        title="Predict the number of stops",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "one stop too few": lambda: (3, 1, 5, 1),
            "padding on one side only": lambda: (4, 2, 5, 2),
            "padding ignored": lambda: (4, 2, 4, 2),
            "stride ignored": lambda: (4, 4, 6, 2),
            "dilation ignored": lambda: (4, 2, 6, 4),
            "dilation off by one": lambda: (4, 2, 6, 1),
            "ceiling for floor": lambda: (4, 3, 6, 2),
        },
    ),
    Exercise(
        id="output_size",
        number="2.1",
        title="Count the stops of a kernel",
        signature="output_size(n, k, *, stride=1, padding=0, dilation=1)",
        points=1,
        minutes=6,
        lines=2,
        layer="keras.layers.Conv1D(1, k, strides=..., dilation_rate=...)",
        referee=referee.output_size,
        cases=_size_cases,
        hidden=_size_hidden,
        slips=SIZE_SLIPS,
        parts=("size",),
        hints=(
            "Draw the input as boxes, lay the kernel on its first stop, and count on.",
            "First the length that the kernel covers, then the steps that are left.",
            "Take the padded length less the spread kernel, divide by the stride and "
            "round down, then count the first stop as well.",
        ),
    ),
    Exercise(
        id="sliding_sums",
        number="2.2",
        title="Predict two sums of products",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "kernel flipped": lambda: (10, 16),
            "mean instead of sum": lambda: (14 / 3, 20 / 3),
            "input height for output height": lambda: (14, 20, 11, 4),
        },
    ),
    Exercise(
        id="conv1d",
        number="2.2",
        title="Slide a kernel over a signal",
        signature="conv1d(x, w, b=0.0, *, stride=1)",
        points=2,
        minutes=8,
        lines=5,
        layer="keras.layers.Conv1D(1, k, strides=stride)",
        referee=referee.conv1d,
        cases=_conv1d_cases,
        hidden=_conv1d_hidden,
        slips=slips.convolution(referee.conv1d, rank=1, offers=("bias", "stride"))
        | more_slips(referee.conv1d, rank=1, offers=("bias",)),
        window=slips.window(rank=1),
        by_hand=BY_HAND,
        hints=(
            "Work out y[0] and y[1] of the failing case on paper first.",
            "Three lines carry everything: the size of y, the start of a window, the "
            "sum of products.",
            "Make y full of zeros, loop over its places, cut the window that starts at "
            "the place times the stride, multiply by w, add, then add b.",
        ),
    ),
    Exercise(
        id="turned_sums",
        number="2.3",
        title="Predict what a turned kernel gives",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "kernel not flipped": lambda: (14, 20),
            "the result flipped": lambda: (16, 10),
            "the input flipped as well": lambda: (20, 14),
        },
    ),
    Exercise(
        id="true_conv1d",
        number="2.3",
        title="Flip the kernel: the mathematician's convolution",
        signature="true_conv1d(x, w)",
        points=1,
        minutes=5,
        lines=5,
        layer="keras.layers.Conv1D with the kernel reversed",
        referee=_true_conv1d,
        cases=_true_cases,
        hidden=_true_hidden,
        slips={
            "kernel not flipped": referee.conv1d,
            "the input flipped as well": lambda x, w: referee.conv1d(x[::-1], w[::-1]),
            "the result flipped": lambda x, w: referee.conv1d(x, w[::-1])[::-1],
            "mean instead of sum": lambda x, w: _true_conv1d(x, w) / len(w),
            "one stop too few": lambda x, w: _true_conv1d(x, w)[:-1],
            "the kernel hangs over the ends": (
                lambda x, w: _true_conv1d(np.pad(x, len(w) - 1), w),
                lambda x, w: np.convolve(x, w, mode="same"),
            ),
        },
        by_hand=BY_HAND,
        hints=(
            "Which weight meets the first value under the window here?",
            "Only the order of the weights differs from your conv1d.",
            "Read the kernel backwards, then slide it as before.",
        ),
    ),
    Exercise(
        id="middle_row",
        number="2.4",
        title="Predict a row of a map",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "rows and columns swapped": lambda: (3, 4, 3),
            "mean instead of sum": lambda: (2 / 9, 4 / 9, 3 / 9),
        },
    ),
    Exercise(
        id="conv2d_plain",
        number="2.4",
        title="Slide a kernel over a picture",
        signature="conv2d_plain(x, w, b=0.0)",
        points=2,
        minutes=10,
        lines=5,
        layer="keras.layers.Conv2D(1, (kh, kw))",
        referee=referee.conv2d,
        cases=_plain_cases,
        hidden=_plain_hidden,
        slips=slips.convolution(referee.conv2d, offers=("bias",))
        | more_slips(referee.conv2d, offers=("bias",)),
        window=slips.window(),
        by_hand=BY_HAND,
        hints=(
            "Work out the top left output of the failing case on paper.",
            "Two loops, over rows and columns of y; the window is a slice in both.",
            "For each place of y take the block of x that starts there and is as large "
            "as w, multiply by w, add everything, then add b.",
        ),
    ),
    Exercise(
        id="ring",
        number="2.5",
        title="Predict what a ring of zeros costs and saves",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "padding on one side only": lambda: (13, 5),
            "padding ignored": lambda: (28, 4),
        },
    ),
    Exercise(
        id="pad2d",
        number="2.5",
        title="Put zeros around a picture",
        signature="pad2d(x, padding=1)",
        points=1,
        minutes=6,
        lines=3,
        layer="keras.layers.ZeroPadding2D(padding)",
        referee=referee.pad2d,
        cases=_pad_cases,
        hidden=_pad_hidden,
        slips=PAD_SLIPS,
        hints=(
            "How many rows and columns does the result have?",
            "padding is one number or a pair: make it a pair first.",
            "Make a larger array of zeros and put x into its middle.",
        ),
    ),
    Exercise(
        id="same_zeros",
        number="2.6",
        title="Predict where Keras puts the zeros",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "Keras `same` with the odd row on top": lambda: (1, 0),
            "stride ignored": lambda: (1, 1),
            "the odd row dropped": lambda: (0, 0),
        },
    ),
    Exercise(
        id="same_padding",
        number="2.6",
        title='What Keras means by "same"',
        signature="same_padding(n, k, *, stride=1, dilation=1)",
        points=1,
        minutes=8,
        lines=3,
        layer='keras.layers.Conv1D(1, k, padding="same")',
        referee=referee.same_padding,
        cases=_same_cases,
        hidden=_same_hidden,
        slips=SAME_SLIPS,
        parts=("before", "after"),
        hints=(
            "How many outputs does Keras promise, and how many inputs do they need?",
            "The total is what the outputs need less what the input has, never "
            "below zero.",
            "Round n / stride up, count the inputs from the first window's start to "
            "the last one's end, subtract n; half of it, rounded down, goes before.",
        ),
    ),
    Exercise(
        id="every_second",
        number="2.7",
        title="Predict a map with stride 2",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "stride in the size only": lambda: [[3, -1], [-3, 1]],
            "stride ignored": lambda: [
                [3, -1, -3, -1],
                [-3, 1, 0, -3],
                [-3, -3, 0, 1],
                [3, -2, -2, -1],
            ],
        },
    ),
    Exercise(
        id="conv2d_strided",
        number="2.7",
        title="Move the window in larger steps",
        signature="conv2d_strided(x, w, b=0.0, *, stride=1)",
        points=2,
        minutes=8,
        lines=7,
        layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
        referee=referee.conv2d,
        cases=_strided_cases,
        hidden=_strided_hidden,
        slips=slips.convolution(referee.conv2d, offers=("bias", "stride"))
        | more_slips(referee.conv2d, offers=("bias", "stride"))
        | direction_slips(referee.conv2d, ("stride",)),
        window=slips.window(),
        by_hand=BY_HAND,
        hints=(
            "Which rows and columns of the input does the second output read?",
            "stride is one number or a pair: make it a pair first. It appears twice.",
            "The size divides by the stride, and each start is multiplied by it, rows "
            "with the first number and columns with the second.",
        ),
    ),
    Exercise(
        id="spread_sums",
        number="2.8",
        title="Predict the sums of a spread kernel",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "dilation ignored": lambda: (7, 7, 4, 10),
            "dilation in the output size but not in the taps": lambda: (7, 7),
            "kernel flipped": lambda: (7, 5),
            "dilation off by one": lambda: (5,),
        },
    ),
    Exercise(
        id="conv2d",
        number="2.8",
        title="Stride, padding and dilation together",
        signature="conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1)",
        points=3,
        minutes=12,
        lines=11,
        layer="keras.layers.Conv2D(1, (kh, kw), strides=..., dilation_rate=...)",
        referee=referee.conv2d,
        cases=_conv2d_cases,
        hidden=lambda rng: conv_hidden(_arrays, rng),
        slips=CONV2D_SLIPS,
        window=slips.window(),
        by_hand=BY_HAND,
        hints=(
            "Switch settings on one at a time: which one breaks it?",
            "Pad first. Then the size uses the padded picture and the spread kernel, "
            "and the window takes every dilation-th value.",
            "A window starts at the place times the stride, ends after the spread "
            "kernel, and steps by the dilation; the slice has all three numbers.",
        ),
    ),
    Exercise(
        id="caught",
        number="2.9",
        title="Predict how many mistakes an even picture exposes",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
    ),
    Exercise(
        id="break_conv2d",
        number="2.9",
        title="Break it: find the input that exposes each wrong convolution",
        points=2,
        minutes=15,
        lines=6,
        kind="open",
        examine=examiner(SUSPECTS, _run),
        hints=(
            "Start from the right map: on which input must the suspect differ?",
            "Change one thing from neutral: the one that the suspect gets wrong.",
            "A kernel of one weight clears 'turned' and 'cramped'; stride 1, padding 0 "
            "and dilation 1 clear the other three.",
        ),
    ),
)
