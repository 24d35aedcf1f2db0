"""Attacks on what runs or reads a submission beside the class's grading.

Questions to students run a whole class once more, and a container judges one file that
lies in a student's own folder. Each row is one student's; what the honest ones get is
compared with a class without it.
"""

import json
import os
import time
import xml.etree.ElementTree as ET

import pytest

from autograder.run import single
from autograder.run.batch import grade
from autograder.viva import forms, questions
from tests.engine import little
from tests.engine.test_viva import CONV1D

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]
HONEST = ("ada", "carl", "zoe")
SUM = " + ".join(["b"] * 2500)

# --- questions on students' own code ----------------------------------------------

# what stands above, in and below an honest function
CLASS = {
    "an answer too deep to read": (
        "",
        CONV1D + "\nclass Deep:\n    def __init__(self, value):\n        pass\n"
        "    def __repr__(self):\n        return '-' * 3999 + '1'\n"
        "    def __bool__(self):\n        return True\n"
        "def bool(value):\n    return Deep(value)\n",
    ),
    "an answer of brackets": (
        "",
        CONV1D + "\nclass Deep:\n    def __repr__(self):\n        return '[' * 3999\n"
        "def bool(value):\n    return Deep()\n",
    ),
    "a process that answers no question": (
        "import sys\nfor module in list(sys.modules.values()):\n"
        "    if getattr(module, '__name__', '').endswith('worker.kernel'):\n"
        "        def refuse(*args, **kwargs):\n            raise ValueError('no')\n"
        "        module.compile = refuse\n",
        CONV1D,
    ),
    "a sum of two thousand terms": ("", CONV1D.replace("b + ", f"{SUM} + ", 1)),
    "a function of a megabyte": (
        "",
        CONV1D.replace("    return y", "    y = 1 * y + 0\n" * 50_000 + "    return y"),
    ),
    "gone at a question": (
        "",
        CONV1D + "\nimport os\ndef _gone(*args):\n    os._exit(3)\n"
        "allclose = np.allclose\nnp.allclose = _gone\n",
    ),
    "asleep at each question": (
        "",
        CONV1D + "\nimport time\nnp.allclose = lambda *a, **k: time.sleep(60)\n",
    ),
    "markup in a line": (
        "",
        CONV1D.replace("b + ", "len('<img src=x onerror=alert(1)>') * 0 + b + "),
    ),
    "lines that only some of us see": (
        "",
        CONV1D.replace("    n, k", "    # a\x0c b \u2028 c \x1c d\n    n, k"),
    ),
}


def _submitted(first, function):
    tree = little.notebook()
    tree["cells"] += [little.code(first or "1", "first"), little.code(function, "f")]
    return little.as_bytes(tree)


def _asked(course, monkeypatch):
    """Return {student: all questions that could be asked, or the sentence}."""
    found = {}
    monkeypatch.setattr(questions, "_passed", lambda verdict: ["conv1d_plain"])
    monkeypatch.setattr(questions, "chosen", lambda all, count: found.update(all))
    questions.ask(course, little.NAME)
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Return the questions on honest students' code in a class of their own."""
    course = little.make(tmp_path_factory.mktemp("alone") / "course").course
    return _of_a_class(course, {})


def _of_a_class(course, rows):
    lesson = little.Little(course)
    for student in HONEST:
        lesson.submit(student, _submitted("", CONV1D))
    for student, row in rows.items():
        lesson.submit(student, _submitted(*row))
    grade(course, seed=3)
    with pytest.MonkeyPatch.context() as patch:
        return _asked(course, patch)


@pytest.mark.parametrize("row", CLASS)
def test_nobody_s_code_keeps_another_from_being_asked(lesson, alone, row):
    started = time.monotonic()
    found = _of_a_class(lesson.course, {"bob": CLASS[row]})
    assert {student: found[student] for student in HONEST} == alone
    assert all(len(found[student]) > 2 for student in HONEST)
    assert time.monotonic() - started < 200
    theirs = found["bob"]
    assert isinstance(theirs, str) or all(q.code in CLASS[row][1] for q in theirs)
    asked = [questions.Asked("bob", tuple(theirs if isinstance(theirs, list) else ()))]
    assert "<img" not in forms.gift(asked, little.NAME)


def test_the_row_with_markup_is_asked_about(lesson):
    bob = _of_a_class(lesson.course, {"bob": CLASS["markup in a line"]})["bob"]
    assert "&lt;img" in forms.gift([questions.Asked("bob", tuple(bob))], little.NAME)


# --- a container that judges one file ---------------------------------------------


def _link_to_answers(folder, course):
    (folder / "little.ipynb").symlink_to(course.notebooks(little.NAME)[0])


def _hard_link(folder, course):
    os.link(course.notebooks(little.NAME)[0], folder / "little.ipynb")


def _folder_of_answers(folder, course):
    folder.rmdir()
    folder.symlink_to(course.notebooks(little.NAME)[0].parent)


def _pipe(folder, course):
    os.mkfifo(folder / "little.ipynb")


def _a_folder(folder, course):
    (folder / "little.ipynb").mkdir()


def _nowhere(folder, course):
    (folder / "little.ipynb").symlink_to(folder / "nowhere")


def _names(folder, course):
    for name in (b"\x1b]0;title\x07.ipynb", b"\xff\xfe.ipynb", b"]]>\n::x::.ipynb"):
        (folder / os.fsdecode(name)).write_bytes(b"{}")


ONE = (
    *(_link_to_answers, _hard_link, _folder_of_answers, _pipe, _a_folder),
    *(_nowhere, _names),
)


@pytest.mark.parametrize("row", ONE, ids=lambda row: row.__name__[1:])
def test_what_lies_in_a_student_s_folder_earns_nothing_and_is_said(
    lesson, tmp_path, row
):
    folder = tmp_path / "submission"
    folder.mkdir()
    row(folder, lesson.course)
    started = time.monotonic()
    judged = single.judge(lesson.course, folder, little.NAME, seed=4)
    assert time.monotonic() - started < 60
    assert judged.problem
    assert (judged.earned, judged.parts) == (0.0, ())
    for form in single.FORMS.values():
        said = form(judged)
        said.encode("utf-8")  # a platform reads it
        assert "\x1b" not in said
        assert not any(line.startswith("::") for line in said.splitlines())
    assert json.loads(single.as_gradescope(judged))["score"] == 0.0
    ET.fromstring(single.as_junit(judged))


def test_a_teacher_may_name_the_course_s_own_file(lesson):
    source = lesson.course.notebooks(little.NAME)[0]
    judged = single.judge(lesson.course, source, little.NAME, seed=4)
    assert judged.earned == little.FULL


WORDS = "\\n::add-mask::secret\\n##[error]x\\n\\x1b[2J ]]> "


@pytest.mark.parametrize("end", ["", "\\ud800"])
def test_no_output_speaks_to_the_platform(lesson, tmp_path, end):
    """A line that begins with two colons is a command to GitHub's runner."""
    words = f"'{WORDS}{end}'"
    answer = f"def double(x):\n    print({words})\n    raise ValueError({words})"
    path = tmp_path / "little.ipynb"
    path.write_bytes(little.as_bytes(little.notebook(answers={"double": answer})))
    judged = single.judge(lesson.course, path, little.NAME, seed=4)
    assert 0 < judged.earned < judged.most
    for form in single.FORMS.values():
        said = form(judged)
        said.encode("utf-8")
        lines = [line.strip() for line in said.splitlines()]
        assert not any(line.startswith("::") for line in lines)
        assert not any(line.startswith("##[") for line in lines)
    told = "".join(ET.fromstring(single.as_junit(judged)).itertext())
    assert ("::add-mask::secret" in told) is (end == "")
