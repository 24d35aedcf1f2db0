"""Exercises of anybody's own: checked like the course's, in any notebook.

``check(f, against=reference, cases=[(x, 3)])`` compares a function with another one on
some calls. ``register`` makes a whole exercise known, with hidden cases, a window and
mistakes with names, so that ``check("name", points=2)`` finds it.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from byhand import exercises
from byhand.exercises import Case, Exercise

_own: set[str] = set()


def register(exercise: Exercise) -> None:
    """Make an exercise known to ``check`` until the kernel ends.

    Parameters
    ----------
    exercise : with an ``id``, a ``signature``, a ``referee`` that gives the right
        result, and ``cases``; all else is as in ``byhand.exercises.Exercise``

    Raises
    ------
    ValueError
        When one of these is missing, or the course has an exercise of that name.
    """
    from byhand.checks import material

    needed = ("id", "signature", "referee", "cases")
    if missing := [name for name in needed if not getattr(exercise, name)]:
        raise ValueError(f"an exercise of your own needs {' and '.join(missing)}")
    known = exercises.table()
    if exercise.id in set(known) - _own:
        raise ValueError(f"the course has an exercise {exercise.id!r}; choose a name")
    _own.add(exercise.id)
    known.found[exercise.id] = exercise
    material.forget()


def compared(
    function: Callable, reference: Callable, cases: Iterable[tuple[Any, ...]]
) -> str:
    """Register the exercise to write ``reference`` again; return its name.

    Parameters
    ----------
    function : what was written
    reference : what computes the right result
    cases : a tuple of arguments for each call, the smallest first
    """
    calls = [args if isinstance(args, tuple) else (args,) for args in cases]
    if not calls:
        raise ValueError("say on which calls: cases=[(x, w), (other_x, other_w)]")
    name = getattr(function, "__name__", "") or "function"
    signature = f"{name}{inspect.signature(reference)}"
    named = tuple(Case(f"call {k}", args) for k, args in enumerate(calls, 1))
    if name in set(exercises.table()) - _own:
        name = f"your {name}"
    register(
        Exercise(id=name, signature=signature, referee=reference, cases=lambda: named)
    )
    return name
