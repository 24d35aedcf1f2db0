"""Judge one file, and say what came of it in a form that other platforms read."""

from __future__ import annotations

import contextlib
import json
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.errors import NoSandboxError, ProblemError
from autograder.lessons.markers import MANUAL, TESTS
from autograder.run import submissions
from autograder.run.journal import Journal
from autograder.run.pool import Answer, Judge, Task
from autograder.sandbox import levels
from autograder.sandbox.client import Sandbox
from autograder.sandbox.process_limits import DEFAULT
from autograder.verdict.cells import Node

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Part:
    """One test cell, or a written answer: what it is called, earned, and said.

    ``earned`` is None where a person gives the points, ``written`` says whether the
    answer is one in words; an empty one has earned 0.
    """

    name: str
    most: float
    earned: float | None
    said: str
    written: bool = False


@dataclass(frozen=True)
class Judged:
    """What became of the file: its parts, or the sentence that says why there are none.

    ``level`` is the sandbox's.
    """

    lesson: str
    parts: tuple[Part, ...]
    level: int
    problem: str = ""

    @property
    def earned(self) -> float:
        """The points that need no person."""
        return sum(part.earned or 0.0 for part in self.parts)

    @property
    def most(self) -> float:
        """The points of all that needs no person."""
        return sum(part.most for part in self.parts if part.earned is not None)

    @property
    def waiting(self) -> list[str]:
        """The names of what a person has to read."""
        return [part.name for part in self.parts if part.earned is None]


def judge(
    course: Course,
    file: Path,
    lesson: str,
    *,
    seed: int | None = None,
    trust: bool = False,
) -> Judged:
    """Judge a file as ``make grade`` would, and keep nothing of it.

    Parameters
    ----------
    file : a notebook, or a folder that holds one
    lesson : its name
    seed : of the hidden cases; None takes the one that the course grades with
    trust : whether to run without any sandbox where there is none

    Raises
    ------
    ProblemError
        When the file isn't there, or no sandbox is, or the grader failed.
    """
    if file.is_dir():
        found = sorted(file.glob("*.ipynb"))
        if len(found) != 1:
            names = ", ".join(path.name for path in found) or "none"
            why = f"Hand in one notebook, {lesson}.ipynb. There is {names}."
            return Judged(lesson, (), 0, why)
        file = found[0]
    if not file.is_file():
        raise ProblemError(f"There is no file {file}.")
    course.grading.mkdir(exist_ok=True)
    if seed is None:
        with Journal(course.grading) as journal:
            seed = journal.seed_of(lesson, None)
    try:
        level, _ = levels.strongest(trust, alone=True)
    except NoSandboxError as error:
        raise ProblemError(str(error)) from None
    answer = _answer(course, file.resolve(), lesson, seed, level)
    if answer.kind == "error":
        raise ProblemError(f"The grader failed: {answer.why}")
    if answer.verdict is None:
        return Judged(lesson, (), level, answer.why)
    notebook = json.loads(answer.verdict.notebook)
    outputs = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): cell.get("outputs", [])
        for cell in notebook["cells"]
    }
    parts = tuple(
        Part(
            _title(course, cell.grade_id, [d.exercise for d in cell.diagnoses]),
            cell.max_score,
            cell.auto_score,
            _said(outputs[cell.grade_id]),
            cell.kind == MANUAL,
        )
        for cell in answer.verdict.cells
        if cell.max_score is not None and cell.kind in (TESTS, MANUAL)
    )
    return Judged(lesson, parts, level)


def _answer(course: Course, file: Path, lesson: str, seed: int, level: int) -> Answer:
    service = course.checks.service(course.grading / "keras")
    with contextlib.ExitStack() as stack:
        stack.callback(service.stop)
        sandbox = stack.enter_context(contextlib.closing(Sandbox(level)))
        opened = submissions.open_notebook(file, file.parent, DEFAULT)
        try:
            sha = submissions.digest(opened)
        finally:
            os.close(opened)
        task = Task.of(course, lesson, file, sha, root=file.parent, seed=seed)
        return Judge(sandbox, course.checks.benches(service.start())).answer(task)


def _title(course: Course, grade_id: str, named: list[str]) -> str:
    """Return "2.2 Slide a kernel over a signal" of a check's cell, else its id."""
    known = course.checks.exercises()
    found = next((known[name] for name in named if name in known), None)
    return f"{found.number} {found.title}" if found else grade_id


def _said(outputs: list[Node]) -> str:
    """Return the reports and errors below a cell as text."""
    said = []
    for output in outputs:
        kind, data = output["output_type"], output.get("data", {})
        if kind == "display_data" and "text/plain" in data:
            said.append("".join(data["text/plain"]))
        elif kind == "error":
            said.append(f"{output['ename']}: {output['evalue']}")
    return "\n\n".join(said)


def lesson_of(course: Course, file: Path, named: str | None) -> str:
    """Return the lesson whose name begins so, or with which the file's name begins."""
    begins = named or file.stem
    lessons = course.lessons()
    found = [name for name in lessons if name.startswith(begins)] if begins else []
    if not named:
        found = [name for name in lessons if file.stem.startswith(name)]
    if len(found) != 1:
        known = ", ".join(lessons)
        raise ProblemError(
            f"Which lesson is {file.name}? Say it with --lesson; there are: {known}."
        )
    return found[0]


def as_text(judged: Judged) -> str:
    """Return a line for each part, and the sum."""
    lines = [judged.problem] if judged.problem else []
    for part in judged.parts:
        points = "a person" if part.earned is None else f"{part.earned:g}"
        lines.append(f"{points:>8} of {part.most:<4g} {part.name}")
    lines.append(f"{judged.earned:>8g} of {judged.most:<4g} {judged.lesson}")
    return "\n".join(lines) + "\n"


def as_json(judged: Judged) -> str:
    """Return all of it as one JSON object; ``earned`` null waits for a person."""
    told = {
        "lesson": judged.lesson,
        "earned": judged.earned,
        "most": judged.most,
        "waiting": judged.waiting,
        "problem": judged.problem,
        "sandbox": judged.level,
        "parts": [vars(part) for part in judged.parts],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_gradescope(judged: Judged) -> str:
    """Return what Gradescope reads from ``results.json``.

    Source: Gradescope's autograder specifications. A part that waits for a person has
    no points there; a teacher gives them on Gradescope.
    """
    told: dict[str, Any] = {
        "output": judged.problem or _waiting_line(judged),
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": part.name,
                "score": part.earned,
                "max_score": part.most,
                "output": part.said,
                "status": "passed" if part.earned == part.most else "failed",
                "visibility": "visible",
            }
            for part in judged.parts
            if part.earned is not None
        ],
    }
    if judged.problem:
        told["score"] = 0.0
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _waiting_line(judged: Judged) -> str:
    names = ", ".join(judged.waiting)
    return f"A teacher reads and marks: {names}." if names else ""


def as_junit(judged: Judged) -> str:
    """Return the XML of JUnit that GitHub, GitLab and others show as test results."""
    failures = sum(p.earned is not None and p.earned < p.most for p in judged.parts)
    counts = {
        "tests": str(len(judged.parts) or 1),
        "failures": str(failures),
        "errors": "1" if judged.problem else "0",
        "skipped": str(len(judged.waiting)),
    }
    suite = ET.Element("testsuite", {"name": judged.lesson, **counts})
    if judged.problem:
        case = ET.SubElement(suite, "testcase", {"name": judged.lesson})
        ET.SubElement(case, "error", {"message": judged.problem})
    for part in judged.parts:
        names = {"name": part.name, "classname": judged.lesson}
        case = ET.SubElement(suite, "testcase", names)
        if part.earned is None:
            ET.SubElement(case, "skipped", {"message": "a teacher marks it"})
        elif part.earned < part.most:
            points = f"{part.earned:g} of {part.most:g} points"
            ET.SubElement(case, "failure", {"message": points}).text = part.said
    text = ET.tostring(suite, encoding="unicode", xml_declaration=True)
    return _NOT_XML.sub("\ufffd", text) + "\n"


FORMS = {
    "text": as_text,
    "json": as_json,
    "gradescope": as_gradescope,
    "junit": as_junit,
}
