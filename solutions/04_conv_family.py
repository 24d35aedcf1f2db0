# %% [markdown]
# # Build the family of convolutions
#
# **You will build** the relatives of the convolution: 1×1, grouped, depthwise,
# separable, flattened and three-dimensional. And you will compute how far a unit of a
# deep network can see.
#
# **You will learn**
#
# - which wires each relative cuts, and what that saves
# - to split a kernel into a column and a row, and to tell when that is possible
# - how kernels, strides and dilations add up to a receptive field
#
# **You need** lessons 02 and 03, and 150 minutes, best in two evenings; pause after
# 4.5.

# %%
import numpy as np

from byhand import check, data, explore, given, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_04_statement"
# {{warm-up warm_up_04 minutes=3 title="Warm up: lessons 02 and 03"}}
# ## Warm up
#
# **1.** A kernel of 3 with dilation 2 slides over 9 values, stride 1, no padding. How
# many outputs? **a** 7 · **b** 5 · **c** 4 · **d** 6
#
# **2.** A 3×3 convolution from 4 channels to 8 maps, with a bias. How many parameters?
# **a** 80 · **b** 288 · **c** 296 · **d** 320
#
# **3.** One 3×3 filter meets a picture of 16 channels. How many maps come out?
# **a** 1 · **b** 16 · **c** 9 · **d** 144

# %% nbgrader="autograded-answer" grade_id="warm_up_04"
warm_up_04 = {"1": ..., "2": ..., "3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_04 = {"1": "b", "2": "c", "3": "a"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_04" points=1

# %% [markdown]
# An ordinary convolution joins every output with every pixel under its window, in all
# channels. Its relatives leave some of these wires out. Each section of this lesson
# asks the same two questions: which wires are left, and how many weights does that
# take?

# %% [markdown]
# A helper, and a batch of two small pictures with four channels. `beside` prints the
# shapes of your result and of Keras's, and their largest difference.


# %%
def beside(yours, keras_result):
    """Print the shape of two results and their largest difference."""
    theirs = np.array(keras_result)
    print("Keras", theirs.shape)
    print("yours", "not written yet" if yours is None else np.shape(yours))
    if np.shape(yours) == theirs.shape:
        print("largest difference", f"{np.abs(yours - theirs).max():.0e}")


rng = np.random.default_rng(4)
x = rng.normal(size=(2, 5, 6, 4))  # two pictures, 5 rows, 6 columns, 4 channels

# %% [markdown]
# ## Mix the channels of one pixel
#
# A kernel of 1×1 looks at a single pixel. That sounds like nothing, but a pixel has
# channels: the kernel multiplies each by a weight and adds. The pixel 2, −1, 3 with the
# weights 1, 2, 1 gives 2·1 + (−1)·2 + 3·1 = 3.

# %%
pixel = np.array([2.0, -1.0, 3.0])
weights = np.array([1.0, 2.0, 1.0])
print(pixel * weights, "adds up to", pixel @ weights)

# %% [markdown]
# Several filters give several numbers per pixel. Put their weights side by side, one
# column for each filter, and one matrix product does it. With `w` of shape
# (C_in, C_out):
#
# $$y_{nijf} = b_f + \sum_{c} w_{cf} \, x_{nijc}$$
#
# There is no window: rows and columns stay as they are.

# %% [markdown] nbgrader="read-only" grade_id="bands_to_map_predict"
# {{question bands_to_map minutes=2
# title="Predict what one 1x1 filter makes of 100 bands"}}
# **Predict.** A satellite photographs a field in 100 bands of colour, 30 rows by 20
# columns. One 1×1 filter, without a bias, goes over it. How many numbers come out, and
# how many weights does the filter have?

# %% nbgrader="autograded-answer" grade_id="bands_to_map"
bands_to_map = ...  # two whole numbers: (numbers that come out, weights)
### BEGIN SOLUTION
bands_to_map = (600, 100)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "channels not added up": (60000, 100),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="bands_to_map" points=1

# %% [markdown] nbgrader="read-only" grade_id="pointwise_statement"
# ### {{exercise pointwise minutes=6 title="A dense layer at every pixel"}}
#
# `x @ w` multiplies along the last axis of `x` and the first of `w`, whatever other
# axes `x` has.


# %% nbgrader="autograded-answer" grade_id="pointwise"
def pointwise(x, w, b):
    """Mix the channels of every pixel with the same weights.

    y[n, i, j, f] = b[f] + sum_c w[c, f] * x[n, i, j, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (C_in, C_out)
    b : ndarray, shape (C_out,)

    Returns
    -------
    y : ndarray, shape (N, H, W, C_out)

    Matches: ``keras.layers.Conv2D(C_out, 1)``
    Source: Lin, Chen & Yan 2014, sec. 3
    """
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="pointwise" points=2

# %% [markdown]
# Keras has no layer of that name: it is a `Conv2D` with a window of 1. Its `Dense`
# layer computes the same, since it works on the last axis of whatever it gets.

# %% nbgrader="demonstration"
from byhand import keras

w, b = rng.normal(size=(4, 3)), rng.normal(size=3)
layer = keras.layers.Conv2D(3, 1, dtype="float64")
layer.build(x.shape)
layer.set_weights([w[None, None], b])
beside(pointwise(x, w, b), layer(x))
dense = keras.layers.Dense(3, dtype="float64")
dense.build(x.shape)
dense.set_weights([w, b])
beside(pointwise(x, w, b), dense(x))

# %% [markdown]
# **Notice.** A 1×1 convolution is a dense layer that every pixel goes through, with the
# same weights everywhere. A block of W×H pixels with B bands becomes W×H numbers per
# filter. Networks use it to make a few maps of many before an expensive step, and many
# of a few after it.

# %% [markdown]
# ## Split the channels into groups
#
# Now cut wires between channels. With two groups, the first half of the filters reads
# the first half of the channels, and the second half reads the second. A pixel 1, 2, 3,
# 4 with two filters 1, 1 and 1, −1 gives 1 + 2 = 3 and 3 − 4 = −1.

# %%
four = np.array([1.0, 2.0, 3.0, 4.0])
first, second = np.array([1.0, 1.0]), np.array([1.0, -1.0])
print(four[:2] @ first, four[2:] @ second)

# %% [markdown]
# In general `groups` $= G$ divides the number of channels and the number of filters. A
# filter has $C_{\text{in}} / G$ kernels, so `w` has the shape (kh, kw, C_in // G,
# C_out). Filter $f$ belongs to group $g = \lfloor f \,/\, (C_{\text{out}}/G) \rfloor$
# and reads the channels from $g\,C_{\text{in}}/G$ on:
#
# $$y_{nijf} = b_f + \sum_{p,q,c} w_{pqcf} \; x_{n,\, i s + p,\, j s + q,\;
# g\,C_{\text{in}}/G + c}$$

# %% [markdown] nbgrader="read-only" grade_id="grouped_weights_predict"
# {{question grouped_weights minutes=2 title="Predict the weights of ten groups"}}
# **Predict.** 100 channels are split into 10 groups; 50 filters of 3×3 read them,
# without a bias. How many channels does one filter see? And how many weights are there
# in all?

# %% nbgrader="autograded-answer" grade_id="grouped_weights"
grouped_weights = ...  # two whole numbers: (channels that a filter sees, weights)
### BEGIN SOLUTION
grouped_weights = (10, 4500)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "groups not split": (100, 45000),
    "all filters on every group": (10, 45000),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="grouped_weights" points=1

# %% [markdown] nbgrader="read-only" grade_id="grouped_conv2d_statement"
# ### {{exercise grouped_conv2d minutes=12 title="Split the channels into groups"}}
#
# Each group is an ordinary convolution of a part of `x`. Lesson 03's convolution is at
# hand: `given.conv2d(x, w, b, stride=..., padding=..., dilation=...)`. `given` takes
# your own function when it passes its check, else Keras's, and prints which.
# `np.concatenate(parts, axis=-1)` puts maps side by side.


# %% nbgrader="autograded-answer" grade_id="grouped_conv2d"
def grouped_conv2d(x, w, b, *, groups=1, stride=1, padding=0, dilation=1):
    """Convolve each group of channels with its own share of the filters.

    y[n, i, j, f] = b[f] + sum_{p,q,c} w[p, q, c, f]
        * padded[n, i * sh + p * dh, j * sw + q * dw, g * C_in // groups + c],
    where g = f // (C_out // groups)

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (kh, kw, C_in // groups, C_out)
    b : ndarray, shape (C_out,)
    groups : int that divides C_in and C_out
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C_out), where
        H_out = (H + 2 * ph - dh * (kh - 1) - 1) // sh + 1, and W_out likewise

    Matches: ``keras.layers.Conv2D(C_out, (kh, kw), groups=groups)``
    Source: Krizhevsky, Sutskever & Hinton 2012, sec. 3.5
    """
    inputs, filters = x.shape[-1] // groups, w.shape[-1] // groups
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    parts = []
    for g in range(groups):
        mine = slice(g * filters, (g + 1) * filters)
        channels = x[..., g * inputs : (g + 1) * inputs]
        parts.append(given.conv2d(channels, w[..., mine], b[mine], **settings))
    return np.concatenate(parts, axis=-1)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="grouped_conv2d" points=3

# %% nbgrader="demonstration"
w, b = rng.normal(size=(3, 2, 2, 6)), rng.normal(size=6)
layer = keras.layers.Conv2D(6, (3, 2), strides=2, groups=2, dtype="float64")
layer.build(x.shape)
layer.set_weights([w, b])
beside(grouped_conv2d(x, w, b, groups=2, stride=2), layer(x))

# %% [markdown]
# Look at the wires of **your** function. Four channels and two groups: move over an
# output of the last map, and only the last two channels light up.

# %% nbgrader="demonstration"
explore.convolution(grouped_conv2d)

# %% [markdown]
# **Notice.** Groups never exchange anything. Spoil channel 0, and the maps of the
# second group don't change at all: two separate networks side by side. Somebody has to
# mix the groups afterwards, and that is a job for 1×1.

# %% nbgrader="demonstration"
spoilt = x.copy()
spoilt[..., 0] += 1
before = grouped_conv2d(x, w, b, groups=2)
after = grouped_conv2d(spoilt, w, b, groups=2)
if before is not None:
    print("maps that changed:", (before != after).any(axis=(0, 1, 2)))

# %% [markdown]
# ## One group per channel
#
# Cut all wires between channels: every channel is a group of its own. This is the
# *depthwise* convolution. Three channels give three maps. If each channel gets $M$
# kernels, $M$ being the *multiplier*, three channels give $3M$ maps.

# %% [markdown]
# Keras keeps these kernels in an array of shape (kh, kw, C, M). The maps of one channel
# stand together: map $cM + m$ comes from channel $c$ and its kernel $m$.
#
# $$y_{n,i,j,\,cM+m} = b_{cM+m} + \sum_{p,q} w_{pqcm} \;
# x_{n,\, i s + p,\, j s + q,\, c}$$
#
# The sum runs over the window, and no longer over channels.

# %% [markdown] nbgrader="read-only" grade_id="parents_predict"
# {{question parents minutes=2 title="Predict which channel each map comes from"}}
# **Predict.** Three channels, 0, 1 and 2, and multiplier 2: six maps. Which channel
# does each of them come from? List six numbers.

# %% nbgrader="autograded-answer" grade_id="parents"
parents = ...  # a list of six channels, one for each map
### BEGIN SOLUTION
parents = [0, 0, 1, 1, 2, 2]
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "depthwise multiplier order": [0, 1, 2, 0, 1, 2],
    "only the first kernel of each channel": [0, 1, 2],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="parents" points=1

# %% [markdown] nbgrader="read-only" grade_id="depthwise_conv2d_statement"
# ### {{exercise depthwise_conv2d minutes=12
# title="Give every channel its own kernels"}}
#
# You have a function that can do all the work, once `w` has the shape that it wants.
# Which number of groups is it, and how many kernels does each filter have?


# %% nbgrader="autograded-answer" grade_id="depthwise_conv2d"
def depthwise_conv2d(x, w, b, *, stride=1, padding=0, dilation=1):
    """Convolve every channel with kernels of its own.

    y[n, i, j, c * M + m] = b[c * M + m] + sum_{p,q} w[p, q, c, m]
        * padded[n, i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (kh, kw, C_in, M)
    b : ndarray, shape (C_in * M,)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C_in * M), where
        H_out = (H + 2 * ph - dh * (kh - 1) - 1) // sh + 1, and W_out likewise

    Matches: ``keras.layers.DepthwiseConv2D((kh, kw), depth_multiplier=M)``
    Source: Sifre 2014, sec. 6.2; Chollet 2017, sec. 1
    """
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    flat = w.reshape(kh, kw, 1, c_in * multiplier)
    return grouped_conv2d(x, flat, b, groups=c_in, **settings)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="depthwise_conv2d" points=3

# %% nbgrader="demonstration"
w, b = rng.normal(size=(3, 2, 4, 2)), rng.normal(size=8)
layer = keras.layers.DepthwiseConv2D((3, 2), depth_multiplier=2, dtype="float64")
layer.build(x.shape)
layer.set_weights([w, b])
beside(depthwise_conv2d(x, w, b), layer(x))

# %% [markdown]
# **Notice.** `w.reshape(kh, kw, 1, C * M)` changes no number and moves none: reshape
# runs through the last axis first, so the kernels of channel 0 come first, then those
# of channel 1. Had Keras stored (kh, kw, M, C), the order of the maps would be another,
# with the same shape and nothing to warn you.

# %% [markdown]
# ## Space first, channels second
#
# A depthwise convolution looks around but never mixes; a 1×1 convolution mixes but
# never looks around. One after the other they do both: this is the *depthwise
# separable* convolution. Three channels give three maps, and a 1×1 filter makes one map
# of them. Each further output map needs one more 1×1 filter, and no new 3×3 kernel.

# %% nbgrader="demonstration"
photograph = data.photograph()
colours = np.stack([photograph] * 3, axis=-1)[None]
across = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
own = np.stack([across, across.T, np.full((3, 3), 1 / 9)], axis=-1)[..., None]
three = depthwise_conv2d(colours, own, np.zeros(3))
if three is not None:
    one = pointwise(three, np.array([[1.0], [1.0], [2.0]]), np.zeros(1))
    names = ("map 0: edges across", "map 1: edges down", "map 2: blurred")
    shown = [(three[0, :, :, c], name) for c, name in enumerate(names)]
    plots.images(
        shown if one is None else [*shown, (one[0, :, :, 0], "mixed by 1x1")],
        alt="Each channel gives a map of its own, edges across, edges down and a blur; "
        "a 1x1 filter mixes the three into one.",
    )

# %% [markdown]
# Small numbers: 3 channels, a window of 3×3, 2 output maps. The first step has 3 · 9 =
# 27 weights, the second 3 · 2 = 6, together 33. The full convolution has 54. With $u$
# for the kernels of the first step and $v$ for the 1×1 weights:
#
# $$y_{nijf} = b_f + \sum_{c,m} v_{cM+m,\,f} \sum_{p,q} u_{pqcm} \;
# x_{n,\, i s + p,\, j s + q,\, c}$$

# %% [markdown] nbgrader="read-only" grade_id="separable_weights_predict"
# {{question separable_weights minutes=3 title="Predict the weights of both"}}
# **Predict.** From 64 channels to 128 maps with a window of 3×3, biases aside: how many
# weights has the full convolution, and how many has the separable one with multiplier
# 1? Write down both steps of the second, then add.

# %% nbgrader="autograded-answer" grade_id="separable_weights"
separable_weights = ...  # two whole numbers: (full, separable)
### BEGIN SOLUTION
separable_weights = (73728, 8768)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "one kernel for all channels": (73728, 8201),
    "depthwise step forgotten": (73728, 8192),
    "pointwise step forgotten": (73728, 576),
    "counted as a full convolution": (73728, 73728),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="separable_weights" points=1

# %% [markdown] nbgrader="read-only" grade_id="separable_conv2d_statement"
# ### {{exercise separable_conv2d minutes=6 title="Space first, channels second"}}
#
# Two calls of functions that you have. Stride, padding and dilation belong to the first
# step, the bias to the second; give the first a bias of zeros. Nothing else happens
# between the steps.


# %% nbgrader="autograded-answer" grade_id="separable_conv2d"
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    """Convolve each channel by itself, then mix the channels of every pixel.

    y = pointwise(depthwise_conv2d(x, w_depth), w_point) + b

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w_depth : ndarray, shape (kh, kw, C_in, M)
    w_point : ndarray, shape (C_in * M, C_out)
    b : ndarray, shape (C_out,)
    stride, padding, dilation : int, or a pair (rows, columns)

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C_out), where
        H_out = (H + 2 * ph - dh * (kh - 1) - 1) // sh + 1, and W_out likewise

    Matches: ``keras.layers.SeparableConv2D(C_out, (kh, kw), depth_multiplier=M)``
    Source: Chollet 2017, sec. 1 and 2
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    nothing = np.zeros(len(w_point))
    maps = depthwise_conv2d(x, w_depth, nothing, **settings)
    return pointwise(maps, w_point, b)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="separable_conv2d" points=2

# %% nbgrader="demonstration"
w_depth, w_point = rng.normal(size=(3, 3, 4, 1)), rng.normal(size=(4, 6))
b = rng.normal(size=6)
layer = keras.layers.SeparableConv2D(6, 3, strides=2, dtype="float64")
layer.build(x.shape)
layer.set_weights([w_depth, w_point[None, None], b])
beside(separable_conv2d(x, w_depth, w_point, b, stride=2), layer(x))

# %% [markdown]
# **Notice.** The two steps are one full convolution with a special kernel: the 3×3
# pattern of a channel times the weight with which it is mixed in. A full filter may
# look for another pattern in every channel *and for every output map*; here all output
# maps share the patterns of the channels.

# %% nbgrader="demonstration"
whole = w_depth * w_point  # (3, 3, 4, 1) times (4, 6) broadcasts to (3, 3, 4, 6)
full = given.conv2d(x, whole, b)
mine = separable_conv2d(x, w_depth, w_point, b)
if mine is not None:
    print(whole.shape, "equal:", np.allclose(mine, full))

# %% [markdown]
# A network can also mix and look around *side by side*. One branch mixes channels with
# 1×1, another looks around with 3×3, a third with 5×5, and their maps are concatenated:
# the idea behind the blocks of the Inception networks. All branches keep height and
# width, so that they fit together.

# %% nbgrader="demonstration"
across = pointwise(x, rng.normal(size=(4, 3)), np.zeros(3))
around = given.conv2d(x, rng.normal(size=(3, 3, 4, 2)), np.zeros(2), padding=1)
wider = given.conv2d(x, rng.normal(size=(5, 5, 4, 1)), np.zeros(1), padding=2)
if across is not None:
    block = np.concatenate([across, around, wider], axis=-1)
    print("three branches of 3, 2 and 1 maps:", block.shape)

# %% [markdown]
# ## Count what it saves
#
# Per output pixel, a full convolution does $k_h k_w C_{\text{in}} C_{\text{out}}$
# multiply-adds. The separable one does $k_h k_w C_{\text{in}} M$ in its first step and
# $C_{\text{in}} M C_{\text{out}}$ in its second. Your prediction already compared the
# two: 73 728 against 576 + 8192.

# %% [markdown] nbgrader="read-only" grade_id="count_separable_statement"
# ### {{exercise count_separable minutes=6 title="Count what it saves"}}
#
# Return the parameters, bias included, and the multiply-adds of one picture. As in
# lesson 03 a multiplication with its addition counts as one, and the bias, which is
# only added, as none. Keras has one bias per output map and none between the steps.


# %% nbgrader="autograded-answer" grade_id="count_separable"
def count_separable(h_out, w_out, kh, kw, c_in, c_out, *, multiplier=1):
    """Count the parameters and multiply-adds of a depthwise separable convolution.

    weights = kh * kw * c_in * M + c_in * M * c_out

    Parameters
    ----------
    h_out, w_out : int, rows and columns of the result
    kh, kw : int, rows and columns of the window
    c_in, c_out : int, channels in and maps out
    multiplier : int, kernels per channel, M

    Returns
    -------
    parameters, multiply_adds : int, int

    Matches: ``keras.layers.SeparableConv2D(...).count_params()``
    Source: Howard et al. 2017, sec. 3.1
    """
    ### BEGIN SOLUTION
    between = c_in * multiplier
    weights = kh * kw * between + between * c_out
    return weights + c_out, weights * h_out * w_out
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="count_separable" points=1

# %% nbgrader="demonstration"
layer = keras.layers.SeparableConv2D(128, 3)
layer.build((1, 16, 16, 64))
print("Keras", layer.count_params(), " yours", count_separable(14, 14, 3, 3, 64, 128))

# %% [markdown]
# How much is saved? Divide the separable count by the full one, at multiplier 1, and
# $1/C_{\text{out}} + 1/(k_h k_w)$ is left. With many maps the first part vanishes: a
# 3×3 window can be at most nine times cheaper, and larger windows gain more. The bars
# show how many times cheaper it is.

# %% nbgrader="demonstration"
share = {}
for k in (3, 5, 7):
    counted = count_separable(14, 14, k, k, 64, 128)
    if counted is not None:
        share[f"{k}x{k}"] = k * k * 64 * 128 / (counted[1] / 14**2)
if share:
    plots.bars(
        share,
        ylabel="full / separable (multiply-adds)",
        alt="From 64 channels to 128 maps the separable convolution is about 8 times "
        "cheaper with 3x3, 21 times with 5x5, and 35 times with 7x7.",
    )

# %% [markdown]
# **Notice.** An eighth of the weights doesn't mean an eighth of the quality. MobileNet
# lost about one percentage point of accuracy on ImageNet, over a million labelled
# photographs, against the same network with full convolutions. It needed an eighth to a
# ninth of the work. This is a good place to stop for tonight.

# %% [markdown]
# ## Split a kernel into a column and a row
#
# Another cut, within one plane. This blur weighs the middle most. Row by row it is
# always 1 2 1, times 1, 2 and 1: a column times a row. So you can blur along the
# columns first, then along the rows. A 3×3 kernel needs 9 products per pixel, a column
# and a row need 6.

# %%
column, row = np.array([1.0, 2.0, 1.0]), np.array([1.0, 2.0, 1.0])
blur = np.outer(column, row) / 16
print(blur * 16)

# %% [markdown]
# A kernel that is a column times a row has *rank one*: each of its rows is a multiple
# of one row. In letters $w_{pq} = a_p\, r_q$, and the sum falls apart in two:
#
# $$\sum_{p,q} a_p\, r_q\, x_{i+p,\,j+q} = \sum_p a_p \Bigl( \sum_q r_q\, x_{i+p,\,j+q}
# \Bigr)$$

# %% [markdown] nbgrader="read-only" grade_id="rank_one_predict"
# {{question rank_one minutes=3 title="Predict which kernels split"}}
# **Predict.** Which of these four kernels are a column times a row? Answer `"yes"` or
# `"no"` for each. Look whether all rows are multiples of one row.
#
# | Sobel | diagonal | Laplacian | mean |
# |---|---|---|---|
# | −1 0 1 | 1 0 0 | 0 1 0 | 1 1 1 |
# | −2 0 2 | 0 1 0 | 1 −4 1 | 1 1 1 |
# | −1 0 1 | 0 0 1 | 0 1 0 | 1 1 1 |

# %% nbgrader="autograded-answer" grade_id="rank_one"
rank_one = {"Sobel": ..., "diagonal": ..., "Laplacian": ..., "mean": ...}
### BEGIN SOLUTION
rank_one = {"Sobel": "yes", "diagonal": "no", "Laplacian": "no", "mean": "yes"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="rank_one" points=1

# %% [markdown]
# The *singular value decomposition* finds the split. It writes any kernel as a sum of
# columns times rows, the most important first: $w = \sum_m s_m\, u_m v_m^{\mathsf T}$.
# `np.linalg.svd(w)` returns `u, s, vh`: the columns stand in `u`, the rows in `vh`, and
# `s` says how much each product counts. Rank one means that only the first counts.

# %% nbgrader="demonstration"
kernels = {
    "Sobel": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "diagonal": np.eye(3),
    "Laplacian": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "mean": np.ones((3, 3)),
}
for name, w in kernels.items():
    print(f"{name:<10}", np.linalg.svd(w, compute_uv=False).round(3) + 0.0)

# %% [markdown] nbgrader="read-only" grade_id="split_kernel_statement"
# ### {{exercise split_kernel minutes=10
# title="Split a kernel into a column and a row"}}
#
# Return the column and the row whose product `np.outer(column, row)` is nearest to `w`,
# in the sum of squared differences; for a kernel of rank one it is `w` itself. The
# columns and rows of the decomposition have length one, so the factor `s[0]` has to go
# into one of them.


# %% nbgrader="autograded-answer" grade_id="split_kernel"
def split_kernel(w):
    """Split a kernel into the column and the row that come nearest to it.

    w[p, q] is close to column[p] * row[q]

    Parameters
    ----------
    w : ndarray, shape (kh, kw)

    Returns
    -------
    column : ndarray, shape (kh,)
    row : ndarray, shape (kw,)

    Source: Eckart & Young 1936; Rigamonti et al. 2013, sec. 3
    """
    ### BEGIN SOLUTION
    u, s, vh = np.linalg.svd(w)
    return u[:, 0] * s[0], vh[0]
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="split_kernel" points=2

# %% [markdown]
# Here is the Sobel kernel on a photograph, at once and in two steps. In Keras the two
# steps are two layers, one with a window of (3, 1) and one of (1, 3).

# %% nbgrader="demonstration"
sobel = kernels["Sobel"]
at_once = given.conv2d(photograph, sobel)
halves = split_kernel(sobel)
if halves is not None:
    sign = np.sign(halves[0].sum())  # both signs may be turned round together
    down = given.conv2d(photograph, sign * halves[0][:, None])
    in_steps = given.conv2d(down, sign * halves[1][None, :])
    print("largest difference", f"{np.abs(at_once - in_steps).max():.0e}")
    plots.images(
        [(photograph, "photograph"), (down, "column"), (in_steps, "then row")],
        alt="The column 1 2 1 blurs the picture downwards; then the row -1 0 1 finds "
        "its edges.",
    )

# %% [markdown]
# **Notice.** The split says what a kernel does: Sobel blurs in one direction and takes
# a difference in the other. The Laplacian can't be split. The nearest product holds
# 99 % of the sum of its squared weights and still spoils it: the weights no longer add
# up to 0, so that an even patch no longer gives 0.

# %% nbgrader="demonstration"
u, s, vh = np.linalg.svd(kernels["Laplacian"])
nearest = s[0] * np.outer(u[:, 0], vh[0])
print("share of the squares:", round(s[0] ** 2 / sum(s**2), 3))
print("sum of the weights:", kernels["Laplacian"].sum(), "and", nearest.sum().round(2))

# %% [markdown]
# ## One axis after another
#
# A filter of a network is a block of kh × kw × C weights. Take rank one to its end: let
# the block be a vector over the channels times a column times a row. Such a *flattened*
# filter has C + kh + kw weights where the full one has C · kh · kw.

# %% [markdown]
# Filter $f$ does three small steps. Mix the channels into one map; slide a column down
# that map; slide a row along the result. Together:
#
# $$y_{nijf} = b_f + \sum_{p,q,c} a_{pf}\, r_{qf}\, v_{cf}\; x_{n,\,i+p,\,j+q,\,c}$$
#
# With a window of 3×3 and 64 channels that is 70 weights per filter, against 576.

# %% [markdown] nbgrader="read-only" grade_id="flattened_conv_statement"
# ### {{exercise flattened_conv minutes=10 title="One axis after another"}}
#
# After the first step there is one map per filter, and each map gets its own column and
# row: which of your functions keeps maps apart? Indexing with `None` adds an axis of
# length 1: `w_column[:, None, :, None]` has the shape (kh, 1, F, 1).


# %% nbgrader="autograded-answer" grade_id="flattened_conv"
def flattened_conv(x, w_channel, w_column, w_row, b):
    """Convolve along the channels, then the columns, then the rows.

    y[n, i, j, f] = b[f] + sum_{p,q,c} w_column[p, f] * w_row[q, f]
        * w_channel[c, f] * x[n, i + p, j + q, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w_channel : ndarray, shape (C_in, F)
    w_column : ndarray, shape (kh, F)
    w_row : ndarray, shape (kw, F)
    b : ndarray, shape (F,)

    Returns
    -------
    y : ndarray, shape (N, H - kh + 1, W - kw + 1, F)

    Matches: ``keras.layers.Conv2D(F, (kh, kw))`` with the product as its kernel
    Source: Jin, Dundar & Culurciello 2015, sec. 3
    """
    ### BEGIN SOLUTION
    nothing = np.zeros(len(b))
    mixed = pointwise(x, w_channel, nothing)
    down = depthwise_conv2d(mixed, w_column[:, None, :, None], nothing)
    return depthwise_conv2d(down, w_row[None, :, :, None], b)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="flattened_conv" points=2

# %% nbgrader="demonstration"
v, a, r = (rng.normal(size=(n, 5)) for n in (4, 3, 2))
b = rng.normal(size=5)
layer = keras.layers.Conv2D(5, (3, 2), dtype="float64")
layer.build(x.shape)
layer.set_weights([np.einsum("pf,qf,cf->pqcf", a, r, v), b])
beside(flattened_conv(x, v, a, r, b), layer(x))

# %% [markdown]
# **Notice.** The order of the three steps doesn't change the result, only the work: to
# mix the channels first leaves one map per filter for the other two. Whether a network
# can *learn* well with such thin filters is another question; what was cut can't be
# learned back.

# %% [markdown]
# ## Slide along the depth as well
#
# A film is a stack of pictures, a scan of a head a stack of slices. A 3D kernel is a
# block that slides along height, width **and** depth, so it sees change from one
# picture to the next. A pixel that holds 0 0 5 5 in four frames gives 0 5 0 with the
# kernel −1 1 along time: something arrived.

# %% nbgrader="demonstration"
film = np.full((1, 4, 9, 9, 1), -1.0)
for t in range(4):
    film[0, t, 3:6, 1 + t : 4 + t, 0] = 1.0
change = film[:, 1:] - film[:, :-1]  # what the kernel -1, 1 along time computes
plots.images(
    [(film[0, t, :, :, 0], f"frame {t}") for t in range(4)]
    + [(change[0, t, :, :, 0], f"{t} to {t + 1}") for t in range(3)],
    alt="A square moves to the right; the difference in time is positive at its right "
    "edge and negative at its left one.",
)

# %% [markdown]
# Nothing else is new. With $t$, $i$, $j$ over the outputs and $o$, $p$, $q$ over the
# kernel, stride 1 and no padding:
#
# $$y_{ntijf} = b_f + \sum_{o,p,q,c} w_{opqcf} \; x_{n,\,t+o,\,i+p,\,j+q,\,c}$$
#
# Channels are still added up: the kernel slides along the depth, not along the
# channels.

# %% [markdown] nbgrader="read-only" grade_id="volume_shape_predict"
# {{question volume_shape minutes=2 title="Predict the shape of a film's maps"}}
# **Predict.** A film of 16 frames of 32×32, one channel, meets 8 filters of 3×3×3 with
# stride 2 along all three axes, without padding. What is the shape of the result,
# without the batch?

# %% nbgrader="autograded-answer" grade_id="volume_shape"
volume_shape = ...  # (frames, rows, columns, maps)
### BEGIN SOLUTION
volume_shape = (7, 15, 15, 8)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "depth moves one step at a time": (14, 15, 15, 8),
    "stride ignored": (14, 30, 30, 8),
    "axes of the result exchanged": (15, 15, 7, 8),
    "ceiling for floor": (8, 16, 16, 8),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="volume_shape" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv3d_statement"
# ### {{exercise conv3d minutes=15 title="Slide along the depth as well"}}
#
# Lesson 03's convolution with a third loop. A setting is one number or three, for
# depth, height and width; `all_three` makes it three. In each window you can multiply
# all examples and filters at once: `np.tensordot(block, w, axes=4)` adds over the last
# four axes of the block and the first four of `w`.


# %% nbgrader="autograded-answer" grade_id="conv3d"
def conv3d(x, w, b, *, stride=1, padding=0, dilation=1):
    """Slide a bank of blocks over a batch of volumes.

    y[n, t, i, j, f] = b[f] + sum_{o,p,q,c} w[o, p, q, c, f]
        * padded[n, t * st + o * dt, i * sh + p * dh, j * sw + q * dw, c]

    Parameters
    ----------
    x : ndarray, shape (N, D, H, W, C_in)
    w : ndarray, shape (kd, kh, kw, C_in, C_out)
    b : ndarray, shape (C_out,)
    stride, padding, dilation : int, or three of them (depth, height, width)

    Returns
    -------
    y : ndarray, shape (N, D_out, H_out, W_out, C_out), where
        D_out = (D + 2 * pt - dt * (kd - 1) - 1) // st + 1, and the others likewise

    Matches: ``keras.layers.Conv3D(C_out, (kd, kh, kw))``
    Source: Ji et al. 2013, sec. 2.1
    """

    def all_three(value):
        return tuple(value) if np.ndim(value) else (value,) * 3

    s, p, d = all_three(stride), all_three(padding), all_three(dilation)
    ### BEGIN SOLUTION
    padded = np.pad(x, ((0, 0), *((v, v) for v in p), (0, 0)))
    spans = [d[a] * (w.shape[a] - 1) + 1 for a in range(3)]
    sizes = [(padded.shape[a + 1] - spans[a]) // s[a] + 1 for a in range(3)]
    y = np.zeros((len(x), *sizes, w.shape[-1]), dtype=x.dtype)
    for t, i, j in np.ndindex(*sizes):
        starts = t * s[0], i * s[1], j * s[2]
        window = (slice(f, f + n, k) for f, n, k in zip(starts, spans, d, strict=True))
        y[:, t, i, j] = np.tensordot(padded[:, *window], w, axes=4) + b
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv3d" points=3

# %% nbgrader="demonstration"
volumes, b = rng.normal(size=(2, 5, 6, 4, 2)), rng.normal(size=3)
w = rng.normal(size=(3, 2, 2, 2, 3))
layer = keras.layers.Conv3D(3, (3, 2, 2), strides=(2, 1, 1), dtype="float64")
layer.build(volumes.shape)
layer.set_weights([w, b])
beside(conv3d(volumes, w, b, stride=(2, 1, 1)), layer(volumes))

# %% [markdown]
# **Notice.** The third axis is expensive. A 3×3×3 kernel has 27 weights per channel and
# slides over all frames: 16 frames, padded, take 48 times the products of a 3×3 kernel
# on one picture. The tricks of this lesson apply here as well: films are often
# convolved in space first and in time second.

# %% [markdown]
# ## What a unit can see
#
# Stack two layers of 3, in one dimension. A unit of the second reads three units of the
# first, and these read inputs that overlap: five in all. The part of the input on which
# a unit depends is its *receptive field*. The word comes from the eye, where each nerve
# cell answers to light from a small part of what you see.

# %% nbgrader="demonstration"
explore.receptive_field(preset="two 3s")

# %% [markdown]
# Three ways to see 5×5 pixels: a full 5×5 kernel, two layers of 3×3, and one 3×3 with
# dilation 2. They don't cost the same, and they don't see the same: the dilated kernel
# skips the pixels in between.

# %%
print("5x5                 ", 5 * 5, "weights")
print("3x3 after 3x3       ", 2 * 3 * 3, "weights")
print("3x3 with dilation 2 ", 3 * 3, "weights")

# %% [markdown]
# To follow a stack, keep three numbers per layer. The *size* of the field. The *jump*:
# how many pixels apart the fields of two neighbours lie. The *start*: where the first
# unit's field begins, negative when it reaches into the padding. Without a layer they
# are 1, 1, 0.

# %% [markdown]
# A layer with kernel $k$, stride $s$, padding $p$ and dilation $d$ changes all three.
# Its weights meet units that lie $d$ places apart, and neighbouring units lie a jump of
# pixels apart:
#
# $$\text{size} \leftarrow \text{size} + d(k-1)\,\text{jump} \qquad
# \text{start} \leftarrow \text{start} - p\,\text{jump} \qquad
# \text{jump} \leftarrow \text{jump} \cdot s$$
#
# The stride comes last: it spreads the units of this layer, and so only matters to the
# next.

# %% [markdown]
# On paper: a kernel of 3, then pooling with a window of 2 and stride 2, then a kernel
# of 3. The size goes 1, 3, 4, 8 and the jump 1, 1, 2, 2. The last layer adds two steps
# of 2, since the units that it reads lie 2 pixels apart.

# %% [markdown] nbgrader="read-only" grade_id="dilated_sizes_predict"
# {{question dilated_sizes minutes=3
# title="Predict the fields of three dilated layers"}}
# **Predict.** Three layers of kernel 3 and stride 1, with dilations 1, 2 and 4. How
# large is the field after the first, the second and the third layer, along one axis?

# %% nbgrader="autograded-answer" grade_id="dilated_sizes"
dilated_sizes = ...  # three whole numbers
### BEGIN SOLUTION
dilated_sizes = (3, 7, 15)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "dilation ignored": (3, 5, 7),
    "sizes multiplied": (3, 15, 135),
    "kernel sizes added": (3, 9, 21),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="dilated_sizes" points=1

# %% [markdown]
# A stack is a list of dicts, the layer next to the input first. Pooling counts as a
# layer with a kernel, since it has a window and a stride. `stack` is the one that you
# followed on paper.


# %%
def layer_of(kernel, stride=1, padding=0, dilation=1):
    """Describe a layer along one axis."""
    return dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)


stack = [layer_of(3), layer_of(2, stride=2), layer_of(3)]

# %% [markdown] nbgrader="read-only" grade_id="receptive_field_statement"
# ### {{exercise receptive_field minutes=12 title="What a unit can see"}}
#
# Follow the stack from the input up, and return the three numbers of its last layer.


# %% nbgrader="autograded-answer" grade_id="receptive_field"
def receptive_field(layers):
    """Compute what a unit on top of a stack of layers can see, along one axis.

    size grows by dilation * (kernel - 1) * jump, start falls by padding * jump,
    then jump is multiplied by stride

    Parameters
    ----------
    layers : list of dict with "kernel", "stride", "padding", "dilation", all int,
        the layer next to the input first

    Returns
    -------
    size : int, how many inputs the field spans
    jump : int, how far apart the fields of two neighbours begin
    start : int, where the field of unit 0 begins; negative in the padding

    Matches: the gradient of a stack of ``keras.layers.Conv1D``
    Source: Araujo, Norris & Sim 2019
    """
    size, jump, start = 1, 1, 0
    ### BEGIN SOLUTION
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="receptive_field" points=3

# %% [markdown]
# Keras doesn't compute receptive fields, but it shows them: send a single 1 through
# layers whose weights are all 1, and count the outputs that it reaches. (At stride 1
# that is the same number as the inputs that one output sees.)

# %% nbgrader="demonstration"
signal = np.zeros((1, 41, 1))
signal[0, 20] = 1.0
for d in (1, 2, 4):
    ones = keras.layers.Conv1D(1, 3, dilation_rate=d, kernel_initializer="ones")
    signal = np.array(ones(signal))
    print("dilation", d, "reaches", np.count_nonzero(signal))
dilated = [layer_of(3, dilation=d) for d in (1, 2, 4)]
print("yours:", receptive_field(dilated))

# %% [markdown]
# Now the explorer with **your** formula beside what impulses measure. Try the entries
# of *stack*; stay with one of several layers. Then raise *input size*, set *change
# layer* to 1 and *its stride* to 2, and watch every later layer reach farther.

# %% nbgrader="demonstration"
explore.receptive_field(receptive_field)

# %% [markdown]
# **Notice.** Dilations 1, 2, 4 see 3, 7, 15: the field doubles with each layer while
# each layer adds nine weights, and no pixel is left out. Yu and Koltun built a network
# for segmentation on this in 2016. Plain 3×3 layers would need seven of them for 15.

# %% nbgrader="demonstration"
if receptive_field(stack) is not None:
    plain = [receptive_field([layer_of(3)] * n)[0] for n in range(1, 7)]
    spread = [
        receptive_field([layer_of(3, dilation=2**m) for m in range(n)])[0]
        for n in range(1, 7)
    ]
    pooled = [
        receptive_field([layer_of(3), layer_of(2, stride=2)] * n)[0]
        for n in range(1, 7)
    ]
    plots.lines(
        {
            "3x3": (range(1, 7), plain),
            "3x3, dilation doubled": (range(1, 7), spread),
            "3x3 and pooling": (range(1, 7), pooled),
        },
        xlabel="layers (or pairs of layers)",
        ylabel="receptive field (pixels)",
        alt="With plain layers the field grows by 2 each time; with doubled dilation "
        "or with pooling it doubles.",
    )

# %% [markdown]
# Besides larger kernels, four things enlarge a field: more layers, stride, pooling,
# dilation. But it says only what a unit *can* see. Pixels in the middle reach it along
# many paths, those at the edge along one, so that in trained networks the *effective*
# field is a blurred spot, much smaller. Below, the paths of three layers of 3.

# %% nbgrader="demonstration"
paths = np.array([1.0])
for _ in range(3):
    paths = np.convolve(paths, np.ones(3))
plots.bars(
    {str(i - 3): n for i, n in enumerate(paths)},
    ylabel="paths to the unit",
    alt="Seven inputs are seen after three layers of 3: the middle one along 7 paths, "
    "the outermost along 1.",
)

# %% [markdown]
# Of a dense layer nobody gives a receptive field: each of its units sees everything.
# For a network that labels single pixels, as in *segmentation*, the field decides what
# it can know. Below, two candidates lie on an X, around the pixel in its middle.

# %% nbgrader="demonstration"
clean_x, bent_x, round_o = data.glyphs()
plots.grid(
    data.place(clean_x),
    mark=[(6, 6, 5, 5), (1, 1, 15, 15)],
    alt="An X on its sheet with two fields around its middle: 5 by 5 cuts the strokes "
    "off, 15 by 15 covers the whole letter.",
)

# %% [markdown] nbgrader="read-only" grade_id="field_to_take_statement"
# {{question field_to_take minutes=3 title="Which field covers the object?"}}
# **Decide.** Each pixel shall be labelled "part of an X", "part of a small x" or
# "paper". The X spans 7×7 pixels; the small x is the same drawing, cut to 5×5.
#
# **field**: which candidate would you take for the pixel in the middle?
# **a** 5×5 · **b** 15×15
#
# **stack**: which stack of layers covers the 7×7 pixels of the X with the fewest
# weights? **a** one 7×7 · **b** three 3×3 · **c** two 3×3 with dilations 1 and 2

# %% nbgrader="autograded-answer" grade_id="field_to_take"
field_to_take = {"field": ..., "stack": ...}  # a letter in quotes for each
### BEGIN SOLUTION
field_to_take = {"field": "b", "stack": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="field_to_take" points=1

# %% [markdown]
# **Notice.** Within 5×5 the two drawings are equal, so no training can tell them apart
# at that pixel. A field has to cover the object, and better some of what is
# around it. Much larger than needed is no help: it costs weights or work, and the
# middle counts most anyway.

# %% [markdown] nbgrader="manual-answer" grade_id="written_family" points=2
# ## Write it in words
#
# A separable convolution (3×3, 64 channels to 128 maps) has an eighth of the weights of
# the full one. What can the full one do that the separable one can't? And why may it
# be a good choice nonetheless? Three or four sentences.
#
# ### BEGIN MARK SCHEME
# 1 point: in the full convolution every output map has its own 3×3 pattern in every
# channel; in the separable one all output maps share one pattern per channel (with
# multiplier 1) and only mix them differently. (Half a point for "it is less flexible"
# with any true example; none for "it sees less", since the window is the same.)
#
# 1 point: one good reason: fewer weights need fewer examples, or fewer multiply-adds
# make it faster or fit on a phone, or what is saved can be spent on more maps or
# layers. (Half a point for "it is cheaper" without a word on what that is good for.)
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# Every relative of the convolution cuts wires: between channels, between rows and
# columns, or between neighbours. What is cut saves weights and work, and can't be
# learned any more.
#
# ## Key points
#
# - 1×1 mixes channels, depthwise looks around, and the two together nearly replace a
#   full convolution.
# - A kernel splits into a column and a row exactly when it has rank one.
# - A field grows by $d(k-1)$ times the jump, and the jump is the product of all strides
#   so far.

# %% [markdown]
# ## On your own
#
# Without points: the *shuffle* of ShuffleNet reorders maps after a grouped 1×1
# convolution, so that the next groups get maps from all of the old ones. Write it with
# one `reshape`, one `swapaxes` and one `reshape`. How many layers does it take until
# every output depends on every input, with 4 groups of 4?

# %% [markdown]
# ## Further reading
#
# - [Araujo, Norris and Sim, Computing receptive fields](https://distill.pub/2019/computing-receptive-fields/),
#   because it does what you did for whole published networks, and draws it.
# - [Yu and Koltun, Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122),
#   because dilations 1, 2, 4 began there; three pages are enough.
# - [Chollet, Xception](https://arxiv.org/abs/1610.02357), because its first two pages
#   lead from parallel branches to separable convolutions in small steps.
# - [Howard et al., MobileNets](https://arxiv.org/abs/1704.04861), because its tables
#   show what the saving costs.
# - [Jin, Dundar and Culurciello, Flattened networks](https://arxiv.org/abs/1412.5474),
#   because it takes the idea to its end and measures what is left.
