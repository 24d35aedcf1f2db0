"""Functions as a learner writes them: right ones, and ones with a seeded mistake."""

import numpy as np


def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Correlate a plane with a kernel, in loops."""
    x = np.pad(x, padding)
    kh, kw = w.shape
    h = (x.shape[0] - dilation * (kh - 1) - 1) // stride + 1
    v = (x.shape[1] - dilation * (kw - 1) - 1) // stride + 1
    y = np.zeros((h, v))
    for i in range(h):
        for j in range(v):
            for p in range(kh):
                for q in range(kw):
                    row, col = i * stride + p * dilation, j * stride + q * dilation
                    y[i, j] += x[row, col] * w[p, q]
    return y + b


def flipped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Turn the kernel."""
    return conv2d(
        x, w[::-1, ::-1], b, stride=stride, padding=padding, dilation=dilation
    )


def transposed_kernel(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Swap rows and columns of the kernel."""
    return conv2d(x, w.T, b, stride=stride, padding=padding, dilation=dilation)


def one_sided(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Put all padding at the bottom and right."""
    x = np.pad(x, ((0, 2 * padding), (0, 2 * padding)))
    return conv2d(x, w, b, stride=stride, dilation=dilation)


def edge_padded(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Repeat the border in place of zeros."""
    x = np.pad(x, padding, mode="edge")
    return conv2d(x, w, b, stride=stride, dilation=dilation)


def undilated(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the dilation in the taps, not in the size."""
    right = conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)
    y = conv2d(x, w, b, stride=stride, padding=padding)
    return y[: right.shape[0], : right.shape[1]]


def bias_per_tap(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Add the bias once per weight."""
    return conv2d(x, w, b * w.size, stride=stride, padding=padding, dilation=dilation)


def mean_of_products(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Take a mean for a sum."""
    y = conv2d(x, w, 0.0, stride=stride, padding=padding, dilation=dilation)
    return y / w.size + b


def strideless(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the stride."""
    return conv2d(x, w, b, padding=padding, dilation=dilation)


def paddingless(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the padding."""
    return conv2d(x, w, b, stride=stride, dilation=dilation)


def dilationless(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the dilation."""
    return conv2d(x, w, b, stride=stride, padding=padding)


def as_large_as_x(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Give the result the size of the input."""
    y = np.zeros(x.shape)
    right = conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)
    y[: right.shape[0], : right.shape[1]] = right
    return y


def one_stop_short(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Leave the last row and column out."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    return conv2d(x, w, b, **options)[:-1, :-1]


def conv1d(x, w, b=0.0, *, stride=1):
    """Correlate a signal with a kernel."""
    n = (len(x) - len(w)) // stride + 1
    return np.array([b + x[i * stride : i * stride + len(w)] @ w for i in range(n)])


def true_conv1d(x, w):
    """Convolve a signal with a turned kernel."""
    return conv1d(x, w[::-1])


def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    """Correlate groups of channels, in loops over filters."""
    n, c = x.shape[0], x.shape[3]
    f = w.shape[3]
    maps = np.zeros((n, f), dtype=object)
    for k in range(n):
        for m in range(f):
            first = m // (f // groups) * (c // groups)
            maps[k, m] = b[m] + sum(
                conv2d(
                    x[k, :, :, first + g],
                    w[:, :, g, m],
                    stride=stride,
                    padding=padding,
                    dilation=dilation,
                )
                for g in range(c // groups)
            )
    return np.stack([np.stack(list(row), axis=-1) for row in maps])


def ungrouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    """Let every filter see the first group."""
    size = x.shape[3] // groups
    x = np.concatenate([x[..., :size]] * groups, axis=-1)
    return grouped_conv2d(
        x, w, b, groups=groups, stride=stride, padding=padding, dilation=dilation
    )


def raises(*args, **kwargs):
    """Fail with an exception."""
    raise KeyError("kernel")


def loops(*args, **kwargs):
    """Never end."""
    while True:
        pass


def returns_nothing(*args, **kwargs):
    """Stand for a stub."""


def stub(a, b=None, c=None):
    """Stand for a cell that is not written yet."""


def returns_text(*args, **kwargs):
    """Return what is no array."""
    return "four"


def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    """Correlate a batch with filters, in one loop."""
    return grouped_conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)


def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    """Sum over the channels of one image, for one filter."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    return sum(conv2d(x[..., c], w[..., c], **options) for c in range(x.shape[2]))


def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    """Make one map per filter of one image."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = [conv2d_channels(x, w[..., f], **options) for f in range(w.shape[3])]
    return np.stack(maps, axis=-1)


def first_channel_only(x, w, b, *, stride=1, padding=0, dilation=1):
    """Forget all channels but the first."""
    return conv2d_batch(
        x[..., :1],
        w[:, :, :1],
        b,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )


def one_b_for_all(x, w, b, *, stride=1, padding=0, dilation=1):
    """Give every filter the first one's bias."""
    b = np.full_like(b, b[0])
    return conv2d_batch(x, w, b, stride=stride, padding=padding, dilation=dilation)


def match_score(patch, feature):
    """Take the mean of the products."""
    return float(np.mean(patch * feature))


def match_sum(patch, feature):
    """Take the sum of the products."""
    return float(np.sum(patch * feature))


def _windows(x, size, stride, padding, fill):
    if padding == "same":
        pads = []
        for length in x.shape[1:3]:
            stops = -(-length // stride)
            total = max((stops - 1) * stride + size - length, 0)
            pads.append((total // 2, total - total // 2))
        x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride]


def max_pool2d(x, size, *, stride=None, padding="valid"):
    """Take the largest of each window."""
    windows = _windows(x, size, stride or size, padding, -np.inf)
    return windows.max(axis=(4, 5))


def max_pool2d_zero_padded(x, size, *, stride=None, padding="valid"):
    """Pad a maximum with zeros."""
    return _windows(x, size, stride or size, padding, 0.0).max(axis=(4, 5))


def max_pool2d_stride_of_window(x, size, *, stride=None, padding="valid"):
    """Shift the windows by one column."""
    moved = np.roll(x, -1, axis=2)
    return max_pool2d(moved, size, stride=stride, padding=padding)


def avg_pool2d(x, size, *, stride=None, padding="valid"):
    """Take the mean of each window, padding left out."""
    windows = _windows(x, size, stride or size, padding, np.nan)
    return np.nanmean(windows, axis=(4, 5))


def avg_pool2d_counts_padding(x, size, *, stride=None, padding="valid"):
    """Count the padding in the mean."""
    return _windows(x, size, stride or size, padding, 0.0).mean(axis=(4, 5))


def l2_pool2d(x, size, *, stride=None, padding="valid"):
    """Take the root of the sum of squares."""
    windows = _windows(x, size, stride or size, padding, 0.0)
    return np.sqrt((windows**2).sum(axis=(4, 5)))


def global_pool2d(x, kind):
    """Reduce whole planes."""
    return x.max(axis=(1, 2)) if kind == "max" else x.mean(axis=(1, 2))


def receptive_field(layers):
    """Follow size, jump and start up the stack."""
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start


def receptive_field_without_jump(layers):
    """Forget that earlier strides widen later kernels."""
    size = 1 + sum(layer["dilation"] * (layer["kernel"] - 1) for layer in layers)
    return size, *receptive_field(layers)[1:]


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Send the gradient back through every product."""
    kh, kw = w.shape[:2]
    sides = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    padded = np.pad(x, sides)
    dx, dw = np.zeros_like(padded), np.zeros_like(w)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            for p in range(kh):
                for q in range(kw):
                    r, s = i * stride + p * dilation, j * stride + q * dilation
                    dw[p, q] += padded[:, r, s].T @ dy[:, i, j]
                    dx[:, r, s] += dy[:, i, j] @ w[p, q].T
    h, v = x.shape[1:3]
    dx = dx[:, padding : padding + h, padding : padding + v]
    return dx, dw, dy.sum(axis=(0, 1, 2))


def backward_with_reversed_dw(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Reverse the weights' gradient."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    dx, dw, db = conv2d_backward(dy, x, w, **options)
    return dx, dw[::-1, ::-1], db


def backward_with_assigned_dx(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Assign dx where it should be added up."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    dx, dw, db = conv2d_backward(dy, x, w, **options)
    return dx / 2, dw, db


def backward_with_mean_db(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Take a mean for db."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    dx, dw, db = conv2d_backward(dy, x, w, **options)
    return dx, dw, db / dy[..., 0].size


def conv1d_backward(dy, x, w, *, stride=1):
    """Send the gradient of a signal back."""
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i, d in enumerate(dy):
        dw += d * x[i * stride : i * stride + len(w)]
        dx[i * stride : i * stride + len(w)] += d * w
    return dx, dw, dy.sum()


def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    """Stamp the kernel, then crop."""
    n, h, v, _ = x.shape
    kh, kw, c_out, _ = w.shape
    tall = (h - 1) * stride + kh + output_padding
    wide = (v - 1) * stride + kw + output_padding
    y = np.zeros((n, tall, wide, c_out))
    for i in range(h):
        for j in range(v):
            rows, cols = i * stride, j * stride
            stamp = np.einsum("nc,pqoc->npqo", x[:, i, j], w)
            y[:, rows : rows + kh, cols : cols + kw] += stamp
    return y[:, padding : tall - padding, padding : wide - padding] + b


def transpose_with_turned_kernel(x, w, b, *, stride=1, padding=0, output_padding=0):
    """Turn the stamp."""
    options = {"stride": stride, "padding": padding, "output_padding": output_padding}
    return conv2d_transpose(x, w[::-1, ::-1], b, **options)


def transpose_cropped_at_the_end(x, w, b, *, stride=1, padding=0, output_padding=0):
    """Crop both sides' padding at the bottom and right."""
    full = conv2d_transpose(x, w, b, stride=stride, output_padding=output_padding)
    h, v = full.shape[1:3]
    return full[:, : h - 2 * padding, : v - 2 * padding]


def conv1d_transpose(x, w, *, stride=1):
    """Stamp a signal."""
    y = np.zeros((len(x) - 1) * stride + len(w))
    for i, value in enumerate(x):
        y[i * stride : i * stride + len(w)] += value * w
    return y
