"""What a learner's notebook has at hand: helpers of the lessons, and earlier answers.

The earlier answers are right, so that a specimen that calls one has only its own
mistake. ``given`` computes in NumPy here; in a notebook it asks Keras.
"""

from types import SimpleNamespace

import numpy as np


def both(value):
    return tuple(value) if np.ndim(value) else (value, value)


def prepare(x, kh, kw, stride, padding, dilation):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = np.pad(x, [(0, 0)] * (x.ndim - 3) + [(ph, ph), (pw, pw), (0, 0)])
    tops = range(0, x.shape[-3] - dh * (kh - 1), sh)
    lefts = range(0, x.shape[-2] - dw * (kw - 1), sw)
    rows = [top + dh * np.arange(kh) for top in tops]
    columns = [left + dw * np.arange(kw) for left in lefts]
    return x, rows, columns


# Lessons 01 to 04 -----------------------------------------------------------------


def match_score(patch, feature):
    return np.mean(patch * feature)


def match_map(picture, feature):
    kh, kw = feature.shape
    shape = picture.shape[0] - kh + 1, picture.shape[1] - kw + 1
    scores = np.zeros(shape)
    for i, j in np.ndindex(shape):
        scores[i, j] = match_score(picture[i : i + kh, j : j + kw], feature)
    return scores


def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


def pad2d(x, padding=1):
    ph, pw = both(padding)
    return np.pad(x, ((ph, ph), (pw, pw)))


def same_padding(n, k, *, stride=1, dilation=1):
    needed = (-(-n // stride) - 1) * stride + dilation * (k - 1) + 1
    total = max(needed - n, 0)
    return total // 2, total - total // 2


def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    rows, columns = np.array(rows), np.array(columns)
    patches = x[:, rows[:, None, :, None], columns[None, :, None, :]]
    return patches.reshape(-1, kh * kw * x.shape[-1])


def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    _, rows, columns = prepare(x, kh, kw, **settings)
    y = im2col(x, kh, kw, **settings) @ w.reshape(-1, c_out) + b
    return y.reshape(len(x), len(rows), len(columns), c_out)


def pointwise(x, w, b):
    return x @ w + b


def grouped_conv2d(x, w, b, *, groups=1, **settings):
    a, m = x.shape[-1] // groups, w.shape[-1] // groups
    parts = []
    for g in range(groups):
        mine = slice(g * m, (g + 1) * m)
        channels = x[..., g * a : (g + 1) * a]
        parts.append(conv2d_batch(channels, w[..., mine], b[mine], **settings))
    return np.concatenate(parts, axis=-1)


def depthwise_conv2d(x, w, b, **settings):
    kh, kw, c_in, multiplier = w.shape
    flat = w.reshape(kh, kw, 1, c_in * multiplier)
    return grouped_conv2d(x, flat, b, groups=c_in, **settings)


# Lessons 05 to 07 -----------------------------------------------------------------


def relu(x):
    return np.maximum(x, 0)


def widen(x, size, stride, value):
    rows = same_padding(x.shape[1], size[0], stride=stride[0])
    columns = same_padding(x.shape[2], size[1], stride=stride[1])
    return np.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=value)


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        rows = slice(i * sh, i * sh + up * (kh - 1) + 1, up)
        for j in range(dy.shape[2]):
            columns = slice(j * sw, j * sw + across * (kw - 1) + 1, across)
            stop = dy[:, i, j]
            dw += np.tensordot(xp[:, rows, columns], stop, axes=(0, 0))
            dxp[:, rows, columns] += np.tensordot(stop, w, axes=(1, 3))
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


def grouped_conv2d_backward(dy, x, w, *, groups=1, **settings):
    a, m = x.shape[3] // groups, w.shape[3] // groups
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * m, (g + 1) * m)
        dx[..., ins], dw[..., outs], _ = conv2d_backward(
            dy[..., outs], x[..., ins], w[..., outs], **settings
        )
    return dx, dw, dy.sum(axis=(0, 1, 2))


def conv1d_transpose(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w), dtype=x.dtype)
    for i, value in enumerate(x):
        y[i * stride : i * stride + len(w)] += value * w
    return y


def _given_conv2d(x, w, b=None, **settings):
    return conv2d_batch(x, w, np.zeros(w.shape[3]) if b is None else b, **settings)


given = SimpleNamespace(
    conv2d=_given_conv2d, conv2d_backward=conv2d_backward, same_padding=same_padding
)


# Lesson 08 ------------------------------------------------------------------------


def windows_as_rows(x, kh, kw):
    view = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))
    n, h_out, w_out, c = view.shape[:4]
    return view.transpose(0, 1, 2, 4, 5, 3).reshape(n * h_out * w_out, kh * kw * c)


def rows_as_stamps(rows, shape, kh, kw):
    n, h, w, c = shape
    h_out, w_out = h - kh + 1, w - kw + 1
    stamps = rows.reshape(n, h_out, w_out, kh, kw, c)
    x = np.zeros(shape)
    for p, q in np.ndindex(kh, kw):
        x[:, p : p + h_out, q : q + w_out] += stamps[:, :, :, p, q]
    return x


def tiles(x):
    h, w = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    return np.stack([x[:, p:h:2, q:w:2] for p in (0, 1) for q in (0, 1)])


def untile(windows, shape):
    x, h, w = np.zeros(shape), shape[1] // 2 * 2, shape[2] // 2 * 2
    for k in range(4):
        x[:, k // 2 : h : 2, k % 2 : w : 2] = windows[k]
    return x


class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        self.x = x
        w, b = self.params
        return x @ w + b

    def backward(self, dy):
        self.grads = [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ self.params[0].T


class Conv2D:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        w, b = self.params
        kh, kw, _, c_out = w.shape
        n, h, w_in, _ = self.shape = x.shape
        self.rows = windows_as_rows(x, kh, kw)
        y = self.rows @ w.reshape(-1, c_out) + b
        return y.reshape(n, h - kh + 1, w_in - kw + 1, c_out)

    def backward(self, dy):
        w, _ = self.params
        kh, kw, _, c_out = w.shape
        dy = dy.reshape(-1, c_out)
        self.grads = [(self.rows.T @ dy).reshape(w.shape), dy.sum(axis=0)]
        return rows_as_stamps(dy @ w.reshape(-1, c_out).T, self.shape, kh, kw)


class MaxPool2D:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        windows = tiles(x)
        self.winners = windows.argmax(axis=0)
        return windows.max(axis=0)

    def backward(self, dy):
        places = np.arange(4).reshape(4, 1, 1, 1, 1)
        return untile((places == self.winners) * dy, self.shape)


class ReLU:
    params, grads = (), ()

    def forward(self, x):
        self.positive = x > 0
        return x * self.positive

    def backward(self, dy):
        return dy * self.positive


class Flatten:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)


def build(weights):
    w1, b1, w2, b2, w3, b3 = weights
    first = [Conv2D(w1, b1), ReLU(), MaxPool2D()]
    second = [Conv2D(w2, b2), ReLU(), MaxPool2D()]
    return [*first, *second, Flatten(), Dense(w3, b3)]


def weights_of(layers):
    return [w for layer in layers for w in layer.params]


def softmax_cross_entropy(logits, labels):
    n = len(logits)
    picture = np.arange(n)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[picture, labels] -= 1
    return -log_p[picture, labels].mean(), dlogits / n


def sgd_step(values, grads, learning_rate):
    return [v - learning_rate * g for v, g in zip(values, grads, strict=True)]


def train_step(layers, x, labels, learning_rate):
    for layer in layers:
        x = layer.forward(x)
    loss, d = softmax_cross_entropy(x, labels)
    for layer in reversed(layers):
        d = layer.backward(d)
    for layer in layers:
        layer.params = sgd_step(layer.params, layer.grads, learning_rate)
    return loss
