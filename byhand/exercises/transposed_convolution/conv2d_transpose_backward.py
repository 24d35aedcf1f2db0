"""``conv2d_transpose_backward``: its cases, what Keras answers, and its mistakes."""

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.exercises.transposed_convolution.stamps import (
    TRANSPOSE_SETTINGS,
    drawn_arrays,
    drawn_settings,
    sizes,
)


def _backward_arrays(rng, n, size, kernel, c_in, c_out, settings):
    """Return (dy, x, w), dy with the shape of the result."""
    x, w, _ = drawn_arrays(rng, n, size, kernel, c_in, c_out)
    return eighths(rng, n, *sizes(x, w, settings), c_out), x, w


BACKWARD_SETTINGS = tuple(
    entry for entry in TRANSPOSE_SETTINGS if entry[0] != "two stamps that overlap"
)


def _cases():
    rng = seeded(7, 5)
    return tuple(
        Case(name, _backward_arrays(rng, *shape, settings), dict(settings))
        for name, shape, settings in BACKWARD_SETTINGS
    )


def _hidden(rng):
    plain = _backward_arrays(rng, 2, (2, 3), (3, 2), 2, 3, {})
    cases = [Case("plain", plain)]
    while len(cases) < 8:
        size = tuple(int(v) for v in rng.integers(1, 5, size=2))
        kernel = tuple(int(v) for v in rng.integers(1, 4, size=2))
        c_in, c_out = (int(v) for v in rng.integers(1, 4, size=2))
        k = drawn_settings(rng, size, kernel)
        arrays = _backward_arrays(rng, 2, size, kernel, c_in, c_out, k)
        cases.append(Case("hidden", arrays, k))
    return cases


EXERCISE = Exercise(
    layer="keras.layers.Conv2DTranspose with tf.GradientTape",
    referee=referee.conv2d_transpose_backward,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db"),
)

### BEGIN MISTAKES

from byhand.exercises.transposed_convolution.stamps import settings_of

_backward = referee.conv2d_transpose_backward


def _other_dx(make):
    def slip(dy, x, w, **k):
        _, dw, db = _backward(dy, x, w, **k)
        return make(dy, x, w, k), dw, db

    return slip


def _other(part, make):
    def slip(dy, x, w, **k):
        grads = list(_backward(dy, x, w, **k))
        grads[part] = make(grads[part], len(x))
        return tuple(grads)

    return slip


def _flipped_dx(dy, x, w, k):
    return _backward(dy, x, w[::-1, ::-1], **k)[0]


def _dx_not_swapped(dy, x, w, k):
    if w.shape[2] != w.shape[3]:
        raise ValueError("C_in and C_out differ")
    return _backward(dy, x, w.swapaxes(2, 3), **k)[0]


def _convolved(dy, w, s, p):
    return referee.conv2d(dy, w, stride=s, padding=p)


def _dx_of_cut(dy, x, w, k):
    s, p, o = settings_of(k)
    h, wide = (n - e for n, e in zip(dy.shape[1:3], o, strict=True))
    return _convolved(dy[:, :h, :wide], w, s, p)


def _dx_scattered(dy, x, w, k):
    s, p, _ = settings_of(k)
    return referee.conv2d_transpose(dy, w.swapaxes(2, 3), stride=s, padding=p)


def _last_dw(dy, x, w, **k):
    dx, _, db = _backward(dy, x, w, **k)
    return dx, _backward(dy[-1:], x[-1:], w, **k)[1], db


def _other_db(make):
    def slip(dy, x, w, **k):
        return *_backward(dy, x, w, **k)[:2], make(dy)

    return slip


def _ordered(*order):
    def slip(dy, x, w, **k):
        grads = _backward(dy, x, w, **k)
        return tuple(grads[part] for part in order)

    return slip


SLIPS = {
    "kernel flipped": _other_dx(_flipped_dx),
    "in and out not swapped": _other_dx(_dx_not_swapped),
    "dw turned round": _other(1, lambda dw, n: dw[::-1, ::-1]),
    "dw of the last example only": _last_dw,
    "stride ignored in dx": _other_dx(
        lambda dy, x, w, k: _convolved(dy, w, 1, settings_of(k)[1])
    ),
    "padding ignored in dx": _other_dx(
        lambda dy, x, w, k: _convolved(dy, w, settings_of(k)[0], 0)
    ),
    "output_padding cut from dy": _other_dx(_dx_of_cut),
    "scattered instead of gathered": _other_dx(_dx_scattered),
    "batch divided twice": (
        _other(1, lambda dw, n: dw / n),
        lambda dy, x, w, **k: tuple(
            g if a == 0 else g / len(x) for a, g in enumerate(_backward(dy, x, w, **k))
        ),
        lambda dy, x, w, **k: tuple(g / len(x) for g in _backward(dy, x, w, **k)),
    ),
    "db a mean instead of a sum": (
        _other_db(lambda dy: dy.mean(axis=(0, 1, 2))),
        _other_db(lambda dy: dy.sum(axis=(1, 2)).mean(axis=0)),
        _other_db(lambda dy: dy.mean(axis=(1, 2)).sum(axis=0)),
    ),
    "db of the last example only": _other_db(lambda dy: dy[-1].sum(axis=(0, 1))),
    "db not summed over the examples": _other_db(lambda dy: dy.sum(axis=(1, 2))),
    "db not summed over the positions": _other_db(lambda dy: dy.sum(axis=0)),
    "the results in another order": tuple(
        _ordered(*order) for order in ((1, 0, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0))
    ),
}

### END MISTAKES
