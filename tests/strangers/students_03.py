"""Lesson 03: channels, filters, batches and windows as rows, as students write them."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import both, im2col, output_size, prepare

# conv2d_channels ------------------------------------------------------------------


@wrong(
    "conv2d_channels",
    "the channels are kept apart: the sum runs over rows and columns only",
    line="y[i, j] = np.sum(w * x[np.ix_(r, c)], axis=(0, 1))",
)
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw = w.shape[:2]
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), x.shape[2]))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.sum(w * x[np.ix_(r, c)], axis=(0, 1))
    return y


@wrong(
    "conv2d_channels",
    "each channel's map replaces the one before, so only the last channel counts",
    line="y[i, j] = np.sum(w[:, :, ch] * x[np.ix_(r, c)][:, :, ch])",
)
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns)))
    for ch in range(c_in):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                y[i, j] = np.sum(w[:, :, ch] * x[np.ix_(r, c)][:, :, ch])
    return y


@wrong(
    "conv2d_channels",
    "x[r, c] with two lists picks single pixels along a diagonal, not a block",
    line="y[i, j] = np.sum(w * x[r, c])",
)
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw = w.shape[:2]
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns)))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.sum(w * x[r, c])
    return y


@wrong(
    "conv2d_channels",
    "three is written for the number of channels",
    line="for ch in range(3):",
    raises=True,
)
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw = w.shape[:2]
    x, rows, cols = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(cols)))
    for i in range(len(rows)):
        for j in range(len(cols)):
            for ch in range(3):
                for p in range(kh):
                    for q in range(kw):
                        y[i, j] += w[p, q, ch] * x[rows[i][p], cols[j][q], ch]
    return y


@wrong(
    "conv2d_channels",
    "padding is added to the channels as well, np.pad having got one number for all axes",
    line="x = np.pad(x, ph)",
    raises=True,
)
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in = w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = np.pad(x, ph)
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    h_out = (x.shape[0] - tall) // sh + 1
    w_out = (x.shape[1] - wide) // sw + 1
    y = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            win = x[i * sh : i * sh + tall : dh, j * sw : j * sw + wide : dw]
            y[i, j] = (win * w).sum()
    return y


# conv2d_filters -------------------------------------------------------------------


@wrong(
    "conv2d_filters",
    "the loop over filters runs over the input channels' count",
    line="for f in range(c_in):",
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_in):
                if f < c_out:
                    y[i, j, f] = np.sum(w[..., f] * x[np.ix_(r, c)])
    return y


@wrong(
    "conv2d_filters",
    "the maps are stacked along the first axis and not the last",
    line="return np.array(maps)",
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    maps = []
    for f in range(c_out):
        m = np.zeros((len(rows), len(columns)))
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                m[i, j] = np.sum(w[:, :, :, f] * x[np.ix_(r, c)])
        maps.append(m)
    return np.array(maps)


@wrong(
    "conv2d_filters",
    "the list holds the same array many times, so all maps are the last filter's",
    line="m = np.zeros((len(rows), len(columns)))",
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    m = np.zeros((len(rows), len(columns)))
    maps = []
    for f in range(c_out):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                m[i, j] = np.sum(w[:, :, :, f] * x[np.ix_(r, c)])
        maps.append(m)
    return np.stack(maps, axis=-1)


@wrong(
    "conv2d_filters",
    "takes filter f out of the third axis, which is that of the input channels",
    line="y[i, j, f] = np.sum(w[:, :, f] * x[np.ix_(r, c)])",
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = np.sum(w[:, :, f] * x[np.ix_(r, c)])
    return y


@wrong(
    "conv2d_filters",
    "tensordot adds over two axes and leaves the channels as a grid with the filters",
    line="y[i, j] = np.tensordot(x[np.ix_(r, c)], w, axes=([0, 1], [0, 1]))",
    raises=True,
)
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.tensordot(x[np.ix_(r, c)], w, axes=([0, 1], [0, 1]))
    return y


# conv2d_bias ----------------------------------------------------------------------


@wrong(
    "conv2d_bias",
    "all biases are added to each map, not the filter's own",
    line="y[i, j, f] = np.sum(w[..., f] * x[np.ix_(r, c)]) + np.sum(b)",
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = np.sum(w[..., f] * x[np.ix_(r, c)]) + np.sum(b)
    return y


@wrong(
    "conv2d_bias",
    "an array of biases is put where one number belongs",
    line="y[i, j, f] = b + np.sum(w[..., f] * x[np.ix_(r, c)])",
    raises=True,
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = b + np.sum(w[..., f] * x[np.ix_(r, c)])
    return y


@wrong(
    "conv2d_bias",
    "the bias is subtracted",
    line="y -= b",
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for f in range(c_out):
        for i in range(len(rows)):
            for j in range(len(columns)):
                block = x[rows[i]][:, columns[j]]
                y[i, j, f] = np.sum(block * w[:, :, :, f])
    y -= b
    return y


@wrong(
    "conv2d_bias",
    "y + b is computed and thrown away",
    line="y + b",
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.einsum("pqc,pqcf->f", x[np.ix_(r, c)], w)
    y + b
    return y


@wrong(
    "conv2d_bias",
    "the bias belongs to the columns here: b[j] in place of b[f]",
    line="y[i, j, f] = b[j] + np.sum(w[..., f] * x[np.ix_(r, c)])",
    raises=True,
)
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = b[j] + np.sum(w[..., f] * x[np.ix_(r, c)])
    return y


# conv2d_batch ---------------------------------------------------------------------


@wrong(
    "conv2d_batch",
    "every example is computed from the first picture",
    line="window = x[0][np.ix_(r, c)]",
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n in range(len(x)):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                window = x[0][np.ix_(r, c)]
                for f in range(c_out):
                    y[n, i, j, f] = np.sum(window * w[:, :, :, f]) + b[f]
    return y


@wrong(
    "conv2d_batch",
    "returns inside the loop over pictures: only the first one is computed",
    line="return y",
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n in range(len(x)):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                y[n, i, j] = np.tensordot(x[n][np.ix_(r, c)], w, axes=3) + b
        return y


@wrong(
    "conv2d_batch",
    "the loop variable c of the columns is reused for the channels",
    line="for c in range(x.shape[-1]):",
    raises=True,
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n in range(len(x)):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                for f in range(c_out):
                    for c in range(x.shape[-1]):
                        block = x[n][np.ix_(r, c)][:, :, c]
                        y[n, i, j, f] += np.sum(block * w[:, :, c, f])
    return y + b


@wrong(
    "conv2d_batch",
    "the sum also adds over the examples, axis 0 being summed away with the rest",
    line="y[:, i, j, f] = np.sum(patch * w[..., f]) + b[f]",
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            patch = x[:, r[:, None], c]
            for f in range(c_out):
                y[:, i, j, f] = np.sum(patch * w[..., f]) + b[f]
    return y


@wrong(
    "conv2d_batch",
    "the average over the batch is returned where every picture's maps are asked for",
    line="return y.mean(axis=0)",
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n, picture in enumerate(x):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                for f in range(c_out):
                    y[n, i, j, f] = np.sum(picture[np.ix_(r, c)] * w[..., f]) + b[f]
    return y.mean(axis=0)


@wrong(
    "conv2d_batch",
    "adds the bias to y inside the loop over pictures, so early pictures get it often",
    line="y += b",
)
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    y = np.zeros((len(x), len(rows), len(columns), c_out))
    for n in range(len(x)):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                for f in range(c_out):
                    y[n, i, j, f] = np.sum(w[..., f] * x[n][np.ix_(r, c)])
        y += b
    return y


# to_keras -------------------------------------------------------------------------


@wrong(
    "to_keras",
    "reshape renames the axes and doesn't move them",
    line="new_x = x.reshape(h, w_in, c_in)",
    mistakes=2,
)
def to_keras(x, w):
    c_in, h, w_in = x.shape
    c_out, _, kh, kw = w.shape
    new_x = x.reshape(h, w_in, c_in)
    new_w = w.reshape(kh, kw, c_in, c_out)
    return new_x, new_w


@wrong(
    "to_keras",
    "moves channels and filters of the kernel in the wrong order: (kh, kw, out, in)",
    line="return x.transpose(1, 2, 0), w.transpose(2, 3, 0, 1)",
)
def to_keras(x, w):
    return x.transpose(1, 2, 0), w.transpose(2, 3, 0, 1)


@wrong(
    "to_keras",
    ".T turns all axes round, so rows and columns are exchanged too",
    line="return x.T, w.T",
    mistakes=2,
)
def to_keras(x, w):
    return x.T, w.T


@wrong(
    "to_keras",
    "a loop fills the new picture with rows and columns exchanged",
    line="new_x[j, i, c] = x[c, i, j]",
    raises=True,
)
def to_keras(x, w):
    c_in, h, w_in = x.shape
    new_x = np.zeros((h, w_in, c_in))
    for c in range(c_in):
        for i in range(h):
            for j in range(w_in):
                new_x[j, i, c] = x[c, i, j]
    return new_x, np.moveaxis(w, (0, 1), (3, 2))


@wrong(
    "to_keras",
    "only the picture is returned",
    line="return x.transpose(1, 2, 0)",
)
def to_keras(x, w):
    w = w.transpose(2, 3, 1, 0)
    return x.transpose(1, 2, 0)


# im2col ---------------------------------------------------------------------------


@wrong(
    "im2col",
    "the windows become columns and not rows: the matrix is turned",
    line="return np.array(patches).T",
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    patches = []
    for n in range(len(x)):
        for r in rows:
            for c in columns:
                patches.append(x[n][np.ix_(r, c)].ravel())
    return np.array(patches).T


@wrong(
    "im2col",
    "the loops over stops are exchanged, so the rows of the matrix come column by column",
    line="for c in columns:",
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    out = []
    for image in x:
        for c in columns:
            for r in rows:
                out.append(image[np.ix_(r, c)].flatten())
    return np.array(out)


@wrong(
    "im2col",
    "each window is written over the one before: k isn't counted up in the inner loop",
    line="k += 1",
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    n = x.shape[0]
    m = np.zeros((n * len(rows) * len(columns), kh * kw * x.shape[3]))
    k = 0
    for b in range(n):
        for r in rows:
            for c in columns:
                m[k] = x[b][np.ix_(r, c)].reshape(-1)
            k += 1
    return m


@wrong(
    "im2col",
    "the pictures are looped innermost, so the rows of different pictures alternate",
    line="for n in range(x.shape[0]):",
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    result = np.empty((0, kh * kw * x.shape[3]))
    for r in rows:
        for c in columns:
            for n in range(x.shape[0]):
                patch = x[n][np.ix_(r, c)].reshape(1, -1)
                result = np.vstack([result, patch])
    return result


@wrong(
    "im2col",
    "the windows are flattened column by column",
    line='patches.append(window.flatten("F"))',
)
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    patches = []
    for n in range(x.shape[0]):
        for r in rows:
            for c in columns:
                window = x[n][np.ix_(r, c)]
                patches.append(window.flatten("F"))
    return np.stack(patches)


# conv2d_matmul --------------------------------------------------------------------


@wrong(
    "conv2d_matmul",
    "the kernel is made a matrix with filters first, which mixes up its numbers",
    line="y = patches @ w.reshape(c_out, -1).T + b",
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    patches = im2col(x, kh, kw, **settings)
    y = patches @ w.reshape(c_out, -1).T + b
    return y.reshape(len(x), len(rows), len(columns), c_out)


@wrong(
    "conv2d_matmul",
    "the result stays a matrix, it isn't given the shape of maps",
    line="return y",
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, c_in, c_out = w.shape
    cols = im2col(x, kh, kw, stride=stride, padding=padding, dilation=dilation)
    y = np.dot(cols, w.reshape(kh * kw * c_in, c_out)) + b
    return y


@wrong(
    "conv2d_matmul",
    "the settings aren't handed to im2col, so there are too many or too few windows",
    line="patches = im2col(x, kh, kw)",
    raises=True,
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    patches = im2col(x, kh, kw)
    y = patches @ w.reshape(-1, c_out) + b
    return y.reshape(len(x), len(rows), len(columns), c_out)


@wrong(
    "conv2d_matmul",
    "the axes of the result are named in the wrong order in reshape, filters before stops",
    line="y = y.reshape(len(x), c_out, len(rows), len(columns))",
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    y = im2col(x, kh, kw, **settings) @ w.reshape(-1, c_out) + b
    y = y.reshape(len(x), c_out, len(rows), len(columns))
    return y.transpose(0, 2, 3, 1)


@wrong(
    "conv2d_matmul",
    "star in place of @: the matrices don't fit for products place by place",
    line="y = patches * w.reshape(-1, c_out) + b",
    raises=True,
)
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    patches = im2col(x, kh, kw, **settings)
    y = patches * w.reshape(-1, c_out) + b
    return y.reshape(len(x), len(rows), len(columns), c_out)


# count_conv2d ---------------------------------------------------------------------


@wrong(
    "count_conv2d",
    "one bias for the whole layer and not one per filter",
    line="params = kh * kw * c_in * filters + 1 if use_bias else kh * kw * c_in * filters",
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    h_out = (h + 2 * ph - kh) // sh + 1
    w_out = (w_in + 2 * pw - kw) // sw + 1
    params = kh * kw * c_in * filters + 1 if use_bias else kh * kw * c_in * filters
    return params, h_out * w_out * kh * kw * c_in * filters


@wrong(
    "count_conv2d",
    "the multiply-adds count the bias as well, using the parameters",
    line="return parameters, parameters * h_out * w_out",
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    h_out = output_size(h, kh, stride=sh, padding=ph)
    w_out = output_size(w_in, kw, stride=sw, padding=pw)
    parameters = filters * (kh * kw * c_in + use_bias)
    return parameters, parameters * h_out * w_out


@wrong(
    "count_conv2d",
    "the multiply-adds are counted on the input's places and not the output's",
    line="macs = h * w_in * filters * kh * kw * c_in",
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    weights = kh * kw * c_in * filters
    macs = h * w_in * filters * kh * kw * c_in
    if use_bias:
        weights += filters
    return weights, macs


@wrong(
    "count_conv2d",
    "the input channels are left out of the weights",
    line="parameters = filters * (kh * kw + bias)",
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    if use_bias is True:
        bias = 1
    else:
        bias = 0
    parameters = filters * (kh * kw + bias)
    h_out = (h + 2 * ph - kh) // sh + 1
    w_out = (w_in + 2 * pw - kw) // sw + 1
    return parameters, h_out * w_out * filters * kh * kw * c_in


@wrong(
    "count_conv2d",
    "the variable is only set when there is a bias",
    line="if use_bias:",
    raises=True,
)
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    h_out = (h + 2 * ph - kh) // sh + 1
    w_out = (w_in + 2 * pw - kw) // sw + 1
    if use_bias:
        n_params = filters * (kh * kw * c_in + 1)
    return n_params, h_out * w_out * filters * kh * kw * c_in
