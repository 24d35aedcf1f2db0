"""The checks, measured on the zoo of wrong and right functions."""

import pytest

from tests import mutants


@pytest.mark.tf
def test_every_figure_of_the_zoo_reaches_its_goal(capsys):
    status = mutants.main(kinds=False)
    assert status == 0, capsys.readouterr().out


def test_a_figure_that_falls_short_is_said():
    row = {
        "wrong": 200,
        "visible": 150,
        "hidden of": 200,
        "hidden": 199,
        "single": 100,
        "named": 80,
        "misnamed": 1,
        "styles": 9,
        "accepted": 8,
    }
    said = " / ".join(mutants.shortfalls({}, row))
    for words in (
        "killed by hidden cases: 199 of 200",
        "killed by visible cases: 150 of 200",
        "diagnosed correctly: 80 of 100",
        "right styles accepted: 8 of 9",
        "diagnosed wrongly: 1",
    ):
        assert words in said
