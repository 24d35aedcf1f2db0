"""Record Keras's answers to the visible cases, and digests of the course's values.

``python -m autograder.lessons.recording [EXERCISE ...]`` writes ``data/recorded``.
"""

import sys

from autograder.lessons import answers
from byhand import exercises
from byhand.checks import recorded


def main(names=()):
    """Record the named exercises, or all."""
    recorded.main(names)
    present = set(answers.lessons())
    values = {
        e.id: answers.namespace(e.lesson)[e.id]
        for e in exercises.table().values()
        if e.kind in ("value", "choices")
        and e.lesson in present
        and (not names or e.id in names)
    }
    recorded.write_values(values)


if __name__ == "__main__":
    main(sys.argv[1:])
