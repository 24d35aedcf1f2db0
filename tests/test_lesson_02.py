"""Lesson 02: every worked number, Keras on a grid, and what a convolution promises."""

import functools
import itertools

import numpy as np
import pytest

from autograder.lessons import answers
from autograder.lessons.building import read_lessons
from autograder.lessons.facts import wrong_answers
from autograder.paths import lesson_sources
from byhand import data, exercises
from byhand.checks import checking
from byhand.exercises.convolution import break_conv2d
from byhand.exercises.inputs import eighths

LESSON = "02_convolution"
STRIDE_1 = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
SETTINGS = list(itertools.product((1, 2, (2, 3)), (0, 1, (2, 1)), (1, 2, (1, 3))))


@functools.cache
def lesson():
    """Return what the answer cells of the lesson define."""
    return answers.namespace(LESSON)


def rng(number=0):
    return np.random.default_rng([22, number])


# Worked by hand


def test_the_signal_1_2_3_4_gives_14_20_and_turned_10_16():
    x, w = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3])
    assert lesson()["conv1d_plain"](x, w).tolist() == [
        1 * 1 + 2 * 2 + 3 * 3,
        1 * 2 + 2 * 3 + 3 * 4,
    ]
    assert lesson()["true_conv1d"](x, w).tolist() == [
        3 * 1 + 2 * 2 + 1 * 3,
        3 * 2 + 2 * 3 + 1 * 4,
    ]
    assert lesson()["sliding_sums"] == (14, 20)
    assert lesson()["turned_sums"] == (10, 16)


def test_the_binary_picture_gives_the_map_of_the_course():
    y = lesson()["conv2d_plain"](lesson()["picture"], lesson()["cross"])
    assert y.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert y[1].tolist() == list(lesson()["middle_row"])


def test_the_strokes_give_the_maps_of_both_filters():
    strokes, falling = lesson()["strokes"], lesson()["falling"]
    plain, strided = lesson()["conv2d_plain"], lesson()["conv2d_strided"]
    assert plain(strokes, falling).tolist() == STRIDE_1
    assert strided(strokes, falling, stride=2).tolist() == [[3, -3], [-3, 0]]
    assert strided(strokes, falling, stride=3).tolist() == [[3, -1], [3, -1]]
    upright = plain(strokes, lesson()["upright"])
    assert upright.tolist() == [
        [-1, -1, -1, -1],
        [-1, -1, -2, 1],
        [-1, -1, -2, 1],
        [-1, 0, -4, 3],
    ]
    assert lesson()["every_second"] == [[3, -3], [-3, 0]]


def test_the_printed_stride_1_map_is_the_one_that_is_computed():
    source = (answers.SOLUTIONS / f"{LESSON}.py").read_text(encoding="utf-8")
    rows = (" ".join(map(str, row)).replace("-", "−") for row in STRIDE_1)
    assert " / ".join(rows) in " ".join(source.replace("\n#", " ").split())


@pytest.mark.parametrize(
    ("n", "k", "settings", "size"),
    [
        (6, 3, {"padding": 1, "stride": 2}, 3),
        (6, 3, {}, 4),
        (32, 3, {}, 30),
        (30, 2, {"stride": 2}, 15),
        (32, 5, {}, 28),
    ],
)
def test_the_size_formula_counts_the_sizes_of_the_course(n, k, settings, size):
    assert lesson()["output_size"](n, k, **settings) == size


def test_the_predicted_stops_are_what_the_formula_counts():
    settings = {"stride": 3}, {"padding": 1}, {"dilation": 2}
    together = {name: value for one in settings for name, value in one.items()}
    assert lesson()["stops"] == tuple(
        lesson()["output_size"](17, 3, **some) for some in (*settings, together)
    )


def test_each_wrong_count_of_stops_is_what_its_slip_counts():
    settings = {"stride": 3}, {"padding": 1}, {"dilation": 2}
    together = {name: value for one in settings for name, value in one.items()}
    (source,) = (each for each in read_lessons(lesson_sources()) if each.name == LESSON)
    for name, counts in wrong_answers(source, lesson())["stops"].items():
        slips = exercises.get("output_size").slips[name]
        made = [
            tuple(slip(17, 3, **some) for some in (*settings, together))
            for slip in (slips if isinstance(slips, tuple) else (slips,))
        ]
        assert counts in made


def test_the_first_layer_of_alexnet_needs_227_pixels():
    count = lesson()["output_size"]
    assert (count(227, 11, stride=4), count(224, 11, stride=4)) == (55, 54)


def test_stride_2_steps_over_the_x_in_the_middle_and_hits_the_one_that_moved():
    strided, crossing = lesson()["conv2d_strided"], lesson()["crossing"]
    best = {
        moved: strided(data.place(data.glyphs()[0], moved, moved), crossing, stride=2)
        for moved in (0, 1)
    }
    assert [best[0].max(), best[1].max()] == [5, 9]
    assert lesson()["stride_and_place"] == "c"


def test_the_large_x_is_found_with_dilation_2_only():
    conv, large = lesson()["conv2d"], lesson()["large_x"]
    maps = [conv(large, lesson()["crossing"], dilation=d) for d in (1, 2)]
    assert [each.max() for each in maps] == [1, 9]


def test_a_ring_of_zeros_reads_other_windows_than_same():
    conv, reader = lesson()["conv1d"], np.array([100.0, 10.0, 1.0])
    six = np.arange(1.0, 7)
    zeros = lesson()["same_padding"](6, 3, stride=2)
    assert zeros == lesson()["same_zeros"] == (0, 1)
    assert conv(np.pad(six, zeros), reader, stride=2).tolist() == [123, 345, 560]
    assert conv(np.pad(six, 1), reader, stride=2).tolist() == [12, 234, 456]


def test_a_filter_that_spells_a_word_counts_the_letters_that_fit():
    one_hot, text = lesson()["one_hot"], lesson()["text"]
    y = lesson()["conv1d_channels"](one_hot(text), one_hot("cat"))
    assert (y[text.index("cat")], y[text.index("sat")]) == lesson()["spelling"]
    assert y.tolist() == [
        sum(a == b for a, b in zip(text[i : i + 3], "cat", strict=True))
        for i in range(len(text) - 2)
    ]


def test_a_ring_around_6x6_is_28_zeros_and_keeps_the_size():
    padded = lesson()["pad2d"](np.ones((6, 6)))
    assert lesson()["ring"] == (int((padded == 0).sum()), len(padded) - 3 + 1)


def test_fifteen_layers_of_3x3_turn_32_into_2():
    size = 32
    for _ in range(15):
        size = lesson()["output_size"](size, 3)
    assert size == 2


@pytest.mark.parametrize(("k", "d"), [(1, 1), (3, 1), (5, 1), (3, 2), (7, 1)])
def test_half_of_the_covered_length_keeps_the_size_at_stride_1(k, d):
    padding = d * (k - 1) // 2
    assert lesson()["output_size"](9, k, padding=padding, dilation=d) == 9


def test_no_equal_padding_keeps_the_size_under_an_even_kernel_without_dilation():
    sizes = {lesson()["output_size"](9, 4, padding=p) for p in range(6)}
    assert 9 not in sizes


def test_the_spread_sums_are_products_two_apart():
    x, w = np.array([[1.0, 0, 2, 1, 0, 3]]), np.array([[1.0, 2, 3]])
    y = lesson()["conv2d"](x, w, dilation=(1, 2))[0]
    assert y.tolist() == [1 * 1 + 2 * 2 + 3 * 0, 1 * 0 + 2 * 1 + 3 * 3]
    assert tuple(y) == lesson()["spread_sums"]


def test_the_tent_fills_the_gaps_with_means():
    spread = np.array([0, 2.0, 0, 4, 0, 8, 0, 4, 0])
    y = lesson()["conv1d"](spread, np.array([0.5, 1, 0.5]))
    assert y.tolist() == [2, 3, 4, 6, 8, 6, 4]


def test_edge_kernels_give_0_on_an_even_patch():
    for kernel in lesson()["edges"].values():
        assert kernel.sum() == 0


# Properties


def test_stride_s_keeps_every_s_th_value():
    x, w = eighths(rng(1), 11, 8), eighths(rng(1), 3, 2)
    dense = lesson()["conv2d_plain"](x, w, 0.5)
    for sh, sw in itertools.product((1, 2, 3), repeat=2):
        y = lesson()["conv2d_strided"](x, w, 0.5, stride=(sh, sw))
        np.testing.assert_array_equal(y, dense[::sh, ::sw])


@pytest.mark.parametrize("d", [2, 3])
def test_dilation_weaves_the_convolutions_of_its_phases(d):
    x, w = eighths(rng(2), 13, 11), eighths(rng(2), 3, 2)
    y = lesson()["conv2d"](x, w, dilation=d)
    woven = np.full_like(y, np.nan)
    for a, c in itertools.product(range(d), repeat=2):
        woven[a::d, c::d] = lesson()["conv2d_plain"](x[a::d, c::d], w)
    np.testing.assert_allclose(y, woven, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_the_shape_is_what_output_size_counts(stride, padding, dilation):
    lesson_both, count = lesson()["both"], lesson()["output_size"]
    axes = zip(
        (9, 10),
        (2, 3),
        *(lesson_both(v) for v in (stride, padding, dilation)),
        strict=True,
    )
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    y = lesson()["conv2d"](np.ones((9, 10)), np.ones((2, 3)), **settings)
    assert y.shape == tuple(
        count(n, k, stride=s, padding=p, dilation=d) for n, k, s, p, d in axes
    )


def test_a_convolution_is_linear_in_the_picture_and_in_the_kernel():
    conv, r = lesson()["conv2d"], rng(3)
    settings = dict(stride=(2, 1), padding=(0, 2), dilation=2)
    x1, x2, w1, w2 = (eighths(r, *s) for s in [(7, 6)] * 2 + [(3, 2)] * 2)
    np.testing.assert_allclose(
        conv(2 * x1 - x2, w1, **settings),
        2 * conv(x1, w1, **settings) - conv(x2, w1, **settings),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        conv(x1, w1 + 3 * w2, **settings),
        conv(x1, w1, **settings) + 3 * conv(x1, w2, **settings),
        atol=1e-12,
    )


def test_the_turned_kernel_makes_the_convolution_of_numpy():
    x, w = eighths(rng(4), 9), eighths(rng(4), 4)
    expected = np.convolve(x, w, mode="valid")
    np.testing.assert_allclose(lesson()["true_conv1d"](x, w), expected, atol=1e-12)


def test_no_answer_changes_its_arguments():
    x, w = eighths(rng(5), 6, 7), eighths(rng(5), 2, 3)
    kept = x.copy(), w.copy()
    lesson()["conv2d"](x, w, 1.0, stride=2, padding=1)
    lesson()["pad2d"](x, (2, 0))
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(w, kept[1])


# Break it


def examined(**experiments):
    untouched = dict.fromkeys(break_conv2d.SUSPECTS, ...)
    return checking.judge("break_conv2d", {**untouched, **experiments})


def test_untouched_experiments_wait_and_earn_nothing():
    verdict = examined()
    assert (verdict.state, verdict.earned) == ("waiting", 0.0)


@pytest.mark.tf
def test_each_experiment_that_blames_one_suspect_earns_a_quarter():
    ours = lesson()["break_conv2d"]
    for count in range(1, 5):
        some = dict(itertools.islice(ours.items(), count))
        assert examined(**some).earned == count * 2 / 4


@pytest.mark.tf
def test_an_experiment_that_is_too_large_is_refused():
    large = (np.eye(9), np.array([[1.0, 0.0]]), {})
    verdict = examined(turned=large)
    assert verdict.earned == 0.0
    assert dict(verdict.lines)["turned"] == "x is too large: at most 8 rows and columns"


@pytest.mark.tf
def test_a_picture_of_ones_exposes_nobody_without_padding():
    settings = {"stride": 2, "dilation": 2}
    ones = np.ones((7, 7)), np.ones((3, 3))
    assert len(break_conv2d._exposed(*ones, settings)) == lesson()["caught"] == 0


@pytest.mark.tf
def test_all_suspects_return_the_right_shape():
    x, w = eighths(rng(6), 8, 7), eighths(rng(6), 3, 2)
    settings = dict(stride=2, padding=1, dilation=2)
    right = lesson()["conv2d"](x, w, **settings)
    for suspect in break_conv2d.SUSPECTS.values():
        y = suspect(x, w, **settings)
        assert y.shape == right.shape
        assert not np.allclose(y, right)


# Keras


@pytest.mark.tf
@pytest.mark.parametrize(("stride", "padding", "dilation"), SETTINGS)
def test_conv2d_equals_the_layer_on_a_grid(stride, padding, dilation):
    from byhand import keras

    x, w = eighths(rng(7), 9, 10), eighths(rng(7), 2, 3)
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    y = lesson()["conv2d"](x, w, -0.75, **settings)
    padded = keras.layers.ZeroPadding2D(lesson()["both"](padding), dtype="float64")
    layer = keras.layers.Conv2D(1, (2, 3), dilation_rate=dilation, dtype="float64")
    batch = padded(x[None, :, :, None])
    layer.build(batch.shape)
    layer.set_weights([w[:, :, None, None], np.array([-0.75])])
    sh, sw = lesson()["both"](stride)  # the layer refuses stride with dilation
    theirs = np.array(layer(batch))[0, ::sh, ::sw, 0]
    np.testing.assert_allclose(y, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.tf
def test_same_padding_puts_the_odd_zero_after_the_values():
    from byhand import keras

    for n, k, s in itertools.product(range(4, 9), (1, 2, 3, 4), (1, 2, 3)):
        before, after = lesson()["same_padding"](n, k, stride=s)
        x, w = eighths(rng(n), n), eighths(rng(k), k)
        layer = keras.layers.Conv1D(
            1, k, strides=s, padding="same", use_bias=False, dtype="float64"
        )
        layer.build((1, n, 1))
        layer.set_weights([w[:, None, None]])
        theirs = np.array(layer(x[None, :, None])).ravel()
        mine = lesson()["conv1d"](np.pad(x, (before, after)), w, stride=s)
        assert len(mine) == -(-n // s)
        assert len(mine) >= lesson()["output_size"](n, k, stride=s)
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)
