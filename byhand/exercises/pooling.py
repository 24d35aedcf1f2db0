"""Lesson 05: ReLU, max, average and L2 pooling, global pooling, and what replaces it.

A pooling's slips are calls of the referee with one thing changed; ``_slips`` gives
those that all three kinds share.
"""

import numpy as np

from byhand import referee, wiring
from byhand.checks.comparing import difference
from byhand.exercises import Case, Exercise
from byhand.experiments import Refused, examiner, pair, plane
from byhand.misconceptions import Misconception
from byhand.slips import Layout, eighths, whole

PLANES = Layout(2, first=1)


def _seeded(number):
    return np.random.default_rng([5, number])


# relu -----------------------------------------------------------------------------


def _relu_cases():
    rng = _seeded(1)
    return (
        Case("four numbers", (np.array([-2.0, 0.0, 0.5, 3.0]),)),
        Case("all negative", (-np.abs(eighths(rng, 2, 3)),)),
        Case("a plane", (eighths(rng, 3, 4),)),
        Case("a batch of volumes", (eighths(rng, 2, 3, 2, 4),)),
    )


def _relu_hidden(rng):
    shapes = ((7,), (5, 4), (2, 4, 3, 2), (1, 1), (3, 2, 2))
    return [Case("hidden", (eighths(rng, *s),)) for s in shapes]


RELU_SLIPS = {
    "negative part kept": lambda x: np.minimum(x, 0),
    "absolute value for ReLU": np.abs,
    "negative numbers turned to a small slope": (
        lambda x: np.where(x > 0, x, 0.01 * x),
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: np.where(x > 0, x, 0.2 * x),
    ),
    "step for ReLU": (
        lambda x: (x > 0).astype(np.float64),
        lambda x: x > 0,
        lambda x: (x >= 0).astype(np.float64),
    ),
    "one maximum for many": (
        lambda x: np.max(x, 0),
        lambda x: float(max(x.max(), 0)),
        lambda x: x.max(),
    ),
    "negative numbers thrown out": (lambda x: x[x > 0], lambda x: x[x >= 0]),
    "cut off at one as well": lambda x: np.clip(x, 0, 1),
    "the input returned": np.copy,
    "at least one": lambda x: np.maximum(x, 1),
    "softplus for ReLU": lambda x: np.log1p(np.exp(x)),
    "sign turned round": lambda x: np.maximum(-x, 0),
}


# merge_kernels --------------------------------------------------------------------


def _merge(w1, w2):
    """Ask Keras: two convolutions of an impulse show their common kernel, flipped."""
    pads = [(n - 1) + (m - 1) for n, m in zip(w1.shape, w2.shape, strict=True)]
    impulse = np.zeros([2 * p + 1 for p in pads])
    impulse[tuple(pads)] = 1.0
    return referee.conv2d(referee.conv2d(impulse, w1), w2)[::-1, ::-1]


def _merge_cases():
    rng = _seeded(2)
    sizes = ((1, 2, 1, 2), (1, 3, 1, 2), (2, 2, 3, 1), (2, 3, 3, 2), (3, 3, 3, 3))
    return tuple(
        Case(
            f"{a}x{b} and {c}x{d}",
            (eighths(rng, a, b), eighths(rng, c, d)),
        )
        for a, b, c, d in sizes
    )


def _merge_hidden(rng):
    sizes = ((3, 2, 2, 4), (1, 1, 3, 2), (4, 3, 1, 1), (3, 3, 3, 3), (2, 5, 3, 3))
    return [
        Case("hidden", (eighths(rng, a, b), eighths(rng, c, d))) for a, b, c, d in sizes
    ]


def _multiplied(w1, w2):
    if w1.shape != w2.shape:
        raise ValueError("the shapes don't fit")
    return w1 * w2


def _added(w1, w2):
    if w1.shape != w2.shape:
        raise ValueError("the shapes don't fit")
    return w1 + w2


def _overwritten(w1, w2):
    """Return one product per place, that of the last weight of w1 that gets there."""
    last, rest = [], []
    for n, m in zip(w1.shape, w2.shape, strict=True):
        places = np.arange(n + m - 1)
        last.append(np.minimum(places, n - 1))
        rest.append(places - last[-1])
    return w1[np.ix_(*last)] * w2[np.ix_(*rest)]


MERGE_SLIPS = {
    "kernel flipped": lambda w1, w2: _merge(w1, w2)[::-1, ::-1],
    "one of the two kernels flipped": (
        lambda w1, w2: _merge(w1, w2[::-1, ::-1]),
        lambda w1, w2: _merge(w1[::-1, ::-1], w2),
    ),
    "multiplied place by place": _multiplied,
    "kernels added": _added,
    "stamps replace each other": _overwritten,
    "kernel transposed": lambda w1, w2: _merge(w1, w2).T,
    "one stop too few": lambda w1, w2: _merge(w1, w2)[:-1, :-1],
    "the border of the merged kernel missing": lambda w1, w2: referee.conv2d(
        *((w1, w2[::-1, ::-1]) if w1.size >= w2.size else (w2, w1[::-1, ::-1]))
    ),
}


# pooling --------------------------------------------------------------------------

SETTINGS = (
    ("one window", (1, 2, 3, 1), (2, 3), {}),
    ("windows side by side", (1, 4, 6, 1), 2, {}),
    ("a row and a column left over", (2, 5, 7, 3), 2, {}),
    ("tall windows", (2, 6, 4, 2), (3, 2), {}),
    ("windows overlap", (1, 5, 4, 2), 2, {"stride": 1}),
    ("overlap, a column left over", (2, 5, 8, 2), 3, {"stride": 2}),
    ("strides 2 and 1", (1, 5, 5, 2), (2, 3), {"stride": (2, 1)}),
    ("gaps between windows", (2, 7, 8, 2), 2, {"stride": 3}),
    ('"same", one column short', (1, 2, 3, 1), 2, {"padding": "same"}),
    ('"same", both short', (2, 5, 3, 2), 2, {"padding": "same"}),
    ('"same", windows overlap', (2, 4, 5, 2), 3, {"stride": 2, "padding": "same"}),
    ('"same", tall windows', (1, 7, 5, 2), (4, 2), {"padding": "same"}),
    (
        '"same", two strides',
        (1, 6, 7, 3),
        (2, 4),
        {"stride": (3, 2), "padding": "same"},
    ),
    ('"same", stride 1', (1, 3, 4, 2), (3, 2), {"stride": 1, "padding": "same"}),
    ("windows of one pixel", (1, 3, 2, 2), 1, {}),
    ("square", (2, 6, 6, 2), 3, {"stride": 2}),
)
NEGATIVE = (2, 8, 12)  # settings that are tried once more with negative numbers alone


def _pool_cases(number):
    rng = _seeded(number)
    cases = [
        Case(name, (eighths(rng, *shape), size), dict(settings))
        for name, shape, size, settings in SETTINGS
    ]
    for k in NEGATIVE:
        name, shape, size, settings = SETTINGS[k]
        x = -np.abs(eighths(rng, *shape))
        cases.append(Case(f"all negative, {name}", (x, size), dict(settings)))
    x = whole(rng, 1, 5, 6, 2)
    cases.append(Case("whole numbers", (x, 2), {"stride": 2, "padding": "same"}))
    return tuple(cases)


def _pool_hidden(rng):
    cases = []
    while len(cases) < 10:
        shape = tuple(int(v) for v in rng.integers((1, 3, 3, 1), (4, 9, 9, 4)))
        size = tuple(int(v) for v in rng.integers(1, 4, size=2))
        stride = tuple(int(v) for v in rng.integers(1, 4, size=2))
        settings = {"padding": str(rng.choice(["valid", "same"]))}
        if rng.random() < 0.8:
            settings["stride"] = stride if rng.random() < 0.6 else stride[0]
        x = eighths(rng, *shape)
        if rng.random() < 0.4:
            x = -np.abs(x)
        window = size if rng.random() < 0.6 else size[0]
        cases.append(Case("hidden", (x, window), settings))
    x = -np.abs(eighths(rng, 2, 5, 4, 3))
    cases.append(Case("hidden", (x, (2, 3)), {"padding": "same"}))
    return cases


REFEREES = {
    "max": referee.max_pool2d,
    "average": referee.avg_pool2d,
    "L2": referee.l2_pool2d,
}


def _geometry(size, stride):
    """Return the window and the steps as pairs; no stride means the window."""
    size = referee.per_axis(size, 2)
    return size, size if stride is None else referee.per_axis(stride, 2)


def _left_out(kind, x, size, steps, pads):
    """Pool x with other pads than Keras's, which stay out of every window's result."""
    pads = ((0, 0), *pads, (0, 0))
    if kind == "max":
        wide = np.pad(x, pads, constant_values=-np.inf)
        return referee.max_pool2d(wide, size, stride=steps)
    if kind == "L2":
        return referee.l2_pool2d(np.pad(x, pads), size, stride=steps)
    share = referee.avg_pool2d(np.pad(np.ones_like(x), pads), size, stride=steps)
    return referee.avg_pool2d(np.pad(x, pads), size, stride=steps) / share


def _counted(kind, x, size, steps, pads):
    """Pool x with zeros around it, which count as if they were pixels."""
    wide = np.pad(x, ((0, 0), *pads, (0, 0)))
    return REFEREES[kind](wide, size, stride=steps)


def _same(x, size, steps):
    """Return Keras's pads for "same"."""
    shape, kernel = (*x.shape[1:3], 1), (*size, 1, 1)
    return wiring.convolution(shape, kernel, stride=steps, padding="same").pad


def _half(x, size, steps):
    return [(k // 2, k // 2) for k in size]


def _without_stride(x, size, steps):
    return _same(x, size, (1, 1))


def _floor_total(x, size, steps):
    totals = [
        max((n // s - 1) * s + k - n, 0)
        for n, k, s in zip(x.shape[1:3], size, steps, strict=True)
    ]
    return [(t // 2, t - t // 2) for t in totals]


def _before(x, size, steps):
    return [(p + q, 0) for p, q in _same(x, size, steps)]


def _at_the_end(x, size, steps):
    """Return the pads that complete the last window of "valid"."""
    return [
        (0, max(-(-(n - k) // s), 0) * s + k - n)
        for n, k, s in zip(x.shape[1:3], size, steps, strict=True)
    ]


def _padding_slip(kind, pads, pool=_left_out, mode="same"):
    """Return a slip that pads by another rule where ``mode`` asks for padding."""

    def slip(x, size, *, stride=None, padding="valid"):
        if padding != mode:
            return REFEREES[kind](x, size, stride=stride, padding=padding)
        size, steps = _geometry(size, stride)
        return pool(kind, x, size, steps, pads(x, size, steps))

    return slip


def _edge(kind):
    """Return a slip whose padding repeats the border of the picture."""

    def pool(kind, x, size, steps, pads):
        wide = np.pad(x, ((0, 0), *pads, (0, 0)), mode="edge")
        return REFEREES[kind](wide, size, stride=steps)

    return _padding_slip(kind, _same, pool=pool)


def _setting_slip(kind, change):
    """Return a slip that changes window and steps: change(size, steps, stride)."""

    def slip(x, size, *, stride=None, padding="valid"):
        window, steps = _geometry(size, stride)
        window, steps = change(window, steps, stride)
        return REFEREES[kind](x, window, stride=steps, padding=padding)

    return slip


def _result_slip(kind, change):
    """Return a slip that changes the result: change(y, x, size, steps, padding)."""

    def slip(x, size, *, stride=None, padding="valid"):
        y = REFEREES[kind](x, size, stride=stride, padding=padding)
        return change(y, x, *_geometry(size, stride), padding)

    return slip


def _one_for_both(a):
    """Return changes that use number ``a`` of the window, the stride, or both."""

    def window(w, s, given):
        return (w[a], w[a]), s

    def window_and_default(w, s, given):
        return (w[a], w[a]), (w[a], w[a]) if given is None else s

    def stride(w, s, given):
        return w, (s[a], s[a])

    def both(w, s, given):
        return (w[a], w[a]), (s[a], s[a])

    return window, window_and_default, stride, both


def _short_windows(kind, less):
    """Return a slip whose windows end too early, by ``less`` rows and columns."""

    def slip(x, size, *, stride=None, padding="valid"):
        size, steps = _geometry(size, stride)
        pads = _same(x, size, steps) if padding == "same" else [(0, 0)] * 2
        short = tuple(k - cut for k, cut in zip(size, less, strict=True))
        pads = [(a, b - cut) for (a, b), cut in zip(pads, less, strict=True)]
        rows, columns = (
            slice(None, n + min(b, 0))
            for n, (_, b) in zip(x.shape[1:3], pads, strict=True)
        )
        pads = [(a, max(b, 0)) for a, b in pads]
        return _left_out(kind, x[:, rows, columns], short, steps, pads)

    return slip


def _size_of_valid(y, x, size, steps, padding):
    """Return the result cut to the size that it has without padding."""
    fits = zip(x.shape[1:3], size, steps, strict=True)
    return PLANES.resize(y, [max((n - k) // s + 1, 0) for n, k, s in fits])


def _together(kind, axis):
    """Return a function that pools a result once more, along one axis."""
    if kind == "max":
        return lambda y: y.max(axis=axis, keepdims=True)
    if kind == "average":
        return lambda y: y.mean(axis=axis, keepdims=True)
    return lambda y: np.sqrt(np.square(y).sum(axis=axis, keepdims=True))


def _slips(kind):
    """Return the slips that all three kinds of pooling share."""
    pool = REFEREES[kind]

    def padding(pads, **more):
        return _padding_slip(kind, pads, **more)

    def setting(change):
        return _setting_slip(kind, change)

    def result(change):
        return _result_slip(kind, change)

    def dense_corner(y, x, size, steps, padding):
        dense = pool(x, size, stride=1, padding=padding)
        return PLANES.resize(dense, y.shape[1:3])

    channels, batch = _together(kind, -1), _together(kind, 0)
    ends = [padding(_at_the_end, mode="valid")]
    if kind != "L2":
        ends.append(padding(_at_the_end, pool=_counted, mode="valid"))
    return {
        "padding ignored": lambda x, size, *, stride=None, padding="valid": pool(
            x, size, stride=stride
        ),
        "Keras `same` with the odd row on top": padding(
            lambda *a: [p[::-1] for p in _same(*a)]
        ),
        "the odd row dropped": padding(lambda *a: [(p, p) for p, _ in _same(*a)]),
        "padding that ignores the stride": (padding(_without_stride), padding(_half)),
        "floor for ceiling": padding(_floor_total),
        "ceiling for floor": tuple(ends),
        "stride 1 by default": setting(lambda w, s, given: (w, given or 1)),
        "windows never overlap": setting(lambda w, s, given: (w, w)),
        "stride ignored": setting(lambda w, s, given: (w, 1)),
        "stride in the size only": result(dense_corner),
        "stride applied twice": result(
            lambda y, x, size, steps, padding: PLANES.every(y, steps)
        ),
        "strides of rows and columns swapped": setting(
            lambda w, s, given: (w, s[::-1] if given is not None else s)
        ),
        "window's height and width exchanged": (
            setting(lambda w, s, given: (w[::-1], s[::-1] if given is None else s)),
            setting(lambda w, s, given: (w[::-1], s)),
        ),
        "height for width": result(lambda y, *rest: PLANES.resize(y, [y.shape[1]] * 2)),
        "one number for both directions": tuple(
            setting(change) for a in (0, 1) for change in _one_for_both(a)
        ),
        "last taps left out": tuple(
            _short_windows(kind, less) for less in ((1, 1), (1, 0), (0, 1))
        ),
        "padding left out of the output size": result(_size_of_valid),
        "rows and columns swapped": result(lambda y, *rest: y.swapaxes(1, 2)),
        "one stop too few": result(
            lambda y, *rest: PLANES.resize(y, [max(n - 1, 0) for n in y.shape[1:3]])
        ),
        "input height for output height": result(
            lambda y, x, *rest: PLANES.resize(y, x.shape[1:3])
        ),
        "only the first channel": result(
            lambda y, *rest: np.repeat(y[..., :1], y.shape[-1], axis=-1)
        ),
        "only the first example": result(
            lambda y, *rest: np.repeat(y[:1], len(y), axis=0)
        ),
        "channels pooled together": (
            result(lambda y, *rest: channels(y)),
            result(lambda y, *rest: channels(y)[..., 0]),
            result(lambda y, *rest: np.repeat(channels(y), y.shape[-1], axis=-1)),
        ),
        "examples pooled together": (
            result(lambda y, *rest: np.repeat(batch(y), len(y), axis=0)),
            result(lambda y, *rest: batch(y)),
        ),
    }


def _other(kind, change=lambda x: x, after=lambda y: y):
    """Return a slip that pools in another way: after(kind(change(x)))."""

    def slip(x, size, **settings):
        return after(REFEREES[kind](change(x), size, **settings))

    return slip


def _largest_magnitude(x, size, **settings):
    high = referee.max_pool2d(x, size, **settings)
    low = -referee.max_pool2d(-x, size, **settings)
    return np.where(high >= -low, high, low)


def _area(x, size, settings):
    """Return how many pixels each window holds, those of the padding left out."""
    ones = np.ones_like(x)
    return np.square(referee.l2_pool2d(ones, size, **settings))


def _sum(x, size, **settings):
    return referee.avg_pool2d(x, size, **settings) * _area(x, size, settings)


def _divided_by(side):
    def slip(x, size, **settings):
        return _sum(x, size, **settings) / referee.per_axis(size, 2)[side]

    return slip


def _mean_with_padding(x, size, **settings):
    """Return the root of the mean square, the padding counted as zeros."""
    return np.sqrt(AVG_SLIPS["average counts the padding"](x**2, size, **settings))


MAX_SLIPS = {
    **_slips("max"),
    "max pooling padded with 0": _padding_slip("max", _same, pool=_counted),
    "maximum started at 0": _other("max", after=lambda y: np.maximum(y, 0)),
    "mean instead of maximum": _other("average"),
    "sum instead of maximum": _sum,
    "minimum instead of maximum": _other("max", lambda x: -x, lambda y: -y),
    "largest absolute value": (_other("max", np.abs), _largest_magnitude),
    "all padding on top and left": _padding_slip("max", _before),
}

AVG_SLIPS = {
    **_slips("average"),
    "average counts the padding": _padding_slip("average", _same, pool=_counted),
    "sum instead of mean": _sum,
    "maximum instead of mean": _other("max"),
    "divided by one side of the window": (_divided_by(0), _divided_by(1)),
    "edge padding instead of zeros": _edge("average"),
    "all padding on top and left": _padding_slip("average", _before),
}

L2_SLIPS = {
    **_slips("L2"),
    "L2 without the root": _other("L2", after=np.square),
    "L2 with a mean": (_other("average", np.square, np.sqrt), _mean_with_padding),
    "absolute values added": lambda x, size, **k: _sum(np.abs(x), size, **k),
    "added before squaring": (
        lambda x, size, **k: np.abs(_sum(x, size, **k)),
        lambda x, size, **k: np.square(_sum(x, size, **k)),
    ),
    "maximum instead of L2": (_other("max"), _other("max", np.abs)),
    "mean instead of L2": _other("average"),
    "edge padding instead of zeros": _edge("L2"),
    "all padding on top and left": _padding_slip("L2", _before),
}


def _pool_window(arguments, index):
    """Return what an output reads; {} where the window reaches into the padding."""
    x = arguments["x"]
    size, steps = _geometry(arguments["size"], arguments["stride"])
    pads = [(0, 0)] * 2
    if arguments["padding"] == "same":
        pads = _same(x, size, steps)
    place = []
    for axis in range(2):
        start = index[axis + 1] * steps[axis] - pads[axis][0]
        stop = start + size[axis]
        if start < 0 or stop > x.shape[axis + 1]:
            return {}
        place.append(slice(start, stop))
    return {"x": (index[0], *place, index[-1])}


# global_pool2d --------------------------------------------------------------------


def _global_cases():
    rng = _seeded(6)
    shapes = ((1, 2, 3, 1), (1, 1, 1, 2), (2, 3, 2, 4), (3, 2, 5, 3), (2, 4, 4, 4))
    cases = [
        Case(f"{kind}, {'x'.join(map(str, s))}", (eighths(rng, *s), kind))
        for s in shapes
        for kind in ("average", "max")
    ]
    x = -np.abs(eighths(rng, 2, 3, 4, 2))
    return (*cases, Case("max, all negative", (x, "max")))


def _global_hidden(rng):
    shapes = ((2, 5, 3, 4), (1, 6, 6, 2), (4, 1, 3, 3), (3, 3, 3, 3))
    cases = [
        Case("hidden", (eighths(rng, *s), kind))
        for s in shapes
        for kind in ("average", "max")
    ]
    return [*cases, Case("hidden", (-np.abs(eighths(rng, 2, 3, 2, 3)), "max"))]


def _over(axis, keepdims=False):
    """Return a slip that pools along other axes."""

    def slip(x, kind):
        reduce = np.mean if kind == "average" else np.max
        return reduce(x, axis=axis, keepdims=keepdims)

    return slip


def _global(change):
    def slip(x, kind):
        return change(referee.global_pool2d(x, kind), x, kind)

    return slip


GLOBAL_SLIPS = {
    "kinds exchanged": lambda x, kind: referee.global_pool2d(
        x, "max" if kind == "average" else "average"
    ),
    "kind ignored": (
        lambda x, kind: referee.global_pool2d(x, "average"),
        lambda x, kind: referee.global_pool2d(x, "max"),
    ),
    "axes of one kept": _over((1, 2), keepdims=True),
    "channels pooled together": (
        _over((1, 2, 3)),
        _global(
            lambda y, x, kind: np.repeat(_over(1)(y, kind)[:, None], y.shape[1], 1)
        ),
    ),
    "examples pooled together": _over((0, 1, 2)),
    "everything in one number": _over(None),
    "rows taken for channels": _over((2, 3)),
    "only rows or only columns": (_over(1), _over(2)),
    "sum instead of mean": lambda x, kind: (
        referee.global_pool2d(x, kind)
        * (x.shape[1] * x.shape[2] if kind == "average" else 1)
    ),
    "divided by one side of the window": tuple(
        lambda x, kind, n=n: (
            referee.global_pool2d(x, kind) * (x.shape[n] if kind == "average" else 1)
        )
        for n in (1, 2)
    ),
    "maximum started at 0": lambda x, kind: (
        np.maximum(referee.global_pool2d(x, kind), 0)
        if kind == "max"
        else referee.global_pool2d(x, kind)
    ),
    "only the first example": _global(
        lambda y, x, kind: np.repeat(y[:1], len(y), axis=0)
    ),
    "only the first channel": _global(
        lambda y, x, kind: np.repeat(y[:, :1], y.shape[1], axis=1)
    ),
    "rows and columns swapped": _global(lambda y, x, kind: y.T),
}


# average_kernel -------------------------------------------------------------------


def _average_kernel(size, channels):
    """Ask average pooling what it makes of every single pixel."""
    kh, kw = referee.per_axis(size, 2)
    count = kh * kw * channels
    pixels = np.eye(count).reshape(count, kh, kw, channels)
    answer = referee.avg_pool2d(pixels, (kh, kw))
    return answer.reshape(kh, kw, channels, channels)


def _kernel_cases():
    settings = ((2, 1), ((1, 2), 2), (2, 3), ((3, 2), 2), ((2, 4), 3), (3, 1))
    return tuple(
        Case(f"window {size}, {channels} channels", (size, channels))
        for size, channels in settings
    )


def _kernel_hidden(rng):
    cases = []
    for _ in range(6):
        kh, kw, channels = (int(v) for v in rng.integers(1, 5, size=3))
        size = (kh, kw) if rng.random() < 0.7 else kh
        cases.append(Case("hidden", (size, channels)))
    return cases


def _kernel(change):
    """Return a slip that changes the right kernel: change(w, kh, kw, c)."""

    def slip(size, channels):
        kh, kw = referee.per_axis(size, 2)
        return change(_average_kernel(size, channels), kh, kw, channels)

    return slip


KERNEL_SLIPS = {
    "all channels averaged together": _kernel(
        lambda w, kh, kw, c: np.full_like(w, 1 / (kh * kw))
    ),
    "mean over the channels as well": (
        _kernel(lambda w, kh, kw, c: np.full_like(w, 1 / (kh * kw * c))),
        _kernel(lambda w, kh, kw, c: w / c),
    ),
    "sum instead of mean": _kernel(lambda w, kh, kw, c: w * (kh * kw)),
    "a depthwise kernel": (
        _kernel(lambda w, kh, kw, c: np.full((kh, kw, c, 1), 1 / (kh * kw))),
        _kernel(lambda w, kh, kw, c: np.full((kh, kw, 1, c), 1 / (kh * kw))),
        _kernel(lambda w, kh, kw, c: np.full((kh, kw), 1 / (kh * kw))),
    ),
    "divided by one side of the window": (
        _kernel(lambda w, kh, kw, c: w * kw),
        _kernel(lambda w, kh, kw, c: w * kh),
    ),
    "channels first for a kernel": (
        _kernel(lambda w, kh, kw, c: w.transpose(2, 3, 0, 1)),
    ),
    "window's height and width exchanged": _kernel(
        lambda w, kh, kw, c: w.transpose(1, 0, 2, 3)
    ),
    "one number for both directions": tuple(
        lambda size, channels, a=a: _average_kernel(
            referee.per_axis(size, 2)[a], channels
        )
        for a in (0, 1)
    ),
    "only the first channel": _kernel(
        lambda w, kh, kw, c: w * (np.arange(c * c).reshape(c, c) == 0)
    ),
    "one pixel of each window": _kernel(
        lambda w, kh, kw, c: (
            (w > 0) * (np.arange(kh * kw).reshape(kh, kw, 1, 1) == 0) * 1.0
        )
    ),
    "channels in reverse order": _kernel(lambda w, kh, kw, c: w[..., ::-1]),
}


# break_pooling --------------------------------------------------------------------

MOST = 3  # numbers in an experiment's x
KINDS = {"zeros": "max", "counted": "average", "apart": "max", "tall": "average"}
SUSPECTS = {
    "zeros": _padding_slip("max", _same, pool=_counted),
    "counted": _padding_slip("average", _same, pool=_counted),
    "apart": _setting_slip("max", lambda w, s, given: (w, w)),
    "tall": _setting_slip("average", lambda w, s, given: ((w[0], w[0]), s)),
}


def _experiment(entry):
    """Return (x, size, settings) of a learner's experiment, or raise Refused."""
    if not isinstance(entry, tuple | list) or len(entry) not in (2, 3):
        raise Refused("wanted a tuple (x, size, settings)")
    settings = entry[2] if len(entry) == 3 else {}
    if not isinstance(settings, dict) or not settings.keys() <= {"stride", "padding"}:
        raise Refused("settings is a dict with stride, padding, or none of them")
    if settings.get("padding", "valid") not in ("valid", "same"):
        raise Refused('padding is "valid" or "same"')
    stride = settings.get("stride")
    return (
        _few(entry[0]),
        pair("size", entry[1], 1, 9),
        {
            "stride": None if stride is None else pair("stride", stride, 1, 9),
            "padding": settings.get("padding", "valid"),
        },
    )


def _few(value):
    x = plane("x", value)
    if x.size > MOST:
        raise Refused(f"x holds {x.size} numbers; at most {MOST} are allowed")
    return x[None, :, :, None]


def _run(name, entry):
    """Return (share, sentence, misconception or None) for one experiment."""
    x, size, settings = _experiment(entry)
    right = _right(KINDS[name], x, size, settings)
    theirs = SUSPECTS[name](x, size, **settings)
    if difference(right, theirs) is None:
        return 0.0, "not exposed: here it is right", _why(name, x, size, settings)
    return 1.0, f"exposed: Keras {_brief(right)}, the suspect {_brief(theirs)}", None


def _right(kind, x, size, settings):
    if settings["padding"] == "valid" and (
        x.shape[1] < size[0] or x.shape[2] < size[1]
    ):
        raise Refused("the window doesn't fit into x, and nothing is padded")
    return REFEREES[kind](x, size, **settings)


def _brief(y):
    rows = y[0, :, :, 0]
    return " / ".join(" ".join(f"{v:g}" for v in row) for row in rows) or "nothing"


def _why(name, x, size, settings):
    """Return why an experiment doesn't expose its suspect, where that is known."""
    _, steps = _geometry(size, settings["stride"])
    if name in ("zeros", "counted"):
        inside = settings["padding"] == "valid" or not np.any(_same(x, size, steps))
        return "every window stays inside" if inside else _hidden_border(name, x)
    if name == "apart":
        return "the stride is the window's size" if steps == size else None
    return "a square window" if size[0] == size[1] else None


def _hidden_border(name, x):
    return "a border that hides zeros" if name == "zeros" and x.max() >= 0 else None


# table ----------------------------------------------------------------------------

MISCONCEPTIONS = (
    Misconception(
        "negative part kept",
        "the positive numbers are cut off, and the negative ones should be",
        "What should ReLU make of 3?",
        "Look for minimum, or for the direction of a comparison.",
        "Keep what is above 0, and put 0 in place of the rest: the maximum of both.",
    ),
    Misconception(
        "absolute value for ReLU",
        "the sign is dropped; ReLU sets negative numbers to 0",
        "What should ReLU make of -2: 2 or 0?",
        "Look for abs in your lines.",
        "Each number is compared with 0, and the larger one stays.",
    ),
    Misconception(
        "negative numbers turned to a small slope",
        "negative numbers are made small; ReLU sets them to 0",
        "What should ReLU make of -2?",
        "Look for a factor such as 0.01 (that is the leaky ReLU).",
        "Each number is compared with 0, and the larger one stays.",
    ),
    Misconception(
        "step for ReLU",
        "positive numbers become 1; ReLU leaves them as they are",
        "What should ReLU make of 3?",
        "Look at what you do with the comparison x > 0.",
        "Each number is compared with 0, and the larger one stays.",
    ),
    Misconception(
        "one maximum for many",
        "one maximum of the whole array is taken; each number is compared with 0",
        "Does your result have the shape of x?",
        "Look at np.max: its second argument is an axis, and not a number to compare.",
        "np.maximum compares place by place; np.max looks for the largest of all.",
    ),
    Misconception(
        "negative numbers thrown out",
        "negative numbers are left out; zeros should stand in their places",
        "Does your result have the shape of x?",
        "Look for x[x > 0].",
        "The places stay: compare each number with 0 and keep the larger one.",
    ),
    Misconception(
        "cut off at one as well",
        "numbers above 1 are cut off; ReLU has no upper limit",
        "What should ReLU make of 3?",
        "Look for clip with two limits, or for a minimum.",
        "Only the lower limit, 0, is there.",
    ),
    Misconception(
        "the input returned",
        "the result is x itself: nothing is cut off",
        "What should ReLU make of -2?",
        "Look at which array you return.",
        "Return the array in which negative numbers are 0.",
    ),
    Misconception(
        "at least one",
        "numbers are compared with 1; the limit is 0",
        "What should ReLU make of 0.5?",
        "Look at the number that you compare with.",
        "Each number is compared with 0, and the larger one stays.",
    ),
    Misconception(
        "softplus for ReLU",
        "the corner at 0 is rounded off; ReLU has a sharp one",
        "What should ReLU make of 0 exactly?",
        "Look for exp and log.",
        "Each number is compared with 0, and the larger one stays.",
    ),
    Misconception(
        "sign turned round",
        "the negative numbers come out positive, and the positive ones as 0",
        "What should ReLU make of 3?",
        "Look for a minus sign in front of x.",
        "Compare x itself with 0, and keep the larger one.",
    ),
    Misconception(
        "one of the two kernels flipped",
        "one kernel is turned round before the two are merged",
        "Merge 1 2 with 3 4 by hand: which product stands first?",
        "Look for ::-1, or for an index that counts down.",
        "Weight p of one and weight q of the other go to place p + q.",
    ),
    Misconception(
        "multiplied place by place",
        "the two kernels are multiplied place by place",
        "How large is the field of two layers of 3x3?",
        "Look for w1 * w2 of whole arrays.",
        "Every weight of one meets every weight of the other.",
    ),
    Misconception(
        "kernels added",
        "the two kernels are added; one layer works on the other's result",
        "How large is the field of two layers of 3x3?",
        "Look for w1 + w2.",
        "Every weight of one meets every weight of the other, as a product.",
    ),
    Misconception(
        "stamps replace each other",
        "a later product replaces an earlier one at the same place",
        "How many products meet in the middle of the merged kernel?",
        "Look for = where += belongs.",
        "Products that meet at a place are added up.",
    ),
    Misconception(
        "the border of the merged kernel missing",
        "the merged kernel is too small: places at the border are missing",
        "How large is the field of two layers of 3x3?",
        "Look at the shape that you give to np.zeros.",
        "Along each axis the sizes add up, less one.",
    ),
    Misconception(
        "padding that ignores the stride",
        "the padding is that of stride 1; with larger steps Keras pads less",
        "How many zeros do the windows need when the stride is 2?",
        "Look at the total of the padding: stride isn't in it.",
        "The last window starts at (outputs - 1) * stride: count to its end.",
    ),
    Misconception(
        "all padding on top and left",
        "all of the padding goes before the picture; half of it goes after",
        "Where does Keras put a single extra row?",
        "Look at how you split the total.",
        "before = total // 2, and the rest goes after.",
    ),
    Misconception(
        "stride 1 by default",
        "without a stride the window moves by one; it moves by its own size",
        "How many windows does a 4x4 picture have when size is 2 and nothing else?",
        "Look at what your lines do when stride is None.",
        "None means: the stride is the window's size.",
    ),
    Misconception(
        "windows never overlap",
        "the windows stand side by side, whatever the stride",
        "Where should the second window start for size 3 and stride 2?",
        "Look at the start of the window: it is multiplied by the size.",
        "Window i starts at i * stride and is as long as size.",
    ),
    Misconception(
        "last taps left out",
        "the last row or column of each window is never read",
        "What does a window 1 9 give?",
        "Look at the end of the slice, or at the end of range(...).",
        "A slice i : i + k already stops before its end.",
    ),
    Misconception(
        "one number for both directions",
        "of a pair (rows, columns), one number is used for both directions",
        "Try size=(2, 3) and stride=(2, 1): which direction goes wrong?",
        "Look for an index [0] where [1] belongs, or for the same name twice.",
        "The first number of a pair belongs to rows, the second to columns.",
    ),
    Misconception(
        "window's height and width exchanged",
        "the window lies the wrong way: its height and width are exchanged",
        "Try size=(2, 3): how many rows does a window of yours have?",
        "Look at the order in which you unpack size.",
        "The first number belongs to rows, the second to columns.",
    ),
    Misconception(
        "channels pooled together",
        "all channels of a window are pooled into one number",
        "How many maps should come out of 3 maps?",
        "Look at the axes over which you pool.",
        "Pool over rows and columns only; every channel stays.",
    ),
    Misconception(
        "examples pooled together",
        "all examples of the batch are pooled into one",
        "Does a change in the first picture change the second one's result?",
        "Look at the axes over which you pool.",
        "Pool over rows and columns only; every example stays.",
    ),
    Misconception(
        "max pooling padded with 0",
        "zeros are put around the picture, and beat every negative number",
        "What should come out where a whole window is negative?",
        "Look at the value that np.pad puts in.",
        "Pad with minus infinity, which never wins, or cut the window at the border.",
    ),
    Misconception(
        "maximum started at 0",
        "the largest value so far begins at 0, and no negative number beats it",
        "What should come out where a whole window is negative?",
        "Look at what the maximum begins with.",
        "Begin with the first value of the window, or with minus infinity.",
    ),
    Misconception(
        "mean instead of maximum",
        "each window is averaged; its largest value is asked for",
        "What should the window 1 4 / 5 8 give?",
        "Look for mean in your lines.",
        "Take the maximum of the window.",
    ),
    Misconception(
        "sum instead of maximum",
        "each window is added up; its largest value is asked for",
        "What should the window 1 4 / 5 8 give?",
        "Look for sum in your lines.",
        "Take the maximum of the window.",
    ),
    Misconception(
        "minimum instead of maximum",
        "the smallest value of each window is taken",
        "What should the window 1 4 / 5 8 give?",
        "Look for min, or for the direction of a comparison.",
        "Take the maximum of the window.",
    ),
    Misconception(
        "largest absolute value",
        "the value farthest from 0 wins; the largest one should, sign included",
        "What should the window -9 1 give?",
        "Look for abs in your lines.",
        "Compare the values as they are.",
    ),
    Misconception(
        "average counts the padding",
        "the padding counts as if it were pixels, so that the border is too small",
        "A picture of ones: what should its border give?",
        "Look at what you divide by where a window hangs over the border.",
        "Divide by how many pixels of the picture the window holds.",
    ),
    Misconception(
        "sum instead of mean",
        "the values are added, but not divided by how many there are",
        "What should a window of ones give?",
        "Look for a sum that nothing divides.",
        "Divide by the number of values.",
    ),
    Misconception(
        "maximum instead of mean",
        "the largest value is taken; the mean of all is asked for",
        "What should the window 1 4 / 5 8 give?",
        "Look for max in your lines.",
        "Take the mean of the window.",
    ),
    Misconception(
        "divided by one side of the window",
        "the sum is divided by the height or the width alone",
        "How many values does a window of 2 by 3 hold?",
        "Look at the number that you divide by.",
        "Divide by height times width.",
    ),
    Misconception(
        "L2 without the root",
        "the squares are added, but the root isn't taken",
        "What should the window 3 4 give: 25 or 5?",
        "Look at what comes after the sum.",
        "Square, add, then take the square root.",
    ),
    Misconception(
        "L2 with a mean",
        "the squares are averaged; they are only added here",
        "What should a 2x2 window of ones give: 1 or 2?",
        "Look for mean, or for a division.",
        "Square, add, then take the square root: no division.",
    ),
    Misconception(
        "absolute values added",
        "the absolute values are added; the squares should be, under a root",
        "What should the window 3 4 give: 7 or 5?",
        "Look for abs, or for a root of each single square.",
        "Square, add, then take the square root, in this order.",
    ),
    Misconception(
        "added before squaring",
        "the values are added first, so that +1 and -1 cancel",
        "What should the window 1 -1 give?",
        "Look at the order of the square and the sum.",
        "Square each value, then add.",
    ),
    Misconception(
        "maximum instead of L2",
        "the largest value is taken; all values of the window count",
        "What should the window 3 4 give?",
        "Look for max in your lines.",
        "Square, add, then take the square root.",
    ),
    Misconception(
        "mean instead of L2",
        "the mean is taken; the root of the sum of squares is asked for",
        "What should the window 3 4 give?",
        "Look for mean in your lines.",
        "Square, add, then take the square root.",
    ),
    Misconception(
        "kinds exchanged",
        "the mean is taken for the maximum, and the other way round",
        'What should kind "max" give for 1 and 3?',
        "Look at the condition that asks for the kind.",
        '"average" takes the mean, "max" the largest value.',
    ),
    Misconception(
        "kind ignored",
        "both kinds give the same result",
        'What should kind "max" give for 1 and 3, and what "average"?',
        "Look for kind in your lines.",
        '"average" takes the mean, "max" the largest value.',
    ),
    Misconception(
        "axes of one kept",
        "rows and columns are still there, with size 1",
        "How many axes should the result have?",
        "Look for keepdims, or for a pooling over the whole size.",
        "The result has one row per example and one column per channel.",
    ),
    Misconception(
        "everything in one number",
        "the whole array becomes one number",
        "How many numbers should 2 pictures of 3 channels give?",
        "Look for an axis that is missing.",
        "Pool over the axes of rows and columns, 1 and 2.",
    ),
    Misconception(
        "rows taken for channels",
        "columns and channels are pooled; rows and columns should be",
        "Which axis holds the channels?",
        "Look at the axes over which you pool.",
        "x is (N, H, W, C): pool over the axes 1 and 2.",
    ),
    Misconception(
        "only rows or only columns",
        "one direction only is pooled",
        "How many axes should the result have?",
        "Look at the axes over which you pool: there is one.",
        "Pool over the axes 1 and 2 together.",
    ),
    Misconception(
        "all channels averaged together",
        "every channel goes into every map; pooling keeps channels apart",
        "Which input channels should map 0 depend on?",
        "Look at the last two axes of your kernel: all entries are alike.",
        "w[:, :, c, f] is 0 unless c equals f.",
    ),
    Misconception(
        "mean over the channels as well",
        "the weights are divided by the number of channels too",
        "What do the weights of one map add up to?",
        "Look at the number that you divide by.",
        "A mean over kh * kw pixels of one channel has weights of 1 / (kh * kw).",
    ),
    Misconception(
        "a depthwise kernel",
        "the kernel lacks an axis: conv2d wants one kernel per channel and map",
        "What shape does conv2d want for C channels in and C maps out?",
        "Look at the shape that you give to np.zeros.",
        "The shape is (kh, kw, C, C), most of it zeros.",
    ),
    Misconception(
        "channels first for a kernel",
        "the channels stand first; in Keras's layout rows and columns do",
        "In which order are the axes of w in this course?",
        "Look at the shape that you give to np.zeros.",
        "Rows, columns, channels in, maps out.",
    ),
    Misconception(
        "one pixel of each window",
        "one pixel of the window is taken; the mean of all is asked for",
        "How many weights of a map aren't 0?",
        "Look at the indices to which you write.",
        "All kh * kw weights of a channel get the same value.",
    ),
    Misconception(
        "every window stays inside",
        "no window hangs over the border, so padding can't matter",
        "How many columns are padded with your x, size and stride?",
        "Look at the padding of the entry, and at whether the windows fit.",
        'Take padding "same", and a window that is larger than x.',
    ),
    Misconception(
        "a border that hides zeros",
        "a value of 0 or more stands in the window, so a padded 0 doesn't win",
        "Which values are smaller than 0?",
        "Look at the signs of your x.",
        "Take negative numbers alone.",
    ),
    Misconception(
        "the stride is the window's size",
        "the windows stand side by side here, as the suspect always puts them",
        "Which stride would make two windows share a pixel?",
        "Look at the stride of the entry.",
        "Take a stride that is smaller than the window.",
    ),
    Misconception(
        "a square window",
        "the window is as wide as high, so the suspect is right",
        "Which windows have a width that isn't their height?",
        "Look at the size of the entry.",
        "Give size as a pair of two different numbers.",
    ),
)

POOL_HINTS = (
    "Work out the first output of the failing case on paper.",
    "stride=None means the window's size. For the rest, lesson 02's size and starts.",
)

EXERCISES = (
    Exercise(
        id="warm_up_05",
        number="5.0",
        title="Warm up: lessons 02 to 04",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="relu_of_a_sum",
        number="5.1",
        title="Predict two sums",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "absolute value for ReLU": lambda: (5, 1),
            "the input returned": lambda: (-1, -1),
            "negative part kept": lambda: (-3, -1),
        },
    ),
    Exercise(
        id="relu",
        number="5.1",
        title="Cut negative numbers off",
        signature="relu(x)",
        points=1,
        minutes=3,
        lines=1,
        layer="keras.layers.ReLU()",
        referee=referee.relu,
        cases=_relu_cases,
        hidden=_relu_hidden,
        slips=RELU_SLIPS,
        window=lambda arguments, index: {"x": index},
        hints=(
            "What should happen to -2, to 0 and to 3?",
            "NumPy compares an array with a number, place by place, in one function.",
            "np.maximum of x and 0: not np.max, whose second argument is an axis.",
        ),
    ),
    Exercise(
        id="merged_pair",
        number="5.2",
        title="Predict a merged kernel",
        points=1,
        minutes=4,
        kind="value",
        counted=False,
        slips={
            "multiplied place by place": lambda: [3, 2],
            "one of the two kernels flipped": lambda: [1, 5, 6],
            "kernel flipped": lambda: [2, 7, 3],
            "kernels added": lambda: [4, 3],
        },
    ),
    Exercise(
        id="merge_kernels",
        number="5.2",
        title="Two layers without ReLU are one",
        signature="merge_kernels(w1, w2)",
        points=2,
        minutes=10,
        lines=5,
        layer="one keras.layers.Conv2D in place of two",
        referee=_merge,
        cases=_merge_cases,
        hidden=_merge_hidden,
        slips=MERGE_SLIPS,
        by_hand=("np.convolve", "np.correlate"),
        hints=(
            "In one dimension: merge 1 2 with 1 -1 on paper first.",
            "Weight p of the first and weight q of the second meet the input p + q.",
            "Make zeros of size k1 + k2 - 1; for each p add w1[p] times all of w2, "
            "starting at place p; the same for rows and columns.",
        ),
    ),
    Exercise(
        id="max_stride_1",
        number="5.3",
        title="Predict overlapping windows",
        points=1,
        minutes=4,
        kind="value",
        counted=False,
        slips={
            "windows never overlap": lambda: [[8, 4], [7, 5]],
            "mean instead of maximum": lambda: [
                [4.5, 4.25, 2.5],
                [6.5, 5.25, 4],
                [4.25, 3.5, 3],
            ],
        },
    ),
    Exercise(
        id="max_pool2d",
        number="5.3",
        title="Keep each window's largest value",
        signature='max_pool2d(x, size, *, stride=None, padding="valid")',
        points=3,
        minutes=15,
        lines=9,
        layer="keras.layers.MaxPooling2D(size, strides=stride, padding=padding)",
        referee=referee.max_pool2d,
        cases=lambda: _pool_cases(3),
        hidden=_pool_hidden,
        slips=MAX_SLIPS,
        window=_pool_window,
        hints=(
            *POOL_HINTS,
            "Pad with minus infinity if asked to, count the windows, and write the "
            "maximum over rows and columns of each, all examples and channels at once.",
        ),
    ),
    Exercise(
        id="border_mean",
        number="5.4",
        title="Predict the mean at the border",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "average counts the padding": lambda: (3, 4.5),
            "padding ignored": lambda: (3,),
            "Keras `same` with the odd row on top": lambda: (2, 6.5),
            "sum instead of mean": lambda: (6, 9),
        },
    ),
    Exercise(
        id="avg_pool2d",
        number="5.4",
        title="Average, and mind the border",
        signature='avg_pool2d(x, size, *, stride=None, padding="valid")',
        points=2,
        minutes=10,
        lines=9,
        layer="keras.layers.AveragePooling2D(size, strides=stride, padding=padding)",
        referee=referee.avg_pool2d,
        cases=lambda: _pool_cases(4),
        hidden=_pool_hidden,
        slips=AVG_SLIPS,
        window=_pool_window,
        hints=(
            *POOL_HINTS,
            "Pad with NaN and take the mean that skips NaN, or divide the sum of each "
            "window by the same sum over a picture of ones.",
        ),
    ),
    Exercise(
        id="l2_window",
        number="5.5",
        title="Predict the L2 norm of a window",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "L2 without the root": lambda: 25,
            "L2 with a mean": lambda: 2.5,
            "absolute values added": lambda: 9,
            "maximum instead of L2": lambda: 4,
            "added before squaring": lambda: 81,
        },
    ),
    Exercise(
        id="l2_pool2d",
        number="5.5",
        title="Pool by the length of a window",
        signature='l2_pool2d(x, size, *, stride=None, padding="valid")',
        points=1,
        minutes=6,
        lines=9,
        layer="keras.layers.AveragePooling2D of x ** 2, times the count, under a root",
        referee=referee.l2_pool2d,
        cases=lambda: _pool_cases(5),
        hidden=_pool_hidden,
        slips=L2_SLIPS,
        window=_pool_window,
        hints=(
            *POOL_HINTS,
            "Here zeros around the picture do no harm: square, add over each window, "
            "then take the square root.",
        ),
    ),
    Exercise(
        id="global_shape",
        number="5.6",
        title="Predict the shape after global pooling",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "axes of one kept": lambda: (8, 1, 1, 64),
            "channels pooled together": lambda: (8,),
            "examples pooled together": lambda: (64,),
        },
    ),
    Exercise(
        id="global_pool2d",
        number="5.6",
        title="One number per map",
        signature="global_pool2d(x, kind)",
        points=1,
        minutes=4,
        lines=2,
        layer="keras.layers.GlobalAveragePooling2D(), GlobalMaxPooling2D()",
        referee=referee.global_pool2d,
        cases=_global_cases,
        hidden=_global_hidden,
        slips=GLOBAL_SLIPS,
        hints=(
            "How many numbers does one picture with 4 channels give?",
            "The window is the whole map: which axes of x are its rows and columns?",
            "np.mean and np.max take a pair of axes: rows are axis 1, columns axis 2.",
        ),
    ),
    Exercise(
        id="break_pooling",
        number="5.7",
        title="Expose four wrong poolings",
        points=2,
        minutes=12,
        kind="open",
        examine=examiner(SUSPECTS, _run),
        hints=(
            "Ask of each suspect: on which inputs is it right? Avoid those.",
            "Two of them need a window that hangs over the border.",
            "Negative numbers for zeros, any number for counted, a stride below the "
            "window's size for apart, a window that isn't square for tall.",
        ),
    ),
    Exercise(
        id="average_weights",
        number="5.8",
        title="Predict the weights of a mean",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "all channels averaged together": lambda: (36, 36),
            "a depthwise kernel": lambda: (12, 12),
            "one pixel of each window": lambda: (36, 3),
        },
    ),
    Exercise(
        id="average_kernel",
        number="5.8",
        title="Pool with a strided convolution",
        signature="average_kernel(size, channels)",
        points=2,
        minutes=8,
        lines=4,
        layer="keras.layers.Conv2D(C, size, strides=size)",
        referee=_average_kernel,
        cases=_kernel_cases,
        hidden=_kernel_hidden,
        slips=KERNEL_SLIPS,
        hints=(
            "Which input channels does map 0 of a pooling depend on?",
            "size is one number or a pair; the kernel has four axes.",
            "Zeros of shape (kh, kw, C, C), then 1 / (kh * kw) wherever the channel "
            "in equals the channel out.",
        ),
    ),
)
