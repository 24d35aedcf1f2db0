"""Lesson 08: layers as classes, a loss, a step, and a network that learns."""
