"""Layers and whole networks: what the checks of lesson 08 share."""

import dataclasses
import math
from typing import Any

import numpy as np

from byhand import data, referee
from byhand.checks import running
from byhand.checks.taming import tamed, text
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

        def step(function, *given, plain=True):
            outcome = running.call(function, given, seconds=seconds, plain=plain)
            outcomes.append(outcome)
            if outcome.error is not None or outcome.timed_out:
                raise _Stopped(outcome)
            return running.copied(outcome.value) if plain else outcome.value

        try:
            layer = _Methods(step(self.kind, *(0.5 * w for w in weights), plain=False))
            other = _Methods(step(self.kind, *(-w for w in weights), plain=False))
            _pass(step, layer, other, *earlier(x, dy))
            if weights:
                params = running.copied([*weights])
                _guarded(lambda: setattr(layer.of, "params", params))
            value = _pass(step, layer, other, x, dy)
            if value and self.count:
                value = *value, *_gradients(layer.of, self.count)
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


class _Methods:
    """The methods of a layer, each looked up once: a grader asks another process."""

    def __init__(self, layer: Any) -> None:
        self.of = layer
        self.found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.found:
            self.found[name] = _attribute(self.of, name)
        return self.found[name]


def _pass(step, layer, other, x, dy):
    """Return (y, dx), or None while forward isn't written."""
    y = step(layer["forward"], x)
    if y is None:
        return None
    step(other["forward"], 2 * x[::-1])
    return y, step(layer["backward"], dy)


def _attribute(layer, name):
    return _guarded(lambda: getattr(layer, name))


def _guarded(do):
    try:
        return do()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        failure = running.Failure(type(error).__name__, text(error)[:300])
        raise _Stopped(running.Outcome(error=failure)) from None


def _gradients(layer, count):
    """Return the layer's gradients, None in place of each that is missing."""
    grads = running.copied(tamed(_attribute(layer, "grads")))
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
    keras, tf = referee.load_keras(), referee.load_tensorflow()
    model, losses, kept = _keras_model(weights, x), [], None
    loss_of = _loss_of()
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


def gradient_of_pixels(
    weights: list[np.ndarray], x: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return how fast Keras's loss of a network grows with each pixel."""
    tf = referee.load_tensorflow()
    model, pictures = _keras_model(weights, x), tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        loss = _loss_of()(labels, model(pictures))
    return tape.gradient(loss, pictures).numpy()


def _loss_of():
    return referee.load_keras().losses.SparseCategoricalCrossentropy(
        from_logits=True, dtype="float64"
    )


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
        h, w_in = x.shape[1:3]
        return f"the shapes of the six don't fit together for pictures of {h} by {w_in}"
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
    """Return the Finding on trained weights: the share of pictures that they name."""
    problem = problem_of(weights, x, classes)
    if problem:
        return Finding(0.0, (("weights", problem),))
    share = float(np.mean(logits_of(list(weights), x).argmax(axis=1) == labels))
    line = ("named", f"{share:.1%} of {len(x)} pictures that it has never seen")
    if share >= enough:
        return Finding(1.0, (line,))
    more = ("wanted", f"{enough:.0%}: try more epochs, or another learning rate")
    return Finding(0.0, (line, more), case="unseen pictures")


def framed(pictures: np.ndarray, paper: float, size: int = 18) -> np.ndarray:
    """Return pictures with a frame of paper, shape (N, size, size, 1)."""
    more = size - pictures.shape[1]
    edge = (more // 2, more - more // 2)
    return np.pad(pictures, ((0, 0), edge, edge), constant_values=paper)[..., None]


def digits_sets() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return pictures and labels of the training, the validation and the test set.

    1200, 300 and 297 digits of 18x18, in the order that the lesson mixes them.
    """
    pictures, labels = data.digits()
    order = np.random.default_rng(8).permutation(len(labels))
    x, labels = framed(data.enlarge(pictures)[order], 0.0), labels[order]
    parts = slice(1200), slice(1200, 1500), slice(1500, None)
    return tuple((x[part], labels[part]) for part in parts)


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

    def first(w, b, x, dy):
        """Put the gradients of the earlier batch before those of this one."""
        return *right(w, b, x, dy)[:2], *right(w, b, *earlier(x, dy))[2:]

    return joined(
        mapped(ahead, forward),
        mapped(back, backward),
        {"gradients of earlier steps kept": (kept, first)},
    )


### END MISTAKES
