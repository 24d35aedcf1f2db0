"""Grade a class: nothing is lost, and nothing is judged twice without need."""

import collections
import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Course
from autograder.errors import ProblemError, SubmissionError
from autograder.run import faults, submissions
from autograder.run.journal import JUDGED, PERSON, SAVED, Journal, Key
from autograder.run.pool import Answer, Pool, Task
from autograder.run.submissions import Submission
from autograder.run.versions import version_of
from autograder.sandbox import levels
from autograder.sandbox.kits import Kit
from autograder.sandbox.process_limits import LimitsSet, limits_of
from autograder.verdict import graded_notebook
from autograder.verdict.cells import GradedLesson, read_lesson
from autograder.verdict.verdicts import Verdict

if TYPE_CHECKING:
    from autograder.gradebook.writer import Writer
    from autograder.run.cluster import Machines

Progress = Callable[[Iterator[Key], int], Iterable[Key]]  # as tqdm, with a length
Scores = dict[str, dict[str, float | None]]  # student -> cell -> points

TRIES = 3
SAVED_TOGETHER = 32  # verdicts in one commit; all of them are in the journal before
SECONDS_UNSAVED = 2.0


@dataclass
class Batch:
    """What became of a run: ``received`` equals ``saved`` plus ``for_a_person``.

    ``for_a_person`` maps (student, lesson) to the sentence that says why; ``judged``
    counts the verdicts that were taken anew, ``level`` is the sandbox's, ``repaired``
    says what was done to a damaged journal.
    """

    received: int = 0
    saved: int = 0
    for_a_person: dict[tuple[str, str], str] = field(default_factory=dict)
    judged: int = 0
    level: int = 0
    reasons: levels.Reasons = field(default_factory=dict)
    repaired: str = ""

    @property
    def verified(self) -> bool:
        """Tell whether the grades were taken in a sandbox."""
        return self.level > 0

    @property
    def status(self) -> int:
        """The exit status: 0 when every submission has its grade."""
        complete = self.received == self.saved + len(self.for_a_person)
        return 0 if complete and not self.for_a_person else 1

    def __str__(self) -> str:
        """Say the sum, and at which level it was taken."""
        kept = f"sandbox level {self.level}" if self.level else "no sandbox: UNVERIFIED"
        return (
            f"received {self.received} = saved {self.saved} + for a person "
            f"{len(self.for_a_person)} ({self.judged} judged now; {kept})"
            + (f"\n{self.repaired}" if self.repaired else "")
        )


def grade(
    course: Course,
    submissions: Iterable[Submission | tuple[str, str]] | None = None,
    *,
    seed: int | None = None,
    judges: int | None = None,
    trust: bool = False,
    progress: Progress = lambda done, total: done,
    limits: LimitsSet | None = None,
    force: bool = False,
    scheduler: str | None = None,
    pool: Pool | None = None,
) -> Batch:
    """Grade submissions and return a Batch.

    Parameters
    ----------
    submissions : each, or its (student, lesson); None takes all that lie in the folder
        ``submitted``
    seed : of the hidden cases; None takes the one that the lesson was graded with
        before, or a new one
    judges : how many submissions to judge at the same time; one per core by default
    trust : whether to run without any sandbox where there is none
    progress : called with an iterator and its length, as tqdm is
    limits : fields of Limits
    force : whether to judge again what has a verdict
    scheduler : address of a dask.distributed scheduler whose machines judge
    pool : judges that have started already; without them, they start with the tasks
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(faults.told(course.grading))
        journal = stack.enter_context(Journal(course.grading))
        machines = None
        if scheduler:
            from autograder.run.cluster import Machines

            machines = stack.enter_context(Machines(scheduler, trust))
            level, reasons = machines.level, machines.reasons
        else:
            level, reasons = levels.strongest(trust)
        run = _Run(course, journal, seed, limits or {}, force)
        try:
            run.receive(_as_submissions(course, submissions))
            if machines and any(kit.folder for kit in run.kits.values()):
                raise ProblemError(
                    "An assignment has files beside its notebook, which other machines "
                    "don't have: grade without --scheduler."
                )
            run.batch.level, run.batch.reasons = level, reasons
            total = len(run.tasks)
            answers = run.judge(level, judges, machines or pool)
            for _ in progress(answers, total):
                pass
        finally:
            run.close()
        run.batch.repaired = journal.repaired
        faults.keep_copy(course.grading)
    return run.batch


def pool_of(
    course: Course, level: int, judges: int | None = None, most: int | None = None
) -> Pool:
    """Return a Pool of judges: one per core by default, ``most`` at most."""
    count = judges or os.cpu_count() or 1
    folder = course.grading / "keras"
    return Pool(min(count, most or count), level, folder, course.checks)


def _as_submissions(
    course: Course, chosen: Iterable[Submission | tuple[str, str]] | None
) -> list[Submission]:
    if chosen is None:
        return submissions.find_submissions(course)
    return [
        each if isinstance(each, Submission) else submissions.submission(course, *each)
        for each in chosen
    ]


class _Run:
    """One run of the grader over a class."""

    def __init__(
        self,
        course: Course,
        journal: Journal,
        seed: int | None,
        limits: LimitsSet,
        force: bool,
    ) -> None:
        self.course = course
        self.journal = journal
        self.seed = seed
        self.limits = limits
        self.force = force
        self.batch = Batch()
        self.unsaved: list[tuple[Key, Verdict | None]] = []
        self.saved_at = time.monotonic()
        self.lessons: dict[str, GradedLesson] = {}
        self.seeds: dict[str, int] = {}
        self.kits: dict[str, Kit] = {}
        self.tasks: collections.deque[Task] = collections.deque()
        self.keys: dict[int, tuple[Key, Path]] = {}
        self.moments: dict[Key, float] = {}
        self.forbidden = frozenset(
            submissions.inodes(submissions.of_the_course(course))
        )

    @functools.cached_property
    def writer(self) -> "Writer":
        """The writer, made when it is first needed: its imports take seconds."""
        from autograder.gradebook.writer import Writer

        made = Writer(self.course)
        made.prepare(self.lessons.values())
        return made

    def ready_to_save(self) -> None:
        """Make the writer now."""
        assert self.writer

    def close(self) -> None:
        """Close the gradebook."""
        if "writer" in vars(self):
            self.writer.close()

    @functools.cache  # noqa: B019, as long as the run
    def known(self, lesson: str) -> Scores:
        """Return {student: scores} of a lesson, read when they are first asked for."""
        return self.writer.scores(lesson)

    # --- what was handed in --------------------------------------------------

    def receive(self, found: list[Submission]) -> None:
        """Note every submission; queue those that have no verdict yet."""
        self._read_lessons({s.lesson for s in found})
        self.batch.received = len(found)
        with self.journal.together():
            for each in found:
                if why := submissions.problem_of_name(each.raw or each.student):
                    self.batch.for_a_person[each.student, each.lesson] = why
                else:
                    self._receive(each)
        # one sandbox after the other, where lessons allow different packages
        kits = list(dict.fromkeys(self.kits.values()))
        self.tasks = collections.deque(
            sorted(self.tasks, key=lambda task: kits.index(task.kit))
        )
        self._save_waiting()

    def _read_lessons(self, names: set[str]) -> None:
        self.lessons = {
            name: read_lesson(name, *self.course.notebooks(name))
            for name in sorted(names)
        }
        self.seeds = {name: self.journal.seed_of(name, self.seed) for name in names}
        self.kits = {name: self.course.kit(name) for name in names}
        for kit in self.kits.values():
            kit.files(Path())  # a package that isn't installed is named now

    def _receive(self, submission: Submission) -> None:
        key, path, problem, moment = self._identified(submission)
        first = self.journal.received(key)
        if first is None or self.journal.state(key) is None:
            self.journal.receive(key, moment)
        self.moments[key] = moment if first is None else first
        state = self.journal.state(key)
        if path is None:
            self._flag(key, problem)
        elif self.force or self._is_open(key, state):
            self._queue(key, path)
        elif state == PERSON:
            self._flag(key, self.journal.why(key))
        elif state == JUDGED or not self._stands(key):
            self.unsaved.append((key, None))
        else:
            self.batch.saved += 1

    def _is_open(self, key: Key, state: str | None) -> bool:
        """Tell whether a verdict is still to be taken; a machine may be well again."""
        if state == PERSON:
            return self.journal.tries(key) > 0
        # a verdict may be damaged
        return state not in (JUDGED, SAVED) or self.journal.verdict(key) is None

    def _identified(
        self, submission: Submission
    ) -> tuple[Key, Path | None, str, float]:
        """Return (key, path, problem, time of arrival); no path with a problem."""
        limits = limits_of(submission.lesson, self.limits)
        path: Path | None = None
        sha, problem = "", ""
        try:
            paths = submissions.candidates(submission)
            if not paths:
                one = submission.others and f"{submission.notebook}.ipynb"
                raise SubmissionError(f"There is no {one or 'notebook'} in the folder.")
            path = paths[0]
            file = submissions.open_notebook(
                path, self.course.submitted, limits, self.forbidden
            )
            try:
                sha = submissions.digest(file)
                moment = submissions.received_at(self.course, submission, file)
            finally:
                os.close(file)
        except (SubmissionError, OSError) as error:
            path, problem = None, submissions.told(str(error) or type(error).__name__)
            moment = _changed(submission.folder)
        lesson = submission.lesson
        version = version_of(self.course, lesson)
        key = Key(lesson, submission.student, sha, version, self.seeds[lesson])
        return key, path, problem, moment

    def _queue(self, key: Key, path: Path) -> None:
        number = len(self.keys)
        self.keys[number] = key, path
        task = Task.of(
            *(self.course, key.lesson, path, key.sha),
            number=number,
            root=self.course.submitted,
            forbidden=self.forbidden,
            seed=key.seed,
            limits=self.limits,
            kit=self.kits[key.lesson],
        )
        self.tasks.append(task)

    def _stands(self, key: Key) -> bool:
        """Tell whether the gradebook holds exactly this verdict."""
        if self.journal.current(key.lesson, key.student) != key:
            return False
        path = self._graded_path(key)
        known = self.known(key.lesson).get(key.student)
        return path.exists() and known == self._verdict(key).scores

    def _verdict(self, key: Key) -> Verdict:
        """Return a verdict that was noted."""
        verdict = self.journal.verdict(key)
        if verdict is None:
            raise LookupError(f"the journal holds no verdict: {key}")
        return verdict

    # --- verdicts --------------------------------------------------------------

    def judge(
        self, level: int, judges: int | None, machines: "Machines | Pool | None" = None
    ) -> Iterator[Key]:
        """Judge what is queued, save the verdicts, and yield each key."""
        if not self.tasks:
            return
        with machines or pool_of(self.course, level, judges, len(self.tasks)) as pool:
            answers = pool.run(self.tasks)
            self.ready_to_save()  # while the judges start and work
            for answer in answers:
                key, path = self.keys[answer.number]
                if self._settle(key, path, answer, level):
                    yield key
                waited = time.monotonic() - self.saved_at
                if len(self.unsaved) >= SAVED_TOGETHER or waited > SECONDS_UNSAVED:
                    self._save_waiting()
        self._save_waiting()

    def _settle(self, key: Key, path: Path, answer: Answer, level: int) -> bool:
        """Note an answer; return False when the submission is tried again."""
        if answer.kind == "error":
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

    def _save_waiting(self) -> None:
        """Write what waits to the gradebook and beside it, then note that it is."""
        waiting, self.unsaved = self.unsaved, []
        for first in range(0, len(waiting), SAVED_TOGETHER):
            some = waiting[first : first + SAVED_TOGETHER]
            with self.writer.together():
                for key, verdict in some:
                    self._save(key, verdict or self._verdict(key))
            with self.journal.together():
                for key, _ in some:
                    self.journal.move(key, SAVED)
            self.batch.saved += len(some)
        self.saved_at = time.monotonic()

    def _save(self, key: Key, verdict: Verdict) -> None:
        graded_notebook.write_whole(self._graded_path(key), verdict.notebook)
        before = self.journal.current(key.lesson, key.student)
        old = self.journal.verdict(before) if before and before != key else None
        self.writer.save(
            self.lessons[key.lesson],
            key.student,
            self.moments[key],
            verdict.cells,
            verdict.changed_since(old),
        )

    def _flag(self, key: Key, why: str) -> None:
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

    def _graded_path(self, key: Key) -> Path:
        return self.course.graded(key.student, key.lesson)


def _changed(folder: Path) -> float:
    return os.lstat(folder).st_ctime if os.path.lexists(folder) else 0.0
