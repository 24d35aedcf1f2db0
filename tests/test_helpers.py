"""The helpers of the lessons: a result beside Keras's, and windows to slide."""

import numpy as np

from byhand import helpers


def test_a_small_result_is_printed_beside_keras_s(capsys):
    helpers.beside(np.array([1.0, 2.5]), np.array([1.0, 2.0]))
    assert capsys.readouterr().out.splitlines() == [
        "Keras [1. 2.]",
        "yours [1.  2.5]",
        "largest difference 5e-01",
    ]


def test_of_a_large_result_only_the_shape_is_printed(capsys):
    helpers.beside(np.zeros((3, 7)), np.zeros((7, 3)))
    assert capsys.readouterr().out.splitlines() == [
        "Keras shape (7, 3)",
        "yours shape (3, 7)",
    ]


def test_what_is_not_written_yet_is_said_and_nothing_raises(capsys):
    helpers.beside(None, np.ones((2, 2)))
    helpers.beside(None, (np.ones(2), np.ones(1)), names=("dx", "db"))
    said = capsys.readouterr().out
    assert said.count("not written yet") == 3
    assert "dx\n" in said and "db\n" in said


def test_one_number_is_a_pair_and_a_pair_stays_one():
    assert helpers.both(2) == (2, 2)
    assert helpers.both((1, 3)) == (1, 3)


def test_a_window_is_cut_out_by_its_two_slices():
    x = np.arange(60.0).reshape(1, 5, 6, 2)
    padded, rows, columns = helpers.prepare(x, 2, 3, 2, (0, 1), 1)
    assert (padded.shape, len(rows), len(columns)) == ((1, 5, 8, 2), 2, 3)
    np.testing.assert_array_equal(padded[0, rows[1], columns[1]], x[0, 2:4, 1:4])
