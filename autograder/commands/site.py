"""Build static pages of all lessons into dist/site, readable without a network."""

from autograder.lessons.website import add_arguments, run

__all__ = ["add_arguments", "run"]
