"""``receptive_field``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise


def _layer(kernel, stride=1, padding=0, dilation=1):
    return dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)


def _right(layers):
    """Ask Keras for gradients: the field is where they aren't zero."""
    top = sum(layer["padding"] for layer in layers) + 1
    widths = [2 * top + 2]
    for layer in reversed(layers):
        span = layer["dilation"] * (layer["kernel"] - 1) + 1
        below = (widths[0] - 1) * layer["stride"] + span - 2 * layer["padding"]
        widths.insert(0, max(below, 1))
    first, last = _reached(layers, widths, top)
    following, _ = _reached(layers, widths, top + 1)
    jump = following - first
    return last - first + 1, jump, first - top * jump


def _reached(layers, widths, unit):
    """Return the first and the last input that a unit of the top depends on."""
    dy = np.zeros((1, widths[-1], 1))
    dy[0, unit] = 1.0
    for layer, width in zip(reversed(layers), reversed(widths[:-1]), strict=True):
        settings = {k: layer[k] for k in ("stride", "padding", "dilation")}
        w, x = np.ones((layer["kernel"], 1, 1)), np.zeros((1, width, 1))
        dy = referee.convolution(x, w, dy=dy, **settings)[0]
    found = np.flatnonzero(dy[0, :, 0])
    return int(found[0]), int(found[-1])


FIELDS = {
    "one layer of 3": [_layer(3)],
    "no layer": [],
    "two layers of 3": [_layer(3), _layer(3)],
    "3 with padding 1, then 5 with padding 2": [
        _layer(3, padding=1),
        _layer(5, padding=2),
    ],
    "3 with stride 2, then 3": [_layer(3, stride=2), _layer(3)],
    "2, then 4 with stride 3": [_layer(2), _layer(4, stride=3)],
    "1, then 1 with stride 2, then 3": [_layer(1), _layer(1, stride=2), _layer(3)],
    "three of 3, dilations 1, 2, 4": [
        _layer(3),
        _layer(3, dilation=2),
        _layer(3, dilation=4),
    ],
    "convolution, pooling, convolution": [
        _layer(3, padding=1),
        _layer(2, stride=2),
        _layer(3, padding=1),
        _layer(2, stride=2),
    ],
    "everything": [
        _layer(5, stride=2, padding=1, dilation=2),
        _layer(3, stride=3, padding=2),
        _layer(4, stride=2, padding=3, dilation=3),
    ],
}


def _cases():
    return tuple(Case(name, (layers,)) for name, layers in FIELDS.items())


def _hidden(rng):
    tops = ((1, 6), (1, 4), (0, 3), (1, 4))
    return [
        Case(
            "hidden",
            (
                [
                    _layer(*(int(rng.integers(*top)) for top in tops))
                    for _ in range(int(rng.integers(2, 5)))
                ],
            ),
        )
        for _ in range(8)
    ]


EXERCISE = Exercise(
    layer="the gradient of a stack of keras.layers.Conv1D",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("size", "jump", "start"),
)

### BEGIN MISTAKES


def _walk(grow=None, jumps=None, shift=None, size=1):
    """Return a slip that follows the layers with one of the three rules changed.

    Each rule gets (value, jump, k, s, p, d), the values before the layer.
    """
    grow = grow or (lambda v, jump, k, s, p, d: v + d * (k - 1) * jump)
    jumps = jumps or (lambda v, jump, k, s, p, d: v * s)
    shift = shift or (lambda v, jump, k, s, p, d: v - p * jump)

    def slip(layers):
        now, jump, start = size, 1, 0
        for layer in layers:
            rest = tuple(layer[n] for n in ("kernel", "stride", "padding", "dilation"))
            now, start = grow(now, jump, *rest), shift(start, jump, *rest)
            jump = jumps(jump, jump, *rest)
        return now, jump, start

    return slip


def _backwards(layers):
    return _walk()(layers[::-1])


def _jump_first(layers):
    """Multiply the jump by a layer's own stride before it is used."""
    size, jump, start = 1, 1, 0
    for layer in layers:
        jump *= layer["stride"]
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
    return size, jump, start


SLIPS = {
    "stride ignored": (
        _walk(jumps=lambda v, jump, k, s, p, d: 1),
        _walk(
            grow=lambda v, jump, k, s, p, d: v + d * (k - 1),
            shift=lambda v, jump, k, s, p, d: v - p,
        ),
    ),
    "the size without the jump": _walk(
        grow=lambda v, jump, k, s, p, d: v + d * (k - 1)
    ),
    "stride counted in its own layer": (
        _jump_first,
        _walk(grow=lambda v, jump, k, s, p, d: v + d * (k - 1) * jump * s),
        _walk(grow=lambda v, jump, k, s, p, d: v + d * (k - 1) * s),
    ),
    "strides added": (
        _walk(jumps=lambda v, jump, k, s, p, d: v + s),
        _walk(jumps=lambda v, jump, k, s, p, d: v + s - 1),
    ),
    "only the last stride counts": _walk(jumps=lambda v, jump, k, s, p, d: s),
    "kernel sizes added": (
        _walk(grow=lambda v, jump, k, s, p, d: v + d * k * jump),
        _walk(grow=lambda v, jump, k, s, p, d: v + d * k * jump, size=0),
    ),
    "sizes multiplied": _walk(grow=lambda v, jump, k, s, p, d: v * (d * (k - 1) + 1)),
    "the first pixel forgotten": _walk(size=0),
    "dilation ignored": _walk(grow=lambda v, jump, k, s, p, d: v + (k - 1) * jump),
    "dilation off by one": _walk(
        grow=lambda v, jump, k, s, p, d: v + (d * k - 1) * jump
    ),
    "dilation moves the window": _walk(jumps=lambda v, jump, k, s, p, d: v * s * d),
    "padding counted in the size": (
        _walk(grow=lambda v, jump, k, s, p, d: v + (d * (k - 1) + 2 * p) * jump),
        _walk(grow=lambda v, jump, k, s, p, d: v + (d * (k - 1) - 2 * p) * jump),
    ),
    "padding ignored": _walk(shift=lambda v, jump, k, s, p, d: v),
    "padding without the jump": _walk(shift=lambda v, jump, k, s, p, d: v - p),
    "padding to the wrong side": _walk(shift=lambda v, jump, k, s, p, d: v + p * jump),
    "layers in reverse order": _backwards,
}

### END MISTAKES
