"""The pictures of the report as SVG: marks and numbers say what colour says."""

from autograder.report.counting import quantile
from autograder.report.markup import figure, tag

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#767676", "#1a1a1a"
WIDTH, NAME = 720, 200
BINS = 10


def _svg(height, alt, *inside):
    return tag(
        "svg",
        tag("title", alt),
        *inside,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_label=alt,
    )


def _text(x, y, text, **more):
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", **more)


def _rect(x, y, width, height, **more):
    size = {"width": f"{max(width, 0):.1f}", "height": f"{max(height, 0):.1f}"}
    return tag("rect", x=f"{x:.1f}", y=f"{y:.1f}", **size, **more)


def _line(x1, y1, x2, y2, **more):
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return tag("line", **{k: f"{v:.1f}" for k, v in ends.items()}, **more)


def _along(share):
    """Return the x of a share from 0 to 1 in the plot right of the names."""
    return NAME + share * (WIDTH - NAME - 70)


def _axis(y, label, ticks=(0, 0.25, 0.5, 0.75, 1), unit=" %", scale=100):
    marks = [
        (
            _line(_along(t), y - 4, _along(t), y, stroke=INK),
            _text(_along(t), y + 13, f"{t * scale:g}{unit}", text_anchor="middle"),
        )
        for t in ticks
    ]
    rule = _line(_along(0), y, _along(1), y, stroke=INK)
    return [rule, *marks, _text(_along(0.5), y + 28, label, text_anchor="middle")]


def spread(lessons):
    """Draw the scores of each lesson: a bar for each tenth, median and middle half."""
    row, top = 46, 6
    parts = []
    for k, lesson in enumerate(lessons):
        foot = top + (k + 1) * row - 8
        parts += [_text(0, foot - 4, lesson.name)]
        parts += [_text(_along(1) + 8, foot - 4, f"n = {len(lesson.scores)}")]
        parts += _histogram(lesson.scores, foot, row - 16)
        parts.append(_line(_along(0), foot, _along(1), foot, stroke=GREY))
        if lesson.scores:
            parts += _middle(lesson, foot)
    height = top + len(lessons) * row
    parts += _axis(height, "points, as a share of what the lesson gives")
    worst = min(
        (x for x in lessons if x.scores), key=lambda x: x.quantile(0.5), default=None
    )
    told = (
        f" The lowest median is {worst.quantile(0.5):.0%}, in {worst.name}."
        if worst
        else ""
    )
    told = f"Scores of each lesson in tenths of its points.{told}"
    key = " Grey bars: students per tenth. Thick line: the middle half, and its median."
    return figure(_svg(height + 34, told, *parts), told + key)


def _histogram(values, foot, height):
    counts = [0] * BINS
    for value in values:
        counts[min(int(value * BINS), BINS - 1)] += 1
    tallest = max(counts, default=0) or 1
    for k, count in enumerate(counts):
        if count:
            tall = height * count / tallest
            wide = _along((k + 1) / BINS) - _along(k / BINS)
            x = _along(k / BINS)
            yield _rect(x + 1, foot - tall, wide - 2, tall, fill="#c9ced3")
            yield _text(
                x + wide / 2, foot - tall - 2, count, text_anchor="middle", class_="s"
            )


def _middle(lesson, foot):
    low, median, high = (min(lesson.quantile(q), 1) for q in (0.25, 0.5, 0.75))
    yield _line(
        _along(low), foot + 3, _along(high), foot + 3, stroke=BLUE, stroke_width=4
    )
    x = _along(median)
    yield tag("path", d=f"M{x:.1f} {foot - 3:.1f}l5 6l-5 6l-5 -6z", fill=INK)


def outcomes(exercises):
    """Draw per exercise how many passed, failed and wrote nothing."""
    row, y = 20, 22
    most = max((e.passed + e.failed + e.untouched for e in exercises), default=1)
    parts = [tag("defs", _hatching()), *_key()]
    for k, exercise in enumerate(exercises):
        if not k or exercise.lesson != exercises[k - 1].lesson:
            parts.append(_text(0, y + 18, exercise.lesson, font_weight="bold"))
            y += 24
        parts += _outcome(exercise, y, row, (_along(1) - _along(0)) / most)
        y += row
    total = sum(e.failed for e in exercises)
    untouched = sum(e.untouched for e in exercises)
    told = f"Per exercise passed, failed and untouched: {total} tries remain unsolved"
    told += f", {untouched} answers were not begun."
    return figure(_svg(y + 4, told, *parts), told)


def _outcome(exercise, y, row, unit):
    label = f"{exercise.number} {exercise.name}".strip()
    yield _text(0, y + 13, label if len(label) < 31 else label[:28] + "…")
    x = _along(0)
    counts = (exercise.passed, exercise.failed, exercise.untouched)
    for count, look in zip(counts, _LOOKS, strict=True):
        if count:
            yield _rect(x, y + 2, unit * count, row - 5, **look["area"])
            yield from _inside(x, y, unit * count, count, look["on"])
        x += unit * count


_LOOKS = (
    {"name": "passed", "area": {"fill": BLUE}, "on": "#fff"},
    {"name": "failed", "area": {"fill": "url(#hatch)", "stroke": ORANGE}, "on": INK},
    {"name": "untouched", "area": {"fill": "#fff", "stroke": GREY}, "on": INK},
)


def _hatching():
    stripe = tag("path", d="M0 6L6 0", stroke=ORANGE, stroke_width=1.6)
    ground = tag("rect", width=6, height=6, fill="#fff")
    return tag(
        "pattern",
        ground,
        stripe,
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )


def _key():
    for k, look in enumerate(_LOOKS):
        x = _along(0) + k * 110
        yield _rect(x, 3, 16, 12, **look["area"])
        yield _text(x + 22, 13, look["name"])


def _inside(x, y, wide, count, colour):
    """Write a number into its bar, on a ground of its own where that is striped."""
    if wide < 9 * len(str(count)) + 2:
        return
    middle, size = x + wide / 2, 8 * len(str(count)) + 4
    if colour == INK:
        yield _rect(middle - size / 2, y + 4, size, 11, fill="#fff")
    yield _text(middle, y + 13, count, text_anchor="middle", fill=colour)


def before_and_after(questions):
    """Draw the share of right answers to each question, before and after."""
    row, top = 24, 24
    parts = [
        tag(
            "circle",
            cx=_along(0) + 6,
            cy=9,
            r=5,
            fill="#fff",
            stroke=INK,
            stroke_width=2,
        ),
        _text(_along(0) + 16, 13, "before the course"),
        _rect(_along(0) + 140, 4, 10, 10, fill=BLUE),
        _text(_along(0) + 156, 13, "after the course"),
    ]
    for k, question in enumerate(questions):
        y = top + k * row + row / 2
        parts.append(_text(0, y + 4, f"{question.key[1:]}. {question.topic}"))
        parts.append(_line(_along(0), y, _along(1), y, stroke="#dcdcdc"))
        parts += _dumbbell(question, y)
    foot = top + len(questions) * row + 6
    parts += _axis(foot, "share of right answers")
    told = _concept_sentence(questions)
    return figure(_svg(foot + 34, told, *parts), told)


def _dumbbell(question, y):
    before, after = question.before, question.after
    if before is not None and after is not None:
        yield _line(_along(before), y, _along(after), y, stroke=INK, stroke_width=2)
    if before is not None:
        yield tag(
            "circle",
            cx=f"{_along(before):.1f}",
            cy=y,
            r=5,
            fill="#fff",
            stroke=INK,
            stroke_width=2,
        )
    if after is not None:
        yield _rect(_along(after) - 5, y - 5, 10, 10, fill=BLUE)
    numbers = [f"{v:.0%}" for v in (before, after) if v is not None]
    yield _text(_along(1) + 10, y + 4, " to ".join(numbers) or "no answer")


def _concept_sentence(questions):
    known = [q for q in questions if q.before is not None]
    if not known:
        return "Nobody has answered the concept test yet."
    mean = sum(q.before for q in known) / len(known)
    told = f"Before the course {mean:.0%} of the answers were right"
    after = [q.after for q in questions if q.after is not None]
    if not after:
        return f"{told}; nobody has answered it a second time yet."
    return f"{told}, after it {sum(after) / len(after):.0%}."


def times(found):
    """Draw how long a verdict took in each lesson: median, 19 of 20, the longest."""
    row, top = 24, 6
    longest = max(max(values) for values in found.values())
    parts = []
    for k, (lesson, values) in enumerate(found.items()):
        y = top + k * row + row / 2
        half, most, last = quantile(values, 0.5), quantile(values, 0.95), max(values)
        parts.append(_text(0, y + 4, lesson))
        parts.append(_line(_along(0), y, _along(last / longest), y, stroke=GREY))
        parts.append(
            _rect(
                _along(0), y - 6, _along(most / longest) - _along(0), 12, fill="#c9ced3"
            )
        )
        parts.append(_rect(_along(half / longest) - 2, y - 8, 4, 16, fill=INK))
        parts.append(_text(_along(1) + 6, y + 4, f"{half:.2g} s"))
    foot = top + len(found) * row + 4
    parts += _axis(foot, "seconds", (0, 0.5, 1), " s", float(f"{longest:.3g}"))
    told = f"Seconds that a verdict took: at most {longest:.3g}."
    key = " The black mark is the median, the bar ends where 19 of 20 are done."
    return figure(_svg(foot + 34, told, *parts), told + key)
