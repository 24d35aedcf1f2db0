"""Lay the class out as one HTML page that needs no network and no script."""

from autograder.report import alike, charts, concept_test, counting
from autograder.report.markup import Markup, join, table, tag
from autograder.report.smallest import smallest
from autograder.report.students import (
    index,
    letter_bar,
    link,
    links,
    moment,
    numbered,
    sections,
)
from autograder.report.stylesheet import STYLE

AGAIN = 5  # mistakes on top of the page
SHOWN_GROUPS = 40
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_PARTS = (
    ("again", "Teach again"),
    ("lessons", "Lessons"),
    ("exercises", "Exercises"),
    ("mistakes", "Mistakes"),
    ("person", "Needs a person"),
    ("alike", "Look-alikes"),
    ("concept", "Concept test"),
    ("time", "Time and sandbox"),
    ("students", "Students"),
)


def page(data, made):
    """Return the page; ``made`` is the time at which the report is made."""
    report = _Report(data)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "Class report: Convolution by Hand"),
        tag("style", Markup(STYLE)),
    )
    parts = [
        tag("h2", title, id=name) + getattr(report, name)() for name, title in _PARTS
    ]
    body = tag(
        "body",
        report.header(made),
        report.navigation(),
        tag("main", *map(Markup, parts)),
    )
    return "<!doctype html>\n" + tag("html", head, body, lang="en")


class _Report:
    """The parts of the page; each method returns one."""

    def __init__(self, data):
        self.data = data
        self.anchors = numbered(data)
        self.by_exercise = counting.by_exercise(data)
        self.all_mistakes = counting.mistakes(data)
        self.people = counting.for_a_person(data)

    def link(self, student):
        """Return a link to a student, or the name of one without a section."""
        return (
            link(self.data, self.anchors, student)
            if student in self.anchors
            else student
        )

    def header(self, made):
        """Return the title and five figures."""
        data = self.data
        scores = [x for lesson in counting.lessons(data) for x in lesson.scores]
        median = counting.quantile(scores, 0.5)
        figures = (
            (len(data.people), "students"),
            (len(data.submissions), "submissions judged"),
            ("–" if median is None else f"{median:.0%}", "median of the points"),
            (len(self.people), "notes for a person"),
            (sum(s.to_mark for s in data.submissions), "written answers to mark"),
        )
        boxes = [tag("li", tag("b", number), name) for number, name in figures]
        return tag(
            "header",
            tag("h1", "The class at a glance"),
            tag("p", f"Convolution by Hand · made {moment(made)}", class_="facts"),
            tag("ul", *boxes, class_="key"),
            self._unverified(),
        )

    def _unverified(self):
        if self.data.level != 0:
            return None
        told = "! Unverified: some grades were taken without a sandbox."
        return tag("p", told, class_="warn")

    def navigation(self):
        """Return the bar that stays on top: the parts, and the letters of names."""
        parts = [tag("a", title, href=f"#{name}") for name, title in _PARTS]
        names = letter_bar(self.data, self.anchors)
        return tag(
            "nav",
            tag("div", *parts),
            tag("div", names, class_="letters"),
            aria_label="Parts of the page",
        )

    def again(self):
        """Return what to teach again: the mistakes that hit the most students."""
        worth = [m for m in self.all_mistakes if len(m.students) >= counting.FEWEST]
        parts = [tag("ol", *map(self._mistake, worth[:AGAIN]), class_="again")]
        if not worth:
            parts = [tag("p", "No known mistake hit more than one student.")]
        hard = counting.hardest(self.by_exercise)[:3]
        if hard:
            parts.append(tag("h3", "Failed for reasons that no check recognised"))
            parts.append(tag("ul", *map(self._hard, hard)))
        return join([*parts, self._questions_again()])

    def _mistake(self, mistake):
        where = ", ".join(f"{name} ({n})" for name, n in mistake.by_exercise)
        exercise = mistake.by_exercise[0][0]
        return tag(
            "li",
            tag("strong", mistake.name),
            f": {_count(len(mistake.students), 'student')}. ",
            _sentence(mistake.likely),
            tag(
                "div",
                f"In {where}: ",
                links(self.data, self.anchors, mistake.students),
                class_="soft",
            ),
            _drawn(exercise, mistake.name, unfolded=True),
        )

    def _hard(self, exercise):
        kinds = ", ".join(
            f"{counting.KINDS.get(kind, kind)} ({n})" for kind, n in exercise.kinds
        )
        return tag(
            "li",
            tag("code", exercise.name),
            f" (lesson {exercise.lesson}): {exercise.unnamed} of {exercise.tried} who "
            f"tried. {kinds}",
        )

    def _questions_again(self):
        weak = [
            q
            for q in concept_test.questions(self.data)
            if q.after is not None and q.after < 0.6
        ]
        if not weak:
            return None
        told = "; ".join(
            f"{q.topic} ({q.after:.0%} right, lesson {q.lessons})" for q in weak
        )
        return tag("p", f"After the course most still miss: {told}.")

    def lessons(self):
        """Return the scores and their spread."""
        found = counting.lessons(self.data)
        rows = [
            (
                lesson.name,
                lesson.handed_in,
                f"{lesson.most:g}",
                *(_percent(lesson.quantile(q)) for q in (0, 0.25, 0.5, 0.75, 1)),
                _percent(lesson.mean),
                lesson.to_mark,
                lesson.late,
            )
            for lesson in found
        ]
        titles = (
            *("lesson", "handed in", "points", "lowest", "1st quartile", "median"),
            *("3rd quartile", "highest", "mean", "to mark", "late"),
        )
        return join(
            (
                charts.spread(found),
                table(titles, rows, numbers=range(1, 11)),
            )
        )

    def exercises(self):
        """Return how many passed, failed and did nothing."""
        rows = [
            (
                e.number,
                tag("code", e.name),
                e.title,
                e.passed,
                e.failed,
                e.untouched,
                _percent(e.passed / e.tried if e.tried else None),
            )
            for e in self.by_exercise
        ]
        titles = (
            "",
            "exercise",
            "",
            "passed",
            "failed",
            "untouched",
            "passed of tried",
        )
        numbers = table(titles, rows, numbers=(3, 4, 5, 6))
        picture = charts.outcomes(self.by_exercise)
        return join((picture, tag("details", tag("summary", "as a table"), numbers)))

    def mistakes(self):
        """Return all recognised mistakes, each with its smallest failing case."""
        if not self.all_mistakes:
            return tag("p", "No check recognised a mistake.")
        rows = [
            (
                m.name,
                len(m.students),
                ", ".join(f"{name} ({n})" for name, n in m.by_exercise),
                links(self.data, self.anchors, m.students),
                _drawn(m.by_exercise[0][0], m.name),
            )
            for m in self.all_mistakes
        ]
        return table(
            ("mistake", "", "in", "students", "smallest failing case"),
            rows,
            numbers=(1,),
        )

    def person(self):
        """Return who needs a person, and why."""
        if not self.people:
            return tag("p", "Nobody: every submission has its grade.")
        rows = [
            (lesson, join(_listed(map(self.link, students))), why)
            for (lesson, why), students in counting.together(self.people).items()
        ]
        return table(("lesson", "students", "why"), rows)

    def alike(self):
        """Return answers that are nearly identical."""
        told = (
            "Names, layout and comments are evened out, numbers kept. A place to look, "
            "never a verdict: a short exercise has one natural answer, and students "
            "may work together. Short answers are left out."
        )
        found = alike.groups(self.data)
        parts = [tag("p", told)]
        both = [pair for pair in alike.pairs(found) if len(pair[2]) > 1][:20]
        if both:
            rows = [
                (self.link(a), self.link(b), ", ".join(names)) for a, b, names in both
            ]
            parts.append(
                table(("student", "student", "alike in"), rows, "Alike more than once")
            )
        rare = [g for g in found if not g.common]
        parts += map(self._group, rare[:SHOWN_GROUPS])
        if len(rare) > SHOWN_GROUPS:
            parts.append(
                tag("p", f"{len(rare) - SHOWN_GROUPS} more stand in alike.csv.")
            )
        common = [g for g in found if g.common]
        if common:
            told = ", ".join(f"{g.exercise} ({len(g.students)})" for g in common)
            parts.append(tag("p", f"Shared by so many that it tells nothing: {told}."))
        if not found:
            parts.append(tag("p", "No two long answers are nearly identical."))
        return join(parts)

    def _group(self, group):
        state = "passed" if group.passed else "not passed"
        ours = "; the published answer" if group.published else ""
        title = f" · {_count(len(group.students), 'student')} · {state}{ours} · "
        texts = [tag("pre", text) for text in group.texts]
        return tag(
            "div",
            tag(
                "h3", tag("code", group.exercise), title, f"{group.likeness:.0%} alike"
            ),
            tag("p", links(self.data, self.anchors, group.students)),
            tag(
                "details",
                tag("summary", "the answers"),
                tag("div", *texts, class_="two"),
            ),
        )

    def concept(self):
        """Return the concept test before and after."""
        found = concept_test.questions(self.data)
        if all(q.before is None and q.after is None for q in found):
            return tag("p", "Nobody has answered the concept test yet.")
        rows = [
            (
                q.key[1:],
                q.topic,
                q.lessons,
                _percent(q.before),
                q.answered_before,
                _percent(q.after),
                q.answered_after,
                "–" if q.gain is None else f"{q.gain:+.0%}",
                q.both,
            )
            for q in found
        ]
        titles = (
            "question,topic,lessons,before,answers,after,answers,gain,answered both"
        )
        return join(
            (
                charts.before_and_after(found),
                table(titles.split(","), rows, numbers=range(3, 9)),
            )
        )

    def time(self):
        """Return the sandbox's level and the time per submission."""
        level = self.data.level
        told = {
            None: "No verdict was taken.",
            0: "Level 0: no sandbox. The grades are unverified.",
            2: "Level 2: Landlock, seccomp and another user.",
            3: "Level 3: namespaces of bubblewrap, seccomp and limits.",
        }[level]
        found = counting.seconds(self.data)
        parts = [tag("p", f"Weakest sandbox of all verdicts. {told}")]
        return join([*parts, charts.times(found) if found else None])

    def students(self):
        """Return the index of names and a section for each."""
        told = (
            "Choose a letter, then a name; or search the page for any part of a name, "
            "number or address."
        )
        return join(
            (
                tag("p", told),
                tag("div", index(self.data, self.anchors), class_="names"),
                sections(self.data, self.anchors),
            )
        )


def _drawn(exercise, mistake, unfolded=False):
    found = smallest(exercise, mistake)
    if found is None:
        return None
    return tag(
        "details",
        tag("summary", f"smallest failing case, {exercise}"),
        tag("pre", found.text),
        tag("div", found.drawing, class_="case"),
        open="open" if unfolded else None,
    )


def _listed(parts):
    return [
        piece for k, part in enumerate(parts) for piece in (", " if k else "", part)
    ]


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _percent(share):
    return "–" if share is None else f"{share:.0%}"
