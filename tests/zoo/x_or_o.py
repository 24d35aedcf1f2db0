"""Wrong and right answers to lesson 01."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from byhand import data
from tests.zoo import right, right_value, wrong, wrong_value

CROSSING = data.features()[2]

# share_equal ----------------------------------------------------------------------


@right("share_equal", "mean of the comparison")
def share_mean(a, b):
    return np.mean(a == b)


@right("share_equal", "count over size")
def share_count(a, b):
    return np.count_nonzero(a == b) / a.size


@right("share_equal", "two loops")
def share_loops(a, b):
    equal = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == b[i, j]:
                equal += 1
    return equal / (a.shape[0] * a.shape[1])


@right("share_equal", "one less what differs")
def share_complement(a, b):
    return 1.0 - (a != b).mean()


@wrong("share_equal", "counted instead of shared")
def share_counted(a, b):
    return (a == b).sum()


@wrong("share_equal", "divided by the rows only")
def share_by_rows(a, b):
    return np.sum(a == b) / len(a)


@wrong("share_equal", "the share that differs")
def share_differing(a, b):
    return np.mean(a != b)


@wrong("share_equal", "only the ink counts")
def share_ink(a, b):
    return np.logical_and(a > 0, b > 0).mean()


@wrong("share_equal", "all or nothing")
def share_all(a, b):
    return np.array_equal(a, b)


@wrong("share_equal", "products instead of equality")
def share_products(a, b):
    return np.mean(a * b)


@wrong("share_equal", "divided by the rows only")
def share_by_rows_squared(a, b):
    return np.sum(a == b) / len(a) ** 2


@wrong("share_equal", "divided by a fixed number")
def share_of_81(a, b):
    return np.sum(a == b) / 81


@wrong("share_equal", None)
def share_of_rows(a, b):
    return np.mean((a == b).all(axis=1))


@wrong("share_equal", None)
def share_first_row(a, b):
    return np.mean(a[0] == b[0])


# match_score ----------------------------------------------------------------------


@right("match_score", "mean of the products")
def score_mean(patch, feature):
    return np.mean(patch * feature)


@right("match_score", "two loops")
def score_loops(patch, feature):
    kh, kw = feature.shape
    total = 0.0
    for p in range(kh):
        for q in range(kw):
            total += patch[p, q] * feature[p, q]
    return total / (kh * kw)


@right("match_score", "dot product of the flat arrays")
def score_dot(patch, feature):
    return patch.ravel() @ feature.ravel() / feature.size


@right("match_score", "float32 inside")
def score_single(patch, feature):
    return np.mean(patch.astype(np.float32) * feature.astype(np.float32))


@wrong("match_score", "sum instead of mean")
def score_sum(patch, feature):
    return np.sum(patch * feature)


@wrong("match_score", "divided by the rows only")
def score_by_rows(patch, feature):
    return (patch * feature).sum() / len(feature)


@wrong("match_score", "equal pixels instead of products")
def score_equal(patch, feature):
    return (patch == feature).mean()


@wrong("match_score", "difference instead of product")
def score_distance(patch, feature):
    return np.abs(patch - feature).mean()


@wrong("match_score", "difference instead of product")
def score_difference(patch, feature):
    return np.mean(patch - feature)


@wrong("match_score", "matrix product")
def score_matmul(patch, feature):
    return np.mean(np.dot(patch, feature))


@wrong("match_score", "only the ink counts")
def score_ink(patch, feature):
    return np.mean((patch * feature)[feature > 0])


@wrong("match_score", "the two means multiplied")
def score_means(patch, feature):
    return patch.mean() * feature.mean()


@wrong("match_score", "kernel flipped")
def score_flipped(patch, feature):
    return np.mean(patch * np.flip(feature))


@wrong("match_score", "products not averaged")
def score_products(patch, feature):
    return patch * feature


@wrong("match_score", "divided by a fixed number")
def score_by_nine(patch, feature):
    return np.sum(patch * feature) / 9


@wrong("match_score", None)
def score_middle(patch, feature):
    return patch[0, 0] * feature[0, 0]


@wrong("match_score", None)
def score_flipped_sum(patch, feature):
    return np.sum(patch * np.flip(feature))


@wrong("match_score", None)
def score_one_less(patch, feature):
    return np.sum(patch * feature) / (feature.size - 1)


# match_map ------------------------------------------------------------------------


@right("match_map", "two loops and slices")
def map_slices(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scores[i, j] = np.mean(picture[i : i + kh, j : j + kw] * feature)
    return scores


@right("match_map", "four loops")
def map_loops(picture, feature):
    rows = picture.shape[0] - feature.shape[0] + 1
    columns = picture.shape[1] - feature.shape[1] + 1
    scores = np.zeros((rows, columns), dtype=picture.dtype)
    for i in range(rows):
        for j in range(columns):
            for p in range(feature.shape[0]):
                for q in range(feature.shape[1]):
                    scores[i, j] += picture[i + p, j + q] * feature[p, q]
    return scores / feature.size


@right("match_map", "loop over the feature's pixels")
def map_shifted(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    total = 0
    for p in range(kh):
        for q in range(kw):
            part = picture[p : h - kh + 1 + p, q : w_in - kw + 1 + q]
            total = total + feature[p, q] * part
    return total / (kh * kw)


@right("match_map", "sliding windows and einsum")
def map_einsum(picture, feature):
    windows = sliding_window_view(picture, feature.shape)
    return np.einsum("ijpq,pq->ij", windows, feature) / feature.size


@right("match_map", "float32 inside")
def map_single(picture, feature):
    scores = map_shifted(picture.astype(np.float32), feature.astype(np.float32))
    return scores.astype(np.float32)


@right("match_map", "a list of rows")
def map_list(picture, feature):
    kh, kw = feature.shape
    return np.array(
        [
            [
                score_mean(picture[i : i + kh, j : j + kw], feature)
                for j in range(picture.shape[1] - kw + 1)
            ]
            for i in range(picture.shape[0] - kh + 1)
        ]
    )


@wrong("match_map", "sum instead of mean")
def map_sum(picture, feature):
    return map_slices(picture, feature) * feature.size


@wrong("match_map", "divided by the rows only")
def map_by_rows(picture, feature):
    return map_slices(picture, feature) * feature.size / len(feature)


@wrong("match_map", "kernel flipped")
def map_flipped(picture, feature):
    return map_slices(picture, feature[::-1, ::-1])


@wrong("match_map", "rows and columns swapped")
def map_transposed(picture, feature):
    return map_slices(picture, feature).T


@wrong("match_map", "one stop too few")
def map_short(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh, w_in - kw))
    for i in range(h - kh):
        for j in range(w_in - kw):
            scores[i, j] = np.mean(picture[i : i + kh, j : j + kw] * feature)
    return scores


@wrong("match_map", "one stop too few")
def map_last_zero(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh):
        for j in range(w_in - kw):
            scores[i, j] = np.mean(picture[i : i + kh, j : j + kw] * feature)
    return scores


@wrong("match_map", None)
def map_last_row_zero(picture, feature):
    scores = map_slices(picture, feature)
    scores[-1] = 0
    return scores


@wrong("match_map", "input height for output height")
def map_full(picture, feature):
    kh, kw = feature.shape
    scores = np.zeros(picture.shape)
    for i in range(picture.shape[0] - kh + 1):
        for j in range(picture.shape[1] - kw + 1):
            scores[i, j] = np.mean(picture[i : i + kh, j : j + kw] * feature)
    return scores


@wrong("match_map", "patches side by side")
def map_tiles(picture, feature):
    kh, kw = feature.shape
    rows, columns = picture.shape[0] // kh, picture.shape[1] // kw
    return np.array(
        [
            [
                np.mean(picture[i * kh : i * kh + kh, j * kw : j * kw + kw] * feature)
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


@wrong("match_map", "height for width")
def map_square(picture, feature):
    right_one = map_slices(picture, feature)
    n = len(right_one)
    scores = np.zeros((n, n))
    m = min(n, right_one.shape[1])
    scores[:, :m] = right_one[:, :m]
    return scores


@wrong("match_map", None)
def map_shared_start(picture, feature):
    kh, kw = feature.shape
    scores = np.zeros((picture.shape[0] - kh + 1, picture.shape[1] - kw + 1))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scores[i, j] = np.mean(picture[i : i + kh, i : i + kw] * feature)
    return scores


@wrong("match_map", None)
def map_flipped_sum(picture, feature):
    return map_sum(picture, feature[::-1, ::-1])


@wrong("match_map", None)
def map_absolute(picture, feature):
    return np.abs(map_slices(picture, feature))


# strongest_matches ----------------------------------------------------------------


@right("strongest_matches", "two loops")
def strongest_loops(pictures, features):
    best = np.zeros((len(pictures), len(features)))
    for n, picture in enumerate(pictures):
        for f, feature in enumerate(features):
            best[n, f] = map_slices(picture, feature).max()
    return best


@right("strongest_matches", "nested lists")
def strongest_lists(pictures, features):
    return np.array([[map_slices(x, f).max() for f in features] for x in pictures])


@right("strongest_matches", "einsum over all windows")
def strongest_einsum(pictures, features):
    windows = sliding_window_view(pictures, features.shape[1:], axis=(1, 2))
    maps = np.einsum("nijpq,fpq->nfij", windows, features) / features[0].size
    return maps.max(axis=(2, 3))


@right("strongest_matches", "a running maximum")
def strongest_running(pictures, features):
    best = np.full((len(pictures), len(features)), -np.inf)
    for n in range(len(pictures)):
        for f in range(len(features)):
            for score in map_slices(pictures[n], features[f]).flat:
                best[n, f] = max(best[n, f], score)
    return best


@wrong("strongest_matches", "mean of the map instead of its maximum")
def strongest_mean(pictures, features):
    return np.array([[map_slices(x, f).mean() for f in features] for x in pictures])


@wrong("strongest_matches", "place instead of score")
def strongest_place(pictures, features):
    best = np.zeros((len(pictures), len(features)))
    for n, picture in enumerate(pictures):
        for f, feature in enumerate(features):
            best[n, f] = map_slices(picture, feature).argmax()
    return best


@wrong("strongest_matches", "sign ignored")
def strongest_absolute(pictures, features):
    return np.array(
        [[np.abs(map_slices(x, f)).max() for f in features] for x in pictures]
    )


@wrong("strongest_matches", "pictures and features exchanged")
def strongest_exchanged(pictures, features):
    return np.array([[map_slices(x, f).max() for x in pictures] for f in features])


@wrong("strongest_matches", "only the first example")
def strongest_first_picture(pictures, features):
    return strongest_lists(np.repeat(pictures[:1], len(pictures), axis=0), features)


@wrong("strongest_matches", "only the first filter")
def strongest_first_feature(pictures, features):
    return strongest_lists(pictures, np.repeat(features[:1], len(features), axis=0))


@wrong("strongest_matches", "best feature only")
def strongest_one_number(pictures, features):
    return strongest_lists(pictures, features).max(axis=1)


@wrong("strongest_matches", "sum instead of mean")
def strongest_sums(pictures, features):
    return strongest_lists(pictures, features) * features[0].size


@wrong("strongest_matches", "maximum started at 0")
def strongest_from_zero(pictures, features):
    best = np.zeros((len(pictures), len(features)))
    for n in range(len(pictures)):
        for f in range(len(features)):
            for score in map_slices(pictures[n], features[f]).flat:
                best[n, f] = max(best[n, f], score)
    return best


@wrong("strongest_matches", None)
def strongest_corner(pictures, features):
    return np.array([[map_slices(x, f)[0, 0] for f in features] for x in pictures])


@wrong("strongest_matches", None)
def strongest_smallest(pictures, features):
    return np.array([[map_slices(x, f).min() for f in features] for x in pictures])


# classify -------------------------------------------------------------------------


def best_of(picture, feature):
    return map_einsum(picture, feature).max()


@right("classify", "a threshold on the crossing")
def classify_threshold(picture):
    return "X" if best_of(picture, CROSSING) > 0.67 else "O"


@right("classify", "counting wrong pixels of nine")
def classify_count(picture):
    windows = sliding_window_view(picture, (3, 3))
    wrong_pixels = (windows != CROSSING).sum(axis=(2, 3)).min()
    return "X" if wrong_pixels <= 1 else "O"


@right("classify", "whole glyphs tried at every place")
def classify_everywhere(picture):
    as_x, as_o = (
        max(best_of(np.pad(picture, 2, constant_values=-1), g) for g in glyphs)
        for glyphs in (data.glyphs()[:2], data.glyphs()[2:])
    )
    return "X" if as_x > as_o else "O"


@right("classify", "the X stays by itself")
def classify_maybe_o(picture):
    for row in map_slices(picture, CROSSING):
        if row.max() >= 0.7:
            return "X"
    return "O"


@wrong("classify", "letters exchanged")
def classify_exchanged(picture):
    return "O" if best_of(picture, CROSSING) > 0.67 else "X"


@wrong("classify", "whole-picture matching")
def classify_whole(picture):
    clean_x, _, round_o = (data.place(g) for g in data.glyphs())
    return "X" if np.mean(picture * clean_x) > np.mean(picture * round_o) else "O"


@wrong("classify", "diagonals trusted")
def classify_diagonals(picture):
    return "X" if best_of(picture, data.features()[0]) > 0.9 else "O"


@wrong("classify", "threshold too strict")
def classify_strict(picture):
    return "X" if best_of(picture, CROSSING) == 1 else "O"


@wrong("classify", "threshold too low")
def classify_lenient(picture):
    return "X" if best_of(picture, CROSSING) > 0.4 else "O"


@wrong("classify", "always the same letter")
def classify_always(picture):
    return "X"


@wrong("classify", "always the same letter")
def classify_weak_diagonal(picture):
    return "X" if best_of(picture, data.features()[1]) > 0.5 else "O"


@wrong("classify", None)
def classify_ink(picture):
    return "X" if (picture > 0).sum() < 14 else "O"


@wrong("classify", None)
def classify_number(picture):
    return int(best_of(picture, CROSSING) > 0.67)


@wrong("classify", None)
def classify_small_letters(picture):
    return "x" if best_of(picture, CROSSING) > 0.67 else "o"


# values ---------------------------------------------------------------------------

wrong_value("equal_pixels", 16, "the share that differs")
wrong_value("equal_pixels", 5, "only the ink counts")
wrong_value("equal_pixels", 60)
right_value("equal_pixels", 65.0, "a float")
wrong_value("one_pixel_off", 8 / 9, "equal pixels instead of products")
wrong_value("one_pixel_off", 7, "sum instead of mean")
right_value("one_pixel_off", 0.78, "two decimals")
wrong_value("map_shape", (9, 9), "input height for output height")
wrong_value("map_shape", (6, 6), "one stop too few")
wrong_value("map_shape", (3, 3), "patches side by side")
right_value("map_shape", [7, 7], "a list")
wrong_value("telling_feature", "falling", "diagonals trusted")
wrong_value("telling_feature", "rising")
right_value("telling_feature", " Crossing ", "a capital and blanks")

WARM_UP = {"q1": 2, "q2": "b", "q3": "c"}
right_value("warm_up_01", {**WARM_UP, "q1": 2.0, "q2": "B"}, "a float, a capital")
wrong_value("warm_up_01", {**WARM_UP, "q1": -2})
wrong_value("warm_up_01", {**WARM_UP, "q3": "a"})
