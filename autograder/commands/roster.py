"""Take in the roster of a class, a CSV file of yours, of Moodle or of Canvas."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=paths.Path, metavar="FILE.csv")


def run(args: argparse.Namespace) -> int:
    """Read the file, keep it, and say how many students there are."""
    from autograder.classroom import class_list
    from autograder.course import Course

    course = Course()
    people = class_list.read_roster(args.file)
    class_list.keep(course, people)
    print(f"{len(people)} students in {course.grading / class_list.FILE}")
    return 0
