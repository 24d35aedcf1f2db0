# %% [markdown]
# # Stack channels and filters by hand
#
# **You will build** the convolutional layer as Keras has it: a batch of pictures with
# channels in, a volume of feature maps out. Then you turn its loops into one matrix
# product.
#
# **You will learn**
#
# - what a kernel, a filter, a feature map and a bias are, and how many of each
# - how a layout of axes can make every number wrong while nothing fails
# - what a layer costs, in weights and multiplications, and why a dense one costs more
#
# **You need** lesson 02 and 150 minutes, best in two evenings; pause after 3.4.

# %%
import numpy as np

from byhand import check, data, explore, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_03_statement"
# {{warm-up warm_up_03 minutes=3 title="Warm up: lessons 01 and 02"}}
# ## Warm up
#
# Three questions on lessons 01 and 02; answer without looking back.
#
# 1. A kernel of 5 slides over 12 values with stride 3 and padding 1. How many stops?
#    **a** 3 **b** 4 **c** 5 **d** 10
# 2. Keras's `same` needs an odd number of zeros along the rows. Where does the extra
#    row stand? **a** at the top **b** at the bottom **c** it is left out
# 3. Which feature told X from O? **a** the falling diagonal **b** the rising diagonal
#    **c** the crossing

# %% nbgrader="autograded-answer" grade_id="warm_up_03"
warm_up_03 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_03 = {"q1": "b", "q2": "b", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_03" points=1

# %% [markdown]
# ## From one picture to a volume
#
# Start with a grey photograph and three kernels of 3×3. Each kernel gives one map, and
# the three maps, one behind the other, are a *volume*: rows, columns, and a depth of
# three. Keras's layer does all three at once.

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
    alt=f"One grey picture and three kernels give three maps: together a volume of "
    f"shape {volume.shape}.",
)

# %% [markdown]
# The next layer reads this volume as its picture. Its depth counts *channels*: the
# three maps here, or red, green and blue in a colour picture. So a kernel of one plane
# no longer does: for every channel it needs a plane of weights.

# %% [markdown]
# The words, from small to large. A *kernel* is one plane of weights. A *filter* is a
# stack of kernels, one for each input channel, each different. A filter gives **one**
# *feature map*. The layer has several filters, and the depth of its output is their
# number.

# %% [markdown]
# ## Add up the channels
#
# A filter visits all channels at the same place, makes a sum of products in each, and
# adds the sums up. Here are two planes of 4×4 and a filter of two 2×2 kernels; the
# window at the top left gives 2 in plane 0 and 1 in plane 1: together 3.

# %%
plane_0 = np.array([[1.0, -2, 2, 2], [2, 1, 3, -2], [-2, 3, -3, 1], [-1, 2, -4, 2]])
plane_1 = np.array([[3.0, 0, 0, 0], [-2, -2, 1, -1], [2, -1, 3, 1], [5, -2, 0, 1]])
kernel_0 = np.array([[1.0, -2], [-2, 1]])
kernel_1 = np.array([[1.0, 0], [0, 1]])

# %% nbgrader="demonstration"
plots.draw_window(plane_0, kernel_0, at=(0, 0))
plots.draw_window(plane_1, kernel_1, at=(0, 0))

# %% [markdown]
# In letters, with `c` counting channels:
#
# $$y_{ij} = \sum_{p,q,c} w_{pqc} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$
#
# $\bar x$ is the padded picture. One sum over three indices: the window is a block of
# $k_h \times k_w \times c_{in}$ numbers, and so is the filter.

# %% [markdown] nbgrader="read-only" grade_id="second_stop_predict"
# {{question second_stop minutes=3 title="Predict a sum over two planes"}}
# **Predict.** The window moves one column to the right. Which number does the filter
# give there? Work it out from the two planes and the two kernels above.

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
# Stride, padding and dilation are what they were in lesson 02, so this lesson gives
# them to you. `prepare` pads rows and columns, and lists for each stop the indices that
# it reads: `rows[i]` and `columns[j]`. It leaves channels, and any axis before the
# rows, alone.


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


def prepare(x, kh, kw, stride, padding, dilation):
    """Pad the rows and columns of x (..., H, W, C), and list what each stop reads."""
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    x = np.pad(x, [(0, 0)] * (x.ndim - 3) + [(ph, ph), (pw, pw), (0, 0)])
    tops = range(0, x.shape[-3] - dh * (kh - 1), sh)
    lefts = range(0, x.shape[-2] - dw * (kw - 1), sw)
    rows = [top + dh * np.arange(kh) for top in tops]
    columns = [left + dw * np.arange(kw) for left in lefts]
    return x, rows, columns


# %% [markdown]
# `x[np.ix_(rows[i], columns[j])]` cuts the window out: these rows, these columns, all
# channels. Try it on the two planes, stacked along a last axis as Keras wants them: a
# picture has the shape (H, W, C).

# %%
x = np.stack([plane_0, plane_1], axis=-1)
w = np.stack([kernel_0, kernel_1], axis=-1)
padded, rows, columns = prepare(x, 2, 2, stride=2, padding=0, dilation=1)
window = padded[np.ix_(rows[0], columns[1])]
print("rows", rows[0], "columns", columns[1], "window", window.shape, "filter", w.shape)

# %% [markdown]
# The same planes and kernels to play with, in a whole layer with our own sums. It has a
# second filter, and each map adds a bias: the top left corner of map 0 is 2 + 1 + 0.1.
# Both come soon; set filters to 1 and untick "add a bias" to see the sums above. Point
# at an output: one window lights up in *each* plane, and the partial sums stand beside
# the result.

# %% nbgrader="demonstration"
explore.channels()

# %% [markdown] nbgrader="read-only" grade_id="conv2d_channels_statement"
# ### {{exercise conv2d_channels minutes=10 title="Add up the channels"}}
#
# One picture, one filter, one map. Visit every stop with two loops; `enumerate(rows)`
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
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    y = np.zeros((len(rows), len(columns)), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            y[i, j] = np.sum(w * x[np.ix_(r, c)])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_channels" points=2

# %% [markdown]
# `beside` prints your result beside Keras's. Keras's layer wants a batch of pictures
# and a bank of filters, so `None` adds an axis at either place.


# %%
def beside(yours, keras_result):
    """Print two results and their largest difference."""
    theirs = np.array(keras_result)
    between = "\n" if theirs.ndim > 1 else " "
    print("Keras", theirs, sep=between)
    print("yours", "not written yet" if yours is None else yours, sep=between)
    if np.shape(yours) == theirs.shape:
        print("largest difference", f"{np.abs(yours - theirs).max():.0e}")


# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (2, 2), use_bias=False, dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([w[:, :, :, None]])
beside(conv2d_channels(x, w), layer(x[None])[0, :, :, 0])

# %% [markdown]
# **Notice.** Two channels went in and **one** map came out. To keep a map for each
# channel is the most common mistake here; it is another operation, the depthwise
# convolution of lesson 04. And the filter doesn't slide along the channels: it is as
# deep as they are.

# %% [markdown]
# ## Many filters
#
# A second filter is a second stack of kernels, and gives a second map. All filters
# together are one array `w[p, q, c, f]` of shape (kh, kw, C_in, C_out), and the map of
# filter `f` stands at `y[:, :, f]`:
#
# $$y_{ijf} = \sum_{p,q,c} w_{pqcf} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$

# %% [markdown] nbgrader="read-only" grade_id="six_filters_predict"
# {{question six_filters minutes=2 title="Predict the shape of a volume"}}
# **Predict.** A colour picture of 32×32×3 meets six filters of 5×5×3, without padding.
# What is the shape of the result? And, for yourself: how many kernels are there?

# %% nbgrader="autograded-answer" grade_id="six_filters"
six_filters = ...  # three whole numbers: (rows, columns, depth)
### BEGIN SOLUTION
six_filters = (28, 28, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "a 2D slice per channel instead of the volume": (28, 28, 18),
    "the maps added up into one": (28, 28, 1),
    "input height for output height": (32, 32, 6),
    "channels first for channels last": (6, 28, 28),
    "only the first filter": (28, 28, 3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="six_filters" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv2d_filters_statement"
# ### {{exercise conv2d_filters minutes=8 title="Many filters, many maps"}}
#
# The same window meets every filter in turn: a third loop. Write it out, even if you
# see how NumPy could do it at once; that comes later in this lesson.


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
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    y = np.zeros((len(rows), len(columns), c_out), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = np.sum(w[..., f] * x[np.ix_(r, c)])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_filters" points=2

# %% [markdown]
# The two planes get a second filter, which pays most attention to the lower right pixel
# of plane 1. Map 0 is the one from before.

# %%
second = np.stack([np.array([[3.0, 1], [2, 2]]), np.array([[0.0, 0], [0, 4]])], axis=-1)
bank = np.stack([w, second], axis=-1)
print("bank of filters", bank.shape)

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(2, (2, 2), use_bias=False, dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([bank])
beside(conv2d_filters(x, bank), layer(x[None])[0])

# %% [markdown]
# **Notice.** Reading the print: each innermost pair is one pixel of the output, with
# its value in map 0 and in map 1. The depth of the output has nothing to do with the
# depth of the input: it is the number of filters, which you choose.

# %% [markdown]
# ## A bias for each filter
#
# A filter answers to a pattern; the bias `b[f]` says how strong the pattern must be for
# the sum to come out above 0. It is one number for the whole map of filter `f`, added
# once to each sum:
#
# $$y_{ijf} = b_f + \sum_{p,q,c} w_{pqcf} \; \bar{x}_{i s + p d,\; j s + q d,\; c}$$

# %% [markdown] nbgrader="read-only" grade_id="only_bias_predict"
# {{question only_bias minutes=2 title="Predict what the bias alone gives"}}
# **Predict.** All weights of the two 2×2×2 filters are set to 0, and the biases are 0.1
# and 0.2. Which number stands everywhere in map 1?

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

# %% [markdown] nbgrader="read-only" grade_id="conv2d_bias_statement"
# ### {{exercise conv2d_bias minutes=5 title="A bias for each filter"}}
#
# Copy your loops and add the bias at the right place: once for each output, outside of
# the sum over the window.


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
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    y = np.zeros((len(rows), len(columns), c_out), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            for f in range(c_out):
                y[i, j, f] = b[f] + np.sum(w[..., f] * x[np.ix_(r, c)])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_bias" points=1

# %% nbgrader="demonstration"
biases = np.array([0.1, 0.2])
layer = keras.layers.Conv2D(2, (2, 2), dtype="float64")
layer.build((1, 4, 4, 2))
layer.set_weights([bank, biases])
maps = conv2d_bias(x, bank, biases)
for f in range(2):
    beside(None if maps is None else maps[:, :, f], layer(x[None])[0, :, :, f])

# %% [markdown]
# **Notice.** Two maps of 3×3, from 3.1 in the top left corner of map 0 to −7.8 in the
# bottom right one of map 1. Keep these eighteen numbers in mind: in a moment the same
# planes and kernels give others, and no error.

# %% [markdown]
# ## A batch of pictures
#
# A layer is never handed one picture but several, a *batch*; each picture in it is an
# *example*. Each is computed by itself, with the same weights. The first axis counts
# them: `x[n]` is a picture, and `y[n]` its volume.

# %% [markdown] nbgrader="read-only" grade_id="batch_weights_predict"
# {{question batch_weights minutes=2 title="Predict how many weights a batch needs"}}
# **Predict.** Ten pictures of 32×32×3 go through six filters of 5×5×3. How many weights
# has the layer, without biases?

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

# %% [markdown] nbgrader="read-only" grade_id="conv2d_batch_statement"
# ### {{exercise conv2d_batch minutes=8 title="A batch of pictures"}}
#
# A fourth loop, around all others. `prepare` has padded every picture of the batch
# already.


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
    kh, kw, _, c_out = w.shape
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    ### BEGIN SOLUTION
    y = np.zeros((len(x), len(rows), len(columns), c_out), dtype=x.dtype)
    for n in range(len(x)):
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                for f in range(c_out):
                    y[n, i, j, f] = b[f] + np.sum(w[..., f] * x[n][np.ix_(r, c)])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_batch" points=2

# %% nbgrader="demonstration"
rng = np.random.default_rng(3)
pictures, filters = rng.normal(size=(4, 9, 8, 3)), rng.normal(size=(3, 2, 3, 5))
thresholds = rng.normal(size=5)
layer = keras.layers.Conv2D(5, (3, 2), strides=2, dtype="float64")
layer.build(pictures.shape)
layer.set_weights([filters, thresholds])
theirs = np.array(layer(pictures))
mine = conv2d_batch(pictures, filters, thresholds, stride=2)
print("Keras", theirs.shape, "yours", np.shape(mine))
if np.shape(mine) == theirs.shape:
    print("largest difference", f"{np.abs(mine - theirs).max():.0e}")

# %% nbgrader="demonstration"
explore.channels(conv2d_batch)

# %% [markdown]
# **Notice.** Move over an output in the explorer: its partial sums, one for each
# channel, and the bias add up to it. Your function holds seven loops, of which NumPy
# runs three inside `np.sum`: examples, rows, columns, filters; then rows, columns and
# channels of the window.

# %% [markdown]
# ## Layouts, the silent mistake
#
# Papers and other frameworks often write channels **first**: a picture has the axes
# (C, H, W), and a bank of filters (out, in, kh, kw). Keras wants (H, W, C) and
# (kh, kw, in, out). The two planes and two filters from above, channels first:

# %%
planes_first = np.array([plane_0, plane_1])
bank_first = np.array(
    [[[[1.0, -2], [-2, 1]], [[1, 0], [0, 1]]], [[[3, 1], [2, 2]], [[0, 0], [0, 4]]]]
)
print("picture", planes_first.shape, "filters", bank_first.shape)

# %% [markdown]
# Two operations change a shape. `reshape` keeps the numbers in their order in memory
# and moves the brackets. `transpose` names the old axes in their new order, and moves
# numbers. Both can give the shape that you want; one of them gives another picture.

# %% [markdown] nbgrader="read-only" grade_id="corner_pixel_predict"
# {{question corner_pixel minutes=3 title="Predict a pixel after a transpose"}}
# **Predict.** A picture of two planes, channels first, is
# `[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]`. Brought to channels last in the right way,
# what does its top left pixel `x[0, 0]` hold?

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

# %% [markdown] nbgrader="read-only" grade_id="to_keras_statement"
# ### {{exercise to_keras minutes=8 title="From channels first to channels last"}}
#
# Return both arrays in Keras's order. `a.transpose(1, 0)` makes the old axis 1 the
# first one and the old axis 0 the second.


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
# Now three readings of the same numbers, each handed to Keras. First yours. Second: the
# picture is right, but the sixteen numbers of the kernels are read as if they stood in
# Keras's order already. Third: the picture is misread as well, and two neighbours in a
# row of **one** plane are taken for the two channels of a pixel.


# %% nbgrader="demonstration"
def keras_maps(x_last, w_last):
    layer = keras.layers.Conv2D(2, (2, 2), dtype="float64")
    layer.build((1, 4, 4, 2))
    layer.set_weights([w_last, biases])
    return np.array(layer(x_last[None]))[0].round(1).tolist()


read = to_keras(planes_first, bank_first)
misread = planes_first.reshape(2, 4, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4, 2)
print("yours         ", "not written yet" if read is None else keras_maps(*read))
print("kernel misread", keras_maps(x, bank_first))
print("both misread  ", keras_maps(misread, bank_first))

# %% [markdown]
# **Notice.** Nothing failed and all shapes are right, yet in the second and the third
# reading every single number is wrong. A network trained with a wrong layout even
# learns something. The way out is a small test whose sizes all differ, worked by hand.

# %% [markdown]
# ## Every window becomes a row
#
# Your loops are right and slow. The way out is old: copy every window into a row of a
# matrix, and the convolution becomes **one** matrix product, which computers do at full
# speed. The copying is called *im2col*, "image to columns"; here each window is a row.

# %% [markdown]
# A small picture of 3×3 with one channel, and windows of 2×2. There are four stops,
# and each reads four numbers:

# %% nbgrader="demonstration"
small = np.arange(1.0, 10).reshape(3, 3)
windows = [small[i : i + 2, j : j + 2].ravel() for i in range(2) for j in range(2)]
plots.grid(small, alt="A picture of 3x3: the numbers 1 to 9.")
plots.grid(
    np.array(windows),
    alt="Its four windows of 2x2 as rows; the 5 in the middle stands in all of them.",
)

# %% [markdown]
# The order has to be kept. Rows of the matrix: examples outside, then rows of stops,
# then columns of stops. Inside of a row: rows of the window, columns of the window,
# channels, in the order of `w`'s axes. NumPy's `ravel` on a window does this.

# %% [markdown] nbgrader="read-only" grade_id="patches_shape_predict"
# {{question patches_shape minutes=3 title="Predict the shape of the patches"}}
# **Predict.** Two pictures of 4×6×3 meet windows of 3×2, with stride 1 and no padding.
# How many rows and columns has the matrix?

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

# %% [markdown] nbgrader="read-only" grade_id="im2col_statement"
# ### {{exercise im2col minutes=12 title="Every window becomes a row"}}
#
# A list of windows in the right order, made one array, is a good answer. Ours is
# shorter and faster, because NumPy takes arrays as indices: for a plane `a`,
# `a[r[:, None], c[None, :]]` pairs every row index in `r` with every column index in
# `c`. Ours gives `rows` and `columns` four axes in this way.


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
    x, rows, columns = prepare(x, kh, kw, stride, padding, dilation)
    rows, columns = np.array(rows), np.array(columns)
    ### BEGIN SOLUTION
    patches = x[:, rows[:, None, :, None], columns[None, :, None, :]]
    return patches.reshape(-1, kh * kw * x.shape[-1])
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="im2col" points=2

# %% nbgrader="demonstration"
batch = x[None]  # the two planes, as a batch of one
extracted = keras.ops.image.extract_patches(batch, (2, 2), strides=1)
beside(im2col(batch, 2, 2), np.array(extracted).reshape(-1, 8))

# %% [markdown]
# **Notice.** A pixel is copied into as many rows as windows read it: four times in the
# middle of this picture, and nine times for a 3×3 kernel with stride 1. im2col buys
# speed with memory.

# %% [markdown]
# ## One matrix product
#
# A row of patches times a filter, written as a column, is one output. All rows times
# all filters are all outputs:
#
# $$Y = P \, W + b, \qquad P: (N h_{out} w_{out}) \times (k_h k_w c_{in}), \quad
# W: (k_h k_w c_{in}) \times c_{out}$$
#
# Row by row, $Y$ holds the pixels of the maps.

# %% [markdown] nbgrader="read-only" grade_id="kernel_matrix_predict"
# {{question kernel_matrix minutes=2
# title="Predict the shape of the kernel as a matrix"}}
# **Predict.** A bank of four filters has the shape (3, 2, 3, 4): rows, columns,
# channels, filters. Which shape has it as the matrix $W$?

# %% nbgrader="autograded-answer" grade_id="kernel_matrix"
kernel_matrix = ...  # two whole numbers: (rows, columns)
### BEGIN SOLUTION
kernel_matrix = (18, 4)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel numbers read filter by filter": (4, 18),
    "channels left out of the count": (6, 4),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="kernel_matrix" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv2d_matmul_statement"
# ### {{exercise conv2d_matmul minutes=8 title="One matrix product"}}
#
# No loops: your `im2col`, one `@`, and a reshape that makes maps of the rows again.
# `len(rows)` and `len(columns)` are the numbers of stops; `**settings` in a call hands
# on stride, padding and dilation.


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

# %% [markdown]
# Loops and product give the same numbers. What differs is the time. The next cell
# measures your two functions and Keras's layer on larger and larger pictures, with 3
# channels and 16 filters of 3×3.

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
theirs = [seconds(layer, picture) for picture in pictures]

# %% nbgrader="demonstration"
mine = conv2d_matmul(pictures[0], filters, thresholds)
slow = conv2d_batch(pictures[0], filters, thresholds)
if mine is not None and slow is not None:
    print("loops and product agree:", np.allclose(mine, slow))
    plots.lines(
        {
            "loops": (sides, loops),
            "product": (sides, product),
            "Keras": (sides, theirs),
        },
        xlabel="height and width of the picture (pixels)",
        ylabel="time (seconds)",
        log=True,
        alt=f"At {sides[-1]} x {sides[-1]} pixels the loops take "
        f"{loops[-1] / product[-1]:.0f} times as long as the product.",
    )

# %% [markdown]
# **Notice.** The axis of times is logarithmic: every labelled step is a factor of ten.
# The arithmetic is the same; what costs is that Python walks through every loop step by
# step. Frameworks do what your product does, in pieces that fit the processor.

# %% [markdown]
# ## Why not dense layers
#
# A dense layer connects every pixel with every unit. On MNIST, 70 000 handwritten
# digits of 28×28, a good dense network errs on only about 2 % of the digits it has
# never seen. So accuracy on small, centred pictures isn't the argument. Three others
# are.

# %% [markdown]
# **It can't see neighbourhood.** To a dense layer a picture is a vector, 28×28 one of
# 784. Shuffle the pixels of all pictures in the same way, shuffle the weights alike,
# and every output stays as it is. To the network both are the same task; you can no
# longer read the digit.

# %% nbgrader="demonstration"
digit = data.enlarge(data.digits()[0][3])
order = np.random.default_rng(0).permutation(digit.size)
dense = np.random.default_rng(1).normal(size=(digit.size, 10))
plain, shuffled = digit.ravel(), digit.ravel()[order]
print("equal outputs:", np.allclose(plain @ dense, shuffled @ dense[order]))
plots.images(
    [(digit, "a digit"), (shuffled.reshape(digit.shape), "shuffled")],
    alt="A handwritten 3 and the same pixels shuffled: alike to a dense layer, not to "
    "you.",
)

# %% [markdown]
# **It needs too many weights.** The next cell counts. Each weight has to be learned
# from examples, and for 1.6 billion weights in a single layer nobody has enough
# pictures. Connecting each unit to a patch only divides them by 400; sharing the
# weights of a hundred patches among all units divides them by 400 again.

# %% nbgrader="demonstration"
counts = [
    ("a megapixel in colour into 20 units, dense", 1000 * 1000 * 3 * 20),
    ("the same picture, one shared 5x5 filter", 3 * 5 * 5),
    ("200x200 pixels into 40 000 units, dense", 200 * 200 * 40_000),
    ("the same, each unit on a patch of 10x10", 40_000 * 10 * 10),
    ("a hundred shared filters of 10x10", 100 * 10 * 10),
]
for what, weights in counts:
    print(f"{what:<44}{weights:>15,}")

# %% [markdown]
# **It learns every place anew.** A dense unit that has learned a cat in the top left
# corner knows nothing about one in the bottom right: other pixels, other weights. A
# filter slides, so what it has learned at one place it knows at every place.

# %% [markdown]
# The strokes of lesson 02 compare all three in numbers: dense, local, and local with
# shared weights. Number their 36 pixels from 1. The top left output of the map is a
# *neuron* that is wired to nine of them. Its neighbour to the right is wired to nine as
# well, one column further, and with the same nine weights.

# %% nbgrader="demonstration"
strokes = np.array(
    [
        [float(c) for c in row]
        for row in "100001 010010 001100 100010 010010 001010".split()
    ]
)
diagonal = np.array([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1]])
numbers = np.arange(1, 37).reshape(6, 6)
for j in range(2):
    total = np.sum(strokes[:3, j : j + 3] * diagonal)
    print("neuron", j, "reads", numbers[:3, j : j + 3].ravel(), "and gives", total)
print("weights for 16 outputs: dense", 36 * 16, "local", 9 * 16, "shared", 9)

# %% [markdown]
# ## Local first, then larger
#
# What a unit can see is its *local receptive field*. On a picture of 4×4, numbered 1 to
# 16, a kernel of 2×2 makes nine units: the first sees 1 2 5 6, the last 11 12 15 16.
#
# Now a signal, x1 to x5. A kernel of 3 makes three units of it, h2, h3 and h4. A second
# kernel of 3 makes one unit of these, g3, which sees all that they see.

# %% nbgrader="demonstration"
sees = {f"h{i}": {i - 1, i, i + 1} for i in range(2, 5)}  # kernel 3 on x1 ... x5
for unit, inputs in sees.items():
    print(unit, "sees", " ".join(f"x{k}" for k in sorted(inputs)))
together = set().union(*sees.values())
print("g3 sees h2 h3 h4 and through them", " ".join(f"x{k}" for k in sorted(together)))

# %% [markdown]
# So x1 and x5 meet in g3 only, one layer up: a convolutional network looks for
# correlations between neighbours first, and combines them layer by layer. Lesson 04
# computes the size of these fields for any stack.

# %% [markdown]
# Shared weights have a name for their effect: *equivariance* to translation. Shift the
# picture, and the map shifts with it, unchanged. (It isn't *invariance*, which would
# mean that the result stays the same. Pooling, in lesson 05, turns some of the one into
# the other.)

# %% nbgrader="demonstration"
clean_x, crossing = data.glyphs()[0], data.features()[2]
still, moved = (data.place(clean_x, *by)[:, :, None] for by in ((0, 0), (2, 3)))
map_still, map_moved = (
    conv2d_channels(picture, crossing[:, :, None]) for picture in (still, moved)
)
if map_still is not None:
    print(
        "equal after the shift:", np.array_equal(map_still[:-2, :-3], map_moved[2:, 3:])
    )
    plots.images(
        [
            (still[:, :, 0], "picture"),
            (moved[:, :, 0], "2 down, 3 right"),
            (map_still, "map"),
            (map_moved, "its map"),
        ],
        alt="The X moves 2 rows down and 3 columns right, and so does every value of "
        "its map.",
    )

# %% [markdown]
# ## Count what a layer costs
#
# A filter has $k_h k_w c_{in}$ weights, and one bias if the layer has biases. Each
# output takes one multiplication for each weight, with an addition: a *multiply-add*.
# There are $h_{out} \, w_{out} \, c_{out}$ outputs. The picture's size enters the work,
# and not the weights.
#
# The two filters of 2×2×2 from above have 2·8 = 16 weights and 2 biases. On 4×4 pixels
# they make 3·3·2 = 18 outputs of 8 products each: 144 multiply-adds.

# %% [markdown] nbgrader="read-only" grade_id="two_layers_predict"
# {{question two_layers minutes=3 title="Predict the weights of two layers"}}
# **Predict.** One layer has 6 filters of 5×5 on one plane, the next 16 filters of 5×5
# on those 6 maps. Neither has biases. How many weights has each?

# %% nbgrader="autograded-answer" grade_id="two_layers"
two_layers = ...  # two whole numbers
### BEGIN SOLUTION
two_layers = (150, 2400)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "channels left out of the count": (150, 400),
    "filters left out of the count": (25, 150),
    "a bias although there is none": (156, 2416),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="two_layers" points=1

# %% [markdown] nbgrader="read-only" grade_id="count_conv2d_statement"
# ### {{exercise count_conv2d minutes=10 title="Count parameters and multiply-adds"}}
#
# Return both numbers. Products with padded zeros count, since the loops make them. A
# bias is added, not multiplied: it counts among the parameters only.


# %% nbgrader="autograded-answer" grade_id="count_conv2d"
def count_conv2d(h, w_in, c_in, filters, kh, kw, *, stride=1, padding=0, use_bias=True):
    """Count the parameters and the multiply-adds of a layer on one picture.

    parameters = filters * (kh * kw * c_in + 1), or without the + 1
    multiply_adds = h_out * w_out * filters * kh * kw * c_in

    Parameters
    ----------
    h, w_in, c_in : int, rows, columns and channels of the picture
    filters, kh, kw : int, how many filters, and their rows and columns
    stride, padding : int, or a pair (rows, columns)
    use_bias : bool, whether each filter has a bias

    Returns
    -------
    parameters, multiply_adds : int

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

# %% [markdown]
# A whole network, for grey pictures of 28×28: two convolutions, each followed by 2×2
# pooling, which halves height and width and rounds down. `Flatten` then lays the volume
# out as one row of numbers, and two dense layers follow. Keras counts for all layers;
# `None` is the batch.

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

# %% nbgrader="demonstration"
print(
    "yours, Conv2D 1:", count_conv2d(28, 28, 1, 8, 3, 3), "(parameters, multiply-adds)"
)
print("yours, Conv2D 2:", count_conv2d(13, 13, 8, 16, 3, 3))

# %% [markdown]
# **Notice.** The first dense layer holds 93 % of the parameters, but uses each weight
# once: 25 600 multiply-adds. The second convolution makes 139 392 with 1152 weights,
# used at every stop.

# %% [markdown] nbgrader="read-only" grade_id="second_network_statement"
# ### {{exercise second_network minutes=8 lines=0 title="Size a network"}}
#
# Size this one: pictures of 32×32×1; 20 filters of 5×5; 2×2 pooling; 20 filters of 5×5;
# 2×2 pooling; then dense layers. Every filter has a bias. How many parameters has the
# first convolution, how many the second, and how many numbers enter the first dense
# layer?

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
# What is learned are *parameters*; what you choose beforehand are *hyperparameters*.
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
# nothing to do with each other. Or portraits that are always aligned, where eyes stand
# at one place and mouths at another: different places deserve different weights. Half a
# point without a reason.
#
# "Because of pooling" earns nothing: pooling has no weights and isn't asked for.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# A filter is as deep as its input and gives one map; a layer has many filters and gives
# a volume as deep as their number. The whole layer is one matrix product of windows and
# filters.
#
# ## Key points
#
# - Sum over rows, columns and channels of the window; add the filter's bias once.
# - A wrong layout fails nowhere: transpose, and test with sizes that all differ.
# - Parameters don't depend on the picture; the work does.

# %% [markdown]
# ## On your own
#
# Without points: write `conv2d_batch` with `np.einsum` on
# `np.lib.stride_tricks.sliding_window_view`, and put it into the plot of times. Then
# find up to how many filters im2col's matrix is larger than the output.

# %% [markdown]
# ## Further reading
#
# - [CS231n, Convolutional neural networks](https://cs231n.github.io/convolutional-networks/),
#   because its moving figure shows three channels, two filters and their sums.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can open one
#   output of a colour network and see its three partial sums.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because sections 9.2 and 9.4 make the argument against dense layers in full.
