"""What the tests of other courses share."""

import contextlib

import pytest

from tests.engine.conftest import reason
from tests.plain import courses


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Return {name: a course, released}, of which tests take copies."""
    place = tmp_path_factory.mktemp("published")
    with contextlib.suppress(FileExistsError):
        place.mkdir()
    return {each.name: each.make(place / each.name) for each in courses.ALL}


def pytest_runtest_setup(item):
    """Skip where there is no sandbox at all."""
    if item.get_closest_marker("sandbox") and reason(3) and reason(2):
        pytest.skip(f"no sandbox: {reason(3)}")
