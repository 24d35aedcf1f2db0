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
        return change(_spread(kh, kw, channels), kh, kw, channels)

    return slip


def _spread(kh, kw, c):
    return np.broadcast_to(np.eye(c) / (kh * kw), (kh, kw, c, c)).copy()


def _filled(*shape):
    """Return a slip with the right number everywhere, in a shape of names."""

    def change(w, kh, kw, c):
        sizes = {"kh": kh, "kw": kw, "c": c, 1: 1}
        return np.full([sizes[n] for n in shape], 1 / (kh * kw))

    return _kernel(change)


SLIPS = {
    "all channels averaged together": _filled("kh", "kw", "c", "c"),
    "mean over the channels as well": (
        _kernel(lambda w, kh, kw, c: np.full_like(w, 1 / (kh * kw * c))),
        _kernel(lambda w, kh, kw, c: w / c),
    ),
    "sum instead of mean": _kernel(lambda w, kh, kw, c: w * (kh * kw)),
    "a depthwise kernel": (
        _filled("kh", "kw", "c", 1),
        _filled("kh", "kw", 1, "c"),
        _filled("kh", "kw"),
    ),
    "divided by one side of the window": (
        _kernel(lambda w, kh, kw, c: w * kw),
        _kernel(lambda w, kh, kw, c: w * kh),
    ),
    "channels first for a kernel": _kernel(lambda w, *_: w.transpose(2, 3, 0, 1)),
    "window's height and width exchanged": _kernel(lambda w, *_: w.swapaxes(0, 1)),
    "one number for both directions": (
        _kernel(lambda w, kh, kw, c: _spread(kh, kh, c)),
        _kernel(lambda w, kh, kw, c: _spread(kw, kw, c)),
    ),
    "only the first channel": _kernel(
        lambda w, kh, kw, c: w * (np.arange(c * c).reshape(c, c) == 0)
    ),
    "one pixel of each window": _kernel(
        lambda w, kh, kw, c: (
            (w > 0) * (np.arange(kh * kw).reshape(kh, kw, 1, 1) == 0) * 1.0
        )
    ),
    "channels in reverse order": _kernel(lambda w, *_: w[..., ::-1]),
}

### END MISTAKES
