# %% [markdown]
# # Stack channels and filters by hand
#
# **You will build** the convolutional layer as Keras has it. Pictures in colour go in,
# a stack of feature maps comes out. Then you turn its loops into one matrix product.
#
# **You will learn**
#
# - why networks for pictures slide small filters, in numbers that you count yourself
# - what a kernel, a filter, a feature map and a bias are, and how many a layer has
# - how a wrong order of axes makes every number wrong while nothing fails
#
# **You need** lesson 02 and 170 minutes, best in two evenings. There is a good place to
# stop after exercise 3.4.

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

from byhand import check, data, explore, plots, wires
from byhand.helpers import both, prepare

# %% [markdown] nbgrader="read-only" grade_id="warm_up_03_statement"
# {{warm-up warm_up_03 minutes=3 title="Warm up: lessons 01 and 02"}}
# ## Warm up
#
# Three questions on lessons 01 and 02. Answer them without looking back.
#
# 1. A kernel of 5 slides over 12 values with stride 3 and padding 1. How many stops
#    does it make? **a** 3 **b** 4 **c** 5 **d** 10
# 2. Keras's `same` needs an odd number of zeros along the rows. Where does the extra
#    row go? **a** to the top **b** to the bottom **c** nowhere, it is left out
# 3. Which feature told X from O? **a** the falling diagonal **b** the rising diagonal
#    **c** the crossing

# %% nbgrader="autograded-answer" grade_id="warm_up_03"
warm_up_03 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_03 = {"q1": "b", "q2": "b", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_03" points=1

# %% [markdown]
# ## A cat in colour
#
# So far a picture has been one plane of numbers. A photograph in colour has three: how
# much red, how much green and how much blue each pixel holds. The planes are called
# *channels*.

# %%
cat = data.cat()
names = ("red", "green", "blue")
plots.images(
    [(cat, "cat"), *((cat[:, :, c], name) for c, name in enumerate(names))],
    alt="A cat in colour, and its channels. Compare the nose in red and in green.",
)

# %% [markdown]
# A kernel of lesson 02 can't read this picture. It has one plane of weights, and here
# are three planes of numbers. Tonight you build a layer that reads all of them, with as
# many filters as you like. But first, why does anybody *slide* a filter? There is an
# older way to connect a picture to a network, and it needs no sliding at all.

# %% [markdown]
# ## Why not connect everything?
#
# Lay all numbers of the picture in one long row. Connect each of them to every unit of
# the layer, by a wire with a weight of its own. That is a *dense* layer, and a network
# of such layers is a *feed-forward network*. It isn't a bad idea. On MNIST, 70 000
# handwritten digits of 28×28 pixels, a good one misreads only about 2 % of the digits
# that it hasn't seen before.

# %% [markdown] nbgrader="read-only" grade_id="dense_weights_predict"
# {{question dense_weights minutes=2 title="Predict the weights of a dense layer"
# worked="1000 * 1000 * 3 = 3 000 000 numbers, times 20 units = 60 000 000 weights"}}
# **Predict.** A photograph of one megapixel, 1000×1000 in colour, goes into a dense
# layer of 20 units. How many weights does the layer have, not counting biases?

# %% nbgrader="autograded-answer" grade_id="dense_weights"
dense_weights = ...  # a whole number
### BEGIN SOLUTION
dense_weights = 60_000_000
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "each pixel counted as one number": 20_000_000,
    "the wires of one unit counted": 3_000_000,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="dense_weights" points=1

# %% [markdown]
# The picture holds 1000·1000·3 = 3 000 000 numbers, and each has a wire to each of the
# 20 units. That makes 60 000 000 weights, all of which have to be learned from
# examples. And 20 units are few. How could we get by with less?

# %% [markdown]
# There are two ideas. First, connect each unit only to a small patch of the picture,
# since what belongs together in a picture lies close together. Such a layer is *locally
# connected*, and the patch is the unit's *local receptive field*. Second, let all units
# use the *same* weights, each on its own patch. Then you have a kernel that slides.

# %% [markdown] nbgrader="read-only" grade_id="wires_and_weights_predict"
# {{question wires_and_weights minutes=3 title="Predict the weights of three wirings"
# worked="dense 36 * 16 = 576, local 9 * 16 = 144, and shared only 9"}}
# **Predict.** A grey picture of 6×6 pixels feeds 16 units, a map of 4×4. In the dense
# layer each unit reads all pixels. In the local one it reads the nine pixels of its
# patch. In the shared one it reads the same nine, but all units use the same weights.
# How many weights does each layer have, without biases?

# %% nbgrader="autograded-answer" grade_id="wires_and_weights"
wires_and_weights = ...  # three whole numbers: (dense, local, shared)
### BEGIN SOLUTION
wires_and_weights = (576, 144, 9)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "weights counted for every stop": (576, 144, 144),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="wires_and_weights" points=1

# %% [markdown]
# Dense takes 36·16 = 576 weights, local 9·16 = 144, and shared only 9. Going from dense
# to local, *wires* disappear. Going from local to shared, no wire does. Here are all
# three, small enough to draw: 4×4 pixels, numbered 1 to 16 row by row, and a kernel of
# 2×2.

# %%
pixels = np.arange(16).reshape(4, 4)
dense = np.arange(1, 145).reshape(9, 16)  # a number for each weight, 0 for no wire
local, shared = np.zeros((2, 9, 16), dtype=int)
for unit in range(9):
    i, j = divmod(unit, 3)
    patch = pixels[i : i + 2, j : j + 2].ravel()
    local[unit, patch] = 4 * unit + np.arange(1, 5)
    shared[unit, patch] = np.arange(1, 5)
wires.layers(
    {"dense": dense, "local": local, "shared": shared},
    alt="Sixteen pixels on the left of each drawing, nine units on the right. Which "
    "pixels does the first unit of the local layer read? In the shared layer, wires of "
    "one colour and dash have the same weight.",
)

# %% [markdown]
# The first local unit reads pixels 1, 2, 5 and 6, and the last one 11, 12, 15 and 16.
# You know these patches from lesson 02. There, on the 6×6 strokes, the first value of
# the map was such a unit, too: it read pixels 1 2 3, 7 8 9 and 13 14 15. Its neighbour
# read 2 3 4, 8 9 10 and 14 15 16, with the same nine weights.

# %% [markdown] nbgrader="read-only" grade_id="shuffled_pixels_predict"
# {{question shuffled_pixels minutes=3 title="Who notices that pixels are shuffled?"
# options="dense|convolutional|both|neither"}}
# **Decide.** Take a large set of pictures and shuffle their pixels, in the same way in
# every picture. Train one network on the pictures as they were, and another one, of the
# same kind, on the shuffled ones. For which kind does the shuffling make *no
# difference*? Answer `"dense"`, `"convolutional"`, `"both"` or `"neither"`.

# %% nbgrader="autograded-answer" grade_id="shuffled_pixels"
shuffled_pixels = ...  # one of the four words, in quotes
### BEGIN SOLUTION
shuffled_pixels = "dense"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="shuffled_pixels" points=1

# %% nbgrader="demonstration"
digit = data.enlarge(data.digits()[0][3])
order = np.random.default_rng(0).permutation(digit.size)
weights = np.random.default_rng(1).normal(size=(digit.size, 10))
plain, shuffled = digit.ravel(), digit.ravel()[order]
print("equal outputs:", np.allclose(plain @ weights, shuffled @ weights[order]))
plots.images(
    [(digit, "a digit"), (shuffled.reshape(digit.shape), "the same, shuffled")],
    alt="A handwritten 3, and the same pixels shuffled.",
)

# %% [markdown]
# Shuffle the weights in the same way as the pixels, and every output of the dense layer
# stays as it is. To a dense network both tasks are one and the same. It doesn't know
# which pixels are neighbours, and it has to find out from examples. You can no longer
# read the digit, and neither can a filter of 3×3: its nine pixels now come from
# anywhere.

# %% [markdown]
# So sliding a filter isn't only thrift. It says something about pictures that is true
# before any learning. Neighbours belong together, and what is worth finding at one
# place is worth finding at every place. A dense unit that has learned a cat in the top
# left corner knows nothing about a cat in the bottom right. Those are other pixels and
# other weights.

# %% [markdown]
# How much does it save in a real network? *AlexNet* won the ImageNet competition in
# 2012 and started the boom. Its first layer makes 96 maps of 55×55, and every value of
# a map is a unit: 55·55·96 = 290 400 of them. Each sees a patch of 11×11 in colour, so
# it has 11·11·3 = 363 weights and a bias.

# %%
units, each = 55 * 55 * 96, 11 * 11 * 3 + 1
for what, count in (
    ("AlexNet's first layer, dense", units * (227 * 227 * 3 + 1)),
    ("local", units * each),
    ("shared, 96 filters", 96 * each),
    ("200x200 pixels into 40 000 units, dense", 200 * 200 * 40_000),
    ("local, on patches of 10x10", 40_000 * 10 * 10),
    ("shared, 100 filters", 100 * 10 * 10),
):
    print(f"{what:<41}{count:>15,}")

# %% [markdown]
# Read the last three lines from the top. A patch instead of the whole picture divides
# 1.6 billion weights by 400. Then a hundred filters serve the 40 000 units, so that 400
# units, a map of 20×20, share each filter. That divides by 400 once more. A network
# with few weights also learns from few examples, because there is less to find out.

# %% [markdown] nbgrader="read-only" grade_id="who_sees_both_predict"
# {{question who_sees_both minutes=2 title="Is anything lost by looking locally?"
# options="h2|h3|h4|g3|none"
# worked="only h2 reads x1, only h4 reads x5, and g3 reads both of them"}}
# **Predict.** But aren't we losing information? Take a signal `x1` to `x5`. A kernel of
# 3 makes three units of it, `h2`, `h3` and `h4`. A second kernel of 3 makes one unit of
# these, `g3`. Which unit is the first to know both `x1` and `x5`? Answer `"h2"`,
# `"h3"`, `"h4"`, `"g3"` or `"none"`.

# %% nbgrader="autograded-answer" grade_id="who_sees_both"
who_sees_both = ...  # one of the five words, in quotes
### BEGIN SOLUTION
who_sees_both = "g3"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="who_sees_both" points=1

# %%
first = np.array([[1, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]])
wires.layers(
    {"first kernel": first, "second kernel": np.array([[1, 2, 3]])},
    names=[("x1 x2 x3 x4 x5", "h2 h3 h4"), ("h2 h3 h4", "g3")],
    alt="Follow the wires back from the single unit on the right, through all three "
    "units of the layer before, to the signal.",
)

# %% [markdown]
# `g3` sees `h2`, `h3` and `h4`, and through them all of `x1` to `x5`. Nothing is lost.
# Far pixels meet, but one layer later. A convolutional network combines neighbours
# first, then neighbours of neighbours. How far a unit sees through many layers is a
# question for lesson 04.

# %% [markdown]
# ## From one picture to a volume
#
# Now build it. Lesson 02 slid several kernels over one grey photograph, and each gave a
# *feature map*. Put the maps one behind the other and you have a *volume*: rows,
# columns, and a depth of as many maps as there were kernels. Keras's layer computes
# them all at once.

# %% nbgrader="demonstration"
from byhand import keras

photograph = data.photograph()
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
kernels = np.stack([np.ones((3, 3)) / 9, sobel, sobel.T], axis=-1)
layer = keras.layers.Conv2D(3, (3, 3), use_bias=False, dtype="float64")
layer.build((1, *photograph.shape, 1))
layer.set_weights([kernels[:, :, None, :]])
volume = np.array(layer(photograph[None, :, :, None]))[0]
plots.images(
    [(photograph, "photograph"), *((volume[:, :, f], f"map {f}") for f in range(3))],
    alt=f"One grey picture and three kernels give a volume of shape {volume.shape}.",
)

# %% [markdown]
# The next layer reads this volume as its picture, and the three maps are its channels,
# just as red, green and blue are those of the cat. Here are the words, from small to
# large. A *kernel* is one plane of weights. A *filter* is a stack of kernels, a
# different one for each channel. One filter gives **one** feature map. A layer has
# several filters, and their number is the depth of what comes out.

# %% [markdown]
# ## Add up the channels
#
# A filter visits all channels at the same place, makes a sum of products in each, and
# adds these sums. Here are two channels of 4×4 and a filter of two 2×2 kernels, with
# the window at the top left.

# %%
plane_0 = np.array([[1.0, -2, 2, 2], [2, 1, 3, -2], [-2, 3, -3, 1], [-1, 2, -4, 2]])
plane_1 = np.array([[3.0, 0, 0, 0], [-2, -2, 1, -1], [2, -1, 3, 1], [5, -2, 0, 1]])
kernel_0 = np.array([[1.0, -2], [-2, 1]])
kernel_1 = np.array([[1.0, 0], [0, 1]])
plots.draw_window(
    plane_0, kernel_0, alt="Channel 0: 1·1 + (−2)·(−2) + 2·(−2) + 1·1 = 2."
)
plots.draw_window(
    plane_1,
    kernel_1,
    alt="Channel 1: 3·1 + 0·0 + (−2)·0 + (−2)·1 = 1. The output is 2 + 1 = 3.",
)

# %% [markdown] nbgrader="read-only" grade_id="second_stop_predict"
# {{question second_stop minutes=3 title="Predict a sum over two channels"
# worked="-2 - 4 - 2 + 3 = -5 in channel 0, 0 + 0 + 0 + 1 = 1 in channel 1: -5 + 1 =
# -4"}}
# **Predict.** The window moves one column to the right. What does the filter give
# there? Multiply four and four numbers, and watch the signs.

# %% nbgrader="autograded-answer" grade_id="second_stop"
second_stop = ...  # one number
### BEGIN SOLUTION
second_stop = -4
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "only the first channel": -5,
    "only the last channel": 1,
    "channels averaged": -2,
    "a 2D slice per channel instead of the volume": (-5, 1),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="second_stop" points=1

# %% [markdown]
# Channel 0 gives (−2)·1 + 2·(−2) + 1·(−2) + 3·1 = −5, channel 1 gives 0·1 + 0·0 +
# (−2)·0 + 1·1 = 1, and −5 + 1 = −4. In letters, the sum of lesson 02 gets one more
# index, $c$, which counts channels:
#
# $$y_{ij} = \sum_{p,q,c} w_{pqc} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$
#
# As before, $\bar x$ is the padded picture. The window is a block of $k_h \times k_w
# \times c_{in}$ numbers, and so is the filter.

# %% [markdown]
# The explorer shows the same numbers, and calls each channel a plane. Point at an
# output. A window lights up in *each* of the two, and their partial sums stand beside
# the result.

# %% nbgrader="demonstration"
explore.channels(filters=1, bias=False)

# %% [markdown]
# Stride, padding and dilation are what they were in lesson 02, so `prepare` does them
# for you. It pads rows and columns, and lists which rows and which columns each stop
# covers: `padded[rows[i], columns[j]]` is the window at stop (i, j), all channels
# included. (Python prints the range `0:2` as `slice(0, 2, 1)`.) Keras keeps channels
# last, so a picture has the shape (H, W, C).

# %%
x = np.stack([plane_0, plane_1], axis=-1)
w = np.stack([kernel_0, kernel_1], axis=-1)
padded, rows, columns = prepare(x, 2, 2, stride=1, padding=0, dilation=1)
window = padded[rows[0], columns[1]]  # the stop of your prediction
print("rows[0] is", rows[0], "and columns[1] is", columns[1])
print("picture", x.shape, " window", window.shape, " filter", w.shape)

# %% [markdown] nbgrader="read-only" grade_id="conv2d_channels_statement"
# ### {{exercise conv2d_channels minutes=8 title="Add up the channels"}}
#
# One picture, one filter, one map. Visit every stop with two loops. `enumerate(rows)`
# gives `i` and `rows[i]` together.


# %% nbgrader="autograded-answer" grade_id="conv2d_channels"
def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    """Slide one filter over a picture with channels.

    y[i, j] = sum_{p,q,c} w[p, q, c] * padded[i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (h_out, w_out), sizes as in lesson 02

    Matches: ``keras.layers.Conv2D(1, (kh, kw), use_bias=False)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.5
    """
    kh, kw = w.shape[:2]
    padded, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    y = np.zeros((len(rows), len(columns)), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.sum(w * padded[r, c])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_channels" points=2

# %% [markdown]
# Keras's layer wants a batch of pictures and a bank of filters, so `None` adds an axis
# at either place.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (2, 2), use_bias=False, dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([w[:, :, :, None]])
plots.beside(conv2d_channels(x, w), layer(x[None])[0, :, :, 0])

# %% [markdown]
# **Notice.** Two channels went in and **one** map came out. Keeping a map for each
# channel is the most common mistake here. (It is another operation, the depthwise
# convolution of lesson 04.) And the filter doesn't slide along the channels, because it
# is as deep as they are.

# %% [markdown]
# Shared weights have a consequence that you saw in lesson 01. Below, an X moves 2 rows
# down and 3 columns to the right. What will its map do?

# %% nbgrader="demonstration"
clean_x, crossing = data.glyphs()[0], data.features()[2][:, :, None]
still, moved = (data.place(clean_x, *by)[:, :, None] for by in ((0, 0), (2, 3)))
map_still, map_moved = (
    conv2d_channels(still, crossing),
    conv2d_channels(moved, crossing),
)
plots.images(
    [
        (still[:, :, 0], "picture"),
        (moved[:, :, 0], "2 down, 3 right"),
        (map_still, "its map"),
        (map_moved, "its map"),
    ],
    alt="An X at two places, and the map that your function makes of each.",
)
if map_still is not None:
    same = np.array_equal(map_still[:-2, :-3], map_moved[2:, 3:])
    print("the second map is the first one, moved:", same)

# %% [markdown]
# The map moves along, unchanged. This is called *equivariance* to translation. It isn't
# *invariance*, which would mean that the result stays the same. Pooling, in lesson 05,
# turns a little of the one into the other.

# %% [markdown]
# ## Many filters
#
# A second filter is a second stack of kernels, and it gives a second map. All filters
# together are one array `w[p, q, c, f]` of shape (kh, kw, C_in, C_out), and the map of
# filter $f$ is `y[:, :, f]`:
#
# $$y_{ijf} = \sum_{p,q,c} w_{pqcf} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$

# %% [markdown] nbgrader="read-only" grade_id="six_filters_predict"
# {{question six_filters minutes=2 title="Predict how many maps and kernels"
# worked="each filter gives 1 map and has 3 kernels: 6 maps and 6 * 3 = 18 kernels"}}
# **Predict.** A colour picture of 32×32×3 meets six filters of 5×5×3. How many maps
# come out? And how many kernels, planes of 5×5 weights, does the layer have?

# %% nbgrader="autograded-answer" grade_id="six_filters"
six_filters = ...  # two whole numbers: (maps, kernels)
### BEGIN SOLUTION
six_filters = (6, 18)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "a 2D slice per channel instead of the volume": (18, 18),
    "the maps added up into one": (1, 18),
    "channels left out of the count": (6, 6),
    "only the first filter": (3, 3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="six_filters" points=1

# %% [markdown]
# Each filter gives one map, so there are 6. Each filter has a kernel for each of the 3
# channels, and 6·3 = 18. Without padding a map has 32 − 5 + 1 = 28 rows and as many
# columns, so the volume has the shape (28, 28, 6).

# %% [markdown] nbgrader="read-only" grade_id="conv2d_filters_statement"
# ### {{exercise conv2d_filters minutes=6 title="Many filters, many maps"}}
#
# No new loops over places: your `conv2d_channels` knows how to make one map. Call it
# once for each filter, with `**settings` at the end of the call, which hands stride,
# padding and dilation on. `np.stack(maps, axis=-1)` makes one array of a list of maps,
# and puts the new axis last.


# %% nbgrader="autograded-answer" grade_id="conv2d_filters"
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    """Slide a bank of filters over a picture with channels.

    y[i, j, f] = sum_{p,q,c} w[p, q, c, f] * padded[i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (h_out, w_out, c_out)

    Matches: ``keras.layers.Conv2D(c_out, (kh, kw), use_bias=False)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.5, equation 9.7
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    maps = [conv2d_channels(x, w[..., f], **settings) for f in range(w.shape[-1])]
    return np.stack(maps, axis=-1)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_filters" points=2

# %% [markdown]
# Now the two channels get a second filter. It pays most attention to the lower right
# pixel of channel 1.

# %%
second = np.stack([np.array([[3.0, 1], [2, 2]]), np.array([[0.0, 0], [0, 4]])], axis=-1)
bank = np.stack([w, second], axis=-1)
print("bank of filters", bank.shape)

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(2, (2, 2), use_bias=False, dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([bank])
plots.beside(conv2d_filters(x, bank), layer(x[None])[0])

# %% [markdown]
# ## A filter for colour
#
# Back to the cat. Why does a filter need *another* kernel in each channel? Here is one
# that has a blur in red, the same blur with a minus sign in green, and zeros in blue.

# %%
blur = np.full((5, 5), 1 / 25)
red_not_green = np.stack([blur, -blur, 0 * blur], axis=-1)
print(
    "filter", red_not_green.shape, " sum of its weights", red_not_green.sum().round(9)
)

# %% [markdown] nbgrader="read-only" grade_id="strongest_red_predict"
# {{question strongest_red minutes=3 title="Predict what a colour filter finds"
# worked="cat: nose, where red exceeds green most | grey: 0, the blur of red minus the
# blur of an equal green"}}
# **Predict.** Look at the photograph again. Where does this filter give its largest
# value: on the `"eyes"`, the `"fur"`, the `"nose"` or the pale `"wall"`? And which
# number does it give everywhere on a *grey* photograph, where red, green and blue are
# equal?

# %% nbgrader="autograded-answer" grade_id="strongest_red"
strongest_red = {"cat": ..., "grey": ...}  # a word in quotes, and a number
### BEGIN SOLUTION
strongest_red = {"cat": "nose", "grey": 0}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="strongest_red" points=1

# %% nbgrader="demonstration"
across = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
edges = np.pad(across, 1)[:, :, None] * np.ones(3) / 3
colour_bank = np.stack([red_not_green, edges], axis=-1)
grey_cat = cat.mean(axis=-1, keepdims=True) * np.ones(3)
of_cat, of_grey = (conv2d_filters(each, colour_bank) for each in (cat, grey_cat))
if of_cat is not None:
    place = np.unravel_index(of_cat[..., 0].argmax(), of_cat.shape[:2])
    on_grey = np.abs(of_grey[..., 0]).max().round(9)
    print("largest at row, column", *place, " on grey", on_grey)
    plots.images(
        [
            (cat, "cat"),
            (of_cat[..., 0], "red, not green"),
            (of_cat[..., 1], "edges across"),
        ],
        alt="What your function makes of the cat with two filters of 5x5x3. In the "
        "first map white is the largest value. In the second purple is positive, "
        "orange negative.",
    )

# %% [markdown]
# The nose wins, though in the red channel alone it is a dark spot. What counts is how
# much *more* red than green there is. The yellow-green eyes give less than the fur
# around them. On a grey picture both blurs give the same, so it is 0 everywhere. A
# filter with the same kernel in all channels, like the second one here, sees light and
# dark and no colour. AlexNet learned filters of both kinds by itself.

# %% [markdown]
# ## A bias for each filter
#
# A filter answers to a pattern. Its *bias* `b[f]` shifts that answer up or down, so
# that only a pattern that is strong enough comes out above 0. It is one number for the
# whole map:
#
# $$y_{ijf} = b_f + \sum_{p,q,c} w_{pqcf} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$

# %% [markdown] nbgrader="read-only" grade_id="only_bias_predict"
# {{question only_bias minutes=2 title="Predict what the bias alone gives"
# worked="filter 1 adds up eight products of 0, and its bias once: 0 + 0.2 = 0.2"}}
# **Predict.** All weights of the two 2×2×2 filters are set to 0, and the biases are 0.1
# and 0.2. Which number fills map 1?

# %% nbgrader="autograded-answer" grade_id="only_bias"
only_bias = ...  # one number
### BEGIN SOLUTION
only_bias = 0.2
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "bias added per tap": 1.6,
    "bias added per channel": 0.4,
    "the same bias for every filter": 0.1,
    "bias forgotten": 0,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="only_bias" points=1

# %% [markdown]
# It is 0.2. The eight products of filter 1 are all 0, and its bias is added once, not
# once for each product.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_bias_statement"
# ### {{exercise conv2d_bias minutes=4 title="A bias for each filter"}}
#
# Build on `conv2d_filters`. Which axis of its result counts filters? NumPy adds an
# array of shape (C_out,) along the last axis of any array.


# %% nbgrader="autograded-answer" grade_id="conv2d_bias"
def conv2d_bias(x, w, b, *, stride=1, padding=0, dilation=1):
    """Slide a bank of filters over a picture, and add each filter's bias.

    y[i, j, f] = b[f] + sum_{p,q,c} w[p, q, c, f]
                                    * padded[i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    b : ndarray, shape (c_out,)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (h_out, w_out, c_out)

    Matches: ``keras.layers.Conv2D(c_out, (kh, kw))``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.5
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    return conv2d_filters(x, w, **settings) + b
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_bias" points=1

# %% nbgrader="demonstration"
biases = np.array([0.1, 0.2])
layer = keras.layers.Conv2D(2, (2, 2), dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([bank, biases])
maps = conv2d_bias(x, bank, biases)
plots.beside(maps, layer(x[None])[0])
if maps is not None:
    plots.grid(
        np.hstack([maps[:, :, 0], maps[:, :, 1]]),
        title="map 0 (left) and map 1 (right)",
        signed=True,
        alt="The eighteen numbers of your two maps.",
    )

# %% [markdown]
# **Notice.** Two maps of 3×3, from 3.1 in the top left corner of map 0 to −7.8 in the
# bottom right corner of map 1. Remember these eighteen numbers. Soon the same channels
# and kernels will give others, without any error.

# %% [markdown]
# ## A batch of pictures
#
# A layer is never handed one picture but several, a *batch*, and each picture in it is
# an *example*. The layer computes each by itself, with the same weights. The first axis
# counts examples: `x[n]` is a picture, and `y[n]` its volume.

# %% [markdown] nbgrader="read-only" grade_id="batch_weights_predict"
# {{question batch_weights minutes=2 title="Predict how many weights a batch needs"
# worked="6 * 5 * 5 * 3 = 450, and all ten pictures use the same weights"}}
# **Predict.** Ten pictures of 32×32×3 go through six filters of 5×5×3. How many weights
# does the layer have, not counting biases?

# %% nbgrader="autograded-answer" grade_id="batch_weights"
batch_weights = ...  # a whole number
### BEGIN SOLUTION
batch_weights = 450
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "weights for every example": 4500,
    "channels left out of the count": 150,
    "filters left out of the count": 75,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="batch_weights" points=1

# %% [markdown]
# A filter has 5·5·3 = 75 weights, and six have 6·75 = 450. Ten pictures or a thousand
# use the same ones.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_batch_statement"
# ### {{exercise conv2d_batch minutes=4 title="A batch of pictures"}}
#
# Call your `conv2d_bias` once for each picture, and stack the volumes. This time the
# new axis comes first.


# %% nbgrader="autograded-answer" grade_id="conv2d_batch"
def conv2d_batch(x, w, b, *, stride=1, padding=0, dilation=1):
    """Cross-correlate a batch of pictures with a bank of filters.

    y[n, i, j, f] = b[f] + sum_{p,q,c} w[p, q, c, f]
                                       * padded[n, i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    b : ndarray, shape (c_out,)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (n, h_out, w_out, c_out)

    Matches: ``keras.layers.Conv2D(c_out, (kh, kw))``
    Source: Dumoulin & Visin 2016, sec. 1.1
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    return np.stack([conv2d_bias(picture, w, b, **settings) for picture in x])
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_batch" points=2

# %% nbgrader="demonstration"
rng = np.random.default_rng(3)
pictures, filters = rng.normal(size=(4, 9, 8, 3)), rng.normal(size=(3, 2, 3, 5))
thresholds = rng.normal(size=5)
layer = keras.layers.Conv2D(5, (3, 2), strides=2, dtype="float64")
layer.build(pictures.shape)
layer.set_weights([filters, thresholds])
plots.beside(conv2d_batch(pictures, filters, thresholds, stride=2), layer(pictures))

# %% [markdown]
# The explorer now runs **your** layer. Set *planes* and *filters* to 3, and then try a
# stride. Do the partial sums still add up to the output?

# %% nbgrader="demonstration"
explore.channels(conv2d_batch)

# %% [markdown]
# **Notice.** You have four functions, each a line or two around the one before.
# Together they make seven loops: examples and filters, rows and columns of the map, and
# inside `np.sum` rows, columns and channels of the window. This is the whole layer, and
# a good place to stop for tonight.

# %% [markdown]
# ## Layouts, the silent mistake
#
# Papers and other frameworks often write channels **first**. There a picture has the
# axes (C, H, W), and a bank of filters (out, in, kh, kw). Keras wants (H, W, C) and
# (kh, kw, in, out). Here are the two channels and the two filters from above, channels
# first.

# %%
planes_first = np.array([plane_0, plane_1])
bank_first = np.array(
    [[[[1.0, -2], [-2, 1]], [[1, 0], [0, 1]]], [[[3, 1], [2, 2]], [[0, 0], [0, 4]]]]
)
print("picture", planes_first.shape, "filters", bank_first.shape)

# %% [markdown]
# Two operations change a shape. `reshape` keeps the numbers in their order in memory
# and moves the brackets. `transpose` names the old axes in their new order, and moves
# the numbers. Both can give the shape that you want, but one of them gives another
# picture.

# %% [markdown] nbgrader="read-only" grade_id="corner_pixel_predict"
# {{question corner_pixel minutes=3 title="Predict a pixel after a transpose"
# worked="the top left of channel 0 is 1 and the top left of channel 1 is 5: (1, 5)"}}
# **Predict.** A picture of two channels, channels first, is
# `[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]`. You bring it to channels last, correctly. What
# does its top left pixel `x[0, 0]` hold?

# %% nbgrader="autograded-answer" grade_id="corner_pixel"
corner_pixel = ...  # two numbers: (channel 0, channel 1)
### BEGIN SOLUTION
corner_pixel = (1, 5)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "reshape instead of transpose": (1, 2),
    "rows and columns swapped": (1, 3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="corner_pixel" points=1

# %% [markdown]
# The top left of channel 0 is 1 and the top left of channel 1 is 5, so the pixel holds
# 1 and 5. A reshape would have put 1 and 2 there, two neighbours of one channel.

# %% [markdown] nbgrader="read-only" grade_id="to_keras_statement"
# ### {{exercise to_keras minutes=8 title="From channels first to channels last"}}
#
# Return both arrays in Keras's order. `a.transpose(1, 0)` makes the old axis 1 the
# first one and the old axis 0 the second. Write the letters of the old axes down, with
# their numbers, before you choose.


# %% nbgrader="autograded-answer" grade_id="to_keras"
def to_keras(x, w):
    """Bring a picture and its filters from channels first to channels last.

    new_x[i, j, c] = x[c, i, j],  new_w[p, q, c, f] = w[f, c, p, q]

    Parameters
    ----------
    x : ndarray, shape (c_in, h, w_in)
    w : ndarray, shape (c_out, c_in, kh, kw)

    Returns
    -------
    new_x : ndarray, shape (h, w_in, c_in)
    new_w : ndarray, shape (kh, kw, c_in, c_out)

    Matches: ``keras.layers.Permute(...)``
    Source: Keras guide, ``image_data_format``
    """
    ### BEGIN SOLUTION
    return x.transpose(1, 2, 0), w.transpose(2, 3, 1, 0)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="to_keras" points=1

# %% [markdown]
# If the report says that your result *is a view of an argument*, nothing is wrong. A
# transpose doesn't copy numbers, it reads the same ones in another order. Change one,
# and you change both arrays.

# %% [markdown] nbgrader="read-only" grade_id="numbers_right_predict"
# {{question numbers_right minutes=2 title="Predict the damage of a wrong layout"
# worked="each filter now holds weights of both, and not one of the 18 sums is right:
# 0"}}
# **Predict.** Somebody brings the picture to channels last correctly. But the bank has
# the shape (2, 2, 2, 2) in either layout, so they hand it to Keras as it is. Of your
# eighteen numbers, how many are still right? A guess is welcome.

# %% nbgrader="autograded-answer" grade_id="numbers_right"
numbers_right = ...  # a whole number, from 0 to 18
### BEGIN SOLUTION
numbers_right = 0
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="numbers_right" points=1

# %% [markdown]
# Here are four readings, each handed to Keras. First yours. Then the kernels misread,
# as in the prediction. Then only the picture misread, by the reshape that most people
# would write. Then both, with a cleverer reshape found on a published slide. It
# took two neighbours in a row of one channel for the two channels of a pixel.


# %% nbgrader="demonstration"
def keras_maps(x_last, w_last):
    layer = keras.layers.Conv2D(2, (2, 2), dtype="float64")
    layer.build((1, 4, 4, 2))
    layer.set_weights([w_last, biases])
    y = np.array(layer(x_last[None]))[0]
    return np.hstack([y[:, :, 0], y[:, :, 1]])


read = to_keras(planes_first, bank_first)
reshaped = planes_first.reshape(4, 4, 2)
misread = planes_first.reshape(2, 4, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4, 2)
right = None if read is None else keras_maps(*read)
for title, maps in (
    ("yours", right),
    ("kernels misread", keras_maps(x, bank_first)),
    ("picture reshaped", keras_maps(reshaped, bank)),
    ("both misread", keras_maps(misread, bank_first)),
):
    same = "" if right is None else f" {np.isclose(maps, right).sum()} of 18 are right."
    plots.grid(maps, title=title, signed=True, alt=f"Map 0, then map 1.{same}")

# %% [markdown]
# **Notice.** Nothing failed, and all shapes are right. Yet almost every number is
# wrong, and the two that the plain reshape gets right are an accident. A network
# trained with a wrong layout even learns something, so you may never find out. Two
# habits protect you. Test with sizes that all differ, since then a wrong order can't
# fit, and work one small case out by hand.

# %% [markdown]
# ## Every window becomes a row
#
# Your loops are right and slow. There is an old cure. Copy every window into a row of a
# matrix, and the convolution becomes **one** matrix product, which computers do at full
# speed. The copying is called *im2col*, "image to columns", although here each window
# is a row.

# %% [markdown]
# A small picture of 3×3 with one channel has four windows of 2×2, of four numbers each.

# %%
small = np.arange(1.0, 10).reshape(3, 3)
windows = [small[i : i + 2, j : j + 2].ravel() for i in range(2) for j in range(2)]
plots.grid(small, alt="A picture of 3x3: the numbers 1 to 9.")
plots.grid(np.array(windows), alt="Its windows as rows. How often does the 5 occur?")

# %% [markdown]
# The order matters, since a later reshape has to make maps of the rows again. Rows of
# the matrix go by examples first, then by rows of stops, then by columns of stops.
# Within a row come rows of the window, then its columns, then channels, in the order of
# `w`'s axes. NumPy's `ravel` on a window does exactly this.

# %% [markdown] nbgrader="read-only" grade_id="patches_shape_predict"
# {{question patches_shape minutes=3 title="Predict the shape of the patches"
# worked="2 * (4 - 3 + 1) * (6 - 2 + 1) = 20 windows, each of 3 * 2 * 3 = 18 numbers"}}
# **Predict.** Two pictures of 4×6×3 meet windows of 3×2, with stride 1 and no padding.
# How many rows and columns does the matrix have?

# %% nbgrader="autograded-answer" grade_id="patches_shape"
patches_shape = ...  # two whole numbers: (rows, columns)
### BEGIN SOLUTION
patches_shape = (20, 18)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "stops as columns": (18, 20),
    "only the first channel": (20, 6),
    "only the first example": (10, 18),
    "input height for output height": (48, 18),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="patches_shape" points=1

# %% [markdown]
# A picture has 2 rows and 5 columns of stops, 2·5 = 10 windows, and two pictures have
# 20. Each window holds 3·2·3 = 18 numbers.

# %% [markdown] nbgrader="read-only" grade_id="im2col_statement"
# ### {{exercise im2col minutes=10 title="Every window becomes a row"}}
#
# `prepare` pads all pictures of a batch at once. Collect the flattened windows in a
# list, in the right order, and make one array of it.


# %% nbgrader="autograded-answer" grade_id="im2col"
def im2col(x, kh, kw, *, stride=1, padding=0, dilation=1):
    """Copy every window of a batch into a row of a matrix.

    Row (n * h_out + i) * w_out + j, column (p * kw + q) * c_in + c:
    padded[n, i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (n, h, w_in, c_in)
    kh, kw : int, rows and columns of the window
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    patches : ndarray, shape (n * h_out * w_out, kh * kw * c_in)

    Matches: ``keras.ops.image.extract_patches(x, (kh, kw), strides=1)``, reshaped
    Source: Chellapilla, Puri & Simard 2006, sec. 3
    """
    padded, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    windows = [
        picture[r, c].ravel() for picture in padded for r in rows for c in columns
    ]
    return np.array(windows)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="im2col" points=2

# %% nbgrader="demonstration"
batch = x[None]  # the two channels, as a batch of one
extracted = keras.ops.image.extract_patches(batch, (2, 2), strides=1)
plots.beside(im2col(batch, 2, 2), np.array(extracted).reshape(-1, 8))

# %% [markdown]
# **Notice.** A pixel is copied into as many rows as there are windows that read it.
# That is four times in the middle of this picture, and nine times for a 3×3 kernel with
# stride 1. So im2col buys speed with *memory*. A picture for AlexNet holds 227·227·3 =
# 154 587 numbers, and its patches 55·55·363 = 1 098 075, seven times as many.

# %% [markdown]
# ## One matrix product
#
# A row of patches times a filter, written as a column, is one output. All rows times
# all filters are all outputs:
#
# $$Y = P \, W + b, \qquad P: (N h_{out} w_{out}) \times (k_h k_w c_{in}), \quad
# W: (k_h k_w c_{in}) \times c_{out}$$
#
# A bank of shape (3, 2, 3, 4) becomes a matrix $W$ of 18 rows and 4 columns, one column
# for each filter. Row by row, $Y$ holds the pixels of the maps.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_matmul_statement"
# ### {{exercise conv2d_matmul minutes=8 title="One matrix product"}}
#
# No loops now. You need your `im2col`, one `@`, and two reshapes. The first makes the
# matrix $W$ of the bank, and the last makes maps of the rows again. `len(rows)` and
# `len(columns)` are the numbers of stops.


# %% nbgrader="autograded-answer" grade_id="conv2d_matmul"
def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
    """Cross-correlate a batch with a bank of filters by one matrix product.

    y = patches @ w_as_a_matrix + b, reshaped

    Parameters
    ----------
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    b : ndarray, shape (c_out,)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (n, h_out, w_out, c_out)

    Matches: ``keras.layers.Conv2D(c_out, (kh, kw))``
    Source: Chellapilla, Puri & Simard 2006, sec. 3
    """
    kh, kw, _, c_out = w.shape
    _, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    patches = im2col(x, kh, kw, **settings)
    y = patches @ w.reshape(-1, c_out) + b
    return y.reshape(len(x), len(rows), len(columns), c_out)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_matmul" points=2

# %% [markdown] nbgrader="read-only" grade_id="times_faster_predict"
# {{question times_faster minutes=2 title="Predict how much faster the product is"
# options="a|b|c"
# worked="Python walks through each step of the loops, but not of the product: c"}}
# **Predict.** Loops and product do the same multiplications. On a picture of 48×48 with
# 3 channels and 16 filters of 3×3, how do their times compare? **a** about the same
# **b** the product is two or three times as fast **c** it is more than ten times as
# fast

# %% nbgrader="autograded-answer" grade_id="times_faster"
times_faster = ...  # a letter in quotes
### BEGIN SOLUTION
times_faster = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="times_faster" points=1

# %% nbgrader="demonstration"
from time import perf_counter


def seconds(function, *arguments):
    """Return the shortest of three times."""
    times = []
    for _ in range(3):
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return min(times)


filters, thresholds = rng.normal(size=(3, 3, 3, 16)), rng.normal(size=16)
layer = keras.layers.Conv2D(16, (3, 3), dtype="float64")
layer.build((1, 8, 8, 3))
layer.set_weights([filters, thresholds])
sides = [8, 16, 24, 32, 48]
pictures = [rng.normal(size=(1, side, side, 3)) for side in sides]
loops, product = (
    [seconds(function, picture, filters, thresholds) for picture in pictures]
    for function in (conv2d_batch, conv2d_matmul)
)
theirs = {}
if keras.config.backend() == "tensorflow":  # without Keras there is nothing to time
    theirs["Keras"] = sides, [seconds(layer, picture) for picture in pictures]

# %% nbgrader="demonstration"
mine = conv2d_matmul(pictures[0], filters, thresholds)
slow = conv2d_batch(pictures[0], filters, thresholds)
if mine is not None and slow is not None:
    print("loops and product agree:", np.allclose(mine, slow))
    plots.lines(
        {"loops": (sides, loops), "product": (sides, product), **theirs},
        xlabel="height and width of the picture (pixels)",
        ylabel="time (seconds)",
        log=True,
        alt=f"At {sides[-1]} x {sides[-1]} pixels the loops take "
        f"{loops[-1] / product[-1]:.0f} times as long as the product.",
    )

# %% [markdown]
# **Notice.** The axis of times is logarithmic, and every labelled step is a factor of
# ten. The arithmetic is the same, but in the loops Python walks through every step
# itself. Keras's curve is flatter, and on pictures this small your product may even
# beat it. A call of a layer costs a fixed time, whatever the picture, and only for
# larger pictures does the arithmetic count.

# %% [markdown]
# ## Count what a layer costs
#
# How many numbers does a layer learn, and how much work does it do? Work is counted in
# *multiply-adds*: one multiplication and the addition that goes with it. The two
# filters of 2×2×2 from above have 2·8 = 16 weights and 2 biases. On 4×4 pixels they
# make 3·3·2 = 18 outputs, and each adds up 8 products: 18·8 = 144 multiply-adds.

# %% [markdown]
# What happens when layers are stacked? Take 6 filters of 5×5 on one grey picture. They
# have 6·25 = 150 weights. Then take 16 filters of 5×5 on the 6 maps. A filter is as
# deep as what it reads, so these have 16·25·6 = 2400 weights, and not 16·25 = 400.

# %% [markdown] nbgrader="read-only" grade_id="count_conv2d_statement"
# ### {{exercise count_conv2d minutes=10 title="Count parameters and multiply-adds"}}
#
# Count one filter first, then one output, then all of them. Products with padded zeros
# count, since the loops make them. A bias is added and not multiplied. `both` makes a
# pair of a setting that may be one number.


# %% nbgrader="autograded-answer" grade_id="count_conv2d"
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    """Count the parameters and the multiply-adds of a layer on one picture.

    Parameters
    ----------
    h, w_in, c_in : int, rows, columns and channels of the picture
    filters, kh, kw : int, how many filters, and their rows and columns
    stride, padding : int, or a pair (rows, columns)
    use_bias : bool, whether each filter has a bias

    Returns
    -------
    parameters : int, how many numbers the layer learns
    multiply_adds : int, how many products all outputs of one picture take

    Matches: ``keras.layers.Conv2D(filters, (kh, kw)).count_params()``
    Source: CS231n notes, "Convolutional networks", layer sizing patterns
    """
    (sh, sw), (ph, pw) = both(stride), both(padding)
    ### BEGIN SOLUTION
    h_out = (h + 2 * ph - kh) // sh + 1
    w_out = (w_in + 2 * pw - kw) // sw + 1
    parameters = filters * (kh * kw * c_in + (1 if use_bias else 0))
    return parameters, h_out * w_out * filters * kh * kw * c_in
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="count_conv2d" points=2

# %%
print("AlexNet, first layer:", count_conv2d(227, 227, 3, 96, 11, 11, stride=4))

# %% [markdown]
# AlexNet's first layer learns 34 944 numbers, as you saw at the start, and does
# 105 415 200 multiply-adds. Compare that with the 105 705 600 weights of the unshared
# layer. Nearly the same number, and no accident. Without sharing, every product would
# have a weight of its own, and every unit a bias.

# %% [markdown]
# A whole network, for grey pictures of 28×28: a convolution to 8 maps, pooling, a
# convolution to 16 maps, pooling, then two dense layers of 64 and 10 units. LeNet,
# which read the amounts on bank cheques in 1998, was built like this. Both convolutions
# have 3×3 filters here. Each pooling halves height and width and rounds down. `Flatten`
# lays the volume out as one row of numbers for the dense layers.

# %% [markdown] nbgrader="read-only" grade_id="heaviest_layer_predict"
# {{question heaviest_layer minutes=2 title="Predict which layer is the heaviest"
# worked="parameters: dense 1, (5 * 5 * 16 + 1) * 64 = 25664 | multiply-adds: conv 2, 11
# * 11 stops * 1152 weights = 139392" options="conv 1 | conv 2 | dense 1 | dense 2"}}
# **Predict.** Which of its layers has the most parameters, and which one does the most
# multiply-adds? Answer `"conv 1"`, `"conv 2"`, `"dense 1"` or `"dense 2"` to each.

# %% nbgrader="autograded-answer" grade_id="heaviest_layer"
heaviest_layer = {"parameters": ..., "multiply-adds": ...}  # a name in quotes for each
### BEGIN SOLUTION
heaviest_layer = {"parameters": "dense 1", "multiply-adds": "conv 2"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="heaviest_layer" points=1

# %% nbgrader="demonstration"
layers = keras.layers
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(64),
        layers.Dense(10),
    ]
)
for layer in network.layers:
    name, shape = type(layer).__name__, layer.output.shape
    print(f"{name:<14}{shape!s:<22}{layer.count_params():>8,}")
print(f"{'in all':<36}{network.count_params():>8,}")
print("yours, conv 1:", count_conv2d(28, 28, 1, 8, 3, 3), "(parameters, multiply-adds)")
print("yours, conv 2:", count_conv2d(13, 13, 8, 16, 3, 3))

# %% [markdown]
# **Notice.** 5·5·16 = 400 numbers and a bias enter each of the 64 dense units, and (400
# + 1)·64 = 25 664 is 93 % of all parameters. But a dense layer uses each weight once,
# in 25 600 multiply-adds. The second convolution does 139 392 with 1152 weights,
# because it uses them at every stop. Parameters don't depend on the picture's size.
# Work does.

# %% [markdown] nbgrader="read-only" grade_id="second_network_statement"
# ### {{exercise second_network minutes=8 lines=0 title="Size a network"}}
#
# Now you do it, on paper: pictures of 32×32×1; 20 filters of 5×5; 2×2 pooling; 20
# filters of 5×5; 2×2 pooling; then dense layers. Every filter has a bias. How many
# parameters does the first convolution have, how many the second, and how many numbers
# enter the first dense layer?

# %% nbgrader="autograded-answer" grade_id="second_network"
second_network = ...  # three whole numbers
### BEGIN SOLUTION
second_network = (520, 10020, 500)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "bias forgotten": (500, 10000, 500),
    "channels left out of the count": (520, 520, 500),
    "one bias for the layer": (501, 10001, 500),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="second_network" points=1

# %% [markdown]
# What the network learns are its *parameters*. What you choose beforehand are
# *hyperparameters*. Is the stride learned? Is a bias chosen?
#
# | | parameters | hyperparameters |
# |---|---|---|
# | convolution | kernels, biases | size, number, stride, padding, activation |
# | pooling | none | method, window, stride, padding |
# | dense | weights, biases | width, activation |
# | the network | | architecture, initialisation, regularisation |
# | its training | | optimiser, learning rate, loss, batch size, epochs |
# | its data | | the split into training, validation and test |

# %% [markdown] nbgrader="manual-answer" grade_id="written_sharing" points=2
# ## Write it in words
#
# A convolutional layer needs far fewer weights than a dense one, for two reasons. Name
# both. Then give one kind of input for which one of the two would be a bad idea, and
# say why.
#
# ### BEGIN MARK SCHEME
# 1 point: each output reads a small neighbourhood only (local connections), and all
# outputs of a map use the same weights (sharing). Half a point for each.
#
# 1 point: an input for which neighbourhood or position matters otherwise, with the
# reason. For example a table whose columns are age, income, height: neighbours have
# nothing to do with each other. Or portraits that are always aligned, where eyes are at
# one place and mouths at another: different places deserve different weights. Half a
# point without a reason.
#
# "Because of pooling" earns nothing: pooling has no weights and isn't asked for.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# A filter is as deep as its input and gives one map. A layer has many filters and gives
# a volume as deep as their number, and all of it is one matrix product of windows and
# filters.
#
# ## Key points
#
# - Sum over rows, columns and channels of the window, and add the filter's bias once.
# - A wrong layout doesn't fail. Transpose, and test with sizes that all differ.
# - Parameters don't depend on the picture's size. The work does.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Design a 5×5×3 filter that finds the cat's yellow-green eyes, and one that finds
#    whiskers. How few weights that aren't 0 do you need?
# 2. You double the number of channels in *every* layer of a network. What happens to
#    its parameters, and what to its work?
# 3. Up to how many filters is the matrix of im2col larger than the output? Then write
#    `conv2d_batch` with `np.einsum` on `np.lib.stride_tricks.sliding_window_view`, and
#    put it into the plot of times.

# %% [markdown]
# ## Further reading
#
# - [CS231n, Convolutional neural networks](https://cs231n.github.io/convolutional-networks/),
#   because its moving figure shows three channels, two filters and their sums. (It
#   counts dilation from 0 where we and Keras count from 1.)
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can open one
#   output of a colour network and see its three partial sums.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because sections 9.2 and 9.4 make the argument against dense layers in full.
