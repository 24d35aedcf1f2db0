"""Functions in the conventions of books, small frameworks and blog posts, adapted."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both, same_padding

SAITOH = "Saitoh, Deep Learning from Scratch"
ZHOU = "Victor Zhou, CNNs, part 1 and 2"
MINITORCH = "minitorch, module 4"
E2EML = "Brandon Rohrer, End-to-End Machine Learning"
SCIPY = "scipy.signal's conventions"


@wrong(
    "im2col",
    "the columns come out channel by channel, since the channels stand before the window",
    line="col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)",
    like=SAITOH,
)
def im2col(x, filter_h, filter_w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    img = np.pad(x.transpose(0, 3, 1, 2), [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    N, C, H, W = img.shape
    out_h = (H - dh * (filter_h - 1) - 1) // sh + 1
    out_w = (W - dw * (filter_w - 1) - 1) // sw + 1
    col = np.zeros((N, C, filter_h, filter_w, out_h, out_w))
    for y in range(filter_h):
        y_max = y * dh + sh * out_h
        for k in range(filter_w):
            k_max = k * dw + sw * out_w
            col[:, :, y, k] = img[:, :, y * dh : y_max : sh, k * dw : k_max : sw]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
    return col


@wrong(
    "conv2d_matmul",
    "the kernel is reshaped as if the filters came first and the columns by channel",
    line="col_W = W.reshape(FN, -1).T",
    mistakes=2,
    like=SAITOH,
)
def conv2d_matmul(x, W, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    FH, FW, C, FN = W.shape
    img = np.pad(x.transpose(0, 3, 1, 2), [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    N, C, H, Wd = img.shape
    out_h = (H - dh * (FH - 1) - 1) // sh + 1
    out_w = (Wd - dw * (FW - 1) - 1) // sw + 1
    col = np.zeros((N, C, FH, FW, out_h, out_w))
    for y in range(FH):
        for k in range(FW):
            a, c = y * dh, k * dw
            col[:, :, y, k] = img[
                :, :, a : a + sh * out_h : sh, c : c + sw * out_w : sw
            ]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
    col_W = W.reshape(FN, -1).T
    out = np.dot(col, col_W) + b
    return out.reshape(N, out_h, out_w, -1)


@wrong(
    "softmax_cross_entropy",
    "1e-7 inside the logarithm, which changes the loss a little",
    line="loss = -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size",
    like=SAITOH,
)
def softmax_cross_entropy(x, t):
    x = x - np.max(x, axis=-1, keepdims=True)
    y = np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)
    batch_size = y.shape[0]
    loss = -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size
    dx = y.copy()
    dx[np.arange(batch_size), t] -= 1
    return loss, dx / batch_size


@wrong(
    "softmax_cross_entropy",
    "the batch is turned for the softmax and not turned back for the loss",
    line="y = (np.exp(x) / np.sum(np.exp(x), axis=0))",
    raises=True,
    like=SAITOH,
)
def softmax_cross_entropy(x, t):
    x = x.T
    x = x - np.max(x, axis=0)
    y = np.exp(x) / np.sum(np.exp(x), axis=0)
    n = len(t)
    loss = -np.mean(np.log(y[np.arange(n), t]))
    dx = y.copy()
    dx[np.arange(n), t] -= 1
    return loss, dx / n


@wrong(
    "max_pool2d_backward",
    "the winners are found in rows of windows, but the windows are taken for tiles",
    line="dmax = np.zeros((dout.size, kh * kw))",
    mistakes=2,
    raises=True,
    like=SAITOH,
)
def max_pool2d_backward(dout, x, size, *, stride=None):
    kh, kw = both(size)
    N, H, W, C = x.shape
    tiles = x.reshape(N, H // kh, kh, W // kw, kw, C).transpose(0, 1, 3, 5, 2, 4)
    arg_max = np.argmax(tiles.reshape(-1, kh * kw), axis=1)
    dmax = np.zeros((dout.size, kh * kw))
    dmax[np.arange(arg_max.size), arg_max] = dout.flatten()
    dmax = dmax.reshape(N, H // kh, W // kw, C, kh, kw).transpose(0, 1, 4, 2, 5, 3)
    return dmax.reshape(x.shape)


@wrong(
    "conv2d_plain",
    "Conv3x3: the window and the map are written for kernels of 3 by 3",
    line="output = np.zeros((h - 2, w - 2))",
    mistakes=2,
    like=ZHOU,
)
def conv2d_plain(image, kernel, b=0.0):
    h, w = image.shape
    output = np.zeros((h - 2, w - 2))
    for i in range(h - 2):
        for j in range(w - 2):
            im_region = image[i : (i + 3), j : (j + 3)]
            output[i, j] = np.sum(im_region * kernel) + b
    return output


@wrong(
    "max_pool2d",
    "MaxPool2: windows are always 2 by 2, side by side",
    line="output = np.zeros((n, h // 2, w // 2, c))",
    mistakes=2,
    like=ZHOU,
)
def max_pool2d(x, size=2, *, stride=None, padding="valid"):
    n, h, w, c = x.shape
    output = np.zeros((n, h // 2, w // 2, c))
    for i in range(h // 2):
        for j in range(w // 2):
            im_region = x[:, (i * 2) : (i * 2 + 2), (j * 2) : (j * 2 + 2)]
            output[:, i, j] = np.amax(im_region, axis=(1, 2))
    return output


@wrong(
    "conv2d_backward",
    "only the filters' gradient is returned: there is none for the input or the bias",
    line="return d_L_d_filters",
    mistakes=2,
    like=ZHOU,
)
def conv2d_backward(d_L_d_out, x, filters, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = both(stride), both(padding), both(dilation)
    kh, kw, _, num_filters = filters.shape
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    d_L_d_filters = np.zeros(filters.shape)
    for i in range(d_L_d_out.shape[1]):
        for j in range(d_L_d_out.shape[2]):
            rows, cols = i * sh + dh * np.arange(kh), j * sw + dv * np.arange(kw)
            im_region = x[:, rows[:, None], cols]
            for f in range(num_filters):
                g = d_L_d_out[:, i, j, f][:, None, None, None]
                d_L_d_filters[:, :, :, f] += np.sum(g * im_region, axis=0)
    return d_L_d_filters


@wrong(
    "conv1d",
    "the result is as long as the input: windows at the end are filled with zeros",
    line="out = np.zeros(n)",
    mistakes=2,
    like=MINITORCH,
)
def conv1d(x, w, b=0.0, *, stride=1):
    n, k = len(x), len(w)
    out = np.zeros(n)
    for i in range(n):
        acc = 0.0
        for p in range(k):
            if i + p < n:
                acc += x[i + p] * w[p]
        out[i] = acc
    return out + b


@wrong(
    "avg_pool2d",
    "tile with reshape, which needs windows that divide the picture",
    line="tiled = x.reshape(n, h // kh, kh, w // kw, kw, c)",
    mistakes=2,
    raises=True,
    like=MINITORCH,
)
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    n, h, w, c = x.shape
    tiled = x.reshape(n, h // kh, kh, w // kw, kw, c)
    return tiled.mean(axis=(2, 4))


@wrong(
    "relu_backward",
    "compares the output's gradient with the input and returns a table of True and False",
    line="return (x > 0) & (dy != 0)",
    mistakes=2,
    like=MINITORCH,
)
def relu_backward(dy, x):
    return (x > 0) & (dy != 0)


@wrong(
    "conv1d_backward",
    "the arguments of the cross-correlation are exchanged, so dw comes out reversed",
    line="dw = np.correlate(up, x, mode='valid')",
    raises=True,
    like=E2EML,
)
def conv1d_backward(dy, x, w, *, stride=1):
    up = np.zeros(len(x) - len(w) + 1)
    up[: (len(dy) - 1) * stride + 1 : stride] = dy
    dx = np.convolve(up, w, mode="full")
    dw = np.correlate(up, x, mode="valid")
    return dx, dw, dy.sum()


@wrong(
    "conv2d_plain",
    "convolve2d turns the kernel round: a convolution in the mathematician's sense",
    line="kernel = np.rot90(w, 2)",
    like=SCIPY,
)
def conv2d_plain(x, w, b=0.0):
    kernel = np.rot90(w, 2)
    kh, kw = kernel.shape
    rows = x.shape[0] - kh + 1
    cols = x.shape[1] - kw + 1
    out = np.empty((rows, cols))
    for r in range(rows):
        for c in range(cols):
            out[r, c] = np.vdot(kernel, x[r : r + kh, c : c + kw])
    return out + b


@wrong(
    "conv1d",
    "mode='same' keeps the length of the signal",
    line="y = np.correlate(x, w, mode='same')",
    raises=True,
    like=SCIPY,
)
def conv1d(x, w, b=0.0, *, stride=1):
    y = np.correlate(x, w, mode="same")
    return y[::stride] + b


@wrong(
    "match_map",
    "the feature is laid with its centre on each pixel, and the border is left at 0",
    line="scores[i, j] = np.mean(patch * feature)",
    mistakes=2,
    like=E2EML,
)
def match_map(picture, feature):
    h, w = picture.shape
    kh, kw = feature.shape
    scores = np.zeros((h, w))
    for i in range(kh // 2, h - kh // 2):
        for j in range(kw // 2, w - kw // 2):
            top, left = i - kh // 2, j - kw // 2
            patch = picture[top : top + kh, left : left + kw]
            if patch.shape == feature.shape:
                scores[i, j] = np.mean(patch * feature)
    return scores


@wrong(
    "numeric_gradient",
    "1e-4 is written into the code in place of the step that is given",
    line="h = 1e-4",
    like=SAITOH,
)
def numeric_gradient(f, x, dy, *, eps=1e-6):
    h = 1e-4
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        idx = it.multi_index
        tmp_val = x[idx]
        x[idx] = tmp_val + h
        fxh1 = f(x)
        x[idx] = tmp_val - h
        fxh2 = f(x)
        grad[idx] = np.sum(dy * (fxh1 - fxh2)) / (2 * h)
        x[idx] = tmp_val
        it.iternext()
    return grad


@wrong(
    "l2_pool2d",
    "Lp pooling as a mean of powers: the root of the mean square",
    line="y[:, i, j] = (np.abs(win) ** 2).mean(axis=(1, 2)) ** 0.5",
    like="blog posts on Lp pooling",
)
def l2_pool2d(x, size, *, stride=None, padding="valid"):
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    if padding == "same":
        rows = same_padding(x.shape[1], kh, stride=sh)
        cols = same_padding(x.shape[2], kw, stride=sw)
        x = np.pad(x, ((0, 0), rows, cols, (0, 0)))
    oh, ow = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), oh, ow, x.shape[3]))
    for i in range(oh):
        for j in range(ow):
            win = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = (np.abs(win) ** 2).mean(axis=(1, 2)) ** 0.5
    return y


@wrong(
    "count_conv2d",
    "each multiplication and each addition counts, as FLOPs",
    line="flops = 2 * h_out * w_out * filters * kh * kw * c_in",
    like="blog posts on FLOPs",
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    h_out = (h + 2 * ph - kh) // sh + 1
    w_out = (w_in + 2 * pw - kw) // sw + 1
    params = (kh * kw * c_in + int(use_bias)) * filters
    flops = 2 * h_out * w_out * filters * kh * kw * c_in
    return params, flops


@wrong(
    "receptive_field",
    "each layer's kernel is added as it is: strides of lower layers don't widen it",
    line='size += layer["dilation"] * (layer["kernel"] - 1)',
    like="blog posts on receptive fields",
)
def receptive_field(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1)
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start
