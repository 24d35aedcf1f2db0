"""Run the learner's function under guard, and find its wiring by impulses."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.checks import running

SECONDS = 2.0
MOST = 24  # rows or columns of a wrong shape that is still drawn


class TroubleError(Exception):
    """A sentence for the reader, about why there is nothing to draw."""


class NotWrittenError(TroubleError):
    """A function that still returns nothing."""


def written(value: Any, name: str) -> Any:
    """Pass a result on; raise when there is none yet."""
    if value is None or value is Ellipsis:
        raise NotWrittenError(
            f"{name} returned nothing yet. Write it, run its cell, come back."
        )
    return value


@dataclass(frozen=True)
class Found:
    """What impulses say about a function of (x, w).

    ``triples`` are (input, weight, output) with ``factor`` for those whose product
    does not enter once; ``tangled`` are pairs (weight, output) in which one weight
    meets several inputs.
    """

    triples: frozenset[tuple[int, int, int]]
    factor: dict[tuple[int, int, int], float]
    tangled: frozenset[tuple[int, int]]


def takes(function: Callable) -> set[str] | None:
    """Return the names of a function's parameters, or None when it takes any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {p.name for p in parameters}


def accepted(function: Callable, names: Iterable[str]) -> set[str]:
    """Return those of ``names`` that the function takes."""
    known = takes(function)
    return set(names) if known is None else {n for n in names if n in known}


def name_of(function: Any) -> str:
    """Return the name by which a learner knows a function."""
    return getattr(function, "__name__", None) or type(function).__name__


def dims_of(function: Callable | None) -> int:
    """Tell from a function's name whether it takes a signal or pictures."""
    return 1 if function is not None and "1d" in name_of(function).lower() else 2


class Many:
    """Code around a function; an exception is traced to the function's own line."""

    def __init__(self, function: Callable, body: Callable) -> None:
        self.body = body
        self.__code__ = getattr(function, "__code__", None)

    def __call__(self, *args: Any) -> Any:
        """Run the code."""
        return self.body(*args)


def guarded(
    function: Callable,
    args: tuple,
    kwargs: dict,
    *,
    name: str,
    seconds: float | None = None,
) -> Any:
    """Call a function under guard; raise TroubleError for all that leaves no result."""
    return timed(function, args, kwargs, name=name, seconds=seconds)[0]


def timed(
    function: Callable,
    args: tuple,
    kwargs: dict,
    *,
    name: str,
    seconds: float | None = None,
) -> tuple[Any, float]:
    """Call a function under guard; return its result and the seconds it took."""
    seconds = seconds or SECONDS
    outcome = running.call(function, args, kwargs, seconds=seconds)
    if outcome.timed_out:
        raise TroubleError(
            f"{name} did not end within {seconds:g} seconds. Is there a loop that "
            "never stops?"
        )
    if outcome.error is not None:
        raise TroubleError(_raised(outcome.error, name))
    return running.copied(outcome.value), outcome.seconds


def _raised(error: running.Failure, name: str) -> str:
    where = f" in line {error.line}: {error.text}" if error.text else ""
    said = f": {error.message}" if error.message else ""
    return f"{name} raised {error.type_name}{said}{where}"


def array(
    value: Any,
    shape: Sequence[int],
    *,
    name: str,
    what: str = "an array",
    free: Sequence[int] = (),
) -> np.ndarray:
    """Return a result as a float array of the expected shape, or raise TroubleError.

    Along the ``free`` axes it may be longer or shorter, from 1 to ``MOST``.
    """
    written(value, name)
    try:
        result = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TroubleError(
            f"{name} returned {type(value).__name__}, not {what} of numbers."
        ) from None
    if not _alike(result.shape, tuple(shape), free):
        raise TroubleError(
            f"{name} gave shape {result.shape}; at this setting it is {tuple(shape)}."
        )
    if not np.isfinite(result).all():
        at = tuple(int(a) for a in np.argwhere(~np.isfinite(result))[0])
        raise TroubleError(
            f"{name} gave {result[at]} at index {list(at)}: a number is missing there. "
            "Look for a division by zero, a log of zero or np.empty."
        )
    return result


def _alike(shape: tuple, wanted: tuple, free: Sequence[int]) -> bool:
    """Return whether two shapes are equal, the free axes aside."""
    if len(shape) != len(wanted):
        return False
    return all(
        1 <= n <= MOST if axis in free and n != m else n == m
        for axis, (n, m) in enumerate(zip(shape, wanted, strict=True))
    )


def calls_needed(w_shape: Sequence[int]) -> int:
    """Return how many times ``find`` calls a function."""
    return 3 * int(np.prod(w_shape[:-1]))


def find(
    function: Callable,
    run: Callable,
    x_shape: Sequence[int],
    w_shape: Sequence[int],
    y_shape: Sequence[int],
    *,
    name: str,
    seconds: float | None = None,
) -> Found:
    """Find which input meets which weight in which output.

    One tap at a time is 1, 2, 3, ... in the filters and all others are 0. Then every
    output holds the inputs that this tap meets there. Where each is a single one, an
    input of numbers that no sum of them repeats tells which. Otherwise three inputs
    (all 1; 1, 2, 3, ...; the squares) tell how many they are, which one it is, and
    whether it is a single one.

    Parameters
    ----------
    function : callable
        The learner's, to which an exception is traced.
    run : callable
        ``run(x, w)`` calls it: plain arrays in, array out.
    x_shape, w_shape, y_shape : tuple
        Shapes that ``run`` takes and returns; filters are the last axis of w, and of y
        when they are several.

    Returns
    -------
    Found
    """
    codes = np.arange(1.0, np.prod(x_shape) + 1).reshape(x_shape)
    filters = w_shape[-1]

    def answers(inputs: Sequence[np.ndarray]) -> np.ndarray:
        """Return what comes out, shape (taps, inputs, outputs)."""

        def all_impulses() -> list:
            found = []
            for tap in range(int(np.prod(w_shape[:-1]))):
                w = np.zeros(w_shape)
                w.reshape(-1, filters)[tap] = np.arange(1.0, filters + 1)
                outputs = (run(x.copy(), w.copy()) for x in inputs)
                found.append([*map(running.copied, outputs)])
            return found

        raw = guarded(Many(function, all_impulses), (), {}, name=name, seconds=seconds)
        return np.array(
            [[array(y, y_shape, name=name).ravel() for y in some] for some in raw]
        )

    unlike = np.random.default_rng(0).uniform(1.0, 2.0, codes.size)
    found = _recognised(answers((unlike.reshape(x_shape),))[:, 0], unlike, filters)
    if found is not None:
        return found
    return _decoded(answers((np.ones(x_shape), codes, codes**2)), filters)


def _recognised(answers: np.ndarray, inputs: np.ndarray, filters: int) -> Found | None:
    """Read answers (taps, outputs) that are one input each, times a filter's number.

    None when there is any other answer.
    """
    known = np.outer(inputs, np.arange(1.0, filters + 1)).ravel()
    order = np.argsort(known)
    tap, output = np.nonzero(np.abs(answers) > 1e-9)
    values = answers[tap, output]
    place = np.searchsorted(known[order], values).clip(1, known.size - 1)
    lower = values - known[order[place - 1]] < known[order[place]] - values
    which = order[place - lower]
    if not np.allclose(known[which], values, rtol=1e-12, atol=0.0):
        return None
    weight = tap * filters + which % filters
    columns = (which // filters, weight, output)
    triples = zip(*(column.tolist() for column in columns), strict=True)
    return Found(frozenset(triples), {}, frozenset())


def _decoded(answers: np.ndarray, filters: int) -> Found:
    """Turn answers, shape (taps, 3, outputs), into triples."""
    count, first, second = answers[:, 0], answers[:, 1], answers[:, 2]
    fed = np.abs(answers).max(axis=1) > 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        code = first / count
        single = np.isclose(count * code**2, second, rtol=1e-9)
    single &= np.isclose(code, np.round(code), rtol=0, atol=1e-6) & fed
    triples, factor, tangled = set(), {}, set()
    for tap, o in np.argwhere(single).tolist():
        f, times = _filter(count[tap, o], o % filters, filters)
        triple = (round(code[tap, o]) - 1, tap * filters + f, o)
        triples.add(triple)
        if times != 1.0:
            factor[triple] = times
    for tap, o in np.argwhere(fed & ~single).tolist():
        tangled.add((tap * filters + o % filters, o))
    return Found(frozenset(triples), factor, frozenset(tangled))


def _filter(count: float, own: int, filters: int) -> tuple[int, float]:
    """Tell which filter's weight came in, and how many times.

    A whole number is another filter's weight, anything else a multiple of the own.
    """
    whole = round(float(count))
    if abs(count - whole) < 1e-9 and 1 <= whole <= filters:
        return whole - 1, 1.0
    return own, float(count) / (own + 1)
