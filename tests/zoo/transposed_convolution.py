"""Wrong and right functions for lesson 07."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value


def pair(v):
    return v if isinstance(v, tuple) else (v, v)


# conv1d_transpose -------------------------------------------------------------


@right("conv1d_transpose", "slices")
def scatter_1d(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    for i, value in enumerate(x):
        y[i * stride : i * stride + len(w)] += value * w
    return y


@right("conv1d_transpose", "two loops")
def scatter_1d_loops(x, w, *, stride=1):
    y = [0.0] * ((len(x) - 1) * stride + len(w))
    for i in range(len(x)):
        for p in range(len(w)):
            y[i * stride + p] += x[i] * w[p]
    return np.array(y)


@right("conv1d_transpose", "outer product and np.add.at")
def scatter_1d_add_at(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    places = np.arange(len(x))[:, None] * stride + np.arange(len(w))
    np.add.at(y, places, np.outer(x, w))
    return y


@right("conv1d_transpose", "matrix")
def scatter_1d_matrix(x, w, *, stride=1):
    matrix = np.zeros(((len(x) - 1) * stride + len(w), len(x)))
    for i in range(len(x)):
        matrix[i * stride : i * stride + len(w), i] = w
    return matrix @ x


@right("conv1d_transpose", "gaps, in float32")
def scatter_1d_gaps(x, w, *, stride=1):
    x, w = x.astype(np.float32), w.astype(np.float32)
    apart = np.zeros((len(x) - 1) * stride + 1, dtype=np.float32)
    apart[::stride] = x
    wide = np.pad(apart, len(w) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(wide, len(w))
    return windows @ w[::-1]


@wrong("conv1d_transpose", "stamps assigned instead of added")
def scatter_1d_assigned(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    for i, value in enumerate(x):
        y[i * stride : i * stride + len(w)] = value * w
    return y


@wrong("conv1d_transpose", "stamps assigned instead of added")
def scatter_1d_assigned_by_tap(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    for p in range(len(w)):
        y[p : p + (len(x) - 1) * stride + 1 : stride] = w[p] * x
    return y


@wrong("conv1d_transpose", "kernel flipped")
def scatter_1d_flipped(x, w, *, stride=1):
    return scatter_1d(x, w[::-1], stride=stride)


@wrong("conv1d_transpose", "stride ignored")
def scatter_1d_dense(x, w, *, stride=1):
    return scatter_1d(x, w)


@wrong("conv1d_transpose", "stride in the size only")
def scatter_1d_close(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    for i, value in enumerate(x):
        y[i : i + len(w)] += value * w
    return y


@wrong("conv1d_transpose", "stride applied to the input")
def scatter_1d_skips(x, w, *, stride=1):
    return scatter_1d(x[::stride], w)


@wrong("conv1d_transpose", "stride applied to the input")
def scatter_1d_steps(x, w, *, stride=1):
    y = np.zeros((len(x) - 1) * stride + len(w))
    for i in range(0, len(x), stride):
        y[i : i + len(w)] += x[i] * w
    return y


@wrong("conv1d_transpose", "stride applied to the kernel")
def scatter_1d_spread(x, w, *, stride=1):
    y = np.zeros(len(x) + (len(w) - 1) * stride)
    for i in range(len(x)):
        for p in range(len(w)):
            y[i + p * stride] += x[i] * w[p]
    return y


@wrong("conv1d_transpose", "size without the last stamp")
def scatter_1d_short(x, w, *, stride=1):
    y = np.zeros(len(x) * stride)
    for i, value in enumerate(x):
        y[i * stride : i * stride + len(w)] += value * w
    return y


@wrong("conv1d_transpose", "gathered instead of scattered")
def scatter_1d_gathers(x, w, *, stride=1):
    return np.array(
        [np.sum(x[i : i + len(w)] * w) for i in range(0, len(x) - len(w) + 1, stride)]
    )


@wrong("conv1d_transpose", None)
def scatter_1d_flipped_and_dense(x, w, *, stride=1):
    return scatter_1d(x, w[::-1])


@wrong("conv1d_transpose", None)
def scatter_1d_kernel_stamped_backwards(x, w, *, stride=1):
    return scatter_1d(x, w, stride=stride)[::-1]


@wrong("conv1d_transpose", None)
def scatter_1d_one_more(x, w, *, stride=1):
    return np.append(scatter_1d(x, w, stride=stride), 0.0)


# transposed_size --------------------------------------------------------------


@right("transposed_size", "formula")
def size_formula(n, k, *, stride=1, padding=0, output_padding=0):
    return stride * (n - 1) + k - 2 * padding + output_padding


@right("transposed_size", "end of the last stamp")
def size_last(n, k, *, stride=1, padding=0, output_padding=0):
    ends = [i * stride + k for i in range(n)]
    return ends[-1] - padding - (padding - output_padding)


@right("transposed_size", "a canvas that is cropped")
def size_canvas(n, k, *, stride=1, padding=0, output_padding=0):
    canvas = np.zeros(n * stride - stride + k + output_padding)
    return len(canvas[padding : len(canvas) - padding])


@wrong("transposed_size", "padding added instead of cropped")
def size_padded(n, k, *, stride=1, padding=0, output_padding=0):
    return (n - 1) * stride + k + 2 * padding + output_padding


@wrong("transposed_size", "cropped on one side only")
def size_one_side(n, k, *, stride=1, padding=0, output_padding=0):
    return (n - 1) * stride + k - padding + output_padding


@wrong("transposed_size", "a step counted for every stamp")
def size_fence_post(n, k, *, stride=1, padding=0, output_padding=0):
    return n * stride + k - 2 * padding + output_padding


@wrong("transposed_size", "size without the last stamp")
def size_times(n, k, *, stride=1, padding=0, output_padding=0):
    return n * stride - 2 * padding + output_padding


@wrong("transposed_size", "output_padding ignored")
def size_no_output_padding(n, k, *, stride=1, padding=0, output_padding=0):
    return (n - 1) * stride + k - 2 * padding


@wrong("transposed_size", "the size of a convolution")
def size_conv(n, k, *, stride=1, padding=0, output_padding=0):
    return (n + 2 * padding - k) // stride + 1


@wrong("transposed_size", "stride ignored")
def size_no_stride(n, k, *, stride=1, padding=0, output_padding=0):
    return n - 1 + k - 2 * padding + output_padding


@wrong("transposed_size", "one place too few")
def size_minus_one(n, k, *, stride=1, padding=0, output_padding=0):
    return (n - 1) * stride + k - 1 - 2 * padding + output_padding


@wrong("transposed_size", None)
def size_swapped(n, k, *, stride=1, padding=0, output_padding=0):
    return (k - 1) * stride + n - 2 * padding + output_padding


@wrong("transposed_size", None)
def size_two_mistakes(n, k, *, stride=1, padding=0, output_padding=0):
    return n * stride + k + 2 * padding + output_padding


@wrong("transposed_size", "output_padding subtracted")
def size_output_padding_taken(n, k, *, stride=1, padding=0, output_padding=0):
    return (n - 1) * stride + k - 2 * padding - output_padding


# conv2d_transpose -------------------------------------------------------------


def sizes(x, w, stride, padding, output_padding):
    (sh, sw), (ph, pw), (oh, ow) = map(pair, (stride, padding, output_padding))
    h = (x.shape[1] - 1) * sh + w.shape[0] - 2 * ph + oh
    wide = (x.shape[2] - 1) * sw + w.shape[1] - 2 * pw + ow
    return h, wide


def full(x, w, stride, add=True, more=(0, 0)):
    sh, sw = pair(stride)
    kh, kw, c_out, _ = w.shape
    h, wide = sizes(x, w, stride, 0, 0)
    canvas = np.zeros((len(x), h + more[0], wide + more[1], c_out))
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            stamp = np.tensordot(x[:, i, j], w, axes=(1, 3))
            place = canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            place[...] = place + stamp if add else stamp
    return canvas


@right("conv2d_transpose", "tensordot")
def scatter(x, w, b, *, stride=1, padding=0, output_padding=0):
    (ph, pw), more = pair(padding), pair(output_padding)
    canvas = full(x, w, stride, more=more)
    h, wide = sizes(x, w, stride, padding, output_padding)
    return canvas[:, ph : ph + h, pw : pw + wide] + b


@right("conv2d_transpose", "loops over the kernel")
def scatter_taps(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    more = pair(output_padding)
    h, wide = sizes(x, w, stride, 0, more)
    canvas = np.zeros((len(x), h, wide, w.shape[2])) + b
    for p in range(w.shape[0]):
        for q in range(w.shape[1]):
            rows = slice(p, p + (x.shape[1] - 1) * sh + 1, sh)
            columns = slice(q, q + (x.shape[2] - 1) * sw + 1, sw)
            canvas[:, rows, columns] += x @ w[p, q].T
    return canvas[:, ph : h - ph, pw : wide - pw]


@right("conv2d_transpose", "gaps and a gathering einsum")
def scatter_gaps(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = map(pair, (stride, padding, output_padding))
    n, h, wide, c_in = x.shape
    kh, kw = w.shape[:2]
    apart = np.zeros((n, (h - 1) * sh + 1, (wide - 1) * sw + 1, c_in))
    apart[:, ::sh, ::sw] = x
    pads = ((0, 0), (kh - 1, kh - 1 + oh), (kw - 1, kw - 1 + ow), (0, 0))
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(apart, pads), (kh, kw), axis=(1, 2)
    )
    y = np.einsum("nijcpq,pqfc->nijf", windows, w[::-1, ::-1]) + b
    return y[:, ph : y.shape[1] - ph, pw : y.shape[2] - pw]


@right("conv2d_transpose", "writing straight into the cropped result")
def scatter_cropped(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    h, wide = sizes(x, w, stride, padding, output_padding)
    y = np.zeros((len(x), h, wide, w.shape[2]))
    for i, j, p, q in np.ndindex(*x.shape[1:3], *w.shape[:2]):
        r, c = i * sh + p - ph, j * sw + q - pw
        if 0 <= r < h and 0 <= c < wide:
            y[:, r, c] += x[:, i, j] @ w[p, q].T
    return y + b


@right("conv2d_transpose", "float32 inside")
def scatter_single(x, w, b, **settings):
    single = [a.astype(np.float32) for a in (x, w, b)]
    return scatter_taps(*single, **settings).astype(np.float32)


@wrong("conv2d_transpose", "kernel flipped")
def scatter_flipped(x, w, b, **settings):
    return scatter(x, w[::-1, ::-1], b, **settings)


@wrong("conv2d_transpose", "in and out not swapped")
def scatter_not_swapped(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    kh, kw, _, c_out = w.shape
    h, wide = sizes(x, w, stride, 0, output_padding)
    canvas = np.zeros((len(x), h, wide, c_out))
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            stamp = np.einsum("nc,pqcf->npqf", x[:, i, j], w)
            canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    return canvas[:, ph : h - ph, pw : wide - pw] + b


@wrong("conv2d_transpose", "in and out not swapped")
def scatter_reshaped(x, w, b, **settings):
    kh, kw, c_out, c_in = w.shape
    return scatter(x, w.reshape(kh, kw, c_in, c_out).swapaxes(2, 3), b, **settings)


@wrong("conv2d_transpose", "stamps assigned instead of added")
def scatter_assigned(x, w, b, *, stride=1, padding=0, output_padding=0):
    ph, pw = pair(padding)
    h, wide = sizes(x, w, stride, padding, output_padding)
    canvas = full(x, w, stride, add=False, more=pair(output_padding))
    return canvas[:, ph : ph + h, pw : pw + wide] + b


@wrong("conv2d_transpose", "bias per stamp")
def scatter_biased_stamps(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    kh, kw, c_out, _ = w.shape
    h, wide = sizes(x, w, stride, 0, output_padding)
    canvas = np.zeros((len(x), h, wide, c_out))
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            stamp = np.tensordot(x[:, i, j], w, axes=(1, 3)) + b
            canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    return canvas[:, ph : h - ph, pw : wide - pw]


@wrong("conv2d_transpose", "padding added instead of cropped")
def scatter_padded(x, w, b, *, stride=1, padding=0, output_padding=0):
    (ph, pw), (oh, ow) = pair(padding), pair(output_padding)
    canvas = full(x, w, stride)
    return np.pad(canvas, ((0, 0), (ph, ph + oh), (pw, pw + ow), (0, 0))) + b


@wrong("conv2d_transpose", "padding added instead of cropped")
def scatter_input_padded(x, w, b, *, stride=1, padding=0, output_padding=0):
    ph, pw = pair(padding)
    wide = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    return scatter(wide, w, b, stride=stride, output_padding=output_padding)


@wrong("conv2d_transpose", "padding ignored")
def scatter_no_padding(x, w, b, *, stride=1, padding=0, output_padding=0):
    return scatter(x, w, b, stride=stride, output_padding=output_padding)


@wrong("conv2d_transpose", "cropped on the wrong side")
def scatter_wrong_side(x, w, b, *, stride=1, padding=0, output_padding=0):
    (ph, pw), (oh, ow) = pair(padding), pair(output_padding)
    canvas = np.pad(full(x, w, stride), ((0, 0), (oh, 0), (ow, 0), (0, 0)))
    h, wide = canvas.shape[1:3]
    return canvas[:, ph : h - ph, pw : wide - pw] + b


@wrong("conv2d_transpose", "cropped with [p:-p] at p = 0")
def scatter_minus_zero(x, w, b, *, stride=1, padding=0, output_padding=0):
    ph, pw = pair(padding)
    canvas = full(x, w, stride, more=pair(output_padding))
    return canvas[:, ph:-ph, pw:-pw] + b


@wrong("conv2d_transpose", "cropped on one side only")
def scatter_end_only(x, w, b, *, stride=1, padding=0, output_padding=0):
    h, wide = sizes(x, w, stride, padding, output_padding)
    canvas = full(x, w, stride, more=pair(output_padding))
    return canvas[:, :h, :wide] + b


@wrong(
    "conv2d_transpose", "output_padding filled with zeros where cropping hides values"
)
def scatter_zero_filled(x, w, b, *, stride=1, padding=0, output_padding=0):
    oh, ow = pair(output_padding)
    y = scatter(x, w, np.zeros_like(b), stride=stride, padding=padding)
    return np.pad(y, ((0, 0), (0, oh), (0, ow), (0, 0))) + b


@wrong("conv2d_transpose", "output_padding ignored")
def scatter_no_output_padding(x, w, b, *, stride=1, padding=0, output_padding=0):
    return scatter(x, w, b, stride=stride, padding=padding)


@wrong("conv2d_transpose", "stride applied to the input")
def scatter_skips(x, w, b, *, stride=1, padding=0, output_padding=0):
    sh, sw = pair(stride)
    return scatter(
        x[:, ::sh, ::sw], w, b, padding=padding, output_padding=output_padding
    )


@wrong("conv2d_transpose", "stride ignored")
def scatter_dense(x, w, b, *, stride=1, padding=0, output_padding=0):
    return scatter(x, w, b, padding=padding, output_padding=output_padding)


@wrong("conv2d_transpose", "strides of rows and columns swapped")
def scatter_strides_swapped(x, w, b, *, stride=1, padding=0, output_padding=0):
    return scatter(
        x,
        w,
        b,
        stride=pair(stride)[::-1],
        padding=padding,
        output_padding=output_padding,
    )


@wrong("conv2d_transpose", "bias forgotten")
def scatter_no_bias(x, w, b, **settings):
    return scatter(x, w, 0 * b, **settings)


@wrong("conv2d_transpose", "the same bias for every filter")
def scatter_one_bias(x, w, b, **settings):
    return scatter(x, w, b[0], **settings)


@wrong("conv2d_transpose", "only the first channel")
def scatter_first_channel(x, w, b, **settings):
    return scatter(x[..., :1], w[..., :1], b, **settings)


@wrong("conv2d_transpose", "size without the last stamp")
def scatter_short(x, w, b, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = map(pair, (stride, padding, output_padding))
    kh, kw, c_out, _ = w.shape
    h, wide = x.shape[1] * sh + oh, x.shape[2] * sw + ow
    canvas = np.zeros((len(x), h, wide, c_out))
    for i, j, p, q in np.ndindex(*x.shape[1:3], kh, kw):
        if i * sh + p >= h - oh or j * sw + q >= wide - ow:
            raise IndexError("index out of bounds")
        canvas[:, i * sh + p, j * sw + q] += x[:, i, j] @ w[p, q].T
    return canvas[:, ph : h - ph, pw : wide - pw] + b


@wrong("conv2d_transpose", None)
def scatter_flipped_and_padded(x, w, b, **settings):
    return scatter_padded(x, w[::-1, ::-1], b, **settings)


@wrong("conv2d_transpose", None)
def scatter_crop_at_zero(x, w, b, *, stride=1, padding=0, output_padding=0):
    ph, pw = pair(padding)
    canvas = full(x, w, stride, more=pair(output_padding))
    return canvas[:, ph:-ph, pw:-pw] + b


@wrong("conv2d_transpose", None)
def scatter_no_bias_assigned(x, w, b, **settings):
    return scatter_assigned(x, w, 0 * b, **settings)


@wrong("conv2d_transpose", None)
def scatter_input_output_padded(x, w, b, *, stride=1, padding=0, output_padding=0):
    oh, ow = pair(output_padding)
    wide = np.pad(x, ((0, 0), (0, oh), (0, ow), (0, 0)))
    return scatter(wide, w, b, stride=stride, padding=padding)


# conv_matrix ------------------------------------------------------------------


@right("conv_matrix", "pictures of zeros")
def matrix_pictures(w, h, w_in, *, stride=1):
    (sh, sw), (kh, kw) = pair(stride), w.shape
    rows = []
    for i in range(0, h - kh + 1, sh):
        for j in range(0, w_in - kw + 1, sw):
            row = np.zeros((h, w_in))
            row[i : i + kh, j : j + kw] = w
            rows.append(row.ravel())
    return np.stack(rows)


@right("conv_matrix", "index arithmetic")
def matrix_indices(w, h, w_in, *, stride=1):
    (sh, sw), (kh, kw) = pair(stride), w.shape
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    m = np.zeros((h_out * w_out, h * w_in))
    for i, j, p, q in np.ndindex(h_out, w_out, kh, kw):
        m[i * w_out + j, (i * sh + p) * w_in + j * sw + q] = w[p, q]
    return m


@right("conv_matrix", "four axes, reshaped at the end")
def matrix_axes(w, h, w_in, *, stride=1):
    (sh, sw), (kh, kw) = pair(stride), w.shape
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    m = np.zeros((h_out, w_out, h, w_in))
    i, j = np.arange(h_out)[:, None], np.arange(w_out)
    for p in range(kh):
        for q in range(kw):
            m[i, j, i * sh + p, j * sw + q] = w[p, q]
    return m.reshape(h_out * w_out, h * w_in)


@wrong("conv_matrix", "Toeplitz columns for rows")
def matrix_columns(w, h, w_in, *, stride=1):
    return matrix_pictures(w, h, w_in, stride=stride).T


@wrong("conv_matrix", "kernel flipped")
def matrix_flipped(w, h, w_in, *, stride=1):
    return matrix_pictures(w[::-1, ::-1], h, w_in, stride=stride)


@wrong("conv_matrix", "kernel rows not spread out")
def matrix_tight(w, h, w_in, *, stride=1):
    (sh, sw), (kh, kw) = pair(stride), w.shape
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    m = np.zeros((h_out * w_out, h * w_in))
    for i in range(h_out):
        for j in range(w_out):
            start = i * sh * w_in + j * sw
            m[i * w_out + j, start : start + w.size] = w.ravel()
    return m


@wrong("conv_matrix", "shift runs on over the line ends")
def matrix_running(w, h, w_in, *, stride=1):
    right_one = matrix_pictures(w, h, w_in, stride=stride)
    return np.stack([np.roll(right_one[0], r) for r in range(len(right_one))])


@wrong("conv_matrix", "stride ignored")
def matrix_dense(w, h, w_in, *, stride=1):
    return matrix_pictures(w, h, w_in)


@wrong("conv_matrix", "strides of rows and columns swapped")
def matrix_strides(w, h, w_in, *, stride=1):
    return matrix_pictures(w, h, w_in, stride=pair(stride)[::-1])


@wrong("conv_matrix", None)
def matrix_flipped_and_transposed(w, h, w_in, *, stride=1):
    return matrix_pictures(w[::-1, ::-1], h, w_in, stride=stride).T


@wrong("conv_matrix", None)
def matrix_no_last_row(w, h, w_in, *, stride=1):
    m = matrix_pictures(w, h, w_in, stride=stride)
    m[-1] = 0
    return m


# adjoint_gap ------------------------------------------------------------------


@right("adjoint_gap", "np.sum")
def gap_sums(f, g, x, y):
    return abs(np.sum(f(x) * y) - np.sum(x * g(y)))


@right("adjoint_gap", "np.vdot")
def gap_vdot(f, g, x, y):
    return float(np.abs(np.vdot(f(x), y) - np.vdot(x, g(y))))


@right("adjoint_gap", "raveled and multiplied")
def gap_ravel(f, g, x, y):
    left = f(x).ravel() @ y.ravel()
    right_side = x.ravel() @ g(y).ravel()
    return max(left - right_side, right_side - left)


@wrong("adjoint_gap", "sign kept")
def gap_signed(f, g, x, y):
    return np.sum(f(x) * y) - np.sum(x * g(y))


@wrong("adjoint_gap", "mean instead of sum")
def gap_means(f, g, x, y):
    return abs(np.mean(f(x) * y) - np.mean(x * g(y)))


@wrong("adjoint_gap", "inverse instead of adjoint")
def gap_inverse(f, g, x, y):
    return np.abs(g(f(x)) - x).max()


@wrong("adjoint_gap", "f and g exchanged")
def gap_exchanged(f, g, x, y):
    return abs(np.sum(g(x) * y) - np.sum(x * f(y)))


@wrong("adjoint_gap", "sums without a partner")
def gap_alone(f, g, x, y):
    return abs(f(x).sum() - g(y).sum())


@wrong("adjoint_gap", None)
def gap_relative(f, g, x, y):
    left = np.sum(f(x) * y)
    return abs(left - np.sum(x * g(y))) / abs(left)


@wrong("adjoint_gap", None)
def gap_squared(f, g, x, y):
    return (np.sum(f(x) * y) - np.sum(x * g(y))) ** 2


@wrong("adjoint_gap", None)
def gap_always_zero(f, g, x, y):
    return 0.0


# conv2d_transpose_backward ----------------------------------------------------


def gather(dy, x, w, stride, padding):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    (kh, kw), (h, wide) = w.shape[:2], x.shape[1:3]
    canvas = np.pad(dy, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    rows = np.arange(h)[:, None] * sh + np.arange(kh)
    columns = np.arange(wide)[:, None] * sw + np.arange(kw)
    return canvas[:, rows[:, None, :, None], columns[None, :, None, :]]


@right("conv2d_transpose_backward", "windows and einsum")
def back_einsum(dy, x, w, *, stride=1, padding=0, output_padding=0):
    windows = gather(dy, x, w, stride, padding)
    dx = np.einsum("nijpqf,pqfc->nijc", windows, w)
    dw = np.einsum("nijpqf,nijc->pqfc", windows, x)
    return dx, dw, dy.sum(axis=(0, 1, 2))


@right("conv2d_transpose_backward", "loops over pixels")
def back_loops(dy, x, w, *, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    kh, kw = w.shape[:2]
    canvas = np.pad(dy, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, i, j in np.ndindex(*x.shape[:3]):
        window = canvas[n, i * sh : i * sh + kh, j * sw : j * sw + kw]
        dx[n, i, j] = np.tensordot(window, w, axes=3)
        dw += window[..., None] * x[n, i, j]
    return dx, dw, np.einsum("nijf->f", dy)


@right("conv2d_transpose_backward", "loops over the kernel, in float32")
def back_taps(dy, x, w, *, stride=1, padding=0, output_padding=0):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    windows = gather(dy, x, w, stride, padding)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for p in range(w.shape[0]):
        for q in range(w.shape[1]):
            part = windows[:, :, :, p, q]
            dx += part @ w[p, q]
            dw[p, q] = part.reshape(-1, w.shape[2]).T @ x.reshape(-1, w.shape[3])
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong("conv2d_transpose_backward", "kernel flipped")
def back_flipped(dy, x, w, **settings):
    dx = back_einsum(dy, x, w[::-1, ::-1], **settings)[0]
    return dx, *back_einsum(dy, x, w, **settings)[1:]


@wrong("conv2d_transpose_backward", "dw turned round")
def back_turned(dy, x, w, **settings):
    dx, dw, db = back_einsum(dy, x, w, **settings)
    return dx, dw[::-1, ::-1], db


@wrong("conv2d_transpose_backward", "in and out not swapped")
def back_not_swapped(dy, x, w, **settings):
    _, dw, db = back_einsum(dy, x, w, **settings)
    windows = gather(dy, x, w, settings.get("stride", 1), settings.get("padding", 0))
    return np.einsum("nijpqc,pqfc->nijf", windows, w), dw, db


@wrong("conv2d_transpose_backward", "batch divided twice")
def back_mean(dy, x, w, **settings):
    dx, dw, db = back_einsum(dy, x, w, **settings)
    return dx, dw / len(x), db / len(x)


@wrong("conv2d_transpose_backward", "output_padding cut from dy")
def back_cut(dy, x, w, *, stride=1, padding=0, output_padding=0):
    oh, ow = pair(output_padding)
    _, dw, db = back_einsum(dy, x, w, stride=stride, padding=padding)
    cut = dy.copy()
    if oh:
        cut[:, -oh:] = 0
    if ow:
        cut[:, :, -ow:] = 0
    return back_einsum(cut, x, w, stride=stride, padding=padding)[0], dw, db


@wrong("conv2d_transpose_backward", None)
def back_flipped_and_mean(dy, x, w, **settings):
    dx, dw, db = back_flipped(dy, x, w, **settings)
    return dx, dw / len(x), db


@wrong("conv2d_transpose_backward", "dw of the last example only")
def back_dw_of_last(dy, x, w, **settings):
    dx, dw, db = back_einsum(dy, x, w, **settings)
    for n in range(len(x)):
        dw = back_einsum(dy[n : n + 1], x[n : n + 1], w, **settings)[1]
    return dx, dw, db


@wrong("conv2d_transpose_backward", "db a mean instead of a sum")
def back_db_mean(dy, x, w, **settings):
    dx, dw, _ = back_einsum(dy, x, w, **settings)
    return dx, dw, dy.mean(axis=(0, 1, 2))


@wrong("conv2d_transpose_backward", None)
def back_db_of_first_example(dy, x, w, **settings):
    dx, dw, _ = back_einsum(dy, x, w, **settings)
    return dx, dw, dy[0].sum(axis=(0, 1))


@wrong("conv2d_transpose_backward", None)
def back_two_of_three(dy, x, w, **settings):
    return back_einsum(dy, x, w, **settings)[:2]


# overlap_counts, bilinear_kernel, to_keras_transpose -----------------------------


@right("overlap_counts", "adding ones")
def counts_loop(n, k, *, stride=1):
    counts = np.zeros((n - 1) * stride + k)
    for i in range(n):
        counts[i * stride : i * stride + k] += 1
    return counts


@right("overlap_counts", "asking every place")
def counts_places(n, k, *, stride=1):
    size = (n - 1) * stride + k
    return np.array(
        [sum(0 <= m - i * stride < k for i in range(n)) for m in range(size)],
        dtype=float,
    )


@right("overlap_counts", "np.bincount")
def counts_bincount(n, k, *, stride=1):
    places = np.arange(n)[:, None] * stride + np.arange(k)
    return np.bincount(places.ravel(), np.ones(n * k), minlength=(n - 1) * stride + k)


@wrong("overlap_counts", "counted once")
def counts_once(n, k, *, stride=1):
    counts = np.zeros((n - 1) * stride + k)
    for i in range(n):
        counts[i * stride : i * stride + k] = 1
    return counts


@wrong("overlap_counts", "stride ignored")
def counts_dense(n, k, *, stride=1):
    return counts_loop(n, k)


@wrong("overlap_counts", "border counted like the middle")
def counts_middle(n, k, *, stride=1):
    return np.full((n - 1) * stride + k, np.ceil(k / stride))


@wrong("overlap_counts", None)
def counts_share(n, k, *, stride=1):
    return counts_loop(n, k, stride=stride) / n


@wrong("overlap_counts", None)
def counts_list(n, k, *, stride=1):
    return [float(c) for c in counts_loop(n, k, stride=stride)]


@right("bilinear_kernel", "outer product")
def tent_outer(stride):
    k = 2 * stride - stride % 2
    tent = 1 - abs(np.arange(k) - (k - 1) / 2) / stride
    return tent[:, None] * tent


@right("bilinear_kernel", "two loops")
def tent_loops(stride):
    k = 2 * stride - stride % 2
    w = np.zeros((k, k))
    for p in range(k):
        for q in range(k):
            rows = 1 - abs(p - (k - 1) / 2) / stride
            w[p, q] = rows * (1 - abs(q - (k - 1) / 2) / stride)
    return w


@right("bilinear_kernel", "two boxes convolved")
def tent_boxes(stride):
    odd = stride % 2
    tent = np.zeros(2 * stride - odd)
    for start in range(stride):
        tent[start : start + stride] += 1 / stride
    if not odd:
        tent = (tent + np.append(0.0, tent[:-1])) / 2
    return np.multiply.outer(tent, tent)


@wrong("bilinear_kernel", "box instead of tent")
def tent_box(stride):
    return np.ones((stride, stride))


@wrong("bilinear_kernel", "tent divided by its sum")
def tent_normed(stride):
    w = tent_outer(stride)
    return w / w.sum()


@wrong("bilinear_kernel", "the middle half a tap off")
def tent_from_a_whole_middle(stride):
    k = 2 * stride - stride % 2
    line = np.array([1 - abs(p - k // 2) / stride for p in range(k)])
    return np.outer(line, line)


@wrong("bilinear_kernel", "tent of the wrong width")
def tent_odd(stride):
    tent = 1 - abs(np.arange(2 * stride - 1) - (stride - 1)) / stride
    return np.outer(tent, tent)


@wrong("bilinear_kernel", "one direction only")
def tent_line(stride):
    k = 2 * stride - stride % 2
    return 1 - abs(np.arange(k) - (k - 1) / 2) / stride


@wrong("bilinear_kernel", "tents added instead of multiplied")
def tent_added(stride):
    k = 2 * stride - stride % 2
    tent = 1 - abs(np.arange(k) - (k - 1) / 2) / stride
    return (tent[:, None] + tent) / 2


@wrong("bilinear_kernel", None)
def tent_peaked(stride):
    w = tent_outer(stride)
    return w / w.max()


@wrong("bilinear_kernel", None)
def tent_of_distance(stride):
    k = 2 * stride - stride % 2
    away = np.arange(k) - (k - 1) / 2
    return np.maximum(1 - np.hypot(away[:, None], away) / stride, 0)


@right("to_keras_transpose", "transpose")
def layout_transpose(x, w):
    return x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)


@right("to_keras_transpose", "moveaxis")
def layout_moveaxis(x, w):
    return np.moveaxis(x, 1, -1), np.moveaxis(w, (0, 1), (3, 2))


@right("to_keras_transpose", "einsum, copied")
def layout_einsum(x, w):
    return np.einsum("nchw->nhwc", x).copy(), np.einsum("cfpq->pqfc", w).copy()


@wrong("to_keras_transpose", "in and out not swapped")
def layout_not_swapped(x, w):
    return x.transpose(0, 2, 3, 1), w.transpose(2, 3, 0, 1)


@wrong("to_keras_transpose", "reshaped where axes should move")
def layout_reshaped(x, w):
    n, c, h, wide = x.shape
    c_in, c_out, kh, kw = w.shape
    return x.reshape(n, h, wide, c), w.reshape(kh, kw, c_out, c_in)


@wrong("to_keras_transpose", "rows and columns swapped")
def layout_turned(x, w):
    return x.T.transpose(3, 0, 1, 2), w.T.transpose(0, 1, 2, 3)


@wrong("to_keras_transpose", None)
def layout_as_it_is(x, w):
    return x, w


@wrong("to_keras_transpose", None)
def layout_two_mistakes(x, w):
    return x.transpose(0, 3, 2, 1), w.transpose(2, 3, 0, 1)


right_value("stamped", [1.0, 5.0, 6.0], "a list")
right_value("stamped", np.array([1, 5, 6]), "an array")
wrong_value("stamped", (1, 3, 6), "stamps assigned instead of added")
wrong_value("stamped", (1, 5), None)
right_value("two_sizes", [6, 9], "a list")
wrong_value("two_sizes", (4, 8), "size without the last stamp")
wrong_value("two_sizes", (6, 12), None)
right_value("last_row", [2, 5, 4, 6], "a list")
wrong_value(
    "last_row",
    (2, 5, 4, 0),
    "output_padding filled with zeros where cropping hides values",
)
wrong_value("last_row", (1, 2, 5, 4), "cropped on the wrong side")
right_value("matrix_shape", ([4, 16], [0, 1, 4, 5]), "lists")
wrong_value("matrix_shape", ((16, 4), (0, 1, 4, 5)), "Toeplitz columns for rows")
right_value("one_output", [-1.0, 1.0, 0.0], "a list")
wrong_value("one_output", (1, -1, 0), "kernel flipped")
wrong_value("one_output", (-1, 2, 1), "stride ignored in dx")
wrong_value("one_output", (-1, 1, 1), None)
right_value("half_way", (5.0, 7.0), "floats")
wrong_value("half_way", (6, 6), None)
wrong_value("half_way", (7, 5), "the two weights exchanged")
right_value("gap_on_paper", [10.0, 2.5], "a list")
wrong_value("gap_on_paper", (5, 5), "inverse instead of adjoint")
wrong_value("gap_on_paper", (2.5, 10), "f and g exchanged")
wrong_value("gap_on_paper", (10, 10), None)
right_value("moved_shape", [5, 4, 3, 8], "a list")
wrong_value("moved_shape", (5, 4, 8, 3), "in and out not swapped")
wrong_value("moved_shape", (3, 8, 5, 4), None)
