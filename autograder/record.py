"""Record Keras's answers to the visible cases, and digests of the course's values.

``python -m autograder.record [EXERCISE ...]`` writes ``data/recorded``.
"""

import sys

from autograder import answers
from byhand import exercises, recorded


def main(names=()):
    """Record the named exercises, or all."""
    recorded.main(names)
    kinds = ("value", "choices")
    values = {
        name: answer
        for name, answer in answers.every().items()
        if exercises.get(name).kind in kinds and (not names or name in names)
    }
    recorded.write_values(values)


if __name__ == "__main__":
    main(sys.argv[1:])
