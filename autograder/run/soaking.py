"""Kill the grader at random moments, start it again, and compare the grades.

``python -m autograder.run.soaking FOLDER`` grades one course in a process of its own;
`soak` starts such processes and kills them.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.course import Course

SEED = 12
SECONDS_TO_DIE = 5.0


@dataclass
class Soak:
    """What a soak found: ``wrong`` holds a sentence per difference."""

    kills: int = 0
    rounds: int = 0
    wrong: tuple = ()

    def __str__(self):
        """Say it in a line."""
        return (
            f"{self.kills} kills in {self.rounds} rounds of grading the class: "
            f"{len(self.wrong)} lost, doubled or changed grades"
        )


def soak(course, kills, progress=lambda done, total: None, seed=0):
    """Grade a course again and again, killing the grader; return a Soak.

    Parameters
    ----------
    course : Course whose submissions lie in place; its grading state is thrown away
    kills : int, how many SIGKILLs
    progress : called with (kills so far, kills)
    seed : int, of the moments
    """
    rng = random.Random(seed)
    _forget(course)
    _grade(course)  # Keras's answers are kept from here on
    _forget(course)
    started = time.monotonic()
    wanted_sum = _grade(course)
    duration = time.monotonic() - started
    wanted = grades(course)
    found, wrong = Soak(), []
    while found.kills < kills:
        _forget(course)
        found.rounds += 1
        while found.kills < kills and _killed(course, rng.uniform(0, duration)):
            found.kills += 1
            progress(found.kills, kills)
        total = _grade(course)
        if total != wanted_sum:
            wrong.append(f"round {found.rounds}: {total} in place of {wanted_sum}")
        wrong += _differences(wanted, grades(course), found.rounds)
    found.wrong = tuple(wrong)
    return found


def grades(course):
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


def _differences(wanted, found, number):
    for key in sorted(wanted.keys() | found.keys(), key=str):
        if wanted.get(key) != found.get(key):
            yield f"round {number}: {key}: {wanted.get(key)} became {found.get(key)}"


def _forget(course):
    """Throw away the grades, and keep the submissions and Keras's answers."""
    shutil.rmtree(course.grading / "autograded", ignore_errors=True)
    for pattern in ("journal.*", "gradebook.db*"):
        for path in course.grading.glob(pattern):
            path.unlink()


def _start(course):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", __spec__.name, str(course.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent.parent,
    )


def _grade(course):
    """Grade to the end; return the sum that the grader says."""
    process = _start(course)
    out, error = process.communicate()
    if process.returncode not in (0, 1) or not out:
        raise RuntimeError(error.decode()[-2000:])
    return json.loads(out)


def _killed(course, seconds):
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


def main():
    """Grade the course of the command line and print what became of it."""
    from autograder.run.grading import grade

    batch = grade(Course(Path(sys.argv[1])), seed=SEED)
    told = (batch.received, batch.saved, sorted(map(str, batch.for_a_person)))
    print(json.dumps(told))
    return batch.status


if __name__ == "__main__":
    sys.exit(main())
