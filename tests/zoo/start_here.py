"""Wrong and right answers to lesson 00."""

import numpy as np

from tests.zoo import right, right_value, wrong, wrong_value

# weighted_sum ---------------------------------------------------------------------


@right("weighted_sum", "one line")
def sum_of_products(x, w):
    return np.sum(x * w)


@right("weighted_sum", "loop, a plain float")
def loop(x, w):
    total = 0.0
    for p in range(len(x)):
        total += float(w[p] * x[p])
    return total


@right("weighted_sum", "dot product")
def dot(x, w):
    return np.dot(w, x)


@right("weighted_sum", "zip and sum")
def zipped(x, w):
    return sum(value * weight for value, weight in zip(x, w, strict=True))


@right("weighted_sum", "float32 inside")
def single(x, w):
    return (x.astype(np.float32) * w.astype(np.float32)).sum()


@right("weighted_sum", "an array without axes")
def einsum(x, w):
    return np.einsum("p,p->", x, w)


@wrong("weighted_sum", "added instead of multiplied")
def as_given(x, w):
    return np.sum(x + w)


@wrong("weighted_sum", "products not added")
def products(x, w):
    return x * w


@wrong("weighted_sum", "mean instead of sum")
def averaged(x, w):
    return np.mean(x * w)


@wrong("weighted_sum", "kernel flipped")
def backwards(x, w):
    return sum(x[p] * w[len(w) - 1 - p] for p in range(len(x)))


@wrong("weighted_sum", "product of the sums")
def sums_first(x, w):
    return np.sum(x) * np.sum(w)


@wrong("weighted_sum", "weights ignored")
def unweighted(x, w):
    return np.sum(x)


@wrong("weighted_sum", "divided by the weights")
def weighted_mean(x, w):
    return np.average(x, weights=w)


@wrong("weighted_sum", None)
def last_forgotten(x, w):
    return np.sum(x[:-1] * w[:-1])


@wrong("weighted_sum", None)
def positive_only(x, w):
    return np.sum(x * np.abs(w))


@wrong("weighted_sum", None)
def backwards_and_averaged(x, w):
    return np.mean(x * w[::-1])


@wrong("weighted_sum", None)
def subtracted(x, w):
    return np.sum(x - w)


# values ---------------------------------------------------------------------------

wrong_value("first_sum", 10, "added instead of multiplied")
wrong_value("first_sum", 13, "kernel flipped")
wrong_value("first_sum", 3.0, "mean instead of sum")
wrong_value("first_sum", 11)
right_value("first_sum", 9.0, "a float")
right_value("first_sum", np.int64(9), "NumPy's integer")

REPORT = {"returned": -1, "products": (6, 0, -2)}
right_value("read_a_report", {**REPORT, "returned": -1.0}, "a float")
wrong_value("read_a_report", {**REPORT, "returned": 4})
wrong_value("read_a_report", {**REPORT, "products": (-4, 0, 3)})
wrong_value("read_a_report", [-1, 6, 0, -2])

ANSWERED = {f"q{k}": "e" for k in range(1, 11)}
right_value("concept_before", ANSWERED, "nothing known yet")
right_value("concept_before", {q: "A)" for q in ANSWERED}, "capital letters")
wrong_value("concept_before", {**ANSWERED, "q3": "5 17"})
wrong_value("concept_before", {**ANSWERED, "q3": ...})
wrong_value("concept_before", "abcdeabcde")
wrong_value("concept_before", {**ANSWERED, "q10": np.zeros(3)})
