"""Pictures of students' own cells, for feedback and for marking by hand.

A verdict's run draws nothing. On demand a submission runs once more, in the same
sandbox with all packages in it, and what it draws is put into the graded notebook. No
grade depends on it, and nothing but pictures comes out.
"""

from __future__ import annotations

import base64
import contextlib
import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograder.course import Course
from autograder.errors import (
    CellTimeoutError,
    FileChangedError,
    GraderError,
    SessionLostError,
    StudentError,
    SubmissionError,
)
from autograder.lessons.markers import DEMONSTRATION, TESTS
from autograder.run import submissions
from autograder.run.journal import SAVED, Journal, Key
from autograder.run.pool import Task, opened
from autograder.run.versions import checks_version
from autograder.sandbox import levels
from autograder.sandbox.client import Sandbox, Session
from autograder.sandbox.process_limits import Limits, limits_of
from autograder.verdict import graded_notebook
from autograder.verdict.cells import GradedLesson, Node, SubmittedCell, read_lesson
from autograder.verdict.keras_answers import Asker, Keras, StudentsQuestions
from autograder.verdict.proxies import Given
from autograder.verdict.rebuild import Step, rebuild
from autograder.worker.drawing import MAX_BYTES, MAX_CAPTION, MAX_PICTURES, PNG

Picture = tuple[bytes, str]  # a PNG, and its caption
Progress = Callable[[Iterable["_Redrawing"], int], Iterable["_Redrawing"]]
MOST_PICTURES = 200  # of one submission
MOST_BYTES = 24 << 20
MOST_POINTS = 16_000_000  # of one picture, as a browser unpacks it
MARK = "byhand_shown"  # in an output's metadata: it came from this pass
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def show(
    course: Course,
    students: Sequence[str] = (),
    lessons: Sequence[str] = (),
    progress: Progress = lambda done, total: done,
    trust: bool = False,
) -> dict[tuple[str, str], int | str]:
    """Run graded submissions again and put their pictures into the graded notebooks.

    Parameters
    ----------
    course : autograder.course.Course
    students, lessons : names, none for all
    trust : bool, whether to run without any sandbox where there is none

    Returns
    -------
    shown : dict of (student, lesson) to the number of pictures, or to a sentence that
        says why it was left out
    """
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(Journal(course.grading))
        keys = [
            key
            for key in (e.key for e in journal.entries() if e.state == SAVED)
            if (not students or key.student in students)
            and (not lessons or key.lesson in lessons)
        ]
        if not keys:
            return {}
        level, _ = levels.strongest(trust)
        keras = Keras(course.grading / "keras", checks_version())
        stack.callback(keras.stop)
        sandbox = stack.enter_context(contextlib.closing(Sandbox(level, use="show")))
        asker = Asker(keras.start())
        runs = (_Redrawing(course, key, sandbox, asker) for key in keys)
        return {
            (run.key.student, run.key.lesson): run.shown()
            for run in progress(runs, len(keys))
        }


def reopened(
    course: Course, key: Key, sandbox: Sandbox, limits: Limits
) -> tuple[GradedLesson, list[SubmittedCell], Session]:
    """Return (lesson, cells, session) of the very bytes that were graded."""
    folder = course.submitted / key.student / key.lesson
    submission = submissions.Submission(key.student, key.lesson, folder)
    paths = submissions.candidates(submission)
    if not paths:
        raise SubmissionError("There is no notebook in the folder.")
    root, seed = course.submitted, key.seed
    task = Task.of(course, key.lesson, paths[0], key.sha, root=root, seed=seed)
    cells, session = opened(sandbox, task, limits)
    lesson = read_lesson(key.lesson, task.source, task.released)
    return lesson, cells, session or sandbox.session(limits, key.seed)


class _Redrawing:
    """One submission, run for its pictures."""

    def __init__(
        self, course: Course, key: Key, sandbox: Sandbox, asker: Asker
    ) -> None:
        self.course, self.key = course, key
        self.sandbox = sandbox
        self.limits = limits_of(key.lesson)
        ask = StudentsQuestions(asker, self.limits.total_seconds)
        self.given = Given(self.limits, ask)

    def shown(self) -> int | str:
        """Put its pictures into the graded notebook; return how many, or why none."""
        try:
            lesson, cells, session = reopened(
                self.course, self.key, self.sandbox, self.limits
            )
        except FileChangedError:
            return "It changed since it was graded: grade first."
        except (SubmissionError, GraderError) as error:
            return str(error)
        steps = rebuild(lesson, cells)
        with contextlib.closing(session):
            session.serving = {"given": self.given}
            found = self._pictures(session, steps)
        return self._put(steps, found)

    def _pictures(
        self, session: Session, steps: Sequence[Step]
    ) -> dict[int, list[Picture]]:
        """Return {number of a step: its pictures}; a lost process ends it."""
        found: dict[int, list[Picture]] = {}
        seconds = self.limits.cell_seconds
        for number, step in enumerate(steps):
            draws = step.runs or step.kind == DEMONSTRATION
            if not draws or step.kind == TESTS or step.cell_type != "code":
                continue
            try:
                said = session.ask("show", step.source, seconds, seconds=seconds)
            except (StudentError, CellTimeoutError):
                continue
            except SessionLostError:
                break
            found[number] = _believed(said)
            drawn = [png for pictures in found.values() for png, _ in pictures]
            if len(drawn) > MOST_PICTURES or sum(map(len, drawn)) > MOST_BYTES:
                del found[number]
                break
        return found

    def _put(
        self, steps: Sequence[Step], found: Mapping[int, Sequence[Picture]]
    ) -> int | str:
        """Write the pictures below the cells that drew them."""
        path = self.course.graded(self.key.student, self.key.lesson)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if [c["source"] for c in notebook["cells"]] != [s.source for s in steps]:
            return "Its graded notebook is of another version: grade it again."
        for number, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] == "code":
                others = [o for o in cell["outputs"] if not _is_ours(o)]
                pictures = [_output(*each) for each in found.get(number, ())]
                cell["outputs"] = others + pictures
        graded_notebook.write_whole(path, graded_notebook.as_text(notebook))
        return sum(map(len, found.values()))


def _believed(said: Any) -> list[Picture]:
    """Return the pairs of what a process says that are pictures in form."""
    pairs = said[:MAX_PICTURES] if type(said) is list else ()
    return [
        (png, caption[:MAX_CAPTION])
        for png, caption in (p for p in pairs if type(p) is tuple and len(p) == 2)
        if type(png) is bytes
        and type(caption) is str
        and len(png) <= MAX_BYTES
        and png.startswith(_SIGNATURE)
        and _points(png) <= MOST_POINTS
    ]


def _points(png: bytes) -> int:
    """Return the points of a picture, from its head."""
    width, height = struct.unpack(">II", png[16:24].ljust(8, b"\xff"))
    return int(width * height)


def _is_ours(output: Node) -> bool:
    return bool(output.get("metadata", {}).get(MARK))


def _output(png: bytes, caption: str) -> Node:
    alt = caption or "A picture that this cell drew."
    return {
        "output_type": "display_data",
        "metadata": {MARK: True, PNG: {"alt": alt}},
        "data": {
            PNG: base64.b64encode(png).decode("ascii"),
            "text/plain": caption,
        },
    }
