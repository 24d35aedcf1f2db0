"""Wrong and right answers to lesson 02."""

import math

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value

# output_size ----------------------------------------------------------------------


@right("output_size", "formula")
def size_formula(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


@right("output_size", "counting the starts")
def size_counted(n, k, *, stride=1, padding=0, dilation=1):
    last = n + 2 * padding - (dilation * (k - 1) + 1)
    return len(range(0, last + 1, stride))


@right("output_size", "walking")
def size_walked(n, k, *, stride=1, padding=0, dilation=1):
    start, count = -padding, 0
    while start + dilation * (k - 1) < n + padding:
        start, count = start + stride, count + 1
    return count


@wrong("output_size", "one stop too few")
def size_no_one(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride


@wrong("output_size", "padding on one side only")
def size_one_side(n, k, *, stride=1, padding=0, dilation=1):
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


@wrong("output_size", "dilation ignored")
def size_no_dilation(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k) // stride + 1


@wrong("output_size", "dilation off by one")
def size_dk(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * k) // stride + 1


@wrong("output_size", "ceiling for floor")
def size_ceil(n, k, *, stride=1, padding=0, dilation=1):
    return math.ceil((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1


@wrong("output_size", None)
def size_float(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1


@wrong("output_size", None)
def size_two_mistakes(n, k, *, stride=1, padding=0, dilation=1):
    return (n + padding - k) // stride + 1


# conv1d ---------------------------------------------------------------------------


@right("conv1d", "slices")
def conv1d_slices(x, w, b=0.0, *, stride=1):
    y = np.zeros((len(x) - len(w)) // stride + 1)
    for i in range(len(y)):
        y[i] = b + np.sum(w * x[i * stride : i * stride + len(w)])
    return y


@right("conv1d", "two loops")
def conv1d_loops(x, w, b=0.0, *, stride=1):
    stops = (x.size - w.size) // stride + 1
    result = np.full(stops, b, dtype=x.dtype)
    for i in range(stops):
        for p in range(w.size):
            result[i] += w[p] * x[i * stride + p]
    return result


@right("conv1d", "sliding_window_view")
def conv1d_windows(x, w, b=0.0, *, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, len(w))[::stride]
    return windows @ w + b


@right("conv1d", "float32 inside")
def conv1d_float32(x, w, b=0.0, *, stride=1):
    x, w = x.astype(np.float32), w.astype(np.float32)
    starts = range(0, len(x) - len(w) + 1, stride)
    return np.array([b + (x[s : s + len(w)] * w).sum() for s in starts], np.float32)


@wrong("conv1d", "kernel flipped")
def conv1d_flipped(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w[::-1], b, stride=stride)


@wrong("conv1d", "mean instead of sum")
def conv1d_mean(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w / len(w), b, stride=stride)


@wrong("conv1d", "bias forgotten")
def conv1d_no_bias(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w, stride=stride)


@wrong("conv1d", "bias added per tap")
def conv1d_bias_inside(x, w, b=0.0, *, stride=1):
    y = np.zeros((len(x) - len(w)) // stride + 1)
    for i in range(len(y)):
        y[i] = np.sum(w * x[i * stride : i * stride + len(w)] + b)
    return y


@wrong("conv1d", "stride ignored")
def conv1d_no_stride(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w, b)


@wrong("conv1d", "stride in the size only")
def conv1d_small_steps(x, w, b=0.0, *, stride=1):
    y = np.zeros((len(x) - len(w)) // stride + 1)
    for i in range(len(y)):
        y[i] = b + np.sum(w * x[i : i + len(w)])
    return y


@wrong("conv1d", "one stop too few")
def conv1d_short(x, w, b=0.0, *, stride=1):
    y = np.zeros((len(x) - len(w)) // stride)
    for i in range(len(y)):
        y[i] = b + np.sum(w * x[i * stride : i * stride + len(w)])
    return y


@wrong("conv1d", "input height for output height")
def conv1d_long(x, w, b=0.0, *, stride=1):
    y = np.zeros(len(x))
    for i in range((len(x) - len(w)) // stride + 1):
        y[i] = b + np.sum(w * x[i * stride : i * stride + len(w)])
    return y


@wrong("conv1d", None)
def conv1d_two_mistakes(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w[::-1], stride=stride)


@wrong("conv1d", None)
def conv1d_abs(x, w, b=0.0, *, stride=1):
    return np.abs(conv1d_slices(x, w, b, stride=stride))


@wrong("conv1d", None)
def conv1d_in_place(x, w, b=0.0, *, stride=1):
    y = conv1d_slices(x, w, b, stride=stride)
    x += 1
    return y


@wrong("conv1d", None)
def conv1d_list(x, w, b=0.0, *, stride=1):
    return list(conv1d_slices(x, w, b, stride=stride))


# conv1d_plain ---------------------------------------------------------------------


@right("conv1d_plain", "slices")
def bare_slices(x, w, b=0.0):
    return conv1d_slices(x, w, b)


@right("conv1d_plain", "one product per weight")
def bare_shifts(x, w, b=0.0):
    stops = len(x) - len(w) + 1
    return b + sum(w[p] * x[p : p + stops] for p in range(len(w)))


@right("conv1d_plain", "a list of sums")
def bare_list(x, w, b=0.0):
    stops = range(len(x) - len(w) + 1)
    return np.array([b + np.dot(x[i : i + len(w)], w) for i in stops], dtype=x.dtype)


@wrong("conv1d_plain", "kernel flipped")
def bare_flipped(x, w, b=0.0):
    return conv1d_slices(x, w[::-1], b)


@wrong("conv1d_plain", "mean instead of sum")
def bare_mean(x, w, b=0.0):
    return conv1d_slices(x, w / len(w), b)


@wrong("conv1d_plain", "bias forgotten")
def bare_no_bias(x, w, b=0.0):
    return conv1d_slices(x, w)


@wrong("conv1d_plain", "bias added per tap")
def bare_bias_inside(x, w, b=0.0):
    return np.array(
        [np.sum(w * x[i : i + len(w)] + b) for i in range(len(x) - len(w) + 1)]
    )


@wrong("conv1d_plain", "one stop too few")
def bare_short(x, w, b=0.0):
    return conv1d_slices(x, w, b)[:-1]


@wrong("conv1d_plain", "last taps left out")
def bare_last_weight(x, w, b=0.0):
    y = np.zeros(len(x) - len(w) + 1)
    for i in range(len(y)):
        y[i] = b + sum(w[p] * x[i + p] for p in range(len(w) - 1))
    return y


@wrong("conv1d_plain", "only the last product")
def bare_assigned(x, w, b=0.0):
    y = np.zeros(len(x) - len(w) + 1)
    for i in range(len(y)):
        for p in range(len(w)):
            y[i] = b + w[p] * x[i + p]
    return y


@wrong("conv1d_plain", None)
def bare_bias_in_the_first(x, w, b=0.0):
    y = conv1d_slices(x, w)
    y[0] += b
    return y


# true_conv1d ----------------------------------------------------------------------


@right("true_conv1d", "reversed slices")
def true_slices(x, w):
    return conv1d_slices(x, w[::-1])


@right("true_conv1d", "counting down")
def true_down(x, w):
    k = len(w)
    y = np.zeros(len(x) - k + 1)
    for i in range(len(y)):
        for p in range(k):
            y[i] += w[k - 1 - p] * x[i + p]
    return y


@right("true_conv1d", "matrix")
def true_matrix(x, w):
    stops = len(x) - len(w) + 1
    matrix = np.zeros((stops, len(x)))
    for i in range(stops):
        matrix[i, i : i + len(w)] = w[::-1]
    return matrix @ x


@wrong("true_conv1d", "kernel not flipped")
def true_not_flipped(x, w):
    return conv1d_slices(x, w)


@wrong("true_conv1d", "the result flipped")
def true_result_flipped(x, w):
    return conv1d_slices(x, w[::-1])[::-1]


@wrong("true_conv1d", "the kernel hangs over the ends")
def true_full(x, w):
    wide = np.pad(x, len(w) - 1)
    return conv1d_slices(wide, w[::-1])


# conv1d_channels ------------------------------------------------------------------


@right("conv1d_channels", "one signal per channel")
def series_sum(x, w, b=0.0):
    return b + sum(conv1d_slices(x[:, c], w[:, c]) for c in range(x.shape[1]))


@right("conv1d_channels", "windows of both axes")
def series_windows(x, w, b=0.0):
    stops = len(x) - len(w) + 1
    return np.array([np.sum(w * x[i : i + len(w)]) + b for i in range(stops)])


@right("conv1d_channels", "one product per tap and channel")
def series_taps(x, w, b=0.0):
    y = np.full(len(x) - len(w) + 1, b, dtype=x.dtype)
    for p in range(w.shape[0]):
        for c in range(w.shape[1]):
            y += w[p, c] * x[p : p + len(y), c]
    return y


@wrong("conv1d_channels", "bias added per channel")
def series_bias_often(x, w, b=0.0):
    return sum(conv1d_slices(x[:, c], w[:, c], b) for c in range(x.shape[1]))


@wrong("conv1d_channels", "bias forgotten")
def series_no_bias(x, w, b=0.0):
    return series_sum(x, w)


@wrong("conv1d_channels", "only the first channel")
def series_first(x, w, b=0.0):
    return conv1d_slices(x[:, 0], w[:, 0], b)


@wrong("conv1d_channels", "channels averaged")
def series_mean(x, w, b=0.0):
    return series_sum(x, w) / x.shape[1] + b


@wrong("conv1d_channels", "the first kernel for every channel")
def series_one_kernel(x, w, b=0.0):
    return b + sum(conv1d_slices(x[:, c], w[:, 0]) for c in range(x.shape[1]))


@wrong("conv1d_channels", "kernel flipped")
def series_flipped(x, w, b=0.0):
    return series_sum(x, w[::-1], b)


@wrong("conv1d_channels", None)
def series_maps(x, w, b=0.0):
    maps = [conv1d_slices(x[:, c], w[:, c], b) for c in range(x.shape[1])]
    return np.stack(maps, axis=-1)


# conv2d_plain, conv2d_strided, conv2d -----------------------------------------------


def pair(v):
    return v if isinstance(v, tuple) else (v, v)


def reference(x, w, b=0.0, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((ph, ph), (pw, pw)))
    kh, kw = w.shape
    h = (x.shape[0] - dh * (kh - 1) - 1) // sh + 1
    wide = (x.shape[1] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h, wide))
    for i in range(h):
        for j in range(wide):
            rows = slice(i * sh, i * sh + dh * (kh - 1) + 1, dh)
            columns = slice(j * sw, j * sw + dw * (kw - 1) + 1, dw)
            y[i, j] = np.sum(x[rows, columns] * w) + b
    return y


@right("conv2d_plain", "slices")
def plain_slices(x, w, b=0.0):
    return reference(x, w, b)


@right("conv2d_plain", "shifted pictures")
def plain_shifts(x, w, b=0.0):
    h, wide = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    return b + sum(
        w[p, q] * x[p : p + h, q : q + wide]
        for p in range(w.shape[0])
        for q in range(w.shape[1])
    )


@right("conv2d_plain", "einsum")
def plain_einsum(x, w, b=0.0):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.einsum("ijpq,pq->ij", windows, w) + b


@wrong("conv2d_plain", "kernel flipped")
def plain_flipped(x, w, b=0.0):
    return reference(x, w[::-1, ::-1], b)


@wrong("conv2d_plain", "kernel transposed")
def plain_transposed(x, w, b=0.0):
    return reference(x, w.T, b)


@wrong("conv2d_plain", "rows and columns swapped")
def plain_swapped(x, w, b=0.0):
    return reference(x, w, b).T


@wrong("conv2d_plain", "kernel flipped upside down")
def plain_half_flipped(x, w, b=0.0):
    return reference(x, w[::-1], b)


@wrong("conv2d_plain", "bias added per tap")
def plain_bias_inside(x, w, b=0.0):
    return reference(x, w, b * w.size)


@wrong("conv2d_plain", "mean instead of sum")
def plain_mean(x, w, b=0.0):
    return reference(x, w / w.size, b)


@wrong("conv2d_plain", "last taps left out")
def plain_no_last_row(x, w, b=0.0):
    w = w.copy()
    w[-1] = 0
    return reference(x, w, b)


@wrong("conv2d_plain", None)
def plain_int(x, w, b=0.0):
    return reference(x, w, b).astype(int)


@right("conv2d_strided", "slices")
def strided_slices(x, w, b=0.0, *, stride=1):
    return reference(x, w, b, stride)


@right("conv2d_strided", "every s-th of the dense map")
def strided_sampled(x, w, b=0.0, *, stride=1):
    sh, sw = pair(stride)
    return plain_einsum(x, w, b)[::sh, ::sw]


@right("conv2d_strided", "four loops")
def strided_loops(x, w, b=0.0, *, stride=1):
    sh, sw = pair(stride)
    rows = range(0, x.shape[0] - w.shape[0] + 1, sh)
    columns = range(0, x.shape[1] - w.shape[1] + 1, sw)
    y = np.full((len(rows), len(columns)), float(b))
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            for p in range(w.shape[0]):
                for q in range(w.shape[1]):
                    y[i, j] += w[p, q] * x[top + p, left + q]
    return y


@wrong("conv2d_strided", "stride ignored")
def strided_dense(x, w, b=0.0, *, stride=1):
    return reference(x, w, b)


@wrong("conv2d_strided", "strides of rows and columns swapped")
def strided_swapped(x, w, b=0.0, *, stride=1):
    return reference(x, w, b, pair(stride)[::-1])


@wrong("conv2d_strided", "stride in the size only")
def strided_small_steps(x, w, b=0.0, *, stride=1):
    h, wide = reference(x, w, b, stride).shape
    return reference(x, w, b)[:h, :wide]


@wrong("conv2d_strided", "stride applied twice")
def strided_twice(x, w, b=0.0, *, stride=1):
    sh, sw = pair(stride)
    return reference(x, w, b, stride)[::sh, ::sw]


@wrong("conv2d_strided", "a setting in one direction only")
def strided_rows_only(x, w, b=0.0, *, stride=1):
    return reference(x, w, b, (pair(stride)[0], 1))


@wrong("conv2d_strided", None)
def strided_flipped_and_swapped(x, w, b=0.0, *, stride=1):
    return reference(x, w[::-1, ::-1], b, pair(stride)[::-1])


@right("conv2d", "slices")
def conv2d_slices(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, padding, dilation)


@right("conv2d", "shifted pictures")
def conv2d_shifts(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    h, wide = reference(x, w, b, stride, padding, dilation).shape
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((ph, ph), (pw, pw)))
    y = np.full((h, wide), b, dtype=x.dtype)
    for p in range(w.shape[0]):
        for q in range(w.shape[1]):
            top, left = p * dh, q * dw
            y += w[p, q] * x[top : top + h * sh : sh, left : left + wide * sw : sw]
    return y


@right("conv2d", "im2col with index arrays")
def conv2d_im2col(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    h, wide = reference(x, w, b, stride, padding, dilation).shape
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((ph, ph), (pw, pw)))
    rows = np.arange(h)[:, None] * sh + np.arange(w.shape[0]) * dh
    columns = np.arange(wide)[:, None] * sw + np.arange(w.shape[1]) * dw
    patches = x[rows[:, None, :, None], columns[None, :, None, :]]
    return (patches.reshape(h * wide, -1) @ w.ravel()).reshape(h, wide) + b


@right("conv2d", "sliding_window_view")
def conv2d_windows(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((ph, ph), (pw, pw)))
    span = tuple(d * (k - 1) + 1 for d, k in zip((dh, dw), w.shape, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(x, span)
    return np.einsum("ijpq,pq->ij", windows[::sh, ::sw, ::dh, ::dw], w) + b


@wrong("conv2d", "kernel flipped")
def conv2d_flipped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w[::-1, ::-1], b, stride, padding, dilation)


@wrong("conv2d", "padding on one side only")
def conv2d_padding_before(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    ph, pw = pair(padding)
    return reference(np.pad(x, ((ph, 0), (pw, 0))), w, b, stride, 0, dilation)


@wrong("conv2d", "edge padding instead of zeros")
def conv2d_edge(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    ph, pw = pair(padding)
    padded = np.pad(x, ((ph, ph), (pw, pw)), mode="edge")
    return reference(padded, w, b, stride, 0, dilation)


@wrong("conv2d", "padding ignored")
def conv2d_no_padding(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, 0, dilation)


@wrong("conv2d", "padding of rows and columns swapped")
def conv2d_padding_swapped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, pair(padding)[::-1], dilation)


@wrong("conv2d", "dilation ignored")
def conv2d_no_dilation(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, padding)


@wrong("conv2d", "dilation in the output size but not in the taps")
def conv2d_close_taps(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    h, wide = reference(x, w, b, stride, padding, dilation).shape
    return reference(x, w, b, stride, padding)[:h, :wide]


@wrong("conv2d", "dilation off by one")
def conv2d_dk(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    h = max((x.shape[0] + 2 * ph - dh * w.shape[0]) // sh + 1, 0)
    wide = max((x.shape[1] + 2 * pw - dw * w.shape[1]) // sw + 1, 0)
    return reference(x, w, b, stride, padding, dilation)[:h, :wide]


@wrong("conv2d", "height for width")
def conv2d_square(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    right_one = reference(x, w, b, stride, padding, dilation)
    h = len(right_one)
    y = np.zeros((h, h))
    common = min(h, right_one.shape[1])
    y[:, :common] = right_one[:, :common]
    return y


@wrong("conv2d", None)
def conv2d_padding_after_conv(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    ph, pw = pair(padding)
    return np.pad(reference(x, w, b, stride, 0, dilation), ((ph, ph), (pw, pw)))


@wrong("conv2d", None)
def conv2d_padded_with_bias(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    ph, pw = pair(padding)
    padded = np.pad(x, ((ph, ph), (pw, pw)), constant_values=b)
    return reference(padded, w, b, stride, 0, dilation)


@wrong("conv2d", None)
def conv2d_three_mistakes(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w[::-1, ::-1], 0.0, pair(stride)[::-1], padding)


# pad2d and same_padding -------------------------------------------------------------


@right("pad2d", "np.pad")
def pad_numpy(x, padding=1):
    ph, pw = pair(padding)
    return np.pad(x, ((ph, ph), (pw, pw)))


@right("pad2d", "a larger array")
def pad_copy(x, padding=1):
    ph, pw = pair(padding)
    out = np.zeros((x.shape[0] + 2 * ph, x.shape[1] + 2 * pw), dtype=x.dtype)
    out[ph : ph + x.shape[0], pw : pw + x.shape[1]] = x
    return out


@right("pad2d", "stacked strips")
def pad_strips(x, padding=1):
    ph, pw = pair(padding)
    side = np.zeros((x.shape[0], pw))
    middle = np.hstack([side, x, side])
    strip = np.zeros((ph, middle.shape[1]))
    return np.vstack([strip, middle, strip])


@wrong("pad2d", "padding on one side only")
def pad_after(x, padding=1):
    ph, pw = pair(padding)
    return np.pad(x, ((0, ph), (0, pw)))


@wrong("pad2d", "padding of rows and columns swapped")
def pad_swapped(x, padding=1):
    return pad_numpy(x, pair(padding)[::-1])


@wrong("pad2d", "edge padding instead of zeros")
def pad_edge(x, padding=1):
    ph, pw = pair(padding)
    return np.pad(x, ((ph, ph), (pw, pw)), mode="edge")


@wrong("pad2d", "one number for both directions")
def pad_rows_twice(x, padding=1):
    ph, _ = pair(padding)
    return np.pad(x, ((ph, ph), (ph, ph)))


@wrong("pad2d", None)
def pad_crop_at_zero(x, padding=1):
    ph, pw = pair(padding)
    out = np.zeros((x.shape[0] + 2 * ph, x.shape[1] + 2 * pw))
    inside = out[ph:-ph, pw:-pw] if ph and pw else out[0:0, 0:0]
    if inside.size:
        inside[:] = x
    return out


def same_total(n, k, stride, dilation):
    stops = -(-n // stride)
    return max((stops - 1) * stride + dilation * (k - 1) + 1 - n, 0)


@right("same_padding", "formula")
def same_formula(n, k, *, stride=1, dilation=1):
    total = same_total(n, k, stride, dilation)
    return total // 2, total - total // 2


@right("same_padding", "math.ceil")
def same_ceil(n, k, *, stride=1, dilation=1):
    span = (k - 1) * dilation + 1
    total = max(0, (math.ceil(n / stride) - 1) * stride + span - n)
    return (math.floor(total / 2), math.ceil(total / 2))


@right("same_padding", "growing until it fits")
def same_grown(n, k, *, stride=1, dilation=1):
    span, before, after = (k - 1) * dilation + 1, 0, 0
    stops = (n + stride - 1) // stride
    while (stops - 1) * stride + span > n + before + after:
        if after > before:
            before += 1
        else:
            after += 1
    return before, after


@wrong("same_padding", "Keras `same` with the odd row on top")
def same_top(n, k, *, stride=1, dilation=1):
    return same_formula(n, k, stride=stride, dilation=dilation)[::-1]


@wrong("same_padding", "stride ignored")
def same_no_stride(n, k, *, stride=1, dilation=1):
    return same_formula(n, k, dilation=dilation)


@wrong("same_padding", "the odd row dropped")
def same_even(n, k, *, stride=1, dilation=1):
    half = same_total(n, k, stride, dilation) // 2
    return half, half


@wrong("same_padding", None)
def same_half_kernel(n, k, *, stride=1, dilation=1):
    return k // 2, k // 2 + stride


# break_conv2d and the predictions -----------------------------------------------------

ALONE = {
    "turned": ([[1, 2]], [[1, 0]], {}),
    "crawls": ([[1, 2, 3]], [[1]], {"stride": 2}),
    "leans": ([[1]], [[1]], {"padding": 1}),
    "cramped": ([[1, 2, 4]], [[1, 1]], {"dilation": 2}),
}

right_value("break_conv2d", ALONE, "the smallest ones")
right_value(
    "break_conv2d",
    {
        "turned": (np.eye(4), np.array([[1.0, 0.0], [2.0, 0.5]])),
        "crawls": (np.arange(25.0).reshape(5, 5), np.ones((2, 2)), {"stride": (1, 2)}),
        "leans": (np.arange(6.0).reshape(2, 3), np.ones((3, 3)), {"padding": (1, 0)}),
        "cramped": (
            np.arange(30.0).reshape(5, 6) ** 2,
            np.array([[1.0, 2.0, 1.0]]),
            {"dilation": (1, 2), "stride": 1, "padding": 0},
        ),
    },
    "arrays and pairs",
)
right_value(
    "break_conv2d",
    {
        "turned": [[[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 2], [3, 4]]],
        "crawls": [[[5], [6], [7]], [[2]], {"stride": [2, 1]}],
        "leans": [[[1, 2], [3, 4]], [[1, 0, 1], [0, 1, 0], [1, 0, 1]], {"padding": 2}],
        "cramped": [[[1], [2], [4], [8]], [[1], [1]], {"dilation": 3}],
    },
    "lists",
)

AT_ONCE = (
    np.random.default_rng(2).normal(size=(8, 8)).round(2).tolist(),
    [[1, 2], [3, 5]],
    {"stride": 2, "padding": 1, "dilation": 2},
)
wrong_value(
    "break_conv2d", dict.fromkeys(ALONE, AT_ONCE), "several mistakes exposed at once"
)
wrong_value(
    "break_conv2d",
    {**ALONE, "turned": ([[1, 2, 3]], [[1, 5, 1]])},
    "a kernel that is the same when turned",
)
wrong_value(
    "break_conv2d",
    {**ALONE, "leans": ([[1, 2], [3, 4]], [[1]], {"stride": 2})},
    "the setting is off",
)
ONES = np.ones((7, 7)).tolist(), np.ones((3, 3)).tolist()
wrong_value("break_conv2d", {**ALONE, "crawls": (*ONES, {"stride": 2})})
wrong_value("break_conv2d", {**ALONE, "cramped": (*ONES, {"dilation": 2})})
wrong_value("break_conv2d", {**ALONE, "turned": (np.ones((9, 9)), [[1, 0]])})
wrong_value("break_conv2d", {**ALONE, "turned": ([[1, 2]], [[1, 0, 3]])})
wrong_value("break_conv2d", {**ALONE, "crawls": ...})
wrong_value("break_conv2d", {**ALONE, "crawls": 3})
wrong_value("break_conv2d", {**ALONE, "crawls": ([[1, 2], [3]], [[1]])})
wrong_value("break_conv2d", {**ALONE, "crawls": ([[1, 2]], [[1]], {"stride": 0})})
wrong_value("break_conv2d", {**ALONE, "crawls": ([[1, 2]], [[1]], {"steps": 2})})
wrong_value("break_conv2d", [ALONE["turned"]])
wrong_value("break_conv2d", dict.fromkeys(ALONE, ...))

right_value("stops", [5, 17, 13, 5], "a list")
wrong_value("stops", (5, 17, 15, 6), "dilation ignored")
wrong_value("stops", (6, 17, 13, 6), "ceiling for floor")
wrong_value("stops", (5, 16, 13, 5), "padding on one side only")
wrong_value("stops", (17, 17, 17, 17))
wrong_value("stride_and_place", "a")
right_value("spelling", np.array([3.0, 2.0]), "an array")
wrong_value("spelling", (1 / 27, 2 / 81), "mean instead of sum")
wrong_value("spelling", (3, 0))
right_value("sliding_sums", np.array([14.0, 20.0]), "an array")
wrong_value("sliding_sums", (10, 16), "kernel flipped")
wrong_value("turned_sums", (14, 20), "kernel not flipped")
wrong_value("turned_sums", (16, 10), "the result flipped")
wrong_value("middle_row", (3, 4, 3), "rows and columns swapped")
wrong_value("middle_row", (4, 3, 4))
wrong_value("ring", (13, 5), "padding on one side only")
wrong_value("same_zeros", (1, 0), "Keras `same` with the odd row on top")
wrong_value("same_zeros", (1, 1), "half the kernel on both sides")
right_value("every_second", np.array([[3, -3], [-3, 0]]), "an array")
wrong_value("every_second", [[3, -1], [-3, 1]], "stride in the size only")
wrong_value("spread_sums", (7, 7, 4, 10), "dilation ignored")
wrong_value("spread_sums", (7, 5), "kernel flipped")
wrong_value("caught", 2)

# Further mistakes in the functions --------------------------------------------------


@wrong("output_size", "stride ignored")
def size_no_stride(n, k, *, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1)


@wrong("output_size", "padding ignored")
def size_no_padding(n, k, *, stride=1, padding=0, dilation=1):
    return (n - dilation * (k - 1) - 1) // stride + 1


@wrong("output_size", None)
def size_of_the_input(n, k, *, stride=1, padding=0, dilation=1):
    return n


@wrong("conv1d", "stride applied twice")
def conv1d_stride_twice(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w, b, stride=stride * stride)


@wrong("conv1d", None)
def conv1d_zeros(x, w, b=0.0, *, stride=1):
    return np.zeros((len(x) - len(w)) // stride + 1)


@wrong("conv1d", "last taps left out")
def conv1d_last_tap_forgotten(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, np.append(w[:-1], 0.0), b, stride=stride)


@wrong("true_conv1d", "the input flipped as well")
def true_both_flipped(x, w):
    return conv1d_slices(x[::-1], w[::-1])


@wrong("true_conv1d", None)
def true_same_size(x, w):
    return np.array([*true_slices(x, w), *np.zeros(len(w) - 1), 0.0])


@wrong("conv2d_plain", "bias forgotten")
def plain_no_bias(x, w, b=0.0):
    return reference(x, w)


@wrong("conv2d_plain", "only the last product")
def plain_assigned(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i, j in np.ndindex(*y.shape):
        for p, q in np.ndindex(kh, kw):
            y[i, j] = w[p, q] * x[i + p, j + q] + b
    return y


@wrong("conv2d_plain", "height for width")
def plain_square(x, w, b=0.0):
    y = reference(x, w, b)
    out = np.zeros((len(y), len(y)))
    columns = min(out.shape[1], y.shape[1])
    out[:, :columns] = y[:, :columns]
    return out


@wrong("conv2d_plain", None)
def plain_turned_and_no_bias(x, w, b=0.0):
    return reference(x, w[::-1, ::-1])


@wrong("conv2d_strided", "stride in the size only")
def strided_crawls(x, w, b=0.0, *, stride=1):
    h, wide = reference(x, w, b, stride).shape
    return reference(x, w, b)[:h, :wide]


@wrong("conv2d_strided", "strides of rows and columns swapped")
def strided_pair_swapped(x, w, b=0.0, *, stride=1):
    return reference(x, w, b, pair(stride)[::-1])


@wrong("conv2d_strided", "bias forgotten")
def strided_no_bias(x, w, b=0.0, *, stride=1):
    return reference(x, w, 0.0, stride)


@wrong("conv2d", "stride ignored")
def conv2d_no_stride(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, 1, padding, dilation)


@wrong("conv2d", "kernel transposed")
def conv2d_transposed_kernel(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w.T, b, stride, padding, dilation)


@wrong("pad2d", "padding ignored")
def pad_nothing(x, padding=1):
    return x.copy()


@wrong("pad2d", "a pair read as before and after")
def pad_by_numpy(x, padding=1):
    return np.pad(x, padding)


@wrong("conv2d", "a pair read as before and after")
def conv2d_padded_by_numpy(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    padded = np.pad(x, padding)
    return reference(padded, w, b, stride, 0, dilation)


@wrong("conv2d", "a pair read as before and after")
def conv2d_padded_by_numpy_and_counted(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    (kh, kw), padded = w.shape, np.pad(x, padding)
    h_out = (x.shape[0] + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    w_out = (x.shape[1] + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * sh, j * sw
            rows = slice(top, top + dh * (kh - 1) + 1, dh)
            columns = slice(left, left + dw * (kw - 1) + 1, dw)
            y[i, j] = np.sum(padded[rows, columns] * w) + b
    return y


@wrong("pad2d", None)
def pad_ones(x, padding=1):
    ph, pw = pair(padding)
    return np.pad(x, ((ph, ph), (pw, pw)), constant_values=1.0)


@wrong("same_padding", "floor for ceiling")
def same_floor(n, k, *, stride=1, dilation=1):
    total = max((n // stride - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


@wrong("same_padding", "dilation ignored")
def same_no_dilation(n, k, *, stride=1, dilation=1):
    return same_formula(n, k, stride=stride)


@wrong("conv2d_strided", "one number for both directions")
def strided_first_number(x, w, b=0.0, *, stride=1):
    return reference(x, w, b, pair(stride)[0])


@wrong("conv2d", "one number for both directions")
def conv2d_second_dilation(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, padding, pair(dilation)[1])


@wrong("conv2d", "padding applied twice")
def conv2d_padding_twice(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    ph, pw = pair(padding)
    return reference(x, w, b, stride, (2 * ph, 2 * pw), dilation)


@wrong("conv2d", "padding left out of the output size")
def conv2d_small_map(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    y = reference(x, w, b, stride, padding, dilation)
    span = [d * (k - 1) + 1 for d, k in zip(pair(dilation), w.shape, strict=True)]
    h, wide = (
        (n - c) // s + 1 for n, c, s in zip(x.shape, span, pair(stride), strict=True)
    )
    return y[: max(h, 0), : max(wide, 0)]


@wrong("conv2d", "last taps left out")
def conv2d_short_loops(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    w = w.copy()
    w[-1], w[:, -1] = 0, 0
    return reference(x, w, b, stride, padding, dilation)


@wrong("conv2d", "bias subtracted")
def conv2d_minus_bias(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, -b, stride, padding, dilation)


@wrong("same_padding", "half the kernel on both sides")
def same_half(n, k, *, stride=1, dilation=1):
    return k // 2, k // 2


@wrong("conv2d", "a setting in one direction only")
def conv2d_padded_left_and_right(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, (0, pair(padding)[1]), dilation)


@wrong("pad2d", "a setting in one direction only")
def pad_rows_only(x, padding=1):
    ph, _ = pair(padding)
    return np.pad(x, ((ph, ph), (0, 0)))


@wrong("conv2d", "dilations of rows and columns swapped")
def conv2d_dilation_swapped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return reference(x, w, b, stride, padding, pair(dilation)[::-1])
