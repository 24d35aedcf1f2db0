"""Exercises that somebody else writes, in a notebook or in a lesson of their own."""

import numpy as np
import pytest

import byhand
from byhand import Case, Exercise, check, register
from byhand.checks import checking


def moving_sum(x, k):
    return np.array([x[i : i + k].sum() for i in range(len(x) - k + 1)])


CALLS = [(np.arange(1.0, 5.0), 2), (np.array([1.0, 2.0, -3.0, 4.0, 6.0]), 3)]


def one_short(x, k):
    return moving_sum(x, k)[:-1]


def exercise(**more):
    settings = {
        "id": "moving_sum",
        "signature": "moving_sum(x, k)",
        "referee": moving_sum,
        "cases": lambda: tuple(Case(f"call {k}", args) for k, args in enumerate(CALLS)),
        "hidden": lambda rng: [Case("drawn", (rng.normal(size=8), k)) for k in (1, 8)],
    }
    return Exercise(**(settings | more))


def test_a_function_is_compared_with_another(capsys):
    assert check(moving_sum, against=moving_sum, cases=CALLS, points=2) == 2.0
    assert check(one_short, against=moving_sum, cases=CALLS, points=2) == 0.0
    told = capsys.readouterr().out
    assert "one_short(x, 2)" in told
    assert "(2,); wanted (3,)" in told


def test_the_last_comparison_is_the_one_that_counts():
    def twice(x):
        return 2 * x

    assert check(twice, against=lambda x: x + x, cases=[(np.ones(2),)]) == 1.0
    assert check(twice, against=lambda x: 3 * x, cases=[(np.ones(2),)]) == 0.0


def test_a_name_of_the_course_may_be_compared_too():
    def conv1d(x, w):
        return x[: len(w)]

    assert check(conv1d, against=conv1d, cases=[(np.ones(3), np.ones(2))]) == 1.0
    assert checking.exercises.get("conv1d").number.startswith("2.")


def test_a_registered_exercise_has_hidden_cases_and_mistakes():
    register(exercise())
    for function, earned in ((moving_sum, 2.0), (one_short, 0.0)):
        for hidden in (False, True):
            found = checking.judge("moving_sum", function, points=2, hidden=hidden)
            assert found.earned == earned
    bad_only_on_long = lambda x, k: one_short(x, k) if len(x) > 6 else moving_sum(x, k)  # noqa: E731
    assert checking.judge("moving_sum", bad_only_on_long).state == "passed"
    assert checking.judge("moving_sum", bad_only_on_long, hidden=True).earned == 0.0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "conv1d"}, "the course has an exercise 'conv1d'"),
        ({"referee": None}, "needs referee"),
        ({"cases": None, "signature": ""}, "needs signature and cases"),
    ],
)
def test_what_is_missing_is_said(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        register(exercise(**change))


def test_a_wrong_use_is_said():
    with pytest.raises(TypeError, match="the function f itself"):
        check("moving_sum", against=moving_sum, cases=CALLS)
    with pytest.raises(TypeError, match="takes the name as text"):
        check(moving_sum)
    with pytest.raises(ValueError, match="on which calls"):
        check(moving_sum, against=moving_sum)
    assert {"register", "check"} <= set(dir(byhand))
