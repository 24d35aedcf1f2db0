"""Feed checks with odd results: no answer and no exception may crash a check.

``python -m tests.odd 10000 [SEED]`` puts so many random results, exceptions and answers
through the checks of all exercises and writes their reports. A crash is printed with
what it came of. Ends with status 1 when there is one.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from tqdm import tqdm

from byhand import exercises
from byhand.checks import checking, reporting

SLOW = ("overfit",)  # trains a network in each check


class Refusal(BaseException):
    """An exception that isn't an Exception, and can't be printed either."""

    def __str__(self) -> str:
        """Raise another."""
        raise ValueError("no")

    __repr__ = __str__


def refuse(*args: Any, **kwargs: Any) -> Any:
    """Raise, as whatever is asked of a hostile object does."""
    raise Refusal


def complain(*args: Any, **kwargs: Any) -> Any:
    """Raise an everyday exception."""
    raise ValueError("no")


HOSTILE = """__array__ __repr__ __str__ __len__ __eq__ __ne__ __lt__ __bool__ __iter__
__hash__ __float__ __int__ __index__ __getitem__ __add__ __sub__ __array_ufunc__
__array_interface__ __array_function__ __contains__ __format__ __abs__""".split()


def hostile(base: type, names: list[str]) -> type:
    """Return a class in which the named methods raise."""
    methods = {n: (refuse, complain)[k % 2] for k, n in enumerate(names)}
    return type("Hostile", (base,), methods)


class Masked:
    """An object whose very class can't be asked for."""

    @property
    def __class__(self) -> Any:
        """Raise."""
        raise Refusal


def within(value: Any) -> list[Any]:
    """Return a list that holds a value, and itself."""
    found = [value]
    found.append(found)
    return found


PLAIN: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: ...,
    lambda: 3,
    lambda: -2.5,
    lambda: True,
    lambda: "1",
    lambda: "",
    lambda: "\udc80\x00",
    lambda: b"1",
    lambda: np.nan,
    lambda: np.inf,
    lambda: 1j,
    lambda: 10**400,
    lambda: 10**5000,
    lambda: Fraction(1, 3),
    lambda: {1.0},
    lambda: int,
    lambda: len,
    lambda: types.SimpleNamespace(shape=(2, 2), dtype=np.dtype("f8")),
    lambda: NotImplemented,
    lambda: np.float32(1.0),
    lambda: np.array("x"),
    lambda: np.ma.array([1.0, 2.0], mask=[True, False]),
    lambda: np.zeros(2, dtype=[("a", float)]),
    lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    lambda: np.timedelta64(1, "s"),
    lambda: np.broadcast_to(1.0, (4, 3)),
    lambda: np.ones((1, 2)).view(np.matrix),
    lambda: memoryview(b"12"),
    lambda: range(10**9),
    Masked,
)
RAISED: tuple[Callable[[], BaseException], ...] = (
    lambda: SystemExit(0),
    lambda: SystemExit("bye"),
    lambda: GeneratorExit(),
    lambda: StopIteration(3),
    lambda: Refusal(),
    lambda: ExceptionGroup("many", [ValueError("one"), KeyError("two")]),
    lambda: ValueError(np.zeros(3)),
    lambda: ValueError("\udc80"),
    lambda: ValueError("could not be broadcast together"),
    lambda: IndexError(10**5000),
    lambda: KeyError(within(1)),
    lambda: NameError("name 'x' is not defined"),
    lambda: TypeError(b"\xff"),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
    lambda: OSError(2, "no", "\udc80"),
    lambda: hostile(Exception, ["__str__"])(),
    lambda: hostile(ValueError, ["__repr__", "__getattribute__"])(),
    lambda: MemoryError(),
    lambda: RecursionError("again"),
    lambda: AssertionError(),
)


def thing(rng: np.random.Generator, depth: int = 0) -> Any:
    """Return some object that a learner's function might return, odd or hostile."""
    pick = rng.random() if depth < 3 else rng.random() * 0.7
    if pick < 0.4:
        shape = tuple(int(v) for v in rng.integers(0, 4, size=rng.integers(0, 5)))
        kind = rng.choice("f8 f4 f2 i4 u1 ? c16 O U3 S2 g".split())
        found = np.zeros(shape).astype(str(kind))
        if kind == "f8":
            found += rng.choice([1.0, np.nan, np.inf, 1e308])
        if kind == "O" and found.size:
            found.ravel()[0] = thing(rng, 3)
        return found
    if pick < 0.55:
        return PLAIN[rng.integers(len(PLAIN))]()
    if pick < 0.7:
        base = (object, list, tuple, dict, str, float, int, np.ndarray)[rng.integers(8)]
        names = [str(n) for n in rng.choice(HOSTILE, size=rng.integers(1, 5))]
        made = hostile(base, names)
        return made((2,)) if base is np.ndarray else made()
    inside = [thing(rng, depth + 1) for _ in range(rng.integers(0, 4))]
    makers: tuple[Callable[[list[Any]], Any], ...] = (
        list,
        tuple,
        iter,
        within,
        lambda v: dict(enumerate(v)),
        lambda v: {"y": v, "q1": v},
        lambda v: map(abs, v),
        lambda v: (one for one in v),
        functools.partial(zip, [1]),
        types.MappingProxyType,
    )
    maker = makers[rng.integers(len(makers))]
    return maker(inside) if maker is not types.MappingProxyType else maker({1: inside})


def function(rng: np.random.Generator) -> tuple[Callable[..., Any], str]:
    """Return a function that behaves oddly, and what it does in words."""
    pick = rng.random()
    if pick < 0.15:
        error = RAISED[rng.integers(len(RAISED))]()

        def raises(*args: Any, **kwargs: Any) -> Any:
            raise error

        return raises, f"raises {type(error).__name__}"
    value = thing(rng)
    what = f"returns {type(value).__name__}"
    if pick < 0.25:

        def spoils(*args: Any, **kwargs: Any) -> Any:
            for one in args:
                if type(one) is list:
                    one.append(value)
                elif isinstance(one, np.ndarray) and one.size:
                    one.ravel()[:1] = np.nan
            return args[0] if args else value

        return spoils, f"changes its arguments, {what}"
    if pick < 0.3:

        def prints(*args: Any, **kwargs: Any) -> Any:
            print("\udc80\x1b[31m" + "x" * 5000)
            os.write(1, b"\xff\n")
            return value

        return prints, f"prints oddly, {what}"
    if pick < 0.33:
        odd = (lambda *a, **k: (yield value), np.add, dict, int, print, type)
        return odd[rng.integers(len(odd))], "is a generator, a class or a built-in"
    return lambda *args, **kwargs: value, what


def crashes(count: int, seed: int, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield, for each check that crashes, the exercise and what crashed it."""
    rng = np.random.default_rng([17, seed])
    every = [e for e in exercises.table().values() if e.id not in SLOW]
    asked = [e for e in every if not names or e.id in names]
    for number in range(count):
        exercise = asked[number % len(asked)]
        subject, what = function(rng)
        if exercise.kind in ("value", "choices") or not exercise.signature:
            subject = thing(rng)
            what = f"is {type(subject).__name__}"
        try:
            found = checking.judge(exercise.id, subject)
            assert 0.0 <= found.earned <= found.points
            reporting.page(found)
            reporting.text(found, whole=True).encode()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            last = traceback.extract_tb(error.__traceback__)[-3:]
            places = " > ".join(f"{f.filename[-30:]}:{f.lineno}" for f in last)
            kind = type(error).__name__
            yield f"{number}: {exercise.id} {what}: {kind} at {places}"


def main(arguments: list[str]) -> int:
    """Print every crash among so many odd results, and return the exit status."""
    count, seed = int(arguments[0]), int(arguments[1]) if arguments[1:] else 0
    found = list(tqdm(crashes(count, seed), unit="crash", file=sys.stderr))
    print("\n".join(found) or f"{count} odd results crashed nothing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
