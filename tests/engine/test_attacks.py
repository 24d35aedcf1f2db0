"""Every row of the table of attacks gets the verdict that stands beside it."""

import json

import pytest

import autograder.engine as engine
from autograder.engine.journal import Journal
from tests.engine import attacks, little
from tests.engine.conftest import needs_sandbox

pytestmark = [needs_sandbox, pytest.mark.xdist_group("attacks")]
NAMES = {f"s{number:03}": attack for number, attack in enumerate(attacks.ATTACKS)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade the whole table as one class; return ({student: entry}, Batch)."""
    lesson = little.make(tmp_path_factory.mktemp("course"))
    for student, attack in NAMES.items():
        attack.write(lesson, student)
    batch = engine.grade(
        lesson.course, seed=3, limits={"cell_seconds": 2.0, "total_seconds": 30.0}
    )
    with Journal(lesson.course.grading) as journal:
        entries = {key.student: entry for key, *entry in journal.verdicts()}
    return entries, batch


@pytest.mark.timeout(600)
@pytest.mark.parametrize("student", NAMES, ids=lambda s: str(NAMES[s]))
def test_it_gets_the_verdict_of_the_table(graded, student):
    attack, (state, why, _, verdict) = NAMES[student], graded[0][student]
    if attack.score is None:
        assert state == "person"
        assert "failed" not in why  # a judgement of the file, not of the machine
    else:
        assert state == "saved", why
        assert verdict["score"] == attack.score, _points(verdict)


def _points(verdict):
    return {c["grade_id"]: c["auto_score"] for c in verdict["cells"]}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("student", NAMES, ids=lambda s: str(NAMES[s]))
def test_it_shows_no_secret(graded, student):
    _, _, _, verdict = graded[0][student]
    cells = json.loads(verdict["notebook"])["cells"] if verdict else []
    shown = json.dumps([cell.get("outputs") for cell in cells])
    for secret in attacks.SECRETS:
        assert secret not in shown


@pytest.mark.timeout(600)
def test_the_whole_table_is_accounted_for(graded):
    batch = graded[1]
    assert batch.received == len(NAMES) == batch.saved + len(batch.for_a_person)


def test_the_table_holds_every_kind():
    count = {kind: 0 for kind in ("forge", "leak", "disrupt", "odd", "person")}
    for attack in attacks.ATTACKS:
        count[attack.kind] += 1
    assert sum(count.values()) >= 60
    assert count["odd"] >= 21
    assert min(count.values()) >= 8
