"""The second zoo: functions by people who never saw the table of misconceptions.

All visible cases are recorded, so that nothing here imports TensorFlow.
"""

from collections import Counter

import pytest

from byhand import exercises
from byhand.checks import checking
from tests.strangers import Specimen, everything, evidence

ALL = everything()
WRONG = tuple(s for s in ALL if not s.right)
RIGHT = tuple(s for s in ALL if s.right)


def named(specimen: Specimen) -> str:
    return f"{specimen.place}-{specimen.exercise}"


def marked(specimen: Specimen) -> object:
    """Return a parameter, expected to fail where a check is wrong today."""
    mended = pytest.mark.xfail(strict=True, reason=f"a check {specimen.finding} on it")
    marks = [mended] if specimen.finding else []
    if exercises.get(specimen.exercise).on_parts:  # Keras may stand in for a part
        marks.append(pytest.mark.tf)
    return pytest.param(specimen, id=named(specimen), marks=marks)


@pytest.mark.parametrize("specimen", [marked(s) for s in WRONG])
def test_a_wrong_function_fails_its_visible_check(specimen):
    verdict = checking.judge(specimen.exercise, specimen.function)
    assert verdict.state == "failed"
    assert verdict.earned < verdict.points
    assert (verdict.kind == "raised") == specimen.raises


@pytest.mark.parametrize("specimen", RIGHT, ids=named)
def test_a_right_function_in_a_foreign_style_passes(specimen):
    verdict = checking.judge(specimen.exercise, specimen.function)
    assert (verdict.state, verdict.earned) == ("passed", verdict.points), verdict.lines


def test_the_faulty_line_of_every_specimen_stands_in_its_source():
    missing = [named(s) for s in WRONG if s.line not in s.source]
    assert not missing


def test_specimens_spread_over_all_lessons_and_most_exercises():
    counts = Counter(s.collection for s in WRONG)
    assert counts["students"] >= 160
    assert counts["courses"] >= 65
    assert len(RIGHT) >= 25
    seen = {s.exercise for s in WRONG}
    assert len(seen) >= 45
    assert len({exercises.get(name).lesson for name in seen}) == 9


def test_a_finding_is_one_of_three_and_belongs_to_a_wrong_function():
    assert {s.finding for s in WRONG} <= {"", "survives", "waits", "crashes"}
    assert not any(s.finding or s.untrue[0] for s in RIGHT)


def test_most_mistakes_get_a_right_cause_before_any_line_is_looked_for():
    found = evidence.gather(WRONG, lines=False)
    single = [e for e in found if e.specimen.mistakes == 1]
    courses = [e for e in found if e.specimen.collection == "courses"]
    assert sum(e.kind in evidence.CAUSES for e in single) >= 0.85 * len(single)
    assert sum(e.kind in evidence.CAUSES for e in courses) >= 0.85 * len(courses)
    wrong = [e for e in found if e.kind in ("false name", "survives", "crashes")]
    assert not wrong
