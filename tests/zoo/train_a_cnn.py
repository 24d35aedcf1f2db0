"""Wrong and right layers, losses, steps and training loops for lesson 08.

Trained weights lie in ``trained.npz``; ``python -m tests.zoo.train_a_cnn`` trains them
again with the functions of this module.
"""

from pathlib import Path

import numpy as np

from byhand import data
from byhand.exercises.train_a_cnn.networks import digits_sets, framed, initial
from tests.zoo import right, right_value, wrong, wrong_value

TRAINED = Path(__file__).with_name("trained.npz")

# Dense ----------------------------------------------------------------------------


@right("Dense", "matrix products")
class Dense:
    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dy):
        self.grads = [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ self.params[0].T


@right("Dense", "einsum, gradients in a tuple")
class DenseEinsum(Dense):
    def forward(self, x):
        self.kept = x.copy()
        w, b = self.params
        return np.einsum("nc,cu->nu", x, w) + b

    def backward(self, dy):
        w, _ = self.params
        self.grads = (np.einsum("nc,nu->cu", self.kept, dy), np.einsum("nu->u", dy))
        return np.einsum("nu,cu->nc", dy, w)


@right("Dense", "loops over the pictures")
class DenseLoops(Dense):
    def forward(self, x):
        self.x = x
        w, b = self.params
        return np.array([[b[u] + row @ w[:, u] for u in range(len(b))] for row in x])

    def backward(self, dy):
        w, b = self.params
        dw, db, dx = np.zeros_like(w), np.zeros_like(b), np.zeros_like(self.x)
        for n in range(len(dy)):
            dw += np.outer(self.x[n], dy[n])
            db += dy[n]
            dx[n] = w @ dy[n]
        self.grads = [dw, db]
        return dx


@wrong("Dense", "gradients of earlier steps kept")
class DenseGrows(Dense):
    def backward(self, dy):
        before = self.grads
        dx = super().backward(dy)
        self.grads = [*before, *self.grads]
        return dx


@wrong("Dense", "bias forgotten")
class DenseNoBias(Dense):
    def forward(self, x):
        self.x = x
        return x @ self.params[0]


@wrong("Dense", "gradients of earlier steps kept")
class DenseAddsUp(Dense):
    def backward(self, dy):
        before = self.grads
        dx = super().backward(dy)
        if before:
            self.grads = [a + b for a, b in zip(self.grads, before, strict=True)]
        return dx


@wrong("Dense", "db a mean instead of a sum")
class DenseMean(Dense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.grads[1] = dy.mean(axis=0)
        return dx


@wrong("Dense", "batch divided twice")
class DenseDivided(Dense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.grads = [g / len(dy) for g in self.grads]
        return dx


@wrong("Dense", "w not transposed")
class DenseNotTransposed(Dense):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.params[0]


@wrong("Dense", "dw transposed")
class DenseTurned(Dense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.grads[0] = self.grads[0].T
        return dx


@wrong("Dense", None)
class DenseForgets(Dense):
    def forward(self, x):
        if not hasattr(self, "x"):
            self.x = x
        return x @ self.params[0] + self.params[1]


@wrong("Dense", None)
class DenseNoGradients(Dense):
    def backward(self, dy):
        return dy @ self.params[0].T


@wrong("Dense", None)
class DenseTwoMistakes(Dense):
    def forward(self, x):
        self.x = x
        return x @ self.params[0]

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads[0] = -self.grads[0]
        return dx


@wrong("Dense", None)
class DenseNoBackward:
    def __init__(self, w, b):
        self.params = [w, b]

    def forward(self, x):
        return x @ self.params[0] + self.params[1]


# Conv2D ---------------------------------------------------------------------------


def windows(x, kh, kw):
    return np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))


@right("Conv2D", "einsum on windows")
class Conv2D(Dense):
    def forward(self, x):
        self.x = x
        w, b = self.params
        return np.einsum("nijcpq,pqcf->nijf", windows(x, *w.shape[:2]), w) + b

    def backward(self, dy):
        w, _ = self.params
        kh, kw = w.shape[:2]
        seen = windows(self.x, kh, kw)
        self.grads = [np.einsum("nijcpq,nijf->pqcf", seen, dy), dy.sum(axis=(0, 1, 2))]
        wide = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        return np.einsum("nijfpq,pqcf->nijc", windows(wide, kh, kw), w[::-1, ::-1])


@right("Conv2D", "shifted pictures")
class Conv2DShifts(Dense):
    def forward(self, x):
        self.x = x
        w, b = self.params
        h, wide = x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1
        y = np.zeros((len(x), h, wide, w.shape[3])) + b
        for p, q in np.ndindex(*w.shape[:2]):
            y += x[:, p : p + h, q : q + wide] @ w[p, q]
        return y

    def backward(self, dy):
        w, _ = self.params
        h, wide = dy.shape[1:3]
        dw, dx = np.zeros_like(w), np.zeros_like(self.x)
        for p, q in np.ndindex(*w.shape[:2]):
            part = self.x[:, p : p + h, q : q + wide]
            dw[p, q] = np.tensordot(part, dy, axes=((0, 1, 2), (0, 1, 2)))
            dx[:, p : p + h, q : q + wide] += dy @ w[p, q].T
        self.grads = [dw, dy.sum(axis=(0, 1, 2))]
        return dx


@right("Conv2D", "loops over places, in float32")
class Conv2DLoops(Dense):
    def forward(self, x):
        self.x = x.astype(np.float32)
        w, b = (a.astype(np.float32) for a in self.params)
        kh, kw = w.shape[:2]
        h, wide = x.shape[1] - kh + 1, x.shape[2] - kw + 1
        y = np.zeros((len(x), h, wide, len(b)), dtype=np.float32)
        for n, i, j in np.ndindex(*y.shape[:3]):
            y[n, i, j] = np.tensordot(self.x[n, i : i + kh, j : j + kw], w, 3) + b
        return y

    def backward(self, dy):
        w = self.params[0].astype(np.float32)
        kh, kw = w.shape[:2]
        dy = dy.astype(np.float32)
        dw, dx = np.zeros_like(w), np.zeros_like(self.x)
        for n, i, j in np.ndindex(*dy.shape[:3]):
            place = (n, slice(i, i + kh), slice(j, j + kw))
            dw += self.x[place][..., None] * dy[n, i, j]
            dx[place] += w @ dy[n, i, j]
        self.grads = [dw, dy.sum(axis=(0, 1, 2))]
        return dx


@wrong("Conv2D", "reshaped where axes should move")
class Conv2DReshaped(Conv2D):
    def backward(self, dy):
        right = self.params[0]
        other = right.reshape(right.shape[-1], -1).T.reshape(right.shape)
        self.params = [other, self.params[1]]
        dx = super().backward(dy)
        self.params = [right, self.params[1]]
        return dx


@wrong("Conv2D", "kernel flipped")
class Conv2DFlipped(Conv2D):
    def turn(self):
        w, b = self.params
        self.params = [w[::-1, ::-1], b]

    def forward(self, x):
        self.turn()
        y = super().forward(x)
        self.turn()
        return y

    def backward(self, dy):
        self.turn()
        dx = super().backward(dy)
        self.turn()
        self.grads[0] = self.grads[0][::-1, ::-1]
        return dx


@wrong("Conv2D", "dw turned round")
class Conv2DTurnedAtFirst(Conv2D):
    """Weights from outside come after it, so that only dw is turned."""

    def __init__(self, w, b):
        super().__init__(w[::-1, ::-1], b)

    def backward(self, dy):
        dx = super().backward(dy)
        self.grads[0] = self.grads[0][::-1, ::-1]
        return dx


@wrong("Conv2D", "kernel not flipped in the full-convolution form")
class Conv2DFullUnflipped(Conv2D):
    def backward(self, dy):
        super().backward(dy)
        w, _ = self.params
        kh, kw = w.shape[:2]
        wide = np.pad(dy, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        return np.einsum("nijfpq,pqcf->nijc", windows(wide, kh, kw), w)


@wrong("Conv2D", "bias forgotten")
class Conv2DNoBias(Conv2D):
    def forward(self, x):
        return super().forward(x) - self.params[1]


@wrong("Conv2D", "dx assigned instead of accumulated")
class Conv2DAssigned(Conv2D):
    def backward(self, dy):
        super().backward(dy)
        w, _ = self.params
        kh, kw = w.shape[:2]
        dx = np.zeros_like(self.x)
        for i, j in np.ndindex(*dy.shape[1:3]):
            stamp = np.tensordot(dy[:, i, j], w, axes=(1, 3))
            dx[:, i : i + kh, j : j + kw] = stamp
        return dx


@wrong("Conv2D", "gradients of earlier steps kept")
class Conv2DAddsUp(Conv2D):
    def backward(self, dy):
        before = self.grads
        dx = super().backward(dy)
        if before:
            self.grads = [a + b for a, b in zip(self.grads, before, strict=True)]
        return dx


@wrong("Conv2D", "dw of the last example only")
class Conv2DLast(Conv2D):
    def backward(self, dy):
        dx = super().backward(dy)
        kh, kw = self.params[0].shape[:2]
        seen = windows(self.x[-1:], kh, kw)
        self.grads[0] = np.einsum("nijcpq,nijf->pqcf", seen, dy[-1:])
        return dx


@wrong("Conv2D", None)
class Conv2DRowsMisread(Conv2D):
    def forward(self, x):
        y = super().forward(x)
        return y.transpose(3, 0, 1, 2).reshape(y.shape)


@wrong("Conv2D", None)
class Conv2DFlippedForwardOnly(Conv2D):
    def forward(self, x):
        self.x = x
        w, b = self.params
        seen = windows(x, *w.shape[:2])
        return np.einsum("nijcpq,pqcf->nijf", seen, w[::-1, ::-1]) + b


@wrong("Conv2D", None)
class Conv2DTwoMistakes(Conv2DNoBias):
    def backward(self, dy):
        dx = super().backward(dy)
        self.grads[1] = dy.mean(axis=(0, 1, 2))
        return dx


# MaxPool2D ------------------------------------------------------------------------


def split(x):
    n, h, w, c = x.shape
    h, w = h // 2, w // 2
    cut = x[:, : 2 * h, : 2 * w].reshape(n, h, 2, w, 2, c)
    return cut.transpose(0, 1, 3, 5, 2, 4).reshape(n, h, w, c, 4)


def join(parts, shape):
    n, h, w, c = parts.shape[:4]
    x = np.zeros(shape)
    cut = parts.reshape(n, h, w, c, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    x[:, : 2 * h, : 2 * w] = cut.reshape(n, 2 * h, 2 * w, c)
    return x


@right("MaxPool2D", "argmax")
class MaxPool2D:
    params, grads = [], []

    def forward(self, x):
        self.shape, self.parts = x.shape, split(x)
        self.winner = self.parts.argmax(axis=-1)
        return self.parts.max(axis=-1)

    def backward(self, dy):
        hot = np.eye(4)[self.winner]
        return join(hot * dy[..., None], self.shape)


@right("MaxPool2D", "loops")
class MaxPool2DLoops:
    params, grads = (), ()

    def forward(self, x):
        self.x = x
        n, h, w, c = x.shape
        y = np.zeros((n, h // 2, w // 2, c))
        for i, j in np.ndindex(h // 2, w // 2):
            y[:, i, j] = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))
        return y

    def backward(self, dy):
        dx = np.zeros_like(self.x)
        for n, i, j, c in np.ndindex(*dy.shape):
            window = self.x[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c]
            p, q = np.unravel_index(window.argmax(), (2, 2))
            dx[n, 2 * i + p, 2 * j + q, c] = dy[n, i, j, c]
        return dx


@right("MaxPool2D", "the first of four slices")
class MaxPool2DSlices:
    def forward(self, x):
        self.shape = x.shape
        self.h, self.w = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
        self.four = [
            x[:, p : self.h : 2, q : self.w : 2] for p in (0, 1) for q in (0, 1)
        ]
        self.y = np.maximum.reduce(self.four)
        return self.y

    def backward(self, dy):
        dx, left = np.zeros(self.shape), np.ones(dy.shape, dtype=bool)
        for k, part in enumerate(self.four):
            wins = left & (part == self.y)
            dx[:, k // 2 : self.h : 2, k % 2 : self.w : 2] = dy * wins
            left &= ~wins
        return dx


@wrong("MaxPool2D", "ties sent to every maximum")
class MaxPool2DTies(MaxPool2D):
    def backward(self, dy):
        mask = self.parts == self.parts.max(axis=-1, keepdims=True)
        return join(mask * dy[..., None], self.shape)


@wrong("MaxPool2D", "ties shared between the maxima")
class MaxPool2DShared(MaxPool2D):
    def backward(self, dy):
        mask = self.parts == self.parts.max(axis=-1, keepdims=True)
        share = mask / mask.sum(axis=-1, keepdims=True)
        return join(share * dy[..., None], self.shape)


@wrong("MaxPool2D", "average in place of maximum")
class MaxPool2DMean(MaxPool2D):
    def forward(self, x):
        super().forward(x)
        return self.parts.mean(axis=-1)

    def backward(self, dy):
        return join(np.ones(4) / 4 * dy[..., None], self.shape)


@wrong("MaxPool2D", "gradient sent to the whole window")
class MaxPool2DWhole(MaxPool2D):
    def backward(self, dy):
        return join(np.ones(4) * dy[..., None], self.shape)


@wrong("MaxPool2D", "maximum started at 0")
class MaxPool2DFromZero(MaxPool2D):
    def forward(self, x):
        return np.maximum(super().forward(x), 0)


@wrong("MaxPool2D", None)
class MaxPool2DUntileTurned(MaxPool2D):
    def backward(self, dy):
        hot = np.eye(4)[self.winner][..., [0, 2, 1, 3]]
        return join(hot * dy[..., None], self.shape)


@wrong("MaxPool2D", None)
class MaxPool2DNoGradient(MaxPool2D):
    def backward(self, dy):
        return np.zeros(self.shape)


# softmax_cross_entropy and sgd_step ---------------------------------------------------


@right("softmax_cross_entropy", "log-probabilities")
def loss_log(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    d = np.exp(log_p)
    d[rows, labels] -= 1
    return -log_p[rows, labels].mean(), d / len(labels)


@right("softmax_cross_entropy", "one-hot matrix and logaddexp")
def loss_one_hot(logits, labels):
    hot = np.eye(logits.shape[1])[labels]
    total = np.logaddexp.reduce(logits, axis=1, keepdims=True)
    loss = float(np.sum((total - logits) * hot) / len(logits))
    return loss, (np.exp(logits - total) - hot) / len(logits)


@right("softmax_cross_entropy", "a loop over the pictures")
def loss_loop(logits, labels):
    total, d = 0.0, np.zeros_like(logits)
    for n, label in enumerate(labels):
        z = logits[n] - max(logits[n])
        p = np.exp(z) / sum(np.exp(z))
        total += np.log(sum(np.exp(z))) - z[label]
        d[n] = p / len(labels)
        d[n, label] -= 1 / len(labels)
    return total / len(labels), d


@wrong("softmax_cross_entropy", "one maximum for all rows")
def loss_one_maximum(logits, labels):
    n, z = len(logits), logits - np.max(logits)
    with np.errstate(all="ignore"):
        log_p = z - np.log(np.sum(np.exp(z), axis=1))[:, None]
        d = np.exp(log_p)
        d[range(n), labels] -= 1
        return -np.mean(log_p[range(n), labels]), d / n


@wrong("softmax_cross_entropy", "logarithm of a probability that is 0")
def loss_underflow(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        loss = -np.log(p[range(len(labels)), labels]).mean()
    return loss, (p - np.eye(p.shape[1])[labels]) / len(labels)


@wrong("softmax_cross_entropy", "gradient not divided by the batch")
def loss_sum_gradient(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss, d * len(labels)


@wrong("softmax_cross_entropy", "loss added up over the batch")
def loss_sum(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss * len(labels), d * len(labels)


@wrong("softmax_cross_entropy", "label not subtracted")
def loss_no_label(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return loss_log(logits, labels)[0], p / len(labels)


@wrong("softmax_cross_entropy", "gradient with the wrong sign")
def loss_sign(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss, -d


@wrong("softmax_cross_entropy", "another base of the logarithm")
def loss_log2(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss / np.log(2), d


@wrong("softmax_cross_entropy", "batch divided twice")
def loss_divided(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss, d / len(labels)


@wrong("softmax_cross_entropy", "averaged over the classes")
def loss_class_mean(logits, labels):
    _, d = loss_log(logits, labels)
    hot = np.eye(logits.shape[1])[labels]
    return np.mean(hot * loss_rows(logits, labels)[:, None]), d


def loss_rows(logits, labels):
    return np.array(
        [loss_log(logits[n : n + 1], labels[n : n + 1])[0] for n in range(len(labels))]
    )


@wrong("softmax_cross_entropy", None)
def loss_first_class(logits, labels):
    return loss_log(logits, np.zeros_like(labels))


@wrong("softmax_cross_entropy", "no maximum subtracted")
def loss_overflows(logits, labels):
    powers = np.exp(logits)
    p = powers / powers.sum(axis=1, keepdims=True)
    d = p - np.eye(logits.shape[1])[labels]
    return -np.log(p[np.arange(len(labels)), labels]).mean(), d / len(labels)


@wrong("softmax_cross_entropy", None)
def loss_two_mistakes(logits, labels):
    loss, d = loss_log(logits, labels)
    return loss * len(labels), -d


@right("sgd_step", "a list comprehension")
def step_list(values, grads, learning_rate):
    return [v - learning_rate * g for v, g in zip(values, grads, strict=True)]


@right("sgd_step", "copies, changed in place")
def step_copies(values, grads, learning_rate):
    new = [v.copy() for v in values]
    for v, g in zip(new, grads, strict=True):
        v -= learning_rate * g
    return new


@right("sgd_step", "map")
def step_map(values, grads, learning_rate):
    return tuple(map(lambda v, g: v + -learning_rate * g, values, grads))


@wrong("sgd_step", "step uphill")
def step_up(values, grads, learning_rate):
    return [v + learning_rate * g for v, g in zip(values, grads, strict=True)]


@wrong("sgd_step", "learning rate ignored")
def step_whole(values, grads, learning_rate):
    return [v - g for v, g in zip(values, grads, strict=True)]


@wrong("sgd_step", "only the step returned")
def step_only(values, grads, learning_rate):
    return [-learning_rate * g for g in grads]


@wrong("sgd_step", "only the first array updated")
def step_first(values, grads, learning_rate):
    new = list(values)
    if new:
        new[0] = values[0] - learning_rate * grads[0]
    return new


@wrong("sgd_step", None)
def step_in_place(values, grads, learning_rate):
    for v, g in zip(values, grads, strict=True):
        v -= learning_rate * g
    return list(values)


@wrong("sgd_step", None)
def step_squared(values, grads, learning_rate):
    return [v - learning_rate**2 * g for v, g in zip(values, grads, strict=True)]


# train_steps, overfit and fit ---------------------------------------------------------


class Flat:
    params, grads = [], []

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)


class Positive:
    params, grads = [], []

    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, dy):
        return dy * self.on


def build(weights, conv=Conv2DShifts):
    w1, b1, w2, b2, w3, b3 = weights
    first = [conv(w1, b1), Positive(), MaxPool2D()]
    second = [conv(w2, b2), Positive(), MaxPool2D()]
    return [*first, *second, Flat(), Dense(w3, b3)]


def weights_of(layers):
    return [w for layer in layers for w in layer.params]


def gradients(layers, x, labels):
    for layer in layers:
        x = layer.forward(x)
    loss, d = loss_log(x, labels)
    for layer in layers[::-1]:
        d = layer.backward(d)
    return loss


def update(layers, learning_rate):
    for layer in layers:
        layer.params = step_list(layer.params, layer.grads, learning_rate)


def step(layers, x, labels, learning_rate):
    loss = gradients(layers, x, labels)
    update(layers, learning_rate)
    return loss


def back(layers, x, labels):
    for layer in layers:
        x = layer.forward(x)
    _, d = loss_log(x, labels)
    for layer in layers[::-1]:
        d = layer.backward(d)
    return d


@right("input_gradient", "shifted pictures")
def pixels(weights, x, labels):
    return back(build(weights), x, labels)


@right("input_gradient", "einsum layers")
def pixels_einsum(weights, x, labels):
    return back(build(weights, Conv2D), x, labels)


@right("input_gradient", "picture by picture")
def pixels_one_by_one(weights, x, labels):
    n = len(x)
    return np.concatenate(
        [pixels(weights, x[k : k + 1], labels[k : k + 1]) / n for k in range(n)]
    )


@wrong("input_gradient", "stopped at the logits")
def pixels_of_logits(weights, x, labels):
    for layer in build(weights):
        x = layer.forward(x)
    return loss_log(x, labels)[1]


@wrong("input_gradient", "gradient with the wrong sign")
def pixels_turned(weights, x, labels):
    return -pixels(weights, x, labels)


@wrong("input_gradient", "gradient not divided by the batch")
def pixels_added(weights, x, labels):
    return len(x) * pixels(weights, x, labels)


@wrong("input_gradient", "batch divided twice")
def pixels_divided_twice(weights, x, labels):
    return pixels(weights, x, labels) / len(x)


@wrong("input_gradient", None)
def pixels_before_the_first_layer(weights, x, labels):
    layers = build(weights)
    for layer in layers:
        x = layer.forward(x)
    _, d = loss_log(x, labels)
    for layer in layers[:0:-1]:
        d = layer.backward(d)
    return d


@wrong("input_gradient", None)
def pixels_in_forward_order(weights, x, labels):
    layers = build(weights)
    for layer in layers:
        x = layer.forward(x)
    _, d = loss_log(x, labels)
    for layer in layers:
        d = layer.backward(d)
    return d


@wrong("input_gradient", None)
def pixels_from_ones(weights, x, labels):
    layers = build(weights)
    for layer in layers:
        x = layer.forward(x)
    d = np.ones_like(x)
    for layer in layers[::-1]:
        d = layer.backward(d)
    return d


@right("train_steps", "shifted pictures")
def train(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = [step(layers, x, labels, learning_rate) for _ in range(steps)]
    return np.array(losses), weights_of(layers)


@right("train_steps", "einsum layers")
def train_einsum(weights, x, labels, *, learning_rate, steps):
    layers, losses = build(weights, Conv2D), np.zeros(steps)
    for k in range(steps):
        losses[k] = step(layers, x, labels, learning_rate)
    return losses, tuple(weights_of(layers))


@right("train_steps", "layers built anew for each step")
def train_rebuilt(weights, x, labels, *, learning_rate, steps):
    losses = []
    for _ in range(steps):
        layers = build(weights)
        losses.append(step(layers, x, labels, learning_rate))
        weights = weights_of(layers)
    return np.array(losses), weights


@wrong("train_steps", "step uphill")
def train_up(weights, x, labels, *, learning_rate, steps):
    return train(weights, x, labels, learning_rate=-learning_rate, steps=steps)


@wrong("train_steps", "weights never updated")
def train_frozen(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    losses = [gradients(layers, x, labels) for _ in range(steps)]
    return np.array(losses), weights_of(layers)


@wrong("train_steps", "only the last layer updated")
def train_head(weights, x, labels, *, learning_rate, steps):
    layers, losses = build(weights), []
    for _ in range(steps):
        losses.append(gradients(layers, x, labels))
        update(layers[-1:], learning_rate)
    return np.array(losses), weights_of(layers)


@wrong("train_steps", "loss after the step instead of before")
def train_after(weights, x, labels, *, learning_rate, steps):
    layers, losses = build(weights), []
    for _ in range(steps):
        step(layers, x, labels, learning_rate)
        losses.append(gradients(layers, x, labels))
    return np.array(losses), weights_of(layers)


@wrong("train_steps", "same gradients in every step")
def train_stale(weights, x, labels, *, learning_rate, steps):
    layers, losses = build(weights), []
    gradients(layers, x, labels)
    kept = [layer.grads for layer in layers]
    for _ in range(steps):
        losses.append(gradients(layers, x, labels))
        for layer, grads in zip(layers, kept, strict=True):
            layer.grads = grads
        update(layers, learning_rate)
    return np.array(losses), weights_of(layers)


@wrong("train_steps", None)
def train_forward_order(weights, x, labels, *, learning_rate, steps):
    layers = build(weights)
    for layer in layers:
        x = layer.forward(x)
    _, d = loss_log(x, labels)
    for layer in layers:
        d = layer.backward(d)
    return np.zeros(steps), weights_of(layers)


@wrong("train_steps", None)
def train_biases_frozen(weights, x, labels, *, learning_rate, steps):
    losses, after = train(weights, x, labels, learning_rate=learning_rate, steps=steps)
    return losses, [*after[:5], weights[5]]


@wrong("train_steps", None)
def train_uphill_late(weights, x, labels, *, learning_rate, steps):
    return train(weights, x, labels, learning_rate=-learning_rate, steps=steps + 1)


@right("overfit", "until the loss is small")
def overfit_small(weights, x, labels):
    for _ in range(40):
        losses, weights = train(weights, x, labels, learning_rate=0.25, steps=25)
        if losses[-1] < 0.01:
            break
    return weights


@right("overfit", "a fixed number of steps")
def overfit_fixed(weights, x, labels):
    return train(weights, x, labels, learning_rate=0.125, steps=400)[1]


@right("overfit", "until all are named, in a tuple")
def overfit_named(weights, x, labels):
    for _ in range(500):
        weights = train(weights, x, labels, learning_rate=0.125, steps=5)[1]
        y = x
        for layer in build(weights):
            y = layer.forward(y)
        if (y.argmax(axis=1) == labels).all():
            return tuple(weights)
    return weights


@wrong("overfit", None)
def overfit_one_step(weights, x, labels):
    return train(weights, x, labels, learning_rate=0.125, steps=1)[1]


@wrong("overfit", None)
def overfit_uphill(weights, x, labels):
    return train(weights, x, labels, learning_rate=-0.01, steps=20)[1]


@wrong("overfit", None)
def overfit_untouched(weights, x, labels):
    return weights


@wrong("overfit", None)
def overfit_returns_losses(weights, x, labels):
    return train(weights, x, labels, learning_rate=0.25, steps=10)


@right("fit", "slices of each order")
def fit_slices(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        parts = []
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            loss = step(layers, x[chosen], labels[chosen], learning_rate)
            parts += [loss] * len(chosen)
        losses.append(sum(parts) / len(parts))
    return np.array(losses), weights_of(layers)


@right("fit", "pictures put in order first")
def fit_sorted(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        xs, ys, mean, seen = x[order], labels[order], 0.0, 0
        while len(xs):
            loss, n = (
                step(layers, xs[:batch], ys[:batch], learning_rate),
                len(xs[:batch]),
            )
            mean, seen = (mean * seen + loss * n) / (seen + n), seen + n
            xs, ys = xs[batch:], ys[batch:]
        losses.append(mean)
    return np.array(losses), weights_of(layers)


@right("fit", "array_split at the batch's multiples")
def fit_split(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights, Conv2D), []
    for order in orders:
        parts = np.split(np.asarray(order), range(batch, len(order), batch))
        found = [step(layers, x[p], labels[p], learning_rate) for p in parts]
        losses.append(np.average(found, weights=[len(p) for p in parts]))
    return np.array(losses), weights_of(layers)


@wrong("fit", "steps averaged instead of pictures")
def fit_mean_of_steps(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        parts = np.split(np.asarray(order), range(batch, len(order), batch))
        losses.append(
            np.mean([step(layers, x[p], labels[p], learning_rate) for p in parts])
        )
    return np.array(losses), weights_of(layers)


@wrong("fit", "labels not shuffled with the pictures")
def fit_labels_stay(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        total = 0.0
        for start in range(0, len(order), batch):
            stop = start + batch
            chosen = order[start:stop]
            loss = step(layers, x[chosen], labels[start:stop], learning_rate)
            total += loss * len(chosen)
        losses.append(total / len(order))
    return np.array(losses), weights_of(layers)


@wrong("fit", "order ignored")
def fit_in_line(weights, x, labels, orders, *, batch, learning_rate):
    plain = [np.arange(len(x))] * len(orders)
    return fit_slices(
        weights, x, labels, plain, batch=batch, learning_rate=learning_rate
    )


@wrong("fit", "last batch dropped")
def fit_full_batches(weights, x, labels, orders, *, batch, learning_rate):
    whole = [order[: len(order) // batch * batch] for order in orders]
    return fit_slices(
        weights, x, labels, whole, batch=batch, learning_rate=learning_rate
    )


@wrong("fit", "weights reset in every epoch")
def fit_resets(weights, x, labels, orders, *, batch, learning_rate):
    losses = []
    for order in orders:
        loss, after = fit_slices(
            weights, x, labels, [order], batch=batch, learning_rate=learning_rate
        )
        losses.append(loss[0])
    return np.array(losses), after


@wrong("fit", "last loss instead of the mean")
def fit_last_loss(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            loss = step(layers, x[chosen], labels[chosen], learning_rate)
        losses.append(loss)
    return np.array(losses), weights_of(layers)


@wrong("fit", "only the first batch")
def fit_one_batch(weights, x, labels, orders, *, batch, learning_rate):
    first = [order[:batch] for order in orders]
    return fit_slices(
        weights, x, labels, first, batch=batch, learning_rate=learning_rate
    )


@wrong("fit", None)
def fit_overlapping(weights, x, labels, orders, *, batch, learning_rate):
    layers, losses = build(weights), []
    for order in orders:
        parts = []
        for start in range(len(order)):
            chosen = order[start : start + batch]
            parts.append(step(layers, x[chosen], labels[chosen], learning_rate))
        losses.append(np.mean(parts))
    return np.array(losses), weights_of(layers)


@wrong("fit", None)
def fit_uphill_in_line(weights, x, labels, orders, *, batch, learning_rate):
    return fit_in_line(
        weights, x, labels, orders, batch=batch, learning_rate=-learning_rate
    )


# dense_to_conv --------------------------------------------------------------------


@right("dense_to_conv", "reshape")
def block_reshape(w, h, w_in, c):
    return w.reshape(h, w_in, c, w.shape[1])


@right("dense_to_conv", "loops")
def block_loops(w, h, w_in, c):
    kernel = np.zeros((h, w_in, c, w.shape[1]))
    for p, q, k in np.ndindex(h, w_in, c):
        kernel[p, q, k] = w[(p * w_in + q) * c + k]
    return kernel


@right("dense_to_conv", "unit by unit")
def block_units(w, h, w_in, c):
    return np.stack([column.reshape(h, w_in, c) for column in w.T], axis=-1)


@wrong("dense_to_conv", "block read in another order")
def block_channels_first(w, h, w_in, c):
    return w.reshape(c, h, w_in, -1).transpose(1, 2, 0, 3)


@wrong("dense_to_conv", "units before the channels")
def block_units_first(w, h, w_in, c):
    return w.reshape(h, w_in, -1, c)


@wrong("dense_to_conv", "kernel flipped")
def block_flipped(w, h, w_in, c):
    return w.reshape(h, w_in, c, -1)[::-1, ::-1]


@wrong("dense_to_conv", None)
def block_flat(w, h, w_in, c):
    return w.reshape(h * w_in, c, -1)


@wrong("dense_to_conv", None)
def block_transposed_and_flipped(w, h, w_in, c):
    return w.reshape(w_in, h, c, -1).swapaxes(0, 1)[::-1]


# Trained weights and values -------------------------------------------------------

right_value("first_dense", 1639424.0, "a float")
wrong_value("first_dense", 1638400, "bias forgotten")
wrong_value("first_dense", 1600, None)
wrong_value("first_dense", 2360320, "ceiling for floor")
right_value("map_sizes", [15, 7, 5, 2], "a list")
wrong_value("map_sizes", (15, 8, 6, 3), "ceiling for floor")
right_value("two_logits", [0.5, -0.5], "a list")
wrong_value("two_logits", (-0.5, 0.5), "gradient with the wrong sign")
wrong_value("two_logits", (0.25, -0.25), "logarithm forgotten")
right_value("blind_from", 14.0, "a float")
wrong_value("blind_from", 17, "what pooling cuts off overlooked")
wrong_value("blind_from", 16, "only the first pooling's cut counted")
wrong_value("blind_from", 10, "the field of one value only")
right_value("repaired_size", np.int64(18), "a NumPy number")
wrong_value("repaired_size", 22, "a size that fits, and not the smallest")
wrong_value("repaired_size", 20, None)
right_value("heart_new", "C", "a capital letter")
wrong_value("heart_new", "b", None)
right_value("far_shift", "c", "a letter")
wrong_value("far_shift", "a", None)
right_value("sheet_answers", [9, 21], "a list")
wrong_value("sheet_answers", (33, 81), "stride ignored")
wrong_value("sheet_answers", (8, 20), "one stop too few")
right_value("pool_back", [0, 6.0, 0, 0], "a list")
wrong_value("pool_back", (0, 3, 3, 0), "ties shared between the maxima")
right_value("start_loss", np.log(10), "not rounded")
wrong_value("start_loss", 0.1, "logarithm forgotten")
wrong_value("start_loss", 2.0, None)
right_value("stepped", np.float64(3.5), "a NumPy number")
wrong_value("stepped", 2.5, "step uphill")
right_value("steps_of_epoch", 94.0, "a float")
wrong_value("steps_of_epoch", 93, "last batch dropped")
right_value("kernel_shape", [3, 3, 12, 2], "a list")
wrong_value("kernel_shape", (3, 3, 2, 12), "units before the channels")
wrong_value("xo_weights", [np.zeros((3, 3, 1, 2))], None)
wrong_value("xo_weights", "done", None)
wrong_value("digits_weights", [1, 2, 3, 4, 5, 6], None)
wrong_value(
    "digits_weights",
    [np.zeros(s) for s in ((3, 3, 1, 2), 2, (3, 3, 2, 3), 3, (12, 10), 10)],
    None,
)
wrong_value(
    "xo_weights",
    [np.full(s, np.nan) for s in ((3, 3, 1, 2), 2, (3, 3, 2, 3), 3, (12, 2), 2)],
    None,
)


WIDTHS = {"xo": ((6, 12), (6, 10), (8, 12)), "digits": ((8, 16), (8, 24), (12, 16))}


def stored():
    """Return {"xo": [six arrays, ...], "digits": [...]} as they were trained."""
    with np.load(TRAINED) as file:
        return {
            task: [
                [file[f"{task}{k}_{part}"] for part in range(6)]
                for k in range(len(widths))
            ]
            for task, widths in WIDTHS.items()
        }


def train_again():
    """Train all networks and write their weights, in float32."""
    xo, letters = data.xo_pictures(600, seed=21, turn=10, scale=0.1)
    (digits, numbers), *_ = digits_sets()
    tasks = {
        "xo": (framed(xo, -1.0), letters, 2, 16),
        "digits": (digits, numbers, 10, 16),
    }
    arrays = {}
    for task, (x, labels, classes, epochs) in tasks.items():
        for k, widths in enumerate(WIDTHS[task]):
            rng = np.random.default_rng([k, classes])
            start = initial(rng, x.shape[1:3], 1, *widths, classes)
            orders = [rng.permutation(len(x)) for _ in range(epochs)]
            _, weights = fit_slices(
                start, x, labels, orders, batch=16, learning_rate=2.0**-4
            )
            for part, array in enumerate(weights):
                arrays[f"{task}{k}_{part}"] = array.astype(np.float32)
    np.savez_compressed(TRAINED, **arrays)


if __name__ == "__main__":
    train_again()
else:
    for task, networks in stored().items():
        first, second, third = networks
        right_value(f"{task}_weights", first, "single precision")
        right_value(f"{task}_weights", tuple(second), "a tuple, other widths")
        wide = [w.astype(np.float64) for w in third]
        right_value(f"{task}_weights", wide, "double precision, other widths")
        mixed = [np.roll(w, 1) for w in first]
        wrong_value(f"{task}_weights", mixed, None)
