"""Lesson 05: every worked number, Keras on a grid, and what pooling promises."""

import functools
import itertools

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import data, referee
from byhand.checks import checking
from byhand.exercises.inputs import eighths, whole
from byhand.exercises.pooling import SUSPECTS, pools
from byhand.exercises.pooling.break_pooling import KINDS as JUDGED_AS

LESSON = "05_pooling"
NUMBERS = [[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]]
KINDS = ("max_pool2d", "avg_pool2d", "l2_pool2d")
GRID = list(
    itertools.product((2, (3, 2)), (None, 1, 2, (1, 3)), ("valid", "same"), KINDS)
)


@functools.cache
def lesson():
    """Return what the answer cells of the lesson define."""
    return answers.namespace(LESSON)


def rng(number=0):
    return np.random.default_rng([55, number])


def plane(rows):
    return np.array(rows, dtype=float)[None, :, :, None]


def pooled(kind, rows, *args, **settings):
    """Pool one plane and return it as rows."""
    return lesson()[kind](plane(rows), *args, **settings)[0, :, :, 0].tolist()


def match_map():
    """Return the clean X's match map for the falling diagonal."""
    windows = np.lib.stride_tricks.sliding_window_view(data.glyphs()[0], (3, 3))
    return (windows * data.features()[0]).mean(axis=(2, 3))


# Worked by hand


def test_cutting_first_gives_2_and_adding_first_gives_0():
    relu = lesson()["relu"]
    both = relu(np.array([2.0, -3.0, 2.0 - 3.0]))
    assert (both[0] + both[1], both[2]) == lesson()["relu_of_a_sum"] == (2, 0)


def test_1_2_merged_with_1_minus_1_is_1_1_minus_2():
    merge = lesson()["merge_kernels"]
    one = merge(np.array([[1.0, 2]]), np.array([[1.0, -1]]))
    assert one.tolist() == [[1 * 1, 1 * -1 + 2 * 1, 2 * -1]]
    two = merge(np.array([[1.0, 2]]), np.array([[3.0, 1]]))
    assert two[0].tolist() == lesson()["merged_pair"] == [3, 1 + 6, 2]


def test_the_4x4_map_gives_the_maxima_of_the_course():
    assert pooled("max_pool2d", NUMBERS, 2) == [[8, 4], [7, 5]]
    by_one = pooled("max_pool2d", NUMBERS, 2, stride=1)
    assert by_one == lesson()["max_stride_1"] == [[8, 8, 4], [8, 8, 5], [7, 6, 5]]


@pytest.mark.tf
def test_the_clean_x_after_relu_and_pooling_keeps_its_stroke():
    cut = lesson()["relu"](plane(match_map()))
    kept = lesson()["max_pool2d"](cut, 2, padding="same")[0, :, :, 0]
    assert kept.round(2).tolist() == [
        [1.00, 0.33, 0.56, 0.33],
        [0.33, 1.00, 0.33, 0.56],
        [0.56, 0.33, 1.00, 0.11],
        [0.33, 0.56, 0.11, 0.78],
    ]
    valid = lesson()["max_pool2d"](cut, 2)[0, :, :, 0]
    assert np.array_equal(valid, kept[:3, :3])


@pytest.mark.tf
def test_the_mean_at_the_border_leaves_the_padding_out():
    means = pooled("avg_pool2d", [[2, 4, 9]], (1, 2), padding="same")
    assert tuple(means[0]) == lesson()["border_mean"] == ((2 + 4) / 2, 9 / 1)


def test_the_window_3_4_has_length_5_and_so_has_1_2_2_4():
    assert pooled("l2_pool2d", [[3, 4]], (1, 2)) == [[5]]
    assert pooled("l2_pool2d", [[1, 2], [2, 4]], 2) == [[lesson()["l2_window"]]]


def test_a_lone_match_keeps_its_score_or_a_sixteenth_of_it():
    lone = np.zeros((4, 4))
    lone[1, 2] = 1.0
    assert pooled("max_pool2d", lone, 4) == [[1.0]]
    assert pooled("avg_pool2d", lone, 4) == [[1 / 16]]


def test_global_pooling_has_the_shape_that_was_predicted():
    y = lesson()["global_pool2d"](np.zeros((8, 7, 7, 64)), "average")
    assert y.shape == lesson()["global_shape"] == (8, 64)


def test_the_mean_of_2x2_over_3_channels_has_36_weights_12_of_them_not_0():
    w = lesson()["average_kernel"](2, 3)
    assert (w.size, np.count_nonzero(w)) == lesson()["average_weights"] == (36, 12)


def test_lesson_01s_classifier_is_a_global_maximum_of_matches():
    crossing = data.features()[2]
    maps = [
        (np.lib.stride_tricks.sliding_window_view(g, (3, 3)) * crossing).mean((2, 3))
        for g in data.glyphs()
    ]
    best = lesson()["global_pool2d"](np.stack(maps)[..., None], "max")
    assert best.round(2).ravel().tolist() == [1.00, 1.00, 0.56]


def test_edges_change_less_with_every_larger_window():
    photograph = data.photograph()
    edges = np.maximum(photograph[:, 2:] - photograph[:, :-2], 0)[None, :, :, None]
    here, moved, change = edges[:, :, :-1], edges[:, :, 1:], []
    for k in (1, 2, 4, 8, 16):
        a, b = (lesson()["max_pool2d"](x, k) for x in (here, moved))
        change.append(np.abs(a - b).mean() / a.mean())
    assert change == sorted(change, reverse=True)


# Against Keras


@pytest.mark.tf
@pytest.mark.parametrize(("size", "stride", "padding", "kind"), GRID)
def test_pooling_equals_keras_on_a_grid(size, stride, padding, kind):
    for x in (eighths(rng(1), 2, 7, 5, 3), -np.abs(whole(rng(2), 1, 4, 8, 2)) - 1):
        settings = {"stride": stride, "padding": padding}
        mine = lesson()[kind](x, size, **settings)
        keras = getattr(referee, kind)(x, size, **settings)
        np.testing.assert_allclose(mine, keras, 1e-9, 1e-9)


@pytest.mark.tf
def test_relu_and_global_pooling_equal_keras():
    x = eighths(rng(3), 3, 4, 5, 2)
    np.testing.assert_array_equal(lesson()["relu"](x), referee.relu(x))
    for kind in ("average", "max"):
        mine = lesson()["global_pool2d"](x, kind)
        np.testing.assert_allclose(mine, referee.global_pool2d(x, kind), 1e-9, 1e-9)


@pytest.mark.tf
@pytest.mark.parametrize("sizes", [((3, 3), (3, 3)), ((2, 3), (4, 1))])
def test_two_convolutions_are_the_merged_one(sizes):
    w1, w2 = (eighths(rng(4 + k), *s) for k, s in enumerate(sizes))
    x = eighths(rng(6), 8, 9)
    once = referee.conv2d(x, lesson()["merge_kernels"](w1, w2))
    twice = referee.conv2d(referee.conv2d(x, w1), w2)
    np.testing.assert_allclose(once, twice, 1e-9, 1e-9)


@pytest.mark.tf
def test_average_pooling_is_a_strided_convolution():
    x, w = eighths(rng(7), 2, 6, 9, 3), lesson()["average_kernel"]((2, 3), 3)
    strided = referee.conv2d(x, w, 0.0, stride=(2, 3))
    np.testing.assert_allclose(strided, referee.avg_pool2d(x, (2, 3)), 1e-9, 1e-9)


@pytest.mark.tf
def test_the_suspects_are_right_on_the_map_of_the_lesson():
    for name, suspect in SUSPECTS.items():
        right = pools.pooled(JUDGED_AS[name], plane(NUMBERS), 2)
        np.testing.assert_allclose(suspect(plane(NUMBERS), 2), right, 1e-9, 1e-9)


@pytest.mark.tf
def test_each_experiment_that_exposes_its_suspect_earns_a_quarter():
    found = dict(lesson()["break_pooling"])
    for left, name in enumerate(found, start=1):
        verdict = checking.judge("break_pooling", {**found, name: ...})
        assert verdict.earned == 0.75 * verdict.points
        some = {n: ... if k < left else e for k, (n, e) in enumerate(found.items())}
        verdict = checking.judge("break_pooling", some)
        assert verdict.earned == (4 - left) / 4 * verdict.points


@pytest.mark.tf
@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (([[1, 2, 3, 4]], (1, 2), {}), "x holds 4 numbers; at most 3 are allowed"),
        (([1, 2], 2, {}), "x has 1 dimensions"),
        (([[1, 2]], 0, {}), "size is a whole number from 1 to 9"),
        (([[1, 2]], 2, {"strides": 1}), "settings is a dict with stride, padding"),
        (([[1, 2]], 2, {"padding": 1}), 'padding is "valid" or "same"'),
        (([[1, 2]], 2, {}), "the window doesn't fit into x"),
        (([[1, np.nan]], (1, 2), {}), "x holds numbers beyond a million, or NaN"),
        ("x", "wanted a tuple"),
    ],
)
def test_an_experiment_that_cannot_be_run_says_why(entry, sentence):
    subject = {**lesson()["break_pooling"], "tall": entry}
    verdict = checking.judge("break_pooling", subject)
    assert sentence in dict(verdict.lines)["tall"]


# What pooling promises


@pytest.mark.tf
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pooling_keeps_channels_and_examples_apart(kind, padding):
    x = eighths(rng(8), 3, 5, 6, 4)
    y = lesson()[kind](x, (2, 3), padding=padding)
    for n, c in itertools.product(range(3), range(4)):
        alone = lesson()[kind](x[n : n + 1, :, :, c : c + 1], (2, 3), padding=padding)
        np.testing.assert_array_equal(y[n, :, :, c], alone[0, :, :, 0])


def test_the_maximum_bounds_the_mean_and_the_length_bounds_the_maximum():
    x = np.abs(eighths(rng(9), 2, 6, 6, 3))
    largest, mean, length = (
        lesson()[kind](x, 3, stride=1)
        for kind in ("max_pool2d", "avg_pool2d", "l2_pool2d")
    )
    assert (mean <= largest).all()
    assert (largest <= length).all()


def test_a_window_as_large_as_the_map_is_global_pooling():
    x = eighths(rng(10), 2, 4, 5, 3)
    for kind, name in (("max", "max_pool2d"), ("average", "avg_pool2d")):
        once = lesson()[name](x, (4, 5))[:, 0, 0]
        whole_map = lesson()["global_pool2d"](x, kind)
        np.testing.assert_allclose(once, whole_map, 1e-9, 1e-9)


def test_average_pooling_is_linear_and_max_pooling_is_not():
    a, b = eighths(rng(11), 2, 1, 4, 4, 2)
    mean, largest = lesson()["avg_pool2d"], lesson()["max_pool2d"]
    np.testing.assert_allclose(mean(a + b, 2), mean(a, 2) + mean(b, 2), 1e-9, 1e-9)
    assert not np.allclose(largest(a + b, 2), largest(a, 2) + largest(b, 2))


def test_merging_with_a_single_1_changes_nothing_and_the_order_does_not_matter():
    merge, w1, w2 = lesson()["merge_kernels"], eighths(rng(12), 2, 3), np.ones((1, 1))
    assert np.array_equal(merge(w1, w2), w1)
    other = eighths(rng(13), 3, 2)
    np.testing.assert_allclose(merge(w1, other), merge(other, w1), 1e-9, 1e-9)
