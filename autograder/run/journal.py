"""The journal of a course: what was received, and how far each submission has come.

One process writes it. Each change is on disk before the next step starts, so that a
run that was killed is taken up where it stopped.
"""

import contextlib
import fcntl
import json
import secrets
import sqlite3
import time
import zlib
from dataclasses import dataclass

from autograder.errors import ProblemError
from autograder.verdict.verdicts import Verdict

RECEIVED, JUDGED, SAVED = "received", "judged", "saved"
PERSON = "person"

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


@dataclass(frozen=True)
class Key:
    """What makes a verdict: equal keys have equal verdicts."""

    lesson: str
    student: str
    sha: str
    version: str
    seed: int

    @property
    def fields(self):
        """The columns of the key."""
        return self.lesson, self.student, self.sha, self.version, self.seed


class Journal:
    """The journal of a course, locked for this process while it is open."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = open(folder / "journal.lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise ProblemError("This course is being graded already.") from None
        self._db = sqlite3.connect(folder / "journal.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)

    def close(self):
        """Close it and let others open it."""
        self._db.close()
        self._lock.close()

    def __enter__(self):
        """Use it in a ``with`` statement."""
        return self

    def __exit__(self, *error):
        """Close it."""
        self.close()

    @contextlib.contextmanager
    def together(self):
        """Make all changes under ``with``, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def seed_of(self, lesson, wanted):
        """Return the seed of a lesson and keep it for when it is graded again.

        ``wanted`` is what the teacher asks for. Without it the kept one is taken, or
        a new one that nobody can foresee.
        """
        row = self._db.execute("SELECT seed FROM seed WHERE lesson = ?", (lesson,))
        kept = row.fetchone() or [secrets.randbelow(1 << 31)]
        seed = kept[0] if wanted is None else wanted
        self._db.execute("REPLACE INTO seed VALUES (?, ?)", (lesson, seed))
        return seed

    def receive(self, key, received):
        """Note a submission; what is known of it already stays."""
        self._db.execute(
            "INSERT OR IGNORE INTO entry (lesson, student, sha, version, seed, state, "
            "changed) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key.fields, RECEIVED, time.time()),
        )
        self._db.execute(
            "INSERT INTO receipt VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET received = min(received, excluded.received)",
            (key.lesson, key.student, key.sha, received),
        )

    def received(self, key):
        """Return when the bytes of a submission first arrived."""
        return self._db.execute(
            "SELECT received FROM receipt WHERE lesson=? AND student=? AND sha=?",
            (key.lesson, key.student, key.sha),
        ).fetchone()[0]

    def state(self, key):
        """Return how far a submission has come, or None."""
        row = self._one(key, "state")
        return row and row[0]

    def why(self, key):
        """Return the sentence that was noted last."""
        return self._one(key, "why")[0]

    def tries(self, key):
        """Return how often the machine spoiled a verdict."""
        return self._one(key, "tries")[0]

    def verdict(self, key):
        """Return the verdict as it was noted, or None."""
        row = self._one(key, "verdict")
        return unpacked(row and row[0])

    def _one(self, key, column):
        return self._db.execute(
            f"SELECT {column} FROM entry WHERE lesson=? AND student=? AND sha=? "
            "AND version=? AND seed=?",
            key.fields,
        ).fetchone()

    def move(self, key, state, why="", verdict=None, level=None):
        """Note that a submission has come to a state."""
        packed = verdict and zlib.compress(json.dumps(verdict.as_json()).encode(), 1)
        self._db.execute(
            "UPDATE entry SET state=?, why=?, verdict=coalesce(?, verdict), "
            "level=coalesce(?, level), changed=? WHERE lesson=? AND student=? "
            "AND sha=? AND version=? AND seed=?",
            (state, why, packed, level, time.time(), *key.fields),
        )
        if state in (SAVED, PERSON):
            self._db.execute("REPLACE INTO current VALUES (?, ?, ?, ?, ?)", key.fields)

    def failed(self, key, why):
        """Count a try that the machine spoiled; return how many there were."""
        self._db.execute(
            "UPDATE entry SET tries=tries+1, why=? WHERE lesson=? AND student=? "
            "AND sha=? AND version=? AND seed=?",
            (why, *key.fields),
        )
        return self.tries(key)

    def current(self, lesson, student):
        """Return the Key whose grades stand in the gradebook, or None."""
        row = self._db.execute(
            "SELECT * FROM current WHERE lesson=? AND student=?", (lesson, student)
        ).fetchone()
        return row and Key(*row)

    def verdicts(self, lesson=None):
        """Yield (Key, state, why, level, verdict) of what stands in the gradebook."""
        rows = self._db.execute(
            "SELECT e.lesson, e.student, e.sha, e.version, e.seed, e.state, e.why, "
            "e.level, e.verdict FROM entry e JOIN current c USING "
            "(lesson, student, sha, version, seed) WHERE ? IS NULL OR e.lesson = ? "
            "ORDER BY e.lesson, e.student",
            (lesson, lesson),
        )
        for *key, state, why, level, packed in rows:
            yield Key(*key), state, why, level, unpacked(packed)


def unpacked(packed: bytes | None) -> Verdict | None:
    """Return a verdict as the journal keeps it, None where there is none."""
    return Verdict.from_json(json.loads(zlib.decompress(packed))) if packed else None
