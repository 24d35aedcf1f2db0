"""A student's own pictures come from a second run, which decides nothing."""

import base64
import json

import pytest

from autograder.checks import bench
from autograder.feedback import pages
from autograder.run.batch import grade
from autograder.sandbox import levels
from autograder.sandbox.process_limits import DEFAULT
from autograder.verdict import drawings
from autograder.worker.drawing import PNG
from tests.engine import little
from tests.engine.conftest import reason
from tools import soak

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
PLOT = (
    "import matplotlib.pyplot as plt\n"
    "from byhand import plots\n"
    "plt.plot([1, 2, 3]);\n"
    "plots.bars({'a': 1.0, 'b': 2.0}, ylabel='height', alt='b is twice as high as a.')"
)
FORGED = (
    "class Picture:\n"
    "    def _repr_png_(self):\n"
    "        return b'<script>alert(1)</script>'\n"
    "Picture()"
)
KERAS = (
    "import keras, numpy as np\n"
    "w = keras.ops.conv(np.ones((1, 4, 1)), np.ones((2, 1, 1)), padding='valid')\n"
    "import matplotlib.pyplot as plt\n"
    "plt.plot(np.array(w).ravel());\n"
)


def _submit(lesson, student, *sources):
    tree = little.notebook(solved=True)
    for number, source in enumerate(sources):
        tree["cells"].append(little.code(source, f"own-{number}"))
    lesson.submit(student, little.as_bytes(tree))


def _pictures(course, student):
    """Return {source of a cell: outputs that are pictures} of a graded notebook."""
    folder = course.grading / "autograded" / student / little.NAME
    tree = json.loads((folder / f"{little.NAME}.ipynb").read_text())
    found = {}
    for cell in tree["cells"]:
        shown = [o for o in cell.get("outputs", ()) if PNG in o.get("data", {})]
        if shown:
            found[cell["source"]] = shown
    return found


def _points(course):
    """Return all that the gradebook holds."""
    return {k: v for k, v in soak.grades(course).items() if k[0] != "file"}


def test_what_a_student_draws_comes_into_notebook_and_feedback(lesson):
    _submit(lesson, "ada", PLOT)
    grade(lesson.course, seed=1)
    before = _points(lesson.course)
    assert _pictures(lesson.course, "ada") == {}
    for _ in range(2):  # a second time puts nothing in twice
        shown = drawings.show(lesson.course)
    assert shown == {("ada", little.NAME): 2}
    outputs = _pictures(lesson.course, "ada")[PLOT]
    pngs = [base64.b64decode(output["data"][PNG]) for output in outputs]
    assert all(png.startswith(b"\x89PNG") for png in pngs)
    alts = {output["metadata"][PNG]["alt"] for output in outputs}
    assert alts == {"b is twice as high as a.", "A picture that this cell drew."}
    assert _points(lesson.course) == before
    assert pages.write_pages(lesson.course, [("ada", little.NAME)]) == {}
    page = next((lesson.course.feedback / "ada" / little.NAME).glob("*.html"))
    assert page.read_text().count("data:image/png;base64,") == 2


def test_what_is_no_picture_stays_out_and_the_rest_is_drawn(lesson):
    _submit(lesson, "mallory", FORGED, "raise SystemExit", PLOT)
    grade(lesson.course, seed=1)
    assert drawings.show(lesson.course) == {("mallory", little.NAME): 2}
    assert list(_pictures(lesson.course, "mallory")) == [PLOT]


@pytest.mark.tf
@pytest.mark.parametrize("level", [3, 2])
def test_keras_is_there_to_draw_with(lesson, level, monkeypatch):
    if why := reason(level):
        pytest.skip(f"level {level}: {why}")
    monkeypatch.setattr(levels, "strongest", lambda trust: (level, {}))
    _submit(lesson, "carl", KERAS)
    grade(lesson.course, seed=1)
    assert drawings.show(lesson.course) == {("carl", little.NAME): 1}


def test_endless_questions_to_keras_end(lesson, monkeypatch):
    calls = []
    monkeypatch.setattr(
        bench,
        "StudentsQuestions",
        lambda asker, seconds, refuse: lambda name, args, kwargs: calls.append(name),
    )
    endless = (
        "from byhand import given\nn = 0\nwhile True:\n    n += 1\n    given.conv2d(n)"
    )
    _submit(lesson, "eve", endless, PLOT)
    grade(lesson.course, seed=1)
    calls.clear()
    assert drawings.show(lesson.course) == {("eve", little.NAME): 2}
    assert len(calls) == DEFAULT.given_calls


def test_a_file_that_changed_since_is_left_out_with_a_sentence(lesson):
    _submit(lesson, "ada", PLOT)
    grade(lesson.course, seed=1)
    _submit(lesson, "ada", PLOT, "later = True")
    (said,) = drawings.show(lesson.course).values()
    assert "grade first" in said


def test_one_student_of_a_class_can_be_chosen(lesson):
    _submit(lesson, "ada", PLOT)
    _submit(lesson, "carl", PLOT)
    grade(lesson.course, seed=1)
    assert list(drawings.show(lesson.course, students=["carl"])) == [
        ("carl", little.NAME)
    ]
