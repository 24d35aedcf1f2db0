"""Small wrong and right functions, each with the diagnosis that it must get.

``@wrong(exercise, misconception)`` marks a function with one known mistake;
``@wrong(exercise, None)`` one that must come out as "not recognised": two mistakes at
once, or one that nobody listed. ``@right(exercise, style)`` marks a correct one in
another style. The function's own name doesn't matter. ``args`` on the decorators stands
for what an exercise takes when it isn't a function: ``wrong_value(exercise, value,
misconception)`` and ``right_value(exercise, value)``.
"""

import importlib
import pkgutil
from typing import NamedTuple


class Specimen(NamedTuple):
    """One implementation: which exercise it answers, and what must come out."""

    exercise: str
    name: str
    subject: object
    correct: bool
    misconception: str | None
    style: str = ""


SPECIMENS = []


def wrong(exercise, misconception):
    """Register a wrong function and the misconception that must be named."""

    def register(function):
        name = function.__name__
        SPECIMENS.append(Specimen(exercise, name, function, False, misconception))
        return function

    return register


def right(exercise, style):
    """Register a right function in a style of its own."""

    def register(function):
        name = function.__name__
        SPECIMENS.append(Specimen(exercise, name, function, True, None, style))
        return function

    return register


def wrong_value(exercise, value, misconception=None):
    """Register a wrong answer to an exercise that asks for a value."""
    SPECIMENS.append(Specimen(exercise, repr(value), value, False, misconception))


def right_value(exercise, value, style="another form"):
    """Register a right answer in another form."""
    SPECIMENS.append(Specimen(exercise, repr(value), value, True, None, style))


def collect():
    """Import every module of the zoo and return all specimens."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(SPECIMENS)
