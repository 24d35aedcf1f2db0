"""Write what students get: an archive in dist/, or a folder that they clone."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("lessons", nargs="*", metavar="NN", help="these alone: 02 06")
    parser.add_argument("--into", default=paths.DIST, type=paths.Path, metavar="FOLDER")
    parser.add_argument(
        "--repository",
        type=paths.Path,
        metavar="FOLDER",
        help="no archive: write the files here; notebooks of other lessons stay",
    )


def run(args: argparse.Namespace) -> int:
    """Write the release, or say what in it gives something away."""
    import byhand
    from autograder.errors import ProblemError
    from autograder.lessons import archive
    from autograder.lessons.building import built_files, differences, read_lessons

    built = built_files()
    if different := list(differences(built)):
        raise ProblemError("\n".join([*different, "Run `make build` first."]))
    files = archive.archive_files(built)
    if args.lessons:
        files = archive.of_lessons(files, args.lessons)
    if leaks := list(archive.leaks_in(files, read_lessons(paths.lesson_sources()))):
        raise ProblemError("\n".join(leaks))
    if args.repository:
        changed = archive.write_repository(args.repository, files)
        print("\n".join([*changed, f"{len(changed)} changes in {args.repository}"]))
        return 0
    name = f"convolution-by-hand-{byhand.__version__}"
    path = args.into / f"{name}.zip"
    archive.write_archive(path, files, name)
    print(f"wrote {path}: {len(files)} files, {path.stat().st_size / 1e6:.1f} MB")
    return 0
