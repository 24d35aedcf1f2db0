"""A small made-up lesson with every kind of cell, and what is built from it.

When the builder is meant to build something else, ``python -m tests.golden`` writes
the two notebooks again; look at the difference before you commit it.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "02_small.py"


def build():
    """Return (instructor's, student's) bytes of the small lesson."""
    from autograder.lessons import notebook
    from autograder.lessons.building import read_lessons

    (lesson,) = read_lessons([SOURCE])
    ours = notebook.instructor_notebook(lesson)
    theirs = notebook.student_notebooks({lesson.name: ours})[lesson.name]
    return notebook.as_bytes(ours), notebook.as_bytes(theirs)
