"""Build byhand, the package that learners install, into dist/."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--into", default=paths.DIST, type=paths.Path, metavar="FOLDER")


def run(args: argparse.Namespace) -> int:
    """Build the wheel and say where it is."""
    from autograder.doors import wheel

    path = wheel.build(args.into)
    print(f"wrote {path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
