"""Build static pages of all lessons into dist/site, readable without a network."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    into = paths.DIST / "site"
    parser.add_argument("--into", default=into, type=paths.Path, metavar="FOLDER")
    parser.add_argument(
        "--lesson", action="append", metavar="NN", help="only this one; may be repeated"
    )
    parser.add_argument(
        "--lite", action="store_true", help="lessons that run in the browser, as well"
    )


def run(args: argparse.Namespace) -> int:
    """Build the site, refuse one that needs the network, and say where it is."""
    from autograder.doors import buttons, lite
    from autograder.errors import ProblemError
    from autograder.site import website

    wanted = tuple(args.lesson or [""])
    lessons = [path for path in website.notebooks() if path.name.startswith(wanted)]
    if not lessons:
        raise ProblemError("No notebook to show. Run `make build` first.")
    first = website.build(args.into.resolve(), lessons)
    outside = [
        f"{page} loads {address}"
        for page, address in website.outside_addresses(args.into)
    ]
    if outside:
        raise ProblemError("\n".join(["The pages need the network:", *outside]))
    print(f"{len(lessons)} lessons: open {first}")
    if not buttons.published():
        print("No buttons for Colab and others: pyproject.toml names no Repository.")
    if args.lite:
        print(f"JupyterLite: {lite.build(args.into / 'lite', lessons)}")
    return 0
