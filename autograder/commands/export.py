"""Write the grades as Moodle and Canvas import them, late rules applied."""

import argparse

from autograder import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--fill",
        type=paths.Path,
        metavar="FILE.csv",
        help="a table that Moodle or Canvas gave you: grades are filled into it",
    )
    parser.add_argument(
        "--lesson", help="which one a worksheet is about, or Gradescope's table: 02"
    )
    parser.add_argument(
        "--gradescope",
        type=paths.Path,
        metavar="FILE.csv",
        help="take the grades of --lesson back that Gradescope exported, first",
    )


def run(args: argparse.Namespace) -> int:
    """Bring penalties up to date, write the files, and say what still waits."""
    from autograder.classroom import gradescope, lms
    from autograder.course import Course
    from autograder.gradebook import late_rule
    from autograder.run import single

    course = Course()
    changed = late_rule.bring_up_to_date(course)
    for (lesson, student), (before, now) in sorted(changed.items()):
        print(f"{student}, {lesson}: {now:g} points off for being late, was {before:g}")
    lesson = args.lesson
    if lesson or args.gradescope:
        file = args.gradescope or args.fill or paths.Path(lesson)
        lesson = single.lesson_of(course, file, lesson)
    if args.gradescope:
        for sentence in gradescope.take(course, args.gradescope, lesson):
            print(sentence)
    data = gradescope.read_all(course)
    if args.fill:
        path, count = lms.fill(course, data, args.fill, lesson)
        print(f"{path}: {count} grades filled in")
    else:
        for path in lms.write_all(course, data):
            print(path)
    for sentence in _open(data):
        print(sentence)
    return 0


def _open(data):
    from autograder.pages.templating import count

    marks = sum(s.to_mark for s in data.submissions)
    if marks:
        yield f"{count(marks, 'written answer')} without a mark yet, counted as 0."
    untouched = sum(not s.started and s.final is None for s in data.submissions)
    if untouched:
        yield f"{count(untouched, 'notebook')} not started, with an empty cell."
    without = sum(s.started and s.final is None for s in data.submissions)
    if without:
        yield f"{count(without, 'submission')} without a grade, with an empty cell."
