"""Every lesson that exists, run as a learner and as a teacher would.

Running a notebook takes seconds, so each is run once per kind; all claims about it
look at the same outputs. One worker runs all tests of a lesson.
"""

import ast
import functools
import re

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from autograder.lessons import answers
from autograder.lessons.markers import ANSWER, TESTS
from byhand import plots
from tests.conftest import ROOT

LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*"))
CELL_SECONDS = 180
KINDS = {"untouched": "notebooks", "solved": "solutions"}

each_lesson = pytest.mark.parametrize(
    "lesson",
    [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in LESSONS],
)


@functools.cache
def ran(kind, lesson):
    """Run all cells of a lesson's notebook in a fresh kernel, errors and all."""
    folder = ROOT / KINDS[kind] / lesson
    notebook = nbformat.read(folder / f"{lesson}.ipynb", as_version=4)
    NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def results_of(notebook):
    """Return {grade_id: (points, what the cell returned)} of the test cells."""
    found = {}
    for cell in code_cells(notebook):
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade"):
            results = [o for o in cell.outputs if o.output_type == "execute_result"]
            found[role["grade_id"]] = role["points"], results[-1].data["text/plain"]
    return found


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


@pytest.mark.tf
@pytest.mark.slow
@each_lesson
def test_the_solutions_earn_every_automatic_point(lesson):
    found = results_of(ran("solved", lesson))
    assert found
    for name, (points, earned) in found.items():
        assert float(earned) == points, name


@pytest.mark.slow
@each_lesson
def test_an_untouched_notebook_earns_nothing(lesson):
    found = results_of(ran("untouched", lesson))
    assert {
        name: float(earned) for name, (_, earned) in found.items()
    } == dict.fromkeys(found, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@each_lesson
def test_restart_and_run_all_raises_nothing_and_warns_of_nothing(kind, lesson):
    for cell in code_cells(ran(kind, lesson)):
        for output in cell.outputs:
            assert output.output_type != "error", (cell.source, output.get("evalue"))
            assert output.get("name") != "stderr", (cell.source, output.get("text"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@each_lesson
def test_every_figure_says_its_finding_in_words(kind, lesson):
    for output in outputs(ran(kind, lesson)):
        data, metadata = output.get("data", {}), output.get("metadata", {})
        if "image/png" in data:
            assert metadata["image/png"]["alt"].strip()
        page = BeautifulSoup("".join(data.get("text/html", "")), "html.parser")
        for picture in page.find_all("img"):
            assert picture.get("alt"), str(picture)[:200]
        for drawing in page.find_all("svg"):
            around = [drawing, *drawing.parents]
            spoken = ("aria-label", "aria-labelledby", "aria-hidden")
            assert any(tag.get(name) for tag in around for name in spoken)


def released(lesson):
    path = ROOT / "notebooks" / lesson / f"{lesson}.ipynb"
    return nbformat.read(path, as_version=4)


@each_lesson
def test_a_lesson_opens_and_closes_as_every_lesson_does(lesson):
    text = "\n".join(cell.source for cell in released(lesson).cells)
    parts = [
        "You will build",
        "You will learn",
        "You need",
        "In words",
        "Key points",
        "On your own",
        "Further reading",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, [p for p, at in zip(parts, places, strict=True) if at < 0]
    assert places == sorted(places)


def words(markdown):
    """Count the words of prose: without formulas, tables and links' addresses."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)", " ", markdown, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    return len(re.findall(r"\w[\w'-]*", " ".join(lines)))


@each_lesson
def test_no_markdown_cell_is_longer_than_120_words(lesson):
    for cell in released(lesson).cells:
        if cell.cell_type == "markdown":
            assert words(cell.source) <= 120, cell.source[:80]


@each_lesson
def test_no_cell_hides_what_it_does_behind_magics_or_star_imports(lesson):
    for cell in code_cells(released(lesson)):
        for node in ast.walk(ast.parse(cell.source)):  # a magic would not parse
            assert not (
                isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
            ), cell.source


class SignError:
    """A learner's functions, each of which returns the opposite of what is right."""

    def __init__(self):
        self.depth = 0  # of calls within calls: one minus is enough

    def of(self, function):
        @functools.wraps(function)
        def opposite(*args, **kwargs):
            self.depth += 1
            try:
                found = function(*args, **kwargs)
            finally:
                self.depth -= 1
            array = isinstance(found, np.ndarray) and found.ndim
            return -found if array and not self.depth else found

        return opposite


def captions(lesson, monkeypatch, error=None):
    """Run a lesson's answers and demonstrations; return (caption, values) of each."""
    shown, scope = [], {"__name__": lesson}

    def show(make, alt, values, axes=()):
        shown.append((alt, np.concatenate([np.ravel(value) for value in values])))

    monkeypatch.setattr(plots, "show", show)
    for cell in answers.lesson_source(lesson).cells:
        if cell.cell_type != "code" or cell.kind == TESTS or "explore." in cell.text:
            continue
        exec(cell.text, scope)
        if error and cell.kind == ANSWER:
            for name in re.findall(r"^def (\w+)", cell.text, re.MULTILINE):
                scope[name] = error.of(scope[name])
    return shown


def among(claim, values):
    """Tell whether a printed number is one of some values, to as many digits."""
    digits = len(claim.partition(".")[2])
    return float(claim.replace("\N{MINUS SIGN}", "-")) in np.round(values, digits)


@pytest.mark.tf
@pytest.mark.slow
@pytest.mark.parametrize("lesson", ["01_x_or_o", "02_convolution", "03_channels"])
def test_no_caption_states_a_result_that_the_learners_code_does_not_show(
    lesson, monkeypatch, capsys
):
    right = captions(lesson, monkeypatch)
    wrong = captions(lesson, monkeypatch, SignError())
    changed = 0
    for (_, ours), (caption, theirs) in zip(right, wrong, strict=True):
        changed += not np.array_equal(ours, theirs)
        for claim in re.findall(r"(?<![\w.])[-\N{MINUS SIGN}]?\d+(?:\.\d+)?", caption):
            told = among(claim, ours) and not among(claim, theirs)
            assert not told, f"{claim} isn't in the learner's figure: {caption}"
    assert changed > 2  # or nothing of the learner's was drawn
