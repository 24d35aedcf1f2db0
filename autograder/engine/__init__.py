"""Run and judge submissions so that no student can cheat and nothing gets lost.

``grade(course, submissions)`` is all that the rest of the project calls.
"""

from autograder.engine.grading import Batch, grade
from autograder.engine.receiving import Submission, find_submissions

__all__ = ["Batch", "Submission", "find_submissions", "grade"]
