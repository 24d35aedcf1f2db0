"""Write the archive for students into dist/, or byhand, the learner's package."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--into", default=paths.DIST, type=paths.Path, metavar="FOLDER")
    parser.add_argument("--package", action="store_true", help="build the package")


def run(args: argparse.Namespace) -> int:
    """Write the archive, or say what in it gives something away."""
    import byhand
    from autograder.doors import wheel
    from autograder.errors import ProblemError
    from autograder.lessons import archive
    from autograder.lessons.building import built_files, differences, read_lessons

    built = built_files()
    if different := list(differences(built)):
        raise ProblemError("\n".join([*different, "Run `make build` first."]))
    if args.package:
        path = wheel.build(args.into)
        print(f"wrote {path}: {path.stat().st_size / 1e6:.1f} MB")
        return 0
    files = archive.archive_files(built)
    if leaks := list(archive.leaks_in(files, read_lessons(paths.lesson_sources()))):
        raise ProblemError("\n".join(leaks))
    name = f"convolution-by-hand-{byhand.__version__}"
    path = args.into / f"{name}.zip"
    archive.write_archive(path, files, name)
    print(f"wrote {path}: {len(files)} files, {path.stat().st_size / 1e6:.1f} MB")
    return 0
