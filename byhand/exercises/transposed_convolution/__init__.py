"""Lesson 07: transposed convolution as stamps, as gaps, as a matrix, as a gradient."""
