"""What several test files use."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# nbgrader calls its tools (alembic, jupyter) by name
os.environ["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def root():
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def _tensorflow_only_where_it_is_marked(request):
    """Fail a test that imports TensorFlow and doesn't say so, for `make quick`."""
    before = "tensorflow" in sys.modules
    yield
    marked = request.node.get_closest_marker("tf")
    if sys.modules.get("tensorflow") and not (before or marked):
        pytest.fail("this test imports TensorFlow: mark it with pytest.mark.tf")
