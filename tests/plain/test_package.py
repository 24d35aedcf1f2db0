"""The grader as a package: what is in it, and a class graded with nothing else here."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

import autograder
import byhand
from autograder.doors import wheel
from tests.conftest import ROOT
from tests.plain import courses
from tests.plain.test_alone import BLOCKED

# what a module of the grader looks for only where a course is laid out as ours
LEFT_OUT = {
    "autograder.classroom.made_up",
    "autograder.lessons.release_step",
    "autograder.viva",
}


def description(folder):
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]


MINE = description(wheel.PACKAGES / "sandboxed-autograder")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder with the unpacked wheel, and nothing else of the course."""
    folder = tmp_path_factory.mktemp("grader")
    path = wheel.build(folder / "dist", "sandboxed-autograder")
    with zipfile.ZipFile(path) as zipped:
        zipped.extractall(folder / "site")
    return folder / "site"


def modules(installed):
    """Yield (name, tree) of each module."""
    for path in installed.rglob("*.py"):
        parts = path.relative_to(installed).with_suffix("").parts
        yield ".".join(parts), ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_of_byhand_is_in_it_and_nothing_asks_for_it(installed):
    names = {path.name for path in installed.iterdir()}
    described = f"sandboxed_autograder-{autograder.__version__}.dist-info"
    assert names == {"autograder", described}
    for name, tree in modules(installed):
        for node in ast.walk(tree):
            told = [a.name for a in getattr(node, "names", ()) if hasattr(a, "name")]
            told += [getattr(node, "module", None) or ""]
            roots = {each.partition(".")[0] for each in told}
            assert not roots & {"byhand", "tensorflow", "keras"}, name


def test_all_that_its_modules_import_is_in_it(installed):
    known = {name.removesuffix(".__init__") for name, _ in modules(installed)}
    wanted = set()
    for _, tree in modules(installed):
        for node in ast.walk(tree):
            module = getattr(node, "module", None) or ""
            if isinstance(node, ast.ImportFrom) and module.startswith("autograder"):
                inner = {f"{module}.{alias.name}" for alias in node.names}
                wanted |= inner & (known | LEFT_OUT) or {module}
    missing = {n for n in wanted - known if not n.startswith(tuple(LEFT_OUT))}
    assert missing == set()


def test_its_version_is_the_course_s():
    assert autograder.__version__ == byhand.__version__


def test_the_course_asks_for_all_that_the_grader_asks_for():
    course = description(ROOT)
    asked = {*course["dependencies"], *course["optional-dependencies"]["grade"]}
    assert set(MINE["dependencies"]) <= asked
    assert set(MINE["optional-dependencies"]["many"]) <= {
        *course["optional-dependencies"]["many"]
    }


def test_every_command_of_its_page_is_there(installed):
    page = (wheel.PACKAGES / "sandboxed-autograder" / "README.md").read_text("utf-8")
    commands = {p.stem for p in (installed / "autograder" / "commands").glob("*.py")}
    named = set(re.findall(r"autograder (\w+)", page.partition("- Folders")[0]))
    assert named <= commands
    assert len(re.findall("^    \\w", page.partition("- Folders")[0], re.M)) == 10


@pytest.mark.sandbox
@pytest.mark.timeout(900)
def test_a_class_is_graded_from_the_unpacked_wheel(installed, tmp_path):
    course = courses.TUTORIALS.make(tmp_path / "course")
    for lesson in course.lessons():
        courses.hand_in(course, "ada", lesson, courses.solved(course, lesson))
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--course", "."],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": f"{BLOCKED}{os.pathsep}{installed}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "saved 2 + for a person 0" in done.stdout
    with course.gradebook() as book:
        assert book.find_submission("week_1", "ada").score == 6
        assert book.find_submission("week_2", "ada").score == 4
