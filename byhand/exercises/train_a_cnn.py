"""Lesson 08: layers as classes, a loss, a step, and a network that learns."""

import dataclasses
import math

import numpy as np

from byhand import data, gradients, referee, slips
from byhand.checks import running
from byhand.exercises import Case, Exercise, Finding, backprop, concept
from byhand.misconceptions import Misconception
from byhand.slips import eighths

LEARNED = {"xo": 0.95, "digits": 0.93}  # share of unseen pictures to be named

MISCONCEPTIONS = (
    Misconception(
        "gradients of earlier steps kept",
        "gradients of an earlier backward pass are still counted in",
        "Call backward twice: should the second gradients contain the first ones?",
        "Look for += on self.grads, or for a list that only grows.",
        "Each backward pass replaces self.grads; only this batch counts.",
    ),
    Misconception(
        "average in place of maximum",
        "the windows are averaged; this layer takes their maximum",
        "Which number should a window of 1 5 2 2 give?",
        "Look for a mean in forward.",
        "forward keeps the largest of each window, backward remembers where it stood.",
    ),
    Misconception(
        "softmax over the batch",
        "the probabilities of one class add up to 1 over the pictures",
        "Along which axis should your probabilities add up to 1?",
        "Look at the axis of the sum or of the maximum.",
        "Each picture, a row, has probabilities that add up to 1: axis=1.",
    ),
    Misconception(
        "loss added up over the batch",
        "the losses of the pictures are added; Keras averages them",
        "Does your loss double when every picture comes twice?",
        "Look for the division by the number of pictures.",
        "Take the mean over the rows, in the loss and so in its gradient.",
    ),
    Misconception(
        "gradient not divided by the batch",
        "the loss is a mean over the pictures, and its gradient isn't",
        "By which factor is your gradient too large?",
        "Look at the last step of dlogits.",
        "The loss divides by n, so every entry of dlogits does, too.",
    ),
    Misconception(
        "label not subtracted",
        "dlogits holds the probabilities alone; the right class loses 1",
        "What should a row of dlogits add up to?",
        "Look at the entry of the right class.",
        "Subtract 1 at [row, label] of each row, then divide by n.",
    ),
    Misconception(
        "gradient with the wrong sign",
        "dlogits is turned round: label less probability",
        "Should the gradient of the right class's logit be negative or positive?",
        "Look at the order of the subtraction.",
        "Probability less label: raising the right logit lowers the loss.",
    ),
    Misconception(
        "logarithm forgotten",
        "the loss is made of the probabilities; it is made of their logarithms",
        "What is the loss when the right class has the probability 1?",
        "Look for np.log in the loss.",
        "The loss is the mean of -log(probability of the right class).",
    ),
    Misconception(
        "averaged over the classes",
        "the loss is divided by the number of classes as well",
        "By which factor is your loss too small?",
        "Look for np.mean over an array that has one column per class.",
        "One number per picture, the right class's; then the mean over pictures.",
    ),
    Misconception(
        "another base of the logarithm",
        "the logarithm has the base 2 or 10; Keras takes the natural one",
        "By which factor does your loss differ everywhere?",
        "Look for np.log2 or np.log10.",
        "np.log is the natural logarithm, whose derivative is 1 / p.",
    ),
    Misconception(
        "step uphill",
        "the gradient is added; the loss falls in the opposite direction",
        "Does your loss grow from step to step?",
        "Look at the sign before the learning rate.",
        "New value = old value less learning rate times gradient.",
    ),
    Misconception(
        "learning rate ignored",
        "the whole gradient is subtracted, whatever the learning rate",
        "Halve the learning rate: is the step half as long?",
        "Look for learning_rate in your lines.",
        "The gradient is multiplied by the learning rate before it is subtracted.",
    ),
    Misconception(
        "only the step returned",
        "the step alone is returned; the new value starts from the old one",
        "With a gradient of 0, what should come back?",
        "Look for the old value in what you return.",
        "Old value less step.",
    ),
    Misconception(
        "divided by the learning rate",
        "the gradient is divided by the learning rate and should be multiplied by it",
        "Halve the learning rate: does your step become longer?",
        "Look for a division.",
        "learning_rate * gradient.",
    ),
    Misconception(
        "only the first array updated",
        "the first array makes its step, and the others stay as they were",
        "Which of the returned arrays differ from those you were given?",
        "Look for a return inside a loop, or for an index 0.",
        "Go through all pairs of value and gradient.",
    ),
    Misconception(
        "weights never updated",
        "the gradients are computed, and the weights stay as they were",
        "Does your loss change from step to step?",
        "Look at what happens to the result of sgd_step.",
        "layer.params takes what sgd_step returns: it changes nothing in place.",
    ),
    Misconception(
        "only the last layer updated",
        "the dense layer learns, and the convolutions keep their weights",
        "Which arrays differ from those at the start?",
        "Look at whether the step stands inside the loop over the layers.",
        "Every layer makes its step, in each of the steps.",
    ),
    Misconception(
        "loss after the step instead of before",
        "each loss belongs to the weights after the step; Keras reports it before",
        "Is your first loss that of the untouched weights?",
        "Look at where the loss is computed, before or after the update.",
        "Forward and loss first, then backward and the step.",
    ),
    Misconception(
        "same gradients in every step",
        "the gradients are computed once; each step needs fresh ones",
        "Is the second step exactly as long as the first?",
        "Look at whether backward stands inside the loop over the steps.",
        "Each step goes forward and backward with the weights it finds.",
    ),
    Misconception(
        "one step too few",
        "one step is missing",
        "How many losses are there, and how many steps were asked for?",
        "Look at the ends of range(...).",
        "range(steps) makes exactly that many rounds.",
    ),
    Misconception(
        "one step too many",
        "there is one step more than asked for",
        "How many losses are there, and how many steps were asked for?",
        "Look at the ends of range(...).",
        "range(steps) makes exactly that many rounds.",
    ),
    Misconception(
        "labels not shuffled with the pictures",
        "the pictures follow the order, and the labels stay where they were",
        "Does picture order[0] get the label labels[order[0]] in your lines?",
        "Look at how the labels of a batch are chosen.",
        "The same indices choose from x and from labels.",
    ),
    Misconception(
        "order ignored",
        "the pictures are taken as they lie, whatever the order says",
        "Give the orders backwards: does your result change?",
        "Look for order in your lines.",
        "A batch is x[order[start : start + batch]], and the labels likewise.",
    ),
    Misconception(
        "first order in every epoch",
        "every epoch follows the order of the first one",
        "What changes from epoch to epoch in your loops?",
        "Look at orders[0].",
        "Each row of orders is one epoch.",
    ),
    Misconception(
        "last batch dropped",
        "the pictures that are left over after the full batches are never used",
        "How many pictures does your epoch use of 10 in batches of 4?",
        "Look for // in the number of batches.",
        "range(0, n, batch) starts a last, shorter batch by itself.",
    ),
    Misconception(
        "only the first batch",
        "there is one step in each epoch, with the first batch alone",
        "How many steps does an epoch of 10 pictures in batches of 4 have?",
        "Look at where your loop over the batches ends.",
        "As many steps as there are batches, ceil(n / batch).",
    ),
    Misconception(
        "the whole set in every step",
        "every step takes all pictures, whatever the batch",
        "How many pictures does one call of train_step get?",
        "Look at what you hand to train_step.",
        "Hand over the pictures of one batch only.",
    ),
    Misconception(
        "weights reset in every epoch",
        "each epoch starts from the first weights, and forgets what was learned",
        "Does your loss start as high in the second epoch as in the first?",
        "Look at whether build stands inside the loop over the epochs.",
        "Build the layers once, before the loops.",
    ),
    Misconception(
        "losses added up instead of averaged",
        "an epoch's losses are added; its loss is their mean",
        "Does your number grow when the batches get smaller?",
        "Look for a sum over the batches.",
        "Take the mean of the losses of an epoch's steps.",
    ),
    Misconception(
        "last loss instead of the mean",
        "an epoch's loss is that of its last batch; asked is the mean",
        "Which of an epoch's losses do you keep?",
        "Look at what is appended for an epoch.",
        "Collect the losses of all batches of an epoch, and take their mean.",
    ),
    Misconception(
        "block read in another order",
        "the flat weights are read as if the block had been flattened differently",
        "In which order does Flatten lay out rows, columns and channels?",
        "Look at the order of the sizes in your reshape.",
        "Flatten runs over rows, then columns, then channels: (h, w_in, c, units).",
    ),
    Misconception(
        "units before the channels",
        "the units stand before the channels; in a kernel they come last",
        "Which shape has a kernel in Keras?",
        "Look at the last two sizes of your result.",
        "(h, w_in, c, units): the last axis counts the outputs.",
    ),
)


def _seeded(number):
    return np.random.default_rng([8, number])


# Layers ---------------------------------------------------------------------------


class _Stopped(Exception):
    """A call on a layer failed; the Outcome is in ``args``."""


class LayerRun:
    """A layer's class as one function: build it, go forward, go back.

    ``count`` is the number of weights that the class takes. The layer is used once
    on another batch before, as it is in training: what it keeps from there must not
    show.
    """

    def __init__(self, kind, count):
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
            layer = step(self.kind, *weights)
            self._pass(step, layer, *earlier(x, dy))
            value = self._pass(step, layer, x, dy)
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

    def _pass(self, step, layer, x, dy):
        """Return (y, dx, *gradients), or None while forward isn't written."""
        y = step(_attribute(layer, "forward"), x)
        if y is None:
            return None
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


def earlier(x, dy):
    """Return the batch that a layer sees before the one that counts."""
    return 0.5 * x[:1], -dy[:1]


def _dense_layer(w, b, x, dy):
    dx, dw, db = referee.dense(x, w, b, dy=dy)
    return referee.dense(x, w, b), dx, dw, db


def _conv_layer(w, b, x, dy):
    return referee.convolution(x, w, b), *referee.convolution(x, w, b, dy=dy)


def _pool_layer(x, dy):
    return referee.max_pool2d(x, 2), referee.max_pool2d(x, 2, dy=dy)


def _all(slip):
    return slip if isinstance(slip, tuple) else (slip,)


def _backward(right, slips, names=None):
    """Return slips of a layer from those of its gradients: forward is right."""

    def one(slip):
        return lambda w, b, x, dy: (right(w, b, x, dy)[0], *slip(dy, x, w))

    return {
        name: tuple(map(one, _all(slip)))
        for name, slip in slips.items()
        if names is None or name in names
    }


def _forward(right, slips, names=None):
    """Return slips of a layer from those of its forward pass: backward is right."""

    def one(slip):
        return lambda w, b, x, dy: (slip(x, w, b), *right(w, b, x, dy)[1:])

    return {
        name: tuple(map(one, _all(slip)))
        for name, slip in slips.items()
        if names is None or name in names
    }


def _kept(right):
    """Return a slip: the gradients of the earlier batch are still counted in."""

    def slip(w, b, x, dy):
        y, dx, dw, db = right(w, b, x, dy)
        _, _, dw_before, db_before = right(w, b, *earlier(x, dy))
        return y, dx, dw + dw_before, db + db_before

    return slip


DENSE_LAYER_SLIPS = {
    **_backward(_dense_layer, backprop.DENSE_SLIPS),
    "bias forgotten": lambda w, b, x, dy: (
        referee.dense(x, w),
        *_dense_layer(w, b, x, dy)[1:],
    ),
    "gradients of earlier steps kept": _kept(_dense_layer),
}

_FORWARD = slips.convolution(
    lambda x, w, b, **k: referee.convolution(x, w, b),
    first=1,
    offers=("bias", "batch", "filters"),
    channels=True,
)
_BACKWARD = gradients.convolution_slips(
    lambda dy, x, w, **k: referee.conv2d_backward(dy, x, w, **k),
    padding=False,
    dilation=False,
)


def _turned_layer(w, b, x, dy):
    y, dx, dw, db = _conv_layer(w[::-1, ::-1], b, x, dy)
    return y, dx, dw[::-1, ::-1], db


CONV_LAYER_SLIPS = {
    **_backward(
        _conv_layer,
        {name: slip for name, slip in _BACKWARD.items() if "stride" not in name},
    ),
    **_forward(
        _conv_layer,
        _FORWARD,
        {
            "mean instead of sum",
            "kernel transposed",
            "bias forgotten",
            "bias added per tap",
            "the same bias for every filter",
            "rows and columns swapped",
        },
    ),
    "kernel flipped": _turned_layer,
    "gradients of earlier steps kept": _kept(_conv_layer),
}


def _pool_slip(slip):
    return lambda x, dy: (referee.max_pool2d(x, 2), slip(dy, x, 2))


POOL_LAYER_SLIPS = {
    name: tuple(map(_pool_slip, _all(backprop.MAX_SLIPS[name])))
    for name in (
        "ties sent to every maximum",
        "ties shared between the maxima",
        "ties sent to the last maximum",
        "gradient sent to the whole window",
        "averaged instead of sent to the maximum",
        "upstream gradient ignored",
        "the maximum in place of the gradient",
        "one maximum for all channels",
    )
} | {
    "average in place of maximum": lambda x, dy: (
        referee.avg_pool2d(x, 2),
        referee.avg_pool2d(x, 2, dy=dy),
    ),
    "maximum started at 0": lambda x, dy: (
        np.maximum(referee.max_pool2d(x, 2), 0),
        referee.max_pool2d(x, 2, dy=dy),
    ),
}


def _dense_case(name, rng, n, c_in, units):
    return Case(
        name,
        (
            eighths(rng, c_in, units),
            eighths(rng, units),
            eighths(rng, n, c_in),
            eighths(rng, n, units),
        ),
    )


def _dense_cases():
    rng = _seeded(1)
    return (
        _dense_case("one picture, two values, one unit", rng, 1, 2, 1),
        _dense_case("three pictures", rng, 3, 2, 4),
        _dense_case("as many units as values", rng, 2, 3, 3),
        _dense_case("more pictures than values", rng, 5, 3, 2),
    )


def _dense_hidden(rng):
    return [_dense_case("hidden", rng, *s) for s in ((2, 5, 3), (4, 4, 4), (1, 3, 6))]


def _conv_case(name, rng, n, size, kernel, c_in, c_out):
    out = (a - k + 1 for a, k in zip(size, kernel, strict=True))
    return Case(
        name,
        (
            eighths(rng, *kernel, c_in, c_out),
            eighths(rng, c_out),
            eighths(rng, n, *size, c_in),
            eighths(rng, n, *out, c_out),
        ),
    )


def _conv_cases():
    rng = _seeded(2)
    return (
        _conv_case("one window", rng, 1, (2, 3), (2, 3), 1, 1),
        _conv_case("one channel, one filter", rng, 1, (3, 4), (2, 2), 1, 1),
        _conv_case("two channels into three", rng, 2, (4, 5), (3, 2), 2, 3),
        _conv_case("as many channels out as in", rng, 3, (5, 4), (2, 3), 2, 2),
        _conv_case("square", rng, 2, (5, 5), (3, 3), 3, 2),
    )


def _conv_hidden(rng):
    settings = (
        (2, (6, 4), (3, 3), 1, 4),
        (3, (4, 7), (2, 3), 3, 2),
        (1, (5, 5), (1, 2), 2, 2),
    )
    return [_conv_case("hidden", rng, *s) for s in settings]


def _pool_case(name, rng, shape, draw=eighths):
    n, h, w, c = shape
    return Case(name, (draw(rng, *shape), eighths(rng, n, h // 2, w // 2, c)))


def _few(rng, *shape):
    return rng.integers(-2, 1, size=shape).astype(np.float64)


def _pool_cases():
    rng = _seeded(3)
    tie = np.array([[3.0, 7.0], [7.0, 1.0]]).reshape(1, 2, 2, 1)
    return (
        Case("a tie", (tie, np.full((1, 1, 1, 1), 5.0))),
        _pool_case("one channel", rng, (1, 4, 6, 1)),
        _pool_case("a row and a column left over", rng, (2, 5, 7, 2)),
        Case(
            "all negative",
            (-np.abs(eighths(rng, 2, 4, 2, 3)), eighths(rng, 2, 2, 1, 3)),
        ),
        _pool_case("many ties", rng, (2, 6, 4, 2), _few),
    )


def _pool_hidden(rng):
    return [
        _pool_case("hidden", rng, (3, 6, 5, 2)),
        _pool_case("hidden", rng, (2, 4, 8, 3), _few),
        _pool_case("hidden", rng, (1, 7, 7, 1)),
    ]


# softmax_cross_entropy and sgd_step ---------------------------------------------------


def _logits_case(name, rng, n, k, scale=1.0):
    logits = eighths(rng, n, k) * scale
    labels = rng.integers(0, k, size=n)
    labels[0] = k - 1  # never only the first class
    return Case(name, (logits, labels))


def _logits_cases():
    rng = _seeded(4)
    large = np.array([[1000.0, 999.0, 998.5], [-1000.0, 3.0, 2.0]])
    return (
        Case("one picture", (np.array([[1.0, 0.0]]), np.array([1]))),
        Case("equal logits", (np.zeros((2, 4)), np.array([3, 1]))),
        _logits_case("three pictures, two classes", rng, 3, 2),
        _logits_case("four pictures, five classes", rng, 4, 5),
        Case("logits of a thousand", (large, np.array([2, 1]))),
    )


def _logits_hidden(rng):
    return [
        _logits_case("hidden", rng, 3, 4),
        _logits_case("hidden", rng, 5, 3, 2.0),
        _logits_case("hidden", rng, 2, 6, 300.0),
    ]


def _logits(make):
    """Return a slip: ``make(loss, d, logits, labels)`` from the right result."""

    def slip(logits, labels):
        loss, d = referee.softmax_cross_entropy(logits, labels)
        return make(loss, d, logits, labels)

    return slip


def _softmax(logits):
    """Return the probabilities as the gradient with respect to every label tells."""
    n = len(logits)
    zero = np.zeros(n, dtype=int)
    _, d = referee.softmax_cross_entropy(logits, zero)
    p = d * n
    p[np.arange(n), zero] += 1
    return p


def _one_hot(logits, labels):
    hot = np.zeros(logits.shape)
    hot[np.arange(len(labels)), labels] = 1
    return hot


def _over_the_batch(logits, labels):
    p, n = _softmax(logits.T).T, len(logits)
    with np.errstate(divide="ignore"):
        loss = float(np.mean(-np.log(p[np.arange(n), labels])))
    return loss, (p - _one_hot(logits, labels)) / n


def _of_probabilities(loss, d, logits, labels):
    right = _softmax(logits)[np.arange(len(labels)), labels]
    return float(np.mean(-right)), d


LOSS_SLIPS = {
    "softmax over the batch": _over_the_batch,
    "loss added up over the batch": (
        _logits(lambda loss, d, z, y: (loss * len(z), d * len(z))),
        _logits(lambda loss, d, z, y: (loss * len(z), d)),
    ),
    "gradient not divided by the batch": _logits(
        lambda loss, d, z, y: (loss, d * len(z))
    ),
    "batch divided twice": (
        _logits(lambda loss, d, z, y: (loss, d / len(z))),
        _logits(lambda loss, d, z, y: (loss / len(z), d / len(z))),
        _logits(lambda loss, d, z, y: (loss / len(z), d)),
    ),
    "label not subtracted": (
        _logits(lambda loss, d, z, y: (loss, _softmax(z) / len(z))),
        _logits(lambda loss, d, z, y: (loss, _softmax(z))),
    ),
    "gradient with the wrong sign": _logits(lambda loss, d, z, y: (loss, -d)),
    "the sign turned round": _logits(lambda loss, d, z, y: (-loss, d)),
    "logarithm forgotten": (
        _logits(_of_probabilities),
        _logits(lambda loss, d, z, y: (-_of_probabilities(loss, d, z, y)[0], d)),
    ),
    "averaged over the classes": (
        _logits(lambda loss, d, z, y: (loss / z.shape[1], d)),
        _logits(lambda loss, d, z, y: (loss / z.shape[1], d / z.shape[1])),
    ),
    "another base of the logarithm": tuple(
        _logits(lambda loss, d, z, y, base=base: (loss / math.log(base), d))
        for base in (2, 10)
    ),
}


def _step_case(name, rng, shapes, learning_rate):
    values = [eighths(rng, *shape) for shape in shapes]
    grads = [eighths(rng, *shape) for shape in shapes]
    return Case(name, (values, grads, learning_rate))


def _step_cases():
    rng = _seeded(5)
    return (
        Case("one number", ([np.array([3.0])], [np.array([-2.0])], 0.25)),
        _step_case("one array", rng, ((2, 3),), 0.5),
        _step_case("a kernel and a bias", rng, ((2, 2, 1, 3), (3,)), 0.125),
        _step_case("three arrays", rng, ((4,), (2, 2), (1, 3)), 2.0),
        Case("no weights", ([], [], 0.5)),
    )


def _step_hidden(rng):
    return [
        _step_case("hidden", rng, ((3, 2), (2,)), 2.0**-4),
        _step_case("hidden", rng, ((5,), (1,), (2, 2)), 0.25),
    ]


def _steps(make):
    """Return a slip of sgd_step, array by array."""

    def slip(values, grads, learning_rate):
        right = referee.sgd_step(values, grads, learning_rate)
        return [make(*each) for each in zip(right, values, grads, strict=True)]

    return slip


def _first_only(values, grads, learning_rate):
    right = referee.sgd_step(values, grads, learning_rate)
    return [*right[:1], *values[1:]]


STEP_SLIPS = {
    "step uphill": _steps(lambda new, old, g: 2 * old - new),
    "learning rate ignored": _steps(lambda new, old, g: old - g),
    "only the step returned": (
        _steps(lambda new, old, g: old - new),
        _steps(lambda new, old, g: new - old),
    ),
    "divided by the learning rate": lambda values, grads, learning_rate: (
        referee.sgd_step(values, grads, 1 / learning_rate)
    ),
    "weights never updated": _steps(lambda new, old, g: old),
    "only the first array updated": (
        _first_only,
        lambda values, grads, learning_rate: _first_only(values, grads, learning_rate)[
            :1
        ],
    ),
}


# Training -------------------------------------------------------------------------


def initial(rng, size, c_in, c1, c2, classes):
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


def _walk(weights, x, labels, batches, learning_rate, learns=slice(None), **options):
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


def _whole(x, steps):
    every = np.arange(len(x))
    return [(every, every)] * steps


def _train_steps(weights, x, labels, *, learning_rate, steps):
    return _walk(weights, x, labels, _whole(x, steps), learning_rate)


def _trained(change=lambda steps: steps, rate=lambda r: r, **options):
    """Return a slip of train_steps with something else changed."""

    def slip(weights, x, labels, *, learning_rate, steps):
        batches = _whole(x, change(steps))
        return _walk(weights, x, labels, batches, rate(learning_rate), **options)

    return slip


def _later_loss(weights, x, labels, *, learning_rate, steps):
    losses, _ = _walk(weights, x, labels, _whole(x, steps + 1), learning_rate)
    _, after = _walk(weights, x, labels, _whole(x, steps), learning_rate)
    return losses[1:], after


def _never(weights, x, labels, *, learning_rate, steps):
    losses, _ = _walk(weights, x, labels, _whole(x, 1), learning_rate)
    return np.full(steps, losses[0]), weights


TRAIN_SLIPS = {
    "step uphill": _trained(rate=lambda r: -r),
    "learning rate ignored": _trained(rate=lambda r: 1.0),
    "weights never updated": _never,
    "only the last layer updated": _trained(learns=slice(4, None)),
    "loss after the step instead of before": _later_loss,
    "same gradients in every step": _trained(stale=True),
    "one step too few": _trained(lambda steps: steps - 1),
    "one step too many": _trained(lambda steps: steps + 1),
}


def _train_case(name, rng, n, size, c_in, widths, steps, learning_rate):
    c1, c2, classes = widths
    return Case(
        name,
        (
            initial(rng, size, c_in, c1, c2, classes),
            eighths(rng, n, *size, c_in) / 4,
            np.arange(n) % classes,
        ),
        {"learning_rate": learning_rate, "steps": steps},
    )


def _train_cases():
    rng = _seeded(6)
    pictures, labels = data.xo_pictures(8, seed=1)
    return (
        _train_case("two steps", rng, 3, (10, 12), 1, (2, 3, 3), 2, 0.25),
        _train_case("three steps", rng, 4, (11, 14), 2, (3, 2, 2), 3, 0.125),
        Case(
            "twenty steps on eight pictures",
            (initial(rng, (17, 17), 1, 4, 6, 2), pictures[..., None], labels),
            {"learning_rate": 2.0**-6, "steps": 20},
        ),
    )


def _train_hidden(rng):
    return [
        _train_case("hidden", rng, 5, (12, 10), 1, (2, 2, 4), 4, 0.25),
        _train_case("hidden", rng, 3, (14, 11), 2, (2, 3, 2), 2, 0.0625),
    ]


def _cut(order, batch):
    return [order[k : k + batch] for k in range(0, len(order), batch)]


def _epochs(weights, x, labels, orders, batch, learning_rate, pick, mean=np.mean):
    """Walk through epochs; ``pick(order, number)`` gives an epoch's batches."""
    batches = [pick(order, number) for number, order in enumerate(orders)]
    flat = [b for epoch in batches for b in epoch]
    losses, after = _walk(weights, x, labels, flat, learning_rate)
    ends = np.cumsum([len(epoch) for epoch in batches])
    parts = np.split(losses, ends[:-1])
    return np.array([mean(part) for part in parts]), after


def _fit(weights, x, labels, orders, *, batch, learning_rate):
    def pick(order, number):
        return [(part, part) for part in _cut(order, batch)]

    return _epochs(weights, x, labels, orders, batch, learning_rate, pick)


def _picked(pick, mean=np.mean):
    """Return a slip of fit; ``pick(orders, order, batch)`` gives an epoch's batches."""

    def slip(weights, x, labels, orders, *, batch, learning_rate):
        def epoch(order, number):
            return pick(orders, order, batch)

        return _epochs(weights, x, labels, orders, batch, learning_rate, epoch, mean)

    return slip


def _same(parts):
    return [(part, part) for part in parts]


def _labels_stay(orders, order, batch):
    places = _cut(np.arange(len(order)), batch)
    return list(zip(_cut(order, batch), places, strict=True))


def _reset(weights, x, labels, orders, *, batch, learning_rate):
    results = [
        _fit(weights, x, labels, [order], batch=batch, learning_rate=learning_rate)
        for order in orders
    ]
    return np.array([losses[0] for losses, _ in results]), results[-1][1]


FIT_SLIPS = {
    "labels not shuffled with the pictures": _picked(_labels_stay),
    "order ignored": _picked(
        lambda orders, order, batch: _same(_cut(np.arange(len(order)), batch))
    ),
    "first order in every epoch": _picked(
        lambda orders, order, batch: _same(_cut(orders[0], batch))
    ),
    "last batch dropped": _picked(
        lambda orders, order, batch: _same(
            _cut(order[: len(order) // batch * batch], batch)
        )
    ),
    "only the first batch": _picked(
        lambda orders, order, batch: _same([order[:batch]])
    ),
    "the whole set in every step": (
        _picked(lambda orders, order, batch: _same([order] * len(_cut(order, batch)))),
        _picked(lambda orders, order, batch: _same([order])),
    ),
    "weights reset in every epoch": _reset,
    "losses added up instead of averaged": _picked(
        lambda orders, order, batch: _same(_cut(order, batch)), np.sum
    ),
    "last loss instead of the mean": _picked(
        lambda orders, order, batch: _same(_cut(order, batch)), lambda part: part[-1]
    ),
}


def _fit_case(name, rng, n, size, widths, epochs, batch, learning_rate):
    c1, c2, classes = widths
    return Case(
        name,
        (
            initial(rng, size, 1, c1, c2, classes),
            eighths(rng, n, *size, 1) / 4,
            rng.integers(0, classes, size=n),
            np.array([rng.permutation(n) for _ in range(epochs)]),
        ),
        {"batch": batch, "learning_rate": learning_rate},
    )


def _fit_cases():
    rng = _seeded(7)
    return (
        _fit_case("two epochs of two batches", rng, 4, (10, 12), (2, 2, 2), 2, 2, 0.25),
        _fit_case("a shorter last batch", rng, 5, (12, 10), (2, 3, 3), 2, 2, 0.125),
        _fit_case("three epochs", rng, 7, (10, 14), (3, 2, 2), 3, 3, 0.25),
    )


def _fit_hidden(rng):
    return [
        _fit_case("hidden", rng, 7, (11, 10), (2, 2, 3), 2, 4, 0.125),
        _fit_case("hidden", rng, 6, (10, 10), (2, 3, 2), 3, 4, 0.25),
    ]


# Judged by what was learned -------------------------------------------------------


def logits_of(weights, x):
    """Return what Keras computes with a network's weights, layer by layer."""
    w1, b1, w2, b2, w3, b3 = weights
    for w, b in ((w1, b1), (w2, b2)):
        x = referee.max_pool2d(referee.relu(referee.conv2d(x, w, b)), 2)
    return referee.dense(x.reshape(len(x), -1), w3, b3)


def _problem_of(weights, x, classes):
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


def _waits(value):
    return value is None or value is Ellipsis


def _measured(weights, x, labels, classes, enough):
    """Return the Finding on trained weights: the share of pictures named rightly."""
    problem = _problem_of(weights, x, classes)
    if problem:
        return Finding(0.0, (("weights", problem),))
    share = float(np.mean(logits_of(list(weights), x).argmax(axis=1) == labels))
    line = ("named", f"{share:.1%} of {len(x)} pictures that it has never seen")
    if share >= enough:
        return Finding(1.0, (line,))
    more = ("wanted", f"{enough:.0%}: try more epochs, or another learning rate")
    return Finding(0.0, (line, more), case="unseen pictures")


def _examine_xo(weights, rng=None):
    """Judge X/O weights on shifted, turned and resized pictures of another seed."""
    if _waits(weights):
        return Finding(0.0, (("waits", "not trained yet"),), case="waiting")
    seed = 8_001 if rng is None else int(rng.integers(10_000, 2**31))
    x, labels = data.xo_pictures(400, seed=seed, turn=10, scale=0.1)
    return _measured(weights, x[..., None], labels, 2, LEARNED["xo"])


def digits_split():
    """Return (training pictures, labels, test pictures, labels), 16x16, shuffled."""
    pictures, labels = data.digits()
    order = np.random.default_rng(8).permutation(len(labels))
    x, labels = data.enlarge(pictures)[order, ..., None], labels[order]
    return x[:1500], labels[:1500], x[1500:], labels[1500:]


def _examine_digits(weights, rng=None):
    """Judge digit weights on the digits that were held back."""
    if _waits(weights):
        return Finding(0.0, (("waits", "not trained yet"),), case="waiting")
    _, _, x, labels = digits_split()
    return _measured(weights, x, labels, 10, LEARNED["digits"])


def _examine_overfit(overfit, rng=None):
    """Let the learner's function memorise eight pictures, once rightly labelled."""
    draw = _seeded(9) if rng is None else rng
    x, labels, _, _ = digits_split()
    first = draw.permutation(len(x))[:8]
    x, labels = x[first], labels[first]
    groups = (
        ("eight digits", labels),
        ("the same, with labels drawn by lot", draw.permutation(10)[:8]),
    )
    lines, done = [], 0
    for what, wanted in groups:
        weights = initial(draw, (16, 16), 1, 6, 8, 10)
        outcome = running.call(overfit, (weights, x, wanted), seconds=25)
        if (stopped := _stopped(outcome)) is not None:
            return stopped
        problem = _problem_of(outcome.value, x, 10)
        if problem:
            return Finding(0.0, (("weights", problem),))
        right = int(np.sum(logits_of(outcome.value, x).argmax(axis=1) == wanted))
        lines.append(("named", f"{right} of 8: {what}"))
        done += right == 8
        if all(
            np.array_equal(a, b) for a, b in zip(outcome.value, weights, strict=True)
        ):
            lines.append(("weights", "they are the same as at the start"))
    if done == len(groups):
        return Finding(1.0, tuple(lines))
    lines.append(("try", "more steps; if the loss stays high, a smaller learning rate"))
    return Finding(0.0, tuple(lines), case="memorising")


def _stopped(outcome):
    """Return the Finding on a call that gave nothing to judge, or None."""
    if outcome.timed_out:
        what = "no answer after 25 s: make fewer steps, or end when the loss is small"
        return Finding(0.0, (("time", what),))
    if outcome.error is not None:
        error = outcome.error
        lines = [("raised", f"{error.type_name}: {error.message}")]
        if error.text:
            lines.append(("line", f"{error.line}: {error.text}"))
        return Finding(0.0, tuple(lines))
    if outcome.value is None:
        line = ("waits", "not written yet: it returns None")
        return Finding(0.0, (line,), case="waiting")
    return None


# dense_to_conv --------------------------------------------------------------------


def _dense_to_conv(w, h, w_in, c):
    """Ask Keras's Reshape, unit by unit, how a flat block was laid out."""
    layer = referee.load_keras().layers.Reshape((h, w_in, c), dtype="float64")
    return np.moveaxis(referee.run(layer, np.ascontiguousarray(w.T)), 0, -1).copy()


def _block_case(h, w_in, c, units, rng):
    name = f"block {h} x {w_in} x {c}, {units} units"
    return Case(name, (eighths(rng, h * w_in * c, units), h, w_in, c))


def _block_cases():
    rng, sizes = _seeded(10), ((1, 2, 1, 1), (2, 3, 1, 2), (2, 3, 4, 2), (2, 2, 2, 2))
    return tuple(_block_case(*s, rng) for s in sizes)


def _block_hidden(rng):
    return [_block_case(*s, rng) for s in ((3, 2, 5, 4), (1, 4, 3, 3), (3, 3, 3, 3))]


BLOCK_SLIPS = {
    "block read in another order": (
        lambda w, h, w_in, c: np.moveaxis(w.reshape(c, h, w_in, -1), 0, 2),
        lambda w, h, w_in, c: w.reshape(w_in, h, c, -1).swapaxes(0, 1),
        lambda w, h, w_in, c: w.reshape(h, w_in, c, -1, order="F"),
    ),
    "units before the channels": (
        lambda w, h, w_in, c: _dense_to_conv(w, h, w_in, c).swapaxes(2, 3),
        lambda w, h, w_in, c: w.reshape(h, w_in, -1, c),
    ),
    "kernel flipped": lambda w, h, w_in, c: _dense_to_conv(w, h, w_in, c)[::-1, ::-1],
    "reshaped where axes should move": lambda w, h, w_in, c: w.T.reshape(
        h, w_in, c, -1
    ),
}


# The table ------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        id="warm_up_08",
        number="8.0",
        title="Warm up: lessons 03, 05 and 06",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="first_dense",
        number="8.1",
        title="Predict the parameters of a dense layer",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "bias forgotten": lambda: 1_638_400,
            "only the first channel": lambda: 26_624,
            "kernel flipped": lambda: 1_640_000,
        },
    ),
    Exercise(
        id="Dense",
        number="8.1",
        title="A dense layer that remembers",
        signature="Dense(w, b, x, dy)",
        points=2,
        minutes=10,
        lines=3,
        layer="keras.layers.Dense(units)",
        referee=_dense_layer,
        cases=_dense_cases,
        hidden=_dense_hidden,
        slips=DENSE_LAYER_SLIPS,
        parts=("y", "dx", "dw", "db"),
        adapt=lambda kind: LayerRun(kind, 2),
        hints=(
            "forward and backward are those of lesson 06, one method each.",
            "self.x holds what forward was given; self.grads takes [dw, db].",
            "dw is x transposed times dy, db adds the rows of dy, dx is dy times w "
            "transposed.",
        ),
    ),
    Exercise(
        id="map_sizes",
        number="8.2",
        title="Predict the sizes through the network",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "ceiling for floor": lambda: (14, 7, 5, 3),
            "padding on one side only": lambda: (15, 7, 6, 3),
            "one stop too few": lambda: (13, 6, 3, 1),
        },
    ),
    Exercise(
        id="Conv2D",
        number="8.2",
        title="A convolution as one matrix product",
        signature="Conv2D(w, b, x, dy)",
        points=3,
        minutes=15,
        lines=5,
        layer="keras.layers.Conv2D(filters, (kh, kw))",
        referee=_conv_layer,
        cases=_conv_cases,
        hidden=_conv_hidden,
        slips=CONV_LAYER_SLIPS,
        parts=("y", "dx", "dw", "db"),
        adapt=lambda kind: LayerRun(kind, 2),
        hints=(
            "With the windows as rows, a convolution is a dense layer on rows.",
            "w as a matrix has kh * kw * c_in rows and c_out columns: reshape does it, "
            "and reshape brings dw back.",
            "rows @ matrix + b, then the shape of a picture; backward: rows transposed "
            "times dy, the sum of dy, and dy times the matrix transposed, scattered.",
        ),
    ),
    Exercise(
        id="pool_back",
        number="8.3",
        title="Predict where a gradient goes",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "ties sent to every maximum": lambda: (0, 6, 6, 0),
            "ties shared between the maxima": lambda: (0, 3, 3, 0),
            "ties sent to the last maximum": lambda: (0, 0, 6, 0),
            "gradient sent to the whole window": lambda: (6, 6, 6, 6),
        },
    ),
    Exercise(
        id="MaxPool2D",
        number="8.3",
        title="A pooling layer that remembers the winners",
        signature="MaxPool2D(x, dy)",
        points=2,
        minutes=10,
        lines=3,
        layer="keras.layers.MaxPooling2D(2)",
        referee=_pool_layer,
        cases=_pool_cases,
        hidden=_pool_hidden,
        slips=POOL_LAYER_SLIPS,
        parts=("y", "dx"),
        adapt=lambda kind: LayerRun(kind, 0),
        hints=(
            "tiles lays the four values of each window along the first axis.",
            "argmax along that axis gives the place of the first maximum: keep it.",
            "backward compares the four places with the winners', multiplies the marks "
            "by dy, and lets untile lay them out as a picture.",
        ),
    ),
    Exercise(
        id="start_loss",
        number="8.4",
        title="Predict the loss before training",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        decimals=2,
        slips={
            "another base of the logarithm": lambda: 1.0,
            "logarithm forgotten": lambda: 0.1,
            "averaged over the classes": lambda: 0.23,
        },
    ),
    Exercise(
        id="softmax_cross_entropy",
        number="8.4",
        title="Say how wrong an answer is",
        signature="softmax_cross_entropy(logits, labels)",
        points=3,
        minutes=12,
        lines=5,
        layer="keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        referee=referee.softmax_cross_entropy,
        cases=_logits_cases,
        hidden=_logits_hidden,
        slips=LOSS_SLIPS,
        parts=("loss", "dlogits"),
        hints=(
            "Do a row with two logits on paper: 1 and 0, label 1.",
            "Subtract each row's maximum before you take exponentials; the loss looks "
            "at one entry of each row.",
            "log-probabilities are z less the logarithm of the row's sum of "
            "exponentials; dlogits is their exponential, less 1 at the label, over n.",
        ),
    ),
    Exercise(
        id="stepped",
        number="8.5",
        title="Predict one step",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "step uphill": lambda: 2.5,
            "learning rate ignored": lambda: 5,
            "only the step returned": lambda: 0.5,
            "divided by the learning rate": lambda: 11,
        },
    ),
    Exercise(
        id="sgd_step",
        number="8.5",
        title="Walk downhill",
        signature="sgd_step(values, grads, learning_rate)",
        points=1,
        minutes=5,
        lines=1,
        layer="keras.optimizers.SGD(learning_rate)",
        referee=referee.sgd_step,
        cases=_step_cases,
        hidden=_step_hidden,
        slips=STEP_SLIPS,
        parts=("values",),
        hints=(
            "In which direction does the loss fall, along the gradient or against it?",
            "Make new arrays: the given ones belong to the caller.",
            "For each pair: the value less learning_rate times the gradient; a list.",
        ),
    ),
    Exercise(
        id="train_steps",
        number="8.6",
        title="Train step for step with Keras",
        signature="train_steps(weights, x, labels, *, learning_rate, steps)",
        points=3,
        minutes=15,
        lines=10,
        layer="model.train_on_batch(x, labels)",
        referee=_train_steps,
        cases=_train_cases,
        hidden=_train_hidden,
        slips=TRAIN_SLIPS,
        parts=("losses", "weights"),
        seconds=30.0,
        hints=(
            "Do the checks of Dense, Conv2D, MaxPool2D, the loss and sgd_step pass?",
            "Forward goes through the layers in order, backward in reverse order, and "
            "each hands on what the one before returned.",
            "loss, d = softmax_cross_entropy(...), then d = layer.backward(d) for the "
            "reversed layers, then params = sgd_step(params, grads, learning_rate).",
        ),
    ),
    Exercise(
        id="overfit",
        number="8.7",
        title="Learn eight pictures by heart",
        signature="overfit(weights, x, labels)",
        points=2,
        minutes=8,
        lines=5,
        kind="open",
        examine=_examine_overfit,
        layer="model.fit(x, labels)",
        hints=(
            "Does a call of train_steps lower the loss? Print the first and the last.",
            "Call it again with the weights that it returned.",
            "A loop with an end: some steps at 0.25, a look at losses[-1], a break.",
        ),
    ),
    Exercise(
        id="steps_of_epoch",
        number="8.8",
        title="Predict the steps of an epoch",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "last batch dropped": lambda: 93,
            "the whole set in every step": lambda: 1,
        },
    ),
    Exercise(
        id="fit",
        number="8.8",
        title="Go through the pictures in batches",
        signature="fit(weights, x, labels, orders, *, batch, learning_rate)",
        points=2,
        minutes=12,
        lines=8,
        layer="model.fit(x, labels, batch_size=batch, epochs=epochs)",
        referee=_fit,
        cases=_fit_cases,
        hidden=_fit_hidden,
        slips=FIT_SLIPS,
        parts=("losses", "weights"),
        seconds=30.0,
        hints=(
            "How many steps has an epoch of 5 pictures in batches of 2, and which "
            "pictures come in the last one?",
            "Slice the order, and let the slice choose pictures and labels alike.",
            "Per epoch: for each start in range(0, n, batch) one train_step with "
            "x[chosen] and labels[chosen]; then the mean of these losses.",
        ),
    ),
    Exercise(
        id="xo_weights",
        number="8.9",
        title="Train on X and O",
        points=2,
        minutes=8,
        kind="open",
        examine=_examine_xo,
        lines=6,
        layer="model.evaluate(x, labels)",
        hints=(
            "Which four things does fit need besides pictures and labels?",
            "start_weights(rng, 6, 12, 2) gives weights, epochs(rng, 600, 10) orders.",
            "Batches of 16 at 1/16 will do. If it stays at 50 %, take a smaller rate.",
        ),
    ),
    Exercise(
        id="digits_weights",
        number="8.10",
        title="Train on handwritten digits",
        points=2,
        minutes=8,
        kind="open",
        examine=_examine_digits,
        lines=6,
        layer="model.evaluate(x, labels)",
        hints=(
            "What differs from X and O? The number of pictures and that of classes.",
            "start_weights(rng, 8, 16, 10), and orders for len(x_digits) pictures.",
            "Batches of 16: 16 epochs at 1/16, or 10 epochs at 1/4.",
        ),
    ),
    Exercise(
        id="kernel_shape",
        number="8.11",
        title="Predict the shape of a dense layer's kernel",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "units before the channels": lambda: (2, 2, 2, 12),
            "block read in another order": lambda: (12, 2, 2, 2),
        },
    ),
    Exercise(
        id="dense_to_conv",
        number="8.11",
        title="Turn a dense layer into a convolution",
        signature="dense_to_conv(w, h, w_in, c)",
        points=1,
        minutes=6,
        lines=1,
        layer="keras.layers.Reshape((h, w_in, c))",
        referee=_dense_to_conv,
        cases=_block_cases,
        hidden=_block_hidden,
        slips=BLOCK_SLIPS,
        parts=("kernel",),
        hints=(
            "Which of a block's three indices runs fastest when Flatten lays it out?",
            "The weights need no change of order, only another shape.",
            "reshape to h, w_in, c and the number of units.",
        ),
    ),
    dataclasses.replace(concept.AFTER, number="8.12"),
)
