"""Call a learner's function with guards, and say all that happened.

A check needs more than a result: did the function print, warn, change its arguments,
hand back a view of them, raise, or never end? ``call`` answers with an ``Outcome``.
A function that lives elsewhere (in the sandbox of a grading run) brings its own way of
being called, ``__byhand_call__``, and the same Outcome comes back.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import inspect
import io
import itertools
import linecache
import os
import signal
import sys
import tempfile
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any, Protocol

import numpy as np

from byhand.checks import by_hand
from byhand.checks.taming import tamed, text
from byhand.evidence import place

SECONDS = 10.0
PATIENCE = 6  # a call may take so many times its limit on the clock on the wall
DEPTH = 8  # of lists within lists in which arrays are looked for
STEPS = 200  # of loops and calls between two looks at the clock without an alarm
KEPT_TEXT = 2000  # characters of printed output that an Outcome keeps


@dataclass(frozen=True)
class Failure:
    """An exception that a learner's code raised, reduced to plain text."""

    type_name: str
    message: str
    line: int | None = None
    text: str = ""
    place: str = ""  # which output was computed and what met there
    inside: str = ""  # the line of another cell's function in which it was raised


@dataclass(frozen=True)
class Outcome:
    """All that a guarded call brought about.

    ``changed`` names the arguments that were modified in place, ``shares`` says that
    the result is a view of an argument, ``seconds`` is wall-clock time.
    """

    value: Any = None
    error: Failure | None = None
    timed_out: bool = False
    printed: str = ""
    warned: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    shares: bool = False
    seconds: float = 0.0


class TimedOut(BaseException):
    """Raised in the learner's code; a bare ``except Exception`` doesn't swallow it."""


class Elsewhere(Protocol):
    """A function that lives in another process."""

    def __byhand_call__(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], seconds: float
    ) -> Outcome:
        """Do there what ``call`` does here."""


# what this thread has used of a processor, seconds; a browser knows the time alone
_busy = getattr(time, "thread_time", time.monotonic)


class Clock:
    """The time of one guarded call: what the learner's own code uses of a processor.

    How busy the machine is doesn't matter, nor how long Keras takes to start, nor an
    import. A function that only sleeps is stopped after ``PATIENCE`` times as long.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.used = self.waited = 0.0
        self.stopped = 0
        self._seen = _busy(), time.monotonic()

    def read(self, counts: bool = True) -> None:
        """Look at the time since the last look, and count it or not."""
        now = _busy(), time.monotonic()
        if counts:
            self.used += now[0] - self._seen[0]
            self.waited += now[1] - self._seen[1]
        self._seen = now

    def is_over(self, frame: types.FrameType | None) -> bool:
        """Return whether the time is up for the code of this frame."""
        self.read(counts=not (self.stopped or _importing(frame)))
        over = self.used >= self.seconds or self.waited >= PATIENCE * self.seconds
        return over and not self.stopped and not _importing(frame)


_clocks: list[Clock] = []  # of the guarded calls that run now, the innermost last


def _importing(frame: types.FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def limited(seconds: float, error: type[BaseException] = TimedOut) -> Iterator[None]:
    """Raise ``error`` when the time is over, in the main thread again each 0.1 s.

    Where no alarm can ring, as on Windows, the clock is read at the loops' jumps back.
    """
    clock = Clock(seconds)
    if not _has_alarm():
        with _jumps_timed(clock, error), _running(clock):
            yield
        return

    def ring(signum: int, frame: types.FrameType | None) -> None:
        if clock.is_over(frame):
            raise error

    before = signal.signal(signal.SIGALRM, ring)
    tick = min(seconds, 0.1)
    kept = signal.setitimer(signal.ITIMER_REAL, tick, tick)
    try:
        with _running(clock):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *kept)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _running(clock: Clock) -> Iterator[None]:
    _clocks.append(clock)
    try:
        yield
    finally:
        _clocks.remove(clock)


@contextlib.contextmanager
def _jumps_timed(clock: Clock, error: type[BaseException]) -> Iterator[None]:
    """Raise ``error`` in this thread at a step of a loop after the time is over.

    Python 3.12 and later tells of jumps alone; 3.11 tells of every operation.
    """
    here, steps = threading.get_ident(), itertools.count(1)

    def step(*event: Any) -> None:
        if next(steps) % STEPS == 0 and threading.get_ident() == here:
            if clock.is_over(sys._getframe(1)):
                raise error

    def trace(frame: types.FrameType, event: str, value: Any) -> Callable:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        step()
        return trace

    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(before)
        return
    tool = next((k for k in range(6) if monitoring.get_tool(k) is None), None)
    if tool is None:  # debuggers and profilers have taken every place
        yield
        return
    jumps = monitoring.events.JUMP | monitoring.events.PY_START
    monitoring.use_tool_id(tool, "byhand")
    try:
        for event in (monitoring.events.JUMP, monitoring.events.PY_START):
            monitoring.register_callback(tool, event, step)
        monitoring.set_events(tool, jumps)
        yield
    finally:
        monitoring.set_events(tool, 0)
        for event in (monitoring.events.JUMP, monitoring.events.PY_START):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


@contextlib.contextmanager
def captured() -> Iterator[Callable[[], str]]:
    """Capture what Python prints and what libraries write to descriptors 1 and 2."""
    printed = io.StringIO()
    with tempfile.TemporaryFile() as raw, _descriptors(raw):
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            result = {"raw": ""}
            yield lambda: (printed.getvalue() + result["raw"])[:KEPT_TEXT]
        raw.seek(0)
        result["raw"] = raw.read(KEPT_TEXT).decode(errors="replace")


def call(
    function: Callable[..., Any] | Elsewhere,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    seconds: float = SECONDS,
    plain: bool = False,
    limit: Callable[[float], AbstractContextManager[None]] = limited,
    capture: Callable[[], AbstractContextManager[Callable[[], str]]] = captured,
    refuse: Callable[[Callable[..., Any]], AbstractContextManager[None]] = (
        by_hand.refused
    ),
) -> Outcome:
    """Call ``function(*args, **kwargs)`` under guard and return an Outcome.

    The function gets copies of all arguments, and may not use the loops that the
    course writes by hand. Only KeyboardInterrupt, the learner's own wish to stop,
    passes through. ``limit(seconds)`` raises TimedOut under ``with`` when the time is
    over; ``capture()`` gives a function that returns what was printed;
    ``refuse(function)`` takes the loops away. ``plain`` turns the result into plain
    data, which no class of the learner's has a say in, and which stays when the
    function fills the same array again.
    """
    kwargs = kwargs or {}
    elsewhere = getattr(function, "__byhand_call__", None)
    if elsewhere is not None:
        outcome = elsewhere(args, kwargs, seconds)
        tame = tamed(outcome.value) if plain else outcome.value
        return dataclasses.replace(outcome, value=tame)
    given_args, given_kwargs = copied(args), copied(kwargs)
    started = time.perf_counter()
    value, error, timed_out = None, None, False
    with capture() as printed, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with refuse(function), limit(seconds):
                value = function(*given_args, **given_kwargs)
        except TimedOut:
            timed_out = True
        except KeyboardInterrupt:
            raise
        except BaseException as exception:
            error = failure(exception, function)
    names = _names(function, args)
    originals = {**dict(zip(names, args, strict=False)), **kwargs}
    handed = tamed({**dict(zip(names, given_args, strict=False)), **given_kwargs})
    seen = tamed(value)
    return Outcome(
        value=copied(seen) if plain else value,
        error=error,
        timed_out=timed_out,
        printed=printed(),
        warned=tuple(dict.fromkeys(text(w.message) for w in caught)),
        changed=tuple(n for n in originals if not same(originals[n], handed[n])),
        shares=_shares(seen, handed.values()),
        seconds=time.perf_counter() - started,
    )


def failure(
    exception: BaseException, function: Callable[..., Any] | None = None
) -> Failure:
    """Reduce an exception to a Failure that points to the learner's own line."""
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, shown, where, inside = None, "", "", ""
    trace = BaseException.__traceback__.__get__(exception)
    while trace is not None:
        code, number = trace.tb_frame.f_code, trace.tb_lineno
        file = code.co_filename
        source = linecache.getline(file, number).strip()
        if own is None or file == own:
            line, shown, inside = number, source, ""
            here = trace
        elif trace.tb_frame.f_globals is getattr(function, "__globals__", None):
            name = code.co_qualname.partition(".")[0]
            inside = f"{name}, line {number}: {source}"
        trace = trace.tb_next
    if own is not None and line is not None:
        where = place.of(exception, here)
    message = text(exception)[:300]
    return Failure(type(exception).__name__, message, line, shown, where, inside)


def copied(value: Any, depth: int = DEPTH) -> Any:
    """Copy arrays deeply, within tuples, lists and dicts; leave all else as it is."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if depth and isinstance(value, tuple | list):
        return type(value)(copied(v, depth - 1) for v in value)
    if depth and isinstance(value, dict):
        return {k: copied(v, depth - 1) for k, v in value.items()}
    if isinstance(value, set):
        return copy.copy(value)
    return value


def same(a: Any, b: Any) -> bool:
    """Return whether two arguments are equal, arrays bit for bit."""
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and a.shape == b.shape
            and a.dtype == b.dtype
            and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
        )
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return True


def arrays_in(value: Any, depth: int = DEPTH) -> Iterator[np.ndarray]:
    """Yield every array within tuples, lists and dicts, down to some depth."""
    if isinstance(value, np.ndarray):
        yield value
    elif depth and isinstance(value, dict):
        yield from (a for v in value.values() for a in arrays_in(v, depth - 1))
    elif depth and isinstance(value, tuple | list):
        yield from (a for v in value for a in arrays_in(v, depth - 1))


def _shares(value: Any, handed: Iterable[Any]) -> bool:
    mine = [a for a in arrays_in(value) if a.size]
    theirs = [a for v in handed for a in arrays_in(v) if a.size]
    return any(np.may_share_memory(a, b) for a in mine for b in theirs)


def _names(function: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    try:
        names = _parameters(function)
    except (TypeError, ValueError):
        names = ()
    return [
        *names[: len(args)],
        *(f"argument {k}" for k in range(len(names), len(args))),
    ]


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    if type(function) is types.FunctionType and not vars(function):
        code = function.__code__
        flags = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
        if not code.co_flags & flags:  # what `inspect.signature` finds, in no time
            return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return tuple(inspect.signature(function).parameters)


def _has_alarm() -> bool:
    """Tell whether an alarm can ring: not on Windows, and in the main thread only."""
    main = threading.current_thread() is threading.main_thread()
    return hasattr(signal, "setitimer") and main


@contextlib.contextmanager
def clock_stopped() -> Iterator[None]:
    """Let the time limit of a learner's call wait: what runs here isn't theirs."""
    clock = _clocks[-1] if _clocks else None
    if clock is None:
        yield
        return
    clock.read()
    clock.stopped += 1
    try:
        yield
    finally:
        clock.read(counts=False)
        clock.stopped -= 1


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Drop what libraries write to descriptors 1 and 2."""
    with open(os.devnull, "wb") as nowhere, _descriptors(nowhere):
        yield


@contextlib.contextmanager
def _descriptors(target: IO[bytes]) -> Iterator[None]:
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):
            stream.flush()
    kept = []
    try:
        for number in (1, 2):
            with contextlib.suppress(OSError):
                kept.append((number, os.dup(number)))
                os.dup2(target.fileno(), number)
        yield
    finally:
        for number, copy_of in kept:
            os.dup2(copy_of, number)
            os.close(copy_of)
