"""Kill the grader at random moments, and compare the grades with undisturbed ones."""


def add_arguments(parser):
    """Declare what the command takes."""
    parser.add_argument(
        "--kills", type=int, default=200, help="how many; 200 by default"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random moments")
    parser.add_argument("--students", type=int, default=4, help="size of the class")


def run(args):
    """Make up a class in a folder of its own, and soak it."""
    import tempfile
    from pathlib import Path

    from tqdm import tqdm

    from autograder import paths
    from autograder.classroom import made_up
    from autograder.course import Course
    from autograder.run.soaking import soak

    with tempfile.TemporaryDirectory(prefix="byhand-soak-") as folder:
        for name in ("solutions", "notebooks"):
            Path(folder, name).symlink_to(paths.ROOT / name)
        course = Course(Path(folder))
        course.grading.mkdir()
        made_up.make_class(course, students=tuple(made_up.CLASS)[: args.students])
        with tqdm(total=args.kills, desc="Kills", unit="kill") as bar:
            found = soak(course, args.kills, lambda done, _: bar.update(1), args.seed)
    print(found)
    for sentence in found.wrong[:20]:
        print(f"  {sentence}")
    return 1 if found.wrong else 0
