"""Lesson 04: grouped, depthwise, separable and 3D convolution, receptive fields."""
