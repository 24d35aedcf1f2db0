"""Layers and whole networks: what the checks of lesson 08 share."""

import dataclasses
import math
from typing import Any

import numpy as np

from byhand import data, referee
from byhand.checks import running
from byhand.exercises.declaring import Finding

LEARNED = {"xo": 0.95, "digits": 0.93}  # share of unseen pictures to be named


class _Stopped(Exception):
    """A call on a layer failed; the Outcome is in ``args``."""


class LayerRun:
    """A layer's class as one function: build it, go forward, go back.

    ``count`` is the number of weights that the class takes. The layer is used as in
    training: it has seen another batch with other weights, which ``params`` replaced,
    and a second layer of its class works at the same time. Nothing of that must show.
    """

    def __init__(self, kind: type, count: int) -> None:
        """Keep the learner's class."""
        self.kind, self.count = kind, count

    def __byhand_call__(self, args, kwargs, seconds):
        """Return the Outcome of all calls on one layer as that of one call."""
        weights, (x, dy) = args[: self.count], args[self.count :]
        outcomes = []

        def step(function, *given):
            outcome = running.call(function, given, seconds=seconds)
            outcomes.append(outcome)
            if outcome.error is not None or outcome.timed_out:
                raise _Stopped(outcome)
            return running.copied(outcome.value)

        try:
            layer = step(self.kind, *(0.5 * w for w in weights))
            other = step(self.kind, *(-w for w in weights))
            self._pass(step, layer, other, *earlier(x, dy))
            if weights:
                layer.params = [*running.copied(weights)]
            value = self._pass(step, layer, other, x, dy)
        except _Stopped as stopped:
            value = None
            last = stopped.args[0]
        else:
            last = outcomes[-1]
        return dataclasses.replace(
            last,
            value=value,
            printed="".join(o.printed for o in outcomes),
            warned=tuple(dict.fromkeys(w for o in outcomes for w in o.warned)),
            changed=tuple(dict.fromkeys(n for o in outcomes for n in o.changed)),
            shares=any(o.shares for o in outcomes[1:]),
            seconds=sum(o.seconds for o in outcomes),
        )

    def _pass(self, step, layer, other, x, dy):
        """Return (y, dx, *gradients), or None while forward isn't written."""
        y = step(_attribute(layer, "forward"), x)
        if y is None:
            return None
        step(_attribute(other, "forward"), 2 * x[::-1])
        dx = step(_attribute(layer, "backward"), dy)
        if not self.count:
            return y, dx
        return y, dx, *_gradients(layer, self.count)


def _attribute(layer, name):
    try:
        return getattr(layer, name)
    except Exception as error:
        failure = running.Failure(type(error).__name__, str(error)[:300])
        raise _Stopped(running.Outcome(error=failure)) from None


def _gradients(layer, count):
    """Return the layer's gradients, None in place of each that is missing."""
    grads = running.copied(_attribute(layer, "grads"))
    grads = list(grads) if isinstance(grads, list | tuple) else []
    return (*grads, *[None] * count)[:count]


def earlier(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the batch that a layer sees before the one that counts."""
    return 0.5 * x[:1], -dy[:1]


def initial(
    rng: np.random.Generator,
    size: tuple[int, ...],
    c_in: int,
    c1: int,
    c2: int,
    classes: int,
) -> list[np.ndarray]:
    """Return the six arrays of a network for pictures of that size.

    Convolution 3x3, ReLU, pooling, twice; then one dense layer.
    """
    flat = [((n - 2) // 2 - 2) // 2 for n in size]

    def normal(*shape):
        return rng.normal(size=shape) * math.sqrt(2 / math.prod(shape[:-1]))

    return [
        normal(3, 3, c_in, c1),
        rng.normal(size=c1) / 8,
        normal(3, 3, c1, c2),
        rng.normal(size=c2) / 8,
        normal(flat[0] * flat[1] * c2, classes),
        rng.normal(size=classes) / 8,
    ]


def _keras_model(weights, x):
    keras = referee.load_keras()
    w1, _, w2, _, w3, _ = weights
    layers, of = keras.layers, {"dtype": "float64"}
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:], **of),
            layers.Conv2D(w1.shape[-1], w1.shape[:2], activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Conv2D(w2.shape[-1], w2.shape[:2], activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Flatten(**of),
            layers.Dense(w3.shape[-1], **of),
        ]
    )
    model.set_weights(weights)
    return model


def walk(
    weights: list[np.ndarray],
    x: np.ndarray,
    labels: np.ndarray,
    batches: list[tuple],
    learning_rate: float,
    learns: slice = slice(None),
    **options: Any,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Let Keras take one step per batch; return its losses and its weights.

    ``batches`` holds pairs (indices of pictures, indices of labels). ``learns`` says
    which of the six arrays make a step; ``stale=True`` keeps the first gradients;
    ``again`` lists the steps before which the weights start anew.
    """
    keras = referee.load_keras()
    import tensorflow as tf

    model, losses, kept = _keras_model(weights, x), [], None
    loss_of = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, dtype="float64"
    )
    optimizer = keras.optimizers.SGD(learning_rate)
    variables = model.trainable_variables
    for number, (of_x, of_labels) in enumerate(batches):
        if number in options.get("again", ()):
            model.set_weights(weights)
        with tf.GradientTape() as tape:
            loss = loss_of(labels[of_labels], model(tf.constant(x[of_x])))
        grads = tape.gradient(loss, [v.value for v in variables])
        kept = kept if kept is not None and options.get("stale") else grads
        losses.append(float(loss))
        optimizer.apply(kept[learns], variables[learns])
    return np.array(losses), [v.numpy() for v in variables]


def logits_of(weights: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return what Keras computes with a network's weights, layer by layer."""
    w1, b1, w2, b2, w3, b3 = weights
    for w, b in ((w1, b1), (w2, b2)):
        x = referee.max_pool2d(referee.relu(referee.conv2d(x, w, b)), 2)
    return referee.dense(x.reshape(len(x), -1), w3, b3)


def problem_of(weights: list[np.ndarray], x: np.ndarray, classes: int) -> str:
    """Return a sentence on what keeps these from being a network's weights, or ""."""
    if not isinstance(weights, list | tuple) or len(weights) != 6:
        return "wanted the list of six arrays that fit returns"
    if not all(isinstance(w, np.ndarray) and w.dtype.kind == "f" for w in weights):
        return "each of the six is an array of floats"
    if [w.ndim for w in weights] != [4, 1, 4, 1, 2, 1]:
        return f"the six have {[w.ndim for w in weights]} axes, not 4, 1, 4, 1, 2, 1"
    if not all(np.isfinite(w).all() for w in weights):
        return "NaN or infinity among the weights: was the learning rate too large?"
    if sum(w.size for w in weights) > 200_000:
        return "more than 200 000 numbers: a smaller network will do"
    w1, b1, w2, b2, w3, b3 = weights
    size = x.shape[1:3]
    for w in (w1, w2):
        size = [(n - k + 1) // 2 for n, k in zip(size, w.shape[:2], strict=True)]
    wanted = [
        (*w1.shape[:2], x.shape[3], b1.size),
        (*w2.shape[:2], b1.size, b2.size),
        (max(size[0], 0) * max(size[1], 0) * b2.size, classes),
        (classes,),
    ]
    if [w1.shape, w2.shape, w3.shape, b3.shape] != wanted or min(size) < 1:
        return "the shapes of the six arrays don't fit together for these pictures"
    return ""


def is_open(value: object) -> bool:
    """Tell whether nothing has been trained yet."""
    return value is None or value is Ellipsis


def measured(
    weights: list[np.ndarray],
    x: np.ndarray,
    labels: np.ndarray,
    classes: int,
    enough: float,
) -> Finding:
    """Return the Finding on trained weights: the share of pictures named rightly."""
    problem = problem_of(weights, x, classes)
    if problem:
        return Finding(0.0, (("weights", problem),))
    share = float(np.mean(logits_of(list(weights), x).argmax(axis=1) == labels))
    line = ("named", f"{share:.1%} of {len(x)} pictures that it has never seen")
    if share >= enough:
        return Finding(1.0, (line,))
    more = ("wanted", f"{enough:.0%}: try more epochs, or another learning rate")
    return Finding(0.0, (line, more), case="unseen pictures")


def digits_split() -> tuple[np.ndarray, ...]:
    """Return (training pictures, labels, test pictures, labels), 16x16, shuffled."""
    pictures, labels = data.digits()
    order = np.random.default_rng(8).permutation(len(labels))
    x, labels = data.enlarge(pictures)[order, ..., None], labels[order]
    return x[:1500], labels[:1500], x[1500:], labels[1500:]


### BEGIN MISTAKES

from byhand.slips import Call, Operation, joined, mapped


def layer_slips(op: Operation, forward: dict, backward: dict) -> dict:
    """Return slips of a layer from those of its two passes: one of them is wrong."""

    def right(w, b, x, dy):
        c = Call.of(op, x, w, b, dy, {})
        return c.y(), *c.gradients()

    def ahead(slip):
        return lambda w, b, x, dy: (slip(x, w, b), *right(w, b, x, dy)[1:])

    def back(slip):
        return lambda w, b, x, dy: (right(w, b, x, dy)[0], *slip(dy, x, w))

    def kept(w, b, x, dy):
        """Count the gradients of the earlier batch in."""
        y, dx, *of_weights = right(w, b, x, dy)
        before = right(w, b, *earlier(x, dy))[2:]
        return y, dx, *(a + e for a, e in zip(of_weights, before, strict=True))

    return joined(
        mapped(ahead, forward),
        mapped(back, backward),
        {"gradients of earlier steps kept": kept},
    )


### END MISTAKES
