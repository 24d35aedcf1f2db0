"""Keras's answers, computed once for all submissions and kept.

One process of a run imports TensorFlow, when an answer is missing, and serves the
judges over pipes. Answers are kept on disk by question and version of the checks, so
that the next run needs no TensorFlow for them.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import pickle
import signal
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.errors import RefereeError
from autograder.worker import isolation
from byhand.checks.material import OwnReferee, Predictions

KEPT = 64 << 20  # bytes of questions and answers that a judge keeps
KEPT_ON_DISK = 256 << 20  # bytes of answers to operations
_REFUSALS = ("ValueError", "TypeError")  # the same again, whenever it is asked
SECONDS = 300  # for one answer, TensorFlow's start included


def serve(pipes: Iterable[Connection], folder: Path, version: str) -> None:
    """Answer judges until all of them have gone; the main loop of the process."""
    isolation.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = Answers(folder, version)
    open_pipes = list(pipes)
    while open_pipes:
        for pipe in connection.wait(open_pipes):
            assert isinstance(pipe, Connection)
            try:
                number, *request = pipe.recv()
            except (EOFError, OSError):
                open_pipes.remove(pipe)
                continue
            with contextlib.suppress(BrokenPipeError):
                pipe.send((number, *answers.answer(*request)))


class Answers(OwnReferee):
    """What Keras says, by kind of question, what it said before included."""

    def __init__(self, folder: Path, version: str) -> None:
        self.shelf = Shelf(folder, version)

    def answer(self, kind: str, *fields: Any) -> tuple[Any, ...]:
        """Return ("value", it) or ("error", class name, message)."""
        question = pickle.dumps((kind, fields))
        if kept := self.shelf.find(question):
            return tuple(pickle.loads(kept))
        answer: tuple[Any, ...]
        try:
            answer = "value", getattr(self, kind)(*fields)
        except Exception as error:
            answer = "error", type(error).__name__, str(error)
        if answer[0] == "value" or answer[1] in _REFUSALS:
            self.shelf.keep(question, pickle.dumps(answer), kind == "operation")
        return answer


class Shelf:
    """Answers on disk, for the checks of one version; those of older ones go.

    Students' code asks for operations too, so there is a limit to what is kept of
    those. Where no file can be written, nothing is kept.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.size = 0
        self.table: sqlite3.Connection | None = None
        with contextlib.suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            self.table = self._opened(folder / "answers.db")

    def _opened(self, path: Path) -> sqlite3.Connection:
        table = sqlite3.connect(path, isolation_level=None)
        table.execute("PRAGMA journal_mode=WAL")
        table.execute("PRAGMA synchronous=OFF")  # nothing here can't be asked again
        table.execute(
            "CREATE TABLE IF NOT EXISTS kept "
            "(question BLOB PRIMARY KEY, version TEXT, answer BLOB, limited INTEGER)"
        )
        table.execute("DELETE FROM kept WHERE version != ?", (self.version,))
        found = table.execute(
            "SELECT coalesce(sum(length(answer)), 0) FROM kept WHERE limited"
        )
        self.size = found.fetchone()[0]
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
    """The judge's end of the pipe: a Referee for its desk."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.asked = 0
        # answers to operations
        self.kept: collections.OrderedDict[bytes, bytes] = collections.OrderedDict()
        self.size = 0

    def ask(self, *request: Any) -> Any:
        """Return the answer, or raise what Keras raised; RefereeError when it died.

        Requests are numbered: the late answer to one that was given up, or broken off
        by an alarm, must not be taken for the answer to the next.
        """
        self.asked += 1
        number, kind, fields = None, "", []
        try:
            self.pipe.send((self.asked, *request))
            while number != self.asked:
                if not self.pipe.poll(SECONDS):
                    raise RefereeError("Keras did not answer")
                number, kind, *fields = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise RefereeError(f"the process of Keras is gone: {error}") from None
        if kind == "value":
            return fields[0]
        name, message = fields
        raise {"ValueError": ValueError, "TypeError": TypeError}.get(
            name, RuntimeError
        )(message)

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
        question = pickle.dumps((name, list(args), dict(kwargs)))
        if question in self.kept:
            self.kept.move_to_end(question)
            return pickle.loads(self.kept[question])
        answer = self.ask("operation", name, list(args), dict(kwargs))
        self._keep(question, pickle.dumps(answer))
        return answer

    def _keep(self, question: bytes, answer: bytes) -> None:
        self.kept[question] = answer
        self.size += len(question) + len(answer)
        while self.size > KEPT:
            self.size -= sum(map(len, self.kept.popitem(last=False)))
