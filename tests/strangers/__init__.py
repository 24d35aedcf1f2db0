"""Wrong and right functions by people who never saw the table of misconceptions.

``students_*.py`` holds what second-year students write at night, ``courses_*.py`` what
comes out when the code of a published course is adapted to this one. Those who add to
them don't look at the slips, the misconceptions or the first zoo: what the checks
say about these functions measures the checks only as long as nobody wrote them to fit.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.strangers import lesson

Function = Callable[..., Any]


@dataclass(frozen=True)
class Specimen:
    """A function, and the truth about it.

    ``truth`` says in plain words what is wrong, or in which style a right one is
    written; evidence is measured against it. ``line`` is the text of the faulty line,
    empty when something is missing. ``raises`` says that the report is of an
    exception. ``like`` names the course that the style comes from.

    ``finding`` is what the checks do wrong today: "survives" (a wrong function passes),
    "waits" (it counts as not written) or "crashes" (the check itself raises).
    ``untrue`` is a name that the checks give and that isn't true of this function, with
    the reason. With a better check, these two go again.
    """

    exercise: str
    function: Function
    truth: str
    line: str = ""
    mistakes: int = 1
    raises: bool = False
    right: bool = False
    like: str = ""
    finding: str = ""
    untrue: tuple[str, str] = ("", "")

    @property
    def collection(self) -> str:
        """Return "students" or "courses"."""
        return self.function.__module__.rsplit(".", 1)[-1].split("_")[0]

    @property
    def place(self) -> str:
        """Return the module and the line where the specimen stands."""
        module = self.function.__module__.rsplit(".", 1)[-1]
        return f"{module}:{_functions(self.function)[0].__code__.co_firstlineno}"

    @property
    def source(self) -> str:
        """Return the text of the function, or of a class's methods."""
        return "".join(map(inspect.getsource, _functions(self.function)))


_SPECIMENS: list[Specimen] = []


def wrong(
    exercise: str,
    truth: str,
    *,
    line: str = "",
    mistakes: int = 1,
    raises: bool = False,
    like: str = "",
    finding: str = "",
    untrue: tuple[str, str] = ("", ""),
) -> Callable[[Function], Function]:
    """Register a wrong function.

    The name then stands for a right function again, so that a later specimen that
    calls it has only its own mistake.
    """

    def register(function: Function) -> Function:
        _SPECIMENS.append(
            Specimen(
                exercise,
                function,
                truth,
                line,
                mistakes,
                raises,
                like=like,
                finding=finding,
                untrue=untrue,
            )
        )
        return getattr(lesson, exercise, function)

    return register


def right(
    exercise: str, truth: str, *, like: str = ""
) -> Callable[[Function], Function]:
    """Register a right function in a style that isn't the course's own."""

    def register(function: Function) -> Function:
        _SPECIMENS.append(Specimen(exercise, function, truth, right=True, like=like))
        return getattr(lesson, exercise, function)

    return register


def everything() -> tuple[Specimen, ...]:
    """Return all specimens, in the order of their files."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        if module.startswith(("students_", "courses_")):
            importlib.import_module(f"{__name__}.{module}")
    return tuple(_SPECIMENS)


def _functions(subject: Any) -> list[Any]:
    """Return a function, or the methods of a class, which may be defined twice."""
    if inspect.isfunction(subject):
        return [subject]
    return [m for m in vars(subject).values() if inspect.isfunction(m)]
