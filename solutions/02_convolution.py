# %% [markdown]
# # Slide a kernel by hand
#
# **You will build** the convolution of one signal and of one picture, with stride,
# padding and dilation, and see that Keras computes the same numbers.
#
# **You will learn**
#
# - how many stops a kernel makes, and which values it reads at each
# - what stride, padding and dilation change, and what they leave alone
# - how to find the input on which a wrong convolution shows itself
#
# **You need** lessons 00 and 01, and 150 minutes, best in two evenings.

# %%
import numpy as np

from byhand import check, data, explore, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_02_statement"
# {{warm-up warm_up_02 minutes=3 title="Warm up: lessons 00 and 01"}}
# ## Warm up
#
# Three questions on lessons 00 and 01; answer without looking back.
#
# 1. A 3×3 feature of +1 and −1 agrees with a patch in eight of nine pixels. Its match
#    score? **a** 0.89 **b** 0.78 **c** 7 **d** 8
# 2. A feature of 3 rows and 5 columns slides over a picture of 9×9. The shape of its
#    match map? **a** (7, 5) **b** (7, 7) **c** (6, 4) **d** (9, 9)
# 3. The mean of nine products is 0.56, rounded. Their sum?
#    **a** 5 **b** 0.06 **c** 0.56 **d** 9

# %% nbgrader="autograded-answer" grade_id="warm_up_02"
warm_up_02 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_02 = {"q1": "b", "q2": "a", "q3": "a"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_02" points=1

# %% [markdown]
# Lesson 01 slid a feature over a picture and took the *mean* of the products. From now
# on we take their *sum*, which differs by a constant factor, and call the feature a
# *kernel*. Its numbers can be any numbers; lesson 06 lets a network choose them.

# %% [markdown]
# Two small helpers, used all along. Where a setting may be one number or a pair (rows,
# columns), `both` makes it a pair. `beside` prints your result beside Keras's; while
# your function still returns `None`, it says so and does no harm.


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


def beside(yours, keras_result):
    """Print two results and their largest difference."""
    theirs = np.array(keras_result)
    between = "\n" if theirs.ndim > 1 else " "
    print("Keras", theirs, sep=between)
    print("yours", "not written yet" if yours is None else yours, sep=between)
    if np.shape(yours) == theirs.shape:
        print("largest difference", f"{np.abs(yours - theirs).max():.0e}")


# %% [markdown]
# ## Count the stops
#
# A kernel of three weights lies on a signal of six values. It covers `x[0]`, `x[1]`,
# `x[2]`, and makes one number of them: multiply place by place, add. Then it moves on
# by one. Each place where it fits whole is a *stop*, and gives one output.

# %%
x = np.array([2.0, 0.0, 1.0, 3.0, 1.0, 2.0])
w = np.array([1.0, 2.0, 3.0])

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=0)
plots.draw_window(x, w, at=3)

# %% [markdown]
# The second picture shows the last stop: one step further and a weight would hang over
# the end. Three settings change where the stops are. The first is the *stride* `s`,
# the length of a step. With `s = 2` the kernel starts at 0 and 2; at 4 it wouldn't fit.

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=1, stride=2)

# %% [markdown]
# The second is the *padding* `p`: that many zeros before the values **and** as many
# after them. With `p = 1` the kernel starts one place before `x[0]`. Zeros are hatched
# in the picture.

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=0, padding=1)

# %% [markdown]
# The third is the *dilation* `d`: the weights lie `d` places apart. With `d = 2` three
# weights cover five values, two of which they skip. In general `k` weights have `k − 1`
# gaps, so they cover $d(k-1)+1$ values. Dilation 1 is the ordinary kernel.

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=0, dilation=2)

# %% [markdown]
# Now count. The padded signal has $n + 2p$ values and the kernel covers $d(k-1)+1$ of
# them. What is left over is room for steps of length $s$, and a step that doesn't fit
# whole isn't made. Stops are one more than steps:
#
# $$n_{\text{out}} = \left\lfloor \frac{n + 2p - d(k-1) - 1}{s} \right\rfloor + 1$$
#
# $\lfloor\;\rfloor$ rounds down.

# %% [markdown] nbgrader="read-only" grade_id="stops_predict"
# {{question stops minutes=3 title="Predict the number of stops"}}
# **Predict.** How many stops does a kernel of 3 make on 6 values, in each of four
# settings: stride 1; stride 2; padding 1; dilation 2? What isn't named is neutral:
# stride 1, padding 0, dilation 1. Count on paper before you use the formula.

# %% nbgrader="autograded-answer" grade_id="stops"
stops = ...  # four whole numbers: (stride 1, stride 2, padding 1, dilation 2)
### BEGIN SOLUTION
stops = (4, 2, 6, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "one stop too few": (3, 1, 5, 1),
    "padding on one side only": (4, 2, 5, 2),
    "padding ignored": (4, 2, 4, 2),
    "stride ignored": (4, 4, 6, 2),
    "dilation ignored": (4, 2, 6, 4),
    "dilation off by one": (4, 2, 6, 1),
    "ceiling for floor": (4, 3, 6, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="stops" points=1

# %% [markdown] nbgrader="read-only" grade_id="output_size_statement"
# ### {{exercise output_size minutes=6 title="Count the stops of a kernel"}}
#
# Write the formula. Python's `//` divides whole numbers and rounds down; `/` would
# give a float, and nothing can have 2.5 stops.


# %% nbgrader="autograded-answer" grade_id="output_size"
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    """Count the stops of a kernel along one axis.

    size = floor((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1

    Parameters
    ----------
    n : int, how many values the input has
    k : int, how many weights the kernel has
    stride, dilation : int, at least 1
    padding : int, zeros on each side

    Returns
    -------
    size : int

    Matches: ``keras.layers.Conv1D(1, k, strides=..., dilation_rate=...)``
    Source: Dumoulin & Visin 2016, relationships 6 and 15
    """
    ### BEGIN SOLUTION
    covered = dilation * (k - 1) + 1
    return (n + 2 * padding - covered) // stride + 1
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="output_size" points=1

# %% [markdown]
# Keras tells the size of a result without computing it. Its layers take a batch of
# signals with channels, so the shape `(1, 6, 1)` reads: one signal, six values, one
# channel. The next cell loads Keras, which takes some seconds.

# %% nbgrader="demonstration"
from byhand import keras

for settings in ({}, {"strides": 2}, {"dilation_rate": 2}):
    print(
        settings, keras.layers.Conv1D(1, 3, **settings).compute_output_shape((1, 6, 1))
    )

# %% [markdown]
# Height and width are two axes, each with a size of its own. Here are five layers that
# you will meet again, three of them with several filters: their number becomes the
# depth of the result. Pooling, in lesson 05, counts its stops in the same way.

# %% nbgrader="demonstration"
layers = [
    ("6x6, 3x3, padding 1, stride 2", output_size(6, 3, padding=1, stride=2), 1),
    ("6x6, 3x3", output_size(6, 3), 1),
    ("32x32x3, five 3x3 filters", output_size(32, 3), 5),
    ("then 2x2 pooling, stride 2", output_size(30, 2, stride=2), 5),
    ("32x32x3, six 5x5 filters", output_size(32, 5), 6),
]
for what, side, depth in layers:
    size = "not written yet" if side is None else f"{side} x {side} x {depth}"
    print(f"{what:<30} {size}")

# %% [markdown]
# **Notice.** Six values, a kernel of 3 and stride 2 leave one value unread: the last
# window ends at `x[4]`. The formula rounds it away and so does Keras. Whenever the
# division leaves a remainder, values at the end of the signal never count.

# %% [markdown]
# ## Slide a kernel over a signal
#
# At each stop the same three weights meet other values. With the signal 1 2 3 4 and
# the kernel 1 2 3, the first stop gives 1·1 + 2·2 + 3·3 = 14.

# %% nbgrader="demonstration"
plots.draw_window(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))

# %% [markdown]
# Output `i` starts at `x[i * s]`, since each step is `s` long. A number `b`, the
# *bias*, is added once to every output:
#
# $$y_i = b + \sum_{p=0}^{k-1} w_p \, x_{i s + p}$$
#
# Books count from 1 and write $O_i = \sum_j I_{i+j-1} W_j$. It is the same sum.

# %% [markdown] nbgrader="read-only" grade_id="sliding_sums_predict"
# {{question sliding_sums minutes=2 title="Predict two sums of products"}}
# **Predict.** The kernel makes a second stop on 1 2 3 4. Which number does it give?
# Write both, without a bias.

# %% nbgrader="autograded-answer" grade_id="sliding_sums"
sliding_sums = ...  # two numbers: (first stop, second stop)
### BEGIN SOLUTION
sliding_sums = (14, 20)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel flipped": (10, 16),
    "mean instead of sum": (14 / 3, 20 / 3),
    "input height for output height": (14, 20, 11, 4),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="sliding_sums" points=1

# %% [markdown]
# Before you write it, watch ours. Point at an output: the values that it reads light
# up, each with its weight. Point at an input to see which outputs it feeds. The arrow
# keys walk along the outputs.

# %% nbgrader="demonstration"
explore.convolution(dims=1, input="1 2 3 4")

# %% [markdown] nbgrader="read-only" grade_id="conv1d_statement"
# ### {{exercise conv1d minutes=8 title="Slide a kernel over a signal"}}
#
# Visit every stop in a loop. Cut the window out of `x`, multiply by `w`, add up, add
# the bias. `dtype=x.dtype` gives the result the number type of the input.


# %% nbgrader="autograded-answer" grade_id="conv1d"
def conv1d(x, w, b=0.0, *, stride=1):
    """Slide a kernel over a signal.

    y[i] = b + sum_p w[p] * x[i * stride + p]

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,), k <= n
    b : float
    stride : int, at least 1

    Returns
    -------
    y : ndarray, shape ((n - k) // stride + 1,)

    Matches: ``keras.layers.Conv1D(1, k, strides=stride)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.1
    """
    n, k = len(x), len(w)
    ### BEGIN SOLUTION
    y = np.zeros((n - k) // stride + 1, dtype=x.dtype)
    for i in range(len(y)):
        start = i * stride
        y[i] = b + np.sum(w * x[start : start + k])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv1d" points=2

# %% [markdown]
# The same layer in Keras. It keeps a kernel for each input channel and each filter, so
# its weights have the shape `(k, 1, 1)`; `None` in an index adds such an axis of
# length 1. `dtype="float64"` asks for numbers as precise as NumPy's.

# %% nbgrader="demonstration"
layer = keras.layers.Conv1D(1, 3, strides=2, dtype="float64")
layer.build((1, 6, 1))
layer.set_weights([w[:, None, None], np.array([0.5])])
beside(conv1d(x, w, 0.5, stride=2), layer(x[None, :, None])[0, :, 0])

# %% [markdown]
# An explorer draws what **your** function reads: move over an output to light up its
# window, change the stride, and look at which inputs nobody reads. Where your function
# and the definition differ, the picture marks it.

# %% nbgrader="demonstration"
explore.convolution(conv1d)

# %% [markdown]
# **Notice.** One kernel of three weights serves every stop. A dense layer from six
# values to four would need 24 weights, and would have to learn the same pattern again
# at every place. Lesson 03 counts this properly.

# %% [markdown]
# ## Turn the kernel round
#
# In mathematics a convolution reads the kernel backwards:
#
# $$y_i = \sum_{p=0}^{k-1} w_{k-1-p} \, x_{i + p}$$
#
# What you wrote is there called a *cross-correlation*. The books' letters again:
# $O_i = \sum_j I_{i+j-1} W_{\mathrm{Dim}(W)-j+1}$.

# %% [markdown] nbgrader="read-only" grade_id="turned_sums_predict"
# {{question turned_sums minutes=2 title="Predict what a turned kernel gives"}}
# **Predict.** Turn the kernel 1 2 3 round and slide it over 1 2 3 4 as before. Which
# two numbers come out?

# %% nbgrader="autograded-answer" grade_id="turned_sums"
turned_sums = ...  # two numbers
### BEGIN SOLUTION
turned_sums = (10, 16)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel not flipped": (14, 20),
    "the result flipped": (16, 10),
    "the input flipped as well": (20, 14),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="turned_sums" points=1

# %% [markdown] nbgrader="read-only" grade_id="true_conv1d_statement"
# ### {{exercise true_conv1d minutes=5
# title="Flip the kernel: the mathematician's convolution"}}
#
# The mathematician's convolution, with stride 1 and no bias, at every stop where the
# kernel fits whole. `w[::-1]` is `w` from its end to its start.


# %% nbgrader="autograded-answer" grade_id="true_conv1d"
def true_conv1d(x, w):
    """Convolve as mathematicians do: the kernel is read backwards.

    y[i] = sum_p w[k - 1 - p] * x[i + p]

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,), k <= n

    Returns
    -------
    y : ndarray, shape (n - k + 1,)

    Matches: ``keras.layers.Conv1D(1, k)`` with the kernel turned round
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.1
    """
    n, k = len(x), len(w)
    ### BEGIN SOLUTION
    turned = w[::-1]
    y = np.zeros(n - k + 1, dtype=x.dtype)
    for i in range(len(y)):
        y[i] = np.sum(turned * x[i : i + k])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="true_conv1d" points=1

# %% [markdown]
# Give Keras the turned kernel and it computes the mathematician's convolution. NumPy
# has both as functions: `np.convolve` turns the kernel, `np.correlate` doesn't. (The
# checks take them away: here you write your own.)

# %% nbgrader="demonstration"
layer = keras.layers.Conv1D(1, 3, use_bias=False, dtype="float64")
layer.build((1, 6, 1))
layer.set_weights([w[::-1, None, None]])
beside(true_conv1d(x, w), layer(x[None, :, None])[0, :, 0])
print("NumPy", np.convolve(x, w, mode="valid").tolist())

# %% [markdown]
# **Notice.** Deep learning's convolution is a cross-correlation, in Keras as in all
# other frameworks. A network that learns its weights doesn't care: it would learn them
# the other way round. We say *convolution* for it from here on, like everybody else.

# %% [markdown]
# ## Slide a kernel over a picture
#
# A picture adds a second direction. The kernel has rows and columns, and moves right
# and down. Ones are ink here. At the first stop, five weights of 1 meet four pixels of
# ink: the output is 4.

# %%
picture = np.array(
    [[int(pixel) for pixel in row] for row in "11100 01110 00111 00110 01100".split()],
    dtype=float,
)
cross = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])

# %% nbgrader="demonstration"
plots.draw_window(picture, cross, at=(0, 0))

# %% [markdown]
# Row `i` and column `j` of the result belong to the window that starts at row `i` and
# column `j` of the picture:
#
# $$y_{ij} = b + \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1} w_{pq} \, x_{i+p,\,j+q}$$
#
# `p` counts rows of the kernel, `q` its columns. The result is a *feature map*.

# %% [markdown] nbgrader="read-only" grade_id="middle_row_predict"
# {{question middle_row minutes=3 title="Predict a row of a map"}}
# **Predict.** The map of this picture has three rows and three columns. Work out its
# **middle** row on paper: three windows that start in row 1.

# %% nbgrader="autograded-answer" grade_id="middle_row"
middle_row = ...  # three numbers
### BEGIN SOLUTION
middle_row = (2, 4, 3)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "rows and columns swapped": (3, 4, 3),
    "mean instead of sum": (2 / 9, 4 / 9, 3 / 9),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="middle_row" points=1

# %% [markdown]
# The same picture to play with. Walk over the map with the arrow keys and watch the
# window go along. Which pixels does only one output read, and which do all nine?

# %% nbgrader="demonstration"
explore.convolution(input="binary 5x5")

# %% [markdown] nbgrader="read-only" grade_id="conv2d_plain_statement"
# ### {{exercise conv2d_plain minutes=10 title="Slide a kernel over a picture"}}
#
# Two loops, one over rows and one over columns of the map. Pictures and kernels need
# not be square: keep heights and widths apart.


# %% nbgrader="autograded-answer" grade_id="conv2d_plain"
def conv2d_plain(x, w, b=0.0):
    """Slide a kernel over a picture.

    y[i, j] = b + sum_{p,q} w[p, q] * x[i + p, j + q]

    Parameters
    ----------
    x : ndarray, shape (h, w_in)
    w : ndarray, shape (kh, kw), kh <= h and kw <= w_in
    b : float

    Returns
    -------
    y : ndarray, shape (h - kh + 1, w_in - kw + 1)

    Matches: ``keras.layers.Conv2D(1, (kh, kw))``
    Source: Dumoulin & Visin 2016, sec. 2.1
    """
    (h, w_in), (kh, kw) = x.shape, w.shape
    ### BEGIN SOLUTION
    y = np.zeros((h - kh + 1, w_in - kw + 1), dtype=x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_plain" points=2

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), dtype="float64")
layer.build((1, 5, 5, 1))
layer.set_weights([cross[:, :, None, None], np.zeros(1)])
beside(conv2d_plain(picture, cross), layer(picture[None, :, :, None])[0, :, :, 0])

# %% [markdown]
# A second picture, which returns in lesson 03: strokes of ink on 6×6 pixels. Two
# kernels look at it. The first wants a falling diagonal, the second a column of ink
# with nothing on either side.

# %%
strokes = np.array(
    [
        [int(pixel) for pixel in row]
        for row in "100001 010010 001100 100010 010010 001010".split()
    ],
    dtype=float,
)
diagonal = np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
upright = np.array([[-1.0, 1.0, -1.0]] * 3)

# %% nbgrader="demonstration"
plots.grid(
    strokes,
    alt="The strokes: a falling diagonal starts in the top left corner, and ink "
    "stands upright in the fifth column, rows 3 to 5.",
)

# %% nbgrader="demonstration"
maps = [conv2d_plain(strokes, kernel) for kernel in (diagonal, upright)]
if maps[0] is not None:
    plots.grid(
        maps[0],
        signed=True,
        alt="The map of the diagonal kernel is highest, 3, at its left edge: at the "
        "top and at the bottom, where a diagonal stroke starts.",
    )
    plots.grid(
        maps[1],
        signed=True,
        alt="The map of the upright kernel is 3 in its lowest right place only, where "
        "the upright stroke stands.",
    )
    print("two maps stacked:", np.stack(maps, axis=-1).shape)

# %% [markdown]
# **Notice.** A map is high where the picture resembles the kernel, and negative where
# it shows the opposite. Two kernels give two maps of 4×4: together one volume of
# 4×4×2. The next layer of a network reads that volume as its picture.

# %% [markdown]
# ## Kernels that people chose
#
# Long before networks learned their kernels, people designed them. Each is a small
# table, slid over a photograph by your own function. *Blur* takes the mean of nine
# neighbours, *sharpen* lifts a pixel against its neighbours, *emboss* lights the
# picture from one corner.

# %%
photograph = data.photograph()
classics = {
    "blur": np.ones((3, 3)) / 9,
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "emboss": np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}

# %% nbgrader="demonstration"
results = [(conv2d_plain(photograph, k), name) for name, k in classics.items()]
if results[0][0] is not None:
    shown = [(np.clip(result, 0, 1), name) for result, name in results]
    plots.images(
        [(photograph, "photograph"), *shown],
        alt="Blur smooths the grass, sharpen makes it grainy, emboss turns the man "
        "into a relief. Each result is two rows and two columns smaller.",
    )

# %% [markdown]
# *Sobel* kernels compare one side of a pixel with the other, so they answer to edges
# of one direction. The *Laplacian of Gaussian* compares a pixel with a ring around it,
# and answers to edges of any direction and to small spots. Their weights add up to 0:
# on an even patch they give 0.

# %%
edges = {
    "Sobel, left to right": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "Sobel, top to bottom": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "Laplacian of Gaussian": np.array(
        [
            [0.0, 0, -1, 0, 0],
            [0, -1, -2, -1, 0],
            [-1, -2, 16, -2, -1],
            [0, -1, -2, -1, 0],
            [0, 0, -1, 0, 0],
        ]
    ),
}

# %% nbgrader="demonstration"
results = [(conv2d_plain(photograph, k), name) for name, k in edges.items()]
if results[0][0] is not None:
    plots.images(
        results,
        alt="One Sobel kernel draws upright edges, the other level ones, the "
        "Laplacian of Gaussian outlines in every direction; even sky gives 0, white.",
    )

# %% [markdown]
# **Notice.** To shrink or enlarge a picture is a convolution as well. Blur with stride
# 2, and you have *sampled* a signal. Put a zero between any two values and slide the
# tent ½ 1 ½ over them, and each gap is filled with the mean of its neighbours:
# *interpolation*.

# %% nbgrader="demonstration"
samples = np.array([2.0, 4.0, 8.0, 4.0])
spread = np.zeros(9)
spread[1::2] = samples
wide = conv1d(spread, np.array([0.5, 1.0, 0.5]))
print("with zeros between", spread)
print("after the tent    ", wide)
if wide is not None:
    print("blurred, stride 2 ", conv1d(wide, np.array([0.25, 0.5, 0.25]), stride=2))

# %% [markdown]
# ## Keep the border
#
# Two things are lost at the border. The map is smaller than the picture, by two rows
# and two columns for a 3×3 kernel: fifteen such layers turn 32×32 into 2×2. And border
# pixels have little say, as the next picture shows.

# %% nbgrader="demonstration"
visits = np.zeros((6, 6))
for i in range(4):
    for j in range(4):
        visits[i : i + 3, j : j + 3] += 1
plots.grid(
    visits,
    alt="How many 3x3 windows read each pixel of a 6x6 picture: 9 in the middle, 1 in "
    "a corner.",
)

# %% [markdown]
# *Zero padding* puts a frame of zeros around the picture first. To keep the size at
# stride 1, $d(k-1)/2$ zeros are needed on each side: for an odd kernel without dilation
# that is $\lfloor k/2 \rfloor$, one for 3×3, two for 5×5. With an even kernel the half
# isn't whole, and no equal padding on both sides keeps the size.

# %% [markdown] nbgrader="read-only" grade_id="ring_predict"
# {{question ring minutes=2 title="Predict what a ring of zeros costs and saves"}}
# **Predict.** A ring of one zero goes around a picture of 6×6. How many zeros is that
# in all? And how many rows has the map of a 3×3 kernel then?

# %% nbgrader="autograded-answer" grade_id="ring"
ring = ...  # two whole numbers: (zeros, rows of the map)
### BEGIN SOLUTION
ring = (28, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "padding on one side only": (13, 5),
    "padding ignored": (28, 4),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="ring" points=1

# %% [markdown] nbgrader="read-only" grade_id="pad2d_statement"
# ### {{exercise pad2d minutes=6 title="Put zeros around a picture"}}
#
# Make a larger array of zeros and put `x` into its middle. `padding` is one number, or
# a pair for rows and columns. Mind padding 0: a slice such as `y[p:-p]` is empty then.


# %% nbgrader="autograded-answer" grade_id="pad2d"
def pad2d(x, padding=1):
    """Put a frame of zeros around a picture.

    y[ph + i, pw + j] = x[i, j], and 0 elsewhere

    Parameters
    ----------
    x : ndarray, shape (h, w_in)
    padding : int, or a pair (ph, pw): zeros above and below, left and right

    Returns
    -------
    y : ndarray, shape (h + 2 * ph, w_in + 2 * pw)

    Matches: ``keras.layers.ZeroPadding2D(padding)``
    Source: Dumoulin & Visin 2016, sec. 2.2
    """
    h, w_in = x.shape
    ph, pw = both(padding)
    ### BEGIN SOLUTION
    y = np.zeros((h + 2 * ph, w_in + 2 * pw), dtype=x.dtype)
    y[ph : ph + h, pw : pw + w_in] = x
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="pad2d" points=1

# %% nbgrader="demonstration"
layer = keras.layers.ZeroPadding2D((1, 2), dtype="float64")
beside(pad2d(diagonal, (1, 2)), layer(diagonal[None, :, :, None])[0, :, :, 0])

# %% [markdown]
# **Notice.** Zeros aren't neutral. Blur a white wall with padding, and its border comes
# out darker, since black was mixed in. A network can even use this: the zeros tell it
# where the picture ends.

# %% [markdown]
# ## What Keras calls `same`
#
# Keras's layers take no number for the padding, only two words. `padding="valid"` means
# none. `padding="same"` means: as many zeros as $\lceil n/s \rceil$ stops need, where
# $\lceil\;\rceil$ rounds up. At stride 1 the size stays the same, hence the name.

# %% [markdown]
# The last of these stops starts at $(\lceil n/s \rceil - 1)s$ and covers $d(k-1)+1$
# values. What the signal itself lacks is the total:
#
# $$t = \max\bigl((\lceil n/s \rceil - 1)\,s + d(k-1) + 1 - n,\; 0\bigr)$$
#
# Surprise: when $t$ is odd, Keras puts the extra zero **after** the values. In a
# picture that is an extra row at the bottom and an extra column on the right.

# %% [markdown] nbgrader="read-only" grade_id="same_zeros_predict"
# {{question same_zeros minutes=2 title="Predict where Keras puts the zeros"}}
# **Predict.** Six values, a kernel of 3, stride 2, `padding="same"`: how many zeros
# does Keras put before the values, and how many after?

# %% nbgrader="autograded-answer" grade_id="same_zeros"
same_zeros = ...  # two whole numbers: (before, after)
### BEGIN SOLUTION
same_zeros = (0, 1)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "Keras `same` with the odd row on top": (1, 0),
    "stride ignored": (1, 1),
    "the odd row dropped": (0, 0),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="same_zeros" points=1

# %% [markdown] nbgrader="read-only" grade_id="same_padding_statement"
# ### {{exercise same_padding minutes=8 title='What Keras means by "same"'}}
#
# Return both numbers. `-(-n // stride)` divides and rounds up, in whole numbers.


# %% nbgrader="autograded-answer" grade_id="same_padding"
def same_padding(n, k, *, stride=1, dilation=1):
    """Count the zeros that Keras's "same" puts before and after an axis.

    total = max((ceil(n / stride) - 1) * stride + dilation * (k - 1) + 1 - n, 0)

    Parameters
    ----------
    n : int, how many values the input has
    k : int, how many weights the kernel has
    stride, dilation : int, at least 1

    Returns
    -------
    before, after : int, total // 2 and the rest

    Matches: ``keras.layers.Conv1D(1, k, padding="same")``
    Source: TensorFlow guide, ``tf.nn``, notes on padding
    """
    stops = -(-n // stride)
    ### BEGIN SOLUTION
    needed = (stops - 1) * stride + dilation * (k - 1) + 1
    total = max(needed - n, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="same_padding" points=1

# %% [markdown]
# The kernel 100, 10, 1 makes Keras write down what it reads: on the signal 1 to 6, the
# output 123 says that the window held 1, 2, 3. Look for the zero.

# %% nbgrader="demonstration"
layer = keras.layers.Conv1D(1, 3, strides=2, padding="same", use_bias=False)
layer.build((1, 6, 1))
layer.set_weights([np.array([100.0, 10.0, 1.0])[:, None, None]])
print("Keras reads", np.array(layer(np.arange(1.0, 7)[None, :, None])).ravel())
print("your zeros ", same_padding(6, 3, stride=2))

# %% [markdown]
# **Notice.** `same` is never smaller than `valid`, and with a stride it isn't the same
# size: six values become three. A picture padded by 1 on **all** sides gives three as
# well, but reads other windows. Code that was moved from one framework to another has
# gone wrong at this place, with nothing to see in the shapes.

# %% [markdown]
# ## Move in larger steps
#
# With stride `s` the window starts at row `i * s` and column `j * s`. The map of the
# diagonal kernel on the strokes, with stride 1, was this one:

# %% nbgrader="demonstration"
dense = conv2d_plain(strokes, diagonal)
if dense is not None:
    plots.grid(
        dense,
        signed=True,
        alt="The stride-1 map, four rows of four: its top row is 3, -1, -3, -1.",
    )

# %% [markdown] nbgrader="read-only" grade_id="every_second_predict"
# {{question every_second minutes=2 title="Predict a map with stride 2"}}
# **Predict.** Which map does the same kernel give with stride 2? No product is needed:
# think about which windows remain. The stride-1 map, in case yours isn't there yet, is
# 3 −1 −3 −1 / −3 1 0 −3 / −3 −3 0 1 / 3 −2 −2 −1.

# %% nbgrader="autograded-answer" grade_id="every_second"
every_second = ...  # a list of rows, each a list of numbers
### BEGIN SOLUTION
every_second = [[3, -3], [-3, 0]]
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "stride in the size only": [[3, -1], [-3, 1]],
    "stride ignored": [
        [3, -1, -3, -1],
        [-3, 1, 0, -3],
        [-3, -3, 0, 1],
        [3, -2, -2, -1],
    ],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="every_second" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv2d_strided_statement"
# ### {{exercise conv2d_strided minutes=8 title="Move the window in larger steps"}}
#
# The stride appears twice: in the size of the map, and in the start of each window.
# Rows and columns may have different strides.


# %% nbgrader="autograded-answer" grade_id="conv2d_strided"
def conv2d_strided(x, w, b=0.0, *, stride=1):
    """Slide a kernel over a picture in steps of more than one pixel.

    y[i, j] = b + sum_{p,q} w[p, q] * x[i * sh + p, j * sw + q]

    Parameters
    ----------
    x : ndarray, shape (h, w_in)
    w : ndarray, shape (kh, kw)
    b : float
    stride : int, or a pair (sh, sw): step down, step right

    Returns
    -------
    y : ndarray, shape ((h - kh) // sh + 1, (w_in - kw) // sw + 1)

    Matches: ``keras.layers.Conv2D(1, (kh, kw), strides=stride)``
    Source: Dumoulin & Visin 2016, sec. 2.3
    """
    (h, w_in), (kh, kw) = x.shape, w.shape
    sh, sw = both(stride)
    ### BEGIN SOLUTION
    y = np.zeros(((h - kh) // sh + 1, (w_in - kw) // sw + 1), dtype=x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            top, left = i * sh, j * sw
            window = x[top : top + kh, left : left + kw]
            y[i, j] = b + np.sum(w * window)
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_strided" points=2

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), strides=3, dtype="float64")
layer.build((1, 6, 6, 1))
layer.set_weights([diagonal[:, :, None, None], np.zeros(1)])
theirs = layer(strokes[None, :, :, None])[0, :, :, 0]
beside(conv2d_strided(strokes, diagonal, stride=3), theirs)

# %% [markdown]
# **Notice.** Stride `s` keeps every `s`-th value of the stride-1 map and computes
# nothing new. It saves work: stride 2 makes a quarter of the sums. The next cell
# compares your two functions.

# %% nbgrader="demonstration"
for s in (2, 3):
    strided = conv2d_strided(strokes, diagonal, stride=s)
    if strided is not None and dense is not None:
        print(
            f"stride {s}:", strided.tolist(), np.array_equal(strided, dense[::s, ::s])
        )

# %% [markdown]
# ## Spread the weights
#
# Dilation spreads the weights and leaves the steps alone: weight `p` meets the row
# `p * d` below the start of its window. Stride moves the window, dilation spreads it.
# So a 3×3 kernel with dilation 2 looks at 5×5 pixels with nine weights.

# %% nbgrader="demonstration"
plots.draw_window(strokes, diagonal, at=(0, 1), dilation=2)

# %% [markdown] nbgrader="read-only" grade_id="spread_sums_predict"
# {{question spread_sums minutes=2 title="Predict the sums of a spread kernel"}}
# **Predict.** The signal is 1 0 2 1 0 3, the kernel 1 2 3, the dilation 2, the stride
# 1. Which numbers come out?

# %% nbgrader="autograded-answer" grade_id="spread_sums"
spread_sums = ...  # a tuple of numbers, one for each stop
### BEGIN SOLUTION
spread_sums = (5, 11)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "dilation ignored": (7, 7, 4, 10),
    "dilation in the output size but not in the taps": (7, 7),
    "kernel flipped": (7, 5),
    "dilation off by one": (5,),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="spread_sums" points=1

# %% [markdown]
# All together, along rows; columns go in the same way:
#
# $$y_{ij} = b + \sum_{p,q} w_{pq} \, \bar{x}_{i s_h + p d_h,\; j s_w + q d_w}$$
#
# $\bar x$ is the padded picture. A slice does the spreading: `x[a : a + 5 : 2]` takes
# the values at `a`, `a + 2` and `a + 4`.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_statement"
# ### {{exercise conv2d minutes=12 title="Stride, padding and dilation together"}}
#
# The whole convolution of one picture. Pad first; NumPy's `np.pad` does it in a line.
# Then count the stops, each axis by itself, and slide.


# %% nbgrader="autograded-answer" grade_id="conv2d"
def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    """Slide a kernel over a picture, with stride, padding and dilation.

    y[i, j] = b + sum_{p,q} w[p, q] * padded[i * sh + p * dh, j * sw + q * dw]

    Parameters
    ----------
    x : ndarray, shape (h, w_in)
    w : ndarray, shape (kh, kw)
    b : float
    stride, dilation : int, or a pair (rows, columns), at least 1
    padding : int, or a pair (rows, columns): zeros on each side

    Returns
    -------
    y : ndarray, shape (h_out, w_out), where
        h_out = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1, and w_out likewise

    Matches: ``keras.layers.Conv2D(1, (kh, kw), strides=..., dilation_rate=...)``
    Source: Dumoulin & Visin 2016, sec. 2.4 and 5.1
    """
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    ### BEGIN SOLUTION
    padded = np.pad(x, ((ph, ph), (pw, pw)))
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    h_out = (h + 2 * ph - tall) // sh + 1
    w_out = (w_in + 2 * pw - wide) // sw + 1
    y = np.zeros((h_out, w_out), dtype=x.dtype)
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * sh, j * sw
            window = padded[top : top + tall : dh, left : left + wide : dw]
            y[i, j] = b + np.sum(w * window)
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d" points=3

# %% [markdown]
# Keras again, with padding 2 and dilation 2. `ZeroPadding2D` does what `padding` does
# in your function. (Stride and dilation above 1 *together* are refused by Keras's
# layer, though not by arithmetic; the check reaches Keras by a detour there.)

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), dilation_rate=2, dtype="float64")
layer.build((1, 10, 10, 1))
layer.set_weights([diagonal[:, :, None, None], np.array([0.5])])
padded = keras.layers.ZeroPadding2D(2, dtype="float64")(strokes[None, :, :, None])
beside(conv2d(strokes, diagonal, 0.5, padding=2, dilation=2), layer(padded)[0, :, :, 0])

# %% nbgrader="demonstration"
explore.convolution(conv2d)

# %% [markdown]
# Try padding 1 with stride 2, then dilation 2 with both: in every setting, an output
# lights up the pixels that it reads, and a pixel the outputs that it feeds.

# %% [markdown]
# A second way to see dilation. Take every second row and column of a picture: with
# four possible beginnings that gives four small pictures, its *phases*. Convolve each
# without dilation, and weave the four results together. It is the same map.

# %% nbgrader="demonstration"
d = 2
spread = conv2d(photograph, diagonal, dilation=d)
if spread is not None:
    woven = np.zeros_like(spread)
    for a in range(d):
        for c in range(d):
            woven[a::d, c::d] = conv2d(photograph[a::d, c::d], diagonal)
    print(spread.shape, "equal:", np.allclose(spread, woven))

# %% [markdown]
# **Notice.** A dilated kernel never compares neighbours: each phase is computed as if
# the others didn't exist. That is its price for seeing far with few weights. Lesson 04
# stacks dilations 1, 2 and 4, so that the phases meet again.

# %% [markdown]
# ## Break it
#
# Here are four convolutions, each wrong in one way. *turned* reads the kernel from its
# end. *crawls* counts its stops with the stride and then moves by one. *leans* puts all
# zeros above and to the left, twice as many. *cramped* allows for the dilation in the
# size, and reads neighbours.

# %% nbgrader="demonstration"
from byhand.exercises.convolution import SUSPECTS

sobel = edges["Sobel, left to right"]
settings = {"stride": 2, "padding": 20, "dilation": 3}
right = conv2d(photograph, sobel, **settings)
wrong = [(f(photograph, sobel, **settings), name) for name, f in SUSPECTS.items()]
plots.images(
    wrong if right is None else [(right, "right"), *wrong],
    alt="All five maps have the same shape. 'turned' swaps the colours of all edges, "
    "'crawls' shows the top left part twice as large, 'leans' moves the picture down "
    "and right, 'cramped' has finer edges.",
)

# %% [markdown]
# All four return the right **shape**, so a test that looks at shapes clears them all.
# You can call them as you call your `conv2d`: `SUSPECTS["leans"](x, w, padding=1)`. On
# many inputs they even give the right values.

# %% [markdown] nbgrader="read-only" grade_id="caught_predict"
# {{question caught minutes=2
# title="Predict how many mistakes an even picture exposes"}}
# **Predict.** A tester takes a picture of ones, 7×7, and a kernel of ones, 3×3, with
# stride 2, dilation 2 and no padding. How many of the four does this test expose?

# %% nbgrader="autograded-answer" grade_id="caught"
caught = ...  # a whole number from 0 to 4
### BEGIN SOLUTION
caught = 0
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="caught" points=1

# %% [markdown] nbgrader="read-only" grade_id="break_conv2d_statement"
# ### {{exercise break_conv2d minutes=15
# title="Break it: find the input that exposes each wrong convolution"}}
#
# Find four experiments. Each shall expose **its** suspect, which gives a wrong map on
# it, and clear the other three, which give the right one. An experiment is a tuple
# `(x, w, settings)`, such as `([[1, 2], [3, 4]], [[1]], {"stride": 2})`; what
# `settings` doesn't name is neutral. At most 8×8 for `x` and 4×4 for `w`. An
# experiment that exposes others as well earns half.

# %% nbgrader="autograded-answer" grade_id="break_conv2d"
break_conv2d = {"turned": ..., "crawls": ..., "leans": ..., "cramped": ...}
### BEGIN SOLUTION
break_conv2d = {
    "turned": ([[1, 2]], [[1, 0]], {}),
    "crawls": ([[1, 2, 3]], [[1]], {"stride": 2}),
    "leans": ([[1]], [[1]], {"padding": 1}),
    "cramped": ([[1, 2, 4]], [[1, 1]], {"dilation": 2}),
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="break_conv2d" points=2

# %% [markdown]
# **Notice.** A good test is small and blames one thing. Pictures of ones, square
# kernels that look the same when turned, stride 1 and padding 0 hide most mistakes.
# That is why the checks of this course use odd sizes, uneven kernels and a bias.

# %% [markdown]
# ## One, two and three directions
#
# The name of a convolution counts the directions in which its kernel **slides**, not
# the axes of its data. Everything you wrote goes on along one axis more or less.
#
# | | 1D | 2D | 3D |
# |---|---|---|---|
# | slides along | time | height, width | height, width, depth |
# | input | (time, c) | (H, W, c) | (H, W, L, c) |
# | rank without the batch | 2 | 3 | 4 |
# | d filters of | k × c | k × k × c | k × k × k′ × c |
# | output | (time′, d) | (H′, W′, d) | (H′, W′, L′, d) |
# | data | series, text | pictures | MRI, film |

# %% [markdown]
# `c` is the number of channels, colours for instance: lesson 03. A filter always
# reaches through all channels, and doesn't slide along them. Keras writes `None` for
# the size of the batch, which a layer needn't know.

# %% nbgrader="demonstration"
shapes = [
    ("1D", keras.layers.Conv1D(4, 3), (None, 7, 1)),
    ("2D", keras.layers.Conv2D(4, (3, 3)), (None, 5, 7, 1)),
    ("3D, shallow", keras.layers.Conv3D(4, (3, 3, 2)), (None, 6, 6, 5, 1)),
    ("3D, as deep", keras.layers.Conv3D(4, (3, 3, 5)), (None, 6, 6, 5, 1)),
]
for what, layer, shape in shapes:
    print(f"{what:<12} {shape!s:<20} to {layer.compute_output_shape(shape)}")

# %% [markdown]
# **Notice.** The last two lines: a filter as deep as the volume has one stop along the
# depth and gives a plane; a shallower one slides along the depth too and gives a
# volume. A 2D convolution on a colour picture is the first kind: its filter is as deep
# as the channels.

# %% [markdown] nbgrader="manual-answer" grade_id="written_dilation" points=2
# ## Write it in words
#
# A dilated convolution and one with stride 2 both skip pixels. What is the difference?
# Say for each what becomes of the size of the map, and whether pixels of the picture
# remain unread.
#
# ### BEGIN MARK SCHEME
# 1 point: stride moves the window in larger steps, dilation spreads the weights inside
# one window. (Half a point when only one of the two is described.)
#
# 1 point: stride 2 halves the map (about), while dilation makes it smaller by a few
# rows and columns only; with dilation every pixel is read by some window, with a stride
# larger than the kernel, or a remainder, some are never read. (Half a point for the
# sizes, half for the pixels.)
#
# Accept drawings in words and examples. "Dilation makes the picture smaller by the
# factor d" is wrong.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# A convolution slides one small kernel over its input and makes one weighted sum at
# each stop. Stride says how far it moves, padding where it may begin, dilation how far
# its weights lie apart.
#
# ## Key points
#
# - Every size comes from one formula, axis by axis, and rounds down.
# - The kernel isn't turned: deep learning's convolution is a cross-correlation.
# - Right shapes prove little; uneven inputs and all values do.

# %% [markdown]
# ## On your own
#
# Without points: expose all four suspects with **one** experiment, with as few numbers
# in `x` and `w` together as you can. Then find an experiment on which all four are
# wrong in every single value.

# %% [markdown]
# ## Further reading
#
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because its drawings show every combination of stride and padding.
# - [Image Kernels explained visually](https://setosa.io/ev/image-kernels/), because
#   there you can type numbers into a kernel and watch a photograph change.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because it shows these
#   same sums inside a whole network.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because it says why sharing a kernel is a good idea.
