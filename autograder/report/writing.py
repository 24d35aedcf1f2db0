"""Write the page and the tables beside it."""

import csv
import io
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.course import Course
from autograder.report import alike, counting
from autograder.report.class_results import ClassData, read_class
from autograder.report.page import pages
from autograder.verdict.graded_notebook import write_whole

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_report(course: Course) -> Path:
    """Write ``grading/report`` and return the path of its first page."""
    data = read_class(course)
    folder = course.grading / "report"
    for name, rows in tables(data).items():
        write_whole(folder / f"{name}.csv", as_csv(rows))
    for name, text in pages(data, time.time()).items():
        write_whole(folder / f"{name}.html", text)
    return folder / "index.html"


def tables(data: ClassData) -> dict[str, list[tuple]]:
    """Return {name: rows}, each row a tuple, the first with the titles."""
    return {
        "submissions": list(_submissions(data)),
        "lessons": list(_lessons(data)),
        "exercises": list(_exercises(data)),
        "tries": list(_tries(data)),
        "mistakes": list(_mistakes(data)),
        "for_a_person": [("lesson", "student", "why"), *counting.for_a_person(data)],
        "alike": list(_alike(data)),
        "concept": list(_concept(data)),
    }


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV; a spreadsheet must not take a text for a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(c) for c in row] for row in rows)
    return text.getvalue()


def _cell(value):
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return f"{value:.6g}" if isinstance(value, float) else value


def _submissions(data):
    yield (
        *("student", "name", "lesson", "state", "score", "penalty", "final", "most"),
        *("received", "seconds", "sandbox", "to_mark", "needs"),
    )
    for s in data.submissions:
        yield (
            *(s.student, data.people[s.student].name, s.lesson, s.state),
            *(s.score, s.penalty, s.final, data.lessons[s.lesson]),
            *(s.received and round(s.received), s.seconds, s.level, s.to_mark),
            " ".join(s.needs),
        )


def _lessons(data):
    marks = (0, 0.25, 0.5, 0.75, 1)
    yield ("lesson", "handed_in", "most", *(f"quantile_{q:g}" for q in marks), "mean")
    for each in counting.lessons(data):
        spread = [each.quantile(q) for q in marks]
        yield (each.name, each.handed_in, each.most, *spread, each.mean)


def _exercises(data):
    yield ("lesson", "number", "exercise", "passed", "failed", "untouched", "unnamed")
    for e in counting.by_exercise(data):
        yield (e.lesson, e.number, e.name, e.passed, e.failed, e.untouched, e.unnamed)


def _tries(data):
    yield (
        "student",
        "lesson",
        "exercise",
        "state",
        "earned",
        "most",
        "mistakes",
        "kinds",
    )
    for s in data.submissions:
        for t in s.tries:
            told = ("; ".join(t.misconceptions), "; ".join(t.kinds))
            yield (s.student, s.lesson, t.exercise, t.state, t.earned, t.most, *told)


def _mistakes(data):
    yield ("mistake", "exercise", "students")
    for mistake in counting.mistakes(data):
        for exercise, count in mistake.by_exercise:
            yield (mistake.name, exercise, count)


def _alike(data):
    yield ("exercise", "likeness", "passed", "published", "common", "students")
    for g in alike.groups(data):
        yield (
            g.exercise,
            g.likeness,
            g.passed,
            g.published,
            g.common,
            " ".join(g.students),
        )


def _concept(data):
    yield (
        "question",
        "topic",
        "before",
        "n_before",
        "after",
        "n_after",
        "gain",
        "n_both",
    )
    for q in data.checks.questions(data):
        yield (
            *(q.key, q.topic, q.before, q.answered_before),
            *(q.after, q.answered_after, q.gain, q.both),
        )
