"""What a machine does wrong, said in a sentence to the person who grades.

Nothing is lost by any of it: a verdict is in the journal before anything else is done
with it, and the same command goes on where it stopped.
"""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import ProblemError

AGAIN = "Nothing that was judged is lost: grade again when that is put right."
COPY = "gradebook-copy.db"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_SAID = {  # what SQLite says: what it means
    "full": "There is no room left",
    "readonly": "There is a file that can't be written",
    "unable to open": "There is a file that can't be opened",
    "locked": "Somebody else is writing to the gradebook, for a minute now",
    "disk I/O": "The disk fails, or is full",
}
_DAMAGED = ("malformed", "not a database", "corrupt")


@contextlib.contextmanager
def told(grading: Path) -> Iterator[None]:
    """Raise ProblemError in place of what a disk or a database raises.

    Parameters
    ----------
    grading : Path of the folder with the course's state
    """
    try:
        yield
    except Exception as error:
        said = _of_disk(error, grading) or _of_database(error, grading)
        if not said:
            raise
        raise ProblemError(said) from error


def _of_disk(error: Exception, grading: Path) -> str:
    """Return a sentence about what the system says of a disk; else ""."""
    if not isinstance(error, OSError):
        return ""
    where = error.filename or grading
    if error.errno in _FULL:
        return f"There is no room left for {where}. {AGAIN}"
    if error.errno in _CLOSED:
        return f"{where} can't be written ({error.strerror}). {AGAIN}"
    return f"{where}: the disk fails. {AGAIN}" if error.errno == errno.EIO else ""


def _of_database(error: Exception, grading: Path) -> str:
    """Return a sentence about an error of SQLite, also below SQLAlchemy; else ""."""
    found = getattr(error, "orig", None) or error
    if not isinstance(found, sqlite3.Error):
        return ""
    text = str(found)
    if any(word in text for word in _DAMAGED):
        copy = grading / COPY
        kept = f" {copy} is a copy from the end of the last grading." * copy.exists()
        return (
            f"{grading / 'gradebook.db'} is damaged ({text}). Move it away and grade "
            "again: points come back from the journal, marks and comments that a "
            f"person gave only from a copy.{kept}"
        )
    why = next((means for word, means in _SAID.items() if word in text), None)
    return f"{why} in {grading} ({text}). {AGAIN}" if why else ""


def keep_copy(grading: Path) -> None:
    """Copy a gradebook that is whole, with the marks that people gave.

    A disk that is full is no reason to fail: the copy before stays.
    """
    book, copy = grading / "gradebook.db", grading / COPY
    new = copy.with_suffix(".new")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as db,
            contextlib.closing(sqlite3.connect(new)) as target,
        ):
            db.backup(target)
            whole = target.execute("PRAGMA quick_check").fetchone() == ("ok",)
        if whole:
            new.replace(copy)
    except (OSError, sqlite3.Error):
        pass
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
