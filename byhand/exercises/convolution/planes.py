"""What several exercises of this lesson share."""

from byhand.exercises.declaring import Case
from byhand.exercises.inputs import eighths


def plane_case(name, rng, size, kernel, **settings):
    """Return a case of a convolution of one plane, with a bias."""
    bias = float(eighths(rng))
    return Case(name, (eighths(rng, *size), eighths(rng, *kernel), bias), settings)
