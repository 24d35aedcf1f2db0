# %% [markdown]
# # Train a network of your own
#
# **You will build** a convolutional network out of your own layers, train it on drawn X
# and O and on handwritten digits while Keras takes the same steps beside you, and let
# it colour every stroke of a large sheet.
#
# **You will learn**
#
# - how layers, a loss and a step fit together, and how to check every gradient
# - to tell a network that has learned by heart from one that has learned
# - to find out what a network can see, and why it slides over larger pictures
#
# **You need** lessons 02 to 07 and four hours. Take them in three sittings; the text
# says where to stop.

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
from byhand.helpers import tqdm

# %% [markdown] nbgrader="read-only" grade_id="warm_up_08_statement"
# {{warm-up warm_up_08 minutes=4 title="Warm up: lessons 04, 06 and 07"}}
# ## Warm up
#
# Three questions on lessons 04, 06 and 07. Answer them without looking back.
#
# 1. A 3 by 3 convolution is followed by 2 by 2 max pooling with stride 2. On how many
#    rows of the picture does one pooled value depend? (a number)
# 2. A ReLU has received −2, and the upstream gradient there is 5. What is dx? (a
#    number)
# 3. A transposed convolution stamps a kernel of 6 for each of 3 values, with stride 4
#    and no padding. How long is the result? (a number)

# %% nbgrader="autograded-answer" grade_id="warm_up_08"
warm_up_08 = {"q1": ..., "q2": ..., "q3": ...}  # three numbers
### BEGIN SOLUTION
warm_up_08 = {"q1": 4, "q2": 0, "q3": 14}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_08" points=1

# %% [markdown]
# ## The network in space
#
# Now everything comes together. In lesson 01 you chose the features that tell an X from
# an O. This time a network finds its own. Take the pictures of lesson 01, 17 by 17
# pixels, and send them through a row of layers that you know: a convolution of 3 by 3
# with 6 filters, ReLU, pooling of 2 by 2, then the same again with 12 filters. A dense
# layer turns what is left into one number per class.

# %% [markdown] nbgrader="read-only" grade_id="map_sizes_predict"
# {{question map_sizes minutes=3 title="Predict the sizes through the network"
# worked="17 - 3 + 1 = 15, 15 // 2 = 7, 7 - 3 + 1 = 5, 5 // 2 = 2: (15, 7, 5, 2)"}}
# **Predict.** A picture of 17 by 17 goes through convolution 3×3, pooling 2×2,
# convolution 3×3, pooling 2×2, all without padding. How many rows does it have after
# each of the four?

# %% nbgrader="autograded-answer" grade_id="map_sizes"
map_sizes = ...  # four whole numbers
### BEGIN SOLUTION
map_sizes = (15, 7, 5, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "ceiling for floor": (15, 8, 6, 3),
    "padding on one side only": (16, 8, 7, 3),
    "one stop too few": (14, 7, 4, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="map_sizes" points=1

# %% [markdown]
# The convolution starts in 17 − 3 + 1 = 15 rows. Pooling takes whole windows only, so
# it makes 7 rows of 15. Then 7 − 3 + 1 = 5, and pooling makes 2 of 5. The maps get
# smaller, and there are more of them. At the end 2·2·12 = 48 numbers reach the dense
# layer.

# %% nbgrader="demonstration"
from byhand import blocks

blocks.draw(
    [
        ("picture", (17, 17, 1)),
        ("conv, ReLU", (15, 15, 6)),
        ("pool", (7, 7, 6)),
        ("conv, ReLU", (5, 5, 12)),
        ("pool", (2, 2, 12)),
        ("flatten", (48,)),
        ("dense", (2,)),
    ],
    alt="A picture of 17 by 17 becomes 15 by 15 by 6, 7 by 7 by 6, 5 by 5 by 12 and "
    "2 by 2 by 12, then 48 numbers, then 2. Follow one stack to the next: which layer "
    "made it smaller, which one deeper?",
)

# %% [markdown]
# Networks of this shape have read digits since LeNet in 1989. In Keras a typical one
# takes ten lines. Its pictures have 28 by 28 pixels.

# %% nbgrader="demonstration"
from byhand import keras

layers = keras.layers
classic = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(1024, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)

# %% [markdown] nbgrader="read-only" grade_id="first_dense_predict"
# {{question first_dense minutes=4 title="Predict the parameters of a dense layer"
# worked="5 * 5 * 64 = 1600 numbers arrive, and 1600 * 1024 + 1024 = 1639424"}}
# **Predict.** The two convolutions learn 320 and 18 496 numbers. How many does the
# *first* dense layer learn, biases included? You have to find out first how many
# numbers arrive there.

# %% nbgrader="autograded-answer" grade_id="first_dense"
first_dense = ...  # a whole number
### BEGIN SOLUTION
first_dense = 1600 * 1024 + 1024
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "bias forgotten": 1_638_400,
    "only the first channel": 26_624,
    "ceiling for floor": 2_360_320,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="first_dense" points=1

# %% nbgrader="demonstration"
for layer in classic.layers:
    print(f"{layer.name:<18} {layer.output.shape!s:<22} {layer.count_params():>9}")
share = classic.layers[5].count_params() / classic.count_params()
print(f"in all {classic.count_params()}, {share:.1%} of them in the first dense layer")

# %% [markdown]
# 28 becomes 26, 13, 11 and 5. So 5·5·64 = 1600 numbers arrive, and 1600·1024 + 1024 =
# 1 639 424. The two convolutions, which do the seeing, hold about 1 % of all. Our
# network goes from its last maps straight to the classes. For ten digits you will give
# it 8 and 16 filters. Then it learns fewer than 3000 numbers, and it trains in seconds,
# on one core, in NumPy.

# %% [markdown]
# ## A layer remembers
#
# So far each operation was two functions, forward and backward. Backward needs what
# forward has seen, and lesson 06 handed x over a second time. A *layer* is an object
# that keeps it. We agree on four names:
#
# - `forward(x)` returns y and keeps what backward will need
# - `backward(dy)` returns dx and puts the gradients of its weights into `grads`
# - `params` is a list of the layer's weights, `grads` a list of their gradients

# %% [markdown]
# Here are the two layers without weights, whose `params` and `grads` stay empty. ReLU
# keeps where x was positive, and Flatten keeps the shape that it has to restore. Read
# them, because yours will look alike.


# %%
class ReLU:
    """Return x where it is positive, else 0."""

    params, grads = (), ()

    def forward(self, x):
        """Return y, and remember where x was positive."""
        self.positive = x > 0
        return x * self.positive

    def backward(self, dy):
        """Return dx."""
        return dy * self.positive


class Flatten:
    """Lay each picture's maps out as one row."""

    params, grads = (), ()

    def forward(self, x):
        """Return rows of shape (N, H * W * C), and remember the shape."""
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        """Return dx in the shape of x."""
        return dy.reshape(self.shape)


# %% [markdown]
# Your first layer is dense. On paper: x = 1 2, w = 3 over 4 and b = 1 give
# 1·3 + 2·4 + 1 = 12. Let dy = 10 come back. Lesson 06 had the rule that each factor
# receives dy times the other factor. So the weights get 1·10 = 10 and 2·10 = 20, the
# inputs 3·10 = 30 and 4·10 = 40, and the bias 10.

# %% [markdown] nbgrader="read-only" grade_id="Dense_statement"
# ### {{exercise Dense minutes=10 title="A dense layer that remembers"}}
#
# Fill in the two methods, for a batch of N rows at once. `self.grads` is a new list,
# `[dw, db]`, each time, because gradients of an earlier batch must not linger. The
# check builds a layer from w and b, goes forward with x and backward with dy, and looks
# at all four results.


# %% nbgrader="autograded-answer" grade_id="Dense"
class Dense:
    """Multiply rows by a matrix and add a bias, and remember the rows.

    y[n, u] = b[u] + sum_c x[n, c] * w[c, u]

    Parameters
    ----------
    w : ndarray, shape (C, units)
    b : ndarray, shape (units,)

    Matches: ``keras.layers.Dense(units)``
    """

    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        """Return y of shape (N, units) for x of shape (N, C)."""
        self.x = x
        w, b = self.params
        ### BEGIN SOLUTION
        return x @ w + b
        ### END SOLUTION

    def backward(self, dy):
        """Return dx of shape (N, C); keep [dw, db] in self.grads."""
        w, _ = self.params
        ### BEGIN SOLUTION
        self.grads = [self.x.T @ dy, dy.sum(axis=0)]
        return dy @ w.T
        ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="Dense" points=2

# %% [markdown]
# ## A convolution in one product
#
# Loops over pixels would take minutes per epoch. Lesson 03 had the remedy, `im2col`:
# lay every window out as a row, and the convolution is one matrix product. On the way
# back each row of gradients is added where its window lay, as the stamps of lesson 07
# are. Both moves are given here, for stride 1 without padding.


# %%
def windows_as_rows(x, kh, kw):
    """Return all windows of a batch, shape (N * H_out * W_out, kh * kw * C)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))
    n, h_out, w_out, c = view.shape[:4]
    return view.transpose(0, 1, 2, 4, 5, 3).reshape(n * h_out * w_out, kh * kw * c)


def rows_as_stamps(rows, shape, kh, kw):
    """Add each row back where its window lay, in a batch of the given shape."""
    n, h, w, c = shape
    h_out, w_out = h - kh + 1, w - kw + 1
    stamps = rows.reshape(n, h_out, w_out, kh, kw, c)
    x = np.zeros(shape)
    for p in range(kh):
        for q in range(kw):
            x[:, p : p + h_out, q : q + w_out] += stamps[:, :, :, p, q]
    return x


# %% [markdown]
# A picture of 3 by 3 with one channel and windows of 2 by 2 gives four rows of four
# numbers. Adding back four rows of *ones* counts, for each pixel, the windows that it
# lies in.

# %%
nine = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
rows = windows_as_rows(nine, 2, 2)
print(rows)
print(rows_as_stamps(np.ones((4, 4)), (1, 3, 3, 1), 2, 2)[0, :, :, 0])

# %% [markdown] nbgrader="read-only" grade_id="Conv2D_statement"
# ### {{exercise Conv2D minutes=18 title="A convolution as one matrix product"}}
#
# With windows as rows, this is your dense layer once more. `w.reshape(-1, c_out)` turns
# the kernel into a matrix of shape (kh · kw · c_in, c_out), and `.reshape(w.shape)`
# turns such a matrix back into a kernel. dy comes as maps, and you need it as rows.
# Forward has already kept the windows in `self.rows` and the shape of x in
# `self.shape`.


# %% nbgrader="autograded-answer" grade_id="Conv2D"
class Conv2D:
    """Cross-correlate a batch with a bank of kernels, and remember the windows.

    y[n,i,j,f] = b[f] + sum_{p,q,c} w[p,q,c,f] * x[n, i+p, j+q, c]

    Parameters
    ----------
    w : ndarray, shape (kh, kw, C_in, C_out)
    b : ndarray, shape (C_out,)

    Matches: ``keras.layers.Conv2D(C_out, (kh, kw))``
    """

    def __init__(self, w, b):
        self.params, self.grads = [w, b], []

    def forward(self, x):
        """Return y of shape (N, H - kh + 1, W - kw + 1, C_out)."""
        w, b = self.params
        kh, kw, _, c_out = w.shape
        n, h, w_in, _ = self.shape = x.shape
        self.rows = windows_as_rows(x, kh, kw)
        ### BEGIN SOLUTION
        y = self.rows @ w.reshape(-1, c_out) + b
        return y.reshape(n, h - kh + 1, w_in - kw + 1, c_out)
        ### END SOLUTION

    def backward(self, dy):
        """Return dx in the shape of x; keep [dw, db] in self.grads."""
        w, _ = self.params
        kh, kw, _, c_out = w.shape
        ### BEGIN SOLUTION
        dy = dy.reshape(-1, c_out)
        self.grads = [(self.rows.T @ dy).reshape(w.shape), dy.sum(axis=0)]
        return rows_as_stamps(dy @ w.reshape(-1, c_out).T, self.shape, kh, kw)
        ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="Conv2D" points=3

# %% [markdown]
# Here is Keras's layer with the same weights and the same pictures, forward only.

# %% nbgrader="demonstration"
rng = np.random.default_rng(0)
w, b = rng.normal(size=(3, 3, 2, 4)), rng.normal(size=4)
x = rng.normal(size=(5, 9, 8, 2))
layer = keras.layers.Conv2D(4, 3, dtype="float64")
layer.build(x.shape)
layer.set_weights([w, b])
theirs, yours = np.array(layer(x)), Conv2D(w, b).forward(x)
if yours is not None:
    print("largest difference:", np.abs(yours - theirs).max())

# %% [markdown]
# ## A pooling layer knows its winners
#
# Pooling with windows of 2 by 2 that touch and don't overlap needs no loop over places
# either. Two given moves lay the four values of each window along a new *first* axis,
# and back again. A row or column that is left over is cut off, as Keras does.


# %%
def tiles(x):
    """Return the windows, shape (4, N, H // 2, W // 2, C), each in reading order."""
    h, w = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    return np.stack([x[:, p:h:2, q:w:2] for p in (0, 1) for q in (0, 1)])


def untile(windows, shape):
    """Lay windows out as a batch of the given shape, zeros where none lies."""
    x, h, w = np.zeros(shape), shape[1] // 2 * 2, shape[2] // 2 * 2
    for k in range(4):
        x[:, k // 2 : h : 2, k % 2 : w : 2] = windows[k]
    return x


# %% [markdown]
# For one window with the numbers 1 5 / 2 4, `argmax` along the first axis says 1, the
# place of the 5. Comparing the places 0 1 2 3 with it marks the winner.

# %%
windows = tiles(np.array([[1.0, 5.0], [2.0, 4.0]]).reshape(1, 2, 2, 1))
places = np.arange(4).reshape(4, 1, 1, 1, 1)
print(windows.ravel(), windows.argmax(axis=0).ravel())
print((places == windows.argmax(axis=0)).ravel())

# %% [markdown] nbgrader="read-only" grade_id="pool_back_predict"
# {{question pool_back minutes=2 title="Predict where a gradient goes"
# worked="at a tie the first maximum in reading order takes all: (0, 6, 0, 0)"}}
# **Predict.** A window holds 3 7 / 7 1, two equal maxima, and the upstream gradient is
# 6. Which four numbers go back, in reading order? Lesson 06 had the rule.

# %% nbgrader="autograded-answer" grade_id="pool_back"
pool_back = ...  # four numbers
### BEGIN SOLUTION
pool_back = (0, 6, 0, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "ties sent to every maximum": (0, 6, 6, 0),
    "ties shared between the maxima": (0, 3, 3, 0),
    "ties sent to the last maximum": (0, 0, 6, 0),
    "gradient sent to the whole window": (6, 6, 6, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="pool_back" points=1

# %% [markdown] nbgrader="read-only" grade_id="MaxPool2D_statement"
# ### {{exercise MaxPool2D minutes=12
# title="A pooling layer that remembers the winners"}}
#
# At a tie the first maximum takes all, and so does `argmax`. Forward keeps the winners'
# places. Backward gives dy to the winner of each window and nothing to the other three,
# in an array of the shape of `tiles(x)`, and `untile` lays that out as a picture.


# %% nbgrader="autograded-answer" grade_id="MaxPool2D"
class MaxPool2D:
    """Keep the largest of each 2x2 window, and remember where it stood.

    y[n,i,j,c] = max over p, q in {0, 1} of x[n, 2*i+p, 2*j+q, c]

    Matches: ``keras.layers.MaxPooling2D(2)``
    """

    params, grads = (), ()

    def forward(self, x):
        """Return y of shape (N, H // 2, W // 2, C)."""
        self.shape = x.shape
        windows = tiles(x)
        ### BEGIN SOLUTION
        self.winners = windows.argmax(axis=0)
        return windows.max(axis=0)
        ### END SOLUTION

    def backward(self, dy):
        """Return dx in the shape of x: dy at the winners, 0 elsewhere."""
        places = np.arange(4).reshape(4, 1, 1, 1, 1)
        ### BEGIN SOLUTION
        return untile((places == self.winners) * dy, self.shape)
        ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="MaxPool2D" points=2

# %% [markdown]
# ## How wrong is an answer?
#
# The last layer gives a number per class. These numbers are called *logits*. *Softmax*
# makes probabilities of them: e to the power of each logit, divided by the sum of these
# powers over the row. The loss looks at the probability of the right class alone and
# takes minus its natural logarithm. It is known as *cross-entropy*:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad
# \text{loss} = -\log p_{\text{label}}$$

# %%
z = np.array([2.0, 1.0, 0.0])
p = np.exp(z) / np.exp(z).sum()
print(p.round(3), "loss if class 0 is right:", -np.log(p[0]).round(3))
print(p.round(3), "loss if class 2 is right:", -np.log(p[2]).round(3))

# %% [markdown]
# To be sure and right costs almost nothing. To be sure and wrong costs a lot. And to
# know nothing at all?

# %% [markdown] nbgrader="read-only" grade_id="start_loss_predict"
# {{question start_loss minutes=3 decimals=2 title="Predict the loss before training"
# worked="each class gets 1/10, and -log(1/10) = log 10 = 2.30"}}
# **Predict.** A network that gives ten classes equal logits knows nothing yet. What is
# its loss? Two decimals will do.

# %% nbgrader="autograded-answer" grade_id="start_loss"
start_loss = ...  # a number, rounded to two decimals
### BEGIN SOLUTION
start_loss = 2.30
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "another base of the logarithm": 1.0,
    "logarithm forgotten": 0.1,
    "averaged over the classes": 0.23,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="start_loss" points=1

# %% [markdown]
# Each class gets 1/10, and −log(1/10) is log 10, or 2.30. Remember this number. Random
# weights start a little above it, since their logits differ by chance. A network that
# starts at ten times as much has a mistake.
#
# Now the way back. It begins with one question: how does the loss change when a logit
# does?

# %% [markdown] nbgrader="read-only" grade_id="two_logits_predict"
# {{question two_logits minutes=5 title="Predict the gradient of the loss"
# worked="loss = log(e^z_0 + e^z_1) - z_1, with the slopes 1/2 and 1/2 - 1:
# (0.5, -0.5)"}}
# **Predict.** Two classes have the logits 0 and 0, and class 1 is the right one. The
# loss is log 2. Raise $z_0$ a tiny bit. How fast does the loss grow with it? And with
# $z_1$? Write the loss as a function of $z_0$ and $z_1$ and take the two derivatives.

# %% nbgrader="autograded-answer" grade_id="two_logits"
two_logits = ...  # two numbers: the slope for z_0, the slope for z_1
### BEGIN SOLUTION
two_logits = (0.5, -0.5)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "gradient with the wrong sign": (-0.5, 0.5),
    "label not subtracted": (0.5, 0.5),
    "logarithm forgotten": (0.25, -0.25),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="two_logits" points=1

# %% [markdown]
# The logarithm of the fraction splits, and the loss has two terms:
#
# $$\text{loss} = -z_{\text{label}} + \log \sum_j e^{z_j}$$
#
# The first one changes only with $z_{\text{label}}$, at the rate −1. For the second,
# the derivative of $\log S$ is $S'/S$, and only one term of the sum $S$ contains $z_k$.
# That makes $e^{z_k} / \sum_j e^{z_j}$, and this is $p_k$ again. Together:
#
# $$\frac{\partial\,\text{loss}}{\partial z_k} = p_k - [\,k = \text{label}\,]$$
#
# The bracket is 1 for the right class and 0 for the others. With two equal logits this
# is 0.5 for the wrong class and 0.5 − 1 = −0.5 for the right one.

# %% [markdown]
# The loss of a batch is the *mean* over its N pictures. Think about what that does to
# each picture's gradient.
#
# And mind the exponentials. $e^{1000}$ is too large for a computer to hold. But if you
# add the same number to all logits of a row, the fraction stays as it is. So subtract
# the row's largest logit first. Then the largest power is $e^0 = 1$.

# %% [markdown] nbgrader="read-only" grade_id="softmax_cross_entropy_statement"
# ### {{exercise softmax_cross_entropy minutes=15 title="Say how wrong an answer is"}}
#
# Work with the logarithms of the probabilities; the formula with two terms gives them
# without a fraction. `keepdims=True` keeps the shape fit for subtraction. The check
# brings logits of a thousand, and of minus a thousand. Change copies only, never
# `logits` itself.


# %% nbgrader="autograded-answer" grade_id="softmax_cross_entropy"
def softmax_cross_entropy(logits, labels):
    """Return the mean loss of a batch, and its gradient.

    loss = mean over n of -log(p[n, labels[n]]), where p is the softmax of each row

    Parameters
    ----------
    logits : ndarray, shape (N, classes), of any size
    labels : ndarray of int, shape (N,), each from 0 to classes - 1

    Returns
    -------
    loss : float
    dlogits : ndarray, shape (N, classes)
        How fast the loss grows with each logit.

    Matches: ``keras.losses.SparseCategoricalCrossentropy(from_logits=True)``
    """
    n = len(logits)
    picture = np.arange(n)  # log_p[picture, labels] has one entry for each picture
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[picture, labels] -= 1
    return -log_p[picture, labels].mean(), dlogits / n
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="softmax_cross_entropy" points=3

# %% [markdown]
# Don't trust the derivation, measure it. The function below nudges every entry of an
# array, up and down, and watches a number: the central differences of lesson 06. It
# works on the array itself and puts each entry back.


# %%
def slopes(number, array, eps=1e-6):
    """Measure how fast ``number()`` grows with each entry of an array."""
    found = np.zeros(array.shape)
    for k in range(array.size):
        kept, values = array.flat[k], []
        for step in (eps, -eps):
            array.flat[k] = kept + step
            values.append(number())
        array.flat[k] = kept
        found.flat[k] = (values[0] - values[1]) / (2 * eps)
    return found


# %% nbgrader="demonstration"
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
rng = np.random.default_rng(1)
logits, labels = rng.normal(size=(4, 3)), np.array([2, 0, 1, 1])
yours = softmax_cross_entropy(logits, labels)
if yours is None:
    print("not written yet")
else:
    measured = slopes(lambda: softmax_cross_entropy(logits, labels)[0], logits)
    print("derived:  ", yours[1][0].round(6))
    print("measured: ", measured[0].round(6))
    print("Keras's loss", float(loss_of(labels, logits)), "and yours", float(yours[0]))

# %% [markdown]
# **A good place to stop for today.** You have three layers and a loss, and a gradient
# for each. Next they learn.

# %% [markdown]
# ## A step downhill
#
# The gradient points to where the loss grows fastest. A step of *stochastic gradient
# descent* goes the other way: each weight loses `learning_rate` times its gradient.
# "Stochastic" says that the gradient belongs to a small batch, drawn at random.

# %% [markdown] nbgrader="read-only" grade_id="stepped_predict"
# {{question stepped minutes=2 title="Predict one step"
# worked="3 - 1/4 * (-2) = 3 + 0.5 = 3.5"}}
# **Predict.** A weight is 3, its gradient −2, the learning rate 1/4. What is the weight
# after one step?

# %% nbgrader="autograded-answer" grade_id="stepped"
stepped = ...  # a number
### BEGIN SOLUTION
stepped = 3.5
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "step uphill": 2.5,
    "learning rate ignored": 5,
    "only the step returned": 0.5,
    "divided by the learning rate": 11,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="stepped" points=1

# %% [markdown]
# The weight loses 1/4 of −2, so it *gains* a half and becomes 3.5. A negative gradient
# says that a larger weight makes the loss smaller.

# %% [markdown] nbgrader="read-only" grade_id="sgd_step_statement"
# ### {{exercise sgd_step minutes=5 title="Walk downhill"}}
#
# Return a list of new arrays and leave the given ones as they are. For a layer without
# weights both lists are empty.


# %% nbgrader="autograded-answer" grade_id="sgd_step"
def sgd_step(values, grads, learning_rate):
    """Return each array after one step of gradient descent.

    Parameters
    ----------
    values : list of ndarray
    grads : list of ndarray, of the same shapes
    learning_rate : float

    Returns
    -------
    new : list of ndarray

    Matches: ``keras.optimizers.SGD(learning_rate)``
    """
    ### BEGIN SOLUTION
    return [v - learning_rate * g for v, g in zip(values, grads, strict=True)]
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="sgd_step" points=1

# %% nbgrader="demonstration"
variable = keras.Variable([3.0], dtype="float64")
gradient = keras.ops.convert_to_tensor([-2.0], dtype="float64")
keras.optimizers.SGD(0.25).apply([gradient], [variable])
print("Keras:", variable.numpy())
yours = sgd_step([np.array([3.0])], [np.array([-2.0])], 0.25)
print("yours:", "not written yet" if yours is None else yours)

# %% [markdown]
# ## Where to start
#
# If all weights start equal, all filters of a layer get the same gradients, and they
# stay equal for ever. So weights start at random. How large? A sum of *n* random
# products grows with the square root of *n*, so we divide by it, and the numbers of all
# layers keep about the same size. ReLU throws half away, and a 2 under the root makes
# up for it (He and others, 2015). Biases may start at 0.


# %%
def start_weights(rng, c1, c2, classes, size):
    """Return six arrays to start a network from, for pictures of size by size."""
    last = ((size - 2) // 2 - 2) // 2  # rows of the last maps

    def normal(*shape):
        return rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))

    return [
        normal(3, 3, 1, c1),
        np.zeros(c1),
        normal(3, 3, c1, c2),
        np.zeros(c2),
        normal(last * last * c2, classes),
        np.zeros(classes),
    ]


def build(weights):
    """Return the layers of the network, from your own classes."""
    w1, b1, w2, b2, w3, b3 = weights
    first = [Conv2D(w1, b1), ReLU(), MaxPool2D()]
    second = [Conv2D(w2, b2), ReLU(), MaxPool2D()]
    return [*first, *second, Flatten(), Dense(w3, b3)]


def weights_of(layers):
    """Return all weights of the layers in one list."""
    return [w for layer in layers for w in layer.params]


# %% [markdown]
# ## What does the network see?
#
# Before you train it, ask it a question. Every layer's `backward` returns dx, and the
# dx of the *first* layer belongs to the picture. It says how fast the loss grows with
# each pixel. A pixel with a dx of 0 has no say in the answer. To get there, go forward
# through all layers, ask the loss, and go back through all of them *in reverse order*.
# Each layer's dx is the dy of the one before. This is backpropagation from end to end.

# %% nbgrader="demonstration"
names = ["conv", "ReLU", "pool", "conv", "ReLU", "pool", "flatten", "dense", "loss"]
blocks.chain(
    names,
    ["x", *["y"] * 7, "logits", "loss"],
    ["dx = ?", *["dx"] * 7, "dlogits", ""],
    alt="The graph of lesson 06, grown. What arrives at the picture, at its left end?",
)

# %% [markdown] nbgrader="read-only" grade_id="input_gradient_statement"
# ### {{exercise input_gradient minutes=10 title="Send the loss back to the pixels"}}
#
# One function, all the way there and back. The first gradient is the one that your
# `softmax_cross_entropy` returns.


# %% nbgrader="autograded-answer" grade_id="input_gradient"
def input_gradient(weights, x, labels):
    """Return how fast the loss of a batch grows with each pixel.

    Parameters
    ----------
    weights : list of six ndarray, as ``build`` takes them
    x : ndarray, shape (N, H, W, C)
    labels : ndarray of int, shape (N,)

    Returns
    -------
    dx : ndarray, the shape of x

    Matches: ``tape.gradient(loss, x)`` of a whole model
    """
    layers = build(weights)
    ### BEGIN SOLUTION
    for layer in layers:
        x = layer.forward(x)
    _, d = softmax_cross_entropy(x, labels)
    for layer in reversed(layers):
        d = layer.backward(d)
    return d
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="input_gradient" points=2

# %% [markdown] nbgrader="read-only" grade_id="blind_from_predict"
# {{question blind_from minutes=6 title="Predict which pixels have no say"
# worked="the two values see 10 + 4 = 14 rows, 0 to 13, so the first blind row is 14"}}
# **Predict.** Can every pixel of the 17 by 17 picture change the answer? Use the
# receptive field of lesson 04. Work out how many rows one value of the last maps sees,
# and how far apart two neighbours start. The last maps have 2 rows. Which is the first
# row of the picture, counted from 0, that no value sees? Answer 17 if there is none.

# %% nbgrader="autograded-answer" grade_id="blind_from"
blind_from = ...  # a whole number
### BEGIN SOLUTION
blind_from = 14
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "what pooling cuts off overlooked": 17,
    "only the first pooling's cut counted": 16,
    "the field of one value only": 10,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="blind_from" points=1

# %% [markdown]
# Now look. The next cell adds up |dx| over 200 pictures of random noise, so that every
# pixel gets its chance.


# %%
def influence(size, seed=0):
    """Return how much each pixel of random pictures changes the loss, all in all."""
    rng = np.random.default_rng(seed)
    noise, labels = rng.normal(size=(200, size, size, 1)), rng.integers(2, size=200)
    dx = input_gradient(start_weights(rng, 6, 12, 2, size), noise, labels)
    return None if dx is None else np.abs(dx).sum(axis=(0, 3))


# %% nbgrader="demonstration"
def ready(function, *args):
    """Return what a function of yours gives, or None while a part is missing."""
    try:
        return function(*args)
    except (AttributeError, TypeError, ValueError):
        return None


pixels = ready(influence, 17)
if pixels is not None:
    for seed in range(3):
        blind = ready(influence, 17, seed) == 0
        print(f"start {seed}: {blind.sum()} of {blind.size} pixels have no say")
plots.images(
    [(pixels, "sum of |dx|, by pixel")],
    alt="How much each pixel of a 17 by 17 picture can change the loss, dark for none. "
    "Look at the last rows and columns.",
)

# %% [markdown]
# A value behind the first convolution sees 3 rows of the picture, behind the pooling 4,
# behind the next convolution 8, and at the end 10. Its neighbour starts 4 rows further
# down, so the two see 10 + 4 = 14 rows, 0 to 13. Rows 14, 15 and 16 are *blind*. That
# is 17·17 − 14·14 = 93 pixels, and 93/289 is 32 %. Pooling cut off one of 15 rows and
# later one of 5, and the later one stands for more than one row of the picture.

# %% nbgrader="demonstration"
pictures, letters = data.xo_pictures(600, seed=1, turn=10, scale=0.1)
ink = pictures > 0
lost = ink[:, 14:].any(axis=(1, 2)) | ink[:, :, 14:].any(axis=(1, 2))
print(f"pictures with ink where nobody looks: {lost.mean():.0%}")

# %% [markdown]
# **Notice.** Nothing failed. Such a network trains well, its loss falls, and it names
# most pictures correctly. The first edition of this course printed this very network,
# and said that it looks at 17 by 17 pixels. Nobody noticed until somebody looked at dx.
# So look at dx. It costs one call.

# %% [markdown] nbgrader="read-only" grade_id="repaired_size_predict"
# {{question repaired_size minutes=4 title="Repair the size"}}
# **Decide.** We may put a frame of paper around the pictures. What is the smallest
# size, 17 or more, at which the network sees *every* row? To try a size, send its rows
# through the four layers, and look whether a pooling leaves one out.

# %% nbgrader="autograded-answer" grade_id="repaired_size"
repaired_size = ...  # a whole number
### BEGIN SOLUTION
repaired_size = 18
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "what pooling cuts off overlooked": 17,
    "a size that fits, and not the smallest": 22,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="repaired_size" points=1


# %%
def framed(pictures, paper=-1.0, size=18):
    """Put a frame of paper around pictures; return shape (N, size, size, 1)."""
    more = size - pictures.shape[1]
    edge = (more // 2, more - more // 2)
    return np.pad(pictures, ((0, 0), edge, edge), constant_values=paper)[..., None]


# %% nbgrader="demonstration"
pixels = ready(influence, 18)
if pixels is not None:
    for seed in range(3):
        blind = ready(influence, 18, seed) == 0
        print(f"start {seed}: {blind.sum()} of {blind.size} pixels have no say")

# %% [markdown]
# With *m* values in a row, the network sees 10 + 4·(m − 1) rows. Three of them see
# 10 + 4·2 = 18, and nothing is cut: 18, 16, 8, 6, 3. From here on all pictures are
# framed to 18 by 18, the digits as well, and 3·3·12 = 108 numbers reach the dense
# layer.

# %% [markdown]
# ## Step for step with Keras
#
# A training step is what you have just written, and then each layer makes its own step
# downhill. The loss that is reported is the one before the step.

# %% [markdown] nbgrader="read-only" grade_id="train_steps_statement"
# ### {{exercise train_steps minutes=15 title="Train step for step with Keras"}}
#
# Two short functions. `train_step` makes one step with a list of layers and returns its
# loss; what `sgd_step` returns becomes the layer's new `params`. `train_steps` has the
# network built, repeats the step with the same pictures, and returns all losses and,
# with `weights_of(layers)`, the weights at the end.


# %% nbgrader="autograded-answer" grade_id="train_steps"
def train_step(layers, x, labels, learning_rate):
    """Make one step with a batch, change the layers' params, return the loss before.

    Parameters
    ----------
    layers : list of objects with forward, backward, params and grads
    x : ndarray, shape (N, H, W, C)
    labels : ndarray of int, shape (N,)
    learning_rate : float
    """
    ### BEGIN SOLUTION
    for layer in layers:
        x = layer.forward(x)
    loss, d = softmax_cross_entropy(x, labels)
    for layer in reversed(layers):
        d = layer.backward(d)
    for layer in layers:
        layer.params = sgd_step(layer.params, layer.grads, learning_rate)
    return loss
    ### END SOLUTION


def train_steps(weights, x, labels, *, learning_rate, steps):
    """Make several steps with the same pictures, from the given weights on.

    Returns
    -------
    losses : ndarray, shape (steps,)
    weights : list of ndarray, after the last step

    Matches: ``model.train_on_batch(x, labels)``, ``steps`` times
    """
    layers = build(weights)
    ### BEGIN SOLUTION
    losses = [train_step(layers, x, labels, learning_rate) for _ in range(steps)]
    return np.array(losses), weights_of(layers)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="train_steps" points=3

# %% [markdown]
# A loss that falls proves little. You saw that in lesson 06, where a wrong gradient
# trained as well. So before anything else, measure. A step of length 0 leaves the
# weights as they are and the gradients in `grads`. The next cell nudges *every* weight
# of a small network, and compares.


# %%
def loss_on(weights, x, labels):
    """Return the mean loss of a network on pictures, without training."""
    for layer in build(weights):
        x = layer.forward(x)
    return softmax_cross_entropy(x, labels)[0]


# %% nbgrader="demonstration"
few, few_labels = data.xo_pictures(4, seed=3)
few = framed(few)
names = ("w1", "b1", "w2", "b2", "w3", "b3")


def gradients_apart(seed):
    """Return, per array, the largest difference of derived and measured."""
    weights = start_weights(np.random.default_rng(seed), 2, 3, 2, 18)
    for bias in weights[1::2]:
        bias += 0.1  # so that no ReLU stands on its kink
    layers = build(weights)
    train_step(layers, few, few_labels, 0.0)
    derived = [g for layer in layers for g in layer.grads]
    measured = [slopes(lambda: loss_on(weights, few, few_labels), w) for w in weights]
    both = zip(derived, measured, strict=True)
    return [np.abs(a - b).max() for a, b in both]


for seed in range(3):
    apart = ready(gradients_apart, seed)
    if apart is not None:
        found = ", ".join(f"{n} {a:.0e}" for n, a in zip(names, apart, strict=True))
        print(f"start {seed}, largest differences: {found}")

# %% [markdown]
# With right gradients the differences are 1e-9 or less, as good as central differences
# get. If you see 1e-3, or a whole number, the array's name says which layer to look at.
# Do this with every network that you ever write by hand.
#
# Now for the promise of lesson 00, twelve digits. Keras gets the same weights and the
# same pictures. It has to be told in three places to compute in float64: the `Input`,
# every layer and the loss.


# %% nbgrader="demonstration"
def keras_network(weights, size=18):
    """Return the same network in Keras, in float64, with the same weights."""
    w1, _, w2, _, w3, _ = weights
    layers, of = keras.layers, {"dtype": "float64"}
    model = keras.Sequential(
        [
            keras.Input((size, size, 1), **of),
            layers.Conv2D(w1.shape[-1], 3, activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Conv2D(w2.shape[-1], 3, activation="relu", **of),
            layers.MaxPooling2D(2, **of),
            layers.Flatten(**of),
            layers.Dense(w3.shape[-1], **of),
        ]
    )
    model.set_weights(weights)
    return model


# %% nbgrader="demonstration"
from byhand import tensorflow as tf

eight, letters = data.xo_pictures(8, seed=0)
eight = framed(eight)
start = start_weights(np.random.default_rng(0), 6, 12, 2, 18)


def keras_steps(learning_rate, steps=20):
    """Return Keras's losses and its weights after each step."""
    model = keras_network(start)
    optimizer, losses, weights = keras.optimizers.SGD(learning_rate), [], []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_of(letters, model(eight))
        optimizer.apply(
            tape.gradient(loss, model.trainable_weights), model.trainable_weights
        )
        losses.append(float(loss))
        weights.append(model.get_weights())
    return losses, weights


# %% nbgrader="demonstration"
def steps_apart(learning_rate):
    """Return how far your weights are from Keras's after 1 to 20 steps."""
    losses, weights = keras_steps(learning_rate)
    apart = []
    for steps, theirs in enumerate(weights, 1):
        mine, yours = train_steps(
            start, eight, letters, learning_rate=learning_rate, steps=steps
        )
        both = zip(yours, theirs, strict=True)
        apart.append(max(np.abs(a - b).max() for a, b in both))
    worst = np.abs(mine - losses).max()
    print(f"rate {learning_rate:<7} losses differ by at most {worst:.1e}")
    return range(1, 21), apart


trains = ready(gradients_apart, 0) is not None
if trains:
    plots.lines(
        {f"learning rate {rate}": steps_apart(rate) for rate in (2.0**-4, 0.1)},
        xlabel="step",
        ylabel="largest difference of a weight",
        log=True,
        alt="How far your weights are from Keras's, step by step, with a learning rate "
        "of 1/16 and with one of 0.1. The axis is logarithmic: count the powers of ten "
        "between the two.",
    )
else:
    print("yours doesn't train yet: the checks above say what is missing")

# %% [markdown]
# **Notice.** Both curves are the same code, and one is a million times larger. Keras
# keeps its learning rate as a float32. There, 0.1 isn't 0.1 but 1.5e-9 more, so every
# step is a little too long. 1/16 is exact in both. When two programs disagree in the
# ninth digit, look for such a constant.

# %% [markdown]
# ## Learn eight pictures by heart
#
# Before you train on thousands, make sure that the network can learn at all. Take eight
# pictures and as many steps as it needs. The loss must go to zero. If it doesn't, more
# data won't help, because something is wrong in the code or in the learning rate. We
# take handwritten digits for this, 8 by 8 pixels each, doubled and framed to 18 by 18.

# %%
digits, digit_labels = data.digits()
mixed = np.random.default_rng(8).permutation(len(digit_labels))
digits = framed(data.enlarge(digits)[mixed], paper=0.0)
digit_labels = digit_labels[mixed]
plots.images(
    [(digits[k, :, :, 0], str(digit_labels[k])) for k in range(8)],
    alt="Eight digits with their labels, coarse but readable.",
)

# %% [markdown] nbgrader="read-only" grade_id="overfit_statement"
# ### {{exercise overfit minutes=10 title="Learn eight pictures by heart"}}
#
# Return weights with which all eight pictures get their labels. `train_steps` does the
# work; go on until the last loss is below 0.01, but not for ever, since the check waits
# 25 seconds. A learning rate from 0.05 to 0.5 will do. The check uses digits with their
# own labels, and then the same digits with random labels.


# %% nbgrader="autograded-answer" grade_id="overfit"
def overfit(weights, x, labels):
    """Train on a few pictures until they are known by heart.

    Parameters
    ----------
    weights : list of ndarray, to start from
    x : ndarray, shape (N, 18, 18, 1)
    labels : ndarray of int, shape (N,)

    Returns
    -------
    weights : list of ndarray, after training
    """
    ### BEGIN SOLUTION
    for _ in range(40):
        losses, weights = train_steps(weights, x, labels, learning_rate=0.25, steps=25)
        if losses[-1] < 0.01:
            break
    return weights
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="overfit" points=2

# %% [markdown] nbgrader="read-only" grade_id="heart_new_predict"
# {{question heart_new minutes=3 title="Predict what eight pictures have taught"
# options="a|b|c"
# worked="random labels say nothing about new digits, so it guesses: one in ten, c"}}
# **Predict.** The network knows eight digits by heart, with *random* labels. Now it
# meets 400 digits that it has never seen. What share does it name correctly? **a**
# nearly all, **b** about half, **c** about one in ten. And what would you expect if the
# eight labels were right? (Give the letter for the random labels.)

# %% nbgrader="autograded-answer" grade_id="heart_new"
heart_new = ...  # a letter in quotes
### BEGIN SOLUTION
heart_new = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="heart_new" points=1


# %%
def accuracy(layers, x, labels):
    """Return the share of pictures whose largest logit is that of the label."""
    for layer in layers:
        x = layer.forward(x)
    return np.mean(x.argmax(axis=1) == labels)


# %% nbgrader="demonstration"
def by_heart(seed):
    """Return the accuracy on 400 new digits, with right labels and random ones."""
    rng, found = np.random.default_rng(seed), []
    chosen = [np.flatnonzero(digit_labels[:1200] == k)[seed] for k in range(8)]
    for labels in (np.arange(8), rng.permutation(10)[:8]):
        begin = start_weights(rng, 6, 8, 10, 18)
        layers = build(overfit(begin, digits[chosen], labels))
        known = accuracy(layers, digits[chosen], labels)
        new = accuracy(layers, digits[800:1200], digit_labels[800:1200])
        found.append((known, new))
    return found


for seed in range(3):
    found = ready(by_heart, seed)
    for what, shares in zip(("right", "random"), found or (), strict=False):
        known, new = shares
        print(f"seed {seed}, {what:>6} labels: {known:.0%} of 8, {new:.0%} of 400 new")

# %% [markdown]
# All eight are known in every line, so the loss on them tells nothing. Random labels
# leave one in ten correct or fewer, no better than a guess. A network can memorise
# without any meaning. With right labels, even eight pictures name about half of the
# others. A network that does well on pictures that it has never seen *generalises*, and
# only such pictures can show it.

# %% [markdown]
# **The second place to stop.** You have a network that learns, and proof that it does
# so correctly. What remains is to train it properly and to find out what it has
# learned.

# %% [markdown]
# ## In batches
#
# An *epoch* goes once through all pictures, in a new random order, a batch at a time. A
# last batch that is shorter counts as well. The orders come from outside, one row per
# epoch, so that your loop and Keras can walk through the same batches.

# %% [markdown] nbgrader="read-only" grade_id="steps_of_epoch_predict"
# {{question steps_of_epoch minutes=2 title="Predict the steps of an epoch"
# worked="93 full batches hold 1488 pictures, and one more step takes the last 12: 94"}}
# **Predict.** How many steps are there in an epoch of 1500 pictures in batches of 16?

# %% nbgrader="autograded-answer" grade_id="steps_of_epoch"
steps_of_epoch = ...  # a whole number
### BEGIN SOLUTION
steps_of_epoch = 94
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "last batch dropped": 93,
    "the whole set in every step": 1,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="steps_of_epoch" points=1

# %% [markdown]
# 93 full batches hold 93·16 = 1488 pictures, and a last step takes the other 12. What
# is the loss of such an epoch? Keras reports the mean over its *pictures*, each with
# the loss that it had when its turn came. So a batch of 12 counts 12/16 as much as a
# full one.

# %% [markdown] nbgrader="read-only" grade_id="fit_statement"
# ### {{exercise fit minutes=15 title="Go through the pictures in batches"}}
#
# Go through `orders` with a plain `for`, since they may come wrapped in a progress bar.
# An array of indices picks pictures: `x[chosen]`. `train_step` returns the mean loss of
# its batch.


# %% nbgrader="autograded-answer" grade_id="fit"
def fit(weights, x, labels, orders, *, batch, learning_rate):
    """Train a network on batches, epoch after epoch.

    Parameters
    ----------
    weights : list of ndarray, to start from
    x : ndarray, shape (N, H, W, 1)
    labels : ndarray of int, shape (N,)
    orders : one array of N indices for each epoch
    batch : int, pictures per step
    learning_rate : float

    Returns
    -------
    losses : ndarray, for each epoch the mean over its pictures
    weights : list of ndarray, after the last step

    Matches: ``model.fit(x, labels, batch_size=batch, epochs=len(orders))``
    """
    layers = build(weights)
    ### BEGIN SOLUTION
    losses = []
    for order in orders:
        total = 0.0
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            loss = train_step(layers, x[chosen], labels[chosen], learning_rate)
            total += loss * len(chosen)
        losses.append(total / len(order))
    return np.array(losses), weights_of(layers)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="fit" points=2

# %% [markdown]
# Here is what Keras's own `fit` says of five pictures in batches of two. It keeps the
# running mean in float32, so seven digits are all that can agree.

# %% nbgrader="demonstration"
order = np.arange(5)
model = keras_network(start)
model.compile(keras.optimizers.SGD(2.0**-4), loss_of)
history = model.fit(
    eight[order], letters[order], batch_size=2, epochs=1, shuffle=False, verbose=0
)
print("Keras:", history.history["loss"])
settings = {"batch": 2, "learning_rate": 2.0**-4}
yours = ready(lambda: fit(start, eight, letters, [order], **settings)[0])
print("yours:", "not written yet" if yours is None else yours)

# %% [markdown]
# ## X and O
#
# The pictures of lesson 01 return: X and O that move by up to 4 pixels each way, turn
# by up to 10 degrees, and grow or shrink by up to a tenth. They are framed and ready,
# and nobody tells the network what to look for.

# %%
x_xo, labels_xo = data.xo_pictures(600, seed=1, turn=10, scale=0.1)
x_xo = framed(x_xo)
plots.images(
    [(x_xo[k, :, :, 0], data.XO_NAMES[labels_xo[k]]) for k in range(6)],
    alt="Six training pictures: X and O at different places, slightly turned.",
)


# %%
def epochs(rng, n, count):
    """Return the orders of several epochs, each a permutation of n pictures."""
    return np.array([rng.permutation(n) for _ in range(count)])


# %% [markdown] nbgrader="read-only" grade_id="xo_weights_statement"
# ### {{exercise xo_weights minutes=8 title="Train on X and O"}}
#
# Make weights with `start_weights` (6 and 12 filters are plenty) and orders with
# `epochs`, and call `fit`. Choose the epochs, the batch and the learning rate yourself.
# A rate from 1/32 to 1/8 works well. `tqdm(orders, desc="X or O", unit="epoch")` shows
# the progress. The check asks for 95 % of 400 pictures that the network has never seen.

# %% nbgrader="autograded-answer" grade_id="xo_weights"
xo_losses, xo_weights = ..., ...  # what fit returns
### BEGIN SOLUTION
rng = np.random.default_rng(3)
orders = tqdm(epochs(rng, len(x_xo), 10), desc="X or O", unit="epoch")
xo_start = start_weights(rng, 6, 12, 2, 18)
xo_losses, xo_weights = fit(
    xo_start, x_xo, labels_xo, orders, batch=16, learning_rate=2**-4
)
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="xo_weights" points=2 hidden=true

# %% nbgrader="demonstration"
trained = isinstance(xo_weights, list)
if trained:
    plots.lines(
        {"loss": (range(1, len(xo_losses) + 1), xo_losses)},
        xlabel="epoch",
        ylabel="mean loss of an epoch",
        alt="The loss of your training, epoch by epoch. Where did it start, and does "
        "it still fall at the end?",
    )

# %% [markdown]
# What has it learned to look for? Here are the filters of the first layer, three by
# three weights each. Compare them with the features of lesson 01. Do you find a stroke,
# or a corner? Some may have no name at all, because they only had to lower a loss.

# %% nbgrader="demonstration"
if trained:
    filters = xo_weights[0][:, :, 0]
    plots.images(
        [(filters[:, :, f], f"filter {f}") for f in range(filters.shape[-1])],
        alt="The filters of your first layer. Purple weights want ink, orange ones "
        "paper.",
    )

# %% [markdown]
# And what does it make of a picture? The explorer shows the whole network at once,
# computed by your own layers. Point at any map. What the cell is made of lights up one
# layer before, what it sees lights up in the picture, and its product stands below:
# kernel times patch, plane by plane. Which map finds what an O has and an X has not?

# %% nbgrader="demonstration"
some, its_letters = data.xo_pictures(8, seed=5, turn=10, scale=0.1)
shown = {"pictures": framed(some), "labels": its_letters, "names": data.XO_NAMES}
explore.filters_and_maps(build(xo_weights) if trained else None, **shown)

# %% [markdown]
# ## Three sets
#
# We drew as many X and O as we liked. Of handwritten digits there are 1797, by 13
# people, and we split them. The *training set* of 1200 changes the weights. The
# *validation set* of 300 is for looking: every choice that you make, such as the number
# of epochs, is made on it. The *test set* of 297 stays in its envelope until all
# choices are made, because whatever you choose by, you learn a little by heart.

# %%
x_train, labels_train = digits[:1200], digit_labels[:1200]
x_val, labels_val = digits[1200:1500], digit_labels[1200:1500]
x_test, labels_test = digits[1500:], digit_labels[1500:]


def watched(weights, x, labels, orders, *, batch, learning_rate):
    """Train with your fit; return losses, those on the validation set, and weights."""
    losses, on_new = [], []
    for order in orders:
        loss, weights = fit(
            weights, x, labels, [order], batch=batch, learning_rate=learning_rate
        )
        losses.append(loss[0])
        on_new.append(loss_on(weights, x_val, labels_val))
    return np.array(losses), np.array(on_new), weights


# %% [markdown]
# What does it look like when there is too little to learn from? The next cell trains on
# only 60 digits, for 60 epochs, from three starts, and draws two losses: on these 60,
# and on the validation set. Which of the two would you trust?

# %% nbgrader="demonstration"
curves = {}
for seed in range(3) if trained else ():
    rng = np.random.default_rng(seed)
    begin, orders = start_weights(rng, 8, 16, 10, 18), epochs(rng, 60, 60)
    on_known, on_new, end = watched(
        begin, digits[:60], digit_labels[:60], orders, batch=16, learning_rate=2**-4
    )
    share = accuracy(build(end), x_val, labels_val)
    ends = f"loss {on_known[-1]:.3f}, validation {on_new[-1]:.3f}"
    print(f"start {seed}: {ends}, {share:.0%} named correctly")
    if seed == 0:
        curves = {
            "training, 60 digits": (range(1, 61), on_known),
            "validation": (range(1, 61), on_new),
        }
if curves:
    plots.lines(
        curves,
        xlabel="epoch",
        ylabel="mean loss",
        alt="The loss on 60 training digits and on the validation set, epoch by epoch. "
        "Look at the gap between the two at the end.",
    )

# %% [markdown]
# The loss on the 60 goes to 0.01. On new digits it stops falling at about 0.5, and
# about one digit in six gets a wrong name. This gap is called *overfitting*. The
# network still gets better on its training set, but that no longer helps with new
# pictures. More pictures are the best remedy. A smaller network or fewer epochs help as
# well.

# %% [markdown] nbgrader="read-only" grade_id="digits_weights_statement"
# ### {{exercise digits_weights minutes=12 title="Train on handwritten digits"}}
#
# Train on all of `x_train` and `labels_train`, with `watched`, and choose by the
# validation set. Ten classes need more filters, such as 8 and 16, and more epochs. Here
# the check asks for 93 % of the *validation* set. When your lesson is graded, the same
# is asked of the test set.

# %% nbgrader="autograded-answer" grade_id="digits_weights"
digits_losses, digits_new, digits_weights = ..., ..., ...  # what watched returns
### BEGIN SOLUTION
rng = np.random.default_rng(1)
orders = tqdm(epochs(rng, len(x_train), 16), desc="digits", unit="epoch")
digits_losses, digits_new, digits_weights = watched(
    start_weights(rng, 8, 16, 10, 18),
    x_train,
    labels_train,
    orders,
    batch=16,
    learning_rate=2**-4,
)
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="digits_weights" points=2 hidden=true

# %% nbgrader="demonstration"
if isinstance(digits_weights, list):
    numbers = range(1, len(digits_losses) + 1)
    plots.lines(
        {"training": (numbers, digits_losses), "validation": (numbers, digits_new)},
        xlabel="epoch",
        ylabel="mean loss",
        alt="Your two curves with 1200 digits. Is there a gap? From which epoch on?",
    )
    layers = build(digits_weights)
    print(f"validation: {accuracy(layers, x_val, labels_val):.1%} named correctly")

# %% [markdown]
# Which digits go wrong? Looking at mistakes is the most useful thing that you can do
# with a validation set.

# %% nbgrader="demonstration"
if isinstance(digits_weights, list):
    guesses = x_val
    for layer in layers:
        guesses = layer.forward(guesses)
    guesses = guesses.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels_val)[:8]
    plots.images(
        [(x_val[k, :, :, 0], f"{labels_val[k]}, taken for {guesses[k]}") for k in wrong]
        or [(x_val[0, :, :, 0], "no mistakes")],
        alt="Digits of the validation set that your network gets wrong, at most eight. "
        "Would you have known them?",
    )

# %% [markdown]
# Here are these digits on their way through the network. Choose one and look at the
# bars. How sure is it of the wrong digit, and which one comes second? A class is a sum
# like any other. Click on its square, and you see which maps spoke for it.

# %% nbgrader="demonstration"
if isinstance(digits_weights, list):
    few = wrong if len(wrong) else np.arange(8)
    shown = {"pictures": x_val[few], "labels": labels_val[few]}
explore.filters_and_maps(layers, **shown) if isinstance(digits_weights, list) else None

# %% [markdown]
# When all your choices are made, open the envelope. Do it once. If you then go back to
# change something, the test set has become a second validation set.

# %%
open_the_envelope = False  # change to True when you are done choosing

# %% nbgrader="demonstration"
if open_the_envelope and isinstance(digits_weights, list):
    print(f"test: {accuracy(build(digits_weights), x_test, labels_test):.1%}")
else:
    print("the test set is still sealed")

# %% [markdown]
# How much is luck? Three networks that differ only in their random start show how far
# apart two results can be by chance alone. A difference that is smaller than this means
# nothing.

# %% nbgrader="demonstration"
for seed in range(3) if trained else ():
    rng = np.random.default_rng(seed)
    begin, orders = start_weights(rng, 8, 16, 10, 18), epochs(rng, 1200, 8)
    _, _, end = watched(
        begin, x_train, labels_train, orders, batch=16, learning_rate=2**-4
    )
    known = accuracy(build(end), x_train, labels_train)
    new = accuracy(build(end), x_val, labels_val)
    print(f"start {seed}: training {known:.1%}, validation {new:.1%}")

# %% [markdown]
# ## A picture in a new place
#
# Three networks, one question: what happens when a picture stands where no training
# picture stood? The first is yours. The second is a dense network, with every pixel
# wired to 32 hidden units. The third ends as lesson 05 taught: it keeps the *largest*
# value of each of its 12 maps, wherever that is, and a dense layer judges these 12
# numbers. Its pooling layer is short.


# %%
class GlobalMaxPool2D:
    """Keep the largest value of each map, and remember where it stood."""

    params, grads = (), ()

    def forward(self, x):
        """Return rows of shape (N, C)."""
        self.shape = x.shape
        values = x.reshape(len(x), -1, x.shape[3])
        self.winners = values.argmax(axis=1)
        return values.max(axis=1)

    def backward(self, dy):
        """Return dx in the shape of x: dy at the winners, 0 elsewhere."""
        n, h, w_in, c = self.shape
        dx = np.zeros((n, h * w_in, c))
        np.put_along_axis(dx, self.winners[:, None], dy[:, None], axis=1)
        return dx.reshape(self.shape)


# %%
def rivals(seed):
    """Return three networks by name, each with its epochs and its learning rate."""
    rng = np.random.default_rng(seed)

    def dense(n, units):
        return Dense(rng.normal(size=(n, units)) * np.sqrt(2 / n), np.zeros(units))

    with_flatten = build(start_weights(rng, 6, 12, 2, size=22))
    with_maximum = build(start_weights(rng, 6, 12, 2, size=22))[:5]
    with_maximum += [GlobalMaxPool2D(), dense(12, 2)]
    all_dense = [Flatten(), dense(22 * 22, 32), ReLU(), dense(32, 2)]
    return {
        "convolutions, then flatten": (with_flatten, 20, 2**-4),
        "convolutions, then the maximum": (with_maximum, 20, 2**-4),
        "dense": (all_dense, 60, 2**-6),
    }


def train(layers, x, labels, orders, learning_rate):
    """Train any list of layers with your train_step, in batches of 16."""
    for order in orders:
        for begin in range(0, len(order), 16):
            chosen = order[begin : begin + 16]
            train_step(layers, x[chosen], labels[chosen], learning_rate)


# %% [markdown]
# All three train on pictures that move by at most 2 pixels, until they name every one
# of these. The dense one gets three times the epochs and a rate of its own, so that it
# has its chance. The tests then move their pictures by *exactly* 0, 1, 2, 3 or 4
# pixels. A wider frame, 10 + 4·3 = 22 pixels, keeps the moved ones clear of the edge.


# %%
def moved(n, exactly, seed):
    """Return X and O that stand exactly so many pixels off the middle."""
    pictures, labels = data.xo_pictures(n, seed=seed, shift=0, turn=10, scale=0.1)
    steps = range(-exactly, exactly + 1)
    ring = [(i, j) for i in steps for j in steps if max(abs(i), abs(j)) == exactly]
    chosen = np.random.default_rng(seed).integers(len(ring), size=n)
    both = zip(pictures, chosen, strict=True)
    pictures = np.array([np.roll(p, ring[k], (0, 1)) for p, k in both])
    return framed(pictures, size=22), labels


# %% [markdown] nbgrader="read-only" grade_id="far_shift_predict"
# {{question far_shift minutes=3 title="Predict who finds a moved picture"
# options="a|b|c"
# worked="flatten ties weights to places, and those of the new places are untrained:
# c"}}
# **Predict.** All pictures move by exactly 4 pixels, twice as far as in training. What
# does the network with convolutions and *flatten* name correctly? **a** more than 95 %,
# since its weights are shared, **b** about 85 %, **c** less than 75 %, so not much more
# than a coin.

# %% nbgrader="autograded-answer" grade_id="far_shift"
far_shift = ...  # a letter in quotes
### BEGIN SOLUTION
far_shift = "c"
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="far_shift" points=1

# %% nbgrader="demonstration"
near, near_labels = data.xo_pictures(400, seed=1, shift=2, turn=10, scale=0.1)
near, tests = framed(near, size=22), [moved(400, s, seed=9) for s in range(5)]
shares = {}
for seed in tqdm(range(3), desc="starts") if trained else ():
    for name, (layers, count, rate) in rivals(seed).items():
        orders = epochs(np.random.default_rng(seed), len(near), count)
        train(layers, near, near_labels, orders, rate)
        found = [accuracy(layers, *each) for each in ((near, near_labels), *tests)]
        shares.setdefault(name, []).append(found)
        size = sum(w.size for w in weights_of(layers))
        print(f"start {seed}, {name}: {size} parameters, training {found[0]:.0%}")

# %% nbgrader="demonstration"
if shares:
    plots.lines(
        {
            name: (range(5), 100 * np.mean(found, axis=0)[1:])
            for name, found in shares.items()
        },
        xlabel="shift of the test pictures (pixels)",
        ylabel="named correctly (%)",
        alt="Mean of three starts: what each network names correctly, by how far the "
        "pictures stand from the middle. Training moved them by 2 at most. A coin gets "
        "50.",
    )
    for name, found in shares.items():
        low, high = np.min(found, axis=0)[1:], np.max(found, axis=0)[1:]
        both = zip(low, high, strict=True)
        print(f"{name:<32}", *(f"{a:.0%}-{b:.0%}" for a, b in both))

# %% [markdown]
# Up to 2 pixels all three are right, or nearly. Beyond that they part. The dense
# network does *worse* than a coin. It has learned which pixels speak for which letter,
# and a letter that moves puts its ink on pixels that speak for the other one. The
# convolutions with flatten fall to about 60 % at 4. Their maps move along with the
# picture, but flatten ties each place of a map to a weight of its own, and the weights
# of the new places were never trained on what arrives there now.

# %% [markdown]
# Only the network that throws away *where* is still right at 3 and at 4, and it has the
# fewest numbers to learn. That is the story of this course in one plot. Lesson 01 slid
# a feature and kept the best match. Lesson 03 called it sharing. Lesson 05 said what a
# maximum forgets. Sharing carries a feature to new places. An *answer* gets there only
# if nothing behind it asks for the place.

# %% [markdown]
# ## A dense layer is a convolution
#
# Flatten needs exactly 3·3·12 = 108 numbers, so your network takes 18 by 18 pixels and
# nothing else. But these 108 are a block of 3×3×12. A *convolution* with a kernel as
# large as the block has one stop on it and computes the same sum. On a larger map it
# has more stops.

# %% [markdown] nbgrader="read-only" grade_id="kernel_shape_predict"
# {{question kernel_shape minutes=2
# title="Predict the shape of a dense layer's kernel"
# worked="rows, columns and channels of the block, then the units: (3, 3, 12, 2)"}}
# **Predict.** The dense layer turns the flattened 3×3×12 block into 2 logits. What is
# the shape of the equivalent convolution's kernel?

# %% nbgrader="autograded-answer" grade_id="kernel_shape"
kernel_shape = ...  # four whole numbers
### BEGIN SOLUTION
kernel_shape = (3, 3, 12, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "units before the channels": (3, 3, 2, 12),
    "block read in another order": (12, 3, 3, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="kernel_shape" points=1

# %% [markdown] nbgrader="read-only" grade_id="dense_to_conv_statement"
# ### {{exercise dense_to_conv minutes=6 title="Turn a dense layer into a convolution"}}
#
# Flatten runs through the rows of a block, in each row through the columns, and at each
# place through the channels.


# %% nbgrader="autograded-answer" grade_id="dense_to_conv"
def dense_to_conv(w, h, w_in, c):
    """Return the kernel that computes on a block what a dense layer does on its row.

    kernel[p, q, k, u] = w[(p * w_in + q) * c + k, u]

    Parameters
    ----------
    w : ndarray, shape (h * w_in * c, units)
    h, w_in, c : int
        Height, width and channels of the block.

    Returns
    -------
    kernel : ndarray, shape (h, w_in, c, units)

    Matches: ``keras.layers.Reshape((h, w_in, c))`` for each unit's weights
    """
    ### BEGIN SOLUTION
    return w.reshape(h, w_in, c, -1)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="dense_to_conv" points=1

# %% [markdown]
# Now nothing in the network asks for the size of the picture. Here is a sheet with 18
# drawings, which nobody has cut into windows.


# %%
def drawn_sheet(rows, columns, seed):
    """Return a sheet of drawings, 16 pixels apart, and the label of each."""
    how = {"shift": 1, "turn": 10, "scale": 0.1}
    pictures, labels = data.xo_pictures(rows * columns, seed=seed, **how)
    sheet = np.full((16 * rows + 2, 16 * columns + 2), -1.0)
    for k, picture in enumerate(pictures):
        top, left = 16 * (k // columns), 16 * (k % columns)
        part = sheet[top : top + 17, left : left + 17]
        np.maximum(part, picture, out=part)
    return sheet, labels


sheet, sheet_labels = drawn_sheet(3, 6, seed=8)
plots.images([(sheet, "the sheet")], alt="A sheet of X and O in three rows of six.")

# %% [markdown] nbgrader="read-only" grade_id="sheet_answers_predict"
# {{question sheet_answers minutes=3 title="Predict the size of a map of answers"
# worked="(50 - 18) / 4 + 1 = 9 and (98 - 18) / 4 + 1 = 21: (9, 21)"}}
# **Predict.** The sheet has 50 by 98 pixels. The network sees windows of 18 by 18, and
# its two poolings make the windows 4 pixels apart. How many rows and columns does its
# map of logits have?

# %% nbgrader="autograded-answer" grade_id="sheet_answers"
sheet_answers = ...  # (rows, columns)
### BEGIN SOLUTION
sheet_answers = (9, 21)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "one stop too few": (8, 20),
    "stride ignored": (33, 81),
    "ceiling for floor": (13, 25),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="sheet_answers" points=1


# %%
def slide(weights, sheet):
    """Return the map of logits that a trained network gives for a whole sheet."""
    c2 = weights[2].shape[-1]
    last = Conv2D(dense_to_conv(weights[4], 3, 3, c2), weights[5])
    y = sheet[None, :, :, None]
    for layer in [*build(weights)[:-2], last]:
        y = layer.forward(y)
    return y


# %% nbgrader="demonstration"
logits = ready(slide, xo_weights, sheet) if trained else None
if logits is not None:
    print("logits:", logits.shape)
    window = sheet[None, 4:22, 20:38, None]
    for layer in build(xo_weights):
        window = layer.forward(window)
    print("one window, by the dense layer:", window[0])
    print("the same, from the large map:  ", logits[0, 1, 5])

# %% [markdown]
# (50 − 18)/4 + 1 = 9 rows and (98 − 18)/4 + 1 = 21 columns, so 9·21 = 189 answers from
# one pass, and all windows share their work. The last two lines agree: the window that
# starts in row 4 and column 20 is answer (1, 5) of the map.

# %% [markdown]
# ## The answer, back in the picture
#
# 9 by 21 numbers are not yet a picture. Lesson 07 knows how to get back. Stamp each
# answer onto the 18 by 18 pixels that it came from, with stride 4. The stamp is a tent,
# strongest in the middle of the window. Then divide by the sum of the tents. The
# transposed size is (9 − 1)·4 + 18 = 50 and (21 − 1)·4 + 18 = 98, the sheet's own.


# %% nbgrader="demonstration"
from byhand import sheets


def stamped_back(logits):
    """Return, for each pixel of the sheet, how much speaks for O rather than X."""
    slope = np.minimum(np.arange(1, 19), np.arange(18, 0, -1)) / 9
    tent = np.outer(slope, slope)[:, :, None, None]
    votes = logits[..., 1:] - logits[..., :1]
    total = given.conv2d_transpose(votes, tent, np.zeros(1), stride=4)
    weight = given.conv2d_transpose(np.ones_like(votes), tent, np.zeros(1), stride=4)
    return (total / weight)[0, :, :, 0]


if logits is not None:
    sheets.coloured(
        sheet > 0,
        stamped_back(logits),
        names=data.XO_NAMES,
        alt="The sheet, every stroke coloured by what your network takes it for. Is "
        "there a drawing in the wrong colour, or in two?",
    )

# %% [markdown]
# Nobody ever told the network which *pixels* belong to an O. It saw 600 small pictures,
# one label each. Yet here every stroke has a colour. Your own convolutions, your own
# pooling and your own gradients did that, with the stamps of lesson 07. Show it to
# somebody.

# %% [markdown]
# How often is it right, and is it luck? Three networks from other starts, and a sheet
# of 40 drawings for each. A drawing counts as correct when most of its ink has the
# right colour.


# %% nbgrader="demonstration"
def coloured_correctly(weights, rows, columns, seed):
    """Return the share of drawings whose ink mostly gets the right colour."""
    sheet, labels = drawn_sheet(rows, columns, seed)
    score = stamped_back(slide(weights, sheet))
    found = []
    for k, label in enumerate(labels):
        top, left = 16 * (k // columns), 16 * (k % columns)
        part = slice(top, top + 17), slice(left, left + 17)
        said = score[part][sheet[part] > 0] > 0
        found.append((said.mean() > 0.5) == label)
    return np.mean(found)


for seed in range(3) if logits is not None else ():
    rng = np.random.default_rng(seed)
    begin, orders = start_weights(rng, 6, 12, 2, 18), epochs(rng, 600, 10)
    _, end = fit(begin, x_xo, labels_xo, orders, batch=16, learning_rate=2**-4)
    share = coloured_correctly(end, 5, 8, seed=20 + seed)
    print(f"start {seed}: {share:.0%} of 40 drawings in the right colour")

# %% [markdown]
# Detectors and segmenters are built like this, with convolutions to the very end and a
# map of answers. One thing is missing here. There is no class for *nothing*, so the
# network calls empty paper X or O as well; we only didn't colour it. Real detectors
# learn a class for the background.

# %% [markdown]
# ## The same in a few lines of Keras
#
# At work you would write what follows. You know every word of it now: what `fit` does
# with a batch, what `SGD` subtracts, what the loss hands back, and what `evaluate`
# should be asked about. Keras works in float32 here and draws its own start.

# %% nbgrader="demonstration"
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((18, 18, 1)),
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.SGD(2.0**-4), loss, metrics=["accuracy"])
model.fit(x_train, labels_train, batch_size=16, epochs=8, verbose=0)
found = model.evaluate(x_val, labels_val, verbose=0)
print(f"validation: loss {found[0]:.3f}, {found[1]:.1%} named correctly")

# %% [markdown]
# ## What can be learned and what is chosen
#
# The step changes the weights, the *parameters*. Everything else was chosen by
# somebody: the number and size of kernels, stride, padding, the pooling's window, the
# learning rate, the batch, the epochs. These are *hyperparameters*. Choose them on the
# validation set, and remember that the size of the picture is one of them, too.

# %% [markdown]
# ## What you can now read
#
# Four famous networks, in the words of this course.
#
# **AlexNet** (2012) starts with 96 filters of 11×11×3 and stride 4. Some of its layers
# have 2 groups, because it was trained on two graphics cards. Its max pooling overlaps:
# windows of 3 with stride 2. Most of its 60 million numbers sit in dense layers.
#
# **VGG** (2014) has 3×3 kernels with padding 1 throughout, and 2×2 pooling. Two such
# kernels in a row see 5×5, with fewer numbers than one 5×5 kernel and one more ReLU.

# %% [markdown]
# **ResNet** (2015) adds a layer's input to its output, y = x + f(x). On the way back,
# dx is dy *plus* what f sends, so a gradient reaches the first of 152 layers
# undiminished. It pools once near the start, and after that convolutions with stride 2
# make its maps smaller. It ends in global *average* pooling, and 1×1 convolutions make
# its blocks thin in the middle. One thing in its diagram is new to you: batch
# normalisation shifts and scales each channel to mean 0 and spread 1 over the batch.

# %% [markdown]
# **U-Net** (2015) colours every pixel of a picture. On the left, convolutions and
# pooling go down, as in this lesson. On the right, transposed convolutions come back
# up, as in lesson 07. Its grey arrows copy each left stage over and lay it beside the
# right one along the *channels*, because pooling forgot where things were. The last
# layer is 1×1, one logit per class and pixel. Your coloured sheet is its smallest
# relative.

# %% [markdown] nbgrader="manual-answer" grade_id="written_training" points=2
# ## Write it in words
#
# A friend's network reaches 100 % on its 50 training pictures within seconds, and 52
# % on new X and O. She wants to train it for longer. What do the two numbers tell her,
# and what would you suggest instead? Two to four sentences.
#
# ### BEGIN MARK SCHEME
# 1 point: 100 % on the training pictures shows that code and step work and that the
# pictures were memorised; 52 % of two classes is guessing, so nothing generalises. This
# is overfitting. (Half a point for the word without saying what the numbers show.)
#
# 1 point: a fitting remedy with its reason: more or more varied pictures (shifted,
# turned), a network with fewer parameters or one that doesn't tie its answer to a place
# (convolutions with global pooling), or a look at the validation loss and an earlier
# stop. Longer training alone earns nothing, because the loss on the training pictures
# is already near zero.
# ### END MARK SCHEME

# %% [markdown] nbgrader="read-only" grade_id="concept_after_statement"
# {{section concept_after minutes=10 title="Answer the ten questions again"}}
# ## Ten questions again
#
# The topics are those of lesson 00, and the numbers are new. Answer without looking
# anything up. **e** is still allowed, and earns nothing this time. Each right answer
# earns half a point.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q1"
# **1.** A kernel of three weights has stride 2 and dilation 3. Which inputs does
# output 1 read, when inputs and outputs are counted from 0?
#
# - **a** 1, 4 and 7
# - **b** 2, 3 and 4
# - **c** 2, 5 and 8
# - **d** 3, 5 and 7
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q2"
# **2.** A layer turns pictures of 64x64 with 4 channels into 10 maps, with 5x5
# kernels and a bias for each map. How many numbers does it learn?
#
# - **a** 1010
# - **b** 260
# - **c** 1000
# - **d** 40960
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q3"
# **3.** A convolutional layer of TensorFlow or PyTorch slides the kernel 2 0 1 over
# the signal 3 1 4 2, without padding. What comes out?
#
# - **a** 11 5
# - **b** 3.33 1.33
# - **c** 6 0 4
# - **d** 10 4
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q4"
# **4.** Keras slides a kernel of 5 over 11 values with stride 3 and `padding="same"`.
# How many values come out?
#
# - **a** 3
# - **b** 4
# - **c** 5
# - **d** 11
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q5"
# **5.** A 2x2 window holds 7 3 / 0 5, and max pooling makes a 7 of it. In the
# backward pass a gradient of 6 arrives at that 7. What does the window get?
#
# - **a** 6 for the value 7, and 0 for the others
# - **b** 1.5 for each of the four values
# - **c** nothing, because a maximum has no derivative
# - **d** 6 for each of the four values
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q6"
# **6.** A picture of 12x12 goes through a convolution of 5x5 with stride 1, and its
# result through the transposed convolution with the same kernel and stride. What
# comes back?
#
# - **a** the picture itself, 12x12
# - **b** 16x16 values
# - **c** 8x8 values
# - **d** 12x12 values, in general not those of the picture
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q7"
# **7.** A convolution of 3x3 is followed by one of 5x5, both with stride 1. On how
# many pixels of the input does one value of the second map depend?
#
# - **a** 25
# - **b** 34
# - **c** 49
# - **d** 64
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q8"
# **8.** A layer with two 5x5 filters and two biases takes grey pictures of 20x20. Now
# it takes pictures of 40x40. What happens to its number of weights?
#
# - **a** it grows from 52 to 208, as the number of pixels does
# - **b** it stays 52
# - **c** the layer can't take pictures of another size
# - **d** it grows from 13312 to 67392: 52 for each value of the map
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q9"
# **9.** One filter with a 5x5 window meets a volume with 3 channels. What comes out?
#
# - **a** one map: 25 weights for each channel, and all products add up
# - **b** 3 maps, one for each channel
# - **c** 3 maps, all alike
# - **d** one map: the same 25 weights visit every channel, and the results add up
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q10"
# **10.** A film frame lies in an array `x` of shape (4, 20, 30): channels, height,
# width. Keras wants (height, width, channels). What do you hand over?
#
# - **a** `x.T`
# - **b** `x.reshape(20, 30, 4)`
# - **c** `x` as it is: Keras finds the channels by itself
# - **d** `x.transpose(1, 2, 0)`
# - **e** I don't know yet.

# %% nbgrader="autograded-answer" grade_id="concept_after"
concept_after = {  # a letter in quotes for each, such as "b"
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
concept_after = {
    "q1": "c",
    "q2": "a",
    "q3": "d",
    "q4": "b",
    "q5": "a",
    "q6": "d",
    "q7": "c",
    "q8": "b",
    "q9": "a",
    "q10": "d",
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="concept_after" points=5

# %% [markdown]
# Your answers from lesson 00 are in its notebook. If that is still in the folder next
# to this one, the table shows both sets side by side. Save the notebook of lesson 00
# first if it is open.

# %% nbgrader="demonstration"
from byhand import before_after

print(before_after.table(concept_after))

# %% [markdown]
# ## In words
#
# A layer goes forward, remembers, and goes back. A network is a list of layers, a loss
# and a step, and training repeats them until pictures that were never seen get their
# names.
#
# ## Key points
#
# - Measure every gradient, look at the dx of the picture, and let the network learn
#   eight pictures by heart. Only then feed it thousands.
# - What is known by heart proves nothing. Choose on a validation set, and look at the
#   test set once.
# - Shared weights carry a *feature* to new places. The answer follows only if nothing
#   behind them asks for the place.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Give `Conv2D` a padding of 1, so that maps keep their size, and put a third
#    convolution between the other two. What size of picture does the network see whole
#    now? Does it learn X and O from fewer pictures?
# 2. Add a third class for windows without a drawing in their middle, and colour the
#    sheet's paper as well.
# 3. Draw `input_gradient` for a single digit that your network gets wrong. Which pixels
#    would have changed its mind?
#
# This is the end of the course. You have every operation, its gradient, and a network
# that you can read from end to end.

# %% [markdown]
# ## Further reading
#
# - [Stanford CS231n, Convolutional networks](https://cs231n.github.io/convolutional-networks/),
#   because its part on turning dense layers into convolutions continues the coloured
#   sheet.
# - [Andrej Karpathy, A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/),
#   because this lesson's habits, such as the loss at the start and eight pictures by
#   heart, come with many more there.
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because it says in general what the nine lessons said with numbers.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can click
#   through a trained network and recognise every box.
