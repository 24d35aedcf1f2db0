"""Wrong and right answers to lesson 03."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value


def pair(v):
    return tuple(v) if np.ndim(v) else (v, v)


def places(n, k, s, p, d):
    """Return an array (stops, k) of indices into a padded axis."""
    stops = (n + 2 * p - d * (k - 1) - 1) // s + 1
    return np.arange(max(stops, 0))[:, None] * s + np.arange(k) * d


def windows(x, kh, kw, stride=1, padding=0, dilation=1):
    """Return windows (N, H_out, W_out, kh, kw, C) of a batch."""
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    rows = places(x.shape[1], kh, sh, ph, dh)
    columns = places(x.shape[2], kw, sw, pw, dw)
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    return x[:, rows[:, None, :, None], columns[None, :, None, :]]


def batch(x, w, b=0.0, stride=1, padding=0, dilation=1):
    """Return the right convolution of a batch."""
    cut = windows(x, *w.shape[:2], stride, padding, dilation)
    return np.einsum("nijpqc,pqcf->nijf", cut, w) + b


def picture(x, w, b=0.0, **settings):
    return batch(x[None], w, b, **settings)[0]


def one(x, w, **settings):
    return picture(x, w[..., None], **settings)[..., 0]


def shifts(x, w, stride=1, padding=0, dilation=1):
    """Return the right convolution as a sum of shifted pictures."""
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    h = len(places(x.shape[1], w.shape[0], sh, ph, dh))
    wide = len(places(x.shape[2], w.shape[1], sw, pw, dw))
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    y = np.zeros((len(x), h, wide, w.shape[3]), dtype=x.dtype)
    for p in range(w.shape[0]):
        for q in range(w.shape[1]):
            top, left = p * dh, q * dw
            part = x[:, top : top + h * sh : sh, left : left + wide * sw : sw]
            y += part @ w[p, q]
    return y


def loops(x, w, b, stride=1, padding=0, dilation=1):
    """Return the right convolution by loops over everything but the window."""
    cut = windows(x, *w.shape[:2], stride, padding, dilation)
    n, h, wide, *_ = cut.shape
    y = np.zeros((n, h, wide, w.shape[3]))
    for m in range(n):
        for i in range(h):
            for j in range(wide):
                for f in range(w.shape[3]):
                    y[m, i, j, f] = (cut[m, i, j] * w[..., f]).sum() + b[f]
    return y


# conv2d_channels ----------------------------------------------------------------------


@right("conv2d_channels", "einsum")
def channels_einsum(x, w, *, stride=1, padding=0, dilation=1):
    return one(x, w, stride=stride, padding=padding, dilation=dilation)


@right("conv2d_channels", "plane by plane")
def channels_planes(x, w, *, stride=1, padding=0, dilation=1):
    y = 0.0
    for c in range(x.shape[2]):
        y = y + one(
            x[:, :, [c]],
            w[:, :, [c]],
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
    return y


@right("conv2d_channels", "shifted pictures")
def channels_shifts(x, w, *, stride=1, padding=0, dilation=1):
    return shifts(x[None], w[..., None], stride, padding, dilation)[0, :, :, 0]


@right("conv2d_channels", "float32 inside")
def channels_float32(x, w, *, stride=1, padding=0, dilation=1):
    x, w = x.astype(np.float32), w.astype(np.float32)
    return one(x, w, stride=stride, padding=padding, dilation=dilation).astype("f4")


@wrong("conv2d_channels", "a 2D slice per channel instead of the volume")
def channels_kept(x, w, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    return np.einsum("ijpqc,pqc->ijc", cut, w)


@wrong("conv2d_channels", "only the first channel")
def channels_first_only(x, w, *, stride=1, padding=0, dilation=1):
    return one(
        x[..., :1], w[..., :1], stride=stride, padding=padding, dilation=dilation
    )


@wrong("conv2d_channels", "only the last channel")
def channels_assigned(x, w, *, stride=1, padding=0, dilation=1):
    for c in range(x.shape[2]):
        y = one(
            x[:, :, [c]],
            w[:, :, [c]],
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
    return y


@wrong("conv2d_channels", "channels averaged")
def channels_mean(x, w, *, stride=1, padding=0, dilation=1):
    y = one(x, w, stride=stride, padding=padding, dilation=dilation)
    return y / x.shape[2]


@wrong("conv2d_channels", "mean instead of sum")
def channels_mean_of_all(x, w, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    return (cut * w).mean(axis=(2, 3, 4))


@wrong("conv2d_channels", "the first kernel for every channel")
def channels_one_kernel(x, w, *, stride=1, padding=0, dilation=1):
    w = np.repeat(w[..., :1], w.shape[2], axis=2)
    return one(x, w, stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_channels", "kernel flipped")
def channels_turned(x, w, *, stride=1, padding=0, dilation=1):
    return one(x, w[::-1, ::-1], stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_channels", "dilation ignored")
def channels_no_dilation(x, w, *, stride=1, padding=0, dilation=1):
    return one(x, w, stride=stride, padding=padding)


@wrong("conv2d_channels", None)
def channels_reversed(x, w, *, stride=1, padding=0, dilation=1):
    y = one(x, w[:, :, ::-1], stride=stride, padding=padding, dilation=dilation)
    return y


@wrong("conv2d_channels", None)
def channels_mean_and_turned(x, w, *, stride=1, padding=0, dilation=1):
    w = w[::-1, ::-1] / x.shape[2]
    return one(x, w, stride=stride, padding=padding, dilation=dilation)


# conv2d_filters -----------------------------------------------------------------------


@right("conv2d_filters", "einsum")
def filters_einsum(x, w, *, stride=1, padding=0, dilation=1):
    return picture(x, w, stride=stride, padding=padding, dilation=dilation)


@right("conv2d_filters", "a stack of maps")
def filters_stack(x, w, *, stride=1, padding=0, dilation=1):
    maps = [
        one(x, w[..., f], stride=stride, padding=padding, dilation=dilation)
        for f in range(w.shape[3])
    ]
    return np.stack(maps, axis=-1)


@right("conv2d_filters", "tensordot")
def filters_tensordot(x, w, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    return np.tensordot(cut, w, axes=3)


@right("conv2d_filters", "shifted pictures")
def filters_shifts(x, w, *, stride=1, padding=0, dilation=1):
    return shifts(x[None], w, stride, padding, dilation)[0]


@wrong("conv2d_filters", "only the first filter")
def filters_first(x, w, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return y[..., 0]


@wrong("conv2d_filters", "only the last filter")
def filters_last(x, w, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return np.repeat(y[..., -1:], w.shape[3], axis=-1)


@wrong("conv2d_filters", "the maps added up into one")
def filters_added(x, w, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return y.sum(axis=-1)


@wrong("conv2d_filters", "channels first for channels last")
def filters_first_axis(x, w, *, stride=1, padding=0, dilation=1):
    maps = [
        one(x, w[..., f], stride=stride, padding=padding, dilation=dilation)
        for f in range(w.shape[3])
    ]
    return np.array(maps)


@wrong("conv2d_filters", "in and out of the kernel swapped")
def filters_swapped(x, w, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    return np.einsum("ijpqc,pqfc->ijf", cut, w)


@wrong("conv2d_filters", "a 2D slice per channel instead of the volume")
def filters_depthwise(x, w, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    y = np.einsum("ijpqc,pqcf->ijcf", cut, w)
    return y.reshape(*y.shape[:2], -1)


@wrong("conv2d_filters", "stride applied twice")
def filters_stride_twice(x, w, *, stride=1, padding=0, dilation=1):
    stride = tuple(s * s for s in pair(stride))
    return picture(x, w, stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_filters", None)
def filters_no_more_than_channels(x, w, *, stride=1, padding=0, dilation=1):
    some = range(min(w.shape[2:]))
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return np.stack([y[..., f] for f in some], axis=-1)


@wrong("conv2d_batch", None)
def batch_of_two(x, w, b, *, stride=1, padding=0, dilation=1):
    return batch(x[:2], w, b, **settings_of(stride, padding, dilation))


@wrong("conv2d_filters", None)
def filters_reversed(x, w, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return y[..., ::-1]


@wrong("conv2d_filters", None)
def filters_in_place(x, w, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    w[:] = 0
    return y


# conv2d_bias --------------------------------------------------------------------------


@right("conv2d_bias", "einsum")
def bias_einsum(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x, w, b, stride=stride, padding=padding, dilation=dilation)


@right("conv2d_bias", "starting from the bias")
def bias_start(x, w, b, *, stride=1, padding=0, dilation=1):
    y = shifts(x[None], w, stride, padding, dilation)[0]
    start = np.broadcast_to(b, y.shape).copy()
    start += y
    return start


@right("conv2d_bias", "loops")
def bias_loops(x, w, b, *, stride=1, padding=0, dilation=1):
    return loops(x[None], w, b, stride, padding, dilation)[0]


@wrong("conv2d_bias", "bias forgotten")
def bias_none(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x, w, stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_bias", "bias added per tap")
def bias_inside(x, w, b, *, stride=1, padding=0, dilation=1):
    cut = windows(x[None], *w.shape[:2], stride, padding, dilation)[0]
    return (cut[..., None] * w + b).sum(axis=(2, 3, 4))


@wrong("conv2d_bias", "bias added per channel")
def bias_for_each_channel(x, w, b, *, stride=1, padding=0, dilation=1):
    y = 0.0
    for c in range(x.shape[2]):
        y = y + picture(
            x[:, :, [c]],
            w[:, :, [c]],
            b,
            stride=stride,
            padding=padding,
            dilation=dilation,
        )
    return y


@wrong("conv2d_bias", "the same bias for every filter")
def bias_first(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x, w, b[0], stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_bias", "the same bias for every filter")
def bias_summed(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x, w, b.sum(), stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_bias", "bias subtracted")
def bias_minus(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x, w, -b, stride=stride, padding=padding, dilation=dilation)


@wrong("conv2d_bias", None)
def bias_times(x, w, b, *, stride=1, padding=0, dilation=1):
    y = picture(x, w, stride=stride, padding=padding, dilation=dilation)
    return y * b


@wrong("conv2d_bias", None)
def bias_on_the_input(x, w, b, *, stride=1, padding=0, dilation=1):
    return picture(x + b[0], w, stride=stride, padding=padding, dilation=dilation)


# conv2d_batch and conv2d_matmul -------------------------------------------------------


def settings_of(stride, padding, dilation):
    return {"stride": stride, "padding": padding, "dilation": dilation}


for name in ("conv2d_batch", "conv2d_matmul"):

    @right(name, "einsum")
    def batch_einsum(x, w, b, *, stride=1, padding=0, dilation=1):
        return batch(x, w, b, **settings_of(stride, padding, dilation))

    @right(name, "loops")
    def batch_loops(x, w, b, *, stride=1, padding=0, dilation=1):
        return loops(x, w, b, stride, padding, dilation)

    @right(name, "shifted pictures")
    def batch_shifts(x, w, b, *, stride=1, padding=0, dilation=1):
        return shifts(x, w, stride, padding, dilation) + b

    @right(name, "a matrix product, float32 inside")
    def batch_matrix(x, w, b, *, stride=1, padding=0, dilation=1):
        cut = windows(x, *w.shape[:2], stride, padding, dilation).astype(np.float32)
        flat = cut.reshape(-1, w[..., 0].size) @ w.reshape(-1, len(b)).astype("f4")
        return (flat + b.astype("f4")).reshape(*cut.shape[:3], len(b))

    @wrong(name, "only the first example")
    def batch_first(x, w, b, *, stride=1, padding=0, dilation=1):
        y = batch(x, w, b, **settings_of(stride, padding, dilation))
        y[1:] = 0
        return y

    @wrong(name, "stride ignored")
    def batch_dense(x, w, b, *, stride=1, padding=0, dilation=1):
        return batch(x, w, b, **settings_of(1, padding, dilation))

    @wrong(name, "padding on one side only")
    def batch_one_side(x, w, b, *, stride=1, padding=0, dilation=1):
        ph, pw = pair(padding)
        x = np.pad(x, ((0, 0), (0, ph), (0, pw), (0, 0)))
        return batch(x, w, b, **settings_of(stride, 0, dilation))

    @wrong(name, "bias forgotten")
    def batch_no_bias(x, w, b, *, stride=1, padding=0, dilation=1):
        return batch(x, w, **settings_of(stride, padding, dilation))

    @wrong(name, None)
    def batch_two_mistakes(x, w, b, *, stride=1, padding=0, dilation=1):
        y = batch(x, w[::-1, ::-1], b, **settings_of(stride, padding, dilation))
        return np.repeat(y[:1], len(y), axis=0)

    @wrong(name, None)
    def batch_zeros(x, w, b, *, stride=1, padding=0, dilation=1):
        return 0 * batch(x, w, b, **settings_of(stride, padding, dilation))


@wrong("conv2d_batch", "only the last example")
def batch_last(x, w, b, *, stride=1, padding=0, dilation=1):
    return batch(x, w, b, **settings_of(stride, padding, dilation))[-1]


@wrong("conv2d_batch", "the batch added up")
def batch_summed(x, w, b, *, stride=1, padding=0, dilation=1):
    return batch(x, w, b, **settings_of(stride, padding, dilation)).mean(axis=0)


@wrong("conv2d_batch", "channels first for channels last")
def batch_channels_first(x, w, b, *, stride=1, padding=0, dilation=1):
    y = batch(x, w, b, **settings_of(stride, padding, dilation))
    return y.transpose(0, 3, 1, 2)


@wrong("conv2d_batch", "one number for both directions")
def batch_one_stride(x, w, b, *, stride=1, padding=0, dilation=1):
    return batch(x, w, b, **settings_of(pair(stride)[0], padding, dilation))


@wrong("conv2d_matmul", "kernel numbers read filter by filter")
def matmul_filters_first(x, w, b, *, stride=1, padding=0, dilation=1):
    cut = windows(x, *w.shape[:2], stride, padding, dilation)
    flat = cut.reshape(-1, w[..., 0].size) @ w.reshape(len(b), -1).T + b
    return flat.reshape(*cut.shape[:3], len(b))


@wrong("conv2d_matmul", "patches in another order than the kernel")
def matmul_channels_first(x, w, b, *, stride=1, padding=0, dilation=1):
    cut = windows(x, *w.shape[:2], stride, padding, dilation)
    flat = np.moveaxis(cut, -1, 3).reshape(-1, w[..., 0].size)
    return (flat @ w.reshape(-1, len(b)) + b).reshape(*cut.shape[:3], len(b))


@wrong("conv2d_matmul", "result reshaped in the wrong order")
def matmul_wide_first(x, w, b, *, stride=1, padding=0, dilation=1):
    y = batch(x, w, b, **settings_of(stride, padding, dilation))
    n, h, wide, f = y.shape
    return y.reshape(n, wide, h, f)


@wrong("conv2d_matmul", "result reshaped in the wrong order")
def matmul_product_turned(x, w, b, *, stride=1, padding=0, dilation=1):
    y = batch(x, w, **settings_of(stride, padding, dilation))
    return y.reshape(-1, len(b)).T.reshape(y.shape) + b


@wrong("conv2d_matmul", "not brought back into maps")
def matmul_flat(x, w, b, *, stride=1, padding=0, dilation=1):
    y = batch(x, w, b, **settings_of(stride, padding, dilation))
    return y.reshape(-1, len(b))


# to_keras -----------------------------------------------------------------------------


@right("to_keras", "transpose")
def layout_transpose(x, w):
    return x.transpose(1, 2, 0), w.transpose(2, 3, 1, 0)


@right("to_keras", "moveaxis")
def layout_moveaxis(x, w):
    return np.moveaxis(x, 0, -1), np.moveaxis(np.moveaxis(w, 0, -1), 0, -2)


@right("to_keras", "stack")
def layout_stack(x, w):
    banks = [np.stack(list(one_filter), axis=-1) for one_filter in w]
    return np.stack(list(x), axis=-1), np.stack(banks, axis=-1)


@right("to_keras", "einsum, as a list")
def layout_einsum(x, w):
    return [np.einsum("chw->hwc", x), np.einsum("fcpq->pqcf", w).copy()]


@wrong("to_keras", "reshape instead of transpose")
def layout_reshape(x, w):
    (c, h, wide), (f, _, kh, kw) = x.shape, w.shape
    return x.reshape(h, wide, c), w.reshape(kh, kw, c, f)


@wrong("to_keras", "reshape instead of transpose")
def layout_reshape_kernel(x, w):
    f, c, kh, kw = w.shape
    return x.transpose(1, 2, 0), w.reshape(kh, kw, c, f)


@wrong("to_keras", "(out, in, kh, kw) for (kh, kw, in, out)")
def layout_kernel_untouched(x, w):
    return x.transpose(1, 2, 0), w


@wrong("to_keras", "channels first for channels last")
def layout_picture_untouched(x, w):
    return x, w.transpose(2, 3, 1, 0)


@wrong("to_keras", "in and out of the kernel swapped")
def layout_out_in(x, w):
    return x.transpose(1, 2, 0), w.transpose(2, 3, 0, 1)


@wrong("to_keras", "rows and columns swapped")
def layout_t(x, w):
    return x.T, w.T


@wrong("to_keras", None)
def layout_untouched(x, w):
    return x, w


@wrong("to_keras", None)
def layout_only_picture(x, w):
    return x.transpose(1, 2, 0)


# im2col -------------------------------------------------------------------------------


@right("im2col", "index arrays")
def patches_indices(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    return cut.reshape(-1, kh * kw * x.shape[-1])


@right("im2col", "a list of windows")
def patches_list(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    return np.array([window.ravel() for window in cut.reshape(-1, *cut.shape[3:])])


@right("im2col", "sliding_window_view")
def patches_view(x, kh, kw, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    span = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    view = np.lib.stride_tricks.sliding_window_view(x, span, axis=(1, 2))
    view = view[:, ::sh, ::sw, :, ::dh, ::dw]  # (n, i, j, c, p, q)
    return view.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * x.shape[-1])


@wrong("im2col", "stops as columns")
def patches_turned(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return patches_indices(x, kh, kw, **settings_of(stride, padding, dilation)).T


@wrong("im2col", "channels first for channels last")
def patches_channels_first(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    return np.moveaxis(cut, -1, 3).reshape(-1, kh * kw * x.shape[-1])


@wrong("im2col", "taps column by column")
def patches_columns_first(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    return cut.swapaxes(3, 4).reshape(-1, kh * kw * x.shape[-1])


@wrong("im2col", "taps turned round")
def patches_backwards(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    return cut[:, :, :, ::-1, ::-1].reshape(-1, kh * kw * x.shape[-1])


@wrong("im2col", "all numbers in one row")
def patches_one_row(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return windows(x, kh, kw, stride, padding, dilation).ravel()


@wrong("im2col", "only the first channel")
def patches_one_channel(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return windows(x[..., :1], kh, kw, stride, padding, dilation).reshape(-1, kh * kw)


@wrong("im2col", "dilation ignored")
def patches_close(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return patches_indices(x, kh, kw, stride=stride, padding=padding)


@wrong("im2col", "padding ignored")
def patches_no_padding(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return patches_indices(x, kh, kw, stride=stride, dilation=dilation)


@wrong("im2col", None)
def patches_still_windows(x, kh, kw, *, stride=1, padding=0, dilation=1):
    return windows(x, kh, kw, stride, padding, dilation)


@wrong("im2col", None)
def patches_sorted(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = patches_indices(x, kh, kw, **settings_of(stride, padding, dilation))
    return np.sort(cut, axis=1)


# count_conv2d -------------------------------------------------------------------------


def stops(h, w_in, kh, kw, stride, padding):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    return ((h + 2 * ph - kh) // sh + 1) * ((w_in + 2 * pw - kw) // sw + 1)


@right("count_conv2d", "formula")
def count_formula(
    h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True
):
    taps = kh * kw * c_in
    work = stops(h, w_in, kh, kw, stride, padding) * filters * taps
    return filters * (taps + use_bias), work


@right("count_conv2d", "counting arrays")
def count_arrays(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    w, b = np.ones((kh, kw, c_in, filters)), np.ones(filters)
    y = batch(np.ones((1, h, w_in, c_in)), w, 0, stride, padding)
    return w.size + (b.size if use_bias else 0), int(y.size * w[..., 0].size)


@right("count_conv2d", "loops")
def count_loops(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    work = 0
    for _ in range(0, h + 2 * ph - kh + 1, sh):
        for _ in range(0, w_in + 2 * pw - kw + 1, sw):
            work += kh * kw * c_in * filters
    weights = sum(kh * kw * c_in for _ in range(filters))
    return [weights + filters if use_bias else weights, work]


def counted(change):
    """Register nothing: return a wrong count made from the right one."""

    def count(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
        at = stops(h, w_in, kh, kw, stride, padding)
        return change(kh * kw, c_in, filters, at, int(use_bias), h * w_in)

    return count


COUNTS = {
    "channels left out of the count": lambda k, c, f, n, b, a: (
        f * (k + b),
        n * f * k,
    ),
    "filters left out of the count": lambda k, c, f, n, b, a: (k * c + b, n * k * c),
    "bias forgotten": lambda k, c, f, n, b, a: (f * k * c, n * f * k * c),
    "a bias although there is none": lambda k, c, f, n, b, a: (
        f * (k * c + 1),
        n * f * k * c,
    ),
    "one bias for the layer": lambda k, c, f, n, b, a: (f * k * c + b, n * f * k * c),
    "a bias for every kernel": lambda k, c, f, n, b, a: (
        f * c * (k + b),
        n * f * k * c,
    ),
    "weights counted for every stop": lambda k, c, f, n, b, a: (
        n * f * (k * c + b),
        n * f * k * c,
    ),
    "one stop counted": lambda k, c, f, n, b, a: (f * (k * c + b), f * k * c),
    "counted on the input": lambda k, c, f, n, b, a: (
        f * (k * c + b),
        a * f * k * c,
    ),
    "bias counted as a multiplication": lambda k, c, f, n, b, a: (
        f * (k * c + b),
        n * f * (k * c + b),
    ),
    "each multiply-add counted twice": lambda k, c, f, n, b, a: (
        f * (k * c + b),
        2 * n * f * k * c,
    ),
    "weights and work exchanged": lambda k, c, f, n, b, a: (
        n * f * k * c,
        f * (k * c + b),
    ),
}
for mistake, change in COUNTS.items():
    wrong("count_conv2d", mistake)(counted(change))
wrong("count_conv2d", None)(
    counted(lambda k, c, f, n, b, a: (f * (k + c + b), n * f * k * c))
)
wrong("count_conv2d", None)(
    counted(lambda k, c, f, n, b, a: (f * k * c + b, 2 * n * f * k * c))
)


@wrong("to_keras", "axes moved the wrong way")
def keras_backwards(x, w):
    return x.transpose(2, 0, 1), np.einsum("abcd->dcab", w)


@wrong("im2col", "examples innermost")
def im2col_examples_last(x, kh, kw, *, stride=1, padding=0, dilation=1):
    cut = windows(x, kh, kw, stride, padding, dilation)
    _, h, wide, *_ = cut.shape
    found = [
        cut[n, i, j].ravel()
        for i in range(h)
        for j in range(wide)
        for n in range(len(x))
    ]
    return np.array(found)


# values -------------------------------------------------------------------------------

right_value("second_stop", np.float64(-4.0), "a NumPy number")
wrong_value("second_stop", -5, "only the first channel")
wrong_value("second_stop", (-5, 1), "a 2D slice per channel instead of the volume")
wrong_value("second_stop", 3)
right_value("dense_weights", 6e7, "a float")
wrong_value("dense_weights", 20_000_000, "each pixel counted as one number")
wrong_value("wires_and_weights", (576, 144, 144), "weights counted for every stop")
wrong_value("six_filters", (18, 18), "a 2D slice per channel instead of the volume")
wrong_value("six_filters", (6, 6), "channels left out of the count")
wrong_value("only_bias", 1.6, "bias added per tap")
wrong_value("only_bias", 0, "bias forgotten")
wrong_value("batch_weights", 4500, "weights for every example")
wrong_value("corner_pixel", (1, 2), "reshape instead of transpose")
wrong_value("patches_shape", (18, 20), "stops as columns")
wrong_value("numbers_right", 9)
right_value("second_network", [520, 10020, 500], "a list")
wrong_value("second_network", (500, 10000, 500), "bias forgotten")
wrong_value("second_network", (520, 10020, 50))


@wrong("conv2d_batch", "a setting in one direction only")
def batch_dilated_rows(x, w, b, *, stride=1, padding=0, dilation=1):
    return batch(x, w, b, **settings_of(stride, padding, (pair(dilation)[0], 1)))
