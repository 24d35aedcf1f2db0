"""What a run changed: points of cells that had been graded before.

When a test is corrected, its lesson is judged again with the seed that is kept, so that
every other cell comes to the same points. What differs is told, cell by cell.
"""

from collections.abc import Iterator

from autograder.course import Course
from autograder.gradebook.rows import grade_rows

SHOWN = 40

Place = tuple[str, str, str]  # lesson, student, cell
Points = tuple[float | None, float | None]  # points, extra ones


def points(course: Course) -> dict[Place, Points]:
    """Return {(lesson, student, cell): points} of the gradebook, marks included."""
    with course.gradebook() as gradebook:
        return {
            (row.lesson, row.student, row.cell): (row.points, row.extra)
            for row in grade_rows(gradebook)
        }


def told(before: dict[Place, Points], after: dict[Place, Points]) -> Iterator[str]:
    """Yield a line for each cell that had points and has others now, then a sum."""
    changed = [
        (place, old, after[place][0])
        for place in sorted(before.keys() & after.keys())
        if before[place] != after[place] and (old := before[place][0]) is not None
    ]
    for (lesson, student, cell), old, new in changed[:SHOWN]:
        now = "none, a person decides" if new is None else f"{new:g}"
        yield f"  {lesson}, {cell}, {student}: {old:g} points before, now {now}"
    if changed:
        cells = len({(lesson, cell) for (lesson, _, cell), *_ in changed})
        students = len({student for (_, student, _), *_ in changed})
        more = f", the first {SHOWN} above" if len(changed) > SHOWN else ""
        sums = f"{len(changed)} grades in {cells} cells of {students} students"
        yield f"Changed: {sums}{more}."
