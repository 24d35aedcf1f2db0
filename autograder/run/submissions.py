"""Find the submitted notebooks and open them: regular files, and nothing else.

No part of a path below the folder of submissions may be a link; a pipe is not waited
for; a file that is the course's own (a hard link to a solution) is not read.
"""

import csv
import functools
import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder import nbgrader_folders
from autograder.course import Course, lesson_of, parts_of
from autograder.errors import ProblemError, SubmissionError
from autograder.sandbox.process_limits import Limits

NEAR_NAMES = (".ipynb", ".ipynb.json", ".ipynb.txt", ".json")
Inode = tuple[int, int]  # device, number
LONGEST_NAME = 150  # bytes of a student's
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_SKIPPED = {".ipynb_checkpoints", "__MACOSX"}


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson: a folder.

    ``student`` is the name of the folder around it, as it can be shown, and ``raw`` as
    it is; ``others`` are the assignment's other notebooks.
    """

    student: str
    lesson: str
    folder: Path
    raw: str = ""
    others: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        """The name of the notebook, without .ipynb."""
        return parts_of(self.lesson)[1]


def submission(course: Course, student: str, lesson: str) -> Submission:
    """Return what a student handed in for a lesson, wherever that lies."""
    assignment, notebook = parts_of(lesson)
    names = [parts_of(name) for name in course.lessons()]
    others = tuple(n for a, n in names if a == assignment and n != notebook)
    folder = course.submission(student, lesson)
    return Submission(student, lesson, folder, student, others)


def told(text: str) -> str:
    """Return a text that may hold the name of a file, as it can be kept and shown."""
    return "".join("\ufffd" if _is_no_letter(c) else c for c in text)


def _is_no_letter(sign: str) -> bool:
    """Tell whether a sign breaks lines, turns text around, or is half a letter."""
    broken = unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
    return broken or unicodedata.bidirectional(sign) in _TURNS


def problem_of_name(name: str) -> str:
    """Return a sentence about a name that no gradebook can hold, "" about others."""
    if len(os.fsencode(name)) > LONGEST_NAME:
        return "The name of the folder is too long: rename it."
    if told(name) != name or name != name.strip() or name.startswith("."):
        return "The name of the folder can't be a student's: rename it."
    return ""


def find_submissions(
    course: Course, lessons: Iterable[str] | None = None
) -> list[Submission]:
    """Return a Submission for every folder <student>/<lesson> of a known lesson."""
    notebooks: dict[str, list[str]] = {}  # of each assignment
    for lesson in course.lessons() if lessons is None else lessons:
        assignment, notebook = parts_of(lesson)
        notebooks.setdefault(assignment, []).append(notebook)
    found = []
    shown: dict[str, str] = {}
    for raw, assignment, folder in course.handed_in():
        if raw not in shown:
            name = told(raw)
            while name in shown.values():
                name += "\ufffd"
            shown[raw] = name
        own = notebooks.get(assignment, [])
        for notebook in own:
            others = tuple(name for name in own if name != notebook)
            lesson = lesson_of(assignment, notebook)
            found.append(Submission(shown[raw], lesson, folder, raw, others))
    return found


def candidates(submission: Submission) -> list[Path]:
    """Return the paths that may be the notebook, the likeliest first.

    Where an assignment has several, only the name tells which it is.

    The exact name is preferred; ``lesson (1).ipynb`` and what a browser makes of a
    name are taken as well, and a folder in the folder.
    """
    if submission.folder.is_symlink() or submission.folder.parent.is_symlink():
        raise SubmissionError("The folder is a link.")
    found, others = [], {f"{name}.ipynb" for name in submission.others}
    for place, folders, names in os.walk(submission.folder):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED)
        depth = len(Path(place).relative_to(submission.folder).parts)
        if depth >= 2:
            folders[:] = []
        for name in sorted(names):
            lower = name.lower()
            if lower.endswith(NEAR_NAMES) and not name.startswith("._"):
                exact = name == f"{submission.notebook}.ipynb"
                near = lower.startswith(submission.notebook.lower())
                if submission.others and (not near or name in others):
                    continue
                rank = (depth, not exact, not lower.endswith(".ipynb"), not near)
                found.append((rank, name, Path(place) / name))
    return [path for _, _, path in sorted(found)]


def open_notebook(
    path: Path, root: Path, limits: Limits, forbidden: Collection[Inode] = ()
) -> int:
    """Open a submitted file for reading and return its descriptor.

    Parameters
    ----------
    path : Path below ``root``; no part of it may be a link
    limits : Limits, for the size
    forbidden : files of the course itself
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *folders, name = path.relative_to(root).parts
        for part in folders:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            inner = _open(part, flags, folder)
            os.close(folder)
            folder = inner
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        file = _open(name, flags, folder)
    finally:
        os.close(folder)
    try:
        _hold(os.fstat(file), limits, forbidden)
    except SubmissionError:
        os.close(file)
        raise
    return file


def _open(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        why = f"{told(name)} is a link or can't be opened ({error.strerror})."
        raise SubmissionError(why) from None


def _hold(status: os.stat_result, limits: Limits, forbidden: Collection[Inode]) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SubmissionError("It is not a regular file.")
    if (status.st_dev, status.st_ino) in forbidden:
        raise SubmissionError("It is a link to a file of the course.")
    if status.st_size > limits.notebook_size:
        raise SubmissionError(
            f"It holds {status.st_size / 2**20:.0f} MiB, more than allowed."
        )


def inodes(paths: Iterable[Path]) -> set[Inode]:
    """Return {(device, inode)} of files, for ``forbidden``."""
    return {(s.st_dev, s.st_ino) for s in (os.stat(p) for p in paths if p.exists())}


def digest(file: int) -> str:
    """Return the SHA-256 of an open file's bytes."""
    state = hashlib.sha256()
    os.lseek(file, 0, os.SEEK_SET)
    while piece := os.read(file, 1 << 20):
        state.update(piece)
    return state.hexdigest()


def received_at(course: Course, submission: Submission, file: int) -> float:
    """Return when a file arrived, as seconds since the epoch, by our own clock.

    ``grading/received.csv`` (student, lesson, time) counts when it names the
    submission; otherwise the time that the file system noted when the file was put
    here. A time stamp inside the submission is the student's to write, and counts
    only in a course of nbgrader's own, where nbgrader's exchange has put it.
    """
    table = course.grading / "received.csv"
    if table.exists():
        times = _times(table, table.stat().st_mtime_ns)
        for name in (submission.lesson, parts_of(submission.lesson)[0]):
            moment = times.get((submission.student, name))
            if moment is not None:
                return moment
    stamp = nbgrader_folders.stamped(submission.folder) if course.folders else None
    return os.fstat(file).st_ctime if stamp is None else stamp


@functools.lru_cache(1)
def _times(table: Path, changed: int) -> dict[tuple[str, str], float]:
    """Return {(student, lesson): seconds} of a table, read again when it changed."""
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = [
                (line, {k: v for k, v in row.items() if isinstance(v, str)})
                for line, row in enumerate(csv.DictReader(file), 2)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ProblemError(f"{table}: no table in UTF-8: {error}") from None
    return {
        (row["student"], row["lesson"]): _seconds(table, line, row["time"])
        for line, row in rows
        if {"student", "lesson", "time"} <= row.keys() and row["time"].strip()
    }


def _seconds(table: Path, line: int, text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        raise ProblemError(
            f"{table}:{line}: {told(text)!r} is no time; write it as 2026-11-20T23:59"
        ) from None
