"""Lesson 07: transposed convolution as stamps, as gaps, as a matrix, as a gradient."""

import numpy as np

from byhand import referee
from byhand.exercises import Case, Exercise
from byhand.misconceptions import Misconception
from byhand.referee import per_axis
from byhand.slips import eighths, fill

BY_HAND = ("np.convolve", "np.correlate")

MISCONCEPTIONS = (
    Misconception(
        "kernel flipped",
        "the kernel is turned round before it meets the values",
        "Let a single value be 1: does the kernel appear, or its mirror image?",
        "Look for [::-1] on w, or for an index that counts down, such as k - 1 - p.",
        "Weight p belongs to place i * stride + p: both indices count up together.",
    ),
    Misconception(
        "stride ignored",
        "every step is one place long, whatever the stride",
        "Where does the second stamp or window start when the stride is 2?",
        "Look for stride in the size of the result and in the starts.",
        "Stamp or window number i starts at place i * stride.",
    ),
    Misconception(
        "stride in the size only",
        "the size is right, but every step is one place long",
        "Where does the second stamp or window start when the stride is 2?",
        "Look at the starts: i in place of i * stride.",
        "Stamp or window number i starts at place i * stride.",
    ),
    Misconception(
        "padding ignored",
        "the padding isn't used: nothing is cropped",
        "What size do you get with padding 0 and with padding 1?",
        "Look for padding in your lines: nothing uses it.",
        "Stamp on the full canvas, then cut padding rows off at each end.",
    ),
    Misconception(
        "stamps assigned instead of added",
        "where two stamps overlap, one overwrites the other; they should add up",
        "Which places of the result does more than one stamp reach?",
        "Look at the line that writes into the result: = in place of +=.",
        "Start from zeros, and add every stamp to what already lies there.",
    ),
    Misconception(
        "overlaps averaged",
        "where stamps overlap they are averaged; they should add up",
        "Stamp ones with ones: does your result show how many stamps meet?",
        "Look for a division by a count, or for a mean.",
        "Stamps add up, and nothing is divided.",
    ),
    Misconception(
        "gathered instead of scattered",
        "your windows read the input, as in a convolution; here each input writes",
        "Is your result smaller than the input, or larger?",
        "Look at what your loop visits: outputs, where inputs belong.",
        "Loop over the inputs; each adds its own multiple of the whole kernel.",
    ),
    Misconception(
        "stride applied to the input",
        "the stride skips inputs; it should move the stamps apart",
        "With stride 2, does every input leave a stamp in your result?",
        "Look for a loop or slice over the input that steps by the stride.",
        "Every input stamps; input i starts at output i * stride.",
    ),
    Misconception(
        "stride applied to the kernel",
        "the stride spreads the weights of a stamp; it should move the stamps apart",
        "What does a single input of 1 leave behind when the stride is 2?",
        "Look for stride beside the index of the kernel.",
        "Weight p of stamp i goes to i * stride + p: only i is multiplied.",
    ),
    Misconception(
        "one place too few",
        "the result ends one place before the last stamp does",
        "One input leaves a whole kernel: how long is your result then?",
        "Look for a - 1 beside the kernel's length.",
        "The last stamp starts at (n - 1) * stride and is k long.",
    ),
    Misconception(
        "output_padding subtracted",
        "output_padding makes the result longer, and yours gets shorter",
        "Does your result grow when output_padding goes from 0 to 1?",
        "Look at the sign of output_padding.",
        "It is added, once.",
    ),
    Misconception(
        "size without the last stamp",
        "the result has no room for the last stamp, which reaches beyond its start",
        "Where does the last stamp start, and where does it end?",
        "Look at the size: the kernel's length is missing from it.",
        "The last stamp starts at (n - 1) * stride and is k long.",
    ),
    Misconception(
        "a step counted for every stamp",
        "the size counts n steps between n stamps, and there are n - 1",
        "One input leaves one stamp: how long is your result then?",
        "Look at n * stride in the size.",
        "n stamps have n - 1 steps between them.",
    ),
    Misconception(
        "stamps laid side by side",
        "the stamps are laid end to end; they start stride apart and may overlap",
        "With 2 inputs, a kernel of 3 and stride 1, do your stamps overlap?",
        "Look for a product of the two lengths in the size.",
        "Stamp i starts at i * stride, whatever the kernel's length.",
    ),
    Misconception(
        "the size of a convolution",
        "this is how many stops a convolution makes; stamps make the result larger",
        "Should the result be larger or smaller than the input?",
        "Look for a division by the stride.",
        "Turn the formula of the convolution round: multiply by the stride.",
    ),
    Misconception(
        "padding added instead of cropped",
        "padding puts zeros on here; a transposed convolution crops its result by it",
        "Does your result grow or shrink when padding goes from 0 to 1?",
        "Look for np.pad, or for + 2 * padding in the size.",
        "Stamp on the full canvas, then cut padding rows off at each end.",
    ),
    Misconception(
        "cropped on the wrong side",
        "output_padding keeps rows at the start; they belong at the end",
        "Which end of the full canvas is cropped less when output_padding is 1?",
        "Look at where your cut starts: it has output_padding in it.",
        "The cut starts at padding; only its end moves with output_padding.",
    ),
    Misconception(
        "cropped on one side only",
        "the canvas is cropped at one end; padding is cut off at both",
        "How many rows go at the start of the canvas, how many at its end?",
        "Look at the two ends of the slice that cuts the result out.",
        "padding rows go at the start, and padding rows at the end.",
    ),
    Misconception(
        "output_padding filled with zeros where cropping hides values",
        "the extra rows are filled up with zeros, though the canvas holds values there",
        "What did the crop cut away, at the place where you now put zeros?",
        "Look for zeros that are appended after the crop.",
        "Crop less at the end: canvas rows from padding on, as many as the size says.",
    ),
    Misconception(
        "output_padding ignored",
        "the extra rows and columns of output_padding are missing",
        "What size do you get with output_padding 0 and with 1?",
        "Look for output_padding in your lines: nothing uses it.",
        "It makes the result longer at the end, by that many rows or columns.",
    ),
    Misconception(
        "output_padding on both sides",
        "output_padding is added at both ends; it adds rows at the end alone",
        "By how much does your result grow when output_padding goes from 0 to 1?",
        "Look for 2 * output_padding.",
        "It counts once, and at the end only.",
    ),
    Misconception(
        "output_padding of rows and columns swapped",
        "the output_padding meant for rows goes to columns, and the other way round",
        "Try output_padding=(1, 0): which side grows?",
        "Look at the order of the two numbers.",
        "The first number belongs to rows, the second to columns.",
    ),
    Misconception(
        "in and out not swapped",
        "the kernel is read as (kh, kw, C_in, C_out); here it is (kh, kw, C_out, C_in)",
        "Which axis of w is as long as the last axis of x?",
        "Look at the axis of w that you add up over.",
        "The sum runs over the last axis of w, which belongs to the input's channels.",
    ),
    Misconception(
        "bias per stamp",
        "the bias comes with every stamp, so overlaps get it several times",
        "Set w to zeros: is your result b everywhere?",
        "Look at whether b is added inside the loop over the inputs.",
        "Add b once, to the finished result.",
    ),
    Misconception(
        "Toeplitz columns for rows",
        "the matrix is transposed: a row should belong to an output, not to an input",
        "How many outputs are there? That is how many rows the matrix has.",
        "Look at the order of the two numbers in the shape, and of the two indices.",
        "Row r holds what output r reads: M @ x.ravel() has one entry per row.",
    ),
    Misconception(
        "kernel rows not spread out",
        "the weights follow each other; between two kernel rows lies a picture row",
        "Under which numbers of the flat picture does the second kernel row lie?",
        "Look at the step from one kernel row to the next: kw in place of w_in.",
        "Weight (p, q) stands p * w_in + q after the start of its window.",
    ),
    Misconception(
        "shift runs on over the line ends",
        "each row of the matrix is shifted by one, even where a new picture row begins",
        "Where does the window start after it has reached the right border?",
        "Look at the shift: the number of the row itself.",
        "Output (i, j) starts at (i * stride) * w_in + j * stride.",
    ),
    Misconception(
        "inverse instead of adjoint",
        "g need not undo f; the two inner products are what has to agree",
        "Does your line compare x with g(f(x))? The definition doesn't.",
        "Look at which of x and y goes into f, and which into g.",
        "Compare the inner product of f(x) and y with that of x and g(y).",
    ),
    Misconception(
        "sign kept",
        "the difference can come out negative; a gap is never below 0",
        "Exchange the two sums: does your answer change its sign?",
        "Look for the absolute value around the difference.",
        "Take abs of the difference of the two sums.",
    ),
    Misconception(
        "f and g exchanged",
        "f belongs to x and g to y; yours takes them the other way round",
        "Does f take something of the shape of x, or of the shape of y?",
        "Look at what you put into f and what into g.",
        "f(x) meets y, and x meets g(y).",
    ),
    Misconception(
        "sums without a partner",
        "the two results are added up by themselves; each meets its partner first",
        "Where is f(x) multiplied by y in your lines?",
        "Look at the two sums: y and x are missing from them.",
        "Multiply f(x) by y place by place and add; the same for x and g(y).",
    ),
    Misconception(
        "scattered instead of gathered",
        "dx is larger than x: the way back gathers, it doesn't scatter again",
        "Which shape must dx have?",
        "Look for a transposed convolution in the line of dx.",
        "The gradient of a scatter is a convolution of dy with the same kernel.",
    ),
    Misconception(
        "output_padding cut from dy",
        "rows of dy are dropped that stamps did reach",
        "With padding 1 and output_padding 1, does a stamp reach the last row?",
        "Look for a slice on dy before it is convolved.",
        "The convolution itself leaves out what no window reaches: hand it all of dy.",
    ),
    Misconception(
        "counted once",
        "you count whether a stamp reaches a place, and not how many do",
        "How many stamps of length 3 reach the middle at stride 1?",
        "Look for = 1 in place of += 1.",
        "Add one for every stamp that reaches the place.",
    ),
    Misconception(
        "border counted like the middle",
        "near the ends fewer stamps reach a place than in the middle",
        "How many stamps reach the very first place?",
        "Look for one number that is given to all places.",
        "Lay the stamps down one by one, and count at each place.",
    ),
    Misconception(
        "box instead of tent",
        "equal weights repeat each pixel; a tent blends from one pixel to the next",
        "What lies half way between two pixels in your result?",
        "Look at how your weights depend on the distance from the middle.",
        "The weight falls with the distance from the middle, by 1 / stride a step.",
    ),
    Misconception(
        "tent divided by its sum",
        "the tent is scaled to a sum of 1, which makes the larger picture darker",
        "Over one output, what do the weights of all stamps that reach it add up to?",
        "Look for a division by the sum of the kernel.",
        "Leave the tent as it is: its neighbours' tents fill each place up to 1.",
    ),
    Misconception(
        "tent of the wrong width",
        "the tent has the wrong number of taps",
        "For stride 2, which outputs does one pixel reach?",
        "Look at the size of the kernel and at its middle.",
        "Take 2 * stride - stride % 2 taps; the middle is half of that less one half.",
    ),
    Misconception(
        "one direction only",
        "the tent falls along one axis; along the other it is missing",
        "Look at the shape: should a picture's kernel be a line or a square?",
        "Look at how the tent of the rows meets the tent of the columns.",
        "Weight (p, q) is the product of the two tents, an outer product.",
    ),
    Misconception(
        "tents added instead of multiplied",
        "the weights of rows and columns are added or averaged; they multiply",
        "What weight should a corner have, far from the middle both ways?",
        "Look at the sign between the two tents.",
        "Blend along rows, then along columns: the weights multiply.",
    ),
    Misconception(
        "reshaped where axes should move",
        "the numbers are poured into a new shape; the axes should be exchanged",
        "Follow one pixel with a value of its own: where does it end up?",
        "Look for reshape.",
        "transpose takes the old places of the axes in their new order.",
    ),
)


def _seeded(number):
    return np.random.default_rng([7, number])


# transposed_size ------------------------------------------------------------------


def _transposed_size(n, k, *, stride=1, padding=0, output_padding=0):
    """Ask Keras how long the result is for an input of zeros."""
    y = referee.conv2d_transpose(
        np.zeros((1, n, 1, 1)),
        np.zeros((k, 1, 1, 1)),
        stride=(stride, 1),
        padding=(padding, 0),
        output_padding=(output_padding, 0),
    )
    return int(y.shape[1])


def _size_case(n, k, s, p, o):
    settings = {"stride": s, "padding": p, "output_padding": o}
    return Case(f"n={n} k={k} s={s} p={p} o={o}", (n, k), settings)


def _size_cases():
    settings = (
        (1, 3, 1, 0, 0),
        (4, 3, 1, 0, 0),
        (2, 3, 2, 0, 0),
        (3, 3, 2, 1, 0),
        (3, 3, 2, 1, 1),
        (5, 4, 3, 2, 2),
        (4, 2, 3, 0, 1),
        (6, 5, 1, 2, 0),
        (7, 1, 2, 0, 1),
    )
    return (*(_size_case(*s) for s in settings), Case("the defaults", (5, 3)))


def _size_hidden(rng):
    cases = []
    while len(cases) < 10:
        n, k, s = (int(rng.integers(1, top)) for top in (12, 7, 5))
        p, o = int(rng.integers(0, 3)), int(rng.integers(0, s))
        if (n - 1) * s - 2 * p + k > 0:
            cases.append(_size_case(n, k, s, p, o))
    return cases


def _size(change):
    """Return a slip of transposed_size, the formula written with one mistake."""

    def slip(n, k, *, stride=1, padding=0, output_padding=0):
        return int(change(n, k, stride, padding, output_padding))

    return slip


SIZE_SLIPS = {
    "stride ignored": _size(lambda n, k, s, p, o: n - 1 - 2 * p + k + o),
    "padding ignored": _size(lambda n, k, s, p, o: (n - 1) * s + k + o),
    "padding added instead of cropped": _size(
        lambda n, k, s, p, o: (n - 1) * s + 2 * p + k + o
    ),
    "cropped on one side only": _size(lambda n, k, s, p, o: (n - 1) * s - p + k + o),
    "output_padding ignored": _size(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k),
    "output_padding on both sides": _size(
        lambda n, k, s, p, o: (n - 1) * s - 2 * p + k + 2 * o
    ),
    "size without the last stamp": (
        _size(lambda n, k, s, p, o: n * s - 2 * p + o),
        _size(lambda n, k, s, p, o: (n - 1) * s - 2 * p + o),
    ),
    "one place too few": _size(lambda n, k, s, p, o: (n - 1) * s + k - 1 - 2 * p + o),
    "output_padding subtracted": _size(
        lambda n, k, s, p, o: (n - 1) * s + k - 2 * p - o
    ),
    "a step counted for every stamp": _size(
        lambda n, k, s, p, o: n * s - 2 * p + k + o
    ),
    "stamps laid side by side": _size(lambda n, k, s, p, o: n * k - 2 * p + o),
    "the size of a convolution": (
        _size(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1),
        _size(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1 + o),
    ),
}


# Stamps on a canvas -----------------------------------------------------------------


def _settings(k):
    names = ("stride", "padding", "output_padding")
    return [per_axis(k.get(n, 1 if n == "stride" else 0), 2) for n in names]


def _full(x, w, stride):
    """Return the whole canvas, before anything is cropped, without a bias."""
    return referee.conv2d_transpose(x, w, stride=stride)


def _canvas(x, w, stride):
    """Return (rows, columns) of the whole canvas."""
    return [
        (n - 1) * s + k
        for n, s, k in zip(x.shape[1:3], stride, w.shape[:2], strict=True)
    ]


def _cut(full, start, size):
    """Return ``size`` rows and columns from ``start`` on, zeros outside of full."""
    out = np.zeros((len(full), *(max(n, 0) for n in size), full.shape[-1]))
    places = []
    for n, first, length in zip(full.shape[1:3], start, out.shape[1:3], strict=True):
        low, high = max(first, 0), max(min(first + length, n), 0)
        low = min(low, high)
        places.append((slice(low, high), slice(low - first, high - first)))
    (rows, to_rows), (columns, to_columns) = places
    out[:, to_rows, to_columns] = full[:, rows, columns]
    return out


def _sizes(x, w, k, crop=2, more=1):
    """Return the right size, or one with another share of crop and output_padding."""
    s, p, o = _settings(k)
    return [
        n - crop * a + more * b for n, a, b in zip(_canvas(x, w, s), p, o, strict=True)
    ]


def _numbers(*values):
    return [tuple(int(v) for v in value) for value in zip(*values, strict=True)]


def _from_full(start, crop=2, more=1):
    """Return a slip that cuts another piece out of the right canvas."""

    def slip(x, w, b, **k):
        s, p, o = _settings(k)
        first = [start(a, c) for a, c in zip(p, o, strict=True)]
        return _cut(_full(x, w, s), first, _sizes(x, w, k, crop, more)) + b

    return slip


def _on_canvas(make):
    """Return a slip that fills the canvas in another way and crops it rightly."""

    def slip(x, w, b, **k):
        s, p, _ = _settings(k)
        full, bias = make(x, w, b, s)
        return _cut(full, p, _sizes(x, w, k)) + _cut(bias, p, _sizes(x, w, k))

    return slip


def _with_bias(make):
    def both(x, w, b, stride):
        full = make(x, w, stride)
        size = (len(x), *(4 * n + 40 for n in full.shape[1:3]), len(b))
        return full, np.zeros(size) + b

    return _on_canvas(both)


def _classes(x, w, stride):
    """Yield (mask of inputs, their stamps alone): stamps of a class never overlap."""
    apart = [-(-k // s) for k, s in zip(w.shape[:2], stride, strict=True)]
    for i in range(apart[0]):
        for j in range(apart[1]):
            keep = np.zeros((1, *x.shape[1:3], 1))
            keep[:, i :: apart[0], j :: apart[1]] = 1.0
            yield keep, _full(x * keep, w, stride)


def _overwritten(best):
    """Return a canvas maker where of several stamps only one stays."""

    def make(x, w, stride):
        ones = np.ones((*w.shape[:2], 1, 1))
        number = np.arange(1.0, x[0, :, :, 0].size + 1).reshape(1, *x.shape[1:3], 1)
        winner, y = None, None
        for keep, stamps in _classes(x, w, stride):
            place = np.rint(_full(number * keep, ones, stride))
            if winner is None:
                winner, y = place, stamps
                continue
            wins = (place > 0) & ((winner == 0) | best(place, winner))
            winner, y = np.where(wins, place, winner), np.where(wins, stamps, y)
        return y

    return make


_LAST, _FIRST = _overwritten(np.greater), _overwritten(np.less)


def _counts(x, w, stride):
    ones = np.ones((1, *x.shape[1:3], 1))
    return _full(ones, np.ones((*w.shape[:2], 1, 1)), stride)


def _bias_per_stamp(x, w, b, stride):
    return _full(x, w, stride), _counts(x, w, stride) * b


def _bias_per_product(x, w, b, stride):
    return _full(x, w, stride), _counts(x, w, stride) * b * x.shape[-1]


def _filled_with_zeros(biased):
    def slip(x, w, b, **k):
        s, p, _ = _settings(k)
        inner = _cut(_full(x, w, s), p, _sizes(x, w, k, more=0))
        full = fill(inner, (len(x), *_sizes(x, w, k), len(b)))
        return full + b if biased else fill(inner + b, full.shape)

    return slip


def _zeros_put_on(x, w, b, **k):
    s, p, _ = _settings(k)
    return _cut(_full(x, w, s), [-a for a in p], _sizes(x, w, k, crop=-2)) + b


def _input_padded(x, w, b, **k):
    s, p, o = _settings(k)
    wide = np.pad(x, ((0, 0), (p[0], p[0]), (p[1], p[1]), (0, 0)))
    return referee.conv2d_transpose(wide, w, b, stride=s, output_padding=o)


def _subsampled(x, w, b, **k):
    s, p, o = _settings(k)
    few = x[:, :: s[0], :: s[1]]
    return referee.conv2d_transpose(few, w, b, padding=p, output_padding=o)


def _few_stamps(space):
    """Return a canvas maker: every s-th input, on the canvas of all of them."""

    def make(x, w, stride):
        keep = np.zeros_like(x)
        few = x[:, :: stride[0], :: stride[1]]
        if space:
            keep[:, :: stride[0], :: stride[1]] = few
        else:
            keep[:, : few.shape[1], : few.shape[2]] = few
        return _full(keep, w, (1, 1))

    return make


def _too_short(error):
    """Return a slip: a canvas of n * stride, where the last stamp has no room."""

    def slip(x, w, b, **k):
        s, p, _ = _settings(k)
        short = [n * a for n, a in zip(x.shape[1:3], s, strict=True)]
        needed = _canvas(x, w, s)
        if any(a < c for a, c in zip(short, needed, strict=True)):
            raise error("the last stamp has no room")
        more = [a - c for a, c in zip(short, needed, strict=True)]
        size = [n + m for n, m in zip(_sizes(x, w, k), more, strict=True)]
        return _cut(_full(x, w, s), p, size) + b

    return slip


def _not_swapped(error):
    def slip(x, w, b, **k):
        if w.shape[2] != w.shape[3]:
            raise error("C_in and C_out differ")
        return referee.conv2d_transpose(x, w.swapaxes(2, 3), b, **k)

    return slip


def _misread(x, w, b, **k):
    kh, kw, c_out, c_in = w.shape
    read = w.reshape(kh, kw, c_in, c_out).swapaxes(2, 3)
    return referee.conv2d_transpose(x, read, b, **k)


def _turned(error):
    """Return a slip: rows and columns of the kernel exchanged."""

    def slip(x, w, b, **k):
        if error is not None and w.shape[0] != w.shape[1]:
            raise error("w is not square")
        return referee.conv2d_transpose(x, w.swapaxes(0, 1), b, **k)

    return slip


def _kernel(make):
    return lambda x, w, b, **k: referee.conv2d_transpose(x, make(w), b, **k)


def _change(**new):
    """Return a slip with other settings, each made from the old one."""

    def slip(x, w, b, **k):
        made = {n: make(per_axis(k[n], 2)) for n, make in new.items() if n in k}
        return referee.conv2d_transpose(x, w, b, **{**k, **made})

    return slip


def _gathered(x, w, b, **k):
    s, p, _ = _settings(k)
    return referee.conv2d(x, w.swapaxes(2, 3), b, stride=s, padding=p)


def _square(x, w, b, **k):
    size = _sizes(x, w, k)
    return _cut(referee.conv2d_transpose(x, w, b, **k), (0, 0), [size[0]] * 2)


def _first_channel(x, w, b, **k):
    keep = np.zeros(x.shape[-1])
    keep[0] = 1.0
    return referee.conv2d_transpose(x * keep, w, b, **k)


def _last_channel(x, w, stride):
    keep = np.zeros(x.shape[-1])
    keep[-1] = 1.0
    return _LAST(x * keep, w, stride)


def _spread_kernel(x, w, b, **k):
    s, p, o = _settings(k)
    return referee.conv2d_transpose(x, w, b, dilation=s, padding=p, output_padding=o)


def _spread_on_canvas(x, w, stride):
    spread = referee.conv2d_transpose(x, w, dilation=stride)
    return fill(spread, (len(x), *_canvas(x, w, stride), w.shape[2]))


TRANSPOSE_SLIPS = {
    "kernel flipped": _kernel(lambda w: w[::-1, ::-1]),
    "kernel transposed": tuple(map(_turned, (None, ValueError, IndexError))),
    "kernel flipped upside down": _kernel(lambda w: w[::-1]),
    "kernel flipped left to right": _kernel(lambda w: w[:, ::-1]),
    "in and out not swapped": (
        _not_swapped(ValueError),
        _not_swapped(IndexError),
        _misread,
    ),
    "stamps assigned instead of added": tuple(
        map(_with_bias, (_LAST, _FIRST, _last_channel))
    ),
    "overlaps averaged": _with_bias(
        lambda x, w, s: _full(x, w, s) / np.maximum(_counts(x, w, s), 1)
    ),
    "gathered instead of scattered": _gathered,
    "stride ignored": _change(stride=lambda s: (1, 1)),
    "stride in the size only": _with_bias(
        lambda x, w, s: fill(
            _full(x, w, (1, 1)), (len(x), *_canvas(x, w, s), w.shape[2])
        )
    ),
    "stride applied twice": _change(stride=lambda s: tuple(v * v for v in s)),
    "stride applied to the input": (
        _subsampled,
        _with_bias(_few_stamps(True)),
        _with_bias(_few_stamps(False)),
    ),
    "stride applied to the kernel": (_spread_kernel, _with_bias(_spread_on_canvas)),
    "strides of rows and columns swapped": _change(stride=lambda s: s[::-1]),
    "size without the last stamp": (_too_short(ValueError), _too_short(IndexError)),
    "padding ignored": _change(padding=lambda p: (0, 0)),
    "padding added instead of cropped": (
        _zeros_put_on,
        _input_padded,
        _from_full(lambda p, o: 0, crop=-2),
    ),
    "padding of rows and columns swapped": _change(padding=lambda p: p[::-1]),
    "cropped on the wrong side": _from_full(lambda p, o: p - o),
    "cropped on one side only": (
        _from_full(lambda p, o: 0),
        _from_full(lambda p, o: 2 * p),
        _from_full(lambda p, o: p, crop=1),
        _from_full(lambda p, o: 0, crop=1),
    ),
    "output_padding filled with zeros where cropping hides values": (
        _filled_with_zeros(True),
        _filled_with_zeros(False),
    ),
    "output_padding ignored": _change(output_padding=lambda o: (0, 0)),
    "output_padding on both sides": _from_full(lambda p, o: p - o, more=2),
    "output_padding of rows and columns swapped": _change(
        output_padding=lambda o: o[::-1]
    ),
    "bias forgotten": lambda x, w, b, **k: referee.conv2d_transpose(
        x, w, np.zeros_like(b), **k
    ),
    "bias per stamp": (_on_canvas(_bias_per_stamp), _on_canvas(_bias_per_product)),
    "the same bias for every filter": (
        lambda x, w, b, **k: referee.conv2d_transpose(x, w, np.full_like(b, b[0]), **k),
        lambda x, w, b, **k: referee.conv2d_transpose(
            x, w, np.full_like(b, b.sum()), **k
        ),
    ),
    "only the first example": lambda x, w, b, **k: referee.conv2d_transpose(
        np.repeat(x[:1], len(x), axis=0), w, b, **k
    ),
    "only the first channel": _first_channel,
    "only the first filter": _kernel(
        lambda w: np.repeat(w[:, :, :1], w.shape[2], axis=2)
    ),
    "rows and columns swapped": lambda x, w, b, **k: referee.conv2d_transpose(
        x, w, b, **k
    ).swapaxes(1, 2),
    "height for width": _square,
}


def _arrays(rng, n, size, kernel, c_in, c_out):
    return (
        eighths(rng, n, *size, c_in),
        eighths(rng, *kernel, c_out, c_in),
        eighths(rng, c_out),
    )


TRANSPOSE_SETTINGS = (
    ("one stamp", (1, (1, 1), (2, 3), 1, 1), {}),
    ("two stamps that overlap", (1, (1, 2), (2, 2), 1, 1), {}),
    ("stride 2", (1, (2, 3), (3, 2), 1, 1), {"stride": 2}),
    ("two channels into three", (2, (2, 3), (2, 3), 2, 3), {}),
    ("as many channels out as in", (2, (3, 2), (2, 3), 2, 2), {"stride": (1, 2)}),
    ("padding 1", (1, (3, 4), (3, 4), 2, 3), {"padding": 1}),
    (
        "output_padding 1",
        (1, (2, 3), (3, 2), 3, 2),
        {"stride": 2, "output_padding": 1},
    ),
    (
        "padding 1 and output_padding 1",
        (2, (3, 2), (3, 4), 2, 3),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
    (
        "rows and columns differ",
        (2, (2, 3), (4, 3), 2, 3),
        {"stride": (3, 2), "padding": (1, 0), "output_padding": (2, 1)},
    ),
    ("gaps between stamps", (1, (3, 2), (2, 1), 2, 2), {"stride": 3}),
    ("one pixel comes out", (2, (1, 1), (3, 3), 3, 2), {"padding": 1}),
    (
        "square",
        (1, (3, 3), (3, 3), 2, 2),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
)


def _transpose_cases():
    rng = _seeded(2)
    return tuple(
        Case(name, _arrays(rng, *shape), dict(settings))
        for name, shape, settings in TRANSPOSE_SETTINGS
    )


def _drawn_settings(rng, size, kernel):
    """Draw a stride, a padding and an output_padding that leave something over."""
    while True:
        s = tuple(int(v) for v in rng.integers(1, 4, size=2))
        p = tuple(int(v) for v in rng.integers(0, 3, size=2))
        o = tuple(int(rng.integers(0, v)) for v in s)
        left = [
            (n - 1) * a - 2 * c + k + e
            for n, a, c, k, e in zip(size, s, p, kernel, o, strict=True)
        ]
        if min(left) > 0:
            return {"stride": s, "padding": p, "output_padding": o}


def _transpose_hidden(rng):
    cases = [Case("hidden", _arrays(rng, 2, (2, 3), (3, 2), 2, 3), {"stride": 2})]
    while len(cases) < 8:
        size = tuple(int(v) for v in rng.integers(1, 5, size=2))
        kernel = tuple(int(v) for v in rng.integers(1, 5, size=2))
        c_in, c_out = (int(v) for v in rng.integers(1, 4, size=2))
        settings = _drawn_settings(rng, size, kernel)
        arrays = _arrays(rng, 2, size, kernel, c_in, c_out)
        cases.append(Case("hidden", arrays, settings))
    return cases


# conv1d_transpose -------------------------------------------------------------------


def _signal_cases():
    rng = _seeded(1)
    settings = (
        ("one stamp", 1, 3, 1),
        ("two stamps that overlap", 2, 2, 1),
        ("stride 1", 4, 3, 1),
        ("stride 2", 3, 3, 2),
        ("as far apart as long", 3, 2, 2),
        ("gaps between stamps", 3, 2, 3),
        ("many overlaps", 5, 4, 1),
        ("a stamp of one", 3, 1, 2),
    )
    cases = [
        Case(name, (eighths(rng, n), eighths(rng, k)), {"stride": s})
        for name, n, k, s in settings
    ]
    return (*cases, Case("the default", (eighths(rng, 3), eighths(rng, 2))))


def _signal_hidden(rng):
    settings = ((4, 5, 2), (7, 3, 1), (5, 2, 4), (6, 4, 3), (1, 4, 2), (3, 6, 2))
    return [
        Case("hidden", (eighths(rng, n), eighths(rng, k)), {"stride": s})
        for n, k, s in settings
    ]


def _signal(slip):
    """Return a slip of signals from one of pictures."""

    def one(x, w, *, stride=1):
        picture, kernel = x[None, :, None, None], w[:, None, None, None]
        y = slip(picture, kernel, np.zeros(1), stride=(stride, 1))
        return y[0, :, 0, 0]

    return one


SIGNAL_SLIPS = {
    name: tuple(map(_signal, slip)) if isinstance(slip, tuple) else _signal(slip)
    for name, slip in {
        name: TRANSPOSE_SLIPS[name]
        for name in (
            "kernel flipped",
            "overlaps averaged",
            "stride ignored",
            "stride in the size only",
            "stride applied twice",
            "stride applied to the input",
            "stride applied to the kernel",
            "size without the last stamp",
        )
    }.items()
}
SIGNAL_SLIPS["stamps assigned instead of added"] = tuple(
    _signal(_with_bias(make)) for make in (_LAST, _FIRST)
)
SIGNAL_SLIPS["gathered instead of scattered"] = (
    lambda x, w, *, stride=1: referee.conv1d(x, w, stride=stride),
    lambda x, w, *, stride=1: (
        referee.conv1d(x, w, stride=stride) if len(x) >= len(w) else np.zeros(0)
    ),
    lambda x, w, *, stride=1: referee.conv1d(
        np.pad(x, len(w) - 1), w[::-1], stride=stride
    ),
)


# conv_matrix ------------------------------------------------------------------------


def _conv_matrix(w, h, w_in, *, stride=1):
    """Ask a convolution what it makes of each picture with a single 1."""
    single = np.eye(h * w_in).reshape(-1, h, w_in, 1)
    maps = referee.conv2d(single, w[:, :, None, None], stride=stride)
    return maps.reshape(len(single), -1).T.copy()


def _matrix_cases():
    rng = _seeded(3)
    settings = (
        ("one output", (2, 2), (2, 2), 1),
        ("a row of two outputs", (2, 2), (2, 3), 1),
        ("2 x 2 on 3 x 4", (2, 2), (3, 4), 1),
        ("a wide kernel", (2, 3), (3, 5), 1),
        ("a tall kernel", (3, 1), (4, 3), 1),
        ("stride 2", (2, 3), (5, 6), 2),
        ("stride of rows 2, of columns 1", (3, 2), (5, 4), (2, 1)),
        ("3 x 3 on 4 x 4", (3, 3), (4, 4), 1),
    )
    cases = [
        Case(name, (eighths(rng, *kernel), *size), {"stride": s})
        for name, kernel, size, s in settings
    ]
    return (*cases, Case("the default", (eighths(rng, 2, 2), 4, 5)))


def _matrix_hidden(rng):
    settings = (
        ((2, 3), (4, 5), 1),
        ((3, 2), (5, 4), 2),
        ((1, 3), (3, 6), (1, 2)),
        ((3, 3), (5, 6), (2, 3)),
        ((2, 1), (2, 4), 1),
    )
    return [
        Case("hidden", (eighths(rng, *kernel), *size), {"stride": s})
        for kernel, size, s in settings
    ]


def _rows_of(w, h, w_in, stride, place):
    """Return a matrix whose weights stand at ``place(r, i, j, p, q)``.

    It differs from the right one in that place alone; outside of the matrix the
    mistake raises IndexError, as it does in Python.
    """
    right = _conv_matrix(w, h, w_in, stride=stride)
    columns = (w_in - w.shape[1]) // stride[1] + 1
    out = np.zeros_like(right)
    for r, row in enumerate(right):
        i, j = divmod(r, columns)
        start = i * stride[0] * w_in + j * stride[1]
        for (p, q), _ in np.ndenumerate(w):
            out[r, place(r, i, j, p, q)] = row[start + p * w_in + q]
    return out


def _misplaced(place):
    def slip(w, h, w_in, *, stride=1):
        s = per_axis(stride, 2)
        where = place(w, h, w_in, s)
        return _rows_of(w, h, w_in, s, where)

    return slip


def _matrix_of(make):
    return lambda w, h, w_in, *, stride=1: _conv_matrix(make(w), h, w_in, stride=stride)


def _matrix_turned(error):
    def slip(w, h, w_in, *, stride=1):
        if w.shape[0] != w.shape[1]:
            raise error("w is not square")
        return _conv_matrix(w.T, h, w_in, stride=stride)

    return slip


def _first_rows(w, h, w_in, *, stride=1):
    """Return the rows of the first outputs at stride 1, as many as at the stride."""
    s = per_axis(stride, 2)
    rows, columns = (
        (n - k) // a + 1 for n, k, a in zip((h, w_in), w.shape, s, strict=True)
    )
    dense = _conv_matrix(w, h, w_in).reshape(
        h - w.shape[0] + 1, w_in - w.shape[1] + 1, -1
    )
    return dense[:rows, :columns].reshape(rows * columns, -1)


def _column_major(w, h, w_in, *, stride=1):
    s = per_axis(stride, 2)
    right = _conv_matrix(w, h, w_in, stride=s)
    columns = (w_in - w.shape[1]) // s[1] + 1
    return right.reshape(-1, columns, h * w_in).swapaxes(0, 1).reshape(right.shape)


MATRIX_SLIPS = {
    "Toeplitz columns for rows": lambda w, h, w_in, *, stride=1: (
        _conv_matrix(w, h, w_in, stride=stride).T
    ),
    "kernel flipped": _matrix_of(lambda w: w[::-1, ::-1]),
    "kernel transposed": (_matrix_turned(IndexError), _matrix_turned(ValueError)),
    "stride ignored": lambda w, h, w_in, *, stride=1: _conv_matrix(w, h, w_in),
    "stride in the size only": _first_rows,
    "strides of rows and columns swapped": (
        lambda w, h, w_in, *, stride=1: _conv_matrix(
            w, h, w_in, stride=per_axis(stride, 2)[::-1]
        )
    ),
    "kernel rows not spread out": _misplaced(
        lambda w, h, w_in, s: (
            lambda r, i, j, p, q: (i * s[0]) * w_in + j * s[1] + p * w.shape[1] + q
        )
    ),
    "shift runs on over the line ends": (
        _misplaced(lambda w, h, w_in, s: lambda r, i, j, p, q: r + p * w_in + q),
        _misplaced(lambda w, h, w_in, s: lambda r, i, j, p, q: r * s[1] + p * w_in + q),
    ),
    "height for width": _misplaced(
        lambda w, h, w_in, s: lambda r, i, j, p, q: (i * s[0] + p) * h + j * s[1] + q
    ),
    "rows and columns swapped": _column_major,
}


# adjoint_gap ------------------------------------------------------------------------


def _adjoint_gap(f, g, x, y):
    """Ask a dense layer for both inner products."""

    def inner(a, b):
        return float(referee.dense(np.ravel(a)[None], np.ravel(b)[:, None])[0, 0])

    return abs(inner(f(x), y) - inner(x, g(y)))


def _named(name, function):
    function.__name__ = name
    return function


def _matrix_pair(rng, rows, columns, spoil=0.0):
    m = eighths(rng, rows, columns)
    wrong = m.copy()
    wrong[0, -1] += spoil
    return (
        _named(f"matrix {m.tolist()}", lambda x: m @ x),
        _named(f"turned matrix {wrong.tolist()}", lambda y: wrong.T @ y),
    )


def _roll_pair(back):
    return (
        _named("down one row", lambda x: np.roll(x, 1, axis=0)),
        _named(f"down {back} rows", lambda y: np.roll(y, back, axis=0)),
    )


def _pick_pair(first):
    """Return (every second row, zeros between rows, the rows starting at first)."""

    def spread(y):
        out = np.zeros((2 * len(y), *y.shape[1:]))
        out[first::2] = y
        return out

    return (
        _named("every second row", lambda x: x[::2].copy()),
        _named(f"rows with gaps from {first}", spread),
    )


def _scale_pair(a, b):
    return (
        _named(f"times {a}", lambda x: a * x),
        _named(f"times {b}", lambda y: b * y),
    )


def _gap_case(name, rng, pair, x, y):
    return Case(name, (*pair, eighths(rng, *x), eighths(rng, *y)))


def _gap_cases():
    rng = _seeded(4)
    return (
        _gap_case("twice, and twice", rng, _scale_pair(2, 2), (3,), (3,)),
        _gap_case("twice, and half", rng, _scale_pair(2, 0.5), (3,), (3,)),
        _gap_case("half, and twice", rng, _scale_pair(0.5, 2), (4,), (4,)),
        _gap_case("a matrix, transposed", rng, _matrix_pair(rng, 2, 4), (4,), (2,)),
        _gap_case("one number wrong", rng, _matrix_pair(rng, 3, 2, 1), (2,), (3,)),
        _gap_case("moved down and up", rng, _roll_pair(-1), (3, 4), (3, 4)),
        _gap_case("moved down twice", rng, _roll_pair(1), (3, 2), (3, 2)),
        _gap_case("rows picked, gaps put in", rng, _pick_pair(0), (4, 3), (2, 3)),
        _gap_case("gaps at the wrong place", rng, _pick_pair(1), (4, 3), (2, 3)),
        _gap_case("a batch", rng, _scale_pair(3, 1), (2, 2, 3, 2), (2, 2, 3, 2)),
    )


def _gap_hidden(rng):
    return [
        _gap_case("hidden", rng, _matrix_pair(rng, 3, 5), (5, 2), (3, 2)),
        _gap_case("hidden", rng, _matrix_pair(rng, 4, 3, 2.5), (3,), (4,)),
        _gap_case("hidden", rng, _matrix_pair(rng, 2, 3, -1.5), (3, 2), (2, 2)),
        _gap_case("hidden", rng, _pick_pair(1), (6, 2), (3, 2)),
        _gap_case("hidden", rng, _roll_pair(2), (5, 3), (5, 3)),
        _gap_case("hidden", rng, _scale_pair(-1, 2), (7,), (7,)),
    ]


def _by_difference(measure):
    return lambda f, g, x, y: float(measure(f, g, x, y))


GAP_SLIPS = {
    "sign kept": (
        _by_difference(lambda f, g, x, y: np.sum(f(x) * y) - np.sum(x * g(y))),
        _by_difference(lambda f, g, x, y: np.sum(x * g(y)) - np.sum(f(x) * y)),
    ),
    "mean instead of sum": _by_difference(
        lambda f, g, x, y: abs(np.mean(f(x) * y) - np.mean(x * g(y)))
    ),
    "f and g exchanged": _by_difference(
        lambda f, g, x, y: abs(np.sum(g(x) * y) - np.sum(x * f(y)))
    ),
    "sums without a partner": (
        _by_difference(lambda f, g, x, y: abs(np.sum(f(x)) - np.sum(g(y)))),
        _by_difference(
            lambda f, g, x, y: abs(np.linalg.norm(f(x)) - np.linalg.norm(g(y)))
        ),
    ),
    "inverse instead of adjoint": (
        _by_difference(lambda f, g, x, y: np.max(np.abs(x - g(f(x))))),
        _by_difference(lambda f, g, x, y: np.sum(np.abs(x - g(f(x))))),
        _by_difference(lambda f, g, x, y: np.linalg.norm(x - g(f(x)))),
    ),
}


# conv2d_transpose_backward ----------------------------------------------------------


def _backward_arrays(rng, n, size, kernel, c_in, c_out, settings):
    """Return (dy, x, w), dy with the shape of the result."""
    x, w, _ = _arrays(rng, n, size, kernel, c_in, c_out)
    return eighths(rng, n, *_sizes(x, w, settings), c_out), x, w


BACKWARD_SETTINGS = tuple(
    entry for entry in TRANSPOSE_SETTINGS if entry[0] != "two stamps that overlap"
)


def _backward_cases():
    rng = _seeded(5)
    return tuple(
        Case(name, _backward_arrays(rng, *shape, settings), dict(settings))
        for name, shape, settings in BACKWARD_SETTINGS
    )


def _backward_hidden(rng):
    plain = _backward_arrays(rng, 2, (2, 3), (3, 2), 2, 3, {})
    cases = [Case("plain", plain)]
    while len(cases) < 8:
        size = tuple(int(v) for v in rng.integers(1, 5, size=2))
        kernel = tuple(int(v) for v in rng.integers(1, 4, size=2))
        c_in, c_out = (int(v) for v in rng.integers(1, 4, size=2))
        k = _drawn_settings(rng, size, kernel)
        arrays = _backward_arrays(rng, 2, size, kernel, c_in, c_out, k)
        cases.append(Case("hidden", arrays, k))
    return cases


_backward = referee.conv2d_transpose_backward


def _other_dx(make):
    def slip(dy, x, w, **k):
        _, dw, db = _backward(dy, x, w, **k)
        return make(dy, x, w, k), dw, db

    return slip


def _other(part, make):
    def slip(dy, x, w, **k):
        grads = list(_backward(dy, x, w, **k))
        grads[part] = make(grads[part], len(x))
        return tuple(grads)

    return slip


def _flipped_dx(dy, x, w, k):
    return _backward(dy, x, w[::-1, ::-1], **k)[0]


def _dx_not_swapped(dy, x, w, k):
    if w.shape[2] != w.shape[3]:
        raise ValueError("C_in and C_out differ")
    return _backward(dy, x, w.swapaxes(2, 3), **k)[0]


def _convolved(dy, w, s, p):
    return referee.conv2d(dy, w, stride=s, padding=p)


def _dx_of_cut(dy, x, w, k):
    s, p, o = _settings(k)
    h, wide = (n - e for n, e in zip(dy.shape[1:3], o, strict=True))
    return _convolved(dy[:, :h, :wide], w, s, p)


def _dx_scattered(dy, x, w, k):
    s, p, _ = _settings(k)
    return referee.conv2d_transpose(dy, w.swapaxes(2, 3), stride=s, padding=p)


def _last_dw(dy, x, w, **k):
    dx, _, db = _backward(dy, x, w, **k)
    return dx, _backward(dy[-1:], x[-1:], w, **k)[1], db


def _other_db(make):
    def slip(dy, x, w, **k):
        return *_backward(dy, x, w, **k)[:2], make(dy)

    return slip


def _ordered(*order):
    def slip(dy, x, w, **k):
        grads = _backward(dy, x, w, **k)
        return tuple(grads[part] for part in order)

    return slip


BACKWARD_SLIPS = {
    "kernel flipped": _other_dx(_flipped_dx),
    "in and out not swapped": _other_dx(_dx_not_swapped),
    "dw turned round": _other(1, lambda dw, n: dw[::-1, ::-1]),
    "dw of the last example only": _last_dw,
    "stride ignored in dx": _other_dx(
        lambda dy, x, w, k: _convolved(dy, w, 1, _settings(k)[1])
    ),
    "padding ignored in dx": _other_dx(
        lambda dy, x, w, k: _convolved(dy, w, _settings(k)[0], 0)
    ),
    "output_padding cut from dy": _other_dx(_dx_of_cut),
    "scattered instead of gathered": _other_dx(_dx_scattered),
    "batch divided twice": (
        _other(1, lambda dw, n: dw / n),
        lambda dy, x, w, **k: tuple(
            g if a == 0 else g / len(x) for a, g in enumerate(_backward(dy, x, w, **k))
        ),
        lambda dy, x, w, **k: tuple(g / len(x) for g in _backward(dy, x, w, **k)),
    ),
    "db a mean instead of a sum": (
        _other_db(lambda dy: dy.mean(axis=(0, 1, 2))),
        _other_db(lambda dy: dy.sum(axis=(1, 2)).mean(axis=0)),
        _other_db(lambda dy: dy.mean(axis=(1, 2)).sum(axis=0)),
    ),
    "db of the last example only": _other_db(lambda dy: dy[-1].sum(axis=(0, 1))),
    "db not summed over the examples": _other_db(lambda dy: dy.sum(axis=(1, 2))),
    "db not summed over the positions": _other_db(lambda dy: dy.sum(axis=0)),
    "the results in another order": tuple(
        _ordered(*order) for order in ((1, 0, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0))
    ),
}


# overlap_counts, bilinear_kernel, to_keras_transpose ----------------------------------


def _overlap_counts(n, k, *, stride=1):
    return referee.conv1d_transpose(np.ones(n), np.ones(k), stride=stride)


def _overlap_case(n, k, s):
    return Case(f"n={n} k={k} s={s}", (n, k), {"stride": s})


def _overlap_cases():
    settings = (
        (1, 2, 1),
        (2, 2, 1),
        (4, 3, 1),
        (3, 3, 2),
        (4, 4, 2),
        (3, 2, 3),
        (4, 5, 3),
        (3, 2, 2),
    )
    return (*(_overlap_case(*s) for s in settings), Case("the default", (5, 3)))


def _overlap_hidden(rng):
    return [
        _overlap_case(*(int(rng.integers(1, top)) for top in (8, 7, 5)))
        for _ in range(8)
    ] + [_overlap_case(6, 5, 2)]


OVERLAP_SLIPS = {
    "counted once": lambda n, k, *, stride=1: np.minimum(
        _overlap_counts(n, k, stride=stride), 1
    ),
    "border counted like the middle": lambda n, k, *, stride=1: np.full(
        (n - 1) * stride + k, float(-(-k // stride))
    ),
    "stride ignored": lambda n, k, *, stride=1: _overlap_counts(n, k),
    "size without the last stamp": (
        lambda n, k, *, stride=1: fill(
            _overlap_counts(n, k, stride=stride), (n * stride,)
        ),
        lambda n, k, *, stride=1: fill(
            _overlap_counts(n, k, stride=stride), ((n - 1) * stride,)
        ),
    ),
    "stride in the size only": lambda n, k, *, stride=1: fill(
        _overlap_counts(n, k), ((n - 1) * stride + k,)
    ),
}


def _bilinear_kernel(stride):
    """Ask Keras's bilinear UpSampling2D what it makes of a single 1."""
    picture = np.zeros((1, 5, 5, 1))
    picture[0, 2, 2, 0] = 1.0
    layer = referee.load_keras().layers.UpSampling2D(
        stride, interpolation="bilinear", dtype="float64"
    )
    y = referee.run(layer, picture)[0, :, :, 0]
    unit = 4 * stride**2  # weights are multiples of 1 / unit; Keras's are float32
    y = np.rint(y * unit) / unit
    reached = np.flatnonzero(y.sum(axis=1))
    inside = slice(reached[0], reached[-1] + 1)
    return y[inside, inside]


def _line(stride):
    """Return the middle of Keras's kernel as one tent along an axis."""
    w = _bilinear_kernel(stride)
    return np.sqrt(np.diag(w))


def _tent(taps, middle, stride):
    return np.maximum(1 - np.abs(np.arange(taps) - middle) / stride, 0)


BILINEAR_SLIPS = {
    "box instead of tent": (
        lambda stride: np.ones((stride, stride)),
        lambda stride: np.ones_like(_bilinear_kernel(stride)),
    ),
    "tent divided by its sum": (
        lambda stride: _bilinear_kernel(stride) / _bilinear_kernel(stride).sum(),
    ),
    "tent of the wrong width": (
        lambda stride: np.outer(*[_tent(2 * stride - 1, stride - 1, stride)] * 2),
        lambda stride: np.outer(*[_tent(2 * stride + 1, stride, stride)] * 2),
        lambda stride: np.outer(*[_tent(2 * stride, stride - 0.5, stride)] * 2),
        lambda stride: np.outer(*[_tent(stride, (stride - 1) / 2, stride)] * 2),
    ),
    "one direction only": (
        _line,
        lambda stride: np.tile(_line(stride), (len(_line(stride)), 1)),
        lambda stride: np.tile(_line(stride), (len(_line(stride)), 1)).T,
    ),
    "tents added instead of multiplied": (
        lambda stride: np.add.outer(_line(stride), _line(stride)),
        lambda stride: np.add.outer(_line(stride), _line(stride)) / 2,
    ),
}


def _to_keras_transpose(x, w):
    """Ask Keras's Permute to move the axes."""
    permute = referee.load_keras().layers.Permute
    return (
        referee.run(permute((2, 3, 1), dtype="float64"), x),
        referee.run(permute((3, 4, 2, 1), dtype="float64"), w[None])[0],
    )


def _layout_case(name, rng, n, c_in, c_out, size, kernel):
    return Case(
        name, (eighths(rng, n, c_in, *size), eighths(rng, c_in, c_out, *kernel))
    )


def _layout_cases():
    rng = _seeded(8)
    return (
        _layout_case("one channel", rng, 1, 1, 1, (2, 3), (2, 2)),
        _layout_case("two into three", rng, 2, 2, 3, (2, 4), (3, 2)),
        _layout_case("three into one", rng, 1, 3, 1, (4, 2), (1, 3)),
        _layout_case("square", rng, 2, 2, 2, (2, 2), (2, 2)),
    )


def _layout_hidden(rng):
    return [
        _layout_case("hidden", rng, 2, 4, 3, (3, 5), (2, 3)),
        _layout_case("hidden", rng, 3, 3, 3, (3, 3), (3, 3)),
        _layout_case("hidden", rng, 1, 2, 5, (4, 3), (3, 4)),
    ]


def _layout(of_x, of_w):
    """Return a slip of to_keras_transpose: None leaves a part right."""

    def slip(x, w):
        right = _to_keras_transpose(x, w)
        return (
            right[0] if of_x is None else of_x(x),
            right[1] if of_w is None else of_w(w),
        )

    return slip


LAYOUT_SLIPS = {
    "in and out not swapped": _layout(None, lambda w: w.transpose(2, 3, 0, 1)),
    "rows and columns swapped": (
        _layout(lambda x: x.transpose(0, 3, 2, 1), None),
        _layout(None, lambda w: w.transpose(3, 2, 1, 0)),
        _layout(lambda x: x.transpose(0, 3, 2, 1), lambda w: w.transpose(3, 2, 1, 0)),
    ),
    "reshaped where axes should move": tuple(
        _layout(
            (lambda x: x.reshape([x.shape[a] for a in (0, 2, 3, 1)]))
            if first
            else None,
            (lambda w: w.reshape([w.shape[a] for a in (2, 3, 1, 0)]))
            if second
            else None,
        )
        for first, second in ((1, 0), (0, 1), (1, 1))
    ),
    "kernel flipped": _layout(
        None, lambda w: w[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)
    ),
}


# The table --------------------------------------------------------------------------


def _stamp_window(arguments, index):
    """Return what the first stamp that reaches an output is made of, uncropped only."""
    if "padding" in arguments and any(per_axis(arguments["padding"], 2)):
        return {}
    x, w = arguments["x"], arguments["w"]
    if x.ndim == 1:
        stride = arguments["stride"]
        i = min(index[0] // stride, len(x) - 1)
        return (
            {"x": (i,), "w": (index[0] - i * stride,)}
            if (index[0] - i * stride < len(w))
            else {}
        )
    return {}


EXERCISES = (
    Exercise(
        id="warm_up_07",
        number="7.0",
        title="Warm up: lessons 02, 03 and 06",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="stamped",
        number="7.1",
        title="Predict the sum of two stamps",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "stamps assigned instead of added": lambda: (1, 3, 6),
            "kernel flipped": lambda: (2, 7, 3),
            "stamps laid side by side": lambda: (1, 2, 3, 6),
        },
    ),
    Exercise(
        id="conv1d_transpose",
        number="7.1",
        title="Scatter a signal",
        signature="conv1d_transpose(x, w, *, stride=1)",
        points=2,
        minutes=8,
        lines=4,
        layer="keras.layers.Conv1DTranspose(1, k, strides=stride)",
        referee=referee.conv1d_transpose,
        cases=_signal_cases,
        hidden=_signal_hidden,
        slips=SIGNAL_SLIPS,
        window=_stamp_window,
        by_hand=BY_HAND,
        hints=(
            "What does the first input alone leave in the result?",
            "Loop over the inputs, not over the outputs.",
            "Input i adds x[i] times the whole kernel to the k places from i * stride.",
        ),
    ),
    Exercise(
        id="two_sizes",
        number="7.2",
        title="Predict two sizes",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "size without the last stamp": lambda: (4, 8),
            "a step counted for every stamp": lambda: (7, 11),
            "stride ignored": lambda: (6, 6),
        },
    ),
    Exercise(
        id="transposed_size",
        number="7.2",
        title="Count the places of the result",
        signature=("transposed_size(n, k, *, stride=1, padding=0, output_padding=0)"),
        points=1,
        minutes=6,
        lines=1,
        layer="keras.layers.Conv1DTranspose(1, k, strides=stride)",
        referee=_transposed_size,
        cases=_size_cases,
        hidden=_size_hidden,
        slips=SIZE_SLIPS,
        hints=(
            "Take padding 0 first: where does the last stamp start, and where end?",
            "padding is cut off at both ends, output_padding is given back at one.",
            "Steps between stamps times the stride, plus one kernel, less the crop at "
            "both ends, plus output_padding.",
        ),
    ),
    Exercise(
        id="last_row",
        number="7.3",
        title="Predict what output_padding brings back",
        points=1,
        minutes=4,
        kind="value",
        counted=False,
        slips={
            "output_padding filled with zeros where cropping hides values": lambda: (
                2,
                5,
                4,
                0,
            ),
            "cropped on the wrong side": lambda: (1, 2, 5, 4),
            "output_padding ignored": lambda: (2, 5, 4),
            "padding ignored": lambda: (1, 2, 5, 4, 6),
        },
    ),
    Exercise(
        id="conv2d_transpose",
        number="7.3",
        title="Scatter a batch of pictures",
        signature=(
            "conv2d_transpose(x, w, b, *, stride=1, padding=0, output_padding=0)"
        ),
        points=3,
        minutes=20,
        lines=7,
        layer="keras.layers.Conv2DTranspose(c_out, (kh, kw), strides=stride)",
        referee=referee.conv2d_transpose,
        cases=_transpose_cases,
        hidden=_transpose_hidden,
        slips=TRANSPOSE_SLIPS,
        by_hand=BY_HAND,
        hints=(
            "Get stride 1 without padding right first: stamps on a canvas that is "
            "large enough for all of them.",
            "A stamp of all filters is a sum over C_in: x[:, i, j] is (n, c_in), w is "
            "(kh, kw, c_out, c_in). Crop after the loop, and add b last.",
            "Make the canvas (h - 1) * stride + kh + output_padding high; add each "
            "stamp from i * stride on; cut out as many rows as transposed_size says, "
            "from row padding on.",
        ),
    ),
    Exercise(
        id="matrix_shape",
        number="7.4",
        title="Predict the matrix of a convolution",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "Toeplitz columns for rows": lambda: ((16, 4), (0, 1, 4, 5)),
            "shift runs on over the line ends": lambda: ((4, 16), (0, 1, 2, 3)),
            "height for width": lambda: ((4, 16), (0, 1, 3, 4)),
        },
    ),
    Exercise(
        id="conv_matrix",
        number="7.4",
        title="Write a convolution as a matrix",
        signature="conv_matrix(w, h, w_in, *, stride=1)",
        points=2,
        minutes=12,
        lines=7,
        layer="keras.layers.Conv2D(1, (kh, kw), strides=stride)",
        referee=_conv_matrix,
        cases=_matrix_cases,
        hidden=_matrix_hidden,
        slips=MATRIX_SLIPS,
        hints=(
            "Write the row of the very first output on paper: which of the flat "
            "picture's numbers does it read?",
            "A row is a picture of zeros with the kernel laid into it, flattened.",
            "For output (i, j): zeros of shape (h, w_in), the kernel put in from row "
            "i * stride and column j * stride on, then ravel; stack these rows.",
        ),
    ),
    Exercise(
        id="gap_on_paper",
        number="7.5",
        title="Predict two inner products",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "inverse instead of adjoint": lambda: (5, 5),
            "f and g exchanged": lambda: (2.5, 10),
            "mean instead of sum": lambda: (5, 1.25),
            "sums without a partner": lambda: (6, 2),
        },
    ),
    Exercise(
        id="adjoint_gap",
        number="7.5",
        title="Test whether two functions are adjoint",
        signature="adjoint_gap(f, g, x, y)",
        points=1,
        minutes=8,
        lines=1,
        layer="keras.layers.Dense(1, use_bias=False)",
        referee=_adjoint_gap,
        cases=_gap_cases,
        hidden=_gap_hidden,
        slips=GAP_SLIPS,
        hints=(
            "Two inner products: which arrays belong to each?",
            "f(x) has the shape of y, and g(y) has the shape of x; they may have "
            "several axes.",
            "Multiply f(x) and y place by place and add everything; the same for x and "
            "g(y); the absolute difference of the two sums.",
        ),
    ),
    Exercise(
        id="back_shapes",
        number="7.6",
        title="Predict three shapes on the way back",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "in and out not swapped": lambda: ((2, 7, 7, 4), (3, 3, 4, 5), (5,)),
            "scattered instead of gathered": lambda: (
                (2, 25, 25, 4),
                (3, 3, 5, 4),
                (5,),
            ),
        },
    ),
    Exercise(
        id="conv2d_transpose_backward",
        number="7.6",
        title="Go back through the scatter",
        signature=(
            "conv2d_transpose_backward"
            "(dy, x, w, *, stride=1, padding=0, output_padding=0)"
        ),
        points=3,
        minutes=12,
        lines=4,
        layer="keras.layers.Conv2DTranspose with tf.GradientTape",
        referee=referee.conv2d_transpose_backward,
        cases=_backward_cases,
        hidden=_backward_hidden,
        slips=BACKWARD_SLIPS,
        parts=("dx", "dw", "db"),
        hints=(
            "x[i] went to every output under its stamp: which entries of dy come back "
            "to it, and with which weights?",
            "dx is a convolution of dy. For dw, imagine that convolution's own "
            "backward pass, with x as its upstream gradient.",
            "given.conv2d of dy with w gives dx; given.conv2d_backward(x, dy, w, ...) "
            "has the dw you want in the middle; db adds dy over all but the last axis.",
        ),
    ),
    Exercise(
        id="half_way",
        number="7.7",
        title="Predict a blended pixel",
        points=1,
        minutes=3,
        kind="value",
        counted=False,
        slips={
            "box instead of tent": lambda: (4, 8),
            "tent of the wrong width": lambda: (4, 6),
            "kernel flipped": lambda: (7, 5),
        },
    ),
    Exercise(
        id="bilinear_kernel",
        number="7.7",
        title="Enlarge with a tent",
        signature="bilinear_kernel(stride)",
        points=2,
        minutes=10,
        lines=2,
        layer='keras.layers.UpSampling2D(stride, interpolation="bilinear")',
        referee=_bilinear_kernel,
        cases=lambda: tuple(Case(f"stride {s}", (s,)) for s in (2, 3, 4, 5)),
        hidden=lambda rng: [Case("hidden", (s,)) for s in (6, 7, 8)],
        slips=BILINEAR_SLIPS,
        parts=("w",),
        hints=(
            "Draw one pixel's tent for stride 2: four taps, the middle between two.",
            "A tap's weight is 1 less its distance from the middle divided by stride.",
            "Compute the tent along one axis; the kernel is its outer product with "
            "itself.",
        ),
    ),
    Exercise(
        id="uneven",
        number="7.8",
        title="Predict where a checkerboard appears",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    Exercise(
        id="overlap_counts",
        number="7.8",
        title="Count the stamps at every place",
        signature="overlap_counts(n, k, *, stride=1)",
        points=1,
        minutes=6,
        lines=1,
        layer='Conv1DTranspose(1, k, strides=stride, kernel_initializer="ones")',
        referee=_overlap_counts,
        cases=_overlap_cases,
        hidden=_overlap_hidden,
        slips=OVERLAP_SLIPS,
        parts=("counts",),
        hints=(
            "Lay three stamps of length 3 down at stride 2, on paper, and count.",
            "You have a function that adds stamps: what must be stamped, with what?",
            "Stamp ones with ones: every stamp then adds exactly 1 where it lies.",
        ),
    ),
    Exercise(
        id="moved_shape",
        number="7.9",
        title="Predict a kernel's shape in Keras",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "in and out not swapped": lambda: (5, 4, 8, 3),
            "rows and columns swapped": lambda: (4, 5, 3, 8),
        },
    ),
    Exercise(
        id="to_keras_transpose",
        number="7.9",
        title="Hand another library's kernel to Keras",
        signature="to_keras_transpose(x, w)",
        points=1,
        minutes=6,
        lines=1,
        layer="keras.layers.Permute",
        referee=_to_keras_transpose,
        cases=_layout_cases,
        hidden=_layout_hidden,
        slips=LAYOUT_SLIPS,
        parts=("x", "w"),
        hints=(
            "Write down the four letters of each shape, before and after.",
            "transpose takes the old numbers of the axes, in their new order.",
            "Axis 0 of w, C_in, goes last; axis 1, C_out, stands just before it.",
        ),
    ),
)
