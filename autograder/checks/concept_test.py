"""The concept test before and after the course, question by question."""

import ast
from dataclasses import dataclass

from autograder.report.class_results import ClassData
from byhand.exercises import concept
from byhand.exercises.start_here import concept_before
from byhand.exercises.train_a_cnn import concept_after

BEFORE, AFTER = "concept_before", "concept_after"


@dataclass(frozen=True)
class Question:
    """Shares of right answers; ``both`` counts students who answered twice.

    ``before`` is taken over all who answered then, ``after`` likewise; None where
    nobody did. ``gain`` is over those who answered both times.
    """

    key: str
    topic: str
    lessons: str
    answered_before: int
    before: float | None
    answered_after: int
    after: float | None
    both: int
    gain: float | None


def questions(data: ClassData) -> list[Question]:
    """Return a Question for each of the ten."""
    first, second = _answers(data, BEFORE), _answers(data, AFTER)
    return [_question(q, first, second) for q in concept_after.QUESTIONS]


def _question(question, first, second):
    key = question.key
    before = _right(concept_before.TEST, key, first)
    after = _right(concept_after.TEST, key, second)
    both = before.keys() & after.keys()
    gain = [after[who] - before[who] for who in both]
    return Question(
        key,
        question.topic,
        question.lessons,
        len(before),
        _mean(before.values()),
        len(after),
        _mean(after.values()),
        len(both),
        _mean(gain),
    )


def _right(test, key, answers):
    """Return {student: whether the answer is right} of those who answered."""
    return {who: test.is_right(key, a[key]) for who, a in answers.items() if key in a}


def _mean(values):
    values = list(values)
    return sum(values) / len(values) if values else None


def _answers(data, name):
    """Return {student: {question: letter}} as they were written, never run."""
    found = {}
    for submission in data.submissions:
        if text := submission.answers.get(name):
            letters = _letters(text, name)
            if letters:
                found[submission.student] = letters
    return found


def _letters(text, name):
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    for node in reversed(body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            if any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                return {
                    key.value: value.value
                    for key, value in zip(
                        node.value.keys, node.value.values, strict=True
                    )
                    if isinstance(key, ast.Constant)
                    and isinstance(value, ast.Constant)
                    and concept.letter_of(value.value)
                }
    return {}
