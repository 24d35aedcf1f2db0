"""Functions as a learner writes them: right ones, and ones with a seeded mistake."""

import numpy as np


def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Correlate a plane with a kernel, in loops."""
    x = np.pad(x, padding)
    kh, kw = w.shape
    h = (x.shape[0] - dilation * (kh - 1) - 1) // stride + 1
    v = (x.shape[1] - dilation * (kw - 1) - 1) // stride + 1
    y = np.zeros((h, v))
    for i in range(h):
        for j in range(v):
            for p in range(kh):
                for q in range(kw):
                    row, col = i * stride + p * dilation, j * stride + q * dilation
                    y[i, j] += x[row, col] * w[p, q]
    return y + b


def flipped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Turn the kernel."""
    return conv2d(
        x, w[::-1, ::-1], b, stride=stride, padding=padding, dilation=dilation
    )


def transposed_kernel(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Swap rows and columns of the kernel."""
    return conv2d(x, w.T, b, stride=stride, padding=padding, dilation=dilation)


def one_sided(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Put all padding at the bottom and right."""
    x = np.pad(x, ((0, 2 * padding), (0, 2 * padding)))
    return conv2d(x, w, b, stride=stride, dilation=dilation)


def edge_padded(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Repeat the border in place of zeros."""
    x = np.pad(x, padding, mode="edge")
    return conv2d(x, w, b, stride=stride, dilation=dilation)


def undilated(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the dilation in the taps, not in the size."""
    right = conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)
    y = conv2d(x, w, b, stride=stride, padding=padding)
    return y[: right.shape[0], : right.shape[1]]


def bias_per_tap(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Add the bias once per weight."""
    return conv2d(x, w, b * w.size, stride=stride, padding=padding, dilation=dilation)


def mean_of_products(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Take a mean for a sum."""
    y = conv2d(x, w, 0.0, stride=stride, padding=padding, dilation=dilation)
    return y / w.size + b


def strideless(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Ignore the stride."""
    return conv2d(x, w, b, padding=padding, dilation=dilation)


def conv1d(x, w, b=0.0, *, stride=1):
    """Correlate a signal with a kernel."""
    n = (len(x) - len(w)) // stride + 1
    return np.array([b + x[i * stride : i * stride + len(w)] @ w for i in range(n)])


def true_conv1d(x, w):
    """Convolve a signal with a turned kernel."""
    return np.convolve(x, w, mode="valid")


def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    """Correlate groups of channels, in loops over filters."""
    n, c = x.shape[0], x.shape[3]
    f = w.shape[3]
    maps = np.zeros((n, f), dtype=object)
    for k in range(n):
        for m in range(f):
            first = m // (f // groups) * (c // groups)
            maps[k, m] = b[m] + sum(
                conv2d(
                    x[k, :, :, first + g],
                    w[:, :, g, m],
                    stride=stride,
                    padding=padding,
                    dilation=dilation,
                )
                for g in range(c // groups)
            )
    return np.stack([np.stack(list(row), axis=-1) for row in maps])


def ungrouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    """Let every filter see the first group."""
    size = x.shape[3] // groups
    x = np.concatenate([x[..., :size]] * groups, axis=-1)
    return grouped_conv2d(
        x, w, b, groups=groups, stride=stride, padding=padding, dilation=dilation
    )


def raises(*args, **kwargs):
    """Fail with an exception."""
    raise KeyError("kernel")


def loops(*args, **kwargs):
    """Never end."""
    while True:
        pass


def returns_nothing(*args, **kwargs):
    """Stand for a stub."""


def returns_text(*args, **kwargs):
    """Return what is no array."""
    return "four"
