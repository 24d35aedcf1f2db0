"""Lesson 06: gradients, as students write them."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import (
    both,
    conv2d_backward,
    grouped_conv2d_backward,
)

# numeric_gradient -----------------------------------------------------------------


@wrong(
    "numeric_gradient",
    "divides by eps and not by 2 * eps",
    line="dx[k] = np.sum(dy * (f(up) - f(down))) / eps",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        up = x.copy()
        up[k] += eps
        down = x.copy()
        down[k] -= eps
        dx[k] = np.sum(dy * (f(up) - f(down))) / eps
    return dx


@wrong(
    "numeric_gradient",
    "up and down are the same array as x: the steps cancel, and x is changed and set back",
    line="up, down = x, x",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(x.size):
        up, down = x, x
        up.flat[k] += eps
        down.flat[k] -= eps
        dx.flat[k] = np.sum(dy * (f(up) - f(down))) / (2 * eps)
    return dx


@wrong(
    "numeric_gradient",
    "brackets are missing: divides by 2 and multiplies by eps",
    line="g = np.sum((f(a) - f(c)) * dy) / 2 * eps",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    g_all = []
    for k in range(x.size):
        a, c = x.copy(), x.copy()
        a.flat[k] = a.flat[k] + eps
        c.flat[k] = c.flat[k] - eps
        g = np.sum((f(a) - f(c)) * dy) / 2 * eps
        g_all.append(g)
    return np.array(g_all).reshape(x.shape)


@wrong(
    "numeric_gradient",
    "loops over the first axis only, moving whole rows at a time",
    line="for k in range(len(x)):",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(len(x)):
        ahead, back = x.copy(), x.copy()
        ahead[k] += eps
        back[k] -= eps
        dx[k] = np.sum(dy * (f(ahead) - f(back))) / (2 * eps)
    return dx


@wrong(
    "numeric_gradient",
    "the upstream gradient is left out of the sum",
    line="dx.flat[k] = np.sum(f(ahead) - f(back)) / (2 * eps)",
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(x.size):
        ahead, back = x.copy(), x.copy()
        ahead.flat[k] += eps
        back.flat[k] -= eps
        dx.flat[k] = np.sum(f(ahead) - f(back)) / (2 * eps)
    return dx


# relu_backward --------------------------------------------------------------------


@wrong(
    "relu_backward",
    "looks at the sign of the upstream gradient and not at that of x",
    line="return dy * (dy > 0)",
)
def relu_backward(dy, x):
    return dy * (dy > 0)


@wrong(
    "relu_backward",
    ">= lets the gradient through where x is exactly 0",
    line="return np.where(x >= 0, dy, 0)",
)
def relu_backward(dy, x):
    return np.where(x >= 0, dy, 0)


@wrong(
    "relu_backward",
    "multiplies by x itself where it is positive, not by 1",
    line="return dy * np.maximum(x, 0)",
)
def relu_backward(dy, x):
    return dy * np.maximum(x, 0)


@wrong(
    "relu_backward",
    "dx is dy itself and not a copy, so that the argument dy is changed",
    line="dx = dy",
)
def relu_backward(dy, x):
    dx = dy
    dx[x <= 0] = 0
    return dx


# dense_backward -------------------------------------------------------------------


@wrong(
    "dense_backward",
    "w isn't transposed for dx",
    line="dx = dy @ w",
    raises=True,
)
def dense_backward(dy, x, w):
    dx = dy @ w
    dw = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dw, db


@wrong(
    "dense_backward",
    "db is summed along the wrong axis: one number per example",
    line="db = np.sum(dy, axis=1)",
)
def dense_backward(dy, x, w):
    dx = np.dot(dy, w.T)
    dw = np.dot(x.T, dy)
    db = np.sum(dy, axis=1)
    return dx, dw, db


@wrong(
    "dense_backward",
    "dw has the shape of w.T: the factors are exchanged",
    line="dw = dy.T @ x",
)
def dense_backward(dy, x, w):
    dx = dy @ w.T
    dw = dy.T @ x
    db = dy.sum(0)
    return dx, dw, db


@wrong(
    "dense_backward",
    "dw is overwritten for each example, so only the last one counts",
    line="dw = np.outer(x[n], dy[n])",
)
def dense_backward(dy, x, w):
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros(w.shape[1])
    for n in range(len(x)):
        dx[n] = w @ dy[n]
        dw = np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dw, db


@wrong(
    "dense_backward",
    "the gradients are returned in the wrong order",
    line="return dw, dx, db",
)
def dense_backward(dy, x, w):
    dw = x.T @ dy
    dx = dy @ w.T
    db = dy.sum(axis=0)
    return dw, dx, db


# conv1d_backward ------------------------------------------------------------------


@wrong(
    "conv1d_backward",
    "= in place of +=, so overlapping windows replace one another in dx",
    line="dx[s : s + k] = dy[i] * w",
)
def conv1d_backward(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    k = len(w)
    for i in range(len(dy)):
        s = i * stride
        dx[s : s + k] = dy[i] * w
        dw += dy[i] * x[s : s + k]
    return dx, dw, np.sum(dy)


@wrong(
    "conv1d_backward",
    "the stride is forgotten in dw but not in dx",
    line="dw += dy[i] * x[i : i + len(w)]",
)
def conv1d_backward(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(dy)):
        dx[i * stride : i * stride + len(w)] += dy[i] * w
        dw += dy[i] * x[i : i + len(w)]
    return dx, dw, dy.sum()


@wrong(
    "conv1d_backward",
    "db is the number of stops: counts them in place of adding up dy",
    line="db = len(dy)",
)
def conv1d_backward(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    db = len(dy)
    for i in range(len(dy)):
        for p in range(len(w)):
            dx[i * stride + p] += dy[i] * w[p]
            dw[p] += dy[i] * x[i * stride + p]
    return dx, dw, float(db)


@wrong(
    "conv1d_backward",
    "the loop runs over all of x and runs out of dy",
    line="for i in range(len(x)):",
    raises=True,
)
def conv1d_backward(dy, x, w, *, stride=1):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), 0.0
    for i in range(len(x)):
        for p in range(len(w)):
            dx[i * stride + p] += dy[i] * w[p]
            dw[p] += dy[i] * x[i * stride + p]
        db += dy[i]
    return dx, dw, db


@wrong(
    "conv1d_backward",
    "dx and dw are each other's: x where w belongs and the reverse",
    line="dx[win] += dy[i] * x[win]",
    mistakes=2,
)
def conv1d_backward(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(dy)):
        win = slice(i * stride, i * stride + len(w))
        dx[win] += dy[i] * x[win]
        dw += dy[i] * w
    return dx, dw, dy.sum()


# conv2d_backward ------------------------------------------------------------------


@wrong(
    "conv2d_backward",
    "the border of the padding isn't cropped from dx",
    line="return dxp, dw, dy.sum(axis=(0, 1, 2))",
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
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
    return dxp, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_backward",
    "crops with a minus, so that nothing is left when there is no padding",
    line="dx = dxp[:, ph:-ph, pw:-pw]",
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        rows = slice(i * sh, i * sh + up * (kh - 1) + 1, up)
        for j in range(dy.shape[2]):
            cols = slice(j * sw, j * sw + across * (kw - 1) + 1, across)
            dw += np.tensordot(xp[:, rows, cols], dy[:, i, j], axes=(0, 0))
            dxp[:, rows, cols] += np.tensordot(dy[:, i, j], w, axes=(1, 3))
    dx = dxp[:, ph:-ph, pw:-pw]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_backward",
    "tensordot pairs the filters of dy with the channels of w",
    line="dxp[:, rows, cols] += np.tensordot(dy[:, i, j], w, axes=(1, 2))",
    raises=True,
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        rows = slice(i * sh, i * sh + up * (kh - 1) + 1, up)
        for j in range(dy.shape[2]):
            cols = slice(j * sw, j * sw + across * (kw - 1) + 1, across)
            dw += np.tensordot(xp[:, rows, cols], dy[:, i, j], axes=(0, 0))
            dxp[:, rows, cols] += np.tensordot(dy[:, i, j], w, axes=(1, 2))
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_backward",
    "db is added over the examples only and keeps rows and columns",
    line="db = dy.sum(axis=0)",
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for p in range(kh):
        for q in range(kw):
            for i in range(dy.shape[1]):
                for j in range(dy.shape[2]):
                    r, c = i * sh + p * up, j * sw + q * across
                    dw[p, q] += xp[:, r, c].T @ dy[:, i, j]
                    dxp[:, r, c] += dy[:, i, j] @ w[p, q].T
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    db = dy.sum(axis=0)
    return dx, dw, db


@wrong(
    "conv2d_backward",
    "dw is started anew inside the loop over examples: only the last example is left",
    line="dw = np.zeros_like(w)",
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw, c_in, c_out = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp = np.zeros_like(xp)
    for n in range(len(x)):
        dw = np.zeros_like(w)
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for f in range(c_out):
                    for p in range(kh):
                        for q in range(kw):
                            a, c = i * sh + p * up, j * sw + q * across
                            dw[p, q, :, f] += dy[n, i, j, f] * xp[n, a, c]
                            dxp[n, a, c] += dy[n, i, j, f] * w[p, q, :, f]
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_backward",
    "dx is collected in an array of the shape of x with indices of the padded picture",
    line="dx[:, a, c] += dy[:, i, j] @ w[p, q].T",
    raises=True,
)
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            for p in range(kh):
                for q in range(kw):
                    a, c = i * sh + p * up, j * sw + q * across
                    dw[p, q] += xp[:, a, c].T @ dy[:, i, j]
                    dx[:, a, c] += dy[:, i, j] @ w[p, q].T
    return dx, dw, dy.sum(axis=(0, 1, 2))


# grouped and depthwise ------------------------------------------------------------


@wrong(
    "grouped_conv2d_backward",
    "dx of each group is written to the first channels",
    line="dx[..., :a] += gx",
)
def grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    a, m = x.shape[3] // groups, w.shape[3] // groups
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * m, (g + 1) * m)
        gx, gw, gb = conv2d_backward(
            dy[..., outs], x[..., ins], w[..., outs], **settings
        )
        dx[..., :a] += gx
        dw[..., outs] = gw
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong(
    "grouped_conv2d_backward",
    "db holds the last group's gradients only",
    line="db = gb",
)
def grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    a, m = x.shape[3] // groups, w.shape[3] // groups
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for g in range(groups):
        gx, gw, gb = conv2d_backward(
            dy[..., g * m : (g + 1) * m],
            x[..., g * a : (g + 1) * a],
            w[..., g * m : (g + 1) * m],
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
        dx[..., g * a : (g + 1) * a] = gx
        dw[..., g * m : (g + 1) * m] = gw
        db = gb
    return dx, dw, db


@wrong(
    "grouped_conv2d_backward",
    "the slices of dy are as wide as the group's input channels",
    line="part = dy[..., g * a : (g + 1) * a]",
    raises=True,
)
def grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    a, m = x.shape[3] // groups, w.shape[3] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    dxs, dws = [], []
    for g in range(groups):
        part = dy[..., g * a : (g + 1) * a]
        gx, gw, _ = conv2d_backward(
            part, x[..., g * a : (g + 1) * a], w[..., g * m : (g + 1) * m], **settings
        )
        dxs.append(gx)
        dws.append(gw)
    return np.concatenate(dxs, -1), np.concatenate(dws, -1), dy.sum((0, 1, 2))


@wrong(
    "depthwise_conv2d_backward",
    "dw keeps the flat shape of the grouped kernel",
    line="return grouped_conv2d_backward(dy, x, flat, groups=c_in, **settings)",
)
def depthwise_conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    flat = w.reshape(kh, kw, 1, c_in * multiplier)
    return grouped_conv2d_backward(dy, x, flat, groups=c_in, **settings)


@wrong(
    "depthwise_conv2d_backward",
    "takes the maps of channel c as every c_in-th and not as neighbours",
    line="mine = dy[..., c::c_in]",
)
def depthwise_conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    c_in = w.shape[2]
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for c in range(c_in):
        mine = dy[..., c::c_in]
        gx, gw, _ = conv2d_backward(
            mine, x[..., c : c + 1], w[:, :, c : c + 1], **settings
        )
        dx[..., c : c + 1] = gx
        dw[:, :, c : c + 1] = gw
    return dx, dw, dy.sum(axis=(0, 1, 2))


# pooling --------------------------------------------------------------------------


@wrong(
    "max_pool2d_backward",
    "every pixel that equals the maximum gets the gradient, so ties get it twice",
    line="mask = window == window.max()",
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    n, h_out, w_out, c = dy.shape
    for b in range(n):
        for i in range(h_out):
            for j in range(w_out):
                for ch in range(c):
                    window = x[b, i * sh : i * sh + kh, j * sw : j * sw + kw, ch]
                    mask = window == window.max()
                    dx[b, i * sh : i * sh + kh, j * sw : j * sw + kw, ch] += (
                        mask * dy[b, i, j, ch]
                    )
    return dx


@wrong(
    "max_pool2d_backward",
    "the place within the window is used as the place in the picture",
    line="dx[n, p, q, c] += dy[n, i, j, c]",
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = np.unravel_index(np.argmax(window), window.shape)
        dx[n, p, q, c] += dy[n, i, j, c]
    return dx


@wrong(
    "max_pool2d_backward",
    "divmod by the number of rows: in windows that aren't square the place is wrong",
    line="p, q = divmod(np.argmax(window), kh)",
    raises=True,
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = divmod(np.argmax(window), kh)
        dx[n, i * sh + p, j * sw + q, c] += dy[n, i, j, c]
    return dx


@wrong(
    "max_pool2d_backward",
    "the largest value itself and not the upstream gradient is sent back",
    line="dx[n, i * sh + p, j * sw + q, c] += window[p, q]",
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = np.unravel_index(np.argmax(window), window.shape)
        dx[n, i * sh + p, j * sw + q, c] += window[p, q]
    return dx


@wrong(
    "max_pool2d_backward",
    "np.argmax of the window is used as if it were a pair",
    line="p, q = np.argmax(window)",
    raises=True,
)
def max_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = np.argmax(window)
        dx[n, i * sh + p, j * sw + q, c] += dy[n, i, j, c]
    return dx


@wrong(
    "avg_pool2d_backward",
    "= in place of +=, so overlapping windows replace one another",
    line="dx[:, a : a + kh, e : e + kw, :] = g / (kh * kw)",
)
def avg_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            a, e = i * sh, j * sw
            g = dy[:, i, j, :][:, None, None, :]
            dx[:, a : a + kh, e : e + kw, :] = g / (kh * kw)
    return dx


@wrong(
    "avg_pool2d_backward",
    "the gradient isn't divided by the window's size",
    line="dx[n, i * sh + p, j * sw + q] += dy[n, i, j]",
)
def avg_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for n in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for p in range(kh):
                    for q in range(kw):
                        dx[n, i * sh + p, j * sw + q] += dy[n, i, j]
    return dx


@wrong(
    "avg_pool2d_backward",
    "share has the shape (n, c) and two axes are missing: it spreads over the columns "
    "and channels of the window, examples taking the place of columns",
    line="share = dy[:, i, j] / (kh * kw)",
)
def avg_pool2d_backward(dy, x, size, *, stride=None):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    dx = np.zeros_like(x)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            share = dy[:, i, j] / (kh * kw)
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += share
    return dx


@wrong(
    "global_avg_pool2d_backward",
    "divides by all numbers of x, examples and channels included",
    line="return np.ones_like(x) * dy[:, None, None, :] / x.size",
)
def global_avg_pool2d_backward(dy, x):
    return np.ones_like(x) * dy[:, None, None, :] / x.size


@wrong(
    "global_avg_pool2d_backward",
    "the share has one place for each map and isn't spread over rows and columns",
    line="return dy / (h * w_in)",
)
def global_avg_pool2d_backward(dy, x):
    n, h, w_in, c = x.shape
    return dy / (h * w_in)


@wrong(
    "global_avg_pool2d_backward",
    "example and channel are exchanged when dy is read",
    line="dx[k, :, :, ch] = dy[ch, k] / (h * w_in)",
    raises=True,
)
def global_avg_pool2d_backward(dy, x):
    n, h, w_in, c = x.shape
    dx = np.zeros_like(x)
    for k in range(n):
        for ch in range(c):
            dx[k, :, :, ch] = dy[ch, k] / (h * w_in)
    return dx


# conv2d_dw ------------------------------------------------------------------------


@wrong(
    "conv2d_dw",
    "mended for the rows but the columns still count from the far end",
    line="column = j * sw + kw - 1 - q",
)
def conv2d_dw(dy, x, kh, kw, *, stride=1):
    sh, sw = both(stride)
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]), dtype=x.dtype)
    for p in range(kh):
        for q in range(kw):
            for i in range(dy.shape[1]):
                for j in range(dy.shape[2]):
                    row = i * sh + p
                    column = j * sw + kw - 1 - q
                    dw[p, q] += x[:, row, column].T @ dy[:, i, j]
    return dw


@wrong(
    "conv2d_dw",
    "the stride multiplies the place in the kernel and not the stop",
    line="row, column = i + p * sh, j + q * sw",
)
def conv2d_dw(dy, x, kh, kw, *, stride=1):
    sh, sw = both(stride)
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]), dtype=x.dtype)
    for p in range(kh):
        for q in range(kw):
            for i in range(dy.shape[1]):
                for j in range(dy.shape[2]):
                    row, column = i + p * sh, j + q * sw
                    dw[p, q] += x[:, row, column].T @ dy[:, i, j]
    return dw


@wrong(
    "conv2d_dw",
    "the mean over the batch is taken",
    line="return dw / len(x)",
)
def conv2d_dw(dy, x, kh, kw, *, stride=1):
    sh, sw = both(stride)
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]))
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            win = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            dw += np.einsum("npqc,nf->pqcf", win, dy[:, i, j])
    return dw / len(x)
