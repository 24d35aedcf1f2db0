"""A class judged by a scheduler and two workers, one of them killed on the way."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from autograder.errors import ProblemError
from autograder.run.batch import grade
from autograder.run.journal import Journal
from tests.conftest import ROOT
from tests.engine import little

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    # distributed's own: a client that is closed leaves loops and sockets to the end
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
COUNT = 10
DASK = [sys.executable, "-m", "dask"]


@contextlib.contextmanager
def running(*words):
    """Run a Dask command in a process group of its own; yield (process, address)."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*DASK, *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        text=True,
    )
    try:
        yield process, address_of(process)
    finally:
        kill(process)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def address_of(process):
    """Return the address that a scheduler or worker tells of itself."""
    for line in process.stderr:
        if found := re.search(r"(?:Scheduler at|Start worker at): +(tcp://\S+)", line):
            # what it says later is read, so that its pipe never fills
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[1]
    raise AssertionError("it ended before it told its address")


@pytest.fixture
def scheduler():
    """Run a scheduler on a free port; return its address."""
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with running("scheduler", *words) as (_, address):
        yield address


def worker(scheduler, *words):
    return running("worker", scheduler, "--nthreads", "1", "--no-dashboard", *words)


def make_class(folder, count=COUNT):
    """Write submissions of which every third is wrong; return the course."""
    made = little.make(folder)
    for k in range(count):
        wrong = {"double": "def double(x):\n    return 3 * x"} if k % 3 == 0 else None
        tree = little.notebook(answers=wrong)
        made.submit(f"student{k}", little.as_bytes(tree))
    return made.course


def scores(course):
    with Journal(course.grading) as journal:
        return {
            entry.key.student: (entry.state, entry.verdict.score, entry.level)
            for entry in journal.entries()
        }


def test_a_killed_worker_loses_nothing_and_changes_no_score(scheduler, tmp_path):
    here, there = make_class(tmp_path / "here"), make_class(tmp_path / "there")
    grade(here, seed=3, judges=2)
    with worker(scheduler), worker(scheduler, "--no-nanny") as (second, _):

        def kill_one(answers, total):
            for number, key in enumerate(answers):
                if number == 1:
                    kill(second)
                yield key

        batch = grade(there, seed=3, scheduler=scheduler, progress=kill_one)
        again = grade(there, scheduler=scheduler)
    assert second.returncode == -signal.SIGKILL
    assert batch.for_a_person == {}
    assert (batch.received, batch.saved, batch.judged) == (COUNT, COUNT, COUNT)
    assert (again.saved, again.judged) == (COUNT, 0)
    assert scores(there) == scores(here)
    assert len({score for _, score, _ in scores(there).values()}) == 2


def test_without_a_scheduler_or_worker_a_sentence_says_so(
    scheduler, tmp_path, monkeypatch
):
    from autograder.run import cluster

    with pytest.raises(ProblemError, match="has no worker"):
        cluster.Machines(scheduler, patience=0.5)
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(ProblemError, match="No scheduler at"):
        grade(make_class(tmp_path, 1), scheduler="tcp://127.0.0.1:9")
