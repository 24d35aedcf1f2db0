"""Lesson 06: gradients by hand, and central differences as the witness."""
