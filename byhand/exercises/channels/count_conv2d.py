"""``count_conv2d``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _right(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    """Ask Keras: its own count of weights, and ones convolved with ones, added up."""
    pads = referee.pad_widths(padding, 2)
    x = np.ones((1, h + sum(pads[0]), w_in + sum(pads[1]), c_in))
    w = np.ones((kh, kw, c_in, filters))
    y = referee.convolution(x, w, stride=stride)
    layer = referee.load_keras().layers.Conv2D(filters, (kh, kw), use_bias=use_bias)
    layer.build(x.shape)
    return int(layer.count_params()), int(y.sum())


def _count_case(*sizes, **settings):
    h, w_in, c_in, filters, kh, kw = sizes
    name = f"{h}x{w_in}x{c_in}, {filters} of {kh}x{kw}"
    more = "".join(f", {key}={value}" for key, value in settings.items())
    return Case(name + more, sizes, settings)


def _cases():
    return (
        _count_case(3, 4, 1, 1, 2, 2),
        _count_case(5, 7, 2, 3, 3, 2),
        _count_case(5, 7, 2, 3, 3, 2, use_bias=False),
        _count_case(8, 9, 3, 4, 3, 2, stride=2),
        _count_case(8, 9, 3, 2, 2, 3, padding=1),
        _count_case(28, 28, 1, 8, 3, 3),
        _count_case(13, 13, 8, 16, 3, 3),
        _count_case(9, 12, 3, 5, 2, 4, stride=(2, 3), padding=(1, 2), use_bias=False),
    )


def _hidden(rng):
    cases = []
    for use_bias in (True, False, True, False):
        h, w_in = rng.integers(6, 15, size=2).tolist()
        kh, kw = rng.permutation(np.arange(1, 6))[:2].tolist()
        c_in, filters = rng.permutation(np.arange(2, 8))[:2].tolist()
        settings = {"stride": int(rng.integers(1, 4)), "padding": int(rng.integers(3))}
        cases.append(
            _count_case(h, w_in, c_in, filters, kh, kw, use_bias=use_bias, **settings)
        )
    stride = tuple(rng.permutation([1, 3]).tolist())
    padding = tuple(rng.permutation([0, 2]).tolist())
    cases.append(_count_case(9, 11, 3, 2, 2, 3, stride=stride))
    cases.append(_count_case(7, 10, 2, 3, 3, 2, padding=padding))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv2D(filters, (kh, kw)).count_params()",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("parameters", "multiply_adds"),
)

### BEGIN MISTAKES


def _counted(weights=None, work=None):
    """Return a slip of count_conv2d: one of the two numbers is counted otherwise.

    ``weights`` and ``work`` take the right number and the sizes as a dict.
    """

    def slip(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
        settings = {"stride": stride, "padding": padding, "use_bias": use_bias}
        right = _right(h, w_in, c_in, filters, kh, kw, **settings)
        sizes = dict(h=h, w_in=w_in, c_in=c_in, filters=filters, kh=kh, kw=kw)
        sizes |= {
            "bias": filters * use_bias,
            "stops": right[1] // (kh * kw * c_in * filters),
        }
        return tuple(
            int(make(number, sizes)) if make else number
            for number, make in zip(right, (weights, work), strict=True)
        )

    return slip


def _recounted(**change):
    def slip(*sizes, **settings):
        return _right(*sizes, **{**settings, **change})

    return slip


def _one_kernel(number, s):
    """Return the number without the factor of the channels; the bias stays."""
    return (number - s["bias"]) // s["c_in"] + s["bias"]


SLIPS = {
    "channels left out of the count": (
        _counted(_one_kernel, lambda n, s: n // s["c_in"]),
        _counted(_one_kernel),
        _counted(None, lambda n, s: n // s["c_in"]),
    ),
    "filters left out of the count": (
        _counted(lambda n, s: n // s["filters"], lambda n, s: n // s["filters"]),
        _counted(lambda n, s: (n - s["bias"]) // s["filters"] + s["bias"]),
        _counted(None, lambda n, s: n // s["filters"]),
    ),
    "bias forgotten": _counted(lambda n, s: n - s["bias"]),
    "a bias although there is none": _recounted(use_bias=True),
    "one bias for the layer": _counted(
        lambda n, s: n - s["bias"] + (1 if s["bias"] else 0)
    ),
    "a bias for every kernel": _counted(lambda n, s: n + s["bias"] * (s["c_in"] - 1)),
    "weights counted for every stop": _counted(lambda n, s: n * s["stops"]),
    "one stop counted": _counted(None, lambda n, s: n // s["stops"]),
    "counted on the input": _counted(
        None, lambda n, s: n // s["stops"] * s["h"] * s["w_in"]
    ),
    "bias counted as a multiplication": _counted(
        None, lambda n, s: n + s["bias"] * s["stops"]
    ),
    "each multiply-add counted twice": _counted(None, lambda n, s: 2 * n),
    "height for width": _counted(
        lambda n, s: (n - s["bias"]) // s["kw"] * s["kh"] + s["bias"],
        lambda n, s: n // s["kw"] * s["kh"],
    ),
    "stride ignored": _recounted(stride=1),
    "padding ignored": _recounted(padding=0),
    "weights and work exchanged": lambda *s, **k: _right(*s, **k)[::-1],
}

### END MISTAKES
