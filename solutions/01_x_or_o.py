# %% [markdown]
# # Tell X from O
#
# **You will build** a program that tells a drawn X from a drawn O, wherever they stand
# on the sheet, out of one small feature and a few lines of NumPy.
#
# **You will learn**
#
# - why comparing pixel by pixel fails as soon as a drawing moves
# - to score how well a small feature matches, at one place and at every place
# - what *sliding* buys, what *small pieces* buy, and which pieces are worth having
#
# **You need** lesson 00 and 90 minutes.

# %% nbgrader="demonstration"
# On Colab and the like, this installs the course. Elsewhere it does nothing.
from importlib.util import find_spec

if find_spec("byhand") is None:
    import subprocess
    import sys

    pip = [sys.executable, "-m", "pip", "install", "-q", "-f", "."]
    subprocess.run([*pip, "byhand"], check=True)

# %%
import numpy as np

from byhand import check, data, explore, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_01_statement"
# {{warm-up warm_up_01 minutes=3 title="Warm up: lesson 00"}}
# ## Warm up
#
# Three questions on lesson 00. Answer them without looking back.
#
# 1. What is the weighted sum of the values 3, 1 with the weights 2, −4? (a number)
# 2. You fix a function, run its check, and the old report comes back. What did you
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
# A drawing has 9 by 9 pixels. Each one holds +1 where there is ink and −1 where there
# is paper. Why these two numbers? Because equal pixels then multiply to +1 and
# different ones to −1, and the whole lesson builds on that.

# %%
clean_x, bent_x, round_o = data.glyphs()
plots.images(
    [(clean_x, "clean X"), (bent_x, "bent X"), (round_o, "round O")],
    alt="A clean X of two straight strokes, an X drawn askew, and a round O.",
)

# %% [markdown]
# You see two X and one O at once. A program sees the numbers below. Stop for a moment
# and ask yourself what you would tell it to look for: what is it that makes the first
# two an X?

# %%
for name, drawing in (("clean X", clean_x), ("bent X", bent_x)):
    print(name)
    print(drawing.astype(int), "\n")

# %% [markdown]
# ## Compare pixel by pixel
#
# Here is the first idea. Two pictures show the same thing when their pixels are
# equal. `==` compares place by place, and `np.array_equal` asks whether it holds
# everywhere.

# %%
print("clean X equals clean X:", np.array_equal(clean_x, clean_x))
print("bent X equals clean X: ", np.array_equal(bent_x, clean_x))

# %% [markdown]
# That is too strict: it says no where anyone would say yes. Let us ask for less. What
# *share* of the pixels is equal? In the two 2 by 3 pictures below it is 4 of 6, or
# 0.67.

# %%
a = np.array([[1, -1, 1], [-1, -1, 1]])
b = np.array([[1, 1, 1], [-1, -1, -1]])
print(a == b)

# %% [markdown] nbgrader="read-only" grade_id="equal_pixels_predict"
# {{question equal_pixels minutes=3 title="Predict how many pixels agree"
# worked="13 + 13 - 2 * 5 = 16 pixels differ, so 81 - 16 = 65 are equal"}}
# **Predict.** The clean X and the bent X have 13 pixels of ink each, and 5 of these
# are at the same places. How many of the 81 pixels are equal in both pictures, ink and
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

# %%
plots.differing(
    clean_x,
    bent_x,
    titles=("clean X", "bent X"),
    alt="A cross marks each pixel in which the two X differ. Every pixel of ink that "
    "only one of them has is crossed out in both.",
)

# %% [markdown]
# Count the crosses. Each X has 13 − 5 = 8 pixels of ink that the other one lacks, so
# 8 + 8 = 16 pixels differ, and 81 − 16 = 65 are equal.

# %% [markdown] nbgrader="read-only" grade_id="share_equal_statement"
# ### {{exercise share_equal minutes=5 title="Compare pixel by pixel"}}
#
# Now for any two pictures. NumPy counts `True` as 1 and `False` as 0, so `np.sum` of a
# comparison counts the equal pixels.


# %% nbgrader="autograded-answer" grade_id="share_equal"
def share_equal(a, b):
    """Return which share of the pixels is equal in two pictures.

    Parameters
    ----------
    a : ndarray, shape (H, W)
    b : ndarray, shape (H, W)

    Returns
    -------
    share : float, from 0 (no pixel is equal) to 1 (all are)

    Matches: ``keras.metrics.Accuracy()``
    """
    ### BEGIN SOLUTION
    return np.mean(a == b)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="share_equal" points=1

# %% [markdown]
# The bent X shares 80 % of its pixels with the clean X. Even the round O shares 74 % of
# its pixels with it, because most of both pictures is paper. Still, the X is ahead. Now
# let it move. `data.place` puts a drawing on a sheet of 17 by 17. Below you see the X
# in the middle, the X one pixel further right, and the O in the middle.

# %%
middle, moved = data.place(clean_x), data.place(clean_x, right=1)
o_middle = data.place(round_o)
plots.images(
    [(middle, "X"), (moved, "X, one pixel right"), (o_middle, "O")],
    alt="Which of the other two has more pixels in common with the first X?",
)
print("X moved:", np.mean(middle == moved).round(3))
print("O:      ", np.mean(middle == o_middle).round(3))

# %% [markdown]
# The O wins. It shares 0.927 of its pixels with the X in the middle, and the X that
# moved by a single pixel only 0.910. So a comparison of whole pictures, laid one on
# top of the other, tells us more about *where* things are than about what they are.

# %% [markdown]
# ## Match a piece
#
# What would you look for in an X? Probably not 81 pixels, but a stroke that falls, a
# stroke that rises, and the point where they cross. Here are these three pieces, 3 by 3
# pixels each. We call them *features*. Looking for a small picture inside of a large
# one is known as *template matching*.

# %%
falling, rising, crossing = data.features()
plots.images(
    [(falling, "falling"), (rising, "rising"), (crossing, "crossing")],
    alt="Three features: a falling diagonal, a rising diagonal, and their crossing.",
)

# %% [markdown]
# A part of the picture as large as the feature is called a *patch*. To compare the two,
# multiply them place by place. Equal pixels give +1, whether both are ink or both are
# paper, and different pixels give −1. Here is the patch in rows 1 to 3 and columns 1 to
# 3 of the clean X against the falling diagonal:

# %%
patch = clean_x[1:4, 1:4]
print((patch * falling).astype(int))

# %% [markdown]
# Nine times +1, so every pixel fits. The *match score* is the mean of these products.
# It is 1.00 for a perfect match, −1.00 for the exact opposite, and near 0 when the two
# have nothing to do with each other. With $k_h$ rows and $k_w$ columns:
#
# $$\text{score} = \frac{1}{k_h\,k_w} \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1}
# \text{patch}_{pq}\;\text{feature}_{pq}$$

# %% [markdown] nbgrader="read-only" grade_id="one_pixel_off_predict"
# {{question one_pixel_off minutes=3 decimals=2
# title="Predict the score of a spoilt patch"
# worked="eight products are 1 and one is -1: (8 - 1) / 9 = 7 / 9 = 0.78"}}
# **Predict.** A speck of dirt turns one of the patch's nine pixels from paper to ink.
# The other eight still fit the feature. What is the match score now? Be careful, it
# isn't 8/9. Give two decimals, or a fraction such as `5 / 9`.

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

# %% [markdown]
# Eight products are +1 and one is −1, so the sum is 8 − 1 = 7 and the mean 7/9, or
# 0.78. A wrong pixel costs *two* ninths, since the sum loses a +1 and gains a −1. Where
# the strokes of the X cross, two pixels are wrong:

# %%
plots.draw_window(clean_x, falling, at=(3, 3))

# %% [markdown]
# As in lesson 00, the figure calls the values `x`, here the picture, and the weights
# `w`, here the feature. Seven products are +1 and two are −1. 7 − 2 = 5, and 5/9 is
# 0.56. Remember the three numbers 1.00, 0.78 and 0.56: no wrong pixel, one, two. You
# will meet them again.

# %% [markdown] nbgrader="read-only" grade_id="match_score_statement"
# ### {{exercise match_score minutes=5 title="Score a patch"}}
#
# Score one patch. The check also tries patches that aren't square, and grey pixels
# between −1 and +1, which match a little.


# %% nbgrader="autograded-answer" grade_id="match_score"
def match_score(patch, feature):
    """Return how well a patch matches a feature.

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
# You know this sum from lesson 00. The nine pixels of the patch are the values, the
# nine numbers of the feature are the weights, and what Keras's `Dense` layer makes of
# them is nine times your score.

# %% nbgrader="demonstration"
from byhand import keras

layer = keras.layers.Dense(1, use_bias=False, dtype="float64")
layer.build((1, 9))
layer.set_weights([crossing.reshape(9, 1)])
print("Keras, divided by 9:", float(layer(patch.reshape(1, 9))[0, 0]) / 9)
print("yours:              ", match_score(patch, crossing))

# %% [markdown]
# ## Try every place
#
# We don't know where in the picture a feature is. So we try every place. The feature
# starts in the upper left corner, moves one pixel to the right at a time, then one row
# down, and we write down the score at each stop. The table of all scores is the *match
# map*.

# %% [markdown] nbgrader="read-only" grade_id="map_shape_predict"
# {{question map_shape minutes=3 title="Predict the size of a map"
# worked="the feature starts in rows 0 to 6, as 9 - 3 + 1 = 7, columns alike: (7, 7)"}}
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

# %% [markdown]
# The feature can start in rows 0 to 6: in row 7 its last row would leave the picture.
# That makes 7 starts, which is 9 − 3 + 1, and the same for columns. Place $(i, j)$ of
# the map scores the patch that starts at row $i$ and column $j$:
#
# $$\text{map}_{ij} = \frac{1}{k_h\,k_w} \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1}
# \text{picture}_{i+p,\;j+q}\;\text{feature}_{pq}$$

# %% [markdown] nbgrader="read-only" grade_id="match_map_statement"
# ### {{exercise match_map minutes=12 title="Try every place"}}
#
# Visit every place with two loops and let your `match_score` score it. Pictures and
# features don't have to be square, so keep height and width apart. The first line
# unpacks both shapes for you.


# %% nbgrader="autograded-answer" grade_id="match_map"
def match_map(picture, feature):
    """Return the match score of a feature at every place of a picture.

    map[i, j] is the score of the patch whose upper left pixel is picture[i, j]

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
    alt="Your match map. Outlined are the five places along the X's falling stroke.",
)

# %% [markdown]
# The map is a picture again, and it shows where the feature is. Along the falling
# stroke it reads 1.00, 1.00, 0.56, 1.00, 1.00. Do you recognise the 0.56? In the middle
# of the X the other stroke puts two pixels of ink where the feature has paper.

# %% [markdown]
# Keras has a layer that does all of this at once, `Conv2D`. It adds the products and
# doesn't divide, so nine times your map is what it computes. Lesson 02 is about nothing
# else.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, 3, use_bias=False, dtype="float64")
layer.build((1, 9, 9, 1))
layer.set_weights([falling[:, :, None, None]])
keras_map = layer(clean_x[None, :, :, None]).numpy()[0, :, :, 0]
plots.images(
    [(keras_map / 9, "Keras, divided by 9"), (match_map(clean_x, falling), "yours")],
    alt="Keras's map divided by nine, and yours. Compare them place by place.",
)

# %% [markdown]
# **Try it.** The explorer below scores every place with *your* `match_score`. Shift the
# drawing by a pixel and watch the map: what happens to the dark line? Under *More* you
# can draw a letter of your own.

# %% nbgrader="demonstration"
explore.x_or_o(match_score)

# %% [markdown]
# The line moves along with the drawing. Nothing has to be learned again for the new
# place. This is the first half of what makes convolutional networks work, and we have
# it with two loops.

# %% [markdown]
# ## Which features tell X from O?
#
# Often we want to know *whether* a feature occurs, and don't care where. Then the
# largest number of its map is all we need. Each picture and each feature give one
# number.

# %% [markdown] nbgrader="read-only" grade_id="worst_falling_predict"
# {{question worst_falling minutes=3 title="Predict the worst fit of a diagonal"
# options="clean X|bent X|round O"
# worked="on the clean X and the round O all 9 pixels fit somewhere, but only 8 on the
# bent X"}}
# **Predict.** Take the falling diagonal. For each of the three drawings, look for the
# place where it fits best. Which drawing gets the *lowest* best score? Answer
# `"clean X"`, `"bent X"` or `"round O"`.

# %% nbgrader="autograded-answer" grade_id="worst_falling"
worst_falling = ...  # one of the three names, in quotes
### BEGIN SOLUTION
worst_falling = "bent X"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="worst_falling" points=1

# %% [markdown] nbgrader="read-only" grade_id="strongest_matches_statement"
# ### {{exercise strongest_matches minutes=8 title="Keep the best of every map"}}
#
# See for yourself, for all pictures and all features at once. Use your `match_map`. The
# pictures come as one array with the number of the picture first, and so do the
# features.


# %% nbgrader="autograded-answer" grade_id="strongest_matches"
def strongest_matches(pictures, features):
    """Return the best match score of every feature on every picture.

    best[n, f] is the largest number of the map of features[f] on pictures[n]

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
plots.panel(
    [[match_map(picture, feature) for feature in features] for picture in glyphs],
    rows=["clean X", "bent X", "round O"],
    columns=["falling", "rising", "crossing"],
    alt="Nine of your match maps, the largest number of each in a ring. Rows: clean X, "
    "bent X, round O. Columns: falling, rising, crossing.",
)
print(strongest_matches(glyphs, features))

# %% [markdown]
# Look at the first two columns. The round O reaches 1.00 on *both* diagonals, and the
# bent X only 0.78. The rings show why: at its upper right and its lower left, three
# pixels of the O lie on a falling diagonal with paper on both sides. So a program that
# trusts diagonals would call every O an X.

# %% [markdown] nbgrader="read-only" grade_id="telling_feature_predict"
# {{question telling_feature minutes=3 title="Choose the feature that tells X from O"
# options="falling|rising|crossing"}}
# **Decide.** Which single feature scores higher on both X than on the O? Answer
# `"falling"`, `"rising"` or `"crossing"`.

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
# **Notice.** It isn't enough that a feature looks like a piece of an X. It has to look
# *different from every piece of an O*. The diagonals fail at that. The crossing scores
# 1.00 on both X and 0.56 on the O, and somewhere in this gap we can put a threshold.

# %% [markdown]
# Keras has a layer for "keep the largest number of each map" as well. It is called
# *global max pooling*, and lesson 05 returns to it.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(3, 3, use_bias=False, dtype="float64")
layer.build((3, 9, 9, 1))
layer.set_weights([np.moveaxis(features, 0, -1)[:, :, None, :]])
best = keras.layers.GlobalMaxPooling2D(dtype="float64")(layer(glyphs[..., None]))
print(np.round(best.numpy() / 9, 2))

# %% [markdown]
# The explorer again, with the round O, the crossing, and some room around the drawing.
# Shift it, add noise, and watch the strongest match. At which threshold does the O stop
# being called an X? And how much noise does an X survive?

# %% nbgrader="demonstration"
explore.x_or_o(match_score, picture="round O", feature="crossing", room=2, verdict=True)

# %% [markdown]
# ## A classifier
#
# Here are drawings that move by up to 4 pixels each way, turn by up to 10 degrees, and
# grow or shrink by up to a tenth. The seed makes them the same for everyone. The labels
# are 0 for X and 1 for O.

# %%
drawings, labels = data.xo_pictures(6, seed=4, turn=10, scale=0.1)
plots.images(
    [(p, data.XO_NAMES[k]) for p, k in zip(drawings, labels, strict=True)],
    alt="Six drawings of X and O, each at another place of the sheet, some turned.",
)

# %% [markdown] nbgrader="read-only" grade_id="classify_statement"
# ### {{exercise classify minutes=10 title="Tell X from O"}}
#
# Name a drawing by its best match with *one* feature. Choose the feature and the
# threshold from your table above, and leave room on both sides: a crossing may have a
# dirty pixel. The check moves all three drawings about, then brings turned, resized and
# dirty ones. You pass when nine in ten of each kind are right. Keras has no such layer,
# so the true labels decide.


# %% nbgrader="autograded-answer" grade_id="classify"
def classify(picture):
    """Return "X" or "O" for a drawing anywhere on its sheet.

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
# ## Three rivals
#
# Two things are new in your classifier. It *slides*, and it uses a small *piece*. Which
# of the two does the work? To find out we need rivals that have only one of them, or
# none. The first lays a whole X and a whole O on the middle of the sheet. The second
# slides the whole drawings with your `match_map`. The third is your `classify`.


# %%
def pinned_whole(picture):
    """Return the better match of two whole drawings in the middle of the sheet."""
    as_x = np.mean(picture * data.place(clean_x))
    as_o = np.mean(picture * data.place(round_o))
    return "X" if as_x > as_o else "O"


def sliding_whole(picture):
    """Return the better match of two whole drawings, at their best places."""
    as_x = np.max(match_map(picture, clean_x))
    as_o = np.max(match_map(picture, round_o))
    return "X" if as_x > as_o else "O"


# %%
def share_right(classifier, **how):
    """Return the share of 60 drawings that a classifier names correctly."""
    if match_map(clean_x, crossing) is None or classify(middle) is None:
        return None  # not written yet
    pictures, labels = data.xo_pictures(60, seed=7, **how)
    names = [data.XO_NAMES[label] for label in labels]
    return np.mean([classifier(p) == k for p, k in zip(pictures, names, strict=True)])


rivals = {
    "whole, pinned": pinned_whole,
    "whole, sliding": sliding_whole,
    "piece, sliding": classify,
}

# %% [markdown]
# First test: the drawings move further and further from the middle. For each largest
# shift from 0 to 4 pixels we draw 60 pictures and count how many each rival gets right.

# %% nbgrader="demonstration"
shifts = range(5)
plots.lines(
    {
        name: (shifts, [share_right(rival, shift=s) for s in shifts])
        for name, rival in rivals.items()
    },
    xlabel="largest shift (pixels)",
    ylabel="named correctly (share)",
    alt="The share that each rival names correctly, against how far the drawings move. "
    "0.5 is what a coin would get.",
)

# %% [markdown]
# The pinned picture is soon worth no more than a coin, and for a while less, since a
# drawing that has moved a little often agrees better with the *other* letter. Both
# rivals that slide don't care where the drawing is. So that is what *sliding* buys. The
# place stops mattering. But the whole drawing slides just as well as your feature. Then
# what is the small piece good for?

# %% [markdown] nbgrader="read-only" grade_id="size_winner_predict"
# {{question size_winner minutes=3 title="Predict who copes with other sizes"
# options="whole, pinned|whole, sliding|piece, sliding"
# worked="a crossing looks alike in a small X and in a large one: piece, sliding"}}
# **Predict.** Second test: the drawings grow or shrink by up to a half. Which of the
# rivals does best? Answer `"whole, pinned"`, `"whole, sliding"` or `"piece, sliding"`.

# %% nbgrader="autograded-answer" grade_id="size_winner"
size_winner = ...  # one of the three names, in quotes
### BEGIN SOLUTION
size_winner = "piece, sliding"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="size_winner" points=1

# %% nbgrader="demonstration"
scales = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
plots.lines(
    {
        name: (scales, [share_right(rival, scale=s) for s in scales])
        for name, rival in rivals.items()
    },
    xlabel="largest change of size (share)",
    ylabel="named correctly (share)",
    alt="The share that each rival names correctly, against how much the drawings grow "
    "or shrink.",
)

# %% [markdown]
# **Notice.** With drawings half as large again, or half as large, the whole picture
# gets 0.60 right and the crossing 0.90. A large X and a small X have different
# outlines, but their middle looks the same. So that is what small *pieces* buy: the
# size matters less. A convolutional network does both. It slides small pieces.

# %% [markdown]
# ## Where features by hand end
#
# We found the crossing by looking. Now make the strokes thicker, by up to half a pixel
# on either side.

# %% nbgrader="demonstration"
thick = {t: share_right(classify, thicken=t) for t in (0.0, 0.2, 0.5)}
plots.bars(
    {f"{t} pixels": share for t, share in thick.items()},
    ylabel="named correctly (share)",
    alt="The share that your classifier names correctly when strokes grow by 0, 0.2 "
    "and 0.5 pixels on either side.",
)

# %% [markdown]
# With thick strokes it is right in about 7 of 10 drawings. The crossing of two *thin*
# strokes isn't in the picture any more. We could look for a better feature by
# hand, and for decades people did just that. They designed edges, corners and recipes
# with names such as SIFT, LBP and HoG.

# %% [markdown]
# Or we let the program find its feature. Here Keras had the same parts as your
# `classify`: one 3 by 3 filter, the largest number of its map, and a threshold. It
# started from nine random numbers and changed them, step by step, so that fewer of 400
# drawings were named wrongly. We ran it from three different starts and recorded all
# three.

# %%
filters, right, votes = data.learned_filters()
plots.images(
    [
        (w, f"speaks for {vote}, right on {share:.0%}")
        for w, vote, share in zip(filters, votes, right, strict=True)
    ],
    alt="Three 3 by 3 filters that Keras learned, with what a high match speaks for "
    "and the share of new drawings that it gets right. Purple is ink, orange is paper.",
)

# %% [markdown]
# Look at the first one. Four strong corners and a middle: Keras found *your* crossing,
# and with it 98 % of the drawings. The third found something else, a bar. Every O is
# flat at its top and bottom, and no X is, so the bar votes for O and gets 91 % right.
# The second got stuck with a feature that is good for 88 % and not for more. How a
# program finds such numbers is the story of lessons 06 and 08.

# %% [markdown]
# ## The bridge to lesson 02
#
# A mean is a sum divided by a constant, here 9. Dividing by 9 never changes *where* the
# score is highest, so lesson 02 leaves it out. It slides a feature, multiplies and
# *adds*. That is all a convolution is.

# %% [markdown] nbgrader="manual-answer" grade_id="written_features" points=3
# ## Write it in words
#
# The round O matches both diagonals perfectly, although nobody would draw an O with two
# straight strokes. Explain where on the O this happens and why. Then explain why taking
# all three features and averaging their best scores would make a worse classifier than
# the crossing alone.
#
# ### BEGIN MARK SCHEME
# 1 point: names a place, such as the upper right of the O (falling) or the upper left
# (rising), where three pixels of ink lie diagonally with paper on both sides.
#
# 1 point: the feature sees 3 by 3 pixels only. A small piece of a curve looks like a
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
# holds it for every place. The map moves with the picture, so its largest number finds
# a feature wherever it is.
#
# ## Key points
#
# - Sliding makes the place not matter. Small pieces make the size matter less.
# - A 3 by 3 feature on 9 by 9 pixels gives a map of 7 by 7, one score for each place
#   where it fits.
# - A good feature differs between the classes. The crossing does, a diagonal doesn't.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Turn the drawings (`turn=30`) in place of resizing them. Which rival wins now?
#    Can you say why?
# 2. The third learned filter speaks for O. Write a `classify` with it. What threshold
#    does it need?
# 3. Write `classify_any` below, right for at least 95 % of the thick drawings. Larger
#    features may help, or several, or pixels of a feature that hold 0 because they
#    shouldn't count.


# %%
def classify_any(picture):
    """Return "X" or "O", for thick strokes too."""
    # your lines here, if you like a challenge
    return "X"


print("right:", share_right(classify_any, thicken=0.5))

# %% [markdown]
# ## Further reading
#
# - [Brandon Rohrer, How convolutional neural networks work](https://brohrer.github.io/how_convolutional_neural_networks_work.html),
#   the X and O example that this lesson builds on, followed through a whole network.
# - [Image Kernels, explained visually](https://setosa.io/ev/image-kernels/), where you
#   move the mouse over a photograph and watch nine products add up.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), a trained network to
#   click through. It shows where several filters and several layers lead.
