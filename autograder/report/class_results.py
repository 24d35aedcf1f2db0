"""Read what is known of a class: verdicts from the journal, points from nbgrader.

Both are only read, so that a report can be made while the class is being graded.
"""

import json
from dataclasses import dataclass, field

from autograder.classroom import class_list
from autograder.course import Course, lesson_of
from autograder.errors import ProblemError
from autograder.gradebook.rows import GradeRow, grade_rows
from autograder.lessons.markers import ANSWER, MANUAL, TESTS, without_delimiters
from autograder.run.journal import SAVED, Entry, read_journal
from autograder.seam import Checks, own


@dataclass(frozen=True)
class Try:
    """What became of one exercise in one submission.

    ``state`` is "passed", "failed" or "untouched"; ``kinds`` says in what it failed,
    ``misconceptions`` which known mistakes were recognised, also in a prediction that
    counts although it is wrong. ``clues`` say what is seen of mistakes without a name.
    """

    exercise: str
    state: str
    earned: float
    most: float
    misconceptions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    clues: tuple[str, ...] = ()


@dataclass
class Submission:
    """One student's submission of one lesson, as it stands.

    ``started`` says that something was written in an answer; ``answers`` are the
    sources of its exercises, ``doubts`` sentences, ``unmarked`` the points that nobody
    has given yet: ``to_mark`` written answers, and the cells ``unscored``.
    """

    student: str
    lesson: str
    state: str
    why: str = ""
    level: int | None = None
    received: float | None = None
    seconds: float | None = None
    tries: tuple[Try, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    score: float | None = None
    penalty: float = 0.0
    unmarked: float = 0.0
    to_mark: int = 0
    unscored: tuple[str, ...] = ()
    started: bool = True

    @property
    def needs(self) -> list[str]:
        """Return the sentences that say why a person should look."""
        found = [self.why or "It could not be judged."] if self.state != SAVED else []
        found += self.doubts
        if self.state == SAVED:
            found += [f"{name} has no points yet." for name in self.unscored]
        return found

    @property
    def final(self) -> float | None:
        """The points after the late rule; None where there are none.

        A notebook in which nothing was written is not started, and no 0.
        """
        if self.score is None or not (self.started or self.score):
            return None
        return max(self.score - self.penalty, 0.0)

    def share(self, most: float) -> float | None:
        """Return the share of those of ``most`` points that are given already."""
        given = most - self.unmarked
        return None if self.final is None or given <= 0 else self.final / given

    @property
    def failed(self) -> list[Try]:
        """The exercises that were tried in vain."""
        return [each for each in self.tries if each.state == "failed"]

    @property
    def untouched(self) -> list[str]:
        """The exercises that nothing was written for."""
        return [each.exercise for each in self.tries if each.state == "untouched"]

    @property
    def is_open(self) -> bool:
        """Tell whether something isn't right yet, or waits for a person."""
        return bool(self.needs or self.to_mark or self.failed or self.untouched)


@dataclass
class ClassData:
    """All that the report is made of.

    ``lessons`` gives the most points of each, ``people`` holds the roster and all who
    submitted, ``waiting`` (lesson, student, why) of what is received and has no
    verdict. ``stubs`` are the answer cells as released, ``published`` as solved.
    """

    lessons: dict[str, float]
    people: dict[str, class_list.Person]
    submissions: list[Submission]
    waiting: list[tuple[str, str, str]]
    stubs: dict[str, str] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)
    checks: Checks = field(default_factory=own)

    def of(self, lesson: str) -> list[Submission]:
        """Return the submissions of a lesson."""
        return [each for each in self.submissions if each.lesson == lesson]

    @property
    def level(self) -> int | None:
        """The weakest sandbox that a verdict was taken in; None without verdicts."""
        return min(
            (s.level for s in self.submissions if s.level is not None), default=None
        )


def read_class(course: Course) -> ClassData:
    """Return the ClassData of a course, or say that nothing is graded."""
    with read_journal(course.grading) as journal:
        entries = journal.entries() if journal else ()
        submissions = [_submission(each) for each in entries]
        waiting = journal.waiting() if journal else []
    if not submissions and not waiting:
        grade = course.command("grade")
        raise ProblemError(f"Nothing is graded yet: run {grade} first.")
    lessons = _points(course, submissions)
    stubs, published = _texts(course)
    known = class_list.of_course(course)
    find = class_list.finder(known)
    students = {s.student for s in submissions} | {who for _, who, _ in waiting}
    people = {student: find(student) for student in students}
    handed_in = {person.id for person in people.values()}
    people |= {p.id: p for p in known.values() if p.id not in handed_in}
    return ClassData(
        *(lessons, people, submissions, waiting, stubs, published, course.checks)
    )


def _submission(entry: Entry) -> Submission:
    key, verdict = entry.key, entry.verdict
    found = Submission(
        key.student, key.lesson, entry.state, entry.why, entry.level, entry.received
    )
    if entry.state != SAVED or not verdict:
        return found
    cells = verdict.cells
    unanswered = {c.grade_id for c in cells if c.kind == ANSWER and c.unanswered}
    found.seconds, found.started = verdict.seconds, verdict.started
    found.tries = tuple(_try(c, unanswered) for c in cells if c.kind == TESTS)
    found.doubts = tuple(f"{c.grade_id}: {c.doubt}." for c in cells if c.doubt)
    written = {c.grade_id for c in cells if c.kind in (ANSWER, MANUAL)}
    found.answers = {
        name: "".join(cell["source"])
        for cell in json.loads(verdict.notebook)["cells"]
        if (name := cell["metadata"].get("nbgrader", {}).get("grade_id")) in written
        and name not in unanswered
        and cell["cell_type"] == "code"
    }
    return found


def _try(cell, unanswered):
    """Return the Try of a test cell."""
    told = cell.diagnoses
    name = told[0].exercise if told else cell.grade_id.removeprefix("test_")
    earned, most = cell.auto_score or 0.0, cell.max_score or 0.0
    failed = [d for d in told if d.state != "passed"]
    if most and earned >= most:
        state = "passed"
    else:  # what was written and defines nothing, with a typing error in it, is a try
        state = "untouched" if name in unanswered else "failed"
    slips = dict.fromkeys(d.misconception for d in failed if d.misconception)
    clues = dict.fromkeys(d.clue for d in failed if d.clue and not slips)
    if state != "failed":
        return Try(name, state, earned, most, tuple(slips))
    return Try(
        name,
        state,
        earned,
        most,
        tuple(slips),
        tuple(dict.fromkeys(d.kind for d in failed)),
        tuple(clues),
    )


# --- nbgrader's gradebook ------------------------------------------------------------


def _points(course, submissions):
    """Fill in points from the gradebook; return {lesson: most points}."""
    by_place = {(s.lesson, s.student): s for s in submissions}
    with course.gradebook() as gradebook:
        lessons = {
            lesson_of(assignment.name, notebook.name): notebook.max_score
            for assignment in gradebook.assignments
            for notebook in assignment.notebooks
        }
        for row in grade_rows(gradebook):
            if submission := by_place.get((row.lesson, row.student)):
                _add(submission, row)
    return {name: lessons[name] for name in sorted(lessons)}


def _add(submission: Submission, row: GradeRow) -> None:
    """Add one grade as nbgrader counts it: a person's mark comes before ours."""
    submission.penalty = row.penalty or 0.0
    if submission.state == SAVED:
        earned = (row.points or 0.0) + (row.extra or 0.0)
        submission.score = (submission.score or 0.0) + earned
    if row.waits and row.points is None:
        submission.unmarked += row.most
        if row.is_written:
            submission.to_mark += 1
        else:
            submission.unscored += (row.cell,)


def _texts(course):
    """Return ({exercise: stub}, {exercise: published answer}) of all lessons."""
    pairs = [course.notebooks(name) for name in course.lessons()]
    return _answer_cells([released for _, released in pairs]), {
        name: without_delimiters(text)
        for name, text in _answer_cells([source for source, _ in pairs]).items()
    }


def _answer_cells(paths):
    found = {}
    for path in paths:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            role = cell["metadata"].get("nbgrader", {})
            if role.get("solution") and cell["cell_type"] == "code":
                found[role["grade_id"]] = "".join(cell["source"])
    return found
