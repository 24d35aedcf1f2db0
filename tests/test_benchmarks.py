"""The benchmarks compare what computes the same, and say what they miss."""

import json

import numpy as np
import pytest

import benchmarks
from benchmarks import __main__ as every
from benchmarks import operations


def test_every_benchmark_is_found_and_a_wrong_name_is_said(capsys):
    assert "operations" in every.modules()
    assert every.run(["nothing"]) == 2
    assert "no benchmark nothing" in capsys.readouterr().out


def test_figures_are_kept_with_the_machine_that_they_depend_on(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "RESULTS", tmp_path / "results")
    benchmarks.keep("one", {"ratio": 1})
    benchmarks.keep("two", {"ratio": 2})
    kept = json.loads((tmp_path / "results" / "one.json").read_text())
    assert kept["ratio"] == 1
    assert kept["numpy"] == np.__version__


@pytest.mark.tf
@pytest.mark.parametrize("operation", operations.OPERATIONS)
def test_numpy_keras_and_loops_compute_the_same_and_are_timed_in_turn(operation):
    make = operations.OPERATIONS[operation]
    contenders = make(np.random.default_rng(1), 2, 7, 2, 3)
    assert operations.agree(contenders)
    times = operations.measure(contenders, 2)
    assert set(times["forward"]) == {"numpy", "keras", "loops", "compiled"}
    assert set(times["backward"]) == {"numpy", "keras", "loops"}
    assert all(t > 0 for side in times.values() for t in side.values())


def test_means_are_geometric_and_keep_the_two_directions_apart():
    rows = [
        {"direction": "forward", "numpy_over_keras": 1.0},
        {"direction": "forward", "numpy_over_keras": 4.0},
        {"direction": "backward", "numpy_over_keras": 9.0},
    ]
    assert operations.means(rows) == {
        "forward, numpy over keras": 2.0,
        "backward, numpy over keras": 9.0,
    }
