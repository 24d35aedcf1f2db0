"""Attacks on a class's files: archives, names and what a report reads.

Each row is what one student packs or is called, between honest ones. Theirs are
collected as without it, and what can't be used is named.
"""

import errno
import io
import json
import struct
import time
import xml.etree.ElementTree as ET
import zipfile

import pytest

from autograder.checks import concept_test
from autograder.classroom import class_list, collecting
from autograder.classroom.class_list import Person
from autograder.classroom.collecting import collect
from autograder.errors import ProblemError
from autograder.marking import server
from autograder.report import alike
from autograder.run import single
from autograder.run.single import Judged, Part
from tests.engine import little

CONTENT = little.as_bytes(little.notebook())
LOCKED = struct.pack("<H", 1)  # the flag of an archive with a password


def _zip(*entries, how=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def _locked():
    """Return an archive whose entry asks for a password."""
    raw = bytearray(_zip(("little.ipynb", CONTENT)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.index(mark) + at
        raw[place : place + 2] = LOCKED
    return bytes(raw)


def _another_way():
    """Return an archive packed in a way that nobody knows."""
    raw = bytearray(_zip(("little.ipynb", CONTENT)))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = raw.index(mark) + at
        raw[place : place + 2] = struct.pack("<H", 97)
    return bytes(raw)


def _torn():
    raw = bytearray(_zip(("little.ipynb", CONTENT)))
    raw[200:260] = bytes(60)
    return bytes(raw)


def _nested(depth):
    packed = _zip(("little.ipynb", CONTENT))
    for _ in range(depth):
        packed = _zip(("in.zip", packed))
    return packed


# what a student packs: (name in the class's archive, bytes)
FILES = {
    "an archive with a password": ("eve/a.zip", _locked()),
    "an archive packed in an unknown way": ("eve/a.zip", _another_way()),
    "a torn archive": ("eve/a.zip", _torn()),
    "half an archive": ("eve/a.zip", _zip(("little.ipynb", CONTENT))[:300]),
    "archives in archives": ("eve/a.zip", _nested(6)),
    "an archive of ten thousand files": (
        "eve/a.zip",
        _zip(*((f"{n}.ipynb", b"") for n in range(10_000))),
    ),
    "an archive that unpacks to gigabytes": (
        "eve/a.zip",
        _zip(*((f"{n}/little.ipynb", bytes(90 << 20)) for n in range(12))),
    ),
    "paths that lead out": (
        "eve/a.zip",
        _zip(("../../../carl/little.ipynb", b"{}"), ("/carl/little.ipynb", b"{}")),
    ),
    "a path that lead to a neighbour": (
        "eve/a.zip",
        _zip(("Carl_12_assignsubmission_file_/little.ipynb", b"{}")),
    ),
    "a name longer than a folder's": (f"{'Ł' * 180}/little.ipynb", CONTENT),
    "a name of dots": (".../little.ipynb", CONTENT),
    "a name of a formula": ("=cmd|' !A0/little.ipynb", CONTENT),
    "a neighbour's name in other signs": ("carl-/little.ipynb", b"{}"),
    "brackets in place of a notebook": ("eve/little.ipynb", b"[" * 3_000_000),
    "a notebook that names another lesson a million times": (
        "eve/little.ipynb",
        b'{"cells": [' + b'{"metadata": {"nbgrader": {"grade_id": "x"}}},' * 10**5,
    ),
}


@pytest.mark.parametrize("row", FILES)
def test_what_one_student_packs_changes_nobody_else_s(lesson, tmp_path, row, capsys):
    name, content = FILES[row]
    honest = [(f"{who}/little.ipynb", CONTENT) for who in ("ada", "carl", "zoe")]
    path = tmp_path / "class.zip"
    path.write_bytes(_zip(honest[0], (name, content), *honest[1:]))
    started = time.process_time()
    lost = collect(lesson.course, path)
    assert time.process_time() - started < 20
    for who in ("ada", "carl", "zoe"):
        place = lesson.course.submitted / who / little.NAME / "little.ipynb"
        taken = place.exists() and place.read_bytes() == CONTENT
        # two who come to one name are both left to a person
        assert taken or any(f" of {who} and" in said for said in lost), lost
    folders = {path.name for path in lesson.course.submitted.iterdir()}
    assert len(folders) <= 4
    assert {path.name for path in tmp_path.iterdir()} <= {"class.zip", "course"}


def test_a_namesake_takes_nobody_s_place(lesson, tmp_path):
    class_list.keep(lesson.course, {"al": Person("al", "Ada", "Lovelace", moodle="7")})
    path = tmp_path / "class.zip"
    names = ("Ada Lovelace_7", "Ada Lovelace_99", "Carl Gauss_8")
    path.write_bytes(
        _zip(
            *(
                (f"{name}_assignsubmission_file_/little.ipynb", CONTENT)
                for name in names
            )
        )
    )
    (said,) = collect(lesson.course, path)
    assert "Ada-Lovelace-7 and Ada-Lovelace-99 (both would come to al)" in said
    assert [p.name for p in lesson.course.submitted.iterdir()] == ["Carl-Gauss-8"]


def test_a_full_disk_is_no_torn_archive(lesson, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "class.zip"
    path.write_bytes(_zip(("ada/little.ipynb", CONTENT)))
    monkeypatch.setattr(collecting.shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        collect(lesson.course, path)


def test_a_file_that_is_torn_within_the_class_s_archive_waits_for_a_person(
    lesson, tmp_path
):
    path = tmp_path / "class.zip"
    whole = _zip(("ada/little.ipynb", CONTENT))
    path.write_bytes(b"x" * 10 + whole[40:])
    assert collect(lesson.course, path) == []
    place = lesson.course.submitted / "ada" / little.NAME / "little.ipynb"
    assert place.read_bytes() == b""


HOSTILE = [
    "x = 0x" + "f" * 9000,
    "x = " + "-" * 10**5 + "1",
    "x = " + "(" * 10**5,
    "x = a" + ".a" * 10**5,
    "x = " + "[" * 90 + "]" * 90,
    "x = 1e999j; y = '" + "\ud800" + "'",
    "x = {" + "**a, " * 10**4 + "}",
    "\0",
    "lambda: " * 5000 + "0",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.filterwarnings("ignore")
def test_a_report_reads_any_code_that_a_student_writes(text):
    alike.shingles(text)
    assert isinstance(concept_test._letters(text, "x"), dict)


@pytest.mark.parametrize("form", single.FORMS)
def test_every_form_of_a_result_can_be_read_whatever_was_said(form):
    said = (
        "\x00\x1b[2J\x0c \ufffe ]]> <![CDATA[ & \u202e"
        + "\udcff".encode("utf-8", "replace").decode()
    )
    judged = Judged("little", (Part("a\x07", 2.0, 1.0, said),), 3, "problem\x01")
    text = single.FORMS[form](judged)
    if form == "junit":
        ET.fromstring(text)
    elif form != "text":
        assert json.loads(text)


@pytest.mark.parametrize("body", [b"[" * 90_000, b"\xff", b'{"points": NaN}', b"7"])
def test_the_marking_page_takes_no_nonsense(body):
    with pytest.raises(ProblemError):
        server._mark(body)
