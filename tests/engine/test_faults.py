"""Faults of the machine and of people: what is said, and that nothing is lost."""

import builtins
import contextlib
import errno
import functools
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder import paths
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run import faults
from autograder.run.batch import grade
from autograder.run.journal import Journal, read_journal
from autograder.sandbox import levels
from autograder.verdict import graded_notebook
from tests.engine import little
from tools import soak

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
MARKED = ("why", little.NAME, little.NAME, "ada")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return a class of three, graded, and one of them marked by hand."""
    lesson = little.make(tmp_path_factory.mktemp("graded") / "course")
    for student in ("ada", "carl", "emmy"):
        tree = little.notebook(solved=student != "emmy")
        little.find(tree, "why")["source"] += "\n\nThe window ends at the border."
        lesson.submit(student, little.as_bytes(tree))
    grade(lesson.course, seed=1)
    with lesson.course.gradebook() as book:
        book.find_grade(*MARKED).manual_score = 1.5
        book.db.commit()
    assert grade(lesson.course).judged == 0
    return lesson.course.root, soak.grades(lesson.course)


@pytest.fixture
def lesson(graded, tmp_path, monkeypatch):
    """Return a copy of that class, as a lesson."""
    shutil.copytree(graded[0], tmp_path / "course")
    monkeypatch.setattr(levels, "strongest", functools.cache(levels.strongest))
    return little.Little(Course(tmp_path / "course"))


@pytest.fixture
def course(lesson):
    """Return its course."""
    return lesson.course


@pytest.fixture
def wanted(graded):
    """Return the grades that it has, and has to have again."""
    return graded[1]


def _save_again(course):
    """Let the next run write all that was judged once more."""
    shutil.rmtree(course.grading / "autograded")
    with contextlib.closing(sqlite3.connect(course.grading / "gradebook.db")) as db:
        db.execute("UPDATE grade SET auto_score = 0.25 WHERE auto_score = 2.0")
        db.commit()


def _mark(course):
    with course.gradebook() as book:
        return book.find_grade(*MARKED).manual_score


def _raises(number):
    def write(*args, **kwargs):
        raise OSError(number, os.strerror(number), "/the/place")

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
    course, wanted, monkeypatch, number, said
):
    _save_again(course)
    whole = graded_notebook.write_whole
    monkeypatch.setattr(graded_notebook, "write_whole", _raises(number))
    with pytest.raises(ProblemError, match=said) as raised:
        grade(course)
    assert "grade again" in str(raised.value)
    monkeypatch.setattr(graded_notebook, "write_whole", whole)
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


def test_a_disk_with_little_room_is_told_wherever_it_ends(course, wanted, tmp_path):
    script = tmp_path / "limited.py"
    script.write_text(LIMITED)
    (course.grading / "gradebook.db").unlink()
    for kilobytes in (4, 100):  # less than a notebook, less than a gradebook
        command = [sys.executable, script, str(kilobytes << 10), course.root]
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
        )
        assert ran.stdout.startswith("said:"), ran.stderr[-2000:]
    (course.grading / "gradebook.db").write_bytes(
        (course.grading / faults.COPY).read_bytes()
    )
    _save_again(course)
    assert grade(course).judged == 0
    assert soak.grades(course) == wanted


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
def test_a_damaged_journal_is_put_aside_and_grades_stay(course, wanted, how):
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
    path = course.grading / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        asked = "SELECT rootpage FROM sqlite_schema WHERE name = 'receipt'"
        page = db.execute(asked).fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"x" * size
    path.write_bytes(content)
    batch = grade(course)
    assert "damaged" in batch.repaired
    assert batch.judged == 0
    with Journal(course.grading) as journal:
        assert journal.seed_of(little.NAME, None) == 1


def test_a_verdict_that_is_damaged_is_taken_again(course, wanted):
    with contextlib.closing(sqlite3.connect(course.grading / "journal.db")) as db:
        db.execute("UPDATE entry SET verdict = x'00ff' WHERE student = 'carl'")
        db.commit()
    assert grade(course).judged == 1
    assert soak.grades(course) == wanted


@pytest.mark.parametrize("how", ["five thousand bits", "cut short", "no database"])
def test_a_damaged_gradebook_is_told_and_a_copy_holds_the_marks(course, wanted, how):
    book, copy = course.grading / "gradebook.db", course.grading / faults.COPY
    DAMAGE[how](book)
    damaged = book.read_bytes()
    with pytest.raises(ProblemError, match=r"gradebook\.db is damaged") as raised:
        grade(course)
    assert str(copy) in str(raised.value)
    assert book.read_bytes() == damaged
    book.unlink()
    book.write_bytes(copy.read_bytes())
    assert grade(course).saved == 3
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.5


def test_a_clock_that_goes_back_changes_nothing(lesson, course, wanted, monkeypatch):
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


def test_two_graders_at_once_do_the_work_once(course, wanted):
    soak._forget(course)
    processes = [soak._start(course) for _ in range(2)]
    said = [process.communicate() for process in processes]
    codes = [process.returncode for process in processes]
    assert any(out for out, _ in said)
    for (out, error), code in zip(said, codes, strict=True):
        if not out:  # both may have come one after the other, too
            assert code == 1
            assert b"is being graded already" in error
    assert grade(course, seed=soak.SEED).judged == 0
    grades = soak.grades(course)
    assert grades.keys() == wanted.keys()
    assert {k: v for k, v in grades.items() if k[1] == "carl"} == {
        k: v for k, v in wanted.items() if k[1] == "carl"
    }


KILLED = """
import multiprocessing, os, pathlib, sys, time
from autograder.worker import isolation
def judge(file):
    time.sleep(1)  # a busy machine starts slowly
    isolation.die_with_spawner()
    pathlib.Path(file).touch()
if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    spawn.Process(target=judge, args=sys.argv[1:]).start()
    os.kill(os.getpid(), 9)
"""


def test_a_judge_that_is_still_starting_ends_with_a_killed_grader(tmp_path):
    program, outlived = tmp_path / "program.py", tmp_path / "outlived"
    program.write_text(KILLED)
    command = [sys.executable, str(program), str(outlived)]
    subprocess.run(command, stdout=subprocess.PIPE, cwd=paths.ROOT, timeout=100)
    assert not outlived.exists()  # the pipe is closed once both are gone


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


def test_a_person_who_marks_meanwhile_is_waited_for_and_keeps_the_mark(course, wanted):
    _save_again(course)
    with _writing(course, 7.0):  # SQLite gives up after 5 by itself
        batch = grade(course)
    assert (batch.saved, batch.for_a_person) == (3, {})
    assert soak.grades(course) == wanted
    assert _mark(course) == 1.0


def test_somebody_who_never_lets_the_gradebook_go_is_told(course, wanted, monkeypatch):
    from autograder.gradebook import writer

    _save_again(course)
    monkeypatch.setattr(writer, "SECONDS_TO_WAIT", 1)
    with (
        _writing(course, 300.0),
        pytest.raises(ProblemError, match="else is writing to the gradebook"),
    ):
        grade(course)
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
