# %% [markdown]
# # Stamp a picture larger
#
# **You will build** the layer that makes pictures larger again, and show that stamps,
# gaps, a matrix and a gradient are four faces of one operation.
#
# **You will learn**
#
# - to scatter with stride, padding and output_padding, as `Conv2DTranspose` does
# - why it is called *transposed*, and why "deconvolution" is the wrong word
# - where checkerboard patterns come from, and what a network learns from them
#
# **You need** lessons 02, 03 and 06, and three hours, best in two sittings. Stop after
# 7.4.

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


def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


# %% [markdown] nbgrader="read-only" grade_id="warm_up_07_statement"
# {{warm-up warm_up_07 minutes=4 title="Warm up: lessons 02, 03 and 06"}}
# ## Warm up
#
# Three questions on lessons 02, 03 and 06. Answer them without looking back.
#
# 1. A kernel of 3 visits 7 values with stride 2, without padding. How many values come
#    out? (a number)
# 2. A `Conv2D` layer turns 4 channels into 6 maps with kernels of 5 by 5. What shape
#    does Keras give its kernel? **a** (5, 5, 4, 6), **b** (6, 4, 5, 5),
#    **c** (5, 5, 6, 4)
# 3. A signal of 5 values met the kernel 1 2 3 with stride 2. The upstream gradient is
#    1 2. What does `dx[2]`, the value in the middle, get? (a number)

# %% nbgrader="autograded-answer" grade_id="warm_up_07"
warm_up_07 = {"q1": ..., "q2": ..., "q3": ...}  # number, letter in quotes, number
### BEGIN SOLUTION
warm_up_07 = {"q1": 3, "q2": "a", "q3": 5}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_07" points=1

# %% [markdown]
# ## A picture that must come back
#
# So far our pictures got smaller from layer to layer, until two scores were left. Many
# networks have to answer with a *picture*. Which pixels of this scan belong to a
# tumour? What would the street look like by night? Such a network first shrinks the
# picture to find out what is in it, and then has to come back to full size. The two
# halves are called *encoder* and *decoder*.

# %% nbgrader="demonstration"
from byhand import blocks

blocks.draw(
    [
        ("picture", (16, 16, 1)),
        ("stride 2", (8, 8, 4)),
        ("stride 2", (4, 4, 8)),
        ("?", (8, 8, 4)),
        ("? one answer a pixel", (16, 16, 2)),
    ],
    alt="An encoder halves the picture twice, and a decoder brings it back. What are "
    "the layers with the question marks?",
)

# %% [markdown]
# Here is our own small case for this lesson. A piece of a photograph was shrunk to half
# its size. How would you bring it back? Each small pixel has to become four large ones,
# and somebody has to decide what stands in them. At the end of the lesson your layer
# will *learn* to decide.


# %%
def halve(pictures):
    """Average blocks of 2 by 2 pixels: (N, H, W, 1) becomes (N, H/2, W/2, 1)."""
    n, h, w_in, _ = pictures.shape
    return pictures.reshape(n, h // 2, 2, w_in // 2, 2, 1).mean(axis=(2, 4))


large = data.photograph()[20:84, 50:114][None, :, :, None]
small = halve(large)
plots.images(
    [(large[0, :, :, 0], "the original"), (small[0, :, :, 0], "what is left")],
    alt="A piece of a photograph, and the same piece at half its size. Which details "
    "are gone for good?",
)

# %% [markdown]
# ## Stamp a signal
#
# Let us begin with a signal. On the way down, a convolution reads a *window* of values
# and makes one. For the way up we turn that round. Each value makes a window of values.
# It presses the whole kernel onto the output, like a stamp.
#
# Take four values, 2 3 0 −1, and the kernel 1 2 −1. The first value leaves 2·(1 2 −1),
# which is 2 4 −2. The second leaves 3·(1 2 −1), one place further.

# %%
x = np.array([2.0, 3.0, 0.0, -1.0])
w = np.array([1.0, 2.0, -1.0])
stamps = np.zeros((4, 6))
for i, value in enumerate(x):
    stamps[i, i : i + 3] = value * w
plots.grid(
    stamps,
    title="one row for each input",
    signed=True,
    alt="Four stamps, each one place further to the right than the one before. Which "
    "columns hold numbers of several stamps?",
)

# %% [markdown]
# Where stamps overlap, they add up. The six columns give 2, 4 + 3 = 7, −2 + 6 = 4,
# −3 − 1 = −4, −2 and 1.

# %%
print(stamps.sum(axis=0))

# %% [markdown]
# A convolution *gathers*, because each output reads a window of inputs. Here each input
# *scatters*, because it writes to a window of outputs. The stride $s$ is now the
# distance between two stamps:
#
# $$y_{\,i\,s + p} \mathrel{+}= w_p \, x_i \qquad
# i = 0 \dots n-1, \quad p = 0 \dots k-1$$
#
# Does this line look familiar? You wrote it in lesson 06, with $dx$ on the left and
# $dy$ in place of $x$. We come back to that.

# %% [markdown] nbgrader="read-only" grade_id="stamped_predict"
# {{question stamped minutes=3 title="Predict the sum of two stamps"
# worked="the stamps 1 2 and 3 6 lie one place apart, and 2 + 3 = 5: (1, 5, 6)"}}
# **Predict.** The signal 1 3 meets the kernel 1 2 with stride 1. Write the two stamps
# on paper, one below the other, and add. Which numbers come out?

# %% nbgrader="autograded-answer" grade_id="stamped"
stamped = ...  # a tuple of numbers, as many as come out
### BEGIN SOLUTION
stamped = (1, 5, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "stamps assigned instead of added": (1, 3, 6),
    "kernel flipped": (2, 7, 3),
    "stamps laid side by side": (1, 2, 3, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="stamped" points=1

# %% [markdown]
# The stamps are 1 2 and 3 6, the second one place further. Only the middle place gets
# both, so the sum is 1, then 2 + 3 = 5, then 6.

# %% [markdown]
# **Try it.** Point at an input below, and its stamp lights up on the output. Point at
# an output to see which stamps add up there. At which stride do the stamps stop
# overlapping? And what does *dilation* do to a stamp?

# %% nbgrader="demonstration"
explore.transposed_convolution(dims=1)

# %% [markdown]
# With stride 3 the stamps lie side by side. Dilation pulls the taps of a stamp apart,
# so tap $p$ lands at $i s + p d$. It is rare in this layer, and your functions leave it
# out.

# %% [markdown] nbgrader="read-only" grade_id="conv1d_transpose_statement"
# ### {{exercise conv1d_transpose minutes=8 title="Scatter a signal"}}
#
# Loop over the inputs, and let each add its stamp. How much room does the result need?
# Look at where the last stamp starts, and how long it is.


# %% nbgrader="autograded-answer" grade_id="conv1d_transpose"
def conv1d_transpose(x, w, *, stride=1):
    """Scatter a signal: every input adds a multiple of the kernel.

    y[i * stride + p] += w[p] * x[i]

    Parameters
    ----------
    x : ndarray, shape (n,)
    w : ndarray, shape (k,)
    stride : int, at least 1
        The distance between the starts of two stamps.

    Returns
    -------
    y : ndarray with one axis
        From the start of the first stamp to the end of the last.

    Matches: ``keras.layers.Conv1DTranspose(1, k, strides=stride,
        output_padding=0)``
    Source: Dumoulin & Visin 2016, section 4
    """
    n, k = len(x), len(w)
    ### BEGIN SOLUTION
    y = np.zeros((n - 1) * stride + k, dtype=x.dtype)
    for i in range(n):
        y[i * stride : i * stride + k] += x[i] * w
    return y
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv1d_transpose" points=2


# %% [markdown]
# Keras has a layer for it. It wants a batch and channels, so the signal gets an axis of
# length 1 before and after, and the kernel two after. The import takes up to ten
# seconds.

# %% nbgrader="demonstration"
from byhand import keras

layer = keras.layers.Conv1DTranspose(1, 3, use_bias=False, dtype="float64")
layer.build((1, 4, 1))
layer.set_weights([w[:, None, None]])
plots.beside(conv1d_transpose(x, w), layer(x[None, :, None])[0, :, 0])

# %% [markdown]
# ## Count the places
#
# The result is longer than the input, 6 values from 4, and nothing was padded. How long
# is it in general?

# %% [markdown] nbgrader="read-only" grade_id="two_sizes_predict"
# {{question two_sizes minutes=3 title="Predict two sizes"
# worked="the last stamp starts at 3 * stride: 3 * 1 + 3 = 6, 3 * 2 + 3 = 9: (6, 9)"}}
# **Predict.** Four inputs and a kernel of 3. How many places does the result have with
# stride 1, and how many with stride 2? Draw the stamps as lines if you like.

# %% nbgrader="autograded-answer" grade_id="two_sizes"
two_sizes = ...  # two whole numbers: (with stride 1, with stride 2)
### BEGIN SOLUTION
two_sizes = (6, 9)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "size without the last stamp": (4, 8),
    "a step counted for every stamp": (7, 11),
    "stride ignored": (6, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="two_sizes" points=1

# %% [markdown]
# Four stamps have three steps between them. With stride 1 the last one starts at place
# 3 and is 3 long, so 3·1 + 3 = 6. With stride 2 it starts at place 6, so 3·2 + 3 = 9.

# %% [markdown]
# Two settings change the size. A convolution with padding $p$ *adds* zeros around its
# input. On the way back nobody wants these places, so the transposed convolution
# *crops* $p$ places at each end of its result. The other setting answers a question
# that the stride leaves open. Which inputs make two values?

# %%
for n in (5, 6, 7, 8):
    print(f"a convolution with stride 2 makes {(n - 3) // 2 + 1} values of {n}")

# %% [markdown]
# With a kernel of 3 and stride 2, signals of 5 and of 6 values both become 2. On the
# way back from 2, do we want 5 or 6? *output_padding* says how many places more than
# the smallest answer. They are kept at the end:
#
# $$n_{\text{out}} = (n - 1)\,s + k - 2p + o$$

# %% [markdown] nbgrader="read-only" grade_id="transposed_size_statement"
# ### {{exercise transposed_size minutes=5 title="Count the places of the result"}}
#
# Along one axis, with all four settings. Lesson 02's formula divided by the stride.
# This one goes the other way, so it multiplies.


# %% nbgrader="autograded-answer" grade_id="transposed_size"
def transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    """Count the places of a transposed convolution's result along one axis.

    n_out = (n - 1) * stride + k - 2 * padding + output_padding

    Parameters
    ----------
    n, k : int, at least 1
        Lengths of the input and of the kernel.
    stride : int, at least 1
    padding : int, at least 0
        Places that are cropped at each end.
    output_padding : int, from 0 to stride - 1
        Places that are kept at the end in addition.

    Returns
    -------
    n_out : int

    Matches: the shape of ``keras.layers.Conv1DTranspose(1, k, strides=stride,
        output_padding=output_padding)``, less ``padding`` places at each end
    """
    ### BEGIN SOLUTION
    return (n - 1) * stride + k - 2 * padding + output_padding
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="transposed_size" points=1


# %% [markdown]
# A convolution and its transposed partner undo each other's *size*. Each line below
# goes down with lesson 02's formula and back up with yours. The output_padding is the
# remainder that the division dropped. Then we ask Keras for the size of four inputs
# with a kernel of 2 and stride 3. What does your formula say?

# %% nbgrader="demonstration"
for n in (5, 6, 7, 8):
    down = given.output_size(n, 3, stride=2)
    up = transposed_size(down, 3, stride=2, output_padding=(n - 3) % 2)
    print(f"{n} -> {down} -> {up}")

# %% nbgrader="demonstration"
for more in ({}, {"output_padding": 0}):
    layer = keras.layers.Conv1DTranspose(1, 2, strides=3, **more)
    print(more, layer.compute_output_shape((1, 4, 1))[1], "places in Keras")
print("yours:", transposed_size(4, 2, stride=3))

# %% [markdown]
# One surprise, in the last cell. Where the kernel is shorter than the stride, Keras
# keeps the gap after the last stamp as well. Four inputs, a kernel of 2 and stride 3
# give 12 places there, and not 3·3 + 2 = 11. With `output_padding=0` written out, Keras
# follows our formula.

# %% [markdown]
# ## Crop, and keep a little more
#
# The order matters. First comes the whole canvas of stamps, then the crop. With
# padding 1 and output_padding 1, one place is cropped at the start, and 1 − 1 = 0
# places at the end. What stands in the place that was kept?

# %% [markdown] nbgrader="read-only" grade_id="last_row_predict"
# {{question last_row minutes=4 title="Predict what output_padding brings back"
# worked="1 2 3 and 2 4 6 make 1 2 5 4 6, only the first place is cropped:
# (2, 5, 4, 6)"}}
# **Predict.** The signal 1 2 meets the kernel 1 2 3 with stride 2. Write the canvas of
# 5 places down. Which numbers remain with padding 1 and output_padding 1?

# %% nbgrader="autograded-answer" grade_id="last_row"
last_row = ...  # a tuple of numbers, as many as remain
### BEGIN SOLUTION
last_row = (2, 5, 4, 6)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "output_padding filled with zeros where cropping hides values": (
        2,
        5,
        4,
        0,
    ),
    "cropped on the wrong side": (1, 2, 5, 4),
    "output_padding ignored": (2, 5, 4),
    "padding ignored": (1, 2, 5, 4, 6),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="last_row" points=1

# %% [markdown]
# The stamps are 1 2 3 and 2 4 6, two places apart, so the canvas is 1 2 5 4 6 with
# 3 + 2 = 5 in the middle. The first place is cropped, and 2 5 4 6 remain. The name says
# padding, but nothing is filled up with zeros. The crop is *smaller*, and the 6 that it
# spares was written by a stamp.

# %% [markdown]
# Only when output_padding is larger than padding, as with padding 0, there is no crop
# left to make smaller. Then places are appended that no stamp reached, and they hold
# the bias alone.

# %% [markdown]
# ## Stamp a picture
#
# In a picture the stamp is a small square. Below, 2 by 2 values meet a kernel of 3 by 3
# ones, once with stride 1 and once with stride 2.

# %%
corner = np.array([[1.0, 2.0], [3.0, 4.0]])
canvases = {s: np.zeros((s + 3, s + 3)) for s in (1, 2)}
for s, canvas in canvases.items():
    for (i, j), value in np.ndenumerate(corner):
        canvas[i * s : i * s + 3, j * s : j * s + 3] += value

# %%
for s, canvas in canvases.items():
    plots.grid(
        canvas,
        title=f"2 by 2 stamped with 3 by 3 ones, stride {s}",
        mark=(0, 0, 3, 3),
        alt=f"The canvas is {s + 3} by {s + 3}. Of the outlined stamp's 9 places, "
        f"{9 - s * s} lie under another stamp as well.",
    )

# %% [markdown]
# With channels, a pixel holds `c_in` numbers and leaves a stamp for each output
# channel. That stamp is the sum of `c_in` kernels, each times its number. The kernel
# has the shape `(kh, kw, c_out, c_in)`. Compared to a convolution's kernel, **in and
# out have changed places**. The channels that are added up stand last.

# %% [markdown]
# Pixel `(i, j)` of example `n` adds this to output channel `f`, with strides $s_h$ and
# $s_w$:
#
# $$y_{n,\; i s_h + p - p_h,\; j s_w + q - p_w,\; f} \mathrel{+}=
# \sum_c w_{p,q,f,c}\, x_{n,i,j,c}$$
#
# The paddings $p_h$ and $p_w$ move the frame that is kept. What falls outside of it is
# cropped. The bias $b_f$ comes once, at the end.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_transpose_statement"
# ### {{exercise conv2d_transpose minutes=20 title="Scatter a batch of pictures"}}
#
# Make a canvas for all stamps and the output_padding, stamp, then cut. For one pixel of
# the whole batch, `np.tensordot(x[:, i, j], w, axes=(1, 3))` gives the stamps of all
# examples, of shape `(n, kh, kw, c_out)`. Loops over channels will do, too.


# %% nbgrader="autograded-answer" grade_id="conv2d_transpose"
def conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0):
    """Scatter a batch of pictures: every pixel adds its stamp, then crop.

    y[n, i*sh + p - ph, j*sw + q - pw, f] += sum_c w[p, q, f, c] * x[n, i, j, c]

    and b[f] is added once to every place of the result.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (kh, kw, C_out, C_in)
    b : ndarray, shape (C_out,)
    stride, padding, output_padding : int, or (rows, columns)

    Returns
    -------
    y : ndarray, shape (N, H_out, W_out, C_out), where
        H_out = (H - 1) * sh + kh - 2 * ph + oh, and W_out likewise

    Matches: ``keras.layers.Conv2DTranspose(C_out, (kh, kw), strides=stride)``,
        cropped by ``padding``
    Source: Dumoulin & Visin 2016, section 4
    """
    n, h, w_in, _ = x.shape
    kh, kw, c_out, _ = w.shape
    (sh, sw), (ph, pw), (oh, ow) = both(stride), both(padding), both(output_padding)
    ### BEGIN SOLUTION
    h_full, w_full = (h - 1) * sh + kh + oh, (w_in - 1) * sw + kw + ow
    canvas = np.zeros((n, h_full, w_full, c_out), dtype=x.dtype)
    for i in range(h):
        for j in range(w_in):
            stamp = np.tensordot(x[:, i, j], w, axes=(1, 3))
            canvas[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    return canvas[:, ph : h_full - ph, pw : w_full - pw] + b
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_transpose" points=3


# %% [markdown]
# The Keras layer knows `padding="valid"`, which crops nothing, and `"same"`. Is yours
# the same on a batch with channels? In float64 only the order of the additions can
# differ.

# %% nbgrader="demonstration"
rng = np.random.default_rng(7)
x = rng.normal(size=(2, 3, 4, 3))
w, b = rng.normal(size=(3, 2, 5, 3)), rng.normal(size=5)
layer = keras.layers.Conv2DTranspose(5, (3, 2), strides=2, dtype="float64")
layer.build(x.shape)
layer.set_weights([w, b])
theirs, yours = np.array(layer(x)), conv2d_transpose(x, w, b, stride=2)
print("shape:", theirs.shape)
if yours is not None:
    print("largest difference:", np.abs(yours - theirs).max())

# %% [markdown]
# **Try it.** The explorer runs *your* function. Point at a pixel to light up its stamp.
# The last table counts the stamps at each place. Set *output padding* to 1 with
# *padding* 0, then with *padding* 1. In which of the two is the last row empty?

# %% nbgrader="demonstration"
explore.transposed_convolution(conv2d_transpose)

# %% [markdown]
# Now you can bring the photograph back to its size, in the simplest way. A stamp of 2
# by 2 ones with stride 2 repeats every pixel.

# %% nbgrader="demonstration"
boxes = conv2d_transpose(small, np.ones((2, 2, 1, 1)), np.zeros(1), stride=2)
if boxes is not None:
    plots.images(
        [(small[0, :, :, 0], "half the size"), (boxes[0, :, :, 0], "stamped")],
        alt="The small photograph, and what your stamps make of it. Is it the "
        "original again?",
    )

# %% [markdown]
# ## Why not "deconvolution"
#
# The size came back, and the details didn't. In older papers this operation is called a
# *deconvolution*, others say *upconvolution*. The first name suggests that it undoes a
# convolution. Let us see. We send a picture through a convolution, and the result back
# up with the same kernel. Look at the four numbers in the middle of the way.

# %% nbgrader="demonstration"
ramp = np.arange(16.0).reshape(1, 4, 4, 1)
kernel = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
down = given.conv2d(ramp, kernel[:, :, None, None])
up = conv2d_transpose(down, kernel[:, :, None, None], np.zeros(1))
print("down:", down.ravel())
print("shapes:", ramp.shape, "->", down.shape, "->", np.shape(up))
if up is not None:
    plots.grid(
        up[0, :, :, 0],
        signed=True,
        alt="What came back from the picture that held the numbers 0 to 15, row by "
        "row. Would you recognise it?",
    )

# %% [markdown]
# **Notice.** The kernel looks for a change from left to right, and in this picture the
# change is the same everywhere, so all four windows give −8. Nobody can get sixteen
# different values back from four equal ones. What comes back is the shape.

# %% [markdown]
# ## The same, with gaps
#
# There is a second way to the same numbers. In lesson 06 you found that an input reads
# the kernel *from its end*. So push the inputs apart with `stride - 1` zeros between
# them, put `k - 1` zeros around them, and run an *ordinary* convolution of stride 1
# with the turned kernel. Now each output gathers what reaches it.

# %% nbgrader="demonstration"
w = kernel[:, :, None, None]
apart = np.zeros((1, 3, 3, 1))
apart[:, ::2, ::2] = corner[None, :, :, None]
plots.draw_window(apart[0, :, :, 0], kernel[::-1, ::-1], at=(2, 2), padding=2)

# %% [markdown]
# The 2 by 2 values stand with gaps between them, and the border of zeros is hatched.
# Even at its best place the window meets only four numbers that can differ from 0. The
# other five products are work for nothing. The next cell runs the window over
# everything and compares.

# %% nbgrader="demonstration"
gathered = given.conv2d(apart, w[::-1, ::-1], padding=2)
scattered = conv2d_transpose(corner[None, :, :, None], w, np.zeros(1), stride=2)
print(gathered[0, :, :, 0])
if scattered is not None:
    print("largest difference:", np.abs(gathered - scattered).max())

# %% [markdown]
# With a stride of 2, the window moves by half an input at a time. So some papers call
# this a *fractionally strided* convolution. And with stride 1 there are no gaps at all.
# Then it is exactly lesson 06's full convolution. In the explorer above, *zero
# insertion* under *view* draws it for your own settings.

# %% [markdown]
# ## A convolution is a matrix
#
# Where does the name *transposed* come from? A convolution multiplies and adds, so it
# is linear, and every linear map is a matrix. Lay a 4 by 4 picture out as one line, row
# after row. Each output of a 3 by 3 kernel is then a row of weights for this line, and
# most of them are 0:
#
# $$y = M\,x, \qquad y_0 = w_{00} x_0 + w_{01} x_1 + w_{02} x_2 + 0\,x_3
# + w_{10} x_4 + \dots + w_{22} x_{10}$$

# %% [markdown] nbgrader="read-only" grade_id="matrix_shape_predict"
# {{question matrix_shape minutes=4 title="Predict the matrix of a convolution"
# worked="4 outputs, 16 inputs; a step right is 1, a row down 4:
# ((4, 16), (0, 1, 4, 5))"}}
# **Predict.** A 3 by 3 kernel visits a 4 by 4 picture with stride 1. What is the shape
# of its matrix? And by how many places is the first weight $w_{00}$ shifted in each
# of its rows?

# %% nbgrader="autograded-answer" grade_id="matrix_shape"
matrix_shape = ...  # ((rows, columns), (a shift for each row, ...))
### BEGIN SOLUTION
matrix_shape = ((4, 16), (0, 1, 4, 5))
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "Toeplitz columns for rows": ((16, 4), (0, 1, 4, 5)),
    "shift runs on over the line ends": ((4, 16), (0, 1, 2, 3)),
    "height for width": ((4, 16), (0, 1, 3, 4)),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="matrix_shape" points=1

# %% [markdown]
# There is one row for each of the 4 outputs and one column for each of the 16 inputs.
# One step to the right shifts the weights by 1. One row down shifts them by 4, the
# width of the picture, and the last window by 4 + 1 = 5. A matrix that holds the same
# number all along each diagonal is called a *Toeplitz* matrix. Ours is put together
# from such blocks, each of 2 rows and 4 columns.

# %% [markdown] nbgrader="read-only" grade_id="conv_matrix_statement"
# ### {{exercise conv_matrix minutes=12 title="Write a convolution as a matrix"}}
#
# One row for each output, in reading order. A row is easiest as a picture: what would
# you put on a sheet of zeros, so that a product with the picture gives this output?
# `ravel` makes a line of it. One plane, no bias.


# %% nbgrader="autograded-answer" grade_id="conv_matrix"
def conv_matrix(w, h, w_in, *, stride=1):
    """Write the convolution of one plane as a matrix.

    conv2d(x, w, stride=stride).ravel() == M @ x.ravel()

    Parameters
    ----------
    w : ndarray, shape (kh, kw)
    h, w_in : int
        Height and width of the picture.
    stride : int, or (rows, columns)

    Returns
    -------
    M : ndarray, shape (h_out * w_out, h * w_in)

    Matches: ``keras.layers.Conv2D(1, (kh, kw), strides=stride)`` on pictures that hold
        a single 1
    Source: Dumoulin & Visin 2016, section 4.1
    """
    (kh, kw), (sh, sw) = w.shape, both(stride)
    h_out, w_out = (h - kh) // sh + 1, (w_in - kw) // sw + 1
    ### BEGIN SOLUTION
    rows = []
    for i in range(h_out):
        for j in range(w_out):
            row = np.zeros((h, w_in), dtype=w.dtype)
            row[i * sh : i * sh + kh, j * sw : j * sw + kw] = w
            rows.append(row.ravel())
    return np.array(rows)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv_matrix" points=2


# %% nbgrader="demonstration"
codes = np.arange(1.0, 10.0).reshape(3, 3)
matrix = conv_matrix(codes, 4, 4)
if matrix is not None:
    print(matrix.astype(int))
    plots.grid(
        matrix,
        title="4 outputs, 16 inputs; weights coded 1 to 9",
        alt="Your matrix. Follow the weight 1 from row to row: by how far does it "
        "move?",
    )

# %% [markdown]
# Now read the matrix by its columns. A row says what one output reads. A column says
# where one input goes. In the *transposed* matrix $M^\top$ the two change roles. Its
# column 0 holds the nine weights at the places of the first window, and that is the
# stamp of the first of four inputs. So $M^\top$ takes 4 numbers and scatters them over
# 16 places. **This is what "transposed" in the name means.**

# %% nbgrader="demonstration"
y = np.array([1.0, -2.0, 0.5, 3.0])
stamped_back = conv2d_transpose(
    y.reshape(1, 2, 2, 1), codes[:, :, None, None], np.zeros(1)
)
if matrix is not None and stamped_back is not None:
    by_matrix = (matrix.T @ y).reshape(4, 4)
    print(by_matrix)
    print("largest difference:", np.abs(by_matrix - stamped_back[0, :, :, 0]).max())

# %% [markdown]
# *This is a good place to stop for today.*
#
# ## A convolution's gradient
#
# If $y = M x$, then input $k$ has the factor $M_{ik}$ in output $i$. Lesson 06 says
# what comes back to it, $dx_k = \sum_i M_{ik}\, dy_i$. As a matrix product this is
# $dx = M^\top dy$. So the backward pass of a convolution *is* the transposed
# convolution of its upstream gradient. The += with which you wrote `conv2d_backward`
# was a stamp.

# %% [markdown]
# TensorFlow shows it. The kernel below once stood in a `Conv2D` layer with stride 2,
# and `upstream` is what that layer put out, in float32. With half the sum of y² as the
# loss, y is its own upstream gradient. Of the three cells below, the second prints the
# tape's gradient, 5 by 5 numbers. The third prints the first two and the last two of
# them, found in four ways.

# %%
w = np.array(
    [
        [0.13429713, 1.9649408, 0.74939513],
        [0.6982393, 1.2397809, 1.4247327],
        [1.5534406, 0.1190145, 1.3256309],
    ]
)[:, :, None, None]
upstream = np.array([[25.535583, 28.583742], [23.470192, 20.622599]])
upstream = upstream.reshape(1, 2, 2, 1)

# %% nbgrader="demonstration"
from byhand import tensorflow as tf

layer = keras.layers.Conv2D(1, 3, strides=2, use_bias=False, dtype="float64")
layer.build((1, 5, 5, 1))
layer.set_weights([w])
picture = tf.Variable(np.zeros((1, 5, 5, 1)))
with tf.GradientTape() as tape:
    y = layer(picture)
dx = tape.gradient(y, picture, output_gradients=tf.constant(upstream)).numpy()
print(dx[0, :, :, 0].round(5))

# %% nbgrader="demonstration"
layer = keras.layers.Conv2DTranspose(1, 3, strides=2, use_bias=False, dtype="float64")
layer.build(upstream.shape)
layer.set_weights([w])
matrix = conv_matrix(w[:, :, 0, 0], 5, 5, stride=2)
four = {
    "stamps": conv2d_transpose(upstream, w, np.zeros(1), stride=2),
    "matrix": None if matrix is None else matrix.T @ upstream.ravel(),
    "Conv2DTranspose": layer(upstream).numpy(),
    "gradient of Conv2D": dx,
}
for name, result in four.items():
    if result is not None:
        print(f"{name:<20}", result.ravel()[[0, 1, -2, -1]])

# %% [markdown]
# **Notice.** The picture was all zeros, and the gradient didn't mind. A convolution is
# linear, so its gradient in x doesn't depend on x.

# %% [markdown]
# ## A test that needs no second answer
#
# The transpose of a matrix has a property that makes a wonderful test. For any $x$ and
# any $y$,
#
# $$\langle M x,\; y \rangle = \langle x,\; M^\top y \rangle,$$
#
# where $\langle a, b \rangle$ multiplies place by place and adds everything. Two
# functions with this property are called *adjoint*. So you can test a scatter against
# a convolution with two random arrays, without knowing a single right number.

# %% [markdown] nbgrader="read-only" grade_id="gap_on_paper_predict"
# {{question gap_on_paper minutes=3 title="Predict two inner products"
# worked="2 * 3 + 4 * 1 = 10, but 1 * 1.5 + 2 * 0.5 = 2.5: (10, 2.5)"}}
# **Predict.** $f$ doubles every value and $g$ halves it, so $g$ undoes $f$. Take
# $x$ = 1, 2 and $y$ = 3, 1. What are $\langle f(x), y \rangle$ and
# $\langle x, g(y) \rangle$? Is an inverse an adjoint?

# %% nbgrader="autograded-answer" grade_id="gap_on_paper"
gap_on_paper = ...  # two numbers: (with f, with g)
### BEGIN SOLUTION
gap_on_paper = (10, 2.5)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "inverse instead of adjoint": (5, 5),
    "f and g exchanged": (2.5, 10),
    "mean instead of sum": (5, 1.25),
    "sums without a partner": (6, 2),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="gap_on_paper" points=1

# %% [markdown]
# $f(x)$ is 2, 4, so the first sum is 2·3 + 4·1 = 10. $g(y)$ is 1.5, 0.5, so the second
# is 1·1.5 + 2·0.5 = 2.5. They differ. To *undo* is one thing, and to be adjoint is
# another. The adjoint of doubling is doubling.

# %% [markdown] nbgrader="read-only" grade_id="adjoint_gap_statement"
# ### {{exercise adjoint_gap minutes=8 title="Test whether two functions are adjoint"}}
#
# Return how far the two sums are apart. For adjoint functions that is 0, up to
# rounding. The arrays may have any number of axes.


# %% nbgrader="autograded-answer" grade_id="adjoint_gap"
def adjoint_gap(f, g, x, y):
    """Return how far two linear functions are from being adjoint, on x and y.

    gap = | <f(x), y> - <x, g(y)> |, where <a, b> = sum over all places of a * b

    Parameters
    ----------
    f : function from arrays like x to arrays like y
    g : function from arrays like y to arrays like x
    x, y : ndarray, of any shape

    Returns
    -------
    gap : float, at least 0

    Matches: ``keras.layers.Dense(1)`` for each of the two sums
    """
    ### BEGIN SOLUTION
    return abs(np.sum(f(x) * y) - np.sum(x * g(y)))
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="adjoint_gap" points=1


# %% [markdown]
# Put your scatter to the test. Lesson 03's convolution of 2 channels into 3 goes
# against your stamps, with stride 2 and padding 1. The kernel is the same array for
# both. What is `c_in` for one is `c_out` for the other. The last line is the test of
# the test: a kernel that is turned by half a turn.

# %% nbgrader="demonstration"
rng = np.random.default_rng(0)
w = rng.normal(size=(3, 3, 2, 3))
x, y = rng.normal(size=(1, 7, 9, 2)), rng.normal(size=(1, 4, 5, 3))


def convolve(x):
    """Take 7 by 9 places with 2 channels down to 4 by 5 with 3."""
    return given.conv2d(x, w, stride=2, padding=1)


def scatter(y, w=w):
    """Go back up with the same kernel, or with another one."""
    return conv2d_transpose(y, w, np.zeros(2), stride=2, padding=1)


if scatter(y) is not None:
    print("gap:", adjoint_gap(convolve, scatter, x, y))
    turned = adjoint_gap(convolve, lambda y: scatter(y, w[::-1, ::-1]), x, y)
    print("gap with a turned kernel:", turned)

# %% [markdown]
# **Notice.** A turned kernel, or a crop on the wrong side, leaves a gap that is no
# rounding error. It takes one line of code, two random arrays, and nothing to look up.
# People who write operators for a living test them in this way.

# %% [markdown]
# ## Back through the scatter
#
# A layer that we want to train needs a way back, too. Follow one output. In 1D, with
# the input 2 3 0, the kernel 1 2 −1 and stride 2, which inputs reached $y_2$, and with
# which weights? Along the same wires its gradient returns.

# %% [markdown] nbgrader="read-only" grade_id="one_output_predict"
# {{question one_output minutes=4 title="Send one output's gradient back"
# worked="x_0 reached y_2 with -1, x_1 with 1, and x_2 starts at place 4: (-1, 1, 0)"}}
# **Predict.** There are seven outputs. The upstream gradient is 1 for $y_2$, and 0 for
# all others. What is `dx`, the gradient of the three inputs?

# %% nbgrader="autograded-answer" grade_id="one_output"
one_output = ...  # three numbers
### BEGIN SOLUTION
one_output = (-1, 1, 0)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "kernel flipped": (1, -1, 0),
    "stride ignored in dx": (-1, 2, 1),
    "the input in place of the slope": (-2, 3, 0),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="one_output" points=1

# %% [markdown]
# The stamp of $x_0$ covers the places 0 to 2, and its last weight, −1, fell on $y_2$.
# The stamp of $x_1$ starts at place 2, so its first weight, 1, fell there. $x_2$ starts
# at place 4 and missed it. In short, $x_i$ asks the window of $dy$ that starts at
# $i s$, weight by weight. That is an **ordinary convolution** of dy, with the same
# kernel and stride. The matrices say so, too, because $(M^\top)^\top = M$.

# %% [markdown]
# What about dw? `x[i]` times `w[p]` went to output `i * s + p`, so dw[p] adds up
# `x[i] * dy[i * s + p]`. In the convolution of lesson 06, dw[p] added up
# `dy[i] * x[i * s + p]`. It is the same sum with **x and dy in exchanged roles**. And
# db adds up dy for each channel, as always. output_padding needs no line of its own,
# because its rows are in dy already.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_transpose_backward_statement"
# ### {{exercise conv2d_transpose_backward minutes=12
# title="Go back through the scatter"}}
#
# You have `given.conv2d(x, w, stride=, padding=)` from lesson 03, and from lesson 06
# `given.conv2d_backward(dy, x, w, stride=, padding=)`, which returns `dx, dw, db`.
# Which arrays do you hand them? If shapes don't fit, think again about who plays the
# part of `x` and who that of `dy`.


# %% nbgrader="autograded-answer" grade_id="conv2d_transpose_backward"
def conv2d_transpose_backward(dy, x, w, *, stride=1, padding=0, output_padding=0):
    """Return the gradients of ``conv2d_transpose``.

    dx[n,i,j,c]  = sum_{p,q,f} w[p,q,f,c] * dy[n, i*sh + p - ph, j*sw + q - pw, f]
    dw[p,q,f,c]  = sum_{n,i,j} x[n,i,j,c] * dy[n, i*sh + p - ph, j*sw + q - pw, f]
    db[f]        = sum_{n,i,j} dy[n,i,j,f]

    Parameters
    ----------
    dy : ndarray, shape (N, H_out, W_out, C_out)
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (kh, kw, C_out, C_in)
    stride, padding, output_padding : int, or (rows, columns)

    Returns
    -------
    dx, dw, db : ndarray, with the shapes of x, w and (C_out,)

    Matches: ``tf.GradientTape`` through ``keras.layers.Conv2DTranspose``
    """
    ### BEGIN SOLUTION
    dx = given.conv2d(dy, w, stride=stride, padding=padding)
    _, dw, _ = given.conv2d_backward(x, dy, w, stride=stride, padding=padding)
    db = dy.sum(axis=(0, 1, 2))
    return dx, dw, db
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="conv2d_transpose_backward" points=3


# %% nbgrader="demonstration"
x, w = rng.normal(size=(2, 3, 4, 3)), rng.normal(size=(3, 2, 5, 3))
layer = keras.layers.Conv2DTranspose(5, (3, 2), strides=2, dtype="float64")
picture = tf.Variable(x)
layer.build(x.shape)
layer.set_weights([w, np.zeros(5)])
with tf.GradientTape() as tape:
    y = layer(picture)
dy = rng.normal(size=y.shape)
theirs = tape.gradient(y, [picture, *layer.weights], output_gradients=tf.constant(dy))

# %% nbgrader="demonstration"
yours = conv2d_transpose_backward(dy, x, w, stride=2)
if yours is not None:
    for name, mine, keras_own in zip(("dx", "dw", "db"), yours, theirs, strict=True):
        print(name, "largest difference:", np.abs(mine - keras_own.numpy()).max())

# %% [markdown]
# **Notice.** Convolution and transposed convolution are a pair. The forward pass of one
# is the backward pass of the other, and the weights' gradient is the same sum with two
# names exchanged.

# %% [markdown]
# ## Enlarge by a fixed rule
#
# Back to the photograph. Photo programs enlarge it with fixed rules. *Nearest* repeats
# every pixel, and you did that with a stamp of ones. *Bilinear* blends between
# neighbours. The further away a pixel, the less it counts.

# %% [markdown] nbgrader="read-only" grade_id="half_way_predict"
# {{question half_way minutes=3 title="Predict a blended pixel"
# worked="0.75 * 4 + 0.25 * 8 = 5 and 0.25 * 4 + 0.75 * 8 = 7: (5, 7)"}}
# **Predict.** Two neighbouring pixels hold 4 and 8. A bilinear enlargement with stride
# 2 puts two new values between their middles, a quarter and three quarters of the way
# along. Which ones?

# %% nbgrader="autograded-answer" grade_id="half_way"
half_way = ...  # two numbers: (nearer to the 4, nearer to the 8)
### BEGIN SOLUTION
half_way = (5, 7)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "box instead of tent": (4, 8),
    "tent of the wrong width": (4, 6),
    "the two weights exchanged": (7, 5),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="half_way" points=1

# %% [markdown]
# A quarter of the way from 4 to 8 is 5, and three quarters is 7. In terms of weights,
# 0.75·4 + 0.25·8 = 5 and 0.25·4 + 0.75·8 = 7. So one pixel gives the weights 0.25,
# 0.75, 0.75, 0.25 to the four outputs around it, a little *tent*. It is a stamp again.
# For stride $s$, with $c$ the middle of the taps:
#
# $$k = 2s - (s \bmod 2), \qquad c = \tfrac{k-1}{2}, \qquad
# t_p = 1 - \tfrac{|p - c|}{s}, \qquad w_{pq} = t_p\, t_q$$

# %% [markdown] nbgrader="read-only" grade_id="bilinear_kernel_statement"
# ### {{exercise bilinear_kernel minutes=10 title="Enlarge with a tent"}}
#
# Make the tent along one axis, with `np.arange` and `abs`. How do you get all products
# of two lines?


# %% nbgrader="autograded-answer" grade_id="bilinear_kernel"
def bilinear_kernel(stride):
    """Return the kernel whose stamps enlarge a plane bilinearly.

    w[p, q] = t[p] * t[q], where t[p] = 1 - |p - (k - 1) / 2| / stride

    Parameters
    ----------
    stride : int, at least 2
        How many times larger the picture becomes.

    Returns
    -------
    w : ndarray, shape (k, k), where k = 2 * stride - stride % 2

    Matches: ``keras.layers.UpSampling2D(stride, interpolation="bilinear")``, away from
        the border
    """
    k = 2 * stride - stride % 2
    ### BEGIN SOLUTION
    tent = 1 - np.abs(np.arange(k) - (k - 1) / 2) / stride
    return np.outer(tent, tent)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="bilinear_kernel" points=2


# %% nbgrader="demonstration"
tent, tents = bilinear_kernel(2), None
if tent is not None:
    tents = conv2d_transpose(
        small, tent[:, :, None, None], np.zeros(1), stride=2, padding=1
    )
if tents is not None:
    plots.images(
        [
            (large[0, 8:40, 8:40, 0], "the original"),
            (boxes[0, 8:40, 8:40, 0], "stamped with a box"),
            (tents[0, 8:40, 8:40, 0], "stamped with a tent"),
        ],
        alt="A part of the photograph and of both enlargements. What has the tent "
        "smoothed that the box left hard?",
    )

# %% nbgrader="demonstration"
layer = keras.layers.UpSampling2D(2, interpolation="bilinear", dtype="float64")
theirs = np.array(layer(small))
if tents is not None:
    difference = np.abs(tents - theirs)[0, :, :, 0]
    print("largest difference inside:       ", difference[1:-1, 1:-1].max())
    print("largest difference at the border:", difference.max())

# %% [markdown]
# **Notice.** Inside, the tent is Keras's bilinear enlargement up to about 1e-7, because
# TensorFlow resizes in float32 whatever the layer's dtype is. Along the border yours is
# darker. Neighbours are missing there, and Keras repeats the edge.

# %% [markdown]
# ## Where checkerboards come from
#
# Both rules are fixed. A network could learn its own kernel. Before we let it, look at
# how evenly stamps cover a signal. Take stamps of ones, and count how many of them
# reach each place.

# %% [markdown] nbgrader="read-only" grade_id="uneven_predict"
# {{question uneven minutes=4 title="Predict where stamps lie unevenly" worked="kernel 3
# stride 2: uneven, 3 / 2 isn't whole | kernel 4 stride 2: even, 4 / 2 = 2 stamps at
# each place | kernel 2 stride 2: even, 2 / 2 = 1 stamp at each place | kernel 5 stride
# 3: uneven, 5 / 3 isn't whole" options="even | uneven"}}
# **Predict.** Away from the ends, are all places reached by equally many stamps? Draw
# a few stamps as lines on paper. Answer `"even"` or `"uneven"` for each kernel length
# and stride.

# %% nbgrader="autograded-answer" grade_id="uneven"
uneven = {
    "kernel 3 stride 2": ...,
    "kernel 4 stride 2": ...,
    "kernel 2 stride 2": ...,
    "kernel 5 stride 3": ...,
}
### BEGIN SOLUTION
uneven = {
    "kernel 3 stride 2": "uneven",
    "kernel 4 stride 2": "even",
    "kernel 2 stride 2": "even",
    "kernel 5 stride 3": "uneven",
}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="uneven" points=1

# %% [markdown] nbgrader="read-only" grade_id="overlap_counts_statement"
# ### {{exercise overlap_counts minutes=5 title="Count the stamps at every place"}}
#
# Count, for each place of a signal's result, how many stamps reach it. You can do it in
# one line with a function of this lesson.


# %% nbgrader="autograded-answer" grade_id="overlap_counts"
def overlap_counts(n, k, *, stride=1):
    """Count how many stamps reach each place.

    counts[m] = number of pairs (i, p) with i * stride + p == m

    Parameters
    ----------
    n, k : int, at least 1
        How many stamps, and how long each is.
    stride : int, at least 1

    Returns
    -------
    counts : ndarray of float64, shape ((n - 1) * stride + k,)

    Matches: ``keras.layers.Conv1DTranspose`` with a kernel of ones, on ones
    Source: Odena, Dumoulin & Olah 2016
    """
    ### BEGIN SOLUTION
    return conv1d_transpose(np.ones(n), np.ones(k), stride=stride)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="overlap_counts" points=1


# %% nbgrader="demonstration"
for k, s in ((3, 2), (4, 2), (2, 2), (5, 3)):
    print(f"kernel {k}, stride {s}:", overlap_counts(6, k, stride=s))

# %% [markdown]
# It is even when the stride divides the length of the kernel, and only then. With
# kernel 3 and stride 2, places get 1, 2, 1, 2 stamps. In a picture the counts of rows
# and of columns multiply, so 2 against 1 along a line becomes 4 against 1 in the plane.
# This is how a plain grey picture would look after stamps of ones:

# %% nbgrader="demonstration"
if overlap_counts(6, 3, stride=2) is not None:
    pictures = []
    for k in (3, 4):
        counts = overlap_counts(6, k, stride=2)
        pictures.append((np.outer(counts, counts), f"kernel {k}, stride 2"))
    plots.images(
        pictures,
        alt="Grey, stamped with ones. One of the two kernels makes a checkerboard of "
        "it. Which one, and what does the other do?",
    )

# %% [markdown]
# Have you seen these numbers before? In lesson 06 you predicted how many windows of a
# 3×3 kernel with stride 2 read the pixels of a 5×5 picture, and you found 1, 2 and 4.
# Counting windows that read and counting stamps that reach is the same thing. So the
# *gradient* of every such convolution must be a checkerboard as well. Is it?

# %% nbgrader="demonstration"
blank, ones = np.zeros((1, 13, 13, 1)), np.ones((3, 3, 1, 1))
dx, _, _ = given.conv2d_backward(np.ones((1, 6, 6, 1)), blank, ones, stride=2)
plots.images(
    [(dx[0, :, :, 0], "dx of a 3×3 convolution with stride 2")],
    alt="The gradient of a convolution of ones, from an upstream gradient of ones. "
    "Compare it with the picture above.",
)
print("rows 0 to 4:", dx[0, :5, 2, 0], "in column 2")

# %% [markdown]
# It is. When a network with strided 3×3 kernels is trained, some places of a map get up
# to four times as much gradient as their neighbours, for no reason that lies in the
# picture.

# %% [markdown]
# ## Keras's layer, and its layout
#
# In `Conv2DTranspose` the kernel has the shape `(kh, kw, filters, c_in)`, as here. It
# is the kernel of the convolution that goes the *other* way, from `filters` channels
# to `c_in`. PyTorch puts channels first and writes `(c_in, c_out, kh, kw)`.

# %% [markdown] nbgrader="read-only" grade_id="moved_shape_predict"
# {{question moved_shape minutes=2 title="Predict a kernel's shape in Keras"
# worked="(in, out, rows, columns) becomes (rows, columns, out, in): (5, 4, 3, 8)"}}
# **Predict.** A PyTorch layer that turns 8 channels into 3 holds a kernel of the shape
# (8, 3, 5, 4). What shape does Keras want for it?

# %% nbgrader="autograded-answer" grade_id="moved_shape"
moved_shape = ...  # a tuple of four whole numbers
### BEGIN SOLUTION
moved_shape = (5, 4, 3, 8)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "in and out not swapped": (5, 4, 8, 3),
    "rows and columns swapped": (4, 5, 3, 8),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="moved_shape" points=1

# %% [markdown]
# In PyTorch's shape 8 goes in, 3 comes out, and the kernel has 5 rows and 4 columns.
# Keras wants rows and columns first, then *out*, then *in*.

# %% [markdown] nbgrader="read-only" grade_id="to_keras_transpose_statement"
# ### {{exercise to_keras_transpose minutes=6
# title="Hand another library's kernel to Keras"}}
#
# Write the four letters of both shapes down, before and after, then move the axes with
# `transpose` as in lesson 03. Be careful with the order. For an ordinary convolution
# PyTorch puts out before in, for a transposed one in before out.


# %% nbgrader="autograded-answer" grade_id="to_keras_transpose"
def to_keras_transpose(x, w):
    """Bring pictures and a transposed convolution's kernel from PyTorch's layout.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H, W)
    w : ndarray, shape (C_in, C_out, kh, kw)

    Returns
    -------
    x : ndarray, shape (N, H, W, C_in)
    w : ndarray, shape (kh, kw, C_out, C_in)

    Matches: ``keras.layers.Permute``
    """
    ### BEGIN SOLUTION
    return x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)
    ### END SOLUTION


# %% nbgrader="autograder-tests" exercise="to_keras_transpose" points=1


# %% nbgrader="demonstration"
x, w = rng.normal(size=(1, 2, 3, 3)), rng.normal(size=(2, 5, 3, 2))  # as in PyTorch
moved = to_keras_transpose(x, w)
layer = keras.layers.Conv2DTranspose(5, (3, 2), use_bias=False, dtype="float64")
layer.build((1, 3, 3, 2))
if moved is not None:
    layer.set_weights([moved[1]])
    by_letters = np.einsum("ncij,cfpq->nfijpq", x, w)  # stamps, in PyTorch's layout
    print("Keras, first stamp:  ", np.array(layer(moved[0]))[0, 0, 0])
    print("PyTorch, first stamp:", by_letters[0, :, 0, 0, 0, 0])

# %% [markdown]
# One more difference that nothing announces. With `padding="same"`, kernel 3, stride 2
# and `output_padding=1`, Keras crops **nothing at the top** and one row at the bottom.
# PyTorch's `padding=1, output_padding=1` crops one row at the top. The shapes are
# equal, and the pictures lie one pixel apart. Here is the signal 1 2 with the kernel
# 1 2 3 of your prediction, standing upright:

# %% nbgrader="demonstration"
ramp = np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
kernel = np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1, 1)
layer = keras.layers.Conv2DTranspose(
    1, (3, 1), strides=(2, 1), padding="same", output_padding=(1, 0), dtype="float64"
)
layer.build(ramp.shape)
layer.set_weights([kernel, np.zeros(1)])
print('Keras "same":', np.array(layer(ramp)).ravel())
as_pytorch = conv2d_transpose(
    ramp, kernel, np.zeros(1), stride=(2, 1), padding=(1, 0), output_padding=(1, 0)
)
print("as PyTorch:  ", np.ravel(as_pytorch))

# %% [markdown]
# ## Let it learn to enlarge
#
# Now everything is there to answer the question from the beginning. Nobody tells the
# layer what stands between the pixels. We give it our photograph, small and large, a
# kernel of random numbers, and your two functions. In each step it enlarges, compares,
# sends the difference back, and moves the kernel a little against dw. The photograph is
# cut into a batch of 16 tiles, so that your loops over places are shorter.


# %%
SETTINGS = {
    3: {"stride": 2, "padding": 1, "output_padding": 1},
    4: {"stride": 2, "padding": 1},
}


def tiles(picture, size=16):
    """Cut a picture of 64 by 64 pixels into a batch of 16 tiles."""
    cut = picture.reshape(4, size, 4, size).transpose(0, 2, 1, 3)
    return cut.reshape(16, size, size, 1)


def enlarged(picture, w):
    """Enlarge pictures with a kernel, 3 by 3 or 4 by 4; None if not written yet."""
    return conv2d_transpose(picture, w, np.zeros(1), **SETTINGS[len(w)])


# %%
def learn(k, seed, steps, rate=14.0):
    """Learn a k by k kernel that enlarges; None where a function is missing."""
    target = tiles(large - large.mean())
    x = halve(target)
    w = np.random.default_rng(seed).normal(size=(k, k, 1, 1)) / k
    inside = np.pad(np.ones((12, 12, 1)), ((2, 2), (2, 2), (0, 0)))  # no borders
    for _ in range(steps):
        y = enlarged(x, w)
        if y is None:
            return None
        dy = (y - target) * inside / (len(target) * inside.sum())
        gradients = conv2d_transpose_backward(dy, x, w, **SETTINGS[k])
        if gradients is None:
            return None
        w = w - rate * gradients[1]
    return w


# %% [markdown]
# Two measures tell how good a kernel is. `unevenness` enlarges a plain picture of ones
# and returns its brightest less its darkest place. At 0 no checkerboard is left.
# `error` shrinks a picture, enlarges it again, and returns the typical difference to
# the original, the root of the mean square.


# %%
def unevenness(w):
    """Return the largest less the smallest pixel of an enlarged plain picture."""
    return np.ptp(enlarged(np.ones((1, 8, 8, 1)), w)[:, 4:-4, 4:-4])


def error(w, picture):
    """Return the root mean square error on a picture, away from its border."""
    missed = enlarged(halve(picture), w) - picture
    return np.sqrt(np.mean(missed[:, 4:-4, 4:-4] ** 2))


# %% [markdown] nbgrader="read-only" grade_id="learned_kernels_predict"
# {{question learned_kernels minutes=4 title="Predict what a kernel learns" worked="q1:
# a, its places get 4, 2 or 1 stamps, those of 4x4 all get 4 | q2: b, the 4x4 kernel in
# all three runs, the 3x3 kernel in none | q3: 0, sixteen weights learned one piece, not
# these four" options="a | b | c | d"}}
# **Predict.** We try a 3×3 and a 4×4 kernel, both with stride 2, from three random
# starts each.
#
# 1. After 5 steps, which of the two still shows the stronger checkerboard? **a** the
#    3×3 kernel, **b** the 4×4 kernel, **c** both the same
# 2. After 100 steps, which of them has a smaller error than the tent, on this
#    photograph? **a** the 3×3 kernel, **b** the 4×4 kernel, **c** both, **d** neither
# 3. There are four other pieces of the photograph, which no kernel has seen. On how
#    many of them does the 4×4 kernel beat the tent? (a number)

# %% nbgrader="autograded-answer" grade_id="learned_kernels"
learned_kernels = {"q1": ..., "q2": ..., "q3": ...}  # two letters, and a number
### BEGIN SOLUTION
learned_kernels = {"q1": "a", "q2": "b", "q3": 0}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="learned_kernels" points=1

# %% nbgrader="demonstration"
learned = {}
for k in (3, 4):
    for seed in (0, 1, 2):
        early, late = learn(k, seed, 5), learn(k, seed, 100)
        if late is not None:
            learned[k, seed] = early, late
            print(
                f"{k}×{k} kernel, seed {seed}: error {error(late, large):.4f},", end=""
            )
            print(f" unevenness {unevenness(early):.2f} after 5 steps,", end="")
            print(f" {unevenness(late):.2f} after 100")
if learned and tent is not None:
    print(f"the tent: error {error(tent[:, :, None, None], large):.4f}")

# %% nbgrader="demonstration"
if learned:
    pictures = []
    for k in (3, 4):
        for w, steps in zip(learned[k, 0], (5, 100), strict=True):
            shown = enlarged(small, w)[0, 8:40, 8:40, 0]
            pictures.append((shown, f"{k}×{k}, {steps} steps"))
    plots.images(
        pictures,
        alt="A part of the photograph, enlarged by what both kernels have learned, "
        "early and late. In which of the four do you see a checkerboard?",
    )

# %% [markdown]
# After five steps the 3×3 kernel still paints a checkerboard on everything, in all
# three runs, and the 4×4 kernel doesn't. Why? In the 4×4 kernel every place is made by
# four of the weights, so all places learn equally fast. In the 3×3 kernel some places
# have four weights that work on them, some two, and some have only the middle one.
# After 100 steps it has nearly caught up.

# %% [markdown]
# In a deep network, with many such layers one after another, often enough a pattern
# stays. Then people take a kernel whose length is a multiple of the stride, or enlarge
# by a fixed rule and let an ordinary convolution follow.

# %% [markdown]
# And the error? From random numbers, in 100 steps, the 4×4 kernel has beaten the tent
# in all three runs, and the 3×3 kernel in none. So is learning better than a fixed
# rule? Here are the four other pieces.

# %% nbgrader="demonstration"
others = [(60, 100), (80, 20), (86, 60), (60, 40)]  # upper left corners
for top, left in others:
    piece = data.photograph()[top : top + 64, left : left + 64][None, :, :, None]
    if learned and tent is not None:
        mine = " ".join(f"{error(learned[4, s][1], piece):.4f}" for s in (0, 1, 2))
        theirs = error(tent[:, :, None, None], piece)
        print(f"piece at {top}, {left}: 4×4 kernel {mine}, tent {theirs:.4f}")

# %% [markdown]
# On all four the tent wins. Sixteen weights that learned from a single piece have
# learned what is special about *it*. Lesson 08 has a name for this, and ways to notice
# it. Networks that enlarge well learn from many thousands of pictures, and have many
# kernels in several layers.

# %% nbgrader="demonstration"
if learned and tent is not None:
    plots.grid(tent, title="the tent", alt="The tent. Is it alike in every direction?")
    plots.grid(
        learned[4, 0][1][:, :, 0, 0].round(2),
        title="learned",
        signed=True,
        alt="The kernel that was learned from one piece of a photograph. Where does it "
        "differ from the tent?",
    )

# %% [markdown]
# Still, look what has happened. Nobody wrote a rule for enlarging, and sixteen random
# numbers have become something close to a tent. That is how the layers with the
# question marks are filled, and why you needed a way back through the scatter. In
# lesson 08 your layer comes up once more, to bring a network's answers back to the size
# of its picture.

# %% [markdown] nbgrader="manual-answer" grade_id="written_transposed" points=2
# ## Write it in words
#
# A colleague writes: "I apply a convolution and then its transposed convolution with
# the same kernel, so I get my picture back." What does come back, and what doesn't? And
# in what sense is the transposed convolution nevertheless exactly the right partner of
# the convolution? Two to four sentences.
#
# ### BEGIN MARK SCHEME
# 1 point: the shape comes back (given a fitting output_padding), the values in general
# don't, because the convolution loses information or because a transpose isn't an
# inverse. (Half a point for "not the picture" without naming the shape.)
#
# 1 point: it is the transpose (adjoint) of the convolution's matrix: it carries the
# gradient from output back to input, or satisfies ⟨conv(x), y⟩ = ⟨x, convT(y)⟩. Accept
# "it is its backward pass".
# ### END MARK SCHEME

# %% [markdown]
# ## In words
#
# In a transposed convolution every input stamps the kernel onto the output, one stride
# further each time, and overlaps add up. It is the convolution's matrix transposed, and
# so it is also the convolution's gradient.
#
# ## Key points
#
# - Padding crops, output_padding crops less at the end, the stride spreads the stamps.
# - ⟨conv(x), y⟩ = ⟨x, convT(y)⟩ tests a pair of operators with two random arrays.
# - Stamps lie evenly where the stride divides the kernel's length. Elsewhere there are
#   checkerboards, in pictures and in gradients.

# %% [markdown]
# ## On your own
#
# Three things to try, without points.
#
# 1. Change `target` in `learn`, so that it holds the tiles of several pieces
#    (`np.concatenate` joins batches). Does the kernel get better on pieces that it
#    hasn't seen?
# 2. Write `conv2d_transpose` with two loops over the *kernel* in place of the pixels.
#    Each `(p, q)` adds one product to `canvas[:, p : ..., q : ...]` with a step. Which
#    of the two is faster for a 3 by 3 kernel on 40 by 40 pixels, and why?
# 3. Give your function a `dilation`. Which one line has to change, and how does the
#    formula of the size?

# %% [markdown]
# ## Further reading
#
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because its section 4 draws every combination of stride and padding.
# - [Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts](https://distill.pub/2016/deconv-checkerboard/),
#   because you can drag stride and kernel and watch the pattern come and go, in famous
#   pictures and in gradients.
# - [Ronneberger, Fischer and Brox, U-Net](https://arxiv.org/abs/1505.04597),
#   the encoder and decoder that doctors use. Its figure 1 is readable to you now.
# - [Shi and others, Is the deconvolution layer the same as a convolutional layer?](https://arxiv.org/abs/1609.07009),
#   because it shows one more face: a convolution whose channels are woven into pixels.
