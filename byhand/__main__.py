"""The command line: ``python -m byhand check FILE.py [--json]`` and ``exercises``."""

import argparse
import json
import runpy
import sys

from byhand import exercises
from byhand.checks import checking, reporting


def main(argv=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m byhand", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("check", help="check the functions of a Python file")
    one.add_argument("file", help="a .py file that defines exercises by their names")
    one.add_argument("--json", action="store_true", help="print JSON")
    one.add_argument("--only", help="one exercise's id")
    one.add_argument("--visible", action="store_true", help="leave hidden cases out")
    two = commands.add_parser("exercises", help="print the table of exercises")
    two.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    return _check(options) if options.command == "check" else _exercises(options)


def _check(options):
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
        verdicts = (v for _, visible, hidden in found for v in (visible, hidden) if v)
        print("\n".join(reporting.text(v) for v in verdicts))
    right = all(v.state == "passed" for _, *vs in found for v in vs if v)
    return 0 if right else 1


def _hidden(name, namespace, options):
    exercise = exercises.get(name)
    if options.visible or not (exercise.hidden or exercise.kind == "open"):
        return None
    return checking.judge(name, namespace[name], hidden=True)


def as_json(name, visible, hidden):
    """Return both verdicts on an exercise as plain data."""
    exercise = exercises.get(name)
    both = [v for v in (visible, hidden) if v]
    failed = next((v for v in both if v.state != "passed"), visible)
    return {
        "exercise": name,
        "lesson": exercise.lesson,
        "points": exercise.points,
        "earned": min(v.earned for v in both),
        "passed": all(v.state == "passed" for v in both),
        "visible": visible.state,
        "hidden": hidden.state if hidden else None,
        "kind": failed.kind,
        "case": failed.case,
        "misconception": next((v.misconception for v in both if v.misconception), None),
        "lines": [list(line) for line in failed.lines],
        "hints": list(failed.hints),
    }


def _exercises(options):
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
