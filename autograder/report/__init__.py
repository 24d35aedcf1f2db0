"""The class on one page, and the same numbers as CSV.

``write_report(course)`` is all that the rest calls. ``reading`` takes the numbers from
journal and gradebook, ``counting``, ``alike`` and ``concept`` make plain tables of
them, ``pictures`` draws, ``page`` and ``students`` lay out, ``files`` writes.
"""

from autograder.report.writing import write_report

__all__ = ["write_report"]
