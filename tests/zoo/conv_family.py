"""Wrong and right answers to lesson 04."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value


def per_axis(value, rank=2):
    return tuple(value) if np.ndim(value) else (value,) * rank


def windows_of(x, kernel, stride=1, padding=0, dilation=1):
    """Return (N, H_out, W_out, C, kh, kw): what each output of a plane reads."""
    (sh, sw), (ph, pw) = per_axis(stride), per_axis(padding)
    dh, dw = per_axis(dilation)
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    span = dh * (kernel[0] - 1) + 1, dw * (kernel[1] - 1) + 1
    view = np.lib.stride_tricks.sliding_window_view(x, span, axis=(1, 2))
    return view[:, ::sh, ::sw, :, ::dh, ::dw]


def full(x, w, b=0.0, **settings):
    """Convolve all channels with all filters."""
    windows = windows_of(x, w.shape[:2], **settings)
    return np.einsum("nijcpq,pqcf->nijf", windows, w) + b


def grouped(x, w, b=0.0, groups=1, **settings):
    """Convolve group by group."""
    parts = [
        full(part, kernel, **settings)
        for part, kernel in zip(
            np.split(x, groups, -1), np.split(w, groups, -1), strict=True
        )
    ]
    return np.concatenate(parts, axis=-1) + b


def depthwise(x, w, b=0.0, **settings):
    """Convolve every channel with its own kernels."""
    windows = windows_of(x, w.shape[:2], **settings)
    y = np.einsum("nijcpq,pqcm->nijcm", windows, w)
    return y.reshape(*y.shape[:3], -1) + b


# pointwise ------------------------------------------------------------------------


@right("pointwise", "matrix product")
def point_matmul(x, w, b):
    return np.matmul(x, w) + b


@right("pointwise", "loops")
def point_loops(x, w, b):
    y = np.zeros((*x.shape[:3], w.shape[1]))
    for f in range(w.shape[1]):
        for c in range(w.shape[0]):
            y[..., f] += w[c, f] * x[..., c]
        y[..., f] += b[f]
    return y


@right("pointwise", "einsum, float32 inside")
def point_einsum(x, w, b):
    x, w, b = (a.astype(np.float32) for a in (x, w, b))
    return np.einsum("nijc,cf->nijf", x, w) + b


@right("pointwise", "reshape to rows")
def point_rows(x, w, b):
    rows = x.reshape(-1, x.shape[-1]) @ w + b
    return rows.reshape(*x.shape[:-1], -1)


@wrong("pointwise", "bias forgotten")
def point_no_bias(x, w, b):
    return x @ w


@wrong("pointwise", "bias added per tap")
def point_bias_in_loop(x, w, b):
    y = np.zeros((*x.shape[:3], w.shape[1]))
    for c in range(w.shape[0]):
        y += x[..., c : c + 1] * w[c] + b
    return y


@wrong("pointwise", "point weights transposed")
def point_transposed(x, w, b):
    return x @ w.T + b


@wrong("pointwise", "mean instead of sum")
def point_mean(x, w, b):
    return np.mean(x[..., None] * w, axis=-2) + b


@wrong("pointwise", "channels not added up")
def point_unsummed(x, w, b):
    return x[..., None] * w + b


@wrong("pointwise", "only the first channel")
def point_first(x, w, b):
    return x[..., :1] * w[0] + b


@wrong("pointwise", "the same bias for every filter")
def point_one_bias(x, w, b):
    return x @ w + b[0]


@wrong("pointwise", None)
def point_bias_doubled_and_first(x, w, b):
    return x[..., :1] * w[0] + 2 * b


@wrong("pointwise", None)
def point_abs(x, w, b):
    return np.abs(x) @ w + b


# grouped_conv2d -------------------------------------------------------------------


@right("grouped_conv2d", "einsum per group")
def groups_einsum(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(x, w, b, groups, stride=stride, padding=padding, dilation=dilation)


@right("grouped_conv2d", "a full kernel with zeros")
def groups_zeros(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    kh, kw, inputs, filters = w.shape
    wide = np.zeros((kh, kw, inputs * groups, filters))
    each = filters // groups
    for f in range(filters):
        g = f // each
        wide[:, :, g * inputs : (g + 1) * inputs, f] = w[..., f]
    return full(x, wide, b, stride=stride, padding=padding, dilation=dilation)


@right("grouped_conv2d", "loops over filters")
def groups_loops(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    kh, kw, inputs, filters = w.shape
    maps = []
    for f in range(filters):
        first = f * groups // filters * inputs
        part = windows_of(
            x[..., first : first + inputs], (kh, kw), stride, padding, dilation
        )
        maps.append(np.tensordot(part, w[..., f].transpose(2, 0, 1), axes=3) + b[f])
    return np.stack(maps, axis=-1)


@right("grouped_conv2d", "one einsum with a group axis")
def groups_axis(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    kh, kw, inputs, filters = w.shape
    windows = windows_of(x, (kh, kw), stride, padding, dilation)
    windows = windows.reshape(*windows.shape[:3], groups, inputs, kh, kw)
    w = w.reshape(kh, kw, inputs, groups, filters // groups)
    y = np.einsum("nijgcpq,pqcgf->nijgf", windows, w)
    return y.reshape(*y.shape[:3], filters) + b


@wrong("grouped_conv2d", "groups not split")
def groups_unsplit(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    x = x[..., : w.shape[2]]
    return full(x, w, b, stride=stride, padding=padding, dilation=dilation)


@wrong("grouped_conv2d", "groups not split")
def groups_tiled(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    w = np.concatenate([w] * groups, axis=2)
    return full(x, w, b, stride=stride, padding=padding, dilation=dilation)


@wrong("grouped_conv2d", "groups added up")
def groups_added(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    y = 0
    for p, k, c in zip(
        np.split(x, groups, -1),
        np.split(w, groups, -1),
        np.split(b, groups),
        strict=True,
    ):
        y = y + full(p, k, c, **settings)
    return y


@wrong("grouped_conv2d", "all filters on every group")
def groups_too_many(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    parts = [full(p, w, b, **settings) for p in np.split(x, groups, -1)]
    return np.concatenate(parts, axis=-1)


@wrong("grouped_conv2d", "channels dealt out in turn")
def groups_dealt(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    x = np.concatenate([x[..., g::groups] for g in range(groups)], axis=-1)
    return grouped(x, w, b, groups, **settings)


@wrong("grouped_conv2d", "maps of the groups interleaved")
def groups_stacked(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    y = grouped(x, w, b, groups, **settings)
    return np.stack(np.split(y, groups, -1), axis=-1).reshape(y.shape)


@wrong("grouped_conv2d", "bias of the first group only")
def groups_local_bias(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    b = np.tile(b[: len(b) // groups], groups)
    return grouped(x, w, b, groups, **settings)


@wrong("grouped_conv2d", "filters of the first group only")
def groups_local_filters(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    w = np.tile(w[..., : w.shape[-1] // groups], groups)
    return grouped(x, w, b, groups, **settings)


@wrong("grouped_conv2d", "stride ignored")
def groups_no_stride(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(x, w, b, groups, padding=padding, dilation=dilation)


@wrong("grouped_conv2d", "bias forgotten")
def groups_no_bias(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return grouped(x, w, 0.0, groups, **settings)


@wrong("grouped_conv2d", None)
def groups_flipped_unsplit(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    x = x[..., : w.shape[2]]
    w = w[::-1, ::-1]
    return full(x, w, b, stride=stride, padding=padding, dilation=dilation)


@wrong("grouped_conv2d", None)
def groups_no_bias_no_dilation(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(x, w, 0.0, groups, stride=stride, padding=padding)


# depthwise_conv2d -----------------------------------------------------------------


@right("depthwise_conv2d", "einsum")
def depth_einsum(x, w, b, *, stride=1, padding=0, dilation=1):
    return depthwise(x, w, b, stride=stride, padding=padding, dilation=dilation)


@right("depthwise_conv2d", "as a grouped convolution")
def depth_grouped(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    flat = w.reshape(*w.shape[:2], 1, -1)
    return grouped(x, flat, b, w.shape[2], **settings)


@right("depthwise_conv2d", "loops over channels and kernels")
def depth_loops(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = []
    for c in range(w.shape[2]):
        for m in range(w.shape[3]):
            kernel = w[:, :, c, m][:, :, None, None]
            maps.append(full(x[..., c : c + 1], kernel, b[len(maps)], **settings))
    return np.concatenate(maps, axis=-1)


@right("depthwise_conv2d", "shifted pictures")
def depth_shifts(x, w, b, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw) = per_axis(stride), per_axis(padding)
    dh, dw = per_axis(dilation)
    kh, kw, c_in, multiplier = w.shape
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    h = (x.shape[1] - dh * (kh - 1) - 1) // sh + 1
    wide = (x.shape[2] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((len(x), h, wide, c_in, multiplier))
    for p in range(kh):
        for q in range(kw):
            top, left = p * dh, q * dw
            part = x[:, top : top + h * sh : sh, left : left + wide * sw : sw]
            y += part[:, :h, :wide, :, None] * w[p, q]
    return y.reshape(len(x), h, wide, -1) + b


@wrong("depthwise_conv2d", "depthwise multiplier order")
def depth_order(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    parts = [depthwise(x, w[..., m : m + 1], **settings) for m in range(w.shape[3])]
    return np.concatenate(parts, axis=-1) + b


@wrong("depthwise_conv2d", "channels added up")
def depth_added(x, w, b, *, stride=1, padding=0, dilation=1):
    windows = windows_of(x, w.shape[:2], stride, padding, dilation)
    return np.einsum("nijcpq,pqcm->nijm", windows, w) + b[: w.shape[3]]


@wrong("depthwise_conv2d", "only the first kernel of each channel")
def depth_first_kernel(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w[..., :1], b[: w.shape[2]], **settings)


@wrong("depthwise_conv2d", "the same kernel for every channel")
def depth_one_kernel(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w[:, :, [0] * w.shape[2]], b, **settings)


@wrong("depthwise_conv2d", "bias counted by channel or by kernel")
def depth_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w, np.repeat(b[: w.shape[2]], w.shape[3]), **settings)


@wrong("depthwise_conv2d", "kernel flipped")
def depth_flipped(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w[::-1, ::-1], b, **settings)


@wrong("depthwise_conv2d", "dilation ignored")
def depth_no_dilation(x, w, b, *, stride=1, padding=0, dilation=1):
    return depthwise(x, w, b, stride=stride, padding=padding)


@wrong("depthwise_conv2d", None)
def depth_order_and_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    return depth_order(x, w, 0.0, stride=stride, padding=padding, dilation=dilation)


@wrong("depthwise_conv2d", None)
def depth_relu(x, w, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return np.maximum(depthwise(x, w, b, **settings), 0)


# separable_conv2d -----------------------------------------------------------------


@right("separable_conv2d", "two steps")
def separable_steps(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w_depth, **settings) @ w_point + b


@right("separable_conv2d", "the full kernel")
def separable_full(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    point = w_point.reshape(*w_depth.shape[2:], -1)
    return full(x, np.einsum("pqcm,cmf->pqcf", w_depth, point), b, **settings)


@right("separable_conv2d", "one einsum")
def separable_einsum(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    windows = windows_of(x, w_depth.shape[:2], stride, padding, dilation)
    point = w_point.reshape(*w_depth.shape[2:], -1)
    return np.einsum("nijcpq,pqcm,cmf->nijf", windows, w_depth, point) + b


@wrong("separable_conv2d", "pointwise step forgotten")
def separable_depth_only(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    return depthwise(x, w_depth, stride=stride, padding=padding, dilation=dilation)


@wrong("separable_conv2d", "ReLU between the steps")
def separable_relu(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return np.maximum(depthwise(x, w_depth, **settings), 0) @ w_point + b


@wrong("separable_conv2d", "padding used in both steps")
def separable_padded(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = depthwise(x, w_depth, **settings)
    return full(maps, w_point[None, None], b, padding=padding)


@wrong("separable_conv2d", "stride applied twice")
def separable_strided(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    maps = depthwise(x, w_depth, **settings)
    return full(maps, w_point[None, None], b, stride=stride)


@wrong("separable_conv2d", "depthwise multiplier order")
def separable_order(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depth_order(x, w_depth, 0.0, **settings) @ w_point + b


@wrong("separable_conv2d", "bias forgotten")
def separable_no_bias(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w_depth, **settings) @ w_point


@wrong("separable_conv2d", None)
def separable_twice(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding}
    return np.maximum(depthwise(x, w_depth, **settings), 0) @ w_point


@wrong("separable_conv2d", "bias counted in both steps")
def separable_two_biases(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return depthwise(x, w_depth, **settings) @ w_point + b + b


@wrong("receptive_field", "stride counted in its own layer")
def field_by_its_own_stride(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1) * layer["stride"]
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start


# split_kernel ---------------------------------------------------------------------


@right("split_kernel", "singular value in the row")
def split_row(w):
    u, s, vh = np.linalg.svd(w)
    return u[:, 0], s[0] * vh[0]


@right("split_kernel", "a root for both")
def split_roots(w):
    u, s, vh = np.linalg.svd(w, full_matrices=False)
    return u[:, 0] * np.sqrt(s[0]), vh[0] * np.sqrt(s[0])


@right("split_kernel", "power iteration")
def split_power(w):
    row = w[np.abs(w).sum(axis=1).argmax()].copy()
    for _ in range(2000):
        column = w @ row
        row = w.T @ column
        row = row / np.linalg.norm(row)
    return w @ row, row


@right("split_kernel", "eigenvectors of w.T @ w")
def split_eigen(w):
    _, vectors = np.linalg.eigh(w.T @ w)
    row = vectors[:, -1]
    return w @ row, row


@wrong("split_kernel", "singular value forgotten")
def split_unit(w):
    u, _, vh = np.linalg.svd(w)
    return u[:, 0], vh[0]


@wrong("split_kernel", "singular value used twice")
def split_squared(w):
    u, s, vh = np.linalg.svd(w)
    return u[:, 0] * s[0], vh[0] * s[0]


@wrong("split_kernel", "row of U for its column")
def split_u_row(w):
    u, s, vh = np.linalg.svd(w)
    return u[0] * s[0], vh[0]


@wrong("split_kernel", "column of Vh for its row")
def split_v_column(w):
    u, s, vh = np.linalg.svd(w)
    return u[:, 0] * s[0], vh[:, 0]


@wrong("split_kernel", "column and row exchanged")
def split_exchanged(w):
    u, s, vh = np.linalg.svd(w)
    return vh[0], u[:, 0] * s[0]


@wrong("split_kernel", "first column and row as they are")
def split_first(w):
    return w[:, 0], w[0]


@wrong("split_kernel", "last singular value for the first")
def split_last(w):
    u, s, vh = np.linalg.svd(w, full_matrices=False)
    return u[:, -1] * s[-1], vh[-1]


@wrong("split_kernel", None)
def split_by_corner(w):
    return w[:, 0] / (w[0, 0] or 1.0), w[0]


@wrong("split_kernel", None)
def split_negative(w):
    u, s, vh = np.linalg.svd(w)
    return -u[:, 0] * s[0] * 2, vh[0]


# flattened_conv -------------------------------------------------------------------


@right("flattened_conv", "the block as one kernel")
def flat_block(x, w_channel, w_column, w_row, b):
    return full(x, np.einsum("cf,pf,qf->pqcf", w_channel, w_column, w_row), b)


@right("flattened_conv", "three steps")
def flat_steps(x, w_channel, w_column, w_row, b):
    y = depthwise(x @ w_channel, w_column[:, None, :, None])
    return depthwise(y, w_row[None, :, :, None]) + b


@right("flattened_conv", "shifted maps")
def flat_shifts(x, w_channel, w_column, w_row, b):
    y = x @ w_channel
    h, wide = y.shape[1] - len(w_column) + 1, y.shape[2] - len(w_row) + 1
    y = sum(w_column[p] * y[:, p : p + h] for p in range(len(w_column)))
    return sum(w_row[q] * y[:, :, q : q + wide] for q in range(len(w_row))) + b


@right("flattened_conv", "one einsum")
def flat_einsum(x, w_channel, w_column, w_row, b):
    windows = windows_of(x, (len(w_column), len(w_row)))
    return np.einsum("nijcpq,cf,pf,qf->nijf", windows, w_channel, w_column, w_row) + b


@wrong("flattened_conv", "column and row exchanged")
def flat_exchanged(x, w_channel, w_column, w_row, b):
    return flat_block(x, w_channel, w_row, w_column, b)


@wrong("flattened_conv", "bias before the last step")
def flat_bias_first(x, w_channel, w_column, w_row, b):
    y = depthwise(x @ w_channel + b, w_column[:, None, :, None])
    return depthwise(y, w_row[None, :, :, None])


@wrong("flattened_conv", "bias before the last step")
def flat_bias_each(x, w_channel, w_column, w_row, b):
    y = depthwise(x @ w_channel + b, w_column[:, None, :, None], b)
    return depthwise(y, w_row[None, :, :, None], b)


@wrong("flattened_conv", "bias forgotten")
def flat_no_bias(x, w_channel, w_column, w_row, b):
    return flat_block(x, w_channel, w_column, w_row, 0.0)


@wrong("flattened_conv", "kernel flipped")
def flat_flipped(x, w_channel, w_column, w_row, b):
    return flat_block(x, w_channel, w_column[::-1], w_row[::-1], b)


@wrong("flattened_conv", "vector of the first filter for all")
def flat_shared_row(x, w_channel, w_column, w_row, b):
    return flat_block(x, w_channel, w_column, np.repeat(w_row[:, :1], len(b), 1), b)


@wrong("flattened_conv", None)
def flat_added(x, w_channel, w_column, w_row, b):
    mixed = x @ w_channel
    y = depthwise(mixed, w_column[:, None, :, None])[:, :, : -len(w_row) + 1 or None]
    return y + depthwise(mixed, w_row[None, :, :, None])[:, : y.shape[1]] + b


# conv3d ---------------------------------------------------------------------------


def solid(x, w, b=0.0, stride=1, padding=0, dilation=1):
    s, p, d = (per_axis(v, 3) for v in (stride, padding, dilation))
    x = np.pad(x, ((0, 0), *((v, v) for v in p), (0, 0)))
    span = [d[a] * (w.shape[a] - 1) + 1 for a in range(3)]
    view = np.lib.stride_tricks.sliding_window_view(x, span, axis=(1, 2, 3))
    view = view[:, :: s[0], :: s[1], :: s[2], :, :: d[0], :: d[1], :: d[2]]
    return np.einsum("ntijcopq,opqcf->ntijf", view, w) + b


@right("conv3d", "sliding windows")
def solid_windows(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, stride, padding, dilation)


@right("conv3d", "shifted volumes")
def solid_shifts(x, w, b, *, stride=1, padding=0, dilation=1):
    sizes = solid(x, w, b, stride, padding, dilation).shape[1:4]
    s, p, d = (per_axis(v, 3) for v in (stride, padding, dilation))
    x = np.pad(x, ((0, 0), *((v, v) for v in p), (0, 0)))
    y = np.zeros((len(x), *sizes, w.shape[-1])) + b
    for place in np.ndindex(*w.shape[:3]):
        part = x[
            (
                slice(None),
                *(
                    slice(o * k, o * k + (n - 1) * step + 1, step)
                    for o, k, n, step in zip(place, d, sizes, s, strict=True)
                ),
            )
        ]
        y += part @ w[place]
    return y


@right("conv3d", "a sum of plane convolutions")
def solid_planes(x, w, b, *, stride=1, padding=0, dilation=1):
    s, p, d = (per_axis(v, 3) for v in (stride, padding, dilation))
    x = np.pad(x, ((0, 0), (p[0], p[0]), (0, 0), (0, 0), (0, 0)))
    depth = (x.shape[1] - d[0] * (len(w) - 1) - 1) // s[0] + 1
    flat = {"stride": s[1:], "padding": p[1:], "dilation": d[1:]}
    frames = [
        sum(full(x[:, t * s[0] + o * d[0]], w[o], **flat) for o in range(len(w)))
        for t in range(depth)
    ]
    return np.stack(frames, axis=1) + b


@wrong("conv3d", "only the first plane of the kernel")
def solid_first_plane(x, w, b, *, stride=1, padding=0, dilation=1):
    w = w.copy()
    w[1:] = 0
    return solid(x, w, b, stride, padding, dilation)


@wrong("conv3d", "kernel flipped")
def solid_flipped(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w[::-1, ::-1, ::-1], b, stride, padding, dilation)


@wrong("conv3d", "kernel flipped in depth only")
def solid_depth_flipped(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w[::-1], b, stride, padding, dilation)


@wrong("conv3d", "axes of a setting in reverse order")
def solid_reversed(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, per_axis(stride, 3)[::-1], padding, dilation)


@wrong("conv3d", "depth not padded")
def solid_flat_padding(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, stride, (0, *per_axis(padding, 3)[1:]), dilation)


@wrong("conv3d", "depth moves one step at a time")
def solid_slow_depth(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, (1, *per_axis(stride, 3)[1:]), padding, dilation)


@wrong("conv3d", "bias forgotten")
def solid_no_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, 0.0, stride, padding, dilation)


@wrong("conv3d", "dilation ignored")
def solid_no_dilation(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, stride, padding)


@wrong("conv3d", "one number for all three directions")
def solid_first_stride(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w, b, per_axis(stride, 3)[0], padding, dilation)


@wrong("conv3d", None)
def solid_two_mistakes(x, w, b, *, stride=1, padding=0, dilation=1):
    return solid(x, w[::-1], 0.0, stride, padding, dilation)


# receptive_field ------------------------------------------------------------------


def taken(layer):
    return (layer[n] for n in ("kernel", "stride", "padding", "dilation"))


@right("receptive_field", "from the input up")
def field_up(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        k, s, p, d = taken(layer)
        size, start, jump = size + d * (k - 1) * jump, start - p * jump, jump * s
    return size, jump, start


@right("receptive_field", "from the top down")
def field_down(layers):
    first, last, jump = 0, 0, 1
    for layer in reversed(layers):
        k, s, p, d = taken(layer)
        first, last = first * s - p, last * s - p + d * (k - 1)
        jump *= s
    return last - first + 1, jump, first


@right("receptive_field", "sets of inputs")
def field_sets(layers):
    def reads(unit):
        units = {unit}
        for layer in reversed(layers):
            k, s, p, d = taken(layer)
            units = {u * s - p + t * d for u in units for t in range(k)}
        return units

    zero, one = reads(0), reads(1)
    return max(zero) - min(zero) + 1, min(one) - min(zero), min(zero)


@wrong("receptive_field", "stride counted in its own layer")
def field_jump_first(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        k, s, p, d = taken(layer)
        jump *= s
        size, start = size + d * (k - 1) * jump, start - p * jump
    return size, jump, start


@wrong("receptive_field", "kernel sizes added")
def field_k(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        k, s, p, d = taken(layer)
        size, start, jump = size + d * k * jump, start - p * jump, jump * s
    return size, jump, start


@wrong("receptive_field", "strides added")
def field_added(layers):
    size, jump, start = 1, 1, 0
    for layer in layers:
        k, s, p, d = taken(layer)
        size, start, jump = size + d * (k - 1) * jump, start - p * jump, jump + s - 1
    return size, jump, start


@wrong("receptive_field", "padding to the wrong side")
def field_positive(layers):
    size, jump, start = field_up(layers)
    return size, jump, -start


@wrong("receptive_field", "dilation ignored")
def field_no_dilation(layers):
    return field_up([{**layer, "dilation": 1} for layer in layers])


@wrong("receptive_field", "padding counted in the size")
def field_padding(layers):
    size, jump, start = field_up(layers)
    return size - 2 * start, jump, start


@wrong("receptive_field", "layers in reverse order")
def field_backwards(layers):
    return field_up(layers[::-1])


@wrong("receptive_field", None)
def field_no_dilation_no_padding(layers):
    return field_up([{**layer, "dilation": 1, "padding": 0} for layer in layers])


@wrong("receptive_field", None)
def field_size_only(layers):
    return field_up(layers)[0]


# predictions ----------------------------------------------------------------------

wrong_value("bands_to_map", (60000, 100), "channels not added up")
right_value("bands_to_map", [600, 100])
wrong_value("grouped_weights", (100, 45000), "groups not split")
right_value("grouped_weights", np.array([10, 4500]))
wrong_value("parents", (0, 1, 2, 0, 1, 2), "depthwise multiplier order")
right_value("parents", (0, 0, 1, 1, 2, 2))
wrong_value("maps_that_change", [0, 1, 2, 3, 4, 5], "groups not split")
wrong_value("maps_that_change", (0, 3), None)
right_value("maps_that_change", (0, 1, 2))
wrong_value("dilated_sizes", (3, 5, 7), "dilation ignored")
right_value("dilated_sizes", [3, 7, 15])
