# %% [markdown]
# # Stamp a picture larger
#
# **You will build** the transposed convolution, which makes pictures larger, and show
# that stamps, gaps, a matrix and a gradient are four faces of one operation.
#
# **You will learn**
#
# - to scatter with stride, padding and output_padding, as `Conv2DTranspose` does
# - why it is called *transposed*, and why "deconvolution" is the wrong word
# - where checkerboard patterns come from, and how to avoid them
#
# **You need** lessons 02, 03 and 06, and 150 minutes, best in two evenings; pause after
# 7.4.

# %%
import numpy as np

from byhand import check, data, explore, given, plots


def both(value):
    """Return one number as a pair, and a pair as it is."""
    return tuple(value) if np.ndim(value) else (value, value)


# %% [markdown] nbgrader="read-only" grade_id="warm_up_07_statement"
# {{warm-up warm_up_07 minutes=3 title="Warm up: lessons 02, 03 and 06"}}
# ## Warm up
#
# Three questions on lessons 02, 03 and 06; answer without looking back.
#
# 1. A kernel of 3 visits 7 values with stride 2, without padding. How many values come
#    out? (a number)
# 2. A `Conv2D` layer turns 4 channels into 6 maps with kernels of 5 by 5. Which shape
#    does Keras give its kernel? **a** (5, 5, 4, 6), **b** (6, 4, 5, 5),
#    **c** (5, 5, 6, 4)
# 3. The signal 1 2 3 4 meets a kernel of 3, and the upstream gradient is 1 2. What is
#    the first value of dw? (a number)

# %% nbgrader="autograded-answer" grade_id="warm_up_07"
warm_up_07 = {"q1": ..., "q2": ..., "q3": ...}  # number, letter in quotes, number
### BEGIN SOLUTION
warm_up_07 = {"q1": 3, "q2": "a", "q3": 5}
### END SOLUTION

# %% nbgrader="autograder-tests" exercise="warm_up_07" points=1

# %% [markdown]
# ## Stamp a signal
#
# Convolutions with a stride make pictures smaller. A network that colours every pixel,
# or draws a new picture, has to come back to full size. The idea for the way up: each
# input value presses the whole kernel onto the output, like a stamp.
#
# Four values, 2 3 0 −1, and the kernel 1 2 −1. The first value leaves 2·(1 2 −1), which
# is 2 4 −2; the second leaves 3·(1 2 −1), one place further.

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
    alt="Four stamps: 2 4 −2, then 3 6 −3, then zeros, then −1 −2 1, each one place "
    "further to the right than the one before.",
)

# %% [markdown]
# Where stamps overlap, they add up. The six columns give 2, 4 + 3 = 7, −2 + 6 = 4,
# −3 − 1 = −4, −2, 1:

# %%
print(stamps.sum(axis=0))

# %% [markdown]
# A convolution *gathers*: each output reads a window of inputs. Here each input
# *scatters*: it writes to a window of outputs. The stride $s$ is now the distance
# between two stamps:
#
# $$y_{\,i\,s + p} \mathrel{+}= w_p \, x_i \qquad
# i = 0 \dots n-1, \quad p = 0 \dots k-1$$

# %% [markdown] nbgrader="read-only" grade_id="stamped_predict"
# {{question stamped minutes=3 title="Predict the sum of two stamps"}}
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
# Point at an input below: its stamp lights up on the output. Point at an output: it
# shows which stamps add up there. With stride 3 the stamps lie side by side.

# %% nbgrader="demonstration"
explore.transposed_convolution(dims=1)

# %% [markdown] nbgrader="read-only" grade_id="conv1d_transpose_statement"
# ### {{exercise conv1d_transpose minutes=8 title="Scatter a signal"}}
#
# Loop over the inputs, and let each add its stamp. The last stamp starts at
# `(n - 1) * stride` and is `k` long: that is how much room the result needs.


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
    y : ndarray, shape ((n - 1) * stride + k,)

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
print("Keras:", np.array(layer(x[None, :, None]))[0, :, 0])
print("yours:", conv1d_transpose(x, w))

# %% [markdown]
# **Notice.** The result is longer than the input, 6 values from 4, and nothing was
# padded. With stride 3 the same kernel would lay its stamps side by side without
# overlap, and a stride of 4 would leave a gap after each.

# %% [markdown]
# ## Count the places
#
# `n` stamps have `n - 1` steps between them. The first starts at 0, the last at
# `(n - 1) * stride`, and it reaches `k` places further.

# %% [markdown] nbgrader="read-only" grade_id="two_sizes_predict"
# {{question two_sizes minutes=3 title="Predict two sizes"}}
# **Predict.** Four inputs and a kernel of 3: how many places does the result have with
# stride 1, and how many with stride 2?

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
# Two settings change the size. A convolution with padding $p$ *adds* zeros around its
# input; on the way back these places are superfluous, so the transposed convolution
# *crops* $p$ places at each end of its result.
#
# The second setting settles a question that the stride leaves open:

# %%
for n in (5, 6, 7, 8):
    print(f"a convolution makes {(n - 3) // 2 + 1} values of {n}")

# %% [markdown]
# With a kernel of 3 and stride 2, signals of 5 and 6 values both become 2. On the way
# back from 2, is 5 meant, or 6? *output_padding* says how many places more than the
# smallest answer are wanted. They are kept at the end:
#
# $$n_{\text{out}} = (n - 1)\,s + k - 2p + o$$

# %% [markdown] nbgrader="read-only" grade_id="transposed_size_statement"
# ### {{exercise transposed_size minutes=6 title="Count the places of the result"}}
#
# Along one axis, with all four settings. Lesson 02's formula divided by the stride;
# this one, which goes the other way, multiplies.


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
# goes down with lesson 02's formula and back up with yours; the output_padding is the
# remainder that the division dropped.

# %% nbgrader="demonstration"
for n in (5, 6, 7, 8):
    down = given.output_size(n, 3, stride=2)
    up = transposed_size(down, 3, stride=2, output_padding=(n - 3) % 2)
    print(f"{n} -> {down} -> {up}")

# %% [markdown]
# One surprise. Where the kernel is shorter than the stride, Keras keeps the gap after
# the last stamp as well: four inputs, a kernel of 2 and stride 3 give 12 places there,
# not 3·3 + 2 = 11. With `output_padding=0` written out, Keras follows our formula.

# %% [markdown]
# ## Crop, and keep a little more
#
# The order matters: first the whole canvas of stamps, then the crop. With `padding` 1
# and `output_padding` 1 the canvas loses one place at its start, and at its end
# 1 − 1 = 0 places. So output_padding doesn't fill anything up. It *crops less*, and
# the value that is kept is one that stamps have written.

# %% [markdown] nbgrader="read-only" grade_id="last_row_predict"
# {{question last_row minutes=4 title="Predict what output_padding brings back"}}
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
# When output_padding is larger than padding, as with padding 0, the crop at the end has
# run out. Then output_padding does append places that no stamp reached. They hold the
# bias alone.

# %% [markdown]
# ## Stamp a picture
#
# In a picture the stamp is a small square. Below, 2 by 2 values meet a kernel of 3 by 3
# ones: with stride 1 the canvas has 4 by 4 places, with stride 2 it has 5 by 5, and the
# stamps overlap less.

# %%
small = np.array([[1.0, 2.0], [3.0, 4.0]])
canvases = {s: np.zeros((s + 3, s + 3)) for s in (1, 2)}
for s, canvas in canvases.items():
    for (i, j), value in np.ndenumerate(small):
        canvas[i * s : i * s + 3, j * s : j * s + 3] += value

# %%
for s, canvas in canvases.items():
    plots.grid(
        canvas,
        title=f"2 by 2 stamped with 3 by 3 ones, stride {s}",
        mark=(0, 0, 3, 3),
        alt=f"With stride {s} the canvas is {s + 3} by {s + 3}; of the outlined "
        f"stamp's 9 places, {9 - s * s} lie under another stamp as well.",
    )

# %% [markdown]
# With channels, a pixel holds `c_in` numbers and leaves `c_out` stamps: for each output
# channel the sum of `c_in` kernels, each times its number. The kernel has the shape
# `(kh, kw, c_out, c_in)`. Against a convolution's kernel, **in and out have changed
# places**: the channels that are added up stand last.

# %% [markdown]
# Pixel `(i, j)` of example `n` adds this to output channel `f`, with strides $s_h$ and
# $s_w$:
#
# $$y_{n,\; i s_h + p - p_h,\; j s_w + q - p_w,\; f} \mathrel{+}=
# \sum_c w_{p,q,f,c}\, x_{n,i,j,c}$$
#
# The paddings $p_h$ and $p_w$ move the frame that is kept; what falls outside of it is
# cropped. The bias $b_f$ comes once, at the end.

# %% [markdown] nbgrader="read-only" grade_id="conv2d_transpose_statement"
# ### {{exercise conv2d_transpose minutes=20 title="Scatter a batch of pictures"}}
#
# Make the canvas `(h - 1) * sh + kh + oh` high, stamp, then cut. For one pixel of the
# whole batch, `np.tensordot(x[:, i, j], w, axes=(1, 3))` gives the stamps of all
# examples, of shape `(n, kh, kw, c_out)`. Loops over channels do as well.


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
# The Keras layer knows `padding="valid"`, which crops nothing, and `"same"`. To crop
# one place, take the whole canvas of "valid" and slice. In float64 only the order of
# the additions can differ.

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
# The explorer runs **your** function. Point at a pixel to light up its stamp; the last
# table counts the stamps at each place. Set *output padding* to 1 with *padding* 0,
# then with *padding* 1. In which of the two is the last row empty?

# %% nbgrader="demonstration"
explore.transposed_convolution(conv2d_transpose)

# %% [markdown]
# ## Why not "deconvolution"
#
# The name suggests that the operation undoes a convolution. It undoes the *shape*. Send
# a picture through a convolution and the result back through the transposed one, with
# the same kernel:

# %% nbgrader="demonstration"
picture = np.arange(16.0).reshape(1, 4, 4, 1)
kernel = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
down = given.conv2d(picture, kernel[:, :, None, None])
up = conv2d_transpose(down, kernel[:, :, None, None], np.zeros(1))
print("shapes:", picture.shape, "->", down.shape, "->", np.shape(up))
if up is not None:
    plots.grid(
        up[0, :, :, 0],
        signed=True,
        alt="What comes back is 4 by 4 again, but it isn't the picture 0 to 15: the "
        "convolution has thrown its values away.",
    )

# %% [markdown]
# **Notice.** The kernel looks for a change from left to right, and in this picture the
# change is the same everywhere: all four windows give −8. Sixteen different values
# can't be had back from four equal ones, whatever the operation is called.

# %% [markdown]
# ## The same, with gaps
#
# A second way to the same numbers: push the inputs apart with `stride - 1` zeros
# between them, put `k - 1` zeros around, and run an *ordinary* convolution of stride 1
# with the kernel turned by half a turn. Each output then gathers the stamps that reach
# it.

# %% nbgrader="demonstration"
w = kernel[:, :, None, None]
apart = np.zeros((1, 3, 3, 1))
apart[:, ::2, ::2] = small[None, :, :, None]
gathered = given.conv2d(apart, w[::-1, ::-1], padding=2)
scattered = conv2d_transpose(small[None, :, :, None], w, np.zeros(1), stride=2)
print(gathered[0, :, :, 0])
if scattered is not None:
    print("largest difference:", np.abs(gathered - scattered).max())

# %% [markdown]
# For this reason some papers call it a *fractionally strided* convolution: with stride
# 2, the window moves by half an input at a time. It is the slower way, since most
# products are with inserted zeros. In the explorer above, *zero insertion* under *view*
# draws it.

# %% [markdown]
# ## A convolution is a matrix
#
# A convolution multiplies and adds, so it is linear, and every linear map is a matrix.
# Lay the 4 by 4 picture out as 16 numbers. A 3 by 3 kernel makes 4 outputs of it. Each
# output is a row of 16 weights, most of them 0:
#
# $$y = M\,x, \qquad y_0 = w_{00} x_0 + w_{01} x_1 + w_{02} x_2 + 0\,x_3
# + w_{10} x_4 + \dots + w_{22} x_{10}$$

# %% [markdown] nbgrader="read-only" grade_id="matrix_shape_predict"
# {{question matrix_shape minutes=3 title="Predict the matrix of a convolution"}}
# **Predict.** A 3 by 3 kernel visits a 4 by 4 picture with stride 1. What is the shape
# of its matrix? And by how many places is the first weight $w_{00}$ shifted in each of
# the four rows?

# %% nbgrader="autograded-answer" grade_id="matrix_shape"
matrix_shape = ...  # ((rows, columns), (shift, shift, shift, shift))
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
# The shifts tell the whole story: one to the right is a shift of 1, one row down is a
# shift of 4, the width of the picture. A matrix that holds the same number all along
# each diagonal is called a *Toeplitz* matrix. Ours is put together from such blocks,
# each of 2 rows and 4 columns.

# %% [markdown] nbgrader="read-only" grade_id="conv_matrix_statement"
# ### {{exercise conv_matrix minutes=12 title="Write a convolution as a matrix"}}
#
# One row for each output, in reading order. A row is easiest as a picture of zeros with
# the kernel laid into it; `ravel` makes a line of it. One plane, no bias.


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
        alt="Each row holds the nine weights in three runs of three; the rows are "
        "shifted by 0, 1, 4 and 5 places.",
    )

# %% [markdown]
# Now transpose. The rows of $M$ become the columns of $M^\top$, and a column says where
# one input goes. Column 0 of $M^\top$ holds the nine weights at the places of the first
# window, and zeros elsewhere: it is the stamp of the first of four inputs. So $M^\top$
# takes 4 numbers and scatters them over 16 places. **This is what "transposed" in the
# name means.**

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
# ## A convolution's gradient
#
# If $y = M x$, then input $k$ counts $M_{ik}$ times in output $i$. As in lesson 06,
# each output sends its gradient back by the same factor:
# $dx_k = \sum_i M_{ik}\, dy_i$. As a matrix product this is $dx = M^\top dy$. So the
# backward pass of a convolution *is* the transposed convolution of its upstream
# gradient, with the same kernel.

# %% [markdown]
# TensorFlow shows it. The kernel below once stood in a `Conv2D` layer with stride 2,
# and `upstream` is what that layer put out, in float32. (With half the sum of y² as the
# loss, y is its own upstream gradient.) The next cell prints the tape's gradient, 5 by
# 5 numbers; the one after it, their first two and last two, found in four ways.

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
import tensorflow as tf

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
# **Notice.** The picture was all zeros, and the gradient didn't mind: a convolution is
# linear, so its gradient with respect to the input doesn't depend on the input at all.

# %% [markdown]
# ## A test that needs no second answer
#
# The transpose of a matrix has a defining property. For any $x$ and any $y$,
#
# $$\langle M x,\; y \rangle = \langle x,\; M^\top y \rangle,$$
#
# where $\langle a, b \rangle$ multiplies place by place and adds everything. Two
# functions with this property are called *adjoint*. So you can test a scatter against
# a convolution with two random arrays, without knowing a single right number.

# %% [markdown] nbgrader="read-only" grade_id="gap_on_paper_predict"
# {{question gap_on_paper minutes=3 title="Predict two inner products"}}
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

# %% [markdown] nbgrader="read-only" grade_id="adjoint_gap_statement"
# ### {{exercise adjoint_gap minutes=8 title="Test whether two functions are adjoint"}}
#
# Return how far the two sums are apart: 0 for adjoint functions, up to rounding. The
# arrays may have any number of axes.


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
# Put your scatter to the test: lesson 03's convolution of 2 channels into 3 against
# your stamps, with stride 2 and padding 1. The kernel is the same array for both: what
# is `c_in` for one is `c_out` for the other. (The inverse in your prediction was no
# adjoint: it undid f, and the two sums still differed.)

# %% nbgrader="demonstration"
rng = np.random.default_rng(0)
w = rng.normal(size=(3, 3, 2, 3))
x, y = rng.normal(size=(1, 7, 9, 2)), rng.normal(size=(1, 4, 5, 3))


def convolve(x):
    """Take 7 by 9 places with 2 channels down to 4 by 5 with 3."""
    return given.conv2d(x, w, stride=2, padding=1)


def scatter(y):
    """Go back up with the same kernel."""
    return conv2d_transpose(y, w, np.zeros(2), stride=2, padding=1)


if scatter(y) is not None:
    print("gap:", adjoint_gap(convolve, scatter, x, y))

# %% [markdown]
# **Notice.** A flipped kernel or a crop on the wrong side would leave a gap that is no
# rounding error. One line of code, two random arrays, and nothing to look up:
# researchers test their own operators this way.

# %% [markdown]
# ## Back through the scatter
#
# To train a network with this layer we need its backward pass. Transposing twice gives
# the matrix back, $(M^\top)^\top = M$, so **dx is an ordinary convolution of dy** with
# the same kernel, stride and padding. output_padding needs no line: its rows are in dy
# already, and the convolution's size, rounded down, leaves out what no window reaches.

# %% [markdown]
# For dw, look at one product: `x[i]` times `w[p]` went to output `i * s + p`, so dw[p]
# adds up `x[i] * dy[i * s + p]`. In the convolution of lesson 06, dw[p] added up
# `dy[i] * x[i * s + p]`. It is the same sum with **x and dy in exchanged roles**. And
# db adds up dy for each channel, as ever.

# %% [markdown] nbgrader="read-only" grade_id="back_shapes_predict"
# {{question back_shapes minutes=3 title="Predict three shapes on the way back"}}
# **Predict.** The input x has the shape (2, 7, 7, 4), the kernel (3, 3, 5, 4), and
# with stride 2 and padding 1 the upstream gradient dy has (2, 13, 13, 5). What are the
# shapes of dx, dw and db?

# %% nbgrader="autograded-answer" grade_id="back_shapes"
back_shapes = ...  # three tuples: (of dx, of dw, of db)
### BEGIN SOLUTION
back_shapes = ((2, 7, 7, 4), (3, 3, 5, 4), (5,))
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "in and out not swapped": ((2, 7, 7, 4), (3, 3, 4, 5), (5,)),
    "scattered instead of gathered": (
        (2, 25, 25, 4),
        (3, 3, 5, 4),
        (5,),
    ),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="back_shapes" points=1

# %% [markdown] nbgrader="read-only" grade_id="conv2d_transpose_backward_statement"
# ### {{exercise conv2d_transpose_backward minutes=12
# title="Go back through the scatter"}}
#
# `given.conv2d(x, w, stride=, padding=)` and
# `given.conv2d_backward(dy, x, w, stride=, padding=)`, which returns `dx, dw, db`, are
# yours from lessons 03 and 06. Hand them the right arrays. Loops of your own are fine
# too.


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
# **Notice.** Nothing new was needed. Convolution and transposed convolution are a pair:
# the forward pass of one is the backward pass of the other, and the weights' gradient
# is the same sum with two names exchanged.

# %% [markdown]
# ## Enlarge a picture
#
# Photo programs enlarge with fixed rules. *Nearest* repeats every pixel: a stamp of
# ones, as wide as the stride. *Bilinear* blends between neighbours: the weight of a
# pixel falls with the distance, in the form of a tent. Both are transposed convolutions
# whose kernel isn't learned.

# %% [markdown]
# For stride 2 the tent has four taps, 0.25 0.75 0.75 0.25: an output lies a quarter of
# a pixel from one input, whose weight is 1 − 0.25, and three quarters from the next.
# With $c$ the middle of the taps:
#
# $$k = 2s - (s \bmod 2), \qquad c = \tfrac{k-1}{2}, \qquad
# t_p = 1 - \tfrac{|p - c|}{s}, \qquad w_{pq} = t_p\, t_q$$

# %% [markdown] nbgrader="read-only" grade_id="half_way_predict"
# {{question half_way minutes=3 title="Predict a blended pixel"}}
# **Predict.** Two neighbouring pixels hold 4 and 8. A bilinear enlargement with stride
# 2 puts two new values between their middles. Which ones?

# %% nbgrader="autograded-answer" grade_id="half_way"
half_way = ...  # two numbers: (nearer to the 4, nearer to the 8)
### BEGIN SOLUTION
half_way = (5, 7)
### END SOLUTION
### BEGIN WRONG ANSWERS
{
    "box instead of tent": (4, 8),
    "tent of the wrong width": (4, 6),
    "kernel flipped": (7, 5),
}
### END WRONG ANSWERS

# %% nbgrader="autograder-tests" exercise="half_way" points=1

# %% [markdown] nbgrader="read-only" grade_id="bilinear_kernel_statement"
# ### {{exercise bilinear_kernel minutes=10 title="Enlarge with a tent"}}
#
# Compute the tent along one axis with `np.arange` and `abs`, then multiply it with
# itself: `np.outer` gives all products of two lines.


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
photo = data.photograph()[20:100:2, 40:120:2]
w = bilinear_kernel(4)
large = None
if w is not None:
    large = conv2d_transpose(
        photo[None, :, :, None], w[:, :, None, None], np.zeros(1), stride=4, padding=2
    )
if large is not None:
    plots.images(
        [
            (photo, "40 by 40 pixels"),
            (data.enlarge(photo, 4), "stamped with a box"),
            (large[0, :, :, 0], "stamped with a tent"),
        ],
        alt="Enlarged four times, the box shows hard squares and the tent blends them.",
    )

# %% nbgrader="demonstration"
layer = keras.layers.UpSampling2D(4, interpolation="bilinear", dtype="float64")
theirs = np.array(layer(photo[None, :, :, None]))
if large is not None:
    difference = np.abs(large - theirs)[0, :, :, 0]
    print("largest difference inside:       ", difference[2:-2, 2:-2].max())
    print("largest difference at the border:", difference.max())

# %% [markdown]
# **Notice.** Inside, the tent is Keras's bilinear enlargement up to 1e-7: TensorFlow
# resizes in float32, whatever the layer's dtype. Along the border yours is darker,
# since neighbours are missing there and Keras repeats the edge. `Conv2DTranspose`
# *learns* its kernel; starting from a tent gives it a sensible first picture.

# %% [markdown]
# ## Where checkerboards come from
#
# A learned kernel can do better than a tent, and it can do something worse. When the
# stride doesn't divide the kernel's length, some places are reached by more stamps than
# their neighbours. Even a plain grey input then comes out with a pattern.

# %% [markdown] nbgrader="read-only" grade_id="uneven_predict"
# {{question uneven minutes=3 title="Predict where a checkerboard appears"}}
# **Predict.** Away from the border, are all places reached by equally many stamps? Draw
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
# ### {{exercise overlap_counts minutes=6 title="Count the stamps at every place"}}
#
# Count, for each place of a signal's result, how many stamps reach it. There is a way
# in one line: what do stamps of ones add up to?


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

# %% [markdown]
# In a picture the counts of rows and columns multiply, and the unevenness with them:
# 2 against 1 along a line becomes 4 against 1 in the plane. That is the checkerboard.

# %% nbgrader="demonstration"
if overlap_counts(6, 3, stride=2) is not None:
    pictures = []
    for k in (3, 4):
        counts = overlap_counts(6, k, stride=2)
        pictures.append((np.outer(counts, counts), f"kernel {k}, stride 2"))
    plots.images(
        pictures,
        alt="Kernel 3 with stride 2 reaches places 1, 2 or 4 times in a checkerboard; "
        "kernel 4 reaches all inner places 4 times.",
    )

# %% [markdown]
# **Notice.** The network could learn weights that cancel the pattern, but often it
# doesn't. Two remedies: a kernel whose length is a multiple of the stride, or a fixed
# enlargement followed by an ordinary convolution.

# %% [markdown]
# ## Keras's layer, and its layout
#
# In `Conv2DTranspose` the kernel has the shape `(kh, kw, filters, c_in)`, as here. It
# is the kernel of the convolution that goes the *other* way, from `filters` channels
# to `c_in`. PyTorch puts channels first and writes `(c_in, c_out, kh, kw)`.

# %% [markdown] nbgrader="read-only" grade_id="moved_shape_predict"
# {{question moved_shape minutes=2 title="Predict a kernel's shape in Keras"}}
# **Predict.** A PyTorch layer that turns 8 channels into 3 holds a kernel of the shape
# (8, 3, 5, 4). Which shape does Keras want for it?

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

# %% [markdown] nbgrader="read-only" grade_id="to_keras_transpose_statement"
# ### {{exercise to_keras_transpose minutes=6
# title="Hand another library's kernel to Keras"}}
#
# Write the four letters of both shapes down, before and after, then move the axes with
# `transpose` as in lesson 03. Mind the order: for an ordinary convolution PyTorch puts
# out before in, for a transposed one in before out.


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

# %% [markdown]
# One more difference that nothing announces. With `padding="same"`, kernel 3, stride 2
# and `output_padding=1`, Keras crops **nothing at the top** and one row at the bottom;
# PyTorch's `padding=1, output_padding=1` crops one row at the top. The shapes are
# equal, the pictures lie one pixel apart. With the signal 1 2 and the kernel 1 2 3 of
# your prediction, standing upright:

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
# A transposed convolution lets every input stamp the kernel onto the output, stride
# apart, and adds. It is the convolution's matrix transposed, and therefore also the
# convolution's gradient.
#
# ## Key points
#
# - Padding crops, output_padding crops less at the end, the stride spreads the stamps.
# - The kernel is `(kh, kw, c_out, c_in)`, and it isn't flipped.
# - ⟨conv(x), y⟩ = ⟨x, convT(y)⟩ tests a pair of operators with two random arrays.

# %% [markdown]
# ## On your own
#
# Without points: write `conv2d_transpose` with two loops over the *kernel* in place of
# the pixels. Each `(p, q)` adds one product of arrays to
# `canvas[:, p : ..., q : ...]` with a step. Which of the two is faster for a 3 by 3
# kernel on 40 by 40 pixels, and why?

# %% [markdown]
# ## Further reading
#
# - [Dumoulin and Visin, A guide to convolution arithmetic](https://arxiv.org/abs/1603.07285),
#   because its section 4 draws every combination of stride and padding.
# - [Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts](https://distill.pub/2016/deconv-checkerboard/),
#   because you can drag stride and kernel and watch the pattern come and go.
# - [Shi and others, Is the deconvolution layer the same as a convolutional layer?](https://arxiv.org/abs/1609.07009),
#   because it shows one more face: a convolution whose channels are woven into pixels.
