"""Kill the grader at random moments, start it again, and compare the grades.

``python -m tools.soak`` makes up a class and does so. Between the kills it damages the
journal, fills the disk, starts a second grader and writes to the gradebook as
formgrader does. ``--busy 2`` keeps two processors busy meanwhile. Interrupted, it says
what it has found so far. It starts itself with
``--grade FOLDER`` to grade that class in a process that can be killed.
"""

import argparse
import collections
import contextlib
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from resource import RLIMIT_FSIZE
from typing import Any

import psutil
from tqdm import tqdm

from autograder import paths
from autograder.classroom import made_up
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run.batch import grade
from autograder.worker import isolation

MODULE = "tools.soak"

SEED = 12
TRAINS = "08_*"  # left out: most kills would come while it trains, before a verdict
SECONDS_TO_DIE = 5.0


@dataclass
class Soak:
    """What a soak found: ``wrong`` holds a sentence per difference."""

    kills: int = 0
    faults: collections.Counter[str] = field(default_factory=collections.Counter)
    rounds: int = 0
    wrong: list[str] = field(default_factory=list)
    broken_off: bool = False

    def __str__(self) -> str:
        """Say it in a line."""
        others = ", ".join(f"{n} x {name}" for name, n in self.faults.items())
        return (
            f"{self.kills} kills, {others or 'no other faults'}; {self.rounds} rounds "
            f"of grading: {len(self.wrong)} lost, doubled or changed grades"
            + (", then interrupted" if self.broken_off else "")
        )


def soak(
    course: Course,
    kills: int,
    progress: Callable[[int, int], object] = lambda done, total: None,
    seed: int = 0,
    faults: bool = False,
) -> Soak:
    """Grade a course again and again, killing the grader; return a Soak.

    An interrupt ends it: rounds that were over count, the one under way is left out.

    Parameters
    ----------
    course : Course whose submissions lie in place; its grading state is thrown away
    kills : int, how many SIGKILLs
    progress : called with (kills so far, kills)
    seed : int, of the moments
    faults : bool, whether something else goes wrong before half of the kills
    """
    rng = random.Random(seed)
    _forget(course)
    _grade(course)  # Keras's answers are kept from here on
    _forget(course)
    started = time.monotonic()
    wanted_sum = _grade(course)
    duration = time.monotonic() - started
    wanted = grades(course)
    found = Soak()
    try:
        while found.kills < kills:
            _forget(course)
            while found.kills < kills:
                if faults and rng.random() < 0.5:
                    fault = rng.choice(FAULTS)
                    fault(course, rng)
                    found.faults[_named(fault)] += 1
                if not _killed(course, rng.uniform(0, duration)):
                    break
                found.kills += 1
                progress(found.kills, kills)
            total = _grade(course)
            found.rounds += 1
            if total != wanted_sum:
                said = f"round {found.rounds}: {total} in place of {wanted_sum}"
                found.wrong.append(said)
            found.wrong += _differences(wanted, grades(course), found.rounds)
    except KeyboardInterrupt:
        found.broken_off = True
    return found


def grades(course: Course) -> dict[tuple[str, ...], Any]:
    """Return {(lesson, student, cell): (auto score, waits for a person)}, all of them.

    A grade that stands twice counts as two.
    """
    found = {}
    with course.gradebook() as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        key = (assignment.name, submission.student.id, grade.name)
                        value = (grade.auto_score, grade.needs_manual_grade)
                        found.setdefault(key, []).append(value)
    for path in (course.grading / "autograded").glob("*/*/*"):
        found["file", *path.parts[-3:]] = len(path.read_bytes())
    return found


# --- what else goes wrong ------------------------------------------------------------


def bits_of_the_journal_flipped(course: Course, rng: random.Random) -> None:
    """Flip some bits of the journal, of those that it wrote down beside it as well."""
    for path in course.grading.glob("journal.db*"):
        content = bytearray(path.read_bytes())
        for _ in range(rng.choice((1, 10, 1000)) if len(content) > 200 else 0):
            content[rng.randrange(100, len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(content)


def the_journal_cut_short(course: Course, rng: random.Random) -> None:
    """Cut off the end of the journal."""
    path = course.grading / "journal.db"
    if path.exists():
        os.truncate(path, rng.randrange(path.stat().st_size + 1))


def a_gradebook_lost(course: Course, rng: random.Random) -> None:
    """Remove the gradebook, which the journal fills again."""
    (course.grading / "gradebook.db").unlink(missing_ok=True)


def a_disk_without_room(course: Course, rng: random.Random) -> None:
    """Grade for a while with no room for files above a size."""
    most = rng.choice((1 << 12, 1 << 16, 1 << 18))
    process = _start(course, lambda: resource.setrlimit(RLIMIT_FSIZE, (most, most)))
    process.communicate()


def a_second_grader(course: Course, rng: random.Random) -> None:
    """Start two graders at once."""
    for process in [_start(course), _start(course)]:
        process.communicate()


def a_person_who_marks(course: Course, rng: random.Random) -> None:
    """Hold the gradebook for a second while the class is graded."""
    path = course.grading / "gradebook.db"
    process = _start(course)
    time.sleep(rng.uniform(0, 2))
    if path.exists():
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
            with contextlib.suppress(sqlite3.OperationalError):
                db.execute("BEGIN IMMEDIATE")
                time.sleep(1)
                db.execute("COMMIT")
    process.communicate()


FAULTS = (
    *(bits_of_the_journal_flipped, the_journal_cut_short, a_gradebook_lost),
    *(a_disk_without_room, a_second_grader, a_person_who_marks),
)


def _named(fault: Callable[..., None]) -> str:
    return fault.__name__.replace("_", " ")


def _differences(
    wanted: dict[tuple[str, ...], Any], found: dict[tuple[str, ...], Any], number: int
) -> Iterator[str]:
    for key in sorted(wanted.keys() | found.keys(), key=str):
        if wanted.get(key) != found.get(key):
            yield f"round {number}: {key}: {wanted.get(key)} became {found.get(key)}"


def _forget(course: Course) -> None:
    """Throw away the grades, and keep the submissions and Keras's answers."""
    shutil.rmtree(course.grading / "autograded", ignore_errors=True)
    for pattern in ("journal*", "gradebook*.db*"):
        for path in course.grading.glob(pattern):
            path.unlink()


def _start(
    course: Course, before: Callable[[], None] = lambda: None
) -> "subprocess.Popen[bytes]":
    def prepared() -> None:
        isolation.die_with_parent()
        before()

    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", MODULE, "--grade", str(course.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=paths.ROOT,
        preexec_fn=prepared,
    )


def _grade(course: Course) -> Any:
    """Grade to the end; return the sum that the grader says."""
    process = _start(course)
    out, error = process.communicate()
    if process.returncode not in (0, 1) or not out:
        raise RuntimeError(error.decode()[-2000:])
    return json.loads(out)


def _killed(course: Course, seconds: float) -> bool:
    """Kill the grader after so many seconds; False when it was done before."""
    process = _start(course)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        _, alive = psutil.wait_procs(family, timeout=SECONDS_TO_DIE)
        if alive:
            raise RuntimeError(f"{len(alive)} processes outlived the grader") from None
        return True
    return False


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Let so many programs do nothing but keep a processor busy meanwhile."""
    command = [sys.executable, "-S", "-c", "while True: pass"]
    started = [
        subprocess.Popen(command, preexec_fn=isolation.die_with_parent)
        for _ in range(loops)
    ]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def _once(course: Course) -> int:
    """Grade a course to the end and print what became of it."""
    try:
        batch = grade(course, seed=SEED)
    except ProblemError as error:
        sys.exit(str(error))
    told = (batch.received, batch.saved, sorted(map(str, batch.for_a_person)))
    print(json.dumps(told))
    return batch.status


def _made_up(folder: str, students: int) -> Course:
    """Return a course with a made-up class in a folder of its own."""
    for name in ("solutions", "notebooks"):
        Path(folder, name).symlink_to(paths.ROOT / name)
    course = Course(Path(folder))
    course.grading.mkdir()
    made_up.make_class(course, students=tuple(made_up.CLASS)[:students])
    for path in course.submitted.glob(f"*/{TRAINS}"):
        shutil.rmtree(path)
    return course


def main() -> int:
    """Run the command; the exit status is 1 when a grade was lost or changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many; 200")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    parser.add_argument("--students", type=int, default=4, help="size of the class")
    parser.add_argument("--busy", type=int, default=0, help="busy loops beside it")
    parser.add_argument("--grade", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.grade:
        return _once(Course(args.grade))
    with tempfile.TemporaryDirectory(prefix="byhand-soak-") as folder, busy(args.busy):
        course = _made_up(folder, args.students)
        with tqdm(total=args.kills, desc="Kills", unit="kill") as bar:
            moved = lambda done, total: bar.update(1)  # noqa: E731
            found = soak(course, args.kills, moved, args.seed, faults=True)
    print(f"{found}; beside {args.busy} busy loops")
    for sentence in found.wrong[:20]:
        print(f"  {sentence}")
    return 1 if found.wrong or found.broken_off else 0


if __name__ == "__main__":
    sys.exit(main())
