"""What mistakes compute: derived from the names of an operation's axes.

An operation is declared once, like einops: ``Operation(x="n h w c", w="kh kw c f",
b="f", y="n h w f", settings="stride padding dilation")``. ``mistakes`` gives what goes
wrong in it, ``gradient_mistakes`` what goes wrong in its gradients; transposed
convolutions and pooling have their own. Everything is computed with NumPy. What
doesn't follow from axes stands with its exercise. Never in the students' archive.
"""

from byhand.slips.named import (
    Operation,
    Slips,
    joined,
    mapped,
    only,
    union,
    variants,
    without,
)
from byhand.slips.named_axes import Call, Stamped, right, slip_of

__all__ = [
    "Call",
    "Operation",
    "Slips",
    "Stamped",
    "joined",
    "mapped",
    "only",
    "right",
    "slip_of",
    "union",
    "variants",
    "without",
]
