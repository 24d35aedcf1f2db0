"""Judge on many machines: submissions go to the nodes of a Dask cluster.

`Machines` is used as the `Pool` of one machine is. Only bytes travel: the submitted
file and the lesson's two notebooks go out, the verdict comes back. A node, which Dask
calls a worker, keeps one judge with a sandbox of its own; journal and gradebook stay
with the one writer. When a node dies, another one gets its task.
"""

import collections
import contextlib
import hashlib
import os
import queue
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from autograder.errors import NoSandboxError, ProblemError, SubmissionError
from autograder.run import submissions
from autograder.run.pool import Answer, Pool, Task
from autograder.run.versions import code_version
from autograder.sandbox import levels
from autograder.sandbox.process_limits import limits_of

PATIENCE = 300  # seconds without any node until the run is given up
SECONDS_TO_CONNECT = 30
LOOK = 5  # seconds between two looks at the nodes


@dataclass(frozen=True)
class Parcel:
    """A Task with the bytes that it needs, and what the node has to be.

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
    def lesson_digest(self) -> str:
        """A digest of the lesson's two notebooks."""
        return hashlib.sha256(self.source + self.released).hexdigest()


class Machines:
    """The nodes behind a scheduler's address; use it in a ``with`` statement."""

    def __init__(
        self, address: str, trust: bool = False, patience: float = PATIENCE
    ) -> None:
        self.trust = trust
        self.patience = patience
        self.client = _connect(address)
        self.finished: queue.SimpleQueue[str] = queue.SimpleQueue()
        try:
            self.level, self.reasons = self._weakest()
        except BaseException:
            self.client.close()
            raise

    def __enter__(self) -> Self:
        """Be connected already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the cluster as it is, for the next run."""
        self.client.close()

    def _weakest(self) -> tuple[int, levels.Reasons]:
        """Return the level that every node reaches, and why it isn't more."""
        from distributed import TimeoutError as TooLate

        try:
            self.client.wait_for_workers(1, timeout=self.patience)
        except TooLate:
            raise ProblemError("The scheduler has no worker.") from None
        found = []
        for node, (level, reasons) in self.client.run(level_here, self.trust).items():
            if level is None:
                raise ProblemError(f"{node}: {reasons}")
            found.append((level, reasons))
        return min(found, key=lambda each: each[0])

    def run(self, tasks: collections.deque[Task]) -> Iterator[Answer]:
        """Yield an Answer per task, in the order in which they come.

        ``tasks`` may grow by ``tasks.append`` meanwhile.
        """
        waiting: dict[str, tuple[int, Any]] = {}
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
            if self._nodes():
                seen = time.monotonic()
            elif time.monotonic() - seen > self.patience:
                raise ProblemError(
                    f"No worker for {self.patience} s. Nothing is lost: start workers "
                    "and grade again."
                )

    def _nodes(self) -> Collection[str]:
        found: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        return found

    def _places(self) -> int:
        """Return how many tasks may be out: two for each node, so none waits."""
        return 2 * max(len(self._nodes()), 1)

    def _send(self, task: Task) -> Any:
        """Hand a task out; return its future, or an Answer where nothing can go out."""
        try:
            parcel = pack(task, self.level, self.trust)
        except SubmissionError as error:
            return Answer(task.number, "person", str(error))
        except OSError as error:
            return Answer(task.number, "error", str(error))
        if parcel is None:
            return Answer(task.number, "error", "the file changed while being read")
        future = self.client.submit(judge_parcel, parcel, pure=False)
        finished = self.finished  # the callback runs in a thread of the client's
        future.add_done_callback(lambda done: finished.put(done.key))
        return future


def _connect(address: str) -> Any:
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


def _answer(number: int, future: Any) -> Answer:
    """Return the Answer of a future that is done, whatever became of it."""
    error = future.exception() if future.status == "error" else None
    if error is not None or future.status != "finished":
        why = f"{type(error).__name__}: {error}" if error else future.status
        return Answer(number, "error", f"on the cluster: {why}")
    answer: Answer = future.result()
    return answer


def pack(task: Task, level: int, trust: bool) -> Parcel | None:
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
        code=code_version(task.kit.checks),
        level=level,
        trust=trust,
    )


# --- on a node -----------------------------------------------------------------------


def level_here(trust: bool) -> tuple[int, levels.Reasons] | tuple[None, str]:
    """Return (level, reasons) of this machine; (None, sentence) without any."""
    try:
        return levels.strongest(trust)
    except NoSandboxError as error:
        return None, str(error)


class _Node:
    """What a node keeps from task to task: a judge, its sandbox, Keras's answers."""

    def __init__(self) -> None:
        self.kept: tuple[Pool, tempfile.TemporaryDirectory[str]] | None = None
        self.lessons: dict[str, str] = {}  # name -> digest
        self.lock = threading.Lock()

    def judge(self, parcel: Parcel) -> Answer:
        """Return the Answer to a parcel."""
        with self.lock:  # one judge: a second thread waits
            if parcel.code != code_version(parcel.task.kit.checks):
                raise RuntimeError("this node has another version of the course")
            known = self.lessons.get(parcel.task.lesson, parcel.lesson_digest)
            if known != parcel.lesson_digest:
                self._close()  # a judge reads a lesson once and keeps it
            pool, folder = self.kept or self._open(parcel)
            self.lessons[parcel.task.lesson] = parcel.lesson_digest
            task = _unpack(parcel, Path(folder.name))
            (answer,) = pool.run(collections.deque([task]))
            return answer

    def _close(self) -> None:
        if self.kept is not None:
            pool, folder = self.kept
            self.kept, self.lessons = None, {}
            pool.__exit__(None)
            folder.cleanup()

    def _open(self, parcel: Parcel) -> tuple[Pool, tempfile.TemporaryDirectory[str]]:
        level, _ = levels.strongest(parcel.trust)
        if level < parcel.level:
            raise RuntimeError(f"sandbox level {level}; {parcel.level} is needed")
        folder = tempfile.TemporaryDirectory(prefix="byhand-node-")
        checks = parcel.task.kit.checks
        pool = Pool(1, level, Path(folder.name, "keras"), checks)
        pool.__enter__()
        self.kept = pool, folder
        return self.kept


def _unpack(parcel: Parcel, root: Path) -> Task:
    """Write a parcel's files and return the task with their places."""
    path, source, released = (
        root / f"{name}.ipynb" for name in ("submitted", "source", "released")
    )
    path.write_bytes(parcel.submitted)
    source.write_bytes(parcel.source)
    released.write_bytes(parcel.released)
    task = parcel.task
    return replace(task, root=root, path=path, source=source, released=released)


_NODE = _Node()


def judge_parcel(parcel: Parcel) -> Answer:
    """Judge a parcel in this node's own sandbox."""
    _may_have_children()
    return _NODE.judge(parcel)


def _may_have_children() -> None:
    """Allow a process below this one; Dask's nanny marks its worker as a daemon.

    The judge is ended by the kernel when that process ends, which is what the mark is
    for.
    """
    import multiprocessing

    vars(multiprocessing.current_process())["_config"]["daemon"] = False
