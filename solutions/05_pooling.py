# %% [markdown]
# # Bend and shrink a map
#
# **You will build** ReLU, which bends a network's straight lines, and pooling, which
# makes its maps small: by the maximum, the mean and the L2 norm, over windows and over
# whole maps.
#
# **You will learn**
#
# - why two convolutions without ReLU between them are only one
# - what pooling keeps, what it throws away, and what Keras does at the border
# - to find the smallest input on which a wrong pooling shows itself
#
# **You need** lessons 02 to 04, and two evenings of an hour. Stop after 5.3.

# %%
import numpy as np

from byhand import check, data, explore, given, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_05_statement"
# {{warm-up warm_up_05 minutes=3 title="Warm up: lessons 02 to 04"}}
# ## Warm up
#
# **1.** Keras's `same`, 7 values, a window of 2, stride 2. How many outputs?
# **a** 3 · **b** 4 · **c** 7 · **d** 6
#
# **2.** And where does the padding of that example go?
# **a** one before · **b** one after · **c** one on each side · **d** there is none
#
# **3.** A 1×1 convolution from 64 channels to 16 maps, with a bias. How many
# parameters? **a** 1024 · **b** 80 · **c** 1040 · **d** 9232

# %% nbgrader="autograded-answer" grade_id="warm_up_05"
warm_up_05 = {"1": ..., "2": ..., "3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_05 = {"1": "b", "2": "b", "3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_05" points=1

# %% [markdown]
# The helpers of lesson 02 again, and a new one: `plane` makes a batch of rows of
# numbers, with one picture and one channel. `beside` prints your result beside Keras's;
# while your function returns `None`, it says so and does no harm.


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


def beside(yours, keras_result):
    """Print two results and their largest difference."""
    theirs = np.array(keras_result)
    print("Keras", np.squeeze(theirs).round(4).tolist())
    mine = "not written yet" if yours is None else np.squeeze(yours).round(4).tolist()
    print("yours", mine)
    if np.shape(yours) == theirs.shape:
        print("largest difference", f"{np.abs(yours - theirs).max():.0e}")


def plane(rows):
    """Return rows of numbers as a batch: one picture with one channel."""
    return np.array(rows, dtype=float)[None, :, :, None]


# %% [markdown]
# ## Cut the negative numbers off
#
# A match map holds negative numbers wherever a piece does *not* fit. For the question
# "is it there?" it doesn't matter how badly. The *rectified linear unit*, ReLU, puts 0
# in place of every negative number. Networks do so after each convolution.
#
# $$g(x) = \max(0, x)$$

# %% nbgrader="demonstration"
clean_x, bent_x, round_o = data.glyphs()
falling, rising, crossing = data.features()
match = given.conv2d(clean_x, falling) / 9
plots.grid(
    match,
    signed=True,
    alt="The clean X's match map for the falling diagonal: its own diagonal is high, "
    f"and {np.sum(match < 0)} of its {match.size} numbers are negative.",
)

# %% [markdown] nbgrader="read-only" grade_id="relu_of_a_sum_predict"
# {{question relu_of_a_sum minutes=2 title="Predict two sums"}}
# **Predict.** Cut first and add then, or add first and cut then? Write down
# $g(2) + g(-3)$ and $g(2 + (-3))$.

# %% nbgrader="autograded-answer" grade_id="relu_of_a_sum"
relu_of_a_sum = ...  # two numbers: (cut, then add; add, then cut)
### BEGIN SOLUTION
relu_of_a_sum = (2, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "absolute value for ReLU": (5, 1),
    "the input returned": (-1, -1),
    "negative part kept": (-3, -1),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="relu_of_a_sum" points=1

# %% [markdown] nbgrader="read-only" grade_id="relu_statement"
# ### {{exercise relu minutes=3 title="Cut negative numbers off"}}
#
# The result has the shape of `x`, whatever that is. Leave `x` itself alone: a check
# notices when an argument changes.


# %% nbgrader="autograded-answer" grade_id="relu"
def relu(x):
    """Put 0 in place of every negative number.

    y[...] = max(0, x[...])

    Parameters
    ----------
    x : ndarray of any shape

    Returns
    -------
    y : ndarray, the shape of x

    Matches: ``keras.layers.ReLU()``
    Source: Glorot, Bordes & Bengio 2011, sec. 3
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="relu" points=1

# %% nbgrader="demonstration"
from byhand import keras

beside(relu(match[0]), keras.layers.ReLU(dtype="float64")(match[0]))

# %% [markdown]
# **Notice.** Your prediction said it: $g(2) + g(-3)$ is 2 and $g(2-3)$ is 0. A function
# with $g(a + b) = g(a) + g(b)$ is called additive; convolution without a bias is, ReLU
# isn't. That small bend is the reason why it is worth having more than one layer. At 0
# itself the corner has no slope of its own; lesson 06 has to choose one.

# %% [markdown]
# ## Two layers without ReLU are one
#
# Slide 1 2 over a signal, then 1 −1 over the result. The first layer gives
# $x_0 + 2x_1$ and $x_1 + 2x_2$; the second takes their difference: $x_0 + x_1 - 2x_2$.
# That is one kernel of three weights, 1 1 −2.

# %% nbgrader="demonstration"
signal = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
two_steps = given.conv1d(
    given.conv1d(signal, np.array([1.0, 2.0])), np.array([1.0, -1.0])
)
print(two_steps, given.conv1d(signal, np.array([1.0, 1.0, -2.0])))

# %% [markdown]
# In general, weight $p$ of the first kernel and weight $q$ of the second meet at the
# input $p + q$, as a product. Products that meet at the same input add up:
#
# $$w_{r} = \sum_{p + q = r} w^{(1)}_p \, w^{(2)}_q$$
#
# With $k_1$ and $k_2$ weights the merged kernel has $k_1 + k_2 - 1$.

# %% [markdown] nbgrader="read-only" grade_id="merged_pair_predict"
# {{question merged_pair minutes=4 title="Predict a merged kernel"}}
# **Predict.** Merge the kernels 1 2 and 3 1 on paper: four products, three weights.

# %% nbgrader="autograded-answer" grade_id="merged_pair"
merged_pair = ...  # a list of three numbers
### BEGIN SOLUTION
merged_pair = [3, 7, 2]
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "multiplied place by place": [3, 2],
    "one of the two kernels flipped": [1, 5, 6],
    "kernel flipped": [2, 7, 3],
    "kernels added": [4, 3],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="merged_pair" points=1

# %% [markdown] nbgrader="read-only" grade_id="merge_kernels_statement"
# ### {{exercise merge_kernels minutes=10 title="Two layers without ReLU are one"}}
#
# The same in two dimensions. Each weight of the first kernel stamps a copy of the
# second one, times that weight, on a sheet of zeros; where stamps overlap, they add up.
# In the docstring `p, q` count rows and columns of the first kernel, and `u, v` those
# of the second.


# %% nbgrader="autograded-answer" grade_id="merge_kernels"
def merge_kernels(w1, w2):
    """Merge two convolutions, without ReLU between them, into one.

    w[r, t] = sum over p + u = r, q + v = t of w1[p, q] * w2[u, v]

    Parameters
    ----------
    w1 : ndarray, shape (kh1, kw1), the kernel of the first layer
    w2 : ndarray, shape (kh2, kw2), the kernel of the second layer

    Returns
    -------
    w : ndarray, shape (kh1 + kh2 - 1, kw1 + kw2 - 1)

    Matches: one ``keras.layers.Conv2D`` in place of two
    Source: Goodfellow, Bengio & Courville 2016, sec. 6.1
    """
    (kh1, kw1), (kh2, kw2) = w1.shape, w2.shape
    ### BEGIN SOLUTION
    w = np.zeros((kh1 + kh2 - 1, kw1 + kw2 - 1))
    for p in range(kh1):
        for q in range(kw1):
            w[p : p + kh2, q : q + kw2] += w1[p, q] * w2
    return w
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="merge_kernels" points=2

# %% nbgrader="demonstration"
layers = [keras.layers.Conv2D(1, 3, use_bias=False, dtype="float64") for _ in range(2)]
rng = np.random.default_rng(5)
w1, w2 = rng.normal(size=(2, 3, 3))
stack = clean_x[None, :, :, None]
for layer, w in zip(layers, (w1, w2), strict=True):
    layer.build(stack.shape)
    layer.set_weights([w[:, :, None, None]])
    stack = layer(stack)
merged = merge_kernels(w1, w2)
if merged is not None:
    once = given.conv2d(clean_x, merged)
    print(
        merged.shape,
        "one 5x5 equals two layers of Keras:",
        np.allclose(once, stack[0, :, :, 0]),
    )

# %% [markdown]
# **Notice.** Two layers of 3×3 have 18 weights and can do less than one of 5×5 with 25:
# they reach only those kernels that can be split so. With a ReLU between them no single
# kernel does the same, and depth begins to pay. A hundred layers without ReLU are still
# one convolution.

# %% nbgrader="demonstration"
bent = relu(given.conv2d(clean_x, w1))
if bent is not None and merged is not None:
    bent = given.conv2d(bent, w2)
    print("with ReLU between:", np.allclose(bent, given.conv2d(clean_x, merged)))

# %% [markdown]
# ## Keep the largest value of each window
#
# *Pooling* slides a window over a map and keeps one number of each. There are no
# weights: max pooling takes the largest. On the map below, windows of 2×2 side by side
# give 8 4 / 7 5.

# %%
numbers = np.array([[1.0, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]])

# %% nbgrader="demonstration"
plots.grid(
    numbers,
    mark=[(0, 0, 2, 2), (0, 2, 2, 2), (2, 0, 2, 2), (2, 2, 2, 2)],
    alt="Four windows of 2x2 on a map of 4x4; their largest values are 8, 4, 7 and 5.",
)

# %% [markdown]
# Windows have a size $k$, usually 2 or 3, and a stride $s$, usually 2. They are counted
# like a kernel's stops: $\lfloor (n-k)/s \rfloor + 1$. Every channel is pooled by
# itself, so the depth stays:
#
# $$y_{nijc} = \max_{0 \le p < k_h,\; 0 \le q < k_w}
# x_{n,\, i s_h + p,\, j s_w + q,\, c}$$
#
# If no stride is given, Keras takes the window's size.

# %% [markdown] nbgrader="read-only" grade_id="max_stride_1_predict"
# {{question max_stride_1 minutes=4 title="Predict overlapping windows"}}
# **Predict.** The same map and the same 2×2 windows, with stride 1: the windows
# overlap. Which map comes out?

# %% nbgrader="autograded-answer" grade_id="max_stride_1"
max_stride_1 = ...  # a list of rows, each a list of numbers
### BEGIN SOLUTION
max_stride_1 = [[8, 8, 4], [8, 8, 5], [7, 6, 5]]
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "windows never overlap": [[8, 4], [7, 5]],
    "mean instead of maximum": [
        [4.5, 4.25, 2.5],
        [6.5, 5.25, 4],
        [4.25, 3.5, 3],
    ],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="max_stride_1" points=1

# %% [markdown]
# `padding="same"` also keeps the windows that hang over the edge, as in lesson 02: in
# all there are $\lceil n/s \rceil$ along an axis. What may stand in the padding? Not 0,
# surprisingly: in a window of negative numbers it would win. Keras pads with **minus
# infinity**, which never wins.

# %% [markdown]
# The next cell counts the padding with your `same_padding` of lesson 02, or Keras's,
# and fills it with a value of your choice.


# %%
def widen(x, size, stride, value):
    """Put around every picture what "same" needs, filled with one value."""
    rows = given.same_padding(x.shape[1], size[0], stride=stride[0])
    columns = given.same_padding(x.shape[2], size[1], stride=stride[1])
    return np.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=value)


# %% nbgrader="demonstration"
print(widen(plane([[-1, -2, -3]]), (1, 2), (1, 2), 99.0)[0, :, :, 0])

# %% [markdown]
# Play with it before you write it. Point at an output: its window lights up, and the
# winner in it is outlined in another colour. The text says how many of the inputs win a
# window. Make the stride smaller than the window and see one pixel win twice.

# %% nbgrader="demonstration"
explore.pooling()

# %% [markdown] nbgrader="read-only" grade_id="max_pool2d_statement"
# ### {{exercise max_pool2d minutes=15 title="Keep each window's largest value"}}
#
# `x` is a batch with channels. Two loops over the places of the result are enough:
# `window.max(axis=(1, 2))` pools all examples and channels of a window at once. For
# `padding="same"` call `widen`; it wants window and stride as pairs.


# %% nbgrader="autograded-answer" grade_id="max_pool2d"
def max_pool2d(x, size, *, stride=None, padding="valid"):
    """Keep the largest value of each window.

    y[n, i, j, c] = max_{p,q} x[n, i * sh + p, j * sw + q, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    size : int, or a pair (kh, kw): rows and columns of the window
    stride : int, a pair (sh, sw), or None, which means the window's size
    padding : "valid", or "same": windows may hang over the edge

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C), where
        H_out = (H - kh) // sh + 1, or ceil(H / sh) with "same"

    Matches: ``keras.layers.MaxPooling2D(size, strides=stride, padding=padding)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.3
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), -np.inf)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]), dtype=x.dtype)
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = window.max(axis=(1, 2))
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="max_pool2d" points=3

# %% nbgrader="demonstration"
layer = keras.layers.MaxPooling2D(2, strides=1, dtype="float64")
beside(max_pool2d(plane(numbers), 2, stride=1), layer(plane(numbers)))

# %% [markdown]
# Now both steps on the X: its match map of 7×7 through ReLU, then 2×2 pooling with the
# windows at the edge kept. The falling stroke is still there, a diagonal of high
# numbers, with 16 numbers in place of 49.

# %% nbgrader="demonstration"
small = relu(plane(match))
small = None if small is None else max_pool2d(small, 2, padding="same")
if small is not None:
    plots.grid(
        small[0, :, :, 0],
        alt="The match map of the clean X after ReLU and pooling: 4 rows of 4, the "
        "diagonal reads 1.00, 1.00, 1.00, 0.78.",
    )

# %% [markdown]
# **Notice.** With `valid` the map has 3×3 numbers: 7 isn't divisible by 2, and Keras
# drops the last row and column without a word. Here it would drop the 0.78, the end of
# the stroke. Pool once more and it drops again: 7 becomes 3, and 3 becomes 1.

# %% [markdown]
# Move over the outputs to see which pixel won. The text says how many outputs would
# stay as they are if the picture moved by one column. This is the end of the first
# evening.

# %% nbgrader="demonstration"
explore.pooling(max_pool2d)

# %% [markdown]
# ## Average, and mind the border
#
# Average pooling takes the mean of each window. Inside the map that is one line
# changed. At the border there is a question: does the padding count? In Keras it
# **doesn't**: the sum of the pixels in the window is divided by how many they are.

# %% [markdown]
# As a formula, with $m$ the number of pixels of the picture that the window holds:
#
# $$y_{nijc} = \frac{1}{m_{ij}} \sum_{p,q} x_{n,\, i s_h + p,\, j s_w + q,\, c}$$
#
# The sum runs over these pixels only. Other frameworks count the padding by default
# (PyTorch has a switch for it, `count_include_pad`): a layer moved between the two
# changes its border.

# %% [markdown] nbgrader="read-only" grade_id="border_mean_predict"
# {{question border_mean minutes=2 title="Predict the mean at the border"}}
# **Predict.** One row, 2 4 9, windows of 1×2 with stride 2 and `padding="same"`. Which
# means does Keras give?

# %% nbgrader="autograded-answer" grade_id="border_mean"
border_mean = ...  # a tuple of numbers, one for each window
### BEGIN SOLUTION
border_mean = (3, 9)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "average counts the padding": (3, 4.5),
    "padding ignored": (3,),
    "Keras `same` with the odd row on top": (2, 6.5),
    "sum instead of mean": (6, 9),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="border_mean" points=1

# %% [markdown] nbgrader="read-only" grade_id="avg_pool2d_statement"
# ### {{exercise avg_pool2d minutes=10 title="Average, and mind the border"}}
#
# Your `max_pool2d` with two lines changed. Which value in the padding leaves a mean
# alone? `np.nan` stands for "nothing here", and `np.nanmean` skips it.


# %% nbgrader="autograded-answer" grade_id="avg_pool2d"
def avg_pool2d(x, size, *, stride=None, padding="valid"):
    """Take the mean of each window, the padding left out of the count.

    y[n, i, j, c] = mean_{p,q} x[n, i * sh + p, j * sw + q, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    size : int, or a pair (kh, kw): rows and columns of the window
    stride : int, a pair (sh, sw), or None, which means the window's size
    padding : "valid", or "same": windows may hang over the edge

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C), where
        H_out = (H - kh) // sh + 1, or ceil(H / sh) with "same"

    Matches: ``keras.layers.AveragePooling2D(size, strides=stride, padding=padding)``
    Source: LeCun et al. 1998, sec. II.B, without its weights
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), np.nan)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]), dtype=x.dtype)
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.nanmean(window, axis=(1, 2))
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="avg_pool2d" points=2

# %% nbgrader="demonstration"
layer = keras.layers.AveragePooling2D((1, 2), padding="same", dtype="float64")
row = plane([[2, 4, 9]])
beside(avg_pool2d(row, (1, 2), padding="same"), layer(row))

# %% [markdown]
# **Notice.** The maximum asks whether a piece occurs in a window, the mean how well the
# window fits it on average. A lone strong match among zeros in a 4×4 window keeps its
# full score under the maximum and a sixteenth of it under the mean. A lone noisy pixel
# keeps its full value under the maximum too: that is the price.

# %% [markdown]
# What pooling is for: when a picture moves by one pixel, its maps change less after
# pooling, and later layers have less to compute. Below, the photograph's edges against
# those of the photograph moved by one column. The larger the window, the smaller the
# change.

# %% nbgrader="demonstration"
photograph = data.photograph()
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
edges = np.maximum(given.conv2d(photograph, sobel), 0)[None, :, :, None]
here, moved = edges[:, :, :-1], edges[:, :, 1:]
windows, change = (1, 2, 4, 8, 16), []
for k in windows:
    a, b = max_pool2d(here, k), max_pool2d(moved, k)
    if a is not None:
        change.append(np.abs(a - b).mean() / a.mean())
if change:
    plots.lines(
        {"change": (windows, change)},
        xlabel="window (pixels)",
        ylabel="change of the map, relative",
        alt="When the photograph moves by a pixel, its edge map changes by about its "
        "own size; after 16x16 max pooling by less than a tenth.",
    )

# %% [markdown]
# What it costs: *where*. Below, the photograph after more and more average pooling. At
# some point it stops being a picture of anything. What is lost was the place of things
# within a window, and no later layer can bring it back.

# %% nbgrader="demonstration"
shown = [(photograph, "whole")]
for k in (2, 4, 8, 16, 32):
    less = avg_pool2d(photograph[None, :, :, None], k)
    if less is not None:
        shown.append((less[0, :, :, 0], f"{k}x{k}"))
if len(shown) > 1:
    plots.images(
        shown,
        alt="A photograph pooled by 2, 4, 8, 16 and 32: from 8 on one guesses, at 32 "
        "nothing can be told.",
    )

# %% [markdown]
# ## Pool by the length of a window
#
# A third way is the *L2 norm*, the length of the window taken as a vector. Square every
# value, add, take the square root. The window 3 4 gives $\sqrt{9 + 16} = 5$, more than
# its maximum. Large values count more than in a mean, and no value is ignored as by a
# maximum.
#
# $$y_{nijc} = \sqrt{\sum_{p,q} x_{n,\, i s_h + p,\, j s_w + q,\, c}^{\,2}}$$

# %% [markdown] nbgrader="read-only" grade_id="l2_window_predict"
# {{question l2_window minutes=2 title="Predict the L2 norm of a window"}}
# **Predict.** What does the 2×2 window 1 2 / 2 4 give?

# %% nbgrader="autograded-answer" grade_id="l2_window"
l2_window = ...  # a number
### BEGIN SOLUTION
l2_window = 5
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "L2 without the root": 25,
    "L2 with a mean": 2.5,
    "absolute values added": 9,
    "maximum instead of L2": 4,
    "added before squaring": 81,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="l2_window" points=1

# %% [markdown] nbgrader="read-only" grade_id="l2_pool2d_statement"
# ### {{exercise l2_pool2d minutes=6 title="Pool by the length of a window"}}
#
# The same loops. Which value in the padding does no harm here?


# %% nbgrader="autograded-answer" grade_id="l2_pool2d"
def l2_pool2d(x, size, *, stride=None, padding="valid"):
    """Take the L2 norm of each window: the root of the sum of squares.

    y[n, i, j, c] = sqrt(sum_{p,q} x[n, i * sh + p, j * sw + q, c] ** 2)

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    size : int, or a pair (kh, kw): rows and columns of the window
    stride : int, a pair (sh, sw), or None, which means the window's size
    padding : "valid", or "same": windows may hang over the edge

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C), where
        H_out = (H - kh) // sh + 1, or ceil(H / sh) with "same"

    Matches: the root of ``AveragePooling2D`` of x ** 2, times the window's pixels
    Source: Sermanet, Chintala & LeCun 2012, sec. 2.2, p = 2 and no weights
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), 0.0)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]), dtype=x.dtype)
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = np.sqrt(np.sum(window**2, axis=(1, 2)))
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="l2_pool2d" points=1

# %% [markdown]
# Keras has no layer for it, but the parts: the mean of the squares, times the number of
# pixels in a window, under a root.

# %% nbgrader="demonstration"
mean = keras.layers.AveragePooling2D(2, dtype="float64")
beside(l2_pool2d(plane(numbers), 2), np.sqrt(np.array(mean(plane(numbers) ** 2)) * 4))

# %% [markdown]
# **Notice.** Three poolings, three fillings: minus infinity for the maximum, nothing at
# all for the mean, 0 for the sum of squares. Each is the value that changes nothing. A
# single rule such as "pad with zeros" is right for one of the three.

# %% [markdown]
# ## One number per map
#
# Let the window be the whole map, and each map becomes one number: *global* pooling. A
# network whose last maps mean "X-ness" and "O-ness" needs no more to answer, and it may
# then take pictures of any size. Two poolings in common use: the mean, and the maximum.

# %% [markdown] nbgrader="read-only" grade_id="global_shape_predict"
# {{question global_shape minutes=2 title="Predict the shape after global pooling"}}
# **Predict.** A batch of 8 pictures has 64 maps of 7×7. What is the shape after global
# average pooling, in Keras?

# %% nbgrader="autograded-answer" grade_id="global_shape"
global_shape = ...  # a tuple of whole numbers
### BEGIN SOLUTION
global_shape = (8, 64)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "axes of one kept": (8, 1, 1, 64),
    "channels pooled together": (8,),
    "examples pooled together": (64,),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="global_shape" points=1

# %% [markdown] nbgrader="read-only" grade_id="global_pool2d_statement"
# ### {{exercise global_pool2d minutes=4 title="One number per map"}}
#
# `kind` is `"average"` or `"max"`. Pool rows and columns, and nothing else.


# %% nbgrader="autograded-answer" grade_id="global_pool2d"
def global_pool2d(x, kind):
    """Reduce every map to its mean or to its largest value.

    y[n, c] = mean_{i,j} x[n, i, j, c], or max_{i,j} x[n, i, j, c]

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    kind : "average" or "max"

    Returns
    -------
    y : ndarray, shape (N, C)

    Matches: ``keras.layers.GlobalAveragePooling2D()``, ``GlobalMaxPooling2D()``
    Source: Lin, Chen & Yan 2014, sec. 3.2
    """
    ### BEGIN SOLUTION
    reduce = np.mean if kind == "average" else np.max
    return reduce(x, axis=(1, 2))
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="global_pool2d" points=1

# %% nbgrader="demonstration"
pictures = np.stack([clean_x, bent_x, round_o])[..., None]
maps = given.conv2d(pictures, crossing[:, :, None, None], np.zeros(1)) / 9
layer = keras.layers.GlobalMaxPooling2D(dtype="float64")
beside(global_pool2d(maps, "max"), layer(maps))

# %% [markdown]
# **Notice.** These three numbers are lesson 01's classifier: the best match of the
# crossing, 1.00 for both X and 0.56 for the O. It was a convolution and a global max
# pooling all along. Move the X anywhere, and the number stays: all of *where* is gone.

# %% [markdown]
# ## Break it
#
# Four poolings, each wrong in one way. *zeros* takes the maximum and pads with 0.
# *counted* takes the mean and counts the padding. *apart* takes the maximum, and its
# windows never overlap: it ignores the stride. *tall* takes the mean and uses the
# window's height for its width as well.

# %% nbgrader="demonstration"
from byhand.exercises.pooling import SUSPECTS

for name, suspect in SUSPECTS.items():
    print(f"{name:<8}", suspect(plane(numbers), 2)[0, :, :, 0].tolist())

# %% [markdown]
# On the map of before, with 2×2 windows, all four are right. You can call them as you
# call yours: `SUSPECTS["zeros"](plane([[1, 2]]), 2, padding="same")`. Each takes `x`,
# `size`, and the settings `stride` and `padding`.

# %% [markdown] nbgrader="read-only" grade_id="break_pooling_statement"
# ### {{exercise break_pooling minutes=12 lines=0 title="Expose four wrong poolings"}}
#
# Find four experiments, each on which **its** suspect gives a wrong result. And make
# them small: an `x` of at most **three numbers**. An experiment is a tuple
# `(x, size, settings)`, such as `([[1, 2, 3]], (1, 2), {"stride": 2, "padding":
# "same"})`. Without a stride the windows stand side by side; without a padding it is
# `"valid"`.

# %% nbgrader="autograded-answer" grade_id="break_pooling"
break_pooling = {"zeros": ..., "counted": ..., "apart": ..., "tall": ...}
### BEGIN SOLUTION
break_pooling = {
    "zeros": ([[-1]], 2, {"padding": "same"}),
    "counted": ([[1]], 2, {"padding": "same"}),
    "apart": ([[1, 2, 3]], (1, 2), {"stride": 1}),
    "tall": ([[1, 2]], (1, 2), {}),
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="break_pooling" points=2

# %% [markdown]
# **Notice.** One pixel is enough for the first two. A maximum padded with 0 goes wrong
# only where a whole window is negative, and after a ReLU nothing is negative: such a
# mistake can sit in a network for years. Square windows and strides equal to the window
# hide *tall* and *apart*, and they are the usual setting.

# %% [markdown]
# ## Do without pooling
#
# A convolution with stride 2 also halves a map. Could it do what pooling does? The mean
# is a sum of products, so a kernel can compute it: $1/(k_h k_w)$ everywhere. But
# pooling keeps channels apart, and a convolution adds them up. So a weight has to be 0
# wherever the channel in isn't the channel out.

# %% [markdown] nbgrader="read-only" grade_id="average_weights_predict"
# {{question average_weights minutes=3 title="Predict the weights of a mean"}}
# **Predict.** A convolution without a bias shall do what 2×2 average pooling does to 3
# channels. How many weights do its filters have in all, and how many of them aren't 0?

# %% nbgrader="autograded-answer" grade_id="average_weights"
average_weights = ...  # two whole numbers: (weights, weights that aren't 0)
### BEGIN SOLUTION
average_weights = (36, 12)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "all channels averaged together": (36, 36),
    "a depthwise kernel": (12, 12),
    "one pixel of each window": (36, 3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="average_weights" points=1

# %% [markdown] nbgrader="read-only" grade_id="average_kernel_statement"
# ### {{exercise average_kernel minutes=8 title="Pool with a strided convolution"}}
#
# Return the weights of all filters in one array, laid out as in lesson 03:
# (kh, kw, channels in, maps out).


# %% nbgrader="autograded-answer" grade_id="average_kernel"
def average_kernel(size, channels):
    """Return the kernel with which a strided convolution is average pooling.

    w[p, q, c, f] = 1 / (kh * kw) if c == f else 0

    Parameters
    ----------
    size : int, or a pair (kh, kw): rows and columns of the window
    channels : int, C

    Returns
    -------
    w : ndarray, shape (kh, kw, C, C)

    Matches: ``keras.layers.Conv2D(C, size, strides=size)`` is AveragePooling2D then
    Source: Springenberg et al. 2015, sec. 2
    """
    kh, kw = both(size)
    ### BEGIN SOLUTION
    w = np.zeros((kh, kw, channels, channels))
    for c in range(channels):
        w[:, :, c, c] = 1 / (kh * kw)
    return w
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="average_kernel" points=2

# %% nbgrader="demonstration"
volume = rng.normal(size=(1, 6, 9, 3))
kernel = average_kernel((2, 3), 3)
if kernel is not None:
    strided = given.conv2d(volume, kernel, np.zeros(3), stride=(2, 3))
    pooled = keras.layers.AveragePooling2D((2, 3), dtype="float64")(volume)
    print(strided.shape, "equal:", np.allclose(strided, pooled))

# %% [markdown]
# **Notice.** So average pooling is a strided convolution with frozen weights. Let them
# be learned, and the network may find a better way to shrink, at the price of C·C·k·k
# weights. Springenberg and others replaced all pooling so in 2015 and lost nothing. The
# maximum is no sum of products; a convolution with a ReLU can only learn to stand in
# for it.

# %% nbgrader="demonstration"
pool = keras.layers.MaxPooling2D(2)
strided = keras.layers.Conv2D(16, 2, strides=2)
for layer in (pool, strided):
    layer.build((None, 28, 28, 16))
    shape = layer.compute_output_shape((None, 28, 28, 16))
    print(f"{type(layer).__name__:<14} {shape!s:<20} {layer.count_params()} parameters")

# %% [markdown]
# ## Three more, in a few lines each
#
# *Mixed* pooling chooses between the maximum and the mean. Yu and others (2014) toss a
# coin anew in each training step, which keeps a network from relying on either. Lee and
# others (2016) take a weighted mean of both and learn the weight; here it is ½.

# %% nbgrader="demonstration"
largest, mean = max_pool2d(plane(numbers), 2), avg_pool2d(plane(numbers), 2)
if largest is not None and mean is not None:
    print((0.5 * largest + 0.5 * mean)[0, :, :, 0])

# %% [markdown]
# *Spatial pyramid* pooling (He and others 2014) divides a map into 1, then 2×2, then
# 4×4 parts, whatever its size, and pools each part: 21 numbers per map. The dense layer
# behind it always gets equally many, and a rough *where* survives.


# %% nbgrader="demonstration"
def pyramid(x, levels=(1, 2, 4)):
    """Return the maxima of 1, 4 and 16 parts of one map (H, W), in one row."""
    parts = []
    for m in levels:
        for rows in np.array_split(x, m, axis=0):
            parts += [block.max() for block in np.array_split(rows, m, axis=1)]
    return np.array(parts)


print(pyramid(photograph).shape, pyramid(match).shape)

# %% [markdown]
# *Spectral* pooling (Rippel, Snoek and Adams 2015) takes the Fourier transform of a map
# and keeps the low frequencies. The size may then shrink by any factor, not only in
# whole steps, and more of the picture is kept than by a maximum of the same size.


# %% nbgrader="demonstration"
def spectral(x, h, w):
    """Shrink one map (H, W) to h rows and w columns by its low frequencies."""
    waves = np.fft.fftshift(np.fft.fft2(x))
    top, left = x.shape[0] // 2 - h // 2, x.shape[1] // 2 - w // 2
    low = np.fft.ifftshift(waves[top : top + h, left : left + w])
    return np.fft.ifft2(low).real * (h * w / x.size)


small = max_pool2d(photograph[None, :, :, None], 8)
low = np.clip(spectral(photograph, 18, 21), 0, 1)
if small is not None:
    plots.images(
        [(low, "spectral"), (small[0, :, :, 0], "max")],
        alt="At 18 by 21 pixels the spectral picture still shows who stands where; the "
        "maximum lets everything bright grow.",
    )

# %% [markdown] nbgrader="manual-answer" grade_id="written_pooling" points=2
# ## Write it in words
#
# Two networks look at a photograph of a street. One says whether a car is in it, the
# other marks the pixels of every car. Both use several max poolings. What does pooling
# give the first one, and what does it take from the second? Name one thing that the
# second could do instead.
#
# ### BEGIN MARK SCHEME
# 1 point: the first gets answers that change little when the car moves, and less to
# compute in later layers. (Half a point for one of the two.)
#
# 1 point: the second loses where within a window something was, so that its marks get
# coarse; it could use strided or dilated convolutions with a smaller loss, pool less,
# or carry earlier, larger maps over to the end. (Half a point for the loss, half for
# any sensible remedy.)
#
# "Pooling finds the car wherever it is" is too much: one window's worth of movement is
# forgiven, no more.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# ReLU cuts negative numbers off and so keeps two layers from being one. Pooling keeps
# one number per window: it forgives small movements and forgets where.
#
# ## Key points
#
# - Without a bend between them, convolutions merge into a single one.
# - At the border Keras pads the maximum with −∞ and leaves the padding out of the mean.
# - Pooling has no weights; a strided convolution has, and can learn to shrink.

# %% [markdown]
# ## On your own
#
# Without points: write `max_pool2d` without a loop, with
# `np.lib.stride_tricks.sliding_window_view` and two strided slices, under the same
# name, and run its check. How much faster is it on a batch of 32×28×28×16? `%timeit` in
# a cell of your own measures it.

# %% [markdown]
# ## Further reading
#
# - [Springenberg et al., Striving for simplicity](https://arxiv.org/abs/1412.6806),
#   because it asks whether pooling is needed, and tries.
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   chapter 3, because pooling counts its windows as convolution does, with pictures.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because section 9.3 says what invariance pooling gives, and what it assumes.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can watch
#   ReLU and pooling at work in a trained network.
# - [He et al., Spatial pyramid pooling](https://arxiv.org/abs/1406.4729) and
#   [Rippel et al., Spectral representations](https://arxiv.org/abs/1506.03767), because
#   the last two poolings above are theirs.
