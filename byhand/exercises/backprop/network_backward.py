"""``network_backward``: its cases, what Keras answers, and its mistakes."""

import numpy as np

from byhand import referee
from byhand.exercises.declaring import Case, Exercise
from byhand.exercises.inputs import eighths, seeded
from byhand.gradients import along


def _forward(x, w, b, v):
    y = referee.relu(referee.conv2d(x, w, b))
    return referee.max_pool2d(y, 2).reshape(len(x), -1) @ v


def _right(dz, x, w, b, v):
    """Ask the tape that ran the whole network in Keras."""
    keras, tf = referee.load_keras(), referee.load_tensorflow()
    more = {"dtype": "float64"}
    layers = (
        keras.layers.Conv2D(len(b), w.shape[:2], **more),
        keras.layers.ReLU(**more),
        keras.layers.MaxPooling2D(2, **more),
        keras.layers.Flatten(**more),
        keras.layers.Dense(v.shape[1], use_bias=False, **more),
    )
    network = keras.Sequential([keras.Input(x.shape[1:], dtype="float64"), *layers])
    network.set_weights([w, b, v])
    seen = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(seen)
        z = network(seen)
    sources = [seen, *(weight.value for weight in network.trainable_variables)]
    return tuple(g.numpy() for g in tape.gradient(z, sources, tf.constant(dz)))


def _network_case(name, rng, n, size, c_in=1, filters=2, units=2):
    h, w_in = ((edge - 2) // 2 for edge in size)
    x, w = eighths(rng, n, *size, c_in), eighths(rng, 3, 3, c_in, filters)
    b, v = eighths(rng, filters), eighths(rng, h * w_in * filters, units)
    return Case(name, (eighths(rng, n, units), x, w, b, v))


def _cases():
    rng = seeded(6, 13)
    return (
        _network_case("one window to pool", rng, 1, (4, 4), filters=1, units=1),
        _network_case("6 x 6, two filters", rng, 1, (6, 6)),
        _network_case("a batch of three", rng, 3, (6, 6)),
        _network_case("a wide picture", rng, 2, (4, 8), units=3),
        _network_case("a row left over", rng, 2, (7, 6), c_in=2, filters=3),
    )


def _hidden(rng):
    return [
        _network_case("hidden", rng, 2, (6, 6)),
        _network_case("hidden", rng, 3, (8, 4), c_in=3, units=4),
        _network_case("hidden", rng, 2, (7, 9), filters=3, units=1),
    ]


# No window is drawn: through the pooling and the last matrix, every gradient reads all
# of dz and v, so that all would be marked. Which of the four parts differ, and whether
# central differences agree with them, says more about where to look.
EXERCISE = Exercise(
    layer="the tape through Conv2D, ReLU, MaxPooling2D, Flatten and Dense",
    referee=_right,
    cases=_cases,
    hidden=_hidden,
    parts=("dx", "dw", "db", "dv"),
    witness=along(_forward),
)

### BEGIN MISTAKES

_view = np.lib.stride_tricks.sliding_window_view


def _blocks(y):
    """Return the pixels of each 2x2 block along a last axis of four."""
    n, h, w, f = y.shape
    cut = y[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, f)
    return cut.transpose(0, 1, 3, 5, 2, 4).reshape(n, h // 2, w // 2, f, 4)


def _spread(shares, shape):
    """Put the four shares of each block back at their pixels."""
    n, h, w, f, _ = shares.shape
    out = np.zeros(shape)
    back = shares.reshape(n, h, w, f, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    out[:, : 2 * h, : 2 * w] = back.reshape(n, 2 * h, 2 * w, f)
    return out


def _made(relu=True, bias=True, winner=True, last=False):
    """Return a slip: what comes back when one of the steps is left out."""

    def slip(dz, x, w, b, v):
        windows = _view(x, w.shape[:2], axis=(1, 2))
        y = np.einsum("nijcpq,pqcf->nijf", windows, w) + (b if bias else 0.0)
        four = _blocks(np.maximum(y, 0.0))
        m = four.max(axis=-1)
        dm = (dz @ v.T).reshape(m.shape)[..., None]
        first = np.arange(4) == np.argmax(four, axis=-1)[..., None]
        dy = _spread(dm * (first if winner else np.ones(4)), y.shape)
        dy = dy * (y > 0) if relu else dy
        counted = slice(-1, None) if last else slice(None)
        dw = np.einsum("nijcpq,nijf->pqcf", windows[counted], dy[counted])
        dx = np.zeros_like(x)
        for i, j in np.ndindex(dy.shape[1:3]):
            at = slice(i, i + w.shape[0]), slice(j, j + w.shape[1])
            dx[:, at[0], at[1]] += np.einsum("nf,pqcf->npqc", dy[:, i, j], w)
        dv = m[counted].reshape(-1, len(v)).T @ dz[counted]
        return dx, dw, dy[counted].sum(axis=(0, 1, 2)), dv

    return slip


def _ordered(*places):
    def slip(dz, x, w, b, v):
        found = _made()(dz, x, w, b, v)
        return tuple(found[place] for place in places)

    return slip


def _divided(dz, x, w, b, v):
    dx, *others = _made()(dz, x, w, b, v)
    return dx, *(gradient / len(x) for gradient in others)


SLIPS = {
    "ReLU left out": _made(relu=False),
    "bias forgotten": _made(bias=False),
    "gradient sent to the whole window": _made(winner=False),
    "dw of the last example only": _made(last=True),
    "upstream gradient ignored": lambda dz, x, w, b, v: _made()(
        np.ones(dz.shape), x, w, b, v
    ),
    "batch divided twice": (
        _divided,
        lambda dz, x, w, b, v: _made()(dz / len(dz), x, w, b, v),
    ),
    "the results in another order": (
        _ordered(0, 1, 3, 2),
        _ordered(3, 2, 1, 0),
        _ordered(0, 3, 1, 2),
        _ordered(1, 2, 3, 0),
    ),
}

### END MISTAKES
