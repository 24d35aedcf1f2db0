"""The sentences of reports: files that a teacher edits and somebody translates."""

import re
import tomllib

import numpy as np
import pytest

from byhand import exercises, misconceptions
from tests import mentions
from tests.conftest import ROOT
from tests.test_checks import conv1d_judged, run_python

RIGHT = """
[exercises]
conv1d = ["One.", "Two.", "Three."]

[mistakes."kernel flipped"]
likely = "It is turned."
look = "Look."
where = "There."
how = "So."
"""


@pytest.fixture
def sentences(tmp_path, monkeypatch):
    """Return a function that writes one file of sentences, the only one there is."""
    monkeypatch.setattr(misconceptions, "SENTENCES", tmp_path)
    misconceptions.read.cache_clear()

    def write(text, name="02_convolution"):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        misconceptions.read.cache_clear()

    yield write
    misconceptions.read.cache_clear()


def test_what_a_file_says_stands_in_the_report(sentences):
    sentences(RIGHT.replace("It is turned.", "Él está girado."))
    verdict = conv1d_judged(lambda x, w, b=0.0, *, stride=1: flipped(x, w, b, stride))
    assert ("likely", "Él está girado.") in verdict.lines
    assert verdict.hints == ("Look.", "There.", "So.")
    unknown = conv1d_judged(lambda x, w, b=0.0, *, stride=1: x)
    assert unknown.hints == ("One.", "Two.", "Three.")


def flipped(x, w, b, stride):
    k = len(w)
    starts = range(0, len(x) - k + 1, stride)
    return np.array([b + np.sum(x[i : i + k] * w[::-1]) for i in starts])


def test_a_lesson_may_have_words_of_its_own_for_a_shared_mistake(sentences):
    sentences(RIGHT)
    sentences(RIGHT.replace("It is turned.", "Shared."), "shared")
    assert misconceptions.find("kernel flipped", "02_convolution").likely == (
        "It is turned."
    )
    assert misconceptions.find("kernel flipped", "03_channels").likely == "Shared."
    with pytest.raises(LookupError, match="no words for 'never heard of'"):
        misconceptions.find("never heard of", "03_channels")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('how = "So."\n', "", "mistakes, 'kernel flipped': how is missing"),
        ("how =", "hint =", "mistakes, 'kernel flipped': hint is unknown"),
        ('"There."', '" "', "mistakes, 'kernel flipped': where is no sentence"),
        ('"There."', "7", "mistakes, 'kernel flipped': where is no sentence"),
        (', "Three."', "", "exercises, conv1d: wanted three hints"),
        ('["One.", "Two.", "Three."]', '"One."', "exercises, conv1d: wanted three"),
        ("[exercises]", "[exercise]", "unknown table exercise"),
        ('"It is turned."', '"It is turned.', "(at line 6,"),
    ],
)
def test_an_error_in_a_file_is_said_with_file_and_key(sentences, old, new, said):
    assert old in RIGHT
    sentences(RIGHT.replace(old, new))
    with pytest.raises(misconceptions.SentencesError, match=re.escape(said)) as caught:
        misconceptions.find("kernel flipped", "02_convolution")
    assert str(caught.value).startswith("02_convolution.toml")


def test_sentences_are_read_when_a_report_needs_them():
    code = (
        "from byhand.checks.checking import judge\n"
        "from byhand import misconceptions\n"
        "judge('conv1d', None)\n"
        "print(misconceptions.read.cache_info().currsize)\n"
        "judge('conv1d', lambda x, w, b=0.0, *, stride=1: x)\n"
        "print(misconceptions.read.cache_info().currsize)\n"
    )
    result = run_python("-c", code)
    assert (result.returncode, result.stdout.split()) == (0, ["0", "1"]), result.stderr


def test_every_hint_belongs_to_an_exercise_and_every_file_to_a_lesson():
    files = {path.stem for path in misconceptions.SENTENCES.glob("*.toml")}
    assert files == {misconceptions.SHARED, *exercises.LESSONS}
    for lesson in exercises.LESSONS:
        for name in misconceptions.read(lesson).exercises:
            assert exercises.get(name).lesson == lesson
            assert not exercises.get(name).worked  # its answer is worked out instead


def test_every_mistake_of_a_lesson_can_be_named_by_one_of_its_exercises():
    from byhand.checks import recorded

    known = {name for e in exercises.table().values() for name in e.slips}
    known |= {n for v in recorded.digests().values() for n in v.get("slips", {})}
    folder = ROOT / "byhand" / "exercises"
    code = "\n".join(p.read_text("utf-8") for p in folder.glob("*/break_*.py"))
    for name in misconceptions.table():
        assert name in known or f'"{name}"' in code, name


def test_the_package_takes_every_file_of_byhand_along():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["byhand"]
    place = ROOT / "byhand"
    kept = {path for pattern in patterns for path in place.glob(pattern)}
    others = {
        path
        for path in place.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert others == kept


FUNCTIONS = [e for e in exercises.table().values() if e.kind == "function"]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_what_is_said_of_each_mistake_fits_the_exercise(exercise):
    for slip in exercise.slips:
        words = misconceptions.find(slip, exercise.lesson)
        for sentence in (words.likely, *words.hints):
            assert not mentions.missing(sentence, exercise), (slip, sentence)


def test_pooling_is_told_nothing_of_zeros_or_of_sums_over_channels():
    for name in ("max_pool2d", "max_pool2d_backward", "MaxPool2D"):
        exercise = exercises.get(name)
        for slip in exercise.slips:
            words = misconceptions.find(slip, exercise.lesson)
            told = " ".join(words.hints)
            assert "Put zeros around" not in told, slip
            assert "columns and channels" not in told, slip


def test_a_sentence_that_speaks_of_what_an_exercise_lacks_is_found():
    relu, conv1d = exercises.get("relu"), exercises.get("conv1d")
    assert mentions.missing("Look for stride.", relu) == ["stride"]
    assert mentions.missing("Sum over rows and channels.", conv1d) == [
        "channels",
        "rows",
    ]
    assert not mentions.missing("Weight p meets x[i + p], then add b.", conv1d)
