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
    x = eighths(rng, 2 + sum(kernel) % 2, *size, c_in)
    return x, eighths(rng, *kernel, c_in, c_out), eighths(rng, c_out)


def _cases():
    rng = seeded(4, 8)
    cases = tuple(
        Case(name, _volume_arrays(rng, size, kernel), dict(settings))
        for name, size, kernel, settings in VOLUMES
    )
    x, w = eighths(rng, 3, 3, 2, 4, 2), eighths(rng, 2, 1, 2, 2, 4)
    return (*cases, Case("three volumes, four filters", (x, w, eighths(rng, 4))))


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

from byhand.slips import Operation, without
from byhand.slips.forward import mistakes

VOLUME = Operation(
    x="n d h w c",
    w="kd kh kw c f",
    b="f",
    y="n d h w f",
    settings="stride padding dilation",
)
# the hints of these two speak of planes
SLIPS = without(
    mistakes(VOLUME),
    "the first kernel for every channel",
    "in and out of the kernel swapped",
)

### END MISTAKES
