# %% [markdown]
# # Build the family of convolutions
#
# **You will build** the function that says how far a unit of a deep network can see,
# and then the relatives of the convolution: 1×1, grouped, depthwise, separable, and a
# few more.
#
# **You will learn**
#
# - how kernels, strides and dilations add up to a receptive field
# - which wires each relative of the convolution cuts, and what that saves
# - to split a kernel into a column and a row, and to tell when that is possible
#
# **You need** lessons 02 and 03, and 140 minutes, best in two evenings. There is a good
# place to stop after exercise 4.3. The last two exercises are for those who have time,
# and take 40 minutes more.

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

from byhand import check, data, explore, given, plots, wires

# %% [markdown] nbgrader="read-only" grade_id="warm_up_04_statement"
# {{warm-up warm_up_04 minutes=3 title="Warm up: lessons 02 and 03"}}
# ## Warm up
#
# Three questions on lessons 02 and 03. Answer them without looking back.
#
# 1. A kernel of 3 with dilation 2 slides over 9 values, with stride 1 and no padding.
#    How many outputs does it give? **a** 7 **b** 5 **c** 4 **d** 6
# 2. A 3×3 convolution turns 4 channels into 8 maps, with a bias. How many parameters
#    does it have? **a** 80 **b** 288 **c** 296 **d** 320
# 3. Six filters of 5×5 read a volume of 7 channels. How many kernels, planes of
#    weights, are there in all? **a** 6 **b** 7 **c** 13 **d** 42

# %% nbgrader="autograded-answer" grade_id="warm_up_04"
warm_up_04 = {"q1": ..., "q2": ..., "q3": ...}  # a letter in quotes for each
### BEGIN SOLUTION
warm_up_04 = {"q1": "b", "q2": "c", "q3": "d"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_04" points=1

# %% [markdown]
# ## How far can a unit see?
#
# In lesson 03 a unit `g3` saw the whole signal `x1` to `x5` through two layers of 3.
# The part of the input that a unit depends on is its *receptive field*. The word comes
# from the eye. Each nerve cell there answers to light from a small part of what you
# see. A convolutional network for photographs has kernels of 3×3. How can such a
# network ever see a whole cat?

# %% [markdown] nbgrader="read-only" grade_id="sees_five_predict"
# {{question sees_five minutes=3 title="Which layers see 5 by 5 pixels?" worked="A: yes,
# 5 pixels at once | B: yes, 3 + (3 - 1) = 5 | C: no, 3: a stride moves the window and
# doesn't widen it | D: yes, 2 * (3 - 1) + 1 = 5" options="yes | no"}}
# **Predict.** One 3×3 layer lets a unit see 3×3 pixels. Which of these let a unit on
# top see as far as the corners of a square of 5×5? It may leave out pixels in between.
# Answer `"yes"` or `"no"` for each.
#
# - **A** one layer with a 5×5 kernel
# - **B** two layers of 3×3, one after the other
# - **C** one 3×3 layer with stride 2
# - **D** one 3×3 layer with dilation 2

# %% nbgrader="autograded-answer" grade_id="sees_five"
sees_five = {"A": ..., "B": ..., "C": ..., "D": ...}
### BEGIN SOLUTION
sees_five = {"A": "yes", "B": "yes", "C": "no", "D": "yes"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="sees_five" points=1

# %%
pixels = np.eye(5, dtype=int)  # a row for each pixel, with a 1 at its place
threes = [pixels[i : i + 3].sum(axis=0) for i in range(3)]
print("A, one 5            ", pixels.sum(axis=0))
print("B, 3 after 3        ", sum(threes))
print("C, 3 with stride 2  ", threes[0])
print("D, 3 with dilation 2", pixels[::2].sum(axis=0))

# %% [markdown]
# Along one axis, the numbers above say by how many paths each of five pixels reaches
# the unit. A stride moves the window. It doesn't make it wider, so **C** sees three
# pixels as before. **D** skips pixels, but a field counts from its first pixel to its
# last, so it spans five. The three that work don't cost the same: 5·5 = 25 weights,
# 2·3·3 = 18, and 3·3 = 9.

# %% [markdown]
# To follow a stack of layers upwards, keep three numbers. The *size* says how many
# pixels the field of a unit spans. The *jump* says how many pixels apart the fields of
# two neighbours lie. The *start* says at which pixel the field of unit 0 begins, and it
# is negative when the field reaches into the padding. Before the first layer a unit is
# a pixel, so the three are 1, 1 and 0.

# %% [markdown]
# Take a kernel of 3, then pooling with a window of 2 and stride 2, then a kernel of 3.
# (Pooling passes on one number of each window, such as the largest. You will build it
# in lesson 05.) The first layer reads 3 neighbouring pixels, so the size is 3. Pooling
# reads two units of it, one pixel apart, and 3 + 1 = 4. But after the stride the fields
# of neighbours lie 2 pixels apart. So the last kernel, which reads three of them, adds
# two steps of 2 pixels, and 4 + 2·2 = 8.

# %% [markdown] nbgrader="read-only" grade_id="dilated_sizes_predict"
# {{question dilated_sizes minutes=3
# title="Predict the fields of three dilated layers"
# worked="each adds two steps: 1 + 2 * 1 = 3, 3 + 2 * 2 = 7, 7 + 2 * 4 = 15:
# (3, 7, 15)"}}
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
# Each layer adds two steps, and a step is as wide as the dilation: 1 + 2·1 = 3, then 3
# + 2·2 = 7, then 7 + 2·4 = 15. The field about doubles from layer to layer while each
# layer costs nine weights in a plane, and no pixel is left out. You would need seven
# plain 3×3 layers for 15. Yu and Koltun built a network on this in 2016. (Dilated
# convolutions are also called *atrous*, "with holes".)

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
# ### {{exercise receptive_field minutes=15 title="What a unit can see"}}
#
# Follow the stack from the input up, and return the three numbers of its last layer.
# For each layer ask yourself what it does to the size, to the start, and to the jump,
# and in which order. Padding adds units in front of the first one.


# %% nbgrader="autograded-answer" grade_id="receptive_field"
def receptive_field(layers):
    """Compute what a unit on top of a stack of layers can see, along one axis.

    Parameters
    ----------
    layers : list of dict with "kernel", "stride", "padding", "dilation", all int,
        the layer next to the input first

    Returns
    -------
    size : int, how many inputs the field of a unit spans, gaps included
    jump : int, how many inputs apart the fields of two neighbours begin
    start : int, the input at which the field of unit 0 begins; negative in the padding

    Matches: the gradient of a stack of ``keras.layers.Conv1D``
    Source: Araujo, Norris & Sim 2019
    """
    size, jump, start = 1, 1, 0  # a pixel
    ### BEGIN SOLUTION
    for layer in layers:
        size += layer["dilation"] * (layer["kernel"] - 1) * jump
        start -= layer["padding"] * jump
        jump *= layer["stride"]
    return size, jump, start
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="receptive_field" points=3

# %% [markdown]
# In letters, a layer with kernel $k$, stride $s$, padding $p$ and dilation $d$ does
# this, in this order:
#
# $$\text{size} \leftarrow \text{size} + d(k-1)\,\text{jump} \qquad
# \text{start} \leftarrow \text{start} - p\,\text{jump} \qquad
# \text{jump} \leftarrow \text{jump} \cdot s$$
#
# The jump comes last, because a stride spreads the units of its own layer and so
# matters only to the layers after it.

# %% [markdown]
# Keras doesn't compute receptive fields, but it can show them. Send a single 1 through
# layers whose weights are all 1, and count the outputs that it reaches. At stride 1
# this is the number of inputs that one output sees.

# %% nbgrader="demonstration"
from byhand import keras

signal = np.zeros((1, 41, 1))
signal[0, 20] = 1.0
for d in (1, 2, 4):
    ones = keras.layers.Conv1D(1, 3, dilation_rate=d, kernel_initializer="ones")
    signal = np.array(ones(signal))
    print("dilation", d, "reaches", np.count_nonzero(signal))
print("yours:", receptive_field([layer_of(3, dilation=d) for d in (1, 2, 4)]))

# %% [markdown]
# The explorer draws the field as a cone, with **your** numbers beside what an impulse
# measures. Choose *conv pool conv* under *stack*. Then set *change layer* to 1 and *its
# stride* to 2, and watch every later layer reach farther.

# %% nbgrader="demonstration"
explore.receptive_field(receptive_field)

# %% [markdown]
# ## Two famous networks
#
# Now to the cat. AlexNet (2012) takes pictures of 227×227. VGG-16 (2014) takes 224×224,
# and all its kernels are 3×3. Feed both to your function, up to the last pooling. Here
# are their layers, from the papers.

# %%
pool = layer_of(3, stride=2)
alexnet = [
    *(layer_of(11, stride=4), pool, layer_of(5, padding=2), pool),
    *([layer_of(3, padding=1)] * 3),
    pool,
]
halve, vgg16 = layer_of(2, stride=2), []
for convolutions in (2, 2, 3, 3, 3):
    vgg16 += [layer_of(3, padding=1)] * convolutions + [halve]

# %% nbgrader="demonstration"
for name, layers in (("AlexNet", alexnet), ("VGG-16", vgg16)):
    print(f"{name:<8}{len(layers):>3} layers  ", receptive_field(layers))
if receptive_field(vgg16) is not None:
    plots.lines(
        {
            name: (
                range(1, len(layers) + 1),
                [receptive_field(layers[:n])[0] for n in range(1, len(layers) + 1)],
            )
            for name, layers in (("AlexNet", alexnet), ("VGG-16", vgg16))
        },
        xlabel="layer (convolution or pooling)",
        ylabel="receptive field (pixels)",
        alt="How far a unit sees after each layer. Where do the curves bend upwards?",
    )

# %% [markdown]
# A unit on top of AlexNet sees 195 of 227 pixels along each axis, and one on top of
# VGG-16 sees 212 of 224. So with small kernels and some pooling, a unit does see almost
# the whole cat. The curve of VGG-16 gets steeper after each pooling, because from there
# on every step is twice as wide. At its end the jump is 32.

# %% [markdown]
# So four things enlarge a field besides larger kernels: more layers, stride, pooling
# and dilation. But the field says only what a unit *can* see. A pixel in the middle
# reaches the unit along many paths, one at the edge along a single path. Luo and
# others measured in 2016 that the *effective* field is a blurred spot, much smaller
# than the whole. Below are the paths of three layers of 3.

# %% nbgrader="demonstration"
paths = np.array([1.0])
for _ in range(3):
    paths = np.convolve(paths, np.ones(3))
plots.bars(
    {str(i - 3): n for i, n in enumerate(paths)},
    ylabel="paths to the unit",
    alt="The number of paths from each of seven pixels through three layers of 3 to "
    "the unit. Compare the middle with the ends.",
)

# %% [markdown]
# How large should a field be? In *segmentation* a network names every pixel, and the
# field decides what it can know. Below are an X and a small x, which is the same
# drawing cut to 5×5. Each pixel must get one of three labels: "part of an X", "part of
# a small x" or "paper".

# %% nbgrader="demonstration"
large = data.place(data.glyphs()[0])
small = np.full_like(large, -1.0)
small[6:11, 6:11] = large[6:11, 6:11]
wires.fields(
    [(large, "X"), (small, "small x")],
    {"field a, 5x5": (6, 6, 5), "field b, 15x15": (1, 1, 15)},
    alt="An X and a small x, each with two fields around its middle pixel. Compare "
    "what the two drawings show inside of field a.",
)

# %% [markdown] nbgrader="read-only" grade_id="field_to_take_statement"
# {{question field_to_take minutes=3 title="Which field covers the object?"}}
# **Decide.** Think of the pixel in the middle.
#
# - **field**: which field would you take? **a** 5×5 **b** 15×15
# - **stack**: the X spans 7×7 pixels. Which stack of layers covers them with the fewest
#   weights? **a** one 7×7 **b** three 3×3 **c** two 3×3 with dilations 1 and 2

# %% nbgrader="autograded-answer" grade_id="field_to_take"
field_to_take = {"field": ..., "stack": ...}  # a letter in quotes for each
### BEGIN SOLUTION
field_to_take = {"field": "b", "stack": "c"}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="field_to_take" points=1

# %% [markdown]
# **Notice.** Within 5×5 the two drawings are equal, so no training in the world can
# tell them apart at that pixel. A field has to cover the object, and better a little of
# what is around it. The three stacks cost 49, 27 and 18 weights. Nobody speaks of a
# dense layer's receptive field, by the way, because each of its units sees everything.

# %% [markdown]
# ## Fewer wires
#
# A layer of VGG-16 with 512 channels in and 512 maps out has 512·512 = 262 144 kernels.
# Does every map really need to read every channel? The relatives of the convolution
# say no, each in its own way. Here are four layers with four channels in. Each square
# is a kernel, and an empty square is a wire that was cut.

# %%
full = np.ones((6, 4), dtype=bool)
grouped = np.kron(np.eye(2), np.ones((3, 2))) > 0
depthwise = np.eye(4, dtype=bool)
wires.channels(
    {
        "full 3x3": (full, 3),
        "two groups": (grouped, 3),
        "depthwise": (depthwise, 3),
        "1x1": (full, 1),
    },
    alt="Four layers. A row is a map, a column a channel, and a blue block a kernel of "
    "3x3 or 1x1 weights. Which layers never mix some of the channels?",
)

# %% [markdown]
# You will build the last three. At the end you will fill in a table that says for each
# which wires are left and how many weights that takes. Below are two small pictures
# with four channels, to try things on.

# %%
rng = np.random.default_rng(4)
x = rng.normal(size=(2, 5, 6, 4))  # two pictures, 5 rows, 6 columns, 4 channels

# %% [markdown]
# ## Mix the channels of one pixel
#
# A kernel of 1×1 looks at a single pixel. That sounds like nothing, but a pixel has
# channels. The kernel multiplies each by a weight and adds. The pixel 2, −1, 3 with the
# weights 1, 2, 1 gives 2·1 + (−1)·2 + 3·1 = 3. Networks with 1×1 layers began with a
# paper called *Network in Network*, since each pixel goes through a little network of
# its own.

# %%
pixel = np.array([2.0, -1.0, 3.0])
weights = np.array([1.0, 2.0, 1.0])
print(pixel * weights, "adds up to", pixel @ weights)

# %% [markdown] nbgrader="read-only" grade_id="bands_to_map_predict"
# {{question bands_to_map minutes=2
# title="Predict what one 1x1 filter makes of 100 bands"
# worked="30 * 20 = 600 pixels give one number each, a weight for each band:
# (600, 100)"}}
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

# %% [markdown]
# Each of the 30·20 = 600 pixels gives one number, and the filter has a weight for each
# of the 100 bands. Several filters give several numbers per pixel. With one column of
# `w` for each filter:
#
# $$y_{nijf} = b_f + \sum_{c} w_{cf} \, x_{nijc}$$
#
# There is no window, so rows and columns stay as they are.

# %% [markdown] nbgrader="read-only" grade_id="pointwise_statement"
# ### {{exercise pointwise minutes=6 title="A dense layer at every pixel"}}
#
# For one pixel, $\sum_c w_{cf}\,x_c$ is a row times a matrix. What does NumPy's `@` do
# when its left side has more than two axes? Try it before you write loops.


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
# Keras has no layer of that name. A `Conv2D` with a window of 1 does it. So does
# `Dense`, since it works on the last axis of whatever it gets.

# %% nbgrader="demonstration"
w, b = rng.normal(size=(4, 3)), rng.normal(size=3)
layer = keras.layers.Conv2D(3, 1, dtype="float64")
layer.build(x.shape)
layer.set_weights([w[None, None], b])
plots.beside(pointwise(x, w, b), layer(x))
dense = keras.layers.Dense(3, dtype="float64")
dense.build(x.shape)
dense.set_weights([w, b])
plots.beside(pointwise(x, w, b), dense(x))

# %% [markdown]
# **Notice.** A 1×1 convolution is a dense layer that every pixel goes through, with the
# same weights everywhere. Networks use it to squeeze many maps into a few before an
# expensive step, and to expand them again afterwards.

# %% [markdown]
# ## Split the channels into groups
#
# AlexNet was too large for one graphics card of 2012, so its authors spread it over
# two. In some layers each card saw only its own half of the channels. That was an
# emergency, and it turned into a method. With two groups, the first half of the filters
# reads the first half of the channels, and the second half the second. A pixel 1, 2, 3,
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
# {{question grouped_weights minutes=2 title="Predict the weights of ten groups"
# worked="100 / 10 = 10 channels, and 50 * 10 * 9 = 4500 weights: (10, 4500)"}}
# **Predict.** 100 channels are split into 10 groups, and 50 filters of 3×3 read them,
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

# %% [markdown]
# A filter sees 100/10 = 10 channels, so it has 10·9 = 90 weights, and 50 filters have
# 50·90 = 4500. A full convolution would have ten times as many.

# %% [markdown] nbgrader="read-only" grade_id="grouped_conv2d_statement"
# ### {{exercise grouped_conv2d minutes=12 title="Split the channels into groups"}}
#
# Each group is an ordinary convolution of a part of `x`, so use lesson 03's:
# `given.conv2d(x, w, b, stride=..., padding=..., dilation=...)`. For a batch with
# channels `given` takes your `conv2d_batch`, and for one grey picture your `conv2d` of
# lesson 02, if they pass their checks. Otherwise it asks Keras, and it prints which of
# the two it took. `np.concatenate(parts, axis=-1)` puts maps side by side.


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
plots.beside(grouped_conv2d(x, w, b, groups=2, stride=2), layer(x))

# %% [markdown] nbgrader="read-only" grade_id="maps_that_change_predict"
# {{question maps_that_change minutes=2 title="Predict which maps change"
# worked="channel 0 is in the first group, whose 6 / 2 = 3 maps come first: [0, 1, 2]"}}
# **Predict.** `x` has four channels, and `w` six filters in two groups. Somebody spoils
# channel 0 by adding 1 to all of it. Which of the six maps change? List their numbers,
# counted from 0.

# %% nbgrader="autograded-answer" grade_id="maps_that_change"
maps_that_change = ...  # a list of map numbers
### BEGIN SOLUTION
maps_that_change = [0, 1, 2]
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "groups not split": [0, 1, 2, 3, 4, 5],
    "channels dealt out in turn": [0, 2, 4],
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="maps_that_change" points=1

# %% nbgrader="demonstration"
spoilt = x.copy()
spoilt[..., 0] += 1
before = grouped_conv2d(x, w, b, groups=2)
after = grouped_conv2d(spoilt, w, b, groups=2)
if before is not None:
    changed = (before != after).any(axis=(0, 1, 2))
    print("maps that changed:", np.flatnonzero(changed))

# %% [markdown]
# Look at the wires of **your** function. There are four channels and two groups. Move
# over an output of the last map. Which channels light up?

# %% nbgrader="demonstration"
explore.convolution(grouped_conv2d)

# %% [markdown]
# **Notice.** Channel 0 belongs to the first group, and only its three maps change.
# Groups never exchange anything. They are two networks side by side, and somebody has
# to mix them afterwards. That is a job for 1×1. You are halfway, and this is a good
# place to stop for tonight.

# %% [markdown]
# ## One group per channel
#
# Now cut all wires between channels, so that every channel is a group of its own. This
# is the *depthwise* convolution. Three channels give three maps. If each channel gets
# $M$ kernels, $M$ being the *multiplier*, three channels give $3M$ maps.

# %% [markdown]
# Keras keeps these kernels in an array of shape (kh, kw, C, M). The maps of one channel
# are neighbours: map $cM + m$ comes from channel $c$ and its kernel $m$.
#
# $$y_{n,i,j,\,cM+m} = b_{cM+m} + \sum_{p,q} w_{pqcm} \;
# x_{n,\, i s + p,\, j s + q,\, c}$$
#
# The sum runs over the window, and no longer over channels.

# %% [markdown] nbgrader="read-only" grade_id="parents_predict"
# {{question parents minutes=2 title="Predict which channel each map comes from"
# worked="map c * 2 + m comes from channel c, two in a row: [0, 0, 1, 1, 2, 2]"}}
# **Predict.** Take three channels, 0, 1 and 2, and multiplier 2. That makes six maps.
# Which channel does each of them come from? List six numbers.

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

# %% [markdown]
# Map 0 is 0·2 + 0 and map 1 is 0·2 + 1, so both come from channel 0. Then come the two
# of channel 1, then those of channel 2.

# %% [markdown] nbgrader="read-only" grade_id="depthwise_conv2d_statement"
# ### {{exercise depthwise_conv2d minutes=12
# title="Give every channel its own kernels"}}
#
# You have a function that can do all the work, once `w` has the shape that it wants.
# How many groups does it need, and how many kernels does each filter have?


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
plots.beside(depthwise_conv2d(x, w, b), layer(x))

# %% [markdown]
# **Notice.** A single reshape is enough, and it moves no number. In memory the kernels
# of channel 0 come first, then those of channel 1, exactly as the maps do. If Keras
# stored (kh, kw, M, C), the maps would come in another order, with the same shape and
# nothing to warn you. You know that trap from lesson 03.

# %% [markdown]
# ## Space first, channels second
#
# A depthwise convolution looks around but never mixes. A 1×1 convolution mixes but
# never looks around. One after the other they do both, and this is the *depthwise
# separable* convolution. Here each colour of the cat gets a kernel of its own, and then
# one 1×1 filter mixes the three maps.

# %% nbgrader="demonstration"
cat = data.cat()
across = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
own = np.stack([across, across.T, np.full((3, 3), 1 / 9)], axis=-1)[..., None]
three = depthwise_conv2d(cat[None], own, np.zeros(3))
one = None if three is None else pointwise(three, np.ones((3, 1)), np.zeros(1))
maps = [None] * 3 if three is None else [three[0, :, :, c] for c in range(3)]
names = ("red: edges across", "green: edges down", "blue: blurred")
plots.images(
    [
        (cat, "cat"),
        *zip(maps, names, strict=True),
        (None if one is None else one[0, :, :, 0], "mixed by 1x1"),
    ],
    alt="The cat, what your depthwise step makes of each colour, and what your 1x1 "
    "step makes of the three maps. What of each map do you find in the last one?",
)

# %% [markdown]
# Count on small numbers: 3 channels, a window of 3×3, 2 output maps. The first step has
# 3 · 9 = 27 weights, the second 3 · 2 = 6, together 33. The full convolution has 54. A
# further output map costs three more weights, and no new 3×3 kernel.

# %% [markdown] nbgrader="read-only" grade_id="separable_conv2d_statement"
# ### {{exercise separable_conv2d minutes=6 title="Space first, channels second"}}
#
# Two calls of functions that you have. Think about where the settings belong, and where
# the bias belongs. It must be added once. Nothing else happens between the steps.


# %% nbgrader="autograded-answer" grade_id="separable_conv2d"
def separable_conv2d(x, w_depth, w_point, b, *, stride=1, padding=0, dilation=1):
    """Convolve each channel by itself, then mix the channels of every pixel.

    y[n, i, j, f] = b[f] + sum_k w_point[k, f] * maps[n, i, j, k],
    where maps are those of the depthwise convolution, without a bias

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
layer = keras.layers.SeparableConv2D(6, 3, dtype="float64")
layer.build(x.shape)
layer.set_weights([w_depth, w_point[None, None], b])
plots.beside(separable_conv2d(x, w_depth, w_point, b), layer(x))

# %% [markdown]
# **Notice.** The two steps together *are* one full convolution, with a special kernel:
# the 3×3 pattern of a channel times the weight with which it is mixed in. A full filter
# may look for another pattern in every channel *and for every output map*. Here all
# output maps share the patterns of the channels.

# %% nbgrader="demonstration"
whole = w_depth * w_point  # (3, 3, 4, 1) times (4, 6) broadcasts to (3, 3, 4, 6)
full_result = given.conv2d(x, whole, b)
mine = separable_conv2d(x, w_depth, w_point, b)
if mine is not None:
    print(whole.shape, "equal:", np.allclose(mine, full_result))

# %% [markdown]
# A network can also mix and look around *side by side*. One branch mixes channels with
# 1×1, another looks around with 3×3, a third with 5×5, and their maps are concatenated.
# This is the idea behind the blocks of the Inception networks. All branches keep height
# and width, so that they fit together.

# %% nbgrader="demonstration"
mixed = pointwise(x, rng.normal(size=(4, 3)), np.zeros(3))
around = given.conv2d(x, rng.normal(size=(3, 3, 4, 2)), np.zeros(2), padding=1)
wider = given.conv2d(x, rng.normal(size=(5, 5, 4, 1)), np.zeros(1), padding=2)
if mixed is not None:
    block = np.concatenate([mixed, around, wider], axis=-1)
    print("three branches of 3, 2 and 1 maps:", block.shape)

# %% [markdown]
# ## Split a kernel into a column and a row
#
# Here is another cut, within one plane. This blur weighs the middle most. Row by row it
# is always 1 2 1, times 1, 2 and 1: a column times a row. So you can blur along the
# columns first, then along the rows. A 3×3 kernel needs 9 products per pixel, while a
# column and a row need 6.

# %%
column, row = np.array([1.0, 2.0, 1.0]), np.array([1.0, 2.0, 1.0])
blur = np.outer(column, row) / 16
print(blur * 16)

# %% [markdown]
# A kernel that is a column times a row has *rank one*: each of its rows is a multiple
# of one row. In letters $w_{pq} = a_p\, r_q$, and the sum splits into two:
#
# $$\sum_{p,q} a_p\, r_q\, x_{i+p,\,j+q} = \sum_p a_p \Bigl( \sum_q r_q\, x_{i+p,\,j+q}
# \Bigr)$$

# %% [markdown] nbgrader="read-only" grade_id="rank_one_predict"
# {{question rank_one minutes=3 title="Predict which kernels split" worked="Sobel: yes,
# its rows are 1, 2 and 1 times (-1, 0, 1) | diagonal: no, no row is a multiple of
# another | Laplacian: no, (1, -4, 1) is no multiple of (0, 1, 0) | mean: yes, all rows
# are equal" options="yes | no"}}
# **Predict.** Which of these four kernels are a column times a row? Answer `"yes"` or
# `"no"` for each. Are all rows multiples of one row?
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
# How do you find the column and the row? The *singular value decomposition* does it. It
# writes any kernel as a sum of columns times rows, the most important first:
# $w = \sum_m s_m\, u_m v_m^{\mathsf T}$. `np.linalg.svd(w)` returns `u, s, vh`. The
# columns are in `u`, the rows in `vh`, and `s` says how much each product counts. What
# should `s` look like for a kernel of rank one?

# %% nbgrader="demonstration"
kernels = {
    "Sobel": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "diagonal": np.eye(3),
    "Laplacian": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "mean": np.ones((3, 3)),
}
for name, w in kernels.items():
    print(f"{name:<10}", np.linalg.svd(w, compute_uv=False).round(3) + 0.0)

# %% [markdown]
# For Sobel and the mean only the first number counts, so they split. The three rows of
# the diagonal have nothing in common, and its three products count alike. The Laplacian
# lies between.

# %% [markdown] nbgrader="read-only" grade_id="split_kernel_statement"
# ### {{exercise split_kernel minutes=10
# title="Split a kernel into a column and a row"}}
#
# Return the column and the row whose product `np.outer(column, row)` is nearest to `w`,
# in the sum of squared differences. For a kernel of rank one it is `w` itself. The
# columns and rows of the decomposition have length one, so think of `s` as well.


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
# steps are two layers, with windows of (3, 1) and (1, 3).

# %% nbgrader="demonstration"
photograph = data.photograph()
halves = split_kernel(kernels["Sobel"])
if halves is not None:
    sign = np.sign(halves[0].sum())  # both signs may be turned round together
    down, along = sign * halves[0], sign * halves[1]
    blurred = given.conv2d(photograph, down[:, None])
    in_steps = given.conv2d(blurred, along[None, :])
    steps = photograph[None, :, :, None]
    for kernel in (down[:, None, None, None], along[None, :, None, None]):
        layer = keras.layers.Conv2D(
            1, kernel.shape[:2], use_bias=False, dtype="float64"
        )
        layer.build(steps.shape)
        layer.set_weights([kernel])
        steps = layer(steps)
    plots.beside(in_steps, steps[0, :, :, 0])
    plots.beside(in_steps, given.conv2d(photograph, kernels["Sobel"]))
    plots.images(
        [(photograph, "photograph"), (blurred, "column"), (in_steps, "then row")],
        alt="Your column on the photograph, then your row on the result. What does "
        "each step do to the tripod?",
    )

# %% [markdown]
# **Notice.** The split says what a kernel does. Sobel blurs in one direction and takes
# a difference in the other. The Laplacian can't be split. The nearest product holds
# 99 % of the sum of its squared weights and still spoils it, since its weights no
# longer add up to 0. A uniform patch of the picture no longer gives 0.

# %% nbgrader="demonstration"
u, s, vh = np.linalg.svd(kernels["Laplacian"])
nearest = s[0] * np.outer(u[:, 0], vh[0])
print("share of the squares:", round(s[0] ** 2 / sum(s**2), 3))
print("sum of the weights:", kernels["Laplacian"].sum(), "and", nearest.sum().round(2))

# %% [markdown] nbgrader="read-only" grade_id="family_table_statement"
# ## The family in one table
#
# ### {{exercise family_table minutes=10 lines=0 title="Fill in the family table"}}
#
# Every layer here reads 64 channels, with a window of 3×3 (or 1×1) and no biases, and
# makes 128 maps. Only the depthwise one makes 64. For each, how many channels does one
# output value depend on, and how many weights does the layer have? Write both steps of
# the separable one down, then add. You may compute in the cell.

# %% nbgrader="autograded-answer" grade_id="family_table"
family_table = {  # two whole numbers for each: (channels, weights)
    "full": (..., ...),
    "4 groups": (..., ...),
    "depthwise": (..., ...),
    "1x1": (..., ...),
    "separable": (..., ...),
}
### BEGIN SOLUTION
family_table = {
    "full": (64, 3 * 3 * 64 * 128),
    "4 groups": (16, 3 * 3 * 16 * 128),
    "depthwise": (1, 3 * 3 * 64),
    "1x1": (64, 64 * 128),
    "separable": (64, 3 * 3 * 64 + 64 * 128),
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="family_table" points=3

# %% [markdown]
# Here is your table beside what Keras counts. Each weight is used once per output
# pixel, so on maps of 14×14 a layer does 14·14 = 196 multiply-adds for each of its
# weights.

# %% nbgrader="demonstration"
layers = keras.layers
family = {
    "full": (layers.Conv2D(128, 3, use_bias=False), "see patterns across channels"),
    "4 groups": (
        layers.Conv2D(128, 3, groups=4, use_bias=False),
        "a quarter of the work",
    ),
    "depthwise": (layers.DepthwiseConv2D(3, use_bias=False), "look around"),
    "1x1": (layers.Conv2D(128, 1, use_bias=False), "mix, squeeze, expand"),
    "separable": (layers.SeparableConv2D(128, 3, use_bias=False), "both, cheaply"),
}
print(f"{'':<11}{'channels':>8}{'weights':>9}{'Keras':>9}{'multiply-adds':>15}")
for name, (layer, what_for) in family.items():
    layer.build((1, 16, 16, 64))
    seen, yours = (v if isinstance(v, int) else "?" for v in family_table[name])
    keras_count = layer.count_params()
    work = f"{keras_count * 196:>15,}"
    print(f"{name:<11}{seen:>8}{yours:>9}{keras_count:>9}{work}   {what_for}")

# %% [markdown]
# How much does the separable one save? Divide its weights by the full one's, and
# $1/C_{\text{out}} + 1/(k_h k_w)$ is left. With many maps the first part is small, so a
# 3×3 window can be at most nine times cheaper. Larger windows gain more.

# %%
share = {f"{k}x{k}": k * k * 64 * 128 / (k * k * 64 + 64 * 128) for k in (3, 5, 7)}
plots.bars(
    share,
    ylabel="full / separable (weights)",
    alt="How many times cheaper the separable convolution from 64 channels to 128 maps "
    "is, with windows of 3x3, 5x5 and 7x7.",
)

# %% [markdown]
# **Notice.** An eighth of the weights doesn't mean an eighth of the quality. MobileNet,
# built in 2017 to run on phones, lost about one percentage point of accuracy on
# ImageNet against the same network with full convolutions. It needed an eighth to a
# ninth of the work.

# %% [markdown] nbgrader="manual-answer" grade_id="written_family" points=2
# ## Write it in words
#
# A separable convolution (3×3, 64 channels to 128 maps) has an eighth of the weights of
# the full one. What can the full one do that the separable one can't? And why may it
# be a good choice all the same? Three or four sentences.
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
# **The rest is for you if you have time.** The next two exercises cut in yet another
# way, and slide in yet another direction. They earn points like the others, but no
# later lesson needs them.

# %% [markdown]
# ## One axis after another (if you have time)
#
# A filter of a network is a block of kh × kw × C weights. Push the idea of rank one to
# its limit: let the block be a vector over the channels times a column times a row.
# Such a *flattened* filter has C + kh + kw weights where the full one has C · kh · kw.

# %% [markdown]
# Filter $f$ does three small steps. Mix the channels into one map. Slide a column down
# that map. Slide a row along the result. Together:
#
# $$y_{nijf} = b_f + \sum_{p,q,c} a_{pf}\, r_{qf}\, v_{cf}\; x_{n,\,i+p,\,j+q,\,c}$$
#
# With a window of 3×3 and 64 channels that is 70 weights per filter, against 576.

# %% [markdown] nbgrader="read-only" grade_id="flattened_conv_statement"
# ### {{exercise flattened_conv minutes=10
# title="If you have time: one axis after another"}}
#
# After the first step there is one map per filter, and each map gets its own column and
# row. Which of your functions keeps maps apart? Indexing with `None` adds an axis of
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
plots.beside(flattened_conv(x, v, a, r, b), layer(x))

# %% [markdown]
# **Notice.** The order of the three steps doesn't change the result, only the work. If
# you mix the channels first, the other two steps have one map per filter to slide over.
# One such layer can no longer learn every filter, but a stack of them wins much of that
# back. Jin and others replaced the full layers of a network in 2014 and lost no
# accuracy.

# %% [markdown]
# ## Slide along the depth as well (if you have time)
#
# A film is a stack of pictures, a scan of a head a stack of slices. A 3D kernel is a
# block that slides along height, width **and** depth, so it sees change from one
# picture to the next. A pixel that holds 0 0 5 5 in four frames gives 0 5 0 with the
# kernel −1 1 along time. Something arrived.

# %% nbgrader="demonstration"
film = np.full((1, 4, 9, 9, 1), -1.0)
for t in range(4):
    film[0, t, 3:6, 1 + t : 4 + t, 0] = 1.0
change = film[:, 1:] - film[:, :-1]  # what the kernel -1, 1 along time computes
plots.images(
    [(film[0, t, :, :, 0], f"frame {t}") for t in range(4)]
    + [(change[0, t, :, :, 0], f"{t} to {t + 1}") for t in range(3)],
    alt="A square moves to the right, and the differences from frame to frame. At "
    "which of its edges are they positive (purple), and at which negative (orange)?",
)

# %% [markdown]
# Nothing else is new. With $t$, $i$, $j$ over the outputs and $o$, $p$, $q$ over the
# kernel, stride 1 and no padding:
#
# $$y_{ntijf} = b_f + \sum_{o,p,q,c} w_{opqcf} \; x_{n,\,t+o,\,i+p,\,j+q,\,c}$$
#
# Channels are still added up. The kernel slides along the depth, and not along the
# channels. A film of 16 frames of 32×32 with 8 filters of 3×3×3 and stride 2 gives
# (16 − 3)/2 + 1, rounded down to 7 frames, of 15×15 pixels and 8 maps.

# %% [markdown] nbgrader="read-only" grade_id="conv3d_statement"
# ### {{exercise conv3d minutes=15 title="If you have time: slide along the depth"}}
#
# Lesson 03's convolution with a third loop. A setting is one number or three, for
# depth, height and width, and `all_three` makes it three. In each window you can
# multiply all examples and filters at once: `np.tensordot(block, w, axes=4)` adds over
# the last four axes of the block and the first four of `w`.


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
plots.beside(conv3d(volumes, w, b, stride=(2, 1, 1)), layer(volumes))

# %% [markdown]
# **Notice.** The third axis is expensive. A 3×3×3 kernel has 27 weights per channel and
# slides over all frames. With padding, 16 frames take 48 times the products of a 3×3
# kernel on one picture. The tricks of this lesson help here as well. Films are often
# convolved in space first and in time second.

# %% [markdown]
# ## In words
#
# A unit sees more with every layer. Dilation widens the steps of its own layer, strides
# and pooling those of all later ones. Every relative of the convolution leaves some
# wires out, between channels, between rows and columns, or between neighbours, and so
# saves weights and work.
#
# ## Key points
#
# - A field grows by $d(k-1)$ times the jump, and the jump is the product of all strides
#   so far.
# - 1×1 mixes channels, depthwise looks around, and the two together nearly replace a
#   full convolution.
# - A kernel splits into a column and a row exactly when it has rank one.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Build a stack of 3×3 layers and poolings that sees all of the 17×17 sheet of
#    lesson 01. Now do it with dilations and no pooling. Which has fewer weights?
# 2. Every separable convolution is a full one with a special kernel. Is the converse
#    true if the multiplier is large enough? How large?
# 3. The *shuffle* of ShuffleNet reorders maps after a grouped 1×1 convolution, so that
#    the next groups get maps from all of the old ones. Write it with one `reshape`, one
#    `swapaxes` and one `reshape`. How many layers does it take until every output
#    depends on every input, with 4 groups of 4?

# %% [markdown]
# ## Further reading
#
# - [Araujo, Norris and Sim, Computing receptive fields](https://distill.pub/2019/computing-receptive-fields/),
#   because it does what you did for whole published networks, and draws it.
# - [Luo et al., Understanding the effective receptive field](https://arxiv.org/abs/1701.04128),
#   because it measures how small the part is that really counts.
# - [Yu and Koltun, Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122),
#   because dilations 1, 2, 4 began there. Three pages are enough.
# - [Howard et al., MobileNets](https://arxiv.org/abs/1704.04861), because its tables
#   show what the saving costs.
# - [Chollet, Xception](https://arxiv.org/abs/1610.02357), because its first two pages
#   lead from parallel branches to separable convolutions in small steps.
# - [Jin, Dundar and Culurciello, Flattened networks](https://arxiv.org/abs/1412.5474),
#   because it pushes the idea to its limit and measures what is left.
