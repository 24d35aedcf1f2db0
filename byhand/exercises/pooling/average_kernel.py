"""``average_kernel``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(size, channels):
    """Ask average pooling what it makes of every single pixel."""
    kh, kw = referee.per_axis(size, 2)
    count = kh * kw * channels
    pixels = np.eye(count).reshape(count, kh, kw, channels)
    answer = referee.avg_pool2d(pixels, (kh, kw))
    return answer.reshape(kh, kw, channels, channels)


def _cases():
    settings = ((2, 1), ((1, 2), 2), (2, 3), ((3, 2), 2), ((2, 4), 3), (3, 1))
    return tuple(
        Case(f"window {size}, {channels} channels", (size, channels))
        for size, channels in settings
    )


def _hidden(rng):
    cases = []
    for _ in range(6):
        kh, kw, channels = (int(v) for v in rng.integers(1, 5, size=3))
        size = (kh, kw) if rng.random() < 0.7 else kh
        cases.append(Case("hidden", (size, channels)))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(C, size, strides=size)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
)

### BEGIN MISTAKES


def _kernel(change):
    """Return a slip that changes the right kernel: change(w, kh, kw, c)."""

    def slip(size, channels):
        kh, kw = referee.per_axis(size, 2)
        return change(_right(size, channels), kh, kw, channels)

    return slip


SLIPS = {
    "all channels averaged together": _kernel(
        lambda w, kh, kw, c: np.full_like(w, 1 / (kh * kw))
    ),
    "mean over the channels as well": (
        _kernel(lambda w, kh, kw, c: np.full_like(w, 1 / (kh * kw * c))),
        _kernel(lambda w, kh, kw, c: w / c),
    ),
    "sum instead of mean": _kernel(lambda w, kh, kw, c: w * (kh * kw)),
    "a depthwise kernel": (
        _kernel(lambda w, kh, kw, c: np.full((kh, kw, c, 1), 1 / (kh * kw))),
        _kernel(lambda w, kh, kw, c: np.full((kh, kw, 1, c), 1 / (kh * kw))),
        _kernel(lambda w, kh, kw, c: np.full((kh, kw), 1 / (kh * kw))),
    ),
    "divided by one side of the window": (
        _kernel(lambda w, kh, kw, c: w * kw),
        _kernel(lambda w, kh, kw, c: w * kh),
    ),
    "channels first for a kernel": (
        _kernel(lambda w, kh, kw, c: w.transpose(2, 3, 0, 1)),
    ),
    "window's height and width exchanged": _kernel(
        lambda w, kh, kw, c: w.transpose(1, 0, 2, 3)
    ),
    "one number for both directions": tuple(
        lambda size, channels, a=a: _right(referee.per_axis(size, 2)[a], channels)
        for a in (0, 1)
    ),
    "only the first channel": _kernel(
        lambda w, kh, kw, c: w * (np.arange(c * c).reshape(c, c) == 0)
    ),
    "one pixel of each window": _kernel(
        lambda w, kh, kw, c: (
            (w > 0) * (np.arange(kh * kw).reshape(kh, kw, 1, 1) == 0) * 1.0
        )
    ),
    "channels in reverse order": _kernel(lambda w, kh, kw, c: w[..., ::-1]),
}

### END MISTAKES
