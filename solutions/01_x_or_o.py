# %% [markdown]
# # Tell X from O
#
# **You will build** a classifier that tells a drawn X from a drawn O, wherever on the
# sheet they stand, out of one small feature and a few lines of NumPy.
#
# **You will learn**
#
# - why comparing pixel by pixel fails as soon as a drawing moves
# - to score how well a small feature matches, at one place and at every place
# - which features tell two shapes apart, and which only seem to
#
# **You need** lesson 00 and 60 minutes.

# %%
import numpy as np

from byhand import check, data, explore, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_01_statement"
# {{warm-up warm_up_01 minutes=3 title="Warm up: lesson 00"}}
# ## Warm up
#
# Three questions on lesson 00; answer without looking back.
#
# 1. What is the weighted sum of the values 3, 1 with the weights 2, −4? (a number)
# 2. You mend a function, run its check, and the old report comes back. What did you
#    forget? **a** to save the notebook, **b** to run the function's cell, **c** to
#    restart the kernel
# 3. All visible cases pass, and "2 of 6 differ" among the hidden ones. What follows?
#    **a** the check is wrong, **b** the function is right, **c** the function is wrong
#    for some other numbers

# %% nbgrader="autograded-answer" grade_id="warm_up_01"
warm_up_01 = {"q1": ..., "q2": ..., "q3": ...}  # a number, and two letters in quotes
### BEGIN SOLUTION
warm_up_01 = {"q1": 2, "q2": "b", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_01" points=1

# %% [markdown]
# ## Three drawings
#
# A drawing has 9 by 9 pixels. Each holds +1 where there is ink and −1 where there is
# paper. With these two numbers, equal pixels multiply to +1 and different ones to −1:
# that will be the whole trick of this lesson.

# %%
clean_x, bent_x, round_o = data.glyphs()
plots.images(
    [(clean_x, "clean X"), (bent_x, "bent X"), (round_o, "round O")],
    alt="A clean X of two straight strokes, an X drawn askew, and a round O.",
)

# %% [markdown]
# You see two X and one O. A program has only the numbers: here are rows 1 to 3 and
# columns 1 to 6 of the clean X and the bent X, counted from 0. How would you write down
# what makes both of them an X?

# %%
print(clean_x[1:4, 1:7].astype(int))
print(bent_x[1:4, 1:7].astype(int))

# %% [markdown]
# ## Compare pixel by pixel
#
# The first idea: two pictures show the same thing when their pixels are equal. `==`
# compares place by place, and `np.array_equal` asks whether it holds everywhere.

# %%
print("clean X equals clean X:", np.array_equal(clean_x, clean_x))
print("bent X equals clean X: ", np.array_equal(bent_x, clean_x))

# %% [markdown]
# `==` answers no where any person answers yes. A softer question: *which share* of the
# pixels is equal? For the two 2 by 3 pictures below it is 4 of 6, or 0.67.

# %%
a = np.array([[1, -1, 1], [-1, -1, 1]])
b = np.array([[1, 1, 1], [-1, -1, -1]])
print(a == b)

# %% [markdown]
# As a formula, with $H$ rows and $W$ columns, where the bracket is 1 if what it holds
# is true, and 0 if not:
#
# $$\text{share} = \frac{1}{H\,W} \sum_{i=0}^{H-1} \sum_{j=0}^{W-1}
# [\,a_{ij} = b_{ij}\,]$$

# %% [markdown] nbgrader="read-only" grade_id="equal_pixels_predict"
# {{question equal_pixels minutes=3 title="Predict how many pixels agree"}}
# **Predict.** The clean X and the bent X hold 13 pixels of ink each, and 5 of these are
# at the same places. How many of the 81 pixels are equal in both pictures, ink and
# paper together? Work it out on paper.

# %% nbgrader="autograded-answer" grade_id="equal_pixels"
equal_pixels = ...  # a whole number
### BEGIN SOLUTION
equal_pixels = 65
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "the share that differs": 16,
    "only the ink counts": 5,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="equal_pixels" points=1

# %% [markdown] nbgrader="read-only" grade_id="share_equal_statement"
# ### {{exercise share_equal minutes=5 title="Compare pixel by pixel"}}
#
# NumPy counts `True` as 1 and `False` as 0, so that sums and means of a comparison are
# what you would hope for.


# %% nbgrader="autograded-answer" grade_id="share_equal"
def share_equal(a, b):
    """Return which share of the pixels is equal in two pictures.

    share = (number of places where a[i, j] == b[i, j]) / (number of places)

    Parameters
    ----------
    a : ndarray, shape (H, W)
    b : ndarray, shape (H, W)

    Returns
    -------
    share : float, from 0 to 1

    Matches: ``keras.metrics.Accuracy()``
    """
    ### BEGIN SOLUTION
    return np.mean(a == b)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="share_equal" points=1

# %% [markdown]
# Keras counts the same way when it reports the *accuracy* of a network: the share of
# entries that are equal. Its first import takes up to ten seconds.

# %% nbgrader="demonstration"
from byhand import keras

accuracy = keras.metrics.Accuracy(dtype="float64")
accuracy.update_state(clean_x.ravel(), bent_x.ravel())
print("Keras:", float(accuracy.result()), " yours:", share_equal(clean_x, bent_x))

# %% [markdown]
# **Notice.** 80 % of the bent X's pixels agree with the clean X, and 74 % of the round
# O's do: most of both is paper. Worse comes when the X moves. `data.place` puts a
# drawing on a sheet of 17 by 17: below, once in the middle, and once a pixel further
# right.

# %%
middle, moved = data.place(clean_x), data.place(clean_x, right=1)
o_middle = data.place(round_o)
plots.images(
    [(middle, "X"), (moved, "X, one pixel right"), (o_middle, "O")],
    alt="Pixel by pixel the O is closer to the X than the X moved by one pixel is.",
)
print("X moved:", np.mean(middle == moved).round(3))
print("O:      ", np.mean(middle == o_middle).round(3))

# %% [markdown]
# The O wins: 0.927 of its pixels equal those of the X in the middle, against 0.910 for
# the X that moved by one pixel. Comparing whole pictures asks the wrong question. A
# person looks for *pieces*: a stroke that falls, one that rises, a crossing.

# %% [markdown]
# ## Match a piece
#
# Here are three pieces, called *features*, of 3 by 3 pixels: a falling diagonal, a
# rising one, and the crossing of both. A *patch* is a part of the picture, as large as
# the feature. How well do the two match?

# %%
falling, rising, crossing = data.features()
plots.images(
    [(falling, "falling"), (rising, "rising"), (crossing, "crossing")],
    alt="Three features: a falling diagonal, a rising diagonal, and their crossing.",
)

# %% [markdown]
# Multiply place by place. Equal pixels give +1, whether both are ink or both are paper;
# different pixels give −1. Rows 1 to 3 and columns 1 to 3 of the clean X are the
# falling diagonal exactly: nine ones.

# %%
patch = clean_x[1:4, 1:4]
print((patch * falling).astype(int))
print("mean:", np.mean(patch * falling))

# %% [markdown]
# Their mean is the *match score*: 1.00 for a perfect match, −1.00 for the exact
# opposite, around 0 for no relation. With $k_h$ rows and $k_w$ columns:
#
# $$\text{score} = \frac{1}{k_h\,k_w} \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1}
# \text{patch}_{pq}\;\text{feature}_{pq}$$

# %% [markdown] nbgrader="read-only" grade_id="one_pixel_off_predict"
# {{question one_pixel_off minutes=3 decimals=2
# title="Predict the score of a spoilt patch"}}
# **Predict.** A spot of dirt turns one of the patch's nine pixels from paper to ink;
# the other eight still fit the feature. What is the match score now? It isn't 8/9. Give
# two decimals, or a fraction such as `5 / 9`.

# %% nbgrader="autograded-answer" grade_id="one_pixel_off"
one_pixel_off = ...  # a number
### BEGIN SOLUTION
one_pixel_off = 7 / 9
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "equal pixels instead of products": 8 / 9,
    "sum instead of mean": 7,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="one_pixel_off" points=1

# %% [markdown] nbgrader="read-only" grade_id="match_score_statement"
# ### {{exercise match_score minutes=5 title="Score a patch"}}
#
# Score one patch. The check also tries patches that aren't square and hold other
# numbers than +1 and −1: grey pixels match a little.


# %% nbgrader="autograded-answer" grade_id="match_score"
def match_score(patch, feature):
    """Return the mean of the products of a patch and a feature.

    score = sum_{p,q} patch[p, q] * feature[p, q] / (kh * kw)

    Parameters
    ----------
    patch : ndarray, shape (kh, kw)
    feature : ndarray, shape (kh, kw)

    Returns
    -------
    score : float, from -1 to 1 when both hold +1 and -1 only
    """
    ### BEGIN SOLUTION
    return np.mean(patch * feature)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="match_score" points=1

# %% [markdown]
# Lesson 00 called the weighted sum a neuron. Here is that neuron again: the nine pixels
# of the patch are its values, the feature gives its nine weights, and a division by 9
# makes the score of it.

# %% nbgrader="demonstration"
neuron = keras.layers.Dense(1, use_bias=False, dtype="float64")
neuron.build((1, 9))
neuron.set_weights([crossing.reshape(9, 1)])
print("Keras:", float(neuron(patch.reshape(1, 9))[0, 0]) / 9)
print("yours:", match_score(patch, crossing))

# %% [markdown]
# **Notice.** Each wrong pixel costs 2/9 and not 1/9: the mean loses a +1 and gains a
# −1. So scores of ninths go down in steps of 0.22, from 1.00 to 0.78 to 0.56. These
# three numbers come back soon.

# %% [markdown]
# ## Try every place
#
# A feature can start at any row and column where it still fits. The table of all its
# scores is the *match map*. The picture below shows one of its places: row 1, column 1.
# Picture and feature are called `x` and `w`, as values and weights were. The nine
# products add up to 9, and their mean is 1.00.

# %%
plots.draw_window(clean_x, falling, at=(1, 1))

# %% [markdown]
# Place $(i, j)$ of the map scores the patch that starts at row $i$ and column $j$:
#
# $$\text{map}_{ij} = \frac{1}{k_h\,k_w} \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1}
# \text{picture}_{i+p,\;j+q}\;\text{feature}_{pq}$$

# %% [markdown] nbgrader="read-only" grade_id="map_shape_predict"
# {{question map_shape minutes=3 title="Predict the size of a map"}}
# **Predict.** How many rows and columns does the map of a 3 by 3 feature on a 9 by 9
# picture have? Put a finger on the first row where the feature can start, then on the
# last.

# %% nbgrader="autograded-answer" grade_id="map_shape"
map_shape = ...  # (rows, columns)
### BEGIN SOLUTION
map_shape = (7, 7)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "input height for output height": (9, 9),
    "one stop too few": (6, 6),
    "patches side by side": (3, 3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="map_shape" points=1

# %% [markdown] nbgrader="read-only" grade_id="match_map_statement"
# ### {{exercise match_map minutes=12 title="Try every place"}}
#
# Two loops visit every place, and `match_score` scores it. Pictures and features need
# not be square: keep height and width apart.


# %% nbgrader="autograded-answer" grade_id="match_map"
def match_map(picture, feature):
    """Return the match score of a feature at every place of a picture.

    map[i, j] = mean of picture[i : i + kh, j : j + kw] * feature

    Parameters
    ----------
    picture : ndarray, shape (H, W)
    feature : ndarray, shape (kh, kw), not larger than the picture

    Returns
    -------
    map : ndarray, shape (H - kh + 1, W - kw + 1)
    """
    (h, w_in), (kh, kw) = picture.shape, feature.shape
    ### BEGIN SOLUTION
    scores = np.zeros((h - kh + 1, w_in - kw + 1))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scores[i, j] = match_score(picture[i : i + kh, j : j + kw], feature)
    return scores
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="match_map" points=3

# %% nbgrader="demonstration"
plots.grid(
    match_map(clean_x, falling),
    title="falling diagonal on the clean X",
    signed=True,
    mark=[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)],
    alt="Along the X's falling stroke the map reads 1, 1, 0.56, 1, 1: less at the "
    "crossing.",
)

# %% [markdown]
# Read the first row: 0.78, −0.11, 0.11, 0.33, 0.56, −0.11, 0.33. Every number is a
# whole count of ninths. Along the falling stroke the feature fits perfectly four times;
# in the very middle the other stroke's two pixels of ink disturb it, two steps of 0.22.

# %% [markdown]
# Keras has a layer that does all of this at once, and lesson 02 is about nothing else.
# It adds the products without dividing, so nine times your map is what it computes.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, 3, use_bias=False, dtype="float64")
layer.build((1, 9, 9, 1))
layer.set_weights([falling[:, :, None, None]])
keras_map = layer(clean_x[None, :, :, None]).numpy()[0, :, :, 0]
plots.images(
    [(keras_map / 9, "Keras, divided by 9"), (match_map(clean_x, falling), "yours")],
    alt="Keras's map, divided by nine, and yours show the same falling line.",
)

# %% [markdown]
# **Notice.** The map is a picture again: dark purple where the feature is, orange where
# its opposite comes closer. Move the X by a pixel, and the purple line moves with it.
# Nothing has to be learned again for the new place.

# %% [markdown]
# Try it: the explorer below scores every place with *your* `match_score`. Press pixels
# to draw, shift the drawing, choose another feature, and move along the map with the
# arrow keys to see each place's nine products.

# %% nbgrader="demonstration"
explore.x_or_o(match_score)

# %% [markdown]
# ## Which features tell X from O?
#
# To ask *whether* a feature occurs, and not where, keep the best score of its map. One
# number per picture and feature is left. On the clean X all three features reach 1.00.

# %% [markdown]
# **A surprise, before it bites.** The round O scores 1.00 on *both* diagonals: look at
# its upper right and lower left for the falling one. The bent X reaches only 0.78 on
# them. Whoever takes a strong diagonal for an X calls every O an X.

# %% [markdown] nbgrader="read-only" grade_id="telling_feature_predict"
# {{question telling_feature minutes=3 title="Choose the feature that tells X from O"}}
# **Predict.** Which single feature, then, scores higher on both X than on the O? Answer
# before you compute: `"falling"`, `"rising"` or `"crossing"`.

# %% nbgrader="autograded-answer" grade_id="telling_feature"
telling_feature = ...  # one of the three names, in quotes
### BEGIN SOLUTION
telling_feature = "crossing"
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "diagonals trusted": "falling",
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="telling_feature" points=1

# %% [markdown]
# Take two pictures and three features: six maps, six best scores, a table of 2 rows and
# 3 columns. With picture $n$ and feature $f$:
#
# $$\text{best}_{nf} = \max_{i,j}\;
# \text{map}_{ij}(\text{picture}_n, \text{feature}_f)$$

# %% [markdown] nbgrader="read-only" grade_id="strongest_matches_statement"
# ### {{exercise strongest_matches minutes=8 title="Keep the best of every map"}}
#
# Use your own `match_map`. The pictures come as one array with the number of the
# picture first, and so do the features.


# %% nbgrader="autograded-answer" grade_id="strongest_matches"
def strongest_matches(pictures, features):
    """Return the best match score of every feature on every picture.

    best[n, f] = max over i, j of match_map(pictures[n], features[f])[i, j]

    Parameters
    ----------
    pictures : ndarray, shape (N, H, W)
    features : ndarray, shape (F, kh, kw)

    Returns
    -------
    best : ndarray, shape (N, F)

    Matches: ``keras.layers.GlobalMaxPooling2D()`` on the maps
    """
    ### BEGIN SOLUTION
    best = np.zeros((len(pictures), len(features)))
    for n, picture in enumerate(pictures):
        for f, feature in enumerate(features):
            best[n, f] = match_map(picture, feature).max()
    return best
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="strongest_matches" points=2

# %%
glyphs = np.array([clean_x, bent_x, round_o])
features = np.array([falling, rising, crossing])
print("pictures:", glyphs.shape, " features:", features.shape)

# %% nbgrader="demonstration"
plots.grid(
    strongest_matches(glyphs, features),
    title="rows: clean X, bent X, round O\ncolumns: falling, rising, crossing",
    alt="Only the crossing, column 2, is high on both X (1.00), low on the O (0.56).",
)

# %% [markdown]
# The layer with which Keras keeps the best of every map is called *global max pooling*;
# lesson 05 returns to it. Here it reads the maps of all three features at once, nine
# times too large as before.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(3, 3, use_bias=False, dtype="float64")
layer.build((3, 9, 9, 1))
layer.set_weights([np.moveaxis(features, 0, -1)[:, :, None, :]])
best = keras.layers.GlobalMaxPooling2D(dtype="float64")(layer(glyphs[..., None]))
print(np.round(best.numpy() / 9, 2))

# %% [markdown]
# **Notice.** Looking like an X isn't the point; looking *different from an O* is. The
# diagonals are fine features of an X and useless here. The crossing leaves a gap, from
# 0.56 up to 1.00, in which a threshold has room.

# %% [markdown]
# The explorer again, now with the round O and the crossing. Give it room around, shift
# it, add a little noise, and watch the strongest match and the verdict. From which
# threshold on is the O no longer called an X? And where does a noisy X get lost?

# %% nbgrader="demonstration"
explore.x_or_o(match_score, picture="round O", feature="crossing", room=2)

# %% [markdown]
# ## A classifier, against whole pictures
#
# First the rival. `match_whole` lays the clean X and the round O on the middle of a 17
# by 17 sheet and answers with the better match. In place it does well: the bent X
# scores 0.60 with the clean X, the O only 0.48.


# %%
def match_whole(picture):
    """Return "X" or "O", whichever whole drawing matches better in the middle."""
    as_x = np.mean(picture * data.place(clean_x))
    as_o = np.mean(picture * data.place(round_o))
    return "X" if as_x > as_o else "O"


print("bent X with clean X:", np.mean(bent_x * clean_x).round(2))
print("round O with clean X:", np.mean(round_o * clean_x).round(2))
print("bent X is", match_whole(data.place(bent_x)))

# %% [markdown]
# Now drawings that move up to 4 pixels each way, turn by up to 10 degrees and grow or
# shrink by up to a tenth. A seed makes them the same for everyone. The labels are 0 for
# X and 1 for O.

# %%
drawings, labels = data.xo_pictures(6, seed=4, turn=10, scale=0.1)
plots.images(
    [(p, data.XO_NAMES[k]) for p, k in zip(drawings, labels, strict=True)],
    alt="Six drawings of X and O, each at another place of the sheet, some turned.",
)

# %% [markdown]
# A crossing may be dirty: one wrong pixel of nine takes it from 1.00 to 0.78, as you
# worked out. The O never gets above 0.56 on these drawings. Your threshold should lie
# between the two.

# %% [markdown] nbgrader="read-only" grade_id="classify_statement"
# ### {{exercise classify minutes=10 title="Tell X from O"}}
#
# Name a drawing by its best match with *one* feature. The check moves all three
# drawings about, then brings turned, resized and dirty ones; nine in ten of each kind
# must be named rightly. No layer of Keras does this: the labels are the judge.


# %% nbgrader="autograded-answer" grade_id="classify"
def classify(picture):
    """Return "X" or "O" for a drawing anywhere on its sheet.

    X when the largest number of the crossing's match map is above a threshold

    Parameters
    ----------
    picture : ndarray, shape (H, W), +1 for ink and -1 for paper

    Returns
    -------
    name : str, "X" or "O"
    """
    ### BEGIN SOLUTION
    best = match_map(picture, crossing).max()
    return "X" if best > 0.67 else "O"
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="classify" points=3

# %% [markdown]
# How do the two rivals fare when drawings move further and further from the middle? For
# each largest shift from 0 to 4 pixels we draw 60 pictures, with one pixel in a hundred
# flipped, and count the share that each rival names rightly.


# %%
def share_right(classifier, shift, **how):
    """Return the share of 60 drawings that a classifier names rightly."""
    pictures, labels = data.xo_pictures(60, seed=7, shift=shift, **how)
    names = [data.XO_NAMES[label] for label in labels]
    return np.mean([classifier(p) == k for p, k in zip(pictures, names, strict=True)])


# %% nbgrader="demonstration"
shifts = range(5)
by_piece = [share_right(classify, s, turn=10, noise=0.01) for s in shifts]
as_whole = [share_right(match_whole, s, turn=10, noise=0.01) for s in shifts]
plots.lines(
    {"by a feature": (shifts, by_piece), "whole picture": (shifts, as_whole)},
    xlabel="largest shift (pixels)",
    ylabel="named rightly (share)",
    alt="Matching whole pictures falls to guessing, 0.5, once they move by 2 pixels or "
    "more; a classifier on the crossing's match map stays above 0.9.",
)

# %% [markdown]
# **Notice.** The whole picture is worth no more than a coin once things move by two
# pixels. The feature doesn't care: its map moves along, and its maximum stays. What the
# classifier has to know fits into nine numbers and a threshold.

# %% [markdown]
# ## Where features by hand end
#
# We chose the crossing by looking. Thicken the strokes by up to half a pixel on either
# side, and the crossing of thin strokes is no longer in the picture.

# %% nbgrader="demonstration"
thick = {t: share_right(classify, 4, thicken=t) for t in (0.0, 0.2, 0.5)}
plots.bars(
    {f"{t} pixels": share for t, share in thick.items()},
    ylabel="named rightly (share)",
    alt="With strokes up to half a pixel thicker on each side, a classifier made for "
    "thin crossings is right in about 7 of 10 drawings only.",
)

# %% [markdown]
# ## Where this leads, in four steps
#
# **One: fixed features, a learned classifier.** For decades people designed features:
# edges, then recipes that describe how brightness changes around a point (SIFT, LBP and
# HoG are names that you will meet). A learned classifier weighed them, as your
# threshold did. For long this was the first stage of most vision systems.

# %% [markdown]
# **Two: one learned filter.** The nine numbers of the crossing need not be designed. If
# a program can tell how a small change of each number changes the errors, it can
# improve them step by step. Lesson 06 computes these changes by hand.

# %% [markdown]
# **Three: several filters.** X against O needs one feature; ten digits need more. A
# layer of eight filters makes eight maps from one picture, each filter learning what
# the others don't see. Lesson 03 builds it.

# %% [markdown]
# **Four: several layers.** A map is a picture, so features can be looked for *in maps*:
# strokes of pixels, corners of strokes, letters of corners. That is a convolutional
# network, and lesson 08 trains one that you wrote.

# %% [markdown]
# ## The bridge to lesson 02
#
# A mean is a sum divided by a constant, here 9. Where the score is best doesn't change
# when we leave the division out, so the next lesson does: it slides a feature,
# multiplies and *adds*. That is all a convolution is.

# %% [markdown] nbgrader="manual-answer" grade_id="written_features" points=3
# ## Write it in words
#
# The round O matches both diagonals perfectly, although nobody would draw an O with two
# straight strokes. Explain where on the O this happens and why. Then explain why taking
# all three features and averaging their best scores would be a worse classifier than
# the crossing alone.
#
# ### BEGIN MARK SCHEME
# 1 point: names a place, such as the upper right of the O (falling) or the upper left
# (rising), where three pixels of ink lie diagonally with paper on both sides.
#
# 1 point: the feature sees 3 by 3 pixels only; a small piece of a curve looks like a
# straight stroke, and nothing asks what lies around it.
#
# 1 point: the diagonals give the O as much as the clean X and more than the bent X
# (1.00, 1.00 against 0.78), so they pull the average the wrong way: bent X
# (0.78 + 0.78 + 1.00) / 3 = 0.85, and O (1.00 + 1.00 + 0.56) / 3 = 0.85: equal.
# Full points without the numbers when the direction is right.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# A match score is the mean of the products of a patch and a feature, and a match map
# holds it for every place. Because the map moves with the picture, its maximum finds a
# feature wherever it stands.
#
# ## Key points
#
# - Comparing whole pictures fails as soon as something moves.
# - A 3 by 3 feature on 9 by 9 pixels gives a map of 7 by 7: the places where it fits.
# - A good feature differs between the classes: the crossing does, a diagonal doesn't.

# %% [markdown]
# ## On your own
#
# A challenge without points: write `classify_any`, right for at least 95 % of the thick
# drawings below. Larger features may help, or several of them, or pixels of a feature
# that hold 0 because they shouldn't count. What has every O that no X has?


# %%
def classify_any(picture):
    """Return "X" or "O", for thick strokes too."""
    # your lines here, if you like a challenge
    return "X"


print("right:", share_right(classify_any, 4, thicken=0.5))

# %% [markdown]
# ## Further reading
#
# - [Brandon Rohrer, How convolutional neural networks work](https://brohrer.github.io/how_convolutional_neural_networks_work.html):
#   the X and O example on which this lesson builds, followed through a whole network.
# - [Image Kernels, explained visually](https://setosa.io/ev/image-kernels/): move the
#   mouse over a photograph and watch nine products add up, which prepares lesson 02.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/): click through a trained
#   network, to see where several filters and several layers lead.
