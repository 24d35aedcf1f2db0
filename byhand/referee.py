"""Keras, in float64, as the referee of every check.

Each function takes plain NumPy arrays in the layout of the course and returns plain
NumPy arrays. ``OPERATIONS`` holds those that lessons may use as ``given.<name>``. Where
the current desk has a referee of its own, that one is asked: a grader lets another
process compute, and TensorFlow stays out of its own.

Where Keras 3.15 on a CPU refuses a setting, the same numbers come by a detour that is
named at that place; an independent NumPy reference in the tests confirms each detour.

TensorFlow is imported at the first call, which takes 5 to 9 seconds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np

from byhand.checks import desk
from byhand.keras_layer import (
    Array,
    Bias,
    Pads,
    PerAxis,
    bias_of,
    conv_layer,
    layer_of,
    load_keras,
    load_tensorflow,
    pad_widths,
    per_axis,
    run,
    stuff,
)

Gradients = tuple[Array, Array, Array]  # dx, dw, db
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")

COMPUTED: dict[str, Callable[..., Any]] = {}  # what each computes in this process
OPERATIONS: dict[str, Callable[..., Any]] = {}  # those on offer as given.<name>


def asked(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let the current desk's referee answer calls of this function."""
    name = function.__name__
    COMPUTED[name] = function

    @functools.wraps(function)
    def ask(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        referee = desk.current().referee
        if referee is None:
            return function(*args, **kwargs)
        return referee.operation(name, args, kwargs)

    return ask


def operation(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Offer such a function to later lessons, too, as ``given.<name>``."""
    OPERATIONS[function.__name__] = found = asked(function)
    return found


@asked
def convolution(
    x: Array,
    w: Array,
    b: Bias = None,
    *,
    stride: PerAxis = 1,
    padding: Pads | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    dy: Array | None = None,
) -> Any:
    """Cross-correlate a batch with a bank of kernels, in one to three dimensions.

    Parameters
    ----------
    x : ndarray, shape (N, *space, C_in)
    w : ndarray, shape (*kernel, C_in // groups, C_out)
    b : ndarray, shape (C_out,), a number, or None
    stride, dilation : int or one per axis, at least 1
    padding : int, one per axis, (before, after) per axis, "valid" or "same"
    groups : int that divides C_in and C_out
    dy : ndarray of the result's shape; then the gradients are returned

    Returns
    -------
    y : ndarray, ``(n + 2p - d(k-1) - 1) // s + 1`` along each axis; or (dx, dw[, db])

    Matches: ``keras.layers.Conv1D``, ``Conv2D``, ``Conv3D``
    """
    rank = w.ndim - 2
    stride, dilation = per_axis(stride, rank), per_axis(dilation, rank)
    b = bias_of(b, w.shape[-1])
    mode, pads = (padding, None) if isinstance(padding, str) else ("valid", padding)
    pads = None if pads is None else pad_widths(pads, rank)
    if max(dilation) > 1 and (max(stride) > 1 or dy is not None):
        taps = tuple(slice(None, None, d) for d in dilation)
        w, dilation = stuff(w, dilation), (1,) * rank
    else:
        taps = ()
    space = [n + (sum(pads[a]) if pads else 0) for a, n in enumerate(x.shape[1:-1])]
    reach = [d * (k - 1) + 1 for k, d in zip(w.shape, dilation, strict=False)]
    if mode == "valid" and any(n < r for n, r in zip(space, reach, strict=True)):
        raise ValueError(f"a kernel of {reach} doesn't fit into an x of {space}")
    weights = [w] if b is None else [w, b]
    layer = conv_layer(x.shape[-1], w, b, stride, dilation, groups, mode)
    result = run(layer, x, weights, pads=pads, dy=dy)
    if dy is not None and taps:
        dx, dw, *db = result
        return (dx, dw[taps], *db)
    return result


def _plane(
    function: Callable[..., Array], x: Array, w: Array, b: Bias, **settings: Any
) -> Array:
    """Run a batch operation on one signal or plane without channels."""
    y = function(x[None, ..., None], w[..., None, None], b, **settings)
    return y[0, ..., 0]


@operation
def output_size(
    n: int, k: int, *, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Return how many stops a kernel makes: floor((n + 2p - d(k-1) - 1) / s) + 1.

    Keras is asked with an input of zeros.
    """
    x, w = np.zeros((1, n, 1)), np.zeros((k, 1, 1))
    y = convolution(x, w, stride=stride, padding=padding, dilation=dilation)
    return int(y.shape[1])


@operation
def conv1d(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Array:
    """Cross-correlate a signal (n,) with a kernel (k,). Matches: Conv1D."""
    return _plane(
        convolution, x, w, b, stride=stride, padding=padding, dilation=dilation
    )


@operation
def pad2d(x: Array, padding: Pads = 1) -> Array:
    """Put zeros around a plane (H, W). Matches: ``keras.layers.ZeroPadding2D``."""
    pads = pad_widths(padding, 2)
    layer = load_keras().layers.ZeroPadding2D(pads, dtype="float64")
    return run(layer, x[None, ..., None])[0, ..., 0]


@operation
def conv2d(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Array:
    """Cross-correlate a plane (H, W) or a batch (N, H, W, C). Matches: Conv2D."""
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    if x.ndim == 2:
        return _plane(convolution, x, w, b, **settings)
    return convolution(x, w, b, **settings)


@operation
def grouped_conv2d(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    groups: int = 1,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Array:
    """Cross-correlate groups of channels of a batch. Matches: Conv2D with groups."""
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return convolution(x, w, b, groups=groups, **settings)


@operation
def conv3d(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Array:
    """Cross-correlate a batch of volumes (N, D, H, W, C). Matches: Conv3D."""
    return convolution(x, w, b, stride=stride, padding=padding, dilation=dilation)


@operation
def pointwise(x: Array, w: Array, b: Bias = 0.0) -> Array:
    """Mix the channels of each pixel with w (C_in, C_out). Matches: Conv2D 1x1."""
    return convolution(x, np.asarray(w)[None, None], b)


@operation
def depthwise_conv2d(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
    dy: Array | None = None,
) -> Any:
    """Give each channel its own kernels, w (kh, kw, C_in, multiplier).

    Output channel ``c * multiplier + m`` comes from input channel c. Matches:
    DepthwiseConv2D; those settings that it refuses go through a grouped Conv2D.
    """
    kh, kw, c_in, multiplier = w.shape
    stride, dilation = per_axis(stride, 2), per_axis(dilation, 2)
    pads, filters = pad_widths(padding, 2), c_in * multiplier
    if stride[0] != stride[1] or max(stride) > 1 < max(dilation):
        grouped = w.reshape(kh, kw, 1, filters)
        result = convolution(
            x,
            grouped,
            b,
            stride=stride,
            padding=pads,
            dilation=dilation,
            groups=c_in,
            dy=dy,
        )
        if dy is None:
            return result
        return (result[0], result[1].reshape(w.shape), *result[2:])
    layer = layer_of(
        *("DepthwiseConv2D", np.shape(x)[-1], (kh, kw)),
        strides=stride,
        depth_multiplier=multiplier,
        dilation_rate=dilation,
    )
    return run(layer, x, [w, bias_of(b, filters)], pads=pads, dy=dy)


@operation
def separable_conv2d(
    x: Array,
    w_depth: Array,
    w_point: Array,
    b: Bias = 0.0,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Array:
    """Depthwise, then pointwise: w_depth (kh, kw, C, m), w_point (C * m, C_out).

    Matches: SeparableConv2D; what DepthwiseConv2D refuses is run in two steps.
    """
    kh, kw, _, multiplier = w_depth.shape
    stride, dilation = per_axis(stride, 2), per_axis(dilation, 2)
    if stride[0] != stride[1] or max(stride) > 1 < max(dilation):
        y = depthwise_conv2d(
            x, w_depth, stride=stride, padding=padding, dilation=dilation
        )
        return pointwise(y, w_point, b)
    layer = layer_of(
        *("SeparableConv2D", np.shape(x)[-1], w_point.shape[-1], (kh, kw)),
        strides=stride,
        depth_multiplier=multiplier,
        dilation_rate=dilation,
    )
    weights = [w_depth, w_point[None, None], bias_of(b, w_point.shape[-1])]
    return run(layer, x, weights, pads=pad_widths(padding, 2))


@operation
def relu(x: Array) -> Array:
    """Return max(0, x). Matches: ``keras.layers.ReLU``."""
    return run(layer_of("ReLU", 0), x)


@asked
def relu_backward(dy: Array, x: Array) -> Array:
    """Return dx of ReLU at x for the upstream gradient dy."""
    return run(layer_of("ReLU", 0), x, dy=dy)[0]


def _pool(
    kind: str,
    x: Array,
    size: PerAxis,
    stride: PerAxis | None,
    padding: str,
    dy: Array | None,
) -> Any:
    size = per_axis(size, 2)
    stride = size if stride is None else per_axis(stride, 2)
    layer = layer_of(kind, 0, size, strides=stride, padding=padding)
    result = run(layer, x, dy=dy)
    return result if dy is None else result[0]


@operation
def max_pool2d(
    x: Array,
    size: PerAxis = 2,
    *,
    stride: PerAxis | None = None,
    padding: str = "valid",
    dy: Array | None = None,
) -> Any:
    """Return each window's maximum, x (N, H, W, C). Matches: MaxPooling2D."""
    return _pool("MaxPooling2D", x, size, stride, padding, dy)


@operation
def avg_pool2d(
    x: Array,
    size: PerAxis = 2,
    *,
    stride: PerAxis | None = None,
    padding: str = "valid",
    dy: Array | None = None,
) -> Any:
    """Return each window's mean, x (N, H, W, C). Matches: AveragePooling2D."""
    return _pool("AveragePooling2D", x, size, stride, padding, dy)


@operation
def l2_pool2d(
    x: Array,
    size: PerAxis = 2,
    *,
    stride: PerAxis | None = None,
    padding: str = "valid",
) -> Array:
    """Return each window's root of the sum of squares: Keras's mean times the count.

    With "same" the windows at the border hold fewer values; Keras's mean of ones tells
    how many by the share of a padded sum.
    """
    kh, kw = per_axis(size, 2)
    mean = avg_pool2d(np.square(x), (kh, kw), stride=stride, padding=padding)
    if padding == "valid":
        return np.sqrt(mean * (kh * kw))
    steps = (kh, kw) if stride is None else per_axis(stride, 2)
    ones = np.ones((1, *x.shape[1:3], 1))
    count = convolution(ones, np.ones((kh, kw, 1, 1)), stride=steps, padding="same")
    return np.sqrt(mean * count)


@operation
def global_pool2d(x: Array, kind: str = "average", *, dy: Array | None = None) -> Any:
    """Return each map's "average" or "max", shape (N, C).

    Matches: GlobalAveragePooling2D, GlobalMaxPooling2D.
    """
    names = {"average": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
    if kind not in names:
        raise ValueError(f'kind is "average" or "max", not {kind!r}')
    layer = layer_of(names[kind], 0)
    result = run(layer, x, dy=dy)
    return result if dy is None else result[0]


@operation
def dense(x: Array, w: Array, b: Bias = 0.0, *, dy: Array | None = None) -> Any:
    """Return x @ w + b for x (N, C_in), w (C_in, C_out). Matches: Dense."""
    layer = layer_of("Dense", np.shape(x)[-1], w.shape[-1])
    return run(layer, x, [w, bias_of(b, w.shape[-1])], dy=dy)


@asked
def dense_backward(dy: Array, x: Array, w: Array) -> Gradients:
    """Return (dx, dw, db) of a dense layer."""
    return dense(x, w, dy=dy)


@operation
def conv1d_backward(dy: Array, x: Array, w: Array, *, stride: int = 1) -> Gradients:
    """Return (dx, dw, db) of ``conv1d`` on a signal (n,), kernel (k,), dy (stops,)."""
    grads = convolution(
        x[None, :, None], w[:, None, None], 0.0, stride=stride, dy=dy[None, :, None]
    )
    return grads[0][0, :, 0], grads[1][:, 0, 0], grads[2][0]


@operation
def conv2d_backward(
    dy: Array,
    x: Array,
    w: Array,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Gradients:
    """Return (dx, dw, db) of ``conv2d`` on a batch (N, H, W, C)."""
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return convolution(x, w, 0.0, dy=dy, **settings)


@operation
def grouped_conv2d_backward(
    dy: Array,
    x: Array,
    w: Array,
    *,
    groups: int = 1,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Gradients:
    """Return (dx, dw, db) of ``grouped_conv2d``."""
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return convolution(x, w, 0.0, groups=groups, dy=dy, **settings)


@operation
def depthwise_conv2d_backward(
    dy: Array,
    x: Array,
    w: Array,
    *,
    stride: PerAxis = 1,
    padding: Pads = 0,
    dilation: PerAxis = 1,
) -> Gradients:
    """Return (dx, dw, db) of ``depthwise_conv2d``."""
    return depthwise_conv2d(
        x, w, 0.0, stride=stride, padding=padding, dilation=dilation, dy=dy
    )


@operation
def max_pool2d_backward(
    dy: Array, x: Array, size: PerAxis = 2, *, stride: PerAxis | None = None
) -> Array:
    """Return dx of max pooling; at a tie the first maximum of a window wins."""
    return max_pool2d(x, size, stride=stride, dy=dy)


@operation
def avg_pool2d_backward(
    dy: Array, x: Array, size: PerAxis = 2, *, stride: PerAxis | None = None
) -> Array:
    """Return dx of average pooling."""
    return avg_pool2d(x, size, stride=stride, dy=dy)


@operation
def conv2d_transpose(
    x: Array,
    w: Array,
    b: Bias = 0.0,
    *,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    dy: Array | None = None,
) -> Any:
    """Scatter each input pixel as a stamp, w (kh, kw, C_out, C_in).

    Returns
    -------
    y : ``(n - 1) * s - 2p + d(k-1) + 1 + output_padding`` along each axis; or
        (dx, dw, db) when ``dy`` is given

    Matches: ``Conv2DTranspose`` with "valid", cropped by p at the start and by
    p - output_padding at the end. Keras offers only "valid" and "same".
    """
    stride, dilation = per_axis(stride, 2), per_axis(dilation, 2)
    before, more = per_axis(padding, 2), per_axis(output_padding, 2)
    taps = tuple(slice(None, None, d) for d in dilation)
    wide = stuff(w, dilation)
    # With "valid", Keras pads the result up to a stride longer than the kernel
    # (its size is n * s + max(k - s, 0)): the surplus at the end is cut as well.
    surplus = [max(s - k, 0) for s, k in zip(stride, wide.shape, strict=False)]
    crop = [
        (p, p - o + extra) for p, o, extra in zip(before, more, surplus, strict=True)
    ]
    layer = layer_of(
        *("Conv2DTranspose", np.shape(x)[-1], w.shape[2], wide.shape[:2]),
        strides=stride,
    )
    result = run(layer, x, [wide, bias_of(b, w.shape[2])], crop=crop, dy=dy)
    if dy is None:
        return result
    dx, dw, db = result
    return dx, dw[taps], db


@operation
def conv1d_transpose(x: Array, w: Array, *, stride: int = 1) -> Array:
    """Scatter a signal (n,) with a stamp (k,), size (n - 1) * s + k."""
    y = conv2d_transpose(
        x[None, :, None, None], w[:, None, None, None], stride=(stride, 1)
    )
    return y[0, :, 0, 0]


@asked
def conv2d_transpose_backward(
    dy: Array,
    x: Array,
    w: Array,
    *,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
) -> Gradients:
    """Return (dx, dw, db) of ``conv2d_transpose``."""
    return conv2d_transpose(
        x,
        w,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dy=dy,
    )


@operation
def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Return (mean loss, dlogits) for logits (N, K) and whole-number labels (N,)."""
    tf = load_tensorflow()
    z = tf.constant(np.asarray(logits, dtype=np.float64))
    loss = load_keras().losses.SparseCategoricalCrossentropy(
        from_logits=True, dtype="float64"
    )
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = loss(np.asarray(labels), z)
    return float(value.numpy()), tape.gradient(value, z).numpy()


@asked
def sgd_step(
    values: Sequence[Array], grads: Sequence[Array], learning_rate: float
) -> list[Array]:
    """Return the arrays after one plain step of ``keras.optimizers.SGD``."""
    keras = load_keras()
    variables = [keras.Variable(np.asarray(v), dtype="float64") for v in values]
    optimizer = keras.optimizers.SGD(learning_rate)
    optimizer.apply(
        [load_tensorflow().constant(np.asarray(g)) for g in grads], variables
    )
    return [v.numpy() for v in variables]


@operation
def same_padding(
    n: int, k: int, *, stride: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Return (before, after): the zeros that Keras's "same" puts around an axis.

    Keras is asked with a signal of ones and each tap of the kernel alone: a tap that
    falls on padding gives 0.
    """
    stops = math.ceil(n / stride)
    marks = np.arange(1.0, n + 1)[None, :, None]
    reads = np.array(
        [
            convolution(
                marks,
                np.eye(k)[tap][:, None, None],
                stride=stride,
                padding="same",
                dilation=dilation,
            )[0, :, 0]
            for tap in range(k)
        ]
    )  # reads[tap, stop] is the index that the tap reads, from 1; 0 on padding
    tap, stop = np.argwhere(reads > 0)[0]
    before = int(stop * stride + tap * dilation - (reads[tap, stop] - 1))
    total = max((stops - 1) * stride + dilation * (k - 1) + 1 - n, 0)
    return before, total - before
