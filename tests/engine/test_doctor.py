"""The doctor tells a machine that keeps its promises from one that doesn't."""

import pytest

from autograder.__main__ import main
from autograder.sandbox import levels, promises
from tests.engine.conftest import reason

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(300)]


@pytest.mark.parametrize("level", [3, 2])
def test_every_promise_is_kept(level, capsys):
    if why := reason(level):
        pytest.skip(f"level {level}: {why}")
    assert main(["doctor", "--level", str(level)]) == 0
    told = capsys.readouterr().out
    assert f"Sandbox level {level}" in told
    assert told.count("  kept ") >= 10
    assert "BROKEN" not in told


def test_without_a_sandbox_the_same_attempts_get_through(monkeypatch):
    """Else they would show nothing; limits hold at level 0 as well."""
    found = {each.promise: each.kept for each in promises.tried(level=0)}
    assert not found["reads no file of the course"]
    assert not found["lists no folder of the course"]
    assert not found["leaves no file"]
    assert not found["reaches no network"]
    assert not found["stops no process of ours"]
    assert found["ends at its limit of time"]
    assert found["uses no more memory than it may"]


def test_a_broken_promise_is_the_exit_status(monkeypatch, capsys):
    broken = [promises.Tried("reads no file of the course", False, 0.1)]
    monkeypatch.setattr(promises, "tried", lambda level: broken)
    monkeypatch.setattr(levels, "strongest", lambda: (3, {}))
    assert main(["doctor"]) == 1
    assert "Don't grade on this machine" in capsys.readouterr().out
