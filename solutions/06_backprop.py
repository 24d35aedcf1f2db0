# %% [markdown]
# # Send the gradient back by hand
#
# **You will build** the backward pass of every layer so far: dense, ReLU, convolution,
# pooling. And before them the instrument that tells whether a gradient is right.
#
# **You will learn**
#
# - to measure any gradient with two calls of a function, and to trust nothing else
# - which inputs and weights had a part in an output, and what each gets back
# - why a loss that falls proves little
#
# **You need** lessons 02 to 05, derivatives from school, and three evenings of an
# hour. Stop after 6.4 and after 6.7.

# %%
import numpy as np

from byhand import check, data, explore, given, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_06_statement"
# {{warm-up warm_up_06 minutes=4 title="Three questions on earlier lessons"}}
# ## Warm up
#
# **1.** A kernel of 3 slides over 7 values with stride 2 and padding 1. How many stops?
# **a** 3 · **b** 4 · **c** 5 · **d** 7
#
# **2.** A layer with 6 filters of 3×3 takes pictures with 4 channels. The shape of its
# kernel in Keras? **a** (6, 4, 3, 3) · **b** (3, 3, 6, 4) · **c** (3, 3, 4, 6)
#
# **3.** 2×2 max pooling with stride 2 makes which size of a 5×5 map, without padding?
# **a** 2×2 · **b** 3×3 · **c** 4×4

# %% nbgrader="autograded-answer" grade_id="warm_up_06"
warm_up_06 = {"1": ..., "2": ..., "3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_06 = {"1": "b", "2": "c", "3": "a"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_06" points=1

# %% [markdown]
# Two small helpers. `both` makes a pair of a setting that may be one number. `beside`
# compares what you computed with what Keras computed, part by part, and says calmly
# when yours isn't written yet.


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


def beside(yours, theirs, names=("dx", "dw", "db")):
    """Print, for each part, the largest difference between two results."""
    if yours is None:
        print("not written yet")
        return
    yours = yours if isinstance(yours, tuple) else (yours,)
    for name, mine, other in zip(names, yours, theirs, strict=False):
        other = np.asarray(other)
        if mine is None or np.shape(mine) != other.shape:
            what = "not written yet" if mine is None else f"shape {np.shape(mine)}"
            print(f"{name}: {what}; Keras's has the shape {other.shape}")
        else:
            print(f"{name}: largest difference to Keras {abs(mine - other).max():.0e}")


# %% [markdown]
# ## Measure a slope
#
# One number says how wrong a network's answers are: the *loss*. Lesson 08 computes one;
# here it is enough that a smaller one is better. A network learns by asking one
# question of every weight: if you grew a little, would the loss grow or shrink, and how
# much? The answer is a slope. For a function that you can call, you can *measure* it:
# move a little, look, divide.

# %% [markdown]
# Take $f(x) = x^2$ at $x = 3$; school says that the slope is 6. Two ways to measure it
# with a step $\varepsilon$:
#
# $$\text{forward: } \frac{f(x+\varepsilon) - f(x)}{\varepsilon} \qquad
# \text{central: } \frac{f(x+\varepsilon) - f(x-\varepsilon)}{2\,\varepsilon}$$

# %% [markdown] nbgrader="read-only" grade_id="two_slopes_predict"
# {{question two_slopes minutes=3 title="Two slopes on paper"}}
# **Predict.** Take a large step, ε = 0.5, so that you can do it on paper: 3.5² = 12.25,
# 3² = 9, 2.5² = 6.25. Which slope does each way measure?

# %% nbgrader="autograded-answer" grade_id="two_slopes"
two_slopes = ...  # two numbers: (forward, central)
### BEGIN SOLUTION
two_slopes = (6.5, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "divided by eps instead of 2 eps": (6.5, 12),
    "the difference isn't divided": (3.25, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="two_slopes" points=1

# %% [markdown]
# The central way hits the slope of a parabola exactly: what the bend adds ahead, it
# takes away behind. From here on, a measured slope is always a central one.

# %% [markdown]
# Layers have many inputs and outputs. Let $L$ be the loss and $y = f(x)$. Suppose
# somebody already knows how fast $L$ grows with each entry of $y$. Laid out in the
# shape of $y$, these slopes are the *upstream gradient* $dy$. We want $dx$, the
# *gradient* of $x$: how fast $L$ grows with each entry of $x$, in the shape of $x$.
#
# Move one entry $x_k$, and all outputs that depend on it move. Each counts $dy$ times:
#
# $$dx_k = \sum_i dy_i \,
# \frac{f(x + \varepsilon e_k)_i - f(x - \varepsilon e_k)_i}{2\,\varepsilon}$$
#
# $e_k$ is 1 at place $k$ and 0 elsewhere.

# %% [markdown] nbgrader="read-only" grade_id="numeric_gradient_statement"
# ### {{exercise numeric_gradient minutes=12
# title="Measure a gradient with central differences"}}
#
# `x` may have any number of axes: `x.flat[k]` reads and writes its k-th entry, whatever
# the shape. Move entries of copies only: the caller wants `x` back unchanged.


# %% nbgrader="autograded-answer" grade_id="numeric_gradient"
def numeric_gradient(f, x, dy, *, eps=1e-6):
    """Measure the gradient of sum(dy * f(x)) with central differences.

    dx[k] = sum(dy * (f(x + eps at k) - f(x - eps at k))) / (2 * eps)

    Parameters
    ----------
    f : function of one array that returns an array
    x : ndarray, any shape
    dy : ndarray, the shape of f(x): the upstream gradient
    eps : float, above 0: the step

    Returns
    -------
    dx : ndarray, the shape of x

    Source: Stanford CS231n, notes on gradient checks
    """
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for k in range(x.size):
        ahead, back = x.copy(), x.copy()
        ahead.flat[k] += eps
        back.flat[k] -= eps
        dx.flat[k] = np.sum(dy * (f(ahead) - f(back))) / (2 * eps)
    return dx
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="numeric_gradient" points=2

# %% [markdown]
# How small should the step be? Measure the slope of $x^3$ at 1.1 with ever smaller
# steps and draw the error.

# %% nbgrader="demonstration"
point, one = np.array([1.1]), np.array([1.0])
powers = np.arange(1, 13)
slopes = [numeric_gradient(lambda v: v**3, point, one, eps=10.0**-k) for k in powers]
if slopes[0] is not None:
    errors = [abs(slope[0] - 3 * 1.1**2) for slope in slopes]
    plots.lines(
        {"central difference": (powers, errors)},
        xlabel="k, for a step of 10 to the power of -k",
        ylabel="error of the slope",
        log=True,
        alt="The error falls until the step is about 1e-5, then it rises again: a "
        "smaller step isn't a better one.",
    )

# %% [markdown]
# **Notice.** Below 1e-5 rounding takes over: the two values of $f$ agree in more and
# more digits, and fewer are left for their difference. A step of 1e-6 gives nine to
# ten right digits, and mistakes are far larger than that. It takes two calls of `f` for
# every entry of `x`, so it is for testing and not for training.

# %% [markdown]
# ## Ask Keras for the same
#
# TensorFlow records what a layer does on a *tape* and runs it backwards. By default
# the tape takes dy to be all ones. That is a bad test: with ones nobody sees that dy
# was never used, or was read backwards or at swapped places. So hand over random
# numbers, in one of two ways: weigh y with dy and add up, or use `output_gradients`.

# %% nbgrader="demonstration"
from byhand import keras

rng = np.random.default_rng(6)
import tensorflow as tf

layer = keras.layers.Conv1D(1, 3, dtype="float64")
x, dy = tf.constant(rng.normal(size=(1, 6, 1))), tf.constant(rng.normal(size=(1, 4, 1)))
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = layer(x)
    weighed = tf.reduce_sum(dy * y)  # a loss whose upstream gradient is dy
first = tape.gradient(weighed, x)
second = tape.gradient(y, x, output_gradients=dy)
print("largest difference of the two ways", float(tf.reduce_max(abs(first - second))))

# %% [markdown] nbgrader="read-only" grade_id="upstream_of_predict"
# {{question upstream_of minutes=3 title="Which upstream gradient a loss sends"}}
# **Predict.** Which upstream gradient does each of these losses send to `y`?
#
# **1.** the sum of all `y` · **2.** half the sum of all `y²` ·
# **3.** the sum of all `u * y`, for some fixed array `u`
#
# **a** `y` itself · **b** all ones · **c** `u` · **d** `2 * y` · **e** `u * y`

# %% nbgrader="autograded-answer" grade_id="upstream_of"
upstream_of = {"1": ..., "2": ..., "3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
upstream_of = {"1": "b", "2": "a", "3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="upstream_of" points=1

# %% [markdown]
# One more helper: it runs a Keras layer forward, then backward with our `dy`, and
# returns `dx` and the gradients of the layer's own weights.


# %% nbgrader="demonstration"
def keras_gradients(layer, x, dy):
    """Return dx and the gradients of the layer's weights, for the upstream dy."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    inputs = [x, *(v.value for v in layer.trainable_variables)]
    return tape.gradient(y, inputs, output_gradients=tf.constant(dy))


# %% [markdown]
# ## Through ReLU
#
# $y = \max(0, x)$. Where $x$ is positive, $y$ moves exactly as $x$ does: slope 1. Where
# $x$ is negative, $y$ stays 0 whatever $x$ does: slope 0. So a gradient passes, or it
# doesn't:
#
# $$dx = dy \cdot [x > 0]$$
#
# The bracket is 1 where its condition holds, else 0.

# %% [markdown]
# And where $x$ is exactly 0? There the function has a kink and no slope. Somebody has
# to decide; TensorFlow, PyTorch and we take 0.

# %% [markdown] nbgrader="read-only" grade_id="relu_slope_predict"
# {{question relu_slope minutes=2 title="Send a gradient through ReLU on paper"}}
# **Predict.** `x` is −2, 0, 3 and `dy` is 5, 7, −1. What is `dx`?

# %% nbgrader="autograded-answer" grade_id="relu_slope"
relu_slope = ...  # three numbers
### BEGIN SOLUTION
relu_slope = (0, 0, -1)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "ReLU's slope at 0": [0, 7, -1],
    "upstream gradient ignored": [0, 0, 1],
    "the wrong array decides": [5, 7, 0],
    "negative gradients lost": [0, 0, 0],
    "the gate turned round": [5, 0, 0],
    "ReLU left out": [5, 7, -1],
    "the input in place of the slope": [0, 0, -3],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="relu_slope" points=1

# %% [markdown] nbgrader="read-only" grade_id="relu_backward_statement"
# ### {{exercise relu_backward minutes=5 title="Send the gradient back through ReLU"}}
#
# Every backward function of this lesson takes `dy` first, then what the forward pass
# had: `x`, and the weights where there are some.


# %% nbgrader="autograded-answer" grade_id="relu_backward"
def relu_backward(dy, x):
    """Send an upstream gradient back through max(0, x).

    dx = dy where x > 0, else 0

    Parameters
    ----------
    dy : ndarray, the shape of x
    x : ndarray, any shape: the input of the forward pass

    Returns
    -------
    dx : ndarray, the shape of x

    Matches: the gradient of ``keras.layers.ReLU()``
    """
    ### BEGIN SOLUTION
    return dy * (x > 0)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="relu_backward" points=1

# %% nbgrader="demonstration"
x, dy = np.array([-2.0, 0.0, 3.0]), np.array([5.0, 7.0, -1.0])
beside(relu_backward(dy, x), keras_gradients(keras.layers.ReLU(dtype="float64"), x, dy))
print("measured:", numeric_gradient(lambda v: np.maximum(v, 0), x, dy))

# %% [markdown]
# **Notice.** At the kink the measured slope is half of dy: one step went uphill, the
# other stayed on the flat. Neither number is wrong; there is no slope to measure. The
# reports of this lesson say whether central differences agree with you, and they take
# no side where the loss has a kink.

# %% [markdown]
# ## Through a dense layer
#
# $y = xw + b$, for a batch: `x` is (n, c_in), `w` is (c_in, c_out). Two examples and
# one unit are enough to see all that happens:
#
# $$y_0 = 1\,w_0 + 2\,w_1 + b \qquad y_1 = 3\,w_0 + 4\,w_1 + b$$
#
# Let the upstream gradient be 1 for $y_0$ and 10 for $y_1$. The weight $w_0$ met 1 in
# the first example and 3 in the second, so it gets $1 \cdot 1 + 10 \cdot 3$.

# %% [markdown] nbgrader="read-only" grade_id="dense_paper_predict"
# {{question dense_paper minutes=4 title="Gradients of a dense layer on paper"}}
# **Predict.** Finish it: what do $w_0$, $w_1$ and $b$ get?

# %% nbgrader="autograded-answer" grade_id="dense_paper"
dense_paper = ...  # three numbers: (dw0, dw1, db)
### BEGIN SOLUTION
dense_paper = (31, 42, 11)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "dw of the last example only": (30, 40, 11),
    "batch divided twice": (15.5, 21, 5.5),
    "upstream gradient ignored": (4, 6, 2),
    "db a mean instead of a sum": (31, 42, 5.5),
    "db of the last example only": (31, 42, 10),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="dense_paper" points=1

# %% [markdown]
# All examples share the weights, so what they send **adds up**. An input belongs to one
# example, but leads to every unit, so it adds over units:
#
# $$dw_{c,f} = \sum_n x_{n,c}\, dy_{n,f} \qquad
# db_f = \sum_n dy_{n,f} \qquad
# dx_{n,c} = \sum_f dy_{n,f}\, w_{c,f}$$

# %% [markdown] nbgrader="read-only" grade_id="dense_backward_statement"
# ### {{exercise dense_backward minutes=10 title="Three gradients of a dense layer"}}
#
# Each sum is a matrix product, or a sum along an axis. If you are unsure which factor
# to transpose, write the shapes down: only one way fits when they all differ.


# %% nbgrader="autograded-answer" grade_id="dense_backward"
def dense_backward(dy, x, w):
    """Compute the three gradients of x @ w + b.

    dx[n,c] = sum_f dy[n,f] * w[c,f]
    dw[c,f] = sum_n x[n,c] * dy[n,f]
    db[f] = sum_n dy[n,f]

    Parameters
    ----------
    dy : ndarray, shape (n, c_out)
    x : ndarray, shape (n, c_in)
    w : ndarray, shape (c_in, c_out)

    Returns
    -------
    dx, dw, db : ndarrays, shapes (n, c_in), (c_in, c_out), (c_out,)

    Matches: the gradients of ``keras.layers.Dense(c_out)``
    """
    ### BEGIN SOLUTION
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="dense_backward" points=2

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 5)), rng.normal(size=(2, 3))
layer = keras.layers.Dense(3, dtype="float64")
layer.build(x.shape)
w = layer.get_weights()[0]
beside(dense_backward(dy, x, w), keras_gradients(layer, x, dy))

# %% [markdown]
# **Notice.** Nothing is divided by the size of the batch. When a loss is a *mean* over
# the examples, its 1/n is in dy already. Dividing once more makes every step too small,
# and nothing fails: the network only learns slowly.

# %% [markdown]
# ## Through a convolution of a signal
#
# Signal 1 2 3 4, kernel 1 2 3: two stops, 14 and 20. Let dy be 1, 2. Write out which
# input meets which weight:
#
# $$y_0 = w_0 x_0 + w_1 x_1 + w_2 x_2 \qquad y_1 = w_0 x_1 + w_1 x_2 + w_2 x_3$$
#
# The slopes of each output, one row for each, are two small tables. Every product
# shows up in both: a weight's slope is the input that it met, and the other way round.

# %%
x, w, dy = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3]), np.array([1.0, 2])
dy_dx = np.array([[w[0], w[1], w[2], 0], [0, w[0], w[1], w[2]]])
dy_dw = np.array([[x[0], x[1], x[2]], [x[1], x[2], x[3]]])

# %% nbgrader="demonstration"
plots.grid(
    dy_dx,
    title="slopes for x: dy_dx",
    alt="Two rows, the kernel 1 2 3 in each, shifted by one place in the second.",
)
plots.grid(
    dy_dw,
    title="slopes for w: dy_dw",
    alt="Two rows, the windows 1 2 3 and 2 3 4 of the signal.",
)

# %% [markdown]
# A weight gets, from every stop, the input that it met times the dy of that stop: add
# dy times each row. For `w[0]` that is 1·1 + 2·2 = 5, and in full:

# %%
print("dw =", dy @ dy_dw)

# %% [markdown] nbgrader="read-only" grade_id="signal_dx_predict"
# {{question signal_dx minutes=5 title="The gradient of a signal on paper"}}
# **Predict.** Do the same with the other table, on paper. What is `dx`? Mind the two
# inputs in the middle: both stops read them.

# %% nbgrader="autograded-answer" grade_id="signal_dx"
signal_dx = ...  # four numbers
### BEGIN SOLUTION
signal_dx = (1, 4, 7, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel not flipped in the full-convolution form": [2, 5, 8, 3],
    "dx assigned instead of accumulated": [1, 2, 4, 6],
    "upstream gradient ignored": [1, 3, 5, 3],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="signal_dx" points=1

# %% [markdown]
# With a stride $s$, stop $i$ reads from $i s$ on. Whatever an output read in the
# forward pass gets its share in the backward pass:
#
# $$dw_p = \sum_i dy_i \, x_{is+p} \qquad
# dx_{is+p} \mathrel{+}= dy_i \, w_p \qquad
# db = \sum_i dy_i$$
#
# The sign += says it all: where windows overlap, shares add up.

# %% [markdown]
# One weight meets several inputs. Point at an entry of dw: the values of x and of dy
# whose products it adds light up. Point at an entry of dx: now it is weights and dy.
# "Finite difference" is the explorer's name for the central one.

# %% nbgrader="demonstration"
explore.gradient_flow(dims=1)

# %% [markdown] nbgrader="read-only" grade_id="conv1d_backward_statement"
# ### {{exercise conv1d_backward minutes=15
# title="Three gradients of a 1D convolution"}}
#
# Walk over the stops as the forward pass did. At each one, the window of `x` adds to
# `dw`, and the kernel adds to the same window of `dx`.


# %% nbgrader="autograded-answer" grade_id="conv1d_backward"
def conv1d_backward(dy, x, w, *, stride=1):
    """Compute the three gradients of conv1d.

    dx[i * stride + p] += dy[i] * w[p]
    dw[p] = sum_i dy[i] * x[i * stride + p]
    db = sum_i dy[i]

    Parameters
    ----------
    dy : ndarray, shape (stops,)
    x : ndarray, shape (n,)
    w : ndarray, shape (k,)
    stride : int, at least 1

    Returns
    -------
    dx, dw, db : ndarrays of shapes (n,) and (k,), and a float

    Matches: the gradients of ``keras.layers.Conv1D(1, k, strides=stride)``
    Source: Goodfellow, Bengio & Courville 2016, sec. 9.5
    """
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    ### BEGIN SOLUTION
    for i in range(len(dy)):
        window = slice(i * stride, i * stride + len(w))
        dx[window] += dy[i] * w
        dw += dy[i] * x[window]
    return dx, dw, dy.sum()
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv1d_backward" points=3

# %% [markdown]
# At stride 1 both are convolutions themselves. dw is the correlation of the signal
# with dy. For dx, put zeros on both sides of the kernel, one fewer than dy has values,
# and correlate that with dy read backwards:
#
# $$dw = \mathrm{corr}(x, dy) \qquad
# dx = \mathrm{corr}(\mathrm{pad}(w), \mathrm{flip}(dy))$$
#
# Forget the flip, and you get numbers of the right shape.

# %% nbgrader="demonstration"
print("dw", given.conv1d(x, dy))
print("dx", given.conv1d(np.pad(w, 1), dy[::-1]))
print("dx without the flip", given.conv1d(np.pad(w, 1), dy))

# %% [markdown]
# A case with TensorFlow's own numbers, rounded to eight digits: four inputs `n`, an
# upstream gradient `lo` of two. Three ways to dw.

# %% nbgrader="demonstration"
n = np.array([0.20350695, -0.31481498, -0.85656077, 0.5981919])
lo = np.array([-0.47567356, -2.3547919])
layer = keras.layers.Conv1D(1, 3, dtype="float64")
tape_dw = keras_gradients(layer, n[None, :, None], lo[None, :, None])[1]
print("tape       ", tape_dw[:, 0, 0].numpy())
print("correlation", given.conv1d(n, lo))
mine = conv1d_backward(lo, n, np.zeros(3))
print("yours      ", "not written yet" if mine is None else mine[1])

# %% [markdown]
# **Notice.** dw needs `x`, and dx needs `w`: the forward pass has to keep its input
# until the backward pass comes. That is why training takes so much more memory than
# using a network.

# %% [markdown]
# ## Through a convolution of pictures
#
# The same, along two axes, for a batch, channels and filters. How much reaches a pixel
# depends on how many windows read it.

# %% [markdown] nbgrader="read-only" grade_id="window_counts_predict"
# {{question window_counts minutes=4 title="Count the windows that read a pixel"}}
# **Predict.** A 3×3 kernel slides over a 5×5 picture with stride 2. How many windows
# read the pixels `x[0, 0]`, `x[0, 2]` and `x[2, 2]`?

# %% nbgrader="autograded-answer" grade_id="window_counts"
window_counts = ...  # three whole numbers
### BEGIN SOLUTION
window_counts = (1, 2, 4)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "stride ignored": (1, 3, 9),
    "dx assigned instead of accumulated": (1, 1, 1),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="window_counts" points=1

# %% [markdown]
# Stop $(i, j)$ with tap $(p, q)$ reads row $i s + p d$ and column $j s + q d$ of the
# **padded** picture $\tilde{x}$. Its shares go the same way back:
#
# $$dw_{p,q,c,f} = \sum_{n,i,j} dy_{n,i,j,f}\; \tilde{x}_{n,\,is+pd,\,js+qd,\,c}$$
#
# $$d\tilde{x}_{n,\,is+pd,\,js+qd,\,c} \mathrel{+}= \sum_f dy_{n,i,j,f}\; w_{p,q,c,f}$$
#
# $$db_f = \sum_{n,i,j} dy_{n,i,j,f}$$

# %% [markdown]
# Padding makes one more step: $d\tilde{x}$ has a border, where the zeros were. Nobody
# needs the gradient of a zero, so it is cut off. Mind a padding of 0: with `ph` rows of
# zeros, `[ph:-ph]` is empty then, while `[ph : ph + h]` always works.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_backward_statement"
# ### {{exercise conv2d_backward minutes=25
# title="Three gradients of a 2D convolution"}}
#
# Loop over the stops only, and let NumPy add over the rest:
# `np.tensordot(a, b, axes=(0, 0))` multiplies and adds along axis 0 of both, and
# `axes=(1, 3)` pairs axis 1 of `a` with axis 3 of `b`. A slice with a step picks the
# taps of a dilated window. In the names, `up` and `across` stand for the dilation.


# %% nbgrader="autograded-answer" grade_id="conv2d_backward"
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Compute the three gradients of a convolution of pictures.

    With xp the padded x, and s, d the stride and the dilation:

    dxp[n,i*s+p*d,j*s+q*d,c] += sum_f dy[n,i,j,f] * w[p,q,c,f], then cropped
    dw[p,q,c,f] = sum_{n,i,j} dy[n,i,j,f] * xp[n,i*s+p*d,j*s+q*d,c]
    db[f] = sum_{n,i,j} dy[n,i,j,f]

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c_out)
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    stride, dilation : int or a pair, at least 1
    padding : int or a pair, zeros on each side

    Returns
    -------
    dx, dw, db : ndarrays, the shapes of x, of w, and (c_out,)

    Matches: the gradients of ``keras.layers.Conv2D(c_out, (kh, kw), ...)``
    Source: Dumoulin & Visin 2016, sec. 4
    """
    (sh, sw), (ph, pw), (up, across) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    ### BEGIN SOLUTION
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dy.shape[1]):
        rows = slice(i * sh, i * sh + up * (kh - 1) + 1, up)
        for j in range(dy.shape[2]):
            columns = slice(j * sw, j * sw + across * (kw - 1) + 1, across)
            stop = dy[:, i, j]  # (n, c_out)
            dw += np.tensordot(xp[:, rows, columns], stop, axes=(0, 0))
            dxp[:, rows, columns] += np.tensordot(stop, w, axes=(1, 3))
    dx = dxp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_backward" points=4

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 7, 8, 3)), rng.normal(size=(2, 3, 3, 4))
layer = keras.layers.Conv2D(4, (3, 2), strides=(2, 3), dtype="float64")
layer.build(x.shape)
w = layer.get_weights()[0]
yours = conv2d_backward(dy, x, w, stride=(2, 3))
beside(yours, keras_gradients(layer, x, dy))

# %% [markdown]
# And the second witness, your own instrument. It measures dw through any forward pass,
# here Keras's layer, one weight at a time.


# %% nbgrader="demonstration"
def forward(kernel):
    """Run the layer with another kernel."""
    layer.set_weights([kernel, np.zeros(4)])
    return np.array(layer(x))


measured = numeric_gradient(forward, w, dy)
if yours is not None and measured is not None:
    gap = np.abs(yours[1] - measured).max()
    print(f"dw against {w.size} central differences: {gap:.0e}")

# %% [markdown]
# The explorer shows your function at work: point at a weight of dw to see its pairs of
# x and dy, at a pixel of dx to see the weights and dy that reach it. Beside each stands
# the central difference, under the name *finite difference*. The curve below is the
# loss while w takes twenty small steps against dw, as networks do in lesson 08.

# %% nbgrader="demonstration"
explore.gradient_flow(conv2d_backward)

# %% [markdown]
# **Notice.** dw and dx read the same table of stops and taps, one gathers and the other
# scatters. So stride, padding and dilation appear in both. Leave one of them out of one
# gradient, and only that one is wrong: the line `parts` of a report says which.

# %% [markdown]
# ## Through groups
#
# A grouped convolution is several convolutions side by side: group `g` reads its own
# block of channels and writes its own block of maps. Backwards nothing else happens:
# each block of dy goes back to its own block of channels.

# %% [markdown] nbgrader="read-only" grade_id="group_reads_predict"
# {{question group_reads minutes=2 title="Which channels a grouped gradient reaches"}}
# **Predict.** 4 channels, 6 maps, 2 groups, all counted from 0. To which channels does
# the gradient of map 4 go?

# %% nbgrader="autograded-answer" grade_id="group_reads"
group_reads = ...  # the numbers of the channels, in order
### BEGIN SOLUTION
group_reads = (2, 3)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "groups take every other channel": (0, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="group_reads" points=1

# %% [markdown] nbgrader="read-only" grade_id="grouped_conv2d_backward_statement"
# ### {{exercise grouped_conv2d_backward minutes=12
# title="Gradients of a grouped convolution"}}
#
# Call your `conv2d_backward` once for each group, with its slices of `dy`, `x` and
# `w`; it has to pass its check first. `dx[..., 2:4]` is the block of channels 2 and 3,
# whatever stands in front.


# %% nbgrader="autograded-answer" grade_id="grouped_conv2d_backward"
def grouped_conv2d_backward(dy, x, w, *, groups=1, stride=1, padding=0, dilation=1):
    """Compute the three gradients of a grouped convolution.

    Group g: channels g*a to (g+1)*a - 1 of x, filters g*m to (g+1)*m - 1 of w,
    where a = c_in // groups and m = c_out // groups

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c_out)
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in // groups, c_out)
    groups : int that divides c_in and c_out
    stride, padding, dilation : int or a pair

    Returns
    -------
    dx, dw, db : ndarrays, the shapes of x, of w, and (c_out,)

    Matches: the gradients of ``keras.layers.Conv2D(..., groups=groups)``
    """
    a, m = x.shape[3] // groups, w.shape[3] // groups
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    ### BEGIN SOLUTION
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * m, (g + 1) * m)
        dx[..., ins], dw[..., outs], _ = conv2d_backward(
            dy[..., outs], x[..., ins], w[..., outs], **settings
        )
    return dx, dw, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="grouped_conv2d_backward" points=2

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 5, 6, 4)), rng.normal(size=(2, 3, 5, 6))
layer = keras.layers.Conv2D(6, (3, 2), groups=2, dtype="float64")
layer.build(x.shape)
w = layer.get_weights()[0]
beside(grouped_conv2d_backward(dy, x, w, groups=2), keras_gradients(layer, x, dy))

# %% [markdown]
# A depthwise convolution is the extreme: one channel in each group. Keras lays its
# kernel out as (kh, kw, c_in, multiplier), and map `c * multiplier + m` comes from
# channel `c` with kernel `w[:, :, c, m]`.

# %% [markdown] nbgrader="read-only" grade_id="depthwise_reads_predict"
# {{question depthwise_reads minutes=2 title="Which maps lead back to a channel"}}
# **Predict.** 3 channels with a multiplier of 2 make 6 maps. Which maps send their
# gradient back to channel 1, counted from 0?

# %% nbgrader="autograded-answer" grade_id="depthwise_reads"
depthwise_reads = ...  # the numbers of the maps, in order
### BEGIN SOLUTION
depthwise_reads = (2, 3)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "multiplier order turned round": (1, 4),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="depthwise_reads" points=1

# %% [markdown] nbgrader="read-only" grade_id="depthwise_conv2d_backward_statement"
# ### {{exercise depthwise_conv2d_backward minutes=8
# title="Gradients of a depthwise convolution"}}
#
# Give the kernel the shape of a grouped one, let the last exercise do the work, and
# give dw the depthwise shape again. The maps are in the right order already.


# %% nbgrader="autograded-answer" grade_id="depthwise_conv2d_backward"
def depthwise_conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Compute the three gradients of a depthwise convolution.

    Map c * multiplier + m comes from channel c alone, with the kernel w[:, :, c, m].

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c_in * multiplier)
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, multiplier)
    stride, padding, dilation : int or a pair

    Returns
    -------
    dx, dw, db : ndarrays, the shapes of x, of w, and (c_in * multiplier,)

    Matches: the gradients of ``keras.layers.DepthwiseConv2D((kh, kw), ...)``
    """
    kh, kw, c_in, multiplier = w.shape
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    ### BEGIN SOLUTION
    flat = w.reshape(kh, kw, 1, c_in * multiplier)
    dx, dw, db = grouped_conv2d_backward(dy, x, flat, groups=c_in, **settings)
    return dx, dw.reshape(w.shape), db
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="depthwise_conv2d_backward" points=1

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(2, 3, 5, 6))
layer = keras.layers.DepthwiseConv2D((3, 2), depth_multiplier=2, dtype="float64")
layer.build(x.shape)
w = layer.get_weights()[0]
beside(depthwise_conv2d_backward(dy, x, w), keras_gradients(layer, x, dy))

# %% [markdown]
# **Notice.** No new formula was needed. A gradient goes back along the wires by which
# values came forward; fewer wires make less work, in both directions.

# %% [markdown]
# ## Through max pooling
#
# Is a maximum differentiable? Almost everywhere. Move the largest value of a window a
# little, and the output moves with it: slope 1. Move any other, and nothing happens:
# slope 0. So all of dy goes to the *winner*.

# %% [markdown]
# Two things can happen. Windows may overlap, and a pixel that wins in several gets the
# sum. And at a *tie* two pixels are both the largest; there the function has a kink,
# and TensorFlow on a CPU gives all of dy to the first of them, row by row.

# %% nbgrader="demonstration"
tie = np.array([[3.0, 3.0], [1.0, 3.0]])
layer = keras.layers.MaxPooling2D(2, dtype="float64")
upstream = np.full((1, 1, 1, 1), 5.0)
print(keras_gradients(layer, tie[None, :, :, None], upstream)[0][0, :, :, 0].numpy())

# %% [markdown] nbgrader="read-only" grade_id="pool_overlap_predict"
# {{question pool_overlap minutes=3
# title="Send a gradient through overlapping windows"}}
# **Predict.** One row, 1 4 2; windows of two, stride 1, so two stops, both with the
# maximum 4. The upstream gradient is 10, 20. What is dx?

# %% nbgrader="autograded-answer" grade_id="pool_overlap"
pool_overlap = ...  # three numbers
### BEGIN SOLUTION
pool_overlap = (0, 30, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "dx assigned instead of accumulated": [0, 20, 0],
    "averaged instead of sent to the maximum": [5, 15, 10],
    "gradient sent to the whole window": [10, 30, 20],
    "upstream gradient ignored": [0, 2, 0],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="pool_overlap" points=1

# %% [markdown] nbgrader="read-only" grade_id="max_pool2d_backward_statement"
# ### {{exercise max_pool2d_backward minutes=15
# title="Send the gradient to the winner"}}
#
# `np.ndindex(dy.shape)` visits every example, stop and channel. `np.argmax` of a window
# counts along its rows and stops at the first maximum; `np.unravel_index` turns that
# count into a row and a column of the window.


# %% nbgrader="autograded-answer" grade_id="max_pool2d_backward"
def max_pool2d_backward(dy, x, size, *, stride=None):
    """Send each upstream gradient to the maximum of its window.

    dx[n, i*sh + p, j*sw + q, c] += dy[n,i,j,c], with (p, q) the first maximum

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c)
    x : ndarray, shape (n, h, w_in, c)
    size : int or a pair, the window
    stride : int or a pair; None means the size of the window

    Returns
    -------
    dx : ndarray, the shape of x

    Matches: the gradient of ``keras.layers.MaxPooling2D(size, strides=stride)``
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        p, q = np.unravel_index(np.argmax(window), window.shape)
        dx[n, i * sh + p, j * sw + q, c] += dy[n, i, j, c]
    return dx
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="max_pool2d_backward" points=3

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(2, 3, 5, 3))
layer = keras.layers.MaxPooling2D((3, 2), strides=(2, 1), dtype="float64")
beside(max_pool2d_backward(dy, x, (3, 2), stride=(2, 1)), keras_gradients(layer, x, dy))

# %% [markdown]
# **Notice.** Most pixels get nothing: with 2×2 windows side by side, three of four. The
# network learns only through the winners, and from picture to picture the winners
# change.

# %% [markdown]
# ## Through averages
#
# In a mean of four values each counts for a quarter, so each gets a quarter of dy.
# A good test: with windows side by side, the sum of dx equals the sum of dy. Nothing is
# lost on the way back, and nothing is made.

# %% [markdown] nbgrader="read-only" grade_id="shares_predict"
# {{question shares minutes=2 title="Share a gradient out on paper"}}
# **Predict.** A 2×2 window of average pooling gets dy = 8. How much does each of its
# pixels get? And a map of 3×4 under global average pooling, with dy = 6?

# %% nbgrader="autograded-answer" grade_id="shares"
shares = ...  # two numbers: (2x2 window, 3x4 map)
### BEGIN SOLUTION
shares = (2, 0.5)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "gradient shared instead of divided": (8, 6),
    "divided by one side of the window": (4, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="shares" points=1

# %% [markdown] nbgrader="read-only" grade_id="avg_pool2d_backward_statement"
# ### {{exercise avg_pool2d_backward minutes=8
# title="Share the gradient of an average out"}}
#
# At each stop, add the same share to the whole window. To let it meet a window of
# shape (n, kh, kw, c), keep the axes: `dy[:, i : i + 1, j : j + 1]`.


# %% nbgrader="autograded-answer" grade_id="avg_pool2d_backward"
def avg_pool2d_backward(dy, x, size, *, stride=None):
    """Share each upstream gradient out over its window.

    dx[n, i*sh + p, j*sw + q, c] += dy[n,i,j,c] / (kh * kw)

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c)
    x : ndarray, shape (n, h, w_in, c)
    size : int or a pair, the window
    stride : int or a pair; None means the size of the window

    Returns
    -------
    dx : ndarray, the shape of x

    Matches: the gradient of ``keras.layers.AveragePooling2D(size, strides=stride)``
    """
    kh, kw = both(size)
    sh, sw = both(size if stride is None else stride)
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            share = dy[:, i : i + 1, j : j + 1] / (kh * kw)
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += share
    return dx
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="avg_pool2d_backward" points=2

# %% nbgrader="demonstration"
layer = keras.layers.AveragePooling2D((3, 2), strides=(2, 1), dtype="float64")
beside(avg_pool2d_backward(dy, x, (3, 2), stride=(2, 1)), keras_gradients(layer, x, dy))

# %% [markdown]
# *Global* average pooling has one window, the whole map. No loop is needed.

# %% [markdown] nbgrader="read-only" grade_id="global_avg_pool2d_backward_statement"
# ### {{exercise global_avg_pool2d_backward minutes=5
# title="Share the gradient of a whole map out"}}
#
# `dy` has one number for each example and map. `np.broadcast_to(a, shape)` repeats an
# array along its axes of length 1; `.copy()` makes the result an array of its own.


# %% nbgrader="autograded-answer" grade_id="global_avg_pool2d_backward"
def global_avg_pool2d_backward(dy, x):
    """Share each upstream gradient out over its whole map.

    dx[n,i,j,c] = dy[n,c] / (h * w_in)

    Parameters
    ----------
    dy : ndarray, shape (n, c)
    x : ndarray, shape (n, h, w_in, c)

    Returns
    -------
    dx : ndarray, the shape of x

    Matches: the gradient of ``keras.layers.GlobalAveragePooling2D()``
    """
    ### BEGIN SOLUTION
    share = dy[:, None, None, :] / (x.shape[1] * x.shape[2])
    return np.broadcast_to(share, x.shape).copy()
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="global_avg_pool2d_backward" points=1

# %% nbgrader="demonstration"
dy = rng.normal(size=(2, 3))
layer = keras.layers.GlobalAveragePooling2D(dtype="float64")
beside(global_avg_pool2d_backward(dy, x), keras_gradients(layer, x, dy))

# %% [markdown]
# ## A gradient that trains and is wrong
#
# A colleague hands you a `dw`. "It works," they say, "my network learns." Below is
# their code. Read it, but don't mend it yet.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_dw_statement"
# ### {{exercise conv2d_dw minutes=10 lines=0
# title="Find the bug in a gradient that trains"}}
#
# Run the cells down to the two printed tables, and stop before the check: its report
# would name the mistake. Then mend it here, in the lines where it stands, delete
# `# your lines here` and `pass`, and run the check.


# %% nbgrader="autograded-answer" grade_id="conv2d_dw"
def conv2d_dw(dy, x, kh, kw, *, stride=1):
    """Compute the gradient of a convolution's kernel.

    dw[p,q,c,f] = sum_{n,i,j} dy[n,i,j,f] * x[n,i*sh+p,j*sw+q,c]

    Parameters
    ----------
    dy : ndarray, shape (n, h_out, w_out, c_out)
    x : ndarray, shape (n, h, w_in, c_in)
    kh, kw : int, the size of the kernel
    stride : int or a pair

    Returns
    -------
    dw : ndarray, shape (kh, kw, c_in, c_out)
    """
    sh, sw = both(stride)
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]), dtype=x.dtype)
    for p in range(kh):
        for q in range(kw):
            for i in range(dy.shape[1]):
                for j in range(dy.shape[2]):
                    row = i * sh + kh - 1 - p
                    column = j * sw + kw - 1 - q
                    dw[p, q] += x[:, row, column].T @ dy[:, i, j]
    ### BEGIN SOLUTION
    # in place: row = i * sh + p and column = j * sw + q; turning dw round does it too
    dw = dw[::-1, ::-1]
    ### END SOLUTION
    return dw


# %% [markdown]
# The colleague's network: one convolution with four 3×3 filters, ReLU, the mean of each
# map, one unit that says X or O. TensorFlow computes every gradient but one; the
# kernel's comes from `conv2d_dw`.


# %% nbgrader="demonstration"
def train(dw_of, steps=80, rate=5.0):
    """Train on 64 pictures; return the losses and the share named rightly."""
    pictures, labels = data.xo_pictures(64, seed=6)
    x, rng = pictures[..., None], np.random.default_rng(6)
    w, v, c = rng.normal(size=(3, 3, 1, 4)) / 3, rng.normal(size=4) / 2, np.zeros(1)
    losses = []
    for _ in range(steps):
        z, v_now, c_now = keras.ops.conv(x, w), tf.constant(v), tf.constant(c)
        with tf.GradientTape() as tape:
            tape.watch([z, v_now, c_now])
            says = tf.linalg.matvec(tf.reduce_mean(tf.nn.relu(z), axis=(1, 2)), v_now)
            p = tf.sigmoid(says + c_now)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels * 1.0, p))
        losses.append(float(loss))
        dz, dv, dc = (g.numpy() for g in tape.gradient(loss, [z, v_now, c_now]))
        w, v, c = w - rate * dw_of(dz, x, 3, 3), v - rate * dv, c - rate * dc
    return losses, float(np.mean((p.numpy() > 0.5) == labels))


# %% nbgrader="demonstration"
losses, named = train(conv2d_dw)
plots.lines(
    {"loss": (range(len(losses)), losses)},
    xlabel="step",
    ylabel="mean loss",
    alt="The loss falls at every one of eighty steps, from 0.7 to below 0.2.",
)
print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} at last; {named:.0%} named")

# %% [markdown] nbgrader="read-only" grade_id="falling_loss_predict"
# {{question falling_loss minutes=2 title="What a falling loss proves"}}
# **Predict.** The loss falls, and at the end every picture is named rightly. What does
# that prove about `conv2d_dw`?
#
# **a** it is right · **b** it has the right sign everywhere ·
# **c** only that this network can learn with it, right or wrong ·
# **d** it is wrong by a constant factor at most

# %% nbgrader="autograded-answer" grade_id="falling_loss"
falling_loss = {"1": ...}  # a letter in quotes
### BEGIN SOLUTION
falling_loss = {"1": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="falling_loss" points=1

# %% [markdown]
# Now the instrument. A random picture, a random dy, and two kinds of dw: measured and
# computed. Look at one filter of each, place by place.

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(1, 5, 5, 1)), rng.normal(size=(1, 3, 3, 1))
measured = numeric_gradient(
    lambda k: np.array(keras.ops.conv(x, k)), np.zeros((3, 3, 1, 1)), dy
)
computed = conv2d_dw(dy, x, 3, 3)
print("computed", computed[:, :, 0, 0].round(3), sep="\n")
if measured is not None:
    print("measured", measured[:, :, 0, 0].round(3), sep="\n")
    print("largest difference", np.abs(measured - computed).max().round(3))

# %% [markdown]
# Find the mistake and mend it above; the numbers just printed hold a clue. Then the
# check.

# %% nbgrader="autograder-tests" exercise="conv2d_dw" points=2

# %% [markdown]
# **Notice.** The wrong gradient trained because the rest of the network was right: the
# last unit makes something of whatever the four filters happen to find. Run the
# training once more after mending: the curve is a little steeper, and nobody would have
# missed the difference. A network with this very mistake has been published, and it
# learned. Two minutes with `numeric_gradient` find it.

# %% [markdown] nbgrader="manual-answer" grade_id="written_batch" points=2
# ## Write it in words
#
# For a batch of 32 pictures, dx has one entry for each pixel of each picture, while dw
# has the shape of one kernel. Why does dw add over the batch and dx doesn't? And where
# is the division by 32, when the loss is a mean?
#
# ### BEGIN MARK SCHEME
# 1 point: all examples use the same weights, so a weight's effect on the loss is the
# sum of its effects through every example; each picture's pixels affect only that
# picture's own outputs. (Half a point for one of the two.)
#
# 1 point: the division is in the upstream gradient already (the derivative of the mean
# is 1/32 for each example), so the layers must not divide again. (Half a point for
# "in the loss" without saying that dy carries it.)
#
# "dw is the average over the batch" without mention of dy gets no second point.
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# Whatever an input or a weight gave to an output comes back to it as that output's dy,
# times the factor with which it was multiplied. Contributions add up; nothing is
# overwritten and nothing is averaged.
#
# ## Key points
#
# - Test a gradient with central differences and a random dy, never with a falling loss.
# - dw gathers x with dy, dx scatters dy with w, both along the same stops and taps.
# - Shared things add: weights over examples and places, pixels over windows.

# %% [markdown]
# ## On your own
#
# Without points: write `l2_pool2d_backward`, the gradient of lesson 05's L2 pooling,
# and test it with `numeric_gradient`. What happens in a window of zeros, and what would
# you return there?

# %% [markdown]
# ## Further reading
#
# - [Stanford CS231n, Backpropagation, intuitions](https://cs231n.github.io/optimization-2/),
#   because it draws gradients as a flow through gates, one gate at a time.
# - [Stanford CS231n, Gradient checks](https://cs231n.github.io/neural-networks-3/#gradcheck),
#   because it lists what goes wrong with kinks, step sizes and rounding.
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because chapter 4 shows the backward pass as a convolution of its own: lesson 07.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because section 9.5 writes the gradients of kernel and input, with stride.
