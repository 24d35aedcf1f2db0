"""Lesson 02: output size, 1D and 2D convolution, padding, stride, dilation."""

from byhand.exercises.convolution.break_conv2d import SUSPECTS

__all__ = ["SUSPECTS"]
