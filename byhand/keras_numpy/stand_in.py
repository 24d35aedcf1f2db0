"""``keras`` and ``tf`` for notebooks and for the referee, where Keras isn't installed.

A notebook's layers give the numbers that Keras itself gave when the lessons were
recorded, and NumPy's where a cell asks something new. A line says which it was, once
in each run of a cell.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from byhand.keras_numpy import numpy_layers, tensors, training
from byhand.keras_numpy.numpy_layers import Conv2D, Layer
from byhand.keras_numpy.recorded_calls import Arrays, Recording
from byhand.keras_numpy.tensors import Array, Tensor, tensor

RECORDED = "Keras isn't installed here: its numbers in this cell are recorded"
COMPUTED = "Keras isn't installed here: NumPy computed this in its place"

STEPPED = 100  # numbers of a step that is recorded

Ask = Callable[..., Any]  # (layer, x, dy or None) -> Keras's arrays

LAYERS = {
    name: value
    for name, value in vars(numpy_layers).items()
    if isinstance(value, type) and issubclass(value, Layer) and value is not Layer
}


class Witness:
    """Where a notebook's numbers come from, and who asks Keras while recording."""

    def __init__(self, recording: Recording, ask: Ask | None = None) -> None:
        self.recording, self.ask = recording, ask
        self.said: dict[str, Any] = {}

    def answer(
        self, question: Any, computed: Callable[[], Arrays], *asked: Any
    ) -> list[Array]:
        """Return Keras's arrays, or what ``computed`` gives, and say which."""
        ask = functools.partial(self.ask, *asked) if self.ask and asked else None
        found = self.recording.find(question, ask)
        self.say(COMPUTED if found is None else RECORDED)
        return list(computed()) if found is None else found

    def say(self, what: str) -> None:
        """Print a sentence, unless this run of a cell has read it."""
        shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
        cell = getattr(shell, "execution_count", None)
        if not self.recording.asking and self.said.get(what, ...) != cell:
            self.said[what] = cell
            print(f"({what})")


def _plain(value: Any) -> Any:
    """Return how a layer was made, as plain data."""
    if isinstance(value, Layer):
        return _plain(value.how)
    if isinstance(value, training.Input):
        return ("Input", value.shape)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return (
        {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else value
    )


def _witnessed(kind: type, witness: Witness) -> type:
    """Return the class of a layer or model of a notebook."""

    class Witnessed(kind):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.how = (kind.__name__, args, kwargs)
            super().__init__(*args, **kwargs)

        def first_weights(self) -> list[Array]:
            if not self.kernels:
                return []
            question = ("first", _plain(self), self.of_input[1:])
            return witness.answer(question, super().first_weights, "first", self)

        def __call__(self, x: Any) -> Tensor:
            own = int(isinstance(x, Tensor))  # else nobody can ask for its gradient
            x = tensor(x)
            self.build(x.shape)
            leaf = Tensor(x.array)
            y, leaves = self.call(leaf), [leaf, *self.weights]
            asked = ("call", self, self.get_weights(), x.array)
            question = (_plain(self), *asked[2:])
            (array,) = witness.answer(question, lambda: [y.array], *asked)

            def back(dy: Array) -> list[Array | None]:
                def computed() -> Arrays:
                    return tensors.gradients(y, leaves, dy)[1 - own :]

                more = (dy, own)
                found = witness.answer((*question, *more), computed, *asked, *more)
                return found if own else [None, *found]

            return Tensor(array, [x, *self.weights], back)

    Witnessed.__name__ = Witnessed.__qualname__ = kind.__name__
    Witnessed.__doc__ = kind.__doc__
    return Witnessed


def _model(witness: Witness) -> type:
    """Return ``Sequential`` of a notebook, whose training is recorded as well."""

    class Sequential(_witnessed(training.Sequential, witness)):  # type: ignore[misc]
        """Layers, each working on the result of the one before it."""

        def fit(self, x: Array, y: Array, **settings: Any) -> SimpleNamespace:
            names = ("loss", "accuracy")[: 1 + bool(self.metrics)]

            def computed() -> Arrays:
                history = super(Sequential, self).fit(x, y, **settings).history
                return [*(np.array(history[n]) for n in names), *self.get_weights()]

            self.build((None, *x.shape[1:]))
            asked = ("fit", self, self.get_weights(), x, y, settings)
            rate = self.optimizer.learning_rate
            found = witness.answer((_plain(self), rate, *asked[2:]), computed, *asked)
            self.set_weights(found[len(names) :])
            histories = zip(names, found, strict=False)
            return SimpleNamespace(history={n: a.tolist() for n, a in histories})

        def evaluate(self, x: Array, y: Array, **settings: Any) -> list[float]:
            computed = functools.partial(super().evaluate, x, y)
            asked = ("evaluate", self, self.get_weights(), x, y)
            found = witness.answer((_plain(self), *asked[2:], 0), computed, *asked)
            return [float(each) for each in found]

    return Sequential


def _loss(witness: Witness) -> type:
    class SparseCategoricalCrossentropy(training.SparseCategoricalCrossentropy):
        __doc__ = training.SparseCategoricalCrossentropy.__doc__

        def __call__(self, labels: Any, logits: Any) -> Tensor:
            """Return the loss of a batch."""
            y = super().__call__(labels, logits)
            asked = ("loss", np.asarray(labels), np.asarray(logits))
            (array,) = witness.answer(asked, lambda: [y.array], *asked)
            return Tensor(array, y.parents, y.back)

    return SparseCategoricalCrossentropy


def _optimizer(witness: Witness) -> type:
    class SGD(training.SGD):
        __doc__ = training.SGD.__doc__

        def apply(self, grads: Sequence[Any], variables: Sequence[Tensor]) -> None:
            """Move each variable by its gradient."""
            before = [v.numpy() for v in variables]
            if sum(v.size for v in before) > STEPPED:  # of a network: only arithmetic
                return self.step(grads, variables)
            asked = ("step", self.learning_rate, [np.asarray(g) for g in grads], before)

            def computed() -> Arrays:
                super(SGD, self).apply(grads, variables)
                return [v.numpy() for v in variables]

            found = witness.answer(asked, computed, *asked)
            for variable, array in zip(variables, found, strict=True):
                variable.assign(array)

    return SGD


def _conv(x: Any, kernel: Any) -> Tensor:
    layer = Conv2D(kernel.shape[-1], kernel.shape[:2], use_bias=False)
    layer.build(x.shape)
    layer.set_weights([kernel])
    return layer(x)


def _patches(x: Any, size: Sequence[int], strides: int = 1) -> Tensor:
    """Return the windows of a batch, rows, columns and channels in one axis."""
    taps, channels = int(np.prod(size)), x.shape[-1]
    kernel = np.eye(taps * channels).reshape(*size, channels, -1)
    return _conv(x, kernel)[:, ::strides, ::strides]


def _operation(
    name: str, compute: Callable[..., Tensor], witness: Witness | None
) -> Any:
    def operation(*args: Any, **settings: Any) -> Tensor:
        y = compute(*args, **settings)
        asked = (name, args, settings)
        found = witness.answer(asked, lambda: [y.array], *asked) if witness else [y]
        return tensor(found[0])

    return operation


def keras(witness: Witness | None = None) -> SimpleNamespace:
    """Return what the course uses of Keras; with a witness, for a notebook."""
    kinds = {n: _witnessed(c, witness) if witness else c for n, c in LAYERS.items()}
    loss = _loss(witness) if witness else training.SparseCategoricalCrossentropy
    optimizer = _optimizer(witness) if witness else training.SGD
    image = SimpleNamespace(
        extract_patches=_operation("extract_patches", _patches, witness)
    )
    return SimpleNamespace(
        __name__="keras",
        layers=SimpleNamespace(**kinds),
        Input=training.Input,
        Sequential=_model(witness) if witness else training.Sequential,
        Variable=_variable,
        losses=SimpleNamespace(SparseCategoricalCrossentropy=loss),
        optimizers=SimpleNamespace(SGD=optimizer),
        metrics=SimpleNamespace(Accuracy=training.Accuracy),
        ops=SimpleNamespace(
            convert_to_tensor=_constant,
            conv=_operation("conv", _conv, witness),
            image=image,
        ),
        utils=SimpleNamespace(set_random_seed=lambda seed: None),
        config=SimpleNamespace(backend=lambda: "numpy"),
    )


def tensorflow() -> SimpleNamespace:
    """Return what the course uses of TensorFlow."""
    return SimpleNamespace(
        __name__="tensorflow",
        constant=_constant,
        convert_to_tensor=_constant,
        Variable=_variable,
        GradientTape=training.GradientTape,
        UnconnectedGradients=SimpleNamespace(NONE="none", ZERO="zero"),
        pad=tensors.padded,
        reduce_sum=lambda x: tensors.total(tensor(x)),
        reduce_max=lambda x: Tensor(np.max(x)),
    )


def _constant(value: Any, dtype: Any = None) -> Tensor:
    return tensor(value)


def _variable(value: Any, dtype: Any = None) -> Tensor:
    return Tensor(np.array(value, dtype=dtype or np.float64))


@functools.cache
def notebook_keras(folder: Path) -> SimpleNamespace:
    """Return ``keras`` for notebooks, with what is recorded in a folder."""
    return keras(Witness(Recording(folder / "recorded" / "calls.npz")))
