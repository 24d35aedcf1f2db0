"""Write what is handed out: lessons for students, solved lessons, or a grader."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("lessons", nargs="*", metavar="NN", help="these alone: 02 06")
    parser.add_argument(
        "--as",
        dest="form",
        choices=sorted(_FORMS),
        default="archive",
        help="a zip for students; a folder that they clone; packages to install, "
        "byhand and the grader for any course; notebooks with answers, for after the "
        "deadline; a grader for Gradescope, GitHub or GitLab",
    )
    parser.add_argument("--into", default=paths.DIST, type=paths.Path, metavar="FOLDER")
    parser.add_argument("--seed", type=int, help="of the grader's hidden cases")


def run(args: argparse.Namespace) -> int:
    """Write it, or say what in it gives something away."""
    _FORMS[args.form](args)
    return 0


def _for_students(lessons: list[str]) -> dict[str, bytes]:
    from autograder.errors import ProblemError
    from autograder.lessons import archive
    from autograder.lessons.building import built_files, differences, read_lessons

    built = built_files()
    if different := list(differences(built)):
        raise ProblemError("\n".join([*different, "Run `make build` first."]))
    files = archive.archive_files(built)
    if lessons:
        files = archive.of_lessons(files, lessons)
    if leaks := list(archive.leaks_in(files, read_lessons(paths.lesson_sources()))):
        raise ProblemError("\n".join(leaks))
    return files


def _archive(args: argparse.Namespace) -> None:
    import byhand
    from autograder.lessons import archive

    files = _for_students(args.lessons)
    name = f"convolution-by-hand-{byhand.__version__}"
    path = args.into / f"{name}.zip"
    archive.write_archive(path, files, name)
    print(f"wrote {path}: {len(files)} files, {path.stat().st_size / 1e6:.1f} MB")


def _package(args: argparse.Namespace) -> None:
    from autograder.doors import wheel

    for package in wheel.FILES:
        path = wheel.build(args.into, package)
        print(f"wrote {path}: {path.stat().st_size / 1e6:.1f} MB")


def _repository(args: argparse.Namespace) -> None:
    from autograder.lessons import archive

    changed = archive.write_repository(args.into, _for_students(args.lessons))
    print("\n".join([*changed, f"{len(changed)} changes in {args.into}"]))


def _solved(args: argparse.Namespace) -> None:
    from autograder.lessons import notebook
    from autograder.lessons.source import read_lesson

    for lesson in _named(args.lessons):
        solved = notebook.solved_notebook(read_lesson(paths.SOLUTIONS / f"{lesson}.py"))
        path = args.into / "solved" / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook.as_bytes(solved))
        print(f"wrote {path}: answers and mark schemes, no hidden test")


def _grader(args: argparse.Namespace) -> None:
    from autograder.classroom import packing
    from autograder.course import Course
    from autograder.run.journal import Journal

    course = Course()
    for lesson in _named(args.lessons):
        seed = args.seed
        if seed is None:
            course.grading.mkdir(exist_ok=True)
            with Journal(course.grading) as journal:
                seed = journal.seed_of(lesson, None)
        path = packing.pack(course, lesson, seed, args.into)
        print(f"wrote {path}, {path.stat().st_size / 1e6:.1f} MB, with seed {seed}")
    print("It holds hidden tests and answers. Students must not get it.")


def _named(begins: list[str]) -> list[str]:
    """Return the lessons that are named, at least one."""
    from autograder.errors import ProblemError

    lessons = [source.stem for source in paths.lesson_sources()]
    named = []
    for begin in begins or ["?"]:
        found = [lesson for lesson in lessons if lesson.startswith(begin)]
        if len(found) != 1:
            raise ProblemError(
                f"Which lesson is {begin!r}? There are: {', '.join(lessons)}."
            )
        named += found
    return named


_FORMS = {
    "archive": _archive,
    "package": _package,
    "repository": _repository,
    "solved": _solved,
    "grader": _grader,
}
