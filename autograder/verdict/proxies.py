"""The student's names as the judge sees them: data is copied, all else is a proxy.

A proxy's ``==`` is identity and its ``bool()`` raises, so no object can pass for every
value. Whatever the student's code raises arrives as a built-in exception that no test
mistakes for its own.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import itertools
import weakref
from collections import abc
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from autograder.errors import (
    CellTimeoutError,
    RefusedError,
    SessionLostError,
    StudentError,
)
from autograder.sandbox.client import Sandbox, Session
from autograder.sandbox.process_limits import Limits
from autograder.seam import Serving
from autograder.worker.nested import arrays_in
from autograder.worker.wire import WireError

Told = Mapping[str, Any]  # what a process says of an error, or of a call
Error = TypeVar("Error", bound=Exception)

_NOT_PASSED_ON = (
    AssertionError,
    StopIteration,
    StopAsyncIteration,
    Warning,
    UnicodeError,  # its subclasses take five arguments
    SystemError,
    ExceptionGroup,  # takes two
)
FUTURE = "from __future__ import annotations\n"  # their types aren't needed there
MAX_TO_JUDGE = 8 << 20  # bytes of arrays in one call back into the judge


def builtin_error(told: Told) -> Exception:
    """Return what the student's code raised as a harmless built-in exception."""
    kinds = told.get("kinds")
    name, message = str(told.get("type"))[:80], str(told.get("message"))[:2000]
    for kind in kinds if isinstance(kinds, list) else ():
        found = getattr(builtins, kind, None) if isinstance(kind, str) else None
        if not (isinstance(found, type) and issubclass(found, Exception)):
            continue
        if not issubclass(found, _NOT_PASSED_ON) and found is not Exception:
            return _told(found(message), told)
    return _told(RuntimeError(f"{name}: {message}"), told)


def _theirs(kind: type[Error], message: str) -> Error:
    """Make an error that is the student's doing, and not a check that failed."""
    return _told(kind(message), {"type": kind.__name__, "message": message})


def _told(error: Error, told: Told) -> Error:
    """Note in an error what the student's process told of it."""
    error.told = told  # type: ignore[attr-defined]
    return error


class Handle:
    """An object of the student's: it can be read, indexed, and told from others."""

    __slots__ = ("__weakref__", "_generation", "_kind", "_name", "_number", "_student")

    _student: Student
    _number: int
    _kind: str
    _name: str
    _generation: int

    def __init__(
        self, student: Student, number: int, kind: str, name: str, generation: int
    ) -> None:
        for key, value in zip(
            ("_student", "_number", "_kind", "_name", "_generation"),
            (student, number, kind, name, generation),
            strict=True,
        ):
            object.__setattr__(self, key, value)

    def _ask(self, kind: str, *fields: Any) -> Any:
        seconds = self._student.seconds
        return self._student.ask(kind, self, *fields, seconds, seconds=seconds)

    def __getattr__(self, name: str) -> Any:
        """Read an attribute; those with two underscores stay where they are."""
        if name == "__name__":
            return self._name
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("attr", name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the student's object."""
        self._ask("setattr", name, value)

    def __getitem__(self, key: Any) -> Any:
        """Read an item."""
        return self._ask("item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set an item of the student's object."""
        self._ask("setitem", key, value)

    def __len__(self) -> int:
        """Return its length."""
        value = self._ask("len")
        return value if type(value) is int and value >= 0 else 0

    def __iter__(self) -> Iterator[Any]:
        """Go through its items, which are copied at once."""
        items = self._ask("list")
        return iter(items if type(items) is list else ())

    def __bool__(self) -> bool:
        """Refuse: an object of the student's is neither true nor false."""
        raise TypeError(f"{self!r} is an object, neither true nor false")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: only arrays cross as arrays."""
        raise TypeError(f"{self!r} is not an array")

    def __repr__(self) -> str:
        """Name it, in words of the judge's own."""
        return f"<{self._kind} {self._name} of the student>"


class Callable(Handle):
    """A handle that can be called, so that ``callable`` tells the two apart."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; arrays that it changed in place are changed here as well."""
        value, changed = self._student.checked_pair(
            self._ask("call", list(args), kwargs)
        )
        mine = list(arrays_in((args, kwargs)))
        for number, array in changed:
            if type(number) is int and 0 <= number < len(mine):
                _write_into(mine[number], array)
        return value


def _write_into(mine: Any, theirs: Any) -> None:
    if getattr(theirs, "shape", None) == mine.shape and theirs.dtype == mine.dtype:
        mine[...] = theirs


class Namespace(dict[str, Any]):
    """The judge's globals: names that it doesn't define come from the student.

    A built-in name never does, unless an exercise asks the student to define it.
    """

    def __init__(self, student: Student, wanted: frozenset[str]) -> None:
        super().__init__(__name__="__judge__", __builtins__=builtins)
        self._student = student
        self._wanted = wanted

    def __missing__(self, name: str) -> Any:
        """Ask the student's notebook for a name."""
        if not isinstance(name, str) or name.startswith("__"):
            raise KeyError(name)
        if hasattr(builtins, name) and name not in self._wanted:
            raise KeyError(name)
        return self._student.named(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name stands for, the student's included."""
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        """Tell whether a name is defined, here or by the student."""
        return isinstance(name, str) and self.get(name, self) is not self


class Callbacks:
    """The judge's functions that tests hand to the student's code, by number."""

    def __init__(self, limits: Limits) -> None:
        self.functions: dict[int, abc.Callable[..., Any]] = {}
        self.numbers = itertools.count()
        self.left = limits.callbacks

    def keep(self, item: Any) -> list[Any]:
        """Return what stands on the wire for a function of the judge."""
        if not callable(item):
            raise WireError(f"a {type(item).__name__} can't be passed on")
        if getattr(item, "__byhand_travels__", False):
            return ["fn", item.__name__, _text_of(item)]
        number = next(self.numbers)
        self.functions[number] = item
        name = str(getattr(item, "__name__", "function"))
        stays, each = getattr(item, "__byhand_stays__", False), getattr(item, "each", 0)
        return ["cb", number, name, stays, self.keep(each)[1] if each else None]

    def forget(self, item: Any) -> None:
        """Answer no more calls of a function."""
        gone, kept = (item, getattr(item, "each", item)), self.functions.items()
        self.functions = {n: known for n, known in kept if known not in gone}

    def call(self, number: Any, args: Any, kwargs: Any) -> Any:
        """Answer a call from the student's code."""
        self.left -= 1
        if self.left < 0:
            raise RefusedError("RuntimeError", "this function was called too often")
        if type(number) is not int or number not in self.functions:
            raise RefusedError("ValueError", "no such function")
        hold_to_shape(args, kwargs)
        if sum(a.nbytes for a in arrays_in((args, kwargs))) > MAX_TO_JUDGE:
            raise RefusedError("ValueError", "these arrays are too large")
        return self.functions[number](*args, **kwargs)


@functools.cache
def _text_of(function: abc.Callable[..., Any]) -> str:
    """Return the definition of a function of a module, without its decorators."""
    text = inspect.getsource(function)
    return FUTURE + text[text.index("def ") :]


def hold_to_shape(args: Any, kwargs: Any) -> None:
    """Raise RefusedError for what isn't the arguments of a call."""
    if type(args) is not list or type(kwargs) is not dict:
        raise RefusedError("TypeError", "not a call")
    if not all(isinstance(name, str) for name in kwargs):
        raise RefusedError("TypeError", "not a call")


class Student:
    """A submission's process, started again and brought up to date when it is lost."""

    callables: type[Callable] = Callable

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        seed: int,
        serving: Serving | None = None,
        session: Session | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.limits = limits
        self.seconds = limits.cell_seconds
        self.seed = seed
        self.callbacks = Callbacks(limits)
        self.serving = dict(serving or {})  # kind of the student's request: function
        self.history: list[tuple[str, str]] = []  # cells that ran to their end
        self.restarts = 0
        self.spent = 0.0
        self.generation = 0
        self.session: Session | None = None
        self.handles: weakref.WeakValueDictionary[tuple[int, int], Handle]
        self.handles = weakref.WeakValueDictionary()
        self.names: dict[tuple[int, int], str] = {}
        if session:
            self._connect(session)

    def close(self) -> None:
        """End the process."""
        if self.session:
            self.session.close()

    def ready(self) -> Session:
        """Return a live session, with all earlier cells run in it."""
        if self.session and self.session.alive and not self.session.has_ended():
            return self.session
        if self.session:
            self.restarts += 1
            self.spent = self.session.spent
            if self.restarts > self.limits.restarts:
                raise SessionLostError("the process was lost too often")
        if self.spent >= self.limits.total_seconds:
            raise SessionLostError("the time for the whole notebook is over", late=True)
        session: Session = self.sandbox.session(self.limits, self.seed)
        session.spent = self.spent
        self._connect(session)
        for source, name in list(self.history):
            try:
                session.run(source, name, self.seconds)
            except (StudentError, CellTimeoutError):
                continue
            except SessionLostError:
                self.history.remove((source, name))
                raise
        session.printed()
        return session

    def _connect(self, session: Session) -> None:
        self.generation += 1
        self.session = session
        session.outgoing, session.incoming = self.outgoing, self.incoming
        session.serving = {"callback": self.callbacks.call, **self.serving}

    def run(self, source: str, name: str) -> str | None:
        """Run a cell and return the text that it shows."""
        session = self.ready()
        shown: str | None = None
        try:
            shown = session.run(source, name, self.seconds)
        finally:
            if session.alive:  # a cell that ended its process isn't run again
                self.history.append((source, name))
        return shown

    def printed(self) -> str:
        """Return what the student's code has printed since the last time."""
        if self.session is None:
            return ""
        if self.session.alive:
            return str(self.session.printed())
        text, self.session.kept = self.session.kept, bytearray()
        return text.decode("utf-8", "replace")

    def ask(self, kind: str, *fields: Any, seconds: float) -> Any:
        """Send a request; its errors arrive as built-in exceptions."""
        try:
            return self.ready().ask(kind, *fields, seconds=seconds)
        except StudentError as error:
            raise builtin_error(error.args[0]) from None
        except CellTimeoutError:
            late = f"no answer after {seconds:g} s"
            raise _theirs(TimeoutError, late) from None
        except SessionLostError as error:
            raised = TimeoutError if error.late else RuntimeError
            raise _theirs(raised, str(error)) from None

    def named(self, name: str) -> Any:
        """Return what the student's notebook calls ``name``, or raise KeyError."""
        found = self.ask("find", name, seconds=self.seconds)
        if type(found) is not list or not found:
            raise KeyError(name)
        value = found[0]
        if isinstance(value, Handle):
            object.__setattr__(value, "_name", name)
            self.names[value._number, value._generation] = name
        return value

    def checked_pair(self, value: Any) -> tuple[Any, list[tuple[Any, Any]]]:
        """Return the answer to a call, if it has the form of one."""
        if type(value) is not tuple or len(value) != 2 or type(value[1]) is not list:
            raise RuntimeError("the process spoke nonsense")
        pairs = [p for p in value[1] if type(p) is tuple and len(p) == 2]
        return value[0], pairs

    def outgoing(self, item: Any) -> list[Any]:
        """Return what stands on the wire for an object of the judge's."""
        if not isinstance(item, Handle):
            return self.callbacks.keep(item)
        if item._generation != self.generation:
            name = self.names.get((item._number, item._generation))
            if name is None or self.session is None:
                raise WireError("this object was lost when its process ended")
            fresh = self.session.ask("get", name, seconds=self.seconds)
            if not isinstance(fresh, Handle):
                raise WireError("this object was lost when its process ended")
            self.names[fresh._number, fresh._generation] = name
            for key in ("_number", "_generation"):
                object.__setattr__(item, key, getattr(fresh, key))
        return ["h", item._number]

    def incoming(self, tag: Any, fields: Any) -> Any:
        """Return the proxy for an object of the student's."""
        if tag == "cb":
            return self.callbacks.functions[fields[0]]
        if tag != "h":
            raise WireError("an unknown tag")
        number, kind, name, can_call = fields
        if type(number) is not int or kind not in ("function", "class", "object"):
            raise WireError("not a handle")
        if not isinstance(name, str) or type(can_call) is not bool:
            raise WireError("not a handle")
        key = number, self.generation
        if key not in self.handles:
            kinds = self.callables if can_call else Handle
            found = kinds(self, number, kind, name[:80], self.generation)
            self.handles[key] = found
            return found
        return self.handles[key]
