"""Write a lesson with its answers, for learners to read after the deadline."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("lesson", nargs="+", metavar="NN", help="02")
    parser.add_argument(
        "--into",
        default=paths.DIST,
        type=paths.Path,
        metavar="FOLDER",
        help="dist/ without it; solved/NN_name.ipynb is written there",
    )


def run(args: argparse.Namespace) -> int:
    """Write each solved notebook and say where it is."""
    from autograder.errors import ProblemError
    from autograder.lessons import notebook
    from autograder.lessons.source import read_lesson

    for begin in args.lesson:
        sources = [s for s in paths.lesson_sources() if s.name.startswith(begin)]
        if len(sources) != 1:
            known = ", ".join(s.stem for s in paths.lesson_sources())
            raise ProblemError(f"Which lesson is {begin}? There are: {known}.")
        solved = notebook.solved_notebook(read_lesson(sources[0]))
        path = args.into / "solved" / f"{sources[0].stem}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook.as_bytes(solved))
        print(f"wrote {path}: answers and mark schemes, no hidden test")
    return 0
