"""Upstream gradients that fit: what the checks of lesson 06 share."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from byhand import referee
from byhand.exercises.convolution_cases import CONV_SETTINGS, conv_hidden
from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths
from byhand.gradients import along


def upstream_gradient(
    rng: np.random.Generator, x: np.ndarray, w: np.ndarray, settings: Mapping[str, Any]
) -> np.ndarray:
    """Return a random dy for a convolution of x with w."""
    stride = referee.per_axis(settings.get("stride", 1), 2)
    pads = referee.pad_widths(settings.get("padding", 0), 2)
    dilation = referee.per_axis(settings.get("dilation", 1), 2)
    each = zip(x.shape[1:3], w.shape, stride, pads, dilation, strict=False)
    space = [len(range(0, n + sum(p) - d * (k - 1), s)) for n, k, s, p, d in each]
    return eighths(rng, len(x), *space, w.shape[3])


def conv_case(
    name: str,
    rng: np.random.Generator,
    size: Any,
    kernel: tuple[int, ...],
    settings: Mapping[str, Any],
    *,
    n: int = 2,
    c_in: int = 3,
    c_out: int = 4,
) -> Case:
    """Return a case of a convolution's gradients: a random dy, x and w."""
    x, w = eighths(rng, n, *size, c_in), eighths(rng, *kernel, c_in, c_out)
    return Case(name, (upstream_gradient(rng, x, w, settings), x, w), dict(settings))


def settings_of(rng: np.random.Generator) -> list[tuple]:
    """Return (size, kernel, settings) of hidden cases."""
    drawn = conv_hidden(lambda rng, size, kernel: (size, kernel), rng)
    return [(*case.args, case.kwargs) for case in drawn]


def some_settings_of(rng: np.random.Generator) -> list[tuple]:
    """Return four of them: strides, paddings, dilations alone, and all unequal."""
    drawn = settings_of(rng)
    return [drawn[k] for k in (1, 2, 3, 7)]


def witness_conv(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, **settings: Any
) -> tuple:
    """Return what central differences say about dx, dw and db."""
    return along(referee.grouped_conv2d)(dy, x, w, np.zeros(dy.shape[-1]), **settings)


GROUPED_SETTINGS = tuple(
    CONV_SETTINGS[k] for k in (0, 1, 2, 3, 4, 7, -1)
)  # plain, stride, padding, dilation, unequal, stride with dilation, many of each


def pool_case(
    name: str,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    size: Any,
    stride: Any = None,
    draw: Callable = eighths,
) -> Case:
    """Return a case of a pooling's gradient: a random dy, x and the window."""
    x = draw(rng, *shape)
    kh, kw = referee.per_axis(size, 2)
    sh, sw = (kh, kw) if stride is None else referee.per_axis(stride, 2)
    h, w = (shape[1] - kh) // sh + 1, (shape[2] - kw) // sw + 1
    dy = eighths(rng, shape[0], h, w, shape[3])
    return Case(name, (dy, x, size), {} if stride is None else {"stride": stride})


def fitting(back: Callable) -> Callable:
    """Return a pooling's referee that refuses a dy of another shape than the result."""

    def ask(dy, x, size, *, stride=None):
        kh, kw = referee.per_axis(size, 2)
        sh, sw = (kh, kw) if stride is None else referee.per_axis(stride, 2)
        stops = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
        if dy.shape != (len(x), *stops, x.shape[3]):
            raise ValueError(f"dy of shape {dy.shape} doesn't fit")
        return back(dy, x, size, stride=stride)

    return ask
