"""Lesson 03: every worked number, Keras on a grid, layouts, and what is counted."""

import functools
import itertools
from time import perf_counter

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import data
from byhand.exercises.inputs import eighths
from byhand.helpers import both, prepare

LESSON = "03_channels"
SETTINGS = list(itertools.product((1, (2, 3)), (0, (1, 2)), (1, (2, 1))))
MAP_0 = [[3.1, -3.9, -10.9], [4.1, -12.9, 16.1], [-3.9, 0.1, 9.1]]
MAP_1 = [[-0.8, 8.2, 6.2], [5.2, 18.2, 7.2], [-8.8, 2.2, -7.8]]
KERNEL_MISREAD = [
    [[-4.9, -8.8], [-0.9, 5.2], [15.1, -2.8]],
    [[5.1, -9.8], [15.1, 10.2], [-3.9, 1.2]],
    [[4.1, 6.2], [4.1, -5.8], [-19.9, 10.2]],
]
BOTH_MISREAD = [
    [[17.1, -4.8], [3.1, 3.2], [-15.9, 16.2]],
    [[10.1, -8.8], [-5.9, -16.8], [-4.9, 1.2]],
    [[1.1, -11.8], [5.1, 4.2], [20.1, 2.2]],
]
BIAS = np.array([0.1, 0.2])
NAMES = ("conv 1", "conv 2", "dense 1", "dense 2")


@functools.cache
def lesson():
    """Return what the answer cells of the lesson define."""
    return answers.namespace(LESSON)


def rng(number=0):
    return np.random.default_rng([33, number])


def arrays(number=0):
    """Return a batch, a bank and its bias, all sizes unequal."""
    r = rng(number)
    return eighths(r, 2, 8, 7, 3), eighths(r, 3, 2, 3, 4), eighths(r, 4)


# Worked by hand


def test_the_filter_adds_2_and_1_at_the_first_stop_and_gives_minus_4_at_the_next():
    y = lesson()["conv2d_channels"](lesson()["x"], lesson()["w"])
    plane_0 = 1 * 1 + -2 * -2 + 2 * -2 + 1 * 1
    plane_1 = 3 * 1 + 0 * 0 + -2 * 0 + -2 * 1
    assert (plane_0, plane_1, y[0, 0]) == (2, 1, 3)
    assert y[0, 1] == lesson()["second_stop"] == -4


def test_two_planes_and_two_filters_give_the_maps_of_the_course():
    y = lesson()["conv2d_bias"](lesson()["x"], lesson()["bank"], BIAS)
    np.testing.assert_allclose(y[:, :, 0], MAP_0, atol=1e-12)
    np.testing.assert_allclose(y[:, :, 1], MAP_1, atol=1e-12)
    plain = lesson()["conv2d_filters"](lesson()["x"], lesson()["bank"])
    np.testing.assert_allclose(plain + BIAS, y, atol=1e-12)


def test_the_two_transposes_make_keras_s_order_of_the_planes():
    x, w = lesson()["to_keras"](lesson()["planes_first"], lesson()["bank_first"])
    np.testing.assert_array_equal(x, lesson()["x"])
    np.testing.assert_array_equal(w, lesson()["bank"])


def test_a_misread_layout_makes_every_number_wrong_in_the_right_shape():
    planes, bank = lesson()["planes_first"], lesson()["bank_first"]
    right = np.stack([MAP_0, MAP_1], axis=-1)
    misread = planes.reshape(2, 4, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4, 2)
    for picture, expected in (
        (planes.transpose(1, 2, 0), KERNEL_MISREAD),
        (misread, BOTH_MISREAD),
    ):
        y = lesson()["conv2d_bias"](picture, bank, BIAS)
        np.testing.assert_allclose(y, expected, atol=1e-12)
        assert y.shape == right.shape
        assert np.isclose(y, right).sum() == lesson()["numbers_right"] == 0


def test_a_plain_reshape_of_the_picture_gets_two_numbers_right_by_accident():
    x = lesson()["planes_first"].reshape(4, 4, 2)
    y = lesson()["conv2d_bias"](x, lesson()["bank"], BIAS)
    assert np.isclose(y, np.stack([MAP_0, MAP_1], axis=-1)).sum() == 2


def test_weights_of_zero_leave_the_bias_of_each_filter():
    y = lesson()["conv2d_bias"](lesson()["x"], np.zeros((2, 2, 2, 2)), BIAS)
    assert (y[:, :, 0] == 0.1).all()
    assert (y[:, :, 1] == lesson()["only_bias"]).all()


def test_six_filters_on_a_colour_picture_give_28x28x6_with_450_weights():
    w = np.ones((5, 5, 3, 6))
    y = lesson()["conv2d_filters"](np.ones((32, 32, 3)), w)
    assert y.shape == (28, 28, 6)
    kernels = w.shape[2] * w.shape[3]
    assert lesson()["six_filters"] == (y.shape[-1], kernels) == (6, 18)
    assert lesson()["batch_weights"] == w.size == 450


def test_a_megapixel_in_colour_into_20_dense_units_takes_60_million_weights():
    assert lesson()["dense_weights"] == 1000 * 1000 * 3 * 20 == 60_000_000


def test_dense_local_and_shared_take_576_144_and_9_weights():
    picture = np.ones((1, 6, 6, 1))
    units, wires = lesson()["im2col"](picture, 3, 3).shape
    assert lesson()["wires_and_weights"] == (picture.size * units, units * wires, wires)
    assert lesson()["wires_and_weights"] == (576, 144, 9)


def test_the_drawn_wirings_have_the_weights_that_they_should():
    dense, local, shared = (lesson()[name] for name in ("dense", "local", "shared"))
    assert [len(np.unique(w[w > 0])) for w in (dense, local, shared)] == [144, 36, 4]
    np.testing.assert_array_equal(local > 0, shared > 0)
    x, kernel = eighths(rng(20), 4, 4, 1), eighths(rng(21), 2, 2, 1)
    weights = np.array([0.0, *kernel.ravel()])[shared]
    y = lesson()["conv2d_channels"](x, kernel)
    np.testing.assert_allclose(weights @ x.ravel(), y.ravel(), atol=1e-12)


def test_a_dense_unit_doesn_t_notice_a_shuffle_and_a_filter_does():
    x, w, order = eighths(rng(22), 25), eighths(rng(23), 25), rng(24).permutation(25)
    assert x @ w == pytest.approx(x[order] @ w[order])
    kernel = w[:9].reshape(3, 3, 1)
    plain, shuffled = (
        lesson()["conv2d_channels"](each.reshape(5, 5, 1), kernel)
        for each in (x, x[order])
    )
    assert not np.allclose(np.sort(plain, axis=None), np.sort(shuffled, axis=None))
    assert lesson()["shuffled_pixels"] == "dense"


def test_x1_and_x5_meet_in_g3_only():
    first = lesson()["first"] > 0
    assert not (first[:, 0] & first[:, 4]).any()
    both = np.array([[1, 2, 3]]) @ first
    assert both[0, 0] and both[0, 4]
    assert lesson()["who_sees_both"] == "g3"


def test_alexnet_s_first_layer_learns_34_944_numbers():
    weights, work = lesson()["count_conv2d"](227, 227, 3, 96, 11, 11, stride=4)
    units = 55 * 55 * 96
    assert (weights, work) == (34_944, 105_415_200)
    assert units * (11 * 11 * 3 + 1) == work + units == 105_705_600


def test_red_but_not_green_is_strongest_on_the_nose_and_0_on_grey():
    cat, filter_ = data.cat(), lesson()["red_not_green"]
    y = lesson()["conv2d_channels"](cat, filter_)
    row, column = np.unravel_index(y.argmax(), y.shape)
    assert (70 <= row <= 90) and (80 <= column <= 95)  # the nose
    assert cat[row + 2, column + 2, 0] < np.median(cat[..., 0])  # dark, also in red
    eye, fur = y[35:45, 45:60], y[15:30, 60:75]
    assert np.median(eye) < 0.7 * np.median(fur)
    grey = np.repeat(cat.mean(-1, keepdims=True), 3, axis=-1)
    np.testing.assert_allclose(
        lesson()["conv2d_channels"](grey, filter_),
        lesson()["strongest_red"]["grey"],
        atol=1e-12,
    )


def test_the_corner_pixel_takes_one_number_from_each_plane():
    x = np.arange(1.0, 9).reshape(2, 2, 2)
    last, _ = lesson()["to_keras"](x, np.zeros((1, 2, 1, 1)))
    assert tuple(last[0, 0]) == lesson()["corner_pixel"]


def test_the_predicted_shape_of_patches_is_that_of_im2col():
    patches = lesson()["im2col"](np.ones((2, 4, 6, 3)), 3, 2)
    assert patches.shape == lesson()["patches_shape"]


def test_parameters_of_the_course_s_networks():
    count = lesson()["count_conv2d"]
    two = (
        count(28, 28, 1, 6, 5, 5, use_bias=False)[0],
        count(24, 24, 6, 16, 5, 5, use_bias=False)[0],
    )
    assert two == (150, 2400)
    first, second = count(28, 28, 1, 8, 3, 3)[0], count(13, 13, 8, 16, 3, 3)[0]
    dense = 5 * 5 * 16 * 64 + 64, 64 * 10 + 10
    assert (first, second, *dense) == (80, 1168, 25_664, 650)
    assert first + second + sum(dense) == 27_562
    weights = dict(zip(NAMES, (first, second, *dense), strict=True))
    work = (count(28, 28, 1, 8, 3, 3)[1], count(13, 13, 8, 16, 3, 3)[1], 400 * 64, 640)
    products = dict(zip(NAMES, work, strict=True))
    assert lesson()["heaviest_layer"] == {
        "parameters": max(weights, key=weights.get),
        "multiply-adds": max(products, key=products.get),
    }


def test_the_second_network_has_520_and_10020_parameters_and_500_inputs():
    count = lesson()["count_conv2d"]
    side = ((32 - 5 + 1) // 2 - 5 + 1) // 2
    assert lesson()["second_network"] == (
        count(32, 32, 1, 20, 5, 5)[0],
        count(14, 14, 20, 20, 5, 5)[0],
        side * side * 20,
    )


def test_local_fields_of_a_4x4_picture_begin_and_end_as_the_lesson_says():
    numbers = np.arange(1.0, 17).reshape(1, 4, 4, 1)
    patches = lesson()["im2col"](numbers, 2, 2)
    assert len(patches) == 9
    assert patches[0].tolist() == [1, 2, 5, 6]
    assert patches[-1].tolist() == [11, 12, 15, 16]


# Properties


@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_loops_and_matrix_product_agree(stride, padding, dilation):
    x, w, b = arrays(1)
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    y = lesson()["conv2d_batch"](x, w, b, **settings)
    product = lesson()["conv2d_matmul"](x, w, b, **settings)
    np.testing.assert_allclose(y, product, rtol=1e-12, atol=1e-12)


def test_a_batch_is_its_examples_and_a_bank_its_filters():
    x, w, b = arrays(2)
    y = lesson()["conv2d_batch"](x, w, b, stride=2, padding=1)
    for n, f in itertools.product(range(len(x)), range(len(b))):
        one = lesson()["conv2d_channels"](x[n], w[..., f], stride=2, padding=1)
        np.testing.assert_allclose(y[n, :, :, f], one + b[f], atol=1e-12)


def test_a_filter_adds_up_what_its_kernels_give_plane_by_plane():
    x, w, _ = arrays(3)
    conv = lesson()["conv2d_channels"]
    whole = conv(x[0], w[..., 0])
    planes = [conv(x[0][:, :, [c]], w[:, :, [c], 0]) for c in range(3)]
    np.testing.assert_allclose(whole, sum(planes), atol=1e-12)


def test_a_convolution_of_volumes_is_linear():
    (x, w, _), (other, more, _) = arrays(4), arrays(5)
    conv, settings = lesson()["conv2d_filters"], dict(padding=1, dilation=2)
    np.testing.assert_allclose(
        conv(3 * x[0] - other[0], w, **settings),
        3 * conv(x[0], w, **settings) - conv(other[0], w, **settings),
        atol=1e-11,
    )
    np.testing.assert_allclose(
        conv(x[0], w + 2 * more, **settings),
        conv(x[0], w, **settings) + 2 * conv(x[0], more, **settings),
        atol=1e-11,
    )


def test_a_shifted_picture_has_a_shifted_map():
    glyph, crossing = data.glyphs()[0], data.features()[2][:, :, None]
    conv = lesson()["conv2d_channels"]
    still = conv(data.place(glyph)[:, :, None], crossing)
    moved = conv(data.place(glyph, 2, 3)[:, :, None], crossing)
    np.testing.assert_array_equal(still[:-2, :-3], moved[2:, 3:])


def test_transposing_back_gives_the_first_layout_again():
    x, w = eighths(rng(6), 3, 4, 5), eighths(rng(6), 6, 3, 2, 1)
    last, bank = lesson()["to_keras"](x, w)
    np.testing.assert_array_equal(last.transpose(2, 0, 1), x)
    np.testing.assert_array_equal(bank.transpose(3, 2, 0, 1), w)


def test_multiply_adds_are_the_numbers_of_all_patches_times_the_filters():
    settings = dict(stride=(2, 1), padding=(1, 0))
    patches = lesson()["im2col"](np.ones((1, 9, 7, 3)), 3, 2, **settings)
    _, work = lesson()["count_conv2d"](9, 7, 3, 4, 3, 2, **settings)
    assert work == patches.size * 4


def test_no_answer_changes_its_arguments():
    x, w, b = arrays(7)
    kept = x.copy(), w.copy(), b.copy()
    lesson()["conv2d_batch"](x, w, b, padding=1)
    lesson()["conv2d_matmul"](x, w, b, padding=1)
    for now, before in zip((x, w, b), kept, strict=True):
        np.testing.assert_array_equal(now, before)


@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_prepare_lists_the_windows_that_numpy_cuts_out(stride, padding, dilation):
    x = eighths(rng(30), 2, 8, 7, 3)
    padded, rows, columns = prepare(x, 3, 2, stride, padding, dilation)
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    np.testing.assert_array_equal(
        padded, np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    )
    spans = 2 * dh + 1, dw + 1
    every = np.lib.stride_tricks.sliding_window_view(padded, spans, (1, 2))
    every = every[:, ::sh, ::sw, :, ::dh, ::dw].transpose(0, 1, 2, 4, 5, 3)
    assert (len(rows), len(columns)) == every.shape[1:3]
    for i, j in np.ndindex(every.shape[1:3]):
        np.testing.assert_array_equal(padded[:, rows[i], columns[j]], every[:, i, j])


def test_the_product_is_many_times_as_fast_as_the_loops():
    x, w, b = rng(31).normal(size=(1, 24, 24, 3)), rng(32).normal(size=(3, 3, 3, 16)), 0
    times = {}
    for name in ("conv2d_matmul", "conv2d_batch"):
        start = perf_counter()
        lesson()[name](x, w, np.full(16, b))
        times[name] = perf_counter() - start
    assert times["conv2d_batch"] > 5 * times["conv2d_matmul"]


# Keras


@pytest.mark.tf
@pytest.mark.parametrize("name", ["conv2d_batch", "conv2d_matmul"])
@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_a_batch_equals_the_layer_on_a_grid(name, stride, padding, dilation):
    from byhand import keras

    x, w, b = arrays(8)
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    y = lesson()[name](x, w, b, **settings)
    padded = keras.layers.ZeroPadding2D(both(padding), dtype="float64")(x)
    layer = keras.layers.Conv2D(4, (3, 2), dilation_rate=dilation, dtype="float64")
    layer.build(padded.shape)
    layer.set_weights([w, b])
    sh, sw = both(stride)  # the layer refuses stride with dilation
    theirs = np.array(layer(padded))[:, ::sh, ::sw]
    np.testing.assert_allclose(y, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.tf
def test_im2col_equals_keras_s_patches():
    from byhand import keras

    x = arrays(9)[0]
    theirs = keras.ops.image.extract_patches(x, (3, 2), strides=2)
    mine = lesson()["im2col"](x, 3, 2, stride=2)
    np.testing.assert_allclose(mine, np.array(theirs).reshape(mine.shape), atol=1e-12)
