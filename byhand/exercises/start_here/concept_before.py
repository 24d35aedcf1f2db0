"""``concept_before``: ten questions, answered before the course."""

import numpy as np

from byhand.exercises.concept import ConceptTest, Question
from byhand.exercises.declaring import Exercise, Finding

QUESTIONS = (
    Question(
        "q1",
        "stride and dilation",
        "02 and 04",
        "A kernel of three weights has stride 1 and dilation 2. Which inputs does "
        "output 1 read, when inputs and outputs are counted from 0?",
        ("2, 3 and 4", "1, 3 and 5", "2, 4 and 6", "1, 2 and 3"),
    ),
    Question(
        "q2",
        "parameters",
        "03",
        "A layer turns a colour picture of 32x32x3 into 8 maps, with 3x3 kernels and "
        "a bias for each map. How many numbers does it learn?",
        ("80", "240", "7200", "224"),
    ),
    Question(
        "q3",
        "flip",
        "02",
        "A convolutional layer of TensorFlow or PyTorch slides the kernel 1 0 3 over "
        "the signal 2 5 1 4, without padding. What comes out?",
        ("5 17", "7 19", "8 10", "1.67 5.67"),
    ),
    Question(
        "q4",
        "padding",
        "02",
        "Keras slides a kernel of 3 over 8 values with stride 2 and "
        '`padding="same"`. How many values come out?',
        ("8", "3", "4", "5"),
    ),
    Question(
        "q5",
        "gradient of pooling",
        "06",
        "A 2x2 window holds 1 4 / 3 2, and max pooling makes a 4 of it. In the "
        "backward pass a gradient of 8 arrives at that 4. What does the window get?",
        (
            "2 for each of the four values",
            "8 for each of the four values",
            "nothing, because a maximum has no derivative",
            "8 for the value 4, and 0 for the others",
        ),
    ),
    Question(
        "q6",
        "transposed convolution",
        "07",
        "A picture goes through a convolution. Its result goes through the transposed "
        "convolution with the same kernel and stride. What comes back?",
        (
            "the picture itself",
            "a picture of the first one's shape, in general with other values",
            "the picture with rows and columns exchanged",
            "the picture upside down",
        ),
    ),
    Question(
        "q7",
        "receptive field",
        "04",
        "Two convolutions with 3x3 kernels and stride 1 follow each other. On how "
        "many pixels of the input does one value of the second map depend?",
        ("9", "18", "25", "36"),
    ),
    Question(
        "q8",
        "weight sharing",
        "03",
        "A layer with one 3x3 filter and a bias takes grey pictures of 28x28. Now it "
        "takes pictures of 56x56. What happens to its number of weights?",
        (
            "it stays 10",
            "it grows from 10 to 40, as the number of pixels does",
            "it grows from 6760 to 29160: ten for each value of the map",
            "the layer can't take pictures of another size",
        ),
    ),
    Question(
        "q9",
        "channels",
        "03",
        "One filter with a 3x3 window meets a volume with 16 channels. What comes out?",
        (
            "16 maps, one for each channel",
            "one map: the same 9 weights visit every channel, and the results add up",
            "one map: 9 weights for each channel, and all products add up",
            "16 maps, all alike",
        ),
    ),
    Question(
        "q10",
        "layout",
        "03",
        "A picture lies in an array `x` of shape (3, 32, 48): channels, height, "
        "width. Keras wants (height, width, channels). What do you hand over?",
        (
            "`x.reshape(32, 48, 3)`",
            "`x.transpose(1, 2, 0)`",
            "`x.T`",
            "`x` as it is: Keras finds the channels by itself",
        ),
    ),
)

DIGESTS = {
    "q1": "54bd2ab1846ecac7",
    "q2": "3286f9fa468bac7c",
    "q3": "81df257bffb89e77",
    "q4": "1798c252e202fe7d",
    "q5": "db36a660c7ec6d63",
    "q6": "5f73865ab946a0e0",
    "q7": "4ac30469954367eb",
    "q8": "eb62f6387400d91a",
    "q9": "192817b87801ca51",
    "q10": "6ede07944d62389f",
}


TEST = ConceptTest("concept test", QUESTIONS, DIGESTS)


def _examine(answers: object, rng: np.random.Generator | None = None) -> Finding:
    """Judge whether every question has an answer, and say nothing more."""
    thanks = f"all {len(QUESTIONS)}; they come again at the end of lesson 08"
    return TEST.unanswered(answers) or Finding(1.0, (("done", thanks),))


EXERCISE = Exercise(examine=_examine)
