"""Faults of the machine and of people: what is said, and that nothing is lost."""

import builtins
import contextlib
import errno
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder import paths
from autograder.errors import ProblemError
from autograder.run import faults
from autograder.run.batch import grade
from autograder.run.journal import Journal, read_journal
from autograder.verdict import graded_notebook
from tests.engine import little
from tools import soak

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
MARKED = ("why", little.NAME, little.NAME, "ada")


@pytest.fixture
def course(lesson):
    """Return a course with a class of three, one of them marked by hand."""
    for student in ("ada", "carl", "emmy"):
        tree = little.notebook(solved=student != "emmy")
        little.find(tree, "why")["source"] += "\n\nThe window ends at the border."
        lesson.submit(student, little.as_bytes(tree))
    return lesson.course


def _marked(course):
    """Grade, give a mark by hand, grade again; return the grades."""
    grade(course, seed=1)
    with course.gradebook() as book:
        book.find_grade(*MARKED).manual_score = 1.5
        book.db.commit()
    grade(course)
    return soak.grades(course)


def _mark(course):
    with course.gradebook() as book:
        return book.find_grade(*MARKED).manual_score


def _raises(number, times=10**6):
    left = [times]

    def write(*args, **kwargs):
        left[0] -= 1
        if left[0] < 0:
            return kept(*args, **kwargs)
        raise OSError(number, os.strerror(number), "/the/place")

    kept = graded_notebook.write_whole
    return write


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no room left for /the/place"),
        (errno.EDQUOT, "no room left for /the/place"),
        (errno.EROFS, r"/the/place can't be written \(Read-only"),
        (errno.EACCES, r"/the/place can't be written \(Permission"),
        (errno.EIO, "/the/place: the disk fails"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_and_judged_work_is_kept(
    course, monkeypatch, number, said
):
    wanted = _marked(course)
    monkeypatch.setattr(graded_notebook, "write_whole", _raises(number))
    with pytest.raises(ProblemError, match=said) as raised:
        grade(course, force=True)
    assert "grade again" in str(raised.value)
    monkeypatch.undo()
    assert grade(course).for_a_person == {}
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.5


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from pathlib import Path
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run.batch import grade
if __name__ == "__main__":
    try:
        print(grade(Course(Path(sys.argv[2])), seed=1))
    except ProblemError as error:
        print("said:", error)
"""


def test_a_disk_with_little_room_is_told_wherever_it_ends(course, tmp_path):
    wanted = _marked(course)
    script = tmp_path / "limited.py"
    script.write_text(LIMITED)
    for kilobytes in (20, 60, 200):  # for the journal, the gradebook, a notebook
        soak._forget(course)
        command = [sys.executable, script, str(kilobytes << 10), course.root]
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
        )
        assert ran.stdout.startswith(("said:", "received")), ran.stderr[-2000:]
    grade(course, seed=1)
    found = soak.grades(course)
    assert found.keys() == wanted.keys()
    assert {k[2]: v for k, v in found.items() if k[1] == "carl"} == {
        k[2]: v for k, v in wanted.items() if k[1] == "carl"
    }


def _flip(path, number, seed):
    """Flip so many bits of a file, its head left out."""
    rng, content = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(number):
        content[rng.randrange(100, len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


DAMAGE = {
    "a bit": lambda path: _flip(path, 1, 1),
    "a hundred bits": lambda path: _flip(path, 100, 2),
    "five thousand bits": lambda path: _flip(path, 5000, 3),
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut to nothing": lambda path: os.truncate(path, 0),
    "no database": lambda path: path.write_bytes(b"x" * 5000),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_journal_is_put_aside_and_the_class_keeps_its_grades(course, how):
    wanted = _marked(course)
    DAMAGE[how](course.grading / "journal.db")
    batch = grade(course, seed=1)
    assert (batch.received, batch.saved) == (3, 3)
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.5
    aside = list(course.grading.glob("journal-damaged-*.db"))
    assert bool(aside) == bool(batch.repaired)
    if aside:
        assert aside[0].name in str(batch)
    assert grade(course).judged == 0


def test_what_can_be_read_of_a_damaged_journal_is_not_judged_again(course):
    _marked(course)
    path = course.grading / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'current'")
        db.commit()
    batch = grade(course)
    assert "damaged" in batch.repaired
    assert batch.judged == 0
    with Journal(course.grading) as journal:
        assert journal.seed_of(little.NAME, None) == 1


def test_a_verdict_that_is_damaged_is_taken_again(course):
    wanted = _marked(course)
    with contextlib.closing(sqlite3.connect(course.grading / "journal.db")) as db:
        db.execute("UPDATE entry SET verdict = x'00ff' WHERE student = 'carl'")
        db.commit()
    assert grade(course).judged == 1
    assert soak.grades(course) == wanted


@pytest.mark.parametrize("how", ["five thousand bits", "cut short", "no database"])
def test_a_damaged_gradebook_is_told_and_a_copy_holds_the_marks(course, how):
    wanted = _marked(course)
    book, copy = course.grading / "gradebook.db", course.grading / faults.COPY
    DAMAGE[how](book)
    damaged = book.read_bytes()
    with pytest.raises(ProblemError, match=r"gradebook\.db is damaged") as raised:
        grade(course, force=True)
    assert str(copy) in str(raised.value)
    assert book.read_bytes() == damaged
    book.unlink()
    book.write_bytes(copy.read_bytes())
    assert grade(course).saved == 3
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.5


def test_a_clock_that_goes_back_changes_nothing(lesson, course, monkeypatch):
    wanted = _marked(course)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 400 * 86_400)
    assert grade(course).judged == 0
    assert soak.grades(course) == wanted
    lesson.submit("carl", b"torn")
    lesson.submit("emmy", little.as_bytes(little.notebook(solved=True)))
    batch = grade(course)
    assert list(batch.for_a_person) == [("carl", little.NAME)]
    with course.gradebook() as book:
        assert book.find_submission(little.NAME, "emmy").score == little.FULL
    with read_journal(course.grading) as journal:
        assert journal.waiting() == []


def test_what_came_last_is_told_by_no_clock(tmp_path, monkeypatch):
    from autograder.run.journal import Key

    old, new = (Key("a", "ada", sha, "v", 1) for sha in ("old", "new"))
    with Journal(tmp_path) as journal:
        journal.receive(old, 2.0)
        journal.move(old, "saved")
        monkeypatch.setattr(time, "time", lambda: 5.0)
        journal.receive(new, 1.0)
        journal.failed(new, "the power went")
        assert journal.waiting() == [("a", "ada", "the power went")]


def test_two_graders_at_once_do_the_work_once(course):
    wanted = soak._grade(course)
    grades = soak.grades(course)
    soak._forget(course)
    processes = [soak._start(course) for _ in range(2)]
    said = [process.communicate() for process in processes]
    codes = [process.returncode for process in processes]
    assert any(out for out, _ in said)
    for (out, error), code in zip(said, codes, strict=True):
        if not out:  # both may have come one after the other, too
            assert code == 1
            assert b"is being graded already" in error
    assert soak._grade(course) == wanted
    assert soak.grades(course) == grades


@contextlib.contextmanager
def _writing(course, seconds):
    """Write to the gradebook for so long, as formgrader does."""
    started, ended = threading.Event(), threading.Event()

    def write():
        with contextlib.closing(
            sqlite3.connect(course.grading / "gradebook.db", isolation_level=None)
        ) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE grade SET manual_score = 1.0 WHERE manual_score = 1.5")
            started.set()
            ended.wait(seconds)
            db.execute("COMMIT")

    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        started.wait(60)
        try:
            yield
        finally:
            ended.set()
            written.result()


def test_a_person_who_marks_meanwhile_is_waited_for_and_keeps_the_mark(course):
    wanted = _marked(course)
    with _writing(course, 7.0):  # SQLite gives up after 5 by itself
        batch = grade(course, force=True)
    assert (batch.saved, batch.for_a_person) == (3, {})
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.0


def test_somebody_who_never_lets_go_of_the_gradebook_is_told(course, monkeypatch):
    from autograder.gradebook import writer

    wanted = _marked(course)
    monkeypatch.setattr(writer, "SECONDS_TO_WAIT", 1)
    with (
        _writing(course, 300.0),
        pytest.raises(ProblemError, match="else is writing to the gradebook"),
    ):
        grade(course, force=True)
    assert grade(course).judged == 0  # all is in the journal
    assert soak.grades(course) == wanted


def test_other_errors_stay_what_they_are(tmp_path):
    for error in (ValueError("x"), FileNotFoundError(2, "no", "x")):
        with pytest.raises(type(error)), faults.told(tmp_path):
            raise error


@pytest.mark.parametrize(
    "name", [b"m\xfcller", b"a\nb", b"x" * 200, b".hidden", b" ada"]
)
def test_a_folder_that_names_nobody_is_left_to_a_person(lesson, course, name):
    folder = os.fsencode(course.submitted) + b"/" + name + b"/" + little.NAME.encode()
    os.makedirs(folder)
    content = little.as_bytes(little.notebook())
    with builtins.open(folder + b"/little.ipynb", "wb") as file:
        file.write(content)
    batch = grade(course, seed=1)
    assert (batch.received, batch.saved) == (4, 3)
    ((student, _), why), *more = batch.for_a_person.items()
    assert not more
    assert "rename" in why
    student.encode()  # it can be shown


def test_a_file_s_odd_name_is_told_as_it_can_be_shown(lesson, course):
    folder = os.fsencode(course.submitted / "zoe" / little.NAME)
    os.makedirs(folder)
    os.symlink(b"/dev/zero", folder + b"/m\xfcll\n.ipynb")
    batch = grade(course, seed=1)
    assert "is a link" in batch.for_a_person["zoe", little.NAME]
    assert grade(course).received == 4


@pytest.mark.parametrize(
    "table",
    [b"student,lesson,time\nada,little,yesterday\n", b"student,lesson,time\n\xff,,\n"],
)
def test_a_table_of_times_that_is_wrong_is_told(course, table):
    (course.grading / "received.csv").write_bytes(table)
    with pytest.raises(ProblemError, match=r"received\.csv"):
        grade(course, seed=1)
