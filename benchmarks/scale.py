"""A class of 10, 100 and 1 000 from zip to export: time and memory of each step.

``python -m benchmarks.scale`` makes each class from a seed and takes it through the
commands of docs/teaching.md: roster, times of arrival, grading with its feedback,
report, export. One judge is killed on the way, and nothing may be lost. One lesson
each, so that the longest run stays under some minutes.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import psutil

import benchmarks
from autograder import paths
from autograder.classroom import lms, made_up
from autograder.course import Course
from benchmarks import spent

SIZES = (10, 100, 1000)
LESSON = "00_start_here"
SEED = 2026
RESULTS = paths.ROOT / "benchmarks" / "results" / "scale.json"
PAGE = paths.ROOT / "docs" / "scale.md"
PLOT = paths.ROOT / "docs" / "pictures" / "scale.svg"
LEAST_TO_KILL = 100  # a smaller class is over before one looks
GOAL = 1.2  # peak memory of the largest class against the smallest
SECONDS = 60.0  # for all of the largest class, from its files to feedback and export
# of the made-up class, all that hands in one lesson; a loop without end is a matter
# of its limit of time, and not of the grader
STUDENTS = [name for name in made_up.CLASS if name not in ("joseph", "blaise")]
# the commands of docs/teaching.md, in its order; "CLASS" and "LIST" become files
COMMANDS = {
    "roster": ("roster", "LIST"),
    "received": ("received", "LIST", LESSON, "--zone", "Europe/Berlin"),
    "grade": ("grade", "CLASS", "--seed", str(SEED)),
    "report": ("report",),
    "export": ("export",),
    "fill": ("export", "--fill", "LIST", "--lesson", LESSON),
}
PHASES = ("receive", "judge", "feedback")  # of grading
STEPS = (*PHASES, "report", "export")


def checkout(folder):
    """Copy what a course runs on, with one lesson, and return the Course."""
    folder.mkdir()
    skipped = shutil.ignore_patterns("__pycache__")
    for name in ("autograder", "byhand", "data"):
        shutil.copytree(paths.ROOT / name, folder / name, ignore=skipped)
    for name in ("solutions", "notebooks"):
        shutil.copytree(paths.ROOT / name / LESSON, folder / name / LESSON)
    shutil.copy(paths.ROOT / "solutions" / f"{LESSON}.py", folder / "solutions")
    return Course(folder)


def make_class(course, count, archive, worksheet):
    """Write a class as Moodle hands it out: a zip, and the worksheet to grade in."""
    rows = [lms.WORKSHEET]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for number in range(count):
            like = STUDENTS[number % len(STUDENTS)]
            rng = np.random.default_rng([SEED, number])
            content = made_up.submission(course, LESSON, like, rng, first=False)
            name = f"{like.title()} Number{number}"
            files.writestr(
                f"{name}_{number}_assignsubmission_file_/{LESSON}.ipynb", content
            )
            mail, when = f"n{number}@example.org", "Friday, 20 November 2026, 10:15 AM"
            state = "Submitted for grading"
            row = (f"Participant {number}", name, mail, state, "", "100", "Yes", when)
            rows.append((*row, "-", ""))
    with open(worksheet, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def run_command(course, *words, kill_at=None):
    """Run a command of ours; return {seconds, memory of it and its tree in MiB, cpu}.

    ``kill_at`` ends a judge as soon as so many submissions have their grade.
    """
    start = time.monotonic()
    log = course.root / f"{words[0]}.log"
    with open(log, "w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder", *map(str, words)],
            env=os.environ | {"PYTHONPATH": str(course.root)},
            cwd=course.root,
            stdout=said,
            stderr=said,
        )
    peaks = watch(course, process, kill_at)
    seconds = time.monotonic() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}:\n{log.read_text()[-3000:]}")
    return {"seconds": seconds, **peaks, "said": log.read_text()}


def watch(course, process, kill_at):
    """Wait for a process, and return the peaks of its memory, and whom it lost."""
    own, tree, killed, cpu, all_cpu = 0, 0, 0, 0.0, 0.0
    while process.poll() is None:
        if kill_at and not killed and graded(course) >= kill_at:
            killed = kill_a_judge(process.pid)
        try:
            parent = psutil.Process(process.pid)
            own = max(own, parent.memory_info().rss)
            cpu = sum(parent.cpu_times()[:2])
            all_cpu = max(all_cpu, spent.of_tree(parent))
            tree = max(
                tree, sum(map(resident, [parent, *parent.children(recursive=True)]))
            )
            process.wait(0.5)
        except (psutil.Error, subprocess.TimeoutExpired):
            continue
    found = {"own": own / 2**20, "tree": tree / 2**20, "cpu": cpu, "all_cpu": all_cpu}
    return found | ({"killed": killed} if kill_at else {})


def resident(process):
    """Return the memory of a process: what it shares counts in each that has it.

    Counted in parts, the figure would depend on other programs of the machine that
    hold the same library.
    """
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def graded(course):
    """Return how many graded notebooks there are."""
    return sum(1 for _ in (course.grading / "autograded").glob("*"))


def kill_a_judge(parent):
    """Kill a child that has a sandbox below it; return how many were killed."""
    for child in psutil.Process(parent).children():
        if any("bwrap" in c.name() for c in child.children()):
            child.kill()
            return 1
    return 0


def measure(count):
    """Take a class through all commands and return what was measured."""
    with tempfile.TemporaryDirectory(prefix="byhand-scale-") as folder:
        course = checkout(Path(folder, "course"))
        files = {"CLASS": Path(folder, "class.zip"), "LIST": Path(folder, "list.csv")}
        make_class(course, count, files["CLASS"], files["LIST"])
        kill_at = count // 3 if count >= LEAST_TO_KILL else None
        found = {}
        for name, words in COMMANDS.items():
            words = [files.get(word, word) for word in words]
            kill = kill_at if name == "grade" else None
            found[name] = run_command(course, *words, kill_at=kill)
            told = found[name].pop("said")
            if name == "grade":
                found |= phases(told)
        sheet = course.grading / "export" / files["LIST"].name
        found["saved"] = filled(sheet) + not_started(told)  # as filling it says
        found["bytes"] = {
            name: size(course.grading / name)
            for name in ("journal.db", "gradebook.db", "autograded", "report")
        }
    if found["saved"] != count or (kill_at and not found["grade"]["killed"]):
        raise SystemExit(f"of {count} submissions {found['saved']} have a grade")
    return found


def phases(told):
    """Return the phases that grading says it had."""
    line = re.search(
        r"received in (\S+) s, graded in (\S+) s, feedback in (\S+) s", told
    )
    return {
        name: {"seconds": float(seconds)}
        for name, seconds in zip(PHASES, line.groups(), strict=True)
    }


def filled(worksheet):
    """Return how many lines of a worksheet hold a grade that can be imported."""
    with open(worksheet, newline="", encoding="utf-8") as file:
        grades = [row["Grade"] for row in csv.DictReader(file)]
    return sum(bool(re.fullmatch(r"[\d.]+", grade)) for grade in grades)


def not_started(told):
    """Return for how many the export says that it leaves the cell of a grade empty."""
    line = re.search(r"(\d+) notebooks? not started", told)
    return int(line.group(1)) if line else 0


def size(path):
    """Return the bytes of a file or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def draw(results, path):
    """Draw seconds per submission of each step, and the memory of the grader."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "scale"
    from matplotlib import pyplot

    counts = sorted(results, key=int)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4))
    for step, mark in zip(STEPS, "osvD^", strict=True):
        each = [results[c][step]["seconds"] / int(c) for c in counts]
        left.plot(list(map(int, counts)), each, marker=mark, label=step)
    left.set(xscale="log", yscale="log", xlabel="submissions")
    left.set_ylabel("seconds per submission")
    left.legend(frameon=False)
    for kind, mark, name in (("own", "o", "the writer"), ("tree", "s", "all together")):
        peaks = [results[c]["grade"][kind] for c in counts]
        right.plot(list(map(int, counts)), peaks, marker=mark, label=name)
    right.set(xscale="log", xlabel="submissions", ylabel="peak memory, MiB")
    right.set_ylim(bottom=0)
    right.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _amount(number, unit=""):
    """Write a number with three digits at most."""
    return f"{number:.3g}{unit}" if number < 100 else f"{number:,.0f}{unit}"


def measured(results):
    """Yield the measured figures as lines of a table."""
    counts = sorted(results, key=int)
    heads = [f"{int(count):,} submissions" for count in counts]
    yield f"| step | {' | '.join(heads)} | each, in the largest |"
    yield "|---" * (len(counts) + 2) + "|"
    for step in STEPS:
        seconds = [results[count][step]["seconds"] for count in counts]
        each = seconds[-1] / int(counts[-1])
        cells = " | ".join(_amount(s, " s") for s in seconds)
        yield f"| {step} | {cells} | {_amount(each, ' s')} |"
    for kind, name in (("own", "of the writer"), ("tree", "of all processes")):
        peaks = [results[count]["grade"][kind] for count in counts]
        cells = " | ".join(_amount(peak, " MiB") for peak in peaks)
        yield f"| peak memory {name} | {cells} | |"


def costs(results):
    """Return {part: (what one more submission costs, unit)} between the two largest."""
    small, large = sorted(results, key=int)[-2:]
    more = int(large) - int(small)

    def per(*path):
        ends = []
        for found in (results[small], results[large]):
            for key in path:
                found = found[key]
            ends.append(found)
        return (ends[1] - ends[0]) / more

    sizes = ("journal.db", "gradebook.db", "autograded", "report")
    return {
        "judging, with both cores": (per("judge", "seconds"), "s"),
        "a page of feedback, with both cores": (per("feedback", "seconds"), "s"),
        "the writer's processor": (per("grade", "cpu"), "s"),
        **{name: (per("bytes", name) / 1000, "kB") for name in sizes},
    }


def worked_out(results, count=100_000):
    """Yield lines of a table: what one submission costs, and ``count`` of them."""
    yield f"| part | one submission | {count:,} submissions |"
    yield "|---|---|---|"
    for part, (cost, unit) in costs(results).items():
        if unit == "s":
            one, all_of_them = f"{1000 * cost:.0f} ms", f"{cost * count / 3600:.2g} h"
        else:
            one, all_of_them = f"{cost:.1f} kB", f"{cost * count / 1e6:.2f} GB"
        yield f"| {part} | {one} | {all_of_them} |"


def write_page(results, page):
    """Put both tables into a page, between the marks that are there for them."""
    tables = {"measured": measured, "worked out": worked_out}
    benchmarks.put_tables(page, {name: rows(results) for name, rows in tables.items()})


def main():
    """Measure, write the results and the plot; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().sizes
    results = {}
    for count in sizes:
        results[str(count)] = measure(count)
    print(*measured(results), sep="\n")
    if tuple(sizes) == SIZES:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(*worked_out(results), sep="\n")
        draw(results, PLOT)
        write_page(results, PAGE)
    first, last = (results[pick(results, key=int)]["grade"] for pick in (min, max))
    ratios = {kind: last[kind] / first[kind] for kind in ("own", "tree")}
    told = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in ratios.items())
    print(f"peak memory of the largest class against the smallest: {told}")
    seconds = last["seconds"]
    load = os.getloadavg()[0]
    print(
        f"the largest class, whole: {seconds:.1f} s, {last['all_cpu']:.1f} s on "
        f"processors, with a load of {load:.1f}; goal {SECONDS:g} s for {max(SIZES)}"
    )
    late = max(sizes) == max(SIZES) and seconds > SECONDS
    return int(max(ratios.values()) > GOAL or late)


if __name__ == "__main__":
    sys.exit(main())
