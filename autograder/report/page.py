"""Lay the class out as two pages that need no network and no script.

One is for the teacher and begins with who needs them; the other can be shown in class.

`ClassReport` holds all that the templates say; whatever they print is escaped.
"""

import collections
from dataclasses import dataclass
from typing import Any

from autograder.classroom.class_list import Person
from autograder.pages.templating import count, percent, points, templates
from autograder.report import alike, charts, counting
from autograder.report.class_results import ClassData, Submission

AGAIN = 5  # mistakes on top of the page
HARDEST = 3
SHOWN_GROUPS = 40
WORST = 15  # exercises in the picture
SHOWN_PAIRS = 20
SHOWN_NEEDS = 12
MISSED = 0.6  # a question that fewer answer correctly after the course is taught again

PARTS = {
    "index": {
        "needs": "Who needs you",
        "person": "Needs a person",
        "mistakes": "Mistakes",
        "alike": "Look-alikes",
        "students": "Students",
    },
    "class": {
        "again": "Teach again",
        "exercises": "Exercises",
        "lessons": "Lessons",
        "concept": "Concept test",
        "time": "Time and sandbox",
    },
}
SANDBOX = {
    None: "No verdict was taken.",
    0: "Level 0: no sandbox. The grades are unverified.",
    2: "Level 2: Landlock, seccomp and another user.",
    3: "Level 3: namespaces of bubblewrap, seccomp and limits.",
}


@dataclass(frozen=True)
class Student:
    """One student's section: where it stands, who it is, and every submission."""

    anchor: str
    person: Person
    total: str
    facts: tuple[str, ...]
    submissions: tuple[Submission, ...]


class ClassReport:
    """What stands on the page, each part computed when the template asks for it."""

    def __init__(self, data: ClassData) -> None:
        self.data = data
        ordered = sorted(data.people, key=lambda s: (data.people[s].sort_name, s))
        self.anchors = {student: f"student-{k}" for k, student in enumerate(ordered, 1)}
        self.lessons = counting.lessons(data)
        self.exercises = counting.by_exercise(data)
        self.mistakes = counting.mistakes(data)
        self.needs = counting.who_needs_you(data)
        self.for_a_person = counting.together(counting.for_a_person(data))
        self.questions = data.checks.questions(data)
        found = alike.groups(data)
        self.groups = [group for group in found if not group.common]
        self.common = [group for group in found if group.common]
        shared = [pair for pair in alike.pairs(found) if len(pair[2]) > 1]
        self.pairs = shared[:SHOWN_PAIRS]

    @property
    def figures(self) -> tuple[tuple[object, str], ...]:
        """The five numbers on top."""
        scores = [share for lesson in self.lessons for share in lesson.scores]
        submissions = self.data.submissions
        return (
            (len(self.data.people), "students"),
            (len(submissions), "submissions judged"),
            (percent(counting.quantile(scores, 0.5)), "median of the points"),
            (sum(map(len, self.for_a_person.values())), "notes for a person"),
            (sum(s.to_mark for s in submissions), "written answers to mark"),
        )

    @property
    def again(self) -> list[counting.Mistake]:
        """The mistakes that hit the most students."""
        worth = [m for m in self.mistakes if len(m.students) >= counting.FEWEST]
        return worth[:AGAIN]

    @property
    def hardest(self) -> list[counting.Exercise]:
        """The exercises that many failed for reasons that no check recognised."""
        return counting.hardest(self.exercises)[:HARDEST]

    @property
    def missed(self) -> list[Any]:
        """The questions that most still miss after the course."""
        return [q for q in self.questions if q.after is not None and q.after < MISSED]

    @property
    def spread(self) -> charts.Chart:
        """The scores of each lesson."""
        return charts.spread(self.lessons)

    @property
    def outcomes(self) -> charts.Chart:
        """How many passed, failed and did nothing, where most failed."""
        return charts.outcomes(counting.by_failure(self.exercises)[:WORST])

    @property
    def before_and_after(self) -> charts.Chart | None:
        """The concept test; None while nobody has answered it."""
        if all(q.before is None and q.after is None for q in self.questions):
            return None
        return charts.before_and_after(self.questions)

    @property
    def sandbox(self) -> str:
        """The weakest sandbox of all verdicts, in a sentence."""
        return SANDBOX[self.data.level]

    @property
    def times(self) -> charts.Chart | None:
        """How long the verdicts took; None without any."""
        found = counting.seconds(self.data)
        return charts.times(found) if found else None

    @property
    def letters(self) -> dict[str, list[Student]]:
        """The students in the order of their names: {letter: students}."""
        found: dict[str, list[Student]] = {}
        for student in self.students:
            first = student.person.sort_name[:1].upper()
            found.setdefault(first if first.isalpha() else "#", []).append(student)
        return found

    @property
    def students(self) -> list[Student]:
        """A section per student, in the order of their names."""
        own = collections.defaultdict(list)
        for submission in self.data.submissions:
            own[submission.student].append(submission)
        waiting = collections.defaultdict(set)
        for lesson, student, _ in self.data.waiting:
            waiting[student].add(lesson)
        return [
            self._student(student, own[student], waiting[student])
            for student in self.anchors
        ]

    def _student(self, student: str, own: list[Submission], waiting: set) -> Student:
        person = self.data.people[student]
        most = sum(self.data.lessons[s.lesson] for s in own)
        unmarked = sum(s.unmarked for s in own)
        total = f"{points(sum(s.final or 0.0 for s in own))} of {points(most)} points"
        facts = [student if student != person.name else "", person.email]
        facts += [person.section]
        if unmarked:
            facts.append(f"{count(unmarked, 'point')} not marked yet")
        handed_in = {s.lesson for s in own} | waiting
        missing = [name for name in self.data.lessons if name not in handed_in]
        if missing and own:
            facts.append("not handed in: " + ", ".join(missing))
        shown = tuple(filter(None, facts))
        lessons = f"{len(own)} of {count(len(self.data.lessons), 'lesson')}"
        told = f"{total} in {lessons}"
        return Student(self.anchors[student], person, told, shown, tuple(own))


def pages(data: ClassData, made: float) -> dict[str, str]:
    """Return {name: page}: "index" is for the teacher, "class" names nobody.

    ``made`` is the time at which the report is made.
    """
    report = ClassReport(data)
    told = {"report": report, "made": made, "kinds": counting.KINDS}
    told |= {"shown_groups": SHOWN_GROUPS, "shown_needs": SHOWN_NEEDS}
    told["smallest_of"] = data.checks.smallest_of
    found = {}
    for name, parts in PARTS.items():
        template = templates().get_template(f"report/templates/{name}.html")
        shown = {k: v for k, v in parts.items() if k != "concept" or report.questions}
        found[name] = template.render(parts=shown, **told)
    return found
