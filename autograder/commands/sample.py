"""Make a class of made-up submissions from a seed."""


def add_arguments(parser):
    """Declare what the command takes."""
    parser.add_argument("--seed", type=int, default=0)


def run(args):
    """Write the class, unless real submissions lie where it would."""
    from autograder import sample
    from autograder.course import Course
    from autograder.problems import ProblemError

    course = Course()
    course.grading.mkdir(exist_ok=True)
    if course.submissions() and not (course.grading / sample.MARK).exists():
        raise ProblemError(f"{course.submitted} holds real submissions.")
    print(f"{sample.make_class(course, args.seed)} submissions in {course.submitted}")
    return 0
