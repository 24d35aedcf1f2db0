"""A mistake is charged once: a reference stands in for parts that fail their checks.

What a learner writes late in a lesson calls what they wrote early in it: a convolution
pads with their ``pad2d``, a batch is made of single pictures. Where such a function
fails, and an earlier one that it calls doesn't pass its own check, the check tries it
again with reference numbers in the place of the earlier one, and says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from byhand import exercises
from byhand.checks import running
from byhand.checks.check_result import CheckResult
from byhand.evidence.reached import names
from byhand.exercises import Exercise

MAX_KEPT = 5000  # answers
MAX_QUESTION = 2000  # bytes of one whose answer is kept
LAYERS = "08_train_a_cnn"  # has stand-ins of its own: its parts are classes
# these ask Keras for more than numbers, in the process that asks
ALONE = (
    "share_equal",
    "count_conv2d",
    "to_keras",
    "network_backward",
    "bilinear_kernel",
    "to_keras_transpose",
)


def answering(ask: Callable[..., Any]) -> Mapping[str, Callable[..., Any]]:
    """Return functions by name; each gives what ``ask(name, *args, **kwargs)`` gives.

    The source of this function also runs in the process of a student whose work is
    graded, so that it uses nothing but its argument.
    """

    class Parts(dict):
        def __missing__(self, name):
            def part(*args, **kwargs):
                return ask(name, *args, **kwargs)

            part.__name__ = part.__qualname__ = name
            return part

    return Parts()


class Reference:
    """Answers for parts with the right numbers; ``asked`` holds for which.

    A map asks for each of its windows, and most of those again and again.
    """

    __byhand_stays__ = True  # the sandbox needn't ask twice

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.by_course: set[str] = set()  # no layer computes with a learner's function
        self.kept: dict[bytes, Any] = {}

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a right function gives; the learner's time doesn't run."""
        if name not in self.asked:
            self.asked.append(name)
        theirs = any(map(callable, (*args, *kwargs.values())))
        if theirs:
            self.by_course.add(name)
        with running.clock_stopped():
            question = b"" if theirs else _plain(name, args, kwargs)
            if question in self.kept:
                return running.copied(self.kept[question])
            found = exercises.get(name).referee(*args, **kwargs)
            if 0 < len(question) <= MAX_QUESTION and len(self.kept) < MAX_KEPT:
                self.kept[question] = running.copied(found)
            return found

    def each(self, name: str, stack: Any, *args: Any, **kwargs: Any) -> Any:
        """Return a list with what it gives for each of many first arguments.

        None for a part that can't be asked so.
        """
        many = exercises.get(name).each
        with running.clock_stopped():
            return many and many(stack, *args, **kwargs)

    def told(self) -> list[tuple[str, str]]:
        """Return the lines of a report on what stood in."""
        return [("given", self._told(name)) for name in self.asked]

    def _told(self, name: str) -> str:
        keras = exercises.get(name).layer and name not in self.by_course
        by = "by Keras" if keras else "by the course"
        return f"given.{name}: {by}, yours doesn't pass its check yet"


def _plain(*question: Any) -> bytes:
    """Return a question as bytes, b"" when it holds what can't be written down."""
    with contextlib.suppress(Exception):
        return pickle.dumps(question)
    return b""


def again(
    exercise: Exercise,
    function: Any,
    judged: Callable[[], CheckResult],
    passes: Callable[[str, Any], bool],
) -> CheckResult | None:
    """Return what ``judged()`` gives with references for earlier parts that fail.

    ``passes(name, function)`` tells whether a part passes its own check. None where no
    such part is called, or where a reference doesn't fit its place: then the function's
    own result is the one to report.
    """
    ask, failing = Reference(), []
    for name in earlier(exercise, function):
        own = beside(function, name)
        with standing_in(function, failing, ask):
            if callable(own) and not passes(name, own):
                failing.append(name)
    ask.asked.clear()
    with standing_in(function, failing, ask):
        found = judged() if failing else None
    if not ask.asked or found is None or found.kind in ("raised", "time"):
        return None
    return dataclasses.replace(found, lines=(*found.lines, *ask.told()))


def earlier(exercise: Exercise, function: Any) -> list[str]:
    """Return earlier exercises of the lesson that a function may call, in order."""
    if exercise.lesson == LAYERS:
        return []
    known = list(exercises.table())
    if exercise.id not in known:  # anybody's own
        return []
    before = known[: known.index(exercise.id)]
    named = _reached(function)
    return [
        name
        for name in before
        if (named is None or name in named)
        and (one := exercises.get(name)).lesson == exercise.lesson
        and one.kind == "function"
        and not (one.adapt or one.on_parts)
        and name not in ALONE
    ]


def _reached(function: Any) -> AbstractSet[str] | None:
    """Return the names that a function's code reaches, None where it can't be read."""
    elsewhere = getattr(function, "__byhand_reached__", None)
    if elsewhere:
        found: AbstractSet[str] | None = elsewhere()
        return found
    return names(function) or frozenset()


def beside(function: Any, name: str) -> Any:
    """Return what the notebook of a function calls ``name``, or None."""
    elsewhere = getattr(function, "__byhand_beside__", None)
    if elsewhere is not None:
        return elsewhere(name)
    return getattr(function, "__globals__", {}).get(name)


@contextlib.contextmanager
def standing_in(
    function: Any,
    names: Sequence[str],
    ask: Callable[..., Any],
    factory: Callable[..., Mapping[str, Any]] = answering,
) -> Iterator[None]:
    """Put stand-ins into the notebook of a function, and the learner's back."""
    elsewhere = getattr(function, "__byhand_with__", None)
    if not names:
        yield
    elif elsewhere is not None:
        with elsewhere(inspect.getsource(factory), factory.__name__, names, ask):
            yield
    else:
        scope, new = function.__globals__, factory(ask)
        own = {name: scope[name] for name in names}
        scope.update({name: new[name] for name in names})
        try:
            yield
        finally:
            scope.update(own)
