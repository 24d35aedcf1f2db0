"""Write pages on the class, or questions to each student on the student's code."""

import argparse
import importlib.util


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    if importlib.util.find_spec("autograder.viva"):  # the course's own
        _add_viva(parser)


def _add_viva(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--viva", metavar="NN", help="no report: three questions on own code of 02"
    )
    parser.add_argument(
        "--trust-students",
        action="store_true",
        help="for questions, run without any sandbox where there is none",
    )


def run(args: argparse.Namespace) -> int:
    """Write them and say where they are."""
    from autograder.course import Course

    course = Course()
    if getattr(args, "viva", None):
        return _viva(course, args)
    from autograder.report import write_report

    print(f"Report: {write_report(course)}")
    return 0


def _viva(course, args: argparse.Namespace) -> int:
    from pathlib import Path

    from autograder.errors import ProblemError
    from autograder.run import single
    from autograder.run.pipeline import progress
    from autograder.viva import forms, questions

    lesson = single.lesson_of(course, Path(args.viva), args.viva)
    shown = progress("Questions")
    asked = questions.ask(course, lesson, progress=shown, trust=args.trust_students)
    if not asked:
        raise ProblemError(f"No graded submission of {lesson}: run `make grade` first.")
    for path in forms.write(asked, lesson, course.grading / "viva" / lesson):
        print(f"wrote {path}")
    for each in asked:
        if each.why:
            print(f"{each.student}: {each.why}")
    return 0
