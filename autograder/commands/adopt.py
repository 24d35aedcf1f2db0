"""Bring an edit made in JupyterLab back to a lesson's source."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("lesson", help="the lesson's number or name, 02")


def run(args: argparse.Namespace) -> int:
    """Rewrite the source from the edited notebook, then build it again."""
    import nbformat

    from autograder import course_file
    from autograder.commands import build
    from autograder.errors import ProblemError
    from autograder.lessons.adopting import adopted, find_source

    source = find_source(args.lesson, paths.lesson_sources())
    course = course_file.read()
    if course.log or source.stem in course.changes:
        raise ProblemError(
            f"{course_file.FILE} changes {source.stem}, so that its notebook isn't all "
            f"of the lesson. Edit {source.relative_to(paths.ROOT)} itself."
        )
    path = source.with_suffix("") / f"{source.stem}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    text = adopted(source, notebook)
    if text == source.read_text(encoding="utf-8"):
        print(f"{path.name} holds no edit.")
    else:
        source.write_text(text, encoding="utf-8")
        print(f"wrote {source.relative_to(paths.ROOT)}; look at it with git diff")
    path.unlink()  # what it held stands in the source now
    return build.run(build.defaults())
