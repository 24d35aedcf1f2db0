"""Time hand-written operations beside Keras's layers and beside the loops.

``python -m benchmarks.operations [--rounds 15]`` measures the layers of lesson 08
(NumPy without loops over pixels), Keras's layers and the loops of lessons 03, 05 and
06, forward and backward, on the shapes of lesson 08 and on three larger ones. The
contenders take turns within each round. Keras runs twice: called as a notebook calls
it, and as a compiled graph, as ``model.fit`` runs it (forward only, since a graph's way
back repeats the way forward). Goal: forward, NumPy takes at most 3 times as long as the
compiled Keras in the geometric mean. Loops run on one example, times the batch.
"""

import argparse
import statistics
import sys
import time

import numpy as np

from autograder.lessons import answers
from benchmarks import keep
from byhand.checks.running import quiet

GOAL = 3.0  # NumPy's time over that of compiled Keras, forward, geometric mean
# name: (batch, height and width, channels, filters)
SHAPES = {
    "X/O canvas, first layer": (16, 17, 1, 6),
    "X/O canvas, second layer": (16, 7, 6, 12),
    "digits, first layer": (16, 16, 1, 8),
    "digits, second layer": (16, 7, 8, 16),
    "28x28, 8 to 16": (32, 28, 8, 16),
    "32x32, 16 to 32": (16, 32, 16, 32),
    "64x64, 16 to 32": (8, 64, 16, 32),
}


class Numpy:
    """A layer of lesson 08."""

    def __init__(self, layer, x, dy):
        """Keep the layer and its arrays; run it once."""
        self.layer, self.x, self.dy = layer, x, dy
        self.layer.forward(x)

    def forward(self):
        """Run the layer."""
        return self.layer.forward(self.x)

    def backward(self):
        """Return the gradients that ``forward`` has prepared."""
        return self.layer.backward(self.dy)


class Keras:
    """The same layer in Keras, as a notebook calls it."""

    def __init__(self, layer, x, dy, weights=()):
        """Build the layer in float64 with the given weights."""
        import tensorflow as tf

        self.tf, self.layer = tf, layer
        self.x, self.dy = tf.constant(x), tf.constant(dy)
        layer.build(x.shape)
        if weights:
            layer.set_weights(list(weights))
        with tf.GradientTape(persistent=True) as self.tape:
            self.tape.watch(self.x)
            self.y = layer(self.x)
        self.inputs = [self.x, *(v.value for v in layer.trainable_variables)]
        self.graph = tf.function(layer)

    def forward(self):
        """Run the layer, and wait for its numbers."""
        return self.layer(self.x).numpy()

    def compiled(self):
        """Run the layer as a compiled graph."""
        return self.graph(self.x).numpy()

    def backward(self):
        """Run the tape back, and wait for the numbers."""
        grads = self.tape.gradient(self.y, self.inputs, output_gradients=self.dy)
        return [g.numpy() for g in grads]


class Loops:
    """A loop of an earlier lesson, on the first example of the batch."""

    def __init__(self, forward, backward, x, dy):
        """Keep the functions and one example."""
        self.forward_loop, self.backward_loop = forward, backward
        self.x, self.dy = x[:1], dy[:1]

    def forward(self):
        """Run the loop of the forward pass."""
        return self.forward_loop(self.x)

    def backward(self):
        """Run the loop of the backward pass."""
        return self.backward_loop(self.dy, self.x)


def course(lesson, name):
    """Return one of the course's own answers."""
    with quiet():
        return answers.namespace(lesson)[name]


def convolution(rng, n, side, c_in, c_out):
    """Return the three contenders for a 3x3 convolution."""
    from byhand.referee import load_keras

    x, w = rng.normal(size=(n, side, side, c_in)), rng.normal(size=(3, 3, c_in, c_out))
    b, dy = rng.normal(size=c_out), rng.normal(size=(n, side - 2, side - 2, c_out))
    loop = course("03_channels", "conv2d_batch")
    back = course("06_backprop", "conv2d_backward")
    layer = load_keras().layers.Conv2D(c_out, 3, dtype="float64")
    return {
        "numpy": Numpy(course("08_train_a_cnn", "Conv2D")(w, b), x, dy),
        "keras": Keras(layer, x, dy, (w, b)),
        "loops": Loops(lambda x: loop(x, w, b), lambda dy, x: back(dy, x, w), x, dy),
    }


def pooling(rng, n, side, c_in, c_out):
    """Return the three contenders for 2x2 max pooling of the convolution's result."""
    from byhand.referee import load_keras

    x = rng.normal(size=(n, side - 2, side - 2, c_out))
    dy = rng.normal(size=(n, (side - 2) // 2, (side - 2) // 2, c_out))
    loop = course("05_pooling", "max_pool2d")
    back = course("06_backprop", "max_pool2d_backward")
    layer = load_keras().layers.MaxPooling2D(2, dtype="float64")
    return {
        "numpy": Numpy(course("08_train_a_cnn", "MaxPool2D")(), x, dy),
        "keras": Keras(layer, x, dy),
        "loops": Loops(lambda x: loop(x, 2), lambda dy, x: back(dy, x, 2), x, dy),
    }


OPERATIONS = {"convolution": convolution, "max pooling": pooling}


def seconds(call):
    """Return how long a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def measure(contenders, rounds):
    """Return {direction: {contender: best seconds}}, the contenders in turn.

    The best of all rounds says most on a machine that others use as well. Loops are
    slow enough for two rounds, and count for the whole batch.
    """
    batch = len(contenders["numpy"].x)
    calls = [
        (direction, name, getattr(contender, direction))
        for direction in ("forward", "backward")
        for name, contender in contenders.items()
    ]
    calls.append(("forward", "compiled", contenders["keras"].compiled))
    taken = {"forward": {}, "backward": {}}
    for turn in range(rounds + 1):
        for direction, name, call in calls:
            if name == "loops" and turn > 2:
                continue
            took = seconds(call) * (batch if name == "loops" else 1)
            if turn:  # the first round warms up
                taken[direction].setdefault(name, []).append(took)
    return {
        direction: {name: min(t) for name, t in times.items()}
        for direction, times in taken.items()
    }


def agree(contenders):
    """Return whether all three compute the same numbers."""
    y, theirs = contenders["numpy"].forward(), contenders["keras"].forward()
    dx, their_dx = contenders["numpy"].backward(), contenders["keras"].backward()[0]
    return (
        np.allclose(y, theirs, rtol=1e-9, atol=1e-9)
        and np.allclose(contenders["loops"].forward()[0], theirs[0])
        and np.allclose(dx, their_dx, rtol=1e-9, atol=1e-9)
    )


def rows(rounds):
    """Measure every operation on every shape; yield one row for each direction."""
    for operation, make in OPERATIONS.items():
        for shape, sizes in SHAPES.items():
            contenders = make(np.random.default_rng(6), *sizes)
            if not agree(contenders):
                raise AssertionError(f"{operation}, {shape}: the results differ")
            for direction, times in measure(contenders, rounds).items():
                yield {
                    "operation": operation,
                    "shape": shape,
                    "direction": direction,
                    "keras_ms": round(1000 * times["keras"], 3),
                    "numpy_over_keras": round(times["numpy"] / times["keras"], 3),
                    **_compiled(times),
                    "loops_over_numpy": round(times["loops"] / times["numpy"], 1),
                }


def _compiled(times):
    if "compiled" not in times:
        return {}
    return {"numpy_over_compiled": round(times["numpy"] / times["compiled"], 3)}


def means(found):
    """Return the geometric mean of each ratio, forward and backward apart."""
    ratios = {}
    for row in found:
        for name, value in row.items():
            if "_over_" in name:
                label = f"{row['direction']}, {name.replace('_', ' ')}"
                ratios.setdefault(label, []).append(value)
    return {k: round(statistics.geometric_mean(v), 2) for k, v in ratios.items()}


def _line(row):
    what = f"{row['operation']} {row['direction']}, {row['shape']}"
    compiled = row.get("numpy_over_compiled", "")
    return (
        f"{what:46}{row['keras_ms']:9.2f}{row['numpy_over_keras']:8}{compiled:>10}"
        f"{row['loops_over_numpy']:9}"
    )


def main(args=None):
    """Print and keep the table; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operations")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args(args)
    print(f"{'':46}{'Keras':>9}{'NumPy time over':>18}{'loops':>9}")
    print(f"{'operation':46}{'ms':>9}{'Keras':>8}{'compiled':>10}{'/ NumPy':>9}")
    found = []
    for row in rows(given.rounds):
        found.append(row)
        print(_line(row), flush=True)
    summary = means(found)
    for name, value in summary.items():
        print(f"geometric mean {name}: {value}")
    keep("operations", {"goal": GOAL, "means": summary, "rows": found})
    return int(summary["forward, numpy over compiled"] > GOAL)


if __name__ == "__main__":
    sys.exit(main())
