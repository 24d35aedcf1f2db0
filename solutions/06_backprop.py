# %% [markdown]
# # Send the gradient back by hand
#
# **You will build** the way back through a whole network, layer by layer, and before it
# an instrument that tells whether a gradient is right.
#
# **You will learn**
#
# - to measure any gradient, and to trust that more than a loss that falls
# - to send a gradient back through one step after another, by the chain rule
# - what every input and every weight gets back, and why shared weights add up
#
# **You need** lessons 02 to 05, derivatives from school, and four hours in three
# sittings. Stop after 6.4 and after 6.8. The last section takes another 45 minutes
# and is there if you have time.

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

# %% [markdown] nbgrader="read-only" grade_id="warm_up_06_statement"
# {{warm-up warm_up_06 minutes=4 title="Warm up: lessons 02 and 05"}}
# ## Warm up
#
# Three questions on lessons 02 and 05. Answer them without looking back.
#
# 1. A kernel of 3 slides over 7 values with stride 2 and padding 1. How many stops does
#    it make? (a number)
# 2. In how many products does its first weight, `w[0]`, take part at these stops? Count
#    the products with a padded 0, too. (a number)
# 3. Max pooling looks at the window 1 7 3 2. Which of its values could you lower a
#    little without changing the result? **a** any but the 7, **b** none, **c** all four

# %% nbgrader="autograded-answer" grade_id="warm_up_06"
warm_up_06 = {"q1": ..., "q2": ..., "q3": ...}  # two numbers, and a letter in quotes
### BEGIN SOLUTION
warm_up_06 = {"q1": 4, "q2": 4, "q3": "a"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_06" points=1

# %% [markdown]
# ## One question for every weight
#
# At the end of lesson 01 stood a filter that Keras had found by itself. It began with
# nine random numbers and changed them step by step, until nearly every drawing got its
# right name. How did it know which number to change, and in which direction? At the end
# of this lesson you can answer that for every weight of a network.

# %% [markdown]
# Here is the network of this lesson, in five steps. At its end, one number says how
# wrong the answer was. It is called the *loss*, and a small loss is good. Values run
# forward through the boxes. Then something has to come back, and so far all the arrows
# back are dotted. A box is filled as soon as your function for it passes its check.

# %% nbgrader="demonstration"
from byhand import blocks, passes

STEPS = {
    "convolution": "conv2d_backward",
    "ReLU": "relu_backward",
    "max pool": "max_pool2d_backward",
    "dense": "dense_backward",
    "loss": "network_backward",
}


def wires():
    """Draw the network; a box is filled when your function passes its check."""
    lit = [step for step, name in STEPS.items() if passes(name, globals().get(name))]
    both = zip(STEPS, "xyrmz", strict=True)
    back = [f"d{wire}" if step in lit else "" for step, wire in both]
    blocks.chain(
        list(STEPS),
        list("xyrmzL"),
        [*back, "1" if "loss" in lit else ""],
        lit=lit,
        alt=f"Boxes with a way back: {', '.join(lit) or 'none yet'}.",
    )


wires()

# %% [markdown]
# Of each weight we ask the same question. If you grew a little, would the loss grow or
# shrink, and how fast? The answer is a slope, one number for each weight, and all of
# them together are the *gradient*. A network learns by moving each weight a little
# against its slope.

# %% [markdown]
# ## Measure a slope
#
# If you can call a function, you can measure its slope. Move a little, see what
# happens, divide. Take $f(x) = x^2$ at $x = 3$, where school says that the slope is 6.
# With a step $\varepsilon$ there are two ways to measure it:
#
# $$\text{forward: } \frac{f(x+\varepsilon) - f(x)}{\varepsilon} \qquad
# \text{central: } \frac{f(x+\varepsilon) - f(x-\varepsilon)}{2\,\varepsilon}$$

# %% [markdown] nbgrader="read-only" grade_id="two_slopes_predict"
# {{question two_slopes minutes=3 title="Two slopes on paper"
# worked="(12.25 - 9) / 0.5 = 6.5 and (12.25 - 6.25) / 1 = 6: (6.5, 6)"}}
# **Predict.** Take a large step, ε = 0.5, so that you can do it on paper: 3.5² = 12.25,
# 3² = 9 and 2.5² = 6.25. Which slope does each of the two ways measure?

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
# Forward gives (12.25 − 9) / 0.5 = 6.5, central (12.25 − 6.25) / 1 = 6. Why is the
# central one so good? The parabola bends upward. Ahead, the bend makes the climb
# steeper, behind it makes it flatter, and by the same amount, so the two errors cancel.
# From here on a measured slope is always a central one.

# %% [markdown]
# ## Two steps in a row
#
# Before the network, something that fits on one line. Three values $x$ = 4, 1, 3 meet
# the kernel 1, −1. ReLU follows, then half the sum of squares as the loss:
#
# $$y_0 = 4 - 1 = 3, \quad y_1 = 1 - 3 = -2, \qquad r = 3,\, 0, \qquad
# L = \tfrac12 (3^2 + 0^2) = 4.5$$

# %% nbgrader="demonstration"
SMALL = ["kernel 1, −1", "ReLU", "½ Σ r²"]
blocks.chain(
    SMALL,
    ["x = 4, 1, 3", "y = 3, −2", "r = 3, 0", "L = 4.5"],
    ["?", "?", "?", ""],
    alt="Values run forward above the wires. What runs back below them?",
)

# %% [markdown]
# Start at the end. The slope of $\tfrac12 r^2$ is $r$, so $L$ grows 3 times as fast as
# $r_0$, and 0 times as fast as $r_1$. Now one step back, through ReLU. $y_0$ is
# positive, so $r_0$ moves exactly as $y_0$ does. If $y_0$ grows by a tiny $h$, then
# $r_0$ grows by $1 \cdot h$, and $L$ by $3 \cdot 1 \cdot h$. But $y_1$ is negative.
# Whatever it does there, ReLU puts out 0.

# %% [markdown]
# So the slopes of steps in a row *multiply*. That is the *chain rule*. It gives us 3
# for $y_0$ and $0 \cdot 0 = 0$ for $y_1$, and it doesn't ask what the kernel in front
# of them is.

# %% [markdown] nbgrader="read-only" grade_id="two_steps_predict"
# {{question two_steps minutes=4 title="One step further back"
# worked="3 * 1 = 3, 3 * (-1) + 0 * 1 = -3 and 0 * (-1) = 0: (3, -3, 0)"}}
# **Predict.** Go the last step, through the kernel. We have $y_0 = x_0 - x_1$ and
# $y_1 = x_1 - x_2$, and $L$ grows 3 times as fast as $y_0$ and 0 times as fast as
# $y_1$. How fast does $L$ grow with $x_0$, $x_1$ and $x_2$?

# %% nbgrader="autograded-answer" grade_id="two_steps"
two_steps = ...  # three numbers
### BEGIN SOLUTION
two_steps = (3, -3, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "ReLU left out": (3, -5, 2),
    "upstream gradient ignored": (1, 0, -1),
    "dx assigned instead of accumulated": (3, 0, 0),
    "the sign turned round": (-3, 3, 0),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="two_steps" points=1

# %% [markdown]
# $x_0$ reaches the loss through $y_0$ alone, with the factor 1, so it gets 3·1 = 3.
# $x_1$ goes into both, with the factors −1 and 1, so it gets 3·(−1) + 0·1 = −3. And
# $x_2$ reaches only $y_1$, so it gets 0·(−1) = 0. Along a path we multiply, and where
# paths meet we add. To do this from the loss back to the input, one step after another,
# is called *backpropagation*.

# %% [markdown]
# Look at what the kernel had to know. It didn't need the loss or the ReLU. It needed
# two numbers that somebody handed it, 3 and 0. For any step $y = f(x)$ of a network,
# the slopes of the loss in $y$ are laid out in the shape of $y$ and called the
# *upstream gradient*, $dy = \partial L / \partial y$. The step turns it into
# $dx = \partial L / \partial x$, and that is the $dy$ of the step in front of it.

# %% [markdown]
# Now we can measure the gradient of any one step. Move one entry $x_k$, see how all
# outputs move, and weight each of them with its own $dy$:
#
# $$dx_k = \sum_i dy_i \,
# \frac{f(x + \varepsilon e_k)_i - f(x - \varepsilon e_k)_i}{2\,\varepsilon}$$
#
# Here $e_k$ is 1 at place $k$ and 0 elsewhere.

# %% [markdown] nbgrader="read-only" grade_id="numeric_gradient_statement"
# ### {{exercise numeric_gradient minutes=12
# title="Measure a gradient with central differences"}}
#
# `x` may have any number of axes: `x.flat[k]` reads and writes its k-th entry, whatever
# the shape. Move entries of copies only, because the caller wants `x` back unchanged.


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
# Try it on the small chain, all three steps at once. The loss is a single number, and
# its own upstream gradient is 1.


# %% nbgrader="demonstration"
def small_loss(x):
    """Run the three values through kernel, ReLU and half the sum of squares."""
    r = np.maximum(x[:-1] - x[1:], 0)
    return np.array([np.sum(r**2) / 2])


print("measured:", numeric_gradient(small_loss, np.array([4.0, 1.0, 3.0]), np.ones(1)))

# %% [markdown]
# How small should the step be? Measure the slope of $x^3$ at 1.1 with ever smaller
# steps and draw the error. Before you run the cell, guess: does the curve fall all the
# way?

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
        alt=f"The error of your central difference. It is smallest at k = "
        f"{powers[np.argmin(errors)]}.",
    )

# %% [markdown]
# It falls, turns, and rises again. With a tiny step the two values of $f$ agree in most
# of their digits, and few digits are left for their difference. A step of 1e-6 gives
# nine to ten correct digits, and real mistakes are far larger than that. But it takes
# two calls of `f` for every entry of `x`. For a network of a million weights that is
# hopeless, so we use it for testing and not for training.

# %% [markdown]
# ## Ask Keras for the same
#
# TensorFlow records what a layer does on a *tape* and runs it backwards. If you don't
# say otherwise, the tape takes dy to be all ones. That is a bad test. With ones nobody
# notices if dy was never used, or was read backwards. So we hand over random numbers,
# in one of two ways. The next cell tries both and compares.

# %% nbgrader="demonstration"
from byhand import keras

rng = np.random.default_rng(6)
from byhand import tensorflow as tf

layer = keras.layers.Conv1D(1, 3, dtype="float64")
x, dy = tf.constant(rng.normal(size=(1, 6, 1))), tf.constant(rng.normal(size=(1, 4, 1)))
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = layer(x)
    weighed = tf.reduce_sum(dy * y)  # the first way: a loss with dy in it
first = tape.gradient(weighed, x)
second = tape.gradient(y, x, output_gradients=dy)
print("largest difference of the two ways", float(tf.reduce_max(abs(first - second))))

# %% [markdown] nbgrader="read-only" grade_id="upstream_of_predict"
# {{question upstream_of minutes=3 title="Which upstream gradient a loss sends"
# worked="q1: b, each y counts once, so every slope is 1 | q2: a, the slope of half of y
# squared is y | q3: c, each y counts u times" options="a | b | c | d | e"}}
# **Predict.** Which upstream gradient does each of these losses send to `y`?
#
# 1. the sum of all `y`
# 2. half the sum of all `y²`
# 3. the sum of all `u * y`, for some fixed array `u`
#
# **a** `y` itself · **b** all ones · **c** `u` · **d** `2 * y` · **e** `u * y`

# %% nbgrader="autograded-answer" grade_id="upstream_of"
upstream_of = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
upstream_of = {"q1": "b", "q2": "a", "q3": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="upstream_of" points=1

# %% [markdown]
# In the first loss each $y_i$ counts once, so its slope is 1. In the second, the slope
# of $\tfrac12 y_i^2$ is $y_i$. In the third, $y_i$ counts $u_i$ times, and that was the
# first way of the cell above. So any array can be an upstream gradient. Two helpers
# will compare yours with Keras from here on.


# %% nbgrader="demonstration"
def keras_gradients(layer, x, dy):
    """Return dx and the gradients of a layer's weights, for the upstream dy."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    inputs = [x, *(v.value for v in layer.trainable_variables)]
    return tape.gradient(y, inputs, output_gradients=tf.constant(dy))


# %%
def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


def differences(yours, theirs, names=("dx", "dw", "db"), whose="Keras's"):
    """Print, for each part, the largest difference between two results."""
    yours = yours if isinstance(yours, tuple) else (yours,)
    for name, mine, other in zip(names, yours, theirs, strict=False):
        other = np.asarray(other)
        if mine is None or np.shape(mine) != other.shape:
            what = "not written yet" if mine is None else f"shape {np.shape(mine)}"
            print(f"{name}: {what}; {whose} has the shape {other.shape}")
        else:
            gap = abs(mine - other).max()
            print(f"{name}: largest difference to {whose} {gap:.0e}")


# %% [markdown]
# ## Through ReLU
#
# You have done this one already, in the small chain. Where $x$ is positive,
# $\max(0, x)$ moves exactly as $x$ does. Where $x$ is negative, it doesn't move at all.
# So ReLU is a gate for gradients: each of them passes, or it doesn't. And where $x$ is
# exactly 0? There the function has a kink and no slope. Somebody has to decide, and
# TensorFlow, PyTorch and we take 0.

# %% [markdown] nbgrader="read-only" grade_id="relu_slope_predict"
# {{question relu_slope minutes=2 title="Send a gradient through ReLU on paper"
# worked="only x = 3 is positive, so only its dy passes: (0, 0, -1)"}}
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

# %% [markdown]
# Only the last gate is open, and −1 passes as it is: 5·0, 7·0 and (−1)·1. The sign of a
# gradient doesn't matter to ReLU. Only the sign of $x$ does.

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
theirs = keras_gradients(keras.layers.ReLU(dtype="float64"), x, dy)
plots.beside(relu_backward(dy, x), theirs[0])
print("measured:", numeric_gradient(lambda v: np.maximum(v, 0), x, dy))
wires()

# %% [markdown]
# **Notice.** At the kink your instrument measures 3.5, half of the 7. One of its two
# steps went uphill and the other stayed on the flat. Neither number is wrong, because
# there is no slope to measure. The reports of this lesson say whether central
# differences agree with you, and they take no side where the loss has a kink.

# %% [markdown]
# ## Through a dense layer
#
# A dense layer computes $y = xw + b$. Let it have one unit and a batch of two examples,
# 1, 2 and 3, 4:
#
# $$y_0 = 1\,w_0 + 2\,w_1 + b \qquad y_1 = 3\,w_0 + 4\,w_1 + b$$
#
# Let the upstream gradient be 1 for $y_0$ and 10 for $y_1$. The weight $w_0$ has two
# paths to the loss. On the first it is multiplied by 1, on the second by 3, so it gets
# 1·1 + 10·3 = 31.

# %% [markdown] nbgrader="read-only" grade_id="dense_paper_predict"
# {{question dense_paper minutes=3 title="Gradients of a dense layer on paper"
# worked="1 * 1 + 10 * 3, 1 * 2 + 10 * 4 and 1 + 10: (31, 42, 11)"}}
# **Predict.** And what do $w_1$ and $b$ get? Write down all three.

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
# $w_1$ gets 1·2 + 10·4 = 42, and $b$, which counts once in each example, gets
# 1 + 10 = 11. All examples share the weights, so what comes back from them **adds up**.
# An input is different. It belongs to a single example, but it goes to *every unit*, so
# it adds over the units:
#
# $$dw_{c,f} = \sum_n x_{n,c}\, dy_{n,f} \qquad
# db_f = \sum_n dy_{n,f} \qquad
# dx_{n,c} = \sum_f dy_{n,f}\, w_{c,f}$$

# %% [markdown] nbgrader="read-only" grade_id="dense_backward_statement"
# ### {{exercise dense_backward minutes=10 title="Three gradients of a dense layer"}}
#
# Two of the sums are matrix products, and one runs along an axis. If you wonder what to
# transpose, write the shapes down. When they all differ, only one way fits.


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
differences(dense_backward(dy, x, w), keras_gradients(layer, x, dy))
wires()

# %% [markdown]
# **Notice.** Nothing is divided by the size of the batch. When a loss is a *mean* over
# the examples, its 1/n is in dy already. If you divide once more, every step is too
# small, and nothing fails. The network only learns slowly, and that is hard to find.

# %% [markdown]
# ## Through a convolution of a signal
#
# Now the step that this course is about. Take the signal 1 2 3 4 and the kernel 1 2 3,
# which make two stops, 14 and 20. Write out which input meets which weight:
#
# $$y_0 = w_0 x_0 + w_1 x_1 + w_2 x_2 \qquad y_1 = w_0 x_1 + w_1 x_2 + w_2 x_3$$
#
# How fast does $y_0$ grow with $x_1$? Its factor is $w_1$, so that fast. And with
# $w_1$? As fast as $x_1$ says. We put these slopes into two tables, one row for each
# output. Such a table is called a *Jacobian*.

# %%
x, w, dy = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3]), np.array([1.0, 2])
slopes_x = np.array([[w[0], w[1], w[2], 0], [0, w[0], w[1], w[2]]])
slopes_w = np.array([[x[0], x[1], x[2]], [x[1], x[2], x[3]]])
plots.grid(
    slopes_x,
    title="slopes of y in x",
    alt="One row for each of the two outputs, one column for each of the four inputs. "
    "Which columns have two numbers in them?",
)
plots.grid(
    slopes_w,
    title="slopes of y in w",
    alt="One row for each of the two outputs, one column for each of the three "
    "weights. Every weight has a part in both outputs.",
)

# %% [markdown]
# Let the upstream gradient be $dy$ = 1, 2. Then $w_0$ gets, from every stop, the input
# that it met times that stop's $dy$. Go down the first column of the second table:
# 1·1 + 2·2 = 5. All three at once are a product of $dy$ with the table.

# %%
print("dw =", dy @ slopes_w)

# %% [markdown] nbgrader="read-only" grade_id="signal_dx_predict"
# {{question signal_dx minutes=5 title="The gradient of a signal on paper"
# worked="1 * 1, 1 * 2 + 2 * 1, 1 * 3 + 2 * 2 and 2 * 3: (1, 4, 7, 6)"}}
# **Predict.** Do the same with the other table, on paper. With $dy$ = 1, 2, what is
# `dx`?

# %% nbgrader="autograded-answer" grade_id="signal_dx"
signal_dx = ...  # four numbers
### BEGIN SOLUTION
signal_dx = (1, 4, 7, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel not flipped in the full-convolution form": [3, 8, 5, 2],
    "dx assigned instead of accumulated": [1, 2, 4, 6],
    "upstream gradient ignored": [1, 3, 5, 3],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="signal_dx" points=1

# %% [markdown]
# Down the four columns: 1·1 = 1, then 1·2 + 2·1 = 4, then 1·3 + 2·2 = 7, and at the end
# 2·3 = 6. The two inputs in the middle are read by both stops, so they get something
# back from both.

# %% [markdown]
# With a stride $s$, stop $i$ reads from $i s$ on. So tap $p$ of stop $i$ is one path
# from $x_{is+p}$ to $y_i$, and its factor is $w_p$. Everything that was read gets its
# share along the same path:
#
# $$dw_p = \sum_i dy_i \, x_{is+p} \qquad
# dx_{is+p} \mathrel{+}= dy_i \, w_p \qquad
# db = \sum_i dy_i$$

# %% [markdown]
# **Try it.** Point at an entry of dw, and the values of x and dy whose products it adds
# will light up. Then point at an entry of dx. What lights up now? And what changes when
# you set the stride to 2?

# %% nbgrader="demonstration"
explore.gradient_flow(dims=1)

# %% [markdown] nbgrader="read-only" grade_id="conv1d_backward_statement"
# ### {{exercise conv1d_backward minutes=15
# title="Three gradients of a 1D convolution"}}
#
# Walk over the stops as the forward pass did. Each stop has one window. What does the
# window give to `dw`, and what does it get in `dx`?


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


# %% nbgrader="demonstration"
signal, upstream = rng.normal(size=9), rng.normal(size=4)
layer = keras.layers.Conv1D(1, 3, strides=2, dtype="float64")
layer.build((1, 9, 1))
kernel = layer.get_weights()[0][:, 0, 0]
theirs = keras_gradients(layer, signal[None, :, None], upstream[None, :, None])
yours = conv1d_backward(upstream, signal, kernel, stride=2)
differences(yours, [np.squeeze(part) for part in theirs])

# %% [markdown]
# **Notice.** dw needs `x`, and dx needs `w`. So the forward pass has to keep its input
# until the gradient comes back, in every layer. That is why training a network takes so
# much more memory than using it.

# %% [markdown]
# Look at the formula of dw once more. With stride 1, $dw_p$ adds up $dy_i\, x_{i+p}$,
# so `dy` lies on the signal from place $p$ on, as a kernel would. At stride 1, dw is a
# convolution too, with `dy` as its kernel. The next cell finds it in three ways, with
# numbers that once came out of TensorFlow.

# %% nbgrader="demonstration"
signal = np.array([0.20350695, -0.31481498, -0.85656077, 0.5981919])
upstream = np.array([-0.47567356, -2.3547919])
layer = keras.layers.Conv1D(1, 3, dtype="float64")
tape_dw = keras_gradients(layer, signal[None, :, None], upstream[None, :, None])[1]
print("tape       ", tape_dw[:, 0, 0].numpy())
print("convolution", given.conv1d(signal, upstream))
mine = conv1d_backward(upstream, signal, np.zeros(3))
print("yours      ", "not written yet" if mine is None else mine[1])

# %% [markdown]
# ## Is dx a convolution, too?
#
# At stride 1, dw is one. To find out about dx, follow one input. On a longer signal,
# $x_2$ is read by the three stops 0, 1 and 2, and in each of them it meets another
# weight of the kernel $w_0\, w_1\, w_2$.

# %% [markdown] nbgrader="read-only" grade_id="reads_backwards_predict"
# {{question reads_backwards minutes=3 title="Which weights an input meets"
# worked="x_2 is the third input of y_0, the second of y_1, the first of y_2:
# (2, 1, 0)"}}
# **Predict.** The stride is 1. Which weight does $x_2$ meet in $y_0$, which in $y_1$,
# and which in $y_2$? Give their numbers in this order.

# %% nbgrader="autograded-answer" grade_id="reads_backwards"
reads_backwards = ...  # three whole numbers
### BEGIN SOLUTION
reads_backwards = (2, 1, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel not flipped in the full-convolution form": (0, 1, 2),
    "the window stands still": (2, 2, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="reads_backwards" points=1

# %% [markdown]
# Stop 0 starts at $x_0$, so $x_2$ lies under $w_2$. One step on, it lies under $w_1$,
# then under $w_0$. The window moves forward, so the input moves backward through it,
# and reads the kernel **from its end**. That makes
# $dx_2 = w_2\, dy_0 + w_1\, dy_1 + w_0\, dy_2$, so the turned kernel slides over dy.
# To reach the first and the last input, put `k - 1` zeros on both sides of dy. This is
# known as the *full convolution*.

# %% nbgrader="demonstration"
print("turned kernel over dy:", given.conv1d(np.pad(dy, 2), w[::-1]))
print("dy turned, over w:    ", given.conv1d(np.pad(w, 1), dy[::-1]))
print("nothing turned:       ", given.conv1d(np.pad(dy, 2), w))

# %% [markdown]
# The first two lines are your dx on paper, 1 4 7 6. The second one reads the same
# products with the roles exchanged: zeros around the kernel, and dy turned. The third
# has the right shape and the wrong numbers. Both forms hold at stride 1 only. The += of
# your function holds at any stride, and lesson 07 is about what it does.

# %% [markdown]
# *This is a good place to stop for today.*
#
# ## Through a convolution of a picture
#
# In a picture, windows overlap in two directions. How much comes back to a pixel
# depends on how many windows read it.

# %% [markdown] nbgrader="read-only" grade_id="window_counts_predict"
# {{question window_counts minutes=4 title="Count the windows that read a pixel"
# worked="both windows along a side read index 2, one reads 0: (1, 1 * 2, 2 * 2) =
# (1, 2, 4)"}}
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
    "the window's size taken for the stride": (1, 1, 1),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="window_counts" points=1

# %% [markdown]
# There are four windows, and they start at rows 0 and 2 and at columns 0 and 2. Pixel
# `x[0, 0]` lies in the first one only. Column 2 belongs to the left and to the right
# windows, so `x[0, 2]` is read twice, and `x[2, 2]` by 2·2 = 4 windows. Remember this
# uneven pattern. It comes back in lesson 07, where you will see it in a picture.

# %% [markdown]
# Now some numbers. A 3×3 picture, a 2×2 kernel and the upstream gradient:
#
# $$x = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 3 & 1 \\ 2 & 1 & 1 \end{pmatrix} \qquad
# w = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \qquad
# dy = \begin{pmatrix} 2 & 0 \\ 1 & -1 \end{pmatrix}$$
#
# The weight $w_{01}$, the 2, meets the pixels 2, 0, 3 and 1, one at each stop. So it
# gets 2·2 + 0·0 + 1·3 + (−1)·1 = 6.

# %% [markdown] nbgrader="read-only" grade_id="plane_gradients_predict"
# {{question plane_gradients minutes=6 title="Two gradients in a picture, on paper"
# worked="2 * 1 + 1 * 0 - 1 * 3 = -1 and 2 * 4 + 1 * 2 - 1 * 1 = 9: (-1, 9)"}}
# **Predict.** What does the weight $w_{00}$ get? And what does the pixel in the middle
# get, which all four windows read?

# %% nbgrader="autograded-answer" grade_id="plane_gradients"
plane_gradients = ...  # two numbers: (dw[0, 0], dx[1, 1])
### BEGIN SOLUTION
plane_gradients = (-1, 9)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel not flipped in the full-convolution form": (-1, 1),
    "dx assigned instead of accumulated": (-1, -1),
    "dw turned round": (6, 9),
    "upstream gradient ignored": (6, 10),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="plane_gradients" points=1

# %% [markdown]
# $w_{00}$ meets the pixels 1, 2, 0 and 3, so it gets
# 2·1 + 0·2 + 1·0 + (−1)·3 = −1. The pixel in the middle lies under the 4 at the first
# stop, then under the 3, the 2 and the 1, so it gets 2·4 + 0·3 + 1·2 + (−1)·1 = 9. It
# reads the kernel backwards again, now in both directions.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_plane_backward_statement"
# ### {{exercise conv2d_plane_backward minutes=12
# title="Three gradients of one plane"}}
#
# First one plane, without channels, padding or dilation. It is your `conv1d_backward`
# with a second loop.


# %% nbgrader="autograded-answer" grade_id="conv2d_plane_backward"
def conv2d_plane_backward(dy, x, w, *, stride=1):
    """Compute the three gradients of a convolution of one plane.

    dx[i * stride + p, j * stride + q] += dy[i, j] * w[p, q]
    dw[p, q] = sum_{i,j} dy[i, j] * x[i * stride + p, j * stride + q]
    db = sum_{i,j} dy[i, j]

    Parameters
    ----------
    dy : ndarray, shape (h_out, w_out)
    x : ndarray, shape (h, w_in)
    w : ndarray, shape (kh, kw)
    stride : int, at least 1, the same for rows and columns

    Returns
    -------
    dx, dw, db : ndarrays of the shapes of x and of w, and a float

    Matches: the gradients of ``keras.layers.Conv2D(1, (kh, kw), strides=stride)``
    """
    kh, kw = w.shape
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    ### BEGIN SOLUTION
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            rows = slice(i * stride, i * stride + kh)
            columns = slice(j * stride, j * stride + kw)
            dw += dy[i, j] * x[rows, columns]
            dx[rows, columns] += dy[i, j] * w
    return dx, dw, dy.sum()
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_plane_backward" points=2

# %% [markdown]
# ## All of it at once
#
# A real layer has a batch, channels, filters, padding and dilation as well. None of
# them changes the idea. Stop $(i, j)$ with tap $(p, q)$ reads row $i s + p d$ and
# column $j s + q d$ of the **padded** picture $\tilde{x}$, and the shares go the same
# way back:
#
# $$dw_{p,q,c,f} = \sum_{n,i,j} dy_{n,i,j,f}\; \tilde{x}_{n,\,is+pd,\,js+qd,\,c}
# \qquad db_f = \sum_{n,i,j} dy_{n,i,j,f}$$
#
# $$d\tilde{x}_{n,\,is+pd,\,js+qd,\,c} \mathrel{+}= \sum_f dy_{n,i,j,f}\; w_{p,q,c,f}$$

# %% [markdown]
# What is new is bookkeeping. At one stop you hold three arrays, and here are their
# shapes:
#
# ```
# window  (n, kh, kw, c_in)     cut out of the padded x
# stop    (n, c_out)            dy[:, i, j]
# w       (kh, kw, c_in, c_out)
# ```
#
# `dw` wants the examples `n` added up, and `dx` wants the filters `c_out` added up.
# `np.tensordot(a, b, axes=(k, l))` multiplies and adds along axis `k` of `a` and axis
# `l` of `b`. Its result has the other axes of `a` first, then those of `b`.

# %% [markdown]
# Padding adds one more step at the end. $d\tilde{x}$ has a border where the zeros were.
# Nobody needs the gradient of a zero, so cut it off. Be careful when the padding is 0,
# because `[ph:-ph]` is empty then, while `[ph : ph + h]` always works.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_backward_statement"
# ### {{exercise conv2d_backward minutes=25
# title="Three gradients of a 2D convolution"}}
#
# Loop over the stops only, as before, and let `tensordot` do the rest. A slice with a
# step picks the taps of a dilated window. For dilation 2 and three taps from row 4 on
# it is `slice(4, 9, 2)`.


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
    (sh, sw), (ph, pw), (dil_h, dil_w) = both(stride), both(padding), both(dilation)
    kh, kw = w.shape[:2]
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    ### BEGIN SOLUTION
    for i in range(dy.shape[1]):
        rows = slice(i * sh, i * sh + dil_h * (kh - 1) + 1, dil_h)
        for j in range(dy.shape[2]):
            columns = slice(j * sw, j * sw + dil_w * (kw - 1) + 1, dil_w)
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
differences(yours, keras_gradients(layer, x, dy))

# %% [markdown]
# Keras is one witness. Now call your own, `numeric_gradient`. It knows nothing about
# gradients. It only runs the forward pass, one moved weight at a time.


# %% nbgrader="demonstration"
def forward(kernel):
    """Run the layer with another kernel."""
    layer.set_weights([kernel, np.zeros(4)])
    return np.array(layer(x))


measured = numeric_gradient(forward, w, dy)
if yours is not None and measured is not None:
    differences(yours[1:2], [measured], ["dw"], "the measured one")
wires()

# %% [markdown]
# **Try it.** The explorer runs your function. Point at a weight of dw to see its pairs
# of x and dy, and at a pixel of dx to see which weights and dy reach it. The curve
# below is the loss while w takes twenty small steps against your dw. What happens to it
# when you make the *step size* larger?

# %% nbgrader="demonstration"
explore.gradient_flow(conv2d_backward)

# %% [markdown]
# **Notice.** dw and dx walk over the same stops and taps. dw *gathers*, dx *scatters*.
# So stride, padding and dilation appear in both, and if you forget one of them in one
# gradient, only that one is wrong. The line `parts` of a report says which.

# %% [markdown]
# ## Through max pooling
#
# Is a maximum differentiable at all? Move the largest value of a window a little, and
# the output moves with it, so its slope is 1. Move any other value a little, and
# nothing happens. So the whole dy goes to the *winner*, and the others get nothing.

# %% [markdown]
# Two things can happen on the way. Windows may overlap, and then a pixel can win in
# several of them. And there may be a *tie*, where two pixels share the largest value.
# The function has a kink there, and again somebody has to decide. What does Keras do
# with this tie of three, and dy = 5?

# %% nbgrader="demonstration"
tie = np.array([[3.0, 3.0], [1.0, 3.0]])
layer = keras.layers.MaxPooling2D(2, dtype="float64")
one_window = np.full((1, 1, 1, 1), 5.0)
print(keras_gradients(layer, tie[None, :, :, None], one_window)[0][0, :, :, 0].numpy())

# %% [markdown]
# On a CPU, TensorFlow gives everything to the first winner, row by row. We do the same.

# %% [markdown] nbgrader="read-only" grade_id="pool_overlap_predict"
# {{question pool_overlap minutes=3
# title="Send a gradient through overlapping windows"
# worked="the 4 wins in both windows and gets 10 + 20 = 30: (0, 30, 0)"}}
# **Predict.** One row, 1 4 2, is pooled with windows of two and stride 1. So there are
# two stops. The upstream gradient is 10, 20. What is dx?

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

# %% [markdown]
# The 4 wins in both windows, so it gets 10 + 20 = 30. The 1 and the 2 never win.

# %% [markdown] nbgrader="read-only" grade_id="max_pool2d_backward_statement"
# ### {{exercise max_pool2d_backward minutes=15
# title="Send the gradient to the winner"}}
#
# `np.ndindex(dy.shape)` visits every example, stop and channel. `np.argmax` of a window
# counts along its rows and stops at the first maximum. `np.unravel_index` turns that
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
differences(
    max_pool2d_backward(dy, x, (3, 2), stride=(2, 1)), keras_gradients(layer, x, dy)
)
wires()

# %% [markdown]
# **Notice.** With 2×2 windows side by side, three of four pixels get nothing. The
# network learns only through the winners, and from picture to picture others win.

# %% [markdown]
# ## The whole way back
#
# Your four functions fill four boxes. Now join them, fill the last box, and go the
# whole way. The network takes pictures of 6×6 pixels. Two 3×3 filters make maps of 4×4,
# max pooling leaves 2×2, and a dense layer makes two scores `z` out of these eight
# numbers. The loss compares them with a target $t$, and you know its upstream gradient:
#
# $$L = \tfrac12 \sum (z - t)^2 \qquad dz = z - t$$


# %%
def network(x, w, b, v):
    """Run the small network: convolution, ReLU, max pooling, dense."""
    y = given.conv2d(x, w, b)
    r = np.maximum(y, 0)
    m = given.max_pool2d(r, 2)
    return m.reshape(len(x), -1) @ v


# %% [markdown] nbgrader="read-only" grade_id="survivors_predict"
# {{question survivors minutes=3 title="Count the gradients that survive"
# worked="only the winners of max pooling get a gradient: 2 * 2 * 2 = 8"}}
# **Predict.** On one picture, $y$ holds 4·4·2 = 32 numbers. How many numbers of $dy$,
# its gradient, can differ from 0 at most?

# %% nbgrader="autograded-answer" grade_id="survivors"
survivors = ...  # a whole number
### BEGIN SOLUTION
survivors = 8
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "gradient sent to the whole window": 32,
    "one map counted": 4,
    "one winner for each map": 2,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="survivors" points=1

# %% [markdown]
# Max pooling has 2·2·2 = 8 winners, and only they get something. ReLU can close some of
# these eight gates, and it can't open any other.

# %% [markdown] nbgrader="read-only" grade_id="network_backward_statement"
# ### {{exercise network_backward minutes=15
# title="Go the whole way back"}}
#
# Use the four backward functions that you wrote; they have to pass their checks first.
# Run the forward steps once more, as in `network`, because you need what each of them
# was given. Then start from `dz`. Each step takes the gradient of its output and
# returns that of its input.


# %% nbgrader="autograded-answer" grade_id="network_backward"
def network_backward(dz, x, w, b, v):
    """Compute the gradients of the small network: x, kernel, bias, dense weights.

    Forward: y = conv2d(x, w, b), r = max(y, 0), m = 2x2 max pooling of r,
    z = m.reshape(n, -1) @ v

    Parameters
    ----------
    dz : ndarray, shape (n, units): the upstream gradient of the scores
    x : ndarray, shape (n, h, w_in, c_in)
    w : ndarray, shape (kh, kw, c_in, c_out)
    b : ndarray, shape (c_out,)
    v : ndarray, shape (h_m * w_m * c_out, units), where m is (n, h_m, w_m, c_out)

    Returns
    -------
    dx, dw, db, dv : ndarrays, the shapes of x, w, b and v

    Matches: ``tf.GradientTape`` through the five layers
    """
    ### BEGIN SOLUTION
    y = given.conv2d(x, w, b)
    r = np.maximum(y, 0)
    m = given.max_pool2d(r, 2)
    dm, dv, _ = dense_backward(dz, m.reshape(len(x), -1), v)
    dr = max_pool2d_backward(dm.reshape(m.shape), r, 2)
    dx, dw, db = conv2d_backward(relu_backward(dr, y), x, w)
    return dx, dw, db, dv
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="network_backward" points=3

# %% [markdown]
# Now the whole chain against your instrument. One call of `numeric_gradient` for the
# kernel and one for the picture, from the scores all the way to the front.

# %% nbgrader="demonstration"
x, b = rng.normal(size=(1, 6, 6, 1)), rng.normal(size=2)
w, v = rng.normal(size=(3, 3, 1, 2)) / 3, rng.normal(size=(8, 2)) / 3
dz = network(x, w, b, v) - np.array([[1.0, -1.0]])
yours = network_backward(dz, x, w, b, v)
measured_w = numeric_gradient(lambda k: network(x, k, b, v), w, dz)
measured_x = numeric_gradient(lambda p: network(p, w, b, v), x, dz)
if yours is not None and measured_w is not None:
    differences(yours[:2], [measured_x, measured_w], ["dx", "dw"], "the measured one")
wires()

# %% [markdown]
# **Notice.** `network_backward` has no formula of its own. Each box knows its own way
# back, and the chain rule joins them. Networks with a hundred layers are trained in
# exactly this way, and so is the one that you train in lesson 08.

# %% [markdown]
# *This is a good place to stop for today.*
#
# ## A gradient that trains
#
# A colleague hands you a function that computes dw. "It works," they say, "my network
# learns." Read it, and form an opinion.


# %%
def colleague_dw(dy, x, kh, kw):
    """Compute the gradient of a convolution's kernel, at stride 1."""
    h_out, w_out = dy.shape[1:3]
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]))
    for p in range(kh):
        for q in range(kw):
            top, left = kh - 1 - p, kw - 1 - q
            seen = x[:, top : top + h_out, left : left + w_out]
            dw[p, q] = np.tensordot(seen, dy, axes=((0, 1, 2), (0, 1, 2)))
    return dw


# %% [markdown]
# Their network has four 3×3 filters, ReLU, the mean of each map, and one unit that
# should say 1 for O and −1 for X. The loss is half the mean squared error. All
# gradients but dw are written out in `train`, and they are right. Each seed draws other
# pictures and other first weights.


# %%
def train(dw_of, seed, steps=300, rate=0.7):
    """Train on 64 pictures; return the losses and the share named correctly."""
    pictures, labels = data.xo_pictures(64, seed=seed)
    x, target = (pictures[..., None] + 1) / 2, 2.0 * labels - 1  # ink 1, paper 0
    rng = np.random.default_rng(seed)
    w, v, c = rng.normal(size=(3, 3, 1, 4)) / 3, rng.normal(size=4) / 2, 0.0
    seen = np.lib.stride_tricks.sliding_window_view(x[..., 0], (3, 3), axis=(1, 2))
    losses = []
    for _ in range(steps):
        y = np.tensordot(seen, w[:, :, 0], axes=2)
        m = np.maximum(y, 0).mean(axis=(1, 2))
        wrong = m @ v + c - target
        losses.append(np.mean(wrong**2) / 2)
        dz = wrong / len(x)
        dy = (dz[:, None] * v)[:, None, None] / y[0, :, :, 0].size * (y > 0)
        w = w - rate * dw_of(dy, x, 3, 3)
        v, c = v - rate * m.T @ dz, c - rate * dz.sum()
    return losses, np.mean((m @ v + c > 0) == labels)


# %%
def three_runs(dw_of, name):
    """Train from three seeds, print how it went, and return the losses of the first."""
    runs = [train(dw_of, seed) for seed in (0, 1, 2)]
    for seed, (losses, named) in enumerate(runs):
        print(f"{name}, seed {seed}: loss {losses[0]:.2f} at first, ", end="")
        print(f"{losses[-1]:.2f} at last; {named:.0%} named correctly")
    return range(len(runs[0][0])), runs[0][0]


# %% nbgrader="demonstration"
curves = {"colleague's dw": three_runs(colleague_dw, "colleague's dw")}
plots.lines(
    curves,
    xlabel="step",
    ylabel="loss",
    alt="The loss of the first run. Does this curve look like that of a network that "
    "learns?",
)

# %% [markdown] nbgrader="read-only" grade_id="falling_loss_predict"
# {{question falling_loss minutes=2 title="What a falling loss proves"
# options="a|b|c|d"}}
# **Decide.** In all three runs the loss falls to a third or less, and in the end the
# network names nearly every picture correctly. What does that prove about
# `colleague_dw`?
#
# **a** every number of it is right · **b** every number has the right sign ·
# **c** it is right up to a constant factor · **d** none of these

# %% nbgrader="autograded-answer" grade_id="falling_loss"
falling_loss = {"q1": ...}  # a letter in quotes
### BEGIN SOLUTION
falling_loss = {"q1": "d"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="falling_loss" points=1

# %% [markdown] nbgrader="read-only" grade_id="frozen_filters_predict"
# {{question frozen_filters minutes=2 title="Predict a network with frozen filters"
# worked="the three runs name 98, 89 and 97 % correctly: c" options="a | b | c"}}
# **Predict.** Every experiment needs a control. Let dw be 0 always. Then the filters
# stay as random as they were, and only the last unit learns. About how many of its
# pictures will such a network name correctly?
#
# **a** half of them, like a coin · **b** about two thirds · **c** about nine in ten

# %% nbgrader="autograded-answer" grade_id="frozen_filters"
frozen_filters = ...  # a letter in quotes
### BEGIN SOLUTION
frozen_filters = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="frozen_filters" points=1


# %% nbgrader="demonstration"
def no_dw(dy, x, kh, kw):
    """Return zeros: the filters never change."""
    return np.zeros((kh, kw, x.shape[3], dy.shape[3]))


curves["dw = 0"] = three_runs(no_dw, "dw = 0")
plots.lines(
    curves,
    xlabel="step",
    ylabel="loss",
    alt="The losses of the first run of each. How much of the fall is due to dw?",
)

# %% [markdown]
# So a network whose filters never learn names 98, 89 and 97 % of its pictures
# correctly. Four random filters see enough of a difference for the last unit. A high
# share proves next to nothing about dw. The loss tells a little more. It hardly moves
# without dw, so the colleague's dw does *help*. But is it right? Your instrument can
# tell, on one random picture with a random dy.

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(1, 5, 5, 1)), rng.normal(size=(1, 3, 3, 1))
computed = colleague_dw(dy, x, 3, 3)[:, :, 0, 0]
print("computed by the colleague", computed.round(2), sep="\n")

# %% nbgrader="demonstration"
measured = numeric_gradient(
    lambda k: np.array(keras.ops.conv(x, k)), np.zeros((3, 3, 1, 1)), dy
)
if measured is not None:
    print("measured", measured[:, :, 0, 0].round(2), sep="\n")

# %% [markdown] nbgrader="read-only" grade_id="dw_mistake_predict"
# {{question dw_mistake minutes=4 title="Find the mistake in a gradient"
# options="a|b|c|d"}}
# **Decide.** Compare the two tables, number by number. What is wrong with the
# colleague's dw?
#
# **a** every number is too small by the same factor · **b** rows and columns are
# exchanged · **c** the right numbers stand at the mirrored places · **d** the last stop
# is missing

# %% nbgrader="autograded-answer" grade_id="dw_mistake"
dw_mistake = {"q1": ...}  # a letter in quotes
### BEGIN SOLUTION
dw_mistake = {"q1": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="dw_mistake" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv2d_dw_statement"
# ### {{exercise conv2d_dw minutes=10 title="Fix a gradient that trains"}}
#
# Write it correctly. Copy the colleague's lines, find the one that causes this mistake,
# and fix it. Let the function take a stride as well.


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
    h_out, w_out = dy.shape[1:3]
    ### BEGIN SOLUTION
    dw = np.zeros((kh, kw, x.shape[3], dy.shape[3]), dtype=x.dtype)
    for p in range(kh):
        for q in range(kw):
            rows = slice(p, p + sh * (h_out - 1) + 1, sh)
            columns = slice(q, q + sw * (w_out - 1) + 1, sw)
            seen = x[:, rows, columns]
            dw[p, q] = np.tensordot(seen, dy, axes=((0, 1, 2), (0, 1, 2)))
    return dw
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_dw" points=2

# %% nbgrader="demonstration"
if conv2d_dw(dy, x, 3, 3) is not None:
    curves["right dw"] = three_runs(conv2d_dw, "right dw")
    plots.lines(
        curves,
        xlabel="step",
        ylabel="loss",
        alt="The losses of the first run of each. Which two lie closest together?",
    )

# %% [markdown]
# The right dw learns fastest in all three runs, the colleague's comes second, and no dw
# at all is last. Why does the wrong one help? Let us measure its direction. The cosine
# between two arrays is 1 when they point the same way, 0 when they have nothing to do
# with each other, and negative when one works against the other.


# %% nbgrader="demonstration"
def mean_cosine(seed):
    """Return the mean cosine between the right dw and the mirrored one."""
    found = []

    def watched(dy, x, kh, kw):
        dw = conv2d_dw(dy, x, kh, kw)
        found.append(np.sum(dw * dw[::-1, ::-1]) / np.sum(dw**2))
        return dw

    train(watched, seed)
    return np.mean(found)


if conv2d_dw(dy, x, 3, 3) is not None:
    for seed in (0, 1, 2):
        print(f"seed {seed}: mean cosine {mean_cosine(seed):.2f}")

# %% [markdown]
# In all three runs the wrong gradient points more along the right one than against it.
# An X and an O look the same upside down, and the mean of a map forgets where things
# were, so a kernel turned by half a turn sees nearly the same. With pictures that look
# different upside down, nothing promises you such luck.

# %% [markdown]
# This has happened. Brandon Rohrer, who drew the X and the O on which lesson 01 builds,
# published a course in which this very gradient was reversed, and the network seemed
# to do well. He found the mistake later, left the video in place, and wrote about it.
# The link is at the end. Careful people make such mistakes too. A falling loss won't
# tell you, and two minutes with `numeric_gradient` will.

# %% [markdown]
# ## If you have time: groups and averages
#
# Four more layers know their way back. Nothing later builds on them, and none needs a
# new idea. They earn points like the others.
#
# A grouped convolution is several convolutions side by side. Group `g` reads its own
# block of channels and writes its own block of maps, so each block of dy goes back to
# its own block of channels.

# %% [markdown] nbgrader="read-only" grade_id="group_reads_predict"
# {{question group_reads minutes=2 title="Which channels a grouped gradient reaches"
# worked="maps 3, 4 and 5 form the second group, which reads 4 / 2 = 2 channels:
# (2, 3)"}}
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

# %% [markdown]
# Each group makes 6/2 = 3 maps and reads 4/2 = 2 channels. Map 4 is the second of the
# maps 3, 4, 5, which are those of the second group, and that group reads channels 2
# and 3.

# %% [markdown] nbgrader="read-only" grade_id="grouped_conv2d_backward_statement"
# ### {{exercise grouped_conv2d_backward minutes=8
# title="Gradients of a grouped convolution"}}
#
# The loop is there. What is missing is one call of your `conv2d_backward` with the
# slices of this group, and after the loop the `return`. Your `conv2d_backward` has to
# pass its check first. `dx[..., ins]` is the group's block of channels, whatever stands
# in front.


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
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[3])
    for g in range(groups):
        ins, outs = slice(g * a, (g + 1) * a), slice(g * m, (g + 1) * m)
        ### BEGIN SOLUTION
        dx[..., ins], dw[..., outs], db[outs] = conv2d_backward(
            dy[..., outs], x[..., ins], w[..., outs], **settings
        )
    return dx, dw, db
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="grouped_conv2d_backward" points=2

# %% nbgrader="demonstration"
x, dy = rng.normal(size=(2, 5, 6, 4)), rng.normal(size=(2, 3, 5, 6))
layer = keras.layers.Conv2D(6, (3, 2), groups=2, dtype="float64")
layer.build(x.shape)
w = layer.get_weights()[0]
differences(grouped_conv2d_backward(dy, x, w, groups=2), keras_gradients(layer, x, dy))

# %% [markdown]
# A depthwise convolution is the extreme, with one channel in each group. Keras lays its
# kernel out as (kh, kw, c_in, multiplier), and map `c * multiplier + m` comes from
# channel `c` with kernel `w[:, :, c, m]`.

# %% [markdown] nbgrader="read-only" grade_id="depthwise_reads_predict"
# {{question depthwise_reads minutes=2 title="Which maps lead back to a channel"
# worked="channel 1 makes the maps 1 * 2 + 0 and 1 * 2 + 1: (2, 3)"}}
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

# %% [markdown]
# Channel 1 makes the maps 1·2 = 2 and 1·2 + 1 = 3, and from these it hears back.

# %% [markdown] nbgrader="read-only" grade_id="depthwise_conv2d_backward_statement"
# ### {{exercise depthwise_conv2d_backward minutes=8
# title="Gradients of a depthwise convolution"}}
#
# Give the kernel the shape that a grouped one would have, and let your last function do
# the work. Which shape does dw need in the end? The maps are in the right order
# already.


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
differences(depthwise_conv2d_backward(dy, x, w), keras_gradients(layer, x, dy))

# %% [markdown]
# **Notice.** A gradient returns along the wires by which the values came. Fewer wires
# mean less work in both directions.

# %% [markdown]
# Average pooling is next. In a mean of four values each counts for a quarter. So what
# does each get back?

# %% [markdown] nbgrader="read-only" grade_id="shares_predict"
# {{question shares minutes=2 title="Share a gradient out on paper"
# worked="8 / (2 * 2) = 2 and 6 / (3 * 4) = 0.5: (2, 0.5)"}}
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

# %% [markdown]
# 8/4 = 2, and 6/12 = 0.5. If you add up all of dx, you get the sum of all of dy again,
# with overlapping windows, too. A mean loses nothing on the way back and makes nothing.
# That is a quick test for both functions that you write here.

# %% [markdown] nbgrader="read-only" grade_id="avg_pool2d_backward_statement"
# ### {{exercise avg_pool2d_backward minutes=8
# title="Share the gradient of an average out"}}
#
# Each stop gives every pixel of its window the same share. To let a share meet a window
# of shape (n, kh, kw, c), keep its axes: `dy[:, i : i + 1, j : j + 1]`.


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
x, dy = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(2, 3, 5, 3))
layer = keras.layers.AveragePooling2D((3, 2), strides=(2, 1), dtype="float64")
yours = avg_pool2d_backward(dy, x, (3, 2), stride=(2, 1))
differences(yours, keras_gradients(layer, x, dy))
if yours is not None:
    print("sum of dx:", yours.sum(), " sum of dy:", dy.sum())

# %% [markdown] nbgrader="read-only" grade_id="global_avg_pool2d_backward_statement"
# ### {{exercise global_avg_pool2d_backward minutes=4
# title="Share the gradient of a whole map out"}}
#
# *Global* average pooling has one window, the whole map, and its `dy` has one number
# for each example and map. You have a function that needs only the right arguments.


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
    return avg_pool2d_backward(dy[:, None, None, :], x, x.shape[1:3])
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="global_avg_pool2d_backward" points=1

# %% nbgrader="demonstration"
dy = rng.normal(size=(2, 3))
layer = keras.layers.GlobalAveragePooling2D(dtype="float64")
differences(global_avg_pool2d_backward(dy, x), keras_gradients(layer, x, dy))

# %% [markdown] nbgrader="manual-answer" grade_id="written_batch" points=2
# ## Write it in words
#
# For a batch of 32 pictures, dx has one entry for each pixel of each picture, while dw
# has the shape of one kernel. Why does dw add over the batch, and why doesn't dx? And
# where is the division by 32, when the loss is a mean?
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
# In every product, each factor gets the gradient of the result times the other factor.
# What is shared adds up, and steps in a row multiply.
#
# ## Key points
#
# - Test a gradient with central differences and a random dy, never with a falling loss.
# - dw gathers x with dy, and dx scatters dy with w, along the same stops and taps.
# - Each layer turns the dy of its output into the dy of the layer in front of it. Join
#   the layers, and you have backpropagation.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Replace `xo_pictures` in `train` by drawings that turn (`turn=45`). Does the
#    mirrored gradient still help?
# 2. Write `l2_pool2d_backward`, the gradient of lesson 05's L2 pooling, and test it
#    with `numeric_gradient`. What would you return for a window of zeros?
# 3. Draw dx of one score of `network` for an X of 6×6 pixels. Which pixels matter for
#    the answer?

# %% [markdown]
# ## Further reading
#
# - [Stanford CS231n, Backpropagation, intuitions](https://cs231n.github.io/optimization-2/),
#   because it draws gradients as a flow through gates, one gate at a time.
# - [Stanford CS231n, Gradient checks](https://cs231n.github.io/neural-networks-3/#gradcheck),
#   because it lists what goes wrong with kinks, step sizes and rounding.
# - [Brandon Rohrer, 2D convolution backward pass](https://end-to-end-machine-learning.teachable.com/courses/322-convolutional-neural-networks-in-two-dimensions/lectures/24726662),
#   whose postscript tells of the reversed gradient that trained.
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because chapter 4 shows the backward pass as a convolution of its own, as lesson 07
#   does.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because section 9.5 writes the gradients of kernel and input, with stride.
