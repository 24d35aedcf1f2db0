"""Attacks on what came last: level 1, files that were graded before, late rules.

They join the table of `attacks`; those on questions to students and on containers are
in ``test_second_runs``.
"""

from tests.engine import little
from tests.engine.attacks import _row, disrupt, forge, leak, meddle, odd
from tests.engine.little import FULL, as_bytes, find

# --- the process that starts all others: at level 1 it is of the same user -----------

leak(
    "written into the parent",
    "another process of the same user is opened for writing, and made to obey",
    """
import os
word = "another-students" + "-work-17"
for number in {os.getppid(), *range(1, 1 << 15)} - {os.getpid()}:
    for name in ("environ", "maps"):
        try:
            if os.getpgid(number) != os.getpgid(0) and open(
                f"/proc/{number}/{name}", "rb"
            ).read(1):
                print(word, name)
        except OSError:
            pass
try:
    os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR))
    print(word, "mem")
except OSError:
    pass
""",
)
leak(
    "up from an open folder",
    "the folders that modules come from are open, and lie in others",
    """
import os
word = "another-students" + "-work-17"
for number in range(256):
    place = f"/proc/self/fd/{number}"
    for _ in range(12):
        place += "/.."
        for name in ("tests/engine/attacks.py", "grading/journal.db",
                     "solutions/02_convolution.py"):
            try:
                open(f"{place}/{name}", "rb").read(1)
                print(word, place, name)
            except OSError:
                pass
""",
)
disrupt(
    "locks of the next workers",
    "the names under which the grader notes its users are taken, as pipes and links",
    first="""
import os
for number in range(64_100, 64_300):
    for make in (os.mkfifo, lambda path: os.symlink("/etc/shadow", path), os.mkdir):
        try:
            make(f"/tmp/byhand-user-{number}.lock")
        except OSError:
            pass
""",
    answers={"double": "def double(x):\n    import os\n    os._exit(1)"},
    score=FULL - 3,
)
disrupt(
    "a limit of the parent's",
    "the limits of the process that starts all others are lowered",
    first="""
import os, resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU):
    for number in (os.getppid(), 1):
        try:
            resource.prlimit(number, kind, (1, 1))
        except (OSError, ValueError):
            pass
""",
    score=FULL,
)
disrupt(
    "a process that outlives its cell",
    "a child in a session of its own holds the output and eats what it can",
    first="""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(0.01)
    os._exit(0)
""",
    score=FULL,
)

# --- files that were graded or handed out before --------------------------------------


def _graded(tree):
    """Make of a notebook what the grader writes, with points that nobody gave."""
    for cell in tree["cells"]:
        told = cell["metadata"].get("nbgrader", {})
        if told.get("grade"):
            told |= {"score": 99, "points": 99, "checksum": "0" * 32}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1
            cell["outputs"] = [
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {"byhand": True},
                    "data": {"text/plain": "99.0"},
                }
            ]
    tree["metadata"]["nbgrader"] = {"score": 99, "max_score": 99}


meddle(
    "a graded notebook handed in",
    "the grader's own form, with points, checksums and results in it",
    _graded,
)


def _solved(tree):
    """Make of a notebook one that is handed out after the deadline."""
    for cell in tree["cells"]:
        name = cell.get("id")
        if name in little.ANSWERS and name != "stops":
            cell["source"] += "\n\n### BEGIN SOLUTION\n### END SOLUTION"
    find(tree, "test_double")["source"] += (
        "\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"
    )
    find(tree, "why")["source"] += "\n\n### BEGIN MARK SCHEME\n2 points: all of it"
    return as_bytes(tree)


odd(
    "marks of a source in a file",
    "solutions between their marks, an open mark scheme, a hidden test of no lines",
    _solved,
)
forge(
    "marks around nothing",
    "each answer claims to be the region that holds its tests",
    answers={
        name: "### BEGIN HIDDEN TESTS\n10.0\n### END HIDDEN TESTS\n"
        "### BEGIN SOLUTION\n10.0\n### END SOLUTION"
        for name in little.ANSWERS
    },
)

# --- when it came -----------------------------------------------------------------


def _stamped(change):
    """Return a row's ``write`` that leaves something where the time is noted."""

    def write(lesson, student):
        path = lesson.submit(student, as_bytes(little.notebook()))
        change(path.parent / "timestamp.txt", lesson)
        return path

    return write


def _a_folder(path, lesson):
    (path / "in" / "it").mkdir(parents=True)


def _a_link(path, lesson):
    path.symlink_to(lesson.course.grading / "gradebook.db")


def _another_time(path, lesson):
    path.write_text("1999-01-01 00:00:00 UTC\n")


for _name, _change, _tries in (
    ("a folder", _a_folder, "a folder lies where the time of arrival is noted"),
    ("a link", _a_link, "the note of the time is a link to the gradebook"),
    ("another", _another_time, "the note of the time says long ago"),
):
    _row(f"time of arrival: {_name}", "odd", _tries, _stamped(_change), FULL)
