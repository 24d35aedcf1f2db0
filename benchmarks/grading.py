"""Stock nbgrader against our grader, on one class, in one run; and ours against bare.

``python -m benchmarks.grading`` makes a class, grades it with both, prints the ratio,
and compares every score. ``--students`` sets its size; stock takes about ten seconds
for each notebook.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder import paths
from autograder.classroom import made_up
from autograder.course import Course, tools_on_path

SEED = 2026
# of the made-up class: right, partly wrong, untouched. No endless loop and no warning
# on purpose: stock gives 0 for a warning, and both wait for a loop as long as told
STUDENTS = ("ada", "mary", "pierre", "carl", "george", "sofia", "emmy", "alan")
ROUNDS = 5
STOCK = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from autograder.course import Course
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
config = Course(Path(sys.argv[1])).settings(assignment_id=sys.argv[2])
place = CourseDirectory(config=config)
step = Autograde(coursedir=place, config=config)
step.log.setLevel("CRITICAL")
step.start()
"""
OURS = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from autograder.course import Course
from autograder.run.batch import grade
if __name__ == "__main__":
    print(grade(Course(Path(sys.argv[1])), seed=int(sys.argv[2]), force=True))
"""


def make_course(folder, students, copies=1, last=False):
    """Write a class into a folder; lesson 08, which trains, only with ``last``."""
    for name in ("solutions", "notebooks"):
        Path(folder, name).symlink_to(paths.ROOT / name)
    course = Course(Path(folder))
    course.grading.mkdir()
    made_up.make_class(course, students=students)
    for path in () if last else course.submitted.glob("*/08_*/*"):
        path.unlink()
        path.parent.rmdir()
    for number in range(1, copies):
        for path in list(course.submitted.glob("*/*/*.ipynb")):
            student, lesson, name = path.parts[-3:]
            if student in students:
                target = course.submitted / f"{student}{number}" / lesson / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    return course


def timed(program, course, *words):
    """Run a program on a course; return (seconds, what it printed)."""
    script = course.root / "program.py"
    script.write_text(program)
    start = time.monotonic()
    with tools_on_path():
        done = subprocess.run(
            [sys.executable, str(script), str(course.root), *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(paths.ROOT), "BYHAND_SEED": str(SEED)},
            capture_output=True,
            text=True,
            check=False,
        )
    seconds = time.monotonic() - start
    if done.returncode > 1:
        raise RuntimeError(done.stderr[-2000:])
    return seconds, done.stdout.strip()


def scores(course):
    """Return {(student, lesson, cell): automatic score}."""
    found = {}
    with course.gradebook() as book:
        for assignment in book.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        key = submission.student.id, assignment.name, grade.name
                        found[key] = grade.auto_score
    return found


def grade_with_stock(course):
    """Run ``nbgrader autograde`` for each lesson; return the seconds."""
    return sum(timed(STOCK, course, lesson)[0] for lesson in prepare(course))


def prepare(course):
    """Tell the gradebook of the lessons, as both graders need; return their names."""
    from autograder.gradebook import stock

    lessons = sorted({p.parent.name for p in course.submitted.glob("*/*/*.ipynb")})
    stock.prepare(course, lessons)
    return lessons


def against_stock(students, copies):
    """Grade one class with both and print what it took."""
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        ours, theirs = make_course(a, students), make_course(b, students)
        count = len(list(ours.submitted.glob("*/*/*.ipynb")))
        prepare(ours)
        cold, said = timed(OURS, ours, SEED)
        warm, _ = timed(OURS, ours, SEED)
        print(
            f"ours   {count:5} submissions in {cold:7.1f} s, Keras asked anew; {said}"
        )
        print(f"ours   {count:5} submissions in {warm:7.1f} s, Keras's answers kept")
        large, more = _larger(students, copies, ours)
        print(f"ours   {more:5} submissions in {large:7.1f} s, the same {copies} times")
        stock = grade_with_stock(theirs)
        print(f"stock  {count:5} submissions in {stock:7.1f} s")
        each, per = stock / count, large / more
        print(
            f"ratio  {stock / cold:.0f} cold, {stock / warm:.0f} warm on the same "
            f"class; {each / per:.0f} per submission of a class of {more} "
            f"({60 / each:.1f} against {60 / per:.0f} a minute)"
        )
        return compare(scores(ours), scores(theirs))


def _larger(students, copies, kept):
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(folder, students, copies)
        (course.grading / "keras").symlink_to(kept.grading / "keras")
        prepare(course)
        seconds, _ = timed(OURS, course, SEED)
        return seconds, len(list(course.submitted.glob("*/*/*.ipynb")))


def compare(ours, theirs):
    """Print every score that differs; return how many do."""
    differing = [
        key
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
    for key in differing:
        print(f"  {key}: ours {ours.get(key)}, stock {theirs.get(key)}")
    print(f"scores {len(ours) - len(differing)} of {len(ours)} equal")
    return len(differing)


# --- ours against the bare run of the same cells --------------------------------------


def against_bare():
    """Print, per lesson, a verdict's time over that of the cells alone."""
    from autograder.sandbox import levels
    from autograder.sandbox.client import Sandbox

    with tempfile.TemporaryDirectory() as folder:
        course = make_course(folder, ("ada",), last=True)
        service = course.checks.service(course.grading / "keras")
        benches = course.checks.benches(service.start())
        worker = Sandbox(levels.strongest()[0])
        times = [
            _one_lesson(course, path, worker, benches)
            for path in sorted(course.submitted.glob("ada/*/*.ipynb"))
        ]
        worker.close()
        service.stop()
    mine, bare = map(sum, zip(*times, strict=True))
    print(f"bare   all: {mine:.3f} s over {bare:.3f} s: {mine / bare:.2f}")


def _one_lesson(course, path, worker, benches):
    from autograder.sandbox.process_limits import limits_of
    from autograder.verdict.cells import read_lesson
    from autograder.verdict.judge import take_verdict
    from autograder.verdict.rebuild import rebuild

    lesson = read_lesson(path.stem, *course.notebooks(path.stem))
    limits = limits_of(path.stem)

    def ours():
        with open(path, "rb") as file:
            read, session = worker.open(file.fileno(), limits, SEED)
        cells = read["cells"]
        take_verdict(lesson, cells, worker, limits, SEED, benches, session)
        return cells

    steps = rebuild(lesson, ours())
    _bare(steps)
    pairs = [(_seconds(ours), _bare(steps)) for _ in range(ROUNDS)]
    mine, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"bare   {path.stem:26} {mine:6.3f} s over {bare:6.3f} s: {mine / bare:.2f}")
    return mine, bare


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _bare(steps):
    """Run the same cells, tests included, in a fork of this process; return seconds."""
    told, tell = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        _run_bare(steps)
        os.write(tell, json.dumps(time.perf_counter() - start).encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as pipe:
        seconds = json.loads(pipe.read())
    os.waitpid(child, 0)
    return seconds


def _run_bare(steps):
    import contextlib

    from autograder.lessons.markers import TESTS
    from autograder.worker import import_stubs
    from autograder.worker.magics import plain_python
    from byhand.checks.desk import Desk, seated

    for name in ("plots", "explore"):  # shows are left out of a verdict, so here too
        module = import_stubs.StubModule(
            f"byhand.{name}", lambda path: import_stubs.QuietStub()
        )
        sys.modules[f"byhand.{name}"] = module
    namespace = {"__name__": "__main__", "get_ipython": lambda: None}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for step in steps:
        if step.runs or step.kind == TESTS:
            with contextlib.suppress(Exception), seated(Desk(seed=SEED)):
                exec(compile(plain_python(step.source), "<bare>", "exec"), namespace)


def main():
    """Print both comparisons; the status is 1 when a score differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=2)
    parser.add_argument("--copies", type=int, default=20, help="of a larger class")
    parser.add_argument("--bare-only", action="store_true")
    args = parser.parse_args()
    against_bare()
    if args.bare_only:
        return 0
    return 1 if against_stock(STUDENTS[: args.students], args.copies) else 0


if __name__ == "__main__":
    sys.exit(main())
