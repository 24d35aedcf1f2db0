"""A mistake is charged once: Keras stands in for parts that fail their own checks.

What a learner writes late in lesson 08 calls what they wrote early in it: training
calls the layers, the loss and the step. Where such a part doesn't pass its check yet,
the later check puts one in its place whose numbers come from Keras, says so in its
report, and takes it out again afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from byhand import referee
from byhand.checks import checking, running
from byhand.checks.running import Outcome
from byhand.exercises import parts

LAYERS = ("Dense", "Conv2D", "MaxPool2D", "softmax_cross_entropy")
STEP = (*LAYERS, "sgd_step")
MADE_OF = {"train_step": "train_steps"}  # judged by the check of another exercise
TRAINING = (*STEP, *MADE_OF)


def stand_ins(ask: Callable[..., Any]) -> dict[str, Any]:
    """Return the parts of the lesson by name; all their numbers come from ``ask``.

    The source of this function also runs in the process of a student whose work is
    graded, so that it uses nothing but its argument.
    """

    class Dense:
        kind = "dense"

        def __init__(self, w, b):
            self.params, self.grads = [w, b], []

        def forward(self, x):
            self.x = x
            return ask(self.kind, x, *self.params)

        def backward(self, dy):
            dx, *self.grads = ask(self.kind + "_backward", dy, self.x, self.params[0])
            return dx

    class Conv2D(Dense):
        kind = "conv2d"

    class MaxPool2D:
        params, grads = (), ()

        def forward(self, x):
            self.x = x
            return ask("max_pool2d", x)

        def backward(self, dy):
            return ask("max_pool2d_backward", dy, self.x)

    def softmax_cross_entropy(logits, labels):
        return ask("softmax_cross_entropy", logits, labels)

    def sgd_step(values, grads, learning_rate):
        return ask("sgd_step", list(values), list(grads), learning_rate)

    def train_step(layers, x, labels, learning_rate):
        weights = [w for layer in layers for w in layer.params]
        loss, new = ask("train_step", weights, x, labels, learning_rate)
        for layer in layers:
            layer.params = [new.pop(0) for _ in layer.params]
        return loss

    return {
        "Dense": Dense,
        "Conv2D": Conv2D,
        "MaxPool2D": MaxPool2D,
        "softmax_cross_entropy": softmax_cross_entropy,
        "sgd_step": sgd_step,
        "train_step": train_step,
    }


def _train_step(weights, x, labels, learning_rate):
    """Let Keras's operations make a step: return the loss and the new weights."""
    w1, b1, w2, b2, w3, b3 = weights
    y1 = referee.conv2d(x, w1, b1)
    a1 = referee.relu(y1)
    p1 = referee.max_pool2d(a1, 2)
    y2 = referee.conv2d(p1, w2, b2)
    a2 = referee.relu(y2)
    p2 = referee.max_pool2d(a2, 2)
    rows = p2.reshape(len(x), -1)
    loss, d = referee.softmax_cross_entropy(referee.dense(rows, w3, b3), labels)
    d, dw3, db3 = referee.dense_backward(d, rows, w3)
    d = referee.max_pool2d_backward(d.reshape(p2.shape), a2, 2)
    d, dw2, db2 = referee.conv2d_backward(referee.relu_backward(d, y2), p1, w2)
    d = referee.max_pool2d_backward(d, a1, 2)
    _, dw1, db1 = referee.conv2d_backward(referee.relu_backward(d, y1), x, w1)
    grads = [dw1, db1, dw2, db2, dw3, db3]
    return loss, referee.sgd_step(weights, grads, learning_rate)


ANSWERS: Mapping[str, Callable[..., Any]] = {
    "dense": referee.dense,
    "dense_backward": referee.dense_backward,
    "conv2d": referee.conv2d,
    "conv2d_backward": referee.conv2d_backward,
    "max_pool2d": lambda x: referee.max_pool2d(x, 2),
    "max_pool2d_backward": lambda dy, x: referee.max_pool2d_backward(dy, x, 2),
    "softmax_cross_entropy": referee.softmax_cross_entropy,
    "sgd_step": referee.sgd_step,
    "train_step": _train_step,
}


def ask(name: str, *args: Any) -> Any:
    """Answer for a stand-in; the learner's time doesn't run meanwhile."""
    with running.clock_stopped():
        return ANSWERS[name](*args)


class OnParts:
    """A learner's function, called with stand-ins for the parts that fail.

    Parameters
    ----------
    function : the learner's, or a grader's proxy of it
    names : those of the earlier exercises that it builds on
    """

    def __init__(self, function: Any, names: Sequence[str]) -> None:
        self.function, self.names = function, names
        self.failing: tuple[str, ...] | None = None  # not known yet

    def __byhand_call__(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], seconds: float
    ) -> Outcome:
        """Call the function as a check does; its report names what stood in."""
        if self.failing is None:
            self.failing = tuple(filter(self._fails, self.names))
        with parts.standing_in(self.function, self.failing, ask, stand_ins):
            outcome = running.call(self.function, args, kwargs, seconds=seconds)
        told = "".join(
            f"given.{name}: by Keras, yours doesn't pass its check yet\n"
            for name in self.failing
        )
        return dataclasses.replace(outcome, printed=told + outcome.printed)

    def _fails(self, name: str) -> bool:
        """Tell whether the learner has such a part, and it isn't right."""
        exercise = MADE_OF.get(name, name)
        part, own = (parts.beside(self.function, n) for n in (exercise, name))
        if part is None or own is None:
            return False
        return checking.judge(exercise, part).state != "passed"
