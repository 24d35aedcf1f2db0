"""The referee against an independent reference of plain NumPy loops.

Where Keras refuses a setting, ``byhand.referee`` takes a detour: kernels stuffed with
zeros, grouped convolutions for depthwise ones, crops, counts of padded windows. Each
is confirmed here at 1e-9 by code that shares nothing with it, along with the settings
that Keras takes directly.
"""

import itertools

import numpy as np
import pytest

from byhand import referee

pytestmark = pytest.mark.tf

CLOSE = dict(rtol=1e-9, atol=1e-9)


# The reference: loops over stops, nothing else --------------------------------------


def axes(value, rank):
    return tuple(value) if np.ndim(value) else (value,) * rank


def same_pads(n, k, s, d):
    total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def pads_of(x, kernel, stride, padding, dilation):
    if padding == "same":
        return [
            same_pads(n, k, s, d)
            for n, k, s, d in zip(x.shape[1:-1], kernel, stride, dilation, strict=True)
        ]
    if padding == "valid":
        padding = 0
    return [(p, p) if np.ndim(p) == 0 else tuple(p) for p in axes(padding, len(kernel))]


class Walk:
    """The stops of one convolution: a padded input, and the window at each stop."""

    def __init__(self, x, kernel, stride, padding, dilation):
        rank = len(kernel)
        self.kernel = kernel
        self.stride, self.dilation = axes(stride, rank), axes(dilation, rank)
        self.pads = pads_of(x, kernel, self.stride, padding, self.dilation)
        self.padded = np.pad(x, [(0, 0), *self.pads, (0, 0)])
        self.out = tuple(
            (n - d * (k - 1) - 1) // s + 1
            for n, k, s, d in zip(
                self.padded.shape[1:-1],
                kernel,
                self.stride,
                self.dilation,
                strict=True,
            )
        )

    def __iter__(self):
        for stop in np.ndindex(*self.out):
            yield (
                stop,
                (
                    slice(None),
                    *(
                        slice(i * s, i * s + d * (k - 1) + 1, d)
                        for i, k, s, d in zip(
                            stop, self.kernel, self.stride, self.dilation, strict=True
                        )
                    ),
                ),
            )

    def crop(self, dx):
        inner = [
            slice(a, n - b) for (a, b), n in zip(self.pads, dx.shape[1:-1], strict=True)
        ]
        return dx[(slice(None), *inner)]


def convolve(x, w, b, *, stride=1, padding=0, dilation=1, groups=1):
    walk = Walk(x, w.shape[:-2], stride, padding, dilation)
    a, m = x.shape[-1] // groups, w.shape[-1] // groups
    y = np.zeros((len(x), *walk.out, w.shape[-1]))
    for stop, window in walk:
        for g, f in itertools.product(range(groups), range(m)):
            seen = walk.padded[window][..., g * a : (g + 1) * a]
            kernel = w[..., g * m + f]
            for n in range(len(x)):
                y[(n, *stop, g * m + f)] = np.sum(seen[n] * kernel)
    return y + b


def convolve_back(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    walk = Walk(x, w.shape[:-2], stride, padding, dilation)
    a, m = x.shape[-1] // groups, w.shape[-1] // groups
    dx, dw = np.zeros(walk.padded.shape), np.zeros(w.shape)
    for stop, window in walk:
        for f, n in itertools.product(range(w.shape[-1]), range(len(x))):
            ins = slice(f // m * a, f // m * a + a)
            here = (n, *window[1:], ins)
            dw[..., f] += dy[(n, *stop, f)] * walk.padded[here]
            dx[here] += dy[(n, *stop, f)] * w[..., f]
    return walk.crop(dx), dw, dy.reshape(-1, dy.shape[-1]).sum(axis=0)


def depthwise(x, w, b, **settings):
    maps = [
        convolve(x[..., c : c + 1], w[:, :, c : c + 1, m : m + 1], 0.0, **settings)
        for c, m in np.ndindex(w.shape[2:])
    ]
    return np.concatenate(maps, axis=-1) + b


def depthwise_back(dy, x, w, **settings):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for f, (c, m) in enumerate(np.ndindex(w.shape[2:])):
        one, kernel, _ = convolve_back(
            dy[..., f : f + 1],
            x[..., c : c + 1],
            w[:, :, c : c + 1, m : m + 1],
            **settings,
        )
        dx[..., c : c + 1] += one
        dw[:, :, c, m] = kernel[:, :, 0, 0]
    return dx, dw, dy.sum(axis=(0, 1, 2))


class Stamps:
    """The stamps of one transposed convolution, and the frame that is kept of them."""

    def __init__(self, x, w, stride, padding, output_padding, dilation):
        self.stride, self.dilation = axes(stride, 2), axes(dilation, 2)
        self.kernel, self.places = w.shape[:2], list(np.ndindex(*x.shape[1:3]))
        before, more = axes(padding, 2), axes(output_padding, 2)
        full = [
            (n - 1) * s + d * (k - 1) + 1
            for n, s, d, k in zip(
                x.shape[1:3], self.stride, self.dilation, self.kernel, strict=True
            )
        ]
        self.size = [n - 2 * p + o for n, p, o in zip(full, before, more, strict=True)]
        self.whole = [
            max(n, n - p + o) for n, p, o in zip(full, before, more, strict=True)
        ]
        self.keep = (
            slice(None),
            *(slice(p, p + n) for p, n in zip(before, self.size, strict=True)),
        )

    def at(self, place):
        return (
            slice(None),
            *(
                slice(i * s, i * s + d * (k - 1) + 1, d)
                for i, s, d, k in zip(
                    place, self.stride, self.dilation, self.kernel, strict=True
                )
            ),
        )


def transposed(x, w, b, *, stride=1, padding=0, output_padding=0, dilation=1):
    stamps = Stamps(x, w, stride, padding, output_padding, dilation)
    y = np.zeros((len(x), *stamps.whole, w.shape[2]))
    for i, j in stamps.places:
        y[stamps.at((i, j))] += np.einsum("nc,pqfc->npqf", x[:, i, j], w)
    return y[stamps.keep] + b


def transposed_back(dy, x, w, *, stride=1, padding=0, output_padding=0, dilation=1):
    stamps = Stamps(x, w, stride, padding, output_padding, dilation)
    wide = np.zeros((len(x), *stamps.whole, w.shape[2]))
    wide[stamps.keep] = dy
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i, j in stamps.places:
        seen = wide[stamps.at((i, j))]
        dx[:, i, j] = np.einsum("npqf,pqfc->nc", seen, w)
        dw += np.einsum("npqf,nc->pqfc", seen, x[:, i, j])
    return dx, dw, dy.sum(axis=(0, 1, 2))


def pool(x, size, *, stride=None, padding="valid", reduce):
    size = axes(size, 2)
    stride = size if stride is None else axes(stride, 2)
    filled = np.pad(
        x,
        [(0, 0), *pads_of(x, size, stride, padding, (1, 1)), (0, 0)],
        constant_values=np.nan,
    )
    walk = Walk(filled, size, stride, 0, 1)
    y = np.zeros((len(x), *walk.out, x.shape[-1]))
    for stop, window in walk:
        y[(slice(None), *stop)] = reduce(filled[window], axis=(1, 2))
    return y


def l2(window, axis):
    return np.sqrt(np.nansum(window**2, axis=axis))


def pool_back(dy, x, size, *, stride=None, kind):
    size = axes(size, 2)
    walk = Walk(x, size, size if stride is None else stride, 0, 1)
    dx = np.zeros(x.shape)
    for stop, window in walk:
        for n, c in np.ndindex(len(x), x.shape[-1]):
            here = (n, *window[1:], c)
            share = np.full(size, 1 / np.prod(size))
            if kind == "max":
                share = np.zeros(size)
                share.flat[np.argmax(x[here])] = 1
            dx[here] += share * dy[(n, *stop, c)]
    return dx


# The settings ----------------------------------------------------------------------


def drawn(seed, count, **choices):
    """Return ``count`` of all combinations, in random order."""
    every = list(itertools.product(*choices.values()))
    order = np.random.default_rng(seed).permutation(len(every))[:count]
    assert len(order) == count
    return [dict(zip(choices, every[k], strict=True)) for k in order]


STEPS = dict(stride=[1, 2, 3, (2, 1), (1, 3)], dilation=[1, 2, (2, 1), (1, 3)])
PADS = [0, 1, 2, (2, 0), (0, 1), "same", ((1, 0), (0, 2))]
KERNELS = [(1, 1), (2, 3), (3, 2), (3, 3), (1, 3)]

PICTURES = drawn(1, 60, **STEPS, padding=PADS, kernel=KERNELS)
SIGNALS = drawn(
    2, 24, stride=[1, 2, 3], dilation=[1, 2, 3], padding=[0, 2], k=[1, 2, 4]
)
VOLUMES = drawn(
    3, 9, stride=[1, 2, (2, 1, 1)], dilation=[1, 2, (1, 2, 1)], k=[(2, 1, 2)]
)
GROUPED = drawn(4, 8, **STEPS, padding=[0, 1], kernel=[(2, 3)], groups=[2])
CHANNELWISE = drawn(5, 30, **STEPS, padding=PADS[:5], kernel=KERNELS, multiplier=[1, 2])
CHANNELWISE_BACK = CHANNELWISE[:10]
SEPARABLE = drawn(6, 16, **STEPS, padding=PADS[:5], kernel=KERNELS, multiplier=[1, 2])
STAMPED = drawn(
    7,
    50,
    stride=[1, 2, 3, (2, 1), (1, 3)],
    padding=[0, 1, (1, 0)],
    output_padding=[0, 1, (0, 1)],
    dilation=[1, 2, (2, 1)],
    kernel=[(2, 2), (3, 2), (3, 3), (1, 2)],
)
POOLED = drawn(
    8,
    32,
    size=[2, 3, (2, 3), (3, 1)],
    stride=[None, 1, 2, (2, 1)],
    padding=["valid", "same"],
)
POOLED_BACK = [s for s in POOLED if s["padding"] == "valid"]


def ids(settings):
    return " ".join(f"{k}={v}" for k, v in settings.items()).replace(", ", ",")


def each(settings):
    return pytest.mark.parametrize("settings", settings, ids=ids)


def generator(settings):
    return np.random.default_rng(list(repr(settings).encode()))


def normal(rng, *shape):
    return rng.normal(size=shape)


def equal(ours, theirs):
    ours = ours if isinstance(ours, tuple) else (ours,)
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, **CLOSE)


# The claims ------------------------------------------------------------------------


def compared():
    """Return {test: the settings that it is given}, of the tests of this module."""
    found = {}
    for name, test in globals().items():
        marks = getattr(test, "pytestmark", []) if name.startswith("test_") else []
        rows = [m.args[1] for m in marks if m.args[:1] == ("settings",)]
        if rows:
            (found[name],) = rows
    return found


def test_at_least_two_hundred_different_configurations_are_compared():
    tests = compared()
    assert sum(len(set(map(repr, rows))) for rows in tests.values()) >= 200
    pictures = tests["test_convolutions_of_pictures_and_their_three_gradients"]
    both = [
        s for s in pictures if np.max(s["stride"]) > 1 and np.max(s["dilation"]) > 1
    ]
    assert len(both) >= 15
    depthwise_rows = tests["test_depthwise_convolutions_with_equal_and_unequal_strides"]
    assert len([s for s in depthwise_rows if np.ndim(s["stride"])]) >= 8
    stamped_rows = tests[
        "test_transposed_convolutions_cropped_and_padded_and_their_gradients"
    ]
    beyond = [
        s for s in stamped_rows if np.any(np.array(s["output_padding"]) > s["padding"])
    ]
    assert len(beyond) >= 8


def test_stride_and_dilation_together_reach_keras_by_a_stuffed_kernel(monkeypatch):
    stuffed, stuff = [], referee.stuff
    monkeypatch.setattr(
        referee, "stuff", lambda w, d: stuffed.append(tuple(d)) or stuff(w, d)
    )
    x, w = np.ones((1, 6, 6, 1)), np.ones((2, 2, 1, 1))
    for stride, dilation in ((1, 2), (2, 1), (2, 2)):
        referee.convolution(x, w, stride=stride, dilation=dilation)
    assert stuffed == [(2, 2)]


@each(PICTURES)
def test_convolutions_of_pictures_and_their_three_gradients(settings):
    rng, settings = generator(settings), dict(settings)
    kernel = settings.pop("kernel")
    x, w, b = normal(rng, 2, 7, 8, 2), normal(rng, *kernel, 2, 3), normal(rng, 3)
    y = convolve(x, w, b, **settings)
    equal(referee.convolution(x, w, b, **settings), y)
    dy = normal(rng, *y.shape)
    equal(
        referee.convolution(x, w, b, **settings, dy=dy),
        convolve_back(dy, x, w, **settings),
    )


@each(SIGNALS)
def test_convolutions_of_signals_and_their_three_gradients(settings):
    rng, settings = generator(settings), dict(settings)
    k = settings.pop("k")
    x, w, b = normal(rng, 2, 13, 2), normal(rng, k, 2, 3), normal(rng, 3)
    y = convolve(x, w, b, **settings)
    equal(referee.convolution(x, w, b, **settings), y)
    dy = normal(rng, *y.shape)
    equal(
        referee.convolution(x, w, b, **settings, dy=dy),
        convolve_back(dy, x, w, **settings),
    )


@each(VOLUMES)
def test_convolutions_of_volumes_and_their_three_gradients(settings):
    rng, settings = generator(settings), dict(settings)
    k = settings.pop("k")
    x, w, b = normal(rng, 1, 5, 4, 6, 2), normal(rng, *k, 2, 2), normal(rng, 2)
    y = convolve(x, w, b, **settings, padding=1)
    equal(referee.conv3d(x, w, b, **settings, padding=1), y)
    dy = normal(rng, *y.shape)
    equal(
        referee.convolution(x, w, b, **settings, padding=1, dy=dy),
        convolve_back(dy, x, w, **settings, padding=1),
    )


@each(GROUPED)
def test_grouped_convolutions_and_their_three_gradients(settings):
    rng, settings = generator(settings), dict(settings)
    kernel = settings.pop("kernel")
    x, w, b = normal(rng, 2, 7, 8, 4), normal(rng, *kernel, 2, 6), normal(rng, 6)
    y = convolve(x, w, b, **settings)
    equal(referee.convolution(x, w, b, **settings), y)
    dy = normal(rng, *y.shape)
    equal(
        referee.grouped_conv2d_backward(dy, x, w, **settings),
        convolve_back(dy, x, w, **settings),
    )


@each(CHANNELWISE)
def test_depthwise_convolutions_with_equal_and_unequal_strides(settings):
    rng, settings = generator(settings), dict(settings)
    kernel, m = settings.pop("kernel"), settings.pop("multiplier")
    x, w, b = normal(rng, 2, 7, 8, 3), normal(rng, *kernel, 3, m), normal(rng, 3 * m)
    equal(referee.depthwise_conv2d(x, w, b, **settings), depthwise(x, w, b, **settings))


@each(CHANNELWISE_BACK)
def test_gradients_of_depthwise_convolutions(settings):
    rng, settings = generator(settings), dict(settings)
    kernel, m = settings.pop("kernel"), settings.pop("multiplier")
    x, w = normal(rng, 2, 7, 8, 3), normal(rng, *kernel, 3, m)
    dy = normal(rng, *depthwise(x, w, 0.0, **settings).shape)
    equal(
        referee.depthwise_conv2d_backward(dy, x, w, **settings),
        depthwise_back(dy, x, w, **settings),
    )


@each(SEPARABLE)
def test_separable_convolutions_with_equal_and_unequal_strides(settings):
    rng, settings = generator(settings), dict(settings)
    kernel, m = settings.pop("kernel"), settings.pop("multiplier")
    x, deep = normal(rng, 2, 7, 8, 3), normal(rng, *kernel, 3, m)
    point, b = normal(rng, 3 * m, 2), normal(rng, 2)
    equal(
        referee.separable_conv2d(x, deep, point, b, **settings),
        depthwise(x, deep, 0.0, **settings) @ point + b,
    )


@each(STAMPED)
def test_transposed_convolutions_cropped_and_padded_and_their_gradients(settings):
    rng, settings = generator(settings), dict(settings)
    kernel = settings.pop("kernel")
    x, w, b = normal(rng, 2, 3, 4, 2), normal(rng, *kernel, 3, 2), normal(rng, 3)
    y = transposed(x, w, b, **settings)
    equal(referee.conv2d_transpose(x, w, b, **settings), y)
    dy = normal(rng, *y.shape)
    equal(
        referee.conv2d_transpose(x, w, b, **settings, dy=dy),
        transposed_back(dy, x, w, **settings),
    )


@each(POOLED)
def test_maximum_mean_and_l2_pooling_valid_and_same(settings):
    x = normal(generator(settings), 2, 7, 8, 3)
    for name, reduce in (
        ("max_pool2d", np.nanmax),
        ("avg_pool2d", np.nanmean),
        ("l2_pool2d", l2),
    ):
        ours = getattr(referee, name)(x, **settings)
        equal(ours, pool(x, **settings, reduce=reduce))


@each(POOLED_BACK)
def test_gradients_of_pooling_with_ties(settings):
    rng = generator(settings)
    x = rng.integers(-2, 3, size=(2, 7, 8, 3)).astype(float)
    where = dict(size=settings["size"], stride=settings["stride"])
    dy = normal(rng, *pool(x, **where, reduce=np.nanmax).shape)
    equal(
        referee.max_pool2d_backward(dy, x, **where),
        pool_back(dy, x, **where, kind="max"),
    )
    equal(
        referee.avg_pool2d_backward(dy, x, **where),
        pool_back(dy, x, **where, kind="avg"),
    )


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_padding_is_what_keras_does(stride, dilation):
    for n, k in itertools.product((4, 7, 10), (1, 2, 3, 4)):
        ours = referee.same_padding(n, k, stride=stride, dilation=dilation)
        assert ours == same_pads(n, k, stride, dilation), (n, k)


@pytest.mark.parametrize("kind", ["average", "max"])
def test_global_pooling_and_its_gradient(kind):
    rng = np.random.default_rng(9)
    x, dy = normal(rng, 2, 4, 5, 3), normal(rng, 2, 3)
    flat = x.reshape(2, 20, 3)
    if kind == "average":
        y, share = flat.mean(axis=1), np.full(flat.shape, 1 / 20)
    else:
        y, share = flat.max(axis=1), flat == flat.max(axis=1, keepdims=True)
    equal(referee.global_pool2d(x, kind), y)
    dx = (share * dy[:, None]).reshape(x.shape)
    equal(referee.global_pool2d(x, kind, dy=dy), dx)


def test_dense_relu_and_softmax_cross_entropy():
    rng = np.random.default_rng(10)
    x, w, b, dy = (normal(rng, *s) for s in ((4, 3), (3, 5), (5,), (4, 5)))
    equal(referee.dense(x, w, b), x @ w + b)
    equal(referee.dense_backward(dy, x, w), (dy @ w.T, x.T @ dy, dy.sum(axis=0)))
    equal(referee.relu(x), np.maximum(x, 0))
    equal(referee.relu_backward(dy, x @ w), np.where(x @ w > 0, dy, 0))
    labels = np.array([0, 4, 2, 2])
    p = np.exp(dy) / np.exp(dy).sum(axis=1, keepdims=True)
    loss, slope = referee.softmax_cross_entropy(dy, labels)
    assert loss == pytest.approx(-np.log(p[range(4), labels]).mean(), rel=1e-12)
    equal(slope, (p - np.eye(5)[labels]) / 4)
