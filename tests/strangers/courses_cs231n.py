"""Functions in the conventions of Stanford CS231n, assignment 2, adapted to this course.

There pictures are (N, C, H, W), weights (F, C, HH, WW), the settings come in a dict
``conv_param``, and forward returns the result with a cache.
"""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both

CS231N = "Stanford CS231n, assignment 2"


@wrong(
    "conv2d_batch",
    "the loops run on channels-first copies, and the result is never moved back",
    line="return out",
    like=CS231N,
)
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
                    rows = i * sh + dh * np.arange(HH)
                    cols = j * sw + dw * np.arange(WW)
                    win = xp[n][:, rows][:, :, cols]
                    out[n, f, i, j] = np.sum(win * w[f]) + b[f]
    return out


@wrong(
    "conv2d_batch",
    "the shape is unpacked channels first, so height, width and channels are mixed up; "
    "the dilation is ignored",
    line="N, C, H, W = x.shape",
    mistakes=2,
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    N, C, H, W = x.shape
    HH, WW, _, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)), "constant")
    H_out = 1 + (H + 2 * ph - HH) // sh
    W_out = 1 + (W + 2 * pw - WW) // sw
    out = np.zeros((N, H_out, W_out, F))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    win = xp[n, i * sh : i * sh + HH, j * sw : j * sw + WW, :]
                    out[n, i, j, f] = np.sum(win * w[:, :, :, f]) + b[f]
    return out


@wrong(
    "conv2d_batch",
    "the kernel is unpacked as (F, C, HH, WW)",
    line="F, C, HH, WW = w.shape",
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    N, H, W, C = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    H_out = 1 + (H + 2 * ph - dh * (HH - 1) - 1) // sh
    W_out = 1 + (W + 2 * pw - dw * (WW - 1) - 1) // sw
    out = np.zeros((N, H_out, W_out, F))
    for i in range(H_out):
        for j in range(W_out):
            win = xp[
                :,
                i * sh : i * sh + dh * (HH - 1) + 1 : dh,
                j * sw : j * sw + dw * (WW - 1) + 1 : dw,
            ]
            for f in range(F):
                out[:, i, j, f] = np.sum(win * w[f], axis=(1, 2, 3)) + b[f]
    return out


@wrong(
    "conv2d_batch",
    "returns the result with a cache beside it",
    line="return out, cache",
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    conv_param = {"stride": stride, "pad": padding}
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    HH, WW, C, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)), mode="constant")
    N, H, W, _ = xp.shape
    out = np.zeros(
        (N, (H - dh * (HH - 1) - 1) // sh + 1, (W - dw * (WW - 1) - 1) // sw + 1, F)
    )
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            for p in range(HH):
                for q in range(WW):
                    out[:, i, j] += xp[:, i * sh + p * dh, j * sw + q * dw] @ w[p, q]
    out += b
    cache = (x, w, b, conv_param)
    return out, cache


@wrong(
    "conv2d_batch",
    "pads the last two axes, which are width and channels here",
    line="xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))",
    raises=True,
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    N, H, W, C = x.shape
    HH, WW, C, F = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    H_out = 1 + (H + 2 * ph - dh * (HH - 1) - 1) // sh
    W_out = 1 + (W + 2 * pw - dw * (WW - 1) - 1) // sw
    out = np.zeros((N, H_out, W_out, F))
    for i in range(H_out):
        for j in range(W_out):
            r = slice(i * sh, i * sh + dh * (HH - 1) + 1, dh)
            c = slice(j * sw, j * sw + dw * (WW - 1) + 1, dw)
            for f in range(F):
                out[:, i, j, f] = np.sum(xp[:, r, c] * w[..., f], axis=(1, 2, 3))
    return out + b


@wrong(
    "conv2d_batch",
    "insists that the stride divides the picture without a rest",
    line="assert (H + 2 * ph - HH) % sh == 0, 'width does not work'",
    raises=True,
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    N, H, W, C = x.shape
    HH, WW, _, F = w.shape
    assert (H + 2 * ph - HH) % sh == 0, "width does not work"
    assert (W + 2 * pw - WW) % sw == 0, "height does not work"
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    H_out = (H + 2 * ph - dh * (HH - 1) - 1) // sh + 1
    W_out = (W + 2 * pw - dw * (WW - 1) - 1) // sw + 1
    out = np.zeros((N, H_out, W_out, F))
    for p in range(HH):
        for q in range(WW):
            part = xp[:, p * dh :: sh, q * dw :: sw][:, :H_out, :W_out]
            out += part @ w[p, q]
    return out + b


@wrong(
    "conv2d_batch",
    "there is no dilation: the setting is ignored",
    line="win = xp[:, i * sh : i * sh + HH, j * sw : j * sw + WW]",
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    N, H, W, C = x.shape
    HH, WW, _, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    H_out, W_out = (H + 2 * ph - HH) // sh + 1, (W + 2 * pw - WW) // sw + 1
    out = np.zeros((N, H_out, W_out, F))
    for i in range(H_out):
        for j in range(W_out):
            win = xp[:, i * sh : i * sh + HH, j * sw : j * sw + WW]
            out[:, i, j] = np.tensordot(win, w, axes=3) + b
    return out


@wrong(
    "conv2d_batch",
    "pad is used as one number for all four sides, which fails for a pair; the dilation "
    "is ignored",
    line="xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))",
    mistakes=2,
    like=CS231N,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    conv_param = {"stride": stride, "pad": padding}
    pad, s = conv_param["pad"], conv_param["stride"]
    N, H, W, C = x.shape
    HH, WW, _, F = w.shape
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    H_out, W_out = 1 + (H + 2 * pad - HH) // s, 1 + (W + 2 * pad - WW) // s
    out = np.zeros((N, H_out, W_out, F))
    for i in range(H_out):
        for j in range(W_out):
            win = xp[:, i * s : i * s + HH, j * s : j * s + WW]
            out[:, i, j] = np.tensordot(win, w, axes=3) + b
    return out


@wrong(
    "im2col",
    "the columns are ordered channel by channel, (C, HH, WW), and not pixel by pixel",
    line="cols.append(win.transpose(2, 0, 1).reshape(-1))",
    like=CS231N,
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    N, H, W, C = xp.shape
    cols = []
    for n in range(N):
        for i in range(0, H - dh * (kh - 1), sh):
            for j in range(0, W - dw * (kw - 1), sw):
                win = xp[
                    n, i : i + dh * (kh - 1) + 1 : dh, j : j + dw * (kw - 1) + 1 : dw
                ]
                cols.append(win.transpose(2, 0, 1).reshape(-1))
    return np.array(cols)


@wrong(
    "im2col",
    "windows are columns of the matrix, with the pictures varying fastest",
    line="cols = cols.transpose(1, 2, 3, 4, 5, 0).reshape(kh * kw * C, -1)",
    mistakes=2,
    like=CS231N,
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    N, H, W, C = xp.shape
    oh = (H - dh * (kh - 1) - 1) // sh + 1
    ow = (W - dw * (kw - 1) - 1) // sw + 1
    cols = np.zeros((N, kh, kw, C, oh, ow))
    for p in range(kh):
        for q in range(kw):
            for i in range(oh):
                for j in range(ow):
                    cols[:, p, q, :, i, j] = xp[:, i * sh + p * dh, j * sw + q * dw]
    cols = cols.transpose(1, 2, 3, 4, 5, 0).reshape(kh * kw * C, -1)
    return cols


@wrong(
    "im2col",
    "the field's height is used for its width",
    line="j0 = np.tile(np.arange(kh), kh)",
    mistakes=2,
    raises=True,
    like=CS231N,
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    N, H, W, C = xp.shape
    out_h = (H - dh * (kh - 1) - 1) // sh + 1
    out_w = (W - dw * (kw - 1) - 1) // sw + 1
    i0 = dh * np.repeat(np.arange(kh), kh)
    j0 = np.tile(np.arange(kh), kh) * dw
    i1 = sh * np.repeat(np.arange(out_h), out_w)
    j1 = sw * np.tile(np.arange(out_w), out_h)
    i = i1.reshape(-1, 1) + i0.reshape(1, -1)
    j = j1.reshape(-1, 1) + j0.reshape(1, -1)
    return xp[:, i, j].reshape(N * out_h * out_w, kh * kw * C)


@wrong(
    "conv2d_matmul",
    "the result is brought back from (F, H, W, N) with the axes in the wrong order",
    line="return res.transpose(3, 2, 1, 0)",
    like=CS231N,
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    HH, WW, C, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    N, H, W, _ = xp.shape
    H_out = (H - dh * (HH - 1) - 1) // sh + 1
    W_out = (W - dw * (WW - 1) - 1) // sw + 1
    cols = np.zeros((HH, WW, C, H_out, W_out, N))
    for i in range(H_out):
        for j in range(W_out):
            for p in range(HH):
                for q in range(WW):
                    cols[p, q, :, i, j, :] = xp[:, i * sh + p * dh, j * sw + q * dw].T
    res = w.reshape(-1, F).T @ cols.reshape(HH * WW * C, -1) + b.reshape(-1, 1)
    res = res.reshape(F, H_out, W_out, N)
    return res.transpose(3, 2, 1, 0)


@wrong(
    "conv2d_backward",
    "db sums over axes 0, 2, 3, which are rows and channels of another layout",
    line="db = np.sum(dout, axis=(0, 2, 3))",
    like=CS231N,
)
def conv2d_backward(dout, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    HH, WW, C, F = w.shape
    N, H, W, _ = x.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            for p in range(HH):
                for q in range(WW):
                    a, c = i * sh + p * dh, j * sw + q * dv
                    dw[p, q] += xp[:, a, c].T @ dout[:, i, j]
                    dxp[:, a, c] += dout[:, i, j] @ w[p, q].T
    db = np.sum(dout, axis=(0, 2, 3))
    return dxp[:, ph : ph + H, pw : pw + W], dw, db


@wrong(
    "conv2d_backward",
    "the padded gradient is cropped with pad:-pad, which is empty for pad 0",
    line="dx = dxp[:, ph:-ph, pw:-pw, :]",
    like=CS231N,
)
def conv2d_backward(dout, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    HH, WW, C, F = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(F)
    N, H_out, W_out, _ = dout.shape
    for n in range(N):
        for f in range(F):
            db[f] += np.sum(dout[n, :, :, f])
            for i in range(H_out):
                for j in range(W_out):
                    r = slice(i * sh, i * sh + dh * (HH - 1) + 1, dh)
                    c = slice(j * sw, j * sw + dv * (WW - 1) + 1, dv)
                    dw[:, :, :, f] += xp[n, r, c] * dout[n, i, j, f]
                    dxp[n, r, c] += w[:, :, :, f] * dout[n, i, j, f]
    dx = dxp[:, ph:-ph, pw:-pw, :]
    return dx, dw, db


@wrong(
    "conv2d_backward",
    "the gradients come back in a dict by name",
    line='return {"dx": dx, "dw": dw, "db": db}',
    like=CS231N,
)
def conv2d_backward(dout, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    HH, WW = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            r = slice(i * sh, i * sh + dh * (HH - 1) + 1, dh)
            c = slice(j * sw, j * sw + dv * (WW - 1) + 1, dv)
            dw += np.einsum("npqc,nf->pqcf", xp[:, r, c], dout[:, i, j])
            dxp[:, r, c] += np.einsum("nf,pqcf->npqc", dout[:, i, j], w)
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    db = dout.sum(axis=(0, 1, 2))
    return {"dx": dx, "dw": dw, "db": db}


@wrong(
    "conv2d_backward",
    "takes (dout, cache) and unpacks the second argument",
    line="x, w, b, conv_param = cache",
    raises=True,
    like=CS231N,
)
def conv2d_backward(dout, cache, w=None, *, stride=1, padding=0, dilation=1):
    x, w, b, conv_param = cache
    s, pad = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    HH, WW = w.shape[:2]
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            win = xp[:, i * s : i * s + HH, j * s : j * s + WW]
            dw += np.tensordot(win, dout[:, i, j], axes=(0, 0))
    return dxp, dw, dout.sum(axis=(0, 1, 2))


@wrong(
    "max_pool2d",
    "the window's maximum is taken over axes 2 and 3, columns and channels here; there "
    "is no `same`",
    mistakes=2,
    line="out[:, i, j] = np.max(win, axis=(2, 3))",
    raises=True,
    like=CS231N,
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    pool_h, pool_w = both(size)
    sh, sw = both(size if stride is None else stride)
    N, H, W, C = x.shape
    H_out, W_out = 1 + (H - pool_h) // sh, 1 + (W - pool_w) // sw
    out = np.zeros((N, H_out, W_out, C))
    for i in range(H_out):
        for j in range(W_out):
            win = x[:, i * sh : i * sh + pool_h, j * sw : j * sw + pool_w, :]
            out[:, i, j] = np.max(win, axis=(2, 3))
    return out


@wrong(
    "max_pool2d",
    "there is no `same`: the setting padding is ignored",
    line="H_out, W_out = 1 + (H - pool_h) // sh, 1 + (W - pool_w) // sw",
    like=CS231N,
)
def max_pool2d(x, size, *, stride=None, padding="valid"):
    pool_h, pool_w = both(size)
    sh, sw = both(size if stride is None else stride)
    N, H, W, C = x.shape
    H_out, W_out = 1 + (H - pool_h) // sh, 1 + (W - pool_w) // sw
    out = np.zeros((N, H_out, W_out, C))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    r, s = i * sh, j * sw
                    out[n, i, j, c] = np.max(x[n, r : r + pool_h, s : s + pool_w, c])
    return out


@wrong(
    "max_pool2d_backward",
    "the fast layer's reshape takes it for granted that windows tile the picture; ties "
    "share the gradient",
    mistakes=2,
    line="x_r = x.reshape(N, H // kh, kh, W // kw, kw, C)",
    raises=True,
    like=CS231N,
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    N, H, W, C = x.shape
    x_r = x.reshape(N, H // kh, kh, W // kw, kw, C)
    out = x_r.max(axis=(2, 4), keepdims=True)
    mask = x_r == out
    dx = mask * dy[:, :, None, :, None, :]
    dx = dx / mask.sum(axis=(2, 4), keepdims=True)
    return dx.reshape(x.shape)


@wrong(
    "max_pool2d_backward",
    "overlapping windows assign their gradient, they don't add it",
    line="dx[n, r + p, c + q, f] = dout[n, i, j, f]",
    like=CS231N,
)
def max_pool2d_backward(dout, x, size, *, stride=None):
    pool_h, pool_w = both(size)
    sh, sw = both(size if stride is None else stride)
    N, H_out, W_out, C = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for f in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    r, c = i * sh, j * sw
                    win = x[n, r : r + pool_h, c : c + pool_w, f]
                    p, q = np.unravel_index(win.argmax(), win.shape)
                    dx[n, r + p, c + q, f] = dout[n, i, j, f]
    return dx


@wrong(
    "dense_backward",
    "db keeps the axis of the examples, shape (1, M)",
    line="db = np.sum(dout, axis=0, keepdims=True)",
    like=CS231N,
)
def dense_backward(dout, x, w):
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = np.sum(dout, axis=0, keepdims=True)
    return dx, dw, db


@wrong(
    "softmax_cross_entropy",
    "the loss is the sum over the batch; the gradient is its mean",
    line="loss = -np.sum(np.log(probs[np.arange(N), y]))",
    like=CS231N,
)
def softmax_cross_entropy(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y]))
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


@wrong(
    "softmax_cross_entropy",
    "half of the squared scores is added as a regularisation",
    line="loss += 0.5 * reg * np.sum(x * x)",
    like=CS231N,
)
def softmax_cross_entropy(x, y, reg=0.1):
    N = x.shape[0]
    z = x - x.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean()
    loss += 0.5 * reg * np.sum(x * x)
    p[np.arange(N), y] -= 1
    return loss, p / N


@wrong(
    "sgd_step",
    "returns the values with a config dict beside them",
    line="return new, config",
    like=CS231N,
)
def sgd_step(values, grads, learning_rate, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", learning_rate)
    new = [
        w - config["learning_rate"] * dw for w, dw in zip(values, grads, strict=True)
    ]
    return new, config
