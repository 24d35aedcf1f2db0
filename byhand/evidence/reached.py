"""Which names of its notebook a learner's function can reach."""

from __future__ import annotations

import types
from typing import Any


def names(function: Any) -> set[str] | None:
    """Return the names in a function's code, and in that of functions it names.

    Parameters
    ----------
    function : what a learner defined; its code is read, and none of it runs

    Returns
    -------
    names : set of str; None for what has no code of its own, an object that is called
    """
    first = getattr(function, "__code__", None)
    if not isinstance(first, types.CodeType):
        return None
    found: set[str] = set()
    scope = getattr(function, "__globals__", {})
    waiting: list[Any] = [first]
    while waiting:
        code = waiting.pop()
        if not isinstance(code, types.CodeType):
            continue
        waiting += code.co_consts
        for name in set(code.co_names) - found:
            found.add(name)
            waiting.append(getattr(scope.get(name), "__code__", None))
    return found
