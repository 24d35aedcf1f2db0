"""The pictures of the report as SVG: marks and numbers say what colour says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.report.counting import Exercise, Lesson, quantile

BLUE, ORANGE = "#0072B2", "#D55E00"
# of the page, which may be dark or printed
GREY, INK, PAPER, BAR = "var(--soft)", "var(--ink)", "var(--paper)", "var(--line)"
WIDTH, NAME, RIGHT = 720, 200, 100  # right of the plot stands "100% to 100%"
BINS = 10
STRIPE = 6  # between the lines of a hatching


@dataclass(frozen=True)
class Mark:
    """One element of an SVG picture."""

    element: str
    attributes: dict[str, object] = field(hash=False)
    text: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture; ``told`` says in words what it shows, ``key`` how to read it."""

    height: float
    told: str
    marks: tuple[Mark, ...]
    key: str = ""
    width: int = WIDTH


def _mark(element: str, text: object = "", **attributes: object) -> Mark:
    """Return a Mark; ``class_`` is class, ``text_anchor`` is text-anchor."""
    given = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
    return Mark(element, given, str(text))


def _text(x: float, y: float, text: object, **more: object) -> Mark:
    return _mark("text", text, x=f"{x:.1f}", y=f"{y:.1f}", **more)


def _rect(x: float, y: float, width: float, height: float, **more: object) -> Mark:
    size = {"width": f"{max(width, 0):.1f}", "height": f"{max(height, 0):.1f}"}
    return _mark("rect", x=f"{x:.1f}", y=f"{y:.1f}", **size, **more)


def _line(x1: float, y1: float, x2: float, y2: float, **more: object) -> Mark:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return _mark("line", **{k: f"{v:.1f}" for k, v in ends.items()}, **more)


def _circle(x: float, y: float) -> Mark:
    ring = {"fill": PAPER, "stroke": INK, "stroke_width": 2}
    return _mark("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=5, **ring)


def _along(share: float) -> float:
    """Return the x of a share from 0 to 1 in the plot right of the names."""
    return NAME + share * (WIDTH - NAME - RIGHT)


def _axis(
    y: float,
    label: str,
    ticks: Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
    unit: str = " %",
    scale: float = 100,
) -> Iterator[Mark]:
    yield _line(_along(0), y, _along(1), y, stroke=INK)
    for t in ticks:
        yield _line(_along(t), y - 4, _along(t), y, stroke=INK)
        told = f"{t * scale:g}{unit}"
        yield _text(_along(t), y + 13, told, text_anchor="middle")
    yield _text(_along(0.5), y + 28, label, text_anchor="middle")


def spread(lessons: Sequence[Lesson]) -> Chart:
    """Draw the scores of each lesson: a bar for each tenth, median and middle half."""
    row, top = 46, 6
    marks: list[Mark] = []
    for k, lesson in enumerate(lessons):
        foot = top + (k + 1) * row - 8
        marks.append(_text(0, foot - 4, lesson.name))
        marks.append(_text(_along(1) + 8, foot - 4, f"n = {len(lesson.scores)}"))
        marks += _histogram(lesson.scores, foot, row - 16)
        marks.append(_line(_along(0), foot, _along(1), foot, stroke=GREY))
        if lesson.scores:
            marks += _middle(lesson, foot)
    height = top + len(lessons) * row
    marks += _axis(height, "points, as a share of those that are marked")
    told = "Scores of each lesson in tenths of its points."
    medians = [(x.quantile(0.5), x.name) for x in lessons if x.scores]
    if medians:
        least, name = min(medians)
        told += f" The lowest median is {least:.0%}, in {name}."
    key = " Grey bars: students per tenth. Thick line: the middle half, and its median."
    key += " Answers that wait for a mark are left out."
    return Chart(height + 34, told, tuple(marks), key)


def _histogram(values: Sequence[float], foot: float, height: float) -> Iterator[Mark]:
    counts = [0] * BINS
    for value in values:
        counts[min(int(value * BINS), BINS - 1)] += 1
    tallest = max(counts) or 1
    wide = _along(1 / BINS) - _along(0)
    for k, count in enumerate(counts):
        if count:
            tall = height * count / tallest
            x = _along(k / BINS)
            yield _rect(x + 1, foot - tall, wide - 2, tall, fill=BAR)
            centred = {"text_anchor": "middle", "class_": "s"}
            yield _text(x + wide / 2, foot - tall - 2, count, **centred)


def _middle(lesson: Lesson, foot: float) -> Iterator[Mark]:
    low, median, high = (
        _along(min(lesson.quantile(q) or 0.0, 1)) for q in (0.25, 0.5, 0.75)
    )
    yield _line(low, foot + 3, high, foot + 3, stroke=BLUE, stroke_width=4)
    diamond = f"M{median:.1f} {foot - 3:.1f}l5 6l-5 6l-5 -6z"
    yield _mark("path", d=diamond, fill=INK)


@dataclass(frozen=True)
class _Look:
    """How one of the three outcomes is drawn: area, stripes, colour of its number."""

    name: str
    fill: str
    stroke: str
    striped: bool
    number: str


_LOOKS = (
    _Look("passed", BLUE, BLUE, False, "#fff"),
    _Look("failed", PAPER, ORANGE, True, INK),
    _Look("untouched", PAPER, GREY, False, INK),
)


def outcomes(exercises: Sequence[Exercise]) -> Chart:
    """Draw per exercise how many passed, failed and wrote nothing."""
    row, top = 20.0, 24.0
    most = max((e.passed + e.failed + e.untouched for e in exercises), default=1)
    marks = [*_key()]
    for k, exercise in enumerate(exercises):
        marks += _outcome(exercise, top + k * row, row, (_along(1) - _along(0)) / most)
    told = "The exercises that most of those who tried have failed."
    if exercises:
        worst = exercises[0]
        told += f" {worst.failed} of {worst.tried} in {worst.number} {worst.name}."
    return Chart(top + len(exercises) * row + 4, told, tuple(marks))


def _outcome(exercise: Exercise, y: float, row: float, unit: float) -> Iterator[Mark]:
    label = f"{exercise.number} {exercise.name}".strip()
    yield _text(0, y + 13, label if len(label) < 29 else label[:27] + "…")
    x = _along(0)
    counts = (exercise.passed, exercise.failed, exercise.untouched)
    for count, look in zip(counts, _LOOKS, strict=True):
        if count:
            yield from _area(look, x, y + 2, unit * count, row - 5)
            yield from _inside(x, y, unit * count, count, look.number)
        x += unit * count


def _area(
    look: _Look, x: float, y: float, width: float, height: float
) -> Iterator[Mark]:
    yield _rect(x, y, width, height, fill=look.fill, stroke=look.stroke)
    if look.striped:
        yield _hatching(x, y, width, height)


def _hatching(x: float, y: float, width: float, height: float) -> Mark:
    """Return stripes within a rectangle, as lines: a pattern prints as a bitmap."""
    path = ""
    for k in range(1, int((width + height) / STRIPE) + 1):
        along = k * STRIPE  # from the left edge down, then along the foot
        x1, y1 = max(along - height, 0), min(along, height)
        x2, y2 = min(along, width), max(along - width, 0)
        path += f"M{x + x1:.1f} {y + y1:.1f}L{x + x2:.1f} {y + y2:.1f}"
    return _mark("path", d=path, stroke=ORANGE, stroke_width=1.6)


def _key() -> Iterator[Mark]:
    for k, look in enumerate(_LOOKS):
        x = _along(0) + k * 110
        yield from _area(look, x, 3, 16, 12)
        yield _text(x + 22, 13, look.name)


def _inside(x: float, y: float, wide: float, count: int, colour: str) -> Iterator[Mark]:
    """Write a number into its bar, on a ground of its own where that is striped."""
    if wide < 9 * len(str(count)) + 2:
        return
    middle, size = x + wide / 2, 8 * len(str(count)) + 4
    if colour == INK:
        yield _rect(middle - size / 2, y + 4, size, 11, fill=PAPER)
    yield _text(middle, y + 13, count, text_anchor="middle", fill=colour)


def before_and_after(questions: Sequence[Any]) -> Chart:
    """Draw the share of right answers to each question, before and after."""
    row, top = 24, 24
    marks = [
        _circle(_along(0) + 6, 9),
        _text(_along(0) + 16, 13, "before the course"),
        _rect(_along(0) + 140, 4, 10, 10, fill=BLUE),
        _text(_along(0) + 156, 13, "after the course"),
    ]
    for k, question in enumerate(questions):
        y = top + k * row + row / 2
        marks.append(_text(0, y + 4, f"{question.key[1:]}. {question.topic}"))
        marks.append(_line(_along(0), y, _along(1), y, stroke=BAR))
        marks += _dumbbell(question, y)
    foot = top + len(questions) * row + 6
    marks += _axis(foot, "share of right answers")
    return Chart(foot + 34, _concept_sentence(questions), tuple(marks))


def _dumbbell(question: Any, y: float) -> Iterator[Mark]:
    before, after = question.before, question.after
    if before is not None and after is not None:
        yield _line(_along(before), y, _along(after), y, stroke=INK, stroke_width=2)
    if before is not None:
        yield _circle(_along(before), y)
    if after is not None:
        yield _rect(_along(after) - 5, y - 5, 10, 10, fill=BLUE)
    numbers = [f"{v:.0%}" for v in (before, after) if v is not None]
    yield _text(_along(1) + 10, y + 4, " to ".join(numbers) or "no answer")


def _concept_sentence(questions: Sequence[Any]) -> str:
    before = [q.before for q in questions if q.before is not None]
    if not before:
        return "Nobody has answered the concept test yet."
    mean = sum(before) / len(before)
    told = f"Before the course {mean:.0%} of the answers were right"
    after = [q.after for q in questions if q.after is not None]
    if not after:
        return f"{told}; nobody has answered it a second time yet."
    return f"{told}, after it {sum(after) / len(after):.0%}."


def times(found: Mapping[str, Sequence[float]]) -> Chart:
    """Draw how long a verdict took in each lesson: median, 19 of 20, the longest."""
    row, top = 24, 6
    longest = max(max(values) for values in found.values())
    marks: list[Mark] = []
    for k, (lesson, values) in enumerate(found.items()):
        y = top + k * row + row / 2
        half, most = quantile(values, 0.5) or 0.0, quantile(values, 0.95) or 0.0
        wide = _along(most / longest) - _along(0)
        end = _along(max(values) / longest)
        marks += [
            _text(0, y + 4, lesson),
            _line(_along(0), y, end, y, stroke=GREY),
            _rect(_along(0), y - 6, wide, 12, fill=BAR),
            _rect(_along(half / longest) - 2, y - 8, 4, 16, fill=INK),
            _text(_along(1) + 6, y + 4, f"{half:.2g} s"),
        ]
    foot = top + len(found) * row + 4
    marks += _axis(foot, "seconds", (0, 0.5, 1), " s", float(f"{longest:.3g}"))
    told = f"Seconds that a verdict took: at most {longest:.3g}."
    key = " The upright mark is the median, the bar ends where 19 of 20 are done."
    return Chart(foot + 34, told, tuple(marks), key)
