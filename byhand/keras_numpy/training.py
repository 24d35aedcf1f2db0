"""Models, losses, optimizers and metrics, under Keras's names."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from byhand.keras_numpy import tensors
from byhand.keras_numpy.numpy_layers import Layer, Shape
from byhand.keras_numpy.tensors import Array, Tensor, tensor


class Input:
    """The shape of a batch that a model will see, without the number of pictures."""

    def __init__(self, shape: Sequence[int], dtype: str = "float32") -> None:
        self.shape, self.dtype = tuple(shape), dtype


class Sequential(Layer):
    """Layers, each working on the result of the one before it."""

    def __init__(self, layers: Sequence[Any]) -> None:
        super().__init__()
        self.layers = [layer for layer in layers if isinstance(layer, Layer)]
        self.inputs = [layer for layer in layers if isinstance(layer, Input)]
        for first in self.inputs:
            self.build((None, *first.shape))

    def build(self, shape: Shape) -> None:
        """Build each layer for what comes out of the one before it."""
        if not self.built:
            self.of_input = tuple(shape)
            for layer in self.layers:
                layer.build(shape)
                shape = layer.compute_output_shape(shape)
                layer.output = SimpleNamespace(shape=shape)
            self.kernels = [k for layer in self.layers for k in layer.kernels]
            self.built = True

    @property
    def weights(self) -> list[Tensor]:
        """Those of all layers."""
        return [w for layer in self.layers for w in layer.weights]

    def set_weights(self, arrays: Sequence[Any]) -> None:
        """Set the weights of all layers, the first one's first."""
        rest = list(arrays)
        for layer in self.layers:
            mine, rest = rest[: len(layer.kernels)], rest[len(layer.kernels) :]
            layer.set_weights(mine)

    def call(self, x: Tensor) -> Tensor:
        """Run all layers."""
        for layer in self.layers:
            x = layer.call(x)
        return x

    def compile(self, optimizer: SGD, loss: Any, metrics: Sequence[str] = ()) -> None:
        """Keep what training needs."""
        self.optimizer, self.loss, self.metrics = optimizer, loss, list(metrics)

    def fit(
        self,
        x: Array,
        y: Array,
        *,
        batch_size: int = 32,
        epochs: int = 1,
        shuffle: bool = True,
        verbose: Any = 0,
    ) -> SimpleNamespace:
        """Train; return an object with ``history``, a list of each measure."""
        self.build((None, *x.shape[1:]))
        rng, found = np.random.default_rng(0), []
        for _ in range(epochs):
            order = rng.permutation(len(x)) if shuffle else np.arange(len(x))
            cuts = range(0, len(x), batch_size)
            batches = [order[k : k + batch_size] for k in cuts]
            each = [self._step(x[chosen], y[chosen]) for chosen in batches]
            found.append(np.average(each, axis=0, weights=[len(b) for b in batches]))
        names = ("loss", "accuracy")[: 1 + bool(self.metrics)]
        history = {n: [float(e[k]) for e in found] for k, n in enumerate(names)}
        return SimpleNamespace(history=history)

    def _step(self, x: Array, y: Array) -> tuple[float, float]:
        logits = self.call(Tensor(x))
        loss = self.loss.call(y, logits)
        self.optimizer.step(tensors.gradients(loss, self.weights), self.weights)
        return float(loss), np.mean(logits.array.argmax(axis=-1) == y)

    def evaluate(self, x: Array, y: Array, *, verbose: Any = 0) -> list[float]:
        """Return the loss and the share that is named correctly."""
        logits = self.call(Tensor(x))
        right = np.mean(logits.array.argmax(axis=-1) == y)
        return [float(self.loss.call(y, logits)), float(right)]


class SparseCategoricalCrossentropy:
    """The mean cross-entropy of logits, with whole numbers as labels."""

    def __init__(self, from_logits: bool = False, dtype: str = "float32") -> None:
        if not from_logits:
            raise NotImplementedError("without Keras, only from_logits=True")

    def __call__(self, labels: Any, logits: Any) -> Tensor:
        """Return the loss of a batch."""
        return self.call(np.asarray(labels), tensor(logits))

    def call(self, labels: Array, logits: Tensor) -> Tensor:
        """Return how far each logit of a label lies below the soft maximum of all."""
        z = logits.array
        top = np.logaddexp.reduce(z, axis=-1)
        told = np.eye(z.shape[-1])[labels]
        mean = (top - np.einsum("nk,nk->n", z, told)).mean()
        slope = (np.exp(z - top[:, None]) - told) / len(z)
        return Tensor(mean, [logits], lambda dy: [dy * slope])


class SGD:
    """Plain steps down the gradient."""

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate

    def apply(self, grads: Sequence[Any], variables: Sequence[Tensor]) -> None:
        """Move each variable by its gradient."""
        self.step(grads, variables)

    def step(self, grads: Sequence[Any], variables: Sequence[Tensor]) -> None:
        """Do the same, for a model that trains."""
        rates = np.array([1.0, -self.learning_rate])
        for grad, variable in zip(grads, variables, strict=True):
            both = np.stack([variable.array, np.asarray(grad)])
            variable.assign(np.einsum("k,k...->...", rates, both))


class Accuracy:
    """The share of entries that are equal."""

    def __init__(self, dtype: str = "float32") -> None:
        self.equal: list[bool] = []

    def update_state(self, a: Any, b: Any) -> None:
        """Compare two arrays."""
        self.equal.extend(np.equal(a, b).ravel())

    def result(self) -> float:
        """Return the share so far."""
        return float(np.mean(self.equal))


class GradientTape:
    """All that is computed is kept anyway: this only answers about it."""

    def __init__(self, persistent: bool = False) -> None:
        pass

    def __enter__(self) -> GradientTape:
        return self

    def __exit__(self, *error: object) -> None:
        """Let errors pass."""

    def watch(self, x: Tensor) -> None:
        """Do nothing: every tensor is watched."""

    def gradient(
        self,
        target: Tensor,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """Return the gradient of a target for one source, or for each of a list."""
        many = isinstance(sources, list | tuple)
        chosen = sources if many else [sources]
        dy = None if output_gradients is None else np.asarray(output_gradients)
        found = [
            np.zeros(s.shape) if g is None and unconnected_gradients == "zero" else g
            for s, g in zip(chosen, tensors.gradients(target, chosen, dy), strict=True)
        ]
        kept = [None if g is None else Tensor(g) for g in found]
        return kept if many else kept[0]
