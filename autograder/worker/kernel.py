"""One submission inside the sandbox: run its cells, answer what the judge asks.

All of the student's code runs in this process, so nothing that this process says is
believed: the judge takes its answers for what the student's functions computed, and
for nothing more.
"""

import ast
import asyncio
import builtins
import contextlib
import copy
import inspect
import itertools
import linecache
import math
import os
import pickle
import random
import signal
import socket
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypedDict

import numpy as np

from . import import_stubs, wire
from .clock import TICK, Clock
from .magics import plain_python
from .nested import arrays_in, same

MAX_TEXT = 4000
MAX_ITEMS = 10_000
_SHOWN = 2000
MAX_WINDOWS = 512  # that the judge is asked for at once
MAX_TOLD = 16 << 20  # bytes of the judge's answers that are kept, with their questions


class ErrorTold(TypedDict):
    """An exception as plain text."""

    type: str
    kinds: list[str]  # of its builtin classes, from its own up
    message: str
    line: int | None
    text: str
    trace: str


class TimeIsUp(BaseException):
    """Raised in the student's code when its time is over, and again each 0.1 s."""


class JudgeSaid(Exception):
    """What the judge refuses; it reaches the student's code as a plain error."""


Question = tuple[bytes, ...]
Requests = Callable[["Kernel"], object]  # more requests: its methods ``do_...``


class Kernel:
    """The student's namespace, and the objects that the judge holds by number.

    ``waits`` is open for the clocks; see `clock.open_waits`. ``requests`` makes what
    answers more kinds of requests.
    """

    def __init__(
        self,
        channel: socket.socket,
        seed: int,
        waits: int | None = None,
        requests: Requests | None = None,
    ) -> None:
        self.channel = channel
        self.waits = waits
        self.clocks: list[Clock] = []  # of what runs now, the innermost last
        self.arrived = bytearray()
        self.objects: dict[int, Any] = {}
        self.known: dict[int, int] = {}  # id of an object -> its number: "is" is kept
        self.numbers = itertools.count(1)
        self.told: dict[Question, Any] = {}  # what the judge answered, by question
        self.told_size = 0
        self.alone: set[object] = set()  # parts that answer one question at a time
        self.travelled: dict[str, Any] = {}  # the judge's functions, by their text
        self.module = types.ModuleType("__main__")
        self.names = vars(self.module)
        self.names["__builtins__"] = __builtins__
        self.names["display"] = lambda *shown, **options: None
        self.names["get_ipython"] = lambda: None
        sys.modules["__main__"] = self.module
        np.random.seed(seed % (1 << 32))  # noqa: NPY002, for students who use it
        random.seed(seed)
        self.own = requests(self) if requests else None

    # --- frames ---------------------------------------------------------

    def read(self, count: int) -> bytes:
        """Read exactly so many bytes, or leave when the judge has gone."""
        while len(self.arrived) < count:
            piece = self.channel.recv(max(count - len(self.arrived), 1 << 16))
            if not piece:
                os._exit(0)
            self.arrived += piece
        data = bytes(memoryview(self.arrived)[:count])
        del self.arrived[:count]
        return data

    def receive(self) -> Any:
        """Return the next request as a tuple."""
        tree, buffers = wire.unpack(self.read)
        return wire.decode(tree, buffers, self.resolve)

    def send(self, *message: object) -> None:
        """Send an answer; what can't cross becomes a handle."""
        self._send(wire.pack(*wire.encode(message, self.handle)))

    def _send(self, pieces: list[wire.Buffer]) -> None:
        if sum(map(len, pieces)) < 1 << 18:
            pieces = [b"".join(pieces)]
        for piece in pieces:
            self.channel.sendall(piece)

    def handle(self, item: Any) -> wire.Node:
        """Keep an object and return what stands for it on the wire."""
        number = self.known.get(id(item))
        if number is None:
            number = self.known[id(item)] = next(self.numbers)
            self.objects[number] = item
        kind = "function" if inspect.isroutine(item) else "object"
        if isinstance(item, type):
            kind = "class"
        return ["h", number, kind, type(item).__name__[:80], callable(item)]

    def resolve(self, tag: str, fields: list[Any]) -> Any:
        """Return what a handle of the judge stands for."""
        if tag == "h":
            return self.objects[fields[0]]
        if tag == "cb":
            number, name, stays, each = fields
            return _callback(self, number, str(name), stays is True, each)
        if tag == "fn":
            name, text = fields
            if text not in self.travelled:
                self.travelled[text] = _defined(name, text)
            return self.travelled[text]
        raise wire.WireError("an unknown tag")

    def ask(self, *message: object) -> Any:
        """Ask the judge something while one of its requests is under way."""
        pieces = wire.pack(*wire.encode(message, self.handle))
        clock = self.clocks[-1] if self.clocks else Clock(math.inf, None)
        with clock.hold():  # no alarm breaks a frame in two
            self._send(pieces)
            while True:
                kind, *fields = self.receive()
                if kind == "result":
                    return fields[0]
                if kind == "refused":
                    raise _judge_error(*fields)
                with clock.counting():  # the student's code that the answer calls
                    self.answer(kind, fields)

    def ask_once(self, whom: str, *message: Any, each: int | None = None) -> Any:
        """Ask for what stays the same, once as long as there is room to keep it.

        ``whom`` answers the same arguments in the same way; they end the message.
        ``each`` is the number of what answers for many windows at once.
        """
        question = _written(whom, *message[-2:])
        if each is not None and question not in self.told:
            self._ask_ahead(whom, message[0], each, *message[-2:])
        if question not in self.told:
            answer = self.ask(*message)
            if not self._keep(question, answer):
                return answer
        return copy.deepcopy(self.told[question])

    def _ask_ahead(
        self, whom: str, kind: str, each: int, args: Any, kwargs: Any
    ) -> None:
        """Ask for all windows beside the one that a question is about.

        The judge says None where it can't answer for many at once.
        """
        name, *rest = args
        first = rest.pop(0) if rest and name not in self.alone else None
        stack = _windows_beside(first)
        if stack is None:
            return
        answers = None
        with contextlib.suppress(Exception):
            answers = self.ask(kind, each, [name, stack, *rest], kwargs)
        if answers is None:
            self.alone.add(name)
        for window, answer in zip(stack, answers or (), strict=False):
            self._keep(_written(whom, [name, window, *rest], kwargs), answer)

    def _keep(self, question: Question, answer: Any) -> bool:
        """Keep an answer, when there is room and the question could be written."""
        size = sum(map(len, question)) + sum(a.nbytes for a in arrays_in(answer))
        if not question or self.told_size + size > MAX_TOLD:
            return False
        self.told_size += size
        self.told[question] = answer
        return True

    @contextlib.contextmanager
    def limited(
        self, seconds: float, error: type[BaseException] = TimeIsUp
    ) -> Iterator[None]:
        """Raise ``error`` in the code under ``with`` when its seconds are over.

        The time that it waits for the judge doesn't count.
        """
        clock = Clock(seconds, self.waits)

        def ring(signum: int, frame: types.FrameType | None) -> None:
            if clock.is_over():
                raise error

        before = signal.signal(signal.SIGALRM, ring)
        tick = min(seconds, TICK)
        kept = signal.setitimer(signal.ITIMER_REAL, tick, tick)
        self.clocks.append(clock)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, *kept)
            signal.signal(signal.SIGALRM, before)
            self.clocks.remove(clock)

    # --- requests -------------------------------------------------------

    def serve(self) -> NoReturn:
        """Answer one request after the other."""
        while True:
            kind, *fields = self.receive()
            self.answer(kind, fields)

    def answer(self, kind: str, fields: list[Any]) -> None:
        """Do what a request asks, and say how it went."""
        try:
            name = f"do_{kind}"
            does = getattr(self if hasattr(self, name) else self.own, name)
            value = does(*fields)
            flush()
            self.send("value", value)
        except TimeIsUp:
            self.send("late")
        except BaseException as error:
            self._send_error(error)

    def _send_error(self, error: BaseException) -> None:
        flush()
        try:
            self.send("error", describe(error))
        except BaseException:
            self.send("error", _nameless(type(error).__name__))

    def do_run(self, source: str, name: str, seconds: float) -> str | None:
        """Run a cell; return what its last line shows."""
        code = plain_python(source)
        filename = f"<{name}>"
        linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
        try:
            with self.limited(seconds):
                return _run(code, filename, self.names)
        finally:
            _end_other_processes()

    def do_get(self, name: str) -> Any:
        """Return what the student's notebook calls ``name``."""
        return self.names[name]

    def do_find(self, name: str) -> list[Any]:
        """Return a list with what the notebook calls ``name``, empty without it."""
        return [self.names[name]] if name in self.names else []

    def do_call(
        self,
        function: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
        seconds: float,
    ) -> tuple[Any, list[tuple[int, Any]]]:
        """Call a function; return its value, and the arguments that it changed."""
        before = [array.copy() for array in arrays_in((args, kwargs))]
        with self.limited(seconds):
            value = function(*args, **kwargs)
        changed = [
            (number, array)
            for number, (array, old) in enumerate(
                zip(arrays_in((args, kwargs)), before, strict=False)
            )
            if not same(old, array)
        ]
        return value, changed

    def do_signature(self, function: Callable[..., Any]) -> str:
        """Return the parameters of a function as text."""
        return str(inspect.signature(function))

    def do_attr(self, item: Any, name: str, seconds: float) -> Any:
        """Return an attribute."""
        with self.limited(seconds):
            return getattr(item, name)

    def do_item(self, item: Any, key: Any, seconds: float) -> Any:
        """Return an item."""
        with self.limited(seconds):
            return item[key]

    def do_setattr(self, item: Any, name: str, value: Any, seconds: float) -> None:
        """Set an attribute."""
        with self.limited(seconds):
            setattr(item, name, value)

    def do_setitem(self, item: Any, key: Any, value: Any, seconds: float) -> None:
        """Set an item."""
        with self.limited(seconds):
            item[key] = value

    def do_len(self, item: Any, seconds: float) -> int:
        """Return the length."""
        with self.limited(seconds):
            return len(item)

    def do_list(self, item: Any, seconds: float) -> list[Any]:
        """Return the items, as many as may cross."""
        with self.limited(seconds):
            return list(itertools.islice(item, MAX_ITEMS))


def _callback(
    kernel: Kernel, number: int, name: str, stays: bool, each: int | None
) -> Callable[..., Any]:
    """Return a function that asks the judge.

    What it gives ``stays`` the same for the same arguments, or it may not. Where it
    does, they begin with the name of what is asked, and the judge hears of each name.
    ``each`` is the number of what answers for many windows at once.
    """
    heard: set[str] = set()

    def function(*args: Any, **kwargs: Any) -> Any:
        if not stays or args[0] not in heard:
            heard.update(args[:1] if stays else ())
            return kernel.ask("callback", number, list(args), kwargs)
        call = number, list(args), kwargs
        return kernel.ask_once("part", "callback", *call, each=each)

    function.__name__ = function.__qualname__ = name
    return function


def _written(whom: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Question:
    """Return a question as bytes, () when it holds what can't be written.

    It stays here, and nothing reads it.
    """
    try:
        return whom.encode(), *map(_bytes_of, args), pickle.dumps(kwargs)
    except Exception:
        return ()


def _bytes_of(item: Any) -> bytes:
    if type(item) is np.ndarray and item.dtype.kind in "biufc":
        return f"{item.dtype.str}{item.shape}".encode() + item.tobytes()
    return pickle.dumps(item)


def _windows_beside(window: Any) -> Any:
    """Return a stack of all windows like this one in the array that it is cut from.

    None for what is no window, or one of too many.
    """
    whole = getattr(window, "base", None)
    if type(window) is not np.ndarray or type(whole) is not np.ndarray:
        return None
    n = window.ndim
    if window.dtype != whole.dtype or window.strides != whole.strides[-n:]:
        return None
    try:
        view = np.lib.stride_tricks.sliding_window_view(
            whole, window.shape, tuple(range(-n, 0))
        )
    except ValueError:  # turned, or of another shape
        return None
    many = 0 < view.size <= MAX_WINDOWS * window.size
    return view.reshape(-1, *window.shape) if many else None


def _defined(name: str, text: str) -> Any:
    """Return the function that a text of the judge's defines with NumPy alone."""
    scope: dict[str, Any] = {"np": np, "__name__": name}
    exec(compile(text, f"<{name}>", "exec"), scope)
    return scope[name]


def _judge_error(name: object, message: object) -> Exception:
    kind = getattr(builtins, str(name), None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        return kind(message)
    return JudgeSaid(message)


# --- running a cell ------------------------------------------------------------


def _run(code: str, filename: str, namespace: dict[str, Any]) -> str | None:
    """Run the code; return the text of its last line's value, or None."""
    tree = ast.parse(code, filename)
    last = None
    end = tree.body[-1] if tree.body else None
    if isinstance(end, ast.Expr) and not code.rstrip().endswith(";"):
        last = ast.Expression(end.value)
        del tree.body[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        _execute(tree, filename, "exec", namespace)
        if last is None:
            return None
        value = _execute(last, filename, "eval", namespace)
    return None if value is None else repr(value)[:_SHOWN]


def _execute(
    tree: ast.Module | ast.Expression,
    filename: str,
    mode: str,
    namespace: dict[str, Any],
) -> Any:
    code = compile(tree, filename, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        return asyncio.run(value)
    return value


def _end_other_processes() -> None:
    """End what a cell left running, when this process heads its own namespace."""
    if os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)


def flush() -> None:
    """Write what the student's code has printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (Exception, SystemExit):
            pass


def describe(error: BaseException) -> ErrorTold:
    """Reduce an exception to plain text: its class, its bases, where it happened."""
    kinds = [k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins"]
    try:
        message = (import_stubs.of_missing(error) or str(error))[:MAX_TEXT]
    except Exception:
        message = "(its message could not be read)"
    line: int | None = None
    text = ""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename.startswith("<cell ")]
    if isinstance(error, SyntaxError):
        line, text = error.lineno, error.text or ""
    elif own:
        line, text = own[-1].lineno, own[-1].line or ""
    shown = "".join(traceback.format_list(own)[-5:])[:MAX_TEXT]
    return {
        "type": type(error).__name__[:80],
        "kinds": kinds,
        "message": message,
        "line": line,
        "text": text.strip()[:300],
        "trace": shown,
    }


def _nameless(name: str) -> ErrorTold:
    return {
        "type": str(name)[:80],
        "kinds": [],
        "message": "(its message could not be read)",
        "line": None,
        "text": "",
        "trace": "",
    }
