"""What teachers run: build the lessons, grade a class, report on it.

``python -m autograder --help`` lists the commands. Nothing that a learner opens
imports this package.
"""

__version__ = "0.2.0"
