"""Lesson 04: every worked number, Keras on a grid, and what the family promises."""

import functools
import itertools

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import referee
from byhand.checks import checking
from byhand.exercises.conv_family import grouped_conv2d
from byhand.exercises.inputs import eighths
from byhand.slips import right

LESSON = "04_conv_family"
SETTINGS = list(itertools.product((1, 2, (2, 3)), (0, (2, 1)), (1, (1, 3))))


@functools.cache
def lesson():
    """Return what the answer cells of the lesson define."""
    return answers.namespace(LESSON)


def rng(number=0):
    return np.random.default_rng([44, number])


def settings_of(stride, padding, dilation):
    return {"stride": stride, "padding": padding, "dilation": dilation}


def layers(*dilations, stride=1):
    return [lesson()["layer_of"](3, stride=stride, dilation=d) for d in dilations]


# Worked by hand


def test_a_pixel_times_three_weights_is_3():
    pixel, weights = np.array([2.0, -1, 3]), np.array([1.0, 2, 1])
    y = lesson()["pointwise"](pixel.reshape(1, 1, 1, 3), weights[:, None], np.zeros(1))
    assert y.ravel().tolist() == [2 * 1 + -1 * 2 + 3 * 1]


def test_a_block_of_100_bands_becomes_one_number_per_pixel():
    x, w = np.zeros((1, 30, 20, 100)), np.zeros((100, 1))
    y = lesson()["pointwise"](x, w, np.zeros(1))
    assert (y.size, w.size) == lesson()["bands_to_map"] == (30 * 20, 100)


@pytest.mark.tf
def test_two_groups_of_two_channels_give_3_and_minus_1():
    x = np.array([1.0, 2, 3, 4]).reshape(1, 1, 1, 4)
    w = np.array([[1.0, 1], [1, -1]]).reshape(1, 1, 2, 2)
    y = lesson()["grouped_conv2d"](x, w, np.zeros(2), groups=2)
    assert y.ravel().tolist() == [1 + 2, 3 - 4]


def test_100_channels_in_10_groups_leave_10_to_a_filter_and_4500_weights():
    seen, weights = lesson()["grouped_weights"]
    assert (seen, weights) == (100 // 10, 3 * 3 * (100 // 10) * 50)


@pytest.mark.tf
def test_six_maps_come_from_the_channels_that_were_predicted():
    x = np.arange(3.0).reshape(1, 1, 1, 3)
    y = lesson()["depthwise_conv2d"](x, np.ones((1, 1, 3, 2)), np.zeros(6))
    assert y.ravel().tolist() == lesson()["parents"] == [0, 0, 1, 1, 2, 2]


def test_the_family_table_holds_what_each_layer_reads_and_learns():
    said = lesson()["family_table"]
    read = {"full": 64, "4 groups": 64 // 4, "depthwise": 1, "1x1": 64, "separable": 64}
    weights = {
        "full": 3 * 3 * 64 * 128,
        "4 groups": 3 * 3 * (64 // 4) * 128,
        "depthwise": 3 * 3 * 64,
        "1x1": 64 * 128,
        "separable": 3 * 3 * 64 + 64 * 128,
    }
    assert said == {name: (read[name], weights[name]) for name in read}
    assert (weights["full"], weights["separable"]) == (73728, 8768)
    share = weights["separable"] / weights["full"]
    assert share == pytest.approx(1 / 128 + 1 / 9)


@pytest.mark.tf
def test_keras_counts_the_weights_of_the_family_table():
    from byhand import keras

    make, plain = keras.layers, {"use_bias": False}
    layers = {
        "full": make.Conv2D(128, 3, **plain),
        "4 groups": make.Conv2D(128, 3, groups=4, **plain),
        "depthwise": make.DepthwiseConv2D(3, **plain),
        "1x1": make.Conv2D(128, 1, **plain),
        "separable": make.SeparableConv2D(128, 3, **plain),
    }
    for name, layer in layers.items():
        layer.build((1, 16, 16, 64))
        assert layer.count_params() == lesson()["family_table"][name][1], name


@pytest.mark.tf
def test_27_and_6_weights_do_what_54_do():
    assert (3 * 3 * 3, 3 * 2) == (27, 6)
    assert (27 + 6, 3 * 3 * 3 * 2) == (33, 54)
    x, b = rng(5).normal(size=(1, 5, 5, 3)), np.zeros(2)
    u, v = rng(6).normal(size=(3, 3, 3, 1)), rng(7).normal(size=(3, 2))
    y = lesson()["separable_conv2d"](x, u, v, b)
    assert (u.size, v.size) == (27, 6)
    window = sum(v[c] * np.sum(u[:, :, c, 0] * x[0, 1:4, 2:5, c]) for c in range(3))
    np.testing.assert_allclose(y[0, 1, 2], window)


def test_the_saving_is_8_then_21_then_35_times():
    assert [round(v) for v in lesson()["share"].values()] == [8, 21, 35]


def test_the_predicted_kernels_are_those_of_rank_one():
    kernels = {
        "Sobel": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        "diagonal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        "mean": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    }
    ranks = {name: np.linalg.matrix_rank(np.array(w)) for name, w in kernels.items()}
    said = lesson()["rank_one"]
    assert {name: rank == 1 for name, rank in ranks.items()} == {
        name: answer == "yes" for name, answer in said.items()
    }


def test_the_laplacian_keeps_99_percent_and_no_longer_adds_up_to_0():
    laplacian = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    nearest = np.outer(*lesson()["split_kernel"](laplacian))
    assert np.sum(nearest**2) / np.sum(laplacian**2) == pytest.approx(0.99, abs=0.001)
    assert laplacian.sum() == 0
    assert nearest.sum() == pytest.approx(-1.22, abs=0.01)


def test_a_flattened_filter_of_64_channels_has_70_weights_and_not_576():
    assert (64 + 3 + 3, 64 * 3 * 3) == (70, 576)
    source = (answers.SOLUTIONS / f"{LESSON}.py").read_text(encoding="utf-8")
    assert "70 weights per filter, against 576" in source


def test_0_0_5_5_in_four_frames_gives_0_5_0():
    x = np.array([0.0, 0, 5, 5]).reshape(1, 4, 1, 1, 1)
    w = np.array([-1.0, 1]).reshape(2, 1, 1, 1, 1)
    y = lesson()["conv3d"](x, w, np.zeros(1))
    assert y.ravel().tolist() == [0 - 0, 5 - 0, 5 - 5]


def test_the_film_has_the_shape_that_the_text_says():
    x, w = np.zeros((1, 16, 32, 32, 1)), np.zeros((3, 3, 3, 1, 8))
    y = lesson()["conv3d"](x, w, np.zeros(8), stride=2)
    assert y.shape[1:] == (7, 15, 15, 8)


def test_two_layers_of_3_see_5_and_so_does_dilation_2():
    field = lesson()["receptive_field"]
    assert field(layers(1, 1)) == field(layers(2)) == (5, 1, 0)


def test_3_then_pooling_then_3_see_3_4_8_with_jumps_1_2_2():
    follow, stack = lesson()["receptive_field"], lesson()["stack"]
    found = [follow(stack[:count]) for count in (1, 2, 3)]
    assert [size for size, _, _ in found] == [3, 4, 8]
    assert [jump for _, jump, _ in found] == [1, 2, 2]


def test_dilations_1_2_4_see_3_7_15():
    sizes = [lesson()["receptive_field"](layers(1, 2, 4)[:n])[0] for n in (1, 2, 3)]
    assert tuple(sizes) == lesson()["dilated_sizes"] == (3, 7, 15)


def test_5_by_5_is_seen_by_all_but_the_stride():
    field, layer_of = lesson()["receptive_field"], lesson()["layer_of"]
    stacks = {
        "A": [layer_of(5)],
        "B": [layer_of(3), layer_of(3)],
        "C": [layer_of(3, stride=2)],
        "D": [layer_of(3, dilation=2)],
    }
    sees = {k: "yes" if field(s)[0] == 5 else "no" for k, s in stacks.items()}
    assert lesson()["sees_five"] == sees


def test_alexnet_sees_195_pixels_and_vgg_16_sees_212():
    field = lesson()["receptive_field"]
    assert field(lesson()["alexnet"])[0] == 195
    assert field(lesson()["vgg16"])[:2] == (212, 32)
    assert sum(layer["kernel"] != 2 for layer in lesson()["vgg16"]) == 13


def test_seven_plain_layers_see_15():
    assert lesson()["receptive_field"](layers(*[1] * 7))[0] == 15


def test_the_stack_to_take_covers_7_with_the_fewest_weights():
    field = lesson()["receptive_field"]
    stacks = {
        "a": ([lesson()["layer_of"](7)], 49),
        "b": (layers(1, 1, 1), 27),
        "c": (layers(1, 2), 18),
    }
    assert all(field(stack)[0] == 7 for stack, _ in stacks.values())
    fewest = min(stacks, key=lambda name: stacks[name][1])
    assert lesson()["field_to_take"] == {"field": "b", "stack": fewest}


# Against Keras


@pytest.mark.tf
@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_the_family_equals_keras_on_a_grid(stride, padding, dilation):
    settings = settings_of(stride, padding, dilation)
    x, b = eighths(rng(1), 2, 7, 9, 4), eighths(rng(2), 8)
    w = eighths(rng(3), 3, 2, 2, 8)
    mine = lesson()["grouped_conv2d"](x, w, b, groups=2, **settings)
    np.testing.assert_allclose(
        mine, referee.grouped_conv2d(x, w, b, groups=2, **settings), 1e-9, 1e-9
    )
    w = eighths(rng(4), 2, 3, 4, 2)
    mine = lesson()["depthwise_conv2d"](x, w, b, **settings)
    keras = referee.depthwise_conv2d(x, w, b, **settings)
    np.testing.assert_allclose(mine, keras, 1e-9, 1e-9)
    point = eighths(rng(5), 8, 3)
    mine = lesson()["separable_conv2d"](x, w, point, b[:3], **settings)
    keras = referee.separable_conv2d(x, w, point, b[:3], **settings)
    np.testing.assert_allclose(mine, keras, 1e-9, 1e-9)


@pytest.mark.tf
@pytest.mark.parametrize("stride", [1, (2, 1, 3)])
@pytest.mark.parametrize("padding", [0, (1, 0, 2)])
@pytest.mark.parametrize("dilation", [1, (1, 3, 2)])
def test_conv3d_equals_keras_on_a_grid(stride, padding, dilation):
    settings = settings_of(stride, padding, dilation)
    x, w = eighths(rng(6), 2, 4, 7, 6, 2), eighths(rng(7), 3, 2, 2, 2, 3)
    b = eighths(rng(8), 3)
    mine = lesson()["conv3d"](x, w, b, **settings)
    keras = referee.conv3d(x, w, b, **settings)
    np.testing.assert_allclose(mine, keras, 1e-9, 1e-9)


@pytest.mark.tf
def test_a_convolution_per_group_is_what_keras_calls_groups():
    x, w, b = eighths(rng(9), 2, 5, 6, 6), eighths(rng(10), 3, 2, 2, 9), np.ones(9)
    keras = referee.grouped_conv2d(x, w, b, groups=3, stride=(2, 1), padding=1)
    by_group = right(grouped_conv2d.GROUPED)
    detour = by_group(x, w, b, groups=3, stride=(2, 1), padding=1)
    np.testing.assert_allclose(detour, keras, 1e-9, 1e-9)


# What the family promises


@pytest.mark.tf
def test_a_group_never_sees_the_channels_of_another():
    x, w = eighths(rng(11), 1, 4, 5, 4), eighths(rng(12), 3, 3, 2, 6)
    spoilt = x.copy()
    spoilt[..., 0] += 1
    conv = functools.partial(lesson()["grouped_conv2d"], groups=2)
    same = conv(x, w, np.zeros(6)) == conv(spoilt, w, np.zeros(6))
    assert same[..., 3:].all()
    changed = np.flatnonzero(~same.all(axis=(0, 1, 2)))
    assert changed.tolist() == lesson()["maps_that_change"] == [0, 1, 2]


@pytest.mark.tf
def test_a_separable_convolution_is_a_full_one_with_a_product_as_kernel():
    x, b = eighths(rng(13), 2, 5, 6, 4), eighths(rng(14), 6)
    depth, point = eighths(rng(15), 3, 3, 4, 1), eighths(rng(16), 4, 6)
    mine = lesson()["separable_conv2d"](x, depth, point, b)
    np.testing.assert_allclose(mine, referee.conv2d(x, depth * point, b), 1e-9, 1e-9)


@pytest.mark.tf
def test_a_split_kernel_in_two_steps_is_the_kernel_at_once():
    x, sobel = eighths(rng(17), 8, 9), np.outer([1.0, 2, 1], [-1.0, 0, 1])
    column, row = lesson()["split_kernel"](sobel)
    steps = referee.conv2d(referee.conv2d(x, column[:, None]), row[None, :])
    np.testing.assert_allclose(steps, referee.conv2d(x, sobel), 1e-9, 1e-9)


def test_no_column_and_row_come_nearer_than_those_of_the_svd():
    w, noise = eighths(rng(18), 3, 4), rng(19)
    column, row = lesson()["split_kernel"](w)
    least = np.sum((w - np.outer(column, row)) ** 2)
    for _ in range(50):
        a, r = column + 0.1 * noise.normal(size=3), row + 0.1 * noise.normal(size=4)
        assert np.sum((w - np.outer(a, r)) ** 2) > least


def test_a_volume_of_one_plane_is_convolved_like_a_plane():
    x, w = eighths(rng(20), 2, 1, 5, 6, 3), eighths(rng(21), 1, 3, 2, 3, 4)
    y = lesson()["conv3d"](x, w, np.zeros(4))
    windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (3, 2), axis=(1, 2))
    expected = np.einsum("nijcpq,pqcf->nijf", windows, w[0])
    np.testing.assert_allclose(y[:, 0], expected, 1e-9, 1e-9)


@pytest.mark.parametrize("number", range(6))
def test_a_receptive_field_is_what_an_impulse_reaches(number):
    draw = rng(30 + number)
    stack = [
        lesson()["layer_of"](*map(int, draw.integers(1, 4, size=2)), 0, int(d))
        for d in draw.integers(1, 4, size=3)
    ]
    units = {0}
    for layer in reversed(stack):
        units = {
            u * layer["stride"] + t * layer["dilation"]
            for u in units
            for t in range(layer["kernel"])
        }
    size, jump, start = lesson()["receptive_field"](stack)
    assert (size, start) == (max(units) - min(units) + 1, min(units))
    assert jump == np.prod([layer["stride"] for layer in stack])


def test_a_kernel_that_is_split_with_the_sign_in_either_vector_is_right():
    def turned(w):
        column, row = lesson()["split_kernel"](w)
        return -column, -row

    assert checking.judge("split_kernel", turned).state == "passed"
