"""What the tests of grading share."""

import contextlib
import fcntl
import functools
import os
from pathlib import Path

import pytest

from autograder.errors import NoSandboxError
from autograder.paths import ROOT
from autograder.sandbox import levels
from autograder.sandbox.client import Sandbox
from autograder.sandbox.process_limits import DEFAULT
from autograder.verdict.cells import read_lesson
from tests.engine import little


@contextlib.contextmanager
def closed_if(wanted):
    """Close the course to other users meanwhile, as the set-up of a container does.

    Tests run in two processes: one waits until the other has opened it again.
    """
    if not wanted:
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = ROOT.stat().st_mode
        ROOT.chmod(before & 0o770)
        try:
            yield
        finally:
            ROOT.chmod(before)
    finally:
        os.close(folder)


@functools.cache
def reason(level):
    """Return why a level of the sandbox doesn't work here, "" when it does."""
    try:
        with closed_if(level == 1):
            levels.probe(level)
    except NoSandboxError as error:
        return str(error)
    return ""


def pytest_collection_modifyitems(items):
    """Mark what starts a worker as a test of the sandbox."""
    for item in items:
        ours = item.path.is_relative_to(Path(__file__).parent)
        if ours and {"worker", "graded"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.sandbox)


def pytest_runtest_setup(item):
    """Skip a test that needs a sandbox where there is none at all."""
    if item.get_closest_marker("sandbox") and reason(3) and reason(2):
        pytest.skip(f"no sandbox: {reason(3)}")


@pytest.fixture
def lesson(tmp_path):
    """Return the little lesson, as a course of its own."""
    return little.make(tmp_path / "course")


@pytest.fixture(scope="session")
def read(tmp_path_factory):
    """Return the little lesson as the grader reads it."""
    place = little.make(tmp_path_factory.mktemp("read"))
    return read_lesson(little.NAME, place.source, place.released)


@pytest.fixture(scope="session", params=[3, 2], ids=["level 3", "level 2"])
def worker(request):
    """Return a worker at each level that works here."""
    if why := reason(request.param):
        pytest.skip(f"level {request.param}: {why}")
    with contextlib.closing(Sandbox(request.param)) as started:
        yield started


@pytest.fixture
def limits():
    """Return the limits of a submission."""
    return DEFAULT
