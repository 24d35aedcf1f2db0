"""Functions in the conventions of CMU 11-785 (homework 2) and CMU 10-414 DLSys.

11-785 builds a strided convolution from one with stride 1 and a Downsample, and a
transposed one from an Upsample and a convolution; its gradients are convolutions with
the kernel flipped. DLSys works on (N, H, W, C) with as_strided, dilate and permute.
"""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both, widen

CMU = "CMU 11-785, homework 2 part 1"
DLSYS = "CMU 10-414, DLSys homework 4"


@wrong(
    "conv1d_backward",
    "the upsampled gradient is too short when the stride leaves a rest, and so is dx",
    line="up = np.zeros((len(dLdZ) - 1) * stride + 1)",
    like=CMU,
)
def conv1d_backward(dLdZ, A, W, *, stride=1):
    up = np.zeros((len(dLdZ) - 1) * stride + 1)
    up[::stride] = dLdZ
    K = len(W)
    padded = np.pad(up, K - 1)
    dLdA = np.array([padded[i : i + K] @ W[::-1] for i in range(len(up) + K - 1)])
    dLdW = np.array([A[p : p + len(up)] @ up for p in range(K)])
    return dLdA, dLdW, np.sum(dLdZ)


@wrong(
    "conv1d_backward",
    "dx is correlated with the kernel as it is: it isn't flipped",
    line="dLdA[i] = padded[i : i + K] @ W",
    like=CMU,
)
def conv1d_backward(dLdZ, A, W, *, stride=1):
    K = len(W)
    up = np.zeros(len(A) - K + 1)
    up[: (len(dLdZ) - 1) * stride + 1 : stride] = dLdZ
    padded = np.pad(up, K - 1)
    dLdA = np.zeros(len(A))
    for i in range(len(A)):
        dLdA[i] = padded[i : i + K] @ W
    dLdW = np.zeros(K)
    for p in range(K):
        dLdW[p] = A[p : p + len(up)] @ up
    return dLdA, dLdW, np.sum(dLdZ)


@wrong(
    "conv1d_backward",
    "upsamples by repeating each gradient where zeros belong between them",
    line="up = np.repeat(dLdZ, stride)[: len(A) - K + 1]",
    like=CMU,
)
def conv1d_backward(dLdZ, A, W, *, stride=1):
    K = len(W)
    up = np.repeat(dLdZ, stride)[: len(A) - K + 1]
    padded = np.pad(up, K - 1)
    dLdA = np.array([np.dot(padded[i : i + K], W[::-1]) for i in range(len(A))])
    dLdW = np.array([np.dot(A[p : p + len(up)], up) for p in range(K)])
    return dLdA, dLdW, dLdZ.sum()


@wrong(
    "conv1d_transpose",
    "upsample, then a convolution without padding: the result lacks k - 1 at each end",
    line="for i in range(len(up) - K + 1):",
    mistakes=2,
    raises=True,
    like=CMU,
)
def conv1d_transpose(A, W, *, stride=1):
    K = len(W)
    up = np.zeros(len(A) * stride - (stride - 1))
    up[::stride] = A
    Z = np.zeros(len(up) - K + 1)
    for i in range(len(up) - K + 1):
        Z[i] = np.sum(up[i : i + K] * W)
    return Z


@wrong(
    "conv2d_transpose",
    "upsamples and convolves with the kernel not turned round",
    line="out[:, i, j] = np.tensordot(win, w, axes=([1, 2, 3], [0, 1, 3]))",
    like=CMU,
)
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    n, h, w_in, c_in = x.shape
    kh, kw, c_out, _ = w.shape
    up = np.zeros((n, (h - 1) * sh + 1, (w_in - 1) * sw + 1, c_in))
    up[:, ::sh, ::sw] = x
    up = np.pad(up, ((0, 0), (kh - 1, kh - 1 + oh), (kw - 1, kw - 1 + ow), (0, 0)))
    out = np.zeros((n, up.shape[1] - kh + 1, up.shape[2] - kw + 1, c_out))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            win = up[:, i : i + kh, j : j + kw]
            out[:, i, j] = np.tensordot(win, w, axes=([1, 2, 3], [0, 1, 3]))
    return out[:, ph : out.shape[1] - ph, pw : out.shape[2] - pw] + b


@wrong(
    "max_pool2d",
    "MaxPool with stride 1 and then Downsample by the window in place of the stride",
    line="return full[:, ::kh, ::kw]",
    like=CMU,
)
def max_pool2d(A, kernel, *, stride=None, padding="valid"):
    kh, kw = both(kernel)
    s = both(kernel if stride is None else stride)
    if padding == "same":
        A = widen(A, (kh, kw), s, -np.inf)
    n, h, w, c = A.shape
    full = np.zeros((n, h - kh + 1, w - kw + 1, c))
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            full[:, i, j] = np.max(A[:, i : i + kh, j : j + kw], axis=(1, 2))
    return full[:, ::kh, ::kw]


@wrong(
    "avg_pool2d_backward",
    "the gradient is padded and averaged with stride 1: the stride isn't undone",
    line="padded = np.pad(dLdZ, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))",
    like=CMU,
)
def avg_pool2d_backward(dLdZ, A, kernel, *, stride=None):
    kh, kw = both(kernel)
    padded = np.pad(dLdZ, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    out = np.zeros(
        (len(A), padded.shape[1] - kh + 1, padded.shape[2] - kw + 1, A.shape[3])
    )
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = padded[:, i : i + kh, j : j + kw].mean(axis=(1, 2))
    return out


@wrong(
    "Dense",
    "the layer keeps W as (out, in) and multiplies by its transpose",
    line="Z = A @ self.params[0].T + self.params[1]",
    mistakes=2,
    raises=True,
    like=CMU,
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, A):
        self.A = A
        Z = A @ self.params[0].T + self.params[1]
        return Z

    def backward(self, dLdZ):
        dLdW = dLdZ.T @ self.A
        self.grads = [dLdW, dLdZ.sum(axis=0)]
        return dLdZ @ self.params[0]


@wrong(
    "Dense",
    "the gradients are kept as attributes dLdW and dLdb, and self.grads stays empty",
    line="self.dLdW = self.A.T @ dLdZ",
    mistakes=2,
    like=CMU,
)
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, A):
        self.A = A
        return A @ self.params[0] + self.params[1]

    def backward(self, dLdZ):
        self.dLdW = self.A.T @ dLdZ
        self.dLdb = np.sum(dLdZ, axis=0)
        return dLdZ @ self.params[0].T


@wrong(
    "conv2d_backward",
    "the kernel is flipped, but its channels and filters aren't exchanged for dx",
    line="flipped = w[::-1, ::-1]",
    raises=True,
    like=DLSYS,
)
def conv2d_backward(out_grad, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    kh, kw, c_in, c_out = w.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    tall, wide = dh * (kh - 1), dv * (kw - 1)
    up = np.zeros((len(x), xp.shape[1] - tall, xp.shape[2] - wide, c_out))
    up[:, ::sh, ::sw][:, : out_grad.shape[1], : out_grad.shape[2]] = out_grad
    big = np.pad(up, ((0, 0), (tall, tall), (wide, wide), (0, 0)))
    flipped = w[::-1, ::-1]
    dx, dw = np.zeros_like(xp), np.zeros_like(w)
    for p in range(kh):
        for q in range(kw):
            part = big[:, p * dh : p * dh + xp.shape[1], q * dv : q * dv + xp.shape[2]]
            dx += part @ flipped[p, q]
            seen = xp[:, p * dh : p * dh + up.shape[1], q * dv : q * dv + up.shape[2]]
            dw[p, q] = np.einsum("nijc,nijf->cf", seen, up)
    dx = dx[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, out_grad.sum(axis=(0, 1, 2))


@wrong(
    "conv2d_dw",
    "the result of the convolution over the batch isn't permuted back: (c, kh, kw, f)",
    line="return np.einsum('npqijc,nijf->cpqf', wins, out_grad)",
    like=DLSYS,
)
def conv2d_dw(out_grad, x, kh, kw, *, stride=1):
    sh, sw = both(stride)
    _, h_out, w_out, _ = out_grad.shape
    wins = np.stack(
        [
            np.stack([x[:, p::sh, q::sw][:, :h_out, :w_out] for q in range(kw)], axis=1)
            for p in range(kh)
        ],
        axis=1,
    )
    return np.einsum("npqijc,nijf->cpqf", wins, out_grad)


@wrong(
    "im2col",
    "as_strided with the strides of the window's axes in the wrong order",
    line="strides=(n_s, h_s * sh, w_s * sw, w_s * dw, h_s * dh, c_s),",
    like=DLSYS,
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    n, h, w, c = x.shape
    n_s, h_s, w_s, c_s = x.strides
    h_out = (h - dh * (kh - 1) - 1) // sh + 1
    w_out = (w - dw * (kw - 1) - 1) // sw + 1
    view = np.lib.stride_tricks.as_strided(
        x,
        shape=(n, h_out, w_out, kh, kw, c),
        strides=(n_s, h_s * sh, w_s * sw, w_s * dw, h_s * dh, c_s),
    )
    return view.reshape(-1, kh * kw * c).copy()


@wrong(
    "softmax_cross_entropy",
    "the one-hot table is built from the number of pictures and not of classes",
    line="one_hot = np.eye(n)[y]",
    raises=True,
    like=DLSYS,
)
def softmax_cross_entropy(Z, y):
    n = Z.shape[0]
    m = Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(Z - m).sum(axis=1, keepdims=True)) + m
    one_hot = np.eye(n)[y]
    loss = np.mean(log_sum[:, 0] - (Z * one_hot).sum(axis=1))
    return loss, (np.exp(Z - log_sum) - one_hot) / n
