"""Late rules and extensions, from ``grading/late.toml``, through nbgrader's plugin.

::

    per_day = "10 %"          # of the score; a bare number takes points
    at_most = "50 %"          # of the score
    grace_minutes = 15

    [due]
    02_convolution = 2026-11-20T23:59:00+01:00

    [extensions.ada]
    02_convolution = 3        # days, or the new moment
    all = 1

nbgrader keeps due dates and extensions in its gradebook, tells how late a submission
is by the time at which it was received, and asks `LateRules` for the penalty. That is
the only late rule: `autograder.gradebook.late_rule` has it applied, and the report and
the export read what it took off.
"""

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float
from traitlets.config import Config

from autograder.errors import ProblemError

FILE = "late.toml"
DAY = 86_400
EVERY = "all"


class LateRules(LateSubmissionPlugin):
    """Take off points or a share of the score for each day begun after the grace."""

    points_per_day = Float(0.0, help="points for each day begun").tag(config=True)
    share_per_day = Float(0.0, help="share of the score, 0 to 1").tag(config=True)
    at_most = Float(1.0, help="share of the score that goes at most").tag(config=True)
    grace_seconds = Float(0.0, help="how late is not late").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off; None for none."""
        if total_seconds_late <= self.grace_seconds:
            return None
        days = math.ceil(total_seconds_late / DAY)
        penalty = days * (self.points_per_day + self.share_per_day * score)
        return min(penalty, self.at_most * score) or None


@dataclass(frozen=True)
class Rules:
    """What ``late.toml`` says; ``extensions``: {student: {lesson: days or moment}}."""

    points_per_day: float = 0.0
    share_per_day: float = 0.0
    at_most: float = 1.0
    grace_seconds: float = 0.0
    due: dict[str, datetime] = field(default_factory=dict)
    extensions: dict[str, dict[str, float | datetime]] = field(default_factory=dict)

    def extension(self, lesson: str, student: str) -> timedelta | None:
        """Return the timedelta by which a student may hand in later, or None."""
        own = self.extensions.get(student, {})
        given = own.get(lesson, own.get(EVERY))
        if given is None or lesson not in self.due:
            return None
        if isinstance(given, datetime):
            return max(given - self.due[lesson], timedelta())
        return timedelta(days=given)


def read_rules(path: Path, lessons: Collection[str]) -> Rules:
    """Return the Rules of a file, or raise ProblemError with what is wrong."""
    if not path.exists():
        return Rules()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return _rules(told, set(lessons))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, _Wrong) as error:
        raise ProblemError(f"{path}: {error}") from None


class _Wrong(Exception):
    """A sentence on an entry of the file."""


def _rules(told: Mapping[str, Any], lessons: set[str]) -> Rules:
    known = {"per_day", "at_most", "grace_minutes", "due", "extensions"}
    if strange := sorted(set(told) - known):
        raise _Wrong(
            f"unknown: {', '.join(strange)}; known: {', '.join(sorted(known))}"
        )
    points, share = _amount("per_day", told.get("per_day", 0))
    most_points, most = _amount("at_most", told.get("at_most", "100 %"))
    if most_points:
        raise _Wrong('at_most is a share of the score: "50 %"')
    grace = _number("grace_minutes", told.get("grace_minutes", 0))
    due = {_lesson(n, lessons): _moment(n, at) for n, at in _table(told, "due").items()}
    extensions = {
        student: {
            _lesson(name, {*lessons, EVERY}): _later(f"{student}, {name}", given)
            for name, given in _table(_table(told, "extensions"), student).items()
        }
        for student in _table(told, "extensions")
    }
    return Rules(points, share, most, 60 * grace, due, extensions)


def _table(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise _Wrong(f"{name} is a table: [{name}]")
    return found


def _amount(name: str, value: object) -> tuple[float, float]:
    """Return (points, share) of a number or of a text such as "10 %"."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        number = value.rstrip().removesuffix("%")
        try:
            share = float(number) / 100
        except ValueError:
            raise _Wrong(f"{name}: {value!r} is no share") from None
        if not 0 <= share <= 1:
            raise _Wrong(f"{name}: {value!r} is not between 0 % and 100 %")
        return 0.0, share
    return _number(name, value), 0.0


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _Wrong(f"{name}: {value!r} is neither a number from 0 on nor a share")
    return float(value)


def _lesson(name: str, lessons: Collection[str]) -> str:
    if name not in lessons:
        raise _Wrong(
            f"there is no lesson {name!r}; there are {', '.join(sorted(lessons))}"
        )
    return name


def _moment(name: str, at: object) -> datetime:
    if not isinstance(at, datetime):
        raise _Wrong(f"due, {name}: write a moment, 2026-11-20T23:59:00+01:00")
    if at.tzinfo is None:
        raise _Wrong(f"{name}: say the time zone, {at.isoformat()}+01:00")
    return at


def _later(name: str, given: object) -> float | datetime:
    return _moment(name, given) if isinstance(given, datetime) else _number(name, given)


# --- into nbgrader -------------------------------------------------------------------


def settings(config: Config, rules: Rules) -> None:
    """Put the plugin and its numbers into nbgrader's settings."""
    config.AssignLatePenalties.plugin_class = LateRules
    for name in ("points_per_day", "share_per_day", "at_most", "grace_seconds"):
        setattr(config.LateRules, name, getattr(rules, name))
