"""Right functions in styles that aren't the course's own. A check must accept them."""

import math

import numpy as np

from tests.strangers import right
from tests.strangers.lesson import (
    both,
    build,
    pointwise,
    prepare,
    same_padding,
    sgd_step,
    softmax_cross_entropy,
    weights_of,
)


@right("weighted_sum", "a loop over pairs", like="a first Python course")
def weighted_sum(x, w):
    s = 0.0
    for a, b in zip(x, w):
        s += a * b
    return s


@right("match_map", "nested list comprehensions", like="a first Python course")
def match_map(picture, feature):
    H, W = picture.shape
    kh, kw = feature.shape
    return np.array(
        [
            [
                (picture[i : i + kh, j : j + kw] * feature).mean()
                for j in range(W - kw + 1)
            ]
            for i in range(H - kh + 1)
        ]
    )


@right(
    "output_size", "PyTorch's formula with a floor of a true division", like="PyTorch"
)
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    return math.floor((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


@right("conv1d", "stride 1 first, then every stride-th", like="CMU 11-785")
def conv1d(x, w, b=0.0, *, stride=1):
    K = len(w)
    Z = np.zeros(len(x) - K + 1)
    for i in range(len(Z)):
        Z[i] = np.tensordot(x[i : i + K], w, axes=1)
    return Z[::stride] + b


@right("conv1d", "a view of all windows, times the kernel", like="DLSys")
def conv1d(x, w, b=0.0, *, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, len(w))[::stride]
    return windows @ w + b


@right("true_conv1d", "indices that count down", like="a textbook on signals")
def true_conv1d(x, w):
    n, k = len(x), len(w)
    y = []
    for i in range(k - 1, n):
        total = 0.0
        for p in range(k):
            total += w[p] * x[i - p]
        y.append(total)
    return np.array(y)


@right("conv2d_plain", "corr2d with four loops and +=", like="Dive into Deep Learning")
def conv2d_plain(X, K, b=0.0):
    h, w = K.shape
    Y = np.full((X.shape[0] - h + 1, X.shape[1] - w + 1), b, dtype=float)
    for p in range(h):
        for q in range(w):
            Y += K[p, q] * X[p : p + Y.shape[0], q : q + Y.shape[1]]
    return Y


@right("pad2d", "blocks of zeros put around the picture", like="a first Python course")
def pad2d(x, padding=1):
    ph, pw = both(padding)
    side = np.zeros((x.shape[0], pw))
    x = np.hstack([side, x, side])
    top = np.zeros((ph, x.shape[1]))
    return np.vstack([top, x, top])


@right("same_padding", "TensorFlow's two branches on n % stride", like="TensorFlow")
def same_padding(n, k, *, stride=1, dilation=1):
    k = dilation * (k - 1) + 1
    if n % stride == 0:
        total = max(k - stride, 0)
    else:
        total = max(k - n % stride, 0)
    before = total // 2
    return before, total - before


@right("conv2d", "a kernel filled up with zeros in place of dilation", like="DLSys")
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape
    wide = np.zeros((dh * (kh - 1) + 1, dw * (kw - 1) + 1))
    wide[::dh, ::dw] = w
    xp = np.pad(x, ((ph, ph), (pw, pw)))
    windows = np.lib.stride_tricks.sliding_window_view(xp, wide.shape)[::sh, ::sw]
    return np.einsum("ijpq,pq->ij", windows, wide) + b


@right("conv2d_filters", "channels first inside, moved back at the end", like="CS231n")
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    x, rows, cols = prepare(x, w.shape[0], w.shape[1], stride, padding, dilation)
    x, w = x.transpose(2, 0, 1), w.transpose(3, 2, 0, 1)
    F = w.shape[0]
    out = np.zeros((F, len(rows), len(cols)))
    for f in range(F):
        for i, r in enumerate(rows):
            for j, c in enumerate(cols):
                out[f, i, j] = np.sum(x[:, r][:, :, c] * w[f])
    return np.moveaxis(out, 0, -1)


@right("conv2d_batch", "loops over NCHW copies, moved back at the end", like="CS231n")
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    x, w = x.transpose(0, 3, 1, 2), w.transpose(3, 2, 0, 1)
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    H_out = 1 + (H + 2 * ph - dh * (HH - 1) - 1) // sh
    W_out = 1 + (W + 2 * pw - dw * (WW - 1) - 1) // sw
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    r = i * sh + dh * np.arange(HH)
                    c = j * sw + dw * np.arange(WW)
                    out[n, f, i, j] = np.sum(xp[n][:, r][:, :, c] * w[f]) + b[f]
    return out.transpose(0, 2, 3, 1)


@right("conv2d_batch", "as_strided and one matrix product", like="DLSys")
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    Z = np.ascontiguousarray(np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0))))
    N, H, W, C = Z.shape
    K, L, _, F = w.shape
    Ns, Hs, Ws, Cs = Z.strides
    oh, ow = (H - dh * (K - 1) - 1) // sh + 1, (W - dw * (L - 1) - 1) // sw + 1
    A = np.lib.stride_tricks.as_strided(
        Z, (N, oh, ow, K, L, C), (Ns, Hs * sh, Ws * sw, Hs * dh, Ws * dw, Cs)
    )
    return (A.reshape(-1, K * L * C) @ w.reshape(-1, F)).reshape(N, oh, ow, F) + b


@right("im2col", "filled one place of the window at a time", like="Saitoh")
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    img = np.pad(x, [(0, 0), (ph, ph), (pw, pw), (0, 0)])
    N, H, W, C = img.shape
    oh, ow = (H - dh * (kh - 1) - 1) // sh + 1, (W - dw * (kw - 1) - 1) // sw + 1
    col = np.zeros((N, kh, kw, oh, ow, C))
    for y in range(kh):
        for z in range(kw):
            a, c = y * dh, z * dw
            col[:, y, z] = img[:, a : a + sh * oh : sh, c : c + sw * ow : sw]
    return col.transpose(0, 3, 4, 1, 2, 5).reshape(N * oh * ow, -1)


@right("conv2d_matmul", "index tables i, j, k as in im2col_indices", like="CS231n")
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    HH, WW, C, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0))).transpose(0, 3, 1, 2)
    N, _, H, W = xp.shape
    oh, ow = (H - dh * (HH - 1) - 1) // sh + 1, (W - dw * (WW - 1) - 1) // sw + 1
    i0 = np.tile(dh * np.repeat(np.arange(HH), WW), C)
    j0 = np.tile(dw * np.arange(WW), HH * C)
    i = i0.reshape(-1, 1) + sh * np.repeat(np.arange(oh), ow).reshape(1, -1)
    j = j0.reshape(-1, 1) + sw * np.tile(np.arange(ow), oh).reshape(1, -1)
    k = np.repeat(np.arange(C), HH * WW).reshape(-1, 1)
    cols = xp[:, k, i, j].transpose(1, 2, 0).reshape(HH * WW * C, -1)
    res = w.transpose(3, 2, 0, 1).reshape(F, -1) @ cols + b.reshape(-1, 1)
    return res.reshape(F, oh, ow, N).transpose(3, 1, 2, 0)


@right("grouped_conv2d", "a loop over filters, each finding its group", like="PyTorch")
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    kh, kw, c_g, c_out = w.shape
    x, rows, cols = prepare(x, kh, kw, stride, padding, dilation)
    y = np.empty((len(x), len(rows), len(cols), c_out))
    for f in range(c_out):
        g = f // (c_out // groups)
        xs = x[..., g * c_g : (g + 1) * c_g]
        for i, r in enumerate(rows):
            for j, c in enumerate(cols):
                win = xs[:, r][:, :, c]
                y[:, i, j, f] = (win * w[..., f]).sum(axis=(1, 2, 3)) + b[f]
    return y


@right(
    "depthwise_conv2d", "one einsum for each place of the kernel", like="einsum users"
)
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, M = w.shape
    x, rows, cols = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(cols), c_in, M))
    for p in range(kh):
        for q in range(kw):
            part = x[:, [r[p] for r in rows]][:, :, [c[q] for c in cols]]
            y += np.einsum("nijc,cm->nijcm", part, w[p, q])
    return y.reshape(*y.shape[:3], -1) + b


@right("flattened_conv", "one kernel built from the three vectors", like="einsum users")
def flattened_conv(x, w_channel, w_column, w_row, b):
    mixed = pointwise(x, w_channel, 0.0)
    kh, kw = len(w_column), len(w_row)
    down = sum(
        mixed[:, p : mixed.shape[1] - kh + 1 + p] * w_column[p] for p in range(kh)
    )
    return (
        sum(down[:, :, q : down.shape[2] - kw + 1 + q] * w_row[q] for q in range(kw))
        + b
    )


@right("conv3d", "a sum over the places of the kernel", like="Dive into Deep Learning")
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    st, pt, dt = (
        (v,) * 3 if isinstance(v, int) else tuple(v)
        for v in (stride, padding, dilation)
    )
    x = np.pad(x, ((0, 0), *[(v, v) for v in pt], (0, 0)))
    size = [
        (x.shape[a + 1] - dt[a] * (w.shape[a] - 1) - 1) // st[a] + 1 for a in range(3)
    ]
    y = np.zeros((x.shape[0], *size, w.shape[4]))
    for o, p, q in np.ndindex(*w.shape[:3]):
        a, e, g = o * dt[0], p * dt[1], q * dt[2]
        part = x[:, a :: st[0], e :: st[1], g :: st[2]]
        y += part[:, : size[0], : size[1], : size[2]] @ w[o, p, q]
    return y + b


@right("relu", "np.where with a comparison", like="CS231n")
def relu(x):
    out = np.where(x > 0, x, 0.0)
    return out


@right("max_pool2d", "borders found by clipping the window", like="CS231n")
def max_pool2d(x, size, *, stride=None, padding="valid"):
    ph, pw = both(size)
    sh, sw = both(size if stride is None else stride)
    N, H, W, C = x.shape
    top = same_padding(H, ph, stride=sh)[0] if padding == "same" else 0
    left = same_padding(W, pw, stride=sw)[0] if padding == "same" else 0
    oh = -(-H // sh) if padding == "same" else 1 + (H - ph) // sh
    ow = -(-W // sw) if padding == "same" else 1 + (W - pw) // sw
    out = np.zeros((N, oh, ow, C))
    for n in range(N):
        for c in range(C):
            for i in range(oh):
                for j in range(ow):
                    r0, c0 = i * sh - top, j * sw - left
                    win = x[n, max(r0, 0) : r0 + ph, max(c0, 0) : c0 + pw, c]
                    out[n, i, j, c] = np.max(win)
    return out


@right("avg_pool2d", "sums and counts of the places inside", like="CS231n")
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    ph, pw = both(size)
    sh, sw = both(size if stride is None else stride)
    ones = np.ones_like(x)
    if padding == "same":
        wide = (
            (0, 0),
            same_padding(x.shape[1], ph, stride=sh),
            same_padding(x.shape[2], pw, stride=sw),
            (0, 0),
        )
        x, ones = np.pad(x, wide), np.pad(ones, wide)
    oh, ow = (x.shape[1] - ph) // sh + 1, (x.shape[2] - pw) // sw + 1
    total, count = np.zeros((2, len(x), oh, ow, x.shape[3]))
    for p in range(ph):
        for q in range(pw):
            total += x[:, p::sh, q::sw][:, :oh, :ow]
            count += ones[:, p::sh, q::sw][:, :oh, :ow]
    return total / count


@right("numeric_gradient", "nditer, with x set back after each step", like="CS231n")
def numeric_gradient(f, x, df, *, eps=1e-6):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        oldval = x[ix]
        x[ix] = oldval + eps
        pos = f(x).copy()
        x[ix] = oldval - eps
        neg = f(x).copy()
        x[ix] = oldval
        grad[ix] = np.sum((pos - neg) * df) / (2 * eps)
        it.iternext()
    return grad


@right("relu_backward", "a copy with zeros written in", like="CS231n")
def relu_backward(dout, x):
    dx = np.array(dout, copy=True)
    dx[x <= 0] = 0
    return dx


@right("dense_backward", "einsum for each gradient", like="einsum users")
def dense_backward(dy, x, w):
    dx = np.einsum("nf,cf->nc", dy, w)
    dw = np.einsum("nc,nf->cf", x, dy)
    db = np.einsum("nf->f", dy)
    return dx, dw, db


@right("conv1d_backward", "upsampled, padded, kernel flipped", like="CMU 11-785")
def conv1d_backward(dLdZ, A, W, *, stride=1):
    K = len(W)
    up = np.zeros(len(A) - K + 1)
    up[: (len(dLdZ) - 1) * stride + 1 : stride] = dLdZ
    padded = np.pad(up, K - 1)
    dLdA = np.array([padded[i : i + K] @ W[::-1] for i in range(len(A))])
    dLdW = np.array([A[p : p + len(up)] @ up for p in range(K)])
    return dLdA, dLdW, np.sum(dLdZ)


@right("conv2d_backward", "naive loops over examples and filters", like="CS231n")
def conv2d_backward(dout, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    N, H, W, C = x.shape
    HH, WW, _, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros(F)
    for n in range(N):
        for f in range(F):
            db[f] += dout[n, :, :, f].sum()
            for i in range(dout.shape[1]):
                for j in range(dout.shape[2]):
                    r = slice(i * sh, i * sh + dh * (HH - 1) + 1, dh)
                    c = slice(j * sw, j * sw + dv * (WW - 1) + 1, dv)
                    dw[..., f] += dout[n, i, j, f] * xp[n, r, c]
                    dxp[n, r, c] += dout[n, i, j, f] * w[..., f]
    return dxp[:, ph : ph + H, pw : pw + W], dw, db


@right("max_pool2d_backward", "the first maximum found in a loop", like="C4W1")
def max_pool2d_backward(dA, A_prev, f, *, stride=None):
    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    dA_prev = np.zeros(A_prev.shape)
    m, n_H, n_W, n_C = dA.shape
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    v, u = h * sh, w * sw
                    best, where = -np.inf, None
                    for p in range(f_h):
                        for q in range(f_w):
                            if A_prev[i, v + p, u + q, c] > best:
                                best, where = A_prev[i, v + p, u + q, c], (p, q)
                    dA_prev[i, v + where[0], u + where[1], c] += dA[i, h, w, c]
    return dA_prev


@right("avg_pool2d_backward", "distribute_value for each stop", like="C4W1")
def avg_pool2d_backward(dA, A_prev, f, *, stride=None):
    def distribute_value(dz, shape):
        n_H, n_W = shape
        return np.ones(shape) * dz / (n_H * n_W)

    f_h, f_w = both(f)
    sh, sw = both(f if stride is None else stride)
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        v, u = h * sh, w * sw
        dA_prev[i, v : v + f_h, u : u + f_w, c] += distribute_value(
            dA[i, h, w, c], (f_h, f_w)
        )
    return dA_prev


@right("conv1d_transpose", "upsampled, padded, kernel flipped", like="CMU 11-785")
def conv1d_transpose(A, W, *, stride=1):
    K = len(W)
    up = np.zeros((len(A) - 1) * stride + 1)
    up[::stride] = A
    padded = np.pad(up, (K - 1, K - 1))
    return np.array([padded[i : i + K] @ W[::-1] for i in range(len(up) + K - 1)])


@right("transposed_size", "PyTorch's formula with dilation 1", like="PyTorch")
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    dilation = 1
    return (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1


@right("conv2d_transpose", "each tap checks whether it lies inside", like="torchedup")
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    H = (h - 1) * sh + kh - 2 * ph + oh
    W = (w_in - 1) * sw + kw - 2 * pw + ow
    out = np.zeros((n, H, W, c_out))
    for i in range(h):
        for j in range(w_in):
            for p in range(kh):
                for q in range(kw):
                    r, c = i * sh + p - ph, j * sw + q - pw
                    if 0 <= r < H and 0 <= c < W:
                        out[:, r, c] += x[:, i, j] @ w[p, q].T
    return out + b


@right("bilinear_kernel", "factor and centre from the kernel's size", like="d2l")
def bilinear_kernel(stride):
    kernel_size = 2 * stride - stride % 2
    factor = (kernel_size + 1) // 2
    center = factor - 1 if kernel_size % 2 == 1 else factor - 0.5
    og = np.arange(kernel_size).reshape(-1, 1), np.arange(kernel_size).reshape(1, -1)
    return (1 - abs(og[0] - center) / factor) * (1 - abs(og[1] - center) / factor)


@right(
    "conv_matrix", "one column for each pixel that is 1", like="a linear algebra course"
)
def conv_matrix(w, h, w_in, *, stride=1):
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    M = np.zeros((h_out, w_out, h, w_in))
    for r, c, i, j in np.ndindex(h, w_in, h_out, w_out):
        p, q = r - i * sh, c - j * sw
        if 0 <= p < kh and 0 <= q < kw:
            M[i, j, r, c] = w[p, q]
    return M.reshape(h_out * w_out, h * w_in)


@right("softmax_cross_entropy", "log-sum-exp and a one-hot table", like="DLSys")
def softmax_cross_entropy(Z, y):
    m = Z.max(axis=1, keepdims=True)
    lse = m + np.log(np.sum(np.exp(Z - m), axis=1, keepdims=True))
    one_hot = np.eye(Z.shape[1])[y]
    loss = np.mean(lse - np.sum(Z * one_hot, axis=1, keepdims=True))
    return loss, (np.exp(Z - lse) - one_hot) / Z.shape[0]


@right("sgd_step", "a loop that appends", like="a first Python course")
def sgd_step(values, grads, learning_rate):
    new = []
    for i in range(len(values)):
        new.append(values[i] - learning_rate * grads[i])
    return new


@right("Dense", "a cache tuple, grads from einsum", like="CS231n")
class Dense:
    def __init__(self, w, b):
        self.params = [w, b]
        self.grads = []

    def forward(self, x):
        w, b = self.params
        out = np.einsum("nc,cu->nu", x, w) + b
        self.cache = (x, w)
        return out

    def backward(self, dout):
        x, w = self.cache
        dw = np.einsum("nc,nu->cu", x, dout)
        self.grads = [dw, np.sum(dout, axis=0)]
        return dout.dot(w.T)


@right("train_steps", "the whole step written out in one function", like="TinyTorch")
def train_steps(weights, x, labels, *, learning_rate, steps):
    net = build(weights)
    history = np.zeros(steps)
    for epoch in range(steps):
        out = x
        for layer in net:
            out = layer.forward(out)
        history[epoch], grad = softmax_cross_entropy(out, labels)
        for layer in net[::-1]:
            grad = layer.backward(grad)
            layer.params = sgd_step(layer.params, layer.grads, learning_rate)
    return history, weights_of(net)


@right("dense_to_conv", "four loops with the place's number", like="a first C course")
def dense_to_conv(w, h, w_in, c):
    kernel = np.zeros((h, w_in, c, w.shape[1]))
    row = 0
    for p in range(h):
        for q in range(w_in):
            for k in range(c):
                kernel[p, q, k] = w[row]
                row += 1
    return kernel
