"""Mark written answers, all to one question on a page, in the browser."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "lesson", nargs="?", default="", help="02_convolution or 02; all without it"
    )
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")


def run(args: argparse.Namespace) -> int:
    """Serve the pages on this machine until Ctrl+C."""
    import contextlib
    import tempfile
    import webbrowser
    from pathlib import Path

    from autograder.course import Course
    from autograder.errors import ProblemError
    from autograder.marking import written
    from autograder.marking.server import Server

    course = Course()
    if not written.questions(course, args.lesson):
        raise ProblemError(f"no written question in {args.lesson or 'any lesson'}")
    with Server(course, args.lesson, args.port) as server:
        print(f"Marking: {server.address}\nCtrl+C ends it.", flush=True)
        # a command line can be read by everybody on the machine, this file cannot
        with tempfile.TemporaryDirectory() as folder:
            door = Path(folder) / "marking.html"
            refresh = f'<meta http-equiv="refresh" content="0;url={server.address}">'
            door.write_text(refresh, encoding="utf-8")
            if not args.no_browser:
                webbrowser.open(door.as_uri())
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()
    return 0
