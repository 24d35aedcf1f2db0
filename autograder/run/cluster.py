"""Judge on many machines: submissions go to the workers of a dask.distributed cluster.

`Machines` is used as the `Pool` of one machine is. Only bytes travel: the submitted
file and the lesson's two notebooks go out, the verdict comes back. Each worker keeps
one judge with a sandbox of its own; journal and gradebook stay with the one writer.
A worker that dies loses its task to another one.
"""

import collections
import contextlib
import hashlib
import os
import queue
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import ProblemError
from autograder.run import submissions
from autograder.run.pool import Answer, Pool, Task
from autograder.sandbox import levels
from autograder.sandbox.process_limits import limits_of

PATIENCE = 300  # seconds without any worker until the run is given up
SECONDS_TO_CONNECT = 30
LOOK = 5  # seconds between two looks at the workers


@dataclass(frozen=True)
class Parcel:
    """A Task with the bytes that it needs, and what the worker has to be.

    ``code`` is the digest of checks and grader, ``level`` the weakest sandbox that
    will do.
    """

    task: Task
    submitted: bytes
    source: bytes
    released: bytes
    code: str
    level: int
    trust: bool

    @property
    def lesson_digest(self):
        """A digest of the lesson's two notebooks."""
        return hashlib.sha256(self.source + self.released).hexdigest()


class Machines:
    """The workers behind a scheduler's address; use it in a ``with`` statement."""

    def __init__(self, address, trust=False, patience=PATIENCE):
        self.trust = trust
        self.patience = patience
        self.client = _connect(address)
        try:
            self.level, self.reasons = self._weakest()
        except BaseException:
            self.client.close()
            raise

    def __enter__(self):
        """Be connected already."""
        return self

    def __exit__(self, *error):
        """Leave the cluster as it is, for the next run."""
        self.client.close()

    def _weakest(self):
        """Return the level that every worker reaches, and why it isn't more."""
        from distributed import TimeoutError as TooLate

        try:
            self.client.wait_for_workers(1, timeout=self.patience)
        except TooLate:
            raise ProblemError("The scheduler has no worker.") from None
        found = self.client.run(level_here, self.trust)
        for worker, (level, reasons) in found.items():
            if level is None:
                raise ProblemError(f"{worker}: {reasons}")
        return min(found.values(), key=lambda each: each[0])

    def run(self, tasks):
        """Yield an Answer per task, in the order in which they come.

        ``tasks`` is a deque; it may grow by ``tasks.append`` meanwhile.
        """
        self.finished, waiting = queue.SimpleQueue(), {}
        seen = time.monotonic()
        while tasks or waiting:
            while tasks and len(waiting) < self._places():
                task = tasks.popleft()
                sent = self._send(task)
                if isinstance(sent, Answer):
                    yield sent
                else:
                    waiting[sent.key] = task.number, sent
            with contextlib.suppress(queue.Empty):
                number, future = waiting.pop(self.finished.get(timeout=LOOK))
                yield _answer(number, future)
            if self._workers():
                seen = time.monotonic()
            elif time.monotonic() - seen > self.patience:
                raise ProblemError(
                    f"No worker for {self.patience} s. Nothing is lost: start workers "
                    "and grade again."
                )

    def _workers(self):
        return self.client.scheduler_info(n_workers=-1)["workers"]

    def _places(self):
        """Return how many tasks may be out: two for each worker, so none waits."""
        return 2 * max(len(self._workers()), 1)

    def _send(self, task):
        """Hand a task out; return its future, or an Answer where nothing can go out."""
        try:
            parcel = pack(task, self.level, self.trust)
        except submissions.NotAFile as error:
            return Answer(task.number, "person", str(error))
        except OSError as error:
            return Answer(task.number, "fault", str(error))
        if parcel is None:
            return Answer(task.number, "fault", "the file changed while being read")
        future = self.client.submit(judge_parcel, parcel, pure=False)
        finished = self.finished  # the callback runs in a thread of the client's
        future.add_done_callback(lambda done: finished.put(done.key))
        return future


def _connect(address):
    try:
        from distributed import Client
    except ImportError:
        raise ProblemError(
            "dask.distributed is not installed: pip install 'convolution-by-hand[many]'"
        ) from None
    try:
        return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ProblemError(f"No scheduler at {address}: {error}") from None


def _answer(number, future):
    """Return the Answer of a future that is done, whatever became of it."""
    error = future.exception() if future.status == "error" else None
    if error is not None or future.status != "finished":
        why = f"{type(error).__name__}: {error}" if error else future.status
        return Answer(number, "fault", f"on the cluster: {why}")
    return future.result()


def pack(task, level, trust):
    """Return the Parcel of a task, or None when the file isn't what was received."""
    limits = limits_of(task.lesson, task.limits)
    file = submissions.open_notebook(task.path, task.root, limits, task.forbidden)
    with os.fdopen(file, "rb") as opened:
        content = opened.read()
    if hashlib.sha256(content).hexdigest() != task.sha:
        return None
    return Parcel(
        task=replace(task, forbidden=frozenset()),
        submitted=content,
        source=Path(task.source).read_bytes(),
        released=Path(task.released).read_bytes(),
        code=code_version(),
        level=level,
        trust=trust,
    )


def code_version():
    """Return a digest of the checks and the grader, as this machine has them."""
    from autograder.run import grading

    return grading.checks_version() + grading._grader_version()


# --- on the worker -------------------------------------------------------------------


def level_here(trust):
    """Return (level, reasons) of this machine; (None, sentence) without any."""
    try:
        return levels.strongest(trust)
    except levels.NoSandbox as error:
        return None, str(error)


class _Bench:
    """What a worker keeps from task to task: a judge, its sandbox, Keras's answers."""

    def __init__(self):
        self.pool = None
        self.folder = None
        self.lessons = {}
        self.lock = threading.Lock()

    def judge(self, parcel):
        """Return the Answer to a parcel."""
        with self.lock:  # one judge: a second thread of this worker waits
            if parcel.code != code_version():
                raise RuntimeError("this worker has another version of the course")
            known = self.lessons.get(parcel.task.lesson)
            if self.pool is None or known not in (None, parcel.lesson_digest):
                self._open(parcel)
            self.lessons[parcel.task.lesson] = parcel.lesson_digest
            task = self._unpack(parcel)
            (answer,) = self.pool.run(collections.deque([task]))
            return answer

    def _open(self, parcel):
        """Start afresh: a judge reads a lesson once and keeps it."""
        from autograder.run.grading import checks_version

        if self.pool is not None:
            self.pool.__exit__(None)
            self.folder.cleanup()
        level, _ = levels.strongest(parcel.trust)
        if level < parcel.level:
            raise RuntimeError(f"sandbox level {level}; {parcel.level} is needed")
        self.folder = tempfile.TemporaryDirectory(prefix="byhand-bench-")
        self.lessons = {}
        self.pool = Pool(1, level, Path(self.folder.name, "keras"), checks_version())

    def _unpack(self, parcel):
        """Write a parcel's files and return the task with their places."""
        root = Path(self.folder.name)
        names = {"path": "submitted", "source": "source", "released": "released"}
        paths = {field: root / f"{name}.ipynb" for field, name in names.items()}
        paths["path"].write_bytes(parcel.submitted)
        paths["source"].write_bytes(parcel.source)
        paths["released"].write_bytes(parcel.released)
        return replace(parcel.task, root=root, **paths)


_BENCH = _Bench()


def judge_parcel(parcel):
    """Judge a parcel in this worker's own sandbox."""
    _may_have_children()
    return _BENCH.judge(parcel)


def _may_have_children():
    """Allow a process below this one; Dask's nanny marks its worker as a daemon.

    The judge is ended by the kernel when the worker ends, which is what the mark is
    for.
    """
    import multiprocessing

    multiprocessing.current_process()._config["daemon"] = False
