"""The numbers in the text of every lesson are those that its functions compute."""

import pytest

from autograder.lessons import answers
from tests import prose

each_lesson = pytest.mark.parametrize("lesson", answers.lessons())


@each_lesson
def test_every_number_with_a_row_is_the_one_that_is_computed(lesson):
    assert list(prose.wrong_rows(lesson)) == []


@each_lesson
def test_every_number_in_the_text_has_a_row_or_claims_nothing(lesson):
    assert list(prose.uncovered(lesson)) == []


@each_lesson
def test_both_sides_of_every_written_sum_agree(lesson):
    assert list(prose.wrong_sums(lesson)) == []


@pytest.mark.parametrize(
    ("printed", "computed", "agrees"),
    [
        ("0.33", 1 / 3, True),
        ("0.34", 1 / 3, False),
        ("−8", -8, True),
        ("8", 8.2, False),
        ("25 600", 25_600, True),
        ("2/9", 2 / 9, True),
        ("seven", 7, True),
        ("1.5e-9", 1.49e-9, True),
        ("1.5e-9", 1.6e-9, False),
        ("½", 0.5, True),
    ],
)
def test_a_printed_number_agrees_to_the_decimals_that_it_shows(
    printed, computed, agrees
):
    assert prose.agrees(printed, computed) is agrees


@pytest.fixture
def small(monkeypatch):
    """Return a function that checks a text of one cell against rows."""

    def checked(text, *rows):
        table = [prose.Row(n, *row.split(" :: ")) for n, row in enumerate(rows, 1)]
        monkeypatch.setattr(prose, "cells", lambda lesson: [(1, text)])
        monkeypatch.setattr(prose, "table", lambda lesson: table)
        lesson = "00_start_here"
        wrong = [*prose.wrong_rows(lesson), *prose.wrong_sums(lesson)]
        return len(wrong), [number for _, number, _ in prose.uncovered(lesson)]

    return checked


@pytest.mark.parametrize(
    ("text", "rows", "found"),
    [
        ("The sum is 14.", ["sum is «14» :: 7 * 2"], (0, [])),
        ("The sum is 15.", ["sum is «15» :: 7 * 2"], (1, [])),
        ("The sum is 14.", ["sum was «14» :: 7 * 2"], (1, ["14"])),
        ("The sum is 14.", ["sum is 14 :: 7 * 2"], (1, [])),
        ("The sum is 14.", ["sum is 14 :: given"], (0, [])),
        ("Maps 3 and 4, so 7.", ["so «7» :: 3 + 4"], (0, ["3", "4"])),
        ("That is 2·3 + 4 = 10.", [], (0, [])),
        ("That is 2·3 + 4 = 11.", [], (1, [])),
        ("`x[3]` of lesson 02, with stride 2, in 1998", [], (0, [])),
        (r"$n - 1$ of $\sqrt{9} = 3$", [], (0, ["9", "3"])),
    ],
)
def test_a_wrong_number_and_a_number_without_a_row_are_found(small, text, rows, found):
    assert small(text, *rows) == found
