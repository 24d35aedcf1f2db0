"""The helpers that lessons share: pairs of settings, and windows to slide."""

import numpy as np
import pytest

from byhand import helpers


def test_one_number_is_a_pair_and_a_pair_stays_one():
    assert helpers.both(2) == (2, 2)
    assert helpers.both((1, 3)) == (1, 3)


def test_a_window_is_cut_out_by_its_two_slices():
    x = np.arange(60.0).reshape(1, 5, 6, 2)
    padded, rows, columns = helpers.prepare(x, 2, 3, 2, (0, 1), 1)
    assert (padded.shape, len(rows), len(columns)) == ((1, 5, 8, 2), 2, 3)
    np.testing.assert_array_equal(padded[0, rows[1], columns[1]], x[0, 2:4, 1:4])


@pytest.mark.xdist_group("together")
def test_groups_of_tests_stay_in_one_process(request, worker_id):
    if worker_id == "master":
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@together")
