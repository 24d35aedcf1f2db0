"""``to_keras_transpose``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded


def _right(x, w):
    """Ask Keras's Permute to move the axes."""
    permute = referee.load_keras().layers.Permute
    return (
        referee.run(permute((2, 3, 1), dtype="float64"), x),
        referee.run(permute((3, 4, 2, 1), dtype="float64"), w[None])[0],
    )


def _layout_case(name, rng, n, c_in, c_out, size, kernel):
    return Case(
        name, (eighths(rng, n, c_in, *size), eighths(rng, c_in, c_out, *kernel))
    )


def _cases():
    rng = seeded(7, 8)
    return (
        _layout_case("one channel", rng, 1, 1, 1, (2, 3), (2, 2)),
        _layout_case("two into three", rng, 2, 2, 3, (2, 4), (3, 2)),
        _layout_case("three into one", rng, 1, 3, 1, (4, 2), (1, 3)),
        _layout_case("square", rng, 2, 2, 2, (2, 2), (2, 2)),
    )


def _hidden(rng):
    return [
        _layout_case("hidden", rng, 2, 4, 3, (3, 5), (2, 3)),
        _layout_case("hidden", rng, 3, 3, 3, (3, 3), (3, 3)),
        _layout_case("hidden", rng, 1, 2, 5, (4, 3), (3, 4)),
    ]


EXERCISE = Exercise(
    layer="keras.layers.Permute",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("x", "w"),
)

### BEGIN MISTAKES


def _layout(of_x, of_w):
    """Return a slip of to_keras_transpose: None leaves a part right."""

    def slip(x, w):
        right = _right(x, w)
        return (
            right[0] if of_x is None else of_x(x),
            right[1] if of_w is None else of_w(w),
        )

    return slip


SLIPS = {
    "in and out not swapped": _layout(None, lambda w: w.transpose(2, 3, 0, 1)),
    "rows and columns swapped": (
        _layout(lambda x: x.transpose(0, 3, 2, 1), None),
        _layout(None, lambda w: w.transpose(3, 2, 1, 0)),
        _layout(lambda x: x.transpose(0, 3, 2, 1), lambda w: w.transpose(3, 2, 1, 0)),
    ),
    "reshaped where axes should move": tuple(
        _layout(
            (lambda x: x.reshape([x.shape[a] for a in (0, 2, 3, 1)]))
            if first
            else None,
            (lambda w: w.reshape([w.shape[a] for a in (2, 3, 1, 0)]))
            if second
            else None,
        )
        for first, second in ((1, 0), (0, 1), (1, 1))
    ),
    "kernel flipped": _layout(
        None, lambda w: w[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)
    ),
}

### END MISTAKES
