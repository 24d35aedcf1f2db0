"""What docs/any-course.md says, done word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.plain import courses

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]
PAGE = (ROOT / "docs" / "any-course.md").read_text(encoding="utf-8")
COMMANDS = [line.strip() for line in re.findall(r"^    (\S.*)$", PAGE, re.M)]
BLOCKS = dict(re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S))


def shell(command, folder):
    """Run a line of the page in a course's folder."""
    tools = Path(sys.executable).parent
    words = command.split()
    if words[0] == "autograder":  # as its entry point does
        words[:1] = [sys.executable, "-m", "autograder"]
    else:
        words[0] = str(tools / words[0])
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_leads_from_release_to_grade(tmp_path):
    assert [c.split()[1] for c in COMMANDS] == [
        *("generate_assignment", "grade", "report", "export"),
    ]
    cells = courses.STORED
    config = 'c = get_config()\nc.CourseDirectory.course_id = "mine"\n'
    published = courses.Published(
        "mine", config, "source", {"ps1/ps1": cells}, {}, BLOCKS["toml"]
    )
    course = published.make(tmp_path / "course")
    for path in (course.root / "release").rglob("*.ipynb"):
        path.unlink()  # made to be made again, by the page's own words
    shell(f"{COMMANDS[0]} --force", course.root)
    courses.hand_in(course, "ada", "ps1", courses.solved(course, "ps1"))
    assert (course.root / "submitted" / "ada" / "ps1" / "ps1.ipynb").exists()
    said = shell(COMMANDS[1], course.root)
    assert "saved 1 + for a person 0" in said
    assert (course.grading / "grades.csv").exists()
    assert (course.root / "feedback" / "ada" / "ps1" / "ps1.html").exists()
    for command in COMMANDS[2:]:
        shell(command, course.root)
    with course.gradebook() as book:
        assert book.find_submission("ps1", "ada").score == 4
    text = course.root / "nbgrader_config.py"
    text.write_text(text.read_text() + BLOCKS["python"])
    shell("nbgrader autograde ps1 --force", course.root)
    with course.gradebook() as book:
        assert book.find_submission("ps1", "ada").score == 4
