"""What several test files use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# nbgrader calls its tools (alembic, jupyter) by name
os.environ["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def root():
    """Return the folder of the checkout."""
    return ROOT
