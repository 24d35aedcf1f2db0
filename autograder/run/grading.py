"""Grade a class: nothing is lost, and nothing is judged twice without need."""

import collections
import contextlib
import functools
import hashlib
import importlib
import itertools
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from autograder import paths
from autograder.gradebook import writer
from autograder.run import submissions
from autograder.run.journal import JUDGED, PERSON, SAVED, Journal, Key
from autograder.run.pool import Pool, Task
from autograder.sandbox import levels
from autograder.sandbox.process_limits import limits_of
from autograder.verdict import graded_notebook
from autograder.verdict.cells import read_lesson

TRIES = 3
SAVED_TOGETHER = 32  # verdicts in one commit; all of them are in the journal before
SECONDS_UNSAVED = 2.0


@dataclass
class Batch:
    """What became of a run: ``received`` equals ``saved`` plus ``for_a_person``.

    ``for_a_person`` maps (student, lesson) to the sentence that says why; ``judged``
    counts the verdicts that were taken anew, ``level`` is the sandbox's.
    """

    received: int = 0
    saved: int = 0
    for_a_person: dict = field(default_factory=dict)
    judged: int = 0
    level: int = 0
    reasons: dict = field(default_factory=dict)

    @property
    def verified(self):
        """Tell whether the grades were taken in a sandbox."""
        return self.level > 0

    @property
    def status(self):
        """The exit status: 0 when every submission has its grade."""
        complete = self.received == self.saved + len(self.for_a_person)
        return 0 if complete and not self.for_a_person else 1

    def __str__(self):
        """Say the sum, and at which level it was taken."""
        kept = f"sandbox level {self.level}" if self.level else "no sandbox: UNVERIFIED"
        return (
            f"received {self.received} = saved {self.saved} + for a person "
            f"{len(self.for_a_person)} ({self.judged} judged now; {kept})"
        )


def grade(
    course,
    submissions=None,
    *,
    seed=None,
    workers=None,
    trust=False,
    progress=lambda done, total: done,
    limits=None,
    force=False,
    scheduler=None,
):
    """Grade submissions and return a Batch.

    Parameters
    ----------
    course : autograder.course.Course
    submissions : iterable of Submission, or of (student, lesson); None takes all that
        lie in the folder ``submitted``
    seed : int, of the hidden cases; None takes the one that the lesson was graded with
        before, or a new one
    workers : int, how many to judge at the same time; one per core by default
    trust : bool, whether to run without any sandbox where there is none
    progress : called with an iterator and its length, as tqdm is
    limits : dict of fields of Limits
    force : bool, whether to judge again what has a verdict
    scheduler : str, address of a dask.distributed scheduler whose workers judge
    """
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(Journal(course.grading))
        if scheduler:
            from autograder.run.cluster import Machines

            machines = stack.enter_context(Machines(scheduler, trust))
            level, reasons = machines.level, machines.reasons
        else:
            machines, (level, reasons) = None, levels.strongest(trust)
        run = _Run(course, journal, seed, limits or {}, force)
        try:
            run.receive(_as_submissions(course, submissions))
            run.batch.level, run.batch.reasons = level, reasons
            total = len(run.tasks)
            answers = run.judge(workers or os.cpu_count() or 1, level, machines)
            for _ in progress(answers, total):
                pass
        finally:
            run.close()
    return run.batch


def _as_submissions(course, chosen):
    if chosen is None:
        return submissions.find_submissions(course)
    return [
        each
        if isinstance(each, submissions.Submission)
        else submissions.Submission(*each, course.submitted / each[0] / each[1])
        for each in chosen
    ]


class _Run:
    """One run of the grader over a class."""

    def __init__(self, course, journal, seed, limits, force):
        self.course = course
        self.journal = journal
        self.seed = seed
        self.limits = limits
        self.force = force
        self.batch = Batch()
        self.unsaved = []
        self.saved_at = time.monotonic()
        self.lessons = {}
        self.tasks = collections.deque()
        self.keys = {}
        self.moments = {}
        self.forbidden = frozenset(
            submissions.inodes(
                path
                for name in course.lessons()
                for path in (*lesson_files(course, name), _percent(course, name))
            )
        )

    @functools.cached_property
    def writer(self):
        """The writer, made when it is first needed: its imports take seconds."""
        made = writer.Writer(self.course)
        made.prepare(self.lessons.values())
        return made

    def close(self):
        """Close the gradebook."""
        if "writer" in vars(self):
            self.writer.close()

    @functools.cache  # noqa: B019, as long as the run
    def known(self, lesson):
        """Return {student: scores} of a lesson, read when they are first asked for."""
        return self.writer.scores(lesson)

    # --- what was handed in --------------------------------------------------

    def receive(self, submissions):
        """Note every submission; queue those that have no verdict yet."""
        submissions = list(submissions)
        self._read_lessons({s.lesson for s in submissions})
        self.batch.received = len(submissions)
        with self.journal.together():
            for submission in submissions:
                self._receive(submission)
        self._save_waiting()

    def _read_lessons(self, names):
        self.lessons = {
            name: read_lesson(name, *lesson_files(self.course, name))
            for name in sorted(names)
        }
        self.seeds = {name: self.journal.seed_of(name, self.seed) for name in names}

    def _receive(self, submission):
        key, path, problem, moment = self._identified(submission)
        if self.journal.state(key) is None:
            self.journal.receive(key, moment)
        self.moments[key] = self.journal.received(key)
        state = self.journal.state(key)
        if problem:
            self._flag(key, problem)
        elif self.force or self._is_open(key, state):
            self._queue(key, path)
        elif state == PERSON:
            self._flag(key, self.journal.why(key))
        elif state == JUDGED or not self._stands(key):
            self.unsaved.append((key, None))
        else:
            self.batch.saved += 1

    def _is_open(self, key, state):
        """Tell whether a verdict is still to be taken; a machine may be well again."""
        spoiled = state == PERSON and self.journal.tries(key)
        return spoiled or state not in (JUDGED, SAVED, PERSON)

    def _identified(self, submission):
        """Return (key, path, problem, time of arrival) of a submission."""
        limits = limits_of(submission.lesson, self.limits)
        sha, path, problem, moment = "", None, "", 0.0
        try:
            paths = submissions.candidates(submission)
            if not paths:
                raise submissions.NotAFile("There is no notebook in the folder.")
            path = paths[0]
            file = submissions.open_notebook(
                path, self.course.submitted, limits, self.forbidden
            )
            try:
                sha = submissions.digest(file)
                moment = submissions.received_at(self.course, submission, file)
            finally:
                os.close(file)
        except (submissions.NotAFile, OSError) as error:
            problem = str(error)
            moment = _changed(submission.folder)
        lesson = submission.lesson
        version = version_of(self.course, lesson)
        key = Key(lesson, submission.student, sha, version, self.seeds[lesson])
        return key, path, problem, moment

    def _queue(self, key, path):
        number = len(self.keys)
        self.keys[number] = key, path
        source, released = lesson_files(self.course, key.lesson)
        self.tasks.append(
            Task(
                number=number,
                lesson=key.lesson,
                source=source,
                released=released,
                path=path,
                root=self.course.submitted,
                forbidden=self.forbidden,
                sha=key.sha,
                seed=key.seed,
                limits=self.limits,
            )
        )

    def _stands(self, key):
        """Tell whether the gradebook holds exactly this verdict."""
        if self.journal.current(key.lesson, key.student) != key:
            return False
        verdict = self.journal.verdict(key)
        wanted = {
            c["grade_id"]: c["auto_score"]
            for c in verdict["cells"]
            if c["max_score"] is not None
        }
        path = self._graded_path(key)
        return path.exists() and self.known(key.lesson).get(key.student) == wanted

    # --- verdicts --------------------------------------------------------------

    def judge(self, workers, level, machines=None):
        """Judge what is queued, save the verdicts, and yield each key."""
        if not self.tasks:
            return
        folder = self.course.grading / "keras"
        workers = min(workers, len(self.tasks))
        importing = threading.Thread(target=_import_nbgrader, daemon=True)
        importing.start()  # while the judges start and work
        with machines or Pool(workers, level, folder, checks_version()) as pool:
            for answer in pool.run(self.tasks):
                key, path = self.keys[answer.number]
                if self._settle(key, path, answer, level):
                    yield key
                waited = time.monotonic() - self.saved_at
                due = len(self.unsaved) >= SAVED_TOGETHER or waited > SECONDS_UNSAVED
                if due and not importing.is_alive():
                    self._save_waiting()
        importing.join()
        self._save_waiting()

    def _settle(self, key, path, answer, level):
        """Note an answer; return False when the submission is tried again."""
        if answer.kind == "fault":
            if self.journal.failed(key, answer.why) % TRIES:
                self._queue(key, path)
                return False
            self._flag(key, f"The grader failed {TRIES} times. {answer.why}")
        elif answer.kind == "person":
            self._flag(key, answer.why)
        else:
            self.journal.move(key, JUDGED, verdict=answer.verdict, level=level)
            self.unsaved.append((key, answer.verdict))
            self.batch.judged += 1
        return True

    def _save_waiting(self):
        """Write what waits to the gradebook and beside it, then note that it is."""
        waiting, self.unsaved = self.unsaved, []
        for first in range(0, len(waiting), SAVED_TOGETHER):
            some = waiting[first : first + SAVED_TOGETHER]
            with self.writer.together():
                for key, verdict in some:
                    self._save(key, verdict or self.journal.verdict(key))
            with self.journal.together():
                for key, _ in some:
                    self.journal.move(key, SAVED)
            self.batch.saved += len(some)
        self.saved_at = time.monotonic()

    def _save(self, key, verdict):
        graded_notebook.write_whole(self._graded_path(key), verdict["notebook"])
        before = self.journal.current(key.lesson, key.student)
        old = self.journal.verdict(before) if before and before != key else None
        self.writer.save(
            self.lessons[key.lesson],
            key.student,
            self.moments[key],
            verdict["cells"],
            writer.changed_cells(old, verdict),
        )

    def _flag(self, key, why):
        """Leave a submission to a person; an older grade doesn't stand for it."""
        lesson = self.lessons[key.lesson]
        current = self.journal.current(key.lesson, key.student) == key
        stands = current and key.student in self.known(key.lesson)
        if not stands or self.journal.state(key) != PERSON:
            notebook = graded_notebook.unread_notebook(lesson, why)
            text = graded_notebook.as_text(notebook)
            graded_notebook.write_whole(self._graded_path(key), text)
            self.writer.save_for_a_person(lesson, key.student, self.moments[key])
            self.journal.move(key, PERSON, why=why)
        self.batch.for_a_person[key.student, key.lesson] = why

    def _graded_path(self, key):
        folder = self.course.grading / "autograded" / key.student / key.lesson
        return folder / f"{key.lesson}.ipynb"


def _import_nbgrader():
    importlib.import_module("nbgrader.api")


def _changed(folder):
    return os.lstat(folder).st_ctime if os.path.lexists(folder) else 0.0


def lesson_files(course, name):
    """Return the paths of a lesson's source and released notebook."""
    path = f"{name}/{name}.ipynb"
    return course.root / "solutions" / path, course.root / "notebooks" / path


def _percent(course, name):
    return course.root / "solutions" / f"{name}.py"


@functools.cache
def checks_version():
    """Return a digest of the checks, as installed, with their recorded cases."""
    import byhand

    package = Path(byhand.__file__).parent
    files = (package.rglob(kind) for kind in ("*.py", "*.json", "*.toml"))
    return _digest([*itertools.chain(*files), *_recorded()])


def _recorded():
    from byhand.checks import recorded

    place = recorded.folder()
    return place.glob("*") if place.is_dir() else ()


@functools.cache
def _grader_version():
    rooms = ("run", "verdict", "sandbox", "worker", "gradebook")
    return _digest(
        p for room in rooms for p in (paths.ROOT / "autograder" / room).glob("*.py")
    )


@functools.cache
def version_of(course, lesson):
    """Return a digest of all that a verdict depends on beside the submission."""
    parts = (
        _digest(lesson_files(course, lesson)),
        checks_version(),
        _grader_version(),
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def _digest(paths):
    state = hashlib.sha256()
    for path in sorted(paths):
        state.update(path.name.encode())
        state.update(path.read_bytes())
    return state.hexdigest()
