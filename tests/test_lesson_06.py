"""Lesson 06: its numbers on paper, and its gradients against two witnesses."""

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import exercises, gradients, passes, referee
from byhand.checks import checking
from byhand.checks.comparing import difference
from byhand.checks.desk import Desk
from tests.zoo import backprop as zoo

LESSON = answers.namespace("06_backprop")
RNG = np.random.default_rng(606)


def answer(name):
    return LESSON[name]


def equal(expected, got):
    return difference(expected, got) is None


# on paper -------------------------------------------------------------------------


def test_the_slope_of_a_square_at_3_is_measured_exactly_by_a_central_difference():
    ahead, here, back = 3.5**2, 3.0**2, 2.5**2
    assert ((ahead - here) / 0.5, ahead - back) == answer("two_slopes") == (6.5, 6)


def test_the_small_chain_multiplies_along_paths_and_adds_where_they_meet():
    x = np.array([4.0, 1.0, 3.0])
    y = x[:-1] - x[1:]
    dy = answer("relu_backward")(np.maximum(y, 0), y)
    assert (y.tolist(), dy.tolist()) == ([3, -2], [3, 0])
    dx = answer("conv1d_backward")(dy, x, np.array([1.0, -1.0]))[0]
    assert tuple(dx) == answer("two_steps") == (3, -3, 0)
    measured = answer("numeric_gradient")(
        lambda v: np.array([np.sum(np.maximum(v[:-1] - v[1:], 0) ** 2) / 2]),
        x,
        np.ones(1),
    )
    np.testing.assert_allclose(measured, dx, atol=1e-8)


def test_the_gradients_of_the_plane_on_paper():
    dy, w = np.array([[2.0, 0], [1, -1]]), np.array([[1.0, 2], [3, 4]])
    x = np.array([[1.0, 2, 0], [0, 3, 1], [2, 1, 1]])
    dx, dw, db = answer("conv2d_plane_backward")(dy, x, w)
    assert dw[0].tolist() == [2 * 1 + 1 * 0 - 3, 2 * 2 + 1 * 3 - 1] == [-1, 6]
    assert dx[1, 1] == 2 * 4 + 0 * 3 + 1 * 2 - 1 * 1 == 9
    assert (dw[0, 0], dx[1, 1]) == answer("plane_gradients")
    assert db == 2


def test_an_input_meets_the_weights_from_the_last_to_the_first():
    met = [2 - stop for stop in range(3)]
    assert tuple(met) == answer("reads_backwards") == (2, 1, 0)


def test_the_gradients_of_the_signal_on_paper():
    x, w, dy = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3]), np.array([1.0, 2])
    dx, dw, db = answer("conv1d_backward")(dy, x, w)
    assert dw.tolist() == [1 * 1 + 2 * 2, 1 * 2 + 2 * 3, 1 * 3 + 2 * 4] == [5, 8, 11]
    assert dx.tolist() == [1, 2 + 2 * 1, 3 + 2 * 2, 2 * 3] == [1, 4, 7, 6]
    assert tuple(dx) == answer("signal_dx")
    assert db == 3


def test_at_stride_1_dw_and_dx_are_correlations_and_dx_needs_the_flip():
    x, w, dy = RNG.normal(size=9), RNG.normal(size=3), RNG.normal(size=7)
    dx, dw, _ = answer("conv1d_backward")(dy, x, w)
    np.testing.assert_allclose(dw, np.correlate(x, dy), atol=1e-12)
    framed = np.pad(dy, 2)
    np.testing.assert_allclose(dx, np.correlate(framed, w[::-1]), atol=1e-12)
    assert not np.allclose(dx, np.correlate(framed, w))


def test_the_case_from_tensorflow():
    n = np.array([0.20350695, -0.31481498, -0.85656077, 0.5981919])
    lo = np.array([-0.47567356, -2.3547919])
    dw = answer("conv1d_backward")(lo, n, np.zeros(3))[1]
    np.testing.assert_allclose(dw, [0.6445209, 2.1667714, -1.0011742], rtol=1e-6)


def test_the_gradients_of_the_dense_layer_on_paper():
    dy, x = np.array([[1.0], [10.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    _, dw, db = answer("dense_backward")(dy, x, np.ones((2, 1)))
    assert (*dw[:, 0], *db) == answer("dense_paper") == (1 + 30, 2 + 40, 11)


def test_as_many_windows_read_a_pixel_as_the_gradient_of_ones_says():
    x, w, dy = np.zeros((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), np.ones((1, 2, 2, 1))
    dx = answer("conv2d_backward")(dy, x, w, stride=2)[0][0, :, :, 0]
    assert (dx[0, 0], dx[0, 2], dx[2, 2]) == answer("window_counts") == (1, 2, 4)


def test_groups_and_multipliers_lead_back_to_the_channels_named_in_the_lesson():
    dy = np.zeros((1, 1, 1, 6))
    dy[..., 4] = 1
    x, w = np.ones((1, 1, 1, 4)), np.ones((1, 1, 2, 6))
    dx = answer("grouped_conv2d_backward")(dy, x, w, groups=2)[0]
    assert tuple(np.flatnonzero(dx)) == answer("group_reads")
    x, w = np.ones((1, 1, 1, 3)), np.ones((1, 1, 3, 2))
    back = answer("depthwise_conv2d_backward")
    maps = [
        m for m in range(6) if back(np.eye(6)[m][None, None, None], x, w)[0][..., 1]
    ]
    assert tuple(maps) == answer("depthwise_reads")


def test_pooling_on_paper():
    x, dy = np.array([1.0, 4, 2]), np.array([10.0, 20])
    shape = (1, 1, -1, 1)
    dx = answer("max_pool2d_backward")(
        dy.reshape(shape), x.reshape(shape), (1, 2), stride=1
    )
    assert tuple(dx.ravel()) == answer("pool_overlap") == (0, 30, 0)
    tie = np.array([[3.0, 3.0], [1.0, 3.0]]).reshape(1, 2, 2, 1)
    dx = answer("max_pool2d_backward")(np.full((1, 1, 1, 1), 5.0), tie, 2)
    assert dx.ravel().tolist() == [5, 0, 0, 0]
    one = answer("avg_pool2d_backward")(np.full((1, 1, 1, 1), 8.0), tie, 2)
    whole = answer("global_avg_pool2d_backward")(
        np.full((1, 1), 6.0), np.ones((1, 3, 4, 1))
    )
    assert (*set(one.ravel()), *set(whole.ravel())) == answer("shares") == (2, 0.5)


# the whole network ----------------------------------------------------------------


@pytest.mark.tf
def test_the_whole_network_agrees_with_central_differences_in_every_weight():
    x, b = RNG.normal(size=(2, 6, 6, 1)), RNG.normal(size=2)
    w, v, dz = (RNG.normal(size=s) for s in ((3, 3, 1, 2), (8, 2), (2, 2)))
    found = answer("network_backward")(dz, x, w, b, v)
    for k, gradient in enumerate(found):

        def moved(value, k=k):
            return answer("network")(
                *[*(x, w, b, v)[:k], value, *(x, w, b, v)[k + 1 :]]
            )

        near = measured(moved, (x, w, b, v)[k], dz)
        np.testing.assert_allclose(gradient, near, rtol=1e-6, atol=1e-6)


def test_at_most_the_winners_of_max_pooling_get_a_gradient():
    x, dy = RNG.normal(size=(1, 4, 4, 2)), RNG.normal(size=(1, 2, 2, 2))
    dx = answer("max_pool2d_backward")(dy, x, 2)
    assert np.count_nonzero(dx) == answer("survivors") == 2 * 2 * 2


# the wrong dw that trains ---------------------------------------------------------


@pytest.fixture(scope="module")
def runs():
    """Train with each dw from three seeds, as the lesson does."""

    def zeros(dy, x, kh, kw):
        return np.zeros((kh, kw, x.shape[3], dy.shape[3]))

    each = {
        "right": answer("conv2d_dw"),
        "wrong": answer("colleague_dw"),
        "none": zeros,
    }
    return {
        name: [answer("train")(dw_of, seed) for seed in (0, 1, 2)]
        for name, dw_of in each.items()
    }


def test_a_box_is_filled_only_when_its_function_passes():
    assert passes("relu_backward", answer("relu_backward"))
    assert not passes("relu_backward", lambda dy, x: dy)
    assert not passes("relu_backward", None)


def test_the_right_dw_learns_fastest_the_mirrored_one_second_and_none_hardly(runs):
    last = {name: [losses[-1] for losses, _ in found] for name, found in runs.items()}
    first = [losses[0] for losses, _ in runs["none"]]
    for start, right, wrong, none in zip(first, *last.values(), strict=True):
        assert right < wrong < start / 3
        assert none > 0.9 * start


def test_even_frozen_filters_name_about_nine_in_ten_pictures(runs):
    assert all(0.85 < named < 1 for _, named in runs["none"])
    assert all(named > 0.97 for _, named in runs["wrong"])


def test_the_mirrored_gradient_points_roughly_the_right_way():
    for seed in (0, 1, 2):
        found = []

        def watched(dy, x, kh, kw, found=found):
            dw = answer("conv2d_dw")(dy, x, kh, kw)
            found.append(np.sum(dw * dw[::-1, ::-1]) / np.sum(dw**2))
            return dw

        answer("train")(watched, seed)
        assert 0.2 < np.mean(found) < 0.95


def test_the_colleague_s_dw_is_the_right_one_turned_by_half_a_turn():
    x, dy = RNG.normal(size=(2, 5, 6, 2)), RNG.normal(size=(2, 3, 5, 3))
    turned = answer("colleague_dw")(dy, x, 3, 2)[::-1, ::-1]
    np.testing.assert_allclose(turned, answer("conv2d_dw")(dy, x, 3, 2))


def test_the_gradient_checker_catches_the_reversed_dw():
    verdict = checking.judge("conv2d_dw", zoo.dw_down)
    assert verdict.earned == 0
    assert verdict.misconception == "dw turned round"
    assert ("central", "differences disagree with your dw") in verdict.lines


# the report -----------------------------------------------------------------------


def test_a_report_says_which_of_the_three_gradients_is_wrong():
    verdict = checking.judge("conv2d_backward", zoo.conv2d_dw_turned)
    lines = dict(verdict.lines)
    assert lines["parts"] == "dx ok, dw differs, db ok"
    assert "first at dw[" in lines["values"]
    assert (
        lines["central"]
        == "differences agree with your dx and db, disagree with your dw"
    )


def test_a_right_answer_hears_that_central_differences_agree():
    verdict = checking.judge("conv1d_backward", zoo.conv1d_slices)
    assert ("central", "differences agree with your dx, dw, db in 8 of 8 cases") in (
        verdict.lines
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("conv1d_backward", zoo.conv1d_unflipped),
        ("max_pool2d_backward", zoo.max_corner),
    ],
)
def test_the_right_numbers_in_the_wrong_places_hear_that_differences_disagree(
    name, wrong
):
    lines = dict(checking.judge(name, wrong).lines)
    assert "disagree with your dx" in lines["central"]


def test_where_the_loss_has_a_kink_the_witness_takes_no_side():
    half = gradients.along(lambda x: np.maximum(x, 0))
    assert half(np.ones(2), np.array([1.0, 0.0])) == ([1.0, None],)
    assert half(np.ones(2), np.array([1.0, -1.0])) == ([1.0, 0.0],)


def test_every_gradient_check_has_an_upstream_gradient_that_is_not_constant():
    for exercise in exercises.table().values():
        if exercise.lesson == "06_backprop" and exercise.witness:
            for case in exercise.cases():
                dy = case.args[0]
                assert dy.size < 2 or len(np.unique(dy)) > 1, (exercise.id, case.name)


# properties -----------------------------------------------------------------------


def measured(forward, at, dy):
    return answer("numeric_gradient")(forward, at, dy)


def windows(x, w, stride, padding, dilation):
    """Return a convolution by NumPy's windows, for central differences."""
    (sh, sw), (ph, pw), (dh, dv) = map(zoo.pair, (stride, padding, dilation))
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    span = (dh * (w.shape[0] - 1) + 1, dv * (w.shape[1] - 1) + 1)
    seen = zoo.view(x, span, axis=(1, 2))[:, ::sh, ::sw, :, ::dh, ::dv]
    return np.einsum("nijcpq,pqcf->nijf", seen, w)


SETTINGS = [
    (stride, padding, dilation)
    for stride in (1, 2, (1, 3))
    for padding in (0, (2, 1))
    for dilation in (1, (2, 1))
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_conv2d_backward_agrees_with_central_differences_and_is_the_adjoint(settings):
    x, w = RNG.normal(size=(2, 6, 7, 2)), RNG.normal(size=(3, 2, 2, 3))
    y = windows(x, w, *settings)
    dy = RNG.normal(size=y.shape)
    names = dict(zip(("stride", "padding", "dilation"), settings, strict=True))
    dx, dw, db = answer("conv2d_backward")(dy, x, w, **names)
    close = dict(rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        dx, measured(lambda v: windows(v, w, *settings), x, dy), **close
    )
    np.testing.assert_allclose(
        dw, measured(lambda v: windows(x, v, *settings), w, dy), **close
    )
    np.testing.assert_allclose(db, measured(lambda b: y + b, np.zeros(3), dy), **close)
    np.testing.assert_allclose(np.sum(dy * y), np.sum(dx * x))
    np.testing.assert_allclose(np.sum(dy * y), np.sum(dw * w))


def test_gradients_are_linear_in_the_upstream_gradient():
    x, w = RNG.normal(size=(2, 5, 6, 2)), RNG.normal(size=(2, 3, 2, 3))
    one, two = RNG.normal(size=(2, 2, 4, 4, 3))
    back = answer("conv2d_backward")
    for a, b, c in zip(
        back(one, x, w), back(two, x, w), back(2 * one - two, x, w), strict=True
    ):
        np.testing.assert_allclose(2 * a - b, c)


def test_an_average_keeps_the_sum_of_the_gradient_with_overlaps_too():
    x, dy = RNG.normal(size=(2, 7, 6, 3)), RNG.normal(size=(2, 3, 5, 3))
    dx = answer("avg_pool2d_backward")(dy, x, (3, 2), stride=(2, 1))
    np.testing.assert_allclose(dx.sum(), dy.sum())


def test_pooling_side_by_side_keeps_the_sum_of_the_gradient():
    x, dy = RNG.normal(size=(2, 6, 4, 3)), RNG.normal(size=(2, 3, 2, 3))
    for name in ("max_pool2d_backward", "avg_pool2d_backward"):
        np.testing.assert_allclose(answer(name)(dy, x, 2).sum(), dy.sum())


@pytest.mark.tf
def test_no_answer_changes_its_arguments():
    for exercise in exercises.table().values():
        if exercise.lesson == "06_backprop" and exercise.kind == "function":
            verdict = checking.judge(exercise.id, answer(exercise.id))
            assert verdict.state == "passed", (exercise.id, verdict.lines)


# against Keras --------------------------------------------------------------------


@pytest.mark.tf
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_conv2d_backward_gives_the_gradients_of_keras(settings):
    x, w = RNG.normal(size=(2, 6, 7, 2)), RNG.normal(size=(3, 2, 2, 3))
    dy = RNG.normal(size=windows(x, w, *settings).shape)
    names = dict(zip(("stride", "padding", "dilation"), settings, strict=True))
    keras = referee.conv2d_backward(dy, x, w, **names)
    assert equal(keras, answer("conv2d_backward")(dy, x, w, **names))


@pytest.mark.tf
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_conv1d_backward_gives_the_gradients_of_keras(k, stride):
    x, w, dy = (RNG.normal(size=n) for n in (11, k, (11 - k) // stride + 1))
    keras = referee.conv1d_backward(dy, x, w, stride=stride)
    assert equal(keras[:2], answer("conv1d_backward")(dy, x, w, stride=stride)[:2])


@pytest.mark.tf
@pytest.mark.parametrize("stride", [None, 1, (2, 3)])
@pytest.mark.parametrize("size", [2, (3, 2), (1, 4)])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling_backward_gives_the_gradients_of_keras(kind, size, stride):
    name = f"{kind}_pool2d"
    x = RNG.integers(-3, 4, size=(2, 7, 8, 2)).astype(float)  # ties
    y = getattr(referee, name)(x, size, stride=stride)
    dy = RNG.normal(size=y.shape)
    keras = getattr(referee, f"{name}_backward")(dy, x, size, stride=stride)
    assert equal(keras, answer(f"{name}_backward")(dy, x, size, stride=stride))


@pytest.mark.tf
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_answers_pass_their_hidden_cases_with_any_seed(seed):
    desk = Desk(seed=seed)
    names = (
        *("relu_backward", "dense_backward", "numeric_gradient", "conv2d_dw"),
        *("conv1d_backward", "max_pool2d_backward", "avg_pool2d_backward"),
    )
    for name in names:
        found = checking.judge(name, answer(name), hidden=True, desk=desk)
        assert found.state == "passed", name


@pytest.mark.tf
def test_both_ways_to_hand_keras_an_upstream_gradient_agree():
    keras = referee.load_keras()
    import tensorflow as tf

    layer = keras.layers.Conv1D(2, 3, dtype="float64")
    x, dy = tf.constant(RNG.normal(size=(1, 6, 1))), RNG.normal(size=(1, 4, 2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = layer(x)
        weighed, half = tf.reduce_sum(dy * y), tf.reduce_sum(y * y) / 2
    handed = tape.gradient(y, x, output_gradients=tf.constant(dy))
    np.testing.assert_allclose(tape.gradient(weighed, x), handed, rtol=1e-12)
    own = tape.gradient(y, x, output_gradients=y)
    np.testing.assert_allclose(tape.gradient(half, x), own, rtol=1e-12)
