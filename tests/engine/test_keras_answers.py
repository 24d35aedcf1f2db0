"""Keras's answers are computed once, kept within bounds, and never mixed up."""

import hashlib
import multiprocessing
import subprocess
import sys

import numpy as np
import pytest

from autograder.verdict import keras_answers
from autograder.verdict.keras_answers import Answers, Asker
from tests.conftest import ROOT


class Counting(Answers):
    """Answers that count how often they had to compute."""

    computed = 0

    def operation(self, name, args, kwargs):
        """Compute an array, or refuse."""
        self.computed += 1
        if name == "refused":
            raise ValueError("not with these")
        if name == "lost":
            raise OSError("the disk is gone")
        return np.full(args[0], 2.0)


def test_an_answer_is_computed_once_also_by_the_next_run(tmp_path):
    first, later = Counting(tmp_path, "v1"), Counting(tmp_path, "v1")
    for answers in (first, first, later):
        kind, value = answers.answer("operation", "filled", [3], {})
        assert kind == "value"
        np.testing.assert_array_equal(value, [2.0, 2.0, 2.0])
    assert (first.computed, later.computed) == (1, 0)


def test_a_refusal_is_kept_and_a_fault_is_not(tmp_path):
    answers = Counting(tmp_path, "v1")
    for _ in range(2):
        told = answers.answer("operation", "refused", [1], {})
        assert told == ("error", "ValueError", "not with these")
    assert answers.computed == 1
    for _ in range(2):
        answers.answer("operation", "lost", [1], {})
    assert answers.computed == 3


def test_answers_to_older_checks_go(tmp_path):
    Counting(tmp_path, "v1").answer("operation", "filled", [3], {})
    newer = Counting(tmp_path, "v2")
    assert newer.shelf.size == 0
    newer.answer("operation", "filled", [3], {})
    assert newer.computed == 1


def test_there_is_a_limit_to_what_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_answers, "KEPT_ON_DISK", 2000)
    answers = Counting(tmp_path, "v1")
    for size in range(1, 400, 20):
        answers.answer("operation", "filled", [size], {})
    assert 0 < answers.shelf.size <= 2000
    assert answers.computed == 20


def test_the_questions_of_students_crowd_out_no_cases(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_answers, "KEPT_ON_DISK", 0)
    computed = []
    monkeypatch.setattr(
        Answers, "expected", lambda self, *asked: computed.append(asked) or "kept"
    )
    for _ in range(2):
        told = Counting(tmp_path, "v1").answer("expected", "conv2d", 7)
        assert told == ("value", "kept")
    assert computed == [("conv2d", 7)]


def test_without_a_folder_to_write_in_it_answers_all_the_same(tmp_path):
    (tmp_path / "file").write_text("in the way")
    answers = Counting(tmp_path / "file" / "keras", "v1")
    assert answers.answer("operation", "filled", [1], {})[0] == "value"


def test_a_late_answer_is_not_taken_for_the_next_one():
    ours, theirs = multiprocessing.Pipe()
    asker = Asker(ours)
    theirs.send((0, "value", "of a question that was given up"))
    theirs.send((1, "value", "right"))
    assert asker.ask("operation", "conv2d", [], {}) == "right"


JUDGE = """
import contextlib, hashlib, sys
from pathlib import Path
from autograder.course import Course
from autograder.run.versions import checks_version
from autograder.sandbox import levels
from autograder.verdict.keras_answers import Asker
from autograder.run.pool import Judge, Keras, Task
from autograder.sandbox.client import Sandbox

if __name__ == "__main__":
    name, path, digest = "03_channels", Path(sys.argv[1]), sys.argv[2]
    keras = Keras(1, path.parent / "keras", checks_version())
    asker = Asker(keras.pipe())
    sandbox = Sandbox(levels.strongest()[0])
    files = Course().notebooks(name)
    task = Task(1, name, *files, path, path.parent, frozenset(), digest, 5, {})
    answer = Judge(sandbox, asker).answer(task)
    print(answer.kind, answer.verdict.score, "tensorflow" in sys.modules)
    sandbox.close()
    keras.stop()
"""


@pytest.mark.sandbox
@pytest.mark.tf
def test_the_judge_itself_never_imports_tensorflow(tmp_path):
    path = tmp_path / "03_channels.ipynb"
    path.write_bytes((ROOT / "solutions/03_channels/03_channels.ipynb").read_bytes())
    script = tmp_path / "judge.py"
    script.write_text(JUDGE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, script, path, digest],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        timeout=300,
    )
    kind, score, imported = done.stdout.split()
    assert (kind, imported) == ("judged", "False")
    assert float(score) == 30.0
