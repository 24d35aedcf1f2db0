"""Lesson 01: tell X from O by small features, from equal pixels to a classifier."""
