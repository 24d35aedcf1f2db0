"""Take in when submissions arrived, from Moodle's grading worksheet."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=paths.Path, metavar="WORKSHEET.csv")
    parser.add_argument("lesson", help="02_convolution")
    parser.add_argument(
        "--zone", default="UTC", help="that the times are in, Europe/Berlin"
    )


def run(args: argparse.Namespace) -> int:
    """Read the times, keep them, and say how many there are."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from autograder.classroom import receipts
    from autograder.course import Course
    from autograder.errors import ProblemError

    try:
        zone = ZoneInfo(args.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ProblemError(f"there is no time zone {args.zone!r}") from None
    course = Course()
    count = receipts.take_in(course, args.file, args.lesson, zone)
    print(f"{count} times of {args.lesson} in {course.grading / receipts.FILE}")
    return 0
