"""The command line: ``python -m byhand check FILE.py [--json]`` and ``exercises``."""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from byhand import exercises
from byhand.checks import checking, reporting
from byhand.checks.check_result import CheckResult
from byhand.checks.desk import Desk, seed_of_environment


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m byhand", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("check", help="check the functions of a Python file")
    one.add_argument("file", help="a .py file that defines exercises by their names")
    one.add_argument("--json", action="store_true", help="print JSON")
    one.add_argument("--only", help="one exercise's id")
    one.add_argument("--visible", action="store_true", help="leave hidden cases out")
    one.add_argument(
        "--seed",
        type=int,
        default=seed_of_environment(),
        help="of the hidden cases; the setting BYHAND_SEED, or 0, without it",
    )
    two = commands.add_parser("exercises", help="print the table of exercises")
    two.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    return _check(options) if options.command == "check" else _exercises(options)


def _check(options: argparse.Namespace) -> int:
    try:
        namespace = runpy.run_path(options.file)
    except FileNotFoundError:
        print(f"no file {options.file!r}", file=sys.stderr)
        return 2
    except BaseException as error:
        what = f"{type(error).__name__}: {error}"
        print(f"{options.file} could not be run: {what}", file=sys.stderr)
        return 2
    chosen = [options.only] if options.only else list(exercises.table())
    found = [
        (name, checking.judge(name, namespace[name]), _hidden(name, namespace, options))
        for name in chosen
        if name in namespace
    ]
    if not found:
        known = ", ".join(exercises.table())
        print(f"{options.file} defines no exercise; known: {known}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([as_json(*f) for f in found], indent=1))
    else:
        results = (r for _, visible, hidden in found for r in (visible, hidden) if r)
        print("\n".join(reporting.text(r) for r in results))
    right = all(r.state == "passed" for _, *both in found for r in both if r)
    return 0 if right else 1


def _hidden(
    name: str, namespace: Mapping[str, Any], options: argparse.Namespace
) -> CheckResult | None:
    exercise = exercises.get(name)
    if options.visible or not (exercise.hidden or exercise.kind == "open"):
        return None
    desk = Desk(seed=options.seed)
    return checking.judge(name, namespace[name], hidden=True, desk=desk)


def as_json(
    name: str, visible: CheckResult, hidden: CheckResult | None
) -> dict[str, Any]:
    """Return what both checks of an exercise found as plain data."""
    exercise = exercises.get(name)
    both = [r for r in (visible, hidden) if r]
    failed = next((r for r in both if r.state != "passed"), visible)
    return {
        "exercise": name,
        "lesson": exercise.lesson,
        "points": exercise.points,
        "earned": min(r.earned for r in both),
        "passed": all(r.state == "passed" for r in both),
        "visible": visible.state,
        "hidden": hidden.state if hidden else None,
        "kind": failed.kind,
        "case": failed.case,
        "misconception": next((r.misconception for r in both if r.misconception), None),
        "lines": [list(line) for line in failed.lines],
        "hints": list(failed.hints),
    }


def _exercises(options: argparse.Namespace) -> int:
    rows = list(exercises.table().values())
    if options.json:
        keys = (
            "id",
            "lesson",
            "number",
            "title",
            "kind",
            "signature",
            "points",
            "minutes",
            "lines",
            "layer",
            "counted",
        )
        print(json.dumps([{k: getattr(e, k) for k in keys} for e in rows], indent=1))
        return 0
    print(f"{'no.':<6}{'points':>6}{'minutes':>8}  exercise")
    for e in rows:
        print(f"{e.number:<6}{e.points:>6g}{e.minutes:>8}  {e.signature or e.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
