"""Lessons 04 and 05: the family of convolutions, and pooling, as students write them."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import (
    both,
    depthwise_conv2d,
    given,
    grouped_conv2d,
    pointwise,
    widen,
)

# pointwise ------------------------------------------------------------------------


@wrong(
    "pointwise",
    "the matrix is transposed before the product",
    line="return x @ w.T + b",
    raises=True,
)
def pointwise(x, w, b):
    return x @ w.T + b


@wrong(
    "pointwise",
    "each channel's product replaces the sum so far: only the last channel counts",
    line="y[..., f] = x[..., c] * w[c, f]",
)
def pointwise(x, w, b):
    c_in, c_out = w.shape
    y = np.zeros(x.shape[:3] + (c_out,))
    for f in range(c_out):
        for c in range(c_in):
            y[..., f] = x[..., c] * w[c, f]
        y[..., f] += b[f]
    return y


@wrong(
    "pointwise",
    "einsum sums over the rows too, an index being left out of the result",
    line='return np.einsum("nijc,cf->njf", x, w) + b',
)
def pointwise(x, w, b):
    return np.einsum("nijc,cf->njf", x, w) + b


@wrong(
    "pointwise",
    "works in place in x: the result overwrites the argument",
    line="x[n, i, j] = x[n, i, j] @ w + b",
    raises=True,
)
def pointwise(x, w, b):
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                x[n, i, j] = x[n, i, j] @ w + b
    return x


# grouped_conv2d -------------------------------------------------------------------


@wrong(
    "grouped_conv2d",
    "every group reads the first group's channels",
    line="channels = x[..., :inputs]",
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    inputs, filters = x.shape[-1] // groups, w.shape[-1] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    parts = []
    for g in range(groups):
        k = w[..., g * filters : (g + 1) * filters]
        channels = x[..., :inputs]
        parts.append(
            given.conv2d(channels, k, b[g * filters : (g + 1) * filters], **settings)
        )
    return np.concatenate(parts, axis=-1)


@wrong(
    "grouped_conv2d",
    "the slice of channels starts at g and not at g times the group's size",
    line="xg = x[..., g : g + inputs]",
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    inputs, filters = x.shape[-1] // groups, w.shape[-1] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    out = []
    for g in range(groups):
        xg = x[..., g : g + inputs]
        wg = w[..., g * filters : (g + 1) * filters]
        bg = b[g * filters : (g + 1) * filters]
        out.append(given.conv2d(xg, wg, bg, **settings))
    return np.concatenate(out, axis=3)


@wrong(
    "grouped_conv2d",
    "the groups' maps are added up and not put side by side",
    line="return sum(parts)",
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    inputs, filters = x.shape[-1] // groups, w.shape[-1] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    parts = []
    for g in range(groups):
        a, m = g * inputs, g * filters
        parts.append(
            given.conv2d(
                x[..., a : a + inputs],
                w[..., m : m + filters],
                b[m : m + filters],
                **settings,
            )
        )
    return sum(parts)


@wrong(
    "grouped_conv2d",
    "the weights' channels are cut as well, though w holds a group's channels already",
    line="wg = w[:, :, ins, outs]",
    raises=True,
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    inputs, filters = x.shape[-1] // groups, w.shape[-1] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    parts = []
    for g in range(groups):
        ins = slice(g * inputs, (g + 1) * inputs)
        outs = slice(g * filters, (g + 1) * filters)
        wg = w[:, :, ins, outs]
        parts.append(given.conv2d(x[..., ins], wg, b[outs], **settings))
    return np.concatenate(parts, axis=-1)


@wrong(
    "grouped_conv2d",
    "np.concatenate along the default axis 0 lays the groups behind the examples",
    line="return np.concatenate(parts)",
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    xs = np.split(x, groups, axis=-1)
    ws = np.split(w, groups, axis=-1)
    bs = np.split(b, groups)
    parts = [
        given.conv2d(p, k, c, stride=stride, padding=padding, dilation=dilation)
        for p, k, c in zip(xs, ws, bs, strict=True)
    ]
    return np.concatenate(parts)


# depthwise_conv2d -----------------------------------------------------------------


@wrong(
    "depthwise_conv2d",
    "the kernels of different channels are mixed: the axes are swapped before reshaping",
    line="flat = w.transpose(0, 1, 3, 2).reshape(kh, kw, 1, c_in * multiplier)",
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    flat = w.transpose(0, 1, 3, 2).reshape(kh, kw, 1, c_in * multiplier)
    return grouped_conv2d(x, flat, b, groups=c_in, **settings)


@wrong(
    "depthwise_conv2d",
    "groups is the multiplier and not the number of channels",
    line="return grouped_conv2d(x, flat, b, groups=multiplier, **settings)",
    raises=True,
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    flat = w.reshape(kh, kw, 1, c_in * multiplier)
    return grouped_conv2d(x, flat, b, groups=multiplier, **settings)


@wrong(
    "depthwise_conv2d",
    "the maps of a channel are added up: the result has C_in maps, not C_in * M",
    line="y[..., c] += part[..., m]",
    mistakes=2,
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    maps = []
    for c in range(c_in):
        k = w[:, :, c : c + 1, :]
        zero = np.zeros(multiplier)
        part = given.conv2d(
            x[..., c : c + 1],
            k,
            zero,
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
        maps.append(part)
    y = np.zeros(maps[0].shape[:3] + (c_in,))
    for c, part in enumerate(maps):
        for m in range(multiplier):
            y[..., c] += part[..., m]
        y[..., c] += b[c]
    return y


@wrong(
    "depthwise_conv2d",
    "the bias is taken per channel, b[c], for all maps of the channel",
    line="y[..., c * multiplier + m] = part[..., m] + b[c]",
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    parts = [
        given.conv2d(x[..., [c]], w[:, :, [c]], np.zeros(multiplier), **settings)
        for c in range(c_in)
    ]
    y = np.zeros(parts[0].shape[:3] + (c_in * multiplier,))
    for c, part in enumerate(parts):
        for m in range(multiplier):
            y[..., c * multiplier + m] = part[..., m] + b[c]
    return y


# separable_conv2d -----------------------------------------------------------------


@wrong(
    "separable_conv2d",
    "a ReLU stands between the two steps",
    line="maps = np.maximum(maps, 0)",
)
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = depthwise_conv2d(x, w_depth, np.zeros(len(w_point)), **settings)
    maps = np.maximum(maps, 0)
    return pointwise(maps, w_point, b)


@wrong(
    "separable_conv2d",
    "the bias of the last step is given to the depthwise step, whose maps are others",
    line="maps = depthwise_conv2d(x, w_depth, b, **settings)",
)
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = depthwise_conv2d(x, w_depth, b, **settings)
    return pointwise(maps, w_point, np.zeros(w_point.shape[1]))


@wrong(
    "separable_conv2d",
    "the bias is added in pointwise and once more afterwards",
    line="return pointwise(maps, w_point, b) + b",
)
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    zero = np.zeros(w_point.shape[0])
    maps = depthwise_conv2d(
        x, w_depth, zero, stride=stride, padding=padding, dilation=dilation
    )
    return pointwise(maps, w_point, b) + b


@wrong(
    "separable_conv2d",
    "the padding isn't handed on",
    line="maps = depthwise_conv2d(x, w_depth, zero, stride=stride, dilation=dilation)",
)
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    zero = np.zeros(w_point.shape[0])
    maps = depthwise_conv2d(x, w_depth, zero, stride=stride, dilation=dilation)
    return pointwise(maps, w_point, b)


# flattened_conv -------------------------------------------------------------------


@wrong(
    "flattened_conv",
    "column and row are exchanged: the column lies along the rows' axis",
    line="across = depthwise_conv2d(down, w_row[:, None, :, None], b)",
    mistakes=2,
    raises=True,
)
def flattened_conv(x, w_channel, w_column, w_row, b):
    zero = np.zeros(len(b))
    mixed = pointwise(x, w_channel, zero)
    down = depthwise_conv2d(mixed, w_column[None, :, :, None], zero)
    across = depthwise_conv2d(down, w_row[:, None, :, None], b)
    return across


@wrong(
    "flattened_conv",
    "the channel mix is missing an axis for the sum: every filter takes channel f of x",
    line="mixed = x * w_channel.sum(axis=0)",
    raises=True,
)
def flattened_conv(x, w_channel, w_column, w_row, b):
    zero = np.zeros(len(b))
    mixed = x * w_channel.sum(axis=0)
    down = depthwise_conv2d(mixed, w_column[:, None, :, None], zero)
    return depthwise_conv2d(down, w_row[None, :, :, None], b)


@wrong(
    "flattened_conv",
    "the bias is given to each of the three steps",
    line="mixed = pointwise(x, w_channel, b)",
    mistakes=2,
)
def flattened_conv(x, w_channel, w_column, w_row, b):
    mixed = pointwise(x, w_channel, b)
    down = depthwise_conv2d(mixed, w_column[:, None, :, None], b)
    return depthwise_conv2d(down, w_row[None, :, :, None], b)


# conv3d ---------------------------------------------------------------------------


@wrong(
    "conv3d",
    "tensordot adds over three axes and leaves the channels out",
    line="y[:, t, i, j] = np.tensordot(block, w, axes=3) + b",
    raises=True,
)
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    def all_three(value):
        return tuple(value) if np.ndim(value) else (value,) * 3

    (st, sh, sw), p, (dt, dh, dw) = map(all_three, (stride, padding, dilation))
    kd, kh, kw = w.shape[:3]
    x = np.pad(x, ((0, 0), (p[0], p[0]), (p[1], p[1]), (p[2], p[2]), (0, 0)))
    a, e, g = dt * (kd - 1) + 1, dh * (kh - 1) + 1, dw * (kw - 1) + 1
    d_out = (x.shape[1] - a) // st + 1
    h_out = (x.shape[2] - e) // sh + 1
    w_out = (x.shape[3] - g) // sw + 1
    y = np.zeros((len(x), d_out, h_out, w_out, w.shape[-1]))
    for t in range(d_out):
        for i in range(h_out):
            for j in range(w_out):
                block = x[
                    :,
                    t * st : t * st + a : dt,
                    i * sh : i * sh + e : dh,
                    j * sw : j * sw + g : dw,
                ]
                y[:, t, i, j] = np.tensordot(block, w, axes=3) + b
    return y


@wrong(
    "conv3d",
    "the depth isn't padded, only rows and columns",
    line="x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw), (0, 0)))",
)
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    def all_three(value):
        return tuple(value) if np.ndim(value) else (value,) * 3

    (st, sh, sw), (pt, ph, pw) = all_three(stride), all_three(padding)
    dt, dh, dw = all_three(dilation)
    kd, kh, kw, _, c_out = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw), (0, 0)))
    d_out = (x.shape[1] - dt * (kd - 1) - 1) // st + 1
    h_out = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    w_out = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((len(x), d_out, h_out, w_out, c_out)) + b
    for t in range(d_out):
        for i in range(h_out):
            for j in range(w_out):
                for o in range(kd):
                    for p in range(kh):
                        for q in range(kw):
                            v = x[:, t * st + o * dt, i * sh + p * dh, j * sw + q * dw]
                            y[:, t, i, j] += v @ w[o, p, q]
    return y


@wrong(
    "conv3d",
    "the number of rows is used for the depth as well, so slices are missing or too many",
    line="d_out = (x.shape[2] - kd) // s[0] + 1",
    mistakes=2,
    raises=True,
)
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    s = (stride,) * 3 if isinstance(stride, int) else stride
    p = (padding,) * 3 if isinstance(padding, int) else padding
    kd, kh, kw, c_in, c_out = w.shape
    x = np.pad(x, ((0, 0), (p[0],) * 2, (p[1],) * 2, (p[2],) * 2, (0, 0)))
    d_out = (x.shape[2] - kd) // s[0] + 1
    h_out = (x.shape[2] - kh) // s[1] + 1
    w_out = (x.shape[3] - kw) // s[2] + 1
    y = np.zeros((len(x), d_out, h_out, w_out, c_out))
    for t in range(d_out):
        for i in range(h_out):
            for j in range(w_out):
                a, e, g = t * s[0], i * s[1], j * s[2]
                block = x[:, a : a + kd, e : e + kh, g : g + kw]
                y[:, t, i, j] = np.tensordot(block, w, axes=4) + b
    return y


# receptive_field ------------------------------------------------------------------


@wrong(
    "receptive_field",
    "the jump is multiplied before it is used, so a layer's own stride counts too early",
    line='jump *= layer["stride"]',
)
def receptive_field(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        jump *= layer["stride"]
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
    return size, jump, start


@wrong(
    "receptive_field",
    "strides are added up and not multiplied",
    line='jump += layer["stride"] - 1',
)
def receptive_field(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
        jump += layer["stride"] - 1
    return size, jump, start


@wrong(
    "receptive_field",
    "the stack is walked from the top down",
    line="for layer in layers[::-1]:",
)
def receptive_field(layers):
    size, jump, start = 1, 1, 0
    for layer in layers[::-1]:
        size = size + (layer["kernel"] - 1) * layer["dilation"] * jump
        start = start - layer["padding"] * jump
        jump = jump * layer["stride"]
    return size, jump, start


@wrong(
    "receptive_field",
    "a key is spelled wrong",
    line='size += layer["dilation"] * (layer["kernel_size"] - 1) * jump',
    raises=True,
)
def receptive_field(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += layer["dilation"] * (layer["kernel_size"] - 1) * jump
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start


# relu -----------------------------------------------------------------------------


@wrong(
    "relu",
    "the argument itself is changed",
    line="x[x < 0] = 0",
)
def relu(x):
    x[x < 0] = 0
    return x


@wrong(
    "relu",
    "negative numbers become positive",
    line="y = abs(x)",
)
def relu(x):
    y = abs(x)
    return y


@wrong(
    "relu",
    "max of an array and a number: Python can't decide which is larger",
    line="return max(0, x)",
    raises=True,
)
def relu(x):
    return max(0, x)


@wrong(
    "relu",
    "the negative numbers are left out, so that the shape is lost",
    line="return np.array([v for v in x.flatten() if v > 0])",
)
def relu(x):
    return np.array([v for v in x.flatten() if v > 0])


@wrong(
    "relu",
    "loops over two axes: with more or fewer axes the numbers are arrays or missing",
    line="for j in range(x.shape[1]):",
    raises=True,
)
def relu(x):
    y = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                y[i, j] = x[i, j]
    return y


# merge_kernels --------------------------------------------------------------------


@wrong(
    "merge_kernels",
    "overlapping stamps replace one another in place of adding up",
    line="w[p + u, q + v] = w1[p, q] * w2[u, v]",
)
def merge_kernels(w1, w2):
    (kh1, kw1), (kh2, kw2) = w1.shape, w2.shape
    w = np.zeros((kh1 + kh2 - 1, kw1 + kw2 - 1))
    for p in range(kh1):
        for q in range(kw1):
            for u in range(kh2):
                for v in range(kw2):
                    w[p + u, q + v] = w1[p, q] * w2[u, v]
    return w


@wrong(
    "merge_kernels",
    "the kernels are multiplied place by place, which needs equal sizes",
    line="return w1 * w2",
)
def merge_kernels(w1, w2):
    return w1 * w2


@wrong(
    "merge_kernels",
    "the sheet is as large as both kernels together: one row and one column too many",
    line="w = np.zeros((kh1 + kh2, kw1 + kw2))",
)
def merge_kernels(w1, w2):
    (kh1, kw1), (kh2, kw2) = w1.shape, w2.shape
    w = np.zeros((kh1 + kh2, kw1 + kw2))
    for p in range(kh1):
        for q in range(kw1):
            w[p : p + kh2, q : q + kw2] += w1[p, q] * w2
    return w


@wrong(
    "merge_kernels",
    "the second kernel is turned before it is stamped",
    line="w[p : p + kh2, q : q + kw2] += w1[p, q] * w2[::-1, ::-1]",
)
def merge_kernels(w1, w2):
    (kh1, kw1), (kh2, kw2) = w1.shape, w2.shape
    w = np.zeros((kh1 + kh2 - 1, kw1 + kw2 - 1))
    for p in range(kh1):
        for q in range(kw1):
            w[p : p + kh2, q : q + kw2] += w1[p, q] * w2[::-1, ::-1]
    return w


# max_pool2d -----------------------------------------------------------------------


@wrong(
    "max_pool2d",
    "the maximum is taken over the channels as well",
    line="y[:, i, j] = window.max()",
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.max()
    return y


@wrong(
    "max_pool2d",
    "a stride of None is compared as a string, so None stays",
    line='if stride == "None":',
    raises=True,
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    if stride == "None":
        stride = size
    sh, sw = both(stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.max(axis=(1, 2))
    return y


@wrong(
    "max_pool2d",
    "the search for the maximum starts at 0, so windows of negative numbers give 0",
    line="m = 0",
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    n, h, w_in, c = x.shape
    y = np.zeros((n, (h - kh) // sh + 1, (w_in - kw) // sw + 1, c))
    for k in range(n):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for ch in range(c):
                    m = 0
                    for p in range(kh):
                        for q in range(kw):
                            if x[k, i * sh + p, j * sw + q, ch] > m:
                                m = x[k, i * sh + p, j * sw + q, ch]
                    y[k, i, j, ch] = m
    return y


@wrong(
    "max_pool2d",
    "max over axes 0 and 1, which are the examples and the rows",
    line="y[:, i, j] = window.max(axis=(0, 1))",
    raises=True,
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.max(axis=(0, 1))
    return y


@wrong(
    "max_pool2d",
    "widens the picture for valid and not for same",
    line='if padding != "same":',
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding != "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.max(axis=(1, 2))
    return y


# avg_pool2d, l2_pool2d, global_pool2d, average_kernel -----------------------------


@wrong(
    "avg_pool2d",
    "fills the padding with 0 and divides by the window's size, padding included",
    line="x = widen(x, (kh, kw), (sh, sw), 0)",
)
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.sum(axis=(1, 2)) / (kh * kw)
    return y


@wrong(
    "avg_pool2d",
    "np.mean in place of np.nanmean, so that windows with padding become nan",
    line="y[:, i, j] = window.mean(axis=(1, 2))",
)
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), np.nan)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.mean(axis=(1, 2))
    return y


@wrong(
    "avg_pool2d",
    "divides by the sum of the sides and not by their product",
    line="y[:, i, j] = np.nansum(window, axis=(1, 2)) / (kh + kw)",
)
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), np.nan)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.nansum(window, axis=(1, 2)) / (kh + kw)
    return y


@wrong(
    "l2_pool2d",
    "the root of the mean of the squares, not of their sum",
    line="y[:, i, j] = np.sqrt(np.mean(window**2, axis=(1, 2)))",
)
def l2_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.sqrt(np.mean(window**2, axis=(1, 2)))
    return y


@wrong(
    "l2_pool2d",
    "the sum is squared and not the numbers: the bracket closes too early",
    line="y[:, i, j] = np.sqrt(np.sum(window, axis=(1, 2)) ** 2)",
)
def l2_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.sqrt(np.sum(window, axis=(1, 2)) ** 2)
    return y


@wrong(
    "l2_pool2d",
    "np.linalg.norm of the whole window takes channels and examples in as well",
    line="y[:, i, j] = np.linalg.norm(window)",
)
def l2_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.linalg.norm(window)
    return y


@wrong(
    "global_pool2d",
    "keeps the axes of length 1",
    line='return np.mean(x, axis=(1, 2), keepdims=True) if kind == "average" else m',
)
def global_pool2d(x, kind):
    m = x.max(axis=(1, 2), keepdims=True)
    return np.mean(x, axis=(1, 2), keepdims=True) if kind == "average" else m


@wrong(
    "global_pool2d",
    "no branch fits the word for average, so None comes back in that case",
    line='if kind == "avg":',
)
def global_pool2d(x, kind):
    if kind == "avg":
        return x.mean(axis=(1, 2))
    if kind == "max":
        return x.max(axis=(1, 2))


@wrong(
    "global_pool2d",
    "the second pooling runs along axis 2, which is the channels by then",
    line="return x.max(axis=1).max(axis=2)",
)
def global_pool2d(x, kind):
    if kind == "average":
        return x.mean(axis=1).mean(axis=1)
    return x.max(axis=1).max(axis=2)


@wrong(
    "average_kernel",
    "every filter averages over all channels: the weights aren't 0 for other channels",
    line="w = np.ones((kh, kw, channels, channels)) / (kh * kw)",
)
def average_kernel(size, channels):
    kh, kw = both(size)
    w = np.ones((kh, kw, channels, channels)) / (kh * kw)
    return w


@wrong(
    "average_kernel",
    "whole division gives 0 for every window larger than 1",
    line="w[:, :, c, c] = 1 // (kh * kw)",
)
def average_kernel(size, channels):
    kh, kw = both(size)
    w = np.zeros((kh, kw, channels, channels))
    for c in range(channels):
        w[:, :, c, c] = 1 // (kh * kw)
    return w


@wrong(
    "average_kernel",
    "size is squared as it is, though it may be a pair",
    line="w = np.full((size, size, channels, channels), 1 / size**2)",
    mistakes=2,
    raises=True,
)
def average_kernel(size, channels):
    w = np.full((size, size, channels, channels), 1 / size**2)
    for c in range(channels):
        for f in range(channels):
            if c != f:
                w[:, :, c, f] = 0
    return w
