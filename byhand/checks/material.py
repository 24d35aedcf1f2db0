"""The cases of an exercise, what Keras answers, and what each misconception gives.

A ``seed`` of None stands for the visible cases, which are recorded; a whole number for
the hidden ones of that seed. Everything is kept, by who answered for Keras.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from byhand import exercises
from byhand.checks import diagnosing, recorded, running
from byhand.checks.desk import Referee
from byhand.exercises import Case, Exercise
from byhand.exercises.inputs import redrawn

Predictions = dict[str, list[list[Any]]]  # misconception -> variants -> results


class OwnReferee:
    """Keras in this process; TensorFlow is imported when it is first asked."""

    def expected(self, exercise_id: str, seed: int | None) -> list[Any]:
        """Return the right result of each case."""
        exercise = exercises.get(exercise_id)
        return recorded.expect(exercise, cases(self, exercise_id, seed))

    def predicted(
        self, exercise_id: str, seed: int | None, names: Sequence[str] | None = None
    ) -> Predictions:
        """Return what the named misconceptions give, or all, in each variant."""
        exercise = exercises.get(exercise_id)
        return recorded.predict(exercise, cases(self, exercise_id, seed), names)

    def usable(self, exercise_id: str, seed: int) -> tuple[int, ...]:
        """Return the places of the first three bare cases that Keras doesn't refuse."""
        return _usable(exercise_id, seed)

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute an operation of ``byhand.referee``."""
        from byhand import referee

        return referee.COMPUTED[name](*args, **kwargs)


OWN = OwnReferee()


@functools.cache
def visible(exercise_id: str) -> tuple[Case, ...]:
    """Return the cases that learners see, the smallest first."""
    return tuple(exercises.get(exercise_id).cases())


@functools.lru_cache(maxsize=512)
def cases(referee: Referee, exercise_id: str, seed: int | None) -> tuple[Case, ...]:
    """Return the cases of an exercise.

    Up to three hidden ones more leave out all that the signature has defaults for.
    Those that the referee refuses, such as a kernel that needs its padding, don't
    count.
    """
    if seed is None:
        return visible(exercise_id)
    drawn, bare = _drawn(exercises.get(exercise_id), seed)
    return drawn + tuple(bare[k] for k in referee.usable(exercise_id, seed))


@functools.lru_cache(maxsize=512)
def expected(referee: Referee, exercise_id: str, seed: int | None) -> Sequence[Any]:
    """Return the right result of each case."""
    found = _recording(exercise_id) if seed is None else None
    return found[0] if found else referee.expected(exercise_id, seed)


@functools.lru_cache(maxsize=512)
def predictions(referee: Referee, exercise_id: str) -> Predictions:
    """Return what each misconception gives on the visible cases."""
    found = _recording(exercise_id)
    return found[1] if found else referee.predicted(exercise_id, None)


def _recording(exercise_id: str) -> tuple[list[Any], Predictions] | None:
    """Return (expected, predictions) as recorded, None when the inputs are others."""
    try:
        right, predicted, inputs = recorded.read(exercise_id)
    except FileNotFoundError:
        return None
    today = recorded.fingerprint(visible(exercise_id))
    return (right, predicted) if inputs == today else None


@functools.lru_cache(maxsize=512)
def _usable(exercise_id: str, seed: int) -> tuple[int, ...]:
    exercise = exercises.get(exercise_id)
    found = (
        place
        for place, case in enumerate(_drawn(exercise, seed)[1])
        if not isinstance(
            diagnosing.attempt(exercise.referee, running.copied(case.args), {}),
            diagnosing.Raises,
        )
    )
    return tuple(itertools.islice(found, 3))


def forget() -> None:
    """Forget all cases and results that are kept, since an exercise has changed."""
    for kept in (visible, cases, _usable, expected, predictions):
        kept.cache_clear()


def spare(exercise_id: str) -> tuple[tuple[Case, ...], Sequence[Any]]:
    """Return recorded cases like hidden ones, and the right result of each."""
    known = recorded.spare(exercise_id) if _recording(exercise_id) else None
    cases = recorded.spare_cases(exercises.get(exercise_id)) if known else ()
    return cases, known or []


def testimony(exercise_id: str) -> recorded.Testimony:
    """Return what the witness of an exercise says of the visible cases."""
    if _recording(exercise_id):
        return recorded.witness(exercise_id)
    return recorded.testify(exercises.get(exercise_id), visible(exercise_id))


def generator(exercise: Exercise, seed: int) -> np.random.Generator:
    """Return the generator of an exercise's hidden cases."""
    return np.random.default_rng([seed, zlib.crc32(exercise.id.encode())])


def _drawn(exercise: Exercise, seed: int) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Return the cases of a seed, and the same without what there are defaults for."""
    rng = generator(exercise, seed)
    found = tuple(exercise.hidden(rng))
    return found + _twins(exercise, rng), _bare(exercise, found)


def _twins(exercise: Exercise, rng: np.random.Generator) -> tuple[Case, ...]:
    """Return the visible cases with other numbers: what they catch is caught again."""
    if exercise.seconds > running.SECONDS:
        return ()
    return tuple(
        Case("hidden", redrawn(rng, case.args), case.kwargs)
        for case in visible(exercise.id)
    )


def _bare(exercise: Exercise, drawn: Sequence[Case]) -> tuple[Case, ...]:
    if "=" not in exercise.signature:
        return ()
    required = exercise.signature.split("(", 1)[1].split("*")[0].rstrip(", )")
    count = len([name for name in required.split(",") if name and "=" not in name])
    return tuple(Case("defaults", case.args[:count]) for case in drawn)
