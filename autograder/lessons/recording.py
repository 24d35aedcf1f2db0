"""Record Keras's answers to the visible cases, and digests of the course's values.

``python -m autograder.lessons.recording [EXERCISE ...]`` writes ``data/recorded``.
Without names, what the lessons' own cells ask Keras is recorded as well.
"""

import sys
from collections.abc import Sequence

from autograder import paths
from autograder.lessons import answers, asking
from autograder.lessons.building import read_lessons
from autograder.lessons.facts import wrong_answers
from byhand import exercises
from byhand.checks import recorded


def main(names: Sequence[str] = ()) -> None:
    """Record the named exercises, or all; a name that isn't known is refused."""
    for name in names:
        exercises.get(name)
    recorded.main(names)
    recorded.write_values(values(names))
    if not names:
        asking.main()


def values(names: Sequence[str] = ()) -> dict[str, tuple]:
    """Return {exercise: (answer, {misconception: wrong answer})} of values."""
    found = {}
    lessons = {exercises.get(name).lesson for name in names}
    for lesson in read_lessons(paths.lesson_sources()):
        if names and lesson.name not in lessons:
            continue
        scope = answers.namespace(lesson.name)
        wrong = wrong_answers(lesson, scope)
        for e in exercises.table().values():
            mine = e.lesson == lesson.name and e.kind in ("value", "choices")
            if mine and (not names or e.id in names):
                found[e.id] = scope[e.id], wrong.get(e.id, {})
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
