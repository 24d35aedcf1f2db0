"""Grade a made-up class, or a folder or zip of a real one."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "submissions",
        nargs="?",
        metavar="CLASS",
        type=paths.Path,
        help="a folder, or a zip from Moodle or Canvas; without it, what was collected "
        "before is graded again, or a made-up class where there is none",
    )
    parser.add_argument("--lesson", help="grade this one alone, 02_convolution or 02")
    parser.add_argument("--seed", type=int, help="of the hidden cases")
    parser.add_argument("--force", action="store_true", help="judge all again")
    parser.add_argument(
        *("--judges", "--workers"),
        type=int,
        help="how many to judge at the same time; one per core by default",
    )
    parser.add_argument(
        "--trust-students",
        action="store_true",
        help="run without any sandbox where there is none; marks grades unverified",
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://...", help="judge on the machines of this cluster"
    )
    parser.add_argument(
        "--stock", action="store_true", help="judge with stock nbgrader, to compare"
    )
    parser.add_argument("--sample-seed", type=int, default=0, help="of a made-up class")


def run(args: argparse.Namespace) -> int:
    """Collect, grade, write feedback and the export, and print the table."""
    from autograder.course import Course
    from autograder.run.pipeline import grade_class

    return grade_class(
        Course(),
        args.submissions,
        lesson=args.lesson,
        sample_seed=args.sample_seed,
        stock=args.stock,
        seed=args.seed,
        force=args.force,
        judges=args.judges,
        trust=args.trust_students,
        scheduler=args.scheduler,
    )
