"""The index by letters and a section for each student."""

import collections
from datetime import UTC, datetime

from autograder.report import counting
from autograder.report.markup import Markup, join, table, tag


def numbered(data):
    """Return {student: anchor}, in the order of their names."""
    ordered = sorted(data.people, key=lambda s: (data.people[s].sort_name, s))
    return {student: f"student-{k}" for k, student in enumerate(ordered, 1)}


def link(data, anchors, student):
    """Return a link to a student's section."""
    return tag("a", data.people[student].name, href=f"#{anchors[student]}")


def links(data, anchors, students, most=12):
    """Return links to students, cut where there are too many."""
    shown = [link(data, anchors, student) for student in students[:most]]
    more = f" and {len(students) - most} more" if len(students) > most else None
    return join(
        [part for k, one in enumerate(shown) for part in (", " if k else "", one)]
        + [more]
    )


def letters(data, anchors):
    """Return {letter: students} of the index."""
    found = collections.defaultdict(list)
    for student in anchors:
        first = data.people[student].sort_name[:1].upper()
        found[first if first.isalpha() else "#"].append(student)
    return dict(found)


def letter_bar(data, anchors):
    """Return the row of letters that stands on top of the page."""
    present = letters(data, anchors)
    return join([tag("a", letter, href=f"#{_anchor(letter)}") for letter in present])


def _anchor(letter):
    return f"letter-{ord(letter):x}"


def index(data, anchors):
    """Return the names under their letters."""
    return join(
        tag(
            "div",
            tag("h3", letter, id=_anchor(letter)),
            tag("ul", *(tag("li", link(data, anchors, s)) for s in students)),
            class_="letter",
        )
        for letter, students in letters(data, anchors).items()
    )


def sections(data, anchors):
    """Return a section per student."""
    own = collections.defaultdict(list)
    for submission in data.submissions:
        own[submission.student].append(submission)
    waiting = collections.defaultdict(list)
    for lesson, student, _ in data.waiting:
        waiting[student].append(lesson)
    return join(
        _section(data, student, anchor, own[student], waiting[student])
        for student, anchor in anchors.items()
    )


def _section(data, student, anchor, submissions, waiting):
    person = data.people[student]
    total = sum(s.final or 0.0 for s in submissions)
    most = sum(data.lessons[s.lesson] for s in submissions)
    handed_in = {s.lesson for s in submissions} | set(waiting)
    missing = [name for name in data.lessons if name not in handed_in]
    facts = [student if student != person.name else "", person.email, person.section]
    facts.append(f"{total:.4g} of {most:g} points in {len(submissions)} lessons")
    if missing and submissions:
        facts.append("not handed in: " + ", ".join(missing))
    body = table(
        ("lesson", "points", "received", "what is open"),
        [_row(data, s) for s in submissions],
        numbers=(1,),
    )
    return tag(
        "section",
        tag("h3", person.name),
        tag("p", " · ".join(filter(None, facts)), class_="facts"),
        body if submissions else tag("p", "Nothing handed in."),
        tag("p", tag("a", "to all names", href="#students"), class_="back"),
        id=anchor,
        class_="student",
    )


def _row(data, submission):
    most = data.lessons[submission.lesson]
    points = (
        "none" if submission.final is None else f"{submission.final:.4g} of {most:g}"
    )
    if submission.penalty:
        points += f" ({submission.penalty:.4g} taken off: late)"
    page = (
        f"../feedback/{submission.student}/{submission.lesson}/{submission.lesson}.html"
    )
    return (
        tag("a", submission.lesson, href=page),
        points,
        moment(submission.received),
        _open(submission),
    )


def moment(seconds):
    """Return a time of arrival, in UTC."""
    if not seconds:
        return "?"
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M UTC")


def _open(submission):
    """Say what of a submission isn't right yet, or waits for a person."""
    lines = [tag("strong", f"! {why}") for why in submission.needs]
    if submission.to_mark:
        lines.append(f"{submission.to_mark} written to mark")
    failed = [t for t in submission.tries if t.state == "failed"]
    lines += [_failed(each) for each in failed]
    untouched = [t.exercise for t in submission.tries if t.state == "untouched"]
    if untouched:
        lines.append("untouched: " + ", ".join(untouched))
    if not lines and submission.tries:
        lines.append("all passed")
    return join([tag("div", line) for line in lines]) or Markup("–")


def _failed(each):
    kinds = ", ".join(counting.KINDS.get(kind, kind) for kind in each.kinds)
    why = ", ".join(each.misconceptions) or kinds or "not recognised"
    part = f" ({each.earned:.3g} of {each.most:g})" if each.earned else ""
    return join([tag("code", each.exercise), f" failed{part}: {why}"])
