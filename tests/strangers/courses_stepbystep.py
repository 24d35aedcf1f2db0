"""Functions in the conventions of deeplearning.ai's "CNN: step by step", adapted.

There kernels are square, ``(f, f, n_C_prev, n_C)``, biases ``(1, 1, 1, n_C)``, the
settings come as ``hparameters``, and each function returns a cache.
"""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both

C4W1 = "deeplearning.ai, CNN course, week 1"


@wrong(
    "pad2d",
    "pads as a batch of four axes, but the picture has two",
    line="return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))",
    raises=True,
    like=C4W1,
)
def pad2d(X, pad=1):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


@wrong(
    "conv2d_plain",
    "the bias is added to each product before the sum",
    line="s = np.multiply(a_slice_prev, W) + b",
    like=C4W1,
)
def conv2d_plain(A_prev, W, b=0.0):
    def conv_single_step(a_slice_prev, W, b):
        s = np.multiply(a_slice_prev, W) + b
        return np.sum(s)

    (f_h, f_w), (n_H_prev, n_W_prev) = W.shape, A_prev.shape
    n_H, n_W = n_H_prev - f_h + 1, n_W_prev - f_w + 1
    Z = np.zeros((n_H, n_W))
    for h in range(n_H):
        for w in range(n_W):
            a_slice_prev = A_prev[h : h + f_h, w : w + f_w]
            Z[h, w] = conv_single_step(a_slice_prev, W, b)
    return Z


@wrong(
    "conv2d_plain",
    "the kernel is taken for square: its width is used as its height",
    line="(f, f) = W.shape",
    like=C4W1,
)
def conv2d_plain(A_prev, W, b=0.0):
    (n_H_prev, n_W_prev) = A_prev.shape
    (f, f) = W.shape
    n_H, n_W = n_H_prev - f + 1, n_W_prev - f + 1
    Z = np.zeros((n_H, n_W))
    for h in range(n_H):
        for w in range(n_W):
            a_slice = A_prev[h : h + f, w : w + f]
            Z[h, w] = np.sum(a_slice * W) + float(b)
    return Z


@wrong(
    "conv2d_batch",
    "reads the bias as an array of four axes",
    line="biases = b[:, :, :, c]",
    raises=True,
    like=C4W1,
)
def conv2d_batch(A_prev, W, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    f_h, f_w, _, n_C = W.shape
    A_prev_pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    m, H, W_, _ = A_prev_pad.shape
    n_H = int((H - dh * (f_h - 1) - 1) / sh) + 1
    n_W = int((W_ - dw * (f_w - 1) - 1) / sw) + 1
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    a = A_prev_pad[i, h * sh : h * sh + dh * (f_h - 1) + 1 : dh]
                    a = a[:, w * sw : w * sw + dw * (f_w - 1) + 1 : dw]
                    weights = W[:, :, :, c]
                    biases = b[:, :, :, c]
                    Z[i, h, w, c] = np.sum(a * weights) + float(biases)
    return Z


@wrong(
    "conv2d_batch",
    "the step is called with the bias in the place of the weights",
    line="Z[i, h, w, c] = conv_single_step(a_slice, bias)",
    like=C4W1,
)
def conv2d_batch(A_prev, W, b, *, stride=1, padding=0, dilation=1):
    def conv_single_step(a, W, b=0.0):
        return np.sum(np.multiply(a, W)) + b

    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    f_h, f_w, _, n_C = W.shape
    pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    n_H = (pad.shape[1] - dh * (f_h - 1) - 1) // sh + 1
    n_W = (pad.shape[2] - dw * (f_w - 1) - 1) // sw + 1
    Z = np.zeros((len(pad), n_H, n_W, n_C))
    for i in range(len(pad)):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    rows = h * sh + dh * np.arange(f_h)
                    cols = w * sw + dw * np.arange(f_w)
                    a_slice = pad[i][np.ix_(rows, cols)]
                    weight, bias = W[:, :, :, c], b[c]
                    Z[i, h, w, c] = conv_single_step(a_slice, bias)
    return Z


@wrong(
    "conv2d_batch",
    "a rest of the division is rounded up, n_H being one too large",
    line="n_H = int(np.ceil((H + 2 * ph - span_h) / sh)) + 1",
    mistakes=2,
    raises=True,
    like=C4W1,
)
def conv2d_batch(A_prev, W, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    m, H, W_prev, _ = A_prev.shape
    f_h, f_w, _, n_C = W.shape
    span_h, span_w = dh * (f_h - 1) + 1, dw * (f_w - 1) + 1
    n_H = int(np.ceil((H + 2 * ph - span_h) / sh)) + 1
    n_W = int(np.ceil((W_prev + 2 * pw - span_w) / sw)) + 1
    pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    Z = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                a = pad[i, h * sh : h * sh + span_h : dh, w * sw : w * sw + span_w : dw]
                for c in range(n_C):
                    Z[i, h, w, c] = np.sum(a * W[..., c]) + b[c]
    return Z


@wrong(
    "conv2d_backward",
    "db has the shape (1, 1, 1, n_C)",
    line="db = np.zeros((1, 1, 1, n_C))",
    like=C4W1,
)
def conv2d_backward(dZ, A_prev, W, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    f_h, f_w, _, n_C = W.shape
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    A_pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dA_pad, dW = np.zeros_like(A_pad), np.zeros_like(W)
    db = np.zeros((1, 1, 1, n_C))
    for i in range(m):
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                r = slice(h * sh, h * sh + dh * (f_h - 1) + 1, dh)
                s = slice(w * sw, w * sw + dv * (f_w - 1) + 1, dv)
                for c in range(n_C):
                    dA_pad[i, r, s] += W[:, :, :, c] * dZ[i, h, w, c]
                    dW[:, :, :, c] += A_pad[i, r, s] * dZ[i, h, w, c]
                    db[:, :, :, c] += dZ[i, h, w, c]
    dA = dA_pad[:, ph : ph + n_H_prev, pw : pw + n_W_prev]
    return dA, dW, db


@wrong(
    "conv2d_backward",
    "weights and bias get the mean over the m examples",
    line="return dA, dW / m, db / m",
    mistakes=2,
    like=C4W1,
)
def conv2d_backward(dZ, A_prev, W, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    f_h, f_w, _, n_C = W.shape
    m, H, Wd, _ = A_prev.shape
    A_pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dA_pad, dW = np.zeros_like(A_pad), np.zeros_like(W)
    for h in range(dZ.shape[1]):
        for w in range(dZ.shape[2]):
            r = slice(h * sh, h * sh + dh * (f_h - 1) + 1, dh)
            s = slice(w * sw, w * sw + dv * (f_w - 1) + 1, dv)
            dA_pad[:, r, s] += np.tensordot(dZ[:, h, w], W, axes=(1, 3))
            dW += np.tensordot(A_pad[:, r, s], dZ[:, h, w], axes=(0, 0))
    dA = dA_pad[:, ph : ph + H, pw : pw + Wd]
    db = dZ.sum(axis=(0, 1, 2))
    return dA, dW / m, db / m


@wrong(
    "conv2d_backward",
    "dA of an example is set once, before the loops over its stops: it stays 0",
    line="dA_prev[i] = da_prev_pad[ph : ph + H, pw : pw + Wd]",
    like=C4W1,
)
def conv2d_backward(dZ, A_prev, W, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    f_h, f_w, _, n_C = W.shape
    m, H, Wd, _ = A_prev.shape
    A_pad = np.pad(A_prev, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dA_prev, dW, db = np.zeros_like(A_prev), np.zeros_like(W), np.zeros(n_C)
    for i in range(m):
        da_prev_pad = np.zeros_like(A_pad[i])
        dA_prev[i] = da_prev_pad[ph : ph + H, pw : pw + Wd]
        for h in range(dZ.shape[1]):
            for w in range(dZ.shape[2]):
                r = slice(h * sh, h * sh + dh * (f_h - 1) + 1, dh)
                s = slice(w * sw, w * sw + dv * (f_w - 1) + 1, dv)
                for c in range(n_C):
                    da_prev_pad[r, s] += W[:, :, :, c] * dZ[i, h, w, c]
                    dW[:, :, :, c] += A_pad[i, r, s] * dZ[i, h, w, c]
                    db[c] += dZ[i, h, w, c]
    return dA_prev, dW, db


@wrong(
    "max_pool2d",
    "asks for hparameters, so a call with size alone fails",
    line='f = hparameters["f"]',
    raises=True,
    like=C4W1,
)
def max_pool2d(A_prev, hparameters, *, stride=None, padding="valid"):
    f = hparameters["f"]
    stride = hparameters["stride"]
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = int(1 + (n_H_prev - f) / stride), int(1 + (n_W_prev - f) / stride)
    A = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            A[:, h, w] = A_prev[:, h : h + f, w : w + f].max(axis=(1, 2))
    return A


@wrong(
    "avg_pool2d",
    "the padding is filled with zeros, which pull the mean of border windows down",
    line="a = np.pad(a, ((0, 0), (th // 2, th - th // 2), (tw // 2, tw - tw // 2), (0, 0)))",
    like=C4W1,
)
def avg_pool2d(A_prev, f, *, stride=None, padding="valid"):
    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    a = A_prev
    if padding == "same":
        th = max((-(-a.shape[1] // sh) - 1) * sh + f_h - a.shape[1], 0)
        tw = max((-(-a.shape[2] // sw) - 1) * sw + f_w - a.shape[2], 0)
        a = np.pad(
            a, ((0, 0), (th // 2, th - th // 2), (tw // 2, tw - tw // 2), (0, 0))
        )
    m, H, W, n_C = a.shape
    A = np.zeros((m, int(1 + (H - f_h) / sh), int(1 + (W - f_w) / sw), n_C))
    for i in range(m):
        for h in range(A.shape[1]):
            for w in range(A.shape[2]):
                for c in range(n_C):
                    part = a[i, h * sh : h * sh + f_h, w * sw : w * sw + f_w, c]
                    A[i, h, w, c] = np.mean(part)
    return A


@wrong(
    "max_pool2d_backward",
    "the upstream gradient is read at the window's corner and not at the stop (h, w); "
    "ties get the gradient twice",
    line="dA_prev[i, v : v + f_h, u : u + f_w, c] += mask * dA[i, v, u, c]",
    mistakes=2,
    like=C4W1,
)
def max_pool2d_backward(dA, A_prev, f, *, stride=None):
    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros(A_prev.shape)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    v, u = h * sh, w * sw
                    a_slice = A_prev[i, v : v + f_h, u : u + f_w, c]
                    mask = a_slice == np.max(a_slice)
                    dA_prev[i, v : v + f_h, u : u + f_w, c] += mask * dA[i, v, u, c]
    return dA_prev


@wrong(
    "max_pool2d_backward",
    "the window is cut from all channels, so only the channel of the maximum gets it; ties "
    "get it twice",
    mistakes=2,
    line="a_slice = a_prev[v : v + f_h, u : u + f_w, :]",
    like=C4W1,
)
def max_pool2d_backward(dA, A_prev, f, *, stride=None):
    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros(A_prev.shape)
    for i in range(m):
        a_prev = A_prev[i]
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    v, u = h * sh, w * sw
                    a_slice = a_prev[v : v + f_h, u : u + f_w, :]
                    mask = a_slice == np.max(a_slice)
                    dA_prev[i, v : v + f_h, u : u + f_w, :] += mask * dA[i, h, w, c]
    return dA_prev


@wrong(
    "avg_pool2d_backward",
    "distribute_value divides by the sum of height and width",
    line="average = dz / (n_H + n_W)",
    like=C4W1,
)
def avg_pool2d_backward(dA, A_prev, f, *, stride=None):
    def distribute_value(dz, shape):
        (n_H, n_W) = shape
        average = dz / (n_H + n_W)
        return np.ones(shape) * average

    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        da = dA[i, h, w, c]
        v, u = h * sh, w * sw
        dA_prev[i, v : v + f_h, u : u + f_w, c] += distribute_value(da, (f_h, f_w))
    return dA_prev


@wrong(
    "avg_pool2d_backward",
    "distribute_value multiplies by the window's size",
    line="return np.ones(shape) * dz * np.prod(shape)",
    like=C4W1,
)
def avg_pool2d_backward(dA, A_prev, f, *, stride=None):
    def distribute_value(dz, shape):
        return np.ones(shape) * dz * np.prod(shape)

    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        v, u = h * sh, w * sw
        dA_prev[i, v : v + f_h, u : u + f_w, c] += distribute_value(
            dA[i, h, w, c], (f_h, f_w)
        )
    return dA_prev


@wrong(
    "dense_backward",
    "written for examples in columns and divided by m",
    line="dW = 1.0 / m * np.dot(dZ, A_prev.T)",
    mistakes=2,
    raises=True,
    like=C4W1,
)
def dense_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    dW = 1.0 / m * np.dot(dZ, A_prev.T)
    db = 1.0 / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


@wrong(
    "softmax_cross_entropy",
    "labels are taken for one-hot rows",
    line="loss = -np.sum(Y * np.log(A)) / m",
    mistakes=2,
    like=C4W1,
)
def softmax_cross_entropy(Z, Y):
    m = Z.shape[0]
    t = np.exp(Z - Z.max(axis=1, keepdims=True))
    A = t / np.sum(t, axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(A)) / m
    return loss, (A - Y) / m


@wrong(
    "relu_backward",
    "np.array(dA, copy=False) isn't a copy, so the upstream gradient is overwritten",
    line="dZ = np.asarray(dA)",
    like=C4W1,
)
def relu_backward(dA, Z):
    dZ = np.asarray(dA)
    dZ[Z <= 0] = 0
    return dZ


@wrong(
    "numeric_gradient",
    "the factor 2 stands in the numerator: (f(+) - f(-)) * 2 / eps",
    line="grad[k] = np.sum(dy * (J_plus - J_minus)) * 2 / eps",
    like=C4W1,
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    grad = np.zeros(x.size)
    for k in range(x.size):
        thetaplus = np.copy(x)
        thetaplus.flat[k] += eps
        thetaminus = np.copy(x)
        thetaminus.flat[k] -= eps
        J_plus, J_minus = f(thetaplus), f(thetaminus)
        grad[k] = np.sum(dy * (J_plus - J_minus)) * 2 / eps
    return grad.reshape(x.shape)
