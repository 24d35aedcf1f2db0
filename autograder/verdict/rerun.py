"""Run graded submissions once more, in the sandbox: the very bytes that were graded.

No grade depends on it. Pictures for feedback and questions on students' own code are
made so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course import Course
from autograder.errors import FileChangedError, GraderError, SubmissionError
from autograder.run import submissions
from autograder.run.journal import SAVED, Entry, Journal
from autograder.run.pool import Task, opened
from autograder.sandbox import levels
from autograder.sandbox.client import Sandbox, Session
from autograder.sandbox.process_limits import Limits, limits_of
from autograder.seam import BenchMaker, Serving, Use
from autograder.verdict.cells import read_lesson
from autograder.verdict.rebuild import Step, rebuild


def graded(course: Course) -> list[Entry]:
    """Return what the journal knows of each submission with a verdict, in order."""
    with Journal(course.grading) as journal:
        return [e for e in journal.entries() if e.state == SAVED and e.verdict]


@contextlib.contextmanager
def rerunning(course: Course, use: Use, trust: bool) -> Iterator[Rerun]:
    """Yield what runs submissions again; ``trust`` does without any sandbox."""
    level, _ = levels.strongest(trust)
    with contextlib.ExitStack() as stack:
        service = course.checks.service(course.grading / "keras")
        stack.callback(service.stop)
        sandbox = stack.enter_context(contextlib.closing(Sandbox(level, use=use)))
        yield Rerun(course, sandbox, course.checks.benches(service.start()))


@dataclass(frozen=True)
class Rerun:
    """A sandbox, and what answers submissions."""

    course: Course
    sandbox: Sandbox
    benches: BenchMaker

    def opened(self, entry: Entry) -> Opened:
        """Open a submission; raise SubmissionError with a sentence why it can't be."""
        key, course = entry.key, self.course
        limits = limits_of(key.lesson)
        found = submissions.submission(course, key.student, key.lesson)
        paths = submissions.candidates(found)
        if not paths:
            raise SubmissionError("There is no notebook in the folder.")
        root, seed = course.submitted, key.seed
        task = Task.of(course, key.lesson, paths[0], key.sha, root=root, seed=seed)
        self.sandbox.equip(task.kit)
        try:
            cells, session = opened(self.sandbox, task, limits)
        except FileChangedError:
            raise SubmissionError(
                "It changed since it was graded: grade first."
            ) from None
        except GraderError as error:
            raise SubmissionError(str(error)) from None
        lesson = read_lesson(key.lesson, task.source, task.released)
        serving = self.benches(None, limits, seed).serving
        steps = rebuild(lesson, cells)
        return Opened(steps, limits, self.sandbox, seed, serving, session)


@dataclass
class Opened:
    """The cells of a submission, and processes to run them in."""

    steps: list[Step]
    limits: Limits
    _sandbox: Sandbox
    _seed: int
    _serving: Serving
    _reader: Session | None  # the process that has read the file

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Yield a fresh process, and end it afterwards."""
        session, self._reader = self._reader, None
        session = session or self._sandbox.session(self.limits, self._seed)
        session.serving = dict(self._serving)
        with contextlib.closing(session):
            yield session
