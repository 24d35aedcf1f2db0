"""Run graded submissions again for their pictures; no grade depends on it."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="such as 02_convolution, or all"
    )
    parser.add_argument(
        "--student", action="append", default=[], help="of one student; may be repeated"
    )
    parser.add_argument(
        "--trust-students",
        action="store_true",
        help="run without any sandbox where there is none",
    )


def run(args: argparse.Namespace) -> int:
    """Draw, renew the pages of feedback, and say what was left out."""
    from autograder.course import Course
    from autograder.errors import ProblemError
    from autograder.feedback import pages
    from autograder.run.pipeline import progress
    from autograder.verdict.drawings import show

    course = Course()
    if unknown := sorted(set(args.lessons) - set(course.lessons())):
        known = ", ".join(course.lessons())
        raise ProblemError(f"no lesson {', '.join(unknown)}; there are {known}")
    shown = show(
        course,
        args.student,
        args.lessons,
        progress("Pictures"),
        trust=args.trust_students,
    )
    if not shown:
        grade = course.command("grade")
        raise ProblemError(f"No graded submission: run {grade} first.")
    drawn = {pair: n for pair, n in shown.items() if isinstance(n, int)}
    left = {pair: why for pair, why in shown.items() if pair not in drawn}
    without = pages.write_pages(course, drawn, progress("Feedback"))
    print(f"{sum(drawn.values())} pictures in {len(drawn)} submissions")
    for (student, lesson), why in {**left, **without}.items():
        print(f"{student}, {lesson}: {why}")
    return int(bool(left or without))
