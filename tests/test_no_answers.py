"""Nothing that a learner can import from ``byhand`` passes a check of the course.

Keras stays within reach, since every lesson compares with it: ``byhand.referee`` asks
it, ``byhand.given`` hands out what an earlier lesson built, and exercises declare which
operation is theirs. A learner who calls those has called Keras and has written no loop.
In the sandbox of a grading run none of them answers, and neither does any at the desk
that these tests take. All else has to fail every visible check, however it is called.
"""

import importlib
import inspect
import pkgutil
import sys
import threading

import pytest

import byhand
from byhand import exercises, keras_layer
from byhand.checks import checking, comparing, desk, material, running

KERAS = ("byhand.referee", "byhand.given", "byhand.keras")
SECONDS = 0.5


def modules():
    """Import every module of the students' package, those of Keras aside."""
    found = pkgutil.walk_packages(byhand.__path__, "byhand.")
    names = [one.name for one in found if not one.name.endswith("__main__")]
    return [importlib.import_module(n) for n in names if not n.startswith(KERAS)]


class Refusing(material.OwnReferee):
    """Knows what is recorded, and computes no operation for anybody."""

    def operation(self, name, args, kwargs):
        raise RuntimeError("nobody answers for Keras here")


WITHOUT_KERAS = desk.Desk(referee=Refusing())


@pytest.fixture(scope="module", autouse=True)
def _no_keras():
    """Settle at a desk without Keras, in every thread, and let nobody import it."""
    before = desk._of_process
    assert keras_layer.installed()  # looked for once: nothing stands in for it later
    desk.settle(WITHOUT_KERAS)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("tensorflow", "keras"):
            patch.setitem(sys.modules, name, None)
        yield
    desk._of_process = before


def own(module, value):
    """Tell whether a value is a function or a class that the module defines."""
    defined = getattr(value, "__module__", None) == module.__name__
    return defined and (inspect.isfunction(value) or inspect.isclass(value))


def offered(module):
    """Yield (name, callable) for all that a module offers."""
    for name, value in vars(module).items():
        if not name.startswith("_") and own(module, value):
            yield f"{module.__name__}.{name}", value


def made(name, factory):
    """Yield (name, method) of what a factory without arguments makes."""
    outcome = running.call(lambda: factory(), seconds=SECONDS)
    desk.settle(WITHOUT_KERAS)  # the factory may have been `settle`
    results = outcome.value if isinstance(outcome.value, list) else [outcome.value]
    for result in results:
        if type(result).__module__.startswith("byhand."):
            for method, value in inspect.getmembers(result, callable):
                if not method.startswith("_"):
                    yield f"{name}().{method}", value


def wired():
    """Yield (name, method) of wirings, which need a setting to be made."""
    from byhand import wiring

    for size in ((4, 4, 1), (1, 6, 1)):
        kernel = (min(size[0], 3), 3, 1, 1)
        one = wiring.convolution(size, kernel, dims=2 if size[0] > 1 else 1)
        for method, value in inspect.getmembers(one, inspect.ismethod):
            if not method.startswith("_"):
                yield f"wiring.convolution({size}, {kernel}).{method}", value


@pytest.fixture(scope="module")
def subjects():
    plain = [pair for module in modules() for pair in offered(module)]
    bound = [pair for name, one in plain for pair in made(name, one)]
    return [*plain, *bound, *wired()]


def passes(exercise, subject):
    """Tell whether a callable passes the visible check of an exercise.

    A check begins with the first case. A callable that fails there has failed, and
    needs no judge.
    """
    cases = material.cases(material.OWN, exercise.id, None)
    expected = material.expected(material.OWN, exercise.id, None)
    if exercise.adapt is not None:  # a class, which the judge has to try itself
        return _judged(exercise, subject)
    first = cases[0]

    def alone(*args, **kwargs):
        return subject(*args, **kwargs)

    outcome = running.call(alone, first.args, first.kwargs, seconds=SECONDS)
    desk.settle(WITHOUT_KERAS)
    if outcome.error is not None or outcome.timed_out:
        return False
    if comparing.difference(expected[0], outcome.value, parts=exercise.parts):
        return False
    return _judged(exercise, alone)


def _judged(exercise, subject):
    try:
        return checking.judge(exercise.id, subject).state == "passed"
    except Exception:  # a check that raises gives no point
        return False
    finally:
        desk.settle(WITHOUT_KERAS)


FUNCTIONS = [e for e in exercises.table().values() if e.kind == "function"]


# a time limit may end in the middle of a weak reference's own function
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_no_callable_of_the_package_passes(exercise, subjects, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [name for name, one in subjects if passes(exercise, one)] == []
    assert threading.active_count() < 50


def test_the_scan_sees_what_explorers_compute_with(subjects):
    names = {name for name, _ in subjects}
    assert "byhand.wiring.reach" in names
    assert "byhand.explore.models.sums.per_output" in names
    assert any("convolution((4, 4, 1)" in name for name in names)


def test_a_right_answer_would_be_found():
    def conv1d(x, w, b=0.0, *, stride=1):
        starts = range(0, len(x) - len(w) + 1, stride)
        return [b + x[i : i + len(w)] @ w for i in starts]

    import numpy as np

    assert passes(exercises.get("conv1d"), lambda *a, **k: np.array(conv1d(*a, **k)))


OF_LESSON_02 = [
    name
    for name in ("conv2d", "conv1d", "output_size", "pad2d", "same_padding")
    if name in exercises.table()
]


@pytest.mark.parametrize("name", OF_LESSON_02)
def test_given_refuses_the_operation_of_its_own_lesson(name, tmp_path, monkeypatch):
    from byhand import given, referee

    if name not in referee.OPERATIONS:
        pytest.skip("given doesn't offer it at all")
    lesson = tmp_path / exercises.get(name).lesson
    lesson.mkdir()
    monkeypatch.chdir(lesson)
    assert checking.judge(name, getattr(given, name)).state == "failed"
