"""The smallest visible case in which a known mistake shows, drawn as the check does.

What a misconception computes is recorded with the visible cases: nothing of a
student's is run, and Keras isn't needed.
"""

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from autograder.report.counting import Mistake
from byhand import exercises, misconceptions
from byhand.checks import checking, material, reporting
from byhand.checks.check_result import CheckResult
from byhand.checks.diagnosing import Raises
from byhand.checks.running import Failure, Outcome

TELLING = ("values", "shape")  # kinds that a drawing can show


@dataclass(frozen=True)
class Smallest:
    """What a student with this mistake is told, and the case as a drawing."""

    exercise: str
    text: str
    drawing: Markup


@functools.cache
def smallest(exercise_id: str, misconception: str) -> Smallest | None:
    """Return the Smallest of a mistake in an exercise, or None where nothing shows.

    A case that shows what is wrong comes before a smaller one that only raises.
    """
    exercise = exercises.table().get(exercise_id)
    if exercise is None or exercise.kind != "function":
        return None
    known = material.predictions(material.OWN, exercise_id)
    for variant in known.get(misconception, ()):
        verdict = _judged(exercise, variant)
        if verdict.state == "failed":
            if not _tells(verdict):
                verdict = _telling(exercise, variant, misconception) or verdict
            drawing = reporting.drawing(verdict) if verdict.failing else ""
            return Smallest(exercise_id, reporting.text(verdict), Markup(drawing))
    return None


def smallest_of(mistake: Mistake) -> Smallest | None:
    """Return the Smallest in the exercise that most students got wrong that way."""
    found = (smallest(exercise, mistake.name) for exercise, _ in mistake.by_exercise)
    return next(filter(None, found), None)


def _judged(exercise: exercises.Exercise, results: Sequence) -> CheckResult:
    kind = _ReplayedClass if exercise.adapt else _ReplayedFunction
    return checking.judge(exercise.id, kind(results))


def _tells(verdict: CheckResult) -> bool:
    """Tell whether numbers differ, or central differences disagree."""
    said = dict(verdict.lines).get("central", "")
    return verdict.kind in TELLING or "disagree" in said


def _telling(
    exercise: exercises.Exercise, variant: Sequence, misconception: str
) -> CheckResult | None:
    """Return the verdict on the first case that tells; all others are right."""
    right = material.expected(material.OWN, exercise.id, None)
    for place, result in enumerate(variant):
        results = [*right[:place], result, *right[place + 1 :]]
        verdict = _judged(exercise, results)
        if verdict.state == "failed" and _tells(verdict):
            return _named(
                verdict, misconceptions.find(misconception, exercise.lesson).likely
            )
    return None


def _named(verdict: CheckResult, likely: str) -> CheckResult:
    """Put in the sentence on the mistake; one case alone doesn't tell which it is."""
    lines = [line for line in verdict.lines if line[0] != "likely"]
    words = [word for word, _ in lines]
    below = [words.index(word) for word in ("central", "try") if word in words]
    lines.insert(min(below, default=len(lines)), ("likely", likely))
    return dataclasses.replace(verdict, lines=tuple(lines))


class _ReplayedFunction:
    """Answers the cases of a check, in their order, with recorded results."""

    def __init__(self, results: Sequence) -> None:
        self.waiting = iter(results)

    def __call__(self) -> None:
        """Look like a function; a check calls ``__byhand_call__``."""
        raise NotImplementedError

    def __byhand_call__(self, args: tuple, kwargs: dict, seconds: float) -> Outcome:
        return _outcome(next(self.waiting))


class _ReplayedClass(_ReplayedFunction):
    """Answers as a layer's class: a case builds two, and one of them is the one asked.

    A recorded result is (y, dx, gradients of the weights ...).
    """

    def __init__(self, results: Sequence) -> None:
        super().__init__([result for result in results for _ in range(2)])

    def __byhand_call__(self, args: tuple, kwargs: dict, seconds: float) -> Outcome:
        result = next(self.waiting)
        if isinstance(result, Raises):
            return _outcome(result)
        return Outcome(_Layer(*result))


class _Layer:
    """A layer whose answers are recorded, whatever the batch."""

    def __init__(self, y: object, dx: object, *grads: object) -> None:
        self.forward = _Always(y)
        self.backward = _Always(dx)
        self.grads = grads


@dataclass(frozen=True)
class _Always:
    """A method with one answer."""

    value: object

    def __byhand_call__(self, args: tuple, kwargs: dict, seconds: float) -> Outcome:
        return Outcome(self.value)


def _outcome(result: object) -> Outcome:
    if isinstance(result, Raises):
        return Outcome(error=Failure(result.type_name, "on this input"))
    return Outcome(result)
