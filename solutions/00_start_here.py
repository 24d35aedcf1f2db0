# %% [markdown]
# # Run your first check
#
# **You will build** one line of NumPy that multiplies and adds. Every later lesson
# repeats this step.
#
# **You will learn**
#
# - how a lesson works: run a cell, write a line, run a check
# - how to read a report and fix what it names
# - where you stand before the course, by ten questions at the end
#
# **You need** Python, NumPy indexing, and 40 minutes.

# %% [markdown]
# ## Find your way in a notebook
#
# A notebook is a column of cells. Some cells, like this one, hold text, and others hold
# Python. Click into the next cell and press **Shift** and **Enter** together. The cell
# runs, and the cursor moves on to the next one. What a cell prints appears below it.
# The first cell here prints nothing, the second one does, so run both.

# %% nbgrader="demonstration"
# On Colab and the like, this installs the course. Elsewhere it does nothing.
from importlib.util import find_spec

if find_spec("byhand") is None:
    import subprocess
    import sys

    pip = [sys.executable, "-m", "pip", "install", "-q", "-f", "."]
    subprocess.run([*pip, "byhand"], check=True)

# %%
import sys

import numpy as np

from byhand import check, data, plots

print("Python", sys.version.split()[0], "with NumPy", np.__version__)

# %% [markdown]
# If you see two version numbers, everything is ready. If you see `ModuleNotFoundError`
# instead, the notebook runs in another Python. Choose **Kernel** in the menu, then
# **Change Kernel**, and take the environment of the course.

# %%
clean_x, bent_x, round_o = data.glyphs()
plots.images(
    [(clean_x, "clean X"), (bent_x, "bent X"), (round_o, "round O")],
    alt="Three small drawings of 9 by 9 pixels: two X and one O.",
)

# %% [markdown]
# You can tell the two X from the O at a glance. At the end of this course a network
# that you wrote yourself, in NumPy alone, can do it too. All it ever does is multiply
# and add, millions of times. Let us start with one.

# %% [markdown]
# ## Multiply and add
#
# A shop sells three things at prices `x`. You buy `w` of each, and a negative number
# means that you bring some back. What you pay is a *weighted sum*: each price counts as
# often as its weight says. Here it is 2·3 + 5·0 + 1·(−2) = 4.

# %%
prices = np.array([2.0, 5.0, 1.0])
amounts = np.array([3.0, 0.0, -2.0])
plots.draw_window(prices, amounts)

# %% [markdown] nbgrader="read-only" grade_id="first_sum_predict"
# {{question first_sum minutes=2 title="Work a weighted sum out on paper"
# worked="4 * 1 + 1 * (-1) + 2 * 3 = 4 - 1 + 6 = 9"}}
# **Predict.** Take `x` = 4, 1, 2 and `w` = 1, −1, 3. Work the weighted sum out on
# paper, then replace the three dots below with your number and run the cell. Three dots
# always mark a place for an answer of yours.

# %% nbgrader="autograded-answer" grade_id="first_sum"
first_sum = ...  # one number
### BEGIN SOLUTION
first_sum = 9
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "added instead of multiplied": 10,
    "kernel flipped": 13,
    "product of the sums": 21,
    "weights ignored": 7,
    "mean instead of sum": 3,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="first_sum" points=1

# %% [markdown]
# The cell above is a *check*. It finds your answer by its name, compares it with the
# right one, and writes a report. Run it as often as you like. It costs nothing, and the
# last run counts. If it still waits for you, run the cell with your answer first and
# then the check.

# %% [markdown]
# Here is the same sum as a formula, for `n` values, with $p$ counting from 0 as Python
# does. The sign $\sum$ says: put $p = 0, 1, \dots, n - 1$ into what follows, and add it
# all up.
#
# $$y = \sum_{p=0}^{n-1} w_p \, x_p$$

# %% [markdown] nbgrader="read-only" grade_id="weighted_sum_statement"
# ## Fix one line
#
# ### {{exercise weighted_sum minutes=5 title="Fix a weighted sum"}}
#
# The function below should compute the weighted sum, but one sign in it is wrong.
# **Don't fix it yet.** Run the function's cell and the check after it just as they are,
# and read what the report says.


# %% nbgrader="autograded-answer" grade_id="weighted_sum"
def weighted_sum(x, w):
    """Multiply each value by its weight, and add the products.

    y = sum_p w[p] * x[p]

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (n,)

    Returns
    -------
    y : float

    Matches: ``keras.layers.Dense(1, use_bias=False)``
    """
    total = np.sum(x + w)  # the mistake is in this line
    ### BEGIN SOLUTION
    total = np.sum(x * w)
    ### END SOLUTION
    return total


# %% nbgrader="autograder-tests" exercise="weighted_sum" points=2

# %% [markdown]
# The report shows the smallest case that fails, your number, and the number it wanted.
# After `likely` it names the mistake, but only when the evidence fits exactly one.
# Below that, three hints are folded up, each stronger than the one before. Open as few
# as you need.

# %% [markdown]
# Now go back and fix the sign in the line itself. Run the function's cell again, since
# an edited cell changes nothing until it runs, and then its check. Where a cell says
# `# your lines here` and `pass`, your lines take the place of both. Here you can delete
# them.

# %% [markdown]
# **Your first check is green?** Then you have done what you will do in every lesson:
# write a line, run it, check it, and let the report help you. The rest of this lesson
# shows who your answers are compared with, and what else there is to know.

# %% [markdown]
# ## Who checks
#
# *Keras* is a library that thousands of people use to build neural networks, and it is
# the referee of this course. Starting it takes up to ten seconds, because it brings
# along TensorFlow, which does its arithmetic. Its layer for a weighted sum is called
# `Dense`, and `use_bias=False` leaves out a constant that it could add. Run the next
# cell, wait, and let Keras tell you what the shopping costs.

# %% nbgrader="demonstration"
from byhand import keras

layer = keras.layers.Dense(1, use_bias=False, dtype="float64")
layer.build((1, 3))
layer.set_weights([amounts[:, None]])
print("Keras:", float(layer(prices[None])[0, 0]))
print("yours:", weighted_sum(prices, amounts))

# %% [markdown]
# Besides the cases that you see, a check has *hidden* ones, with fresh numbers that are
# drawn when a teacher grades. A function that computes will pass them. A function that
# only remembers the visible answers won't.

# %% [markdown] nbgrader="read-only" grade_id="read_a_report_predict"
# {{section read_a_report minutes=4 title="Read a report"}}
# ## Read a report
#
# Somebody else wrote `weighted_sum` with another mistake. Their report looks like this,
# for the values `x` = 2, 5, 1 and the weights `w` = 3, 0, −2 of our shop:
#
# ```
# weighted_sum, case "three values"                                0 of 2 points
#   call    weighted_sum(x, w)
#   values  differ   yours -1.0, wanted 4.0
#   likely  the first value meets the last weight: the weights run backwards
#   try     x[0:3] * w[0:3]
# ```
#
# What did their function return? And which three products does the line `try` give,
# the ones that should have been added?

# %% nbgrader="autograded-answer" grade_id="read_a_report"
read_a_report = {"returned": ..., "products": ...}  # a number, and (…, …, …)
### BEGIN SOLUTION
read_a_report = {"returned": -1, "products": (6, 0, -2)}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="read_a_report" points=1

# %% [markdown]
# Check the report by hand. Their function computed 2·(−2) + 5·0 + 1·3 = −1, where 6, 0
# and −2 should have been added, which makes 4. A line after `try` is Python. To run
# one, make a new cell: press **Esc**, then **B**, and a cell appears below. New cells
# are yours, and the checks don't mind them.

# %% [markdown]
# ## How the lessons work
#
# Every exercise goes the same way. There is an idea, a number on paper, and a
# prediction, then your lines, the check, and Keras's own layer beside it. A guess
# before you look is what makes you remember. So where a prediction can be worked out in
# one line, it earns its point for your answer, right or wrong, and the report gives you
# that line. Everything else counts as your last version does.

# %% [markdown]
# Most text cells and all checks are locked. You write code where you see three dots or
# `# your lines here`. You write *text* where it says "Your answer:". Double-click that
# cell, or select it and press **Enter**, type, and press **Shift** and **Enter** to
# finish.

# %% [markdown]
# If something behaves strangely, choose **Kernel**, then **Restart Kernel and Run All
# Cells**. It runs the lesson from the top, and what you haven't solved waits. Save with
# **Ctrl** and **S**.

# %% [markdown] nbgrader="manual-answer" grade_id="written_weights" points=2
# ## Write it in words
#
# In a weighted sum, what does a weight of 0 do to its value? And what does a weight of
# −1 do? Which weights, applied to 10 values, give their mean? Two or three sentences
# are enough.
#
# ### BEGIN MARK SCHEME
# 1 point: with weight 0 the value doesn't count, whatever it is. With weight −1 it is
# subtracted. (Half a point for one of the two.)
#
# 1 point: ten equal weights of 1/10. (Half a point for "all equal" without the size.)
#
# Accept any wording, also an example with numbers. "0 makes the result 0" is wrong:
# only that one product is 0.
# ### END MARK SCHEME

# %% [markdown] nbgrader="read-only" grade_id="concept_before_statement"
# {{section concept_before minutes=10 title="Answer ten questions before the course"}}
# ## Ten questions before you begin
#
# Nobody expects you to know these yet. They come again at the end of lesson 08, so that
# you can see what has changed. Every answer earns the point, a guess and **e** alike,
# and the right ones aren't shown. Ten minutes is enough for all of them. If you are
# tired, do them tomorrow, but before lesson 01.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q1"
# **1.** A kernel of three weights has stride 1 and dilation 2. Which inputs does
# output 1 read, when inputs and outputs are counted from 0?
#
# - **a** 2, 3 and 4
# - **b** 1, 3 and 5
# - **c** 2, 4 and 6
# - **d** 1, 2 and 3
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q2"
# **2.** A layer turns a colour picture of 32x32x3 into 8 maps, with 3x3 kernels and a
# bias for each map. How many numbers does it learn?
#
# - **a** 80
# - **b** 240
# - **c** 7200
# - **d** 224
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q3"
# **3.** A convolutional layer of TensorFlow or PyTorch slides the kernel 1 0 3 over
# the signal 2 5 1 4, without padding. What comes out?
#
# - **a** 5 17
# - **b** 7 19
# - **c** 8 10
# - **d** 1.67 5.67
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q4"
# **4.** Keras slides a kernel of 3 over 8 values with stride 2 and `padding="same"`.
# How many values come out?
#
# - **a** 8
# - **b** 3
# - **c** 4
# - **d** 5
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q5"
# **5.** A 2x2 window holds 1 4 / 3 2, and max pooling makes a 4 of it. In the
# backward pass a gradient of 8 arrives at that 4. What does the window get?
#
# - **a** 2 for each of the four values
# - **b** 8 for each of the four values
# - **c** nothing, because a maximum has no derivative
# - **d** 8 for the value 4, and 0 for the others
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q6"
# **6.** A picture goes through a convolution. Its result goes through the transposed
# convolution with the same kernel and stride. What comes back?
#
# - **a** the picture itself
# - **b** a picture of the first one's shape, in general with other values
# - **c** the picture with rows and columns exchanged
# - **d** the picture upside down
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q7"
# **7.** Two convolutions with 3x3 kernels and stride 1 follow each other. On how many
# pixels of the input does one value of the second map depend?
#
# - **a** 9
# - **b** 18
# - **c** 25
# - **d** 36
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q8"
# **8.** A layer with one 3x3 filter and a bias takes grey pictures of 28x28. Now it
# takes pictures of 56x56. What happens to its number of weights?
#
# - **a** it stays 10
# - **b** it grows from 10 to 40, as the number of pixels does
# - **c** it grows from 6760 to 29160: ten for each value of the map
# - **d** the layer can't take pictures of another size
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q9"
# **9.** One filter with a 3x3 window meets a volume with 16 channels. What comes out?
#
# - **a** 16 maps, one for each channel
# - **b** one map: the same 9 weights visit every channel, and the results add up
# - **c** one map: 9 weights for each channel, and all products add up
# - **d** 16 maps, all alike
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_before_q10"
# **10.** A picture lies in an array `x` of shape (3, 32, 48): channels, height,
# width. Keras wants (height, width, channels). What do you hand over?
#
# - **a** `x.reshape(32, 48, 3)`
# - **b** `x.transpose(1, 2, 0)`
# - **c** `x.T`
# - **d** `x` as it is: Keras finds the channels by itself
# - **e** I don't know yet.

# %% nbgrader="autograded-answer" grade_id="concept_before"
concept_before = {  # a letter in quotes for each, such as "b"
    "q1": ...,
    "q2": ...,
    "q3": ...,
    "q4": ...,
    "q5": ...,
    "q6": ...,
    "q7": ...,
    "q8": ...,
    "q9": ...,
    "q10": ...,
}
### BEGIN SOLUTION
# any letters earn the point here; the key stands with the answers of lesson 08
concept_before = {f"q{k}": "e" for k in range(1, 11)}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="concept_before" points=1

# %% [markdown]
# ## In words
#
# A weighted sum multiplies every value by its weight and adds the products. A check
# compares what you wrote with Keras, and names the mistake when it knows it.
#
# ## Key points
#
# - Edit a cell, run it, then run its check, in this order.
# - A report stops at the first thing that differs, in the smallest case that fails.
# - Hidden cases use other numbers, so a function has to compute and can't remember.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Write `weighted_sum` a second time with a loop and without `np.sum`, and run its
#    check.
# 2. Break it on purpose: take the mean, forget the last value, return a list. Which of
#    these does the report name? Fix it before you save.
# 3. Can a weighted sum of two positive prices be negative? Can it be 0? Find weights.

# %% [markdown]
# ## Further reading
#
# - [NumPy: the absolute basics](https://numpy.org/doc/stable/user/absolute_beginners.html),
#   because every lesson indexes and sums arrays. Read up to *Indexing and slicing*.
# - [The JupyterLab interface](https://jupyterlab.readthedocs.io/en/stable/user/interface.html),
#   because you will restart kernels and move cells in every lesson.
# - [Brandon Rohrer, How convolutional neural networks work](https://brohrer.github.io/how_convolutional_neural_networks_work.html),
#   because lesson 01 begins with its X and O.
