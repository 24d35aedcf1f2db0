"""Compare the concept test of lesson 00 with that of lesson 08."""

import ast
import json
from pathlib import Path

from byhand.exercises.concept import ConceptTest
from byhand.exercises.start_here import concept_before
from byhand.exercises.train_a_cnn import concept_after

BEFORE = "00_start_here"


def right_answers(answers: object, test: ConceptTest) -> list[str]:
    """Return the keys of the questions that are answered correctly."""
    if not isinstance(answers, dict):
        return []
    return [q.key for q in test.questions if test.is_right(q.key, answers.get(q.key))]


def answers_before(start: str | Path | None = None) -> dict[str, str] | None:
    """Return ``concept_before`` from the learner's notebook next door, or None.

    Only letters in a dictionary are read; nothing of that notebook is run.
    """
    start = Path(start or Path.cwd())
    for folder in (start, *start.parents):
        path = folder / BEFORE / f"{BEFORE}.ipynb"
        if path.is_file():
            return _read(path)
    return None


def _read(path):
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    found = None
    for cell in cells:
        if cell.get("cell_type") == "code":
            found = _assigned("".join(cell["source"])) or found
    return found


def _assigned(code):
    """Return the dictionary that a cell assigns to concept_before, or None."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return None
    found = None
    for node in body:
        names = [getattr(t, "id", None) for t in getattr(node, "targets", [])]
        if "concept_before" in names and isinstance(node.value, ast.Dict):
            found = _letters(node.value)
    return found


def _letters(node):
    pairs = zip(node.keys, node.values, strict=True)
    return {
        key.value: value.value
        for key, value in pairs
        if isinstance(key, ast.Constant)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    }


def table(after: object, before: object = None) -> str:
    """Return lines of text: per question, right before and right after."""
    before = answers_before() if before is None else before
    then = right_answers(before, concept_before.TEST)
    now = right_answers(after, concept_after.TEST)
    questions = concept_after.QUESTIONS
    sign = {True: "right", False: "-"}
    lines = [f"{'':<28}{'before':>8}{'after':>8}"]
    lines += [
        f"{q.key + ' ' + q.topic:<28}"
        f"{sign[q.key in then] if before else '?':>8}{sign[q.key in now]:>8}"
        for q in questions
    ]
    count = len(then) if before else "?"
    lines.append(f"{'right, of ' + str(len(questions)):<28}{count:>8}{len(now):>8}")
    if not before:
        lines.append(
            "? : lesson 00's notebook isn't next door, or holds no answers yet"
        )
    return "\n".join(lines)
