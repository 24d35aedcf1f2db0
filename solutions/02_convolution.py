# %% [markdown]
# # Slide a kernel by hand
#
# **You will build** the convolution of a signal and of a picture, first bare, then with
# padding, stride and dilation, and Keras will compute the same numbers.
#
# **You will learn**
#
# - how a kernel slides, how many stops it makes, and what it reads at each
# - why people pad, take larger steps and spread a kernel, and what each of them costs
# - how to find the input on which a wrong convolution gives itself away
#
# **You need** lessons 00 and 01, and 200 minutes in two sittings of about 70 and 130.
# The place to stop is marked, and in the second sitting a place for a break.

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

# %% [markdown] nbgrader="read-only" grade_id="warm_up_02_statement"
# {{warm-up warm_up_02 minutes=3 title="Warm up: lessons 00 and 01"}}
# ## Warm up
#
# Three questions on lessons 00 and 01. Answer them without looking back.
#
# 1. A 3×3 feature of +1 and −1 agrees with a patch in eight of nine pixels. What is its
#    match score? **a** 0.89 **b** 0.78 **c** 7 **d** 8
# 2. A feature of 3 rows and 5 columns slides over a picture of 9×9. What is the shape
#    of its match map? **a** (7, 5) **b** (7, 7) **c** (6, 4) **d** (9, 9)
# 3. The mean of nine products is 0.56, rounded. What is their sum?
#    **a** 5 **b** 0.06 **c** 0.56 **d** 9

# %% nbgrader="autograded-answer" grade_id="warm_up_02"
warm_up_02 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_02 = {"q1": "b", "q2": "a", "q3": "a"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_02" points=1

# %% [markdown]
# In lesson 01 a feature slid over a drawing, and at every place you took the *mean* of
# the products. From now on we take their *sum*. The feature gets its usual name, a
# *kernel*, and its numbers can be any numbers. Today we choose them by hand. In
# lesson 08 a network chooses its own.

# %% [markdown]
# ## Slide a kernel over a signal
#
# Let us begin with less than a picture, a single row of numbers. Lay the kernel
# 1 2 3 on the start of the signal 1 2 3 4. Multiply each weight by the value under it,
# and add up the products. Then move the kernel on by one place and do the same again.

# %% nbgrader="demonstration"
signal = np.array([1.0, 2.0, 3.0, 4.0])
kernel = np.array([1.0, 2.0, 3.0])
plots.draw_window(signal, kernel, at=0)

# %% [markdown] nbgrader="read-only" grade_id="sliding_sums_predict"
# {{question sliding_sums minutes=2 title="Predict what a sliding kernel gives"
# worked="1 * 1 + 2 * 2 + 3 * 3 = 14, then 1 * 2 + 2 * 3 + 3 * 4 = 20"}}
# **Predict.** The first sum is done for you. Which numbers come out, from the first
# place to the last? A place only counts if the whole kernel lies on the signal.

# %% nbgrader="autograded-answer" grade_id="sliding_sums"
sliding_sums = ...  # a tuple of numbers, one for each place
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

# %% nbgrader="demonstration"
plots.draw_window(signal, kernel, at=1)

# %% [markdown]
# Two numbers come out, 1·1 + 2·2 + 3·3 = 14 and 1·2 + 2·3 + 3·4 = 20. One step
# further and the last weight would hang over the end. Let us call each place where
# the kernel fits a *stop*. A kernel of $k$ weights on $n$ values can start at $0, 1,
# \dots, n - k$, so the number of stops is
#
# $$n_{\text{out}} = n - k + 1$$

# %% [markdown]
# The stop that starts at $x_i$ gives output $i$. Often a constant $b$ is added to
# every output. It is called the *bias*.
#
# $$y_i = b + \sum_{p=0}^{k-1} w_p \, x_{i + p}$$
#
# So $i$ says where the window is, and $p$ says which weight we mean.

# %% [markdown]
# **Try it.** Before you write this, watch ours at work. Point at an output, and the
# values that it reads light up. Point at an input, and you see which outputs it feeds.
# Which inputs feed only one? (Leave the controls alone. Their turn comes in the second
# sitting.)

# %% nbgrader="demonstration"
explore.convolution(dims=1, input="1 2 3 4")

# %% [markdown] nbgrader="read-only" grade_id="conv1d_plain_statement"
# ### {{exercise conv1d_plain minutes=8 title="Slide a kernel over a signal"}}
#
# Visit every stop in a loop, and do there what you did on paper. Make `y` with
# `dtype=x.dtype`, so that it holds the same type of numbers as the input.


# %% nbgrader="autograded-answer" grade_id="conv1d_plain"
def conv1d_plain(x, w, b=0.0):
    """Slide a kernel over a signal, one step at a time.

    y[i] = b + sum_p w[p] * x[i + p]

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,), k <= n
    b : float

    Returns
    -------
    y : ndarray, shape (n - k + 1,)

    Matches: ``keras.layers.Conv1D(1, k)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.1
    """
    n, k = len(x), len(w)
    ### BEGIN SOLUTION
    y = np.zeros(n - k + 1, dtype=x.dtype)
    for i in range(len(y)):
        y[i] = b + np.sum(w * x[i : i + k])
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv1d_plain" points=2

# %% [markdown]
# Now Keras. The layer `Conv1D` takes a whole batch of signals, each with several
# channels, so it wants the shape `(1, 6, 1)` for one signal of six values in one
# channel. Its kernel has the shape `(3, 1, 1)`. In an index, `None` adds an axis of
# length 1. Loading Keras takes some seconds.

# %%
x = np.array([2.0, 0.0, 1.0, 3.0, 1.0, 2.0])
w = np.array([1.0, 2.0, 3.0])

# %% nbgrader="demonstration"
from byhand import keras

layer = keras.layers.Conv1D(1, 3, dtype="float64")
layer.build((1, 6, 1))
layer.set_weights([w[:, None, None], np.array([0.5])])
plots.beside(conv1d_plain(x, w, 0.5), layer(x[None, :, None])[0, :, 0])

# %% [markdown]
# **Notice.** The same three weights serve every stop. The `Dense` layer of lesson 00
# would need 24 weights to make four outputs of six values, and whatever it learns at
# one place it would have to learn again at the next. Lesson 03 counts this properly.

# %% [markdown]
# ## Turn the kernel round
#
# Mathematicians use the word *convolution* for something slightly different, and here
# is where theirs comes from. Multiply $(1 + 2t)(3 + 4t) = 3 + 10t + 8t^2$. The 10 is
# 1·4 + 2·3. The numbers in the first bracket are read from left to right, and those in
# the second from right to left, because the powers of $t$ have to add up to the same.
# The same happens when you ask how often two dice show a sum of 7.

# %% [markdown]
# So in mathematics the kernel is read backwards:
#
# $$y_i = \sum_{p=0}^{k-1} w_{k-1-p} \, x_{i + p}$$
#
# What you wrote above is called a *cross-correlation* there. Books count from 1, and
# write $\sum_j I_{i+j-1} W_j$ for yours, and $\sum_j I_{i+j-1} W_{\mathrm{Dim}(W)-j+1}$
# for the turned one.

# %% [markdown] nbgrader="read-only" grade_id="turned_sums_predict"
# {{question turned_sums minutes=2 title="Predict what a turned kernel gives"
# worked="3 * 1 + 2 * 2 + 1 * 3 = 10, then 3 * 2 + 2 * 3 + 1 * 4 = 16"}}
# **Predict.** Turn the kernel 1 2 3 round and slide it over 1 2 3 4. Which two numbers
# come out now?

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
# ### {{exercise true_conv1d minutes=4
# title="Flip the kernel: the mathematician's convolution"}}
#
# 3·1 + 2·2 + 1·3 = 10 and 3·2 + 2·3 + 1·4 = 16. You don't need a second loop for this.
# What do you have to hand to your `conv1d_plain`? In NumPy, `a[::-1]` is `a` from its
# end to its start.


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
    ### BEGIN SOLUTION
    return conv1d_plain(x, w[::-1])
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="true_conv1d" points=1

# %% [markdown]
# NumPy has both. `np.convolve` turns the kernel, and `np.correlate` doesn't. With
# `mode="valid"` they count the same stops as you do, and without it `np.convolve` also
# counts those where the kernel hangs over the ends. That is how it multiplies
# polynomials. (In your answers the checks refuse both, since you write your own.)

# %% nbgrader="demonstration"
print("yours       ", true_conv1d(x, w))
print("np.convolve ", np.convolve(x, w, mode="valid"))
print("np.correlate", np.correlate(x, w, mode="valid"))
print("(1 + 2t)(3 + 4t) has the coefficients", np.convolve([1, 2], [3, 4]))

# %% nbgrader="demonstration"
layer = keras.layers.Conv1D(1, 3, use_bias=False, dtype="float64")
layer.build((1, 6, 1))
layer.set_weights([w[::-1, None, None]])  # turned, and no bias
plots.beside(true_conv1d(x, w), layer(x[None, :, None])[0, :, 0])

# %% [markdown]
# **Notice.** Keras computes the turned sum only if we turn the kernel first. Deep
# learning's convolution is a cross-correlation, in Keras and in every other framework.
# A network that learns its weights doesn't care, since it would learn them the other
# way round. From here on we say *convolution* for it, like everybody else.

# %% [markdown]
# ## Slide a kernel over a picture
#
# In a picture the kernel also moves down. Here ink is 1 and paper is 0. Do you
# recognise the kernel? It is the crossing of lesson 01, except that a 0 no longer asks
# for paper. It doesn't look at that pixel at all. Before you run the cell, which
# number do you expect for the first stop?

# %%
picture = np.array(
    [[int(pixel) for pixel in row] for row in "11100 01110 00111 00110 01100".split()],
    dtype=float,
)
cross = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])

# %% nbgrader="demonstration"
plots.draw_window(picture, cross, at=(0, 0))

# %% [markdown]
# The stop that starts in row $i$ and column $j$ of the picture gives place $(i, j)$ of
# the result, which is called a *feature map*. Lesson 01 called it a match map.
#
# $$y_{ij} = b + \sum_{p=0}^{k_h-1} \sum_{q=0}^{k_w-1} w_{pq} \, x_{i+p,\,j+q}$$
#
# Here $p$ counts the rows of the kernel and $q$ its columns.

# %% [markdown] nbgrader="read-only" grade_id="middle_row_predict"
# {{question middle_row minutes=3 title="Predict a row of a map"
# worked="ink at the corners and in the middle: 2 + 0 = 2, 3 + 1 = 4, 2 + 1 = 3"}}
# **Predict.** The map of this picture has three rows and three columns. Work out its
# **middle** row on paper. These are the three stops that start in row 1.

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
# The kernel asks for five pixels, its corners and its middle. In the first of the three
# windows two of them are ink, in the next one four, in the last one three. Below you
# can walk over the whole map with the arrow keys. Which pixels does only one output
# read, and which one do all nine read?

# %% nbgrader="demonstration"
explore.convolution(input="binary 5x5", w=cross)

# %% [markdown] nbgrader="read-only" grade_id="conv2d_plain_statement"
# ### {{exercise conv2d_plain minutes=8 title="Slide a kernel over a picture"}}
#
# Open your `match_map` in lesson 01. Two changes make it a convolution. Which two?
# Pictures and kernels don't have to be square, so keep heights and widths apart.


# %% nbgrader="autograded-answer" grade_id="conv2d_plain"
def conv2d_plain(x, w, b=0.0):
    """Slide a kernel over a picture, one pixel at a time.

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
plots.beside(conv2d_plain(picture, cross), layer(picture[None, :, :, None])[0, :, :, 0])

# %% [markdown]
# Let us go back to the X and the O. Here is the crossing of lesson 01, with +1 and −1,
# on the 17 by 17 sheet. In lesson 01 it scored 1.00 on the X and 0.56 on the O. Which
# sums do you expect in place of these means?

# %%
clean_x, bent_x, round_o = data.glyphs()
falling, rising, crossing = data.features()
sheet_x, sheet_o = data.place(clean_x), data.place(round_o)

# %% nbgrader="demonstration"
plots.panel(
    [[conv2d_plain(sheet, crossing) for sheet in (sheet_x, sheet_o)]],
    rows=["crossing"],
    columns=["X", "O"],
    alt="Your maps of the crossing on the X and on the O, the largest value of each in "
    "a ring.",
)

# %% [markdown]
# Nine times 1.00 is 9, and nine times 0.56 is 5. The X still wins, and the 9 stands at
# the start of the window that lies on its middle.

# %% [markdown]
# One more drawing, which comes back in lesson 03. It has strokes of ink on 6×6 pixels,
# this time with 0 for paper. Two kernels look at it. One is the falling diagonal, and
# the other wants a column of ink with paper on both sides.

# %%
strokes = np.array(
    [
        [int(pixel) for pixel in row]
        for row in "100001 010010 001100 100010 010010 001010".split()
    ],
    dtype=float,
)
upright = np.array([[-1.0, 1.0, -1.0]] * 3)

# %% nbgrader="demonstration"
plots.grid(
    strokes,
    alt="The strokes. Look for three pixels of ink that fall from left to right, and "
    "for three below each other.",
)

# %% nbgrader="demonstration"
maps = [conv2d_plain(strokes, kernel) for kernel in (falling, upright)]
for one, name in zip(maps, ("falling", "upright"), strict=True):
    plots.grid(
        one,
        title=name,
        signed=True,
        alt=f"Your map of the kernel '{name}'. Find the largest number, and look up in "
        "the drawing what starts there.",
    )
if maps[0] is not None:
    print("two maps stacked:", np.stack(maps, axis=-1).shape)

# %% [markdown]
# **Notice.** A map is high where the picture looks like the kernel, and low where ink
# lies on the weights of −1. Two kernels give two maps of 4×4, which together are one
# volume of 4×4×2. The next layer of a network reads this volume as its picture.

# %% [markdown]
# ## Kernels that people chose
#
# Long before networks learned their kernels, people designed them. Each one is a small
# table of numbers, and your own function slides it over a photograph. The first is the
# mean of a pixel and its eight neighbours. Try to guess from the numbers what the
# others do.

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
        alt="The photograph and three maps of it. Compare the grass and the outline of "
        "the man's coat, and the sizes below the pictures.",
    )

# %% [markdown]
# *Blur* takes the mean. *Sharpen* makes each pixel differ more from its neighbours.
# *Emboss* subtracts what lies to the upper left from what lies to the lower right,
# which looks like light falling from one corner. The next three kernels find edges.
# *Sobel* compares one side of a pixel with the other. The *Laplacian of Gaussian*
# compares a pixel with the ring around it.

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
        alt="Three maps of the photograph. White is 0. Which edges does each of them "
        "show, the vertical ones, the horizontal ones, or both?",
    )

# %% [markdown]
# **Notice.** The weights of each edge kernel add up to 0. So on a uniform patch, such
# as the sky, the sum is 0 whatever its brightness, and only changes are left. Nobody
# gave your function any idea of blurring or of edges. It multiplies and adds, and the
# numbers in the kernel decide.

# %% [markdown]
# ## Stop here
#
# You have written a convolution, in one direction and in two. This is a good place to
# end the first sitting. Save the notebook and sleep on it. Tomorrow you run all cells
# with **Kernel**, **Restart Kernel and Run All Cells**, and go on below.

# %% [markdown] nbgrader="read-only" grade_id="warm_up_02_second_statement"
# {{warm-up warm_up_02_second minutes=3 title="Warm up: the first sitting"}}
# ## Warm up for the second sitting
#
# Three questions on what you wrote last time.
#
# 1. A kernel of 4 weights slides over 10 values. How many outputs are there?
#    **a** 6 **b** 7 **c** 10 **d** 14
# 2. Keras slides the kernel 1 0 −1 over 5 3 4 2. What is the first output?
#    **a** 1 **b** −1 **c** 9 **d** 0.33
# 3. Blur and Sobel meet a uniform patch of brightness 0.5. What do they give?
#    **a** 0.5 and 0.5 **b** 0 and 0 **c** 0.5 and 0 **d** 4.5 and 0

# %% nbgrader="autograded-answer" grade_id="warm_up_02_second"
warm_up_02_second = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_02_second = {"q1": "b", "q2": "a", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_02_second" points=1

# %% [markdown]
# ## Keep the border
#
# Cut the X out of its sheet, so that its four tips lie in the corners. How many 3×3
# windows read a tip? And how many read the middle?

# %%
core = clean_x[1:8, 1:8]


def visits(ring):
    """Count the 3x3 windows on each pixel of 7x7, with a ring of zeros around it."""
    count = np.zeros((7 + 2 * ring, 7 + 2 * ring))
    for i in range(len(count) - 2):
        for j in range(len(count) - 2):
            count[i : i + 3, j : j + 3] += 1
    return count[ring : ring + 7, ring : ring + 7]


# %% nbgrader="demonstration"
plots.images([(core, "the X, cut out")], alt="The X fills its picture to the corners.")
plots.grid(visits(0), alt="How many 3×3 windows read each of the 7×7 pixels.")

# %% [markdown]
# A pixel in the middle is read nine times and a tip once, so what lies at the border
# hardly counts. And every 3×3 layer makes the picture smaller by two rows and two
# columns. Fifteen of them turn 32×32 into 2×2, and networks have many more layers than
# that. What would you do about it?

# %% [markdown]
# The usual answer is to put a frame of zeros around the picture first. This is called
# *zero padding*. With $p$ zeros on **each** side the kernel finds $n + 2p$ values, and
# our formula grows by one letter:
#
# $$n_{\text{out}} = n + 2p - k + 1$$
#
# Careful, $p$ has two jobs now. In a size it is the padding, and under a sum it still
# counts the weights.

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=0, padding=1)

# %% [markdown] nbgrader="read-only" grade_id="ring_predict"
# {{question ring minutes=2 title="Predict what a ring of zeros costs and saves"
# worked="8 * 8 - 6 * 6 = 28 zeros, and 6 + 2 * 1 - 3 + 1 = 6 rows"}}
# **Predict.** A ring of one zero goes around a picture of 6×6. How many zeros is that
# in all? And how many rows does the map of a 3×3 kernel have then?

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

# %% [markdown]
# The padded picture has 8·8 = 64 pixels, 36 of them are the old ones, and 64 − 36 = 28
# are zeros. The map has 6 + 2·1 − 3 + 1 = 6 rows, as many as the picture. In general
# $p = (k - 1)/2$ keeps the size, one zero for 3×3 and two for 5×5. That is the main
# reason why kernels have odd sizes. For an even one this $p$ isn't whole.

# %% [markdown]
# A setting such as the padding can be one number, or a pair with one number for rows
# and another one for columns. This helper makes a pair of both.


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


print(both(2), both((1, 3)))

# %% [markdown] nbgrader="read-only" grade_id="pad2d_statement"
# ### {{exercise pad2d minutes=6 title="Put zeros around a picture"}}
#
# Make a larger array of zeros, and put `x` where it belongs. Be careful with padding 0,
# where a slice such as `y[p:-p]` is empty.


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
plots.beside(pad2d(falling, (1, 2)), layer(falling[None, :, :, None])[0, :, :, 0])

# %% nbgrader="demonstration"
plots.grid(
    visits(1),
    alt="The same count with a ring of one zero. Compare the corners with those above.",
)

# %% [markdown]
# With the ring four windows read each tip of the X, and nine read every pixel inside.
# But zeros aren't neutral. Blur a white wall with padding, and look at its border.

# %% nbgrader="demonstration"
wall = pad2d(np.ones((5, 5)), 1)
if wall is not None:
    plots.grid(
        conv2d_plain(wall, classics["blur"]),
        alt="A white wall, all ones, padded with zeros and blurred by your functions.",
    )

# %% [markdown]
# **Notice.** The corner keeps 4/9 of its brightness, or 0.44, because the other five
# pixels under the kernel are black. Padding brings something into the picture that was
# never there. A network can even make use of it. The zeros tell it where the picture
# ends.

# %% [markdown]
# ## Move in larger steps
#
# The map of the crossing on the 17×17 sheet has 15·15 = 225 values, and each of them
# costs nine products. For a photograph that makes millions, and windows one pixel apart
# see nearly the same. So we let the kernel take longer steps. The length of
# a step is called the *stride*.

# %% nbgrader="demonstration"
plots.draw_window(x, w, at=1, stride=2)

# %% [markdown]
# With a stride of $s$, output $i$ starts at $x_{is}$. Between the first and the last
# possible start lie $n + 2p - k$ places, and a step that doesn't fit isn't made, so we
# round down. That is what $\lfloor\;\rfloor$ means. There is one stop more than there
# are steps:
#
# $$n_{\text{out}} = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1
# \qquad y_i = b + \sum_{p=0}^{k-1} w_p \, x_{is + p}$$

# %% [markdown] nbgrader="read-only" grade_id="conv1d_statement"
# ### {{exercise conv1d minutes=6 title="Slide a kernel in larger steps"}}
#
# Your loop of `conv1d_plain` needs the stride in two places. Which ones? Python's `//`
# divides and rounds down. (The star in the signature means that a caller has to write
# the name, as in `stride=2`.)


# %% nbgrader="autograded-answer" grade_id="conv1d"
def conv1d(x, w, b=0.0, *, stride=1):
    """Slide a kernel over a signal in steps of any length.

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

# %% nbgrader="demonstration"
layer = keras.layers.Conv1D(1, 3, strides=2, dtype="float64")
layer.build((1, 6, 1))
layer.set_weights([w[:, None, None], np.array([0.5])])
plots.beside(conv1d(x, w, 0.5, stride=2), layer(x[None, :, None])[0, :, 0])

# %% [markdown]
# **Try it.** This explorer draws what **your** function reads, and it marks every place
# where your function and the definition differ. Set the stride to 2, then to 3. Are
# there inputs that no output reads?

# %% nbgrader="demonstration"
explore.convolution(conv1d)

# %% [markdown]
# Without padding, a remainder in the division leaves values at the end that no window
# reaches. And a stride that is longer than the kernel jumps over values in between.
# Now in two directions. Here is the map of the falling diagonal on the strokes once
# more, with stride 1.

# %% nbgrader="demonstration"
dense = conv2d_plain(strokes, falling)
plots.grid(dense, signed=True, alt="Your map of the strokes with stride 1.")

# %% [markdown] nbgrader="read-only" grade_id="every_second_predict"
# {{question every_second minutes=2 title="Predict a map with stride 2"
# worked="rows 0 and 2 and columns 0 and 2 of the old map are left: 3 -3 / -3 0"}}
# **Predict.** Which map does the same kernel give with stride 2? You don't need a
# single product. Think about which windows are left. In case your map isn't there yet,
# it is 3 −1 −3 −1 / −3 1 0 −3 / −3 −3 0 1 / 3 −2 −2 −1.

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
# ### {{exercise conv2d_strided minutes=4 title="Move the window in larger steps"}}
#
# The windows that are left start in rows 0 and 2 and in columns 0 and 2, so these rows
# and columns of the old map remain, 3 −3 / −3 0. Can you do the same for any stride,
# with your `conv2d_plain` and one slice? Rows and columns may have different strides.


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
    sh, sw = both(stride)
    ### BEGIN SOLUTION
    return conv2d_plain(x, w, b)[::sh, ::sw]
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_strided" points=1

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), strides=3, dtype="float64")
layer.build((1, 6, 6, 1))
layer.set_weights([falling[:, :, None, None], np.zeros(1)])
theirs = layer(strokes[None, :, :, None])[0, :, :, 0]
plots.beside(conv2d_strided(strokes, falling, stride=3), theirs)

# %% [markdown]
# Stride $s$ keeps every $s$-th value and computes nothing new. A slice throws the other
# values away once they are computed. Keras doesn't compute them at all, and your
# `conv2d` won't either. With stride 2 it needs a quarter of the sums.

# %% [markdown] nbgrader="read-only" grade_id="stride_and_place_predict"
# {{question stride_and_place minutes=3
# title="Predict what a stride does to the best match"
# options="a|b|c|d"
# worked="windows two apart step over row 7 but hit row 8, columns alike: c"}}
# **Predict.** With stride 1 the crossing reaches 9 on an X anywhere on its sheet. On
# the X in the middle it does so in the window that starts in row 7 and column 7. Now
# we take stride 2, for this X and for one that stands one pixel lower and one pixel
# further right. Does the map still hold a 9?
#
# - **a** for both, since the place doesn't matter when a kernel slides
# - **b** only for the X in the middle
# - **c** only for the X that moved
# - **d** for neither of them

# %% nbgrader="autograded-answer" grade_id="stride_and_place"
stride_and_place = ...  # a letter in quotes
### BEGIN SOLUTION
stride_and_place = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="stride_and_place" points=1

# %% nbgrader="demonstration"
moved_x = data.place(clean_x, down=1, right=1)
plots.panel(
    [[conv2d_strided(s, crossing, stride=2) for s in (sheet_x, moved_x, sheet_o)]],
    rows=["stride 2"],
    columns=["X in the middle", "X moved by 1, 1", "O"],
    alt="Your maps of the crossing with stride 2, the largest value of each in a ring.",
)

# %% [markdown]
# **Notice.** With stride 2 windows start at 0, 2, 4, 6, 8 and so on. They step over
# row 7 and hit row 8. The X in the middle only reaches 5 now, which is what an O
# reached with stride 1. Lesson 01 said that sliding makes the place not matter. With
# a stride that is only true for shifts by whole steps.

# %% [markdown]
# Larger steps are how pictures and sounds are made smaller. Blur with stride 2, and you
# have *sampled* the signal. The way back is a convolution too. Put a zero between any
# two values and slide the tent ½ 1 ½ over them. Each gap is filled with the mean of its
# neighbours, which is called *interpolation*. Lesson 07 builds on that.

# %% nbgrader="demonstration"
samples = np.array([2.0, 4.0, 8.0, 4.0])
spread = np.zeros(9)
spread[1::2] = samples
filled = conv1d_plain(spread, np.array([0.5, 1.0, 0.5]))
print("with zeros between", spread)
print("after the tent    ", filled)
if filled is not None:
    print("blurred, stride 2 ", conv1d(filled, np.array([0.25, 0.5, 0.25]), stride=2))

# %% [markdown]
# ## What Keras calls `same`
#
# The layers of Keras don't take a number for the padding. They take a word.
# `padding="valid"` means none. `padding="same"` promises $\lceil n/s \rceil$ outputs,
# rounded up, and adds as few zeros as that takes. At stride 1 the size stays the same,
# hence the name. (`Conv1D` knows a third word, `"causal"`. It puts all zeros in front,
# so that no output reads what comes later in time.)

# %% [markdown] nbgrader="read-only" grade_id="same_zeros_predict"
# {{question same_zeros minutes=3 title="Predict where Keras puts the zeros"
# worked="stops at 0, 2, 4 read up to place 6, values end at 5: 0 zeros before, 1
# after"}}
# **Predict.** Six values, a kernel of 3, stride 2, `padding="same"`. A ring of one zero
# would give the three outputs that Keras promises. How many zeros does Keras put before
# the values, and how many after them?

# %% nbgrader="autograded-answer" grade_id="same_zeros"
same_zeros = ...  # two whole numbers: (before, after)
### BEGIN SOLUTION
same_zeros = (0, 1)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "Keras `same` with the odd row on top": (1, 0),
    "half the kernel on both sides": (1, 1),
    "the odd row dropped": (0, 0),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="same_zeros" points=1

# %% [markdown]
# Let Keras tell us what it reads. With the kernel 100, 10, 1 an output of 123 says that
# the window held 1, 2, 3. Below it your `conv1d` reads the same signal with a zero on
# both sides.

# %% nbgrader="demonstration"
six, reader = np.arange(1.0, 7), np.array([100.0, 10.0, 1.0])
layer = keras.layers.Conv1D(
    1, 3, strides=2, padding="same", use_bias=False, dtype="float64"
)
layer.build((1, 6, 1))
layer.set_weights([reader[:, None, None]])
keras_reads = np.array(layer(six[None, :, None])).ravel()
print("Keras reads    ", keras_reads)
print("with a ring you", conv1d(np.pad(six, 1), reader, stride=2))

# %% [markdown]
# Three outputs each, and not one of them is the same. Three stops with stride 2 start
# at 0, 2 and 4, and the last one ends at place 6, where there is no value any more.
# So one zero is missing, and Keras puts it **after** the values. In general, half of
# the zeros go before, and when their number is odd the extra one goes after. In a
# picture this is an extra row at the bottom and an extra column on the right.

# %% [markdown] nbgrader="read-only" grade_id="same_padding_statement"
# ### {{exercise same_padding minutes=8 title='What Keras means by "same"'}}
#
# Count as we did above. Where does the last stop start, how far does it reach, and how
# many values does it lack? It can't lack fewer than none. `-(-n // stride)` divides and
# rounds up. The next section spreads a kernel, so that its $k$ weights reach over
# $d(k-1)+1$ values. Take that in place of $k$, and your function will serve there too.


# %% nbgrader="autograded-answer" grade_id="same_padding"
def same_padding(n, k, *, stride=1, dilation=1):
    """Count the zeros that Keras's "same" puts before and after an axis.

    They are the fewest with which the kernel makes ceil(n / stride) stops.

    Parameters
    ----------
    n : int, how many values the input has
    k : int, how many weights the kernel has
    stride, dilation : int, at least 1

    Returns
    -------
    before, after : int, half of the zeros each, an odd one after

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
# Now your zeros and your convolution together, in two directions. `np.pad` takes one
# pair (before, after) for each axis.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), strides=2, padding="same", dtype="float64")
layer.build((1, 6, 6, 1))
layer.set_weights([falling[:, :, None, None], np.zeros(1)])
theirs = np.array(layer(strokes[None, :, :, None])[0, :, :, 0])
zeros = same_padding(6, 3, stride=2)
if zeros is not None:
    same = np.pad(strokes, (zeros, zeros))
    plots.beside(conv2d_strided(same, falling, stride=2), theirs)

# %% nbgrader="demonstration"
ringed = pad2d(strokes, 1)
if ringed is not None:
    with_ring = conv2d_strided(ringed, falling, stride=2)
    print("with a ring of one zero", with_ring, sep="\n")
    if with_ring is not None:
        print("equal to Keras:", np.sum(with_ring == theirs), "of", theirs.size)

# %% [markdown]
# **Notice.** Both maps have three rows and three columns. With the ring two of the
# nine values are those of Keras. In PyTorch the padding of such a layer is a number,
# so it is a ring. Networks that were carried from one library to the other have
# broken at exactly this place, while all the shapes looked fine.

# %% [markdown]
# This is a good place for a break. You have seen two of the three settings, and the
# third one is about a larger X.

# %% [markdown]
# ## Spread the weights
#
# Here is our X, drawn twice as large. Does the crossing still find it? Look at its best
# match before and after.

# %%
large_x = data.enlarge(clean_x, 2)

# %% nbgrader="demonstration"
plots.panel(
    [[conv2d_plain(x_drawn, crossing) for x_drawn in (clean_x, large_x)]],
    rows=["crossing"],
    columns=["X", "X, twice as large"],
    alt="Your maps of the crossing on both drawings, the largest value in a ring.",
)

# %% [markdown]
# It doesn't. The strokes are two pixels thick now, and a 3×3 window sees only a corner
# of what it looks for. We could take a kernel of 6×6 with 36 weights. Or we keep our
# nine weights and lay them two pixels apart. This is called *dilation*, or an *atrous*
# convolution, from the French *à trous*, with holes.

# %% nbgrader="demonstration"
plots.draw_window(large_x[5:13, 5:13], crossing, at=(1, 1), dilation=2)

# %% [markdown]
# With dilation $d$ weight $p$ meets the value $p\,d$ places after the start of its
# window. The stride moves the window, and the dilation spreads what is in it. So
# $k$ weights have $k - 1$ gaps and reach over $d(k-1)+1$ values, and this is what
# replaces $k$ in our formula:
#
# $$n_{\text{out}} = \left\lfloor \frac{n + 2p - \bigl(d(k-1)+1\bigr)}{s} \right\rfloor
# + 1$$

# %% [markdown] nbgrader="read-only" grade_id="spread_sums_predict"
# {{question spread_sums minutes=3 title="Predict the sums of a spread kernel"
# worked="1 * 1 + 2 * 2 + 3 * 0 = 5, then 1 * 0 + 2 * 1 + 3 * 3 = 11"}}
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
# Three weights reach over 5 values, so two stops are left. The first one gives
# 1·1 + 2·2 + 3·0 = 5 and the second 1·0 + 2·1 + 3·3 = 11.

# %% [markdown]
# ## All settings together
#
# You have met every letter of the formula now. Keras calls $k$ `kernel_size`, $s$
# `strides` and $d$ `dilation_rate`. One place of the kernel, a weight together with the
# value that it meets, is often called a *tap*. Dilation spreads the taps.

# %% [markdown] nbgrader="read-only" grade_id="stops_predict"
# {{question stops minutes=4 title="Predict the number of stops"
# worked="14 // 3 + 1 = 5, 17 + 2 - 3 + 1 = 17, 17 - 5 + 1 = 13, (17 + 2 - 5) // 3 + 1 =
# 5"}}
# **Predict.** How many rows does the map of a 3×3 kernel on our 17×17 sheet have, with
# stride 3, with padding 1, with dilation 2, and with all three of them at once? Leave
# every other setting at its default, which is stride 1, padding 0 and dilation 1.

# %% nbgrader="autograded-answer" grade_id="stops"
stops = ...  # four whole numbers: (stride 3, padding 1, dilation 2, all three)
### BEGIN SOLUTION
stops = (5, 17, 13, 5)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "one stop too few": (4, 16, 12, 4),
    "padding on one side only": (5, 16, 13, 5),
    "padding ignored": (5, 15, 13, 5),
    "stride ignored": (15, 17, 13, 15),
    "dilation ignored": (5, 17, 15, 6),
    "dilation off by one": (5, 17, 12, 5),
    "ceiling for floor": (6, 17, 13, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="stops" points=1

# %% [markdown]
# Stride 3 leaves 17 − 3 = 14 places for steps of 3, so four steps and five stops.
# Padding 1 gives 17 + 2·1 − 3 + 1 = 17. With dilation 2 the kernel reaches over five
# rows, and 17 − 5 + 1 = 13. All together, 17 + 2·1 − 5 = 14 places are left for
# steps of 3 again, which makes five stops.

# %% [markdown] nbgrader="read-only" grade_id="output_size_statement"
# ### {{exercise output_size minutes=5 title="Count the stops of a kernel"}}
#
# Write it for any numbers. Python's `/` would give 2.5 stops where `//` gives 2. Which
# of your earlier results can you use to check it before you run the check?


# %% nbgrader="autograded-answer" grade_id="output_size"
def output_size(n, k, *, stride=1, padding=0, dilation=1):
    """Count the stops of a kernel along one axis.

    A stop counts if all that the kernel reaches over lies on the padded input.

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
# Height and width are two axes, each with a size of its own. The number of filters
# becomes the depth of the result. Here are some layers that you will meet again. Work
# out the second and the third yourself before you run the cell. Pooling, in lesson
# 05, counts its stops in the same way.

# %% nbgrader="demonstration"
layers = [
    ("6x6, 3x3, padding 1, stride 2", output_size(6, 3, padding=1, stride=2), 1),
    ("32x32x3, five 3x3 filters", output_size(32, 3), 5),
    ("then 2x2 pooling, stride 2", output_size(30, 2, stride=2), 5),
    ("32x32x3, six 5x5 filters", output_size(32, 5), 6),
    ("AlexNet, 96 11x11 filters, stride 4", output_size(227, 11, stride=4), 96),
]
for what, side, depth in layers:
    size = "not written yet" if side is None else f"{side} x {side} x {depth}"
    print(f"{what:<36} {size}")

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(96, 11, strides=4)
print("Keras, AlexNet", layer.compute_output_shape((1, 227, 227, 3))[1:])

# %% [markdown]
# The last one is the first layer of AlexNet, the network that made convolutions
# famous in 2012. The paper says that its pictures are 224 pixels wide. Its maps are
# 55 wide, and with 224 your function gives 54. Many readers stumbled over this, and
# 227 is what fits. From now on you can check such numbers yourself.

# %% [markdown]
# Now all settings in one function. With the padded picture $\bar x$ it is
#
# $$y_{ij} = b + \sum_{p,q} w_{pq} \, \bar{x}_{i s_h + p d_h,\; j s_w + q d_w}$$
#
# A slice can do the spreading for you. `x[a : a + 5 : 2]` takes the values at `a`,
# `a + 2` and `a + 4`.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_statement"
# ### {{exercise conv2d minutes=12 title="Stride, padding and dilation together"}}
#
# The whole convolution of one picture. Your `pad2d` pads, your `output_size` counts the
# stops, each axis by itself, and then the loops of `conv2d_plain` need two small
# changes. Switch the settings on one after the other if something breaks.


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
    y : ndarray, shape (h_out, w_out), as ``output_size`` counts them

    Matches: ``keras.layers.Conv2D(1, (kh, kw), strides=..., dilation_rate=...)``
    Source: Dumoulin & Visin 2016, sec. 2.4 and 5.1
    """
    (h, w_in), (kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = both(stride), both(padding), both(dilation)
    ### BEGIN SOLUTION
    padded = pad2d(x, padding)
    h_out = output_size(h, kh, stride=sh, padding=ph, dilation=dh)
    w_out = output_size(w_in, kw, stride=sw, padding=pw, dilation=dw)
    tall, wide = dh * (kh - 1) + 1, dw * (kw - 1) + 1
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
# in your function. Keras's layer refuses a stride and a dilation above 1 *together*.
# Nothing in the arithmetic forbids it, and the check reaches Keras by a detour.

# %% nbgrader="demonstration"
layer = keras.layers.Conv2D(1, (3, 3), dilation_rate=2, dtype="float64")
layer.build((1, 10, 10, 1))
layer.set_weights([falling[:, :, None, None], np.array([0.5])])
padded = keras.layers.ZeroPadding2D(2, dtype="float64")(strokes[None, :, :, None])
theirs = layer(padded)[0, :, :, 0]
plots.beside(conv2d(strokes, falling, 0.5, padding=2, dilation=2), theirs)

# %% [markdown]
# **Try it.** Padding 1 with stride 2 first, then dilation 2 with both. Point at some
# pixels. Which of them are read most often now? And in the figure below the explorer,
# does the large X get its 9 back?

# %% nbgrader="demonstration"
explore.convolution(conv2d)

# %% nbgrader="demonstration"
plots.panel(
    [[conv2d(large_x, crossing), conv2d(large_x, crossing, dilation=2)]],
    rows=["large X"],
    columns=["dilation 1", "dilation 2"],
    alt="Your maps of the crossing on the large X, without and with dilation, the "
    "largest value in a ring.",
)

# %% [markdown]
# There is a second way to see dilation. Take every second row and every second column
# of a picture. There are four ways to begin, so you get four small pictures, its
# *phases*. Convolve each of them without dilation, and weave the four results together.

# %% nbgrader="demonstration"
d = 2
spread = conv2d(photograph, falling, dilation=d)
if spread is not None:
    woven = np.zeros_like(spread)
    for a in range(d):
        for c in range(d):
            woven[a::d, c::d] = conv2d(photograph[a::d, c::d], falling)
    print(spread.shape, "equal:", np.allclose(spread, woven))

# %% [markdown]
# **Notice.** It is the same map. A dilated kernel never compares neighbours, and each
# phase is computed as if the others didn't exist. That is what it pays for seeing far
# with few weights. Lesson 04 stacks dilations 1, 2 and 4, so that the phases meet
# again.

# %% [markdown]
# ## Break it
#
# Here are four convolutions, each of them wrong in one way. *turned* reads the kernel
# from its end. *crawls* counts its stops with the stride and then moves by one. *leans*
# puts all zeros above and to the left, twice as many. *cramped* allows for the dilation
# in the size and then reads neighbours.

# %% nbgrader="demonstration"
from byhand.exercises.convolution import SUSPECTS

sobel = edges["Sobel, left to right"]
settings = {"stride": 2, "padding": 20, "dilation": 3}
right = conv2d(photograph, sobel, **settings)
wrong = [(f(photograph, sobel, **settings), name) for name, f in SUSPECTS.items()]
plots.images(
    wrong if right is None else [(right, "right"), *wrong],
    alt="The photograph as each convolution sees it. Which of them moved it, which "
    "changed its details, and which shape does each map have?",
)

# %% [markdown]
# All of them return the right **shape**, so a test that looks at shapes lets all four
# pass. You can call them like your own function, as in
# `SUSPECTS["leans"](x, w, padding=1)`. On many inputs they even give the right values.

# %% [markdown] nbgrader="read-only" grade_id="caught_predict"
# {{question caught minutes=3
# title="Predict how many mistakes a uniform picture exposes"
# worked="every window holds nine ones, so all four give 9 everywhere, as they should:
# 0"}}
# **Predict.** A tester takes a picture of ones, 7×7, and a kernel of ones, 3×3, with
# stride 2, dilation 2 and no padding. How many of the four does this test expose?

# %% nbgrader="autograded-answer" grade_id="caught"
caught = ...  # a whole number from 0 to 4
### BEGIN SOLUTION
caught = 0
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="caught" points=1

# %% [markdown]
# None of them. Every window holds nine ones, wherever it lies and however far it is
# spread, so every sum is 9. And a kernel of ones looks the same turned round.

# %% [markdown] nbgrader="read-only" grade_id="break_conv2d_statement"
# ### {{exercise break_conv2d minutes=15
# title="Break it: find the input that exposes each wrong convolution"}}
#
# Find four experiments, one for each suspect. Each must catch its own suspect, which
# gives a wrong map on it, and let the other three pass. An experiment is a tuple
# `(x, w, settings)`, such as `([[1, 2], [3, 4]], [[1]], {"stride": 2})`. Settings that
# you leave out keep their defaults. At most 8×8 for `x` and 4×4 for `w`. An experiment
# that catches others as well earns half.

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
# **Notice.** A good test is small and blames one thing. Pictures of ones, kernels that
# look the same when turned, stride 1 and padding 0 hide most mistakes. That is why the
# checks of this course use odd sizes, uneven kernels and a bias.

# %% [markdown]
# ## One, two and three directions
#
# Signals are rarely a single row of numbers. A phone measures its acceleration in three
# directions at once, so each moment holds three numbers, its *channels*. A filter then
# has a kernel for every channel, and all products of a window add up to **one** number.
# The filter slides along time. It doesn't slide along the channels.

# %% [markdown]
# Text works the same way. Give every letter a channel of its own. At each place of the
# text the channel of its letter holds a 1 and the other 26 hold a 0. A filter that
# spells a word has the shape (letters of the word, 27).

# %%
LETTERS = "abcdefghijklmnopqrstuvwxyz "


def one_hot(text):
    """Return a text as an array (time, channels), with a 1 for each letter."""
    return np.array([[float(each == a) for a in LETTERS] for each in text])


text = "a black cat sat"
print("text:", one_hot(text).shape, " filter:", one_hot("cat").shape)

# %% [markdown] nbgrader="read-only" grade_id="spelling_predict"
# {{question spelling minutes=2 title="Predict where a filter finds its word"
# worked="all 3 letters fit on cat, and on sat only 2 of them, the a and the t: 3 and
# 2"}}
# **Predict.** The filter spells "cat" and slides over the text "a black cat sat". Which
# number comes out where it lies on "cat", and which where it lies on "sat"?

# %% nbgrader="autograded-answer" grade_id="spelling"
spelling = ...  # two numbers: (on "cat", on "sat")
### BEGIN SOLUTION
spelling = (3, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "mean instead of sum": (1 / 27, 2 / 81),
    "channels averaged": (3 / 27, 2 / 27),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="spelling" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv1d_channels_statement"
# ### {{exercise conv1d_channels minutes=6
# title="Slide a filter over several channels"}}
#
# Each channel is a signal of its own, and you have a function for that. Call it once
# for each channel and add up what it gives. How many times should the bias be added?


# %% nbgrader="autograded-answer" grade_id="conv1d_channels"
def conv1d_channels(x, w, b=0.0):
    """Slide a filter along the time of a signal with several channels.

    y[i] = b + sum_{p,c} w[p, c] * x[i + p, c]

    Parameters
    ----------
    x : ndarray, shape (n, c_in)
    w : ndarray, shape (k, c_in), k <= n
    b : float

    Returns
    -------
    y : ndarray, shape (n - k + 1,)

    Matches: ``keras.layers.Conv1D(1, k)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.5
    """
    ### BEGIN SOLUTION
    return b + sum(conv1d_plain(x[:, c], w[:, c]) for c in range(x.shape[1]))
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv1d_channels" points=2

# %% nbgrader="demonstration"
found = conv1d_channels(one_hot(text), one_hot("cat"))
layer = keras.layers.Conv1D(1, 3, use_bias=False, dtype="float64")
layer.build((1, 15, 27))
layer.set_weights([one_hot("cat")[:, :, None]])
plots.beside(found, layer(one_hot(text)[None])[0, :, 0])

# %% [markdown]
# Each output counts the letters that fit, so it is 3 on "cat" and 2 on "sat", which
# shares an a and a t with it. It is the X and O of lesson 01 once more, in one
# direction and with letters. This filter has 3·27 = 81 weights, and a layer of $d$
# filters gives $d$ numbers for each moment. Lesson 03 does the same for colours.

# %% [markdown]
# The name of a convolution counts the directions in which its kernel **slides**, not
# the axes of its data. All that you wrote works with one direction more or fewer.
# Here $c$ is the number of channels and $d$ the number of filters.
#
# | | 1D | 2D | 3D |
# |---|---|---|---|
# | slides along | time | height, width | height, width, depth |
# | input | (time, c) | (H, W, c) | (H, W, L, c) |
# | rank without the batch | 2 | 3 | 4 |
# | d filters of | k × c | k × k × c | k × k × k′ × c |
# | output | (time′, d) | (H′, W′, d) | (H′, W′, L′, d) |
# | data | series, text | pictures | MRI, film |

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
# **Notice.** `None` stands for the size of the batch, which a layer doesn't need to
# know. Compare the last two lines. A filter that is as deep as its volume has one
# stop along the depth and gives a plane. A shallower one slides along the depth too
# and gives a volume. A 2D convolution of a colour picture is the first kind, because
# its filter is as deep as the channels.

# %% [markdown] nbgrader="manual-answer" grade_id="written_dilation" points=2
# ## Write it in words
#
# A dilated convolution and one with stride 2 both skip pixels. What is the difference?
# Say for each what becomes of the size of the map, and whether pixels of the picture
# can remain unread.
#
# ### BEGIN MARK SCHEME
# 1 point: stride moves the window in larger steps, dilation spreads the weights inside
# one window. (Half a point when only one of the two is described.)
#
# 1 point: stride 2 halves the map (about), while dilation makes it smaller by a few
# rows and columns only. With dilation and stride 1 every pixel is read by some window,
# unless there are fewer stops than the dilation. With a stride larger than the kernel,
# or a remainder, some are never read. (Half a point for the sizes, half for the
# pixels.)
#
# Accept drawings in words and examples. "Dilation makes the picture smaller by the
# factor d" is wrong.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# A convolution slides one small kernel over its input and makes one weighted sum at
# each stop. Padding says where it may begin, stride how far it moves, and dilation how
# far its weights lie apart.
#
# ## Key points
#
# - Every size comes from one formula, axis by axis, and is rounded down.
# - Deep learning doesn't turn the kernel. Its convolution is a cross-correlation.
# - Right shapes prove little. To trust a convolution, compare all values on an uneven
#   input.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Catch all four suspects with **one** experiment, with as few numbers in `x` and `w`
#    together as you can.
# 2. A map of 3×3 is all you have, and the next layer wants 5×5. Which settings of a
#    convolution give you 5×5? Lesson 07 finds a better way.
# 3. Take a filter that spells a word you like and a text of your own. Can one filter
#    find "cat" and "cut", but not "cot"?

# %% [markdown]
# ## Further reading
#
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because its drawings show every combination of stride and padding.
# - [3Blue1Brown, But what is a convolution?](https://www.youtube.com/watch?v=KuXjwB4LzSA),
#   because dice, averages and blurring turn out to be the same sum.
# - [Image Kernels explained visually](https://setosa.io/ev/image-kernels/), because
#   there you can type numbers into a kernel and watch a photograph change.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because it shows these
#   same sums inside a whole network.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because it says why sharing a kernel is a good idea.
