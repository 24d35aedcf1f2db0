"""``conv2d_plane_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.backprop.upstream import conv_case
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import seeded
from byhand.exercises.windows import gradient_window
from byhand.gradients import along


def _right(dy, x, w, *, stride=1):
    planes = dy[None, ..., None], x[None, ..., None], w[..., None, None]
    dx, dw, db = referee.conv2d_backward(*planes, stride=stride)
    return dx[0, ..., 0], dw[..., 0, 0], float(db[0])


def _plane_case(name, rng, size, kernel, stride=1):
    settings = {} if stride == 1 else {"stride": stride}
    case = conv_case(name, rng, size, kernel, settings, n=1, c_in=1, c_out=1)
    dy, x, w = case.args
    return Case(name, (dy[0, ..., 0], x[0, ..., 0], w[..., 0, 0]), settings)


def _cases():
    rng = seeded(6, 12)
    dy, x = [[2.0, 0], [1, -1]], [[1.0, 2, 0], [0, 3, 1], [2, 1, 1]]
    paper = tuple(map(np.array, (dy, x, [[1.0, 2], [3, 4]])))
    return (
        Case("the one on paper", paper),
        _plane_case("one stop", rng, (2, 3), (2, 3)),
        _plane_case("a wide picture", rng, (3, 6), (2, 2)),
        _plane_case("a tall kernel", rng, (5, 4), (3, 1)),
        _plane_case("a kernel of one", rng, (3, 4), (1, 1), stride=2),
        _plane_case("stride 2", rng, (5, 7), (3, 3), stride=2),
        _plane_case("stride 2, a row left over", rng, (6, 5), (3, 2), stride=2),
        _plane_case("stride 3, gaps between windows", rng, (5, 8), (2, 2), stride=3),
    )


def _hidden(rng):
    settings = (
        ((6, 4), (3, 2), 1),
        ((5, 9), (2, 3), 2),
        ((7, 6), (2, 4), 3),
        ((4, 4), (4, 4), 2),
        ((9, 5), (4, 2), 2),
    )
    return [_plane_case("hidden", rng, *s) for s in settings]


def _witness(dy, x, w, *, stride=1):
    return along(referee.conv2d)(dy, x, w, np.zeros(()), stride=stride)


def _window(arguments, index, part="dx"):
    """Return what a gradient reads, as for a batch of one picture with one channel."""
    wide = {k: arguments[k][None, ..., None] for k in ("dy", "x")}
    wide |= {"w": arguments["w"][..., None, None], "stride": arguments["stride"]}
    place = {"dx": (0, *index, 0), "dw": (*index, 0, 0), "db": (0,)}[part]
    found = gradient_window()(wide, place, part)
    return {k: v[..., 0, 0] if k == "w" else v[0, ..., 0] for k, v in found.items()}


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
    window=_window,
    witness=_witness,
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.backward import gradient_mistakes

PLANE = Operation(x="h w", w="kh kw", b="", y="h w", settings="stride")
SLIPS = gradient_mistakes(PLANE)

### END MISTAKES
