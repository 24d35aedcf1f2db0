"""Ask Keras all that the cells of the lessons ask, for those who study without it.

The cells of each lesson run twice, solved and untouched, with the layers that notebooks
get where Keras isn't installed. Those know no answer here, and ask Keras.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import numpy as np

from autograder import paths
from autograder.errors import ProblemError
from byhand import data, referee
from byhand.keras_layer import load_keras, run
from byhand.keras_numpy import stand_in
from byhand.keras_numpy.recorded_calls import Recording

FILE = "calls.npz"
OURS = re.compile(r"^from byhand import (keras|tensorflow as tf)$", re.MULTILINE)
SKIPPED = re.compile(r"\bexplore\.|^check\(", re.MULTILINE)  # they ask nothing of keras


def main() -> None:
    """Write what Keras answers to all lessons."""
    recording = Recording(asking=True)
    witness = stand_in.Witness(recording, ask)
    for lesson in paths.lesson_sources():
        for folder in (paths.SOLUTIONS, paths.NOTEBOOKS):
            _run(folder / lesson.stem, witness)
    recording.write(data.folder() / "recorded" / FILE)


def _run(folder: Path, witness: stand_in.Witness) -> None:
    """Run the cells of a notebook with layers that ask Keras."""
    notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
    keras, tf = stand_in.keras(witness), stand_in.tensorflow()
    scope = {"__name__": folder.name, "keras": keras, "tf": tf}
    matplotlib.use("Agg")
    quiet = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(quiet),
        contextlib.redirect_stderr(quiet),
    ):
        for cell in notebook.cells:
            if cell.cell_type == "code" and not SKIPPED.search(cell.source):
                try:
                    exec(OURS.sub("", cell.source), scope)
                except Exception as error:
                    where = f"{os.path.relpath(folder)}: a cell raised {error!r}"
                    raise ProblemError(f"{where}\n{cell.source}") from error


def ask(kind: str, *fields: Any) -> Sequence[np.ndarray]:
    """Return Keras's arrays for a question of ``stand_in``."""
    load_keras().utils.set_random_seed(0)
    return _ANSWERS[kind](*fields)


def _real(layer: Any) -> Any:
    """Return Keras's own layer or model, made with the same arguments."""
    keras = load_keras()
    name, args, kwargs = layer.how
    if name != "Sequential":
        return getattr(keras.layers, name)(*args, **kwargs)
    inputs = [keras.Input(each.shape, dtype=each.dtype) for each in layer.inputs]
    return keras.Sequential([*inputs, *map(_real, layer.layers)])


def _first(layer: Any) -> list[np.ndarray]:
    real = _real(layer)
    real.build(layer.of_input)
    return real.get_weights()


def _call(
    layer: Any,
    weights: list[np.ndarray],
    x: np.ndarray,
    dy: np.ndarray | None = None,
    of_input: bool = False,
) -> Sequence[np.ndarray]:
    found = run(_real(layer), x, weights, dy=dy)
    return [found] if dy is None else found[not of_input :]


def _compiled(model: Any, weights: list[np.ndarray], x: np.ndarray) -> Any:
    real, keras = _real(model), load_keras()
    real.build((None, *x.shape[1:]))
    real.set_weights(weights)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = model.optimizer.learning_rate
    real.compile(keras.optimizers.SGD(rate), loss, metrics=model.metrics)
    return real


def _fit(
    model: Any, weights: list[np.ndarray], x: np.ndarray, y: np.ndarray, more: dict
) -> list[np.ndarray]:
    real = _compiled(model, weights, x)
    history = real.fit(x, y, **more).history
    return [*map(np.array, history.values()), *real.get_weights()]


def _evaluate(
    model: Any, weights: list[np.ndarray], x: np.ndarray, y: np.ndarray
) -> list[float]:
    return _compiled(model, weights, x).evaluate(x, y, verbose=0)


def _operation(name: str, args: tuple, settings: dict) -> list[np.ndarray]:
    ops = load_keras().ops
    function = {"conv": ops.conv, "extract_patches": ops.image.extract_patches}[name]
    return [np.array(function(*args, **settings))]


_ANSWERS = {
    "first": _first,
    "call": _call,
    "fit": _fit,
    "evaluate": _evaluate,
    "loss": lambda labels, z: [referee.softmax_cross_entropy(z, labels)[0]],
    "step": lambda rate, grads, values: referee.sgd_step(values, grads, rate),
    "conv": lambda *asked: _operation("conv", *asked),
    "extract_patches": lambda *asked: _operation("extract_patches", *asked),
}
