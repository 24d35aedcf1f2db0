"""Make a class of made-up submissions from a seed."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Write the class, unless real submissions lie where it would."""
    from autograder.classroom import made_up
    from autograder.course import Course
    from autograder.errors import ProblemError

    course = Course()
    course.grading.mkdir(exist_ok=True)
    if course.submissions() and not (course.grading / made_up.MARK).exists():
        raise ProblemError(f"{course.submitted} holds real submissions.")
    print(f"{made_up.make_class(course, args.seed)} submissions in {course.submitted}")
    return 0
