"""A test is mended and the class graded again: only what it judges changes."""

import json

import pytest

from autograder.run import changes
from autograder.run.batch import grade
from autograder.run.versions import version_of
from tests.engine import little

WRONG = "assert double(-41) == -81, 'hidden-word-82'"
RIGHT = "assert double(-41) == -82, 'hidden-word-82'"


def set_test(made, line):
    """Put a line into the hidden test of ``double``."""
    tree = json.loads(made.source.read_text())
    cell = little.find(tree, "test_double")
    text = "".join(cell["source"])
    for old in (WRONG, RIGHT):
        text = text.replace(old, line)
    cell["source"] = text
    made.source.write_bytes(little.as_bytes(tree))


@pytest.mark.slow
def test_a_mended_test_changes_its_own_points_and_says_whose(tmp_path):
    made = little.make(tmp_path)
    set_test(made, WRONG)
    made.submit("ada", little.as_bytes(little.notebook()))
    other = {"double": "def double(x):\n    return 3 * x"}
    made.submit("bob", little.as_bytes(little.notebook(answers=other)))
    grade(made.course, judges=1)
    with made.course.gradebook() as book:
        mark = book.find_grade("why", little.NAME, little.NAME, "ada")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        book.db.commit()
    before = changes.points(made.course)
    version_of.cache_clear()  # as a new process would
    set_test(made, RIGHT)
    batch = grade(made.course, judges=1)
    after = changes.points(made.course)
    assert batch.judged == 2
    different = {
        place: after[place][0] for place in after if after[place] != before[place]
    }
    assert different == {(little.NAME, "ada", "test_double"): 2.0}
    assert after[little.NAME, "ada", "why"][0] == 1.5
    assert list(changes.told(before, after)) == [
        "  little, test_double, ada: 0 points before, now 2",
        "Changed: 1 grades in 1 cells of 1 students.",
    ]


def test_what_had_no_points_before_is_no_change():
    before = {("l", "ada", "c"): (None, None)}
    after = {("l", "ada", "c"): (2.0, None), ("l", "new", "c"): (1.0, None)}
    assert list(changes.told(before, after)) == []


def test_a_grade_that_goes_is_told():
    before = {("l", "ada", "c"): (2.0, None)}
    told = list(changes.told(before, {("l", "ada", "c"): (None, None)}))
    assert told[0].endswith("2 points before, now none, a person decides")
