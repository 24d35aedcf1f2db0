"""The set-up: one lock, one list of commands, an archive that gives nothing away."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile

import nbformat
import pytest
import yaml

import byhand
from autograder.__main__ import main
from autograder.errors import ProblemError
from autograder.lessons import archive
from autograder.lessons.building import built_files, read_lessons
from autograder.lessons.markers import ANSWER, GIVEN, READ_ONLY, TESTS
from autograder.lessons.source import read_lesson
from autograder.paths import lesson_sources
from byhand import exercises
from tests.conftest import ROOT

EXERCISE = "byhand/exercises/convolution/conv1d.py"


@pytest.fixture(scope="module")
def environment():
    """Return what environment.yml says."""
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture(scope="module")
def project():
    """Return what pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked():
    """Return {name: version} of the lock."""
    text = (ROOT / "requirements.lock").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;]+)", text, re.MULTILINE))


def test_conda_installs_python_and_the_lock_and_nothing_else(environment):
    python, pip, from_pip = environment["dependencies"]
    assert (python.split("=")[0], pip) == ("python", "pip")
    assert from_pip == {"pip": ["--require-hashes", "-r requirements.lock"]}


def test_condas_python_is_one_that_the_project_takes(environment, project):
    version = environment["dependencies"][0].split("=")[1]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert version in ("3.11", "3.12", "3.13")


def test_the_readme_leads_from_conda_to_a_course_that_can_be_imported(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (install,) = re.findall(r"^    pip (install .* --editable \.)$", text, re.MULTILINE)
    assert f"pip {install}" in (ROOT / "environment.yml").read_text()
    copy = tmp_path / "course"
    for name in ("autograder", "byhand"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-prose.md"):
        shutil.copy(ROOT / name, copy)
    into = ["--prefix", str(tmp_path / "env"), "-q"]
    command = [sys.executable, "-m", "pip", *install.split(), *into]
    subprocess.run(command, cwd=copy, check=True)
    (site,) = (tmp_path / "env").glob("lib/*/site-packages")
    code = f"import site; site.addsitedir({str(site)!r}); import byhand as b; "
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"{code}print(b.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(copy / "byhand" / "__init__.py")


def test_both_packages_say_who_made_them_and_what_they_are(project):
    path = ROOT / "packages" / "byhand" / "pyproject.toml"
    learners = tomllib.loads(path.read_text())["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    for each in (project, learners):
        assert each["authors"] == cited["authors"]
        assert "Intended Audience :: Education" in each["classifiers"]
        assert each["license"] == "MIT"
    assert (ROOT / "CODE_OF_CONDUCT.md").is_file()


def test_the_version_stands_in_byhand_and_everything_else_follows(project):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert settings["setuptools"]["dynamic"]["version"]["attr"] == "byhand.__version__"
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == byhand.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (.*)$", changes, re.MULTILINE)
    assert entries[:2] == [
        "Unreleased",
        f"{cited['version']} - {cited['date-released']}",
    ]


def test_hosted_ci_calls_commands_that_exist_and_pins_its_actions():
    path = ROOT / ".github" / "workflows" / "test.yml"
    jobs = yaml.safe_load(path.read_text())["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    makefile = (ROOT / "Makefile").read_text()
    called = {step["run"] for step in steps if step.get("run", "").startswith("make")}
    assert called == {"make test", "make quick", "make elsewhere"}
    for command in called:
        assert f"\n{command.removeprefix('make ')}: " in makefile
    for step in steps:
        assert re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40))
    caches = [s["with"]["cache"] for s in steps if "setup-python" in s.get("uses", "")]
    assert caches == ["pip"] * len(jobs)


@pytest.mark.parametrize("name", ["check", "lesson", "grade"])
def test_an_issue_form_asks_for_what_is_needed_and_names_no_unknown_page(name):
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in asked}) == len(asked)
    assert any(part.get("validations", {}).get("required") for part in asked)
    for page in re.findall(r"[A-Z]+\.md", path.read_text(encoding="utf-8")):
        assert (ROOT / page).exists()


def test_every_line_of_the_lock_has_a_version_and_a_hash():
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[\w.-]+(\[.*\])?==", entry)
        assert "--hash=sha256:" in entry


def test_the_lock_names_no_package_index():
    text = (ROOT / "requirements.lock").read_text()
    assert "index-url" not in text
    assert "://" not in text


def test_all_that_pyproject_asks_for_is_locked(project):
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.match(r"[\w-]+", text)[0].lower() for text in wanted}
    assert names <= {name.lower() for name in locked()}


def test_nbgrader_is_the_version_whose_behaviour_was_measured():
    assert locked()["nbgrader"] == "0.9.6"


def test_help_lists_every_command_of_the_makefile():
    text = (ROOT / "Makefile").read_text()
    declared = set(" ".join(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)).split())
    shown = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^  make ([a-z]+)", shown, re.MULTILINE)) == declared


def find_python(tmp_path, **variables):
    """Run .ci/find-python with an empty home and only these variables."""
    return subprocess.run(
        ["/bin/sh", ROOT / ".ci" / "find-python"],
        env={"HOME": str(tmp_path), "PATH": str(tmp_path), **variables},
        capture_output=True,
        text=True,
    )


def test_a_python_that_fits_is_found_by_name(tmp_path):
    (tmp_path / "python3.12").symlink_to(sys.executable)
    found = find_python(tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.strip().endswith("python3.12")


def test_a_python_is_found_among_those_of_pyenv(tmp_path):
    folder = tmp_path / "versions" / "3.13.9" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to(sys.executable)
    found = find_python(tmp_path, PYENV_ROOT=str(tmp_path))
    assert found.stdout.strip() == str(folder / "python")


def test_a_python_that_is_too_old_is_passed_over_and_said_so(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "cat").symlink_to(shutil.which("cat"))
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "No Python from 3.11 to 3.13" in found.stderr
    assert "make PYTHON=" in found.stderr


@pytest.fixture(scope="module")
def release():
    """Return {name: bytes} of the archive for students."""
    return archive.archive_files(built_files())


@pytest.fixture(scope="module")
def unpacked(release, tmp_path_factory):
    """Return the folder that a student finds after unzipping."""
    folder = tmp_path_factory.mktemp("student")
    archive.write_archive(folder / "course.zip", release, "course")
    with zipfile.ZipFile(folder / "course.zip") as zipped:
        zipped.extractall(folder)
    return folder / "course"


def test_the_archive_holds_what_a_student_needs(release):
    for path in lesson_sources():
        assert f"notebooks/{path.stem}/{path.stem}.ipynb" in release
    for name in ("README.md", "LICENSE", "requirements.lock", "byhand/__init__.py"):
        assert name in release


def test_the_readme_and_the_commands_of_the_archive_lead_somewhere(unpacked):
    text = (unpacked / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)\)", text)
    local = [link for link in links if not link.startswith("http")]
    assert "docs/pictures/convolution_flipped.png" in local
    for link in local:
        assert (unpacked / link).exists(), link
    done = subprocess.run(
        ["make", "help"], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert re.findall(r"^  make (\w+)", done.stdout, re.M) == ["help", "setup", "lab"]
    assert re.findall(r"make (\w+)", text) == ["lab"]


def test_the_archive_gives_nothing_away(unpacked):
    files = {
        path.relative_to(unpacked).as_posix(): path.read_bytes()
        for path in unpacked.rglob("*")
        if path.is_file()
    }
    assert list(archive.leaks_in(files, read_lessons(lesson_sources()))) == []
    names = " ".join(files)
    for word in ("solutions", "autograder", "grading", "tests/", ".pyc", "zoo"):
        assert word not in names
    text = b"".join(v for k, v in files.items() if k.endswith(".ipynb"))
    assert b"HIDDEN TESTS" not in text
    assert b"BEGIN SOLUTION" not in text
    assert b'"output_type"' not in text


def test_the_archive_holds_nothing_that_computes_a_mistake(release):
    assert not [name for name in release if name.startswith("byhand/slips")]
    for name, content in release.items():
        if name.startswith("byhand/") and name.endswith(".py"):
            code = content.decode()
            assert "MISTAKES" not in code, name
            assert not re.search(r"^SLIPS\b|import.*\bslips|byhand\.slips", code, re.M)
    assert re.search("^SLIPS = ", (ROOT / EXERCISE).read_text(), re.M)
    assert b"EXERCISE = Exercise(" in release[EXERCISE]


IN_THE_ARCHIVE = """
import dataclasses, json, pickle, sys
import byhand
from byhand import exercises
from byhand.checks import checking, recorded
from byhand.checks.diagnosing import Raises

assert byhand.__file__.startswith(sys.argv[1]), byhand.__file__


def replay(results):
    results = iter(results)

    def wrong(*args, **kwargs):
        value = next(results)
        if isinstance(value, Raises):
            raise {"ValueError": ValueError, "IndexError": IndexError}.get(
                value.type_name, TypeError
            )
        return value

    return wrong


told = {}
for name, exercise in exercises.table().items():
    if exercise.kind == "function":
        bare = dataclasses.replace(exercise, adapt=None)
        exercises.table().found[name] = bare
        right, wrong, _ = recorded.read(name)
        verdicts = [checking.judge(name, replay(right)).state, not exercise.slips]
        verdicts.append(
            any(
                checking.judge(name, replay(variant)).misconception == slip
                for slip, variants in wrong.items()
                for variant in variants
            )
        )
        told[name] = verdicts
assert "tensorflow" not in sys.modules
print(json.dumps(told))
"""


def test_checks_of_the_archive_name_mistakes_by_what_is_recorded(unpacked):
    done = subprocess.run(
        [sys.executable, "-c", IN_THE_ARCHIVE, str(unpacked)],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    functions = [e.id for e in exercises.table().values() if e.kind == "function"]
    assert told == {name: ["passed", True, True] for name in functions}


@pytest.mark.tf
@pytest.mark.parametrize("path", lesson_sources(), ids=lambda p: p.stem)
def test_our_answers_pass_the_visible_checks_of_the_archive(unpacked, path, tmp_path):
    source = read_lesson(path)
    kinds = (ANSWER, GIVEN, READ_ONLY)
    cells = [c for c in source.cells if c.cell_type == "code" and c.kind in kinds]
    file = tmp_path / "ours.py"
    file.write_text("\n\n".join(cell.text for cell in cells))
    command = [sys.executable, "-m", "byhand", "check", str(file), "--json"]
    done = subprocess.run(
        [*command, "--visible"],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout[done.stdout.index("[\n {") :])  # after its prints
    assert {each["visible"] for each in found} == {"passed"}
    tested = [c.exercise for c in source.cells if c.kind == TESTS]
    assert sorted(each["exercise"] for each in found) == sorted(tested)


def test_a_solution_put_into_the_archive_is_found():
    lessons = read_lessons(lesson_sources())
    source = {"byhand/extra.py": lesson_sources()[-1].read_bytes()}
    assert list(archive.leaks_in(source, lessons))
    assert list(archive.leaks_in({"byhand/x.pyc": b""}, lessons))


def test_the_archive_is_the_same_byte_for_byte(release, tmp_path):
    for name in ("first.zip", "second.zip"):
        archive.write_archive(tmp_path / name, release, "course")
    first, second = sorted(tmp_path.iterdir())
    assert first.read_bytes() == second.read_bytes()


def test_byhand_runs_from_the_unpacked_archive(unpacked):
    code = (
        "import byhand, pathlib, sys; from byhand import data;"
        "print(pathlib.Path(byhand.__file__).parent.parent, data.folder())"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=unpacked / "notebooks",
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(unpacked), str(unpacked / "data")]


def test_the_scripts_can_be_run_after_unzipping(unpacked):
    with zipfile.ZipFile(unpacked.parent / "course.zip") as zipped:
        mode = zipped.getinfo("course/.ci/setup").external_attr >> 16
    assert mode & stat.S_IXUSR


def test_no_tracked_text_names_a_package_index_or_a_home_folder():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file() and path.suffix in (".py", ".md", ".toml", ".yml", ".lock"):
            text = path.read_text(encoding="utf-8")
            found = re.search(
                r"(?<![\w/])/(root|home/\w+)/|--extra-index" + "-url", text
            )
            assert not found, (name, found[0])


def test_a_repository_for_students_grows_lesson_by_lesson(release, tmp_path):
    into = tmp_path / "course"
    first = archive.of_lessons(release, ["02"])
    assert "Makefile" in archive.write_repository(into, first)
    assert [p.name for p in (into / "notebooks").iterdir()] == ["02_convolution"]
    assert archive.write_repository(into, first) == []
    note = into / "notebooks" / "02_convolution" / "02_convolution.ipynb"
    note.write_text("handed out in week 2")
    (into / "syllabus.md").write_text("ours")
    (into / "byhand" / "gone.py").write_text("")
    changed = archive.write_repository(into, archive.of_lessons(release, ["06"]))
    lesson = "notebooks/06_backprop/06_backprop.ipynb"
    assert changed == ["byhand/gone.py (removed)", lesson]
    assert note.read_text() == "handed out in week 2"
    assert (into / "syllabus.md").read_text() == "ours"
    assert os.access(into / ".ci" / "setup", os.X_OK)


def test_a_repository_is_written_into_nothing_else(release, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ProblemError, match="neither empty nor an earlier release"):
        archive.write_repository(tmp_path, release)
    with pytest.raises(ProblemError, match="holds solutions"):
        archive.write_repository(ROOT, release)
    with pytest.raises(ProblemError, match="No lesson begins with 42"):
        archive.of_lessons(release, ["02", "42"])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_revealed_lesson_shows_the_answers_and_no_hidden_test(tmp_path):
    assert main(["release", "01", "--as", "solved", "--into", str(tmp_path)]) == 0
    path = tmp_path / "solved" / "01_x_or_o.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "equal_pixels = 65" in text and "equal_pixels = ..." not in text
    assert "What the mark scheme says" in text
    assert not re.search("BEGIN|END|the share that differs|hidden=True", text)
    assert not [c for c in notebook.cells if "nbgrader" in c.metadata]
