"""The table of exercises, put together from what two places state.

A lesson's source in ``solutions/`` states the facts: points, minutes, title, signature.
``make build`` collects them in ``table.json``. An exercise whose answer is code has a
file here besides, ``<lesson>/<id>.py``, with its cases, its referee and its mistakes.
No answer is in either: a referee asks Keras, and a value that can't be asked for is
kept as a salted digest in ``data/recorded``.
"""

import dataclasses
import difflib
import functools
import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from byhand.exercises.declaring import Case, Exercise, Finding

__all__ = [
    "LESSONS",
    "TABLE",
    "Case",
    "Exercise",
    "Finding",
    "Table",
    "get",
    "has_file",
    "room",
    "table",
]

LESSONS = {
    "00_start_here": "start_here",
    "01_x_or_o": "x_or_o",
    "02_convolution": "convolution",
    "03_channels": "channels",
    "04_conv_family": "conv_family",
    "05_pooling": "pooling",
    "06_backprop": "backprop",
    "07_transposed_convolution": "transposed_convolution",
    "08_train_a_cnn": "train_a_cnn",
}
TABLE = Path(__file__).parent / "table.json"


def room(lesson: str) -> str:
    """Return the folder of a lesson's exercises, "our_own" for "09_our_own"."""
    return LESSONS.get(lesson) or lesson.partition("_")[2]


def has_file(lesson: str, name: str) -> bool:
    """Tell whether an exercise has a file of its own, as those with code do."""
    return (TABLE.parent / room(lesson) / f"{name}.py").is_file()


class Table(Mapping[str, Exercise]):
    """All exercises by id, in the order of the lessons; a file is read when asked."""

    def __init__(self, facts: Mapping[str, dict[str, Any]]) -> None:
        """Keep the facts; ``found`` fills as exercises are asked for."""
        self._facts = facts
        self.found: dict[str, Exercise] = {}

    def __getitem__(self, name: str) -> Exercise:
        if name not in self.found:
            self.found[name] = _put_together(name, self._facts[name])
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


@functools.cache
def table() -> Table:
    """Return {id: Exercise} of all lessons, in order."""
    return Table(json.loads(TABLE.read_text(encoding="utf-8")))


def _put_together(name: str, facts: dict[str, Any]) -> Exercise:
    if not has_file(facts["lesson"], name):
        return Exercise(id=name, **facts)
    module = importlib.import_module(f"byhand.exercises.{room(facts['lesson'])}.{name}")
    declared: Exercise = module.EXERCISE
    facts = {**facts, "kind": "open" if declared.examine else "function"}
    if declared.cases:
        bias = ", b=" in facts["signature"]
        facts["cases"] = functools.partial(_smallest_first, declared.cases, bias)
    if declared.adapt:
        facts["signature"] = declared.signature
    return dataclasses.replace(
        declared, id=name, slips=getattr(module, "SLIPS", {}), **facts
    )


def _smallest_first(
    cases: Callable[[], Sequence[Case]], bias: bool
) -> tuple[Case, ...]:
    """Return cases of which the first two hold whole numbers from -3 to 3.

    ``bias`` says that a single number among the arguments is a bias.
    """
    from byhand.exercises.inputs import small

    found = tuple(cases())
    kinds = (np.ndarray, float) if bias else (np.ndarray,)
    first = [dataclasses.replace(c, args=small(c.args, kinds)) for c in found[:2]]
    return (*first, *found[2:])


def get(name: str) -> Exercise:
    """Return one exercise; a wrong name gets an error that lists near ones."""
    try:
        return table()[name]
    except KeyError:
        near = difflib.get_close_matches(name, table(), n=3) or sorted(table())[:5]
        raise LookupError(
            f"there is no exercise {name!r}; did you mean {', '.join(near)}?"
        ) from None
