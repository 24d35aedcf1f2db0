"""One epoch of lesson 08's hand-written network against Keras's ``model.fit``.

The same model, the same digits, the same batches of 16, float64. The two take turns,
so that both see the machine as busy as it is.
"""

import statistics
import sys
import time

import numpy as np

from autograder.lessons import answers
from benchmarks import keep
from byhand import referee

GOAL = 0.5  # of Keras's time
ROUNDS, BATCH, RATE = 9, 16, 2.0**-4


def hand_written(lesson, weights, x, labels, order):
    """Return a function that trains one epoch with the lesson's own layers."""

    def epoch():
        lesson["fit"](weights, x, labels, [order], batch=BATCH, learning_rate=RATE)

    return epoch


def by_keras(weights, x, labels):
    """Return a function that trains one epoch with ``model.fit`` on the same model."""
    keras = referee.load_keras()
    layers, of = keras.layers, {"dtype": "float64"}
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:], **of),
            layers.Conv2D(weights[0].shape[-1], 3, activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Conv2D(weights[2].shape[-1], 3, activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Flatten(**of),
            layers.Dense(weights[4].shape[-1], **of),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    model.compile(keras.optimizers.SGD(RATE), loss)
    model.set_weights(weights)

    def epoch():
        model.fit(x, labels, batch_size=BATCH, epochs=1, shuffle=True, verbose=0)

    return epoch


def seconds(function):
    """Return how long one call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def measure():
    """Return the medians of both and their ratio, after a first epoch of each."""
    lesson = answers.namespace("08_train_a_cnn")
    x, labels = lesson["x_train"], lesson["labels_train"]
    rng = np.random.default_rng(0)
    weights = lesson["start_weights"](rng, 8, 16, 10, 18)
    order = rng.permutation(len(x))
    both = {
        "by hand": hand_written(lesson, weights, x, labels, order),
        "keras": by_keras(weights, x, labels),
    }
    for epoch in both.values():
        epoch()
    taken = {name: [] for name in both}
    for _ in range(ROUNDS):
        for name, epoch in both.items():
            taken[name].append(seconds(epoch))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    pairs = zip(taken["by hand"], taken["keras"], strict=True)
    return {
        "pictures": len(x),
        "batch": BATCH,
        "rounds": ROUNDS,
        "seconds by hand": round(medians["by hand"], 4),
        "seconds of model.fit": round(medians["keras"], 4),
        "ratio": round(statistics.median(a / b for a, b in pairs), 3),
        "goal": GOAL,
    }


def main(args=None):
    """Measure, print, keep the figures; return 0 when the goal is met."""
    found = measure()
    for name, value in found.items():
        print(f"{name:<22} {value}")
    keep("epoch", found)
    return 0 if found["ratio"] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
