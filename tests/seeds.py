"""Count what hidden cases of many seeds let live: it should be nothing.

``python -m tests.seeds 20 [EXERCISE ...]`` draws the hidden cases of seeds 0 to 19 and
runs both zoos against each set. A wrong function that passes one is printed with its
seed, and so is a right one that fails. Ends with status 1 when there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from tqdm import tqdm

from byhand import exercises
from byhand.checks import checking, material
from byhand.checks.desk import Desk
from tests import strangers, zoo


def specimens(names: Iterable[str] = ()) -> list[tuple[str, str, Any, bool]]:
    """Return (exercise, name, subject, right) of both zoos, values left out."""
    chosen = set(names)
    first = [(s.exercise, s.name, s.subject, s.correct) for s in zoo.collect()]
    second = [
        (s.exercise, s.place, s.function, s.right) for s in strangers.everything()
    ]
    return [
        one
        for one in (*first, *second)
        if has_hidden(exercises.get(one[0])) and (not chosen or one[0] in chosen)
    ]


def has_hidden(exercise: exercises.Exercise) -> bool:
    """Return whether an exercise has hidden cases of its own."""
    return exercise.hidden is not None or exercise.kind == "open"


def passes(exercise_id: str, subject: Any, seed: int) -> bool:
    """Return whether a function is right on all hidden cases of a seed."""
    exercise = exercises.get(exercise_id)
    if exercise.kind == "open":
        desk = Desk(seed=seed)
        found = checking.judge(exercise_id, subject, hidden=True, desk=desk)
        return found.state == "passed"
    trial = checking._Function(exercise, subject, Desk(seed=seed), hidden=True)
    cases, expected = trial._material(seed)
    for case, right in zip(cases, expected, strict=True):
        outcome = checking.running.call(
            trial.function, case.args, case.kwargs, seconds=exercise.seconds, plain=True
        )
        if checking._problem(exercise, case, right, outcome):
            return False
    return True


def surprises(seeds: Iterable[int], names: Iterable[str] = ()) -> Iterator[str]:
    """Yield a line for every wrong function that passes, and right one that fails."""
    every = specimens(names)
    for seed in tqdm(seeds, unit="seed", file=sys.stderr):
        for exercise_id, name, subject, right in every:
            if passes(exercise_id, subject, seed) != right:
                what = "is right and fails" if right else "is wrong and passes"
                yield f"seed {seed}: {exercise_id}, {name} {what}"
        material.cases.cache_clear()
        material.expected.cache_clear()


def main(arguments: list[str]) -> int:
    """Print every surprise of so many seeds, and return the exit status."""
    found = list(surprises(range(int(arguments[0])), arguments[1:]))
    print("\n".join(found) or f"{arguments[0]} seeds kill every wrong function")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
