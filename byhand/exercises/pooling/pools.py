"""What several exercises of this lesson share."""

import numpy as np

from byhand import referee, wiring
from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths, seeded, whole

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


def pool_cases(number):
    """Return the visible cases that the three kinds of pooling share."""
    rng = seeded(5, number)
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


def pool_hidden(rng):
    """Return hidden cases in which window, stride and padding are drawn."""
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


def window_and_steps(size, stride):
    """Return the window and the steps as pairs; no stride means the window."""
    size = referee.per_axis(size, 2)
    return size, size if stride is None else referee.per_axis(stride, 2)


def same_pads(x, size, steps):
    """Return Keras's pads for "same"."""
    return [
        wiring.pad_widths(n, k, "same", stride=s)
        for n, k, s in zip(x.shape[1:3], size, steps, strict=True)
    ]


def pool_window(arguments, index):
    """Return what an output reads; {} where the window reaches into the padding."""
    x = arguments["x"]
    size, steps = window_and_steps(arguments["size"], arguments["stride"])
    pads = [(0, 0)] * 2
    if arguments["padding"] == "same":
        pads = same_pads(x, size, steps)
    place = []
    for axis in range(2):
        start = index[axis + 1] * steps[axis] - pads[axis][0]
        stop = start + size[axis]
        if start < 0 or stop > x.shape[axis + 1]:
            return {}
        place.append(slice(start, stop))
    return {"x": (index[0], *place, index[-1])}


### BEGIN MISTAKES

from byhand.slips import Layout

PLANES = Layout(2, first=1)


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


def zeros_counted(kind, x, size, steps, pads):
    """Pool x with zeros around it, which count as if they were pixels."""
    wide = np.pad(x, ((0, 0), *pads, (0, 0)))
    return REFEREES[kind](wide, size, stride=steps)


def _half(x, size, steps):
    return [(k // 2, k // 2) for k in size]


def _without_stride(x, size, steps):
    return same_pads(x, size, (1, 1))


def _floor_total(x, size, steps):
    totals = [
        max((n // s - 1) * s + k - n, 0)
        for n, k, s in zip(x.shape[1:3], size, steps, strict=True)
    ]
    return [(t // 2, t - t // 2) for t in totals]


def pads_before(x, size, steps):
    """Return the pads of "same", all of them before the values."""
    return [(p + q, 0) for p, q in same_pads(x, size, steps)]


def _at_the_end(x, size, steps):
    """Return the pads that complete the last window of "valid"."""
    return [
        (0, max(-(-(n - k) // s), 0) * s + k - n)
        for n, k, s in zip(x.shape[1:3], size, steps, strict=True)
    ]


def padding_slip(kind, pads, pool=_left_out, mode="same"):
    """Return a slip that pads by another rule where ``mode`` asks for padding."""

    def slip(x, size, *, stride=None, padding="valid"):
        if padding != mode:
            return REFEREES[kind](x, size, stride=stride, padding=padding)
        size, steps = window_and_steps(size, stride)
        return pool(kind, x, size, steps, pads(x, size, steps))

    return slip


def edge_slip(kind):
    """Return a slip whose padding repeats the border of the picture."""

    def pool(kind, x, size, steps, pads):
        wide = np.pad(x, ((0, 0), *pads, (0, 0)), mode="edge")
        return REFEREES[kind](wide, size, stride=steps)

    return padding_slip(kind, same_pads, pool=pool)


def _setting_slip(kind, change):
    """Return a slip that changes window and steps: change(size, steps, stride)."""

    def slip(x, size, *, stride=None, padding="valid"):
        window, steps = window_and_steps(size, stride)
        window, steps = change(window, steps, stride)
        return REFEREES[kind](x, window, stride=steps, padding=padding)

    return slip


def _result_slip(kind, change):
    """Return a slip that changes the result: change(y, x, size, steps, padding)."""

    def slip(x, size, *, stride=None, padding="valid"):
        y = REFEREES[kind](x, size, stride=stride, padding=padding)
        return change(y, x, *window_and_steps(size, stride), padding)

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
        size, steps = window_and_steps(size, stride)
        pads = same_pads(x, size, steps) if padding == "same" else [(0, 0)] * 2
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


def pool_slips(kind):
    """Return the slips that all three kinds of pooling share."""
    pool = REFEREES[kind]

    def padding(pads, **more):
        return padding_slip(kind, pads, **more)

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
        ends.append(padding(_at_the_end, pool=zeros_counted, mode="valid"))
    return {
        "padding ignored": lambda x, size, *, stride=None, padding="valid": pool(
            x, size, stride=stride
        ),
        "Keras `same` with the odd row on top": padding(
            lambda *a: [p[::-1] for p in same_pads(*a)]
        ),
        "the odd row dropped": padding(lambda *a: [(p, p) for p, _ in same_pads(*a)]),
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


def other_poolings(kind, change=lambda x: x, after=lambda y: y):
    """Return a slip that pools in another way: after(kind(change(x)))."""

    def slip(x, size, **settings):
        return after(REFEREES[kind](change(x), size, **settings))

    return slip


def _area(x, size, settings):
    """Return how many pixels each window holds, those of the padding left out."""
    ones = np.ones_like(x)
    return np.square(referee.l2_pool2d(ones, size, **settings))


def sum_pool2d(x, size, **settings):
    """Return the sum of each window in place of its mean."""
    return referee.avg_pool2d(x, size, **settings) * _area(x, size, settings)


def _divided_by(side):
    def slip(x, size, **settings):
        return sum_pool2d(x, size, **settings) / referee.per_axis(size, 2)[side]

    return slip


AVG_SLIPS = {
    **pool_slips("average"),
    "average counts the padding": padding_slip(
        "average", same_pads, pool=zeros_counted
    ),
    "sum instead of mean": sum_pool2d,
    "maximum instead of mean": other_poolings("max"),
    "divided by one side of the window": (_divided_by(0), _divided_by(1)),
    "edge padding instead of zeros": edge_slip("average"),
    "all padding on top and left": padding_slip("average", pads_before),
}

### END MISTAKES
