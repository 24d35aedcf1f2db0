"""A lesson's grader, packed for Gradescope, GitHub and GitLab, and its sandbox."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
import yaml

from autograder.classroom import packing
from autograder.errors import NoSandboxError
from autograder.paths import ROOT
from autograder.run import single
from autograder.sandbox import levels, promises
from tests.engine import little
from tests.engine.conftest import closed_if

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(300)]
SEED = 4


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """Return the folder ``/autograder`` as a platform has it after the set-up."""
    home = tmp_path_factory.mktemp("autograder")
    lesson = little.make(home / "class")
    path = packing.pack(lesson.course, little.NAME, SEED, home)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(home / "source")
    (home / "environment").symlink_to(Path(sys.prefix))
    (home / "run_autograder").write_bytes(
        (home / "source" / "run_autograder").read_bytes()
    )
    (home / "run_autograder").chmod(0o755)
    return home


def run(home, command, **more):
    done = subprocess.run(
        ["bash", "-c", command],
        env={"PATH": os.environ["PATH"], "AUTOGRADER": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    return done.returncode, done.stdout + done.stderr


def hand_in(folder, **answers):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{little.NAME}.ipynb"
    path.write_bytes(little.as_bytes(little.notebook(answers=answers)))
    return path


def test_the_platform_gets_the_points_that_the_class_gets(packed, tmp_path):
    wrong = hand_in(packed / "submission", slide="def slide(x, w):\n    return [-2.0]")
    run(packed, str(packed / "run_autograder"))
    told = json.loads((packed / "results" / "results.json").read_text())
    here = little.make(tmp_path / "class").course
    judged = single.judge(here, wrong, little.NAME, seed=SEED)
    assert sum(test["score"] for test in told["tests"]) == judged.earned
    assert 0 < judged.earned < judged.most
    assert told["tests"][0]["name"]


@pytest.mark.parametrize("count", [0, 2])
def test_what_is_handed_in_wrongly_is_said(packed, tmp_path, count):
    for number in range(count):
        (tmp_path / f"{number}.ipynb").write_text("{}")
    run(packed, f"SUBMISSION={tmp_path} {packed / 'run_autograder'}")
    told = json.loads((packed / "results" / "results.json").read_text())
    assert "Hand in one notebook" in told["output"]
    assert told["score"] == 0.0


def _lines(path):
    """Return the commands of a platform's file that say what is to be done."""
    told = yaml.safe_load(path.read_text())
    if "jobs" in told:
        return [s["run"] for s in told["jobs"]["grade"]["steps"] if "run" in s]
    return told["grade"]["script"]


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_every_line_for_another_platform_runs(packed, tmp_path, name):
    hand_in(tmp_path / "notebooks" / little.NAME)
    commands = _lines(packed / "source" / name)
    assert len(commands) == 2
    for command in commands:
        status, said = run(packed, command, cwd=tmp_path)
        assert status == 0, said
    report = ET.parse(packed / "results" / "results.xml").getroot()
    assert int(report.get("tests")) > 3


def test_the_scripts_are_whole(packed):
    for name in ("setup.sh", "run_autograder"):
        path = packed / "source" / name
        assert run(packed, f"bash -n {path}") == (0, "")
        assert "@" not in path.read_text().replace("${@}", "")
    docker = (packed / "source" / "Dockerfile").read_text()
    assert "setup.sh" in docker and "/autograder/run_autograder" in docker
    locked = (packed / "source" / "requirements.txt").read_text()
    assert "numpy==" in locked and "--hash=" in locked
    assert "tensorflow" not in locked.replace("#   tensorflow", "")


# --- level 1 -------------------------------------------------------------------


@pytest.fixture
def closed():
    """Close the course to other users, as the set-up of a container does."""
    if os.getuid():
        pytest.skip("only root can give a worker another user")
    with closed_if(True):
        yield


@pytest.mark.xdist_group("attacks")  # where the course is closed and opened as well
def test_in_a_container_every_promise_is_kept(closed):
    found = list(promises.tried(level=1))
    assert len(found) >= 10
    assert [each.promise for each in found if not each.kept] == []


@pytest.mark.xdist_group("attacks")
def test_an_open_course_is_refused(closed):
    ROOT.chmod(0o755)
    with pytest.raises(NoSandboxError, match="chmod o-rwx"):
        levels.probe(1)


def test_a_class_is_never_judged_at_level_1(monkeypatch):
    tried = []

    def none(level):
        tried.append(level)
        raise NoSandboxError("not here")

    monkeypatch.setattr(levels, "probe", none)
    for alone in (False, True):
        with pytest.raises(NoSandboxError):
            levels.strongest(alone=alone)
    assert tried == [3, 2, 3, 2, 1]
