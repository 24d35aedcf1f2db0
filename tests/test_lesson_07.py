"""Lesson 07: its worked numbers, a grid against Keras, and what must always hold."""

import itertools

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import data, referee
from byhand.checks.comparing import difference

SETTINGS = [  # (stride, padding, output_padding), which is less than the stride
    *itertools.product((2, (3, 2)), (0, 1, (1, 0)), (0, 1)),
    ((3, 2), 1, (2, 1)),
    ((3, 2), (0, 1), (2, 0)),
    *itertools.product((1,), (0, 1, (1, 0)), (0,)),
]
KERNEL = np.array(
    [
        [0.13429713, 1.9649408, 0.74939513],
        [0.6982393, 1.2397809, 1.4247327],
        [1.5534406, 0.1190145, 1.3256309],
    ]
)
UPSTREAM = np.array([[25.535583, 28.583742], [23.470192, 20.622599]])
FIRST_ROW = [3.4293556, 50.17591, 22.974957, 56.16536, 21.420517]
LAST_ROW = [36.45955, 2.7932932, 63.148792, 2.4543884, 27.337954]


@pytest.fixture(scope="module")
def lesson():
    return answers.namespace("07_transposed_convolution")


def as_batch(plane):
    return np.asarray(plane, dtype=float)[None, :, :, None]


def as_kernel(plane):
    return np.asarray(plane, dtype=float)[:, :, None, None]


def stamped(lesson, x, w, **settings):
    y = lesson["conv2d_transpose"](as_batch(x), as_kernel(w), np.zeros(1), **settings)
    return y[0, :, :, 0]


# Worked by hand ---------------------------------------------------------------------


@pytest.mark.tf
def test_keras_keeps_the_gap_of_a_short_kernel_unless_output_padding_is_written(lesson):
    from byhand import keras

    sizes = [
        keras.layers.Conv1DTranspose(1, 2, strides=3, **more)(np.ones((1, 4, 1))).shape[
            1
        ]
        for more in ({}, {"output_padding": 0})
    ]
    assert sizes == [12, 11]
    assert lesson["transposed_size"](4, 2, stride=3) == 3 * 3 + 2 == 11


def test_four_stamps_of_1_2_minus_1_add_up_to_2_7_4_minus_4_minus_2_1(lesson):
    stamps = np.array(
        [
            [2, 4, -2, 0, 0, 0],
            [0, 3, 6, -3, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, -1, -2, 1],
        ]
    )
    y = lesson["conv1d_transpose"](np.array([2.0, 3, 0, -1]), np.array([1.0, 2, -1]))
    assert y.tolist() == stamps.sum(axis=0).tolist() == [2, 7, 4, -4, -2, 1]


def test_the_lesson_s_predictions_are_what_its_functions_compute(lesson):
    scatter, size = lesson["conv1d_transpose"], lesson["transposed_size"]
    assert lesson["stamped"] == tuple(scatter(np.array([1.0, 3]), np.array([1.0, 2])))
    assert lesson["two_sizes"] == (size(4, 3), size(4, 3, stride=2))
    canvas = scatter(np.array([1.0, 2]), np.array([1.0, 2, 3]), stride=2)
    assert canvas.tolist() == [1, 2, 5, 4, 6]
    assert lesson["last_row"] == tuple(canvas[1:])
    x, y = np.array([1.0, 2]), np.array([3.0, 1])
    assert lesson["gap_on_paper"] == ((2 * x) @ y, x @ (y / 2))
    matrix = np.zeros((3, 7))
    for i in range(3):
        matrix[i, 2 * i : 2 * i + 3] = [1, 2, -1]
    assert lesson["one_output"] == tuple(matrix @ np.eye(7)[2])
    kernel = lesson["to_keras_transpose"](
        np.zeros((1, 8, 2, 2)), np.zeros((8, 3, 5, 4))
    )
    assert lesson["moved_shape"] == kernel[1].shape
    assert lesson["half_way"] == (0.75 * 4 + 0.25 * 8, 0.25 * 4 + 0.75 * 8)


def test_two_by_two_becomes_four_by_four_or_five_by_five(lesson):
    small, ones = np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((3, 3))
    assert stamped(lesson, small, ones).tolist() == [
        [1, 3, 3, 2],
        [4, 10, 10, 6],
        [4, 10, 10, 6],
        [3, 7, 7, 4],
    ]
    assert stamped(lesson, small, ones, stride=2).shape == (5, 5)


@pytest.mark.parametrize("stride", [1, 2])
def test_the_first_stamp_shares_9_less_s_squared_places(lesson, stride):
    counts = stamped(lesson, np.ones((2, 2)), np.ones((3, 3)), stride=stride)
    assert (counts[:3, :3] > 1).sum() == 9 - stride**2


def test_the_matrix_of_3_by_3_over_4_by_4_is_4_by_16_with_shifts_0_1_4_5(lesson):
    matrix = lesson["conv_matrix"](np.arange(1.0, 10).reshape(3, 3), 4, 4)
    assert (matrix.shape, tuple(matrix.argmax(axis=1) - 10)) == lesson["matrix_shape"]
    assert matrix[0].tolist() == [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0]


def test_tensorflow_s_5_by_5_numbers_to_a_millionth(lesson):
    y = stamped(lesson, UPSTREAM, KERNEL, stride=2)
    assert y.shape == (5, 5)
    np.testing.assert_allclose(y[0], FIRST_ROW, rtol=1e-6)
    np.testing.assert_allclose(y[4], LAST_ROW, rtol=1e-6)
    by_matrix = lesson["conv_matrix"](KERNEL, 5, 5, stride=2).T @ UPSTREAM.ravel()
    np.testing.assert_allclose(by_matrix.reshape(5, 5), y, rtol=1e-12)


@pytest.mark.tf
def test_tensorflow_s_5_by_5_numbers_are_conv2d_s_gradient_and_conv2dtranspose():
    dx = referee.conv2d_backward(
        as_batch(UPSTREAM), np.zeros((1, 5, 5, 1)), as_kernel(KERNEL), stride=2
    )[0]
    y = referee.conv2d_transpose(as_batch(UPSTREAM), as_kernel(KERNEL), stride=2)
    for result in (dx, y):
        np.testing.assert_allclose(result[0, 0, :, 0], FIRST_ROW, rtol=1e-6)
        np.testing.assert_allclose(result[0, 4, :, 0], LAST_ROW, rtol=1e-6)


def test_a_convolution_s_four_windows_of_the_ramp_all_give_minus_8(lesson):
    kernel = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
    matrix = lesson["conv_matrix"](kernel, 4, 4)
    assert (matrix @ np.arange(16.0)).tolist() == [-8, -8, -8, -8]


def test_the_tent_of_stride_2_is_a_quarter_and_three_quarters(lesson):
    tent = np.array([0.25, 0.75, 0.75, 0.25])
    assert lesson["bilinear_kernel"](2).tolist() == np.outer(tent, tent).tolist()


def test_the_predicted_checkerboards_are_there_and_no_others(lesson):
    for name, answer in lesson["uneven"].items():
        k, stride = (int(word) for word in name.split() if word[0].isdigit())
        inner = lesson["overlap_counts"](12, k, stride=stride)[2 * k : -2 * k]
        assert (len(set(inner)) > 1) == (answer == "uneven"), name


def test_kernel_3_stride_2_reaches_places_1_2_or_4_times(lesson):
    uneven, even = (lesson["overlap_counts"](6, k, stride=2) for k in (3, 4))
    assert set(np.outer(uneven, uneven)[2:-2, 2:-2].ravel()) == {1, 2, 4}
    assert set(np.outer(even, even)[2:-2, 2:-2].ravel()) == {4}


# Against Keras ----------------------------------------------------------------------


def arrays(rng, kernel=(3, 4)):
    x = rng.normal(size=(2, 3, 4, 2))
    return x, rng.normal(size=(*kernel, 3, 2)), rng.normal(size=3)


@pytest.mark.tf
@pytest.mark.parametrize(("s", "p", "o"), SETTINGS)
def test_conv2d_transpose_and_its_gradients_are_keras_s(lesson, s, p, o):
    x, w, b = arrays(np.random.default_rng(1))
    k = {"stride": s, "padding": p, "output_padding": o}
    y = lesson["conv2d_transpose"](x, w, b, **k)
    assert difference(referee.conv2d_transpose(x, w, b, **k), y) is None
    dy = np.random.default_rng(2).normal(size=y.shape)
    yours = lesson["conv2d_transpose_backward"](dy, x, w, **k)
    assert difference(referee.conv2d_transpose_backward(dy, x, w, **k), yours) is None


@pytest.mark.tf
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_conv1d_transpose_is_keras_s_own_layer(lesson, stride):
    keras = referee.load_keras()
    x, w = np.random.default_rng(3).normal(size=(2, 5))
    w = w[:3]
    layer = keras.layers.Conv1DTranspose(1, 3, strides=stride, dtype="float64")
    layer.build((1, 5, 1))
    layer.set_weights([w[:, None, None], np.zeros(1)])
    size = lesson["transposed_size"](5, 3, stride=stride)
    theirs = np.array(layer(x[None, :, None]))[0, :size, 0]
    assert difference(theirs, lesson["conv1d_transpose"](x, w, stride=stride)) is None


@pytest.mark.tf
@pytest.mark.parametrize("stride", [2, 4])
def test_the_tent_enlarges_as_keras_does_away_from_the_border(lesson, stride):
    photo = data.photograph()[20:60:2, 40:80:2]
    w = as_kernel(lesson["bilinear_kernel"](stride))
    large = lesson["conv2d_transpose"](
        as_batch(photo), w, np.zeros(1), stride=stride, padding=stride // 2
    )
    layer = referee.load_keras().layers.UpSampling2D(
        stride, interpolation="bilinear", dtype="float64"
    )
    inner = (0, slice(stride, -stride), slice(stride, -stride), 0)
    theirs = referee.run(layer, as_batch(photo))[inner]
    np.testing.assert_allclose(large[inner], theirs, atol=1e-6)  # float32 inside


@pytest.mark.tf
def test_keras_s_same_with_output_padding_crops_nothing_at_the_top():
    keras = referee.load_keras()
    layer = keras.layers.Conv2DTranspose(
        1,
        (3, 1),
        strides=(2, 1),
        padding="same",
        output_padding=(1, 0),
        dtype="float64",
    )
    x, w = np.array([1.0, 2]).reshape(1, 2, 1, 1), np.array([1.0, 2, 3])
    y = referee.run(layer, x, [w.reshape(3, 1, 1, 1), np.zeros(1)])
    assert y.ravel().tolist() == [1, 2, 5, 4]


@pytest.mark.tf
def test_gaps_and_a_turned_kernel_give_the_same_as_stamps(lesson):
    x, w, _ = arrays(np.random.default_rng(4), (3, 2))
    apart = np.zeros((2, 5, 7, 2))
    apart[:, ::2, ::2] = x
    pads = np.pad(apart, ((0, 0), (2, 2), (1, 1), (0, 0)))
    gathered = referee.conv2d(pads, w[::-1, ::-1].swapaxes(2, 3))
    y = lesson["conv2d_transpose"](x, w, np.zeros(3), stride=2)
    np.testing.assert_allclose(y, gathered, atol=1e-12)


@pytest.mark.tf
@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
def test_the_matrix_does_what_the_convolution_does(lesson, stride):
    rng = np.random.default_rng(5)
    x, w = rng.normal(size=(5, 6)), rng.normal(size=(2, 3))
    matrix = lesson["conv_matrix"](w, 5, 6, stride=stride)
    y = referee.conv2d(x, w, stride=stride)
    np.testing.assert_allclose(matrix @ x.ravel(), y.ravel(), atol=1e-12)
    back = stamped(lesson, y, w, stride=stride)
    by_matrix = (matrix.T @ y.ravel()).reshape(5, 6)
    np.testing.assert_allclose(
        by_matrix[: back.shape[0], : back.shape[1]], back, atol=1e-12
    )


# What must always hold ----------------------------------------------------------------


@pytest.mark.tf
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), ((2, 3), (0, 1))])
def test_convolution_and_transposed_convolution_are_adjoint(lesson, stride, padding):
    rng = np.random.default_rng(6)
    w, x = rng.normal(size=(3, 3, 2, 4)), rng.normal(size=(2, 7, 9, 2))
    k = {"stride": stride, "padding": padding}
    y = rng.normal(size=referee.conv2d(x, w, **k).shape)
    rows, columns = (
        n - lesson["transposed_size"](m, 3, stride=s, padding=p)
        for n, m, s, p in zip(
            x.shape[1:3],
            y.shape[1:3],
            referee.per_axis(stride, 2),
            referee.per_axis(padding, 2),
            strict=True,
        )
    )
    gap = lesson["adjoint_gap"](
        lambda x: referee.conv2d(x, w, **k),
        lambda y: lesson["conv2d_transpose"](
            y, w, np.zeros(2), output_padding=(rows, columns), **k
        ),
        x,
        y,
    )
    assert gap < 1e-10


def test_the_adjoint_gap_exposes_a_flipped_kernel(lesson):
    rng = np.random.default_rng(7)
    w, x, y = rng.normal(size=(3, 3)), rng.normal(size=(6, 5)), rng.normal(size=(4, 3))
    matrix = lesson["conv_matrix"](w, 6, 5)

    def convolve(x):
        return (matrix @ x.ravel()).reshape(4, 3)

    def gap(kernel):
        return lesson["adjoint_gap"](
            convolve, lambda y: stamped(lesson, y, kernel), x, y
        )

    assert gap(w) < 1e-12
    assert gap(w[::-1, ::-1]) > 0.1


def test_conv2d_transpose_is_linear_in_x_and_adds_the_bias_once(lesson):
    rng = np.random.default_rng(8)
    x, w, b = arrays(rng)
    other = rng.normal(size=x.shape)
    scatter = lesson["conv2d_transpose"]
    k = {"stride": 2, "padding": 1, "output_padding": 1}
    left = scatter(2 * x + other, w, b, **k)
    right = 2 * scatter(x, w, 0 * b, **k) + scatter(other, w, 0 * b, **k) + b
    np.testing.assert_allclose(left, right, atol=1e-12)


@pytest.mark.parametrize(("s", "p", "o"), SETTINGS)
def test_the_size_formula_tells_the_shape(lesson, s, p, o):
    x, w, b = arrays(np.random.default_rng(9))
    y = lesson["conv2d_transpose"](x, w, b, stride=s, padding=p, output_padding=o)
    wanted = [
        lesson["transposed_size"](n, k, stride=a, padding=c, output_padding=e)
        for n, k, a, c, e in zip(
            x.shape[1:3],
            w.shape[:2],
            *(referee.per_axis(v, 2) for v in (s, p, o)),
            strict=True,
        )
    ]
    assert list(y.shape) == [2, *wanted, 3]


@pytest.mark.tf
def test_the_gradients_agree_with_central_differences(lesson):
    rng = np.random.default_rng(10)
    x, w, b = rng.normal(size=(1, 2, 3, 2)), rng.normal(size=(3, 2, 1, 2)), np.ones(1)
    k = {"stride": 2, "padding": (1, 0), "output_padding": 1}
    dy = rng.normal(size=lesson["conv2d_transpose"](x, w, b, **k).shape)
    grads = lesson["conv2d_transpose_backward"](dy, x, w, **k)
    for part, (array, grad) in enumerate(zip((x, w, b), grads, strict=True)):
        for place in np.ndindex(array.shape):
            losses = []
            for eps in (1e-6, -1e-6):
                moved = [a.copy() for a in (x, w, b)]
                moved[part][place] += eps
                losses.append(np.sum(lesson["conv2d_transpose"](*moved, **k) * dy))
            slope = (losses[0] - losses[1]) / 2e-6
            assert grad[place] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_pytorch_s_layout_goes_to_keras_s_and_not_by_pouring(lesson):
    x, w = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5), np.zeros((3, 6, 2, 1))
    w[1, 4, 0, 0] = 1.0
    moved, kernel = lesson["to_keras_transpose"](x, w)
    assert (moved.shape, kernel.shape) == ((2, 4, 5, 3), (2, 1, 6, 3))
    assert moved[1, 2, 3, 0] == x[1, 0, 2, 3]
    assert np.argwhere(kernel).tolist() == [[0, 0, 4, 1]]


# A kernel that learns -----------------------------------------------------------------


def piece(top, left):
    return data.photograph()[top : top + 64, left : left + 64][None, :, :, None]


@pytest.fixture(scope="module")
def kernels(lesson):
    """Learn both kernels from three seeds, for 5 steps and for 100."""
    return {
        (k, steps): [lesson["learn"](k, seed, steps) for seed in (0, 1, 2)]
        for k in (3, 4)
        for steps in (5, 100)
    }


@pytest.mark.tf
def test_after_5_steps_only_the_3_by_3_kernel_paints_a_checkerboard(lesson, kernels):
    assert all(lesson["unevenness"](w) > 0.1 for w in kernels[3, 5])
    assert all(lesson["unevenness"](w) < 0.05 for w in kernels[4, 5])
    assert all(lesson["unevenness"](w) < 0.05 for w in kernels[3, 100])
    assert lesson["learned_kernels"]["q1"] == "a"


@pytest.mark.tf
def test_only_the_4_by_4_kernel_beats_the_tent_where_it_learned(lesson, kernels):
    tent = lesson["bilinear_kernel"](2)[:, :, None, None]
    to_beat = lesson["error"](tent, lesson["large"])
    assert all(lesson["error"](w, lesson["large"]) < to_beat for w in kernels[4, 100])
    assert all(lesson["error"](w, lesson["large"]) > to_beat for w in kernels[3, 100])
    assert lesson["learned_kernels"]["q2"] == "b"


@pytest.mark.tf
def test_on_four_other_pieces_the_tent_beats_the_learned_kernel(lesson, kernels):
    tent = lesson["bilinear_kernel"](2)[:, :, None, None]
    won = [
        lesson["error"](w, piece(*at)) < lesson["error"](tent, piece(*at))
        for at in ((60, 100), (80, 20), (86, 60), (60, 40))
        for w in kernels[4, 100]
    ]
    assert sum(won) == lesson["learned_kernels"]["q3"] == 0


def test_the_gradient_of_a_strided_convolution_of_ones_is_the_board_of_counts(lesson):
    counts = lesson["overlap_counts"](6, 3, stride=2)
    matrix = lesson["conv_matrix"](np.ones((3, 3)), 13, 13, stride=2)
    dx = (matrix.T @ np.ones(36)).reshape(13, 13)
    assert dx.tolist() == np.outer(counts, counts).tolist()
