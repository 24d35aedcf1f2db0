"""Lesson 02: sizes, signals, pictures and padding, as students write them."""

import math

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both, output_size

# output_size ----------------------------------------------------------------------


@wrong(
    "output_size",
    "true division: the result is a float",
    line="return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1",
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1


@wrong(
    "output_size",
    "a bracket is missing: only the last 1 is divided by the stride",
    line="return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1",
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1


@wrong(
    "output_size",
    "rounds up where the formula rounds down",
    line="return math.ceil((n + 2 * padding - covered) / stride) + 1",
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    covered = dilation * (k - 1) + 1
    return math.ceil((n + 2 * padding - covered) / stride) + 1


@wrong(
    "output_size",
    "the dilation multiplies the whole kernel, not the gaps between its weights",
    line="k_eff = k * dilation",
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    k_eff = k * dilation
    return (n - k_eff + 2 * padding) // stride + 1


@wrong(
    "output_size",
    "padding is counted on one side only and the 1 after the division is missing",
    line="out = (n + padding - (dilation * (k - 1) + 1)) // stride",
    mistakes=2,
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    out = (n + padding - (dilation * (k - 1) + 1)) // stride
    return out


@wrong(
    "output_size",
    "counts in a while loop which stops before the last window that still fits",
    line="while start + covered < n + 2 * padding:",
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    covered = dilation * (k - 1) + 1
    stops = 0
    start = 0
    while start + covered < n + 2 * padding:
        stops += 1
        start += stride
    return stops


@wrong(
    "output_size",
    "the name of the setting is typed wrong",
    line="return (n + 2 * pading - dilation * (k - 1) - 1) // stride + 1",
    raises=True,
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * pading - dilation * (k - 1) - 1) // stride + 1


# conv1d ---------------------------------------------------------------------------


@wrong(
    "conv1d",
    "the loop ends one stop early",
    line="for i in range(n - k):",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1)
    if stride > 1:
        for i in range(len(y)):
            y[i] = np.dot(x[i * stride : i * stride + k], w) + b
        return y
    for i in range(n - k):
        y[i] = np.dot(x[i : i + k], w) + b
    return y


@wrong(
    "conv1d",
    "the bias is inside the inner loop and added once for each weight",
    line="s += w[p] * x[i * stride + p] + b",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = []
    for i in range((n - k) // stride + 1):
        s = 0
        for p in range(k):
            s += w[p] * x[i * stride + p] + b
        y.append(s)
    return np.array(y)


@wrong(
    "conv1d",
    "the sum isn't set back to zero for each stop",
    line="s = b",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    out = []
    s = b
    for start in range(0, n - k + 1, stride):
        for p in range(k):
            s = s + x[start + p] * w[p]
        out.append(s)
    return np.array(out)


@wrong(
    "conv1d",
    "stores at the start of the window in place of the number of the stop",
    line="y[i] = b + np.sum(w * x[i : i + k])",
    raises=True,
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1)
    for i in range(0, n - k + 1, stride):
        y[i] = b + np.sum(w * x[i : i + k])
    return y


@wrong(
    "conv1d",
    "the window's end forgets the start: with a larger start the slice is short or empty",
    line="window = x[i * stride : k]",
    raises=True,
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1, dtype=x.dtype)
    for i in range(len(y)):
        window = x[i * stride : k]
        y[i] = b + np.sum(w * window)
    return y


@wrong(
    "conv1d",
    "range gets a float, since / makes one even of whole numbers",
    line="stops = (n - k) / stride + 1",
    raises=True,
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    stops = (n - k) / stride + 1
    y = np.zeros(int(stops))
    for i in range(stops):
        y[i] = (x[i * stride : i * stride + k] * w).sum() + b
    return y


@wrong(
    "conv1d",
    "the result is returned as a list of lists, one per stop",
    line="y.append([np.dot(w, x[i : i + k]) + b])",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = []
    i = 0
    while i + k <= n:
        y.append([np.dot(w, x[i : i + k]) + b])
        i += stride
    return np.array(y)


@wrong(
    "conv1d",
    "prints y and returns the last number only",
    line="return y[i]",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1)
    for i in range(len(y)):
        for j in range(k):
            y[i] += x[i * stride + j] * w[j]
        y[i] += b
    print(y)
    return y[i]


@wrong(
    "conv1d",
    "the result is an array of whole numbers, which cuts the decimals off",
    line="y = np.zeros((n - k) // stride + 1, dtype=int)",
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1, dtype=int)
    for i in range(len(y)):
        y[i] = b + np.sum(w * x[i * stride : i * stride + k])
    return y


@wrong(
    "conv1d",
    "uses the loop variable of the kernel for the output",
    line="y[p] += w[p] * x[i * stride + p]",
    raises=True,
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - k) // stride + 1) + b
    for i in range(len(y)):
        for p in range(k):
            y[p] += w[p] * x[i * stride + p]
    return y


# true_conv1d ----------------------------------------------------------------------


@wrong(
    "true_conv1d",
    "the index of the turned kernel is off by one: w[k - p] is past the end for p = 0",
    line="y[i] += w[k - p] * x[i + p]",
    raises=True,
)
def true_conv1d(x, w):
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    for i in range(n - k + 1):
        for p in range(k):
            y[i] += w[k - p] * x[i + p]
    return y


@wrong(
    "true_conv1d",
    "index -p takes w[0] first and then reads from the end: the kernel is turned but "
    "shifted round by one",
    line="y[i] += w[-p] * x[i + p]",
)
def true_conv1d(x, w):
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    for i in range(n - k + 1):
        for p in range(k):
            y[i] += w[-p] * x[i + p]
    return y


@wrong(
    "true_conv1d",
    "np.convolve in its default mode also gives the stops where the kernel hangs over",
    line="return np.convolve(x, w)",
    raises=True,
)
def true_conv1d(x, w):
    return np.convolve(x, w)


@wrong(
    "true_conv1d",
    "the kernel is turned in each round of the loop, so every second stop has it the "
    "wrong way round",
    line="w = w[::-1]",
)
def true_conv1d(x, w):
    n, k = len(x), len(w)
    y = np.zeros(n - k + 1)
    for i in range(n - k + 1):
        w = w[::-1]
        y[i] = np.dot(w, x[i : i + k])
    return y


@wrong(
    "true_conv1d",
    "np.flip returns a new array, which is thrown away: the kernel isn't turned",
    line="np.flip(w)",
)
def true_conv1d(x, w):
    n, k = len(x), len(w)
    np.flip(w)
    return np.array([np.dot(x[i : i + k], w) for i in range(n - k + 1)])


# conv2d_plain ---------------------------------------------------------------------


@wrong(
    "conv2d_plain",
    "the window's columns start at the row index",
    line="patch = x[i : i + kh, i : i + kw]",
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            patch = x[i : i + kh, i : i + kw]
            y[i, j] = (patch * w).sum() + b
    return y


@wrong(
    "conv2d_plain",
    "the inner loops reuse the names of the outer ones, so results land elsewhere",
    line="for i in range(kh):",
    raises=True,
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.full((h - kh + 1, w_in - kw + 1), b)
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            s = 0
            for p in range(kh):
                for q in range(kw):
                    s += w[p, q] * x[i + p, j + q]
            for i in range(kh):
                y[i, j] = b + s
    return y


@wrong(
    "conv2d_plain",
    "returns after the first row",
    line="return y",
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
        return y


@wrong(
    "conv2d_plain",
    "the bias is multiplied by the number of weights, being added before the sum",
    line="y[i, j] = np.sum(w * x[i : i + kh, j : j + kw] + b)",
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(w * x[i : i + kh, j : j + kw] + b)
    return y


@wrong(
    "conv2d_plain",
    "np.zeros gets two numbers in place of one pair",
    line="y = np.zeros(h - kh + 1, w_in - kw + 1)",
    raises=True,
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros(h - kh + 1, w_in - kw + 1)
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
    return y


@wrong(
    "conv2d_plain",
    "a row of the result is appended inside the inner loop, once for every column",
    line="out.append(row)",
    raises=True,
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    out = []
    for i in range(h - kh + 1):
        row = []
        for j in range(w_in - kw + 1):
            row = row + [b + np.sum(w * x[i : i + kh, j : j + kw])]
            out.append(row)
    return np.array(out)


@wrong(
    "conv2d_plain",
    "matrix product of window and kernel, then the sum of all entries",
    line="y[i, j] = np.sum(x[i : i + kh, j : j + kw] @ w) + b",
    raises=True,
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(x[i : i + kh, j : j + kw] @ w) + b
    return y


@wrong(
    "conv2d_plain",
    "the last row and the last column of the kernel are never read",
    line="for p in range(kh - 1):",
    mistakes=2,
)
def conv2d_plain(x, w, b=0.0):
    (h, w_in), (kh, kw) = x.shape, w.shape
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            s = b
            for p in range(kh - 1):
                for q in range(kw - 1):
                    s += w[p, q] * x[i + p, j + q]
            y[i, j] = s
    return y


# pad2d ----------------------------------------------------------------------------


@wrong(
    "pad2d",
    "the slice to -ph is empty when there is no padding",
    line="y[ph:-ph, pw:-pw] = x",
    raises=True,
)
def pad2d(x, padding=1):
    h, w_in = x.shape
    ph, pw = both(padding)
    y = np.zeros((h + 2 * ph, w_in + 2 * pw))
    y[ph:-ph, pw:-pw] = x
    return y


@wrong(
    "pad2d",
    "the new array grows by the padding once, not on both sides: the picture fits only "
    "without a zero below and to the right",
    line="y = np.zeros((h + ph, w_in + pw))",
)
def pad2d(x, padding=1):
    h, w_in = x.shape
    ph, pw = both(padding)
    y = np.zeros((h + ph, w_in + pw))
    y[ph : ph + h, pw : pw + w_in] = x
    return y


@wrong(
    "pad2d",
    "uses padding itself as a number, which fails for a pair",
    line="out = np.zeros((h + 2 * padding, w_in + 2 * padding))",
    raises=True,
)
def pad2d(x, padding=1):
    h, w_in = x.shape
    out = np.zeros((h + 2 * padding, w_in + 2 * padding))
    for i in range(h):
        for j in range(w_in):
            out[i + padding, j + padding] = x[i, j]
    return out


@wrong(
    "pad2d",
    "one number of padding for both axes: the columns get the rows' padding",
    line="return np.pad(x, ph)",
)
def pad2d(x, padding=1):
    ph, pw = both(padding)
    return np.pad(x, ph)


@wrong(
    "pad2d",
    "the columns are padded with a copy of the border and not with zeros",
    line='return np.pad(x, ((ph, ph), (pw, pw)), mode="edge")',
)
def pad2d(x, padding=1):
    ph, pw = both(padding)
    return np.pad(x, ((ph, ph), (pw, pw)), mode="edge")


@wrong(
    "pad2d",
    "the rows of zeros are as long as the picture, but by then the picture is wider",
    line="zeros = np.zeros((ph, w_in))",
    raises=True,
)
def pad2d(x, padding=1):
    h, w_in = x.shape
    ph, pw = both(padding)
    side = np.zeros((h, pw))
    x = np.concatenate([side, x, side], axis=1)
    zeros = np.zeros((ph, w_in))
    return np.concatenate([zeros, x, zeros], axis=0)


# same_padding ---------------------------------------------------------------------


@wrong(
    "same_padding",
    "the extra zero goes before the axis and not after",
    line="return total - total // 2, total // 2",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = -(-n // stride)
    total = max((stops - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return total - total // 2, total // 2


@wrong(
    "same_padding",
    "half of the kernel on each side, the rule for stride 1 and odd kernels",
    line="half = (k - 1) * dilation // 2",
)
def same_padding(n, k, *, stride=1, dilation=1):
    half = (k - 1) * dilation // 2
    return half, half


@wrong(
    "same_padding",
    "the total may be negative, since nothing keeps it at 0 or more",
    line="total = (stops - 1) * stride + dilation * (k - 1) + 1 - n",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = -(-n // stride)
    total = (stops - 1) * stride + dilation * (k - 1) + 1 - n
    before = total // 2
    return before, total - before


@wrong(
    "same_padding",
    "returns the total alone and not a pair",
    line="return total",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = -(-n // stride)
    needed = (stops - 1) * stride + dilation * (k - 1) + 1
    total = needed - n
    if total < 0:
        total = 0
    return total


@wrong(
    "same_padding",
    "stops are rounded down in place of up",
    line="stops = n // stride",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = n // stride
    total = max((stops - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


@wrong(
    "same_padding",
    "halves with /, so the pair holds floats, and both halves are equal",
    line="return total / 2, total / 2",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = -(-n // stride)
    total = max((stops - 1) * stride + (k - 1) * dilation + 1 - n, 0)
    return total / 2, total / 2


# conv2d_strided -------------------------------------------------------------------


@wrong(
    "conv2d_strided",
    "the stride is used in the size of the map but not in the start of the windows",
    line="y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])",
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    y = np.zeros(((h - kh) // sh + 1, (w_in - kw) // sw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
    return y


@wrong(
    "conv2d_strided",
    "the start of the next row is the last one plus the column's stride",
    line="top += sw",
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    y = np.zeros(((h - kh) // sh + 1, (w_in - kw) // sw + 1))
    top = 0
    for i in range(y.shape[0]):
        left = 0
        for j in range(y.shape[1]):
            y[i, j] = (x[top : top + kh, left : left + kw] * w).sum() + b
            left += sw
        top += sw
    return y


@wrong(
    "conv2d_strided",
    "left isn't set back to 0 at the start of a row, so that windows run off the edge",
    line="left = 0",
    raises=True,
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    y = np.zeros(((h - kh) // sh + 1, (w_in - kw) // sw + 1))
    top, left = 0, 0
    left = 0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[top : top + kh, left : left + kw] * w).sum() + b
            left += sw
        top += sh
    return y


@wrong(
    "conv2d_strided",
    "computes all stops with stride 1 and then takes every stride-th row only; the "
    "columns aren't thinned out",
    line="return y[::sh]",
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    y = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
    return y[::sh]


@wrong(
    "conv2d_strided",
    "the stride is a pair and is used as a number",
    line="h_out = (h - kh) // stride + 1",
    raises=True,
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    h_out = (h - kh) // stride + 1
    w_out = (w_in - kw) // stride + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for p in range(kh):
                for q in range(kw):
                    y[i, j] += w[p, q] * x[i * stride + p, j * stride + q]
    return y + b


@wrong(
    "conv2d_strided",
    "the stride multiplies the offset in the kernel too: i * sh + p * sh",
    line="total += w[p, q] * x[(i + p) * sh, (j + q) * sw]",
    raises=True,
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    rows = []
    for i in range((h - kh) // sh + 1):
        row = []
        for j in range((w_in - kw) // sw + 1):
            total = b
            for p in range(kh):
                for q in range(kw):
                    total += w[p, q] * x[(i + p) * sh, (j + q) * sw]
            row.append(total)
        rows.append(row)
    return np.array(rows)


# conv2d ---------------------------------------------------------------------------


@wrong(
    "conv2d",
    "the size of the map is computed from the picture without its padding",
    line="h_out = (h - tall) // sh + 1",
    mistakes=2,
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    h_out = (h - tall) // sh + 1
    w_out = (w_in - wide) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            win = xp[i * sh : i * sh + tall : dh, j * sw : j * sw + wide : dw]
            y[i, j] = b + np.sum(w * win)
    return y


@wrong(
    "conv2d",
    "pads, but reads the picture without padding",
    line="window = x[top : top + tall : dh, left : left + wide : dw]",
    raises=True,
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    padded = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    h_out = (h + 2 * ph - tall) // sh + 1
    w_out = (w_in + 2 * pw - wide) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * sh, j * sw
            window = x[top : top + tall : dh, left : left + wide : dw]
            y[i, j] = b + np.sum(w * window)
    return y


@wrong(
    "conv2d",
    "the dilated window ends one kernel size after its start, so taps are cut off",
    line="window = padded[top : top + kh : dh, left : left + kw : dw]",
    raises=True,
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    padded = np.pad(x, ((ph, ph), (pw, pw)))
    h_out = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    w_out = (w_in + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * sh, j * sw
            window = padded[top : top + kh : dh, left : left + kw : dw]
            y[i, j] = b + np.sum(w * window)
    return y


@wrong(
    "conv2d",
    "the stride is applied to the kernel's offset and the dilation to the stops",
    line="acc += w[p, q] * xp[i * dh + p * sh, j * dw + q * sw]",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    h_out = output_size(h, kh, stride=sh, padding=ph, dilation=dh)
    w_out = output_size(w_in, kw, stride=sw, padding=pw, dilation=dw)
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            acc = b
            for p in range(kh):
                for q in range(kw):
                    acc += w[p, q] * xp[i * dh + p * sh, j * dw + q * sw]
            y[i, j] = acc
    return y


@wrong(
    "conv2d",
    "the width of the map is computed with the stride of the rows",
    line="w_out = output_size(w_in, kw, stride=sh, padding=pw, dilation=dw)",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    h_out = output_size(h, kh, stride=sh, padding=ph, dilation=dh)
    w_out = output_size(w_in, kw, stride=sh, padding=pw, dilation=dw)
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for p in range(kh):
                for q in range(kw):
                    r, c = i * sh + p * dh, j * sw + q * dw
                    if r < xp.shape[0] and c < xp.shape[1]:
                        y[i, j] += w[p, q] * xp[r, c]
            y[i, j] += b
    return y


@wrong(
    "conv2d",
    "the bias is added to the picture before the convolution and not to the result",
    line="x = x + b",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = x + b
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    return np.array(
        [
            [
                np.sum(w * xp[i : i + tall : dh, j : j + wide : dw])
                for j in range(0, xp.shape[1] - wide + 1, sw)
            ]
            for i in range(0, xp.shape[0] - tall + 1, sh)
        ]
    )


@wrong(
    "conv2d",
    "dilates by putting gaps between the pixels' rows only; columns stay dense",
    line="window = xp[i : i + tall : dh, j : j + kw]",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    out = []
    for i in range(0, xp.shape[0] - tall + 1, sh):
        line = []
        for j in range(0, xp.shape[1] - wide + 1, sw):
            window = xp[i : i + tall : dh, j : j + kw]
            line.append(b + np.sum(w * window))
        out.append(line)
    return np.array(out)


@wrong(
    "conv2d",
    "the loop leaves out the last stops: the end of range isn't included, plus 1 missing",
    line="for i in range(0, xp.shape[0] - tall, sh):",
    mistakes=2,
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    out = []
    for i in range(0, xp.shape[0] - tall, sh):
        line = []
        for j in range(0, xp.shape[1] - wide, sw):
            window = xp[i : i + tall : dh, j : j + wide : dw]
            line.append(b + np.sum(w * window))
        out.append(line)
    return np.array(out)


@wrong(
    "conv2d",
    "padding is done by an own helper that has no return, so None is sliced",
    line="padded = add_zeros(x)",
    raises=True,
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)

    def add_zeros(image):
        big = np.zeros((h + 2 * ph, w_in + 2 * pw))
        big[ph : ph + h, pw : pw + w_in] = image

    padded = add_zeros(x)
    h_out = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    w_out = (w_in + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for p in range(kh):
                for q in range(kw):
                    y[i, j] += w[p, q] * padded[i * sh + p * dh, j * sw + q * dw]
            y[i, j] += b
    return y
