# %% [markdown]
# # Train a network of your own
#
# **You will build** a convolutional network out of your own layers, train it on drawn X
# and O and on handwritten digits, and see Keras take the same twenty steps.
#
# **You will learn**
#
# - how layers, a loss and a step fit together
# - to tell a network that can't learn from one that has a mistake
# - why the same weights slide over a larger picture
#
# **You need** lessons 02, 03, 05 and 06, and 150 minutes. The ten questions at the end
# touch on all lessons.

# %%
import numpy as np
from tqdm.auto import tqdm

from byhand import check, data, explore, plots

# %% [markdown] nbgrader="read-only" grade_id="warm_up_08_statement"
# {{warm-up warm_up_08 minutes=3 title="Warm up: lessons 03, 05 and 06"}}
# ## Warm up
#
# Three questions on lessons 03, 05 and 06; answer without looking back.
#
# 1. A layer has 6 filters of 5 by 5 on one grey plane, each with a bias. How many
#    numbers does it learn? (a number)
# 2. Max pooling, 2 by 2 with stride 2, meets maps of 15×15×8. What comes out?
#    **a** 8×8×8, **b** 7×7×8, **c** 7×7×4
# 3. A ReLU has received −2, and the upstream gradient there is 5. What is dx? (a
#    number)

# %% nbgrader="autograded-answer" grade_id="warm_up_08"
warm_up_08 = {"q1": ..., "q2": ..., "q3": ...}  # a number, a letter, a number
### BEGIN SOLUTION
warm_up_08 = {"q1": 156, "q2": "b", "q3": 0}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_08" points=1

# %% [markdown]
# ## The network in space
#
# All parts are on the table: convolution, ReLU, pooling, dense layers, and a gradient
# for each. Put in a row, they turn a picture into maps that get smaller and more
# numerous, then into a vector, then into one number per class.

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
    "2 by 2 by 12: smaller and deeper at each stage, then 48 numbers, then 2.",
)

# %% [markdown]
# The classic of this kind reads digits of 28 by 28. In Keras it takes seven lines. Its
# first dense layer meets 5×5×64 = 1600 numbers, and has 1024 units.

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
# {{question first_dense minutes=3 title="Predict the parameters of a dense layer"}}
# **Predict.** The first convolution has 3·3·1·32 weights and 32 biases, 320 numbers;
# the second has 18 496. How many numbers does the first dense layer learn, biases
# included? Which share of the whole will that be?

# %% nbgrader="autograded-answer" grade_id="first_dense"
first_dense = ...  # a whole number
### BEGIN SOLUTION
first_dense = 1600 * 1024 + 1024
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "bias forgotten": 1_638_400,
    "only the first channel": 26_624,
    "kernel flipped": 1_640_000,
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="first_dense" points=1

# %% nbgrader="demonstration"
for layer in classic.layers:
    print(f"{layer.name:<18} {layer.output.shape!s:<22} {layer.count_params():>9}")
share = classic.layers[5].count_params() / classic.count_params()
print(f"in all {classic.count_params()}, {share:.1%} of them in the first dense layer")

# %% [markdown]
# **Notice.** The two convolutions, which do the seeing, hold about 1 % of the numbers.
# Our network does without the large dense layer, and gets by with fewer than a
# thousand numbers. It trains in seconds, on one processor, in NumPy.

# %% [markdown]
# ## A layer remembers
#
# So far each operation was two functions, forward and backward. Backward needs what
# forward has seen: lesson 06 handed x over again. A *layer* is an object that keeps it.
# Four names are all that we agree on:
#
# - `forward(x)` returns y and keeps what backward will need
# - `backward(dy)` returns dx and puts the gradients of its weights into `grads`
# - `params` is a list of the layer's weights, `grads` a list of their gradients

# %% [markdown]
# Here are the two layers without weights. ReLU keeps where x was positive; Flatten
# keeps the shape that it has to restore. Read them: yours will look alike.


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
# A dense layer on paper: x = 1 2, w = 3 over 4, b = 1 give y = 1·3 + 2·4 + 1 = 12. With
# dy = 10, dw is xᵀ·dy = 10 over 20, db is 10, and dx is dy·wᵀ = 30 40. In letters:
#
# $$y = x\,w + b, \qquad dw = x^\top dy, \qquad db = \sum_n dy_n, \qquad
# dx = dy\,w^\top$$

# %% [markdown] nbgrader="read-only" grade_id="Dense_statement"
# ### {{exercise Dense minutes=10 title="A dense layer that remembers"}}
#
# Fill in the two methods. `self.grads` is a new list, `[dw, db]`, each time: gradients
# of an earlier batch must not linger. The check builds a layer from w and b, goes
# forward with x and backward with dy, and looks at all four results.


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
# Loops over pixels would take minutes per epoch. Lesson 03 had the remedy: lay every
# window out as a row, and the convolution is one matrix product. Going back, each row
# of gradients is added where its window lay. Both moves are given here, for stride 1
# without padding.


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
# A picture of 3 by 3 with one channel and windows of 2 by 2: four rows of four numbers.
# Adding back four rows of *ones* counts, for each pixel, the windows that it lies in.

# %%
nine = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
rows = windows_as_rows(nine, 2, 2)
print(rows)
print(rows_as_stamps(np.ones((4, 4)), (1, 3, 3, 1), 2, 2)[0, :, :, 0])

# %% [markdown] nbgrader="read-only" grade_id="map_sizes_predict"
# {{question map_sizes minutes=3 title="Predict the sizes through the network"}}
# **Predict.** A digit of 16 by 16 pixels goes through convolution 3×3, pooling 2×2,
# convolution 3×3, pooling 2×2, all without padding. How many rows does it have after
# each of the four?

# %% nbgrader="autograded-answer" grade_id="map_sizes"
map_sizes = ...  # four whole numbers
### BEGIN SOLUTION
map_sizes = (14, 7, 5, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "ceiling for floor": (14, 7, 5, 3),
    "padding on one side only": (15, 7, 6, 3),
    "one stop too few": (13, 6, 3, 1),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="map_sizes" points=1

# %% [markdown] nbgrader="read-only" grade_id="Conv2D_statement"
# ### {{exercise Conv2D minutes=15 title="A convolution as one matrix product"}}
#
# With windows as rows, this is your dense layer once more. `w.reshape(-1, c_out)` makes
# a matrix of the kernel, `.reshape(w.shape)` makes a kernel of a matrix; dy comes as
# maps and is needed as rows.


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
# Keras beside it: the same weights, the same pictures, forward only.

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
# **Notice.** `rows_as_stamps` is a scatter: a convolution gathers windows, and its
# gradient puts them back, where they add up. Lesson 07 makes a layer of it.

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
# place of the 5. Comparing the places 0 1 2 3 with it marks the winner:

# %%
windows = tiles(np.array([[1.0, 5.0], [2.0, 4.0]]).reshape(1, 2, 2, 1))
places = np.arange(4).reshape(4, 1, 1, 1, 1)
print(windows.ravel(), windows.argmax(axis=0).ravel())
print((places == windows.argmax(axis=0)).ravel())

# %% [markdown] nbgrader="read-only" grade_id="pool_back_predict"
# {{question pool_back minutes=2 title="Predict where a gradient goes"}}
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
# ### {{exercise MaxPool2D minutes=10
# title="A pooling layer that remembers the winners"}}
#
# Forward keeps the winners' places. Backward marks them in all windows, which makes an
# array of the shape of `tiles(x)`, gives them dy, and hands the result to `untile`.


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
# The last layer gives a number per class, the *logits*. *Softmax* makes probabilities
# of them: e to the power of each logit, divided by the sum of these powers over the
# row. The loss looks at the probability of the right class alone, and takes minus its
# natural logarithm:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad
# \text{loss} = -\log p_{\text{label}}$$

# %%
z = np.array([2.0, 1.0, 0.0])
p = np.exp(z) / np.exp(z).sum()
print(p.round(3), "loss if class 0 is right:", -np.log(p[0]).round(3))
print(p.round(3), "loss if class 2 is right:", -np.log(p[2]).round(3))

# %% [markdown]
# A sure and right answer costs nearly nothing, a sure and wrong one a lot. The
# gradient is as plain as could be: probability less 1 for the right class, the
# probability itself for the others. The loss of a batch is the mean over its N
# pictures, so every entry of the gradient is divided by N.
#
# $$\frac{\partial\,\text{loss}}{\partial z_k} = p_k - [\,k = \text{label}\,]$$

# %% [markdown]
# A trap lies in the exponentials: $e^{1000}$ is no number that a computer holds. But
# adding a constant to all logits of a row changes nothing, since it cancels in the
# fraction. So subtract the row's largest logit first. Then the largest power is
# $e^0 = 1$.

# %% [markdown] nbgrader="read-only" grade_id="start_loss_predict"
# {{question start_loss minutes=3 decimals=2 title="Predict the loss before training"}}
# **Predict.** A network that gives ten classes equal logits knows nothing yet. What is
# its loss? Two decimals will do. Random weights start somewhat above that, since their
# logits differ by chance. A start at ten times as much is a mistake.

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

# %% [markdown] nbgrader="read-only" grade_id="softmax_cross_entropy_statement"
# ### {{exercise softmax_cross_entropy minutes=12 title="Say how wrong an answer is"}}
#
# Work with logarithms of probabilities: $\log p_k = z_k - \log \sum_j e^{z_j}$, after
# the largest logit of each row has been subtracted. `keepdims=True` keeps the shape
# fit for subtraction. Change copies only, never `logits` itself.


# %% nbgrader="autograded-answer" grade_id="softmax_cross_entropy"
def softmax_cross_entropy(logits, labels):
    """Return the mean loss of a batch, and its gradient.

    loss    = mean over n of -log(p[n, labels[n]]), p = softmax of each row
    dlogits = (p - one_hot(labels)) / N

    Parameters
    ----------
    logits : ndarray, shape (N, classes), of any size
    labels : ndarray of int, shape (N,), each from 0 to classes - 1

    Returns
    -------
    loss : float
    dlogits : ndarray, shape (N, classes)

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

# %% nbgrader="demonstration"
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
logits, labels = np.array([[1000.0, 999.0], [-3.0, 2.0]]), np.array([1, 1])
print("Keras:", float(loss_of(labels, logits)))
yours = softmax_cross_entropy(logits, labels)
print("yours:", "not written yet" if yours is None else float(yours[0]))

# %% [markdown]
# ## A step downhill
#
# The gradient points to where the loss grows fastest. One step of *stochastic gradient
# descent* goes the other way: each weight loses `learning_rate` times its gradient.
# "Stochastic" says that the gradient is that of a small batch, drawn at random.

# %% [markdown] nbgrader="read-only" grade_id="stepped_predict"
# {{question stepped minutes=2 title="Predict one step"}}
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

# %% [markdown] nbgrader="read-only" grade_id="sgd_step_statement"
# ### {{exercise sgd_step minutes=5 title="Walk downhill"}}
#
# Return a list of new arrays and leave the given ones as they are. For a layer without
# weights both lists are empty.


# %% nbgrader="autograded-answer" grade_id="sgd_step"
def sgd_step(values, grads, learning_rate):
    """Return each array after one step against its gradient.

    new = value - learning_rate * grad

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
# products grows with the square root of *n*; dividing by it keeps the numbers of all
# layers at about the same size. ReLU throws half away, and a 2 under the root makes up
# for it (He and others, 2015). Biases may start at 0.


# %%
def start_weights(rng, c1, c2, classes):
    """Return six arrays for a network that ends in maps of 2 by 2."""

    def normal(*shape):
        return rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))

    return [
        normal(3, 3, 1, c1),
        np.zeros(c1),
        normal(3, 3, c1, c2),
        np.zeros(c2),
        normal(2 * 2 * c2, classes),
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
# ## Step for step with Keras
#
# A training step goes forward through all layers and asks the loss, whose gradient is
# the first dy. It goes backward through the layers *in reverse order*, handing each
# one's dx to the one before, and lets each layer make its step. The loss that is
# reported is the one before the step.

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
# Now the promise of lesson 00: twelve digits. Keras gets the same weights and the same
# pictures. Three things have to be said to it, or it computes with 7 digits: the
# `Input`, every layer and the loss object each take `dtype="float64"`.


# %% nbgrader="demonstration"
def keras_network(weights, size):
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
import tensorflow as tf

pictures, letters = data.xo_pictures(8, seed=0)
pictures = pictures[..., None]
start = start_weights(np.random.default_rng(0), 6, 12, 2)


def keras_steps(learning_rate, steps=20):
    """Return Keras's losses and its weights after each step."""
    model = keras_network(start, 17)
    optimizer, losses, weights = keras.optimizers.SGD(learning_rate), [], []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_of(letters, model(pictures))
        optimizer.apply(
            tape.gradient(loss, model.trainable_weights), model.trainable_weights
        )
        losses.append(float(loss))
        weights.append(model.get_weights())
    return losses, weights


# %% nbgrader="demonstration"
def farthest(some, others):
    """Return the largest difference between two lists of arrays."""
    return max(np.abs(a - b).max() for a, b in zip(some, others, strict=True))


def trains():
    """Say whether your train_steps makes a step from end to end yet."""
    try:
        losses, _ = train_steps(start, pictures, letters, learning_rate=0.1, steps=1)
        return bool(np.isfinite(losses).all())
    except (AttributeError, TypeError, ValueError):
        return False


apart, ready = {}, trains()
if not ready:
    print("yours doesn't train yet: the checks above say what is missing")
for rate in (2.0**-4, 0.1) if ready else ():
    theirs = keras_steps(rate)
    apart[f"learning rate {rate}"] = (range(1, 21), [])
    for steps in range(1, 21):
        losses, mine = train_steps(
            start, pictures, letters, learning_rate=rate, steps=steps
        )
        apart[f"learning rate {rate}"][1].append(farthest(mine, theirs[1][steps - 1]))
    print(f"rate {rate:<7} losses differ by at most", np.abs(losses - theirs[0]).max())

# %% nbgrader="demonstration"
if apart:
    plots.lines(
        apart,
        xlabel="step",
        ylabel="largest difference of a weight",
        log=True,
        alt="With a learning rate of 1/16 the weights stay equal to fifteen digits; "
        "with 0.1 the difference is more than a million times larger.",
    )

# %% [markdown]
# **Notice.** Both curves are the same code. Keras keeps its learning rate as a float32,
# and 0.1 isn't 0.1 there: it is 1.5e-9 too large, so every step is longer by 1.5e-9
# times the gradient. A power of two is exact in both. When two programs disagree in the
# ninth digit, look for such a constant.

# %% [markdown]
# ## Learn eight pictures by heart
#
# Before you train on thousands, make sure that the network can learn at all. Eight
# pictures, and as many steps as it takes: the error must go to zero. If it doesn't,
# no amount of data will help, since something is wrong in the code or in the learning
# rate.

# %% [markdown] nbgrader="read-only" grade_id="overfit_statement"
# ### {{exercise overfit minutes=8 title="Learn eight pictures by heart"}}
#
# Return weights with which all eight pictures get their labels. `train_steps` does the
# work; go on until the last loss is below 0.01, but not for ever: the check waits 25
# seconds. A learning rate from 0.05 to 0.5 will do. The check uses digits with their
# right labels, and then with labels drawn by lot: memory needs no sense.


# %% nbgrader="autograded-answer" grade_id="overfit"
def overfit(weights, x, labels):
    """Train on a few pictures until they are known by heart.

    Parameters
    ----------
    weights : list of ndarray, to start from
    x : ndarray, shape (N, 16, 16, 1)
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

# %% [markdown]
# **Notice.** Labels drawn by lot were learned as well. A network that fits its training
# pictures has shown that it can remember, and nothing else. Whether it has understood
# anything shows on pictures that it hasn't seen.

# %% [markdown]
# ## In batches
#
# An *epoch* goes once through all pictures, in a new random order, a batch at a time. A
# last batch that is shorter counts as well. The orders come from outside, one row per
# epoch, so that your loop and Keras can walk through the same batches.

# %% [markdown] nbgrader="read-only" grade_id="steps_of_epoch_predict"
# {{question steps_of_epoch minutes=2 title="Predict the steps of an epoch"}}
# **Predict.** How many steps has an epoch of 1500 pictures in batches of 16?

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

# %% [markdown] nbgrader="read-only" grade_id="fit_statement"
# ### {{exercise fit minutes=12 title="Go through the pictures in batches"}}
#
# Go through `orders` with a plain `for`: whoever calls `fit` may wrap them in a
# progress bar. An array of indices picks pictures: `x[chosen]`.


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
    losses : ndarray, the mean loss of the steps of each epoch
    weights : list of ndarray, after the last step

    Matches: ``model.fit(x, labels, batch_size=batch, epochs=len(orders))``
    """
    layers = build(weights)
    ### BEGIN SOLUTION
    losses = []
    for order in orders:
        parts = []
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            parts.append(train_step(layers, x[chosen], labels[chosen], learning_rate))
        losses.append(np.mean(parts))
    return np.array(losses), weights_of(layers)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="fit" points=2


# %% [markdown]
# ## X and O
#
# The pictures of lesson 01 return: X and O on 17 by 17 pixels, moved by up to 4 pixels
# each way, turned by up to 10 degrees, larger or smaller by up to a tenth. In lesson 01
# you chose the features. Now the network finds its own.

# %%
x_xo, labels_xo = data.xo_pictures(600, seed=1, turn=10, scale=0.1)
x_xo = x_xo[..., None]
plots.images(
    [(x_xo[k, :, :, 0], data.XO_NAMES[labels_xo[k]]) for k in range(6)],
    alt="Six training pictures: X and O at different places, slightly turned.",
)


# %%
def epochs(rng, n, count):
    """Return the orders of several epochs, each a permutation of n pictures."""
    return np.array([rng.permutation(n) for _ in range(count)])


def accuracy(layers, x, labels):
    """Return the share of pictures whose largest logit is that of the label."""
    for layer in layers:
        x = layer.forward(x)
    return np.mean(x.argmax(axis=1) == labels)


# %% [markdown] nbgrader="read-only" grade_id="xo_weights_statement"
# ### {{exercise xo_weights minutes=8 title="Train on X and O"}}
#
# Make weights with `start_weights` (6 and 12 filters are plenty) and orders with
# `epochs`, and call `fit`. Choose the epochs, the batch and the learning rate yourself:
# 1/32 to 1/4 works well. `tqdm(orders, desc="X or O", unit="epoch")` shows the
# progress. The check asks for 95 % of 400 pictures that the network has never seen.

# %% nbgrader="autograded-answer" grade_id="xo_weights"
xo_losses, xo_weights = ..., ...  # what fit returns
### BEGIN SOLUTION
rng = np.random.default_rng(3)
orders = tqdm(epochs(rng, len(x_xo), 10), desc="X or O", unit="epoch")
xo_start = start_weights(rng, 6, 12, 2)
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
        alt="The loss falls steeply in the first epochs, then slowly towards zero.",
    )

# %% [markdown]
# What has it learned to look for? Here are the filters of the first layer, three by
# three weights each. Some weigh a line against its neighbours; others have no name.
# They are less tidy than the features of lesson 01: nobody asked for beauty, the loss
# asked for right answers.

# %% nbgrader="demonstration"
if trained:
    filters = xo_weights[0][:, :, 0]
    plots.images(
        [(filters[:, :, f], f"filter {f}") for f in range(filters.shape[-1])],
        alt="Learned filters of 3 by 3: some weigh a line against its neighbours, "
        "others show no pattern that has a name.",
    )

# %% [markdown]
# And what does it make of a picture? In the explorer choose a picture, a layer and a
# filter, and point at a pixel of the map: the patch that it sees lights up.

# %% nbgrader="demonstration"
some, _ = data.xo_pictures(8, seed=5, turn=10, scale=0.1)
explore.filters_and_maps(build(xo_weights), pictures=some) if trained else None

# %% [markdown]
# ## What weight sharing buys
#
# A dense network for comparison: every pixel wired to 32 hidden units, then two
# classes. It uses your classes as well. Both train on pictures that move by at most 2
# pixels; then both look at pictures that move further.


# %% nbgrader="demonstration"
def start_dense(rng, hidden=32):
    """Return a dense network: 289 pixels, hidden units, two classes."""
    first = rng.normal(size=(289, hidden)) * np.sqrt(2 / 289)
    second = rng.normal(size=(hidden, 2)) * np.sqrt(2 / hidden)
    middle = [Dense(first, np.zeros(hidden)), ReLU()]
    return [Flatten(), *middle, Dense(second, np.zeros(2))]


def train(layers, x, labels, orders, batch=16, learning_rate=2**-4):
    """Train any list of layers with your train_step."""
    for order in orders:
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            train_step(layers, x[chosen], labels[chosen], learning_rate)


# %% nbgrader="demonstration"
near, near_labels = data.xo_pictures(400, seed=1, shift=2, turn=10, scale=0.1)
near = near[..., None]
if trained:
    rng = np.random.default_rng(0)
    networks = {"convolutional": build(start_weights(rng, 6, 12, 2))}
    networks["dense"] = start_dense(rng)
    for name, layers in networks.items():
        orders = tqdm(epochs(rng, len(near), 12), desc=name, unit="epoch")
        train(layers, near, near_labels, orders)
        print(f"{name}: {sum(w.size for w in weights_of(layers))} parameters")

# %% nbgrader="demonstration"
if trained:
    shares = {name: [] for name in networks}
    for shift in range(5):
        x, labels = data.xo_pictures(400, seed=9, shift=shift, turn=10, scale=0.1)
        for name, layers in networks.items():
            shares[name].append(100 * accuracy(layers, x[..., None], labels))
    plots.lines(
        {name: (range(5), values) for name, values in shares.items()},
        xlabel="largest shift of the test pictures (pixels)",
        ylabel="named rightly (%)",
        alt="Up to the shift of training, 2 pixels, the convolutional network makes no "
        "mistake; beyond it both get worse, the dense one much faster.",
    )

# %% [markdown]
# **Notice.** The convolutional network has a tenth of the parameters and does better.
# It isn't blind to place: its last dense layer still knows where in the 2 by 2 maps
# something lies. Shared weights carry a shape over to new places, and pooling forgets
# small moves, no more.

# %% [markdown]
# ## Handwritten digits
#
# 1797 digits of 8 by 8 pixels, written by 13 people. Two convolutions with pooling
# don't fit on 8 by 8, so every pixel is doubled. 1500 of them train the network; the
# other 297 are kept back, to test what it has learned.

# %%
digits, digit_labels = data.digits()
mixed = np.random.default_rng(8).permutation(len(digit_labels))
digits, digit_labels = data.enlarge(digits)[mixed, ..., None], digit_labels[mixed]
x_digits, labels_digits = digits[:1500], digit_labels[:1500]
x_test, labels_test = digits[1500:], digit_labels[1500:]

# %%
plots.images(
    [(x_digits[k, :, :, 0], str(labels_digits[k])) for k in range(8)],
    alt="Eight training digits with their labels, coarse but readable.",
)

# %% [markdown] nbgrader="read-only" grade_id="digits_weights_statement"
# ### {{exercise digits_weights minutes=8 title="Train on handwritten digits"}}
#
# Train on `x_digits` and `labels_digits`. Ten classes ask for more filters, such as 8
# and 16, and for more epochs, or a larger learning rate. The check asks for 93 % of the
# digits that were kept back; ours names more than 95 %, in less than half a minute.

# %% nbgrader="autograded-answer" grade_id="digits_weights"
digits_losses, digits_weights = ..., ...  # what fit returns
### BEGIN SOLUTION
rng = np.random.default_rng(1)
orders = tqdm(epochs(rng, len(x_digits), 16), desc="digits", unit="epoch")
digits_start = start_weights(rng, 8, 16, 10)
digits_losses, digits_weights = fit(
    digits_start, x_digits, labels_digits, orders, batch=16, learning_rate=2**-4
)
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="digits_weights" points=2 hidden=true

# %% nbgrader="demonstration"
if isinstance(digits_weights, list):
    layers = build(digits_weights)
    x = x_test
    for layer in layers:
        x = layer.forward(x)
    guesses = x.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels_test)[:8]
    print(f"named rightly: {np.mean(guesses == labels_test):.1%} of {len(x_test)}")
    plots.images(
        [
            (x_test[k, :, :, 0], f"{labels_test[k]}, taken for {guesses[k]}")
            for k in wrong
        ]
        or [(x_test[0, :, :, 0], "no mistakes")],
        alt="Digits that the network gets wrong; several would puzzle a person.",
    )

# %% [markdown]
# ## A dense layer is a convolution
#
# The network takes 17 by 17 pixels, and only because of its last layer: the dense layer
# wants exactly 48 numbers. But these 48 are a block of 2×2×12. A *convolution* with a
# kernel as large as the block has one stop on it, and computes the same sum.
#
# $$\text{row of } h \cdot w \cdot c \text{ numbers times } (h\,w\,c,\; u)
# \quad = \quad \text{kernel } (h, w, c, u) \text{ at its only stop}$$

# %% [markdown] nbgrader="read-only" grade_id="kernel_shape_predict"
# {{question kernel_shape minutes=2
# title="Predict the shape of a dense layer's kernel"}}
# **Predict.** The dense layer turns the flattened 2×2×12 block into 2 logits. Which
# shape has the kernel of the equal convolution?

# %% nbgrader="autograded-answer" grade_id="kernel_shape"
kernel_shape = ...  # four whole numbers
### BEGIN SOLUTION
kernel_shape = (2, 2, 12, 2)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "units before the channels": (2, 2, 2, 12),
    "block read in another order": (12, 2, 2, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="kernel_shape" points=1

# %% [markdown] nbgrader="read-only" grade_id="dense_to_conv_statement"
# ### {{exercise dense_to_conv minutes=6 title="Turn a dense layer into a convolution"}}
#
# Flatten runs through the rows of a block, in each through the columns, and at each
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
# Now nothing in the network cares for the size of the picture. On a larger sheet it
# gives a *map* of logits: one answer for each 17 by 17 window, 4 pixels apart, since
# two poolings halve twice. All windows share their work.

# %% nbgrader="demonstration"
sheet = np.full((17, 57), -1.0)
clean_x, _, round_o = data.glyphs()
for left, glyph in ((4, clean_x), (24, round_o), (44, clean_x)):
    sheet[4:13, left : left + 9] = glyph
ready = trained and dense_to_conv(np.zeros((4, 1)), 2, 2, 1) is not None
if ready:
    kernel = dense_to_conv(xo_weights[4], 2, 2, xo_weights[2].shape[-1])
    sliding = [*build(xo_weights)[:-2], Conv2D(kernel, xo_weights[5])]
    y = sheet[None, :, :, None]
    for layer in sliding:
        y = layer.forward(y)
    print("logits:", y.shape)

# %% nbgrader="demonstration"
if ready:
    plots.images([(sheet, "the sheet: X, O, X")], alt="A wide sheet with X, O and X.")
    plots.lines(
        {
            name: (range(0, 4 * y.shape[2], 4), y[0, 0, :, k])
            for k, name in enumerate(data.XO_NAMES)
        },
        xlabel="left edge of the window (pixels)",
        ylabel="logit",
        alt="The logit of X is the larger one where the window holds an X, and that of "
        "O where it holds the O in the middle.",
    )

# %% nbgrader="demonstration"
if ready:
    window = build(xo_weights)
    row = sheet[None, :, 20:37, None]
    for layer in window:
        row = layer.forward(row)
    print("one window, by the dense layer:", row[0])
    print("the same, from the large map:  ", y[0, 0, 5])

# %% [markdown]
# **Notice.** The two lines agree. The window that starts at pixel 20 is number 5 of the
# map. Detectors and segmenters are built like this: convolutions to the very end, and a
# map of answers in place of a single one.

# %% [markdown]
# ## What can be learned and what is chosen
#
# The step changes the weights. All else somebody has chosen: the number and size of
# kernels, stride, padding, the pooling's window, the width of a dense layer, the
# learning rate, the batch, the epochs. These are *hyperparameters*. Choose them on
# pictures that are neither for training nor for the last test.

# %% [markdown] nbgrader="manual-answer" grade_id="written_training" points=2
# ## Write it in words
#
# A friend's network reaches 100 % on its 50 training pictures within seconds, and 52
# % on new X and O. She wants to train it for longer. What do the two numbers tell,
# and what would you suggest instead? Two to four sentences.
#
# ### BEGIN MARK SCHEME
# 1 point: 100 % on the training pictures shows that code and step work and that the
# pictures were memorised; 52 % of two classes is guessing, so nothing general was
# learned. (Half a point for "overfitting" without saying what the numbers show.)
#
# 1 point: a fitting remedy with its reason: more or more varied pictures (shifted,
# turned), a convolutional in place of a dense network, fewer parameters. Longer
# training alone earns nothing: the loss on the training pictures is already near
# zero.
# ### END MARK SCHEME

# %% [markdown] nbgrader="read-only" grade_id="concept_after_statement"
# {{section concept_after minutes=10 title="Answer the ten questions again"}}
# ## The ten questions again
#
# You met these in lesson 00. Answer without looking anything up; **e** is still
# allowed, and earns nothing this time. Half a point for each right one.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q1"
# **1.** A kernel of three weights has stride 1 and dilation 2. Which inputs does
# output 1 read, when inputs and outputs are counted from 0?
#
# - **a** 2, 3 and 4
# - **b** 1, 3 and 5
# - **c** 2, 4 and 6
# - **d** 1, 2 and 3
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q2"
# **2.** A layer turns a colour picture of 32x32x3 into 8 maps, with 3x3 kernels and a
# bias for each map. How many numbers does it learn?
#
# - **a** 80
# - **b** 240
# - **c** 7200
# - **d** 224
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q3"
# **3.** A convolutional layer of TensorFlow or PyTorch slides the kernel 1 2 3 over
# the signal 1 2 3 4, without padding. What comes out?
#
# - **a** 14 20
# - **b** 10 16
# - **c** 6 9
# - **d** 4.67 6.67
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q4"
# **4.** Keras slides a kernel of 3 over 8 values with stride 2 and `padding="same"`.
# How many values come out?
#
# - **a** 8
# - **b** 3
# - **c** 4
# - **d** 5
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q5"
# **5.** A 2x2 window holds 1 4 / 3 2, and max pooling makes a 4 of it. In the
# backward pass a gradient of 8 arrives at that 4. What does the window get?
#
# - **a** 2 for each of the four values
# - **b** 8 for each of the four values
# - **c** nothing, because a maximum has no derivative
# - **d** 8 for the value 4, and 0 for the others
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q6"
# **6.** A picture goes through a convolution. Its result goes through the transposed
# convolution with the same kernel and stride. What comes back?
#
# - **a** the picture itself
# - **b** a picture of the first one's shape, in general with other values
# - **c** the picture with rows and columns exchanged
# - **d** the picture upside down
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q7"
# **7.** Two convolutions with 3x3 kernels and stride 1 follow each other. On how many
# pixels of the input does one value of the second map depend?
#
# - **a** 9
# - **b** 18
# - **c** 25
# - **d** 36
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q8"
# **8.** A layer with one 3x3 filter and a bias takes grey pictures of 28x28. Now it
# takes pictures of 56x56. What happens to its number of weights?
#
# - **a** it stays 10
# - **b** it grows from 10 to 40, as the number of pixels does
# - **c** it grows from 6760 to 29160: ten for each value of the map
# - **d** the layer can't take pictures of another size
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q9"
# **9.** One filter with a 3x3 window meets a volume with 16 channels. What comes out?
#
# - **a** 16 maps, one for each channel
# - **b** one map: the same 9 weights visit every channel, and the results add up
# - **c** one map: 9 weights for each channel, and all products add up
# - **d** 16 maps, all alike
# - **e** I don't know yet.

# %% [markdown] nbgrader="read-only" grade_id="concept_after_q10"
# **10.** A picture lies in an array `x` of shape (3, 32, 48): channels, height,
# width. Keras wants (height, width, channels). What do you hand over?
#
# - **a** `x.reshape(32, 48, 3)`
# - **b** `x.transpose(1, 2, 0)`
# - **c** `x.T`
# - **d** `x` as it is: Keras finds the channels by itself
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
    "q1": "b",
    "q2": "d",
    "q3": "a",
    "q4": "c",
    "q5": "d",
    "q6": "b",
    "q7": "c",
    "q8": "a",
    "q9": "c",
    "q10": "b",
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="concept_after" points=5

# %% [markdown]
# Your answers of lesson 00 stand in its notebook. Where it lies next door, the table
# sets both beside each other; save it first if it is open.

# %% nbgrader="demonstration"
from byhand import before_after

print(before_after.table(concept_after))

# %% [markdown]
# ## In words
#
# A layer goes forward, remembers, and goes back. A network is a list of layers, a loss
# and a step; training repeats them until pictures that were never seen get their names.
#
# ## Key points
#
# - Make it learn eight pictures by heart first; only then feed it thousands.
# - Equal weights, equal batches and float64 everywhere: then two programs agree to
#   twelve digits, and every difference is a mistake that can be found.
# - Shared weights carry what was learned to new places, and to larger pictures.

# %% [markdown]
# ## On your own
#
# Without points: give `Conv2D` a padding of 1, so that maps keep their size, and put a
# third convolution between the other two. Does the network learn X and O from fewer
# pictures? You have every operation, its gradient, and a referee. This is the end of
# the course, and the size of network that you can read from end to end.

# %% [markdown]
# ## Further reading
#
# - [Goodfellow, Bengio and Courville, Deep Learning, chapter 9](https://www.deeplearningbook.org/contents/convnets.html),
#   because it says in general what the nine lessons said with numbers.
# - [Stanford CS231n, Convolutional networks](https://cs231n.github.io/convolutional-networks/),
#   because its part on turning dense layers into convolutions continues the last
#   section.
# - [CNN Explainer](https://poloclub.github.io/cnn-explainer/), because you can click
#   through a trained network and recognise every box.
