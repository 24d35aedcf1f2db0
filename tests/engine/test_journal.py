"""A grader that is killed and started again ends with the grades of one that wasn't."""

import pytest

from autograder.errors import ProblemError
from autograder.run.batch import grade
from autograder.run.journal import Journal
from tests.engine import little
from tools import soak

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]


def _class(lesson, count=6):
    for number in range(count):
        tree = little.notebook(solved=number % 3 != 0)
        tree["cells"].append(little.code(f"number = {number}"))
        lesson.submit(f"s{number}", little.as_bytes(tree))
    lesson.submit("torn", b"{")
    return lesson.course


def _score(course, student):
    with course.gradebook() as book:
        return book.find_submission(little.NAME, student).score


@pytest.mark.timeout(1500)
def test_twenty_kills_change_no_grade(lesson):
    found = soak.soak(_class(lesson), kills=20)
    assert found.kills == 20
    assert found.wrong == []


@pytest.mark.timeout(1500)
def test_kills_among_other_faults_change_no_grade(lesson):
    found = soak.soak(_class(lesson, 3), kills=3, faults=True)
    assert found.kills == 3
    assert found.wrong == []


def test_received_is_saved_and_for_a_person(lesson):
    batch = grade(_class(lesson), seed=1)
    assert (batch.received, batch.saved) == (7, 6)
    assert list(batch.for_a_person) == [("torn", little.NAME)]
    assert batch.status == 1


def test_a_second_run_judges_nothing_again(lesson):
    course = _class(lesson)
    grade(course, seed=1)
    again = grade(course)
    assert (again.judged, again.saved, again.received) == (0, 6, 7)


def test_an_old_score_does_not_survive_a_new_submission(lesson):
    lesson.submit("ada", little.as_bytes(little.notebook(solved=True)))
    grade(lesson.course, seed=1)
    assert _score(lesson.course, "ada") == little.FULL
    lesson.submit("ada", little.as_bytes(little.notebook(solved=False)))
    grade(lesson.course)
    assert _score(lesson.course, "ada") == 0


def test_an_old_score_does_not_survive_a_file_that_cannot_be_read(lesson):
    lesson.submit("ada", little.as_bytes(little.notebook(solved=True)))
    grade(lesson.course, seed=1)
    lesson.submit("ada", b"torn")
    batch = grade(lesson.course)
    assert ("ada", little.NAME) in batch.for_a_person
    assert _score(lesson.course, "ada") == 0


def test_a_gradebook_that_was_lost_is_filled_from_the_journal(lesson):
    course = _class(lesson)
    grade(course, seed=1)
    before = soak.grades(course)
    (course.grading / "gradebook.db").unlink()
    again = grade(course)
    assert again.judged == 0
    assert soak.grades(course) == before


def test_a_mark_by_hand_stays_until_the_answer_changes(lesson):
    tree = little.notebook(solved=True)
    little.find(tree, "why")["source"] += "\n\nThe last window ends at the border."
    lesson.submit("ada", little.as_bytes(tree))
    grade(lesson.course, seed=1)
    names = ("why", little.NAME, little.NAME, "ada")
    with lesson.course.gradebook() as book:
        book.find_grade(*names).manual_score = 1.5
        book.db.commit()
    grade(lesson.course, force=True)
    with lesson.course.gradebook() as book:
        assert book.find_grade(*names).manual_score == 1.5
    little.find(tree, "why")["source"] += " So it stops there."
    lesson.submit("ada", little.as_bytes(tree))
    grade(lesson.course)
    with lesson.course.gradebook() as book:
        mark = book.find_grade(*names)
        assert (mark.manual_score, mark.needs_manual_grade) == (None, True)


def test_the_seed_is_kept_for_when_a_lesson_is_graded_again(lesson):
    _class(lesson)
    grade(lesson.course, seed=77)
    grade(lesson.course, force=True)
    with Journal(lesson.course.grading) as journal:
        seeds = {entry.key.seed for entry in journal.entries()}
    assert seeds == {77}


def test_two_graders_do_not_share_a_course(lesson):
    with Journal(lesson.course.grading), pytest.raises(ProblemError):
        Journal(lesson.course.grading)


def test_three_runs_give_the_same_scores(lesson):
    course = _class(lesson)
    runs = []
    for _ in range(3):
        grade(course, seed=5, force=True)
        runs.append(soak.grades(course))
    assert runs[0] == runs[1] == runs[2]


def test_a_fault_of_the_machine_is_tried_again(lesson, monkeypatch):
    from autograder.run import pool

    def broken(self, tasks):
        while tasks:
            yield pool.Answer(tasks.popleft().number, "error", "the power went")

    monkeypatch.setattr(pool.Pool, "run", broken)
    lesson.submit("ada", little.as_bytes(little.notebook(solved=True)))
    batch = grade(lesson.course, seed=1)
    assert "3 times" in batch.for_a_person["ada", little.NAME]
    monkeypatch.undo()
    assert grade(lesson.course).saved == 1
    assert _score(lesson.course, "ada") == little.FULL
