"""Lesson 03: every worked number, Keras on a grid, layouts, and what is counted."""

import functools
import itertools

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import data
from byhand.exercises.inputs import eighths

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
        assert not np.isclose(y, right).any()


def test_weights_of_zero_leave_the_bias_of_each_filter():
    y = lesson()["conv2d_bias"](lesson()["x"], np.zeros((2, 2, 2, 2)), BIAS)
    assert (y[:, :, 0] == 0.1).all()
    assert (y[:, :, 1] == lesson()["only_bias"]).all()


def test_six_filters_on_a_colour_picture_give_28x28x6_with_450_weights():
    y = lesson()["conv2d_filters"](np.ones((32, 32, 3)), np.ones((5, 5, 3, 6)))
    assert y.shape == lesson()["six_filters"] == (28, 28, 6)
    assert lesson()["batch_weights"] == 5 * 5 * 3 * 6


def test_the_corner_pixel_takes_one_number_from_each_plane():
    x = np.arange(1.0, 9).reshape(2, 2, 2)
    last, _ = lesson()["to_keras"](x, np.zeros((1, 2, 1, 1)))
    assert tuple(last[0, 0]) == lesson()["corner_pixel"]


def test_predicted_shapes_of_patches_and_kernel_are_those_of_im2col():
    patches = lesson()["im2col"](np.ones((2, 4, 6, 3)), 3, 2)
    assert patches.shape == lesson()["patches_shape"]
    matrix = np.ones((3, 2, 3, 4)).reshape(-1, 4)
    assert matrix.shape == lesson()["kernel_matrix"]


def test_parameters_of_the_course_s_networks():
    count = lesson()["count_conv2d"]
    two = (
        count(28, 28, 1, 6, 5, 5, use_bias=False)[0],
        count(24, 24, 6, 16, 5, 5, use_bias=False)[0],
    )
    assert two == lesson()["two_layers"] == (150, 2400)
    first, second = count(28, 28, 1, 8, 3, 3)[0], count(13, 13, 8, 16, 3, 3)[0]
    dense = 5 * 5 * 16 * 64 + 64, 64 * 10 + 10
    assert (first, second, *dense) == (80, 1168, 25_664, 650)
    assert first + second + sum(dense) == 27_562


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


# Keras


@pytest.mark.tf
@pytest.mark.parametrize("name", ["conv2d_batch", "conv2d_matmul"])
@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_a_batch_equals_the_layer_on_a_grid(name, stride, padding, dilation):
    from byhand import keras

    x, w, b = arrays(8)
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    y = lesson()[name](x, w, b, **settings)
    padded = keras.layers.ZeroPadding2D(lesson()["both"](padding), dtype="float64")(x)
    layer = keras.layers.Conv2D(4, (3, 2), dilation_rate=dilation, dtype="float64")
    layer.build(padded.shape)
    layer.set_weights([w, b])
    sh, sw = lesson()["both"](stride)  # the layer refuses stride with dilation
    theirs = np.array(layer(padded))[:, ::sh, ::sw]
    np.testing.assert_allclose(y, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.tf
def test_im2col_equals_keras_s_patches():
    from byhand import keras

    x = arrays(9)[0]
    theirs = keras.ops.image.extract_patches(x, (3, 2), strides=2)
    mine = lesson()["im2col"](x, 3, 2, stride=2)
    np.testing.assert_allclose(mine, np.array(theirs).reshape(mine.shape), atol=1e-12)
