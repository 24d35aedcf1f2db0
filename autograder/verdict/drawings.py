"""Pictures of students' own cells, for feedback and for marking by hand.

A verdict's run draws nothing. On demand a submission runs once more, in the same
sandbox with all packages in it, and what it draws is put into the graded notebook. No
grade depends on it, and nothing but pictures comes out.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograder.course import Course
from autograder.errors import (
    CellTimeoutError,
    GraderError,
    SessionLostError,
    StudentError,
    SubmissionError,
)
from autograder.lessons.markers import DEMONSTRATION, TESTS
from autograder.run.journal import Entry
from autograder.sandbox.client import Session
from autograder.verdict import graded_notebook
from autograder.verdict.cells import Node
from autograder.verdict.rebuild import Step
from autograder.verdict.rerun import Rerun, graded, rerunning
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
    entries = [
        entry
        for entry in graded(course)
        if (not students or entry.key.student in students)
        and (not lessons or entry.key.lesson in lessons)
    ]
    if not entries:
        return {}
    with rerunning(course, "show", trust) as rerun:
        runs = (_Redrawing(rerun, entry) for entry in entries)
        return {
            (run.key.student, run.key.lesson): run.shown()
            for run in progress(runs, len(entries))
        }


class _Redrawing:
    """One submission, run for its pictures."""

    def __init__(self, rerun: Rerun, entry: Entry) -> None:
        self.rerun, self.entry, self.key = rerun, entry, entry.key

    def shown(self) -> int | str:
        """Put its pictures into the graded notebook; return how many, or why none."""
        try:
            opened = self.rerun.opened(self.entry)
            with opened.session() as session:
                seconds = opened.limits.cell_seconds
                found = self._pictures(session, opened.steps, seconds)
        except (SubmissionError, GraderError) as error:
            return str(error)
        return self._put(opened.steps, found)

    def _pictures(
        self, session: Session, steps: Sequence[Step], seconds: float
    ) -> dict[int, list[Picture]]:
        """Return {number of a step: its pictures}; a lost process ends it."""
        found: dict[int, list[Picture]] = {}
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
        path = self.rerun.course.graded(self.key.student, self.key.lesson)
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
