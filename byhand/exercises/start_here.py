"""Lesson 00: run a check, read its report, mend one line, answer ten questions."""

import numpy as np

from byhand import referee
from byhand.exercises import Case, Exercise, concept
from byhand.misconceptions import Misconception

MISCONCEPTIONS = (
    Misconception(
        "added instead of multiplied",
        "value and weight are added; each value should be multiplied by its weight",
        "With x = 5 and w = 0, does your function give 5 or 0?",
        "Look at the sign between x and w.",
        "Multiply the two arrays place by place; then add the products.",
    ),
    Misconception(
        "products not added",
        "the products are right, but they aren't added up",
        "How many numbers does your function return, and how many are wanted?",
        "Look at what stands around x * w: nothing adds.",
        "np.sum of the products gives the one number.",
    ),
    Misconception(
        "product of the sums",
        "values and weights are added up first, and only the two sums are multiplied",
        "Try x = 1, 2 and w = 0, 3: which products should be added?",
        "Look for two sums in your line.",
        "First the products, one for each place; then one sum.",
    ),
    Misconception(
        "kernel flipped",
        "the first value meets the last weight: the weights run backwards",
        "Which weight belongs to the first value?",
        "Look for [::-1], or for an index that counts down.",
        "Place p of x meets place p of w.",
    ),
    Misconception(
        "mean instead of sum",
        "the products are averaged, and a weighted sum adds them",
        "By what factor does your result differ from the right one?",
        "Look for np.mean, or for a division.",
        "Multiply place by place and add: no division.",
    ),
    Misconception(
        "weights ignored",
        "the values are added as they are: no weight is used",
        "Set all weights to zero: what does your function give?",
        "Look for w in your lines: nothing uses it.",
        "Each value counts as many times as its weight says.",
    ),
    Misconception(
        "divided by the weights",
        "the sum is divided by the sum of the weights, as a weighted mean is",
        "Double every weight: does your result double?",
        "Look for a division, or for np.average.",
        "A weighted sum is only multiplied and added, never divided.",
    ),
)


def _weighted_sum(x, w):
    """Ask a dense layer with one unit and no bias."""
    return float(referee.dense(x[None], w[:, None])[0, 0])


def _cases():
    """Return the visible cases: other lengths, negative weights, no symmetry."""
    return (
        Case("one value", (np.array([5.0]), np.array([0.5]))),
        Case("three values", (np.array([2.0, 5.0, 1.0]), np.array([3.0, 0.0, -2.0]))),
        Case(
            "five values",
            (np.array([1.5, -2.0, 0.25, 4.0, 3.0]), np.array([2.0, 1.0, -4.0, 0.5, 1])),
        ),
    )


def _hidden(rng):
    """Return three fresh cases, in eighths, whose weights don't add up to 0 or 1."""
    cases = []
    for n in (2, 4, 7):
        x, w = rng.integers(-32, 33, size=(2, n)) / 8
        w[0] += 1.5 - w.sum()
        cases.append(Case(f"{n} values", (x, w)))
    return cases


def _window(arguments, index):
    """Return what the only output reads: all of x and all of w."""
    every = (slice(0, len(arguments["x"])),)
    return {"x": every, "w": every}


EXERCISES = (
    Exercise(
        id="first_sum",
        number="0.1",
        title="Work a weighted sum out on paper",
        points=1,
        minutes=2,
        kind="value",
        counted=False,
        slips={
            "added instead of multiplied": lambda: 10,
            "kernel flipped": lambda: 13,
            "product of the sums": lambda: 21,
            "weights ignored": lambda: 7,
            "mean instead of sum": lambda: 3,
        },
    ),
    Exercise(
        id="weighted_sum",
        number="0.1",
        title="Mend a weighted sum",
        signature="weighted_sum(x, w)",
        points=2,
        minutes=5,
        lines=1,
        layer="keras.layers.Dense(1, use_bias=False)",
        referee=_weighted_sum,
        cases=_cases,
        hidden=_hidden,
        window=_window,
        slips={
            "added instead of multiplied": lambda x, w: float(np.sum(x + w)),
            "products not added": lambda x, w: x * w,
            "product of the sums": lambda x, w: float(np.sum(x) * np.sum(w)),
            "weights ignored": lambda x, w: float(np.sum(x)),
            "divided by the weights": lambda x, w: float(np.sum(x * w) / np.sum(w)),
            "mean instead of sum": lambda x, w: float(np.mean(x * w)),
            "kernel flipped": lambda x, w: float(np.sum(x * w[::-1])),
        },
        hints=(
            "Do the smallest failing case on paper, and compare.",
            "Look at the one line that computes `total`.",
            "Each value times its weight, place by place; then one sum of all of them.",
        ),
    ),
    Exercise(
        id="read_a_report",
        number="0.2",
        title="Read a report",
        points=1,
        minutes=3,
        kind="choices",
        counted=False,
    ),
    concept.BEFORE,
)
