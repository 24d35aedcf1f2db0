"""What a run changed: points of cells that had been graded before.

When a test is mended, its lesson is judged again with the seed that is kept, so that
every other cell comes to the same points. What differs is told, cell by cell.
"""

SHOWN = 40


def points(course):
    """Return {(lesson, student, cell): points} of the gradebook, marks included."""
    from nbgrader import api

    whole, part, grade = api.SubmittedAssignment, api.SubmittedNotebook, api.Grade
    with course.gradebook() as gradebook:
        rows = (
            gradebook.db.query(
                api.Assignment.name,
                whole.student_id,
                api.BaseCell.name,
                grade.auto_score,
                grade.manual_score,
                grade.extra_credit,
            )
            .select_from(grade)
            .join(part, grade.notebook_id == part.id)
            .join(whole, part.assignment_id == whole.id)
            .join(api.Assignment, whole.assignment_id == api.Assignment.id)
            .join(api.BaseCell, grade.cell_id == api.BaseCell.id)
        )
        return {
            (lesson, student, cell): (auto if manual is None else manual, extra)
            for lesson, student, cell, auto, manual, extra in rows
        }


def told(before, after):
    """Yield a line for each cell that had points and has others now, then a sum."""
    changed = [
        (place, before[place][0], after[place][0])
        for place in sorted(before.keys() & after.keys())
        if before[place] != after[place] and before[place][0] is not None
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
