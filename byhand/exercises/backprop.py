"""Lesson 06: gradients by hand, and central differences as the witness."""

import numpy as np

from byhand import gradients, referee
from byhand.exercises import Case, Exercise
from byhand.exercises.convolution import CONV_SETTINGS, conv_hidden
from byhand.gradients import along, convolution_slips
from byhand.misconceptions import Misconception
from byhand.slips import eighths, fill, sizes, whole

BY_HAND = ("np.convolve", "np.correlate", "np.gradient")
THREE = ("dx", "dw", "db")


def _seeded(number):
    return np.random.default_rng([6, number])


# numeric_gradient -----------------------------------------------------------------
# Functions to differentiate. Each is a polynomial of degree 3 or less in any one entry
# of x, so that every difference is known in closed form: with slope f', bend f''/2 and
# twist f'''/6, the forward one is f' + eps bend + eps**2 twist, the backward one has
# the minus, and the central one is their mean.


def doubles(x):
    """Return 2x + 1."""
    return 2.0 * x + 1.0


def squares(x):
    """Return x squared, place by place."""
    return x * x


def cubes(x):
    """Return x cubed, place by place."""
    return x * x * x


def gentle(x):
    """Return (x / 32) cubed: so small that nothing is lost at a step of 1e-6."""
    return (x / 32.0) ** 3


def neighbours(x):
    """Return the product of each value and the next: one output fewer."""
    return x[1:] * x[:-1]


MIX = np.array([[1.0, -2.0, 0.5, 3.0], [2.0, 0.25, -1.0, 1.0], [-0.5, 1.0, 4.0, -3.0]])


def mix(x):
    """Return x @ MIX: three columns become four."""
    return x @ MIX


def _neighbours_slope(x, dy, before=0.0):
    """Return the slope; ``before`` shifts the entries that come earlier."""
    out = np.zeros(x.shape)
    out[:-1] += dy * x[1:]
    out[1:] += dy * (x[:-1] + before)
    return out


_SLOPES = {
    "doubles": lambda x, dy: (2.0 * dy, 0.0, 0.0),
    "squares": lambda x, dy: (2.0 * x * dy, dy, 0.0),
    "cubes": lambda x, dy: (3.0 * x * x * dy, 3.0 * x * dy, dy),
    "gentle": lambda x, dy: tuple(
        v / 32.0**3 for v in (3.0 * x * x * dy, 3.0 * x * dy, dy)
    ),
    "neighbours": lambda x, dy: (_neighbours_slope(x, dy), 0.0, 0.0),
    "mix": lambda x, dy: (dy @ MIX.T, 0.0, 0.0),
}


def _difference(bend):
    """Return the difference with its bend counted ``bend`` times: 0 is central.

    Only ``gentle`` may be asked without ``eps``: with the others, honest answers
    differ by more than 1e-9 at a step of 1e-6.
    """

    def compute(f, x, dy, *, eps=None):
        if eps is None and f.__name__ != "gentle":
            raise ValueError(f"{f.__name__} needs an eps")
        eps = 1e-6 if eps is None else eps
        slope, curve, twist = _SLOPES[f.__name__](x, dy)
        return slope + bend * eps * curve + eps**2 * twist

    return compute


_central = _difference(0.0)


def _scaled(factor):
    def slip(f, x, dy, *, eps=1e-6):
        return factor(f, dy, eps) * _central(f, x, dy, eps=eps)

    return slip


def _left_moved(shift):
    def slip(f, x, dy, *, eps=1e-6):
        if f.__name__ == "neighbours":
            return _neighbours_slope(x, dy, shift * eps)
        return _central(f, x, dy, eps=eps)

    return slip


def _all_at_once(f, x, dy, *, eps=1e-6):
    return dy * (f(x + eps) - f(x - eps)) / (2 * eps)


def _one_number(f, x, dy, *, eps=1e-6):
    return np.full(x.shape, np.sum(_all_at_once(f, x, dy, eps=eps)))


NUMERIC_SLIPS = {
    "forward difference instead of central": _difference(1.0),
    "backward difference instead of central": _difference(-1.0),
    "divided by eps instead of 2 eps": _scaled(lambda f, dy, eps: 2.0),
    "the difference isn't divided": _scaled(lambda f, dy, eps: 2.0 * eps),
    "the sign turned round": _scaled(lambda f, dy, eps: -1.0),
    "upstream gradient ignored": lambda f, x, dy, *, eps=1e-6: _central(
        f, x, np.ones(dy.shape), eps=eps
    ),
    "mean instead of sum": _scaled(lambda f, dy, eps: 1.0 / dy.size),
    "eps ignored": lambda f, x, dy, *, eps=1e-6: _central(f, x, dy, eps=1e-6),
    "earlier entries not put back": (_left_moved(1.0), _left_moved(-1.0)),
    "all entries moved at once": (_all_at_once, _one_number),
}


def _numeric_case(f, rng, shape, eps):
    x = eighths(rng, *shape)
    if eps is None:
        return Case("the default step", (f, x, eighths(rng, *shape)))
    name = f"{f.__name__}, x of {' x '.join(map(str, shape))}, eps {eps:g}"
    return Case(name, (f, x, eighths(rng, *f(x).shape)), {"eps": eps})


def _numeric_cases():
    rng = _seeded(1)
    settings = (
        (doubles, (2,), 0.125),
        (squares, (3,), 0.5),
        (neighbours, (4,), 0.25),
        (cubes, (2, 3), 0.125),
        (mix, (2, 3), 0.0625),
        (gentle, (3,), None),
    )
    return tuple(_numeric_case(f, rng, shape, eps) for f, shape, eps in settings)


def _numeric_hidden(rng):
    settings = (
        (squares, (2, 1, 3), 0.25),
        (cubes, (4,), 0.5),
        (neighbours, (6,), 0.125),
        (mix, (4, 3), 0.5),
        (gentle, (2, 2), None),
    )
    return [_numeric_case(f, rng, shape, eps) for f, shape, eps in settings]


# relu_backward --------------------------------------------------------------------


def _relu_case(name, rng, *shape):
    return Case(name, (eighths(rng, *shape), whole(rng, *shape) / 2))


def _relu_cases():
    rng = _seeded(2)
    paper = (np.array([5.0, 7.0, -1.0]), np.array([-2.0, 0.0, 3.0]))
    return (
        Case("three values", paper),
        Case("no zero among them", (eighths(rng, 2, 3), eighths(rng, 2, 3))),
        Case("all negative", (eighths(rng, 3), -np.abs(eighths(rng, 3)))),
        _relu_case("a batch of maps", rng, 2, 3, 4, 2),
    )


def _relu_hidden(rng):
    return [
        _relu_case("hidden", rng, 2, 4, 3, 3),
        _relu_case("hidden", rng, 20),
        Case("hidden", (eighths(rng, 4, 5), eighths(rng, 4, 5))),
    ]


RELU_SLIPS = {
    "ReLU's slope at 0": (
        lambda dy, x: np.where(x >= 0, dy, 0.0),
        lambda dy, x: dy * np.heaviside(x, 0.5),
    ),
    "upstream gradient ignored": lambda dy, x: np.heaviside(x, 0.0),
    "the wrong array decides": lambda dy, x: np.maximum(dy, 0.0),
    "negative gradients lost": lambda dy, x: np.where(x > 0, np.maximum(dy, 0.0), 0.0),
    "the gate turned round": (
        lambda dy, x: np.where(x < 0, dy, 0.0),
        lambda dy, x: np.where(x <= 0, dy, 0.0),
    ),
    "ReLU left out": lambda dy, x: dy * 1.0,
    "the input in place of the slope": (
        lambda dy, x: dy * np.maximum(x, 0.0),
        lambda dy, x: dy * x,
        lambda dy, x: np.maximum(x, 0.0),
    ),
}


def _same_place(arguments, index):
    return {"dy": index, "x": index}


# dense_backward -------------------------------------------------------------------


def _dense_case(name, rng, n, c_in, c_out):
    arrays = eighths(rng, n, c_out), eighths(rng, n, c_in), eighths(rng, c_in, c_out)
    return Case(name, arrays)


def _dense_cases():
    rng = _seeded(3)
    paper = np.array([[1.0], [10.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    return (
        Case("one unit, two examples", (*paper, np.array([[0.5], [-1.0]]))),
        _dense_case("one example", rng, 1, 3, 2),
        _dense_case("more inputs than units", rng, 2, 4, 3),
        _dense_case("more units than inputs", rng, 5, 2, 4),
        _dense_case("as many units as inputs", rng, 4, 3, 3),
        _dense_case("everything square", rng, 3, 3, 3),
    )


def _dense_hidden(rng):
    return [_dense_case("hidden", rng, *s) for s in ((3, 5, 2), (2, 2, 6), (4, 4, 4))]


def _dense(**made):
    """Return a slip of dense_backward: some parts are computed anew."""

    def slip(dy, x, w):
        right = dict(zip(THREE, referee.dense_backward(dy, x, w), strict=True))
        return tuple(
            made[name](dy, x, w, value) if name in made else value
            for name, value in right.items()
        )

    return slip


def _first(a):
    return np.repeat(a[:1], len(a), axis=0)


def _dense_divided(*names):
    return _dense(**{name: lambda dy, x, w, value: value / len(x) for name in names})


def _dense_of_ones(part):
    return lambda dy, x, w, _: referee.dense_backward(np.ones(dy.shape), x, w)[part]


DENSE_SLIPS = {
    "w not transposed": _dense(dx=lambda dy, x, w, _: dy @ w),
    "dw transposed": _dense(dw=lambda dy, x, w, dw: dw.T),
    "dw of the last example only": (
        _dense(dw=lambda dy, x, w, _: referee.dense_backward(dy[-1:], x[-1:], w)[1]),
        _dense(
            dw=lambda dy, x, w, _: referee.dense_backward(dy[-1:], x[-1:], w)[1],
            db=lambda dy, x, w, _: dy[-1],
        ),
    ),
    "only the first example": (
        _dense(dw=lambda dy, x, w, _: referee.dense_backward(dy, _first(x), w)[1]),
        _dense(dw=lambda dy, x, w, _: referee.dense_backward(dy[:1], x[:1], w)[1]),
    ),
    "db a mean instead of a sum": _dense(db=lambda dy, x, w, _: dy.mean(axis=0)),
    "db of the last example only": _dense(db=lambda dy, x, w, _: dy[-1]),
    "db not summed over the examples": _dense(db=lambda dy, x, w, _: dy),
    "db summed over the filters": (
        _dense(db=lambda dy, x, w, _: dy.sum()),
        _dense(db=lambda dy, x, w, _: dy.sum(axis=1)),
        _dense(db=lambda dy, x, w, _: np.full(dy.shape[1], dy.sum())),
    ),
    "batch divided twice": (
        _dense_divided(*THREE),
        _dense_divided("dw", "db"),
        _dense_divided("dw"),
        _dense_divided("dx"),
    ),
    "upstream gradient ignored": (
        lambda dy, x, w: referee.dense_backward(np.ones(dy.shape), x, w),
        _dense(dx=_dense_of_ones(0)),
        _dense(dw=_dense_of_ones(1)),
        _dense(db=_dense_of_ones(2)),
    ),
    "the results in another order": (
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (1, 0, 2)),
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (1, 2, 0)),
        lambda dy, x, w: tuple(referee.dense_backward(dy, x, w)[k] for k in (2, 1, 0)),
    ),
}


def _witness_dense(dy, x, w):
    return along(referee.dense)(dy, x, w, np.zeros(w.shape[-1]))


# conv1d_backward ------------------------------------------------------------------


def _signal_case(name, rng, n, k, stride=1):
    stops = (n - k) // stride + 1
    arrays = eighths(rng, stops), eighths(rng, n), eighths(rng, k)
    return Case(name, arrays, {"stride": stride})


def _conv1d_cases():
    rng = _seeded(4)
    paper = tuple(np.array(v) for v in ((1.0, 2.0), (1.0, 2, 3, 4), (1.0, 2, 3)))
    return (
        Case("the one on paper", paper),
        _signal_case("one stop", rng, 3, 3),
        _signal_case("windows overlap", rng, 6, 3),
        _signal_case("a kernel of one", rng, 5, 1, stride=2),
        _signal_case("stride 2", rng, 7, 3, stride=2),
        _signal_case("stride 2, a value left over", rng, 8, 3, stride=2),
        _signal_case("stride 3, gaps between windows", rng, 9, 2, stride=3),
        _signal_case("stride 2, a long kernel", rng, 11, 5, stride=2),
    )


def _conv1d_hidden(rng):
    settings = ((9, 4, 1), (12, 5, 2), (10, 2, 3), (8, 8, 2), (13, 4, 3))
    return [_signal_case("hidden", rng, *s) for s in settings]


def _conv_batch(dy, x, w, **settings):
    return referee.convolution(x, w, 0.0, **settings, dy=dy)


def _witness_conv1d(dy, x, w, *, stride=1):
    return along(referee.conv1d)(dy, x, w, np.zeros(()), stride=stride)


# conv2d_backward and its family ---------------------------------------------------


def _upstream(rng, x, w, settings):
    """Return a random dy for a convolution of x with w."""
    stride = referee.per_axis(settings.get("stride", 1), 2)
    pads = referee.pad_widths(settings.get("padding", 0), 2)
    dilation = referee.per_axis(settings.get("dilation", 1), 2)
    space = sizes(x.shape[1:3], w.shape[:2], stride, pads, dilation)
    return eighths(rng, len(x), *space, w.shape[3])


def _conv_case(name, rng, size, kernel, settings, *, n=2, c_in=3, c_out=4):
    x, w = eighths(rng, n, *size, c_in), eighths(rng, *kernel, c_in, c_out)
    return Case(name, (_upstream(rng, x, w, settings), x, w), dict(settings))


def _conv_cases():
    rng = _seeded(5)
    first = _conv_case("one channel", rng, (3, 3), (2, 2), {}, n=1, c_in=1, c_out=1)
    return (first, *(_conv_case(name, rng, *s) for name, *s in CONV_SETTINGS))


def _settings_of(rng):
    """Return (size, kernel, settings) of hidden cases."""
    drawn = conv_hidden(lambda rng, size, kernel: (size, kernel), rng)
    return [(*case.args, case.kwargs) for case in drawn]


def _some_settings_of(rng):
    """Return four of them: strides, paddings, dilations alone, and all unequal."""
    drawn = _settings_of(rng)
    return [drawn[k] for k in (1, 2, 3, 7)]


def _conv_hidden(rng):
    return [_conv_case("hidden", rng, *s, c_in=4, c_out=5) for s in _settings_of(rng)]


def _witness_conv(dy, x, w, **settings):
    return along(referee.grouped_conv2d)(dy, x, w, np.zeros(dy.shape[-1]), **settings)


GROUPS = ((4, 6, 2), (3, 3, 3), (6, 4, 2), (4, 3, 1))  # channels, filters, groups


def _grouped_case(name, rng, size, kernel, settings, channels):
    c_in, c_out, groups = channels
    x = eighths(rng, 2, *size, c_in)
    w = eighths(rng, *kernel, c_in // groups, c_out)
    dy = _upstream(rng, x, w, settings)
    return Case(name, (dy, x, w), {"groups": groups, **settings})


GROUPED_SETTINGS = tuple(
    CONV_SETTINGS[k] for k in (0, 1, 2, 3, 4, 7)
)  # plain, stride, padding, dilation, unequal, stride with dilation


def _without_groups(rng):
    """Return the case that says nothing: one group, stride 1, no padding."""
    case = _conv_case("no groups given", rng, (3, 4), (2, 3), {})
    return Case(case.name, case.args)


def _grouped_cases():
    rng = _seeded(6)
    return (_without_groups(rng), *_with_groups(rng))


def _with_groups(rng):
    return tuple(
        _grouped_case(f"{name}, {g[2]} groups", rng, size, kernel, settings, g)
        for (name, size, kernel, settings), g in zip(
            GROUPED_SETTINGS, (*GROUPS, *GROUPS), strict=False
        )
    )


def _grouped_hidden(rng):
    return [
        _without_groups(rng),
        *(
            _grouped_case("hidden", rng, *s, g)
            for s, g in zip(_some_settings_of(rng), GROUPS, strict=True)
        ),
    ]


def _woven(count, groups):
    """Return the order that takes every ``groups``-th channel first."""
    return np.arange(count).reshape(-1, groups).T.ravel()


def _split(dy, x, w, *, groups=1, **k):
    """Ask one convolution for each group: Keras compiles a grouped one every time."""
    blocks = (np.split(a, groups, axis=-1) for a in (dy, x, w))
    parts = [referee.conv2d_backward(*b, **k) for b in zip(*blocks, strict=True)]
    return tuple(np.concatenate(p, axis=-1) for p in zip(*parts, strict=True))


def _split_depthwise(dy, x, w, **k):
    """Ask one convolution for each channel."""
    flat = w.reshape(*w.shape[:2], 1, -1)
    dx, dw, db = _split(dy, x, flat, groups=x.shape[-1], **k)
    return dx, dw.reshape(w.shape), db


def _interleaved(ins, outs):
    """Return a slip: groups take every g-th channel, of the input, the output, both."""

    def slip(dy, x, w, *, groups=1, **k):
        c_in, c_out = x.shape[-1], dy.shape[-1]
        a = _woven(c_in, groups) if ins else np.arange(c_in)
        b = _woven(c_out, groups) if outs else np.arange(c_out)
        dx, dw, db = _split(dy[..., b], x[..., a], w[..., b], groups=groups, **k)
        back_a, back_b = np.argsort(a), np.argsort(b)
        return dx[..., back_a], dw[..., back_b], db[back_b]

    return slip


def _one_group(which):
    def slip(dy, x, w, *, groups=1, **k):
        keep = np.zeros((groups, dy.shape[-1] // groups))
        keep[which] = 1.0
        dx, dw, _ = _split(dy * keep.ravel(), x, w, groups=groups, **k)
        return dx, dw, _split(dy, x, w, groups=groups, **k)[2]

    return slip


def _witness_depthwise(dy, x, w, **settings):
    zeros = np.zeros(dy.shape[-1])
    return along(referee.depthwise_conv2d)(dy, x, w, zeros, **settings)


def _depthwise_case(name, rng, size, kernel, settings, channels=(3, 2)):
    x, w = eighths(rng, 2, *size, channels[0]), eighths(rng, *kernel, *channels)
    grouped = w.reshape(*kernel, 1, -1)
    return Case(name, (_upstream(rng, x, grouped, settings), x, w), dict(settings))


def _depthwise_cases():
    rng = _seeded(7)
    first = _depthwise_case("multiplier 1", rng, (3, 4), (2, 2), {}, (2, 1))
    return (first, *(_depthwise_case(n, rng, *s) for n, *s in GROUPED_SETTINGS))


def _depthwise_hidden(rng):
    channels = ((2, 3), (3, 1), (4, 2), (3, 2))
    return [
        _depthwise_case("hidden", rng, *s, c)
        for s, c in zip(_some_settings_of(rng), channels, strict=True)
    ]


def _multiplier_order(dy, x, w, **k):
    """Take output channel m * C_in + c for c * multiplier + m."""
    c_in, multiplier = w.shape[2:]
    order = np.arange(c_in * multiplier).reshape(multiplier, c_in).T.ravel()
    dx, dw, _ = _split_depthwise(dy[..., order], x, w, **k)
    return dx, dw, _split_depthwise(dy, x, w, **k)[2]


# Pooling --------------------------------------------------------------------------


def _pool_case(name, rng, shape, size, stride=None, draw=eighths):
    x = draw(rng, *shape)
    kh, kw = referee.per_axis(size, 2)
    sh, sw = (kh, kw) if stride is None else referee.per_axis(stride, 2)
    h, w = (shape[1] - kh) // sh + 1, (shape[2] - kw) // sw + 1
    dy = eighths(rng, shape[0], h, w, shape[3])
    return Case(name, (dy, x, size), {} if stride is None else {"stride": stride})


def _max_cases():
    rng = _seeded(8)
    row = (np.array([10.0, 20.0]), np.array([1.0, 4.0, 2.0]))
    paper = tuple(v.reshape(1, 1, -1, 1) for v in row)
    tie = np.array([[3.0, 3.0], [1.0, 3.0]]).reshape(1, 2, 2, 1)
    return (
        Case("overlap on paper", (*paper, (1, 2)), {"stride": 1}),
        Case("a tie", (np.full((1, 1, 1, 1), 5.0), tie, 2)),
        _pool_case("windows side by side", rng, (1, 4, 6, 1), 2),
        _pool_case("a row left over", rng, (2, 5, 7, 2), 2),
        _pool_case("overlap", rng, (2, 5, 4, 2), 3, stride=1),
        _pool_case("overlap, unequal", rng, (2, 6, 7, 3), (3, 2), stride=(2, 1)),
        _pool_case("gaps", rng, (1, 7, 8, 2), 2, stride=3),
        _pool_case("ties and overlaps", rng, (2, 6, 5, 2), 3, stride=2, draw=whole),
        _pool_case("many ties", rng, (2, 4, 4, 2), (2, 3), stride=1, draw=_few),
    )


def _few(rng, *shape):
    return rng.integers(-2, 1, size=shape).astype(np.float64)


def _max_hidden(rng):
    return [
        _pool_case("hidden", rng, (2, 6, 8, 2), 2),
        _pool_case("hidden", rng, (2, 7, 5, 2), 3, stride=2),
        _pool_case("hidden", rng, (1, 5, 6, 3), (2, 3), stride=1, draw=whole),
        _pool_case("hidden", rng, (2, 5, 5, 2), 2, stride=1, draw=_few),
        _pool_case("hidden", rng, (2, 7, 6, 3), (2, 3), stride=(1, 2)),
        _pool_case("hidden", rng, (2, 4, 6, 1), (4, 6)),
    ]


def _pairs(function):
    """Hand size and stride to a slip as pairs."""

    def slip(dy, x, size, *, stride=None):
        size = referee.per_axis(size, 2)
        stride = size if stride is None else referee.per_axis(stride, 2)
        return function(dy, x, size, stride)

    return slip


def _windows(function):
    """Hand ``gradients.Windows`` to a slip as its only argument."""
    return _pairs(
        lambda dy, x, size, stride: function(gradients.Windows(dy, x, size, stride))
    )


def _asked(back, of_dy=lambda dy, x, size, stride: dy, of_x=lambda x: x):
    """Return a slip that asks a pooling's referee with other arrays."""

    def slip(dy, x, size, stride):
        return back(of_dy(dy, x, size, stride), of_x(x), size, stride=stride)

    return _pairs(slip)


def _default_of_one(back):
    """Return a slip: where no stride is given, the window moves one step at a time."""

    def slip(dy, x, size, *, stride=None):
        if stride is not None:
            return back(dy, x, size, stride=stride)
        return _neighbouring(back)(dy, x, size)

    return slip


def _side_by_side(back):
    """Return a slip: windows lie side by side, cut off where x ends."""

    def slip(dy, x, size, stride):
        starts = [(n - 1) * k for n, k in zip(dy.shape[1:3], size, strict=True)]
        if back is MAX and (starts[0] >= x.shape[1] or starts[1] >= x.shape[2]):
            raise ValueError("a window of nothing has no maximum")
        need = [
            (0, max(s + k - n, 0))
            for s, k, n in zip(starts, size, x.shape[1:3], strict=True)
        ]
        wide = np.pad(x, ((0, 0), *need, (0, 0)), constant_values=x.min() - 1)
        wide = gradients.crop_to_windows(wide, dy, size, size)
        return fill(back(dy, wide, size, stride=size), x.shape)

    return _pairs(slip)


def _neighbouring(back):
    """Return a slip: the window moves one step at a time."""

    def slip(dy, x, size, stride):
        near = gradients.crop_to_windows(x, dy, size, (1, 1))
        return fill(back(dy, near, size, stride=1), x.shape)

    return _pairs(slip)


MAX, AVG = referee.max_pool2d_backward, referee.avg_pool2d_backward


def _fitting(back):
    """Return a pooling's referee that refuses a dy of another shape than the result."""

    def ask(dy, x, size, *, stride=None):
        kh, kw = referee.per_axis(size, 2)
        sh, sw = (kh, kw) if stride is None else referee.per_axis(stride, 2)
        stops = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
        if dy.shape != (len(x), *stops, x.shape[3]):
            raise ValueError(f"dy of shape {dy.shape} doesn't fit")
        return back(dy, x, size, stride=stride)

    return ask


def _tied(share):
    """Return a slip where ``share(mask)`` of each window's maxima gets dy."""

    def slip(dy, x, size, stride):
        seen = gradients.Windows(dy, x, size, stride)
        top = referee.max_pool2d(x, size, stride=stride)
        mask = gradients.equal_to_maximum(seen, top)
        return seen.total(lambda s: share(mask(s).astype(np.float64)))

    return _pairs(slip)


def _any_channel(axes):
    """Return a slip with one maximum over all channels (and examples) of a window."""

    def slip(dy, x, size, stride):
        seen = gradients.Windows(dy, x, size, stride)
        top = referee.max_pool2d(x, size, stride=stride)
        top = np.broadcast_to(top.max(axis=axes, keepdims=True), top.shape)
        return seen.total(gradients.equal_to_maximum(seen, top))

    return _pairs(slip)


def _from_the_corner(seen):
    def share(s):
        rows, columns = np.nonzero(seen.covers[s].any(axis=(0, 3)))
        return np.roll(seen.winners[s], (-rows.min(), -columns.min()), axis=(1, 2))

    return seen.total(share)


def _top_of(dy, x, size, stride):
    return referee.max_pool2d(x, size, stride=stride)


def _ones(dy, x, size, stride):
    return np.ones(dy.shape)


MAX_SLIPS = {
    "ties sent to every maximum": _tied(lambda mask: mask),
    "ties shared between the maxima": _tied(
        lambda mask: mask / mask.sum(axis=(1, 2), keepdims=True)
    ),
    "ties sent to the last maximum": _pairs(gradients.last_winner),
    "dx assigned instead of accumulated": (
        _windows(lambda s: s.overwritten(lambda k: s.winners[k], s.covers)),
        _windows(lambda s: s.overwritten(lambda k: s.winners[k], s.winners)),
    ),
    "gradient sent to the whole window": _windows(
        lambda s: s.total(lambda k: s.covers[k])
    ),
    "averaged instead of sent to the maximum": _asked(AVG),
    "the smallest instead of the largest": _asked(MAX, of_x=lambda x: -x),
    "stride ignored": _neighbouring(MAX),
    "the default stride taken for 1": _default_of_one(MAX),
    "the window's size taken for the stride": _side_by_side(MAX),
    "upstream gradient ignored": _asked(MAX, _ones),
    "the maximum in place of the gradient": _asked(MAX, _top_of),
    "one maximum for all channels": (_any_channel(3), _any_channel((0, 3))),
    "the winner's place counted from the corner": _windows(_from_the_corner),
    "only the first example": _asked(MAX, of_x=_first),
}


def _avg_cases():
    rng = _seeded(9)
    return (
        Case("one window", (np.full((1, 1, 1, 1), 8.0), eighths(rng, 1, 2, 2, 1), 2)),
        _pool_case("a wide window", rng, (1, 2, 6, 1), (1, 3)),
        _pool_case("a row left over", rng, (2, 5, 7, 2), 2),
        _pool_case("overlap", rng, (2, 5, 4, 2), 3, stride=1),
        _pool_case("overlap, unequal", rng, (2, 6, 7, 3), (3, 2), stride=(2, 1)),
        _pool_case("gaps", rng, (1, 7, 8, 2), 2, stride=3),
    )


def _avg_hidden(rng):
    return [
        _pool_case("hidden", rng, (2, 6, 8, 2), 2),
        _pool_case("hidden", rng, (2, 7, 5, 2), 3, stride=2),
        _pool_case("hidden", rng, (1, 5, 6, 3), (2, 3), stride=1),
        _pool_case("hidden", rng, (2, 7, 6, 3), (2, 3), stride=(1, 2)),
        _pool_case("hidden", rng, (2, 4, 6, 1), (4, 6)),
    ]


def _times(factor):
    def slip(dy, x, size, stride):
        return AVG(dy, x, size, stride=stride) * factor(size, stride)

    return _pairs(slip)


def _averaged_overlaps(dy, x, size, stride):
    count = AVG(np.ones(dy.shape), x, size, stride=stride) * np.prod(size)
    return AVG(dy, x, size, stride=stride) / np.maximum(count, 1)


def _last_average(backwards):
    def slip(seen):
        each = 1.0 / seen.covers[0, 0, :, :, 0].sum()
        return seen.overwritten(lambda s: each, seen.covers, backwards)

    return _windows(slip)


AVG_SLIPS = {
    "gradient shared instead of divided": _times(lambda size, stride: np.prod(size)),
    "divided by one side of the window": (
        _times(lambda size, stride: size[1]),
        _times(lambda size, stride: size[0]),
    ),
    "divided by the stride instead of the window": _times(
        lambda size, stride: np.prod(size) / np.prod(stride)
    ),
    "divided by the window twice": _times(lambda size, stride: 1 / np.prod(size)),
    "overlaps averaged instead of added": _pairs(_averaged_overlaps),
    "dx assigned instead of accumulated": (_last_average(False), _last_average(True)),
    "gradient sent to the maximum": _asked(MAX),
    "stride ignored": _neighbouring(AVG),
    "the default stride taken for 1": _default_of_one(AVG),
    "the window's size taken for the stride": _side_by_side(AVG),
    "upstream gradient ignored": _asked(AVG, _ones),
}


def _global(dy, x):
    return referee.global_pool2d(x, dy=dy)


def _global_case(name, rng, *shape):
    return Case(name, (eighths(rng, shape[0], shape[3]), eighths(rng, *shape)))


def _global_cases():
    rng = _seeded(10)
    return (
        _global_case("one map", rng, 1, 2, 2, 1),
        _global_case("two examples, three maps", rng, 2, 3, 4, 3),
        _global_case("a map of one pixel", rng, 3, 1, 1, 2),
        _global_case("a wide map", rng, 2, 2, 5, 2),
        _global_case("square", rng, 3, 3, 3, 3),
    )


def _global_hidden(rng):
    shapes = ((2, 4, 5, 3), (3, 6, 2, 1), (1, 3, 7, 4))
    return [_global_case("hidden", rng, *s) for s in shapes]


GLOBAL_SLIPS = {
    "gradient shared instead of divided": lambda dy, x: (
        _global(dy, x) * x.shape[1] * x.shape[2]
    ),
    "divided by one side of the window": (
        lambda dy, x: _global(dy, x) * x.shape[2],
        lambda dy, x: _global(dy, x) * x.shape[1],
    ),
    "divided by the channels as well": lambda dy, x: _global(dy, x) / x.shape[3],
    "batch divided twice": lambda dy, x: _global(dy, x) / len(x),
    "gradient sent to the maximum": lambda dy, x: referee.global_pool2d(
        x, "max", dy=dy
    ),
    "upstream gradient ignored": lambda dy, x: _global(np.ones(dy.shape), x),
    "not spread over the map": (
        lambda dy, x: _global(dy, x)[:, :1, :1],
        lambda dy, x: _global(dy, x)[:, 0, 0],
    ),
    "the input in place of the slope": lambda dy, x: _global(dy, x) * x,
}


# conv2d_dw: find the bug ----------------------------------------------------------


def _conv2d_dw(dy, x, kh, kw, *, stride=1):
    w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
    return referee.conv2d_backward(dy, x, w, stride=stride)[1]


def _dw_case(name, rng, size, kernel, stride=1, **shape):
    settings = {} if stride == 1 else {"stride": stride}
    case = _conv_case(name, rng, size, kernel, settings, **shape)
    dy, x, w = case.args
    return Case(name, (dy, x, *w.shape[:2]), dict(case.kwargs))


def _dw_cases():
    rng = _seeded(11)
    return (
        _dw_case("one stop", rng, (2, 2), (2, 2), n=1, c_in=1, c_out=1),
        _dw_case("one channel", rng, (4, 3), (2, 2), n=1, c_in=1, c_out=1),
        _dw_case("a kernel of one row", rng, (3, 5), (1, 3)),
        _dw_case("stride 2", rng, (6, 7), (3, 2), stride=2),
        _dw_case("rows 1, columns 3", rng, (5, 8), (2, 3), stride=(1, 3)),
        _dw_case("square", rng, (5, 5), (3, 3), stride=2),
    )


def _dw_hidden(rng):
    return [
        _dw_case("hidden", rng, (5, 7), (3, 2), c_in=4, c_out=5),
        _dw_case("hidden", rng, (8, 6), (2, 3), stride=(3, 2), c_in=1, c_out=5),
        _dw_case("hidden", rng, (6, 6), (3, 3), stride=2),
    ]


def _dw_slips():
    """Return the slips of dw alone, from those of all three gradients."""
    turned = ("dw turned round", "dy turned round in dw", "stride ignored in dw")
    summed = (
        "dw assigned instead of accumulated",
        "dw a mean instead of a sum",
        "dw of the last example only",
        "dw summed over the channels",
    )
    slips = convolution_slips(_conv_batch, padding=False, dilation=False)
    slips = {name: slips[name] for name in (*turned, *summed)}
    found = {
        name: tuple(map(_dw_of, slip)) if isinstance(slip, tuple) else _dw_of(slip)
        for name, slip in slips.items()
    }
    return found | {
        "dw turned round along one axis": (
            lambda *a, **k: _conv2d_dw(*a, **k)[::-1],
            lambda *a, **k: _conv2d_dw(*a, **k)[:, ::-1],
        ),
        "batch divided twice": lambda dy, x, kh, kw, **k: (
            _conv2d_dw(dy, x, kh, kw, **k) / len(x)
        ),
        "upstream gradient ignored": lambda dy, x, kh, kw, **k: _conv2d_dw(
            np.ones(dy.shape), x, kh, kw, **k
        ),
        "only the first example": (
            lambda dy, x, kh, kw, **k: _conv2d_dw(dy, _first(x), kh, kw, **k),
            lambda dy, x, kh, kw, **k: _conv2d_dw(dy[:1], x[:1], kh, kw, **k),
        ),
    }


def _dw_of(slip):
    def only(dy, x, kh, kw, *, stride=1):
        w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
        return slip(dy, x, w, stride=stride)[1]

    return only


def _witness_dw(dy, x, kh, kw, *, stride=1):
    w = np.zeros((kh, kw, x.shape[-1], dy.shape[-1]))
    return along(lambda w: referee.conv2d(x, w, stride=stride))(dy, w)


MISCONCEPTIONS = (
    Misconception(
        "forward difference instead of central",
        "x is moved ahead only; a central difference moves it ahead and back",
        "Try f(x) = x * x at 3 with a large eps such as 0.5: do you get 6?",
        "Look at the two calls of f: one of them gets x as it is.",
        "f at x + eps less f at x - eps, over 2 * eps.",
    ),
    Misconception(
        "backward difference instead of central",
        "x is moved back only; a central difference moves it ahead and back",
        "Try f(x) = x * x at 3 with a large eps such as 0.5: do you get 6?",
        "Look at the two calls of f: one of them gets x as it is.",
        "f at x + eps less f at x - eps, over 2 * eps.",
    ),
    Misconception(
        "divided by eps instead of 2 eps",
        "the two points lie 2 * eps apart, and the difference is divided by eps",
        "By what factor does your result differ everywhere?",
        "Look at the division.",
        "The distance from x - eps to x + eps is 2 * eps.",
    ),
    Misconception(
        "the difference isn't divided",
        "the change of the loss is right, but it isn't divided by the step",
        "What happens to your result when eps is halved?",
        "Look for a division by the distance: there is none.",
        "A slope is a change of the loss over a change of x, here 2 * eps.",
    ),
    Misconception(
        "the sign turned round",
        "the step back is counted first, so that every slope has the wrong sign",
        "Is your result the negative of the right one?",
        "Look at which of the two values of f is subtracted.",
        "The value at x + eps less the value at x - eps.",
    ),
    Misconception(
        "upstream gradient ignored",
        "the result is that of an upstream gradient full of ones",
        "Double dy: does your result double?",
        "Look for dy in your lines: a part of the result doesn't use it.",
        "Every local slope is multiplied by the dy of the output that it leads to.",
    ),
    Misconception(
        "eps ignored",
        "the step is fixed, whatever eps says",
        "Does your result change when eps does?",
        "Look for eps in your lines, or for 1e-6 written out.",
        "Both moves and the division use the argument eps.",
    ),
    Misconception(
        "earlier entries not put back",
        "an entry that was moved keeps its new value while the next one is tried",
        "How many entries of x differ from the original at the third step?",
        "Look at what happens to the array after both calls of f.",
        "Move one entry of a fresh copy, or put the old value back.",
    ),
    Misconception(
        "all entries moved at once",
        "every entry of x is moved together; a gradient moves one at a time",
        "How many calls of f does an x of three entries need?",
        "Look for x + eps: it moves the whole array.",
        "Loop over the entries, and move only one of them in each round.",
    ),
    Misconception(
        "ReLU's slope at 0",
        "where x is exactly 0, Keras's slope is 0, and yours lets something through",
        "What does your function give where x is 0?",
        "Look at the comparison: >= in place of >, or a half at 0.",
        "The gradient passes where x > 0, and nowhere else.",
    ),
    Misconception(
        "the wrong array decides",
        "dy is tested for its sign, and x should be",
        "Does your function use x at all?",
        "Look at which array stands in the comparison.",
        "x decides where the gradient passes; dy is what passes, of either sign.",
    ),
    Misconception(
        "negative gradients lost",
        "negative entries of dy are dropped as well; only x decides",
        "Where x is positive and dy is -1, what do you get?",
        "Look for a maximum or a test on dy.",
        "Where x > 0, dy passes unchanged, whatever its sign.",
    ),
    Misconception(
        "the gate turned round",
        "the gradient passes where x is negative, and it should where x is positive",
        "Where x is 3, what do you get?",
        "Look at the direction of the comparison.",
        "Positive inputs went through in the forward pass; so does their gradient.",
    ),
    Misconception(
        "ReLU left out",
        "dy is handed on everywhere, as if there were no ReLU",
        "Where x is -2, what do you get?",
        "Look for x in your lines: nothing uses it.",
        "Set the gradient to 0 where x isn't positive.",
    ),
    Misconception(
        "the input in place of the slope",
        "the values of x are multiplied in; the slope doesn't depend on their size",
        "Double x: does your result change?",
        "Look for a product with x.",
        "x says where the gradient goes, dy says how much of it.",
    ),
    Misconception(
        "w not transposed",
        "dx multiplies dy by w; the way back needs w with its axes exchanged",
        "Which shapes meet in your product when there are more inputs than units?",
        "Look at the line of dx.",
        "Input c reaches unit f through w[c, f]; dx[c] adds over f.",
    ),
    Misconception(
        "dw transposed",
        "the gradient of w has its rows and columns exchanged",
        "Compare the shapes of w and dw for 4 inputs and 3 units.",
        "Look at the order of the two factors of dw.",
        "dw[c, f] adds x[n, c] * dy[n, f] over the examples n.",
    ),
    Misconception(
        "dw of the last example only",
        "each example overwrites the weights' gradient of the one before",
        "Change the first example of x: does dw change?",
        "Look for dw = ... inside of the loop over examples.",
        "All examples share the weights, so their gradients add up.",
    ),
    Misconception(
        "db a mean instead of a sum",
        "the bias's gradient is averaged, and it is a sum",
        "By what constant factor does your db differ?",
        "Look for a mean in the line of db.",
        "b is added to every output of its filter; db adds all of their dy.",
    ),
    Misconception(
        "db of the last example only",
        "each example overwrites the bias's gradient of the one before",
        "Change the first example of dy: does db change?",
        "Look for db = ... inside of a loop, or for dy[-1].",
        "Add the dy of all examples.",
    ),
    Misconception(
        "db of the last position only",
        "db holds one position of dy, and every position adds to it",
        "How many outputs does one bias reach?",
        "Look for db = ... inside of a loop over positions.",
        "Add dy over all examples and all positions.",
    ),
    Misconception(
        "db not summed over the examples",
        "db still has one entry for each example",
        "Compare the shapes of b and db.",
        "Look at the axes of the sum in the line of db.",
        "Add over all axes of dy but the last.",
    ),
    Misconception(
        "db not summed over the positions",
        "db still has one entry for each position",
        "Compare the shapes of b and db.",
        "Look at the axes of the sum in the line of db.",
        "Add over all axes of dy but the last.",
    ),
    Misconception(
        "db summed over the filters",
        "dy of different filters is added up, and each filter has its own bias",
        "How many entries do b and your db have?",
        "Look at the axes of the sum: the last one shouldn't be among them.",
        "db[f] adds dy[..., f], over everything but f.",
    ),
    Misconception(
        "batch divided twice",
        "the gradient is divided by the batch; a mean in the loss is in dy already",
        "By what factor does your result differ for a batch of 2?",
        "Look for a division by len(x), n or the batch.",
        "dy carries whatever the loss divides by. Here you only add.",
    ),
    Misconception(
        "the results in another order",
        "the three gradients are right, and returned in another order",
        "Which shape should come first: that of x or that of w?",
        "Look at the return line.",
        "The order is dx, dw, db.",
    ),
    Misconception(
        "dx assigned instead of accumulated",
        "where windows overlap, the later one overwrites the earlier one's gradient",
        "How many windows read the value in the middle of x?",
        "Look for = where += belongs, in the line of dx.",
        "A value that several windows read gets the sum of what they send.",
    ),
    Misconception(
        "kernel not flipped in the full-convolution form",
        "dx meets the kernel in the wrong order: as a full convolution it is flipped",
        "Which weight led from x[0] to y[0]? The same leads back.",
        "Look at the correlation that gives dx: one of its two arrays isn't reversed.",
        "Reverse the kernel along each axis, or scatter dy[i] * w at window i.",
    ),
    Misconception(
        "dw turned round",
        "every number of dw is right, and stands at the mirrored place of the kernel",
        "Compare your dw with the right one, read backwards.",
        "Look at the two indices of dw and of x: do they count the same way?",
        "dw[p] adds dy[i] * x[i * stride + p]: p counts up in both.",
    ),
    Misconception(
        "dw turned round along one axis",
        "one axis of dw is right, and the other one is mirrored",
        "Compare the rows of your dw with the right ones, then the columns.",
        "Look at the index of rows and at that of columns: one counts down.",
        "Both count up: dw[p, q] reads x[i * stride + p, j * stride + q].",
    ),
    Misconception(
        "dy turned round in dw",
        "dy is reversed before it meets x; in dw nothing is",
        "Which window of x does dy[0] belong to?",
        "Look for [::-1], or for np.convolve where a correlation belongs.",
        "dw is the correlation of x with dy as it is.",
    ),
    Misconception(
        "dw assigned instead of accumulated",
        "dw holds what the last window gave, and every window adds to it",
        "Set all of dy to zero but its last entry: does dw change?",
        "Look for = where += belongs, in the line of dw.",
        "All windows share the weights: add what each of them gives.",
    ),
    Misconception(
        "dw a mean instead of a sum",
        "dw is divided by the number of windows, and it is a sum over them",
        "By what constant factor does your dw differ?",
        "Look for a mean or a division in the line of dw.",
        "Add over windows and examples: no division.",
    ),
    Misconception(
        "the axes of dw in another order",
        "dw holds the right numbers, with its axes exchanged",
        "Compare the shapes of w and dw.",
        "Look at the order of the axes where you write dw, or at its last transpose.",
        "dw has the layout of w: (kh, kw, c_in, c_out).",
    ),
    Misconception(
        "dw summed over the channels",
        "every channel of dw shows the sum over all of them",
        "Are your dw[:, :, 0] and dw[:, :, 1] equal?",
        "Look at the axes of the sum: the channels of x shouldn't be among them.",
        "dw[p, q, c, f] reads channel c of x and filter f of dy.",
    ),
    Misconception(
        "dx summed over the batch",
        "every example of dx shows the sum over the whole batch",
        "Are your dx[0] and dx[1] equal?",
        "Look at the index of dx: it lacks the example.",
        "dx[n] is made from dy[n] alone; only dw and db add over the batch.",
    ),
    Misconception(
        "stride ignored in dx",
        "dw follows the stride, and in dx the windows lie next to each other",
        "Where does the gradient of y[1] land in your dx when the stride is 2?",
        "Look at the index of dx: i in place of i * stride.",
        "Window i of dx starts where window i of x did: at i * stride.",
    ),
    Misconception(
        "stride ignored in dw",
        "dx follows the stride, and in dw the windows lie next to each other",
        "Which values of x does dy[1] meet in your dw when the stride is 2?",
        "Look at the index of x in the line of dw: i in place of i * stride.",
        "dy[i] meets the window that starts at i * stride.",
    ),
    Misconception(
        "dilation ignored in dx",
        "dw spreads the taps, and in dx they stay neighbours",
        "With dilation 2, where in x do the first and the second tap point?",
        "Look at the index of dx: p in place of p * dilation.",
        "Tap p of window i is input i * stride + p * dilation, in dx as in x.",
    ),
    Misconception(
        "dilation ignored in dw",
        "dx spreads the taps, and in dw they stay neighbours",
        "With dilation 2, which value of x does the second tap read?",
        "Look at the index of x in the line of dw: p in place of p * dilation.",
        "Tap p of window i is input i * stride + p * dilation, in dw as in dx.",
    ),
    Misconception(
        "padding ignored in dx",
        "the gradient lands as many places too far down and right as there are zeros",
        "Which row of the padded input is row 0 of x?",
        "Look at how dx is cut out of the padded gradient, or at its index.",
        "Row 0 of x is row p of the padded input: cut p from both ends.",
    ),
    Misconception(
        "padding ignored in dw",
        "in dw the windows are read from x as if its zeros weren't in front",
        "Which value does window 0 read first when the padding is 1?",
        "Look at which array dw reads: x, or the padded one.",
        "Pad x first, and read all windows from the padded array.",
    ),
    Misconception(
        "dx not cropped",
        "dx still has the border of zeros that was put around x",
        "Compare the shapes of x and dx.",
        "Look at what you return: the gradient of the padded input.",
        "Cut the padding off all sides before you return dx.",
    ),
    Misconception(
        "dx cropped with [p:-p] at p = 0",
        "a slice that ends at -0 is empty",
        "What does np.arange(5)[0:-0] hold?",
        "Look at the slice that crops dx: its end is a minus sign and the padding.",
        "Cut from p to p + h, where h is the height of x: that works for p = 0 too.",
    ),
    Misconception(
        "dx cropped on the wrong side",
        "the border is cut off at the start only, twice as much",
        "Which row of the padded input is row 0 of x?",
        "Look at the slice that crops dx.",
        "Row 0 of x is row p of the padded input: cut p from both ends.",
    ),
    Misconception(
        "groups take every other channel",
        "channels are dealt out like cards; a group is a block of neighbours",
        "With 4 channels in 2 groups, which channels belong to the first?",
        "Look for a slice with a step, such as g::groups.",
        "Group g holds the channels from g * size to (g + 1) * size.",
    ),
    Misconception(
        "multiplier order turned round",
        "the maps of one channel are neighbours, and yours lie c_in apart",
        "With 3 channels and a multiplier of 2, which maps come from channel 0?",
        "Look at how you number the maps: m * c_in + c, or a transpose.",
        "Map c * multiplier + m comes from channel c.",
    ),
    Misconception(
        "only one group",
        "one group has its gradient, and the others are zero",
        "Which channels of your dx are zero?",
        "Look at the loop over groups: what does each round write?",
        "Each round fills its own block of dx and of dw.",
    ),
    Misconception(
        "ties sent to every maximum",
        "at a tie each maximum gets the gradient; Keras gives it to the first",
        "What does a window of four equal values give you?",
        "Look for a comparison with the maximum, such as window == window.max().",
        "np.argmax finds one place only, the first.",
    ),
    Misconception(
        "ties shared between the maxima",
        "at a tie the gradient is shared out; Keras gives all of it to the first",
        "What does a window of four equal values give you?",
        "Look for a division by the number of maxima.",
        "np.argmax finds one place only, the first.",
    ),
    Misconception(
        "ties sent to the last maximum",
        "at a tie the last maximum gets the gradient; Keras takes the first",
        "What does a window of four equal values give you?",
        "Look for >= in a loop that searches the maximum.",
        "np.argmax finds the first; a loop does with > in place of >=.",
    ),
    Misconception(
        "the default stride taken for 1",
        "without a stride, windows lie side by side; here they move by one step",
        "Where does the second window start when stride isn't given?",
        "Look at what you do where stride is None.",
        "stride=None means: as large as the window.",
    ),
    Misconception(
        "the window's size taken for the stride",
        "windows always lie side by side, whatever the stride",
        "Where does the second window start for size 3 and stride 1?",
        "Look at the start of the window: i times the size.",
        "A window starts at i * stride, and is as long as its size.",
    ),
    Misconception(
        "gradient sent to the whole window",
        "every pixel of the window gets the gradient; only the winner should",
        "Which pixels of a window does the maximum depend on?",
        "Look at where you add dy: to the whole window.",
        "Find the place of the maximum, and add dy there.",
    ),
    Misconception(
        "averaged instead of sent to the maximum",
        "the gradient is spread evenly, as average pooling does",
        "Which pixels of a window does the maximum depend on?",
        "Look for a division by the size of the window.",
        "Find the place of the maximum, and add all of dy there.",
    ),
    Misconception(
        "the smallest instead of the largest",
        "the gradient goes to the smallest value of each window",
        "Which value of a window came through in the forward pass?",
        "Look for argmin, or for a comparison the wrong way round.",
        "np.argmax finds the winner.",
    ),
    Misconception(
        "the maximum in place of the gradient",
        "the winner's place gets its own value; it should get dy",
        "Double dy: does your result double?",
        "Look at what you add at the winner's place.",
        "Add dy of the window there.",
    ),
    Misconception(
        "one maximum for all channels",
        "the winner is searched over all channels; each channel has its own",
        "How many winners does a window with two channels have?",
        "Look at the slice of x that you search: it holds every channel.",
        "Search x[n, rows, columns, c] for each example n and channel c.",
    ),
    Misconception(
        "the winner's place counted from the corner",
        "the winner's place within the window is used as a place in the picture",
        "Where does the gradient of the last window land?",
        "Look at the index where you add: the start of the window is missing.",
        "Row i * stride + p, where p is the row within the window.",
    ),
    Misconception(
        "gradient shared instead of divided",
        "every pixel gets all of dy; each counted for one part of the mean",
        "Add up your dx and add up dy: are the sums equal?",
        "Look for a division by the number of pixels: there is none.",
        "Each pixel of the window gets dy divided by the number of its pixels.",
    ),
    Misconception(
        "divided by one side of the window",
        "the gradient is divided by the height or the width, not by their product",
        "Add up your dx and add up dy: are the sums equal?",
        "Look at the division: one of the two sides is missing.",
        "A mean of h * w pixels gives each of them one part of h * w.",
    ),
    Misconception(
        "divided by the stride instead of the window",
        "the gradient is divided by the steps; a mean divides by the window's size",
        "Over how many pixels did the forward pass average?",
        "Look at the division: it uses the stride.",
        "Divide by the number of pixels in the window.",
    ),
    Misconception(
        "divided by the window twice",
        "the gradient is divided by the number of pixels two times",
        "Add up your dx and add up dy: are the sums equal?",
        "Look for a division and a mean in the same line.",
        "One division by the number of pixels is enough.",
    ),
    Misconception(
        "overlaps averaged instead of added",
        "where windows overlap, their gradients are averaged, and they add up",
        "How many windows read the pixel in the middle?",
        "Look for a division by a count of windows.",
        "Add what each window sends, without a division by their number.",
    ),
    Misconception(
        "gradient sent to the maximum",
        "the largest pixel gets it all, as in max pooling; a mean uses every pixel",
        "Which pixels does a mean depend on?",
        "Look for argmax or a comparison.",
        "Every pixel of the window gets the same share.",
    ),
    Misconception(
        "divided by the channels as well",
        "the gradient is divided by the channels too, and each map has its own mean",
        "Over how many pixels does one global average run?",
        "Look for x.size, or for a product of too many sides.",
        "Divide by height times width.",
    ),
    Misconception(
        "not spread over the map",
        "the share is right, but it isn't repeated at every pixel",
        "Compare the shapes of x and dx.",
        "Look at the shape of what you return.",
        "Every pixel of the map gets the same share: make dx as large as x.",
    ),
)

CONV_HINTS = (
    "The line `parts` says which of dx, dw and db differ: work on one at a time.",
    "Walk over the windows as the forward pass does; at each, dw adds window times "
    "dy, and dx adds kernel times dy at the window's place.",
    "Pad x, make a padded dx, use the same slice of both in the loop, add with +=, "
    "and cut the padding off dx at the end.",
)

EXERCISES = (
    Exercise(
        id="warm_up_06",
        number="6.0",
        title="Three questions on earlier lessons",
        points=1,
        minutes=4,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="two_slopes",
        number="6.1",
        title="Two slopes on paper",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "divided by eps instead of 2 eps": lambda: (6.5, 12),
            "the difference isn't divided": lambda: (3.25, 6),
        },
    ),
    Exercise(
        id="numeric_gradient",
        number="6.1",
        title="Measure a gradient with central differences",
        signature="numeric_gradient(f, x, dy, *, eps=1e-6)",
        points=2,
        minutes=12,
        lines=7,
        referee=_central,
        cases=_numeric_cases,
        hidden=_numeric_hidden,
        slips=NUMERIC_SLIPS,
        parts=("dx",),
        by_hand=BY_HAND,
        hints=(
            "Take x of two entries: which four calls of f do you need?",
            "One round for each entry of x: move it ahead, call f, move it back, "
            "call f.",
            "Copy x twice, change one entry of each, multiply the difference of the "
            "two results by dy, add everything, divide by 2 * eps.",
        ),
    ),
    Exercise(
        id="upstream_of",
        number="6.2",
        title="Which upstream gradient a loss sends",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="relu_slope",
        number="6.2",
        title="Send a gradient through ReLU on paper",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "ReLU's slope at 0": lambda: [0, 7, -1],
            "upstream gradient ignored": lambda: [0, 0, 1],
            "the wrong array decides": lambda: [5, 7, 0],
            "negative gradients lost": lambda: [0, 0, 0],
            "the gate turned round": lambda: [5, 0, 0],
            "ReLU left out": lambda: [5, 7, -1],
            "the input in place of the slope": lambda: [0, 0, -3],
        },
    ),
    Exercise(
        id="relu_backward",
        number="6.2",
        title="Send the gradient back through ReLU",
        signature="relu_backward(dy, x)",
        points=1,
        minutes=5,
        lines=1,
        layer="keras.layers.ReLU()",
        referee=referee.relu_backward,
        cases=_relu_cases,
        hidden=_relu_hidden,
        slips=RELU_SLIPS,
        parts=("dx",),
        window=_same_place,
        witness=along(referee.relu),
        hints=(
            "Where x is negative, how much does the output change when x does?",
            "One comparison of x with 0, and dy.",
            "Keep dy where x is above 0, and put 0 elsewhere.",
        ),
    ),
    Exercise(
        id="dense_paper",
        number="6.3",
        title="Gradients of a dense layer on paper",
        points=1,
        minutes=4,
        kind="value",
        counted=False,
        slips={
            "dw of the last example only": lambda: (30, 40, 11),
            "batch divided twice": lambda: (15.5, 21, 5.5),
            "upstream gradient ignored": lambda: (4, 6, 2),
            "db a mean instead of a sum": lambda: (31, 42, 5.5),
            "db of the last example only": lambda: (31, 42, 10),
        },
    ),
    Exercise(
        id="dense_backward",
        number="6.3",
        title="Three gradients of a dense layer",
        signature="dense_backward(dy, x, w)",
        points=2,
        minutes=10,
        lines=1,
        layer="keras.layers.Dense(units)",
        referee=referee.dense_backward,
        cases=_dense_cases,
        hidden=_dense_hidden,
        slips=DENSE_SLIPS,
        parts=THREE,
        witness=_witness_dense,
        hints=(
            "Write the shapes of dy, x and w down: which products fit?",
            "Each gradient has the shape of its own array: dx that of x, dw that of w.",
            "dx adds over the units, dw over the examples, db over the examples too.",
        ),
    ),
    Exercise(
        id="signal_dx",
        number="6.4",
        title="The gradient of a signal on paper",
        points=1,
        minutes=5,
        kind="value",
        counted=False,
        slips={
            "kernel not flipped in the full-convolution form": lambda: [2, 5, 8, 3],
            "dx assigned instead of accumulated": lambda: [1, 2, 4, 6],
            "upstream gradient ignored": lambda: [1, 3, 5, 3],
        },
    ),
    Exercise(
        id="conv1d_backward",
        number="6.4",
        title="Three gradients of a 1D convolution",
        signature="conv1d_backward(dy, x, w, *, stride=1)",
        points=3,
        minutes=15,
        lines=6,
        layer="keras.layers.Conv1D(1, k, strides=stride)",
        referee=referee.conv1d_backward,
        cases=_conv1d_cases,
        hidden=_conv1d_hidden,
        slips=gradients.on_signals(
            convolution_slips(
                _conv_batch, rank=1, padding=False, dilation=False, batch=False
            )
        ),
        parts=THREE,
        witness=_witness_conv1d,
        by_hand=BY_HAND,
        hints=(
            "Which values of x and which weights had a part in y[i]?",
            "One loop over i: the window of x adds to dw, the kernel adds to dx.",
            "dx at the window adds dy[i] * w, dw adds dy[i] * the window, and db is "
            "the sum of dy.",
        ),
    ),
    Exercise(
        id="window_counts",
        number="6.5",
        title="Count the windows that read a pixel",
        points=1,
        minutes=4,
        kind="value",
        counted=False,
        slips={
            "stride ignored": lambda: (1, 3, 9),
            "dx assigned instead of accumulated": lambda: (1, 1, 1),
        },
    ),
    Exercise(
        id="conv2d_backward",
        number="6.5",
        title="Three gradients of a 2D convolution",
        signature="conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1)",
        points=4,
        minutes=25,
        lines=12,
        layer="keras.layers.Conv2D(filters, (kh, kw), strides=..., dilation_rate=...)",
        referee=referee.conv2d_backward,
        cases=_conv_cases,
        hidden=_conv_hidden,
        slips=convolution_slips(_conv_batch),
        parts=THREE,
        witness=_witness_conv,
        hints=CONV_HINTS,
    ),
    Exercise(
        id="group_reads",
        number="6.6",
        title="Which channels a grouped gradient reaches",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={"groups take every other channel": lambda: (0, 2)},
    ),
    Exercise(
        id="grouped_conv2d_backward",
        number="6.6",
        title="Gradients of a grouped convolution",
        signature=(
            "grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, "
            "dilation=1)"
        ),
        points=2,
        minutes=12,
        lines=10,
        layer="keras.layers.Conv2D(filters, (kh, kw), groups=groups)",
        referee=referee.grouped_conv2d_backward,
        cases=_grouped_cases,
        hidden=_grouped_hidden,
        slips={
            **convolution_slips(_split),
            "groups take every other channel": (
                _interleaved(True, True),
                _interleaved(True, False),
                _interleaved(False, True),
            ),
            "only one group": (_one_group(0), _one_group(-1)),
        },
        parts=THREE,
        witness=_witness_conv,
        hints=(
            "Each group is a convolution of its own: what are its x, its w, its dy?",
            "Slice the channels of x, and the filters of w and of dy, for one group.",
            "Loop over groups, call conv2d_backward on the slices, and put the "
            "results into the same slices of dx, dw and db.",
        ),
    ),
    Exercise(
        id="depthwise_reads",
        number="6.7",
        title="Which maps lead back to a channel",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={"multiplier order turned round": lambda: (1, 4)},
    ),
    Exercise(
        id="depthwise_conv2d_backward",
        number="6.7",
        title="Gradients of a depthwise convolution",
        signature=(
            "depthwise_conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1)"
        ),
        points=1,
        minutes=8,
        lines=5,
        layer="keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=...)",
        referee=referee.depthwise_conv2d_backward,
        cases=_depthwise_cases,
        hidden=_depthwise_hidden,
        slips={
            **convolution_slips(_split_depthwise),
            "multiplier order turned round": _multiplier_order,
        },
        parts=THREE,
        witness=_witness_depthwise,
        hints=(
            "How many channels does each group of a depthwise convolution have?",
            "Give w the shape of a grouped convolution's kernel, and back at the end.",
            "Reshape w to (kh, kw, 1, c_in * multiplier), use as many groups as there "
            "are channels, and reshape dw to the shape of w.",
        ),
    ),
    Exercise(
        id="pool_overlap",
        number="6.8",
        title="Send a gradient through overlapping windows",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "dx assigned instead of accumulated": lambda: [0, 20, 0],
            "averaged instead of sent to the maximum": lambda: [5, 15, 10],
            "gradient sent to the whole window": lambda: [10, 30, 20],
            "upstream gradient ignored": lambda: [0, 2, 0],
        },
    ),
    Exercise(
        id="max_pool2d_backward",
        number="6.8",
        title="Send the gradient to the winner",
        signature="max_pool2d_backward(dy, x, size, *, stride=None)",
        points=3,
        minutes=15,
        lines=6,
        layer="keras.layers.MaxPooling2D(size, strides=stride)",
        referee=_fitting(MAX),
        cases=_max_cases,
        hidden=_max_hidden,
        slips=MAX_SLIPS,
        parts=("dx",),
        witness=lambda dy, x, size, **k: along(
            lambda a: referee.max_pool2d(a, size, **k)
        )(dy, x),
        hints=(
            "Which single pixel of a window does its maximum come from?",
            "Loop over examples, stops and channels; find the winner's row and column.",
            "np.argmax of the window counts along its rows: np.unravel_index turns the "
            "count into row and column; add the window's start, and add dy there.",
        ),
    ),
    Exercise(
        id="shares",
        number="6.9",
        title="Share a gradient out on paper",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "gradient shared instead of divided": lambda: (8, 6),
            "divided by one side of the window": lambda: (4, 2),
        },
    ),
    Exercise(
        id="avg_pool2d_backward",
        number="6.9",
        title="Share the gradient of an average out",
        signature="avg_pool2d_backward(dy, x, size, *, stride=None)",
        points=2,
        minutes=8,
        lines=6,
        layer="keras.layers.AveragePooling2D(size, strides=stride)",
        referee=_fitting(AVG),
        cases=_avg_cases,
        hidden=_avg_hidden,
        slips=AVG_SLIPS,
        parts=("dx",),
        witness=lambda dy, x, size, **k: along(
            lambda a: referee.avg_pool2d(a, size, **k)
        )(dy, x),
        hints=(
            "How much of a mean of four comes from each of the four?",
            "The loop of max pooling without the search: every pixel gets its share.",
            "At each stop add dy over the number of pixels to the whole window.",
        ),
    ),
    Exercise(
        id="global_avg_pool2d_backward",
        number="6.10",
        title="Share the gradient of a whole map out",
        signature="global_avg_pool2d_backward(dy, x)",
        points=1,
        minutes=5,
        lines=2,
        layer="keras.layers.GlobalAveragePooling2D()",
        referee=_global,
        cases=_global_cases,
        hidden=_global_hidden,
        slips=GLOBAL_SLIPS,
        parts=("dx",),
        witness=along(referee.global_pool2d),
        hints=(
            "Over how many pixels does the mean of one map run?",
            "dy has two axes, dx has four: give dy two axes of length 1 in the middle.",
            "Divide dy by height times width, and let it fill an array shaped like x.",
        ),
    ),
    Exercise(
        id="falling_loss",
        number="6.11",
        title="What a falling loss proves",
        points=1,
        minutes=2,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="conv2d_dw",
        number="6.11",
        title="Find the bug in a gradient that trains",
        signature="conv2d_dw(dy, x, kh, kw, *, stride=1)",
        points=2,
        minutes=10,
        layer="keras.layers.Conv2D(filters, (kh, kw), strides=stride)",
        referee=_conv2d_dw,
        cases=_dw_cases,
        hidden=_dw_hidden,
        slips=_dw_slips(),
        parts=("dw",),
        witness=_witness_dw,
        by_hand=BY_HAND,
        hints=(
            "Give it a dy with a single 1: which window of x should dw then be?",
            "Compare the two lines that read x with those of your conv2d_backward.",
            "Tap p of window i reads row i * stride + p: both count up.",
        ),
    ),
)
