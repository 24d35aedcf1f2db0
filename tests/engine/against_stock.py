"""Give the table of attacks to stock nbgrader, inside a sandbox that is thrown away.

``python -m tests.engine.against_stock [words]`` prints, for each row whose name holds
one of the words, the points that stock nbgrader gives where they aren't right. A row is
bounded in time and memory. ``--new`` runs the rows that no run has kept yet, and keeps
them for the README; ``--all`` runs the whole table again, some forty minutes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from autograder import paths
from autograder.course import Course
from autograder.sandbox.cgroups import make_group
from tests.engine import attacks, little

RESULTS = paths.ROOT / "benchmarks" / "results" / "stock_attacks.json"
SECONDS = 120
STUDENT = "eve"
PROGRAM = """
import os, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[2])
os.environ["PATH"] = os.path.dirname(sys.executable) + ":/usr/bin:/bin"
from pathlib import Path
from autograder.course import Course
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
config = Course(Path(sys.argv[1])).settings(assignment_id="little")
config.Execute.timeout = 10
step = Autograde(coursedir=CourseDirectory(config=config), config=config)
step.log.setLevel("CRITICAL")
step.start()
"""


@dataclass(frozen=True)
class Row:
    """What stock nbgrader makes of an attack; ``score`` None means no grade."""

    name: str
    kind: str  # of the attack
    right: float | None
    score: float | None
    ended: str
    leaked: tuple

    @property
    def wrong(self):
        """Say in a word what went wrong, "" when nothing did."""
        points = self.score or 0.0
        if self.kind in ("forge", "person"):
            return "raised" if points > (self.right or 0.0) else ""
        if self.kind == "leak":
            return "leaked" if self.leaked else ""
        if self.score is None:
            return "ungraded"
        return "lost" if points < self.right else ""


# of the README's table: what is counted, of which kinds of attack, by which words
COUNTED = (
    ("ways to raise a grade that raise it", ("forge", "person"), ("raised",)),
    ("ways to read what isn't theirs that show it", ("leak",), ("leaked",)),
    ("ways to stop the grader that cost a grade", ("disrupt",), ("lost", "ungraded")),
    ("honest but odd files that lose points", ("odd",), ("lost", "ungraded")),
)


def table(rows):
    """Yield (what, how many there are, how many stock was given, how many succeed)."""
    for what, kinds, words in COUNTED:
        count = sum(attack.kind in kinds for attack in attacks.ATTACKS)
        some = [row for row in rows if row.kind in kinds]
        yield what, count, len(some), sum(row.wrong in words for row in some)
    shown = sum(attacks.SECRETS[0] in row.leaked for row in rows)
    what = "pages that show the text of a hidden test"
    yield what, len(attacks.ATTACKS), len(rows), shown


def kept():
    """Return the rows of the last runs."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    return [Row(**row) for row in rows]


def prepared(folder):
    """Make the course, with lesson and gradebook, that each row gets a copy of."""
    from autograder.gradebook import stock

    lesson = little.make(folder)
    stock.prepare(lesson.course, [little.NAME])
    return lesson.course


def run(course, attack):
    """Let stock nbgrader grade one attack in a copy of the course."""
    place = tempfile.mkdtemp(prefix="byhand-stock-")
    try:
        root = Path(place) / "course"
        shutil.copytree(course.root, root)
        copy = little.Little(Course(root))
        attack.write(copy, STUDENT)
        ended = _sandboxed(root)
        found = _score(copy.course), ended, _leaks(copy.course)
        return Row(attack.name, attack.kind, attack.score, *found)
    finally:  # folders in folders, too deep for shutil.rmtree, may lie there
        subprocess.run(["rm", "-rf", place], check=True)


def _sandboxed(root):
    """Run nbgrader on a course; return how it ended."""
    prefix, base = Path(sys.prefix), Path(sys.base_prefix)
    inside = [paths.ROOT, prefix, base]
    command = [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),
        *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"),
        *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
        *(word for path in inside for word in ("--ro-bind", str(path), str(path))),
        *("--bind", str(root), str(root), "--chdir", str(root)),
        *("--setenv", "HOME", "/tmp", "--setenv", "GRADER", "grader-secret-41"),
        *(sys.executable, "-c", PROGRAM, str(root), str(paths.ROOT)),
    ]
    group = make_group(91)
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if group:
        group.add(process.pid)
    try:
        return "status 0" if process.wait(SECONDS) == 0 else "an error"
    except subprocess.TimeoutExpired:
        return f"nothing after {SECONDS} s"
    finally:
        process.kill()
        process.wait()
        if group:
            group.remove()


def _score(course):
    from nbgrader.api import MissingEntry

    graded = course.grading / "autograded" / STUDENT / little.NAME / "little.ipynb"
    if not graded.exists():
        return None
    with course.gradebook() as book:
        try:
            return book.find_submission(little.NAME, STUDENT).score
        except MissingEntry:
            return None


def _leaks(course):
    graded = course.grading / "autograded" / STUDENT / little.NAME / "little.ipynb"
    if not graded.is_file():
        return ()
    cells = json.loads(graded.read_bytes())["cells"]
    shown = json.dumps([cell.get("outputs") for cell in cells])
    return tuple(secret for secret in attacks.SECRETS if secret in shown)


def _told(row):
    score = "no grade" if row.score is None else f"{row.score:g} points"
    name = f"{row.kind}: {row.name}"
    return f"{row.wrong:9} {name:44} {score:10} {row.ended}"


def main():
    """Print a line per row in which stock goes wrong, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--new", action="store_true", help="rows that aren't kept yet")
    which.add_argument("--all", action="store_true", help="the whole table again")
    args = parser.parse_args()
    known = {} if args.all else {row.name: row for row in kept()}
    chosen = [a for a in attacks.ATTACKS if any(w in a.name for w in args.words)]
    if args.new or args.all:
        chosen = [a for a in attacks.ATTACKS if a.name not in known]
    with tempfile.TemporaryDirectory(prefix="byhand-stock-") as folder:
        course = prepared(Path(folder) / "course")
        for attack in tqdm(chosen, unit="row"):
            row = known[attack.name] = run(course, attack)
            if row.wrong:
                tqdm.write(_told(row))
            if args.new or args.all:  # a run that is broken off keeps what it has
                _keep(known)
    for what, count, given, succeed in table(known.values()):
        print(f"{what}: {succeed} of {given} of {count}")


def _keep(known):
    rows = [vars(known[a.name]) for a in attacks.ATTACKS if a.name in known]
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
