"""Lessons 00 and 01: sums, scores and match maps, as students write them."""

import numpy as np

from tests.strangers import wrong
from tests.strangers.lesson import match_map, match_score

# weighted_sum ---------------------------------------------------------------------


@wrong(
    "weighted_sum",
    "each round of the loop replaces the total, so only the last product is left",
    line="total = x[i] * w[i]",
)
def weighted_sum(x, w):
    total = 0
    for i in range(len(x)):
        total = x[i] * w[i]
    return total


@wrong(
    "weighted_sum",
    "the return stands inside the loop, so only the first product is added",
    line="return total",
)
def weighted_sum(x, w):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * w[i]
        return total


@wrong(
    "weighted_sum",
    "the products are not added up: the result is an array, not a number",
    line="total = x * w",
)
def weighted_sum(x, w):
    total = x * w
    return total


@wrong(
    "weighted_sum",
    "the loop runs one index past the end of the arrays",
    line="for i in range(len(x) + 1):",
    raises=True,
)
def weighted_sum(x, w):
    total = 0
    for i in range(len(x) + 1):
        total = total + x[i] * w[i]
    return total


@wrong(
    "weighted_sum",
    "the loop over the weights is inside the loop over the values: every value is "
    "multiplied by every weight",
    line="for b in w:",
)
def weighted_sum(x, w):
    total = 0
    for a in x:
        for b in w:
            total += a * b
    return total


@wrong(
    "weighted_sum",
    "the result is printed and the function returns a list with it",
    line="return [total]",
)
def weighted_sum(x, w):
    total = (x * w).sum()
    print("total is", total)
    return [total]


# share_equal ----------------------------------------------------------------------


@wrong(
    "share_equal",
    "counts the equal pixels and doesn't divide by how many there are",
    line="return np.sum(a == b)",
)
def share_equal(a, b):
    return np.sum(a == b)


@wrong(
    "share_equal",
    "divides by the number of rows in place of the number of pixels",
    line="return count / len(a)",
)
def share_equal(a, b):
    count = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == b[i, j]:
                count += 1
    return count / len(a)


@wrong(
    "share_equal",
    "an if on a whole array of comparisons, which NumPy refuses",
    line="if a == b:",
    raises=True,
)
def share_equal(a, b):
    if a == b:
        return 1.0
    return 0.0


@wrong(
    "share_equal",
    "whole division rounds the share down to 0 or 1",
    line="return same // a.size",
)
def share_equal(a, b):
    same = 0
    for p, q in zip(a.flatten(), b.flatten(), strict=True):
        if p == q:
            same += 1
    return same // a.size


@wrong(
    "share_equal",
    "the loop over columns runs over the rows' count: wrong or out of range when the "
    "picture isn't square",
    line="for j in range(a.shape[0]):",
)
def share_equal(a, b):
    hits = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[0]):
            hits += a[i, j] == b[i, j]
    return hits / a.size


# match_score ----------------------------------------------------------------------


@wrong(
    "match_score",
    "divides by the number of rows squared, right for square patches only",
    line="return total / patch.shape[0] ** 2",
)
def match_score(patch, feature):
    total = 0
    for i in range(patch.shape[0]):
        for j in range(patch.shape[1]):
            total += patch[i, j] * feature[i, j]
    return total / patch.shape[0] ** 2


@wrong(
    "match_score",
    "nine is written into the code in place of the number of pixels",
    line="return np.sum(patch * feature) / 9",
)
def match_score(patch, feature):
    return np.sum(patch * feature) / 9


@wrong(
    "match_score",
    "matrix product in place of pixel by pixel, which needs shapes that fit",
    line="return np.mean(patch @ feature)",
    raises=True,
)
def match_score(patch, feature):
    return np.mean(patch @ feature)


@wrong(
    "match_score",
    "returns inside the outer loop, after the first row only",
    line="return total / patch.size",
)
def match_score(patch, feature):
    total = 0
    for i in range(patch.shape[0]):
        for j in range(patch.shape[1]):
            total += patch[i, j] * feature[i, j]
        return total / patch.size


@wrong(
    "match_score",
    "averages the columns only: a list of column means comes out",
    line="return np.mean(patch * feature, axis=0)",
)
def match_score(patch, feature):
    return np.mean(patch * feature, axis=0)


@wrong(
    "match_score",
    "counts equal pixels plus one and unequal ones minus one, which is the score for "
    "ink and paper but not for grey pixels",
    line="if patch[i, j] == feature[i, j]:",
)
def match_score(patch, feature):
    kh, kw = feature.shape
    agree, differ = 0, 0
    for i in range(kh):
        for j in range(kw):
            if patch[i, j] == feature[i, j]:
                agree += 1
            else:
                differ += 1
    return (agree - differ) / (kh * kw)


# match_map ------------------------------------------------------------------------


@wrong(
    "match_map",
    "the map is one row and one column too small, the last stops are missing",
    line="out = np.zeros((h - kh, w_in - kw))",
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    out = np.zeros((h - kh, w_in - kw))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = match_score(picture[i : i + kh, j : j + kw], feature)
    return out


@wrong(
    "match_map",
    "the map has the size of the picture, so windows at the border are cut short and "
    "don't fit the feature",
    line="result = np.zeros((h, w_in))",
    raises=True,
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    result = np.zeros((h, w_in))
    for i in range(h):
        for j in range(w_in):
            result[i, j] = match_score(picture[i : i + kh, j : j + kw], feature)
    return result


@wrong(
    "match_map",
    "the list of a row is made once before the loops, so it grows over all rows",
    line="row = []",
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    rows = []
    row = []
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            row.append(match_score(picture[i : i + kh, j : j + kw], feature))
        rows.append(row)
    return np.array(rows)


@wrong(
    "match_map",
    "the sum of the window is used and not its mean: not divided by the pixels",
    line="scores[i, j] += picture[i + p, j + q] * feature[p, q]",
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            for p in range(kh):
                for q in range(kw):
                    scores[i, j] += picture[i + p, j + q] * feature[p, q]
    return scores


@wrong(
    "match_map",
    "the window is cut with the feature's size as its end, not start plus size",
    line="patch = picture[i:kh, j:kw]",
    raises=True,
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            patch = picture[i:kh, j:kw]
            scores[i, j] = match_score(patch, feature)
    return scores


@wrong(
    "match_map",
    "rows and columns are exchanged in the shape of the map",
    line="scores = np.zeros((w_in - kw + 1, h - kh + 1))",
    raises=True,
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((w_in - kw + 1, h - kh + 1))
    for i in range(h - kh + 1):
        for j in range(w_in - kw + 1):
            scores[i, j] = match_score(picture[i : i + kh, j : j + kw], feature)
    return scores


@wrong(
    "match_map",
    "the loops advance by the size of the feature, so that windows stand side by side",
    line="for i in range(0, h - kh + 1, kh):",
    mistakes=2,
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = []
    for i in range(0, h - kh + 1, kh):
        scores.append([])
        for j in range(0, w_in - kw + 1, kw):
            scores[-1].append(match_score(picture[i : i + kh, j : j + kw], feature))
    return np.array(scores)


@wrong(
    "match_map",
    "a whole row of the map is set to each new score, so the last column is everywhere",
    line="scores[i] = match_score(picture[i : i + kh, j : j + kw], feature)",
)
def match_map(picture, feature):
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scores[i] = match_score(picture[i : i + kh, j : j + kw], feature)
    return scores


# strongest_matches ----------------------------------------------------------------


@wrong(
    "strongest_matches",
    "the best starts at 0, so a feature that never matches better than 0 gets 0",
    line="best = 0",
)
def strongest_matches(pictures, features):
    result = np.zeros((len(pictures), len(features)))
    for n in range(len(pictures)):
        for f in range(len(features)):
            best = 0
            for score in match_map(pictures[n], features[f]).flatten():
                if score > best:
                    best = score
            result[n, f] = best
    return result


@wrong(
    "strongest_matches",
    "best isn't set back between features, so a later one keeps the earlier one's best",
    line="best = -1.0",
)
def strongest_matches(pictures, features):
    out = np.zeros((len(pictures), len(features)))
    for n, picture in enumerate(pictures):
        best = -1.0
        for f, feature in enumerate(features):
            m = match_map(picture, feature)
            best = max(best, m.max())
            out[n, f] = best
    return out


@wrong(
    "strongest_matches",
    "takes the place of the largest score and not the score itself",
    line="best[n, f] = np.argmax(match_map(pictures[n], features[f]))",
)
def strongest_matches(pictures, features):
    best = np.zeros((len(pictures), len(features)))
    for n in range(len(pictures)):
        for f in range(len(features)):
            best[n, f] = np.argmax(match_map(pictures[n], features[f]))
    return best


@wrong(
    "strongest_matches",
    "pictures and features are exchanged in the result",
    line="best = np.zeros((len(features), len(pictures)))",
    mistakes=2,
)
def strongest_matches(pictures, features):
    best = np.zeros((len(features), len(pictures)))
    for f, feature in enumerate(features):
        for n, picture in enumerate(pictures):
            best[f, n] = match_map(picture, feature).max()
    return best


@wrong(
    "strongest_matches",
    "calls match_map on the whole stack of pictures, which it can't unpack",
    line="m = match_map(pictures, features)",
    raises=True,
)
def strongest_matches(pictures, features):
    m = match_map(pictures, features)
    return m.max(axis=(1, 2))


@wrong(
    "strongest_matches",
    "max along the first axis only: one number per column remains where one is wanted",
    line="row.append(match_map(picture, feature).max(axis=0))",
)
def strongest_matches(pictures, features):
    rows = []
    for picture in pictures:
        row = []
        for feature in features:
            row.append(match_map(picture, feature).max(axis=0))
        rows.append(row)
    return np.array(rows)
