"""nbgrader's settings: folders, database, stub and time-outs of this course.

The folders follow from the place of this file, so that nbgrader's own commands and
formgrader work from any checkout. ``autograder/course.py`` says what is set. Running
and judging, formgrader's button included, are the course's own.
"""

from pathlib import Path

from autograder.course import Course
from autograder.gradebook.preprocessor import use_ours

course = Course(Path(__file__).resolve().parent)
course.grading.mkdir(exist_ok=True)
settings = course.settings()
use_ours(settings)
get_config().merge(settings)  # noqa: F821  (nbgrader puts it here)
