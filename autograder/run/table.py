"""The class on the screen: students down, lessons across."""

from collections.abc import Iterator, Sequence

from autograder.run.results import Result


def as_text(
    results: Sequence[Result], lessons: Sequence[str], mark: str = "`make mark`"
) -> str:
    """Return the table and, below it, what a person must look at."""
    by_place = {(each.student, each.lesson): each for each in results}
    students = sorted({each.student for each in results})
    rows = [["student", *map(_head, lessons), "total"]]
    for student in students:
        own = [by_place.get((student, lesson)) for lesson in lessons]
        total = sum(each.score or 0 for each in own if each)
        rows.append([student, *map(_entry, own), f"{round(total, 2):g}"])
    rows.append(["points", *_maxima(results, lessons), ""])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            text.ljust(width) if not place else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    rule = "-" * len(lines[0])
    legend = _legend(results, mark)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], *legend])


def _head(lesson: str) -> str:
    return lesson[:2] if lesson[:2].isdigit() else lesson


def _entry(result: Result | None) -> str:
    if result is None:
        return "-"
    score = "none" if result.score is None else f"{round(result.score, 2):g}"
    return score + ("*" if result.to_mark else "") + ("!" if result.notes else "")


def _maxima(results: Sequence[Result], lessons: Sequence[str]) -> list[str]:
    best = {each.lesson: each.max_score for each in results}
    return [f"{best[name]:g}" if name in best else "-" for name in lessons]


def _legend(results: Sequence[Result], mark: str) -> Iterator[str]:
    waiting = sum(each.to_mark for each in results)
    if waiting:
        yield f"* {waiting} written answers wait for a mark: {mark}"
    noted = [each for each in results if each.notes]
    if noted:
        yield f"! {len(noted)} submissions need a person:"
    for each in noted:
        for note in each.notes:
            yield f"    {each.student}, {each.lesson}: {note}"
