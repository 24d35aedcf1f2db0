"""Judges, one per core, each with a sandbox of its own."""

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

from autograder import seam
from autograder.course import Course
from autograder.errors import FileChangedError, GraderError, SubmissionError
from autograder.run import submissions
from autograder.sandbox.client import Cells, Sandbox, Session
from autograder.sandbox.kits import Kit
from autograder.sandbox.process_limits import Limits, LimitsSet, limits_of
from autograder.verdict.cells import GradedLesson, read_lesson
from autograder.verdict.judge import beside, take_verdict
from autograder.verdict.rebuild import belongs
from autograder.verdict.verdicts import Verdict
from autograder.worker import isolation
from autograder.worker.clock import PATIENCE
from autograder.worker.reader import Cell

Pipe = connection.Connection
_SPAWN = multiprocessing.get_context("spawn")
AHEAD = 32  # tasks for each judge that are under way or judged and not yet taken
SLACK = 1200  # seconds beyond a submission's own until a judge counts as stuck


@dataclass(frozen=True)
class Task:
    """One submission to judge or to show, as plain data for another process."""

    number: int
    lesson: str
    source: Path
    released: Path
    path: Path
    root: Path
    forbidden: frozenset[submissions.Inode]
    sha: str
    seed: int
    limits: LimitsSet
    kit: Kit

    @classmethod
    def of(
        cls,
        course: Course,
        lesson: str,
        path: Path,
        sha: str,
        *,
        root: Path,
        seed: int,
        number: int = 0,
        forbidden: frozenset[submissions.Inode] = frozenset(),
        limits: LimitsSet | None = None,
        kit: Kit | None = None,
    ) -> Self:
        """Return the task of judging a file below ``root`` as a lesson of a course."""
        source, released = course.notebooks(lesson)
        return cls(
            *(number, lesson, source, released, path, root, forbidden, sha, seed),
            limits=limits or {},
            kit=course.kit(lesson) if kit is None else kit,
        )


@dataclass(frozen=True)
class Answer:
    """What became of a task; "error" is the grader's own, and it is tried again."""

    number: int
    kind: Literal["judged", "person", "error"]
    why: str = ""
    verdict: Verdict | None = None


def _judge_loop(tasks: Pipe, own: str, line: Any, level: int, slot: int) -> NoReturn:
    """Judge one task after the other; the main loop of a judge's process."""
    isolation.die_with_spawner()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    judge = Judge(Sandbox(level, slot), seam.named(own).benches(line))
    with contextlib.closing(judge.sandbox):
        with contextlib.suppress(Exception):  # a task that needs it tells why
            judge.sandbox.running()
        while (task := tasks.recv()) is not None:
            tasks.send(judge.answer(task))
    os._exit(0)  # taking the interpreter down in order takes seconds


class Judge:
    """Judges tasks with one sandbox; lessons are read once."""

    def __init__(self, sandbox: Sandbox, benches: seam.BenchMaker) -> None:
        self.sandbox = sandbox
        self.benches = benches
        self.lessons: dict[str, GradedLesson] = {}

    def answer(self, task: Task) -> Answer:
        """Return the Answer to a task, whatever happens."""
        try:
            return self._answer(task)
        except SubmissionError as error:
            return Answer(task.number, "person", str(error))
        except FileChangedError as error:
            return Answer(task.number, "error", str(error))
        except (GraderError, Exception) as error:
            why = f"{type(error).__name__}: {error}"
            self.sandbox.close()
            return Answer(task.number, "error", why)

    def _answer(self, task: Task) -> Answer:
        limits = limits_of(task.lesson, task.limits)
        lesson = self._lesson(task)
        self.sandbox.equip(task.kit)
        cells, session = opened(self.sandbox, task, limits)
        if not belongs(lesson, cells):
            if session:
                session.close()
            return Answer(task.number, "person", "It holds no cell of this lesson.")
        with beside(task.kit.folder and task.source.parent):
            verdict = take_verdict(
                lesson, cells, self.sandbox, limits, task.seed, self.benches, session
            )
        return Answer(task.number, "judged", verdict=verdict)

    def _lesson(self, task: Task) -> GradedLesson:
        if task.lesson not in self.lessons:
            self.lessons[task.lesson] = read_lesson(
                task.lesson, task.source, task.released
            )
        return self.lessons[task.lesson]


def opened(
    sandbox: Sandbox, task: Task, limits: Limits
) -> tuple[list[Cell], Session | None]:
    """Open the file of a task; return its cells, and a session or None.

    Raises SubmissionError with a sentence for a person, and Changed.
    """
    file = submissions.open_notebook(task.path, task.root, limits, task.forbidden)
    try:
        if submissions.digest(file) != task.sha:
            raise FileChangedError("the file changed while being read")
        read, session = sandbox.open(file, limits, task.seed)
    finally:
        os.close(file)
    cells, problem = understood(read)
    if problem:
        if session:
            session.close()
        raise SubmissionError(problem)
    return cells, session


def understood(read: Cells) -> tuple[list[Cell], str]:
    """Return (cells, problem) from what the reading process said; check its form."""
    if not isinstance(read, dict):
        return [], "The file can't be read within the limits."
    if isinstance(problem := read.get("problem"), str):
        return [], problem[:500]
    cells = read.get("cells")
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        return [], "The file can't be read."
    return cells, ""


def _is_cell(cell: object) -> bool:
    return (
        isinstance(cell, list)
        and len(cell) == 4
        and all(isinstance(part, str) for part in cell[:2])
        and all(part is None or isinstance(part, str) for part in cell[2:])
    )


class _Member:
    """A judge's process, and the task that it works on."""

    def __init__(self, pool: "Pool", slot: int) -> None:
        self.pool = pool
        self.slot = slot
        self.task: Task | None = None
        self.until = 0.0
        self.patience = 0
        self.start()

    def start(self) -> None:
        """Start the process."""
        self.pipe, theirs = _SPAWN.Pipe()
        own, line = self.pool.checks.name, self.pool.service.start()
        args = (theirs, own, line, self.pool.level, self.slot)
        self.process = _SPAWN.Process(target=_judge_loop, args=args, daemon=True)
        self.process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        """Hand over a task."""
        self.task = task
        seconds = limits_of(task.lesson, task.limits).total_seconds
        self.until = time.monotonic() + PATIENCE * seconds + SLACK
        with contextlib.suppress(OSError):
            self.pipe.send(task)

    def collect(self, task: Task) -> Answer:
        """Return the Answer; a process that died or got stuck is started again."""
        answer: Answer | None
        try:
            answer = self.pipe.recv() if self.pipe.poll() else None
        except (EOFError, OSError):
            answer = None
        if answer is None:
            self.stop()
            self.start()
            answer = Answer(
                task.number, "error", "the judge's process ended or got stuck"
            )
        self.task = None
        return answer

    @property
    def overdue(self) -> bool:
        """Tell whether its time is over."""
        return self.task is not None and time.monotonic() > self.until

    def say_goodbye(self) -> None:
        """Ask the process to end, with its sandbox."""
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.patience = 10

    def stop(self) -> None:
        """End the process; its sandbox ends with it."""
        self.process.join(self.patience)
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """Judges tasks in several processes; use it in a ``with`` statement.

    A thread of its own hands tasks out, so that the judges go on while the caller
    saves what they found. The processes are its children: Linux ends them with it.
    """

    def __init__(
        self, judges: int, level: int, folder: Path, checks: seam.Checks
    ) -> None:
        self.level = level
        self.checks = checks
        self.service = checks.service(folder)
        self.judges = judges
        self.members: list[_Member] = []
        self.waiting: deque[Task] = deque()
        self.found: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
        self.hear, self.wake = _SPAWN.Pipe(duplex=False)
        self.early = False  # whether judges start before there is a task
        self.in_order = False  # whether judges may end by themselves
        self.thread = threading.Thread(target=self._work, daemon=True)

    def begin(self) -> Self:
        """Start all judges now: they are ready when the first task comes."""
        self.early = True
        self.thread.start()
        return self

    def __enter__(self) -> Self:
        """Take tasks from now on; without `begin`, a judge starts with its first."""
        if self.thread.ident is None:
            self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End all processes."""
        if self.wake.closed:
            return
        self.in_order = not any(error)
        self.wake.close()
        self.thread.join()
        self.hear.close()
        self.service.stop()

    def run(self, tasks: deque[Task]) -> Iterator[Answer]:
        """Return an iterator of an Answer per task, in the order in which they come.

        ``tasks`` may grow by ``tasks.append`` meanwhile.
        """
        self.service.expect({task.lesson: task.seed for task in tasks})
        return self._answers(tasks, self._pass_on(tasks, 0))  # judges start now

    def _answers(self, tasks: deque[Task], under_way: int) -> Iterator[Answer]:
        while under_way:
            answer = self.found.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
            under_way = self._pass_on(tasks, under_way - 1)

    def _pass_on(self, tasks: deque[Task], under_way: int) -> int:
        """Let the thread have tasks; return how many are under way."""
        if tasks and not self.thread.is_alive():
            raise GraderError("the thread that hands out tasks has ended")
        while tasks and under_way < AHEAD * self.judges:
            self.waiting.append(tasks.popleft())
            under_way += 1
            self.wake.send_bytes(b"more")
        return under_way

    def _work(self) -> None:
        """Hand out tasks and collect answers until the other end is closed."""
        try:
            while self.early and len(self.members) < self.judges:
                self.members.append(_Member(self, len(self.members)))
            while self._hears():
                self._hand_out()
                for member in self._ready():
                    if member.task:
                        self.found.put(member.collect(member.task))
        except BaseException as error:
            self.found.put(error)
        if self.in_order:
            for member in self.members:
                member.say_goodbye()
        for member in self.members:
            member.stop()

    def _hears(self) -> bool:
        """Take all that was told; return False at the end."""
        try:
            while self.hear.poll():
                self.hear.recv_bytes()
        except EOFError:
            return False
        return True

    def _hand_out(self) -> None:
        while self.waiting:
            free = next((m for m in self.members if m.task is None), None)
            if free is None and len(self.members) < self.judges:
                free = _Member(self, len(self.members))
                self.members.append(free)
            if free is None:
                return
            free.give(self.waiting.popleft())

    def _ready(self) -> Collection[_Member]:
        """Wait for the caller or for judges; return those that have something."""
        busy = [m for m in self.members if m.task is not None]
        watched: dict[Any, _Member] = {m.pipe: m for m in busy} | {
            m.process.sentinel: m for m in busy
        }
        ready = connection.wait([self.hear, *watched], timeout=5 if busy else None)
        found = {id(watched[w]): watched[w] for w in ready if w in watched}
        found |= {id(m): m for m in busy if m.overdue}
        return found.values()
