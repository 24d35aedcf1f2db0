"""Every row of the table of attacks gets its verdict, and its neighbours theirs.

The table is graded as one class. After each row comes an honest submission of another
lesson, whose grade and page have to be those of a class without attacks.
"""

import functools
import json
import os
import shutil
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.feedback import pages
from autograder.run.batch import grade
from autograder.run.journal import Journal
from autograder.sandbox import levels
from autograder.verdict import drawings
from autograder.worker.drawing import PNG
from tests.engine import attacks, little
from tests.engine.attacks_by_reading import DRAWS
from tests.engine.conftest import closed_if, reason

pytestmark = [
    *(pytest.mark.xdist_group("attacks"), pytest.mark.timeout(2400)),
    pytest.mark.tf,  # in a process of its own
    pytest.mark.sandbox,
]
NAMES = {f"s{number:03}": attack for number, attack in enumerate(attacks.ATTACKS)}
# what the sandbox has to stop is tried at level 2, too, and some rows of each kind at
# level 1, which is for one submission; `make attacks` tries all at each level
WHOLE = os.environ.get("ATTACKS") == "all"
LEVELS = tuple(map(int, os.environ.get("LEVELS", "321")))
SOME = (
    *("asserts stripped", "equal to everything", "memory of others", "descriptors"),
    *("another root", "stopped", "fork bomb", "endless loop", "up from an open folder"),
    *(
        "written into the parent",
        "locks of the next workers",
        "a limit of the parent's",
    ),
    *("a process that outlives its cell", "time of arrival: a link"),
)
STUDENTS = {
    3: list(NAMES),
    2: [s for s in NAMES if WHOLE or NAMES[s].kind in ("leak", "disrupt")],
    1: [s for s in NAMES if WHOLE or NAMES[s].name in SOME],
}
STUDENTS = {level: STUDENTS[level] for level in LEVELS}
ROWS = [(level, student) for level in STUDENTS for student in STUDENTS[level]]
LIMITS = {"cell_seconds": 2.0, "total_seconds": 30.0, "given_calls": 300}
OTHERS = ("beside", "between")  # lessons of honest neighbours
QUESTION = (
    "from byhand import given\n"
    "print(given.conv2d(np.eye(5), np.ones((2, 2)))[0], given.same_padding(10, 3))"
)
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"


def _honest():
    """Return what neighbours hand in: all right, half right, and hardly begun."""
    whole, half, little_done = (
        little.notebook(),
        little.notebook(
            answers={"slide": "def slide(x, w):\n    return [-2.0, 0, -2, 0]"}
        ),
        little.notebook(solved=False, answers={"stops": "stops = (4, 2)"}),
    )
    whole["cells"].append(little.code(PLOT, "plot"))
    for tree in (whole, half):
        tree["cells"].append(little.code(QUESTION, "question"))
    little.find(half, "why")["source"] += "\n\nIt stops at the $n$-th, **of course**."
    return [little.as_bytes(tree) for tree in (whole, half, little_done)]


HONEST = _honest()


def beside(student):
    """Return the (lesson, number of the honest file) of the neighbour of a row."""
    number = list(NAMES).index(student)
    return OTHERS[number % len(OTHERS)], number % len(HONEST)


@dataclass
class Graded:
    """A class after grading: entries by student, times tried, the sum, the pages."""

    course: object
    batch: object
    entries: dict = field(default_factory=dict)
    tries: dict = field(default_factory=dict)
    without_page: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)

    def told(self, student):
        """Return all that a student gets to see of a grade, but for the name."""
        entry = self.entries[student]
        lesson = entry.key.lesson
        page = self.course.feedback / student / lesson / f"{lesson}.html"
        grades = self.marks[student, lesson].grades.values()
        return {
            "state": (entry.state, self.tries[student], entry.verdict.restarts),
            "points": entry.verdict.scores,
            "gradebook": {g.cell: (g.auto, g.manual, g.waits) for g in grades},
            "notebook": entry.verdict.notebook,
            "page": page.read_text(encoding="utf-8").replace(student, "NAME"),
        }


def _graded(lesson, level):
    """Grade a class at a level and write its pages."""
    course = lesson.course
    for path in attacks.LEFT:
        Path(path).unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch, closed_if(level == 1):
        patch.setattr(levels, "strongest", lambda trust: (level, {}))
        batch = grade(course, seed=3, limits=LIMITS)
    found = Graded(course, batch)
    with Journal(course.grading) as journal:
        for entry in journal.entries():
            found.entries[entry.key.student] = entry
            found.tries[entry.key.student] = journal.tries(entry.key)
    written = [(s, e.key.lesson) for s, e in found.entries.items() if e.verdict]
    found.without_page = pages.write_pages(course, written)
    found.marks = pages.read_marks(course, {little.NAME, *OTHERS})
    return found


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Return a function that gives (class with attacks, class without) of a level."""
    answers = tmp_path_factory.mktemp("answers") / "keras"

    @functools.cache
    def both(level):
        place = tmp_path_factory.mktemp("course")
        among, alone = (little.make(place / n, OTHERS) for n in ("among", "alone"))
        for student in STUDENTS[level]:
            NAMES[student].write(among, student)
            lesson, number = beside(student)
            among.submit(f"{student}n", HONEST[number], f"{lesson}.ipynb", lesson)
        for lesson in OTHERS:
            for number, content in enumerate(HONEST):
                for copy in ("", *"abcd"):  # so that half of them find all warm
                    student = f"{lesson}{number}{copy}"
                    alone.submit(student, content, f"{lesson}.ipynb", lesson)
        found = []
        for each in (among, alone):
            if answers.exists():  # Keras needn't start again for what it said
                shutil.copytree(answers, each.course.grading / "keras")
            found.append(_graded(each, level))
            if not answers.exists():
                shutil.copytree(each.course.grading / "keras", answers)
        return found

    def here(level):
        if why := reason(level):
            pytest.skip(f"level {level}: {why}")
        return both(level)

    return here


def _name(value):
    return f"level-{value}" if isinstance(value, int) else str(NAMES[value])


every_row = pytest.mark.parametrize(("level", "student"), ROWS, ids=_name)


@every_row
def test_it_gets_the_verdict_of_the_table(classes, level, student):
    graded = classes(level)[0]
    attack, entry = NAMES[student], graded.entries[student]
    if attack.score is None:
        assert entry.state == "person"
        assert "failed" not in entry.why  # a judgement of the file, not of the machine
    else:
        assert entry.state == "saved", entry.why
        assert entry.verdict.score == attack.score, _points(entry.verdict)
        assert graded.tries[student] == 0


def _points(verdict):
    return {c.grade_id: c.auto_score for c in verdict.cells}


@every_row
def test_it_shows_no_secret(classes, level, student):
    verdict = classes(level)[0].entries[student].verdict
    cells = json.loads(verdict.notebook)["cells"] if verdict else []
    shown = json.dumps([cell.get("outputs") for cell in cells])
    for secret in attacks.SECRETS:
        assert secret not in shown


@every_row
def test_its_neighbours_have_what_they_have_without_it(classes, level, student):
    among, alone = classes(level)
    students = STUDENTS[level]
    before = students[students.index(student) - 1]
    for each in (before, student):
        lesson, number = beside(each)
        assert among.told(f"{each}n") == alone.told(f"{lesson}{number}")


@pytest.mark.parametrize("level", LEVELS)
def test_the_whole_table_is_accounted_for(classes, level):
    graded = classes(level)[0]
    batch = graded.batch
    assert batch.received == batch.saved + len(batch.for_a_person)
    assert batch.received == 2 * len(STUDENTS[level])
    assert graded.without_page == {}


@pytest.mark.parametrize("level", LEVELS)
def test_no_submission_fills_the_disk_or_a_page(classes, level):
    graded = classes(level)[0]
    for student, entry in graded.entries.items():
        if entry.verdict:
            page = graded.course.feedback / student / entry.key.lesson
            size = sum(len(path.read_bytes()) for path in page.iterdir())
            assert size < 8 << 20, NAMES.get(student, student)
            assert len(entry.verdict.notebook) < 8 << 20


@pytest.mark.parametrize("level", LEVELS)
def test_a_neighbour_s_verdict_takes_at_most_twice_the_time(classes, level):
    """Half of them tell: a program that runs beside may keep some of them waiting."""
    among, alone = classes(level)
    times = [
        statistics.median(e.verdict.seconds for e in found)
        for found in (
            [e for s, e in among.entries.items() if s.endswith("n")],
            list(alone.entries.values()),
        )
    ]
    assert times[0] < max(2 * times[1], 0.5)


@pytest.mark.skipif(3 not in LEVELS, reason="pictures are drawn at one level")
def test_rows_that_draw_keep_nobody_s_pictures_back(classes):
    graded = classes(3)[0]
    rows = [student for student, attack in NAMES.items() if attack.name in DRAWS]
    honest = [f"{s}n" for s in NAMES if beside(s)[1] == 0][: len(rows)]
    mixed = [student for pair in zip(rows, honest, strict=True) for student in pair]
    shown = drawings.show(graded.course, mixed)
    shown = {student: count for (student, _), count in shown.items()}
    assert {student: shown[student] for student in honest} == dict.fromkeys(honest, 1)
    for student in rows:
        path = graded.course.graded(student, little.NAME)
        text = path.read_text(encoding="utf-8")
        assert len(text) < 40 << 20
        assert _secrets_drawn(text) == []
    assert pages.write_pages(graded.course, [(s, little.NAME) for s in rows]) == {}


def _secrets_drawn(text):
    """Return the secrets that pictures' words in a notebook tell."""
    outputs = [o for c in json.loads(text)["cells"] for o in c.get("outputs", ())]
    shown = json.dumps([o for o in outputs if PNG in o.get("data", {})])
    return [secret for secret in attacks.SECRETS if secret in shown]


def test_the_rows_for_level_1_are_in_the_table():
    assert set(SOME) <= {attack.name for attack in attacks.ATTACKS}


def test_the_table_holds_every_kind():
    count = {kind: 0 for kind in ("forge", "leak", "disrupt", "odd", "person")}
    for attack in attacks.ATTACKS:
        count[attack.kind] += 1
    assert sum(count.values()) >= 200
    assert count["odd"] >= 21
    assert min(count.values()) >= 8
