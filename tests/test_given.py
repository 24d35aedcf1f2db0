"""What ``given`` takes in study: the learner's own when it passes, else Keras's."""

import nbformat
import numpy as np
import pytest

from autograder.lessons import answers
from byhand import given, referee
from byhand.checks import nextdoor
from byhand.checks.desk import Desk, seated
from tests.test_parts import CONV2D, EXCHANGED

RIGHT = """\
def conv1d(x, w, b=0.0, *, stride=1):
    return np.array([
        b + helper(x[i : i + len(w)], w)
        for i in range(0, len(x) - len(w) + 1, stride)
    ])
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return a function that writes lesson 02's notebook and goes to lesson 05."""
    monkeypatch.setattr(given, "_taken", {})
    (tmp_path / "05_pooling").mkdir()
    monkeypatch.chdir(tmp_path / "05_pooling")

    def write(*cells):
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        folder = tmp_path / "02_convolution"
        folder.mkdir()
        nbformat.write(notebook, folder / "02_convolution.ipynb")
        return tmp_path

    return write


def test_a_function_that_passes_is_taken_with_the_helpers_it_needs(study, capsys):
    helper = "def helper(window, w):\n    return np.sum(window * w)"
    study("import numpy as np", "1 / 0", helper, RIGHT)
    assert given.conv1d(np.arange(4.0), np.array([1.0, 2.0])).tolist() == [2, 5, 8]
    assert "given.conv1d: your own" in capsys.readouterr().out


@pytest.mark.tf
def test_a_function_that_fails_gives_way_to_keras(study, capsys):
    study("import numpy as np", "def conv1d(x, w, b=0.0, *, stride=1):\n    return x")
    assert given.conv1d(np.arange(4.0), np.array([1.0, 2.0])).tolist() == [2, 5, 8]
    assert "given.conv1d: by Keras" in capsys.readouterr().out


@pytest.mark.tf
def test_a_function_with_a_part_that_fails_gives_way_too(study, capsys):
    study(EXCHANGED + CONV2D)
    y = given.conv2d(np.ones((2, 3)), np.ones((2, 2)), padding=(1, 0))
    assert y.shape == (3, 2)
    assert "given.conv2d: by Keras" in capsys.readouterr().out


@pytest.mark.tf
def test_without_a_notebook_next_door_keras_computes(study, capsys):
    y = given.conv2d(np.ones((1, 3, 3, 2)), np.ones((2, 2, 2, 5)), padding=1)
    assert y.shape == (1, 4, 4, 5)
    assert "by Keras" in capsys.readouterr().out


def test_what_does_not_fit_together_is_refused_before_the_own_function_runs(study):
    given._taken["conv2d_batch"] = lambda x, w, b: b
    x, w = np.ones((1, 3, 3, 2)), np.ones((2, 2, 2, 4))
    assert given.conv2d(x, w, np.ones(4)).tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="2 channels, and the filters of w are 0 deep"):
        given.conv2d(x, w[:, :, :0], np.ones(4))
    with pytest.raises(ValueError, match=r"4 filters, and b has the shape \(2,\)"):
        given.conv2d(x, w, np.ones(2))


def test_keras_is_not_asked_either_for_what_does_not_fit_together():
    x, w = np.ones((1, 3, 3, 2)), np.ones((2, 2, 3, 4))
    for desk in (Desk(), Desk(given=lambda *asked: pytest.fail("asked"))):
        with seated(desk), pytest.raises(ValueError, match="w are 3 deep"):
            given.conv2d(x, w, np.ones(4))


def test_nothing_but_definitions_runs(study, capsys):
    root = study("print('plotting')", "x = 1 / 0\ndef conv1d(x, w): return 7")
    assert nextdoor.find("conv1d", root / "05_pooling") is None
    assert capsys.readouterr().out == ""


def test_operations_of_the_running_lesson_are_not_on_offer(study):
    with pytest.raises(AttributeError, match="write max_pool2d yourself"):
        given.max_pool2d(np.zeros((1, 4, 4, 1)))


def test_no_lesson_offers_an_operation_of_its_own_or_a_later_one():
    import re

    from byhand import exercises

    table = exercises.table()
    for lesson in answers.lessons():
        source = (answers.SOLUTIONS / f"{lesson}.py").read_text(encoding="utf-8")
        for name in re.findall(r"\bgiven\.(\w+)\(", source):
            assert name in referee.OPERATIONS
            if name in table:
                assert table[name].lesson < lesson, (lesson, name)


def test_an_unknown_operation_is_refused_with_those_that_exist():
    with pytest.raises(AttributeError, match=r"It offers: .*conv2d"):
        given.convolve  # noqa: B018


def test_in_grading_every_call_goes_to_the_desk():
    asked = []
    with seated(Desk(given=lambda *call: asked.append(call) or 7)):
        assert given.conv2d(1, stride=2) == 7
    assert asked == [("conv2d", (1,), {"stride": 2})]
