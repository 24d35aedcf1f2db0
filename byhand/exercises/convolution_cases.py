"""The cases that every 2D convolution of the course shares."""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case

MANY = (4, 3)  # the size that goes with many channels, filters and examples


def examples(size: tuple[int, ...]) -> int:
    """Return how many examples go with a size: mostly two, once six."""
    return 6 if size == MANY else 2


CONV_SETTINGS = (
    ("stride 1", (3, 4), (2, 2), {}),
    ("stride 2", (5, 6), (2, 3), {"stride": 2}),
    ("padding 1", (3, 4), (3, 2), {"padding": 1}),
    ("dilation 2", (5, 6), (2, 3), {"dilation": 2}),
    (
        "stride (2, 1), padding (0, 1)",
        (6, 5),
        (3, 2),
        {"stride": (2, 1), "padding": (0, 1)},
    ),
    ("padding (2, 0)", (4, 4), (3, 3), {"padding": (2, 0)}),
    ("dilation (1, 3)", (4, 8), (2, 3), {"dilation": (1, 3)}),
    ("stride 2, dilation (2, 3)", (8, 9), (3, 2), {"stride": 2, "dilation": (2, 3)}),
    (
        "stride (3, 2), padding (1, 2), dilation 2",
        (7, 9),
        (3, 3),
        {"stride": (3, 2), "padding": (1, 2), "dilation": 2},
    ),
    ("one stop, dilation 2, stride 2", (5, 3), (3, 2), {"dilation": 2, "stride": 2}),
    (
        "square, stride 2, padding 1, dilation (2, 1)",
        (7, 7),
        (3, 3),
        {"stride": 2, "padding": 1, "dilation": (2, 1)},
    ),
    ("padding (2, 3), beyond the kernel", (2, 4), (2, 3), {"padding": (2, 3)}),
    ("many of each", MANY, (2, 2), {}),
)


def conv_cases(make: Callable, number: int) -> tuple[Case, ...]:
    """Return the visible cases that every 2D convolution of the course shares.

    ``make(rng, size, kernel)`` gives the arrays of one call.
    """
    rng = np.random.default_rng([number])
    return tuple(
        Case(name, make(rng, size, kernel), dict(settings))
        for name, size, kernel, settings in CONV_SETTINGS
    )


def conv_hidden(make: Callable, rng: np.random.Generator) -> list[Case]:
    """Return hidden cases in which each setting is drawn, and each shows.

    Sizes follow from a drawn number of stops, two or more along both axes, and a drawn
    remainder that the stride leaves over.
    """
    kinds = (
        ("plain", {}),
        ("strides", {"stride": _unequal(rng, 1, 4)}),
        ("paddings", {"padding": _unequal(rng, 0, 3)}),
        ("dilations", {"dilation": _unequal(rng, 1, 4)}),
        ("stride", {"stride": _drawn(rng, 2, 4), "padding": 1}),
        ("dilation", {"dilation": _drawn(rng, 2, 4), "padding": 2}),
        ("all", _all_settings(rng, _drawn)),
        ("unequal", _all_settings(rng, _unequal)),
        ("unequal again", _all_settings(rng, _unequal)),
    )
    cases = []
    for name, settings in kinds:
        kernel = tuple(int(v) for v in rng.permutation([2, 3]))
        if name == "all":
            kernel = (3, 3)
        size = size_for(rng, kernel, **settings)
        cases.append(Case(name, make(rng, size, kernel), settings))
    one = {"stride": 2, "dilation": (2, 1)}
    return [*cases, Case("one stop", make(rng, (5, 3), (3, 2)), one)]


def _all_settings(rng, draw):
    return {
        "stride": draw(rng, 2, 4) if draw is _drawn else draw(rng, 1, 4),
        "padding": draw(rng, 1, 3) if draw is _drawn else draw(rng, 0, 3),
        "dilation": draw(rng, 2, 3) if draw is _drawn else draw(rng, 1, 4),
    }


def _drawn(rng, low, high):
    return int(rng.integers(low, high))


def _unequal(rng, low, high):
    return tuple(int(v) for v in rng.permutation(np.arange(low, high))[:2])


def size_for(
    rng: np.random.Generator,
    kernel: tuple[int, ...],
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
) -> tuple[int, ...]:
    """Return a drawn input size for which a kernel makes two stops or more."""
    rank = len(kernel)
    size = []
    for k, s, p, d in zip(
        kernel,
        referee.per_axis(stride, rank),
        referee.per_axis(padding, rank),
        referee.per_axis(dilation, rank),
        strict=True,
    ):
        stops, left = int(rng.integers(2, 5)), int(rng.integers(0, s))
        n = d * (k - 1) + 1 + s * (stops - 1) + left - 2 * p
        while n < 2:
            n += s
        size.append(n)
    return tuple(size)
