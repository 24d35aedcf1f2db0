"""Lessons 07 and 08: stamps, layers and training, as students write them."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import (
    both,
    build,
    conv1d_transpose,
    given,
    rows_as_stamps,
    sgd_step,
    softmax_cross_entropy,
    tiles,
    train_step,
    untile,
    weights_of,
    windows_as_rows,
)

# conv1d_transpose -----------------------------------------------------------------


@wrong(
    "conv1d_transpose",
    "stamps replace one another where they overlap",
    line="y[i * stride : i * stride + k] = x[i] * w",
)
def conv1d_transpose(x, w, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - 1) * stride + k)
    for i in range(n):
        y[i * stride : i * stride + k] = x[i] * w
    return y


@wrong(
    "conv1d_transpose",
    "n * stride + k: the result is one stride too long",
    line="y = np.zeros(n * stride + k)",
)
def conv1d_transpose(x, w, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros(n * stride + k)
    for i in range(n):
        for p in range(k):
            y[i * stride + p] += w[p] * x[i]
    return y


@wrong(
    "conv1d_transpose",
    "(n - 1) times stride is missing the stride: stamps are moved but have no room",
    line="y = np.zeros(n - 1 + k)",
    raises=True,
)
def conv1d_transpose(x, w, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros(n - 1 + k)
    for i in range(n):
        for p in range(k):
            y[i * stride + p] += w[p] * x[i]
    return y


@wrong(
    "conv1d_transpose",
    "puts zeros between the inputs, then slides the kernel without turning it round",
    line="y[m] = np.sum(padded[m : m + k] * w)",
)
def conv1d_transpose(x, w, *, stride=1):
    n, k = len(x), len(w)
    spread = np.zeros((n - 1) * stride + 1)
    spread[::stride] = x
    padded = np.pad(spread, k - 1)
    y = np.zeros(len(spread) + k - 1)
    for m in range(len(y)):
        y[m] = np.sum(padded[m : m + k] * w)
    return y


@wrong(
    "conv1d_transpose",
    "the stride multiplies the place in the stamp and not the stamp's start",
    line="y[i + p * stride] += w[p] * x[i]",
)
def conv1d_transpose(x, w, *, stride=1):
    n, k = len(x), len(w)
    y = np.zeros((n - 1) * stride + k)
    for i in range(n):
        for p in range(k):
            y[i + p * stride] += w[p] * x[i]
    return y


# transposed_size ------------------------------------------------------------------


@wrong(
    "transposed_size",
    "the convolution's formula with multiplication in place of division: n and not n - 1",
    line="return n * stride + k - 2 * padding + output_padding",
)
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    return n * stride + k - 2 * padding + output_padding


@wrong(
    "transposed_size",
    "a bracket is missing: 1 * stride is subtracted from n, n itself isn't multiplied",
    line="return n - 1 * stride + k - 2 * padding + output_padding",
)
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    return n - 1 * stride + k - 2 * padding + output_padding


@wrong(
    "transposed_size",
    "the padding is taken off once and the output padding on both sides",
    line="size -= padding",
    mistakes=2,
)
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    size = (n - 1) * stride + k
    size -= padding
    size += 2 * output_padding
    return size


# conv2d_transpose -----------------------------------------------------------------


@wrong(
    "conv2d_transpose",
    "the bias is added with every stamp",
    line="canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp + b",
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    h_full, w_full = (h - 1) * sh + kh + oh, (w_in - 1) * sw + kw + ow
    canvas = np.zeros((n, h_full, w_full, c_out))
    for i in range(h):
        for j in range(w_in):
            stamp = np.tensordot(x[:, i, j], w, axes=(1, 3))
            canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp + b
    return canvas[:, ph : h_full - ph, pw : w_full - pw]


@wrong(
    "conv2d_transpose",
    "crops to -ph, which leaves nothing when there is no padding",
    line="return canvas[:, ph:-ph, pw:-pw] + b",
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    n, h, w_in, c_in = x.shape
    kh, kw, c_out, _ = w.shape
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    canvas = np.zeros((n, (h - 1) * sh + kh + oh, (w_in - 1) * sw + kw + ow, c_out))
    for i in range(h):
        for j in range(w_in):
            for p in range(kh):
                for q in range(kw):
                    canvas[:, i * sh + p, j * sw + q] += x[:, i, j] @ w[p, q].T
    return canvas[:, ph:-ph, pw:-pw] + b


@wrong(
    "conv2d_transpose",
    "channels and filters of the kernel are taken in the wrong order",
    line="y[:, i * sh + p, j * sw + q] += x[:, i, j] @ w[p, q]",
    raises=True,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    hf, wf = (h - 1) * sh + kh + oh, (w_in - 1) * sw + kw + ow
    y = np.zeros((n, hf, wf, c_out))
    for i in range(h):
        for j in range(w_in):
            for p in range(kh):
                for q in range(kw):
                    y[:, i * sh + p, j * sw + q] += x[:, i, j] @ w[p, q]
    return y[:, ph : hf - ph, pw : wf - pw] + b


@wrong(
    "conv2d_transpose",
    "the output padding is put before the picture and not at the end",
    line="canvas[:, top : top + kh, left : left + kw] += stamp",
    mistakes=2,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    hf, wf = (h - 1) * sh + kh + oh, (w_in - 1) * sw + kw + ow
    canvas = np.zeros((n, hf, wf, c_out))
    for i in range(h):
        for j in range(w_in):
            stamp = np.einsum("nc,pqfc->npqf", x[:, i, j], w)
            top, left = i * sh + oh, j * sw + ow
            canvas[:, top : top + kh, left : left + kw] += stamp
    return canvas[:, ph : hf - ph, pw : wf - pw] + b


# conv_matrix ----------------------------------------------------------------------


@wrong(
    "conv_matrix",
    "the row isn't made anew for each stop, so earlier stamps stay in it",
    line="row = np.zeros((h, w_in))",
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    rows = []
    row = np.zeros((h, w_in))
    for i in range(h_out):
        for j in range(w_out):
            row[i * sh : i * sh + kh, j * sw : j * sw + kw] = w
            rows.append(row.flatten())
    return np.array(rows)


@wrong(
    "conv_matrix",
    "row.ravel() of one array is a view: all rows of the list are the same array",
    line="rows.append(row.ravel())",
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    rows = []
    row = np.zeros((h, w_in))
    for i in range(h_out):
        for j in range(w_out):
            row[:] = 0
            row[i * sh : i * sh + kh, j * sw : j * sw + kw] = w
            rows.append(row.ravel())
    return np.array(rows)


@wrong(
    "conv_matrix",
    "pixels are numbered with the height as the length of a row",
    line="m[i * w_out + j, (i * sh + p) * h + j * sw + q] = w[p, q]",
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    m = np.zeros((h_out * w_out, h * w_in))
    for i in range(h_out):
        for j in range(w_out):
            for p in range(kh):
                for q in range(kw):
                    m[i * w_out + j, (i * sh + p) * h + j * sw + q] = w[p, q]
    return m


@wrong(
    "conv_matrix",
    "returns the matrix on its side, pixels by stops",
    line="return M.T",
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    M = np.zeros((h_out * w_out, h * w_in))
    k = 0
    for i in range(h_out):
        for j in range(w_out):
            plane = np.zeros((h, w_in))
            plane[i * sh : i * sh + kh, j * sw : j * sw + kw] = w
            M[k] = plane.reshape(-1)
            k += 1
    return M.T


# adjoint_gap, bilinear_kernel, overlap_counts, to_keras_transpose -----------------


@wrong(
    "adjoint_gap",
    "the absolute value is missing, so the gap may be negative",
    line="return np.sum(f(x) * y) - np.sum(x * g(y))",
)
def adjoint_gap(f, g, x, y):
    return np.sum(f(x) * y) - np.sum(x * g(y))


@wrong(
    "adjoint_gap",
    "f and g are exchanged",
    line="left = np.sum(g(x) * y)",
    mistakes=2,
    raises=True,
)
def adjoint_gap(f, g, x, y):
    left = np.sum(g(x) * y)
    right = np.sum(x * f(y))
    return abs(left - right)


@wrong(
    "adjoint_gap",
    "absolute differences of all products, not the difference of the two sums",
    line="return np.sum(np.abs(f(x) * y - x * g(y)))",
)
def adjoint_gap(f, g, x, y):
    return np.sum(np.abs(f(x) * y - x * g(y)))


@wrong(
    "bilinear_kernel",
    "the absolute value is missing, so the tent rises without end",
    line="t = 1 - (np.arange(k) - (k - 1) / 2) / stride",
)
def bilinear_kernel(stride):
    k = 2 * stride - stride % 2
    t = 1 - (np.arange(k) - (k - 1) / 2) / stride
    return np.outer(t, t)


@wrong(
    "bilinear_kernel",
    "whole division makes the middle of an even kernel off by a half",
    line="centre = (k - 1) // 2",
)
def bilinear_kernel(stride):
    k = 2 * stride - stride % 2
    centre = (k - 1) // 2
    w = np.zeros((k, k))
    for p in range(k):
        for q in range(k):
            w[p, q] = (1 - abs(p - centre) / stride) * (1 - abs(q - centre) / stride)
    return w


@wrong(
    "bilinear_kernel",
    "np.dot of two vectors is one number, not their table of products",
    line="return np.dot(t, t)",
)
def bilinear_kernel(stride):
    k = 2 * stride - stride % 2
    t = 1 - np.abs(np.arange(k) - (k - 1) / 2) / stride
    return np.dot(t, t)


@wrong(
    "bilinear_kernel",
    "the weights are divided by their sum at the end, as for a blur",
    line="return w / w.sum()",
)
def bilinear_kernel(stride):
    k = 2 * stride - stride % 2
    t = [1 - abs(p - (k - 1) / 2) / stride for p in range(k)]
    w = np.array([[a * b for b in t] for a in t])
    return w / w.sum()


@wrong(
    "overlap_counts",
    "counts stamps by their start only, so each place gets at most one",
    line="counts[i * stride] += 1",
)
def overlap_counts(n, k, *, stride=1):
    counts = np.zeros((n - 1) * stride + k)
    for i in range(n):
        counts[i * stride] += 1
    return counts


@wrong(
    "overlap_counts",
    "n and k are exchanged",
    line="return conv1d_transpose(np.ones(k), np.ones(n), stride=stride)",
)
def overlap_counts(n, k, *, stride=1):
    return conv1d_transpose(np.ones(k), np.ones(n), stride=stride)


@wrong(
    "overlap_counts",
    "np.ones(n) stands for the number of ones, but here n itself is passed as a signal",
    line="return conv1d_transpose(n, k, stride=stride)",
    raises=True,
)
def overlap_counts(n, k, *, stride=1):
    return conv1d_transpose(n, k, stride=stride)


@wrong(
    "to_keras_transpose",
    "the kernel is moved as an ordinary convolution's: in before out",
    line="return np.moveaxis(x, 1, -1), w.transpose(2, 3, 0, 1)",
)
def to_keras_transpose(x, w):
    return np.moveaxis(x, 1, -1), w.transpose(2, 3, 0, 1)


@wrong(
    "to_keras_transpose",
    "swapaxes exchanges channels and width: height and width come out swapped",
    line="x = np.swapaxes(x, 1, 3)",
)
def to_keras_transpose(x, w):
    x = np.swapaxes(x, 1, 3)
    w = w.transpose(2, 3, 1, 0)
    return x, w


# conv2d_transpose_backward --------------------------------------------------------


@wrong(
    "conv2d_transpose_backward",
    "x and dy are in the order of an ordinary convolution's gradient",
    line="_, dw, _ = given.conv2d_backward(dy, x, w, stride=stride, padding=padding)",
    raises=True,
)
def conv2d_transpose_backward(dy, x, w, *, stride=1, padding=0, output_padding=0):
    dx = given.conv2d(dy, w, stride=stride, padding=padding)
    _, dw, _ = given.conv2d_backward(dy, x, w, stride=stride, padding=padding)
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_transpose_backward",
    "the padding is left out of dx",
    line="dx = given.conv2d(dy, w, stride=stride)",
)
def conv2d_transpose_backward(dy, x, w, *, stride=1, padding=0, output_padding=0):
    dx = given.conv2d(dy, w, stride=stride)
    _, dw, _ = given.conv2d_backward(x, dy, w, stride=stride, padding=padding)
    db = np.sum(dy, axis=(0, 1, 2))
    return dx, dw, db


@wrong(
    "conv2d_transpose_backward",
    "the bias gradient is summed over x and not over dy",
    line="db = x.sum(axis=(0, 1, 2))",
)
def conv2d_transpose_backward(dy, x, w, *, stride=1, padding=0, output_padding=0):
    dx = given.conv2d(dy, w, stride=stride, padding=padding)
    dw = given.conv2d_backward(x, dy, w, stride=stride, padding=padding)[1]
    db = x.sum(axis=(0, 1, 2))
    return dx, dw, db


# Lesson 08: layers ----------------------------------------------------------------


@wrong(
    "Dense",
    "forward doesn't keep x, so backward can't find it",
    raises=True,
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        w, b = self.params
        return x @ w + b

    def backward(self, dy):
        w, _ = self.params
        self.grads = [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ w.T


@wrong(
    "Dense",
    "the gradients are appended to the list of an earlier batch",
    line="self.grads += [self.x.T @ dy, dy.sum(axis=0)]",
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dy):
        self.grads += [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ self.params[0].T


@wrong(
    "Dense",
    "the gradients are the mean over the batch",
    line="self.grads = [self.x.T @ dy / n, dy.sum(axis=0) / n]",
    mistakes=2,
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        self.x = x
        w, b = self.params
        return np.dot(x, w) + b

    def backward(self, dy):
        n = len(dy)
        self.grads = [self.x.T @ dy / n, dy.sum(axis=0) / n]
        return dy @ self.params[0].T


@wrong(
    "Dense",
    "the method has no self",
    line="def forward(x):",
    raises=True,
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(x):
        return x @ w + b

    def backward(self, dy):
        self.grads = [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ self.params[0].T


@wrong(
    "Conv2D",
    "backward returns the rows and doesn't stamp them back into pictures",
    line="return dy @ w.reshape(-1, c_out).T",
)
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
        return dy @ w.reshape(-1, c_out).T


@wrong(
    "Conv2D",
    "dw stays a matrix",
    line="self.grads = [self.rows.T @ dy, dy.sum(axis=0)]",
)
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
        self.grads = [self.rows.T @ dy, dy.sum(axis=0)]
        return rows_as_stamps(dy @ w.reshape(-1, c_out).T, self.shape, kh, kw)


@wrong(
    "Conv2D",
    "the size of the map lacks the + 1",
    line="return y.reshape(n, h - kh, w_in - kw, c_out)",
    mistakes=2,
    raises=True,
)
class Conv2D:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        w, b = self.params
        kh, kw, _, c_out = w.shape
        n, h, w_in, _ = self.shape = x.shape
        self.rows = windows_as_rows(x, kh, kw)
        y = self.rows @ w.reshape(-1, c_out) + b
        return y.reshape(n, h - kh, w_in - kw, c_out)

    def backward(self, dy):
        w, _ = self.params
        kh, kw, _, c_out = w.shape
        dy = dy.reshape(-1, c_out)
        self.grads = [(self.rows.T @ dy).reshape(w.shape), dy.sum(axis=0)]
        return rows_as_stamps(dy @ w.reshape(-1, c_out).T, self.shape, kh, kw)


@wrong(
    "Conv2D",
    "dy is moved to channels first before it is flattened, which mixes up its rows",
    line="dy = dy.transpose(0, 3, 1, 2).reshape(-1, c_out)",
)
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
        dy = dy.transpose(0, 3, 1, 2).reshape(-1, c_out)
        self.grads = [(self.rows.T @ dy).reshape(w.shape), dy.sum(axis=0)]
        return rows_as_stamps(dy @ w.reshape(-1, c_out).T, self.shape, kh, kw)


@wrong(
    "MaxPool2D",
    "every tile that equals the maximum gets the gradient, so ties get it twice",
    line="return untile((self.windows == self.best) * dy, self.shape)",
)
class MaxPool2D:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        self.windows = tiles(x)
        self.best = self.windows.max(axis=0)
        return self.best

    def backward(self, dy):
        return untile((self.windows == self.best) * dy, self.shape)


@wrong(
    "MaxPool2D",
    "forward returns the winners' places in place of their values",
    line="return self.winners",
)
class MaxPool2D:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        windows = tiles(x)
        self.winners = windows.argmax(axis=0)
        return self.winners

    def backward(self, dy):
        places = np.arange(4).reshape(4, 1, 1, 1, 1)
        return untile((places == self.winners) * dy, self.shape)


@wrong(
    "MaxPool2D",
    "each of the four places gets dy: winners aren't compared with the places",
    line="return untile(places * dy, self.shape)",
)
class MaxPool2D:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        windows = tiles(x)
        self.winners = windows.argmax(axis=0)
        return windows.max(axis=0)

    def backward(self, dy):
        places = np.ones(4).reshape(4, 1, 1, 1, 1)
        return untile(places * dy, self.shape)


@wrong(
    "MaxPool2D",
    "argmax and max run over the last axis, the channels",
    line="self.winners = windows.argmax(axis=-1)",
    mistakes=2,
    raises=True,
)
class MaxPool2D:
    params, grads = (), ()

    def forward(self, x):
        self.shape = x.shape
        windows = tiles(x)
        self.winners = windows.argmax(axis=-1)
        return windows.max(axis=-1)

    def backward(self, dy):
        places = np.arange(4).reshape(4, 1, 1, 1, 1)
        return untile((places == self.winners) * dy, self.shape)


# Lesson 08: the loss and training -------------------------------------------------


@wrong(
    "softmax_cross_entropy",
    "keepdims is missing: the maxima of the rows spread over the columns",
    line="z = logits - logits.max(axis=1)",
    raises=True,
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    z = logits - logits.max(axis=1)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), labels]).mean()
    d = p.copy()
    d[np.arange(n), labels] -= 1
    return loss, d / n


@wrong(
    "softmax_cross_entropy",
    "the softmax divides by the sum of all rows and not of its own row",
    line="p = e / e.sum()",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum()
    loss = 0
    for k in range(n):
        loss -= np.log(p[k, labels[k]])
    d = p.copy()
    for k in range(n):
        d[k, labels[k]] -= 1
    return loss / n, d / n


@wrong(
    "softmax_cross_entropy",
    "the gradient isn't divided by the number of pictures",
    line="return loss, dlogits",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    rows = np.arange(n)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return loss, dlogits


@wrong(
    "softmax_cross_entropy",
    "p[:, labels] takes whole columns, so one column loses 1 for every picture",
    line="d[:, labels] -= 1",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    z = logits - np.max(logits, axis=1, keepdims=True)
    p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(n), labels]))
    d = p.copy()
    d[:, labels] -= 1
    return loss, d / n


@wrong(
    "softmax_cross_entropy",
    "the minus before the logarithm is missing",
    line="loss = np.log(p[np.arange(n), labels]).mean()",
)
def softmax_cross_entropy(logits, labels):
    n = len(logits)
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    loss = np.log(p[np.arange(n), labels]).mean()
    p[np.arange(n), labels] -= 1
    return loss, p / n


@wrong(
    "sgd_step",
    "the step goes uphill",
    line="new.append(v + learning_rate * g)",
)
def sgd_step(values, grads, learning_rate):
    new = []
    for v, g in zip(values, grads, strict=True):
        new.append(v + learning_rate * g)
    return new


@wrong(
    "sgd_step",
    "the arrays are changed in place",
    line="values[i] -= learning_rate * grads[i]",
)
def sgd_step(values, grads, learning_rate):
    for i in range(len(values)):
        values[i] -= learning_rate * grads[i]
    return values


@wrong(
    "sgd_step",
    "lists are subtracted, which Python doesn't do",
    line="return values - learning_rate * grads",
    raises=True,
)
def sgd_step(values, grads, learning_rate):
    return values - learning_rate * grads


@wrong(
    "sgd_step",
    "returns in the first round, so only the first array is in the list",
    line="return new",
)
def sgd_step(values, grads, learning_rate):
    new = []
    for i in range(len(values)):
        new.append(values[i] - learning_rate * grads[i])
        return new
    return new


@wrong(
    "sgd_step",
    "the list of the results is a default argument and keeps what earlier calls put in",
    line="def sgd_step(values, grads, learning_rate, new=[]):",
)
def sgd_step(values, grads, learning_rate, new=[]):
    for v, g in zip(values, grads, strict=True):
        new.append(v - learning_rate * g)
    return new


@wrong(
    "train_steps",
    "the layers are built anew for each step, so every step starts from the same weights",
    line="layers = build(weights)",
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    losses = []
    for _ in range(steps):
        layers = build(weights)
        losses.append(train_step(layers, x, labels, learning_rate))
    return np.array(losses), weights_of(layers)


@wrong(
    "train_steps",
    "goes back through the layers in the order of the forward pass",
    line="for layer in layers:",
    raises=True,
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = []
    for _ in range(steps):
        a = x
        for layer in layers:
            a = layer.forward(a)
        loss, d = softmax_cross_entropy(a, labels)
        for layer in layers:
            d = layer.backward(d)
        for layer in layers:
            layer.params = sgd_step(layer.params, layer.grads, learning_rate)
        losses.append(loss)
    return np.array(losses), weights_of(layers)


@wrong(
    "train_steps",
    "x is overwritten by the network's output, so the second step starts from logits",
    line="x = layer.forward(x)",
    raises=True,
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = np.zeros(steps)
    for k in range(steps):
        for layer in layers:
            x = layer.forward(x)
        losses[k], d = softmax_cross_entropy(x, labels)
        for layer in reversed(layers):
            d = layer.backward(d)
        for layer in layers:
            layer.params = sgd_step(layer.params, layer.grads, learning_rate)
    return losses, weights_of(layers)


@wrong(
    "train_steps",
    "the weights that were handed in are returned and not those at the end",
    line="return np.array(losses), weights",
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = [train_step(layers, x, labels, learning_rate) for _ in range(steps)]
    return np.array(losses), weights


@wrong(
    "train_steps",
    "the loss is reported after the step and not before",
    line="losses.append(softmax_cross_entropy(a, labels)[0])",
)
def train_steps(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = []
    for _ in range(steps):
        train_step(layers, x, labels, learning_rate)
        a = x
        for layer in layers:
            a = layer.forward(a)
        losses.append(softmax_cross_entropy(a, labels)[0])
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "the last batch is left out when it isn't full",
    line="for start in range(0, len(order) - batch + 1, batch):",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    losses = []
    for order in orders:
        parts = []
        for start in range(0, len(order) - batch + 1, batch):
            chosen = order[start : start + batch]
            parts.append(train_step(layers, x[chosen], labels[chosen], learning_rate))
        losses.append(np.mean(parts))
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "the labels aren't put in the order of the pictures",
    line="loss = train_step(layers, x[chosen], labels[s : s + batch], learning_rate)",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    losses = []
    for order in orders:
        total, count = 0, 0
        for s in range(0, len(order), batch):
            chosen = order[s : s + batch]
            loss = train_step(layers, x[chosen], labels[s : s + batch], learning_rate)
            total += loss * len(chosen)
            count += len(chosen)
        losses.append(total / count)
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "the list of losses isn't emptied between epochs, so the mean is over all so far",
    line="parts = []",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    losses = []
    parts = []
    for order in orders:
        for start in range(0, len(order), batch):
            idx = order[start : start + batch]
            parts.append(train_step(layers, x[idx], labels[idx], learning_rate))
        losses.append(np.mean(parts))
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "every loss of every batch is returned, not the epochs' means",
    line="losses.append(train_step(layers, x[idx], labels[idx], learning_rate))",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    losses = []
    for order in orders:
        for start in range(0, len(order), batch):
            idx = order[start : start + batch]
            losses.append(train_step(layers, x[idx], labels[idx], learning_rate))
    return np.array(losses), weights_of(layers)


@wrong(
    "fit",
    "the order is ignored: batches are cut from x as it lies",
    line="xb, yb = x[k : k + batch], labels[k : k + batch]",
)
def fit(weights, x, labels, orders, *, batch, learning_rate):
    layers = build(weights)
    history = []
    for order in orders:
        epoch = []
        for k in range(0, len(x), batch):
            xb, yb = x[k : k + batch], labels[k : k + batch]
            epoch.append(train_step(layers, xb, yb, learning_rate) * len(xb))
        history.append(sum(epoch) / len(x))
    return np.array(history), weights_of(layers)


@wrong(
    "dense_to_conv",
    "the channels are put before rows and columns and moved, as after PyTorch's flatten",
    line="return w.reshape(c, h, w_in, -1).transpose(1, 2, 0, 3)",
)
def dense_to_conv(w, h, w_in, c):
    return w.reshape(c, h, w_in, -1).transpose(1, 2, 0, 3)


@wrong(
    "dense_to_conv",
    "height and width are exchanged in the place's number",
    line="kernel[p, q, k, u] = w[(q * h + p) * c + k, u]",
)
def dense_to_conv(w, h, w_in, c):
    units = w.shape[1]
    kernel = np.zeros((h, w_in, c, units))
    for p in range(h):
        for q in range(w_in):
            for k in range(c):
                for u in range(units):
                    kernel[p, q, k, u] = w[(q * h + p) * c + k, u]
    return kernel


@wrong(
    "dense_to_conv",
    "ten units are written into the code",
    line="return w.reshape(h, w_in, c, 10)",
    raises=True,
)
def dense_to_conv(w, h, w_in, c):
    return w.reshape(h, w_in, c, 10)
