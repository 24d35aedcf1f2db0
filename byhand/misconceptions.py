"""The mistakes that the checks know, in words: likely causes and hints.

The words stand in ``byhand/sentences``: ``shared.toml`` and a file for each lesson,
which may give a shared mistake the words that fit its operation. A file is read when a
report needs it. What a mistake computes stands with the exercises (``slips``), since
the same one shows in many operations.
"""

import functools
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

SENTENCES = Path(__file__).parent / "sentences"
SHARED = "shared"


class Misconception(NamedTuple):
    """A mistake with a name, the sentence of a report, and three hints."""

    name: str
    likely: str
    look: str
    where: str
    how: str

    @property
    def hints(self) -> tuple[str, str, str]:
        """Return the three hints, the weakest first."""
        return (self.look, self.where, self.how)


class SentencesError(ValueError):
    """A file of sentences is wrong; the message says which, and where in it."""


class Sentences(NamedTuple):
    """One file: {name: Misconception}, and {exercise: its three general hints}."""

    mistakes: dict[str, Misconception]
    exercises: dict[str, tuple[str, ...]]


@functools.cache
def read(file: str) -> Sentences:
    """Return the sentences of ``shared`` or of a lesson, such as "02_convolution".

    A lesson without a file has none. `SentencesError` says what is wrong with one.
    """
    path = SENTENCES / f"{file}.toml"
    if not path.exists():
        return Sentences({}, {})
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SentencesError(f"{path.name}: {error}") from None
    unknown = ", ".join(found.keys() - {"mistakes", "exercises"})
    if unknown:
        raise SentencesError(f"{path.name}: unknown table {unknown}")
    mistakes = found.get("mistakes", {}).items()
    hints = found.get("exercises", {}).items()
    return Sentences(
        {name: _mistake(path.name, name, entry) for name, entry in mistakes},
        {name: _hints(path.name, name, entry) for name, entry in hints},
    )


def _mistake(file: str, name: str, entry: Any) -> Misconception:
    where = f"{file}, mistakes, {name!r}"
    wanted = set(Misconception._fields[1:])
    keys = set(entry) if isinstance(entry, dict) else set()
    for key in sorted(wanted ^ keys):
        what = "is missing" if key in wanted else "is unknown"
        raise SentencesError(f"{where}: {key} {what}")
    for key, text in entry.items():
        if not isinstance(text, str) or not text.strip():
            raise SentencesError(f"{where}: {key} is no sentence")
    return Misconception(name, **entry)


def _hints(file: str, name: str, entry: Any) -> tuple[str, ...]:
    right = isinstance(entry, list) and all(isinstance(hint, str) for hint in entry)
    if not right or len(entry) != 3:
        raise SentencesError(f"{file}, exercises, {name}: wanted three hints")
    return tuple(entry)


def find(name: str, lesson: str) -> Misconception:
    """Return a mistake in the words of a lesson, such as "02_convolution".

    Where the lesson has none of its own they are the shared ones, or those of the
    lesson that brought the mistake in.
    """
    from byhand.exercises import LESSONS

    for file in (lesson, SHARED, *LESSONS):
        if name in read(file).mistakes:
            return read(file).mistakes[name]
    raise LookupError(f"{SENTENCES.name} has no words for {name!r}")


def hints(exercise: str, lesson: str) -> tuple[str, ...]:
    """Return the general hints of an exercise, the weakest first, () without any."""
    return read(lesson).exercises.get(exercise, ())


def table() -> dict[str, Misconception]:
    """Return {name: Misconception}: the shared ones, then those of the lessons."""
    from byhand.exercises import LESSONS

    found: dict[str, Misconception] = {}
    for file in (SHARED, *LESSONS):
        found = {**read(file).mistakes, **found}
    return found
