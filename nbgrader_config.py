"""nbgrader's settings: folders, database, stub and time-outs of this course.

The folders follow from the place of this file, so that nbgrader's own commands and
formgrader work from any checkout. ``autograder/course.py`` says what is set.
"""

from pathlib import Path

from autograder.course import Course

course = Course(Path(__file__).resolve().parent)
course.grading.mkdir(exist_ok=True)
get_config().merge(course.settings())  # noqa: F821  (nbgrader puts it here)
