"""``conv3d``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import convolution_window

VOLUMES = (
    ("one output", (2, 3, 2), (2, 3, 2), {}),
    ("a kernel of one row", (3, 2, 4), (2, 1, 3), {}),
    ("a kernel of three sizes", (4, 3, 5), (2, 1, 3), {}),
    ("stride 2", (5, 4, 6), (2, 2, 3), {"stride": 2}),
    ("three strides", (5, 6, 7), (2, 3, 2), {"stride": (2, 1, 3)}),
    ("padding 1", (3, 2, 4), (3, 2, 2), {"padding": 1}),
    ("three paddings", (3, 2, 4), (2, 2, 3), {"padding": (1, 2, 0)}),
    ("dilation 2", (4, 5, 5), (2, 3, 2), {"dilation": 2}),
    ("three dilations", (5, 4, 7), (2, 2, 3), {"dilation": (3, 1, 2)}),
    (
        "all three",
        (5, 6, 4),
        (2, 3, 2),
        {"stride": (1, 2, 3), "padding": (0, 1, 2), "dilation": (3, 2, 1)},
    ),
    ("a cube", (4, 4, 4), (2, 2, 2), {"stride": 2, "padding": 1}),
)


def _volume_arrays(rng, size, kernel):
    c_in, c_out = ((2, 3), (1, 2), (3, 2))[sum(size) % 3]
    x = eighths(rng, 2, *size, c_in)
    return x, eighths(rng, *kernel, c_in, c_out), eighths(rng, c_out)


def _cases():
    rng = seeded(4, 8)
    return tuple(
        Case(name, _volume_arrays(rng, size, kernel), dict(settings))
        for name, size, kernel, settings in VOLUMES
    )


def _hidden(rng):
    cases = []
    while len(cases) < 6:
        size = tuple(int(v) for v in rng.integers(4, 7, size=3))
        kernel = tuple(int(v) for v in rng.integers(1, 4, size=3))
        names = ("stride", "padding", "dilation")
        low = {"stride": 1, "padding": 0, "dilation": 1}
        settings = {
            n: tuple(int(v) for v in rng.integers(low[n], low[n] + 3, size=3))
            for n in names
        }
        spans = (d * (k - 1) for d, k in zip(settings["dilation"], kernel, strict=True))
        room = (n + 2 * p for n, p in zip(size, settings["padding"], strict=True))
        if all(n > s for n, s in zip(room, spans, strict=True)):
            arrays = _volume_arrays(rng, size, kernel)
            cases.append(Case("hidden", arrays, settings))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv3D(C_out, (kd, kh, kw))",
    referee=referee.conv3d,
    cases=_cases,
    hidden=_hidden,
    window=convolution_window(rank=3, first=1, channels=True, filters=True),
)

### BEGIN MISTAKES

import numpy as np

from byhand import slips
from byhand.exercises.conv_family.families import ALL
from byhand.slips_settings import more_slips


def _volume(change=lambda x, w: (x, w), **new):
    """Return a slip of conv3d with other arrays, or with a setting made anew."""

    def slip(x, w, b, **k):
        x, w = change(x, w)
        made = {n: f(k[n]) for n, f in new.items() if n in k}
        return referee.conv3d(x, w, b, **{**k, **made})

    return slip


def _reversed(setting):
    return referee.per_axis(setting, 3)[::-1]


def _depth_neutral(value):
    return lambda setting: (value, *referee.per_axis(setting, 3)[1:])


def _depth_plane(x, w):
    """Keep the first plane of the kernel only."""
    w = w.copy()
    w[1:] = 0
    return x, w


NAMES = ("stride", "padding", "dilation")


def _without_last(w, axes):
    """Return a kernel whose last plane along some axes is 0."""
    kept = w.copy()
    for axis in axes:
        np.moveaxis(kept, axis, 0)[-1] = 0.0
    return kept


SLIPS = {
    **slips.convolution(referee.conv3d, rank=3, first=1, offers=ALL, channels=True),
    **more_slips(referee.conv3d, rank=3, first=1, offers=ALL),
    "last taps left out": tuple(
        _volume(lambda x, w, axes=axes: (x, _without_last(w, axes)))
        for axes in ((0, 1, 2), (0,), (1,), (2,))
    ),
    "one number for all three directions": tuple(
        _volume(**dict.fromkeys(names, lambda v, a=a: referee.per_axis(v, 3)[a]))
        for names in (("stride",), ("padding",), ("dilation",), NAMES)
        for a in (0, 1, 2)
    ),
    "kernel flipped in depth only": _volume(lambda x, w: (x, w[::-1])),
    "kernel flipped in the plane only": _volume(lambda x, w: (x, w[:, ::-1, ::-1])),
    "only the first plane of the kernel": _volume(_depth_plane),
    "axes of a setting in reverse order": (
        _volume(stride=_reversed),
        _volume(padding=_reversed),
        _volume(dilation=_reversed),
        _volume(stride=_reversed, padding=_reversed, dilation=_reversed),
    ),
    "depth moves one step at a time": _volume(stride=_depth_neutral(1)),
    "depth not padded": _volume(padding=_depth_neutral(0)),
    "depth not dilated": _volume(dilation=_depth_neutral(1)),
    "axes of the result exchanged": (
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(1, 3),
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(2, 3),
        lambda x, w, b, **k: referee.conv3d(x, w, b, **k).swapaxes(1, 2),
        lambda x, w, b, **k: np.moveaxis(referee.conv3d(x, w, b, **k), 1, 3),
    ),
}

### END MISTAKES
