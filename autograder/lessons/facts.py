"""What a lesson's source states about its exercises, each fact in one place.

Points stand on the marker of the test cell, the signature in the ``def`` line of the
answer, the length of ours in the solution. Minutes and title stand in a template:

    ### {{exercise conv1d minutes=8 title="Slide a kernel over a signal"}}

becomes the heading of an exercise, and gives it the next number. Three other words
start a cell and leave nothing in the notebook: ``{{question ...}}`` for a prediction
that goes with the next exercise, ``{{warm-up ...}}``, and ``{{section ...}}`` for one
without a heading that has a number of its own.

A prediction's template may say more: ``worked="9 - 3 + 1 = 7"`` is the line with
which a report gives the answer, and makes every answer of the right form count; where
the answer is a dict, it holds "key: answer, why" for each key, with | between them;
``options="bent X|clean X"`` are the names to choose from.
"""

import ast
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from autograder.lessons.markers import ANSWER, SOLUTION, TESTS, WRONG_ANSWERS
from autograder.lessons.source import Cell, Lesson
from byhand import predictions
from byhand.exercises import has_file

TEMPLATE = re.compile(r"\{\{\s*(?P<word>[\w-]+)(?P<rest>[^{}]*)\}\}\n?")
HEADING, QUESTION, WARM_UP, SECTION = "exercise", "question", "warm-up", "section"
WORDS = (HEADING, QUESTION, WARM_UP, SECTION)
SETTINGS = {
    "minutes": int,
    "title": str,
    "lines": int,
    "decimals": int,
    "worked": str,
    "options": str,
}


@dataclass(frozen=True)
class Template:
    """A template: its word, the exercise's id, its settings, and where it stands.

    ``unread`` is a sentence where the settings couldn't be read.
    """

    word: str
    exercise: str
    settings: dict
    line: int
    starts_cell: bool
    unread: str = ""

    def problems(self) -> Iterator[str]:
        """Yield a sentence for everything that is wrong with the template."""
        if self.word not in WORDS:
            yield f"unknown template {self.word!r}; known: {', '.join(WORDS)}"
        elif self.unread:
            yield self.unread
        elif missing := {"minutes", "title"} - self.settings.keys():
            yield f"the template of {self.exercise!r} needs {' and '.join(missing)}"
        elif self.word != HEADING and not self.starts_cell:
            yield f"a {self.word} template stands at the start of its cell"


@dataclass(frozen=True)
class Facts:
    """What a lesson's source states about one exercise; see `byhand.exercises`."""

    lesson: str
    number: str
    title: str
    kind: str
    signature: str
    points: float
    minutes: int
    lines: int
    counted: bool
    decimals: int
    worked: str = ""
    options: str = ""

    def heading(self, name: str) -> str:
        """Return what a heading says about the exercise."""
        ours = f", ours is {_counted(self.lines, 'line')}" if self.lines else ""
        points = _counted(self.points, "point")
        return (
            f"Exercise {self.number}: `{name}` ({self.minutes} minutes, {points}{ours})"
        )


def _counted(count: float, what: str) -> str:
    return f"{count:g} {what}" + ("" if count == 1 else "s")


def templates(lesson: Lesson) -> Iterator[Template]:
    """Yield the templates of a lesson, wrong ones included."""
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            for match in TEMPLATE.finditer(cell.text):
                yield _read_template(match, cell)


def _read_template(match: re.Match, cell: Cell) -> Template:
    name, settings, unread = "", {}, ""
    try:
        name, *rest = shlex.split(match["rest"])
        settings = {k: SETTINGS[k](v) for k, v in (word.split("=", 1) for word in rest)}
    except KeyError as error:
        unread = f"unknown in a template: {error.args[0]}; known: {', '.join(SETTINGS)}"
    except ValueError as error:
        unread = f"a template can't be read: {error}"
    line = cell.line + 1 + cell.text.count("\n", 0, match.start())
    starts_cell = not TEMPLATE.sub("", cell.text[: match.start()]).strip()
    return Template(match["word"], name, settings, line, starts_cell, unread)


def read_facts(lesson: Lesson) -> dict[str, Facts]:
    """Return {exercise: facts} in the order of the test cells.

    The lesson keeps to the rules; see `rules`.
    """
    told = {t.exercise: t for t in templates(lesson)}
    numbers = _numbers(lesson, told.values())
    return {
        cell.exercise: _facts(lesson, cell, told[cell.exercise], numbers)
        for cell in lesson.cells
        if cell.kind == TESTS and cell.exercise
    }


def _numbers(lesson: Lesson, told: Iterable[Template]) -> dict[str, str]:
    """Return {exercise: number}, counted along the lesson.

    A question has the number of the next exercise, or of the last one.
    """
    told = list(told)
    total = sum(t.word == HEADING for t in told)
    headings, place, numbers = 0, 0, {}
    for t in told:
        headings += t.word == HEADING
        place += t.word in (HEADING, SECTION)
        follows = t.word == QUESTION and headings < total
        at = 0 if t.word == WARM_UP else place + follows
        numbers[t.exercise] = f"{int(lesson.name[:2])}.{at}"
    return numbers


def _facts(
    lesson: Lesson, test: Cell, template: Template, numbers: dict[str, str]
) -> Facts:
    name = template.exercise
    answer = answer_of(lesson, name)
    counted = template.word == HEADING
    settings = template.settings
    return Facts(
        lesson=lesson.name,
        number=numbers[name],
        title=settings["title"],
        kind=_kind(answer, name),
        signature=signature(answer, name),
        points=test.points or 0,
        minutes=settings["minutes"],
        lines=settings.get("lines", ours(answer) if counted else 0),
        counted=counted,
        decimals=settings.get("decimals", 6),
        worked=predictions.seal(" ".join(settings.get("worked", "").split())),
        options=" ".join(settings.get("options", "").split()),
    )


def answer_of(lesson: Lesson, name: str) -> Cell:
    """Return the last answer cell that defines a name."""
    return [c for c in lesson.cells if c.kind == ANSWER and name in c.defined][-1]


def _kind(answer: Cell, name: str) -> str:
    if name in answer.callables:
        return "function"
    return "choices" if isinstance(_value(answer, name), ast.Dict) else "value"


def _value(answer: Cell, name: str) -> ast.expr | None:
    """Return the expression that an answer cell assigns last to a name."""
    found = None
    for node in ast.parse(answer.text).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name
            for target in node.targets
        ):
            found = node.value
    return found


def signature(answer: Cell, name: str) -> str:
    """Return a function's name and parameters as they are written, "" for a value."""
    for node in ast.parse(answer.text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = node.body[0].lineno
            head = "\n".join(answer.lines[node.lineno - 1 : first])
            found = re.match(rf"def\s+({name}\(.*?\))\s*(->.*?)?:\s*$", head, _DEF)
            return re.sub(r"\(\s+|,?\s+\)|\s+", _squeeze, found[1] if found else "")
    return ""


_DEF = re.DOTALL | re.MULTILINE


def _squeeze(match: re.Match) -> str:
    return next((edge for edge in "()" if edge in match[0]), " ")


def ours(answer: Cell) -> int:
    """Return how many lines of code our solution has."""
    code = "\n".join(answer.inside(SOLUTION)).split("\n")
    return sum(bool(line.strip()) and line.strip()[0] != "#" for line in code)


def expand(text: str, facts: dict[str, Facts]) -> str:
    """Return markdown with headings in place of templates, and without the others."""

    def instead(match: re.Match) -> str:
        if match["word"] != HEADING:
            return ""
        name = shlex.split(match["rest"])[0]
        return facts[name].heading(name) + ("\n" if match[0].endswith("\n") else "")

    return TEMPLATE.sub(instead, text)


def shown(cell: Cell, facts: dict[str, Facts]) -> str:
    """Return what a cell of the source shows in the instructor's notebook."""
    if cell.cell_type == "markdown":
        return expand(cell.text, facts)
    return cell.without(WRONG_ANSWERS)


def wrong_answers(lesson: Lesson, scope: dict) -> dict[str, dict]:
    """Return {exercise: {misconception: wrong answer}} of the lesson's predictions.

    ``scope`` is what the lesson's cells define.
    """
    found = {}
    for cell in lesson.cells:
        for code in cell.inside(WRONG_ANSWERS):
            name = next(n for n in cell.defined if n in read_ids(lesson))
            found[name] = eval(code.strip(), dict(scope))
    return found


def read_ids(lesson: Lesson) -> set[str]:
    """Return the exercises that a lesson's test cells check."""
    tests = (cell for cell in lesson.cells if cell.kind == TESTS)
    return {cell.exercise for cell in tests if cell.exercise}


def as_table(lessons: Iterable[Lesson]) -> bytes:
    """Return ``byhand/exercises/table.json``: all facts of all lessons.

    What has a file of its own says there of which kind it is.
    """
    rows = []
    for lesson in lessons:
        for name, facts in read_facts(lesson).items():
            about = asdict(facts)
            if has_file(lesson.name, name):
                del about["kind"]
            rows.append(f"{json.dumps(name)}: {json.dumps(about, ensure_ascii=False)}")
    return ("{\n" + ",\n".join(rows) + "\n}\n").encode()
