"""What a check says at home stands in the grade, on the page and in the report."""

import linecache
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from autograder.checks.bench import maker
from autograder.feedback.student_page import page
from autograder.report import class_results
from autograder.verdict import judge
from byhand.checks import checking, reporting
from byhand.checks.material import OWN
from tests.engine import little
from tests.engine.test_judge import _cells
from tests.report import test_feedback as feedback
from tests.test_parts import CONV2D, EXCHANGED, NORM, POOLING, written

NUMPY = "import numpy as np\n\n"
LOOP = """def conv1d(x, w, b=0.0, *, stride=1):
    k = len(w)
    y = np.zeros((len(x) - k) // stride + 1)
    for i in range(len(y)):
        window = x[i * stride : i * stride + k]
        y[i] = np.sum(w * window) + b
    return y
"""
WRONG = {
    "name": LOOP.replace("sum(w * w", "sum(w[::-1] * w"),
    "wiring": LOOP.replace("sum(w * w", "sum(np.roll(w, 1) * w"),
    "place": LOOP.replace("i * stride + k]", "k]"),
    "stated": LOOP.replace("    k = ", "    x += 1\n    k = ").replace(
        "+ b", "+ 2 * b"
    ),
    "refused": LOOP.replace("np.sum(w * window)", "np.correlate(window, w)[0]"),
    "call": LOOP.replace("+ b", "+ b**3 + 0.01"),
}


def defined(code):
    space, code = {}, NUMPY + code
    linecache.cache["answer.py"] = len(code), None, code.splitlines(True), "answer.py"
    exec(compile(code, "answer.py", "exec"), space)
    return space["conv1d"]


def graded(name, code, read, worker, limits, referee):
    """Return the verdict on a notebook checked for one exercise, and its cell."""
    test = f'from byhand import check\ncheck("{name}", points=2)'
    cells = [
        replace(c, source=test, full=test) if c.grade_id == "test_double" else c
        for c in read.cells
    ]
    lesson = replace(read, cells=tuple(cells))
    tree = little.notebook(answers={"double": code})
    bench = maker(referee)
    found = judge.take_verdict(lesson, _cells(tree), worker, limits, 1, bench)
    (verdict,) = (c for c in found.cells if c.grade_id == "test_double")
    return found, verdict


@pytest.mark.parametrize("kind", WRONG)
def test_the_page_and_the_report_show_what_the_check_says(kind, read, worker, limits):
    home = checking.judge("conv1d", defined(WRONG[kind]), points=2)
    assert home.state == "failed"
    assert home.evidence == kind or kind in ("stated", "refused", "call")

    code = NUMPY + WRONG[kind]
    verdict, cell = graded("conv1d", code, read, worker, limits, OWN)
    (told,) = cell.diagnoses
    assert (told.kind, told.misconception) == (home.kind, home.misconception)
    assert told.clue == home.clue

    given = feedback.marks(test_double=0.0)
    html = page("ada", little.NAME, verdict.notebook, feedback.RELEASED, given)
    soup = BeautifulSoup(html, "html.parser")
    (shown,) = soup.find(class_="first").find_all(class_="byhand-report")
    for report in (reporting.text(home), *home.hints):
        assert squeezed(report) in squeezed(shown.get_text(" "))
    tables = BeautifulSoup(reporting.page(home), "html.parser").find_all("figure")
    assert [squeezed(f.get_text(" ")) for f in shown.find_all("figure")] == [
        squeezed(f.get_text(" ")) for f in tables
    ]

    counted = class_results._try(cell, set())
    assert counted.misconceptions == tuple(filter(None, [home.misconception]))
    assert counted.clues == tuple(filter(None, [home.clue]))


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.tf
@pytest.mark.parametrize("name", ["l2_pool2d", "max_pool2d"])
@pytest.mark.parametrize(
    "power", [NORM, "np.sum(window**2, axis=axis)"], ids=["root", "no root"]
)
def test_a_part_stands_in_across_the_wire_as_at_home(name, power, read, worker, limits):
    code = POOLING.replace("POWER", power)
    home = checking.judge(name, written(code)[name], points=2)
    found, verdict = graded(name, code, read, worker, limits, OWN)
    assert verdict.auto_score == home.earned
    told = [text for word, text in home.lines if word == "given"]
    assert told or power != NORM
    for text in told:
        assert text.partition(",")[0] in found.notebook
    assert bool(told) == ("given.pool2d" in found.notebook)


TOO_MUCH = EXCHANGED + CONV2D.replace("pad2d(x, padding)", "pad2d(x, 20_000)")
WINDOWS = POOLING.replace("POWER", NORM).replace("(x, size, norm", "(x, 30_000, norm")


class Asked:
    """Answers as Keras, and keeps what it was asked."""

    def __init__(self):
        self.operations = []

    def __getattr__(self, name):
        return getattr(OWN, name)

    def operation(self, name, args, kwargs):
        self.operations.append((name, *map(repr, args), repr(kwargs)))
        return OWN.operation(name, args, kwargs)


@pytest.mark.tf
@pytest.mark.parametrize(
    "name, code", [("conv2d", TOO_MUCH), ("l2_pool2d", WINDOWS)], ids=["pad", "pool"]
)
def test_what_stands_in_is_asked_for_no_more_than_given_is(
    name, code, read, worker, limits
):
    asked = Asked()
    found, verdict = graded(name, code, read, worker, limits, asked)
    assert verdict.auto_score == 0
    assert all("000" not in "".join(each) for each in asked.operations)
    assert found.seconds < 20
