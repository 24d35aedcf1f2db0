"""A new exercise, from the command to a check that works, as its page says."""

import difflib
import re
import shutil
import subprocess
import sys

import pytest

from autograder.errors import ProblemError
from autograder.lessons import starting
from tests.conftest import ROOT
from tests.test_build import plain

PAGE = (ROOT / "docs" / "new-exercise.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```\w+ fill=([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = "dilated_max_pool1d"
LEFT_OUT = (".*", "grading", "dist", "build", "__pycache__", "*.egg-info", "_build")
TRY = f"""
from autograder.lessons import answers
from byhand.checks import checking
from tests import mutants, zoo

answer = answers.namespace("05_pooling")[{NAME!r}]
for hidden in (False, True):
    print(checking.judge({NAME!r}, answer, hidden=hidden).state)
for specimen in zoo.collect():
    if specimen.exercise == {NAME!r}:
        found = mutants.run(specimen)
        print(found.visible.state, found.hidden.state, found.visible.misconception)
"""


def filled(text, answers):
    """Return a text with the page's blocks in place of its blanks."""
    lines = []
    for line in text.splitlines(keepends=True):
        if blank := starting.BLANK.search(line):
            indent = line[: len(line) - len(line.lstrip())]
            block = answers.pop(blank["name"]).splitlines(keepends=True)
            lines += [indent + one if one.strip() else one for one in block]
        else:
            lines.append(line)
    return "".join(lines)


def contents(folder):
    """Return {path: bytes} of a folder."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def added(old, new):
    """Return the lines that a text has more than before, empty ones aside."""
    found = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line[2:] for line in found if line.startswith("+ ") and line[2:].strip()]


class Copy:
    """A copy of the repository, in which the page's commands are called."""

    def __init__(self, folder):
        self.root = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))

    def run(self, *arguments):
        """Run Python with these arguments in the copy, and return what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return (copy, what `new` printed, {path: (before, after)}, recorded before)."""
    copy = Copy(tmp_path_factory.mktemp("new") / "course")
    command = re.search(r"python -m autograder (new .*)$", PAGE, re.MULTILINE)[1]
    return finish(copy, command)


def finish(copy, command):
    """Start an exercise with a command, fill in its blanks, build and record it."""
    listed = copy.run("-m", "autograder", *command.split())
    answers, files = dict(BLOCK.findall(PAGE)), {}
    for name in {line.split(":")[0] for line in listed.splitlines() if ": " in line}:
        path = copy.root / name
        if not path.is_file():
            continue
        path.write_text(filled(path.read_text(encoding="utf-8"), answers), "utf-8")
        old = ROOT / name
        before = old.read_text(encoding="utf-8") if old.exists() else ""
        files[name] = before, path.read_text(encoding="utf-8")
    assert answers == {}, "the page fills in blanks that aren't there"
    recorded = contents(copy.root / "data" / "recorded")
    copy.run("-m", "autograder", "build")
    copy.run("-m", "autograder.lessons.recording", NAME)
    return copy, files, recorded


@pytest.mark.tf
@pytest.mark.slow
def test_the_page_leads_to_an_exercise_that_is_checked_and_whose_zoo_is_killed(
    finished,
):
    copy, _, _ = finished
    assert copy.run("-c", TRY).splitlines() == [
        "passed",
        "passed",
        "passed passed None",
        "failed failed dilation ignored",
        "failed failed minimum instead of maximum",
    ]


@pytest.mark.tf
@pytest.mark.slow
def test_a_lesson_of_a_teacher_s_own_takes_one_too(tmp_path):
    copy = Copy(tmp_path / "course")
    source = plain(copy.root)
    _, files, _ = finish(copy, f"new {source.stem} {NAME}")
    assert "tests/zoo/our_own.py" in files
    told = copy.run("-c", TRY.replace("05_pooling", source.stem)).splitlines()
    assert told[-1] == "failed failed minimum instead of maximum"


@pytest.mark.tf
@pytest.mark.slow
def test_only_the_new_exercise_is_recorded(finished):
    copy, _, before = finished
    after = contents(copy.root / "data" / "recorded")
    assert after.pop(f"{NAME}.npz")
    assert after == before


@pytest.mark.tf
@pytest.mark.slow
def test_what_was_written_is_laid_out_built_and_at_most_80_lines(finished):
    copy, files, _ = finished
    python = [name for name in files if name.endswith(".py")]
    copy.run("-m", "ruff", "check", *python)
    copy.run("-m", "ruff", "format", "--check", *python)
    copy.run("-m", "autograder", "build", "--check")
    count = {n: len(added(*both)) for n, both in files.items() if "zoo" not in n}
    assert len(files) == 4
    assert sum(count.values()) <= 80, count


def test_every_blank_of_a_new_exercise_is_filled_in_by_the_page():
    files = starting.started("05_pooling", NAME, "max_pool2d")
    wanted = [
        found["name"]
        for text in files.values()
        for line in text.splitlines()
        if (found := starting.BLANK.search(line))
    ]
    assert sorted(wanted) == sorted(name for name, _ in BLOCK.findall(PAGE))
    assert len(wanted) == len(set(wanted))


def test_without_a_place_the_cells_come_before_the_written_question():
    text = starting.started("05", "another")[ROOT / "solutions" / "05_pooling.py"]
    assert text.index("exercise another") < text.index("written_pooling")
    assert text.index("exercise another") > text.index('exercise="average_kernel"')


@pytest.mark.parametrize(
    ("lesson", "name", "after", "sentence"),
    [
        ("05", "conv2d", None, "there is an exercise 'conv2d' in the course already"),
        ("05", "2d", None, "can't be the name of a function"),
        ("5", "another", None, "names no lesson"),
        ("05", "another", "conv2d", "the check of 'conv2d' isn't there"),
    ],
)
def test_an_exercise_that_cannot_be_started_is_refused(lesson, name, after, sentence):
    with pytest.raises(ProblemError, match=sentence):
        starting.started(lesson, name, after)


def test_no_blank_is_left_in_the_course():
    sources = [*ROOT.glob("solutions/*.py"), *ROOT.glob("tests/zoo/*.py")]
    sources += [*ROOT.glob("byhand/**/*.py"), *ROOT.glob("byhand/**/*.toml")]
    assert len(sources) > 100
    left = {p.name: list(starting.blanks(p.read_text("utf-8"))) for p in sources}
    assert not {name: found for name, found in left.items() if found}
