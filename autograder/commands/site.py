"""Build static pages of all lessons into dist/site, readable without a network."""

from autograder.site import add_arguments, run

__all__ = ["add_arguments", "run"]
