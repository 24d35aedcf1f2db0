"""The class on one page, and the same numbers as CSV.

``write_report(course)`` is all that the rest calls. ``class_results`` takes the numbers
from journal and gradebook, ``counting``, ``alike`` and ``concept_test`` make plain
tables of them, ``charts`` draws, ``page`` fills the templates, ``writing`` writes.
"""

from autograder.report.writing import write_report

__all__ = ["write_report"]
