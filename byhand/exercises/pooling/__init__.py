"""Lesson 05: ReLU, max, average, L2 and global pooling, and what replaces it."""

from byhand.exercises.pooling.break_pooling import SUSPECTS

__all__ = ["SUSPECTS"]
