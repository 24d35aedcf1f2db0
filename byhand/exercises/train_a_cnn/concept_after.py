"""``concept_after``: ten questions on the same topics, answered again and graded."""

import numpy as np

from byhand.exercises.concept import ConceptTest, Question
from byhand.exercises.declaring import Exercise, Finding

QUESTIONS = (
    Question(
        "q1",
        "stride and dilation",
        "02 and 04",
        "A kernel of three weights has stride 2 and dilation 3. Which inputs does"
        " output 1 read, when inputs and outputs are counted from 0?",
        (
            "1, 4 and 7",
            "2, 3 and 4",
            "2, 5 and 8",
            "3, 5 and 7",
        ),
    ),
    Question(
        "q2",
        "parameters",
        "03",
        "A layer turns pictures of 64x64 with 4 channels into 10 maps, with 5x5 "
        "kernels and a bias for each map. How many numbers does it learn?",
        (
            "1010",
            "260",
            "1000",
            "40960",
        ),
    ),
    Question(
        "q3",
        "flip",
        "02",
        "A convolutional layer of TensorFlow or PyTorch slides the kernel 2 0 1 "
        "over the signal 3 1 4 2, without padding. What comes out?",
        (
            "11 5",
            "3.33 1.33",
            "6 0 4",
            "10 4",
        ),
    ),
    Question(
        "q4",
        "padding",
        "02",
        "Keras slides a kernel of 5 over 11 values with stride 3 and "
        '`padding="same"`. How many values come out?',
        (
            "3",
            "4",
            "5",
            "11",
        ),
    ),
    Question(
        "q5",
        "gradient of pooling",
        "06",
        "A 2x2 window holds 7 3 / 0 5, and max pooling makes a 7 of it. In the "
        "backward pass a gradient of 6 arrives at that 7. What does the window "
        "get?",
        (
            "6 for the value 7, and 0 for the others",
            "1.5 for each of the four values",
            "nothing, because a maximum has no derivative",
            "6 for each of the four values",
        ),
    ),
    Question(
        "q6",
        "transposed convolution",
        "07",
        "A picture of 12x12 goes through a convolution of 5x5 with stride 1, and "
        "its result through the transposed convolution with the same kernel and "
        "stride. What comes back?",
        (
            "the picture itself, 12x12",
            "16x16 values",
            "8x8 values",
            "12x12 values, in general not those of the picture",
        ),
    ),
    Question(
        "q7",
        "receptive field",
        "04",
        "A convolution of 3x3 is followed by one of 5x5, both with stride 1. On "
        "how many pixels of the input does one value of the second map depend?",
        (
            "25",
            "34",
            "49",
            "64",
        ),
    ),
    Question(
        "q8",
        "weight sharing",
        "03",
        "A layer with two 5x5 filters and two biases takes grey pictures of "
        "20x20. Now it takes pictures of 40x40. What happens to its number of "
        "weights?",
        (
            "it grows from 52 to 208, as the number of pixels does",
            "it stays 52",
            "the layer can't take pictures of another size",
            "it grows from 13312 to 67392: 52 for each value of the map",
        ),
    ),
    Question(
        "q9",
        "channels",
        "03",
        "One filter with a 5x5 window meets a volume with 3 channels. What comes out?",
        (
            "one map: 25 weights for each channel, and all products add up",
            "3 maps, one for each channel",
            "3 maps, all alike",
            "one map: the same 25 weights visit every channel, and the results add up",
        ),
    ),
    Question(
        "q10",
        "layout",
        "03",
        "A film frame lies in an array `x` of shape (4, 20, 30): channels, "
        "height, width. Keras wants (height, width, channels). What do you hand "
        "over?",
        (
            "`x.T`",
            "`x.reshape(20, 30, 4)`",
            "`x` as it is: Keras finds the channels by itself",
            "`x.transpose(1, 2, 0)`",
        ),
    ),
)

DIGESTS = {
    "q1": "ba0350bbd02a66a4",
    "q2": "8f2e264425433602",
    "q3": "9d0e5d59a1c59888",
    "q4": "f73a0a404734b0e9",
    "q5": "d5d66fc0147096a7",
    "q6": "aeca1269618d3d77",
    "q7": "8e16a634132770c5",
    "q8": "bb0bc5346097c90e",
    "q9": "6e4eabfc0e9b8e76",
    "q10": "2b521fc85a8e6102",
}

TEST = ConceptTest("concept test, second time", QUESTIONS, DIGESTS)


def _examine(answers: object, rng: np.random.Generator | None = None) -> Finding:
    """Grade the answers; name the questions to think over, and their lessons."""
    unanswered = TEST.unanswered(answers)
    if unanswered:
        return unanswered
    wrong = [q for q in QUESTIONS if not TEST.is_right(q.key, answers[q.key])]
    right = len(QUESTIONS) - len(wrong)
    lines = [("right", f"{right} of {len(QUESTIONS)}")]
    lines += [("again", f"{q.key}, {q.topic}: lesson {q.lessons}") for q in wrong]
    return Finding(right / len(QUESTIONS), tuple(lines))


EXERCISE = Exercise(examine=_examine)
