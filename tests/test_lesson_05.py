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


@pytest.mark.tf
def test_a_padded_value_never_wins_a_window_of_negative_numbers():
    kept = pooled("max_pool2d", [[-1, -2, -3]], (1, 2), padding="same")
    assert tuple(kept[0]) == lesson()["padded_max"] == (-1, -3)


def test_the_window_3_4_has_length_5():
    assert pooled("l2_pool2d", [[3, 4]], (1, 2)) == [[5]]


def test_of_5_and_3_the_first_leads_by_2_and_of_3_and_5_by_nothing():
    a, b = np.array([5.0, 3.0]), np.array([3.0, 5.0])
    assert lesson()["relu"](a - b).tolist() == [2, 0]
    assert lesson()["max_of_two"](a, b).tolist() == [3 + 2, 5 + 0]


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


def edges():
    """Return the photograph's vertical edges, as the lesson computes them."""
    sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    windows = np.lib.stride_tricks.sliding_window_view(data.photograph(), (3, 3))
    return np.maximum((windows * sobel).sum((2, 3)), 0)[None, :, :, None]


def test_a_shift_by_one_leaves_more_than_half_of_the_change_under_2x2_pooling():
    here, moved, change = edges()[:, :, :-1], edges()[:, :, 1:], []
    for k in (1, 2, 4, 8, 16):
        a, b = (lesson()["max_pool2d"](x, k) for x in (here, moved))
        change.append(np.abs(a - b).mean() / a.mean())
    assert change == sorted(change, reverse=True)
    left = change[1] / change[0]
    assert lesson()["moved_edges"] == "c"
    assert 0.5 < left < 0.6


def test_a_shift_by_the_stride_moves_the_pooled_map_by_one_place():
    whole, later = (lesson()["max_pool2d"](x, 2) for x in (edges(), edges()[:, :, 2:]))
    assert np.array_equal(later, whole[:, :, 1:])


def test_of_three_ways_to_shrink_a_photograph_the_mean_keeps_most():
    cut, scope = data.photograph()[:144, :168], lesson()
    batch = cut[None, :, :, None]
    small = {
        "max": scope["max_pool2d"](batch, 8)[0, :, :, 0],
        "mean": scope["avg_pool2d"](batch, 8)[0, :, :, 0],
        "spectral": scope["spectral"](cut, 18, 21),
    }
    errors = {
        name: np.mean((scope["enlarge"](y, *cut.shape) - cut) ** 2)
        for name, y in small.items()
    }
    assert min(errors, key=errors.get) == scope["keeps_most"]


# Two layers by hand


def stroke_maps(pictures, *kernels):
    """Return the map of each kernel, by NumPy alone."""
    size = kernels[0].shape
    view = np.lib.stride_tricks.sliding_window_view(pictures, size, axis=(1, 2))
    return [np.einsum("nijpq,pq->nij", view, w) for w in kernels]


def best_share(scores, labels):
    return lesson()["best_share"](scores, labels)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_smaller_of_two_strokes_names_every_thick_drawing(seed):
    thick, labels = data.xo_pictures(60, seed=seed, thicken=0.5)
    a, b = stroke_maps(thick, lesson()["fall"], lesson()["rise"])
    smaller = np.minimum(a, b).max(axis=(1, 2))
    assert lesson()["add_or_both"] == "smaller"
    assert np.array_equal(smaller >= 7, labels == 0)
    assert best_share((a + b).max(axis=(1, 2)), labels) < 0.7
    (crossing,) = stroke_maps(thick, data.features()[2])
    assert best_share(crossing.max(axis=(1, 2)), labels) < 0.8


def test_a_first_layer_of_two_kernels_and_a_second_of_two_weights_give_the_same():
    thick, _ = data.xo_pictures(60, seed=7, thicken=0.5)
    fall, rise = lesson()["fall"], lesson()["rise"]
    a, b, lead = stroke_maps(thick, fall, rise, fall - rise)
    layers = np.maximum(a, 0) - np.maximum(lead, 0)
    assert np.array_equal(layers.max((1, 2)), np.minimum(a, b).max((1, 2)))


def test_a_single_kernel_of_zeros_and_ones_names_the_thick_drawings_too():
    """The first question of *On your own* has an answer."""
    thick, labels = data.xo_pictures(60, seed=7, thicken=0.5)
    kernel = np.maximum(np.eye(5), np.eye(5)[::-1])
    (maps,) = stroke_maps(thick, kernel)
    assert best_share(maps.max(axis=(1, 2)), labels) == 1.0


@pytest.mark.tf
def test_both_strokes_is_the_smaller_of_two_maps_of_keras():
    thick, _ = data.xo_pictures(6, seed=7, thicken=0.5)
    fall, rise = lesson()["fall"], lesson()["rise"]
    a, b = stroke_maps(thick, fall, rise)
    mine = lesson()["both_strokes"](thick, fall, rise)
    np.testing.assert_allclose(mine, np.minimum(a, b).max((1, 2)), 1e-9, 1e-9)


def half_written(x, kind):
    """Leave the branch for the mean to be written."""
    if kind == "max":
        return x.max(axis=(1, 2))


def test_a_function_with_one_of_two_branches_is_told_what_it_returns():
    verdict = checking.judge("global_pool2d", half_written)
    assert verdict.state == "failed"
    assert verdict.case.startswith("average")
    assert ("value", "it returns None: no line with return is reached") in verdict.lines
    empty = checking.judge("global_pool2d", lambda x, kind: None)
    assert empty.state == "waiting"


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
        (([1, 2], 2, {}), "x has 1 axis"),
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


def test_the_larger_of_two_comes_in_any_order_and_two_rounds_pool_2x2():
    larger = lesson()["max_of_two"]
    a, b = eighths(rng(14), 2, 5, 6)
    assert np.array_equal(larger(a, b), larger(b, a))
    x = eighths(rng(15), 2, 4, 6, 3)
    top = larger(x[:, ::2, ::2], x[:, ::2, 1::2])
    bottom = larger(x[:, 1::2, ::2], x[:, 1::2, 1::2])
    pooled_once = lesson()["max_pool2d"](x, 2)
    np.testing.assert_allclose(larger(top, bottom), pooled_once, 1e-9, 1e-9)


def test_pool2d_takes_any_rule():
    x = eighths(rng(16), 2, 5, 6, 3)
    least = lesson()["pool2d"](x, 2, np.min, np.inf)
    assert np.array_equal(least, -lesson()["max_pool2d"](-x, 2))


def test_merging_with_a_single_1_changes_nothing_and_the_order_does_not_matter():
    merge, w1, w2 = lesson()["merge_kernels"], eighths(rng(12), 2, 3), np.ones((1, 1))
    assert np.array_equal(merge(w1, w2), w1)
    other = eighths(rng(13), 3, 2)
    np.testing.assert_allclose(merge(w1, other), merge(other, w1), 1e-9, 1e-9)
