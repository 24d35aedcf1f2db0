"""Mistakes that only some inputs show: edges, settings, sizes and large numbers."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import (
    both,
    build,
    conv2d_backward,
    given,
    im2col,
    match_map,
    prepare,
    train_step,
    weights_of,
    widen,
)


@wrong(
    "share_equal",
    "pixels that differ by less than a half count as equal",
    line="return np.mean(np.abs(a - b) < 0.5)",
)
def share_equal(a, b):
    return np.mean(np.abs(a - b) < 0.5)


@wrong(
    "share_equal",
    "divides by the rows squared, right for square pictures only",
    line="return n / a.shape[0] ** 2",
)
def share_equal(a, b):
    n = 0
    for row_a, row_b in zip(a, b):
        for p, q in zip(row_a, row_b):
            if p == q:
                n += 1
    return n / a.shape[0] ** 2


@wrong(
    "strongest_matches",
    "the best starts at -1, so a match below -1, which grey pixels can have, is missed",
    line="best = -1",
)
def strongest_matches(pictures, features):
    out = np.zeros((len(pictures), len(features)))
    for n in range(len(pictures)):
        for f in range(len(features)):
            best = -1
            for row in match_map(pictures[n], features[f]):
                for score in row:
                    if score > best:
                        best = score
            out[n, f] = best
    return out


@wrong(
    "strongest_matches",
    "takes the largest absolute value, so that a strong mismatch counts as a match",
    line="best[n, f] = np.abs(match_map(p, q)).max()",
)
def strongest_matches(pictures, features):
    best = np.zeros((len(pictures), len(features)))
    for n, p in enumerate(pictures):
        for f, q in enumerate(features):
            best[n, f] = np.abs(match_map(p, q)).max()
    return best


@wrong(
    "pad2d",
    "np.pad reads the pair as (before, after) for both axes, not as (rows, columns)",
    line="return np.pad(x, padding)",
)
def pad2d(x, padding=1):
    return np.pad(x, padding)


@wrong(
    "conv2d_strided",
    "the two strides are unpacked in the wrong order",
    line="sw, sh = both(stride)",
)
def conv2d_strided(x, w, b=0.0, *, stride=1):
    (h, w_in), (kh, kw) = x.shape, w.shape
    sw, sh = both(stride)
    y = np.zeros(((h - kh) // sh + 1, (w_in - kw) // sw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = b + np.sum(w * x[i * sh : i * sh + kh, j * sw : j * sw + kw])
    return y


@wrong(
    "conv2d",
    "pads after the sizes are taken, below and to the right only",
    line="x = np.pad(x, ((0, 2 * ph), (0, 2 * pw)))",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (kh, kw) = w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = np.pad(x, ((0, 2 * ph), (0, 2 * pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    out = []
    for i in range(0, x.shape[0] - tall + 1, sh):
        row = []
        for j in range(0, x.shape[1] - wide + 1, sw):
            row.append(b + np.sum(w * x[i : i + tall : dh, j : j + wide : dw]))
        out.append(row)
    return np.array(out)


@wrong(
    "conv2d",
    "a debugging line is left in: the picture is replaced by ones",
    line="xp = np.ones_like(xp)",
)
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (kh, kw) = w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    xp = np.ones_like(xp)
    h_out = (xp.shape[0] - dh * (kh - 1) - 1) // sh + 1
    w_out = (xp.shape[1] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for p in range(kh):
                for q in range(kw):
                    y[i, j] += w[p, q] * xp[i * sh + p * dh, j * sw + q * dw]
    return y + b


@wrong(
    "same_padding",
    "a kernel wider than the step is taken for granted, and dilation is applied to k",
    line="total = max((stops - 1) * stride + dilation * k - n, 0)",
)
def same_padding(n, k, *, stride=1, dilation=1):
    stops = -(-n // stride)
    total = max((stops - 1) * stride + dilation * k - n, 0)
    return total // 2, total - total // 2


@wrong(
    "average_kernel",
    "divides by the rows squared, right for square windows only",
    line="w[p, q, c, c] = 1 / kh**2",
)
def average_kernel(size, channels):
    kh, kw = both(size)
    w = np.zeros((kh, kw, channels, channels))
    for p in range(kh):
        for q in range(kw):
            for c in range(channels):
                w[p, q, c, c] = 1 / kh**2
    return w


@wrong(
    "max_pool2d",
    "the padding of same is filled with 0, which wins against negative numbers",
    line="x = widen(x, (kh, kw), (sh, sw), 0)",
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0)
    n, h, w_in, c = x.shape
    y = np.zeros((n, (h - kh) // sh + 1, (w_in - kw) // sw + 1, c))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            y[:, i, j] = np.max(
                x[:, i * sh : i * sh + kh, j * sw : j * sw + kw], axis=(1, 2)
            )
    return y


@wrong(
    "max_pool2d",
    "the stride falls back to 1 and not to the window's size",
    line="sh, sw = both(stride or 1)",
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(stride or 1)
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    n, h, w_in, c = x.shape
    y = np.zeros((n, (h - kh) // sh + 1, (w_in - kw) // sw + 1, c))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            y[:, i, j] = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw].max((1, 2))
    return y


@wrong(
    "numeric_gradient",
    "a difference to one side only, whose error is larger than that of central ones",
    line="dx.flat[k] = np.sum(dy * (f(ahead) - f(x))) / eps",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(x.size):
        ahead = x.copy()
        ahead.flat[k] += eps
        dx.flat[k] = np.sum(dy * (f(ahead) - f(x))) / eps
    return dx


@wrong(
    "numeric_gradient",
    "the step is written into the code, so the setting eps is ignored",
    line="step = 1e-6",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    step = 1e-6
    dx = np.zeros(x.shape)
    for k in range(x.size):
        a, b = x.copy(), x.copy()
        a.flat[k] += step
        b.flat[k] -= step
        dx.flat[k] = ((f(a) - f(b)) * dy).sum() / (2 * step)
    return dx


@wrong(
    "conv2d_backward",
    "rows and columns of the stride are exchanged in the gradient only",
    line="(sw, sh), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)",
    raises=True,
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sw, sh), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            for p in range(kh):
                for q in range(kw):
                    a, c = i * sh + p * up, j * sw + q * across
                    dw[p, q] += xp[:, a, c].T @ dy[:, i, j]
                    dxp[:, a, c] += dy[:, i, j] @ w[p, q].T
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "max_pool2d_backward",
    ">= in the search takes the last of equal maxima and not the first",
    line="if window[a, e] >= window[p, q]:",
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = 0, 0
        for a in range(kh):
            for e in range(kw):
                if window[a, e] >= window[p, q]:
                    p, q = a, e
        dx[n, i * sh + p, j * sw + q, c] += dy[n, i, j, c]
    return dx


@wrong(
    "overlap_counts",
    "the counts are whole numbers, float64 is asked for",
    line="counts = np.zeros((n - 1) * stride + k, dtype=int)",
)
def overlap_counts(n, k, *, stride=1):
    counts = np.zeros((n - 1) * stride + k, dtype=int)
    for i in range(n):
        for p in range(k):
            counts[i * stride + p] += 1
    return counts


@wrong(
    "conv2d_transpose_backward",
    "the stride isn't handed to the gradient of the kernel",
    line="_, dw, _ = given.conv2d_backward(x, dy, w, padding=padding)",
)
def conv2d_transpose_backward(dy, x, w, *, stride=1, padding=0, output_padding=0):
    dx = given.conv2d(dy, w, stride=stride, padding=padding)
    _, dw, _ = given.conv2d_backward(x, dy, w, padding=padding)
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "softmax_cross_entropy",
    "the largest logit isn't subtracted, so that large logits overflow",
    line="e = np.exp(logits)",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    e = np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), labels]).mean()
    d = p.copy()
    d[np.arange(n), labels] -= 1
    return loss, d / n


@wrong(
    "softmax_cross_entropy",
    "the largest logit of the whole batch is subtracted, so rows far below it underflow",
    line="z = logits - logits.max()",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    z = logits - logits.max()
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    d = np.exp(log_p)
    d[np.arange(n), labels] -= 1
    return -log_p[np.arange(n), labels].mean(), d / n


@wrong(
    "softmax_cross_entropy",
    "the logarithm is taken of probabilities, which are 0 for logits far below the "
    "largest",
    line="loss = -np.mean(np.log(p[np.arange(n), labels]))",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(n), labels]))
    d = p.copy()
    d[np.arange(n), labels] -= 1
    return loss, d / n


@wrong(
    "train_steps",
    "the losses come back as a list and not as an array",
    line="return losses, weights_of(layers)",
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = []
    for _ in range(steps):
        losses.append(train_step(layers, x, labels, learning_rate))
    return losses, weights_of(layers)


@wrong(
    "train_steps",
    "one step too few, the first loss being counted as a step",
    line="for _ in range(1, steps):",
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = []
    for _ in range(1, steps):
        losses.append(train_step(layers, x, labels, learning_rate))
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "the epoch's mean is over steps and not over pictures: the last batch counts as much",
    line="losses.append(total / count)",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    losses = []
    for order in orders:
        total, count = 0, 0
        for s in range(0, len(order), batch):
            mine = order[s : s + batch]
            total += train_step(layers, x[mine], labels[mine], learning_rate)
            count += 1
        losses.append(total / count)
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "a new network for each epoch",
    line="layers = build(weights)",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    losses = []
    for order in orders:
        layers = build(weights)
        parts = []
        for s in range(0, len(order), batch):
            mine = order[s : s + batch]
            parts.append(train_step(layers, x[mine], labels[mine], learning_rate))
        losses.append(np.mean(parts))
    return np.array(losses), weights_of(layers)


@wrong(
    "merge_kernels",
    "the sheet has rows and columns exchanged",
    line="w = np.zeros((kw1 + kw2 - 1, kh1 + kh2 - 1))",
    raises=True,
)
def merge_kernels(w1, w2):
    (kh1, kw1), (kh2, kw2) = w1.shape, w2.shape
    w = np.zeros((kw1 + kw2 - 1, kh1 + kh2 - 1))
    for p in range(kh1):
        for q in range(kw1):
            w[p : p + kh2, q : q + kw2] += w1[p, q] * w2
    return w


@wrong(
    "flattened_conv",
    "column and bias: the first step gets the bias, and the last one none",
    line="mixed = x @ w_channel + b",
)
def flattened_conv(x, w_channel, w_column, w_row, b):
    kh, kw = w_column.shape[0], w_row.shape[0]
    mixed = x @ w_channel + b
    n, h, w_in, f = mixed.shape
    y = np.zeros((n, h - kh + 1, w_in - kw + 1, f))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            for p in range(kh):
                for q in range(kw):
                    y[:, i, j] += w_column[p] * w_row[q] * mixed[:, i + p, j + q]
    return y


# Sizes that are written into the code ---------------------------------------------


@wrong(
    "conv2d_filters",
    "two is written for the number of filters",
    line="y = np.zeros((len(rows), len(columns), 2))",
    mistakes=2,
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), 2))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(2):
                y[i, j, f] = np.sum(w[..., f] * x[np.ix_(r, c)])
    return y


@wrong(
    "conv2d_bias",
    "the loop over filters is written out for two of them",
    line="y1 = np.sum(w[..., 1] * block) + b[1]",
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw = w.shape[:2]
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), w.shape[3]))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            block = x[np.ix_(r, c)]
            y0 = np.sum(w[..., 0] * block) + b[0]
            y1 = np.sum(w[..., 1] * block) + b[1]
            y[i, j, 0], y[i, j, 1] = y0, y1
    return y


@wrong(
    "conv2d_batch",
    "two is written for the number of pictures",
    line="for n in range(2):",
    raises=True,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n in range(2):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                for f in range(c_out):
                    y[n, i, j, f] = np.sum(x[n][np.ix_(r, c)] * w[..., f]) + b[f]
    return y


@wrong(
    "im2col",
    "the rows of the first and the second picture are put together, further ones not",
    line="return np.concatenate([patches(x[0]), patches(x[1])])",
    raises=True,
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)

    def patches(image):
        return np.array([image[np.ix_(r, c)].ravel() for r in rows for c in columns])

    return np.concatenate([patches(x[0]), patches(x[1])])


@wrong(
    "conv2d_matmul",
    "the result is given the shape of two pictures",
    line="return y.reshape(2, len(rows), len(columns), c_out)",
    raises=True,
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    y = im2col(x, kh, kw, **settings) @ w.reshape(-1, c_out) + b
    return y.reshape(2, len(rows), len(columns), c_out)


@wrong(
    "grouped_conv2d_backward",
    "db adds the examples 0 and 1 up by hand",
    line="db = dy[0].sum(axis=(0, 1)) + dy[1].sum(axis=(0, 1))",
)
def grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    a, m = x.shape[3] // groups, w.shape[3] // groups
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * m, (g + 1) * m)
        dx[..., ins], dw[..., outs], _ = conv2d_backward(
            dy[..., outs],
            x[..., ins],
            w[..., outs],
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
    db = dy[0].sum(axis=(0, 1)) + dy[1].sum(axis=(0, 1))
    return dx, dw, db


@wrong(
    "conv3d",
    "two is written for the number of volumes",
    line="for n in range(2):",
)
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    def all_three(value):
        return tuple(value) if np.ndim(value) else (value,) * 3

    (st, sh, sw), p, (dt, dh, dw) = map(all_three, (stride, padding, dilation))
    kd, kh, kw, _, c_out = w.shape
    x = np.pad(x, ((0, 0), (p[0], p[0]), (p[1], p[1]), (p[2], p[2]), (0, 0)))
    d_out = (x.shape[1] - dt * (kd - 1) - 1) // st + 1
    h_out = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    w_out = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((x.shape[0], d_out, h_out, w_out, c_out))
    for n in range(2):
        for t in range(d_out):
            for i in range(h_out):
                for j in range(w_out):
                    block = x[
                        n,
                        t * st : t * st + dt * (kd - 1) + 1 : dt,
                        i * sh : i * sh + dh * (kh - 1) + 1 : dh,
                        j * sw : j * sw + dw * (kw - 1) + 1 : dw,
                    ]
                    y[n, t, i, j] = np.tensordot(block, w, axes=4) + b
    return y
