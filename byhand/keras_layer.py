"""Run one layer of Keras on NumPy arrays, in float64, or take its gradients.

Where Keras and TensorFlow aren't installed, ``byhand.keras_numpy`` stands in for both.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import os
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from byhand import data
from byhand.checks.running import clock_stopped, quiet
from byhand.keras_numpy import stand_in

Array = np.ndarray
PerAxis = int | Sequence[int]
Pads = int | Sequence[int] | Sequence[Sequence[int]]
Bias = Array | float | None
Widths = tuple[tuple[int, int], ...]  # zeros before and after, along each axis


@functools.cache
def installed() -> bool:
    """Tell whether Keras and TensorFlow are here; nothing is imported."""
    with contextlib.suppress(ValueError):  # one that is blocked has no spec
        return all(map(importlib.util.find_spec, ("keras", "tensorflow")))
    return False


@functools.cache
def load_keras() -> Any:
    """Import Keras with TensorFlow's start-up chatter switched off, or its stand-in."""
    if not installed():
        return stand_in.keras()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with clock_stopped(), quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        tf.zeros(1)  # the device look-up chatters as well
    return keras


def load_tensorflow() -> Any:
    """Import TensorFlow, quiet as well, or its stand-in."""
    if not installed():
        return stand_in.tensorflow()
    load_keras()
    import tensorflow as tf

    return tf


def for_notebook() -> Any:
    """Return ``keras`` for cells; a stand-in gives Keras's recorded numbers there."""
    return load_keras() if installed() else stand_in.notebook_keras(data.folder())


def per_axis(value: PerAxis, rank: int) -> tuple[int, ...]:
    """Return an int or a tuple as a tuple of ``rank`` ints."""
    if np.ndim(value) == 0:
        return (int(value),) * rank
    if len(value) != rank:
        raise ValueError(f"expected one number or {rank}, got {value!r}")
    return tuple(int(v) for v in value)


def pad_widths(padding: Pads, rank: int) -> Widths:
    """Return ((before, after), ...) for an int, one int per axis, or the pairs."""
    if np.ndim(padding) == 2:
        return tuple((int(a), int(b)) for a, b in padding)
    return tuple((p, p) for p in per_axis(padding, rank))


def stuff(w: Array, dilation: Sequence[int]) -> Array:
    """Spread a kernel's taps: zeros between them along the leading axes.

    A kernel of size k becomes one of size ``d * (k - 1) + 1``, so that an ordinary
    convolution computes the dilated one. Keras's layers refuse a stride above 1
    together with a dilation above 1; this is the detour.
    """
    sizes = [d * (k - 1) + 1 for k, d in zip(w.shape, dilation, strict=False)]
    wide = np.zeros((*sizes, *w.shape[len(dilation) :]), dtype=np.float64)
    wide[tuple(slice(None, None, d) for d in dilation)] = w
    return wide


def run(
    layer: Any,
    x: Array,
    weights: Sequence[Array | None] = (),
    *,
    pads: Widths | None = None,
    dy: Array | None = None,
    crop: Widths | None = None,
) -> Any:
    """Run a layer on a batch, or its gradients when ``dy`` is given.

    Parameters
    ----------
    layer : keras.layers.Layer, built with ``dtype="float64"``
    x : ndarray, shape (N, ..., C)
    weights : sequence of ndarray, in the layer's own order
    pads : ((before, after), ...) zeros around each spatial axis, put on before
    crop : ((before, after), ...) what to cut from each spatial axis afterwards;
        a negative number appends rows that hold the bias alone
    dy : ndarray, the upstream gradient of the result

    Returns
    -------
    y, or (dx, *dweights) when ``dy`` is given

    Raises
    ------
    ValueError : where ``dy`` has another shape than y
    """
    tf = load_tensorflow()
    x = tf.constant(np.asarray(x, dtype=np.float64))
    # on a CPU, only gradients of groups need what Keras compiles anew in each call
    manner = _uncompiled(tf) if dy is None else contextlib.nullcontext()
    with manner, tf.GradientTape() as tape:
        tape.watch(x)
        padded = x if pads is None else tf.pad(x, ((0, 0), *pads, (0, 0)))
        _fit(layer, padded.shape)
        if len(weights):
            layer.set_weights([np.asarray(w, dtype=np.float64) for w in weights])
        y = layer(padded)
        if crop is not None:
            y = _crop(tf, layer, y, crop)
    if dy is None:
        return y.numpy()
    if np.shape(dy) != tuple(y.shape):
        what = f"dy has the shape {np.shape(dy)}, but the result that it belongs to"
        raise ValueError(f"{what} has {tuple(y.shape)}")
    watched = [x, *(v.value for v in layer.trainable_variables)]
    grads = tape.gradient(
        y,
        watched,
        output_gradients=tf.constant(np.asarray(dy, dtype=np.float64)),
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    return tuple(tf.convert_to_tensor(g).numpy() for g in grads)


@contextlib.contextmanager
def _uncompiled(tf: Any) -> Iterator[None]:
    """Let functions that TensorFlow would compile run as they stand meanwhile."""
    if not installed():
        yield
        return
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def _crop(tf: Any, layer: Any, y: Any, crop: Widths) -> Any:
    inner = [slice(max(a, 0), -b if b > 0 else None) for a, b in crop]
    y = y[(slice(None), *inner, slice(None))]
    more = [(max(-a, 0), max(-b, 0)) for a, b in crop]
    if not any(map(sum, more)):
        return y
    bias = layer.bias.value if layer.use_bias else 0.0
    return tf.pad(y - bias, ((0, 0), *more, (0, 0))) + bias


def layer_of(kind: str, channels: int, *args: Any, **settings: Any) -> Any:
    """Return a layer of Keras for inputs of so many channels, in float64.

    A layer takes Keras longer to make and to build than to use, so that the next call
    alike gets the same; `run` sets its weights.
    """
    make = getattr(load_keras().layers, kind)
    if not installed():
        return make(*args, dtype="float64", **settings)
    return _kept_layer(make, channels, args, tuple(sorted(settings.items())))


@functools.lru_cache(512)
def _kept_layer(make: Any, channels: int, args: Any, settings: Any) -> Any:
    # the weights are set before each use; drawing some first takes longer than that
    known = inspect.signature(make).parameters
    zeros = {name: "zeros" for name in known if name in _DRAWN}
    return make(*args, dtype="float64", **zeros, **dict(settings))


_DRAWN = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer")


def _fit(layer: Any, shape: Any) -> None:
    """Build a layer for inputs of a shape; raise as Keras does where it has none."""
    if layer.built:
        layer.compute_output_shape(shape)
        return
    try:
        layer.build(shape)
    except BaseException:
        _kept_layer.cache_clear()  # it may be built in part
        raise


def conv_layer(
    channels: int,
    w: Array,
    b: Array | None,
    stride: PerAxis,
    dilation: PerAxis,
    groups: int,
    padding: str = "valid",
) -> Any:
    """Return a layer of the rank of its kernels, w (*kernel, C_in // groups, C_out)."""
    rank = w.ndim - 2
    return layer_of(
        f"Conv{rank}D",
        channels,
        w.shape[-1],
        w.shape[:rank],
        strides=stride,
        dilation_rate=dilation,
        groups=groups,
        padding=padding,
        use_bias=b is not None,
    )


def bias_of(b: Bias, filters: int) -> Array | None:
    """Return a bias per filter from a number, an array (filters,) or None."""
    if b is None:
        return None
    return np.broadcast_to(np.asarray(b, dtype=np.float64), (filters,))
