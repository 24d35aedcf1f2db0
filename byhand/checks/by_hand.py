"""What a learner writes by hand: NumPy's finished loops are refused to their code.

A check at home refuses them while it calls the learner's function; the grader's
sandbox, which uses the same list and the same sentence, has none of them at all.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

LOOPS = ("convolve", "correlate", "correlate2", "gradient")
SENTENCE = "by hand: write this yourself; {} can't be used in an answer"


def refusing(name: str) -> Callable:
    """Return a function that raises the sentence about a name, "np.convolve"."""

    def refused(*args, **kwargs):
        raise RuntimeError(SENTENCE.format(name))

    refused.__name__ = refused.__qualname__ = name.rpartition(".")[2]
    return refused


def of_numpy() -> Iterator[tuple[dict[str, Any], str]]:
    """Yield (namespace, name) of every place where NumPy keeps one of the loops."""
    yield from _places(len(sys.modules), next(reversed(sys.modules)))


@functools.lru_cache(1)
def _places(count: int, last: str) -> list[tuple[dict[str, Any], str]]:
    """Look through all modules, again when there is a new one."""
    numpy = [m for n, m in sys.modules.items() if n.partition(".")[0] == "numpy"]
    spaces = [getattr(module, "__dict__", {}) for module in numpy]
    return [(space, name) for space in spaces for name in LOOPS if name in space]


@contextlib.contextmanager
def refused(function: Callable) -> Iterator[None]:
    """Let the loops raise meanwhile, also those that the learner imported by name.

    ``os._exit`` raises as well: it would end the notebook's kernel without a report.
    """
    places = [*of_numpy(), (os.__dict__, "_exit")]
    found = {id(space[name]): name for space, name in places}
    own = getattr(function, "__globals__", {})
    places += [(own, name) for name, value in own.items() if id(value) in found]
    kept = [(space, name, space[name]) for space, name in places]
    meanwhile = [True]
    for space, name, known in kept:
        space[name] = _stand_in(found[id(known)], known, meanwhile)
    try:
        yield
    finally:
        meanwhile.clear()
        for space, name, known in kept:
            space[name] = known


def _stand_in(name: str, known: Callable, meanwhile: list) -> Callable:
    """Return a function that refuses, and later is the known one again.

    A module that is imported meanwhile may keep it.
    """
    no, ours = _no_exit if name == "_exit" else refusing(f"np.{name}"), os.getpid()

    def stand_in(*args, **kwargs):
        refuses = meanwhile and os.getpid() == ours  # a forked process may end
        return (no if refuses else known)(*args, **kwargs)

    return stand_in


def _no_exit(*args, **kwargs):
    raise SystemExit("os._exit ends the whole notebook; return a value")
