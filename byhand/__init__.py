"""What the notebooks of Convolution by Hand import.

``from byhand import check, data, explore, given, plots`` is all that a lesson needs;
``from byhand import keras`` gives Keras with TensorFlow silenced, or what stands in for
it where it isn't installed. Nothing is imported before it is used, so that
``import byhand`` takes milliseconds. No answer to an exercise lives here.
"""

import importlib
from typing import Any

__version__ = "0.2.0"

_CHECKS = ("check", "passes")
_MODULES = ("data", "explore", "given", "plots", "referee", "wires")


def __getattr__(name: str) -> Any:
    if name in _CHECKS:
        return getattr(importlib.import_module("byhand.checks.checking"), name)
    if name == "register":
        from byhand.exercises.own_exercises import register

        return register
    if name in ("Case", "Exercise"):
        return getattr(importlib.import_module("byhand.exercises"), name)
    if name in ("keras", "tensorflow"):
        from byhand import keras_layer

        if name == "tensorflow":
            return keras_layer.load_tensorflow()
        return keras_layer.for_notebook()
    if name == "log":
        return importlib.import_module("byhand.checks.log")
    if name in _MODULES:
        return importlib.import_module(f"byhand.{name}")
    raise AttributeError(f"module 'byhand' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(
        [*globals(), *_MODULES, *_CHECKS, "keras", "log", "register", "tensorflow"]
    )
