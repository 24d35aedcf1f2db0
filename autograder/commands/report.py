"""Write one page on the class, from the last grading, and CSV beside it."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""


def run(args: argparse.Namespace) -> int:
    """Write the report and say where it is."""
    from autograder.course import Course
    from autograder.report import write_report

    print(f"Report: {write_report(Course())}")
    return 0
