"""Functions in the conventions of Dive into Deep Learning and of PyTorch, adapted.

d2l's functions take one picture, stride 1, and stack channels first. PyTorch's
``padding`` crops a transposed convolution, ``output_padding`` keeps places at its end,
average pooling counts the padding, and kernels are (out, in, kh, kw).
"""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both, given, prepare

D2L = "Dive into Deep Learning"
TORCH = "PyTorch's conventions"


def corr2d(X, K):
    h, w = K.shape
    Y = np.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y


@wrong(
    "conv2d_strided",
    "d2l's corr2d has no stride: the setting is ignored",
    line="return corr2d(X, K) + b",
    like=D2L,
)
def conv2d_strided(X, K, b=0.0, *, stride=1):
    return corr2d(X, K) + b


@wrong(
    "conv2d_channels",
    "zip runs over the first axis, rows, where d2l has channels",
    line="return sum(corr2d(x, k) for x, k in zip(X, K))",
    like=D2L,
)
def conv2d_channels(X, K, *, stride=1, padding=0, dilation=1):
    return sum(corr2d(x, k) for x, k in zip(X, K))


@wrong(
    "conv2d_filters",
    "the maps are stacked in front, the output channels first",
    line="return np.stack(maps, 0)",
    like=D2L,
)
def conv2d_filters(X, K, *, stride=1, padding=0, dilation=1):
    X, rows, cols = prepare(X, K.shape[0], K.shape[1], stride, padding, dilation)
    maps = []
    for f in range(K.shape[3]):
        Y = np.zeros((len(rows), len(cols)))
        for c in range(X.shape[2]):
            for i, r in enumerate(rows):
                for j, s in enumerate(cols):
                    Y[i, j] += (X[:, :, c][np.ix_(r, s)] * K[:, :, c, f]).sum()
        maps.append(Y)
    return np.stack(maps, 0)


@wrong(
    "output_size",
    "d2l's formula, where p is the padding of both sides together",
    line="return (n - (dilation * (k - 1) + 1) + padding + stride) // stride",
    like=D2L,
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return (n - (dilation * (k - 1) + 1) + padding + stride) // stride


@wrong(
    "same_padding",
    "PyTorch's same, which is for stride 1: the stride isn't in the formula",
    line="total = dilation * (k - 1)",
    like=TORCH,
)
def same_padding(n, k, *, stride=1, dilation=1):
    total = dilation * (k - 1)
    left = total // 2
    return left, total - left


@wrong(
    "max_pool2d",
    "d2l's pool2d moves by one pixel whatever the stride is, and knows no `same`",
    line="window = X[:, i : i + p_h, j : j + p_w]",
    mistakes=2,
    like=D2L,
)
def max_pool2d(X, pool_size, *, stride=None, padding="valid"):
    p_h, p_w = both(pool_size)
    Y = np.zeros((X.shape[0], X.shape[1] - p_h + 1, X.shape[2] - p_w + 1, X.shape[3]))
    for i in range(Y.shape[1]):
        for j in range(Y.shape[2]):
            window = X[:, i : i + p_h, j : j + p_w]
            Y[:, i, j] = window.max(axis=(1, 2))
    return Y


@wrong(
    "avg_pool2d",
    "half a window of zeros on each side, and they are counted in the mean",
    line="x = np.pad(x, ((0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2), (0, 0)))",
    mistakes=2,
    like=TORCH,
)
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        x = np.pad(x, ((0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2), (0, 0)))
    oh, ow = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), oh, ow, x.shape[3]))
    for i in range(oh):
        for j in range(ow):
            y[:, i, j] = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw].mean((1, 2))
    return y


@wrong(
    "global_pool2d",
    "pools over the last two axes, which are columns and channels here",
    line="return x.mean(axis=(-2, -1)) if kind == 'average' else x.max(axis=(-2, -1))",
    like=TORCH,
)
def global_pool2d(x, kind):
    return x.mean(axis=(-2, -1)) if kind == "average" else x.max(axis=(-2, -1))


@wrong(
    "conv1d_transpose",
    "d2l's trans_conv has no stride: stamps are put one place apart",
    line="Y[i : i + h] += X[i] * K",
    mistakes=2,
    like=D2L,
)
def conv1d_transpose(X, K, *, stride=1):
    h = K.shape[0]
    Y = np.zeros(X.shape[0] + h - 1)
    for i in range(X.shape[0]):
        Y[i : i + h] += X[i] * K
    return Y


@wrong(
    "conv2d_transpose",
    "crops first and puts zeros where output_padding asks for places to be kept",
    line="y = np.pad(y, ((0, 0), (0, oh), (0, ow), (0, 0)))",
    like=TORCH,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    full = np.zeros((n, (h - 1) * sh + kh, (w_in - 1) * sw + kw, c_out))
    for i in range(h):
        for j in range(w_in):
            full[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += np.einsum(
                "nc,pqfc->npqf", x[:, i, j], w
            )
    y = full[:, ph : full.shape[1] - ph, pw : full.shape[2] - pw]
    y = np.pad(y, ((0, 0), (0, oh), (0, ow), (0, 0)))
    return y + b


@wrong(
    "conv2d_transpose",
    "padding is added around the result as in an ordinary convolution, it isn't cropped",
    line="out = np.zeros((n, (h - 1) * sh + kh + 2 * ph + oh, (w_in - 1) * sw + kw + 2 * pw + ow, c_out))",
    mistakes=2,
    like=TORCH,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    out = np.zeros(
        (n, (h - 1) * sh + kh + 2 * ph + oh, (w_in - 1) * sw + kw + 2 * pw + ow, c_out)
    )
    for i in range(h):
        for j in range(w_in):
            a, c = i * sh + ph, j * sw + pw
            out[:, a : a + kh, c : c + kw] += np.einsum("nc,pqfc->npqf", x[:, i, j], w)
    return out + b


@wrong(
    "conv2d_transpose",
    "loops over the stops without the stride, a formula of another kind for the size",
    line="out[:, j : j + kh, i : i + kw] += np.einsum('nc,pqfc->npqf', x[:, j, i], w)",
    mistakes=2,
    like=TORCH,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    out_h = h * kh - (h - 1) * (kh - sh)
    out_w = w_in * kw - (w_in - 1) * (kw - sw)
    out = np.zeros((n, out_h + oh, out_w + ow, c_out))
    for i in range(w_in):
        for j in range(h):
            out[:, j : j + kh, i : i + kw] += np.einsum("nc,pqfc->npqf", x[:, j, i], w)
    return out[:, ph : out_h + oh - ph, pw : out_w + ow - pw] + b


@wrong(
    "transposed_size",
    "TensorFlow's size for same, n times stride, in place of the formula",
    line="return n * stride",
    like="TensorFlow's conventions",
)
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    return n * stride


@wrong(
    "to_keras",
    "permutes a picture of three axes as if it were a batch",
    line="return x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)",
    raises=True,
    like=TORCH,
)
def to_keras(x, w):
    return x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)


@wrong(
    "depthwise_conv2d",
    "the kernels are read as PyTorch's (C * M, 1, kh, kw) without moving the axes",
    line="k = w.reshape(c_in * multiplier, 1, kh, kw)",
    like=TORCH,
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    k = w.reshape(c_in * multiplier, 1, kh, kw)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = []
    for f in range(c_in * multiplier):
        c = f // multiplier
        one = k[f].transpose(1, 2, 0)[..., None]
        maps.append(given.conv2d(x[..., c : c + 1], one, b[f : f + 1], **settings))
    return np.concatenate(maps, axis=-1)


@wrong(
    "depthwise_conv2d",
    "map f comes from channel f modulo C, so the maps of a channel aren't neighbours",
    line="c, m = f % c_in, f // c_in",
    like=TORCH,
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    out = []
    for f in range(c_in * multiplier):
        c, m = f % c_in, f // c_in
        one = w[:, :, c, m][:, :, None, None]
        out.append(given.conv2d(x[..., c : c + 1], one, b[f : f + 1], **settings))
    return np.concatenate(out, axis=-1)


@wrong(
    "grouped_conv2d",
    "the kernel is cut into groups along its channels, which hold one group already",
    line="ws = np.split(w, groups, axis=2)",
    raises=True,
    like=TORCH,
)
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    xs = np.split(x, groups, axis=3)
    ws = np.split(w, groups, axis=2)
    bs = np.split(b, groups)
    ys = [given.conv2d(a, k, c, **settings) for a, k, c in zip(xs, ws, bs)]
    return np.concatenate(ys, axis=3)


@wrong(
    "sgd_step",
    "d2l's sgd divides the gradients by a batch size, taken from the first array",
    line="return [p - learning_rate * g / batch_size for p, g in zip(values, grads)]",
    like=D2L,
)
def sgd_step(values, grads, learning_rate):
    batch_size = len(values[0]) if values else 1
    return [p - learning_rate * g / batch_size for p, g in zip(values, grads)]


@wrong(
    "sgd_step",
    "param[:] = ... writes into the arrays that were given",
    line="param[:] = param - learning_rate * grad",
    like=D2L,
)
def sgd_step(values, grads, learning_rate):
    for param, grad in zip(values, grads):
        param[:] = param - learning_rate * grad
    return values


@wrong(
    "dense_to_conv",
    "the rows are unflattened channels first, as after PyTorch's flatten",
    line="return w.reshape(c, h, w_in, -1).transpose(1, 2, 0, 3)",
    like=TORCH,
)
def dense_to_conv(w, h, w_in, c):
    return w.reshape(c, h, w_in, -1).transpose(1, 2, 0, 3)


@wrong(
    "conv_matrix",
    "each kernel row is put w_in places on, which is right for stride 1 alone: the start "
    "of a stop is its number",
    line="m[i * w_out + j, i * w_in + j : i * w_in + j + len(vec)] = vec",
    like=D2L,
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    vec = np.zeros((kh - 1) * w_in + kw)
    for p in range(kh):
        vec[p * w_in : p * w_in + kw] = w[p]
    m = np.zeros((h_out * w_out, h * w_in))
    for i in range(h_out):
        for j in range(w_out):
            m[i * w_out + j, i * w_in + j : i * w_in + j + len(vec)] = vec
    return m
