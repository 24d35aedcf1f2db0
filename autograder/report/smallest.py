"""The smallest visible case in which a known mistake shows, drawn as the check does.

What a misconception computes is recorded with the visible cases: nothing of a
student's is run, and Keras isn't needed.
"""

import functools
from dataclasses import dataclass

from autograder.report.markup import Markup
from byhand import exercises
from byhand.checks import checking, material, reporting
from byhand.checks.diagnosing import Raises
from byhand.checks.running import Failure, Outcome


@dataclass(frozen=True)
class Smallest:
    """What a student with this mistake was told, and the case as a drawing."""

    text: str
    drawing: Markup


@functools.cache
def smallest(exercise_id, misconception):
    """Return the Smallest of a mistake in an exercise, or None where nothing shows."""
    exercise = exercises.table().get(exercise_id)
    if exercise is None or exercise.kind != "function":
        return None
    known = material.predictions(material.OWN, exercise_id)
    for variant in known.get(misconception, ()):
        verdict = checking.judge(exercise_id, _Replay(variant))
        if verdict.state == "failed":
            drawing = (
                Markup(reporting.drawing(verdict)) if verdict.failing else Markup()
            )
            return Smallest(reporting.text(verdict), drawing)
    return None


class _Replay:
    """Answers the cases of a check, in their order, with recorded results."""

    def __init__(self, results):
        self.waiting = iter(results)

    def __call__(self):
        """Look like a function; a check calls ``__byhand_call__``."""
        raise NotImplementedError

    def __byhand_call__(self, args, kwargs, seconds):
        result = next(self.waiting)
        if isinstance(result, Raises):
            return Outcome(error=Failure(result.type_name, "in this case"))
        return Outcome(result)
