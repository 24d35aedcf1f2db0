"""Judge one notebook, and print the points, or write them for another platform."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, help="the notebook, or its folder")
    parser.add_argument("--lesson", help="its lesson, 02; else the file's name says it")
    parser.add_argument(
        "--as",
        dest="form",
        choices=("text", "json", "gradescope", "junit"),
        default="text",
        help="for whom: gradescope's results.json, or JUnit's XML for GitHub, GitLab",
    )
    parser.add_argument("--into", type=Path, help="a file; the screen without it")
    parser.add_argument("--seed", type=int, help="of the hidden cases")
    parser.add_argument(
        "--trust-students",
        action="store_true",
        help="run without any sandbox where there is none",
    )


def run(args: argparse.Namespace) -> int:
    """Judge the file; exit status 0 when it has a verdict, 1 when it needs a person."""
    from autograder.course import Course
    from autograder.run import single

    course = Course()
    lesson = single.lesson_of(course, args.file, args.lesson)
    judged = single.judge(
        course, args.file, lesson, seed=args.seed, trust=args.trust_students
    )
    text = single.FORMS[args.form](judged)
    if args.into:
        args.into.parent.mkdir(parents=True, exist_ok=True)
        args.into.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 1 if judged.problem else 0
