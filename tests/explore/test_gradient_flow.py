"""The gradient-flow explorer, without a browser."""

import numpy as np
import pytest

from byhand import explore
from byhand.explore.models import sums
from tests.explore import learners
from tests.explore.reading import drawn, grid_of, inputs_lit, link_of, parse_sum, says

SETTINGS = [
    {},
    {"padding": 1, "step": 3, "height": 3},
    {"stride": 2, "height": 5, "width": 5, "loss": "half the squares"},
    {"dilation": 2, "width": 5, "kh": 1, "kw": 3, "loss": "weighted sum"},
    {"dilation": 2, "stride": 2, "padding": 1, "height": 5, "width": 4, "seed": 2},
]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("function", [None, learners.conv2d_backward])
def test_every_gradient_is_its_central_difference(setting, function):
    numbers, figure = drawn(explore.gradient_flow(function, **setting))
    assert numbers.dw_differs == numbers.dx_differs == ()
    assert not numbers.db_differs
    np.testing.assert_allclose(numbers.dw, numbers.near_dw, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(numbers.dx, numbers.near_dx, rtol=1e-6, atol=1e-6)
    assert figure.legend == ""


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_printed_sum_adds_up_to_its_gradient(setting):
    numbers, figure = drawn(explore.gradient_flow(**setting))
    for link in figure.links:
        if link.grid in ("dw", "dx"):
            name = "Σ x·dy = " if link.grid == "dw" else "Σ w·dy = "
            inner = link.text.replace(name, "").replace("; central", " = central")
            terms, total = parse_sum(inner.split(" = central")[0])
            array = numbers.dw if link.grid == "dw" else numbers.dx
            assert total == pytest.approx(array.flat[link.index], abs=0.001)
            assert terms == pytest.approx(total, abs=0.15)


@pytest.mark.parametrize("setting", SETTINGS)
def test_lit_upstreams_are_those_whose_change_changes_the_gradient(setting):
    numbers, figure = drawn(explore.gradient_flow(**setting))
    x = np.arange(1.0, numbers.x.size + 1).reshape(numbers.x.shape)
    w = np.arange(1.0, numbers.w.size + 1).reshape(numbers.w.shape)

    def back(dy):
        wired = numbers.wiring
        return sums.per_input(wired, dy, w), sums.per_weight(wired, dy, x)

    base = back(numbers.dy)
    for name, which in (("dx", 0), ("dw", 1)):
        moved = [set() for _ in range(base[which].size)]
        for o in range(numbers.dy.size):
            dy = numbers.dy.copy()
            dy.flat[o] += 1.0
            after = back(dy)[which]
            changed = ~np.isclose(after.ravel(), base[which].ravel())
            for k in np.flatnonzero(changed):
                moved[k].add(o)
        for k, expected in enumerate(moved):
            lit = inputs_lit(figure, name, k, "dy")
            padded = numbers.setting["padding"] > 0 and name == "dw"
            assert lit >= expected if padded else lit == expected


def test_the_worked_signal_of_the_lesson_is_what_opens():
    numbers, _ = drawn(explore.gradient_flow(learners.conv1d_backward))
    assert numbers.dy.ravel().tolist() == [1, 2]
    assert numbers.dw.ravel().tolist() == [5, 8, 11]
    assert numbers.dx.ravel().tolist() == [1, 4, 7, 6]


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_signals_with_a_stride_agree(stride):
    numbers, _ = drawn(
        explore.gradient_flow(learners.conv1d_backward, width=8, stride=stride)
    )
    assert numbers.setting["stride"] == stride
    assert numbers.dw_differs == numbers.dx_differs == ()


@pytest.mark.parametrize(
    ("function", "grid", "words"),
    [
        (learners.backward_with_reversed_dw, "dw", "numbers of dw leave"),
        (learners.backward_with_assigned_dx, "dx", "numbers of dx leave"),
        (learners.backward_with_mean_db, None, "db is"),
    ],
)
def test_a_wrong_gradient_is_marked_where_it_leaves_the_difference(
    function, grid, words
):
    numbers, figure = drawn(explore.gradient_flow(function, seed=1))
    assert any(words in alert for alert in figure.alerts)
    for name in ("dw", "dx"):
        marks = grid_of(figure, name).marks
        differs = numbers.dw_differs if name == "dw" else numbers.dx_differs
        assert set(marks) == set(differs)
        assert bool(marks) == (name == grid)
        if marks:
            assert "but your function gives" in link_of(figure, name, differs[0]).text


def test_descent_with_the_right_gradient_lowers_the_loss():
    losses = drawn(explore.gradient_flow())[0].losses
    assert len(losses) == 21
    assert losses[-1] < losses[0] / 100


def test_a_reversed_gradient_can_still_lower_the_loss():
    wrong = learners.backward_with_reversed_dw
    numbers, _ = drawn(explore.gradient_flow(wrong, dims=2, loss="weighted sum"))
    assert numbers.dw_differs
    assert numbers.losses[-1] < numbers.losses[0]


def test_a_loss_that_grows_is_said():
    explorer = explore.gradient_flow(lambda dy, x, w: (0 * x, -w * 0 - 1e3, dy.sum()))
    assert "loss grows" in says(explorer.static())


@pytest.mark.parametrize("step", [0, 7, 20])
def test_the_loss_of_a_step_is_said_once(step):
    page = says(explore.gradient_flow(step=step).static())
    for k in {0, step, 20}:
        assert page.count(f" at step {k}") == 1


def test_the_step_slider_moves_along_the_curve():
    at = [drawn(explore.gradient_flow(step=k))[0] for k in (0, 5)]
    assert at[0].losses == at[1].losses
    assert not np.allclose(at[0].w, at[1].w)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (lambda dy, x, w: None, "returned nothing yet"),
        (lambda dy, x, w: x, "it is dx, dw, db"),
        (lambda dy, x, w: (w, w, 0.0), "dx gave shape"),
        (lambda dy, x, w: (x, w * np.nan, 0.0), "dw gave nan"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.gradient_flow(function).static())


@pytest.mark.tf
@pytest.mark.parametrize("setting", SETTINGS)
def test_gradients_are_those_of_keras(setting):
    from byhand import referee

    numbers, _ = drawn(explore.gradient_flow(**setting))
    s = numbers.setting
    dx, dw, _ = referee.conv2d_backward(
        numbers.dy[None],
        numbers.x[None],
        numbers.w,
        stride=s["stride"],
        padding=s["padding"],
        dilation=s["dilation"],
    )
    np.testing.assert_allclose(numbers.dw, dw, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(numbers.dx, dx[0], rtol=1e-9, atol=1e-9)


def test_a_kernel_of_one_row_over_a_picture_of_one_row_is_no_signal():
    setting = {"height": 1, "kh": 1, "kw": 1, "padding": 1}
    numbers, figure = drawn(explore.gradient_flow(learners.conv2d_backward, **setting))
    assert numbers.y.shape[0] == 3
    assert not figure.alerts
