"""The ten questions that open the course in lesson 00 and close it in lesson 08.

The first time, every question that is answered counts, right or wrong, and nothing is
revealed: the answers show what the course has to change. The second time they are
graded, on the same ten topics and with other numbers, which no lesson gives away. The
key of the second time stands in the answers of lesson 08; here and beside
``concept_after`` are salted digests only.
"""

import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from byhand.exercises.declaring import Finding

LETTERS = "abcde"
WIDTH = 84  # of a line of markdown in a lesson's source
DONT_KNOW = "I don't know yet."


class Question(NamedTuple):
    """A question with four options, its topic, and the lessons that treat it."""

    key: str
    topic: str
    lessons: str
    text: str
    options: tuple


class ConceptTest(NamedTuple):
    """Ten questions, and the salted digest of each right answer."""

    name: str
    questions: Sequence[Question]
    digests: Mapping[str, str]

    def digest(self, key: str, letter: str) -> str:
        """Return the salted digest of one answer."""
        text = f"convolution by hand, {self.name}, {key}: {letter}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_right(self, key: str, answer: object) -> bool:
        """Return whether an answer is the right one."""
        letter = letter_of(answer)
        return letter is not None and self.digest(key, letter) == self.digests[key]

    def unanswered(self, answers: object) -> Finding | None:
        """Return the Finding on a test that isn't filled in, or None."""
        if not isinstance(answers, dict):
            line = ("type", 'wanted a dict such as {"q1": "a", "q2": "e", ...}')
            return Finding(0.0, (line,))
        letters = {q.key: letter_of(answers.get(q.key)) for q in self.questions}
        empty = [k for k in letters if _is_empty(answers.get(k))]
        if empty:
            line = ("waits", f"no answer yet to {', '.join(empty)}")
            return Finding(0.0, (line,), case="waiting")
        strange = [k for k, letter in letters.items() if letter is None]
        if strange:
            line = ("letters", f"answer a, b, c, d or e to {', '.join(strange)}")
            return Finding(0.0, (line,))
        return None


def letter_of(answer: object) -> str | None:
    """Return an answer as one of the letters, or None when it is none."""
    text = answer.strip().lower().rstrip(".)") if isinstance(answer, str) else ""
    return text if len(text) == 1 and text in LETTERS else None


def as_markdown(question: Question) -> str:
    """Return a question as lessons 00 and 08 print it; a test compares."""
    number = question.key.removeprefix("q")
    lines = [*textwrap.wrap(f"**{number}.** {question.text}", WIDTH), ""]
    options = (*question.options, DONT_KNOW)
    lines += [f"- **{k}** {o}" for k, o in zip(LETTERS, options, strict=True)]
    return "\n".join(lines)


def _is_empty(answer: object) -> bool:
    return (
        answer is None
        or answer is ...
        or (isinstance(answer, str) and not answer.strip())
    )
