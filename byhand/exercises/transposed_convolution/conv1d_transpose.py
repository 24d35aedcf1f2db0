"""``conv1d_transpose``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.windows import stamped_window


def _cases():
    rng = seeded(7, 1)
    settings = (
        ("one stamp", 1, 3, 1),
        ("two stamps that overlap", 2, 2, 1),
        ("stride 1", 4, 3, 1),
        ("stride 2", 3, 3, 2),
        ("as far apart as long", 3, 2, 2),
        ("gaps between stamps", 3, 2, 3),
        ("many overlaps", 5, 4, 1),
        ("a stamp of one", 3, 1, 2),
    )
    cases = [
        Case(name, (eighths(rng, n), eighths(rng, k)), {"stride": s})
        for name, n, k, s in settings
    ]
    return (*cases, Case("the default", (eighths(rng, 3), eighths(rng, 2))))


def _hidden(rng):
    settings = ((4, 5, 2), (7, 3, 1), (5, 2, 4), (6, 4, 3), (1, 4, 2), (3, 6, 2))
    return [
        Case("hidden", (eighths(rng, n), eighths(rng, k)), {"stride": s})
        for n, k, s in settings
    ]


EXERCISE = Exercise(
    layer="keras.layers.Conv1DTranspose(1, k, strides=stride)",
    referee=referee.conv1d_transpose,
    cases=_cases,
    hidden=_hidden,
    window=stamped_window(rank=1),
)

### BEGIN MISTAKES

from byhand.slips import Operation
from byhand.slips.stamped import stamp_mistakes

SLIPS = stamp_mistakes(Operation(x="w", w="kw", y="w", settings="stride"))

### END MISTAKES
