"""Which inputs a wrong output reads: as code for a report, as marks for a drawing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from byhand.checks.check_result import Failing
from byhand.exercises import Case, Exercise

Index = tuple[int | slice, ...]
Marks = Index | np.ndarray  # an index, or one flag for each entry


def bind(exercise: Exercise, case: Case) -> dict[str, Any]:
    """Return a case's arguments by name, defaults of the signature included."""
    bound = _signature(exercise).bind(*case.args, **case.kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _signature(exercise: Exercise) -> inspect.Signature:
    scope: dict[str, Any] = {}
    exec(f"def {exercise.signature}: ...", scope)
    name, _, _ = exercise.signature.partition("(")
    return inspect.signature(scope[name])


def call(exercise: Exercise, case: Case) -> str:
    """Return a case's call as one types it, settings that aren't the default included.

    ``conv2d(x, w, b=-1.5, stride=(2, 1))``: arrays by their names, numbers in full.
    """
    name, _, _ = exercise.signature.partition("(")
    shown, missing = [], inspect.Parameter.empty
    parameters = _signature(exercise).parameters
    for key, value in bind(exercise, case).items():
        default = parameters[key].default
        if parameters[key].kind is inspect.Parameter.VAR_KEYWORD:
            shown += [f"{k}={_typed(k, v)}" for k, v in value.items()]
        elif default is missing and parameters[key].kind is not KEYWORD:
            shown.append(_typed(key, value))
        elif not _is_default(value, default):
            shown.append(f"{key}={_typed(key, value)}")
    return f"{name}({', '.join(shown)})"


def title(exercise: Exercise, case: Case) -> str:
    """Return a case's name with every setting that isn't the default."""
    parameters = _signature(exercise).parameters
    unsaid = [
        f"{key} {value}"
        for key, value in case.kwargs.items()
        if key in parameters
        and not _is_default(value, parameters[key].default)
        and key not in case.name
        and f"{key[0]}={value}" not in case.name
        and f'"{value}"' not in case.name
    ]
    name = case.name.replace('"same"', "same padding").replace('"', "'")
    return ", ".join([name, *unsaid])


KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _typed(name: str, value: Any) -> str:
    """Return an argument as code: the name of an array, of a function, of a list."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return f"np.{value}" if value != -np.inf else "-np.inf"
    own = getattr(value, "__name__", name) if callable(value) else repr(value)
    if callable(value):
        return own if own.isidentifier() else name
    return own if _is_plain(value) and len(own) <= LONG else name


LONG = 40  # characters of a list that a call shows in full


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str)


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and value == default


def part_of(exercise: Exercise, value: Any, part: str) -> Any:
    """Return one of several results by its name; a single result as it is."""
    several = isinstance(value, tuple | list) and len(value) == len(exercise.parts)
    if several and part in exercise.parts and len(value) > 1:
        return value[exercise.parts.index(part)]
    return value


def windows(exercise: Exercise, failing: Failing) -> Mapping[str, Marks]:
    """Return {argument: marks} of what the first wrong output reads; {} if unknown.

    An argument that is read in another form, such as padded, stands there as code.
    """
    found = failing.difference
    if exercise.window is None or found is None or found.kind != "values":
        return {}
    part = {"part": found.part} if exercise.parts[1:] else {}
    return exercise.window(bind(exercise, failing.case), found.index, **part) or {}


def drawn(exercise: Exercise, failing: Failing) -> dict[str, tuple[Any, Marks | None]]:
    """Return {title: (array, marks)} of what a drawing of the case shows."""
    given = bind(exercise, failing.case)
    marks = windows(exercise, failing)
    forms = {name: name for name in given}
    for code in marks:
        source = next((n for n in given if re.search(rf"\b{n}\b", code)), code)
        forms[source] = code
    shown = {code: eval(code, {"np": np}, given) for code in forms.values()}
    return {code: (value, marks.get(code)) for code, value in shown.items()}


def as_code(exercise: Exercise, failing: Failing) -> str:
    """Return the products behind the first wrong output, as code, or ""."""
    found = windows(exercise, failing)
    if any(isinstance(marks, np.ndarray) for marks in found.values()):
        return ""
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
