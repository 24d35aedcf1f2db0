"""Plain tables of a class: lessons, exercises, mistakes, time, who needs a person."""

import collections
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.report.class_results import ClassData, Submission, Try
from autograder.seam import Checks, Named

KINDS = {
    "raised": "an exception",
    "time": "no end",
    "shape": "another shape",
    "values": "other values",
    "type": "another type",
    "dtype": "another dtype",
    "changed": "an argument changed",
    "open": "not what was asked",
    "missing": "nothing defined or returned",
    "overwritten": "name used twice",
}
BEHIND = 0.5  # of the exercises: who passed fewer needs the teacher
FEWEST = 2  # students whom a mistake must hit to be worth teaching again


@dataclass(frozen=True)
class Lesson:
    """One lesson: how many handed in, and the spread of their shares of the points.

    ``scores`` are shares from 0 to 1 of the points that are given already.
    """

    name: str
    most: float
    handed_in: int
    scores: tuple[float, ...]
    to_mark: int
    late: int

    def quantile(self, share: float) -> float | None:
        """Return the share of the points that ``share`` of the class stays below."""
        return quantile(self.scores, share)

    @property
    def mean(self) -> float | None:
        """The mean share of the points; None without any."""
        return statistics.fmean(self.scores) if self.scores else None


@dataclass(frozen=True)
class Exercise:
    """One exercise over the class; ``kinds`` says in what the unnamed tries failed.

    ``shared`` holds what the wiring of several of them has in common, or the place of
    an exception, with the number of students.
    """

    name: str
    lesson: str
    number: str
    title: str
    passed: int
    failed: int
    untouched: int
    unnamed: int
    kinds: tuple[tuple[str, int], ...]
    shared: tuple[tuple[str, int], ...] = ()

    @property
    def tried(self) -> int:
        """How many wrote something."""
        return self.passed + self.failed

    @property
    def share(self) -> float | None:
        """How many of those who wrote something passed."""
        return self.passed / self.tried if self.tried else None

    @property
    def kinds_told(self) -> list[tuple[str, int]]:
        """The ``kinds`` in words."""
        return [(KINDS.get(kind, kind), number) for kind, number in self.kinds]


@dataclass(frozen=True)
class Mistake:
    """A known mistake: whom it hit, and in which exercises how many of them."""

    name: str
    likely: str
    students: tuple[str, ...]
    by_exercise: tuple[tuple[str, int], ...]  # the most students first


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a quantile by linear interpolation; None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def lessons(data: ClassData) -> list[Lesson]:
    """Return a Lesson for each lesson that somebody handed in."""
    found = []
    for name, most in data.lessons.items():
        of = data.of(name)
        if of:
            shares = (s.share(most) for s in of)
            known = tuple(share for share in shares if share is not None)
            marks = sum(s.to_mark for s in of)
            late = sum(s.penalty > 0 for s in of)
            found.append(Lesson(name, most, len(of), known, marks, late))
    return found


def by_exercise(data: ClassData) -> list[Exercise]:
    """Return an Exercise for each that a submission holds, in the course's order."""
    tries = collections.defaultdict(list)
    for submission in data.submissions:
        for each in submission.tries:
            tries[submission.lesson, each.exercise].append(each)
    known = data.checks.exercises()
    return [
        _exercise(lesson, name, found, known.get(name))
        for (lesson, name), found in tries.items()
    ]


def _exercise(
    lesson: str, name: str, tries: Sequence[Try], known: Named | None
) -> Exercise:
    count = collections.Counter(each.state for each in tries)
    unnamed = [t for t in tries if t.state == "failed" and not t.misconceptions]
    kinds = collections.Counter(kind for t in unnamed for kind in t.kinds)
    clues = collections.Counter(clue for t in unnamed for clue in t.clues[:1])
    return Exercise(
        name,
        lesson,
        known.number if known else "",
        known.title if known else "",
        count["passed"],
        count["failed"],
        count["untouched"],
        len(unnamed),
        tuple(kinds.most_common()),
        tuple((clue, n) for clue, n in clues.most_common() if n >= FEWEST),
    )


def mistakes(data: ClassData) -> list[Mistake]:
    """Return the Mistakes that were recognised, by how many students they hit."""
    hit: dict[str, dict[str, set]] = collections.defaultdict(
        lambda: collections.defaultdict(set)
    )
    for submission in data.submissions:
        for each in submission.tries:
            for name in each.misconceptions:
                hit[name][each.exercise].add(submission.student)
    found = [_mistake(name, where, data.checks) for name, where in hit.items()]
    return sorted(found, key=lambda m: (-len(m.students), m.name))


def _mistake(name: str, where: Mapping[str, set], checks: Checks) -> Mistake:
    by_count = sorted(where.items(), key=lambda item: (-len(item[1]), item[0]))
    return Mistake(
        name,
        checks.likely(name, by_count[0][0]),
        tuple(sorted(set().union(*where.values()))),
        tuple((exercise, len(students)) for exercise, students in by_count),
    )


def hardest(found: Iterable[Exercise]) -> list[Exercise]:
    """Return the Exercises that a quarter or more failed without a known cause."""
    worth = [e for e in found if e.unnamed >= FEWEST and e.unnamed * 4 >= e.tried]
    return sorted(worth, key=lambda e: -e.unnamed / e.tried)


def by_failure(found: Iterable[Exercise]) -> list[Exercise]:
    """Return the Exercises that somebody failed, by the share of those who tried."""
    return sorted((e for e in found if e.failed), key=lambda e: (e.share, -e.failed))


@dataclass(frozen=True)
class Needs:
    """A student whom a teacher should look at, and why.

    ``passed`` counts exercises, ``most`` those of the lessons that most handed in.
    """

    student: str
    passed: int
    most: int
    why: tuple[str, ...]


def who_needs_you(data: ClassData) -> list[Needs]:
    """Return those who are far behind, absent, or whose file nobody could read."""
    held = {name: {s.student for s in data.of(name)} for name in data.lessons}
    for lesson, student, _ in data.waiting:
        held.setdefault(lesson, set()).add(student)
    active = len(set().union(*held.values()))
    due = [name for name, students in held.items() if len(students) * 2 >= active]
    size = {name: max((len(s.tries) for s in data.of(name)), default=0) for name in due}
    own = collections.defaultdict(list)
    for submission in data.submissions:
        own[submission.student].append(submission)
    found = []
    for student in data.people:
        missing = [name for name in due if student not in held[name]]
        needs = _needs(student, own[student], missing, size, len(due))
        if needs.why or needs.passed < BEHIND * needs.most:
            found.append(needs)
    return sorted(found, key=lambda n: (n.passed / max(n.most, 1), n.student))


def _needs(
    student: str,
    own: Sequence[Submission],
    missing: Sequence[str],
    size: Mapping[str, int],
    due: int,
) -> Needs:
    passed = sum(t.state == "passed" for s in own if s.lesson in size for t in s.tries)
    why = [f"{s.lesson}: {sentence}" for s in own for sentence in s.needs]
    if missing:
        why.append(f"not handed in: {len(missing)} of {due}")
    blank = [s.lesson for s in own if not s.started]
    if blank:
        why.append(f"nothing begun in {', '.join(blank)}")
    slips = collections.Counter(
        name for s in own for t in s.failed for name in t.misconceptions
    )
    most = sum(size.values())
    if passed < BEHIND * most or why:
        states = collections.Counter(t.state for s in own if s.started for t in s.tries)
        if states:
            why.append(f"failed {states['failed']}, not begun {states['untouched']}")
        why += [f"{name} in {n} exercises" for name, n in slips.most_common(2) if n > 1]
    return Needs(student, passed, most, tuple(why))


def for_a_person(data: ClassData) -> list[tuple[str, str, str]]:
    """Return [(lesson, student, sentence)] of all that a person must settle."""
    found = [
        (submission.lesson, submission.student, why)
        for submission in data.submissions
        for why in submission.needs
    ]
    found += [
        (lesson, student, f"Received, and not judged yet. {why}".strip())
        for lesson, student, why in data.waiting
    ]
    return sorted(found)


def together(
    notes: Iterable[tuple[str, str, str]],
) -> dict[tuple[str, str], list[str]]:
    """Return {(lesson, why): students} of what `for_a_person` found."""
    found = collections.defaultdict(list)
    for lesson, student, why in notes:
        found[lesson, why].append(student)
    return dict(found)


def seconds(data: ClassData) -> dict[str, list[float]]:
    """Return {lesson: seconds of its verdicts}."""
    found = collections.defaultdict(list)
    for submission in data.submissions:
        if submission.seconds is not None:
            found[submission.lesson].append(submission.seconds)
    return dict(found)
