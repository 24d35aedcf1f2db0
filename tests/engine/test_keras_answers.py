"""Keras's answers are computed once, kept within bounds, and never mixed up."""

import contextlib
import hashlib
import inspect
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograder.checks import keras_answers, question_size
from autograder.checks.keras_answers import (
    Answers,
    Asker,
    Keras,
    Line,
    StudentsQuestions,
)
from autograder.checks.question_size import refuse_large
from autograder.errors import QuestionError, RefereeError, RefusedError
from byhand import exercises
from byhand.referee import COMPUTED
from tests.conftest import ROOT


class Counting(Answers):
    """Answers that count how often they had to compute."""

    computed = 0

    def prepare(self, *request):
        """Do without TensorFlow."""

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
    asker = Asker(Line("nowhere", b""))
    asker.call, theirs = multiprocessing.Pipe()
    theirs.send((0, 0.0, "value", "of a question that was given up"))
    theirs.send((1, 0.0, "value", "right"))
    assert asker.ask("operation", "conv2d", [], {}) == "right"


# --- what a student asks is the student's to pay for ---------------------------------


class Deadly(Answers):
    """Answers to three questions: one works, one takes long, one ends the process."""

    def prepare(self, *request):
        """Do without TensorFlow."""

    def operation(self, name, args, kwargs):
        """Compute 1, or die, or never end."""
        if name == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        while name == "works on":
            pass
        return args[0]


def deadly(line, folder, version, hear):
    keras_answers.Answers = Deadly
    SERVE(line, folder, version, hear)


SERVE = keras_answers.serve


@pytest.fixture
def keras(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_answers, "serve", deadly)
    process = Keras(tmp_path, "v1")
    yield process
    process.stop()


@pytest.mark.parametrize(("fatal", "seconds"), [("dies", 60.0), ("works on", 0.5)])
def test_a_fatal_question_costs_its_asker_and_nobody_else(keras, fatal, seconds):
    line = keras.start()
    neighbour, asker = Asker(line), Asker(line)
    assert neighbour.operation("one", [1], {}) == 1
    student = StudentsQuestions(asker, seconds)
    assert student("two", [2], {}) == 2
    killed = keras.process.pid
    with pytest.raises(RefusedError) as refused:
        student(fatal, [3], {})
    assert refused.value.args[0] == "TimeoutError"
    assert neighbour.operation("four", [4], {}) == 4
    assert asker.operation("five", [5], {}) == 5
    assert keras.process.pid != killed
    with pytest.raises(RefusedError, match="no time left"):
        student("six", [6], {})


def test_a_waiting_question_is_asked_again_when_another_one_was_fatal(keras):
    line = keras.start()
    neighbour, student = Asker(line), StudentsQuestions(Asker(line), 1.0)
    assert neighbour.operation("one", [1], {}) == 1
    with ThreadPoolExecutor() as threads:
        fatal = threads.submit(student, "works on", [2], {})
        time.sleep(0.3)
        waiting = threads.submit(neighbour.operation, "three", [3], {})
        assert waiting.result(timeout=60) == 3
        with pytest.raises(RefusedError):
            fatal.result()


def test_what_is_kept_waits_for_no_question(keras):
    line = keras.start()
    neighbour, student = Asker(line), StudentsQuestions(Asker(line), 2.0)
    assert neighbour.ask("operation", "one", [1], {}) == 1
    with ThreadPoolExecutor() as threads:
        fatal = threads.submit(student, "works on", [2], {})
        time.sleep(0.3)
        assert neighbour.ask("operation", "one", [1], {}) == 1
        assert not fatal.done()
        with pytest.raises(RefusedError):
            fatal.result()


def test_hidden_cases_are_computed_before_a_judge_asks_for_them(tmp_path, monkeypatch):
    asked = []
    for kind in ("usable", "expected"):
        monkeypatch.setattr(
            Answers, kind, lambda self, *of, kind=kind: asked.append((kind, *of)) or 1
        )
    answers = Counting(tmp_path, "v1")
    answers.answer("expected", "conv2d", 7)
    hear, tell = multiprocessing.Pipe(duplex=False)
    tell.send({"02_convolution": 7})
    tell.close()
    keras_answers._work_ahead(answers, threading.Lock(), hear)
    functions = [
        exercise.id
        for exercise in exercises.table().values()
        if (exercise.lesson, exercise.kind) == ("02_convolution", "function")
    ]
    assert len(functions) > 5
    wanted = [(k, name, 7) for name in functions for k in ("usable", "expected")]
    assert sorted(asked) == sorted(wanted)  # each once, what was kept as well
    assert all(answers.kept(*each) == ("value", 1) for each in wanted)


def test_keras_starts_ahead_where_nothing_is_kept_and_nowhere_else(tmp_path):
    class Told(Counting):
        begun = False

        def prepare(self, *request):
            self.begun = True

    def work_ahead(answers):
        hear, tell = multiprocessing.Pipe(duplex=False)
        tell.close()
        keras_answers._work_ahead(answers, threading.Lock(), hear)
        return answers.begun

    first = Told(tmp_path, "v1")
    assert work_ahead(first)
    first.answer("operation", "filled", [3], {})
    assert not work_ahead(Told(tmp_path, "v1"))
    assert work_ahead(Told(tmp_path, "v2"))


class Hearing(Deadly):
    """Answers that keep what they hear of ahead of time."""

    def usable(self, name, seed):
        """Need no Keras."""
        return [seed]

    expected = usable


def hearing(line, folder, version, hear):
    keras_answers.Answers = Hearing
    SERVE(line, folder, version, hear)


def test_seeds_reach_a_process_that_runs_and_the_one_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_answers, "serve", hearing)
    process = Keras(tmp_path, "v1")

    def heard(seed):
        until = time.monotonic() + 60
        request = "expected", "output_size", seed
        while time.monotonic() < until:
            if kept := Hearing(tmp_path, "v1").kept(*request):
                return kept
            time.sleep(0.05)
        return ()

    try:
        asker = Asker(process.start())
        assert asker.operation("one", [1], {}) == 1
        process.expect({"02_convolution": 7})
        assert heard(7) == ("value", [7])
        process.expect({"02_convolution": 8})
        assert heard(8) == ("value", [8])
        with contextlib.closing(sqlite3.connect(tmp_path / "answers.db")) as table:
            table.execute("DELETE FROM kept")
            table.commit()
        process.process.kill()
        assert heard(8) == ("value", [8])
    finally:
        process.stop()


def test_a_question_of_the_checks_that_never_ends_is_a_fault_of_the_machine(keras):
    asker = Asker(keras.start())
    with pytest.raises(RefereeError):
        asker.ask("operation", "dies", [1], {})


def test_the_time_of_all_questions_together_is_limited():
    class Slow(Asker):
        def ask_once(self, seconds, *request):
            return 1, 2.0

    student = StudentsQuestions(Slow(Line("nowhere", b"")), 3.0)
    assert [student("one", [n], {}) for n in range(2)] == [1, 1]
    assert student("one", [0], {}) == 1  # kept, and free
    with pytest.raises(RefusedError, match="no time left"):
        student("one", [2], {})


def test_a_killed_question_says_so():
    class Killed(Asker):
        def ask_once(self, seconds, *request):
            raise QuestionError("Keras ended over this question")

    with pytest.raises(RefusedError, match="Keras ended over this question"):
        StudentsQuestions(Killed(Line("nowhere", b"")), 3.0)("one", [1], {})


PLANE, KERNEL = np.ones((12, 12)), np.ones((3, 3))
CUBE = np.ones((2, 2, 2, 1, 1))
BATCH, BANK = np.ones((8, 28, 28, 16)), np.ones((3, 3, 16, 32))


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("same_padding", [10, 20000], {}),
        ("same_padding", [10**9, 3], {}),
        ("conv2d", [PLANE, KERNEL], {"padding": 8000}),
        ("conv2d", [PLANE, KERNEL], {"padding": [[0, 9000], [9000, 0]]}),
        ("conv2d", [PLANE, KERNEL], {"dilation": 5000}),
        ("conv2d_transpose", [BATCH, BANK], {"stride": 100}),
        ("conv2d", [np.ones((2000, 2000)), np.ones((400, 400))], {}),
        ("pad2d", [PLANE, 10**30], {}),
        ("conv3d", [np.ones((1, 9, 9, 9, 1)), CUBE], {"padding": 300}),
        ("dense", [np.ones((1000, 4000)), np.ones((4000, 2000))], {}),
    ],
)
def test_a_question_that_would_take_too_much_is_refused_before_keras(
    name, args, kwargs
):
    with pytest.raises(RefusedError, match=rf"given\.{name} would take"):
        refuse_large(name, args, kwargs)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("same_padding", [28, 7], {"stride": 2, "dilation": 3}),
        ("output_size", [227, 11], {"stride": 4}),
        ("conv2d", [BATCH, BANK, np.zeros(32)], {"stride": (2, 1), "padding": "same"}),
        ("conv2d", [np.ones((150, 170)), np.ones((9, 9))], {"padding": 4}),
        ("conv2d_transpose", [BATCH, BANK], {"stride": 2, "padding": 1}),
        ("max_pool2d", [BATCH, 2], {}),
        ("dense", [np.ones((64, 500)), np.ones((500, 10))], {}),
        ("softmax_cross_entropy", [np.ones((64, 10)), np.zeros(64, int)], {}),
        ("conv2d", [PLANE], {}),
        ("conv2d", ["x", "w"], {"padding": "odd"}),
    ],
)
def test_what_lessons_ask_is_let_through(name, args, kwargs):
    refuse_large(name, args, kwargs)


def test_the_cost_of_every_case_of_the_course_is_known_and_small():
    for exercise in exercises.table().values():
        if exercise.kind != "function" or exercise.id not in COMPUTED:
            continue
        for case in exercise.cases():
            call = inspect.signature(COMPUTED[exercise.id]).bind(
                *case.args, **case.kwargs
            )
            items, work = question_size._cost(exercise.id, call.arguments)
            assert 0 < items < question_size.MAX_ITEMS / 50, exercise.id
            assert 0 < work < question_size.MAX_WORK / 50, exercise.id


JUDGE = """
import contextlib, hashlib, sys
from pathlib import Path
from autograder.course import Course
from autograder.sandbox import levels
from autograder.checks import CHECKS
from autograder.run.pool import Judge, Task
from autograder.sandbox.client import Sandbox

if __name__ == "__main__":
    name, path, digest = "03_channels", Path(sys.argv[1]), sys.argv[2]
    keras = CHECKS.service(path.parent / "keras")
    benches = CHECKS.benches(keras.start())
    sandbox = Sandbox(levels.strongest()[0])
    files = Course().notebooks(name)
    kit = Course().kit(name)
    task = Task(1, name, *files, path, path.parent, frozenset(), digest, 5, {}, kit)
    answer = Judge(sandbox, benches).answer(task)
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
