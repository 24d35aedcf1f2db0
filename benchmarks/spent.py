"""What a program takes: seconds on the wall, and on processors with all it starts."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import paths

# runs a program, then waits for all that it left behind: the kernel adds up only the
# time of what somebody waits for
WATCHER = """
import json, os, resource, subprocess, sys
from autograder.worker import isolation
isolation.reap_grandchildren()
status = subprocess.call(sys.argv[2:])
try:
    while True:
        os.wait()
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(sys.argv[1], "w") as file:
        json.dump(used.ru_utime + used.ru_stime, file)
    sys.exit(status)
"""


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall and on processors, and what the program printed."""

    wall: float
    cpu: float
    said: str = ""

    def __add__(self, other: "Spent") -> "Spent":
        """Add up two runs."""
        return Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        """Say both."""
        return f"{self.wall:8.1f} s, {self.cpu:8.1f} s on processors"


def run(folder: Path, *command: str, cwd: Path = paths.ROOT, **environment: str):
    """Run a command of ours and return what it Spent.

    Parameters
    ----------
    folder : where the watcher may write
    command : words for Python
    cwd : where it runs; its modules are found there
    environment : more settings

    Raises
    ------
    RuntimeError
        When its exit status is neither 0 nor 1, with the last that it said.
    """
    told = folder / "spent.json"
    # what is compiled once and kept is no matter of a class
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    # nbgrader calls alembic by name
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    words = [sys.executable, "-c", WATCHER, str(told), sys.executable, *command]
    start = time.monotonic()
    done = subprocess.run(
        words,
        env={**kept, "PYTHONPATH": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    wall = time.monotonic() - start
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-3000:])
    return Spent(wall, json.loads(told.read_text()), done.stdout.strip())


def of_tree(process) -> float:
    """Return the seconds on processors of a psutil.Process, its ended children, all."""
    seconds = 0.0
    for each in [process, *process.children(recursive=True)]:
        with suppress(Exception):  # it may end meanwhile
            seconds += sum(each.cpu_times()[:4])
    return seconds
