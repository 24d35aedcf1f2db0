# %% [markdown]
# # Bend and shrink a map
#
# **You will build** ReLU, which bends a network's straight lines, and pooling, which
# makes its maps small. With both you build a network of two layers that tells thick X
# from thick O, and you choose its weights by hand.
#
# **You will learn**
#
# - why two convolutions without ReLU between them are only one, and what ReLU buys
# - what pooling keeps, what it throws away, and what Keras does at the border
# - to find the smallest input on which a wrong pooling shows itself
#
# **You need** lessons 01 to 04, and 170 minutes in two sittings. A sentence tells
# you where to stop.

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

from byhand import check, data, explore, given, plots
from byhand.helpers import both

# %% [markdown] nbgrader="read-only" grade_id="warm_up_05_statement"
# {{warm-up warm_up_05 minutes=3 title="Warm up: lessons 02 to 04"}}
# ## Warm up
#
# Three questions on lessons 02 to 04. Answer them without looking back.
#
# 1. Keras slides a window of 2 over 7 values with stride 2 and `padding="same"`. How
#    many values come out? **a** 3 **b** 4 **c** 7 **d** 6
# 2. Where does the padding of that example go? **a** one value before **b** one value
#    after **c** one on each side **d** there is none
# 3. A 1×1 convolution takes 64 channels to 16 maps, with a bias. How many parameters
#    does it have? **a** 1024 **b** 80 **c** 1040 **d** 9232

# %% nbgrader="autograded-answer" grade_id="warm_up_05"
warm_up_05 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_05 = {"q1": "b", "q2": "b", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_05" points=1

# %% [markdown]
# ## What lesson 01 couldn't do
#
# Do you remember the thick strokes? Your classifier of lesson 01 looked for a crossing
# of two *thin* strokes, and it named only about 7 in 10 of the thick drawings
# correctly. At the end of this lesson you get them all, without any training, from a
# network of *two* layers. But two layers are worth nothing without something small
# between them. That comes first.

# %% nbgrader="demonstration"
thick, labels = data.xo_pictures(60, seed=7, thicken=0.5)
inkiest = [max(thick[labels == k], key=np.sum) for k in (0, 1)]
plots.images(
    [(picture, f"thick {name}") for picture, name in zip(inkiest, "XO", strict=True)],
    alt="The X and the O with the most ink. Where in the X would the crossing of two "
    "thin strokes fit?",
)

# %% [markdown]
# Two helpers before we start. `plane` makes a batch of rows of numbers, with one
# picture and one channel. `first_plane` takes such a plane out of a batch again, or
# returns `None` as long as your function does. (You know `both`, which is imported
# above, from lesson 02.)


# %%
def plane(rows):
    """Return rows of numbers as a batch: one picture with one channel."""
    return np.array(rows, dtype=float)[None, :, :, None]


def first_plane(batch):
    """Return the first channel of the first picture, or None where there is none."""
    return None if batch is None else np.array(batch)[0, :, :, 0]


# %% [markdown]
# ## Cut the negative numbers off
#
# Here are three maps of the clean X, one for each feature of lesson 01. Where they are
# orange, they are negative. There the feature does *not* fit. If all we want to know
# is where it does fit, then it doesn't matter how badly it fits elsewhere.

# %% nbgrader="demonstration"
clean_x, bent_x, round_o = data.glyphs()
features = data.features()
maps = np.stack([given.conv2d(clean_x, f) / 9 for f in features], axis=-1)
names = ("falling", "rising", "crossing")
plots.images(
    [(maps[..., k], name) for k, name in enumerate(names)],
    alt="The match maps of three features on the clean X. "
    f"{np.sum(maps < 0)} of the {maps.size} numbers are negative.",
)

# %% [markdown]
# The *rectified linear unit*, ReLU for short, puts 0 in place of every negative number
# and leaves the others as they are. Networks usually apply it after each convolution.
# AlexNet did in 2012, and its authors saw training go several times faster than with
# the smooth curves that were usual until then.
#
# $$g(x) = \max(0, x)$$

# %% [markdown] nbgrader="read-only" grade_id="relu_of_a_sum_predict"
# {{question relu_of_a_sum minutes=2 title="Predict two sums"
# worked="g(2) + g(-3) = 2 + 0 = 2, but g(2 - 3) = g(-1) = 0: (2, 0)"}}
# **Predict.** Does it matter whether you cut first and add then, or add first and cut
# then? Write down $g(2) + g(-3)$ and $g(2 + (-3))$.

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

# %% [markdown]
# Cut first, and you add 2 + 0 = 2. Add first, and you cut 2 − 3 = −1 down to 0. A
# function with $g(a + b) = g(a) + g(b)$ is called *additive*. A convolution without a
# bias is additive, and ReLU isn't. Keep that in mind. Everything that follows hangs on
# this small bend.

# %% [markdown] nbgrader="read-only" grade_id="relu_statement"
# ### {{exercise relu minutes=3 title="Cut negative numbers off"}}
#
# The result has the shape of `x`, whatever that is. Leave `x` itself alone, since the
# check notices when an argument changes.


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

row = maps[0, :, 0]
plots.beside(relu(row), keras.layers.ReLU(dtype="float64")(row))
after = relu(maps)
if after is not None:
    plots.images(
        [(after[..., k], f"{name}, after ReLU") for k, name in enumerate(names)],
        alt="The same three maps through your ReLU. What is left of each stroke?",
    )

# %% [markdown]
# **Notice.** What doesn't fit is all equally black now, and the strokes stand out. At 0
# itself the curve of ReLU has a corner and no slope of its own. Lesson 06 has to choose
# one.

# %% [markdown]
# ## Two layers without ReLU are one
#
# What happens when one convolution works on the result of another, with nothing between
# them? Slide 1 2 over a signal, then 1 −1 over the result. The first layer gives
# $x_0 + 2x_1$ and $x_1 + 2x_2$, and the second takes their difference,
# $x_0 + x_1 - 2x_2$. But that is one kernel of three weights, 1 1 −2.

# %% nbgrader="demonstration"
signal = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
two_steps = given.conv1d(
    given.conv1d(signal, np.array([1.0, 2.0])), np.array([1.0, -1.0])
)
print("two layers", two_steps)
print("one layer ", given.conv1d(signal, np.array([1.0, 1.0, -2.0])))

# %% [markdown]
# In general, weight $p$ of the first kernel and weight $q$ of the second meet at the
# input $p + q$, as a product. Products that meet at the same input add up:
#
# $$w_{r} = \sum_{p + q = r} w^{(1)}_p \, w^{(2)}_q$$
#
# With $k_1$ and $k_2$ weights the merged kernel has $k_1 + k_2 - 1$.

# %% [markdown] nbgrader="read-only" grade_id="merged_pair_predict"
# {{question merged_pair minutes=4 title="Predict a merged kernel"
# worked="1 * 3 = 3, then 1 * 1 + 2 * 3 = 7, then 2 * 1 = 2: [3, 7, 2]"}}
# **Predict.** Merge the kernels 1 2 and 3 1 on paper. There are four products and three
# weights.

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

# %% [markdown]
# At input 0 only the two first weights meet, 1·3 = 3. At input 1 two products meet,
# 1·1 + 2·3 = 7. At input 2 the two last weights meet, 2·1 = 2.

# %% [markdown] nbgrader="read-only" grade_id="merge_kernels_statement"
# ### {{exercise merge_kernels minutes=10 title="Two layers without ReLU are one"}}
#
# Now the same in two dimensions. Picture a sheet of zeros. Each weight of the first
# kernel stamps a copy of the second kernel onto it, that many times as strong. Where on
# the sheet does the copy begin? And what happens where copies overlap?


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

# %% [markdown]
# Two layers of Keras with random kernels of 3×3, and your merged kernel in a single
# layer. The last line puts a ReLU between the two layers.

# %% nbgrader="demonstration"
rng = np.random.default_rng(5)
w1, w2 = rng.normal(size=(2, 3, 3))
layers = [keras.layers.Conv2D(1, 3, use_bias=False, dtype="float64") for _ in range(2)]
stack = clean_x[None, :, :, None]
for layer, w in zip(layers, (w1, w2), strict=True):
    layer.build(stack.shape)
    layer.set_weights([w[:, :, None, None]])
    stack = layer(stack)
merged, bent = merge_kernels(w1, w2), relu(given.conv2d(clean_x, w1))
if merged is not None and bent is not None:
    once = given.conv2d(clean_x, merged)
    print("merged kernel:", merged.shape)
    print("equal to two layers of Keras:", np.allclose(once, stack[0, :, :, 0]))
    print("with ReLU between them:", np.allclose(once, given.conv2d(bent, w2)))

# %% [markdown]
# **Notice.** A hundred convolutions in a row are still one convolution. They are even
# poorer than one, because two layers of 3×3 have 18 weights and one of 5×5 has 25. Two
# small layers reach only those large kernels that can be split in this way. With a ReLU
# between them, no single kernel does the same. But what *can* the two layers do then?

# %% [markdown]
# ## What the bend buys
#
# Say we want the larger of two numbers. No convolution can do it, because the maximum
# isn't additive. Take the pairs 1 0 and 0 1. Their maxima are 1 and 1, which add up to
# 2. But add the pairs first, and the maximum of 1 1 is only 1. Now let ReLU help:
#
# | a | b | a − b | g(a − b) | the larger |
# |---|---|---|---|---|
# | 5 | 3 | 2 | 2 | 5 |
# | 3 | 5 | −2 | 0 | 5 |
#
# Compare the last two columns. What is missing?

# %% [markdown] nbgrader="read-only" grade_id="max_of_two_statement"
# ### {{exercise max_of_two minutes=6 title="Build a maximum from ReLU"}}
#
# Use your `relu`, plus and minus, and nothing else. `np.maximum`, `np.where` and
# comparisons would pass the check, but a network of convolutions and ReLU doesn't have
# them. Try your idea on negative numbers too, before you run the check.


# %% nbgrader="autograded-answer" grade_id="max_of_two"
def max_of_two(a, b):
    """Return the larger of two numbers, place by place.

    Parameters
    ----------
    a : ndarray of any shape
    b : ndarray, the shape of a

    Returns
    -------
    y : ndarray, the shape of a

    Matches: ``keras.layers.Maximum()``
    """
    ### BEGIN SOLUTION
    return b + relu(a - b)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="max_of_two" points=1

# %% [markdown]
# Does it work in a network, where the number $b$ has to pass the ReLU as well? It does
# with two maps, because $b = g(b) - g(-b)$. So three kernels of two weights, a ReLU,
# and one more sum give the larger of each two neighbours in a signal.

# %% nbgrader="demonstration"
lead, number, opposite = (
    relu(given.conv1d(signal, np.array(w))) for w in ([1.0, -1.0], [0.0, 1], [0.0, -1])
)
layer = keras.layers.MaxPooling1D(2, strides=1, dtype="float64")
larger = None if lead is None else lead + number - opposite
plots.beside(larger, layer(signal[None, :, None])[0, :, 0])

# %% [markdown]
# **Notice.** This is exact, and no training was needed. Two layers with a bend between
# them compute something that no single layer can, whatever its weights. The same trick
# gives the smaller of two numbers and the absolute value. Remember it, because the
# smaller of two numbers is what we need for the thick X.

# %% [markdown]
# ## Keep the largest value of each window
#
# *Pooling* slides a window over a map and keeps one number of each. It has no weights.
# *Max pooling* keeps the largest. On the map below, windows of 2×2 side by side give
# 8 4 / 7 5.

# %%
numbers = np.array([[1.0, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]])

# %% nbgrader="demonstration"
plots.grid(
    numbers,
    mark=[(0, 0, 2, 2), (0, 2, 2, 2), (2, 0, 2, 2), (2, 2, 2, 2)],
    alt="Four windows of 2x2 on a map of 4x4. Where in its window does each maximum "
    "stand?",
)

# %% [markdown]
# Windows have a size $k$, usually 2 or 3, and a stride $s$, usually 2. AlexNet pooled
# windows of 3×3 with stride 2, so that they overlapped. Windows are counted like a
# kernel's stops, $\lfloor (n-k)/s \rfloor + 1$. Every channel is pooled by itself, so
# as many maps come out as went in:
#
# $$y_{nijc} = \max_{0 \le p < k_h,\; 0 \le q < k_w}
# x_{n,\, i s_h + p,\, j s_w + q,\, c}$$
#
# If no stride is given, Keras takes the window's size (`pool_size`).

# %% [markdown] nbgrader="read-only" grade_id="max_stride_1_predict"
# {{question max_stride_1 minutes=4 title="Predict overlapping windows"
# worked="4 - 2 + 1 = 3 stops each way, and 4 windows hold the 8:
# [[8, 8, 4], [8, 8, 5], [7, 6, 5]]"}}
# **Predict.** Take the same map and the same 2×2 windows, but with stride 1. Now the
# windows overlap. Which map comes out?

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
# Four windows hold the 8, so it wins four times. That makes 8 8 4 / 8 8 5 / 7 6 5. With
# stride 1 there are (4 − 2) + 1 = 3 stops each way.

# %% [markdown]
# Play with it before you write it. Point at an output, and its window lights up with
# the winner outlined in another colour. The text says how many of the inputs win a
# window. Make the stride smaller than the window. Can you make one pixel win nine
# times?

# %% nbgrader="demonstration"
explore.pooling()

# %% [markdown]
# With `padding="same"` the windows that hang over the edge count as well, as in lesson
# 02. That makes $\lceil n/s \rceil$ windows along an axis. A convolution puts zeros
# there. Should a maximum do the same?

# %% [markdown] nbgrader="read-only" grade_id="padded_max_predict"
# {{question padded_max minutes=2 title="Predict the maximum at the border"
# worked="the larger of -1 and -2 is -1; the padding never wins, so -3 stays:
# (-1, -3)"}}
# **Predict.** One row holds −1 −2 −3. Windows of 1×2 with stride 2 and
# `padding="same"` take the maximum. Which numbers does Keras give?

# %% nbgrader="autograded-answer" grade_id="padded_max"
padded_max = ...  # a tuple of numbers, one for each window
### BEGIN SOLUTION
padded_max = (-1, -3)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "max pooling padded with 0": (-1, 0),
    "padding ignored": (-1,),
    "minimum instead of maximum": (-2, -3),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="padded_max" points=1

# %% nbgrader="demonstration"
layer = keras.layers.MaxPooling2D((1, 2), padding="same", dtype="float64")
print("Keras", first_plane(layer(plane([[-1, -2, -3]]))))

# %% [markdown]
# The second window holds −3 and one padded value. A 0 there would beat the −3, and the
# map would claim something that nobody saw. So it has to be a value that never wins.
# Which one? Averages will need yet another. That is why the next cell counts the
# padding with lesson 02's `same_padding` and leaves the value to you.


# %%
def widen(x, size, stride, fill):
    """Put around every picture what "same" needs, filled with one value."""
    rows = given.same_padding(x.shape[1], size[0], stride=stride[0])
    columns = given.same_padding(x.shape[2], size[1], stride=stride[1])
    return np.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=fill)


# %% nbgrader="demonstration"
print(first_plane(widen(plane([[-1, -2, -3]]), (1, 2), (1, 2), 99.0)))

# %% [markdown] nbgrader="read-only" grade_id="pool2d_statement"
# ### {{exercise pool2d minutes=15 title="Pool windows by any rule"}}
#
# There will be three kinds of pooling in this lesson, and they differ in two things
# only. What becomes of a window? And what stands in the padding? So write the loops
# once, and take both as arguments. `reduce` is a function such as `np.max`. Called with
# `axis=(1, 2)`, it pools all examples and channels of a window at once. (The check
# hands over functions of its own, called `largest`, `mean` and `length`.) For
# `padding="same"`, `widen` is ready.


# %% nbgrader="autograded-answer" grade_id="pool2d"
def pool2d(x, size, reduce, fill, *, stride=None, padding="valid"):
    """Reduce each window of each map to one number.

    y[n, i, j, c] = reduce of all x[n, i * sh + p, j * sw + q, c] with p < kh, q < kw

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    size : int, or a pair (kh, kw): rows and columns of the window
    reduce : function, reduce(window, axis=(1, 2)) gives one number per example and
        channel
    fill : float, what stands in the padding
    stride : int, a pair (sh, sw), or None, which means the window's size
    padding : "valid", or "same": windows may hang over the edge

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C), where
        H_out = (H - kh) // sh + 1, or ceil(H / sh) with "same"

    Matches: what ``MaxPooling2D`` and ``AveragePooling2D`` of Keras share
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    if padding == "same":
        x = widen(x, (kh, kw), (sh, sw), fill)
    h_out, w_out = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    y = np.zeros((len(x), h_out, w_out, x.shape[3]), dtype=x.dtype)
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, i, j] = reduce(window, axis=(1, 2))
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="pool2d" points=3

# %% [markdown] nbgrader="read-only" grade_id="max_pool2d_statement"
# ### {{exercise max_pool2d minutes=3 title="Keep each window's largest value"}}
#
# Now it takes one line. Which function do you hand over, and which value never wins?


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
    y : ndarray, shape (N, H_out, W_out, C), as ``pool2d``

    Matches: ``keras.layers.MaxPooling2D(size, strides=stride, padding=padding)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.3
    """
    ### BEGIN SOLUTION
    return pool2d(x, size, np.max, -np.inf, stride=stride, padding=padding)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="max_pool2d" points=1

# %% nbgrader="demonstration"
layer = keras.layers.MaxPooling2D(2, strides=1, dtype="float64")
mine = max_pool2d(plane(numbers), 2, stride=1)
plots.beside(first_plane(mine), first_plane(layer(plane(numbers))))

# %% [markdown]
# Now both steps on the X. Its map for the falling stroke has 7×7 numbers. It goes
# through ReLU, then through 2×2 pooling that keeps the windows at the edge. Is the
# stroke still there, with 16 numbers in place of 49?

# %% nbgrader="demonstration"
small = None if after is None else max_pool2d(after[None], 2, padding="same")
if small is not None:
    plots.grid(
        small[0, :, :, 0],
        alt="The clean X's map for the falling stroke, after your ReLU and pooling.",
    )

# %% [markdown]
# **Notice.** The stroke runs down the diagonal as 1.00, 1.00, 1.00, 0.78. With
# `"valid"` there would be 3×3 numbers only, because 7 isn't divisible by 2, and Keras
# drops the last row and column without a word. Here it would drop the 0.78, the end of
# the stroke. Pool again and it drops some more, since 7 becomes 3 and 3 becomes 1.

# %% [markdown]
# Here is the explorer with your function. Move over the outputs to see which pixel won.
# The text says how many outputs would stay as they are if the picture moved by one
# column. This is a good place to stop for today.

# %% nbgrader="demonstration"
explore.pooling(max_pool2d)

# %% [markdown]
# ## Average, and mind the border
#
# *Average pooling* takes the mean of each window. LeNet, which read cheques in the
# 1990s, used it to shrink its maps. At the border there is a question. Does the padding
# count?

# %% [markdown] nbgrader="read-only" grade_id="border_mean_predict"
# {{question border_mean minutes=2 title="Predict the mean at the border"
# worked="(2 + 4) / 2 = 3, and padding doesn't count, so 9 / 1 = 9: (3, 9)"}}
# **Predict.** One row holds 2 4 9. Windows of 1×2 with stride 2 and `padding="same"`
# take the mean. Which numbers does Keras give?

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

# %% [markdown]
# The first window gives (2 + 4)/2 = 3. The second holds a 9 and nothing else, and its
# mean is 9/1 = 9. In Keras the padding doesn't count. With $m$ the number of pixels of
# the picture that a window holds, and the sum over these pixels only:
#
# $$y_{nijc} = \frac{1}{m_{ij}} \sum_{p,q} x_{n,\, i s_h + p,\, j s_w + q,\, c}$$
#
# PyTorch counts the padding unless you say `count_include_pad=False`. So a layer that
# moves from one to the other changes its border.

# %% [markdown] nbgrader="read-only" grade_id="avg_pool2d_statement"
# ### {{exercise avg_pool2d minutes=5 title="Average, and mind the border"}}
#
# One line again. No number in the padding leaves every mean alone, and 0 would pull it
# down. You need a way to say "there is nothing here". NumPy has one, called `np.nan`,
# and some functions whose names begin with `nan`.


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
    y : ndarray, shape (N, H_out, W_out, C), as ``pool2d``

    Matches: ``keras.layers.AveragePooling2D(size, strides=stride, padding=padding)``
    Source: LeCun et al. 1998, sec. II.B, without its weights
    """
    ### BEGIN SOLUTION
    return pool2d(x, size, np.nanmean, np.nan, stride=stride, padding=padding)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="avg_pool2d" points=1

# %% nbgrader="demonstration"
layer = keras.layers.AveragePooling2D((1, 2), padding="same", dtype="float64")
row = plane([[2, 4, 9]])
mine = avg_pool2d(row, (1, 2), padding="same")
plots.beside(first_plane(mine), first_plane(layer(row)))

# %% [markdown]
# **Notice.** The maximum asks whether a feature occurs anywhere in a window, and the
# mean how well the whole window fits it. A lone strong match among zeros in a 4×4
# window keeps its full score under the maximum and a sixteenth of it under the mean.
# But so does a lone noisy pixel. That is the price of the maximum. To watch the mean at
# work, run `explore.pooling(avg_pool2d)` in a cell of your own.

# %% [markdown]
# ## Pool by the length of a window
#
# The maximum ignores all values but one, and the mean treats them all alike. Could
# every value count, and the strong ones count more? Think of a window as a vector, and
# take its length, the *L2 norm*. Square every value, add, and take the square root. The
# window 3 4 gives $\sqrt{9 + 16} = 5$. A network that read house numbers from
# photographs of streets pooled this way in 2012.
#
# $$y_{nijc} = \sqrt{\sum_{p,q} x_{n,\, i s_h + p,\, j s_w + q,\, c}^{\,2}}$$

# %% [markdown] nbgrader="read-only" grade_id="l2_pool2d_statement"
# ### {{exercise l2_pool2d minutes=6 title="Pool by the length of a window"}}
#
# NumPy's `np.max` and `np.nanmean` were ready to use. This time write the function that
# you hand over yourself, inside of `l2_pool2d`. It takes a window and `axis`. Which
# value in the padding does no harm here?


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
    y : ndarray, shape (N, H_out, W_out, C), as ``pool2d``

    Matches: the root of ``AveragePooling2D`` of x ** 2, times the window's pixels
    Source: Sermanet, Chintala & LeCun 2012, sec. 2.2, p = 2 and no weights
    """
    ### BEGIN SOLUTION

    def length(window, axis):
        return np.sqrt(np.sum(window**2, axis=axis))

    return pool2d(x, size, length, 0.0, stride=stride, padding=padding)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="l2_pool2d" points=1

# %% [markdown]
# Keras has no layer for it, but it has the parts. Take the mean of the squares,
# multiply it by the number of pixels in a window, and take the root.

# %% nbgrader="demonstration"
squares = keras.layers.AveragePooling2D(2, dtype="float64")(plane(numbers) ** 2)
mine = l2_pool2d(plane(numbers), 2)
plots.beside(first_plane(mine), np.sqrt(first_plane(squares) * 4))

# %% [markdown]
# **Notice.** Your three calls make a small table. Each fills the padding with the value
# that changes nothing. The rule "pad with zeros" is right for one of the three.
#
# | pooling | what becomes of a window | padding |
# |---|---|---|
# | maximum | `np.max` | minus infinity |
# | mean | `np.nanmean` | nothing, NaN |
# | L2 norm | root of the sum of squares | 0 |
#
# After a ReLU the three are one family. The sum is the L1 norm, and the mean is a share
# of it. Then comes L2, and the maximum is what mathematicians call L∞.

# %% [markdown]
# ## What pooling is for
#
# One reason is plain. Smaller maps mean less work for all later layers. The other is
# that things move. When a picture shifts by one pixel, its maps shift as well, and we
# would like later layers to see little of that. How well does it work?

# %% [markdown] nbgrader="read-only" grade_id="moved_edges_predict"
# {{question moved_edges minutes=3 title="Predict what a shift leaves"
# options="a|b|c"
# worked="the change falls only from 1.09 to 0.62 of the mean, so over half is left:
# c"}}
# **Predict.** A photograph moves by one column. Its map of edges then changes by about
# as much as it holds, since edges are thin. Now pool the map before and after with 2×2
# windows. How much of the change is left? **a** less than a tenth **b** about a
# quarter **c** more than half

# %% nbgrader="autograded-answer" grade_id="moved_edges"
moved_edges = ...  # a letter in quotes
### BEGIN SOLUTION
moved_edges = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="moved_edges" points=1

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
    print("change:", np.round(change, 2))
    plots.lines(
        {"change": (windows, change)},
        xlabel="window (pixels)",
        ylabel="change of the map, relative to its mean",
        alt="How much the map of edges changes when the photograph moves by one pixel, "
        "against the size of the pooling window.",
    )

# %% [markdown]
# Without pooling, the change is 1.09 times the mean of the map. With the usual 2×2
# windows it is 0.62, so more than half of it is left. It takes windows of 16×16 to
# bring it below a tenth. People often say that pooling makes a network insensitive to
# small shifts. A single pooling with the usual windows gets less than half of the way.

# %% [markdown]
# One kind of shift is different. If the picture moves by the stride, here 2 pixels, all
# windows move along, and the pooled map is the same map, one place further.

# %% nbgrader="demonstration"
whole, later = max_pool2d(edges, 2), max_pool2d(edges[:, :, 2:], 2)
if whole is not None:
    print("moved by 2, equal one place on:", np.array_equal(later, whole[:, :, 1:]))

# %% [markdown]
# **Notice.** A pooling forgives a movement within its window at most, and that only in
# part. Shifts by other amounts than the stride can change its map a lot. In a trained
# network they sometimes even change the answer, as Zhang found in 2019.

# %% [markdown]
# What does pooling cost? It forgets *where* in its window something was. Below, you see
# the photograph after more and more average pooling. At which size do you lose the man,
# and at which the camera? No later layer can bring them back.

# %% nbgrader="demonstration"
shown = [(photograph, "whole")]
for k in (2, 4, 8, 16, 32):
    less = avg_pool2d(photograph[None, :, :, None], k)
    if less is not None:
        shown.append((less[0, :, :, 0], f"{k}x{k}"))
if len(shown) > 1:
    plots.images(
        shown,
        alt="A photograph, and what average pooling with windows of 2 to 32 pixels "
        "leaves of it.",
    )

# %% [markdown]
# ## One number per map
#
# Let the window be as large as the map, and each map becomes one number. This is
# *global pooling*. A network whose last maps mean "X-ness" and "O-ness" needs nothing
# more to answer, and it can take pictures of any size. Two kinds are in common use, the
# mean and the maximum.

# %% [markdown] nbgrader="read-only" grade_id="global_shape_predict"
# {{question global_shape minutes=2 title="Predict the shape after global pooling"
# worked="each of 64 maps of each of 8 pictures becomes one number: (8, 64)"}}
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
# Examples and channels stay apart, so 8 pictures with 64 maps make 8·64 = 512 numbers.
# `kind` is `"average"` or `"max"`.


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
glyphs, crossing = np.stack([clean_x, bent_x, round_o])[..., None], features[2]
matches = given.conv2d(glyphs, crossing[:, :, None, None], np.zeros(1)) / 9
layer = keras.layers.GlobalMaxPooling2D(dtype="float64")
plots.beside(global_pool2d(matches, "max"), layer(matches))

# %% [markdown]
# **Notice.** Do you recognise them? These three numbers are lesson 01's classifier, the
# best match of the crossing, 1.00 for both X and 0.56 for the O. It was a convolution
# and a global max pooling all along. Move the X anywhere, and its number stays.

# %% [markdown]
# ## Two layers by hand
#
# Back to the thick strokes. What makes an X? A falling stroke and a rising stroke that
# meet. So we look for strokes first, with kernels of 5×5. They are wide enough for
# thick strokes, and their weights add up to 0, so that plain paper and plain ink both
# give 0.

# %%
distance = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))  # from the diagonal
fall = np.array([2.0, 1.0, -1.0, -2.0, -2.0])[distance]
rise = fall[:, ::-1]

# %% nbgrader="demonstration"
print(fall)
plots.images(
    [(fall, "falling stroke"), (rise, "rising stroke")],
    alt="Two kernels for strokes. Purple weights ask for ink, orange ones for paper.",
)

# %% [markdown]
# Each kernel gives a map, and the two maps have to become one score. We could add them.
# Or we could keep, at each place, the *smaller* of the two numbers. In both cases the
# largest number on the sheet is then the score.

# %% [markdown] nbgrader="read-only" grade_id="add_or_both_predict"
# {{question add_or_both minutes=3 title="Predict which score tells X from O"
# options="added|smaller|both|neither"
# worked="one strong stroke makes a large sum, but the smaller needs two that meet:
# smaller"}}
# **Predict.** Each score gets the threshold that suits it best. Which of them then
# names all thick drawings correctly? Answer `"added"`, `"smaller"`, `"both"` or
# `"neither"`.

# %% nbgrader="autograded-answer" grade_id="add_or_both"
add_or_both = ...  # one of the four answers, in quotes
### BEGIN SOLUTION
add_or_both = "smaller"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="add_or_both" points=1

# %% [markdown] nbgrader="read-only" grade_id="both_strokes_statement"
# ### {{exercise both_strokes minutes=10 title="Look for two strokes at one place"}}
#
# Write the second score. You built the larger of two numbers from `relu`. How do you
# get the smaller one? Then pool. Both maps come from one call, as two channels, and the
# first two lines show how.


# %% nbgrader="autograded-answer" grade_id="both_strokes"
def both_strokes(pictures, falling, rising):
    """Return how well two strokes fit at one and the same place.

    score[n] is the largest, over all places, of the smaller of two numbers: how well
    ``falling`` fits there, and how well ``rising`` does

    Parameters
    ----------
    pictures : ndarray, shape (N, H, W)
    falling : ndarray, shape (kh, kw)
    rising : ndarray, shape (kh, kw)

    Returns
    -------
    score : ndarray, shape (N,)

    Matches: ``Conv2D`` with ReLU, ``Conv2D(1, 1)``, ``GlobalMaxPooling2D``
    """
    kernels = np.stack([falling, rising], axis=-1)[:, :, None, :]
    maps = given.conv2d(pictures[..., None], kernels, np.zeros(2))
    ### BEGIN SOLUTION
    a, b = maps[..., :1], maps[..., 1:]
    smaller = a - relu(a - b)
    return global_pool2d(smaller, "max")[:, 0]
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="both_strokes" points=2

# %% [markdown]
# Three rivals on 60 drawings, thin ones and thick ones. Each gets the threshold that
# suits it best. The second adds the two maps. It doesn't need two layers for that,
# since adding the two *kernels* does the same.


# %%
def best_share(scores, labels):
    """Return the share named correctly with the best threshold, X from there up."""
    thresholds = np.append(np.unique(scores), np.inf)
    return max(np.mean((scores >= t) == (labels == 0)) for t in thresholds)


def one_kernel(pictures, kernel):
    """Return the largest value of one kernel's map for each picture."""
    maps = given.conv2d(pictures[..., None], kernel[:, :, None, None], np.zeros(1))
    return maps.max(axis=(1, 2, 3))


# %% nbgrader="demonstration"
scores = both_strokes(thick, fall, rise)
rivals = {
    "the crossing": best_share(one_kernel(thick, crossing), labels),
    "added": best_share(one_kernel(thick, fall + rise), labels),
    "the smaller": None if scores is None else best_share(scores, labels),
}
plots.bars(
    rivals,
    ylabel="named correctly (share)",
    alt="The share of thick and thin drawings that each score names correctly. 0.5 is "
    "what a coin would get.",
)

# %% nbgrader="demonstration"
x_map, o_map = (
    [given.conv2d(picture, w) for w in (fall, rise, fall + rise)] for picture in inkiest
)
smaller = [np.minimum(m[0], m[1]) for m in (x_map, o_map)]
if scores is not None:
    plots.panel(
        [[*x_map, smaller[0]], [*o_map, smaller[1]]],
        rows=["thick X", "thick O"],
        columns=["falling", "rising", "added", "the smaller"],
        alt="Maps of the X and the O with the most ink, the largest number of each in "
        "a ring. Compare the rings of the last two columns.",
    )

# %% [markdown]
# Look at *added*. The ring holds 24 in both pictures. On the X it sits on an arm,
# where the strokes give 28 and −4. On the O it sits where the curve is slanted, and
# they give 24 and 0. One strong stroke is worth as much as an X. Now look at *the
# smaller*. In the middle of the X both strokes give 8, so the smaller is 8. The O has
# no place where both give more than 4.

# %% [markdown]
# Now count the layers. The smaller of $a$ and $b$ is $a - g(a - b)$. The map $a - b$ is
# a convolution too, with the kernel `fall - rise`. So two kernels of 5×5 and a ReLU
# make the first layer, and a 1×1 convolution with the weights 1 and −1 the second. The
# map $a$ passes the ReLU as well, which does no harm where a stroke fits. Every X of
# the 60 drawings scores 8 or more and every O 6 or less, so the threshold can be 7.

# %% nbgrader="demonstration"
network = keras.Sequential(
    [
        keras.layers.Conv2D(2, 5, activation="relu", use_bias=False, dtype="float64"),
        keras.layers.Conv2D(1, 1, use_bias=False, dtype="float64"),
        keras.layers.GlobalMaxPooling2D(dtype="float64"),
    ]
)
network.build((None, 17, 17, 1))
first = np.stack([fall, fall - rise], axis=-1)[:, :, None, :]
network.set_weights([first, np.array([1.0, -1.0]).reshape(1, 1, 2, 1)])
by_keras = np.array(network(thick[..., None]))[:, 0]
if scores is not None:
    print("largest difference from yours:", np.abs(by_keras - scores).max())
print("named correctly from 7 up:", np.mean((by_keras >= 7) == (labels == 0)))

# %% [markdown]
# **Notice.** This is a network of two layers, and all of its weights have a reason. A
# single layer can only add up what speaks for an X, and then one very good stroke makes
# up for a missing one. With the bend, the network asks for one stroke *and* the other.

# %% [markdown]
# Two things to be honest about. For these drawings there are single kernels that do as
# well, and at the end of the lesson you can look for one. And our network isn't
# perfect. The bent X gets 4, less than the round O with its 6. Choosing weights by hand
# soon gets hard, and in lesson 06 the network begins to find them itself.

# %% [markdown]
# ## Break it
#
# Here are four poolings, each wrong in one way. *zeros* takes the maximum and pads with
# 0. *counted* takes the mean and counts the padding. *apart* takes the maximum, and its
# windows never overlap, because it ignores the stride. *tall* takes the mean and uses
# the window's height for its width as well.

# %% nbgrader="demonstration"
from byhand.exercises.pooling import SUSPECTS

for name, suspect in SUSPECTS.items():
    print(f"{name:<8}", suspect(plane(numbers), 2)[0, :, :, 0].tolist())

# %% [markdown]
# On the earlier map, with 2×2 windows, all four are right. You can call them as you
# call yours, for example `SUSPECTS["zeros"](plane([[1, 2]]), 2, padding="same")`. Each
# takes `x`, `size`, and the settings `stride` and `padding`.

# %% [markdown] nbgrader="read-only" grade_id="break_pooling_statement"
# ### {{exercise break_pooling minutes=12 lines=0 title="Expose four wrong poolings"}}
#
# Find four experiments, one for each suspect, on which **it** gives a wrong result.
# Make them small, with an `x` of at most **three numbers**. An experiment is a tuple
# `(x, size, settings)`, such as `([[1], [2]], (2, 1), {"stride": 2, "padding":
# "same"})`. Without a stride the windows stand side by side, and without a padding it
# is `"valid"`.

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
# only where a whole window is negative, and after a ReLU nothing is negative. So such a
# mistake can sit in a network for years. Square windows and strides equal to the window
# hide *tall* and *apart*, and they are the usual setting.

# %% [markdown]
# ## Do without pooling
#
# A convolution with stride 2 also halves a map. Could it do what pooling does? For the
# mean it should be possible, because a mean is a weighted sum. But pooling keeps
# channels apart, and a convolution adds them up. What must its weights be?

# %% [markdown] nbgrader="read-only" grade_id="average_weights_predict"
# {{question average_weights minutes=3 title="Predict the weights of a mean"
# worked="3 filters have 2 * 2 * 3 = 12 weights each, and 4 of each aren't 0:
# (36, 12)"}}
# **Predict.** We want a convolution without a bias that does exactly what 2×2 average
# pooling does to 3 channels. How many weights do its filters have in all, and how many
# of them aren't 0?

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

# %% [markdown]
# Three maps come out, and each has a kernel of 2·2·3 = 12 weights, which makes
# 3·12 = 36. But map 0 may look at channel 0 only, map 1 at channel 1 and map 2 at
# channel 2. So 4 weights of each kernel count, 3·4 = 12 in all.

# %% [markdown] nbgrader="read-only" grade_id="average_kernel_statement"
# ### {{exercise average_kernel minutes=8 title="Pool with a strided convolution"}}
#
# Return the weights of all filters in one array, laid out as in lesson 03, that is
# (kh, kw, channels in, maps out).


# %% nbgrader="autograded-answer" grade_id="average_kernel"
def average_kernel(size, channels):
    """Return the kernel with which a strided convolution is average pooling.

    A convolution with w, no bias and the window's size as its stride gives what
    ``avg_pool2d(x, size)`` gives, for every x with this number of channels.

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
# So average pooling is a strided convolution whose weights never change. Let them be
# learned, and the network may find a better way to shrink. Springenberg and others
# replaced all pooling this way in 2015 and lost no accuracy on their benchmarks. The
# price is weights to learn. And the maximum? You have built that one too, from ReLU.
# Take the larger of two in two rounds, and you have the largest of four.

# %% nbgrader="demonstration"
even = volume[:, :, :8]
top = max_of_two(even[:, ::2, ::2], even[:, ::2, 1::2])
bottom = max_of_two(even[:, 1::2, ::2], even[:, 1::2, 1::2])
if top is not None:
    rounds = max_of_two(top, bottom)
    pooled = keras.layers.MaxPooling2D(2, dtype="float64")(even)
    print("two rounds of max_of_two:", np.allclose(rounds, pooled))
for layer in (keras.layers.MaxPooling2D(2), keras.layers.Conv2D(16, 2, strides=2)):
    layer.build((None, 28, 28, 16))
    shape = layer.compute_output_shape((None, 28, 28, 16))
    print(f"{type(layer).__name__:<14} {shape!s:<20} {layer.count_params()} parameters")

# %% [markdown]
# ## Three more, if you have time
#
# *Mixed pooling* chooses between the maximum and the mean. Yu and others (2014) toss a
# coin anew in each training step, which keeps a network from relying on either. Lee and
# others (2016) take a weighted mean of both and learn the weight. Here it is ½.

# %% nbgrader="demonstration"
largest, mean = max_pool2d(plane(numbers), 2), avg_pool2d(plane(numbers), 2)
if largest is not None and mean is not None:
    print((0.5 * largest + 0.5 * mean)[0, :, :, 0])

# %% [markdown]
# *Spatial pyramid pooling* (He and others 2014) divides a map into 1, then 2×2, then
# 4×4 parts, whatever its size, and pools each part. That makes 1 + 4 + 16 = 21 numbers
# per map. The dense layer behind it always gets the same number of inputs, and a rough
# *where* survives.


# %% nbgrader="demonstration"
def pyramid(x, levels=(1, 2, 4)):
    """Return the maxima of 1, 4 and 16 parts of one map (H, W), in one row."""
    parts = []
    for m in levels:
        for rows in np.array_split(x, m, axis=0):
            parts += [block.max() for block in np.array_split(rows, m, axis=1)]
    return np.array(parts)


print(photograph.shape, pyramid(photograph).shape)
print(clean_x.shape, pyramid(clean_x).shape)

# %% [markdown]
# *Spectral pooling* (Rippel, Snoek and Adams 2015) takes the Fourier transform of a map
# and keeps the low frequencies. So it can shrink by any factor, and not only in whole
# steps. `spectral` below is a sketch of it, and `enlarge` brings a small picture back
# to full size, so that we can see what was lost.


# %%
def spectral(x, h, w):
    """Shrink one map (H, W) to h rows and w columns by its low frequencies."""
    waves = np.fft.fftshift(np.fft.fft2(x))
    top, left = x.shape[0] // 2 - h // 2, x.shape[1] // 2 - w // 2
    low = np.fft.ifftshift(waves[top : top + h, left : left + w])
    return np.fft.ifft2(low).real * (h * w / x.size)


def enlarge(small, h, w):
    """Stretch a picture to h rows and w columns, with straight lines between pixels."""
    for n in (w, h):  # one axis, then the other
        places = (np.arange(n) + 0.5) * small.shape[1] / n - 0.5
        rows = [np.interp(places, np.arange(small.shape[1]), row) for row in small]
        small = np.array(rows).T
    return small


# %% [markdown] nbgrader="read-only" grade_id="keeps_most_predict"
# {{question keeps_most minutes=3 title="Predict which pooling keeps most"
# options="max|mean|spectral"
# worked="the error is 0.22 with max, 0.14 with spectral, and only 0.09 with the mean"}}
# **Predict.** The photograph is pooled to 18×21 pixels by the maximum, by the mean and
# by its low frequencies, then stretched back. Which of the three comes nearest to the
# original? Answer `"max"`, `"mean"` or `"spectral"`.

# %% nbgrader="autograded-answer" grade_id="keeps_most"
keeps_most = ...  # one of the three names, in quotes
### BEGIN SOLUTION
keeps_most = "mean"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="keeps_most" points=1

# %% nbgrader="demonstration"
cut = photograph[:144, :168]
as_batch = cut[None, :, :, None]
small = {"max": max_pool2d(as_batch, 8), "mean": avg_pool2d(as_batch, 8)}
small["spectral"] = spectral(cut, 18, 21)[None, :, :, None]
shown = [(cut, "original")]
for name, y in small.items():
    if y is not None:
        back = enlarge(y[0, :, :, 0], *cut.shape)
        error = np.sqrt(np.mean((back - cut) ** 2))
        shown.append((np.clip(back, 0, 1), f"{name}, error {error:.2f}"))
plots.images(
    shown,
    alt="The photograph, and three ways to shrink it, each stretched back to full "
    "size. Look at the tripod and at the upper edge.",
)

# %% [markdown]
# Under the maximum everything bright grows, and its error is 0.22. The mean has 0.09
# and our spectral sketch 0.14. It suffers at the edges, because a Fourier transform
# takes the picture for one that repeats, and so it mixes the sky with the grass. For a
# small picture, take the mean. The maximum has another job, which is to say whether
# something occurs in a window.

# %% [markdown] nbgrader="manual-answer" grade_id="written_pooling" points=2
# ## Write it in words
#
# Two networks look at a photograph of a street. One says whether a car is in it, the
# other marks the pixels of every car. Both use several max poolings. What does pooling
# give the first one, and what does it take from the second? Name one thing that the
# second could do instead.
#
# ### BEGIN MARK SCHEME
# 1 point: the first gets answers that change less when the car moves a little, and less
# to compute in later layers. (Half a point for one of the two.)
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
# ReLU cuts negative numbers off, and that small bend lets two layers do what one can't.
# Pooling keeps one number per window. It forgives a movement within the window, and it
# forgets where things were.
#
# ## Key points
#
# - Convolutions in a row merge into a single one, unless there is a bend between them.
#   With it, two layers can ask for one thing *and* another.
# - Each pooling needs its own padding. Keras takes −∞ for the maximum and leaves the
#   padding out of the mean.
# - Pooling has no weights. A strided convolution has, and it can learn to shrink.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Does it really take two layers? Look for a *single* kernel of 5×5 with which
#    `best_share(one_kernel(thick, kernel), labels)` is 1.0. It may hold zeros. Then
#    give the drawings `turn=10` and `noise=0.02` as well. Which one would you trust?
# 2. Do we need a layer for *min* pooling? Write it with your `max_pool2d` and two minus
#    signs.
# 3. Windows of 2×2 side by side need no loop. Use
#    `x.reshape(n, h // 2, 2, w // 2, 2, c)` and one `max`. How much faster is it than
#    `max_pool2d` on a batch of 32×28×28×16? `%timeit` measures it.

# %% [markdown]
# ## Further reading
#
# - [Springenberg et al., Striving for simplicity](https://arxiv.org/abs/1412.6806),
#   because it asks whether pooling is needed, and tries.
# - [Zhang, Making convolutional networks shift-invariant again](https://arxiv.org/abs/1904.11486),
#   because it measures what a shift by one pixel does to a trained network, and repairs
#   it with a little blur.
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   chapter 3, because pooling counts its windows as convolution does, with pictures.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because section 9.3 says what invariance pooling gives, and what it assumes.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can watch
#   ReLU and pooling at work in a trained network.
# - [He et al., Spatial pyramid pooling](https://arxiv.org/abs/1406.4729) and
#   [Rippel et al., Spectral representations](https://arxiv.org/abs/1506.03767), because
#   the last two poolings above are theirs.
