"""Keras's answers, computed once for all submissions and kept.

One process of a run imports TensorFlow, when an answer is missing, and serves the
judges over a socket. Answers are kept on disk by question and version of the checks, so
that the next run needs no TensorFlow for them.

Students' code asks Keras as well. What a question costs is the asker's: a process that
dies over it is replaced, the others ask again, and the asker gets an exception.
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import hashlib
import math
import multiprocessing.process
import os
import pickle
import secrets
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, NoReturn

import psutil

from autograder import seam
from autograder.errors import QuestionError, RefereeError, RefusedError
from autograder.worker import isolation
from autograder.worker.clock import PATIENCE
from byhand import exercises
from byhand.checks.material import OwnReferee, Predictions
from byhand.keras_layer import load_keras

KEPT = 64 << 20  # bytes of questions and answers that a judge keeps
KEPT_ON_DISK = 256 << 20  # bytes of answers to operations
_REFUSALS = ("ValueError", "TypeError")  # the same again, whenever it is asked
SECONDS = 1800  # on the wall, for one answer, TensorFlow's start included
START_SECONDS = 300  # until the process listens
LOOK = 1.0  # seconds between two looks at what a question costs
TRIES = 5
BEGUN = "begun"  # sent when Keras starts to work on a question, with its process


@dataclass(frozen=True)
class Line:
    """Where the process of Keras listens, and the word that opens."""

    path: str
    key: bytes


def serve(line: Line, folder: Path, version: str, hear: Connection) -> None:
    """Answer each judge that calls, one question at a time; never returns.

    Meanwhile the hidden cases of the lessons and seeds that it hears of are computed,
    so that judges find them when they get there.
    """
    isolation.die_with_spawner()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers, one_at_a_time = Answers(folder, version), threading.Lock()
    Path(line.path).unlink(missing_ok=True)
    with Listener(line.path, authkey=line.key) as door:
        ahead = (answers, one_at_a_time, hear)
        threading.Thread(target=_work_ahead, args=ahead, daemon=True).start()
        while True:
            with contextlib.suppress(OSError, EOFError, AuthenticationError):
                call = door.accept()
                attended = (call, answers, one_at_a_time)
                threading.Thread(target=_attend, args=attended, daemon=True).start()


def _attend(call: Connection, answers: Answers, one_at_a_time: threading.Lock) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            number, *request = call.recv()
            if kept := answers.kept(*request):
                call.send((number, 0.0, *kept))
                continue
            with one_at_a_time:
                answers.prepare(*request)
                call.send((number, os.getpid(), BEGUN))
                answer = answers.answer(*request)
                call.send((number, answers.seconds, *answer))


def _work_ahead(
    answers: Answers, one_at_a_time: threading.Lock, hear: Connection
) -> None:
    if answers.shelf.empty:
        with one_at_a_time:
            answers.prepare("operation")  # the first question will be one
    with contextlib.suppress(EOFError, OSError), hear:
        while True:
            _answer_hidden(answers, one_at_a_time, hear.recv())


def _answer_hidden(
    answers: Answers, one_at_a_time: threading.Lock, seeds: Mapping[str, int]
) -> None:
    for exercise in exercises.table().values():
        if exercise.lesson not in seeds or exercise.kind != "function":
            continue
        for kind in ("usable", "expected"):
            request = kind, exercise.id, seeds[exercise.lesson]
            if answers.kept(*request):
                continue
            with one_at_a_time:
                answers.answer(*request)
            time.sleep(0.001)  # a judge that waits for the lock comes first


class Answers(OwnReferee):
    """What Keras says, by kind of question, what it said before included."""

    def __init__(self, folder: Path, version: str) -> None:
        self.shelf = Shelf(folder, version)
        self.seconds = 0.0  # on a processor, that the last operation took

    def prepare(self, kind: str, *fields: Any) -> None:
        """Start TensorFlow for an operation: nobody pays for that."""
        if kind == "operation":
            load_keras()

    def kept(self, kind: str, *fields: Any) -> tuple[Any, ...]:
        """Return the answer that was kept, () without one."""
        found = self.shelf.find(pickle.dumps((kind, fields)))
        return tuple(pickle.loads(found)) if found else ()

    def answer(self, kind: str, *fields: Any) -> tuple[Any, ...]:
        """Return ("value", it) or ("error", class name, message)."""
        question, self.seconds = pickle.dumps((kind, fields)), 0.0
        if kept := self.kept(kind, *fields):
            return kept
        answer: tuple[Any, ...]
        try:
            answer = "value", getattr(self, kind)(*fields)
        except Exception as error:
            answer = "error", type(error).__name__, str(error)
        if answer[0] == "value" or answer[1] in _REFUSALS:
            self.shelf.keep(question, pickle.dumps(answer), kind == "operation")
        return answer

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute an operation, and note how long it took."""
        load_keras()
        started = time.process_time()
        try:
            return super().operation(name, args, kwargs)
        finally:
            self.seconds = time.process_time() - started


class Shelf:
    """Answers on disk, for the checks of one version; those of older ones go.

    Students' code asks for operations too, so there is a limit to what is kept of
    those. Where no file can be written, nothing is kept.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.size = 0
        self.empty = False
        self.table: sqlite3.Connection | None = None
        with contextlib.suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            self.table = self._opened(folder / "answers.db")

    def _opened(self, path: Path) -> sqlite3.Connection:
        table = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        table.execute("PRAGMA journal_mode=WAL")
        table.execute("PRAGMA synchronous=OFF")  # nothing here can't be asked again
        table.execute(
            "CREATE TABLE IF NOT EXISTS kept "
            "(question BLOB PRIMARY KEY, version TEXT, answer BLOB, limited INTEGER)"
        )
        table.execute("DELETE FROM kept WHERE version != ?", (self.version,))
        found = table.execute(
            "SELECT count(*) = 0, coalesce(sum(length(answer) * limited), 0) FROM kept"
        )
        self.empty, self.size = found.fetchone()
        return table

    def find(self, question: bytes) -> bytes | None:
        """Return the bytes of the answer, or None."""
        if self.table is not None:
            with contextlib.suppress(sqlite3.Error):
                row = self.table.execute(
                    "SELECT answer FROM kept WHERE question = ?", (self._key(question),)
                ).fetchone()
                return row[0] if row else None
        return None

    def keep(self, question: bytes, answer: bytes, limited: bool) -> None:
        """Keep an answer; a ``limited`` one as long as there is room."""
        size = len(answer) if limited else 0
        if self.table is not None and self.size + size <= KEPT_ON_DISK:
            with contextlib.suppress(sqlite3.Error):
                row = self._key(question), self.version, answer, limited
                self.table.execute("REPLACE INTO kept VALUES (?, ?, ?, ?)", row)
                self.size += size

    def _key(self, question: bytes) -> bytes:
        return hashlib.sha256(self.version.encode() + question).digest()


class Asker:
    """The judge's end of the line: a Referee for its desk.

    When the process of Keras dies, over somebody else's question or for another
    reason, the question is asked again as soon as there is a new one.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.call: Connection | None = None
        self.asked = 0
        # answers to operations
        self.kept: collections.OrderedDict[bytes, bytes] = collections.OrderedDict()
        self.size = 0

    def ask(self, *request: Any) -> Any:
        """Return the answer, or raise what Keras raised; RefereeError when it died."""
        for _ in range(TRIES):
            try:
                return self._answer(request, SECONDS)[0]
            except (EOFError, OSError) as error:
                why = error
        raise RefereeError(f"the process of Keras is gone: {why!r}")

    def ask_once(self, seconds: float, *request: Any) -> tuple[Any, float]:
        """Return (answer, seconds of work) to a question that may be too much.

        Raises QuestionError when Keras died over this very question, or took a
        processor longer than that. Its process is ended then; the next question finds
        a new one.
        """
        for _ in range(TRIES):
            begun = self.begun
            try:
                return self._answer(request, seconds, alone=True)
            except (EOFError, OSError) as error:
                why = error
                if self.begun != begun:
                    raise QuestionError("Keras ended over this question") from None
        raise RefereeError(f"the process of Keras is gone: {why!r}")

    begun = 0  # questions that Keras has begun to work on

    def _answer(
        self, request: Sequence[Any], seconds: float, alone: bool = False
    ) -> tuple[Any, float]:
        """Ask once, over a line that may break.

        Questions are numbered: the late answer to one that was given up, or broken off
        by an alarm, must not be taken for the answer to the next.
        """
        self.asked += 1
        work: _Work | None = None
        until = time.monotonic() + SECONDS
        call = self.call = self.call or self._called()
        try:
            call.send((self.asked, *request))
            while True:
                if not call.poll(min(LOOK, seconds)):
                    if time.monotonic() > until or (work and work.is_over()):
                        self._give_up(work.process if work else 0)
                    continue
                number, told, kind, *fields = call.recv()
                if number != self.asked:
                    continue
                if kind != BEGUN:
                    return _believed(kind, fields), told
                self.begun += 1
                work = _Work(told, seconds) if alone else None
        except (EOFError, OSError):
            self.call = None
            raise

    def _give_up(self, process: int) -> NoReturn:
        if not process:
            raise RefereeError("Keras did not answer")
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        raise EOFError

    def _called(self) -> Connection:
        """Return a new line; the process may be on its way."""
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return Client(self.line.path, authkey=self.line.key)
            except (OSError, EOFError) as error:
                if time.monotonic() > until:
                    raise RefereeError(f"Keras can't be called: {error}") from None
                time.sleep(0.02)

    def expected(self, exercise_id: str, seed: int | None) -> list[Any]:
        """Return the right results of an exercise's cases."""
        return list(self.ask("expected", exercise_id, seed))

    def predicted(
        self, exercise_id: str, seed: int | None, names: Sequence[str] | None = None
    ) -> Predictions:
        """Return what the named misconceptions give, or all, on an exercise's cases."""
        found: Predictions = self.ask("predicted", exercise_id, seed, names)
        return found

    def usable(self, exercise_id: str, seed: int) -> tuple[int, ...]:
        """Return which hidden cases can do without what has a default."""
        return tuple(self.ask("usable", exercise_id, seed))

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Let Keras compute an operation, once for the same arguments."""
        question = name, list(args), dict(kwargs)
        return self.once(question, lambda: self.ask("operation", *question))

    def once(self, question: Any, answer: Callable[[], Any]) -> Any:
        """Return the answer that is kept, or this one, and keep it."""
        key = pickle.dumps(question)
        if key in self.kept:
            self.kept.move_to_end(key)
            return pickle.loads(self.kept[key])
        found = answer()
        self._keep(key, pickle.dumps(found))
        return found

    def _keep(self, question: bytes, answer: bytes) -> None:
        self.kept[question] = answer
        self.size += len(question) + len(answer)
        while self.size > KEPT:
            self.size -= sum(map(len, self.kept.popitem(last=False)))


class _Work:
    """What Keras's process does for one question, within a time on a processor."""

    def __init__(self, process: int, seconds: float) -> None:
        self.process = process
        self.most = self._used() + seconds
        self.until = time.monotonic() + PATIENCE * seconds

    def _used(self) -> float:
        try:
            times = psutil.Process(self.process).cpu_times()
        except psutil.Error:
            return math.inf
        return float(times.user + times.system)

    def is_over(self) -> bool:
        """Tell whether its time is over; the wall is far behind."""
        return self._used() >= self.most or time.monotonic() > self.until


def _believed(kind: str, fields: Sequence[Any]) -> Any:
    """Return the value of an answer, or raise what Keras raised."""
    if kind == "value":
        return fields[0]
    name, message = fields
    raise {"ValueError": ValueError, "TypeError": TypeError}.get(name, RuntimeError)(
        message
    )


class StudentsQuestions:
    """What one submission asks of Keras: within a time of its own.

    A question that Keras dies over, or can't answer in time, is the last one.
    ``refuse`` raises for those that aren't even asked.
    """

    def __init__(
        self,
        asker: Asker,
        seconds: float,
        refuse: Callable[[str, Any, Any], None] = lambda name, args, kwargs: None,
    ) -> None:
        self.asker = asker
        self.left = seconds
        self.refuse = refuse

    def __call__(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute an operation; RefusedError is raised in the student's code."""
        question = name, list(args), dict(kwargs)
        return self.asker.once(question, lambda: self._asked(*question))

    def _asked(self, name: str, args: Any, kwargs: Any) -> Any:
        self.refuse(name, args, kwargs)
        if self.left <= 0:
            raise RefusedError("TimeoutError", "given has no time left for this file")
        try:
            answer, seconds = self.asker.ask_once(
                self.left, "operation", name, args, kwargs
            )
        except QuestionError as error:
            self.left = 0.0
            raise RefusedError("TimeoutError", f"{error}: too large?") from None
        self.left -= seconds
        return answer


class Keras(seam.Service):
    """The process that asks Keras; started with `start`, and again whenever it ends."""

    def __init__(self, folder: Path, version: str) -> None:
        self.args = (folder, version)
        self.seeds: dict[str, int] = {}
        self.home = ""
        self.ending = threading.Event()
        self.watch: threading.Thread | None = None
        self.process: multiprocessing.process.BaseProcess | None = None
        self.tell: Connection | None = None  # what the process hears

    def expect(self, seeds: Mapping[str, int]) -> None:
        """Let the process compute the hidden cases of these lessons ahead."""
        self.seeds.update(seeds)
        self._tell_seeds()

    def _tell_seeds(self) -> None:
        """Tell the process of all seeds; it passes over what it has computed."""
        with contextlib.suppress(OSError):  # it has ended: the next one hears of them
            if self.tell and self.seeds:
                self.tell.send(dict(self.seeds))

    def start(self) -> Line:
        """Start the process when there is none; return the line to it."""
        if self.watch is None:
            self.home = tempfile.mkdtemp(prefix="byhand-keras-")
            self.line = Line(os.path.join(self.home, "line"), secrets.token_bytes(32))
            atexit.register(self.stop)
            self.watch = threading.Thread(target=self._watched, daemon=True)
            self.watch.start()
        return self.line

    def _watched(self) -> None:
        """Start the process again and again; it dies with this thread."""
        spawn = multiprocessing.get_context("spawn")
        while not self.ending.is_set():
            hear, tell = spawn.Pipe(duplex=False)
            process = spawn.Process(
                target=serve, args=(self.line, *self.args, hear), daemon=True
            )
            process.start()
            hear.close()
            self.process, self.tell = process, tell
            self._tell_seeds()
            if self.ending.is_set():
                process.kill()
            process.join()
            tell.close()
            self.ending.wait(0.1)

    def stop(self) -> None:
        """End the process."""
        self.ending.set()
        atexit.unregister(self.stop)
        if self.process is not None:
            self.process.kill()
        if self.watch is not None:
            self.watch.join()
        shutil.rmtree(self.home, ignore_errors=True)
