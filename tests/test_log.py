"""The log of checks: off by default, one line for each try, and never in the way."""

import json
import os
from pathlib import PurePosixPath

import nbformat
import numpy as np
import pytest

import byhand
from autograder.classroom import collecting
from autograder.lessons import tailoring
from autograder.run.submissions import Submission, candidates
from byhand import __main__ as command
from byhand import check, log
from byhand.checks.desk import Desk, seated
from tests.test_course_file import LESSON, a_course, texts, written


def twice(x):
    return 2 * x


def thrice(x):
    return 3 * x


CALLS = [(np.arange(3.0),)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(log.SETTING, raising=False)
    yield tmp_path
    log.stop()


def entries(folder):
    return [json.loads(line) for line in (folder / log.FILE).read_text().splitlines()]


def test_nothing_is_written_unless_somebody_turns_it_on(folder):
    check(twice, against=twice, cases=CALLS)
    assert list(folder.iterdir()) == []


def test_each_try_is_a_line_without_code_or_names(folder, capsys):
    byhand.log.start()
    check(twice, against=thrice, cases=CALLS)
    check(twice, against=twice, cases=CALLS)
    check(lambda x: None, against=twice, cases=CALLS)  # not written yet: no try
    first, second = entries(folder)
    assert set(first) == {"time", "exercise", "try", "result", "mistake", "evidence"}
    assert (first["exercise"], first["try"], first["result"]) == ("twice", 1, "failed")
    assert first["evidence"]
    assert (second["try"], second["result"], second["mistake"]) == (2, "passed", "")
    assert command.main(["log"]) == 0
    told = capsys.readouterr().out.splitlines()[-3:]
    assert told[0].split() == ["time", "exercise", "try", "result"]
    assert told[1].split()[2:5] == ["twice", "1", "failed:"]
    assert told[2].split()[2:] == ["twice", "2", "passed"]
    log.stop()
    check(twice, against=twice, cases=CALLS)
    assert len(entries(folder)) == 2


def test_a_mistake_is_noted_by_its_name(folder):
    def conv1d_plain(x, w, b=0.0):
        stops = range(len(x) - len(w) + 1)
        return np.array([b + (w[::-1] * x[i : i + len(w)]).sum() for i in stops])

    log.start()
    scope = {"conv1d_plain": conv1d_plain, "check": check}
    exec("check('conv1d_plain', points=2)", scope)
    (entry,) = entries(folder)
    assert entry["mistake"] == "kernel flipped" and entry["evidence"] == "name"


def test_a_setting_turns_it_on_and_a_grader_writes_nothing(folder, monkeypatch):
    monkeypatch.setenv(log.SETTING, "1")
    with seated(Desk(report=lambda found: None)):
        check(twice, against=twice, cases=CALLS)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check(twice, against=twice, cases=CALLS)
    assert not (folder / log.FILE).exists()
    monkeypatch.delenv("NBGRADER_EXECUTION")
    check(twice, against=twice, cases=CALLS)
    assert len(entries(folder)) == 1


def test_a_line_that_was_torn_is_passed_over_and_the_next_one_is_whole(folder):
    log.start()
    (folder / log.FILE).write_text('[1]\n{"exercise": "twi')
    check(twice, against=twice, cases=CALLS)
    (entry,) = log.read(folder)
    assert (entry["exercise"], entry["try"]) == ("twice", 1)


def test_a_folder_or_disk_that_takes_nothing_breaks_no_check(
    folder, monkeypatch, capsys
):
    def full(*_):
        raise OSError(28, "No space left on device")

    log.start()
    monkeypatch.setattr(os, "write", full)
    assert check(twice, against=twice, cases=CALLS) == 1.0
    assert "No space left" in capsys.readouterr().out
    assert check(twice, against=twice, cases=CALLS) == 1.0
    assert "No space left" not in capsys.readouterr().out  # said once
    monkeypatch.undo()
    log.start(folder / "nowhere")
    assert check(twice, against=twice, cases=CALLS) == 1.0
    (folder / log.FILE).unlink()
    (folder / log.FILE).mkdir()
    log.start(folder)
    assert check(twice, against=twice, cases=CALLS) == 1.0


def test_a_log_beside_a_notebook_is_collected_and_graded_without_harm(tmp_path):
    place = tmp_path / "ada" / LESSON
    place.mkdir(parents=True)
    (place / log.FILE).write_text('{"exercise": "conv1d"}\n')
    (place / f"{LESSON}.ipynb").write_text("{}")
    found = collecting._unpacked(tmp_path, tmp_path / "scratch")
    assert list(found) == [PurePosixPath(f"ada/{LESSON}/{LESSON}.ipynb")]
    given = candidates(Submission("ada", LESSON, place))
    assert given == [place / f"{LESSON}.ipynb"]


def test_a_course_can_ask_for_it_in_its_notebooks(tmp_path):
    files = written(a_course(tmp_path, "log = true"))
    path = tmp_path / "notebooks" / LESSON / f"{LESSON}.ipynb"
    book = nbformat.reads(files[path].decode(), as_version=4)
    (cell,) = (c for c in book.cells if c.source == tailoring.LOG_CODE)
    assert cell.metadata["tags"] == ["demonstration"]  # the grader leaves it out
    assert "Delete the cell if you don't want a log." in texts(book)
