"""Grade a made-up class, or a folder or zip of a real one."""

from autograder import paths


def add_arguments(parser):
    """Declare what the command takes."""
    parser.add_argument(
        "submissions",
        nargs="?",
        metavar="CLASS",
        type=paths.Path,
        help="a folder, or a zip from Moodle or Canvas; without it, what was collected "
        "before is graded again, or a made-up class where there is none",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the made-up class")


def run(args):
    """Collect, grade, write feedback and the export, and print the table."""
    from autograder.course import Course
    from autograder.grading import grade_class

    return grade_class(Course(), args.submissions, args.seed)
