"""The page: what stands on it, what it never does, and the tables beside it."""

import csv
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from autograder.checks import concept_test, smallest
from autograder.classroom.class_list import Person
from autograder.report import counting, writing
from autograder.report.class_results import ClassData, Submission, Try, read_class
from autograder.report.page import pages
from autograder.run.batch import grade
from byhand import exercises
from byhand.checks import material
from byhand.exercises.concept import LETTERS
from byhand.exercises.start_here import concept_before
from byhand.exercises.train_a_cnn import concept_after
from tests.engine import little

CLASS_PARTS = ("again", "exercises", "lessons", "concept", "time")
STUDENT = re.compile("#student-")
ATTACK = '<script>alert("x")</script>'


def right_answers(test):
    """Return the key of one of the two concept tests."""
    return {
        q.key: next(k for k in LETTERS if test.is_right(q.key, k))
        for q in test.questions
    }


BEFORE, AFTER = map(right_answers, (concept_before.TEST, concept_after.TEST))


def answers_to(name, letters):
    return {name: f"{name} = {letters!r}"}


def tried(*states):
    return tuple(
        Try(name, state, 0.0, 2.0, slips, ("values",)) for name, state, slips in states
    )


@pytest.fixture(scope="module")
def data():
    """Return two who share a mistake, one with a flag, one on the roster only."""
    ignored = ("stride ignored",)
    submissions = [
        Submission(
            *("ada", "02_convolution", "saved", "", 3),
            received=1_790_000_000.0,
            seconds=0.5,
            tries=tried(("conv1d", "failed", ignored), ("pad2d", "passed", ())),
            answers=answers_to(concept_test.BEFORE, dict.fromkeys(BEFORE, "e")),
            score=20.0,
            unmarked=2.0,
            to_mark=1,
        ),
        Submission(
            *("bob", "02_convolution", "saved", "", 2),
            seconds=1.5,
            tries=tried(("conv1d", "failed", ignored), ("pad2d", "untouched", ())),
            answers=answers_to(concept_test.BEFORE, BEFORE)
            | answers_to(concept_test.AFTER, AFTER),
            score=10.0,
            penalty=1.0,
        ),
        Submission("eve", "02_convolution", "person", f"A link. {ATTACK}"),
    ]
    people = {
        "ada": Person("ada", "Ada", "Lovelace"),
        "bob": Person("bob", ATTACK, "=1+1"),
        "eve": Person("eve"),
        "zoe": Person("zoe", "Zoé", "Ångström", "zoe@example.org"),
    }
    waiting = [("01_x_or_o", "eve", "")]
    return ClassData(
        {"01_x_or_o": 18.0, "02_convolution": 27.0}, people, submissions, waiting
    )


def parsed(data, name):
    return BeautifulSoup(pages(data, 0.0)[name], "html.parser")


@pytest.fixture(scope="module")
def soup(data):
    """Return the page for the teacher."""
    return parsed(data, "index")


@pytest.fixture(scope="module")
def shown(data):
    """Return the page that can be shown in class."""
    return parsed(data, "class")


def part(soup, name):
    """Return the text between a heading and the next one."""
    texts = []
    for sibling in soup.find("h2", id=name).next_siblings:
        if sibling.name == "h2":
            break
        texts.append(
            sibling.get_text(" ", strip=True) if sibling.name else str(sibling)
        )
    return re.sub(r"\s+", " ", " ".join(texts)).strip()


@pytest.mark.parametrize("name", ["index", "class"])
def test_the_page_needs_no_network_and_no_script(data, name):
    soup = parsed(data, name)
    assert not soup.find_all(["script", "link", "iframe", "img", "object", "base"])
    for element in soup.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not element.get("src")
        assert re.match(r"#|class\.html$|\.\./feedback/", element.get("href", "#"))
    assert "default-src 'none'" in str(soup.find("meta", attrs={"http-equiv": True}))
    assert "url(" not in soup.style.string


def test_what_a_student_wrote_is_text_and_never_markup(soup):
    assert ATTACK in soup.get_text()


def test_what_to_teach_again_stands_on_top_with_its_case_drawn(shown):
    assert shown.find("h2")["id"] == "again"
    told = part(shown, "again")
    assert told.startswith("stride ignored : 2 students")
    assert "In conv1d (2)" in told
    again = shown.find("ol", class_="again")
    assert [f.figcaption.get_text() for f in again.find_all("figure")] == ["x", "w"]
    assert "the window moves" in again.find("pre").get_text()


def test_nobody_is_named_on_the_page_that_is_shown_in_class(soup, shown):
    assert [heading["id"] for heading in shown.find_all("h2")] == list(CLASS_PARTS)
    assert not shown.find("a", href=STUDENT)
    for name in ("Ada", "Lovelace", "Ångström", "eve", ATTACK):
        assert name not in shown.get_text(" ").split()
        assert f"{name} " not in shown.get_text(" ")
    assert "Ada Lovelace" in part(soup, "mistakes")


def test_who_needs_the_teacher_stands_first_and_why(data, soup):
    assert soup.find("h2")["id"] == "needs"
    rows = soup.find("h2", id="needs").find_next("tbody").find_all("tr")
    told = {row.td.get_text(strip=True): row.get_text(" ") for row in rows}
    assert list(told) == [f"{ATTACK} =1+1", "eve", "Zoé Ångström"]
    assert "0 of 2" in told["eve"] and "02_convolution: A link." in told["eve"]
    assert "not handed in: 1 of 1" in told["Zoé Ångström"]
    assert "failed 1, not begun 1" in told[f"{ATTACK} =1+1"]


def test_exercises_stand_in_the_order_of_failure(data):
    found = counting.by_failure(counting.by_exercise(data))
    assert [(e.name, e.share) for e in found] == [("conv1d", 0.0)]


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    [("Dense", "bias forgotten"), ("MaxPool2D", "maximum started at 0")],
)
def test_the_case_of_a_layer_is_drawn_with_its_numbers(data, exercise, mistake):
    wrong = Try(exercise, "failed", 0.0, 2.0, (mistake,))
    two = [
        Submission(student, "01_x_or_o", "saved", tries=(wrong,))
        for student in ("ada", "bob")
    ]
    soup = parsed(replace(data, submissions=two), "class")
    again = soup.find("ol", class_="again")
    drawn = [f.figcaption.get_text() for f in again.find_all("figure")]
    assert "yours - Keras" in drawn[-1]
    assert "likely" in again.pre.get_text()
    assert "raised" not in again.pre.get_text()


def test_no_smallest_case_shows_an_error_of_our_own():
    shown = [
        smallest.smallest(each.id, mistake)
        for each in exercises.table().values()
        if each.kind == "function"
        for mistake in material.predictions(material.OWN, each.id)
    ]
    assert len(shown) > 1000
    assert not [one.exercise for one in shown if "AttributeError" in one.text]
    # f and g exchanged fit into each other in no case
    assert {one.exercise for one in shown if "raised" in one.text} == {"adjoint_gap"}
    assert not [one.exercise for one in shown if "not recognised" in one.text]


def test_every_label_lies_within_its_picture(shown):
    for picture in shown.find_all("svg"):
        width = float(picture["viewbox"].split()[2])
        for text in picture.find_all("text"):
            if text.get("text-anchor") == "middle":
                continue
            assert float(text["x"]) + 6.5 * len(text.string) <= width, text


def test_an_answer_without_a_mark_is_not_counted_as_0(data, soup, shown):
    (lesson,) = counting.lessons(data)
    assert lesson.scores == (20 / 25, 9 / 27)
    assert "2 points not marked yet" in part(soup, "students")
    row = shown.find("h2", id="lessons").find_next("tbody").tr
    assert [cell.get_text() for cell in row.find_all("td")][3:8] == [
        *("33%", "45%", "57%", "68%", "80%")
    ]


@pytest.mark.parametrize("name", ["index", "class"])
def test_every_part_is_reached_from_the_bar(data, name):
    soup = parsed(data, name)
    assert soup.nav.find("a")
    for link in soup.nav.find_all("a"):
        assert soup.find(id=link["href"][1:]) is not None


@pytest.mark.parametrize(("letter", "name"), [("A", "Zoé Ångström"), ("E", "eve")])
def test_a_student_is_two_clicks_away(soup, letter, name):
    first = soup.nav.find("a", string=letter)
    names = soup.find(id=first["href"][1:]).parent
    row = names.find("span", class_="who", string=name)
    assert row.find_parent("details")["class"] == ["student"]


def test_who_needs_a_person_and_why(soup):
    told = part(soup, "person")
    assert "01_x_or_o eve Received, and not judged yet." in told
    assert "02_convolution eve A link." in told


def test_pictures_say_in_words_what_they_show(shown):
    pictures = shown.find_all("svg")
    assert len(pictures) == 4
    assert "<pattern" not in str(shown)  # Chromium prints one as a huge bitmap
    for picture in pictures:
        assert picture["role"] == "img"
        assert picture["aria-label"] == picture.title.get_text()
        assert picture["aria-label"] in picture.parent.figcaption.get_text()


def test_the_exercises_are_counted(data):
    found = {
        e.name: (e.passed, e.failed, e.untouched) for e in counting.by_exercise(data)
    }
    assert found == {"conv1d": (0, 2, 0), "pad2d": (1, 0, 1)}


def test_the_concept_test_is_told_before_and_after(data, shown):
    for question in concept_test.questions(data):
        assert (question.answered_before, question.before) == (2, 0.5)
        assert (question.answered_after, question.after, question.gain) == (1, 1.0, 0.0)
    assert "Before the course 50% of the answers were right, after it 100%" in part(
        shown, "concept"
    )


def test_a_dict_that_would_have_to_be_run_is_not_read():
    assert (
        concept_test._letters("concept_before = {'q1': exit()}", "concept_before") == {}
    )
    assert concept_test._letters("import os; os.abort()", "concept_before") == {}


def test_the_weakest_sandbox_is_named(data, shown):
    assert data.level == 2
    assert "Level 2" in part(shown, "time")


def test_the_score_of_a_late_submission_is_told_without_the_penalty(soup, data):
    assert data.submissions[1].final == 9.0
    assert "9 of 27 (1 taken off: late)" in part(soup, "students")


def test_quantiles_are_those_of_numpy():
    import numpy as np

    values = [0.1, 0.4, 0.35, 0.8, 0.75, 0.2]
    for share in (0, 0.1, 0.25, 0.5, 0.9, 1):
        assert counting.quantile(values, share) == pytest.approx(
            np.quantile(values, share)
        )


def test_no_cell_of_the_tables_is_taken_for_a_formula(data):
    text = writing.as_csv([("name", 1.25), ("=cmd()", -0.5), ("+1", None)])
    assert list(csv.reader(text.splitlines())) == [
        ["name", "1.25"],
        ["'=cmd()", "-0.5"],
        ["'+1", ""],
    ]


def test_a_mistake_without_a_recorded_case_has_no_drawing():
    assert smallest.smallest("conv1d", "no such mistake") is None
    assert smallest.smallest("no such exercise", "stride ignored") is None


@pytest.mark.slow
def test_the_report_of_a_graded_class_holds_what_the_gradebook_holds(tmp_path):
    made = little.make(tmp_path)
    wrong = {"double": "def double(x):\n    return 3 * x"}
    made.submit("ada", little.as_bytes(little.notebook()))
    made.submit("bob", little.as_bytes(little.notebook(answers=wrong)))
    made.submit("pierre", little.as_bytes(little.notebook(solved=False)))
    made.submit("broken", b"{")
    grade(made.course, seed=1, judges=1)
    path = writing.write_report(made.course)
    assert "Who needs you" in path.read_text(encoding="utf-8")
    assert "bob" not in (path.parent / "class.html").read_text(encoding="utf-8")
    data = read_class(made.course)
    assert {s.student: s.final for s in data.submissions} == {
        "ada": little.FULL,
        "bob": little.FULL - 3,
        "broken": None,
        "pierre": None,  # who has not started
    }
    states = {
        (s.student, t.exercise): t.state for s in data.submissions for t in s.tries
    }
    assert states["ada", "double"] == "passed"
    assert states["bob", "double"] == "failed"
    assert states["pierre", "double"] == "untouched"
    assert [note[:2] for note in counting.for_a_person(data)] == [("little", "broken")]
    with open(path.parent / "submissions.csv", newline="") as file:
        rows = {row["student"]: row["final"] for row in csv.DictReader(file)}
    assert rows == {"ada": "10", "bob": "7", "broken": "", "pierre": ""}


def test_unnamed_mistakes_are_grouped_by_what_is_seen_of_them():
    clue = "your y[1] reads x[1] and x[2]; Keras's reads x[2] and x[3]"
    failed = Try("conv1d", "failed", 0.0, 2.0, (), ("values",), (clue,))
    other = replace(failed, clues=("your y[0] reads nothing",))
    data = ClassData(
        {"02_convolution": 20.0},
        {},
        [
            Submission(f"student {k}", "02_convolution", "saved", tries=(t,))
            for k, t in enumerate((failed, failed, failed, other))
        ],
        [],
    )
    (exercise,) = counting.hardest(counting.by_exercise(data))
    assert exercise.shared == ((clue, 3),)


def test_what_is_seen_of_an_unnamed_mistake_goes_from_the_check_to_the_report():
    from autograder.report.class_results import _try
    from autograder.verdict.verdicts import CellVerdict, Diagnosis
    from byhand.checks import checking

    def broken(x, w, b=0.0, *, stride=1):
        return x[len(x)]

    told = Diagnosis.of(checking.judge("conv1d", broken))
    cell = CellVerdict("test_conv1d", "tests", 2.0, 0.0, diagnoses=[told])
    assert _try(cell, set()).clues == (told.clue,)
    assert told.clue
    guess = Diagnosis.of(checking.judge("equal_pixels", 16))
    cell = CellVerdict("test_equal_pixels", "tests", 1.0, 1.0, diagnoses=[guess])
    assert _try(cell, set()).state == "passed"
    assert _try(cell, set()).misconceptions == ("the share that differs",)
