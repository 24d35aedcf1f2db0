"""What mistakes in an operation compute."""

from byhand.slips.earlier import *  # noqa: F403
from byhand.slips.earlier import (
    Layout,
    convolution,
    eighths,
    fill,
    sizes,
    whole,
    window,
)
