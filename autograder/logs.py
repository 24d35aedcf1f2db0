"""Keep nbgrader's log out of the way, and show it when something fails."""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException
from traitlets.log import get_logger

from autograder.errors import ProblemError


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextlib.contextmanager
def kept_log() -> Iterator[list[str]]:
    """Collect the warnings and errors of nbgrader; yields the list of them."""
    log: Any = get_logger()
    handler = _Kept()
    handlers, log.handlers = log.handlers, [handler]
    propagate, log.propagate = log.propagate, False
    try:
        yield handler.lines
    finally:
        log.handlers, log.propagate = handlers, propagate


@contextlib.contextmanager
def errors_of_nbgrader(sentence: str) -> Iterator[None]:
    """Turn a failure of nbgrader into one sentence and the log that explains it."""
    with kept_log() as lines:
        try:
            yield
        except NbGraderException as error:
            raise ProblemError("\n".join([f"{sentence}:", *lines])) from error


def quiet_stderr(log: Path) -> None:
    """Send what this process's kernels and libraries write to stderr to a file."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 2)
