"""Which inputs a wrong output reads: as code for a report, as marks for a drawing."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from byhand.checks.check_result import Failing
from byhand.exercises import Case, Exercise

Index = tuple[int | slice, ...]


def bind(exercise: Exercise, case: Case) -> dict[str, Any]:
    """Return a case's arguments by name, defaults of the signature included."""
    scope: dict[str, Any] = {}
    exec(f"def {exercise.signature}: ...", scope)
    call = inspect.signature(scope[exercise.id]).bind(*case.args, **case.kwargs)
    call.apply_defaults()
    return dict(call.arguments)


def part_of(exercise: Exercise, value: Any, part: str) -> Any:
    """Return one of several results by its name; a single result as it is."""
    if isinstance(value, tuple) and part in exercise.parts:
        return value[exercise.parts.index(part)]
    return value


def windows(exercise: Exercise, failing: Failing) -> Mapping[str, Index]:
    """Return {argument: index} of what the first wrong output reads; {} if unknown."""
    found = failing.difference
    if exercise.window is None or found is None or found.kind != "values":
        return {}
    return exercise.window(bind(exercise, failing.case), found.index) or {}


def as_code(exercise: Exercise, failing: Failing) -> str:
    """Return the products behind the first wrong output, as code, or ""."""
    found = windows(exercise, failing)
    return " * ".join(name + _brackets(index) for name, index in found.items())


def _brackets(index: Index) -> str:
    """Return an index as code, "[0:3, 2:5, 0]"; nothing when it takes everything."""
    if all(i == slice(None) for i in index):
        return ""
    return "[" + ", ".join(map(_one_index, index)) + "]"


def _one_index(i: int | slice) -> str:
    if not isinstance(i, slice):
        return str(i)
    if i == slice(None):
        return ":"
    step = f":{i.step}" if i.step is not None else ""
    return f"{i.start}:{i.stop}{step}"
