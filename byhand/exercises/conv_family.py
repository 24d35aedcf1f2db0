"""Lesson 04: pointwise, grouped, depthwise, separable, flattened, 3D, receptive fields.

The misconceptions of this lesson stand in ``MISCONCEPTIONS``; what each computes is a
call of the referee with one thing changed.
"""

import numpy as np

from byhand import referee, slips
from byhand.checks import running
from byhand.exercises import Case, Exercise, Finding
from byhand.exercises.convolution import (
    BY_HAND,
    CONV_SETTINGS,
    conv_hidden,
    more_slips,
)
from byhand.misconceptions import Misconception
from byhand.slips import eighths

SPATIAL = ("bias", "stride", "padding", "dilation")
ALL = (*SPATIAL, "batch", "filters")


def _seeded(number):
    return np.random.default_rng([4, number])


def _zeros(b):
    return np.zeros_like(np.asarray(b, dtype=float))


# pointwise ------------------------------------------------------------------------


def _pointwise_case(name, rng, shape, filters):
    x = eighths(rng, *shape)
    return Case(name, (x, eighths(rng, shape[-1], filters), eighths(rng, filters)))


def _pointwise_cases():
    rng = _seeded(1)
    return (
        _pointwise_case("one pixel", rng, (1, 1, 1, 2), 3),
        _pointwise_case("one channel", rng, (1, 2, 3, 1), 2),
        _pointwise_case("one filter", rng, (2, 2, 3, 4), 1),
        _pointwise_case("as many filters as channels", rng, (2, 3, 2, 3), 3),
        _pointwise_case("two pictures", rng, (2, 3, 4, 3), 5),
        _pointwise_case("square", rng, (3, 3, 3, 4), 2),
    )


def _pointwise_hidden(rng):
    shapes = ((2, 5, 3, 4), (3, 1, 6, 2), (1, 4, 4, 4), (2, 2, 2, 7), (4, 3, 5, 1))
    return [_pointwise_case("hidden", rng, s, int(rng.integers(1, 6))) for s in shapes]


def _square_only(w):
    """Return w transposed; other shapes raise, as a matrix product does."""
    if w.shape[0] != w.shape[1]:
        raise ValueError("the shapes don't fit")
    return w.T


def _first_channel(x):
    keep = np.zeros(x.shape[-1])
    keep[0] = 1.0
    return x * keep


def _first_example(x):
    return np.repeat(x[:1], len(x), axis=0)


POINTWISE_SLIPS = {
    "bias forgotten": lambda x, w, b: referee.pointwise(x, w, _zeros(b)),
    "bias added per tap": lambda x, w, b: referee.pointwise(x, w, b * len(w)),
    "the same bias for every filter": (
        lambda x, w, b: referee.pointwise(x, w, np.full_like(b, b[0])),
        lambda x, w, b: referee.pointwise(x, w, np.full_like(b, b.sum())),
    ),
    "only the first channel": lambda x, w, b: referee.pointwise(
        _first_channel(x), w, b
    ),
    "only the first filter": lambda x, w, b: referee.pointwise(
        x, np.repeat(w[:, :1], w.shape[1], axis=1), b
    ),
    "only the first example": lambda x, w, b: referee.pointwise(
        _first_example(x), w, b
    ),
    "mean instead of sum": lambda x, w, b: referee.pointwise(x, w / len(w), b),
    "point weights transposed": lambda x, w, b: referee.pointwise(
        x, _square_only(w), b
    ),
    "rows and columns swapped": lambda x, w, b: referee.pointwise(
        x.swapaxes(1, 2), w, b
    ),
    "channels not added up": lambda x, w, b: x[..., None] * w + b,
    "channels in reverse order": lambda x, w, b: referee.pointwise(x, w[::-1], b),
}


def _pointwise_window(arguments, index):
    *pixel, f = index
    return {"x": (*pixel, slice(None)), "w": (slice(None), f)}


# grouped_conv2d -------------------------------------------------------------------

GROUPS = (2, 1, 2, 3, 2, 2, 3, 2, 2, 4, 2)
PER_GROUP = ((1, 2), (2, 3), (2, 1), (1, 2), (3, 2), (2, 3), (2, 2), (2, 2), (1, 3))


def _grouped_arrays(rng, size, kernel, groups, inputs, filters):
    x = eighths(rng, 2, *size, groups * inputs)
    w = eighths(rng, *kernel, inputs, groups * filters)
    return x, w, eighths(rng, groups * filters)


def _grouped_cases():
    rng = _seeded(2)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        groups, shape = GROUPS[k], PER_GROUP[k % len(PER_GROUP)]
        arrays = _grouped_arrays(rng, size, kernel, groups, *shape)
        word = "group" if groups == 1 else "groups"
        name = f"{groups} {word}, {name}"
        cases.append(Case(name, arrays, {"groups": groups, **settings}))
    return (*cases, _without_groups(rng))


def _without_groups(rng):
    return Case("groups not given", _grouped_arrays(rng, (4, 3), (2, 2), 1, 2, 4))


def _grouped_hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        groups, inputs, filters = (int(v) for v in rng.integers(1, 4, size=3))
        arrays = _grouped_arrays(rng, *case.args, groups + 1, inputs, filters)
        cases.append(Case("hidden", arrays, {"groups": groups + 1, **case.kwargs}))
    return [*cases, _without_groups(rng)]


def _split(groups, *arrays):
    """Yield, group by group, each array's share of its last axis."""
    yield from zip(*(np.split(a, groups, axis=-1) for a in arrays), strict=True)


def _by_group(x, w, b, *, groups=1, **settings):
    """Return one ordinary convolution per group, side by side.

    TensorFlow compiles each grouped convolution on a CPU anew, which takes a quarter
    of a second; a test holds this to be the same.
    """
    parts = [referee.conv2d(*part, **settings) for part in _split(groups, x, w, b)]
    return np.concatenate(parts, axis=-1)


def _every_filter_the_first(x, w, b, *, groups=1, **k):
    return referee.conv2d(x[..., : w.shape[2]], w, b, **k)


def _every_filter_all(x, w, b, *, groups=1, **k):
    return referee.conv2d(x, np.tile(w, (1, 1, groups, 1)), b, **k)


def _groups_added(x, w, b, *, groups=1, **k):
    parts = [referee.conv2d(*part, **k) for part in _split(groups, x, w, b)]
    return np.sum(parts, axis=0)


def _all_filters_per_group(x, w, b, *, groups=1, **k):
    parts = [referee.conv2d(p, w, b, **k) for p in np.split(x, groups, axis=-1)]
    return np.concatenate(parts, axis=-1)


def _dealt(a, groups):
    """Return the last axis dealt out in turn: 0 2 4 1 3 5 for two groups of six."""
    return np.concatenate([a[..., g::groups] for g in range(groups)], axis=-1)


def _inputs_dealt(x, w, b, *, groups=1, **k):
    return _by_group(_dealt(x, groups), w, b, groups=groups, **k)


def _filters_dealt(x, w, b, *, groups=1, **k):
    wide, tall = _dealt(w, groups), _dealt(b, groups)
    return _by_group(x, wide, tall, groups=groups, **k)


def _inputs_and_filters_dealt(x, w, b, *, groups=1, **k):
    return _filters_dealt(_dealt(x, groups), w, b, groups=groups, **k)


def _interleaved(x, w, b, *, groups=1, **k):
    y = _by_group(x, w, b, groups=groups, **k)
    return y.reshape(*y.shape[:-1], groups, -1).swapaxes(-1, -2).reshape(y.shape)


def _first_of_group(a, groups):
    """Return the first group's share of the last axis, once per group."""
    return np.concatenate([np.split(a, groups, axis=-1)[0]] * groups, axis=-1)


def _grouped(change):
    """Return a slip that changes x, w or b and keeps the rest."""

    def slip(x, w, b, *, groups=1, **k):
        return _by_group(*change(x, w, b, groups), groups=groups, **k)

    return slip


GROUPED_SLIPS = {
    **slips.convolution(_by_group, first=1, offers=ALL, channels=True),
    **more_slips(_by_group, first=1, offers=ALL),
    "groups not split": (_every_filter_the_first, _every_filter_all),
    "groups added up": _groups_added,
    "all filters on every group": _all_filters_per_group,
    "channels dealt out in turn": (
        _inputs_dealt,
        _filters_dealt,
        _inputs_and_filters_dealt,
    ),
    "maps of the groups interleaved": _interleaved,
    "filters of the first group only": _grouped(
        lambda x, w, b, g: (x, _first_of_group(w, g), b)
    ),
    "bias of the first group only": _grouped(
        lambda x, w, b, g: (x, w, _first_of_group(b, g))
    ),
    "groups in reverse order": _grouped(
        lambda x, w, b, g: (
            np.concatenate(np.split(x, g, axis=-1)[::-1], axis=-1),
            w,
            b,
        )
    ),
    "first channel of each group only": _grouped(
        lambda x, w, b, g: (x * (np.arange(x.shape[-1]) % w.shape[2] == 0), w, b)
    ),
}


def _grouped_window(arguments, index):
    found = slips.window(first=1, channels=True, filters=True)(arguments, index)
    if found:
        inputs, filters = arguments["w"].shape[2:]
        g = index[-1] // (filters // arguments["groups"])
        channels = slice(g * inputs, (g + 1) * inputs)
        found["x"] = (*found["x"][:-1], channels)
    return found


# depthwise_conv2d -----------------------------------------------------------------

DEPTHWISE = ((1, 2), (3, 1), (2, 3), (3, 2), (4, 2), (2, 2), (3, 3), (2, 4), (2, 3))


def _depthwise_arrays(rng, size, kernel, c_in, multiplier):
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in, multiplier)
    return x, w, eighths(rng, c_in * multiplier)


def _depthwise_cases():
    rng = _seeded(3)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        c_in, multiplier = DEPTHWISE[k % len(DEPTHWISE)]
        arrays = _depthwise_arrays(rng, size, kernel, c_in, multiplier)
        word = "channel" if c_in == 1 else "channels"
        cases.append(Case(f"{c_in} {word}, {name}", arrays, dict(settings)))
    return tuple(cases)


def _depthwise_hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        c_in, multiplier = (int(v) for v in rng.integers(2, 5, size=2))
        arrays = _depthwise_arrays(rng, *case.args, c_in, multiplier)
        cases.append(Case("hidden", arrays, case.kwargs))
    return cases


def _multiplier_first(y, c_in):
    """Return channel c * M + m moved to place m * C + c."""
    parts = y.reshape(*y.shape[:-1], c_in, -1)
    return parts.swapaxes(-1, -2).reshape(y.shape)


def _order(x, w, b, **k):
    plain = referee.depthwise_conv2d(x, w, _zeros(b), **k)
    return _multiplier_first(plain, x.shape[-1]) + b


def _order_with_bias(x, w, b, **k):
    return _multiplier_first(referee.depthwise_conv2d(x, w, b, **k), x.shape[-1])


def _order_of_kernels(x, w, b, **k):
    c_in, multiplier = w.shape[2:]
    mixed = w.swapaxes(2, 3).reshape(*w.shape[:2], c_in, multiplier)
    return referee.depthwise_conv2d(x, mixed, b, **k)


def _order_of_channels(x, w, b, **k):
    """Let channel f % C feed map f, with kernel f of the flat list."""
    c_in, multiplier = w.shape[2:]
    x = np.concatenate([x] * multiplier, axis=-1)
    w = w.reshape(*w.shape[:2], c_in * multiplier, 1)
    return referee.depthwise_conv2d(x, w, b, **k)


def _channels_added(x, w, b, **k):
    y = referee.depthwise_conv2d(x, w, b, **k)
    return y.reshape(*y.shape[:-1], x.shape[-1], -1).sum(axis=-2)


def _one_sum(x, w, b, **k):
    return referee.depthwise_conv2d(x, w, b, **k).sum(axis=-1, keepdims=True)


def _full_convolution(x, w, b, **k):
    """Sum over the channels, as Conv2D does, with M filters."""
    y = referee.conv2d(x, w, None, **k)
    return y + b[: y.shape[-1]]


def _multiplier_dropped(x, w, b, **k):
    return referee.depthwise_conv2d(x, w[..., :1], b[: x.shape[-1]], **k)


def _first_multiplier(x, w, b, **k):
    wide = np.repeat(w[..., :1], w.shape[-1], axis=-1)
    return referee.depthwise_conv2d(x, wide, b, **k)


def _one_kernel(x, w, b, **k):
    wide = np.repeat(w[:, :, :1], w.shape[2], axis=2)
    return referee.depthwise_conv2d(x, wide, b, **k)


def _bias_by_channel(x, w, b, **k):
    b = np.repeat(b[: x.shape[-1]], w.shape[-1])
    return referee.depthwise_conv2d(x, w, b, **k)


def _bias_by_multiplier(x, w, b, **k):
    b = np.tile(b[: w.shape[-1]], x.shape[-1])
    return referee.depthwise_conv2d(x, w, b, **k)


def _only_first_channel(x, w, b, **k):
    same = np.repeat(x[..., :1], x.shape[-1], axis=-1)
    return referee.depthwise_conv2d(same, w, b, **k)


DEPTHWISE_SLIPS = {
    **slips.convolution(referee.depthwise_conv2d, first=1, offers=SPATIAL),
    **more_slips(referee.depthwise_conv2d, first=1, offers=SPATIAL),
    "depthwise multiplier order": (
        _order,
        _order_with_bias,
        _order_of_kernels,
        _order_of_channels,
    ),
    "channels added up": (_channels_added, _one_sum, _full_convolution),
    "only the first kernel of each channel": (_multiplier_dropped, _first_multiplier),
    "the same kernel for every channel": _one_kernel,
    "only the first channel": _only_first_channel,
    "only the first example": lambda x, w, b, **k: referee.depthwise_conv2d(
        _first_example(x), w, b, **k
    ),
    "the same bias for every filter": (
        lambda x, w, b, **k: referee.depthwise_conv2d(x, w, np.full_like(b, b[0]), **k),
        lambda x, w, b, **k: referee.depthwise_conv2d(
            x, w, np.full_like(b, b.sum()), **k
        ),
    ),
    "bias counted by channel or by kernel": (_bias_by_channel, _bias_by_multiplier),
}


def _depthwise_window(arguments, index):
    found = slips.window(first=1, channels=True)(arguments, index)
    if found:
        c, m = divmod(index[-1], arguments["w"].shape[-1])
        found["x"] = (*found["x"][:-1], c)
        found["w"] = (slice(None), slice(None), c, m)
    return found


# separable_conv2d -----------------------------------------------------------------

SEPARABLE = ((1, 2, 3), (3, 1, 2), (2, 2, 4), (3, 2, 1), (2, 3, 5), (2, 2, 3))


def _separable_arrays(rng, size, kernel, c_in, multiplier, filters):
    x, w, _ = _depthwise_arrays(rng, size, kernel, c_in, multiplier)
    point = eighths(rng, c_in * multiplier, filters)
    return x, w, point, eighths(rng, filters)


def _separable_cases():
    rng = _seeded(4)
    cases = []
    for k, (name, size, kernel, settings) in enumerate(CONV_SETTINGS):
        shape = SEPARABLE[k % len(SEPARABLE)]
        arrays = _separable_arrays(rng, size, kernel, *shape)
        cases.append(Case(f"{shape[0]} to {shape[2]}, {name}", arrays, dict(settings)))
    return tuple(cases)


def _separable_hidden(rng):
    cases = []
    for case in conv_hidden(lambda rng, size, kernel: (size, kernel), rng):
        shape = (int(v) for v in rng.integers(2, 5, size=3))
        arrays = _separable_arrays(rng, *case.args, *shape)
        cases.append(Case("hidden", arrays, case.kwargs))
    return cases


def _of_first_step(name):
    """Return all variants of a convolution's slip, made in the depthwise step."""

    def variant(number):
        def slip(x, w_depth, w_point, b, **k):
            def whole(x, w, b, **k):
                return referee.separable_conv2d(x, w, w_point, b, **k)

            known = _all_slips(whole)[name]
            return _as_tuple(known)[number](x, w_depth, b, **k)

        return slip

    return tuple(map(variant, range(len(_as_tuple(_FIRST_STEP[name])))))


def _as_tuple(slip):
    return slip if isinstance(slip, tuple) else (slip,)


def _all_slips(ask):
    return slips.convolution(ask, first=1, offers=SPATIAL) | more_slips(
        ask, first=1, offers=SPATIAL
    )


_FIRST_STEP = _all_slips(referee.depthwise_conv2d)


def _in_two_steps(between=lambda y: y, depth=lambda w: w, point=lambda w: w):
    """Return a slip of the separable convolution in two calls of the referee."""

    def slip(x, w_depth, w_point, b, **k):
        y = between(referee.depthwise_conv2d(x, depth(w_depth), **k))
        return referee.pointwise(y, point(w_point), b)

    return slip


def _no_pointwise(x, w_depth, w_point, b, **k):
    return referee.depthwise_conv2d(x, w_depth, **k)


def _separable_order(x, w_depth, w_point, b, **k):
    y = referee.depthwise_conv2d(x, w_depth, **k)
    return referee.pointwise(_multiplier_first(y, x.shape[-1]), w_point, b)


def _separable_order_of_kernels(x, w_depth, w_point, b, **k):
    plain = np.zeros(w_depth.shape[2] * w_depth.shape[3])
    y = _order_of_kernels(x, w_depth, plain, **k)
    return referee.pointwise(y, w_point, b)


def _separable_order_of_channels(x, w_depth, w_point, b, **k):
    plain = np.zeros(w_depth.shape[2] * w_depth.shape[3])
    y = _order_of_channels(x, w_depth, plain, **k)
    return referee.pointwise(y, w_point, b)


def _padded_twice(x, w_depth, w_point, b, *, padding=0, **k):
    y = referee.depthwise_conv2d(x, w_depth, padding=padding, **k)
    rows, columns = referee.pad_widths(padding, 2)
    y = np.pad(y, ((0, 0), rows, columns, (0, 0)))
    return referee.pointwise(y, w_point, b)


def _with(x=lambda x: x, b=lambda b: b, point=lambda w: w):
    def slip(x_, w_depth, w_point, b_, **k):
        return referee.separable_conv2d(x(x_), w_depth, point(w_point), b(b_), **k)

    return slip


def _point_bias_per_tap(x, w_depth, w_point, b, **k):
    return referee.separable_conv2d(x, w_depth, w_point, b * len(w_point), **k)


SEPARABLE_SLIPS = {
    name: _of_first_step(name)
    for name in _FIRST_STEP
    if name not in ("bias added per tap", "mean instead of sum")
} | {
    "depthwise multiplier order": (
        _separable_order,
        _separable_order_of_kernels,
        _separable_order_of_channels,
    ),
    "pointwise step forgotten": _no_pointwise,
    "ReLU between the steps": _in_two_steps(between=lambda y: np.maximum(y, 0)),
    "padding used in both steps": _padded_twice,
    "point weights transposed": _with(point=_square_only),
    "only the first kernel of each channel": _in_two_steps(
        depth=lambda w: np.repeat(w[..., :1], w.shape[-1], axis=-1)
    ),
    "the same kernel for every channel": _in_two_steps(
        depth=lambda w: np.repeat(w[:, :, :1], w.shape[2], axis=2)
    ),
    "only the first channel": _with(x=_first_channel),
    "only the first filter": _with(
        point=lambda w: np.repeat(w[:, :1], w.shape[1], axis=1)
    ),
    "only the first example": _with(x=_first_example),
    "the same bias for every filter": (
        _with(b=lambda b: np.full_like(b, b[0])),
        _with(b=lambda b: np.full_like(b, b.sum())),
    ),
    "bias added per tap": _point_bias_per_tap,
    "mean instead of sum": (
        lambda x, w, p, b, **k: referee.separable_conv2d(
            x, w / np.prod(w.shape[:2]), p, b, **k
        ),
        lambda x, w, p, b, **k: referee.separable_conv2d(x, w, p / len(p), b, **k),
    ),
}


# count_separable ------------------------------------------------------------------


def _count_separable(h_out, w_out, kh, kw, c_in, c_out, *, multiplier=1):
    """Ask SeparableConv2D for its weights; each is used once at every pixel."""
    layer = referee.load_keras().layers.SeparableConv2D(
        c_out, (kh, kw), depth_multiplier=multiplier
    )
    layer.build((1, h_out + kh - 1, w_out + kw - 1, c_in))
    parameters = int(layer.count_params())
    return parameters, (parameters - c_out) * h_out * w_out


def _count_cases():
    settings = (
        (1, 1, 2, 3, 1, 1, 1),
        (4, 5, 3, 3, 3, 1, 1),
        (3, 4, 2, 3, 2, 5, 1),
        (6, 5, 3, 2, 3, 4, 2),
        (7, 9, 5, 3, 4, 2, 3),
        (8, 8, 3, 3, 64, 128, 1),
    )
    return tuple(_count_case(*s) for s in settings)


def _count_case(h, w, kh, kw, c_in, c_out, multiplier):
    name = f"{h}x{w} outputs, {kh}x{kw}, {c_in} to {c_out}"
    if multiplier == 1:
        return Case(name, (h, w, kh, kw, c_in, c_out))
    name = f"{name}, multiplier {multiplier}"
    return Case(name, (h, w, kh, kw, c_in, c_out), {"multiplier": multiplier})


def _count_hidden(rng):
    tops = (12, 12, 6, 6, 20, 20, 4)
    return [_count_case(*(int(rng.integers(2, t)) for t in tops)) for _ in range(8)]


def _counting(parameters, products=None):
    """Return a slip from the counts of weights, each f(k, ci, co, m).

    ``products`` counts the multiply-adds per pixel; by default the parameters less the
    bias.
    """

    def slip(h, w, kh, kw, c_in, c_out, *, multiplier=1):
        shape = (kh * kw, c_in, c_out, multiplier)
        weights = parameters(*shape)
        per_pixel = products(*shape) if products else weights - c_out
        return int(weights), int(per_pixel * h * w)

    return slip


COUNT_SLIPS = {
    "bias forgotten": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m * co,
        lambda k, ci, co, m: k * ci * m + ci * m * co,
    ),
    "bias counted in both steps": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m + ci * m * co + co,
        lambda k, ci, co, m: k * ci * m + ci * m * co,
    ),
    "bias counted in the multiply-adds": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m * co + co,
        lambda k, ci, co, m: k * ci * m + ci * m * co + co,
    ),
    "multiplier ignored": (
        _counting(lambda k, ci, co, m: k * ci + ci * co + co),
        _counting(lambda k, ci, co, m: k * ci * m + ci * co + co),
        _counting(lambda k, ci, co, m: k * ci + ci * m * co + co),
    ),
    "counted as a full convolution": (
        _counting(lambda k, ci, co, m: k * ci * co + co),
        _counting(lambda k, ci, co, m: k * ci * m * co + co),
    ),
    "pointwise step forgotten": _counting(
        lambda k, ci, co, m: k * ci * m + co, lambda k, ci, co, m: k * ci * m
    ),
    "depthwise step forgotten": _counting(lambda k, ci, co, m: ci * m * co + co),
    "one kernel for all channels": _counting(
        lambda k, ci, co, m: k * m + ci * m * co + co
    ),
    "outputs not counted": lambda h, w, *shape, **k: (
        _count_separable(h, w, *shape, **k)[0],
        _count_separable(1, 1, *shape, **k)[1],
    ),
    "height for width": (
        lambda h, w, *shape, **k: _count_separable(h, h, *shape, **k),
        lambda h, w, kh, kw, *shape, **k: _count_separable(h, w, kh, kh, *shape, **k),
    ),
    "multiplications and additions counted apart": lambda *shape, **k: (
        _count_separable(*shape, **k)[0],
        2 * _count_separable(*shape, **k)[1],
    ),
}


# split_kernel ---------------------------------------------------------------------


def _kernels(rng=None):
    """Return [(name, kernel)]: rank one first, then some that aren't."""
    fresh = rng is not None
    rng = rng if fresh else _seeded(6)
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


SPLIT_SLIPS = {
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


def _examine_split(split, rng=None):
    """Judge the outer product of the two vectors, since their lengths are free."""
    seen = []
    for name, w in _kernels(rng):
        outcome = running.call(split, (w,))
        finding = _split_problem(name, w, outcome, not seen)
        if finding:
            return finding
        seen.append((name, w, np.outer(*map(np.ravel, outcome.value))))
    wrong = [(name, w, got) for name, w, got in seen if not _nearest(w, got)]
    if not wrong:
        what = f"{len(seen)} of {len(seen)}: column times row is the nearest kernel"
        return Finding(1.0, (("cases", f"ok       {what}"),))
    name, w, got = wrong[0]
    lines = [("outer", f"of column and row is {_brief(got)}; nearest is"), _best(w)]
    slip = _split_slip([(w, got) for _, w, got in seen])
    lines.append(_likely(slip))
    return Finding(0.0, tuple(lines), slip, name)


def _best(w):
    u, s, vh = _factors(w)
    return ("wanted", _brief(s[0] * np.outer(u[:, 0], vh[0])))


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
    return ("likely", next(m.likely for m in MISCONCEPTIONS if m.name == slip))


def _split_slip(seen):
    """Return the one misconception that gives every outer product, or None."""
    found = [
        name
        for name, slip in SPLIT_SLIPS.items()
        if all(_equal(slip(*_factors(w), w), got) for w, got in seen)
    ]
    return found[0] if len(found) == 1 else None


def _equal(a, b):
    # singular vectors have a free sign, so a mixed product may come out negated
    return a.shape == b.shape and (np.allclose(a, b) or np.allclose(a, -b))


def _split_problem(name, w, outcome, first):
    """Return a Finding on a call that gave no two vectors, or None."""
    if outcome.timed_out:
        return Finding(0.0, (("time", "no answer after 10 s"),), case=name)
    if outcome.error is not None:
        error = outcome.error
        lines = [("raised", f"{error.type_name}: {error.message}")]
        if error.text:
            lines.append(("line", f"{error.line}: {error.text}"))
        return Finding(0.0, tuple(lines), case=name)
    value = outcome.value
    if value is None:
        line = ("waits", "not written yet: it returns None")
        return Finding(0.0, (line,), case="waiting" if first else name)
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


# flattened_conv -------------------------------------------------------------------


def _block(w_channel, w_column, w_row):
    """Return the full kernel whose products the three vectors give."""
    return np.einsum("pf,qf,cf->pqcf", w_column, w_row, w_channel)


def _flattened(x, w_channel, w_column, w_row, b):
    return referee.conv2d(x, _block(w_channel, w_column, w_row), b)


def _flattened_case(name, rng, size, kernel, c_in, filters):
    x = eighths(rng, 2, *size, c_in)
    vectors = (eighths(rng, n, filters) for n in (c_in, *kernel))
    return Case(name, (x, *vectors, eighths(rng, filters)))


def _flattened_cases():
    rng = _seeded(7)
    return (
        _flattened_case("one output, one filter", rng, (2, 3), (2, 3), 2, 1),
        _flattened_case("one channel", rng, (3, 4), (2, 2), 1, 2),
        _flattened_case("3 channels, 2 filters", rng, (4, 5), (3, 2), 3, 2),
        _flattened_case("2 channels, 4 filters", rng, (5, 4), (2, 3), 2, 4),
        _flattened_case("a column only", rng, (5, 3), (3, 1), 2, 3),
        _flattened_case("square", rng, (5, 5), (3, 3), 3, 3),
    )


def _flattened_hidden(rng):
    sizes = ((6, 5, 3, 2), (5, 7, 2, 4), (4, 4, 3, 3), (7, 3, 4, 1), (3, 8, 1, 3))
    return [
        _flattened_case("hidden", rng, s[:2], s[2:], *map(int, rng.integers(1, 5, 2)))
        for s in sizes
    ]


def _of_block(known):
    """Return a convolution's slip on the full kernel."""

    def slip(x, w_channel, w_column, w_row, b):
        return known(x, _block(w_channel, w_column, w_row), b)

    return slip


def _early_bias(last):
    """Return a slip that adds the bias before the two vectors of space are done."""

    def slip(x, w_channel, w_column, w_row, b):
        y = _flattened(x, w_channel, w_column, w_row, np.zeros_like(b))
        across = w_row.sum(axis=0)
        down = w_column.sum(axis=0)
        return y + last(b, down, across)

    return slip


def _first_filter(k):
    """Return a slip that uses the first filter's vector k for all filters."""

    def slip(x, *rest):
        rest = list(rest)
        rest[k] = np.repeat(rest[k][:, :1], rest[k].shape[1], axis=1)
        return _flattened(x, *rest)

    return slip


_OFFERS = ("bias", "batch", "filters")
_WHOLE = slips.convolution(
    referee.conv2d, first=1, offers=_OFFERS, channels=True
) | more_slips(referee.conv2d, first=1, offers=_OFFERS)
FLATTENED_SLIPS = {
    name: tuple(map(_of_block, known)) if isinstance(known, tuple) else _of_block(known)
    for name, known in _WHOLE.items()
    if name != "kernel transposed"
} | {
    "column and row exchanged": lambda x, wc, wp, wq, b: _flattened(x, wc, wq, wp, b),
    "bias before the last step": (
        _early_bias(lambda b, down, across: b * down * across),
        _early_bias(lambda b, down, across: b * across),
        _early_bias(lambda b, down, across: b * down),
        _early_bias(lambda b, down, across: b * down * across + b * across + b),
        _early_bias(lambda b, down, across: b * down * across + b * down + b),
    ),
    "vector of the first filter for all": tuple(_first_filter(k) for k in range(3)),
}


# conv3d ---------------------------------------------------------------------------

VOLUMES = (
    ("one output", (2, 3, 2), (2, 3, 2), {}),
    ("a kernel of one row", (3, 2, 4), (2, 1, 3), {}),
    ("a kernel of three sizes", (4, 3, 5), (2, 1, 3), {}),
    ("stride 2", (5, 4, 6), (2, 2, 3), {"stride": 2}),
    ("three strides", (5, 6, 7), (2, 3, 2), {"stride": (2, 1, 3)}),
    ("padding 1", (3, 2, 4), (3, 2, 2), {"padding": 1}),
    ("three paddings", (3, 2, 4), (2, 2, 3), {"padding": (1, 2, 0)}),
    ("dilation 2", (4, 5, 5), (2, 3, 2), {"dilation": 2}),
    ("three dilations", (5, 4, 7), (2, 2, 3), {"dilation": (3, 1, 2)}),
    (
        "all three",
        (5, 6, 4),
        (2, 3, 2),
        {"stride": (1, 2, 3), "padding": (0, 1, 2), "dilation": (3, 2, 1)},
    ),
    ("a cube", (4, 4, 4), (2, 2, 2), {"stride": 2, "padding": 1}),
)


def _volume_arrays(rng, size, kernel):
    c_in, c_out = ((2, 3), (1, 2), (3, 2))[sum(size) % 3]
    x = eighths(rng, 2, *size, c_in)
    return x, eighths(rng, *kernel, c_in, c_out), eighths(rng, c_out)


def _conv3d_cases():
    rng = _seeded(8)
    return tuple(
        Case(name, _volume_arrays(rng, size, kernel), dict(settings))
        for name, size, kernel, settings in VOLUMES
    )


def _conv3d_hidden(rng):
    cases = []
    while len(cases) < 6:
        size = tuple(int(v) for v in rng.integers(4, 7, size=3))
        kernel = tuple(int(v) for v in rng.integers(1, 4, size=3))
        names = ("stride", "padding", "dilation")
        low = {"stride": 1, "padding": 0, "dilation": 1}
        settings = {
            n: tuple(int(v) for v in rng.integers(low[n], low[n] + 3, size=3))
            for n in names
        }
        spans = (d * (k - 1) for d, k in zip(settings["dilation"], kernel, strict=True))
        room = (n + 2 * p for n, p in zip(size, settings["padding"], strict=True))
        if all(n > s for n, s in zip(room, spans, strict=True)):
            arrays = _volume_arrays(rng, size, kernel)
            cases.append(Case("hidden", arrays, settings))
    return cases


def _volume(change=lambda x, w: (x, w), **new):
    """Return a slip of conv3d with other arrays, or with a setting made anew."""

    def slip(x, w, b, **k):
        x, w = change(x, w)
        made = {n: f(k[n]) for n, f in new.items() if n in k}
        return referee.conv3d(x, w, b, **{**k, **made})

    return slip


def _reversed(setting):
    return referee.per_axis(setting, 3)[::-1]


def _depth_neutral(value):
    return lambda setting: (value, *referee.per_axis(setting, 3)[1:])


def _depth_plane(x, w):
    """Keep the first plane of the kernel only."""
    w = w.copy()
    w[1:] = 0
    return x, w


NAMES = ("stride", "padding", "dilation")


def _without_last(w, axes):
    """Return a kernel whose last plane along some axes is 0."""
    kept = w.copy()
    for axis in axes:
        np.moveaxis(kept, axis, 0)[-1] = 0.0
    return kept


CONV3D_SLIPS = {
    **slips.convolution(referee.conv3d, rank=3, first=1, offers=ALL, channels=True),
    **more_slips(referee.conv3d, rank=3, first=1, offers=ALL),
    "last taps left out": tuple(
        _volume(lambda x, w, axes=axes: (x, _without_last(w, axes)))
        for axes in ((0, 1, 2), (0,), (1,), (2,))
    ),
    "one number for all three directions": tuple(
        _volume(**dict.fromkeys(names, lambda v, a=a: referee.per_axis(v, 3)[a]))
        for names in (("stride",), ("padding",), ("dilation",), NAMES)
        for a in (0, 1, 2)
    ),
    "kernel flipped in depth only": _volume(lambda x, w: (x, w[::-1])),
    "kernel flipped in the plane only": _volume(lambda x, w: (x, w[:, ::-1, ::-1])),
    "only the first plane of the kernel": _volume(_depth_plane),
    "axes of a setting in reverse order": (
        _volume(stride=_reversed),
        _volume(padding=_reversed),
        _volume(dilation=_reversed),
        _volume(stride=_reversed, padding=_reversed, dilation=_reversed),
    ),
    "depth moves one step at a time": _volume(stride=_depth_neutral(1)),
    "depth not padded": _volume(padding=_depth_neutral(0)),
    "depth not dilated": _volume(dilation=_depth_neutral(1)),
    "axes of the result exchanged": (
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(1, 3),
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(2, 3),
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(1, 2),
        lambda x, w, b, **k: np.moveaxis(referee.conv3d(x, w, b, **k), 1, 3),
    ),
}


# receptive_field ------------------------------------------------------------------


def _layer(kernel, stride=1, padding=0, dilation=1):
    return dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)


def _receptive_field(layers):
    """Ask Keras for gradients: the field is where they aren't zero."""
    top = sum(layer["padding"] for layer in layers) + 1
    widths = [2 * top + 2]
    for layer in reversed(layers):
        span = layer["dilation"] * (layer["kernel"] - 1) + 1
        below = (widths[0] - 1) * layer["stride"] + span - 2 * layer["padding"]
        widths.insert(0, max(below, 1))
    first, last = _reached(layers, widths, top)
    following, _ = _reached(layers, widths, top + 1)
    jump = following - first
    return last - first + 1, jump, first - top * jump


def _reached(layers, widths, unit):
    """Return the first and the last input that a unit of the top depends on."""
    dy = np.zeros((1, widths[-1], 1))
    dy[0, unit] = 1.0
    for layer, width in zip(reversed(layers), reversed(widths[:-1]), strict=True):
        settings = {k: layer[k] for k in ("stride", "padding", "dilation")}
        w, x = np.ones((layer["kernel"], 1, 1)), np.zeros((1, width, 1))
        dy = referee.convolution(x, w, dy=dy, **settings)[0]
    found = np.flatnonzero(dy[0, :, 0])
    return int(found[0]), int(found[-1])


FIELDS = {
    "one layer": [_layer(3)],
    "two layers of 3": [_layer(3), _layer(3)],
    "padding": [_layer(3, padding=1), _layer(5, padding=2)],
    "stride in the first layer": [_layer(3, stride=2), _layer(3)],
    "stride in the last layer": [_layer(2), _layer(4, stride=3)],
    "a 1 by 1 layer": [_layer(1), _layer(1, stride=2), _layer(3)],
    "dilations 1, 2, 4": [_layer(3), _layer(3, dilation=2), _layer(3, dilation=4)],
    "convolution, pooling, convolution": [
        _layer(3, padding=1),
        _layer(2, stride=2),
        _layer(3, padding=1),
        _layer(2, stride=2),
    ],
    "everything": [
        _layer(5, stride=2, padding=1, dilation=2),
        _layer(3, stride=3, padding=2),
        _layer(4, stride=2, padding=3, dilation=3),
    ],
}


def _field_cases():
    return tuple(Case(name, (layers,)) for name, layers in FIELDS.items())


def _field_hidden(rng):
    tops = ((1, 6), (1, 4), (0, 3), (1, 4))
    return [
        Case(
            "hidden",
            (
                [
                    _layer(*(int(rng.integers(*top)) for top in tops))
                    for _ in range(int(rng.integers(2, 5)))
                ],
            ),
        )
        for _ in range(8)
    ]


def _walk(grow=None, jumps=None, shift=None, size=1):
    """Return a slip that follows the layers with one of the three rules changed.

    Each rule gets (value, jump, k, s, p, d), the values before the layer.
    """
    grow = grow or (lambda v, jump, k, s, p, d: v + d * (k - 1) * jump)
    jumps = jumps or (lambda v, jump, k, s, p, d: v * s)
    shift = shift or (lambda v, jump, k, s, p, d: v - p * jump)

    def slip(layers):
        now, jump, start = size, 1, 0
        for layer in layers:
            rest = tuple(layer[n] for n in ("kernel", "stride", "padding", "dilation"))
            now, start = grow(now, jump, *rest), shift(start, jump, *rest)
            jump = jumps(jump, jump, *rest)
        return now, jump, start

    return slip


def _backwards(layers):
    return _walk()(layers[::-1])


def _jump_first(layers):
    """Multiply the jump by a layer's own stride before it is used."""
    size, jump, start = 1, 1, 0
    for layer in layers:
        jump *= layer["stride"]
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
    return size, jump, start


FIELD_SLIPS = {
    "stride ignored": (
        _walk(jumps=lambda v, jump, k, s, p, d: 1),
        _walk(
            grow=lambda v, jump, k, s, p, d: v + d * (k - 1),
            shift=lambda v, jump, k, s, p, d: v - p,
        ),
        _walk(grow=lambda v, jump, k, s, p, d: v + d * (k - 1)),
    ),
    "stride counted in its own layer": (
        _jump_first,
        _walk(grow=lambda v, jump, k, s, p, d: v + d * (k - 1) * jump * s),
    ),
    "strides added": (
        _walk(jumps=lambda v, jump, k, s, p, d: v + s),
        _walk(jumps=lambda v, jump, k, s, p, d: v + s - 1),
    ),
    "only the last stride counts": _walk(jumps=lambda v, jump, k, s, p, d: s),
    "kernel sizes added": (
        _walk(grow=lambda v, jump, k, s, p, d: v + d * k * jump),
        _walk(grow=lambda v, jump, k, s, p, d: v + d * k * jump, size=0),
    ),
    "sizes multiplied": _walk(grow=lambda v, jump, k, s, p, d: v * (d * (k - 1) + 1)),
    "the first pixel forgotten": _walk(size=0),
    "dilation ignored": _walk(grow=lambda v, jump, k, s, p, d: v + (k - 1) * jump),
    "dilation off by one": _walk(
        grow=lambda v, jump, k, s, p, d: v + (d * k - 1) * jump
    ),
    "dilation moves the window": _walk(jumps=lambda v, jump, k, s, p, d: v * s * d),
    "padding counted in the size": (
        _walk(grow=lambda v, jump, k, s, p, d: v + (d * (k - 1) + 2 * p) * jump),
        _walk(grow=lambda v, jump, k, s, p, d: v + (d * (k - 1) - 2 * p) * jump),
    ),
    "padding ignored": _walk(shift=lambda v, jump, k, s, p, d: v),
    "padding without the jump": _walk(shift=lambda v, jump, k, s, p, d: v - p),
    "padding to the wrong side": _walk(shift=lambda v, jump, k, s, p, d: v + p * jump),
    "layers in reverse order": _backwards,
}


# table ----------------------------------------------------------------------------

MISCONCEPTIONS = (
    Misconception(
        "point weights transposed",
        "the 1x1 weights are read as (C_out, C_in); their rows are the inputs",
        "Which axis of w has as many entries as x has channels?",
        "Look for w.T, or for the order of two indices of w.",
        "w[c, f] says how much channel c counts in map f: the sum runs over c.",
    ),
    Misconception(
        "channels not added up",
        "each channel keeps a map of its own, and a filter adds its channels up",
        "How many numbers should one pixel and one filter give?",
        "Look at the shape of your result: it has one axis too many.",
        "Multiply and add over the channels: a matrix product does both.",
    ),
    Misconception(
        "channels in reverse order",
        "the last channel meets the first weight",
        "Which weight meets channel 0?",
        "Look for [::-1], or for an index that counts down.",
        "Channel c meets row c of w.",
    ),
    Misconception(
        "groups not split",
        "every filter sees the same channels; a filter sees its own group's only",
        "Which channels should the last filter read?",
        "Look at the slice of x: it doesn't depend on the group.",
        "Group g reads the g-th share of the channels with the g-th share of filters.",
    ),
    Misconception(
        "groups added up",
        "the maps of the groups are added, and should stand side by side",
        "How many maps should come out: as many as filters, or fewer?",
        "Look for a sum or += where the groups come together.",
        "Join the groups' maps along the last axis.",
    ),
    Misconception(
        "all filters on every group",
        "each group meets all filters, so that there are too many maps",
        "How many filters belong to one group?",
        "Look at w: its last axis isn't sliced.",
        "Group g takes the g-th share of the filters, and no others.",
    ),
    Misconception(
        "channels dealt out in turn",
        "channels are dealt like cards, 0 2 4 and 1 3 5; a group takes neighbours",
        "With 6 channels and 2 groups, which three are in the first group?",
        "Look for a step in a slice, such as g::groups.",
        "Group g begins at g times the size of a group, and takes neighbours.",
    ),
    Misconception(
        "maps of the groups interleaved",
        "the maps come out in turn from each group; a group's maps stay together",
        "Which group should the first two maps come from?",
        "Look for np.stack, or a step in the slice of y.",
        "First all maps of group 0, then all of group 1: concatenate.",
    ),
    Misconception(
        "filters of the first group only",
        "every group uses the filters of the first one",
        "Which filters belong to the last group?",
        "Look at the slice of w: it doesn't depend on the group.",
        "Group g takes the g-th share of w's last axis.",
    ),
    Misconception(
        "bias of the first group only",
        "every group adds the biases of the first one",
        "Set w to zeros: does every map show its own entry of b?",
        "Look at the slice of b: it doesn't depend on the group.",
        "Group g takes the g-th share of b.",
    ),
    Misconception(
        "groups in reverse order",
        "the first filters read the last group of channels",
        "Which channels should filter 0 read?",
        "Look at the order in which you visit or join the groups.",
        "The first share of channels meets the first share of filters.",
    ),
    Misconception(
        "first channel of each group only",
        "a filter reads one channel of its group, and should add all of them",
        "How many channels does one filter of yours read?",
        "Look for an index where a slice of channels belongs.",
        "The sum runs over all channels of the group.",
    ),
    Misconception(
        "depthwise multiplier order",
        "maps are ordered by kernel first; those of one channel stand together",
        "With 2 channels and 3 kernels each, where does map 1 come from?",
        "Look at the index of the map, or at the order of two axes before a reshape.",
        "Map c * multiplier + m comes from channel c and its kernel m.",
    ),
    Misconception(
        "channels added up",
        "the channels are added; a depthwise convolution keeps them apart",
        "How many maps should 3 channels with 2 kernels each give?",
        "Look at the axes of your sum: the channels are among them.",
        "Add over the rows and columns of the window only.",
    ),
    Misconception(
        "only the first kernel of each channel",
        "each channel is used with its first kernel; it has several",
        "What is the last axis of w for?",
        "Look for a fixed 0 as the last index of w, or a loop that is missing.",
        "Every channel c meets every kernel w[:, :, c, m].",
    ),
    Misconception(
        "the same kernel for every channel",
        "all channels meet the kernels of channel 0",
        "Does a change of w[..., 1, :] change your result?",
        "Look for a fixed 0 as the third index of w.",
        "Channel c meets w[:, :, c, :].",
    ),
    Misconception(
        "bias counted by channel or by kernel",
        "the bias is picked by channel or by kernel; each map has its own",
        "How many entries does b have, and how many do you use?",
        "Look at the index of b.",
        "Map c * multiplier + m adds b[c * multiplier + m].",
    ),
    Misconception(
        "pointwise step forgotten",
        "only the depthwise step is there; the 1x1 step should follow",
        "How many maps do you get, and how many filters has w_point?",
        "Look for w_point in your lines: nothing uses it.",
        "After the depthwise step, mix the channels of every pixel with w_point.",
    ),
    Misconception(
        "ReLU between the steps",
        "negative numbers are cut off between the two steps",
        "What happens to a negative number after the depthwise step?",
        "Look for a maximum with 0 between the steps.",
        "Keras's separable layer has nothing between its two steps.",
    ),
    Misconception(
        "padding used in both steps",
        "zeros are put around the picture in the second step as well",
        "How large should a 1x1 step's result be?",
        "Look at the settings that you hand to the second step.",
        "Stride, padding and dilation belong to the depthwise step alone.",
    ),
    Misconception(
        "bias counted in both steps",
        "a bias is counted for the depthwise step too; Keras has one, at the end",
        "How many numbers does b hold?",
        "Look for a second bias among your parameters.",
        "Only the pointwise step has a bias: one number per filter.",
    ),
    Misconception(
        "bias counted in the multiply-adds",
        "the bias is counted as a product; it is only added",
        "How often is a bias multiplied?",
        "Look at the count from which you get the multiply-adds.",
        "Take the weights without the bias, times the number of output pixels.",
    ),
    Misconception(
        "multiplier ignored",
        "the multiplier isn't counted, or not in both steps",
        "How many maps lie between the steps for 3 channels and multiplier 2?",
        "Look for multiplier in your lines: it belongs in two places.",
        "Between the steps there are c_in * multiplier maps; both steps count them.",
    ),
    Misconception(
        "counted as a full convolution",
        "these are the weights of an ordinary convolution",
        "How many kernels does the depthwise step have?",
        "Look for a product of kernel size and c_out: no step has both.",
        "Count the two steps apart, then add.",
    ),
    Misconception(
        "depthwise step forgotten",
        "only the weights of the pointwise step are counted",
        "Which weights depend on kh and kw?",
        "Look for kh * kw in your lines.",
        "Count the two steps apart, then add.",
    ),
    Misconception(
        "one kernel for all channels",
        "one kernel is counted where every channel has its own",
        "How many kernels do 3 channels need in the depthwise step?",
        "Look at the depthwise count: c_in is missing.",
        "The depthwise step has kh * kw weights for each of its maps.",
    ),
    Misconception(
        "outputs not counted",
        "the multiply-adds of one output pixel are given; there are many pixels",
        "How often is each weight used?",
        "Look for h_out and w_out in your lines.",
        "Every weight is used once at each of the h_out * w_out pixels.",
    ),
    Misconception(
        "multiplications and additions counted apart",
        "a multiply-add is counted as two; here the pair is one",
        "By which factor does your number differ?",
        "Look for a 2 in your lines.",
        "One weight at one pixel makes one multiply-add.",
    ),
    Misconception(
        "singular value forgotten",
        "the two vectors have length one; the singular value isn't in either",
        "By which factor does column times row differ from the kernel?",
        "Look for s[0] in your lines: nothing uses it.",
        "Multiply one of the two vectors by the first singular value.",
    ),
    Misconception(
        "singular value used twice",
        "both vectors are multiplied by the whole singular value",
        "By which factor does column times row differ from the kernel?",
        "Look for s[0]: it stands in two places.",
        "Give the singular value to one vector, or its square root to both.",
    ),
    Misconception(
        "only the root of the singular value",
        "the square root of the singular value is used once; it is needed twice",
        "By which factor does column times row differ from the kernel?",
        "Look for the square root: only one vector has it.",
        "Give the singular value to one vector, or its square root to both.",
    ),
    Misconception(
        "row of U for its column",
        "a row of U is taken; the vectors of U are its columns",
        "Which axis of U has as many entries as the kernel has rows?",
        "Look for u[0] in your lines.",
        "The first column of U is u[:, 0].",
    ),
    Misconception(
        "column of Vh for its row",
        "a column of Vh is taken; NumPy gives it transposed, vectors in rows",
        "What does the h in Vh stand for?",
        "Look for vh[:, 0] in your lines.",
        "The first row of Vh is vh[0].",
    ),
    Misconception(
        "last singular value for the first",
        "the smallest singular value is taken; the first is the largest",
        "In which order does NumPy return the singular values?",
        "Look for the index -1.",
        "NumPy puts the largest first: take index 0 of all three.",
    ),
    Misconception(
        "column and row exchanged",
        "the column and the row have changed places",
        "Take a kernel of 2 rows and 3 columns: how long should the column be?",
        "Look at the order of the two vectors.",
        "The column runs down, one number per row of the kernel.",
    ),
    Misconception(
        "first column and row as they are",
        "the kernel's first column and row are returned as they are",
        "What does their outer product give in the corner: w[0, 0], or its square?",
        "Look at what makes up for the corner that both vectors hold.",
        "The SVD gives both vectors, for any kernel: one column, one row, one factor.",
    ),
    Misconception(
        "column and row averaged",
        "the means of rows and columns are taken",
        "A kernel whose rows add up to 0: what is left of it?",
        "Look for mean in your lines.",
        "The SVD finds the best column and row; averages lose them.",
    ),
    Misconception(
        "bias before the last step",
        "the bias is added before the last step, which then multiplies it",
        "Set x to zeros: do you get b itself?",
        "Look at the line with b: which steps come after it?",
        "All three steps first, then b, once.",
    ),
    Misconception(
        "vector of the first filter for all",
        "all filters share one of the three vectors of filter 0",
        "Does a change in the last column of each w change your result?",
        "Look for a fixed 0 as the last index of a w.",
        "Map f uses column f of all three.",
    ),
    Misconception(
        "kernel flipped in depth only",
        "the planes of the kernel are in reverse order",
        "Which plane of weights meets the first plane under the window?",
        "Look for w[::-1], or a depth index that counts down.",
        "All three indices of window and kernel count up together.",
    ),
    Misconception(
        "kernel flipped in the plane only",
        "each plane of the kernel is turned by half a turn",
        "Which weight of a plane meets its top left value?",
        "Look for ::-1 on the second and third axis of w.",
        "All three indices of window and kernel count up together.",
    ),
    Misconception(
        "only the first plane of the kernel",
        "only w[0] is used: a plane at a time, as in two dimensions",
        "Does a change in the kernel's last plane change your result?",
        "Look for the depth of the kernel in the slice of x and in the sum.",
        "The window is a block: it has depth, height, width and channels.",
    ),
    Misconception(
        "one number for all three directions",
        "of three numbers, one is used for depth, height and width alike",
        "Try stride=(1, 2, 3): which directions go wrong?",
        "Look for an index such as [0] where the other two belong.",
        "The first number belongs to the depth, then height, then width.",
    ),
    Misconception(
        "axes of a setting in reverse order",
        "the first number of a setting goes to the width, the last to the depth",
        "Try stride=(2, 1, 1): along which axis does the window jump?",
        "Look at the order in which you unpack stride, padding and dilation.",
        "Depth, height, width: the order of x's axes.",
    ),
    Misconception(
        "depth moves one step at a time",
        "the stride isn't used along the depth",
        "How many planes do you get with stride 2?",
        "Look at the size and the start of the window along the depth.",
        "The depth is an axis like the other two: start at d * stride[0].",
    ),
    Misconception(
        "depth not padded",
        "zeros are put around each plane, and none before and after the planes",
        "How many planes do you get with padding 1?",
        "Look at the first pair that you hand to np.pad.",
        "The depth is an axis like the other two: pad it as well.",
    ),
    Misconception(
        "depth not dilated",
        "the taps stay neighbours along the depth",
        "With dilation 2, which planes should the first two taps read?",
        "Look at the step of the depth's slice.",
        "The depth is an axis like the other two: its slice steps as well.",
    ),
    Misconception(
        "axes of the result exchanged",
        "the axes of the result are in another order than those of x",
        "Compare your shape with Keras's: which two numbers are exchanged?",
        "Look at the order of the indices where you write y.",
        "The result has the order of x: example, depth, height, width, filter.",
    ),
    Misconception(
        "stride counted in its own layer",
        "a layer's stride already widens its own kernel; it widens the later ones",
        "One layer with k = 3 and stride 2: how many inputs does a unit read?",
        "Look at the order of your lines: the jump changes before it is used.",
        "First grow the field with the old jump, then multiply the jump.",
    ),
    Misconception(
        "strides added",
        "the strides are added; each multiplies what came before",
        "Two layers with stride 2: how far apart are neighbours of the top?",
        "Look at the line of the jump.",
        "The jump is the product of all strides so far.",
    ),
    Misconception(
        "only the last stride counts",
        "the jump is the last layer's stride; earlier ones count as well",
        "Two layers with stride 2: how far apart are neighbours of the top?",
        "Look at the line of the jump: it forgets the old one.",
        "The jump is the product of all strides so far.",
    ),
    Misconception(
        "kernel sizes added",
        "k is added where k - 1 belongs: neighbours overlap",
        "Two layers of 3: is your field 5, 6 or 7?",
        "Look at the line that grows the size.",
        "A layer adds k - 1 steps, each dilation * jump wide.",
    ),
    Misconception(
        "sizes multiplied",
        "the sizes are multiplied; windows overlap, so that fields grow by adding",
        "Two layers of 3: is your field 5 or 9?",
        "Look at the line that grows the size.",
        "A layer adds k - 1 steps, each dilation * jump wide.",
    ),
    Misconception(
        "the first pixel forgotten",
        "the size begins at 0; without any layer a unit sees one pixel, itself",
        "What should no layers at all give?",
        "Look at what the size begins with.",
        "A unit without layers sees itself: begin with size 1.",
    ),
    Misconception(
        "padding counted in the size",
        "padding changes the size of the field; it only moves it",
        "Does a unit in the middle know whether the border was padded?",
        "Look for the padding in the line that grows the size.",
        "The size depends on kernels, strides and dilations alone.",
    ),
    Misconception(
        "padding without the jump",
        "padding is subtracted as it is; its zeros are a jump apart",
        "A padded layer after stride 2: by how many input pixels does it reach out?",
        "Look at the line that moves the start.",
        "Padding p moves the start by p times the jump before the layer.",
    ),
    Misconception(
        "padding to the wrong side",
        "padding moves the start to the right; it reaches out to the left",
        "One layer with padding 1: at which input does unit 0 begin, 1 or -1?",
        "Look at the sign in the line that moves the start.",
        "Subtract: the first unit begins before the first pixel.",
    ),
    Misconception(
        "layers in reverse order",
        "the layers are followed from the last to the first",
        "Which layer reads the picture itself?",
        "Look at the direction of your loop.",
        "Begin with the first layer, the one next to the input.",
    ),
)

EXERCISES = (
    Exercise(
        id="warm_up_04",
        number="4.0",
        title="Warm up: lessons 02 and 03",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="bands_to_map",
        number="4.1",
        title="Predict what one 1x1 filter makes of 100 bands",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={"channels not added up": lambda: (60000, 100)},
    ),
    Exercise(
        id="pointwise",
        number="4.1",
        title="A dense layer at every pixel",
        signature="pointwise(x, w, b)",
        points=2,
        minutes=6,
        lines=1,
        layer="keras.layers.Conv2D(C_out, 1)",
        referee=referee.pointwise,
        cases=_pointwise_cases,
        hidden=_pointwise_hidden,
        slips=POINTWISE_SLIPS,
        window=_pointwise_window,
        hints=(
            "Take one pixel: how many numbers go in, and how many come out?",
            "Each pixel is a row of channels, w a matrix: which product is it?",
            "The matrix product @ works on the last axis of x; then add b.",
        ),
    ),
    Exercise(
        id="grouped_weights",
        number="4.2",
        title="Predict the weights of ten groups",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "groups not split": lambda: (100, 45000),
            "all filters on every group": lambda: (10, 45000),
        },
    ),
    Exercise(
        id="grouped_conv2d",
        number="4.2",
        title="Split the channels into groups",
        signature=(
            "grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1)"
        ),
        points=3,
        minutes=12,
        lines=6,
        layer="keras.layers.Conv2D(C_out, (kh, kw), groups=groups)",
        referee=referee.grouped_conv2d,
        cases=_grouped_cases,
        hidden=_grouped_hidden,
        slips=GROUPED_SLIPS,
        window=_grouped_window,
        hints=(
            "With 6 channels and 2 groups, which channels does filter 0 read?",
            "A group is an ordinary convolution of a part of x with a part of w and b.",
            "Cut x, w and b into groups along the last axis, convolve each part, and "
            "join the maps along the last axis.",
        ),
    ),
    Exercise(
        id="parents",
        number="4.3",
        title="Predict which channel each map comes from",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "depthwise multiplier order": lambda: [0, 1, 2, 0, 1, 2],
            "only the first kernel of each channel": lambda: [0, 1, 2],
        },
    ),
    Exercise(
        id="depthwise_conv2d",
        number="4.3",
        title="Give every channel its own kernels",
        signature="depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1)",
        points=3,
        minutes=12,
        lines=2,
        layer="keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=M)",
        referee=referee.depthwise_conv2d,
        cases=_depthwise_cases,
        hidden=_depthwise_hidden,
        slips=DEPTHWISE_SLIPS,
        window=_depthwise_window,
        hints=(
            "How many groups does a depthwise convolution have?",
            "Your grouped_conv2d can do all the work, given w in another shape.",
            "Use one group per channel, and reshape w so that its last two axes, "
            "channel and multiplier, become one axis of filters.",
        ),
    ),
    Exercise(
        id="separable_weights",
        number="4.4",
        title="Predict the weights of both",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "one kernel for all channels": lambda: (73728, 8201),
            "depthwise step forgotten": lambda: (73728, 8192),
            "pointwise step forgotten": lambda: (73728, 576),
            "counted as a full convolution": lambda: (73728, 73728),
        },
    ),
    Exercise(
        id="separable_conv2d",
        number="4.4",
        title="Space first, channels second",
        signature=(
            "separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, "
            "dilation=1)"
        ),
        points=2,
        minutes=6,
        lines=3,
        layer="keras.layers.SeparableConv2D(C_out, (kh, kw), depth_multiplier=M)",
        referee=referee.separable_conv2d,
        cases=_separable_cases,
        hidden=_separable_hidden,
        slips=SEPARABLE_SLIPS,
        hints=(
            "You have written both steps: which one is first?",
            "Stride, padding and dilation belong to one of the steps, b to the other.",
            "A depthwise step with a bias of zeros, then a pointwise step with b.",
        ),
    ),
    Exercise(
        id="count_separable",
        number="4.5",
        title="Count what it saves",
        signature="count_separable(h_out, w_out, kh, kw, c_in, c_out, *, multiplier=1)",
        points=1,
        minutes=6,
        lines=3,
        layer="keras.layers.SeparableConv2D(...).count_params()",
        referee=_count_separable,
        cases=_count_cases,
        hidden=_count_hidden,
        slips=COUNT_SLIPS,
        parts=("parameters", "multiply_adds"),
        hints=(
            "Count the weights of the depthwise step and of the pointwise step apart.",
            "Between the steps there are c_in * multiplier maps.",
            "Parameters: both counts and one bias per filter. Multiply-adds: both "
            "counts without the bias, times the output pixels.",
        ),
    ),
    Exercise(
        id="rank_one",
        number="4.6",
        title="Predict which kernels split",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="split_kernel",
        number="4.6",
        title="Split a kernel into a column and a row",
        signature="split_kernel(w)",
        points=2,
        minutes=10,
        lines=2,
        kind="open",
        examine=_examine_split,
        hints=(
            "Print the three results of np.linalg.svd(w) and their shapes.",
            "The largest singular value stands first, its column in U, its row in Vh.",
            "Column: the first of U times the first singular value. Row: the first "
            "of Vh.",
        ),
    ),
    Exercise(
        id="flattened_conv",
        number="4.7",
        title="One axis after another",
        signature="flattened_conv(x, w_channel, w_column, w_row, b)",
        points=2,
        minutes=10,
        lines=4,
        layer="keras.layers.Conv2D with the outer product of the three vectors",
        referee=_flattened,
        cases=_flattened_cases,
        hidden=_flattened_hidden,
        slips=FLATTENED_SLIPS,
        hints=(
            "Three steps: mix the channels, go down the columns, go along the rows.",
            "The first step is pointwise; the other two are depthwise, with kernels of "
            "one column and of one row.",
            "Give w_column the shape (kh, 1, F, 1) and w_row (1, kw, F, 1); the bias "
            "goes to the last step, zeros to the others.",
        ),
    ),
    Exercise(
        id="volume_shape",
        number="4.8",
        title="Predict the shape of a film's maps",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "depth moves one step at a time": lambda: (14, 15, 15, 8),
            "stride ignored": lambda: (14, 30, 30, 8),
            "axes of the result exchanged": lambda: (15, 15, 7, 8),
            "ceiling for floor": lambda: (8, 16, 16, 8),
        },
    ),
    Exercise(
        id="conv3d",
        number="4.8",
        title="Slide along the depth as well",
        signature="conv3d(x, w, b, *, stride=1, padding=0, dilation=1)",
        points=3,
        minutes=15,
        lines=9,
        layer="keras.layers.Conv3D(C_out, (kd, kh, kw))",
        referee=referee.conv3d,
        cases=_conv3d_cases,
        hidden=_conv3d_hidden,
        slips=CONV3D_SLIPS,
        window=slips.window(rank=3, first=1, channels=True, filters=True),
        by_hand=BY_HAND,
        hints=(
            "Nothing is new but a third loop, and a third slice.",
            "Pad three axes, count three sizes, loop over three places.",
            "At each place cut the block out of all examples, multiply by w, and add "
            "over the three axes of the window and the channels.",
        ),
    ),
    Exercise(
        id="dilated_sizes",
        number="4.9",
        title="Predict the fields of three dilated layers",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "dilation ignored": lambda: (3, 5, 7),
            "sizes multiplied": lambda: (3, 15, 135),
            "kernel sizes added": lambda: (3, 9, 21),
        },
    ),
    Exercise(
        id="receptive_field",
        number="4.9",
        title="What a unit can see",
        signature="receptive_field(layers)",
        points=3,
        minutes=12,
        lines=5,
        layer="the gradient of a stack of keras.layers.Conv1D",
        referee=_receptive_field,
        cases=_field_cases,
        hidden=_field_hidden,
        slips=FIELD_SLIPS,
        parts=("size", "jump", "start"),
        hints=(
            "Draw two layers of 3 in 1D, and follow one unit down to the input.",
            "Keep three numbers, and change all three once per layer.",
            "Size grows by dilation * (k - 1) * jump, start falls by padding * jump, "
            "then the jump is multiplied by the stride.",
        ),
    ),
    Exercise(
        id="field_to_take",
        number="4.9",
        title="Which field covers the object?",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
)
