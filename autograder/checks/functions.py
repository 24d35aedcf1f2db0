"""A student's function as a check of ours calls it: guarded, with all its cases.

What it does is done in the sandbox by `autograder.worker.course_kernel`; what comes
back is believed in form alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import abc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.errors import (
    CellTimeoutError,
    SessionLostError,
    StudentError,
)
from autograder.sandbox.client import Session
from autograder.verdict import proxies
from autograder.verdict.proxies import Handle, Told
from byhand.checks.desk import Compute, Referee, current, seated
from byhand.checks.running import Failure, Outcome
from byhand.exercises import Case

SWAP = """
def swap_in(names, ask):
    scope, new = globals(), {factory}(ask)
    own = {{name: scope[name] for name in names}}
    scope.update({{name: new[name] for name in names}})
    return lambda: scope.update(own)
"""


class Function(proxies.Callable):
    """A student's function that a check may call."""

    __slots__ = ()

    _student: CheckedStudent

    def __byhand_call__(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], seconds: float
    ) -> Outcome:
        """Call it as a check does, and return the Outcome."""
        return self._student.guarded(self, args, kwargs, seconds)

    def __byhand_beside__(self, name: str) -> Any:
        """Return what the same notebook calls ``name``, or None."""
        with contextlib.suppress(Exception):
            return self._student.named(name)
        return None

    def __byhand_reached__(self) -> frozenset[str] | None:
        """Return the names that its code reaches, None when nobody can tell."""
        with contextlib.suppress(Exception):
            found = self._student.ask("reached", self, seconds=self._student.seconds)
            if type(found) is list and all(type(name) is str for name in found):
                return frozenset(found)
        return None

    @contextlib.contextmanager
    def __byhand_with__(
        self,
        source: str,
        factory: str,
        names: Sequence[str],
        ask: abc.Callable[..., Any],
    ) -> Iterator[None]:
        """Let what ``factory(ask)`` makes stand for names of the notebook meanwhile.

        ``source`` defines the factory. A process that is lost meanwhile starts again
        without stand-ins.
        """
        back, ask = None, self._student.charged(ask)
        with contextlib.suppress(Exception):  # whatever the notebook has done to it
            student, code = self._student, source + SWAP.format(factory=factory)
            student.ready().run(proxies.FUTURE + code, "stand-ins", student.seconds)
            back = student.named("swap_in")(list(names), ask)
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                if back is not None:
                    back()
            self._student.callbacks.forget(ask)  # else it answers later exercises


class Charged:
    """A referee whose operations a student pays for."""

    def __init__(self, referee: Referee, compute: Compute) -> None:
        self._referee = referee
        self._compute = compute

    def __getattr__(self, name: str) -> Any:
        """Leave all else as it is."""
        return getattr(self._referee, name)

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute an operation within the bounds of a question to ``given``."""
        return self._compute(name, args, kwargs)


class Cases:
    """The cases of the check that runs now, and whom they were sent to."""

    def __init__(self, cases: Sequence[Case] = ()) -> None:
        self.cases = cases
        self.session: Session | None = None
        self.function: Handle | None = None

    def find(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> int | None:
        """Return the number of the case with these very arguments, or None."""
        for number, case in enumerate(self.cases):
            if case.args is args and _same_items(case.kwargs, kwargs):
                return number
        return None

    def asked(self, session: Session, function: Handle) -> bool:
        """Tell whether they were sent for this function, and not to a lost process."""
        return self.session is session and self.function is function


def _same_items(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return a.keys() == b.keys() and all(a[key] is b[key] for key in a)


class CheckedStudent(proxies.Student):
    """The judge's end of a student's process, for checks."""

    callables = Function

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.cases = Cases()
        self.compute: Compute | None = None  # operations that this student pays for
        # generation -> functions that ran out of time
        self.endless: dict[int, set[int]] = {}
        super().__init__(*args, **kwargs)

    def charged(self, ask: abc.Callable[..., Any]) -> abc.Callable[..., Any]:
        """Return ``ask`` for the student's code, which chooses what it asks.

        An operation may be too much for Keras; this student is the one who pays.
        """

        def answer(*args: Any, **kwargs: Any) -> Any:
            desk = current()
            if desk.referee is None or self.compute is None:
                return ask(*args, **kwargs)
            paid = Charged(desk.referee, self.compute)
            with seated(dataclasses.replace(desk, referee=paid)):
                return ask(*args, **kwargs)

        vars(answer)["__byhand_stays__"] = getattr(ask, "__byhand_stays__", False)
        if each := getattr(ask, "each", None):
            vars(answer)["each"] = self.charged(each)
        return answer

    def guarded(
        self,
        function: Handle,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        seconds: float,
    ) -> Outcome:
        """Call a function for a check; whatever happens becomes an Outcome.

        A function that ran out of time once isn't waited for again.
        """
        seconds = min(seconds, self.seconds)
        if function._number in self.endless.get(function._generation, ()):
            return Outcome(timed_out=True)
        outcome = self._guarded(function, args, kwargs, seconds)
        if outcome.timed_out:
            self.endless.setdefault(function._generation, set()).add(function._number)
        return outcome

    def _guarded(
        self,
        function: Handle,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        seconds: float,
    ) -> Outcome:
        try:
            return _outcome(self._asked(function, args, kwargs, seconds))
        except StudentError as error:
            return Outcome(error=_failure(error.args[0]))
        except CellTimeoutError:
            return Outcome(timed_out=True, seconds=seconds)
        except SessionLostError as error:
            if error.late:
                return Outcome(timed_out=True, seconds=seconds)
            return Outcome(error=Failure("Stopped", str(error)))

    def _asked(
        self,
        function: Handle,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        seconds: float,
    ) -> Any:
        """Return what the process tells of a call, done together with its like."""
        session = self.ready()
        number = self.cases.find(args, kwargs)
        if number == 0:
            calls = [(list(c.args), dict(c.kwargs)) for c in self.cases.cases]
            session.ask_many(
                len(calls), "many", function, calls, seconds, seconds=seconds
            )
            self.cases.session, self.cases.function = session, function
        if number is not None and self.cases.asked(session, function):
            told = session.part(number)
            if told is not None:
                return told
        return session.ask(
            "guarded", function, list(args), kwargs, seconds, seconds=seconds
        )

    def expect(self, cases: Sequence[Case]) -> None:
        """Note the cases of a check: its calls are sent together with the first."""
        self.cases = Cases(tuple(cases))


def _failure(told: Told) -> Failure:
    line, text = told.get("line"), told.get("text")
    return Failure(
        str(told.get("type"))[:80],
        str(told.get("message"))[:300],
        line if type(line) is int else None,
        text[:300] if isinstance(text, str) else "",
        _text(told.get("place"))[:300],
    )


def _outcome(told: Any) -> Outcome:
    """Build an Outcome from what a worker says, or one that says it was nonsense."""
    if type(told) is not dict:
        return Outcome(error=Failure("Stopped", "the process spoke nonsense"))
    error = told.get("error")
    if error is not None:
        names = ("type", "message", "line", "text", "place")
        fields = error if type(error) is list and len(error) == 5 else [""] * 5
        error = _failure(dict(zip(names, fields, strict=True)))
    seconds = told.get("seconds")
    return Outcome(
        value=told.get("value"),
        error=error,
        timed_out=told.get("timed_out") is True,
        printed=_text(told.get("printed"))[:2000],
        warned=_texts(told.get("warned")),
        changed=_texts(told.get("changed")),
        shares=told.get("shares") is True,
        seconds=seconds if type(seconds) is float else 0.0,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(values: Any) -> tuple[str, ...]:
    values = values if type(values) is list else []
    return tuple(v[:300] for v in values if isinstance(v, str))[:20]
