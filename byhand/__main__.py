"""The command line: ``python -m byhand lab``, ``check``, ``exercises`` and ``log``."""

from __future__ import annotations

import argparse
import importlib.util
import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from byhand import data, exercises
from byhand.checks import checking, log, reporting
from byhand.checks.check_result import CheckResult
from byhand.checks.desk import Desk, seed_of_environment

FIRST = "notebooks/00_start_here/00_start_here.ipynb"

Checked = tuple[Path, str, CheckResult, CheckResult | None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m byhand", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("check", help="check the functions of Python files")
    one.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a .py file that defines exercises by their names, or a folder of such",
    )
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
    three = commands.add_parser("lab", help="open the lessons in JupyterLab")
    three.add_argument(
        "folder",
        nargs="?",
        default=Path("convolution-by-hand"),
        type=Path,
        help="where your notebooks are or will be; %(default)s, without it",
    )
    three.add_argument("--copy", action="store_true", help="only put notebooks there")
    four = commands.add_parser("log", help="print what a log of checks says")
    four.add_argument("path", nargs="?", default=Path("."), type=Path)
    options = parser.parse_args(argv)
    chosen = {"check": _check, "exercises": _exercises, "lab": _lab, "log": _log}
    return chosen[options.command](options)


def _lab(options: argparse.Namespace) -> int:
    """Put the notebooks into a folder, and open JupyterLab there, on any system."""
    new = _put(options.folder)
    print(f"{options.folder}: {len(new)} new notebooks; all others stay")
    return 0 if options.copy else _launch(options.folder)


def _lessons() -> Path:
    """Return the folder of the untouched notebooks: installed, or beside ``data``."""
    stored = data.folder() / "notebooks"
    return stored if stored.is_dir() else data.folder().parent / "notebooks"


def _put(folder: Path) -> list[Path]:
    """Copy the notebooks that aren't in the folder yet, and return their paths."""
    new = []
    for source in sorted(_lessons().glob("[0-9][0-9]_*/*.ipynb")):
        path = folder / "notebooks" / source.parent.name / source.name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            new.append(path)
    return new


def _launch(folder: Path) -> int:
    """Open JupyterLab on lesson 00 in a folder, and wait until it ends."""
    if importlib.util.find_spec("jupyterlab") is None:
        print('JupyterLab isn\'t installed: pip install "byhand[lab]"', file=sys.stderr)
        return 2
    where = f"--ServerApp.root_dir={folder.resolve()}"
    first = f"--LabApp.default_url=/lab/tree/{FIRST}"
    return subprocess.call([sys.executable, "-m", "jupyterlab", where, first])


def _check(options: argparse.Namespace) -> int:
    """Check every exercise that the files define: 0 all right, 1 wrong, 2 not run."""
    found, unread = [], []
    for file in _files(options.files):
        try:
            found += _checked(file, options)
        except _Unread as error:
            unread.append(f"{file} {error}")
    for sentence in unread:
        print(sentence, file=sys.stderr)
    if not found:
        if not unread:
            known = ", ".join(exercises.table())
            print(f"no exercise is defined here; known: {known}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([as_json(*f, options.seed) for f in found], indent=1))
    else:
        print("\n\n".join(_as_text(*f, many=len(options.files) > 1) for f in found))
    if not options.visible:
        what = "set another with --seed or BYHAND_SEED"
        print(f"hidden cases of seed {options.seed}; {what}", file=sys.stderr)
    right = all(r.state == "passed" for _, _, *both in found for r in both if r)
    return 2 if unread else 0 if right else 1


class _Unread(Exception):
    """A file that couldn't be run; the message ends a sentence about it."""


def _files(names: Sequence[str]) -> Iterator[Path]:
    """Yield the files, and those in folders."""
    for path in map(Path, names):
        yield from sorted(path.rglob("*.py")) if path.is_dir() else (path,)


def _checked(file: Path, options: argparse.Namespace) -> list[Checked]:
    if not file.is_file():
        raise _Unread("isn't there: no file of that name")
    try:
        namespace = runpy.run_path(str(file))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _Unread(f"could not be run: {type(error).__name__}: {error}") from None
    chosen = [options.only] if options.only else list(exercises.table())
    return [
        (file, name, _visible(name, subject), _hidden(name, subject, options))
        for name, subject in ((n, namespace[n]) for n in chosen if n in namespace)
    ]


def _visible(name: str, subject: Any) -> CheckResult:
    from byhand.evidence import line

    return line.added(checking.judge(name, subject), subject)


def _hidden(name: str, subject: Any, options: argparse.Namespace) -> CheckResult | None:
    exercise = exercises.get(name)
    if options.visible or not (exercise.hidden or exercise.kind == "open"):
        return None
    desk = Desk(seed=options.seed)
    return checking.judge(name, subject, hidden=True, desk=desk)


def _as_text(
    file: Path, name: str, visible: CheckResult, hidden: CheckResult | None, many: bool
) -> str:
    """Return both reports on an exercise, and the hints of the one that failed."""
    both = [r for r in (visible, hidden) if r]
    hints = next((r.hints for r in both if r.state == "failed"), ())
    told = [f"  hint {number}  {hint}" for number, hint in enumerate(hints, 1)]
    head = [f"{file}:"] if many else []
    return "\n".join([*head, *(reporting.text(r, whole=True) for r in both), *told])


def as_json(
    file: Path, name: str, visible: CheckResult, hidden: CheckResult | None, seed: int
) -> dict[str, Any]:
    """Return what both checks of an exercise found as plain data."""
    exercise = exercises.get(name)
    both = [r for r in (visible, hidden) if r]
    failed = next((r for r in both if r.state != "passed"), visible)
    return {
        "file": str(file),
        "exercise": name,
        "lesson": exercise.lesson,
        "points": exercise.points,
        "earned": min(r.earned for r in both),
        "passed": all(r.state == "passed" for r in both),
        "visible": visible.state,
        "hidden": hidden.state if hidden else None,
        "seed": seed if hidden else None,
        "kind": failed.kind,
        "case": failed.case,
        "evidence": failed.evidence,
        "misconception": next((r.misconception for r in both if r.misconception), None),
        "lines": [list(line) for line in failed.lines],
        "hints": list(failed.hints),
    }


def _log(options: argparse.Namespace) -> int:
    """Print a log of checks, or those below a folder."""
    if not options.path.exists():
        print(f"there is no {options.path}", file=sys.stderr)
        return 2
    print(log.table(log.read(options.path)))
    return 0


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
