"""``count_separable``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(h_out, w_out, kh, kw, c_in, c_out, *, multiplier=1):
    """Ask SeparableConv2D for its weights; each is used once at every pixel."""
    layer = referee.load_keras().layers.SeparableConv2D(
        c_out, (kh, kw), depth_multiplier=multiplier
    )
    layer.build((1, h_out + kh - 1, w_out + kw - 1, c_in))
    parameters = int(layer.count_params())
    return parameters, (parameters - c_out) * h_out * w_out


def _cases():
    settings = (
        (1, 1, 2, 3, 1, 1, 1),
        (4, 5, 3, 3, 3, 1, 1),
        (3, 4, 2, 3, 2, 5, 1),
        (6, 5, 3, 2, 3, 4, 2),
        (7, 9, 5, 3, 4, 2, 3),
        (8, 8, 3, 3, 64, 128, 1),
    )
    return tuple(_count_case(*s) for s in settings)


def _count_case(h, w, kh, kw, c_in, c_out, multiplier):
    name = f"{h}x{w} outputs, {kh}x{kw}, {c_in} to {c_out}"
    if multiplier == 1:
        return Case(name, (h, w, kh, kw, c_in, c_out))
    name = f"{name}, multiplier {multiplier}"
    return Case(name, (h, w, kh, kw, c_in, c_out), {"multiplier": multiplier})


def _hidden(rng):
    tops = (12, 12, 6, 6, 20, 20, 4)
    return [_count_case(*(int(rng.integers(2, t)) for t in tops)) for _ in range(8)]


EXERCISE = Exercise(
    layer="keras.layers.SeparableConv2D(...).count_params()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("parameters", "multiply_adds"),
)

### BEGIN MISTAKES


def _counting(parameters, products=None):
    """Return a slip from the counts of weights, each f(k, ci, co, m).

    ``products`` counts the multiply-adds per pixel; by default the parameters less the
    bias.
    """

    def slip(h, w, kh, kw, c_in, c_out, *, multiplier=1):
        shape = (kh * kw, c_in, c_out, multiplier)
        weights = parameters(*shape)
        per_pixel = products(*shape) if products else weights - c_out
        return int(weights), int(per_pixel * h * w)

    return slip


SLIPS = {
    "bias forgotten": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m * co,
        lambda k, ci, co, m: k * ci * m + ci * m * co,
    ),
    "bias counted in both steps": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m + ci * m * co + co,
        lambda k, ci, co, m: k * ci * m + ci * m * co,
    ),
    "bias counted in the multiply-adds": _counting(
        lambda k, ci, co, m: k * ci * m + ci * m * co + co,
        lambda k, ci, co, m: k * ci * m + ci * m * co + co,
    ),
    "multiplier ignored": (
        _counting(lambda k, ci, co, m: k * ci + ci * co + co),
        _counting(lambda k, ci, co, m: k * ci * m + ci * co + co),
        _counting(lambda k, ci, co, m: k * ci + ci * m * co + co),
    ),
    "counted as a full convolution": (
        _counting(lambda k, ci, co, m: k * ci * co + co),
        _counting(lambda k, ci, co, m: k * ci * m * co + co),
    ),
    "pointwise step forgotten": _counting(
        lambda k, ci, co, m: k * ci * m + co, lambda k, ci, co, m: k * ci * m
    ),
    "depthwise step forgotten": _counting(lambda k, ci, co, m: ci * m * co + co),
    "one kernel for all channels": _counting(
        lambda k, ci, co, m: k * m + ci * m * co + co
    ),
    "outputs not counted": lambda h, w, *shape, **k: (
        _right(h, w, *shape, **k)[0],
        _right(1, 1, *shape, **k)[1],
    ),
    "height for width": (
        lambda h, w, *shape, **k: _right(h, h, *shape, **k),
        lambda h, w, kh, kw, *shape, **k: _right(h, w, kh, kh, *shape, **k),
    ),
    "multiplications and additions counted apart": lambda *shape, **k: (
        _right(*shape, **k)[0],
        2 * _right(*shape, **k)[1],
    ),
}

### END MISTAKES
