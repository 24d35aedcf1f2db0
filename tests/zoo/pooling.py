"""Wrong and right answers to lesson 05."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value


def pair(value):
    return tuple(value) if np.ndim(value) else (value, value)


def same(n, k, s):
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total // 2, total - total // 2


def windows(x, size, stride, padding, value, pads=same):
    """Return (N, H_out, W_out, C, kh, kw)."""
    size = pair(size)
    step = size if stride is None else pair(stride)
    if padding == "same":
        around = [
            pads(n, k, s) for n, k, s in zip(x.shape[1:3], size, step, strict=True)
        ]
        x = np.pad(x, ((0, 0), *around, (0, 0)), constant_values=value)
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    return view[:, :: step[0], :: step[1]]


# relu -----------------------------------------------------------------------------


@right("relu", "np.where")
def relu_where(x):
    return np.where(x > 0, x, 0.0)


@right("relu", "a product with the mask")
def relu_mask(x):
    return x * (x > 0)


@right("relu", "a copy that is changed")
def relu_copy(x):
    y = x.copy()
    y[y < 0] = 0
    return y


@right("relu", "half of x and its absolute value, float32")
def relu_half(x):
    x = x.astype(np.float32)
    return (x + np.abs(x)) / 2


@wrong("relu", "negative part kept")
def relu_min(x):
    return np.minimum(0, x)


@wrong("relu", "one maximum for many")
def relu_max(x):
    return np.max(x, 0)


@wrong("relu", "absolute value for ReLU")
def relu_abs(x):
    return abs(x)


@wrong("relu", "step for ReLU")
def relu_step(x):
    return (x > 0) * 1.0


@wrong("relu", "negative numbers thrown out")
def relu_selected(x):
    return x[x > 0]


@wrong("relu", "negative numbers turned to a small slope")
def relu_leaky(x):
    return np.maximum(0.01 * x, x)


@wrong("relu", None)
def relu_in_place(x):
    x[x < 0] = 0
    return x


@wrong("relu", None)
def relu_shifted(x):
    return np.maximum(x - 0.25, 0)


# merge_kernels --------------------------------------------------------------------


@right("merge_kernels", "four loops")
def merge_loops(w1, w2):
    w = np.zeros((len(w1) + len(w2) - 1, w1.shape[1] + w2.shape[1] - 1))
    for (p, q), a in np.ndenumerate(w1):
        for (u, v), b in np.ndenumerate(w2):
            w[p + u, q + v] += a * b
    return w


@right("merge_kernels", "the Fourier transform")
def merge_fourier(w1, w2):
    shape = [n + m - 1 for n, m in zip(w1.shape, w2.shape, strict=True)]
    product = np.fft.rfft2(w1, shape) * np.fft.rfft2(w2, shape)
    return np.fft.irfft2(product, shape)


@right("merge_kernels", "a padded correlation with the flipped kernel")
def merge_padded(w1, w2):
    kh, kw = w2.shape
    wide = np.pad(w1, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    view = np.lib.stride_tricks.sliding_window_view(wide, w2.shape)
    return np.einsum("ijpq,pq->ij", view, w2[::-1, ::-1])


@wrong("merge_kernels", "one of the two kernels flipped")
def merge_correlated(w1, w2):
    return merge_loops(w1, w2[::-1, ::-1])


@wrong("merge_kernels", "stamps replace each other")
def merge_assigned(w1, w2):
    (a, b), (c, d) = w1.shape, w2.shape
    w = np.zeros((a + c - 1, b + d - 1))
    for p in range(a):
        for q in range(b):
            w[p : p + c, q : q + d] = w1[p, q] * w2
    return w


@wrong("merge_kernels", "multiplied place by place")
def merge_product(w1, w2):
    if w1.shape != w2.shape:
        raise ValueError("operands could not be broadcast together")
    return w1 * w2


@wrong("merge_kernels", "kernel flipped")
def merge_flipped(w1, w2):
    return merge_loops(w1, w2)[::-1, ::-1]


@wrong("merge_kernels", None)
def merge_halved(w1, w2):
    return merge_loops(w1, w2) / 2


# max_of_two -----------------------------------------------------------------------


def g(x):
    return np.maximum(x, 0)


@right("max_of_two", "half of the sum and half of the distance")
def larger_half(a, b):
    return (a + b) / 2 + (g(a - b) + g(b - a)) / 2


@right("max_of_two", "from a")
def larger_from_a(a, b):
    return a + g(b - a)


@right("max_of_two", "three maps, float32")
def larger_three(a, b):
    a, b = a.astype(np.float32), b.astype(np.float32)
    return g(a - b) + g(b) - g(-b)


@wrong("max_of_two", "the difference turned round")
def larger_turned(a, b):
    return b + g(b - a)


@wrong("max_of_two", "the lead without the number")
def larger_lead(a, b):
    return g(a - b)


@wrong("max_of_two", "minimum instead of maximum")
def larger_smaller(a, b):
    return a - g(a - b)


@wrong("max_of_two", "a negative number cut off")
def larger_cut(a, b):
    return g(b) + g(a - b)


@wrong("max_of_two", "cut before the difference")
def larger_early(a, b):
    return b + g(a) - g(b)


@wrong("max_of_two", "one maximum for many")
def larger_all(a, b):
    return np.max([a, b])


@wrong("max_of_two", None)
def larger_leaky(a, b):
    return b + np.maximum(a - b, 0.01 * (a - b))


# pool2d ---------------------------------------------------------------------------


@right("pool2d", "a window at a time")
def pool_windows(x, size, reduce, fill, *, stride=None, padding="valid"):
    view = windows(x, size, stride, padding, fill)
    y = np.zeros(view.shape[:4])
    for place in np.ndindex(*y.shape):
        y[place] = reduce(view[place])
    return y


@right("pool2d", "all windows in one call")
def pool_at_once(x, size, reduce, fill, *, stride=None, padding="valid"):
    return reduce(windows(x, size, stride, padding, fill), axis=(-2, -1))


@right("pool2d", "rows of results")
def pool_rows(x, size, reduce, fill, *, stride=None, padding="valid"):
    view = windows(x, size, stride, padding, fill)
    rows = [
        np.stack([reduce(view[:, i, j], (-2, -1)) for j in range(view.shape[2])], 1)
        for i in range(view.shape[1])
    ]
    return np.stack(rows, 1)


@wrong("pool2d", "fill ignored")
def pool_zeros(x, size, reduce, fill, *, stride=None, padding="valid"):
    return pool_at_once(x, size, reduce, 0.0, stride=stride, padding=padding)


@wrong("pool2d", "reduce ignored")
def pool_largest(x, size, reduce, fill, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, fill).max(axis=(-2, -1))


@wrong("pool2d", "padding ignored")
def pool_valid(x, size, reduce, fill, *, stride=None, padding="valid"):
    return pool_at_once(x, size, reduce, fill, stride=stride)


@wrong("pool2d", "stride 1 by default")
def pool_default(x, size, reduce, fill, *, stride=None, padding="valid"):
    return pool_at_once(x, size, reduce, fill, stride=stride or 1, padding=padding)


@wrong("pool2d", "windows never overlap")
def pool_apart(x, size, reduce, fill, *, stride=None, padding="valid"):
    return pool_at_once(x, size, reduce, fill, padding=padding)


@wrong("pool2d", "stride in the size only")
def pool_crawling(x, size, reduce, fill, *, stride=None, padding="valid"):
    h, w = windows(x, size, stride, padding, fill).shape[1:3]
    size, step = pair(size), pair(size if stride is None else stride)
    if padding == "same":
        around = [same(*each) for each in zip(x.shape[1:3], size, step, strict=True)]
        x = np.pad(x, ((0, 0), *around, (0, 0)), constant_values=fill)
    return pool_at_once(x, size, reduce, fill, stride=1)[:, :h, :w]


@wrong("pool2d", "one number for both directions")
def pool_square(x, size, reduce, fill, *, stride=None, padding="valid"):
    size = pair(size)[0]
    return pool_at_once(x, size, reduce, fill, stride=stride, padding=padding)


@wrong("pool2d", "height for width")
def pool_height(x, size, reduce, fill, *, stride=None, padding="valid"):
    y = pool_at_once(x, size, reduce, fill, stride=stride, padding=padding)
    wide = np.zeros((*y.shape[:2], y.shape[1], y.shape[3]))
    count = min(y.shape[1:3])
    wide[:, :, :count] = y[:, :, :count]
    return wide


@wrong("pool2d", "channels pooled together")
def pool_channels(x, size, reduce, fill, *, stride=None, padding="valid"):
    y = pool_at_once(x, size, reduce, fill, stride=stride, padding=padding)
    return np.repeat(reduce(y, axis=-1)[..., None], x.shape[-1], axis=-1)


@wrong("pool2d", None)
def pool_negated(x, size, reduce, fill, *, stride=None, padding="valid"):
    return -pool_at_once(-x, size, reduce, fill, stride=stride, padding=padding)


@wrong("pool2d", None)
def pool_half_filled(x, size, reduce, fill, *, stride=None, padding="valid"):
    return pool_at_once(x, size, reduce, fill + 1, padding=padding, stride=stride) + 1


# both_strokes ---------------------------------------------------------------------


def stroke_maps(pictures, *kernels):
    view = np.lib.stride_tricks.sliding_window_view(
        pictures, kernels[0].shape, axis=(1, 2)
    )
    return [(view * w).sum(axis=(-2, -1)) for w in kernels]


@right("both_strokes", "np.minimum")
def strokes_minimum(pictures, falling, rising):
    return np.minimum(*stroke_maps(pictures, falling, rising)).max(axis=(1, 2))


@right("both_strokes", "picture by picture, from the second map")
def strokes_loop(pictures, falling, rising):
    scores = []
    for picture in pictures:
        a, b = stroke_maps(picture[None], falling, rising)
        scores.append((b - g(b - a)).max())
    return np.array(scores)


@right("both_strokes", "the kernels' difference as a kernel")
def strokes_network(pictures, falling, rising):
    a, lead = stroke_maps(pictures, falling, falling - rising)
    return (a - g(lead)).max(axis=(1, 2))


@wrong("both_strokes", "each stroke at its own best place")
def strokes_apart(pictures, falling, rising):
    best = [m.max(axis=(1, 2)) for m in stroke_maps(pictures, falling, rising)]
    return np.minimum(*best)


@wrong("both_strokes", "the two added")
def strokes_added(pictures, falling, rising):
    return sum(stroke_maps(pictures, falling, rising)).max(axis=(1, 2))


@wrong("both_strokes", "maximum for minimum")
def strokes_larger(pictures, falling, rising):
    a, b = stroke_maps(pictures, falling, rising)
    return (b + g(a - b)).max(axis=(1, 2))


@wrong("both_strokes", "a negative number cut off")
def strokes_cut(pictures, falling, rising):
    a, b = stroke_maps(pictures, falling, rising)
    return (g(a) - g(a - b)).max(axis=(1, 2))


@wrong("both_strokes", "the channel's axis kept")
def strokes_axis(pictures, falling, rising):
    return strokes_minimum(pictures, falling, rising)[:, None]


@wrong("both_strokes", "mean of the map")
def strokes_mean(pictures, falling, rising):
    return np.minimum(*stroke_maps(pictures, falling, rising)).mean(axis=(1, 2))


@wrong("both_strokes", None)
def strokes_product(pictures, falling, rising):
    a, b = stroke_maps(pictures, falling, rising)
    return (a * b).max(axis=(1, 2))


# max_pool2d -----------------------------------------------------------------------


@right("max_pool2d", "sliding windows")
def max_windows(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, -np.inf).max(axis=(-2, -1))


@right("max_pool2d", "windows cut at the border")
def max_cut(x, size, *, stride=None, padding="valid"):
    (kh, kw), (n, h, w, c) = pair(size), x.shape
    sh, sw = (kh, kw) if stride is None else pair(stride)
    top = left = 0
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    if padding == "same":
        (top, _), (left, _) = same(h, kh, sh), same(w, kw, sw)
        h_out, w_out = -(-h // sh), -(-w // sw)
    y = np.zeros((n, h_out, w_out, c))
    for i in range(h_out):
        for j in range(w_out):
            a, b = i * sh - top, j * sw - left
            block = x[:, max(a, 0) : a + kh, max(b, 0) : b + kw]
            y[:, i, j] = block.max(axis=1).max(axis=1)
    return y


@right("max_pool2d", "rows first, then columns")
def max_two_steps(x, size, *, stride=None, padding="valid"):
    (kh, kw) = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    y = windows(x, (kh, 1), (sh, 1), padding, -np.inf).max(axis=(-2, -1))
    return windows(y, (1, kw), (1, sw), padding, -np.inf).max(axis=(-2, -1))


@right("max_pool2d", "maxima of shifted pictures, edge padding")
def max_shifts(x, size, *, stride=None, padding="valid"):
    (kh, kw) = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if padding == "same":
        around = same(x.shape[1], kh, sh), same(x.shape[2], kw, sw)
        x = np.pad(x, ((0, 0), *around, (0, 0)), mode="edge")
    h, w = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = None
    for p in range(kh):
        for q in range(kw):
            part = x[:, p : p + h * sh : sh, q : q + w * sw : sw][:, :h, :w]
            y = part.copy() if y is None else np.maximum(y, part)
    return y


@wrong("max_pool2d", "max pooling padded with 0")
def max_zeros(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, 0).max(axis=(-2, -1))


@wrong("max_pool2d", "maximum started at 0")
def max_from_zero(x, size, *, stride=None, padding="valid"):
    view = windows(x, size, stride, padding, -np.inf)
    y = np.zeros(view.shape[:4])
    for p in range(view.shape[4]):
        for q in range(view.shape[5]):
            y = np.where(view[..., p, q] > y, view[..., p, q], y)
    return y


@wrong("max_pool2d", "stride 1 by default")
def max_default(x, size, *, stride=None, padding="valid"):
    return max_windows(x, size, stride=stride or 1, padding=padding)


@wrong("max_pool2d", "windows never overlap")
def max_apart(x, size, *, stride=None, padding="valid"):
    return max_windows(x, size, padding=padding)


@wrong("max_pool2d", "padding ignored")
def max_valid(x, size, *, stride=None, padding="valid"):
    return max_windows(x, size, stride=stride)


@wrong("max_pool2d", "Keras `same` with the odd row on top")
def max_odd_on_top(x, size, *, stride=None, padding="valid"):
    def on_top(n, k, s):
        return same(n, k, s)[::-1]

    return windows(x, size, stride, padding, -np.inf, on_top).max(axis=(-2, -1))


@wrong("max_pool2d", "padding that ignores the stride")
def max_dense_padding(x, size, *, stride=None, padding="valid"):
    def dense(n, k, s):
        return same(n, k, 1)

    return windows(x, size, stride, padding, -np.inf, dense).max(axis=(-2, -1))


@wrong("max_pool2d", "one number for both directions")
def max_square(x, size, *, stride=None, padding="valid"):
    kh, _ = pair(size)
    return max_windows(x, kh, stride=stride, padding=padding)


@wrong("max_pool2d", "channels pooled together")
def max_channels(x, size, *, stride=None, padding="valid"):
    y = max_windows(x, size, stride=stride, padding=padding)
    return np.repeat(y.max(axis=-1, keepdims=True), x.shape[-1], axis=-1)


@wrong("max_pool2d", "mean instead of maximum")
def max_mean(x, size, *, stride=None, padding="valid"):
    return avg_windows(x, size, stride=stride, padding=padding)


@wrong("max_pool2d", "ceiling for floor")
def max_ceil(x, size, *, stride=None, padding="valid"):
    (kh, kw) = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if padding == "valid":
        down, along = -(x.shape[1] - kh) % sh, -(x.shape[2] - kw) % sw
        pads = ((0, 0), (0, down), (0, along), (0, 0))
        x = np.pad(x, pads, constant_values=-np.inf)
    return max_windows(x, size, stride=stride, padding=padding)


@wrong("max_pool2d", "last taps left out")
def max_short(x, size, *, stride=None, padding="valid"):
    view = windows(x, size, stride, padding, -np.inf)
    if view.shape[4] < 2 or view.shape[5] < 2:
        raise ValueError("zero-size array to reduction operation maximum")
    return view[..., :-1, :-1].max(axis=(-2, -1))


@wrong("max_pool2d", None)
def max_zeros_apart(x, size, *, stride=None, padding="valid"):
    return windows(x, size, None, padding, 0).max(axis=(-2, -1))


@wrong("max_pool2d", None)
def max_relu_of_mean(x, size, *, stride=None, padding="valid"):
    return np.maximum(avg_windows(x, size, stride=stride, padding=padding), 0)


@wrong("max_pool2d", None)
def max_second(x, size, *, stride=None, padding="valid"):
    view = windows(x, size, stride, padding, -np.inf)
    flat = np.sort(view.reshape(*view.shape[:4], -1), axis=-1)
    return flat[..., -2 if flat.shape[-1] > 1 else -1]


# avg_pool2d -----------------------------------------------------------------------


@right("avg_pool2d", "nanmean of sliding windows")
def avg_windows(x, size, *, stride=None, padding="valid"):
    return np.nanmean(windows(x, size, stride, padding, np.nan), axis=(-2, -1))


@right("avg_pool2d", "sum by count")
def avg_counted(x, size, *, stride=None, padding="valid"):
    total = windows(x, size, stride, padding, 0).sum(axis=(-2, -1))
    ones = np.ones((1, *x.shape[1:3], 1))
    return total / windows(ones, size, stride, padding, 0).sum(axis=(-2, -1))


@right("avg_pool2d", "windows cut at the border")
def avg_cut(x, size, *, stride=None, padding="valid"):
    (kh, kw), (n, h, w, c) = pair(size), x.shape
    sh, sw = (kh, kw) if stride is None else pair(stride)
    top = left = 0
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    if padding == "same":
        (top, _), (left, _) = same(h, kh, sh), same(w, kw, sw)
        h_out, w_out = -(-h // sh), -(-w // sw)
    y = np.zeros((n, h_out, w_out, c), dtype=np.float32)
    for i, j in np.ndindex(h_out, w_out):
        a, b = i * sh - top, j * sw - left
        y[:, i, j] = x[:, max(a, 0) : a + kh, max(b, 0) : b + kw].mean(axis=(1, 2))
    return y


@wrong("avg_pool2d", "average counts the padding")
def avg_padded(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, 0).mean(axis=(-2, -1))


@wrong("avg_pool2d", "sum instead of mean")
def avg_sum(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, 0).sum(axis=(-2, -1))


@wrong("avg_pool2d", "divided by one side of the window")
def avg_one_side(x, size, *, stride=None, padding="valid"):
    total = windows(x, size, stride, padding, 0).sum(axis=(-2, -1))
    return total / pair(size)[0]


@wrong("avg_pool2d", "maximum instead of mean")
def avg_max(x, size, *, stride=None, padding="valid"):
    return max_windows(x, size, stride=stride, padding=padding)


@wrong("avg_pool2d", "NaN goes through")
def avg_nan(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, np.nan).mean(axis=(-2, -1))


@wrong("avg_pool2d", "minus infinity goes through")
def avg_infinite(x, size, *, stride=None, padding="valid"):
    return windows(x, size, stride, padding, -np.inf).mean(axis=(-2, -1))


@wrong("avg_pool2d", "edge padding instead of zeros")
def avg_edge(x, size, *, stride=None, padding="valid"):
    (kh, kw) = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if padding == "same":
        around = same(x.shape[1], kh, sh), same(x.shape[2], kw, sw)
        x = np.pad(x, ((0, 0), *around, (0, 0)), mode="edge")
    return avg_windows(x, size, stride=stride)


@wrong("avg_pool2d", "strides of rows and columns swapped")
def avg_swapped(x, size, *, stride=None, padding="valid"):
    step = None if stride is None else pair(stride)[::-1]
    return avg_windows(x, size, stride=step, padding=padding)


@wrong("avg_pool2d", "windows never overlap")
def avg_apart(x, size, *, stride=None, padding="valid"):
    return avg_windows(x, size, padding=padding)


@wrong("avg_pool2d", None)
def avg_padded_apart(x, size, *, stride=None, padding="valid"):
    return windows(x, size, None, padding, 0).mean(axis=(-2, -1))


@wrong("avg_pool2d", None)
def avg_median(x, size, *, stride=None, padding="valid"):
    return np.nanmedian(windows(x, size, stride, padding, np.nan), axis=(-2, -1))


# l2_pool2d ------------------------------------------------------------------------


@right("l2_pool2d", "sliding windows")
def l2_windows(x, size, *, stride=None, padding="valid"):
    return np.sqrt((windows(x, size, stride, padding, 0) ** 2).sum(axis=(-2, -1)))


@right("l2_pool2d", "np.linalg.norm")
def l2_norm(x, size, *, stride=None, padding="valid"):
    return np.linalg.norm(windows(x, size, stride, padding, 0), axis=(-2, -1))


@right("l2_pool2d", "squares as float32")
def l2_float32(x, size, *, stride=None, padding="valid"):
    squares = np.square(x, dtype=np.float32)
    return np.sqrt(windows(squares, size, stride, padding, 0).sum(axis=(-2, -1)))


@wrong("l2_pool2d", "L2 without the root")
def l2_no_root(x, size, *, stride=None, padding="valid"):
    return (windows(x, size, stride, padding, 0) ** 2).sum(axis=(-2, -1))


@wrong("l2_pool2d", "L2 with a mean")
def l2_mean(x, size, *, stride=None, padding="valid"):
    return np.sqrt((windows(x, size, stride, padding, 0) ** 2).mean(axis=(-2, -1)))


@wrong("l2_pool2d", "L2 with a mean")
def l2_nanmean(x, size, *, stride=None, padding="valid"):
    squares = windows(x, size, stride, padding, np.nan) ** 2
    return np.sqrt(np.nanmean(squares, axis=(-2, -1)))


@wrong("l2_pool2d", "minus infinity goes through")
def l2_infinite(x, size, *, stride=None, padding="valid"):
    return np.linalg.norm(windows(x, size, stride, padding, -np.inf), axis=(-2, -1))


@wrong("l2_pool2d", "NaN goes through")
def l2_nan(x, size, *, stride=None, padding="valid"):
    return np.linalg.norm(windows(x, size, stride, padding, np.nan), axis=(-2, -1))


@wrong("l2_pool2d", "absolute values added")
def l2_l1(x, size, *, stride=None, padding="valid"):
    return np.abs(windows(x, size, stride, padding, 0)).sum(axis=(-2, -1))


@wrong("l2_pool2d", "added before squaring")
def l2_square_of_sum(x, size, *, stride=None, padding="valid"):
    return np.sqrt(windows(x, size, stride, padding, 0).sum(axis=(-2, -1)) ** 2)


@wrong("l2_pool2d", "stride 1 by default")
def l2_default(x, size, *, stride=None, padding="valid"):
    return l2_windows(x, size, stride=stride or 1, padding=padding)


@wrong("l2_pool2d", None)
def l2_mean_no_root(x, size, *, stride=None, padding="valid"):
    return (windows(x, size, stride, padding, 0) ** 2).mean(axis=(-2, -1))


@wrong("l2_pool2d", None)
def l2_root_of_sum(x, size, *, stride=None, padding="valid"):
    return np.sqrt(np.maximum(windows(x, size, stride, padding, 0).sum((-2, -1)), 0))


# global_pool2d --------------------------------------------------------------------


@right("global_pool2d", "two axes")
def global_axes(x, kind):
    return x.max(axis=(1, 2)) if kind == "max" else x.mean(axis=(1, 2))


@right("global_pool2d", "rows of pixels")
def global_rows(x, kind):
    pixels = x.reshape(len(x), -1, x.shape[-1])
    return pixels.sum(axis=1) / pixels.shape[1] if kind != "max" else pixels.max(axis=1)


@right("global_pool2d", "loops")
def global_loops(x, kind):
    pool = max if kind == "max" else (lambda values: sum(values) / len(values))
    return np.array(
        [
            [pool(list(picture[..., c].ravel())) for c in range(x.shape[-1])]
            for picture in x
        ]
    )


@wrong("global_pool2d", "kind ignored")
def global_always_mean(x, kind):
    return x.mean(axis=(1, 2))


@wrong("global_pool2d", "axes of one kept")
def global_kept(x, kind):
    return (np.max if kind == "max" else np.mean)(x, axis=(1, 2), keepdims=True)


@wrong("global_pool2d", "examples pooled together")
def global_batch(x, kind):
    return (np.max if kind == "max" else np.mean)(x, axis=(0, 1, 2))


@wrong("global_pool2d", "rows taken for channels")
def global_first(x, kind):
    return (np.max if kind == "max" else np.mean)(x, axis=(2, 3))


@wrong("global_pool2d", "everything in one number")
def global_all(x, kind):
    return (np.max if kind == "max" else np.mean)(x)


@wrong("global_pool2d", "kinds exchanged")
def global_exchanged(x, kind):
    return (np.mean if kind == "max" else np.max)(x, axis=(1, 2))


@wrong("global_pool2d", None)
def global_median(x, kind):
    return x.max(axis=(1, 2)) if kind == "max" else np.median(x, axis=(1, 2)) + 0.01


@wrong("global_pool2d", None)
def global_half_written(x, kind):
    if kind == "max":
        return x.max(axis=(1, 2))


# average_kernel -------------------------------------------------------------------


@right("average_kernel", "identity")
def kernel_eye(size, channels):
    kh, kw = pair(size)
    return np.ones((kh, kw, 1, 1)) * np.eye(channels) / (kh * kw)


@right("average_kernel", "einsum")
def kernel_einsum(size, channels):
    kh, kw = pair(size)
    flat = np.full((kh, kw), 1 / (kh * kw))
    return np.einsum("pq,cf->pqcf", flat, np.eye(channels))


@right("average_kernel", "four loops, float32")
def kernel_loops(size, channels):
    kh, kw = pair(size)
    w = np.zeros((kh, kw, channels, channels), dtype=np.float32)
    for p, q, c in np.ndindex(kh, kw, channels):
        w[p, q, c, c] = 1 / kh / kw
    return w


@wrong("average_kernel", "all channels averaged together")
def kernel_full(size, channels):
    kh, kw = pair(size)
    return np.full((kh, kw, channels, channels), 1 / (kh * kw))


@wrong("average_kernel", "mean over the channels as well")
def kernel_mean(size, channels):
    kh, kw = pair(size)
    return np.full((kh, kw, channels, channels), 1 / (kh * kw * channels))


@wrong("average_kernel", "a depthwise kernel")
def kernel_depthwise(size, channels):
    kh, kw = pair(size)
    return np.full((kh, kw, channels, 1), 1 / (kh * kw))


@wrong("average_kernel", "sum instead of mean")
def kernel_ones(size, channels):
    return np.ones((*pair(size), 1, 1)) * np.eye(channels)


@wrong("average_kernel", "one number for both directions")
def kernel_square(size, channels):
    return kernel_eye(pair(size)[0], channels)


@wrong("average_kernel", None)
def kernel_ones_full(size, channels):
    return np.ones((*pair(size), channels, channels))


# break_pooling --------------------------------------------------------------------

EXPOSED = {
    "zeros": ([[-1]], 2, {"padding": "same"}),
    "counted": ([[1]], 2, {"padding": "same"}),
    "apart": ([[1, 2, 3]], (1, 2), {"stride": 1}),
    "tall": ([[1, 2]], (1, 2), {}),
}
right_value("break_pooling", EXPOSED, "one pixel where one is enough")
right_value(
    "break_pooling",
    {
        "zeros": (np.array([[-2.0, -1.0]]), (1, 2), {"stride": 1, "padding": "same"}),
        "counted": (np.array([[3.0], [1.0], [2.0]]), (2, 1), {"padding": "same"}),
        "apart": (np.array([[3.0], [1.0], [2.0]]), (2, 1), {"stride": (1, 1)}),
        "tall": (np.array([[3.0, 1.0]]), (2, 1), {"padding": "same"}),
    },
    "columns",
)
right_value(
    "break_pooling",
    {name: list(entry) for name, entry in EXPOSED.items()},
    "lists for tuples",
)
wrong_value(
    "break_pooling",
    {**EXPOSED, "zeros": ([[-1]], 1, {})},
    "every window stays inside",
)
wrong_value(
    "break_pooling",
    {**EXPOSED, "zeros": ([[1]], 2, {"padding": "same"})},
    "a border that hides zeros",
)
wrong_value(
    "break_pooling",
    {**EXPOSED, "apart": ([[1, 2, 3]], (1, 2), {})},
    "the stride is the window's size",
)
wrong_value("break_pooling", {**EXPOSED, "tall": ([[1]], 1, {})}, "a square window")
wrong_value("break_pooling", {**EXPOSED, "tall": ([[1, 2, 3, 4]], (1, 2), {})})
wrong_value("break_pooling", {**EXPOSED, "counted": "same"})


# predictions ----------------------------------------------------------------------

wrong_value("relu_of_a_sum", (5, 1), "absolute value for ReLU")
right_value("relu_of_a_sum", [2, 0])
wrong_value("merged_pair", (3, 2), "multiplied place by place")
right_value("merged_pair", np.array([3, 7, 2]))
wrong_value("max_stride_1", [[8, 4], [7, 5]], "windows never overlap")
right_value("max_stride_1", np.array([[8, 8, 4], [8, 8, 5], [7, 6, 5]]))
wrong_value("border_mean", (3, 4.5), "average counts the padding")
wrong_value("border_mean", (2, 6.5), "Keras `same` with the odd row on top")
right_value("border_mean", [3, 9])
wrong_value("padded_max", (-1, 0), "max pooling padded with 0")
wrong_value("padded_max", (-1,), "padding ignored")
right_value("padded_max", [-1, -3])
wrong_value("moved_edges", "a")
right_value("moved_edges", "C")
wrong_value("add_or_both", "both")
right_value("add_or_both", " smaller")
wrong_value("keeps_most", "spectral")
right_value("keeps_most", "Mean")
wrong_value("global_shape", (8, 1, 1, 64), "axes of one kept")
right_value("global_shape", [8, 64])
wrong_value("average_weights", (36, 36), "all channels averaged together")
right_value("average_weights", [36, 12])
