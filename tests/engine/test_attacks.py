"""Every row of the table of attacks gets the verdict that stands beside it."""

import functools
import json

import pytest

from autograder.run.batch import grade
from autograder.run.journal import Journal
from autograder.sandbox import levels
from tests.engine import attacks, little
from tests.engine.conftest import reason

pytestmark = [pytest.mark.xdist_group("attacks"), pytest.mark.timeout(600)]
NAMES = {f"s{number:03}": attack for number, attack in enumerate(attacks.ATTACKS)}
# what the sandbox has to stop is tried at the weaker level as well
OF_THE_SANDBOX = [s for s in NAMES if NAMES[s].kind in ("leak", "disrupt")]
ROWS = [(3, s) for s in NAMES] + [(2, s) for s in OF_THE_SANDBOX]


def _name(value):
    return f"level-{value}" if isinstance(value, int) else str(NAMES[value])


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return a function that grades the table as one class, once per level."""

    @functools.cache
    def graded_at(level):
        lesson = little.make(tmp_path_factory.mktemp("course"))
        for row, student in ROWS:
            if row == level:
                NAMES[student].write(lesson, student)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(levels, "strongest", lambda trust: (level, {}))
            limits = {"cell_seconds": 2.0, "total_seconds": 30.0}
            batch = grade(lesson.course, seed=3, limits=limits)
        with Journal(lesson.course.grading) as journal:
            entries = {entry.key.student: entry for entry in journal.entries()}
        return entries, batch

    def graded_here(level):
        if why := reason(level):
            pytest.skip(f"level {level}: {why}")
        return graded_at(level)

    return graded_here


@pytest.mark.parametrize(("level", "student"), ROWS, ids=_name)
def test_it_gets_the_verdict_of_the_table(graded, level, student):
    attack, entry = NAMES[student], graded(level)[0][student]
    if attack.score is None:
        assert entry.state == "person"
        assert "failed" not in entry.why  # a judgement of the file, not of the machine
    else:
        assert entry.state == "saved", entry.why
        assert entry.verdict.score == attack.score, _points(entry.verdict)


def _points(verdict):
    return {c.grade_id: c.auto_score for c in verdict.cells}


@pytest.mark.parametrize(("level", "student"), ROWS, ids=_name)
def test_it_shows_no_secret(graded, level, student):
    verdict = graded(level)[0][student].verdict
    cells = json.loads(verdict.notebook)["cells"] if verdict else []
    shown = json.dumps([cell.get("outputs") for cell in cells])
    for secret in attacks.SECRETS:
        assert secret not in shown


@pytest.mark.parametrize("level", [3, 2])
def test_the_whole_table_is_accounted_for(graded, level):
    batch = graded(level)[1]
    assert batch.received == batch.saved + len(batch.for_a_person)
    assert batch.received == sum(row == level for row, _ in ROWS)


def test_the_table_holds_every_kind():
    count = {kind: 0 for kind in ("forge", "leak", "disrupt", "odd", "person")}
    for attack in attacks.ATTACKS:
        count[attack.kind] += 1
    assert sum(count.values()) >= 60
    assert count["odd"] >= 21
    assert min(count.values()) >= 8
