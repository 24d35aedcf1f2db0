"""One submission as a page: what to correct first, then every answer in its place."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from autograder import seam
from autograder.gradebook.rows import GradeRow
from autograder.lessons.markers import HIDDEN_TESTS, without
from autograder.lessons.stub import TEXT_STUB
from autograder.pages.markup import clean, markdown
from autograder.pages.templating import templates

Cell = dict[str, Any]  # as the file of a notebook holds it
OPEN = 3  # exercises whose evidence stands unfolded on top
LONGEST = 6000  # characters of what a cell printed
PICTURES = ("image/png", "image/jpeg")
PASSED, FAILED, UNTOUCHED = "passed", "failed", "untouched"
WAITS, MARKED = "waits", "marked"
WONDER = "wonder"  # a prediction that earned its point and came out otherwise
STATES = {
    PASSED: "right",
    FAILED: "to correct",
    UNTOUCHED: "not begun",
    WAITS: "waits for a mark",
    MARKED: "marked",
    WONDER: "it came out otherwise",
}
_REPORT = re.compile(r'<div class="byhand-report (\w+)"')
_HEADING = re.compile(r"^#+ +(?:Exercise [\d.]+: *)?(.+?)(?: *\(.*\))?$", re.MULTILINE)
_ONLY_CHECKS = re.compile(r"\s*((earned = )?check\(.*\)|earned)?\s*")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Piece:
    """A cell as it is shown: the student's text, where there is any, and its results.

    ``source`` is code; of a cell of text it is empty, and ``results`` hold the text.
    """

    source: str
    results: tuple[Markup, ...]


@dataclass
class Part:
    """One exercise, or one question that a person marks.

    ``points`` is None while a person has to give them; ``evidence`` is what the checks
    say of a wrong answer, ``pieces`` the student's cells.
    """

    name: str
    title: str
    number: str = ""
    is_code: bool = True
    most: float = 0.0
    points: float | None = None
    state: str = ""
    task: Markup = field(default_factory=Markup)
    comment: str = ""
    evidence: list[Markup] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    @property
    def lost(self) -> float:
        """How many of its points are missing."""
        return max(self.most - (self.points or 0.0), 0.0)

    @property
    def told(self) -> str:
        """What became of it, in words."""
        return STATES[self.state]


@dataclass(frozen=True)
class Marks:
    """What the gradebook holds of one submission: {cell: row}, {cell: comment}."""

    grades: dict[str, GradeRow]
    comments: dict[str, str]

    @property
    def penalty(self) -> float:
        """The points taken off for being late."""
        return max((row.penalty or 0.0 for row in self.grades.values()), default=0.0)


class StudentPage:
    """What the template says of one submission."""

    def __init__(
        self, student: str, title: str, parts: list[Part], penalty: float
    ) -> None:
        self.student, self.title = student, title
        self.parts, self.penalty = parts, penalty

    def _with(self, *states: str) -> list[Part]:
        return [part for part in self.parts if part.state in states]

    @property
    def failed(self) -> list[Part]:
        """What to correct: code in the order of the lesson, then predictions."""
        return sorted(self._with(FAILED), key=lambda part: not part.is_code)

    @property
    def wondered(self) -> list[Part]:
        """The predictions that came out otherwise."""
        return self._with(WONDER)

    @property
    def untouched(self) -> list[Part]:
        """What has not been begun."""
        return self._with(UNTOUCHED)

    @property
    def waiting(self) -> float:
        """The points that a person has still to give."""
        return sum(part.most for part in self._with(WAITS))

    @property
    def commented(self) -> list[Part]:
        """The parts that the teacher says something about."""
        return [part for part in self.parts if part.comment]

    @property
    def points(self) -> float:
        """The points so far."""
        given = sum(part.points or 0.0 for part in self.parts)
        return max(given - self.penalty, 0.0)

    @property
    def most(self) -> float:
        """The points of the whole lesson."""
        return sum(part.most for part in self.parts)


def page(
    student: str,
    lesson: str,
    graded: str,
    released: Mapping[str, str],
    marks: Marks,
    checks: seam.Checks | None = None,
) -> str:
    """Return the page of a submission.

    Parameters
    ----------
    student, lesson : their names
    graded : text of the graded notebook
    released : {id of a cell: its text} of the notebook that students got
    marks : of this submission
    checks : the course's own, those that are installed by default
    """
    checks = checks or seam.own()
    known = checks.exercises()
    parts = list(_parts(json.loads(graded)["cells"], released, marks, known))
    heading = heading_of(next(iter(released.values()), ""))
    number = f"{lesson[:2]}: " if lesson[:2].isdigit() else ""
    title = f"{number}{heading or lesson}"
    shown = StudentPage(student, title, parts, marks.penalty)
    template = templates().get_template("feedback/templates/page.html")
    return template.render(page=shown, style=Markup(checks.style), open=OPEN)


def _parts(
    cells: list[Cell],
    released: Mapping[str, str],
    marks: Marks,
    known: Mapping[str, seam.Named],
) -> Iterator[Part]:
    """Yield a Part for each cell with points, and one for what stands before all."""
    task, last = "", Part("start", "Cells of your own", state=PASSED)
    ours = {"", *released.values()}
    before: list[Cell] = []  # answers that no test has followed yet
    loose: list[Piece] = []
    for cell in cells:
        role = cell["metadata"].get("nbgrader", {})
        name, text = role.get("grade_id"), _joined(cell["source"])
        if role.get("task") or (role.get("grade") and role.get("solution")):
            yield last
            theirs = released.get(cell.get("id", ""), "")
            last = _part(name, name, marks, known)
            _written(last, cell, text, theirs, marks)
            task, before = "", []
        elif role.get("grade"):
            yield last
            last = _part(name, name.removeprefix("test_"), marks, known)
            _tested(last, cell, before, ours, marks)
            last.task, last.pieces = Markup(markdown(task)), loose
            before, loose = [], []
        elif role.get("solution"):
            before.append(cell)
            loose.append(Piece(text, tuple(_results(cell))))
        elif cell["cell_type"] == "markdown" and text in ours:
            task = text
        elif text not in ours or _has_picture(cell):
            (loose if before else last.pieces).append(_own(cell, text))
    last.pieces += loose
    yield last


def _own(cell: Cell, text: str) -> Piece:
    if cell["cell_type"] == "code":
        return Piece(text, tuple(_results(cell)))
    return Piece("", (Markup(markdown(text)),))


def _tested(
    part: Part, cell: Cell, answers: list[Cell], ours: set[str], marks: Marks
) -> None:
    """Fill in a Part that ends with a test cell."""
    begun = any(_joined(a["source"]) not in ours for a in answers)
    if part.points is None:
        part.state = WAITS
    elif part.points >= part.most:
        part.state = WONDER if _is_wrong(cell) and not part.is_code else PASSED
    else:
        part.state = FAILED if begun or not answers else UNTOUCHED
    if part.state != UNTOUCHED:
        part.evidence = list(_evidence(cell, part.state))
    names = [a["metadata"]["nbgrader"]["grade_id"] for a in answers]
    comments = [marks.comments[n] for n in names if n in marks.comments]
    part.comment = "\n\n".join(comments)


def _written(part: Part, cell: Cell, text: str, theirs: str, marks: Marks) -> None:
    """Fill in the Part of a question that a person marks."""
    name = part.name
    question, answer = answer_apart(text, theirs)
    part.title = heading_of(question or theirs) or name
    part.is_code = cell["cell_type"] == "code"
    row = marks.grades.get(name)
    if row is not None and row.manual is None and row.auto is not None:
        part.state = UNTOUCHED
    else:
        part.state = WAITS if part.points is None else MARKED
    part.task = Markup(markdown(question))
    part.comment = marks.comments.get(name, "")
    if part.is_code:
        part.pieces = [Piece(answer, tuple(_results(cell)))]
    elif answer:
        part.pieces = [Piece("", (Markup(markdown(answer)),))]


def heading_of(text: str) -> str:
    """Return the first heading of a text, without the number of an exercise."""
    found = _HEADING.search(text)
    return found[1] if found else ""


def answer_apart(text: str, released: str) -> tuple[str, str]:
    """Return (question, answer) of a written cell; ("", all) if it begins otherwise."""
    question = released.strip().removesuffix(TEXT_STUB).rstrip()
    if not text.startswith(question):
        return "", text
    return question, text[len(question) :].strip().removeprefix(TEXT_STUB).strip()


def _part(cell: str, name: str, marks: Marks, known: Mapping[str, seam.Named]) -> Part:
    found, row = known.get(name), marks.grades.get(cell)
    part = Part(name, name)
    if found and row and found.lesson == row.lesson:
        part.title, part.number = found.title, found.number
        part.is_code = found.kind in ("function", "open")
    if row:
        part.most = row.most
        if row.points is not None:
            part.points = row.points + (row.extra or 0.0)
    return part


# --- outputs -----------------------------------------------------------------------


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _has_picture(cell: Cell) -> bool:
    shown = (output.get("data", {}) for output in cell.get("outputs", ()))
    return any(kind in data for data in shown for kind in PICTURES)


def _is_wrong(cell: Cell) -> bool:
    """Tell whether a check says that the answer is wrong, whatever it earns."""
    shown = (_joined(o.get("data", {}).get("text/html", "")) for o in cell["outputs"])
    reports = [report[1] for text in shown if (report := _REPORT.search(text))]
    return FAILED in reports


def _evidence(cell: Cell, state: str) -> Iterator[Markup]:
    """Yield what a test cell says: of our reports the first that tells something.

    The number in the end is for nbgrader. A teacher's own tests stand above what they
    say, without the hidden ones.
    """
    source = without(_joined(cell["source"]), HIDDEN_TESTS)
    if state == FAILED and not all(map(_ONLY_CHECKS.fullmatch, source.split("\n"))):
        yield Markup("<pre>{}</pre>").format(source.strip())
    told = False
    for output in cell.get("outputs", ()):
        if output["output_type"] == "execute_result":
            continue
        report = _REPORT.search(_joined(output.get("data", {}).get("text/html", "")))
        if report and (told or (report[1] == PASSED) != (state == PASSED)):
            continue
        told |= bool(report)
        yield from _result(output)


def _results(cell: Cell) -> Iterator[Markup]:
    for output in cell.get("outputs", ()):
        yield from _result(output)


def _result(output: Cell) -> Iterator[Markup]:
    """Yield an output: a picture, cleaned markup, or text."""
    if output["output_type"] == "stream":
        yield _text(_joined(output["text"]))
    elif output["output_type"] == "error":
        said = output["traceback"] or [f"{output['ename']}: {output['evalue']}"]
        yield _text("\n".join(said))
    else:
        data = {
            kind: _joined(said)
            for kind, said in output.get("data", {}).items()
            if isinstance(said, str | list)
        }
        picture = next((kind for kind in PICTURES if kind in data), None)
        if picture:
            alt = output.get("metadata", {}).get(picture, {}).get("alt")
            yield from _picture(picture, data, str(alt or ""))
        elif "text/html" in data:
            yield Markup(clean(data["text/html"]))
        elif text := data.get("text/plain") or data.get("text/latex"):
            yield _text(text)


def _text(text: str) -> Markup:
    text = _COLOURS.sub("", text)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n… and {len(text) - LONGEST} characters more"
    return Markup("<pre>{}</pre>").format(text)


def _picture(kind: str, data: Mapping[str, str], alt: str) -> Iterator[Markup]:
    try:
        picture = base64.b64encode(base64.b64decode(data[kind])).decode()
    except binascii.Error:
        return
    caption = data.get("text/plain", "")
    yield Markup('<figure><img src="data:{};base64,{}" alt="{}">{}</figure>').format(
        *(kind, picture, alt or caption),
        Markup("<figcaption>{}</figcaption>").format(caption) if caption else "",
    )
