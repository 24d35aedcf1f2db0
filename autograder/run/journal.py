"""The journal of a course: what was received, and how far each submission has come.

One process writes it. Each change is on disk before the next step starts, so that a
run that was killed is taken up where it stopped.
"""

import contextlib
import fcntl
import json
import secrets
import shutil
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from autograder.errors import ProblemError
from autograder.verdict.verdicts import Verdict

RECEIVED, JUDGED, SAVED = "received", "judged", "saved"
PERSON = "person"
FILE = "journal.db"


_TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    lesson TEXT, student TEXT, sha TEXT, version TEXT, seed INTEGER,
    state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '', level INTEGER, verdict BLOB, changed REAL,
    PRIMARY KEY (lesson, student, sha, version, seed)
);
CREATE TABLE IF NOT EXISTS receipt (
    lesson TEXT, student TEXT, sha TEXT, received REAL,
    PRIMARY KEY (lesson, student, sha)
);
CREATE TABLE IF NOT EXISTS current (
    lesson TEXT, student TEXT, sha TEXT, version TEXT, seed INTEGER,
    PRIMARY KEY (lesson, student)
);
CREATE TABLE IF NOT EXISTS seed (lesson TEXT PRIMARY KEY, seed INTEGER);
"""
_NAMES = ("seed", "receipt", "entry", "current")
_MOST_ROWS = 10_000_000  # the number of a row may be damaged, too


@dataclass(frozen=True)
class Key:
    """What makes a verdict: equal keys have equal verdicts."""

    lesson: str
    student: str
    sha: str
    version: str
    seed: int

    @property
    def fields(self) -> tuple[str, str, str, str, int]:
        """The columns of the key."""
        return self.lesson, self.student, self.sha, self.version, self.seed


@dataclass(frozen=True)
class Entry:
    """What stands in the gradebook for a submission, and how it came there.

    ``why`` is the sentence that was noted last, ``level`` the sandbox's, ``received``
    the time at which the file arrived, in seconds since the epoch.
    """

    key: Key
    state: str
    why: str
    level: int | None
    verdict: Verdict | None
    received: float


class JournalReader:
    """What can be asked of a journal; nothing is changed, and nobody is kept out."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        # a letter that is damaged makes a name of nobody, and stops nothing
        db.text_factory = lambda text: text.decode("utf-8", "replace")

    def entries(self, lesson: str | None = None) -> Iterator[Entry]:
        """Yield what stands in the gradebook, by lesson and student."""
        rows = self._db.execute(
            "SELECT lesson, student, sha, version, seed, state, why, level, verdict, "
            "received FROM entry JOIN current USING "
            "(lesson, student, sha, version, seed) "
            "LEFT JOIN receipt USING (lesson, student, sha) "
            "WHERE ?1 IS NULL OR lesson = ?1 ORDER BY lesson, student",
            (lesson,),
        )
        for *key, state, why, level, packed, received in rows:
            yield Entry(Key(*key), state, why, level, _unpacked(packed), received)

    def waiting(self) -> list[tuple[str, str, str]]:
        """Return (lesson, student, why) of what came last and has no verdict yet."""
        return self._db.execute(
            "SELECT lesson, student, why FROM entry JOIN (SELECT lesson, student, "
            "max(changed) AS changed FROM entry GROUP BY lesson, student) "
            "USING (lesson, student, changed) WHERE state NOT IN (?, ?)",
            (SAVED, PERSON),
        ).fetchall()


@contextlib.contextmanager
def read_journal(folder: Path) -> Iterator[JournalReader | None]:
    """Open the journal of a course for reading, also while the class is graded.

    Yields None where there is none yet.
    """
    path = folder / FILE
    if not path.exists():
        yield None
        return
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        yield JournalReader(db)


def _unpacked(packed: bytes | None) -> Verdict | None:
    """Return a verdict; None without one, or when its bytes are damaged."""
    if not packed:
        return None
    try:
        return Verdict.from_json(json.loads(zlib.decompress(packed)))
    except (zlib.error, ValueError, LookupError, TypeError):
        return None


def _repaired(path: Path) -> str:
    """Put a journal that is damaged aside; return what was done, "" for a whole one.

    What can still be read of it is in the new one, the seeds of hidden cases first. The
    rest is judged again.
    """
    if not path.exists():
        return ""
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            if db.execute("PRAGMA integrity_check").fetchone() == ("ok",):
                return ""
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # locked, full or closed, and not damaged
    aside = path.with_name(f"journal-damaged-{time.time_ns()}.db")
    made = path.with_name("journal-new.db")
    for end in ("", "-wal"):
        if (damaged := path.with_name(path.name + end)).exists():
            shutil.copyfile(damaged, f"{aside}{end}")
    made.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(aside)) as old,
        contextlib.closing(sqlite3.connect(made, isolation_level=None)) as new,
    ):
        new.executescript(_TABLES)
        new.execute("BEGIN")
        kept = sum(_copied(old, new, name) for name in _NAMES)
        new.execute("COMMIT")
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    made.replace(path)
    return (
        f"The journal was damaged: {aside.name} is what it was, {kept} lines of it are "
        "kept, and what is missing is judged again."
    )


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    """Copy each row of a table that can be read; return how many."""
    count = 0
    with contextlib.suppress(sqlite3.Error, UnicodeError):
        last = old.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0
        for number in range(1, min(last, _MOST_ROWS) + 1):
            with contextlib.suppress(sqlite3.Error, UnicodeError):
                for row in old.execute(
                    f"SELECT * FROM {table} WHERE rowid = ?", (number,)
                ):
                    marks = ", ".join("?" * len(row))
                    new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
                    count += 1
    return count


class Journal(JournalReader):
    """The journal of a course, locked for this process while it is open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = open(folder / "journal.lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise ProblemError("This course is being graded already.") from None
        try:
            self.repaired = _repaired(folder / FILE)
            db = sqlite3.connect(folder / FILE, isolation_level=None)
        except BaseException:
            self._lock.close()
            raise
        super().__init__(db)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)
        last = self._db.execute("SELECT max(changed) FROM entry").fetchone()[0]
        self._last = last if isinstance(last, float) else 0.0

    def _now(self) -> float:
        """Return the time, later than all that is noted, also when clocks go back."""
        self._last = max(time.time(), self._last + 1e-6)
        return self._last

    def close(self) -> None:
        """Close it and let others open it."""
        self._db.close()
        self._lock.close()

    def __enter__(self) -> Self:
        """Use it in a ``with`` statement."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make all changes under ``with``, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def seed_of(self, lesson: str, wanted: int | None) -> int:
        """Return the seed of a lesson and keep it for when it is graded again.

        ``wanted`` is what the teacher asks for. Without it the kept one is taken, or
        a new one that nobody can foresee.
        """
        row = self._db.execute("SELECT seed FROM seed WHERE lesson = ?", (lesson,))
        kept = row.fetchone() or [secrets.randbelow(1 << 31)]
        seed: int = kept[0] if wanted is None else wanted
        self._db.execute("REPLACE INTO seed VALUES (?, ?)", (lesson, seed))
        return seed

    def receive(self, key: Key, received: float) -> None:
        """Note a submission; what is known of it already stays."""
        self._db.execute(
            "INSERT OR IGNORE INTO entry (lesson, student, sha, version, seed, state, "
            "changed) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key.fields, RECEIVED, self._now()),
        )
        self._db.execute(
            "INSERT INTO receipt VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET received = min(received, excluded.received)",
            (key.lesson, key.student, key.sha, received),
        )

    def received(self, key: Key) -> float | None:
        """Return when the bytes of a submission first arrived, or None."""
        row = self._db.execute(
            "SELECT received FROM receipt WHERE lesson=? AND student=? AND sha=?",
            (key.lesson, key.student, key.sha),
        ).fetchone()
        return row[0] if row else None

    def state(self, key: Key) -> str | None:
        """Return how far a submission has come, or None."""
        row = self._one(key, "state")
        return row[0] if row else None

    def why(self, key: Key) -> str:
        """Return the sentence that was noted last, "" without any."""
        row = self._one(key, "why")
        return row[0] if row else ""

    def tries(self, key: Key) -> int:
        """Return how often the machine spoiled a verdict."""
        row = self._one(key, "tries")
        return row[0] if row else 0

    def verdict(self, key: Key) -> Verdict | None:
        """Return the verdict as it was noted, or None."""
        row = self._one(key, "verdict")
        return _unpacked(row[0]) if row else None

    def _one(self, key: Key, column: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(
            f"SELECT {column} FROM entry WHERE lesson=? AND student=? AND sha=? "
            "AND version=? AND seed=?",
            key.fields,
        ).fetchone()
        return row

    def move(
        self,
        key: Key,
        state: str,
        why: str = "",
        verdict: Verdict | None = None,
        level: int | None = None,
    ) -> None:
        """Note that a submission has come to a state."""
        packed = verdict and zlib.compress(json.dumps(verdict.as_json()).encode(), 1)
        self._db.execute(
            "UPDATE entry SET state=?, why=?, verdict=coalesce(?, verdict), "
            "level=coalesce(?, level), changed=? WHERE lesson=? AND student=? "
            "AND sha=? AND version=? AND seed=?",
            (state, why, packed, level, self._now(), *key.fields),
        )
        if state in (SAVED, PERSON):
            self._db.execute("REPLACE INTO current VALUES (?, ?, ?, ?, ?)", key.fields)

    def failed(self, key: Key, why: str) -> int:
        """Count a try that the machine spoiled; return how many there were."""
        self._db.execute(
            "UPDATE entry SET tries=tries+1, why=? WHERE lesson=? AND student=? "
            "AND sha=? AND version=? AND seed=?",
            (why, *key.fields),
        )
        return self.tries(key)

    def current(self, lesson: str, student: str) -> Key | None:
        """Return the Key whose grades stand in the gradebook, or None."""
        row = self._db.execute(
            "SELECT * FROM current WHERE lesson=? AND student=?", (lesson, student)
        ).fetchone()
        return Key(*row) if row else None
