"""Build notebooks and table from solutions/*.py, or check that they are built."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when one differs"
    )


def defaults() -> argparse.Namespace:
    """Return the arguments of a plain build, for other commands."""
    return argparse.Namespace(check=False)


def run(args: argparse.Namespace) -> int:
    """Build or check, and say how many files there are."""
    from autograder.lessons.building import (
        built_files,
        differences,
        dropped,
        mentions,
        refuse_unadopted,
    )

    files = built_files()
    if args.check:
        different = list(differences(files))
        for sentence in different:
            print(sentence)
        if different:
            print("Run `make build`, and commit what it writes.")
            return 1
        print(f"{len(files)} files are what their sources build.")
        return 0
    gone = dropped()
    refuse_unadopted([*files, *gone])
    changed = [path for path, content in files.items() if _write(path, content)]
    for path in changed:
        print(f"wrote {path.relative_to(paths.ROOT)}")
    for path in gone:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
        print(f"removed {path.relative_to(paths.ROOT)}")
    for sentence in mentions():
        print(sentence)
    print(f"{len(files)} files built, {len(changed)} changed.")
    return 0


def _write(path, content):
    """Write a file when its content differs, and tell whether it did."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
