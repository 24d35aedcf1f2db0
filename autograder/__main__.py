"""Find the command that was asked for and run it.

A command is a module in ``autograder/commands``: the first line of its docstring is
its help, ``add_arguments(parser)`` declares what it takes, and ``run(args)`` does it
and returns the exit status. Adding a file there adds a command.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from autograder import commands, paths
from autograder.errors import ProblemError

# jsonschema would build a parser of addresses in all alphabets, which takes longer than
# all other imports of a grading; no notebook needs it
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def command_parser() -> argparse.ArgumentParser:
    """Build the parser with one sub-command per module of ``commands``."""
    parser = argparse.ArgumentParser(prog="autograder")
    chosen = parser.add_subparsers(metavar="command", required=True)
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda m: m.name):
        command = importlib.import_module(f"{commands.__name__}.{module.name}")
        summary = command.__doc__.splitlines()[0]
        sub = chosen.add_parser(module.name, help=summary, description=summary)
        command.add_arguments(sub)
        sub.add_argument(
            "--course",
            type=paths.Path,
            metavar="FOLDER",
            help="of the course, with its nbgrader_config.py",
        )
        sub.set_defaults(run=command.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    args = command_parser().parse_args(arguments)
    try:
        with paths.chosen(args.course):
            return args.run(args) or 0
    except ProblemError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
