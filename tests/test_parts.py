"""A mistake is charged once: references stand in for earlier parts that fail."""

import contextlib

import numpy as np
import pytest

from autograder.verdict import proxies
from autograder.worker import kernel
from byhand import exercises
from byhand.checks import checking, material
from byhand.checks.desk import Desk, seated
from byhand.exercises import parts

HELPERS = """
import numpy as np

def both(value):
    return value if isinstance(value, tuple) else (value, value)

def pad2d(x, padding=1):
    ph, pw = both(padding)
    return np.pad(x, ((ph, ph), (pw, pw)))
"""
CONV2D = """
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (dh, dw) = both(stride), both(dilation)
    xp = pad2d(x, padding)
    kh, kw = w.shape
    h = (len(xp) - dh * (kh - 1) - 1) // sh + 1
    v = (xp.shape[1] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((h, v))
    for i, j in np.ndindex(h, v):
        rows = slice(i * sh, i * sh + dh * (kh - 1) + 1, dh)
        columns = slice(j * sw, j * sw + dw * (kw - 1) + 1, dw)
        y[i, j] = np.sum(w * xp[rows, columns]) + b
    return y
"""
EXCHANGED = HELPERS.replace("((ph, ph), (pw, pw))", "((pw, pw), (ph, ph))")
UNWRITTEN = HELPERS.replace("    return np.pad(x, ((ph, ph), (pw, pw)))\n", "")
OTHERWISE = HELPERS.replace("x, padding=1", "x, padding, turned=False")
GIVEN = ("given", "given.pad2d: by Keras, yours doesn't pass its check yet")


def written(code):
    """Return what a notebook with this code defines."""
    space = {}
    exec(code, space)
    return space


def _stacks(exercise):
    """Yield (first arguments in a stack, the rest), from the first case of each shape.

    The others of the stack are made of it: turned upside down, and with other numbers.
    """
    for case in exercise.cases():
        first, *rest = case.args
        yield np.stack([first, first[::-1], 0.5 - first]), rest, case.kwargs


@pytest.mark.tf
@pytest.mark.parametrize(
    "exercise",
    [each for each in exercises.table().values() if each.each],
    ids=lambda exercise: exercise.id,
)
def test_many_questions_at_once_get_the_answers_of_one_after_the_other(exercise):
    for stack, rest, kwargs in _stacks(exercise):
        one_by_one = [exercise.referee(first, *rest, **kwargs) for first in stack]
        assert exercise.each(stack, *rest, **kwargs) == one_by_one
        with pytest.raises(ValueError, match="a patch of"):
            exercise.each(stack[:, :, :0], *rest, **kwargs)


def test_a_stand_in_says_which_parts_can_be_asked_for_many_at_once():
    able = {name for name, one in exercises.table().items() if one.each}
    assert able == {"match_score"}
    assert parts.Reference().each("pad2d", np.ones((3, 2, 2)), 1) is None


def _travellers():
    """Return {name: function} of all functions of cases that travel."""
    rng = np.random.default_rng(1)
    found = {}
    for exercise in exercises.table().values():
        hidden = exercise.hidden(rng) if exercise.hidden else ()
        for case in (*(exercise.cases() if exercise.cases else ()), *hidden):
            for item in (*case.args, *case.kwargs.values()):
                if getattr(item, "__byhand_travels__", False):
                    found[item.__name__] = item
    return found


def test_functions_of_cases_compute_the_same_from_their_text():
    found = _travellers()
    assert {"largest", "mean", "length", "mix", "backwards"} <= found.keys()
    x = np.arange(12.0).reshape(4, 3) - 5
    for name, function in found.items():
        there = kernel._defined(name, proxies._text_of(function))
        assert there is not function
        assert np.array_equal(there(x), function(x)), name


def test_only_what_a_function_calls_is_a_part_of_it():
    space = written(
        HELPERS + CONV2D + "\ndef conv2d_plain(x, w, b=0.0): return both(x)"
    )
    known = parts.earlier(exercises.get("conv2d"), space["conv2d"])
    assert known == ["pad2d"]
    assert parts.earlier(exercises.get("conv2d"), np.add) == []


def test_parts_that_are_right_are_left_alone(monkeypatch):
    monkeypatch.setattr(parts.Reference, "__call__", None)
    found = checking.judge("conv2d", written(HELPERS + CONV2D)["conv2d"])
    assert (found.state, len(found.lines)) == ("passed", 1)
    wrong = written(HELPERS + CONV2D.replace("+ b", ""))["conv2d"]
    assert checking.judge("conv2d", wrong).misconception == "bias forgotten"


@pytest.mark.tf
@pytest.mark.parametrize("helpers", [EXCHANGED, UNWRITTEN])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_wrong_part_costs_itself_and_nothing_later(helpers, hidden):
    space = written(helpers + CONV2D)
    own = space["pad2d"]
    assert checking.judge("pad2d", own).earned == 0
    found = checking.judge("conv2d", space["conv2d"], hidden=hidden)
    assert found.state == "passed", found.lines
    assert found.lines[-1] == GIVEN
    assert space["pad2d"] is own


@pytest.mark.tf
def test_a_mistake_of_its_own_is_found_beside_a_reference():
    space = written(EXCHANGED + CONV2D.replace("+ b", ""))
    found = checking.judge("conv2d", space["conv2d"])
    assert found.misconception == "bias forgotten"
    assert GIVEN in found.lines


def test_a_part_that_fails_alone_and_serves_here_is_no_mistake():
    space = written(OTHERWISE + CONV2D)
    assert checking.judge("pad2d", space["pad2d"]).state == "failed"
    found = checking.judge("conv2d", space["conv2d"])
    assert (found.state, len(found.lines)) == ("passed", 1)


@pytest.mark.tf
def test_where_a_reference_does_not_fit_the_own_result_is_reported():
    called = CONV2D.replace("pad2d(x, padding)", "pad2d(x, padding, False)")
    space = written(OTHERWISE + called.replace("+ b", ""))
    found = checking.judge("conv2d", space["conv2d"])
    assert found.misconception == "bias forgotten"
    assert "given" not in dict(found.lines)


@pytest.mark.tf
def test_a_whole_network_is_judged_on_right_parts(monkeypatch):
    from autograder.lessons import answers

    lesson = answers.namespace("06_backprop")
    monkeypatch.setitem(lesson, "relu_backward", lambda dy, x: dy * x)
    found = checking.judge("network_backward", lesson["network_backward"])
    assert found.state == "passed", found.lines
    told = [line for word, line in found.lines if word == "given"]
    assert "given.relu_backward: by Keras, yours doesn't pass its check yet" in told


@pytest.mark.parametrize(
    "exercise",
    [e for e in exercises.table().values() if e.kind == "function" and e.referee],
    ids=lambda e: e.id,
)
def test_a_reference_asks_the_desk_and_no_keras_of_its_own(exercise, monkeypatch):
    """In a grader another process answers for Keras."""
    if exercise.lesson == parts.LAYERS or exercise.id in parts.ALONE:
        pytest.skip("never stands in")
    from byhand import referee

    class Asked:
        def operation(self, name, args, kwargs):
            raise LookupError(name)

    for name in ("load_keras", "load_tensorflow"):
        monkeypatch.setattr(referee, name, None)
    case = material.visible(exercise.id)[0]
    with seated(Desk(referee=Asked())), contextlib.suppress(LookupError):
        exercise.referee(*case.args, **case.kwargs)


POOLING = """
import numpy as np

def both(value):
    return value if isinstance(value, tuple) else (value, value)

def pool2d(x, size, reduce, fill, *, stride=None, padding="valid"):
    (kh, kw), (sh, sw) = both(size), both(size if stride is None else stride)
    h, w = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h, w, x.shape[3]))
    for i, j in np.ndindex(h, w):
        window = x[:, i + sh : i * sh + kh, j * sw : j * sw + kw]
        y[:, i, j] = reduce(window, axis=(1, 2))
    return y

def l2_pool2d(x, size, *, stride=None, padding="valid"):
    def norm(window, axis):
        return POWER

    return pool2d(x, size, norm, 0.0, stride=stride, padding=padding)

def max_pool2d(x, size, *, stride=None, padding="valid"):
    return pool2d(x, size, np.max, -np.inf, stride=stride, padding=padding)
"""
NORM = "np.sqrt(np.sum(window**2, axis=axis))"


@pytest.mark.tf
@pytest.mark.parametrize("name", ["l2_pool2d", "max_pool2d"])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_part_that_is_given_a_function_works_with_it(name, hidden):
    space = written(POOLING.replace("POWER", NORM))
    found = checking.judge(name, space[name], hidden=hidden)
    assert found.earned == found.points
    told = "given.pool2d: by the course, yours doesn't pass its check yet"
    assert ("given", told) in found.lines


@pytest.mark.tf
def test_a_mistake_in_that_function_is_still_its_own():
    space = written(POOLING.replace("POWER", "np.sum(window**2, axis=axis)"))
    assert checking.judge("l2_pool2d", space["l2_pool2d"]).earned == 0


@pytest.mark.tf
def test_each_part_that_was_asked_is_told_although_answers_are_kept():
    ask = parts.Reference()
    x = np.arange(6.0).reshape(2, 3)
    first = ask("pad2d", x, 1)
    first[...] = 7.0  # of the caller's own
    ask.asked.clear()
    assert ask("pad2d", x, 1)[0, 0] == 0
    assert [line for _, line in ask.told()] == [GIVEN[1]]
