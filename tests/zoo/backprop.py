"""Wrong and right answers to lesson 06."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value

view = np.lib.stride_tricks.sliding_window_view


def pair(v):
    return tuple(v) if isinstance(v, tuple | list) else (v, v)


# numeric_gradient -----------------------------------------------------------------


@right("numeric_gradient", "a loop over flat places")
def numeric_flat(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(x.size):
        ahead, back = x.copy(), x.copy()
        ahead.flat[k] += eps
        back.flat[k] -= eps
        dx.flat[k] = np.sum(dy * (f(ahead) - f(back))) / (2 * eps)
    return dx


@right("numeric_gradient", "np.ndindex, moved and put back")
def numeric_put_back(f, x, dy, *, eps=1e-6):
    dx, x = np.empty(x.shape), x.copy()
    for place in np.ndindex(x.shape):
        old = x[place]
        x[place] = old + eps
        up = np.vdot(dy, f(x))
        x[place] = old - eps
        down = np.vdot(dy, f(x))
        x[place] = old
        dx[place] = (up - down) / (2 * eps)
    return dx


@right("numeric_gradient", "one basis vector after another")
def numeric_basis(f, x, dy, *, eps=1e-6):
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [((f(x + s) - f(x - s)) * dy).sum() / eps / 2 for s in steps]
    return np.array(slopes).reshape(x.shape)


@wrong("numeric_gradient", "forward difference instead of central")
def numeric_forward(f, x, dy, *, eps=1e-6):
    dx = np.zeros_like(x)
    for k in range(x.size):
        ahead = x.copy()
        ahead.flat[k] += eps
        dx.flat[k] = np.sum(dy * (f(ahead) - f(x))) / eps
    return dx


@wrong("numeric_gradient", "divided by eps instead of 2 eps")
def numeric_half_distance(f, x, dy, *, eps=1e-6):
    return 2 * numeric_flat(f, x, dy, eps=eps)


@wrong("numeric_gradient", "multiplied by eps instead of divided")
def numeric_no_brackets(f, x, dy, *, eps=1e-6):
    dx = np.zeros(x.shape)
    for k in range(x.size):
        ahead, back = x.copy(), x.copy()
        ahead.flat[k] += eps
        back.flat[k] -= eps
        dx.flat[k] = np.sum(dy * (f(ahead) - f(back))) / 2 * eps
    return dx


@wrong("numeric_gradient", "upstream gradient ignored")
def numeric_no_dy(f, x, dy, *, eps=1e-6):
    return numeric_flat(f, x, np.ones_like(dy), eps=eps)


@wrong("numeric_gradient", "all entries moved at once")
def numeric_together(f, x, dy, *, eps=1e-6):
    return dy * (f(x + eps) - f(x - eps)) / (2 * eps)


@wrong("numeric_gradient", "earlier entries not put back")
def numeric_left_moved(f, x, dy, *, eps=1e-6):
    x, dx = x.copy(), np.zeros_like(x)
    for k in range(x.size):
        x.flat[k] += eps
        up = f(x)
        x.flat[k] -= 2 * eps
        dx.flat[k] = np.sum(dy * (up - f(x))) / (2 * eps)
    return dx


@wrong("numeric_gradient", "both results are one array")
def numeric_one_buffer(f, x, dy, *, eps=1e-6):
    x, dx = x.copy(), np.zeros_like(x)
    for k in range(x.size):
        old = x.flat[k]
        x.flat[k] = old + eps
        up = f(x)
        x.flat[k] = old - eps
        down = f(x)
        x.flat[k] = old
        dx.flat[k] = np.sum(dy * (up - down)) / (2 * eps)
    return dx


@wrong("numeric_gradient", "mean instead of sum")
def numeric_mean(f, x, dy, *, eps=1e-6):
    return numeric_flat(f, x, dy / dy.size, eps=eps)


@wrong("numeric_gradient", "the sign turned round")
def numeric_sign(f, x, dy, *, eps=1e-6):
    return -numeric_flat(f, x, dy, eps=eps)


@wrong("numeric_gradient", None)
def numeric_forward_without_dy(f, x, dy, *, eps=1e-6):
    return numeric_forward(f, x, np.ones_like(dy), eps=eps)


@wrong("numeric_gradient", None)
def numeric_of_squares(f, x, dy, *, eps=1e-6):
    return numeric_flat(lambda z: f(z) ** 2, x, dy, eps=eps)


# relu_backward --------------------------------------------------------------------


@right("relu_backward", "a mask")
def relu_mask(dy, x):
    return dy * (x > 0)


@right("relu_backward", "np.where")
def relu_where(dy, x):
    return np.where(x > 0, dy, 0.0)


@right("relu_backward", "a copy, then zeros")
def relu_copy(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


@right("relu_backward", "a loop, float32")
def relu_loop(dy, x):
    values = [g if v > 0 else 0.0 for g, v in zip(dy.flat, x.flat, strict=True)]
    return np.array(values, dtype=np.float32).reshape(x.shape)


@wrong("relu_backward", "ReLU's slope at 0")
def relu_at_zero(dy, x):
    return dy * (x >= 0)


@wrong("relu_backward", "ReLU's slope at 0")
def relu_half_at_zero(dy, x):
    return dy * (np.sign(x) + 1) / 2


@wrong("relu_backward", "upstream gradient ignored")
def relu_no_dy(dy, x):
    return (x > 0).astype(float)


@wrong("relu_backward", "the wrong array decides")
def relu_of_dy(dy, x):
    return np.maximum(0, dy)


@wrong("relu_backward", "the input in place of the slope")
def relu_times_output(dy, x):
    return dy * np.maximum(0, x)


@wrong("relu_backward", "the gate turned round")
def relu_turned(dy, x):
    return np.where(x > 0, 0.0, dy)


@wrong("relu_backward", None)
def relu_leaky(dy, x):
    return np.where(x > 0, dy, 0.01 * dy)


@wrong("relu_backward", None)
def relu_two_mistakes(dy, x):
    return np.maximum(dy, 0) * (x >= 0)


@wrong("relu_backward", None)
def relu_in_place(dy, x):
    dy[x <= 0] = 0
    return dy


# dense_backward -------------------------------------------------------------------


@right("dense_backward", "matrix products")
def dense_products(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


@right("dense_backward", "einsum")
def dense_einsum(dy, x, w):
    dx = np.einsum("nf,cf->nc", dy, w)
    return dx, np.einsum("nc,nf->cf", x, dy), np.einsum("nf->f", dy)


@right("dense_backward", "a loop over examples")
def dense_loop(dy, x, w):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n in range(len(x)):
        dx[n] = w @ dy[n]
        dw += np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dw, db


@wrong("dense_backward", "w not transposed")
def dense_untransposed(dy, x, w):
    return dy @ w, x.T @ dy, dy.sum(axis=0)


@wrong("dense_backward", "dw transposed")
def dense_dw_transposed(dy, x, w):
    return dy @ w.T, dy.T @ x, dy.sum(axis=0)


@wrong("dense_backward", "dw of the last example only")
def dense_last(dy, x, w):
    for n in range(len(x)):
        dw = np.outer(x[n], dy[n])
    return dy @ w.T, dw, dy.sum(axis=0)


@wrong("dense_backward", "db a mean instead of a sum")
def dense_db_mean(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.mean(axis=0)


@wrong("dense_backward", "batch divided twice")
def dense_divided(dy, x, w):
    return dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0) / len(x)


@wrong("dense_backward", "db summed over the filters")
def dense_db_axis(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.sum(axis=1)


@wrong("dense_backward", "the results in another order")
def dense_order(dy, x, w):
    return x.T @ dy, dy @ w.T, dy.sum(axis=0)


@wrong("dense_backward", "upstream gradient ignored")
def dense_no_dy(dy, x, w):
    return dense_products(np.ones_like(dy), x, w)


@wrong("dense_backward", None)
def dense_two_mistakes(dy, x, w):
    return dy @ w.T, np.outer(x[-1], dy[-1]), dy.mean(axis=0)


@wrong("dense_backward", None)
def dense_two_results(dy, x, w):
    return dy @ w.T, x.T @ dy


@wrong("dense_backward", None)
def dense_negative(dy, x, w):
    return -dy @ w.T, x.T @ dy, dy.sum(axis=0)


# conv1d_backward ------------------------------------------------------------------


@right("conv1d_backward", "slices")
def conv1d_slices(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(dy)):
        window = slice(i * stride, i * stride + len(w))
        dx[window] += dy[i] * w
        dw += dy[i] * x[window]
    return dx, dw, dy.sum()


@right("conv1d_backward", "the matrix of the convolution")
def conv1d_matrix(dy, x, w, *, stride=1):
    to_w = np.zeros((len(dy), len(x), len(w)))
    for i in range(len(dy)):
        for p in range(len(w)):
            to_w[i, i * stride + p, p] = 1
    dx = np.einsum("i,inp,p->n", dy, to_w, w)
    return dx, np.einsum("i,inp,n->p", dy, to_w, x), float(np.sum(dy))


@right("conv1d_backward", "stretched and convolved")
def conv1d_stretched(dy, x, w, *, stride=1):
    wide = np.zeros((len(dy) - 1) * stride + 1)
    wide[::stride] = dy
    dx = np.zeros(len(x))
    full = view(np.pad(wide, len(w) - 1), len(w)) @ w[::-1]
    dx[: len(full)] = full
    return dx, view(x, len(wide))[: len(w)] @ wide, dy.sum()


@right("conv1d_backward", "four single loops, float32")
def conv1d_singles(dy, x, w, *, stride=1):
    dx, dw = np.zeros(len(x), np.float32), np.zeros(len(w), np.float32)
    for i in range(len(dy)):
        for p in range(len(w)):
            dx[i * stride + p] += dy[i] * w[p]
            dw[p] += dy[i] * x[i * stride + p]
    return dx, dw, sum(dy)


@wrong("conv1d_backward", "dx assigned instead of accumulated")
def conv1d_assigned(dy, x, w, *, stride=1):
    _, dw, db = conv1d_slices(dy, x, w, stride=stride)
    dx = np.zeros_like(x)
    for i in range(len(dy)):
        dx[i * stride : i * stride + len(w)] = dy[i] * w
    return dx, dw, db


@wrong("conv1d_backward", "kernel not flipped in the full-convolution form")
def conv1d_unflipped(dy, x, w, *, stride=1):
    dx = conv1d_slices(dy, x, w[::-1], stride=stride)[0]
    return dx, *conv1d_slices(dy, x, w, stride=stride)[1:]


@wrong("conv1d_backward", "dw turned round")
def conv1d_dw_turned(dy, x, w, *, stride=1):
    dx, dw, db = conv1d_slices(dy, x, w, stride=stride)
    return dx, dw[::-1].copy(), db


@wrong("conv1d_backward", "dw assigned instead of accumulated")
def conv1d_dw_assigned(dy, x, w, *, stride=1):
    dx, dw, db = conv1d_slices(dy, x, w, stride=stride)
    for i in range(len(dy)):
        dw = dy[i] * x[i * stride : i * stride + len(w)]
    return dx, dw, db


@wrong("conv1d_backward", "stride ignored")
def conv1d_dense(dy, x, w, *, stride=1):
    return conv1d_slices(dy, x, w)


@wrong("conv1d_backward", "stride ignored in dx")
def conv1d_dx_dense(dy, x, w, *, stride=1):
    dx = conv1d_slices(dy, x, w)[0]
    return dx, *conv1d_slices(dy, x, w, stride=stride)[1:]


@wrong("conv1d_backward", "stride ignored in dx")
def conv1d_full_at_any_stride(dy, x, w, *, stride=1):
    dx = view(np.pad(dy, len(w) - 1), len(w)) @ w[::-1]
    return dx, *conv1d_slices(dy, x, w, stride=stride)[1:]


@wrong("conv1d_backward", "stride ignored in dw")
def conv1d_dw_dense(dy, x, w, *, stride=1):
    dx, _, db = conv1d_slices(dy, x, w, stride=stride)
    return dx, conv1d_slices(dy, x, w)[1], db


@wrong("conv1d_backward", "db a mean instead of a sum")
def conv1d_db_mean(dy, x, w, *, stride=1):
    return *conv1d_slices(dy, x, w, stride=stride)[:2], dy.mean()


@wrong("conv1d_backward", "db not summed over the positions")
def conv1d_db_dy(dy, x, w, *, stride=1):
    return *conv1d_slices(dy, x, w, stride=stride)[:2], dy.copy()


@wrong("conv1d_backward", "upstream gradient ignored")
def conv1d_ones(dy, x, w, *, stride=1):
    return conv1d_slices(np.ones_like(dy), x, w, stride=stride)


@wrong("conv1d_backward", None)
def conv1d_two_mistakes(dy, x, w, *, stride=1):
    dx, dw, _ = conv1d_slices(dy, x, w, stride=stride)
    return dx, dw[::-1].copy(), dy.mean()


@wrong("conv1d_backward", None)
def conv1d_scaled(dy, x, w, *, stride=1):
    dx, dw, db = conv1d_slices(dy, x, w, stride=stride)
    return dx / len(w), dw, db


# conv2d_backward and its family -----------------------------------------------------


def reference(dy, x, w, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            at = (
                slice(None),
                slice(i * sh, i * sh + dh * (kh - 1) + 1, dh),
                slice(j * sw, j * sw + dv * (kw - 1) + 1, dv),
            )
            dw += np.tensordot(xp[at], dy[:, i, j], axes=(0, 0))
            dxp[at] += np.tensordot(dy[:, i, j], w, axes=(1, 3))
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


def padded(x, padding):
    ph, pw = pair(padding)
    return np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))


@right("conv2d_backward", "window slices")
def conv2d_slices(dy, x, w, *, stride=1, padding=0, dilation=1):
    return reference(dy, x, w, stride, padding, dilation)


@right("conv2d_backward", "a loop over taps")
def conv2d_taps(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    xp = padded(x, padding)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    h, wide = dy.shape[1:3]
    for p in range(w.shape[0]):
        for q in range(w.shape[1]):
            rows = slice(p * dh, p * dh + (h - 1) * sh + 1, sh)
            columns = slice(q * dv, q * dv + (wide - 1) * sw + 1, sw)
            dw[p, q] = np.einsum("nijc,nijf->cf", xp[:, rows, columns], dy)
            dxp[:, rows, columns] += dy @ w[p, q].T
    dx = dxp[:, ph : xp.shape[1] - ph, pw : xp.shape[2] - pw]
    return dx, dw, dy.reshape(-1, dy.shape[-1]).sum(axis=0)


@right("conv2d_backward", "im2col and back")
def conv2d_im2col(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    xp = padded(x, padding)
    rows = np.arange(dy.shape[1])[:, None] * sh + np.arange(w.shape[0]) * dh
    columns = np.arange(dy.shape[2])[:, None] * sw + np.arange(w.shape[1]) * dv
    at = (slice(None), rows[:, None, :, None], columns[None, :, None, :])
    flat = dy.reshape(-1, dy.shape[-1])
    dw = xp[at].reshape(len(flat), -1).T @ flat
    dxp = np.zeros_like(xp)
    back = (flat @ w.reshape(-1, w.shape[-1]).T).reshape(xp[at].shape)
    np.add.at(dxp, at, back)
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2], :]
    return dx, dw.reshape(w.shape), flat.sum(axis=0)


@right("conv2d_backward", "seven loops")
def conv2d_loops(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[3])
    for n, i, j, f in np.ndindex(dy.shape):
        db[f] += dy[n, i, j, f]
        for p, q in np.ndindex(w.shape[:2]):
            row, column = i * sh + p * dh - ph, j * sw + q * dv - pw
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                dx[n, row, column] += dy[n, i, j, f] * w[p, q, :, f]
                dw[p, q, :, f] += dy[n, i, j, f] * x[n, row, column]
    return dx, dw, db


@right("conv2d_backward", "float32 inside")
def conv2d_float32(dy, x, w, *, stride=1, padding=0, dilation=1):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    return reference(dy, x, w, stride, padding, dilation)


@wrong("conv2d_backward", "dx assigned instead of accumulated")
def conv2d_assigned(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    dxp = np.zeros_like(padded(x, padding))
    for n, i, j in np.ndindex(dy.shape[:3]):
        rows = slice(i * sh, i * sh + dh * (w.shape[0] - 1) + 1, dh)
        columns = slice(j * sw, j * sw + dv * (w.shape[1] - 1) + 1, dv)
        dxp[n, rows, columns] = w @ dy[n, i, j]
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "kernel not flipped in the full-convolution form")
def conv2d_unflipped(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx = reference(dy, x, w[::-1, ::-1], stride, padding, dilation)[0]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "dx not cropped")
def conv2d_uncropped(dy, x, w, *, stride=1, padding=0, dilation=1):
    return reference(dy, padded(x, padding), w, stride, 0, dilation)


@wrong("conv2d_backward", "dx cropped with [p:-p] at p = 0")
def conv2d_minus_zero(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, padded(x, padding), w, stride, 0, dilation)
    ph, pw = pair(padding)
    return dx[:, ph:-ph, pw:-pw], dw, db


@wrong("conv2d_backward", "padding ignored in dx")
def conv2d_corner_crop(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, padded(x, padding), w, stride, 0, dilation)
    return dx[:, : x.shape[1], : x.shape[2]], dw, db


@wrong("conv2d_backward", "padding ignored in dw")
def conv2d_dw_unpadded(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    (ph, pw) = pair(padding)
    late = np.pad(x, ((0, 0), (0, 2 * ph), (0, 2 * pw), (0, 0)))
    return dx, reference(dy, late, w, stride, 0, dilation)[1], db


@wrong("conv2d_backward", "stride ignored in dx")
def conv2d_dx_dense(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx = reference(dy, x, w, 1, padding, dilation)[0]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "stride ignored in dw")
def conv2d_dw_dense(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    return dx, reference(dy, x, w, 1, padding, dilation)[1], db


@wrong("conv2d_backward", "stride ignored")
def conv2d_no_stride(dy, x, w, *, stride=1, padding=0, dilation=1):
    return reference(dy, x, w, 1, padding, dilation)


@wrong("conv2d_backward", "dilation ignored in dx")
def conv2d_dx_tight(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx = reference(dy, x, w, stride, padding, 1)[0]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "dilation ignored in dw")
def conv2d_dw_tight(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    return dx, reference(dy, x, w, stride, padding, 1)[1], db


@wrong("conv2d_backward", "dw of the last example only")
def conv2d_last_example(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    for n in range(len(x)):
        dw = reference(dy[n : n + 1], x[n : n + 1], w, stride, padding, dilation)[1]
    return dx, dw, db


@wrong("conv2d_backward", "db a mean instead of a sum")
def conv2d_db_mean(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, _ = reference(dy, x, w, stride, padding, dilation)
    return dx, dw, dy.mean(axis=(0, 1, 2))


@wrong("conv2d_backward", "batch divided twice")
def conv2d_batch_twice(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, x, w, stride, padding, dilation)
    return dx, dw / len(x), db / len(x)


@wrong("conv2d_backward", "dw turned round")
def conv2d_dw_turned(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, x, w, stride, padding, dilation)
    return dx, dw[::-1, ::-1].copy(), db


@wrong("conv2d_backward", "upstream gradient ignored")
def conv2d_ones(dy, x, w, *, stride=1, padding=0, dilation=1):
    return reference(np.ones_like(dy), x, w, stride, padding, dilation)


@wrong("conv2d_backward", "db not summed over the positions")
def conv2d_db_map(dy, x, w, *, stride=1, padding=0, dilation=1):
    return *reference(dy, x, w, stride, padding, dilation)[:2], dy.sum(axis=0)


@wrong("conv2d_backward", "db summed over the filters")
def conv2d_db_total(dy, x, w, *, stride=1, padding=0, dilation=1):
    return *reference(dy, x, w, stride, padding, dilation)[:2], dy.sum()


@wrong("conv2d_backward", "only the first example")
def conv2d_first_example(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    first = np.repeat(x[:1], len(x), axis=0)
    return dx, reference(dy, first, w, stride, padding, dilation)[1], db


@wrong("conv2d_backward", None)
def conv2d_two_mistakes(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, _ = reference(dy, x, w[::-1, ::-1], stride, padding, dilation)
    return dx, dw, dy.mean(axis=(0, 1, 2))


@wrong("conv2d_backward", None)
def conv2d_uncropped_turned(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, padded(x, padding), w, stride, 0, dilation)
    return dx, dw[::-1, ::-1].copy(), db


@wrong("conv2d_backward", None)
def conv2d_shifted(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, x, w, stride, padding, dilation)
    return np.roll(dx, 1, axis=1), dw, db


@wrong("conv2d_backward", None)
def conv2d_absolute(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, x, w, stride, padding, dilation)
    return dx, np.abs(dw), db


def grouped(dy, x, w, groups, *settings):
    blocks = (np.split(a, groups, axis=-1) for a in (dy, x, w))
    parts = [reference(*block, *settings) for block in zip(*blocks, strict=True)]
    return tuple(np.concatenate(p, axis=-1) for p in zip(*parts, strict=True))


@right("grouped_conv2d_backward", "split and joined")
def grouped_split(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(dy, x, w, groups, stride, padding, dilation)


@right("grouped_conv2d_backward", "a full kernel with zeros")
def grouped_full(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    c_in, c_out = x.shape[3], w.shape[3]
    mask = np.kron(np.eye(groups), np.ones((c_in // groups, c_out // groups)))
    wide = np.tile(w, (1, 1, groups, 1)) * mask
    dx, dw, db = reference(dy, x, wide, stride, padding, dilation)
    dw = (dw * mask).reshape(*w.shape[:2], groups, c_in // groups, c_out).sum(axis=2)
    return dx, dw, db


@right("grouped_conv2d_backward", "slices of each group")
def grouped_slices(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    a, b = x.shape[3] // groups, w.shape[3] // groups
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * b, (g + 1) * b)
        dx[..., ins], dw[..., outs], _ = reference(
            dy[..., outs], x[..., ins], w[..., outs], stride, padding, dilation
        )
    return dx, dw, dy.sum((0, 1, 2))


@wrong("grouped_conv2d_backward", "groups take every other channel")
def grouped_woven(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for g in range(groups):
        every = slice(g, None, groups)
        dx[..., every], dw[..., every], _ = reference(
            dy[..., every], x[..., every], w[..., every], stride, padding, dilation
        )
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong("grouped_conv2d_backward", "only one group")
def grouped_first(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    keep = np.arange(dy.shape[3]) < dy.shape[3] // groups
    dx, dw, _ = grouped(dy * keep, x, w, groups, stride, padding, dilation)
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong("grouped_conv2d_backward", "dx not cropped")
def grouped_uncropped(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(dy, padded(x, padding), w, groups, stride, 0, dilation)


@wrong("grouped_conv2d_backward", "db a mean instead of a sum")
def grouped_db_mean(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    dx, dw, _ = grouped(dy, x, w, groups, stride, padding, dilation)
    return dx, dw, dy.mean(axis=(0, 1, 2))


@wrong("grouped_conv2d_backward", "stride ignored")
def grouped_no_stride(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    return grouped(dy, x, w, groups, 1, padding, dilation)


@wrong("grouped_conv2d_backward", None)
def grouped_doubled(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    dx, dw, db = grouped(dy, x, w, groups, stride, padding, dilation)
    return dx, dw * groups, db


@wrong("grouped_conv2d_backward", None)
def grouped_two_mistakes(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    dx, dw, db = grouped_woven(
        dy, x, w, groups=groups, stride=stride, padding=padding, dilation=dilation
    )
    return dx, dw[::-1, ::-1].copy(), db


def depthwise(dy, x, w, *settings):
    flat = w.reshape(*w.shape[:2], 1, -1)
    dx, dw, db = grouped(dy, x, flat, x.shape[3], *settings)
    return dx, dw.reshape(w.shape), db


@right("depthwise_conv2d_backward", "as a grouped one")
def depthwise_grouped(dy, x, w, *, stride=1, padding=0, dilation=1):
    return depthwise(dy, x, w, stride, padding, dilation)


@right("depthwise_conv2d_backward", "channel by channel")
def depthwise_channels(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, m = np.zeros_like(x), np.zeros_like(w), w.shape[3]
    for c in range(x.shape[3]):
        dx[..., c : c + 1], dw[:, :, c : c + 1], _ = reference(
            dy[..., c * m : (c + 1) * m],
            x[..., c : c + 1],
            w[:, :, c : c + 1],
            stride,
            padding,
            dilation,
        )
    return dx, dw, dy.sum(axis=(0, 1, 2))


@right("depthwise_conv2d_backward", "taps and einsum")
def depthwise_einsum(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    n, h, wide = dy.shape[:3]
    split = dy.reshape(n, h, wide, *w.shape[2:])
    xp = padded(x, padding)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for p, q in np.ndindex(w.shape[:2]):
        rows = slice(p * dh, p * dh + (h - 1) * sh + 1, sh)
        columns = slice(q * dv, q * dv + (wide - 1) * sw + 1, sw)
        dw[p, q] = np.einsum("nijc,nijcm->cm", xp[:, rows, columns], split)
        dxp[:, rows, columns] += np.einsum("nijcm,cm->nijc", split, w[p, q])
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong("depthwise_conv2d_backward", "multiplier order turned round")
def depthwise_order(dy, x, w, *, stride=1, padding=0, dilation=1):
    c, m = w.shape[2:]
    woven = dy.reshape(*dy.shape[:3], m, c).swapaxes(3, 4).reshape(dy.shape)
    dx, dw, _ = depthwise(woven, x, w, stride, padding, dilation)
    return dx, dw, dy.sum(axis=(0, 1, 2))


@wrong("depthwise_conv2d_backward", "kernel not flipped in the full-convolution form")
def depthwise_unflipped(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx = depthwise(dy, x, w[::-1, ::-1], stride, padding, dilation)[0]
    return dx, *depthwise(dy, x, w, stride, padding, dilation)[1:]


@wrong("depthwise_conv2d_backward", "padding ignored in dx")
def depthwise_corner(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = depthwise(dy, padded(x, padding), w, stride, 0, dilation)
    return dx[:, : x.shape[1], : x.shape[2]], dw, db


@wrong("depthwise_conv2d_backward", "dw turned round")
def depthwise_turned(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = depthwise(dy, x, w, stride, padding, dilation)
    return dx, dw[::-1, ::-1].copy(), db


@wrong("depthwise_conv2d_backward", None)
def depthwise_grouped_shape(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = depthwise(dy, x, w, stride, padding, dilation)
    return dx, dw.reshape(*w.shape[:2], 1, -1), db


@wrong("depthwise_conv2d_backward", None)
def depthwise_two_mistakes(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, _ = depthwise(dy, x, w, 1, padding, dilation)
    return dx, dw, dy.mean(axis=(0, 1, 2))


# Pooling ----------------------------------------------------------------------------


def stops(dy, size, stride):
    kh, kw = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    for i, j in np.ndindex(dy.shape[1:3]):
        yield i, j, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)


@right("max_pool2d_backward", "argmax of each window")
def max_argmax(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        for n in range(len(x)):
            for c in range(x.shape[3]):
                window = x[n, rows, columns, c]
                p, q = np.unravel_index(np.argmax(window), window.shape)
                dx[n, rows.start + p, columns.start + q, c] += dy[n, i, j, c]
    return dx


@right("max_pool2d_backward", "a search by hand")
def max_search(dy, x, size, *, stride=None):
    dx = np.zeros(x.shape)
    for i, j, rows, columns in stops(dy, size, stride):
        for n, c in np.ndindex(len(x), x.shape[3]):
            best, at = -np.inf, None
            for r in range(rows.start, rows.stop):
                for k in range(columns.start, columns.stop):
                    if x[n, r, k, c] > best:
                        best, at = x[n, r, k, c], (n, r, k, c)
            dx[at] += dy[n, i, j, c]
    return dx


@right("max_pool2d_backward", "one-hot windows, all examples at once")
def max_one_hot(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        window = x[:, rows, columns]
        flat = window.reshape(len(x), -1, x.shape[3])
        hot = np.arange(flat.shape[1])[None, :, None] == flat.argmax(1)[:, None]
        dx[:, rows, columns] += (hot * dy[:, i, j][:, None]).reshape(window.shape)
    return dx


def max_with(share):
    def make(dy, x, size, stride):
        dx = np.zeros_like(x)
        for i, j, rows, columns in stops(dy, size, stride):
            window = x[:, rows, columns]
            dx[:, rows, columns] += share(window) * dy[:, i : i + 1, j : j + 1]
        return dx

    return make


def is_top(window):
    return window == window.max(axis=(1, 2), keepdims=True)


@wrong("max_pool2d_backward", "ties sent to every maximum")
def max_every_tie(dy, x, size, *, stride=None):
    return max_with(is_top)(dy, x, size, stride)


@wrong("max_pool2d_backward", "ties shared between the maxima")
def max_shared_tie(dy, x, size, *, stride=None):
    def share(window):
        top = is_top(window)
        return top / top.sum(axis=(1, 2), keepdims=True)

    return max_with(share)(dy, x, size, stride)


@wrong("max_pool2d_backward", "ties sent to the last maximum")
def max_last_tie(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        for n, c in np.ndindex(len(x), x.shape[3]):
            window = x[n, rows, columns, c]
            p, q = np.argwhere(window == window.max())[-1]
            dx[n, rows.start + p, columns.start + q, c] += dy[n, i, j, c]
    return dx


@wrong("max_pool2d_backward", "dx assigned instead of accumulated")
def max_assigned(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        for n, c in np.ndindex(len(x), x.shape[3]):
            window = x[n, rows, columns, c]
            p, q = np.unravel_index(window.argmax(), window.shape)
            dx[n, rows.start + p, columns.start + q, c] = dy[n, i, j, c]
    return dx


@wrong("max_pool2d_backward", "gradient sent to the whole window")
def max_everywhere(dy, x, size, *, stride=None):
    return max_with(np.ones_like)(dy, x, size, stride)


@wrong("max_pool2d_backward", "averaged instead of sent to the maximum")
def max_averaged(dy, x, size, *, stride=None):
    return max_with(lambda v: np.ones_like(v) / v[0, :, :, 0].size)(dy, x, size, stride)


@wrong("max_pool2d_backward", "upstream gradient ignored")
def max_no_dy(dy, x, size, *, stride=None):
    return max_argmax(np.ones_like(dy), x, size, stride=stride)


@wrong("max_pool2d_backward", "stride ignored")
def max_dense(dy, x, size, *, stride=None):
    return max_argmax(dy, x, size, stride=1)


@wrong("max_pool2d_backward", "one maximum for all channels")
def max_all_channels(dy, x, size, *, stride=None):
    return max_with(lambda v: v == v.max(axis=(1, 2, 3), keepdims=True))(
        dy, x, size, stride
    )


@wrong("max_pool2d_backward", "the winner's place counted from the corner")
def max_corner(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        for n, c in np.ndindex(len(x), x.shape[3]):
            window = x[n, rows, columns, c]
            p, q = np.unravel_index(window.argmax(), window.shape)
            dx[n, p, q, c] += dy[n, i, j, c]
    return dx


@wrong("max_pool2d_backward", None)
def max_ties_and_assigned(dy, x, size, *, stride=None):
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        dx[:, rows, columns] = is_top(x[:, rows, columns]) * dy[:, i : i + 1, j : j + 1]
    return dx


@wrong("max_pool2d_backward", None)
def max_absolute(dy, x, size, *, stride=None):
    return max_argmax(dy, np.abs(x), size, stride=stride)


@right("avg_pool2d_backward", "shares of each window")
def avg_shares(dy, x, size, *, stride=None):
    return max_with(lambda v: np.ones_like(v) / v[0, :, :, 0].size)(dy, x, size, stride)


@right("avg_pool2d_backward", "a loop over taps")
def avg_taps(dy, x, size, *, stride=None):
    kh, kw = pair(size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    dx = np.zeros(x.shape)
    for p in range(kh):
        for q in range(kw):
            rows = slice(p, p + (dy.shape[1] - 1) * sh + 1, sh)
            columns = slice(q, q + (dy.shape[2] - 1) * sw + 1, sw)
            dx[:, rows, columns] += dy
    return dx / (kh * kw)


@right("avg_pool2d_backward", "single pixels")
def avg_pixels(dy, x, size, *, stride=None):
    kh, kw = pair(size)
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        for r in range(rows.start, rows.stop):
            for c in range(columns.start, columns.stop):
                dx[:, r, c] += dy[:, i, j] / kh / kw
    return dx


@wrong("avg_pool2d_backward", "gradient shared instead of divided")
def avg_undivided(dy, x, size, *, stride=None):
    return max_with(np.ones_like)(dy, x, size, stride)


@wrong("avg_pool2d_backward", "divided by one side of the window")
def avg_by_height(dy, x, size, *, stride=None):
    return max_with(lambda v: np.ones_like(v) / v.shape[1])(dy, x, size, stride)


@wrong("avg_pool2d_backward", "dx assigned instead of accumulated")
def avg_assigned(dy, x, size, *, stride=None):
    kh, kw = pair(size)
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, stride):
        dx[:, rows, columns] = dy[:, i : i + 1, j : j + 1] / (kh * kw)
    return dx


@wrong("avg_pool2d_backward", "gradient sent to the maximum")
def avg_to_maximum(dy, x, size, *, stride=None):
    return max_argmax(dy, x, size, stride=stride)


@wrong("avg_pool2d_backward", "stride ignored")
def avg_dense(dy, x, size, *, stride=None):
    return avg_taps(dy, x, size, stride=1)


@wrong("avg_pool2d_backward", None)
def avg_by_x(dy, x, size, *, stride=None):
    return avg_taps(dy, x, size, stride=stride) * x


@wrong("avg_pool2d_backward", None)
def avg_two_mistakes(dy, x, size, *, stride=None):
    kh, kw = pair(size)
    return avg_taps(dy, x, size, stride=1) * kh * kw


@right("global_avg_pool2d_backward", "broadcast")
def global_broadcast(dy, x):
    return np.ones_like(x) * dy[:, None, None] / (x.shape[1] * x.shape[2])


@right("global_avg_pool2d_backward", "np.full")
def global_loop(dy, x):
    dx = np.empty_like(x)
    for n, c in np.ndindex(dy.shape):
        dx[n, :, :, c] = dy[n, c] / x[n, :, :, c].size
    return dx


@right("global_avg_pool2d_backward", "repeated")
def global_tiled(dy, x):
    _, h, w, _ = x.shape
    return np.tile(dy[:, None, None, :] / h / w, (1, h, w, 1))


@wrong("global_avg_pool2d_backward", "gradient shared instead of divided")
def global_undivided(dy, x):
    return np.broadcast_to(dy[:, None, None], x.shape).copy()


@wrong("global_avg_pool2d_backward", "not spread over the map")
def global_small(dy, x):
    return dy[:, None, None] / (x.shape[1] * x.shape[2])


@wrong("global_avg_pool2d_backward", "divided by the channels as well")
def global_by_size(dy, x):
    return np.ones_like(x) * dy[:, None, None] / x[0].size


@wrong("global_avg_pool2d_backward", "batch divided twice")
def global_by_batch(dy, x):
    return global_broadcast(dy, x) / len(x)


@wrong("global_avg_pool2d_backward", None)
def global_squared(dy, x):
    return np.ones_like(x) * dy[:, None, None] / (x.shape[1] * x.shape[2]) ** 2


# conv2d_dw --------------------------------------------------------------------------


@right("conv2d_dw", "both indices count up")
def dw_up(dy, x, kh, kw, *, stride=1):
    sh, sw = pair(stride)
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]))
    for i, j in np.ndindex(dy.shape[1:3]):
        for p, q in np.ndindex(kh, kw):
            dw[p, q] += x[:, i * sh + p, j * sw + q].T @ dy[:, i, j]
    return dw


@right("conv2d_dw", "windows and einsum")
def dw_einsum(dy, x, kh, kw, *, stride=1):
    sh, sw = pair(stride)
    windows = view(x, (kh, kw), axis=(1, 2))[:, ::sh, ::sw]
    return np.einsum("nijcpq,nijf->pqcf", windows, dy)


@right("conv2d_dw", "written down mirrored, then turned")
def dw_turned_twice(dy, x, kh, kw, *, stride=1):
    return dw_down(dy, x, kh, kw, stride=stride)[::-1, ::-1]


@wrong("conv2d_dw", "dw turned round")
def dw_down(dy, x, kh, kw, *, stride=1):
    return dw_up(dy, x, kh, kw, stride=stride)[::-1, ::-1].copy()


@wrong("conv2d_dw", "dw turned round along one axis")
def dw_half_mended(dy, x, kh, kw, *, stride=1):
    return dw_up(dy, x, kh, kw, stride=stride)[:, ::-1].copy()


@wrong("conv2d_dw", "stride ignored in dw")
def dw_dense(dy, x, kh, kw, *, stride=1):
    return dw_up(dy, x, kh, kw)


@wrong("conv2d_dw", "upstream gradient ignored")
def dw_ones(dy, x, kh, kw, *, stride=1):
    return dw_up(np.ones_like(dy), x, kh, kw, stride=stride)


@wrong("conv2d_dw", None)
def dw_down_and_dense(dy, x, kh, kw, *, stride=1):
    return dw_down(dy, x, kh, kw)


@wrong("conv2d_dw", None)
def dw_swapped(dy, x, kh, kw, *, stride=1):
    return -dw_up(dy, x, kh, kw, stride=stride)


# conv2d_plane_backward ----------------------------------------------------------------


@right("conv2d_plane_backward", "window slices")
def plane_slices(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i, j in np.ndindex(dy.shape):
        rows = slice(i * stride, i * stride + len(w))
        columns = slice(j * stride, j * stride + w.shape[1])
        dw += dy[i, j] * x[rows, columns]
        dx[rows, columns] += dy[i, j] * w
    return dx, dw, dy.sum()


@right("conv2d_plane_backward", "a loop over the taps")
def plane_taps(dy, x, w, *, stride=1):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    ends = [(n - 1) * stride + 1 for n in dy.shape]
    for p, q in np.ndindex(w.shape):
        at = slice(p, p + ends[0], stride), slice(q, q + ends[1], stride)
        dw[p, q] = np.sum(dy * x[at])
        dx[at] += dy * w[p, q]
    return dx, dw, float(np.sum(dy))


@right("conv2d_plane_backward", "four loops, float32")
def plane_singles(dy, x, w, *, stride=1):
    dx, dw = np.zeros(x.shape, np.float32), np.zeros(w.shape, np.float32)
    for i, j in np.ndindex(dy.shape):
        for p, q in np.ndindex(w.shape):
            dx[i * stride + p, j * stride + q] += dy[i, j] * w[p, q]
            dw[p, q] += dy[i, j] * x[i * stride + p, j * stride + q]
    return dx, dw, dy.sum()


@wrong("conv2d_plane_backward", "dx assigned instead of accumulated")
def plane_assigned(dy, x, w, *, stride=1):
    _, dw, db = plane_slices(dy, x, w, stride=stride)
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dy.shape):
        rows = slice(i * stride, i * stride + len(w))
        dx[rows, j * stride : j * stride + w.shape[1]] = dy[i, j] * w
    return dx, dw, db


@wrong("conv2d_plane_backward", "kernel not flipped in the full-convolution form")
def plane_unflipped(dy, x, w, *, stride=1):
    dx = plane_slices(dy, x, w[::-1, ::-1], stride=stride)[0]
    return dx, *plane_slices(dy, x, w, stride=stride)[1:]


@wrong("conv2d_plane_backward", "dw turned round")
def plane_dw_turned(dy, x, w, *, stride=1):
    dx, dw, db = plane_slices(dy, x, w, stride=stride)
    return dx, dw[::-1, ::-1].copy(), db


@wrong("conv2d_plane_backward", "dw turned round along one axis")
def plane_dw_half_turned(dy, x, w, *, stride=1):
    dx, dw, db = plane_slices(dy, x, w, stride=stride)
    return dx, dw[:, ::-1].copy(), db


@wrong("conv2d_plane_backward", "stride ignored in dx")
def plane_dx_dense(dy, x, w, *, stride=1):
    dx = plane_slices(dy, x, w)[0]
    return dx, *plane_slices(dy, x, w, stride=stride)[1:]


@wrong("conv2d_plane_backward", "stride ignored")
def plane_dense(dy, x, w, *, stride=1):
    return plane_slices(dy, x, w)


@wrong("conv2d_plane_backward", "dw assigned instead of accumulated")
def plane_dw_last(dy, x, w, *, stride=1):
    dx, _, db = plane_slices(dy, x, w, stride=stride)
    i, j = (n - 1 for n in dy.shape)
    last = x[i * stride : i * stride + len(w), j * stride : j * stride + w.shape[1]]
    return dx, dy[-1, -1] * last, db


@wrong("conv2d_plane_backward", "db a mean instead of a sum")
def plane_db_mean(dy, x, w, *, stride=1):
    return *plane_slices(dy, x, w, stride=stride)[:2], dy.mean()


@wrong("conv2d_plane_backward", "upstream gradient ignored")
def plane_ones(dy, x, w, *, stride=1):
    return plane_slices(np.ones_like(dy), x, w, stride=stride)


@wrong("conv2d_plane_backward", None)
def plane_two_mistakes(dy, x, w, *, stride=1):
    dx, dw, _ = plane_slices(dy, x, w, stride=stride)
    return dx, dw[::-1, ::-1].copy(), dy.mean()


@wrong("conv2d_plane_backward", None)
def plane_scaled(dy, x, w, *, stride=1):
    dx, dw, db = plane_slices(dy, x, w, stride=stride)
    return dx, dw / w.size, db


# network_backward ---------------------------------------------------------------------


def network_steps(x, w, b):
    """Return y, the maps after ReLU, and the pooled maps."""
    y = np.einsum("nijcpq,pqcf->nijf", view(x, w.shape[:2], axis=(1, 2)), w) + b
    r = np.maximum(y, 0)
    h, w_in = y.shape[1] // 2 * 2, y.shape[2] // 2 * 2
    m = np.maximum(r[:, :h:2, :w_in:2], r[:, 1:h:2, :w_in:2])
    return y, r, np.maximum(m, np.maximum(r[:, :h:2, 1:w_in:2], r[:, 1:h:2, 1:w_in:2]))


@right("network_backward", "the four functions in a row")
def network_in_a_row(dz, x, w, b, v):
    y, r, m = network_steps(x, w, b)
    dm, dv, _ = dense_products(dz, m.reshape(len(x), -1), v)
    dr = max_argmax(dm.reshape(m.shape), r, 2)
    return *reference(relu_mask(dr, y), x, w), dv


@right("network_backward", "pooled before ReLU")
def network_pooled_first(dz, x, w, b, v):
    y, _, m = network_steps(x, w, b)
    dm = (dz @ v.T).reshape(m.shape)
    dx, dw, db = reference(max_argmax(dm * (m > 0), y, 2), x, w)
    return dx, dw, db, m.reshape(len(x), -1).T @ dz


@right("network_backward", "the gate from the maps after ReLU")
def network_gate_of_r(dz, x, w, b, v):
    _, r, m = network_steps(x, w, b)
    dr = max_argmax((dz @ v.T).reshape(m.shape), r, 2)
    dx, dw, db = reference(np.where(r > 0, dr, 0.0), x, w)
    return dx, dw, db, np.einsum("nk,nu->ku", m.reshape(len(x), -1), dz)


@wrong("network_backward", "ReLU left out")
def network_without_relu(dz, x, w, b, v):
    _, r, m = network_steps(x, w, b)
    dr = max_argmax((dz @ v.T).reshape(m.shape), r, 2)
    return *reference(dr, x, w), m.reshape(len(x), -1).T @ dz


@wrong("network_backward", "bias forgotten")
def network_without_bias(dz, x, w, b, v):
    return network_in_a_row(dz, x, w, np.zeros_like(b), v)


@wrong("network_backward", "gradient sent to the whole window")
def network_whole_windows(dz, x, w, b, v):
    y, _, m = network_steps(x, w, b)
    dm = (dz @ v.T).reshape(m.shape).repeat(2, axis=1).repeat(2, axis=2)
    dr = np.zeros_like(y)
    dr[:, : dm.shape[1], : dm.shape[2]] = dm
    return *reference(dr * (y > 0), x, w), m.reshape(len(x), -1).T @ dz


@wrong("network_backward", "the results in another order")
def network_dv_before_db(dz, x, w, b, v):
    dx, dw, db, dv = network_in_a_row(dz, x, w, b, v)
    return dx, dw, dv, db


@wrong("network_backward", "upstream gradient ignored")
def network_of_ones(dz, x, w, b, v):
    return network_in_a_row(np.ones_like(dz), x, w, b, v)


@wrong("network_backward", "batch divided twice")
def network_divided(dz, x, w, b, v):
    return network_in_a_row(dz / len(dz), x, w, b, v)


@wrong("network_backward", None)
def network_relu_and_bias(dz, x, w, b, v):
    return network_without_relu(dz, x, w, np.zeros_like(b), v)


@wrong("network_backward", None)
def network_negative(dz, x, w, b, v):
    dx, dw, db, dv = network_in_a_row(dz, x, w, b, v)
    return -dx, dw, db, dv


# Values -------------------------------------------------------------------------------

right_value("two_slopes", [6.5, 6.0])
wrong_value("two_slopes", (6.5, 12), "divided by eps instead of 2 eps")
wrong_value("two_slopes", (6.5, 7))
right_value("two_steps", [3.0, -3.0, 0.0])
wrong_value("two_steps", (3, -5, 2), "ReLU left out")
wrong_value("two_steps", (3, 0, 0), "dx assigned instead of accumulated")
wrong_value("two_steps", (3, -3, 1))
right_value("reads_backwards", [2, 1, 0])
wrong_value(
    "reads_backwards",
    (0, 1, 2),
    "kernel not flipped in the full-convolution form",
)
wrong_value("reads_backwards", (2, 2, 2), "the window stands still")
right_value("plane_gradients", (-1.0, 9.0))
wrong_value(
    "plane_gradients", (-1, 1), "kernel not flipped in the full-convolution form"
)
wrong_value("plane_gradients", (6, 9), "dw turned round")
right_value("survivors", 8.0)
wrong_value("survivors", 32, "gradient sent to the whole window")
wrong_value("survivors", 4, "one map counted")
wrong_value("survivors", 2, "one winner for each map")
right_value("relu_slope", np.array([0.0, 0.0, -1.0]))
wrong_value("relu_slope", (0, 7, -1), "ReLU's slope at 0")
right_value("signal_dx", (1, 4, 7, 6))
wrong_value(
    "signal_dx", [3, 8, 5, 2], "kernel not flipped in the full-convolution form"
)
wrong_value("signal_dx", [1, 2, 4, 6], "dx assigned instead of accumulated")
right_value("pool_overlap", np.array([0, 30, 0]))
wrong_value("pool_overlap", [0, 20, 0], "dx assigned instead of accumulated")
right_value("shares", (2.0, 0.5))
wrong_value("shares", (8, 6), "gradient shared instead of divided")

# More single mistakes -----------------------------------------------------------------


@wrong("conv2d_backward", "kernel transposed")
def conv2d_dx_transposed(dy, x, w, *, stride=1, padding=0, dilation=1):
    (sh, sw), (ph, pw), (dh, dv) = pair(stride), pair(padding), pair(dilation)
    kh, kw = w.shape[:2]
    dxp = np.zeros_like(padded(x, padding))
    for i, j in np.ndindex(dy.shape[1:3]):
        rows = slice(i * sh, i * sh + dh * (kh - 1) + 1, dh)
        columns = slice(j * sw, j * sw + dv * (kw - 1) + 1, dv)
        dxp[:, rows, columns] += np.einsum("nf,pqcf->nqpc", dy[:, i, j], w)
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "kernel flipped upside down")
def conv2d_dx_half_flipped(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx = reference(dy, x, w[::-1], stride, padding, dilation)[0]
    return dx, *reference(dy, x, w, stride, padding, dilation)[1:]


@wrong("conv2d_backward", "the axes of dw in another order")
def conv2d_dw_axes(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = reference(dy, x, w, stride, padding, dilation)
    return dx, dw.transpose(3, 2, 0, 1).copy(), db


@wrong("conv2d_backward", "dw assigned instead of accumulated")
def conv2d_dw_last_window(dy, x, w, *, stride=1, padding=0, dilation=1):
    alone = np.zeros_like(dy)
    alone[:, -1, -1] = dy[:, -1, -1]
    dx, _, db = reference(dy, x, w, stride, padding, dilation)
    return dx, reference(alone, x, w, stride, padding, dilation)[1], db


@wrong("max_pool2d_backward", "the default stride taken for 1")
def max_default_one(dy, x, size, *, stride=None):
    return max_argmax(dy, x, size, stride=1 if stride is None else stride)


@wrong("max_pool2d_backward", "the window's size taken for the stride")
def max_always_size(dy, x, size, *, stride=None):
    return max_argmax(dy, x, size)


@wrong("avg_pool2d_backward", "the window's size taken for the stride")
def avg_always_size(dy, x, size, *, stride=None):
    kh, kw = pair(size)
    dx = np.zeros_like(x)
    for i, j, rows, columns in stops(dy, size, None):
        dx[:, rows, columns] += dy[:, i : i + 1, j : j + 1] / (kh * kw)
    return dx


@wrong("avg_pool2d_backward", "the default stride taken for 1")
def avg_default_one(dy, x, size, *, stride=None):
    return avg_taps(dy, x, size, stride=1 if stride is None else stride)
