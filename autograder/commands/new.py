"""Start a new exercise: its file, its cells, its hints, its places in the zoo."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("lesson", help="the lesson's number or name, 05_pooling")
    parser.add_argument("exercise", help="the name that learners will define")
    parser.add_argument(
        "--after",
        metavar="EXERCISE",
        help="put the cells behind this one's check, not before the written question",
    )


def run(args: argparse.Namespace) -> int:
    """Write what can be written, and list the blanks that are left to fill in."""
    from autograder.lessons import starting

    files = starting.started(args.lesson, args.exercise, args.after)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path, text in files.items():
        for number, label in starting.blanks(text):
            print(f"{path.relative_to(paths.ROOT)}:{number}: {label}")
    print(
        f"Fill these in, then: make build && make record EXERCISE={args.exercise}\n"
        "docs/new-exercise.md leads through it."
    )
    return 0
