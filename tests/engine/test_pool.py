"""Judges that start before the class is there."""

import os
import time

import psutil
import pytest

from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run import batch, pipeline
from autograder.sandbox import levels


def _children():
    return {each.pid for each in psutil.Process().children(recursive=True)}


@pytest.fixture
def course(tmp_path):
    (tmp_path / "grading").mkdir()
    return Course(tmp_path)


@pytest.mark.sandbox
def test_judges_start_before_there_is_a_task_and_end_without_one(course):
    pool = batch.pool_of(course, levels.strongest()[0], judges=2).begin()
    with pool:
        until = time.monotonic() + 30
        while len(pool.members) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        started = [member.process.pid for member in pool.members]
        assert len(started) == 2
        assert set(started) <= _children()
        assert all(member.task is None for member in pool.members)
    assert not (_children() & set(started))
    with pool:  # a run that had no task closes it once more
        pass


def test_no_judge_starts_ahead_where_others_judge_or_nobody_can(course, monkeypatch):
    assert pipeline._judges(course, scheduler="tcp://somewhere:8786") is None

    def none(trust):
        raise ProblemError("no sandbox here")

    monkeypatch.setattr(levels, "strongest", none)
    assert pipeline._judges(course) is None


def test_a_pool_has_a_judge_per_core_and_no_more_than_tasks(course):
    def judges(**settings):
        pool = batch.pool_of(course, 3, **settings)
        pool.hear.close()
        pool.wake.close()
        return pool.judges

    assert judges() == os.cpu_count()
    assert judges(most=1) == 1
    assert judges(judges=3) == 3
    assert judges(judges=3, most=2) == 2
