"""Attacks of the table on a course of nbgrader's own: none is paid, nothing leaks."""

import json
import os

import pytest

from autograder.course import Course
from autograder.feedback import pages
from autograder.run.batch import grade
from autograder.run.journal import Journal
from tests.engine import attacks, little
from tests.plain import courses

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
# what a course by hand forbids; here a student may use NumPy's loops
BY_HAND = ("convolution by", "given without leave")
CHOSEN = (
    *("asserts stripped", "do_execute patched", "equal to everything"),
    *("class lies", "points overflow", "names shadowed", "locked cell edited"),
    *("frames forged", "session patched", "exit with success", "tests as answers"),
    *("success saved", "skip-execution", "environment", "files outside", "network"),
    *("hidden tests in memory", "endless loop in a cell", "crash", "a picture"),
)
ROWS = {
    f"s{number:03}": attack
    for number, attack in enumerate(attacks.ATTACKS)
    if (os.environ.get("ATTACKS") == "all" or attack.name in CHOSEN)
    and not attack.name.startswith(BY_HAND)
}
LIMITS = {"cell_seconds": 2.0, "total_seconds": 30.0}


class Plain(little.Little):
    """The little lesson as an assignment of nbgrader's own."""

    @property
    def source(self):
        return self.course.notebooks(little.NAME)[0]

    @property
    def released(self):
        return self.course.notebooks(little.NAME)[1]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade all rows as one class; return (course, {student: entry})."""
    root = tmp_path_factory.mktemp("attacked") / "course"
    courses.put(root / "nbgrader_config.py", b"c = get_config()\n")
    whole = little._with_solutions(little.notebook(solved=True, hidden=True))
    for step, tree in (("source", whole), ("release", little.notebook(solved=False))):
        name = f"{step}/{little.NAME}/{little.NAME}.ipynb"
        courses.put(root / name, little.as_bytes(tree))
    lesson = Plain(Course(root))
    for student, attack in ROWS.items():
        attack.write(lesson, student)
    lesson.submit("zoe", little.as_bytes(little.notebook()))
    grade(lesson.course, seed=3, limits=LIMITS)
    with Journal(lesson.course.grading) as journal:
        return lesson.course, {e.key.student: e for e in journal.entries()}


@pytest.mark.parametrize("student", ROWS, ids=lambda s: str(ROWS[s]))
def test_it_gets_the_verdict_of_the_table_and_shows_no_secret(graded, student):
    course, entries = graded
    entry, attack = entries[student], ROWS[student]
    if attack.score is None:
        assert entry.state == "person"
        return
    assert entry.state == "saved", entry.why
    assert entry.verdict.score == attack.score, entry.verdict.scores
    cells = json.loads(entry.verdict.notebook)["cells"]
    said = json.dumps([cell.get("outputs") for cell in cells])
    assert pages.write_pages(course, [(student, little.NAME)]) == {}
    for secret in attacks.SECRETS:
        assert secret not in said


def test_an_honest_neighbour_keeps_all_points(graded):
    assert graded[1]["zoe"].verdict.score == little.FULL


def test_the_chosen_rows_are_in_the_table():
    assert {attack.name for attack in attacks.ATTACKS} >= set(CHOSEN)
