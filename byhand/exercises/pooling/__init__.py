"""Lesson 05: ReLU and what it buys, pooling of four kinds, and what replaces it."""

from byhand.exercises.pooling.break_pooling import SUSPECTS

__all__ = ["SUSPECTS"]
