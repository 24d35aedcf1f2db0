"""Stock nbgrader against our grader on one class, and a verdict against its cells.

``python -m benchmarks.grading`` makes a class and takes it with both from the files
received to feedback and export, in one run. It prints seconds on the wall and on
processors, compares every score, and keeps the figures for docs/scale.md. Stock takes
about ten seconds for each notebook, so its time for the large class is worked out from
that for the small one; ``--whole`` measures it, which takes most of an hour.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import benchmarks
from autograder import paths
from autograder.classroom import made_up
from autograder.course import Course
from autograder.sandbox.start import environment
from benchmarks import spent
from benchmarks.spent import Spent

SEED = 2026
# of the made-up class: right, partly wrong, untouched. No endless loop and no warning
# on purpose: stock gives 0 for a warning, and both wait for a loop as long as told
STUDENTS = ("ada", "mary")
COPIES = 20  # of the small class, in the large one
ROUNDS = 4
ENOUGH = 3.0  # seconds on processors, after which a longer lesson isn't run again
GOALS = {"cold": 30.0, "large": 100.0}  # times as fast as stock
BARE_GOAL = 1.3  # times as long as the bare run of the cells
NAME = "grading"  # of the results
PAGE = paths.ROOT / "docs" / "scale.md"
STOCK = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from autograder.course import Course
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
course = Course(Path(sys.argv[1]))
for lesson in sys.argv[2:]:
    config = course.settings(assignment_id=lesson)
    for ours in ("HTMLExporter", "GenerateFeedback"):
        del config[ours]
    for kind in Autograde, GenerateFeedback:
        step = kind(coursedir=CourseDirectory(config=config), config=config)
        step.log.setLevel("CRITICAL")
        step.start()
exporter = CsvExportPlugin()
exporter.to = str(course.grading / "stock.csv")
with course.gradebook() as gradebook:
    exporter.export(gradebook)
"""
OURS = """
if __name__ == "__main__":  # a judge's process runs this file as well
    import sys, warnings
    import autograder.__main__
    warnings.simplefilter("ignore")
    from pathlib import Path
    from autograder.course import Course
    from autograder.run.pipeline import grade_class
    course = Course(Path(sys.argv[1]))
    sys.exit(grade_class(course, course.root / "class", seed=int(sys.argv[2])))
"""


def make_course(folder, students=STUDENTS, copies=1, last=False):
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


def received(folder, students, copies):
    """Make a course whose class lies in a folder beside it, as it was handed in.

    Its gradebook knows the lessons, as stock's does: they were released long ago.
    """
    course = make_course(folder, students, copies)
    prepare(course)
    course.submitted.rename(course.root / "class")
    (course.grading / made_up.MARK).unlink(missing_ok=True)
    return course


def grade_with_ours(course):
    """Collect, grade, write feedback and the export; return what it Spent."""
    program = course.root / "program.py"
    program.write_text(OURS)
    return spent.run(course.root, str(program), str(course.root), str(SEED))


def grade_with_stock(course):
    """Let stock nbgrader grade each lesson, write feedback and export; return Spent."""
    program = course.root / "program.py"
    program.write_text(STOCK)
    lessons = sorted({p.parent.name for p in course.submitted.glob("*/*/*.ipynb")})
    words = (str(program), str(course.root), *lessons)
    return spent.run(course.root, *words, BYHAND_SEED=str(SEED))


def prepare(course):
    """Tell the gradebook of the lessons, which stock nbgrader needs."""
    from autograder.gradebook import stock

    lessons = sorted({p.parent.name for p in course.submitted.glob("*/*/*.ipynb")})
    stock.prepare(course, lessons)


def worked_out(first, again, count, large):
    """Return what stock takes for a class of ``large``, from one of ``count``.

    ``again`` is a second run, which starts and finds all graded.
    """

    def more(whole, start):
        return start + (whole - start) / count * large

    return Spent(more(first.wall, again.wall), more(first.cpu, again.cpu))


def against_stock(students=STUDENTS, copies=COPIES, whole=False):
    """Grade one class with both; return {name: figures}, and how many scores differ."""
    _warm_up()
    with tempfile.TemporaryDirectory() as place:
        small, large, theirs, many = (
            Path(place, name) for name in ("small", "large", "stock", "many")
        )
        for folder in (small, large, theirs, many):
            folder.mkdir()
        course = received(small, students, 1)
        count = len(list(course.root.glob("class/*/*/*.ipynb")))
        more = copies * count
        cold = _told(f"ours, {count} notebooks, nothing kept", grade_with_ours(course))
        (course.grading / "journal.db").unlink()
        warm = _told(f"ours, {count}, Keras's answers kept", grade_with_ours(course))
        class_of_many = received(large, students, copies)
        (class_of_many.grading / "keras").symlink_to(course.grading / "keras")
        all_of_many = grade_with_ours(class_of_many)
        _told(f"ours, {more} notebooks, answers kept", all_of_many)
        other = make_course(theirs, students)
        prepare(other)
        stock = _told(f"stock nbgrader, {count}", grade_with_stock(other))
        again = _told("stock nbgrader, again: its start", grade_with_stock(other))
        stock_of_many = worked_out(stock, again, count, more)
        if whole:
            course_of_many = make_course(many, students, copies)
            prepare(course_of_many)
            stock_of_many = grade_with_stock(course_of_many)
        _told(
            f"stock nbgrader, {more}" + ("" if whole else ", worked out"), stock_of_many
        )
        differing = compare(scores(course), scores(other))
    found = {
        "cold": _ratio(count, cold, stock),
        "kept": _ratio(count, warm, stock),
        "large": _ratio(more, all_of_many, stock_of_many) | {"measured": whole},
    }
    for name, row in found.items():
        goal = f", goal {GOALS[name]:g}" if name in GOALS else ""
        print(
            f"ratio  {name}, {row['notebooks']} notebooks: {row['wall']:.0f} on the "
            f"wall, {row['cpu']:.0f} on processors{goal}"
        )
    return found, differing


def _warm_up():
    """Let both start once, so that Python has compiled what it imports."""
    imports = (
        "import autograder.run.batch, autograder.viva.questions, nbgrader.apps.api"
    )
    with tempfile.TemporaryDirectory() as place:
        for code in (imports, "import ipykernel.kernelapp, byhand.plots"):
            spent.run(Path(place), "-c", code)


def _told(name, found):
    print(f"{name:40} {found}", flush=True)
    return found


def _ratio(count, ours, stock):
    return {
        "notebooks": count,
        "ours": [round(ours.wall, 2), round(ours.cpu, 2)],
        "stock": [round(stock.wall, 1), round(stock.cpu, 1)],
        "wall": stock.wall / ours.wall,
        "cpu": stock.cpu / ours.cpu,
    }


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


# --- the page ---------------------------------------------------------------------


def against_stock_rows(figures):
    """Yield the lines of the table that compares both graders."""
    yield "| class | ours | stock nbgrader | times as fast | goal |"
    yield "|---|---|---|---|---|"
    for name, row in figures["classes"].items():
        ours, stock = (
            f"{w:,.0f} s ({c:,.0f} s)" for w, c in (row["ours"], row["stock"])
        )
        times = f"{row['wall']:.0f} ({row['cpu']:.0f})"
        goal = f"{GOALS[name]:.0f}" if name in GOALS else ""
        what = f"{row['notebooks']} notebooks, {_WORDS[name]}"
        yield f"| {what} | {ours} | {stock} | {times} | {goal} |"
    first, last = figures["loads"]
    yield ""
    yield (
        f"The load of the machine was {first:g} at the start and {last:g} at the end; "
        "seconds on processors stand in brackets."
    )


_WORDS = {
    "cold": "nothing kept",
    "kept": "Keras's answers kept",
    "large": "Keras's answers kept",
}


def bare_rows(figures):
    """Yield the lines of the table that compares a verdict with its cells."""
    yield "| lesson | on the wall | on processors |"
    yield "|---|---|---|"
    for lesson, found in figures["bare"].items():
        yield f"| {lesson} | {found['wall']:.2f} | {found['cpu']:.2f} |"


def write_page(figures, page=PAGE):
    """Put both tables into docs/scale.md, between the marks that are there for them."""
    tables = {"against stock": against_stock_rows, "bare": bare_rows}
    benchmarks.put_tables(page, {n: rows(figures) for n, rows in tables.items()})


# --- ours against the bare run of the same cells --------------------------------------


def _bare_alone():
    """Return the figures of `against_bare`, taken with the threads of the sandbox."""
    with tempfile.TemporaryDirectory() as place:
        told = Path(place, "bare.json")
        words = ("-m", "benchmarks.grading", "--bare-only", str(told))
        settings = {k: v for k, v in environment().items() if k.endswith("_THREADS")}
        subprocess.run([sys.executable, *words], env=os.environ | settings, check=True)
        return json.loads(told.read_text())


def against_bare():
    """Print a verdict's time over that of its cells alone; return it by lesson."""
    import matplotlib.pyplot  # noqa: F401 - a warm process has it, as the sandbox does

    from autograder.checks.keras_answers import Asker
    from autograder.sandbox import levels
    from autograder.sandbox.client import Sandbox

    with tempfile.TemporaryDirectory() as folder:
        course = make_course(folder, ("ada",), last=True)
        service = course.checks.service(course.grading / "keras")
        line = service.start()
        worker = Sandbox(levels.strongest()[0])
        try:
            return {
                path.stem: _one_lesson(course, path, worker, Asker(line))
                for path in sorted(course.submitted.glob("ada/*/*.ipynb"))
            }
        finally:
            worker.close()
            service.stop()


def _one_lesson(course, path, worker, asker):
    """Return the ratios of one lesson: of its seconds, and of those on processors."""
    from autograder.checks.bench import maker
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
        take_verdict(lesson, cells, worker, limits, SEED, maker(asker), session)
        return cells

    steps = rebuild(lesson, ours())  # Keras's answers are kept from here on
    _bare(steps, asker)
    pairs = []
    # the shorter, the more often: a clock of processes has steps of 10 ms
    while len(pairs) < 10 * ROUNDS and sum(each.cpu for each, _ in pairs) < ENOUGH:
        pairs += [(_spent(ours, worker), _bare(steps, asker))]
    mine, bare = (sum(times, Spent(0.0, 0.0)) for times in zip(*pairs, strict=True))
    found = {"wall": mine.wall / bare.wall, "cpu": mine.cpu / bare.cpu}
    print(f"bare   {path.stem:26}", end="")
    for kind, name in (("wall", "wall"), ("cpu", "processors")):
        of, over = (getattr(each, kind) / len(pairs) for each in (mine, bare))
        print(f" {name} {of:6.3f} s over {over:6.3f}: {of / over:.2f} ", end="")
    print(flush=True)
    return found


def _spent(work, worker):
    """Do the work; return what it Spent here and in the sandbox."""
    tree = psutil.Process(worker.running().process.pid)
    wall, cpu = time.perf_counter(), time.process_time() + spent.of_tree(tree)
    work()
    later = time.process_time() + spent.of_tree(tree)
    return Spent(time.perf_counter() - wall, later - cpu)


def _bare(steps, asker):
    """Run the same cells, tests included, in a fork of this process; return Spent."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.perf_counter()
        _run_bare(steps, asker)
        used = resource.getrusage(resource.RUSAGE_SELF)
        both = time.perf_counter() - start, used.ru_utime + used.ru_stime
        os.write(tell, json.dumps(both).encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as pipe:
        wall, cpu = json.loads(pipe.read())
    os.waitpid(child, 0)
    return Spent(wall, cpu)


def _run_bare(steps, asker):
    import contextlib

    from autograder.checks.keras_answers import Asker
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
    mine = Asker(asker.line)  # for Keras's answers, which are kept for both
    mine.kept, mine.size = asker.kept, asker.size
    desk = Desk(
        seed=SEED, referee=mine, given=mine.operation, report=lambda found: None
    )
    for step in steps:
        if step.runs or step.kind == TESTS:
            with contextlib.suppress(Exception), seated(desk):
                exec(compile(plain_python(step.source), "<bare>", "exec"), namespace)


def main():
    """Print both comparisons; the status is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bare-only", type=Path, metavar="FILE", help="for itself")
    parser.add_argument("--students", type=int, default=len(STUDENTS))
    parser.add_argument("--copies", type=int, default=COPIES, help="in the large class")
    parser.add_argument("--whole", action="store_true", help="stock on the large class")
    args = parser.parse_args()
    if args.bare_only:
        args.bare_only.write_text(json.dumps(against_bare()))
        return 0
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} cores", flush=True)
    bare = _bare_alone()
    missed = [n for n, found in bare.items() if found["cpu"] > BARE_GOAL]
    chosen = (*STUDENTS, *made_up.CLASS)[: args.students]
    found, differing = against_stock(chosen, args.copies, args.whole)
    loads = [round(load, 1), round(os.getloadavg()[0], 1)]
    print(f"load {loads[0]} at the start, {loads[1]} at the end")
    figures = {"loads": loads, "bare": bare, "classes": found, "differing": differing}
    benchmarks.keep(NAME, figures)
    write_page(figures)
    missed += [name for name, goal in GOALS.items() if found[name]["wall"] < goal]
    print(f"missed: {', '.join(missed) or 'nothing'}; {differing} scores differ")
    return int(bool(missed or differing))


if __name__ == "__main__":
    sys.exit(main())
