"""Say how strong this machine's sandbox is and why, and try what it promises."""

import argparse
import platform
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--level", type=int, choices=(1, 2, 3), help="try this level, not the strongest"
    )


def run(args: argparse.Namespace) -> int:
    """Print the level and a line for each promise; exit status 1 when one is broken."""
    from autograder.errors import NoSandboxError, ProblemError
    from autograder.sandbox import levels, promises

    print(f"Python {platform.python_version()} on {platform.platform()}")
    try:
        if args.level:
            level, reasons = args.level, {}
            levels.probe(level)
        else:
            level, reasons = levels.strongest()
    except NoSandboxError as error:
        raise ProblemError(str(error)) from None
    print(f"Sandbox level {level}. SECURITY.md says what that promises.")
    for weaker, why in reasons.items():
        print(f"Not level {weaker}: {why}")
    broken = 0
    for each in promises.tried(level):
        said = "kept  " if each.kept else "BROKEN"
        print(f"  {said} {each.seconds:5.1f} s  a submission {each.promise}")
        broken += not each.kept
        sys.stdout.flush()
    if broken:
        print(f"{broken} promises are broken here. Don't grade on this machine.")
    return 1 if broken else 0
