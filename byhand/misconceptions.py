"""The misconceptions that the checks know: names, likely causes, hints.

``Misconception(name, likely, look, where, how)``: one sentence that says the cause, and
three hints of rising strength: what to look at, where in the code, how ours goes, in
words. What a misconception computes stands with the exercises (``slips``), since the
same one shows in many operations. Lessons add their own as ``MISCONCEPTIONS``, and may
give a shared name the words that fit their operation.
"""

import functools
import importlib
from typing import NamedTuple


class Misconception(NamedTuple):
    """A mistake with a name, the sentence of a report, and three hints."""

    name: str
    likely: str
    look: str
    where: str
    how: str

    @property
    def hints(self):
        """Return the three hints, the weakest first."""
        return (self.look, self.where, self.how)


SHARED = (
    Misconception(
        "kernel flipped",
        "the kernel is turned round before it is laid on the input",
        "Which weight meets the first value under the window, w[0] or w[-1]?",
        "Look for [::-1] on w, or for an index that counts down, such as k - 1 - p.",
        "Weight p meets input i * stride + p: both indices count up together.",
    ),
    Misconception(
        "kernel transposed",
        "rows and columns of the kernel are exchanged",
        "Take a kernel that is taller than wide: which way does yours lie?",
        "Look at the order of p and q where you read w, or for a stray .T.",
        "w[p, q] meets x[i + p, j + q]: p goes with rows in both, q with columns.",
    ),
    Misconception(
        "mean instead of sum",
        "the products are averaged, and a convolution adds them",
        "By what constant factor does your result differ from Keras's?",
        "Look for np.mean, or a division by the number of weights.",
        "Multiply what lies under the window by the kernel, and add: no division.",
    ),
    Misconception(
        "bias forgotten",
        "the bias b isn't added",
        "Subtract your result from Keras's: is the difference the same everywhere?",
        "Look for b in your lines: it is an argument that nothing uses.",
        "Each output is the sum of the products plus b, once.",
    ),
    Misconception(
        "bias added per tap",
        "the bias is added once for each weight, and not once for each output",
        "Set w to zeros: what do you get, b or a multiple of it?",
        "Look at which loop the line with b stands in, or at sum(w * window + b).",
        "Add all products first; then add b, outside of the innermost loop.",
    ),
    Misconception(
        "the same bias for every filter",
        "each filter has its own bias, and yours all use the same one",
        "Set w to zeros: does every map then show its own entry of b?",
        "Look at the index of b: b[0] or b.sum() in place of b[f].",
        "Filter f adds b[f]; broadcasting b along the last axis does the same.",
    ),
    Misconception(
        "stride ignored",
        "the window moves one step at a time, whatever the stride",
        "Count your outputs for stride 1 and stride 2.",
        "Look for stride in the size of the result and in the start of the window.",
        "Output i starts at input i * stride; the size divides by stride.",
    ),
    Misconception(
        "stride in the start only",
        "the window starts at i * stride, but the size is that of stride 1",
        "Which windows would start beyond the end of the input?",
        "Look at the size of the result: it doesn't divide by the stride.",
        "The size is (span that is left) // stride + 1.",
    ),
    Misconception(
        "stride in the size only",
        "the size is right, but the window moves one step at a time",
        "Which input does your second output start at?",
        "Look at the start of the window: i in place of i * stride.",
        "Output i starts at input i * stride.",
    ),
    Misconception(
        "stride applied twice",
        "the start of the window is multiplied by the stride twice",
        "Where does your second window start when the stride is 2?",
        "Look for a loop over range(0, n, stride) whose index is multiplied again.",
        "Either step through starts, or multiply a counter by the stride: not both.",
    ),
    Misconception(
        "strides of rows and columns swapped",
        "the vertical stride moves the window sideways, and the other way round",
        "Try stride=(2, 1): in which direction does your window jump?",
        "Look at which of the two numbers multiplies i and which j.",
        "The first number belongs to rows (i), the second to columns (j).",
    ),
    Misconception(
        "rows and columns swapped",
        "the result is transposed: i runs over columns and j over rows",
        "Compare your shape with Keras's for a picture that isn't square.",
        "Look at the order of the two indices where you write y.",
        "y[i, j] reads x[i * stride + p, j * stride + q].",
    ),
    Misconception(
        "height for width",
        "the height of the input or kernel stands where the width belongs",
        "Try a picture that isn't square: which side is wrong?",
        "Look at the line that computes the width of the result.",
        "The width uses x.shape[1] and w.shape[1], the height x.shape[0] and [0].",
    ),
    Misconception(
        "input height for output height",
        "the result has the size of the input, and what no window reached stays 0",
        "How many stops does the kernel make before it would leave the input?",
        "Look at the shape that you give to np.zeros.",
        "The result is smaller than the input by k - 1 at stride 1 without padding.",
    ),
    Misconception(
        "kernel flipped upside down",
        "the rows of the kernel are in reverse order",
        "Which row of weights meets the top row under the window?",
        "Look for w[::-1], or a row index that counts down.",
        "w[p, q] meets x[i + p, j + q]: both row indices count up together.",
    ),
    Misconception(
        "kernel flipped left to right",
        "the columns of the kernel are in reverse order",
        "Which column of weights meets the left column under the window?",
        "Look for w[:, ::-1], or a column index that counts down.",
        "w[p, q] meets x[i + p, j + q]: both column indices count up together.",
    ),
    Misconception(
        "floor for ceiling",
        "a last, incomplete window is dropped, and here it counts",
        "Divide the size of the input by the stride: is there a remainder?",
        "Look for // in the size of the result.",
        'With "same", the size is n / stride rounded up.',
    ),
    Misconception(
        "ceiling for floor",
        "a last, incomplete window is counted although it doesn't fit",
        "Does your last window end inside the input?",
        "Look for ceil, or for a division that rounds up.",
        "Divide with //, which rounds down: a window that doesn't fit is dropped.",
    ),
    Misconception(
        "one stop too few",
        "the + 1 of the first stop is missing from the size",
        "A kernel as long as the input makes one stop: how many do you count?",
        "Look at the end of the size formula, or at the end of range(...).",
        "Steps are counted by the division; stops are one more than steps.",
    ),
    Misconception(
        "padding ignored",
        "the padding isn't used",
        "What size do you get with padding 0 and with padding 1?",
        "Look for padding in your lines: nothing uses it.",
        "Put zeros around the input first, then slide the kernel over the result.",
    ),
    Misconception(
        "padding on one side only",
        "zeros are put before the values or after them, and not on both sides",
        "Set x to ones: on which sides do you see zeros?",
        "Look at the pair that you hand to np.pad, or at 2 * padding in the size.",
        "Padding p puts p zeros before and p after, along each axis.",
    ),
    Misconception(
        "padding of rows and columns swapped",
        "the padding meant for rows goes to columns, and the other way round",
        "Try padding=(1, 0): which sides grow?",
        "Look at the order in which the two numbers go to np.pad.",
        "The first number belongs to rows (above and below), the second to columns.",
    ),
    Misconception(
        "edge padding instead of zeros",
        "the border repeats the outermost values, and zeros belong there",
        "What stands in your padded border when x is all ones?",
        'Look for mode="edge" or "reflect".',
        "np.pad(x, widths) puts zeros; so does copying x into a larger np.zeros.",
    ),
    Misconception(
        "dilation ignored",
        "the taps stay neighbours, whatever the dilation",
        "With dilation 2, which inputs should meet the first and second weight?",
        "Look for dilation in the index of x and in the size: it is in neither.",
        "Weight p meets input i * stride + p * dilation.",
    ),
    Misconception(
        "dilation in the taps but not in the output size",
        "the taps are spread, but the size is that of the kernel without dilation",
        "Which input would your last window read?",
        "Look at the size: it uses k where the spread kernel's length belongs.",
        "A kernel of k taps with dilation d spans d * (k - 1) + 1 inputs.",
    ),
    Misconception(
        "dilation in the output size but not in the taps",
        "the size allows for dilation, but the taps stay neighbours",
        "Which inputs meet the first and the second weight?",
        "Look at the index of x: p in place of p * dilation.",
        "Weight p meets input i * stride + p * dilation.",
    ),
    Misconception(
        "dilation off by one",
        "the spread kernel is taken to be d * k long; it is d * (k - 1) + 1",
        "How many inputs lie between the first and the last tap?",
        "Look at the length of the spread kernel in the size formula.",
        "k taps have k - 1 gaps: the length is d * (k - 1) + 1.",
    ),
    Misconception(
        "dilation moves the window",
        "the dilation is used as if it were a stride",
        "Which input does your second output start at when dilation is 2?",
        "Look at the start of the window: i * dilation.",
        "Dilation spreads the taps, p * dilation; only the stride moves the window.",
    ),
    Misconception(
        "Keras `same` with the odd row on top",
        "an odd total of zeros is split with the larger half before the values",
        "Where does Keras put the one extra row, at the top or at the bottom?",
        "Look at how you split the total: before and after are exchanged.",
        "before = total // 2, and the rest goes after.",
    ),
    Misconception(
        "only the first channel",
        "only channel 0 of the input is used",
        "Change a value in the last channel: does your result change?",
        "Look for a fixed 0 as the last index of x, or the third of w.",
        "The sum runs over rows, columns and channels of the window.",
    ),
    Misconception(
        "only the first filter",
        "every map of the result comes from filter 0",
        "Are your maps all alike?",
        "Look for a fixed 0 as the last index of w.",
        "Map f comes from w[..., f].",
    ),
    Misconception(
        "only the first example",
        "every result of the batch comes from example 0",
        "Are your results the same for all examples?",
        "Look for x[0] where x[n] belongs.",
        "Each example n is computed from x[n], with the same weights.",
    ),
    Misconception(
        "a 2D slice per channel instead of the volume",
        "each channel gives a map of its own, and a filter adds its channels up",
        "How many maps should one filter give?",
        "Look at the axes of your sum: the channel axis is missing.",
        "One filter gives one map: add over kh, kw and c_in.",
    ),
)


@functools.cache
def own(lesson):
    """Return {name: Misconception} of one lesson's module, such as "pooling"."""
    module = importlib.import_module(f"byhand.exercises.{lesson}")
    found = {m.name: m for m in getattr(module, "MISCONCEPTIONS", ())}
    if len(found) < len(getattr(module, "MISCONCEPTIONS", ())):
        raise ValueError(f"{lesson} has two misconceptions of the same name")
    return found


def find(name, exercise):
    """Return a Misconception in the words of the exercise's lesson.

    A lesson may give a shared name sentences of its own, and may use a name that an
    earlier lesson brought in.
    """
    from byhand.exercises import LESSONS

    return own(LESSONS[exercise.lesson]).get(name) or table()[name]


@functools.cache
def table():
    """Return {name: Misconception}: the shared ones, then those of the lessons."""
    from byhand.exercises import LESSONS
    from byhand.exercises import table as exercises

    present = {e.lesson for e in exercises().values()}
    found = {}
    for lesson, module in reversed(LESSONS.items()):
        if lesson in present:
            found |= own(module)
    return found | {m.name: m for m in SHARED}
