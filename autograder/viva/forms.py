"""The questions as pages to print, the teacher's keys, and a quiz for Moodle."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.pages.templating import templates
from autograder.viva.questions import Asked, Question

LETTERS = "ABCDEFGH"


def write(asked: Sequence[Asked], lesson: str, into: Path) -> list[Path]:
    """Write questions, keys and the quiz into a folder; return their paths."""
    into.mkdir(parents=True, exist_ok=True)
    page = templates().get_template("viva/templates/viva.html")
    told = {"asked": asked, "lesson": lesson, "letters": LETTERS}
    texts = {
        "questions.html": page.render(keys=False, **told),
        "keys.html": page.render(keys=True, **told),
        "moodle.gift": gift(asked, lesson),
    }
    for name, text in texts.items():
        (into / name).write_text(text, encoding="utf-8")
    return [into / name for name in texts]


def gift(asked: Sequence[Asked], lesson: str) -> str:
    """Return the questions in Moodle's GIFT format, a category for each student.

    Source: the documentation of Moodle, *GIFT format*.
    """
    lines = []
    for each in asked:
        if each.questions:
            lines.append(f"$CATEGORY: {_plain(lesson)}/{_plain(each.student)}\n")
        for number, question in enumerate(each.questions, 1):
            lines += [
                f"::{number}. {question.exercise}::{_escaped(_text(question))} {{"
            ]
            right = 100 / sum(question.same)
            wrong = 100 / (len(question.same) - sum(question.same))
            for call, same in zip(question.calls, question.same, strict=True):
                share = f"%{right:.5g}%" if same else f"%-{wrong:.5g}%"
                lines.append(f"  ~{share}{_escaped(call)}")
            lines.append("}\n")
    return "\n".join(lines)


def _text(question: Question) -> str:
    return (
        f"In your function {question.exercise}, line {question.line} reads: "
        f"{question.code}  Suppose it read: {question.changed}  "
        "Which of these calls still give the same result?"
    )


def _escaped(text: str) -> str:
    """Return text as GIFT has it; Moodle takes it for HTML."""
    text = html.escape(text, quote=False)
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)


def _plain(text: str) -> str:
    """Return a name of a category: a slash would begin another one."""
    return re.sub(r"[/\s$]+", "_", text)
